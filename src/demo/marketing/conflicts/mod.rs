//! What does marketing do that it must not, and what only looks like it?
//!
//! All of it happens with customers to whom nobody else speaks, by their places among them, and on
//! days counted back from the data date, so that the smallest company has it too.

mod duplicates;
mod opt_outs;
mod registrations;

use chrono::{NaiveDate, NaiveDateTime};
use serde_json::{Value, json};

use super::super::answers::Answers;
use super::super::clock::{DATA_DATE, Month, earlier};
use super::super::feeds::Feeds;
use super::super::roles::Role;
use super::super::run::Run;
use super::super::tables;
use super::super::world::{Customer, World};
use super::campaigns::{self, Campaign, Kind, latest_mailing};
use super::consents::{self, CHANNELS, Declaration};
use super::materials::brochure_id;
use super::sends::{self, Send};
use super::{at, is_abroad, marketer, short};

/// The places of the customers whose people say what they want.
const ASKED: std::ops::Range<usize> = 60..84;

/// The month of the last catalogue before the data date.
fn catalogue_month() -> Month {
    let newest = Month::of(DATA_DATE);
    Month(newest.0 - i32::try_from(newest.place()).unwrap_or_default())
}

/// What is sent.
#[derive(Debug, Clone, Copy)]
enum What {
    /// the newsletter of the day
    Newsletter,
    /// the catalogue, by post
    Catalogue,
    /// a category's brochure: its place, in the customer's language or the other, the edition
    Brochure { category: usize, is_own_language: bool, edition: u8 },
    /// a message about something that the customer ordered
    Message,
}

/// The brochure of a category as it is today.
fn brochure(category: usize) -> What {
    What::Brochure { category: category % 8, is_own_language: true, edition: 2 }
}

/// What was done, as the answers tell it.
struct Done {
    id: String,
    material: String,
    fact: Value,
}

/// Where conflicts are written down.
struct Desk<'a> {
    world: &'a World,
    feeds: &'a mut Feeds,
    answers: &'a mut Answers,
    quiet: Vec<&'a Customer>,
    sends: u64,
    touches: u64,
}

/// Plants all of marketing's conflicts.
pub(super) fn plant(run: &mut Run) {
    let Run { world, feeds, answers } = run;
    let world = &*world;
    let quiet = world.with_role(Role::Quiet).collect();
    let mut desk = Desk { world, feeds, answers, quiet, sends: 0, touches: 0 };
    for place in ASKED {
        let Some(customer) = desk.customer(place) else { return };
        let day = consents::asked_on(world, customer);
        for person in 0..customer.contact_count() {
            consents::agree(desk.feeds, &customer.person_id(person), day, "address_list");
        }
    }
    opt_outs::plant(&mut desk);
    duplicates::plant(&mut desk);
    registrations::plant(&mut desk);
}

/// So many days before the data date, at a time.
fn ago(days: u64, hour: u64, minute: u64) -> NaiveDateTime {
    at(earlier(DATA_DATE, days), hour, minute)
}

impl<'a> Desk<'a> {
    fn customer(&self, place: usize) -> Option<&'a Customer> {
        self.quiet.get(place).copied()
    }

    /// Somebody of a customer speaks for or against channels; `number` tells its declarations
    /// apart, the first three being those of the first day.
    fn say(
        &mut self,
        (customer, person): (&Customer, usize),
        channels: &[&'static str],
        is_opt_in: bool,
        from: NaiveDateTime,
        number: u64,
    ) {
        for (number, channel) in (number..).zip(channels) {
            let source = if is_opt_in { "web_form" } else { "letter" };
            let declaration = Declaration { number, channel, is_opt_in, from, source };
            consents::write(self.feeds, &customer.person_id(person), &declaration);
        }
    }

    /// The campaign and the material of what is sent on a day.
    fn campaign(
        &self,
        customer: &Customer,
        what: What,
        day: NaiveDate,
    ) -> (Option<Campaign>, String) {
        let is_abroad = is_abroad(customer.unit);
        let latest = latest_mailing(self.world, is_abroad, day);
        match what {
            What::Message => (None, String::new()),
            What::Newsletter => {
                let material = latest.as_ref().and_then(|campaign| campaign.material.clone());
                (latest, material.unwrap_or_default())
            }
            What::Catalogue => {
                let campaign = campaigns::of(self.world, catalogue_month())
                    .into_iter()
                    .find(|one| one.kind == Kind::Mailing && one.is_abroad == is_abroad);
                let material = campaign.as_ref().and_then(|campaign| campaign.material.clone());
                (campaign, material.unwrap_or_default())
            }
            What::Brochure { category, is_own_language, edition } => {
                (latest, brochure_id(category, is_own_language != is_abroad, edition))
            }
        }
    }

    /// Sends something to the first person of a customer.
    fn send(
        &mut self,
        customer: &Customer,
        what: What,
        channel: &'static str,
        sent_at: NaiveDateTime,
        outcome: &'static str,
    ) -> Done {
        self.sends += 1;
        let (campaign, material) = self.campaign(customer, what, sent_at.date());
        let campaign = campaign.map_or_else(String::new, |campaign| campaign.id);
        let unit = (customer.unit + usize::from(self.sends.is_multiple_of(2))) % 10;
        let person = customer.person_id(0);
        let send = Send {
            id: format!("SN{}-0-{:05}", short(Month::of(sent_at.date())), self.sends),
            campaign: &campaign,
            material: &material,
            person: &person,
            channel,
            sender: marketer(self.world, unit, 0),
            sent_at,
            outcome,
        };
        sends::write(self.feeds, &send);
        let fact = json!({
            "send": send.id,
            "campaign": campaign,
            "material": material,
            "channel": channel,
            "sender": send.sender,
            "at": sent_at.to_string(),
        });
        Done { id: send.id, material, fact }
    }

    /// A salesperson turns to the first person of a customer.
    fn touch(
        &mut self,
        customer: &Customer,
        (channel, subject): (&'static str, &str),
        material: &str,
        happened_at: NaiveDateTime,
    ) -> Done {
        self.touches += 1;
        let id = format!("TM{}-{:04}", short(Month::of(happened_at.date())), self.touches);
        let employee = &self.world.employees[customer.owner].id;
        self.feeds.row(&tables::TOUCHES, happened_at.date(), |row| {
            row.text(&id)
                .text(&customer.sales_id())
                .text(&customer.contact_id(0))
                .text(employee)
                .text(channel)
                .text("outbound")
                .text("selling")
                .time(happened_at)
                .int(if channel == "visit" { 50 } else { 10 })
                .text(material)
                .none()
                .none()
                .none()
                .none()
                .text(subject);
        });
        let fact = json!({
            "touch": id,
            "material": material,
            "channel": channel,
            "sender": employee,
            "at": happened_at.to_string(),
        });
        Done { id, material: material.to_owned(), fact }
    }
}

/// Who a fact is about.
fn who(customer: &Customer, person: usize) -> Value {
    json!({
        "customer": customer.sales_id(),
        "person": customer.person_id(person),
        "contact": customer.contact_id(person),
    })
}

/// A fact with the fields of another added.
fn with(mut fact: Value, more: &Value) -> Value {
    if let (Some(fact), Some(more)) = (fact.as_object_mut(), more.as_object()) {
        for (name, value) in more {
            fact.insert(name.clone(), value.clone());
        }
    }
    fact
}
