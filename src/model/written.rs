//! How do the rows of an answer get their headings and their receipt?

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{Field, Schema};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use futures::StreamExt;
use serde::Serialize;

use crate::engine::encode::EncodeError;

/// The key under which a file's own metadata hold the receipt.
const METADATA: &str = "patron.receipt";

/// A value as JSON on one line.
pub(super) fn text(value: &impl Serialize) -> Result<String, EncodeError> {
    serde_json::to_string(value).map_err(|error| EncodeError::Target(error.into()))
}

/// The same rows under other names, with a receipt.
pub(super) fn renamed(
    stream: SendableRecordBatchStream,
    labels: Option<Vec<String>>,
    receipt: Option<String>,
) -> SendableRecordBatchStream {
    let given = stream.schema();
    let mut fields: Vec<Field> =
        given.fields().iter().map(|field| field.as_ref().clone()).collect();
    for (field, label) in fields.iter_mut().zip(labels.into_iter().flatten()) {
        field.set_name(label);
    }
    let mut metadata = given.metadata().clone();
    metadata.extend(receipt.map(|receipt| (METADATA.to_owned(), receipt)));
    let schema = Arc::new(Schema::new_with_metadata(fields, metadata));
    let shown = Arc::clone(&schema);
    let batches = stream.map(move |batch| {
        let columns = batch?.columns().to_vec();
        RecordBatch::try_new(Arc::clone(&shown), columns).map_err(Into::into)
    });
    Box::pin(RecordBatchStreamAdapter::new(schema, batches))
}
