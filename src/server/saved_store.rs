//! Where do questions and pages lie that people kept? In `warehouse/state/saved.sqlite`, beside the
//! releases: they are nothing that a figure rests on, and may be deleted.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use thiserror::Error;
use utoipa::ToSchema;
use uuid::Uuid;

/// The file below the folder of a project's state.
const FILE: &str = "saved.sqlite";
/// How long what was deleted can come back.
const KEPT: TimeDelta = TimeDelta::days(30);
/// How long to wait for somebody else who writes.
const BUSY: Duration = Duration::from_secs(5);

const SCHEMA: &str = "
create table if not exists saved (
    id text primary key,
    kind text not null,
    owner text not null,
    name text not null,
    is_shared integer not null,
    version integer not null,
    content text not null,
    created_at text not null,
    edited_at text not null,
    deleted_at text
) strict
";

/// All columns, in the order in which they are read.
const COLUMNS: &str =
    "id, kind, owner, name, is_shared, version, content, created_at, edited_at, deleted_at";

/// What somebody kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Saved {
    /// tells it from others
    pub id: String,
    /// `queries` or `pages`
    pub kind: String,
    /// whose it is
    pub owner: String,
    /// what it is called
    pub name: String,
    /// whether everybody sees it
    pub shared: bool,
    /// counts its changes from 1; its tag is this number
    pub version: i64,
    /// whatever the program that keeps it needs
    pub content: Json,
    /// when it was first kept
    pub created_at: String,
    /// when it was last changed
    pub edited_at: String,
    /// when it was deleted; it can come back for 30 days
    pub deleted_at: Option<String>,
}

/// What of it is given.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Given {
    /// what it is called, 1 to 200 signs
    pub name: String,
    /// whether everybody sees it; its owner alone where absent
    #[serde(default)]
    pub shared: bool,
    /// whatever the program that keeps it needs
    pub content: Json,
}

