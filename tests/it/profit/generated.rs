//! Do a hundred companies, each with every kind of difference, keep every cent of their ledgers?
//!
//! Each is loaded, its first period closed, and then what comes late is loaded: customers,
//! unassigned, unused capacity and what is out of scope must come to the ledger, by account,
//! period and entity, in both currencies. The ledger's sums are made of the generated rows alone.

use std::thread;

use patron::warehouse::entered::PeriodStatus::Closed;

use super::books::ENTITIES;
use super::standard::{connect_only, keep_profit_only};
use super::sums::{Sums, differences, of_ledger, of_profit, same};
use super::trade::{CLASSES, Company};
use crate::closing::status;
use crate::support::dice::Dice;
use crate::support::hand;
use crate::support::world::chain;

const COMPANIES: usize = 100;
const THREADS: usize = 2;
/// What every run must have met beside the classes of difference.
const KINDS: [&str; 25] = [
    "sale",
    "return",
    "rebate",
    "registered twice",
    "merged later",
    "unused capacity",
    "over-used capacity",
    "capacity that nobody knows",
    "pool without driver",
    "pool in two shares",
    "cost without a rule",
    "cost that names its customer",
    "account that no range covers",
    "stock valued anew",
    "within the group",
    "adjusting period",
    "period closed for all",
    "period closed for one entity",
    "late sale",
    "late cost",
    "corrected cost",
    "customer",
    "unassigned",
    "unused_capacity",
    "out_of_scope",
];

#[test]
fn a_hundred_companies_lose_no_cent() {
    let mut dice = Dice::of("a hundred companies");
    let seeds: Vec<u64> = (0..COMPANIES).map(|_| dice.below(1 << 40) as u64).collect();
    thread::scope(|scope| {
        let share = COMPANIES.div_ceil(THREADS);
        let work = |part: &[u64]| {
            let mut counted = Dice::seeded(0);
            for seed in part {
                println!("company {seed}");
                let mut own = Dice::seeded(*seed);
                lives(&mut own);
                counted.count(&own);
            }
            counted
        };
        let parts: Vec<_> =
            seeds.chunks(share).map(|part| scope.spawn(move || work(part))).collect();
        for part in parts {
            dice.count(&part.join().unwrap());
        }
    });
    dice.report(&KINDS);
    dice.report(&CLASSES);
}

/// One company, from its first load to what comes late.
fn lives(dice: &mut Dice) {
    let mut company = Company::new(dice);
    let world = company.books.project();
    keep_profit_only(world.root());
    connect_only(world.root());
    let moment = hand::moment();
    world.refreshed(moment);
    let before = of_ledger(&company.books);
    same(&before, &of_profit(&world, dice), "when first loaded");
    differences(&world, &company.planted);

    let entity = dice.one_in(3).then(|| dice.below(3));
    dice.hit(if entity.is_some() {
        "period closed for one entity"
    } else {
        "period closed for all"
    });
    let first = company.periods[0].id.clone();
    let entry = status(&first, entity.map(|entity| ENTITIES[entity]), Closed);
    let later = |days| moment + chrono::Duration::days(days);
    world.enter(&entry, later(1)).unwrap_or_else(|error| panic!("{}", chain(&error)));
    same(&before, &of_profit(&world, dice), "when the first period is closed");

    company.late(dice);
    company.books.write(&world);
    world.refreshed(later(2));
    let expected = moved(&before, &of_ledger(&company.books), &company, entity);
    same(&expected, &of_profit(&world, dice), "when late rows came");
    differences(&world, &company.planted);
}

/// What the periods come to when the closed one keeps its sums and the next takes what came later.
fn moved(before: &Sums, now: &Sums, company: &Company, entity: Option<usize>) -> Sums {
    let (closed, next) = (&company.periods[0].id, &company.periods[1].id);
    let is_closed = |place: &(String, String, String)| {
        &place.0 == closed && entity.is_none_or(|entity| place.1 == ENTITIES[entity])
    };
    let mut sums = Sums::new();
    for (place, amounts) in now {
        let is_moved = is_closed(place);
        let period = if is_moved { next } else { &place.0 };
        let sum = sums.entry((period.clone(), place.1.clone(), place.2.clone())).or_default();
        (0..2).for_each(|at| sum[at] += amounts[at]);
    }
    for (place, amounts) in before.iter().filter(|(place, _)| is_closed(place)) {
        sums.insert(place.clone(), *amounts);
        let sum = sums.entry((next.clone(), place.1.clone(), place.2.clone())).or_default();
        (0..2).for_each(|at| sum[at] -= amounts[at]);
    }
    sums
}
