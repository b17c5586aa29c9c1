//! When did salespeople and customers speak with each other, and about what?

use chrono::{NaiveDate, NaiveDateTime};

use super::super::clock::{Month, is_working_day, later, working_days_later};
use super::super::employees::Work;
use super::super::random::Stream;
use super::super::roles::Role;
use super::super::tables;
use super::super::world::{Customer, World};
use super::{Desk, any_working_day, at, has_open_case, is_spoken_with, promises, wording};

/// A contact as it is written down.
pub(super) struct Touch<'a> {
    /// the person at the customer's, where one is named
    pub(super) contact: Option<usize>,
    /// who of the company, a place in the world's employees
    pub(super) employee: usize,
    /// visit, phone, video, email, wechat or `web_form`
    pub(super) channel: &'static str,
    /// whether the customer began
    pub(super) is_inbound: bool,
    /// what for
    pub(super) purpose: &'static str,
    /// when
    pub(super) at: NaiveDateTime,
    /// how long, without the way
    pub(super) minutes: i64,
    /// the number of an opportunity, or nothing
    pub(super) opportunity: &'a str,
    /// the number of a quote, or nothing
    pub(super) quote: &'a str,
    /// the number of the contact that this one answers, or nothing
    pub(super) reply_to: &'a str,
    /// what about
    pub(super) subject: &'a str,
    /// days after which it is entered
    pub(super) entered_after: u64,
}

impl<'a> Touch<'a> {
    /// A contact that an employee begins.
    pub(super) fn outbound(
        employee: usize,
        channel: &'static str,
        purpose: &'static str,
        at: NaiveDateTime,
        subject: &'a str,
    ) -> Self {
        Self {
            contact: Some(0),
            employee,
            channel,
            is_inbound: false,
            purpose,
            at,
            minutes: 15,
            opportunity: "",
            quote: "",
            reply_to: "",
            subject,
            entered_after: 0,
        }
    }

    /// A contact that the customer begins.
    pub(super) fn inbound(
        employee: usize,
        channel: &'static str,
        purpose: &'static str,
        at: NaiveDateTime,
        subject: &'a str,
    ) -> Self {
        let outbound = Self::outbound(employee, channel, purpose, at, subject);
        Self { is_inbound: true, minutes: 10, ..outbound }
    }
}

/// Writes a contact, and returns its number.
pub(super) fn write(desk: &mut Desk<'_>, customer: &Customer, touch: &Touch<'_>) -> String {
    let day = touch.at.date();
    let id = desk.numbers.next("T", day);
    desk.feeds.row(&tables::TOUCHES, later(day, touch.entered_after), |row| {
        row.text(&id).text(&customer.sales_id());
        match touch.contact {
            Some(person) => row.text(&customer.contact_id(person)),
            None => row.none(),
        };
        row.text(&desk.world.employees[touch.employee].id).text(touch.channel);
        row.text(if touch.is_inbound { "inbound" } else { "outbound" }).text(touch.purpose);
        // Salespeople hand over no printed matter: marketing sends it.
        row.time(touch.at).int(touch.minutes).none().none();
        row.text(touch.opportunity).text(touch.quote).text(touch.reply_to).text(touch.subject);
    });
    id
}

/// A contact that the owner begins in the course of a month; a pure function of the seed, the
/// customer and the month.
pub(in super::super) struct Planned {
    /// the day
    pub(in super::super) on: NaiveDate,
    /// the minute of the day at which it begins
    pub(in super::super) minute: u64,
    /// visit, phone, video or email
    pub(in super::super) channel: &'static str,
    /// selling, relationship, `service_follow_up` or order
    pub(in super::super) purpose: &'static str,
    /// minutes with the customer
    pub(in super::super) minutes: i64,
    /// minutes on the way there and back
    pub(in super::super) travel_minutes: i64,
}

/// Contacts in a usual month in thousandths that we begin, and that the customer begins.
fn habits(customer: &Customer) -> (u64, u64) {
    match customer.size {
        "large" => (2_200, 420),
        "medium" => (700, 140),
        _ => (260, 60),
    }
}

