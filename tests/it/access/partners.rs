//! Is of a table no more read than a join has partners for, and does that tell of no hidden row?
//!
//! Lines that are seen have the numbers 0, 10 .. 890, by turns of `u1` and `u2`; budgets are 200,
//! 400 and 600. In the long table every third number from 0 on is seen.

use patron::engine::Limits;
use patron::query;

use super::reading::long;
use super::twins::{Twin, Twins, told};
use crate::support::dice::Dice;

/// How many rows the lower side of a join was given when a question ran.
fn given(plan: &str) -> Vec<usize> {
    let numbers = plan.split("input_rows=").skip(1);
    let number = |text: &str| {
        let digits = text.split(|letter: char| !letter.is_ascii_digit()).next();
        digits.unwrap().parse().unwrap()
    };
    numbers.map(number).collect()
}

/// The rows that somebody is told who sees the units `u1` and `u2`, and how they were found.
fn found(twin: &Twin, sql: &str) -> (Vec<String>, String) {
    let session = twin.open(&twin.of_units(), 1);
    let rows = told(&session, sql).unwrap();
    let rows = rows.lines().filter(|line| line.starts_with("| ")).skip(1);
    let cells =
        |line: &str| line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>().join(" ");
    (rows.map(cells).collect(), told(&session, &format!("explain analyze {sql}")).unwrap())
}

#[test]
fn a_join_asks_for_rows_with_partners() {
    let twins = Twins::new(&mut Dice::of("a_join_asks_for_rows_with_partners"));
    let cases: [(&str, &[&str], usize); 4] = [
        (
            "select d.unit, l.line_id from marts.dim_units as d
            inner join marts.fct_lines as l on l.line_id = d.budget order by 1",
            &["u1 200", "u2 400", "u3 600"],
            3,
        ),
        (
            "select d.unit, l.line_id from marts.dim_units as d
            inner join marts.fct_lines as l on l.line_id = d.budget and l.unit_id = d.unit
            order by 1",
            // The lines 200, 400 and 600 are of `u1`. Of two keys it is only told between which
            // values each lies: 41 lines from 200 to 600.
            &["u1 200"],
            41,
        ),
        (
            "select d.unit, count(l.line_id) from marts.dim_units as d
            left join marts.fct_lines as l on l.line_id = d.budget group by 1 order by 1",
            &["u1 1", "u2 1", "u3 1"],
            3,
        ),
        (
            // What is masked has no partner, and is not looked at.
            "select d.unit, l.line_id from marts.dim_units as d
            inner join marts.fct_lines as l on l.secret = d.unit order by 1",
            &[],
            90,
        ),
    ];
    for (sql, expected, most) in cases {
        let [one, other] = twins.both().map(|twin| found(twin, sql));
        assert_eq!(one.0, expected, "{sql}");
        assert_eq!(one, other, "{sql}");
        let given = given(&one.1);
        assert!(given.iter().all(|rows| *rows <= most) && !given.is_empty(), "{}", one.1);
    }
}

#[test]
fn recursion_finds_new_partners_in_each_step() {
    let twins = Twins::new(&mut Dice::of("recursion_finds_new_partners_in_each_step"));
    // From line 0 on to the one whose number is ten more, as long as there is one: 890.
    let sql = "with recursive steps as (
            select cast(0 as bigint) as step
            union all
            select l.line_id + 10 from steps as s
            inner join marts.fct_lines as l on l.line_id = s.step
        )
        select count(*), max(step) from steps";
    for twin in twins.both() {
        assert_eq!(found(twin, sql).0, ["91 900"]);
    }
}

#[test]
fn of_a_long_table_little_is_read() {
    let twin = Twins::new(&mut Dice::seeded(1)).one;
    let principal = long(&twin, 1_200_000);
    let (home, release) = (twin.house.home(), twin.house.home().latest().unwrap().unwrap());
    let spill_dir = twin.house.scratch().join("spill");
    for threads in [1, 4] {
        let limits = Limits { threads, memory_bytes: 256 << 20, spill_dir: spill_dir.clone() };
        let session = query::open(&home, &release, &principal, &limits).unwrap();
        // Of 200, 400 and 600 only the last is seen.
        let sql = "select count(*), max(l.line_id) from (values (200), (400), (600)) as d (budget)
            inner join marts.fct_long as l on l.line_id = d.budget";
        let text = told(&session, sql).unwrap();
        assert!(text.contains("| 1        | 600            |"), "{text}");
        let plan = told(&session, &format!("explain analyze {sql}")).unwrap();
        let given = given(&plan);
        assert!(given.iter().any(|rows| (1..=200).contains(rows)), "{given:?}\n{plan}");
    }
}
