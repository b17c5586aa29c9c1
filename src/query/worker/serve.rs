//! What does the answering process do? It confines itself, reads a question, answers it and ends.

use std::error::Error;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::ipc::writer::StreamWriter;
use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::object_store;
use datafusion::parquet::errors::ParquetError;
use datafusion::prelude::SessionContext;
use datafusion::sql::parser::Statement;
use futures::StreamExt;
use rustix::process::{Signal, getpid, kill_process};
use thiserror::Error;
use tokio::runtime::{Builder, Runtime};

use super::bind::{self, Bound};
use super::confine::{ConfineError, Confinement};
use super::frames::{self, Kind};
use super::manner::{self, Manner};
use super::task::{End, Failure, FailureKind, Task};
use crate::engine::Limits;
use crate::engine::encode::EncodeError;
use crate::query::catalogue::path::resolved;
use crate::query::{self, Principal, catalogue, gate};
use crate::warehouse::{Home, WarehouseError, project};

/// Bytes of a thread's stack: the gate lets no question through that needs more.
const STACK_BYTES: usize = 16 << 20;
/// Threads that wait for files.
const WAITING_THREADS: usize = 16;
/// Bytes of rows that are sent at once.
const MESSAGE_BYTES: usize = 8 << 20;
/// Signs of what is told of a failure.
const TOLD_CHARACTERS: usize = 2_000;

