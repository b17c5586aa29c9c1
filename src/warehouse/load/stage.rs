//! How do rows from a reader come to wait for their fold?

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use datafusion::arrow::compute::max;
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Field, Int64Type, Schema, SchemaRef, TimestampMicrosecondType,
};
use datafusion::scalar::ScalarValue;

use super::LoadError;
use super::member::STATUS;
use super::refusals::Refusals;
use super::spool::{Spool, Spooled};
use crate::source::shape::{Chunk, Refused};
use crate::source::value;
use crate::warehouse::contract::Contract;

/// The columns of rows that wait: the contract's, none of them required because a refused row lacks
/// what was refused, then `_source`, `_row` and `_status`.
pub(super) fn waiting_schema(contract: &Contract) -> SchemaRef {
    let mut fields: Vec<Field> = contract
        .shape
        .schema()
        .fields()
        .iter()
        .map(|field| field.as_ref().clone().with_nullable(!field.name().starts_with('_')))
        .collect();
    fields.push(Field::new(STATUS, DataType::Utf8, false));
    Schema::new(fields).into()
}

/// Rows of one load on their way to the fold.
pub(super) struct Stage<'a> {
    contract: &'a Contract,
    schema: SchemaRef,
    rows: Spool,
    refusals: Refusals,
    /// rows refused
    refused: u64,
    /// highest cursor value accepted
    cursor: Option<i64>,
}

/// What a stage holds in the end.
pub(super) struct Staged {
    pub(super) rows: Spooled,
    pub(super) refusals: Spooled,
    pub(super) refused: u64,
    pub(super) cursor: Option<i64>,
}

impl<'a> Stage<'a> {
    /// A stage in the given folder.
    pub(super) fn new(
        contract: &'a Contract,
        folder: &Path,
        refusals: Refusals,
    ) -> Result<Self, LoadError> {
        let schema = waiting_schema(contract);
        let rows = Spool::create(&folder.join("rows.arrow"), Arc::clone(&schema))?;
        Ok(Self { contract, schema, rows, refusals, refused: 0, cursor: None })
    }

    /// Takes a chunk of one source.
    pub(super) fn take(&mut self, source: &str, chunk: &Chunk) -> Result<(), LoadError> {
        self.refused += chunk.refused.len() as u64;
        self.cursor = self.cursor.max(highest_cursor(self.contract, &chunk.rows));
        let count = chunk.rows.num_rows();
        let mut columns = chunk.rows.columns().to_vec();
        columns.push(Arc::new(StringArray::from(vec!["read"; count])));
        self.rows.write(&RecordBatch::try_new(Arc::clone(&self.schema), columns)?)?;
        for refused in &chunk.refused {
            self.refusals.add_refused(source, refused)?;
        }
        if let Some(batch) = self.refused_rows(source, &chunk.refused)? {
            self.rows.write(&batch)?;
        }
        Ok(())
    }

    /// Ends the stage.
    pub(super) fn finish(self) -> Result<Staged, LoadError> {
        Ok(Staged {
            rows: self.rows.finish()?,
            refusals: self.refusals.finish()?,
            refused: self.refused,
            cursor: self.cursor,
        })
    }

    /// Refused rows whose key could be read compete too, so that an older version served in their
    /// stead is known to be stale.
    fn refused_rows(
        &self,
        source: &str,
        refused: &[Refused],
    ) -> Result<Option<RecordBatch>, LoadError> {
        if self.contract.key.is_empty() {
            return Ok(None);
        }
        let mut columns: Vec<Vec<ScalarValue>> = vec![Vec::new(); self.schema.fields().len()];
        for row in refused {
            let values = self.readable(&row.raw)?;
            let has_key = self.contract.shape.columns.iter().zip(&values).all(|(column, value)| {
                !self.contract.key.contains(&column.name) || !value.is_null()
            });
            if !has_key {
                continue;
            }
            let beside = [
                ScalarValue::from(source),
                ScalarValue::from(row.row),
                ScalarValue::from("refused"),
            ];
            for (column, value) in columns.iter_mut().zip(values.into_iter().chain(beside)) {
                column.push(value);
            }
        }
        if columns.first().is_none_or(Vec::is_empty) {
            return Ok(None);
        }
        let arrays: Vec<ArrayRef> =
            columns.into_iter().map(ScalarValue::iter_to_array).collect::<Result<_, _>>()?;
        Ok(Some(RecordBatch::try_new(Arc::clone(&self.schema), arrays)?))
    }

    /// What can be read of a refused row; the rest is null.
    fn readable(
        &self,
        raw: &BTreeMap<String, Option<String>>,
    ) -> Result<Vec<ScalarValue>, LoadError> {
        let shape = &self.contract.shape;
        let mut values = Vec::with_capacity(self.schema.fields().len());
        for column in &shape.columns {
            let text = raw.get(&column.name).and_then(Option::as_deref);
            let parsed =
                text.and_then(|text| value::parse(column, &shape.format, shape.zone, text).ok());
            values.push(match parsed {
                Some(value) => value,
                None => ScalarValue::try_from(column.kind.arrow())?,
            });
        }
        Ok(values)
    }
}

/// The highest value of the contract's cursor in a batch, in the column's own unit.
pub(super) fn highest_cursor(contract: &Contract, batch: &RecordBatch) -> Option<i64> {
    let cursor = contract.cursor.as_ref()?;
    let column = batch.column_by_name(&cursor.column)?;
    match column.data_type() {
        DataType::Int64 => max(column.as_primitive::<Int64Type>()),
        DataType::Date32 => max(column.as_primitive::<Date32Type>()).map(i64::from),
        DataType::Timestamp(..) => max(column.as_primitive::<TimestampMicrosecondType>()),
        _ => None,
    }
}
