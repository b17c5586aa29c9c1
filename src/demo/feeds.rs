//! How do rows reach the departments' files and databases?
//!
//! A row waits under the day on which its department's system gets it. Once a day is over it is
//! written, if the delivery's window holds it, and dropped if not: so one run of thirty days writes
//! what thirty runs of one day write.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::clock::{DATA_DATE, Month, Window};
use super::database::Databases;
use super::error::{DemoError, at};
use super::tables::{self, Kept, Table};
use super::text::{Dialect, Row};

/// Bytes that are gathered before a file is written to.
const BUFFER_BYTES: usize = 256 * 1024;

/// Where a row that cannot be loaded lies, and why it cannot.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Dirty {
    /// the table of the warehouse that it was meant for: `sales.orders`
    pub(super) table: Cow<'static, str>,
    /// the file's name, or the database's table
    pub(super) source: String,
    /// the line of the file on which the record begins; 0 in a database
    pub(super) row: u64,
    /// the column at fault in the warehouse's words; nothing where the record is malformed
    pub(super) column: Option<Cow<'static, str>>,
    /// words of the reason
    pub(super) reason: Cow<'static, str>,
}

/// The rows of one table.
#[derive(Default)]
struct Waiting {
    days: BTreeMap<NaiveDate, Vec<u8>>,
    dirty: BTreeMap<NaiveDate, Vec<(Vec<u8>, Dirty)>>,
    /// rows given so far up to the last day of the window, the dirty ones not counted
    rows: u64,
    /// the file being written, its name and the lines it has
    open: Option<(String, BufWriter<File>, u64)>,
}

/// The departments' systems while they are written.
pub(super) struct Feeds {
    root: PathBuf,
    window: Window,
    tables: Vec<Waiting>,
    databases: Databases,
    dirty: Vec<Dirty>,
}

impl Feeds {
    /// Systems below a project's folder.
    pub(super) fn new(root: &Path, window: Window) -> Self {
        Self {
            root: root.to_owned(),
            window,
            tables: tables::ALL.iter().map(|_| Waiting::default()).collect(),
            databases: Databases::new(root, window.after.is_none()),
            dirty: Vec::new(),
        }
    }

    /// The days that are written.
    pub(super) fn window(&self) -> Window {
        self.window
    }

