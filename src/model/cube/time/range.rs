//! From when until when is `last 3 months`?
//!
//! Words count from the data date of the release, as Cube's count from now: `last 7 days` ends
//! yesterday, `from 7 days ago to now` ends today, weeks begin on Monday. An end that is a day holds
//! the whole of it, one that is a moment lasts as long as its last digit says: `23:59:59.999` ends
//! with that thousandth of a second.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use chrono_tz::Tz;
use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::{Expr, cast, lit};

use super::bucket::{days_from, instant, moment, moment_type, step, stretch};
use super::calendar::Dated;
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

/// The most stretches that words may count.
const COUNT_MAX: i32 = 100_000;

/// The span that a question means.
///
/// # Errors
/// When it means none, with what would.
pub fn span(range: &DateRange, clock: &Clock<'_>) -> Result<Span, String> {
    match range {
        DateRange::Words(text) => words(text, clock),
        DateRange::Ends(from, to) => between(absolute(from)?, absolute(to)?),
    }
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

/// Whether a row's date or moment lies in a span.
///
/// # Errors
/// When the column holds no time.
pub fn within(column: Expr, kind: &DataType, span: &Span, zone: Tz) -> Result<Expr, String> {
    let begun = since(column.clone(), kind, span.from, zone)?;
    Ok(begun.and(before(column, kind, span.until, zone)?))
}

/// Whether a row's date or moment comes before a moment. A date counts as its first moment.
///
/// # Errors
/// When the column holds no time.
pub fn before(
    column: Expr,
    kind: &DataType,
    until: NaiveDateTime,
    zone: Tz,
) -> Result<Expr, String> {
    let (column, limit) = comparable(column, kind, until, zone)?;
    Ok(column.lt(limit))
}

/// Whether a row's date or moment is a moment or comes after it.
///
/// # Errors
/// When the column holds no time.
pub fn since(column: Expr, kind: &DataType, from: NaiveDateTime, zone: Tz) -> Result<Expr, String> {
    let (column, limit) = comparable(column, kind, from, zone)?;
    Ok(column.gt_eq(limit))
}

fn comparable(
    column: Expr,
    kind: &DataType,
    limit: NaiveDateTime,
    zone: Tz,
) -> Result<(Expr, Expr), String> {
    match kind {
        DataType::Date32 => Ok((column, lit(days_from(limit)))),
        DataType::Timestamp(..) => {
            let column = if *kind == moment_type() { column } else { cast(column, moment_type()) };
            Ok((column, lit(moment(instant(limit, zone)))))
        }
        other => Err(format!("a {other} is no time, so it lies in no span")),
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
    days().ok_or_else(|| "reaches beyond the years that have dates; count fewer".to_owned())
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
            "lies outside the accounting calendar, whose stretches of `{granularity}` run from `{}` \
             to `{}`",
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
        let beyond = || "reaches beyond the years that have dates; count fewer".to_owned();
        Some(day.map(|day| Span::of_days(day, day)).ok_or_else(beyond))
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
