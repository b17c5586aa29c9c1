//! Are rollups proposed that what was asked needs, and do the diffs apply?

use std::process::Command;

use chrono::{DateTime, Utc};
use patron::model::cube::log::{self, Asked, Stretch, Timed};
use serde_json::{Value, json};

use super::till::{CUBE, till};
use crate::cli::ok;
use crate::models::{change, sell};
use crate::support::world::{World, day};

/// A question as the log keeps it, by the stretches of its span.
fn asked(dimensions: &[&str], measures: &[&str], stretch: Option<Stretch>, route: &str) -> Asked {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let time = |stretch| Timed { dimension: "sold_on".to_owned(), granularity: None, stretch };
    Asked {
        cube: "till".to_owned(),
        measures: names(measures),
        dimensions: names(dimensions),
        segments: Vec::new(),
        times: stretch.into_iter().map(|stretch| time(Some(stretch))).collect(),
        is_ungrouped: false,
        route: route.to_owned(),
    }
}

fn keep(world: &World, at: DateTime<Utc>, asked: &Asked, times: usize) {
    for _ in 0..times {
        log::write(&world.project().state_dir(), at, std::slice::from_ref(asked), 500, 3);
    }
}

/// A till with as many sales of a month that few rows tell apart: 200 on two days.
fn busy() -> World {
    let world = till();
    let sales: Vec<String> = (100..300)
        .map(|number| format!("S{number},P{},1.00,EUR,2026-05-0{}", number % 2 + 1, number % 2 + 1))
        .collect();
    let sales: Vec<&str> = sales.iter().map(String::as_str).collect();
    sell(&world, "2026-05", &sales);
    world.refreshed(day(0));
    world
}

#[test]
fn nothing_is_said_of_nothing() {
    let world = busy();
    let said = ok(world.root(), &["advise"]);
    assert!(said.contains("nothing was asked of cubes yet"), "{said}");
    // What a rollup answers already, and what none can answer, is no reason for another.
    keep(&world, day(0), &asked(&[], &["paid_amount"], Some(Stretch::Year), "by_year"), 3);
    keep(&world, day(0), &asked(&[], &["paid_amount"], Some(Stretch::Month), "base"), 3);
    keep(&world, day(0), &asked(&[], &["median_amount"], None, "base"), 3);
    let said = ok(world.root(), &["advise"]);
    assert!(said.contains("9 questions were asked, and no other rollup"), "{said}");
}

#[test]
fn a_rollup_is_proposed_that_answers_what_was_asked() {
    let world = busy();
    let by_name = asked(&["product_name"], &["lowest_amount"], Some(Stretch::Month), "base");
    let by_both = asked(&["product_name", "is_dear"], &["paid_amount"], None, "base");
    keep(&world, day(1), &by_name, 3);
    keep(&world, day(2), &by_both, 2);
    let said = ok(world.root(), &["advise"]);
    // Every product and month with a sale of its own, and the days without: P1 in 01, 02, 05, 2400
    // and never; P2 in 12, 01 and 05; what has no name in 69. Dear ones change only where they are.
    let expected = "# till: rollup by_month_product_name would answer 3 of the questions from 9 \
                    rows instead of 207, 23 times fewer";
    assert!(said.contains(expected), "{said}");
    let expected = "# till: rollup by_is_dear_product_name would answer 2 of the questions from 5 \
                    rows instead of 207, 41 times fewer";
    assert!(said.contains(expected), "{said}");
    let since = ok(world.root(), &["advise", "--since", "2026-07-03"]);
    assert!(!since.contains("by_month_product_name"), "{since}");
    assert!(since.contains("by_is_dear_product_name"), "{since}");

    apply(&world, &said);
    ok(world.root(), &["check", "--offline"]);
    world.refreshed(day(3));
    let rows = "select count(*) from cubes.till__by_month_product_name";
    assert_eq!(world.value(rows), "9");
    assert_eq!(world.value("select count(*) from cubes.till__by_is_dear_product_name"), "5");
    let said = ok(world.root(), &["advise"]);
    assert!(said.contains("no other rollup would answer them much sooner"), "{said}");
}

