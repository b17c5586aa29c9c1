//! Is a refresh whole or not at all when server or network fail at any byte?

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::shop::{Shop, Vendor, Way, both, files_below};
use crate::support::binary;
use crate::support::dice::Dice;
use crate::support::mariadb::MariaDb;
use crate::support::postgres::Postgres;
use crate::support::proxy::{Proxy, Trouble};
use crate::support::server::Tls;

/// Troubles that a database has to go through.
const TROUBLES_MIN: usize = 50;
/// Rounds; now and then an answer ends before the byte at which trouble should begin.
const ROUNDS: u64 = 54;
const KINDS: [&str; 6] = [
    "server process killed",
    "connection killed",
    "connection reset",
    "connection closed",
    "half-open connection",
    "one byte a second",
];
const PHASES: [&str; 4] = ["before the rows", "among the rows", "at the end", "encrypted"];
/// What became of the refresh: at the very end, all that matters may have come through.
const ENDS: [&str; 2] = ["failed, and left the old release", "came through whole"];

const SUMS: [(&str, &str); 2] = [
    ("deals", "count(*), sum(id), sum(amount), min(amount), max(amount), sum(length(remark))"),
    ("notes", "count(*), sum(id), sum(amount), min(amount), max(amount), sum(length(remark))"),
];

/// One project that goes through rounds, one after the other.
struct Lane<'a> {
    shop: Shop<'a>,
    proxy: Proxy,
    dice: Dice,
    /// bytes of answers before the first row, and in all
    first_row: u64,
    total: u64,
}

impl<'a> Lane<'a> {
    fn new(vendor: &'a dyn Vendor) -> Self {
        let shop = Shop::new(vendor);
        for (table, rows) in [("deals", 20_000), ("notes", 1_000)] {
            let numbers = vendor.numbers(rows);
            shop.sql(&format!(
                "create table {table} (id bigint primary key, amount numeric(18,2), \
                 sold_on date, remark varchar(400));
                 insert into {table} select seq, seq * 1.37, '2026-01-31', \
                 repeat(md5(concat('x', seq)), 7) from {numbers};"
            ));
            let columns = "[columns.id]\ntype = \"integer\"\nrequired = true\n\
                 [columns.amount]\ntype = \"decimal(18,2)\"\n[columns.sold_on]\ntype = \"date\"\n\
                 [columns.remark]\ntype = \"text\"\n";
            let lines = "mode = \"full\"\ntolerate = { deleted_ratio = 1.0 }\n";
            shop.contract(table, table, lines, columns);
        }
        let certificate = std::fs::read(vendor.folder().join("ca.pem")).unwrap();
        shop.world.write("certs/ca.pem", certificate);
        let proxy = Proxy::to(vendor.port());
        let mut lane = Self { shop, proxy, dice: Dice::seeded(0), first_row: 0, total: 0 };
        lane.refresh_whole();
        lane.total = lane.proxy.answered();
        let is_for_rows = |text: &str| text.contains("remark") && text.contains("amount");
        let requests = lane.proxy.requests();
        let first = requests.iter().find(|(_, text)| is_for_rows(text));
        lane.first_row = first.expect("a request for the rows").0;
        assert!(lane.first_row > 500 && lane.total > 4_000_000, "{requests:?}");
        lane
    }

    fn way(&self, lines: &str) {
        self.shop.system(&Way { port: self.proxy.port(), lines, ..self.shop.way() });
    }

    /// The sums of both tables, as the server's own client or the newest release gives them.
    fn sums(&self, schema: &str) -> Vec<Vec<Vec<String>>> {
        let of = |(table, sums): &(&str, &str)| {
            let sql = format!("select {sums} from {schema}{table}");
            match schema {
                "" => self.shop.vendor.rows(&self.shop.database, &sql),
                _ => self.shop.world.rows(&sql),
            }
        };
        SUMS.iter().map(of).collect()
    }

    fn refresh_whole(&self) {
        self.proxy.set(Trouble::None, 0);
        self.way("timeout_seconds = 60\n");
        self.shop.refreshed();
        assert_eq!(self.sums("shop."), self.sums(""), "{}", self.shop.vendor.kind());
    }

    /// The byte of answers at which trouble begins.
    fn place(&self, phase: &str, dice: &mut Dice) -> u64 {
        let below = |dice: &mut Dice, limit: u64| dice.below(limit as usize) as u64;
        match phase {
            "before the rows" => below(dice, self.first_row),
            "among the rows" => {
                let rows = self.total - self.first_row;
                self.first_row + below(dice, rows * 95 / 100)
            }
            "at the end" => self.total - 1 - below(dice, 400),
            _ => below(dice, self.total),
        }
    }

    /// Changes the tables and refreshes while something goes wrong.
    fn round(&mut self, seed: u64) {
        let mut dice = Dice::seeded(seed);
        let kind = KINDS[(seed % 6) as usize];
        let phase = PHASES[(seed / 6 % 4) as usize];
        for (table, _) in SUMS {
            let rest = seed % 100;
            let change = format!("update {table} set amount = amount + 1 where id % 100 = {rest};");
            self.shop.sql(&change);
        }
        let (before, served) = (self.shop.world.release().number, self.sums("shop."));
        let is_cold = matches!(kind, "half-open connection" | "one byte a second");
        let mut lines = format!("timeout_seconds = {}\n", if is_cold { 1 } else { 60 });
        if phase == "encrypted" {
            lines += "tls = \"verify-full\"\ntls_ca = \"certs/ca.pem\"\n";
        }
        self.way(&lines);
        self.proxy.set(trouble(kind), self.place(phase, &mut dice));
        let result = self.refresh_during(kind);
        let name = format!("{} {seed}: {kind}, {phase}", self.shop.vendor.kind());
        if self.proxy.has_struck() {
            self.dice.hit(kind);
            self.dice.hit(phase);
            self.dice.hit(ENDS[usize::from(result.is_ok())]);
        } else {
            println!("  {name}: the answers were shorter this time");
        }
        match result {
            Ok(_) => {
                let may_be_over = !self.proxy.has_struck() || phase == "at the end";
                let is_kill = kind.ends_with("killed");
                assert!(may_be_over || is_kill, "{name}: the refresh must fail");
                assert_eq!(self.sums("shop."), self.sums(""), "{name}");
            }
            Err(said) => self.check_failed(&name, &said, before, &served),
        }
        self.refresh_whole();
    }

