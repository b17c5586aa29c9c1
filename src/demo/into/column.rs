//! Of which type is a column on a server, so that a refresh accepts and refuses there what it
//! accepts and refuses from SQLite?
//!
//! SQLite keeps any value in any column; a server does not. The contract's own parser says what
//! becomes of each value from SQLite, and what would become of it if it came from a column of some
//! type on the server; the first type for which both are the same for all values is taken.

use std::borrow::Cow;

use chrono_tz::Tz;
use rusqlite::types::ValueRef;

use crate::source::shape::{Column, ColumnType, Shape};
use crate::source::stored::{Clock, Stored, accept};
use crate::source::value::{Cell, Parser, Reason};

/// Whole numbers up to here are exact as floats.
const FLOAT_EXACT_MAX: u64 = 1 << 53;

/// A kind of server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Server {
    /// PostgreSQL
    Postgres,
    /// MariaDB or MySQL
    Mysql,
}

/// The type of a column on a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Integer,
    Decimal {
        precision: u8,
        scale: u8,
    },
    Float,
    Boolean,
    Date,
    /// what the clock on the wall said
    LocalTime,
    /// a moment in UTC
    Instant,
}

/// A value as a server is given it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    Null,
    Text(Cow<'a, str>),
    Integer(i64),
    /// a number and its scale
    Decimal(i128, u8),
    Float(f64),
    Boolean(bool),
    /// days since 1970
    Day(i32),
    /// microseconds since 1970, of the clock that the column's type says
    Micros(i64),
}

/// How like its original a value is to a refresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    /// one of both is refused, or they differ
    Unlike,
    /// what is refused is nothing that the server could hold, so that its row must be left out
    Absent,
    /// both are refused, for different reasons
    Refused,
    /// both are refused for the same reason, or are the same value
    Same,
}

/// How a refresh reads a column.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    kind: ColumnType,
    parser: Parser,
    /// for timestamps, two parsers whose zones differ: a text without offset means two moments
    in_utc: Parser,
    an_hour_ahead: Parser,
}

impl Reading {
    /// Reads as the contract says.
    ///
    /// # Errors
    /// What is wrong with the contract's promise.
    pub(super) fn new(column: &Column, shape: &Shape) -> Result<Self, String> {
        let mut unzoned = shape.format.clone();
        unzoned.zone = None;
        Ok(Self {
            kind: column.kind.clone(),
            parser: Parser::new(column, &shape.format, shape.zone)?,
            in_utc: Parser::new(column, &unzoned, Tz::UTC)?,
            an_hour_ahead: Parser::new(column, &unzoned, Tz::Etc__GMTMinus1)?,
        })
    }

    /// The types that the column may have, the best one first.
    pub(super) fn candidates(&self) -> Vec<Kind> {
        let mut kinds = match self.kind {
            ColumnType::Text => return vec![Kind::Text],
            ColumnType::Integer => Vec::new(),
            ColumnType::Decimal { precision, scale } => vec![Kind::Decimal { precision, scale }],
            ColumnType::Float => vec![Kind::Float],
            ColumnType::Boolean => vec![Kind::Boolean],
            ColumnType::Date => vec![Kind::Date],
            ColumnType::Timestamp => vec![Kind::LocalTime, Kind::Instant],
        };
        // Money is a float only where nothing else tells a float of the source from a text.
        kinds.extend([Kind::Integer, Kind::Text, Kind::Float]);
        kinds
    }

