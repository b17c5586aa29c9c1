//! How are windows over whole partitions computed without holding all rows?
//!
//! The engine's operator for them takes all its rows in, which no limit of memory counts, and gives
//! them back as one batch. Its input is sorted by partition, so that each partition can go as soon
//! as it is complete.

use std::any::Any;
use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, UInt32Array};
use datafusion::arrow::compute::{concat, concat_batches, partition, take_record_batch};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::error::Result;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::window::WindowExpr;
use datafusion::physical_expr::{OrderingRequirements, PhysicalExpr};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::metrics::MetricsSet;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::windows::WindowAggExec;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, InputDistributionRequirements, PlanProperties,
};
use futures::{StreamExt, stream};

/// Lets windows over whole partitions go partition by partition.
#[derive(Debug, Default)]
pub(super) struct PartitionwiseWindows;

impl PhysicalOptimizerRule for PartitionwiseWindows {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _config: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let partitionwise = |node: Arc<dyn ExecutionPlan>| {
            let window = (node.as_ref() as &dyn Any).downcast_ref::<WindowAggExec>();
            Ok(match window {
                Some(window) if has_partitions(window) => {
                    Transformed::yes(Arc::new(PartitionwiseExec { window: window.clone() }) as _)
                }
                _ => Transformed::no(node),
            })
        };
        Ok(plan.transform_up(partitionwise)?.data)
    }

    fn name(&self) -> &'static str {
        "partitionwise_windows"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

fn has_partitions(window: &WindowAggExec) -> bool {
    window.window_expr().iter().all(|expression| !expression.partition_by().is_empty())
}

/// The engine's operator, which holds no more than the partitions that are not complete.
#[derive(Debug, Clone)]
struct PartitionwiseExec {
    window: WindowAggExec,
}

impl DisplayAs for PartitionwiseExec {
    fn fmt_as(&self, format: DisplayFormatType, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Partitionwise")?;
        self.window.fmt_as(format, out)
    }
}

impl ExecutionPlan for PartitionwiseExec {
    fn name(&self) -> &'static str {
        "PartitionwiseWindowAggExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.window.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![self.window.input()]
    }

    fn apply_expressions(
        &self,
        apply: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        self.window.apply_expressions(apply)
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        self.window.maintains_input_order()
    }

    fn required_input_ordering(&self) -> Vec<Option<OrderingRequirements>> {
        self.window.required_input_ordering()
    }

    fn input_distribution_requirements(&self) -> InputDistributionRequirements {
        self.window.input_distribution_requirements()
    }

    #[expect(deprecated, reason = "the trait still demands it")]
    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let window = Arc::new(self.window.clone()).with_new_children(children)?;
        PartitionwiseWindows.optimize(window, &ConfigOptions::default())
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let memory = MemoryConsumer::new(format!("{}[{partition}]", self.name()))
            .register(context.memory_pool());
        let batch_rows = context.session_config().batch_size();
        let windows = Windows {
            input: Some(self.window.input().execute(partition, context)?),
            expressions: self.window.window_expr().to_vec(),
            schema: self.window.schema(),
            batch_rows,
            held: Vec::new(),
            held_rows: 0,
            memory,
            ready: VecDeque::new(),
        };
        let stream = stream::try_unfold(windows, |mut windows| async move {
            Ok(windows.next().await?.map(|batch| (batch, windows)))
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.window.schema(), stream)))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        self.window.metrics()
    }
}

/// One stream of rows, sorted by partition.
struct Windows {
    /// nothing after its end
    input: Option<SendableRecordBatchStream>,
    expressions: Vec<Arc<dyn WindowExpr>>,
    schema: SchemaRef,
    batch_rows: usize,
    /// rows of partitions that may go on
    held: Vec<RecordBatch>,
    held_rows: usize,
    /// counts what is held; never refuses, since a partition must be held whole
    memory: MemoryReservation,
    /// rows with their windows
    ready: VecDeque<RecordBatch>,
}

