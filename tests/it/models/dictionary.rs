//! Does the data dictionary say what files and contracts say, and nothing else?

use patron::model::dictionary::{Dictionary, Filled, Step};
use serde_json::{Value, json};

use super::{FACT, PRODUCTS, change, compiled, shop};
use crate::cli::{fails, ok};
use crate::support::world::{World, day};

/// What a command prints as JSON.
fn json_of(world: &World, arguments: &[&str]) -> Value {
    let said = ok(world.root(), &[&["describe"], arguments, &["--format", "json"]].concat());
    serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"))
}

#[test]
fn a_table_is_told_whole() {
    let world = shop();
    world.refreshed(day(0));
    let passed = |name: &str, kind: &str, raw: &str| {
        json!({
            "name": name, "type": kind, "description": null, "described_in": null, "unit": null,
            "currency": null, "is_personal": false, "is_computed": false,
            "made_of": [{"table": "staging.stg_shop__products", "column": raw}],
        })
    };
    let mut columns = [
        passed("product_id", "text", "product_id"),
        passed("product_name", "text", "product_name"),
        passed("product_weight", "integer", "weight"),
    ];
    columns[1]["description"] = json!("As printed on the receipt.");
    columns[1]["described_in"] = json!({"table": "shop.products", "column": "product_name"});
    columns[2]["unit"] = json!("g");
    let expected = json!({
        "name": "marts.dim_products",
        "filled": "marts",
        "description": "What the shop sells.",
        "grain": ["product_id"],
        "is_connected": true,
        "rows": 2,
        "file": "sql/marts/dim_products.sql",
        "month": null,
        "source": null,
        "reads": ["staging.stg_shop__products"],
        "read_by": ["marts.fct_sales"],
        "columns": columns,
        "checks": [{
            "name": "marts.dim_products:unique_grain",
            "rule": "no two rows have the same product_id",
            "severity": "error",
        }],
        "parameters": [],
        "closing": null, "cube": null,
    });
    assert_eq!(json_of(&world, &["marts.dim_products"]), expected);
    // The schema may be left out where one table alone is called so.
    assert_eq!(json_of(&world, &["dim_products"]), expected);
}

#[test]
fn descriptions_and_currencies_are_inherited() {
    let world = shop();
    let bare = "/*---\ndescription = \"Prices alone.\"\ngrain = [\"sale_id\"]\n---*/\n\
                select sale_id, price_amount from marts.fct_sales\n";
    world.write("sql/marts/fct_prices.sql", bare);
    let (models, mistakes) = compiled(&world);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let project = world.project();
    let dictionary = Dictionary::new(&models, &project.contracts).unwrap();
    let table = dictionary.table(&"marts.fct_sales".parse().unwrap()).unwrap();
    let told: Vec<_> = table
        .columns
        .iter()
        .map(|column| {
            let place = column.described_in.as_ref().map(|place| place.table.to_string());
            (
                column.name.as_str(),
                column.description.as_deref().unwrap_or("-"),
                place.unwrap_or_default(),
                column.currency.as_deref().unwrap_or("-"),
                column.is_computed,
            )
        })
        .collect();
    let raw = || "shop.sales".to_owned();
    assert_eq!(
        told,
        [
            ("sale_id", "-", String::new(), "-", false),
            ("product_id", "What was sold.", raw(), "-", false),
            ("product_name", "As printed on the receipt.", "shop.products".to_owned(), "-", false),
            ("currency_code", "-", String::new(), "-", false),
            ("price_amount", "Price paid.", raw(), "currency_code", false),
            ("is_dear", "Whether it cost more than 10.", String::new(), "-", true),
            ("sold_on", "-", String::new(), "-", false),
        ]
    );
    assert_eq!(table.month.as_deref(), Some("sold_on"));
    assert_eq!(table.summary.filled, Filled::Marts);
    // A table without the currency's column names that of the raw table.
    let prices = dictionary.table(&"marts.fct_prices".parse().unwrap()).unwrap();
    assert_eq!(prices.columns[1].currency.as_deref(), Some("shop.sales.currency_code"));
}

