//! How far is each new customer's qualification, and where is it stuck?

use chrono::NaiveDate;
use serde_json::json;

use super::super::answers::Answers;
use super::super::clock::{DATA_DATE, earlier, later, working_day, working_days_later};
use super::super::employees::{Work, one_of};
use super::super::feeds::Feeds;
use super::super::roles::Role;
use super::super::tables;
use super::super::world::{Customer, World};
use super::first;

/// The steps: name, most working days that they usually take, whether a head approves.
const STEPS: [(&str, u64, bool); 6] = [
    ("registration", 2, false),
    ("licence_and_tax_check", 4, false),
    ("credit_check", 6, true),
    ("framework_contract", 8, true),
    ("approval", 3, true),
    ("master_data_released", 2, false),
];

/// Days before the data date from which on customers are followed: eighteen months.
const FOLLOWED_DAYS: u64 = 548;
/// Days after which an open step is stuck.
const STUCK_DAYS: i64 = 30;

/// A step that is planted: the days before the data date between which the customer came, the
/// step, the days before the data date on which it began, and its state.
struct Plan {
    /// the customer came at least so many days before
    from: u64,
    /// and fewer than so many
    to: u64,
    /// the step's number
    step: usize,
    /// the day on which it began, counted back
    started: u64,
    /// `open`, `waiting_for_approval` or `rejected`
    status: &'static str,
}

const PLANS: [Plan; 7] = [
    Plan { from: 125, to: 150, step: 3, started: 112, status: "open" },
    Plan { from: 100, to: 125, step: 5, started: 62, status: "waiting_for_approval" },
    Plan { from: 75, to: 100, step: 4, started: 48, status: "open" },
    Plan { from: 60, to: 75, step: 2, started: 31, status: "open" },
    // None of these is stuck: thirty days sharp, begun lately, over.
    Plan { from: 40, to: 60, step: 3, started: 30, status: "open" },
    Plan { from: 12, to: 40, step: 2, started: 8, status: "waiting_for_approval" },
    Plan { from: 150, to: 200, step: 3, started: 120, status: "rejected" },
];

/// Writes the steps of customers that came lately.
pub(super) fn write(world: &World, feeds: &mut Feeds, answers: &mut Answers) {
    let since = earlier(DATA_DATE, FOLLOWED_DAYS).max(first(world));
    let planted = planted(world);
    for customer in &world.customers {
        if customer.role != Role::Ordinary || customer.since < since {
            continue;
        }
        let plan = planted.iter().find(|(place, _)| *place == customer.index);
        steps(world, feeds, customer, plan.map(|(_, plan)| *plan));
        if let Some((_, plan)) = plan {
            answer(customer, plan, feeds.window().until, answers);
        }
    }
}

/// The customers that the plans take, each the first of its days.
fn planted(world: &World) -> Vec<(usize, &'static Plan)> {
    let mut taken: Vec<(usize, &Plan)> = Vec::new();
    for plan in &PLANS {
        let days = (earlier(DATA_DATE, plan.to), earlier(DATA_DATE, plan.from));
        let found = world.with_role(Role::Ordinary).find(|customer| {
            let is_free = taken.iter().all(|(place, _)| *place != customer.index);
            is_free && days.0 < customer.since && customer.since <= days.1
        });
        taken.extend(found.map(|customer| (customer.index, plan)));
    }
    taken
}

/// A row is written when the step is over, so that no row changes; a step that is not over is
/// written when it begins.
fn steps(world: &World, feeds: &mut Feeds, customer: &Customer, plan: Option<&Plan>) {
    let mut stream = world.stream("onboarding", customer.index, 0);
    let is_head = |work: Work| work == Work::Head;
    let head = one_of(
        &world.employees,
        |other| is_head(other.work) && other.unit == customer.unit,
        &mut stream,
    );
    let clerk = one_of(
        &world.employees,
        |other| other.work == Work::Administration && other.unit == customer.unit,
        &mut stream,
    );
    let mut started = working_day(customer.since);
    for (place, (name, days, has_approval)) in STEPS.iter().enumerate() {
        let stop = plan.filter(|plan| plan.step == place + 1);
        if let Some(stop) = stop {
            started = earlier(DATA_DATE, stop.started).max(started);
        }
        let finished = working_days_later(started, stream.below(*days + 1));
        let owner = if matches!(place, 0 | 3) { customer.owner } else { clerk };
        let is_over = stop.is_none();
        let status = stop.map_or("approved", |stop| stop.status);
        let status = if is_over && !has_approval { "done" } else { status };
        let on = if is_over { finished } else { started };
        let approval = (*has_approval && is_over).then_some(finished);
        let rejected = (status == "rejected").then(|| later(started, 5));
        feeds.row(&tables::ONBOARDING, rejected.unwrap_or(on), |row| {
            row.text(&customer.sales_id()).int(i64::try_from(place + 1).unwrap_or_default());
            row.text(name).text(&world.employees[owner].id).date(started);
            row.date_or_none(if is_over { Some(finished) } else { rejected });
            row.text(if approval.is_some() { &world.employees[head].id } else { "" });
            row.date_or_none(approval).text(status);
        });
        if stop.is_some() {
            return;
        }
        started = finished;
    }
}

fn answer(customer: &Customer, plan: &Plan, until: NaiveDate, answers: &mut Answers) {
    let started = earlier(DATA_DATE, plan.started);
    let days = (until - started).num_days();
    let fact = json!({
        "customer": customer.sales_id(),
        "step": plan.step,
        "name": STEPS[plan.step - 1].0,
        "started_on": started.to_string(),
        "open_days": days,
        "status": plan.status,
    });
    let report = "onboarding_status";
    if plan.status == "rejected" {
        answers.near_miss(report, "the step is over, the customer was rejected", fact);
    } else if days > STUCK_DAYS {
        answers.reported(report, fact);
    } else {
        answers.near_miss(report, "the step is open for no more than thirty days", fact);
    }
}
