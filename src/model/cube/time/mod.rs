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
pub(super) mod tests {
    use datafusion::prelude::SessionContext;
    use tempfile::TempDir;

    use super::*;
    use crate::engine::session::{Limits, session};

    /// A session of the engine, which lives as long as its folder does.
    pub fn engine() -> (SessionContext, TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let spill_dir = folder.path().to_owned();
        let limits = Limits { threads: 2, memory_bytes: 64 << 20, spill_dir };
        (session(&limits).unwrap(), folder)
    }

    #[test]
    fn a_span_knows_the_days_that_it_touches() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let span = Span::of_days(day("2026-02-28"), day("2026-02-28"));
        assert_eq!(span.days(), (day("2026-02-28"), day("2026-02-28")));
        let from = day("2026-02-27").and_hms_opt(23, 59, 59).unwrap();
        let until = day("2026-03-01").and_hms_opt(0, 0, 1).unwrap();
        assert_eq!(Span { from, until }.days(), (day("2026-02-27"), day("2026-03-01")));
    }
}
