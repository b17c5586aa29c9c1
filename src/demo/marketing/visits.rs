//! Who visits the web site, from where, and what do they look at?

use chrono::NaiveDate;

use super::super::clock::{Month, later};
use super::super::names;
use super::super::products::CATEGORIES;
use super::super::random::Stream;
use super::super::run::Run;
use super::super::tables;
use super::super::world::{Customer, World};
use super::campaigns::{self, Campaign, Kind};
use super::{Counts, at, is_abroad, is_usual};

/// Visits of a small, a medium and a large customer in a usual month, in thousandths.
const VISITS_MILLI: [u64; 3] = [300, 700, 1_700];
/// Visits of strangers for a thousand customers in a usual month.
const STRANGERS_PER_MILLE: u64 = 260;
/// Visits of a usual month in each month of the year, in percent: few in the holidays.
const SEASON: [u64; 12] = [92, 74, 112, 106, 104, 108, 90, 82, 116, 96, 114, 102];

/// The visits of one who is or is not known.
struct Visitor<'a> {
    customer: Option<&'a Customer>,
    unit: usize,
    country: &'static str,
}

/// What ran in a month, for the visits that came by it.
struct Running {
    mailing: [Option<Campaign>; 2],
    advertisement: [Option<Campaign>; 2],
}

fn running(world: &World, month: Month) -> Running {
    // A unit stands for all that are abroad or at home with it.
    let find =
        |kinds: &[Kind]| [0, 8].map(|unit| campaigns::running(world, kinds, unit, month.first()));
    Running { mailing: find(&[Kind::Mailing]), advertisement: find(&[Kind::Search]) }
}

/// Writes the visits of a month.
pub(super) fn month(run: &mut Run, month: Month, counts: &mut Counts) {
    let Run { world, feeds, .. } = run;
    let running = running(world, month);
    let until = feeds.window().until;
    let mut write = |visitor: &Visitor<'_>, stream: &mut Stream| {
        let visit = visit(visitor, &running, month, stream);
        if visit.delivered_on <= until {
            counts.sessions += 1;
            counts.known_sessions += u64::from(!visit.person.is_empty());
            let is_company = visit.person.is_empty() && !visit.domain.is_empty();
            counts.company_sessions += u64::from(is_company);
        }
        feeds.row(&tables::SITE_VISITS, visit.delivered_on, |row| {
            row.text(&visit.session)
                .time(at(visit.on, visit.minute / 60, visit.minute % 60))
                .text(&visit.visitor)
                .text(&visit.person)
                .text(visit.domain)
                .text(visitor.country)
                .text(visit.source)
                .text(visit.campaign)
                .text(&visit.landing)
                .text(visit.category)
                .int(visit.pages)
                .int(visit.seconds)
                .int(visit.downloads);
        });
    };
    for customer in world.customers.iter().filter(|customer| is_usual(customer)) {
        if customer.since > month.last() || !customer.is_active(month.first().max(customer.since)) {
            continue;
        }
        let mut stream = world.stream("site_visits", customer.index, month.key());
        let size = match customer.size {
            "large" => 2,
            "medium" => 1,
            _ => 0,
        };
        let visitor =
            Visitor { customer: Some(customer), unit: customer.unit, country: customer.country };
        for _ in 0..stream.count(VISITS_MILLI[size] * SEASON[month.place()] / 100) {
            write(&visitor, &mut stream);
        }
    }
    let mut stream = world.stream("strangers", 0, month.key());
    let mean = u64::from(world.scale.customers) * STRANGERS_PER_MILLE * SEASON[month.place()] / 100;
    for _ in 0..stream.count(mean) {
        let unit = stream.place(super::super::company::UNITS.len());
        let country = names::place(unit, &mut stream).country;
        write(&Visitor { customer: None, unit, country }, &mut stream);
    }
}

/// A visit to the site.
struct Visit<'a> {
    session: String,
    /// the day in Hamburg, where the statistics are kept
    on: NaiveDate,
    /// the minute of that day
    minute: u64,
    /// the day on which the export holds it
    delivered_on: NaiveDate,
    visitor: String,
    person: String,
    domain: &'a str,
    source: &'static str,
    campaign: &'a str,
    landing: String,
    category: &'static str,
    pages: i64,
    seconds: i64,
    downloads: i64,
}

