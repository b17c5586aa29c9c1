//! What is asked next, from a row of an answer: finer, coarser, by something else, or the rows
//! behind it?
//!
//! A row is told by the dimensions and times that its level keeps; all of them when there are no
//! totals. Those become filters and spans, so that the rows of the next answer are the parts of the
//! row. Conditions on measures go, since what they keep at one level they would drop at another;
//! order and limits go too.

mod detail;

use std::str::FromStr;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta};
use datafusion::arrow::array::{Array, ArrayRef};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};

use super::granularity::Granularity;
use super::members::Subject;
use super::meta::{Levels, hierarchies};
use super::question::{DateRange, Filter, Operator, Question, TimeDimension};
use super::time::{Clock, Span, buckets, range};
use super::{Answer, CubeError, Opened, Part, Role, echo};
use crate::engine::encode::EncodeError;

/// Which way is gone from a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// to the next finer level of a hierarchy, or of time
    Down(String),
    /// to the next coarser one
    Up(String),
    /// to another dimension, or the coarsest level of another hierarchy
    Across(String),
    /// to the rows that a measure rests on; the question's only one where none is named
    Detail(Option<String>),
}

impl FromStr for Step {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (way, name) = match text.split_once(':') {
            Some((way, name)) if !name.is_empty() => (way, Some(name.to_owned())),
            _ => (text, None),
        };
        match (way, name) {
            ("down", Some(name)) => Ok(Self::Down(name)),
            ("up", Some(name)) => Ok(Self::Up(name)),
            ("across", Some(name)) => Ok(Self::Across(name)),
            ("detail", measure) => Ok(Self::Detail(measure)),
            _ => Err(format!(
                "`{text}` is no way from a row; write down:HIERARCHY, up:HIERARCHY, \
                 across:DIMENSION, detail or detail:MEASURE"
            )),
        }
    }
}

/// The granularities of the calendar from coarse to fine.
const CALENDAR: [Granularity; 5] = [
    Granularity::Year,
    Granularity::Quarter,
    Granularity::Month,
    Granularity::Day,
    Granularity::Hour,
];

/// Those of the accounting calendar.
const FISCAL: [Granularity; 4] = [
    Granularity::FiscalYear,
    Granularity::FiscalQuarter,
    Granularity::FiscalPeriod,
    Granularity::Day,
];

/// The question that a step from a row of an answer asks; rows are counted from 1 over all parts.
///
/// # Errors
/// When there is no such row, or no such way from it.
pub async fn drill(
    opened: &Opened<'_>,
    answer: &Answer,
    row: usize,
    step: &Step,
) -> Result<Question, CubeError> {
    let clock = opened.clock(answer.question.timezone.as_deref()).await?;
    let cell = Cell::find(opened, &clock, answer, row)?;
    match step {
        Step::Down(name) => cell.along(name, Way::Down),
        Step::Up(name) => cell.along(name, Way::Up),
        Step::Across(name) => cell.across(name),
        Step::Detail(measure) => cell.detail(measure.as_deref()),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Down,
    Up,
}

/// A row with what tells it.
struct Cell<'a> {
    clock: &'a Clock<'a>,
    question: &'a Question,
    subject: Subject<'a>,
    part: &'a Part,
    /// the dimensions that its level keeps, each with its value
    kept: Vec<(String, Option<String>)>,
    /// the times that its level keeps, by their place in the question, each with its bucket
    times: Vec<(usize, Granularity, Option<String>)>,
}

fn unfit(problem: String) -> CubeError {
    CubeError::Unfit { problem }
}

