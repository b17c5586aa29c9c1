//! What does a cell of a workbook say?
//!
//! A workbook knows texts, numbers of eight bytes, booleans and errors; a date is a number in a
//! cell whose format shows dates. Only what the contract's type takes exactly is taken.

use std::borrow::Cow;
use std::fmt::Write;

use calamine::{DataRef, ExcelDateTime};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Timelike};

use super::moment::Epoch;
use super::shape::{Column, ColumnType, Format};
use super::stored::{Clock, Stored, accept};
use super::value::{Cell, Parser, Reader, Reason};

/// Numbers below have at most fifteen digits before the mark, all of which a workbook keeps.
const EXACT_MAX: f64 = 1e15;
const MICROS_A_DAY: i64 = 86_400_000_000;

/// A cell in the terms of this room.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    /// what other sources know as well
    Stored(Stored<'a>),
    /// a number
    Number(f64),
    /// something that only a text column can hold: what it is, and its text
    Only(&'static str, String),
    /// a date cell of the day before March 1900
    DayThatNeverWas,
    /// the error of a formula
    Error(String),
}

impl<'a> Value<'a> {
    pub const EMPTY: Self = Self::Stored(Stored::Null);

    /// What a cell says in a workbook whose days are counted so.
    pub fn new(cell: &'a DataRef<'_>, dates: Epoch) -> Self {
        match cell {
            DataRef::Empty => Self::Stored(Stored::Null),
            DataRef::String(text) => Self::text(text),
            DataRef::SharedString(text) => Self::text(text),
            DataRef::Bool(value) => Self::Stored(Stored::Boolean(*value)),
            DataRef::Int(value) => Self::Stored(Stored::Integer(i128::from(*value))),
            DataRef::Float(value) => Self::Number(*value),
            DataRef::DateTime(moment) => Self::moment(*moment, dates),
            DataRef::DateTimeIso(text) => Self::iso(text),
            DataRef::DurationIso(text) => Self::Only("a duration", text.clone()),
            DataRef::Error(error) => Self::Error(error.to_string()),
        }
    }

    fn text(text: &'a str) -> Self {
        Self::Stored(if text.is_empty() { Stored::Null } else { Stored::Text(text) })
    }

    /// What a date cell says.
    fn moment(moment: ExcelDateTime, dates: Epoch) -> Self {
        let serial = moment.as_f64();
        if moment.is_duration() {
            return Self::Only("a duration", duration_text(serial));
        }
        match dates.micros_of_float(serial) {
            Ok(micros) => Self::local(micros),
            Err(Reason::NoDay) => Self::Only("a time of day", time_text(serial)),
            Err(Reason::DayThatNeverWas) => Self::DayThatNeverWas,
            Err(_) => Self::Only("a date that no workbook has", format!("{serial}")),
        }
    }

    fn local(micros: i64) -> Self {
        Self::Stored(if micros % MICROS_A_DAY == 0 {
            Stored::Day(micros / MICROS_A_DAY)
        } else {
            Stored::Instant { nanoseconds: i128::from(micros) * 1000, clock: Clock::Local }
        })
    }

    /// What a date cell in ISO 8601 says.
    fn iso(text: &'a str) -> Self {
        let instant = |at: NaiveDateTime, clock| {
            let at = at.and_utc();
            let nanoseconds = i128::from(at.timestamp()) * 1_000_000_000
                + i128::from(at.timestamp_subsec_nanos());
            Self::Stored(Stored::Instant { nanoseconds, clock })
        };
        if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            return Self::Stored(Stored::Day(i64::from(date.to_epoch_days())));
        }
        if let Ok(at) = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f") {
            return instant(at, Clock::Local);
        }
        if let Ok(at) = DateTime::parse_from_rfc3339(text) {
            return instant(at.naive_utc(), Clock::Utc);
        }
        match NaiveTime::parse_from_str(text, "%H:%M:%S%.f") {
            Ok(_) => Self::Only("a time of day", text.to_owned()),
            Err(_) => Self::Only("a moment that is not ISO 8601", text.to_owned()),
        }
    }

    /// The value as text.
    pub fn plain_text(&self) -> Option<Cow<'a, str>> {
        match self {
            Self::Stored(stored) => stored.text(),
            // `{}` writes the shortest digits that read back, without an exponent.
            Self::Number(value) => Some(Cow::Owned(format!("{}", significant(*value)))),
            Self::Only(_, text) | Self::Error(text) => Some(Cow::Owned(text.clone())),
            Self::DayThatNeverWas => Some(Cow::Borrowed("1900-02-29")),
        }
    }

    /// The value in the column's own type.
    ///
    /// # Errors
    /// Why it is none of this column.
    pub fn accept(&self, parser: &Parser) -> Result<Cell<'a>, Reason> {
        match self {
            Self::Stored(stored) => accept(*stored, parser),
            Self::Number(value) => accept_number(*value, parser),
            Self::Only(what, text) => match parser.reader {
                Reader::Text => made(text, parser),
                _ => Err(parser.misfit(what)),
            },
            Self::DayThatNeverWas => match parser.reader {
                Reader::Text => made("1900-02-29", parser),
                _ => Err(Reason::DayThatNeverWas),
            },
            Self::Error(name) => match parser.prepared(name) {
                Ok(None) => Ok(Cell::Null),
                _ => Err(Reason::FormulaError(name.clone())),
            },
        }
    }

    /// The text that says this value in the notation of the contract, to be read once more when the
    /// contract is mended.
    pub fn written(
        &self,
        column: &Column,
        format: &Format,
        parser: &Parser,
    ) -> Option<Cow<'a, str>> {
        let plain = self.plain_text()?;
        let is_number = matches!(self, Self::Number(_) | Self::Stored(Stored::Integer(_)));
        let notations: &[String] = match &column.kind {
            ColumnType::Integer | ColumnType::Decimal { .. } | ColumnType::Float if is_number => {
                let mark = format.decimal_mark.to_string();
                return Some(Cow::Owned(plain.replace('.', &mark)));
            }
            ColumnType::Date => {
                std::slice::from_ref(column.format.as_ref().unwrap_or(&format.date))
            }
            ColumnType::Timestamp => match &column.format {
                Some(own) => std::slice::from_ref(own),
                None => &format.timestamp,
            },
            _ => return Some(plain),
        };
        // A notation that leaves out the seconds would change the value without a trace.
        let accepted = self.accept(parser);
        let says_the_same = |text: &String| accepted.is_ok() && parser.read(text) == accepted;
        let written = notations.iter().filter_map(|notation| self.in_notation(notation));
        Some(written.into_iter().find(says_the_same).map_or(plain, Cow::Owned))
    }

    /// A moment in chrono's notation, where that says it.
    fn in_notation(&self, notation: &str) -> Option<String> {
        let nanoseconds = match self {
            Self::Stored(Stored::Day(day)) => i128::from(*day) * 86_400_000_000_000,
            Self::Stored(Stored::Instant { nanoseconds, .. }) => *nanoseconds,
            _ => return None,
        };
        if !notation.contains('%') {
            return None;
        }
        let at = DateTime::from_timestamp_nanos(i64::try_from(nanoseconds).ok()?).naive_utc();
        let mut text = String::new();
        write!(text, "{}", at.format(notation)).ok()?;
        Some(text)
    }
}

