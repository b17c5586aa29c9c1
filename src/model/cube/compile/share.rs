//! Which of a cube's rows does a question mean, and by what are they told?

use std::collections::BTreeSet;

use datafusion::common::DataFusionError;
use datafusion::logical_expr::{Expr, ident};

use super::Opened;
use super::resolve::{Key, Resolved, name_of};
use super::rows::Rows;
use crate::model::cube::CubeError;
use crate::model::cube::filter::{self, Conditions, Held};
use crate::model::cube::granularity::Granularity;
use crate::model::cube::head::Fiscal;
use crate::model::cube::levels;
use crate::model::cube::members::Cube;
use crate::model::cube::question::{Filter, Operator};
use crate::model::cube::route::{Cut, Need, TimeNeed};
use crate::model::cube::time::{Clock, Span, bucket, range};

/// One cube's share of a question.
#[derive(Clone, Copy)]
pub(super) struct Share<'q> {
    /// the release
    pub opened: &'q Opened<'q>,
    /// the question
    pub resolved: &'q Resolved<'q>,
    /// the cube
    pub cube: &'q Cube,
    /// today, and the zone of days
    pub clock: &'q Clock<'q>,
    /// the spans in which rows must lie, by the name of their time
    pub spans: &'q [(String, Span)],
    /// how many of the keys rows are told by; the others are totalled over
    pub depth: usize,
}

/// The name of the column that holds a key.
pub(super) fn key_name(at: usize) -> String {
    format!("__key_{at}")
}

/// The column that holds the bucket of the time along which measures are told.
fn bucket_column() -> Expr {
    ident(levels::BUCKET)
}

