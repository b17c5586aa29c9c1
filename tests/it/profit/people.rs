//! Who buys, works and decides in a generated company, and by which rules is cost spread?

use std::ops::Range;

use chrono::NaiveDate;

use super::books::{Books, currency_of, name_of};
use super::money::CURRENCIES;
use crate::support::dice::Dice;

/// A customer with its numbers.
#[derive(Clone)]
pub struct Customer {
    pub id: String,
    pub debtor: String,
    pub entity: usize,
    pub currency: usize,
}

/// A period of the company: name, first and last day.
#[derive(Clone)]
pub struct Period {
    pub id: String,
    pub first: NaiveDate,
    pub last: NaiveDate,
}

/// Functions of cost centres, each with the end of its number.
const FUNCTIONS: [(&str, &str); 5] = [
    ("SALES", "sales"),
    ("SERV", "service"),
    ("WARE", "warehouse"),
    ("MARK", "marketing"),
    ("ADMI", "administration"),
];

/// The number of an entity's cost centre.
pub fn centre(entity: usize, name: &str) -> String {
    format!("C{entity}-{name}")
}

/// A day, which is one.
pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Three or four months, and sometimes a period of adjustments after the third.
pub fn calendar(books: &mut Books, dice: &mut Dice) -> Vec<Period> {
    let starts = ["2025-10-01", "2025-11-01", "2025-12-01", "2026-01-01", "2026-02-01"];
    let count = 3 + usize::from(dice.one_in(2));
    let mut periods = Vec::new();
    for number in 0..count {
        let first = day(starts[number]);
        let last = day(starts[number + 1]).pred_opt().unwrap();
        let id = format!("FY26-P0{}", number + 1);
        period(books, &id, (first, last), (number + 1, false));
        periods.push(Period { id, first, last });
    }
    let last = periods[2].last;
    period(books, "FY26-P03A", (last, last), (count + 1, true));
    periods
}

fn period(
    books: &mut Books,
    id: &str,
    (first, last): (NaiveDate, NaiveDate),
    (number, is_adjusting): (usize, bool),
) {
    books.row(
        "inputs/calendar",
        &[
            ("period_id", id),
            ("fiscal_year", "2026"),
            ("fiscal_quarter", "FY26-Q1"),
            ("period_number", &number.to_string()),
            ("starts_on", &first.to_string()),
            ("ends_on", &last.to_string()),
            ("is_adjusting", &is_adjusting.to_string()),
        ],
    );
}

/// Rates of every pair, which change within each month.
pub fn rates(books: &mut Books, dice: &mut Dice) {
    let worth = [100_000_000_i64, 700_000_000, 820_000_000];
    for from in 0..3 {
        for to in (0..3).filter(|to| *to != from) {
            for on in ["2025-09-30", "2025-10-17", "2025-11-14", "2025-12-09", "2026-01-12"] {
                let drift = 990 + dice.below(21) as i64;
                let rate = worth[from] * 100 / (worth[to] / 1_000_000) / 1_000 * drift;
                books.rates.set(from, to, day(on), rate + dice.below(9_999) as i64);
            }
        }
    }
    let all: Vec<_> = books.rates.all().collect();
    for (from, to, on, rate) in all {
        let rate = format!("{}.{:08}", rate / 100_000_000, rate % 100_000_000);
        books.row(
            "finance/rates",
            &[
                ("rate_kind", "closing"),
                ("rated_on", &on.to_string()),
                ("from_currency_code", CURRENCIES[from]),
                ("to_currency_code", CURRENCIES[to]),
                ("exchange_rate", &rate),
            ],
        );
    }
}

/// Entities with their cost centres, warehouses and three employees each.
pub fn houses(books: &mut Books, entities: Range<usize>) {
    for entity in entities {
        let (id, currency) = (&name_of(entity)[..], CURRENCIES[currency_of(entity)]);
        let unit = format!("BU{entity}");
        let said = [("entity_id", id), ("entity_name", id), ("currency_code", currency)];
        books.row("finance/entities", &said);
        let said =
            [("business_unit_id", &unit[..]), ("business_unit_name", &unit), ("entity_id", id)];
        books.row("finance/business_units", &said);
        for (name, function) in FUNCTIONS {
            let number = centre(entity, name);
            let said = [
                ("cost_centre_id", &number[..]),
                ("cost_centre_name", name),
                ("entity_id", id),
                ("business_unit_id", &unit),
                ("cost_function", function),
            ];
            books.row("finance/cost_centres", &said);
        }
        for (role, name) in [("S", "SALES"), ("T", "SERV"), ("M", "MARK")] {
            let (number, centre) = (format!("E{entity}{role}"), centre(entity, name));
            let said = [
                ("employee_id", &number[..]),
                ("employee_name", &number),
                ("business_unit_id", &unit),
                ("entity_id", id),
                ("cost_centre_id", &centre),
                ("hired_on", "2020-01-01"),
            ];
            books.row("staff/employees", &said);
        }
        let house = format!("W{entity}");
        let said = [
            ("house_id", &house[..]),
            ("house_name", &house),
            ("entity_id", id),
            ("currency_code", currency),
            ("pallet_place_count", "100"),
        ];
        books.row("inventory/warehouses", &said);
    }
}

