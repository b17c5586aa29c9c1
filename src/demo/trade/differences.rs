//! Where do ledger and documents differ, once in every way in which they differ in practice?

use std::collections::BTreeMap;

use serde_json::json;

use super::super::clock::{DATA_DATE, Month, later, working_day, working_days_later};
use super::super::company::{ENTITIES, account};
use super::super::employees::Work;
use super::super::roles::Role;
use super::super::run::Run;
use super::super::text::money;
use super::super::world::{Customer, World};
use super::Trade;
use super::books::{Document, Posting, period_name};
use super::invoices::booked_rate;
use super::orders;
use super::rates::converted;

/// A way in which ledger and documents differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// posted in another period
    Timing,
    /// the invoice was never posted
    MissingInLedger,
    /// posted, but there is no invoice
    MissingInSubledger,
    /// posted with digits exchanged
    AmountMismatch,
    /// posted twice
    Duplicate,
    /// revenue by a journal that names no customer
    ManualJournal,
    /// the revenue account used by another subledger
    OtherSubledger,
    /// entered, but still a draft
    Unposted,
    /// converted at another month's rate
    CurrencyOrRounding,
    /// posted on an account that no rule looks at
    AccountOutsideRange,
    /// posted with its sign turned
    WrongSign,
    /// posted to a number that is no customer's
    UnknownCustomer,
}

impl Class {
    fn name(self) -> &'static str {
        match self {
            Self::Timing => "timing",
            Self::MissingInLedger => "missing_in_ledger",
            Self::MissingInSubledger => "missing_in_subledger",
            Self::AmountMismatch => "amount_mismatch",
            Self::Duplicate => "duplicate",
            Self::ManualJournal => "manual_journal",
            Self::OtherSubledger => "other_subledger",
            Self::Unposted => "unposted",
            Self::CurrencyOrRounding => "currency_or_rounding",
            Self::AccountOutsideRange => "account_outside_range",
            Self::WrongSign => "wrong_sign",
            Self::UnknownCustomer => "unknown_customer",
        }
    }
}

/// The ways in which an invoice is booked otherwise than it should be.
const OF_INVOICES: [Class; 9] = [
    Class::Timing,
    Class::MissingInLedger,
    Class::AmountMismatch,
    Class::Duplicate,
    Class::Unposted,
    Class::CurrencyOrRounding,
    Class::AccountOutsideRange,
    Class::WrongSign,
    Class::UnknownCustomer,
];
/// How often each way is planted.
const TIMES: u64 = 3;
/// A number that no customer has.
const UNKNOWN: &str = "4999999";

/// The differences to plant.
pub(super) struct Differences {
    invoices: BTreeMap<String, Class>,
}

impl Differences {
    /// Chooses the invoices: each the first of an order, in its entity's own currency unless the
    /// currency is the point.
    pub(super) fn new(world: &World) -> Self {
        let mut invoices = BTreeMap::new();
        for (place, class) in OF_INVOICES.into_iter().enumerate() {
            for time in 0..TIMES {
                let key = place as u64 * TIMES + time;
                let id = chosen(world, class, key, &invoices);
                if let Some(id) = id {
                    invoices.insert(id, class);
                }
            }
        }
        Self { invoices }
    }
}

fn chosen(
    world: &World,
    class: Class,
    key: u64,
    taken: &BTreeMap<String, Class>,
) -> Option<String> {
    let mut stream = world.stream("differences", 0, key);
    let last = Month::of(DATA_DATE).0 - 2;
    let wants_currency = class == Class::CurrencyOrRounding;
    let is_fit = |customer: &Customer| {
        customer.role == Role::Ordinary
            && (customer.currency != ENTITIES[customer.entity].currency) == wants_currency
    };
    // Those who join after the data date would change what was chosen before.
    let known = world.customers.iter().take(world.scale.customers as usize);
    let fit: Vec<&Customer> = known.filter(|one| is_fit(one)).collect();
    // So many tries find an order in any company of the smallest size.
    for _ in 0..4_000 {
        let month = stream.between(i64::from(world.start.0) + 1, i64::from(last));
        let month = Month(i32::try_from(month).unwrap_or(last));
        let customer = fit.get(stream.place(fit.len()))?;
        let orders = orders::of(world, customer, month);
        let order = orders.iter().find(|order| !order.is_cancelled && order.net() > 20_000);
        if let Some(order) = order {
            let id = format!("{}-1", order.id.replacen("SO", "IV", 1));
            if !taken.contains_key(&id) {
                return Some(id);
            }
        }
    }
    None
}

/// What a document shows as revenue, in cents of its currency and of the books'.
fn revenue(postings: &[Posting<'_>], rate: i64) -> (i64, i64) {
    let is_revenue =
        |posting: &&Posting<'_>| (account::REVENUE..=account::REBATES).contains(&posting.account);
    let of = |posting: &Posting<'_>| {
        posting.functional.unwrap_or_else(|| converted(posting.amount, rate))
    };
    postings
        .iter()
        .filter(is_revenue)
        .fold((0, 0), |(own, functional), posting| (own - posting.amount, functional - of(posting)))
}

