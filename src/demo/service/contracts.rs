//! Which customers pay for service by the year, and from when to when?

use chrono::NaiveDate;
use serde_json::json;

use super::super::clock::{Month, earlier, later, months_later};
use super::super::feeds::Feeds;
use super::super::products::SERVICE_CONTRACT;
use super::super::roles::Role;
use super::super::tables;
use super::super::text::money;
use super::super::world::{Customer, World};
use super::cases::is_left_alone;
use super::{Bill, BillLine};

/// A year of service.
pub(super) struct Contract {
    /// its number
    pub(super) id: String,
    /// what is served
    pub(super) kind: &'static str,
    /// a place in [`LEVELS`]
    pub(super) level: usize,
    /// the day on which it was signed
    pub(super) signed: NaiveDate,
    /// its first day
    pub(super) starts: NaiveDate,
    /// its last day
    pub(super) ends: NaiveDate,
    /// what the year costs, in cents of the customer's currency
    pub(super) fee: i64,
    /// the contract that it continues
    pub(super) renewed_from: Option<String>,
    /// whether the customer took it back before it began
    pub(super) is_cancelled: bool,
}

/// Levels: name, fee in percent of the list, hours to answer, hours to solve.
pub(super) const LEVELS: [(&str, i64, i64, i64); 3] =
    [("basic", 60, 48, 240), ("standard", 100, 24, 120), ("premium", 180, 4, 48)];

/// Customers that have contracts, in thousandths.
const HOLDERS: u64 = 160;
/// Contracts that are renewed, in thousandths.
const RENEWED: u64 = 860;

/// The contracts of a customer that begin up to a day, in their order.
pub(super) fn all(world: &World, customer: &Customer, until: NaiveDate) -> Vec<Contract> {
    let mut contracts: Vec<Contract> = Vec::new();
    let mut stream = world.stream("contracts", customer.index, 0);
    let is_holder = stream.chance(HOLDERS);
    if !is_holder || is_left_alone(customer.role) || customer.role == Role::HeavyService {
        return contracts;
    }
    let level = stream.weighted(&[45, 38, 17]);
    let kind = *stream.pick(&["maintenance", "calibration", "hotline"]);
    let old = earlier(world.start.first(), stream.below(365));
    let first = old.max(later(customer.since, 40 + stream.below(150)));
    let Some(product) = world.products.iter().find(|product| product.sku == SERVICE_CONTRACT)
    else {
        return contracts;
    };
    for year in 0_u32.. {
        let starts = months_later(first, 12 * year);
        if starts > until || !customer.is_active(starts) {
            break;
        }
        let list = product.list_price(customer.currency, starts);
        let size = match customer.size {
            "large" => 300,
            "medium" => 160,
            _ => 100,
        };
        contracts.push(Contract {
            id: format!("CT-{:05}-{}", customer.index + 1, starts.format("%y%m")),
            kind,
            level,
            signed: earlier(starts, 4 + stream.below(25)),
            starts,
            ends: earlier(months_later(first, 12 * (year + 1)), 1),
            fee: list * size / 100 * LEVELS[level].1 / 100 / 10_000 * 10_000,
            renewed_from: contracts.last().map(|contract| contract.id.clone()),
            is_cancelled: year == 0 && stream.chance(25),
        });
        if contracts.last().is_some_and(|contract| contract.is_cancelled) || !stream.chance(RENEWED)
        {
            break;
        }
    }
    contracts
}

/// The contract that covers a day.
pub(super) fn covering(world: &World, customer: &Customer, day: NaiveDate) -> Option<Contract> {
    let holds = |contract: &Contract| !contract.is_cancelled && day <= contract.ends;
    all(world, customer, day).into_iter().rfind(holds)
}

/// Writes the contracts that are signed in a month, before the first month all that were, and
/// returns the fees of those that begin in it.
pub(super) fn month(world: &World, feeds: &mut Feeds, month: Month) -> Vec<Bill> {
    let mut bills = Vec::new();
    let fee = world.products.iter().find(|product| product.sku == SERVICE_CONTRACT);
    let fee = fee.map_or(0, |product| product.index);
    for customer in &world.customers {
        for contract in all(world, customer, later(month.last(), 31)) {
            let signed = Month::of(contract.signed).max(world.start);
            if signed == month {
                write(feeds, customer, &contract);
            }
            if Month::of(contract.starts) == month && !contract.is_cancelled {
                let line = BillLine { product: fee, quantity: 1, price: Some(contract.fee) };
                bills.push(Bill {
                    customer: customer.index,
                    on: contract.starts,
                    reference: contract.id,
                    lines: vec![line],
                });
            }
        }
    }
    bills
}

fn write(feeds: &mut Feeds, customer: &Customer, contract: &Contract) {
    let (level, _, response_hours, resolution_hours) = LEVELS[contract.level];
    let line = json!({
        "id": contract.id,
        "customer": customer.service_id(),
        "kind": contract.kind,
        "level": level,
        "starts_on": contract.starts.to_string(),
        "ends_on": contract.ends.to_string(),
        "annual_fee": money(contract.fee),
        "currency": customer.currency.code(),
        "response_hours": response_hours,
        "resolution_hours": resolution_hours,
        "status": if contract.is_cancelled { "cancelled" } else { "signed" },
        "renewed_from": contract.renewed_from,
    });
    feeds.json(&tables::CONTRACTS, contract.signed, &line);
}
