//! How does an order become deliveries, invoices, payments and postings?

pub(super) mod orders;

use super::clock::Month;
use super::marketing::Spent;
use super::run::Run;
use super::service::Bill;
use super::world::World;

/// Trade over the months.
pub(super) struct Trade {}

impl Trade {
    /// Trade before the first month.
    pub(super) fn new(_world: &World) -> Self {
        Self {}
    }

    /// Lives through a month.
    pub(super) fn month(
        &mut self,
        _run: &mut Run,
        _month: Month,
        _bills: Vec<Bill>,
        _spent: Vec<Spent>,
    ) {
    }

    /// Says what must be found.
    pub(super) fn finish(self, _run: &mut Run) {}
}
