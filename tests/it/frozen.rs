//! Do the figures of a closed period stay, whatever comes late, changes or goes?

use std::collections::BTreeMap;

use patron::warehouse::entered::PeriodStatus::{self, Closed, Reopened};

use crate::cli::ok;
use crate::closing::{company, entries, status};
use crate::support::dice::Dice;
use crate::support::world::{World, day, rows_of};

/// The company with its entries as a table whose closed periods stay.
fn ledger() -> World {
    let world = company();
    world.write(
        "sql/staging/books/stg_books__entries.sql",
        "/*---\ndescription = \"An entry.\"\ngrain = [\"entry\"]\n\
         [shape]\nentry = \"text\"\nperiod = \"text\"\nentity = \"text\"\n\
         amount = \"decimal(18,2)\"\nnote = \"text\"\n---*/\n\
         select entry, period, entity, amount, note from books.entries\n",
    );
    world.write(
        "sql/marts/fct_entries.sql",
        "/*---\ndescription = \"An entry, booked.\"\ngrain = [\"entry\"]\n\
         [closing]\nperiod = \"period\"\nentity = \"entity\"\nnegate = [\"amount\"]\n\
         [units]\namount = \"EUR\"\n---*/\n\
         select entry, period, entity, amount, note from staging.stg_books__entries\n",
    );
    world
}

const BOOKED: &str = "select entry, period, source_period_id, entity, amount, note,
    booking_number, booking_kind from marts.fct_entries";

/// The bookings of a period, a text each.
fn bookings(world: &World, period: &str) -> Vec<String> {
    let sql = format!("{BOOKED} where period = '{period}' order by entry, booking_number");
    world.rows(&sql).into_iter().map(|row| row.join("|")).collect()
}

fn total(world: &World) -> String {
    world.value("select sum(amount) from marts.fct_entries")
}

#[test]
fn what_comes_late_is_booked_in_the_next_open_period() {
    let world = ledger();
    let before = [
        "1,2026-11,A,10.00,x",
        "2,2026-11,B,20.00,",
        "3,2026-12,A,5.50,",
        "5,2026-11,A,7.00,stays",
    ];
    entries(&world, &before);
    world.refreshed(day(0));
    let closed = [
        "1|2026-11|2026-11|A|10.00|x|0|original",
        "2|2026-11|2026-11|B|20.00|null|0|original",
        "5|2026-11|2026-11|A|7.00|stays|0|original",
    ];
    assert_eq!(bookings(&world, "2026-11"), closed);
    let root = world.root();
    ok(root, &["close", "2026-11", "--by", "Ada"]);
    assert_eq!(bookings(&world, "2026-11"), closed);

    // 1 changes, 2 goes, 5 is merely noted otherwise, 6 comes late.
    let after = [
        "1,2026-11,A,12.00,x",
        "3,2026-12,A,5.50,",
        "5,2026-11,A,7.00,renamed",
        "6,2026-11,B,0.75,",
    ];
    entries(&world, &after);
    world.refreshed(day(1));
    assert_eq!(bookings(&world, "2026-11"), closed);
    let december = [
        "1|2026-12|2026-11|A|-10.00|x|1|reversal",
        "1|2026-12|2026-11|A|12.00|x|2|correction",
        "2|2026-12|2026-11|B|-20.00|null|1|reversal",
        "3|2026-12|2026-12|A|5.50|null|0|original",
        "6|2026-12|2026-11|B|0.75|null|0|late",
    ];
    assert_eq!(bookings(&world, "2026-12"), december);
    // 12 + 5.50 + 7 + 0.75
    assert_eq!(total(&world), "25.25");

    ok(root, &["close", "2026-12", "--by", "Ada"]);
    let later = ["1,2026-11,A,13.00,x", "3,2026-12,A,5.50,", "5,2026-11,A,7.00,renamed"];
    entries(&world, &later);
    world.refreshed(day(2));
    assert_eq!(bookings(&world, "2026-11"), closed);
    assert_eq!(bookings(&world, "2026-12"), december);
    let adjusted = [
        "1|2026-P13|2026-11|A|-12.00|x|3|reversal",
        "1|2026-P13|2026-11|A|13.00|x|4|correction",
        "6|2026-P13|2026-11|B|-0.75|null|1|reversal",
    ];
    assert_eq!(bookings(&world, "2026-P13"), adjusted);
    assert_eq!(total(&world), "25.50");
    ok(root, &["verify"]);
}

