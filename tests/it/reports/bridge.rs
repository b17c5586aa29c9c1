//! Does the bridge of profit give a published example's variances, and add up to the last unit?
//!
//! Budget and actual are two months of one customer: 8,000 X at a margin of 20, 7,000 Y at 12 and
//! 5,000 Z at 9 make 289,000; 6,000, 7,000 and 9,000 at those margins 285,000, of which mix takes
//! 32,900 and quantity brings 28,900. To that come by hand: X sells at 51.00 for 50.00 and Y costs
//! 18.10 for 18.00; a new and a lost customer, a new and a discontinued category; work of 160 after
//! 100, freight of 40, two X that another customer gave back, 90 of cost of goods that nobody
//! billed, a difference of 25 between ledger and documents, and an entry of 7 without a document.
//! The books are kept in a currency of which 1.50 are 1.00 of the group's.

use crate::cli::ok;
use crate::models::shop;
use crate::support::hand::repository;
use crate::support::world::World;

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
customer_version_number = "Version."
product_category = "Category."
product_id = "Product."
line_kind = "What the line bills."
invoiced_quantity = "Pieces."
functional_currency_code = "Currency of the books."
reporting_currency_code = "Currency of the group."
net_functional_amount = "Revenue in the books."
cost_functional_amount = "Cost in the books, negative."
margin_functional_amount = "Both in the books."
net_reporting_amount = "Revenue."
cost_reporting_amount = "Cost, negative."
margin_reporting_amount = "Both."
is_intercompany = "Never."
---*/
select
    period_id,
    'E1' as entity_id,
    customer_id,
    1 as customer_version_number,
    product_category,
    product_category as product_id,
    line_kind,
    invoiced_quantity,
    'USD' as functional_currency_code,
    'EUR' as reporting_currency_code,
    cast(net_amount * 1.5 as decimal(18, 4)) as net_functional_amount,
    cast(cost_amount * 1.5 as decimal(18, 4)) as cost_functional_amount,
    cast((net_amount + cost_amount) * 1.5 as decimal(18, 4)) as margin_functional_amount,
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
    ('2026-02', 'K1', 'carriage', 'freight', 1, 40, 0)
) as sold (
    period_id, customer_id, product_category, line_kind, invoiced_quantity, net_amount, cost_amount
)
"#;

const LINES: &str = r#"/*---
description = "The ledger's view of the same, with what only the ledger knows and sales wages."
grain = ["period_id", "customer_id", "profit_line", "attribution_kind"]
[columns]
period_id = "Month."
entity_id = "Whose books."
customer_id = "Customer."
customer_version_number = "Version."
bucket = "Who carries it."
profit_line = "Line."
attribution_kind = "How the customer is known."
functional_currency_code = "Currency of the books."
reporting_currency_code = "Currency of the group."
functional_amount = "Amount in the books."
reporting_amount = "Amount."
---*/
select
    period_id,
    'E1' as entity_id,
    customer_id,
    1 as customer_version_number,
    'customer' as bucket,
    profit_line,
    attribution_kind,
    'USD' as functional_currency_code,
    'EUR' as reporting_currency_code,
    cast(amount * 1.5 as decimal(18, 4)) as functional_amount,
    cast(amount as decimal(18, 4)) as reporting_amount
from (
    values
    ('2026-01', 'K1', 'gross_revenue', 'document', 710150),
    ('2026-01', 'K1', 'cost_of_goods', 'document', -421030),
    ('2026-01', 'K1', 'selling', 'allocation', -1000),
    ('2026-01', 'K3', 'gross_revenue', 'document', 1000),
    ('2026-01', 'K3', 'cost_of_goods', 'document', -500),
    ('2026-02', 'K1', 'gross_revenue', 'document', 696900),
    ('2026-02', 'K1', 'gross_revenue', 'difference', -25),
    ('2026-02', 'K1', 'gross_revenue', 'direct', 7),
    ('2026-02', 'K1', 'cost_of_goods', 'document', -406190),
    ('2026-02', 'K1', 'selling', 'allocation', -1500),
    ('2026-02', 'K2', 'gross_revenue', 'document', 5000),
    ('2026-02', 'K2', 'cost_of_goods', 'document', -3000),
    ('2026-02', 'K4', 'returns', 'document', -100),
    ('2026-02', 'K4', 'cost_of_goods', 'document', 60)
) as booked (period_id, customer_id, profit_line, attribution_kind, amount)
"#;

