//! Which days has a stretch of the calendar, and when is a local moment?

use chrono::{
    DateTime, Datelike, Days, MappedLocalTime, Months, NaiveDate, NaiveDateTime, NaiveTime, Offset,
    TimeDelta, TimeZone,
};
use chrono_tz::Tz;
use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::ScalarValue;

use crate::model::cube::granularity::Granularity;

/// Days from the first of January of year 1 to that of 1970.
pub(super) const EPOCH_DAY: i32 = 719_163;

/// The type in which moments are stored.
pub(super) fn moment_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into()))
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
pub(in crate::model::cube) fn date(day: NaiveDate) -> ScalarValue {
    ScalarValue::Date32(Some(number(day)))
}

/// The days from 1970 to a day.
pub(in crate::model::cube) fn number(day: NaiveDate) -> i32 {
    day.num_days_from_ce() - EPOCH_DAY
}

/// A moment, in microseconds of 1970, as a value of a plan.
pub(super) fn moment(microseconds: i64) -> ScalarValue {
    ScalarValue::TimestampMicrosecond(Some(microseconds), Some("+00:00".into()))
}

/// The first day that begins at a moment or after it, as a value of a plan.
pub(super) fn days_from(moment: NaiveDateTime) -> ScalarValue {
    let begins = moment.time() == NaiveTime::MIN;
    let day = moment.date();
    date(if begins { day } else { day.succ_opt().unwrap_or(day) })
}

/// What clocks of a zone show at a moment.
pub(super) fn local(microseconds: i64, zone: Tz) -> Option<NaiveDateTime> {
    let moment = DateTime::from_timestamp_micros(microseconds)?.naive_utc();
    moment.checked_add_offset(zone.offset_from_utc_datetime(&moment).fix())
}

/// The first moment of the hour, minute or second that clocks show at a moment.
pub(super) fn hour(microseconds: i64, granularity: Granularity, zone: Tz) -> Option<i64> {
    let length: i64 = match granularity {
        Granularity::Hour => 3_600_000_000,
        Granularity::Minute => 60_000_000,
        _ => 1_000_000,
    };
    let shown = local(microseconds, zone)?.and_utc().timestamp_micros();
    microseconds.checked_sub(shown.rem_euclid(length))
}

#[cfg(test)]
mod tests {
    use chrono_tz::{Asia::Shanghai, Europe::Berlin};

    use super::*;

    #[test]
    fn local_moments_that_clocks_skip_or_repeat_have_an_instant() {
        let instant = |text: &str, zone| {
            let micros = super::instant(text.parse().unwrap(), zone);
            DateTime::from_timestamp_micros(micros).unwrap().to_rfc3339()
        };
        // 02:30 is left out in March: half an hour after 02:00, which is 01:00 in UTC.
        assert_eq!(instant("2026-03-29T02:30:00", Berlin), "2026-03-29T01:30:00+00:00");
        assert_eq!(instant("2026-10-25T02:30:00", Berlin), "2026-10-25T00:30:00+00:00");
        assert_eq!(instant("2026-07-01T00:00:00", Shanghai), "2026-06-30T16:00:00+00:00");
    }
}
