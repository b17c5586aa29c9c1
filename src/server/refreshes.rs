//! How does a server refresh its warehouse, and how did that end?
//!
//! A refresh is a process of its own: the same program, with lower priority and memory of its own,
//! so that readers feel nothing of it, and ended cleanly whenever the server ends. It runs at the
//! times of `[schedule]` and when somebody asks for it, one at a time. A time that was missed,
//! since no server ran or another refresh did, is caught up once.

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use rustix::process::{Pid, Signal, kill_process, setpriority_process};
use serde::Serialize;
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, timeout};
use utoipa::ToSchema;
use uuid::Uuid;

use super::app::{App, blocking};
use super::problem::Problem;
use crate::refresh::attempts::{self, Attempt};

/// How often it is looked whether a refresh is due.
const LOOK: Duration = Duration::from_secs(1);
/// How long a refresh that is told to end may take for that.
const END: Duration = Duration::from_secs(20);
/// How much lower the priority of a refresh is.
const NICENESS: i32 = 10;
/// Seconds after which to ask again while one runs.
const BUSY_SECONDS: u32 = 10;
/// Who wants what the schedule says.
const SCHEDULE: &str = "schedule";

/// How a refresh is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// the program, usually this one
    pub path: PathBuf,
    /// whether refreshes are told the server's time, since that was given and is not the clock's
    pub is_told_the_time: bool,
}

/// A refresh that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RunningRefresh)]
pub(super) struct Running {
    /// tells it from others
    pub id: String,
    /// who wants it
    pub by: String,
    /// the one system; null where it is all
    pub only: Option<String>,
    /// when it began
    #[schema(value_type = String)]
    pub begun_at: DateTime<Utc>,
}

/// The refreshes of a server.
#[derive(Debug)]
pub(super) struct Refreshes {
    program: Program,
    running: Mutex<Option<Running>>,
    /// when one last began, as far as is known
    last: Mutex<Option<DateTime<Utc>>>,
    end: watch::Sender<bool>,
}

impl Refreshes {
    pub(super) fn new(program: Program) -> Self {
        let end = watch::Sender::new(false);
        Self { program, running: Mutex::default(), last: Mutex::default(), end }
    }

    /// The one that runs.
    pub(super) fn running(&self) -> Option<Running> {
        self.current().clone()
    }

