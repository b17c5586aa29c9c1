//! Is as little built anew as can be, and is it always what a build from nothing gives?

use std::collections::BTreeMap;
use std::sync::Mutex;

use chrono::{DateTime, Utc};
use patron::model::build::{Extent, Report};
use patron::refresh::{self, Options, Outcome, Progress, RefreshError};
use patron::warehouse::name::TableName;
use patron::warehouse::release::Accounting;

use super::{DIM, FACT, change, sell, shop};
use crate::support::world::{World, chain, day, runtime};

/// Sales around a month, so that a month of it rests on three of its input.
const NEAR: &str = r#"/*---
description = "Sales with how many there were since the month before and until the month after."
grain = ["sale_id"]
month = "sold_on"
[inputs]
"staging.stg_shop__sales" = { months = 1 }
[columns]
near_count = "Sales in the month, the one before and the one after."
---*/
with dated as (
    select sale_id, sold_on, cast(date_trunc('month', sold_on) as date) as month_on
    from staging.stg_shop__sales
)
select
    one.sale_id,
    count(other.sale_id) as near_count,
    one.sold_on
from dated as one
left join dated as other
    on other.month_on >= one.month_on - interval '1 month'
    and other.month_on <= one.month_on + interval '1 month'
group by one.sale_id, one.sold_on
"#;

const SETTINGS: &str = r#"/*---
description = "How the project is called."
grain = ["project_name"]
---*/
select project_name
from patron.project
"#;

const MOMENT: &str = r#"/*---
description = "When it was built, which is no reason to build it."
grain = ["refreshed_on"]
---*/
select refreshed_on
from patron.refresh
"#;

/// Remembers how each table came about.
#[derive(Default)]
struct Recorder(Mutex<BTreeMap<TableName, Report>>);

impl Progress for Recorder {
    fn started(&self, _table: &TableName) {}
    fn advanced(&self, _table: &TableName, _rows: u64) {}
    fn finished(&self, _table: &TableName, _accounting: Option<&Accounting>) {}
    fn kept(&self, _system: &str, _because: &str) {}

    fn built(&self, table: &TableName, report: &Report) {
        let before = self.0.lock().unwrap().insert(table.clone(), report.clone());
        assert_eq!(before, None, "{table} is told once");
    }
}

fn run(world: &World, now: DateTime<Utc>, anew: bool) -> (Outcome, BTreeMap<TableName, Report>) {
    let limits = world.limits();
    let options = Options { only: None, wait: true, waivers: Vec::new(), anew, now, limits };
    let _entered = runtime().enter();
    let recorder = Recorder::default();
    let outcome = refresh::run(&world.project(), &options, &recorder);
    let outcome = outcome.unwrap_or_else(|error| panic!("{}", chain(&error)));
    let heard = recorder.0.into_inner().unwrap();
    assert_eq!(heard, outcome.reports);
    (outcome, heard)
}

const TABLES: [&str; 5] = [
    "intermediate.int_moment",
    "intermediate.int_sales_near",
    "intermediate.int_settings",
    "marts.dim_products",
    "marts.fct_sales",
];

fn built() -> World {
    let world = shop();
    world.write("sql/intermediate/int_sales_near.sql", NEAR);
    world.write("sql/intermediate/int_settings.sql", SETTINGS);
    world.write("sql/intermediate/int_moment.sql", MOMENT);
    let (_, reports) = run(&world, day(0), false);
    assert_eq!(reports.len(), TABLES.len());
    assert!(reports.values().all(|report| report.scope == Extent::Whole), "{reports:?}");
    world
}

fn months(names: &[&str]) -> Extent {
    Extent::Months(names.iter().map(|name| (*name).to_owned()).collect())
}

