//! What is booked? Every document's postings sum to zero, in its currency and in the books'.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::super::clock::{Month, Window};
use super::super::company::{Currency, ENTITIES};
use super::super::employees::Work;
use super::super::feeds::Feeds;
use super::super::tables;
use super::rates::converted;

/// What is booked together.
pub(super) struct Document<'a> {
    /// the entity, a place in [`ENTITIES`]
    pub(super) entity: usize,
    /// its number
    pub(super) id: &'a str,
    /// what it is: `invoice`, `payment`
    pub(super) kind: &'static str,
    /// where it comes from: `sales`, `manual`
    pub(super) origin: &'static str,
    /// its own date
    pub(super) dated: NaiveDate,
    /// the day on which it counts
    pub(super) posted: NaiveDate,
    /// the day on which it is entered, never before it counts
    pub(super) entered: NaiveDate,
    /// its currency
    pub(super) currency: Currency,
    /// from its currency to the books', in units of the eighth decimal place
    pub(super) rate: i64,
    /// what it says
    pub(super) text: &'a str,
    /// entered once more by mistake: its entries have other numbers
    pub(super) is_copy: bool,
    /// entered, but not yet in force
    pub(super) is_draft: bool,
    /// it counts in the adjusting period after the year's last month
    pub(super) is_adjusting: bool,
}

impl<'a> Document<'a> {
    /// A document of the books' own currency that counts and is entered on its own date.
    pub(super) fn new(entity: usize, id: &'a str, on: NaiveDate) -> Self {
        Self {
            entity,
            id,
            kind: "journal",
            origin: "manual",
            dated: on,
            posted: on,
            entered: on,
            currency: ENTITIES[entity].currency,
            rate: super::rates::RATE_ONE,
            text: "",
            is_copy: false,
            is_draft: false,
            is_adjusting: false,
        }
    }

    /// The accounting period: year times 100 and month, or 13 for the adjusting one.
    pub(super) fn period(&self) -> u32 {
        let number = if self.is_adjusting { 13 } else { self.posted.month() };
        self.posted.year().unsigned_abs() * 100 + number
    }
}

/// A line of a document.
#[derive(Clone, Copy)]
pub(super) struct Posting<'a> {
    /// the account
    pub(super) account: u16,
    /// the cost centre: what is done there
    pub(super) centre: Option<Work>,
    /// the customer's number in the bookkeeping
    pub(super) customer: &'a str,
    /// the amount in cents of the document's currency, debit positive
    pub(super) amount: i64,
    /// the amount in the books' currency where the rate does not make it
    pub(super) functional: Option<i64>,
}

impl<'a> Posting<'a> {
    /// An amount on an account.
    pub(super) fn new(account: u16, amount: i64) -> Self {
        Self { account, centre: None, customer: "", amount, functional: None }
    }

    /// The same at a cost centre.
    pub(super) fn at(self, centre: Work) -> Self {
        Self { centre: Some(centre), ..self }
    }

    /// The same of a customer.
    pub(super) fn of(self, customer: &'a str) -> Self {
        Self { customer, ..self }
    }
}

/// The general ledger.
pub(super) struct Books {
    window: Window,
    /// cents of the books' currency by entity, account and period; drafts are not in it
    pub(super) totals: BTreeMap<(usize, u16, u32), i64>,
    /// of the month being booked, by entity and account, all entered or not
    pub(super) recent: BTreeMap<(Month, usize, u16), i64>,
}

impl Books {
    /// Books for the days of a window.
    pub(super) fn new(window: Window) -> Self {
        Self { window, totals: BTreeMap::new(), recent: BTreeMap::new() }
    }

    /// Books a document. Its first posting takes what conversion leaves over, so that the books
    /// balance as the document does.
    pub(super) fn post(&mut self, feeds: &mut Feeds, document: &Document<'_>, lines: &[Posting]) {
        debug_assert_eq!(lines.iter().map(|line| line.amount).sum::<i64>(), 0, "{}", document.id);
        let own = |line: &Posting<'_>| {
            line.functional.unwrap_or_else(|| converted(line.amount, document.rate))
        };
        let rest: i64 = lines.iter().skip(1).map(own).sum();
        let period = document.period();
        let name = period_name(period);
        let entity = &ENTITIES[document.entity];
        for (place, line) in lines.iter().enumerate() {
            let functional = if place == 0 { -rest } else { own(line) };
            if !document.is_draft {
                self.add(document, line.account, functional);
            }
            feeds.row(&tables::LEDGER, document.entered, |row| {
                let mut number = itoa::Buffer::new();
                let number = number.format(place + 1);
                let mark = if document.is_copy { "/B" } else { "/" };
                row.joined(&[document.id, mark, number]).text(entity.id).date(document.posted);
                row.text(&name).int(i64::from(line.account));
                match line.centre {
                    Some(work) => row.joined(&["C", &entity.id[2..], "-", work.name()]),
                    None => row.none(),
                };
                row.text(line.customer).text(document.id).text(document.kind);
                row.date(document.dated).text(document.origin);
                row.text(if document.is_draft { "draft" } else { "posted" });
                row.text(document.currency.code()).money(line.amount).money(functional);
                row.text(document.text);
            });
        }
    }

    fn add(&mut self, document: &Document<'_>, account: u16, amount: i64) {
        let month = Month::of(document.posted);
        *self.recent.entry((month, document.entity, account)).or_default() += amount;
        if document.entered <= self.window.until {
            let key = (document.entity, account, document.period());
            *self.totals.entry(key).or_default() += amount;
        }
    }
}

/// A period as it is written: 202603 is `2026-03`.
pub(super) fn period_name(period: u32) -> String {
    format!("{}-{:02}", period / 100, period % 100)
}
