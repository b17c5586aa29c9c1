//! Where do departments get in each other's way over a service case, and where does it only look
//! so?

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use serde_json::{Value, json};

use super::super::answers::Answers;
use super::super::clock::{DATA_DATE, Month};
use super::super::feeds::Feeds;
use super::super::roles::Role;
use super::super::tables;
use super::super::world::{Customer, World};
use super::cases::{Case, number, technician, time};
use super::write::states;

/// A planted case; days are counted back from the data date, below 0 they lie after it.
struct Plan {
    /// the customer's place among the quiet ones
    place: usize,
    /// repair, question ...
    kind: &'static str,
    /// what was at fault
    cause: &'static str,
    /// the day of opening
    opened: i64,
    /// the day of closing
    closed: i64,
    /// when it was closed too early and when it was opened again
    reopened: Option<(i64, i64)>,
    /// whether it waits
    is_waiting: bool,
    /// whether it needed no engineer
    is_avoidable: bool,
}

const fn plan(place: usize, opened: i64, closed: i64) -> Plan {
    Plan {
        place,
        kind: "repair",
        cause: "defect",
        opened,
        closed,
        reopened: None,
        is_waiting: false,
        is_avoidable: false,
    }
}

const fn call(plan: Plan, kind: &'static str, cause: &'static str, is_avoidable: bool) -> Plan {
    Plan { kind, cause, is_avoidable, ..plan }
}

const PLANS: [Plan; 29] = [
    // Somebody sells while they are open.
    plan(12, 70, 56),
    plan(13, 98, 84),
    plan(14, 126, 112),
    Plan { is_waiting: true, ..plan(15, 154, 133) },
    Plan { reopened: Some((196, 189)), ..plan(16, 203, 175) },
    plan(17, 20, -10),
    // Somebody sells before, after or something else.
    plan(18, 238, 224),
    plan(19, 252, 238),
    plan(20, 280, 259),
    plan(22, 301, 287),
    Plan { reopened: Some((322, 308)), ..plan(23, 329, 294) },
    // Cases that grow old: each side of the limits of 30, 60 and 90 days.
    plan(96, 31, -24),
    Plan { is_waiting: true, ..plan(97, 45, -29) },
    plan(98, 60, -34),
    plan(99, 61, -37),
    Plan { is_waiting: true, ..plan(100, 90, -41) },
    plan(101, 91, -44),
    plan(102, 30, -9),
    plan(103, 40, 0),
    plan(104, 70, 1),
    Plan { reopened: Some((20, 5)), ..plan(105, 50, -16) },
    Plan { reopened: Some((48, 41)), ..plan(106, 62, 6) },
    Plan { is_waiting: true, ..plan(107, 29, -3) },
    // Calls that needed no engineer, and some that did.
    call(plan(108, 40, 39), "question", "question", true),
    call(plan(109, 61, 60), "complaint", "handling", true),
    call(plan(110, 91, 90), "question", "software", true),
    call(plan(111, 75, 74), "question", "question", false),
    call(plan(112, 6, -6), "question", "handling", true),
    call(plan(113, 110, 105), "repair", "handling", false),
];

/// A planted contact of the sales department.
struct Contact {
    /// the customer's place among the quiet ones
    place: usize,
    /// the day, counted back from the data date
    day: i64,
    /// the hour
    hour: u64,
    /// call, visit ...
    channel: &'static str,
    /// whether the customer came to us
    is_inbound: bool,
    /// what for
    purpose: &'static str,
    /// why it is no conflict; empty where it is one
    because: &'static str,
    /// what it is about
    subject: &'static str,
}

const fn contact(
    place: usize,
    (day, hour): (i64, u64),
    channel: &'static str,
    because: &'static str,
    subject: &'static str,
) -> Contact {
    let purpose = "selling";
    Contact { place, day, hour, channel, is_inbound: false, purpose, because, subject }
}

