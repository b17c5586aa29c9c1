//! Is an answer the same in every format, and does a question change nothing?

use std::fs::{self, File};

use datafusion::arrow::array::{Array, RecordBatch};
use datafusion::arrow::ipc::reader::StreamReader;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::TempDir;

use crate::cli::{demo, fails, ok};

/// The records of a CSV text by RFC 4180; no value and the empty text are told apart.
fn csv_records(text: &str) -> Vec<Vec<Option<String>>> {
    let mut records = Vec::new();
    let mut record = Vec::new();
    let mut field = String::new();
    let mut is_quoted = false;
    let mut was_quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' if is_quoted && characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            '"' => {
                is_quoted = !is_quoted;
                was_quoted = true;
            }
            ',' | '\r' if !is_quoted => {
                let is_absent = field.is_empty() && !was_quoted;
                record.push((!is_absent).then(|| std::mem::take(&mut field)));
                was_quoted = false;
                if c == '\r' {
                    assert_eq!(characters.next(), Some('\n'));
                    records.push(std::mem::take(&mut record));
                }
            }
            _ => field.push(c),
        }
    }
    assert!(record.is_empty() && field.is_empty(), "the last record has no end");
    records
}

/// Every value as text.
fn texts(batches: &[RecordBatch]) -> Vec<Vec<Option<String>>> {
    let options = FormatOptions::new();
    let mut rows = Vec::new();
    for batch in batches {
        for row in 0..batch.num_rows() {
            let value = |column: &std::sync::Arc<dyn Array>| {
                let formatter = ArrayFormatter::try_new(column.as_ref(), &options).unwrap();
                (!column.is_null(row)).then(|| formatter.value(row).to_string())
            };
            rows.push(batch.columns().iter().map(value).collect());
        }
    }
    rows
}

#[test]
fn every_format_reads_back_equal() {
    let (_folder, root) = demo();
    let sql = "select * from (values
        (1, 'plain', cast('12345678901234.5678' as decimal(18,4)), true, date '2026-06-30'),
        (2, 'a,b \"c\"', cast('-0.0100' as decimal(18,4)), false, date '1900-01-01'),
        (3, '', null, null, null),
        (4, null, cast('0' as decimal(18,4)), true, date '2026-01-01'),
        (9007199254740993, '上海' || chr(10) || 'two lines', cast('1' as decimal(18,4)), false, null)
        ) as t (n, words, amount, flag, day) order by n";
    let folder = TempDir::new().unwrap();
    let file = |ending: &str| folder.path().join(format!("answer.{ending}"));
    for ending in ["csv", "json", "parquet", "arrow"] {
        let path = file(ending);
        ok(&root, &["query", sql, "--output", path.to_str().unwrap()]);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4, "nothing else is left");

    let parquet = File::open(file("parquet")).unwrap();
    let parquet = ParquetRecordBatchReaderBuilder::try_new(parquet).unwrap().build().unwrap();
    let expected = texts(&parquet.map(Result::unwrap).collect::<Vec<_>>());
    assert_eq!(expected.len(), 5);
    assert_eq!(expected[0][2].as_deref(), Some("12345678901234.5678"));
    assert_eq!(expected[2][1].as_deref(), Some(""));
    assert_eq!(expected[3][1], None);

    let arrow = StreamReader::try_new(File::open(file("arrow")).unwrap(), None).unwrap();
    assert_eq!(texts(&arrow.map(Result::unwrap).collect::<Vec<_>>()), expected);

    let csv = csv_records(&fs::read_to_string(file("csv")).unwrap());
    let header: Vec<&str> = csv[0].iter().map(|name| name.as_deref().unwrap()).collect();
    assert_eq!(header, ["n", "words", "amount", "flag", "day"]);
    assert_eq!(csv[1..], expected);

    let json: Vec<serde_json::Map<String, serde_json::Value>> =
        serde_json::from_reader(File::open(file("json")).unwrap()).unwrap();
    assert!(json[0]["amount"].is_string(), "decimals are strings");
    let json: Vec<Vec<Option<String>>> = json
        .iter()
        .map(|object| {
            object
                .values()
                .map(|value| match value {
                    serde_json::Value::Null => None,
                    serde_json::Value::String(text) => Some(text.clone()),
                    other => Some(other.to_string()),
                })
                .collect()
        })
        .collect();
    assert_eq!(json, expected);
}

#[test]
fn a_failed_query_leaves_no_file() {
    let (_folder, root) = demo();
    let path = root.join("answer.csv");
    let sql = "select cast(customer_name as bigint) from sales.customers";
    let message = fails(&root, &["query", sql, "--output", path.to_str().unwrap()], 1);
    assert!(message.starts_with("error: "), "{message}");
    assert!(!path.exists() && !root.join("answer.csv.part").exists());
    fails(&root, &["query", "select 1 as a, 2 as a", "--format", "json"], 1);
    let nowhere = root.join("no/such/folder.csv");
    fails(&root, &["query", "select 1", "--output", nowhere.to_str().unwrap()], 1);
}

#[test]
fn a_table_is_cut_and_says_so() {
    let (_folder, root) = demo();
    let all = ok(&root, &["query", "select * from finance.ledger_entries"]);
    assert!(all.ends_with("(first 200 rows; the other formats give all)\n"), "{all}");
    let few = ok(&root, &["query", "select 1 as a union all select 2 order by a"]);
    assert_eq!(few, " a\n---\n 1\n 2\n(2 rows)\n");
}

#[test]
fn numbers_survive_json() {
    let (_folder, root) = demo();
    let sql = "select make_array(1.50, null) as list, cast('NaN' as double) as odd,
        cast('1e300' as double) as large, cast(0.1 as double) as small, 9007199254740993 as whole";
    let text = ok(&root, &["query", sql, "--format", "json"]);
    let expected = r#"{"list":["1.50",null],"odd":"NaN","large":1e300,"small":0.1,"#;
    let expected = [expected, r#""whole":9007199254740993}"#].concat();
    assert_eq!(text, format!("[\n{expected}\n]\n"));
    let nothing = ok(&root, &["query", "select 1 as a where false", "--format", "json"]);
    assert_eq!(serde_json::from_str::<Vec<i32>>(&nothing).unwrap(), Vec::<i32>::new());
}

#[test]
fn a_query_changes_nothing() {
    let (_folder, root) = demo();
    let target = root.join("stolen.csv");
    let copy = format!("copy (select 1 as a) to '{}'", target.display());
    let cases = [
        copy.as_str(),
        "create table x as select 1 as a",
        "create external table x stored as csv location '/etc/passwd'",
        "drop table sales.orders",
        "insert into sales.orders select * from sales.orders",
        "set datafusion.execution.batch_size = 1",
        "select 1; select 2",
        "",
    ];
    for sql in cases {
        let message = fails(&root, &["query", sql], 1);
        assert!(message.starts_with("error: "), "{sql}: {message}");
    }
    assert!(!target.exists());
    ok(&root, &["query", "explain select count(*) from sales.orders"]);
    ok(&root, &["verify"]);
}
