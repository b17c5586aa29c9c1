//! From which day are `this month` and `last 30 days` counted, and what does an answer say of it?
//!
//! A till whose last sale is of the first of February, and a shelf that was counted on the
//! fifteenth of January; both are read on the first of July.

use serde_json::{Value, json};

use super::kiosk::{Desk, ask, rows};
use crate::cli::{demo, ok};
use crate::models::{sell, shop};
use crate::support::hand;
use crate::support::world::{World, day};

const SYSTEMS: &str = "[shop]\nkind = \"files\"\npath = \"feeds\"\n\
                       [stand]\nkind = \"files\"\npath = \"stand\"\n";

const COUNTS_CONTRACT: &str = r#"description = "What was counted on the shelves."
system = "stand"
object = "counts.csv"
kind = "csv"
mode = "append"
month = "counted_on"
[columns.product_id]
type = "text"
required = true
[columns.counted_on]
type = "date"
[columns.pieces]
type = "integer"
"#;

const COUNTS_SQL: &str = r#"/*---
description = "Counts as they are written down."
grain = ["product_id", "counted_on"]
[shape]
product_id = "text"
pieces = "integer"
counted_on = "date"
---*/
select product_id, pieces, counted_on
from stand.counts
"#;

const COUNTED_SQL: &str = r#"/*---
description = "What was counted."
grain = ["product_id", "shelved_on"]
---*/
select product_id, pieces, counted_on as shelved_on
from staging.stg_stand__counts
"#;

const SOLD_CUBE: &str = r#"/*---
description = "What was sold."
grain = ["sale_id"]
time = "sold_on"
views = ["all"]
[dimensions.sold_on]
description = "Day."
shared = "date"
[measures.amount]
description = "Prices paid."
additivity = "additive"
column = "price_amount"
---*/
select sale_id, price_amount, sold_on
from marts.fct_sales
"#;

/// Joined with products of the other system, which do not give its days.
const SHELF_CUBE: &str = r#"/*---
description = "What was counted, with the names of products."
grain = ["product_id", "shelved_on"]
time = "counted_on"
views = ["all"]
[dimensions.counted_on]
description = "Day."
shared = "date"
column = "shelved_on"
[dimensions.product_name]
description = "Name."
[measures.pieces]
description = "Pieces on the shelf."
additivity = "semi_additive"
keep = "last"
member = ["product_id"]
column = "pieces"
[measures.counts]
description = "How many counts there were."
additivity = "additive"
aggregate = "count"
---*/
select counts.product_id, products.product_name, counts.pieces, counts.shelved_on
from marts.fct_counted as counts
left join marts.dim_products as products on products.product_id = counts.product_id
"#;

fn stand() -> World {
    let world = shop();
    let files = [
        ("warehouse/systems.toml", SYSTEMS),
        ("warehouse/contracts/stand/counts.toml", COUNTS_CONTRACT),
        ("sql/staging/stand/stg_stand__counts.sql", COUNTS_SQL),
        ("sql/marts/fct_counted.sql", COUNTED_SQL),
        ("sql/cubes/sold.sql", SOLD_CUBE),
        ("sql/cubes/shelf.sql", SHELF_CUBE),
        ("stand/counts.csv", "product_id,counted_on,pieces\nP1,2026-01-05,7\nP1,2026-01-15,4\n"),
    ];
    for (name, text) in files {
        world.write(name, text);
    }
    world
}

fn receipt(world: &World, question: &str, more: &[&str]) -> Value {
    let fixed = ["cube", question, "--format", "json"];
    let answer = ok(world.root(), &[&fixed, more].concat());
    serde_json::from_str::<Value>(&answer).unwrap()["receipt"].clone()
}

/// What was sold in a span of words, and from which day it was counted.
fn sold(world: &World, words: &str) -> (Vec<String>, String) {
    let question = format!(
        r#"{{"measures": ["sold.amount"],
        "timeDimensions": [{{"dimension": "sold.sold_on", "dateRange": "{words}"}}]}}"#
    );
    let desk = Desk::of(world);
    let found = rows(&ask(&desk.open(), &question), &["sold.amount"]);
    let date = receipt(world, &question, &[])["data_date"].as_str().unwrap().to_owned();
    (found, date)
}

#[test]
fn words_count_from_the_day_up_to_which_rows_reach() {
    let world = stand();
    world.refreshed(day(0));
    let february = "2026-02-01".to_owned();
    assert_eq!(sold(&world, "this month"), (vec!["12.50".to_owned()], february.clone()));
    assert_eq!(sold(&world, "last month"), (vec!["25.00".to_owned()], february.clone()));
    // The thirty days before the first of February.
    assert_eq!(sold(&world, "last 30 days").0, ["25.00"]);
    // A sale that is entered for Christmas is a plan, or a slip of the pen.
    sell(&world, "2026-12", &["S9,P1,99.00,EUR,2026-12-24"]);
    world.refreshed(day(1));
    assert_eq!(sold(&world, "this month"), (vec!["12.50".to_owned()], february));
    // A sale of March moves the day, but not that of the release before.
    sell(&world, "2026-03", &["S4,P2,3.00,EUR,2026-03-02"]);
    world.refreshed(day(2));
    assert_eq!(sold(&world, "this month"), (vec!["3.00".to_owned()], "2026-03-02".to_owned()));
    let question = r#"{"measures": ["sold.amount"]}"#;
    assert_eq!(receipt(&world, question, &["--as-of", "1"])["data_date"], "2026-02-01");
    // On Christmas the plan has become a sale.
    sell(&world, "2026-04", &["S5,P2,3.00,EUR,2026-04-01"]);
    world.refreshed(day(180));
    assert_eq!(receipt(&world, question, &[])["data_date"], "2026-12-24");
}

