//! Is the warehouse whole after the program was killed at any instant?

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::support::binary;
use crate::support::dice::Dice;
use crate::support::world::{World, copy_folder, day, sqlite};

const KILLS_MIN: u64 = 200;
const PHASES: [&str; 5] = ["extract", "write", "fsync", "publish", "collect"];
const KILLS_PER_PHASE: u64 = KILLS_MIN / PHASES.len() as u64;
/// Attempts after which a phase counts as unreachable.
const ATTEMPTS_MAX: u64 = 1500;
const TABLES: [(&str, &str); 5] = [
    ("shop.customers", "customer_id, limit_amount, _source, _row"),
    ("shop.orders", "order_id, amount, ordered_on, changed_at, _source, _row, _is_stale"),
    ("shop.entries", "entry_id, amount, posted_on, _source, _row"),
    ("shop.stock", "counted_on, product_id, quantity, _source, _row"),
    ("patron.quarantine", "quarantine_id, schema_name, table_name, source, row_number, reason"),
];

/// Rows of every table, so that two states can be told apart.
type State = BTreeMap<&'static str, Vec<Vec<String>>>;

/// Two projects with the same feeds: one is killed again and again, the other never.
struct Twins {
    killed: World,
    spared: World,
    step: u32,
    clock: i64,
}

fn contracts(world: &World) {
    let write = |table: &str, text: &str| {
        let head = format!("description = \"{table}\"\n");
        world.write(&format!("warehouse/contracts/shop/{table}.toml"), head + text);
    };
    world.write(
        "warehouse/systems.toml",
        "[base]\nkind = \"sqlite\"\npath = \"feeds/base.db\"\n\
         [files]\nkind = \"files\"\npath = \"feeds\"\n",
    );
    write(
        "customers",
        "system = \"base\"\nobject = \"customers\"\nmode = \"full\"\nkey = [\"customer_id\"]\n\
         tolerate = { deleted_ratio = 1.0 }\n\
         [columns.customer_id]\ntype = \"integer\"\nrequired = true\n\
         [columns.limit_amount]\ntype = \"decimal(18,2)\"\n",
    );
    write(
        "orders",
        "system = \"base\"\nobject = \"orders\"\nmode = \"merge\"\nkey = [\"order_id\"]\n\
         month = \"ordered_on\"\ncursor = { column = \"changed_at\", overlap_seconds = 60 }\n\
         deletions = { keys_every = 1 }\n\
         [columns.order_id]\ntype = \"integer\"\nrequired = true\n\
         [columns.amount]\ntype = \"decimal(18,2)\"\n[columns.ordered_on]\ntype = \"date\"\n\
         [columns.changed_at]\ntype = \"timestamp\"\nrequired = true\n",
    );
    write(
        "entries",
        "system = \"files\"\nobject = \"entries_*.csv\"\nkind = \"csv\"\nmode = \"append\"\n\
         key = [\"entry_id\"]\nmonth = \"posted_on\"\ntolerate = { refused_ratio = 1.0 }\n\
         [columns.entry_id]\ntype = \"text\"\nrequired = true\n\
         [columns.amount]\ntype = \"decimal(18,2)\"\nrequired = true\n\
         [columns.posted_on]\ntype = \"date\"\n",
    );
    write(
        "stock",
        "system = \"files\"\nobject = \"stock_*.csv\"\nkind = \"csv\"\nmode = \"period\"\n\
         period = \"counted_on\"\nmonth = \"counted_on\"\n\
         [columns.counted_on]\ntype = \"date\"\nrequired = true\n\
         [columns.product_id]\ntype = \"integer\"\n[columns.quantity]\ntype = \"integer\"\n",
    );
}

impl Twins {
    fn new(dice: &mut Dice) -> Self {
        let killed = World::empty();
        contracts(&killed);
        sqlite(
            &killed.path("feeds/base.db"),
            "create table customers (customer_id integer primary key, limit_amount text);
             create table orders (order_id integer primary key, amount text, ordered_on text,
                                  changed_at text);",
        );
        let mut twins = Self { killed, spared: World::empty(), step: 0, clock: 0 };
        twins.change_feeds(dice);
        contracts(&twins.spared);
        twins
    }

