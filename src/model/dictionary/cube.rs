//! What does a cube offer, and what are totals of it?

use std::collections::BTreeSet;

use serde::Serialize;

use crate::model::build::closing;
use crate::model::compile::Model;
use crate::model::cube::head::{Keep, MeasureKind};
use crate::model::cube::rollup;
use crate::model::files::Layer;
use crate::warehouse::name::TableName;

/// What may be asked of a cube.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cube {
    /// the views in which it takes part
    pub views: Vec<String>,
    /// its dimension of time
    pub time: Option<String>,
    /// the departmental systems from which its days come; relative spans count from the last day
    /// up to which all of them reach
    pub systems: BTreeSet<String>,
    /// by what it is measured
    pub dimensions: Vec<Dimension>,
    /// which dimensions lead from coarse to fine
    pub hierarchies: Vec<Hierarchy>,
    /// rows that may be asked alone
    pub segments: Vec<Segment>,
    /// what is measured
    pub measures: Vec<Measure>,
    /// the tables of a release that answer sooner
    pub rollups: Vec<Rollup>,
}

/// By what a cube is measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dimension {
    /// its name behind the cube's
    pub name: String,
    /// the column of the query with its values
    pub column: String,
    /// its name in views; null where they do not have it
    pub shared: Option<String>,
    /// its meaning
    pub description: String,
}

/// Dimensions that lead from coarse to fine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hierarchy {
    /// what it is called in the head
    pub name: String,
    /// the dimensions, the coarsest first
    pub levels: Vec<String>,
}

/// Rows of a cube that may be asked alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Segment {
    /// its name, which questions list under `segments`
    pub name: String,
    /// which rows belong to it
    pub description: String,
}

/// What is measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Measure {
    /// its name, behind which stands what is offered over time
    pub name: String,
    /// `additive`, `semi_additive`, `ratio`, `distinct` or `none`
    pub additivity: &'static str,
    /// what a total of it is
    pub total: &'static str,
    /// what it is computed from
    pub rule: String,
    /// the unit; null where its type says it
    pub unit: Option<String>,
    /// what is offered of it over time, and as its share of the total
    pub over_time: Vec<String>,
    /// what the number says
    pub description: String,
}

/// A table that answers some questions of a cube sooner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rollup {
    /// its name in the head
    pub name: String,
    /// its name in a release
    pub table: TableName,
    /// what its rows are told by
    pub by: Vec<String>,
    /// the columns that hold its measures
    pub measures: Vec<String>,
    /// whether months of it are built alone
    pub is_by_month: bool,
}

/// What a cube's head declares, with the systems of its days; nothing for any other file.
pub(super) fn cube(model: &Model, systems: BTreeSet<String>) -> Option<Cube> {
    let (file, head) = (&model.file, &model.file.head);
    if file.layer != Layer::Cubes {
        return None;
    }
    let dimensions = head.dimensions.iter().map(|(name, known)| Dimension {
        name: name.clone(),
        column: known.column.as_ref().unwrap_or(name).clone(),
        shared: known.shared.clone(),
        description: known.description.clone(),
    });
    let hierarchies = head.hierarchies.iter();
    let hierarchies = hierarchies
        .map(|(name, known)| Hierarchy { name: name.clone(), levels: known.levels.clone() });
    let segments = head.segments.iter().map(|(name, known)| Segment {
        name: name.clone(),
        description: known.description.clone(),
    });
    let measures = head.measures.iter().map(|(name, known)| Measure {
        name: name.clone(),
        additivity: additivity(&known.kind),
        total: known.kind.total(),
        rule: rule(&known.kind),
        unit: known.unit.clone(),
        over_time: known.offered(),
        description: known.description.clone(),
    });
    let rollups = rollup::files(file).into_iter().filter_map(|(name, filled)| {
        let columns = rollup::Columns::of(head, head.rollups.get(name)?).ok()?;
        let by = columns.groups.iter().map(|group| match group.bucket {
            Some(stretch) => format!("{} by {stretch:?}", group.name).to_lowercase(),
            None => group.name.clone(),
        });
        Some(Rollup {
            name: name.clone(),
            by: by.collect(),
            measures: columns.measures.into_keys().collect(),
            is_by_month: !filled.head.inputs.is_empty(),
            table: filled.name,
        })
    });
    Some(Cube {
        views: head.views.clone(),
        time: head.time.clone(),
        systems,
        dimensions: dimensions.collect(),
        hierarchies: hierarchies.collect(),
        segments: segments.collect(),
        measures: measures.collect(),
        rollups: rollups.collect(),
    })
}

/// The word by which heads say how a measure adds up.
fn additivity(kind: &MeasureKind) -> &'static str {
    match kind {
        MeasureKind::Sum { .. }
        | MeasureKind::Count { .. }
        | MeasureKind::Least { .. }
        | MeasureKind::Greatest { .. } => "additive",
        MeasureKind::Level { .. } => "semi_additive",
        MeasureKind::Ratio { .. } => "ratio",
        MeasureKind::Distinct { .. } => "distinct",
        MeasureKind::Median { .. } => "none",
    }
}

/// What a measure is computed from, in words.
fn rule(kind: &MeasureKind) -> String {
    match kind {
        MeasureKind::Sum { column } => format!("sum of {column}"),
        MeasureKind::Count { column: None } => "how many rows there are".to_owned(),
        MeasureKind::Count { column: Some(column) } => format!("how many rows hold a {column}"),
        MeasureKind::Least { column } => format!("least {column}"),
        MeasureKind::Greatest { column } => format!("greatest {column}"),
        MeasureKind::Distinct { column } => format!("how many different {column} there are"),
        MeasureKind::Median { column } => format!("median of {column}"),
        MeasureKind::Ratio { numerator, denominator } => {
            format!("{numerator} divided by {denominator}, both at the level of the row")
        }
        MeasureKind::Level { column, keep, member, max_age_days } => {
            let which = match keep {
                Keep::Last => "at the end of the span",
                Keep::First => "at the beginning of the span",
                Keep::Average => "on the average of its days",
            };
            let age = max_age_days.map_or_else(String::new, |days| {
                format!(", taken to hold for {days} days unless there is a newer one")
            });
            format!("{column} of each {} {which}{age}, summed", member.join(" and "))
        }
    }
}

/// What a dimension or a measure says of a column of the query that nothing else describes.
pub(super) fn described(model: &Model, column: &str) -> Option<String> {
    let head = &model.file.head;
    let is_it = |(name, known): &(&String, &crate::model::cube::head::Dimension)| {
        known.column.as_ref().unwrap_or(name) == column
    };
    let dimension = head.dimensions.iter().find(is_it).map(|(_, known)| &known.description);
    let measured = |kind: &MeasureKind| match kind {
        MeasureKind::Sum { column: held } | MeasureKind::Level { column: held, .. } => {
            held == column
        }
        _ => false,
    };
    let mut measures = head.measures.values().filter(|known| measured(&known.kind));
    let measure = || measures.next().map(|known| &known.description);
    let segment = head.segments.values().find(|known| known.column == column);
    let segment = || segment.map(|known| &known.description);
    dimension.or_else(measure).or_else(segment).cloned()
}

/// How the grain of a cube is checked.
pub(super) fn grain(model: &Model) -> Option<String> {
    let grain = closing::grain(model);
    (model.file.layer == Layer::Cubes)
        .then(|| format!("no two rows of the query have the same {}", grain.join(", ")))
}