    /// What a refresh makes of a value of SQLite.
    fn read<'a>(&self, value: ValueRef<'a>) -> Result<Cell<'a>, Reason> {
        let stored = match value {
            ValueRef::Null => Stored::Null,
            ValueRef::Integer(value) => Stored::Integer(i128::from(value)),
            ValueRef::Real(value) => Stored::Float(value),
            ValueRef::Text(bytes) => Stored::Bytes(bytes),
            ValueRef::Blob(_) => return Err(self.parser.misfit("a blob")),
        };
        accept(stored, &self.parser)
    }

    /// How like its original a value is in a column of some type.
    pub(super) fn likeness(&self, value: ValueRef<'_>, kind: Kind, server: Server) -> Likeness {
        let expected = self.read(value);
        let Some(given) = self.given(value, kind, server) else {
            let is_absent = kind == Kind::Text && expected.is_err();
            return if is_absent { Likeness::Absent } else { Likeness::Unlike };
        };
        let digits = given.digits();
        likeness(&expected, &accept(stored(&given, &digits, kind, server), &self.parser))
    }

    /// A value of SQLite as a column of some type is given it; none where it cannot hold it.
    pub(super) fn given<'a>(
        &self,
        value: ValueRef<'a>,
        kind: Kind,
        server: Server,
    ) -> Option<Value<'a>> {
        if value == ValueRef::Null {
            return Some(Value::Null);
        }
        match kind {
            Kind::Text => self.text(value, server),
            _ => match (self.read(value), value) {
                (Ok(Cell::Null), _) => Some(Value::Null),
                // A time that the clocks skipped is one all the same; a refresh refuses it.
                _ if kind == Kind::LocalTime => self.local(value).map(Value::Micros),
                (Ok(cell), _) if self.is_own(kind) => Self::typed(&cell, kind),
                (_, ValueRef::Integer(value)) => of_integer(value, kind),
                (_, ValueRef::Real(value)) => of_float(value, kind, server),
                (
                    Ok(Cell::Decimal(_) | Cell::Integer(_) | Cell::Float(_)),
                    ValueRef::Text(text),
                ) => {
                    let text = std::str::from_utf8(text).ok()?.trim();
                    match kind {
                        Kind::Integer => text.parse().ok().map(Value::Integer),
                        _ => of_float(text.parse().ok()?, kind, server),
                    }
                }
                _ => None,
            },
        }
    }

    /// Whether a type is that of the contract.
    fn is_own(&self, kind: Kind) -> bool {
        matches!(
            (kind, &self.kind),
            (Kind::Decimal { .. }, ColumnType::Decimal { .. })
                | (Kind::Integer, ColumnType::Integer)
                | (Kind::Float, ColumnType::Float)
                | (Kind::Boolean, ColumnType::Boolean)
                | (Kind::Date, ColumnType::Date)
                | (Kind::LocalTime | Kind::Instant, ColumnType::Timestamp)
        )
    }

    fn typed<'a>(cell: &Cell<'a>, kind: Kind) -> Option<Value<'a>> {
        match (cell, kind) {
            (Cell::Integer(value), _) => Some(Value::Integer(*value)),
            (Cell::Decimal(value), Kind::Decimal { scale, .. }) => {
                Some(Value::Decimal(*value, scale))
            }
            (Cell::Float(value), _) => Some(Value::Float(*value)),
            (Cell::Boolean(value), _) => Some(Value::Boolean(*value)),
            (Cell::Date(day), _) => Some(Value::Day(*day)),
            (Cell::Timestamp(micros), _) => Some(Value::Micros(*micros)),
            _ => None,
        }
    }

    /// The time that a text without offset says, in microseconds since 1970 of its own clock.
    fn local(&self, value: ValueRef<'_>) -> Option<i64> {
        let ValueRef::Text(bytes) = value else { return None };
        let read = |parser: &Parser| match accept(Stored::Bytes(bytes), parser) {
            Ok(Cell::Timestamp(micros)) => Some(micros),
            _ => None,
        };
        let micros = read(&self.in_utc)?;
        (read(&self.an_hour_ahead)? != micros).then_some(micros)
    }

    fn text<'a>(&self, value: ValueRef<'a>, server: Server) -> Option<Value<'a>> {
        match value {
            ValueRef::Text(bytes) => {
                let text = std::str::from_utf8(bytes).ok()?;
                let has_nul = memchr::memchr(0, bytes).is_some();
                (server == Server::Mysql || !has_nul).then_some(Value::Text(Cow::Borrowed(text)))
            }
            ValueRef::Integer(value) => Some(Value::Text(Cow::Owned(value.to_string()))),
            ValueRef::Real(number) => {
                let expected = self.read(value);
                let likeness_of =
                    |text: &str| likeness(&expected, &accept(Stored::Text(text), &self.parser));
                // A float that a refresh refuses because it is one is written with an exponent,
                // as programs write floats; in plain digits it could pass for a decimal.
                let ways = [format!("{number:?}"), format!("{number}"), format!("{number:e}")];
                let best = ways.into_iter().rev().max_by_key(|text| likeness_of(text))?;
                Some(Value::Text(Cow::Owned(best)))
            }
            _ => None,
        }
    }
}