/// Refreshes a day later; whatever is not named must not have been built, and everything must be as
/// a build from nothing gives it.
fn expect(world: &World, expected: &[(&str, Extent)]) {
    let (outcome, reports) = run(world, day(1), false);
    let built: Vec<(String, Extent)> = reports
        .into_iter()
        .filter(|(_, report)| report.scope != Extent::Nothing)
        .map(|(name, report)| (name.to_string(), report.scope))
        .collect();
    let expected: Vec<(String, Extent)> =
        expected.iter().map(|(name, extent)| ((*name).to_owned(), extent.clone())).collect();
    assert_eq!(built, expected);
    assert_eq!(outcome.published, !expected.is_empty());

    let compared = TABLES.iter().filter(|name| **name != "intermediate.int_moment");
    let rows = |name: &&str| world.rows(&format!("select * from {name} order by 1"));
    let before: Vec<_> = compared.clone().map(rows).collect();
    let (_, anew) = run(world, day(1), true);
    assert!(anew.values().all(|report| report.scope == Extent::Whole), "{anew:?}");
    assert_eq!(before, compared.map(rows).collect::<Vec<_>>());
}

#[test]
fn nothing_changed() {
    let world = built();
    expect(&world, &[]);
    let names = "select sale_id, product_name, is_dear from marts.fct_sales order by 1";
    assert_eq!(
        world.rows(names),
        [["S1", "Tea", "false"], ["S2", "Pot", "true"], ["S3", "Tea", "true"]]
    );
    // All three sales lie in two months beside each other.
    let near = "select sale_id, near_count from intermediate.int_sales_near order by 1";
    assert_eq!(world.rows(near), [["S1", "3"], ["S2", "3"], ["S3", "3"]]);
}

#[test]
fn a_month_came() {
    let world = built();
    sell(&world, "2026-03", &["S4,P2,1.00,EUR,2026-03-31"]);
    expect(
        &world,
        &[
            ("intermediate.int_sales_near", months(&["2026-02", "2026-03", "2026-04"])),
            ("marts.fct_sales", months(&["2026-03"])),
        ],
    );
    // February now sees two months beside it, January still one.
    let near = "select sale_id, near_count from intermediate.int_sales_near order by 1";
    assert_eq!(world.rows(near), [["S1", "3"], ["S2", "3"], ["S3", "4"], ["S4", "2"]]);
}

#[test]
fn a_month_was_corrected_and_one_went() {
    let world = built();
    sell(&world, "2026-02", &["S3,P1,9.50,EUR,2026-02-01"]);
    expect(
        &world,
        &[
            ("intermediate.int_sales_near", months(&["2026-01", "2026-02", "2026-03"])),
            ("marts.fct_sales", months(&["2026-02"])),
        ],
    );
    assert_eq!(world.value("select is_dear from marts.fct_sales where sale_id = 'S3'"), "false");
}

#[test]
fn a_looked_up_row_changed() {
    let world = built();
    let products = "product_id,product_name,weight\nP1,Tea,100\nP2,Kettle,900\nP3,Cup,1\n";
    world.write("feeds/products.csv", products);
    // P2 was sold in January alone, and nobody bought P3.
    expect(
        &world,
        &[("marts.dim_products", Extent::Whole), ("marts.fct_sales", months(&["2026-01"]))],
    );
    let name = "select product_name from marts.fct_sales where sale_id = 'S2'";
    assert_eq!(world.value(name), "Kettle");
}

#[test]
fn a_column_changed_that_nobody_uses() {
    let world = built();
    world.write("feeds/products.csv", "product_id,product_name,weight\nP1,Tea,100\nP2,Pot,950\n");
    expect(&world, &[("marts.dim_products", Extent::Whole), ("marts.fct_sales", months(&[]))]);
    let weight = "select product_weight from marts.dim_products where product_id = 'P2'";
    assert_eq!(world.value(weight), "950");
}

const SHELVES_CONTRACT: &str = r#"description = "On which shelf a product stands, and since when."
system = "shop"
object = "shelves.csv"
kind = "csv"
mode = "full"
key = ["product_id", "shelf"]
[columns.product_id]
type = "text"
required = true
[columns.shelf]
type = "text"
required = true
[columns.since_on]
type = "date"
[columns.until_on]
type = "date"
"#;

const SHELVES_STAGING: &str = r#"/*---
description = "Shelves of products as the shop lists them."
grain = ["product_id", "shelf"]
[shape]
product_id = "text"
shelf = "text"
since_on = "date"
until_on = "date"
---*/
select product_id, shelf, since_on, until_on
from shop.shelves
"#;

