//! Which release is the newest, and how is one kept while somebody reads it?

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};

use crate::warehouse::release::Release;
use crate::warehouse::{Home, Lease, WarehouseError};

/// A claim is made anew before it runs out.
const RENEWED: TimeDelta = TimeDelta::hours(12);

/// A release that cannot be collected as long as this is there.
#[derive(Debug)]
pub(super) struct Held {
    /// the release
    pub release: Arc<Release>,
    since: DateTime<Utc>,
    _lease: Option<Lease>,
}

/// When it was last not possible to look for a new release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Failure {
    /// the moment
    pub at: DateTime<Utc>,
    /// whether a look has succeeded since
    pub is_over: bool,
}

/// Keeps the newest release in memory.
#[derive(Debug)]
pub(super) struct Keeper {
    home: Home,
    newest: RwLock<Option<Arc<Held>>>,
    failure: Mutex<Option<Failure>>,
}

impl Keeper {
    pub(super) fn new(home: Home) -> Self {
        Self { home, newest: RwLock::default(), failure: Mutex::default() }
    }

    /// Looks whether there is a newer release. It blocks.
    pub(super) fn look(&self, now: DateTime<Utc>) -> Result<(), WarehouseError> {
        let looked = self.follow(now);
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        match &looked {
            Ok(()) => {
                if let Some(failure) = failure.as_mut() {
                    failure.is_over = true;
                }
            }
            Err(error) => {
                // Once for each time that it begins, not once a second.
                if failure.is_none_or(|failure| failure.is_over) {
                    tracing::error!(%error, "no new release can be seen");
                }
                *failure = Some(Failure { at: now, is_over: false });
            }
        }
        looked
    }

    fn follow(&self, now: DateTime<Utc>) -> Result<(), WarehouseError> {
        let known = self.newest();
        let begin = match &known {
            Some(held) => Some(Arc::clone(&held.release)),
            None => self.home.latest()?,
        };
        let Some(mut release) = begin else { return Ok(()) };
        while let Some(next) = self.home.after(&release)? {
            release = next;
        }
        let is_kept = known.is_some_and(|held| {
            held.release.number == release.number && now - held.since < RENEWED
        });
        if !is_kept {
            let held = Arc::new(self.hold(release, now)?);
            let mut newest = self.newest.write().unwrap_or_else(PoisonError::into_inner);
            *newest = Some(held);
        }
        Ok(())
    }

    fn hold(&self, release: Arc<Release>, now: DateTime<Utc>) -> Result<Held, WarehouseError> {
        let lease = self.home.reader_lease(release.number, now)?;
        Ok(Held { release, since: now, _lease: lease })
    }

    /// The newest release; nothing before the first.
    pub(super) fn newest(&self) -> Option<Arc<Held>> {
        self.newest.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The release that a text names. It blocks.
    pub(super) fn at(&self, text: &str, now: DateTime<Utc>) -> Result<Arc<Held>, WarehouseError> {
        let release = self.home.resolve(text)?;
        let is_it = |held: &Arc<Held>| held.release.number == release.number;
        match self.newest().filter(is_it) {
            Some(held) => Ok(held),
            None => Ok(Arc::new(self.hold(release, now)?)),
        }
    }

    /// When it was last not possible to look for a new release.
    pub(super) fn failure(&self) -> Option<Failure> {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
