//! Does any way of asking tell of rows that are not seen?
//!
//! Each way is tried by somebody who sees everything first: there it must fail, or tell the two
//! warehouses apart, else it would prove nothing.

use super::twins::{Twins, told};
use crate::support::dice::Dice;

/// Ways in which an engine tells of rows that a filter holds back.
const PROBES: [(&str, &str); 35] = [
    ("a cast in a filter", "select line_id from marts.fct_lines where cast(label as bigint) > 0"),
    (
        "a cast that goes below the policy with a projection",
        "select unit_id, cast(label as bigint) + quantity + line_id as x
        from marts.fct_lines order by x",
    ),
    (
        "a division in a filter",
        "select line_id from marts.fct_lines where 1 / (quantity - 7001) >= 0 or line_id >= 0",
    ),
    ("a division", "select line_id, 1 / (quantity - 7001) from marts.fct_lines"),
    (
        "a cast behind a condition",
        "select line_id from marts.fct_lines
        where case when label like 'LEAK%' then cast(label as int) > 0 else true end",
    ),
    ("a count", "select count(*) from marts.fct_lines"),
    ("counts of a column", "select count(label), count(amount) from marts.fct_lines"),
    ("bounds", "select min(label), max(label), max(line_id) from marts.fct_lines"),
    ("bounds of dates", "select min(sold_on), max(sold_on), count(sold_on) from marts.fct_lines"),
    ("a sum", "select sum(amount), sum(line_id) from marts.fct_lines"),
    ("floats", "select sum(weight), count(weight), avg(weight) from marts.fct_lines"),
    (
        "different values",
        "select count(distinct label), count(distinct secret) from marts.fct_lines",
    ),
    ("a median", "select median(line_id), approx_distinct(label) from marts.fct_lines"),
    ("the first rows", "select * from marts.fct_lines limit 5"),
    (
        "the last of an order",
        "select label from marts.fct_lines order by label desc nulls last limit 3",
    ),
    ("an order by a cast", "select line_id from marts.fct_lines order by cast(label as bigint)"),
    ("distinct rows", "select distinct label from marts.fct_lines"),
    (
        "groups of a cast",
        "select cast(label as bigint), count(*) from marts.fct_lines
        group by 1 having count(*) > 0",
    ),
    (
        "a window",
        "select line_id, rank() over (order by label), count(*) over () from marts.fct_lines",
    ),
    (
        "a join by a cast",
        "select d.unit, count(*) from marts.dim_units as d
        inner join marts.fct_lines as l on cast(l.label as bigint) > d.budget group by d.unit",
    ),
    (
        "a join with itself",
        "select count(*) from marts.fct_lines as l
        inner join marts.fct_lines as o on o.line_id = l.line_id + 1",
    ),
    (
        "an outer join",
        "select d.unit, l.line_id from marts.dim_units as d
        left join marts.fct_lines as l on l.unit_id = d.unit order by l.line_id",
    ),
    (
        "a query within",
        "select unit from marts.dim_units as d where exists (
            select 1 from marts.fct_lines as l
            where l.unit_id = d.unit and cast(l.label as bigint) >= 0
        )",
    ),
    (
        "a value of a query",
        "select unit, (select max(label) from marts.fct_lines) from marts.dim_units",
    ),
    (
        "a union",
        "select label from marts.fct_lines union select note from marts.fct_notes order by 1",
    ),
    (
        "recursion",
        "with recursive steps as (
            select max(quantity) as step, 0 as depth from marts.fct_lines
            union all
            select s.step - 1, s.depth + 1 from steps as s
            inner join marts.fct_lines as l on l.line_id >= s.depth where s.depth < 1
        )
        select count(*), min(step) from steps",
    ),
    ("a plan", "explain select * from marts.fct_lines where quantity = 7001"),
    ("a plan in full", "explain verbose select * from marts.fct_lines where unit_id = 'u3'"),
    ("a plan as a tree", "explain format tree select count(*) from marts.fct_lines"),
    ("a plan as a graph", "explain format graphviz select max(label) from marts.fct_lines"),
    ("a plan as data", "explain format pgjson select * from marts.fct_lines where quantity > 7000"),
    ("a plan that is run", "explain analyze select * from marts.fct_lines where quantity > 3"),
    (
        "the bytes of a plan that is run",
        "explain (analyze, metrics 'bytes') select label, sold_on from marts.fct_lines limit 9",
    ),
    (
        "the time of a plan that is run",
        "explain (analyze, timing) select label, sold_on from marts.fct_lines limit 9",
    ),
    (
        "a plan of a join that is run",
        "explain analyze select * from marts.fct_lines as l
        inner join marts.fct_notes as n on n.line_id = l.line_id",
    ),
];

