//! Is every table what its source says, after any history of deliveries?

use std::collections::BTreeMap;

use crate::support::dice::Dice;
use crate::support::model::{self, Files, Item, Served, csv, file_name};
use crate::support::s3::S3;
use crate::support::world::{World, day, sqlite};

const HISTORIES: usize = 3;
const STEPS: usize = 50;

/// What a step may do.
const KINDS: [&str; 14] = [
    "a file",
    "a file in between",
    "a file again under another name",
    "another content under an old name",
    "a key twice",
    "a row that is refused",
    "a row inserted",
    "a row corrected",
    "a row deleted",
    "a key whose month changes",
    "a key whose month becomes null",
    "a newer version refused",
    "a late commit inside the overlap",
    "a refresh in which nothing changed",
];

const COLUMNS: &str = "
[columns.item_id]
type = \"text\"
required = true

[columns.amount]
type = \"decimal(18,2)\"

[columns.due_on]
type = \"date\"
";

const FILE_COLUMNS: &str = "
[columns.version]
type = \"integer\"

[columns.is_deleted]
type = \"boolean\"
";

const ROW_COLUMNS: &str = "
[columns.version]
type = \"integer\"
required = true

[columns.is_deleted]
type = \"boolean\"

[columns.changed_at]
type = \"timestamp\"
required = true
";

const TOLERATE: &str = "tolerate = { refused_ratio = 1.0, deleted_ratio = 1.0 }\n";
const CURSOR: &str = "cursor = { column = \"changed_at\", overlap_seconds = 3600 }\n";

/// Tables from files: name, the lines of the contract, the model.
type FileTable = (&'static str, &'static str, fn(&Files) -> Vec<Vec<String>>);
const FILE_TABLES: [FileTable; 4] = [
    ("appended", "mode = \"append\"\nkey = [\"item_id\"]\nmonth = \"due_on\"\n", model::append),
    (
        "merged",
        "mode = \"merge\"\nkey = [\"item_id\"]\nmonth = \"due_on\"\n\
         cursor = { column = \"version\" }\n\
         deletions = { flag = \"is_deleted\", value = \"true\" }\n",
        model::merge,
    ),
    ("dated", "mode = \"period\"\nperiod = \"due_on\"\nmonth = \"due_on\"\n", model::dates),
    (
        "ranged",
        "mode = \"period\"\nperiod = \"due_on\"\ncovers = \"range\"\nmonth = \"due_on\"\n",
        model::range,
    ),
];

/// Tables from a database: name, the lines of the contract, whether rows are flagged.
const ROW_TABLES: [(&str, &str, bool); 3] = [
    ("whole", "mode = \"full\"\nkey = [\"item_id\"]\nmonth = \"due_on\"\n", false),
    (
        "listed",
        "mode = \"merge\"\nkey = [\"item_id\"]\nmonth = \"due_on\"\n\
         deletions = { keys_every = 1 }\n",
        false,
    ),
    (
        "flagged",
        "mode = \"merge\"\nkey = [\"item_id\"]\nmonth = \"due_on\"\n\
         deletions = { flag = \"is_deleted\", value = \"true\" }\n",
        true,
    ),
];

/// A source of rows with the moment of its last change, in minutes.
#[derive(Default, Clone)]
struct Rows {
    items: BTreeMap<String, Item>,
    changed: BTreeMap<String, i64>,
    clock: i64,
}

/// A world and what its tables should hold.
struct History {
    world: World,
    files: BTreeMap<&'static str, Files>,
    rows: BTreeMap<&'static str, Rows>,
    served: BTreeMap<&'static str, Served>,
    refreshes: i64,
}

fn contract(table: &str, lines: &str, kind: &str, columns: &str) -> String {
    format!("description = \"{table}\"\n{kind}{lines}{TOLERATE}{COLUMNS}{columns}")
}

