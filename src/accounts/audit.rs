//! Who asked what, on which release, and what came of it? Rows are only ever added: the file itself
//! refuses to change or delete one. They are handed on when an answer begins, before its rows go
//! out, so how many of those there will be is not known, and is not told.

use std::fmt;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Row, params};

use super::error::AccountsError;
use super::store::{Accounts, moment, text_of};

/// The most characters of what was asked.
const WHAT_MAX: usize = 4_000;
/// The most characters of any other text.
const WORD_MAX: usize = 200;

/// By which way something was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// over HTTP
    Http,
    /// over PostgreSQL's protocol
    Postgres,
    /// at the command line
    Cli,
}

impl Way {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Postgres => "postgres",
            Self::Cli => "cli",
        }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Something that somebody asked or did. Secrets and passwords never stand in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// when it was answered
    pub at: DateTime<Utc>,
    /// who asked: an account, `owner`, or `nobody` where it was not known
    pub who: String,
    /// by which way
    pub way: Way,
    /// what: the route with what was asked, or a statement; longer ones are cut
    pub what: String,
    /// on which release, where it was of one
    pub release: Option<u64>,
    /// what came of it: the status of HTTP, `ok`, or a code of the error
    pub outcome: String,
    /// how long it took
    pub milliseconds: u64,
    /// under which name the log tells of it
    pub request: String,
    /// from where it came
    pub peer: String,
}

/// Which entries are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// of whom
    pub who: Option<String>,
    /// from this moment on
    pub since: Option<DateTime<Utc>>,
    /// before this one
    pub until: Option<DateTime<Utc>>,
    /// how many, the newest first
    pub limit: u32,
}

/// A text of so many characters at most, and whether it was cut.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{} ...", &text[..end]),
        None => text.to_owned(),
    }
}

/// Writes entries, all or none.
pub(super) fn write(file: &mut Connection, entries: &[Entry]) -> Result<(), AccountsError> {
    let change = file.transaction()?;
    let sql = "insert into audit \
               (at, who, way, what, release, outcome, milliseconds, request, peer) \
               values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    for entry in entries {
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        change.prepare_cached(sql)?.execute(params![
            text_of(entry.at),
            cut(&entry.who, WORD_MAX),
            entry.way.name(),
            cut(&entry.what, WHAT_MAX),
            entry.release.map(number),
            cut(&entry.outcome, WORD_MAX),
            number(entry.milliseconds),
            cut(&entry.request, WORD_MAX),
            cut(&entry.peer, WORD_MAX),
        ])?;
    }
    change.commit()?;
    Ok(())
}

impl Accounts {
    /// Hands on what somebody asked. It is written soon; nobody waits for it.
    pub fn audit(&self, entry: Entry) {
        self.recorder.record(entry);
    }

    /// Whether what is asked now can be written. While the disk is full or the file gone it cannot,
    /// and nothing is to be answered that should be written.
    ///
    /// # Errors
    /// Why not.
    pub fn is_recording(&self) -> Result<(), AccountsError> {
        self.recorder.check()
    }

    /// Waits until everything that was handed on is written.
    ///
    /// # Errors
    /// When it cannot be.
    pub fn flush(&self) -> Result<(), AccountsError> {
        self.recorder.flush()
    }

    /// What was asked, the newest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn asked(&self, filter: &Filter) -> Result<Vec<Entry>, AccountsError> {
        self.reading(|file| {
            let sql = "select at, who, way, what, release, outcome, milliseconds, request, peer \
                       from audit \
                       where (?1 is null or who = ?1) and (?2 is null or at >= ?2) \
                       and (?3 is null or at < ?3) order by number desc limit ?4";
            let mut statement = file.prepare_cached(sql)?;
            let since = filter.since.map(text_of);
            let until = filter.until.map(text_of);
            let mut rows =
                statement.query(params![filter.who, since, until, i64::from(filter.limit)])?;
            let mut entries = Vec::new();
            while let Some(row) = rows.next()? {
                entries.push(read(row)?);
            }
            Ok(entries)
        })
    }
}

fn read(row: &Row<'_>) -> Result<Entry, AccountsError> {
    let (at, way): (String, String) = (row.get(0)?, row.get(2)?);
    let way = [Way::Http, Way::Postgres, Way::Cli].into_iter().find(|known| known.name() == way);
    Ok(Entry {
        at: moment(&at)?,
        who: row.get(1)?,
        way: way.ok_or(AccountsError::Damaged("a way in"))?,
        what: row.get(3)?,
        release: number(row.get(4)?),
        outcome: row.get(5)?,
        milliseconds: number(row.get(6)?).unwrap_or_default(),
        request: row.get(7)?,
        peer: row.get(8)?,
    })
}

fn number(stored: Option<i64>) -> Option<u64> {
    stored.and_then(|stored| u64::try_from(stored).ok())
}