impl Trade {
    /// Books an invoice as it should not be, where that is planted, and says so.
    pub(super) fn book_otherwise(
        &mut self,
        run: &mut Run,
        customer: usize,
        plain: &Document<'_>,
        postings: &[Posting<'_>],
    ) -> bool {
        let Some(class) = self.differences.invoices.get(plain.id).copied() else { return false };
        let mut wrong = postings.to_vec();
        let mut document = Document { ..*plain };
        let month = Month::of(plain.posted);
        let debtor = run.world.customers[customer].debtor_id();
        match class {
            Class::Timing => {
                document.posted = working_day(later(month.next().first(), 1));
                document.entered = document.posted;
            }
            Class::AmountMismatch => change(&mut wrong, 90_00),
            Class::Unposted => document.is_draft = true,
            Class::CurrencyOrRounding => {
                let before = Month(month.0 - 1);
                document.rate = booked_rate(&run.world, plain.currency, plain.entity, before);
            }
            Class::AccountOutsideRange => {
                for posting in &mut wrong {
                    if posting.account == account::REVENUE {
                        posting.account = account::OUTSIDE_INCOME;
                    }
                }
            }
            Class::WrongSign => wrong.iter_mut().for_each(|line| line.amount = -line.amount),
            Class::UnknownCustomer => wrong.iter_mut().for_each(|line| line.customer = UNKNOWN),
            _ => {}
        }
        if class != Class::MissingInLedger {
            self.books.post(&mut run.feeds, &document, &wrong);
        }
        if class == Class::Duplicate {
            let on = working_days_later(plain.posted, 2);
            let copy = Document { is_copy: true, posted: on, entered: on, ..*plain };
            self.books.post(&mut run.feeds, &copy, &wrong);
        }
        let is_booked = !matches!(class, Class::MissingInLedger | Class::Unposted);
        let times = if class == Class::Duplicate { 2 } else { i64::from(is_booked) };
        let (net, functional) = revenue(postings, plain.rate);
        let (booked, booked_functional) = revenue(&wrong, document.rate);
        run.answers.reported(
            "revenue_reconciliation",
            json!({
                "class": class.name(),
                "document": plain.id,
                "entity": ENTITIES[plain.entity].id,
                "customer": debtor,
                "currency": plain.currency.code(),
                "document_period": period_name(plain.period()),
                "ledger_period": period_name(document.period()),
                "document_amount": money(net),
                "ledger_amount": money(booked * times),
                "document_functional_amount": money(functional),
                "ledger_functional_amount": money(booked_functional * times),
            }),
        );
        true
    }

    /// Books what no invoice stands behind.
    pub(super) fn book_without_invoice(&mut self, run: &mut Run, month: Month) {
        let last = Month::of(DATA_DATE).0;
        let step = (last - run.world.start.0 - 1) / 4;
        let planned = (1..=3).find(|time| month.0 == run.world.start.0 + time * step.max(1));
        let Some(time) = planned else { return };
        let entity = usize::try_from(time).unwrap_or_default();
        let known = run.world.customers.iter().find(|customer| {
            customer.entity == entity
                && customer.role == Role::Ordinary
                && customer.since < month.first()
        });
        let debtor = known.map(Customer::debtor_id).unwrap_or_default();
        let label = month.name().replace('-', "");
        let on = working_day(later(month.first(), 13));
        let planned = [
            (Class::MissingInSubledger, format!("IV{label}-90001-1"), 1_234_500 + i64::from(time)),
            (Class::ManualJournal, format!("MJ{label}-001"), 876_543 + i64::from(time)),
            (Class::OtherSubledger, format!("AS{label}-001"), 450_000 + i64::from(time)),
        ];
        for (class, id, amount) in planned {
            self.book_revenue(run, (class, entity, on), (&id, amount), &debtor);
        }
    }

    fn book_revenue(
        &mut self,
        run: &mut Run,
        (class, entity, on): (Class, usize, chrono::NaiveDate),
        (id, amount): (&str, i64),
        debtor: &str,
    ) {
        let (kind, origin, customer, against) = match class {
            Class::MissingInSubledger => ("invoice", "sales", debtor, account::RECEIVABLES),
            Class::OtherSubledger => ("journal", "assets", "", account::BANK),
            _ => ("journal", "manual", "", account::ACCRUALS),
        };
        let document = Document {
            kind,
            origin,
            text: "sale of a used test bench",
            ..Document::new(entity, id, on)
        };
        let mut own = Posting::new(account::REVENUE, -amount).of(customer);
        if class != Class::MissingInSubledger {
            own = own.at(Work::Administration);
        }
        let lines = [Posting::new(against, amount).of(customer), own];
        self.books.post(&mut run.feeds, &document, &lines);
        run.answers.reported(
            "revenue_reconciliation",
            json!({
                "class": class.name(),
                "document": id,
                "entity": ENTITIES[entity].id,
                "customer": customer,
                "currency": ENTITIES[entity].currency.code(),
                "document_period": null,
                "ledger_period": period_name(document.period()),
                "document_amount": money(0),
                "ledger_amount": money(amount),
                "document_functional_amount": money(0),
                "ledger_functional_amount": money(amount),
            }),
        );
    }
}

/// Adds to what is owed and to what is earned, as exchanged digits do.
fn change(postings: &mut [Posting<'_>], cents: i64) {
    for posting in postings {
        match posting.account {
            account::RECEIVABLES => posting.amount += cents,
            account::REVENUE | account::SERVICE_REVENUE => {
                posting.amount -= cents;
                return;
            }
            _ => {}
        }
    }
}
