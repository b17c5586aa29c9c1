//! In which order, and how far ahead, are files read?
//!
//! Pieces of files are read and filtered by several tasks at once; their rows are given strictly in
//! the order of the files, cut anew into batches of one size. So what comes out depends on the rows
//! that are seen and on nothing else, however hidden rows lie between them.

use std::collections::VecDeque;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::BatchCoalescer;
use datafusion::common::runtime::SpawnedTask;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::TaskContext;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::coop::make_cooperative;
use futures::StreamExt;
use tokio::sync::{mpsc, watch};

use super::steps::Steps;
use crate::warehouse::name::TableName;

/// Batches that a piece may be ahead of whoever takes them.
const AHEAD: usize = 16;

/// What all pieces have in common.
pub(super) struct Work {
    inner: Arc<dyn ExecutionPlan>,
    steps: Arc<Steps>,
    context: Arc<TaskContext>,
    memory: MemoryReservation,
}

impl Work {
    /// Gives the rows that `steps` leave of what `inner` reads.
    pub(super) fn new(
        table: &TableName,
        inner: &Arc<dyn ExecutionPlan>,
        steps: &Arc<Steps>,
        context: Arc<TaskContext>,
    ) -> Arc<Self> {
        let memory = MemoryConsumer::new(format!("rows of {table} read ahead"));
        let memory = memory.register(context.memory_pool());
        let (inner, steps) = (Arc::clone(inner), Arc::clone(steps));
        Arc::new(Self { inner, steps, context, memory })
    }
}

/// Gives rows. What it began ends with it.
pub(super) struct Reader {
    work: Arc<Work>,
    pieces: usize,
    /// the first piece that is not begun
    next: usize,
    /// those begun, in their order
    running: VecDeque<Piece>,
    /// the piece whose rows are given now
    turn: watch::Sender<usize>,
    cut: BatchCoalescer,
    /// how many rows are still wanted; all where absent
    left: Option<usize>,
    is_done: bool,
}

/// A piece that is read.
struct Piece {
    rows: mpsc::Receiver<Held>,
    task: SpawnedTask<Result<()>>,
}

/// Rows whose memory is counted as long as they are held.
struct Held {
    batch: RecordBatch,
    bytes: usize,
    work: Arc<Work>,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.work.memory.shrink(self.bytes);
    }
}

impl Reader {
    pub(super) fn new(work: Arc<Work>, limit: Option<usize>) -> Self {
        let rows = work.context.session_config().batch_size();
        Self {
            pieces: work.inner.properties().output_partitioning().partition_count(),
            next: 0,
            running: VecDeque::new(),
            turn: watch::Sender::new(0),
            cut: BatchCoalescer::new(Arc::clone(&work.steps.given), rows),
            left: limit,
            is_done: limit == Some(0),
            work,
        }
    }

    /// The next batch; none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            if let Some(batch) = self.cut.next_completed_batch() {
                return Ok(Some(batch));
            }
            if self.is_done {
                return Ok(None);
            }
            match self.receive().await? {
                Some(held) => self.take(&held.batch)?,
                None => self.end()?,
            }
        }
    }

    fn take(&mut self, batch: &RecordBatch) -> Result<()> {
        let wanted = self.left.map_or(batch.num_rows(), |left| left.min(batch.num_rows()));
        self.cut.push_batch(batch.slice(0, wanted))?;
        self.left = self.left.map(|left| left - wanted);
        if self.left == Some(0) { self.end() } else { Ok(()) }
    }

    fn end(&mut self) -> Result<()> {
        self.is_done = true;
        self.running.clear();
        Ok(self.cut.finish_buffered_batch()?)
    }

    /// The next rows in the order of the pieces.
    async fn receive(&mut self) -> Result<Option<Held>> {
        loop {
            let threads = self.work.context.session_config().target_partitions().max(1);
            while self.next < self.pieces && self.running.len() < threads {
                self.begin();
            }
            let Some(first) = self.running.front_mut() else { return Ok(None) };
            if let Some(held) = first.rows.recv().await {
                return Ok(Some(held));
            }
            let Some(ended) = self.running.pop_front() else { return Ok(None) };
            self.turn.send_modify(|turn| *turn += 1);
            // A task that ended early has its error here.
            let ended = ended.task.join().await;
            ended.map_err(|cause| DataFusionError::ExecutionJoin(Box::new(cause)))??;
        }
    }

    fn begin(&mut self) {
        let (sender, rows) = mpsc::channel(AHEAD);
        let (work, turn) = (Arc::clone(&self.work), self.turn.subscribe());
        let task = SpawnedTask::spawn(read(work, self.next, sender, turn));
        self.running.push_back(Piece { rows, task });
        self.next += 1;
    }
}

/// Reads a piece to its end, or until nobody wants its rows.
async fn read(
    work: Arc<Work>,
    piece: usize,
    rows: mpsc::Sender<Held>,
    mut turn: watch::Receiver<usize>,
) -> Result<()> {
    let mut stored = make_cooperative(work.inner.execute(piece, Arc::clone(&work.context))?);
    while let Some(batch) = stored.next().await {
        let batch = work.steps.apply(&batch?)?;
        if batch.num_rows() == 0 {
            continue;
        }
        let bytes = batch.get_array_memory_size();
        if work.memory.try_grow(bytes).is_err() {
            // Whose turn it is goes on in any case; who reads ahead waits until then.
            if turn.wait_for(|turn| *turn >= piece).await.is_err() {
                return Ok(());
            }
            work.memory.grow(bytes);
        }
        let held = Held { batch, bytes, work: Arc::clone(&work) };
        if rows.send(held).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}
