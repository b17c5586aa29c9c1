//! Does a cube fit its own head, the tables that it reads, and the project?

use std::collections::{BTreeMap, BTreeSet};

use datafusion::arrow::datatypes::DataType;

use super::head::{Dimension, Measure, MeasureKind};
use super::rollup::{self, BETWEEN, Columns};
use super::variant::{Larger, Unit, Variant};
use crate::model::compile::{Model, similar};
use crate::model::files::{Layer, ModelFile};
use crate::model::front_matter::{Checks, Head, Label};
use crate::model::shape::spelt;
use crate::model::{ModelError, Models};
use crate::warehouse::name::is_identifier;
use crate::warehouse::project::Settings;

/// What a head says of cubes that does not fit its query.
pub(in crate::model) fn head(model: &Model) -> Vec<ModelError> {
    let (file, head) = (&model.file, &model.file.head);
    if file.layer != Layer::Cubes {
        let is_plain = head.time.is_none() && head.views.is_empty() && head.dimensions.is_empty();
        let has_parts = !head.hierarchies.is_empty() || !head.segments.is_empty();
        let has_numbers = !head.measures.is_empty() || !head.rollups.is_empty();
        if is_plain && !has_parts && !has_numbers {
            return Vec::new();
        }
        let message = "time, views, dimensions, hierarchies, segments, measures and rollups are \
                       for files under sql/cubes";
        return vec![file.wrong("measures", message.to_owned())];
    }
    let mut check = Check { model, mistakes: Vec::new() };
    check.whole();
    check.names();
    check.time();
    for (name, dimension) in &head.dimensions {
        check.dimension(name, dimension);
    }
    check.hierarchies();
    check.segments();
    for (name, measure) in &head.measures {
        check.measure(name, measure);
    }
    check.rollups();
    check.mistakes
}

/// A kind of members: the section of the head, and what one of them is called.
type Part = (&'static str, &'static str);

const DIMENSION: Part = ("dimensions", "dimension");
const HIERARCHY: Part = ("hierarchies", "hierarchy");
const SEGMENT: Part = ("segments", "segment");
const MEASURE: Part = ("measures", "measure");
const ROLLUP: Part = ("rollups", "rollup");

/// A mistake in what a head says of a member.
fn mistake(file: &ModelFile, part: Part, name: &str, message: &str) -> ModelError {
    let (section, what) = part;
    file.wrong(&format!("{section}.{name}"), format!("{what} `{name}`: {message}"))
}

struct Check<'a> {
    model: &'a Model,
    mistakes: Vec<ModelError>,
}

