//! How does a question become plans, and their rows an answer?
//!
//! | file | question |
//! | --- | --- |
//! | `size` | is the question small enough to be planned? |
//! | `resolve` | what do its names mean? |
//! | `reach` | up to which day do the rows reach that it asks? |
//! | `together` | can its members be told together? |
//! | `rows` | which rows does a cube have? |
//! | `share` | which of them does the question mean, and by what are they told? |
//! | `pieces` | how is each kind of measure computed from them? |
//! | `unite` | how do pieces become the rows of an answer? |
//! | `single` | which single rows are behind it? |
//! | `run` | in which order do they come, how many, and from how many rows? |

mod pieces;
mod reach;
mod resolve;
mod rows;
mod run;
mod share;
mod single;
mod size;
mod together;
pub(super) use self::together::has_level;
mod unite;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDate;
use chrono_tz::Tz;
use datafusion::arrow::array::Array;
use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::{Date32Type, SchemaRef};
use datafusion::common::{DataFusionError, TableReference};
use datafusion::datasource::provider_as_source;
use datafusion::functions_aggregate::expr_fn::{max, min};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use datafusion::prelude::SessionContext;
use tokio::sync::OnceCell;

pub use self::reach::Reach;
use self::resolve::{Resolved, resolve};
use self::rows::{Rows, plain};
use self::unite::Answering;
use super::members::{Cube, Cubes};
use super::question::{DateRange, Question, TimeDimension};
use super::route::{Candidate, Need, Route, choose};
use super::time::calendar::Calendar;
use super::time::{Clock, Span, range};
use super::{Answer, Asker, CubeError, Part};
use crate::model::given::beside;
use crate::model::report::{is_open, sees_all};
use crate::model::waived::{self, Waived};
use crate::query::{self, Grouped, Grouping, QueryError};
use crate::warehouse::name::TableName;

pub(super) use self::size::ROWS;

/// The first and the last day of a cube's time in a zone; nothing where it has no rows.
type Extents = BTreeMap<(String, String), Option<(NaiveDate, NaiveDate)>>;

/// A release opened for questions about its cubes. Queries of cubes are planned once, and so are
/// tables opened once.
#[derive(Debug)]
pub struct Opened<'a> {
    /// where and on whose behalf is asked
    pub asker: Asker<'a>,
    /// the cubes
    pub cubes: Arc<Cubes>,
    session: Pinned,
    plans: Mutex<BTreeMap<TableName, LogicalPlan>>,
    rollups: Mutex<BTreeMap<TableName, Option<Grouped>>>,
    extents: Mutex<Extents>,
    calendar: OnceCell<Calendar>,
}

impl<'a> Opened<'a> {
    pub(super) fn new(
        asker: Asker<'a>,
        mut cubes: Arc<Cubes>,
        is_seen: bool,
    ) -> Result<Self, CubeError> {
        let Asker { project, home, release, principal, limits, .. } = asker;
        let own = beside(&project.settings, home, release, principal).map_err(QueryError::Query)?;
        let session = query::open_with(home, release, principal, limits, own)?;
        if !is_seen && !principal.is_owner() {
            // A cube that reads what the person does not see is not there for the person.
            Arc::make_mut(&mut cubes).retain(|cube| sees_all(&session, &cube.file));
        }
        Ok(Self {
            asker,
            cubes,
            session: Pinned(session),
            plans: Mutex::default(),
            rollups: Mutex::default(),
            extents: Mutex::default(),
            calendar: OnceCell::new(),
        })
    }

    /// What was waived for closings of periods.
    pub(in crate::model::cube) async fn waived(&self) -> Result<Vec<Waived>, CubeError> {
        waived::of_closings(self.session()).await.map_err(|cause| QueryError::Query(cause).into())
    }

