//! Which accounting periods are there, and which of them make up a fiscal quarter or year?
//!
//! Periods are those of `[periods]` in project.toml, in its order. A period of corrections belongs
//! to the regular one that holds its last day, or else to the one before it in the order: both have
//! one place in the sequence of periods, so that spans of periods take corrections along.

use chrono::NaiveDate;
use datafusion::prelude::SessionContext;

use crate::model::cube::granularity::Granularity;
use crate::model::periods::{self, Period, PeriodsError};
use crate::warehouse::project::{Periods, Settings};

/// The accounting periods of a release; none where the project does not say what they are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendar {
    periods: Vec<Period>,
    /// the place of each in the sequence of regular periods
    sequence: Vec<usize>,
}

impl Calendar {
    /// The calendar of a release.
    ///
    /// # Errors
    /// When the table of the settings does not fit them.
    pub async fn read(session: &SessionContext, settings: &Settings) -> Result<Self, PeriodsError> {
        let Some(settings) = &settings.periods else { return Ok(Self::default()) };
        // Whether a period has data does not matter here, and would be dear to find out.
        let settings = Periods { data: None, ..settings.clone() };
        Ok(Self::of(periods::read(session, Some(&settings)).await?))
    }

    /// The calendar of periods in their order.
    pub fn of(periods: Vec<Period>) -> Self {
        let mut sequence = Vec::with_capacity(periods.len());
        let mut regular = 0;
        for period in &periods {
            regular += usize::from(!period.is_correcting);
            sequence.push(regular);
        }
        let hosts = sequence.clone();
        for (at, period) in periods.iter().enumerate().filter(|(_, period)| period.is_correcting) {
            let holds = |host: &Period| {
                let days = host.days.zip(period.days);
                !host.is_correcting
                    && days.is_some_and(|(host, own)| (host.0..=host.1).contains(&own.1))
            };
            if let Some(host) = periods.iter().position(holds) {
                sequence[at] = hosts[host];
            }
        }
        Self { periods, sequence }
    }

    /// The periods with the place of each in the sequence of regular ones.
    pub(super) fn sequenced(&self) -> impl Iterator<Item = (&Period, usize)> {
        self.periods.iter().zip(self.sequence.iter().copied())
    }

    /// The stretches of a fiscal granularity in their order. Days of a quarter or year are those of
    /// its regular periods.
    ///
    /// # Errors
    /// When the project does not say what they are, with what to write where.
    pub(in crate::model::cube) fn stretches(
        &self,
        granularity: Granularity,
    ) -> Result<Vec<Period>, String> {
        if self.periods.is_empty() {
            return Err(format!(
                "there are no accounting periods, so `{granularity}` has no meaning; name their \
                 table in [periods] of warehouse/project.toml, or ask month, quarter or year"
            ));
        }
        if granularity == Granularity::FiscalPeriod {
            return Ok(self.periods.clone());
        }
        let mut all: Vec<Period> = Vec::new();
        for period in &self.periods {
            let Some(name) = name(period, granularity) else { continue };
            let known = all.iter_mut().find(|known| known.name == name);
            match known {
                Some(known) => extend(known, period),
                None => {
                    let place = period.place.map(|(year, _)| {
                        let earlier = |known: &&Period| known.place.is_some_and(|at| at.0 == year);
                        (year, all.iter().filter(earlier).count() as i64 + 1)
                    });
                    all.push(Period { name: name.to_owned(), place, ..period.clone() });
                }
            }
        }
        if all.is_empty() {
            let field = if granularity == Granularity::FiscalYear { "year" } else { "quarter" };
            return Err(format!(
                "[periods] of warehouse/project.toml does not say which column holds `{field}`, so \
                 `{granularity}` has no meaning; add it"
            ));
        }
        Ok(all)
    }

    /// The regular stretches of a fiscal granularity with their days.
    ///
    /// # Errors
    /// When the project does not say what they are, or which days they have.
    pub(super) fn dated(&self, granularity: Granularity) -> Result<Vec<Dated>, String> {
        let all = self.stretches(granularity)?;
        let dated: Vec<Dated> = all
            .into_iter()
            .filter(|period| !period.is_correcting)
            .filter_map(|period| {
                let (first, last) = period.days?;
                Some(Dated { name: period.name, first, last })
            })
            .collect();
        if dated.is_empty() { Err(NO_DAYS.to_owned()) } else { Ok(dated) }
    }
}