    /// Adds a row that reaches its system on a day.
    pub(super) fn row(
        &mut self,
        table: &'static Table,
        on: NaiveDate,
        write: impl FnOnce(&mut Row<'_>),
    ) {
        let waiting = &mut self.tables[table.id];
        let mut row = Row::new(waiting.days.entry(on).or_default(), table.dialect());
        write(&mut row);
        debug_assert_eq!(row.count, table.columns.len(), "{}", table.path);
        row.end();
        waiting.rows += u64::from(on <= self.window.until);
    }

    /// Adds a line of JSON.
    pub(super) fn json(&mut self, table: &'static Table, on: NaiveDate, line: &serde_json::Value) {
        let waiting = &mut self.tables[table.id];
        let day = waiting.days.entry(on).or_default();
        day.extend(line.to_string().bytes());
        day.push(b'\n');
        waiting.rows += u64::from(on <= self.window.until);
    }

    /// Adds a record that cannot be loaded, as it stands, with its line end; for a database the
    /// values as [`Dialect::Values`] writes them.
    pub(super) fn dirty(
        &mut self,
        table: &'static Table,
        on: NaiveDate,
        record: Vec<u8>,
        dirty: Dirty,
    ) {
        self.tables[table.id].dirty.entry(on).or_default().push((record, dirty));
    }

    /// How many rows of each table were given up to the last day of the window, by the table's
    /// place in [`tables::ALL`].
    pub(super) fn rows(&self) -> Vec<u64> {
        self.tables.iter().map(|waiting| waiting.rows).collect()
    }

    /// Writes the rows of all days up to `until`; none may follow for them.
    ///
    /// # Errors
    /// When a file or database cannot be written.
    pub(super) fn flush(&mut self, until: NaiveDate) -> Result<(), DemoError> {
        let after = until.succ_opt().unwrap_or(until);
        let mut days: BTreeMap<NaiveDate, Vec<(usize, Vec<u8>)>> = BTreeMap::new();
        for table in tables::ALL {
            if matches!(table.kept, Kept::Whole(_)) {
                continue;
            }
            let waiting = &mut self.tables[table.id];
            let later = waiting.days.split_off(&after);
            for (day, rows) in std::mem::replace(&mut waiting.days, later) {
                days.entry(day).or_default().push((table.id, rows));
            }
            // A day may have nothing but dirty rows.
            for day in waiting.dirty.range(..after).map(|(day, _)| *day) {
                days.entry(day).or_default().push((table.id, Vec::new()));
            }
        }
        for (day, tables) in days {
            if !self.window.holds(day) {
                continue;
            }
            for (id, rows) in tables {
                self.deliver(tables::ALL[id], day, rows)?;
            }
            if self.window.after.is_some() {
                self.databases.commit()?;
            }
        }
        if self.window.after.is_none() {
            self.databases.commit()?;
        }
        Ok(())
    }

    fn deliver(
        &mut self,
        table: &'static Table,
        day: NaiveDate,
        rows: Vec<u8>,
    ) -> Result<(), DemoError> {
        let dirty = self.tables[table.id].dirty.remove(&day).unwrap_or_default();
        match table.kept {
            Kept::Database(name, _) => {
                self.databases.put(table, rows)?;
                for (record, mut dirty) in dirty {
                    self.databases.put(table, record)?;
                    name.clone_into(&mut dirty.source);
                    self.dirty.push(dirty);
                }
                Ok(())
            }
            Kept::Deliveries(dialect) => {
                let file = self.file(table, dialect, day)?;
                append(file, &dialect.encoded(rows))?;
                let mut found = Vec::new();
                for (record, mut dirty) in dirty {
                    dirty.source = file_name(&file.0);
                    dirty.row = file.2 + 1;
                    append(file, &record)?;
                    found.push(dirty);
                }
                self.dirty.extend(found);
                Ok(())
            }
            Kept::Whole(_) => Ok(()),
        }
    }

    /// The file of a day's delivery, opened with its head where it is new.
    fn file(
        &mut self,
        table: &'static Table,
        dialect: Dialect,
        day: NaiveDate,
    ) -> Result<&mut (String, BufWriter<File>, u64), DemoError> {
        let label = if day <= DATA_DATE { Month::of(day).name() } else { day.to_string() };
        let path = self.root.join(table.path.replace('*', &label));
        let name = path.to_string_lossy().into_owned();
        let waiting = &mut self.tables[table.id];
        let is_open = waiting.open.as_ref().is_some_and(|(open, _, _)| *open == name);
        if !is_open {
            close(waiting.open.take())?;
            make_folder(&path)?;
            let file = File::create(&path).map_err(at(&path))?;
            let mut file = (name, BufWriter::with_capacity(BUFFER_BYTES, file), 0);
            append(&mut file, &dialect.head(table.columns))?;
            waiting.open = Some(file);
        }
        waiting.open.as_mut().ok_or_else(|| DemoError::Closed { path })
    }

    /// Writes what is left up to the window's end and closes everything; returns the rows that
    /// cannot be loaded, in the order of tables and days.
    ///
    /// # Errors
    /// When a file or database cannot be written.
    pub(super) fn finish(mut self) -> Result<Vec<Dirty>, DemoError> {
        self.flush(self.window.until)?;
        for table in tables::ALL {
            close(self.tables[table.id].open.take())?;
            if let Kept::Whole(dialect) = table.kept {
                self.write_whole(table, dialect)?;
            }
        }
        self.databases.close()?;
        Ok(self.dirty)
    }

    fn write_whole(&mut self, table: &'static Table, dialect: Dialect) -> Result<(), DemoError> {
        let path = self.root.join(table.path);
        make_folder(&path)?;
        let file = File::create(&path).map_err(at(&path))?;
        let name = path.to_string_lossy().into_owned();
        let mut file = (name, BufWriter::with_capacity(BUFFER_BYTES, file), 0);
        append(&mut file, &dialect.encoded(dialect.head(table.columns)))?;
        let waiting = std::mem::take(&mut self.tables[table.id]);
        for (_, rows) in waiting.days.range(..=self.window.until) {
            append(&mut file, &dialect.encoded(rows.clone()))?;
        }
        for (_, records) in waiting.dirty.range(..=self.window.until) {
            for (record, dirty) in records {
                let source = file_name(&file.0);
                self.dirty.push(Dirty { source, row: file.2 + 1, ..dirty.clone() });
                append(&mut file, record)?;
            }
        }
        close(Some(file))
    }
}

/// Writes bytes and counts their lines.
fn append(file: &mut (String, BufWriter<File>, u64), bytes: &[u8]) -> Result<(), DemoError> {
    let lines = memchr::memchr_iter(b'\n', bytes).count();
    file.2 += u64::try_from(lines).unwrap_or_default();
    file.1.write_all(bytes).map_err(at(Path::new(&file.0)))
}

fn close(file: Option<(String, BufWriter<File>, u64)>) -> Result<(), DemoError> {
    match file {
        Some((path, mut writer, _)) => writer.flush().map_err(at(Path::new(&path))),
        None => Ok(()),
    }
}

fn file_name(path: &str) -> String {
    Path::new(path).file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Makes the folder of a file.
///
/// # Errors
/// When it cannot be made.
pub(super) fn make_folder(path: &Path) -> Result<(), DemoError> {
    match path.parent() {
        Some(folder) => fs::create_dir_all(folder).map_err(at(folder)),
        None => Ok(()),
    }
}
