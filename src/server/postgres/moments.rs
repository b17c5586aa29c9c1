//! Which day, time, moment or span is a value?

use chrono::{Datelike, Days, NaiveDate};
use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::datatypes::{
    DataType, DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType,
    DurationSecondType, IntervalDayTimeType, IntervalMonthDayNanoType, IntervalUnit,
    IntervalYearMonthType, Time32MillisecondType, Time32SecondType, Time64MicrosecondType,
    Time64NanosecondType, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};

use super::kinds::ticks_of;

/// Days from 1970 to 2000, from where PostgreSQL counts.
pub(super) const EPOCH_DAYS: i64 = 10_957;
/// Microseconds of a second.
const SECOND: i64 = 1_000_000;

/// A span of time as PostgreSQL holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// months
    pub months: i32,
    /// days
    pub days: i32,
    /// microseconds
    pub microseconds: i64,
}

/// Microseconds of so many ticks; what is finer is cut off towards the past.
fn microseconds(ticks: i64, unit: TimeUnit) -> Option<i64> {
    match unit {
        TimeUnit::Nanosecond => Some(ticks.div_euclid(1_000)),
        unit => ticks.checked_mul(SECOND / ticks_of(unit)),
    }
}

/// Microseconds since midnight.
pub(super) fn time(array: &dyn Array, row: usize) -> Option<i64> {
    let (ticks, unit) = match array.data_type() {
        DataType::Time32(unit @ TimeUnit::Second) => {
            (array.as_primitive::<Time32SecondType>().value(row).into(), unit)
        }
        DataType::Time32(unit) => {
            (array.as_primitive::<Time32MillisecondType>().value(row).into(), unit)
        }
        DataType::Time64(unit @ TimeUnit::Microsecond) => {
            (array.as_primitive::<Time64MicrosecondType>().value(row), unit)
        }
        DataType::Time64(unit) => (array.as_primitive::<Time64NanosecondType>().value(row), unit),
        _ => return None,
    };
    microseconds(ticks, *unit)
}

/// Microseconds since 1970.
pub(super) fn moment(array: &dyn Array, row: usize, unit: TimeUnit) -> Option<i64> {
    let ticks = match unit {
        TimeUnit::Second => array.as_primitive::<TimestampSecondType>().value(row),
        TimeUnit::Millisecond => array.as_primitive::<TimestampMillisecondType>().value(row),
        TimeUnit::Microsecond => array.as_primitive::<TimestampMicrosecondType>().value(row),
        TimeUnit::Nanosecond => array.as_primitive::<TimestampNanosecondType>().value(row),
    };
    microseconds(ticks, unit)
}

/// A span of any of the engine's kinds.
pub(super) fn span(array: &dyn Array, row: usize) -> Option<Span> {
    let ticks = |ticks, unit| {
        let microseconds = microseconds(ticks, unit)?;
        Some(Span { months: 0, days: 0, microseconds })
    };
    match array.data_type() {
        DataType::Interval(IntervalUnit::YearMonth) => {
            let months = array.as_primitive::<IntervalYearMonthType>().value(row);
            Some(Span { months, days: 0, microseconds: 0 })
        }
        DataType::Interval(IntervalUnit::DayTime) => {
            let value = array.as_primitive::<IntervalDayTimeType>().value(row);
            let microseconds = i64::from(value.milliseconds) * 1_000;
            Some(Span { months: 0, days: value.days, microseconds })
        }
        DataType::Interval(IntervalUnit::MonthDayNano) => {
            let value = array.as_primitive::<IntervalMonthDayNanoType>().value(row);
            let microseconds = value.nanoseconds.div_euclid(1_000);
            Some(Span { months: value.months, days: value.days, microseconds })
        }
        DataType::Duration(unit) => {
            let value = match unit {
                TimeUnit::Second => array.as_primitive::<DurationSecondType>().value(row),
                TimeUnit::Millisecond => array.as_primitive::<DurationMillisecondType>().value(row),
                TimeUnit::Microsecond => array.as_primitive::<DurationMicrosecondType>().value(row),
                TimeUnit::Nanosecond => array.as_primitive::<DurationNanosecondType>().value(row),
            };
            ticks(value, *unit)
        }
        _ => None,
    }
}

/// A day so many days after 1970.
pub(super) fn day_text(days: i64) -> Option<String> {
    let begin = NaiveDate::from_ymd_opt(1970, 1, 1)?;
    let distance = Days::new(days.unsigned_abs());
    let day = match days < 0 {
        true => begin.checked_sub_days(distance)?,
        false => begin.checked_add_days(distance)?,
    };
    let (year, month, day) = (day.year(), day.month(), day.day());
    Some(match year > 0 {
        true => format!("{year:04}-{month:02}-{day:02}"),
        // The year before the first is the first before.
        false => format!("{:04}-{month:02}-{day:02} BC", 1 - year),
    })
}

/// A time without the zeros at the end of its fraction.
pub(super) fn fraction(text: &str) -> String {
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl Span {
    /// As PostgreSQL writes it: `1 year 2 mons -3 days 04:05:06.7`.
    pub(super) fn text(self) -> String {
        let mut parts = Vec::new();
        let mut add = |count: i32, one: &str| {
            if count != 0 {
                let many = if count == 1 { "" } else { "s" };
                parts.push(format!("{count} {one}{many}"));
            }
        };
        add(self.months / 12, "year");
        add(self.months % 12, "mon");
        add(self.days, "day");
        if self.microseconds != 0 || parts.is_empty() {
            let sign = if self.microseconds < 0 { "-" } else { "" };
            let all = self.microseconds.unsigned_abs();
            let (seconds, rest) = (all / 1_000_000, all % 1_000_000);
            let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
            let time = format!("{sign}{hours:02}:{minutes:02}:{seconds:02}.{rest:06}");
            parts.push(fraction(&time));
        }
        parts.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_written_as_in_postgresql() {
        let cases = [
            ((14, -3, 14_706_700_000), "1 year 2 mons -3 days 04:05:06.7"),
            ((0, 1, 0), "1 day"),
            ((0, 0, 0), "00:00:00"),
            ((-1, 0, -1), "-1 mons -00:00:00.000001"),
        ];
        for ((months, days, microseconds), text) in cases {
            assert_eq!(Span { months, days, microseconds }.text(), text);
        }
    }

    #[test]
    fn days_are_written_as_in_postgresql() {
        for (days, text) in [(0, "1970-01-01"), (-719_163, "0001-12-31 BC"), (20_513, "2026-03-01")]
        {
            assert_eq!(day_text(days).as_deref(), Some(text));
        }
        assert_eq!(day_text(i64::MAX), None);
    }
}
