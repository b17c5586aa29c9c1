//! How is a refused row kept, so that a person can find it and mend it?

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use datafusion::arrow::array::{
    ArrayRef, Int64Builder, RecordBatch, StringBuilder, TimestampMicrosecondArray,
};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use sha2::{Digest, Sha256};

use super::LoadError;
use super::spool::{Spool, Spooled};
use crate::source::shape::Refused;
use crate::warehouse::name::TableName;

/// Rows that are written together.
const BATCH_ROWS: usize = 4096;
/// Text columns of a refusal, in order; `row_number` and `refused_at` follow.
const TEXTS: [&str; 11] = [
    "quarantine_id",
    "system",
    "schema_name",
    "table_name",
    "source",
    "key",
    "cause",
    "column_name",
    "reason",
    "value",
    "raw",
];

/// Why a row is in quarantine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// a value does not fit the contract
    Value,
    /// the row repeats the key of another
    Duplicate,
}

impl Cause {
    fn name(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Duplicate => "duplicate",
        }
    }
}

/// The columns of a refusal before it is split into its plain and its personal part.
pub(super) fn schema() -> SchemaRef {
    let mut fields: Vec<Field> = TEXTS
        .iter()
        .map(|name| {
            let is_optional = matches!(*name, "key" | "column_name" | "value");
            Field::new(*name, DataType::Utf8, is_optional)
        })
        .collect();
    fields.push(Field::new("row_number", DataType::Int64, false));
    let utc = DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into()));
    fields.push(Field::new("refused_at", utc, false));
    Schema::new(fields).into()
}

/// Refusals of one table in one load.
pub(super) struct Refusals {
    system: String,
    table: TableName,
    key: Vec<String>,
    now: DateTime<Utc>,
    texts: Vec<StringBuilder>,
    numbers: Int64Builder,
    /// how often a row without a number of its own was refused
    repeated: BTreeMap<String, u32>,
    waiting: usize,
    spool: Spool,
}

/// One refusal.
pub(super) struct Refusal<'a> {
    pub(super) source: &'a str,
    pub(super) row: i64,
    pub(super) key: Option<String>,
    pub(super) cause: Cause,
    pub(super) column: Option<&'a str>,
    pub(super) reason: &'a str,
    pub(super) value: Option<&'a str>,
    pub(super) raw: &'a BTreeMap<String, Option<String>>,
}

impl Refusals {
    /// Begins the list.
    pub(super) fn new(
        path: &Path,
        system: &str,
        table: &TableName,
        key: &[String],
        now: DateTime<Utc>,
    ) -> Result<Self, LoadError> {
        Ok(Self {
            system: system.to_owned(),
            table: table.clone(),
            key: key.to_vec(),
            now,
            texts: TEXTS.iter().map(|_| StringBuilder::new()).collect(),
            numbers: Int64Builder::new(),
            repeated: BTreeMap::new(),
            waiting: 0,
            spool: Spool::create(path, schema())?,
        })
    }

    /// Adds what a reader refused.
    pub(super) fn add_refused(&mut self, source: &str, refused: &Refused) -> Result<(), LoadError> {
        self.add(&Refusal {
            source,
            row: refused.row,
            key: key_text(&self.key, &refused.raw),
            cause: Cause::Value,
            column: refused.column.as_deref(),
            reason: &refused.reason,
            value: refused.value.as_deref(),
            raw: &refused.raw,
        })
    }

    /// Adds a refusal.
    pub(super) fn add(&mut self, refusal: &Refusal<'_>) -> Result<(), LoadError> {
        let raw = serde_json::to_string(refusal.raw)?;
        let mut id = identity(&self.table, refusal, &raw);
        if refusal.row == 0 {
            let times = self.repeated.entry(id.clone()).or_default();
            *times += 1;
            if *times > 1 {
                id = format!("{id}-{times}");
            }
        }
        let values: [Option<&str>; TEXTS.len()] = [
            Some(&id),
            Some(&self.system),
            Some(self.table.schema()),
            Some(self.table.table()),
            Some(refusal.source),
            refusal.key.as_deref(),
            Some(refusal.cause.name()),
            refusal.column,
            Some(refusal.reason),
            refusal.value,
            Some(&raw),
        ];
        for (builder, value) in self.texts.iter_mut().zip(values) {
            builder.append_option(value);
        }
        self.numbers.append_value(refusal.row);
        self.waiting += 1;
        if self.waiting >= BATCH_ROWS { self.flush() } else { Ok(()) }
    }

    /// Ends the list.
    pub(super) fn finish(mut self) -> Result<Spooled, LoadError> {
        self.flush()?;
        self.spool.finish()
    }

    fn flush(&mut self) -> Result<(), LoadError> {
        let mut columns: Vec<ArrayRef> =
            self.texts.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef).collect();
        columns.push(Arc::new(self.numbers.finish()));
        let moments = vec![self.now.timestamp_micros(); self.waiting];
        columns.push(Arc::new(TimestampMicrosecondArray::from(moments).with_timezone("+00:00")));
        self.waiting = 0;
        self.spool.write(&RecordBatch::try_new(schema(), columns)?)
    }
}

/// A refusal's number: the same row refused again has the same.
fn identity(table: &TableName, refusal: &Refusal<'_>, raw: &str) -> String {
    let mut hasher = Sha256::new();
    let row = refusal.row.to_string();
    for part in [&table.to_string(), refusal.source, &row, refusal.cause.name(), raw] {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    hex::encode(&hasher.finalize()[..10])
}

/// A row's key as the source wrote it; nothing where a part is missing.
fn key_text(key: &[String], raw: &BTreeMap<String, Option<String>>) -> Option<String> {
    if key.is_empty() {
        return None;
    }
    let parts: Option<Vec<&str>> =
        key.iter().map(|column| raw.get(column).and_then(Option::as_deref)).collect();
    parts.map(|parts| parts.join(", "))
}
