//! How do the values of one column pile up, so that the last ones can be taken back?

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, StringArray,
    TimestampMicrosecondArray,
};
use datafusion::arrow::buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use datafusion::arrow::error::ArrowError;

use super::number;
use super::shape::ColumnType;
use super::value::{Cell, Parser, Reader, Reason};

/// What was added to a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pushed {
    Nothing,
    Value,
}

/// The values of one column so far. A missing value takes a place of its own and a mark in
/// `Validity`.
#[derive(Debug)]
pub(super) enum Builder {
    Text { bytes: Vec<u8>, offsets: Vec<i32>, validity: Validity },
    Integer(Vec<i64>, Validity),
    Decimal(Vec<i128>, Validity),
    Float(Vec<f64>, Validity),
    Boolean(Vec<bool>, Validity),
    Date(Vec<i32>, Validity),
    Timestamp(Vec<i64>, Validity),
}

/// Which places hold no value, in rising order; empty for most columns.
#[derive(Debug, Default)]
pub(super) struct Validity {
    nulls: Vec<u32>,
}

impl Validity {
    fn push_null(&mut self, place: usize) {
        self.nulls.push(u32::try_from(place).unwrap_or(u32::MAX));
    }

    fn truncate(&mut self, count: usize) {
        while self.nulls.last().is_some_and(|place| *place as usize >= count) {
            self.nulls.pop();
        }
    }

    fn finish(self, count: usize) -> Option<NullBuffer> {
        if self.nulls.is_empty() {
            return None;
        }
        let mut is_valid = vec![true; count];
        for place in self.nulls {
            is_valid[place as usize] = false;
        }
        Some(NullBuffer::from(is_valid))
    }
}

impl Builder {
    /// An empty column of this type.
    pub fn new(kind: &ColumnType) -> Self {
        let validity = Validity::default();
        match kind {
            ColumnType::Text => Self::Text { bytes: Vec::new(), offsets: vec![0], validity },
            ColumnType::Integer => Self::Integer(Vec::new(), validity),
            ColumnType::Decimal { .. } => Self::Decimal(Vec::new(), validity),
            ColumnType::Float => Self::Float(Vec::new(), validity),
            ColumnType::Boolean => Self::Boolean(Vec::new(), validity),
            ColumnType::Date => Self::Date(Vec::new(), validity),
            ColumnType::Timestamp => Self::Timestamp(Vec::new(), validity),
        }
    }

    /// Adds a value; false where it is not of this column's type or the column is full.
    #[inline]
    pub fn push(&mut self, cell: Cell<'_>) -> bool {
        match (self, cell) {
            (builder @ Self::Text { .. }, Cell::MadeText(text)) => {
                return builder.push(Cell::Text(&text));
            }
            (Self::Text { bytes, offsets, .. }, Cell::Text(text)) => {
                let Ok(end) = i32::try_from(bytes.len() + text.len()) else { return false };
                bytes.extend_from_slice(text.as_bytes());
                offsets.push(end);
            }
            (Self::Integer(values, _), Cell::Integer(value)) => values.push(value),
            (Self::Decimal(values, _), Cell::Decimal(value)) => values.push(value),
            (Self::Float(values, _), Cell::Float(value)) => values.push(value),
            (Self::Boolean(values, _), Cell::Boolean(value)) => values.push(value),
            (Self::Date(values, _), Cell::Date(value)) => values.push(value),
            (Self::Timestamp(values, _), Cell::Timestamp(value)) => values.push(value),
            (builder, Cell::Null) => {
                builder.push_null();
            }
            _ => return false,
        }
        true
    }

    /// Adds the value that `text` says.
    ///
    /// # Errors
    /// Why it says none of this column; nothing is added then.
    #[inline]
    pub fn push_text(&mut self, parser: &Parser, text: &str) -> Result<Pushed, Reason> {
        let Some(text) = parser.prepared(text)? else { return Ok(self.push_null()) };
        match (&mut *self, &parser.reader) {
            (Self::Text { bytes, offsets, .. }, Reader::Text) => {
                let end = i32::try_from(bytes.len() + text.len());
                offsets.push(end.map_err(|_| Reason::OutOfRange)?);
                bytes.extend_from_slice(text.as_bytes());
            }
            (Self::Integer(values, _), Reader::Integer(marks)) => {
                values.push(number::integer(text, *marks)?);
            }
            (Self::Decimal(values, _), Reader::Decimal(marks, wanted)) => {
                values.push(number::decimal(text, *marks, *wanted)?);
            }
            (Self::Date(values, _), Reader::Date(reader)) => values.push(reader.read(text)?),
            (Self::Timestamp(values, _), Reader::Timestamp(reader)) => {
                values.push(reader.read(text)?);
            }
            _ => {
                if !self.push(parser.typed(text)?) {
                    return Err(Reason::OutOfRange);
                }
            }
        }
        Ok(Pushed::Value)
    }

