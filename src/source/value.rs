//! Which typed value does a text say?
//!
//! Text columns keep their text to the letter; every other type ignores blanks around it. The empty
//! text, quoted or not, means "no value" for every type and every source, so that a contract reads
//! the same whether a table comes as a file or from a database.

use std::borrow::Cow;

use chrono_tz::Tz;
use datafusion::common::ScalarValue;

use super::marks::Marks;
use super::moment::{DateReader, TimestampReader};
use super::number::{self, Precision};
use super::shape::{Column, ColumnType, Format};

/// Why a value, or the record it stands in, is refused. Never holds the value itself: reasons are
/// shown to people who may not see personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// no value in a required column
    #[error("has no value, but the column is required")]
    Required,
    /// not in the contract's list
    #[error("is none of the allowed values")]
    NotAllowed,
    /// not a number at all
    #[error("is not a number as the contract writes numbers")]
    NotANumber,
    /// a decimal mark in an integer
    #[error("is not an integer: it has a decimal mark")]
    DecimalMark,
    /// a mark between thousands that is not
    #[error("has a thousands mark in a wrong place")]
    ThousandsMark,
    /// more decimals than the column takes
    #[error("has more than {0} decimals; write `round = true` to have it rounded")]
    TooManyDecimals(u8),
    /// more digits than the column takes
    #[error("is out of the range of the column's type")]
    OutOfRange,
    /// more digits than a float holds
    #[error("is stored as a float with more digits than a float holds exactly")]
    FloatTooWide,
    /// none of the texts for true and false
    #[error("is none of the contract's texts for true and false")]
    NotABoolean,
    /// no date in the contract's format
    #[error("is not a date in the contract's format")]
    NotADate,
    /// no timestamp in one of the contract's formats
    #[error("is not a timestamp in the contract's formats")]
    NotATimestamp,
    /// a year that no date column takes
    #[error("lies outside the years 0001 to 9999")]
    YearOutOfRange,
    /// a time of day in a date
    #[error("is not midnight, but the column is a date")]
    NotMidnight,
    /// a time of a workbook that has no date
    #[error("is a time of day without a date")]
    NoDay,
    /// the 60th day of a workbook
    #[error("is 29 February 1900, a day that workbooks count and that never was")]
    DayThatNeverWas,
    /// a number of a workbook where a date or a timestamp should be
    #[error(
        "is a plain number, not a date; format the cells as dates, or write `format = \"excel\"` \
         where the numbers count days"
    )]
    PlainNumber,
    /// a formula of a workbook that has no value
    #[error("is the error {0} of a formula")]
    FormulaError(String),
    /// nanoseconds
    #[error("is finer than a microsecond")]
    TooFine,
    /// a local time at which clocks went back
    #[error("is a local time that occurs twice in {0}; have the source write the offset")]
    LocalTimeTwice(Tz),
    /// a local time at which clocks went forward
    #[error("is a local time that does not exist in {0}")]
    LocalTimeSkipped(Tz),
    /// a NUL character
    #[error("holds a NUL character")]
    Nul,
    /// bytes that are no text
    #[error("holds bytes that are not {0}")]
    Undecodable(&'static str),
    /// a value of a database or a Parquet file that does not fit the column
    #[error("is stored as {stored}, which is not {wanted}")]
    Stored {
        /// the type there
        stored: &'static str,
        /// the type in the contract
        wanted: ColumnType,
    },
    /// too many or too few fields
    #[error("the record has {found} fields instead of {expected}")]
    FieldCount {
        /// what is there
        found: usize,
        /// how many there should be
        expected: usize,
    },
    /// a quote that does not end
    #[error("a quote opens that is not closed within 1 MiB")]
    OpenQuote,
    /// a quote that ends too early
    #[error("a quoted field is followed by other text")]
    AfterQuote,
    /// a line that is no JSON object
    #[error("the line is not a JSON object: {0}")]
    Json(String),
    /// a key that occurs twice in an object
    #[error("the object has a key twice")]
    DuplicateKey,
    /// a record of which only the text is known
    #[error("the record could not be taken apart; deliver its file again")]
    Unsplit,
    /// a column whose own promise cannot be kept
    #[error("the contract is at fault: {0}")]
    Contract(String),
}

/// A typed value on its way into a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    /// no value
    Null,
    /// text of the source
    Text(&'a str),
    /// text made for this column
    MadeText(String),
    /// integer
    Integer(i64),
    /// decimal, at its column's scale
    Decimal(i128),
    /// float
    Float(f64),
    /// boolean
    Boolean(bool),
    /// days since 1970
    Date(i32),
    /// microseconds since 1970 in UTC
    Timestamp(i64),
}

