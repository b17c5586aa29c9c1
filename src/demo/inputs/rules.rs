//! How is cost spread over customers, and what does each range of accounts mean for profit?

use chrono::{Datelike, NaiveDate};

use super::super::company::account as a;
use super::super::employees::Work;
use super::super::feeds::Feeds;
use super::super::tables;
use super::super::world::World;
use super::{decided, first};

/// A rule of allocation.
struct Rule {
    /// its number
    id: &'static str,
    /// the pool's name
    pool: &'static str,
    /// the account
    account: u16,
    /// the function of the cost centres, or any
    function: Option<Work>,
    /// the quantity by which it is spread
    driver: &'static str,
    /// minutes that a unit takes, in ten-thousandths, where time drives it
    minutes: Option<i64>,
    /// the share of the pool that it spreads, in millionths, or all of it
    share: Option<i64>,
    /// the line of the profit statement
    line: &'static str,
    /// why so
    reason: &'static str,
}

macro_rules! rules {
    ($(($id:literal, $pool:literal, $account:ident, $function:expr, $driver:literal, $minutes:expr,
        $(share $share:literal,)? $line:literal, $reason:literal)),+ $(,)?) => {
        &[$(Rule { id: $id, pool: $pool, account: a::$account, function: $function,
            driver: $driver, minutes: $minutes, share: [$(Some($share),)? None][0],
            line: $line, reason: $reason }),+]
    };
}

const RULES: &[Rule] = rules![
    (
        "AR-01",
        "sales_wages",
        SALES_WAGES,
        Some(Work::Sales),
        "visit_call_minutes",
        None,
        "selling",
        "Who is visited and called costs the salesperson's time"
    ),
    (
        "AR-02",
        "campaigns",
        CAMPAIGNS,
        None,
        "campaign_sends",
        None,
        "marketing",
        "A campaign is for those it was sent to"
    ),
    (
        "AR-03",
        "freight",
        FREIGHT,
        None,
        "delivery_freight",
        None,
        "delivery",
        "Each delivery carries its own freight"
    ),
    (
        "AR-04",
        "warehousing",
        WAREHOUSING,
        Some(Work::Warehouse),
        "pallet_days",
        None,
        share 500_000,
        "stock_holding",
        "Half of a warehouse is places, taken by pallets for days"
    ),
    (
        "AR-05",
        "service_wages",
        SERVICE_WAGES,
        Some(Work::Service),
        "service_minutes",
        Some(10_000),
        "service",
        "Technicians' minutes, at the rate of practical capacity"
    ),
    (
        "AR-06",
        "service_travel",
        SERVICE_TRAVEL,
        Some(Work::Service),
        "travel_minutes",
        None,
        "service",
        "Trips are made for those who are visited"
    ),
    (
        "AR-07",
        "order_desk",
        ORDER_DESK,
        Some(Work::OrderDesk),
        "order_lines",
        Some(180_000),
        "selling",
        "Each line takes the desk its minutes"
    ),
    (
        "AR-08",
        "billing",
        BILLING,
        Some(Work::Billing),
        "invoices",
        None,
        "selling",
        "Each invoice is written, sent and chased"
    ),
    (
        "AR-09",
        "marketing_wages",
        MARKETING_WAGES,
        Some(Work::Marketing),
        "campaign_sends",
        None,
        "marketing",
        "Work on campaigns follows what is sent"
    ),
    (
        "AR-10",
        "bad_debts",
        BAD_DEBTS,
        None,
        "direct",
        None,
        "selling",
        "A loss belongs to whoever did not pay"
    ),
    (
        "AR-11",
        "stock_loss",
        STOCK_LOSS,
        None,
        "cost_of_goods",
        None,
        "stock_holding",
        "Shrinkage follows what moves"
    ),
    (
        "AR-16",
        "warehousing",
        WAREHOUSING,
        Some(Work::Warehouse),
        "order_lines",
        None,
        share 500_000,
        "delivery",
        "Half of a warehouse is hands, which pick and pack line by line"
    ),
    (
        "AR-12",
        "administration",
        ADMINISTRATION,
        None,
        "net_revenue",
        None,
        "overhead",
        "No cause is known, so revenue carries it"
    ),
    (
        "AR-13",
        "computers",
        COMPUTERS,
        None,
        "net_revenue",
        None,
        "overhead",
        "Every order runs through them, so revenue carries them"
    ),
    (
        "AR-14",
        "rent",
        RENT,
        None,
        "pool_cost",
        None,
        "overhead",
        "Offices serve all other departments, which carry them in proportion to their cost"
    ),
    (
        "AR-15",
        "depreciation",
        DEPRECIATION,
        None,
        "net_revenue",
        None,
        "overhead",
        "Equipment serves everybody"
    ),
];