/// The hour in Hamburg at which people of a unit are at work. None lies between two and three,
/// which does not exist, or exists twice, on the nights when the clocks change.
fn minute(unit: usize, stream: &mut Stream) -> u64 {
    let (first, hours) = match unit {
        8 => (8, 10),
        9 => (14, 9),
        _ => (3, 9),
    };
    first * 60 + stream.below(hours * 60)
}

/// The hour in Hamburg from which on it is the next day in Shanghai, where the exports are kept.
const SHANGHAI_MIDNIGHT_HOUR: u64 = 17;

fn visit<'a>(
    visitor: &Visitor<'a>,
    running: &'a Running,
    month: Month,
    stream: &mut Stream,
) -> Visit<'a> {
    let first_day = visitor
        .customer
        .map_or(0, |customer| (customer.since - month.first()).num_days().max(0).unsigned_abs());
    let on = later(month.first(), first_day + stream.below(month.days() - first_day));
    let minute = minute(visitor.unit, stream);
    let is_late = minute >= SHANGHAI_MIDNIGHT_HOUR * 60;
    let place = stream.place(CATEGORIES.len());
    let has_category = stream.chance(780);
    let (source, campaign) = source(visitor, running, stream);
    let pages = 1 + i64::try_from(stream.weighted(&[28, 22, 18, 12, 8, 5, 4, 3])).unwrap_or(0);
    let has_download = pages > 2 && stream.chance(280);
    let (visitor_id, person, domain) = identity(visitor, stream);
    Visit {
        session: format!("{:016x}", stream.next()),
        on,
        minute,
        delivered_on: if is_late { later(on, 1) } else { on },
        visitor: visitor_id,
        person,
        domain,
        source,
        campaign,
        landing: landing(has_category.then_some(place), source, stream),
        category: if has_category { CATEGORIES[place].0 } else { "" },
        pages,
        seconds: pages * stream.between(12, 95) + stream.between(3, 40),
        downloads: if has_download { stream.between(1, 3) } else { 0 },
    }
}

/// Where a visit came from, and by which campaign.
fn source<'a>(
    visitor: &Visitor<'_>,
    running: &'a Running,
    stream: &mut Stream,
) -> (&'static str, &'a str) {
    let region = usize::from(is_abroad(visitor.unit));
    let mailing = running.mailing[region].as_ref().filter(|_| visitor.customer.is_some());
    let advertisement = running.advertisement[region].as_ref();
    let weights = [
        38,
        26,
        9,
        6,
        mailing.map_or(0, |_| 12),
        advertisement.map_or(0, |_| if visitor.customer.is_some() { 5 } else { 22 }),
    ];
    match stream.weighted(&weights) {
        0 => ("search", ""),
        1 => ("direct", ""),
        2 => ("referral", ""),
        3 => ("social", ""),
        4 => ("newsletter", mailing.map_or("", |campaign| &campaign.id)),
        _ => ("advert", advertisement.map_or("", |campaign| &campaign.id)),
    }
}

/// The browser, the person where it has told, and the company where its network does.
fn identity<'a>(visitor: &Visitor<'a>, stream: &mut Stream) -> (String, String, &'a str) {
    let Some(customer) = visitor.customer else {
        return (format!("{:012x}", stream.next() >> 16), String::new(), "");
    };
    // Five of nine visits of customers are by somebody who has told.
    let is_known = stream.chance(560);
    let person = stream.place(customer.contact_count());
    let browser = if is_known { person } else { 10 + stream.place(4) };
    let mut browsers = Stream::of(0, "browsers", customer.index as u64, browser as u64);
    let id = format!("{:012x}", browsers.next() >> 16);
    let person = if is_known { customer.person_id(person) } else { String::new() };
    let shows_domain = stream.chance(if is_known { 850 } else { 700 });
    (id, person, if shows_domain { &customer.domain } else { "" })
}

fn landing(category: Option<usize>, source: &str, stream: &mut Stream) -> String {
    match category {
        Some(place) => {
            let name = CATEGORIES[place].0.replace('_', "-");
            match stream.weighted(&[60, 18, 12, 10]) {
                0 => format!("/products/{name}"),
                1 => format!("/downloads/{name}"),
                2 => format!("/applications/{name}"),
                _ => format!("/service/{name}"),
            }
        }
        None if source == "newsletter" => "/news".to_owned(),
        None => (*stream.pick(&["/", "/contact", "/seminars", "/company", "/service"])).to_owned(),
    }
}