fn new_world() -> World {
    let world = World::empty();
    let mut systems = "[rows]\nkind = \"sqlite\"\npath = \"feeds/rows.db\"\n".to_owned();
    for (table, lines, _) in FILE_TABLES {
        let name = format!("warehouse/contracts/random/{table}.toml");
        let kind = format!("system = \"{table}\"\nobject = \"in_*.csv\"\nkind = \"csv\"\n");
        let required = "[columns.due_on]\nrequired = true";
        let mut text = contract(table, lines, &kind, FILE_COLUMNS);
        if lines.contains("period") {
            text = text.replace("[columns.due_on]", required);
        }
        world.write(&name, text);
        world.write(&format!("feeds/{table}/keep"), "");
        systems += &format!("\n[{table}]\nkind = \"files\"\npath = \"feeds/{table}\"\n");
    }
    for (table, lines, _) in ROW_TABLES {
        let name = format!("warehouse/contracts/random/{table}.toml");
        let cursor = if table == "whole" { "" } else { CURSOR };
        let kind = format!("system = \"rows\"\nobject = \"{table}\"\n{cursor}");
        world.write(&name, contract(table, lines, &kind, ROW_COLUMNS));
        let create = format!(
            "create table {table} (item_id text primary key, amount, due_on text, \
             version integer, is_deleted integer, changed_at text)"
        );
        sqlite(&world.path("feeds/rows.db"), &create);
    }
    world.write("warehouse/systems.toml", systems);
    world
}

fn some_date(dice: &mut Dice) -> String {
    format!("2026-{:02}-{:02}", 1 + dice.below(4), 1 + dice.below(28))
}

fn some_amount(dice: &mut Dice) -> String {
    format!("{}.{:02}", dice.below(1000), dice.below(100))
}

fn some_item(dice: &mut Dice, needs_date: bool) -> Item {
    Item {
        id: format!("k{}", dice.below(40)),
        amount: some_amount(dice),
        due: (needs_date || !dice.one_in(6)).then(|| some_date(dice)),
        version: dice.below(12) as i64,
        is_deleted: dice.one_in(8),
    }
}

fn some_content(dice: &mut Dice, needs_date: bool) -> Vec<Item> {
    let count = 1 + dice.below(12);
    let mut items: Vec<Item> = (0..count).map(|_| some_item(dice, needs_date)).collect();
    if dice.one_in(3) {
        dice.hit("a key twice");
        let mut again = items[0].clone();
        again.amount = some_amount(dice);
        items.push(again);
    }
    if dice.one_in(3) {
        dice.hit("a row that is refused");
        let at = dice.below(items.len());
        items[at].amount = "bad".to_owned();
    }
    items
}

impl History {
    fn new(dice: &mut Dice) -> Self {
        let mut history = Self {
            world: new_world(),
            files: BTreeMap::new(),
            rows: ROW_TABLES.iter().map(|(table, ..)| (*table, Rows::default())).collect(),
            served: ROW_TABLES.iter().map(|(table, ..)| (*table, Served::default())).collect(),
            refreshes: 0,
        };
        // A folder without any file counts as a system that is down.
        for (table, lines, _) in FILE_TABLES {
            let items = some_content(dice, lines.contains("period"));
            history.world.write(&format!("feeds/{table}/{}", file_name(1)), csv(&items));
            history.files.insert(table, Files::from([(1, items)]));
        }
        history
    }

    fn change_files(&mut self, dice: &mut Dice) {
        let (table, lines, _) = *dice.pick(&FILE_TABLES);
        let files = self.files.get_mut(table).unwrap();
        let numbers: Vec<u32> = files.keys().copied().collect();
        let needs_date = lines.contains("period");
        let last = numbers.last().copied().unwrap_or(0);
        let (number, items) = match dice.below(4) {
            1 if last > numbers.len() as u32 => {
                let free: Vec<u32> = (1..last).filter(|n| !numbers.contains(n)).collect();
                dice.hit("a file in between");
                (*dice.pick(&free), some_content(dice, needs_date))
            }
            2 if last > 0 => {
                dice.hit("a file again under another name");
                let copied = *dice.pick(&numbers);
                (last + 1 + dice.below(3) as u32, files[&copied].clone())
            }
            3 if last > 0 => {
                dice.hit("another content under an old name");
                (*dice.pick(&numbers), some_content(dice, needs_date))
            }
            _ => {
                dice.hit("a file");
                (last + 1 + dice.below(3) as u32, some_content(dice, needs_date))
            }
        };
        self.world.write(&format!("feeds/{table}/{}", file_name(number)), csv(&items));
        files.insert(number, items);
    }

