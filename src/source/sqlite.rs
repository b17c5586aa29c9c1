//! How are tables read out of an SQLite database, without leaving a trace in it?
//!
//! A [`Snapshot`] is one read-only connection in one read transaction, so that all objects are of
//! the same moment. The database and its folder are not written to, not even its `-shm` file:
//! - a database with a live write-ahead log is read through it, with `-shm` mapped for reading;
//! - one in that mode without a log is read as an unchanging file, and checked to be one after;
//! - one whose log has no `-shm` (a copy, a crash) is refused, as only its own program can mend it.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OpenFlags, Row};

use super::database::{
    Chosen, Database, Description, Object, Opener, Wanted, find_column, in_parentheses,
};
use super::error::found_instead;
use super::files::Found;
use super::rows::{Plan, Rows};
use super::since::{Bound, bound};
use super::stored::{Stored, accept};
use super::value::Cell;
use super::{Emit, Read, SourceError};

/// How long a writer may keep the database locked before reading fails.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);
/// Rows of a chunk.
const CHUNK_ROWS: usize = 16_384;
/// Bytes of a chunk.
const CHUNK_BYTES: usize = 2 * 1024 * 1024;

/// A database as it was at one moment.
#[derive(Debug)]
pub struct Snapshot {
    connection: Connection,
    path: PathBuf,
    /// the file as it was found, where nothing but its sameness vouches for the moment
    unchanging: Option<Found>,
}

