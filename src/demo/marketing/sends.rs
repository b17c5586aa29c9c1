//! To whom does a campaign write, and what becomes of the letter?

use chrono::{NaiveDate, NaiveDateTime};

use super::super::clock::{later, working_day, working_days_later};
use super::super::feeds::Feeds;
use super::super::random::Stream;
use super::super::run::Run;
use super::super::tables;
use super::super::world::Customer;
use super::campaigns::{Campaign, Kind};
use super::{at, consents, is_usual, marketer};

/// A letter or message to a person.
pub(super) struct Send<'a> {
    /// its number
    pub(super) id: String,
    /// the campaign; empty for what belongs to none
    pub(super) campaign: &'a str,
    /// what is sent to read; empty for a plain letter
    pub(super) material: &'a str,
    /// to whom
    pub(super) person: &'a str,
    /// email or post
    pub(super) channel: &'static str,
    /// by whom
    pub(super) sender: &'a str,
    /// when
    pub(super) sent_at: NaiveDateTime,
    /// what became of it
    pub(super) outcome: &'static str,
}

/// Writes a letter.
pub(super) fn write(feeds: &mut Feeds, send: &Send<'_>) {
    feeds.row(&tables::SENDS, send.sent_at.date(), |row| {
        row.text(&send.id)
            .text(send.campaign)
            .text(send.material)
            .text(send.person)
            .text(send.channel)
            .text(send.sender)
            .time(send.sent_at)
            .text(send.outcome);
    });
}

/// Days for which marketing goes on writing to a customer that left.
const FAREWELL_DAYS: u64 = 180;

fn is_written_to(customer: &Customer, day: NaiveDate) -> bool {
    is_usual(customer)
        && customer.since < day
        && customer.left.is_none_or(|left| day < later(left, FAREWELL_DAYS))
}

/// Of a thousand customers addressed by a campaign, those that get a letter.
fn reach_per_mille(kind: Kind) -> u64 {
    match kind {
        Kind::Mailing => 960,
        Kind::Fair | Kind::Seminar => 260,
        Kind::Trial => 150,
        Kind::Search | Kind::TradePress => 0,
    }
}

fn outcome(is_by_post: bool, stream: &mut Stream) -> &'static str {
    if is_by_post {
        return ["delivered", "bounced"][stream.weighted(&[98, 2])];
    }
    ["delivered", "opened", "clicked", "bounced"][stream.weighted(&[56, 29, 12, 3])]
}

/// Writes the letters of a campaign: one to one person of each customer.
pub(super) fn of_campaign(run: &mut Run, campaign: &Campaign) {
    let Run { world, feeds, .. } = run;
    let reach = reach_per_mille(campaign.kind);
    if reach == 0 {
        return;
    }
    // Invitations follow the announcement; a mailing to all takes two days.
    let first = match campaign.kind {
        Kind::Fair | Kind::Seminar => working_days_later(campaign.starts_on, 2),
        _ => working_day(campaign.starts_on),
    };
    let second = working_days_later(first, 1);
    let sender = marketer(world, campaign.unit, campaign.number);
    let mut count = 0;
    for customer in world.customers.iter().filter(|customer| campaign.addresses(customer.unit)) {
        if !is_written_to(customer, first) {
            continue;
        }
        let mut stream = world.stream("sends", customer.index, campaign.key());
        let person = stream.place(customer.contact_count());
        let day = if stream.chance(500) { first } else { second };
        let is_reached = stream.chance(reach);
        let is_allowed =
            campaign.is_by_post || consents::allows_email(world, customer, person, day);
        if !is_reached || !is_allowed {
            continue;
        }
        count += 1;
        let minute = stream.below(150);
        let send = Send {
            id: format!("SN{}-{:05}", &campaign.id[2..], count),
            campaign: &campaign.id,
            material: campaign.material.as_deref().unwrap_or_default(),
            person: &customer.person_id(person),
            channel: if campaign.is_by_post { "post" } else { "email" },
            sender,
            sent_at: at(day, 9 + minute / 60, minute % 60),
            outcome: outcome(campaign.is_by_post, &mut stream),
        };
        write(feeds, &send);
    }
}