/// What stands in rows that are not seen, and in plans that tell of files.
const HIDDEN: [&str; 7] =
    ["LEAK", "SECRET", "9999999999", "8888888888", "922337203685477580", "U1", ".parquet"];

#[test]
fn no_way_of_asking_tells_of_hidden_rows() {
    let mut dice = Dice::of("no_way_of_asking_tells_of_hidden_rows");
    let twins = Twins::new(&mut dice);
    let [one, other] = twins.both().map(|twin| twin.open(&twin.of_units(), 1));
    let [whole, all] = twins.both().map(|twin| twin.open(&twin.member(&["everything"], &[]), 1));
    let mut faults = Vec::new();
    for (way, sql) in PROBES {
        // A graph holds no statistics, and pgjson no files: both say what the query says.
        let is_mute = sql.contains("graphviz") || sql.contains("pgjson");
        let open = told(&whole, sql);
        if open.is_ok() && open == told(&all, sql) && !is_mute {
            faults.push(format!("{way}: proves nothing"));
        }
        let (found, twin) = (told(&one, sql), told(&other, sql));
        if found != twin {
            faults.push(format!("{way}: differs\n{found:?}\n{twin:?}"));
        }
        let text = found.unwrap_or_else(|error| format!("an error: {error}"));
        let is_told = |word: &&&str| text.contains(**word) && !sql.contains(**word);
        if let Some(word) = HIDDEN.iter().find(is_told) {
            faults.push(format!("{way}: tells `{word}`\n{text}"));
        }
        if text.starts_with("an error") {
            faults.push(format!("{way}: {text}"));
        }
    }
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), PROBES.len(), faults.join("\n"));
}

#[test]
fn what_is_seen_is_what_the_rows_say() {
    let mut dice = Dice::of("what_is_seen_is_what_the_rows_say");
    let twins = Twins::new(&mut dice);
    for twin in twins.both() {
        let mut lines: Vec<String> = Vec::new();
        for line in twin.seen() {
            let (unit, label) = (line.unit_id.unwrap(), line.label.as_deref());
            let quantity = line.quantity.map(|quantity| quantity.to_string());
            lines.push(format!(
                "| {} | {unit} | {} | {} |",
                line.line_id,
                label.unwrap_or("-"),
                quantity.as_deref().unwrap_or("-"),
            ));
        }
        assert_eq!(lines.len(), 90);
        let sql = "select line_id, unit_id, coalesce(label, '-') as label,
            coalesce(cast(quantity as varchar), '-') as quantity
            from marts.fct_lines where secret is null";
        let found = told(&twin.open(&twin.of_units(), 1), sql).unwrap();
        let cells = |line: &str| {
            line.split('|').map(str::trim).collect::<Vec<_>>().join(" | ").trim().to_owned()
        };
        let rows = found.lines().filter(|line| line.contains("u1") || line.contains("u2"));
        let found: Vec<String> = rows.map(cells).collect();
        assert_eq!(found, lines);
        // A filter is told inside where it can be; it finds the same.
        for quantity in [1, 7, 40, 7001] {
            let few = twin.seen().filter(|line| line.quantity == Some(quantity)).count();
            let sql = format!("select line_id from marts.fct_lines where quantity = {quantity}");
            let found = told(&twin.open(&twin.of_units(), 1), &sql).unwrap();
            let rows = found.lines().filter(|line| line.starts_with("| ")).count();
            assert_eq!(rows.saturating_sub(1), few, "{quantity}\n{found}");
        }
    }
}
