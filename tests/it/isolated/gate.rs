//! Where exactly does the gate stand: what passes, what does not, and what is told?

use std::collections::BTreeSet;

use patron::engine::{Limits, session};
use patron::query::gate::functions::{FREE, GROWING, REFUSED, SERIES, WITH_LENGTH};
use patron::query::gate::limits::{
    GROUPINGS_MAX, LENGTH_MAX, NESTING_MAX, OPERATORS_MAX, REFERENCES_MAX, SERIES_MAX, STEPS_MAX,
    TEXT_BYTES_MAX, TOKENS_MAX,
};
use patron::query::gate::{self, GateError, Place};

use crate::support::hand::{self, files, repository};
use crate::support::script;

/// What the gate says of a question; nothing where it lets it through.
fn refused(sql: &str) -> Option<GateError> {
    gate::check(sql).err()
}

fn passes(sql: &str) {
    if let Some(error) = refused(sql) {
        panic!("{}: {error}", sql.chars().take(200).collect::<String>());
    }
}

/// The limit that a question passes, by the text alone.
fn limit(sql: &str) -> Option<&'static str> {
    gate::check_text(sql).err().and_then(|error| error.limit())
}

#[test]
fn every_question_of_the_standard_project_passes() {
    let mut count = 0;
    for folder in ["checks", "intermediate", "marts", "reports"] {
        for name in files(&repository("sql").join(folder), "sql") {
            let text = hand::read(&repository(&format!("sql/{folder}/{name}.sql")));
            let found = refused(&text);
            assert_eq!(found.map(|error| error.to_string()), None, "{folder}/{name}.sql");
            count += 1;
        }
    }
    for folder in ["intermediate", "marts"] {
        for name in files(&repository("tests/slt").join(folder), "slt") {
            let text = hand::read(&repository(&format!("tests/slt/{folder}/{name}.slt")));
            for record in script::read(&text).unwrap() {
                passes(&record.sql);
                count += 1;
            }
        }
    }
    assert!(count > 200, "{count} questions were read");
}

#[test]
fn operators_are_counted_from_the_outside_in() {
    let chain = |terms: usize| vec!["1"; terms].join(" + ");
    passes(&format!("select {}", chain(OPERATORS_MAX + 1)));
    let place = Place { line: 1, column: u64::try_from(8 + 4 * OPERATORS_MAX + 2).unwrap() };
    assert_eq!(
        refused(&format!("select {}", chain(OPERATORS_MAX + 2))),
        Some(GateError::TooManyOperators { place, most: OPERATORS_MAX })
    );
    let half = chain(OPERATORS_MAX / 2 + 1);
    // Parts of one expression add up along the way in, ...
    passes(&format!("select ({half}) + ({half})"));
    passes(&format!("select {half}, {half}, {half}"));
    assert_eq!(limit(&format!("select {half} + 1 + abs({half})")), Some("operators"));
    assert_eq!(limit(&format!("select abs({half}) + 1 + {half}")), Some("operators"));
    assert_eq!(
        limit(&format!("select {half} + 1 + case {half} when 1 then 1 end")),
        Some("operators")
    );
    // ... and a query within is an expression of its own.
    passes(&format!("select {half} + (select {half} + 1)"));
    let many = format!("select {half} from (select {half} as x where 1 = {half}) where 1 < {half}");
    passes(&many);
    // A word of clauses that is a name ends no expression, and a name may be called like one.
    let names = vec!["offset"; OPERATORS_MAX + 2].join(" + ");
    assert_eq!(limit(&format!("select {names}")), Some("operators"));
    passes("select t.\"not\", t.\"or\", t.and from (select 1 as x) as t");
}

#[test]
fn nesting_is_counted() {
    let brackets = |depth: usize| format!("select {}1{}", "(".repeat(depth), ")".repeat(depth));
    passes(&brackets(NESTING_MAX));
    let place = Place { line: 1, column: u64::try_from(8 + NESTING_MAX).unwrap() };
    let expected = GateError::TooNested { place, most: NESTING_MAX };
    assert_eq!(gate::check_text(&brackets(NESTING_MAX + 1)), Err(expected));
    let cases = |depth: usize| {
        format!("select {}1{}", "case when true then ".repeat(depth), " end".repeat(depth))
    };
    assert_eq!(limit(&cases(NESTING_MAX)), None);
    assert_eq!(limit(&cases(NESTING_MAX + 1)), Some("nesting"));
    let types = |depth: usize| {
        format!("select cast(null as {}int{})", "array<".repeat(depth), ">".repeat(depth))
    };
    assert_eq!(limit(&types(NESTING_MAX - 1)), None);
    assert_eq!(limit(&types(NESTING_MAX)), Some("nesting"));
    // What is closed counts no more.
    passes(&format!("select {}1", "abs(1) + ".repeat(100)));
    passes(&format!("select {}1", "case when true then 1 end, ".repeat(100)));
    assert_eq!(limit("select 1))))))"), None);
}

