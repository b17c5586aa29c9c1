//! Which companies may become customers, where were they met, and what became of them?

use chrono::NaiveDate;

use super::super::clock::{Month, earlier, later, working_day};
use super::super::company::UNITS;
use super::super::employees::{self, Employee};
use super::super::names;
use super::super::random::Stream;
use super::super::roles::Role;
use super::super::run::Run;
use super::super::tables;
use super::super::world::{Customer, World};
use super::campaigns::{self, Gathering, Kind};
use super::events::{self, Event};
use super::{Counts, at, is_abroad, short};

/// The states that a lead passes until it is won or lost.
const STAGES: [&str; 4] = ["new", "contacted", "qualified", "proposal"];

/// A state of a lead.
pub(in super::super) struct State {
    /// one of [`STAGES`], or won or lost
    pub(in super::super) stage: &'static str,
    /// the day on which it came to it
    pub(in super::super) on: NaiveDate,
    /// the hours spent on it by then, in hundredths
    pub(in super::super) hours: i64,
    /// how promising it looked
    score: i64,
}

/// A company that may become a customer.
pub(in super::super) struct Lead {
    /// its number: `LD2603-0042`
    pub(in super::super) id: String,
    /// who works on it, a place in the world's employees
    pub(in super::super) owner: usize,
    /// its states, by day, one a day at most
    pub(in super::super) states: Vec<State>,
    company: String,
    city: &'static str,
    contact: String,
    email: String,
    phone: String,
    industry: &'static str,
    size: &'static str,
    source: &'static str,
    campaign: String,
    event: String,
    /// the number in sales of the customer that it becomes
    customer: Option<String>,
}

/// A lead before it has a number: the day on which it was met, and what makes it.
struct Met<'a> {
    on: NaiveDate,
    source: &'static str,
    event: Option<&'a Event>,
    becomes: Option<&'a Customer>,
    is_abroad: Option<bool>,
    stream: Stream,
}

/// Where leads come from that were not met at an event, and how many of a hundred.
const SOURCES: [(&str, u64); 5] =
    [("web", 38), ("referral", 6), ("advert", 17), ("cold_call", 21), ("purchased_list", 18)];

/// Leads of a usual month that come to nothing, for a thousand customers, in thousandths.
const LOST_MILLI: u64 = 21;

/// Of a thousand leads of a source that come to nothing, those that nevertheless get as far as
/// being contacted, qualified, offered something.
fn reach(source: &str) -> [u64; 3] {
    match source {
        "referral" => [960, 720, 640],
        "fair" => [860, 480, 420],
        "seminar" => [900, 560, 460],
        "web" => [820, 400, 380],
        "advert" => [780, 330, 340],
        "cold_call" => [880, 240, 330],
        _ => [640, 140, 260],
    }
}

/// How a customer that came by a channel was met; nothing where no lead goes before it.
fn source_of(channel: &str, stream: &mut Stream) -> Option<&'static str> {
    match channel {
        "referral" => Some("referral"),
        "fair" => Some(["fair", "seminar"][stream.weighted(&[70, 30])]),
        "web" => Some(["web", "advert"][stream.weighted(&[75, 25])]),
        "cold_call" => Some(["cold_call", "purchased_list"][stream.weighted(&[75, 25])]),
        _ => None,
    }
}

/// The most days before a company becomes a customer on which it can be met.
const AHEAD_DAYS: u64 = 80;

/// The leads met in a month.
pub(in super::super) fn of(world: &World, month: Month) -> Vec<Lead> {
    let events: Vec<Event> = (1..=4)
        .map(|back| Month(month.0 - back))
        .filter(|start| *start >= world.start)
        .filter_map(|start| events::announced_in(world, start))
        .collect();
    // Those that come after the last month lived through are met before it ends.
    let newcomers: Vec<Customer> = (month.0..=month.0 + 3)
        .map(Month)
        .filter(|joining| *joining > world.end)
        .flat_map(|joining| world.joining_in(joining))
        .collect();
    let mut met: Vec<Met<'_>> = world
        .customers
        .iter()
        .chain(&newcomers)
        .filter_map(|customer| before_customer(world, customer, month, &events))
        .collect();
    for event in &events {
        met_at(world, event, month, &mut met);
    }
    met_otherwise(world, month, &mut met);
    met.sort_by_key(|lead| lead.on);
    (1..).zip(met).map(|(number, met)| lead(world, month, number, met)).collect()
}

/// How a company was met that became a customer, if it was met in this month.
fn before_customer<'a>(
    world: &World,
    customer: &'a Customer,
    month: Month,
    events: &'a [Event],
) -> Option<Met<'a>> {
    let is_near =
        month.first() < customer.since && customer.since <= later(month.last(), AHEAD_DAYS);
    if customer.role != Role::Ordinary || !is_near {
        return None;
    }
    let mut stream = world.stream("customer_leads", customer.index, 0);
    let on = earlier(customer.since, 10 + stream.below(AHEAD_DAYS - 9));
    if Month::of(on) != month {
        return None;
    }
    let source = source_of(customer.channel, &mut stream)?;
    let is_abroad = is_abroad(customer.unit);
    let event = events.iter().find(|event| {
        let is_right = match event.gathering {
            Gathering::Fair => source == "fair",
            Gathering::Seminar | Gathering::Webinar => source == "seminar",
        };
        let is_recent = event.held_on <= on && on <= later(event.held_on, 45);
        is_right && is_recent && event.is_abroad == is_abroad
    });
    Some(Met { on, source, event, becomes: Some(customer), is_abroad: None, stream })
}

