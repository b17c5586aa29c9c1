//! In which stretch of time does a row's date or moment lie?
//!
//! A stretch of days is named by its first day, an hour, a minute or a second by its first moment:
//! an hour that summer time gives twice is two stretches. A stretch of the fiscal year is named by
//! the text that a column of the cube holds.

use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime};
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

use super::clock::{
    EPOCH_DAY, date, days_from, hour, instant, local, moment, moment_type, number, stretch,
};
use super::{Clock, Span};
use crate::functions::FunctionError;
use crate::model::cube::granularity::Granularity;

/// The name of the function in plans.
const NAME: &str = "bucket";

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

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use chrono_tz::{America::New_York, Asia::Shanghai, Australia::Lord_Howe, Europe::Berlin};
    use datafusion::arrow::array::RecordBatch;
    use datafusion::arrow::util::display::array_value_to_string;
    use datafusion::prelude::col;

    use super::super::calendar::Calendar;
    use super::super::tests::{engine, weeks};
    use super::*;

    fn texts(array: &ArrayRef) -> Vec<String> {
        (0..array.len()).map(|row| array_value_to_string(array, row).unwrap()).collect()
    }

    fn dates(days: &[&str]) -> ArrayRef {
        let day = |text: &&str| number(text.parse().unwrap());
        Arc::new(days.iter().map(|text| Some(day(text))).collect::<Date32Array>())
    }

    fn moments(texts: &[&str]) -> ArrayRef {
        let moment =
            |text: &&str| text.parse::<DateTime<chrono::Utc>>().unwrap().timestamp_micros();
        let array: TimestampMicrosecondArray =
            texts.iter().map(|text| Some(moment(text))).collect();
        Arc::new(array.with_timezone("+00:00"))
    }

    /// What the engine makes of an expression over a column `x`.
    fn run(values: ArrayRef, expression: Expr) -> Vec<String> {
        let (session, _folder) = engine();
        let batch = RecordBatch::try_from_iter([("x", values)]).unwrap();
        let frame = session.read_batch(batch).unwrap().select([expression]).unwrap();
        let threads = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let batches = threads.block_on(frame.collect()).unwrap();
        batches.iter().flat_map(|batch| texts(batch.column(0))).collect()
    }

    fn bucketed(values: ArrayRef, granularity: Granularity, zone: Tz) -> Vec<String> {
        let kind = values.data_type().clone();
        run(values, bucket(col("x"), &kind, granularity, zone).unwrap())
    }

    #[test]
    fn dates_fall_into_stretches_of_the_calendar() {
        // 2026-07-15 is a Wednesday, 2027-01-01 a Friday, 1969-12-31 a Wednesday.
        let days = ["2026-07-15", "2026-07-12", "2027-01-01", "2024-02-29", "1969-12-31"];
        let cases = [
            (
                Granularity::Day,
                ["2026-07-15", "2026-07-12", "2027-01-01", "2024-02-29", "1969-12-31"],
            ),
            (
                Granularity::Week,
                ["2026-07-13", "2026-07-06", "2026-12-28", "2024-02-26", "1969-12-29"],
            ),
            (
                Granularity::Month,
                ["2026-07-01", "2026-07-01", "2027-01-01", "2024-02-01", "1969-12-01"],
            ),
            (
                Granularity::Quarter,
                ["2026-07-01", "2026-07-01", "2027-01-01", "2024-01-01", "1969-10-01"],
            ),
            (
                Granularity::Year,
                ["2026-01-01", "2026-01-01", "2027-01-01", "2024-01-01", "1969-01-01"],
            ),
        ];
        for (granularity, expected) in cases {
            assert_eq!(bucketed(dates(&days), granularity, Shanghai), expected, "{granularity}");
        }
        let nothing: ArrayRef = Arc::new(Date32Array::from(vec![None, Some(0)]));
        assert_eq!(bucketed(nothing, Granularity::Month, Shanghai), ["", "1970-01-01"]);
    }

    #[test]
    fn moments_fall_on_days_of_a_zone() {
        // 07:00 on the 1st in Shanghai is still the month before in UTC.
        let moment =
            ["2026-06-30T15:59:59.999999Z", "2026-06-30T16:00:00Z", "2026-06-30T23:00:00Z"];
        let months = bucketed(moments(&moment), Granularity::Month, Shanghai);
        assert_eq!(months, ["2026-06-01", "2026-07-01", "2026-07-01"]);
        let months = bucketed(moments(&moment), Granularity::Month, New_York);
        assert_eq!(months, ["2026-06-01"; 3]);
        // The days on which clocks change in Berlin have 23 and 25 hours.
        let ends = [
            "2026-03-28T23:00:00Z",
            "2026-03-29T21:59:59Z",
            "2026-03-29T22:00:00Z",
            "2026-10-24T22:00:00Z",
            "2026-10-25T22:59:59Z",
            "2026-10-25T23:00:00Z",
        ];
        assert_eq!(
            bucketed(moments(&ends), Granularity::Day, Berlin),
            ["2026-03-29", "2026-03-29", "2026-03-30", "2026-10-25", "2026-10-25", "2026-10-26",]
        );
    }

    #[test]
    fn an_hour_that_clocks_show_twice_is_two() {
        let twice = ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00.5Z", "2026-10-25T02:30:00Z"];
        assert_eq!(
            bucketed(moments(&twice), Granularity::Hour, Berlin),
            ["2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z",]
        );
        assert_eq!(
            bucketed(moments(&twice), Granularity::Second, Berlin)[1],
            "2026-10-25T01:30:00Z"
        );
        // On Lord Howe clocks go back by half an hour at 02:00, which is 15:00 in UTC: 01:45 comes
        // at 14:45 and at 15:15, and hours end at the half hour of UTC before, at the whole one
        // after.
        let half = ["2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z", "2026-04-04T15:45:00Z"];
        assert_eq!(
            bucketed(moments(&half), Granularity::Hour, Lord_Howe),
            ["2026-04-04T14:00:00Z", "2026-04-04T14:30:00Z", "2026-04-04T15:30:00Z",]
        );
        // An hour of Kathmandu begins at a quarter past that of UTC.
        let minute = bucketed(moments(&half[..1]), Granularity::Hour, chrono_tz::Asia::Kathmandu);
        assert_eq!(minute, ["2026-04-04T14:15:00Z"]);
    }

    #[test]
    fn what_has_no_time_is_refused() {
        let error = |kind, granularity| bucket(col("x"), &kind, granularity, Berlin).unwrap_err();
        assert!(error(DataType::Date32, Granularity::Hour).contains("ask day or"), "days");
        assert!(error(DataType::Utf8, Granularity::Day).contains("is no time"), "texts");
        let numbers: ArrayRef = Arc::new(datafusion::arrow::array::Int64Array::from(vec![2026]));
        assert_eq!(bucketed(numbers, Granularity::FiscalYear, Berlin), ["2026"]);
    }

    fn cut(granularity: Granularity, values: ArrayRef, span: Option<(&str, &str)>) -> Vec<String> {
        let calendar = weeks();
        let today = NaiveDate::from_ymd_opt(2026, 7, 15).unwrap();
        let clock = Clock { today, zone: Berlin, calendar: &calendar };
        let day = |text: &str| text.parse::<NaiveDateTime>().unwrap();
        let span = span.map(|(from, until)| Span { from: day(from), until: day(until) });
        run(values, partial(col("x"), granularity, span.as_ref(), &clock).unwrap())
    }

    #[test]
    fn stretches_that_are_cut_are_marked() {
        let months = || dates(&["2026-05-01", "2026-06-01", "2026-07-01", "2026-08-01"]);
        assert_eq!(cut(Granularity::Month, months(), None), ["false", "false", "true", "true"]);
        let span = Some(("2026-05-01T00:00:00", "2026-07-01T00:00:00"));
        assert_eq!(cut(Granularity::Month, months(), span), ["false", "false", "true", "true"]);
        let span = Some(("2026-05-01T00:00:01", "2026-06-30T00:00:00"));
        assert_eq!(cut(Granularity::Month, months(), span), ["true", "true", "true", "true"]);
        let hours =
            moments(&["2026-07-15T20:00:00Z", "2026-07-15T21:00:00Z", "2026-07-15T22:00:00Z"]);
        // In Berlin the data date ends at 22:00 of UTC.
        assert_eq!(cut(Granularity::Hour, hours, None), ["false", "false", "true"]);
        let names = || -> ArrayRef {
            let names = ["2025-13", "2026-06", "2026-07", "2026-08"];
            Arc::new(datafusion::arrow::array::StringArray::from(names.to_vec()))
        };
        assert_eq!(
            cut(Granularity::FiscalPeriod, names(), None),
            ["false", "false", "true", "true"]
        );
        let span = Some(("2025-12-28T00:00:00", "2026-06-28T00:00:00"));
        assert_eq!(
            cut(Granularity::FiscalPeriod, names(), span),
            ["false", "true", "true", "true"]
        );
        let bare = Calendar::default();
        let clock = Clock { today: NaiveDate::MIN, zone: Berlin, calendar: &bare };
        let unknown = partial(col("x"), Granularity::FiscalPeriod, None, &clock).unwrap();
        assert_eq!(run(names(), unknown), ["", "", "", ""], "nobody knows");
    }
}
