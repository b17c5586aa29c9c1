//! What do the bytes of PostgreSQL's binary COPY say, exactly?
//!
//! The layout is that of PostgreSQL's manual, `COPY`, "Binary Format"; values are in the form of
//! each type's send function: integers and floats big-endian, moments counted from 2000, numerics
//! as digits of base 10,000.

use std::borrow::Cow;
use std::ops::Range;

use bytes::{Buf, Bytes};
use encoding_rs::{Encoding, UTF_8};

use super::rows::Rows;
use super::shape::ColumnType;
use super::stored::{Clock, Stored, accept};
use super::value::{Cell, Parser, Reason};

const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// 2000-01-01 as days since 1970, and as microseconds.
const EPOCH_DAYS: i64 = 10_957;
const EPOCH_MICROS: i128 = 946_684_800_000_000;

/// In which form a column's values come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Boolean,
    Integer,
    Float4,
    Float8,
    Numeric,
    /// money, cast to numeric, so that no locale has a say in it
    Money,
    /// bytes of a text
    Text,
    /// another type, cast to text by the server
    Cast,
    Date,
    /// a timestamp without zone
    LocalTime,
    /// a timestamp with zone
    Instant,
    /// stands in for no columns at all
    Ignored,
}

impl Form {
    /// The form in which values of a type, told by its object id, are exact for a promised type. As
    /// text, a value is what the server itself writes.
    pub fn of(oid: u32, promised: &ColumnType) -> Self {
        let is_number = matches!(
            promised,
            ColumnType::Integer | ColumnType::Decimal { .. } | ColumnType::Float
        );
        match oid {
            18 | 19 | 25 | 114 | 1042 | 1043 => Self::Text,
            _ if *promised == ColumnType::Text => Self::Cast,
            16 => Self::Boolean,
            20 | 21 | 23 => Self::Integer,
            700 => Self::Float4,
            701 => Self::Float8,
            1700 => Self::Numeric,
            790 if is_number => Self::Money,
            1082 => Self::Date,
            1114 => Self::LocalTime,
            1184 => Self::Instant,
            _ => Self::Cast,
        }
    }

    /// Whether a type is one of moments.
    pub fn is_moment(oid: u32) -> bool {
        matches!(oid, 1082 | 1114 | 1184)
    }

    /// What stands behind the column in a statement.
    pub fn cast(self) -> &'static str {
        match self {
            Self::Cast => "::text",
            Self::Money => "::numeric",
            _ => "",
        }
    }

    /// What makes the order of texts that of their bytes, the same on every server.
    pub fn collation(self) -> &'static str {
        if matches!(self, Self::Text | Self::Cast) { "::text collate \"C\"" } else { "" }
    }
}

/// Takes rows out of a copy's messages.
#[derive(Debug)]
pub(super) struct Split {
    width: usize,
    row: Bytes,
    fields: Vec<Option<Range<usize>>>,
    /// the beginning of a row that the next message goes on with
    cut: Bytes,
    has_header: bool,
    is_ended: bool,
}

impl Split {
    pub fn new(width: usize) -> Self {
        Self {
            width,
            row: Bytes::new(),
            fields: vec![None; width],
            cut: Bytes::new(),
            has_header: false,
            is_ended: false,
        }
    }

    /// Whether the copy's own end was seen, with nothing behind it.
    pub fn is_ended(&self) -> bool {
        self.is_ended && self.cut.is_empty()
    }

    /// A message's bytes behind what the one before left over.
    pub fn begin(&mut self, message: Bytes) -> Result<Bytes, String> {
        let mut rest = match self.cut.is_empty() {
            true => message,
            false => Bytes::from([&self.cut[..], &message[..]].concat()),
        };
        self.cut = Bytes::new();
        if self.has_header {
            return Ok(rest);
        }
        let fixed = SIGNATURE.len() + 8;
        if rest.len() < fixed {
            self.cut = rest;
            return Ok(Bytes::new());
        }
        if !rest.starts_with(SIGNATURE) {
            return Err("the answer is no binary copy".to_owned());
        }
        let number = |at: usize| rest.get(at..at + 4).map_or(0, |mut bytes| bytes.get_u32());
        if number(SIGNATURE.len()) >> 16 != 0 {
            return Err("the answer is a binary copy of an unknown kind".to_owned());
        }
        let end = fixed + usize::try_from(number(SIGNATURE.len() + 4)).unwrap_or(usize::MAX);
        if rest.len() < end {
            self.cut = rest;
            return Ok(Bytes::new());
        }
        self.has_header = true;
        rest.advance(end);
        Ok(rest)
    }

