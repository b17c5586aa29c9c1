//! Which rows of the departments can no warehouse load, and why not?
//!
//! Each is refused for one reason of its own and has a key of its own, so that what is loaded stays
//! what was planned. The rows lie on fixed days before the data date; every company has them all.

mod finance;
mod inventory;
mod marketing;
mod sales;
mod service;
mod staff;

use chrono::NaiveDate;
use encoding_rs::WINDOWS_1252;

use super::feeds::{Dirty, Feeds};
use super::roles::Role;
use super::run::Run;
use super::tables::Table;
use super::text::{Dialect, Row};
use super::world::{Customer, World};

/// Quiet customers before the first one that no conflict is planted with.
const FREE_FROM: usize = 114;
/// How many of them the rows name in turn.
const FREE_COUNT: usize = 6;

/// A table that gets rows which cannot be loaded.
#[derive(Clone, Copy)]
struct Target {
    /// where the department keeps it
    table: &'static Table,
    /// its name in the warehouse
    name: &'static str,
}

/// Why a row cannot be loaded.
#[derive(Clone, Copy)]
struct Fault {
    /// the column at fault in the warehouse's words; nothing where the record is malformed
    column: Option<&'static str>,
    /// words of the reason
    reason: &'static str,
}

/// A fault of one column.
fn at(column: &'static str, reason: &'static str) -> Fault {
    Fault { column: Some(column), reason }
}

/// A fault of the record as a whole.
fn whole(reason: &'static str) -> Fault {
    Fault { column: None, reason }
}

/// What the departments' rows are made with.
struct Planting<'a> {
    world: &'a World,
    feeds: &'a mut Feeds,
    /// customers with whom nothing else is planted
    customers: Vec<&'a Customer>,
}

impl Planting<'_> {
    /// Adds a record as its bytes stand.
    fn record(&mut self, target: Target, on: &str, record: Vec<u8>, fault: Fault) {
        let Fault { column, reason } = fault;
        let dirty = Dirty {
            table: target.name.into(),
            source: String::new(),
            row: 0,
            column: column.map(Into::into),
            reason: reason.into(),
        };
        self.feeds.dirty(target.table, day(on), record, dirty);
    }

    /// Adds a line of a file, without its line end, in the character set of its program.
    fn line(&mut self, target: Target, on: &str, line: &str, fault: Fault) {
        let dialect = target.table.dialect();
        let mut record = match dialect {
            Dialect::Scales => WINDOWS_1252.encode(line).0.into_owned(),
            _ => dialect.encoded(line.as_bytes().to_vec()),
        };
        record.extend(dialect.line_end());
        self.record(target, on, record, fault);
    }

    /// Adds a row of a database.
    fn values(&mut self, target: Target, on: &str, fault: Fault, write: impl FnOnce(&mut Row<'_>)) {
        let mut record = Vec::new();
        let mut row = Row::new(&mut record, Dialect::Values);
        write(&mut row);
        debug_assert_eq!(row.count, target.table.columns.len(), "{}", target.name);
        self.record(target, on, record, fault);
    }

    /// The number of somebody who works for a customer's unit.
    fn owner(&self, customer: &Customer) -> &str {
        &self.world.employees[customer.owner].id
    }

    /// The number of one of the products.
    fn sku(&self, place: usize) -> &str {
        &self.world.products[place].sku
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap_or_default()
}

/// Plants all of them; the files and databases get them on their days.
pub(super) fn plant(run: &mut Run) {
    let Run { world, feeds, answers } = run;
    let free = world.with_role(Role::Quiet).skip(FREE_FROM).chain(&world.customers);
    let customers = free.take(FREE_COUNT).collect();
    let mut planting = Planting { world, feeds, customers };
    sales::plant(&mut planting);
    inventory::plant(&mut planting);
    finance::plant(&mut planting);
    marketing::plant(&mut planting);
    staff::plant(&mut planting);
    let stale = service::plant(&mut planting);
    answers.facts.insert("stale".to_owned(), stale);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::super::clock::{DATA_DATE, Window, later};
    use super::super::feeds::Dirty;
    use super::super::run;
    use super::super::tables;
    use super::super::world::{CUSTOMERS_MIN, MONTHS_MIN, Scale};

    /// Every refusal of another world, in which each kind was written by hand.
    const MESSY: &str = include_str!("../../../tests/worlds/messy/expected.csv");

    /// A reason with its numbers and what it quotes left out.
    fn kind(reason: &str) -> String {
        let words = reason.split('`').next().unwrap_or_default();
        words.chars().map(|letter| if letter.is_ascii_digit() { '#' } else { letter }).collect()
    }

    #[test]
    fn every_kind_of_refusal_lies_where_it_is_said_to() {
        let folder = std::env::temp_dir().join(format!("patron-dirty-{}", std::process::id()));
        let scale = Scale::usual(CUSTOMERS_MIN, MONTHS_MIN, 7);
        let window = Window { after: None, until: DATA_DATE };
        let answers = run::write(&folder, scale, window, &mut |_, _| ()).unwrap();
        let kinds: BTreeSet<String> = answers.dirty.iter().map(|d| kind(&d.reason)).collect();
        for line in MESSY.lines().skip(1) {
            let wanted = kind(line.splitn(5, ',').last().unwrap());
            let is_planted = kinds.iter().any(|k| k.starts_with(&wanted) || wanted.starts_with(k));
            assert!(is_planted, "{wanted}");
        }
        let departments: BTreeSet<&str> =
            answers.dirty.iter().filter_map(|d| d.table.split('.').next()).collect();
        let all = ["finance", "inventory", "marketing", "sales", "service", "staff"];
        assert_eq!(departments, BTreeSet::from(all));
        let in_files: Vec<&Dirty> = answers.dirty.iter().filter(|d| d.row > 0).collect();
        assert!(in_files.len() > 30);
        for dirty in in_files {
            let department = dirty.table.split('.').next().unwrap();
            let path = folder.join("feeds").join(department).join(&dirty.source);
            let bytes = fs::read(path).unwrap();
            let row = usize::try_from(dirty.row).unwrap() - 1;
            let line = bytes.split(|byte| *byte == b'\n').nth(row).unwrap();
            let is_own = String::from_utf8_lossy(line).contains('X');
            assert!(is_own || dirty.table == "finance.rates", "{dirty:?}");
            let is_last =
                bytes.split(|byte| *byte == b'\n').nth(row + 1).is_none_or(<[u8]>::is_empty);
            assert!(is_last || !dirty.reason.starts_with("a quote opens"), "{dirty:?}");
        }
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn an_advance_brings_none_of_them_again() {
        let folder = std::env::temp_dir().join(format!("patron-clean-{}", std::process::id()));
        let scale = Scale::usual(CUSTOMERS_MIN, MONTHS_MIN, 7);
        let window = Window { after: Some(DATA_DATE), until: later(DATA_DATE, 3) };
        let answers = run::write(&folder, scale, window, &mut |_, _| ()).unwrap();
        // A file that is written anew each time has its own again.
        let whole = tables::DEBTORS.path.rsplit('/').next().unwrap();
        assert!(answers.dirty.iter().all(|dirty| dirty.source == whole), "{:?}", answers.dirty);
        fs::remove_dir_all(&folder).unwrap();
    }
}
