//! In which order do a table's files stand?

use std::sync::Arc;

use datafusion::arrow::array::{AsArray, StringBuilder};
use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};

/// A text whose byte order is the order of files: runs of digits compare by their value, all else
/// by its bytes, and names that are equal so far by the names themselves. `orders_9.csv` stands
/// before `orders_10.csv`.
pub(super) fn natural_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len() * 2 + 8);
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let is_number = first.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != is_number).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        if is_number {
            let digits = run.trim_start_matches('0');
            key.push('0');
            key.push_str(&format_length(digits.len()));
            key.push_str(digits);
        } else {
            key.push_str(run);
        }
        rest = after;
    }
    key.push('\u{0}');
    key.push_str(name);
    key
}

/// How many digits a number has, itself in a fixed number of digits.
fn format_length(digits: usize) -> String {
    format!("{digits:05}")
}

/// `natural_key` as a function of the load's own queries.
pub(super) fn natural_key_function() -> ScalarUDF {
    create_udf(
        "natural_key",
        vec![DataType::Utf8],
        DataType::Utf8,
        Volatility::Immutable,
        Arc::new(|arguments| {
            let arrays = ColumnarValue::values_to_arrays(arguments)?;
            let mut keys = StringBuilder::new();
            let mut last: Option<(String, String)> = None;
            for name in arrays[0].as_string::<i32>() {
                let Some(name) = name else {
                    keys.append_null();
                    continue;
                };
                match &last {
                    Some((known, key)) if known == name => keys.append_value(key),
                    _ => {
                        let key = natural_key(name);
                        keys.append_value(&key);
                        last = Some((name.to_owned(), key));
                    }
                }
            }
            Ok(ColumnarValue::Array(Arc::new(keys.finish())))
        }),
    )
}

#[cfg(test)]
mod tests {
    use super::natural_key;

    #[test]
    fn numbers_in_names_compare_by_value() {
        let mut names = ["b1", "a10", "a9", "a09", "a", "a9b", "a100", "2026-2-1", "2026-10-1"];
        names.sort_by_key(|name| natural_key(name));
        assert_eq!(names, ["2026-2-1", "2026-10-1", "a", "a09", "a9", "a9b", "a10", "a100", "b1"]);
    }
}
