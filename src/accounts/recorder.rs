//! How does what was asked get to the file without anybody waiting for it?
//!
//! A thread of its own writes what was handed on, as much at a time as came in while it wrote
//! before: the busier the server, the more rows share a write. What cannot be written is kept and
//! tried again; as long as that goes on, [`Recorder::check`] says so and the server answers
//! nothing. A process that is killed loses what was handed on within the last moments; one that
//! ends writes it first.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;

use super::audit::{self, Entry};
use super::error::AccountsError;
use super::store::connect;

/// How long to wait before writing is tried again.
const AGAIN: Duration = Duration::from_millis(500);
/// Entries that wait to be written before nothing more is answered.
const WAITING_MAX: usize = 10_000;

/// What hands entries to the file.
pub(super) struct Recorder {
    path: PathBuf,
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl fmt::Debug for Recorder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Recorder").field("path", &self.path).finish_non_exhaustive()
    }
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<Entry>,
    /// entries that are being written
    writing: usize,
    /// why they could not be written, if they could not
    failure: Option<String>,
    ends: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recorder {
    /// A recorder of a file; nothing is written before there is an entry.
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, shared: Arc::default(), thread: Mutex::default() }
    }

    /// Hands an entry on.
    pub(super) fn record(&self, entry: Entry) {
        self.shared.lock().waiting.push(entry);
        self.shared.changed.notify_all();
        self.begin();
    }

    /// Begins to write, if nobody does yet.
    fn begin(&self) {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if thread.is_some() {
            return;
        }
        let (path, shared) = (self.path.clone(), Arc::clone(&self.shared));
        let begun = std::thread::Builder::new().name("audit".to_owned());
        match begun.spawn(move || write(&path, &shared)) {
            Ok(begun) => *thread = Some(begun),
            Err(error) => self.shared.lock().failure = Some(error.to_string()),
        }
    }

    /// Whether what comes now can be written, as far as is known.
    pub(super) fn check(&self) -> Result<(), AccountsError> {
        let state = self.shared.lock();
        match &state.failure {
            Some(failure) => Err(AccountsError::Unrecorded(failure.clone())),
            None if state.waiting.len() >= WAITING_MAX => {
                Err(AccountsError::Unrecorded("too many entries wait".to_owned()))
            }
            None => Ok(()),
        }
    }

    /// Waits until nothing waits to be written any more.
    pub(super) fn flush(&self) -> Result<(), AccountsError> {
        let mut state = self.shared.lock();
        while !state.waiting.is_empty() || state.writing > 0 {
            if let Some(failure) = &state.failure {
                return Err(AccountsError::Unrecorded(failure.clone()));
            }
            let waited = self.shared.changed.wait_timeout(state, AGAIN);
            (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
        Ok(())
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.shared.lock().ends = true;
        self.shared.changed.notify_all();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Err(_)) = thread.map(JoinHandle::join) {
            tracing::error!("the log of who asked what ended by itself");
        }
    }
}

/// Writes what comes, until the end.
fn write(path: &std::path::Path, shared: &Shared) {
    let mut file: Option<Connection> = None;
    while let Some(batch) = next(shared) {
        let written = match file.take().map_or_else(|| connect(path), Ok) {
            Ok(mut opened) => {
                let written = audit::write(&mut opened, &batch);
                // After a failure the file is opened anew.
                file = written.is_ok().then_some(opened);
                written
            }
            Err(error) => Err(error),
        };
        if is_over(shared, batch, written) {
            return;
        }
    }
}

/// The next entries, as soon as there are some; nothing at the end.
fn next(shared: &Shared) -> Option<Vec<Entry>> {
    let mut state = shared.lock();
    while state.waiting.is_empty() {
        if state.ends {
            return None;
        }
        state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
    let batch = std::mem::take(&mut state.waiting);
    state.writing = batch.len();
    Some(batch)
}

/// Notes what came of writing; true where the end has come and it still cannot be written.
fn is_over(shared: &Shared, mut batch: Vec<Entry>, written: Result<(), AccountsError>) -> bool {
    let mut state = shared.lock();
    state.writing = 0;
    let Err(error) = written else {
        state.failure = None;
        shared.changed.notify_all();
        return false;
    };
    let failure = match &error {
        AccountsError::File(cause) => cause.to_string(),
        other => other.to_string(),
    };
    if state.failure.is_none() {
        tracing::error!(error = failure, "the log of who asked what cannot be written");
    }
    batch.append(&mut state.waiting);
    state.waiting = batch;
    state.failure = Some(failure);
    shared.changed.notify_all();
    if state.ends {
        tracing::error!(entries = state.waiting.len(), "what was asked last is not written");
        return true;
    }
    let waited = shared.changed.wait_timeout_while(state, AGAIN, |state| !state.ends);
    drop(waited);
    false
}
