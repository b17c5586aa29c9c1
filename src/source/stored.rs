//! Does a value that its source stores typed fit the promised type, exactly?
//!
//! Databases and Parquet files have types of their own; only the contract's type counts. A value
//! is taken over where that loses nothing, and refused otherwise.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate};

use super::moment::{Epoch, TimestampReader, checked_day, checked_instant, whole_day};
use super::number::{Precision, decimal_of_float};
use super::shape::ColumnType;
use super::value::{Cell, Listed, Parser, Reader, Reason};

/// Integers up to here are exact as floats.
const FLOAT_EXACT_MAX: i128 = 1 << 53;

/// A value as its source stores it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Stored<'a> {
    Null,
    Text(&'a str),
    /// a number in plain notation, wider than the other kinds take
    Digits(&'a str),
    /// bytes that may be text
    Bytes(&'a [u8]),
    Integer(i128),
    Float(f64),
    /// a number and its scale
    Decimal(i128, i8),
    Boolean(bool),
    /// days since 1970
    Day(i64),
    /// nanoseconds since 1970
    Instant {
        nanoseconds: i128,
        clock: Clock,
    },
}

/// Which clock an instant was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    Utc,
    /// that of the contract's zone
    Local,
}

impl<'a> Stored<'a> {
    /// What it is, for reasons.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Text(_) => "text",
            Self::Digits(_) => "a number",
            Self::Bytes(_) => "bytes",
            Self::Integer(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Decimal(..) => "a decimal",
            Self::Boolean(_) => "a boolean",
            Self::Day(_) => "a date",
            Self::Instant { .. } => "a timestamp",
        }
    }

    /// The value as text: numbers in plain notation, dates and instants as ISO 8601, bytes that are
    /// no text in hexadecimal digits behind `\x`.
    pub fn text(&self) -> Option<Cow<'a, str>> {
        Some(match *self {
            Self::Null => return None,
            Self::Text(text) | Self::Digits(text) => Cow::Borrowed(text),
            Self::Bytes(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => Cow::Borrowed(text),
                Err(_) => Cow::Owned(format!("\\x{}", hex::encode(bytes))),
            },
            Self::Integer(value) => Cow::Owned(value.to_string()),
            // `{:?}` writes the shortest digits that read back and always a mark or an exponent.
            Self::Float(value) => Cow::Owned(format!("{value:?}")),
            Self::Decimal(value, scale) => Cow::Owned(decimal_text(value, scale)),
            Self::Boolean(value) => Cow::Borrowed(if value { "true" } else { "false" }),
            Self::Day(day) => Cow::Owned(day_text(day)),
            Self::Instant { nanoseconds, clock } => Cow::Owned(instant_text(nanoseconds, clock)),
        })
    }
}

fn decimal_text(value: i128, scale: i8) -> String {
    let Ok(scale) = usize::try_from(scale) else {
        return format!("{value}{}", "0".repeat(usize::from(scale.unsigned_abs())));
    };
    let sign = if value < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

fn day_text(day: i64) -> String {
    let date = i32::try_from(day).ok().and_then(NaiveDate::from_epoch_days);
    date.map_or_else(|| format!("day {day}"), |date| date.format("%Y-%m-%d").to_string())
}

fn instant_text(nanoseconds: i128, clock: Clock) -> String {
    let seconds = i64::try_from(nanoseconds.div_euclid(1_000_000_000)).ok();
    let rest = u32::try_from(nanoseconds.rem_euclid(1_000_000_000)).unwrap_or(0);
    match seconds.and_then(|seconds| DateTime::from_timestamp(seconds, rest)) {
        None => format!("{nanoseconds} ns"),
        Some(instant) => match clock {
            Clock::Utc => instant.format("%Y-%m-%dT%H:%M:%S%.fZ").to_string(),
            Clock::Local => instant.format("%Y-%m-%dT%H:%M:%S%.f").to_string(),
        },
    }
}

/// The value in the column's own type.
pub(super) fn accept<'a>(stored: Stored<'a>, parser: &Parser) -> Result<Cell<'a>, Reason> {
    match stored {
        Stored::Null => return Ok(Cell::Null),
        Stored::Text(text) => return parser.read_checked(text),
        Stored::Digits(text) => return parser.read_plain_number(text),
        Stored::Bytes(bytes) => {
            let text = std::str::from_utf8(bytes).map_err(|_| Reason::Undecodable("UTF-8"))?;
            return parser.read_checked(text);
        }
        _ => {}
    }
    if parser.is_listed(|| stored.text().unwrap_or_default())? == Listed::Null {
        return Ok(Cell::Null);
    }
    match &parser.reader {
        Reader::Text => Ok(Cell::MadeText(stored.text().map(Cow::into_owned).unwrap_or_default())),
        Reader::Integer(_) => integer(stored, parser).map(Cell::Integer),
        Reader::Decimal(_, wanted) => decimal(stored, *wanted, parser).map(Cell::Decimal),
        Reader::Float(_) => float(stored, parser).map(Cell::Float),
        Reader::Boolean { true_values, false_values } => match stored {
            Stored::Boolean(value) => Ok(Cell::Boolean(value)),
            Stored::Integer(value) => {
                let text = value.to_string();
                match (true_values.contains(&text), false_values.contains(&text)) {
                    (true, false) => Ok(Cell::Boolean(true)),
                    (false, true) => Ok(Cell::Boolean(false)),
                    _ => Err(Reason::NotABoolean),
                }
            }
            _ => Err(parser.misfit(stored.kind())),
        },
        Reader::Date(reader) => date(stored, reader.epoch(), parser).map(Cell::Date),
        Reader::Timestamp(reader) => timestamp(stored, reader, parser).map(Cell::Timestamp),
    }
}

