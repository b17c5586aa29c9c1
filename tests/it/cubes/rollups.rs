//! Does each rollup hold what its cube's query gives, after whatever happened, and as little of it
//! built anew as can be?

use std::collections::BTreeMap;
use std::sync::Mutex;

use chrono::{DateTime, Utc};
use patron::model::build::{Extent, Report};
use patron::model::compile;
use patron::model::cube::head::{MeasureKind, RollupGranularity};
use patron::model::cube::rollup::{self, Columns};
use patron::model::files::{Layer, ModelFile};
use patron::model::given::given;
use patron::refresh::{self, Options, Progress};
use patron::warehouse::name::TableName;
use patron::warehouse::release::Accounting;

use super::till::{CUBE, till};
use crate::models::{change, sell};
use crate::support::hand;
use crate::support::world::{World, chain, day, runtime};

/// What each rollup must hold, by hand: a list of its rows, whatever their order.
const BY_HAND: &[(&str, &str, &[&str])] = &[
    (
        "by_month",
        "product, is_dear, sold_on, paid_amount, sale_count, named_count, lowest_amount, \
         last_sold_on",
        &[
            "P1 false 2026-01-01 5.00 1 1 5.00 2026-01-10",
            "P1 false 2400-02-01 2.00 1 1 2.00 2400-02-29",
            "P1 false null 1.00 1 1 1.00 null",
            "P1 true 2026-02-01 12.50 1 1 12.50 2026-02-01",
            "P2 false 2025-12-01 3.00 1 1 3.00 2025-12-29",
            "P2 true 2026-01-01 20.00 1 1 20.00 2026-01-31",
            "P3 false 1969-12-01 7.00 1 0 7.00 1969-12-31",
        ],
    ),
    (
        "by_day",
        "product_name, sold_on, month_name, year_number, paid_amount",
        &[
            "Pot 2025-12-29 2025-12 2025 3.00",
            "Pot 2026-01-31 2026-01 2026 20.00",
            "Tea 2026-01-10 2026-01 2026 5.00",
            "Tea 2026-02-01 2026-02 2026 12.50",
            "Tea 2400-02-29 2400-02 2400 2.00",
            "Tea null null null 1.00",
            "null 1969-12-31 1969-12 1969 7.00",
        ],
    ),
    (
        "by_week",
        "sold_on, paid_amount",
        &[
            "1969-12-29 7.00",
            "2025-12-29 3.00",
            "2026-01-05 5.00",
            "2026-01-26 32.50",
            "2400-02-28 2.00",
            "null 1.00",
        ],
    ),
    (
        "by_quarter",
        "sold_on, paid_amount",
        &["1969-10-01 7.00", "2025-10-01 3.00", "2026-01-01 37.50", "2400-01-01 2.00", "null 1.00"],
    ),
    (
        "by_year",
        "sold_on, paid_amount",
        &["1969-01-01 7.00", "2025-01-01 3.00", "2026-01-01 37.50", "2400-01-01 2.00", "null 1.00"],
    ),
    (
        "by_name",
        "product_name, sale_count, paid_amount",
        &["Pot 2 23.00", "Tea 4 20.50", "null 1 7.00"],
    ),
];

/// The rows of a rollup in their order, values apart by blanks.
fn held(world: &World, rollup: &str, columns: &str) -> Vec<String> {
    let rows = world.rows(&format!("select {columns} from cubes.till__{rollup}"));
    let mut rows: Vec<String> = rows.into_iter().map(|row| row.join(" ")).collect();
    rows.sort();
    rows
}

#[test]
fn each_rollup_holds_what_a_hand_finds() {
    let world = till();
    world.refreshed(day(0));
    for (rollup, columns, expected) in BY_HAND {
        assert_eq!(held(&world, rollup, columns), *expected, "{rollup}");
    }
    // Ratios and what counts values are made of these; nothing of them is stored.
    let columns = "select column_name from information_schema.columns where table_schema = \
                   'cubes' and table_name = 'till__by_month' order by 1";
    let columns: Vec<String> = world.rows(columns).concat();
    let expected = [
        "is_dear",
        "last_sold_on",
        "lowest_amount",
        "named_count",
        "paid_amount",
        "product",
        "sale_count",
        "sold_on",
    ];
    assert_eq!(columns, expected);
}

#[test]
fn months_lie_apart_where_rows_do_not_span_them() {
    let world = till();
    world.refreshed(day(0));
    let (home, release) = (world.home(), world.release());
    let partitions = |rollup: &str| {
        let name: TableName = format!("cubes.till__{rollup}").parse().unwrap();
        let manifest = home.manifest(&name, &release.tables[&name].manifest).unwrap();
        let partitions = manifest.files.iter().map(|file| file.partition.clone());
        partitions.collect::<Vec<_>>()
    };
    let months = ["1969-12", "2025-12", "2026-01", "2026-02", "2400-02", "none"];
    assert_eq!(partitions("by_month"), months);
    assert_eq!(partitions("by_day"), months);
    for rollup in ["by_week", "by_quarter", "by_year", "by_name"] {
        assert_eq!(partitions(rollup), ["all"], "{rollup}");
    }
}