    /// Changes every feed: rows come, change, move to another month and go; a file comes or a
    /// known one gets another content.
    fn change_feeds(&mut self, dice: &mut Dice) {
        self.step += 1;
        self.clock += 10;
        let now =
            (day(0) + chrono::Duration::minutes(self.clock)).format("%Y-%m-%d %H:%M:%S+00:00");
        let mut sql = "begin;".to_owned();
        for _ in 0..20 {
            let (id, cents) = (dice.below(400), dice.below(100_000));
            let date = format!("2026-{:02}-{:02}", 1 + dice.below(6), 1 + dice.below(28));
            let amount = format!("{}.{:02}", cents / 100, cents % 100);
            sql += &format!(
                "insert or replace into customers values ({id}, '{amount}');
                 insert or replace into orders values ({id}, '{amount}', '{date}', '{now}');"
            );
        }
        let gone = dice.below(400);
        sql += &format!(
            "delete from orders where order_id = {gone};
             delete from customers where customer_id = {gone}; commit;"
        );
        sqlite(&self.killed.path("feeds/base.db"), &sql);
        let number =
            if dice.one_in(3) { 1 + dice.below(self.step as usize) } else { self.step as usize };
        let mut entries = "entry_id,amount,posted_on\n".to_owned();
        let mut stock = "counted_on,product_id,quantity\n".to_owned();
        for line in 0..30 {
            let (cents, month) = (dice.below(100_000), 1 + dice.below(3));
            let amount = if dice.one_in(40) {
                "bad".to_owned()
            } else {
                format!("{}.{:02}", cents / 100, cents % 100)
            };
            entries += &format!("{number}-{line},{amount},2026-{month:02}-01\n");
            stock += &format!("2026-{month:02}-{:02},{line},{cents}\n", 1 + dice.below(28));
        }
        self.killed.write(&format!("feeds/entries_{number}.csv"), entries);
        self.killed.write(&format!("feeds/stock_{number}.csv"), stock);
    }

    /// Refreshes the spared twin over the same feeds, uninterrupted.
    fn refresh_spared(&self) -> State {
        copy_folder(&self.killed.path("feeds"), &self.spared.path("feeds"));
        self.spared.refreshed(day(i64::from(self.step)));
        state(&self.spared)
    }
}

fn state(world: &World) -> State {
    let rows = TABLES.iter().map(|(table, columns)| {
        let mut rows = world.rows(&format!("select {columns} from {table}"));
        rows.sort();
        (*table, rows)
    });
    rows.collect()
}

/// The phases that a child names on its standard error, as they come.
fn phases(child: &mut Child) -> Receiver<&'static str> {
    let (sender, receiver) = channel();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            let named = PHASES.iter().find(|phase| names_phase(&line, phase));
            if named.is_some_and(|phase| sender.send(*phase).is_err()) {
                break;
            }
        }
    });
    receiver
}

fn names_phase(line: &str, phase: &str) -> bool {
    line.contains("patron::phase") && line.contains(&format!("phase=\"{phase}\""))
}

/// Starts the program, waits until it names a phase for the n-th time, lets a moment pass and
/// kills it. Gives the phase in which it died; none where it ended before.
fn kill_in(world: &World, phase: &'static str, dice: &mut Dice) -> Option<&'static str> {
    let mut command = binary::patron(world.root());
    match phase {
        "collect" => command.args(["collect", "--apply", "--keep", "1", "--grace", "0"]),
        _ => command.arg("refresh"),
    };
    command.env("PATRON_LOG", "patron::phase=debug");
    let mut child =
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let named = phases(&mut child);
    let often = if ["write", "fsync"].contains(&phase) { 30 } else { 3 };
    let wanted = if phase == "publish" { 0 } else { dice.below(often) };
    let longest = if dice.one_in(2) { 200 } else { 3000 };
    let pause = Duration::from_micros(dice.below(longest) as u64);
    let mut seen = 0;
    let mut died_in = None;
    while let Ok(name) = named.recv_timeout(Duration::from_secs(60)) {
        died_in = later(died_in, name, phase);
        seen += usize::from(name == phase);
        if seen > wanted {
            spin(pause);
            break;
        }
    }
    let _ = child.kill();
    let status = child.wait().unwrap();
    while let Ok(name) = named.recv() {
        died_in = later(died_in, name, phase);
    }
    if status.signal() == Some(9) { died_in } else { None }
}

/// The phase after another line: publishing and collecting write and sync too.
fn later(so_far: Option<&'static str>, named: &'static str, wanted: &str) -> Option<&'static str> {
    match so_far {
        Some("publish" | "collect") => so_far,
        // The lock's own folder is synced before collecting begins.
        _ if wanted == "collect" && named != "collect" => None,
        _ => Some(named),
    }
}