    fn change_rows(&mut self, dice: &mut Dice) {
        let (table, _, is_flagged) = *dice.pick(&ROW_TABLES);
        let rows = self.rows.get_mut(table).unwrap();
        rows.clock += 1 + dice.below(120) as i64;
        let known: Vec<String> = rows.items.keys().cloned().collect();
        let id = match known.is_empty() || dice.one_in(3) {
            true => format!("k{}", dice.below(40)),
            false => dice.pick(&known).clone(),
        };
        let mut item = some_item(dice, false);
        item.id = id.clone();
        item.is_deleted = false;
        let earlier = rows.items.get(&id).cloned();
        let mut changed = rows.clock;
        match (&earlier, dice.below(6)) {
            (None, 0 | 1) => {
                dice.hit("a late commit inside the overlap");
                // The source commits only now what it stamped up to 59 minutes before its newest.
                let newest = rows.changed.values().max().copied().unwrap_or(changed);
                changed = newest - 1 - dice.below(58) as i64;
            }
            (None, _) => dice.hit("a row inserted"),
            (Some(_), 0) => {
                dice.hit("a row deleted");
                item.is_deleted = true;
            }
            (Some(earlier), 1) if earlier.due.is_some() => {
                dice.hit("a key whose month becomes null");
                item.due = None;
            }
            (Some(_), 2) => {
                dice.hit("a newer version refused");
                item.amount = "bad".to_owned();
            }
            (Some(earlier), _) => {
                let month = |item: &Item| item.due.as_ref().map(|due| due[..7].to_owned());
                let moves = month(earlier) != month(&item);
                dice.hit(if moves { "a key whose month changes" } else { "a row corrected" });
            }
        }
        let is_gone = item.is_deleted && !is_flagged;
        rows.write(&self.world, table, item, changed, is_gone);
    }

    /// Refreshes and compares every table with its model.
    fn refresh(&mut self) -> bool {
        self.refreshes += 1;
        let outcome = self.world.refreshed(day(self.refreshes));
        for (table, _, model) in FILE_TABLES {
            let stale = if table == "merged" { ", _is_stale" } else { "" };
            let sql = format!(
                "select item_id, amount, due_on, version, _source, _row{stale} from random.{table}"
            );
            self.compare(table, &sql, model(&self.files[table]));
        }
        for (table, ..) in ROW_TABLES {
            let served = self.served.get_mut(table).unwrap();
            served.follow(&self.rows[table].items);
            let expected = served.table();
            let sql =
                format!("select item_id, amount, due_on, version, _is_stale from random.{table}");
            self.compare(table, &sql, expected);
        }
        outcome.published
    }

    fn compare(&self, table: &str, sql: &str, mut expected: Vec<Vec<String>>) {
        let mut found = self.world.rows(sql);
        found.sort();
        expected.sort();
        let missing: Vec<_> = expected.iter().filter(|row| !found.contains(row)).collect();
        let surplus: Vec<_> = found.iter().filter(|row| !expected.contains(row)).collect();
        assert!(
            found == expected,
            "refresh {}, {table}: the table differs from the model\n missing {missing:#?}\n \
             surplus {surplus:#?}",
            self.refreshes
        );
    }
}

