//! What does a campaign cost, and under which documents is it billed?

use chrono::NaiveDate;

use super::super::clock::{Month, later, working_day};
use super::super::company::{Currency, ENTITIES, UNITS};
use super::super::random::Stream;
use super::super::run::Run;
use super::super::tables;
use super::super::world::World;
use super::campaigns::{self, Campaign, Gathering, Kind, gathering};
use super::{Counts, Spent, is_abroad, working_day_of};

/// A supplier's bill.
struct Bill {
    /// the campaign; empty where it serves none alone
    campaign: String,
    unit: usize,
    on: NaiveDate,
    supplier: &'static str,
    /// what for, and how much in cents of the currency of the unit's books
    lines: Vec<(&'static str, i64)>,
}

/// What a bill is for: its lines, each with its usual amount in whole yuan for 500 customers, and
/// the day on which it comes, in hundredths of the time from planning to the end.
type Template = (&'static [(&'static str, i64)], u64);

const MAILING: &[Template] =
    &[(&[("text", 6_500), ("layout", 4_800)], 20), (&[("mail_service", 3_900)], 80)];
const CATALOGUE: &[Template] = &[
    (&[("text", 9_000), ("layout", 16_000)], 20),
    (&[("printing", 48_000), ("postage", 21_000)], 60),
];
const FAIR: &[Template] = &[
    (&[("stand_rent", 92_000)], 25),
    (&[("stand_building", 64_000), ("transport", 11_000)], 85),
    (&[("travel", 26_000), ("catering", 9_500)], 100),
];
const SEMINAR: &[Template] =
    &[(&[("speaker", 12_000)], 60), (&[("room", 14_500), ("catering", 11_000)], 100)];
const WEBINAR: &[Template] =
    &[(&[("speaker", 7_500)], 60), (&[("web_service", 3_200), ("recording", 2_800)], 100)];
const SEARCH: &[Template] = &[
    (&[("clicks", 17_000)], 40),
    (&[("clicks", 18_500)], 70),
    (&[("clicks", 16_000), ("agency", 6_000)], 100),
];
const TRADE_PRESS: &[Template] =
    &[(&[("layout", 5_500)], 30), (&[("advertisement", 38_000), ("agency", 4_500)], 75)];
const TRIAL: &[Template] =
    &[(&[("text", 3_000)], 20), (&[("transport", 7_500), ("calibration", 9_000)], 90)];

/// Who bills: at fairs, and otherwise; at home, and abroad.
const FAIR_SUPPLIERS: [&[&str]; 2] = [
    &[
        "上海申展展览服务",
        "Shanghai Bridge Exhibition Services",
        "成都蓉展展览",
        "Hongqiao Freight",
    ],
    &["Elbe Messebau", "Lakeside Exhibits", "Victoria Harbour Events"],
];
const SUPPLIERS: [&[&str]; 2] = [
    &[
        "上海墨白传媒",
        "北京方程文化传播",
        "锦江商务服务",
        "Pudong Media House",
        "广州数联网络科技",
        "苏州启明商务",
        "华测媒体",
    ],
    &[
        "Alster Medien",
        "Prairie Media Services",
        "Kowloon Media Works",
        "Clickmeadow Digital",
        "Northfield Communications",
    ],
];

fn templates(campaign: &Campaign) -> &'static [Template] {
    match campaign.kind {
        Kind::Mailing if campaign.is_by_post => CATALOGUE,
        Kind::Mailing => MAILING,
        Kind::Fair => FAIR,
        Kind::Seminar if gathering(campaign.month) == Gathering::Webinar => WEBINAR,
        Kind::Seminar => SEMINAR,
        Kind::Search => SEARCH,
        Kind::TradePress => TRADE_PRESS,
        Kind::Trial => TRIAL,
    }
}

/// Whole yuan for 500 customers as cents of a unit's books in a company of this size.
fn in_books(world: &World, unit: usize, yuan: i64) -> i64 {
    let cents = yuan * (i64::from(world.scale.customers) + 500) / 10;
    match ENTITIES[UNITS[unit].entity].currency {
        Currency::Cny => cents,
        Currency::Eur => cents * 10 / 78,
        Currency::Usd => cents * 10 / 71,
    }
}

/// What may be spent on a campaign, in cents of the books of the unit that leads it.
pub(super) fn budget(world: &World, campaign: &Campaign) -> i64 {
    let lines = templates(campaign).iter().flat_map(|(lines, _)| lines.iter());
    let yuan = lines.map(|(_, yuan)| yuan).sum();
    // A round sum, a little above what it usually costs.
    (in_books(world, campaign.unit, yuan) * 11 / 10 / 100_000 + 1) * 100_000
}