const SHELVED: &str = r#"/*---
description = "Sales with the shelf on which the product stood on that day."
grain = ["sale_id"]
month = "sold_on"
[inputs]
"staging.stg_shop__sales" = "same_month"
[inputs."staging.stg_shop__shelves"]
key = "product_id"
from = "since_on"
to = "until_on"
---*/
select sales.sale_id, sales.product_id, shelves.shelf, sales.sold_on
from staging.stg_shop__sales as sales
left join staging.stg_shop__shelves as shelves
    on shelves.product_id = sales.product_id
    and (shelves.since_on is null or shelves.since_on <= sales.sold_on)
    and (shelves.until_on is null or shelves.until_on > sales.sold_on)
"#;

#[test]
fn a_dated_row_came() {
    let world = shop();
    world.write("warehouse/contracts/shop/shelves.toml", SHELVES_CONTRACT);
    world.write("sql/staging/shop/stg_shop__shelves.sql", SHELVES_STAGING);
    world.write("sql/marts/fct_shelved.sql", SHELVED);
    let heading = "product_id,shelf,since_on,until_on\n";
    world.write("feeds/shelves.csv", format!("{heading}P1,A,,\nP2,C,,\n"));
    sell(&world, "2026-03", &["S4,P1,1.00,EUR,2026-03-31"]);
    run(&world, day(0), false);
    let shelves = "select sale_id, shelf from marts.fct_shelved order by 1";
    assert_eq!(world.rows(shelves), [["S1", "A"], ["S2", "C"], ["S3", "A"], ["S4", "A"]]);

    // P1 moved on the last of February, and was sold once since then, in March.
    world.write(
        "feeds/shelves.csv",
        format!("{heading}P1,A,,2026-02-28\nP1,B,2026-02-28,\nP2,C,,\n"),
    );
    let (_, reports) = run(&world, day(1), false);
    let shelved = &reports[&"marts.fct_shelved".parse().unwrap()];
    assert_eq!(shelved.scope, months(&["2026-03"]));
    let moved = [["S1", "A"], ["S2", "C"], ["S3", "A"], ["S4", "B"]];
    assert_eq!(world.rows(shelves), moved);
    run(&world, day(1), true);
    assert_eq!(world.rows(shelves), moved);
}

#[test]
fn the_sql_changed() {
    let world = built();
    change(&world, FACT, "sales.price_amount > 10 as", "sales.price_amount > 15 as");
    expect(&world, &[("marts.fct_sales", Extent::Whole)]);
    assert_eq!(world.value("select count(*) from marts.fct_sales where is_dear"), "1");
    // Equal rows of a table below are no reason to build those above it.
    change(&world, DIM, "from staging", "from  staging");
    expect(&world, &[("marts.dim_products", Extent::Whole)]);
}

#[test]
fn the_settings_changed() {
    let world = built();
    change(&world, "warehouse/project.toml", "name = \"Test\"", "name = \"Shop\"");
    expect(&world, &[("intermediate.int_settings", Extent::Whole)]);
    assert_eq!(world.value("select project_name from intermediate.int_settings"), "Shop");
}

#[test]
fn a_query_that_fails_leaves_the_last_release() {
    let world = built();
    let failing = "/*---\ndescription = \"More than there can be.\"\ngrain = [\"sale_count\"]\n\
                   [columns]\nsale_count = \"Sales and then some.\"\n---*/\n\
                   select sum(case when price_amount > 0 then 9223372036854775807 else 0 end) \
                   as sale_count\n\
                   from staging.stg_shop__sales\n";
    world.write("sql/marts/fct_too_many.sql", failing);
    sell(&world, "2026-03", &["S4,P2,1.00,EUR,2026-03-31"]);
    let error = world.refresh(day(1)).unwrap_err();
    let message = error.to_string();
    assert!(matches!(error, RefreshError::Build(_)), "{message}");
    assert!(message.starts_with("sql/marts/fct_too_many.sql: "), "{message}");
    assert!(message.contains("exceeds the range of bigint"), "{message}");
    assert!(
        message.ends_with("nothing was published and the last release stays served"),
        "{message}"
    );
    assert_eq!(world.release().number, 1);
    assert_eq!(world.value("select count(*) from shop.sales"), "3");
    world.remove("sql/marts/fct_too_many.sql");
    world.refreshed(day(1));
    assert_eq!(world.value("select count(*) from marts.fct_sales"), "4");
}
