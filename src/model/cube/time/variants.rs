//! Which days or periods make up a stretch's value of another time?
//!
//! A row of an answer means a stretch of time: that of its granularity, cut by the span of the
//! question. Its value of another time is the measure over other days, its source, which the span
//! does not limit. By the calendar sources are days, by the fiscal year they are accounting
//! periods.
//!
//! | variant | its source by the calendar |
//! | --- | --- |
//! | `previous_period` | the days moved back by one stretch |
//! | `year_before` | the days moved back by 12 months, by 52 weeks where stretches are weeks |
//! | `.._to_date` | from the beginning of the larger stretch that holds the last day, to that day |
//! | `rolling_n_days` | the n days that end with the last day |
//! | `rolling_n_months` | from n months before the day after the last one, to the last day |
//! | `rolling_n_periods` | refused |
//!
//! | variant | its source by the fiscal year |
//! | --- | --- |
//! | `previous_period` | the regular stretch before |
//! | `year_before` | that of the same place a year before, of corrections only corrections |
//! | `fiscal_.._to_date` | the periods of the larger stretch up to the row's last one |
//! | `rolling_n_periods` | the n regular periods that end with the row's last one |
//! | others | refused |
//!
//! - A first day that is the stretch's own moves to the first day of the other stretch, and so does
//!   a last day: February has all of its days, whatever January has. Any other day moves to the day
//!   of the same number, or to the last one of a shorter month: March 31 a month before is February
//!   28 or 29, February 29 a year before is February 28.
//! - The data date cuts no source, only the end of rolling days and months: of the stretch that
//!   holds it they end with it, so that they always hold n days or months of data.
//! - Periods of corrections go with the regular period that holds their last day into whatever is
//!   to date or rolling, and into their fiscal quarter and year. Alone, they have the regular
//!   period before them in the order as their previous one.
//! - A larger stretch must not be shorter than the row's: `month_to_date` by quarter is refused.

use std::sync::Arc;

use chrono::{Days, NaiveDate};
use datafusion::arrow::array::{RecordBatch, new_empty_array};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::error::Result as QueryResult;
use datafusion::prelude::{DataFrame, SessionContext};

use super::buckets::{Bucket, Key, column};
use super::clock::{step, stretch};
use super::{Clock, Span, fiscal};
use crate::model::cube::granularity::Granularity;
use crate::model::cube::variant::{Larger, Unit, Variant};

/// The column of [`Pairs::frame`] with the day or period of a source.
pub const UNIT: &str = "__unit";
/// The column with the stretch of the answer.
pub const BUCKET: &str = "__bucket";

/// The most pairs of a unit and a stretch.
const PAIRS_MAX: usize = 2_000_000;

/// What sources are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceUnit {
    /// days
    Day,
    /// accounting periods, by their names
    Period,
}

/// The sources of the stretches of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairs {
    /// what sources are counted in
    pub unit: SourceUnit,
    /// each day or period of a source, and the stretch whose value it is part of
    pub pairs: Vec<(Key, Key)>,
    /// the days of each stretch's source; none where the source is empty
    pub sources: Vec<(Key, Span)>,
    /// the days that hold all sources; none where there are none
    pub read: Option<Span>,
}

impl Pairs {
    /// The pairs as rows of [`UNIT`] and [`BUCKET`].
    ///
    /// # Errors
    /// When the engine cannot hold them.
    pub fn frame(&self, session: &SessionContext) -> QueryResult<DataFrame> {
        let mut units = column(self.pairs.iter().map(|(unit, _)| unit));
        let mut stretches = column(self.pairs.iter().map(|(_, stretch)| stretch));
        if self.pairs.is_empty() && self.unit == SourceUnit::Period {
            // Keys that are not there do not say that they would be texts.
            units = new_empty_array(&DataType::Utf8);
            stretches = new_empty_array(&DataType::Utf8);
        }
        let fields = [(UNIT, &units), (BUCKET, &stretches)]
            .map(|(name, values)| Field::new(name, values.data_type().clone(), false));
        let schema = Arc::new(Schema::new(fields.to_vec()));
        session.read_batch(RecordBatch::try_new(schema, vec![units, stretches])?)
    }

