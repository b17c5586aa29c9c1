//! Which side of a join is held in memory?
//!
//! The engine holds the left side where it has no statistics, and multiplies guesses where tables
//! were joined before, so that what is joined often seems small: of `from facts join lookups join
//! more` it then holds the facts. Here a join by keys has as many rows as the larger of its sides,
//! and where nothing is known, people write what they look up in on the right.

use std::any::Any;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Schema};
use datafusion::common::JoinType;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::error::Result;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::aggregates::AggregateExec;
use datafusion::physical_plan::joins::{CrossJoinExec, HashJoinExec, NestedLoopJoinExec};
use datafusion::physical_plan::statistics::{StatisticsArgs, StatisticsContext};
use datafusion::physical_plan::union::UnionExec;

/// The engine's rule that goes by sides as they are, once it may not choose them itself.
const BEFORE: &str = "join_selection";
/// How many times as large as the other side must be what is looked up in, for the other to be
/// held: what is known of sides is rough.
const LARGER: u64 = 2;
/// Bytes of a side that is held wherever it stands, if nothing is known of the other.
const SMALL: u64 = 1 << 20;
/// Bytes that a text or list takes, about: where it begins, and the codes and names that they
/// mostly are.
const TEXT_BYTES: u64 = 20;

/// The engine's rules, with ours in its place among them.
pub(super) fn rules() -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    let mut rules = PhysicalOptimizer::new().rules;
    let at = rules.iter().position(|rule| rule.name() == BEFORE).unwrap_or(0);
    rules.insert(at, Arc::new(SmallSideInMemory));
    rules
}

/// Bytes of memory that a value of a type takes, about.
pub fn value_bytes(kind: &DataType) -> u64 {
    match kind.primitive_width() {
        Some(bytes) => bytes as u64,
        None if *kind == DataType::Boolean => 1,
        None => TEXT_BYTES,
    }
}

/// Has the side held in memory that is smaller, as far as that is known.
#[derive(Debug, Default)]
struct SmallSideInMemory;

impl PhysicalOptimizerRule for SmallSideInMemory {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _config: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let chosen = |node: Arc<dyn ExecutionPlan>| {
            Ok(match swapped(node.as_ref())? {
                Some(other) => Transformed::yes(other),
                None => Transformed::no(node),
            })
        };
        Ok(plan.transform_up(chosen)?.data)
    }

    fn name(&self) -> &'static str {
        "small_side_in_memory"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// A join with its sides changed, where that is better.
fn swapped(node: &dyn ExecutionPlan) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let node = node as &dyn Any;
    if let Some(join) = node.downcast_ref::<HashJoinExec>() {
        // Anti joins that know nulls need their sides as they are.
        let may = join.join_type().supports_swap() && !join.null_aware;
        let is_better = may && is_right_held(*join.join_type(), join.left(), join.right())?;
        return is_better.then(|| join.swap_inputs(*join.partition_mode())).transpose();
    }
    if let Some(join) = node.downcast_ref::<NestedLoopJoinExec>() {
        let may = join.join_type().supports_swap();
        let is_better = may && is_right_held(*join.join_type(), join.left(), join.right())?;
        return is_better.then(|| join.swap_inputs()).transpose();
    }
    if let Some(join) = node.downcast_ref::<CrossJoinExec>() {
        let is_better = is_right_held(JoinType::Inner, join.left(), join.right())?;
        return is_better.then(|| join.swap_inputs()).transpose();
    }
    Ok(None)
}

/// Whether the right side is to be held, which is the left one as long as nothing is changed.
fn is_right_held(
    kind: JoinType,
    left: &Arc<dyn ExecutionPlan>,
    right: &Arc<dyn ExecutionPlan>,
) -> Result<bool> {
    use JoinType::{Full, Right, RightAnti, RightMark, RightSemi};
    let is_left_looked_up = matches!(kind, Right | RightAnti | RightMark | RightSemi);
    Ok(match (bytes(left)?, bytes(right)?) {
        (Some(left), Some(right)) if kind == Full => right < left,
        (Some(left), Some(right)) if is_left_looked_up => right.saturating_mul(LARGER) <= left,
        (Some(left), Some(right)) => right < left.saturating_mul(LARGER),
        // What is small is held for what may be anything, and tells it which rows have a partner.
        (Some(left), None) if left <= SMALL => false,
        (None, Some(right)) if right <= SMALL => true,
        // Of a join of both sides nobody says which is looked up in.
        _ => !is_left_looked_up && kind != Full,
    })
}