/// What is wrong with settings that do not say which days a period has.
pub(super) const NO_DAYS: &str = "[periods] of warehouse/project.toml does not say in `starts` and \
     `ends` which columns hold the first and the last day of a period; add them";

/// A stretch of the fiscal year and its days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dated {
    /// what it is called
    pub name: String,
    /// its first day
    pub first: NaiveDate,
    /// its last day, which belongs to it
    pub last: NaiveDate,
}

/// What the stretch of a granularity is called in which a period lies.
pub(super) fn name(period: &Period, granularity: Granularity) -> Option<&str> {
    match granularity {
        Granularity::FiscalQuarter => period.quarter.as_deref(),
        Granularity::FiscalYear => period.year.as_deref(),
        _ => Some(&period.name),
    }
}

/// Makes a stretch as long as a period that belongs to it needs.
fn extend(stretch: &mut Period, period: &Period) {
    if period.is_correcting && !stretch.is_correcting {
        return;
    }
    // Days of corrections do not count beside those of a regular period.
    let own = stretch.days.filter(|_| !stretch.is_correcting || period.is_correcting);
    stretch.days = match (own, period.days) {
        (Some(own), Some(more)) => Some((own.0.min(more.0), own.1.max(more.1))),
        (own, more) => own.or(more),
    };
    stretch.is_correcting &= period.is_correcting;
}

#[cfg(test)]
mod tests {
    use super::super::tests::{day, weeks};
    use super::*;

    #[test]
    fn corrections_share_the_place_of_the_period_that_holds_their_last_day() {
        let calendar = weeks();
        let sequence: Vec<(&str, usize)> =
            calendar.sequenced().map(|(period, place)| (period.name.as_str(), place)).collect();
        assert_eq!(
            sequence[10..15],
            [("2025-11", 11), ("2025-12", 12), ("2025-13", 12), ("2026-01", 13), ("2026-02", 14)]
        );
        // Corrections of the first half year that the order puts at the end of the year.
        let mut periods = calendar.periods;
        periods[12].days = Some((day("2025-06-29"), day("2025-06-29")));
        let calendar = Calendar::of(periods);
        assert_eq!(calendar.sequence[12], 6, "the half year ends with its sixth period");
    }

    #[test]
    fn quarters_and_years_have_the_days_of_their_periods() {
        let dated = |granularity| weeks().dated(granularity).unwrap();
        let text = |dated: &Dated| format!("{} {} {}", dated.name, dated.first, dated.last);
        let quarters: Vec<String> = dated(Granularity::FiscalQuarter).iter().map(text).collect();
        // 13 weeks are 91 days.
        assert_eq!(
            quarters[..5],
            [
                "2025-Q1 2024-12-30 2025-03-30",
                "2025-Q2 2025-03-31 2025-06-29",
                "2025-Q3 2025-06-30 2025-09-28",
                "2025-Q4 2025-09-29 2025-12-28",
                "2026-Q1 2025-12-29 2026-03-29",
            ]
        );
        let years: Vec<String> = dated(Granularity::FiscalYear).iter().map(text).collect();
        assert_eq!(years, ["2025 2024-12-30 2025-12-28", "2026 2025-12-29 2026-12-27"]);
        let stretches = weeks().stretches(Granularity::FiscalQuarter).unwrap();
        let places: Vec<_> = stretches.iter().map(|stretch| stretch.place).collect();
        assert_eq!(places[3..6], [Some((2025, 4)), Some((2026, 1)), Some((2026, 2))]);
    }

    #[test]
    fn what_the_settings_lack_is_said() {
        let none = Calendar::default().stretches(Granularity::FiscalYear).unwrap_err();
        assert!(none.contains("[periods]") && none.contains("fiscal_year"), "{none}");
        let bare = Calendar::of(vec![Period { name: "1".to_owned(), ..Period::default() }]);
        let error = |granularity| bare.dated(granularity).unwrap_err();
        assert!(error(Granularity::FiscalQuarter).contains("`quarter`"), "the column is named");
        assert!(error(Granularity::FiscalYear).contains("`year`"), "the column is named");
        assert!(error(Granularity::FiscalPeriod).contains("`starts`"), "the column is named");
    }
}