#[test]
fn sizes_are_counted() {
    passes(&format!("select{}1", " ".repeat(TEXT_BYTES_MAX - 7)));
    assert_eq!(
        refused(&format!("select{}1", " ".repeat(TEXT_BYTES_MAX - 6))),
        Some(GateError::TextTooLong { bytes: TEXT_BYTES_MAX + 1, most: TEXT_BYTES_MAX })
    );
    let columns = |count: usize| format!("select 1{}", ", 1".repeat(count - 1));
    passes(&columns(TOKENS_MAX / 2));
    assert_eq!(limit(&columns(TOKENS_MAX / 2 + 1)), Some("tokens"));
    let unions = |count: usize| format!("select 1{}", " union all select 1".repeat(count));
    assert_eq!(limit(&unions(STEPS_MAX)), None);
    assert_eq!(limit(&unions(STEPS_MAX + 1)), Some("steps"));
}

#[test]
fn names_count_for_what_they_stand_for() {
    // Each name is twice the one before, and itself one more: 1, 2·1+1, 2·3+1 ...
    let doubled = |times: usize| {
        let mut sql = "with a0 as (select 1 as x)".to_owned();
        for number in 1..=times {
            let before = number - 1;
            sql += &format!(
                ", a{number} as (select * from a{before} union all select x from a{before})"
            );
        }
        sql + &format!(" select * from a{times}")
    };
    passes(&doubled(8));
    let found = refused(&doubled(9));
    assert_eq!(found, Some(GateError::TooManyReferences { found: 1_023, most: REFERENCES_MAX }));
    let found = refused(&doubled(80));
    assert!(matches!(found, Some(GateError::TooManyReferences { .. })), "{found:?}");
    // A name counts where it holds: within its query, and not for a table of another schema.
    passes(
        "with a as (select 1 as x) select * from marts.a, (with a as (select 2) select * from a)",
    );
    let tables = |count: usize| format!("select 1 from t{}", ", t".repeat(count - 1));
    passes(&tables(1_000));
    assert_eq!(
        refused(&tables(1_001)),
        Some(GateError::TooManyReferences { found: 1_001, most: REFERENCES_MAX })
    );
}

#[test]
fn groupings_multiply() {
    passes("select 1 from t group by cube (a, b, c, d, e, f, g, h, i, j, k, l)");
    let found = refused("select 1 from t group by cube (a, b, c, d, e, f, g, h, i, j, k, l, m)");
    assert_eq!(found, Some(GateError::TooManyGroupings { found: 8_192, most: GROUPINGS_MAX }));
    passes("select 1 from t group by rollup (a, b, c), cube (d, e), grouping sets ((f), (g), ())");
    let found =
        refused("select 1 from t group by cube (a, b, c, d, e, f), cube (g, h, i, j, k, l, m)");
    assert_eq!(found, Some(GateError::TooManyGroupings { found: 8_192, most: GROUPINGS_MAX }));
}

#[test]
fn lengths_stand_in_the_question() {
    passes("select lpad(a, 12, '0'), rpad(a, 10000), repeat('-', 3), array_repeat(0, (7)) from t");
    let most = LENGTH_MAX;
    let name = || "lpad".to_owned();
    let cases = [
        ("select lpad(a, 10001) from t", GateError::TooLong { name: name(), found: 10_001, most }),
        ("select LPAD(a, b) from t", GateError::OpenLength { name: name(), most }),
        ("select lpad(a, 5 * 5) from t", GateError::OpenLength { name: name(), most }),
        ("select \"lpad\"(a) from t", GateError::OpenLength { name: name(), most }),
    ];
    for (sql, expected) in cases {
        assert_eq!(refused(sql), Some(expected), "{sql}");
    }
    passes("select generate_series(1, 10000000), range(-5, 5), range(a, b) from range(10)");
    passes("select generate_series(date '2026-01-01', date '2026-12-31', interval '1 day')");
    let most = SERIES_MAX;
    let name = || "generate_series".to_owned();
    let found = refused("select * from generate_series(-10000001, 0)");
    assert_eq!(found, Some(GateError::TooLong { name: name(), found: 10_000_001, most }));
    passes("select * from generate_series(1, 1000000000, 100)");
    let found = refused("select generate_series(1, 1000000101, -100) from t");
    assert_eq!(found, Some(GateError::TooLong { name: name(), found: 10_000_000 + 1, most }));
}

