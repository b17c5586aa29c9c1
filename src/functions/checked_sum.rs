//! What is `sum` in SQL, when the sum may be too large for its type?
//!
//! The engine's own `sum` wraps around silently. This one takes its place: the same name, argument
//! types and result types, and the same answers wherever those were right; a sum that its type
//! does not hold is an error. Floating point and calendar intervals are left to the engine's.

use datafusion::arrow::datatypes::{DataType, Field, FieldRef, TimeUnit};
use datafusion::arrow::datatypes::{
    Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, DurationMicrosecondType,
    DurationMillisecondType, DurationNanosecondType, DurationSecondType, Int64Type, UInt64Type,
};
use datafusion::common::Result;
use datafusion::functions_aggregate::sum::Sum;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion::logical_expr::{
    Accumulator, AggregateUDFImpl, Documentation, GroupsAccumulator, ReversedUDAF, SetMonotonicity,
    Signature,
};

use super::exact_total::Range;
use super::sum_accumulators::{DistinctSumAccumulator, SumAccumulator, SumGroupsAccumulator};

/// The name of the function.
pub const NAME: &str = "sum";

/// `sum`, which fails where the engine's own wraps around.
///
/// It does not offer two shortcuts of the engine's: `sum(a + 1)` as `sum(a) + count(a)`, whose
/// parts may be too large where the whole is not, and sums from a file's statistics, of which
/// nobody knows how they were summed.
#[derive(Debug, Default, PartialEq, Eq, Hash)]
pub struct CheckedSum {
    engine: Sum,
}

/// `$made` with `$native` standing for the primitive type of a sum that is checked, `$otherwise`
/// for the types that are not.
macro_rules! for_checked {
    ($data_type:expr, $native:ident => $made:expr, _ => $otherwise:expr) => {
        for_checked!(@match $data_type, $native, $made, $otherwise,
            DataType::Int64 => Int64Type,
            DataType::UInt64 => UInt64Type,
            DataType::Decimal32(..) => Decimal32Type,
            DataType::Decimal64(..) => Decimal64Type,
            DataType::Decimal128(..) => Decimal128Type,
            DataType::Decimal256(..) => Decimal256Type,
            DataType::Duration(TimeUnit::Second) => DurationSecondType,
            DataType::Duration(TimeUnit::Millisecond) => DurationMillisecondType,
            DataType::Duration(TimeUnit::Microsecond) => DurationMicrosecondType,
            DataType::Duration(TimeUnit::Nanosecond) => DurationNanosecondType)
    };
    (@match $data_type:expr, $native:ident, $made:expr, $otherwise:expr,
        $($pattern:pat => $type:ty),*) => {
        match $data_type {
            $($pattern => {
                type $native = $type;
                $made
            })*
            _ => $otherwise,
        }
    };
}

fn is_checked(data_type: &DataType) -> bool {
    use DataType::{Decimal32, Decimal64, Decimal128, Decimal256, Duration, Int64, UInt64};
    matches!(
        data_type,
        Int64
            | UInt64
            | Decimal32(..)
            | Decimal64(..)
            | Decimal128(..)
            | Decimal256(..)
            | Duration(_)
    )
}

impl AggregateUDFImpl for CheckedSum {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        self.engine.signature()
    }

    fn return_type(&self, argument_types: &[DataType]) -> Result<DataType> {
        self.engine.return_type(argument_types)
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let data_type = args.return_field.data_type().clone();
        for_checked!(
            data_type,
            T => {
                let range = Range::<T>::new(args.name, &data_type)?;
                if args.is_distinct {
                    Ok(Box::new(DistinctSumAccumulator::new(range)))
                } else {
                    Ok(Box::new(SumAccumulator::new(range)))
                }
            },
            _ => self.engine.accumulator(args)
        )
    }

    fn create_sliding_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        if is_checked(args.return_field.data_type()) {
            self.accumulator(args)
        } else {
            self.engine.create_sliding_accumulator(args)
        }
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs) -> bool {
        self.engine.groups_accumulator_supported(args)
    }

    fn create_groups_accumulator(
        &self,
        args: AccumulatorArgs,
    ) -> Result<Box<dyn GroupsAccumulator>> {
        let data_type = args.return_field.data_type().clone();
        for_checked!(
            data_type,
            T => Ok(Box::new(SumGroupsAccumulator::new(Range::<T>::new(args.name, &data_type)?))),
            _ => self.engine.create_groups_accumulator(args)
        )
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let wraps = Field::new(format_state_name(args.name, "wraps"), DataType::Int64, true);
        let is_total = is_checked(args.return_type()) && !args.is_distinct;
        let mut fields = self.engine.state_fields(args)?;
        if is_total {
            fields.push(wraps.into());
        }
        Ok(fields)
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        self.engine.order_sensitivity()
    }

    fn reverse_expr(&self) -> ReversedUDAF {
        self.engine.reverse_expr()
    }

    fn set_monotonicity(&self, data_type: &DataType) -> SetMonotonicity {
        self.engine.set_monotonicity(data_type)
    }

    fn documentation(&self) -> Option<&Documentation> {
        self.engine.documentation()
    }
}
