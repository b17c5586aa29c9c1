//! Which campaigns does marketing plan, for whom and when?

use chrono::NaiveDate;

use super::super::clock::{Month, earlier, later};
use super::super::company::UNITS;
use super::super::products::CATEGORIES;
use super::super::random::Stream;
use super::super::run::Run;
use super::super::tables;
use super::super::world::World;
use super::materials::{
    brochure_on, has_mailing_abroad, is_catalogue, mailing_id, month_name, month_name_zh,
};
use super::{currency, is_abroad, marketer, short, working_day_of};

/// What kind of campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Kind {
    /// letters to all customers of a region
    Mailing,
    /// a stand at a fair
    Fair,
    /// a seminar in a room or on the web
    Seminar,
    /// advertisements beside the results of search engines
    Search,
    /// advertisements in journals
    TradePress,
    /// instruments lent for a trial
    Trial,
}

impl Kind {
    /// As the campaign sheet writes it.
    pub(in super::super) fn name(self) -> &'static str {
        match self {
            Self::Mailing => "mailing",
            Self::Fair => "fair",
            Self::Seminar => "seminar",
            Self::Search => "search",
            Self::TradePress => "trade_press",
            Self::Trial => "trial",
        }
    }
}

/// A campaign.
pub(in super::super) struct Campaign {
    /// its number: `CP2603-1`
    pub(in super::super) id: String,
    /// what kind
    pub(in super::super) kind: Kind,
    /// the unit that leads it, a place in [`UNITS`]
    pub(in super::super) unit: usize,
    /// whether it addresses the customers outside the mainland, else those within
    pub(in super::super) is_abroad: bool,
    /// its first day
    pub(in super::super) starts_on: NaiveDate,
    /// its last day
    pub(in super::super) ends_on: NaiveDate,
    /// the month in which it starts
    pub(super) month: Month,
    /// its number within the month
    pub(super) number: u64,
    name: String,
    name_zh: String,
    channel: &'static str,
    /// the day on which it was entered in the sheet
    pub(super) planned_on: NaiveDate,
    /// the category it speaks of, a place in [`CATEGORIES`]
    pub(super) category: usize,
    /// what it sends, where it sends something to read
    pub(super) material: Option<String>,
    /// whether what it sends goes by post
    pub(super) is_by_post: bool,
}

impl Campaign {
    /// The key of the streams that are drawn for it.
    pub(super) fn key(&self) -> u64 {
        self.month.key() * 10 + self.number
    }

    /// Whether a customer of a unit is among those it addresses.
    pub(in super::super) fn addresses(&self, unit: usize) -> bool {
        is_abroad(unit) == self.is_abroad
    }
}

/// The numbers of campaigns within a month, by what they are for.
const HOME_MAILING: u64 = 1;
const ABROAD_MAILING: u64 = 2;
const EVENT: u64 = 3;
const OTHER: u64 = 4;

/// The campaigns that start in a month.
pub(in super::super) fn of(world: &World, month: Month) -> Vec<Campaign> {
    let mut campaigns = vec![mailing(world, month, false)];
    if has_mailing_abroad(month) {
        campaigns.push(mailing(world, month, true));
    }
    campaigns.push(event(world, month));
    let mut stream = world.stream("campaigns", usize::try_from(OTHER).unwrap_or(4), month.key());
    if stream.chance(650) {
        campaigns.push(other(world, month, &mut stream));
    }
    campaigns
}

/// A unit within or outside the mainland, by its share of the customers.
fn unit(is_wanted_abroad: bool, stream: &mut Stream) -> usize {
    let share = |(place, unit): (usize, &super::super::company::Unit)| {
        if is_abroad(place) == is_wanted_abroad { unit.share } else { 0 }
    };
    stream.weighted(&UNITS.iter().enumerate().map(share).collect::<Vec<_>>())
}

fn planned(world: &World, starts_on: NaiveDate, stream: &mut Stream) -> NaiveDate {
    earlier(starts_on, 22 + stream.below(18)).max(world.start.first())
}

fn campaign(world: &World, month: Month, number: u64, kind: Kind, is_abroad: bool) -> Campaign {
    let mut stream = Stream::of(world.scale.seed, "campaign", number, month.key());
    let starts_on = match kind {
        // An event is announced early in a month, so that two months are left to register.
        Kind::Fair | Kind::Seminar => working_day_of(month, 3 + stream.below(7)),
        _ => working_day_of(month, 8 + stream.below(14)),
    };
    Campaign {
        id: format!("CP{}-{number}", short(month)),
        kind,
        unit: unit(is_abroad, &mut stream),
        is_abroad,
        starts_on,
        ends_on: later(starts_on, 20),
        month,
        number,
        name: String::new(),
        name_zh: String::new(),
        channel: "email",
        planned_on: planned(world, starts_on, &mut stream),
        category: stream.place(CATEGORIES.len()),
        material: None,
        is_by_post: false,
    }
}

fn mailing(world: &World, month: Month, is_abroad: bool) -> Campaign {
    let number = if is_abroad { ABROAD_MAILING } else { HOME_MAILING };
    let mut campaign = campaign(world, month, number, Kind::Mailing, is_abroad);
    let (what, what_zh) = match (is_catalogue(month), is_abroad) {
        (true, false) => ("Catalogue to customers in China", "国内产品目录寄送"),
        (true, true) => ("Catalogue to customers abroad", "海外产品目录寄送"),
        (false, false) => ("Measuring news, China", "测量通讯（国内）"),
        (false, true) => ("Measuring news, international", "测量通讯（海外）"),
    };
    campaign.name = format!("{what}, {}", month_name(month));
    campaign.name_zh = format!("{}{what_zh}", month_name_zh(month));
    campaign.material = Some(mailing_id(month, !is_abroad));
    campaign.is_by_post = is_catalogue(month);
    campaign.channel = if campaign.is_by_post { "post" } else { "email" };
    campaign
}