impl Snapshot {
    /// Opens a database and begins to hold its moment.
    ///
    /// # Errors
    /// When there is no database, or it cannot be read without writing to it.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        fs::metadata(path).map_err(SourceError::io(path))?;
        let failed = |error| SourceError::Sqlite { path: path.to_owned(), error };
        let is_unchanging = is_without_log(path)?;
        let unchanging = is_unchanging.then(|| Found::at(path, &path.to_string_lossy()));
        let mode = if is_unchanging { "immutable=1" } else { "readonly_shm=1" };
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_URI
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(uri(path, mode)?, flags).map_err(failed)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
        // A misspelt column in double quotes would otherwise be read as a text.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false).map_err(failed)?;
        connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)
            .map_err(failed)?;
        connection.execute_batch("pragma query_only = on; begin").map_err(failed)?;
        // The transaction holds the moment from its first read on.
        connection
            .query_row("select count(*) from sqlite_master", [], |_| Ok(()))
            .map_err(failed)?;
        Ok(Self { connection, path: path.to_owned(), unchanging: unchanging.transpose()? })
    }

    /// The names of all tables and views, in order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn objects(&self) -> Result<Vec<String>, SourceError> {
        let failed = |error| self.failed(error);
        let sql = "select name from sqlite_master where type in ('table', 'view') \
                   and name not like 'sqlite\\_%' escape '\\' order by name";
        let mut statement = self.connection.prepare(sql).map_err(failed)?;
        let names = statement.query_map([], |row| row.get(0)).map_err(failed)?;
        names.collect::<Result<_, _>>().map_err(failed)
    }

    fn failed(&self, error: rusqlite::Error) -> SourceError {
        SourceError::Sqlite { path: self.path.clone(), error }
    }

    fn refused(&self, why: &str) -> SourceError {
        SourceError::Query { path: self.path.clone(), why: why.to_owned() }
    }

    /// The names of an object's columns; checks that the object is there and only read.
    fn columns(&self, object: Object<'_>) -> Result<Vec<String>, SourceError> {
        match object {
            Object::Query(query) => {
                let refused =
                    |why: &str| SourceError::Query { path: self.path.clone(), why: why.to_owned() };
                let statement =
                    self.connection.prepare(query).map_err(|error| refused(&error.to_string()))?;
                if !statement.readonly() {
                    return Err(self.refused("it does more than read"));
                }
                if statement.parameter_count() > 0 {
                    return Err(self.refused("it has parameters"));
                }
            }
            Object::Named(name) => {
                let objects = self.objects()?;
                if !objects.iter().any(|other| other.eq_ignore_ascii_case(name)) {
                    let objects = objects.iter().map(String::as_str);
                    let found = found_instead(name, objects, "tables");
                    let (path, object) = (self.path.clone(), (*name).to_owned());
                    return Err(SourceError::NoObject { path, object, found });
                }
            }
        }
        let sql = format!("select * from {} limit 0", clause(object));
        let statement = self.connection.prepare(&sql).map_err(|error| match object {
            Object::Named(_) => self.failed(error),
            Object::Query(_) => self.refused(&format!("it cannot stand in parentheses: {error}")),
        })?;
        Ok(statement.column_names().map(str::to_owned).collect())
    }

    /// The statement that reads the chosen columns, and the value of its one parameter.
    fn statement(
        &self,
        object: Object<'_>,
        names: &[String],
        chosen: &Chosen,
        wanted: &Wanted<'_>,
    ) -> Result<(String, Option<Value>), SourceError> {
        let columns: Vec<String> = chosen.wanted.iter().map(|at| quoted(&names[*at])).collect();
        let columns = if columns.is_empty() { "1".to_owned() } else { columns.join(", ") };
        let mut sql = format!("select {columns} from {}", clause(object));
        let mut parameter = None;
        if let Some((column, value)) = wanted.since {
            let place = find_column(names, column, object)?;
            let columns = &wanted.shape.columns;
            let promised = columns.iter().find(|promised| promised.source_name() == column);
            let bound = bound(promised, wanted.shape, value).map_err(|why| SourceError::Since {
                object: object.source().to_owned(),
                column: column.to_owned(),
                why,
            })?;
            parameter = Some(match bound {
                Bound::Integer(value) => Value::Integer(value),
                Bound::Real(value) => Value::Real(value),
                Bound::Text(value) => Value::Text(value),
            });
            // Writing to a String cannot fail.
            let name = quoted(&names[place]);
            let _ = write!(sql, " where {name} >= ?1 or {name} is null");
        }
        let order = wanted.order.iter().filter_map(|column| chosen.place_of(wanted.shape, column));
        let order: Vec<String> = order.map(|place| quoted(&names[chosen.wanted[place]])).collect();
        if !order.is_empty() {
            let _ = write!(sql, " order by {}", order.join(", "));
        }
        Ok((sql, parameter))
    }

    fn stream(
        &self,
        sql: &str,
        parameter: Option<Value>,
        places: &[Option<usize>],
        rows: &mut Rows,
        emit: &mut Emit<'_>,
    ) -> Result<u64, SourceError> {
        let failed = |error| self.failed(error);
        let mut statement = self.connection.prepare(sql).map_err(failed)?;
        let mut cursor = statement.query(rusqlite::params_from_iter(parameter)).map_err(failed)?;
        let mut count = 0;
        while let Some(row) = cursor.next().map_err(failed)? {
            push(row, places, rows);
            count += 1;
            let is_full =
                rows.len() >= CHUNK_ROWS || count % 64 == 0 && rows.size_bytes() >= CHUNK_BYTES;
            if is_full {
                emit(rows.take()?)?;
            }
        }
        if !rows.is_empty() {
            emit(rows.take()?)?;
        }
        Ok(count)
    }

    /// The columns of a table's primary key, in its order.
    fn primary_key(&self, object: Object<'_>) -> Result<Vec<String>, SourceError> {
        let Object::Named(name) = object else { return Ok(Vec::new()) };
        let failed = |error| self.failed(error);
        let sql = "select name from pragma_table_info(?1) where pk > 0 order by pk";
        let mut statement = self.connection.prepare(sql).map_err(failed)?;
        let names = statement.query_map([name], |row| row.get(0)).map_err(failed)?;
        names.collect::<Result<_, _>>().map_err(failed)
    }

    /// Up to `limit` rows of an object, value by value, for scaffolding.
    pub(super) fn sample(
        &self,
        object: &str,
        limit: usize,
        mut value: impl FnMut(usize, Stored<'_>),
    ) -> Result<Vec<String>, SourceError> {
        let object = Object::new(object);
        let names = self.columns(object)?;
        let failed = |error| self.failed(error);
        let sql = format!("select * from {} limit {limit}", clause(object));
        let mut statement = self.connection.prepare(&sql).map_err(failed)?;
        let mut cursor = statement.query([]).map_err(failed)?;
        while let Some(row) = cursor.next().map_err(failed)? {
            (0..names.len()).for_each(|column| value(column, stored(row, column)));
        }
        Ok(names)
    }
}

