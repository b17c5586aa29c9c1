//! Who was contacted after objecting, and who must not be written to at all?

use chrono::NaiveDateTime;
use serde_json::json;

use super::super::super::world::Customer;
use super::{CHANNELS, Desk, Done, What, ago, brochure, who, with};

const REPORT: &str = "contact_after_opt_out";
const SUPPRESSION: &str = "suppression_list";
const EMAIL: &[&str] = &[CHANNELS[0]];
const PHONE_AND_POST: &[&str] = &[CHANNELS[1], CHANNELS[2]];
const POST: &[&str] = &[CHANNELS[2]];

/// The first number of what a person says after the first day, and steps beyond it.
const FIRST: u64 = 4;

pub(super) fn plant(desk: &mut Desk<'_>) {
    planted_by_marketing(desk);
    planted_by_sales(desk);
    near_the_time(desk);
    near_the_channel(desk);
}

/// Tells that a contact must be reported.
fn report(desk: &mut Desk<'_>, customer: &Customer, objected_at: NaiveDateTime, done: &Done) {
    let fact = with(who(customer, 0), &json!({"opted_out_at": objected_at.to_string()}));
    desk.answers.reported(REPORT, with(fact, &done.fact));
}

fn spare(desk: &mut Desk<'_>, customer: &Customer, because: &str, done: &Done) {
    desk.answers.near_miss(REPORT, because, with(who(customer, 0), &done.fact));
}

/// Tells that somebody objected to every channel, the last time at a time.
fn suppress(desk: &mut Desk<'_>, customer: &Customer, since: NaiveDateTime) {
    let since = json!({"since": since.to_string()});
    desk.answers.reported(SUPPRESSION, with(who(customer, 0), &since));
}

fn not_suppressed(desk: &mut Desk<'_>, customer: &Customer, because: &str) {
    desk.answers.near_miss(SUPPRESSION, because, who(customer, 0));
}

fn planted_by_marketing(desk: &mut Desk<'_>) {
    // Days before the data date: objected, written to.
    if let Some(customer) = desk.customer(60) {
        let objected_at = ago(70, 14, 20);
        desk.say((customer, 0), EMAIL, false, objected_at, FIRST);
        let done = desk.send(customer, What::Newsletter, "email", ago(57, 9, 40), "opened");
        report(desk, customer, objected_at, &done);
        not_suppressed(desk, customer, "only email was objected to");
    }
    if let Some(customer) = desk.customer(61) {
        let objected_at = ago(63, 11, 5);
        desk.say((customer, 0), &CHANNELS, false, objected_at, FIRST);
        let done = desk.send(customer, What::Newsletter, "email", ago(62, 9, 15), "delivered");
        report(desk, customer, objected_at, &done);
        suppress(desk, customer, objected_at);
    }
    if let Some(customer) = desk.customer(62) {
        let objected_at = ago(47, 9, 10);
        desk.say((customer, 0), EMAIL, false, objected_at, FIRST);
        let done = desk.send(customer, What::Newsletter, "email", ago(47, 15, 0), "opened");
        report(desk, customer, objected_at, &done);
        let last = ago(20, 10, 30);
        desk.say((customer, 0), PHONE_AND_POST, false, last, FIRST + 1);
        suppress(desk, customer, last);
    }
    if let Some(customer) = desk.customer(63) {
        let objected_at = ago(172, 16, 45);
        desk.say((customer, 0), POST, false, objected_at, FIRST);
        let done = desk.send(customer, What::Catalogue, "post", ago(147, 8, 30), "delivered");
        report(desk, customer, objected_at, &done);
        not_suppressed(desk, customer, "only post was objected to");
    }
    if let Some(customer) = desk.customer(65) {
        desk.say((customer, 0), EMAIL, false, ago(260, 10, 0), FIRST);
        desk.say((customer, 0), EMAIL, true, ago(200, 10, 0), FIRST + 1);
        let objected_at = ago(75, 13, 30);
        desk.say((customer, 0), EMAIL, false, objected_at, FIRST + 2);
        let done = desk.send(customer, brochure(3), "email", ago(55, 10, 10), "clicked");
        report(desk, customer, objected_at, &done);
    }
}

fn planted_by_sales(desk: &mut Desk<'_>) {
    let Some(customer) = desk.customer(64) else { return };
    let objected_at = ago(81, 15, 15);
    desk.say((customer, 0), &CHANNELS, false, objected_at, FIRST);
    let subject = "Spring prices for transmitters";
    let written = desk.touch(customer, ("email", subject), "", ago(60, 10, 25));
    report(desk, customer, objected_at, &written);
    let called =
        desk.touch(customer, ("phone", "Asked about next year's plans"), "", ago(54, 14, 0));
    report(desk, customer, objected_at, &called);
    suppress(desk, customer, objected_at);
}

fn near_the_time(desk: &mut Desk<'_>) {
    if let Some(customer) = desk.customer(66) {
        desk.say((customer, 0), EMAIL, false, ago(47, 16, 30), FIRST);
        let done = desk.send(customer, What::Newsletter, "email", ago(47, 9, 5), "opened");
        spare(desk, customer, "sent earlier on the day of the objection", &done);
    }
    if let Some(customer) = desk.customer(67) {
        desk.say((customer, 0), &CHANNELS, false, ago(90, 9, 0), FIRST);
        desk.say((customer, 0), &CHANNELS, true, ago(61, 9, 0), FIRST + 3);
        let done = desk.send(customer, What::Newsletter, "email", ago(50, 9, 30), "delivered");
        spare(desk, customer, "agreed again before it was sent", &done);
        not_suppressed(desk, customer, "agreed to every channel again");
    }
    if let Some(customer) = desk.customer(71) {
        desk.say((customer, 0), &CHANNELS, false, ago(90, 9, 45), FIRST);
        desk.say((customer, 0), POST, true, ago(70, 9, 45), FIRST + 3);
        let done = desk.send(customer, brochure(5), "post", ago(60, 8, 30), "delivered");
        spare(desk, customer, "agreed to post again before it was sent", &done);
        not_suppressed(desk, customer, "agreed to post again");
    }
}

fn near_the_channel(desk: &mut Desk<'_>) {
    if let Some(customer) = desk.customer(68) {
        desk.say((customer, 0), EMAIL, false, ago(172, 10, 50), FIRST);
        let done = desk.send(customer, What::Catalogue, "post", ago(147, 8, 35), "delivered");
        spare(desk, customer, "objected to email, sent by post", &done);
    }
    if let Some(customer) = desk.customer(69) {
        desk.say((customer, 0), EMAIL, false, ago(70, 10, 50), FIRST);
        let done = desk.send(customer, What::Message, "email", ago(60, 11, 20), "opened");
        spare(desk, customer, "about an order: neither campaign nor material", &done);
    }
    let Some(customer) = desk.customer(70) else { return };
    let sent_at = ago(50, 9, 50);
    if customer.contact_count() > 1 {
        desk.say((customer, 1), EMAIL, false, ago(70, 8, 40), FIRST);
        let done = desk.send(customer, What::Newsletter, "email", sent_at, "opened");
        spare(desk, customer, "another person of the company objected", &done);
    } else {
        desk.say((customer, 0), EMAIL, false, ago(49, 8, 40), FIRST);
        let done = desk.send(customer, What::Newsletter, "email", sent_at, "opened");
        spare(desk, customer, "objected the day after it was sent", &done);
    }
}
