//! What did the company plan to earn and spend? Drawn up before the year, from the customers then
//! known, so that actual figures differ from it as they do.

use super::super::clock::{Month, earlier};
use super::super::company::{ENTITIES, UNITS, account};
use super::super::employees::Work;
use super::super::feeds::Feeds;
use super::super::run::Run;
use super::super::tables;
use super::super::world::World;
use super::orders::SEASON;

/// Account, who spends, share of the planned revenue in thousandths; revenue is credit.
const PLAN: [(u16, Option<Work>, i64); 10] = [
    (account::REVENUE, None, -1_140),
    (account::DISCOUNTS, None, 140),
    (account::GOODS_COST, None, 540),
    (account::SALES_WAGES, Some(Work::Sales), 130),
    (account::ORDER_DESK, Some(Work::OrderDesk), 43),
    (account::WAREHOUSING, Some(Work::Warehouse), 30),
    (account::SERVICE_WAGES, Some(Work::Service), 60),
    (account::MARKETING_WAGES, Some(Work::Marketing), 11),
    (account::ADMINISTRATION, Some(Work::Administration), 41),
    (account::RENT, Some(Work::Administration), 17),
];

/// What a line of an order brings on average, in cents of the group's currency, in which budgets
/// are drawn up.
const LINE: i64 = 3_200_000;

/// Writes the budgets of all years lived through; each appears in the December before it.
pub(super) fn write(run: &mut Run) {
    let (first, last) = (run.world.start.first(), run.world.end);
    let Run { world, feeds, .. } = run;
    let years = world.start.0.div_euclid(12)..=last.0.div_euclid(12) + 1;
    for year in years {
        let drawn_up = earlier(Month(year * 12).first(), 17).max(first);
        for place in 0..12 {
            let month = Month(year * 12 + place);
            for unit in 0..UNITS.len() {
                write_month(world, feeds, drawn_up, (unit, month));
            }
        }
    }
}

fn write_month(
    world: &World,
    feeds: &mut Feeds,
    drawn_up: chrono::NaiveDate,
    (unit, month): (usize, Month),
) {
    let entity = &ENTITIES[UNITS[unit].entity];
    let known = world.customers.iter().filter(|customer| {
        customer.unit == unit && customer.since <= drawn_up && customer.is_active(drawn_up)
    });
    let lines_milli: u64 =
        known.map(|customer| customer.orders_milli * customer.lines_milli / 1000).sum();
    let lines_milli = i64::try_from(lines_milli * SEASON[month.place()] / 100).unwrap_or_default();
    // Plans are made in thousands.
    let revenue = lines_milli * (LINE / 1000) / 100_000 * 100_000;
    for (number, work, per_mille) in PLAN {
        let amount = revenue / 1000 * per_mille;
        if amount == 0 {
            continue;
        }
        feeds.row(&tables::BUDGETS, drawn_up, |row| {
            let year = month.0.div_euclid(12).to_string();
            row.joined(&["B", &year]).text(&month.name()).text(entity.id).text(UNITS[unit].id);
            match work {
                Some(work) => row.joined(&["C", &entity.id[2..], "-", work.name()]),
                None => row.none(),
            };
            row.int(i64::from(number)).money(amount);
        });
    }
}