impl<'a> Check<'a> {
    fn head(&self) -> &'a Head {
        &self.model.file.head
    }

    fn wrong(&mut self, part: Part, name: &str, message: &str) {
        self.mistakes.push(mistake(&self.model.file, part, name, message));
    }

    /// The type of a column; told where the query does not give it.
    fn kind(&mut self, part: Part, name: &str, column: &str) -> Option<&'a DataType> {
        let schema = &self.model.schema;
        match schema.fields().find(column) {
            Some((_, field)) => Some(field.data_type()),
            None => {
                let hint = similar(column, schema.fields().iter().map(|field| field.name()));
                let message = format!("the query gives no column `{column}`{hint}");
                self.wrong(part, name, &message);
                None
            }
        }
    }

    fn described(&mut self, part: Part, name: &str, description: &str) {
        if description.trim().is_empty() {
            self.wrong(part, name, "its description is empty; say what it means");
        }
    }

    /// What is wrong with the cube as a whole.
    fn whole(&mut self) {
        let (file, head) = (&self.model.file, self.head());
        if head.measures.is_empty() {
            let message =
                "the cube has no measures; say in [measures.<name>] what there is to know";
            self.mistakes.push(file.wrong("description", message.to_owned()));
        }
        if head.checks != Checks::default() || head.closing.is_some() || head.remembers {
            let message = "[checks], [closing] and `remembers` are for tables that are stored; of \
                           a cube only its grain is checked";
            self.mistakes.push(file.wrong("checks", message.to_owned()));
        }
        if file.name.table().contains(BETWEEN) {
            let message = format!("the name of a cube has no `{BETWEEN}`; rename the file");
            self.mistakes.push(file.wrong("description", message));
        }
        for view in head.views.iter().filter(|view| !is_name(view)) {
            let message = format!("`views` names `{view}`, which is no name of a view");
            self.mistakes.push(file.wrong_at("views", message));
        }
    }

    /// A name means one member.
    fn names(&mut self) {
        let head = self.head();
        let mut seen: BTreeMap<&str, Part> = BTreeMap::new();
        let dimensions = head.dimensions.keys().map(|name| (DIMENSION, name));
        let segments = head.segments.keys().map(|name| (SEGMENT, name));
        let measures = head.measures.keys().map(|name| (MEASURE, name));
        for (part, name) in dimensions.chain(segments).chain(measures) {
            if let Some((_, other)) = seen.insert(name, part) {
                self.wrong(part, name, &format!("a {other} has the same name"));
            }
        }
        let hierarchies = head.hierarchies.keys().map(|name| (HIERARCHY, name.as_str()));
        let rollups = head.rollups.keys().map(|name| (ROLLUP, name.as_str()));
        let all = seen.iter().map(|(name, part)| (*part, *name)).chain(hierarchies).chain(rollups);
        for (part, name) in all.filter(|(_, name)| !is_name(name)) {
            let message = format!(
                "a name is made of a to z, 0 to 9 and _, begins with a letter and has no \
                 `{BETWEEN}`"
            );
            self.wrong(part, name, &message);
        }
    }

    fn time(&mut self) {
        let (file, head) = (&self.model.file, self.head());
        let Some(time) = &head.time else { return };
        let Some(dimension) = head.dimensions.get(time) else {
            let hint = similar(time, head.dimensions.keys());
            let message = format!("`time` names `{time}`, which is no dimension{hint}");
            self.mistakes.push(file.wrong_at("time", message));
            return;
        };
        let column = dimension.column.as_ref().unwrap_or(time);
        let found = self.model.schema.fields().find(column);
        if let Some((_, field)) = found.filter(|(_, field)| !is_time(field.data_type())) {
            let kind = spelt(field.data_type());
            let message = format!("`time` names `{time}`, a {kind}; it is a date or a timestamp");
            self.mistakes.push(file.wrong_at("time", message));
        }
    }

    fn dimension(&mut self, name: &str, dimension: &Dimension) {
        if dimension.shared.is_some() && dimension.description.trim().is_empty() {
            let message = "its description is empty; say what it means, here or for all cubes that \
                           share it in sql/cubes/dimensions.toml";
            self.wrong(DIMENSION, name, message);
        } else {
            self.described(DIMENSION, name, &dimension.description);
        }
        let kind = self.kind(DIMENSION, name, dimension.column.as_deref().unwrap_or(name));
        if kind == Some(&DataType::Float64) {
            self.wrong(DIMENSION, name, "a float tells nothing apart; cast it to a decimal");
        }
        if let Some(shared) = dimension.shared.as_ref().filter(|shared| !is_name(shared)) {
            let message = format!("`shared` is `{shared}`, which is no name of a dimension");
            self.wrong(DIMENSION, name, &message);
        }
        if dimension.shared.is_some() && self.head().views.is_empty() {
            let message = "`shared` is the name in views, and `views` names none";
            self.wrong(DIMENSION, name, message);
        }
        let Some(fiscal) = &dimension.fiscal else { return };
        if kind.is_some_and(|kind| !is_time(kind)) {
            self.wrong(DIMENSION, name, "`fiscal` is for a date or a timestamp");
        }
        for column in [&fiscal.period, &fiscal.quarter, &fiscal.year] {
            let kind = self.kind(DIMENSION, name, column);
            if kind.is_some_and(|kind| !matches!(kind, DataType::Utf8 | DataType::Int64)) {
                let message = format!("`{column}` names periods, so it is a text or an integer");
                self.wrong(DIMENSION, name, &message);
            }
        }
    }

    fn hierarchies(&mut self) {
        let head = self.head();
        for (name, hierarchy) in &head.hierarchies {
            if hierarchy.levels.len() < 2 {
                self.wrong(HIERARCHY, name, "it has two levels at least, from coarse to fine");
            }
            let mut seen = BTreeSet::new();
            for level in &hierarchy.levels {
                if !head.dimensions.contains_key(level) {
                    let hint = similar(level, head.dimensions.keys());
                    let message = format!("its level `{level}` is no dimension{hint}");
                    self.wrong(HIERARCHY, name, &message);
                }
                if !seen.insert(level) {
                    self.wrong(HIERARCHY, name, &format!("it has the level `{level}` twice"));
                }
            }
        }
    }

    fn segments(&mut self) {
        for (name, segment) in &self.head().segments {
            self.described(SEGMENT, name, &segment.description);
            let kind = self.kind(SEGMENT, name, &segment.column);
            if kind.is_some_and(|kind| *kind != DataType::Boolean) {
                let message = format!("`{}` is no boolean", segment.column);
                self.wrong(SEGMENT, name, &message);
            }
        }
    }

    fn measure(&mut self, name: &str, measure: &Measure) {
        self.described(MEASURE, name, &measure.description);
        match &measure.kind {
            MeasureKind::Sum { column } | MeasureKind::Median { column } => {
                self.column(name, column, is_number, "a decimal or an integer");
            }
            MeasureKind::Least { column } | MeasureKind::Greatest { column } => {
                let what = "a decimal, an integer, a date or a timestamp";
                self.column(name, column, |kind| is_number(kind) || is_time(kind), what);
            }
            MeasureKind::Count { column: Some(column) } => {
                self.kind(MEASURE, name, column);
            }
            MeasureKind::Count { column: None } => {}
            MeasureKind::Distinct { column } => {
                self.column(name, column, |kind| *kind != DataType::Float64, "no float");
            }
            MeasureKind::Ratio { numerator, denominator } => {
                self.part(name, numerator);
                self.part(name, denominator);
            }
            MeasureKind::Level { column, member, max_age_days, .. } => {
                self.column(name, column, is_number, "a decimal or an integer");
                if *max_age_days == Some(0) {
                    self.wrong(MEASURE, name, "`max_age_days` is 1 at least, or left out");
                }
                self.level(name, member);
            }
        }
        self.over_time(name, measure);
    }

    fn column(&mut self, name: &str, column: &str, fits: impl Fn(&DataType) -> bool, what: &str) {
        if let Some(kind) = self.kind(MEASURE, name, column).filter(|kind| !fits(kind)) {
            let message = format!("`{column}` is a {}; it must be {what}", spelt(kind));
            self.wrong(MEASURE, name, &message);
        }
    }

    /// One of the two measures of a ratio.
    fn part(&mut self, name: &str, part: &str) {
        let head = self.head();
        let column = match head.measures.get(part).map(|part| &part.kind) {
            None => {
                let hint = similar(part, head.measures.keys());
                let message = format!("there is no measure `{part}`{hint}");
                return self.wrong(MEASURE, name, &message);
            }
            Some(MeasureKind::Ratio { .. }) => {
                let message =
                    format!("`{part}` is a ratio itself; name the measures it is made of");
                return self.wrong(MEASURE, name, &message);
            }
            Some(MeasureKind::Least { column } | MeasureKind::Greatest { column }) => column,
            Some(_) => return,
        };
        let found = self.model.schema.fields().find(column);
        if found.is_some_and(|(_, field)| is_time(field.data_type())) {
            self.wrong(MEASURE, name, &format!("`{part}` is a time, which divides nothing"));
        }
    }

    /// Whose level it is must be said, so that at one time there is one level of each.
    fn level(&mut self, name: &str, member: &[String]) {
        let head = self.head();
        for column in member {
            self.kind(MEASURE, name, column);
        }
        let Some(time) = &head.time else {
            self.wrong(MEASURE, name, "a level holds at a time; name the cube's `time`");
            return;
        };
        let dimension = head.dimensions.get(time);
        let time = dimension.and_then(|known| known.column.as_ref()).unwrap_or(time);
        if member.contains(time) {
            self.wrong(MEASURE, name, "the time of a level is no part of its `member`");
        }
        let is_other = |column: &&String| *column != time && !member.contains(column);
        if let Some(column) = head.grain.iter().find(is_other) {
            let message = format!(
                "the grain has `{column}`, which `member` has not, so that one member may have \
                 two levels at a time; add it"
            );
            self.wrong(MEASURE, name, &message);
        }
    }

    fn over_time(&mut self, name: &str, measure: &Measure) {
        let head = self.head();
        if measure.over_time.is_empty() {
            return;
        }
        let Some(time) = &head.time else {
            self.wrong(MEASURE, name, "`over_time` goes along the cube's `time`; name it");
            return;
        };
        let has_fiscal = head.dimensions.get(time).is_some_and(|known| known.fiscal.is_some());
        let is_fiscal = |variant: &&Variant| {
            use Larger::{FiscalQuarter, FiscalYear};
            matches!(
                variant,
                Variant::ToDate(FiscalQuarter | FiscalYear) | Variant::Rolling(_, Unit::Period)
            )
        };
        if let Some(variant) = measure.over_time.iter().find(is_fiscal).filter(|_| !has_fiscal) {
            let message = format!("`{variant}` needs `fiscal` in [dimensions.{time}]");
            self.wrong(MEASURE, name, &message);
        }
        let mut seen = BTreeSet::new();
        if let Some(variant) = measure.over_time.iter().find(|variant| !seen.insert(**variant)) {
            self.wrong(MEASURE, name, &format!("`over_time` names `{variant}` twice"));
        }
    }

    fn rollups(&mut self) {
        let (file, head) = (&self.model.file, self.head());
        for (name, declared) in &head.rollups {
            if let Err(problem) = Columns::of(head, declared) {
                self.wrong(ROLLUP, name, &problem);
            } else if let Err(problem) = rollup::table(file, name) {
                self.wrong(ROLLUP, name, &problem);
            }
            if declared.measures.is_empty() {
                self.wrong(ROLLUP, name, "it has no measures");
            }
            let time = head.time.as_ref().filter(|_| declared.granularity.is_some());
            let Some(time) = time else { continue };
            let column = head.dimensions.get(time).and_then(|known| known.column.as_ref());
            let found = self.model.schema.fields().find(column.unwrap_or(time));
            if found.is_some_and(|(_, field)| *field.data_type() != DataType::Date32) {
                let message = format!(
                    "its stretches begin with days, and `{time}` is no date; give the query a \
                     column `local_date(.., project.time_zone)` and name that as `time`"
                );
                self.wrong(ROLLUP, name, &message);
            }
        }
    }
}