    pub(super) fn of(unit: SourceUnit) -> Self {
        Self { unit, pairs: Vec::new(), sources: Vec::new(), read: None }
    }

    pub(super) fn add(
        &mut self,
        stretch: &Key,
        units: impl Iterator<Item = Key>,
        days: Option<(NaiveDate, NaiveDate)>,
    ) -> Result<(), String> {
        for unit in units {
            self.pairs.push((unit, stretch.clone()));
            if self.pairs.len() > PAIRS_MAX {
                return Err("the sources of all rows have too many days; ask a shorter span or \
                            longer stretches"
                    .to_owned());
            }
        }
        let Some(days) = days.map(|(first, last)| Span::of_days(first, last)) else {
            return Ok(());
        };
        self.sources.push((stretch.clone(), days));
        let read = self.read.get_or_insert(days);
        *read = Span { from: read.from.min(days.from), until: read.until.max(days.until) };
        Ok(())
    }
}

/// The sources of a variant for stretches of a granularity.
///
/// # Errors
/// When the variant has no meaning for that granularity, with what would have.
pub fn pairs(
    variant: Variant,
    granularity: Granularity,
    buckets: &[Bucket],
    clock: &Clock<'_>,
) -> Result<Pairs, String> {
    fits(variant, granularity)?;
    if granularity.is_fiscal() {
        return fiscal::by_period(variant, granularity, buckets, clock);
    }
    let mut pairs = Pairs::of(SourceUnit::Day);
    for bucket in buckets {
        let Some(key) = &bucket.key else { continue };
        let Some((first, last)) = days(variant, granularity, bucket, clock)? else { continue };
        let units = first.iter_days().take_while(|day| *day <= last).map(Key::Day);
        pairs.add(key, units, Some((first, last)))?;
    }
    Ok(pairs)
}

/// Whether a variant has a meaning for a granularity.
fn fits(variant: Variant, granularity: Granularity) -> Result<(), String> {
    let instead = if granularity < Granularity::Day {
        "day or longer"
    } else {
        match variant {
            Variant::PreviousPeriod | Variant::YearBefore => return Ok(()),
            Variant::ToDate(larger) => match (larger, granularity) {
                (Larger::Month, Granularity::Day | Granularity::Week | Granularity::Month) => {
                    return Ok(());
                }
                (Larger::Month, _) => "day, week or month",
                (Larger::Quarter, granularity) if granularity <= Granularity::Quarter => {
                    return Ok(());
                }
                (Larger::Quarter, _) => "quarter or shorter",
                (Larger::Year, granularity) if granularity <= Granularity::Year => return Ok(()),
                (Larger::Year, _) => "year or shorter, or the same to date of the fiscal year",
                (Larger::FiscalQuarter, Granularity::Year | Granularity::FiscalYear) => {
                    "fiscal_quarter or shorter"
                }
                (Larger::FiscalQuarter | Larger::FiscalYear, _) => return Ok(()),
            },
            Variant::Rolling(_, Unit::Period) if granularity.is_fiscal() => return Ok(()),
            Variant::Rolling(_, Unit::Period) => "fiscal_period, fiscal_quarter or fiscal_year",
            Variant::Rolling(..) if granularity.is_fiscal() => "day, week, month, quarter or year",
            Variant::Rolling(..) => return Ok(()),
        }
    };
    Err(format!("`{variant}` has no meaning by `{granularity}`; ask by {instead}"))
}

