//! Which accounting periods make up a stretch's value of another time?

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::Clock;
use super::buckets::{Bucket, Key};
use super::calendar::name;
use super::variants::{Pairs, SourceUnit};
use crate::model::cube::granularity::Granularity;
use crate::model::cube::variant::{Larger, Variant};
use crate::model::periods::{self, Period};

/// The sources of stretches of the fiscal year.
pub(super) fn by_period(
    variant: Variant,
    granularity: Granularity,
    buckets: &[Bucket],
    clock: &Clock<'_>,
) -> Result<Pairs, String> {
    let all = clock.calendar.stretches(granularity)?;
    let mut pairs = Pairs::of(SourceUnit::Period);
    for bucket in buckets {
        let Some(Key::Text(own)) = &bucket.key else { continue };
        is_whole(own, bucket, clock.today)?;
        let Some(at) = all.iter().position(|stretch| stretch.name == *own) else { continue };
        let members = match variant {
            Variant::PreviousPeriod => members(clock, granularity, periods::before(&all, at)),
            Variant::YearBefore => members(clock, granularity, periods::year_before(&all, at)),
            Variant::ToDate(larger) => {
                let last = last_place(clock, granularity, own);
                let larger = match larger {
                    Larger::FiscalQuarter => Granularity::FiscalQuarter,
                    _ => Granularity::FiscalYear,
                };
                let held = clock
                    .calendar
                    .sequenced()
                    .filter(|(period, _)| name(period, granularity) == Some(own.as_str()));
                let names: BTreeSet<&str> =
                    held.filter_map(|(period, _)| name(period, larger)).collect();
                let is_part =
                    |period: &Period| name(period, larger).is_some_and(|name| names.contains(name));
                clock
                    .calendar
                    .sequenced()
                    .filter(|(period, place)| is_part(period) && *place <= last)
                    .map(|(period, _)| period)
                    .collect()
            }
            Variant::Rolling(count, _) => {
                let last = last_place(clock, granularity, own);
                let count = usize::try_from(count).unwrap_or(usize::MAX);
                let places = (last + 1).saturating_sub(count)..=last;
                let within = clock.calendar.sequenced().filter(|(_, at)| places.contains(at));
                within.map(|(period, _)| period).collect()
            }
        };
        let units = members.iter().map(|period| Key::Text(period.name.clone()));
        let firsts = members.iter().filter_map(|period| period.days.map(|days| days.0)).min();
        let lasts = members.iter().filter_map(|period| period.days.map(|days| days.1)).max();
        pairs.add(&Key::Text(own.clone()), units, firsts.zip(lasts))?;
    }
    Ok(pairs)
}

/// The periods of a stretch.
fn members<'a>(
    clock: &Clock<'a>,
    granularity: Granularity,
    stretch: Option<&Period>,
) -> Vec<&'a Period> {
    let Some(stretch) = stretch else { return Vec::new() };
    let all = clock.calendar.sequenced();
    all.filter(|(period, _)| name(period, granularity) == Some(stretch.name.as_str()))
        .map(|(period, _)| period)
        .collect()
}

/// The place of a stretch's last period in the sequence of regular ones.
fn last_place(clock: &Clock<'_>, granularity: Granularity, stretch: &str) -> usize {
    let all = clock.calendar.sequenced();
    let own = all.filter(|(period, _)| name(period, granularity) == Some(stretch));
    own.map(|(_, place)| place).max().unwrap_or(0)
}

/// Whether the span of a question leaves a stretch whole: sources are whole periods, which could
/// not be compared with a part of one. Days after the data date may be missing.
fn is_whole(name: &str, bucket: &Bucket, today: NaiveDate) -> Result<(), String> {
    let (first, last) = bucket.whole;
    if bucket.first == first && (bucket.last == last || bucket.last >= today) {
        return Ok(());
    }
    Err(format!(
        "the span cuts `{name}`, which runs from {first} to {last}: over time whole accounting \
         periods are compared; give a span that holds it, or ask by day, week or month"
    ))
}

#[cfg(test)]
mod tests {
    use super::super::Span;
    use super::super::tests::{asked, day, text};
    use super::*;

