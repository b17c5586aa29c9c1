//! What does the service desk's program export about a case: its states and its events?

use chrono::{Datelike, NaiveDateTime, TimeDelta, Timelike};
use serde_json::{Value, json};

use super::super::clock::Month;
use super::super::feeds::Feeds;
use super::super::products::Kind;
use super::super::random::Stream;
use super::super::tables;
use super::super::trade::orders;
use super::super::world::{Customer, World};
use super::cases::Case;
use super::texts::{notes, resolutions, said, subjects};
use super::{Contract, covering};

/// A case as it stood from a moment on.
pub(super) struct State {
    /// the moment
    pub(super) at: NaiveDateTime,
    /// open, waiting, reopened or closed
    pub(super) status: &'static str,
    /// whether somebody works on it
    pub(super) is_assigned: bool,
    /// the work that it took, once it is closed
    pub(super) minutes: Option<i64>,
    /// whether the first call or visit solved it, once it is closed
    pub(super) is_fixed_at_once: Option<bool>,
}

/// The states of a case in their order.
pub(super) fn states(case: &Case) -> Vec<State> {
    let state = |at, status, is_assigned, minutes| State {
        at,
        status,
        is_assigned,
        minutes,
        is_fixed_at_once: None,
    };
    let answered = if case.is_waiting { "waiting" } else { "open" };
    let mut states = vec![
        state(case.opened_at, "open", false, None),
        state(case.responded_at, answered, true, None),
    ];
    if let Some((closed, again)) = case.reopened {
        let first = state(closed, "closed", true, Some(case.first_minutes()));
        // Whoever closed it believed that it was solved.
        states.push(State { is_fixed_at_once: Some(true), ..first });
        states.push(state(again, "reopened", true, None));
    }
    if let Some(closed) = case.closed_at {
        let last = state(closed, "closed", true, Some(case.minutes));
        states.push(State { is_fixed_at_once: Some(case.is_fixed_at_once), ..last });
    }
    states
}

/// A moment with its offset: `2026-06-30T09:15:00+08:00`.
pub(super) fn stamp(at: NaiveDateTime) -> String {
    let mut text = String::with_capacity(25);
    let parts = [
        (at.year().unsigned_abs() / 100, ""),
        (at.year().unsigned_abs() % 100, ""),
        (at.month(), "-"),
        (at.day(), "-"),
        (at.hour(), "T"),
        (at.minute(), ":"),
        (at.second(), ":"),
    ];
    for (number, mark) in parts {
        text.push_str(mark);
        for digit in [number / 10 % 10, number % 10] {
            text.push(char::from_digit(digit, 10).unwrap_or('0'));
        }
    }
    text.push_str("+08:00");
    text
}

/// Writes a case's states and events.
pub(super) fn case(world: &World, feeds: &mut Feeds, case: &Case) {
    let customer = &world.customers[case.customer];
    let mut stream = world.stream("case_texts", case.customer, case.part);
    let (sku, product, order) = product(world, customer, case, &mut stream);
    let contract = covering(world, customer, case.opened);
    let chinese = customer.is_chinese;
    let subject = said(*stream.pick(subjects(case.kind)), chinese).replacen("{}", product, 1);
    let resolution = said(*stream.pick(resolutions(case.cause)), chinese);
    let channel = *stream.pick(&["phone", "phone", "email", "email", "web", "wechat"]);
    let channel = if channel == "wechat" && !chinese { "web" } else { channel };
    let is_billable = case.is_charged && contract.is_none();
    let technician = &world.employees[case.technician];
    for state in states(case) {
        let is_closed = state.minutes.is_some();
        let technician =
            state.is_assigned.then(|| json!({ "no": technician.id, "name": technician.name }));
        let line = json!({
            "case": {
                "id": case.id,
                "customer": customer.service_id(),
                "product": sku,
                "order": order,
            },
            "status": state.status,
            "priority": case.priority,
            "kind": case.kind,
            "channel": channel,
            "subject": subject,
            "contract": contract.as_ref().map(|contract: &Contract| contract.id.as_str()),
            "cause": is_closed.then_some(case.cause),
            "resolution": is_closed.then_some(resolution),
            "is_avoidable": is_closed.then_some(case.is_avoidable),
            "is_billable": is_closed.then_some(is_billable),
            "first_time_fix": state.is_fixed_at_once,
            "rework_of": case.rework_of,
            "minutes": state.minutes,
            "technician": technician,
            "opened_at": stamp(case.opened_at),
            "first_response_at": state.is_assigned.then(|| stamp(case.responded_at)),
            "due_at": stamp(case.due_at()),
            "closed_at": is_closed.then(|| stamp(state.at)),
            "changed_at": stamp(state.at),
        });
        feeds.json(&tables::CASES, state.at.date(), &line);
    }
    events(feeds, case, technician.id.as_str(), chinese, &mut stream);
}

