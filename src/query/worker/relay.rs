//! How does one question go to its process, and the answer back?
//!
//! The process is dead when this ends, whatever happens: at the answer's end, when it takes too
//! long, when nobody wants the answer any more.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::buffer::Buffer;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::ipc::reader::StreamDecoder;
use rustix::process::Signal;
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use super::error::IsolatedError;
use super::frames::{self, FRAME_BYTES_MAX, Kind};
use super::line::Place;
use super::pool::{Outcome, Process};
use super::task::{Bounds, End, Failure, FailureKind};

/// How long a process may take until it has read its question.
const START: Duration = Duration::from_secs(20);
/// How long a process that has given its answer, or fell, may take to end by itself.
const END: Duration = Duration::from_secs(5);

/// A part of an answer.
#[derive(Debug)]
pub(super) enum Part {
    /// its columns, which come first
    Columns(SchemaRef),
    /// some of its rows
    Rows(RecordBatch),
}

/// Where the parts of an answer go.
pub(super) type Parts = mpsc::Sender<Result<Part, IsolatedError>>;

/// Why no more comes.
enum Stop {
    /// what is told
    Told(IsolatedError),
    /// the process fell silent, or says what makes no sense
    Broken { has_started: bool },
    /// nobody takes the answer
    Gone,
}

/// Asks a process and hands on what it answers, then ends it. `place` is held as long.
pub(super) async fn relay(
    mut process: Process,
    task: Vec<u8>,
    bounds: Bounds,
    parts: Parts,
    outcome: Arc<OnceLock<Outcome>>,
    place: Place,
) {
    let gone = parts.clone();
    let done = tokio::select! {
        done = ask(&mut process, &task, &bounds, &parts, &outcome) => done,
        () = gone.closed() => Err(Stop::Gone),
    };
    drop(gone);
    let error = match done {
        Ok(()) => {
            // Whoever reads need not wait for the process.
            drop(parts);
            process.ended(END).await;
            return;
        }
        Err(Stop::Gone) => {
            process.end().await;
            return;
        }
        Err(Stop::Told(error)) => {
            process.end().await;
            error
        }
        Err(Stop::Broken { has_started }) => fallen(process.ended(END).await, has_started, &bounds),
    };
    drop(process);
    drop(place);
    tracing::info!(kind = error.kind(), %error, "a question was not answered");
    let _ = timeout(bounds.patience, parts.send(Err(error))).await;
}

/// How long the process may still work.
struct Clock {
    left: Duration,
    /// what is left of it for planning, as long as that lasts
    planning: Option<Duration>,
}

impl Clock {
    /// Waits for the next frame.
    async fn next(
        &mut self,
        process: &mut Process,
        bounds: &Bounds,
    ) -> Result<(Kind, Vec<u8>), Stop> {
        let begin = Instant::now();
        let most = self.planning.map_or(self.left, |planning| planning.min(self.left));
        let Ok(read) = timeout(most, frames::read(&mut process.answers)).await else {
            return Err(Stop::Told(match self.planning {
                Some(_) if bounds.planning < bounds.time => {
                    let milliseconds = bounds.planning.as_millis();
                    IsolatedError::PlannedTooLong { milliseconds }
                }
                _ => IsolatedError::TooLong { milliseconds: bounds.time.as_millis() },
            }));
        };
        let spent = begin.elapsed();
        self.left = self.left.saturating_sub(spent);
        self.planning = self.planning.map(|planning| planning.saturating_sub(spent));
        read.map_err(|error| {
            tracing::debug!(%error, "a process that answers a question fell silent");
            Stop::Broken { has_started: true }
        })
    }
}

async fn ask(
    process: &mut Process,
    task: &[u8],
    bounds: &Bounds,
    parts: &Parts,
    outcome: &OnceLock<Outcome>,
) -> Result<(), Stop> {
    let start = async {
        process.questions.write_all(task).await?;
        process.questions.flush().await?;
        frames::read(&mut process.answers).await
    };
    match timeout(START, start).await {
        Ok(Ok((Kind::Started, _))) => {}
        _ => return Err(Stop::Broken { has_started: false }),
    }
    let mut clock = Clock { left: bounds.time, planning: Some(bounds.planning) };
    let mut reader = Reader::default();
    loop {
        let (kind, bytes) = clock.next(process, bounds).await?;
        match kind {
            Kind::Started => return Err(Stop::Broken { has_started: true }),
            Kind::Planned => clock.planning = None,
            Kind::Rows => {
                for part in reader.read(bytes)? {
                    hand_on(part, parts, bounds).await?;
                }
            }
            Kind::End => return finished(&bytes, bounds, outcome),
        }
    }
}

