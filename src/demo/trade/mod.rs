//! How does an order become deliveries, invoices, payments and postings?
//!
//! Each order's whole life follows from it alone, so its later rows are given for later days when
//! it is made. What needs a whole month (receipts of goods, wages, rebates) is made at its end.

mod books;
mod budgets;
mod costs;
mod differences;
mod flow;
mod invoices;
pub(super) mod orders;
mod planted;
mod profit;
mod rates;
mod service_bills;
mod stock;

use std::collections::BTreeMap;

use super::clock::Month;
use super::marketing::Spent;
use super::run::Run;
use super::service::Bill;
use books::Books;
use differences::Differences;
use planted::Baskets;
use profit::Profit;
use stock::Stock;

/// Trade over the months.
pub(super) struct Trade {
    books: Books,
    stock: Stock,
    differences: Differences,
    profit: Profit,
    /// freight of a month's deliveries by entity, in cents of its currency
    freight: BTreeMap<(Month, usize), i64>,
    /// net revenue of distributors by quarter and customer, in cents of its currency
    rebates: BTreeMap<(Month, usize), i64>,
    /// orders with one or the other of two products that are bought together, or both
    baskets: Baskets,
}

impl Trade {
    /// Trade before the first month.
    pub(super) fn new(run: &Run) -> Self {
        let world = &run.world;
        Self {
            books: Books::new(run.feeds.window()),
            stock: Stock::new(world),
            differences: Differences::new(world),
            profit: Profit::new(world),
            freight: BTreeMap::new(),
            rebates: BTreeMap::new(),
            baskets: Baskets::new(run.feeds.window().until),
        }
    }

    /// Writes what is there before the first month.
    pub(super) fn begin(&self, run: &mut Run) {
        budgets::write(run);
    }

    /// Lives through a month.
    pub(super) fn month(
        &mut self,
        run: &mut Run,
        month: Month,
        bills: Vec<Bill>,
        spent: Vec<Spent>,
    ) {
        rates::write(run, month);
        for index in 0..run.world.customers.len() {
            let orders = orders::of(&run.world, &run.world.customers[index], month);
            for order in &orders {
                self.baskets.add(order);
                self.fulfil(run, index, order);
            }
        }
        for bill in bills {
            self.bill_service(run, &bill);
        }
        self.rebate(run, month);
        self.book_without_invoice(run, month);
        self.adjust(run, month);
        let Run { world, feeds, .. } = run;
        self.stock.month(world, feeds, &mut self.books, month);
        self.spend(run, month, &spent);
        self.profit_of(&run.world, month, run.feeds.window().until);
        self.books.forget(month);
    }

    /// Says what must be found.
    pub(super) fn finish(self, run: &mut Run) {
        costs::say_totals(&self.books, run);
        self.profit.say(run);
        self.baskets.say(run);
        planted::say(run);
    }
}
