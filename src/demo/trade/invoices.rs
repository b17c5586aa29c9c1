//! What is billed, how is it booked, and when is it paid?

use chrono::NaiveDate;

use super::super::clock::{Month, later, working_days_later};
use super::super::company::{Currency, ENTITIES, account};
use super::super::employees::Work;
use super::super::feeds::Feeds;
use super::super::products::rounded;
use super::super::random::Stream;
use super::super::run::Run;
use super::super::tables;
use super::super::world::{Customer, World};
use super::Trade;
use super::books::{Document, Posting};
use super::rates::{RateKind, converted, rate};

/// An invoice, or a credit note, whose amounts are negative.
pub(super) struct Invoice<'a> {
    /// its number
    pub(super) id: String,
    /// invoice, credit_note, rebate
    pub(super) kind: &'static str,
    /// who bills
    pub(super) entity: usize,
    /// its date
    pub(super) on: NaiveDate,
    /// the order, if there is one
    pub(super) order: &'a str,
    /// the invoice that it corrects
    pub(super) corrects: &'a str,
    /// what is billed
    pub(super) lines: Vec<InvoiceLine>,
    /// paid ahead, in cents of its currency
    pub(super) prepaid: i64,
}

/// A line of an invoice.
pub(super) struct InvoiceLine {
    /// goods, service, parts, contract, freight, rebate
    pub(super) kind: &'static str,
    /// the line of the order
    pub(super) order_line: Option<i64>,
    /// the delivery and its line
    pub(super) delivery: Option<(String, i64)>,
    /// the product, a place in the world's list; nothing for a rebate
    pub(super) product: Option<usize>,
    /// how many
    pub(super) quantity: i64,
    /// what the list asks for them, in cents
    pub(super) list: i64,
    /// what they are billed at, in cents
    pub(super) net: i64,
}

impl Invoice<'_> {
    /// What it asks for without tax, in cents.
    pub(super) fn net(&self) -> i64 {
        self.lines.iter().map(|line| line.net).sum()
    }
}

/// The tax on a line, in cents: none across a border.
pub(super) fn tax(customer: &Customer, entity: usize, net: i64) -> i64 {
    let entity = &ENTITIES[entity];
    let percent = if customer.country == entity.country { entity.tax_percent } else { 0 };
    rounded(i128::from(net) * i128::from(percent), 100)
}

/// The rate at which an entity books a currency in a month.
pub(super) fn booked_rate(world: &World, currency: Currency, entity: usize, month: Month) -> i64 {
    let pair = (currency, ENTITIES[entity].currency);
    rate(world.scale.seed, pair, month, RateKind::Average)
}

/// Where a line's revenue goes.
fn revenue_account(kind: &str) -> u16 {
    match kind {
        "service" => account::SERVICE_REVENUE,
        "parts" => account::PARTS_REVENUE,
        "contract" => account::CONTRACT_REVENUE,
        "freight" => account::FREIGHT_REVENUE,
        "rebate" => account::REBATES,
        _ => account::REVENUE,
    }
}

impl Trade {
    /// Writes an invoice, books it, and has it paid.
    pub(super) fn bill(&mut self, run: &mut Run, index: usize, invoice: &Invoice<'_>) {
        let Run { world, feeds, .. } = run;
        let customer = &world.customers[index];
        let taxes: Vec<i64> =
            invoice.lines.iter().map(|line| tax(customer, invoice.entity, line.net)).collect();
        let net = invoice.net();
        let tax: i64 = taxes.iter().sum();
        let due = later(invoice.on, customer.payment_terms());
        let debtor = customer.debtor_id();
        feeds.row(&tables::INVOICES, invoice.on, |row| {
            row.text(&invoice.id).text(ENTITIES[invoice.entity].id).text(invoice.kind);
            row.date(invoice.on).text(&debtor).text(invoice.order).text(invoice.corrects);
            row.text(customer.currency.code()).money(net).money(tax).money(net + tax).date(due);
        });
        write_lines(world, feeds, invoice, &taxes);
        let postings = postings(invoice, &debtor, net + tax, tax);
        self.tally_invoice(world, customer, invoice, net);
        self.book_invoice(run, index, invoice, &postings);
    }

