//! Which sample company lives on: days go by, what was delivered is corrected, deleted or comes
//! late, rules change, and customers turn out to be one?

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use chrono::{DateTime, Duration, Utc};
use tempfile::TempDir;

use super::binary::{run, said};
use super::dice::Dice;
use super::world::{World, sqlite};
use crate::cli::{copy, demo_in, ok};

/// The first period of the company's books.
pub const PERIOD: &str = "2025-04";
/// Months of which everything is delivered.
const MONTHS: [&str; 15] = [
    PERIOD, "2025-05", "2025-06", "2025-07", "2025-08", "2025-09", "2025-10", "2025-11", "2025-12",
    "2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06",
];
/// What may change in what the departments deliver and in what is entered as rules.
pub const CHANGES: [&str; 7] =
    ["days", "correction", "deletion", "rule", "account map", "rate", "late row"];

const CALENDAR: &str = "warehouse/inputs/calendar.csv";
const MAP: &str = "warehouse/inputs/customer_map.csv";
const RULES: &str = "warehouse/inputs/allocation_rules.csv";
const ACCOUNTS: &str = "warehouse/inputs/account_map.csv";

/// Drivers of rules, as they are or otherwise.
const DRIVERS: [[&str; 2]; 3] = [
    [",6609,6609,billing,invoices,", ",6609,6609,billing,order_lines,"],
    [",6704,6704,,net_revenue,", ",6704,6704,,invoices,"],
    [",6606,6606,service,travel_minutes,", ",6606,6606,service,service_minutes,"],
];
/// Lines of profit to which accounts belong, as they are or otherwise.
const LINES: [[&str; 2]; 3] = [
    ["6609,6609,in,selling,", "6609,6609,in,overhead,"],
    ["6610,6610,in,marketing,", "6610,6610,in,selling,"],
    ["6605,6605,in,service,", "6605,6605,in,selling,"],
];
/// Where bookkeeping's documents of two entries come from that no other department knows.
const ORIGINS: [&str; 3] = ["payroll", "manual", "assets"];

/// The company.
pub struct Lived {
    pub world: World,
    now: DateTime<Utc>,
    /// texts of input files that stand for others, in the order in which that was decided
    replaced: Vec<(&'static str, String, String)>,
    /// lines that input files have more
    added: Vec<(&'static str, String)>,
    late: usize,
}

/// The smallest company, loaded, its books beginning with the first month that has figures, so
/// that no empty periods are to be closed first: made once.
fn loaded() -> &'static Path {
    static MADE: OnceLock<TempDir> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        let root = folder.path();
        demo_in(root);
        let settings = fs::read_to_string(root.join("warehouse/project.toml")).unwrap();
        let months = "kind = \"months\"\nfirst_month = 1\n";
        assert_eq!(settings.matches(months).count(), 1);
        let table = "kind = \"table\"\ntable = \"inputs.calendar\"\n";
        fs::write(root.join("warehouse/project.toml"), settings.replace(months, table)).unwrap();
        Lived::begin_books(root);
        ok(root, &["refresh"]);
        folder
    });
    made.path()
}

impl Lived {
    pub fn new() -> Self {
        let world = World::empty();
        copy(loaded(), world.root());
        let now = world.release().created_at;
        Self { world, now, replaced: Vec::new(), added: Vec::new(), late: 0 }
    }

    /// Takes the periods before the first out of the calendar.
    fn begin_books(root: &Path) {
        let text = fs::read_to_string(root.join(CALENDAR)).unwrap();
        let is_kept = |line: &&str| {
            !["2025-01,", "2025-02,", "2025-03,"].iter().any(|month| line.starts_with(month))
        };
        let kept: Vec<&str> = text.lines().filter(is_kept).collect();
        fs::write(root.join(CALENDAR), kept.join("\n") + "\n").unwrap();
    }

    /// Gives a command a day later.
    pub fn tell(&mut self, arguments: &[&str]) -> String {
        let now = self.tomorrow();
        ok(self.world.root(), &[&["--now", now.as_str()], arguments].concat())
    }

