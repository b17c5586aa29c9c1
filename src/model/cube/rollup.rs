//! Which tables are built so that questions are answered sooner?
//!
//! Each rollup of a cube's head becomes a model of its own: its query is written here, over the
//! cube's, from names that the head declares and the check has found to be columns and members.
//! It is built, month by month where the head says how far its inputs reach, and published with
//! the release like any other table, as `cubes.<cube>__<rollup>`.

use std::collections::{BTreeMap, BTreeSet};

use super::head::{Fiscal, MeasureKind, Rollup, RollupGranularity};
use crate::model::build::spelling::quoted;
use crate::model::files::{Layer, ModelFile};
use crate::model::front_matter::{Checks, Gravity, Head, Reach};
use crate::warehouse::name::TableName;

/// What stands between the names of a cube and of its rollup.
pub const BETWEEN: &str = "__";

/// What the table of a rollup holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Columns {
    /// what its rows are told by, in order
    pub groups: Vec<Group>,
    /// the measures that it holds, by name; a ratio's two and not itself
    pub measures: BTreeMap<String, MeasureKind>,
}

/// A column by which the rows of a rollup are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// its name
    pub name: String,
    /// the column of the cube's query that it comes from
    pub column: String,
    /// the stretch whose first day it holds; absent where it holds the column's own values
    pub bucket: Option<RollupGranularity>,
}

impl Columns {
    /// The columns of a rollup.
    ///
    /// # Errors
    /// What the rollup names that there is not, or that cannot be answered from it.
    pub fn of(head: &Head, rollup: &Rollup) -> Result<Self, String> {
        let mut columns = Self::default();
        for name in &rollup.dimensions {
            let dimension = head.dimensions.get(name);
            let dimension = dimension.ok_or_else(|| format!("there is no dimension `{name}`"))?;
            if columns.groups.iter().any(|group| group.name == *name) {
                return Err(format!("it names `{name}` twice"));
            }
            let column = dimension.column.as_ref().unwrap_or(name).clone();
            columns.groups.push(Group { name: name.clone(), column, bucket: None });
        }
        if let Some(granularity) = rollup.granularity {
            columns.time(head, granularity)?;
        }
        if columns.groups.is_empty() {
            return Err("it has neither dimensions nor a granularity".to_owned());
        }
        for name in &rollup.measures {
            columns.measure(head, name)?;
        }
        Ok(columns)
    }

    /// Adds the cube's time and, where days are told apart, their places in the calendar.
    fn time(&mut self, head: &Head, granularity: RollupGranularity) -> Result<(), String> {
        let time = head.time.as_ref().ok_or("a granularity is one of the cube's `time`")?;
        let dimension = head.dimensions.get(time).ok_or("the cube's `time` is no dimension")?;
        if self.groups.iter().any(|group| group.name == *time) {
            return Err(format!(
                "it names `{time}` twice, by its dimensions and by its granularity"
            ));
        }
        let column = dimension.column.as_ref().unwrap_or(time).clone();
        self.groups.push(Group { name: time.clone(), column, bucket: Some(granularity) });
        let Some(Fiscal { period, quarter, year }) = &dimension.fiscal else { return Ok(()) };
        if granularity != RollupGranularity::Day {
            return Ok(());
        }
        for column in [period, quarter, year] {
            if self.groups.iter().any(|group| group.column == *column) {
                continue;
            }
            let is_taken = self.groups.iter().any(|group| group.name == *column)
                || head.measures.contains_key(column);
            if is_taken {
                return Err(format!(
                    "its column `{column}`, a day's place in the calendar, has the name of \
                     another member"
                ));
            }
            self.groups.push(Group { name: column.clone(), column: column.clone(), bucket: None });
        }
        Ok(())
    }

