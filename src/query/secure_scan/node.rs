//! What does the engine see of a table whose rows are not all seen? One node without children.
//!
//! What the trait offers beside is left as it is by default: no metrics, no statistics, no order,
//! no sharing of work; each would tell of hidden rows. An upgrade of the engine may bring more. Of
//! filters that become known while a query runs it takes what `partners` lets through.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr, conjunction};
use datafusion::physical_plan::execution_plan::{
    Boundedness, EmissionType, SchedulingType, apply_expression_roots, reset_plan_states,
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

use super::partners;
use super::read::{Reader, Work};
use super::redact::redacted;
use super::steps::Steps;
use crate::warehouse::catalog;
use crate::warehouse::name::TableName;

/// How the rows of a table are read, hidden ones too.
#[derive(Clone)]
pub(super) struct Stored {
    /// reads the files, a partition a piece of one; nobody else ever sees it
    pub(super) inner: Arc<dyn ExecutionPlan>,
    /// the columns of the table
    pub(super) columns: SchemaRef,
    /// what is true of every row that is given, by which parts of files are left out
    pub(super) skipping: Arc<dyn PhysicalExpr>,
    /// the columns that are not seen as they are stored
    pub(super) masked: BTreeSet<String>,
}

/// The node. See the top of this file.
#[derive(Clone)]
pub(super) struct SecureExec {
    table: TableName,
    stored: Stored,
    steps: Arc<Steps>,
    /// what joins offer to tell of their keys before the first row is read
    offers: Vec<Arc<dyn PhysicalExpr>>,
    /// what the query asks, as the engine writes it
    filters: Vec<String>,
    /// how many rows are enough
    limit: Option<usize>,
    properties: Arc<PlanProperties>,
}

impl SecureExec {
    /// A node that gives what `steps` leave of the rows of a table, in their order.
    pub(super) fn new(
        table: TableName,
        stored: Stored,
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
        Self { table, stored, steps, offers: Vec::new(), filters, limit, properties }
    }

    /// What reads the rows, as far as joins have partners for them by what is known now.
    fn work(&self, context: Arc<TaskContext>) -> Result<Arc<Work>> {
        let Stored { inner, columns, skipping, masked } = &self.stored;
        let known = partners::known(&self.offers, &|column| !masked.contains(column))?;
        let Some(known) = known else {
            return Ok(Work::new(&self.table, inner, &self.steps, context));
        };
        let by_place = partners::moved(&known, columns)?;
        let few = catalog::skipping(inner, conjunction([Arc::clone(skipping), by_place]));
        let steps = Arc::new(Steps { partners: Some(known), ..self.steps.as_ref().clone() });
        Ok(Work::new(&self.table, few.as_ref().unwrap_or(inner), &steps, context))
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
        apply: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        // A join computes what it offers only where somebody below names the offer.
        apply_expression_roots(&self.offers, apply)
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
        let inner = reset_plan_states(Arc::clone(&self.stored.inner))?;
        let stored = Stored { inner, ..self.stored.clone() };
        // What a join knew in an earlier run may be wrong in the next one.
        Ok(Arc::new(Self { stored, offers: Vec::new(), ..self.as_ref().clone() }))
    }

    fn handle_child_pushdown_result(
        &self,
        phase: FilterPushdownPhase,
        offered: ChildPushdownResult,
        _config: &ConfigOptions,
    ) -> Result<FilterPushdownPropagation<Arc<dyn ExecutionPlan>>> {
        let all = offered.parent_filters.iter().map(|offer| &offer.filter);
        let taken: Vec<_> = all.filter(|offer| partners::is_offered(offer)).cloned().collect();
        // Whoever offers looks at each row again.
        let answer = FilterPushdownPropagation::all_unsupported(offered);
        // A limit counts rows before a join does.
        if taken.is_empty() || self.limit.is_some() || phase != FilterPushdownPhase::Post {
            return Ok(answer);
        }
        Ok(answer.with_updated_node(Arc::new(Self { offers: taken, ..self.clone() })))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        if partition != 0 {
            return Err(DataFusionError::Internal(format!("`{}` has one partition", self.table)));
        }
        // Nothing is read before somebody waits for it: until then joins learn what they offer.
        let begin = (None::<Reader>, self.clone(), context);
        let rows = stream::try_unfold(begin, |(reader, node, context)| async move {
            let mut reader = match reader {
                Some(reader) => reader,
                None => Reader::new(node.work(Arc::clone(&context))?, node.limit),
            };
            match reader.next().await {
                Ok(batch) => Ok(batch.map(|batch| (batch, (Some(reader), node, context)))),
                Err(cause) => Err(redacted(&node.table, &cause)),
            }
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), rows)))
    }
}
