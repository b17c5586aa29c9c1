//! What does `allocate(amount, driver, key, scale) over (partition by pool)` give each receiver?
//!
//! The rows of a partition are the receivers of one amount. Their parts are in proportion to the
//! drivers, whole units of the scale, and add up to the amount exactly; neither the order of rows
//! nor the number of threads can be seen in them. What cannot be split that way is an error that
//! names the receiver, never a row that is left out.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Decimal128Array, StringArray};
use datafusion::arrow::datatypes::{
    DECIMAL128_MAX_PRECISION, DataType, Decimal128Type, DecimalType, Field, FieldRef, Int64Type,
};
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::logical_expr::function::{PartitionEvaluatorArgs, WindowUDFFieldArgs};
use datafusion::logical_expr::{
    DocSection, Documentation, PartitionEvaluator, Signature, Volatility, WindowUDFImpl,
};

use super::FunctionError;
use super::shares::shares;

/// The name of the function.
const NAME: &str = "allocate";

/// How many digits a part has, and how many of them are decimals.
const PART: (u8, i8) = (18, 4);

/// The function.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Allocate {
    signature: Signature,
    documentation: Documentation,
}

impl Default for Allocate {
    fn default() -> Self {
        let section = DocSection { include: true, label: "Allocation", description: None };
        let told = "The part of an amount that a receiver gets: in proportion to the drivers of \
                    the partition, rounded to the scale by largest remainder, so that the parts \
                    add up to the amount.";
        let call = "allocate(amount, driver, key, scale) over (partition by pool)";
        let documentation = Documentation::builder(section, told, call)
            .with_argument("amount", "what is split: one decimal for the whole partition")
            .with_argument("driver", "how much of it the receiver causes: a number from 0")
            .with_argument("key", "the receiver's name, once a partition; the first wins ties")
            .with_argument("scale", "how many decimals a part has, 0 to 4")
            .build();
        Self { signature: Signature::user_defined(Volatility::Immutable), documentation }
    }
}

impl WindowUDFImpl for Allocate {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        let [amount, driver, key, scale] = given else {
            let advice = "`allocate` takes an amount, a driver, a key and a scale";
            return Err(DataFusionError::Plan(advice.to_owned()));
        };
        let amount = number("amount", amount)?;
        let driver = number("driver", driver)?;
        if !is_text(key) {
            return Err(unfit("key", key, "text"));
        }
        if !scale.is_integer() {
            return Err(unfit("scale", scale, "a whole number"));
        }
        Ok(vec![amount, driver, DataType::Utf8, DataType::Int64])
    }

    fn field(&self, arguments: WindowUDFFieldArgs) -> Result<FieldRef> {
        let kind = DataType::Decimal128(PART.0, PART.1);
        Ok(Field::new(arguments.name(), kind, true).into())
    }

    fn partition_evaluator(
        &self,
        _arguments: PartitionEvaluatorArgs,
    ) -> Result<Box<dyn PartitionEvaluator>> {
        Ok(Box::new(Partition))
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&self.documentation)
    }
}

/// The exact type that a number is read as.
fn number(argument: &'static str, given: &DataType) -> Result<DataType> {
    match given {
        DataType::Null => Ok(DataType::Decimal128(PART.0, PART.1)),
        kind if kind.is_integer() => Ok(DataType::Decimal128(20, 0)),
        DataType::Decimal32(digits, scale)
        | DataType::Decimal64(digits, scale)
        | DataType::Decimal128(digits, scale)
            if *scale >= 0 =>
        {
            Ok(DataType::Decimal128(*digits, *scale))
        }
        other => Err(unfit(argument, other, "a decimal of at most 38 digits")),
    }
}

fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

fn unfit(argument: &'static str, given: &DataType, wanted: &'static str) -> DataFusionError {
    failed(FunctionError::UnfitArgument { argument, given: given.to_string(), wanted })
}

fn failed(error: FunctionError) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

/// The receivers of one amount.
#[derive(Debug)]
struct Partition;

impl PartitionEvaluator for Partition {
    fn evaluate_all(&mut self, values: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
        let kind = DataType::Decimal128(PART.0, PART.1);
        let parts = match values {
            [amounts, drivers, keys, scales] if rows > 0 => {
                let receivers = Receivers {
                    amounts: amounts.as_primitive(),
                    drivers: drivers.as_primitive(),
                    keys: keys.as_string(),
                };
                let scale = scale(scales).map_err(failed)?;
                receivers.parts(scale).map_err(failed)?
            }
            _ => vec![None; rows],
        };
        Ok(Arc::new(Decimal128Array::from(parts).with_data_type(kind)))
    }