    /// What stretches of time are counted from in a question: its data date, in its zone.
    ///
    /// # Errors
    /// When there is no such zone, the periods cannot be read, or as of [`Self::reach`].
    pub async fn clock(&self, question: &Question) -> Result<Clock<'_>, CubeError> {
        let settings = &self.asker.project.settings;
        let today = self.reach(question)?.complete;
        let zone: Tz = match question.timezone.as_deref() {
            None => settings.time_zone,
            Some(name) => name.parse().map_err(|_| CubeError::Question {
                place: "timezone".to_owned(),
                problem: format!("`{name}` is no IANA time zone, such as Asia/Shanghai"),
            })?,
        };
        // Who does not see the periods asks a release without any.
        let is_seen = |table: &TableName| {
            self.asker.principal.is_owner()
                || query::sees_table(self.session(), table.schema(), table.table())
        };
        let calendar = async || match &settings.periods {
            Some(periods) if is_seen(&periods.table) => {
                Calendar::read(self.session(), settings).await
            }
            _ => Ok(Calendar::default()),
        };
        let calendar = self.calendar.get_or_try_init(calendar).await?;
        Ok(Clock { today, zone, calendar })
    }

    /// The columns that the query of a cube gives, with the types in which tables hold them.
    ///
    /// # Errors
    /// When there is no such cube, or the release lacks what it reads.
    pub async fn columns(&self, cube: &str) -> Result<SchemaRef, CubeError> {
        let Some(found) = self.cubes.cube(cube) else {
            let wanted = cube.to_owned();
            return Err(CubeError::Unknown { what: "cube", wanted, hint: String::new() });
        };
        Ok(self.base(found).await?.plan.schema().inner().clone())
    }

    /// Answers a question.
    ///
    /// # Errors
    /// As of [`Asker::ask`].
    pub async fn ask(&self, question: &Question) -> Result<Answer, CubeError> {
        let resolved = resolve(&self.cubes, question)?;
        let clock = self.clock(question).await?;
        let mut parts = Vec::new();
        for (range, spans) in spans(&resolved, &clock)? {
            let answering = self.answering(&resolved, &clock, &spans);
            let planned = answering.plan(question).await?;
            let ran = planned.run(self.session()).await;
            let range = range.map(|span| (span.from, span.until));
            let ran = ran.map_err(|cause| answering.failed(cause))?;
            parts.push(Part { range, ..ran });
        }
        Ok(Answer { question: normalised(question, &resolved, clock.zone), parts })
    }

    /// How a question would be answered: the tables chosen and the plan of the engine.
    ///
    /// # Errors
    /// As of [`Asker::ask`].
    pub async fn explain(&self, question: &Question) -> Result<String, CubeError> {
        let resolved = resolve(&self.cubes, question)?;
        let clock = self.clock(question).await?;
        let mut texts = Vec::new();
        for (_, spans) in spans(&resolved, &clock)? {
            let answering = self.answering(&resolved, &clock, &spans);
            let answering = Answering { is_run: false, ..answering };
            let planned = answering.plan(question).await?;
            let text = planned.explained(self.session()).await;
            texts.push(text.map_err(|cause| answering.failed(cause))?);
        }
        Ok(texts.join("\n"))
    }

    fn answering<'q>(
        &'q self,
        resolved: &'q Resolved<'q>,
        clock: &'q Clock<'q>,
        spans: &'q [(String, Span)],
    ) -> Answering<'q> {
        Answering { opened: self, resolved, clock, spans, is_run: true }
    }

    /// The session that sees the release.
    fn session(&self) -> &SessionContext {
        &self.session.0
    }

    /// The rows of a cube for a need, from the table that has fewest.
    async fn rows<'c>(&self, cube: &'c Cube, need: &Need) -> Result<Rows<'c>, CubeError> {
        let Asker { home, release, project, has_rollups, .. } = self.asker;
        let base = self.base(cube).await?;
        let failed = |cause| CubeError::Query { cube: cube.name().to_owned(), cause };
        let sees = |rollup: Candidate<'_>| self.sees(&base, rollup).map_err(failed);
        let route = match has_rollups {
            true => choose(need, &cube.file, home, release, &project.settings, &sees)?,
            false => Route::base(),
        };
        let Some(table) = route.table.clone() else { return Ok(base) };
        let plan = match self.known(&table) {
            Some(plan) => plan,
            None => {
                let found = self.rollup(&table).map_err(failed)?;
                self.keep(table, found)
            }
        };
        Ok(Rows { cube, plan, route, own: base.own })
    }

    /// What whoever asks sees of a rollup of a cube's rows; nothing where the cube's own query must
    /// answer.
    fn sees(
        &self,
        base: &Rows<'_>,
        rollup: Candidate<'_>,
    ) -> Result<Option<Grouped>, DataFusionError> {
        let lock = || self.rollups.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().get(rollup.table).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let columns = rollup.columns.groups.iter();
        let kept = columns.filter_map(|group| rollup.columns.raw(&group.column));
        let kept = kept.map(|group| (group.column.as_str(), group.name.as_str())).collect();
        let made_of = Grouping { rows: &base.plan, read: rollup.columns.read(), kept };
        let seen = made_of.seen(self.asker.principal, self.session())?;
        lock().insert(rollup.table.clone(), seen.clone());
        Ok(seen)
    }

    /// The rows of a rollup that were found to be seen.
    fn rollup(&self, table: &TableName) -> Result<LogicalPlan, DataFusionError> {
        let seen = self.rollups.lock().unwrap_or_else(PoisonError::into_inner).get(table).cloned();
        let entry = self.asker.release.tables.get(table);
        let missing = || DataFusionError::Internal(format!("`{table}` was not looked at"));
        let (seen, entry) = seen.flatten().zip(entry).ok_or_else(missing)?;
        let rows = provider_as_source(seen.open(self.asker.home, table, entry)?);
        let reference = TableReference::partial(table.schema(), table.table());
        plain(LogicalPlanBuilder::scan(reference, rows, None)?.build()?)
    }

    /// All rows of a cube, from its own query.
    async fn base<'c>(&self, cube: &'c Cube) -> Result<Rows<'c>, CubeError> {
        let plan = match self.known(&cube.file.name) {
            Some(plan) => plan,
            None => self.keep(cube.file.name.clone(), self.body(cube).await?),
        };
        let own = plan.schema().clone();
        Ok(Rows { cube, plan, route: Route::base(), own })
    }

    /// The plan of a cube's own query, which reads what people see.
    async fn body(&self, cube: &Cube) -> Result<LogicalPlan, CubeError> {
        let failed = |cause| CubeError::Query { cube: cube.name().to_owned(), cause };
        let state = self.session().state();
        let dialect = state.config().options().sql_parser.dialect;
        let statement = state.sql_to_statement(&cube.file.text, &dialect).map_err(failed)?;
        let tables = state.resolve_table_references(&statement).map_err(failed)?;
        if let Some(table) = tables.iter().find(|table| !is_open(table)) {
            let problem = format!("a cube reads sql/marts, not `{table}`");
            return Err(CubeError::File { place: cube.file.place.clone(), problem });
        }
        let plan = query::plan(self.session(), statement).await.map_err(failed)?;
        plain(plan).map_err(failed)
    }

    fn known(&self, table: &TableName) -> Option<LogicalPlan> {
        self.plans.lock().unwrap_or_else(PoisonError::into_inner).get(table).cloned()
    }

    fn keep(&self, table: TableName, plan: LogicalPlan) -> LogicalPlan {
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        plans.entry(table).or_insert(plan).clone()
    }

    /// The first and the last day that an expression gives over rows.
    async fn extent(
        &self,
        rows: &Rows<'_>,
        day: Expr,
        zone: Tz,
    ) -> Result<Option<(NaiveDate, NaiveDate)>, CubeError> {
        let key = (rows.cube.name().to_owned(), zone.name().to_owned());
        let lock = || self.extents.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().get(&key).copied();
        if let Some(known) = known {
            return Ok(known);
        }
        let found = days(self.session(), rows.plan.clone(), day).await;
        let failed = |cause| CubeError::Query { cube: rows.cube.name().to_owned(), cause };
        let found = found.map_err(failed)?;
        lock().insert(key, found);
        Ok(found)
    }
}

