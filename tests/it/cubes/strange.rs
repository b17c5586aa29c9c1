//! Are odd rows and odd questions answered as one would by hand?
//!
//! Nine rows, added up by hand in the comments below; the data end on 2 April 2026.

use serde_json::{Value, json};

use super::asking::{Company, ask, lines};
use crate::support::hand::moment;
use crate::support::world::World;

/// One row lies on a leap day, one has no day, one lies after the data's day; a shop, a buyer and
/// an amount are missing.
const FACT: &str = r#"/*---
description = "Odd sales."
grain = ["row_id"]
[columns]
row_id = "Number."
sold_on = "Day."
shop = "Shop."
buyer = "Buyer."
is_first = "Whether it was the first."
amount = "Amount."
cost = "Cost."
---*/
select
    row_id,
    shop,
    buyer,
    cast(amount as decimal(18, 4)) as amount,
    cast(cost as decimal(18, 4)) as cost,
    cast(is_first as boolean) as is_first,
    cast(sold_on as date) as sold_on
from (
    values
    ('R1', '2024-02-29', 'O''Neil', 'K1', 'true', '10', '4'),
    ('R2', '2024-03-31', '100%', 'K2', 'false', '-30', '10'),
    ('R3', '2025-02-28', 'a_b', 'K1', 'true', '5.5', '0'),
    ('R4', '2025-03-30', null, null, null, null, '1'),
    ('R5', '2025-03-31', '茶馆', 'K3', 'false', '0.25', '0.5'),
    ('R6', null, 'aXb', 'K2', null, '7', '2'),
    ('R7', '2026-04-01', '100%', 'K1', 'true', '100', '50'),
    ('R8', '2026-04-02', 'O''Neil', 'K1', 'true', '1', '3'),
    ('R9', '2026-04-30', 'A_B', 'K4', 'false', '2', '1')
) as listed (row_id, sold_on, shop, buyer, is_first, amount, cost)
"#;

const CUBE: &str = r#"/*---
description = "Odd sales."
label = { en = "Sales" }
grain = ["row_id"]
time = "sold_on"
[dimensions.sold_on]
label = { en = "Day" }
description = "Day of the sale."
[dimensions.shop]
label = { en = "Shop" }
description = "Where it was sold."
[dimensions.buyer]
label = { en = "Buyer" }
description = "Who bought."
[segments.firsts]
label = { en = "First" }
description = "First sales."
column = "is_first"
[measures.net]
label = { en = "Net" }
description = "Amount paid."
additivity = "additive"
column = "amount"
over_time = ["previous_period", "year_before", "year_to_date", "rolling_28_days"]
[measures.cost]
label = { en = "Cost" }
description = "What it cost."
additivity = "additive"
column = "cost"
[measures.sales]
label = { en = "Sales" }
description = "How many there were."
additivity = "additive"
aggregate = "count"
[measures.ratio]
label = { en = "Ratio" }
description = "Amount over cost."
additivity = "ratio"
numerator = "net"
denominator = "cost"
[measures.buyers]
label = { en = "Buyers" }
description = "How many bought."
additivity = "distinct"
column = "buyer"
over_time = ["rolling_28_days"]
[measures.middle]
label = { en = "Middle" }
description = "The middle amount."
additivity = "none"
column = "amount"
aggregate = "median"
[rollups.monthly]
dimensions = ["shop", "buyer"]
granularity = "month"
measures = ["net", "cost", "sales", "ratio", "buyers"]
---*/
select row_id, shop, buyer, amount, cost, is_first, sold_on
from marts.fct_odd
"#;

/// Counts of two houses: one is counted twice, in another spot, the other never again.
const COUNTS: &str = r#"/*---
description = "Odd counts."
grain = ["house", "counted_on"]
[columns]
house = "House."
counted_on = "Day."
spot = "Spot."
pieces = "Pieces."
---*/
select house, spot, cast(pieces as bigint) as pieces, cast(counted_on as date) as counted_on
from (
    values
    ('W1', '2026-01-20', 'shelf', 10),
    ('W1', '2026-02-20', 'cellar', 4),
    ('W2', '2026-01-31', 'shelf', 7)
) as listed (house, counted_on, spot, pieces)
"#;