    /// Adds what a measure is answered from.
    fn measure(&mut self, head: &Head, name: &str) -> Result<(), String> {
        let measure = head.measures.get(name);
        let measure = measure.ok_or_else(|| format!("there is no measure `{name}`"))?;
        match &measure.kind {
            MeasureKind::Ratio { numerator, denominator } => {
                for part in [numerator, denominator] {
                    let kind = head.measures.get(part).map(|part| &part.kind);
                    if matches!(kind, Some(MeasureKind::Ratio { .. })) {
                        return Err(format!("`{name}` is a ratio of a ratio"));
                    }
                    self.measure(head, part)?;
                }
                return Ok(());
            }
            MeasureKind::Distinct { column } if self.raw(column).is_none() => {
                return Err(format!(
                    "`{name}` counts the values of `{column}`, which is the column of none of its \
                     dimensions"
                ));
            }
            MeasureKind::Level { .. } | MeasureKind::Median { .. } => {
                return Err(format!("`{name}` needs the rows themselves; leave it out"));
            }
            _ => {}
        }
        self.measures.insert(name.to_owned(), measure.kind.clone());
        Ok(())
    }

    /// The column that holds the very values of a column of the cube's query.
    pub fn raw(&self, column: &str) -> Option<&Group> {
        let is_it = |group: &&Group| {
            group.column == column && matches!(group.bucket, None | Some(RollupGranularity::Day))
        };
        self.groups.iter().find(is_it)
    }

    /// The columns of the cube's query that the table is made of.
    pub fn read(&self) -> BTreeSet<&str> {
        let columns = self.groups.iter().map(|group| group.column.as_str());
        let measures = self.measures.values().filter_map(|kind| match kind {
            MeasureKind::Sum { column }
            | MeasureKind::Least { column }
            | MeasureKind::Greatest { column }
            | MeasureKind::Level { column, .. }
            | MeasureKind::Distinct { column }
            | MeasureKind::Median { column } => Some(column.as_str()),
            MeasureKind::Count { column } => column.as_deref(),
            MeasureKind::Ratio { .. } => None,
        });
        columns.chain(measures).collect()
    }

    /// A query for how many rows the table would have.
    pub(super) fn count(&self, body: &str) -> String {
        count_all(&self.without_measures().query(body))
    }

    fn without_measures(&self) -> Self {
        Self { groups: self.groups.clone(), measures: BTreeMap::new() }
    }

    /// The query that fills the table.
    fn query(&self, body: &str) -> String {
        let from = |column: &str| format!("given.{}", quoted(column));
        let keys: Vec<String> =
            self.groups.iter().map(|group| bucket(&from(&group.column), group.bucket)).collect();
        let named = keys.iter().zip(&self.groups);
        let mut listed: Vec<String> =
            named.map(|(key, group)| format!("{key} as {}", quoted(&group.name))).collect();
        for (name, kind) in &self.measures {
            let made = match kind {
                MeasureKind::Sum { column } => format!("sum({})", from(column)),
                MeasureKind::Count { column: Some(column) } => format!("count({})", from(column)),
                MeasureKind::Count { column: None } => "count(*)".to_owned(),
                MeasureKind::Least { column } => format!("min({})", from(column)),
                MeasureKind::Greatest { column } => format!("max({})", from(column)),
                _ => continue,
            };
            listed.push(format!("{made} as {}", quoted(name)));
        }
        format!(
            "select\n    {}\nfrom (\n{body}\n) as given\ngroup by\n    {}\n",
            listed.join(",\n    "),
            keys.join(",\n    ")
        )
    }
}

/// A query for how many rows another one has.
pub(super) fn count_all(query: &str) -> String {
    format!("select count(*) from (\n{query}\n) as counted")
}

/// The first day of the stretch that holds a date, by arithmetic that no date overflows.
fn bucket(date: &str, granularity: Option<RollupGranularity>) -> String {
    let part = |what: &str| format!("cast(date_part('{what}', {date}) as integer)");
    let first = |month: &str| format!("make_date({}, {month}, 1)", part("year"));
    match granularity {
        None | Some(RollupGranularity::Day) => date.to_owned(),
        // Day 0 was a Thursday.
        Some(RollupGranularity::Week) => {
            let days = format!("cast({date} as integer)");
            format!("cast(cast({days} - (({days} + 3) % 7 + 7) % 7 as integer) as date)")
        }
        Some(RollupGranularity::Month) => first(&part("month")),
        Some(RollupGranularity::Quarter) => first(&format!("{} * 3 - 2", part("quarter"))),
        Some(RollupGranularity::Year) => first("1"),
    }
}