    fn tomorrow(&mut self) -> String {
        self.now += Duration::days(1);
        self.now.format("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// Refreshes; what keeps that from being published is waived by name, as a person would.
    pub fn refresh(&mut self, options: &[&str], dice: &mut Dice) {
        let now = self.tomorrow();
        let mut arguments = [&["--now", now.as_str(), "refresh"], options].concat();
        let first = run(self.world.root(), &arguments);
        if first.status.success() {
            return;
        }
        let told = said(&first);
        let named = told.split("--waive ").skip(1).filter_map(|rest| rest.split(' ').next());
        let waived: Vec<&str> = named.collect();
        assert!(!waived.is_empty(), "{told}");
        dice.hit("waived");
        for check in waived {
            arguments.extend(["--waive", check]);
        }
        arguments.extend(["--because", "it is known"]);
        ok(self.world.root(), &arguments);
    }

    /// Closes the first period; what hinders that is waived.
    pub fn close(&mut self) {
        let release = self.world.release();
        let hinders = release.checks.iter().filter(|found| found.hinders_closing(PERIOD));
        let mut names: Vec<&str> = hinders.map(|found| found.name.as_str()).collect();
        names.dedup();
        let mut arguments = vec!["close", PERIOD, "--by", "Ada"];
        for name in &names {
            arguments.extend(["--waive", name]);
        }
        if !names.is_empty() {
            arguments.extend(["--because", "it is known"]);
        }
        self.tell(&arguments);
    }

    pub fn reopen(&mut self) {
        self.tell(&["reopen", PERIOD, "--by", "Ada", "--because", "it was wrong"]);
    }

    /// A debtor and a customer of sales that are two.
    pub fn two(&self, dice: &mut Dice) -> [String; 2] {
        let sql = "select local_id, customer_id from intermediate.int_customer_numbers
            where customer_id <> 'unassigned' and source_system = ";
        let numbers = |system| self.world.rows(&format!("{sql}'{system}' order by local_id"));
        let debtors = numbers("finance");
        let debtor = dice.pick(&debtors);
        let others = numbers("sales");
        let others: Vec<&Vec<String>> = others.iter().filter(|row| row[1] != debtor[1]).collect();
        [debtor[0].clone(), dice.pick(&others)[0].clone()]
    }

    /// Says in the company's own list that a debtor is a customer of sales.
    pub fn map(&mut self, dice: &mut Dice) {
        let [debtor, customer] = self.two(dice);
        self.added.retain(|(_, line)| !line.starts_with(&format!("finance,{debtor},")));
        self.added
            .push((MAP, format!("finance,{debtor},{customer},2025-03-01,Ada,The same owner")));
        self.amend();
        dice.hit("customers mapped");
    }

    /// Does something to what is delivered, in a month or any; what it was is counted.
    pub fn change(&mut self, what: &'static str, month: Option<&str>, dice: &mut Dice) {
        let month = month.unwrap_or_else(|| MONTHS[dice.below(MONTHS.len())]);
        match what {
            "days" => {
                let days = (1 + dice.below(5)).to_string();
                let root = self.world.root().to_str().unwrap().to_owned();
                ok(
                    self.world.root(),
                    &["demo", "--dir", &root, "--advance", &days, "--no-refresh"],
                );
                Self::begin_books(self.world.root());
                self.amend();
            }
            "correction" => {
                self.rewrite_document(month, dice, false);
                let line = dice.below(1000);
                self.sales(&format!(
                    "update order_line set qty = qty + 1, net = printf('%.2f', net + price),
                         changed_at = (select max(changed_at) from order_line)
                     where rowid =
                         (select rowid from order_line order by rowid limit 1 offset {line})"
                ));
            }
            "deletion" => {
                self.rewrite_document(month, dice, true);
                let order = dice.below(1000);
                self.sales(&format!(
                    "update sales_order set deleted = 1,
                         changed_at = (select max(changed_at) from sales_order)
                     where no = (select no from sales_order order by no limit 1 offset {order})"
                ));
            }
            "rule" => self.turn(RULES, *dice.pick(&DRIVERS)),
            "account map" => self.turn(ACCOUNTS, *dice.pick(&LINES)),
            "rate" => self.change_rate(month, dice),
            "late row" => self.post_late(month, dice),
            other => panic!("{other}"),
        }
        dice.hit(what);
    }

    fn sales(&self, sql: &str) {
        sqlite(&self.world.path("feeds/sales/sales.db"), sql);
    }

    /// Writes what was decided about inputs into their files, which an advance writes anew.
    fn amend(&self) {
        for (name, from, to) in &self.replaced {
            let text = self.read(name);
            self.world.write(name, text.replace(from, to));
        }
        for (name, line) in &self.added {
            let text = self.read(name);
            if !text.contains(line) {
                self.world.write(name, format!("{}\n{line}\n", text.trim_end()));
            }
        }
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.world.path(name)).unwrap()
    }

    /// Puts the other one of two texts into a file.
    fn turn(&mut self, name: &'static str, [one, other]: [&str; 2]) {
        let (from, to) = if self.read(name).contains(one) { (one, other) } else { (other, one) };
        assert!(self.read(name).contains(from), "{name}: {from}");
        self.replaced.push((name, from.to_owned(), to.to_owned()));
        self.amend();
    }

    /// Gives another amount to a document of two entries that a month's ledger holds, or takes it
    /// out.
    fn rewrite_document(&self, month: &str, dice: &mut Dice, is_gone: bool) {
        let name = format!("feeds/finance/ledger_{month}.csv");
        let text = self.read(&name);
        let mut documents: BTreeMap<&str, usize> = BTreeMap::new();
        for line in text.lines() {
            let cells: Vec<&str> = line.split(';').collect();
            let is_plain = cells.len() == 16 && cells[11] == "posted" && cells[13] == cells[14];
            if is_plain && ORIGINS.contains(&cells[10]) {
                *documents.entry(cells[7]).or_default() += 1;
            }
        }
        documents.retain(|_, entries| *entries == 2);
        let all: Vec<&str> = documents.into_keys().collect();
        let document = *dice.pick(&all);
        let amount = format!("{},{:02}", 1 + dice.below(90_000), dice.below(100));
        let rewritten = text.lines().filter_map(|line| {
            let mut cells: Vec<&str> = line.split(';').collect();
            if cells.get(7) != Some(&document) {
                return Some(line.to_owned());
            }
            let sign = if cells[13].starts_with('-') { "-" } else { "" };
            let amount = format!("{sign}{amount}");
            (cells[13], cells[14]) = (&amount, &amount);
            (!is_gone).then(|| cells.join(";"))
        });
        let lines: Vec<String> = rewritten.collect();
        self.world.write(&name, lines.join("\r\n") + "\r\n");
    }

    fn change_rate(&self, month: &str, dice: &mut Dice) {
        let name = format!("feeds/finance/rates_{month}.csv");
        let text = self.read(&name);
        let is_rate = |line: &&str| {
            let (kind, rate) = line.split_once(';').zip(line.rsplit_once(',')).unwrap_or_default();
            kind.0 == "average" && rate.1.len() == 8
        };
        let rates: Vec<&str> = text.lines().filter(is_rate).collect();
        let line = *dice.pick(&rates);
        let other = format!(
            "{},{:08}",
            line.rsplit_once(',').unwrap().0,
            10_000_000 + dice.below(90_000_000)
        );
        self.world.write(&name, text.replace(line, &other));
    }

    /// Posts wages of a month that the ledger does not know of yet.
    fn post_late(&mut self, month: &str, dice: &mut Dice) {
        self.late += 1;
        let ledger = self.read(&format!("feeds/finance/ledger_{PERIOD}.csv"));
        let mut lines: Vec<String> = ledger.lines().take(2).map(str::to_owned).collect();
        let (year, number) = month.split_once('-').unwrap();
        let (entity, document) = (1 + dice.below(4), format!("LATE{}", self.late));
        let amount = format!("{},{:02}", 1 + dice.below(90_000), dice.below(100));
        for (place, account, centre, sign) in
            [(1, "6601", format!("C0{entity}-sales"), ""), (2, "2211", String::new(), "-")]
        {
            lines.push(format!(
                "{document}/{place};LT0{entity};15.{number}.{year};{month};{account};{centre};;\
                 {document};payroll;15.{number}.{year};payroll;posted;CNY;{sign}{amount};\
                 {sign}{amount};"
            ));
        }
        let name = format!("feeds/finance/ledger_late_{}.csv", self.late);
        self.world.write(&name, lines.join("\r\n") + "\r\n");
    }
}
