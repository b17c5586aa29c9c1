//! What does each customer earn, computed from the plan, so that reports have something to meet?
//!
//! Costs are spread here by one driver each and month by month, as the rules among the project's
//! inputs say; the amounts are in the group's currency and not rounded to documents.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::super::clock::Month;
use super::super::company::{Currency, ENTITIES, WAREHOUSES, account};
use super::super::pipeline::touches::planned;
use super::super::products::rounded;
use super::super::roles::Role;
use super::super::run::Run;
use super::super::service;
use super::super::text::money;
use super::super::world::{Customer, World};
use super::Trade;
use super::invoices::Invoice;
use super::rates::{RateKind, converted, rate};

/// Accounts whose pools carry the rent, in proportion to their cost.
const CARRIERS: [u16; 11] = [
    account::SALES_WAGES,
    account::CAMPAIGNS,
    account::MARKETING_WAGES,
    account::SERVICE_WAGES,
    account::SERVICE_TRAVEL,
    account::ORDER_DESK,
    account::BILLING,
    account::WAREHOUSING,
    account::ADMINISTRATION,
    account::COMPUTERS,
    account::DEPRECIATION,
];

/// A customer's month, in cents of the group's currency and in counts.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    net: i64,
    cost: i64,
    freight: i64,
    lines: i64,
    invoices: i64,
}

/// What a customer earned so far.
#[derive(Debug, Clone, Copy, Default)]
struct Earned {
    net: i64,
    goods: i64,
    selling: i64,
    service: i64,
    handling: i64,
    holding: i64,
    overhead: i64,
}

impl Earned {
    fn profit(&self) -> i64 {
        self.net
            - self.goods
            - self.selling
            - self.service
            - self.handling
            - self.holding
            - self.overhead
    }
}

/// Every customer's profit.
pub(super) struct Profit {
    months: BTreeMap<Month, Vec<Tally>>,
    earned: Vec<Earned>,
}

impl Profit {
    /// Nothing earned yet.
    pub(super) fn new(world: &World) -> Self {
        Self { months: BTreeMap::new(), earned: vec![Earned::default(); world.customers.len()] }
    }

    fn tally(&mut self, on: NaiveDate, customer: usize) -> &mut Tally {
        let count = self.earned.len();
        let month =
            self.months.entry(Month::of(on)).or_insert_with(|| vec![Tally::default(); count]);
        &mut month[customer]
    }
}

/// An amount in the group's currency.
fn in_group_currency(world: &World, amount: i64, currency: Currency, month: Month) -> i64 {
    let pair = (currency, Currency::Cny);
    converted(amount, rate(world.scale.seed, pair, month, RateKind::Average))
}

impl Trade {
    /// Adds an invoice to its customer's month, and to a distributor's quarter.
    pub(super) fn tally_invoice(
        &mut self,
        world: &World,
        customer: &Customer,
        invoice: &Invoice<'_>,
        net: i64,
    ) {
        let month = Month::of(invoice.on);
        let tally = self.profit.tally(invoice.on, customer.index);
        tally.net += in_group_currency(world, net, customer.currency, month);
        tally.invoices += 1;
        tally.lines += i64::try_from(invoice.lines.len()).unwrap_or_default();
        if customer.kind == "distributor" && invoice.kind != "rebate" {
            let place = i32::try_from(month.place() % 3).unwrap_or_default();
            let next_quarter = Month(month.0 - place + 3);
            *self.rebates.entry((next_quarter, customer.index)).or_default() += net;
        }
    }

    /// Adds what a delivery costs, in cents of the entity's currency.
    pub(super) fn tally_delivery(
        &mut self,
        world: &World,
        customer: &Customer,
        on: NaiveDate,
        (entity, freight, cost): (usize, i64, i64),
    ) {
        let month = Month::of(on);
        *self.freight.entry((month, entity)).or_default() += freight;
        let currency = ENTITIES[entity].currency;
        let tally = self.profit.tally(on, customer.index);
        tally.freight += in_group_currency(world, freight, currency, month);
        tally.cost += in_group_currency(world, cost, currency, month);
    }

