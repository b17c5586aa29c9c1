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

use super::csv::missing;
use super::error::found_instead;
use super::files::Found;
use super::rows::{Plan, Rows};
use super::shape::{Drift, Shape};
use super::sqlite_sql::{Object, bound, quoted, resolve};
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

    /// Reads the rows of `object`, a table, a view or a query that begins with `select` or `with`.
    ///
    /// `since` names a column at the source and the text of a value from which on, itself included,
    /// rows are read, and those that have none, since nothing tells whether they are new; moments
    /// are given in RFC 3339 or as dates, whatever the source's own form.
    ///
    /// # Errors
    /// When the object or a required column is not there, or reading breaks off.
    pub fn read(
        &self,
        object: &str,
        shape: &Shape,
        since: Option<(&str, &str)>,
        emit: &mut Emit<'_>,
    ) -> Result<Read, SourceError> {
        self.read_in_order(object, shape, since, &[], emit)
    }

    /// As [`Snapshot::read`], ordered by columns at the source, as SQLite orders them.
    ///
    /// # Errors
    /// As [`Snapshot::read`], and when a column to order by is not there.
    pub fn read_in_order(
        &self,
        object: &str,
        shape: &Shape,
        since: Option<(&str, &str)>,
        order_by: &[String],
        emit: &mut Emit<'_>,
    ) -> Result<Read, SourceError> {
        let object = Object::new(object);
        let names = self.columns(&object)?;
        let source = object.source();
        let mut drift = Vec::new();
        let mut places = Vec::new();
        let mut wanted: Vec<&str> = Vec::new();
        for column in &shape.columns {
            match resolve(&names, column.source_name()) {
                Some(name) => {
                    places.push(Some(wanted.len()));
                    wanted.push(name);
                }
                None => {
                    let found = || {
                        let names = names.iter().map(String::as_str);
                        found_instead(column.source_name(), names, "columns")
                    };
                    drift.push(missing(column, source, shape, found)?);
                    places.push(None);
                }
            }
        }
        let added = names.iter().filter(|name| !wanted.contains(&name.as_str()));
        drift.extend(added.map(|name| Drift::Added { column: name.clone() }));
        let (sql, parameter) = self.statement(&object, &names, &wanted, shape, since, order_by)?;
        let mut rows = Plan::new(shape, source)?.rows();
        let count = self.stream(&sql, parameter, &places, &mut rows, emit)?;
        if let Some(found) = &self.unchanging {
            found.check_unchanged()?;
        }
        Ok(Read { sha256: String::new(), size_bytes: 0, rows: count, drift })
    }

    /// Reads the key columns alone of every row, to see which keys are still there.
    ///
    /// # Errors
    /// As [`Snapshot::read`], and when a key column is none of the shape's.
    pub fn keys(
        &self,
        object: &str,
        shape: &Shape,
        key: &[String],
        emit: &mut Emit<'_>,
    ) -> Result<Read, SourceError> {
        let mut reduced = shape.clone();
        reduced.columns = key
            .iter()
            .map(|name| {
                let column = shape.columns.iter().find(|column| column.name == *name);
                column.cloned().ok_or_else(|| SourceError::Shape {
                    place: shape.place.clone(),
                    why: format!("`key` names `{name}`, which is none of the columns"),
                })
            })
            .collect::<Result<_, _>>()?;
        self.read(object, &reduced, None, emit)
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
    fn columns(&self, object: &Object<'_>) -> Result<Vec<String>, SourceError> {
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
        let sql = format!("select * from {} limit 0", object.source_clause());
        let statement = self.connection.prepare(&sql).map_err(|error| match object {
            Object::Named(_) => self.failed(error),
            Object::Query(_) => self.refused(&format!("it cannot stand in parentheses: {error}")),
        })?;
        Ok(statement.column_names().map(str::to_owned).collect())
    }

    /// The statement that reads `wanted`, and the value of its one parameter.
    fn statement(
        &self,
        object: &Object<'_>,
        names: &[String],
        wanted: &[&str],
        shape: &Shape,
        since: Option<(&str, &str)>,
        order_by: &[String],
    ) -> Result<(String, Option<Value>), SourceError> {
        let absent = |column: &str, what: &str| SourceError::Since {
            object: object.source().to_owned(),
            column: column.to_owned(),
            why: format!(
                "{what} {}",
                found_instead(column, names.iter().map(String::as_str), "columns")
            ),
        };
        let columns: Vec<String> = wanted.iter().map(|name| quoted(name)).collect();
        let columns = if columns.is_empty() { "1".to_owned() } else { columns.join(", ") };
        let mut sql = format!("select {columns} from {}", object.source_clause());
        let mut parameter = None;
        if let Some((column, value)) = since {
            let name =
                resolve(names, column).ok_or_else(|| absent(column, "there is no such column;"))?;
            let promised = shape.columns.iter().find(|promised| promised.source_name() == column);
            let why = |why| SourceError::Since {
                object: object.source().to_owned(),
                column: column.to_owned(),
                why,
            };
            parameter = Some(bound(promised, shape, value).map_err(why)?);
            // Writing to a String cannot fail.
            let name = quoted(name);
            let _ = write!(sql, " where {name} >= ?1 or {name} is null");
        }
        for (index, column) in order_by.iter().enumerate() {
            let name = resolve(names, column)
                .ok_or_else(|| absent(column, "rows cannot be ordered by it;"))?;
            let _ = write!(sql, "{} {}", if index == 0 { " order by" } else { "," }, quoted(name));
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

    /// Up to `limit` rows of an object, value by value, for scaffolding.
    pub(super) fn sample(
        &self,
        object: &str,
        limit: usize,
        mut value: impl FnMut(usize, Stored<'_>),
    ) -> Result<Vec<String>, SourceError> {
        let object = Object::new(object);
        let names = self.columns(&object)?;
        let failed = |error| self.failed(error);
        let sql = format!("select * from {} limit {limit}", object.source_clause());
        let mut statement = self.connection.prepare(&sql).map_err(failed)?;
        let mut cursor = statement.query([]).map_err(failed)?;
        while let Some(row) = cursor.next().map_err(failed)? {
            (0..names.len()).for_each(|column| value(column, stored(row, column)));
        }
        Ok(names)
    }
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
