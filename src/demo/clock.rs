//! Which days does the sample company live through, and which of them does a delivery bring?

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

/// The last day of the history that a new demo begins with: a Tuesday, the last of a quarter.
pub const DATA_DATE: NaiveDate = match NaiveDate::from_ymd_opt(2026, 6, 30) {
    Some(date) => date,
    None => NaiveDate::MIN,
};

/// A calendar month, counted from year 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Month(pub(super) i32);

impl Month {
    /// The month of a date.
    pub(super) fn of(date: NaiveDate) -> Self {
        Self(date.year() * 12 + i32::try_from(date.month0()).unwrap_or_default())
    }

    /// Its first day.
    pub(super) fn first(self) -> NaiveDate {
        let month = u32::try_from(self.0.rem_euclid(12)).unwrap_or_default() + 1;
        NaiveDate::from_ymd_opt(self.0.div_euclid(12), month, 1).unwrap_or_default()
    }

    /// Its last day.
    pub(super) fn last(self) -> NaiveDate {
        self.next().first() - Days::new(1)
    }

    /// How many days it has.
    pub(super) fn days(self) -> u64 {
        u64::from(self.last().day())
    }

    /// The month after.
    pub(super) fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// Its place in the year, from 0.
    pub(super) fn place(self) -> usize {
        usize::try_from(self.0.rem_euclid(12)).unwrap_or_default()
    }

    /// The key of streams that are drawn anew each month.
    pub(super) fn key(self) -> u64 {
        u64::try_from(self.0).unwrap_or_default()
    }

    /// As periods and files are named: `2026-03`.
    pub(super) fn name(self) -> String {
        format!("{}-{:02}", self.0.div_euclid(12), self.0.rem_euclid(12) + 1)
    }
}

/// The days that a delivery brings: a new demo brings all to the data date, an advance the days
/// after those that were there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    /// the last day that the systems hold already; nothing where they are new
    pub(super) after: Option<NaiveDate>,
    /// the last day that they hold afterwards
    pub(super) until: NaiveDate,
}

impl Window {
    /// Whether a row that reaches its system on this day is written now.
    pub(super) fn holds(&self, day: NaiveDate) -> bool {
        day <= self.until && self.after.is_none_or(|after| day > after)
    }
}

/// `count` days later.
pub(super) fn later(day: NaiveDate, count: u64) -> NaiveDate {
    day + Days::new(count)
}

/// `count` days earlier.
pub(super) fn earlier(day: NaiveDate, count: u64) -> NaiveDate {
    day - Days::new(count)
}

/// `count` months later, on the last day of the month where it has no such day.
pub(super) fn months_later(day: NaiveDate, count: u32) -> NaiveDate {
    day + Months::new(count)
}

/// Whether people work on this day: Monday to Friday.
pub(super) fn is_working_day(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// This day, or the next on which people work.
pub(super) fn working_day(day: NaiveDate) -> NaiveDate {
    match day.weekday() {
        Weekday::Sat => later(day, 2),
        Weekday::Sun => later(day, 1),
        _ => day,
    }
}

/// The day that lies `count` working days after.
pub(super) fn working_days_later(day: NaiveDate, count: u64) -> NaiveDate {
    let mut day = day;
    for _ in 0..count {
        day = working_day(later(day, 1));
    }
    day
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::{DATA_DATE, Month, Window, later, working_days_later};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn months_know_their_days() {
        let month = Month::of(day("2024-02-17"));
        assert_eq!((month.first(), month.last()), (day("2024-02-01"), day("2024-02-29")));
        assert_eq!((month.name().as_str(), month.place(), month.days()), ("2024-02", 1, 29));
        assert_eq!(Month::of(day("2023-12-31")).next().first(), day("2024-01-01"));
        assert_eq!(DATA_DATE, day("2026-06-30"));
    }

    #[test]
    fn working_days_leave_out_weekends() {
        // 2026-06-26 is a Friday.
        assert_eq!(working_days_later(day("2026-06-26"), 1), day("2026-06-29"));
        assert_eq!(working_days_later(day("2026-06-27"), 3), day("2026-07-01"));
    }

    #[test]
    fn a_window_holds_each_day_once() {
        let new = Window { after: None, until: DATA_DATE };
        let next = Window { after: Some(DATA_DATE), until: later(DATA_DATE, 3) };
        assert!(new.holds(DATA_DATE) && !next.holds(DATA_DATE));
        assert!(!new.holds(later(DATA_DATE, 1)) && next.holds(later(DATA_DATE, 1)));
        assert!(next.holds(later(DATA_DATE, 3)) && !next.holds(later(DATA_DATE, 4)));
    }
}
