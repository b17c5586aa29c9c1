//! Which rows lie behind a row of an answer?
//!
//! The rows of one cube, one a grain. Behind a sum they add up to it; behind a ratio stand the rows
//! of both its parts, behind a count of different values those that hold them, behind a level the
//! levels that hold then, each with what it adds.

use super::cell::{Cell, exact, holds, whole};
use super::unfit;
use crate::model::cube::compile::{ROWS, has_level};
use crate::model::cube::granularity::Granularity;
use crate::model::cube::head::MeasureKind;
use crate::model::cube::members::{Cube, FoundMeasure};
use crate::model::cube::question::{Filter, Operator, Question, TimeDimension};
use crate::model::cube::time::Span;
use crate::model::cube::time::buckets::{Bucket, Key, buckets};
use crate::model::cube::time::variants::{SourceUnit, pairs};
use crate::model::cube::variant::Variant;
use crate::model::cube::{CubeError, time::range};

impl<'a> Cell<'a> {
    /// The question for the rows that a measure rests on.
    pub(super) fn detail(&self, measure: Option<&str>) -> Result<Question, CubeError> {
        let chosen = self.chosen(measure)?;
        let Some(first) = chosen.first() else {
            return Err(unfit("no measure is asked, so nothing lies behind it".into()));
        };
        let cube = first.cube;
        let parts = rested_on(&chosen);
        if parts.len() > 1 && chosen.iter().any(has_level) {
            let parts: Vec<String> = parts.iter().map(|name| format!("`detail:{name}`")).collect();
            return Err(unfit(format!(
                "`{}` rests on levels and on other rows beside them; say which by {}",
                first.full_name(),
                parts.join(" or ")
            )));
        }
        // The span of a variant is put in the place of the row's own below.
        let plain =
            |found: &FoundMeasure<'a>| FoundMeasure { variant: None, is_share: false, ..*found };
        let mut question = self.narrowed_for(&chosen.iter().map(plain).collect::<Vec<_>>())?;
        if let Some(variant) = first.variant {
            self.moved(&mut question, first, variant)?;
        }
        for time in &mut question.time_dimensions {
            time.granularity = None;
        }
        question.time_dimensions.retain(|time| time.date_range.is_some());
        question.ungrouped = true;
        question.limit = Some(ROWS);
        let member = |name: &str| format!("{}.{name}", cube.name());
        question.measures = parts.iter().map(|name| member(name)).collect();
        question.dimensions = Vec::new();
        let mut question = self.in_cube(question, cube)?;
        question.dimensions = dimensions(cube);
        if chosen.iter().any(has_level) {
            // What holds in a span is told by the span, not by the day on which it was found.
            let of_time: Vec<String> = cube.dimensions_of_time().map(member).collect();
            question.dimensions.retain(|member| !of_time.contains(member));
        }
        Ok(question)
    }

