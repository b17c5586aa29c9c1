//! Is a cube that fits described, and does it fit other cubes, its grain and the rules of access?

use super::till::{CUBE, till, told};
use crate::cli::{fails, ok};
use crate::models::change;
use crate::support::world::{chain, day};

#[test]
fn a_cube_that_fits_is_built_and_described() {
    let world = till();
    let said = ok(world.root(), &["check", "--offline"]);
    // Two files of staging, two of marts and the cube; rollups are no files.
    assert!(said.contains("1 systems, 2 contracts and 5 files under sql/"), "{said}");
    world.refreshed(day(0));
    let told = ok(world.root(), &["describe", "cubes.till"]);
    for expected in [
        "filled      when something is asked of it",
        "reads       marts.dim_products, marts.fct_sales",
        "  paid_amount  additive; a total of it is its sum",
        "offered as paid_amount__..: year_before, fiscal_year_to_date",
        "  mean_amount  ratio; a total of it is its ratio of sums",
        "paid_amount divided by sale_count, both at the level of the row",
        "  weight_on_hand  semi_additive; a total of it is its closing balance",
        "  product_count  distinct; a total of it is its distinct",
        "  sold_on  time",
        "`product` in the views everything",
        "product_name > product",
        "  by_month  cubes.till__by_month, built month by month",
        "by product, is_dear, sold_on by month",
        "  by_week  cubes.till__by_week, built as a whole",
        "  cubes.till:unique_grain  (error)",
    ] {
        assert!(told.contains(expected), "{expected}\n{told}");
    }
    let rollup = ok(world.root(), &["describe", "cubes.till__by_month"]);
    assert!(rollup.contains("filled      at every refresh, from the cube whose head"), "{rollup}");
    assert!(rollup.contains("rows        7 in release 1"), "{rollup}");
    let mart = ok(world.root(), &["describe", "marts.fct_sales"]);
    assert!(mart.contains("read by     cubes.till\n"), "{mart}");
    let json = ok(world.root(), &["describe", "cubes.till", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["cube"]["measures"].as_array().unwrap().len(), 9);
    assert_eq!(json["cube"]["rollups"][2]["name"], "by_name");
}

/// A second cube in the same view.
const OTHER: &str = r#"/*---
description = "Products of the shop."
grain = ["product_id"]
views = ["everything"]
[dimensions.product]
description = "What is sold."
column = "product_id"
shared = "product"
[measures.shelf_weight]
description = "Weight of one of each."
additivity = "additive"
column = "product_weight"
---*/
select product_id, product_weight, date '2026-01-01' as listed_on
from marts.dim_products
"#;

#[test]
fn a_name_means_the_same_in_all_cubes_of_a_view() {
    let cases = [
        ("[measures.shelf_weight]", "[measures.paid_amount]", "the view `everything` has it from"),
        (
            "column = \"product_id\"",
            "column = \"product_weight\"",
            "`product` is of type integer in",
        ),
        (
            "shared = \"product\"",
            "shared = \"paid_amount\"",
            "the view `everything` has a dimension",
        ),
    ];
    let file = "sql/cubes/goods.sql";
    let world = till();
    world.write(file, OTHER);
    ok(world.root(), &["check", "--offline"]);
    for (from, to, expected) in cases {
        world.write(file, OTHER);
        change(&world, file, from, to);
        let found = told(&world);
        assert!(found.iter().any(|line| line.contains(expected)), "{to}: {found:?}");
    }
}

#[test]
fn only_cubes_have_measures() {
    let world = till();
    let file = "sql/marts/dim_products.sql";
    change(&world, file, "grain = ", "views = [\"everything\"]\ngrain = ");
    let expected = "sql/marts/dim_products.sql:1: time, views, dimensions, hierarchies, segments";
    let found = told(&world);
    assert!(found.iter().any(|line| line.starts_with(expected)), "{found:?}");
}

#[test]
fn a_join_that_adds_rows_up_twice_is_refused() {
    let world = till();
    world.refreshed(day(0));
    let again = "\nleft join marts.fct_sales as others on others.product_id = sales.product_id;\n";
    let text = std::fs::read_to_string(world.path(CUBE)).unwrap();
    world.write(CUBE, text.trim_end().trim_end_matches(';').to_owned() + again);
    let error = world.refresh(day(1)).unwrap_err();
    let said = chain(&error);
    // P1 was sold four times and P2 twice, each now as often again.
    let expected = "`cubes.till:unique_grain`: several rows have the same sale_id: 6 rows";
    assert!(said.contains(expected), "{said}");
    assert_eq!(world.release().number, 1);
}

const ACCESS: &str = "[attributes]\nproduct = \"What the user sells.\"\n[roles.seller]\n\
                      description = \"Sells some products.\"\nsees = [\"marts.dim_*\"]\n\
                      [[roles.seller.rows]]\ntables = [\"marts.fct_*\"]\n\
                      column = \"product_id\"\nuser = \"product\"\n";

#[test]
fn rollups_keep_what_rows_are_chosen_by() {
    let world = till();
    world.write("warehouse/access.toml", ACCESS);
    let said = fails(world.root(), &["check", "--offline"], 1);
    let line = |rollup: &str| {
        let text = std::fs::read_to_string(world.path(CUBE)).unwrap();
        text.lines().position(|line| line == format!("[rollups.{rollup}]")).unwrap() + 1
    };
    for rollup in ["by_day", "by_week", "by_quarter", "by_year", "by_name"] {
        let expected = format!(
            "{CUBE}:{}: rollup `{rollup}`: warehouse/access.toml chooses rows of \
             `marts.fct_sales` by `product_id`, by which the rollup does not tell rows apart; name \
             a dimension of the column `product_id` in it",
            line(rollup)
        );
        assert!(said.contains(&expected), "{expected}\n{said}");
    }
    assert!(!said.contains("rollup `by_month`"), "{said}");
}

#[test]
fn rules_name_tables_and_columns_that_are_there() {
    let cases = [
        ("[\"marts.fct_*\"]", "[\"marts.facts_*\"]", "`marts.facts_*` is no table of sql/marts"),
        ("[\"marts.dim_*\"]", "[\"marts.dim_x\"]", "`marts.dim_x` is no table of sql/marts"),
        ("\"product_id\"", "\"product\"", "`marts.fct_*` has no column `product`"),
        ("user = \"product\"", "user = \"unit\"", "`user` names `unit`, which [attributes] does"),
    ];
    for (from, to, expected) in cases {
        let world = till();
        world.write("warehouse/access.toml", ACCESS);
        change(&world, "warehouse/access.toml", from, to);
        let said = fails(world.root(), &["check", "--offline"], 1);
        let expected = format!("warehouse/access.toml:3: role `seller`: {expected}");
        assert!(said.contains(&expected), "{expected}\n{said}");
    }
}
