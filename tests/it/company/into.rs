//! Are the company's databases on real servers what they are in SQLite, row by row and refusal by
//! refusal?

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;

use patron::warehouse::contract::Contract;
use patron::warehouse::project::Project;
use rusqlite::Connection;

use super::read::fields;
use crate::cli::{demo, ok};
use crate::support::binary::{patron, said};
use crate::support::mariadb::MariaDb;
use crate::support::postgres::Postgres;
use crate::support::server::PASSWORD;

/// The databases, by the system that they belong to.
const DATABASES: [(&str, &str); 2] =
    [("sales", "feeds/sales/sales.db"), ("stockroom", "feeds/inventory/stock.db")];

/// Runs a command that knows the servers' passwords.
fn run(root: &Path, arguments: &[&str]) -> Output {
    let mut command = patron(root);
    command.env("PGPASSWORD", PASSWORD).env("MYSQL_PWD", PASSWORD);
    command.args(arguments).output().unwrap()
}

fn does(root: &Path, arguments: &[&str]) -> String {
    let output = run(root, arguments);
    let all = said(&output);
    assert!(output.status.success(), "{arguments:?}: {all}");
    assert!(!all.contains(PASSWORD), "{all}");
    all
}

/// A demo of which nothing is loaded yet.
fn unloaded() -> (tempfile::TempDir, std::path::PathBuf) {
    let (folder, root) = demo();
    fs::remove_dir_all(root.join("warehouse/data")).unwrap();
    (folder, root)
}

/// The contracts that read a database, in the order of their tables.
fn contracts(root: &Path) -> Vec<Contract> {
    let project = Project::open(root).unwrap();
    let is_database =
        |contract: &Contract| DATABASES.iter().any(|(system, _)| contract.system == *system);
    project.contracts.into_values().filter(is_database).collect()
}

fn ask(root: &Path, sql: &str) -> Vec<Vec<String>> {
    fields(&ok(root, &["query", sql, "--format", "csv"]), b',')
}

/// Every row of every table that comes from a database, by the table.
fn loaded(root: &Path) -> BTreeMap<String, Vec<Vec<String>>> {
    let mut tables = BTreeMap::new();
    for contract in contracts(root) {
        let is_personal = contract.shape.columns.iter().any(|column| column.personal);
        let suffixes: &[&str] = if is_personal { &["", "_personal"] } else { &[""] };
        for suffix in suffixes {
            let table = format!("{}{suffix}", contract.name);
            let key = contract.key.join(", ");
            let rows = ask(root, &format!("select * from {table} order by {key}"));
            assert!(rows.len() > 1, "{table} has no rows");
            tables.insert(table, rows);
        }
    }
    assert!(tables.len() >= 20, "{:?}", tables.keys());
    tables
}

/// The rows that were refused: table, key or source, column and reason.
fn refused(root: &Path) -> Vec<Vec<String>> {
    let sql = "select schema_name, table_name, source, row_number, column_name, reason
        from patron.quarantine order by 1, 2, 3, 4, 5, 6";
    ask(root, sql)
}

/// Checks that a project holds what was loaded from SQLite, table by table.
fn check_alike(expected: &BTreeMap<String, Vec<Vec<String>>>, root: &Path, label: &str) {
    let found = loaded(root);
    for (table, rows) in expected {
        let found = &found[table];
        assert_eq!(found.len(), rows.len(), "{label}: {table}");
        for (found, expected) in found.iter().zip(rows) {
            assert_eq!(found, expected, "{label}: {table}");
        }
    }
    assert_eq!(found.len(), expected.len());
}

/// Rows that no server can hold: a picture for a telephone number, and bytes that are no text.
const LEFT_OUT: [(&str, &str); 2] = [("contacts", "phone"), ("touches", "touch_subject")];

/// Where a test puts the databases.
struct Place {
    label: &'static str,
    options: Vec<String>,
    /// Freight is computed in floats. MariaDB has no infinite one, so that the column is a text
    /// there, and a float too wide is refused as the text that it is.
    is_freight_text: bool,
}

fn places() -> [Place; 2] {
    let (postgres, mariadb) = (Postgres::shared(), MariaDb::shared());
    let into = ["--into".to_owned(), postgres.url("writer", &postgres.database())];
    let into_mysql = ["--into-mysql".to_owned(), mariadb.url("writer", &mariadb.database())];
    [
        Place { label: "postgres", options: into.into(), is_freight_text: false },
        Place { label: "mariadb", options: into_mysql.into(), is_freight_text: true },
    ]
}

