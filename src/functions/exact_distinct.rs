//! When may `distinct` become a second grouping?
//!
//! The engine turns `sum(distinct a), sum(b)` into groups by `a`, whose sums of `b` it sums again.
//! A group's sum may be too large where the sum over all of them is not, so that the same rows
//! would fail or not depending on `a`. Its type has more digits, too. Such queries stay as written.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::tree_node::Transformed;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::optimizer::single_distinct_to_groupby::SingleDistinctToGroupBy;
use datafusion::optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule};

use super::checked_sum::NAME;

/// The engine's rule of the same name, for queries whose sums it does not split.
#[derive(Debug, Clone)]
pub struct ExactDistinct {
    rule: Arc<SingleDistinctToGroupBy>,
}

impl Default for ExactDistinct {
    fn default() -> Self {
        Self { rule: Arc::new(SingleDistinctToGroupBy::new()) }
    }
}

impl OptimizerRule for ExactDistinct {
    fn name(&self) -> &str {
        self.rule.name()
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        self.rule.apply_order()
    }

    fn rewrite(
        &self,
        plan: LogicalPlan,
        config: &dyn OptimizerConfig,
    ) -> Result<Transformed<LogicalPlan>> {
        if let LogicalPlan::Aggregate(aggregate) = &plan
            && aggregate.aggr_expr.iter().any(sums_every_row)
        {
            return Ok(Transformed::no(plan));
        }
        self.rule.rewrite(plan, config)
    }
}

fn sums_every_row(expression: &Expr) -> bool {
    match expression {
        Expr::AggregateFunction(call) => call.func.name() == NAME && !call.params.distinct,
        _ => false,
    }
}
