//! Is a table that was built month by month the one that a build from nothing gives?
//!
//! Random histories of a small shop: orders come, are corrected, go and come late; products,
//! regions and the owners of numbers change, rules too, periods are closed and opened again. After
//! each history everything is built anew over the same release: not one byte may differ.

use chrono::{DateTime, Duration, Utc};
use patron::model::build::Extent;
use patron::refresh::{self, Options, Outcome, Silent};
use patron::warehouse::entered::PeriodStatus::Closed;

use crate::cli::{demo, ok};
use crate::closing::status;
use crate::support::dice::Dice;
use crate::support::hand;
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
    differing(&shop.world, day(99))
}

/// The tables that a build from nothing makes otherwise than they are.
fn differing(world: &World, now: DateTime<Utc>) -> Vec<String> {
    let before = world.release();
    let options = Options {
        only: None,
        wait: true,
        waivers: Vec::new(),
        anew: true,
        now,
        limits: world.limits(),
    };
    let _entered = runtime().enter();
    let outcome = refresh::run(&world.project(), &options, &Silent)
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

/// From who takes part in pools to lines of profit.
const CHAIN: [&str; 4] = [
    "intermediate.int_receivers_weighed",
    "intermediate.int_pools_allocated",
    "marts.fct_allocations",
    "marts.fct_profit_lines",
];

/// The company of tests/worlds/hand as days go by.
struct Company {
    world: World,
    now: DateTime<Utc>,
}

impl Company {
    fn new() -> Self {
        Self { world: hand::project(), now: hand::moment() }
    }

    /// The months of the chain that are built after a change; a build from nothing gives the same.
    fn after(&mut self, change: impl FnOnce(&World)) -> [String; 4] {
        change(&self.world);
        self.now += Duration::days(1);
        let outcome = self.world.refreshed(self.now);
        let built = CHAIN.map(|table| months(&outcome, table));
        self.now += Duration::days(1);
        assert_eq!(differing(&self.world, self.now), [""; 0], "after {built:?}");
        built
    }
}

/// Which months of a table were built.
fn months(outcome: &Outcome, table: &str) -> String {
    match &outcome.reports[&table.parse().unwrap()].scope {
        Extent::Nothing => String::new(),
        Extent::Months(months) => months.iter().cloned().collect::<Vec<_>>().join(" "),
        Extent::Whole => "whole".to_owned(),
    }
}

/// Puts rows into a feed in place of those that begin so.
fn write(world: &World, feed: &str, begins: &str, rows: &[&str]) {
    let name = format!("feeds/{feed}.csv");
    let text = hand::read(&world.path(&name));
    let kept = text.lines().filter(|line| !line.starts_with(begins));
    let all: Vec<&str> = kept.chain(rows.iter().copied()).collect();
    world.write(&name, format!("{}\n", all.join("\n")));
}

/// Posts general cost of Shanghai.
fn post(world: &World, id: &str, day: &str, period: &str, amount: &str) {
    let side = |number: u8, account: &str, sign: &str| {
        format!(
            "{id}/{number},HX01,{day},{period},{account},,{id},journal,{day},manual,posted,CNY,\
             {sign}{amount},{sign}{amount},"
        )
    };
    let sides = [side(1, "6701,C1-ADMI", ""), side(2, "2241,", "-")];
    write(world, "finance/ledger_entries", id, &sides.each_ref().map(String::as_str));
}

/// From pools of cost to lines of profit all goes by the last day of the period, which is not the
/// month in which something was posted, nor that of the period whose quantities are taken.
#[test]
fn pools_and_profit_are_built_by_the_last_days_of_periods() {
    let mut company = Company::new();
    // The fifth period goes from 20 January to the end of February. An adjusting period within it
    // ends in January, and takes the quantities of February.
    company.after(|world| {
        let fourth = "FY26-P04,2026,FY26-Q2,4,2026-01-01,2026-01-19,false";
        let fifth = "FY26-P05,2026,FY26-Q2,5,2026-01-20,2026-02-28,false";
        let adjusting = "FY26-P05A,2026,FY26-Q2,8,2026-01-31,2026-01-31,true";
        write(world, "inputs/calendar", "FY26-P04,", &[fourth]);
        write(world, "inputs/calendar", "FY26-P05,", &[fifth, adjusting]);
        post(world, "AJ2", "2026-01-31", "FY26-P05A", "70.00");
    });
    let taken = "select customer_id from marts.fct_allocations
        where period_id = 'FY26-P05A' and movement_kind = 'spread' order by 1";
    assert_eq!(company.world.rows(taken), [["K102"]]);

    // An order of February is another customer's, and the quantity stays what it was.
    let order = "O8,K107,C3,2026-02-02,CNY,invoiced,web,E01,BU1,HX01,,,CP1,2026-02-06,\
                 2026-02-05T02:00:00Z,false";
    let built = company.after(|world| write(world, "sales/orders", "O8,", &[order]));
    assert_eq!(built, ["2026-01"; 4]);
    assert_eq!(company.world.rows(taken), [["K107"]]);

    // A pool more takes the freight of Hamburg in the fourth period.
    let south = "AR-14,1,freight_south,HX03,6603,6603,,order_lines,,,customer,,delivery,\
                 2026-01-01,2026-01-31,Each line is a parcel";
    let rules = "inputs/allocation_rules";
    let built = company.after(|world| write(world, rules, "AR-14,", &[south]));
    assert_eq!(built, ["2026-01"; 4]);
}

#[test]
fn profit_of_closed_periods_lies_by_their_own_last_days() {
    let mut company = Company::new();
    company.after(|_| ());
    let reason = ["--waive", "checks.pools_have_drivers", "--because", "nothing drove it"];
    for (period, reason) in [("FY26-P01", &[][..]), ("FY26-P02", &reason)] {
        ok(company.world.root(), &[&["close", period, "--by", "Ada"][..], reason].concat());
    }

    // What is posted late is booked in the next period by the ledger already.
    let built = company.after(|world| post(world, "AJ3", "2025-11-30", "FY26-P02", "90.00"));
    assert_eq!(built, ["2025-12"; 4]);

    // Another rule for November is booked there too, but lies by the day of its own period.
    let booked = "select distinct period_id, ends_on from marts.fct_profit_lines
        where source_period_id = 'FY26-P02' and booking_number > 0";
    assert!(company.world.rows(booked).is_empty());
    let row = |driver: &str, from: &str, to: &str| {
        format!(
            "AR-12,2,administration,,6701,6701,,{driver},,,customer,,overhead,2025-{from},\
             2025-{to},As it was"
        )
    };
    let rows = [
        row("net_revenue", "10-01", "10-31"),
        row("invoices", "11-01", "11-30"),
        row("net_revenue", "12-01", "12-31"),
    ];
    let built = company.after(|world| {
        let begins = "AR-12,2,administration,,6701,6701,,net_revenue,";
        let rows = rows.each_ref().map(String::as_str);
        write(world, "inputs/allocation_rules", begins, &rows);
    });
    assert_eq!(built, ["2025-11"; 4]);
    assert_eq!(company.world.rows(booked), [["FY26-P03", "2025-11-30"]]);

    // No key tells that an adjusting period more is the one in which that is to be booked.
    let more = "FY26-P02A,2026,FY26-Q1,9,2025-11-30,2025-11-30,true";
    let built = company.after(|world| write(world, "inputs/calendar", "FY26-P02A,", &[more]));
    assert_eq!(built[2..], ["whole"; 2]);
    assert_eq!(company.world.rows(booked), [["FY26-P02A", "2025-11-30"]]);
}
