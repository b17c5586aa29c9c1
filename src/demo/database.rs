//! How do rows reach the departments' databases?
//!
//! Each database has a thread of its own that writes while the next month is made.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Statement, ToSql, types::ToSqlOutput};

use super::error::{DemoError, at};
use super::feeds::make_folder;
use super::tables::{self, Kept, Table};

/// Messages that may wait for a database's thread: about two months of all its tables, so that it
/// writes one month while the next is made.
const WAITING: usize = 1024;

enum Message {
    /// rows of a table, their values one after the other
    Rows(&'static Table, Vec<u8>),
    /// what was written so far belongs together
    Commit,
}

/// A database's thread.
struct Writer {
    sender: SyncSender<Message>,
    thread: JoinHandle<Result<(), DemoError>>,
}

/// The databases below a project's folder.
pub(super) struct Databases {
    root: PathBuf,
    is_new: bool,
    writers: BTreeMap<&'static str, Writer>,
}

impl Databases {
    /// Databases are opened when their first rows come.
    pub(super) fn new(root: &Path, is_new: bool) -> Self {
        Self { root: root.to_owned(), is_new, writers: BTreeMap::new() }
    }

    /// Hands rows to their database's thread.
    pub(super) fn put(&mut self, table: &'static Table, rows: Vec<u8>) -> Result<(), DemoError> {
        let writer = self.writers.entry(table.path).or_insert_with(|| {
            let (sender, receiver) = sync_channel(WAITING);
            let path = self.root.join(table.path);
            let is_new = self.is_new;
            let thread = std::thread::spawn(move || write(&path, is_new, &receiver));
            Writer { sender, thread }
        });
        if writer.sender.send(Message::Rows(table, rows)).is_err() {
            return self.close();
        }
        Ok(())
    }

    /// Ends the transaction of each database.
    pub(super) fn commit(&mut self) -> Result<(), DemoError> {
        if self.writers.values().any(|writer| writer.sender.send(Message::Commit).is_err()) {
            return self.close();
        }
        Ok(())
    }

    /// Waits until everything is written.
    ///
    /// # Errors
    /// What a thread ended with.
    pub(super) fn close(&mut self) -> Result<(), DemoError> {
        let mut ended = Ok(());
        for (path, writer) in std::mem::take(&mut self.writers) {
            drop(writer.sender);
            let lost = || DemoError::Closed { path: self.root.join(path) };
            ended = ended.and(writer.thread.join().unwrap_or_else(|_| Err(lost())));
        }
        ended
    }
}

/// Writes until the sender is gone.
fn write(path: &Path, is_new: bool, receiver: &Receiver<Message>) -> Result<(), DemoError> {
    make_folder(path)?;
    let connection = Connection::open(path).map_err(at(path))?;
    let result = write_all(&connection, (path, is_new), receiver).map_err(at(path));
    result.and_then(|()| connection.close().map_err(|(_, error)| at(path)(error)))
}

fn write_all(
    connection: &Connection,
    (path, is_new): (&Path, bool),
    receiver: &Receiver<Message>,
) -> Result<(), rusqlite::Error> {
    // A new database whose writing breaks off is begun again, so nothing needs to be undone.
    let journal = if is_new { "off" } else { "delete" };
    connection.execute_batch(&format!(
        "pragma journal_mode = {journal}; pragma synchronous = off; \
         pragma cache_size = -65536; begin;"
    ))?;
    for table in tables::ALL {
        if let Kept::Database(name, columns) = table.kept
            && path.ends_with(table.path)
        {
            connection.execute_batch(&format!("create table if not exists {name} ({columns})"))?;
        }
    }
    let mut statements: BTreeMap<usize, Statement<'_>> = BTreeMap::new();
    for message in receiver {
        match message {
            Message::Commit => connection.execute_batch("commit; begin")?,
            Message::Rows(table, rows) => {
                let statement = match statements.entry(table.id) {
                    std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
                    std::collections::btree_map::Entry::Vacant(entry) => {
                        entry.insert(connection.prepare(&insert(table))?)
                    }
                };
                put_rows(statement, table.columns.len(), &rows)?;
            }
        }
    }
    drop(statements);
    connection.execute_batch("commit")
}

fn insert(table: &Table) -> String {
    let Kept::Database(name, _) = table.kept else { return String::new() };
    let marks = vec!["?"; table.columns.len()].join(", ");
    format!("insert or replace into {name} ({}) values ({marks})", table.columns.join(", "))
}

fn put_rows(
    statement: &mut Statement<'_>,
    columns: usize,
    mut rows: &[u8],
) -> Result<(), rusqlite::Error> {
    while !rows.is_empty() {
        for column in 1..=columns {
            let value;
            (value, rows) = next_value(rows);
            statement.raw_bind_parameter(column, Given(value))?;
        }
        statement.raw_execute()?;
    }
    Ok(())
}

/// A value borrowed from the message.
struct Given<'a>(ValueRef<'a>);

impl ToSql for Given<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(self.0))
    }
}

/// The first value of a message and what follows it; see `Row` in `text.rs` for the form.
fn next_value(bytes: &[u8]) -> (ValueRef<'_>, &[u8]) {
    let Some((head, rest)) = bytes.split_at_checked(5) else { return (ValueRef::Null, &[]) };
    let length = head[1..].try_into().map(u32::from_le_bytes).unwrap_or_default();
    let length = usize::try_from(length).unwrap_or_default().min(rest.len());
    let (content, rest) = rest.split_at(length);
    let eight = || content.try_into().unwrap_or([0; 8]);
    let value = match head[0] {
        b'i' => ValueRef::Integer(i64::from_le_bytes(eight())),
        b'r' => ValueRef::Real(f64::from_le_bytes(eight())),
        b't' => ValueRef::Text(content),
        b'b' => ValueRef::Blob(content),
        _ => ValueRef::Null,
    };
    (value, rest)
}