/// Whether a text may name a member, a cube or a view.
fn is_name(text: &str) -> bool {
    is_identifier(text) && !text.contains(BETWEEN)
}

fn is_number(kind: &DataType) -> bool {
    matches!(kind, DataType::Int64 | DataType::Decimal128(..))
}

fn is_time(kind: &DataType) -> bool {
    matches!(kind, DataType::Date32 | DataType::Timestamp(..))
}

fn cubes(models: &Models) -> impl Iterator<Item = &Model> {
    models.in_order().filter(|model| model.file.layer == Layer::Cubes)
}

/// What does not fit between cubes that take part in the same view: a name means the same in all.
pub(in crate::model) fn together(models: &Models) -> Vec<ModelError> {
    let mut mistakes = Vec::new();
    // The first cube in which a view has a measure, or a dimension of a type.
    let mut measures: BTreeMap<(&str, &str), &Model> = BTreeMap::new();
    let mut dimensions: BTreeMap<(&str, &str), (&Model, &DataType)> = BTreeMap::new();
    for model in cubes(models) {
        let (file, head) = (&model.file, &model.file.head);
        for view in head.views.iter().map(String::as_str) {
            if let Some(other) = cubes(models).find(|other| other.file.name.table() == view) {
                let message = format!("the view `{view}` has the name of {}", other.file.place);
                mistakes.push(file.wrong_at("views", message));
            }
            for name in head.measures.keys() {
                if let Some(other) = measures.insert((view, name.as_str()), model) {
                    let place = &other.file.place;
                    let message = format!("the view `{view}` has it from {place} already");
                    mistakes.push(mistake(file, MEASURE, name, &message));
                }
            }
            for (name, dimension) in &head.dimensions {
                let Some(shared) = &dimension.shared else { continue };
                let column = dimension.column.as_ref().unwrap_or(name);
                let Some((_, field)) = model.schema.fields().find(column) else { continue };
                let kind = field.data_type();
                let first = dimensions.entry((view, shared.as_str()));
                let (other, known) = *first.or_insert((model, kind));
                let is_twice = other.file.name == file.name
                    && head.dimensions.iter().any(|(before, known)| {
                        before < name && known.shared.as_ref() == Some(shared)
                    });
                if is_twice {
                    let message = format!("another dimension is `{shared}` in views already");
                    mistakes.push(mistake(file, DIMENSION, name, &message));
                } else if !is_same(known, kind) {
                    let (own, others) = (spelt(kind), spelt(known));
                    let message = format!(
                        "`{shared}` is of type {others} in {} and of type {own} here; cast one \
                         of them",
                        other.file.place
                    );
                    mistakes.push(mistake(file, DIMENSION, name, &message));
                }
            }
        }
    }
    for ((view, name), model) in &measures {
        if let Some((other, _)) = dimensions.get(&(*view, *name)) {
            let message =
                format!("the view `{view}` has a dimension of that name from {}", other.file.place);
            mistakes.push(mistake(&model.file, MEASURE, name, &message));
        }
    }
    mistakes
}

