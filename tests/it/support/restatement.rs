//! What should be told of a period between two releases, found out row by row?

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use patron::model::restate::ClosingTable;
use patron::query::{self, Principal};
use patron::warehouse::release::Release;

use super::world::{World, chain, runtime, text_rows};
use crate::company::read::fields;

/// Cells of the told lines: table, key, change, column, earlier and later value.
pub type Line = [String; 6];

/// The rows of a table in a period, by the text of their key.
#[derive(Debug, PartialEq, Eq)]
pub struct State {
    columns: Vec<String>,
    rows: BTreeMap<String, BTreeMap<String, String>>,
}

impl State {
    /// The rows of a release whose period is this one.
    pub fn of(world: &World, release: &Arc<Release>, table: &ClosingTable, period: &str) -> Self {
        let home = world.home();
        let session = query::open(&home, release, &Principal::Owner, &world.limits());
        let session = session.unwrap_or_else(|error| panic!("{}", chain(&error)));
        let sql = format!("select * from {} where {} = '{period}'", table.name, table.period);
        let (columns, batches) = runtime().block_on(async {
            let frame = session.sql(&sql).await.unwrap();
            let columns = frame.schema().fields().iter().map(|field| field.name().clone());
            (columns.collect::<Vec<_>>(), frame.collect().await.unwrap())
        });
        let is_key = |name: &&String| table.grain.contains(name) || *name == "booking_number";
        let rows = text_rows(&batches).into_iter().map(|row| {
            let row: BTreeMap<String, String> = columns.iter().cloned().zip(row).collect();
            let part = |name: &String| format!("{name}={}", told(&row[name]));
            let key: Vec<String> = columns.iter().filter(is_key).map(part).collect();
            (key.join(", "), row)
        });
        let (rows, count) = (rows.collect::<BTreeMap<_, _>>(), text_rows(&batches).len());
        assert_eq!(rows.len(), count, "{} has a row of each key", table.name);
        Self { columns, rows }
    }

    /// How many rows there are.
    pub fn row_count(&self) -> usize {
        self.rows.len()
    }

    /// The sums of a column, in units of its fourth place, by the values of others.
    pub fn sums(&self, column: &str, by: &[&str]) -> BTreeMap<Vec<String>, i128> {
        let mut sums = BTreeMap::new();
        for row in self.rows.values() {
            let key = by.iter().map(|name| row[*name].clone()).collect();
            *sums.entry(key).or_default() += units(&row[column]);
        }
        sums.retain(|_, sum| *sum != 0);
        sums
    }
}

/// A text as it is told: a value that is missing is an empty one.
fn told(text: &str) -> &str {
    if text == "null" { "" } else { text }
}

/// `12.3400` in units of the fourth place; what is missing is nothing.
pub fn units(text: &str) -> i128 {
    if told(text).is_empty() {
        return 0;
    }
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    assert!(part.len() <= 4, "{text}");
    format!("{whole}{part:0<4}").parse().unwrap_or_else(|_| panic!("{text}"))
}

/// What is to be told of a table that was so and is so now.
pub fn expected(table: &ClosingTable, before: &State, after: &State) -> BTreeSet<Line> {
    let keys: BTreeSet<&String> = before.rows.keys().chain(after.rows.keys()).collect();
    let mut lines = BTreeSet::new();
    for key in keys {
        let (one, other) = (before.rows.get(key), after.rows.get(key));
        let change = match (one, other) {
            (None, _) => "added",
            (_, None) => "removed",
            (one, other) if one == other => continue,
            _ => "changed",
        };
        let value = |row: Option<&BTreeMap<String, String>>, name: &String| {
            row.map(|row| row[name].clone()).unwrap_or_default()
        };
        for column in &after.columns {
            let pair = (value(one, column), value(other, column));
            let is_told = match change {
                "changed" => pair.0 != pair.1,
                _ => table.figures.contains(column),
            };
            if is_told {
                let cells = [&table.name.to_string(), key, change, column, &pair.0, &pair.1];
                lines.insert(cells.map(|cell| told(cell).to_owned()));
            }
        }
    }
    lines
}

/// The lines that `patron restatement --format csv` printed.
pub fn lines_of(printed: &str) -> BTreeSet<Line> {
    let mut records = fields(printed, b',');
    assert_eq!(records.remove(0), ["table", "key", "change", "column", "earlier", "later"]);
    let lines: Vec<Line> = records.into_iter().map(|line| line.try_into().unwrap()).collect();
    let each: BTreeSet<Line> = lines.iter().cloned().collect();
    assert_eq!(each.len(), lines.len(), "nothing is told twice");
    each
}

/// Says which lines are told wrongly and which are missing.
pub fn assert_told(found: &BTreeSet<Line>, expected: &BTreeSet<Line>) {
    let missing: Vec<_> = expected.difference(found).take(5).collect();
    let surplus: Vec<_> = found.difference(expected).take(5).collect();
    assert!(found == expected, "missing {missing:#?}\nsurplus {surplus:#?}");
}
