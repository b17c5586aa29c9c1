//! Does the command line keep its word: exit statuses, scaffolds, the demo?

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use patron::demo::examples;
use patron::demo::story::{FIRST_QUERY, NEXT};
use tempfile::TempDir;

use crate::support::binary::{patron, program, run, said};

/// Runs a command that must succeed and returns what it printed.
pub fn ok(root: &Path, arguments: &[&str]) -> String {
    let output = run(root, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a command that must end with a status and returns what it complained of.
pub fn fails(root: &Path, arguments: &[&str], status: i32) -> String {
    let output = run(root, arguments);
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {}", said(&output));
    String::from_utf8(output.stderr).unwrap()
}

/// The smallest demo, loaded, in a folder of its own.
pub fn demo() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("demo");
    demo_in(&root);
    (folder, root)
}

/// The smallest demo, loaded: made once, and copied for each test.
pub fn demo_in(root: &Path) {
    static MADE: OnceLock<TempDir> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        small_demo(&folder.path().join("demo"));
        folder
    });
    copy(&made.path().join("demo"), root);
}

/// Sets up the smallest demo, and returns what was said.
fn small_demo(root: &Path) -> String {
    let folder = root.to_str().unwrap();
    ok(root, &["demo", "--no-serve", "--dir", folder, "--customers", "400", "--months", "15"])
}

/// Copies a folder as it is.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn the_demo_loads_refuses_and_answers() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("demo");
    let first = small_demo(&root);
    for part in ["release 1 is published", "What was refused", FIRST_QUERY, "(10 rows)", NEXT] {
        assert!(first.contains(part), "{part} is not in:\n{first}");
    }
    let count = "select count(*) as n, count(distinct reason) as reasons from patron.quarantine";
    let counts = ok(&root, &["query", count, "--format", "csv"]);
    let counts: Vec<usize> =
        counts.lines().nth(1).unwrap().split(',').map(|text| text.parse().unwrap()).collect();
    assert!(counts[0] >= 10, "{counts:?}");
    assert!(counts[1] >= 8, "{counts:?}");

    let second = ok(&root, &["demo", "--no-serve", "--dir", root.to_str().unwrap()]);
    assert!(second.contains("nothing has changed; release 1 stays the newest"), "{second}");
    assert_eq!(ok(&root, &["releases", "--format", "csv"]).lines().count(), 2);
    ok(&root, &["verify"]);

    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("mine.txt"), "mine").unwrap();
    let message = fails(&other, &["demo", "--no-serve", "--dir", other.to_str().unwrap()], 1);
    assert!(message.contains("is not empty"), "{message}");
    assert_eq!(fs::read_dir(&other).unwrap().count(), 1);
}

