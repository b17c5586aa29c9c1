//! To be written.

use chrono::NaiveDate;

use super::clock::Month;
use super::run::Run;
use super::world::{Customer, World};

/// Something that service bills to a customer.
pub(super) struct Bill {
    /// the customer, a place in the world's list
    pub(super) customer: usize,
    /// the day of the invoice
    pub(super) on: NaiveDate,
    /// the case or contract billed: `CS-...`
    pub(super) reference: String,
    /// what is billed
    pub(super) lines: Vec<BillLine>,
}

/// A line of a bill; its price is that of the list in the customer's currency, unless said.
pub(super) struct BillLine {
    /// the product, a place in the world's list
    pub(super) product: usize,
    /// how many
    pub(super) quantity: i64,
    /// the price of one in cents of the customer's currency where it is not the list's
    pub(super) price: Option<i64>,
}

/// A case as it will have run; a pure function of the seed, the customer and the month.
pub(super) struct Case {
    /// its number
    pub(super) id: String,
    /// the day on which it was opened
    pub(super) opened: NaiveDate,
    /// the day on which it was closed, if ever
    pub(super) closed: Option<NaiveDate>,
    /// the technician's work, in minutes
    pub(super) minutes: i64,
    /// the technician's travel, in minutes
    pub(super) travel_minutes: i64,
    /// the technician, a place in the world's employees
    pub(super) technician: usize,
}

/// The cases that a customer opens in a month.
pub(super) fn cases(_world: &World, _customer: &Customer, _month: Month) -> Vec<Case> {
    Vec::new()
}

/// Writes a month of the service desk, and returns what it bills in it.
pub(super) fn month(_run: &mut Run, _month: Month) -> Vec<Bill> {
    Vec::new()
}
