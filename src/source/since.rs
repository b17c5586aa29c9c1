//! From which value of a source's column on may rows be new?

use chrono_tz::UTC;
use datafusion::common::ScalarValue;

use super::shape::{Column, ColumnType, Format, Shape};
use super::value::parse;

/// A value that a source's column is compared with.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Bound {
    Integer(i64),
    Real(f64),
    Text(String),
}

impl Bound {
    /// The value as a statement writes it, for where a statement takes no parameters.
    ///
    /// # Errors
    /// When a text is more than letters, digits and the marks of dates and times, which need no
    /// escaping under any setting of any server.
    pub fn literal(&self) -> Result<String, String> {
        match self {
            Self::Integer(value) => Ok(value.to_string()),
            Self::Real(value) => Ok(format!("{value:?}")),
            Self::Text(value) => {
                let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-+:. /".contains(&byte);
                match value.bytes().all(is_plain) {
                    true => Ok(format!("'{value}'")),
                    false => Err(format!("`{value}` is neither a number nor a moment")),
                }
            }
        }
    }
}

/// The value that `since` is compared with, in the form in which the column is stored.
///
/// Numbers compare as numbers. A moment stored as a number is counted as the column's format says.
/// A moment stored as text compares as text, so its format must put the year first; the bound is
/// then the day before, which is right for every way to write time and offset, and gives some rows
/// once more, as an overlap does anyway.
pub(super) fn bound(column: Option<&Column>, shape: &Shape, value: &str) -> Result<Bound, String> {
    let Some(column) = column else { return Ok(Bound::Text(value.to_owned())) };
    let format = match (&column.kind, &column.format) {
        (_, Some(format)) => format.clone(),
        (ColumnType::Date, None) => shape.format.date.clone(),
        (_, None) => shape.format.timestamp.first().cloned().unwrap_or_default(),
    };
    let number = || -> Result<Bound, String> {
        if let Ok(value) = value.parse::<i64>() {
            return Ok(Bound::Integer(value));
        }
        value.parse().map(Bound::Real).map_err(|_| format!("`{value}` is not a number"))
    };
    match column.kind {
        ColumnType::Integer | ColumnType::Decimal { .. } | ColumnType::Float => number(),
        ColumnType::Text | ColumnType::Boolean => Ok(Bound::Text(value.to_owned())),
        ColumnType::Date | ColumnType::Timestamp => {
            let micros = moment(value).ok_or_else(|| format!("`{value}` is not a moment"))?;
            match format.as_str() {
                "unix" => Ok(Bound::Integer(micros.div_euclid(1_000_000))),
                "unix_ms" => Ok(Bound::Integer(micros.div_euclid(1000))),
                #[expect(clippy::cast_precision_loss, reason = "a millisecond is taken off for it")]
                "julian" => Ok(Bound::Real((micros - 1000) as f64 / 86_400e6 + 2_440_587.5)),
                _ => day_before(micros, &format).map(Bound::Text),
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
    let column = Column::plain("", ColumnType::Timestamp);
    let text = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    match parse(&column, &Format::default(), UTC, &text) {
        Ok(ScalarValue::TimestampMicrosecond(micros, _)) => micros,
        _ => None,
    }
}
