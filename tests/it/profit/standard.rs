//! Which part of the standard project computes profit, so that a hundred companies load quickly?

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::hand;

/// What the proof asks; whatever these rest on is kept.
const ASKED: [&str; 6] = [
    "marts.dim_business_units",
    "marts.dim_customer_identities",
    "marts.fct_allocations",
    "marts.fct_customer_profit",
    "marts.fct_profit_lines",
    "marts.fct_reconciliation_items",
];
/// The reports that it asks.
const ASKED_REPORTS: [&str; 1] = ["unprofitable_customers"];
/// The rooms of sql/ whose files are tables.
const SCHEMAS: [&str; 3] = ["staging", "intermediate", "marts"];

/// Deletes from a project's sql/ what profit does not rest on; checks of kept tables stay.
pub fn keep_profit_only(root: &Path) {
    let sql = root.join("sql");
    let mut texts = BTreeMap::new();
    for schema in SCHEMAS {
        collect(&sql.join(schema), &mut |name, path, text| {
            texts.insert(format!("{schema}.{name}"), (path, text));
        });
    }
    let mut kept: BTreeSet<String> = ASKED.map(str::to_owned).into();
    let mut waiting: Vec<String> = kept.iter().cloned().collect();
    while let Some(table) = waiting.pop() {
        let (_, text) = texts.get(&table).unwrap_or_else(|| panic!("there is no {table}"));
        for named in tables_of(text).into_iter().chain(["marts.dim_periods".to_owned()]) {
            if texts.contains_key(&named) && kept.insert(named.clone()) {
                waiting.push(named);
            }
        }
    }
    for (table, (path, _)) in &texts {
        if !kept.contains(table) {
            fs::remove_file(path).unwrap();
        }
    }
    for folder in ["checks", "reports"] {
        collect(&sql.join(folder), &mut |name, path, text| {
            let is_asked = folder == "checks" || ASKED_REPORTS.contains(&name.as_str());
            if !is_asked || !tables_of(&text).is_subset(&kept) {
                fs::remove_file(path).unwrap();
            }
        });
    }
    let _absent_is_fine = fs::remove_dir_all(sql.join("cubes"));
}

/// Says in the heads of staging which tables the company does not have.
pub fn connect_only(root: &Path) {
    collect(&root.join("sql/staging"), &mut |name, path, text| {
        let (department, table) = name.trim_start_matches("stg_").split_once("__").unwrap();
        // What is personal, and what was, comes by the table's own contract.
        let table = table.trim_end_matches("_personal").trim_end_matches("_history");
        let contract = root.join(format!("warehouse/contracts/{department}/{table}.toml"));
        if !contract.exists() {
            fs::write(path, text.replacen("/*---\n", "/*---\nconnected = false\n", 1)).unwrap();
        }
    });
}

/// Hands over every SQL file of a folder: its name, path and text.
fn collect(folder: &Path, found: &mut dyn FnMut(String, PathBuf, String)) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "sql") {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let text = hand::read(&path);
            found(name, path, text);
        }
    }
}

/// The tables that a text names.
fn tables_of(text: &str) -> BTreeSet<String> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "._".contains(letter);
    let words = text.split(|letter| !is_part(letter)).map(|word| word.trim_matches('.'));
    let names = words.filter_map(|word| {
        let (schema, rest) = word.split_once('.')?;
        let table = rest.split('.').next()?;
        SCHEMAS.contains(&schema).then(|| format!("{schema}.{table}"))
    });
    names.collect()
}
