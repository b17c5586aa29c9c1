//! What does each role see, and what do several together?

use patron::query::Principal;

use super::twins::{Line, Twin, Twins, told};
use crate::support::dice::Dice;

/// Why somebody cannot ask a table; the rows, else.
fn asked(twin: &Twin, principal: &Principal, sql: &str) -> Result<Vec<String>, String> {
    let text = told(&twin.open(principal, 1), sql)?;
    let rows = text.lines().filter(|line| line.starts_with('|')).skip(1);
    let cells = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        cells.join(",")
    };
    Ok(rows.map(cells).collect())
}

/// Lines as text, in the order of their numbers; of each whether its secret is seen.
fn expected(
    twin: &Twin,
    is_seen: impl Fn(&Line) -> bool,
    is_told: impl Fn(&Line) -> bool,
) -> Vec<String> {
    let mut lines: Vec<&Line> = twin.lines.iter().filter(|line| is_seen(line)).collect();
    lines.sort_by_key(|line| line.line_id);
    let text = |line: &&Line| {
        let secret = if is_told(line) { line.secret.as_str() } else { "-" };
        format!("{},{secret}", line.line_id)
    };
    lines.iter().map(text).collect()
}

const LINES: &str =
    "select line_id, coalesce(secret, '-') as secret from marts.fct_lines order by line_id";

#[test]
fn several_roles_see_what_any_of_them_sees() {
    let mut dice = Dice::of("several_roles_see_what_any_of_them_sees");
    let twin = Twins::new(&mut dice).one;
    let of = |line: &Line, unit: &str| line.unit_id == Some(unit);
    let u1 = [("unit", "u1")];
    let member = |roles: &[&str], attributes: &[(&str, &str)]| {
        asked(&twin, &twin.member(roles, attributes), LINES).unwrap()
    };
    // One role, its secrets masked.
    assert_eq!(member(&["unit"], &u1), expected(&twin, |line| of(line, "u1"), |_| false));
    // Two filters of a role must both let a row through.
    let is_open = |line: &Line| line.is_open == Some(true);
    let open = expected(&twin, |line| of(line, "u1") && is_open(line), |_| true);
    assert_eq!(member(&["open"], &u1), open);
    // Two roles: the rows of both; secrets where the one that masks nothing sees the row.
    let is_own = |line: &Line| [1, 2].contains(&line.person_id);
    let both = expected(&twin, |line| of(line, "u1") || is_own(line), is_own);
    let attributes = [("unit", "u1"), ("person", "1"), ("person", "2")];
    assert_eq!(member(&["unit", "own"], &attributes), both);
    assert!(both.iter().any(|line| line.ends_with(",-")));
    assert!(both.iter().any(|line| line.contains("SECRET")));
    // Whoever sees everything in one role sees everything.
    let all = expected(&twin, |_| true, |_| true);
    assert_eq!(member(&["unit", "everything"], &u1), all);
    assert_eq!(member(&["everything"], &[]), all);
    // A filter narrows what another line of the same role lets be seen as a whole.
    assert_eq!(member(&["narrowed"], &[]), expected(&twin, is_open, |_| true));
    // Masked here, and shown in open rows by another role.
    let some = expected(&twin, |_| true, is_open);
    assert_eq!(member(&["veiled", "narrowed"], &[]), some);
}

#[test]
fn what_a_role_does_not_see_is_not_there() {
    let mut dice = Dice::of("what_a_role_does_not_see_is_not_there");
    let twin = Twins::new(&mut dice).other;
    let u1 = [("unit", "u1")];
    let cases: &[(&[&str], &[(&str, &str)], &str)] = &[
        // Nobody's, an unknown one's, and one whose attribute is missing or another.
        (&[], &u1, "marts.fct_lines"),
        (&["nothing"], &u1, "marts.fct_lines"),
        (&["head"], &u1, "marts.fct_lines"),
        (&["unit"], &[], "marts.fct_lines"),
        (&["unit"], &[("person", "2")], "marts.fct_lines"),
        (&["own"], &u1, "marts.fct_lines"),
        // A table that lacks the column by which rows are chosen, and one that no role names.
        (&["unit"], &u1, "marts.fct_costs"),
        (&["own"], &[("person", "2")], "marts.fct_notes"),
        // Others than those of sql/marts.
        (&["everything"], &[], "sales.lines"),
    ];
    for (roles, attributes, table) in cases {
        let member = twin.member(roles, attributes);
        let missing = |table: &str| {
            let told = asked(&twin, &member, &format!("select * from {table}")).unwrap_err();
            let known = told.split(';').next().unwrap_or_default();
            let known = known.split(": Error").next().unwrap_or_default();
            known.replace(table, "it")
        };
        let (schema, _) = table.split_once('.').unwrap();
        let other = format!("{schema}.no_such_table");
        assert_eq!(missing(table), missing(&other), "{roles:?} {attributes:?} {table}");
        let owner = asked(&twin, &Principal::Owner, &format!("select * from {table}"));
        assert!(!owner.unwrap().is_empty(), "{table} is there");
    }
    // What was perhaps meant is named only where it is seen.
    let told = |principal: &Principal| {
        asked(&twin, principal, "select * from marts.fct_cost").unwrap_err()
    };
    assert!(told(&Principal::Owner).contains("`marts.fct_costs`"));
    let unit = told(&twin.of_units());
    assert!(unit.contains("there is no table") && !unit.contains("fct_costs"), "{unit}");
    // A value that no row holds is no mistake: the table is there, without rows.
    let nowhere = twin.member(&["unit"], &[("unit", "u4")]);
    assert_eq!(asked(&twin, &nowhere, LINES).unwrap(), Vec::<String>::new());
    // A value that is no number chooses nothing by a number.
    for person in ["x", "02", " 2", "2.0", ""] {
        let nobody = twin.member(&["own"], &[("person", person)]);
        assert_eq!(asked(&twin, &nobody, LINES).unwrap(), Vec::<String>::new(), "{person:?}");
    }
}

