//! How is a value with parts written, for which PostgreSQL has no type? As JSON.

use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::datatypes::DataType;

use super::cells::{Unwritable, plain};

/// Parts within parts.
const DEPTH_MAX: usize = 64;

/// Writes a value. Decimals keep all their digits.
pub(super) fn write(out: &mut String, array: &dyn Array, row: usize) -> Result<(), Unwritable> {
    part(out, array, row, 0)
}

fn part(out: &mut String, array: &dyn Array, row: usize, depth: usize) -> Result<(), Unwritable> {
    if depth > DEPTH_MAX {
        return Err(Unwritable);
    }
    if array.is_null(row) {
        out.push_str("null");
        return Ok(());
    }
    match array.data_type() {
        DataType::List(_) => list(out, array.as_list::<i32>().value(row).as_ref(), depth),
        DataType::LargeList(_) => list(out, array.as_list::<i64>().value(row).as_ref(), depth),
        DataType::FixedSizeList(..) => {
            list(out, array.as_fixed_size_list().value(row).as_ref(), depth)
        }
        DataType::Struct(fields) => {
            let parts = array.as_struct();
            out.push('{');
            for (number, (field, column)) in fields.iter().zip(parts.columns()).enumerate() {
                out.push_str(if number > 0 { ", " } else { "" });
                quoted(out, field.name());
                out.push_str(": ");
                part(out, column.as_ref(), row, depth + 1)?;
            }
            out.push('}');
            Ok(())
        }
        DataType::Map(..) => {
            let entries = array.as_map().value(row);
            out.push('{');
            for entry in 0..entries.len() {
                out.push_str(if entry > 0 { ", " } else { "" });
                let mut key = Vec::new();
                plain(&mut key, entries.column(0).as_ref(), entry)?;
                quoted(out, &String::from_utf8_lossy(&key));
                out.push_str(": ");
                part(out, entries.column(1).as_ref(), entry, depth + 1)?;
            }
            out.push('}');
            Ok(())
        }
        DataType::Union(..) | DataType::RunEndEncoded(..) => Err(Unwritable),
        _ => single(out, array, row),
    }
}

fn list(out: &mut String, list: &dyn Array, depth: usize) -> Result<(), Unwritable> {
    out.push('[');
    for row in 0..list.len() {
        out.push_str(if row > 0 { ", " } else { "" });
        part(out, list, row, depth + 1)?;
    }
    out.push(']');
    Ok(())
}

/// A value without parts: numbers and truth as such, all else as text.
fn single(out: &mut String, array: &dyn Array, row: usize) -> Result<(), Unwritable> {
    let mut bytes = Vec::new();
    if !plain(&mut bytes, array, row)? {
        out.push_str("null");
        return Ok(());
    }
    let text = String::from_utf8_lossy(&bytes);
    match array.data_type() {
        DataType::Boolean => out.push_str(if text == "t" { "true" } else { "false" }),
        kind if kind.is_numeric() && text.ends_with(|sign: char| sign.is_ascii_digit()) => {
            out.push_str(&text);
        }
        _ => quoted(out, &text),
    }
    Ok(())
}

fn quoted(out: &mut String, text: &str) {
    // A text is always JSON.
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}