impl<'a> Cell<'a> {
    fn find(
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
            return Err(unfit("single rows are asked already; there is nothing behind them".into()));
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
                Role::Dimension => self.kept.push((column.name.clone(), value)),
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

    /// The question about the row's own part of the data, with the row's dimensions and times.
    fn narrowed(&self) -> Result<Question, CubeError> {
        let mut filters: Vec<Filter> =
            self.question.filters.iter().filter(|filter| !self.is_of_measures(filter)).cloned().collect();
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
                    let filter = self.bucketed(&mut time, *granularity, bucket)?;
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

    /// Limits a time to a bucket; accounting periods are told by the dimension that holds them.
    fn bucketed(
        &self,
        time: &mut TimeDimension,
        granularity: Granularity,
        bucket: Option<&str>,
    ) -> Result<Option<Filter>, CubeError> {
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

    /// The part of a bucket of the calendar that the question is about.
    fn span(
        &self,
        time: &TimeDimension,
        granularity: Granularity,
        bucket: &str,
    ) -> Result<Span, CubeError> {
        let failed = |problem| CubeError::Question { place: time.dimension.clone(), problem };
        let whole = whole(bucket, granularity, self.clock).map_err(failed)?;
        let asked = match &time.date_range {
            Some(asked) => range::span(asked, self.clock).map_err(failed)?,
            None => whole,
        };
        Ok(Span { from: whole.from.max(asked.from), until: whole.until.min(asked.until) })
    }

    /// The dimension that holds the accounting period, quarter or year of a time.
    fn fiscal(&self, time: &str, granularity: Granularity) -> Result<String, CubeError> {
        let name = time.rsplit_once('.').map_or(time, |(_, name)| name);
        for found in self.subject.dimension(name) {
            let Some(fiscal) = &found.dimension.fiscal else { continue };
            let column = match granularity {
                Granularity::FiscalYear => &fiscal.year,
                Granularity::FiscalQuarter => &fiscal.quarter,
                _ => &fiscal.period,
            };
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

    fn is_of_measures(&self, filter: &Filter) -> bool {
        match filter {
            Filter::Member { member, .. } => {
                let name = member.split_once('.').map_or("", |(_, name)| name);
                self.subject.measure(name).is_some()
            }
            Filter::And(all) | Filter::Or(all) => all.iter().any(|one| self.is_of_measures(one)),
        }
    }

    fn along(&self, name: &str, way: Way) -> Result<Question, CubeError> {
        let is_it = |hierarchy: &Levels| hierarchy.name == name;
        if let Some(hierarchy) = hierarchies(self.subject, "").into_iter().find(is_it) {
            let levels: Vec<String> =
                hierarchy.levels.iter().map(|level| self.member(level)).collect();
            return self.by_levels(name, &levels, way);
        }
        let member = self.member(name);
        let is_time = |time: &TimeDimension| time.dimension == member;
        match self.question.time_dimensions.iter().position(is_time) {
            Some(place) => self.by_time(place, way),
            None => Err(self.unknown("hierarchy or time of the question", name)),
        }
    }

    fn member(&self, name: &str) -> String {
        format!("{}.{name}", self.subject.name())
    }

    fn unknown(&self, what: &'static str, wanted: &str) -> CubeError {
        let mut known: Vec<String> =
            hierarchies(self.subject, "").into_iter().map(|levels| levels.name).collect();
        let times = self.question.time_dimensions.iter();
        let names = times.filter_map(|time| time.dimension.split_once('.'));
        known.extend(names.map(|(_, name)| name.to_owned()));
        let hint = match known.is_empty() {
            true => format!("; `{}` has none", self.subject.name()),
            false => format!("; there are {}", known.join(", ")),
        };
        CubeError::Unknown { what, wanted: wanted.to_owned(), hint }
    }

    /// One level finer or coarser than the finest of the hierarchy that tells the row.
    fn by_levels(&self, name: &str, levels: &[String], way: Way) -> Result<Question, CubeError> {
        let mut question = self.narrowed()?;
        let is_kept = |level: &String| question.dimensions.contains(level);
        let at = levels.iter().rposition(is_kept);
        let next = match (way, at) {
            (Way::Down, None) => levels.first(),
            (Way::Down, Some(at)) => match levels.get(at + 1) {
                Some(level) => Some(level),
                None => {
                    return Err(unfit(format!(
                        "the row is told by the finest level of `{name}` already; its rows are \
                         asked by `detail`"
                    )));
                }
            },
            (Way::Up, None) => {
                return Err(unfit(format!(
                    "the row is told by no level of `{name}`; there is none above it"
                )));
            }
            (Way::Up, Some(at)) => at.checked_sub(1).and_then(|above| levels.get(above)),
        };
        let place = question.dimensions.iter().position(|member| levels.contains(member));
        question.dimensions.retain(|member| !levels.contains(member));
        if let Some(next) = next {
            let place = place.unwrap_or(question.dimensions.len());
            question.dimensions.insert(place, next.clone());
        }
        if way == Way::Up {
            // The coarser row has other parts beside this one.
            let above = next.and_then(|next| levels.iter().position(|level| level == next));
            let finer = levels.get(above.unwrap_or(0)..).unwrap_or_default();
            question.filters.retain(|filter| !is_of(filter, finer));
        }
        Ok(question)
    }

    /// One granularity finer or coarser than the bucket of the row.
    fn by_time(&self, place: usize, way: Way) -> Result<Question, CubeError> {
        let kept = self.times.iter().find(|(kept, _, _)| *kept == place);
        let asked = &self.question.time_dimensions;
        let Some(asked) = asked.get(place) else { return self.narrowed() };
        let granularity = kept.map(|(_, granularity, _)| *granularity);
        let next = match (granularity, way) {
            (None, Way::Down) => asked.granularity.or(Some(Granularity::Year)),
            (None, Way::Up) => {
                let problem = format!("the row is of all of `{}`", asked.dimension);
                return Err(unfit(format!("{problem}; there is nothing above it")));
            }
            (Some(now), way) => beside(now, way).ok_or_else(|| {
                let (there, other) = match way {
                    Way::Down => ("finer", "its rows are asked by `detail`"),
                    Way::Up => ("coarser", "leave the time out for the total"),
                };
                unfit(format!("there is nothing {there} than a {now}; {other}"))
            })?,
        };
        let mut question = self.narrowed()?;
        let mut time = question
            .time_dimensions
            .iter()
            .position(|time| time.dimension == asked.dimension)
            .map(|at| question.time_dimensions.remove(at))
            .unwrap_or_else(|| TimeDimension { granularity: None, ..asked.clone() });
        if way == Way::Up {
            time.date_range.clone_from(&asked.date_range);
            if let Some(granularity) = granularity.filter(|granularity| granularity.is_fiscal()) {
                let member = self.fiscal(&asked.dimension, granularity)?;
                question.filters.retain(|filter| !is_of(filter, std::slice::from_ref(&member)));
            }
        }
        time.granularity = next;
        let place = place.min(question.time_dimensions.len());
        question.time_dimensions.insert(place, time);
        Ok(question)
    }

    fn across(&self, name: &str) -> Result<Question, CubeError> {
        let mut question = self.narrowed()?;
        let is_it = |hierarchy: &Levels| hierarchy.name == name;
        let coarsest = hierarchies(self.subject, "").into_iter().find(is_it);
        let wanted = match coarsest.and_then(|levels| levels.levels.into_iter().next()) {
            Some(level) => level,
            None if !self.subject.dimension(name).is_empty() => name.to_owned(),
            None => {
                let known: Vec<String> = self.subject.dimensions().into_iter().collect();
                let hint = format!("; there are {}", known.join(", "));
                let what = "dimension or hierarchy";
                return Err(CubeError::Unknown { what, wanted: name.to_owned(), hint });
            }
        };
        question.dimensions = vec![self.member(&wanted)];
        Ok(question)
    }
}

/// The granularity beside another one; none above the coarsest but the total, which is no stretch.
fn beside(granularity: Granularity, way: Way) -> Option<Option<Granularity>> {
    if granularity == Granularity::Week {
        return Some(Some(if way == Way::Down { Granularity::Day } else { Granularity::Month }));
    }
    let ladder: &[Granularity] = if granularity.is_fiscal() { &FISCAL } else { &CALENDAR };
    let at = ladder.iter().position(|known| *known == granularity)?;
    match way {
        Way::Down => ladder.get(at + 1).map(|finer| Some(*finer)),
        Way::Up => Some(at.checked_sub(1).and_then(|above| ladder.get(above)).copied()),
    }
}

/// The span of a bucket of the calendar, in the zone of the question.
fn whole(bucket: &str, granularity: Granularity, clock: &Clock<'_>) -> Result<Span, String> {
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
fn exact(span: Span) -> DateRange {
    let is_whole = span.from.time() == NaiveTime::MIN && span.until.time() == NaiveTime::MIN;
    let last = span.until.date().checked_sub_days(Days::new(1));
    match last.filter(|_| is_whole) {
        Some(last) => DateRange::Ends(span.from.date().to_string(), last.to_string()),
        None => echo::ends(span.from, span.until),
    }
}

/// That a member has a value, or none.
fn holds(member: &str, value: Option<&str>) -> Filter {
    let (operator, values) = match value {
        Some(value) => (Operator::Equals, vec![value.to_owned()]),
        None => (Operator::NotSet, Vec::new()),
    };
    Filter::Member { member: member.to_owned(), operator, values }
}

/// Whether a filter says that one of some members has one value, or none, as steps say it.
fn is_of(filter: &Filter, members: &[String]) -> bool {
    let Filter::Member { member, operator, values } = filter else { return false };
    let is_one = match operator {
        Operator::Equals => values.len() == 1,
        Operator::NotSet => true,
        _ => false,
    };
    is_one && members.contains(member)
}

/// A value as filters take it.
fn text(column: &ArrayRef, row: usize) -> Result<Option<String>, EncodeError> {
    if column.logical_nulls().is_some_and(|nulls| nulls.is_null(row)) {
        return Ok(None);
    }
    let cells = ArrayFormatter::try_new(column.as_ref(), &FormatOptions::new())?;
    Ok(Some(cells.value(row).try_to_string()?))
}
