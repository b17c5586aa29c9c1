//! Is a table the same whether its rows went straight to their files or had to be decided upon?

use patron::warehouse::release::TableEntry;

use crate::support::world::{World, day, sqlite};

/// A database of three tables whose rows were put in out of order, under contracts of each kind.
fn project(extra: &str) -> World {
    let world = World::empty();
    world.write("warehouse/systems.toml", "[base]\nkind = \"sqlite\"\npath = \"feeds/base.db\"\n");
    for (table, lines) in [
        ("whole", "mode = \"full\"\nkey = [\"place\", \"number\"]\n"),
        ("monthly", "mode = \"merge\"\nkey = [\"place\", \"number\"]\nmonth = \"noted_on\"\n"),
        (
            "added",
            "mode = \"append\"\nkey = [\"number\", \"place\"]\ncursor = { column = \"number\" }\n",
        ),
    ] {
        let head = format!("description = \"{table}\"\nsystem = \"base\"\nobject = \"{table}\"\n");
        let columns = "[columns.place]\ntype = \"text\"\nrequired = true\n\
            [columns.number]\ntype = \"integer\"\nrequired = true\n\
            [columns.noted_on]\ntype = \"date\"\n\
            [columns.amount]\ntype = \"decimal(18,2)\"\n";
        let tolerate = "tolerate = { refused_ratio = 0.5 }\n";
        let name = format!("warehouse/contracts/sorted/{table}.toml");
        world.write(&name, format!("{head}{lines}{tolerate}{columns}"));
        // The places sort by their bytes: `Z` before `a`, and `é` last.
        sqlite(
            &world.path("feeds/base.db"),
            &format!(
                "create table {table} (place text, number integer, noted_on text, amount);
                 with recursive n(i) as (select 0 union all select i + 1 from n where i < 29999)
                 insert into {table}
                 select substr('aZé', 1 + i % 3, 1), (i * 7919) % 30011,
                 date('2026-01-01', (i % 200) || ' days'), (i % 1000) || '.25' from n;
                 {}",
                extra.replace("{table}", table)
            ),
        );
    }
    world
}

fn entry(world: &World, table: &str) -> TableEntry {
    world.release().tables[&format!("sorted.{table}").parse().unwrap()].clone()
}

/// A row that is refused sends a table the way that takes any order, and leaves it as it is.
#[test]
fn both_ways_give_the_same_files() {
    let straight = project("");
    let outcome = straight.refreshed(day(0));
    let decided = project("insert into {table} values ('q', 5, '2026-02-30', 1);");
    decided.refreshed(day(0));
    for (table, files) in [("whole", 1), ("monthly", 7), ("added", 1)] {
        let name = format!("sorted.{table}").parse().unwrap();
        assert_eq!(outcome.accounting[&name].inserted, 30_000, "{table}");
        let (one, other) = (entry(&straight, table), entry(&decided, table));
        let manifest = straight.home().manifest(&name, &one.manifest).unwrap();
        assert_eq!((manifest.files.len(), manifest.rows), (files, 30_000), "{table}");
        assert_eq!(one.manifest, other.manifest, "{table}");
        assert_eq!(one.load, other.load, "{table}: the cursor and what else is known");
    }
    assert_eq!(decided.value("select count(*) from patron.quarantine"), "3");
}

#[test]
fn a_key_that_comes_twice_is_told() {
    let world = project("insert into {table} select * from {table} where number = 7919;");
    world.refreshed(day(0));
    let count = |table: &str| world.value(&format!("select count(*) from sorted.{table}"));
    assert_eq!([count("whole"), count("monthly"), count("added")], ["30000", "30000", "30000"]);
    let refused = world.rows("select table_name, count(*) from patron.quarantine group by 1");
    assert_eq!(refused, [["whole", "1"]], "the same row twice is a finding where all is delivered");
}

#[test]
fn a_second_load_goes_on_from_the_first() {
    let world = project("");
    world.refreshed(day(0));
    let change = |table: &str| {
        format!(
            "insert into {table} values ('b', 31000, '2026-03-01', '2.50');
             update {table} set amount = '9.99' where number = 7919;"
        )
    };
    let script: Vec<String> = ["whole", "monthly", "added"].map(change).to_vec();
    sqlite(&world.path("feeds/base.db"), &script.join(""));
    let outcome = world.refreshed(day(1));
    let counts = |table: &str| {
        let counts = outcome.accounting[&format!("sorted.{table}").parse().unwrap()];
        (counts.inserted, counts.changed, counts.after)
    };
    assert_eq!(counts("whole"), (1, 1, 30_001));
    assert_eq!(counts("monthly"), (1, 1, 30_001));
    assert_eq!(counts("added"), (1, 0, 30_001), "what was read once is not read again");
}
