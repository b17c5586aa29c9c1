//! How does a test get two warehouses that are equal in every row that somebody may see, and differ
//! in the others?

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::symlink;
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch,
    StringArray,
};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::util::pretty::pretty_format_batches;
use datafusion::prelude::SessionContext;
use patron::engine::Limits;
use patron::query::policy::Access;
use patron::query::{self, Member, Principal, Rules};
use patron::warehouse::release::{Release, TableEntry};
use patron::warehouse::{Writer, assemble};

use crate::support::dice::Dice;
use crate::support::house::{House, draft, name, noon, write};
use crate::support::world::{chain, runtime};

/// The settings of the project around a warehouse.
const PROJECT: &str = "name = \"Twin\"\ntime_zone = \"UTC\"\nfunctional_currency = \"EUR\"\n\
    reporting_currency = \"EUR\"\nlanguages = [\"en\"]\n[calendar]\nkind = \"months\"\n\
    first_month = 1\n";

/// Who sees what in these tests.
pub const ACCESS: &str = r#"
[attributes]
unit = "The units of the user."
person = "Who the user is."

[roles.unit]
description = "Sees the rows of a unit, without its secrets."
sees = ["marts.dim_*"]
[[roles.unit.rows]]
tables = ["marts.fct_*"]
column = "unit_id"
user = "unit"
[[roles.unit.masks]]
tables = ["marts.fct_lines"]
columns = ["secret"]

[roles.own]
description = "Sees own lines, with their secrets."
[[roles.own.rows]]
tables = ["marts.fct_lines"]
column = "person_id"
user = "person"

[roles.open]
description = "Sees what is open of a unit."
[[roles.open.rows]]
tables = ["marts.fct_lines"]
column = "unit_id"
user = "unit"
[[roles.open.rows]]
tables = ["marts.fct_lines"]
column = "is_open"
values = ["true"]

[roles.everything]
description = "Sees everything."
sees = ["marts.*"]

[roles.veiled]
description = "Sees everything but what is personal."
sees = ["marts.*"]
[[roles.veiled.masks]]
tables = ["marts.*"]
personal = true

[roles.narrowed]
description = "Sees everything, of lines the open ones."
sees = ["marts.*"]
[[roles.narrowed.rows]]
tables = ["marts.fct_lines"]
column = "is_open"
values = ["true"]

[roles.nothing]
description = "Sees nothing."
"#;

/// A row of the table that all these tests ask.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub line_id: i64,
    pub unit_id: Option<&'static str>,
    pub person_id: i64,
    pub label: Option<String>,
    pub amount: Option<i128>,
    pub quantity: Option<i64>,
    pub weight: Option<f64>,
    pub is_open: Option<bool>,
    pub sold_on: Option<i32>,
    pub secret: String,
}

/// One of two warehouses.
pub struct Twin {
    pub house: House,
    pub release: Arc<Release>,
    /// all lines, in the order of the files
    pub lines: Vec<Line>,
}

/// Two warehouses.
pub struct Twins {
    pub one: Twin,
    pub other: Twin,
}

/// The units of those who ask.
pub const SEEN: [&str; 2] = ["u1", "u2"];

impl Twins {
    /// Both; what is hidden depends on the dice and on nothing else.
    pub fn new(dice: &mut Dice) -> Self {
        let seen: Vec<Line> = (0..90).map(|number| seen_line(dice, number)).collect();
        let few = Hidden { tag: "one", most: 1, amount: 99_999_999_999_999, extreme: i64::MAX };
        let extreme = i64::MAX - 1;
        let many = Hidden { tag: "other", most: 6, amount: 88_888_888_888_888, extreme };
        let one = Twin::new(dice, &seen, &few, 3);
        Self { one, other: Twin::new(dice, &seen, &many, 5) }
    }

    pub fn both(&self) -> [&Twin; 2] {
        [&self.one, &self.other]
    }
}

/// A line that is seen: its label is a number, its quantity from 1 to 40.
fn seen_line(dice: &mut Dice, number: i64) -> Line {
    let mut some = |most: usize| (!dice.one_in(12)).then(|| dice.below(most) as i64);
    Line {
        line_id: 10 * number,
        unit_id: Some(SEEN[(number % 2) as usize]),
        person_id: number % 4,
        label: some(900).map(|label| (label + 100).to_string()),
        amount: some(2_000_000).map(|amount| i128::from(amount) - 500_000),
        quantity: some(40).map(|quantity| quantity + 1),
        weight: some(1_000).map(|weight| weight as f64 / 7.0),
        is_open: some(2).map(|open| open == 1),
        sold_on: some(700).map(|day| 20_000 + day as i32),
        secret: String::new(),
    }
}