impl Windows {
    async fn next(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            if let Some(batch) = self.ready.pop_front() {
                return Ok(Some(batch));
            }
            let Some(input) = &mut self.input else { return Ok(None) };
            match input.next().await.transpose()? {
                Some(batch) if batch.num_rows() > 0 => self.take(&batch)?,
                Some(_) => {}
                None => {
                    self.input = None;
                    self.complete()?;
                }
            }
        }
    }

    /// Holds rows; those before the last partition go, once they are enough for a batch.
    fn take(&mut self, batch: &RecordBatch) -> Result<()> {
        match self.last_start(batch)? {
            Some(start) if self.held_rows + start >= self.batch_rows => {
                if start > 0 {
                    self.hold(batch.slice(0, start));
                }
                self.complete()?;
                self.hold(batch.slice(start, batch.num_rows() - start));
            }
            _ => self.hold(batch.clone()),
        }
        Ok(())
    }

    /// Where the last partition of a batch begins; nothing where the batch goes on with what is
    /// held and brings no other.
    fn last_start(&self, batch: &RecordBatch) -> Result<Option<usize>> {
        let start = self.partitions(batch)?.last().map_or(0, |range| range.start);
        if start > 0 {
            return Ok(Some(start));
        }
        let Some(last) = self.held.last() else { return Ok(None) };
        let seam = [last.slice(last.num_rows() - 1, 1), batch.slice(0, 1)];
        let seam = concat_batches(&batch.schema(), &seam)?;
        Ok((self.partitions(&seam)?.len() > 1).then_some(0))
    }

    /// The stretches of rows that belong to one partition each.
    fn partitions(&self, batch: &RecordBatch) -> Result<Vec<Range<usize>>> {
        let by = self.expressions[0].partition_by().iter();
        let columns = by.map(|key| key.evaluate(batch)?.into_array(batch.num_rows()));
        Ok(partition(&columns.collect::<Result<Vec<_>>>()?)?.ranges())
    }

    fn hold(&mut self, batch: RecordBatch) {
        // As much again is needed to join what is held.
        self.memory.grow(2 * batch.get_array_memory_size());
        self.held_rows += batch.num_rows();
        self.held.push(batch);
    }

    /// Computes the windows of all that is held.
    fn complete(&mut self) -> Result<()> {
        let held = std::mem::take(&mut self.held);
        self.held_rows = 0;
        let Some(first) = held.first() else { return Ok(()) };
        let batch = concat_batches(&first.schema(), &held)?;
        let partitions = self.partitions(&batch)?;
        let mut columns = batch.columns().to_vec();
        for expression in &self.expressions {
            let parts = partitions
                .iter()
                .map(|rows| expression.evaluate(&batch.slice(rows.start, rows.len())));
            let parts = parts.collect::<Result<Vec<ArrayRef>>>()?;
            columns.push(concat(&parts.iter().map(AsRef::as_ref).collect::<Vec<_>>())?);
        }
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns)?;
        self.memory.free();
        self.give(batch)
    }

    /// Gives rows on, in batches that whoever comes next can hold.
    fn give(&mut self, batch: RecordBatch) -> Result<()> {
        if batch.num_rows() <= 2 * self.batch_rows {
            self.ready.push_back(batch);
            return Ok(());
        }
        for start in (0..batch.num_rows()).step_by(self.batch_rows) {
            let end = (start + self.batch_rows).min(batch.num_rows());
            // A slice would count as large as the whole; its rows are copied.
            let rows = UInt32Array::from_iter_values(start as u32..end as u32);
            self.ready.push_back(take_record_batch(&batch, &rows)?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::Int64Array;
    use datafusion::prelude::SessionContext;

    use super::*;
    use crate::engine::session::{Limits, session};

    /// Partition `n` has `n` rows, which come in no order.
    const ROWS: &str = "select key, value, mixed
        from (
            select key, unnest(generate_series(1, key)) as value
            from (select unnest(generate_series(1, 40)) as key)
        ) cross join (values (0)) as one (mixed)
        order by value % 7, key";

    fn context(batch_rows: usize) -> SessionContext {
        let spill_dir = std::env::temp_dir().join("patron-windows");
        let limits = Limits { threads: 2, memory_bytes: 64 << 20, spill_dir };
        let session = session(&limits).unwrap();
        let state = session.state_ref();
        let mut guard = state.write();
        let options = guard.config_mut().options_mut();
        options.set("datafusion.execution.batch_size", &batch_rows.to_string()).unwrap();
        drop(guard);
        session
    }

    async fn run(batch_rows: usize, sql: &str) -> Vec<RecordBatch> {
        context(batch_rows).sql(sql).await.unwrap().collect().await.unwrap()
    }

    #[tokio::test]
    async fn every_partition_is_whole_however_batches_fall() {
        let sql = format!(
            "select key, value, sum(value) over (partition by key) as total,
                count(*) over (partition by key) as rows
            from ({ROWS}) order by key, value"
        );
        for batch_rows in [1, 2, 3, 7, 40, 100, 8192] {
            let found = run(batch_rows, &sql).await;
            let rows: Vec<(i64, i64, i64, i64)> = found
                .iter()
                .flat_map(|batch| {
                    let column = |at: usize| {
                        let column = batch.column(at).as_any().downcast_ref::<Int64Array>();
                        column.unwrap().values().to_vec()
                    };
                    let (keys, values) = (column(0), column(1));
                    let (totals, counts) = (column(2), column(3));
                    let row = move |at: usize| (keys[at], values[at], totals[at], counts[at]);
                    (0..batch.num_rows()).map(row).collect::<Vec<_>>()
                })
                .collect();
            let expected = (1..=40).flat_map(|key: i64| {
                (1..=key).map(move |value| (key, value, key * (key + 1) / 2, key))
            });
            assert_eq!(rows, expected.collect::<Vec<_>>(), "batches of {batch_rows}");
        }
    }

    #[tokio::test]
    async fn a_large_partition_comes_in_batches() {
        let sql = "select value, sum(value) over (partition by value > 990) as total
            from (select unnest(generate_series(1, 1000)) as value)";
        let found = run(16, sql).await;
        assert!(found.iter().all(|batch| batch.num_rows() <= 32));
        assert_eq!(found.iter().map(RecordBatch::num_rows).sum::<usize>(), 1000);
    }

    #[tokio::test]
    async fn the_engine_is_asked_to_go_by_partition() {
        let sql = format!("explain select sum(value) over (partition by key) from ({ROWS})");
        let plan = run(100, &sql).await;
        let text = datafusion::arrow::util::pretty::pretty_format_batches(&plan).unwrap();
        assert!(text.to_string().contains("PartitionwiseWindowAggExec"), "{text}");
        let sql = format!("explain select sum(value) over () from ({ROWS})");
        let plan = run(100, &sql).await;
        let text = datafusion::arrow::util::pretty::pretty_format_batches(&plan).unwrap();
        assert!(!text.to_string().contains("Partitionwise"), "{text}");
    }

    #[tokio::test]
    async fn what_is_held_is_freed() {
        let context = context(16);
        let pool = Arc::clone(&context.runtime_env().memory_pool);
        let sql = "select value, sum(value) over (partition by value > 0) as total
            from (select unnest(generate_series(1, 100000)) as value)";
        let mut stream = context.sql(sql).await.unwrap().execute_stream().await.unwrap();
        stream.next().await.unwrap().unwrap();
        drop(stream);
        assert_eq!(pool.reserved(), 0);
    }
}