/// Remembers how each table came about.
#[derive(Default)]
struct Recorder(Mutex<BTreeMap<String, Extent>>);

impl Progress for Recorder {
    fn started(&self, _table: &TableName) {}
    fn advanced(&self, _table: &TableName, _rows: u64) {}
    fn finished(&self, _table: &TableName, _accounting: Option<&Accounting>) {}
    fn kept(&self, _system: &str, _because: &str) {}

    fn built(&self, table: &TableName, report: &Report) {
        self.0.lock().unwrap().insert(table.to_string(), report.scope.clone());
    }
}

/// Refreshes, and says how each rollup came about, by its own name.
fn run(world: &World, now: DateTime<Utc>, anew: bool) -> BTreeMap<String, Extent> {
    let limits = world.limits();
    let options = Options { only: None, wait: true, waivers: Vec::new(), anew, now, limits };
    let _entered = runtime().enter();
    let recorder = Recorder::default();
    let outcome = refresh::run(&world.project(), &options, &recorder);
    outcome.unwrap_or_else(|error| panic!("{}", chain(&error)));
    let heard = recorder.0.into_inner().unwrap().into_iter();
    let of_rollup = |(table, scope): (String, Extent)| {
        Some((table.strip_prefix("cubes.till__")?.to_owned(), scope))
    };
    heard.filter_map(of_rollup).collect()
}

fn months(names: &[&str]) -> Extent {
    Extent::Months(names.iter().map(|name| (*name).to_owned()).collect())
}

/// The manifests of all rollups, which name their content.
fn manifests(world: &World) -> BTreeMap<String, String> {
    let release = world.release();
    let is_rollup = |name: &&TableName| name.schema() == "cubes";
    let names = release.tables.keys().filter(is_rollup);
    names.map(|name| (name.to_string(), release.tables[name].manifest.clone())).collect()
}

#[test]
fn as_little_is_built_as_can_be_and_it_is_what_a_build_from_nothing_gives() {
    let whole = Extent::Whole;
    let changes: [(&str, fn(&World), Extent, Extent, Extent); 6] = [
        ("nothing", |_| {}, Extent::Nothing, Extent::Nothing, Extent::Nothing),
        (
            "a corrected month",
            |world| sell(world, "2026-02", &["S3,P1,9.50,EUR,2026-02-03"]),
            months(&["2026-02"]),
            months(&["2026-02"]),
            whole.clone(),
        ),
        (
            "a new month",
            |world| sell(world, "2026-03", &["S8,P3,1.00,EUR,2026-03-31"]),
            months(&["2026-03"]),
            months(&["2026-03"]),
            whole.clone(),
        ),
        (
            "a sale that moves into another month",
            |world| sell(world, "none", &["S7,P1,1.00,EUR,2026-01-02"]),
            months(&["2026-01", "none"]),
            months(&["2026-01", "none"]),
            whole.clone(),
        ),
        (
            // P2 was sold in two months; whether a name is there is counted in `by_month`.
            "another name of a product",
            |world| {
                let text = "product_id,product_name,weight\nP1,Tea,100\nP2,Kettle,900\n";
                world.write("feeds/products.csv", text);
            },
            months(&["2025-12", "2026-01"]),
            months(&["2025-12", "2026-01"]),
            whole.clone(),
        ),
        (
            "a label, which is no part of any number",
            |world| change(world, CUBE, "en = \"Till\"", "en = \"The till\""),
            Extent::Nothing,
            Extent::Nothing,
            Extent::Nothing,
        ),
    ];
    let world = till();
    let first = run(&world, day(0), false);
    assert_eq!(first.len(), 6);
    assert!(first.values().all(|scope| *scope == Extent::Whole), "{first:?}");
    for (number, (what, change, by_month, by_day, by_name)) in (1..).zip(changes) {
        change(&world);
        let reports = run(&world, day(2 * number), false);
        assert_eq!(reports["by_month"], by_month, "{what}");
        assert_eq!(reports["by_day"], by_day, "{what}");
        assert_eq!(reports["by_name"], by_name, "{what}");
        let before = manifests(&world);
        run(&world, day(2 * number + 1), true);
        assert_eq!(manifests(&world), before, "{what}");
    }
    let renamed = held(&world, "by_name", "product_name, sale_count, paid_amount");
    assert_eq!(renamed, ["Kettle 2 23.00", "Tea 4 17.50", "null 2 8.00"]);
}

