//! From when until when is `last 3 months`?
//!
//! Words count from the data date of the release, as Cube's count from now: `last 7 days` ends
//! yesterday, `from 7 days ago to now` ends today, weeks begin on Monday. An end that is a day
//! holds the whole of it, one that is a moment lasts as long as its last digit says: `23:59:59.999`
//! ends with that thousandth of a second.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use super::calendar::Dated;
use super::clock::{step, stretch};
pub use super::within::{before, since, within};
use super::{Clock, Span};
use crate::model::cube::granularity::Granularity;
use crate::model::cube::question::DateRange;

/// How spans are written, for messages.
const SPANS: &str = "write a day as 2026-03-31, a month as 2026-03, or words such as `today`, \
     `this month`, `last 3 quarters`, `next week`, `from 7 days ago to now`, `year to date`, \
     `last fiscal period`, `fiscal year to date`";

/// How moments are written, for messages.
const MOMENTS: &str = "write a day as 2026-03-31, or a moment as 2026-03-31T23:59:59.999, which is \
     one of the question's timezone and so has no offset";

/// Numbers that may be written as words.
const COUNTS: [(&str, i32); 14] = [
    ("a", 1),
    ("an", 1),
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
];

/// The last year, whose last day ends in the next one, that a span may reach into.
const YEAR_MAX: i32 = 9999;

/// What is wrong with a span of other years.
const BEYOND: &str = "reaches beyond the years 1 to 9998; count fewer";

/// The most stretches that words may count.
const COUNT_MAX: i32 = 100_000;

/// The span that a question means.
///
/// # Errors
/// When it means none, with what would.
pub fn span(range: &DateRange, clock: &Clock<'_>) -> Result<Span, String> {
    let span = match range {
        DateRange::Words(text) => words(text, clock)?,
        DateRange::Ends(from, to) => between(absolute(from)?, absolute(to)?)?,
    };
    let is_known = |moment: NaiveDateTime| (1..=YEAR_MAX).contains(&moment.year());
    if is_known(span.from) && is_known(span.until) { Ok(span) } else { Err(BEYOND.to_owned()) }
}

/// The span that the values of a filter mean.
///
/// # Errors
/// When they are not one or two.
pub fn of_values(values: &[String]) -> Result<DateRange, String> {
    match values {
        [one] => Ok(DateRange::Words(one.clone())),
        [from, to] => Ok(DateRange::Ends(from.clone(), to.clone())),
        _ => Err(format!("has {} values; write a span, or its first and last day", values.len())),
    }
}

/// From the beginning of one to the end of another.
fn between(from: Span, to: Span) -> Result<Span, String> {
    if from.from < to.until {
        return Ok(Span { from: from.from, until: to.until });
    }
    let (first, last) = (from.from, to.from);
    Err(format!("ends at `{last}` before it begins at `{first}`; change the ends for each other"))
}

/// The span of a day, a month or a year, or of a moment by its last digit.
fn absolute(text: &str) -> Result<Span, String> {
    let wrong = || format!("`{text}` is no day; {MOMENTS}");
    let text = text.trim();
    let (days, time) = match text.split_once(['T', 't', ' ']) {
        Some((day, time)) => (day, Some(time)),
        None => (text, None),
    };
    let (first, last) = days_of(days).ok_or_else(wrong)?;
    let Some(time) = time else { return Ok(Span::of_days(first, last)) };
    let (time, length) = time_of(time).filter(|_| first == last).ok_or_else(wrong)?;
    let from = first.and_time(time);
    let until = from.checked_add_signed(length).ok_or_else(wrong)?;
    Ok(Span { from, until })
}

/// First and last day of `2026`, `2026-03` or `2026-03-31`.
fn days_of(text: &str) -> Option<(NaiveDate, NaiveDate)> {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    let mut numbers = Vec::with_capacity(parts.len());
    for part in &parts {
        numbers.push(digits(part)?);
    }
    let year = i32::try_from(*numbers.first()?).ok().filter(|year| *year > 0)?;
    let day = |month, day| NaiveDate::from_ymd_opt(year, month, day);
    match lengths.as_slice() {
        [4] => stretch(Granularity::Year, day(1, 1)?),
        [4, 2] => stretch(Granularity::Month, day(numbers[1], 1)?),
        [4, 2, 2] => day(numbers[1], numbers[2]).map(|day| (day, day)),
        _ => None,
    }
}

