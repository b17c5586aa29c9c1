//! Does the command line keep its word: exit statuses, formats, scaffolds, the demo?

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;
use std::process::Output;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::ipc::reader::StreamReader;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use patron::demo::examples;
use patron::demo::story::{FIRST_QUERY, NEXT};
use tempfile::TempDir;

use crate::support::binary::{run, said};

/// Runs a command that must succeed and returns what it printed.
fn ok(root: &Path, arguments: &[&str]) -> String {
    let output = run(root, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a command that must end with a status and returns what it complained of.
fn fails(root: &Path, arguments: &[&str], status: i32) -> String {
    let output = run(root, arguments);
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {}", said(&output));
    String::from_utf8(output.stderr).unwrap()
}

/// The demo, loaded.
fn demo() -> (TempDir, std::path::PathBuf) {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("demo");
    ok(&root, &["demo", "--dir", root.to_str().unwrap()]);
    (folder, root)
}

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
            let value = |column: &std::sync::Arc<dyn datafusion::arrow::array::Array>| {
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
fn the_demo_loads_refuses_and_answers() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("demo");
    let first = ok(&root, &["demo", "--dir", root.to_str().unwrap()]);
    for part in ["release 1 is published", "What was refused", FIRST_QUERY, "(10 rows)", NEXT] {
        assert!(first.contains(part), "{part} is not in:\n{first}");
    }
    let count = "select count(*) as n, count(distinct reason) as reasons from patron.quarantine";
    let counts = ok(&root, &["query", count, "--format", "csv"]);
    let counts: Vec<usize> =
        counts.lines().nth(1).unwrap().split(',').map(|text| text.parse().unwrap()).collect();
    assert!(counts[0] >= 10, "{counts:?}");
    assert!(counts[1] >= 8, "{counts:?}");

    let second = ok(&root, &["demo", "--dir", root.to_str().unwrap()]);
    assert!(second.contains("nothing has changed; release 1 stays the newest"), "{second}");
    assert_eq!(ok(&root, &["releases", "--format", "csv"]).lines().count(), 2);
    ok(&root, &["verify"]);

    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("mine.txt"), "mine").unwrap();
    let message = fails(&other, &["demo", "--dir", other.to_str().unwrap()], 1);
    assert!(message.contains("is not empty"), "{message}");
    assert_eq!(fs::read_dir(&other).unwrap().count(), 1);
}

#[test]
fn a_mended_row_comes_back() {
    let (_folder, root) = demo();
    let refused = "select source from patron.quarantine where table_name = 'stock_counts'";
    let source = ok(&root, &["query", refused, "--format", "csv"]);
    let source = source.lines().nth(1).unwrap().to_owned();
    let path = root.join("feeds/inventory").join(&source);
    let mut bytes = fs::read(&path).unwrap();
    let before = bytes.len();
    bytes.retain(u8::is_ascii);
    assert_eq!(bytes.len(), before - 1);
    fs::write(&path, bytes).unwrap();
    let said = ok(&root, &["refresh"]);
    assert!(said.contains("release 2 is published"), "{said}");
    assert_eq!(ok(&root, &["query", refused, "--format", "csv"]).lines().count(), 1);
    assert_eq!(
        ok(&root, &["query", refused, "--format", "csv", "--as-of", "1"]).lines().count(),
        2
    );
    ok(&root, &["pin", "before", "1"]);
    assert!(ok(&root, &["pin", "--list"]).contains("before"));
    let pinned = ok(&root, &["query", refused, "--format", "csv", "--as-of", "before"]);
    assert_eq!(pinned.lines().count(), 2);
    ok(&root, &["pin", "--remove", "before"]);
    fails(&root, &["query", "select 1", "--as-of", "before"], 1);
}

#[test]
fn the_standard_project_fits_itself() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("company");
    let written = ok(&root, &["init", root.to_str().unwrap()]);
    assert!(written.contains("patron check"), "{written}");
    assert!(ok(&root, &["check", "--offline"]).contains("everything fits"));
    let message = fails(&root, &["check"], 1);
    assert!(message.contains("correct `path` in warehouse/systems.toml"), "{message}");
    let message = fails(&root, &["init", root.to_str().unwrap()], 1);
    assert!(message.contains("is not empty"), "{message}");
    fails(&root, &["query", "select 1"], 1);

    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in ["warehouse/project.toml", "warehouse/README.md", "warehouse/systems.toml"] {
        let here = fs::read_to_string(repository.join(name)).unwrap();
        assert_eq!(fs::read_to_string(root.join(name)).unwrap(), here, "{name}");
    }
}

