//! What is one level finer or coarser than a row, or beside it?

use super::cell::{Cell, is_of, is_set_by_step, set_by_step};
use super::unfit;
use crate::model::cube::CubeError;
use crate::model::cube::granularity::Granularity;
use crate::model::cube::meta::{Levels, hierarchies};
use crate::model::cube::question::{Filter, Question, TimeDimension};

/// The granularities of the calendar from coarse to fine.
const CALENDAR: [Granularity; 7] = [
    Granularity::Year,
    Granularity::Quarter,
    Granularity::Month,
    Granularity::Day,
    Granularity::Hour,
    Granularity::Minute,
    Granularity::Second,
];

/// Those of the accounting calendar.
const FISCAL: [Granularity; 4] = [
    Granularity::FiscalYear,
    Granularity::FiscalQuarter,
    Granularity::FiscalPeriod,
    Granularity::Day,
];

/// Finer or coarser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Down,
    Up,
}

impl Cell<'_> {
    pub(super) fn along(&self, name: &str, way: Way) -> Result<Question, CubeError> {
        let is_it = |hierarchy: &Levels| hierarchy.name == name;
        if let Some(hierarchy) = hierarchies(self.subject, "").into_iter().find(is_it) {
            let levels: Vec<String> =
                hierarchy.levels.iter().map(|level| self.member(level)).collect();
            return self.by_levels(name, &levels, way);
        }
        let member = self.member(name);
        let is_time = |time: &TimeDimension| time.dimension == member;
        match self.question.time_dimensions.iter().position(is_time) {
            Some(place) => self.by_time(place, way),
            None => Err(self.unknown("hierarchy or time of the question", name)),
        }
    }

    fn unknown(&self, what: &'static str, wanted: &str) -> CubeError {
        let mut known: Vec<String> =
            hierarchies(self.subject, "").into_iter().map(|levels| levels.name).collect();
        let times = self.question.time_dimensions.iter();
        let names = times.filter_map(|time| time.dimension.split_once('.'));
        known.extend(names.map(|(_, name)| name.to_owned()));
        let hint = match known.is_empty() {
            true => format!("; `{}` has none", self.subject.name()),
            false => format!("; there are {}", known.join(", ")),
        };
        CubeError::Unknown { what, wanted: wanted.to_owned(), hint }
    }

    /// One level finer or coarser than the finest of the hierarchy that tells the row.
    fn by_levels(&self, name: &str, levels: &[String], way: Way) -> Result<Question, CubeError> {
        let mut question = self.narrowed()?;
        let is_kept = |level: &String| question.dimensions.contains(level);
        let at = levels.iter().rposition(is_kept);
        let next = match (way, at) {
            (Way::Down, None) => levels.first(),
            (Way::Down, Some(at)) => match levels.get(at + 1) {
                Some(level) => Some(level),
                None => {
                    return Err(unfit(format!(
                        "the row is told by the finest level of `{name}` already; its rows are \
                         asked by `detail`"
                    )));
                }
            },
            (Way::Up, None) => {
                return Err(unfit(format!(
                    "the row is told by no level of `{name}`; there is none above it"
                )));
            }
            (Way::Up, Some(at)) => at.checked_sub(1).and_then(|above| levels.get(above)),
        };
        let place = question.dimensions.iter().position(|member| levels.contains(member));
        question.dimensions.retain(|member| !levels.contains(member));
        if let Some(next) = next {
            let place = place.unwrap_or(question.dimensions.len());
            question.dimensions.insert(place, next.clone());
        }
        let is_of_row = |filter: &Filter, members: &[String]| {
            is_of(filter, members) && !self.question.filters.contains(filter)
        };
        if way == Way::Up {
            // The coarser row has other parts beside this one; what the person herself asked stays.
            let above = next.and_then(|next| levels.iter().position(|level| level == next));
            let finer = levels.get(above.unwrap_or(0)..).unwrap_or_default();
            let goes = |filter: &Filter| is_of_row(filter, finer) || is_set_by_step(filter, finer);
            question.filters.retain(|filter| !goes(filter));
            return Ok(question);
        }
        let filters = question.filters.into_iter();
        let set = |filter: Filter| match is_of_row(&filter, levels) {
            true => set_by_step(filter),
            false => filter,
        };
        question.filters = filters.map(set).collect();
        Ok(question)
    }

    /// One granularity finer or coarser than the bucket of the row.
    fn by_time(&self, place: usize, way: Way) -> Result<Question, CubeError> {
        let kept = self.times.iter().find(|(kept, _, _)| *kept == place);
        let asked = &self.question.time_dimensions;
        let Some(asked) = asked.get(place) else { return self.narrowed() };
        let granularity = kept.map(|(_, granularity, _)| *granularity);
        let next = match (granularity, way) {
            (None, Way::Down) => asked.granularity.or(Some(Granularity::Year)),
            (None, Way::Up) => {
                let problem = format!("the row is of all of `{}`", asked.dimension);
                return Err(unfit(format!("{problem}; there is nothing above it")));
            }
            (Some(now), way) => beside(now, way).ok_or_else(|| {
                let (there, other) = match way {
                    Way::Down => ("finer", "its rows are asked by `detail`"),
                    Way::Up => ("coarser", "leave the time out for the total"),
                };
                unfit(format!("there is nothing {there} than a {now}; {other}"))
            })?,
        };
        let mut question = self.narrowed()?;
        let mut time = question
            .time_dimensions
            .iter()
            .position(|time| time.dimension == asked.dimension)
            .map(|at| question.time_dimensions.remove(at))
            .unwrap_or_else(|| TimeDimension { granularity: None, ..asked.clone() });
        if way == Way::Up {
            time.date_range.clone_from(&asked.date_range);
            if let Some(granularity) = granularity.filter(|granularity| granularity.is_fiscal()) {
                let member = self.fiscal(&asked.dimension, granularity)?;
                let said = &self.question.filters;
                let is_of_row = |filter: &Filter| {
                    is_of(filter, std::slice::from_ref(&member)) && !said.contains(filter)
                };
                question.filters.retain(|filter| !is_of_row(filter));
            }
        }
        time.granularity = next;
        if time.granularity.is_some() || time.date_range.is_some() {
            let place = place.min(question.time_dimensions.len());
            question.time_dimensions.insert(place, time);
        }
        Ok(question)
    }

    pub(super) fn across(&self, name: &str) -> Result<Question, CubeError> {
        let mut question = self.narrowed()?;
        let is_it = |hierarchy: &Levels| hierarchy.name == name;
        let coarsest = hierarchies(self.subject, "").into_iter().find(is_it);
        let wanted = match coarsest.and_then(|levels| levels.levels.into_iter().next()) {
            Some(level) => level,
            None if !self.subject.dimension(name).is_empty() => name.to_owned(),
            None => {
                let known: Vec<String> = self.subject.dimensions().into_iter().collect();
                let hint = format!("; there are {}", known.join(", "));
                let what = "dimension or hierarchy";
                return Err(CubeError::Unknown { what, wanted: name.to_owned(), hint });
            }
        };
        question.dimensions = vec![self.member(&wanted)];
        Ok(question)
    }
}

/// The granularity beside another one; none above the coarsest but the total, which is no stretch.
fn beside(granularity: Granularity, way: Way) -> Option<Option<Granularity>> {
    if granularity == Granularity::Week {
        return Some(Some(if way == Way::Down { Granularity::Day } else { Granularity::Month }));
    }
    let ladder: &[Granularity] = if granularity.is_fiscal() { &FISCAL } else { &CALENDAR };
    let at = ladder.iter().position(|known| *known == granularity)?;
    match way {
        Way::Down => ladder.get(at + 1).map(|finer| Some(*finer)),
        Way::Up => Some(at.checked_sub(1).and_then(|above| ladder.get(above)).copied()),
    }
}
