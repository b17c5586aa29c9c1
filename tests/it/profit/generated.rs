//! Do a hundred companies, each with every kind of difference, keep every cent of their ledgers?
//!
//! Each is loaded, its first period closed, and then what comes late is loaded: customers,
//! unassigned, unused capacity and what is out of scope must come to the ledger, by account,
//! period and entity, in both currencies. The ledger's sums are made of the generated rows alone.

use std::thread;

use patron::warehouse::entered::PeriodStatus::Closed;

use super::books::{Books, name_of};
use super::each;
use super::people::{self, Period};
use super::standard::{connect_only, keep_profit_only};
use super::sums::{Place, Sums, differences, of_ledger, of_profit, same};
use super::trade::{CLASSES, Company, Planted};
use crate::closing::status;
use crate::support::dice::Dice;
use crate::support::hand;
use crate::support::world::chain;

/// How many, unless the environment's `PATRON_COMPANIES` says otherwise.
const COMPANIES: usize = 100;
/// Companies of one warehouse; most of the time is spent once for all of them.
const TOGETHER: usize = 5;
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
    "period closed for one entity of each",
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
    let wanted = std::env::var("PATRON_COMPANIES").ok();
    let companies = wanted.map_or(COMPANIES, |text| text.parse().expect("PATRON_COMPANIES"));
    let groups = companies.div_ceil(TOGETHER);
    println!("{} companies, {TOGETHER} of a warehouse", groups * TOGETHER);
    let seeds: Vec<u64> = (0..groups).map(|_| dice.below(1 << 40) as u64).collect();
    thread::scope(|scope| {
        let share = seeds.len().div_ceil(THREADS);
        let work = |part: &[u64]| {
            let mut counted = Dice::seeded(0);
            for seed in part {
                println!("group {seed}");
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

/// Some companies of one warehouse, which share calendar, rates and chart and nothing else.
struct Group {
    common: Books,
    periods: Vec<Period>,
    companies: Vec<Company>,
}

impl Group {
    fn new(dice: &mut Dice) -> Self {
        let mut common = Books::default();
        let periods = people::calendar(&mut common, dice);
        people::rates(&mut common, dice);
        let company = |number| Company::new(dice, number, &periods, &common.rates);
        let companies = (0..TOGETHER).map(company).collect();
        Self { common, periods, companies }
    }

    /// What all of them wrote.
    fn books(&self) -> Books {
        let mut books = self.common.clone();
        self.companies.iter().for_each(|company| books.absorb(&company.books));
        books
    }

    /// For which entities the first period is closed: one of each company, or all there are.
    fn closing(&self, dice: &mut Dice) -> Option<Vec<String>> {
        if !dice.one_in(3) {
            dice.hit("period closed for all");
            return None;
        }
        dice.hit("period closed for one entity of each");
        let mut one = |company: &Company| name_of(company.entities.start + dice.below(3));
        Some(self.companies.iter().map(&mut one).collect())
    }

    fn planted(&self) -> impl Iterator<Item = &Planted> {
        self.companies.iter().flat_map(|company| &company.planted)
    }
}

/// A group, from its first load to what comes late.
fn lives(dice: &mut Dice) {
    let mut group = Group::new(dice);
    let world = group.books().project(3 * TOGETHER);
    keep_profit_only(world.root());
    connect_only(world.root());
    let moment = hand::moment();
    world.refreshed(moment);
    let before = of_ledger(&group.books());
    same(&before, &of_profit(&world, dice), "when first loaded");
    differences(&world, group.planted());

    let entities = group.closing(dice);
    let later = |days| moment + chrono::Duration::days(days);
    let named: Vec<Option<&str>> = match &entities {
        None => vec![None],
        Some(names) => names.iter().map(|name| Some(name.as_str())).collect(),
    };
    for entity in named {
        let entry = status(&group.periods[0].id, entity, Closed);
        world.enter(&entry, later(1)).unwrap_or_else(|error| panic!("{}", chain(&error)));
    }
    same(&before, &of_profit(&world, dice), "when the first period is closed");

    group.companies.iter_mut().for_each(|company| company.late(dice));
    group.books().write(&world);
    world.refreshed(later(2));
    let now = of_ledger(&group.books());
    let (closed, next) = (&group.periods[0].id, &group.periods[1].id);
    let is_closed = |place: &Place| {
        place.0 == *closed && entities.as_ref().is_none_or(|names| names.contains(&place.1))
    };
    let expected = moved(&before, &now, &is_closed, next);
    same(&expected, &of_profit(&world, dice), "when late rows came");
    differences(&world, group.planted());
    each::has_what_it_must(&world, TOGETHER);
    each::has_late_rows(&before, &now, &is_closed, TOGETHER);
}

/// What the periods come to when closed places keep their sums and the next period takes what came
/// later.
fn moved(before: &Sums, now: &Sums, is_closed: &dyn Fn(&Place) -> bool, next: &str) -> Sums {
    let mut sums = Sums::new();
    for (place, amounts) in now {
        let period = if is_closed(place) { next } else { &place.0[..] };
        let sum = sums.entry((period.to_owned(), place.1.clone(), place.2.clone())).or_default();
        (0..2).for_each(|at| sum[at] += amounts[at]);
    }
    for (place, amounts) in before.iter().filter(|(place, _)| is_closed(place)) {
        sums.insert(place.clone(), *amounts);
        let sum = sums.entry((next.to_owned(), place.1.clone(), place.2.clone())).or_default();
        (0..2).for_each(|at| sum[at] -= amounts[at]);
    }
    sums
}