#[test]
fn check_names_what_does_not_fit() {
    let (_folder, root) = demo();
    assert!(ok(&root, &["check"]).contains("everything fits"));

    let contract = root.join("warehouse/contracts/finance/debtors.toml");
    let text = fs::read_to_string(&contract).unwrap();
    fs::write(&contract, text.replace("from = \"客户名称\"", "from = \"名称\"")).unwrap();
    let message = fails(&root, &["check"], 1);
    assert!(message.contains("finance/debtors.toml: "), "{message}");
    assert!(message.contains("客户名称"), "the column that is there is shown: {message}");
    fs::write(&contract, text.replace("mode = \"full\"", "mode = \"fall\"")).unwrap();
    let message = fails(&root, &["check", "--offline"], 1);
    assert!(message.contains("warehouse/contracts/finance/debtors.toml:5: "), "{message}");
    fs::write(&contract, text).unwrap();

    let staging = root.join("sql/staging/sales/stg_sales__orders.sql");
    let text = fs::read_to_string(&staging).unwrap();
    let cases = [
        (text.replace("from sales.orders", "from sales.order"), "stg_sales__orders.sql: "),
        (text.replace("description =", "beschreibung ="), "stg_sales__orders.sql:2: "),
        (text.replace("---*/", "*/"), "stg_sales__orders.sql:1: has no head"),
        (text.replace("[\"order_id\"]", "[\"nr\"]"), "the grain names `nr`"),
    ];
    for (broken, expected) in cases {
        fs::write(&staging, broken).unwrap();
        let message = fails(&root, &["check", "--offline"], 1);
        assert!(message.contains(expected), "{expected}: {message}");
    }
}

#[test]
fn scaffolds_load_as_they_are_written() {
    let (_folder, root) = demo();
    ok(&root, &["new", "system", "shop", "--kind", "sqlite", "--path", "feeds/sales/sales.db"]);
    ok(&root, &["new", "system", "books", "--kind", "files", "--path", "feeds/finance"]);
    ok(
        &root,
        &["new", "system", "desk", "--kind", "files", "--path", "feeds/service", "--optional"],
    );
    ok(&root, &["new", "system", "store", "--kind", "files", "--path", "feeds/inventory"]);
    fails(&root, &["new", "system", "shop", "--kind", "files", "--path", "feeds"], 2);
    fails(&root, &["new", "system", "Shop!", "--kind", "files", "--path", "feeds"], 2);

    ok(&root, &["new", "table", "shop.customer"]);
    let message = fails(&root, &["new", "table", "shop.customer"], 1);
    assert!(message.contains("customer.toml` exists"), "{message}");
    let message = fails(&root, &["new", "table", "shop.costumer"], 1);
    assert!(message.contains("`customer`"), "the nearest name is shown: {message}");
    let message = fails(&root, &["new", "table", "books.debtors.csv"], 2);
    assert!(message.contains("--encoding gbk"), "{message}");
    ok(&root, &["new", "table", "books.debtors.csv", "--encoding", "gbk"]);
    ok(&root, &["new", "table", "store.counts_*.csv"]);
    ok(&root, &["new", "table", "store.products.parquet", "--department", "catalogue"]);
    ok(&root, &["new", "table", "desk.cases_2026-02.jsonl", "--table", "events"]);
    assert!(ok(&root, &["check"]).contains("everything fits"));

    let summary = ok(&root, &["refresh"]);
    assert!(summary.contains("release 2 is published"), "{summary}");
    let cases = [
        ("shop.customer", "sales.customers"),
        ("books.debtors", "(select debtor_id from finance.debtors union all values ('refused'))"),
        ("catalogue.products", "inventory.products"),
    ];
    for (table, same) in cases {
        let sql =
            format!("select (select count(*) from {table}) - (select count(*) from {same}) as n");
        assert_eq!(ok(&root, &["query", &sql, "--format", "csv"]), "n\r\n0\r\n", "{table}");
    }
    let sql = "select (select count(*) from store.counts) > 100
        and (select count(*) from desk.events) > 10 as n";
    assert_eq!(ok(&root, &["query", sql, "--format", "csv"]), "n\r\ntrue\r\n");
}

#[test]
fn a_wrong_call_is_told_from_a_failure() {
    let folder = TempDir::new().unwrap();
    let root = folder.path();
    let cases: [&[&str]; 7] = [
        &["refrehs"],
        &[],
        &["query"],
        &["refresh", "--waive", "a.b:c"],
        &["refresh", "--because", "why"],
        &["query", "select 1", "--format", "xml"],
        &["--log", "patron=loud", "check"],
    ];
    for case in cases {
        let message = fails(root, case, 2);
        assert!(!message.is_empty(), "{case:?}");
    }
    for case in
        [&["refresh"] as &[&str], &["check"], &["query", "select 1"], &["releases"], &["verify"]]
    {
        let message = fails(root, case, 1);
        assert!(message.starts_with("error: "), "{case:?}: {message}");
        assert!(message.contains("patron init"), "{case:?}: {message}");
    }
}

