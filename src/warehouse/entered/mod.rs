//! What did people enter, and how does it become part of a release?
//!
//! Four tables of the schema `patron` hold it. Nothing in them is ever changed or taken out:
//! whoever thinks better of something enters a further row. Every release has all four, be they
//! empty, so that models can name them.

mod entry;

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, new_null_array};
use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::common::ScalarValue;
use datafusion::prelude::col;
use tokio::runtime::Handle;

pub use entry::{
    BETWEEN_CHECKS, Comment, Entry, LocalNumber, MatchDecision, PeriodEntry, PeriodStatus, SignOff,
    Stamp, Verdict,
};

use super::error::WarehouseError;
use super::home::{Home, Writer};
use super::name::TableName;
use super::release::{Release, TableEntry};
use super::write::FileWriter;
use super::{assemble, catalog};
use crate::engine::session::{Limits, session};
use crate::source::shape::ColumnType;

/// The one partition of these tables.
const PARTITION: &str = "all";

/// A table of what people entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnteredTable {
    /// `patron.period_status`: which accounting periods were closed and reopened
    PeriodStatus,
    /// `patron.sign_offs`: who takes responsibility for what
    SignOffs,
    /// `patron.match_decisions`: which numbers of two systems mean the same, and which do not
    MatchDecisions,
    /// `patron.comments`: what people remarked
    Comments,
}

/// All of them.
pub const TABLES: [EnteredTable; 4] = [
    EnteredTable::PeriodStatus,
    EnteredTable::SignOffs,
    EnteredTable::MatchDecisions,
    EnteredTable::Comments,
];

/// A column: its name, its type, and whether it may be null.
type Column = (&'static str, ColumnType, bool);

impl EnteredTable {
    /// Its name.
    ///
    /// # Errors
    /// Never: the names are well-formed.
    pub fn name(self) -> Result<TableName, WarehouseError> {
        let table = match self {
            Self::PeriodStatus => "period_status",
            Self::SignOffs => "sign_offs",
            Self::MatchDecisions => "match_decisions",
            Self::Comments => "comments",
        };
        TableName::new("patron", table).map_err(WarehouseError::TableName)
    }

    /// What a row of it is.
    pub fn description(self) -> &'static str {
        match self {
            Self::PeriodStatus => "Closings and reopenings of accounting periods.",
            Self::SignOffs => "Who takes responsibility for what of a period.",
            Self::MatchDecisions => "Whether numbers of two systems mean the same, as decided.",
            Self::Comments => "What people remarked.",
        }
    }

    /// Its columns; the first counts its rows from 1.
    pub fn schema(self) -> SchemaRef {
        let fields = self.columns().into_iter();
        let fields = fields.map(|(name, kind, nullable)| Field::new(name, kind.arrow(), nullable));
        Schema::new(fields.collect::<Vec<_>>()).into()
    }

    fn columns(self) -> Vec<Column> {
        use ColumnType::{Date, Integer, Text, Timestamp};
        match self {
            Self::PeriodStatus => vec![
                ("status_number", Integer, false),
                ("period_id", Text, false),
                ("entity_id", Text, true),
                ("status", Text, false),
                ("decided_by", Text, false),
                ("because", Text, true),
                ("waived_checks", Text, true),
                ("release_number", Integer, false),
                ("decided_at", Timestamp, false),
            ],
            Self::SignOffs => vec![
                ("sign_off_number", Integer, false),
                ("period_id", Text, false),
                ("entity_id", Text, true),
                ("subject", Text, false),
                ("signed_by", Text, false),
                ("remark", Text, true),
                ("signed_at", Timestamp, false),
            ],
            Self::MatchDecisions => vec![
                ("decision_number", Integer, false),
                ("decision", Text, false),
                ("left_system", Text, false),
                ("left_local_id", Text, false),
                ("right_system", Text, false),
                ("right_local_id", Text, false),
                ("decided_by", Text, false),
                ("because", Text, true),
                ("valid_from_on", Date, true),
                ("decided_at", Timestamp, false),
            ],
            Self::Comments => vec![
                ("comment_number", Integer, false),
                ("subject", Text, false),
                ("commented_by", Text, false),
                ("remark", Text, false),
                ("commented_at", Timestamp, false),
            ],
        }
    }

    /// Its rows in a release, in the order in which they were entered; none where the release is
    /// older than the table. Blocks, within a runtime but on none of its workers.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn rows(
        self,
        home: &Home,
        release: &Release,
        limits: &Limits,
    ) -> Result<Vec<RecordBatch>, WarehouseError> {
        let name = self.name()?;
        let Some(entry) = release.tables.get(&name) else { return Ok(Vec::new()) };
        let provider = catalog::table(home, home.manifest(&name, &entry.manifest)?)?;
        let failed = |source| WarehouseError::Query { table: name.clone(), source };
        let context = session(limits)?;
        catalog::register_store(&context, home).map_err(failed)?;
        let schema = self.schema();
        let number = col(schema.field(0).name()).sort(true, false);
        let frame = context.read_table(provider).and_then(|frame| frame.sort(vec![number]));
        let read = async { frame?.collect().await };
        let batches = Handle::current().block_on(read).map_err(failed)?;
        batches.iter().map(|batch| fit(batch, &schema, &name)).collect()
    }
}

