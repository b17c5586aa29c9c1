//! What tells a row of an answer apart from the others, as filters and spans?

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta};
use datafusion::arrow::array::{Array, ArrayRef};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};

use super::unfit;
use crate::engine::encode::EncodeError;
use crate::model::cube::compile::has_level;
use crate::model::cube::granularity::Granularity;
use crate::model::cube::members::{FoundMeasure, Subject};
use crate::model::cube::question::{DateRange, Filter, Operator, Question, TimeDimension};
use crate::model::cube::time::{Clock, Span, buckets, range};
use crate::model::cube::{Answer, CubeError, Opened, Part, Role, echo};

/// A row with what tells it.
pub(super) struct Cell<'a> {
    pub(super) clock: &'a Clock<'a>,
    pub(super) question: &'a Question,
    pub(super) subject: Subject<'a>,
    part: &'a Part,
    /// the dimensions that its level keeps, each with its value
    pub(super) kept: Vec<(String, Option<String>)>,
    /// the times that its level keeps, by their place in the question, each with its bucket
    pub(super) times: Vec<(usize, Granularity, Option<String>)>,
}

impl<'a> Cell<'a> {
    pub(super) fn find(
        opened: &'a Opened<'_>,
        clock: &'a Clock<'a>,
        answer: &'a Answer,
        row: usize,
    ) -> Result<Self, CubeError> {
        let question = &answer.question;
        let mut members = question.measures.iter().chain(&question.dimensions);
        let named = members.next().or(question.time_dimensions.first().map(|t| &t.dimension));
        let name = named.and_then(|member| member.split_once('.')).map_or("", |(name, _)| name);
        let subject = opened.cubes.subject(name)?;
        if question.ungrouped {
            return Err(unfit(
                "single rows are asked already; there is nothing behind them".into(),
            ));
        }
        let rows = |part: &Part| part.batches.iter().map(|batch| batch.num_rows()).sum::<usize>();
        let mut left = row.checked_sub(1);
        for part in &answer.parts {
            match left {
                Some(at) if at < rows(part) => {
                    let (kept, times) = (Vec::new(), Vec::new());
                    return Self { clock, question, subject, part, kept, times }.read(at);
                }
                other => left = other.map(|at| at - rows(part)),
            }
        }
        let count: usize = answer.parts.iter().map(rows).sum();
        Err(unfit(format!("the answer has no row {row}; it has {count}, counted from 1")))
    }

    /// Reads what tells the row.
    fn read(mut self, row: usize) -> Result<Self, CubeError> {
        let mut levels = Vec::new();
        for (at, column) in self.part.columns.iter().enumerate() {
            let value = self.value(row, at)?;
            match column.role {
                Role::Dimension => {
                    let value = value.map(|value| self.local(value));
                    self.kept.push((column.name.clone(), value));
                }
                Role::Time(granularity) => {
                    let is_it = |time: &TimeDimension| {
                        time.granularity == Some(granularity)
                            && format!("{}.{granularity}", time.dimension) == column.name
                    };
                    let place = self.question.time_dimensions.iter().position(is_it);
                    self.times.extend(place.map(|place| (place, granularity, value)));
                }
                Role::Level => levels.extend(value.and_then(|text| text.parse::<usize>().ok())),
                Role::Partial | Role::Measure => {}
            }
        }
        if let Some(level) = levels.first().copied() {
            let dimensions = self.kept.len();
            self.kept.truncate(level);
            self.times.truncate(level.saturating_sub(dimensions));
        }
        Ok(self)
    }

    fn value(&self, row: usize, column: usize) -> Result<Option<String>, CubeError> {
        let mut row = row;
        for batch in &self.part.batches {
            if row < batch.num_rows() {
                return Ok(text(batch.column(column), row)?);
            }
            row -= batch.num_rows();
        }
        Ok(None)
    }

    /// A moment as filters take it: what clocks show in the zone of the question.
    fn local(&self, value: String) -> String {
        match DateTime::parse_from_rfc3339(&value) {
            Ok(moment) => {
                let local = moment.with_timezone(&self.clock.zone).naive_local();
                local.format("%Y-%m-%dT%H:%M:%S%.6f").to_string()
            }
            Err(_) => value,
        }
    }

    /// The question about the row's own part of the data, with the row's dimensions and times.
    pub(super) fn narrowed(&self) -> Result<Question, CubeError> {
        self.narrowed_for(&self.measures())
    }