/// Whether values of two types stand in one column: decimals may have other digits.
fn is_same(one: &DataType, other: &DataType) -> bool {
    one == other || (is_number(one) && is_number(other))
}

/// What cubes ask of the project that its settings do not say.
pub fn against(models: &Models, settings: &Settings) -> Vec<ModelError> {
    let mut mistakes = Vec::new();
    for model in cubes(models) {
        let (file, head) = (&model.file, &model.file.head);
        let of = |part: Part, name: &str, label: &Option<Label>| {
            let unknown = languages(label, settings)?;
            Some(mistake(file, part, name, &unknown))
        };
        let dimensions = head.dimensions.iter();
        let dimensions = dimensions.map(|(name, known)| of(DIMENSION, name, &known.label));
        let hierarchies = head.hierarchies.iter();
        let hierarchies = hierarchies.map(|(name, known)| of(HIERARCHY, name, &known.label));
        let segments = head.segments.iter();
        let segments = segments.map(|(name, known)| of(SEGMENT, name, &known.label));
        let measures = head.measures.iter();
        let measures = measures.map(|(name, known)| of(MEASURE, name, &known.label));
        let own = languages(&head.label, settings).map(|message| file.wrong_at("label", message));
        let all = dimensions.chain(hierarchies).chain(segments).chain(measures);
        mistakes.extend(all.chain([own]).flatten());
    }
    mistakes
}

/// What is wrong with the languages of a label, if something is.
fn languages(label: &Option<Label>, settings: &Settings) -> Option<String> {
    let Some(Label::Each(texts)) = label else { return None };
    let unknown = texts.keys().find(|language| !settings.languages.contains(language))?;
    Some(format!(
        "`{unknown}` is none of the languages of warehouse/project.toml, {}",
        settings.languages.join(", ")
    ))
}