/// A batch under today's columns: one that came later is null in earlier rows.
fn fit(
    batch: &RecordBatch,
    schema: &SchemaRef,
    table: &TableName,
) -> Result<RecordBatch, WarehouseError> {
    let column = |field: &Arc<Field>| {
        let known = batch.column_by_name(field.name()).cloned();
        known.unwrap_or_else(|| new_null_array(field.data_type(), batch.num_rows()))
    };
    let columns: Vec<ArrayRef> = schema.fields().iter().map(column).collect();
    RecordBatch::try_new(Arc::clone(schema), columns)
        .map_err(|source| WarehouseError::Arrow { table: table.clone(), source })
}

/// The tables of what people entered in the next release: as they were, and one row more where an
/// entry is given. Blocks, within a runtime but on none of its workers.
///
/// # Errors
/// When they cannot be read or written.
pub fn tables(
    writer: &Writer,
    base: Option<&Release>,
    entry: Option<(&Entry, Stamp)>,
    limits: &Limits,
) -> Result<BTreeMap<TableName, TableEntry>, WarehouseError> {
    let mut tables = BTreeMap::new();
    for table in TABLES {
        let name = table.name()?;
        let known = base.and_then(|base| base.tables.get(&name));
        let more = entry.filter(|(entry, _)| entry.table() == table);
        let after = match (known, more) {
            (Some(known), None) => known.clone(),
            (_, more) => {
                let before = match base {
                    Some(base) => table.rows(writer.home(), base, limits)?,
                    None => Vec::new(),
                };
                write(writer, table, before, more)?
            }
        };
        tables.insert(name, after);
    }
    Ok(tables)
}

/// Writes a table anew: so it is the same bytes however its rows came together.
fn write(
    writer: &Writer,
    table: EnteredTable,
    mut rows: Vec<RecordBatch>,
    more: Option<(&Entry, Stamp)>,
) -> Result<TableEntry, WarehouseError> {
    let (name, schema) = (table.name()?, table.schema());
    if let Some((entry, stamp)) = more {
        let number = rows.iter().map(|batch| batch.num_rows() as u64).sum::<u64>() + 1;
        rows.push(batch(&name, &schema, entry.row(number, stamp))?);
    }
    let mut file = FileWriter::create(writer, &name, PARTITION, Arc::clone(&schema), 1)?;
    for batch in &rows {
        file.write(batch)?;
    }
    let files = file.finish()?.into_iter().collect();
    let order = vec![schema.field(0).name().clone()];
    let manifest = writer.put_manifest(&assemble(&name, &schema, order, files)?)?;
    Ok(TableEntry { manifest, load: None, built: None })
}

fn batch(
    table: &TableName,
    schema: &SchemaRef,
    row: Vec<ScalarValue>,
) -> Result<RecordBatch, WarehouseError> {
    let columns: Result<Vec<ArrayRef>, _> = row.iter().map(ScalarValue::to_array).collect();
    let columns =
        columns.map_err(|source| WarehouseError::Query { table: table.clone(), source })?;
    RecordBatch::try_new(Arc::clone(schema), columns)
        .map_err(|source| WarehouseError::Arrow { table: table.clone(), source })
}