    /// The measures whose rows are asked; several only where the same rows lie behind them.
    fn chosen(&self, wanted: Option<&str>) -> Result<Vec<FoundMeasure<'a>>, CubeError> {
        let all = self.measures();
        let names: Vec<String> = all.iter().map(FoundMeasure::full_name).collect();
        if let Some(wanted) = wanted {
            let bare = wanted.strip_prefix(&self.member("")).unwrap_or(wanted);
            let is_asked = names.iter().any(|name| name == bare);
            let is_part = all.iter().any(|found| rested_on(&[*found]).iter().any(|n| n == bare));
            let found = self.subject.measure(bare).filter(|_| is_asked || is_part);
            let hint = format!("; it asks {}", names.join(", "));
            return found.map(|found| vec![found]).ok_or_else(|| CubeError::Unknown {
                what: "measure of the question",
                wanted: wanted.to_owned(),
                hint,
            });
        }
        let stands_alone = |found: &FoundMeasure<'_>| found.variant.is_some() || has_level(found);
        let is_mixed = all.windows(2).any(|two| match two {
            [one, other] => one.cube.name() != other.cube.name(),
            _ => false,
        });
        if all.len() > 1 && (is_mixed || all.iter().any(stands_alone)) {
            return Err(unfit(format!(
                "other rows lie behind each of {}; say which by `detail:MEASURE`",
                names.join(", ")
            )));
        }
        Ok(all)
    }

    /// Moves the span of the cube's time to where a measure over time takes its rows from.
    fn moved(
        &self,
        question: &mut Question,
        measure: &FoundMeasure<'_>,
        variant: Variant,
    ) -> Result<(), CubeError> {
        let told_along = measure.cube.file.head.time.as_deref();
        let is_it = |(place, _, _): &&(usize, Granularity, Option<String>)| {
            let asked = self.question.time_dimensions.get(*place);
            let name = asked.and_then(|asked| asked.dimension.split_once('.'));
            let found = name.map(|(_, name)| self.subject.dimension(name)).unwrap_or_default();
            let mut own = found.iter().filter(|found| found.cube.name() == measure.cube.name());
            own.any(|found| Some(found.name) == told_along)
        };
        let Some((place, granularity, Some(bucket))) = self.times.iter().find(is_it) else {
            return Err(unfit(format!(
                "the row is of no single span, so `{variant}` has no rows of its own; choose a \
                 row that has one"
            )));
        };
        let Some(asked) = self.question.time_dimensions.get(*place) else { return Ok(()) };
        let failed = |problem| CubeError::Question { place: asked.dimension.clone(), problem };
        let bucket = self.bucket(asked, *granularity, bucket)?;
        let Some(bucket) = bucket else { return Ok(()) };
        let source = pairs(variant, *granularity, std::slice::from_ref(&bucket), self.clock)
            .map_err(failed)?;
        let nothing =
            || unfit(format!("the calendar has no span that `{variant}` could take its rows from"));
        let read = source.sources.first().map(|(_, span)| exact(*span));
        question.time_dimensions.retain(|time| time.dimension != asked.dimension);
        match source.unit {
            SourceUnit::Period if !has_level(measure) => {
                let member = self.fiscal(&asked.dimension, Granularity::FiscalPeriod)?;
                let told_by = self.fiscal(&asked.dimension, *granularity)?;
                let values: Vec<String> =
                    source.pairs.iter().map(|(period, _)| text(period)).collect();
                if values.is_empty() {
                    return Err(nothing());
                }
                let told = holds(&told_by, bucket.key.as_ref().map(text).as_deref());
                question.filters.retain(|filter| *filter != told);
                let operator = Operator::Equals;
                question.filters.push(Filter::Member { member, operator, values });
            }
            _ => {
                let date_range = Some(read.ok_or_else(nothing)?);
                let (granularity, compare) = (None, Vec::new());
                let dimension = asked.dimension.clone();
                let time = TimeDimension { dimension, granularity, date_range, compare };
                question.time_dimensions.push(time);
            }
        }
        Ok(())
    }

    /// The bucket of a row, cut as the question cuts it.
    fn bucket(
        &self,
        time: &TimeDimension,
        granularity: Granularity,
        value: &str,
    ) -> Result<Option<Bucket>, CubeError> {
        let failed = |problem| CubeError::Question { place: time.dimension.clone(), problem };
        let asked = match &time.date_range {
            Some(asked) => range::span(asked, self.clock).map_err(failed)?,
            None if granularity.is_fiscal() => all_time(),
            None => whole(value, granularity, self.clock).map_err(failed)?,
        };
        let all = buckets(granularity, &asked, self.clock).map_err(failed)?;
        let is_it = |bucket: &Bucket| {
            bucket.key.as_ref().is_some_and(|key| value == text(key) || is_day(value, key))
        };
        Ok(all.into_iter().find(is_it))
    }

    /// A question about a view as one of its cubes is asked.
    fn in_cube(&self, question: Question, cube: &Cube) -> Result<Question, CubeError> {
        let subject = self.subject;
        let of_cube = |member: &str| {
            let name = member.split_once('.').map_or(member, |(_, name)| name);
            let found = subject.dimension(name).into_iter();
            let found = found.filter(|found| found.cube.name() == cube.name());
            let known = found.map(|found| found.name.to_owned()).next();
            let known = known.unwrap_or_else(|| name.to_owned());
            format!("{}.{known}", cube.name())
        };
        let mut question = question;
        for member in question.segments.iter_mut().chain(&mut question.dimensions) {
            *member = of_cube(member);
        }
        for time in &mut question.time_dimensions {
            time.dimension = of_cube(&time.dimension);
        }
        question.filters =
            question.filters.into_iter().map(|filter| told_by(filter, &of_cube)).collect();
        Ok(question)
    }
}

/// What names a stretch.
fn text(key: &Key) -> String {
    match key {
        Key::Text(name) => name.clone(),
        Key::Day(day) => day.to_string(),
    }
}

/// Whether a value is a moment that begins the stretch of a day.
fn is_day(value: &str, key: &Key) -> bool {
    matches!(key, Key::Day(day) if value.starts_with(&format!("{day}T")))
}

/// A filter whose members have other names.
fn told_by(filter: Filter, name: &impl Fn(&str) -> String) -> Filter {
    let each = |all: Vec<Filter>| all.into_iter().map(|one| told_by(one, name)).collect();
    match filter {
        Filter::Member { member, operator, values } => {
            Filter::Member { member: name(&member), operator, values }
        }
        Filter::And(all) => Filter::And(each(all)),
        Filter::Or(all) => Filter::Or(each(all)),
    }
}

/// The measures that single rows can show: for a ratio its two parts, for different values none,
/// where a dimension shows the values themselves.
fn rested_on(chosen: &[FoundMeasure<'_>]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for found in chosen {
        let cube = found.cube;
        let shown: Vec<&str> = match &found.measure.kind {
            MeasureKind::Ratio { numerator, denominator } => vec![numerator, denominator],
            MeasureKind::Distinct { column } => {
                let mut dimensions = cube.file.head.dimensions.keys();
                let is_shown = dimensions.any(|name| cube.column_of(name) == column);
                if is_shown { Vec::new() } else { vec![found.name] }
            }
            _ => vec![found.name],
        };
        for name in shown {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    }
    names
}

/// All dimensions of a cube, as its head orders them.
fn dimensions(cube: &Cube) -> Vec<String> {
    let mut names: Vec<&String> = cube.file.head.dimensions.keys().collect();
    names.sort_by_key(|name| cube.file.line_of(&format!("[dimensions.{name}]")));
    names.into_iter().map(|name| format!("{}.{name}", cube.name())).collect()
}

/// A span that holds every day of a calendar.
fn all_time() -> Span {
    Span::of_days(chrono::NaiveDate::MIN, chrono::NaiveDate::MAX)
}
