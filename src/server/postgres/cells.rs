//! How is a value written, in text and in binary form, as PostgreSQL writes it?

use bytes::BufMut;
use chrono::{DateTime, NaiveTime, TimeDelta};
use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{
    ArrowPrimitiveType, DataType, Date32Type, Date64Type, Decimal32Type, Decimal64Type,
    Decimal128Type, Decimal256Type, DecimalType, Float16Type, Float32Type, Float64Type, Int8Type,
    Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use pgwire::api::Type;
use tokio_postgres::types::Kind as Shape;

use super::moments::{self, Span};
use super::{json, numeric};
use crate::query::catalogue::kinds::kind_of;

/// What cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unwritable;

/// What a value is, before it is written.
enum Value<'a> {
    Null,
    Bool(bool),
    Whole(i64),
    Single(f32),
    Double(f64),
    /// digits with a point
    Decimal(String),
    Text(&'a str),
    Json(String),
    Bytes(&'a [u8]),
    /// days since 1970
    Day(i64),
    /// microseconds since midnight
    Time(i64),
    /// microseconds since 1970, and whether the zone is known
    Moment(i64, bool),
    Span(Span),
    List(ArrayRef),
}

/// Writes a value behind its length, or that there is none.
pub(super) fn write(
    out: &mut Vec<u8>,
    array: &dyn Array,
    row: usize,
    kind: &Type,
    is_binary: bool,
) -> Result<(), Unwritable> {
    let value = value(array, row)?;
    if matches!(value, Value::Null) {
        out.put_i32(-1);
        return Ok(());
    }
    let begin = out.len();
    out.put_i32(0);
    match is_binary {
        true => binary(out, &value, kind)?,
        false => text(out, &value)?,
    }
    let length = i32::try_from(out.len() - begin - 4).map_err(|_| Unwritable)?;
    out[begin..begin + 4].copy_from_slice(&length.to_be_bytes());
    Ok(())
}

fn whole<T: ArrowPrimitiveType>(array: &dyn Array, row: usize) -> Result<Value<'_>, Unwritable>
where
    i64: TryFrom<T::Native>,
{
    let value = i64::try_from(array.as_primitive::<T>().value(row));
    value.map(Value::Whole).map_err(|_| Unwritable)
}

fn decimal<T: DecimalType + ArrowPrimitiveType>(
    array: &dyn Array,
    row: usize,
    digits: u8,
    scale: i8,
) -> Value<'_> {
    let value = array.as_primitive::<T>().value(row);
    Value::Decimal(T::format_decimal(value, digits, scale))
}

fn value(array: &dyn Array, row: usize) -> Result<Value<'_>, Unwritable> {
    if array.is_null(row) {
        return Ok(Value::Null);
    }
    Ok(match array.data_type() {
        DataType::Null => Value::Null,
        DataType::Boolean => Value::Bool(array.as_boolean().value(row)),
        DataType::Int8 => whole::<Int8Type>(array, row)?,
        DataType::Int16 => whole::<Int16Type>(array, row)?,
        DataType::Int32 => whole::<Int32Type>(array, row)?,
        DataType::Int64 => whole::<Int64Type>(array, row)?,
        DataType::UInt8 => whole::<UInt8Type>(array, row)?,
        DataType::UInt16 => whole::<UInt16Type>(array, row)?,
        DataType::UInt32 => whole::<UInt32Type>(array, row)?,
        DataType::UInt64 => {
            Value::Decimal(array.as_primitive::<UInt64Type>().value(row).to_string())
        }
        DataType::Float16 => Value::Single(array.as_primitive::<Float16Type>().value(row).to_f32()),
        DataType::Float32 => Value::Single(array.as_primitive::<Float32Type>().value(row)),
        DataType::Float64 => Value::Double(array.as_primitive::<Float64Type>().value(row)),
        DataType::Decimal32(digits, scale) => decimal::<Decimal32Type>(array, row, *digits, *scale),
        DataType::Decimal64(digits, scale) => decimal::<Decimal64Type>(array, row, *digits, *scale),
        DataType::Decimal128(digits, scale) => {
            decimal::<Decimal128Type>(array, row, *digits, *scale)
        }
        DataType::Decimal256(digits, scale) => {
            decimal::<Decimal256Type>(array, row, *digits, *scale)
        }
        DataType::Utf8 => Value::Text(array.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => Value::Text(array.as_string::<i64>().value(row)),
        DataType::Utf8View => Value::Text(array.as_string_view().value(row)),
        DataType::Binary => Value::Bytes(array.as_binary::<i32>().value(row)),
        DataType::LargeBinary => Value::Bytes(array.as_binary::<i64>().value(row)),
        DataType::BinaryView => Value::Bytes(array.as_binary_view().value(row)),
        DataType::FixedSizeBinary(_) => Value::Bytes(array.as_fixed_size_binary().value(row)),
        DataType::Date32 => Value::Day(array.as_primitive::<Date32Type>().value(row).into()),
        DataType::Date64 => {
            Value::Day(array.as_primitive::<Date64Type>().value(row).div_euclid(86_400_000))
        }
        DataType::Time32(_) | DataType::Time64(_) => {
            Value::Time(moments::time(array, row).ok_or(Unwritable)?)
        }
        DataType::Timestamp(unit, zone) => {
            let moment = moments::moment(array, row, *unit).ok_or(Unwritable)?;
            Value::Moment(moment, zone.is_some())
        }
        DataType::Interval(_) | DataType::Duration(_) => {
            Value::Span(moments::span(array, row).ok_or(Unwritable)?)
        }
        DataType::Dictionary(..) => {
            let keyed = array.as_any_dictionary();
            let key = keyed.normalized_keys().get(row).copied().ok_or(Unwritable)?;
            return value(keyed.values().as_ref(), key);
        }
        _ => other(array, row)?,
    })
}

/// Lists of plain values, and what is written as JSON.
fn other(array: &dyn Array, row: usize) -> Result<Value<'static>, Unwritable> {
    let list = match array.data_type() {
        DataType::List(_) => Some(array.as_list::<i32>().value(row)),
        DataType::LargeList(_) => Some(array.as_list::<i64>().value(row)),
        DataType::FixedSizeList(..) => Some(array.as_fixed_size_list().value(row)),
        _ => None,
    };
    match list {
        Some(list) if kind_of(array.data_type()) != Type::JSON => Ok(Value::List(list)),
        _ => {
            let mut text = String::new();
            json::write(&mut text, array, row)?;
            Ok(Value::Json(text))
        }
    }
}

