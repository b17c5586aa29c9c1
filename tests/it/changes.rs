//! What becomes of rows, refusals and histories when values, contracts and files change? The
//! expected rows are worked out by hand.

use crate::support::binary;
use crate::support::world::{World, day};

const PRICES: &str = "description = \"Prices\"\nsystem = \"files\"\nobject = \"prices_*.csv\"\n\
    kind = \"csv\"\nmode = \"merge\"\nkey = [\"sku\"]\n\
    tolerate = { refused_ratio = 1.0 }\n";
const COLUMNS: &str = "[columns.sku]\ntype = \"text\"\nrequired = true\n\
    [columns.price]\ntype = \"decimal(10,2)\"\n\
    [columns.valid_on]\ntype = \"date\"\nrequired = true\n";
const CONTRACT: &str = "warehouse/contracts/shop/prices.toml";

fn project(history: &str) -> World {
    let world = World::empty();
    world.write("warehouse/systems.toml", "[files]\nkind = \"files\"\npath = \"feeds\"\n");
    world.write(CONTRACT, format!("{PRICES}{history}{COLUMNS}"));
    world
}

fn prices(lines: &[&str]) -> String {
    format!("sku,price,valid_on\n{}\n", lines.join("\n"))
}

const VERSIONS: &str = "select sku, price, _valid_from, _valid_to from shop.prices_history \
    order by sku, _valid_from nulls first";

#[test]
fn versions_dated_by_the_source_take_their_place_however_late_they_come() {
    let world = project("history = { valid_from = \"valid_on\" }\n");
    world.write("feeds/prices_1.csv", prices(&["a,1.00,2026-01-01", "b,2.00,2026-01-01"]));
    world.refreshed(day(0));
    world.write("feeds/prices_2.csv", prices(&["a,1.50,2026-02-01"]));
    world.refreshed(day(1));
    world.write("feeds/prices_0.csv", prices(&["a,1.25,2026-01-15"]));
    world.refreshed(day(2));
    let expected = [
        ["a", "1.00", "null", "2026-01-15"],
        ["a", "1.25", "2026-01-15", "2026-02-01"],
        ["a", "1.50", "2026-02-01", "null"],
        ["b", "2.00", "null", "null"],
    ];
    assert_eq!(world.rows(VERSIONS), expected);
    let served = world.rows("select sku, price from shop.prices order by sku");
    assert_eq!(served, [["a", "1.50"], ["b", "2.00"]], "the last file is served");
}

#[test]
fn a_history_outlives_a_column_more() {
    let world = project("history = true\n");
    world.write("feeds/prices_1.csv", prices(&["a,1.00,2026-01-01", "b,2.00,2026-01-01"]));
    world.refreshed(day(0));
    world.write("feeds/prices_2.csv", prices(&["a,1.50,2026-01-01"]));
    world.refreshed(day(1));
    let more = format!("{PRICES}history = true\n{COLUMNS}[columns.unit]\ntype = \"text\"\n");
    world.write(CONTRACT, more);
    world.refreshed(day(2));
    let expected = [
        ["a", "1.00", "null", "2026-07-02T06:00:00Z"],
        ["a", "1.50", "2026-07-02T06:00:00Z", "null"],
        ["b", "2.00", "null", "null"],
    ];
    assert_eq!(world.rows(VERSIONS), expected);
    assert_eq!(
        world.rows("select sku, unit from shop.prices order by sku"),
        [["a", "null"], ["b", "null"]]
    );
}

#[test]
fn refused_rows_come_in_once_when_the_contract_is_mended() {
    let world = project("");
    let written = PRICES.to_owned() + "[format]\ndecimal_mark = \".\"\n" + COLUMNS;
    world.write(CONTRACT, &written);
    world.write("feeds/prices_1.csv", prices(&["a,1.00,2026-01-01", "b,\"2,50\",2026-01-01"]));
    world.refreshed(day(0));
    let served = "select sku, price, _source, _row from shop.prices order by sku";
    assert_eq!(world.rows(served), [["a", "1.00", "prices_1.csv", "2"]]);
    let still = binary::run(world.root(), &["quarantine", "retry"]);
    assert!(still.status.success(), "{}", binary::said(&still));
    assert_eq!(world.value("select count(*) from patron.quarantine"), "1", "nothing was mended");

    world.write(CONTRACT, written.replace("decimal_mark = \".\"", "decimal_mark = \",\""));
    for _ in 0..2 {
        let mended = binary::run(world.root(), &["quarantine", "retry"]);
        assert!(mended.status.success(), "{}", binary::said(&mended));
        let expected = [["a", "1.00", "prices_1.csv", "2"], ["b", "2.50", "prices_1.csv", "3"]];
        assert_eq!(world.rows(served), expected);
        assert_eq!(world.value("select count(*) from patron.quarantine"), "0");
    }
}