#[test]
fn months_are_whole_when_all_systems_behind_them_are() {
    let world = stand();
    world.refreshed(day(0));
    let release = world.release();
    let cubes = json!({ "shelf": ["stand"], "sold": ["shop"] });
    assert_eq!(serde_json::to_value(&release.cubes).unwrap(), cubes);
    let desk = Desk::of(&world);
    let opened = desk.open();
    let months = |cube: &str, time: &str, measure: &str| {
        let time = format!("{cube}.{time}");
        let answer = ask(
            &opened,
            &format!(
                r#"{{"measures": ["{cube}.{measure}"], "timeDimensions": [
                {{"dimension": "{time}", "granularity": "month"}}]}}"#
            ),
        );
        let partial = format!("{time}.month.isPartial");
        let names = [&format!("{time}.month"), &partial, &format!("{cube}.{measure}")];
        rows(&answer, &names.map(String::as_str))
    };
    let expected = ["2026-01-01 false 25.00", "2026-02-01 true 12.50"];
    assert_eq!(months("sold", "sold_on", "amount"), expected);
    // The shelf knows half of January: then nobody knows what lies there.
    assert_eq!(months("shelf", "counted_on", "pieces"), ["2026-01-01 true 4"]);
    // Beside each other, January is whole for the till only.
    let expected = ["2026-01-01 true 25.00", "2026-02-01 true 12.50"];
    let question = r#"{"measures": ["all.amount", "all.counts"], "timeDimensions": [
        {"dimension": "all.date", "granularity": "month"}]}"#;
    let shown = ["all.date.month", "all.date.month.isPartial", "all.amount"];
    assert_eq!(rows(&ask(&opened, question), &shown), expected);
    let found = receipt(&world, question, &[]);
    assert_eq!(found["data_date"], "2026-01-15");
    let until = json!({ "shop": "2026-02-01", "stand": "2026-01-15" });
    assert_eq!(found["data_until"], until);
    let told = ok(world.root(), &["describe", "cubes.shelf"]);
    assert!(told.contains("its days come from stand"), "{told}");
    let table = ok(world.root(), &["cube", question]);
    assert!(table.contains("data of 2026-01-15"), "{table}");
}

#[test]
fn the_company_made_by_hand_reaches_as_far_as_its_feeds() {
    let release = hand::shared().release();
    let reached = |name: &str| release.systems[name].reaches_on.map(|day| day.to_string());
    let expected = [
        ("finance", Some("2026-03-31")),
        ("inputs", None),
        ("inventory", Some("2026-03-31")),
        ("marketing", Some("2026-03-20")),
        ("sales", Some("2026-03-25")),
        ("service", Some("2026-03-23")),
        ("staff", Some("2026-03-06")),
    ];
    for (system, day) in expected {
        assert_eq!(reached(system).as_deref(), day, "{system}");
    }
    let calendar: &[&str] = &["finance", "inputs", "inventory", "sales", "staff"];
    let cubes: [(&str, &[&str]); 11] = [
        ("sales", &["finance"]),
        ("payments", &["finance"]),
        ("receivables", &["finance"]),
        ("orders", &["sales"]),
        ("deliveries", &["sales"]),
        ("inventory", &["inventory"]),
        ("service", &["service"]),
        ("work_hours", &["staff"]),
        ("marketing", &["marketing", "sales", "service"]),
        ("customer_profitability", calendar),
        ("targets", calendar),
    ];
    for (cube, systems) in cubes {
        let found: Vec<&str> = release.cubes[cube].iter().map(String::as_str).collect();
        assert_eq!(found, systems, "{cube}");
    }
}

/// It is loaded long after its last day, whenever this test runs.
#[test]
fn the_sample_company_counts_from_the_day_up_to_which_it_was_written() {
    let (_folder, root) = demo();
    let answers = std::fs::read_to_string(root.join("answers.json")).unwrap();
    let answers: Value = serde_json::from_str(&answers).unwrap();
    let cubes = [
        ("sales", "invoiced_on", "net_amount"),
        ("orders", "ordered_on", "ordered_amount"),
        ("service", "opened_on", "case_count"),
        ("payments", "paid_on", "paid_amount"),
        ("work_hours", "worked_on", "worked_minutes"),
        ("customer_profitability", "ends_on", "profit_amount"),
    ];
    for (cube, time, measure) in cubes {
        let question = format!(
            r#"{{"measures": ["{cube}.{measure}"], "timeDimensions": [
            {{"dimension": "{cube}.{time}", "dateRange": "this month"}}]}}"#
        );
        let answer = ok(&root, &["cube", &question, "--format", "json"]);
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["receipt"]["data_date"], answers["data_date"], "{cube}");
        let value = &answer["results"][0]["data"][0][format!("{cube}.{measure}")];
        assert!(!value.is_null() && *value != 0, "{cube}: {value}");
    }
}
