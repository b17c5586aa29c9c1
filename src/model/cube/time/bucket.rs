//! In which stretch of time does a row's date or moment lie?
//!
//! A stretch of days is named by its first day, an hour, a minute or a second by its first moment:
//! an hour that summer time gives twice is two stretches. A stretch of the fiscal year is named by
//! the text that a column of the cube holds.

use std::sync::Arc;

use chrono::{
    DateTime, Datelike, Days, MappedLocalTime, Months, NaiveDate, NaiveDateTime, Offset, TimeDelta,
    TimeZone,
};
use chrono_tz::Tz;
use datafusion::arrow::array::{ArrayRef, AsArray, Date32Array, TimestampMicrosecondArray};
use datafusion::arrow::datatypes::{DataType, Date32Type, TimeUnit, TimestampMicrosecondType};
use datafusion::common::utils::take_function_args;
use datafusion::common::{DataFusionError, Result as QueryResult, ScalarValue, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility, cast,
    lit,
};
use datafusion::prelude::in_list;

use super::{Clock, Span};
use crate::functions::FunctionError;
use crate::model::cube::granularity::Granularity;

/// Days from the first of January of year 1 to that of 1970.
const EPOCH_DAY: i32 = 719_163;

/// The name of the function in plans.
const NAME: &str = "bucket";

/// The type in which moments are stored.
pub(super) fn moment_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into()))
}

/// The type of what names the stretches of a granularity.
pub fn kind(granularity: Granularity) -> DataType {
    match granularity {
        Granularity::Second | Granularity::Minute | Granularity::Hour => moment_type(),
        granularity if granularity.is_fiscal() => DataType::Utf8,
        _ => DataType::Date32,
    }
}

/// The stretch of each row, by a column of its date or moment; where the granularity is fiscal, by
/// the column that names the stretch.
///
/// # Errors
/// When the column holds no time, or days where hours are asked.
pub fn bucket(
    column: Expr,
    kind: &DataType,
    granularity: Granularity,
    zone: Tz,
) -> Result<Expr, String> {
    if granularity.is_fiscal() {
        return Ok(if *kind == DataType::Utf8 { column } else { cast(column, DataType::Utf8) });
    }
    let argument = match kind {
        DataType::Date32 if granularity == Granularity::Day => return Ok(column),
        DataType::Date32 if self::kind(granularity) == DataType::Date32 => column,
        DataType::Date32 => {
            return Err(format!(
                "`{granularity}` divides moments, but here are days; ask day or something longer"
            ));
        }
        DataType::Timestamp(..) if *kind == moment_type() => column,
        DataType::Timestamp(..) => cast(column, moment_type()),
        other => return Err(format!("a {other} is no time, so it has no `{granularity}`")),
    };
    let signature = Signature::any(1, Volatility::Immutable);
    let function = Bucket { granularity, zone, signature };
    Ok(ScalarUDF::from(function).call(vec![argument]))
}

/// The day of each row, as a date.
///
/// # Errors
/// When the column holds no time.
pub fn day(column: Expr, kind: &DataType, zone: Tz) -> Result<Expr, String> {
    bucket(column, kind, Granularity::Day, zone)
}

/// Whether a stretch is cut, by a span or by the data date: of some of its days there are no rows
/// yet, or none were asked. Null where nobody knows the days of a stretch of the fiscal year.
///
/// # Errors
/// When the data date or the span lies beyond the years that have dates.
pub fn partial(
    bucket: Expr,
    granularity: Granularity,
    span: Option<&Span>,
    clock: &Clock<'_>,
) -> Result<Expr, String> {
    let known = Span::of_days(clock.today, clock.today).until;
    let until = span.map_or(known, |span| span.until.min(known));
    if granularity.is_fiscal() {
        let Ok(all) = clock.calendar.stretches(granularity) else {
            return Ok(lit(ScalarValue::Boolean(None)));
        };
        if all.iter().all(|stretch| stretch.days.is_none()) {
            return Ok(lit(ScalarValue::Boolean(None)));
        }
        let is_cut = |days: (NaiveDate, NaiveDate)| {
            let whole = Span::of_days(days.0, days.1);
            whole.until > until || span.is_some_and(|span| whole.from < span.from)
        };
        let cut = all.into_iter().filter(|stretch| stretch.days.is_some_and(is_cut));
        let names: Vec<Expr> = cut.map(|stretch| lit(stretch.name)).collect();
        let is_late = if names.is_empty() { lit(false) } else { in_list(bucket, names, false) };
        return Ok(is_late.is_true());
    }
    let last = named(granularity, until, clock.zone)?;
    let late = bucket.clone().gt_eq(lit(last));
    let Some(span) = span else { return Ok(late.is_true()) };
    let first = match kind(granularity) {
        DataType::Date32 => lit(days_from(span.from)),
        _ => lit(moment(instant(span.from, clock.zone))),
    };
    Ok(late.or(bucket.lt(first)).is_true())
}