#[test]
fn refused_rows_alone_never_fill_a_table_whose_form_changed() {
    let world = project("");
    world.write("feeds/prices_1.csv", prices(&["a,1.00,2026-01-01", "b,two,2026-01-01"]));
    world.refreshed(day(0));
    world.write(CONTRACT, format!("{PRICES}{}", COLUMNS.replace("decimal(10,2)", "text")));
    let retried = binary::run(world.root(), &["quarantine", "retry"]);
    let said = binary::said(&retried);
    assert!(!retried.status.success() && said.contains("patron refresh"), "{said}");
    assert_eq!(world.value("select count(*) from shop.prices"), "1", "the table is as it was");
    world.refreshed(day(1));
    let served = world.rows("select sku, price from shop.prices order by sku");
    assert_eq!(served, [["a", "1.00"], ["b", "two"]]);
}

#[test]
fn an_optional_system_that_is_down_keeps_its_earlier_data_and_the_release_says_so() {
    let world = project("");
    let systems = "[files]\nkind = \"files\"\npath = \"feeds\"\noptional = true\n\
        [desk]\nkind = \"files\"\npath = \"desk\"\n";
    world.write("warehouse/systems.toml", systems);
    let notes = "description = \"Notes\"\nsystem = \"desk\"\nobject = \"*.csv\"\nkind = \"csv\"\n\
        mode = \"append\"\n[columns.note]\ntype = \"text\"\n";
    world.write("warehouse/contracts/desk/notes.toml", notes);
    world.write("feeds/prices_1.csv", prices(&["a,1.00,2026-01-01"]));
    world.write("desk/1.csv", "note\nfirst\n");
    world.refreshed(day(0));

    std::fs::rename(world.path("feeds"), world.path("away")).unwrap();
    world.write("desk/2.csv", "note\nsecond\n");
    let outcome = world.refreshed(day(1));
    let files = &outcome.release.systems["files"];
    assert_eq!(files.extracted_at, Some(day(0)), "the data are of the earlier date");
    assert!(files.kept_because.as_ref().is_some_and(|because| because.contains("feeds")));
    assert_eq!(outcome.release.systems["desk"].extracted_at, Some(day(1)));
    assert_eq!(world.value("select count(*) from shop.prices"), "1");
    assert_eq!(world.value("select count(*) from desk.notes"), "2");

    std::fs::rename(world.path("away"), world.path("feeds")).unwrap();
    std::fs::rename(world.path("desk"), world.path("gone")).unwrap();
    let refused = world.refresh(day(2)).unwrap_err().to_string();
    assert!(refused.contains("system `desk` is down") && refused.contains("optional"), "{refused}");
    let newest = world.home().latest().unwrap().unwrap();
    assert_eq!(newest.number, outcome.release.number, "the last release stays served");
}

#[test]
fn a_month_of_many_small_files_becomes_one_and_keeps_its_rows_in_order() {
    let world = project("");
    let contract = "description = \"Visits\"\nsystem = \"files\"\nobject = \"visits_*.csv\"\n\
        kind = \"csv\"\nmode = \"append\"\nmonth = \"visited_on\"\n\
        [columns.visited_on]\ntype = \"date\"\n[columns.visitor]\ntype = \"integer\"\n";
    world.write(CONTRACT, contract);
    let files = || {
        let home = world.home();
        let release = home.latest().unwrap().unwrap();
        let (name, entry) =
            release.tables.iter().find(|(name, _)| name.to_string() == "shop.prices").unwrap();
        home.manifest(name, &entry.manifest).unwrap().files.len()
    };
    let mut counts = Vec::new();
    for visit in 1..=20 {
        let rows = format!("visited_on,visitor\n2026-03-05,{visit}\n2026-03-04,-{visit}\n");
        world.write(&format!("feeds/visits_{visit}.csv"), rows);
        world.refreshed(day(visit));
        counts.push(files());
    }
    // The 17th file of a month is written together with the 16 before it.
    let expected: Vec<usize> = (1..=16).chain([1, 2, 3, 4]).collect();
    assert_eq!(counts, expected);
    let sums = "select count(*), count(distinct visitor), sum(visitor) from shop.prices";
    assert_eq!(world.rows(sums), [["40", "40", "0"]]);
}