/// Why the process ends without having said so.
#[derive(Debug, Error)]
pub enum ServeError {
    /// it could not be confined
    #[error("a process that answers questions cannot be confined")]
    Confine(#[from] ConfineError),
    /// the other process is gone, or says what makes no sense
    #[error("the process that asks is gone")]
    Pipe(#[from] io::Error),
    /// the task is none
    #[error("the task cannot be read")]
    Task(#[from] serde_json::Error),
    /// the engine fell
    #[error("the engine fell")]
    Fallen(#[from] tokio::task::JoinError),
}

/// Answers the question that comes through `input`. Where none comes, the other process had no use
/// for this one.
///
/// # Errors
/// When nobody is there to take the answer, or there is none.
pub fn serve(
    confinement: &Confinement,
    mut input: impl Read + Send + 'static,
    mut out: impl Write + Send + 'static,
) -> Result<(), ServeError> {
    confinement.take_hold()?;
    let Some(task) = frames::read_task(&mut input)? else { return Ok(()) };
    let task: Task = serde_json::from_slice(&task)?;
    fall_with(input, confinement.spill_dir.clone())?;
    frames::write(&mut out, Kind::Started, &[])?;
    let runtime = runtime(task.threads)?;
    let (mut out, end) = match prepare(&task, confinement) {
        Err(failure) => (out, End { rows: 0, truncated: false, failure: Some(failure) }),
        // On a thread of the runtime, whose stack is large.
        Ok(ready) => runtime.block_on(async { tokio::spawn(answer(ready, out)).await })??,
    };
    frames::write(&mut out, Kind::End, &serde_json::to_vec(&end)?)?;
    runtime.shutdown_background();
    let _ = std::fs::remove_dir_all(&confinement.spill_dir);
    Ok(())
}

/// Nobody waits for an answer when the other process is gone, however it went: then its end of the
/// pipe is closed.
fn fall_with(mut input: impl Read + Send + 'static, spill_dir: PathBuf) -> io::Result<()> {
    let wait = move || {
        let mut rest = [0; 64];
        while matches!(input.read(&mut rest), Ok(1..)) {}
        let _ = std::fs::remove_dir_all(&spill_dir);
        let _ = kill_process(getpid(), Signal::KILL);
    };
    std::thread::Builder::new().stack_size(STACK_BYTES / 16).spawn(wait).map(drop)
}

fn runtime(threads: usize) -> io::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(threads.max(1))
        .max_blocking_threads(WAITING_THREADS)
        .thread_stack_size(STACK_BYTES)
        .enable_all()
        .build()
}

/// A question that passed the gate, and what it is asked of.
struct Ready {
    session: SessionContext,
    asked: Asked,
    manner: Manner,
    rows_max: u64,
}

/// A question that is read: of the release, or of its catalogue.
enum Asked {
    Question(Statement),
    Catalogue(Box<catalogue::Question>),
}

/// Opens the release for whoever asks.
fn prepare(task: &Task, confinement: &Confinement) -> Result<Ready, Failure> {
    let surroundings = task.manner.surroundings.as_ref();
    let catalogue = surroundings.and_then(|_| catalogue::read(&task.sql));
    let asked = match catalogue {
        Some(question) => Asked::Catalogue(Box::new(question)),
        None => Asked::Question(gate::check(&task.sql).map_err(|error| {
            let is_limit = error.limit().is_some();
            let kind = if is_limit { FailureKind::Refused } else { FailureKind::Mistake };
            failure(kind, error.to_string())
        })?),
    };
    let fault = |error: &dyn Error| failure(FailureKind::Fault, error.to_string());
    let place = project::home_place(&task.project).map_err(|error| fault(&error))?;
    let home = Home::open(place).map_err(|error| fault(&error))?;
    let release = home.resolve(&task.release.to_string()).map_err(|error| fault(&error))?;
    let limits = Limits {
        threads: task.threads,
        memory_bytes: task.memory_bytes,
        spill_dir: confinement.spill_dir.clone(),
    };
    let principal = Principal::try_from(&task.principal).map_err(|error| fault(&error))?;
    let session =
        query::open(&home, &release, &principal, &limits).map_err(|error| fault(&error))?;
    let runtime = session.runtime_env();
    let limited = runtime.disk_manager.set_max_temp_directory_size(task.spill_bytes);
    limited.map_err(|error| fault(&error))?;
    Ok(Ready { session, asked, manner: task.manner.clone(), rows_max: task.rows_max })
}

/// Why an answer breaks off.
enum Stop {
    /// the other process takes no more
    Pipe(io::Error),
    /// what is told
    Failed(Failure),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Pipe(error)
    }
}

impl From<DataFusionError> for Stop {
    fn from(error: DataFusionError) -> Self {
        Self::Failed(failed(error))
    }
}

impl From<ArrowError> for Stop {
    fn from(error: ArrowError) -> Self {
        DataFusionError::from(error).into()
    }
}

/// Answers, and gives back the pipe with what is to be said at the end.
async fn answer<W: Write + Send>(ready: Ready, mut out: W) -> Result<(W, End), ServeError> {
    let mut end = End { rows: 0, truncated: false, failure: None };
    match rows(ready, &mut out, &mut end).await {
        Ok(()) => {}
        Err(Stop::Failed(failure)) => end.failure = Some(failure),
        Err(Stop::Pipe(error)) => return Err(error.into()),
    }
    Ok((out, end))
}

/// Plans a question and begins with its answer; with none where only its columns are wanted.
async fn begin(ready: Ready) -> Result<SendableRecordBatchStream, DataFusionError> {
    let Ready { session, asked, manner, rows_max: _ } = ready;
    let statement = match asked {
        Asked::Question(statement) => match &manner.surroundings {
            Some(around) => resolved(&session, statement, around),
            None => statement,
        },
        Asked::Catalogue(question) => {
            return catalogue::answer(&session, *question, &manner).await;
        }
    };
    let Bound { plan, kinds } = bind::plan(&session, statement, &manner).await?;
    if !manner.is_described {
        return session.execute_logical_plan(plan).await?.execute_stream().await;
    }
    manner::description(plan.schema().as_arrow(), &kinds)
}

async fn rows(ready: Ready, out: &mut (impl Write + Send), end: &mut End) -> Result<(), Stop> {
    let rows_max = ready.rows_max;
    let mut stream = begin(ready).await?;
    frames::write(out, Kind::Planned, &[])?;
    let mut writer = StreamWriter::try_new(Vec::new(), &stream.schema())?;
    send(&mut writer, out)?;
    while let Some(batch) = stream.next().await {
        let batch = batch?;
        let left = rows_max - end.rows;
        let rows = u64::try_from(batch.num_rows()).unwrap_or(u64::MAX);
        end.truncated = rows > left;
        let kept = usize::try_from(left).unwrap_or(usize::MAX).min(batch.num_rows());
        let mut pieces = vec![batch.slice(0, kept)];
        while let Some(piece) = pieces.pop() {
            let piece = compact(piece)?;
            match halved(&piece)? {
                Some([first, second]) => pieces.extend([second, first]),
                None if kept > 0 || rows == 0 => {
                    writer.write(&piece)?;
                    send(&mut writer, out)?;
                }
                None => {}
            }
        }
        end.rows += rows.min(left);
        if end.truncated {
            break;
        }
    }
    writer.finish()?;
    send(&mut writer, out)
}

/// Sends what the writer has written. As long as nobody takes it, the engine waits as well.
fn send(writer: &mut StreamWriter<Vec<u8>>, out: &mut (impl Write + Send)) -> Result<(), Stop> {
    let bytes = std::mem::take(writer.get_mut());
    if bytes.is_empty() {
        return Ok(());
    }
    Ok(tokio::task::block_in_place(|| frames::write(out, Kind::Rows, &bytes))?)
}

/// The same rows without what lies beside them in memory, where that is much: the texts of other
/// rows, which some columns share.
fn compact(piece: RecordBatch) -> Result<RecordBatch, ArrowError> {
    let is_large = |column: &ArrayRef| {
        let is_view = matches!(column.data_type(), DataType::Utf8View | DataType::BinaryView);
        is_view && column.get_array_memory_size() > MESSAGE_BYTES / 8
    };
    if !piece.columns().iter().any(is_large) {
        return Ok(piece);
    }
    let columns = piece.columns().iter().map(|column| -> ArrayRef {
        match column.data_type() {
            DataType::Utf8View => Arc::new(column.as_string_view().gc()),
            DataType::BinaryView => Arc::new(column.as_binary_view().gc()),
            _ => Arc::clone(column),
        }
    });
    RecordBatch::try_new(piece.schema(), columns.collect())
}

/// The halves of a piece that is too large to be sent at once; nothing where it is not.
fn halved(piece: &RecordBatch) -> Result<Option<[RecordBatch; 2]>, Stop> {
    let bytes: usize = piece.columns().iter().map(|column| bytes_of(column.as_ref())).sum();
    match piece.num_rows() {
        _ if bytes <= MESSAGE_BYTES => Ok(None),
        0 | 1 => Err(Stop::Failed(failure(FailureKind::Memory, String::new()))),
        rows => {
            let half = rows / 2;
            Ok(Some([piece.slice(0, half), piece.slice(half, rows - half)]))
        }
    }
}

/// Bytes of a column's rows, without those that lie beside them in memory where that is known.
fn bytes_of(column: &dyn Array) -> usize {
    let exact = column.to_data().get_slice_memory_size();
    exact.unwrap_or_else(|_| column.get_array_memory_size())
}

fn failure(kind: FailureKind, text: String) -> Failure {
    Failure { kind, text: text.chars().take(TOLD_CHARACTERS).collect() }
}

/// What a failure of the engine is to who asked.
fn failed(error: DataFusionError) -> Failure {
    let kind = kind_of(&error);
    if let DataFusionError::Internal(cause) = error.find_root() {
        tracing::error!(%cause, "the engine contradicts itself");
    }
    failure(kind, EncodeError::Query(error).to_string())
}

/// What can be told only from the outermost or innermost of its causes is decided first.
fn kind_of(error: &DataFusionError) -> FailureKind {
    match error.find_root() {
        DataFusionError::ResourcesExhausted(text) if text.contains("disk space") => {
            return FailureKind::Disk;
        }
        // What panicked had no room: offsets that overflow, vectors beyond any memory.
        DataFusionError::ResourcesExhausted(_) | DataFusionError::ExecutionJoin(_) => {
            return FailureKind::Memory;
        }
        DataFusionError::ArrowError(cause, _) => match cause.as_ref() {
            ArrowError::MemoryError(_) | ArrowError::OffsetOverflowError(_) => {
                return FailureKind::Memory;
            }
            ArrowError::ParquetError(_) => return FailureKind::Fault,
            _ => {}
        },
        _ => {}
    }
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(found) = cause {
        if let Some(kind) = kind_of_reading(found) {
            return kind;
        }
        cause = found.source();
    }
    FailureKind::Mistake
}

/// What reading and writing files comes to; nothing where a cause is of another kind.
fn kind_of_reading(cause: &(dyn Error + 'static)) -> Option<FailureKind> {
    if let Some(error) = cause.downcast_ref::<io::Error>() {
        // The engine counts what is spilled, the system how far a file grows.
        let is_full = matches!(
            error.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::FileTooLarge | io::ErrorKind::QuotaExceeded
        ) || error.to_string().contains("disk space");
        return Some(if is_full { FailureKind::Disk } else { FailureKind::Fault });
    }
    let is_fault = cause.is::<WarehouseError>()
        || cause.is::<object_store::Error>()
        || cause.is::<ParquetError>();
    is_fault.then_some(FailureKind::Fault)
}
