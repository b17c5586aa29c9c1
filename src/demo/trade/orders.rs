//! What does a customer order in a month? A pure function of the seed, the customer and the month.

use chrono::NaiveDate;

use super::super::clock::Month;
use super::super::world::{Customer, World};

/// An order.
pub(in super::super) struct Order {
    /// its number: `SO260618-01234`
    pub(in super::super) id: String,
    /// its date
    pub(in super::super) on: NaiveDate,
    /// the day on which the customer wants it
    pub(in super::super) requested: NaiveDate,
    /// what is ordered
    pub(in super::super) lines: Vec<Line>,
    /// the customer took it back before anything was delivered
    pub(in super::super) is_cancelled: bool,
    /// a quote came before, at most 20 days, with the same products, quantities and prices; its
    /// number is [`Order::quote_id`]
    pub(in super::super) has_quote: bool,
    /// an opportunity opened 25 to 85 days before was won by this order; its number is
    /// [`Order::opportunity_id`]
    pub(in super::super) has_opportunity: bool,
}

impl Order {
    /// The number of the quote before it.
    pub(in super::super) fn quote_id(&self) -> String {
        self.id.replacen("SO", "QU", 1)
    }

    /// The number of the opportunity before it.
    pub(in super::super) fn opportunity_id(&self) -> String {
        self.id.replacen("SO", "OP", 1)
    }

    /// What it brings, in cents of the customer's currency; the items of a kit are in its price.
    pub(in super::super) fn net(&self) -> i64 {
        let own = self.lines.iter().filter(|line| line.parent.is_none());
        own.map(|line| line.quantity * line.price).sum()
    }
}

/// A line of an order.
pub(in super::super) struct Line {
    /// its number, from 1
    pub(in super::super) number: i64,
    /// the line of the kit that it is an item of
    pub(in super::super) parent: Option<i64>,
    /// the product, a place in the world's list
    pub(in super::super) product: usize,
    /// how many
    pub(in super::super) quantity: i64,
    /// the price of one in the list, in cents of the customer's currency
    pub(in super::super) list_price: i64,
    /// the price agreed for one, in cents of the customer's currency
    pub(in super::super) price: i64,
}

/// The orders of a customer in a month, by date.
pub(in super::super) fn of(_world: &World, _customer: &Customer, _month: Month) -> Vec<Order> {
    Vec::new()
}
