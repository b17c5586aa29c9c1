//! How does an answer of SQLite become a batch, with PostgreSQL's types?

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Float32Array, Int16Array, Int32Array, Int64Array, RecordBatch,
    StringArray, UInt32Array, new_null_array,
};
use datafusion::arrow::array::{ListBuilder, StringBuilder};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::error::DataFusionError;
use rusqlite::Connection;
use rusqlite::types::Value;
use tokio_postgres::types::Type;

use super::rewrite::Rewritten;
use super::shape::{Shape, kind_by_name};
use super::{KIND, failed};
use crate::query::worker::manner::{Given, Kind};

/// Rows of an answer; a catalogue has fewer.
const ROWS_MAX: usize = 1_000_000;

/// The answer to a question in SQLite's words.
///
/// # Errors
/// When SQLite does not understand it.
pub(super) fn rows(
    connection: &Connection,
    rewritten: &Rewritten,
    shapes: Option<Vec<Shape>>,
    values: &[Given],
) -> Result<RecordBatch, DataFusionError> {
    let mut statement = connection.prepare(&rewritten.sql).map_err(failed)?;
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let shapes = shapes.filter(|shapes| shapes.len() == names.len()).unwrap_or_else(|| {
        let shape = |name: &String| Shape { name: name.clone(), kind: kind_by_name(name) };
        names.iter().map(shape).collect()
    });
    for number in 1..=statement.parameter_count() {
        let given = values.get(number - 1);
        let is_list = rewritten.lists.contains(&number);
        let value = value(given, is_list);
        statement.raw_bind_parameter(number, value).map_err(failed)?;
    }
    let mut columns: Vec<Vec<Value>> = vec![Vec::new(); shapes.len()];
    let mut found = statement.raw_query();
    while let Some(row) = found.next().map_err(failed)? {
        for (number, column) in columns.iter_mut().enumerate() {
            column.push(row.get(number).map_err(failed)?);
        }
        if columns.first().is_some_and(|column| column.len() > ROWS_MAX) {
            return Err(DataFusionError::Plan("the catalogue has too many rows".to_owned()));
        }
    }
    let made = shapes.iter().zip(columns).map(|(shape, values)| column(shape, &values));
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = made.unzip();
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?)
}

/// The value of a parameter, as SQLite compares it.
fn value(given: Option<&Given>, is_list: bool) -> Value {
    let Some(Given { kind, text: Some(text) }) = given else { return Value::Null };
    let is_list = is_list || matches!(kind, Some(Kind::TextList | Kind::Int8List));
    if is_list && text.starts_with('{') {
        let members = text.trim_matches(['{', '}']).split(',').filter(|text| !text.is_empty());
        let members: Vec<serde_json::Value> = members
            .map(|member| {
                let plain = member.trim().trim_matches('"');
                match plain.parse::<i64>() {
                    Ok(number) => number.into(),
                    Err(_) => plain.into(),
                }
            })
            .collect();
        return Value::Text(serde_json::Value::from(members).to_string());
    }
    let number = match kind {
        Some(Kind::Int2 | Kind::Int4 | Kind::Int8) => text.parse().ok().map(Value::Integer),
        Some(Kind::Bool) => Some(Value::Integer(i64::from(text == "true" || text == "t"))),
        _ => None,
    };
    number.unwrap_or_else(|| Value::Text(text.clone()))
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Integer(number) => Some(number.to_string()),
        Value::Real(number) => Some(number.to_string()),
        Value::Text(text) => Some(text.clone()),
        Value::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
    }
}

fn int_of(value: &Value) -> Option<Option<i64>> {
    match value {
        Value::Null => Some(None),
        Value::Integer(number) => Some(Some(*number)),
        Value::Text(text) => text.parse().ok().map(Some),
        _ => None,
    }
}

/// A column of values. Where they are not what was expected, they are text.
fn column(shape: &Shape, values: &[Value]) -> (Field, ArrayRef) {
    let numbers: Option<Vec<Option<i64>>> = values.iter().map(int_of).collect();
    let is_number = values.iter().all(|value| matches!(value, Value::Integer(_) | Value::Null))
        && values.iter().any(|value| matches!(value, Value::Integer(_)));
    let kind = shape.kind.as_deref().unwrap_or(if is_number { "int8" } else { "text" });
    let made = numbers.and_then(|numbers| typed(kind, &numbers));
    let (array, kind) = match (made, kind) {
        (Some(made), _) => made,
        (None, "float4") => {
            let float = |value: &Value| text_of(value).and_then(|text| text.parse::<f32>().ok());
            let floats: Float32Array = values.iter().map(float).collect();
            (Arc::new(floats) as ArrayRef, Type::FLOAT4)
        }
        (None, "_text" | "_int2" | "_int8" | "_oid" | "_name") => (lists(values), Type::TEXT_ARRAY),
        (None, kind) => {
            let texts: StringArray = values.iter().map(text_of).collect();
            let kind = match kind {
                "name" => Type::NAME,
                "char" => Type::CHAR,
                _ => Type::TEXT,
            };
            (Arc::new(texts) as ArrayRef, kind)
        }
    };
    let field = Field::new(&shape.name, array.data_type().clone(), true);
    let told = [(KIND.to_owned(), kind.oid().to_string())];
    (field.with_metadata(told.into_iter().collect()), array)
}

/// Numbers of a type; nothing where they are none of it.
fn typed(kind: &str, numbers: &[Option<i64>]) -> Option<(ArrayRef, Type)> {
    fn all<T: TryFrom<i64>>(numbers: &[Option<i64>]) -> Option<Vec<Option<T>>> {
        let one = |number: &Option<i64>| match number {
            None => Some(None),
            Some(number) => T::try_from(*number).ok().map(Some),
        };
        numbers.iter().map(one).collect()
    }
    Some(match kind {
        "bool" => {
            let truths = numbers.iter().map(|number| number.map(|number| number != 0));
            (Arc::new(truths.collect::<BooleanArray>()) as ArrayRef, Type::BOOL)
        }
        "int2" => (Arc::new(Int16Array::from(all::<i16>(numbers)?)), Type::INT2),
        "int4" => (Arc::new(Int32Array::from(all::<i32>(numbers)?)), Type::INT4),
        "int8" => (Arc::new(Int64Array::from(numbers.to_vec())), Type::INT8),
        "oid" => (Arc::new(UInt32Array::from(all::<u32>(numbers)?)), Type::OID),
        _ => return None,
    })
}

/// Lists, which SQLite holds as JSON.
fn lists(values: &[Value]) -> ArrayRef {
    if values.is_empty() {
        let member = Field::new_list_field(DataType::Utf8, true);
        return new_null_array(&DataType::List(Arc::new(member)), 0);
    }
    let mut lists = ListBuilder::new(StringBuilder::new());
    for value in values {
        let members = text_of(value)
            .and_then(|text| serde_json::from_str::<Vec<serde_json::Value>>(&text).ok());
        for member in members.iter().flatten() {
            match member {
                serde_json::Value::Null => lists.values().append_null(),
                serde_json::Value::String(text) => lists.values().append_value(text),
                other => lists.values().append_value(other.to_string()),
            }
        }
        lists.append(members.is_some());
    }
    Arc::new(lists.finish())
}