/// Hands a part on; as long as nobody takes it, the process waits as well.
async fn hand_on(part: Part, parts: &Parts, bounds: &Bounds) -> Result<(), Stop> {
    match timeout(bounds.patience, parts.send(Ok(part))).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(Stop::Gone),
        Err(_) => Err(Stop::Told(IsolatedError::NotTaken { seconds: bounds.patience.as_secs() })),
    }
}

/// Makes batches of bytes.
#[derive(Default)]
struct Reader {
    decoder: StreamDecoder,
    has_columns: bool,
    /// bytes since the last batch
    pending: usize,
}

impl Reader {
    fn read(&mut self, bytes: Vec<u8>) -> Result<Vec<Part>, Stop> {
        let mut parts = Vec::new();
        self.pending = self.pending.saturating_add(bytes.len());
        let mut buffer = Buffer::from_vec(bytes);
        loop {
            let decoded = self.decoder.decode(&mut buffer).map_err(|error| {
                tracing::warn!(%error, "a process that answers a question gives no Arrow");
                Stop::Broken { has_started: true }
            })?;
            if !self.has_columns
                && let Some(schema) = self.decoder.schema()
            {
                self.has_columns = true;
                parts.push(Part::Columns(schema));
            }
            let Some(batch) = decoded else { break };
            self.pending = buffer.len();
            parts.push(Part::Rows(batch));
        }
        match self.pending > 2 * FRAME_BYTES_MAX {
            true => Err(Stop::Broken { has_started: true }),
            false => Ok(parts),
        }
    }
}

/// What the process says at its end.
fn finished(bytes: &[u8], bounds: &Bounds, outcome: &OnceLock<Outcome>) -> Result<(), Stop> {
    let end: End = serde_json::from_slice(bytes).map_err(|error| {
        tracing::warn!(%error, "a process that answers a question ends without sense");
        Stop::Broken { has_started: true }
    })?;
    match end.failure {
        None => {
            let _ = outcome.set(Outcome { rows: end.rows, is_truncated: end.truncated });
            Ok(())
        }
        Some(failure) => Err(Stop::Told(told(failure, bounds))),
    }
}

fn told(Failure { kind, text }: Failure, bounds: &Bounds) -> IsolatedError {
    match kind {
        FailureKind::Refused => IsolatedError::Refused(text),
        FailureKind::Mistake => IsolatedError::Mistake(text),
        FailureKind::Memory => too_large(bounds),
        FailureKind::Disk => too_much_disk(bounds),
        FailureKind::Fault => {
            tracing::error!(cause = %text, "a question could not be answered");
            IsolatedError::Unavailable
        }
    }
}

fn too_large(bounds: &Bounds) -> IsolatedError {
    let mebibytes = u64::try_from(bounds.memory_bytes >> 20).unwrap_or(u64::MAX);
    IsolatedError::TooLarge { mebibytes }
}

fn too_much_disk(bounds: &Bounds) -> IsolatedError {
    IsolatedError::TooMuchDisk { mebibytes: bounds.spill_bytes >> 20 }
}

/// What a process that fell by itself died of.
fn fallen(status: Option<ExitStatus>, has_started: bool, bounds: &Bounds) -> IsolatedError {
    let signal = status.and_then(|status| status.signal());
    tracing::warn!(?status, has_started, "a process that answers a question fell");
    if !has_started {
        return IsolatedError::Unavailable;
    }
    match signal {
        Some(signal) if signal == Signal::XCPU.as_raw() => {
            IsolatedError::TooLong { milliseconds: bounds.time.as_millis() }
        }
        Some(signal) if signal == Signal::XFSZ.as_raw() => too_much_disk(bounds),
        // A stack that ends, memory that is refused, the machine's own memory at its end: what was
        // asked does not fit.
        _ => too_large(bounds),
    }
}
