//! How is each kind of measure computed from a cube's rows at one level?
//!
//! What can be summed up in one go is one piece; different values counted, levels, and everything
//! over time are pieces of their own. Each piece is a plan that gives the keys and its measures,
//! one row for each group that has rows; `unite` puts them together. So no measure ever meets rows
//! that another one has multiplied.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use datafusion::common::JoinType;
use datafusion::functions_aggregate::expr_fn::{count, max};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, ident};
use datafusion::prelude::DataFrame;

use super::rows::{Rows, Summed, combined, sum};
use super::share::{Share, cut, key_name};
use crate::model::cube::CubeError;
use crate::model::cube::filter::Held;
use crate::model::cube::granularity::Granularity;
use crate::model::cube::head::MeasureKind;
use crate::model::cube::levels::{self, AMOUNT, BUCKET, DAYS, Level, levels};
use crate::model::cube::members::Cube;
use crate::model::cube::route::{Need, Route};
use crate::model::cube::time::buckets::{Bucket, buckets, never, touched, whole};
use crate::model::cube::time::variants::{Pairs, SourceUnit, UNIT, pairs};
use crate::model::cube::time::{Span, bucket, range};
use crate::model::cube::variant::Variant;

/// The column of a row's own day.
const DAY: &str = "__day";
/// The column of a row's own unit of time.
const OWN_UNIT: &str = "__own_unit";
/// The column of a value that is counted once.
const ONCE: &str = "__once";

/// A measure that is computed from rows, not from other measures.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'q> {
    /// the cube that has it
    pub cube: &'q Cube,
    /// its name in the cube
    pub name: &'q str,
    /// how it is computed
    pub kind: &'q MeasureKind,
    /// what is offered of it over time
    pub variant: Option<Variant>,
}

/// A plan that gives the keys and some parts.
#[derive(Clone)]
pub(super) struct Piece {
    /// the plan; a column for each key and each part
    pub plan: LogicalPlan,
    /// the places of the parts
    pub parts: Vec<usize>,
    /// what it needed of the cube
    pub need: Need,
    /// where its rows come from
    pub route: Route,
}

/// The name of the column that holds a part.
pub(super) fn part_name(at: usize) -> String {
    format!("__part_{at}")
}

/// What is computed in one go.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Go {
    Summed,
    Distinct(String),
    Level(usize),
}

type Numbered<'q> = Vec<(usize, Part<'q>)>;

/// The pieces of a cube's share of a question: the parts of this cube, each with its place.
///
/// # Errors
/// When the rows do not hold what is asked.
pub(super) async fn pieces<'q>(
    share: &Share<'q>,
    parts: &Numbered<'q>,
) -> Result<Vec<Piece>, CubeError> {
    let mut goes: BTreeMap<(Option<Variant>, Go), Numbered> = BTreeMap::new();
    for (at, part) in parts {
        let go = match part.kind {
            MeasureKind::Distinct { column } => Go::Distinct(column.clone()),
            MeasureKind::Level { .. } => Go::Level(*at),
            _ => Go::Summed,
        };
        goes.entry((part.variant, go)).or_default().push((*at, *part));
    }
    if goes.is_empty() {
        return Ok(vec![share.summed(Vec::new()).await?]);
    }
    let mut pieces = Vec::new();
    for ((variant, go), parts) in goes {
        pieces.push(match (variant, go) {
            (None, Go::Level(_)) => share.level(parts).await?,
            (None, Go::Distinct(column)) => share.distinct(parts, &column).await?,
            (None, Go::Summed) => share.summed(parts).await?,
            (Some(variant), go) => share.varied(variant, &go, parts).await?,
        });
    }
    Ok(pieces)
}

