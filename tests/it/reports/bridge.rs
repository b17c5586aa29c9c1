//! Does the bridge of profit give a published example's variances, and add up to the last unit?
//!
//! Budget and actual are two months of one customer: 8,000 X at a margin of 20, 7,000 Y at 12 and
//! 5,000 Z at 9 make 289,000; 6,000, 7,000 and 9,000 at those margins 285,000, of which mix takes
//! 32,900 and quantity brings 28,900. To that come by hand: X sells at 51.00 for 50.00 and Y costs
//! 18.10 for 18.00; a new and a lost customer, a new and a discontinued category; work of 160 after
//! 100, freight of 40, two X that another customer gave back, 90 of cost of goods that nobody
//! billed, a difference of 25 between ledger and documents, and an entry of 7 without a document.

use crate::cli::ok;
use crate::models::shop;
use crate::support::hand::repository;

const PERIODS: &str = r#"/*---
description = "Two months."
grain = ["period_id"]
[columns]
period_id = "Name."
fiscal_year = "Year."
period_number = "Place in the year."
sequence_number = "Place in all years."
year_before_number = "The place a year before."
is_adjusting = "Whether it takes corrections only."
ends_on = "Last day."
---*/
select
    period_id,
    fiscal_year,
    period_number,
    period_number as sequence_number,
    cast(null as bigint) as year_before_number,
    false as is_adjusting,
    ends_on
from (
    values
    ('2026-01', 2026, 1, date '2026-01-31'),
    ('2026-02', 2026, 2, date '2026-02-28')
) as listed (period_id, fiscal_year, period_number, ends_on)
"#;

const MARGINS: &str = r#"/*---
description = "What was sold, by month, customer and category."
grain = ["period_id", "customer_id", "product_category"]
[columns]
period_id = "Month."
entity_id = "Whose books."
customer_id = "Customer."
product_category = "Category."
product_id = "Product."
line_kind = "What the line bills."
invoiced_quantity = "Pieces."
net_reporting_amount = "Revenue."
cost_reporting_amount = "Cost, negative."
margin_reporting_amount = "Both."
is_intercompany = "Never."
---*/
select
    period_id,
    'E1' as entity_id,
    customer_id,
    product_category,
    product_category as product_id,
    line_kind,
    invoiced_quantity,
    cast(net_amount as decimal(18, 4)) as net_reporting_amount,
    cast(cost_amount as decimal(18, 4)) as cost_reporting_amount,
    cast(net_amount + cost_amount as decimal(18, 4)) as margin_reporting_amount,
    false as is_intercompany
from (
    values
    ('2026-01', 'K1', 'X', 'goods', 8000, 400000, -240000),
    ('2026-01', 'K1', 'Y', 'goods', 7000, 210000, -126000),
    ('2026-01', 'K1', 'Z', 'goods', 5000, 100000, -55000),
    ('2026-01', 'K1', 'V', 'goods', 5, 50, -30),
    ('2026-01', 'K3', 'Z', 'goods', 50, 1000, -500),
    ('2026-02', 'K1', 'X', 'goods', 6000, 306000, -180000),
    ('2026-02', 'K1', 'Y', 'goods', 7000, 210000, -126700),
    ('2026-02', 'K1', 'Z', 'goods', 9000, 180000, -99000),
    ('2026-02', 'K1', 'W', 'goods', 10, 700, -400),
    ('2026-02', 'K2', 'X', 'goods', 100, 5000, -3000),
    ('2026-02', 'K4', 'X', 'goods', -2, -100, 60),
    ('2026-01', 'K1', 'none', 'service', 1, 100, 0),
    ('2026-02', 'K1', 'none', 'service', 2, 160, 0),
    ('2026-02', 'K1', 'none', 'freight', 1, 40, 0)
) as sold (
    period_id, customer_id, product_category, line_kind, invoiced_quantity, net_amount, cost_amount
)
"#;