/// The least and the greatest day of rows.
async fn days(
    session: &SessionContext,
    rows: LogicalPlan,
    day: Expr,
) -> Result<Option<(NaiveDate, NaiveDate)>, DataFusionError> {
    let nobody: Vec<Expr> = Vec::new();
    let ends = vec![min(day.clone()), max(day)];
    let plan = LogicalPlanBuilder::from(rows).aggregate(nobody, ends)?.build()?;
    let batches = session.execute_logical_plan(plan).await?.collect().await?;
    let end = |column: usize| {
        let batch = batches.iter().find(|batch| batch.num_rows() > 0)?;
        let days = batch.column(column).as_primitive_opt::<Date32Type>()?;
        if days.is_null(0) {
            return None;
        }
        NaiveDate::from_epoch_days(days.value(0))
    };
    Ok(end(0).zip(end(1)))
}

/// The session of a release, without all that it holds where it is printed.
struct Pinned(SessionContext);

impl fmt::Debug for Pinned {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pinned").finish_non_exhaustive()
    }
}

/// Spans in which rows must lie, by the name of their time.
type Spans = Vec<(String, Span)>;

/// The spans of a question: once, or once for each that is compared.
fn spans(resolved: &Resolved, clock: &Clock) -> Result<Vec<(Option<Span>, Spans)>, CubeError> {
    let place = || "timeDimensions".to_owned();
    let told = |range: &DateRange| {
        range::span(range, clock).map_err(|problem| CubeError::Question { place: place(), problem })
    };
    let mut always: Spans = Vec::new();
    for (name, range) in &resolved.ranges {
        add(&mut always, name, told(range)?)?;
    }
    let Some((name, ranges)) = &resolved.compare else { return Ok(vec![(None, always)]) };
    let mut all = Vec::new();
    for range in ranges {
        let span = told(range)?;
        let mut spans = always.clone();
        add(&mut spans, name, span)?;
        all.push((Some(span), spans));
    }
    Ok(all)
}