#[test]
fn checks_are_told_with_their_severity() {
    let world = shop();
    change(
        &world,
        FACT,
        "# more",
        "accepted = { currency_code = [\"EUR\", \"USD\"] }\nrelationships = [{ columns = \
         [\"product_id\"], to = \"marts.dim_products\", key = [\"product_id\"], severity = \
         \"warning\" }]\nexpressions = [{ name = \"is_paid\", sql = \"price_amount > 0\", severity \
         = { open = \"warning\", closed = \"error\", period = \"sold_on\" } }]",
    );
    let (models, mistakes) = compiled(&world);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let project = world.project();
    let dictionary = Dictionary::new(&models, &project.contracts).unwrap();
    let table = dictionary.table(&"marts.fct_sales".parse().unwrap()).unwrap();
    let checks: Vec<(&str, &str, &str)> = table
        .checks
        .iter()
        .map(|check| {
            let name = check.name.strip_prefix("marts.fct_sales:").unwrap();
            (name, check.rule.as_str(), check.severity)
        })
        .collect();
    let by_period = "warning, error when the period is closed";
    assert_eq!(
        checks,
        [
            ("unique_grain", "no two rows have the same sale_id", "error"),
            ("accepted_currency_code", "currency_code is one of EUR, USD", "error"),
            (
                "product_id_in_dim_products",
                "product_id stands in marts.dim_products as product_id",
                "warning"
            ),
            ("is_paid", "price_amount > 0", by_period),
        ]
    );
}

#[test]
fn the_steps_to_a_column_are_told() {
    let world = shop();
    let loaded = json!({
        "table": "shop.sales",
        "column": "price_amount",
        "type": "decimal(18,2)",
        "description": "Price paid.",
        "step": "loaded",
        "source": {
            "contract": "warehouse/contracts/shop/sales.toml",
            "system": "shop",
            "object": "sales_*.csv",
            "column": "Price",
        },
        "made_of": [],
    });
    let staged = json!({
        "table": "staging.stg_shop__sales",
        "column": "price_amount",
        "type": "decimal(18,2)",
        "description": "Price paid.",
        "step": "passed_on",
        "source": null,
        "made_of": [loaded],
    });
    let expected = json!({
        "name": "marts.fct_sales",
        "lineage": [{
            "table": "marts.fct_sales",
            "column": "is_dear",
            "type": "boolean",
            "description": "Whether it cost more than 10.",
            "step": "computed",
            "source": null,
            "made_of": [staged],
        }],
    });
    assert_eq!(json_of(&world, &["marts.fct_sales.is_dear"]), expected);
    let all = json_of(&world, &["fct_sales", "--lineage"]);
    assert_eq!(all["lineage"].as_array().unwrap().len(), 7);
    assert_eq!(all["lineage"][5], expected["lineage"][0]);

    let tree = "marts.fct_sales.is_dear  computed\n\
                └─ staging.stg_shop__sales.price_amount\n   \
                └─ shop.sales.price_amount  warehouse/contracts/shop/sales.toml: system `shop`, \
                `sales_*.csv`, column `Price`\n";
    assert_eq!(ok(world.root(), &["describe", "marts.fct_sales.is_dear"]), tree);
}