impl Database for Snapshot {
    fn read(&mut self, wanted: &Wanted<'_>, emit: &mut Emit<'_>) -> Result<Read, SourceError> {
        let object = Object::new(wanted.object);
        let names = self.columns(object)?;
        let chosen = Chosen::new(&names, wanted.shape, object.source())?;
        let (sql, parameter) = self.statement(object, &names, &chosen, wanted)?;
        let mut rows = Plan::new(wanted.shape, object.source())?.rows();
        let count = self.stream(&sql, parameter, &chosen.places, &mut rows, emit)?;
        if let Some(found) = &self.unchanging {
            found.check_unchanged()?;
        }
        Ok(Read { sha256: String::new(), size_bytes: 0, rows: count, drift: chosen.drift })
    }

    fn describe(&mut self, object: &str) -> Result<Description, SourceError> {
        let columns = self.described(object)?;
        Ok(Description { columns, key: self.primary_key(Object::new(object))? })
    }

    fn opener(&self) -> Option<Box<dyn Opener>> {
        // A second connection would begin a moment of its own.
        None
    }
}

/// An object as something to select from.
fn clause(object: Object<'_>) -> String {
    match object {
        Object::Named(name) => quoted(name),
        Object::Query(query) => in_parentheses(query),
    }
}

/// An identifier in double quotes.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Adds a row of a cursor.
fn push(row: &Row<'_>, places: &[Option<usize>], rows: &mut Rows) {
    let value = |index: usize| places[index].map_or(Stored::Null, |place| stored(row, place));
    rows.push(
        0,
        |index, parser| match value(index) {
            Stored::Null => Ok(Cell::Null),
            // Bytes that happen to be text are still no text of the department's.
            Stored::Bytes(_) if !is_text(row, places[index]) => Err(parser.misfit("a blob")),
            value => accept(value, parser),
        },
        |index| match value(index) {
            Stored::Bytes(bytes) if !is_text(row, places[index]) => {
                Some(Cow::Owned(format!("\\x{}", hex::encode(bytes))))
            }
            value => value.text(),
        },
    );
}

fn is_text(row: &Row<'_>, place: Option<usize>) -> bool {
    place.is_some_and(|place| matches!(row.get_ref(place), Ok(ValueRef::Text(_))))
}

/// A value as it is stored, whatever its column is declared to be.
fn stored<'r>(row: &'r Row<'_>, place: usize) -> Stored<'r> {
    match row.get_ref(place) {
        // The place is one of the statement's columns, so there is always a value.
        Err(_) | Ok(ValueRef::Null) => Stored::Null,
        Ok(ValueRef::Integer(value)) => Stored::Integer(i128::from(value)),
        Ok(ValueRef::Real(value)) => Stored::Float(value),
        Ok(ValueRef::Text(bytes) | ValueRef::Blob(bytes)) => Stored::Bytes(bytes),
    }
}

/// Whether a database is in write-ahead mode but has no log, so that it is read as an unchanging
/// file.
///
/// # Errors
/// When it has a log that cannot be read without writing.
fn is_without_log(path: &Path) -> Result<bool, SourceError> {
    let mut header = Vec::new();
    let file = File::open(path).map_err(SourceError::io(path))?;
    file.take(20).read_to_end(&mut header).map_err(SourceError::io(path))?;
    if header.get(18..20) != Some(&[2, 2]) {
        return Ok(false);
    }
    let beside = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let log_bytes = fs::metadata(beside("-wal")).map_or(0, |metadata| metadata.len());
    let has_index = beside("-shm").exists();
    if log_bytes > 0 && !has_index {
        return Err(SourceError::Database {
            path: path.to_owned(),
            why: "has a write-ahead log without its -shm file, which only writing could mend; \
                  open it once with its own program, or copy it with `.backup`"
                .to_owned(),
        });
    }
    Ok(log_bytes == 0 && !has_index)
}

/// The path as an SQLite URI.
fn uri(path: &Path, mode: &str) -> Result<String, SourceError> {
    let absolute = std::path::absolute(path).map_err(SourceError::io(path))?;
    let text = absolute.to_str().ok_or_else(|| SourceError::FileName { path: path.to_owned() })?;
    let escaped = text.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    Ok(format!("file:{escaped}?mode=ro&{mode}"))
}