/// Writes a value as text into `out`, for JSON and for lists.
pub(super) fn plain(out: &mut Vec<u8>, array: &dyn Array, row: usize) -> Result<bool, Unwritable> {
    let value = value(array, row)?;
    if matches!(value, Value::Null) {
        return Ok(false);
    }
    text(out, &value)?;
    Ok(true)
}

fn text(out: &mut Vec<u8>, value: &Value<'_>) -> Result<(), Unwritable> {
    match value {
        Value::Null => {}
        Value::Bool(is_true) => out.put_u8(if *is_true { b't' } else { b'f' }),
        Value::Whole(number) => out.put_slice(itoa::Buffer::new().format(*number).as_bytes()),
        Value::Single(number) => {
            let exponent = format!("{number:e}");
            out.put_slice(float((*number).into(), number.to_string(), &exponent).as_bytes());
        }
        Value::Double(number) => {
            let exponent = format!("{number:e}");
            out.put_slice(float(*number, number.to_string(), &exponent).as_bytes());
        }
        Value::Decimal(text) | Value::Json(text) => out.put_slice(text.as_bytes()),
        Value::Text(text) => out.put_slice(text.as_bytes()),
        Value::Bytes(bytes) => {
            out.put_slice(b"\\x");
            out.put_slice(hex::encode(bytes).as_bytes());
        }
        Value::Day(days) => out.put_slice(moments::day_text(*days).ok_or(Unwritable)?.as_bytes()),
        Value::Time(passed) => {
            let time = NaiveTime::MIN + TimeDelta::microseconds(*passed);
            out.put_slice(moments::fraction(&time.format("%H:%M:%S%.6f").to_string()).as_bytes());
        }
        Value::Moment(moment, is_zoned) => {
            let moment = DateTime::from_timestamp_micros(*moment).ok_or(Unwritable)?;
            let text = moment.format("%Y-%m-%d %H:%M:%S%.6f").to_string();
            out.put_slice(moments::fraction(&text).as_bytes());
            out.put_slice(if *is_zoned { b"+00" } else { b"" });
        }
        Value::Span(span) => out.put_slice(span.text().as_bytes()),
        Value::List(list) => list_text(out, list.as_ref())?,
    }
    Ok(())
}