/// The source of a stretch of the calendar; nothing where the fiscal year of its last day is
/// unknown.
fn days(
    variant: Variant,
    granularity: Granularity,
    bucket: &Bucket,
    clock: &Clock<'_>,
) -> Result<Option<(NaiveDate, NaiveDate)>, String> {
    let beyond = || "a source reaches beyond the years that have dates".to_owned();
    let larger = |granularity| stretch(granularity, bucket.last).map(|(first, _)| first);
    let found = match variant {
        Variant::PreviousPeriod => moved_back(granularity, (granularity, 1), bucket),
        // A year has no whole number of weeks; 52 of them begin on a Monday again.
        Variant::YearBefore if granularity == Granularity::Week => {
            moved_back(granularity, (Granularity::Week, 52), bucket)
        }
        Variant::YearBefore => moved_back(granularity, (Granularity::Year, 1), bucket),
        Variant::ToDate(Larger::Month) => larger(Granularity::Month).zip(Some(bucket.last)),
        Variant::ToDate(Larger::Quarter) => larger(Granularity::Quarter).zip(Some(bucket.last)),
        Variant::ToDate(Larger::Year) => larger(Granularity::Year).zip(Some(bucket.last)),
        Variant::ToDate(fiscal) => {
            let granularity = match fiscal {
                Larger::FiscalQuarter => Granularity::FiscalQuarter,
                _ => Granularity::FiscalYear,
            };
            let all = clock.calendar.dated(granularity)?;
            let holds =
                |day: NaiveDate| all.iter().find(|known| (known.first..=known.last).contains(&day));
            return Ok(holds(bucket.last).map(|known| (known.first, bucket.last)));
        }
        Variant::Rolling(count, unit) => {
            let has_today = (bucket.first..=bucket.last).contains(&clock.today);
            let last = if has_today { clock.today } else { bucket.last };
            rolling(count, unit, last).zip(Some(last))
        }
    };
    found.map(Some).ok_or_else(beyond)
}

/// The days of a stretch moved back by so many stretches of a granularity, its own or a longer one.
fn moved_back(
    granularity: Granularity,
    (by, count): (Granularity, i32),
    bucket: &Bucket,
) -> Option<(NaiveDate, NaiveDate)> {
    let moved = |day: NaiveDate| step(by, day, -count);
    let whole = stretch(granularity, moved(bucket.whole.0)?)?;
    let first = if bucket.first == bucket.whole.0 { whole.0 } else { moved(bucket.first)? };
    let last = if bucket.last == bucket.whole.1 { whole.1 } else { moved(bucket.last)? };
    Some((first, last))
}

/// The first of so many days or months that end with a day.
fn rolling(count: u32, unit: Unit, last: NaiveDate) -> Option<NaiveDate> {
    let after = last.checked_add_days(Days::new(1))?;
    let granularity = if unit == Unit::Month { Granularity::Month } else { Granularity::Day };
    step(granularity, after, -i32::try_from(count).ok()?)
}

#[cfg(test)]
mod tests {
    use super::super::buckets::buckets;
    use super::super::calendar::Calendar;
    use super::super::tests::{asked, day, engine, text};
    use super::*;

    /// The sources of the stretches of a span, each as `stretch: first last`.
    fn sources(variant: &str, granularity: Granularity, span: &str) -> Vec<String> {
        let pairs = asked(variant, granularity, span).unwrap();
        for (stretch, span) in &pairs.sources {
            let units: Vec<&Key> =
                pairs.pairs.iter().filter(|pair| pair.1 == *stretch).map(|pair| &pair.0).collect();
            let (first, last) = span.days();
            let days: Vec<Key> =
                first.iter_days().take_while(|day| *day <= last).map(Key::Day).collect();
            assert_eq!(units, days.iter().collect::<Vec<_>>(), "every day of a source is a pair");
        }
        let source = |(stretch, span): &(Key, Span)| {
            let (first, last) = span.days();
            format!("{}: {first} {last}", text(stretch))
        };
        pairs.sources.iter().map(source).collect()
    }