/// Waits without the scheduler's grain.
fn spin(pause: Duration) {
    let begin = Instant::now();
    while begin.elapsed() < pause {
        std::hint::spin_loop();
    }
}

/// Checks that the last release is served whole and that nothing is damaged.
fn check_whole(world: &World) -> State {
    let verified = binary::run(world.root(), &["verify"]);
    assert!(verified.status.success(), "{}", binary::said(&verified));
    state(world)
}

/// What is killed, what is spared, and what came of it so far.
struct Trial {
    twins: Twins,
    /// what the killed twin serves
    served: State,
    kills: BTreeMap<&'static str, u64>,
    kept: u64,
    published: u64,
}

impl Trial {
    fn begin(dice: &mut Dice) -> Self {
        let twins = Twins::new(dice);
        let served = twins.refresh_spared();
        let mut trial = Self { twins, served, kills: BTreeMap::new(), kept: 0, published: 0 };
        trial.refresh_whole();
        trial
    }

    /// The phase that was hit least; none when all were hit enough.
    fn next_phase(&self) -> Option<&'static str> {
        let hits = |phase: &&str| self.kills.get(*phase).copied().unwrap_or(0);
        PHASES.into_iter().filter(|phase| hits(phase) < KILLS_PER_PHASE).min_by_key(hits)
    }

    /// An uninterrupted refresh arrives at the rows of the spared twin.
    fn refresh_whole(&mut self) {
        let whole = binary::run(self.twins.killed.root(), &["refresh"]);
        assert!(whole.status.success(), "{}", binary::said(&whole));
        self.served = self.twins.refresh_spared();
        let found = check_whole(&self.twins.killed);
        assert!(
            found == self.served,
            "lost, doubled or torn: {}",
            difference(&found, &self.served)
        );
    }

    /// One kill: afterwards the old state is served whole, or the new one.
    fn kill(&mut self, phase: &'static str, dice: &mut Dice) {
        self.twins.change_feeds(dice);
        if phase == "collect" {
            // So that there is something to collect.
            self.refresh_whole();
        }
        let died_in = kill_in(&self.twins.killed, phase, dice);
        if let Some(died_in) = died_in {
            dice.hit(died_in);
            *self.kills.entry(died_in).or_default() += 1;
        }
        let found = check_whole(&self.twins.killed);
        if found == self.served {
            self.kept += u64::from(phase != "collect");
            let ended = phase != "collect" && died_in.is_none();
            assert!(!ended, "a refresh that ended well serves the new state");
            return;
        }
        assert!(phase != "collect", "collecting changes no row");
        let wanted = self.twins.refresh_spared();
        assert!(
            found == wanted,
            "killed in {died_in:?}, and neither state is served: {}",
            difference(&found, &wanted)
        );
        self.published += 1;
        self.served = found;
    }
}

/// How many rows of each table are in one state only.
fn difference(found: &State, wanted: &State) -> String {
    let tables = wanted.iter().map(|(table, rows)| {
        let here = &found[table];
        let missing = rows.iter().filter(|row| !here.contains(row)).count();
        let surplus = here.iter().filter(|row| !rows.contains(row)).count();
        format!("{table}: {missing} missing, {surplus} surplus")
    });
    tables.collect::<Vec<_>>().join("; ")
}

#[test]
fn a_kill_at_any_instant_loses_doubles_and_tears_nothing() {
    let mut dice = Dice::of("kill");
    let mut trial = Trial::begin(&mut dice);
    let mut attempts = 0;
    while let Some(phase) = trial.next_phase() {
        attempts += 1;
        assert!(attempts < ATTEMPTS_MAX, "`{phase}` is hardly reached: {:?}", trial.kills);
        trial.kill(phase, &mut dice);
    }
    trial.refresh_whole();
    let all: u64 = trial.kills.values().sum();
    println!(
        "{all} kills in {attempts} runs; {} refreshes left the old release, {} the new one:",
        trial.kept, trial.published
    );
    dice.report(&PHASES);
    assert!(all >= KILLS_MIN && trial.kept > 0 && trial.published > 0);
}
