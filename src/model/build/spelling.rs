//! How are names and rows written, in queries and in findings?

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};

/// A row in words.
pub(super) fn told(batch: &RecordBatch, row: usize) -> Result<String, ArrowError> {
    let options = FormatOptions::default().with_null("nothing");
    let mut parts = Vec::new();
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        let value = ArrayFormatter::try_new(column.as_ref(), &options)?.value(row).to_string();
        parts.push(format!("{} {value}", field.name()));
    }
    Ok(parts.join(", "))
}

/// Quotes an identifier.
pub(in crate::model) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Quoted identifiers, apart by commas.
pub(super) fn list(columns: &[String]) -> String {
    columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ")
}

/// Quoted identifiers of a table, apart by commas.
pub(super) fn prefixed(table: &str, columns: &[String]) -> String {
    let one = |column: &String| format!("{table}.{}", quoted(column));
    columns.iter().map(one).collect::<Vec<_>>().join(", ")
}
