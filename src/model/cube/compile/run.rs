//! In which order do the rows of an answer come, how many are there, and from how many were they
//! computed?

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::arrow::datatypes::{Field, Int64Type, Schema, SchemaRef};
use datafusion::datasource::MemTable;
use datafusion::datasource::physical_plan::FileScanConfig;
use datafusion::datasource::source::DataSourceExec;
use datafusion::error::{DataFusionError, Result as QueryResult};
use datafusion::execution::memory_pool::MemoryConsumer;
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, SortExpr, ident, lit, when};
use datafusion::physical_plan::{
    ExecutionPlan, StatisticsArgs, StatisticsContext, collect, displayable, execute_stream,
};
use datafusion::prelude::SessionContext;
use futures::StreamExt;

use super::resolve::{Key, Ordered, Resolved};
use super::rows::plain;
use super::share::key_name;
use super::single::grain_name;
use super::size::USUAL_ROWS;
use super::unite::{Answering, Computed, LEVEL, United, measured};
use crate::model::cube::question::{Direction, Question};
use crate::model::cube::time::bucket;
use crate::model::cube::{Column, CubeError, Part, Role, Used};

/// The name of the column that holds what is shown.
fn shown_name(at: usize) -> String {
    format!("__shown_{at}")
}

/// An answer that is planned.
pub(super) struct Planned {
    /// the rows in their order, one more than are shown
    plan: LogicalPlan,
    /// all of them in any order, where they are counted
    counted: Option<LogicalPlan>,
    columns: Vec<Column>,
    uses: Vec<Used>,
    /// what is computed already
    computed: Computed,
    most: usize,
}

impl Answering<'_> {
    /// Plans the answer of a span.
    ///
    /// # Errors
    /// When the cubes do not hold what is asked.
    pub(super) async fn plan(&self, question: &Question) -> Result<Planned, CubeError> {
        let united = match question.ungrouped {
            true => self.single().await?,
            false => self.united(question.subtotals).await?,
        };
        let most = size(question.limit.unwrap_or(USUAL_ROWS));
        let (columns, values) = self.columns(question)?;
        let counted = question.total.then(|| united.plan.clone());
        let order = order(self.resolved, question, &united.plan);
        // What is computed is computed below the limit: above it the engine would spread rows over
        // threads, and they would come back in any order.
        let shown: Vec<Expr> = (0..values.len()).map(|at| ident(shown_name(at))).collect();
        let mut all: Vec<Expr> =
            united.plan.schema().columns().into_iter().map(Expr::Column).collect();
        all.extend(values);
        let plan = LogicalPlanBuilder::from(united.plan.clone())
            .project(all)
            // Everything in one group has no order.
            .and_then(|plan| if order.is_empty() { Ok(plan) } else { plan.sort(order) })
            .and_then(|plan| plan.limit(size(question.offset), Some(most.saturating_add(1))))
            .and_then(|plan| plan.project(shown))
            .and_then(LogicalPlanBuilder::build)
            .map_err(|cause| self.failed(cause))?;
        let United { uses, computed, .. } = united;
        Ok(Planned { plan, counted, columns, uses, computed, most })
    }

    /// The columns shown, each with its value.
    fn columns(&self, question: &Question) -> Result<(Vec<Column>, Vec<Expr>), CubeError> {
        let prefix = self.resolved.subject.name();
        let (mut columns, mut values): (Vec<Column>, Vec<Expr>) = (Vec::new(), Vec::new());
        let mut add = |name: String, role: Role, value: Expr| {
            values.push(value.alias(shown_name(columns.len())));
            columns.push(Column { name, role });
        };
        for (at, Key { name, granularity }) in self.resolved.keys.iter().enumerate() {
            let value = ident(key_name(at));
            let Some(granularity) = *granularity else {
                add(format!("{prefix}.{name}"), Role::Dimension, value);
                continue;
            };
            let span = self.spans.iter().find(|(known, _)| known == name).map(|(_, span)| span);
            let partial = bucket::partial(value.clone(), granularity, span, self.clock);
            let wrong = |problem| {
                let problem = format!("`{prefix}.{name}`: {problem}");
                CubeError::Unfit { problem }
            };
            let partial = partial.map_err(wrong)?;
            let partial = match question.subtotals {
                // Of a total over time nobody asks whether it is cut.
                true => when(ident(LEVEL).gt(lit(place(at))), partial)
                    .end()
                    .map_err(|cause| self.failed(cause))?,
                false => partial,
            };
            let full = format!("{prefix}.{name}.{granularity}");
            add(full.clone(), Role::Time(granularity), value);
            add(format!("{full}.isPartial"), Role::Partial, partial);
        }
        for (at, asked) in self.resolved.measures.iter().take(self.resolved.shown).enumerate() {
            let name = format!("{prefix}.{}", asked.full_name());
            add(name, Role::Measure, ident(measured(at)));
        }
        if question.subtotals {
            add(LEVEL.to_owned(), Role::Level, ident(LEVEL));
        }
        Ok((columns, values))
    }
}

fn size(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// The place of a key as levels are counted.
fn place(at: usize) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX)
}

