//! Which small company has cubes that a person can add up?
//!
//! Seven sales in two countries, four counts of stock:
//!
//! | sale | country | town | customer | product | day | amount | cost | profit |
//! | --- | --- | --- | --- | --- | --- | --- | --- | --- |
//! | 1 | N | Oslo | C1 | P1 | 2026-01-10 | 10.00 | 4.00 | 6.00 |
//! | 2 | N | Oslo | C2 | P1 | 2026-01-20 | 20.00 | 10.00 | 10.00 |
//! | 3 | N | Bergen | C1 | P2 | 2026-02-03 | 30.00 | 33.00 | -3.00 |
//! | 4 | S | Rome | C3 | P1 | 2026-02-10 | -5.00 | -2.00 | -3.00 |
//! | 5 | S | Rome | C3 | P2 | 2026-03-05 | 15.00 | 6.00 | 9.00 |
//! | 6 | S | | C4 | P2 | 2026-03-20 | 7.50 | 2.50 | 5.00 |
//! | 7 | N | Oslo | C1 | P1 | 2025-01-15 | 8.00 | 5.00 | 3.00 |
//!
//! | place | product | day | quantity |
//! | --- | --- | --- | --- |
//! | W1 | P1 | 2026-01-05 | 10 |
//! | W1 | P1 | 2026-02-15 | 6 |
//! | W1 | P2 | 2026-01-20 | 4 |
//! | W2 | P1 | 2026-02-01 | 3 |
//!
//! W1 closes January with 10 + 4 = 14, February and March with 6 + 4 = 10; W2 has 3 from February.

use std::sync::{Arc, OnceLock};

use datafusion::arrow::array::Array;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use patron::engine::Limits;
use patron::model::cube::question::Question;
use patron::model::cube::{Answer, Asker, CubeError, Opened};
use patron::query::Principal;
use patron::warehouse::Home;
use patron::warehouse::project::Project;
use patron::warehouse::release::Release;

use crate::models::shop;
use crate::support::world::{World, day, runtime};

const TAKEN: &str = r#"/*---
description = "What the kiosks took."
grain = ["sale_id"]
[columns]
sale_id = "Number."
country = "Country."
town = "Town; null where the kiosk moves."
customer_id = "Buyer."
product_id = "What was bought."
sold_on = "Day."
amount = "Price paid."
cost = "What it had cost."
is_returned = "Whether it came back."
---*/
select
    sale_id,
    country,
    town,
    customer_id,
    product_id,
    cast(sold_on as date) as sold_on,
    cast(amount as decimal(18, 2)) as amount,
    cast(cost as decimal(18, 2)) as cost,
    amount < 0 as is_returned
from (
    values
    (1, 'N', 'Oslo', 'C1', 'P1', '2026-01-10', 10.00, 4.00),
    (2, 'N', 'Oslo', 'C2', 'P1', '2026-01-20', 20.00, 10.00),
    (3, 'N', 'Bergen', 'C1', 'P2', '2026-02-03', 30.00, 33.00),
    (4, 'S', 'Rome', 'C3', 'P1', '2026-02-10', -5.00, -2.00),
    (5, 'S', 'Rome', 'C3', 'P2', '2026-03-05', 15.00, 6.00),
    (6, 'S', null, 'C4', 'P2', '2026-03-20', 7.50, 2.50),
    (7, 'N', 'Oslo', 'C1', 'P1', '2025-01-15', 8.00, 5.00)
) as listed (sale_id, country, town, customer_id, product_id, sold_on, amount, cost)
"#;

const COUNTED: &str = r#"/*---
description = "What was counted on the kiosks' shelves."
grain = ["place", "product_id", "counted_on"]
[columns]
place = "Shelf."
product_id = "What lies there."
counted_on = "Day of the count."
quantity = "Pieces."
---*/
select place, product_id, cast(counted_on as date) as counted_on, quantity
from (
    values
    ('W1', 'P1', '2026-01-05', 10),
    ('W1', 'P1', '2026-02-15', 6),
    ('W1', 'P2', '2026-01-20', 4),
    ('W2', 'P1', '2026-02-01', 3)
) as listed (place, product_id, counted_on, quantity)
"#;

