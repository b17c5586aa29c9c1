//! What is a transaction where nothing is written? A release that stays the same.

use std::sync::Arc;

use super::command::Command;
use super::fault::Fault;
use super::portal::Statement;
use super::settings::Settings;
use crate::server::keeper::Held;

/// A session's transaction.
#[derive(Debug, Default)]
pub(super) struct Transaction(Option<Begun>);

/// One that has begun.
#[derive(Debug)]
struct Begun {
    /// whether a statement in it failed
    has_failed: bool,
    /// the release that its statements see
    release: Option<Arc<Held>>,
    /// the settings before it
    settings: Settings,
}

impl Transaction {
    /// Begins one, unless one has begun.
    pub(super) fn begin(&mut self, release: Option<Arc<Held>>, settings: &Settings) -> bool {
        if self.0.is_some() {
            return false;
        }
        self.0 = Some(Begun { has_failed: false, release, settings: settings.clone() });
        true
    }

    /// Ends it, and gives back the settings before it; nothing where none has begun.
    pub(super) fn end(&mut self) -> Option<(bool, Settings)> {
        self.0.take().map(|begun| (begun.has_failed, begun.settings))
    }

    /// Whether one has begun.
    pub(super) fn is_open(&self) -> bool {
        self.0.is_some()
    }

    /// A statement in it failed.
    pub(super) fn fail(&mut self) {
        if let Some(begun) = &mut self.0 {
            begun.has_failed = true;
        }
    }

    /// It goes on from a point at which nothing had failed.
    pub(super) fn mend(&mut self) {
        if let Some(begun) = &mut self.0 {
            begun.has_failed = false;
        }
    }

    /// The release that it sees.
    pub(super) fn release(&self) -> Option<Arc<Held>> {
        self.0.as_ref().and_then(|begun| begun.release.clone())
    }

    /// Lets it see a release; false where none has begun.
    pub(super) fn see(&mut self, release: Option<Arc<Held>>) -> bool {
        match &mut self.0 {
            Some(begun) => {
                begun.release = release;
                true
            }
            None => false,
        }
    }

    /// As clients are told.
    pub(super) fn letter(&self) -> u8 {
        match &self.0 {
            None => b'I',
            Some(begun) if begun.has_failed => b'E',
            Some(_) => b'T',
        }
    }

    /// Whether a statement may be answered.
    pub(super) fn lets_through(&self, statement: &Statement) -> Result<(), Fault> {
        let has_failed = self.0.as_ref().is_some_and(|begun| begun.has_failed);
        let is_end = matches!(
            statement,
            Statement::Empty
                | Statement::Command(Command::Commit | Command::Rollback | Command::RollbackTo)
        );
        match has_failed && !is_end {
            true => {
                Err(Fault::new("25P02", "a statement of this transaction failed; roll it back"))
            }
            false => Ok(()),
        }
    }
}