    /// Takes the next row; false where there is none left in `rest`.
    pub fn row(&mut self, rest: &mut Bytes) -> Result<bool, String> {
        if rest.is_empty() {
            return Ok(false);
        }
        if self.is_ended {
            return Err("the answer goes on behind its end".to_owned());
        }
        match self.measure(rest)? {
            Some(length) => {
                self.row = rest.split_to(length);
                Ok(!self.is_ended)
            }
            None => {
                self.cut = std::mem::take(rest);
                Ok(false)
            }
        }
    }

    /// Where the fields of the row lie that `bytes` begins with, and its length; `None` where it
    /// is cut off.
    fn measure(&mut self, bytes: &[u8]) -> Result<Option<usize>, String> {
        let Some(mut head) = bytes.get(..2) else { return Ok(None) };
        let count = head.get_i16();
        if count == -1 {
            self.is_ended = true;
            return Ok(Some(2));
        }
        if usize::try_from(count) != Ok(self.width) {
            return Err(format!("a row has {count} fields instead of {}", self.width));
        }
        let mut at = 2;
        for field in &mut self.fields {
            let Some(mut head) = bytes.get(at..at + 4) else { return Ok(None) };
            at += 4;
            *field = match usize::try_from(head.get_i32()) {
                Err(_) => None,
                Ok(length) => {
                    let range = at..at + length;
                    at = range.end;
                    Some(range)
                }
            };
        }
        Ok((at <= bytes.len()).then_some(at))
    }

    /// A field of the row, `None` for null.
    pub fn field(&self, place: usize) -> Option<&[u8]> {
        self.fields[place].clone().map(|range| &self.row[range])
    }
}

/// How texts are to be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Texts {
    /// the encoding of bytes that the server itself does not know as text
    foreign: Option<&'static Encoding>,
}

impl Texts {
    /// `is_raw` says that the server sends bytes as they were put in; they are in `encoding` then.
    pub fn new(is_raw: bool, encoding: &'static Encoding) -> Self {
        Self { foreign: (is_raw && encoding != UTF_8).then_some(encoding) }
    }

    fn decoded<'b>(&self, bytes: &'b [u8]) -> Option<Result<Cow<'b, str>, Reason>> {
        let encoding = self.foreign?;
        let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
        Some(text.ok_or(Reason::Undecodable(encoding.name())))
    }
}

/// Adds the row that was taken last.
#[inline]
pub(super) fn push(
    split: &Split,
    forms: &[Form],
    places: &[Option<usize>],
    texts: &Texts,
    rows: &mut Rows,
) {
    let field = |index: usize| {
        let place = places[index]?;
        split.field(place).map(|bytes| (forms[place], bytes))
    };
    rows.push(
        0,
        |index, parser| match field(index) {
            None => Ok(Cell::Null),
            Some((form, bytes)) => cell(form, bytes, texts, parser),
        },
        |index| field(index).map(|(form, bytes)| text(form, bytes, texts)),
    );
}

/// The value of a field in the column's own type.
#[inline]
fn cell<'b>(
    form: Form,
    bytes: &'b [u8],
    texts: &Texts,
    parser: &Parser,
) -> Result<Cell<'b>, Reason> {
    match value(form, bytes) {
        Value::Stored(stored @ Stored::Bytes(_)) => match texts.decoded(bytes) {
            None => accept(stored, parser),
            Some(text) => Ok(parser.read_checked(&text?)?.into_owned()),
        },
        Value::Stored(stored) => accept(stored, parser),
        Value::Digits(text) => Ok(parser.read_plain_number(&text)?.into_owned()),
        Value::Beyond(kind) => Err(parser.misfit(kind)),
        Value::Unknown => Err(parser.misfit("bytes of an unknown length")),
    }
}

/// The value of a field as text, for people and for another try.
fn text<'b>(form: Form, bytes: &'b [u8], texts: &Texts) -> Cow<'b, str> {
    match value(form, bytes) {
        Value::Stored(stored @ Stored::Bytes(_)) => match texts.decoded(bytes) {
            Some(Ok(text)) => text,
            _ => stored.text().unwrap_or_default(),
        },
        Value::Stored(stored) => stored.text().unwrap_or_default(),
        Value::Digits(text) => Cow::Owned(text),
        Value::Beyond(kind) => Cow::Borrowed(kind),
        Value::Unknown => Cow::Owned(format!("\\x{}", hex::encode(bytes))),
    }
}

