//! Which levels hold in a stretch of time, and what do they come to?
//!
//! A row of a cube says a member's level on a day: so much of an article lies in a warehouse. It holds
//! until the day before the member's next row, and at most for `max_age_days` after its own day, so
//! that what nobody counts any more ends. Rows of one member and day are parts of one level. A row
//! without a day or a level says nothing.
//!
//! Of a stretch, `last` takes the levels that hold on its last day, `first` those that hold on its
//! first, `average` each level times the days on which it holds, over all days of the stretch. A
//! stretch ends with the data date, beyond which nobody knows a level. Each level keeps the
//! dimensions of its own row, so that levels add over all of them.

use std::sync::Arc;

use chrono::{Days, NaiveDate};
use datafusion::arrow::array::{ArrayRef, Date32Array, Int64Array, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::{Column, JoinType, ScalarValue, plan_err};
use datafusion::error::Result as QueryResult;
use datafusion::functions::core::expr_fn::{greatest, least};
use datafusion::functions_window::nth_value::first_value_udwf;
use datafusion::logical_expr::expr::WindowFunction;
use datafusion::logical_expr::{
    Expr, ExprFunctionExt, WindowFrame, WindowFrameBound, WindowFrameUnits, cast, lit,
};
use datafusion::prelude::{DataFrame, SessionContext};

use super::head::Keep;
use super::time::buckets::{Bucket, column};
use super::time::clock::{date, number};
pub use super::time::variants::BUCKET;
use crate::functions::quotient::quotient;

/// The column of [`levels`] with what a level adds to its stretch.
pub const AMOUNT: &str = "__amount";
/// The column with what the sum of amounts is divided by: the days of the stretch for averages, else
/// 1.
pub const DAYS: &str = "__days";

/// The day of a member's next level.
const NEXT: &str = "__next";
/// The first day on which a level may hold to count.
const LOW: &str = "__low";
/// The last one.
const HIGH: &str = "__high";
/// The earliest day of a level that may still hold.
const OLDEST: &str = "__oldest";

/// Decimals of an average beside those of its levels.
const MORE_DECIMALS: i8 = 6;
/// Digits of amounts.
const DIGITS: u8 = 38;

/// Whose levels are meant, and which of them.
#[derive(Debug, Clone, Copy)]
pub struct Level<'a> {
    /// the column of the frame with the level, a decimal or a whole number
    pub column: &'a str,
    /// which of a stretch's levels counts
    pub keep: Keep,
    /// the columns that name whose level it is
    pub member: &'a [String],
    /// for so many days a level is taken to hold when no newer one is known
    pub max_age_days: Option<u32>,
    /// the column with its day, a date
    pub day: &'a str,
}

/// The levels that count in each stretch: the columns of the frame, [`AMOUNT`], [`DAYS`], and
/// [`BUCKET`] where stretches have names. Amounts are summed over any columns; [`total`] makes the
/// value of such a sum.
///
/// The frame has all rows of the cube: a level that a filter leaves out still ends the one before.
/// Filters apply to the rows that this gives.
///
/// # Errors
/// When the level is no number, or the engine refuses.
pub fn levels(
    session: &SessionContext,
    frame: DataFrame,
    level: &Level<'_>,
    buckets: &[Bucket],
    today: NaiveDate,
) -> QueryResult<DataFrame> {
    let field = frame.schema().field_with_unqualified_name(level.column)?;
    let kind = field.data_type().clone();
    let mut columns: Vec<Expr> = frame.schema().columns().into_iter().map(Expr::Column).collect();
    let known: Vec<&Bucket> = buckets.iter().filter(|bucket| bucket.first <= today).collect();
    let Some(end) = known.iter().map(|bucket| bucket.last.min(today)).max() else {
        columns.extend(nothing(level, &kind, buckets)?);
        return frame.filter(lit(false))?.select(columns);
    };
    let day = named(level.day);
    let holds = named(level.column).is_not_null().and(day.clone().lt_eq(lit(date(end))));
    let known_rows = frame.filter(holds)?.with_column(NEXT, next(level)?)?;
    let stretches = session.read_batch(stretches(level, &known, today)?)?;
    let fits = [
        day.clone().lt_eq(named(HIGH)),
        day.gt_eq(named(OLDEST)),
        named(NEXT).is_null().or(named(NEXT).gt(named(LOW))),
    ];
    // The few stretches stand first: the engine holds what stands there in memory.
    let met = stretches.join_on(known_rows, JoinType::Inner, fits)?;
    columns.extend(known.iter().any(|bucket| bucket.key.is_some()).then(|| named(BUCKET)));
    columns.push(amount(level, &kind)?.alias(AMOUNT));
    columns.push(named(DAYS));
    met.select(columns)
}

/// The value of a sum of amounts. Averages are rounded once, half away from zero, to six decimals
/// more than their levels have; `days` is the one value of [`DAYS`] in the group.
pub fn total(sum: Expr, days: Expr, kind: &DataType, keep: Keep) -> Expr {
    match keep {
        Keep::Last | Keep::First => sum,
        Keep::Average => quotient(sum, days, scale(kind).saturating_add(MORE_DECIMALS)),
    }
}