/// The kind of event announced in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gathering {
    /// a fair with a stand of the company
    Fair,
    /// a seminar in a room
    Seminar,
    /// a seminar on the web
    Webinar,
}

/// Fairs are held in March, June and September, which is two months after they are announced.
pub(super) fn gathering(month: Month) -> Gathering {
    match month.place() {
        0 | 3 | 6 => Gathering::Fair,
        place if place.is_multiple_of(2) => Gathering::Webinar,
        _ => Gathering::Seminar,
    }
}

fn event(world: &World, month: Month) -> Campaign {
    let gathering = gathering(month);
    let is_abroad = month.0.rem_euclid(7) < 2;
    let kind = if gathering == Gathering::Fair { Kind::Fair } else { Kind::Seminar };
    let mut campaign = campaign(world, month, EVENT, kind, is_abroad);
    let (_, category, category_zh) = CATEGORIES[campaign.category];
    let (name, name_zh) = match gathering {
        Gathering::Fair => ("Fair stand", "展会"),
        Gathering::Seminar => ("Seminar", "研讨会"),
        Gathering::Webinar => ("Webinar", "网络研讨会"),
    };
    campaign.name = format!("{name}: {}, {}", category.to_lowercase(), month_name(month));
    campaign.name_zh = format!("{}{category_zh}{name_zh}", month_name_zh(month));
    campaign.channel = if gathering == Gathering::Webinar { "web" } else { "event" };
    campaign.ends_on = held_on(world, month);
    campaign
}

/// The day on which the event announced in a month is held.
pub(super) fn held_on(world: &World, month: Month) -> NaiveDate {
    let mut stream = world.stream("events", 0, month.key());
    working_day_of(month.next().next(), 12 + stream.below(12))
}

fn other(world: &World, month: Month, stream: &mut Stream) -> Campaign {
    let kind = [Kind::Search, Kind::TradePress, Kind::Trial][stream.weighted(&[35, 25, 40])];
    let is_abroad = stream.chance(300);
    let mut campaign = campaign(world, month, OTHER, kind, is_abroad);
    // One category after the other, so that nobody gets a brochure twice in half a year.
    campaign.category = usize::try_from(month.0).unwrap_or_default() % CATEGORIES.len();
    let (_, category, category_zh) = CATEGORIES[campaign.category];
    let category = category.to_lowercase();
    match kind {
        Kind::Search => {
            campaign.name = format!("Search advertisements: {category}, {}", month_name(month));
            campaign.name_zh = format!("{}{category_zh}搜索推广", month_name_zh(month));
            campaign.channel = "web";
            campaign.ends_on = later(campaign.starts_on, 85);
        }
        Kind::TradePress => {
            campaign.name = format!("Journals: {category}, {}", month_name(month));
            campaign.name_zh = format!("{}{category_zh}行业期刊广告", month_name_zh(month));
            campaign.channel = "print";
            campaign.ends_on = later(campaign.starts_on, 55);
        }
        _ => {
            campaign.name = format!("Four weeks' trial: {category}, {}", month_name(month));
            campaign.name_zh = format!("{}{category_zh}免费试用", month_name_zh(month));
            campaign.material =
                Some(brochure_on(campaign.category, !is_abroad, campaign.starts_on));
            campaign.ends_on = later(campaign.starts_on, 40);
        }
    }
    campaign
}

/// The mailing that was the latest on a day, for customers abroad or at home.
pub(super) fn latest_mailing(world: &World, is_abroad: bool, day: NaiveDate) -> Option<Campaign> {
    let newest = Month::of(day).0;
    (0..3).flat_map(|back| of(world, Month(newest - back))).find(|campaign| {
        campaign.kind == Kind::Mailing
            && campaign.is_abroad == is_abroad
            && campaign.starts_on <= day
    })
}

/// The campaign of a kind that ran on a day for customers of a unit, the latest.
pub(in super::super) fn running(
    world: &World,
    kinds: &[Kind],
    unit: usize,
    day: NaiveDate,
) -> Option<Campaign> {
    let newest = Month::of(day);
    (0..4).map(|back| Month(newest.0 - back)).filter(|month| *month >= world.start).find_map(
        |month| {
            of(world, month).into_iter().find(|campaign| {
                kinds.contains(&campaign.kind)
                    && campaign.addresses(unit)
                    && campaign.starts_on <= day
                    && day <= campaign.ends_on
            })
        },
    )
}

/// Writes the campaigns that are entered in a month.
pub(super) fn month(run: &mut Run, month: Month) {
    let Run { world, feeds, .. } = run;
    for start in [month, month.next(), month.next().next()] {
        for campaign in of(world, start) {
            if Month::of(campaign.planned_on) != month {
                continue;
            }
            feeds.row(&tables::CAMPAIGNS, campaign.planned_on, |row| {
                row.text(&campaign.id)
                    .text(&campaign.name)
                    .text(&campaign.name_zh)
                    .text(campaign.kind.name())
                    .text(campaign.channel)
                    .text(UNITS[campaign.unit].id)
                    .date(campaign.starts_on)
                    .date(campaign.ends_on)
                    .money(super::costs::budget(world, &campaign))
                    .text(currency(campaign.unit).code())
                    .text(marketer(world, campaign.unit, campaign.number));
            });
            super::events::announce(feeds, world, &campaign);
        }
    }
}
