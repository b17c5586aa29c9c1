//! What is to be reached: revenue, product mix, composition of the customer base?

use std::collections::BTreeMap;

use super::super::company::UNITS;
use super::super::employees::Work;
use super::super::feeds::Feeds;
use super::super::names::INDUSTRIES;
use super::super::products::{CATEGORIES, CATEGORY_COUNT};
use super::super::roles::Role;
use super::super::tables;
use super::super::world::{TYPES, World};
use super::{decided, first, parts, regions, years};

/// How planners split a year over its months.
const SEASON: [i64; 12] = [80, 70, 100, 98, 100, 108, 98, 95, 108, 103, 112, 128];
/// How many customers have targets of their own.
const OWN_TARGETS: usize = 50;
/// What is wanted above what is expected, in percent, and by year on top.
const AMBITION_PERCENT: i64 = 104;
/// What each year is to bring beside the first, in percent.
const GROWTH_PERCENT: i64 = 6;

/// How each type of customer is to buy, by category, as weights.
const MIX: [[i64; CATEGORY_COUNT]; 4] = [
    [16, 20, 22, 12, 8, 10, 5, 7],
    [18, 24, 18, 14, 10, 8, 6, 2],
    [12, 26, 20, 10, 16, 4, 9, 3],
    [14, 12, 16, 12, 14, 18, 4, 10],
];

/// Writes all of them.
pub(super) fn write(world: &World, feeds: &mut Feeds, yearly: &[i64]) {
    let mut subjects: Vec<(&'static str, String, i64)> = Vec::new();
    let mut units = vec![0; UNITS.len()];
    let mut owners: BTreeMap<usize, i64> = BTreeMap::new();
    let mut categories = [0; CATEGORY_COUNT];
    for customer in &world.customers {
        let expected = yearly[customer.index];
        units[customer.unit] += expected;
        *owners.entry(customer.owner).or_default() += expected;
        let tastes = customer.tastes.map(|taste| i64::try_from(taste).unwrap_or_default());
        for (category, part) in parts(expected, &tastes).into_iter().enumerate() {
            categories[category] += part;
        }
    }
    for (unit, expected) in UNITS.iter().zip(units) {
        subjects.push(("unit", unit.id.to_owned(), expected));
    }
    for (category, expected) in CATEGORIES.iter().zip(categories) {
        subjects.push(("category", category.0.to_owned(), expected));
    }
    for (owner, expected) in owners {
        if world.employees[owner].work == Work::Sales {
            subjects.push(("owner", world.employees[owner].id.clone(), expected));
        }
    }
    let mut largest: Vec<usize> = (0..world.scale.customers as usize)
        .filter(|place| world.customers[*place].role != Role::Group)
        .collect();
    largest.sort_by_key(|place| (-yearly[*place], *place));
    for place in largest.into_iter().take(OWN_TARGETS) {
        subjects.push(("customer", world.customers[place].sales_id(), yearly[place]));
    }
    for year in years(world) {
        revenue(world, feeds, year, &subjects);
    }
    mix(world, feeds);
    composition(world, feeds);
}

fn revenue(world: &World, feeds: &mut Feeds, year: i32, subjects: &[(&'static str, String, i64)]) {
    let on = decided(world, year);
    let age = i64::from(year - years(world).start());
    for (subject, id, expected) in subjects {
        let percent = AMBITION_PERCENT + GROWTH_PERCENT * age;
        // Whole thousands of yuan, as planners write them.
        let whole = (expected / 100 * percent / 100_000 + 1) * 1_000;
        let months = parts(whole * 100, &SEASON);
        let yearly = std::iter::once((format!("{year}"), whole * 100));
        let monthly = (1..).zip(months).map(|(month, part)| (format!("{year}-{month:02}"), part));
        for (period, cents) in yearly.chain(monthly) {
            feeds.row(&tables::TARGETS, on, |row| {
                row.text(&format!("TG-{subject}-{id}-{period}")).text(&period).text(subject);
                row.text(id).text("net_revenue").money(cents).text("CNY");
            });
        }
    }
}

fn mix(world: &World, feeds: &mut Feeds) {
    for (kind, weights) in TYPES.iter().zip(MIX) {
        for (category, ratio) in CATEGORIES.iter().zip(parts(1_000_000, &weights)) {
            feeds.row(&tables::MIX_TARGETS, first(world), |row| {
                row.text(kind).text(category.0).decimal(ratio, 6).date(first(world));
            });
        }
    }
}

fn composition(world: &World, feeds: &mut Feeds) {
    let regions = regions(world);
    let even = |count: usize| vec![1_i64; count];
    let dimensions: [(&str, Vec<&str>, Vec<i64>); 4] = [
        ("type", TYPES.to_vec(), vec![62, 15, 15, 8]),
        ("size", vec!["small", "medium", "large"], vec![55, 32, 13]),
        ("region", regions.clone(), even(regions.len())),
        ("industry", INDUSTRIES.to_vec(), even(INDUSTRIES.len())),
    ];
    for (dimension, members, weights) in dimensions {
        for (member, ratio) in members.iter().zip(parts(1_000_000, &weights)) {
            feeds.row(&tables::COMPOSITION_POLICY, first(world), |row| {
                row.text(dimension).text(member).decimal(ratio, 6).date(first(world));
            });
        }
    }
}
