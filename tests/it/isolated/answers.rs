//! Are honest questions answered in a process of their own as they are without one?

use std::path::Path;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::ipc::writer::StreamWriter;
use datafusion::physical_plan::common::collect;
use patron::query::worker::{Bounds, IsolatedError, Outcome, Pool, Settings};
use patron::query::{self, Principal};

use super::{ask, question, settings};
use crate::support::binary::{patron, said};
use crate::support::hand;
use crate::support::script;
use crate::support::world::{runtime, text_rows};

/// Every how many of the questions below tests/slt is asked.
const EVERY: usize = 4;

/// An answer's bytes as an Arrow stream: types, values and how rows lie in batches.
fn bytes(schema: &SchemaRef, batches: &[RecordBatch]) -> Vec<u8> {
    let mut writer = StreamWriter::try_new(Vec::new(), schema).unwrap();
    for batch in batches {
        writer.write(batch).unwrap();
    }
    writer.into_inner().unwrap()
}

/// The questions of tests/slt that are SQL.
fn questions() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for folder in ["marts", "intermediate"] {
        for name in hand::files(&hand::repository("tests/slt").join(folder), "slt") {
            let text = hand::read(&hand::repository(&format!("tests/slt/{folder}/{name}.slt")));
            for record in script::read(&text).unwrap() {
                found.push((format!("{folder}/{name}.slt:{}", record.line), record.sql));
            }
        }
    }
    found
}

#[test]
fn answers_are_the_same_with_and_without_a_process_of_their_own() {
    let world = hand::shared();
    let (home, release) = (world.home(), world.release());
    let session = query::open(&home, &release, &Principal::Owner, &world.limits()).unwrap();
    let pool = Pool::new(settings(world.root(), 2)).unwrap();
    let mut asked = 0;
    runtime().block_on(async {
        for (place, sql) in questions().into_iter().step_by(EVERY) {
            let stream = query::ask(&session, &sql).await.unwrap().execute_stream().await.unwrap();
            let schema = stream.schema();
            let plain = collect(stream).await.unwrap();
            let isolated = ask(&pool, "ada", question(release.number, &sql)).await;
            let (found, rows, outcome) = isolated.unwrap_or_else(|e| panic!("{place}: {e}"));
            assert_eq!(found.fields(), schema.fields(), "{place}");
            assert_eq!(text_rows(&rows), text_rows(&plain), "{place}");
            let count: usize = plain.iter().map(RecordBatch::num_rows).sum();
            assert_eq!(outcome, Outcome { rows: count as u64, is_truncated: false }, "{place}");
            asked += 1;
        }
    });
    assert!(asked >= 30, "only {asked} questions were asked");
}

/// Every type that a question gives without a table.
const TYPES: &str = "select cast(1 as bigint) as whole, 0.10 as tenth, cast(1.5 as double) as half,
    'x' as text, true as yes, date '2026-06-30' as day, timestamp '2026-06-30 12:00:00' as moment,
    cast(null as decimal(18, 4)) as nothing, make_array(1, 2) as list, interval '1 day' as span,
    named_struct('a', 1, 'b', 'y') as parts, substr('abcdef', 2, 3) as part, null as unknown";

#[test]
fn types_and_bytes_are_kept() {
    let world = hand::shared();
    let (home, release) = (world.home(), world.release());
    let session = query::open(&home, &release, &Principal::Owner, &world.limits()).unwrap();
    let pool = Pool::new(settings(world.root(), 2)).unwrap();
    let queries = [
        TYPES,
        "select * from marts.fct_ledger_entries order by entry_id",
        "select customer_id, count(*) as n from marts.dim_customers group by 1 order by 1",
        "select 1 as x where false",
        "explain select 1",
        "describe marts.dim_customers",
        "show tables",
    ];
    runtime().block_on(async {
        for sql in queries {
            let stream = query::ask(&session, sql).await.unwrap().execute_stream().await.unwrap();
            let schema = stream.schema();
            let plain = collect(stream).await.unwrap();
            let (found, rows, _) = ask(&pool, "ada", question(release.number, sql)).await.unwrap();
            assert_eq!(found.fields(), schema.fields(), "{sql}");
            assert!(bytes(&found, &rows) == bytes(&schema, &plain), "{sql}: the bytes differ");
        }
    });
}

/// What the command line prints for a question, with and without `--isolated`.
fn printed(root: &Path, sql: &str, format: &str) -> [Vec<u8>; 2] {
    [&["query", sql, "--format", format][..], &["query", sql, "--isolated", "--format", format]]
        .map(|arguments| {
            let output = patron(root).args(arguments).output().unwrap();
            assert!(output.status.success(), "{sql}: {}", said(&output));
            output.stdout
        })
}