const STOCK: &str = r#"/*---
description = "Odd stock."
label = { en = "Stock" }
grain = ["house", "counted_on"]
time = "counted_on"
[dimensions.counted_on]
label = { en = "Day" }
description = "Day of the count."
[dimensions.house]
label = { en = "House" }
description = "Where it lies."
[dimensions.spot]
label = { en = "Spot" }
description = "Where in the house."
[measures.closing]
label = { en = "Closing" }
description = "Pieces at the end."
additivity = "semi_additive"
column = "pieces"
keep = "last"
member = ["house"]
max_age_days = 45
[measures.opening]
label = { en = "Opening" }
description = "Pieces at the beginning."
additivity = "semi_additive"
column = "pieces"
keep = "first"
member = ["house"]
max_age_days = 45
[measures.average]
label = { en = "Average" }
description = "Pieces on average."
additivity = "semi_additive"
column = "pieces"
keep = "average"
member = ["house"]
max_age_days = 45
---*/
select house, spot, pieces, counted_on
from marts.fct_counts
"#;

/// The company, loaded.
fn company() -> (World, Company) {
    let world = World::empty();
    world.write("warehouse/systems.toml", "");
    world.write("sql/marts/fct_odd.sql", FACT);
    world.write("sql/cubes/odd.sql", CUBE);
    world.write("sql/marts/fct_counts.sql", COUNTS);
    world.write("sql/cubes/stock.sql", STOCK);
    world.refreshed(moment());
    let company = Company::of(world.root());
    (world, company)
}

/// Asks each question with rollups and without.
fn check(cases: &[(Value, &[&str])]) {
    let (_world, company) = company();
    for has_rollups in [true, false] {
        let opened = company.open(has_rollups);
        for (question, expected) in cases {
            let answer = ask(&opened, question);
            let found = answer.map(|answer| lines(&answer));
            let found = found.unwrap_or_else(|error| vec![error]);
            assert_eq!(found, *expected, "{question}, with rollups: {has_rollups}");
        }
    }
}

#[test]
fn every_measure_is_right_at_every_level() {
    // 10 - 30 + 5.5 + 0.25 + 7 + 100 + 1 + 2 = 95.75; 4 + 10 + 0 + 1 + 0.5 + 2 + 50 + 3 + 1 = 71.5.
    // 95.75 / 71.5 = 1.33916..; K1 to K4 buy; between 2 and 5.5 lies 3.75.
    let all = ["odd.net", "odd.cost", "odd.sales", "odd.ratio", "odd.buyers", "odd.middle"];
    check(&[
        (json!({ "measures": all }), &["95.7500|71.5000|9|1.339161|4|3.75000"]),
        (
            json!({
                "measures": ["odd.net", "odd.ratio", "odd.buyers"],
                "dimensions": ["odd.shop"],
                "subtotals": true
            }),
            &[
                "100%|70.0000|1.166667|2|1",
                "A_B|2.0000|2.000000|1|1",
                "O'Neil|11.0000|1.571429|1|1",
                "aXb|7.0000|3.500000|1|1",
                "a_b|5.5000|-|1|1",
                "茶馆|0.2500|0.500000|1|1",
                "-|-|-|0|1",
                "-|95.7500|1.339161|4|0",
            ],
        ),
    ]);
}

#[test]
fn days_fall_where_the_calendar_has_them() {
    let months = |measures: &[&str], from: &str, until: &str| {
        json!({
            "measures": measures,
            "timeDimensions": [{
                "dimension": "odd.sold_on", "granularity": "month", "dateRange": [from, until]
            }]
        })
    };
    let days = |from: &str, until: &str| {
        json!({
            "measures": ["odd.net", "odd.net__year_before"],
            "timeDimensions": [{
                "dimension": "odd.sold_on", "granularity": "day", "dateRange": [from, until]
            }]
        })
    };
    let both = ["odd.net", "odd.net__year_before"];
    let rolling = ["odd.buyers", "odd.buyers__rolling_28_days", "odd.net__rolling_28_days"];
    check(&[
        // February 2025 beside the leap day, March beside the 31st; January has no rows.
        (
            months(&both, "2025-01-01", "2025-03-31"),
            &["2025-02-01|false|5.5000|10.0000", "2025-03-01|false|0.2500|-30.0000"],
        ),
        // The 31st is cut off, a year before too.
        (months(&both, "2025-03-01", "2025-03-30"), &["2025-03-01|true|-|-"]),
        // The leap day's place a year later is 28 February; that of the 28th is not the leap day.
        (days("2025-02-28", "2025-03-01"), &["2025-02-28|false|5.5000|-"]),
        // The data end on 2 April: 28 days until then hold K1 twice, and not what lies after.
        (months(&rolling, "2026-04-01", "2026-04-30"), &["2026-04-01|true|2|1|101.0000"]),
        // A row without a day stands in no month, and is there all the same.
        (
            json!({
                "measures": ["odd.sales"],
                "timeDimensions": [{ "dimension": "odd.sold_on", "granularity": "year" }],
                "order": { "odd.sold_on": "asc" }
            }),
            &["2024-01-01|false|2", "2025-01-01|false|3", "2026-01-01|true|3", "-|false|1"],
        ),
        (
            json!({
                "measures": ["odd.net"],
                "timeDimensions": [{ "dimension": "odd.sold_on", "dateRange": "last 3 years" }]
            }),
            &["-14.2500"],
        ),
    ]);
}