impl<'q> Share<'q> {
    /// The keys by which rows are told.
    pub(super) fn keys(&self) -> &'q [Key] {
        self.resolved.keys.get(..self.depth).unwrap_or(&self.resolved.keys)
    }

    /// What the cube calls a dimension of the question.
    pub(super) fn own(&self, name: &str) -> Result<&'q str, CubeError> {
        let unknown = || CubeError::Unknown {
            what: "dimension",
            wanted: format!("{}.{name}", self.cube.name()),
            hint: String::new(),
        };
        self.resolved.own_name(self.cube, name).ok_or_else(unknown)
    }

    /// Whether a dimension of the question is the time along which the cube's measures are told.
    pub(super) fn is_time(&self, name: &str) -> bool {
        let time = self.cube.file.head.time.as_deref();
        time.is_some() && self.resolved.own_name(self.cube, name) == time
    }

    /// The span of that time which is asked.
    pub(super) fn span(&self) -> Option<Span> {
        self.spans.iter().find(|(name, _)| self.is_time(name)).map(|(_, span)| *span)
    }

    /// The key that cuts that time into buckets, with its place among the keys.
    pub(super) fn time_key(&self) -> Option<(usize, Granularity)> {
        let cut = |(at, key): (usize, &Key)| {
            let granularity = key.granularity.filter(|_| self.is_time(&key.name))?;
            Some((at, granularity))
        };
        self.keys().iter().enumerate().find_map(cut)
    }

    /// A mistake of the engine about this cube.
    pub(super) fn failed(&self, cause: DataFusionError) -> CubeError {
        CubeError::Query { cube: self.cube.name().to_owned(), cause }
    }

    /// Something about a time of the question that does not work.
    pub(super) fn unfit(&self, name: &str, problem: &str) -> CubeError {
        let problem = format!("`{}.{name}`: {problem}", self.resolved.subject.name());
        CubeError::Unfit { problem }
    }

    /// What must be true of rows. With `is_along_time`, the span of the cube's own time is left
    /// to whoever tells measures along it.
    pub(super) fn condition(
        &self,
        rows: &Rows,
        is_along_time: bool,
    ) -> Result<Option<Expr>, CubeError> {
        let find = |member: &str| rows.dimension(self.own(name_of(member))?);
        let conditions = Conditions { find: &find, clock: self.clock };
        let mut all = Vec::new();
        for (place, filter) in &self.resolved.of_rows {
            all.push(conditions.condition(filter, place)?);
        }
        for name in &self.resolved.segments {
            let segment = self.cube.file.head.segments.get(name);
            let column = segment.map_or(name.as_str(), |segment| segment.column.as_str());
            all.push(rows.column(column)?.value.is_true());
        }
        for (name, span) in self.spans {
            if is_along_time && self.is_time(name) {
                continue;
            }
            let Held { value, kind } = rows.dimension(self.own(name)?)?;
            let within = range::within(value, &kind, span, self.clock.zone);
            all.push(within.map_err(|problem| self.unfit(name, &problem))?);
        }
        Ok(filter::balanced(all, Expr::and))
    }

    /// By what rows are told. With `is_along_time`, the bucket of the cube's own time stands in a
    /// column already.
    pub(super) fn told_by(&self, rows: &Rows, is_along_time: bool) -> Result<Vec<Expr>, CubeError> {
        let time = self.time_key().map(|(at, _)| at).filter(|_| is_along_time);
        let told = |(at, key): (usize, &Key)| {
            let value = match time == Some(at) {
                true => bucket_column(),
                false => self.key(rows, key)?,
            };
            Ok(value.alias(key_name(at)))
        };
        self.keys().iter().enumerate().map(told).collect()
    }

    fn key(&self, rows: &Rows, key: &Key) -> Result<Expr, CubeError> {
        let own = self.own(&key.name)?;
        let Some(granularity) = key.granularity else { return Ok(rows.dimension(own)?.value) };
        let Held { value, kind } =
            match self.fiscal(own).and_then(|fiscal| fiscal.column(granularity)) {
                Some(column) => rows.column(column)?,
                None => rows.dimension(own)?,
            };
        let bucket = bucket::bucket(value, &kind, granularity, self.clock.zone);
        bucket.map_err(|problem| self.unfit(&key.name, &problem))
    }

    /// The columns that hold the place of a dimension's days in the accounting calendar.
    pub(super) fn fiscal(&self, own: &str) -> Option<&'q Fiscal> {
        self.cube.file.head.dimensions.get(own)?.fiscal.as_ref()
    }

    /// What is needed of the cube for some measures. With `along`, they are told along the cube's
    /// own time, and rows are compared with these spans of it.
    ///
    /// # Errors
    /// When a filter's days are none.
    pub(super) fn need(
        &self,
        measures: BTreeSet<String>,
        along: Option<(Option<Granularity>, Vec<Cut>)>,
    ) -> Result<Need, CubeError> {
        let mut need = Need { measures, ..Need::default() };
        need.segments = self.resolved.segments.iter().cloned().collect();
        for key in self.keys() {
            let own = self.own(&key.name)?.to_owned();
            match key.granularity {
                None => _ = need.dimensions.insert(own),
                Some(_) if along.is_some() && self.is_time(&key.name) => {}
                granularity => {
                    need.times.push(TimeNeed { dimension: own, granularity, spans: Vec::new() });
                }
            }
        }
        for (name, span) in self.spans {
            if along.is_some() && self.is_time(name) {
                continue;
            }
            let dimension = self.own(name)?.to_owned();
            let spans = vec![cut(span)];
            need.times.push(TimeNeed { dimension, granularity: None, spans });
        }
        for (place, filter) in &self.resolved.of_rows {
            self.need_of(filter, place, &mut need)?;
        }
        if let (Some((granularity, spans)), Some(time)) = (along, &self.cube.file.head.time) {
            need.times.push(TimeNeed { dimension: time.clone(), granularity, spans });
        }
        Ok(need)
    }

    fn need_of(&self, filter: &Filter, place: &str, need: &mut Need) -> Result<(), CubeError> {
        match filter {
            Filter::And(filters) | Filter::Or(filters) => {
                let word = if matches!(filter, Filter::And(_)) { "and" } else { "or" };
                let mut numbered = filters.iter().enumerate();
                numbered.try_for_each(|(at, filter)| {
                    self.need_of(filter, &format!("{place}.{word}[{at}]"), need)
                })
            }
            Filter::Member { member, operator, values } => {
                let dimension = self.own(name_of(member))?.to_owned();
                if !filter::is_of_dates(*operator) {
                    need.dimensions.insert(dimension);
                    return Ok(());
                }
                let wrong = |problem: String| filter::wrong(place, member, *operator, &problem);
                let span = filter::span(*operator, values, self.clock).map_err(wrong)?;
                let cut = match operator {
                    Operator::BeforeDate => Cut { from: None, until: Some(span.from) },
                    Operator::BeforeOrOnDate => Cut { from: None, until: Some(span.until) },
                    Operator::AfterDate => Cut { from: Some(span.until), until: None },
                    Operator::AfterOrOnDate => Cut { from: Some(span.from), until: None },
                    _ => cut(&span),
                };
                let spans = vec![cut];
                need.times.push(TimeNeed { dimension, granularity: None, spans });
                Ok(())
            }
        }
    }
}

/// A span with both its ends.
pub(super) fn cut(span: &Span) -> Cut {
    Cut { from: Some(span.from), until: Some(span.until) }
}