#[test]
fn sums_of_a_closed_period_move_beside_those_of_the_next() {
    let world = ledger();
    world.write(
        "sql/marts/fct_sums.sql",
        "/*---\ndescription = \"Sums of entries.\"\ngrain = [\"period\", \"entity\"]\n\
         columns = { total = \"Sum.\" }\n\
         [closing]\nperiod = \"period\"\nentity = \"entity\"\nnegate = [\"total\"]\n---*/\n\
         select period, entity, cast(sum(amount) as decimal(18,4)) as total\n\
         from staging.stg_books__entries group by period, entity\n",
    );
    let before = ["1,2026-11,A,10.00,", "2,2026-11,B,20.00,", "3,2026-12,A,5.50,"];
    entries(&world, &before);
    world.refreshed(day(0));
    let root = world.root();
    ok(root, &["close", "2026-11", "--by", "Ada"]);
    let sums = |period: &str| {
        let sql = format!(
            "select source_period_id, entity, total, booking_number, booking_kind
             from marts.fct_sums where period = '{period}' order by 1, 2, 4"
        );
        world.rows(&sql).into_iter().map(|row| row.join("|")).collect::<Vec<_>>()
    };
    let closed = ["2026-11|A|10.0000|0|original", "2026-11|B|20.0000|0|original"];
    assert_eq!(sums("2026-11"), closed);

    entries(&world, &["1,2026-11,A,10.00,", "3,2026-12,A,5.50,", "4,2026-11,A,0.75,"]);
    world.refreshed(day(1));
    assert_eq!(sums("2026-11"), closed);
    let december = [
        "2026-11|A|-10.0000|1|reversal",
        "2026-11|A|10.7500|2|correction",
        "2026-11|B|-20.0000|1|reversal",
        "2026-12|A|5.5000|0|original",
    ];
    assert_eq!(sums("2026-12"), december);
    // Once more, on top of what is booked already.
    entries(&world, &["1,2026-11,A,11.00,", "3,2026-12,A,6.50,", "5,2026-11,B,3.00,"]);
    world.refreshed(day(2));
    let december = [
        "2026-11|A|-10.0000|1|reversal",
        "2026-11|A|11.0000|2|correction",
        "2026-11|B|-20.0000|1|reversal",
        "2026-11|B|3.0000|2|correction",
        "2026-12|A|6.5000|0|original",
    ];
    assert_eq!(sums("2026-12"), december);
    assert_eq!(sums("2026-11"), closed);
    ok(root, &["verify"]);
}

#[test]
fn a_restatement_is_told_row_by_row() {
    let world = ledger();
    world.refreshed(day(0));
    let root = world.root();
    ok(root, &["close", "2026-11", "--by", "Ada"]);
    entries(&world, &["1,2026-11,A,12.00,x", "2,2026-11,B,20.00,", "6,2026-11,B,0.75,"]);
    world.refreshed(day(1));
    let none = ok(root, &["restatement", "2026-11", "--format", "csv"]);
    assert_eq!(none.lines().count(), 1, "a closed period has nothing to tell: {none}");
    ok(root, &["reopen", "2026-11", "--by", "Ada", "--because", "an invoice was wrong"]);
    ok(root, &["close", "2026-11", "--by", "Ada"]);
    let told = ok(root, &["restatement", "2026-11", "--format", "csv"]);
    let key = |entry: u8| format!("\"entry={entry}, booking_number=0\"");
    let expected = [
        "table,key,change,column,earlier,later".to_owned(),
        format!("marts.fct_entries,{},changed,amount,10.00,12.00", key(1)),
        format!("marts.fct_entries,{},added,amount,,0.75", key(6)),
    ];
    assert_eq!(told.lines().collect::<Vec<_>>(), expected);
    let table = ok(root, &["restatement", "2026-11"]);
    let line = table.lines().find(|line| line.contains("marts.fct_entries")).unwrap();
    let cells: Vec<&str> = line.split('|').map(str::trim).collect();
    assert_eq!(
        cells,
        ["marts.fct_entries", "2", "3", "1", "0", "1", "amount", "EUR", "30.00", "32.75", "2.75"]
    );
}