    /// Spreads a month's costs over its customers, once the month lies before `until`.
    pub(super) fn profit_of(&mut self, world: &World, month: Month, until: NaiveDate) {
        let empty = || vec![Tally::default(); self.profit.earned.len()];
        let tallies = self.profit.months.remove(&month).unwrap_or_else(empty);
        if month.last() > until {
            return;
        }
        let booked = |entity: usize, number: u16| -> i64 {
            self.books.recent.get(&(month, entity, number)).copied().unwrap_or_default()
        };
        let pool = |accounts: &[u16]| -> i64 {
            let of = |entity: usize, number: u16| {
                let others: i64 = CARRIERS.iter().map(|carrier| booked(entity, *carrier)).sum();
                let cost = booked(entity, number);
                let rent = i128::from(booked(entity, account::RENT)) * i128::from(cost);
                let rent = if others > 0 { rounded(rent, i128::from(others)) } else { 0 };
                in_group_currency(world, cost + rent, ENTITIES[entity].currency, month)
            };
            let all = (0..ENTITIES.len()).flat_map(|e| accounts.iter().map(move |a| (e, *a)));
            all.map(|(entity, number)| of(entity, number)).sum()
        };
        let minutes = |customer: &Customer| -> i64 {
            let cases = service::cases(world, customer, month);
            cases.iter().map(|case| case.minutes + case.travel_minutes).sum()
        };
        let minutes: Vec<i64> = world.customers.iter().map(minutes).collect();
        let visits: Vec<i64> = world.customers.iter().map(|c| visits(world, c, month)).collect();
        let mut pallets = vec![0; world.customers.len()];
        for kept in self.stock.reservations() {
            pallets[kept.customer] += kept.pallets;
        }
        let of = |each: fn(&Tally) -> i64| tallies.iter().map(each).collect::<Vec<i64>>();
        let nets = of(|tally| tally.net.max(0));
        let invoices = of(|tally| tally.invoices);
        let lines = of(|tally| tally.lines);
        let selling = spread(
            pool(&[account::SALES_WAGES, account::CAMPAIGNS, account::MARKETING_WAGES]),
            &visits,
        );
        let served = spread(pool(&[account::SERVICE_WAGES, account::SERVICE_TRAVEL]), &minutes);
        let ordered = spread(pool(&[account::ORDER_DESK]), &lines);
        let billed = spread(pool(&[account::BILLING]), &invoices);
        let warehousing = pool(&[account::WAREHOUSING]);
        // Half of a warehouse's cost is for places, half for handling; places that are not kept for
        // a customer are nobody's.
        let places: i64 = WAREHOUSES.iter().map(|house| house.pallets).sum();
        pallets.push((places - pallets.iter().sum::<i64>()).max(0));
        let held = spread(warehousing / 2, &pallets);
        let handled = spread(warehousing - warehousing / 2, &lines);
        let overhead = spread(
            pool(&[account::ADMINISTRATION, account::COMPUTERS, account::DEPRECIATION]),
            &nets,
        );
        for (place, earned) in self.profit.earned.iter_mut().enumerate() {
            let tally = &tallies[place];
            earned.net += tally.net;
            earned.goods += tally.cost;
            earned.selling += selling[place];
            earned.service += served[place];
            earned.handling += ordered[place] + billed[place] + handled[place] + tally.freight;
            earned.holding += held[place];
            earned.overhead += overhead[place];
        }
    }
}

/// How much of a salesperson's time a customer takes in a month, in minutes.
fn visits(world: &World, customer: &Customer, month: Month) -> i64 {
    let contacts = planned(world, customer, month);
    contacts.iter().map(|contact| contact.minutes + contact.travel_minutes).sum()
}

/// Spreads an amount by a driver; what nobody drives stays unspread.
fn spread(amount: i64, driver: &[i64]) -> Vec<i64> {
    let sum: i128 = driver.iter().map(|part| i128::from(*part)).sum();
    let of = |part: &i64| match sum {
        0 => 0,
        _ => rounded(i128::from(amount) * i128::from(*part), sum),
    };
    driver.iter().map(of).collect()
}

/// Why customers of a role lose money.
fn cause(role: Role) -> Option<&'static str> {
    match role {
        Role::DeepDiscount => Some("sold_below_cost"),
        Role::HeavyService => Some("service"),
        Role::SmallOrders => Some("small_orders"),
        Role::ManyReturns => Some("returns"),
        Role::HeldStock => Some("stock_held"),
        Role::ManyVisits => Some("visits"),
        _ => None,
    }
}

impl Profit {
    /// Says who loses money and why, and what the curve of profit looks like.
    pub(super) fn say(&self, run: &mut Run) {
        let mut curve: Vec<(i64, usize)> = self
            .earned
            .iter()
            .enumerate()
            .filter(|(_, earned)| earned.net != 0 || earned.profit() != 0)
            .map(|(place, earned)| (earned.profit(), place))
            .collect();
        curve.sort_by_key(|(profit, place)| (-profit, *place));
        let net: i64 = self.earned.iter().map(|earned| earned.net).sum();
        let total: i64 = curve.iter().map(|(profit, _)| profit).sum();
        let peak: i64 = curve.iter().map(|(profit, _)| profit.max(&0)).sum();
        let fifth: i64 = curve.iter().take(curve.len() / 5).map(|(profit, _)| profit).sum();
        let winners = curve.iter().filter(|(profit, _)| *profit > 0).count();
        let percent = |part: i64| rounded(i128::from(part) * 100, i128::from(total.max(1)));
        run.answers.facts.insert(
            "profit_curve".to_owned(),
            json!({
                "customers": curve.len(),
                "net_revenue_amount": money(net),
                "profit_amount": money(total),
                "break_even_rank": winners,
                "peak_percent": percent(peak),
                "best_fifth_percent": percent(fifth),
                "method": "one driver a pool, by month, in CNY; a plan to compare with",
            }),
        );
        for customer in &run.world.customers {
            let Some(cause) = cause(customer.role) else { continue };
            let fact = self.fact(customer, cause);
            run.answers.reported("unprofitable_customers", fact);
        }
    }

    fn fact(&self, customer: &Customer, cause: &str) -> Value {
        let earned = &self.earned[customer.index];
        json!({
            "customer": customer.sales_id(),
            "debtor": customer.debtor_id(),
            "cause": cause,
            "net_revenue_amount": money(earned.net),
            "goods_cost_amount": money(earned.goods),
            "selling_cost_amount": money(earned.selling),
            "service_cost_amount": money(earned.service),
            "handling_cost_amount": money(earned.handling),
            "holding_cost_amount": money(earned.holding),
            "overhead_cost_amount": money(earned.overhead),
            "profit_amount": money(earned.profit()),
        })
    }
}