impl<'q> Share<'q> {
    /// Measures summed up over the rows of each group.
    async fn summed(&self, parts: Numbered<'q>) -> Result<Piece, CubeError> {
        let need = self.need(names(&parts), None)?;
        let rows = self.opened.rows(self.cube, &need).await?;
        let condition = self.condition(&rows, false)?;
        let keys = self.told_by(&rows, false)?;
        let mut calls = Calls::default();
        for (at, part) in &parts {
            calls.add(*at, rows.aggregate(part.name, part.kind)?);
        }
        let plan = filtered(rows.plan, condition)
            .and_then(|plan| plan.aggregate(keys, calls.values))
            .and_then(|plan| plan.project(self.shown(calls.shown)))
            .and_then(LogicalPlanBuilder::build)
            .map_err(|cause| self.failed(cause))?;
        Ok(Piece { plan, parts: places(&parts), need, route: rows.route })
    }

    /// How many different values a column has in each group: its values once, then their count. A
    /// set of values for each of very many groups would not fit into memory.
    async fn distinct(&self, parts: Numbered<'q>, column: &str) -> Result<Piece, CubeError> {
        let need = self.need(names(&parts), None)?;
        let rows = self.opened.rows(self.cube, &need).await?;
        let condition = self.condition(&rows, false)?;
        let mut once = self.told_by(&rows, false)?;
        once.push(rows.column(column)?.value.alias(ONCE));
        let calls = counted(&rows, &parts)?;
        let plan = filtered(rows.plan, condition)
            .and_then(|plan| plan.aggregate(once, Vec::<Expr>::new()))
            .and_then(|plan| plan.aggregate(self.shown(Vec::new()), calls.values))
            .and_then(|plan| plan.project(self.shown(calls.shown)))
            .and_then(LogicalPlanBuilder::build)
            .map_err(|cause| self.failed(cause))?;
        Ok(Piece { plan, parts: places(&parts), need, route: rows.route })
    }

    /// The columns of a piece: its keys and some values.
    fn shown(&self, values: Vec<Expr>) -> Vec<Expr> {
        let keys = (0..self.keys().len()).map(|at| ident(key_name(at)));
        keys.chain(values).collect()
    }

    /// A level at the end or the beginning of each bucket, or its average.
    async fn level(&self, parts: Numbered<'q>) -> Result<Piece, CubeError> {
        let buckets = self.level_buckets().await?;
        self.level_in(parts, &buckets).await
    }

    /// The buckets for which levels are asked: those of the granularity, else the whole span. What
    /// is asked without a span is told from the first day known until the data end.
    pub(super) async fn level_buckets(&self) -> Result<Vec<Bucket>, CubeError> {
        let last = self.known_until();
        let first = match self.span() {
            Some(_) => None,
            None => self.extent().await?.map(|(first, _)| first),
        };
        let known = Span::of_days(first.map_or(last, |first| first.min(last)), last);
        match self.time_key() {
            Some((at, granularity)) => self.buckets(at, granularity, known),
            None => Ok(vec![whole(&self.span().unwrap_or(known))]),
        }
    }

    /// The day after which nobody knows a level of the cube.
    fn known_until(&self) -> NaiveDate {
        self.opened.reach_of(&[self.cube]).known
    }

    /// The buckets of the span asked; where none is, all that the days known touch.
    fn buckets(
        &self,
        at: usize,
        granularity: Granularity,
        known: Span,
    ) -> Result<Vec<Bucket>, CubeError> {
        let wrong = |problem: String| self.time_problem(at, &problem);
        let found = match self.span() {
            Some(span) => buckets(granularity, &span, self.clock),
            None => touched(granularity, &known, self.clock),
        };
        found.map_err(wrong)
    }

    fn time_problem(&self, at: usize, problem: &str) -> CubeError {
        let name = self.keys().get(at).map_or("", |key| key.name.as_str());
        self.unfit(name, problem)
    }

    /// The first and the last day of the cube's own time, whatever is filtered.
    async fn extent(&self) -> Result<Option<(NaiveDate, NaiveDate)>, CubeError> {
        let rows = self.opened.base(self.cube).await?;
        let day = self.day(&rows)?;
        self.opened.extent(&rows, day, self.clock.zone).await
    }