#[test]
fn a_mended_row_comes_back() {
    let (_folder, root) = demo();
    let refused = "select source from patron.quarantine
        where table_name = 'stock_counts' and column_name = 'stock_value_amount'";
    let source = ok(&root, &["query", refused, "--format", "csv"]);
    let source = source.lines().nth(1).unwrap().to_owned();
    let path = root.join("feeds/inventory").join(&source);
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.matches("#VALUE!").count(), 1);
    fs::write(&path, text.replace("#VALUE!", "1178.80")).unwrap();
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
        (
            text.replace("from sales.orders", "from sales.order"),
            "there is no contract for `sales.order`; is `sales.orders` meant?",
        ),
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
    ok(&root, &["new", "table", "desk.contracts.jsonl", "--department", "agreements"]);
    ok(&root, &["new", "table", "desk.cases_2026-02.jsonl", "--table", "events"]);
    assert!(ok(&root, &["check"]).contains("everything fits"));

    let summary = ok(&root, &["refresh"]);
    assert!(summary.contains("release 2 is published"), "{summary}");
    let cases = [
        ("shop.customer", "(select customer_id from sales.customers union all values ('refused'))"),
        // What no contract's type fits is a text by the scaffold's guess, and loads.
        (
            "books.debtors",
            "(select debtor_id from finance.debtors union all values ('limit'), ('blocked'))",
        ),
        ("agreements.contracts", "service.contracts"),
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
    let verbs: [&[&str]; 27] = [
        &[],
        &["demo"],
        &["init"],
        &["new", "system"],
        &["new", "table"],
        &["new", "model"],
        &["new", "check"],
        &["new", "report"],
        &["new", "cube"],
        &["advise"],
        &["check"],
        &["describe"],
        &["refresh"],
        &["query"],
        &["cube"],
        &["releases"],
        &["pin"],
        &["quarantine", "list"],
        &["quarantine", "retry"],
        &["periods"],
        &["close"],
        &["reopen"],
        &["sign-off"],
        &["restatement"],
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
    for text in [
        examples::TOP,
        examples::QUERY,
        examples::RELEASES,
        examples::QUARANTINE_LIST,
        examples::SIGN_OFF,
        examples::PERIODS,
        NEXT,
    ] {
        for sql in text.split("patron query").skip(1).filter_map(|rest| rest.split('\'').nth(1)) {
            let path = folder.path().join("answer.csv");
            ok(&root, &["query", sql, "--output", path.to_str().unwrap()]);
            asked.insert(sql);
        }
    }
    assert!(asked.len() >= 6, "{asked:?}");
    for text in [examples::CUBE, NEXT] {
        for json in text.split("patron cube '").skip(1).filter_map(|rest| rest.split('\'').next()) {
            ok(&root, &["cube", json]);
            asked.insert(json);
        }
    }
    assert!(asked.iter().filter(|asked| asked.starts_with('{')).count() >= 2, "{asked:?}");
}

#[test]
fn a_project_is_found_from_below() {
    let (_folder, root) = demo();
    let below = |folder: &Path, variables: &[(&str, &str)]| -> Output {
        let mut command = Command::new(program());
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
    let home = patron::warehouse::Home::open(root.join("warehouse/data")).unwrap();
    let writer = home.writer(false).unwrap();
    let mut command = patron(&root);
    let mut running = command.arg("refresh").stderr(Stdio::piped()).spawn().unwrap();
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
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
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
    database.execute("delete from customer where no > 'K100010'", []).unwrap();
    let message = fails(&root, &["refresh"], 1);
    let check = "sales.customers:deleted_ratio";
    assert!(message.contains(&format!("--waive {check}")), "{message}");
    let count = ["query", "select count(*) as n from sales.customers", "--format", "csv"];
    assert_eq!(ok(&root, &count), "n\r\n400\r\n");
    fails(&root, &["refresh", "--waive", check], 2);
    let summary = ok(&root, &["refresh", "--waive", check, "--because", "the others moved away"]);
    assert!(summary.contains("waived: sales.customers:deleted_ratio"), "{summary}");
    assert_eq!(ok(&root, &count), "n\r\n10\r\n");
}

#[test]
fn collected_releases_are_listed_but_not_asked() {
    let (_folder, root) = demo();
    let database = rusqlite::Connection::open(root.join("feeds/sales/sales.db")).unwrap();
    database.execute("update customer set name = 'Renamed' where no = 'K100001'", []).unwrap();
    ok(&root, &["refresh"]);
    assert!(ok(&root, &["collect", "--keep", "1"]).contains("nothing was changed"));
    ok(&root, &["query", "select 1", "--as-of", "1"]);
    ok(&root, &["collect", "--apply", "--keep", "1", "--grace", "0"]);
    ok(&root, &["collect", "--apply", "--keep", "1", "--grace", "0"]);
    fails(&root, &["query", "select 1", "--as-of", "1"], 1);
    assert_eq!(ok(&root, &["releases", "--format", "csv"]).lines().count(), 3);
    ok(&root, &["verify"]);
}
