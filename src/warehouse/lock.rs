//! Who alone may do something to a warehouse for now?
//!
//! In a folder a lock of the operating system says so, which ends with its process. In a bucket it
//! is an object that names its holder, who renews it all the time; one that was not renewed for a
//! minute, by the store's own clock, may be taken over. The lock keeps runs from working in vain;
//! that a release is published once is decided by the conditional put of its document alone.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use bytes::Bytes;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::error::WarehouseError;
use super::place::Shelf;
use crate::bucket::{Bucket, BucketError, Object};

/// Time between two renewals.
const RENEWAL: Duration = Duration::from_secs(10);
/// A lock that was not renewed for so many seconds may be taken over.
const EXPIRY_SECONDS: u64 = 60;
/// Pauses between two looks at somebody else's lock: the first, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// A lock, held until it is dropped.
#[derive(Debug)]
pub(super) enum Lock {
    /// of a folder: the locked file
    File { _file: File },
    /// of a bucket
    Object(Held),
}

impl Lock {
    /// Takes the lock with this name; `run_id` says who does. `wait` decides what happens while
    /// somebody else holds it.
    pub(super) fn take(
        shelf: &Shelf,
        name: &str,
        run_id: &str,
        wait: bool,
    ) -> Result<Self, WarehouseError> {
        let path = shelf.root().join(name);
        match shelf.bucket() {
            None => Ok(Self::File { _file: take_file(&path, wait)? }),
            Some(bucket) => Ok(Self::Object(Held::take(bucket, name, path, run_id, wait)?)),
        }
    }

    /// Makes sure that the lock is still held.
    ///
    /// # Errors
    /// When somebody else took it over, or that cannot be known.
    pub(super) fn confirm(&self) -> Result<(), WarehouseError> {
        match self {
            Self::File { .. } => Ok(()),
            Self::Object(held) => held.lease.renew(),
        }
    }

    /// When the lock was last renewed, by the store's clock; nothing for a folder.
    pub(super) fn renewed_at(&self) -> Result<Option<chrono::DateTime<chrono::Utc>>, BucketError> {
        match self {
            Self::File { .. } => Ok(None),
            Self::Object(held) => Ok(Some(held.lease.bucket.entry(&held.lease.name)?.modified)),
        }
    }
}

/// Locks a file and writes this process's id into it. The lock ends with the returned file.
fn take_file(path: &Path, wait: bool) -> Result<File, WarehouseError> {
    let failed = |error| WarehouseError::io("lock", path)(error);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::Error(error)) => return Err(failed(error)),
        Err(TryLockError::WouldBlock) if wait => file.lock().map_err(failed)?,
        Err(TryLockError::WouldBlock) => {
            let text = fs::read_to_string(path).unwrap_or_default();
            let holder = if text.trim().is_empty() { "unknown" } else { text.trim() };
            return Err(WarehouseError::Locked {
                path: path.to_owned(),
                holder: holder.to_owned(),
            });
        }
    }
    file.set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| writeln!(file, "{}", std::process::id()))
        .map_err(failed)?;
    Ok(file)
}

/// What the lock's object says.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Note {
    run_id: String,
    host: String,
    pid: u32,
    /// counts renewals, so that no two notes of a run are the same
    renewals: u64,
    /// whether the lock was given back
    is_free: bool,
}

impl Note {
    fn bytes(&self) -> Result<Bytes, serde_json::Error> {
        Ok(serde_json::to_vec(self)?.into())
    }

    fn parse(object: &Object) -> Option<Self> {
        serde_json::from_slice(&object.bytes).ok()
    }
}

