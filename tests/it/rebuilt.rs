//! Is a table that was built month by month the one that a build from nothing gives?
//!
//! Random histories of a small shop: orders come, are corrected, go and come late; products,
//! regions and the owners of numbers change, rules too, periods are closed and opened again. After
//! each history everything is built anew over the same release: not one byte may differ.

use patron::model::build::Extent;
use patron::refresh::{self, Options, Silent};
use patron::warehouse::entered::PeriodStatus::Closed;

use crate::cli::{demo, ok};
use crate::closing::status;
use crate::support::dice::Dice;
use crate::support::shop::{MONTHS, Shop};
use crate::support::world::{World, chain, day, runtime};

const HISTORIES: u64 = 200;
const STEPS: usize = 6;

/// Lives through one history; the tables that a build from nothing makes otherwise.
fn history(dice: &mut Dice) -> Vec<String> {
    let mut shop = Shop::new(dice);
    shop.world.refreshed(day(0));
    for step in 1..=STEPS {
        let now = 2 * step as i64;
        shop.step(dice, now);
        let outcome = shop.world.refreshed(day(now + 1));
        for report in outcome.reports.values() {
            dice.hit(match report.scope {
                Extent::Nothing => "reused",
                Extent::Months(_) => "months built",
                Extent::Whole => "built whole",
            });
        }
    }
    let before = shop.world.release();
    let options = Options {
        only: None,
        wait: true,
        waivers: Vec::new(),
        anew: true,
        now: day(99),
        limits: shop.world.limits(),
    };
    let _entered = runtime().enter();
    let outcome = refresh::run(&shop.world.project(), &options, &Silent)
        .unwrap_or_else(|error| panic!("{}", chain(&error)));
    let differs = |(name, entry): (&_, &_)| {
        (before.tables.get(name) != Some(entry)).then(|| format!("{name}"))
    };
    outcome.release.tables.iter().filter_map(differs).collect()
}

/// Everything that is booked in the first month, column by column.
fn first_month(world: &World) -> Vec<Vec<String>> {
    let sql = "select * from marts.fct_lines where period_id = '2026-01'
        order by line_id, booking_number";
    world.rows(sql)
}

#[test]
fn a_closed_period_stays_through_fifty_refreshes() {
    let mut dice = Dice::of("a closed period");
    let mut shop = Shop::new(&mut dice);
    shop.world.refreshed(day(0));
    let close = status(MONTHS[0], None, Closed);
    shop.world.enter(&close, day(1)).unwrap_or_else(|error| panic!("{}", chain(&error)));
    // No further closings.
    shop.closed = 3;
    let closed = first_month(&shop.world);
    assert!(closed.len() >= 6, "the month has rows: {closed:?}");
    let mut late = 0;
    for number in 0..50 {
        shop.step(&mut dice, 2);
        shop.order(&mut dice, MONTHS[0]);
        shop.write();
        shop.world.refreshed(day(2 + number));
        assert_eq!(first_month(&shop.world), closed, "after refresh {number}");
        late += 1;
    }
    let sql = "select count(*) from marts.fct_lines where booking_kind = 'late'";
    let booked: u64 = shop.world.value(sql).parse().unwrap();
    assert!(booked > 0, "of {late} late rows some are still there");
    let root = shop.world.root();
    ok(root, &["reopen", "2026-01", "--by", "Ada", "--because", "late invoices"]);
    ok(root, &["close", "2026-01", "--by", "Ada"]);
    let told = ok(root, &["restatement", "2026-01", "--format", "csv"]);
    let added = told.lines().filter(|line| line.contains(",added,")).count();
    assert!(added > 0, "the restatement lists late rows: {told}");
    dice.report(&["correction", "deletion", "late row", "merge or split", "rule", "version"]);
}

#[test]
fn the_sample_company_after_days_is_one_built_from_nothing() {
    let (_folder, root) = demo();
    let folder = root.to_str().unwrap();
    ok(&root, &["demo", "--dir", folder, "--advance", "3", "--no-serve"]);
    let said = ok(&root, &["refresh", "--rebuild"]);
    assert!(said.contains("nothing has changed"), "{said}");
}

#[test]
fn a_build_month_by_month_is_a_build_from_nothing() {
    let mut dice = Dice::of("rebuilt");
    for number in 0..HISTORIES {
        let seed = dice.below(usize::MAX) as u64;
        let mut own = Dice::seeded(seed);
        let differing = history(&mut own);
        assert!(differing.is_empty(), "history {number}, seed {seed}: {differing:?}");
        dice.count(&own);
    }
    dice.report(&[
        "load",
        "correction",
        "deletion",
        "other month",
        "late row",
        "merge or split",
        "looked-up row",
        "version",
        "filtered by a lookup",
        "rule",
        "closing",
        "reopening",
        "reused",
        "months built",
        "built whole",
    ]);
}
