//! Which levels hold in a stretch of time, and what do they come to?
//!
//! A row of a cube says a member's level on a day: so much of an article lies in a warehouse. It
//! holds until the day before the member's next row, and at most for `max_age_days` after its own
//! day, so that what nobody counts any more ends. Rows of one member and day are parts of one
//! level. A row without a day or a level says nothing.
//!
//! Of a stretch, `last` takes the levels that hold on its last day, `first` those that hold on its
//! first, `average` each level times the days on which it holds, over all days of the stretch. A
//! stretch ends with the data date, beyond which nobody knows a level. Each level keeps the
//! dimensions of its own row, so that levels add over all of them.

use std::sync::Arc;

use chrono::{Days, NaiveDate};
use datafusion::arrow::array::{ArrayRef, Date32Array, Int64Array, RecordBatch};
use datafusion::arrow::datatypes::{DECIMAL128_MAX_PRECISION, DataType, Field, Schema};
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
/// The column with what the sum of amounts is divided by: the days of the stretch for averages,
/// else 1.
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
        return Ok(DataType::Decimal128(DECIMAL128_MAX_PRECISION, scale(kind)));
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

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{Decimal128Array, StringArray};
    use datafusion::arrow::util::display::array_value_to_string;
    use datafusion::functions_aggregate::expr_fn::max;
    use datafusion::logical_expr::AggregateUDF;
    use datafusion::prelude::col;

    use super::super::granularity::Granularity;
    use super::super::time::buckets::{buckets, whole};
    use super::super::time::calendar::Calendar;
    use super::super::time::{Clock, Span};
    use super::*;
    use crate::engine::session::{Limits, session};
    use crate::functions::checked_sum::CheckedSum;

    /// Days, members, places and levels in cents.
    type Rows<'a> = &'a [(Option<&'a str>, &'a str, &'a str, Option<i128>)];

    /// `a` is counted twice and moves in between, `b` is counted once.
    const COUNTS: Rows<'static> = &[
        (Some("2026-01-10"), "a", "north", Some(10_000)),
        (Some("2026-01-31"), "b", "north", Some(700)),
        (Some("2026-02-20"), "a", "south", Some(40_00)),
    ];

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn batch(rows: Rows<'_>) -> RecordBatch {
        let days: Date32Array =
            rows.iter().map(|row| row.0.map(|text| number(day(text)))).collect();
        let levels: Decimal128Array = rows.iter().map(|row| row.3).collect();
        let levels = levels.with_precision_and_scale(18, 2).unwrap();
        let members: StringArray = rows.iter().map(|row| Some(row.1)).collect();
        let places: StringArray = rows.iter().map(|row| Some(row.2)).collect();
        let columns: [(&str, ArrayRef); 4] = [
            ("counted_on", Arc::new(days)),
            ("member", Arc::new(members)),
            ("place", Arc::new(places)),
            ("quantity", Arc::new(levels)),
        ];
        RecordBatch::try_from_iter(columns).unwrap()
    }

    /// What is asked of the levels.
    #[derive(Clone, Copy)]
    struct Asked<'a> {
        keep: Keep,
        max_age_days: Option<u32>,
        granularity: Option<Granularity>,
        span: (&'a str, &'a str),
        today: &'a str,
        filter: Option<&'a str>,
    }

    const MONTHS: Asked<'static> = Asked {
        keep: Keep::Last,
        max_age_days: Some(45),
        granularity: Some(Granularity::Month),
        span: ("2026-01-01", "2026-04-30"),
        today: "2026-04-10",
        filter: None,
    };

    /// The value of each stretch, as text.
    fn values(batch: RecordBatch, asked: Asked<'_>) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let spill_dir = folder.path().to_owned();
        let limits = Limits { threads: 2, memory_bytes: 64 << 20, spill_dir };
        let session = session(&limits).unwrap();
        let calendar = Calendar::default();
        let clock = Clock { today: day(asked.today), zone: chrono_tz::UTC, calendar: &calendar };
        let span = Span::of_days(day(asked.span.0), day(asked.span.1));
        let stretches = match asked.granularity {
            Some(granularity) => buckets(granularity, &span, &clock).unwrap(),
            None => vec![whole(&span)],
        };
        let member = ["member".to_owned()];
        let level = Level {
            column: "quantity",
            keep: asked.keep,
            member: &member,
            max_age_days: asked.max_age_days,
            day: "counted_on",
        };
        let kind = batch.column(3).data_type().clone();
        let frame = session.read_batch(batch).unwrap();
        let mut frame = levels(&session, frame, &level, &stretches, clock.today).unwrap();
        if let Some(place) = asked.filter {
            frame = frame.filter(col("place").eq(lit(place))).unwrap();
        }
        let sum = AggregateUDF::from(CheckedSum::default()).call(vec![named(AMOUNT)]);
        let by: Vec<Expr> = asked.granularity.iter().map(|_| named(BUCKET)).collect();
        let sums = vec![sum.alias("sum"), max(named(DAYS)).alias("days")];
        let mut shown = by.clone();
        shown.push(total(named("sum"), named("days"), &kind, asked.keep).alias("value"));
        let order: Vec<_> = by.iter().map(|key| key.clone().sort(true, false)).collect();
        let frame = frame.aggregate(by, sums).unwrap().select(shown).unwrap();
        let frame = if order.is_empty() { frame } else { frame.sort(order).unwrap() };
        let threads = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut told = Vec::new();
        for batch in threads.block_on(frame.collect()).unwrap() {
            for row in 0..batch.num_rows() {
                let cells = batch.columns().iter();
                let cells = cells.map(|cells| array_value_to_string(cells, row).unwrap());
                told.push(cells.collect::<Vec<_>>().join(" "));
            }
        }
        told
    }

    #[test]
    fn a_level_holds_until_the_next_one_or_its_age() {
        // a: 100.00 from January 10 to February 19, 40.00 from then to April 6, 45 days after.
        // b: 7.00 from January 31 to March 17, 45 days after.
        let last = ["2026-01-01 107.00", "2026-02-01 47.00", "2026-03-01 40.00"];
        assert_eq!(values(batch(COUNTS), MONTHS), last, "on April 10 nothing is known");
        let first = ["2026-02-01 107.00", "2026-03-01 47.00", "2026-04-01 40.00"];
        assert_eq!(values(batch(COUNTS), Asked { keep: Keep::First, ..MONTHS }), first);
        // January: 100.00 on 22 days and 7.00 on one, 2207.00 / 31 = 71.19354838709..
        // February: 100.00 on 19 days, 40.00 on 9, 7.00 on 28, 2456.00 / 28 = 87.71428571..
        // March: 40.00 on 31 days, 7.00 on 17, 1359.00 / 31 = 43.83870967..
        // April until the 10th: 40.00 on 6 days, 240.00 / 10.
        let average = [
            "2026-01-01 71.19354839",
            "2026-02-01 87.71428571",
            "2026-03-01 43.83870968",
            "2026-04-01 24.00000000",
        ];
        assert_eq!(values(batch(COUNTS), Asked { keep: Keep::Average, ..MONTHS }), average);
    }

    #[test]
    fn without_an_age_a_level_holds_until_the_next_one() {
        let for_ever = Asked { max_age_days: None, ..MONTHS };
        let last =
            ["2026-01-01 107.00", "2026-02-01 47.00", "2026-03-01 47.00", "2026-04-01 47.00"];
        assert_eq!(values(batch(COUNTS), for_ever), last);
        // 47.00 on each of ten days.
        let april = Asked { keep: Keep::Average, span: ("2026-04-01", "2026-04-30"), ..for_ever };
        assert_eq!(values(batch(COUNTS), april), ["2026-04-01 47.00000000"]);
    }

    #[test]
    fn the_age_is_counted_to_the_day() {
        // On April 6, 45 days after February 20, the level of a still holds; a day later it does
        // not.
        let on = |last| Asked { granularity: None, span: ("2026-04-01", last), ..MONTHS };
        assert_eq!(values(batch(COUNTS), on("2026-04-06")), ["40.00"]);
        assert_eq!(values(batch(COUNTS), on("2026-04-07")), [""], "a sum of nothing");
    }

    #[test]
    fn a_whole_span_is_one_stretch_and_ends_with_the_data() {
        let all = Asked { granularity: None, span: ("2026-01-01", "2026-12-31"), ..MONTHS };
        let february = Asked { today: "2026-02-28", ..all };
        assert_eq!(values(batch(COUNTS), february), ["47.00"]);
        // 22 + 1 days of January and February's sum: (2207.00 + 2456.00) / 59 = 79.03389830508..
        let average = Asked { keep: Keep::Average, ..february };
        assert_eq!(values(batch(COUNTS), average), ["79.03389831"]);
        let before = Asked { today: "2025-12-31", ..all };
        assert_eq!(values(batch(COUNTS), before), [""], "no stretch has begun");
        let months = Asked { today: "2025-12-31", ..MONTHS };
        assert!(values(batch(COUNTS), months).is_empty(), "no stretch has begun");
        // What is counted after the data date ends nothing.
        let early = Asked { today: "2026-02-19", ..all };
        assert_eq!(values(batch(COUNTS), early), ["107.00"]);
    }

    #[test]
    fn a_level_keeps_the_place_of_its_own_row_and_a_filter_revives_none() {
        let place = |place| Asked { filter: Some(place), ..MONTHS };
        let south = ["2026-02-01 40.00", "2026-03-01 40.00"];
        assert_eq!(values(batch(COUNTS), place("south")), south);
        // In the north only b is left in February: a moved away, it did not stay in both places.
        let north = ["2026-01-01 107.00", "2026-02-01 7.00"];
        assert_eq!(values(batch(COUNTS), place("north")), north);
    }

    #[test]
    fn rows_of_one_day_are_parts_and_unknown_ones_say_nothing() {
        let rows: Rows<'_> = &[
            (Some("2026-01-10"), "a", "north", Some(10_00)),
            (Some("2026-01-10"), "a", "south", Some(5_00)),
            (Some("2026-01-20"), "a", "north", None),
            (None, "a", "north", Some(99_00)),
            (Some("2026-02-10"), "a", "north", Some(0)),
            (Some("2026-02-10"), "b", "south", Some(-3_00)),
        ];
        let last = ["2026-01-01 15.00", "2026-02-01 -3.00"];
        assert_eq!(values(batch(rows), MONTHS), last);
        // January: 15.00 on 22 days, 330.00 / 31 = 10.645161290..; February: 15.00 on 9 days and
        // -3.00 on 19, 78.00 / 28 = 2.7857142857..; March: -3.00 on 27 days (45 after February 10
        // is March 27), -81.00 / 31 = -2.6129032258..
        let average = Asked { keep: Keep::Average, ..MONTHS };
        let expected =
            ["2026-01-01 10.64516129", "2026-02-01 2.78571429", "2026-03-01 -2.61290323"];
        assert_eq!(values(batch(rows), average), expected);
    }

    #[test]
    fn whole_numbers_stay_whole_and_their_averages_are_decimals() {
        let counts = batch(COUNTS);
        let pieces: ArrayRef = Arc::new(Int64Array::from(vec![100, 7, 40]));
        let mut columns = counts.columns().to_vec();
        columns[3] = pieces;
        let names = ["counted_on", "member", "place", "quantity"];
        let whole = || RecordBatch::try_from_iter(names.into_iter().zip(columns.clone())).unwrap();
        let last = ["2026-01-01 107", "2026-02-01 47", "2026-03-01 40"];
        assert_eq!(values(whole(), MONTHS), last);
        let january = Asked { keep: Keep::Average, span: ("2026-01-01", "2026-01-31"), ..MONTHS };
        assert_eq!(values(whole(), january), ["2026-01-01 71.193548"]);
    }
}