    /// The measures of the question.
    pub(super) fn measures(&self) -> Vec<FoundMeasure<'a>> {
        let names = self.question.measures.iter().filter_map(|member| member.split_once('.'));
        names.filter_map(|(_, name)| self.subject.measure(name)).collect()
    }

    /// As [`Cell::narrowed`], for some measures only.
    pub(super) fn narrowed_for(
        &self,
        measures: &[FoundMeasure<'_>],
    ) -> Result<Question, CubeError> {
        let mut filters: Vec<Filter> = self
            .question
            .filters
            .iter()
            .filter(|filter| !self.is_of_measures(filter))
            .cloned()
            .collect();
        for (member, value) in &self.kept {
            let filter = holds(member, value.as_deref());
            if !filters.contains(&filter) {
                filters.push(filter);
            }
        }
        let mut question = Question {
            measures: self.question.measures.clone(),
            dimensions: self.kept.iter().map(|(member, _)| member.clone()).collect(),
            time_dimensions: Vec::new(),
            filters,
            segments: self.question.segments.clone(),
            timezone: self.question.timezone.clone(),
            ..Question::default()
        };
        for (place, time) in self.question.time_dimensions.iter().enumerate() {
            let mut time = time.clone();
            if !time.compare.is_empty() {
                time.compare = Vec::new();
                time.date_range = self.part.range.map(|(from, until)| exact(Span { from, until }));
            }
            match self.times.iter().find(|(kept, _, _)| *kept == place) {
                Some((_, granularity, bucket)) => {
                    let bucket = bucket.as_deref();
                    let filter = self.bucketed(&mut time, *granularity, bucket, measures)?;
                    question.filters.extend(filter);
                    question.time_dimensions.push(time);
                }
                None => {
                    time.granularity = None;
                    let is_said = time.date_range.is_some();
                    question.time_dimensions.extend(is_said.then_some(time));
                }
            }
        }
        Ok(question)
    }

    /// Limits a time to a bucket. Accounting periods are told by the dimension that holds them, but
    /// for measures that rest on other rows than the bucket's own.
    fn bucketed(
        &self,
        time: &mut TimeDimension,
        granularity: Granularity,
        bucket: Option<&str>,
        measures: &[FoundMeasure<'_>],
    ) -> Result<Option<Filter>, CubeError> {
        let is_moving = |found: &FoundMeasure<'_>| has_level(found) || found.variant.is_some();
        if let Some(bucket) = bucket.filter(|_| granularity.is_fiscal())
            && measures.iter().any(is_moving)
        {
            self.by_days(time, granularity, bucket, measures)?;
            return Ok(None);
        }
        if granularity.is_fiscal() {
            let member = self.fiscal(&time.dimension, granularity)?;
            return Ok(Some(holds(&member, bucket)));
        }
        let Some(bucket) = bucket else {
            time.granularity = None;
            return Ok(Some(holds(&time.dimension, None)));
        };
        let within = self.span(time, granularity, bucket)?;
        time.date_range = Some(exact(within));
        Ok(None)
    }

    /// Limits a time to the days of a stretch of the accounting calendar. Where its days are those
    /// of its corrections too, only levels are the same in both.
    fn by_days(
        &self,
        time: &mut TimeDimension,
        granularity: Granularity,
        bucket: &str,
        measures: &[FoundMeasure<'_>],
    ) -> Result<(), CubeError> {
        let failed = |problem| CubeError::Question { place: time.dimension.clone(), problem };
        let all = self.clock.calendar.stretches(granularity).map_err(failed)?;
        let days = all.into_iter().find(|known| known.name == bucket).and_then(|known| known.days);
        let Some((first, last)) = days else {
            return Err(unfit(format!("the calendar gives `{bucket}` no first and last day")));
        };
        let within = self.within(time, Span::of_days(first, last))?;
        let shared = buckets::buckets(granularity, &within, self.clock).map_err(failed)?;
        if shared.len() > 1 {
            let is_level = |found: &FoundMeasure<'_>| has_level(found) && found.variant.is_none();
            if !measures.iter().all(is_level) {
                return Err(unfit(format!(
                    "`{bucket}` shares days with other periods, such as its corrections; ask by \
                     day or month, or each measure by itself"
                )));
            }
            time.granularity = None;
        }
        time.date_range = Some(exact(within));
        Ok(())
    }

    /// The part of a bucket of the calendar that the question is about.
    pub(super) fn span(
        &self,
        time: &TimeDimension,
        granularity: Granularity,
        bucket: &str,
    ) -> Result<Span, CubeError> {
        let failed = |problem| CubeError::Question { place: time.dimension.clone(), problem };
        self.within(time, whole(bucket, granularity, self.clock).map_err(failed)?)
    }

    /// The part of a span that the question is about.
    fn within(&self, time: &TimeDimension, whole: Span) -> Result<Span, CubeError> {
        let failed = |problem| CubeError::Question { place: time.dimension.clone(), problem };
        let asked = match &time.date_range {
            Some(asked) => range::span(asked, self.clock).map_err(failed)?,
            None => whole,
        };
        Ok(Span { from: whole.from.max(asked.from), until: whole.until.min(asked.until) })
    }

    /// The dimension that holds the accounting period, quarter or year of a time.
    pub(super) fn fiscal(&self, time: &str, granularity: Granularity) -> Result<String, CubeError> {
        let name = time.rsplit_once('.').map_or(time, |(_, name)| name);
        for found in self.subject.dimension(name) {
            let Some(fiscal) = &found.dimension.fiscal else { continue };
            let Some(column) = fiscal.column(granularity) else { continue };
            let cube = found.cube;
            let dimensions = &cube.file.head.dimensions;
            let holds = dimensions.iter().find(|(name, _)| cube.column_of(name) == column);
            let known = holds.and_then(|(name, dimension)| match self.subject.is_view() {
                true => dimension.shared.as_ref(),
                false => Some(name),
            });
            if let Some(known) = known {
                return Ok(format!("{}.{known}", self.subject.name()));
            }
            return Err(unfit(format!(
                "{}: no dimension has the column `{column}`, by which a {granularity} is told \
                 apart; declare one",
                cube.file.place
            )));
        }
        Err(unfit(format!("`{time}` has no accounting periods")))
    }

    /// A member's whole name.
    pub(super) fn member(&self, name: &str) -> String {
        format!("{}.{name}", self.subject.name())
    }

    fn is_of_measures(&self, filter: &Filter) -> bool {
        match filter {
            Filter::Member { member, .. } => {
                let name = member.split_once('.').map_or("", |(_, name)| name);
                self.subject.measure(name).is_some()
            }
            Filter::And(all) | Filter::Or(all) => all.iter().any(|one| self.is_of_measures(one)),
        }
    }
}

/// The span of a bucket of the calendar, in the zone of the question.
pub(super) fn whole(
    bucket: &str,
    granularity: Granularity,
    clock: &Clock<'_>,
) -> Result<Span, String> {
    let length = match granularity {
        Granularity::Second => TimeDelta::seconds(1),
        Granularity::Minute => TimeDelta::minutes(1),
        Granularity::Hour => TimeDelta::hours(1),
        _ => {
            let day = bucket.get(..10).unwrap_or(bucket);
            let first: NaiveDate =
                day.parse().map_err(|_| format!("`{bucket}` is no bucket of a {granularity}"))?;
            let found = buckets::buckets(granularity, &Span::of_days(first, first), clock)?;
            let (first, last) = found.first().map_or((first, first), |bucket| bucket.whole);
            return Ok(Span::of_days(first, last));
        }
    };
    let moment = DateTime::parse_from_rfc3339(bucket)
        .map_err(|_| format!("`{bucket}` is no bucket of a {granularity}"))?;
    let from = moment.with_timezone(&clock.zone).naive_local();
    Ok(Span { from, until: from + length })
}

/// A span by its days where it begins and ends with one, else by its moments.
pub(super) fn exact(span: Span) -> DateRange {
    let is_whole = span.from.time() == NaiveTime::MIN && span.until.time() == NaiveTime::MIN;
    let last = span.until.date().checked_sub_days(Days::new(1));
    match last.filter(|_| is_whole) {
        Some(last) => DateRange::Ends(span.from.date().to_string(), last.to_string()),
        None => echo::ends(span.from, span.until),
    }
}

/// That a member has a value, or none.
pub(super) fn holds(member: &str, value: Option<&str>) -> Filter {
    let (operator, values) = match value {
        Some(value) => (Operator::Equals, vec![value.to_owned()]),
        None => (Operator::NotSet, Vec::new()),
    };
    Filter::Member { member: member.to_owned(), operator, values }
}

/// Whether a filter says that one of some members has one value, or none, as steps say it.
pub(super) fn is_of(filter: &Filter, members: &[String]) -> bool {
    let Filter::Member { member, operator, values } = filter else { return false };
    let is_one = match operator {
        Operator::Equals => values.len() == 1,
        Operator::NotSet => true,
        _ => false,
    };
    is_one && members.contains(member)
}

/// A filter as a step down sets it: alone in a group, by which a step up tells it from one that a
/// person set.
pub(super) fn set_by_step(filter: Filter) -> Filter {
    Filter::And(vec![filter])
}

/// Whether a filter is one that a step down set, of one of some members.
pub(super) fn is_set_by_step(filter: &Filter, members: &[String]) -> bool {
    let Filter::And(group) = filter else { return false };
    matches!(group.as_slice(), [only] if is_of(only, members))
}

/// A value as filters take it.
fn text(column: &ArrayRef, row: usize) -> Result<Option<String>, EncodeError> {
    if column.logical_nulls().is_some_and(|nulls| nulls.is_null(row)) {
        return Ok(None);
    }
    let cells = ArrayFormatter::try_new(column.as_ref(), &FormatOptions::new())?;
    Ok(Some(cells.value(row).try_to_string()?))
}
