//! Which side of a join is held in memory, where nobody knows which is smaller?
//!
//! The engine holds the left side where it has no statistics, which is the wrong one of `from facts
//! left join lookups`: people write what they look up in on the right. Where both sizes are known,
//! the engine decides.

use std::any::Any;
use std::sync::Arc;

use datafusion::common::JoinType;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::error::Result;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::joins::HashJoinExec;
use datafusion::physical_plan::statistics::{StatisticsArgs, StatisticsContext};

/// The engine's rule before which sides are chosen by what is written.
const BEFORE: &str = "join_selection";

/// The engine's rules, with ours in its place among them.
pub(super) fn rules() -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    let mut rules = PhysicalOptimizer::new().rules;
    let at = rules.iter().position(|rule| rule.name() == BEFORE).unwrap_or(0);
    rules.insert(at, Arc::new(RightSideInMemory));
    rules
}

/// Has the right side held in memory where the sizes are not known.
#[derive(Debug, Default)]
struct RightSideInMemory;

impl PhysicalOptimizerRule for RightSideInMemory {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _config: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let chosen = |node: Arc<dyn ExecutionPlan>| {
            let join = (node.as_ref() as &dyn Any).downcast_ref::<HashJoinExec>();
            Ok(match join {
                Some(join) if is_written_for_lookup(join) && !are_known(join)? => {
                    Transformed::yes(join.swap_inputs(*join.partition_mode())?)
                }
                _ => Transformed::no(node),
            })
        };
        Ok(plan.transform_up(chosen)?.data)
    }

    fn name(&self) -> &'static str {
        "right_side_in_memory"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// Whether a join takes its rows from the left and looks up in the right.
fn is_written_for_lookup(join: &HashJoinExec) -> bool {
    let is_lookup = matches!(
        join.join_type(),
        JoinType::Inner
            | JoinType::Left
            | JoinType::LeftSemi
            | JoinType::LeftAnti
            | JoinType::LeftMark
    );
    // Anti joins that know nulls need their sides as they are.
    is_lookup && !join.null_aware
}

/// Whether the engine can compare both sides.
fn are_known(join: &HashJoinExec) -> Result<bool> {
    let statistics = |side: &Arc<dyn ExecutionPlan>| {
        StatisticsContext::new().compute(side.as_ref(), &StatisticsArgs::new())
    };
    let (left, right) = (statistics(join.left())?, statistics(join.right())?);
    let both = |one: Option<&usize>, other: Option<&usize>| one.is_some() && other.is_some();
    Ok(both(left.total_byte_size.get_value(), right.total_byte_size.get_value())
        || both(left.num_rows.get_value(), right.num_rows.get_value()))
}
