//! Does the same question at the same release have the same bytes, and does the receipt say what
//! they rest on?

use serde_json::{Value, json};

use super::kiosk::kiosk;
use crate::cli::ok;
use crate::models::change;
use crate::support::world::{World, day};

const QUESTIONS: [&str; 4] = [
    r#"{"measures": ["takings.amount", "takings.margin", "takings.buyers", "takings.median"],
    "dimensions": ["takings.country", "takings.town"], "subtotals": true}"#,
    r#"{"measures": ["takings.amount", "takings.amount__year_before"], "timeDimensions": [
    {"dimension": "takings.sold_on", "granularity": "month", "dateRange": "last 6 months"}]}"#,
    r#"{"measures": ["kiosks.amount", "kiosks.stock"], "dimensions": ["kiosks.product"]}"#,
    r#"{"measures": ["takings.amount"], "dimensions": ["takings.sale_id"], "ungrouped": true,
    "limit": 3, "total": true}"#,
];

fn asked(world: &World, question: &str, format: &str, more: &[&str]) -> String {
    let fixed = ["cube", question, "--format", format];
    ok(world.root(), &[&fixed, more].concat())
}

fn receipt(world: &World, question: &str, more: &[&str]) -> Value {
    let answer = asked(world, question, "json", more);
    serde_json::from_str::<Value>(&answer).unwrap()["receipt"].clone()
}

#[test]
fn asked_again_at_its_release_an_answer_has_the_same_bytes() {
    let world = kiosk();
    world.refreshed(day(0));
    let formats = ["json", "csv", "table"];
    let ask = |more: &[&str]| -> Vec<String> {
        let all = QUESTIONS.iter().flat_map(|question| formats.map(|format| (question, format)));
        all.map(|(question, format)| asked(&world, question, format, more)).collect()
    };
    let first = ask(&[]);
    // At another moment, by another number of threads' order, and again.
    assert_eq!(ask(&["--now", "2027-05-05T05:05:05Z"]), first);
    change(&world, "sql/marts/fct_taken.sql", "10.00, 4.00", "11.00, 4.00");
    world.refreshed(day(3));
    assert_eq!(ask(&["--as-of", "1"]), first);
    let now = ask(&[]);
    for (before, after) in first.iter().zip(&now) {
        assert_ne!(before, after);
    }
    let amount = |text: &str| -> String {
        let answer: Value = serde_json::from_str(text).unwrap();
        let rows = answer["results"][0]["data"].as_array().unwrap();
        let total = rows.iter().find(|row| row["__level"] == 0).unwrap();
        total["takings.amount"].as_str().unwrap().to_owned()
    };
    assert_eq!((amount(&first[0]), amount(&now[0])), ("85.50".to_owned(), "86.50".to_owned()));
}

#[test]
fn the_receipt_says_what_an_answer_rests_on() {
    let world = kiosk();
    world.refreshed(day(0));
    let found = receipt(&world, QUESTIONS[0], &[]);
    let release = world.release();
    assert_eq!(found["release"], 1);
    assert_eq!(found["release_hash"], json!(release.hash));
    assert_eq!(found["released_at"], "2026-07-01T06:00:00Z");
    assert_eq!(found["data"], json!({ "shop": "2026-07-01T06:00:00Z" }));
    // These rows come from no system, so they reach as far as the release.
    assert_eq!((&found["data_date"], &found["data_until"]), (&json!("2026-07-01"), &json!({})));
    assert_eq!(found["routes"], json!({ "takings": ["base"] }));
    assert_eq!((&found["filters"], &found["policies"]), (&json!([]), &json!([])));
    assert_eq!((&found["waivers"], &found["truncated"]), (&json!([]), &json!(false)));
    let plain = r#"{"measures": ["takings.amount"], "dimensions": ["takings.country"]}"#;
    assert_eq!(receipt(&world, plain, &[])["rows_scanned"], 7);

    let question = r#"{"measures": ["kiosks.amount", "kiosks.stock"], "filters": [
        {"member": "kiosks.product", "operator": "equals", "values": ["P1"]}]}"#;
    let across = receipt(&world, question, &[]);
    assert_eq!(across["routes"], json!({ "stock": ["base"], "takings": ["base"] }));
    let filters = json!([{ "member": "kiosks.product", "operator": "equals", "values": ["P1"] }]);
    assert_eq!(across["filters"], filters);
    assert_eq!(across["rows_scanned"], 7 + 4);
    assert_ne!(across["definition"], found["definition"]);

    let cut = asked(&world, QUESTIONS[3], "json", &[]);
    let cut: Value = serde_json::from_str(&cut).unwrap();
    assert_eq!((&cut["truncated"], &cut["receipt"]["truncated"]), (&json!(true), &json!(true)));
    assert_eq!(cut["results"][0]["total"], 7);
    assert_eq!(cut["results"][0]["data"].as_array().unwrap().len(), 3);
    let table = asked(&world, QUESTIONS[3], "table", &[]);
    assert!(table.contains("more rows than the limit"), "{table}");

    // Another text of the cube is another definition, whatever its rows are.
    change(&world, "sql/cubes/takings.sql", "Takings of the kiosks, a row a sale.", "Takings.");
    let other = receipt(&world, QUESTIONS[0], &[]);
    assert_ne!(other["definition"], found["definition"]);
    let mut same = other;
    same["definition"] = found["definition"].clone();
    assert_eq!(same, found);
}
