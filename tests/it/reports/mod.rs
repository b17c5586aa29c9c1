//! Does a report answer what is asked, of the release asked, and nothing that is slipped in?

mod answers;
mod bridge;
mod mistakes;
mod waivers;
mod words;

use crate::models::shop;
use crate::support::world::World;

/// A calendar of fiscal years that are calendar years. Of January 2025 and March 2026 there are no
/// sales; February 2026 has corrections.
const PERIODS: &str = r#"/*---
description = "Months of the shop."
grain = ["period_id"]
[columns]
period_id = "Name."
fiscal_year = "Year."
period_number = "Place in the year."
is_adjusting = "Whether it takes corrections only."
ends_on = "Last day."
---*/
select period_id, fiscal_year, period_number, is_adjusting, ends_on
from (
    values
    ('2025-01', 2025, 1, false, date '2025-01-31'),
    ('2026-01', 2026, 1, false, date '2026-01-31'),
    ('2026-02', 2026, 2, false, date '2026-02-28'),
    ('2026-02X', 2026, 13, true, date '2026-02-28'),
    ('2026-03', 2026, 3, false, date '2026-03-31')
) as listed (period_id, fiscal_year, period_number, is_adjusting, ends_on)
"#;

/// The three sales, and one correction.
const BOOKED: &str = r#"/*---
description = "Sales by month, with corrections."
grain = ["sale_id"]
[columns]
sale_id = "Number."
product_id = "What was sold."
period_id = "Month of the sale, or the period that takes the correction."
price_amount = "Price paid."
sold_on = "Day."
---*/
select
    sale_id,
    product_id,
    to_char(sold_on, '%Y-%m') as period_id,
    price_amount,
    sold_on
from marts.fct_sales
union all
select 'X1', 'P2', '2026-02X', cast(1 as decimal(18, 2)), date '2026-02-28'
"#;

const REPORT: &str = "sql/reports/product_sales.sql";

/// What each product brought in a period and in two others.
const REPORT_SQL: &str = r#"/*---
description = "What did each product bring?"
grain = ["product_id"]
label = { en = "Sales by product", "zh-CN" = "各产品销售" }

[parameters.period]
type = "period"
default = "newest_period"
description = "The month."

[parameters.before]
type = "period"
default = "previous_period($period)"
description = "The month compared with."

[parameters.year_before]
type = "period"
default = "same_period_year_before($period)"
description = "The same month a year before."

[parameters.product]
type = "text"
optional = true
from = "marts.dim_products.product_id"
description = "One product only."

[parameters.least]
type = "decimal"
default = "0"
description = "Smallest sum shown."

[parameters.until]
type = "date"
default = "2099-12-31"
description = "Last day."

[parameters.most]
type = "integer"
default = 10
description = "How many rows at most."

[parameters.sign]
type = "choice"
allowed = ["plus", "minus"]
default = "plus"
description = "Whether sums are turned round."

[parameters.has_names]
type = "boolean"
default = true
description = "Whether names are shown."

[labels."zh-CN"]
product_id = "产品"
price_amount = "金额"

[units]
price_amount = "reporting_currency"
weight = "g"
---*/
with turned as (
    select
        booked.*,
        booked.price_amount * case when $sign = 'minus' then -1 else 1 end as signed_amount
    from marts.fct_booked as booked
    where booked.sold_on <= $until
)

select
    products.product_id,
    case when $has_names then products.product_name end as product_name,
    products.product_weight as weight,
    cast(sum(
        case when turned.period_id = $period then turned.signed_amount else 0 end
    ) as decimal(18, 2)) as price_amount,
    cast(sum(
        case when turned.period_id = $before then turned.signed_amount else 0 end
    ) as decimal(18, 2)) as before_amount,
    cast(sum(
        case when turned.period_id = $year_before then turned.signed_amount else 0 end
    ) as decimal(18, 2)) as year_before_amount
from turned
inner join marts.dim_products as products on turned.product_id = products.product_id
where $product is null or products.product_id = $product
group by products.product_id, products.product_name, products.product_weight
having abs(sum(turned.signed_amount)) >= $least
order by 1
limit $most
"#;

/// The shop with periods and a report, not loaded yet.
pub fn reporting() -> World {
    let world = shop();
    let settings = std::fs::read_to_string(world.path("warehouse/project.toml")).unwrap();
    let settings = settings.replace("[\"en\"]", "[\"en\", \"zh-CN\"]");
    world.write(
        "warehouse/project.toml",
        format!(
            "{settings}[periods]\ntable = \"marts.dim_periods\"\nperiod = \"period_id\"\n\
             order = [\"ends_on\", \"period_number\"]\nadjusting = \"is_adjusting\"\n\
             year = \"fiscal_year\"\nnumber = \"period_number\"\n\
             data = \"marts.fct_booked.period_id\"\n"
        ),
    );
    world.write("sql/marts/dim_periods.sql", PERIODS);
    world.write("sql/marts/fct_booked.sql", BOOKED);
    world.write(REPORT, REPORT_SQL);
    world
}
