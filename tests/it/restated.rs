//! Is told what became different between two closings of a period?

use patron::model::restate::{
    ClosingTable, EARLIER, FigureSum, LATER, Part, closing_tables, differences, summary,
};
use patron::warehouse::Home;

use crate::cli::{fails, ok};
use crate::closing::{company, entries};
use crate::support::world::{World, day, text_rows};
use patron::query::{self, Principal};

/// The entries; their notes hold the currency.
fn table() -> ClosingTable {
    ClosingTable {
        name: "books.entries".parse().unwrap(),
        grain: vec!["entry".to_owned()],
        period: "period".to_owned(),
        entity: "entity".to_owned(),
        figures: vec!["amount".to_owned()],
        units: [("amount".to_owned(), "EUR".to_owned())].into(),
    }
}

/// The summary's counts and sums, and every difference.
fn compare(world: &World, from: u64, to: u64, entity: Option<&str>) -> (String, Vec<String>) {
    let home: Home = world.home();
    let releases = [home.release(from).unwrap(), home.release(to).unwrap()];
    let sides = [(EARLIER, &releases[0]), (LATER, &releases[1])];
    let owner = Principal::Owner;
    let session = query::open_beside(&home, &sides, &owner, &world.limits()).unwrap();
    let period = "2026-11".to_owned();
    let part = Part { period, entity: entity.map(str::to_owned) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let total = summary(&session, &table(), &part).await.unwrap().unwrap();
        let figure = &total.figures[0];
        assert_eq!(figure.unit.as_deref(), Some("EUR"));
        let sums = figure.sums.as_ref().unwrap();
        let told = format!(
            "{}->{} +{} -{} ~{} {}->{} {}",
            total.earlier,
            total.later,
            total.added,
            total.removed,
            total.changed,
            sums.earlier,
            sums.later,
            sums.difference
        );
        let rows = differences(&session, &[table()], &part).await.unwrap();
        let batches = futures::TryStreamExt::try_collect::<Vec<_>>(rows).await.unwrap();
        (told, text_rows(&batches).into_iter().map(|row| row.join("|")).collect())
    })
}

#[test]
fn rows_that_came_went_and_changed_are_told() {
    let world = company();
    let before = [
        "1,2026-11,A,10.00,x",
        "2,2026-11,B,20.00,",
        "3,2026-12,A,5.50,",
        "4,2026-11,B,1.25,gone",
        "5,2026-11,A,7.00,same",
    ];
    entries(&world, &before);
    world.refreshed(day(0));
    // 1 changes in two columns, 2 leaves the period, 3 is of another, 4 goes, 6 comes.
    let after = [
        "1,2026-11,A,12.00,",
        "2,2026-12,B,20.00,",
        "3,2026-12,A,9.99,",
        "5,2026-11,A,7.00,same",
        "6,2026-11,B,0.75,new",
    ];
    entries(&world, &after);
    world.refreshed(day(1));
    let (told, rows) = compare(&world, 1, 2, None);
    // 10 + 20 + 1.25 + 7 = 38.25; 12 + 7 + 0.75 = 19.75.
    assert_eq!(told, "4->3 +1 -2 ~2 38.25->19.75 -18.50");
    let of = |line: &str| format!("books.entries|{line}");
    let changes: Vec<String> = rows.iter().filter(|row| !row.contains("|_row|")).cloned().collect();
    assert_eq!(
        changes,
        [
            "entry=1|changed|amount|10.00|12.00",
            "entry=1|changed|note|x|null",
            "entry=2|removed|amount|20.00|null",
            "entry=4|removed|amount|1.25|null",
            "entry=6|added|amount|null|0.75"
        ]
        .map(of)
    );
    // Row 5 moved up by one line: nothing that differs is left out.
    assert_eq!(rows.len(), changes.len() + 1, "{rows:?}");
    // Of entity B: 20 + 1.25 against 0.75.
    let (told, rows) = compare(&world, 1, 2, Some("B"));
    assert_eq!(told, "2->1 +1 -2 ~0 21.25->0.75 -20.50");
    assert_eq!(rows.len(), 3);
    assert_eq!(compare(&world, 2, 2, None), ("3->3 +0 -0 ~0 19.75->19.75 0.00".into(), vec![]));
}

