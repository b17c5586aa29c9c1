//! Which days or periods make up a stretch's value of another time?
//!
//! A row of an answer means a stretch of time: that of its granularity, cut by the span of the
//! question. Its value of another time is the measure over other days, its source, which the span
//! does not limit. By the calendar sources are days, by the fiscal year they are accounting periods.
//!
//! | variant | by the calendar | by the fiscal year |
//! | --- | --- | --- |
//! | `previous_period` | the days moved back by one stretch | the regular stretch before |
//! | `year_before` | the days moved back by 12 months, weeks by 52 weeks | the stretch of the same place in the year before; corrections only by corrections of that place |
//! | `.._to_date` | from the beginning of the larger stretch that holds the last day, to that day | the periods of the larger stretch up to the row's last one |
//! | `rolling_n_days` | the n days that end with the last day | refused |
//! | `rolling_n_months` | from n months before the day after the last one, to the last day | refused |
//! | `rolling_n_periods` | refused | the n regular periods that end with the row's last one |
//!
//! - A first day that is the stretch's own moves to the first day of the other stretch, and so does a
//!   last day: February has all of its days, whatever January has. Any other day moves to the day of
//!   the same number, or to the last one of a shorter month: March 31 a month before is February 28
//!   or 29, February 29 a year before is February 28.
//! - The data date cuts no source, only the end of rolling days and months: of the stretch that holds
//!   it they end with it, so that they always hold n days or months of data.
//! - Periods of corrections go with the regular period that holds their last day into whatever is to
//!   date or rolling, and into their fiscal quarter and year. Alone, they have the regular period
//!   before them in the order as their previous one.
//! - A larger stretch must not be shorter than the row's: `month_to_date` by quarter is refused.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{Field, Schema};
use datafusion::error::Result as QueryResult;
use datafusion::prelude::{DataFrame, SessionContext};

use super::buckets::{Bucket, Key, column};
use super::calendar::name;
use super::clock::{step, stretch};
use super::{Clock, Span};
use crate::model::cube::granularity::Granularity;
use crate::model::cube::variant::{Larger, Unit, Variant};
use crate::model::periods::{self, Period};

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
        let units = column(self.pairs.iter().map(|(unit, _)| unit));
        let stretches = column(self.pairs.iter().map(|(_, stretch)| stretch));
        let fields = [(UNIT, &units), (BUCKET, &stretches)]
            .map(|(name, values)| Field::new(name, values.data_type().clone(), false));
        let schema = Arc::new(Schema::new(fields.to_vec()));
        session.read_batch(RecordBatch::try_new(schema, vec![units, stretches])?)
    }

    fn of(unit: SourceUnit) -> Self {
        Self { unit, pairs: Vec::new(), sources: Vec::new(), read: None }
    }

    fn add(
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
        return by_period(variant, granularity, buckets, clock);
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

/// The source of a stretch of the calendar; nothing where the fiscal year of its last day is unknown.
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

/// The sources of stretches of the fiscal year.
fn by_period(
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

/// Whether the span of a question leaves a stretch whole: sources are whole periods, which could not
/// be compared with a part of one. Days after the data date may be missing.
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
