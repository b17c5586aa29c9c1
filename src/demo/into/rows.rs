//! What lies in a department's SQLite database, and of which types is it on a server?

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, Row};

use super::super::error::DemoError;
use super::super::tables::{self, Kept};
use super::column::{Kind, Likeness, Reading, Server, Value};
use crate::source::shape::{Column, ColumnType, Shape};
use crate::warehouse::contract::Contract;
use crate::warehouse::project::Project;

/// A table of a department's database as it is to lie on a server.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// the SQLite database
    pub(super) database: PathBuf,
    /// its name, here and there
    pub(super) name: &'static str,
    /// the server that it is made for
    pub(super) server: Server,
    /// its columns, in their order
    pub(super) columns: Vec<ServerColumn>,
    /// the columns of its key, by their places
    pub(super) key: Vec<usize>,
    /// the column that tells what is new, by its place, unless the key begins with it
    pub(super) cursor: Option<usize>,
    /// how many rows it is to have
    pub(super) rows: u64,
    /// how many rows the server cannot hold
    pub(super) left_out: u64,
}

/// A column.
#[derive(Debug, Clone)]
pub(super) struct ServerColumn {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// whether some row has no value
    pub(super) has_gap: bool,
    /// bytes of its longest text
    pub(super) bytes_max: usize,
    /// how like the least like value is
    pub(super) likeness: Likeness,
    reading: Reading,
}

/// The tables of a department's database, their types found by reading every row.
///
/// # Errors
/// When the database cannot be read, or a value fits no type of the server.
pub(super) fn survey(
    project: &Project,
    system: &str,
    path: &str,
    server: Server,
) -> Result<Vec<Table>, DemoError> {
    let database = project.root.join(path);
    let connection = open(&database)?;
    let mut found = Vec::new();
    for table in tables::ALL.iter().filter(|table| table.path == path) {
        let Kept::Database(name, _) = table.kept else { continue };
        let contract = contract_of(project, system, name);
        let readings = table.columns.iter().map(|column| {
            let wrong = |why| DemoError::Reading { table: name, column, why };
            reading(contract, project, column).map_err(wrong)
        });
        let readings: Vec<Reading> = readings.collect::<Result<_, _>>()?;
        let cursor = contract.and_then(|contract| {
            let cursor = contract.cursor.as_ref()?;
            let promised =
                contract.shape.columns.iter().find(|column| column.name == cursor.column)?;
            table.columns.iter().position(|column| *column == promised.source_name())
        });
        let survey = Survey { connection: &connection, name, columns: table.columns, server };
        let (columns, rows) = survey.columns(readings, &database)?;
        let key = survey.key().map_err(unreadable(&database))?;
        // The key's own index begins with its first column.
        let cursor = cursor.filter(|place| key.first() != Some(place));
        let database = database.clone();
        let mut table = Table { database, name, server, columns, key, cursor, rows, left_out: 0 };
        if table.columns.iter().any(|column| column.likeness == Likeness::Absent) {
            let mut held = 0;
            each_row(&table, |_| {
                held += 1;
                true
            })?;
            (table.rows, table.left_out) = (held, rows - held);
        }
        found.push(table);
    }
    Ok(found)
}

/// The contract that reads a table, by itself or with others in a query.
fn contract_of<'p>(project: &'p Project, system: &str, table: &str) -> Option<&'p Contract> {
    let own = || project.contracts.values().filter(|contract| contract.system == system);
    let names_it = |contract: &&Contract| {
        let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
        contract.object.split(|letter| !is_name(letter)).any(|word| word == table)
    };
    own().find(|contract| contract.object == table).or_else(|| own().find(names_it))
}

/// How a refresh reads a column; one that no contract names is text.
fn reading(contract: Option<&Contract>, project: &Project, name: &str) -> Result<Reading, String> {
    let promised = contract.and_then(|contract| {
        let mut columns = contract.shape.columns.iter();
        Some((columns.find(|column| column.source_name() == name)?, &contract.shape))
    });
    if let Some((column, shape)) = promised {
        return Reading::new(column, shape);
    }
    let column = Column::plain(name, ColumnType::Text);
    let shape = Shape {
        place: String::new(),
        columns: Vec::new(),
        format: crate::source::shape::Format::default(),
        zone: project.settings.time_zone,
    };
    Reading::new(&column, &shape)
}

/// What was seen of a column of some type.
#[derive(Clone, Copy)]
struct Seen {
    likeness: Likeness,
    has_gap: bool,
    bytes_max: usize,
}

struct Survey<'a> {
    connection: &'a Connection,
    name: &'static str,
    columns: &'static [&'static str],
    server: Server,
}