const LINES: &str = r#"/*---
description = "The ledger's view of the same, with what only the ledger knows and sales wages."
grain = ["period_id", "profit_line", "attribution_kind"]
[columns]
period_id = "Month."
entity_id = "Whose books."
customer_id = "Customer."
bucket = "Who carries it."
profit_line = "Line."
attribution_kind = "How the customer is known."
reporting_amount = "Amount."
---*/
select
    period_id,
    'E1' as entity_id,
    'K1' as customer_id,
    'customer' as bucket,
    profit_line,
    attribution_kind,
    cast(amount as decimal(18, 4)) as reporting_amount
from (
    values
    ('2026-01', 'gross_revenue', 'document', 711150),
    ('2026-01', 'cost_of_goods', 'document', -421530),
    ('2026-01', 'selling', 'allocation', -1000),
    ('2026-02', 'gross_revenue', 'document', 701900),
    ('2026-02', 'returns', 'document', -100),
    ('2026-02', 'gross_revenue', 'difference', -25),
    ('2026-02', 'gross_revenue', 'direct', 7),
    ('2026-02', 'cost_of_goods', 'document', -409130),
    ('2026-02', 'selling', 'allocation', -1500)
) as booked (period_id, profit_line, attribution_kind, amount)
"#;

const EXPECTED: [(&str, &str); 25] = [
    ("base_profit", "288620.0000"),
    ("price", "6000.0000"),
    ("mix", "-32900.0000"),
    ("quantity", "28900.0000"),
    ("cost", "-700.0000"),
    ("new_customers", "2000.0000"),
    ("lost_customers", "-500.0000"),
    ("new_products", "300.0000"),
    ("discontinued_products", "-20.0000"),
    ("services", "60.0000"),
    ("contracts", "0.0000"),
    ("freight", "40.0000"),
    ("rebates", "0.0000"),
    ("returns", "-40.0000"),
    ("goods_not_invoiced", "-90.0000"),
    ("ledger_differences", "-25.0000"),
    ("other_margin", "7.0000"),
    ("selling", "-500.0000"),
    ("marketing", "0.0000"),
    ("service", "0.0000"),
    ("delivery", "0.0000"),
    ("stock_holding", "0.0000"),
    ("overhead", "0.0000"),
    ("unmapped", "0.0000"),
    ("actual_profit", "291152.0000"),
];

#[test]
fn variances_are_those_of_the_published_example() {
    let world = shop();
    let settings = std::fs::read_to_string(world.path("warehouse/project.toml")).unwrap();
    world.write(
        "warehouse/project.toml",
        format!(
            "{settings}[periods]\ntable = \"marts.dim_periods\"\nperiod = \"period_id\"\n\
             order = [\"ends_on\", \"period_number\"]\nadjusting = \"is_adjusting\"\n\
             year = \"fiscal_year\"\nnumber = \"period_number\"\n\
             data = \"marts.fct_profit_lines.period_id\"\n"
        ),
    );
    world.write("sql/marts/dim_periods.sql", PERIODS);
    world.write("sql/marts/fct_invoice_margins.sql", MARGINS);
    world.write("sql/marts/fct_profit_lines.sql", LINES);
    let report = std::fs::read_to_string(repository("sql/reports/profit_bridge.sql")).unwrap();
    // The shop has no list of entities or customers to choose from.
    let chosen = |line: &&str| !line.starts_with("from = \"marts.");
    let lines: Vec<&str> = report.lines().filter(chosen).collect();
    world.write("sql/reports/profit_bridge.sql", lines.join("\n"));
    ok(world.root(), &["refresh"]);
    let answer = ok(world.root(), &["report", "profit_bridge", "--format", "csv"]);
    let rows: Vec<(&str, &str)> = answer
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            (cells[2], cells[3])
        })
        .collect();
    assert_eq!(rows, EXPECTED);
}
