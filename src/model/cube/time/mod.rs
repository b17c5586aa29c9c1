//! Which stretches of time does a question mean, and which of its rows lie in them?
//!
//! | file | question |
//! | --- | --- |
//! | [`range`] | from when until when is `last 3 months`? |
//! | `within` | does a row's date or moment lie in a span? |
//! | [`bucket`] | in which stretch does a row's date or moment lie? |
//! | [`buckets`] | which stretches of a granularity touch a span, and which are cut? |
//! | `clock` | which days has a stretch of the calendar, and when is a local moment? |
//! | [`calendar`] | which accounting periods are there? |
//! | [`variants`] | which days or periods make up a stretch's value of another time? |
//! | `fiscal` | which accounting periods do? |

pub mod bucket;
pub mod buckets;
pub mod calendar;
pub(super) mod clock;
mod fiscal;
pub mod range;
pub mod variants;
mod within;

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;

use self::calendar::Calendar;

/// What stretches of time are counted from.
#[derive(Debug, Clone, Copy)]
pub struct Clock<'a> {
    /// the release's data date
    pub today: NaiveDate,
    /// the zone of the question, in which moments fall on days
    pub zone: Tz,
    /// the accounting calendar of the release
    pub calendar: &'a Calendar,
}

/// A stretch of time in the zone of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// its first moment
    pub from: NaiveDateTime,
    /// the first moment after it
    pub until: NaiveDateTime,
}

impl Span {
    /// Whole days, the last one with them.
    pub fn of_days(first: NaiveDate, last: NaiveDate) -> Self {
        let after = last.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX);
        Self { from: first.and_time(NaiveTime::MIN), until: after.and_time(NaiveTime::MIN) }
    }

    /// Its first day and its last one, of each of which it holds at least a moment.
    pub fn days(&self) -> (NaiveDate, NaiveDate) {
        let last = self.until.checked_sub_signed(chrono::TimeDelta::microseconds(1));
        (self.from.date(), last.unwrap_or(self.until).date())
    }
}

#[cfg(test)]
mod tests {
    use datafusion::prelude::SessionContext;
    use tempfile::TempDir;

    use super::buckets::{Key, buckets};
    use super::variants::{Pairs, pairs};
    use super::*;
    use crate::engine::session::{Limits, session};
    use crate::model::cube::granularity::Granularity;
    use crate::model::cube::variant::Variant;
    use crate::model::periods::Period;

    pub fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    pub fn asked(variant: &str, granularity: Granularity, span: &str) -> Result<Pairs, String> {
        let calendar = weeks();
        let clock = Clock { today: day("2026-07-15"), zone: chrono_tz::UTC, calendar: &calendar };
        let (first, last) = span.split_once(' ').unwrap();
        let span = Span::of_days(day(first), day(last));
        let buckets = buckets(granularity, &span, &clock).unwrap();
        let variant = Variant::try_from(variant.to_owned()).unwrap();
        pairs(variant, granularity, &buckets, &clock)
    }

    pub fn text(key: &Key) -> String {
        match key {
            Key::Day(day) => day.to_string(),
            Key::Text(text) => text.clone(),
        }
    }

    /// Two fiscal years of quarters with 4, 4 and 5 weeks, 2025 with corrections on its last day.
    /// The years begin on Monday, 30 December 2024 and 29 December 2025.
    pub fn weeks() -> Calendar {
        let mut periods = Vec::new();
        for (year, start) in [(2025, day("2024-12-30")), (2026, day("2025-12-29"))] {
            let mut first = start;
            for number in 1..=12_i64 {
                let days = if number % 3 == 0 { 35 } else { 28 };
                let last = first + chrono::Days::new(days - 1);
                let quarter = format!("{year}-Q{}", (number - 1) / 3 + 1);
                periods.push(Period {
                    name: format!("{year}-{number:02}"),
                    place: Some((year, number)),
                    quarter: Some(quarter.clone()),
                    year: Some(year.to_string()),
                    days: Some((first, last)),
                    ..Period::default()
                });
                if (year, number) == (2025, 12) {
                    periods.push(Period {
                        name: "2025-13".to_owned(),
                        is_correcting: true,
                        place: Some((year, 13)),
                        quarter: Some(quarter),
                        year: Some(year.to_string()),
                        days: Some((last, last)),
                        ..Period::default()
                    });
                }
                first = last + chrono::Days::new(1);
            }
        }
        Calendar::of(periods)
    }

    /// A session of the engine, which lives as long as its folder does.
    pub fn engine() -> (SessionContext, TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let spill_dir = folder.path().to_owned();
        let limits = Limits { threads: 2, memory_bytes: 64 << 20, spill_dir };
        (session(&limits).unwrap(), folder)
    }

    #[test]
    fn a_span_knows_the_days_that_it_touches() {
        let span = Span::of_days(day("2026-02-28"), day("2026-02-28"));
        assert_eq!(span.days(), (day("2026-02-28"), day("2026-02-28")));
        let from = day("2026-02-27").and_hms_opt(23, 59, 59).unwrap();
        let until = day("2026-03-01").and_hms_opt(0, 0, 1).unwrap();
        assert_eq!(Span { from, until }.days(), (day("2026-02-27"), day("2026-03-01")));
    }
}