#[test]
fn texts_are_texts_and_nothing_else() {
    let shops = |operator: &str, values: &[&str]| {
        json!({
            "dimensions": ["odd.shop"],
            "filters": [{ "member": "odd.shop", "operator": operator, "values": values }]
        })
    };
    check(&[
        (shops("contains", &["_"]), &["A_B", "a_b"]),
        (shops("contains", &["%"]), &["100%"]),
        (shops("startsWith", &["a_"]), &["A_B", "a_b"]),
        (shops("endsWith", &["B"]), &["A_B", "aXb", "a_b"]),
        (shops("equals", &["O'Neil", "茶馆", "100%' or '1'='1"]), &["O'Neil", "茶馆"]),
        (shops("equals", &["a_b' --"]), &[]),
        (shops("notContains", &["b", "'"]), &["100%", "茶馆", "-"]),
        (shops("notEquals", &["100%", "aXb"]), &["A_B", "O'Neil", "a_b", "茶馆", "-"]),
        (shops("notStartsWith", &["A", "1", "o"]), &["茶馆", "-"]),
    ]);
}

#[test]
fn pages_and_repetitions_are_what_they_say() {
    let shops =
        json!({ "dimensions": ["odd.shop", "odd.shop"], "measures": ["odd.net", "odd.net"] });
    let with = |key: &str, value: Value| {
        let mut question = shops.clone();
        question[key] = value;
        question
    };
    check(&[
        // The greatest first, what holds nothing last.
        (with("limit", json!(2)), &["100%|70.0000", "O'Neil|11.0000"]),
        (with("offset", json!(5)), &["茶馆|0.2500", "-|-"]),
        (with("offset", json!(1000)), &[]),
        (with("limit", json!(0)), &[]),
        // Nothing is summed up to nothing, and counted to 0.
        (
            json!({
                "measures": ["odd.net", "odd.sales", "odd.ratio", "odd.buyers"],
                "filters": [{ "member": "odd.shop", "operator": "equals", "values": ["nobody"] }]
            }),
            &["-|0|-|0"],
        ),
        (json!({ "measures": ["odd.sales"], "segments": ["odd.firsts", "odd.firsts"] }), &["4"]),
        (
            json!({
                "measures": ["odd.net"],
                "dimensions": ["odd.shop"],
                "filters": [{ "member": "odd.net", "operator": "lt", "values": ["5.5"] }]
            }),
            &["A_B|2.0000", "茶馆|0.2500"],
        ),
    ]);
}

#[test]
fn levels_hold_until_they_are_counted_again_or_too_old() {
    let months = |measures: &[&str], more: Value| {
        let mut question = json!({
            "measures": measures,
            "timeDimensions": [{
                "dimension": "stock.counted_on",
                "granularity": "month",
                "dateRange": ["2026-01-01", "2026-05-31"]
            }]
        });
        question.as_object_mut().unwrap().append(more.as_object().cloned().as_mut().unwrap());
        question
    };
    let all = ["stock.opening", "stock.average", "stock.closing"];
    let shelf = json!([{ "member": "stock.spot", "operator": "equals", "values": ["shelf"] }]);
    check(&[
        // W2 is known until 17 March, 45 days after its count. January: 10 x 12 + 7 = 127 over 31
        // days; February: 10 x 19 + 4 x 9 + 7 x 28 = 422 over 28; March: 4 x 31 + 7 x 17 = 243
        // over 31; of April there are two days yet, and of May none.
        (
            months(&all, json!({})),
            &[
                "2026-01-01|false|-|4.096774|17",
                "2026-02-01|false|17|15.071429|11",
                "2026-03-01|false|11|7.838710|4",
                "2026-04-01|true|4|4.000000|4",
            ],
        ),
        // What went to the cellar in February lies on no shelf any more.
        (
            months(&["stock.closing"], json!({ "filters": shelf })),
            &["2026-01-01|false|17", "2026-02-01|false|7"],
        ),
        (json!({ "measures": ["stock.closing"] }), &["4"]),
        (
            json!({
                "measures": ["stock.closing"],
                "dimensions": ["stock.house"],
                "timeDimensions": [{
                    "dimension": "stock.counted_on",
                    "dateRange": ["2026-02-01", "2026-02-28"]
                }],
                "subtotals": true
            }),
            &["W1|4|1", "W2|7|1", "-|11|0"],
        ),
    ]);
}
