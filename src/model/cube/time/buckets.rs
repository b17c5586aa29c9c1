//! Which stretches of a granularity touch a span, and what is left of those that it cuts?

use std::sync::Arc;

use chrono::NaiveDate;
use datafusion::arrow::array::{ArrayRef, Date32Array, StringArray};

use super::calendar::NO_DAYS;
use super::clock::{number, step, stretch};
use super::{Clock, Span};
use crate::model::cube::granularity::Granularity;

/// The most stretches that a question may have over time or of levels.
const BUCKETS_MAX: usize = 100_000;

/// What names a stretch of time, or a day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// a stretch of the calendar, by its first day
    Day(NaiveDate),
    /// a stretch of the fiscal year, by its name
    Text(String),
}

/// A stretch of time that touches a span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// what names it; nothing where the whole span is one stretch
    pub key: Option<Key>,
    /// its first day within the span
    pub first: NaiveDate,
    /// its last day within the span
    pub last: NaiveDate,
    /// its own first and last day
    pub whole: (NaiveDate, NaiveDate),
}

/// The stretches of a granularity that touch a span, in their order. A question without a span
/// means those that its rows have [`touched`].
///
/// # Errors
/// When the granularity is shorter than a day, the calendar has no such stretches, or there are too
/// many.
pub fn buckets(
    granularity: Granularity,
    span: &Span,
    clock: &Clock<'_>,
) -> Result<Vec<Bucket>, String> {
    let (first, last) = span.days();
    if granularity.is_fiscal() {
        let all = clock.calendar.stretches(granularity)?;
        if all.iter().all(|stretch| stretch.days.is_none()) {
            return Err(NO_DAYS.to_owned());
        }
        let meets = |days: (NaiveDate, NaiveDate)| days.0 <= last && first <= days.1;
        let named = all.into_iter().filter_map(|stretch| {
            let whole = stretch.days.filter(|days| meets(*days))?;
            Some(cut(Some(Key::Text(stretch.name)), whole, (first, last)))
        });
        return Ok(named.collect());
    }
    if granularity < Granularity::Day {
        return Err(format!(
            "`{granularity}` is shorter than a day; over time, and of levels, ask day or longer"
        ));
    }
    let beyond = || "the span reaches beyond the years that have dates".to_owned();
    let mut all = Vec::new();
    let mut begin = stretch(granularity, first).ok_or_else(beyond)?.0;
    while begin <= last {
        let whole = stretch(granularity, begin).ok_or_else(beyond)?;
        all.push(cut(Some(Key::Day(begin)), whole, (first, last)));
        if all.len() > BUCKETS_MAX {
            return Err(format!(
                "the span has more than {BUCKETS_MAX} stretches of `{granularity}`; ask a shorter \
                 span or longer stretches"
            ));
        }
        begin = step(granularity, begin, 1).ok_or_else(beyond)?;
    }
    Ok(all)
}

/// The whole stretches that the days of rows touch: what a question means that names no span. A
/// stretch that only the others' beginnings and ends touch is none of them, such as the day of
/// corrections after the last row of its month.
///
/// # Errors
/// As of [`buckets`].
pub fn touched(
    granularity: Granularity,
    days: &Span,
    clock: &Clock<'_>,
) -> Result<Vec<Bucket>, String> {
    let whole = |bucket: Bucket| cut(bucket.key, bucket.whole, bucket.whole);
    Ok(buckets(granularity, days, clock)?.into_iter().map(whole).collect())
}

/// A stretch that never begins, for questions that mean none: it tells of what type the names of
/// stretches are.
pub fn never(granularity: Granularity) -> Bucket {
    let day = NaiveDate::MAX;
    let key = if granularity.is_fiscal() { Key::Text(String::new()) } else { Key::Day(day) };
    Bucket { key: Some(key), first: day, last: day, whole: (day, day) }
}

/// A whole span as one stretch.
pub fn whole(span: &Span) -> Bucket {
    let days = span.days();
    cut(None, days, days)
}

/// A stretch within the days of a span.
fn cut(key: Option<Key>, whole: (NaiveDate, NaiveDate), span: (NaiveDate, NaiveDate)) -> Bucket {
    let (first, last) = (whole.0.max(span.0), whole.1.min(span.1));
    Bucket { key, first, last, whole }
}

/// Keys as a column of dates or of texts.
pub(crate) fn column<'a>(keys: impl Iterator<Item = &'a Key>) -> ArrayRef {
    let keys: Vec<&Key> = keys.collect();
    let is_text = keys.iter().any(|key| matches!(key, Key::Text(_)));
    if is_text {
        let text = |key: &&Key| match key {
            Key::Text(text) => Some(text.clone()),
            Key::Day(_) => None,
        };
        return Arc::new(keys.iter().map(text).collect::<StringArray>());
    }
    let day = |key: &&Key| match key {
        Key::Day(day) => Some(number(*day)),
        Key::Text(_) => None,
    };
    Arc::new(keys.iter().map(day).collect::<Date32Array>())
}

impl From<NaiveDate> for Key {
    fn from(day: NaiveDate) -> Self {
        Self::Day(day)
    }
}

#[cfg(test)]
mod tests {
    use super::super::calendar::Calendar;
    use super::super::tests::{day, weeks};
    use super::*;

