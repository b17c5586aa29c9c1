//! What does sales know of its customers and their people, and what changes with time?

use chrono::NaiveDate;

use super::super::clock::{DATA_DATE, later};
use super::super::company::{ENTITIES, UNITS};
use super::super::employees;
use super::super::feeds::Feeds;
use super::super::roles::Role;
use super::super::run::Run;
use super::super::tables;
use super::super::world::{Customer, World};
use super::people;

/// What may change with a customer.
#[derive(Debug, Clone, Copy)]
struct State {
    /// the salesperson, a place in the world's employees
    owner: usize,
    /// what may be owed at most, in cents of the customer's currency
    credit_limit: i64,
    /// how sales stands with it
    status: &'static str,
}

/// What a customer may owe at first, in whole units of its currency.
pub(super) fn credit_limit(world: &World, customer: &Customer) -> i64 {
    let mut stream = world.stream("credit limits", customer.index, 0);
    let step = match customer.size {
        "large" => 200_000,
        "medium" => 40_000,
        _ => 10_000,
    };
    step * stream.between(2, 12)
}

pub(super) fn write(run: &mut Run) {
    let Run { world, feeds, .. } = run;
    for customer in &world.customers {
        for (on, state) in states(world, customer) {
            write_state(world, feeds, customer, on, state);
        }
        write_people(world, feeds, customer);
    }
}

/// The states of a customer by the day from which on each holds.
fn states(world: &World, customer: &Customer) -> Vec<(NaiveDate, State)> {
    let mut stream = world.stream("customer changes", customer.index, 0);
    let limit = credit_limit(world, customer) * 100;
    let status = if customer.role == Role::Prospect { "prospect" } else { "active" };
    let mut state = State { owner: customer.owner, credit_limit: limit, status };
    let first = customer.since.max(world.start.first());
    let days = (DATA_DATE - first).num_days().unsigned_abs();
    let is_changed = customer.role == Role::Ordinary && stream.chance(100) && days > 60;
    let is_owner_changed = stream.chance(550);
    let on = later(first, 30 + stream.below(days.saturating_sub(40)));
    let before = employees::salesperson(&world.employees, customer.unit, &mut stream);
    let mut states = Vec::new();
    if is_changed && on < DATA_DATE && customer.since <= DATA_DATE {
        // Whom the customer has today is who writes its orders, so somebody else had it before.
        if is_owner_changed {
            states.push((customer.since, State { owner: before, ..state }));
            states.push((on, state));
        } else {
            states.push((customer.since, state));
            state.credit_limit = if stream.chance(600) { limit * 2 } else { limit / 2 };
            states.push((on, state));
        }
    } else {
        states.push((customer.since, state));
    }
    // Limits go on being looked at after the data date.
    if customer.role == Role::Ordinary && stream.chance(120) {
        let on = later(DATA_DATE.max(customer.since), 1 + stream.below(720));
        state.credit_limit = state.credit_limit * 3 / 2;
        states.push((on, state));
    }
    if let Some(left) = customer.left {
        states.retain(|(on, _)| *on < left || *on == customer.since);
        if let Some((_, last)) = states.last() {
            let last = *last;
            states.push((left, State { status: "dormant", ..last }));
            if stream.chance(400) {
                states.push((later(left, 180), State { status: "closed", ..last }));
            }
        }
    }
    states
}

fn write_state(world: &World, feeds: &mut Feeds, customer: &Customer, on: NaiveDate, state: State) {
    // Not everybody's tax number was asked for, and of those registered twice half have none.
    let mut stream = world.stream("tax numbers known", customer.index, 0);
    let is_known = match customer.role {
        Role::Ordinary => stream.chance(930),
        Role::Duplicate => customer.same_as.is_some_and(|place| place.is_multiple_of(2)),
        _ => true,
    };
    let parent = customer.parent.map(|place| world.customers[place].sales_id());
    feeds.row(&tables::CUSTOMERS, on, |row| {
        row.text(&customer.sales_id())
            .text(&customer.name)
            .text(&customer.name_en)
            .text(customer.kind)
            .text(customer.industry)
            .text(customer.region)
            .text(customer.country)
            .text(customer.city)
            .text(&customer.address)
            .text(customer.size)
            .money(customer.capital * 100)
            .text(if is_known { &customer.tax_number } else { "" })
            .text(customer.channel)
            .date(customer.since)
            .text(&world.employees[state.owner].id)
            .text(UNITS[customer.unit].id)
            .text(ENTITIES[customer.entity].id)
            .text(&parent.unwrap_or_default())
            .text(state.status)
            .text(customer.currency.code())
            .money(state.credit_limit)
            .text(&format!("www.{}", customer.domain))
            .date(on);
    });
}

fn write_people(world: &World, feeds: &mut Feeds, customer: &Customer) {
    for (place, person) in people::of(world, customer).into_iter().enumerate() {
        let at = customer.since.and_hms_opt(9, 0, 0).unwrap_or_default();
        feeds.row(&tables::CONTACTS, customer.since, |row| {
            row.text(&customer.contact_id(place))
                .text(&customer.sales_id())
                .text(&person.name)
                .text(person.title)
                .text(&person.email)
                .text(&person.phone)
                .date_or_none(person.birthday)
                .text(person.language)
                .flag(person.is_decider)
                .time(at);
        });
    }
}