/// K1 is of one segment, all others of the other.
const CUSTOMERS: &str = r#"/*---
description = "Customers."
grain = ["customer_id", "version_number"]
[columns]
customer_id = "Customer."
version_number = "Version."
business_unit_id = "Unit."
region = "Region."
industry = "Industry."
customer_type = "Type."
company_size = "Size."
owner_id = "Salesperson."
---*/
select
    customer_id,
    1 as version_number,
    concat('U', segment) as business_unit_id,
    concat('R', segment) as region,
    concat('I', segment) as industry,
    concat('T', segment) as customer_type,
    concat('S', segment) as company_size,
    concat('O', segment) as owner_id
from (
    values
    ('K1', '1'),
    ('K2', '2'),
    ('K3', '2'),
    ('K4', '2')
) as listed (customer_id, segment)
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
    world.write("sql/marts/dim_customers.sql", CUSTOMERS);
    let report = std::fs::read_to_string(repository("sql/reports/profit_bridge.sql")).unwrap();
    // The shop has no list of entities or customers to choose from.
    let chosen = |line: &&str| !line.starts_with("from = \"marts.");
    let lines: Vec<&str> = report.lines().filter(chosen).collect();
    world.write("sql/reports/profit_bridge.sql", lines.join("\n"));
    ok(world.root(), &["refresh"]);
    let all: Vec<(String, String)> = steps(&world, &[]);
    let expected = EXPECTED.map(|(name, amount)| (name.to_owned(), amount.to_owned()));
    assert_eq!(all, expected);
    let of_books = steps(&world, &["-p", "currency=functional"]);
    let dear = EXPECTED.map(|(name, amount)| (name.to_owned(), units(amount) / 2 * 3));
    let of_books: Vec<_> =
        of_books.iter().map(|(name, amount)| (name.clone(), units(amount))).collect();
    assert_eq!(of_books, dear);
    // The steps of all segments come to those of the whole.
    for (parameter, letter) in [
        ("unit", 'U'),
        ("region", 'R'),
        ("industry", 'I'),
        ("type", 'T'),
        ("size", 'S'),
        ("owner", 'O'),
    ] {
        let of = |segment: u8| steps(&world, &["-p", &format!("{parameter}={letter}{segment}")]);
        let (one, other) = (of(1), of(2));
        let parts = one
            .iter()
            .zip(&other)
            .map(|((name, one), (_, other))| (name.clone(), units(one) + units(other)));
        let whole = all.iter().map(|(name, amount)| (name.clone(), units(amount)));
        assert!(parts.eq(whole), "{parameter}: {one:?} {other:?}");
        // K2 came, K3 went and K4 gave back: 2000.00 - 500.00 - 40.00.
        assert_eq!(other[0].1, "500.0000");
        assert_eq!(other[24].1, "1960.0000");
    }
}

/// The steps of the bridge with their amounts.
fn steps(world: &World, given: &[&str]) -> Vec<(String, String)> {
    let fixed = ["report", "profit_bridge", "--format", "csv"];
    let answer = ok(world.root(), &[&fixed[..], given].concat());
    let cells = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        (cells[2].to_owned(), cells[4].to_owned())
    };
    answer.lines().skip(1).map(cells).collect()
}

/// An amount in ten-thousandths.
fn units(amount: &str) -> i64 {
    amount.replace('.', "").parse().unwrap()
}