/// The table of a cube's rollup.
///
/// # Errors
/// When the name is too long, or no name of a table.
pub fn table(cube: &ModelFile, rollup: &str) -> Result<TableName, String> {
    let name = format!("{}{BETWEEN}{rollup}", cube.name.table());
    TableName::new(Layer::Rollups.folder(), &name)
}

/// The rollups that a cube's head declares, with the files that would fill them; those that do not
/// fit are left to the check.
pub fn files(cube: &ModelFile) -> Vec<(&String, ModelFile)> {
    let mut files = Vec::new();
    for (name, rollup) in &cube.head.rollups {
        let Ok(columns) = Columns::of(&cube.head, rollup) else { continue };
        files.extend(file(cube, name, rollup, &columns).map(|file| (name, file)));
    }
    files
}

/// The file that would fill a rollup.
fn file(cube: &ModelFile, name: &str, rollup: &Rollup, columns: &Columns) -> Option<ModelFile> {
    let cubes = &cube.head;
    let described = |name: &String| {
        let dimension = cubes.dimensions.get(name).map(|known| &known.description);
        let measure = || cubes.measures.get(name).map(|known| &known.description);
        let text = dimension.or_else(measure).or_else(|| cubes.columns.get(name));
        text.map(|text| (name.clone(), text.clone()))
    };
    let groups = columns.groups.iter().map(|group| &group.name);
    let (month, inputs) = months(cubes, rollup, columns);
    let head = Head {
        description: format!("Measures of {} by what its rollup {name} names.", cube.name),
        grain: groups.clone().cloned().collect(),
        month,
        inputs,
        columns: groups.chain(columns.measures.keys()).filter_map(described).collect(),
        checks: Checks::default(),
        severity: Gravity::default(),
        closing: None,
        label: None,
        time: None,
        views: Vec::new(),
        dimensions: BTreeMap::new(),
        hierarchies: BTreeMap::new(),
        segments: BTreeMap::new(),
        measures: BTreeMap::new(),
        rollups: BTreeMap::new(),
        ..cubes.clone()
    };
    Some(ModelFile {
        name: table(cube, name).ok()?,
        layer: Layer::Rollups,
        place: cube.place.clone(),
        text: columns.query(cube.body()),
        head,
    })
}

/// By which month a rollup lies, and how far inputs reach into its months. It lies by months where
/// no row of it spans two; only those that can have changed are built anew where the cube's head
/// says by the same column how far inputs reach. A key that the rollup does not hold itself, and
/// for which the head names no table to look in, reaches everywhere.
fn months(
    cube: &Head,
    rollup: &Rollup,
    columns: &Columns,
) -> (Option<String>, BTreeMap<TableName, Reach>) {
    let is_within =
        matches!(rollup.granularity, Some(RollupGranularity::Day | RollupGranularity::Month));
    let time = columns.groups.iter().find(|group| is_within && group.bucket.is_some());
    let Some(time) = time else { return (None, BTreeMap::new()) };
    let is_of_cube = cube.month.as_ref() == Some(&time.name) && time.name == time.column;
    if !is_of_cube {
        return (Some(time.name.clone()), BTreeMap::new());
    }
    let holds = |column: &String| {
        columns.raw(column).is_some_and(|group| group.name == *column && group.bucket.is_none())
    };
    let reach = |(name, reach): (&TableName, &Reach)| {
        let is_lost = matches!(reach, Reach::Key(lookup) if lookup.held_in.is_none()
            && !lookup.held_as.iter().flatten().all(holds));
        (name.clone(), if is_lost { Reach::All } else { reach.clone() })
    };
    (Some(time.name.clone()), cube.inputs.iter().map(reach).collect())
}
