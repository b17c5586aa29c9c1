//! Does the warehouse hold of the sample company what its departments wrote, and refuse what is
//! planted to be refused?

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use rusqlite::Connection;
use serde_json::Value;

use super::text;
use crate::cli::{demo, ok};

/// The records of an answer as CSV; values are quoted only where they must be.
fn ask(root: &Path, sql: &str) -> Vec<Vec<String>> {
    let answer = ok(root, &["query", sql, "--format", "csv"]);
    super::read::fields(&answer, b',').split_off(1)
}

fn answers(root: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(root.join("answers.json")).unwrap()).unwrap()
}

#[test]
fn the_quarantine_holds_what_is_planted_and_no_more() {
    let (_folder, root) = demo();
    let found = ask(
        &root,
        "select schema_name || '.' || table_name, source, row_number, column_name, reason
         from patron.quarantine",
    );
    let answers = answers(&root);
    let mut expected: Vec<&Value> = answers["dirty"].as_array().unwrap().iter().collect();
    let mut reasons = BTreeSet::new();
    for row in &found {
        let is_it = |fact: &&Value| {
            text(fact, "table") == row[0]
                && text(fact, "source") == row[1]
                && fact["row"].as_u64() == row[2].parse().ok()
                && fact["column"].as_str().unwrap_or_default() == row[3]
                && row[4].contains(text(fact, "reason"))
        };
        let place = expected.iter().position(is_it);
        let place = place.unwrap_or_else(|| panic!("{row:?} was not to be refused"));
        reasons.insert(text(expected.remove(place), "reason").to_owned());
    }
    assert!(expected.is_empty(), "these were to be refused: {expected:#?}");
    println!("{} rows refused for {} reasons", found.len(), reasons.len());

    // Every kind of the messy world occurs.
    let messy = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/worlds/messy/expected.csv");
    let messy = fs::read_to_string(messy).unwrap();
    for line in messy.lines().skip(1) {
        let reason = line.splitn(5, ',').nth(4).unwrap();
        // A repeated key, and a record of another length, name where and how many.
        let kind = match reason {
            reason if reason.starts_with("repeats the key") => "repeats the key",
            reason if reason.starts_with("the record has") => "the record has",
            reason => reason,
        };
        let is_there = found.iter().any(|row| row[4].contains(kind));
        assert!(is_there, "no row of the sample company is refused because it {kind}");
    }
}

#[test]
fn every_row_that_is_not_planted_as_dirty_is_loaded() {
    let (_folder, root) = demo();
    let answers = answers(&root);
    let mut dirty: BTreeMap<&str, u64> = BTreeMap::new();
    for row in answers["dirty"].as_array().unwrap() {
        *dirty.entry(text(row, "table")).or_default() += 1;
    }
    let databases = [("sales", "feeds/sales/sales.db"), ("stockroom", "feeds/inventory/stock.db")];
    let databases: BTreeMap<&str, Connection> =
        databases.map(|(name, path)| (name, Connection::open(root.join(path)).unwrap())).into();
    let mut tables = 0;
    for department in fs::read_dir(root.join("warehouse/contracts")).unwrap() {
        for file in fs::read_dir(department.unwrap().path()).unwrap() {
            let file = file.unwrap().path();
            let contract: toml::Table = fs::read_to_string(&file).unwrap().parse().unwrap();
            let name = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
            let table = format!("{}.{}", name(file.parent().unwrap()), name(&file));
            let system = contract["system"].as_str().unwrap();
            let mode = contract["mode"].as_str().unwrap();
            let object = contract["object"].as_str().unwrap();
            let refused = dirty.get(table.as_str()).copied().unwrap_or_default();
            let written = match databases.get(system) {
                Some(database) => {
                    // Deleted rows are known by their mark; lines carry a column of their header.
                    let from = match object.contains("select") {
                        true => format!("({object})"),
                        false => object.to_owned(),
                    };
                    let kept = if object == "sales_order" { " where deleted <> 1" } else { "" };
                    let sql = format!("select count(*) from {from}{kept}");
                    database.query_row(&sql, [], |row| row.get::<_, i64>(0)).unwrap() as u64
                        - refused
                }
                // A merged table holds the newest state of each key, not each row.
                None if mode == "merge" => continue,
                None => {
                    let folder = match system {
                        "inputs" => "warehouse/inputs".to_owned(),
                        system => format!("feeds/{system}"),
                    };
                    answers["rows"][format!("{folder}/{object}")].as_u64().unwrap()
                }
            };
            let loaded = ask(&root, &format!("select count(*) from {table}"));
            assert_eq!(loaded[0][0], written.to_string(), "{table}");
            assert!(written > 0, "{table} has no rows");
            tables += 1;
        }
    }
    assert!(tables >= 60, "{tables}");
}

#[test]
fn late_and_corrected_rows_come_with_the_days() {
    let (_folder, root) = demo();
    let count = |sql: &str| ask(&root, sql)[0][0].parse::<u64>().unwrap();
    let orders = count("select count(*) from sales.orders");
    let folder = root.to_str().unwrap();
    let said = ok(&root, &["demo", "--no-serve", "--dir", folder, "--advance", "20"]);
    assert!(said.contains("now ends on 2026-07-20"), "{said}");
    assert!(said.contains("release 2 is published"), "{said}");
    assert!(count("select count(*) from sales.orders") > orders);
    // A payment that the bank's statement of another day brought.
    let late = "select count(*) from finance.ledger_entries
        where _source like 'ledger_2026-07-%' and posting_origin = 'bank'
        and substr(_source, 8, 10) > cast(posted_on as varchar)";
    assert!(count(late) > 0);
    // The accounting of the second release counts changed rows of a table that lives on.
    let changed = said.lines().find(|line| line.starts_with(" sales.orders ")).unwrap();
    let changed: u64 = changed.split('|').nth(3).unwrap().trim().parse().unwrap();
    assert!(changed > 0, "{said}");
    let refused = |release: &str| {
        let sql = "select count(*) as n from patron.quarantine";
        ok(&root, &["query", sql, "--format", "csv", "--as-of", release])
    };
    assert_eq!(refused("1"), refused("2"), "the days bring nothing that cannot be loaded");
    ok(&root, &["verify"]);
}