/// The columns of [`levels`] where no stretch has begun.
fn nothing(level: &Level<'_>, kind: &DataType, buckets: &[Bucket]) -> QueryResult<Vec<Expr>> {
    let mut columns = Vec::new();
    if buckets.iter().any(|bucket| bucket.key.is_some()) {
        let keys = column(buckets.iter().filter_map(|bucket| bucket.key.as_ref()));
        columns.push(lit(ScalarValue::try_new_null(keys.data_type())?).alias(BUCKET));
    }
    let amount = if level.keep == Keep::Average { wide(kind)? } else { kind.clone() };
    columns.push(lit(ScalarValue::try_new_null(&amount)?).alias(AMOUNT));
    columns.push(lit(0_i64).alias(DAYS));
    Ok(columns)
}

/// The first day after a row's own on which its member has another level. Rows of one day are
/// peers, which the frame counts as one.
fn next(level: &Level<'_>) -> QueryResult<Expr> {
    let one = || WindowFrameBound::Following(ScalarValue::UInt64(Some(1)));
    let after = WindowFrame::new_bounds(WindowFrameUnits::Groups, one(), one());
    Expr::from(WindowFunction::new(first_value_udwf(), vec![named(level.day)]))
        .partition_by(level.member.iter().map(|member| named(member)).collect())
        .order_by(vec![named(level.day).sort(true, false)])
        .window_frame(after)
        .build()
}

/// The stretches with the days on which a level must hold to count.
fn stretches(level: &Level<'_>, buckets: &[&Bucket], today: NaiveDate) -> QueryResult<RecordBatch> {
    let ends = |bucket: &&Bucket| {
        let (first, last) = (bucket.first, bucket.last.min(today));
        match level.keep {
            Keep::Last => (last, last),
            Keep::First => (first, first),
            Keep::Average => (first, last),
        }
    };
    let spans: Vec<(NaiveDate, NaiveDate)> = buckets.iter().map(ends).collect();
    let oldest = |low: NaiveDate| match level.max_age_days {
        Some(age) => low.checked_sub_days(Days::new(u64::from(age))).unwrap_or(NaiveDate::MIN),
        None => NaiveDate::MIN,
    };
    let days = |(low, high): &(NaiveDate, NaiveDate)| i64::from(number(*high) - number(*low)) + 1;
    let dates = |day: &dyn Fn(&(NaiveDate, NaiveDate)) -> NaiveDate| -> ArrayRef {
        Arc::new(spans.iter().map(|span| Some(number(day(span)))).collect::<Date32Array>())
    };
    let mut columns: Vec<(&str, ArrayRef)> = vec![
        (LOW, dates(&|span| span.0)),
        (HIGH, dates(&|span| span.1)),
        (OLDEST, dates(&|span| oldest(span.0))),
        (DAYS, Arc::new(Int64Array::from(spans.iter().map(days).collect::<Vec<_>>()))),
    ];
    let keys: Vec<_> = buckets.iter().filter_map(|bucket| bucket.key.as_ref()).collect();
    if !keys.is_empty() {
        columns.push((BUCKET, column(keys.into_iter())));
    }
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, values)| Field::new(*name, values.data_type().clone(), false))
        .collect();
    let values = columns.into_iter().map(|(_, values)| values).collect();
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), values)?)
}

/// What a level adds to a stretch in which it holds.
fn amount(level: &Level<'_>, kind: &DataType) -> QueryResult<Expr> {
    if level.keep != Keep::Average {
        return Ok(named(level.column));
    }
    let count = |day: Expr| cast(cast(day, DataType::Int32), DataType::Int64);
    let day = count(named(level.day));
    // The first day after those on which it holds; the least of those that are known.
    let mut ends = vec![count(named(HIGH)) + lit(1_i64), count(named(NEXT))];
    ends.extend(level.max_age_days.map(|age| day.clone() + lit(i64::from(age) + 1)));
    let held = least(ends) - greatest(vec![day, count(named(LOW))]);
    Ok(cast(named(level.column), wide(kind)?) * held)
}

/// The type of a level times days.
fn wide(kind: &DataType) -> QueryResult<DataType> {
    if kind.is_decimal() || kind.is_integer() {
        return Ok(DataType::Decimal128(DIGITS, scale(kind)));
    }
    plan_err!("a level is a decimal or a whole number, not a {kind}")
}

/// The decimals of a type.
fn scale(kind: &DataType) -> i8 {
    match kind {
        DataType::Decimal32(_, scale)
        | DataType::Decimal64(_, scale)
        | DataType::Decimal128(_, scale)
        | DataType::Decimal256(_, scale) => *scale,
        _ => 0,
    }
}

/// A column as it is spelt.
fn named(name: &str) -> Expr {
    Expr::Column(Column::from_name(name))
}