const TAKINGS: &str = r#"/*---
description = "Takings of the kiosks, a row a sale."
grain = ["sale_id"]
label = { en = "Takings", "zh-CN" = "营业额" }
time = "sold_on"
views = ["kiosks"]

[columns]
profit = "Amount less cost."
period_id = "Accounting period of the sale."
fiscal_quarter = "Quarter of the fiscal year."
fiscal_year = "Fiscal year."

[dimensions.sale_id]
description = "Number of the sale."

[dimensions.country]
label = { en = "Country", "zh-CN" = "国家" }
description = "Country of the kiosk."

[dimensions.town]
label = { en = "Town", "zh-CN" = "城市" }
description = "Town of the kiosk."

[dimensions.buyer]
column = "customer_id"
description = "Who bought."

[dimensions.product_id]
description = "What was bought."
shared = "product"

[dimensions.period]
column = "period_id"
description = "Period of the sale."

[dimensions.quarter]
column = "fiscal_quarter"
description = "Fiscal quarter of the sale."

[dimensions.sold_on]
label = { en = "Sold on", "zh-CN" = "售出日" }
description = "Day of the sale."
shared = "date"
fiscal = { period = "period_id", quarter = "fiscal_quarter", year = "fiscal_year" }

[hierarchies.place]
label = { en = "Place", "zh-CN" = "地点" }
levels = ["country", "town"]

[segments.returned]
description = "Sales that came back."
column = "is_returned"

[measures.amount]
label = { en = "Amount", "zh-CN" = "金额" }
description = "Sum of the prices paid."
unit = "reporting_currency"
additivity = "additive"
column = "amount"
over_time = ["previous_period", "year_before", "year_to_date", "rolling_2_months"]

[measures.profit]
description = "What is left of the prices."
unit = "reporting_currency"
additivity = "additive"
column = "profit"

[measures.margin]
label = { en = "Margin", "zh-CN" = "利润率" }
description = "Profit for each unit of amount."
additivity = "ratio"
numerator = "profit"
denominator = "amount"

[measures.sales]
description = "How many sales there are."
additivity = "additive"
aggregate = "count"

[measures.buyers]
description = "How many different buyers there are."
additivity = "distinct"
column = "customer_id"

[measures.smallest]
description = "The smallest price."
additivity = "additive"
aggregate = "min"
column = "amount"

[measures.median]
description = "The middle price."
additivity = "none"
aggregate = "median"
column = "amount"
---*/
select
    sale_id,
    country,
    town,
    customer_id,
    product_id,
    sold_on,
    to_char(sold_on, '%Y-%m') as period_id,
    to_char(sold_on, '%YQ1') as fiscal_quarter,
    to_char(sold_on, '%Y') as fiscal_year,
    amount,
    amount - cost as profit,
    is_returned
from marts.fct_taken
"#;

const STOCK: &str = r#"/*---
description = "Pieces on the shelves, a row a count."
grain = ["place", "product_id", "counted_on"]
time = "counted_on"
views = ["kiosks"]

[dimensions.place]
description = "The shelf."

[dimensions.product_id]
description = "What lies on it."
shared = "product"

[dimensions.counted_on]
description = "When it was counted."
shared = "date"

[measures.stock]
description = "Pieces at the end."
unit = "pieces"
additivity = "semi_additive"
column = "quantity"
keep = "last"
member = ["place", "product_id"]

[measures.average_stock]
description = "Pieces on an average day."
unit = "pieces"
additivity = "semi_additive"
column = "quantity"
keep = "average"
member = ["place", "product_id"]
---*/
select place, product_id, counted_on, quantity
from marts.fct_counted
"#;

/// Accounting periods, which are months here.
const PERIODS: &str = r#"/*---
description = "Months of the kiosks."
grain = ["period_id"]
[columns]
period_id = "Name."
fiscal_year = "Year."
fiscal_quarter = "Quarter."
period_number = "Place in the year."
is_adjusting = "Whether it takes corrections only."
starts_on = "First day."
ends_on = "Last day."
---*/
select
    period_id,
    fiscal_year,
    fiscal_quarter,
    period_number,
    is_adjusting,
    cast(starts_on as date) as starts_on,
    cast(ends_on as date) as ends_on