/// Those met at an event, and written down within the week.
fn met_at<'a>(world: &World, event: &'a Event, month: Month, met: &mut Vec<Met<'a>>) {
    let (source, per_mille) = match event.gathering {
        Gathering::Fair => ("fair", 22),
        Gathering::Seminar => ("seminar", 7),
        Gathering::Webinar => ("seminar", 9),
    };
    let key = Month::of(event.announced_on).key();
    let mut counts = world.stream("event_leads", 0, key);
    for number in 0..counts.count(u64::from(world.scale.customers) * per_mille) {
        let mut stream = Stream::of(world.scale.seed, "event_leads", number + 1, key);
        let on = later(event.held_on, stream.below(6));
        if Month::of(on) == month {
            let is_abroad = Some(event.is_abroad);
            met.push(Met { on, source, event: Some(event), becomes: None, is_abroad, stream });
        }
    }
}

fn met_otherwise(world: &World, month: Month, met: &mut Vec<Met<'_>>) {
    let mut counts = world.stream("leads", 0, month.key());
    let weights = SOURCES.map(|(_, weight)| weight);
    for number in 0..counts.count(u64::from(world.scale.customers) * LOST_MILLI) {
        let mut stream = Stream::of(world.scale.seed, "leads", number + 1, month.key());
        let on = later(month.first(), stream.below(month.days()));
        let source = SOURCES[stream.weighted(&weights)].0;
        met.push(Met { on, source, event: None, becomes: None, is_abroad: None, stream });
    }
}

/// What is known of the company itself.
struct About {
    company: String,
    city: &'static str,
    industry: &'static str,
    size: &'static str,
    domain: String,
    country: &'static str,
    unit: usize,
    owner: usize,
    is_chinese: bool,
}

fn about_customer(customer: &Customer) -> About {
    About {
        company: customer.name.clone(),
        city: customer.city,
        industry: customer.industry,
        size: customer.size,
        domain: customer.domain.clone(),
        country: customer.country,
        unit: customer.unit,
        owner: customer.owner,
        is_chinese: customer.is_chinese,
    }
}

/// A company that never becomes a customer; `number` counts the leads of the month.
fn stranger(world: &World, month: Month, number: usize, met: &mut Met<'_>) -> About {
    let stream = &mut met.stream;
    let shares = (0..UNITS.len()).map(|unit| {
        let is_wanted = met.is_abroad.is_none_or(|wanted| wanted == is_abroad(unit));
        if is_wanted { UNITS[unit].share } else { 0 }
    });
    let unit = stream.weighted(&shares.collect::<Vec<_>>());
    let place = names::place(unit, stream);
    let industry = *stream.pick(&names::INDUSTRIES);
    // Customers, also those to come, have the low numbers; far higher ones would sound made up.
    let in_month = world.scale.customers as usize / 8 + 50;
    let months = usize::try_from(month.0 - world.start.0).unwrap_or_default();
    let index = 2 * world.scale.customers as usize + 1_000 + months * in_month + number % in_month;
    let name = names::company(world.scale.seed, index, place, industry);
    About {
        company: name.name,
        city: place.city,
        industry,
        size: ["small", "medium", "large"][stream.weighted(&[66, 26, 8])],
        domain: name.domain,
        country: place.country,
        unit,
        owner: employees::salesperson(&world.employees, unit, stream),
        is_chinese: name.is_chinese,
    }
}

fn lead(world: &World, month: Month, number: usize, mut met: Met<'_>) -> Lead {
    let about = match met.becomes {
        Some(customer) => about_customer(customer),
        None => stranger(world, month, number, &mut met),
    };
    let campaign = match (met.event, met.source) {
        (Some(event), _) => event.campaign.clone(),
        (None, "advert") => {
            let kinds = [Kind::Search, Kind::TradePress];
            let running = campaigns::running(world, &kinds, about.unit, met.on);
            running.map_or_else(String::new, |campaign| campaign.id)
        }
        _ => String::new(),
    };
    let states = states(world, &about, &mut met);
    let stream = &mut met.stream;
    let person = names::person(stream, about.is_chinese);
    let mailbox = person.english.to_lowercase().replace(' ', ".");
    Lead {
        id: format!("LD{}-{number:04}", short(month)),
        owner: about.owner,
        states,
        contact: if person.chinese.is_empty() { person.english } else { person.chinese },
        email: format!("{mailbox}@{}", about.domain),
        phone: phone(about.country, stream),
        company: about.company,
        city: about.city,
        industry: about.industry,
        size: about.size,
        source: met.source,
        campaign,
        event: met.event.map_or_else(String::new, |event| event.id.clone()),
        customer: met.becomes.map(Customer::sales_id),
    }
}