/// Minutes a line took at the order desk before it was reorganised, in ten-thousandths.
const LINE_MINUTES_BEFORE: i64 = 210_000;
/// The year from which on the order desk is faster.
const FASTER_SINCE: i32 = 2026;

/// Ranges of accounts: first, last, scope, statement line, subledger, reason.
type Range = (u16, u16, &'static str, &'static str, &'static str, &'static str);

/// Accounts on which a part of documents is posted.
const DOCUMENT_PARTS: [(u16, &str); 10] = [
    (a::REVENUE, "goods"),
    (a::SERVICE_REVENUE, "service"),
    (a::CONTRACT_REVENUE, "contract"),
    (a::PARTS_REVENUE, "parts"),
    (a::FREIGHT_REVENUE, "freight"),
    (a::RETURNS, "return"),
    (a::DISCOUNTS, "discount"),
    (a::REBATES, "rebate"),
    (a::GOODS_COST, "cost_of_goods"),
    (a::PARTS_COST, "cost_of_goods"),
];

const RANGES: [Range; 36] = [
    (1000, 1121, "out", "", "", "Balance sheet: bank, cash, securities"),
    (
        a::RECEIVABLES,
        a::RECEIVABLES,
        "out",
        "",
        "receivables",
        "Balance sheet, agreed with debtors",
    ),
    (1123, 1404, "out", "", "", "Balance sheet: other claims"),
    (a::STOCK, a::STOCK, "out", "", "stock", "Balance sheet, agreed with the warehouses"),
    (1406, 2202, "out", "", "", "Balance sheet: equipment, payables"),
    (
        a::PREPAYMENTS,
        a::PREPAYMENTS,
        "out",
        "",
        "receivables",
        "Balance sheet, agreed with debtors",
    ),
    (2204, 2400, "out", "", "", "Balance sheet: wages, tax, accruals"),
    (a::DEFERRED, a::DEFERRED, "out", "", "contracts", "Balance sheet: fees not yet earned"),
    (2402, 5999, "out", "", "", "Balance sheet: equity and the rest"),
    (a::REVENUE, a::REVENUE, "in", "gross_revenue", "invoices", "Goods at list prices"),
    (a::SERVICE_REVENUE, a::SERVICE_REVENUE, "in", "gross_revenue", "invoices", "Work billed"),
    (a::CONTRACT_REVENUE, a::CONTRACT_REVENUE, "in", "gross_revenue", "contracts", "Fees earned"),
    (a::PARTS_REVENUE, a::PARTS_REVENUE, "in", "gross_revenue", "invoices", "Spare parts"),
    (a::FREIGHT_REVENUE, a::FREIGHT_REVENUE, "in", "gross_revenue", "invoices", "Freight charged"),
    (a::RETURNS, a::RETURNS, "in", "returns", "invoices", "Goods sent back"),
    (a::DISCOUNTS, a::DISCOUNTS, "in", "discounts", "invoices", "Off the list"),
    (a::REBATES, a::REBATES, "in", "discounts", "invoices", "At the end of quarters"),
    (a::OTHER_INCOME, a::OTHER_INCOME, "out", "", "", "Rents and old equipment, of no customer"),
    (a::GROUP_REVENUE, a::GROUP_REVENUE, "out", "", "", "Within the group"),
    (a::OUTSIDE_INCOME, a::OUTSIDE_INCOME, "out", "", "", "Outside operations"),
    (a::GOODS_COST, a::GOODS_COST, "in", "cost_of_goods", "stock", "Goods sold"),
    (a::PARTS_COST, a::PARTS_COST, "in", "cost_of_goods", "stock", "Spare parts used"),
    (a::STOCK_LOSS, a::STOCK_LOSS, "in", "stock_holding", "stock", "Lost, written down"),
    (a::GROUP_COST, a::GROUP_COST, "out", "", "", "Within the group"),
    (a::SALES_WAGES, a::SALES_WAGES, "in", "selling", "", "Sales"),
    (a::CAMPAIGNS, a::CAMPAIGNS, "in", "marketing", "campaigns", "Agreed with the cost sheet"),
    (a::FREIGHT, a::FREIGHT, "in", "delivery", "deliveries", "Agreed with the deliveries"),
    (a::WAREHOUSING, a::WAREHOUSING, "in", "stock_holding", "", "Warehouses"),
    (a::SERVICE_WAGES, a::SERVICE_WAGES, "in", "service", "", "Technicians"),
    (a::SERVICE_TRAVEL, a::SERVICE_TRAVEL, "in", "service", "", "Their trips"),
    (a::ORDER_DESK, a::ORDER_DESK, "in", "selling", "", "Order desk"),
    (a::BILLING, a::BILLING, "in", "selling", "", "Billing and collection"),
    (a::MARKETING_WAGES, a::MARKETING_WAGES, "in", "marketing", "", "Marketing"),
    (a::ADMINISTRATION, a::DEPRECIATION, "in", "overhead", "", "General cost"),
    (a::BAD_DEBTS, a::BAD_DEBTS, "in", "selling", "receivables", "Written off"),
    (a::EXCHANGE, a::EXCHANGE, "out", "", "", "Exchange rates are the treasury's, not customers'"),
];

