//! Which rules of the engine trust that one column decides the others?
//!
//! The engine notes of each step of a plan which columns tell its rows apart. It is wrong where a
//! column that did so is joined to several rows, and columns of both sides are then grouped by: the
//! column counts as unique again. Rules that believe it leave out columns of a grouping, of an
//! order, a `distinct` or a join, and the rows are others than those asked for. Here such rules see
//! plans in which nothing is noted.

use std::sync::Arc;

use datafusion::common::tree_node::Transformed;
use datafusion::common::{DFSchemaRef, FunctionalDependencies, Result};
use datafusion::logical_expr::LogicalPlan;
use datafusion::optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule};

/// The engine's rules that look at what is noted.
pub(super) const TRUSTING: [&str; 4] = [
    "eliminate_duplicated_expr",
    "eliminate_join",
    "optimize_projections",
    "replace_distinct_aggregate",
];

/// One of these rules, which takes nothing for unique.
#[derive(Debug)]
pub struct ExactDependencies {
    rule: Arc<dyn OptimizerRule + Send + Sync>,
}

impl ExactDependencies {
    /// The rule as it is safe.
    pub(super) fn new(rule: Arc<dyn OptimizerRule + Send + Sync>) -> Self {
        Self { rule }
    }
}

impl OptimizerRule for ExactDependencies {
    fn name(&self) -> &str {
        self.rule.name()
    }

    /// The whole plan at once, so that what lies below each step is seen without notes, too.
    fn apply_order(&self) -> Option<ApplyOrder> {
        None
    }

    fn rewrite(
        &self,
        plan: LogicalPlan,
        config: &dyn OptimizerConfig,
    ) -> Result<Transformed<LogicalPlan>> {
        let plan = plan.transform_down_with_subqueries(|node| Ok(forget(node)))?.data;
        let step = |node: LogicalPlan| self.rule.rewrite(node, config);
        match self.rule.apply_order() {
            None => self.rule.rewrite(plan, config),
            Some(ApplyOrder::TopDown) => plan.transform_down_with_subqueries(step),
            Some(ApplyOrder::BottomUp) => plan.transform_up_with_subqueries(step),
        }
    }
}

/// The same step without notes.
fn forget(mut plan: LogicalPlan) -> Transformed<LogicalPlan> {
    let schema = match &mut plan {
        LogicalPlan::Projection(step) => &mut step.schema,
        LogicalPlan::Aggregate(step) => &mut step.schema,
        LogicalPlan::Window(step) => &mut step.schema,
        LogicalPlan::SubqueryAlias(step) => &mut step.schema,
        LogicalPlan::Join(step) => &mut step.schema,
        LogicalPlan::Union(step) => &mut step.schema,
        LogicalPlan::TableScan(step) => &mut step.projected_schema,
        _ => return Transformed::no(plan),
    };
    match forgotten(schema) {
        Some(plain) => {
            *schema = plain;
            Transformed::yes(plan)
        }
        None => Transformed::no(plan),
    }
}

/// The columns without notes; nothing where there are none.
fn forgotten(schema: &DFSchemaRef) -> Option<DFSchemaRef> {
    if schema.functional_dependencies().is_empty() {
        return None;
    }
    let plain = schema.as_ref().clone();
    // No dependencies fit any columns, so this never fails.
    plain.with_functional_dependencies(FunctionalDependencies::empty()).ok().map(Arc::new)
}
