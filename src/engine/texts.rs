//! What do the values of a column read as?

use datafusion::arrow::array::{Array, ArrayRef, RecordBatch};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};

/// The texts of a column, row by row; nothing where a row has no value.
///
/// # Errors
/// When values of the type have no text.
pub fn texts(column: &ArrayRef) -> Result<Vec<Option<String>>, ArrowError> {
    let options = FormatOptions::default();
    let formatter = ArrayFormatter::try_new(column, &options)?;
    let nulls = column.logical_nulls();
    let text = |row: usize| match &nulls {
        Some(nulls) if nulls.is_null(row) => Ok(None),
        _ => formatter.value(row).try_to_string().map(Some),
    };
    (0..column.len()).map(text).collect()
}

/// The texts of the first column of an answer, without those that have no value.
///
/// # Errors
/// When values of the type have no text.
pub fn first_texts(batches: &[RecordBatch]) -> Result<Vec<String>, ArrowError> {
    let mut all = Vec::new();
    for batch in batches {
        all.extend(texts(batch.column(0))?.into_iter().flatten());
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{Date32Array, StringArray};

    use super::*;

    #[test]
    fn values_of_any_type_have_a_text() {
        let of = |column: ArrayRef| texts(&column).unwrap();
        let known = |text: &str| Some(text.to_owned());
        let names = of(Arc::new(StringArray::from(vec![Some("Ada"), None, Some("")])));
        assert_eq!(names, [known("Ada"), None, known("")]);
        let days = of(Arc::new(Date32Array::from(vec![None, Some(59)])));
        assert_eq!(days, [None, known("1970-03-01")]);
    }
}