/// Bytes of all rows of a plan, about.
fn bytes(plan: &Arc<dyn ExecutionPlan>) -> Result<Option<u64>> {
    let rows = rows(plan.as_ref())?;
    Ok(rows.map(|rows| rows.saturating_mul(row_bytes(&plan.schema()))))
}

fn row_bytes(schema: &Schema) -> u64 {
    schema.fields().iter().map(|field| value_bytes(field.data_type())).sum::<u64>().max(1)
}

/// How many rows a plan gives at most, if joins go by keys; nothing where a table has no
/// statistics.
fn rows(plan: &dyn ExecutionPlan) -> Result<Option<u64>> {
    let aggregate = (plan as &dyn Any).downcast_ref::<AggregateExec>();
    if aggregate.is_some_and(|aggregate| aggregate.group_expr().is_empty()) {
        return Ok(Some(1));
    }
    let below = plan.children().into_iter().map(|child| rows(child.as_ref()));
    let below = below.collect::<Result<Option<Vec<u64>>>>()?;
    let is_union = (plan as &dyn Any).is::<UnionExec>();
    let rows = match below.as_deref() {
        None => None,
        Some([]) => {
            let known = StatisticsContext::new().compute(plan, &StatisticsArgs::new())?;
            known.num_rows.get_value().map(|rows| *rows as u64)
        }
        Some(several) if is_union => Some(several.iter().sum()),
        Some(several) => several.iter().max().copied(),
    };
    Ok(match (rows, plan.fetch()) {
        (Some(rows), Some(most)) => Some(rows.min(most as u64)),
        (None, Some(most)) => Some(most as u64),
        (rows, None) => rows,
    })
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::AsArray;
    use datafusion::arrow::util::pretty::pretty_format_batches;

    use crate::engine::{Limits, session};

    /// The join of a plan, and the rows of its answer.
    async fn joined(rows: &str, kind: &str, known: &str) -> (String, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let spill_dir = folder.path().to_path_buf();
        let session = session(&Limits { threads: 2, memory_bytes: 64 << 20, spill_dir }).unwrap();
        let sql = format!(
            "select cast(rows.one as varchar) as shown from ({rows}) as rows(one) {kind} join \
             ({known}) as known(other) on rows.one = known.other order by shown"
        );
        let frame = session.sql(&format!("explain format indent {sql}")).await.unwrap();
        let plan = pretty_format_batches(&frame.collect().await.unwrap()).unwrap().to_string();
        let line = plan.lines().find(|line| line.contains("HashJoinExec")).unwrap();
        let kind = line.split("join_type=").nth(1).unwrap().split(',').next().unwrap();
        let rows = session.sql(&sql).await.unwrap().collect().await.unwrap();
        let rows = rows.iter().flat_map(|batch| {
            let texts = batch.column(0).as_string::<i32>().iter();
            texts.map(|text| text.unwrap_or("none").to_owned()).collect::<Vec<_>>()
        });
        (kind.to_owned(), rows.collect())
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_looked_up_in_is_held_in_memory() {
        let (rows, known) = ("values (3), (1), (2), (null)", "values (1), (2), (2)");
        let cases: [(&str, &str, &[&str]); 6] = [
            ("left", "Right", &["1", "2", "2", "3", "none"]),
            ("inner", "Inner", &["1", "2", "2"]),
            ("left semi", "RightSemi", &["1", "2"]),
            ("left anti", "RightAnti", &["3", "none"]),
            ("right", "Right", &["1", "2", "2"]),
            ("full", "Full", &["1", "2", "2", "3", "none"]),
        ];
        for (written, planned, answer) in cases {
            let found = joined(rows, written, known).await;
            assert_eq!(found.0, planned, "{written}");
            assert_eq!(found.1, answer, "{written}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_known_to_be_much_smaller_is_held_wherever_it_is_written() {
        let many = "values (1), (2), (3), (4), (5), (6), (7), (8), (9)";
        assert_eq!(joined("values (2)", "left", many).await, ("Left".to_owned(), vec!["2".into()]));
        assert_eq!(joined(many, "right", "values (2)").await.0, "Left");
        // A join by keys has as many rows as the larger of its sides, however often it is done.
        let often = format!(
            "select a.column1 from ({many}) as a \
             join (values (1)) as b on a.column1 = b.column1 \
             join (values (1)) as c on a.column1 = c.column1"
        );
        assert_eq!(joined(&often, "left", "values (1), (2)").await.0, "Right");
    }
}