    fn evaluate(&mut self, _: &[ArrayRef], _: &Range<usize>) -> Result<ScalarValue> {
        Err(DataFusionError::Internal("`allocate` needs all rows of a partition".to_owned()))
    }
}

/// The number of decimals of the parts, the same in all rows.
fn scale(scales: &ArrayRef) -> Result<u32, FunctionError> {
    let scales = scales.as_primitive::<Int64Type>();
    let first = scales.iter().next().flatten();
    let is_same = scales.iter().all(|scale| scale == first);
    let scale = first.and_then(|scale| u32::try_from(scale).ok());
    let scale = scale.filter(|scale| is_same && *scale <= PART.1.unsigned_abs().into());
    scale.ok_or(FunctionError::PartScale { most: PART.1 })
}

struct Receivers<'a> {
    amounts: &'a Decimal128Array,
    drivers: &'a Decimal128Array,
    keys: &'a StringArray,
}

impl Receivers<'_> {
    /// Each receiver's part in the units of a result; nothing where the amount is not known.
    fn parts(&self, scale: u32) -> Result<Vec<Option<i128>>, FunctionError> {
        let keys = self.distinct_keys()?;
        let drivers = self.checked_drivers(&keys)?;
        let Some(amount) = self.amount()? else { return Ok(vec![None; drivers.len()]) };
        if amount != 0 && drivers.iter().all(|driver| *driver == 0) {
            let receivers = drivers.len();
            return Err(FunctionError::NoDriver { amount: text(self.amounts, amount), receivers });
        }
        let units = self.units(amount, scale)?;
        let step = 10_i128.pow(u32::from(PART.1.unsigned_abs()) - scale);
        let parts = shares(units, &drivers, &keys);
        Ok(parts.into_iter().map(|part| Some(part * step)).collect())
    }

    fn distinct_keys(&self) -> Result<Vec<&str>, FunctionError> {
        let mut known = BTreeSet::new();
        let mut keys = Vec::with_capacity(self.keys.len());
        for key in self.keys {
            let key = key.ok_or(FunctionError::NoKey)?;
            if !known.insert(key) {
                return Err(FunctionError::KeyTwice { key: key.to_owned() });
            }
            keys.push(key);
        }
        Ok(keys)
    }

    fn checked_drivers(&self, keys: &[&str]) -> Result<Vec<i128>, FunctionError> {
        let check = |(driver, key): (Option<i128>, &&str)| {
            let key = (*key).to_owned();
            match driver {
                Some(driver) if driver >= 0 => Ok(driver),
                Some(driver) => {
                    let driver = text(self.drivers, driver);
                    Err(FunctionError::NegativeDriver { key, driver })
                }
                None => Err(FunctionError::MissingDriver { key }),
            }
        };
        self.drivers.iter().zip(keys).map(check).collect()
    }

    /// The amount of all rows.
    fn amount(&self) -> Result<Option<i128>, FunctionError> {
        let first = self.amounts.iter().next().flatten();
        let other = self.amounts.iter().find(|amount| *amount != first);
        let said = |amount: Option<i128>| {
            amount.map_or_else(|| "null".to_owned(), |amount| text(self.amounts, amount))
        };
        match other {
            Some(other) => {
                Err(FunctionError::SeveralAmounts { one: said(first), other: said(other) })
            }
            None => Ok(first),
        }
    }

    /// The amount in units of the parts' scale.
    fn units(&self, amount: i128, scale: u32) -> Result<i128, FunctionError> {
        let given = u32::from(self.amounts.scale().unsigned_abs());
        let divisor = 10_i128.pow(given.saturating_sub(scale));
        if amount % divisor != 0 {
            let amount = text(self.amounts, amount);
            return Err(FunctionError::TooManyDecimals { amount, scale });
        }
        let whole = 10_i128.pow(u32::from(PART.0) - u32::from(PART.1.unsigned_abs()) + scale);
        let raised = 10_i128.pow(scale.saturating_sub(given));
        let units = (amount / divisor).checked_mul(raised).filter(|units| units.abs() < whole);
        units.ok_or_else(|| FunctionError::PartTooLarge {
            amount: text(self.amounts, amount),
            digits: PART.0,
            decimals: PART.1,
        })
    }
}

/// A number of an array as people write it.
fn text(array: &Decimal128Array, value: i128) -> String {
    Decimal128Type::format_decimal(value, DECIMAL128_MAX_PRECISION, array.scale())
}