fn phone(country: &str, stream: &mut Stream) -> String {
    let tail = stream.below(10_000_000);
    match country {
        "CN" => {
            let (first, second) = (tail / 1_000, tail % 1_000);
            format!("+86 1{} {first:04} {second:03}{}", 30 + stream.below(60), stream.below(10))
        }
        "DE" => format!("+49 {} {tail:07}", 30 + stream.below(60)),
        "US" | "CA" => format!("+1 {} {tail:07}", 201 + stream.below(700)),
        _ => format!("+{} {tail:07}", 31 + stream.below(30)),
    }
}

/// The states of a lead: those that are won pass them all, the others stop somewhere.
fn states(world: &World, about: &About, met: &mut Met<'_>) -> Vec<State> {
    let stream = &mut met.stream;
    let skill = world.employees.get(about.owner).map_or(50, |owner: &Employee| owner.skill);
    let promise = i64::try_from(skill / 10).unwrap_or_default();
    let (low, high) = if met.becomes.is_some() { (34, 72) } else { (14, 58) };
    let mut score = stream.between(low, high) + promise;
    let mut hours = 0;
    let mut states = Vec::new();
    for (place, (stage, on)) in days(met).into_iter().enumerate() {
        if place > 0 {
            // Hours are noted in quarters.
            hours += 25 * met.stream.between(1, 4 + 6 * i64::try_from(place).unwrap_or_default());
            let step = met.stream.between(2, 9);
            score = if stage == "lost" { score - 2 * step } else { score + step };
        }
        states.push(State { stage, on, hours, score: score.clamp(2, 99) });
    }
    states
}

/// The states of a lead and the day of each; no two have the same.
fn days(met: &mut Met<'_>) -> Vec<(&'static str, NaiveDate)> {
    let mut days = vec![(STAGES[0], met.on)];
    if let Some(customer) = met.becomes {
        let all = (customer.since - met.on).num_days().unsigned_abs();
        // With ten days at least, three lie between each two, and a weekend takes two of them.
        let between = STAGES.iter().zip([0, 15, 45, 72]).skip(1);
        days.extend(between.map(|(stage, percent)| {
            let wanted = working_day(later(met.on, all * percent / 100));
            (*stage, wanted.min(earlier(customer.since, 1)))
        }));
        days.push(("won", customer.since));
        return days;
    }
    let stream = &mut met.stream;
    let mut day = met.on;
    for (stage, (chance, longest)) in
        STAGES.into_iter().skip(1).zip(reach(met.source).into_iter().zip([9, 22, 30]))
    {
        if !stream.chance(chance) {
            break;
        }
        day = working_day(later(day, 3 + stream.below(longest)));
        days.push((stage, day));
    }
    // A few are forgotten.
    if stream.chance(930) {
        days.push(("lost", working_day(later(day, 5 + stream.below(45)))));
    }
    days
}

/// Writes the leads met in a month and all that becomes of them.
pub(super) fn month(run: &mut Run, month: Month, counts: &mut Counts) {
    let Run { world, feeds, .. } = run;
    let until = feeds.window().until;
    for lead in of(world, month) {
        let created_on = lead.states[0].on;
        for (place, state) in lead.states.iter().enumerate() {
            let hour = 9 + (place as u64 * 3 + lead.owner as u64) % 8;
            let minute = (lead.company.len() as u64 * 7 + state.hours.unsigned_abs()) % 60;
            feeds.row(&tables::LEADS, state.on, |row| {
                row.text(&lead.id)
                    .text(&lead.company)
                    .text(lead.city)
                    .text(&lead.contact)
                    .text(&lead.email)
                    .text(&lead.phone)
                    .text(lead.industry)
                    .text(lead.size)
                    .text(lead.source)
                    .text(&lead.campaign)
                    .text(&lead.event)
                    .text(state.stage)
                    .text(&world.employees[lead.owner].id)
                    .decimal(state.hours, 2)
                    .int(state.score);
                match &lead.customer {
                    Some(customer) if state.stage == "won" => row.text(customer),
                    _ => row.none(),
                };
                row.date(created_on).time(at(state.on, hour, minute));
            });
        }
        counts.add_lead(&lead, until);
    }
}

impl Counts {
    /// Counts a lead in the state that it has on a day.
    fn add_lead(&mut self, lead: &Lead, until: NaiveDate) {
        let Some(newest) = lead.states.iter().rev().find(|state| state.on <= until) else {
            return;
        };
        *self.funnel.entry((lead.source, newest.stage)).or_default() += 1;
        if lead.event.is_empty() {
            return;
        }
        // Lost without a word is not worked on.
        let is_worked = lead
            .states
            .iter()
            .any(|state| state.on <= until && state.stage != STAGES[0] && state.stage != "lost");
        let of_event = self.event_leads.entry(lead.event.clone()).or_default();
        of_event[0] += 1;
        of_event[1] += u64::from(is_worked);
        of_event[2] += u64::from(newest.stage == "won");
    }
}