/// The order of rows. It ends with everything that tells one row from another, so that the same
/// question has the same answer to the last byte.
fn order(resolved: &Resolved, question: &Question, plan: &LogicalPlan) -> Vec<SortExpr> {
    let mut order = Vec::new();
    let up = |value: Expr| value.sort(true, false);
    for (ordered, direction) in &resolved.order {
        let name = match ordered {
            Ordered::Key(at) => key_name(*at),
            Ordered::Measure(at) => measured(*at),
        };
        order.push(ident(name).sort(*direction == Direction::Ascending, false));
    }
    let has = |name: &str| plan.schema().has_column_with_unqualified_name(name);
    let grain = (0..).map(grain_name).take_while(|name| has(name));
    order.extend(grain.map(|name| up(ident(name))));
    for at in 0..resolved.keys.len() {
        if question.subtotals {
            // The total over a key comes after the rows that it is the total of.
            order.push(up(ident(LEVEL).lt_eq(lit(place(at)))));
        }
        order.push(up(ident(key_name(at))));
    }
    if question.ungrouped {
        // A cube whose grain is empty has no rows that are told from one another.
        let values = 0..resolved.measures.len();
        order.extend(values.map(|at| up(ident(measured(at)))));
    }
    order
}

/// Computes a plan: one that gives its rows from memory, which is counted with the rest.
///
/// # Errors
/// When the engine fails or the rows do not fit the memory.
pub(super) async fn computed(
    session: &SessionContext,
    plan: &LogicalPlan,
    all: &mut Computed,
) -> QueryResult<LogicalPlan> {
    let physical = session.state().create_physical_plan(plan).await?;
    all.rows_scanned = all.rows_scanned.saturating_add(rows_of(physical.as_ref())?);
    let schema = physical.schema();
    let task = session.task_ctx();
    let held = MemoryConsumer::new("pieces of an answer").register(task.memory_pool());
    let mut rows = execute_stream(physical, task)?;
    let mut batches = Vec::new();
    while let Some(batch) = rows.next().await {
        let batch = batch?;
        held.try_grow(batch.get_array_memory_size())?;
        batches.push(batch);
    }
    all.held.push(held);
    let table = MemTable::try_new(schema, vec![batches])?;
    plain(session.read_table(Arc::new(table))?.into_unoptimized_plan())
}

impl Planned {
    /// Runs it.
    pub(super) async fn run(self, session: &SessionContext) -> QueryResult<Part> {
        let physical = session.state().create_physical_plan(&self.plan).await?;
        let rows_scanned = self.computed.rows_scanned.saturating_add(rows_of(physical.as_ref())?);
        let found = collect(physical, session.task_ctx()).await?;
        let total = match self.counted {
            Some(plan) => Some(counted(session, plan).await?),
            None => None,
        };
        let is_truncated = found.iter().map(RecordBatch::num_rows).sum::<usize>() > self.most;
        let kinds = self.plan.schema().fields();
        let field = |(column, kind): (&Column, &Arc<Field>)| {
            Field::new(&column.name, kind.data_type().clone(), true)
        };
        let fields: Vec<Field> = self.columns.iter().zip(kinds).map(field).collect();
        let schema: SchemaRef = Schema::new(fields).into();
        let mut left = self.most;
        let mut batches = Vec::new();
        for batch in found {
            let batch = batch.slice(0, batch.num_rows().min(left));
            left -= batch.num_rows();
            if batch.num_rows() > 0 {
                let columns = batch.columns().to_vec();
                batches.push(RecordBatch::try_new(Arc::clone(&schema), columns)?);
            }
        }
        let routes = routes(&self.uses);
        let (columns, uses) = (self.columns, self.uses);
        let range = None;
        Ok(Part {
            range,
            columns,
            schema,
            batches,
            total,
            is_truncated,
            rows_scanned,
            routes,
            uses,
        })
    }

    /// How it would run.
    pub(super) async fn explained(&self, session: &SessionContext) -> QueryResult<String> {
        let physical = session.state().create_physical_plan(&self.plan).await?;
        let routes = routes(&self.uses).into_iter();
        let mut lines: Vec<String> =
            routes.map(|(cube, tables)| format!("{cube}: {}", tables.join(", "))).collect();
        lines.push(format!("rows scanned: {}", rows_of(physical.as_ref())?));
        lines.push(displayable(physical.as_ref()).indent(false).to_string());
        Ok(lines.join("\n"))
    }
}

/// The tables that answered for each cube.
fn routes(uses: &[Used]) -> BTreeMap<String, Vec<String>> {
    let mut routes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for used in uses {
        let tables = routes.entry(used.cube.clone()).or_default();
        if !tables.contains(&used.route) {
            tables.push(used.route.clone());
            tables.sort();
        }
    }
    routes
}

/// The rows of the files that a plan opens. It is told from the plan, not from its run, which may
/// stop early or not, so that the same question always has the same number.
fn rows_of(plan: &dyn ExecutionPlan) -> QueryResult<u64> {
    let mut rows = 0;
    let source = plan.downcast_ref::<DataSourceExec>().map(DataSourceExec::data_source);
    if source.is_some_and(|source| source.is::<FileScanConfig>()) {
        let known = StatisticsContext::new().compute(plan, &StatisticsArgs::new())?;
        rows += known.num_rows.get_value().copied().unwrap_or(0);
    }
    let mut total = u64::try_from(rows).unwrap_or(u64::MAX);
    for child in plan.children() {
        total = total.saturating_add(rows_of(child.as_ref())?);
    }
    Ok(total)
}

/// How many rows a plan gives.
async fn counted(session: &SessionContext, plan: LogicalPlan) -> QueryResult<u64> {
    let nobody: Vec<Expr> = Vec::new();
    let plan = LogicalPlanBuilder::from(plan).aggregate(nobody, vec![count(lit(1_i64))])?;
    let batches = session.execute_logical_plan(plan.build()?).await?.collect().await?;
    let number = batches.iter().find(|batch| batch.num_rows() > 0);
    let number = number.and_then(|batch| batch.column(0).as_primitive_opt::<Int64Type>());
    let missing = || DataFusionError::Internal("a count gave no row".to_owned());
    let number = number.ok_or_else(missing)?.value(0);
    Ok(u64::try_from(number).unwrap_or(0))
}