#[test]
fn what_is_not_connected_remembered_or_repeated_is_said() {
    let world = shop();
    change(&world, PRODUCTS, "[shape]", "connected = false\n[shape]");
    let memory = "/*---\ndescription = \"Sales as first seen.\"\ngrain = [\"sale_id\"]\n\
                  remembers = true\n[columns]\nprice_amount = \"Price as first seen.\"\nis_same = \
                  \"Whether it is that still.\"\n[shape]\nsale_id = \"text\"\nprice_amount = \
                  \"decimal(18,2)\"\nis_same = \"boolean\"\n---*/\n\
                  with both_prices as (\n    select\n        sales.sale_id,\n        \
                  coalesce(known.price_amount, sales.price_amount) as price_amount,\n        \
                  sales.price_amount as new_amount\n    from marts.fct_sales as sales\n    \
                  left join previous.int_prices_kept as known on known.sale_id = sales.sale_id\n)\n\
                  select sale_id, price_amount, price_amount = new_amount as is_same\n\
                  from both_prices\n";
    world.write("sql/intermediate/int_prices_kept.sql", memory);
    let (models, mistakes) = compiled(&world);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let project = world.project();
    let dictionary = Dictionary::new(&models, &project.contracts).unwrap();
    let step = |table: &str, column: &str| dictionary.ancestry(&table.parse().unwrap(), column);
    let name = step("marts.dim_products", "product_name");
    assert_eq!(name.step, Step::PassedOn);
    assert_eq!(name.made_of[0].step, Step::NotConnected);
    assert!(name.made_of[0].made_of.is_empty());
    let table = dictionary.table(&"staging.stg_shop__products".parse().unwrap()).unwrap();
    assert!(!table.summary.is_connected);

    let same = step("intermediate.int_prices_kept", "is_same");
    let steps: Vec<(String, Step)> =
        same.made_of.iter().map(|part| (part.table.to_string(), part.step)).collect();
    assert_eq!(
        steps,
        [
            ("marts.fct_sales".to_owned(), Step::PassedOn),
            ("previous.int_prices_kept".to_owned(), Step::Remembered),
        ]
    );
    let kept = ok(world.root(), &["describe", "intermediate.int_prices_kept.is_same"]);
    assert!(kept.contains("previous.int_prices_kept.price_amount  its own value"), "{kept}");

    // The price stands in both columns that the sum is made of, and is told once.
    let twice = "/*---\ndescription = \"Prices twice.\"\ngrain = [\"sale_id\"]\n[columns]\n\
                 twice_amount = \"The price and the price again.\"\n---*/\n\
                 select\n    one.sale_id,\n    \
                 cast(one.price_amount + other.price_amount as decimal(18, 2)) as twice_amount\n\
                 from marts.fct_sales as one\n\
                 left join staging.stg_shop__sales as other on other.sale_id = one.sale_id\n";
    world.write("sql/marts/fct_twice.sql", twice);
    let tree = ok(world.root(), &["describe", "marts.fct_twice.twice_amount"]);
    let repeated = "└─ staging.stg_shop__sales.price_amount  as above\n";
    assert!(tree.ends_with(repeated), "{tree}");
    assert_eq!(tree.matches("shop.sales.price_amount").count(), 1, "{tree}");
}

#[test]
fn all_tables_are_listed() {
    let world = shop();
    let listed = json_of(&world, &[]);
    assert_eq!(listed["release"], Value::Null);
    world.refreshed(day(0));
    let listed = json_of(&world, &[]);
    assert_eq!(listed["release"], json!(1));
    let tables = listed["tables"].as_array().unwrap();
    let told: Vec<(&str, &str, &Value)> = tables
        .iter()
        .filter(|table| table["filled"] != "project")
        .map(|table| {
            let text = |name: &str| table[name].as_str().unwrap();
            (text("name"), text("filled"), &table["rows"])
        })
        .collect();
    let (two, three, none) = (json!(2), json!(3), Value::Null);
    assert_eq!(
        told,
        [
            ("shop.products", "contract", &two),
            ("shop.sales", "contract", &three),
            ("staging.stg_shop__products", "staging", &none),
            ("staging.stg_shop__sales", "staging", &none),
            ("marts.dim_products", "marts", &two),
            ("marts.fct_sales", "marts", &three),
        ]
    );
    let text = ok(world.root(), &["describe"]);
    assert!(text.lines().any(|line| line.starts_with(" marts.fct_sales ")), "{text}");
    let text = ok(world.root(), &["describe", "shop.sales"]);
    for part in [
        "file        warehouse/contracts/shop/sales.toml\n",
        "source      system `shop`, `sales_*.csv`\n",
        "months of   sold_on\n",
        "rows        3 in release 1\n",
        "read by     staging.stg_shop__sales\n",
        "  price_amount  decimal(18,2)\n      Price paid.\n      currency in currency_code\n",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn unknown_names_are_answered_with_the_nearest() {
    let world = shop();
    let cases = [
        (
            "marts.fct_sale",
            "error: there is no table `marts.fct_sale`; is `marts.fct_sales` meant?\n",
        ),
        ("fct_sale", "error: there is no table `fct_sale`; is `fct_sales` meant?\n"),
        ("far.from_everything", "error: there is no table `far.from_everything`\n"),
        (
            "marts.fct_sales.is_deer",
            "error: there is no column `marts.fct_sales.is_deer`; is `is_dear` meant?\n",
        ),
    ];
    for (name, expected) in cases {
        assert_eq!(fails(world.root(), &["describe", name], 1), expected);
    }
    change(&world, FACT, "sales.price_amount > 10", "sales.price > 10");
    let said = fails(world.root(), &["describe", "fct_sales"], 1);
    let expected = "there is no table `fct_sales`; its file does not fit, and `patron check \
                    --offline` says why\n";
    assert!(said.ends_with(expected), "{said}");
    fails(world.root(), &["describe", "--lineage"], 2);
}
