//! Do the numbers of the company made by hand come through HTTP as they were added up?
//!
//! The sums stand in the README of tests/worlds/hand, under Profit.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::load;
use crate::support::hand;
use crate::support::serving::Serving;

/// What each customer earns over all periods.
const PROFIT: [(&str, &str); 6] = [
    ("K103", "24838.9500"),
    ("K107", "4502.2500"),
    ("K101", "77.5400"),
    ("finance-40099", "50.0000"),
    ("K102", "-1428.5400"),
    ("K105", "-4026.3600"),
];

#[test]
fn a_report_gives_the_sums_made_by_hand() {
    let server = Serving::of(hand::shared().root(), &[]);
    let answer = server.json("/api/v1/reports/profit_curve?from_period=FY26-P01");
    let rows = answer["rows"].as_array().unwrap();
    let of_kind = |kind: &str| {
        let found = rows.iter().filter(|row| row["row_kind"] == kind);
        found.cloned().collect::<Vec<_>>()
    };
    let found: Vec<_> = of_kind("customer")
        .iter()
        .map(|row| (row["customer_id"].clone(), row["profit_amount"].clone()))
        .collect();
    let expected = PROFIT.map(|(customer, profit)| (json!(customer), json!(profit)));
    assert_eq!(found, expected);
    assert_eq!(of_kind("total")[0]["profit_amount"], "12495.3400");
    assert_eq!(answer["receipt"]["release"], 1);
}

#[test]
fn a_cube_gives_them_too() {
    let server = Serving::of(hand::shared().root(), &[]);
    let question = r#"{"measures": ["customer_profitability.profit_amount"],
        "dimensions": ["customer_profitability.customer_id"], "filters": [
        {"member": "customer_profitability.bucket", "operator": "notEquals",
         "values": ["contra"]}]}"#;
    let answer = server.json(&load(question));
    let cell = |row: &Value, name: &str| {
        row[&format!("customer_profitability.{name}")].as_str().unwrap_or("null").to_owned()
    };
    let rows = answer["data"].as_array().unwrap().iter();
    let found: BTreeMap<String, String> =
        rows.map(|row| (cell(row, "customer_id"), cell(row, "profit_amount"))).collect();
    for (customer, profit) in PROFIT {
        assert_eq!(found.get(customer).map(String::as_str), Some(profit), "{customer}: {found:?}");
    }
    assert_eq!(answer["truncated"], false);
}

#[test]
fn every_report_and_cube_of_the_standard_project_is_listed_and_answers() {
    let server = Serving::of(hand::shared().root(), &[]);
    let listed = server.json("/api/v1/reports?lang=zh-CN");
    let reports = listed["reports"].as_array().unwrap();
    // All but the one that is asked beside every other.
    let files = hand::files(&hand::repository("sql/reports"), "sql").len();
    assert_eq!(reports.len(), files - 1);
    let mut asked = 0;
    for report in reports {
        let name = report["name"].as_str().unwrap();
        let parameters = report["parameters"].as_array().unwrap();
        let is_free =
            |parameter: &Value| parameter["optional"] == true || !parameter["default"].is_null();
        if parameters.iter().all(is_free) {
            let answer = server.json(&format!("/api/v1/reports/{name}"));
            assert_eq!(answer["report"], name);
            asked += 1;
        }
    }
    assert!(asked >= reports.len() / 2, "{asked} of {}", reports.len());
    let cubes = server.json("/api/v1/cubes");
    let cubes = cubes["cubes"].as_array().unwrap();
    let told = cubes.iter().filter(|cube| cube["type"] == "cube").count();
    assert_eq!(told, hand::files(&hand::repository("sql/cubes"), "sql").len());
    let meta = server.json("/cubejs-api/v1/meta");
    assert_eq!(meta["cubes"].as_array().unwrap().len(), cubes.len());
}