#[test]
fn a_key_that_a_rollup_does_not_hold_reaches_everywhere() {
    let world = till();
    change(&world, CUBE, ", in = \"marts.fct_sales\"", "");
    // Of the two by months only one tells products apart, under another name than the query.
    change(&world, CUBE, "[dimensions.product]", "[dimensions.product_id]");
    change(
        &world,
        CUBE,
        "levels = [\"product_name\", \"product\"]",
        "levels = [\"is_dear\", \"product_id\"]",
    );
    change(
        &world,
        CUBE,
        "dimensions = [\"product\", \"is_dear\"]",
        "dimensions = [\"product_id\"]",
    );
    run(&world, day(0), false);
    let text = "product_id,product_name,weight\nP1,Tea,100\nP2,Kettle,900\n";
    world.write("feeds/products.csv", text);
    let reports = run(&world, day(1), false);
    assert_eq!(reports["by_month"], months(&["2025-12", "2026-01"]));
    assert_eq!(reports["by_day"], Extent::Whole);
    let names = "select distinct product_name from cubes.till__by_day order by 1";
    assert_eq!(world.rows(names).concat(), ["Kettle", "Tea", "null"]);
}

#[test]
fn a_rollup_that_the_head_forgets_is_gone() {
    let world = till();
    world.refreshed(day(0));
    let section = "[rollups.by_year]\ndimensions = []\ngranularity = \"year\"\nmeasures = \
                   [\"paid_amount\"]\n\n";
    change(&world, CUBE, section, "");
    world.refreshed(day(1));
    let names: Vec<String> = manifests(&world).into_keys().collect();
    let left = ["by_day", "by_month", "by_name", "by_quarter", "by_week"];
    assert_eq!(names, left.map(|name| format!("cubes.till__{name}")));
}

/// A rollup of the standard project, computed once more by SQL written otherwise: by subqueries on
/// the cube's rows, stretches by `date_trunc`, counts by sums.
fn again(cube: &ModelFile, columns: &Columns) -> String {
    let mut keys = Vec::new();
    for group in &columns.groups {
        let column = format!("\"{}\"", group.column);
        let stretch = match group.bucket {
            None | Some(RollupGranularity::Day) => None,
            Some(RollupGranularity::Week) => Some("week"),
            Some(RollupGranularity::Month) => Some("month"),
            Some(RollupGranularity::Quarter) => Some("quarter"),
            Some(RollupGranularity::Year) => Some("year"),
        };
        keys.push(match stretch {
            None => format!("{column} as \"k_{}\"", group.name),
            Some(stretch) => {
                format!("cast(date_trunc('{stretch}', {column}) as date) as \"k_{}\"", group.name)
            }
        });
    }
    let names = || columns.groups.iter().map(|group| format!("k_{}", group.name));
    let measures = columns.measures.iter().filter_map(|(name, kind)| {
        let made = match kind {
            MeasureKind::Sum { column } => format!("sum(\"{column}\")"),
            MeasureKind::Count { column: None } => "sum(1)".to_owned(),
            MeasureKind::Count { column: Some(column) } => {
                format!("sum(case when \"{column}\" is null then 0 else 1 end)")
            }
            MeasureKind::Least { column } => format!("-1 * max(-1 * \"{column}\")"),
            MeasureKind::Greatest { column } => format!("-1 * min(-1 * \"{column}\")"),
            _ => return None,
        };
        Some((name, kind, made))
    });
    let made: Vec<String> = measures
        .map(|(name, kind, made)| match kind {
            // Days have no minus.
            MeasureKind::Least { column } if column.ends_with("_on") => {
                format!("min(\"{column}\") as \"{name}\"")
            }
            MeasureKind::Greatest { column } if column.ends_with("_on") => {
                format!("max(\"{column}\") as \"{name}\"")
            }
            _ => format!("{made} as \"{name}\""),
        })
        .collect();
    let names: Vec<String> = names().map(|name| format!("\"{name}\"")).collect();
    let listed: Vec<String> = names.iter().cloned().chain(made).collect();
    format!(
        "with given as (\n{}\n), cut as (select given.*, {} from given) select {} from cut group \
         by {}",
        cube.body(),
        keys.join(", "),
        listed.join(", "),
        names.join(", ")
    )
}

#[test]
fn rollups_of_the_standard_project_hold_what_other_sql_finds() {
    let world = hand::shared();
    let (project, limits) = (world.project(), world.limits());
    let compiled = compile(&project.root, given(&project).unwrap(), &limits);
    let (models, mistakes) = runtime().block_on(compiled).unwrap();
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let mut count = 0;
    for model in models.in_order().filter(|model| model.file.layer == Layer::Cubes) {
        let cube = &model.file;
        for (name, file) in rollup::files(cube) {
            let columns = Columns::of(&cube.head, &cube.head.rollups[name]).unwrap();
            let named = columns.groups.iter().map(|group| &group.name);
            let stored = columns
                .measures
                .iter()
                .filter(|(_, kind)| !matches!(kind, MeasureKind::Distinct { .. }));
            let listed: Vec<String> = named
                .chain(stored.map(|(name, _)| name))
                .map(|name| format!("\"{name}\""))
                .collect();
            let sql = format!("select {} from {}", listed.join(", "), file.name);
            let mut held = world.rows(&sql);
            let mut expected = world.rows(&again(cube, &columns));
            held.sort();
            expected.sort();
            assert_eq!(held, expected, "{}", file.name);
            count += held.len();
        }
    }
    println!("{count} rows of rollups of the standard project");
    assert!(models.in_order().all(|model| model.file.layer != Layer::Cubes) || count > 0);
}
