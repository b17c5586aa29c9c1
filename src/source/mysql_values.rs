//! What do the values of MySQL's text protocol say, exactly?

use std::borrow::Cow;

use mysql_async::consts::ColumnType as Wire;
use mysql_async::{Column, Value as Sent};

use super::pattern::days_from_civil;
use super::rows::Rows;
use super::shape::ColumnType;
use super::stored::{Clock, Stored, accept};
use super::value::{Cell, Parser, Reason};

/// The character set of what is no text.
const BINARY: u16 = 63;

/// In which form a column's values come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// digits
    Number,
    /// a float of four bytes, asked for as one of eight
    Float4,
    Float8,
    Date,
    /// a timestamp without zone
    LocalTime,
    /// a timestamp in UTC, as the session asks for it
    Instant,
    /// the bits of a number
    Bits,
    Text,
    /// bytes that are no text
    Binary,
}

impl Form {
    /// The form in which a column's values come by themselves.
    pub fn of(column: &Column) -> Self {
        match column.column_type() {
            Wire::MYSQL_TYPE_DECIMAL
            | Wire::MYSQL_TYPE_NEWDECIMAL
            | Wire::MYSQL_TYPE_TINY
            | Wire::MYSQL_TYPE_SHORT
            | Wire::MYSQL_TYPE_INT24
            | Wire::MYSQL_TYPE_LONG
            | Wire::MYSQL_TYPE_LONGLONG
            | Wire::MYSQL_TYPE_YEAR => Self::Number,
            Wire::MYSQL_TYPE_FLOAT => Self::Float4,
            Wire::MYSQL_TYPE_DOUBLE => Self::Float8,
            Wire::MYSQL_TYPE_DATE | Wire::MYSQL_TYPE_NEWDATE => Self::Date,
            Wire::MYSQL_TYPE_DATETIME | Wire::MYSQL_TYPE_DATETIME2 => Self::LocalTime,
            Wire::MYSQL_TYPE_TIMESTAMP | Wire::MYSQL_TYPE_TIMESTAMP2 => Self::Instant,
            Wire::MYSQL_TYPE_BIT => Self::Bits,
            Wire::MYSQL_TYPE_GEOMETRY | Wire::MYSQL_TYPE_VECTOR => Self::Binary,
            Wire::MYSQL_TYPE_JSON
            | Wire::MYSQL_TYPE_TIME
            | Wire::MYSQL_TYPE_TIME2
            | Wire::MYSQL_TYPE_NULL => Self::Text,
            _ if column.character_set() == BINARY => Self::Binary,
            _ => Self::Text,
        }
    }

    /// The form in which values are exact for a promised type. As text, a value is what the server
    /// itself writes.
    pub fn promised(self, promised: &ColumnType) -> Self {
        let is_written = !matches!(self, Self::Bits | Self::Binary);
        if *promised == ColumnType::Text && is_written { Self::Text } else { self }
    }

    /// What stands behind the column in a statement.
    pub fn cast(self) -> &'static str {
        // By itself, the server writes six digits of such a float.
        if self == Self::Float4 { " + 0e0" } else { "" }
    }

    /// What makes the order of texts that of their bytes, the same on every server.
    pub fn collation(self) -> &'static str {
        if self == Self::Text { "binary " } else { "" }
    }

    /// Whether values are moments.
    pub fn is_moment(self) -> bool {
        matches!(self, Self::Date | Self::LocalTime | Self::Instant)
    }
}

/// What a value says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'v> {
    Stored(Stored<'v>),
    /// a number in plain notation
    Digits(String),
    /// what is no value of the promised kind, and what it is instead
    Beyond(&'static str),
}

/// Some rows of an answer, as the server wrote their values, one behind the other: a value each in
/// memory of its own would cost more than everything else that happens to it.
#[derive(Debug, Default)]
pub(super) struct Batch {
    width: usize,
    bytes: Vec<u8>,
    /// where each value ends, and whether it is one
    ends: Vec<(usize, bool)>,
}

impl Batch {
    /// Adds a row and says how many bytes it has; `None` where its values are not in the text
    /// protocol.
    pub fn push(&mut self, row: Vec<Sent>) -> Option<usize> {
        self.width = row.len();
        let before = self.bytes.len();
        for value in row {
            match value {
                Sent::Bytes(bytes) => {
                    self.bytes.extend_from_slice(&bytes);
                    self.ends.push((self.bytes.len(), true));
                }
                Sent::NULL => self.ends.push((self.bytes.len(), false)),
                _ => return None,
            }
        }
        Some(self.bytes.len() - before + self.width)
    }

    /// Roughly the bytes that the rows take.
    pub fn size_bytes(&self) -> usize {
        self.bytes.len() + self.ends.len()
    }

    /// The rows.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.ends.len()).step_by(self.width.max(1)).map(|first| Row { batch: self, first })
    }
}

/// A row of a batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'b> {
    batch: &'b Batch,
    first: usize,
}

impl<'b> Row<'b> {
    /// The value at a place; `None` for null.
    #[inline]
    pub fn value(self, place: usize) -> Option<&'b [u8]> {
        let at = self.first + place;
        let (end, is_value) = self.batch.ends[at];
        let start = if at == 0 { 0 } else { self.batch.ends[at - 1].0 };
        is_value.then(|| &self.batch.bytes[start..end])
    }
}

