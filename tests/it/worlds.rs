//! Do the worlds load as their hand-written expectations say?

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::world::{World, day};

fn world_file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/worlds").join(name))
        .unwrap()
}

/// The queries of a README's tables with their answers: rows by comma, values by space.
pub fn sums(readme: &str) -> Vec<(String, String)> {
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| {
        let (sql, rest) = row.split_once("` |").unwrap();
        (sql.to_owned(), rest.trim().trim_end_matches('|').trim().to_owned())
    })
    .collect()
}

/// The sums that the world does not give.
pub fn wrong_sums(world: &World, sums: &[(String, String)]) -> Vec<String> {
    let mut faults = Vec::new();
    for (sql, expected) in sums {
        let rows: Vec<String> = world.rows(sql).iter().map(|row| row.join(" ")).collect();
        let found = rows.join(", ");
        if found != *expected {
            faults.push(format!("{sql}\n  by hand: {expected}\n  loaded:  {found}"));
        }
    }
    faults
}

fn check_sums(world: &World) {
    let sums = sums(&world_file("tiny/README.md"));
    assert!(sums.len() > 20, "the README's tables are found");
    let faults = wrong_sums(world, &sums);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn tiny_adds_up_as_by_hand() {
    let world = World::copy_of("tiny");
    let outcome = world.refreshed(day(0));
    assert!(outcome.published);
    check_sums(&world);
    println!(
        "{} sums of tests/worlds/tiny/README.md hold",
        sums(&world_file("tiny/README.md")).len()
    );
}

#[test]
fn tiny_delivered_month_by_month_adds_up_the_same() {
    let whole = World::copy_of("tiny");
    whole.refreshed(day(0));
    let world = World::copy_of("tiny");
    let later = ["feeds/finance/ledger_2026-02.csv", "feeds/finance/ledger_2026-03.csv"];
    let later = [
        later[0],
        later[1],
        "feeds/service/cases_2026-02.jsonl",
        "feeds/inventory/stock_2026-02-28.csv",
    ];
    let kept: Vec<_> = later.iter().map(|name| fs::read(world.path(name)).unwrap()).collect();
    later.iter().for_each(|name| world.remove(name));
    world.refreshed(day(0));
    assert_eq!(world.value("select count(*) from finance.ledger"), "8");
    for (number, (name, bytes)) in later.iter().zip(&kept).enumerate() {
        world.write(name, bytes);
        assert!(world.refreshed(day(1 + number as i64)).published);
    }
    check_sums(&world);
    for (table, entry) in &whole.release().tables {
        if table.table() != "ledger" {
            assert_eq!(entry.manifest, world.release().tables[table].manifest, "{table}");
        }
    }
    let ledger = "select * from finance.ledger order by entry_id";
    assert_eq!(whole.rows(ledger), world.rows(ledger));
}

#[test]
fn loading_twice_is_loading_once() {
    let world = World::copy_of("tiny");
    let first = world.refreshed(day(0));
    let second = world.refreshed(day(0));
    assert!(first.published && !second.published);
    assert_eq!(first.release.number, world.release().number);
}

#[test]
fn personal_columns_lie_in_a_table_of_their_own() {
    let world = World::copy_of("tiny");
    world.refreshed(day(0));
    let personal = "select contact_email from sales.customers_personal where customer_id = 'C1'";
    assert_eq!(world.value(personal), "ada@alder.example");
    for column in ["contact_name", "contact_email"] {
        let asked = world.try_rows(&format!("select {column} from sales.customers"));
        let error = asked.expect_err("the main table has no personal column");
        assert!(error.contains(column), "{error}");
    }
    let data = world.project().data_dir().join("files/sales.customers");
    for file in walk(&data) {
        let bytes = fs::read(&file).unwrap();
        let is_there = bytes.windows(9).any(|window| window == b"Ada Alder");
        assert!(!is_there, "{} holds a name", file.display());
    }
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(walk(&path)) } else { found.push(path) }
    }
    assert!(!found.is_empty(), "{}", folder.display());
    found
}