#[test]
fn help_shows_examples_that_run() {
    let (_folder, root) = demo();
    let verbs: [&[&str]; 15] = [
        &[],
        &["demo"],
        &["init"],
        &["new", "system"],
        &["new", "table"],
        &["check"],
        &["refresh"],
        &["query"],
        &["releases"],
        &["pin"],
        &["quarantine", "list"],
        &["quarantine", "retry"],
        &["verify"],
        &["collect"],
        &["completions"],
    ];
    for verb in verbs {
        let help = ok(&root, &[verb, &["--help"]].concat());
        assert!(help.contains("Examples:"), "{verb:?}: {help}");
    }
    let environment = ok(&root, &["help", "environment"]);
    for name in ["PATRON_PROJECT", "PATRON_LOG", "PATRON_THREADS", "PATRON_MEMORY_MIB", "NO_COLOR"]
    {
        assert!(environment.contains(name), "{name}");
    }
    for shell in ["bash", "zsh", "fish"] {
        assert!(ok(&root, &["completions", shell]).contains("quarantine"), "{shell}");
    }

    let folder = TempDir::new().unwrap();
    let mut asked = BTreeSet::new();
    for text in
        [examples::TOP, examples::QUERY, examples::RELEASES, examples::QUARANTINE_LIST, NEXT]
    {
        for sql in text.split("patron query").skip(1).filter_map(|rest| rest.split('\'').nth(1)) {
            let path = folder.path().join("answer.csv");
            ok(&root, &["query", sql, "--output", path.to_str().unwrap()]);
            asked.insert(sql);
        }
    }
    assert!(asked.len() >= 6, "{asked:?}");
}

#[test]
fn a_project_is_found_from_below() {
    let (_folder, root) = demo();
    let below = |folder: &Path, variables: &[(&str, &str)]| -> Output {
        let mut command = std::process::Command::new(crate::support::binary::program());
        command.current_dir(folder).args(["query", "select 1 as a", "--format", "csv"]);
        command.envs(variables.iter().copied()).output().unwrap()
    };
    let found = below(&root.join("feeds/sales"), &[]);
    assert!(found.status.success(), "{}", said(&found));
    let elsewhere = TempDir::new().unwrap();
    assert_eq!(below(elsewhere.path(), &[]).status.code(), Some(1));
    let named = below(elsewhere.path(), &[("PATRON_PROJECT", root.to_str().unwrap())]);
    assert!(named.status.success(), "{}", said(&named));
    let wrong = below(&root, &[("PATRON_THREADS", "none")]);
    assert_eq!(wrong.status.code(), Some(2), "{}", said(&wrong));
}

#[test]
fn an_interrupted_refresh_publishes_nothing() {
    let (_folder, root) = demo();
    // Another writer keeps the refresh waiting, so that the interrupt meets it at work.
    let home = patron::warehouse::Home::open(&root.join("warehouse/data")).unwrap();
    let writer = home.writer(false).unwrap();
    let mut command = crate::support::binary::patron(&root);
    let mut running = command.arg("refresh").stderr(std::process::Stdio::piped()).spawn().unwrap();
    let status = format!("/proc/{}/status", running.id());
    let catches_interrupts = || {
        let text = fs::read_to_string(&status).unwrap();
        let caught = text.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
        u64::from_str_radix(caught.trim(), 16).unwrap() & 2 != 0
    };
    while !catches_interrupts() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let id = running.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let mut said = String::new();
    std::io::Read::read_to_string(&mut running.stderr.take().unwrap(), &mut said).unwrap();
    assert_eq!(running.wait().unwrap().code(), Some(130), "{said}");
    assert!(said.contains("interrupted; release 1 stays served"), "{said}");

    let message = fails(&root, &["refresh", "--no-wait"], 1);
    assert!(message.contains("is locked"), "{message}");
    drop(writer);
    ok(&root, &["refresh", "--no-wait"]);
}

#[test]
fn a_refused_refresh_is_waived_by_name() {
    let (_folder, root) = demo();
    let database = rusqlite::Connection::open(root.join("feeds/sales/sales.db")).unwrap();
    database.execute("delete from customer where no > 'K1010'", []).unwrap();
    let message = fails(&root, &["refresh"], 1);
    let check = "sales.customers:deleted_ratio";
    assert!(message.contains(&format!("--waive {check}")), "{message}");
    let count = ["query", "select count(*) as n from sales.customers", "--format", "csv"];
    assert_eq!(ok(&root, &count), "n\r\n40\r\n");
    fails(&root, &["refresh", "--waive", check], 2);
    let summary = ok(&root, &["refresh", "--waive", check, "--because", "the others moved away"]);
    assert!(summary.contains("waived: sales.customers:deleted_ratio"), "{summary}");
    assert_eq!(ok(&root, &count), "n\r\n10\r\n");
}

#[test]
fn collected_releases_are_listed_but_not_asked() {
    let (_folder, root) = demo();
    let database = rusqlite::Connection::open(root.join("feeds/sales/sales.db")).unwrap();
    database.execute("update customer set name = 'Renamed' where no = 'K1001'", []).unwrap();
    ok(&root, &["refresh"]);
    assert!(ok(&root, &["collect", "--keep", "1"]).contains("nothing was changed"));
    ok(&root, &["query", "select 1", "--as-of", "1"]);
    ok(&root, &["collect", "--apply", "--keep", "1", "--grace", "0"]);
    ok(&root, &["collect", "--apply", "--keep", "1", "--grace", "0"]);
    fails(&root, &["query", "select 1", "--as-of", "1"], 1);
    assert_eq!(ok(&root, &["releases", "--format", "csv"]).lines().count(), 3);
    ok(&root, &["verify"]);
}
