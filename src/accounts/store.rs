//! Where do accounts lie, and in which shape?

use std::fmt;
use std::fs::{self, OpenOptions, Permissions};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use chrono::{DateTime, SecondsFormat, Utc};
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};

use super::attempts::Attempts;
use super::error::AccountsError;
use super::recorder::Recorder;
use super::secret::{self, BYTES};
use crate::warehouse::durable;

/// The file's name, in the folder of a project's state.
pub const FILE: &str = "access.sqlite";
/// The form of the file that this program writes.
const FORM: i64 = 1;
/// How long to wait for another process that writes.
const BUSY: Duration = Duration::from_secs(5);
/// How long to wait before trying again what SQLite does not wait for.
const AGAIN: Duration = Duration::from_millis(20);

/// The tables. Moments are texts of one length in UTC, so that they compare as texts.
const TABLES: &str = "
create table own (
    name text primary key,
    value blob not null
) strict;

create table accounts (
    number integer primary key autoincrement,
    name text not null unique,
    password_hash text not null,
    roles text not null,
    attributes text not null,
    is_disabled integer not null default 0,
    created_at text not null,
    created_by text not null
) strict;

create table sessions (
    secret_hash blob primary key,
    account integer not null references accounts (number) on delete cascade,
    made_at text not null,
    idle_until text not null,
    ends_at text not null,
    peer text not null
) strict;
create index sessions_of_account on sessions (account);

create table tokens (
    number integer primary key autoincrement,
    account integer not null references accounts (number) on delete cascade,
    name text not null,
    secret_hash blob not null unique,
    salt blob not null,
    iterations integer not null check (iterations >= 4096),
    stored_key blob not null,
    server_key blob not null,
    scopes text not null,
    made_at text not null,
    ends_at text not null,
    last_used_on text,
    revoked_at text
) strict;
create unique index live_tokens on tokens (account, name) where revoked_at is null;

create table wishes (
    number integer primary key autoincrement,
    made_at text not null,
    made_by text not null,
    wanted text not null,
    roles text not null,
    attributes text not null,
    because text not null,
    decision text,
    decided_at text,
    decided_by text
) strict;

create table audit (
    number integer primary key autoincrement,
    at text not null,
    who text not null,
    way text not null,
    what text not null,
    release integer,
    outcome text not null,
    -- of nothing: what was asked is written down before its rows go out
    row_count integer,
    milliseconds integer not null,
    request text not null,
    peer text not null
) strict;
create index audit_of_who on audit (who, number);
create index audit_by_time on audit (at);

create trigger audit_stays before update on audit
begin
    select raise(abort, 'what was asked stays as it was written');
end;

create trigger audit_is_kept before delete on audit
begin
    select raise(abort, 'what was asked is not deleted');
end;
";

/// The accounts of a project.
pub struct Accounts {
    path: PathBuf,
    reader: Mutex<Connection>,
    writer: Mutex<Connection>,
    key: [u8; BYTES],
    attempts: Attempts,
    pub(super) recorder: Recorder,
}

impl fmt::Debug for Accounts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Accounts").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Accounts {
    /// Opens the file in the folder of a project's state, and makes it where it is not there.
    ///
    /// # Errors
    /// When it cannot be opened, or was written by a newer program.
    pub fn open(state_dir: &Path) -> Result<Arc<Self>, AccountsError> {
        durable::create_folders(state_dir)?;
        let path = state_dir.join(FILE);
        keep_to_oneself(&path)
            .map_err(|cause| AccountsError::Open { path: path.clone(), cause })?;
        let mut writer = connect(&path)?;
        prepare(&mut writer, &path)?;
        let reader = connect(&path)?;
        reader.pragma_update(None, "query_only", true)?;
        let sql = "select value from own where name = 'key'";
        let key = writer.query_row(sql, [], |row| row.get(0))?;
        let recorder = Recorder::new(path.clone());
        let (reader, writer) = (Mutex::new(reader), Mutex::new(writer));
        Ok(Arc::new(Self { path, reader, writer, key, attempts: Attempts::default(), recorder }))
    }

    /// Whether there is no account at all, not even a disabled one.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn is_empty(&self) -> Result<bool, AccountsError> {
        self.reading(|file| {
            let mut statement =
                file.prepare_cached("select not exists (select 1 from accounts)")?;
            Ok(statement.query_row([], |row| row.get(0))?)
        })
    }

    /// Who tried to come in, and failed.
    pub fn attempts(&self) -> &Attempts {
        &self.attempts
    }

    /// What users that there are not are told apart by, from file to file.
    pub(super) fn key(&self) -> &[u8] {
        &self.key
    }

    /// Reads from the file.
    pub(super) fn reading<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, AccountsError>,
    ) -> Result<T, AccountsError> {
        read(&lock(&self.reader))
    }

    /// Changes the file, all or nothing.
    pub(super) fn writing<T>(
        &self,
        write: impl FnOnce(&Transaction<'_>) -> Result<T, AccountsError>,
    ) -> Result<T, AccountsError> {
        let mut writer = lock(&self.writer);
        let change = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = write(&change)?;
        change.commit()?;
        Ok(done)
    }
}

fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes the file, which nobody else may read. What SQLite writes beside it has the same mode.
fn keep_to_oneself(path: &Path) -> std::io::Result<()> {
    let file =
        OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        fs::set_permissions(path, Permissions::from_mode(0o600))?;
    }
    Ok(())
}

/// A connection to the file.
pub(super) fn connect(path: &Path) -> Result<Connection, AccountsError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    log_ahead(&connection)?;
    connection.execute_batch("pragma synchronous = full; pragma foreign_keys = on;")?;
    Ok(connection)
}

/// Has changes written to a log first. Where another process does the same with a new file at this
/// moment, SQLite says so at once instead of waiting.
fn log_ahead(connection: &Connection) -> Result<(), AccountsError> {
    let begun = Instant::now();
    loop {
        let told = connection.query_row("pragma journal_mode = wal", [], |row| row.get(0));
        match told.map(|_: String| ()) {
            Err(error) if is_busy(&error) && begun.elapsed() < BUSY => pause(),
            done => return Ok(done?),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "SQLite tells nobody that the other is done")]
fn pause() {
    thread::sleep(AGAIN);
}

fn is_busy(error: &rusqlite::Error) -> bool {
    let busy = [ErrorCode::DatabaseBusy, ErrorCode::DatabaseLocked];
    error.sqlite_error_code().is_some_and(|code| busy.contains(&code))
}

/// Makes the tables where they are not there yet.
fn prepare(connection: &mut Connection, path: &Path) -> Result<(), AccountsError> {
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = change.query_row("pragma user_version", [], |row| row.get(0))?;
    if found > FORM {
        return Err(AccountsError::Newer { path: path.to_owned(), found });
    }
    if found == 0 {
        change.execute_batch(TABLES)?;
        let key = secret::random::<BYTES>()?;
        change.execute("insert into own values ('key', ?1)", [key.as_slice()])?;
        change.pragma_update(None, "user_version", FORM)?;
    }
    change.commit()?;
    Ok(())
}

/// A moment as the file has it.
pub(super) fn text_of(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// A moment of the file.
pub(super) fn moment(text: &str) -> Result<DateTime<Utc>, AccountsError> {
    let read = DateTime::parse_from_rfc3339(text).map_err(|_| AccountsError::Damaged("a time"))?;
    Ok(read.with_timezone(&Utc))
}

/// Whether a name can be one: of accounts and tokens alike, so that `<account>.<token>` is clear.
pub(super) fn checked_name<'n>(
    name: &'n str,
    what: &'static str,
) -> Result<&'n str, AccountsError> {
    let is_inner =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
    let begins = name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    match begins && name.len() <= 63 && name.bytes().all(is_inner) {
        true => Ok(name),
        false => Err(AccountsError::Name(name.to_owned(), what)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_for_its_owner_alone_and_is_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        let first = Accounts::open(&state).unwrap();
        assert!(first.is_empty().unwrap());
        let mode = |name: &str| fs::metadata(state.join(name)).unwrap().permissions().mode();
        for name in [FILE, "access.sqlite-wal", "access.sqlite-shm"] {
            assert_eq!(mode(name) & 0o777, 0o600, "{name}");
        }
        let other = folder.path().join("other");
        assert_eq!(Accounts::open(&state).unwrap().key(), first.key());
        assert_ne!(Accounts::open(&other).unwrap().key(), first.key());
        fs::set_permissions(state.join(FILE), Permissions::from_mode(0o644)).unwrap();
        Accounts::open(&state).unwrap();
        assert_eq!(mode(FILE) & 0o777, 0o600);
    }

    #[test]
    fn a_newer_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        drop(Accounts::open(folder.path()).unwrap());
        let file = Connection::open(folder.path().join(FILE)).unwrap();
        file.pragma_update(None, "user_version", 2).unwrap();
        let refused = Accounts::open(folder.path());
        assert!(matches!(refused, Err(AccountsError::Newer { found: 2, .. })), "{refused:?}");
    }

    #[test]
    fn names_are_short_and_plain() {
        for name in ["a", "ann", "unit-head_2"] {
            assert_eq!(checked_name(name, "x").unwrap(), name);
        }
        let long = "a".repeat(64);
        for name in ["", "Ann", "2a", "a.b", "a b", "-a", "é", long.as_str(), "a\n"] {
            assert!(checked_name(name, "x").is_err(), "{name}");
        }
    }
}