    fn current(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the place of the one that runs.
    fn take(&self, by: &str, only: Option<String>, now: DateTime<Utc>) -> Result<Running, Problem> {
        let mut current = self.current();
        if let Some(running) = current.as_ref() {
            let detail = format!(
                "a refresh runs since {}; /api/v1/refreshes tells when it has ended",
                running.begun_at.to_rfc3339_opts(SecondsFormat::Secs, true)
            );
            let status = axum::http::StatusCode::CONFLICT;
            return Err(Problem::new(status, "refresh_running", detail).after(BUSY_SECONDS));
        }
        let id = Uuid::new_v4().to_string();
        let running = Running { id, by: by.to_owned(), only, begun_at: now };
        *current = Some(running.clone());
        Ok(running)
    }

    /// Tells the one that runs to end, and waits for that.
    pub(super) async fn end(&self) {
        self.end.send_replace(true);
        let begun = tokio::time::Instant::now();
        while self.running().is_some() && begun.elapsed() < 2 * END {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Starts refreshes when they are due, for ever.
pub(super) async fn follow(app: Arc<App>) {
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let looking = Arc::clone(&app);
        // Why the project cannot be read is told by /readyz.
        let Ok(true) = blocking(move || is_due(&looking)).await else { continue };
        if let Err(problem) = start(&app, SCHEDULE, None) {
            tracing::info!(?problem, "a refresh that is due waits");
        }
    }
}

/// When the next refresh is due by the schedule; nothing without one.
pub(super) fn next(app: &App) -> Result<Option<DateTime<Utc>>, Problem> {
    let settings = &app.sources()?.project.settings;
    let Some(schedule) = &settings.schedule else { return Ok(None) };
    let last = *app.refreshes.last.lock().unwrap_or_else(PoisonError::into_inner);
    let last = match last {
        Some(last) => Some(last),
        None => earlier(app)?,
    };
    match last {
        Some(last) => Ok(schedule.refresh.after(last, settings.time_zone)),
        // There is nothing to read before the first.
        None => Ok(Some(app.now())),
    }
}

/// When a refresh last began that was noted, or the newest release was made.
fn earlier(app: &App) -> Result<Option<DateTime<Utc>>, Problem> {
    let state = app.sources()?.project.state_dir();
    let noted = attempts::newest(&state).map_err(|error| Problem::hidden(&error))?;
    let released = app.keeper.newest().map(|held| held.release.created_at);
    let last = noted.first().map(|attempt| attempt.begun_at).or(released);
    *app.refreshes.last.lock().unwrap_or_else(PoisonError::into_inner) = last;
    Ok(last)
}

fn is_due(app: &App) -> Result<bool, Problem> {
    if app.refreshes.running().is_some() {
        return Ok(false);
    }
    let is_over = |next: Option<DateTime<Utc>>| next.is_some_and(|next| next <= app.now());
    // Somebody may have refreshed at the command line meanwhile.
    Ok(is_over(next(app)?) && {
        earlier(app)?;
        is_over(next(app)?)
    })
}

/// Starts a refresh.
pub(super) fn start(app: &Arc<App>, by: &str, only: Option<String>) -> Result<Running, Problem> {
    let running = app.refreshes.take(by, only, app.now())?;
    let begun = Some(running.begun_at);
    *app.refreshes.last.lock().unwrap_or_else(PoisonError::into_inner) = begun;
    tokio::spawn(follow_one(Arc::clone(app), running.clone()));
    Ok(running)
}

/// Runs a refresh to its end, and notes that where the refresh itself could not.
async fn follow_one(app: Arc<App>, running: Running) {
    let ended = match spawn(&app, &running) {
        Ok(child) => wait(child, app.refreshes.end.subscribe()).await,
        Err(error) => Err(error),
    };
    let noting = Arc::clone(&app);
    let noted = blocking(move || {
        let state = noting.root.join("warehouse/state");
        let known = attempts::newest(&state).map_err(|error| Problem::hidden(&error))?;
        if known.iter().any(|attempt| attempt.id == running.id) {
            return Ok(());
        }
        let error = match ended {
            Ok(status) => format!("the process ended without a word: {status}"),
            Err(error) => format!("no process could be started: {error}"),
        };
        tracing::error!(error, "a refresh failed");
        let attempt = Attempt {
            id: running.id,
            by: running.by,
            only: running.only,
            begun_at: running.begun_at,
            ended_at: noting.now(),
            release: None,
            published: false,
            error: Some(error),
        };
        attempts::note(&state, &attempt);
        Ok(())
    });
    let _ = noted.await;
    *app.refreshes.current() = None;
}

fn spawn(app: &App, running: &Running) -> std::io::Result<Child> {
    let Program { path, is_told_the_time } = &app.refreshes.program;
    let mut command = Command::new(path);
    command.arg("--project").arg(&app.root);
    if *is_told_the_time {
        let now = app.now().to_rfc3339_opts(SecondsFormat::Nanos, true);
        command.arg("--now").arg(now);
    }
    command.args(["refresh", "--wanted-by", &running.by, "--attempt", &running.id]);
    if let Some(system) = &running.only {
        command.args(["--only", system]);
    }
    let sources = app.sources().ok();
    let schedule = sources.and_then(|sources| sources.project.settings.schedule.clone());
    if let Some(mebibytes) = schedule.and_then(|schedule| schedule.memory_mib) {
        command.env("PATRON_MEMORY_MIB", mebibytes.to_string());
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let child = command.spawn()?;
    if let Some(process) = process(&child)
        && let Err(error) = setpriority_process(Some(process), NICENESS)
    {
        tracing::warn!(%error, "a refresh has no lower priority");
    }
    Ok(child)
}

fn process(child: &Child) -> Option<Pid> {
    Pid::from_raw(i32::try_from(child.id()?).ok()?)
}

/// Waits for the end of a refresh, and tells it to end when the server does. It then publishes
/// nothing, or has published all.
async fn wait(mut child: Child, mut end: watch::Receiver<bool>) -> std::io::Result<ExitStatus> {
    tokio::select! {
        ended = child.wait() => return ended,
        _ = end.wait_for(|is_over| *is_over) => {}
    }
    if let Some(process) = process(&child) {
        let _ = kill_process(process, Signal::INT);
    }
    match timeout(END, child.wait()).await {
        Ok(ended) => ended,
        Err(_) => {
            child.start_kill()?;
            child.wait().await
        }
    }
}