/// What a field says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'b> {
    Stored(Stored<'b>),
    /// a number wider than the other kinds take, in plain notation
    Digits(String),
    /// what no number or moment is: `infinity`
    Beyond(&'static str),
    /// not what the type's values look like
    Unknown,
}

/// What a field's bytes say.
#[inline]
pub(super) fn value(form: Form, bytes: &[u8]) -> Value<'_> {
    let stored = match form {
        Form::Text | Form::Cast => Some(Stored::Bytes(bytes)),
        Form::Integer => integer(bytes).map(|value| Stored::Integer(value.into())),
        Form::Numeric | Form::Money => return numeric(bytes).unwrap_or(Value::Unknown),
        Form::Boolean => match bytes {
            [0] => Some(Stored::Boolean(false)),
            [1] => Some(Stored::Boolean(true)),
            _ => None,
        },
        Form::Float8 => bytes.try_into().ok().map(|b| Stored::Float(f64::from_be_bytes(b))),
        // Four bytes hold the number that their shortest digits say.
        Form::Float4 => {
            let Ok(bytes) = bytes.try_into() else { return Value::Unknown };
            return Value::Digits(f32::from_be_bytes(bytes).to_string());
        }
        Form::Date => {
            let Ok(bytes) = bytes.try_into() else { return Value::Unknown };
            match i32::from_be_bytes(bytes) {
                i32::MAX => return Value::Beyond("infinity"),
                i32::MIN => return Value::Beyond("-infinity"),
                day => Some(Stored::Day(i64::from(day) + EPOCH_DAYS)),
            }
        }
        Form::LocalTime | Form::Instant => {
            let Ok(bytes) = bytes.try_into() else { return Value::Unknown };
            let clock = if form == Form::Instant { Clock::Utc } else { Clock::Local };
            match i64::from_be_bytes(bytes) {
                i64::MAX => return Value::Beyond("infinity"),
                i64::MIN => return Value::Beyond("-infinity"),
                micros => Some(Stored::Instant {
                    nanoseconds: (i128::from(micros) + EPOCH_MICROS) * 1000,
                    clock,
                }),
            }
        }
        Form::Ignored => Some(Stored::Null),
    };
    stored.map_or(Value::Unknown, Value::Stored)
}

#[inline]
fn integer(bytes: &[u8]) -> Option<i64> {
    Some(match bytes.len() {
        2 => i16::from_be_bytes(bytes.try_into().ok()?).into(),
        4 => i32::from_be_bytes(bytes.try_into().ok()?).into(),
        8 => i64::from_be_bytes(bytes.try_into().ok()?),
        _ => return None,
    })
}

/// A numeric: how many digits of base 10,000, the exponent of the first, the sign, how many
/// decimals are shown, and the digits.
fn numeric(bytes: &[u8]) -> Option<Value<'_>> {
    let (mut head, digits) = bytes.split_at_checked(8)?;
    let (count, weight) = (head.get_u16(), i32::from(head.get_i16()));
    let (sign, scale) = (head.get_u16(), head.get_u16());
    if digits.len() != usize::from(count) * 2 {
        return None;
    }
    let is_negative = match sign {
        0 => false,
        0x4000 => true,
        0xC000 => return Some(Value::Beyond("NaN")),
        0xD000 => return Some(Value::Beyond("Infinity")),
        0xF000 => return Some(Value::Beyond("-Infinity")),
        _ => return None,
    };
    let digits = digits.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    if let Some(value) = fixed(digits.clone(), weight, scale) {
        let value = if is_negative { -value } else { value };
        let scale = i8::try_from(scale).ok();
        return scale.map(|scale| Value::Stored(Stored::Decimal(value, scale)));
    }
    Some(Value::Digits(wide(&digits.collect::<Vec<_>>(), weight, is_negative, scale)))
}

/// The digits as one whole number at a scale, if 128 bits hold it.
fn fixed(digits: impl ExactSizeIterator<Item = u16>, weight: i32, scale: u16) -> Option<i128> {
    if scale > 38 {
        return None;
    }
    // How far the last digit of base 10,000 stands from the wanted last decimal.
    let count = i32::try_from(digits.len()).ok()?;
    let shift = 4 * (weight - count + 1) + i32::from(scale);
    let mut value: i128 = 0;
    for digit in digits {
        value = value.checked_mul(10_000)?.checked_add(digit.into())?;
    }
    let power = 10_i128.checked_pow(shift.unsigned_abs())?;
    if shift >= 0 {
        return value.checked_mul(power);
    }
    // What stands behind the decimals shown is nothing.
    (value % power == 0).then(|| value / power)
}