/// The time of a day and how long it lasts, by its last digit.
fn time_of(text: &str) -> Option<(NaiveTime, TimeDelta)> {
    let (clock, fraction) = match text.split_once('.') {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (text, None),
    };
    let parts: Vec<&str> = clock.split(':').collect();
    let mut numbers = Vec::with_capacity(parts.len());
    for part in parts.iter().filter(|part| part.len() == 2) {
        numbers.push(digits(part)?);
    }
    match (numbers.as_slice(), parts.len(), fraction) {
        ([hour, minute], 2, None) => {
            Some((NaiveTime::from_hms_opt(*hour, *minute, 0)?, TimeDelta::minutes(1)))
        }
        ([hour, minute, second], 3, None) => {
            Some((NaiveTime::from_hms_opt(*hour, *minute, *second)?, TimeDelta::seconds(1)))
        }
        ([hour, minute, second], 3, Some(fraction)) if (1..=6).contains(&fraction.len()) => {
            let unit = 10_u32.pow(6 - u32::try_from(fraction.len()).ok()?);
            let micros = digits(fraction)? * unit;
            let time = NaiveTime::from_hms_micro_opt(*hour, *minute, *second, micros)?;
            Some((time, TimeDelta::microseconds(i64::from(unit))))
        }
        _ => None,
    }
}