/// A float as PostgreSQL writes it: as short as tells it from all others.
fn float(number: f64, plain: String, exponent: &str) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number < 0.0 { "-Infinity" } else { "Infinity" }.to_owned();
    }
    let size = number.abs();
    if size == 0.0 || (1e-4..1e15).contains(&size) {
        return plain;
    }
    let (digits, power) = exponent.split_once('e').unwrap_or((exponent, "0"));
    match power.strip_prefix('-') {
        Some(power) => format!("{digits}e-{power:0>2}"),
        None => format!("{digits}e+{power:0>2}"),
    }
}

fn list_text(out: &mut Vec<u8>, list: &dyn Array) -> Result<(), Unwritable> {
    out.put_u8(b'{');
    for row in 0..list.len() {
        if row > 0 {
            out.put_u8(b',');
        }
        let mut member = Vec::new();
        if !plain(&mut member, list, row)? {
            out.put_slice(b"NULL");
            continue;
        }
        let is_special = |byte: &u8| b"{},\"\\".contains(byte) || byte.is_ascii_whitespace();
        let is_null = member.eq_ignore_ascii_case(b"null");
        if !member.is_empty() && !is_null && !member.iter().any(is_special) {
            out.put_slice(&member);
            continue;
        }
        out.put_u8(b'"');
        for byte in member {
            if byte == b'"' || byte == b'\\' {
                out.put_u8(b'\\');
            }
            out.put_u8(byte);
        }
        out.put_u8(b'"');
    }
    out.put_u8(b'}');
    Ok(())
}

fn binary(out: &mut Vec<u8>, value: &Value<'_>, kind: &Type) -> Result<(), Unwritable> {
    match value {
        Value::Null => {}
        Value::Bool(is_true) => out.put_u8(u8::from(*is_true)),
        Value::Whole(number) => {
            let wrong = |_| Unwritable;
            match *kind {
                Type::INT2 => out.put_i16((*number).try_into().map_err(wrong)?),
                Type::INT4 => out.put_i32((*number).try_into().map_err(wrong)?),
                Type::INT8 => out.put_i64(*number),
                Type::NUMERIC => out.put_slice(&numeric::binary(&number.to_string())),
                // Numbers of objects in the catalogue.
                _ => out.put_u32((*number).try_into().map_err(wrong)?),
            }
        }
        Value::Single(number) => out.put_f32(*number),
        Value::Double(number) => out.put_f64(*number),
        Value::Decimal(text) => out.put_slice(&numeric::binary(text)),
        Value::Text(text) => out.put_slice(text.as_bytes()),
        Value::Json(text) => out.put_slice(text.as_bytes()),
        Value::Bytes(bytes) => out.put_slice(bytes),
        Value::Day(days) => {
            let days = i32::try_from(days - moments::EPOCH_DAYS).map_err(|_| Unwritable)?;
            out.put_i32(days);
        }
        Value::Time(passed) => out.put_i64(*passed),
        Value::Moment(moment, _) => {
            let begin = moments::EPOCH_DAYS * 86_400_000_000;
            out.put_i64(moment.checked_sub(begin).ok_or(Unwritable)?);
        }
        Value::Span(span) => {
            out.put_i64(span.microseconds);
            out.put_i32(span.days);
            out.put_i32(span.months);
        }
        Value::List(list) => list_binary(out, list.as_ref(), kind)?,
    }
    Ok(())
}

fn list_binary(out: &mut Vec<u8>, list: &dyn Array, kind: &Type) -> Result<(), Unwritable> {
    let member = match kind.kind() {
        Shape::Array(member) => member.clone(),
        _ => kind_of(list.data_type()),
    };
    out.put_i32(i32::from(!list.is_empty()));
    out.put_i32(i32::from(list.null_count() > 0));
    out.put_u32(member.oid());
    if list.is_empty() {
        return Ok(());
    }
    out.put_i32(i32::try_from(list.len()).map_err(|_| Unwritable)?);
    out.put_i32(1);
    (0..list.len()).try_for_each(|row| write(out, list, row, &member, true))
}
