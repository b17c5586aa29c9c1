//! How does a program have questions answered by processes of their own?

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use futures::stream;
use thiserror::Error;
use tokio::io::{AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::confine::Confinement;
use super::error::IsolatedError;
use super::frames;
use super::line::{Line, Width};
use super::manner::Manner;
use super::relay::{self, Part};
use super::task::{Bounds, OnBehalf, Task};
use crate::config::{self, ConfigError};
use crate::query::{Principal, gate};
use crate::warehouse::Place;
use crate::warehouse::project::{self, ProjectError};

/// The hidden verb by which the program becomes an answering process.
pub const VERB: &str = "worker";

/// Bytes of what a process complains of that are logged.
const COMPLAINT_BYTES: u64 = 8 << 10;

/// How a pool answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// the program that becomes the answering process; usually this one
    pub program: PathBuf,
    /// the project's folder
    pub project: PathBuf,
    /// the folder in which each process has one of its own, as long as it lives
    pub spill_dir: PathBuf,
    /// questions answered at once; what they use together is so many times their bounds
    pub processes: usize,
    /// questions of one person answered at once
    pub processes_each: usize,
    /// processes that wait for a question, so that none waits for a process
    pub spares: usize,
    /// questions that may wait
    pub waiting: usize,
    /// how long one waits
    pub patience: Duration,
    /// how much one question may use
    pub bounds: Bounds,
}

impl Settings {
    /// The usual settings for so many questions at once.
    pub fn new(program: PathBuf, project: PathBuf, spill_dir: PathBuf, processes: usize) -> Self {
        let processes = processes.max(1);
        Self {
            program,
            project,
            spill_dir,
            processes,
            // One place is always left for somebody else.
            processes_each: (processes - 1).max(1),
            spares: 1,
            waiting: 64,
            patience: Duration::from_secs(20),
            bounds: Bounds::within(256 << 20, 2),
        }
    }
}

/// Why a pool cannot be made.
#[derive(Debug, Error)]
pub enum PoolError {
    /// the project does not say where its warehouse lies
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// a key of the warehouse's store is missing
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// A question of somebody.
#[derive(Debug, Clone)]
pub struct Question {
    /// the number of the release that is asked
    pub release: u64,
    /// who asks
    pub principal: Principal,
    /// the question
    pub sql: String,
}

/// How an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// rows that were given
    pub rows: u64,
    /// whether there would have been more
    pub is_truncated: bool,
}

/// Processes that answer questions. All of them end with it.
#[derive(Debug)]
pub struct Pool {
    settings: Settings,
    /// what the processes see of the environment
    environment: Vec<(String, String)>,
    has_network: bool,
    line: Arc<Line>,
    spares: Mutex<Vec<Process>>,
}

impl Pool {
    /// A pool without processes yet.
    ///
    /// # Errors
    /// When the project does not say where its warehouse lies.
    pub fn new(settings: Settings) -> Result<Self, PoolError> {
        let place = project::home_place(&settings.project)?;
        let mut environment = environment(&place)?;
        // Each arena of the allocator reserves 64 MiB of addresses, of which there is a limit.
        environment.push(("MALLOC_ARENA_MAX".to_owned(), "2".to_owned()));
        let line = Line::new(Width {
            places: settings.processes.max(1),
            places_each: settings.processes_each.max(1),
            waiting: settings.waiting,
            waiting_each: (settings.waiting / 2).max(1),
            patience: settings.patience,
        });
        let has_network = matches!(place, Place::Bucket { .. });
        Ok(Self { settings, environment, has_network, line, spares: Mutex::default() })
    }

    /// The most rows of an answer.
    pub fn rows_max(&self) -> u64 {
        self.settings.bounds.rows_max
    }

    /// Starts the processes that wait. Questions do it too; a server calls it before the first.
    ///
    /// # Errors
    /// When no process can be started.
    pub fn warm(&self) -> Result<(), IsolatedError> {
        let mut spares = self.spares();
        while spares.len() < self.settings.spares {
            spares.push(self.start()?);
        }
        Ok(())
    }

    /// Asks a question for `person`, whose questions share the places with those of the others.
    /// Returns when the columns are known.
    ///
    /// # Errors
    /// When the question cannot be answered. What fails later comes with the rows.
    pub async fn ask(&self, person: &str, question: Question) -> Result<Answer, IsolatedError> {
        self.ask_with(person, question, Manner::default()).await
    }

    /// The same for a question with parameters, or of which only the columns are wanted.
    ///
    /// # Errors
    /// As of [`Self::ask`].
    pub async fn ask_with(
        &self,
        person: &str,
        question: Question,
        manner: Manner,
    ) -> Result<Answer, IsolatedError> {
        let judged = gate::check_text(&question.sql);
        judged.map_err(|error| match error.limit() {
            Some(_) => IsolatedError::Refused(error.to_string()),
            None => IsolatedError::Mistake(error.to_string()),
        })?;
        let task = self.task(&question, manner)?;
        let place = self.line.enter(person).await?;
        let process = self.take()?;
        let (sender, mut parts) = mpsc::channel(1);
        let outcome = Arc::new(OnceLock::new());
        let bounds = self.settings.bounds.clone();
        tokio::spawn(relay::relay(process, task, bounds, sender, Arc::clone(&outcome), place));
        if let Err(error) = self.warm() {
            tracing::warn!(%error, "no process waits for the next question");
        }
        match parts.recv().await {
            Some(Ok(Part::Columns(schema))) => Ok(Answer { schema, parts, outcome }),
            Some(Err(error)) => Err(error),
            Some(Ok(Part::Rows(_))) | None => Err(IsolatedError::Unavailable),
        }
    }