impl Survey<'_> {
    /// The columns with their types, and how many rows there are.
    fn columns(
        &self,
        readings: Vec<Reading>,
        database: &Path,
    ) -> Result<(Vec<ServerColumn>, u64), DemoError> {
        let mut candidates: Vec<Vec<Kind>> = readings.iter().map(Reading::candidates).collect();
        let best = candidates.iter_mut().map(|kinds| vec![kinds.remove(0)]).collect::<Vec<_>>();
        let (first, rows) = self.pass(&readings, &best).map_err(unreadable(database))?;
        // Most columns are of their contract's type; the others are looked at once more.
        for (seen, rest) in first.iter().zip(&mut candidates) {
            if seen[0].likeness == Likeness::Same {
                rest.clear();
            }
        }
        let more = match candidates.iter().all(Vec::is_empty) {
            true => vec![Vec::new(); first.len()],
            false => self.pass(&readings, &candidates).map_err(unreadable(database))?.0,
        };
        let mut columns = Vec::new();
        for (place, reading) in readings.into_iter().enumerate() {
            let name = self.columns[place];
            let kinds = best[place].iter().chain(&candidates[place]);
            let all: Vec<(&Kind, &Seen)> =
                kinds.zip(first[place].iter().chain(&more[place])).collect();
            // Of equals the last is the greatest, and the first candidate is the best.
            let best = all.iter().rev().max_by_key(|(_, seen)| seen.likeness);
            let lost = || DemoError::NoType { table: self.name, column: name };
            let (kind, seen) =
                best.filter(|(_, seen)| seen.likeness > Likeness::Unlike).ok_or_else(lost)?;
            columns.push(ServerColumn {
                name,
                kind: **kind,
                has_gap: all.iter().any(|(_, seen)| seen.has_gap),
                bytes_max: seen.bytes_max,
                likeness: seen.likeness,
                reading,
            });
        }
        Ok((columns, rows))
    }

    /// Reads every row, and sees each column as each of its candidates.
    fn pass(
        &self,
        readings: &[Reading],
        candidates: &[Vec<Kind>],
    ) -> Result<(Vec<Vec<Seen>>, u64), rusqlite::Error> {
        let unseen = Seen { likeness: Likeness::Same, has_gap: false, bytes_max: 0 };
        let mut seen: Vec<Vec<Seen>> =
            candidates.iter().map(|kinds| vec![unseen; kinds.len()]).collect();
        let mut rows = 0;
        let mut statement = self.connection.prepare(&select(self.name, self.columns))?;
        let mut cursor = statement.query([])?;
        while let Some(row) = cursor.next()? {
            rows += 1;
            for (place, reading) in readings.iter().enumerate() {
                let value = row.get_ref(place)?;
                let given = candidates[place].iter().zip(&mut seen[place]);
                for (kind, seen) in given.filter(|(_, seen)| seen.likeness > Likeness::Unlike) {
                    seen.likeness = seen.likeness.min(reading.likeness(value, *kind, self.server));
                    match reading.given(value, *kind, self.server) {
                        None | Some(Value::Null) => seen.has_gap = true,
                        Some(Value::Text(text)) => seen.bytes_max = seen.bytes_max.max(text.len()),
                        Some(_) => {}
                    }
                }
            }
        }
        Ok((seen, rows))
    }

    /// The places of the key's columns.
    fn key(&self) -> Result<Vec<usize>, rusqlite::Error> {
        let sql = "select name from pragma_table_info(?1) where pk > 0 order by pk";
        let mut statement = self.connection.prepare(sql)?;
        let names = statement.query_map([self.name], |row| row.get::<_, String>(0))?;
        let mut places = Vec::new();
        for name in names {
            let name = name?;
            places.extend(self.columns.iter().position(|column| **column == *name));
        }
        Ok(places)
    }
}

/// Hands each row of a table that the server can hold to `take`, until it says that no more is
/// wanted.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn each_row(
    table: &Table,
    mut take: impl FnMut(&[Value<'_>]) -> bool,
) -> Result<(), DemoError> {
    let connection = open(&table.database)?;
    let names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
    let failed = || unreadable(&table.database);
    let mut statement = connection.prepare(&select(table.name, &names)).map_err(failed())?;
    let mut cursor = statement.query([]).map_err(failed())?;
    while let Some(row) = cursor.next().map_err(failed())? {
        let values = values(table, row)?;
        if values.is_some_and(|values| !take(&values)) {
            break;
        }
    }
    Ok(())
}

/// The values of a row; nothing where the server cannot hold one of them.
fn values<'r>(table: &Table, row: &'r Row<'_>) -> Result<Option<Vec<Value<'r>>>, DemoError> {
    let mut values = Vec::with_capacity(table.columns.len());
    for (place, column) in table.columns.iter().enumerate() {
        let value = row.get_ref(place).map_err(unreadable(&table.database))?;
        match column.reading.given(value, column.kind, table.server) {
            Some(value) => values.push(value),
            None if column.likeness == Likeness::Absent => return Ok(None),
            // The survey saw a place for each value.
            None => return Err(DemoError::NoType { table: table.name, column: column.name }),
        }
    }
    Ok(Some(values))
}

fn select(table: &str, columns: &[&str]) -> String {
    let columns: Vec<String> = columns.iter().map(|column| format!("\"{column}\"")).collect();
    format!("select {} from \"{table}\"", columns.join(", "))
}

fn open(path: &Path) -> Result<Connection, DemoError> {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(unreadable(path))
}

fn unreadable(path: &Path) -> impl FnOnce(rusqlite::Error) -> DemoError {
    let path = path.to_owned();
    move |cause| DemoError::Database { path, cause }
}