/// What the case is about: of an order of the last months where there is one.
fn product<'a>(
    world: &'a World,
    customer: &Customer,
    case: &Case,
    stream: &mut Stream,
) -> (&'a str, &'a str, Option<String>) {
    let (has_order, months) = (stream.chance(700), 2 + stream.place(3));
    let mut found = None;
    let month = Month::of(case.opened).0 - i32::try_from(months).unwrap_or_default();
    if has_order && month >= world.start.0 {
        found = orders::of(world, customer, Month(month)).into_iter().find_map(|order| {
            let of_goods = |line: &&orders::Line| world.products[line.product].kind == Kind::Goods;
            let line = order.lines.iter().find(of_goods).filter(|_| !order.is_cancelled)?;
            Some((line.product, order.id.clone()))
        });
    }
    let (place, order) = match found {
        Some((place, order)) => (place, Some(order)),
        None => {
            let goods = world.products.iter().take_while(|product| product.kind == Kind::Goods);
            (stream.place(goods.count()), None)
        }
    };
    let product = &world.products[place];
    let name = if customer.is_chinese { &product.name_zh } else { &product.name };
    (&product.sku, name, order)
}

/// Something that happened in a case, with its weight in the work.
struct Event {
    /// its kind
    kind: &'static str,
    /// when
    at: NaiveDateTime,
    /// how much of the work it took, beside the others
    weight: i64,
}

/// The events up to the first closing, those from it to the end, and how many minutes each part
/// took.
fn planned(case: &Case, stream: &mut Stream) -> [(Vec<Event>, i64); 2] {
    let event = |kind, at, weight| Event { kind, at, weight };
    let end = case.closed_at.unwrap_or(case.responded_at + TimeDelta::days(6));
    let first_end = case.reopened.map_or(end, |(closed, _)| closed);
    let mut first = vec![event("created", case.opened_at, 0)];
    let wait = case.responded_at - case.opened_at;
    if case.kind != "question" || stream.chance(400) {
        first.push(event("assigned", case.opened_at + wait / 3, 0));
    }
    first.push(event("reply", case.responded_at, 2));
    let span = first_end - case.responded_at;
    if case.is_waiting {
        first.push(event("note", case.responded_at + span / 4, 1));
    }
    if case.travel_minutes > 0 {
        first.push(event("visit", case.responded_at + span / 2, 9));
    }
    let mut last = Vec::new();
    if let Some((closed, again)) = case.reopened {
        first.push(event("closed", closed, 1));
        last.push(event("reopened", again, 0));
        if case.closed_at.is_some() {
            last.push(event("reply", again + (end - again) / 2, 5));
        }
    }
    let ends = if case.reopened.is_some() { &mut last } else { &mut first };
    if case.closed_at.is_some() {
        ends.push(event("closed", end, 2));
    }
    let rest = case.minutes - case.first_minutes();
    [(first, case.first_minutes()), (last, rest)]
}

fn events(feeds: &mut Feeds, case: &Case, technician: &str, chinese: bool, stream: &mut Stream) {
    let mut number = 0;
    for (events, minutes) in planned(case, stream) {
        let weights: i64 = events.iter().map(|event| event.weight).sum();
        let mut left = minutes;
        for (place, event) in events.iter().enumerate() {
            number += 1;
            let is_last = place + 1 == events.len();
            let own = if is_last { left } else { minutes * event.weight / weights.max(1) };
            left -= own;
            let travel = if event.kind == "visit" { case.travel_minutes } else { 0 };
            let note = said(*stream.pick(notes(event.kind)), chinese);
            let line = json!({
                "id": format!("{}-{number}", case.id),
                "case": case.id,
                "at": stamp(event.at),
                "kind": event.kind,
                "employee": if event.kind == "created" { Value::Null } else { technician.into() },
                "minutes": own,
                "travel_minutes": travel,
                "note": note,
            });
            feeds.json(&tables::CASE_EVENTS, event.at.date(), &line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::stamp;

    #[test]
    fn moments_carry_their_offset() {
        let at = "2026-06-30T09:05:00".parse().unwrap();
        assert_eq!(stamp(at), "2026-06-30T09:05:00+08:00");
    }
}