    /// The day of the cube's own time.
    fn day(&self, rows: &Rows) -> Result<Expr, CubeError> {
        let time = self.cube.file.head.time.as_deref().unwrap_or_default();
        let Held { value, kind } = rows.dimension(time)?;
        bucket::day(value, &kind, self.clock.zone).map_err(|problem| self.unfit(time, &problem))
    }

    async fn level_in(&self, parts: Numbered<'q>, buckets: &[Bucket]) -> Result<Piece, CubeError> {
        let need = self.need(names(&parts), Some((None, Vec::new())))?;
        let rows = self.opened.base(self.cube).await?;
        let keys = self.told_by(&rows, true)?;
        let (mut values, mut shown) = (Vec::new(), Vec::new());
        let Some((at, part)) = parts.first() else { return self.summed(parts).await };
        let held = self.held(&rows, part.kind, buckets).await?;
        if let Some(Held { value, .. }) = &held.total {
            values.push(sum(ident(AMOUNT)).alias(AMOUNT));
            values.push(max(ident(DAYS)).alias(DAYS));
            shown.push(value.clone().alias(part_name(*at)));
        }
        let plan = LogicalPlanBuilder::from(held.plan)
            .aggregate(keys, values)
            .and_then(|plan| plan.project(self.shown(shown)))
            .and_then(LogicalPlanBuilder::build)
            .map_err(|cause| self.failed(cause))?;
        Ok(Piece { plan, parts: places(&parts), need, route: rows.route })
    }

    /// The levels that hold in buckets, of the rows that the question means. Levels are found among
    /// all rows first: a newer level ends an older one even where it is filtered out.
    pub(super) async fn held(
        &self,
        rows: &Rows<'_>,
        kind: &MeasureKind,
        buckets: &[Bucket],
    ) -> Result<HeldLevels, CubeError> {
        let MeasureKind::Level { column, keep, member, max_age_days } = kind else {
            return Ok(HeldLevels { plan: rows.plan.clone(), total: None });
        };
        let failed = |cause| self.failed(cause);
        let none: Vec<Bucket> = match self.time_key() {
            Some((_, granularity)) if buckets.is_empty() => vec![never(granularity)],
            _ => Vec::new(),
        };
        let buckets = if none.is_empty() { buckets } else { &none };
        let all = rows.plan.schema().fields().iter().map(|field| ident(field.name()));
        let with_day: Vec<Expr> = all.chain([self.day(rows)?.alias(DAY)]).collect();
        let plan = LogicalPlanBuilder::from(rows.plan.clone())
            .project(with_day)
            .and_then(LogicalPlanBuilder::build)
            .map_err(failed)?;
        let session = self.opened.session();
        let frame = DataFrame::new(session.state(), plan);
        let max_age_days = *max_age_days;
        let level = Level { column, keep: *keep, member, max_age_days, day: DAY };
        let frame = levels(session, frame, &level, buckets, self.known_until());
        let frame = frame.map_err(failed)?;
        let condition = self.condition(rows, true)?;
        let plan = filtered(frame.into_unoptimized_plan(), condition)
            .and_then(LogicalPlanBuilder::build)
            .map_err(failed)?;
        let kind = rows.column(column)?.kind;
        let value = levels::total(ident(AMOUNT), ident(DAYS), &kind, *keep);
        Ok(HeldLevels { plan, total: Some(Held { value, kind }) })
    }

    /// A measure of other spans than the row's own.
    async fn varied(
        &self,
        variant: Variant,
        go: &Go,
        parts: Numbered<'q>,
    ) -> Result<Piece, CubeError> {
        let Some((at, granularity)) = self.time_key() else { return self.summed(parts).await };
        let wrong = |problem: String| self.time_problem(at, &problem);
        let days = match self.span() {
            Some(_) => None,
            None => self.extent().await?,
        };
        let today = self.clock.today;
        let (first, last) = days.unwrap_or((today, today));
        let buckets = self.buckets(at, granularity, Span::of_days(first, last))?;
        let found = pairs(variant, granularity, &buckets, self.clock).map_err(wrong)?;
        if let Go::Level(_) = go {
            return self.level_in(parts, &moved(&found, &buckets)).await;
        }
        self.paired(go, parts, &found).await
    }