fn integer(stored: Stored<'_>, parser: &Parser) -> Result<i64, Reason> {
    match stored {
        Stored::Integer(value) => i64::try_from(value).map_err(|_| Reason::OutOfRange),
        Stored::Decimal(value, scale) => {
            let whole = Precision { precision: 38, scale: 0, round: false };
            let value = whole.rescale(value, i32::from(scale)).map_err(|reason| match reason {
                Reason::TooManyDecimals(_) => parser.misfit("a decimal with decimals"),
                other => other,
            })?;
            i64::try_from(value).map_err(|_| Reason::OutOfRange)
        }
        #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
        #[expect(clippy::cast_precision_loss, reason = "2^53 is exact")]
        Stored::Float(value) if value.fract() == 0.0 && value.abs() <= FLOAT_EXACT_MAX as f64 => {
            Ok(value as i64)
        }
        _ => Err(parser.misfit(stored.kind())),
    }
}

fn decimal(stored: Stored<'_>, wanted: Precision, parser: &Parser) -> Result<i128, Reason> {
    match stored {
        Stored::Integer(value) => wanted.rescale(value, 0),
        Stored::Decimal(value, scale) => wanted.rescale(value, i32::from(scale)),
        Stored::Float(value) => decimal_of_float(value, wanted),
        _ => Err(parser.misfit(stored.kind())),
    }
}

fn float(stored: Stored<'_>, parser: &Parser) -> Result<f64, Reason> {
    match stored {
        Stored::Float(value) if value.is_finite() => Ok(value),
        #[expect(clippy::cast_precision_loss, reason = "the guard keeps it exact")]
        Stored::Integer(value) if (-FLOAT_EXACT_MAX..=FLOAT_EXACT_MAX).contains(&value) => {
            Ok(value as f64)
        }
        Stored::Decimal(value, scale) => {
            decimal_text(value, scale).parse().map_err(|_| Reason::NotANumber)
        }
        _ => Err(parser.misfit(stored.kind())),
    }
}

/// A number counts as a moment only where the contract says what it counts.
fn of_epoch(stored: Stored<'_>, epoch: Option<Epoch>) -> Option<Result<i64, Reason>> {
    match (stored, epoch?) {
        (Stored::Integer(value), epoch) => Some(
            i64::try_from(value)
                .map_err(|_| Reason::YearOutOfRange)
                .and_then(|value| epoch.micros_of_integer(value)),
        ),
        (Stored::Float(value), epoch) => Some(epoch.micros_of_float(value)),
        _ => None,
    }
}

fn date(stored: Stored<'_>, epoch: Option<Epoch>, parser: &Parser) -> Result<i32, Reason> {
    match stored {
        Stored::Day(day) => checked_day(day),
        Stored::Instant { nanoseconds, .. } => {
            let micros = i64::try_from(nanoseconds.div_euclid(1000));
            let micros = checked_instant(micros.map_err(|_| Reason::YearOutOfRange)?)?;
            if nanoseconds % 1000 != 0 { Err(Reason::NotMidnight) } else { whole_day(micros) }
        }
        _ => match of_epoch(stored, epoch) {
            Some(micros) => whole_day(micros?),
            None => Err(parser.misfit(stored.kind())),
        },
    }
}

fn timestamp(stored: Stored<'_>, reader: &TimestampReader, parser: &Parser) -> Result<i64, Reason> {
    let (nanoseconds, clock) = match stored {
        Stored::Day(day) => (i128::from(day) * 86_400_000_000_000, Clock::Local),
        Stored::Instant { nanoseconds, clock } => (nanoseconds, clock),
        _ => {
            return match of_epoch(stored, reader.epoch()) {
                Some(micros) => reader.of_epoch(micros?),
                None => Err(parser.misfit(stored.kind())),
            };
        }
    };
    if nanoseconds % 1000 != 0 {
        return Err(Reason::TooFine);
    }
    let micros = i64::try_from(nanoseconds / 1000).map_err(|_| Reason::YearOutOfRange)?;
    let micros = checked_instant(micros)?;
    match clock {
        Clock::Utc => Ok(micros),
        Clock::Local => {
            let offset = reader.offset(micros.div_euclid(1_000_000))?;
            checked_instant(micros - offset * 1_000_000)
        }
    }
}

/// The type of column that keeps all that values of this kind say, for scaffolding.
pub(super) fn widest(stored: Stored<'_>) -> ColumnType {
    match stored {
        Stored::Null | Stored::Text(_) | Stored::Digits(_) | Stored::Bytes(_) => ColumnType::Text,
        Stored::Integer(_) => ColumnType::Integer,
        Stored::Float(_) => ColumnType::Float,
        Stored::Decimal(_, scale) => {
            ColumnType::Decimal { precision: 38, scale: u8::try_from(scale).unwrap_or(0).min(38) }
        }
        Stored::Boolean(_) => ColumnType::Boolean,
        Stored::Day(_) => ColumnType::Date,
        Stored::Instant { .. } => ColumnType::Timestamp,
    }
}
