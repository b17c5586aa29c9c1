//! Does an answer say for people what its codes mean, and keep them for programs?

use std::fs::File;

use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};

use crate::cli::ok;
use crate::models::words::with_kinds;
use crate::support::hand;
use crate::support::world::day;

#[test]
fn people_read_names_and_programs_codes() {
    let world = with_kinds();
    world.refreshed(day(0));
    let root = world.root();
    let kinds = |arguments: &[&str]| ok(root, &[&["report", "kinds"], arguments].concat());
    let table = kinds(&[]);
    assert!(table.contains(" S1      | Cheap sale | EUR"), "{table}");
    assert!(kinds(&["--language", "zh-CN"]).contains(" | 低价 "));
    let plain = kinds(&["--format", "csv"]);
    assert_eq!(plain.lines().nth(1), Some("S1,cheap,EUR"));
    let labelled = kinds(&["--format", "csv", "--language", "zh-CN"]);
    assert_eq!(labelled.lines().nth(2), Some("S2,高价,EUR"));

    let answer: Value = serde_json::from_str(&kinds(&["--format", "json"])).unwrap();
    assert_eq!(answer["rows"][1]["row_kind"], "dear");
    let names = json!({ "dear": "Dear sale", "cheap": "Cheap sale" });
    assert_eq!(answer["columns"][1]["values"], names);
    assert_eq!(answer["columns"][0].get("values"), None);
    let path = world.path("kinds.parquet");
    kinds(&["--output", path.to_str().unwrap()]);
    let file = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).unwrap()).unwrap();
    let said: Value = serde_json::from_str(&file.schema().metadata()["patron.values"]).unwrap();
    assert_eq!(said, json!({ "row_kind": names }));

    // Other names are other bytes, so the receipt tells them apart.
    let before = answer["receipt"]["definition"].clone();
    crate::models::change(&world, "warehouse/values.toml", "Dear sale", "Expensive sale");
    let answer: Value = serde_json::from_str(&kinds(&["--format", "json"])).unwrap();
    assert_ne!(answer["receipt"]["definition"], before);
}

/// Reports whose parameters have no default, or that show more of their codes by others.
const ASKED: [(&str, &[&str]); 5] = [
    ("allocation_trace", &["-p", "customer=K102", "-p", "period=FY26-P02"]),
    ("customer_statement", &["-p", "customer=K102", "-p", "detail=documents"]),
    ("profit_bridge", &["-p", "from_period=FY26-P02", "-p", "period=FY26-P04"]),
    ("profit_curve", &["-p", "limit=1", "-p", "from_period=FY26-P01"]),
    ("profit_contribution", &["-p", "limit=2", "-p", "from_period=FY26-P01"]),
];

#[test]
fn every_code_that_a_report_of_the_standard_project_lists_or_gives_has_a_name() {
    let root = hand::shared().root();
    let mut names: Vec<String> = std::fs::read_dir(root.join("sql/reports"))
        .unwrap()
        .map(|file| file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let called: toml::Table =
        hand::read(&hand::repository("warehouse/values.toml")).parse().unwrap();
    let (mut told, mut nameless) = (0, Vec::new());
    for name in &names {
        let text = hand::read(&root.join(format!("sql/reports/{name}.sql")));
        let head = text.split("---*/").next().unwrap().trim_start_matches("/*---");
        let head: toml::Table = head.parse().unwrap();
        let Some(listed) = head.get("values").and_then(|values| values.as_table()) else {
            continue;
        };
        let given =
            ASKED.iter().find(|(asked, _)| asked == name).map_or(&[][..], |(_, given)| given);
        let answer = ok(root, &[&["report", name, "--format", "json"], given].concat());
        let answer: Value = serde_json::from_str(&answer).unwrap();
        for row in answer["rows"].as_array().unwrap() {
            for column in listed.keys() {
                let Some(code) = row[column].as_str() else { continue };
                told += 1;
                let is_said = |language: &&str| {
                    called.get(column).and_then(|codes| codes.get(code)?.get(language)).is_some()
                };
                if !["en", "zh-CN"].iter().all(is_said) {
                    nameless.push(format!("{name}.{column}: {code}"));
                }
            }
        }
    }
    nameless.dedup();
    assert!(nameless.is_empty(), "{nameless:#?}");
    assert!(told > 50, "{told} codes were told");
}

#[test]
fn what_is_missing_is_said_in_the_language() {
    let world = with_kinds();
    world.write(
        "sql/reports/completeness.sql",
        "/*---\ndescription = \"Are there dear ones?\"\ngrain = [\"row_kind\"]\n\
         [labels.\"zh-CN\"]\nrow_kind = \"最贵\"\n[values]\nrow_kind = [\"dear\", \"cheap\"]\n\
         ---*/\nselect case when bool_or(is_dear) then 'dear' else 'cheap' end as row_kind\n\
         from marts.fct_sales\n",
    );
    world.refreshed(day(0));
    let told = ok(world.root(), &["report", "kinds", "--language", "zh-CN"]);
    let expected = "读取时间：shop 2026-07-01 06:00Z\n隔离行数：无\n最贵：高价\nreceipt: ";
    assert!(told.contains(expected), "{told}");
    let answer = ok(world.root(), &["report", "kinds", "--format", "json"]);
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let said = json!({
        "name": "row_kind", "label": "row_kind", "value": "dear", "value_label": "Dear sale",
        "unit": null
    });
    assert_eq!(answer["completeness"]["statements"][0][0], said);
}