#[test]
fn only_questions_pass() {
    for sql in [
        "select 1",
        "(select 1) union (select 2);",
        "values (1)",
        "with a as (select 1) select * from a",
        "explain select 1",
        "explain analyze select 1",
        "describe marts.dim_customers",
        "show tables",
    ] {
        passes(sql);
    }
    let cases = [
        ("", "write one question; several are asked one after the other"),
        ("select 1; select 2", "write one question; several are asked one after the other"),
        ("-- nothing", "write one question; several are asked one after the other"),
        ("drop table t", "`drop` is no question; data are read only: begin with select, with, "),
        ("explain insert into t select 1", "`explain` is no question"),
        ("copy (select 1) to 'x'", "`copy` is no question"),
        ("set x = 1", "`set` is no question"),
        ("show all", "`show` is no question"),
        ("select 1 from", "expected: identifier, found: EOF"),
        ("select 'x", "line 1, column 8: Unterminated string literal"),
        ("select * from information_schema.df_settings", "`information_schema.df_settings` tells"),
    ];
    for (sql, told) in cases {
        let found = refused(sql).map(|error| error.to_string()).unwrap_or_default();
        assert!(found.starts_with(told), "{sql}: {found}");
    }
}

#[test]
fn every_function_is_judged() {
    let spill_dir = std::env::temp_dir().join("patron-gate");
    let context = session(&Limits { threads: 1, memory_bytes: 64 << 20, spill_dir }).unwrap();
    let state = context.state();
    let mut known: BTreeSet<String> = BTreeSet::new();
    known.extend(state.scalar_functions().keys().cloned());
    known.extend(state.aggregate_functions().keys().cloned());
    known.extend(state.window_functions().keys().cloned());
    known.extend(state.higher_order_functions().keys().cloned());
    known.extend(state.table_functions().keys().cloned());
    // What the planner knows by its name alone.
    known.insert("unnest".to_owned());
    // What sessions have no more, and people of other engines may look for.
    known.extend(["file_row_index", "input_file_name"].map(str::to_owned));
    assert!(known.len() > 300, "{}", known.len());
    let refused = REFUSED.iter().flat_map(|(names, _)| names.iter().copied());
    let lists = [FREE, GROWING, WITH_LENGTH, SERIES];
    let listed = lists.into_iter().flat_map(str::split_whitespace).chain(refused);
    let mut judged = BTreeSet::new();
    for name in listed {
        assert!(judged.insert(name.to_owned()), "`{name}` stands in two lists");
    }
    let open: Vec<_> = known.difference(&judged).collect();
    assert!(open.is_empty(), "judge these in src/query/gate/functions.rs: {open:?}");
    let gone: Vec<_> = judged.difference(&known).collect();
    assert!(gone.is_empty(), "there are none of these any more: {gone:?}");
}

#[test]
fn refused_functions_say_what_would_work() {
    let told = |sql: &str| refused(sql).map(|error| error.to_string()).unwrap_or_default();
    assert!(told("select now()").contains("write the date, as in date '2026-06-30'"));
    assert!(told("select 1 where current_date > day").contains("it asks the clock"));
    assert!(told("select x from t order by RANDOM()").contains("it gives another value"));
    assert!(told("select sum(x) over (order by random()) from t").contains("another value"));
    assert!(told("select x from t where exists (select uuid())").contains("another value"));
    assert!(told("with a as (select version()) select 1").contains("tells of the server"));
    assert!(told("select * from pg_read_file('x')").starts_with("there is no function"));
    assert_eq!(told("select coutn(x) from t"), "there is no function `coutn`; is `count` meant?");
}