/// The contacts that the owner begins in a month, by day.
pub(in super::super) fn planned(world: &World, customer: &Customer, month: Month) -> Vec<Planned> {
    if !is_spoken_with(customer) {
        return Vec::new();
    }
    let mut stream = world.stream("touches", customer.index, month.key());
    let count = stream.count(habits(customer).0);
    let visits = if customer.role == Role::ManyVisits { 10 + stream.below(5) } else { 0 };
    let mut all: Vec<Planned> = (0..count + visits)
        .map(|place| {
            let on = any_working_day(month, &mut stream);
            let is_extra_visit = place >= count;
            let purpose = ["selling", "relationship", "service_follow_up", "order"]
                [stream.weighted(&[35, 30, 20, 15])];
            let channel = ["visit", "phone", "video", "email"]
                [if is_extra_visit { 0 } else { stream.weighted(&[24, 44, 12, 20]) }];
            let low = if is_extra_visit { 18 } else { 9 };
            let (minutes, travel_minutes) = match channel {
                "visit" => (stream.between(low, 2 * low), stream.between(6, 30)),
                "video" => (stream.between(4, 12), 0),
                "phone" => (stream.between(1, 5), 0),
                _ => (stream.between(1, 3), 0),
            };
            Planned {
                on,
                minute: 8 * 60 + 30 + 5 * stream.below(84),
                channel,
                purpose,
                minutes: minutes * 5,
                travel_minutes: travel_minutes * 5,
            }
        })
        .filter(|touch| customer.is_active(touch.on))
        .collect();
    for touch in &mut all {
        if touch.purpose != "selling" {
            continue;
        }
        if has_open_case(world, customer, touch.on) {
            // Who waits for a repair is asked about it, not sold to.
            touch.purpose = "service_follow_up";
        } else if touch.channel == "email" {
            touch.channel = "phone";
        }
    }
    all.sort_by_key(|touch| (touch.on, touch.minute));
    all
}

/// Writes the contacts of a month.
pub(super) fn month(desk: &mut Desk<'_>, customer: &Customer, month: Month) {
    let mut stream = desk.world.stream("touch texts", customer.index, month.key());
    let mut has_promised = false;
    for planned in planned(desk.world, customer, month) {
        let product = wording::product(desk.world, customer, &mut stream);
        let subject = wording::subject(planned.purpose, customer, product, &mut stream);
        let contact = stream.place(customer.contact_count());
        // Now and then a salesperson writes down on Friday what was on Tuesday.
        let is_late = stream.chance(30);
        let entered_after = if is_late { 1 + stream.below(5) } else { 0 };
        let touch = Touch {
            contact: Some(contact),
            minutes: planned.minutes,
            entered_after,
            ..Touch::outbound(
                customer.owner,
                planned.channel,
                planned.purpose,
                at(planned.on, planned.minute),
                &subject,
            )
        };
        let id = write(desk, customer, &touch);
        if !has_promised && !is_late && stream.chance(150) {
            has_promised = true;
            promises::month(desk, customer, month, &touch, &id);
        }
    }
    let mut stream = desk.world.stream("touches inbound", customer.index, month.key());
    for place in 0..stream.count(habits(customer).1) {
        let on = any_working_day(month, &mut stream);
        if customer.is_active(on) {
            let part = month.key() * 100 + place;
            request(desk, customer, on, desk.world.stream("requests", customer.index, part));
        }
    }
}

/// Writes what a customer wants, and the answer within two working days.
fn request(desk: &mut Desk<'_>, customer: &Customer, on: NaiveDate, mut stream: Stream) {
    let world = desk.world;
    let purpose = ["request", "complaint", "question"][stream.weighted(&[50, 15, 35])];
    let direct = if customer.is_chinese { "wechat" } else { "email" };
    let channel = ["phone", "email", "web_form", direct][stream.weighted(&[35, 30, 15, 20])];
    let contact = stream.place(customer.contact_count());
    let product = wording::product(world, customer, &mut stream);
    let subject = wording::subject(purpose, customer, product, &mut stream);
    let minutes = stream.between(1, 3) * 5;
    let touch = Touch {
        contact: Some(contact),
        minutes,
        ..Touch::inbound(
            customer.owner,
            channel,
            purpose,
            at(on, 510 + stream.below(360)),
            &subject,
        )
    };
    let id = write(desk, customer, &touch);
    let is_owner = stream.chance(750);
    let employee = if is_owner { customer.owner } else { order_desk(world, customer) };
    let answer = if purpose == "complaint" { "complaint_handling" } else { "reply" };
    let channel = if channel == "web_form" { "email" } else { channel };
    let answered = working_days_later(on, stream.below(3));
    let subject = wording::subject(answer, customer, product, &mut stream);
    debug_assert!(is_working_day(answered));
    let reply = Touch {
        contact: Some(contact),
        minutes: stream.between(1, 5) * 5,
        reply_to: &id,
        ..Touch::outbound(
            employee,
            channel,
            answer,
            at(answered, 910 + stream.below(150)),
            &subject,
        )
    };
    write(desk, customer, &reply);
}

/// Who enters the orders of the customer's unit.
fn order_desk(world: &World, customer: &Customer) -> usize {
    let is_there = |place: &usize| {
        let employee = &world.employees[*place];
        employee.work == Work::OrderDesk && employee.unit == customer.unit
    };
    (0..world.employees.len()).find(is_there).unwrap_or(customer.owner)
}