/// Adds a span; of two spans of one time that which lies in both.
fn add(spans: &mut Spans, name: &str, span: Span) -> Result<(), CubeError> {
    let Some((_, known)) = spans.iter_mut().find(|(known, _)| known == name) else {
        spans.push((name.to_owned(), span));
        return Ok(());
    };
    known.from = known.from.max(span.from);
    known.until = known.until.min(span.until);
    if known.from < known.until {
        return Ok(());
    }
    let problem = format!("two spans of `{name}` have no moment in common; give one of them");
    Err(CubeError::Question { place: "timeDimensions".to_owned(), problem })
}

/// A question as it was understood: each member once, with the order, the limit and the zone that
/// hold.
fn normalised(question: &Question, resolved: &Resolved, zone: Tz) -> Question {
    let prefix = resolved.subject.name();
    let member = |name: &str| format!("{prefix}.{name}");
    let key = |key: &resolve::Key| match key.granularity {
        Some(granularity) => format!("{prefix}.{}.{granularity}", key.name),
        None => member(&key.name),
    };
    let plain = resolved.keys.iter().filter(|key| key.granularity.is_none());
    // Times as rows have them, then the spans that are left.
    let mut left = question.time_dimensions.clone();
    let mut times: Vec<TimeDimension> = Vec::new();
    for cut in resolved.keys.iter().filter(|key| key.granularity.is_some()) {
        let (dimension, granularity) = (member(&cut.name), cut.granularity);
        let is_it =
            |time: &TimeDimension| time.dimension == dimension && time.granularity == granularity;
        times.push(match left.iter().position(is_it) {
            Some(at) => left.remove(at),
            None => TimeDimension { dimension, granularity, date_range: None, compare: Vec::new() },
        });
    }
    let spans = left.into_iter().map(|time| TimeDimension { granularity: None, ..time });
    for span in spans.filter(|time| time.date_range.is_some() || !time.compare.is_empty()) {
        let is_known = |time: &TimeDimension| {
            (&time.dimension, &time.date_range, &time.compare)
                == (&span.dimension, &span.date_range, &span.compare)
        };
        if !times.iter().any(is_known) {
            times.push(span);
        }
    }
    let ordered = resolved.order.iter().filter_map(|(ordered, direction)| {
        let name = match ordered {
            resolve::Ordered::Key(at) => key(resolved.keys.get(*at)?),
            resolve::Ordered::Measure(at) => member(&resolved.measures.get(*at)?.full_name()),
        };
        Some((name, *direction))
    });
    let shown = resolved.measures.iter().take(resolved.shown);
    Question {
        measures: shown.map(|asked| member(&asked.full_name())).collect(),
        dimensions: plain.map(key).collect(),
        time_dimensions: times,
        segments: resolved.segments.iter().map(|name| member(name)).collect(),
        order: ordered.collect(),
        limit: Some(question.limit.unwrap_or(size::USUAL_ROWS)),
        timezone: Some(zone.name().to_owned()),
        ..question.clone()
    }
}