/// What rows are like that are not seen.
struct Hidden {
    /// stands in each of them
    tag: &'static str,
    /// how many lie between two that are seen, at most
    most: usize,
    /// the largest amount
    amount: i128,
    /// the largest quantity
    extreme: i64,
}

impl Hidden {
    /// A line that no cast, no division and no sum survives.
    fn line(&self, dice: &mut Dice, number: i64) -> Line {
        let (tag, chance) = (self.tag, dice.below(1_000_000));
        Line {
            line_id: 1_000_000 + number,
            unit_id: *dice.pick(&[Some("u3"), Some("U1"), Some(""), Some("u1 "), None]),
            person_id: 9,
            label: (!dice.one_in(5)).then(|| format!("LEAK-{tag}-{chance}")),
            amount: *dice.pick(&[None, Some(self.amount), Some(-self.amount)]),
            quantity: *dice.pick(&[None, Some(0), Some(7001), Some(7002), Some(self.extreme)]),
            weight: *dice.pick(&[None, Some(f64::NAN), Some(f64::INFINITY), Some(-0.0)]),
            is_open: *dice.pick(&[None, Some(true), Some(false)]),
            sold_on: *dice.pick(&[None, Some(-700_000), Some(700_000)]),
            secret: format!("SECRET-{tag}-{chance}"),
        }
    }
}

impl Twin {
    fn new(dice: &mut Dice, seen: &[Line], hidden: &Hidden, files: usize) -> Self {
        let mut lines = Vec::new();
        for line in seen {
            for _ in 0..=dice.below(hidden.most + 1) {
                let number = lines.len() as i64;
                lines.push(hidden.line(dice, number));
            }
            // What is masked may differ in rows that are seen, too.
            let secret = format!("SECRET-{}-{}", hidden.tag, dice.below(1_000));
            lines.push(Line { secret, ..line.clone() });
        }
        let house = House::new();
        fs::create_dir_all(house.scratch().join("warehouse")).unwrap();
        fs::write(house.scratch().join("warehouse/access.toml"), ACCESS).unwrap();
        // Around the warehouse lies a project, for whoever asks through one.
        fs::write(house.scratch().join("warehouse/project.toml"), PROJECT).unwrap();
        fs::write(house.scratch().join("warehouse/systems.toml"), "").unwrap();
        symlink(house.scratch().join("data"), house.scratch().join("warehouse/data")).unwrap();
        let writer = house.writer();
        let batches = cut(dice, &lines, files);
        // `fct_costs` lacks the column by which rows of facts are chosen.
        let tables = [
            ("marts.fct_lines", put(&writer, "marts.fct_lines", &batches)),
            ("marts.fct_notes", put(&writer, "marts.fct_notes", &[notes(&lines)])),
            ("marts.dim_units", put(&writer, "marts.dim_units", &[units()])),
            ("marts.fct_costs", put(&writer, "marts.fct_costs", &[units()])),
            ("sales.lines", put(&writer, "sales.lines", &batches)),
        ];
        let release = writer.publish(draft(&tables, noon(1))).unwrap();
        Self { house, release, lines }
    }

    /// The lines of the units of those who ask, as they are seen.
    pub fn seen(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.unit_id.is_some_and(|unit| SEEN.contains(&unit)))
    }

    pub fn rules(&self) -> Rules {
        let access = Access::read(self.house.scratch()).unwrap();
        let free = ["unit_id", "quantity", "line_id"].map(str::to_owned).into();
        Rules { access, impersonal: BTreeMap::from([(name("marts.fct_lines"), free)]) }
    }

    /// Somebody with roles and attributes.
    pub fn member(&self, roles: &[&str], attributes: &[(&str, &str)]) -> Principal {
        member(self.rules(), roles, attributes)
    }

    /// Somebody of the units that are seen.
    pub fn of_units(&self) -> Principal {
        self.member(&["unit"], &SEEN.map(|unit| ("unit", unit)))
    }

    /// A session that tells all it knows of its plans.
    pub fn open(&self, principal: &Principal, threads: usize) -> SessionContext {
        let spill_dir = self.house.scratch().join("spill");
        let limits = Limits { threads, memory_bytes: 256 << 20, spill_dir };
        let home = self.house.home();
        let session = query::open(&home, &self.release, principal, &limits).unwrap();
        let state = session.state_ref();
        let mut guard = state.write();
        let options = guard.config_mut().options_mut();
        options.explain.show_statistics = true;
        options.explain.show_schema = true;
        drop(guard);
        session
    }
}

/// Somebody with roles and attributes, by some rules.
pub fn member(rules: Rules, roles: &[&str], attributes: &[(&str, &str)]) -> Principal {
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (attribute, value) in attributes {
        known.entry((*attribute).to_owned()).or_default().insert((*value).to_owned());
    }
    Principal::Member(Arc::new(Member {
        name: "Ada".to_owned(),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        attributes: known,
        rules: Arc::new(rules),
    }))
}