/// The number that up to six digits write.
fn digits(text: &str) -> Option<u32> {
    let is_number = (1..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

/// The span that words mean.
fn words(text: &str, clock: &Clock<'_>) -> Result<Span, String> {
    let lower = text.to_lowercase();
    let parts: Vec<&str> = lower.split_whitespace().collect();
    let wrong = || format!("`{text}` is no span; {SPANS}");
    match parts.as_slice() {
        ["from", rest @ ..] => {
            let at = rest.iter().position(|word| *word == "to").ok_or_else(wrong)?;
            let end = |words: &[&str]| point(words, clock).unwrap_or_else(|| Err(wrong()));
            between(end(&rest[..at])?, end(&rest[at + 1..])?)
        }
        ["fiscal", larger, "to", "date"] => {
            let granularity = fiscal_unit(larger).ok_or_else(wrong)?;
            let (all, at) = fiscal(granularity, clock)?;
            Ok(Span::of_days(all[at].first, clock.today))
        }
        [larger, "to", "date"] => {
            let granularity = unit(larger).ok_or_else(wrong)?;
            let (first, _) = stretch(granularity, clock.today).ok_or_else(wrong)?;
            Ok(Span::of_days(first, clock.today))
        }
        [way, "fiscal", unit] => {
            let granularity = fiscal_unit(unit).ok_or_else(wrong)?;
            fiscal_stretches(moved(way, 1).ok_or_else(wrong)?, granularity, clock)
        }
        [way @ ("last" | "next"), number, "fiscal", unit] => {
            let granularity = fiscal_unit(unit).ok_or_else(wrong)?;
            let count = count(number).ok_or_else(wrong)?;
            fiscal_stretches(moved(way, count).ok_or_else(wrong)?, granularity, clock)
        }
        [way, unit] if moved(way, 1).is_some() => {
            let moved = moved(way, 1).ok_or_else(wrong)?;
            stretches(moved, self::unit(unit).ok_or_else(|| days_only(text))?, clock)
        }
        [way @ ("last" | "next"), number, unit] => {
            let count = count(number).ok_or_else(wrong)?;
            let moved = moved(way, count).ok_or_else(wrong)?;
            stretches(moved, self::unit(unit).ok_or_else(|| days_only(text))?, clock)
        }
        other => point(other, clock).unwrap_or_else(|| Err(wrong())),
    }
}

/// Which stretches words mean, counted from the present one: the first and the last.
fn moved(way: &str, count: i32) -> Option<(i32, i32)> {
    match way {
        "this" => Some((0, 0)),
        "last" if count > 0 => Some((-count, -1)),
        "next" if count > 0 => Some((1, count)),
        _ => None,
    }
}

fn stretches(
    (from, to): (i32, i32),
    granularity: Granularity,
    clock: &Clock<'_>,
) -> Result<Span, String> {
    let days = || {
        let (present, _) = stretch(granularity, clock.today)?;
        let first = step(granularity, present, from)?;
        let (_, last) = stretch(granularity, step(granularity, present, to)?)?;
        Some(Span::of_days(first, last))
    };
    days().ok_or_else(|| BEYOND.to_owned())
}

/// As many of the stretches meant as the accounting calendar has, at least one.
fn fiscal_stretches(
    (from, to): (i32, i32),
    granularity: Granularity,
    clock: &Clock<'_>,
) -> Result<Span, String> {
    let (all, at) = fiscal(granularity, clock)?;
    let place = |moved: i32| i64::try_from(at).unwrap_or(i64::MAX).saturating_add(i64::from(moved));
    let last_place = i64::try_from(all.len()).unwrap_or(i64::MAX) - 1;
    let (from, to) = (place(from).max(0), place(to).min(last_place));
    let held = |place: i64| usize::try_from(place).ok().and_then(|place| all.get(place));
    match (held(from), held(to)) {
        (Some(first), Some(last)) if from <= to => Ok(Span::of_days(first.first, last.last)),
        _ => Err(format!(
            "lies outside the accounting calendar, whose stretches of `{granularity}` run from \
             `{}` to `{}`",
            all.first().map_or("", |stretch| &stretch.name),
            all.last().map_or("", |stretch| &stretch.name)
        )),
    }
}

/// The regular stretches of a fiscal granularity, and which of them holds the data date.
fn fiscal(granularity: Granularity, clock: &Clock<'_>) -> Result<(Vec<Dated>, usize), String> {
    let all = clock.calendar.dated(granularity)?;
    let holds = |stretch: &Dated| (stretch.first..=stretch.last).contains(&clock.today);
    let at = all.iter().position(holds).ok_or_else(|| {
        format!("no `{granularity}` of the accounting calendar holds the data date {}", clock.today)
    })?;
    Ok((all, at))
}

/// The day that words mean, or the span of what is written in figures; nothing where they are no
/// such words.
fn point(words: &[&str], clock: &Clock<'_>) -> Option<Result<Span, String>> {
    let moved = |number: &str, word: &str, sign: i32| {
        let count = count(number)? * sign;
        let Some(unit) = unit(word) else { return Some(Err(days_only(&words.join(" ")))) };
        let day = step(unit, clock.today, count);
        Some(day.map(|day| Span::of_days(day, day)).ok_or_else(|| BEYOND.to_owned()))
    };
    match words {
        ["now" | "today"] => moved("0", "day", 1),
        ["yesterday"] => moved("1", "day", -1),
        ["tomorrow"] => moved("1", "day", 1),
        [number, unit, "ago"] => moved(number, unit, -1),
        [number, unit, "from", "now"] | ["in", number, unit] => moved(number, unit, 1),
        [_] | [_, _] => absolute(&words.join(" ")).ok().map(Ok),
        _ => None,
    }
}

/// The number that a word writes.
fn count(text: &str) -> Option<i32> {
    let known = COUNTS.iter().find(|(word, _)| *word == text).map(|(_, count)| *count);
    let written = || digits(text).and_then(|count| i32::try_from(count).ok());
    known.or_else(written).filter(|count| *count <= COUNT_MAX)
}

/// The stretch of the calendar that a word means, of one or of several.
fn unit(word: &str) -> Option<Granularity> {
    match word.strip_suffix('s').unwrap_or(word) {
        "day" => Some(Granularity::Day),
        "week" => Some(Granularity::Week),
        "month" => Some(Granularity::Month),
        "quarter" => Some(Granularity::Quarter),
        "year" => Some(Granularity::Year),
        _ => None,
    }
}

fn fiscal_unit(word: &str) -> Option<Granularity> {
    match word.strip_suffix('s').unwrap_or(word) {
        "period" => Some(Granularity::FiscalPeriod),
        "quarter" => Some(Granularity::FiscalQuarter),
        "year" => Some(Granularity::FiscalYear),
        _ => None,
    }
}

/// What is wrong with words that count neither days nor anything longer.
fn days_only(text: &str) -> String {
    format!(
        "`{text}` does not count days, weeks, months, quarters or years from the data date; {SPANS}"
    )
}

#[cfg(test)]
mod tests {
    use super::super::calendar::Calendar;
    use super::super::tests::weeks;
    use super::*;

    /// The span of words as first day and the day after the last one, on a Wednesday.
    fn said(text: &str, calendar: &Calendar) -> Result<String, String> {
        let today = NaiveDate::from_ymd_opt(2026, 7, 15).unwrap();
        let clock = Clock { today, zone: chrono_tz::Asia::Shanghai, calendar };
        let span = span(&DateRange::Words(text.to_owned()), &clock)?;
        let (first, last) = span.days();
        assert_eq!(span, Span::of_days(first, last), "{text} has whole days");
        Ok(format!("{first} {last}"))
    }

    #[test]
    fn words_count_from_the_data_date() {
        let cases = [
            ("today", "2026-07-15 2026-07-15"),
            ("now", "2026-07-15 2026-07-15"),
            ("Yesterday", "2026-07-14 2026-07-14"),
            ("tomorrow", "2026-07-16 2026-07-16"),
            ("this day", "2026-07-15 2026-07-15"),
            ("last day", "2026-07-14 2026-07-14"),
            ("this week", "2026-07-13 2026-07-19"),
            ("last week", "2026-07-06 2026-07-12"),
            ("next week", "2026-07-20 2026-07-26"),
            ("this month", "2026-07-01 2026-07-31"),
            ("last month", "2026-06-01 2026-06-30"),
            ("next month", "2026-08-01 2026-08-31"),
            ("this quarter", "2026-07-01 2026-09-30"),
            ("last quarter", "2026-04-01 2026-06-30"),
            ("next quarter", "2026-10-01 2026-12-31"),
            ("this year", "2026-01-01 2026-12-31"),
            ("last year", "2025-01-01 2025-12-31"),
            ("next year", "2027-01-01 2027-12-31"),
            ("last 7 days", "2026-07-08 2026-07-14"),
            ("next 3 days", "2026-07-16 2026-07-18"),
            ("last 2 weeks", "2026-06-29 2026-07-12"),
            ("Last  Three MONTHS", "2026-04-01 2026-06-30"),
            ("next 2 months", "2026-08-01 2026-09-30"),
            ("last 2 quarters", "2026-01-01 2026-06-30"),
            ("last 10 years", "2016-01-01 2025-12-31"),
            ("next 1 year", "2027-01-01 2027-12-31"),
            ("from 7 days ago to now", "2026-07-08 2026-07-15"),
            ("from 2 months ago to 1 month from now", "2026-05-15 2026-08-15"),
            ("from a year ago to yesterday", "2025-07-15 2026-07-14"),
            ("from 2026-03-01 to 2026-03", "2026-03-01 2026-03-31"),
            ("from today to in 2 weeks", "2026-07-15 2026-07-29"),
            ("one month ago", "2026-06-15 2026-06-15"),
            ("month to date", "2026-07-01 2026-07-15"),
            ("year to date", "2026-01-01 2026-07-15"),
            ("2026-02", "2026-02-01 2026-02-28"),
            ("2024", "2024-01-01 2024-12-31"),
            ("2024-02-29", "2024-02-29 2024-02-29"),
        ];
        for (text, expected) in cases {
            assert_eq!(said(text, &Calendar::default()).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_month_before_its_thirty_first_is_its_last_day() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap();
        let calendar = Calendar::default();
        let clock = Clock { today, zone: chrono_tz::UTC, calendar: &calendar };
        let words = DateRange::Words("from 1 month ago to 1 month from now".to_owned());
        let (first, last) = span(&words, &clock).unwrap().days();
        assert_eq!(
            (first.to_string(), last.to_string()),
            ("2026-02-28".into(), "2026-04-30".into())
        );
    }

    #[test]
    fn fiscal_words_follow_the_calendar_of_the_release() {
        // The data date lies in the seventh period of 2026, the first of its third quarter.
        let cases = [
            ("this fiscal period", "2026-06-29 2026-07-26"),
            ("last fiscal period", "2026-05-25 2026-06-28"),
            ("last 2 fiscal periods", "2026-04-27 2026-06-28"),
            ("next fiscal period", "2026-07-27 2026-08-23"),
            ("this fiscal quarter", "2026-06-29 2026-09-27"),
            ("last fiscal quarter", "2026-03-30 2026-06-28"),
            ("last 3 fiscal quarters", "2025-09-29 2026-06-28"),
            ("this fiscal year", "2025-12-29 2026-12-27"),
            ("last fiscal year", "2024-12-30 2025-12-28"),
            // The calendar has no more than these.
            ("last 50 fiscal periods", "2024-12-30 2026-06-28"),
            ("fiscal year to date", "2025-12-29 2026-07-15"),
            ("fiscal quarter to date", "2026-06-29 2026-07-15"),
            ("fiscal period to date", "2026-06-29 2026-07-15"),
        ];
        for (text, expected) in cases {
            assert_eq!(said(text, &weeks()).as_deref(), Ok(expected), "{text}");
        }
        let error = said("next fiscal year", &weeks()).unwrap_err();
        assert!(error.contains("run from `2025` to `2026`"), "{error}");
        let error = said("this fiscal year", &Calendar::default()).unwrap_err();
        assert!(error.contains("[periods]"), "{error}");
    }

    #[test]
    fn what_means_no_span_is_refused() {
        let cases = [
            ("", "is no span"),
            ("sometime", "is no span"),
            ("last 0 days", "is no span"),
            ("last -3 days", "is no span"),
            ("last 100001 days", "is no span"),
            ("last month of plenty", "is no span"),
            ("from today", "is no span"),
            ("from today to", "is no span"),
            ("2026-13", "is no span"),
            ("2026-02-29", "is no span"),
            ("0000", "is no span"),
            ("last 4 fiscal months", "is no span"),
            ("this hour", "does not count days"),
            ("last 5 minutes", "does not count days"),
            ("from 1 hour ago to now", "does not count days"),
            ("from tomorrow to yesterday", "before it begins"),
            ("last 100000 years", "beyond the years"),
            ("in 99999 years", "beyond the years"),
        ];
        for (text, expected) in cases {
            let error = said(text, &Calendar::default()).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn ends_last_as_long_as_their_last_digit_says() {
        let calendar = Calendar::default();
        let today = NaiveDate::from_ymd_opt(2026, 7, 15).unwrap();
        let clock = Clock { today, zone: chrono_tz::UTC, calendar: &calendar };
        let ends = |from: &str, to: &str| {
            let range = of_values(&[from.to_owned(), to.to_owned()]).unwrap();
            span(&range, &clock).map(|span| format!("{} {}", span.from, span.until))
        };
        let cases = [
            ("2026-03-01", "2026-03-31", "2026-03-01 00:00:00 2026-04-01 00:00:00"),
            ("2026-02", "2026-03", "2026-02-01 00:00:00 2026-04-01 00:00:00"),
            (
                "2026-03-01T10:30",
                "2026-03-01T23:59:59.999",
                "2026-03-01 10:30:00 2026-03-02 00:00:00",
            ),
            (
                "2026-03-01 10:00:00",
                "2026-03-01 10:00:00",
                "2026-03-01 10:00:00 2026-03-01 10:00:01",
            ),
            (
                "2026-03-01T00:00:00.000001",
                "2026-03-01",
                "2026-03-01 00:00:00.000001 2026-03-02 00:00:00",
            ),
        ];
        for (from, to, expected) in cases {
            assert_eq!(ends(from, to).as_deref(), Ok(expected), "{from} {to}");
        }
        for wrong in [
            "today",
            "2026-03-01T10:00:00Z",
            "2026-03-01T10:00:00+08:00",
            "2026-03-01T24:00",
            "2026-03T10:00",
            "2026-3-1",
            "2026-03-01T10:00:00.1234567",
            "+026-03-01",
            "2026-03-01T1:00",
        ] {
            let error = ends(wrong, "2026-03-31").unwrap_err();
            assert!(error.contains("is no day; write"), "{wrong}: {error}");
        }
        assert!(ends("2026-04-01", "2026-03-31").unwrap_err().contains("before it begins"));
        assert!(of_values(&[]).is_err(), "a span has ends");
    }
}