/// One expected refusal: table, source, row, column, words of the reason.
struct Expected {
    table: String,
    source: String,
    row: String,
    column: String,
    reason: String,
}

fn expected() -> Vec<Expected> {
    let text = world_file("messy/expected.csv");
    let lines = text.lines().skip(1).map(|line| {
        let parts: Vec<String> = line.splitn(5, ',').map(str::to_owned).collect();
        let [table, source, row, column, reason] = parts.try_into().unwrap();
        Expected { table, source, row, column, reason }
    });
    lines.collect()
}

#[test]
fn every_dirty_row_is_refused_for_its_own_reason() {
    let world = World::copy_of("messy");
    let outcome = world.refreshed(day(0));
    let found = world.rows(
        "select schema_name || '.' || table_name, source, \
         case when row_number = 0 then 'key ' || key else cast(row_number as varchar) end, \
         coalesce(column_name, ''), reason from patron.quarantine order by 1, 2, row_number, 3",
    );
    let mut faults = Vec::new();
    let mut left: Vec<_> = found.iter().collect();
    for case in expected() {
        let place = |row: &&Vec<String>| {
            row[0] == case.table && row[1] == case.source && row[2] == case.row
        };
        let Some(at) = left.iter().position(place) else {
            faults.push(format!("{} {} row {}: not refused", case.table, case.source, case.row));
            continue;
        };
        let row = left.remove(at);
        if row[3] != case.column || !row[4].contains(&case.reason) {
            let (place, expected) = (row[..3].join(" "), [case.column, case.reason].join(": "));
            faults.push(format!("{place}: refused for {}: {}, not {expected}", row[3], row[4]));
        }
    }
    faults.extend(left.iter().map(|row| format!("refused, but clean: {}", row.join(" "))));
    assert!(faults.is_empty(), "{}", faults.join("\n"));

    let mut refused: BTreeMap<String, u64> = BTreeMap::new();
    expected().iter().for_each(|case| *refused.entry(case.table.clone()).or_default() += 1);
    for (table, count) in &refused {
        let accounting = &outcome.release.accounting[&table.parse().unwrap()];
        assert_eq!(accounting.quarantined, *count, "{table}");
        println!(
            "{table}: {count} rows refused, each for its own reason; {} loaded",
            accounting.after
        );
    }
}

#[test]
fn clean_rows_beside_dirty_ones_load() {
    let world = World::copy_of("messy");
    world.refreshed(day(0));
    let loaded = |sql: &str| world.rows(sql).iter().map(|row| row.join(" ")).collect::<Vec<_>>();
    assert_eq!(
        loaded("select booking_id from dirty.bookings order by 1"),
        [
            "good-first",
            "good-last",
            "negative",
            "nothing-optional",
            "quoted, with comma",
            "summer-time"
        ]
    );
    assert_eq!(
        loaded(
            "select amount, booked_at, is_open from dirty.bookings where booking_id = 'good-first'"
        ),
        ["1.50 2026-01-02T02:04:05Z true"]
    );
    assert_eq!(
        loaded(
            "select booked_at, pieces, is_open from dirty.bookings where booking_id = 'summer-time'"
        ),
        ["2026-07-01T10:00:00Z 0 false"]
    );
    assert_eq!(
        loaded("select remark from dirty.bookings where booking_id = 'quoted, with comma'"),
        ["two\nlines and \"quotes\""]
    );
    assert_eq!(loaded("select unclosed_id from dirty.unclosed order by 1"), ["1", "3"]);
    assert_eq!(
        loaded("select entry_id, amount from dirty.entries order by 1"),
        ["1 10.00", "2 20.00", "3 30.00", "4 17850.00"]
    );
    assert_eq!(
        loaded("select event_id, amount from dirty.events order by cast(event_id as int)"),
        ["1 1.50", "2 1.50", "10 0.10", "11 123456789012345.67"]
    );
    assert_eq!(
        loaded("select measure_id, amount from dirty.measures order by 1"),
        ["1 10.00", "2 0.10", "12 null"]
    );
}
