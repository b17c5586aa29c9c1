//! What is the sum of many values, exactly, whatever wraps on the way?

use datafusion::arrow::array::ArrowNativeTypeOp;
use datafusion::arrow::datatypes::{ArrowNativeType, ArrowPrimitiveType, DataType};
use datafusion::common::Result;
use datafusion::error::DataFusionError;

use super::FunctionError;

/// A sum of any size: what is left in the type's bits, and how often they wrapped around.
///
/// The sum is `low + wraps * 2^bits`. Of all such pairs only one stands for a given sum, so that
/// neither the order of the values nor how they were spread over partial sums can be seen in it,
/// and a sum that left the type's range and came back is as good as one that never left.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Total<N> {
    low: N,
    wraps: i64,
    terms: u64,
}

impl<N: ArrowNativeTypeOp> Total<N> {
    /// Adds a value.
    pub fn add(&mut self, value: N) {
        let low = self.low.add_wrapping(value);
        if value.is_lt(N::ZERO) {
            self.wraps -= i64::from(low.is_gt(self.low));
        } else {
            self.wraps += i64::from(low.is_lt(self.low));
        }
        self.low = low;
        self.terms += 1;
    }

    /// Takes a value out that was added before.
    pub fn remove(&mut self, value: N) {
        let low = self.low.sub_wrapping(value);
        if value.is_lt(N::ZERO) {
            self.wraps += i64::from(low.is_lt(self.low));
        } else {
            self.wraps -= i64::from(low.is_gt(self.low));
        }
        self.low = low;
        self.terms -= 1;
    }

    /// Adds another sum, given as its parts.
    pub fn merge(&mut self, low: N, wraps: i64) {
        self.add(low);
        self.wraps += wraps;
    }

    /// The parts of the sum; none where nothing was summed.
    pub fn parts(&self) -> Option<(N, i64)> {
        (self.terms > 0).then_some((self.low, self.wraps))
    }
}

/// Which sums a type holds, and what to say about the others.
#[derive(Debug)]
pub struct Range<T: ArrowPrimitiveType> {
    call: String,
    data_type: DataType,
    /// the largest number of the type's digits; without digits the bits are the limit
    max: Option<T::Native>,
}

impl<T: ArrowPrimitiveType> Range<T> {
    /// The range of `data_type`, for the sum that the query writes as `call`.
    ///
    /// # Errors
    /// When the type has more digits than its bits hold.
    pub fn new(call: &str, data_type: &DataType) -> Result<Self> {
        let max = match digits(data_type) {
            Some((digits, _)) => {
                let ten = T::Native::usize_as(10);
                Some(ten.pow_checked(u32::from(digits))?.sub_wrapping(T::Native::ONE))
            }
            None => None,
        };
        Ok(Self { call: call.to_owned(), data_type: data_type.clone(), max })
    }

    /// The type of the sum.
    pub fn data_type(&self) -> &DataType {
        &self.data_type
    }

    /// The sum as a value of the type; none where nothing was summed.
    ///
    /// # Errors
    /// When the type does not hold it.
    pub fn check(&self, total: &Total<T::Native>) -> Result<Option<T::Native>> {
        let Some((low, wraps)) = total.parts() else { return Ok(None) };
        let within = match self.max {
            Some(max) => !low.is_gt(max) && !low.is_lt(max.neg_wrapping()),
            None => true,
        };
        if wraps == 0 && within { Ok(Some(low)) } else { Err(self.too_large()) }
    }

    fn too_large(&self) -> DataFusionError {
        let (limit, remedy) = match (&self.data_type, digits(&self.data_type)) {
            (DataType::Decimal256(..), Some((digits, _))) => {
                (format!("{digits} digits"), "cast to a decimal with fewer digits".to_owned())
            }
            (DataType::Decimal128(..), Some((digits, scale))) => {
                (format!("{digits} digits"), format!("cast to decimal(76, {scale}) first"))
            }
            (_, Some((digits, scale))) => {
                (format!("{digits} digits"), format!("cast to decimal(38, {scale}) first"))
            }
            (DataType::Int64, None) => {
                ("the range of bigint".to_owned(), "cast to decimal(38, 0) first".to_owned())
            }
            (DataType::UInt64, None) => (
                "the range of bigint unsigned".to_owned(),
                "cast to decimal(38, 0) first".to_owned(),
            ),
            (other, None) => (format!("the range of {other}"), "sum a coarser unit".to_owned()),
        };
        let error = FunctionError::SumTooLarge { call: self.call.clone(), limit, remedy };
        DataFusionError::External(Box::new(error))
    }
}

/// How many digits a type has, and how many of them stand after the point.
fn digits(data_type: &DataType) -> Option<(u8, i8)> {
    match *data_type {
        DataType::Decimal32(digits, scale)
        | DataType::Decimal64(digits, scale)
        | DataType::Decimal128(digits, scale)
        | DataType::Decimal256(digits, scale) => Some((digits, scale)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sums bytes in this type against sums in one that is wide enough, forwards and taken out
    /// again backwards.
    fn check<N: ArrowNativeTypeOp>(values: &[N], wide: fn(N) -> i64, modulus: i64) {
        let mut total = Total::default();
        let mut expected = 0;
        let sum = |total: &Total<N>| total.parts().map(|(low, wraps)| wide(low) + wraps * modulus);
        for value in values {
            total.add(*value);
            expected += wide(*value);
            assert_eq!(sum(&total), Some(expected), "adding up {values:?}");
        }
        for value in values {
            assert_eq!(sum(&total), Some(expected), "taking out of {values:?}");
            total.remove(*value);
            expected -= wide(*value);
        }
        assert_eq!(total, Total::default(), "nothing is left of {values:?}");
    }

    #[test]
    fn every_pair_of_bytes_is_summed_exactly() {
        for first in i8::MIN..=i8::MAX {
            for second in i8::MIN..=i8::MAX {
                check(&[first, second, first, second, second], i64::from, 256);
                let [first, second] = [first, second].map(i8::cast_unsigned);
                check(&[first, second, first, second, second], i64::from, 256);
            }
        }
    }

    #[test]
    fn merged_sums_equal_one_sum() {
        let values = [i8::MAX, i8::MAX, i8::MIN, -1, i8::MIN, i8::MIN, 7];
        for cut in 1..values.len() {
            let (first, second) = values.split_at(cut);
            let mut total = Total::default();
            for part in [first, second] {
                let mut partial = Total::default();
                part.iter().for_each(|value| partial.add(*value));
                let (low, wraps) = partial.parts().unwrap();
                total.merge(low, wraps);
            }
            let (low, wraps) = total.parts().unwrap();
            assert_eq!(i64::from(low) + 256 * wraps, 127 + 127 - 128 - 1 - 128 - 128 + 7);
        }
    }
}