/// The digits in plain notation.
fn wide(digits: &[u16], weight: i32, is_negative: bool, scale: u16) -> String {
    let digit = |exponent: i32| {
        let place = usize::try_from(weight - exponent).ok();
        place.and_then(|place| digits.get(place)).copied().unwrap_or(0)
    };
    let whole: String = (0..=weight.max(0)).rev().map(|at| format!("{:04}", digit(at))).collect();
    let groups = i32::from(scale.div_ceil(4));
    let fraction: String = (1..=groups).map(|at| format!("{:04}", digit(-at))).collect();
    let whole = whole.trim_start_matches('0');
    let sign = if is_negative { "-" } else { "" };
    let mark = if scale == 0 { "" } else { "." };
    let whole = if whole.is_empty() { "0" } else { whole };
    format!("{sign}{whole}{mark}{}", &fraction[..usize::from(scale)])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A numeric as the server sends it.
    fn sent(digits: &[u16], weight: i16, sign: u16, scale: u16) -> Vec<u8> {
        let count = u16::try_from(digits.len()).unwrap();
        let mut bytes = Vec::new();
        bytes.extend(count.to_be_bytes());
        bytes.extend(weight.to_be_bytes());
        bytes.extend(sign.to_be_bytes());
        bytes.extend(scale.to_be_bytes());
        digits.iter().for_each(|digit| bytes.extend(digit.to_be_bytes()));
        bytes
    }

    #[test]
    fn numerics_are_what_their_digits_say() {
        let decimal = |value, scale| Value::Stored(Stored::Decimal(value, scale));
        assert_eq!(numeric(&sent(&[], 0, 0, 0)), Some(decimal(0, 0)));
        assert_eq!(numeric(&sent(&[], 0, 0, 2)), Some(decimal(0, 2)));
        assert_eq!(numeric(&sent(&[12, 3400], 0, 0, 2)), Some(decimal(1234, 2)));
        assert_eq!(numeric(&sent(&[1], 1, 0x4000, 0)), Some(decimal(-10_000, 0)));
        assert_eq!(numeric(&sent(&[5], -2, 0, 8)), Some(decimal(5, 8)));
        // 10,000 to the tenth, and seven times 10,000 to the minus thirteenth.
        let wide = Value::Digits(format!("1{}.000", "0".repeat(40)));
        assert_eq!(numeric(&sent(&[1], 10, 0, 3)), Some(wide));
        let tiny = Value::Digits(format!("-0.{}7", "0".repeat(51)));
        assert_eq!(numeric(&sent(&[7], -13, 0x4000, 52)), Some(tiny));
        assert_eq!(numeric(&sent(&[], 0, 0xC000, 0)), Some(Value::Beyond("NaN")));
        assert_eq!(numeric(&[0, 1, 0, 0, 0, 0, 0, 0]), None, "a digit is missing");
    }

    #[test]
    fn rows_are_taken_out_of_messages_however_they_are_cut() {
        let mut copy = SIGNATURE.to_vec();
        copy.extend([0; 8]);
        for row in [[Some("a"), None], [Some(""), Some("bc")]] {
            copy.extend(2_i16.to_be_bytes());
            for field in row {
                let length = field.map_or(-1, |text: &str| i32::try_from(text.len()).unwrap());
                copy.extend(length.to_be_bytes());
                copy.extend(field.unwrap_or_default().bytes());
            }
        }
        copy.extend((-1_i16).to_be_bytes());
        for size in 1..=copy.len() {
            let mut split = Split::new(2);
            let mut rows = Vec::new();
            for message in copy.chunks(size) {
                let mut rest = split.begin(Bytes::copy_from_slice(message)).unwrap();
                while split.row(&mut rest).unwrap() {
                    rows.push([
                        split.field(0).map(<[u8]>::to_vec),
                        split.field(1).map(<[u8]>::to_vec),
                    ]);
                }
            }
            assert!(split.is_ended(), "{size}");
            let expected =
                [[Some(b"a".to_vec()), None], [Some(b"".to_vec()), Some(b"bc".to_vec())]];
            assert_eq!(rows, expected, "{size}");
        }
        let mut split = Split::new(2);
        let mut rest = split.begin(Bytes::copy_from_slice(&copy[..copy.len() - 2])).unwrap();
        while split.row(&mut rest).unwrap() {}
        assert!(!split.is_ended(), "without its end a copy is not whole");
    }
}