#[test]
fn lists_hold_what_is_seen() {
    let mut dice = Dice::of("lists_hold_what_is_seen");
    let twin = Twins::new(&mut dice).one;
    let tables = "select table_schema || '.' || table_name from information_schema.tables
        where table_schema <> 'information_schema' order by 1";
    let of = |roles: &[&str], attributes: &[(&str, &str)]| {
        asked(&twin, &twin.member(roles, attributes), tables).unwrap()
    };
    let units = ["marts.dim_units", "marts.fct_lines", "marts.fct_notes"];
    assert_eq!(of(&["unit"], &[("unit", "u1")]), units);
    assert_eq!(of(&["unit"], &[]), ["marts.dim_units"]);
    assert_eq!(of(&["own"], &[("person", "2")]), ["marts.fct_lines"]);
    assert_eq!(of(&["nothing"], &[]), Vec::<String>::new());
    let all = ["marts.dim_units", "marts.fct_costs", "marts.fct_lines", "marts.fct_notes"];
    assert_eq!(of(&["everything"], &[]), all);
    let columns = "select column_name || ' ' || is_nullable from information_schema.columns
        where table_name = 'fct_lines' order by ordinal_position";
    let columns = asked(&twin, &twin.of_units(), columns).unwrap();
    assert_eq!(columns.len(), 10);
    assert!(columns.iter().all(|column| column.ends_with(" YES")), "{columns:?}");
    assert_eq!(columns[9], "secret YES");
    // Settings name folders of the machine.
    for sql in [
        "select * from information_schema.df_settings",
        "select * from information_schema.routines",
        "show all",
        "show datafusion.runtime.temp_directory",
        "show functions",
        "set datafusion.execution.batch_size = 1",
        "create view v as select 1",
        "copy marts.fct_lines to '/tmp/lines.parquet'",
    ] {
        let told = asked(&twin, &twin.of_units(), sql);
        assert!(told.is_err(), "{sql}: {told:?}");
    }
    assert!(!asked(&twin, &twin.of_units(), "show tables").unwrap().is_empty());
}

#[test]
fn nobody_asks_for_files_and_places_in_them() {
    let mut dice = Dice::of("nobody_asks_for_files_and_places_in_them");
    let twin = Twins::new(&mut dice).one;
    for function in ["file_row_index()", "input_file_name()"] {
        let sql = format!("select {function} from marts.fct_lines");
        for principal in [twin.of_units(), twin.member(&["everything"], &[]), Principal::Owner] {
            let told = asked(&twin, &principal, &sql).unwrap_err();
            let name = function.trim_end_matches("()");
            assert!(told.contains(&format!("Invalid function '{name}'")), "{told}");
        }
    }
}

#[test]
fn what_is_personal_is_masked_and_the_unknown_counts_as_personal() {
    let mut dice = Dice::of("what_is_personal_is_masked_and_the_unknown_counts_as_personal");
    let twin = Twins::new(&mut dice).one;
    let veiled = twin.member(&["veiled"], &[]);
    let lines = twin.lines.len();
    let units = twin.lines.iter().filter(|line| line.unit_id.is_some()).count();
    // Unit, quantity and number are known to be free of it.
    let sql = "select count(*), count(unit_id), count(label), count(secret), count(amount),
            count(line_id) from marts.fct_lines";
    let expected = format!("{lines},{units},0,0,0,{lines}");
    assert_eq!(asked(&twin, &veiled, sql).unwrap(), [expected]);
    // Of another table nothing is known.
    let sql = "select count(*), count(unit), count(budget) from marts.dim_units";
    assert_eq!(asked(&twin, &veiled, sql).unwrap(), ["3,0,0"]);
    // A filter meets the mask, not what is behind it.
    for condition in ["label is not null", "label like 'LEAK%'", "label >= ''"] {
        let sql = format!("select line_id from marts.fct_lines where {condition}");
        assert_eq!(asked(&twin, &veiled, &sql).unwrap(), Vec::<String>::new(), "{condition}");
    }
    let sql = "select count(*) from marts.fct_lines where label is null and quantity = 7001";
    let hidden = twin.lines.iter().filter(|line| line.quantity == Some(7001)).count();
    assert_eq!(asked(&twin, &veiled, sql).unwrap(), [hidden.to_string()]);
}