    /// Measures of the rows that lie in the units of time that make up each bucket.
    async fn paired(
        &self,
        go: &Go,
        parts: Numbered<'q>,
        found: &Pairs,
    ) -> Result<Piece, CubeError> {
        // Periods are told by their names: a row belongs to its period whatever its day is.
        let (granularity, days) = match found.unit {
            SourceUnit::Period => (Some(Granularity::FiscalPeriod), None),
            SourceUnit::Day => (None, found.read),
        };
        let sources = found.sources.iter().filter(|_| days.is_some());
        let sources = sources.map(|(_, span)| cut(span)).collect();
        let need = self.need(names(&parts), Some((granularity, sources)))?;
        let rows = self.opened.rows(self.cube, &need).await?;
        let mut condition = self.condition(&rows, true)?;
        if let Some(span) = &days {
            let time = self.cube.file.head.time.as_deref().unwrap_or_default();
            let Held { value, kind } = rows.dimension(time)?;
            let within = range::within(value, &kind, span, self.clock.zone)
                .map_err(|problem| self.unfit(time, &problem))?;
            condition = Some(condition.map_or(within.clone(), |all| all.and(within)));
        }
        let units = self.units(go, &parts, &rows, found.unit)?;
        let others = self.others();
        let mut keys: Vec<Expr> = others.iter().map(ident).collect();
        if let Some((at, _)) = self.time_key() {
            keys.push(ident(BUCKET).alias(key_name(at)));
        }
        let frame = found.frame(self.opened.session()).map_err(|cause| self.failed(cause))?;
        let plan = filtered(rows.plan, condition)
            .and_then(|plan| match units.calls {
                Some(calls) => plan.aggregate(units.groups, calls),
                None => plan.project(units.groups),
            })
            .and_then(|plan| {
                let same = ident(OWN_UNIT).eq(ident(UNIT));
                plan.join_on(frame.into_unoptimized_plan(), JoinType::Inner, [same])
            })
            .and_then(|plan| match go {
                Go::Distinct(_) => {
                    keys.push(ident(ONCE));
                    let once = plan.aggregate(keys, Vec::<Expr>::new())?;
                    once.aggregate(self.shown(Vec::new()), units.whole.values)
                }
                _ => plan.aggregate(keys, units.whole.values),
            })
            .and_then(|plan| plan.project(self.shown(units.whole.shown)))
            .and_then(LogicalPlanBuilder::build)
            .map_err(|cause| self.failed(cause))?;
        Ok(Piece { plan, parts: places(&parts), need, route: rows.route })
    }

    /// The names of the keys beside the bucket of the cube's own time.
    fn others(&self) -> Vec<String> {
        let time = self.time_key().map(|(at, _)| at);
        (0..self.keys().len()).filter(|at| Some(*at) != time).map(key_name).collect()
    }