const CONTACTS: [Contact; 12] = [
    contact(12, (62, 11), "phone", "", "Offer of a second flow meter"),
    contact(13, (98, 14), "visit", "", "New transmitters shown"),
    contact(14, (112, 10), "phone", "", "Discount until the end of the month"),
    contact(15, (145, 9), "visit", "", "Larger recorder proposed"),
    contact(16, (181, 15), "phone", "", "Yearly order discussed"),
    contact(17, (8, 10), "visit", "", "Level meters for the new tanks"),
    contact(18, (223, 10), "phone", "the case was closed the day before", "Spare devices offered"),
    contact(19, (253, 11), "phone", "the case was opened the day after", "Kit price presented"),
    Contact {
        purpose: "service_follow_up",
        ..contact(20, (270, 14), "phone", "the contact was about the case", "Is it working again")
    },
    contact(21, (271, 10), "visit", "only another customer has an open case", "Radar level meter"),
    Contact {
        is_inbound: true,
        ..contact(22, (294, 10), "phone", "the customer asked by itself", "Asks for a price")
    },
    contact(23, (315, 10), "phone", "the case was closed then and opened again later", "Renewal"),
];

/// The first number of the parts of planted cases; months give far larger ones.
const FIRST_PART: u64 = 901;

/// The day so many days before the data date.
fn day(back: i64) -> NaiveDate {
    DATA_DATE - TimeDelta::days(back)
}

fn moment(back: i64, hour: u64, minute: u64) -> NaiveDateTime {
    day(back).and_time(time(hour, minute))
}

/// The planted cases.
pub(super) fn cases(world: &World) -> Vec<Case> {
    let quiet: Vec<&Customer> = world.with_role(Role::Quiet).collect();
    let known = PLANS.iter().filter_map(|plan| Some((plan, *quiet.get(plan.place)?)));
    known.map(|(plan, customer)| case(world, customer, plan)).collect()
}

fn case(world: &World, customer: &Customer, plan: &Plan) -> Case {
    let mut stream = world.stream("planted_cases", customer.index, 0);
    let opened = day(plan.opened);
    let travels = plan.kind == "repair";
    let is_same_day = plan.opened - plan.closed <= 1;
    let responded_at =
        if is_same_day { moment(plan.opened, 11, 15) } else { moment(plan.opened - 1, 11, 5) };
    Case {
        id: number(customer, opened, FIRST_PART),
        customer: customer.index,
        opened,
        closed: Some(day(plan.closed)),
        minutes: 5 * if travels { stream.between(12, 60) } else { stream.between(4, 16) },
        travel_minutes: if travels { 5 * stream.between(8, 24) } else { 0 },
        technician: technician(world, customer, opened, &mut stream),
        part: FIRST_PART,
        kind: plan.kind,
        cause: plan.cause,
        priority: stream.between(1, 3),
        opened_at: moment(plan.opened, 10, 20),
        responded_at,
        closed_at: Some(moment(plan.closed, 16, 0)),
        reopened: plan
            .reopened
            .map(|(closed, again)| (moment(closed, 16, 0), moment(again, 9, 40))),
        is_waiting: plan.is_waiting,
        is_avoidable: plan.is_avoidable,
        is_charged: false,
        is_fixed_at_once: plan.reopened.is_none(),
        rework_of: None,
    }
}

/// Writes the planted contacts of a month.
pub(super) fn touches(world: &World, feeds: &mut Feeds, month: Month) {
    let quiet: Vec<&Customer> = world.with_role(Role::Quiet).collect();
    for (place, contact) in CONTACTS.iter().enumerate() {
        let Some(customer) = quiet.get(contact.place) else { continue };
        let at = moment(contact.day, contact.hour, 30);
        if Month::of(at.date()) == month {
            let subject = contact.subject;
            write(world, feeds, customer, (number_of(place), at), contact, ("", subject));
        }
        // Whoever asks is answered the next day, by an answer that sells nothing.
        let reply = moment(contact.day - 1, 11, 10);
        if contact.is_inbound && Month::of(reply.date()) == month {
            let answer = Contact { is_inbound: false, purpose: "reply", because: "", ..*contact };
            let number = format!("{}R", number_of(place));
            let texts = (number_of(place), "Price named as asked");
            write(world, feeds, customer, (number, reply), &answer, (&texts.0, texts.1));
        }
    }
}