/// The refusals that are expected on a server: those of SQLite, but for what it cannot hold.
fn expected_refusals(root: &Path, place: &Place) -> Vec<Vec<String>> {
    let mut rows = refused(root);
    let count = rows.len();
    rows.retain(|row| !LEFT_OUT.contains(&(row[1].as_str(), row[4].as_str())));
    assert_eq!(rows.len(), count - LEFT_OUT.len());
    if place.is_freight_text {
        let is_wide = |row: &&mut Vec<String>| {
            row[4] == "freight_amount" && row[5].contains("with more digits than a float holds")
        };
        let wide: Vec<&mut Vec<String>> = rows.iter_mut().filter(is_wide).collect();
        assert_eq!(wide.len(), 1);
        for row in wide {
            "is not a number as the contract writes numbers".clone_into(&mut row[5]);
        }
    }
    rows[1..].sort();
    rows
}

/// The refusals of a project, in the order of the expected ones.
fn sorted_refusals(root: &Path) -> Vec<Vec<String>> {
    let mut rows = refused(root);
    rows[1..].sort();
    rows
}

#[test]
fn databases_on_servers_load_as_from_sqlite() {
    let (_folder, plain) = demo();
    let before = loaded(&plain);
    let places = places();
    let refused_before = places.each_ref().map(|place| expected_refusals(&plain, place));
    ok(&plain, &["demo", "--no-serve", "--dir", plain.to_str().unwrap(), "--advance", "20"]);
    let after = loaded(&plain);
    assert_ne!(before, after);
    for (place, refused_before) in places.iter().zip(&refused_before) {
        let label = place.label;
        let (_folder, root) = unloaded();
        let folder = root.to_str().unwrap();
        let mut arguments = vec!["demo", "--no-serve", "--dir", folder];
        arguments.extend(place.options.iter().map(String::as_str));
        let told = does(&root, &arguments);
        assert!(told.contains("and are read from there: "), "{label}: {told}");
        assert!(told.contains("release 1 is published"), "{label}: {told}");
        check_alike(&before, &root, label);
        let found = sorted_refusals(&root);
        assert_eq!(&found, refused_before, "{label}");
        assert!(found.len() > 40, "{label}: {found:?}");

        // A second run puts nothing there again; an advance does, though no server is named.
        let told = does(&root, &["demo", "--no-serve", "--dir", folder]);
        assert!(!told.contains("read from there"), "{label}: {told}");
        assert!(told.contains("nothing has changed"), "{label}: {told}");
        let told = does(&root, &["demo", "--no-serve", "--dir", folder, "--advance", "20"]);
        assert!(told.contains("and are read from there: "), "{label}: {told}");
        assert!(told.contains("release 2 is published"), "{label}: {told}");
        check_alike(&after, &root, label);
        assert_eq!(sorted_refusals(&root), expected_refusals(&plain, place), "{label}");
    }
}

#[test]
fn with_two_servers_each_gets_one_database() {
    let (postgres, mariadb) = (Postgres::shared(), MariaDb::shared());
    let (on_postgres, on_mariadb) = (postgres.database(), mariadb.database());
    let urls = [postgres.url("writer", &on_postgres), mariadb.url("writer", &on_mariadb)];
    let (_folder, root) = unloaded();
    let folder = root.to_str().unwrap();
    let into = ["--into", &urls[0], "--into-mysql", &urls[1], "--no-refresh"];
    let told = does(&root, &[&["demo", "--no-serve", "--dir", folder][..], &into].concat());
    assert!(told.contains(&format!("of sales lie at {}, and", urls[0])), "{told}");
    assert!(told.contains(&format!("of stockroom lie at {}, and", urls[1])), "{told}");
    let tables = "select table_name from information_schema.tables where table_schema = ";
    let found = postgres.rows(&on_postgres, &format!("{tables}'public' order by 1"));
    assert_eq!(found.len(), 17);
    assert!(found.contains(&vec!["sales_order".to_owned()]), "{found:?}");
    let found = mariadb.rows(&on_mariadb, &format!("{tables}database() order by 1"));
    assert_eq!(found, [["house"], ["patron_demo"], ["reservation"], ["unit_cost"]]);
    let told = does(&root, &["refresh", "--only", "stockroom"]);
    assert!(told.contains("is published"), "{told}");
}

/// A table of the databases with the number of its rows and a figure of some column, by SQL that
/// all of them understand.
const FIGURES: [(&str, &str); 6] = [
    ("customer", "count(credit_limit) from customer"),
    ("order_line", "sum(line) from order_line"),
    ("price", "sum(round(price * 10000)) from price"),
    ("sales_order", "sum(case when deleted = 1 then 1 else 0 end) from sales_order"),
    ("touch", "sum(minutes) from touch where no not like 'X%'"),
    ("reservation", "sum(pallets) from reservation"),
];

/// Whether a table has one row that no server can hold.
fn holds_no_text(table: &str) -> bool {
    ["contact", "touch"].contains(&table)
}

