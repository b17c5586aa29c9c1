//! How is a statement written that reads an SQLite object?

use chrono_tz::UTC;
use datafusion::common::ScalarValue;
use rusqlite::types::Value;

use super::shape::{Column, ColumnType, Format, Shape};
use super::value::parse;

/// What a contract's object is.
pub(super) enum Object<'a> {
    Named(&'a str),
    Query(&'a str),
}

impl<'a> Object<'a> {
    /// A name, or a query where it begins with `select` or `with` and goes on.
    pub fn new(object: &'a str) -> Self {
        let trimmed = object.trim();
        let first = trimmed.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
        let is_query = ["select", "with"].iter().any(|word| first.eq_ignore_ascii_case(word));
        if is_query && trimmed.len() > first.len() && !trimmed[first.len()..].starts_with('_') {
            Self::Query(trimmed.trim_end_matches(|c: char| c == ';' || c.is_whitespace()))
        } else {
            Self::Named(object)
        }
    }

    /// What rows name as their source.
    pub fn source(&self) -> &'a str {
        match self {
            Self::Named(name) => name,
            Self::Query(_) => "query",
        }
    }

    /// The object as something to select from.
    pub fn source_clause(&self) -> String {
        match self {
            Self::Named(name) => quoted(name),
            // The line end ends a comment that may stand last.
            Self::Query(query) => format!("({query}\n) as patron_query"),
        }
    }
}

/// The value that `since` is compared with, in the form in which the column is stored.
///
/// Numbers compare as numbers. A moment stored as a number is counted as the column's format says.
/// A moment stored as text compares as text, so its format must put the year first; the bound is
/// then the day before, which is right for every way to write time and offset, and gives some rows
/// once more, as an overlap does anyway.
pub(super) fn bound(column: Option<&Column>, shape: &Shape, value: &str) -> Result<Value, String> {
    let Some(column) = column else { return Ok(Value::Text(value.to_owned())) };
    let format = match (&column.kind, &column.format) {
        (_, Some(format)) => format.clone(),
        (ColumnType::Date, None) => shape.format.date.clone(),
        (_, None) => shape.format.timestamp.first().cloned().unwrap_or_default(),
    };
    let number = || -> Result<Value, String> {
        if let Ok(value) = value.parse::<i64>() {
            return Ok(Value::Integer(value));
        }
        value.parse().map(Value::Real).map_err(|_| format!("`{value}` is not a number"))
    };
    match column.kind {
        ColumnType::Integer | ColumnType::Decimal { .. } | ColumnType::Float => number(),
        ColumnType::Text | ColumnType::Boolean => Ok(Value::Text(value.to_owned())),
        ColumnType::Date | ColumnType::Timestamp => {
            let micros = moment(value).ok_or_else(|| format!("`{value}` is not a moment"))?;
            match format.as_str() {
                "unix" => Ok(Value::Integer(micros.div_euclid(1_000_000))),
                "unix_ms" => Ok(Value::Integer(micros.div_euclid(1000))),
                #[expect(clippy::cast_precision_loss, reason = "a millisecond is taken off for it")]
                "julian" => Ok(Value::Real((micros - 1000) as f64 / 86_400e6 + 2_440_587.5)),
                _ => day_before(micros, &format).map(Value::Text),
            }
        }
    }
}

/// The day before a moment as the text with which texts of this format begin.
fn day_before(micros: i64, format: &str) -> Result<String, String> {
    let day = if format.starts_with("%Y-%m-%d") || matches!(format, "%+" | "%F") {
        "%Y-%m-%d"
    } else if format.starts_with("%Y%m%d") {
        "%Y%m%d"
    } else if format.starts_with("%Y/%m/%d") {
        "%Y/%m/%d"
    } else {
        return Err(format!(
            "texts in the format `{format}` do not sort by time; leave `cursor` away or name \
             a column whose texts do"
        ));
    };
    let moment = chrono::DateTime::from_timestamp_micros(micros)
        .and_then(|moment| moment.checked_sub_signed(chrono::TimeDelta::days(1)))
        .ok_or("the moment is out of range")?;
    Ok(moment.format(day).to_string())
}

/// Microseconds since 1970 of a moment as Patron writes one: RFC 3339, or a date, in UTC.
fn moment(text: &str) -> Option<i64> {
    let column: Column = Column {
        name: String::new(),
        description: String::new(),
        kind: ColumnType::Timestamp,
        from: None,
        required: true,
        unit: None,
        currency: None,
        allowed: Vec::new(),
        personal: false,
        round: false,
        format: None,
    };
    let text = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    match parse(&column, &Format::default(), UTC, &text) {
        Ok(ScalarValue::TimestampMicrosecond(micros, _)) => micros,
        _ => None,
    }
}

/// The column called `wanted`, to the letter or else without regard to case, as SQLite has it.
pub(super) fn resolve<'n>(names: &'n [String], wanted: &str) -> Option<&'n str> {
    let exact = names.iter().find(|name| *name == wanted);
    let found = exact.or_else(|| names.iter().find(|name| name.eq_ignore_ascii_case(wanted)));
    found.map(String::as_str)
}

/// An identifier in double quotes.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
