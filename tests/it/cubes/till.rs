//! How does a test get a small shop whose till is measured by a cube?

use crate::cli::fails;
use crate::models::{sell, shop};
use crate::support::world::World;

/// The cube's file.
pub const CUBE: &str = "sql/cubes/till.sql";

/// Sales by day, product and price, with every kind of rollup.
const CUBE_SQL: &str = r#"/*---
description = "Sales of the till."
grain = ["sale_id"]
label = { en = "Till", "zh-CN" = "收银" }
month = "sold_on"
time = "sold_on"
views = ["everything"]

[inputs]
"marts.fct_sales" = "same_month"
"marts.dim_products" = { key = "product_id", in = "marts.fct_sales" }

[dimensions.sold_on]
label = { en = "Day", "zh-CN" = "日期" }
description = "Day of the sale."
shared = "day"
fiscal = { period = "month_name", quarter = "quarter_name", year = "year_number" }

[dimensions.product]
description = "What was sold."
column = "product_id"
shared = "product"

[dimensions.product_name]
description = "As printed on the receipt."

[dimensions.is_dear]
description = "Whether it cost more than 10."

[hierarchies.shelf]
levels = ["product_name", "product"]

[segments.dear]
label = { en = "Dear ones", "zh-CN" = "高价" }
description = "Sales of more than 10."
column = "is_dear"

[measures.paid_amount]
label = { en = "Paid", "zh-CN" = "实付" }
description = "Price paid."
additivity = "additive"
column = "price_amount"
over_time = ["year_before", "fiscal_year_to_date"]

[measures.sale_count]
description = "How many sales there were."
additivity = "additive"
aggregate = "count"

[measures.named_count]
description = "How many sales had a product with a name."
additivity = "additive"
aggregate = "count"
column = "product_name"

[measures.lowest_amount]
description = "Lowest price paid."
additivity = "additive"
aggregate = "min"
column = "price_amount"

[measures.last_sold_on]
description = "Day of the last sale."
additivity = "additive"
aggregate = "max"
column = "sold_on"

[measures.mean_amount]
description = "Price of a sale."
additivity = "ratio"
numerator = "paid_amount"
denominator = "sale_count"

[measures.product_count]
description = "How many different products were sold."
additivity = "distinct"
column = "product_id"

[measures.median_amount]
description = "Middle price."
additivity = "none"
aggregate = "median"
column = "price_amount"

[measures.weight_on_hand]
description = "Weight of each sale, as if it were a stock."
additivity = "semi_additive"
keep = "last"
column = "product_weight"
member = ["sale_id"]

[rollups.by_month]
dimensions = ["product", "is_dear"]
granularity = "month"
measures = ["mean_amount", "named_count", "lowest_amount", "last_sold_on", "product_count"]

[rollups.by_day]
dimensions = ["product_name"]
granularity = "day"
measures = ["paid_amount"]

[rollups.by_week]
dimensions = []
granularity = "week"
measures = ["paid_amount"]

[rollups.by_quarter]
dimensions = []
granularity = "quarter"
measures = ["paid_amount"]

[rollups.by_year]
dimensions = []
granularity = "year"
measures = ["paid_amount"]

[rollups.by_name]
dimensions = ["product_name"]
measures = ["sale_count", "mean_amount"]
---*/

select
    sales.sale_id,
    sales.product_id,
    products.product_name,
    products.product_weight,
    sales.is_dear,
    sales.price_amount,
    to_char(sales.sold_on, '%Y-%m') as month_name,
    concat(to_char(sales.sold_on, '%Y'), ' Q', date_part('quarter', sales.sold_on))
        as quarter_name,
    cast(date_part('year', sales.sold_on) as bigint) as year_number,
    sales.sold_on
from marts.fct_sales as sales
left join marts.dim_products as products
    on products.product_id = sales.product_id;
"#;

/// The shop with its cube, not loaded yet: beside its three sales one of a product that nobody
/// knows in 1969, one in the last days of 2025, one on a leap day far away and one without a day.
pub fn till() -> World {
    let world = shop();
    let settings = std::fs::read_to_string(world.path("warehouse/project.toml")).unwrap();
    world.write("warehouse/project.toml", settings.replace("[\"en\"]", "[\"en\", \"zh-CN\"]"));
    sell(&world, "1969-12", &["S4,P3,7.00,EUR,1969-12-31"]);
    sell(&world, "2025-12", &["S5,P2,3.00,EUR,2025-12-29"]);
    sell(&world, "2400-02", &["S6,P1,2.00,EUR,2400-02-29"]);
    sell(&world, "none", &["S7,P1,1.00,EUR,"]);
    world.write(CUBE, CUBE_SQL);
    world
}

/// The mistakes that `patron check` tells of files under sql/.
pub fn told(world: &World) -> Vec<String> {
    let said = fails(world.root(), &["check", "--offline"], 1);
    said.lines().filter(|line| line.starts_with("sql/")).map(str::to_owned).collect()
}