from (
    values
    ('2025-01', 2025, '2025Q1', 1, false, '2025-01-01', '2025-01-31'),
    ('2026-01', 2026, '2026Q1', 1, false, '2026-01-01', '2026-01-31'),
    ('2026-02', 2026, '2026Q1', 2, false, '2026-02-01', '2026-02-28'),
    ('2026-03', 2026, '2026Q1', 3, false, '2026-03-01', '2026-03-31')
) as listed (
    period_id, fiscal_year, fiscal_quarter, period_number, is_adjusting, starts_on, ends_on
)
"#;

const SETTINGS: &str = r#"[periods]
table = "marts.dim_periods"
period = "period_id"
order = ["ends_on", "period_number"]
adjusting = "is_adjusting"
year = "fiscal_year"
number = "period_number"
quarter = "fiscal_quarter"
starts = "starts_on"
ends = "ends_on"
"#;

/// The kiosks, not loaded yet.
pub fn kiosk() -> World {
    let world = shop();
    let settings = std::fs::read_to_string(world.path("warehouse/project.toml")).unwrap();
    let settings = settings.replace("[\"en\"]", "[\"en\", \"zh-CN\"]");
    world.write("warehouse/project.toml", format!("{settings}{SETTINGS}"));
    world.write("sql/marts/dim_periods.sql", PERIODS);
    world.write("sql/marts/fct_taken.sql", TAKEN);
    world.write("sql/marts/fct_counted.sql", COUNTED);
    world.write("sql/cubes/takings.sql", TAKINGS);
    world.write("sql/cubes/stock.sql", STOCK);
    world
}

/// The kiosks with a release, which all tests share and none changes.
pub fn shared() -> &'static World {
    static SHARED: OnceLock<World> = OnceLock::new();
    SHARED.get_or_init(|| {
        let world = kiosk();
        world.refreshed(day(0));
        world
    })
}

/// What it takes to ask the cubes of a world.
pub struct Desk {
    project: Project,
    home: Home,
    release: Arc<Release>,
    limits: Limits,
}

impl Desk {
    /// At a world's newest release.
    pub fn of(world: &World) -> Self {
        let (project, home, release) = (world.project(), world.home(), world.release());
        Self { project, home, release, limits: world.limits() }
    }

    /// Opened for questions.
    pub fn open(&self) -> Opened<'_> {
        let asker = Asker {
            project: &self.project,
            home: &self.home,
            release: &self.release,
            principal: &Principal::Owner,
            limits: &self.limits,
            has_rollups: true,
        };
        asker.open().unwrap_or_else(|error| panic!("{error}"))
    }
}

/// The answer to a question in JSON.
pub fn ask(opened: &Opened<'_>, json: &str) -> Answer {
    try_ask(opened, json).unwrap_or_else(|error| panic!("{json}: {error}"))
}

/// Like [`ask`]; an error where there is none.
pub fn try_ask(opened: &Opened<'_>, json: &str) -> Result<Answer, CubeError> {
    runtime().block_on(opened.ask(&Question::parse(json)?))
}

/// The rows of an answer with some of its columns, a missing value as `-`.
pub fn rows(answer: &Answer, names: &[&str]) -> Vec<String> {
    let mut rows = Vec::new();
    for part in &answer.parts {
        let place = |name: &&str| {
            let found = part.columns.iter().position(|column| column.name == *name);
            found.unwrap_or_else(|| panic!("{name} is none of {:?}", part.columns))
        };
        let places: Vec<usize> = names.iter().map(place).collect();
        for batch in &part.batches {
            for row in 0..batch.num_rows() {
                let cell = |place: &usize| {
                    let column = batch.column(*place);
                    if column.logical_nulls().is_some_and(|nulls| nulls.is_null(row)) {
                        return "-".to_owned();
                    }
                    let options = FormatOptions::new();
                    let cells = ArrayFormatter::try_new(column.as_ref(), &options).unwrap();
                    cells.value(row).to_string()
                };
                rows.push(places.iter().map(cell).collect::<Vec<_>>().join(" "));
            }
        }
    }
    rows
}
