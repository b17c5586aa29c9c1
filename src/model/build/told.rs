//! How are rows told in words, and columns in SQL?

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};

/// A row in words.
pub(super) fn told(
    batch: &RecordBatch,
    row: usize,
) -> Result<String, datafusion::arrow::error::ArrowError> {
    let options = FormatOptions::default().with_null("nothing");
    let mut parts = Vec::new();
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        let value = ArrayFormatter::try_new(column.as_ref(), &options)?.value(row).to_string();
        parts.push(format!("{} {value}", field.name()));
    }
    Ok(parts.join(", "))
}

/// A column as SQL names it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Columns as SQL names them.
pub(super) fn list(columns: &[String]) -> String {
    columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ")
}

/// Columns of a table as SQL names them.
pub(super) fn prefixed(table: &str, columns: &[String]) -> String {
    let one = |column: &String| format!("{table}.{}", quoted(column));
    columns.iter().map(one).collect::<Vec<_>>().join(", ")
}