#[test]
fn what_was_asked_becomes_a_rollup_that_answers_it() {
    let world = busy();
    let question = r#"{"measures": ["till.lowest_amount"], "dimensions": ["till.product_name"],
        "timeDimensions": [{"dimension": "till.sold_on",
        "dateRange": ["2026-05-01", "2026-05-31"]}], "order": [["till.product_name", "asc"]]}"#;
    let ask = || -> (Value, Value) {
        let said = ok(world.root(), &["cube", question, "--format", "json"]);
        let answer: Value = serde_json::from_str(&said).unwrap();
        (answer["results"][0]["data"].clone(), answer["receipt"]["routes"].clone())
    };
    let expected = |route: &str| {
        // Each of the two is sold a hundred times at 1.00.
        let row = |name: &str| json!({"till.product_name": name, "till.lowest_amount": "1.00"});
        (json!([row("Pot"), row("Tea")]), json!({ "till": [route] }))
    };
    for _ in 0..3 {
        assert_eq!(ask(), expected("base"));
    }
    let said = ok(world.root(), &["advise"]);
    let proposed = "# till: rollup by_month_product_name would answer 3 of the questions";
    assert!(said.contains(proposed), "{said}");
    apply(&world, &said);
    world.refreshed(day(3));
    assert_eq!(ask(), expected("by_month_product_name"));
}

#[test]
fn the_lesser_goes_with_the_greater() {
    let world = busy();
    let finer =
        asked(&["product_name", "is_dear"], &["lowest_amount"], Some(Stretch::Month), "base");
    keep(&world, day(1), &finer, 2);
    keep(&world, day(1), &asked(&["product_name"], &["last_sold_on"], None, "base"), 2);
    let said = ok(world.root(), &["advise"]);
    let expected = "rollup by_month_is_dear_product_name would answer 4 of the questions";
    assert!(said.contains(expected), "{said}");
    assert_eq!(said.matches("\n+[rollups.").count(), 1, "{said}");
    assert!(said.contains("+measures = [\"lowest_amount\", \"last_sold_on\"]"), "{said}");
}

#[test]
fn a_rollup_that_saves_little_is_not_proposed() {
    let world = till();
    world.refreshed(day(0));
    keep(
        &world,
        day(1),
        &asked(&["product_name"], &["lowest_amount"], Some(Stretch::Day), "base"),
        9,
    );
    let said = ok(world.root(), &["advise"]);
    assert!(said.contains("no other rollup would answer them much sooner"), "{said}");
}

#[test]
fn what_nothing_used_is_proposed_to_go() {
    let world = busy();
    for rollup in ["by_month", "by_day", "by_week", "by_name"] {
        keep(&world, day(1), &asked(&[], &["paid_amount"], None, rollup), 5);
    }
    let said = ok(world.root(), &["advise"]);
    assert!(said.contains("# till: rollup by_quarter answered nothing"), "{said}");
    assert!(said.contains("# till: rollup by_year answered nothing"), "{said}");
    assert_eq!(said.matches("answered nothing").count(), 2, "{said}");
    apply(&world, &said);
    let text = std::fs::read_to_string(world.path(CUBE)).unwrap();
    assert!(!text.contains("by_quarter") && !text.contains("by_year"), "{text}");
    assert!(text.contains("[rollups.by_week]") && text.contains("[rollups.by_name]"), "{text}");
    ok(world.root(), &["check", "--offline"]);
}

#[test]
fn rows_chosen_by_a_column_stay_apart() {
    let world = busy();
    let rules = "[attributes]\nproduct = \"What the user sells.\"\n[roles.seller]\n\
                 description = \"Sells.\"\n[[roles.seller.rows]]\ntables = [\"marts.fct_*\"]\n\
                 column = \"product_id\"\nuser = \"product\"\n";
    world.write("warehouse/access.toml", rules);
    change(&world, CUBE, "[rollups.by_month]", "[rollups.per_month]");
    keep(&world, day(1), &asked(&["is_dear"], &["named_count"], None, "base"), 2);
    keep(&world, day(1), &asked(&["product_name"], &["named_count"], None, "base"), 1);
    let said = ok(world.root(), &["advise"]);
    assert!(said.contains("+dimensions = [\"product\", \"product_name\"]"), "{said}");
}

/// Applies the diff that was printed.
fn apply(world: &World, said: &str) {
    world.write("advice.diff", said);
    let git = |arguments: &[&str]| {
        let done = Command::new("git").args(arguments).current_dir(world.root()).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    git(&["init", "--quiet"]);
    git(&["apply", "advice.diff"]);
}
