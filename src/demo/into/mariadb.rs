//! How do a department's tables reach a MariaDB or MySQL server?
//!
//! It has no transaction over tables that are made anew: each is loaded under another name, and
//! one statement gives all of them their names at the end.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Timelike};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Params, Value as Given};
use tokio::sync::mpsc;

use super::super::error::DemoError;
use super::column::{Kind, Value};
use super::rows::{ServerColumn, Table, each_row};
use super::target::Target;
use super::{MARKER, Mark};
use crate::source::mysql as source;

/// Rows of one statement, and the values that it may have at most.
const STATEMENT_ROWS: usize = 500;
const STATEMENT_VALUES_MAX: usize = 60_000;
/// Statements that may wait for the server.
const BATCHES_WAITING: usize = 4;
/// Characters of a text with an index: four columns of them are what a key may hold.
const KEY_CHARACTERS: usize = 191;
/// Bytes that a `text` holds.
const TEXT_BYTES_MAX: usize = 65_535;
/// Behind the name of a table that is being loaded, and of one that was replaced.
const NEW: &str = "__new";
const OLD: &str = "__old";

/// Puts tables on the server; `done` is told of rows that are there.
///
/// # Errors
/// When the server cannot be reached, holds tables that no demo made, or refuses.
pub(super) async fn put(
    target: &Target,
    tables: &[Table],
    mark: Mark,
    done: &mut dyn FnMut(u64),
) -> Result<(), DemoError> {
    let mut connection = target.connected(source::connect(&target.server).await)?;
    target.step("set up the session", connection.query_drop("set names utf8mb4")).await?;
    let session = "set time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES', unique_checks = 0";
    target.step("set up the session", connection.query_drop(session)).await?;
    let there = there(target, &mut connection, tables).await?;
    check_own(target, &mut connection, &there, mark).await?;
    for table in tables {
        say_own(target, &mut connection, table, mark).await?;
        put_table(target, &mut connection, table, done).await?;
    }
    swap(target, &mut connection, tables, &there).await?;
    target.step("end the connection", connection.disconnect()).await
}

/// Which of the names that are needed are taken.
async fn there(
    target: &Target,
    connection: &mut Conn,
    tables: &[Table],
) -> Result<Vec<String>, DemoError> {
    let mut names = vec![MARKER.to_owned()];
    for suffix in ["", NEW, OLD] {
        names.extend(tables.iter().map(|table| format!("{}{suffix}", table.name)));
    }
    let marks = vec!["?"; names.len()].join(", ");
    let sql = format!(
        "select table_name from information_schema.tables \
         where table_schema = database() and table_name in ({marks})"
    );
    target.step("look for tables", connection.exec(sql, Params::from(names))).await
}

/// Refuses to replace tables that no demo made, or that of another company.
async fn check_own(
    target: &Target,
    connection: &mut Conn,
    there: &[String],
    mark: Mark,
) -> Result<(), DemoError> {
    let mut marked: Vec<(String, String)> = Vec::new();
    if there.iter().any(|name| name == MARKER) {
        let sql = format!("select table_name, cast(seed as char) from {MARKER}");
        marked = target.step("look for a demo", connection.query(sql)).await?;
    }
    let plain = |name: &String| name.trim_end_matches(NEW).trim_end_matches(OLD).to_owned();
    target.check_own(there.iter().map(plain).collect(), &marked, mark)
}

/// Says that a table is a demo's, before the first name is taken.
async fn say_own(
    target: &Target,
    connection: &mut Conn,
    table: &Table,
    mark: Mark,
) -> Result<(), DemoError> {
    let create = format!(
        "create table if not exists {MARKER} (table_name varchar({KEY_CHARACTERS}) primary key, \
         seed decimal(20) not null, generator integer not null) character set utf8mb4"
    );
    let doing = "say which tables are a demo's";
    target.step(doing, connection.query_drop(create)).await?;
    let replace = format!("replace into {MARKER} values (?, ?, ?)");
    let row = (table.name, mark.seed, mark.generator);
    target.step(doing, connection.exec_drop(replace, row)).await
}

async fn put_table(
    target: &Target,
    connection: &mut Conn,
    table: &Table,
    done: &mut dyn FnMut(u64),
) -> Result<(), DemoError> {
    let name = quoted(&format!("{}{NEW}", table.name));
    let doing = format!("create table {}", table.name);
    let drop = format!("drop table if exists {name}");
    target.step(&doing, connection.query_drop(drop)).await?;
    target.step(&doing, connection.query_drop(create(table, &name))).await?;
    let doing = format!("insert rows into {}", table.name);
    target.step(&doing, connection.query_drop("begin")).await?;
    let (sender, mut receiver) = mpsc::channel(BATCHES_WAITING);
    let rows = table.clone();
    let reading = tokio::task::spawn_blocking(move || send(&rows, &sender));
    // LOAD DATA would be faster, but turns what does not fit into warnings.
    let full = insert(&name, table.columns.len(), rows_of_statement(table));
    let full = target.step(&doing, connection.prep(full)).await?;
    while let Some(batch) = receiver.recv().await {
        let count = batch.len() / table.columns.len();
        let values = Params::Positional(batch);
        if count == rows_of_statement(table) {
            target.step(&doing, connection.exec_drop(&full, values)).await?;
        } else {
            let last = insert(&name, table.columns.len(), count);
            target.step(&doing, connection.exec_drop(last, values)).await?;
        }
        done(u64::try_from(count).unwrap_or_default());
    }
    target.step(&doing, connection.close(full)).await?;
    reading.await.map_err(|_| DemoError::Closed { path: table.database.clone() })??;
    target.step(&doing, connection.query_drop("commit")).await
}

