//! Do files under sql/ become the tables that they describe, and are mistakes in them told?

mod builds;
mod checks;
mod dictionary;
mod memory;
mod mistakes;
mod scaffolds;
pub mod words;

use patron::model::given::given;
use patron::model::{ModelError, Models, compile};

use crate::support::world::{World, runtime};

const SYSTEMS: &str = "[shop]\ndescription = \"A shop.\"\nkind = \"files\"\npath = \"feeds\"\n";

const SALES_CONTRACT: &str = r#"description = "Sales of the till, one file a month."
system = "shop"
object = "sales_*.csv"
kind = "csv"
mode = "append"
key = ["sale_id"]
month = "sold_on"
[columns.sale_id]
type = "text"
required = true
from = "Number"
[columns.product_id]
type = "text"
description = "What was sold."
from = "Article"
[columns.price_amount]
type = "decimal(18,2)"
description = "Price paid."
from = "Price"
currency = "currency_code"
[columns.currency_code]
type = "text"
from = "Currency"
[columns.sold_on]
type = "date"
from = "Day"
"#;

const PRODUCTS_CONTRACT: &str = r#"description = "Products on the shelves."
system = "shop"
object = "products.csv"
kind = "csv"
mode = "full"
key = ["product_id"]
[columns.product_id]
type = "text"
required = true
[columns.product_name]
type = "text"
description = "As printed on the receipt."
[columns.weight]
type = "integer"
unit = "g"
"#;

pub const SALES: &str = "sql/staging/shop/stg_shop__sales.sql";
pub const PRODUCTS: &str = "sql/staging/shop/stg_shop__products.sql";
pub const DIM: &str = "sql/marts/dim_products.sql";
pub const FACT: &str = "sql/marts/fct_sales.sql";

const SALES_SQL: &str = r#"/*---
description = "Sales as the till gives them."
grain = ["sale_id"]
[shape]
sale_id = "text"
product_id = "text"
currency_code = "text"
price_amount = "decimal(18,2)"
sold_on = "date"
---*/
select sale_id, product_id, currency_code, price_amount, sold_on
from shop.sales
"#;

const PRODUCTS_SQL: &str = r#"/*---
description = "Products as the shelves give them."
grain = ["product_id"]
[shape]
product_id = "text"
product_name = "text"
weight = "integer"
---*/
select product_id, product_name, weight
from shop.products
"#;

const DIM_SQL: &str = r#"/*---
description = "What the shop sells."
grain = ["product_id"]
---*/
select product_id, product_name, weight as product_weight
from staging.stg_shop__products
"#;

const FACT_SQL: &str = r#"/*---
description = "What the shop sold, with the names of products."
grain = ["sale_id"]
month = "sold_on"
[inputs]
"staging.stg_shop__sales" = "same_month"
"marts.dim_products" = { key = "product_id" }
[columns]
is_dear = "Whether it cost more than 10."
[checks]
# more
---*/
select
    sales.sale_id,
    sales.product_id,
    products.product_name,
    sales.currency_code,
    sales.price_amount,
    sales.price_amount > 10 as is_dear,
    sales.sold_on
from staging.stg_shop__sales as sales
left join marts.dim_products as products on sales.product_id = products.product_id
"#;

/// Three sales of two products in two months: 5.00 and 20.00 in January, 12.50 in February.
pub fn shop() -> World {
    let world = World::empty();
    world.write("warehouse/systems.toml", SYSTEMS);
    world.write("warehouse/contracts/shop/sales.toml", SALES_CONTRACT);
    world.write("warehouse/contracts/shop/products.toml", PRODUCTS_CONTRACT);
    world.write("feeds/products.csv", "product_id,product_name,weight\nP1,Tea,100\nP2,Pot,900\n");
    sell(&world, "2026-01", &["S1,P1,5.00,EUR,2026-01-10", "S2,P2,20.00,EUR,2026-01-31"]);
    sell(&world, "2026-02", &["S3,P1,12.50,EUR,2026-02-01"]);
    for (name, text) in
        [(SALES, SALES_SQL), (PRODUCTS, PRODUCTS_SQL), (DIM, DIM_SQL), (FACT, FACT_SQL)]
    {
        world.write(name, text);
    }
    world
}

/// Writes the sales of a month.
pub fn sell(world: &World, month: &str, rows: &[&str]) {
    let rows = rows.join("\n");
    world.write(
        &format!("feeds/sales_{month}.csv"),
        format!("Number,Article,Price,Currency,Day\n{rows}\n"),
    );
}

/// Changes a part of a file that stands in it once.
pub fn change(world: &World, name: &str, from: &str, to: &str) {
    let text = std::fs::read_to_string(world.path(name)).unwrap();
    assert_eq!(text.matches(from).count(), 1, "{name}: {from}");
    world.write(name, text.replace(from, to));
}

/// The files of a project that fit, and what does not.
pub fn compiled(world: &World) -> (Models, Vec<ModelError>) {
    let project = world.project();
    let limits = world.limits();
    runtime().block_on(compile(&project.root, given(&project).unwrap(), &limits)).unwrap()
}
