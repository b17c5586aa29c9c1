//! How do a department's tables reach a PostgreSQL server?
//!
//! All of them in one transaction: a reader sees those that were there, or the new ones.

use std::fmt::Write as _;

use bytes::{BufMut as _, Bytes, BytesMut};
use chrono::{DateTime, NaiveDate};
use futures::SinkExt as _;
use tokio::sync::mpsc;
use tokio_postgres::Transaction;

use super::super::error::DemoError;
use super::column::{Kind, Value};
use super::rows::{Table, each_row};
use super::target::Target;
use super::{MARKER, Mark};
use crate::source::postgres as source;

/// Bytes of rows that go over the wire at once.
const BATCH_BYTES: usize = 256 * 1024;
/// Batches that may wait for the server.
const BATCHES_WAITING: usize = 4;
/// How long the transaction waits for those who read the tables it replaces.
const LOCK_SECONDS_MAX: u32 = 60;

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
    let (mut client, _carrier) = target.connected(source::connect(&target.server).await)?;
    let transaction = target.step("begin a transaction", client.transaction()).await?;
    let lock = format!("set local lock_timeout = '{LOCK_SECONDS_MAX}s'");
    target.step("set a time limit", transaction.batch_execute(&lock)).await?;
    check_own(target, &transaction, tables, mark).await?;
    for table in tables {
        put_table(target, &transaction, table, done).await?;
    }
    let mut marks = create_marker();
    for table in tables {
        // Writing to a String cannot fail.
        let _ = write!(
            marks,
            "; delete from {MARKER} where table_name = '{name}'; \
             insert into {MARKER} values ('{name}', {}, {})",
            mark.seed,
            mark.generator,
            name = table.name
        );
    }
    target.step("say which tables are a demo's", transaction.batch_execute(&marks)).await?;
    target.step("commit", transaction.commit()).await
}

fn create_marker() -> String {
    format!(
        "create table if not exists {MARKER} \
         (table_name text primary key, seed numeric(20) not null, generator integer not null)"
    )
}

/// Refuses to replace tables that no demo made, or that of another company.
async fn check_own(
    target: &Target,
    transaction: &Transaction<'_>,
    tables: &[Table],
    mark: Mark,
) -> Result<(), DemoError> {
    let names: Vec<&str> = tables.iter().map(|table| table.name).collect();
    let sql = "select c.relname::text from pg_class as c \
        join pg_namespace as n on n.oid = c.relnamespace \
        where n.nspname = current_schema() and c.relname = any($1)";
    let mut wanted = names.clone();
    wanted.push(MARKER);
    let there = target.step("look for tables", transaction.query(sql, &[&wanted])).await?;
    let there: Vec<String> = there.iter().map(|row| row.get(0)).collect();
    let mut marked: Vec<(String, String)> = Vec::new();
    if there.iter().any(|name| name == MARKER) {
        let sql = format!("select table_name, seed::text from {MARKER} where table_name = any($1)");
        let rows = target.step("look for a demo", transaction.query(&sql, &[&names])).await?;
        marked.extend(rows.iter().map(|row| (row.get(0), row.get(1))));
    }
    target.check_own(there, &marked, mark)
}

async fn put_table(
    target: &Target,
    transaction: &Transaction<'_>,
    table: &Table,
    done: &mut dyn FnMut(u64),
) -> Result<(), DemoError> {
    let doing = format!("create table {}", table.name);
    target.step(&doing, transaction.batch_execute(&create(table))).await?;
    let doing = format!("copy rows into {}", table.name);
    let copy = format!("copy {} from stdin", quoted(table.name));
    let sink = target.step(&doing, transaction.copy_in::<_, Bytes>(&copy)).await?;
    let mut sink = std::pin::pin!(sink);
    let (sender, mut receiver) = mpsc::channel(BATCHES_WAITING);
    let rows = table.clone();
    let reading = tokio::task::spawn_blocking(move || send(&rows, &sender));
    while let Some((batch, count)) = receiver.recv().await {
        target.step(&doing, sink.send(batch)).await?;
        done(count);
    }
    // What was not read to its end must not look whole.
    reading.await.map_err(|_| DemoError::Closed { path: table.database.clone() })??;
    target.step(&doing, sink.finish()).await?;
    let indexes = indexes(table);
    target.step(&format!("index {}", table.name), transaction.batch_execute(&indexes)).await
}

