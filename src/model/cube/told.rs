//! What is a member called, what does it mean, and what are totals of it?

use std::collections::BTreeMap;

use datafusion::arrow::datatypes::{DataType, SchemaRef};
use serde_json::{Map, Value as Json, json};

use super::granularity::Granularity;
use super::head::MeasureKind;
use super::members::{Cube, Cubes, FoundMeasure, Subject};
use super::variant::Variant;
use super::words;
use crate::model::front_matter::Label;
use crate::model::report::{self, REPORTING_CURRENCY};
use crate::warehouse::project::Settings;

/// Tells what members are, in one language.
pub(super) struct Teller<'a> {
    /// the cubes
    pub cubes: &'a Cubes,
    /// the columns of each cube that is told of, by its name
    pub columns: &'a BTreeMap<String, SchemaRef>,
    /// the project's settings
    pub settings: &'a Settings,
    /// the language of labels
    pub language: &'a str,
}

impl Teller<'_> {
    /// What a cube or view is called.
    pub(super) fn title(&self, subject: Subject<'_>) -> String {
        match subject.cubes().first().filter(|_| !subject.is_view()) {
            Some(cube) => report::label(&cube.file, self.language),
            None => in_words(subject.name()),
        }
    }

    /// What a measure is called without its cube's name.
    pub(super) fn measure_label(&self, found: &FoundMeasure<'_>) -> String {
        let label = self.label(found.measure.label.as_ref(), found.name);
        match found.variant {
            Some(variant) => format!("{label}, {}", words::variant(variant, self.language)),
            None if found.is_share => format!("{label}, {}", words::share(self.language)),
            None => label,
        }
    }

    /// What a dimension is called without its cube's name; its own name where there is none.
    pub(super) fn dimension_label(&self, subject: Subject<'_>, name: &str) -> String {
        let found = subject.dimension(name);
        let label = found.first().and_then(|found| found.dimension.label.as_ref());
        self.label(label, name)
    }

    /// What the values of a dimension are called, as far as they have names.
    pub(super) fn dimension_values(
        &self,
        subject: Subject<'_>,
        name: &str,
    ) -> BTreeMap<String, String> {
        let found = subject.dimension(name);
        let Some(first) = found.first() else { return BTreeMap::new() };
        let column = first.cube.column_of(first.name);
        self.cubes.values.told(&first.cube.file.head, column, self.language)
    }

    fn label(&self, label: Option<&Label>, name: &str) -> String {
        let said = label.and_then(|label| label.text(self.language));
        said.map_or_else(|| in_words(name), str::to_owned)
    }

    /// A measure, as clients of Cube read it, with what totals of it are.
    pub(super) fn measure(&self, subject: Subject<'_>, name: &str) -> Option<Map<String, Json>> {
        let found = subject.measure(name)?;
        let label = self.measure_label(&found);
        let mut told = self.named(subject, name, &label, &found.measure.description);
        if found.is_share {
            let said = [
                ("type", "number"),
                ("aggType", "number"),
                ("additivity", "ratio"),
                ("total", "share of total"),
                ("unit", "ratio"),
            ];
            told.extend(said.map(|(key, text)| (key.to_owned(), text.into())));
            told.insert("cumulative".to_owned(), false.into());
            return Some(told);
        }
        let kind = self.measure_type(found.cube, &found.measure.kind);
        told.insert("type".to_owned(), kind.into());
        told.insert("aggType".to_owned(), aggregate(&found.measure.kind).into());
        let is_cumulative =
            matches!(found.variant, Some(Variant::ToDate(_) | Variant::Rolling(..)));
        told.insert("cumulative".to_owned(), is_cumulative.into());
        told.insert("additivity".to_owned(), additivity(&found.measure.kind).into());
        told.insert("total".to_owned(), found.measure.kind.total().into());
        if let Some(unit) = &found.measure.unit {
            let is_money = unit == REPORTING_CURRENCY;
            let unit = if is_money { &self.settings.reporting_currency } else { unit };
            told.insert("unit".to_owned(), json!(unit));
            if is_money {
                told.insert("format".to_owned(), "currency".into());
                told.insert("currency".to_owned(), json!(unit));
            }
        }
        Some(told)
    }

    /// A dimension likewise.
    pub(super) fn dimension(&self, subject: Subject<'_>, name: &str) -> Option<Map<String, Json>> {
        let found = subject.dimension(name);
        let first = found.first()?;
        let label = self.dimension_label(subject, name);
        let mut told = self.named(subject, name, &label, &first.dimension.description);
        let kind = self.column_type(first.cube, first.cube.column_of(first.name));
        told.insert("type".to_owned(), kind.into());
        let values = self.dimension_values(subject, name);
        if !values.is_empty() {
            told.insert("values".to_owned(), json!(values));
        }
        Some(told)
    }

    /// A time dimension cut into buckets likewise.
    pub(super) fn bucketed(
        &self,
        subject: Subject<'_>,
        name: &str,
        granularity: Granularity,
    ) -> Option<Map<String, Json>> {
        let mut told = self.dimension(subject, name)?;
        if granularity.is_fiscal() {
            told.insert("type".to_owned(), "string".into());
        }
        let title = words::granularity(granularity, self.language);
        let said = json!({ "name": granularity.to_string(), "title": title });
        told.insert("granularity".to_owned(), said);
        Some(told)
    }

    /// A segment likewise.
    pub(super) fn segment(&self, subject: Subject<'_>, name: &str) -> Option<Map<String, Json>> {
        let found = subject.segment(name);
        let (_, _, segment) = found.first()?;
        let label = self.label(segment.label.as_ref(), name);
        Some(self.named(subject, name, &label, &segment.description))
    }

    fn named(
        &self,
        subject: Subject<'_>,
        name: &str,
        label: &str,
        description: &str,
    ) -> Map<String, Json> {
        let title = format!("{} {label}", self.title(subject));
        let said = [
            ("name", format!("{}.{name}", subject.name())),
            ("title", title),
            ("shortTitle", label.to_owned()),
            ("description", description.to_owned()),
        ];
        said.into_iter().map(|(key, text)| (key.to_owned(), text.into())).collect()
    }

    fn measure_type(&self, cube: &Cube, kind: &MeasureKind) -> &'static str {
        match kind {
            MeasureKind::Least { column } | MeasureKind::Greatest { column } => {
                self.column_type(cube, column)
            }
            _ => "number",
        }
    }

    /// Cube's word for the type of a column.
    fn column_type(&self, cube: &Cube, column: &str) -> &'static str {
        let columns = self.columns.get(cube.name());
        let field = columns.and_then(|columns| columns.field_with_name(column).ok());
        field.map_or("string", |field| word(field.data_type()))
    }
}

/// Cube's word for a type.
fn word(kind: &DataType) -> &'static str {
    match kind {
        DataType::Date32 | DataType::Timestamp(..) => "time",
        DataType::Boolean => "boolean",
        kind if kind.is_numeric() => "number",
        _ => "string",
    }
}

/// Cube's word for the way in which a measure is computed.
fn aggregate(kind: &MeasureKind) -> &'static str {
    match kind {
        MeasureKind::Sum { .. } => "sum",
        MeasureKind::Count { .. } => "count",
        MeasureKind::Least { .. } => "min",
        MeasureKind::Greatest { .. } => "max",
        MeasureKind::Distinct { .. } => "countDistinct",
        MeasureKind::Level { .. } | MeasureKind::Ratio { .. } | MeasureKind::Median { .. } => {
            "number"
        }
    }
}

/// The word by which heads say how totals come about.
pub fn additivity(kind: &MeasureKind) -> &'static str {
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

fn in_words(name: &str) -> String {
    name.replace('_', " ")
}