/// What names the stretch that holds a local moment.
fn named(granularity: Granularity, local: NaiveDateTime, zone: Tz) -> Result<ScalarValue, String> {
    let beyond = || "the span reaches beyond the years that have dates".to_owned();
    if kind(granularity) == DataType::Date32 {
        let (first, _) = stretch(granularity, local.date()).ok_or_else(beyond)?;
        return Ok(date(first));
    }
    hour(instant(local, zone), granularity, zone).map(moment).ok_or_else(beyond)
}

/// The first and the last day of the stretch of a granularity that holds a day.
pub(super) fn stretch(granularity: Granularity, day: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    let first = match granularity {
        Granularity::Week => {
            let since = u64::from(day.weekday().num_days_from_monday());
            day.checked_sub_days(Days::new(since))?
        }
        Granularity::Month => day.with_day(1)?,
        Granularity::Quarter => day.with_day(1)?.with_month(day.month0() / 3 * 3 + 1)?,
        Granularity::Year => NaiveDate::from_ymd_opt(day.year(), 1, 1)?,
        _ => day,
    };
    Some((first, step(granularity, first, 1)?.pred_opt()?))
}

/// The day so many stretches of a granularity later, or earlier; in a shorter month its last day.
pub(super) fn step(granularity: Granularity, day: NaiveDate, count: i32) -> Option<NaiveDate> {
    let (days, months) = match granularity {
        Granularity::Week => (7, 0),
        Granularity::Month => (0, 1),
        Granularity::Quarter => (0, 3),
        Granularity::Year => (0, 12),
        _ => (1, 0),
    };
    let (days, months) = (count.checked_mul(days)?, count.checked_mul(months)?);
    let later = day.checked_add_signed(TimeDelta::days(i64::from(days)))?;
    let length = Months::new(months.unsigned_abs());
    if months < 0 { later.checked_sub_months(length) } else { later.checked_add_months(length) }
}

/// The moment, in microseconds of 1970, that clocks of a zone show. Of one that they show twice the
/// earlier; for one that they leave out, as many minutes after the gap begins.
pub(super) fn instant(local: NaiveDateTime, zone: Tz) -> i64 {
    let moment = match zone.from_local_datetime(&local) {
        MappedLocalTime::Single(moment) => moment.naive_utc(),
        MappedLocalTime::Ambiguous(earlier, _) => earlier.naive_utc(),
        MappedLocalTime::None => {
            let before = local.checked_sub_signed(TimeDelta::days(1)).unwrap_or(local);
            let offset = zone.offset_from_utc_datetime(&before).fix().local_minus_utc();
            local.checked_sub_signed(TimeDelta::seconds(i64::from(offset))).unwrap_or(local)
        }
    };
    moment.and_utc().timestamp_micros()
}

/// A date as a value of a plan.
pub(super) fn date(day: NaiveDate) -> ScalarValue {
    ScalarValue::Date32(Some(number(day)))
}

/// The days from 1970 to a day.
pub(super) fn number(day: NaiveDate) -> i32 {
    day.num_days_from_ce() - EPOCH_DAY
}

/// A moment, in microseconds of 1970, as a value of a plan.
pub(super) fn moment(microseconds: i64) -> ScalarValue {
    ScalarValue::TimestampMicrosecond(Some(microseconds), Some("+00:00".into()))
}

/// The first day that begins at a moment or after it, as a value of a plan.
pub(super) fn days_from(moment: NaiveDateTime) -> ScalarValue {
    let begins = moment.time() == chrono::NaiveTime::MIN;
    let day = moment.date();
    date(if begins { day } else { day.succ_opt().unwrap_or(day) })
}

/// The function that finds stretches of days, hours, minutes and seconds.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Bucket {
    granularity: Granularity,
    zone: Tz,
    signature: Signature,
}

impl ScalarUDFImpl for Bucket {
    fn name(&self) -> &str {
        NAME
    }