#[test]
fn the_command_line_answers_alike() {
    let world = hand::shared();
    let sql = "select * from marts.fct_order_lines order by order_id, order_line_number";
    for format in ["csv", "arrow", "table"] {
        let [plain, isolated] = printed(world.root(), sql, format);
        assert!(!plain.is_empty());
        assert!(plain == isolated, "{format} differs");
    }
    let wrong =
        patron(world.root()).args(["query", "--isolated", "select now()"]).output().unwrap();
    assert_eq!(wrong.status.code(), Some(1));
    let told = String::from_utf8(wrong.stderr).unwrap();
    assert!(told.starts_with("error: `now` may not be asked: it asks the clock"), "{told}");
    assert!(!told.contains("because"), "{told}");
}

/// Questions with a mistake, and what is told of it: what is wrong, and what would work.
const MISTAKES: [(&str, &str); 15] = [
    ("select count(*) from dim_customers", "there is no table `dim_customers`; write `marts."),
    ("select customer_nam from marts.dim_customers", "there is no column `customer_nam`; is `"),
    ("select c.nam from marts.dim_customers as c", "there is no column `c.nam`; "),
    ("select zzzzzzzz from marts.dim_customers", "`describe` with the name of a table lists"),
    ("select * from marts.dim_customers where \"Oslo\" is null", "a text is written 'Oslo'"),
    ("select \"CUSTOMER_ID\" from marts.dim_customers", "; write `customer_id`"),
    (
        "select customer_id from marts.dim_customers as a cross join marts.dim_customers as b",
        "column `customer_id` stands in more than one table; write whose it is",
    ),
    ("select cast('x' as bigint)", "cannot cast string 'x' to value of Int64 type; `try_cast("),
    ("select date '2026-02-30'", "; `try_cast("),
    ("select 1 / 0", "division by zero; write `nullif(x, 0)`"),
    ("select $1", "`$1` has no value; write the value itself"),
    ("selec 1", "expected: an SQL statement, found: selec"),
    ("select cunt(*) from marts.dim_customers", "there is no function `cunt`; is `count`"),
    ("select substr(1, 2, 3, 4)", "no function matches `substr(Int64, "),
    (
        "select customer_id, count(*) from marts.dim_customers",
        "`marts.dim_customers.customer_id` stands neither in `group by`",
    ),
];

#[test]
fn mistakes_are_told_in_the_same_words_with_what_would_work() {
    let world = hand::shared();
    let pool = Pool::new(settings(world.root(), 1)).unwrap();
    for (sql, told) in MISTAKES {
        let error = runtime().block_on(ask(&pool, "ada", question(1, sql))).unwrap_err();
        let IsolatedError::Mistake(text) = &error else { panic!("{sql}: {error:?}") };
        assert!(text.contains(told), "{sql}: {text}");
        assert!(text.len() < 300, "{sql}: {text}");
        for part in ["Error", "error:", "Arrow", "rule '", "Schema", "Did you mean"] {
            assert!(!text.contains(part), "{sql}: {text}");
        }
        // The command line says the same, but for what the gate alone knows.
        if !sql.contains("cunt") {
            let output = patron(world.root()).args(["query", sql]).output().unwrap();
            let plain = String::from_utf8(output.stderr).unwrap();
            assert_eq!(plain, format!("error: {text}\n"), "{sql}");
        }
    }
}

#[test]
fn a_long_answer_is_cut_and_says_so() {
    let world = hand::shared();
    let usual = settings(world.root(), 1);
    let bounds = Bounds { rows_max: 100, ..usual.bounds.clone() };
    let pool = Pool::new(Settings { bounds, ..usual }).unwrap();
    let count = |sql: &str| {
        let whole = runtime().block_on(ask(&pool, "ada", question(1, sql)));
        let (_, batches, outcome) = whole.unwrap();
        let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
        assert_eq!(outcome.rows, rows as u64);
        (rows, outcome.is_truncated)
    };
    // 124 lines of the ledger stand in the README of tests/worlds/hand.
    assert_eq!(count("select * from finance.ledger_entries"), (100, true));
    assert_eq!(count("select * from finance.ledger_entries limit 100"), (100, false));
    assert_eq!(count("select * from finance.ledger_entries limit 7"), (7, false));
    assert_eq!(count("select * from generate_series(1, 50000)"), (100, true));
}

#[test]
fn a_large_answer_comes_whole() {
    let world = hand::shared();
    let pool = Pool::new(settings(world.root(), 1)).unwrap();
    // Some 40 MB, in batches that are too large to be sent at once.
    let sql = "select x, repeat('0123456789', 500) as text from generate_series(1, 8000) as t(x)";
    let whole = runtime().block_on(ask(&pool, "ada", question(1, sql)));
    let (_, batches, outcome) = whole.unwrap();
    assert_eq!(outcome, Outcome { rows: 8_000, is_truncated: false });
    let mut seen: Vec<i64> = Vec::new();
    for row in text_rows(&batches) {
        assert_eq!(row[1].len(), 5_000);
        seen.push(row[0].parse().unwrap());
    }
    seen.sort_unstable();
    assert_eq!(seen, (1..=8_000).collect::<Vec<_>>());
}
