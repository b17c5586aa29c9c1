//! How do quotes, opportunities, contacts and promises come about before, between and after orders?
//!
//! Orders are known ahead, so what led to them is written when it began. The business that is
//! planted lies in `conflicts` and `requests`.

mod conflicts;
mod opportunities;
mod promises;
mod quotes;
mod requests;
pub(super) mod touches;
mod wording;

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, NaiveDateTime, Weekday};

use self::opportunities::Results;
use super::clock::{Month, earlier, later, working_day};
use super::employees::Work;
use super::feeds::Feeds;
use super::random::Stream;
use super::roles::Role;
use super::run::Run;
use super::service;
use super::trade::orders;
use super::world::{Customer, World};

/// How many months of orders are known ahead: an opportunity begins up to 85 days before its order.
const MONTHS_AHEAD: i32 = 3;

/// The pipeline over the months.
pub(super) struct Pipeline {
    /// quotes by the customer's place
    quotes: Vec<quotes::Quoting>,
    /// opportunities that orders will win, by the month in which they begin
    opportunities: BTreeMap<Month, Vec<opportunities::Plan>>,
    /// the numbers given
    numbers: Numbers,
    /// who is clearly better with large customers, places in the world's employees
    stars: Vec<usize>,
    /// how opportunities ended
    results: Results,
}

impl Pipeline {
    /// The pipeline before the first month.
    pub(super) fn new(world: &World) -> Self {
        Self {
            quotes: world.customers.iter().map(|_| quotes::Quoting::default()).collect(),
            opportunities: BTreeMap::new(),
            numbers: Numbers::default(),
            stars: opportunities::stars(world),
            results: Results::default(),
        }
    }

    /// Lives through a month.
    pub(super) fn month(&mut self, run: &mut Run, month: Month) {
        let Run { world, feeds, answers } = run;
        let until = feeds.window().until;
        let mut desk = Desk { world, feeds, numbers: &mut self.numbers };
        if month == world.start {
            conflicts::plant(&mut desk, answers);
            requests::plant(&mut desk, answers, &mut self.results);
            opportunities::frameworks(&mut desk, &self.stars, &mut self.results);
            for ahead in 0..MONTHS_AHEAD {
                self.quotes.iter_mut().zip(&world.customers).for_each(|(quoting, customer)| {
                    look(world, customer, Month(month.0 + ahead), quoting, &mut self.opportunities);
                });
            }
        }
        let ahead = Month(month.0 + MONTHS_AHEAD);
        for (quoting, customer) in self.quotes.iter_mut().zip(&world.customers) {
            look(world, customer, ahead, quoting, &mut self.opportunities);
            if is_spoken_with(customer) {
                quotes::month(&mut desk, customer, month, quoting);
                touches::month(&mut desk, customer, month);
            }
        }
        // What began before the history is in it from its first month on.
        while let Some(begun) = self.opportunities.first_entry()
            && *begun.key() <= month
        {
            for plan in begun.remove() {
                let rate = opportunities::win_rate(world, &self.stars, plan.customer);
                opportunities::write_plan(&mut desk, plan, rate, &mut self.results);
            }
        }
        opportunities::prospects(&mut desk, month, &mut self.results);
        self.numbers.forget(month.next().first());
        if month == world.end {
            self.results.state(world, &self.stars, until, answers);
        }
    }
}

/// Takes note of what leads to the orders of a month.
fn look(
    world: &World,
    customer: &Customer,
    month: Month,
    quoting: &mut quotes::Quoting,
    opportunities: &mut BTreeMap<Month, Vec<opportunities::Plan>>,
) {
    if !is_spoken_with(customer) {
        return;
    }
    for (place, order) in orders::of(world, customer, month).into_iter().enumerate() {
        let part = month.key() * 10_000 + place as u64;
        if order.has_opportunity {
            let plan = opportunities::Plan::of(world, customer, &order, part);
            opportunities.entry(Month::of(plan.opened)).or_default().push(plan);
        }
        if order.has_quote {
            quoting.expect(world, customer, order, part);
        }
    }
}

/// Whether salespeople speak with a customer as usual; with the others nothing happens but what is
/// planted.
fn is_spoken_with(customer: &Customer) -> bool {
    !matches!(customer.role, Role::Quiet | Role::Group | Role::Duplicate)
}

