//! Do the rows of long answers come in their order, and does a question that means nothing have an
//! answer?

use serde_json::json;

use super::asking::{Company, ask, lines};
use crate::support::hand;
use crate::support::world::{World, runtime};

/// More rows than two batches of the engine hold.
const FACT: &str = r#"/*---
description = "Many days."
grain = ["place"]
[columns]
place = "Number."
happened_on = "Day."
---*/
select
    numbers.value as place,
    cast(date '2000-01-01' + cast(concat(numbers.value, ' days') as interval) as date)
        as happened_on
from (select unnest(generate_series(1, 20000)) as value) as numbers
"#;

const CUBE: &str = r#"/*---
description = "Many days."
label = { en = "Days" }
grain = ["place"]
time = "happened_on"
[dimensions.place]
label = { en = "Place" }
description = "Number."
[dimensions.happened_on]
label = { en = "Day" }
description = "Day."
[measures.days]
label = { en = "Days" }
description = "How many."
additivity = "additive"
aggregate = "count"
---*/
select place, happened_on
from marts.fct_days
"#;

#[test]
fn rows_of_a_long_answer_come_in_their_order() {
    let world = World::empty();
    world.write("warehouse/systems.toml", "");
    world.write("sql/marts/fct_days.sql", FACT);
    world.write("sql/cubes/days.sql", CUBE);
    world.refreshed(hand::moment());
    let company = Company::of(world.root());
    let opened = company.open(true);
    let question = json!({
        "dimensions": ["days.place"],
        "timeDimensions": [{ "dimension": "days.happened_on", "granularity": "day" }],
        "order": { "days.place": "desc" },
        "offset": 5,
        "limit": 19_000
    });
    for _ in 0..10 {
        let answer = ask(&opened, &question).unwrap();
        assert!(answer.parts[0].is_truncated, "995 rows are left");
        let places = lines(&answer).into_iter().map(|line| line.split('|').next().unwrap().into());
        let found: Vec<String> = places.collect();
        let expected: Vec<String> = (996..=19_995).rev().map(|place| place.to_string()).collect();
        assert!(found == expected, "rows are lost or out of order");
    }
    // Above the limit nothing may spread rows over threads, from which they come in any order.
    let parsed = patron::model::cube::question::Question::parse(&question.to_string()).unwrap();
    let plan = runtime().block_on(opened.explain(&parsed)).unwrap();
    let above = plan.split("SortPreservingMergeExec").next().unwrap();
    assert!(above.len() < plan.len() && !above.contains("Repartition"), "{plan}");
}

#[test]
fn what_means_no_accounting_period_has_no_rows() {
    // The calendar of the company made by hand has one year, from October 2025.
    let company = Company::of(hand::shared().root());
    let opened = company.open(true);
    let cases = [
        json!({
            "measures": ["inventory.on_hand_quantity"],
            "timeDimensions": [{
                "dimension": "inventory.counted_on",
                "granularity": "fiscal_quarter",
                "dateRange": ["2030-01-01", "2030-12-31"]
            }]
        }),
        json!({
            "measures": ["sales.net_amount__year_before"],
            "timeDimensions": [{
                "dimension": "sales.invoiced_on", "granularity": "fiscal_quarter"
            }]
        }),
        json!({
            "measures": ["inventory.on_hand_quantity__year_before"],
            "timeDimensions": [{
                "dimension": "inventory.counted_on", "granularity": "fiscal_quarter"
            }]
        }),
    ];
    for question in cases {
        let answer = ask(&opened, &question);
        assert_eq!(answer.map(|answer| lines(&answer)), Ok(Vec::new()), "{question}");
    }
}
