//! What does the service desk do for customers, and what does it bill?
//!
//! `cases` says how each case will have run, `write` exports its states and events, `contracts`
//! and `surveys` are the desk's other tables, `conflicts` plants what reports must find.

mod cases;
mod conflicts;
mod contracts;
mod surveys;
mod texts;
mod write;

use chrono::NaiveDate;
use serde_json::{Map, Value};

use super::clock::{Month, earlier, later, working_day};
use super::products::{Kind, REPAIR_WORK};
use super::run::Run;
use super::world::{Customer, World};

pub(super) use cases::{Case, of as cases};
use contracts::{Contract, LEVELS, covering};

/// Something that service bills to a customer.
pub(super) struct Bill {
    /// the customer, a place in the world's list
    pub(super) customer: usize,
    /// the day of the invoice
    pub(super) on: NaiveDate,
    /// the case or contract billed: `CS-...`
    pub(super) reference: String,
    /// what is billed
    pub(super) lines: Vec<BillLine>,
}

/// A line of a bill; its price is that of the list in the customer's currency, unless said.
pub(super) struct BillLine {
    /// the product, a place in the world's list
    pub(super) product: usize,
    /// how many
    pub(super) quantity: i64,
    /// the price of one in cents of the customer's currency where it is not the list's
    pub(super) price: Option<i64>,
}

/// Days between opening a case and its bill, at most.
const BILLED_DAYS_MAX: u64 = 31;

/// Writes a month of the service desk, and returns what it bills in it.
pub(super) fn month(run: &mut Run, month: Month) -> Vec<Bill> {
    let Run { world, feeds, answers } = run;
    let until = feeds.window().until;
    if month == world.start {
        conflicts::answers(world, until, answers);
    }
    let mut bills = contracts::month(world, feeds, month);
    surveys::half_year(feeds, world, month);
    for customer in &world.customers {
        for (place, case) in cases(world, customer, month).iter().enumerate() {
            write::case(world, feeds, case);
            tally(world, case, until, &mut answers.facts);
            // Nobody is asked twice about the cases of a month.
            if place == 0 {
                surveys::about(feeds, world, case);
            }
        }
        bills.extend(charges(world, customer, month));
    }
    for case in conflicts::cases(world) {
        if Month::of(case.opened) == month {
            write::case(world, feeds, &case);
            tally(world, &case, until, &mut answers.facts);
        }
    }
    conflicts::touches(world, feeds, month);
    bills.sort_by_key(|bill| (bill.on, bill.customer));
    bills
}

/// The cases of all customers that are closed in a month, those that are planted among them.
pub(super) fn closed_in(world: &World, month: Month) -> Vec<Case> {
    let mut closed = conflicts::cases(world);
    for customer in &world.customers {
        for opened in [Month(month.0 - 1), month] {
            if opened >= world.start {
                closed.extend(cases(world, customer, opened));
            }
        }
    }
    closed.retain(|case| case.closed.is_some_and(|day| Month::of(day) == month));
    closed
}

/// What a customer pays in a month for cases that were closed.
fn charges(world: &World, customer: &Customer, month: Month) -> Vec<Bill> {
    let oldest = Month::of(earlier(month.first(), BILLED_DAYS_MAX));
    let opened = (oldest.max(world.start).0..=month.0).map(Month);
    let charged = opened.flat_map(|opened| cases(world, customer, opened));
    let mut bills = Vec::new();
    for case in charged.filter(|case| case.is_charged) {
        let Some(closed) = case.closed else { continue };
        let mut stream = world.stream("case_bills", customer.index, case.part);
        let on = working_day(later(closed, 1 + stream.below(5)));
        if Month::of(on) != month || covering(world, customer, case.opened).is_some() {
            continue;
        }
        let is_work = |place: &usize| world.products[*place].sku == REPAIR_WORK;
        let work = (0..world.products.len()).find(is_work).unwrap_or_default();
        let hours = (case.minutes + 59) / 60;
        let mut lines = vec![BillLine { product: work, quantity: hours, price: None }];
        let is_part = |place: &usize| world.products[*place].kind == Kind::Part;
        let mut parts: Vec<usize> = (0..world.products.len()).filter(is_part).collect();
        for _ in 0..stream.weighted(&[30, 45, 25]) {
            let product = parts.swap_remove(stream.place(parts.len()));
            lines.push(BillLine { product, quantity: stream.between(1, 2), price: None });
        }
        bills.push(Bill { customer: customer.index, on, reference: case.id, lines });
    }
    bills
}