/// Fifty customers or more, even when two turn out to be one; some are registered twice under one
/// tax number.
pub fn customers(books: &mut Books, dice: &mut Dice, entities: &Range<usize>) -> Vec<Customer> {
    let count = 51 + dice.below(10);
    let mut customers = Vec::new();
    for number in 0..count {
        let number = entities.start * 1_000 + number;
        let (id, debtor) = (format!("K{number:05}"), format!("4{number:05}"));
        let entity = entities.start + dice.below(3);
        let currency = if dice.one_in(3) { dice.below(3) } else { currency_of(entity) };
        let (name, tax) = (name(dice), format!("TAX{number:06}X"));
        listed(books, (&id, &name, &tax), (entity, currency));
        if dice.one_in(10) {
            dice.hit("registered twice");
            listed(books, (&format!("{id}B"), &name, &tax), (entity, currency));
        }
        // Bookkeeping knows the number of sales, or only the tax number.
        let (stated, tax_there) = if dice.one_in(2) { (&id[..], "") } else { ("", &tax[..]) };
        let said = [
            ("debtor_id", &debtor[..]),
            ("debtor_name", &name),
            ("tax_number", tax_there),
            ("entity_id", &name_of(entity)),
            ("customer_id", stated),
            ("is_related_party", "false"),
        ];
        books.row("finance/debtors", &said);
        let desk = format!("S-{number:05}");
        let said =
            [("service_customer_id", &desk[..]), ("company_name", &name), ("tax_number", &tax)];
        books.row("service/customers", &said);
        customers.push(Customer { id, debtor, entity, currency });
    }
    let (sister, first) = (format!("9{}", entities.start), name_of(entities.start));
    let said = [
        ("debtor_id", &sister[..]),
        ("debtor_name", &name(dice)),
        ("entity_id", &first),
        ("is_related_party", "true"),
    ];
    books.row("finance/debtors", &said);
    customers
}

fn listed(
    books: &mut Books,
    (id, name, tax): (&str, &str, &str),
    (entity, currency): (usize, usize),
) {
    let said = [
        ("customer_id", id),
        ("customer_name", name),
        ("tax_number", tax),
        ("entity_id", &name_of(entity)),
        ("currency_code", CURRENCIES[currency]),
        ("customer_since_on", "2020-01-01"),
        ("changed_on", "2020-01-01"),
    ];
    books.row("sales/customers", &said);
}

/// A name that resembles no other.
fn name(dice: &mut Dice) -> String {
    let syllables = ["ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti"];
    let word = |dice: &mut Dice| -> String {
        (0..4).map(|_| *dice.pick(&syllables)).collect::<Vec<_>>().concat()
    };
    format!("{} {}", word(dice), word(dice))
}

/// What a rule is made of, in the order in which the texts below say it.
const SAID: [&str; 10] = [
    "rule_id",
    "step_number",
    "pool_name",
    "account_from_id",
    "cost_function",
    "driver_name",
    "minutes_per_unit",
    "receiver_kind",
    "pool_share_ratio",
    "statement_line",
];

/// Rules of three steps; which drivers and shares they have differs from company to company.
pub fn rules(books: &mut Books, dice: &mut Dice, entities: &Range<usize>) {
    let minutes = format!("{}.{}000", 1 + dice.below(2), dice.below(10));
    let overhead = *dice.pick(&["net_revenue", "order_lines", "invoices"]);
    let pool = "administration|6701|administration";
    let mut rules = vec![
        "AR-14|1|rent|6701|warehouse|pool_cost||pool||overhead".to_owned(),
        "AR-01|2|sales_wages|6601|sales|visit_call_minutes||customer||selling".to_owned(),
        "AR-02|2|campaigns|6602||campaign_sends||customer||marketing".to_owned(),
        "AR-03|2|freight|6603||delivery_freight||customer||delivery".to_owned(),
        format!("AR-05|2|service_wages|6605|service|service_minutes|{minutes}|customer||service"),
        format!(
            "AR-05U|2|service_wages|6605|service|service_minutes|{minutes}|unused_capacity||service"
        ),
        "AR-11|2|stock_loss|6404||cost_of_goods||customer||stock_holding".to_owned(),
    ];
    if dice.one_in(2) {
        dice.hit("pool in two shares");
        let share = 100_000 + dice.below(800_000);
        let [one, other] = [share, 1_000_000 - share].map(|part| format!("0.{part:06}"));
        rules.push(format!("AR-12|3|{pool}|{overhead}||customer|{one}|overhead"));
        rules.push(format!("AR-13|3|{pool}|order_lines||customer|{other}|overhead"));
    } else {
        rules.push(format!("AR-12|3|{pool}|{overhead}||customer||overhead"));
    }
    for entity in entities.clone() {
        let entity_id = name_of(entity);
        for rule in &rules {
            let parts: Vec<&str> = rule.split('|').collect();
            let id = format!("{}-{entity}", parts[0]);
            let mut said: Vec<(&'static str, &str)> =
                SAID.into_iter().zip(parts.iter().copied()).collect();
            assert_eq!(said.len(), parts.len(), "{rule}");
            said[0].1 = &id;
            said.extend([("account_to_id", parts[3]), ("entity_id", &entity_id)]);
            said.push(("valid_from_on", "2025-10-01"));
            books.row("inputs/allocation_rules", &said);
        }
    }
}