/// What the server wrote of a value.
#[inline]
pub(super) fn value(form: Form, bytes: &[u8]) -> Value<'_> {
    let text = || std::str::from_utf8(bytes).ok();
    let stored = match form {
        Form::Text => Some(Stored::Bytes(bytes)),
        Form::Number => text().map(Stored::Digits),
        Form::Float8 => text().and_then(|text| text.parse().ok()).map(Stored::Float),
        Form::Float4 => {
            // Four bytes hold the number that their shortest digits say.
            let number = text().and_then(|text| text.parse::<f64>().ok());
            #[expect(clippy::cast_possible_truncation, reason = "it was a float of four bytes")]
            return match number {
                Some(number) => Value::Digits((number as f32).to_string()),
                None => Value::Beyond("no float"),
            };
        }
        Form::Date => match day(bytes) {
            Some(day) => Some(Stored::Day(day)),
            None => return Value::Beyond("a date that is in no calendar"),
        },
        Form::LocalTime | Form::Instant => {
            let clock = if form == Form::Instant { Clock::Utc } else { Clock::Local };
            match instant(bytes) {
                Some(nanoseconds) => Some(Stored::Instant { nanoseconds, clock }),
                None => return Value::Beyond("a time that is in no calendar"),
            }
        }
        Form::Bits if bytes.len() <= 8 => {
            let number = bytes.iter().fold(0_i128, |number, byte| number << 8 | i128::from(*byte));
            Some(Stored::Integer(number))
        }
        Form::Bits | Form::Binary => return Value::Beyond("bytes"),
    };
    stored.map_or(Value::Beyond("bytes"), Value::Stored)
}

/// Adds a row.
#[inline]
pub(super) fn push(row: Row<'_>, forms: &[Form], places: &[Option<usize>], rows: &mut Rows) {
    let sent = |index: usize| {
        let place = places[index]?;
        row.value(place).map(|bytes| (forms[place], bytes))
    };
    rows.push(
        0,
        |index, parser| match sent(index) {
            None => Ok(Cell::Null),
            Some((form, bytes)) => cell(form, bytes, parser),
        },
        |index| sent(index).map(|(form, bytes)| text(form, bytes)),
    );
}

#[inline]
fn cell<'v>(form: Form, bytes: &'v [u8], parser: &Parser) -> Result<Cell<'v>, Reason> {
    match value(form, bytes) {
        Value::Stored(stored) => accept(stored, parser),
        Value::Digits(text) => Ok(parser.read_plain_number(&text)?.into_owned()),
        Value::Beyond(kind) => Err(parser.misfit(kind)),
    }
}

/// A value as text, for people and for another try.
pub(super) fn text(form: Form, bytes: &[u8]) -> Cow<'_, str> {
    match value(form, bytes) {
        Value::Stored(stored) => stored.text().unwrap_or_default(),
        Value::Digits(text) => Cow::Owned(text),
        Value::Beyond(_) => match std::str::from_utf8(bytes) {
            Ok(text) if form != Form::Binary => Cow::Borrowed(text),
            _ => Cow::Owned(format!("\\x{}", hex::encode(bytes))),
        },
    }
}

/// Days since 1970 of `YYYY-MM-DD`; `None` for the zero and partial dates that the server knows.
fn day(text: &[u8]) -> Option<i64> {
    let text: &[u8; 10] = text.try_into().ok()?;
    if text[4] != b'-' || text[7] != b'-' {
        return None;
    }
    days_from_civil(digits(&text[..4])?, digits(&text[5..7])?, digits(&text[8..])?)
}

/// Nanoseconds since 1970 of `YYYY-MM-DD HH:MM:SS` with up to nine decimals.
fn instant(text: &[u8]) -> Option<i128> {
    let (date, time) = text.split_at_checked(10)?;
    let (clock, fraction) = time.split_at_checked(9)?;
    if clock[0] != b' ' || clock[3] != b':' || clock[6] != b':' {
        return None;
    }
    let second = digits(&clock[1..3])? * 3600 + digits(&clock[4..6])? * 60 + digits(&clock[7..9])?;
    let nanosecond = match fraction {
        [] => 0,
        [b'.', decimals @ ..] if decimals.len() <= 9 => {
            digits(decimals)? * 10_i64.pow(9 - u32::try_from(decimals.len()).ok()?)
        }
        _ => return None,
    };
    let seconds = i128::from(day(date)?) * 86_400 + i128::from(second);
    Some(seconds * 1_000_000_000 + i128::from(nanosecond))
}

fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_no_calendar_are_none() {
        assert_eq!(day(b"1970-01-02"), Some(1));
        assert_eq!(day(b"2000-01-01"), Some(10_957));
        for text in ["0000-00-00", "2020-00-00", "2020-02-00", "2021-02-29", "2020-1-1", ""] {
            assert_eq!(day(text.as_bytes()), None, "{text}");
        }
        assert_eq!(instant(b"1970-01-01 00:00:01.5"), Some(1_500_000_000));
        assert_eq!(instant(b"1970-01-01 00:00:00.000001"), Some(1000));
        assert_eq!(instant(b"0000-00-00 00:00:00"), None);
        assert_eq!(instant(b"1970-01-01T00:00:00"), None);
    }
}
