//! What do customers buy in all, and how large are the markets?

use super::super::feeds::Feeds;
use super::super::products::CATEGORIES;
use super::super::tables;
use super::super::world::World;
use super::{decided, first, regions, years};

/// Customers whose purchases are estimated, in thousandths.
const ESTIMATED: u64 = 100;

/// Where estimates come from, and how far they are trusted.
const SOURCES: [(&str, &str); 5] = [
    ("annual_report", "high"),
    ("customer_interview", "high"),
    ("industry_statistics", "medium"),
    ("salesperson", "medium"),
    ("web_research", "low"),
];

/// Writes both.
pub(super) fn write(world: &World, feeds: &mut Feeds, yearly: &[i64]) {
    wallets(world, feeds, yearly);
    markets(world, feeds, yearly);
}

fn wallets(world: &World, feeds: &mut Feeds, yearly: &[i64]) {
    for customer in &world.customers {
        let mut stream = world.stream("wallets", customer.index, 0);
        if !stream.chance(ESTIMATED) || yearly[customer.index] == 0 {
            continue;
        }
        let source = stream.pick(&SOURCES);
        // What it buys elsewhere, and how much of its sales goes into instruments.
        let elsewhere = stream.between(120, 900);
        let sales_factor = stream.between(40, 400);
        let tastes: u64 = customer.tastes.iter().sum();
        let mut wanted: Vec<usize> = (0..CATEGORIES.len()).collect();
        wanted.sort_by_key(|category| std::cmp::Reverse(customer.tastes[*category]));
        for year in years(world) {
            let on = decided(world, year);
            if on < customer.since {
                continue;
            }
            let yuan = yearly[customer.index] / 100 * elsewhere / 100;
            let sales = yuan * sales_factor / 10_000 * 10_000;
            for category in wanted.iter().take(3).filter(|place| customer.tastes[**place] > 0) {
                let share = i64::try_from(customer.tastes[*category] * 1000 / tastes.max(1));
                let purchases = (yuan * share.unwrap_or_default() / 1000 / 1_000 + 1) * 1_000;
                feeds.row(&tables::WALLETS, on, |row| {
                    row.text(&customer.sales_id()).int(i64::from(year));
                    row.text(CATEGORIES[*category].0).money(purchases * 100).money(sales * 100);
                    row.text("CNY").text(source.0).text(source.1).date(on);
                });
            }
        }
    }
}

fn markets(world: &World, feeds: &mut Feeds, yearly: &[i64]) {
    let (regions, start) = (regions(world), *years(world).start());
    let own: i64 = yearly.iter().sum::<i64>() / 100;
    let places = i64::try_from(regions.len() * CATEGORIES.len()).unwrap_or(1);
    for (place, region) in regions.iter().enumerate() {
        for (category, (name, ..)) in CATEGORIES.iter().enumerate() {
            let mut stream = world.stream("markets", place * CATEGORIES.len() + category, 0);
            let growth = stream.between(-40, 180);
            let rival = stream.between(60, 420);
            let mut size = own / places * stream.between(2, 14) / 1_000 * 1_000 + 50_000;
            for year in years(world) {
                if year > start {
                    size = size * (1000 + growth) / 1_000_000 * 1_000;
                }
                feeds.row(&tables::MARKETS, decided(world, year).max(first(world)), |row| {
                    row.int(i64::from(year)).text(name).text(region).money(size * 100);
                    row.decimal(growth, 3).decimal(rival, 3).text("CNY");
                    row.text(if growth > 100 { "trade_association" } else { "market_study" });
                });
            }
        }
    }
}