/// A number with the fifteen digits that a workbook keeps and shows. What is beyond them stems from
/// calculating, or from writers that round to sixteen digits: 99.99 is often 99.98999999999999.
pub(super) fn significant(value: f64) -> f64 {
    if value.fract() == 0.0 { value } else { format!("{value:.14e}").parse().unwrap_or(value) }
}

fn accept_number<'a>(value: f64, parser: &Parser) -> Result<Cell<'a>, Reason> {
    // A measurement keeps every bit.
    let is_measured = matches!(parser.reader, Reader::Float(_));
    let value = if is_measured { value } else { significant(value) };
    let is_whole = value.fract() == 0.0;
    let stored = if is_whole && value.abs() < EXACT_MAX {
        #[expect(clippy::cast_possible_truncation, reason = "whole and below 10^15")]
        Stored::Integer(value as i128)
    } else {
        Stored::Float(value)
    };
    match &parser.reader {
        Reader::Text | Reader::Integer(_) if !value.is_finite() => Err(Reason::NotANumber),
        // Of a longer number a workbook has lost digits when it was typed in.
        Reader::Text | Reader::Integer(_) if value.abs() >= EXACT_MAX => Err(Reason::FloatTooWide),
        Reader::Text => made(&format!("{value}"), parser),
        Reader::Date(reader) if reader.epoch().is_none() => Err(Reason::PlainNumber),
        Reader::Timestamp(reader) if reader.epoch().is_none() => Err(Reason::PlainNumber),
        _ => accept(stored, parser),
    }
}

/// The value of a text that is made here, in a text column.
fn made<'a>(text: &str, parser: &Parser) -> Result<Cell<'a>, Reason> {
    Ok(match parser.prepared(text)? {
        None => Cell::Null,
        Some(text) => Cell::MadeText(text.to_owned()),
    })
}

fn time_text(serial: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "a part of one day")]
    let millis = (serial * 86_400_000.0).round() as i64;
    let time = DateTime::from_timestamp_millis(millis).unwrap_or_default().time();
    let form = if time.nanosecond() == 0 { "%H:%M:%S" } else { "%H:%M:%S%.3f" };
    time.format(form).to_string()
}

/// Hours, minutes and seconds of a number of days: `36:00:00`.
fn duration_text(days: f64) -> String {
    let millis = (days * 86_400_000.0).round();
    if !millis.is_finite() || millis.abs() >= EXACT_MAX {
        return format!("{days} days");
    }
    #[expect(clippy::cast_possible_truncation, reason = "whole and below 10^15")]
    let millis = millis as i64;
    let sign = if millis < 0 { "-" } else { "" };
    let (seconds, rest) = (millis.unsigned_abs() / 1000, millis.unsigned_abs() % 1000);
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    let fraction = if rest == 0 { String::new() } else { format!(".{rest:03}") };
    format!("{sign}{hours}:{minutes:02}:{:02}{fraction}", seconds % 60)
}