/// Sends the rows of a table in batches, in the text form of COPY.
fn send(table: &Table, sender: &mpsc::Sender<(Bytes, u64)>) -> Result<(), DemoError> {
    let mut batch = BytesMut::with_capacity(BATCH_BYTES * 2);
    let mut count = 0;
    let mut is_wanted = true;
    each_row(table, |values| {
        for (place, value) in values.iter().enumerate() {
            if place > 0 {
                batch.put_u8(b'\t');
            }
            put_value(&mut batch, value, table.columns[place].kind);
        }
        batch.put_u8(b'\n');
        count += 1;
        if batch.len() >= BATCH_BYTES {
            is_wanted = sender.blocking_send((batch.split().freeze(), count)).is_ok();
            count = 0;
        }
        is_wanted
    })?;
    // Whoever takes no more batches says why.
    let _ = sender.blocking_send((batch.freeze(), count));
    Ok(())
}

fn put_value(batch: &mut BytesMut, value: &Value<'_>, kind: Kind) {
    let written = match value {
        Value::Null => write!(batch, "\\N"),
        Value::Text(text) => {
            put_text(batch, text);
            Ok(())
        }
        Value::Integer(value) => write!(batch, "{value}"),
        Value::Decimal(..) => write!(batch, "{}", value.digits()),
        // The words for infinities are also PostgreSQL's.
        Value::Float(value) => write!(batch, "{value:?}"),
        Value::Boolean(value) => write!(batch, "{value}"),
        Value::Day(day) => match NaiveDate::from_epoch_days(*day) {
            Some(date) => write!(batch, "{date}"),
            None => write!(batch, "\\N"),
        },
        Value::Micros(micros) => match DateTime::from_timestamp_micros(*micros) {
            Some(moment) => {
                let zone = if kind == Kind::Instant { "+00" } else { "" };
                write!(batch, "{}{zone}", moment.format("%Y-%m-%d %H:%M:%S%.6f"))
            }
            None => write!(batch, "\\N"),
        },
    };
    // A buffer in memory takes everything.
    debug_assert!(written.is_ok());
}

fn put_text(batch: &mut BytesMut, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'\\' => batch.put_slice(b"\\\\"),
            b'\t' => batch.put_slice(b"\\t"),
            b'\n' => batch.put_slice(b"\\n"),
            b'\r' => batch.put_slice(b"\\r"),
            _ => batch.put_u8(byte),
        }
    }
}

fn create(table: &Table) -> String {
    let columns = table.columns.iter().map(|column| {
        let kind = match column.kind {
            Kind::Text => "text".to_owned(),
            Kind::Integer => "bigint".to_owned(),
            Kind::Decimal { precision, scale } => format!("numeric({precision}, {scale})"),
            Kind::Float => "double precision".to_owned(),
            Kind::Boolean => "boolean".to_owned(),
            Kind::Date => "date".to_owned(),
            Kind::LocalTime => "timestamp".to_owned(),
            Kind::Instant => "timestamptz".to_owned(),
        };
        format!("{} {kind}", quoted(column.name))
    });
    let columns: Vec<String> = columns.collect();
    let name = quoted(table.name);
    format!("drop table if exists {name}; create table {name} ({})", columns.join(", "))
}

fn indexes(table: &Table) -> String {
    let name = quoted(table.name);
    let key: Vec<String> =
        table.key.iter().map(|place| quoted(table.columns[*place].name)).collect();
    // A key of SQLite may have gaps, of which each counts as a value of its own.
    let has_gap = table.key.iter().any(|place| table.columns[*place].has_gap);
    let mut sql = match (key.is_empty(), has_gap) {
        (true, _) => String::new(),
        (false, false) => format!("alter table {name} add primary key ({});", key.join(", ")),
        (false, true) => format!("create unique index on {name} ({});", key.join(", ")),
    };
    if let Some(cursor) = table.cursor {
        let cursor = quoted(table.columns[cursor].name);
        let _ = write!(sql, "create index on {name} ({cursor});");
    }
    let _ = write!(sql, "analyze {name}");
    sql
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