    /// Books an invoice's postings as they should be; `differences` has some booked otherwise.
    fn book_invoice(
        &mut self,
        run: &mut Run,
        customer: usize,
        invoice: &Invoice<'_>,
        postings: &[Posting<'_>],
    ) {
        let currency = run.world.customers[customer].currency;
        let month = Month::of(invoice.on);
        let rate = booked_rate(&run.world, currency, invoice.entity, month);
        let kind = if invoice.kind == "invoice" { "invoice" } else { "credit_note" };
        let plain = Document {
            kind,
            origin: "sales",
            currency,
            rate,
            text: invoice.order,
            ..Document::new(invoice.entity, &invoice.id, invoice.on)
        };
        if !self.book_otherwise(run, customer, &plain, postings) {
            self.books.post(&mut run.feeds, &plain, postings);
        }
        let gross = postings.first().map_or(0, |posting| posting.amount);
        if invoice.prepaid != 0 {
            let debtor = run.world.customers[customer].debtor_id();
            let id = format!("{}-P", invoice.id);
            let document = Document { kind: "prepayment", id: &id, ..plain };
            let lines = [
                Posting::new(account::PREPAYMENTS, invoice.prepaid).of(&debtor),
                Posting::new(account::RECEIVABLES, -invoice.prepaid).of(&debtor),
            ];
            self.books.post(&mut run.feeds, &document, &lines);
        }
        self.pay(run, customer, invoice, (gross - invoice.prepaid, rate));
    }

    /// Has an invoice paid, or a credit paid out; a few never are.
    fn pay(
        &mut self,
        run: &mut Run,
        index: usize,
        invoice: &Invoice<'_>,
        (gross, rate): (i64, i64),
    ) {
        let Run { world, feeds, .. } = run;
        let customer = &world.customers[index];
        let mut stream = Stream::named(world.scale.seed, "payments", &invoice.id);
        let debtor = customer.debtor_id();
        let is_credit = gross < 0;
        let is_lost = !is_credit && stream.chance(6);
        if gross == 0 || is_lost {
            if is_lost {
                self.write_off(run, index, invoice, gross);
            }
            return;
        }
        let days = if is_credit { 14 } else { customer.payment_days };
        let on = working_days_later(later(invoice.on, days + stream.below(12)), 1);
        let id = format!("PY-{}", invoice.id);
        let kind = if is_credit { "refund" } else { "payment" };
        // The bank's statement of some days is entered late.
        let entered = if stream.chance(30) { later(on, 1 + stream.below(4)) } else { on };
        feeds.row(&tables::PAYMENTS, entered, |row| {
            row.text(&id).text(ENTITIES[invoice.entity].id).date(on).text(&debtor);
            row.text(&invoice.id).text(kind).text(customer.currency.code()).money(gross);
        });
        let then = booked_rate(world, customer.currency, invoice.entity, Month::of(on));
        let document = Document {
            kind: "payment",
            origin: "bank",
            currency: customer.currency,
            rate: then,
            text: &invoice.id,
            entered,
            ..Document::new(invoice.entity, &id, on)
        };
        let bank = Posting::new(account::BANK, gross);
        let mut paid = Posting::new(account::RECEIVABLES, -gross).of(&debtor);
        paid.functional = Some(-converted(gross, rate));
        if then == rate {
            self.books.post(feeds, &document, &[bank, paid]);
        } else {
            // What the rate has moved since the invoice stands on a line of its own.
            let moved = Posting::new(account::EXCHANGE, 0).at(Work::Administration);
            self.books.post(feeds, &document, &[moved, bank, paid]);
        }
    }

    fn write_off(&mut self, run: &mut Run, index: usize, invoice: &Invoice<'_>, gross: i64) {
        let on = working_days_later(later(invoice.on, 300), 1);
        let customer = &run.world.customers[index];
        let (currency, debtor) = (customer.currency, customer.debtor_id());
        let rate = booked_rate(&run.world, currency, invoice.entity, Month::of(invoice.on));
        let id = format!("WO-{}", invoice.id);
        let document = Document {
            currency,
            rate,
            text: &invoice.id,
            ..Document::new(invoice.entity, &id, on)
        };
        let lines = [
            Posting::new(account::BAD_DEBTS, gross).at(Work::Billing).of(&debtor),
            Posting::new(account::RECEIVABLES, -gross).of(&debtor),
        ];
        self.books.post(&mut run.feeds, &document, &lines);
    }
}

fn write_lines(world: &World, feeds: &mut Feeds, invoice: &Invoice<'_>, taxes: &[i64]) {
    for (place, (line, tax)) in invoice.lines.iter().zip(taxes).enumerate() {
        feeds.row(&tables::INVOICE_LINES, invoice.on, |row| {
            row.text(&invoice.id).int(place as i64 + 1).date(invoice.on).text(line.kind);
            row.text(if line.order_line.is_some() { invoice.order } else { "" });
            match line.order_line {
                Some(number) => row.int(number),
                None => row.none(),
            };
            match &line.delivery {
                Some((delivery, number)) => row.text(delivery).int(*number),
                None => row.none().none(),
            };
            row.text(line.product.map_or("", |product| &world.products[product].sku));
            row.int(line.quantity).money(line.list).money(line.list - line.net);
            row.money(line.net).money(*tax);
        });
    }
}

/// Receivables against revenue at list prices, discounts and tax; of a credit note against returns.
fn postings<'a>(invoice: &Invoice<'_>, debtor: &'a str, gross: i64, tax: i64) -> Vec<Posting<'a>> {
    let mut postings = vec![Posting::new(account::RECEIVABLES, gross).of(debtor)];
    let mut add = |account: u16, amount: i64| {
        if amount == 0 {
            return;
        }
        match postings.iter_mut().find(|posting| posting.account == account) {
            Some(posting) => posting.amount += amount,
            None => postings.push(Posting::new(account, amount).of(debtor)),
        }
    };
    for line in &invoice.lines {
        match invoice.kind {
            "credit_note" => add(account::RETURNS, -line.net),
            _ => {
                add(revenue_account(line.kind), -line.list);
                add(account::DISCOUNTS, line.list - line.net);
            }
        }
    }
    add(account::TAX, -tax);
    postings
}