    /// What is computed of each unit of time, and how wholes are computed from that. Where a whole
    /// is known from its parts, units are summed up first, so that rows are not multiplied by the
    /// buckets in which they count.
    fn units(
        &self,
        go: &Go,
        parts: &Numbered<'q>,
        rows: &Rows,
        unit: SourceUnit,
    ) -> Result<Units, CubeError> {
        let time = self.cube.file.head.time.as_deref().unwrap_or_default();
        let own = match (unit, self.fiscal(time)) {
            (SourceUnit::Period, Some(fiscal)) => {
                let Held { value, kind } = rows.column(&fiscal.period)?;
                let zone = self.clock.zone;
                let text = bucket::bucket(value, &kind, Granularity::FiscalPeriod, zone);
                text.map_err(|problem| self.unfit(time, &problem))?
            }
            _ => self.day(rows)?,
        };
        let at = self.time_key().map(|(at, _)| at);
        let told = self.told_by(rows, true)?.into_iter().enumerate();
        let mut groups: Vec<Expr> =
            told.filter(|(key, _)| Some(*key) != at).map(|(_, key)| key).collect();
        groups.push(own.alias(OWN_UNIT));
        if let Go::Distinct(column) = go {
            groups.push(rows.column(column)?.value.alias(ONCE));
            let whole = counted(rows, parts)?;
            return Ok(Units { groups, calls: Some(Vec::new()), whole });
        }
        let mut whole = Calls::default();
        let is_whole = |part: &Part| combined(part.kind, ident(ONCE)).is_some();
        if parts.iter().all(|(_, part)| is_whole(part)) {
            let mut calls = Vec::new();
            for (at, part) in parts {
                let summed = rows.aggregate(part.name, part.kind)?;
                calls.push(summed.value.clone().alias(part_name(*at)));
                let value = combined(part.kind, ident(part_name(*at))).unwrap_or(summed.value);
                whole.add(*at, Summed { value, ..rows.aggregate(part.name, part.kind)? });
            }
            return Ok(Units { groups, calls: Some(calls), whole });
        }
        let columns = rows.plan.schema().fields().iter().map(|field| ident(field.name()));
        groups.extend(columns);
        for (at, part) in parts {
            whole.add(*at, rows.aggregate(part.name, part.kind)?);
        }
        Ok(Units { groups, calls: None, whole })
    }
}

/// Levels that hold in buckets.
pub(super) struct HeldLevels {
    /// the rows of the levels, with the columns of the cube's rows beside
    pub plan: LogicalPlan,
    /// the value of several of them together, or of one
    pub total: Option<Held>,
}

/// What is computed of each unit of time.
struct Units {
    /// by what, the unit with it
    groups: Vec<Expr>,
    /// the calls of aggregates; none where rows are kept as they are
    calls: Option<Vec<Expr>>,
    /// how wholes are computed from it
    whole: Calls,
}

/// Calls of aggregates with what is shown of each.
#[derive(Default)]
struct Calls {
    values: Vec<Expr>,
    shown: Vec<Expr>,
}

impl Calls {
    fn add(&mut self, at: usize, summed: Summed) {
        let name = part_name(at);
        self.shown.push(summed.shown(ident(&name)).alias(&name));
        self.values.push(summed.value.alias(&name));
    }
}

/// The counts of values that stand once in each group.
fn counted(rows: &Rows, parts: &[(usize, Part)]) -> Result<Calls, CubeError> {
    let mut calls = Calls::default();
    for (at, part) in parts {
        let value = count(ident(ONCE));
        calls.add(*at, Summed { value, ..rows.aggregate(part.name, part.kind)? });
    }
    Ok(calls)
}

/// The buckets with the days of their sources for their own.
fn moved(found: &Pairs, buckets: &[Bucket]) -> Vec<Bucket> {
    let source = |bucket: &Bucket| {
        let (_, span) = found.sources.iter().find(|(key, _)| Some(key) == bucket.key.as_ref())?;
        let (first, last) = span.days();
        Some(Bucket { key: bucket.key.clone(), first, last, whole: (first, last) })
    };
    buckets.iter().filter_map(source).collect()
}

/// The rows for which a condition is true.
pub(super) fn filtered(
    plan: LogicalPlan,
    condition: Option<Expr>,
) -> datafusion::error::Result<LogicalPlanBuilder> {
    let plan = LogicalPlanBuilder::from(plan);
    match condition {
        Some(condition) => plan.filter(condition),
        None => Ok(plan),
    }
}

fn names(parts: &[(usize, Part)]) -> BTreeSet<String> {
    parts.iter().map(|(_, part)| part.name.to_owned()).collect()
}

fn places(parts: &[(usize, Part)]) -> Vec<usize> {
    parts.iter().map(|(at, _)| *at).collect()
}