/// Why something is not kept.
#[derive(Debug, Error)]
pub(super) enum SaveError {
    /// the file cannot be read or written
    #[error("saved questions and pages cannot be read or written")]
    File(#[from] rusqlite::Error),
    /// its folder cannot be made
    #[error("the folder of saved questions and pages cannot be made")]
    Folder(#[from] std::io::Error),
    /// its content is none
    #[error("what was saved is no JSON")]
    Content(#[from] serde_json::Error),
    /// there is none, or it is not to be seen
    #[error("there is none")]
    Unknown,
    /// it is somebody else's
    #[error("it is somebody else's")]
    Foreign,
    /// it has changed since
    #[error("it has changed since")]
    Changed(i64),
}

/// What should become of something.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Replaced(Given),
    Deleted,
    Restored,
}

/// What people kept.
#[derive(Debug)]
pub(super) struct Store {
    connection: Connection,
    now: DateTime<Utc>,
}

impl Store {
    /// Opens it, and forgets what was deleted long ago. It blocks.
    pub(super) fn open(state: &Path, now: DateTime<Utc>) -> Result<Self, SaveError> {
        std::fs::create_dir_all(state)?;
        let path: PathBuf = state.join(FILE);
        let connection = Connection::open(path)?;
        connection.busy_timeout(BUSY)?;
        connection.execute_batch(SCHEMA)?;
        let gone = text(now - KEPT);
        connection.execute("delete from saved where deleted_at < ?1", params![gone])?;
        Ok(Self { connection, now })
    }

    /// One's own and those that are shared, by name; or one's own that were deleted.
    pub(super) fn list(
        &self,
        kind: &str,
        person: &str,
        is_gone: bool,
    ) -> Result<Vec<Saved>, SaveError> {
        let which = match is_gone {
            false => "deleted_at is null and (owner = ?2 or is_shared)",
            true => "deleted_at is not null and owner = ?2",
        };
        let sql = format!(
            "select {COLUMNS} from saved where kind = ?1 and {which} order by name, owner, id"
        );
        let mut statement = self.connection.prepare(&sql)?;
        let mut rows = statement.query(params![kind, person])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(read(row)?);
        }
        Ok(all)
    }

    /// One, if the person may see it.
    pub(super) fn get(&self, kind: &str, id: &str, person: &str) -> Result<Saved, SaveError> {
        let found = find(&self.connection, kind, id)?.ok_or(SaveError::Unknown)?;
        let is_own = found.owner == person;
        let is_seen = is_own || (found.shared && found.deleted_at.is_none());
        is_seen.then_some(found).ok_or(SaveError::Unknown)
    }

    /// Keeps something new.
    pub(super) fn create(
        &self,
        kind: &str,
        person: &str,
        given: Given,
    ) -> Result<Saved, SaveError> {
        let saved = Saved {
            id: Uuid::new_v4().to_string(),
            kind: kind.to_owned(),
            owner: person.to_owned(),
            name: given.name,
            shared: given.shared,
            version: 1,
            content: given.content,
            created_at: text(self.now),
            edited_at: text(self.now),
            deleted_at: None,
        };
        write(&self.connection, &saved)?;
        Ok(saved)
    }

    /// Changes one's own, if it still has the version that was seen.
    pub(super) fn change(
        &mut self,
        kind: &str,
        id: &str,
        person: &str,
        seen: Option<i64>,
        change: Change,
    ) -> Result<Saved, SaveError> {
        let before = self.get(kind, id, person)?;
        if before.owner != person {
            return Err(SaveError::Foreign);
        }
        let immediate = rusqlite::TransactionBehavior::Immediate;
        let transaction = self.connection.transaction_with_behavior(immediate)?;
        let before = find(&transaction, kind, id)?.ok_or(SaveError::Unknown)?;
        if seen.is_some_and(|seen| seen != before.version) {
            return Err(SaveError::Changed(before.version));
        }
        let (version, edited_at) = (before.version + 1, text(self.now));
        let before = Saved { version, edited_at, ..before };
        let is_gone = before.deleted_at.is_some();
        let after = match change {
            Change::Replaced(_) | Change::Deleted if is_gone => return Err(SaveError::Unknown),
            Change::Replaced(Given { name, shared, content }) => {
                Saved { name, shared, content, ..before }
            }
            Change::Deleted => Saved { deleted_at: Some(text(self.now)), ..before },
            Change::Restored => Saved { deleted_at: None, ..before },
        };
        write(&transaction, &after)?;
        transaction.commit()?;
        Ok(after)
    }
}

fn find(connection: &Connection, kind: &str, id: &str) -> Result<Option<Saved>, SaveError> {
    let sql = format!("select {COLUMNS} from saved where kind = ?1 and id = ?2");
    let row = connection.query_row(&sql, params![kind, id], |row| Ok(read(row)));
    row.optional()?.transpose()
}

fn read(row: &Row<'_>) -> Result<Saved, SaveError> {
    let content: String = row.get(6)?;
    Ok(Saved {
        id: row.get(0)?,
        kind: row.get(1)?,
        owner: row.get(2)?,
        name: row.get(3)?,
        shared: row.get(4)?,
        version: row.get(5)?,
        content: serde_json::from_str(&content)?,
        created_at: row.get(7)?,
        edited_at: row.get(8)?,
        deleted_at: row.get(9)?,
    })
}

fn write(connection: &Connection, saved: &Saved) -> Result<(), SaveError> {
    let sql = format!(
        "insert or replace into saved ({COLUMNS}) \
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
    );
    connection.execute(
        &sql,
        params![
            saved.id,
            saved.kind,
            saved.owner,
            saved.name,
            saved.shared,
            saved.version,
            saved.content.to_string(),
            saved.created_at,
            saved.edited_at,
            saved.deleted_at,
        ],
    )?;
    Ok(())
}

fn text(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_deleted_comes_back_for_thirty_days() {
        let folder = tempfile::tempdir().unwrap();
        let now: DateTime<Utc> = "2026-07-01T06:00:00Z".parse().unwrap();
        let open = |days: i64| Store::open(folder.path(), now + TimeDelta::days(days)).unwrap();
        let given = |name: &str| Given { name: name.to_owned(), shared: false, content: 1.into() };
        let one = open(0).create("queries", "Ada", given("one")).unwrap();
        let deleted = open(1).change("queries", &one.id, "Ada", Some(1), Change::Deleted).unwrap();
        assert_eq!((deleted.version, deleted.deleted_at.is_some()), (2, true));
        assert_eq!(open(2).list("queries", "Ada", false).unwrap(), []);
        assert_eq!(open(2).list("queries", "Ada", true).unwrap().len(), 1);
        let back = open(30).change("queries", &one.id, "Ada", None, Change::Restored).unwrap();
        assert_eq!((back.version, back.deleted_at, back.name.as_str()), (3, None, "one"));
        open(31).change("queries", &one.id, "Ada", None, Change::Deleted).unwrap();
        assert_eq!(open(60).list("queries", "Ada", true).unwrap().len(), 1);
        let gone = open(62).change("queries", &one.id, "Ada", None, Change::Restored);
        assert!(matches!(gone, Err(SaveError::Unknown)), "{gone:?}");
    }

    #[test]
    fn others_see_what_is_shared_and_change_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path(), DateTime::UNIX_EPOCH).unwrap();
        let given =
            |shared| Given { name: "one".to_owned(), shared, content: serde_json::json!({"a": 1}) };
        let one = store.create("pages", "Ada", given(false)).unwrap();
        assert!(matches!(store.get("pages", &one.id, "Bo"), Err(SaveError::Unknown)));
        let change = Change::Replaced(given(true));
        let late = store.change("pages", &one.id, "Ada", Some(7), change.clone());
        assert!(matches!(late, Err(SaveError::Changed(1))), "{late:?}");
        store.change("pages", &one.id, "Ada", Some(1), change).unwrap();
        assert_eq!(store.get("pages", &one.id, "Bo").unwrap().version, 2);
        assert!(matches!(store.get("queries", &one.id, "Bo"), Err(SaveError::Unknown)));
        let foreign = store.change("pages", &one.id, "Bo", Some(2), Change::Deleted);
        assert!(matches!(foreign, Err(SaveError::Foreign)), "{foreign:?}");
    }
}
