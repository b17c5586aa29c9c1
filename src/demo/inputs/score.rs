//! How many points is a customer worth before it has ordered anything, and what follows from it?

use chrono::NaiveDate;

use super::super::feeds::Feeds;
use super::super::names::INDUSTRIES;
use super::super::tables;
use super::super::world::{TYPES, World};
use super::{first, regions};

/// Items, their weights in both versions, and what they are.
const ITEMS: [(&str, i64, i64, &str); 8] = [
    ("customer_type", 15, 15, "What the customer does with what it buys"),
    ("industry", 15, 12, "How much the industry measures"),
    ("size", 20, 18, "How large the company is"),
    ("registered_capital", 15, 12, "Capital in its own currency"),
    ("region", 10, 8, "How near it is to a service base"),
    ("acquisition_channel", 10, 10, "How it came to us"),
    ("wallet", 15, 15, "What it buys of our categories from everybody, in yuan a year"),
    ("satisfaction", 0, 10, "Mean of its answers in the last year"),
];

/// Tiers: name, lowest score, days between contacts, hours to answer, hours to solve.
const TIERS: [(&str, i64, i64, i64, i64); 5] = [
    ("A", 80, 30, 4, 24),
    ("B", 65, 60, 8, 48),
    ("C", 50, 90, 24, 96),
    ("D", 35, 180, 48, 168),
    ("E", 0, 365, 72, 240),
];

/// The first day of the second version.
fn second(world: &World) -> NaiveDate {
    let new_year = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or_default();
    new_year.max(first(world))
}

/// Ranges of a number: lower limit, upper limit, points.
type Ranges = &'static [(Option<i64>, Option<i64>, i64)];

const CAPITAL: Ranges = &[
    (None, Some(1_000_000), 25),
    (Some(1_000_000), Some(5_000_000), 50),
    (Some(5_000_000), Some(50_000_000), 75),
    (Some(50_000_000), None, 100),
];
const WALLET: Ranges = &[
    (None, Some(100_000), 20),
    (Some(100_000), Some(500_000), 45),
    (Some(500_000), Some(2_000_000), 75),
    (Some(2_000_000), None, 100),
];
const SATISFACTION: Ranges =
    &[(None, Some(2), 0), (Some(2), Some(3), 30), (Some(3), Some(4), 65), (Some(4), None, 100)];

/// Writes weights, points and tiers of both versions.
pub(super) fn write(world: &World, feeds: &mut Feeds) {
    for (version, since) in [("V1", first(world)), ("V2", second(world))] {
        let is_second = version == "V2";
        for (item, before, after, description) in ITEMS {
            let weight = if is_second { after } else { before };
            if weight == 0 {
                continue;
            }
            feeds.row(&tables::SCORE_WEIGHTS, since, |row| {
                row.text(version).text(item).int(weight).date(since).text(description);
            });
        }
        values(world, feeds, version, since);
        let mut ranges = vec![("registered_capital", CAPITAL), ("wallet", WALLET)];
        if is_second {
            ranges.push(("satisfaction", SATISFACTION));
        }
        for (item, ranges) in ranges {
            for (low, high, points) in ranges {
                feeds.row(&tables::SCORE_POINTS, since, |row| {
                    row.text(version).text(item).none();
                    for limit in [low, high] {
                        match limit {
                            Some(limit) => row.int(*limit),
                            None => row.none(),
                        };
                    }
                    row.int(*points);
                });
            }
        }
        for (tier, low, contact_days, response, resolution) in TIERS {
            feeds.row(&tables::SCORE_TIERS, since, |row| {
                row.text(version).text(tier).int(low).int(contact_days);
                row.int(response).int(resolution);
            });
        }
    }
}

/// Points of what is no number; the second version sees distributors and tenders otherwise.
fn values(world: &World, feeds: &mut Feeds, version: &str, since: NaiveDate) {
    let mut values: Vec<(&str, &str, i64)> = Vec::new();
    let by_type = if version == "V2" { [80, 90, 100, 55] } else { [80, 70, 100, 55] };
    values.extend(TYPES.iter().zip(by_type).map(|(kind, points)| ("customer_type", *kind, points)));
    let graded = [100, 85, 70, 60, 90, 50, 75, 40, 65, 95, 55, 45];
    let industries = INDUSTRIES.iter().zip(graded.iter().cycle());
    values.extend(industries.map(|(name, points)| ("industry", *name, *points)));
    let sizes = [("small", 30), ("medium", 65), ("large", 100)];
    values.extend(sizes.map(|(size, points)| ("size", size, points)));
    let graded = [100, 80, 90, 70, 60, 75, 50, 85];
    let regions = regions(world).into_iter().zip(graded.iter().cycle());
    values.extend(regions.map(|(name, points)| ("region", name, *points)));
    let tender = if version == "V2" { 60 } else { 40 };
    let channels = [
        ("referral", 100),
        ("fair", 70),
        ("web", 55),
        ("cold_call", 35),
        ("partner", 80),
        ("tender", tender),
    ];
    values.extend(channels.map(|(channel, points)| ("acquisition_channel", channel, points)));
    for (item, value, points) in values {
        feeds.row(&tables::SCORE_POINTS, since, |row| {
            row.text(version).text(item).text(value).none().none().int(points);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::ITEMS;

    #[test]
    fn weights_sum_to_a_hundred() {
        assert_eq!(ITEMS.iter().map(|item| item.1).sum::<i64>(), 100);
        assert_eq!(ITEMS.iter().map(|item| item.2).sum::<i64>(), 100);
    }
}