    /// A stretch as `name first last`, with a `*` where the span cuts it.
    fn told(bucket: &Bucket) -> String {
        let name = match bucket.key.as_ref().unwrap() {
            Key::Day(day) => day.to_string(),
            Key::Text(text) => text.clone(),
        };
        let mark = if (bucket.first, bucket.last) == bucket.whole { "" } else { "*" };
        format!("{name} {} {}{mark}", bucket.first, bucket.last)
    }

    /// The stretches of a span.
    fn named(granularity: Granularity, first: &str, last: &str) -> Vec<String> {
        let calendar = weeks();
        let clock = Clock { today: day("2026-07-15"), zone: chrono_tz::UTC, calendar: &calendar };
        let span = Span::of_days(day(first), day(last));
        buckets(granularity, &span, &clock).unwrap().iter().map(told).collect()
    }

    #[test]
    fn stretches_are_cut_by_the_span() {
        assert_eq!(
            named(Granularity::Month, "2026-05-10", "2026-08-31"),
            [
                "2026-05-01 2026-05-10 2026-05-31*",
                "2026-06-01 2026-06-01 2026-06-30",
                "2026-07-01 2026-07-01 2026-07-31",
                "2026-08-01 2026-08-01 2026-08-31",
            ]
        );
        // Monday to Sunday.
        assert_eq!(
            named(Granularity::Week, "2026-07-07", "2026-07-12"),
            ["2026-07-06 2026-07-07 2026-07-12*"]
        );
        assert_eq!(
            named(Granularity::Week, "2026-07-06", "2026-07-12"),
            ["2026-07-06 2026-07-06 2026-07-12"]
        );
        assert_eq!(
            named(Granularity::Quarter, "2025-12-31", "2026-01-01"),
            ["2025-10-01 2025-12-31 2025-12-31*", "2026-01-01 2026-01-01 2026-01-01*",]
        );
        assert_eq!(
            named(Granularity::Year, "2024-01-01", "2024-12-31"),
            ["2024-01-01 2024-01-01 2024-12-31"]
        );
        assert_eq!(
            named(Granularity::Day, "2026-02-28", "2026-03-01"),
            ["2026-02-28 2026-02-28 2026-02-28", "2026-03-01 2026-03-01 2026-03-01",]
        );
    }

    #[test]
    fn fiscal_stretches_have_names_and_corrections_their_own() {
        assert_eq!(
            named(Granularity::FiscalPeriod, "2025-11-24", "2026-01-25"),
            [
                "2025-12 2025-11-24 2025-12-28",
                "2025-13 2025-12-28 2025-12-28",
                "2026-01 2025-12-29 2026-01-25",
            ]
        );
        assert_eq!(
            named(Granularity::FiscalQuarter, "2025-12-28", "2025-12-29"),
            ["2025-Q4 2025-12-28 2025-12-28*", "2026-Q1 2025-12-29 2025-12-29*",]
        );
        assert_eq!(
            named(Granularity::FiscalYear, "2024-12-30", "2025-12-28"),
            ["2025 2024-12-30 2025-12-28"]
        );
    }

    #[test]
    fn rows_touch_whole_stretches() {
        let calendar = weeks();
        let clock = Clock { today: day("2026-02-15"), zone: chrono_tz::UTC, calendar: &calendar };
        let touched = |granularity, first: &str, last: &str| {
            let days = Span::of_days(day(first), day(last));
            let all = touched(granularity, &days, &clock).unwrap();
            all.iter().map(told).collect::<Vec<_>>()
        };
        assert_eq!(
            touched(Granularity::Month, "2026-01-20", "2026-02-03"),
            ["2026-01-01 2026-01-01 2026-01-31", "2026-02-01 2026-02-01 2026-02-28"]
        );
        let week = ["2026-01-19 2026-01-19 2026-01-25"];
        assert_eq!(touched(Granularity::Week, "2026-01-20", "2026-01-21"), week);
        let year = ["2026 2025-12-29 2026-12-27"];
        assert_eq!(touched(Granularity::FiscalYear, "2026-01-20", "2026-01-20"), year);
        // The period before its corrections ends on their day, which no row has reached.
        let regular = "2025-12 2025-11-24 2025-12-28";
        assert_eq!(touched(Granularity::FiscalPeriod, "2025-12-01", "2025-12-27"), [regular]);
        assert_eq!(
            touched(Granularity::FiscalPeriod, "2025-12-01", "2025-12-28"),
            [regular, "2025-13 2025-12-28 2025-12-28"]
        );
    }

    #[test]
    fn too_many_stretches_and_too_short_ones_are_refused() {
        let calendar = Calendar::default();
        let clock = Clock { today: day("2026-07-15"), zone: chrono_tz::UTC, calendar: &calendar };
        let error = |granularity, first: &str| {
            let span = Span::of_days(day(first), day("2026-07-15"));
            buckets(granularity, &span, &clock).unwrap_err()
        };
        assert!(error(Granularity::Day, "1500-01-01").contains("more than 100000"), "too many");
        assert!(error(Granularity::Hour, "2026-01-01").contains("shorter than a day"), "too short");
        assert!(error(Granularity::FiscalYear, "2026-01-01").contains("[periods]"), "unknown");
    }
}