/// What is needed to write.
struct Desk<'a> {
    /// who and what is there
    world: &'a World,
    /// where rows go
    feeds: &'a mut Feeds,
    /// the numbers given
    numbers: &'a mut Numbers,
}

/// Numbers that count up within each day.
#[derive(Default)]
struct Numbers(BTreeMap<(NaiveDate, &'static str), u32>);

impl Numbers {
    /// The next number of a day: `T260618-000001`. Six places tell them from those that follow an
    /// order's number.
    fn next(&mut self, prefix: &'static str, day: NaiveDate) -> String {
        let count = self.0.entry((day, prefix)).or_default();
        *count += 1;
        let year = day.year().rem_euclid(100);
        format!("{prefix}{year:02}{:02}{:02}-{count:06}", day.month(), day.day())
    }

    /// Days before this one get no more numbers.
    fn forget(&mut self, before: NaiveDate) {
        self.0 = self.0.split_off(&(before, ""));
    }
}

/// A time of a day, in minutes from midnight.
fn at(day: NaiveDate, minute: u64) -> NaiveDateTime {
    let minute = u32::try_from(minute).unwrap_or_default();
    day.and_hms_opt(minute / 60, minute % 60, 0).unwrap_or_default()
}

/// Whether a customer waits for service on a day. Cases are closed within 25 days.
fn has_open_case(world: &World, customer: &Customer, day: NaiveDate) -> bool {
    let month = Month::of(day);
    [Month(month.0 - 1), month].into_iter().any(|month| {
        service::cases(world, customer, month)
            .iter()
            .any(|case| case.opened <= day && case.closed.is_none_or(|closed| closed >= day))
    })
}

/// Somebody else who sells in the customer's unit, the `turn`-th.
fn colleague(world: &World, customer: &Customer, turn: usize) -> usize {
    let is_other = |place: &usize| {
        let employee = &world.employees[*place];
        *place != customer.owner && employee.work == Work::Sales && employee.unit == customer.unit
    };
    let others: Vec<usize> = (0..world.employees.len()).filter(is_other).collect();
    if others.is_empty() { customer.owner } else { others[turn % others.len()] }
}

/// Somebody who repairs and calibrates, the `turn`-th.
fn technician(world: &World, turn: usize) -> usize {
    let all: Vec<usize> = (0..world.employees.len())
        .filter(|place| world.employees[*place].work == Work::Service)
        .collect();
    if all.is_empty() { 0 } else { all[turn % all.len()] }
}

/// A day, but none before the customer was one, nor before the history.
fn not_before(world: &World, customer: &Customer, day: NaiveDate) -> NaiveDate {
    let start = world.start.first();
    // What began earlier begins in the first days, not all of it on the first.
    let begun = if day < start { later(start, u64::from(day.ordinal()) % 12) } else { day };
    begun.max(customer.since)
}

/// The day itself where people work on it, otherwise the nearest on which they do.
fn near_working_day(day: NaiveDate) -> NaiveDate {
    match day.weekday() {
        Weekday::Sat => earlier(day, 1),
        Weekday::Sun => later(day, 1),
        _ => day,
    }
}

/// A working day of a month, or one of the first of the next.
fn any_working_day(month: Month, stream: &mut Stream) -> NaiveDate {
    let day = working_day(later(month.first(), stream.below(month.days())));
    // What falls on a weekend would otherwise all be done on Mondays.
    if day.weekday() == Weekday::Mon { later(day, stream.below(5)) } else { day }
}

/// The first working day that lies so many days after.
fn working_day_after(day: NaiveDate, days: u64) -> NaiveDate {
    working_day(later(day, days))
}

#[cfg(test)]
mod tests {
    use super::{Numbers, at};

    #[test]
    fn numbers_count_up_within_a_day() {
        let mut numbers = Numbers::default();
        let day = "2026-06-18".parse().unwrap();
        let next = "2026-06-19".parse().unwrap();
        assert_eq!(numbers.next("T", day), "T260618-000001");
        assert_eq!(numbers.next("T", day), "T260618-000002");
        assert_eq!(numbers.next("PR", day), "PR260618-000001");
        assert_eq!(numbers.next("T", next), "T260619-000001");
        numbers.forget(next);
        assert_eq!(numbers.next("T", next), "T260619-000002");
        assert_eq!(at(day, 9 * 60 + 5).to_string(), "2026-06-18 09:05:00");
    }
}