fn number_of(place: usize) -> String {
    format!("TS{:05}", place + 1)
}

fn write(
    world: &World,
    feeds: &mut Feeds,
    customer: &Customer,
    (number, at): (String, NaiveDateTime),
    contact: &Contact,
    (reply_to, subject): (&str, &str),
) {
    let is_visit = contact.channel == "visit";
    feeds.row(&tables::TOUCHES, at.date(), |row| {
        row.text(&number).text(&customer.sales_id()).text(&customer.contact_id(0));
        row.text(&world.employees[customer.owner].id).text(contact.channel);
        row.text(if contact.is_inbound { "inbound" } else { "outbound" }).text(contact.purpose);
        row.time(at).int(if is_visit { 75 } else { 15 });
        row.none().none().none().none().text(reply_to).text(subject);
    });
}

/// Says what the planted cases and contacts are, as things stand on the last day.
pub(super) fn answers(world: &World, until: NaiveDate, answers: &mut Answers) {
    let quiet: Vec<&Customer> = world.with_role(Role::Quiet).collect();
    let cases = cases(world);
    for (place, contact) in CONTACTS.iter().enumerate() {
        let Some(customer) = quiet.get(contact.place) else { continue };
        let own = cases.iter().find(|case| case.customer == customer.index);
        let at = moment(contact.day, contact.hour, 30);
        let fact = json!({
            "customer": customer.sales_id(),
            "service_customer": customer.service_id(),
            "case": own.map(|case| case.id.as_str()),
            "opened_on": own.map(|case| case.opened.to_string()),
            "closed_on": own.and_then(|case| closed(case, until)),
            "touch": number_of(place),
            "touched_at": at.to_string(),
            "employee": world.employees[customer.owner].id,
        });
        let report = "sold_to_while_unresolved";
        if contact.because.is_empty() {
            answers.reported(report, fact);
        } else {
            answers.near_miss(report, contact.because, fact);
        }
    }
    for (plan, case) in PLANS.iter().zip(&cases) {
        match plan.place {
            96..=107 => ageing(world, case, until, answers),
            108..=113 => avoidable(world, case, until, answers),
            _ => {}
        }
    }
}

/// The day on which a case was closed, where it is on the last day.
fn closed(case: &Case, until: NaiveDate) -> Option<String> {
    let states = states(case);
    let state = states.iter().rfind(|state| state.at.date() <= until)?;
    state.minutes.map(|_| state.at.date().to_string())
}

fn fact(world: &World, case: &Case, until: NaiveDate) -> Value {
    let customer = &world.customers[case.customer];
    json!({
        "case": case.id,
        "customer": customer.sales_id(),
        "service_customer": customer.service_id(),
        "opened_on": case.opened.to_string(),
        "closed_on": closed(case, until),
        "technician": world.employees[case.technician].id,
    })
}

fn ageing(world: &World, case: &Case, until: NaiveDate, answers: &mut Answers) {
    let mut fact = fact(world, case, until);
    let is_closed = closed(case, until).is_some();
    let age = (until - case.opened).num_days();
    fact["age_days"] = age.into();
    fact["priority"] = case.priority.into();
    let report = "case_ageing";
    if is_closed {
        answers.near_miss(report, "it is closed", fact);
    } else if age <= 30 {
        answers.near_miss(report, "it is not older than thirty days", fact);
    } else {
        fact["bucket"] = match age {
            ..=60 => "31-60",
            61..=90 => "61-90",
            _ => "over 90",
        }
        .into();
        answers.reported(report, fact);
    }
}

fn avoidable(world: &World, case: &Case, until: NaiveDate, answers: &mut Answers) {
    let mut fact = fact(world, case, until);
    fact["cause"] = case.cause.into();
    let report = "avoidable_cases";
    if closed(case, until).is_none() {
        answers.near_miss(report, "it is open, so nobody has judged it yet", fact);
    } else if case.is_avoidable {
        fact["minutes"] = case.minutes.into();
        answers.reported(report, fact);
    } else {
        answers.near_miss(report, "it needed an engineer", fact);
    }
}