/// Adds to a number of the facts, which are objects within objects.
fn add(facts: &mut Map<String, Value>, path: &[&str], number: i64) {
    let Some((name, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        let before = facts.get(*name).and_then(Value::as_i64).unwrap_or_default();
        facts.insert((*name).to_owned(), (before + number).into());
        return;
    }
    let inner = facts.entry((*name).to_owned()).or_insert_with(|| Value::Object(Map::new()));
    if let Some(inner) = inner.as_object_mut() {
        add(inner, rest, number);
    }
}

/// Counts a case as it stands on the last day.
fn tally(world: &World, case: &Case, until: NaiveDate, facts: &mut Map<String, Value>) {
    let states = write::states(case);
    let Some(state) = states.iter().rfind(|state| state.at.date() <= until) else { return };
    let customer = &world.customers[case.customer];
    let contract = covering(world, customer, case.opened);
    let level = contract.map_or("none", |contract| LEVELS[contract.level].0);
    add(facts, &["service", "opened"], 1);
    if state.is_assigned {
        let minutes = (case.responded_at - case.opened_at).num_minutes();
        add(facts, &["service_levels", level, "answered"], 1);
        add(facts, &["service_levels", level, "response_minutes"], minutes);
    }
    let Some(minutes) = state.minutes else {
        add(facts, &["service", "open"], 1);
        return;
    };
    add(facts, &["service", "closed"], 1);
    add(facts, &["service", "by_cause", case.cause, "cases"], 1);
    add(facts, &["service", "by_cause", case.cause, "minutes"], minutes);
    let technician = world.employees[case.technician].id.as_str();
    let is_fixed = i64::from(state.is_fixed_at_once == Some(true));
    add(facts, &["service", "by_technician", technician, "cases"], 1);
    add(facts, &["service", "by_technician", technician, "fixed_at_once"], is_fixed);
    add(facts, &["service", "by_technician", technician, "minutes"], minutes);
    add(facts, &["service_levels", level, "closed"], 1);
    let is_in_time = i64::from(state.at <= case.due_at());
    add(facts, &["service_levels", level, "closed_in_time"], is_in_time);
    if case.is_avoidable {
        add(facts, &["avoidable_cases", case.cause, "cases"], 1);
        add(facts, &["avoidable_cases", case.cause, "minutes"], minutes);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::clock::DATA_DATE;
    use super::super::world::{Scale, World};
    use super::{cases, charges, closed_in};

    #[test]
    fn cases_end_within_their_days_and_are_billed_once() {
        let world = World::new(Scale::usual(400, 18, 1), DATA_DATE);
        let (mut ids, mut bills, mut count) = (BTreeSet::new(), BTreeSet::new(), 0);
        let (mut again, mut closed) = (0, 0);
        for month in world.months() {
            closed += closed_in(&world, month).iter().filter(|case| case.is_base()).count();
            for customer in &world.customers {
                for case in cases(&world, customer, month) {
                    let days = (case.closed.unwrap() - case.opened).num_days();
                    assert!((0..=25).contains(&days), "{} took {days} days", case.id);
                    assert!(case.opened_at < case.responded_at, "{}", case.id);
                    assert!(case.responded_at < case.closed_at.unwrap(), "{}", case.id);
                    count += 1;
                    again += usize::from(case.rework_of.is_some());
                    assert!(ids.insert(case.id));
                }
                for bill in charges(&world, customer, month) {
                    assert!(ids.contains(&bill.reference));
                    assert!(bills.insert(bill.reference));
                }
            }
        }
        assert!(count > 800 && again > 20, "{count} cases, {again} again");
        assert!(bills.len() > 50 && bills.len() < count / 3, "{} bills", bills.len());
        assert!(closed <= count && closed * 100 > count * 90, "{closed} closed of {count}");
    }
}