    fn task(&self, question: &Question, manner: Manner) -> Result<Vec<u8>, IsolatedError> {
        let bounds = &self.settings.bounds;
        let task = Task {
            project: self.settings.project.clone(),
            release: question.release,
            principal: OnBehalf::from(&question.principal),
            sql: question.sql.clone(),
            manner,
            threads: bounds.threads,
            memory_bytes: bounds.memory_bytes,
            spill_bytes: bounds.spill_bytes,
            rows_max: bounds.rows_max,
        };
        let json = serde_json::to_vec(&task).map_err(std::io::Error::from);
        json.and_then(|json| frames::task(&json)).map_err(|error| unavailable(&error))
    }

    fn spares(&self) -> MutexGuard<'_, Vec<Process>> {
        self.spares.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A process that lives: one that waits, or a new one.
    fn take(&self) -> Result<Process, IsolatedError> {
        while let Some(mut process) = self.spare() {
            if process.lives() {
                return Ok(process);
            }
        }
        self.start()
    }

    fn spare(&self) -> Option<Process> {
        self.spares().pop()
    }

    fn start(&self) -> Result<Process, IsolatedError> {
        let Settings { program, spill_dir, bounds, .. } = &self.settings;
        let own = Folder(spill_dir.join(format!("worker-{}", Uuid::new_v4())));
        let confinement = Confinement::of(bounds, own.0.clone(), self.has_network);
        let confinement = serde_json::to_string(&confinement).map_err(std::io::Error::from);
        let started = confinement.and_then(|confinement| {
            let mut command = Command::new(program);
            command.arg(VERB).arg(confinement).env_clear().current_dir("/").kill_on_drop(true);
            command.envs(self.environment.iter().map(|(name, value)| (name, value)));
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
        });
        let mut child = started.map_err(|error| unavailable(&error))?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(questions), Some(answers), Some(complaints)) = pipes else {
            return Err(IsolatedError::Unavailable);
        };
        tokio::spawn(log(child.id(), complaints));
        Ok(Process { child, questions, answers: BufReader::new(answers), _folder: own })
    }
}

/// What the answering processes need of the environment: the keys of the warehouse's store.
fn environment(place: &Place) -> Result<Vec<(String, String)>, ConfigError> {
    let Place::Bucket { settings, .. } = place else { return Ok(Vec::new()) };
    let keys = [
        (&settings.access_key_env, "the access key"),
        (&settings.secret_key_env, "the secret key"),
        (&settings.session_token_env, "the session token"),
    ];
    let named = keys.into_iter().filter_map(|(name, what)| Some((name.as_ref()?, what)));
    named
        .map(|(name, what)| {
            let secret = config::secret(name, "[store] of warehouse/project.toml", what)?;
            Ok((name.clone(), secret.reveal().to_owned()))
        })
        .collect()
}

fn unavailable(error: &std::io::Error) -> IsolatedError {
    tracing::error!(%error, "no process can be started to answer a question");
    IsolatedError::Unavailable
}

/// Logs what a process complains of. None of it reaches who asked.
async fn log(process: Option<u32>, complaints: ChildStderr) {
    let mut kept = Vec::new();
    let mut begin = complaints.take(COMPLAINT_BYTES);
    let _ = begin.read_to_end(&mut kept).await;
    // The rest is read too, so that the process does not wait for us.
    let _ = tokio::io::copy(&mut begin.into_inner(), &mut tokio::io::sink()).await;
    if !kept.is_empty() {
        let said = String::from_utf8_lossy(&kept);
        tracing::warn!(process, %said, "a process that answers a question complains");
    }
}

/// A folder that is deleted with whatever holds it.
#[derive(Debug)]
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, folder = %self.0.display(), "a folder cannot be deleted");
        }
    }
}

/// A process that answers one question. It is killed when this is dropped.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    pub(super) questions: ChildStdin,
    pub(super) answers: BufReader<ChildStdout>,
    /// comes last, so that the process is killed before its folder goes
    _folder: Folder,
}

impl Process {
    fn lives(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Kills it, and says how it ended.
    pub(super) async fn end(&mut self) -> Option<ExitStatus> {
        let _ = self.child.start_kill();
        self.child.wait().await.ok()
    }

    /// Waits for its own end, and kills it when that takes too long.
    pub(super) async fn ended(&mut self, most: Duration) -> Option<ExitStatus> {
        match tokio::time::timeout(most, self.child.wait()).await {
            Ok(status) => status.ok(),
            Err(_) => self.end().await,
        }
    }
}

/// An answer whose columns are known, and whose rows come as they are taken.
#[derive(Debug)]
pub struct Answer {
    schema: SchemaRef,
    parts: mpsc::Receiver<Result<Part, IsolatedError>>,
    outcome: Arc<OnceLock<Outcome>>,
}

impl Answer {
    /// Its columns.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// What is known when all rows were taken.
    pub fn outcome(&self) -> Arc<OnceLock<Outcome>> {
        Arc::clone(&self.outcome)
    }

    /// Its rows, as the encodings take them. An error of [`IsolatedError`] is an external one.
    pub fn into_stream(self) -> SendableRecordBatchStream {
        let schema = self.schema();
        let rows = stream::unfold(Some(self), |answer| async move {
            let mut answer = answer?;
            let external = |error| DataFusionError::External(Box::new(error));
            match answer.parts.recv().await {
                Some(Ok(Part::Rows(batch))) => Some((Ok(batch), Some(answer))),
                Some(Err(error)) => Some((Err(external(error)), None)),
                None if answer.outcome.get().is_some() => None,
                Some(Ok(Part::Columns(_))) | None => {
                    Some((Err(external(IsolatedError::Unavailable)), None))
                }
            }
        });
        Box::pin(RecordBatchStreamAdapter::new(schema, rows))
    }
}