    fn schema_name(&self, arguments: &[Expr]) -> QueryResult<String> {
        let [time] = take_function_args(NAME, arguments)?;
        Ok(format!("{NAME}({}, {}, {})", self.granularity, self.zone, time.schema_name()))
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _types: &[DataType]) -> QueryResult<DataType> {
        Ok(kind(self.granularity))
    }

    fn invoke_with_args(&self, call: ScalarFunctionArgs) -> QueryResult<ColumnarValue> {
        let [times] = take_function_args(NAME, &call.args)?;
        let times = times.to_array(call.number_rows)?;
        let named: ArrayRef = match times.data_type() {
            DataType::Date32 => Arc::new(self.dates(times.as_primitive::<Date32Type>())?),
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                let moments = times.as_primitive::<TimestampMicrosecondType>();
                if self.return_type(&[])? == DataType::Date32 {
                    Arc::new(self.days(moments)?)
                } else {
                    Arc::new(self.hours(moments)?.with_timezone("+00:00"))
                }
            }
            other => return plan_err!("`{NAME}` takes dates and moments, not a {other}"),
        };
        Ok(ColumnarValue::Array(named))
    }
}

/// The stretch that was found last: rows that follow each other often lie in one.
struct Last<K> {
    name: K,
    from: i64,
    until: i64,
}

impl<K: Copy> Last<K> {
    /// The name of the stretch that holds a value, found only where it is not the last one.
    fn of(
        last: &mut Option<Self>,
        value: i64,
        find: impl Fn(i64) -> Option<Self>,
    ) -> QueryResult<K> {
        if let Some(known) =
            last.as_ref().filter(|known| (known.from..known.until).contains(&value))
        {
            return Ok(known.name);
        }
        let beyond = || DataFusionError::External(Box::new(FunctionError::DateOutOfRange));
        let found = find(value).ok_or_else(beyond)?;
        let name = found.name;
        *last = Some(found);
        Ok(name)
    }
}

impl Bucket {
    fn dates(&self, days: &Date32Array) -> QueryResult<Date32Array> {
        let mut last = None;
        let find = |day: i64| {
            let day = NaiveDate::from_num_days_from_ce_opt(i32::try_from(day).ok()? + EPOCH_DAY)?;
            let (first, last) = stretch(self.granularity, day)?;
            let (from, until) = (i64::from(number(first)), i64::from(number(last)) + 1);
            Some(Last { name: number(first), from, until })
        };
        days.iter()
            .map(|day| day.map(|day| Last::of(&mut last, i64::from(day), find)).transpose())
            .collect()
    }

    fn days(&self, moments: &TimestampMicrosecondArray) -> QueryResult<Date32Array> {
        let mut last = None;
        let find = |moment: i64| {
            let day = local(moment, self.zone)?.date();
            let (first, last) = stretch(self.granularity, day)?;
            let span = Span::of_days(first, last);
            let (from, until) = (instant(span.from, self.zone), instant(span.until, self.zone));
            Some(Last { name: number(first), from, until })
        };
        moments
            .iter()
            .map(|moment| moment.map(|moment| Last::of(&mut last, moment, find)).transpose())
            .collect()
    }

    fn hours(&self, moments: &TimestampMicrosecondArray) -> QueryResult<TimestampMicrosecondArray> {
        let beyond = || DataFusionError::External(Box::new(FunctionError::DateOutOfRange));
        let first = |moment: i64| hour(moment, self.granularity, self.zone).ok_or_else(beyond);
        moments.iter().map(|moment| moment.map(first).transpose()).collect()
    }
}

/// What clocks of a zone show at a moment.
fn local(microseconds: i64, zone: Tz) -> Option<NaiveDateTime> {
    let moment = DateTime::from_timestamp_micros(microseconds)?.naive_utc();
    moment.checked_add_offset(zone.offset_from_utc_datetime(&moment).fix())
}

/// The first moment of the hour, minute or second that clocks show at a moment.
fn hour(microseconds: i64, granularity: Granularity, zone: Tz) -> Option<i64> {
    let length: i64 = match granularity {
        Granularity::Hour => 3_600_000_000,
        Granularity::Minute => 60_000_000,
        _ => 1_000_000,
    };
    let shown = local(microseconds, zone)?.and_utc().timestamp_micros();
    microseconds.checked_sub(shown.rem_euclid(length))
}