/// What a query gives, with the sizes of its batches, or why it gives nothing.
pub fn told(session: &SessionContext, sql: &str) -> Result<String, String> {
    let found = runtime().block_on(async { query::ask(session, sql).await?.collect().await });
    let batches = found.map_err(|error| chain(&error))?;
    let sizes: Vec<usize> = batches.iter().map(RecordBatch::num_rows).collect();
    Ok(format!("{}\n{sizes:?}", pretty_format_batches(&batches).unwrap()))
}

/// Lines in files of random lengths.
fn cut(dice: &mut Dice, lines: &[Line], files: usize) -> Vec<RecordBatch> {
    let mut places: Vec<usize> = (1..files).map(|_| dice.below(lines.len())).collect();
    places.extend([0, lines.len()]);
    places.sort_unstable();
    places.dedup();
    places.windows(2).map(|ends| batch(&lines[ends[0]..ends[1]])).collect()
}

fn put(writer: &Writer, table: &str, batches: &[RecordBatch]) -> TableEntry {
    let file = |(index, rows): (usize, &RecordBatch)| {
        let partition = format!("2026-{:02}", index + 1);
        write(writer, table, &partition, std::slice::from_ref(rows), 1)
    };
    let files = batches.iter().enumerate().filter_map(file).collect();
    let manifest = assemble(&name(table), &batches[0].schema(), Vec::new(), files).unwrap();
    let manifest = writer.put_manifest(&manifest).unwrap();
    TableEntry { manifest, load: None, built: None }
}

fn schema(fields: &[(&str, DataType)]) -> SchemaRef {
    let field = |(name, kind): &(&str, DataType)| Field::new(*name, kind.clone(), true);
    Schema::new(fields.iter().map(field).collect::<Vec<_>>()).into()
}

fn batch(lines: &[Line]) -> RecordBatch {
    let schema = schema(&[
        ("line_id", DataType::Int64),
        ("unit_id", DataType::Utf8),
        ("person_id", DataType::Int64),
        ("label", DataType::Utf8),
        ("amount", DataType::Decimal128(18, 4)),
        ("quantity", DataType::Int64),
        ("weight", DataType::Float64),
        ("is_open", DataType::Boolean),
        ("sold_on", DataType::Date32),
        ("secret", DataType::Utf8),
    ]);
    let amounts: Decimal128Array = lines.iter().map(|line| line.amount).collect();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(lines.iter().map(|line| Some(line.line_id)).collect::<Int64Array>()),
        Arc::new(lines.iter().map(|line| line.unit_id).collect::<StringArray>()),
        Arc::new(lines.iter().map(|line| Some(line.person_id)).collect::<Int64Array>()),
        Arc::new(lines.iter().map(|line| line.label.as_deref()).collect::<StringArray>()),
        Arc::new(amounts.with_precision_and_scale(18, 4).unwrap()),
        Arc::new(lines.iter().map(|line| line.quantity).collect::<Int64Array>()),
        Arc::new(lines.iter().map(|line| line.weight).collect::<Float64Array>()),
        Arc::new(lines.iter().map(|line| line.is_open).collect::<BooleanArray>()),
        Arc::new(lines.iter().map(|line| line.sold_on).collect::<Date32Array>()),
        Arc::new(lines.iter().map(|line| Some(line.secret.as_str())).collect::<StringArray>()),
    ];
    RecordBatch::try_new(schema, columns).unwrap()
}

/// A note for every third line, in its unit.
fn notes(lines: &[Line]) -> RecordBatch {
    let noted = || lines.iter().filter(|line| line.line_id % 3 == 0);
    let schema = schema(&[
        ("line_id", DataType::Int64),
        ("unit_id", DataType::Utf8),
        ("note", DataType::Utf8),
    ]);
    let note = |line: &Line| line.label.as_ref().map(|label| format!("1{label}"));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(noted().map(|line| Some(line.line_id)).collect::<Int64Array>()),
        Arc::new(noted().map(|line| line.unit_id).collect::<StringArray>()),
        Arc::new(noted().map(note).collect::<StringArray>()),
    ];
    RecordBatch::try_new(schema, columns).unwrap()
}

/// What everybody sees.
fn units() -> RecordBatch {
    let schema = schema(&[
        ("unit", DataType::Utf8),
        ("unit_name", DataType::Utf8),
        ("budget", DataType::Int64),
    ]);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from(vec!["u1", "u2", "u3"])),
        Arc::new(StringArray::from(vec!["North", "South", "West"])),
        Arc::new(Int64Array::from(vec![200, 400, 600])),
    ];
    RecordBatch::try_new(schema, columns).unwrap()
}
