//! What is known of the values of a column, without reading them again?

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Field};
use datafusion::common::ScalarValue;
use datafusion::error::DataFusionError;
use datafusion::functions_aggregate::min_max::{MaxAccumulator, MinAccumulator};
use datafusion::logical_expr::Accumulator;

use super::manifest::ColumnStatistics;

/// Longest text, in bytes, that is kept as a least or greatest value.
const LONGEST_TEXT: usize = 64;

/// Least and greatest value, nulls and sum of a column, growing with every batch.
#[derive(Debug)]
pub(super) struct Summary {
    bounds: Option<Bounds>,
    nulls: u64,
    sum: Option<Sum>,
}

#[derive(Debug)]
struct Bounds {
    min: MinAccumulator,
    max: MaxAccumulator,
}

/// A sum of decimals; its total is `None` once it left 128 bits.
#[derive(Debug)]
struct Sum {
    scale: i8,
    total: Option<i128>,
}

impl Summary {
    /// Nothing known yet of a column.
    pub fn new(field: &Field) -> Result<Self, DataFusionError> {
        let kind = field.data_type();
        let bounds = match is_ordered(kind) {
            true => Some(Bounds {
                min: MinAccumulator::try_new(kind)?,
                max: MaxAccumulator::try_new(kind)?,
            }),
            false => None,
        };
        let sum = match kind {
            DataType::Decimal128(_, scale) => Some(Sum { scale: *scale, total: Some(0) }),
            _ => None,
        };
        Ok(Self { bounds, nulls: 0, sum })
    }

    /// Takes the values of a batch in.
    pub fn add(&mut self, values: &ArrayRef) -> Result<(), DataFusionError> {
        self.nulls += values.null_count() as u64;
        if let Some(bounds) = &mut self.bounds {
            bounds.min.update_batch(std::slice::from_ref(values))?;
            bounds.max.update_batch(std::slice::from_ref(values))?;
        }
        if let Some(sum) = &mut self.sum
            && let Some(decimals) = values.as_primitive_opt::<Decimal128Type>()
        {
            sum.total = decimals.iter().flatten().fold(sum.total, add);
        }
        Ok(())
    }

    /// Takes in what is known of rows further down.
    pub fn merge(&mut self, mut other: Self) -> Result<(), DataFusionError> {
        self.nulls += other.nulls;
        if let (Some(bounds), Some(others)) = (&mut self.bounds, &mut other.bounds) {
            bounds.min.update_batch(&[others.min.evaluate()?.to_array()?])?;
            bounds.max.update_batch(&[others.max.evaluate()?.to_array()?])?;
        }
        if let (Some(sum), Some(others)) = (&mut self.sum, &other.sum) {
            sum.total = others.total.and_then(|total| add(sum.total, total));
        }
        Ok(())
    }

    /// Whether the column has a sum that 128 bits cannot hold.
    pub fn overflows(&self) -> bool {
        self.sum.as_ref().is_some_and(|sum| sum.total.is_none())
    }

    /// What a manifest says of the column.
    pub fn finish(&mut self) -> Result<ColumnStatistics, DataFusionError> {
        let (min, max) = match &mut self.bounds {
            Some(bounds) => {
                let (min, max) = (bounds.min.evaluate()?, bounds.max.evaluate()?);
                // One NaN says nothing of the other bound: DataFusion orders it above all numbers
                // or, negative, below them.
                match is_nan(&min) || is_nan(&max) {
                    true => (None, None),
                    false => (text_of(&min), text_of(&max)),
                }
            }
            None => (None, None),
        };
        let sum = self.sum.as_ref().and_then(|sum| Some(decimal_text(sum.total?, sum.scale)));
        Ok(ColumnStatistics { min, max, nulls: self.nulls, sum })
    }
}

fn add(total: Option<i128>, value: i128) -> Option<i128> {
    total?.checked_add(value)
}

/// Types whose least and greatest values are kept.
fn is_ordered(kind: &DataType) -> bool {
    matches!(
        kind,
        DataType::Utf8
            | DataType::LargeUtf8
            | DataType::Utf8View
            | DataType::Boolean
            | DataType::Int8
            | DataType::Int16
            | DataType::Int32
            | DataType::Int64
            | DataType::UInt8
            | DataType::UInt16
            | DataType::UInt32
            | DataType::UInt64
            | DataType::Float32
            | DataType::Float64
            | DataType::Decimal128(_, _)
            | DataType::Date32
            | DataType::Timestamp(_, _)
    )
}

fn is_nan(value: &ScalarValue) -> bool {
    match value {
        ScalarValue::Float32(Some(value)) => value.is_nan(),
        ScalarValue::Float64(Some(value)) => value.is_nan(),
        _ => false,
    }
}

/// A value as text, if that text gives the very value back and is short.
fn text_of(value: &ScalarValue) -> Option<String> {
    let text = value.cast_to(&DataType::Utf8).ok()?;
    let text = text.try_as_str().flatten()?;
    if text.len() > LONGEST_TEXT || value_of(text, &value.data_type()).as_ref() != Some(value) {
        return None;
    }
    Some(text.to_owned())
}

/// The value that a text of [`ColumnStatistics`] means.
pub(super) fn value_of(text: &str, kind: &DataType) -> Option<ScalarValue> {
    ScalarValue::try_from_string(text.to_owned(), kind).ok().filter(|value| !value.is_null())
}

/// A decimal as text: its units and its scale.
pub(super) fn decimal_text(units: i128, scale: i8) -> String {
    let Ok(scale @ 1..) = usize::try_from(scale) else { return units.to_string() };
    let digits = format!("{:0>width$}", units.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if units < 0 { "-" } else { "" };
    format!("{sign}{whole}.{fraction}")
}

/// The units of a decimal that [`decimal_text`] wrote.
pub(super) fn decimal_units(text: &str) -> Option<i128> {
    text.replace('.', "").parse().ok()
}