    #[test]
    fn whole_stretches_move_whole_and_days_to_their_number() {
        use Granularity::{Day, Month, Quarter, Week, Year};
        let cases = [
            ("previous_period", Day, "2026-03-01 2026-03-01", "2026-03-01: 2026-02-28 2026-02-28"),
            ("previous_period", Week, "2026-07-06 2026-07-12", "2026-07-06: 2026-06-29 2026-07-05"),
            (
                "previous_period",
                Month,
                "2026-03-01 2026-03-31",
                "2026-03-01: 2026-02-01 2026-02-28",
            ),
            (
                "previous_period",
                Month,
                "2024-03-01 2024-03-31",
                "2024-03-01: 2024-02-01 2024-02-29",
            ),
            (
                "previous_period",
                Month,
                "2026-04-01 2026-04-30",
                "2026-04-01: 2026-03-01 2026-03-31",
            ),
            // The data date lies in July and does not matter.
            (
                "previous_period",
                Month,
                "2026-07-01 2026-07-31",
                "2026-07-01: 2026-06-01 2026-06-30",
            ),
            (
                "previous_period",
                Month,
                "2026-03-10 2026-03-30",
                "2026-03-01: 2026-02-10 2026-02-28",
            ),
            (
                "previous_period",
                Month,
                "2026-03-31 2026-03-31",
                "2026-03-01: 2026-02-28 2026-02-28",
            ),
            (
                "previous_period",
                Month,
                "2026-04-01 2026-04-15",
                "2026-04-01: 2026-03-01 2026-03-15",
            ),
            (
                "previous_period",
                Quarter,
                "2026-04-01 2026-06-30",
                "2026-04-01: 2026-01-01 2026-03-31",
            ),
            ("previous_period", Year, "2025-01-01 2025-12-31", "2025-01-01: 2024-01-01 2024-12-31"),
            ("year_before", Day, "2024-02-29 2024-02-29", "2024-02-29: 2023-02-28 2023-02-28"),
            // A Monday 52 weeks before a Monday.
            ("year_before", Week, "2026-07-06 2026-07-12", "2026-07-06: 2025-07-07 2025-07-13"),
            ("year_before", Month, "2025-02-01 2025-02-28", "2025-02-01: 2024-02-01 2024-02-29"),
            ("year_before", Month, "2024-02-10 2024-02-29", "2024-02-01: 2023-02-10 2023-02-28"),
            ("year_before", Quarter, "2026-01-01 2026-03-31", "2026-01-01: 2025-01-01 2025-03-31"),
            ("year_before", Year, "2026-01-01 2026-12-31", "2026-01-01: 2025-01-01 2025-12-31"),
        ];
        for (variant, granularity, span, expected) in cases {
            assert_eq!(sources(variant, granularity, span), [expected], "{variant} {span}");
        }
    }

    #[test]
    fn sources_to_date_and_rolling_end_with_the_row() {
        use Granularity::{Day, Month, Week, Year};
        let cases = [
            ("month_to_date", Day, "2026-07-03 2026-07-03", "2026-07-03: 2026-07-01 2026-07-03"),
            ("quarter_to_date", Week, "2026-06-29 2026-07-05", "2026-06-29: 2026-07-01 2026-07-05"),
            ("year_to_date", Month, "2026-02-01 2026-02-28", "2026-02-01: 2026-01-01 2026-02-28"),
            ("year_to_date", Month, "2026-02-10 2026-02-20", "2026-02-01: 2026-01-01 2026-02-20"),
            ("year_to_date", Month, "2026-07-01 2026-07-31", "2026-07-01: 2026-01-01 2026-07-31"),
            // The fiscal year 2026 begins in the last days of 2025, its third quarter on June 29.
            (
                "fiscal_year_to_date",
                Month,
                "2026-01-01 2026-01-31",
                "2026-01-01: 2025-12-29 2026-01-31",
            ),
            (
                "fiscal_quarter_to_date",
                Day,
                "2026-06-29 2026-06-29",
                "2026-06-29: 2026-06-29 2026-06-29",
            ),
            (
                "fiscal_year_to_date",
                Year,
                "2025-01-01 2025-12-31",
                "2025-01-01: 2025-12-29 2025-12-31",
            ),
            ("rolling_28_days", Day, "2026-03-01 2026-03-01", "2026-03-01: 2026-02-02 2026-03-01"),
            ("rolling_1_days", Day, "2026-03-01 2026-03-01", "2026-03-01: 2026-03-01 2026-03-01"),
            (
                "rolling_3_months",
                Month,
                "2026-06-01 2026-06-30",
                "2026-06-01: 2026-04-01 2026-06-30",
            ),
            // July holds the data date, with which its three months end.
            (
                "rolling_3_months",
                Month,
                "2026-07-01 2026-07-31",
                "2026-07-01: 2026-04-16 2026-07-15",
            ),
            (
                "rolling_28_days",
                Month,
                "2026-07-01 2026-07-31",
                "2026-07-01: 2026-06-18 2026-07-15",
            ),
            (
                "rolling_1_months",
                Month,
                "2026-03-01 2026-03-30",
                "2026-03-01: 2026-02-28 2026-03-30",
            ),
            (
                "rolling_1_months",
                Month,
                "2026-02-01 2026-02-28",
                "2026-02-01: 2026-02-01 2026-02-28",
            ),
        ];
        for (variant, granularity, span, expected) in cases {
            assert_eq!(sources(variant, granularity, span), [expected], "{variant} {span}");
        }
        // The calendar ends with 2026.
        let beyond = sources("fiscal_year_to_date", Month, "2027-02-01 2027-02-28");
        assert!(beyond.is_empty(), "{beyond:?}");
    }

