//! To which channels have people agreed, and when did they object?

use chrono::{NaiveDate, NaiveDateTime};

use super::super::clock::{Month, later};
use super::super::feeds::Feeds;
use super::super::run::Run;
use super::super::tables;
use super::super::world::{Customer, World};
use super::{at, is_usual, office_time};

/// The channels by which marketing may write or call.
pub(super) const CHANNELS: [&str; 3] = ["email", "phone", "post"];

/// The day on which marketing first asked a customer's people: its first, or that of the records.
pub(super) fn asked_on(world: &World, customer: &Customer) -> NaiveDate {
    customer.since.max(world.start.first())
}

/// From when to when a person does not want letters by email; nothing where it always does.
struct Pause {
    from: NaiveDateTime,
    until: Option<NaiveDateTime>,
}

fn pause(world: &World, customer: &Customer, person: usize) -> Option<Pause> {
    let mut stream = world.stream("consents", customer.index, person as u64);
    if !stream.chance(60) {
        return None;
    }
    let day = later(asked_on(world, customer), 20 + stream.below(1_300));
    let from = office_time(day, &mut stream);
    let comes_back = stream.chance(300);
    let back = later(day, 60 + stream.below(240));
    let until = office_time(back, &mut stream);
    Some(Pause { from, until: comes_back.then_some(until) })
}

/// Whether a person gets email on a day; on the day of an objection or its withdrawal nobody
/// takes a chance.
pub(super) fn allows_email(
    world: &World,
    customer: &Customer,
    person: usize,
    day: NaiveDate,
) -> bool {
    pause(world, customer, person).is_none_or(|pause| {
        day < pause.from.date() || pause.until.is_some_and(|until| day > until.date())
    })
}

/// What a person says about a channel.
pub(super) struct Declaration {
    /// its number among those of the person
    pub(super) number: u64,
    /// one of [`CHANNELS`]
    pub(super) channel: &'static str,
    /// yes or no
    pub(super) is_opt_in: bool,
    /// from when on
    pub(super) from: NaiveDateTime,
    /// how it was said
    pub(super) source: &'static str,
}

/// Writes what a person says.
pub(super) fn write(feeds: &mut Feeds, person: &str, declaration: &Declaration) {
    feeds.row(&tables::CONSENTS, declaration.from.date(), |row| {
        row.text(&format!("CN-{person}-{}", declaration.number))
            .text(person)
            .text(declaration.channel)
            .text(if declaration.is_opt_in { "opt_in" } else { "opt_out" })
            .time(declaration.from)
            .text(declaration.source);
    });
}

/// Writes that a person agrees to every channel.
pub(super) fn agree(feeds: &mut Feeds, person: &str, day: NaiveDate, source: &'static str) {
    for (number, channel) in (1..).zip(CHANNELS) {
        let declaration =
            Declaration { number, channel, is_opt_in: true, from: at(day, 8, 15), source };
        write(feeds, person, &declaration);
    }
}

/// Writes what people say in a month.
pub(super) fn month(run: &mut Run, month: Month) {
    let Run { world, feeds, .. } = run;
    for customer in world.customers.iter().filter(|customer| is_usual(customer)) {
        let asked = asked_on(world, customer);
        if asked > month.last() {
            continue;
        }
        let is_old = customer.since < world.start.first();
        let source = match customer.channel {
            _ if is_old => "address_list",
            "fair" => "fair",
            "web" => "web_form",
            _ => "contract",
        };
        for person in 0..customer.contact_count() {
            let id = customer.person_id(person);
            if Month::of(asked) == month {
                agree(feeds, &id, asked, source);
            }
            let Some(pause) = pause(world, customer, person) else { continue };
            let said = [
                (4, false, Some(pause.from), "unsubscribe_link"),
                (5, true, pause.until, "web_form"),
            ];
            for (number, is_opt_in, from, source) in said {
                let Some(from) = from.filter(|from| Month::of(from.date()) == month) else {
                    continue;
                };
                let channel = CHANNELS[0];
                write(feeds, &id, &Declaration { number, channel, is_opt_in, from, source });
            }
        }
    }
}
