//! Up to which day do the rows that a question asks reach?
//!
//! A release knows the systems from which the days of a cube's rows come, and up to which day each
//! of them reaches: the newest day, but none after its extraction, on which a row happened or was
//! changed. A stretch of time is complete when all of these systems have it, so the one that is
//! behind the others decides. Rows that come from no such system reach up to the extraction.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::Opened;
use super::resolve::resolve;
use crate::model::cube::CubeError;
use crate::model::cube::members::Cube;
use crate::model::cube::question::Question;

/// Up to which day rows reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// the day up to which all systems reach: the data date
    pub complete: NaiveDate,
    /// the day up to which at least one does, after which nobody knows a level
    pub known: NaiveDate,
    /// the day of each system
    pub systems: BTreeMap<String, NaiveDate>,
}

impl Opened<'_> {
    /// Up to which day the rows reach that a question asks.
    ///
    /// # Errors
    /// When the question names what is not there or cannot be told together.
    pub fn reach(&self, question: &Question) -> Result<Reach, CubeError> {
        Ok(self.reach_of(&resolve(&self.cubes, question)?.cubes))
    }

    /// Up to which day the rows of cubes reach.
    pub(super) fn reach_of(&self, cubes: &[&Cube]) -> Reach {
        let release = self.asker.release;
        let names = cubes.iter().filter_map(|cube| release.cubes.get(cube.name())).flatten();
        let day = |name: &String| Some((name.clone(), release.systems.get(name)?.reaches_on?));
        let systems: BTreeMap<String, NaiveDate> = names.filter_map(day).collect();
        let extracted = self.extracted_on();
        Reach {
            complete: systems.values().min().copied().unwrap_or(extracted),
            known: systems.values().max().copied().unwrap_or(extracted),
            systems,
        }
    }

    /// The newest day on which a system's data were extracted, in the project's zone.
    fn extracted_on(&self) -> NaiveDate {
        let release = self.asker.release;
        let newest = release.systems.values().filter_map(|system| system.extracted_at).max();
        let zone = self.asker.project.settings.time_zone;
        newest.unwrap_or(release.created_at).with_timezone(&zone).date_naive()
    }
}