#[test]
fn the_servers_own_clients_find_what_sqlite_holds() {
    let (postgres, mariadb) = (Postgres::shared(), MariaDb::shared());
    let (on_postgres, on_mariadb) = (postgres.database(), mariadb.database());
    let urls = [postgres.url("writer", &on_postgres), mariadb.url("writer", &on_mariadb)];
    for (option, url) in ["--into", "--into-mysql"].iter().zip(&urls) {
        let (_folder, root) = unloaded();
        let folder = root.to_str().unwrap();
        does(&root, &["demo", "--no-serve", "--dir", folder, option, url, "--no-refresh"]);
        let systems = fs::read_to_string(root.join("warehouse/systems.toml")).unwrap();
        let parsed: toml::Table = systems.parse().unwrap();
        for (system, path) in DATABASES {
            assert_eq!(parsed[system]["url"].as_str(), Some(url.as_str()), "{systems}");
            assert!(parsed[system]["password_env"].is_str(), "{systems}");
            assert!(parsed[system].get("path").is_none(), "{systems}");
            let database = Connection::open(root.join(path)).unwrap();
            let sql = "select name from sqlite_master where type = 'table'";
            let mut statement = database.prepare(sql).unwrap();
            let names = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
            for name in names {
                let name = name.unwrap();
                let mut queries = vec![format!("count(*) from {name}")];
                let figures = FIGURES.iter().filter(|(table, _)| *table == name);
                queries.extend(figures.map(|(_, figure)| (*figure).to_owned()));
                for query in queries {
                    let sql = format!("select {query}");
                    let whole = |row: &rusqlite::Row<'_>| row.get::<_, f64>(0);
                    let is_short = query.starts_with("count(*)") && holds_no_text(&name);
                    let expected = database.query_row(&sql, [], whole).unwrap()
                        - if is_short { 1.0 } else { 0.0 };
                    let found = match *option {
                        "--into" => postgres.rows(&on_postgres, &sql),
                        _ => mariadb.rows(&on_mariadb, &sql),
                    };
                    // All of these are whole numbers, which a float holds exactly.
                    let found: f64 = found[0][0].parse().unwrap();
                    assert_eq!(found.to_string(), expected.to_string(), "{sql}");
                    assert!(expected > 0.0, "{sql}");
                }
            }
        }
        // Keys are keys there too: of 19 tables, and of the one that says whose they are.
        let keys = "select count(*) from information_schema.table_constraints
            where constraint_type = 'PRIMARY KEY' and table_schema = ";
        let found = match *option {
            "--into" => postgres.rows(&on_postgres, &format!("{keys}'public'")),
            _ => mariadb.rows(&on_mariadb, &format!("{keys}database()")),
        };
        assert_eq!(found, [["20"]]);
    }
}

#[test]
fn what_is_not_the_demos_stays() {
    let (postgres, mariadb) = (Postgres::shared(), MariaDb::shared());
    let (on_postgres, on_mariadb) = (postgres.database(), mariadb.database());
    let make = "create table house (code int); insert into house values (7)";
    postgres.psql(&on_postgres, &format!("{make}; alter table house owner to writer"));
    mariadb.mariadb(&on_mariadb, make);
    let (_folder, root) = unloaded();
    let folder = root.to_str().unwrap();
    let before = fs::read_to_string(root.join("warehouse/systems.toml")).unwrap();
    let places = [
        ("--into", postgres.url("writer", &on_postgres)),
        ("--into-mysql", mariadb.url("writer", &on_mariadb)),
    ];
    let urls = [places[0].1.clone(), places[1].1.clone()];
    for (place, (option, url)) in places.iter().enumerate() {
        let output = run(&root, &["demo", "--no-serve", "--dir", folder, option, url]);
        let told = said(&output);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains("a table `house` that no demo made"), "{told}");
        assert!(told.contains("name another database"), "{told}");
        // A password in the address is refused before anybody is asked.
        let url = url.replace("writer@", "writer:quince@");
        let output = run(&root, &["demo", "--no-serve", "--dir", folder, option, &url]);
        let told = said(&output);
        assert_eq!(output.status.code(), Some(1), "{told}");
        let variable = if *option == "--into" { "PGPASSWORD" } else { "MYSQL_PWD" };
        assert!(told.contains("holds a password") && told.contains(variable), "{told}");
        assert!(!told.contains("quince"), "{told}");
        // A wrong password says where the right one is looked for.
        let mut command = patron(&root);
        let arguments = ["demo", "--no-serve", "--dir", folder, option, &urls[place]];
        command.env(variable, "medlar").args(arguments);
        let told = said(&command.output().unwrap());
        assert!(told.contains(variable) && !told.contains("medlar"), "{told}");
    }
    let count = "select count(*), min(code) from house";
    assert_eq!(postgres.rows(&on_postgres, count), [["1", "7"]]);
    assert_eq!(mariadb.rows(&on_mariadb, count), [["1", "7"]]);
    let tables = "select count(*) from information_schema.tables where table_schema = ";
    assert_eq!(postgres.rows(&on_postgres, &format!("{tables}'public'")), [["1"]]);
    assert_eq!(mariadb.rows(&on_mariadb, &format!("{tables}database()")), [["1"]]);
    assert_eq!(fs::read_to_string(root.join("warehouse/systems.toml")).unwrap(), before);
}