impl Value<'_> {
    /// A whole number or a decimal in plain digits; nothing for other values.
    pub(super) fn digits(&self) -> String {
        let stored = match self {
            Self::Integer(value) => Stored::Integer(i128::from(*value)),
            Self::Boolean(value) => Stored::Integer(i128::from(*value)),
            Self::Decimal(value, scale) => {
                Stored::Decimal(*value, i8::try_from(*scale).unwrap_or(i8::MAX))
            }
            _ => return String::new(),
        };
        stored.text().map(Cow::into_owned).unwrap_or_default()
    }
}

/// What a refresh finds in a column of a server.
fn stored<'a>(value: &'a Value<'_>, digits: &'a str, kind: Kind, server: Server) -> Stored<'a> {
    let clock = if kind == Kind::Instant { Clock::Utc } else { Clock::Local };
    match value {
        Value::Null => Stored::Null,
        Value::Text(text) => Stored::Text(text),
        // MariaDB sends numbers as their digits, and what it calls boolean is one.
        Value::Integer(_) | Value::Decimal(..) | Value::Boolean(_) if server == Server::Mysql => {
            Stored::Digits(digits)
        }
        Value::Integer(value) => Stored::Integer(i128::from(*value)),
        Value::Decimal(value, scale) => {
            Stored::Decimal(*value, i8::try_from(*scale).unwrap_or(i8::MAX))
        }
        Value::Float(value) => Stored::Float(*value),
        Value::Boolean(value) => Stored::Boolean(*value),
        Value::Day(day) => Stored::Day(i64::from(*day)),
        Value::Micros(micros) => Stored::Instant { nanoseconds: i128::from(*micros) * 1000, clock },
    }
}

fn likeness(expected: &Result<Cell<'_>, Reason>, found: &Result<Cell<'_>, Reason>) -> Likeness {
    match (expected, found) {
        (Ok(Cell::Text(one)), Ok(Cell::MadeText(other)))
        | (Ok(Cell::MadeText(other)), Ok(Cell::Text(one)))
            if one == other =>
        {
            Likeness::Same
        }
        (Ok(one), Ok(other)) if one == other => Likeness::Same,
        (Err(one), Err(other)) if one == other => Likeness::Same,
        (Err(_), Err(_)) => Likeness::Refused,
        _ => Likeness::Unlike,
    }
}

fn of_integer<'a>(value: i64, kind: Kind) -> Option<Value<'a>> {
    match kind {
        Kind::Integer => Some(Value::Integer(value)),
        #[expect(clippy::cast_precision_loss, reason = "the guard keeps it exact")]
        Kind::Float if value.unsigned_abs() <= FLOAT_EXACT_MAX => Some(Value::Float(value as f64)),
        _ => None,
    }
}