/// What every entry comes to over all periods, and what its source says.
fn sums(world: &World) -> [BTreeMap<String, String>; 2] {
    ["marts.fct_entries", "books.entries"].map(|table| {
        let sql = format!(
            "select entry, cast(sum(amount) as decimal(18,2)) from {table} group by entry
             having sum(amount) <> 0"
        );
        world.rows(&sql).into_iter().map(|row| (row[0].clone(), row[1].clone())).collect()
    })
}

/// A company whose entries change at random, while its periods are closed and opened.
struct Story {
    world: World,
    amounts: BTreeMap<usize, (usize, usize)>,
    /// the periods that are closed, with the release of each closing
    closed: BTreeMap<usize, u64>,
    clock: i64,
}

const PERIODS: [&str; 4] = ["2026-11", "2026-12", "2026-P13", "2027-01"];

impl Story {
    fn deliver(&mut self, dice: &mut Dice) {
        for _ in 0..1 + dice.below(4) {
            let entry = dice.below(12);
            if dice.one_in(4) {
                self.amounts.remove(&entry);
                dice.hit("deleted");
            } else {
                self.amounts.insert(entry, (dice.below(PERIODS.len()), 1 + dice.below(999)));
                dice.hit("changed");
            }
        }
        let line = |(entry, (period, cents)): (&usize, &(usize, usize))| {
            let entity = if entry % 2 == 0 { "A" } else { "B" };
            let period = PERIODS[*period];
            format!("{entry},{period},{entity},{}.{:02},", cents / 100, cents % 100)
        };
        let lines: Vec<String> = self.amounts.iter().map(line).collect();
        entries(&self.world, &lines.iter().map(String::as_str).collect::<Vec<_>>());
        self.clock += 1;
        self.world.refreshed(day(self.clock));
    }

    fn decide(&mut self, period: usize, decision: PeriodStatus) {
        self.clock += 1;
        let entry = status(PERIODS[period], None, decision);
        let outcome = self.world.enter(&entry, day(self.clock)).unwrap();
        match decision {
            Closed => self.closed.insert(period, outcome.release.number),
            Reopened => self.closed.remove(&period),
        };
    }

    fn check(&self) {
        let [booked, source] = sums(&self.world);
        assert_eq!(booked, source, "all periods together come to what the source says");
        let home = self.world.home();
        for (period, number) in &self.closed {
            let sql = format!(
                "{BOOKED} where period = '{}' order by entry, booking_number",
                PERIODS[*period]
            );
            let release = home.release(*number).unwrap();
            let then = rows_of(&home, &release, &sql, &self.world.limits()).unwrap();
            assert_eq!(self.world.rows(&sql), then, "{} stays as closed", PERIODS[*period]);
        }
        let twice = "select entry, booking_number from marts.fct_entries group by all
                     having count(*) > 1";
        assert!(self.world.rows(twice).is_empty());
    }
}

#[test]
fn random_histories_keep_closed_figures_and_lose_none() {
    let mut dice = Dice::of("frozen");
    for _ in 0..4 {
        let (world, closed) = (ledger(), BTreeMap::new());
        let mut story = Story { world, amounts: BTreeMap::new(), closed, clock: 0 };
        story.deliver(&mut dice);
        for _ in 0..14 {
            // The last period stays open, so that there is one that takes what comes late.
            let next = (0..PERIODS.len() - 1).find(|period| !story.closed.contains_key(period));
            match (dice.below(4), next) {
                (0, Some(next)) => {
                    dice.hit("closed");
                    story.decide(next, Closed);
                }
                (1, _) if !story.closed.is_empty() => {
                    let any = dice.below(story.closed.len());
                    let period = *story.closed.keys().nth(any).unwrap();
                    dice.hit("reopened");
                    story.decide(period, Reopened);
                }
                _ => story.deliver(&mut dice),
            }
            story.check();
        }
    }
    dice.report(&["changed", "deleted", "closed", "reopened"]);
}
