//! Who registered for a seminar and was never told that there is a seat?

use chrono::{NaiveDate, NaiveDateTime};
use serde_json::{Value, json};

use super::super::super::clock::{DATA_DATE, Month, earlier, later};
use super::super::super::world::Customer;
use super::super::at;
use super::super::events::{self, Event, Registration};
use super::{Desk, who, with};

const REPORT: &str = "unconfirmed_registrations";

/// The number from which on planted registrations count, above those of any event.
const FIRST_NUMBER: u64 = 9_000;

pub(super) fn plant(desk: &mut Desk<'_>) {
    unanswered(desk);
    answered_late(desk);
    not_to_be_answered(desk);
}

/// The event announced so many months before that of the data date; it is held two months later.
fn event(desk: &Desk<'_>, months: i32) -> Option<Event> {
    events::announced_in(desk.world, Month(Month::of(DATA_DATE).0 - months))
}

fn registration<'a>(
    place: usize,
    event: &'a Event,
    person: &'a str,
    registered_at: NaiveDateTime,
) -> Registration<'a> {
    let id = events::registration_id(event, FIRST_NUMBER + place as u64);
    Registration { id, event, person, registered_at, confirmed_at: None }
}

fn fact(customer: &Customer, registration: &Registration<'_>) -> Value {
    with(
        who(customer, 0),
        &json!({
            "registration": registration.id,
            "event": registration.event.id,
            "held_on": registration.event.held_on.to_string(),
            "registered_at": registration.registered_at.to_string(),
            "confirmed_at": registration.confirmed_at.map(|at| at.to_string()),
        }),
    )
}

fn unanswered(desk: &mut Desk<'_>) {
    // The customer's place, how long ago the event was announced in months, and on which day
    // somebody registered: before the event, or before the data date where it is still to come.
    let plans: [(usize, i32, u64); 6] =
        [(84, 3, 20), (85, 4, 10), (86, 1, 20), (87, 11, 15), (88, 6, 25), (89, 1, 9)];
    for (place, months, days) in plans {
        let (Some(customer), Some(event)) = (desk.customer(place), event(desk, months)) else {
            continue;
        };
        let registered_on = earlier(event.held_on.min(DATA_DATE), days);
        let registered_at = at(registered_on, 10 + days % 6, days * 7 % 60);
        let person = customer.person_id(0);
        let registration = registration(place, &event, &person, registered_at);
        events::write(desk.feeds, &registration, "registered", registered_at);
        desk.answers.reported(REPORT, fact(customer, &registration));
    }
}

fn answered_late(desk: &mut Desk<'_>) {
    // As above, and the day before the event on which it was confirmed.
    let plans: [(usize, i32, u64, u64, &str); 2] = [
        (90, 3, 30, 22, "confirmed after eight days, before the event"),
        (95, 2, 12, 1, "confirmed on the last day before the event"),
    ];
    for (place, months, days, confirmed_days, because) in plans {
        let (Some(customer), Some(event)) = (desk.customer(place), event(desk, months)) else {
            continue;
        };
        let registered_at = at(earlier(event.held_on, days), 11, 20);
        let confirmed_at = at(earlier(event.held_on, confirmed_days), 9, 15);
        let person = customer.person_id(0);
        let mut registration = registration(place, &event, &person, registered_at);
        events::write(desk.feeds, &registration, "registered", registered_at);
        registration.confirmed_at = Some(confirmed_at);
        events::write(desk.feeds, &registration, "confirmed", confirmed_at);
        events::write(desk.feeds, &registration, "attended", at(event.held_on, 19, 5));
        desk.answers.near_miss(REPORT, because, fact(customer, &registration));
    }
    let (Some(customer), Some(event)) = (desk.customer(93), event(desk, 0)) else { return };
    let registered_at = at(DATA_DATE, 15, 40);
    let person = customer.person_id(0);
    let mut registration = registration(93, &event, &person, registered_at);
    events::write(desk.feeds, &registration, "registered", registered_at);
    let because = "registered on the data date for a later event";
    desk.answers.near_miss(REPORT, because, fact(customer, &registration));
    let confirmed_at = at(later(DATA_DATE, 1), 9, 0);
    registration.confirmed_at = Some(confirmed_at);
    events::write(desk.feeds, &registration, "confirmed", confirmed_at);
}

/// A registration that came to another end.
struct Ended {
    place: usize,
    /// months since the announcement
    months: i32,
    /// days before the event: registered, ended
    days: [u64; 2],
    /// confirmed on the day after it was made
    is_confirmed: bool,
    state: &'static str,
    because: &'static str,
}

fn not_to_be_answered(desk: &mut Desk<'_>) {
    let plans = [
        Ended {
            place: 91,
            months: 3,
            days: [26, 24],
            is_confirmed: false,
            state: "cancelled",
            because: "cancelled by the person",
        },
        Ended {
            place: 92,
            months: 4,
            days: [14, 13],
            is_confirmed: false,
            state: "waitlisted",
            because: "told that there is no seat yet",
        },
        Ended {
            place: 94,
            months: 5,
            days: [28, 10],
            is_confirmed: true,
            state: "cancelled",
            because: "confirmed, then cancelled by the person",
        },
    ];
    for plan in plans {
        let (Some(customer), Some(event)) = (desk.customer(plan.place), event(desk, plan.months))
        else {
            continue;
        };
        let [registered_on, ended_on]: [NaiveDate; 2] =
            plan.days.map(|days| earlier(event.held_on, days));
        let registered_at = at(registered_on, 13, 10);
        let person = customer.person_id(0);
        let mut registration = registration(plan.place, &event, &person, registered_at);
        events::write(desk.feeds, &registration, "registered", registered_at);
        if plan.is_confirmed {
            let confirmed_at = at(later(registered_on, 1), 8, 20);
            registration.confirmed_at = Some(confirmed_at);
            events::write(desk.feeds, &registration, "confirmed", confirmed_at);
        }
        events::write(desk.feeds, &registration, plan.state, at(ended_on, 16, 30));
        desk.answers.near_miss(REPORT, plan.because, fact(customer, &registration));
    }
}
