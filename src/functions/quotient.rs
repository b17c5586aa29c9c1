//! What is one number over another, rounded once?
//!
//! The engine's own division cuts decimals off, and its scale depends on both types.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Decimal128Array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Decimal256Type, i256};
use datafusion::common::utils::take_function_args;
use datafusion::common::{DataFusionError, Result};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use super::FunctionError;

/// The name of the function in plans.
const NAME: &str = "quotient";
/// The most digits of a quotient.
const DIGITS: u8 = 38;
/// The most digits of what is divided.
const WIDE: u8 = 76;

/// One number over another as a decimal of so many decimals, rounded half away from zero. Null
/// where one of them is null, or the denominator is 0. Both are decimals or whole numbers.
pub fn quotient(numerator: Expr, denominator: Expr, scale: i8) -> Expr {
    ScalarUDF::from(Quotient::new(scale)).call(vec![numerator, denominator])
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Quotient {
    scale: i8,
    signature: Signature,
}

impl Quotient {
    fn new(scale: i8) -> Self {
        Self { scale, signature: Signature::any(2, Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for Quotient {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _types: &[DataType]) -> Result<DataType> {
        Ok(DataType::Decimal128(DIGITS, self.scale))
    }

    fn invoke_with_args(&self, call: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [above, below] = take_function_args(NAME, &call.args)?;
        let (above, above_scale) = wide(&above.to_array(call.number_rows)?)?;
        let (below, below_scale) = wide(&below.to_array(call.number_rows)?)?;
        let (above, below) =
            (above.as_primitive::<Decimal256Type>(), below.as_primitive::<Decimal256Type>());
        let shift = self.scale + below_scale - above_scale;
        let power = |count: i8| (0..count).try_fold(i256::ONE, |all, _| all.checked_mul(TEN));
        let (Some(up), Some(down)) = (power(shift), power(-shift)) else {
            return Err(too_large());
        };
        let quotients: Decimal128Array = above
            .iter()
            .zip(below.iter())
            .map(|(above, below)| match (above, below) {
                (Some(above), Some(below)) if below != i256::ZERO => {
                    divide(above, below, up, down).map(Some)
                }
                _ => Ok(None),
            })
            .collect::<Result<_>>()?;
        let quotients = quotients.with_precision_and_scale(DIGITS, self.scale)?;
        Ok(ColumnarValue::Array(Arc::new(quotients)))
    }
}

const TEN: i256 = i256::from_i128(10);

/// The numbers with room for their product with a power of ten, and their scale.
fn wide(numbers: &ArrayRef) -> Result<(ArrayRef, i8)> {
    let scale = match numbers.data_type() {
        DataType::Decimal32(_, scale)
        | DataType::Decimal64(_, scale)
        | DataType::Decimal128(_, scale)
        | DataType::Decimal256(_, scale) => *scale,
        _ => 0,
    };
    let wide = cast(numbers, &DataType::Decimal256(WIDE, scale)).map_err(DataFusionError::from)?;
    Ok((wide, scale))
}

/// The quotient of `above * up` and `below * down`, rounded half away from zero.
fn divide(above: i256, below: i256, up: i256, down: i256) -> Result<i128> {
    let above = above.checked_mul(up).ok_or_else(too_large)?;
    let below = below.checked_mul(down).ok_or_else(too_large)?;
    let whole = above.checked_div(below).ok_or_else(too_large)?;
    let rest = above.checked_rem(below).ok_or_else(too_large)?.wrapping_abs();
    // The rest is at least half of the divisor when it is not less than what is left beside it.
    let is_half = rest >= below.wrapping_abs().wrapping_sub(rest);
    let away =
        if (above < i256::ZERO) == (below < i256::ZERO) { i256::ONE } else { i256::MINUS_ONE };
    let rounded = if is_half { whole.wrapping_add(away) } else { whole };
    let limit = i256::from_i128(10_i128.pow(u32::from(DIGITS)));
    let rounded = Some(rounded).filter(|rounded| rounded.wrapping_abs() < limit);
    rounded.and_then(i256::to_i128).ok_or_else(too_large)
}

fn too_large() -> DataFusionError {
    DataFusionError::External(Box::new(FunctionError::QuotientTooLarge { digits: DIGITS }))
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::Int64Array;
    use datafusion::arrow::datatypes::Field;
    use datafusion::common::config::ConfigOptions;

    use super::*;

    fn decimals(values: &[Option<i128>], scale: i8) -> ArrayRef {
        let array: Decimal128Array = values.iter().copied().collect();
        Arc::new(array.with_precision_and_scale(38, scale).unwrap())
    }

    fn over(above: ArrayRef, below: ArrayRef, scale: i8) -> Result<Vec<Option<i128>>> {
        let field = |array: &ArrayRef| Arc::new(Field::new("x", array.data_type().clone(), true));
        let function = Quotient::new(scale);
        let call = ScalarFunctionArgs {
            number_rows: above.len(),
            arg_fields: vec![field(&above), field(&below)],
            return_field: Arc::new(Field::new("y", function.return_type(&[])?, true)),
            args: vec![ColumnarValue::Array(above), ColumnarValue::Array(below)],
            config_options: Arc::new(ConfigOptions::default()),
        };
        let given = function.invoke_with_args(call)?.to_array(0)?;
        Ok(given.as_primitive::<datafusion::arrow::datatypes::Decimal128Type>().iter().collect())
    }

    #[test]
    fn halves_are_rounded_away_from_zero() {
        // 1.00 / 8 = 0.125, 1.00 / 3 = 0.333.., 2.00 / 3 = 0.666.., all to two decimals.
        let cases: [(i128, i64, i128); 8] = [
            (100, 8, 13),
            (-100, 8, -13),
            (100, -8, -13),
            (-100, -8, 13),
            (100, 3, 33),
            (200, 3, 67),
            (-200, 3, -67),
            (0, -5, 0),
        ];
        for (above, below, expected) in cases {
            let below: ArrayRef = Arc::new(Int64Array::from(vec![below]));
            let given = over(decimals(&[Some(above)], 2), below, 2).unwrap();
            assert_eq!(given, [Some(expected)], "{above} over it");
        }
    }

    #[test]
    fn scales_may_differ_and_nothing_over_nothing_is_nothing() {
        // 7 / 0.0400 = 175; 0.0001 / 1000.00 = 0.0000001, which six decimals do not hold.
        let above = decimals(&[Some(7), None, Some(1), Some(0)], 0);
        let below = decimals(&[Some(400), Some(1), Some(0), Some(-1)], 4);
        assert_eq!(over(above, below, 0).unwrap(), [Some(175), None, None, Some(0)]);
        let small = over(decimals(&[Some(1)], 4), decimals(&[Some(100_000)], 2), 6).unwrap();
        assert_eq!(small, [Some(0)]);
        // A numerator of more decimals than the answer: 0.123456789 / 1 to two decimals.
        let fine = over(decimals(&[Some(125_000_000)], 9), decimals(&[Some(1)], 0), 2).unwrap();
        assert_eq!(fine, [Some(13)]);
    }

    #[test]
    fn wide_amounts_stay_exact_and_too_wide_ones_fail() {
        let most = 10_i128.pow(37) - 1;
        let third = over(decimals(&[Some(most)], 0), decimals(&[Some(3)], 0), 0).unwrap();
        assert_eq!(third, [Some(most / 3)], "999..9 / 3 = 333..3");
        let error = over(decimals(&[Some(most)], 0), decimals(&[Some(1)], 0), 6).unwrap_err();
        assert!(error.to_string().contains("38 digits"), "{error}");
    }
}