/// The units that pay for a campaign, each with its share in percent: a mailing goes to customers
/// of many entities, and each of them pays for its own.
fn payers(campaign: &Campaign) -> Vec<(usize, i64)> {
    if campaign.kind != Kind::Mailing {
        return vec![(campaign.unit, 100)];
    }
    let mut payers: Vec<(usize, i64)> = Vec::new();
    for (place, unit) in UNITS.iter().enumerate() {
        if is_abroad(place) != campaign.is_abroad {
            continue;
        }
        let share = i64::try_from(unit.share).unwrap_or_default();
        match payers.iter_mut().find(|(payer, _)| UNITS[*payer].entity == unit.entity) {
            Some((payer, of_entity)) => {
                *of_entity += share;
                if place == campaign.unit {
                    *payer = place;
                }
            }
            None => payers.push((place, share)),
        }
    }
    let sum: i64 = payers.iter().map(|(_, share)| share).sum();
    payers.into_iter().map(|(payer, share)| (payer, share * 100 / sum.max(1))).collect()
}

/// The bills of a campaign, by day.
fn bills(world: &World, campaign: &Campaign) -> Vec<Bill> {
    let days = (campaign.ends_on - campaign.planned_on).num_days().unsigned_abs();
    let mut bills = Vec::new();
    for (place, (lines, hundredths)) in templates(campaign).iter().enumerate() {
        let on = working_day(later(campaign.planned_on, days * hundredths / 100));
        for (unit, share) in payers(campaign) {
            let part = campaign.key() * 10 + place as u64;
            let mut stream = Stream::of(world.scale.seed, "campaign_costs", unit as u64, part);
            let lines = lines.iter().map(|(kind, yuan)| {
                let usual = in_books(world, unit, *yuan) * share / 100;
                (*kind, (usual * stream.between(820, 1_130) / 1000 + stream.between(0, 99)).max(1))
            });
            let lines = lines.collect();
            let supplier = supplier(campaign.kind, unit, &mut stream);
            bills.push(Bill { campaign: campaign.id.clone(), unit, on, supplier, lines });
        }
    }
    bills
}

fn supplier(kind: Kind, unit: usize, stream: &mut Stream) -> &'static str {
    let lists = if kind == Kind::Fair { FAIR_SUPPLIERS } else { SUPPLIERS };
    let suppliers = lists[usize::from(is_abroad(unit))];
    suppliers[stream.place(suppliers.len())]
}

/// What serves all campaigns: the address programme and the web site.
fn standing(world: &World, month: Month) -> Bill {
    let mut stream = world.stream("standing_costs", 0, month.key());
    let usual = [("address_programme", 2_400), ("web_site", 5_200)];
    let line = |(kind, yuan)| (kind, in_books(world, 0, yuan) + stream.between(0, 9_999));
    let lines = usual.into_iter().map(line).collect();
    let on = working_day_of(month, 25);
    Bill { campaign: String::new(), unit: 0, on, supplier: "兰舟软件", lines }
}

/// Writes the bills of a month, and returns them by their documents.
pub(super) fn month(run: &mut Run, month: Month, counts: &mut Counts) -> Vec<Spent> {
    let Run { world, feeds, .. } = run;
    // A campaign is planned at most two months before it starts and lasts at most three.
    let starts = (month.0 - 4..=month.0 + 2).map(Month).filter(|start| *start >= world.start);
    let campaigns = starts.flat_map(|start| campaigns::of(world, start));
    let mut bills: Vec<Bill> = campaigns
        .flat_map(|campaign| bills(world, &campaign))
        .chain([standing(world, month)])
        .filter(|bill| Month::of(bill.on) == month)
        .collect();
    bills.sort_by_key(|bill| bill.on);
    let until = feeds.window().until;
    let mut spent = Vec::new();
    let mut cost = 0;
    for (place, bill) in bills.into_iter().enumerate() {
        let document = format!("MC-{}-{:03}", month.name(), place + 1);
        let entity = UNITS[bill.unit].entity;
        let currency = ENTITIES[entity].currency.code();
        for (kind, amount) in &bill.lines {
            cost += 1;
            feeds.row(&tables::CAMPAIGN_COSTS, bill.on, |row| {
                row.text(&format!("CC{}-{cost:03}", super::short(month)))
                    .text(&bill.campaign)
                    .text(ENTITIES[entity].id)
                    .date(bill.on)
                    .text(kind)
                    .text(bill.supplier)
                    .money(*amount)
                    .text(currency)
                    .text(&document);
            });
        }
        let amount: i64 = bill.lines.iter().map(|(_, amount)| amount).sum();
        if bill.on <= until {
            *counts.costs.entry((bill.campaign, currency)).or_default() += amount;
        }
        spent.push(Spent { entity, unit: bill.unit, on: bill.on, document, amount });
    }
    spent
}