    #[test]
    fn a_day_may_be_part_of_several_stretches() {
        let pairs = asked("rolling_2_days", Granularity::Day, "2026-03-01 2026-03-02").unwrap();
        let told: Vec<String> =
            pairs.pairs.iter().map(|(unit, row)| format!("{} {}", text(unit), text(row))).collect();
        assert_eq!(
            told,
            [
                "2026-02-28 2026-03-01",
                "2026-03-01 2026-03-01",
                "2026-03-01 2026-03-02",
                "2026-03-02 2026-03-02",
            ]
        );
        assert_eq!(pairs.read, Some(Span::of_days(day("2026-02-28"), day("2026-03-02"))));
        let (session, _folder) = engine();
        let frame = pairs.frame(&session).unwrap();
        let threads = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let batches = threads.block_on(frame.collect()).unwrap();
        let shown = datafusion::arrow::util::pretty::pretty_format_batches(&batches).unwrap();
        let shown = shown.to_string();
        assert!(shown.contains("| __unit     | __bucket   |"), "{shown}");
        assert!(shown.contains("| 2026-02-28 | 2026-03-01 |"), "{shown}");
    }

    #[test]
    fn what_has_no_meaning_is_refused_with_what_would_have() {
        use Granularity::{FiscalPeriod, FiscalYear, Hour, Month, Quarter, Week, Year};
        let cases = [
            ("previous_period", Hour, "day or longer"),
            ("month_to_date", Quarter, "day, week or month"),
            ("month_to_date", FiscalPeriod, "day, week or month"),
            ("quarter_to_date", Year, "quarter or shorter"),
            ("year_to_date", FiscalYear, "year or shorter"),
            ("fiscal_quarter_to_date", Year, "fiscal_quarter or shorter"),
            ("fiscal_quarter_to_date", FiscalYear, "fiscal_quarter or shorter"),
            ("rolling_12_periods", Month, "fiscal_period"),
            ("rolling_3_months", FiscalPeriod, "day, week, month"),
            ("rolling_28_days", FiscalYear, "day, week, month"),
        ];
        for (variant, granularity, expected) in cases {
            let parsed = Variant::try_from(variant.to_owned()).unwrap();
            let error = fits(parsed, granularity).unwrap_err();
            assert!(error.contains(expected), "{variant} {granularity}: {error}");
            assert!(error.starts_with(&format!("`{variant}` has no meaning by `{granularity}`")));
        }
        assert_eq!(fits(Variant::ToDate(Larger::Month), Week), Ok(()));
        assert_eq!(fits(Variant::ToDate(Larger::FiscalYear), FiscalYear), Ok(()));
        let none = Calendar::default();
        let clock = Clock { today: day("2026-07-15"), zone: chrono_tz::UTC, calendar: &none };
        let span = Span::of_days(day("2026-06-01"), day("2026-06-30"));
        let months = buckets(Month, &span, &clock).unwrap();
        let error = pairs(Variant::ToDate(Larger::FiscalYear), Month, &months, &clock);
        assert!(error.unwrap_err().contains("[periods]"), "the calendar is missing");
        let long = Span::of_days(day("2000-01-01"), day("2026-06-30"));
        let days = buckets(Granularity::Day, &long, &clock).unwrap();
        let error = pairs(Variant::Rolling(3_000, Unit::Day), Granularity::Day, &days, &clock);
        assert!(error.unwrap_err().contains("too many days"), "they are counted");
    }
}