impl Rows {
    fn write(&mut self, world: &World, table: &str, item: Item, changed: i64, is_gone: bool) {
        let moment = day(0) + chrono::Duration::minutes(changed);
        let text = |text: &str| format!("'{text}'");
        let due = item.due.as_deref().map_or_else(|| "null".to_owned(), text);
        let sql = if is_gone {
            format!("delete from {table} where item_id = '{}'", item.id)
        } else {
            format!(
                "insert or replace into {table} values ('{}', '{}', {due}, {}, {}, '{}')",
                item.id,
                item.amount,
                item.version,
                u8::from(item.is_deleted),
                moment.format("%Y-%m-%d %H:%M:%S+00:00"),
            )
        };
        sqlite(&world.path("feeds/rows.db"), &sql);
        self.changed.insert(item.id.clone(), changed);
        match is_gone {
            true => drop(self.items.remove(&item.id)),
            false => drop(self.items.insert(item.id.clone(), item)),
        }
    }
}

#[test]
fn every_table_equals_its_model_after_any_history() {
    let mut dice = Dice::of("histories");
    for _ in 0..HISTORIES {
        let mut history = History::new(&mut dice);
        live(&mut history, &mut dice);
        same_in_any_order(&history, &mut dice);
    }
    println!("{HISTORIES} histories of {STEPS} refreshes; steps done:");
    dice.report(&KINDS);
}

/// The last comparison is with a warehouse in a folder.
#[test]
fn a_history_in_a_bucket_gives_what_it_gives_in_a_folder() {
    let mut dice = Dice::of("history in a bucket");
    let store = S3::start();
    let mut history = History::new(&mut dice);
    history.world.keep_in(&store);
    live(&mut history, &mut dice);
    assert!(!history.world.path("warehouse/data/releases").exists(), "it lies in the bucket");
    same_in_any_order(&history, &mut dice);
}

/// Changes the sources and refreshes, again and again.
fn live(history: &mut History, dice: &mut Dice) {
    for _ in 0..STEPS {
        for _ in 0..=dice.below(3) {
            if dice.one_in(2) {
                history.change_files(dice);
            } else {
                history.change_rows(dice);
            }
        }
        history.refresh();
        if dice.one_in(6) {
            dice.hit("a refresh in which nothing changed");
            let number = history.world.release().number;
            assert!(!history.refresh(), "load twice is load once");
            assert_eq!(history.world.release().number, number);
        }
    }
}

/// The same files, all at once or one by one in another order, give the same tables.
fn same_in_any_order(history: &History, dice: &mut Dice) {
    let mut order: Vec<(&str, u32)> = Vec::new();
    for (table, files) in &history.files {
        order.extend(files.keys().map(|number| (*table, *number)));
    }
    dice.shuffle(&mut order);
    // One of each table comes first, because an empty folder counts as a system that is down.
    let mut seen: Vec<&str> = Vec::new();
    let (mut parts, rest): (Vec<_>, Vec<_>) = order.into_iter().partition(|(table, _)| {
        let is_first = !seen.contains(table);
        seen.push(table);
        is_first
    });
    let mut rest = rest.as_slice();
    let other = new_world();
    for number in 0.. {
        for (table, file) in &parts {
            let items = &history.files[table][file];
            other.write(&format!("feeds/{table}/{}", file_name(*file)), csv(items));
        }
        other.refreshed(day(number));
        if rest.is_empty() {
            break;
        }
        let step = if number == 0 && dice.one_in(2) { rest.len() } else { 1 + dice.below(4) };
        let (now, later) = rest.split_at(step.min(rest.len()));
        (parts, rest) = (now.to_vec(), later);
    }
    let (first, second) = (history.world.release(), other.release());
    for table in ["merged", "dated", "ranged"] {
        let name = format!("random.{table}").parse().unwrap();
        let manifests = [&first, &second].map(|release| release.tables[&name].manifest.clone());
        assert_eq!(manifests[0], manifests[1], "{table}: equal content gives equal manifests");
    }
    let appended = "select * from random.appended order by item_id";
    assert_eq!(history.world.rows(appended), other.rows(appended));
}