impl Cell<'_> {
    /// The value without what it was read from.
    pub(super) fn into_owned<'b>(self) -> Cell<'b> {
        match self {
            Self::Null => Cell::Null,
            Self::Text(text) => Cell::MadeText(text.to_owned()),
            Self::MadeText(text) => Cell::MadeText(text),
            Self::Integer(value) => Cell::Integer(value),
            Self::Decimal(value) => Cell::Decimal(value),
            Self::Float(value) => Cell::Float(value),
            Self::Boolean(value) => Cell::Boolean(value),
            Self::Date(value) => Cell::Date(value),
            Self::Timestamp(value) => Cell::Timestamp(value),
        }
    }
}

/// What the contract's lists say of a value that they accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listed {
    Null,
    Value,
}

/// Reads the texts of one column.
#[derive(Debug, Clone)]
pub struct Parser {
    pub(super) reader: Reader,
    pub(super) kind: ColumnType,
    nulls: Vec<String>,
    allowed: Vec<String>,
}

/// How values of one type are read.
#[derive(Debug, Clone)]
pub(super) enum Reader {
    Text,
    Integer(Marks),
    Decimal(Marks, Precision),
    Float(Marks),
    Boolean { true_values: Vec<String>, false_values: Vec<String> },
    Date(DateReader),
    Timestamp(TimestampReader),
}

impl Parser {
    /// A parser for `column`; `zone` is that of timestamps without an offset where the format names
    /// none.
    ///
    /// # Errors
    /// What is wrong with the column's or the format's promise.
    pub fn new(column: &Column, format: &Format, zone: Tz) -> Result<Self, String> {
        let marks = || Marks::new(format.decimal_mark, format.thousands_mark);
        let reader = match column.kind {
            ColumnType::Text => Reader::Text,
            ColumnType::Integer => Reader::Integer(marks()?),
            ColumnType::Decimal { precision, scale } => {
                Reader::Decimal(marks()?, Precision { precision, scale, round: column.round })
            }
            ColumnType::Float => Reader::Float(marks()?),
            ColumnType::Boolean => Reader::Boolean {
                true_values: format.true_values.clone(),
                false_values: format.false_values.clone(),
            },
            ColumnType::Date => {
                Reader::Date(DateReader::new(column.format.as_deref().unwrap_or(&format.date))?)
            }
            ColumnType::Timestamp => {
                let zone = match &format.zone {
                    Some(name) => {
                        name.parse().map_err(|_| format!("`{name}` is no IANA time zone"))?
                    }
                    None => zone,
                };
                Reader::Timestamp(match &column.format {
                    Some(own) => TimestampReader::new(std::iter::once(own.as_str()), zone)?,
                    None => {
                        TimestampReader::new(format.timestamp.iter().map(String::as_str), zone)?
                    }
                })
            }
        };
        let nulls = format.nulls.clone();
        Ok(Self { reader, kind: column.kind.clone(), nulls, allowed: column.allowed.clone() })
    }