fn of_float<'a>(value: f64, kind: Kind, server: Server) -> Option<Value<'a>> {
    // MariaDB knows neither infinities nor "not a number".
    let is_possible = value.is_finite() || server == Server::Postgres;
    (kind == Kind::Float && is_possible).then_some(Value::Float(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::shape::Format;

    /// The first type in which each of the values is to a refresh what it is in SQLite, and else
    /// the first in which none is accepted that was refused.
    fn best(kind: &str, server: Server, values: &[ValueRef<'_>]) -> (Kind, Likeness) {
        let column = Column::plain("value", kind.to_owned().try_into().unwrap());
        let shape = Shape {
            place: "test".to_owned(),
            columns: Vec::new(),
            format: Format::default(),
            zone: Tz::Europe__Berlin,
        };
        let reading = Reading::new(&column, &shape).unwrap();
        let least = |kind: &Kind| {
            values.iter().map(|value| reading.likeness(*value, *kind, server)).min().unwrap()
        };
        let kinds = reading.candidates();
        let best = kinds.iter().rev().max_by_key(|kind| least(kind)).unwrap();
        (*best, least(best))
    }

    type Case<'a> = (&'a str, Server, &'a [ValueRef<'a>], (Kind, Likeness));

    #[test]
    fn a_column_gets_the_type_that_changes_nothing() {
        use Likeness::{Absent, Refused, Same};
        use Server::{Mysql, Postgres};
        let text = |text: &'static str| ValueRef::Text(text.as_bytes());
        let money = Kind::Decimal { precision: 18, scale: 2 };
        let (whole, half) = (ValueRef::Integer(3), ValueRef::Real(0.5));
        let wide = ValueRef::Real(69_012_345_678_926.5);
        let endless = ValueRef::Real(f64::INFINITY);
        let blob = ValueRef::Blob(&[0xff, 0xd8]);
        let latin = ValueRef::Text(b"M\xfcller");
        // In Berlin this hour came twice, and that one never; a server keeps both.
        let (twice, never) = (text("2025-10-26 02:30:00"), text("2025-03-30 02:30:00"));
        let plain = text("2025-01-02 03:04:05.5");
        let zoned = text("2025-01-02T03:04:05+08:00");
        let cases: &[Case<'_>] = &[
            ("text", Postgres, &[text("one"), ValueRef::Null], (Kind::Text, Same)),
            ("text", Postgres, &[text("a\0b"), text("c")], (Kind::Text, Absent)),
            ("text", Mysql, &[text("a\0b"), text("c")], (Kind::Text, Same)),
            ("text", Postgres, &[latin, text("one")], (Kind::Text, Absent)),
            ("text", Mysql, &[blob, text("one")], (Kind::Text, Absent)),
            ("date", Postgres, &[blob, text("2025-01-02")], (Kind::Text, Absent)),
            ("integer", Postgres, &[whole, text(" 12 ")], (Kind::Integer, Same)),
            ("integer", Postgres, &[whole, half], (Kind::Float, Same)),
            ("integer", Postgres, &[whole, text("60%")], (Kind::Text, Same)),
            ("decimal(18,2)", Postgres, &[text("1.50"), whole, half], (money, Same)),
            ("decimal(18,2)", Postgres, &[text("12.50"), wide, endless], (Kind::Float, Same)),
            ("decimal(18,2)", Mysql, &[text("12.50"), wide, endless], (Kind::Text, Refused)),
            ("decimal(18,2)", Postgres, &[text("26509.995"), whole], (Kind::Text, Same)),
            (
                "boolean",
                Mysql,
                &[ValueRef::Integer(0), ValueRef::Integer(1)],
                (Kind::Boolean, Same),
            ),
            (
                "boolean",
                Postgres,
                &[ValueRef::Integer(0), ValueRef::Integer(2)],
                (Kind::Integer, Same),
            ),
            ("date", Postgres, &[text("2024-02-29"), text("")], (Kind::Date, Same)),
            ("date", Postgres, &[text("2025-02-29")], (Kind::Text, Same)),
            ("timestamp", Postgres, &[plain, twice, never], (Kind::LocalTime, Same)),
            ("timestamp", Postgres, &[zoned], (Kind::Instant, Same)),
            ("timestamp", Postgres, &[zoned, plain], (Kind::Instant, Same)),
            ("timestamp", Postgres, &[zoned, twice], (Kind::Text, Same)),
            ("timestamp", Postgres, &[text("2025-01-02 24:00:00"), plain], (Kind::Text, Same)),
        ];
        for (kind, server, values, expected) in cases {
            assert_eq!(best(kind, *server, values), *expected, "{kind} on {server:?}: {values:?}");
        }
    }
}