    fn refresh_during(&self, kind: &str) -> Result<String, String> {
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            if kind.ends_with("killed") {
                scope.spawn(|| {
                    while !self.proxy.has_struck() {
                        if is_over.load(Ordering::SeqCst) {
                            return;
                        }
                        std::thread::sleep(Duration::from_millis(1));
                    }
                    let (vendor, database) = (self.shop.vendor, &self.shop.database);
                    match kind {
                        "connection killed" => vendor.cut(database),
                        _ => vendor.crash(database),
                    }
                    self.proxy.resume();
                });
            }
            let begin = Instant::now();
            let result = self.shop.refresh();
            is_over.store(true, Ordering::SeqCst);
            let seconds = begin.elapsed().as_secs();
            assert!(seconds < 50, "{kind}: given up after {seconds} s: {result:?}");
            result
        })
    }

    fn check_failed(&self, name: &str, said: &str, before: u64, served: &[Vec<Vec<String>>]) {
        assert!(said.contains("system `base`"), "{name}: no system in: {said}");
        assert!(said.contains("nothing was published"), "{name}: {said}");
        assert!(said.contains("mend the source"), "{name}: no advice in: {said}");
        assert_eq!(self.shop.world.release().number, before, "{name}");
        assert_eq!(self.sums("shop."), served, "{name}: the old release is served");
        let left = files_below(&self.shop.world.path("warehouse/data/tmp"));
        assert!(left.is_empty(), "{name}: half-made files stay: {left:?}");
    }
}

fn trouble(kind: &str) -> Trouble {
    match kind {
        "connection reset" => Trouble::Reset,
        "connection closed" => Trouble::Close,
        "half-open connection" => Trouble::HalfOpen,
        "one byte a second" => Trouble::Slow,
        _ => Trouble::Hold,
    }
}

/// Goes through some rounds on one server; gives what was hit.
fn rounds(vendor: &dyn Vendor, seeds: &[u64]) -> Dice {
    let mut lane = Lane::new(vendor);
    for seed in seeds {
        lane.round(*seed);
    }
    let verified = binary::run(lane.shop.world.root(), &["verify"]);
    assert!(verified.status.success(), "{}", binary::said(&verified));
    lane.dice
}

/// Server processes are killed on a server of their own, everything else happens on the shared one.
fn chaos(shared: &dyn Vendor, own: &dyn Vendor) {
    let begin = Instant::now();
    let is_crash = |seed: &u64| KINDS[(seed % 6) as usize] == KINDS[0];
    let (crashes, others): (Vec<u64>, Vec<u64>) = (1..=ROUNDS).partition(is_crash);
    let mut lanes: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
    others.iter().enumerate().for_each(|(at, seed)| lanes.entry(at % 3).or_default().push(*seed));
    let mut all = Dice::seeded(0);
    std::thread::scope(|scope| {
        let mut running = vec![scope.spawn(|| rounds(own, &crashes))];
        for seeds in lanes.values() {
            running.push(scope.spawn(|| rounds(shared, seeds)));
        }
        running.into_iter().for_each(|lane| all.count(&lane.join().unwrap()));
    });
    println!("{} in {} s:", shared.kind(), begin.elapsed().as_secs());
    all.report(&KINDS);
    all.report(&PHASES);
    all.report(&ENDS);
    assert!(all.hits(&KINDS) >= TROUBLES_MIN as u64, "too few troubles");
}

/// Falls silent before each answer of a whole refresh in turn.
fn silences(vendor: &dyn Vendor) -> usize {
    let lane = Lane::new(vendor);
    let mut places: Vec<u64> =
        lane.proxy.requests().into_iter().map(|(answered, _)| answered).collect();
    places.retain(|place| *place <= lane.first_row);
    places.dedup();
    let (before, served) = (lane.shop.world.release().number, lane.sums("shop."));
    for place in &places {
        lane.way("timeout_seconds = 1\n");
        lane.proxy.set(Trouble::HalfOpen, *place);
        let name = format!("{} falls silent at byte {place}", vendor.kind());
        let said = lane.refresh_during("half-open connection").expect_err(&name);
        assert!(lane.proxy.has_struck(), "{name}");
        lane.check_failed(&name, &said, before, &served);
    }
    places.len()
}

#[test]
fn a_silent_server_is_given_up_at_every_question() {
    std::thread::scope(|scope| {
        for vendor in both() {
            scope.spawn(move || {
                let places = silences(vendor);
                println!("{}: given up at {places} questions", vendor.kind());
                assert!(places > 8, "{}", vendor.kind());
            });
        }
    });
}

#[test]
fn postgres_may_fail_at_any_byte() {
    chaos(Postgres::shared(), &Postgres::start(Tls::Offered));
}

#[test]
fn mariadb_may_fail_at_any_byte() {
    chaos(MariaDb::shared(), &MariaDb::start(Tls::Offered));
}
