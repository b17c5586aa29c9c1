//! What does the engine see of a table whose rows are not all seen? One node without children.
//!
//! What the trait offers beside is left as it is by default: no metrics, no statistics, no order,
//! no sharing of work; each would tell of hidden rows. An upgrade of the engine may bring more.

use std::fmt;
use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{
    Boundedness, EmissionType, SchedulingType, reset_plan_states,
};
use datafusion::physical_plan::filter_pushdown::{
    ChildPushdownResult, FilterPushdownPhase, FilterPushdownPropagation,
};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties,
    ReplaceChildrenOptions,
};
use futures::stream;

use super::read::{Reader, Work};
use super::redact::redacted;
use super::steps::Steps;
use crate::warehouse::name::TableName;

/// The node. See the top of this file.
pub(super) struct SecureExec {
    table: TableName,
    /// reads the files, a partition a piece of one; nobody else ever sees it
    inner: Arc<dyn ExecutionPlan>,
    steps: Arc<Steps>,
    /// what the query asks, as the engine writes it
    filters: Vec<String>,
    /// how many rows are enough
    limit: Option<usize>,
    properties: Arc<PlanProperties>,
}

impl SecureExec {
    /// A node that gives what `steps` leave of the rows of `inner`, in their order.
    pub(super) fn new(
        table: TableName,
        inner: Arc<dyn ExecutionPlan>,
        steps: Steps,
        filters: Vec<String>,
        limit: Option<usize>,
    ) -> Self {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::clone(&steps.given)),
            Partitioning::UnknownPartitioning(1),
            EmissionType::Incremental,
            Boundedness::Bounded,
        )
        .with_scheduling_type(SchedulingType::Cooperative);
        let (steps, properties) = (Arc::new(steps), Arc::new(properties));
        Self { table, inner, steps, filters, limit, properties }
    }
}

impl fmt::Debug for SecureExec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SecureExec").field("table", &self.table).finish_non_exhaustive()
    }
}

impl DisplayAs for SecureExec {
    fn fmt_as(&self, format: DisplayFormatType, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, steps, filters, limit, .. } = self;
        if matches!(format, DisplayFormatType::TreeRender) {
            return writeln!(out, "table={table}");
        }
        let columns = steps.given.fields().iter().map(|field| field.name().as_str());
        let columns = columns.collect::<Vec<_>>().join(", ");
        write!(out, "SecureExec: table={table}, columns=[{columns}]")?;
        if !filters.is_empty() {
            write!(out, ", filters=[{}]", filters.join(", "))?;
        }
        match limit {
            Some(limit) => write!(out, ", limit={limit}"),
            None => Ok(()),
        }
    }
}

impl ExecutionPlan for SecureExec {
    fn name(&self) -> &'static str {
        "SecureExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn apply_expressions(
        &self,
        _apply: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn replace_children(
        self: Arc<Self>,
        _children: Vec<Arc<dyn ExecutionPlan>>,
        _options: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn with_new_children(
        self: Arc<Self>,
        _children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn reset_state(self: Arc<Self>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(Arc::new(Self {
            table: self.table.clone(),
            inner: reset_plan_states(Arc::clone(&self.inner))?,
            steps: Arc::clone(&self.steps),
            filters: self.filters.clone(),
            limit: self.limit,
            properties: Arc::clone(&self.properties),
        }))
    }

    fn handle_child_pushdown_result(
        &self,
        _phase: FilterPushdownPhase,
        offered: ChildPushdownResult,
        _config: &ConfigOptions,
    ) -> Result<FilterPushdownPropagation<Arc<dyn ExecutionPlan>>> {
        Ok(FilterPushdownPropagation::all_unsupported(offered))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        if partition != 0 {
            return Err(DataFusionError::Internal(format!("`{}` has one partition", self.table)));
        }
        let work = Work::new(&self.table, &self.inner, &self.steps, context);
        let reader = Reader::new(work, self.limit);
        let table = self.table.clone();
        // Nothing is read before somebody waits for it.
        let rows = stream::try_unfold((reader, table), |(mut reader, table)| async move {
            match reader.next().await {
                Ok(batch) => Ok(batch.map(|batch| (batch, (reader, table)))),
                Err(cause) => Err(redacted(&table, &cause)),
            }
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), rows)))
    }
}
