//! How do the rows of an answer get their headings, the names of values and their receipt?

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, RecordBatch, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::arrow::error::ArrowError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use futures::StreamExt;
use serde::Serialize;

use super::shape::stored_type;
use crate::engine::encode::EncodeError;

/// The key under which a file's own metadata hold the receipt.
pub(crate) const RECEIPT: &str = "patron.receipt";

/// The key under which they hold what values are called, by column and value.
pub(super) const VALUES: &str = "patron.values";

/// A value as JSON on one line.
pub(crate) fn text(value: &impl Serialize) -> Result<String, EncodeError> {
    serde_json::to_string(value).map_err(|error| EncodeError::Target(error.into()))
}

/// What people read instead of names and codes.
#[derive(Debug, Default)]
pub(super) struct Wording {
    /// the heading of each column
    pub headings: Vec<String>,
    /// what the values of each column are called; those without a name stay as they are
    pub values: Vec<BTreeMap<String, String>>,
}

impl Wording {
    /// What the values of a column are called, where they are called anything.
    fn of(&self, column: usize, kind: &DataType) -> Option<&BTreeMap<String, String>> {
        let is_text = stored_type(kind) == Some(DataType::Utf8);
        self.values.get(column).filter(|values| is_text && !values.is_empty())
    }
}

/// What files that keep codes say of them: the names of values by column; nothing where no value
/// has one.
pub(super) fn named<'a>(
    columns: impl Iterator<Item = (&'a str, &'a BTreeMap<String, String>)>,
) -> Result<Option<(&'static str, String)>, EncodeError> {
    let named: BTreeMap<_, _> = columns.filter(|(_, values)| !values.is_empty()).collect();
    if named.is_empty() { Ok(None) } else { Ok(Some((VALUES, text(&named)?))) }
}

/// The same rows in words where some are given, with metadata of the file.
pub(super) fn worded(
    stream: SendableRecordBatchStream,
    wording: Option<Wording>,
    metadata: impl IntoIterator<Item = (&'static str, String)>,
) -> SendableRecordBatchStream {
    let given = stream.schema();
    let wording = wording.unwrap_or_default();
    let mut fields: Vec<Field> =
        given.fields().iter().map(|field| field.as_ref().clone()).collect();
    for (at, field) in fields.iter_mut().enumerate() {
        if wording.of(at, field.data_type()).is_some() {
            field.set_data_type(DataType::Utf8);
        }
        if let Some(heading) = wording.headings.get(at) {
            field.set_name(heading.clone());
        }
    }
    let mut all = given.metadata().clone();
    all.extend(metadata.into_iter().map(|(key, text)| (key.to_owned(), text)));
    let schema = Arc::new(Schema::new_with_metadata(fields, all));
    let shown = Arc::clone(&schema);
    let batches = stream.map(move |batch| {
        let batch = batch?;
        let told = |(at, column): (usize, &ArrayRef)| match wording.of(at, column.data_type()) {
            Some(values) => in_words(column, values),
            None => Ok(Arc::clone(column)),
        };
        let columns = batch.columns().iter().enumerate().map(told).collect::<Result<_, _>>()?;
        RecordBatch::try_new(Arc::clone(&shown), columns).map_err(Into::into)
    });
    Box::pin(RecordBatchStreamAdapter::new(schema, batches))
}

/// Texts with the names of those that have one.
fn in_words(column: &ArrayRef, values: &BTreeMap<String, String>) -> Result<ArrayRef, ArrowError> {
    let texts = cast(column, &DataType::Utf8)?;
    let name = |text| values.get(text).map_or(text, String::as_str);
    let told = texts.as_string::<i32>().iter().map(|text| text.map(name));
    Ok(Arc::new(told.collect::<StringArray>()))
}