/// Sends the values of a table in batches, row after row.
fn send(table: &Table, sender: &mpsc::Sender<Vec<Given>>) -> Result<(), DemoError> {
    let full = rows_of_statement(table) * table.columns.len();
    let mut batch = Vec::with_capacity(full);
    each_row(table, |values| {
        batch.extend(values.iter().map(given));
        if batch.len() < full {
            return true;
        }
        let batch = std::mem::replace(&mut batch, Vec::with_capacity(full));
        sender.blocking_send(batch).is_ok()
    })?;
    if !batch.is_empty() {
        // Whoever takes no more batches says why.
        let _ = sender.blocking_send(batch);
    }
    Ok(())
}

/// How many rows go into a full statement.
fn rows_of_statement(table: &Table) -> usize {
    STATEMENT_ROWS.min(STATEMENT_VALUES_MAX / table.columns.len().max(1))
}

fn given(value: &Value<'_>) -> Given {
    match value {
        Value::Null => Given::NULL,
        Value::Text(text) => Given::Bytes(text.as_bytes().to_vec()),
        Value::Integer(value) => Given::Int(*value),
        Value::Decimal(..) => Given::Bytes(value.digits().into_bytes()),
        Value::Float(value) => Given::Double(*value),
        Value::Boolean(value) => Given::Int(i64::from(*value)),
        Value::Day(day) => match NaiveDate::from_epoch_days(*day) {
            Some(date) => moment(date.and_time(chrono::NaiveTime::MIN)),
            None => Given::NULL,
        },
        Value::Micros(micros) => match DateTime::from_timestamp_micros(*micros) {
            Some(instant) => moment(instant.naive_utc()),
            None => Given::NULL,
        },
    }
}

/// A moment in the parts that the protocol sends.
fn moment(at: NaiveDateTime) -> Given {
    let part = |value: u32| u8::try_from(value).unwrap_or_default();
    Given::Date(
        u16::try_from(at.year()).unwrap_or_default(),
        part(at.month()),
        part(at.day()),
        part(at.hour()),
        part(at.minute()),
        part(at.second()),
        at.nanosecond() / 1000,
    )
}

/// Gives all tables their names in one step, and drops those that they replace.
async fn swap(
    target: &Target,
    connection: &mut Conn,
    tables: &[Table],
    there: &[String],
) -> Result<(), DemoError> {
    let old = |table: &Table| quoted(&format!("{}{OLD}", table.name));
    let drops: Vec<String> = tables.iter().map(old).collect();
    let drop = format!("drop table if exists {}", drops.join(", "));
    let doing = "put the new tables in the place of the old";
    target.step(doing, connection.query_drop(&drop)).await?;
    let mut renames = Vec::new();
    for table in tables {
        let name = quoted(table.name);
        if there.iter().any(|name| name == table.name) {
            renames.push(format!("{name} to {}", old(table)));
        }
        renames.push(format!("{} to {name}", quoted(&format!("{}{NEW}", table.name))));
    }
    let rename = format!("rename table {}", renames.join(", "));
    target.step(doing, connection.query_drop(rename)).await?;
    target.step(doing, connection.query_drop(drop)).await
}

fn insert(name: &str, width: usize, rows: usize) -> String {
    let row = format!("({})", vec!["?"; width].join(", "));
    format!("insert into {name} values {}", vec![row; rows].join(", "))
}

fn create(table: &Table, name: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    for (place, column) in table.columns.iter().enumerate() {
        let is_indexed = table.key.contains(&place) || table.cursor == Some(place);
        parts.push(format!("{} {} null", quoted(column.name), kind(column, is_indexed)));
    }
    let key: Vec<String> =
        table.key.iter().map(|place| quoted(table.columns[*place].name)).collect();
    let has_gap = table.key.iter().any(|place| table.columns[*place].has_gap);
    if !key.is_empty() {
        // A key of SQLite may have gaps, of which each counts as a value of its own.
        let word = if has_gap { "unique key" } else { "primary key" };
        parts.push(format!("{word} ({})", key.join(", ")));
    }
    if let Some(cursor) = table.cursor {
        parts.push(format!("key ({})", quoted(table.columns[cursor].name)));
    }
    // Texts compare by their bytes, as in SQLite.
    format!(
        "create table {name} ({}) engine = innodb character set utf8mb4 collate utf8mb4_bin",
        parts.join(", ")
    )
}

fn kind(column: &ServerColumn, is_indexed: bool) -> String {
    let characters = column.bytes_max.max(KEY_CHARACTERS);
    let is_long = column.bytes_max > TEXT_BYTES_MAX;
    match column.kind {
        Kind::Text if is_indexed => format!("varchar({characters})"),
        Kind::Text if is_long => "longtext".to_owned(),
        Kind::Text => "text".to_owned(),
        Kind::Integer => "bigint".to_owned(),
        Kind::Decimal { precision, scale } => format!("decimal({precision}, {scale})"),
        Kind::Float => "double".to_owned(),
        Kind::Boolean => "boolean".to_owned(),
        Kind::Date => "date".to_owned(),
        Kind::LocalTime => "datetime(6)".to_owned(),
        Kind::Instant => "timestamp(6)".to_owned(),
    }
}

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}