    /// The value that `text` says.
    ///
    /// # Errors
    /// Why it says none of this column.
    pub fn read<'a>(&self, text: &'a str) -> Result<Cell<'a>, Reason> {
        match self.prepared(text)? {
            Some(text) => self.typed(text),
            None => Ok(Cell::Null),
        }
    }

    /// The text without what does not count, or `None` where it means no value; checked against the
    /// contract's list.
    #[inline]
    pub(super) fn prepared<'a>(&self, text: &'a str) -> Result<Option<&'a str>, Reason> {
        let text = if matches!(self.reader, Reader::Text) { text } else { trimmed(text) };
        if text.is_empty() || self.nulls.iter().any(|null| null == text) {
            return Ok(None);
        }
        if !self.allowed.is_empty() {
            self.allow(text)?;
        }
        Ok(Some(text))
    }

    /// The value of a prepared text.
    #[inline]
    pub(super) fn typed<'a>(&self, text: &'a str) -> Result<Cell<'a>, Reason> {
        Ok(match &self.reader {
            Reader::Text => Cell::Text(text),
            Reader::Integer(marks) => Cell::Integer(number::integer(text, *marks)?),
            Reader::Decimal(marks, wanted) => {
                Cell::Decimal(number::decimal(text, *marks, *wanted)?)
            }
            Reader::Float(marks) => Cell::Float(number::float(text, *marks)?),
            Reader::Boolean { true_values, false_values } => {
                let is_in = |values: &[String]| values.iter().any(|value| value == text);
                match (is_in(true_values), is_in(false_values)) {
                    (true, false) => Cell::Boolean(true),
                    (false, true) => Cell::Boolean(false),
                    _ => return Err(Reason::NotABoolean),
                }
            }
            Reader::Date(reader) => Cell::Date(reader.read(text)?),
            Reader::Timestamp(reader) => Cell::Timestamp(reader.read(text)?),
        })
    }

    /// As [`Parser::read`] for a text that may hold a NUL character.
    pub(super) fn read_checked<'a>(&self, text: &'a str) -> Result<Cell<'a>, Reason> {
        if memchr::memchr(0, text.as_bytes()).is_some() {
            return Err(Reason::Nul);
        }
        self.read(text)
    }

    /// As [`Parser::read`] for a number in JSON's notation, whatever the contract says of marks.
    pub(super) fn read_plain_number<'a>(&self, text: &'a str) -> Result<Cell<'a>, Reason> {
        if self.is_listed(|| text.into())? == Listed::Null {
            return Ok(Cell::Null);
        }
        Ok(match &self.reader {
            Reader::Integer(_) => Cell::Integer(number::integer(text, Marks::PLAIN)?),
            Reader::Decimal(_, wanted) => {
                Cell::Decimal(number::decimal(text, Marks::PLAIN, *wanted)?)
            }
            Reader::Float(_) => Cell::Float(number::float(text, Marks::PLAIN)?),
            _ => return self.read(text),
        })
    }

    /// Whether a value whose text form is `text` means no value, and whether the contract's list,
    /// if there is one, names it. The text is made only where there are lists.
    pub(super) fn is_listed<'a>(
        &self,
        text: impl FnOnce() -> Cow<'a, str>,
    ) -> Result<Listed, Reason> {
        if self.nulls.is_empty() && self.allowed.is_empty() {
            return Ok(Listed::Value);
        }
        let text = text();
        if self.nulls.iter().any(|null| *null == text) {
            return Ok(Listed::Null);
        }
        self.allow(&text)?;
        Ok(Listed::Value)
    }

    /// Whether the contract's list, if there is one, names `text`.
    fn allow(&self, text: &str) -> Result<(), Reason> {
        let is_allowed = self.allowed.is_empty() || self.allowed.iter().any(|value| value == text);
        if is_allowed { Ok(()) } else { Err(Reason::NotAllowed) }
    }

    /// The reason that a stored value does not fit this column's type.
    pub(super) fn misfit(&self, stored: &'static str) -> Reason {
        Reason::Stored { stored, wanted: self.kind.clone() }
    }
}

/// `text` without the white space around it, quickly where there is none.
#[inline]
fn trimmed(text: &str) -> &str {
    let bytes = text.as_bytes();
    let is_visible = |byte: &u8| (b'!'..=b'~').contains(byte);
    match (bytes.first(), bytes.last()) {
        (Some(first), Some(last)) if is_visible(first) && is_visible(last) => text,
        _ => text.trim(),
    }
}

/// The value of one text; whoever reads many keeps a [`Parser`].
///
/// # Errors
/// Why the text says no value of this column, [`Reason::Required`] included.
pub fn parse(
    column: &Column,
    format: &Format,
    zone: Tz,
    text: &str,
) -> Result<ScalarValue, Reason> {
    let parser = Parser::new(column, format, zone).map_err(Reason::Contract)?;
    Ok(match parser.read_checked(text)? {
        Cell::Null if column.required => return Err(Reason::Required),
        Cell::Null => ScalarValue::try_from(column.kind.arrow())
            .map_err(|error| Reason::Contract(error.to_string()))?,
        Cell::Text(text) => ScalarValue::Utf8(Some(text.to_owned())),
        Cell::MadeText(text) => ScalarValue::Utf8(Some(text)),
        Cell::Integer(value) => ScalarValue::Int64(Some(value)),
        Cell::Decimal(value) => match column.kind {
            ColumnType::Decimal { precision, scale } => {
                let scale = i8::try_from(scale).unwrap_or(i8::MAX);
                ScalarValue::Decimal128(Some(value), precision, scale)
            }
            _ => return Err(Reason::OutOfRange),
        },
        Cell::Float(value) => ScalarValue::Float64(Some(value)),
        Cell::Boolean(value) => ScalarValue::Boolean(Some(value)),
        Cell::Date(day) => ScalarValue::Date32(Some(day)),
        Cell::Timestamp(micros) => {
            ScalarValue::TimestampMicrosecond(Some(micros), Some("+00:00".into()))
        }
    })
}