    /// Adds "no value".
    pub fn push_null(&mut self) -> Pushed {
        fn add<T: Default>(values: &mut Vec<T>, validity: &mut Validity) {
            validity.push_null(values.len());
            values.push(T::default());
        }
        match self {
            Self::Text { bytes, offsets, validity } => {
                validity.push_null(offsets.len() - 1);
                offsets.push(i32::try_from(bytes.len()).unwrap_or(i32::MAX));
            }
            Self::Integer(values, validity) | Self::Timestamp(values, validity) => {
                add(values, validity);
            }
            Self::Decimal(values, validity) => add(values, validity),
            Self::Float(values, validity) => add(values, validity),
            Self::Boolean(values, validity) => add(values, validity),
            Self::Date(values, validity) => add(values, validity),
        }
        Pushed::Nothing
    }

    /// Takes back all but the first `count` values.
    pub fn truncate(&mut self, count: usize) {
        let validity = match self {
            Self::Text { bytes, offsets, validity } => {
                offsets.truncate(count + 1);
                let end = offsets.last().and_then(|end| usize::try_from(*end).ok()).unwrap_or(0);
                bytes.truncate(end);
                validity
            }
            Self::Integer(values, validity) | Self::Timestamp(values, validity) => {
                values.truncate(count);
                validity
            }
            Self::Decimal(values, validity) => {
                values.truncate(count);
                validity
            }
            Self::Float(values, validity) => {
                values.truncate(count);
                validity
            }
            Self::Boolean(values, validity) => {
                values.truncate(count);
                validity
            }
            Self::Date(values, validity) => {
                values.truncate(count);
                validity
            }
        };
        validity.truncate(count);
    }

    /// Roughly the bytes that the values take.
    pub fn size_bytes(&self) -> usize {
        match self {
            Self::Text { bytes, offsets, .. } => bytes.len() + offsets.len() * 4,
            Self::Integer(values, _) | Self::Timestamp(values, _) => values.len() * 8,
            Self::Decimal(values, _) => values.len() * 16,
            Self::Float(values, _) => values.len() * 8,
            Self::Boolean(values, _) => values.len(),
            Self::Date(values, _) => values.len() * 4,
        }
    }

    /// The values as an Arrow array.
    pub fn finish(self, kind: &ColumnType) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Self::Text { bytes, offsets, validity } => {
                let nulls = validity.finish(offsets.len() - 1);
                let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
                Arc::new(StringArray::try_new(offsets, Buffer::from_vec(bytes), nulls)?)
            }
            Self::Integer(values, validity) => {
                let nulls = validity.finish(values.len());
                Arc::new(Int64Array::try_new(values.into(), nulls)?)
            }
            Self::Decimal(values, validity) => {
                let nulls = validity.finish(values.len());
                let array = Decimal128Array::try_new(values.into(), nulls)?;
                Arc::new(array.with_data_type(kind.arrow()))
            }
            Self::Float(values, validity) => {
                let nulls = validity.finish(values.len());
                Arc::new(Float64Array::try_new(values.into(), nulls)?)
            }
            Self::Boolean(values, validity) => {
                let nulls = validity.finish(values.len());
                Arc::new(BooleanArray::new(values.into(), nulls))
            }
            Self::Date(values, validity) => {
                let nulls = validity.finish(values.len());
                Arc::new(Date32Array::try_new(values.into(), nulls)?)
            }
            Self::Timestamp(values, validity) => {
                let nulls = validity.finish(values.len());
                let array = TimestampMicrosecondArray::try_new(values.into(), nulls)?;
                Arc::new(array.with_timezone("+00:00"))
            }
        })
    }
}
