//! What do people of the project decide by hand: rules, weights, targets, estimates?
//!
//! Each file says since when a row holds, so that a later decision changes no earlier report.

mod estimates;
mod onboarding;
mod rules;
mod score;
mod settings;
mod targets;

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use super::company::Currency;
use super::products::rounded;
use super::roles::Role;
use super::run::Run;
use super::trade::orders;
use super::world::{Customer, World};

/// Writes.
pub(super) fn write(run: &mut Run) {
    let Run { world, feeds, answers } = run;
    rules::write(world, feeds);
    settings::write(world, feeds);
    score::write(world, feeds);
    let yearly = yearly_revenue(world);
    targets::write(world, feeds, &yearly);
    estimates::write(world, feeds, &yearly);
    onboarding::write(world, feeds, answers);
}

/// The first day of the history.
fn first(world: &World) -> NaiveDate {
    world.start.first()
}

/// The years that inputs are made for: those of the history, and one more.
fn years(world: &World) -> std::ops::RangeInclusive<i32> {
    first(world).year()..=world.end.first().year() + 1
}

/// When the inputs of a year are decided: in December before, or at the beginning of the history.
fn decided(world: &World, year: i32) -> NaiveDate {
    let december = NaiveDate::from_ymd_opt(year - 1, 12, 1).unwrap_or_default();
    december.max(first(world))
}

/// Parts of a whole in proportion to weights: by largest remainder, the first of equal ones first.
fn parts(whole: i64, weights: &[i64]) -> Vec<i64> {
    let sum = weights.iter().sum::<i64>().max(1);
    let exact = |weight: &i64| i128::from(whole) * i128::from(*weight);
    let mut parts: Vec<i64> = weights
        .iter()
        .map(|weight| i64::try_from(exact(weight) / i128::from(sum)).unwrap_or_default())
        .collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|place| (-(exact(&weights[*place]) % i128::from(sum)), *place));
    let left = usize::try_from(whole - parts.iter().sum::<i64>()).unwrap_or_default();
    for place in order.into_iter().take(left) {
        parts[place] += 1;
    }
    parts
}

/// The customers' regions, each once.
fn regions(world: &World) -> Vec<&'static str> {
    let regions: BTreeSet<&str> = world.customers.iter().map(|customer| customer.region).collect();
    regions.into_iter().collect()
}

/// About what a line brings where nothing was ordered in the sample, in cents of a yuan.
const LINE_CENTS: i64 = 600_000;

/// What each customer about buys in a year, in cents of a yuan, as planners guess it: from its
/// habits and from what a line brought in a sample of orders.
fn yearly_revenue(world: &World) -> Vec<i64> {
    let (mut lines, mut cents) = (0, 0);
    let sampled = world.with_role(Role::Ordinary).take(120);
    for customer in sampled {
        for month in world.months().into_iter().take(3) {
            for order in orders::of(world, customer, month) {
                lines += i64::try_from(order.lines.len()).unwrap_or_default();
                cents += yuan(customer, order.net());
            }
        }
    }
    let line = if lines == 0 { LINE_CENTS } else { cents / lines };
    world
        .customers
        .iter()
        .map(|customer| {
            let milli = customer.orders_milli * customer.lines_milli / 1000 * 12;
            let milli = i64::try_from(milli).unwrap_or_default();
            let tier = [70, 110, 180][usize::from(customer.tier).clamp(1, 3) - 1];
            milli * line / 1000 * tier / 100 * (100 - customer.discount_percent) / 100
        })
        .collect()
}

fn yuan(customer: &Customer, cents: i64) -> i64 {
    let per_hundred = match customer.currency {
        Currency::Cny => 100,
        Currency::Eur => 780,
        Currency::Usd => 710,
    };
    rounded(i128::from(cents) * per_hundred, 100)
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn parts_sum_to_the_whole() {
        assert_eq!(parts(10, &[1, 1, 1]), [4, 3, 3]);
        assert_eq!(parts(1_000_000, &[1, 2, 4]), [142_857, 285_714, 571_429]);
        assert_eq!(parts(0, &[5, 5]), [0, 0]);
    }
}