/// The figures of the summary between releases 1 and 2: column, unit and sums.
fn figures(world: &World, table: &ClosingTable) -> Vec<String> {
    let home: Home = world.home();
    let releases = [home.release(1).unwrap(), home.release(2).unwrap()];
    let sides = [(EARLIER, &releases[0]), (LATER, &releases[1])];
    let session = query::open_beside(&home, &sides, &Principal::Owner, &world.limits()).unwrap();
    let part = Part { period: "2026-11".to_owned(), entity: None };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let total = runtime.block_on(summary(&session, table, &part)).unwrap().unwrap();
    let told = |figure: &FigureSum| {
        let unit = figure.unit.as_deref().unwrap_or("-");
        let sums = figure.sums.as_ref().map_or("not summed".to_owned(), |sums| {
            format!("{} {} {}", sums.earlier, sums.later, sums.difference)
        });
        format!("{} {unit} {sums}", figure.column)
    };
    total.figures.iter().map(told).collect()
}

#[test]
fn what_is_of_different_currencies_is_never_summed() {
    let world = company();
    entries(
        &world,
        &[
            "1,2026-11,A,10.00,CNY",
            "2,2026-11,B,20.00,EUR",
            "3,2026-11,A,30.00,CNY",
            "4,2026-11,B,5.00,",
            "5,2026-12,B,7.00,USD",
        ],
    );
    world.refreshed(day(0));
    // 1 grows, 2 is of another currency now, and what has no currency grows too.
    entries(
        &world,
        &[
            "1,2026-11,A,12.50,CNY",
            "2,2026-11,B,20.00,JPY",
            "3,2026-11,A,30.00,CNY",
            "4,2026-11,B,6.00,",
            "5,2026-12,B,7.00,USD",
        ],
    );
    world.refreshed(day(1));
    let by_note =
        ClosingTable { units: [("amount".to_owned(), "note".to_owned())].into(), ..table() };
    let told = [
        "amount CNY 40.00 42.50 2.50",
        "amount EUR 20.00 0.00 -20.00",
        "amount JPY 0.00 20.00 20.00",
        "amount - not summed",
    ];
    assert_eq!(figures(&world, &by_note), told);
    // What nobody says the unit of is not summed at all.
    let unsaid = ClosingTable { units: [].into(), ..table() };
    assert_eq!(figures(&world, &unsaid), ["amount - not summed"]);
}

#[test]
fn heads_name_the_tables_that_are_compared() {
    let world = World::empty();
    let head = "/*---\ndescription = \"x\"\ngrain = [\"entry\"]\n\
         [closing]\nperiod = \"period\"\nentity = \"entity\"\nnegate = [\"amount\"]\n\
         [units]\namount = \"EUR\"\n---*/\nselect 1\n";
    world.write("sql/marts/entries.sql", head);
    let other = "/*---\ndescription = \"x\"\n---*/\nselect 1\n";
    world.write("sql/marts/others.sql", other);
    let named = ClosingTable { name: "marts.entries".parse().unwrap(), ..table() };
    assert_eq!(closing_tables(world.root()).unwrap(), [named]);
}

#[test]
fn the_closings_that_are_meant_are_found() {
    let world = company();
    world.refreshed(day(0));
    let root = world.root();
    let title = |arguments: &[&str]| {
        let said = ok(root, &[&["restatement", "2026-11"], arguments].concat());
        said.lines().next().unwrap().to_owned()
    };
    let never = fails(root, &["restatement", "2026-11"], 1);
    assert!(never.contains("has no closing 1; it was never closed so"), "{never}");
    ok(root, &["close", "2026-11", "--by", "Ada"]);
    assert_eq!(title(&[]), "period 2026-11: closing 1 (release 2) against now (release 2)");
    ok(root, &["reopen", "2026-11", "--by", "Ada", "--because", "x"]);
    ok(root, &["close", "2026-11", "--by", "Ada"]);
    let both = "period 2026-11: closing 1 (release 2) against closing 2 (release 4)";
    assert_eq!(title(&[]), both);
    assert_eq!(title(&["--from", "1", "--to", "2"]), both);
    ok(root, &["reopen", "2026-11", "--by", "Ada", "--because", "x"]);
    assert_eq!(title(&[]), "period 2026-11: closing 2 (release 4) against now (release 5)");
    let third = fails(root, &["restatement", "2026-11", "--to", "3"], 1);
    assert!(third.contains("has no closing 3; it was closed 2 times"), "{third}");
    fails(root, &["restatement", "2026-11", "--to", "soon"], 2);
}
