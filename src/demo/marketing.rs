//! To be written.

use chrono::NaiveDate;

use super::clock::Month;
use super::run::Run;
use super::world::World;

/// What marketing spent, for the ledger to book under the same document.
pub(super) struct Spent {
    /// the entity that pays, a place in the list of entities
    pub(super) entity: usize,
    /// the unit that the campaign is for, a place in the list of units
    pub(super) unit: usize,
    /// the day
    pub(super) on: NaiveDate,
    /// the document that the ledger and the cost sheet share: `MC-2026-03-004`
    pub(super) document: String,
    /// how much, in cents of the entity's currency
    pub(super) amount: i64,
}

/// Marketing over the months.
pub(super) struct Marketing {}

impl Marketing {
    /// Marketing before the first month.
    pub(super) fn new(_world: &World) -> Self {
        Self {}
    }

    /// Writes what is there before the first month.
    pub(super) fn begin(&mut self, _run: &mut Run) {}

    /// Writes a month, and returns what was spent in it.
    pub(super) fn month(&mut self, _run: &mut Run, _month: Month) -> Vec<Spent> {
        Vec::new()
    }
}