    /// The periods of each stretch of a span, each as `stretch: period ...`.
    fn periods(variant: &str, granularity: Granularity, span: &str) -> Vec<String> {
        let pairs = asked(variant, granularity, span).unwrap();
        assert_eq!(pairs.unit, SourceUnit::Period);
        let mut told: Vec<(String, String)> = Vec::new();
        for (unit, stretch) in &pairs.pairs {
            match told.last_mut().filter(|(known, _)| *known == text(stretch)) {
                Some((_, units)) => *units = format!("{units} {}", text(unit)),
                None => told.push((text(stretch), text(unit))),
            }
        }
        told.into_iter().map(|(stretch, units)| format!("{stretch}: {units}")).collect()
    }

    #[test]
    fn periods_are_compared_with_regular_ones_and_spans_take_corrections_along() {
        use Granularity::{FiscalPeriod, FiscalQuarter, FiscalYear};
        let turn = "2025-11-24 2026-02-22";
        let cases: [(&str, Granularity, &str, &[&str]); 9] = [
            (
                "previous_period",
                FiscalPeriod,
                turn,
                &["2025-12: 2025-11", "2025-13: 2025-12", "2026-01: 2025-12", "2026-02: 2026-01"],
            ),
            ("year_before", FiscalPeriod, turn, &["2026-01: 2025-01", "2026-02: 2025-02"]),
            (
                "fiscal_quarter_to_date",
                FiscalPeriod,
                turn,
                &[
                    "2025-12: 2025-10 2025-11 2025-12 2025-13",
                    "2025-13: 2025-10 2025-11 2025-12 2025-13",
                    "2026-01: 2026-01",
                    "2026-02: 2026-01 2026-02",
                ],
            ),
            (
                "rolling_2_periods",
                FiscalPeriod,
                turn,
                &[
                    "2025-12: 2025-11 2025-12 2025-13",
                    "2025-13: 2025-11 2025-12 2025-13",
                    "2026-01: 2025-12 2025-13 2026-01",
                    "2026-02: 2026-01 2026-02",
                ],
            ),
            (
                "previous_period",
                FiscalQuarter,
                "2025-12-29 2026-03-29",
                &["2026-Q1: 2025-10 2025-11 2025-12 2025-13"],
            ),
            (
                "year_before",
                FiscalQuarter,
                "2025-12-29 2026-03-29",
                &["2026-Q1: 2025-01 2025-02 2025-03"],
            ),
            (
                "fiscal_year_to_date",
                FiscalQuarter,
                "2025-03-31 2025-06-29",
                &["2025-Q2: 2025-01 2025-02 2025-03 2025-04 2025-05 2025-06"],
            ),
            (
                "rolling_2_periods",
                FiscalQuarter,
                "2025-09-29 2025-12-28",
                &["2025-Q4: 2025-11 2025-12 2025-13"],
            ),
            (
                "year_before",
                FiscalYear,
                "2025-12-29 2026-12-27",
                &["2026: 2025-01 2025-02 2025-03 2025-04 2025-05 2025-06 2025-07 2025-08 2025-09 \
                   2025-10 2025-11 2025-12 2025-13"],
            ),
        ];
        for (variant, granularity, span, expected) in cases {
            assert_eq!(periods(variant, granularity, span), expected, "{variant} {granularity}");
        }
    }

    #[test]
    fn the_days_of_sources_are_known() {
        let pairs =
            asked("previous_period", Granularity::FiscalPeriod, "2025-12-29 2026-01-25").unwrap();
        assert_eq!(pairs.read, Some(Span::of_days(day("2025-11-24"), day("2025-12-28"))));
    }

    #[test]
    fn a_span_that_cuts_a_period_is_refused_unless_the_data_end_there() {
        let asked = |span| asked("previous_period", Granularity::FiscalPeriod, span);
        let error = asked("2025-11-25 2025-12-28").unwrap_err();
        assert!(error.contains("cuts `2025-12`, which runs from 2025-11-24"), "{error}");
        assert!(asked("2025-11-24 2025-12-27").is_err(), "a day is missing");
        assert!(asked("2026-06-29 2026-07-14").is_err(), "the data know one day more");
        assert!(asked("2026-06-29 2026-07-15").is_ok(), "the data end with the span");
    }
}