/// Writes both.
pub(super) fn write(world: &World, feeds: &mut Feeds) {
    for rule in RULES {
        if rule.pool == "order_desk" && decided(world, FASTER_SINCE) > first(world) {
            reorganised(world, feeds, rule);
            continue;
        }
        write_rule(world, feeds, rule, (rule.minutes, None, None));
    }
    for (from, to, scope, line, subledger, reason) in RANGES {
        let part = DOCUMENT_PARTS.iter().find(|(account, _)| *account == from);
        feeds.row(&tables::ACCOUNT_MAP, first(world), |row| {
            row.int(i64::from(from)).int(i64::from(to)).text(scope).text(line).text(subledger);
            row.text(part.map_or("", |(_, part)| part)).date(first(world)).none().text(reason);
        });
    }
}

/// The rule of the order desk, before and after it became faster.
fn reorganised(world: &World, feeds: &mut Feeds, rule: &Rule) {
    let since = NaiveDate::from_ymd_opt(FASTER_SINCE, 1, 1).unwrap_or_default();
    let until = since.pred_opt();
    write_rule(world, feeds, rule, (Some(LINE_MINUTES_BEFORE), None, until));
    write_rule(world, feeds, rule, (rule.minutes, Some(since), None));
}

type Validity = (Option<i64>, Option<NaiveDate>, Option<NaiveDate>);

/// What a rule gives to, with what is added to its number, and its step.
fn receivers(rule: &Rule) -> (&'static [(&'static str, &'static str)], i64) {
    let has_capacity = rule.minutes.is_some() || rule.driver == "pallet_days";
    let receivers: &[(&str, &str)] = match rule.driver {
        "pool_cost" => &[("", "pool")],
        _ if has_capacity => &[("", "customer"), ("U", "unused_capacity")],
        _ => &[("", "customer")],
    };
    let step = match (rule.driver, rule.line) {
        ("pool_cost", _) => 1,
        (_, "overhead") => 3,
        _ => 2,
    };
    (receivers, step)
}

fn write_rule(world: &World, feeds: &mut Feeds, rule: &Rule, (minutes, from, to): Validity) {
    let (receivers, step) = receivers(rule);
    for (suffix, receiver) in receivers {
        let on = from.map_or(first(world), |from| decided(world, from.year()));
        feeds.row(&tables::ALLOCATION_RULES, on, |row| {
            row.text(&format!("{}{suffix}", rule.id)).int(step).text(rule.pool).none();
            row.int(i64::from(rule.account)).int(i64::from(rule.account));
            row.text(rule.function.map_or("", Work::name)).text(rule.driver);
            match minutes {
                Some(minutes) => row.decimal(minutes, 4),
                None => row.none(),
            };
            match rule.share {
                Some(share) => row.decimal(share, 6),
                None => row.none(),
            };
            row.text(receiver).none().text(rule.line).date(from.unwrap_or(first(world)));
            row.date_or_none(to).text(rule.reason);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{DOCUMENT_PARTS, RANGES, RULES};

    #[test]
    fn ranges_do_not_overlap_and_rules_lie_in_one() {
        for pair in RANGES.windows(2) {
            assert!(pair[0].1 < pair[1].0, "{} overlaps {}", pair[0].1, pair[1].0);
        }
        for rule in RULES {
            let holds = |range: &&super::Range| (range.0..=range.1).contains(&rule.account);
            let range = RANGES.iter().find(holds).unwrap();
            let lines = [range.3, if rule.share.is_some() { "delivery" } else { range.3 }];
            assert!(range.2 == "in" && lines.contains(&rule.line), "{}", rule.id);
        }
        for (account, part) in DOCUMENT_PARTS {
            let range = RANGES.iter().find(|range| range.0 == account && range.1 == account);
            assert_eq!(range.unwrap().2, "in", "{part}");
        }
    }
}