/// A lock in a bucket, renewed until it is dropped, then given back.
#[derive(Debug)]
pub(super) struct Held {
    lease: Arc<Renewed>,
    stop: Option<Sender<()>>,
    renewing: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Renewed {
    bucket: Bucket,
    name: String,
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    note: Note,
    /// of the note that lies there; nothing once somebody else's does
    e_tag: Option<String>,
}

impl Held {
    fn take(
        bucket: &Bucket,
        name: &str,
        path: PathBuf,
        run_id: &str,
        wait: bool,
    ) -> Result<Self, WarehouseError> {
        let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let note = Note {
            run_id: run_id.to_owned(),
            host: host.trim().to_owned(),
            pid: std::process::id(),
            renewals: 0,
            is_free: false,
        };
        let bytes = note.bytes().map_err(json(&path))?;
        let mut watch = Watch { seen: None, pause: PAUSES.0 };
        let e_tag = loop {
            let there = match bucket.get(name) {
                Ok(there) => there,
                Err(BucketError::NotFound { .. }) => {
                    if bucket.put_new(name, bytes.clone())? {
                        break bucket.entry(name)?.e_tag;
                    }
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let tag = there.entry.e_tag.clone().unwrap_or_default();
            let holder = Note::parse(&there);
            let is_free = holder.as_ref().is_some_and(|holder| holder.is_free);
            if is_free || watch.has_expired(bucket, &there)? {
                if let Some(e_tag) = bucket.replace(name, bytes.clone(), &tag)? {
                    break Some(e_tag);
                }
                continue;
            }
            if !wait {
                let holder = holder.map_or_else(
                    || "unknown".to_owned(),
                    |holder| format!("{} on `{}` (run {})", holder.pid, holder.host, holder.run_id),
                );
                return Err(WarehouseError::Locked { path, holder });
            }
            watch.pause();
        };
        let state = Mutex::new(State { note, e_tag });
        let lease = Renewed { bucket: bucket.clone(), name: name.to_owned(), path, state };
        Ok(Self::renewing(Arc::new(lease)))
    }

    fn renewing(lease: Arc<Renewed>) -> Self {
        let (stop, stopped) = channel();
        let renewed = Arc::clone(&lease);
        let renewing = std::thread::spawn(move || {
            while stopped.recv_timeout(RENEWAL) == Err(RecvTimeoutError::Timeout) {
                if let Err(error) = renewed.renew() {
                    tracing::warn!(%error, "the lock could not be renewed");
                }
            }
        });
        Self { lease, stop: Some(stop), renewing: Some(renewing) }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.renewing.take().map(JoinHandle::join);
        if ended.is_some_and(|ended| ended.is_err()) {
            tracing::warn!("the thread that renews the lock died");
        }
        if let Err(error) = self.lease.write(true) {
            tracing::warn!(%error, "the lock stays until it expires");
        }
    }
}

impl Renewed {
    fn renew(&self) -> Result<(), WarehouseError> {
        self.write(false)
    }

    /// Writes the note again, if the one that lies there is still ours.
    fn write(&self, is_free: bool) -> Result<(), WarehouseError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let lost = || WarehouseError::LockLost(self.path.clone());
        while let Some(e_tag) = state.e_tag.clone() {
            state.note.renewals += 1;
            state.note.is_free = is_free;
            let bytes = state.note.bytes().map_err(json(&self.path))?;
            state.e_tag = self.bucket.replace(&self.name, bytes, &e_tag)?;
            if state.e_tag.is_some() {
                return Ok(());
            }
            // A renewal that was given up as failed may have come through after all.
            let there = self.bucket.get(&self.name)?;
            let is_own = Note::parse(&there).is_some_and(|note| note.run_id == state.note.run_id);
            state.e_tag = there.entry.e_tag.filter(|_| is_own);
        }
        Err(lost())
    }
}

/// A look at somebody else's lock from time to time.
struct Watch {
    /// the tag last seen, and since when
    seen: Option<(Option<String>, Instant)>,
    pause: Duration,
}

impl Watch {
    /// Whether the lock's holder renewed it too long ago. The store's clock is asked at the first
    /// look, and then only when the lock stayed the same for long enough by our own.
    fn has_expired(&mut self, bucket: &Bucket, there: &Object) -> Result<bool, BucketError> {
        let is_due = match &self.seen {
            None => true,
            Some((tag, since)) if *tag == there.entry.e_tag => {
                since.elapsed() > Duration::from_secs(EXPIRY_SECONDS)
            }
            Some(_) => {
                self.seen = Some((there.entry.e_tag.clone(), Instant::now()));
                return Ok(false);
            }
        };
        if !is_due {
            return Ok(false);
        }
        self.seen = Some((there.entry.e_tag.clone(), Instant::now()));
        let age = bucket.clock()? - there.entry.modified;
        Ok(age > TimeDelta::seconds(EXPIRY_SECONDS.cast_signed()))
    }

    #[expect(clippy::disallowed_methods, reason = "a bucket tells nobody that a lock is free")]
    fn pause(&mut self) {
        std::thread::sleep(self.pause);
        self.pause = PAUSES.1.min(self.pause * 2);
    }
}

fn json(path: &Path) -> impl FnOnce(serde_json::Error) -> WarehouseError {
    move |source| WarehouseError::Json { path: path.to_owned(), source }
}
