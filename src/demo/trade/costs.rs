//! What does running the company cost, and what is booked at a month's end?
//!
//! Wages and rents follow the gross margin of the months before, so that a company of any size
//! earns a little: most of what the good customers bring, the others cost.

use serde_json::{Map, Value, json};

use super::super::clock::{Month, later, working_day};
use super::super::company::{ENTITIES, SERVICE_ENTITY, UNITS, account};
use super::super::employees::Work;
use super::super::marketing::Spent;
use super::super::roles::Role;
use super::super::run::Run;
use super::super::tables;
use super::super::text::money;
use super::Trade;
use super::books::{Books, Document, Posting, period_name};
use super::invoices::{Invoice, InvoiceLine, booked_rate};

/// Months whose margin decides on what is spent.
const LOOK_BACK: i32 = 6;

/// Account, cost centre, kind of document, account against, thousandths of the gross margin.
type Pool = (u16, Work, &'static str, u16, i64);

const POOLS: [Pool; 9] = [
    (account::SALES_WAGES, Work::Sales, "payroll", account::WAGES, 300),
    (account::ORDER_DESK, Work::OrderDesk, "payroll", account::WAGES, 100),
    (account::BILLING, Work::Billing, "payroll", account::WAGES, 50),
    (account::WAREHOUSING, Work::Warehouse, "payroll", account::WAGES, 70),
    (account::MARKETING_WAGES, Work::Marketing, "payroll", account::WAGES, 25),
    (account::ADMINISTRATION, Work::Administration, "payroll", account::WAGES, 95),
    (account::COMPUTERS, Work::Administration, "journal", account::PAYABLES, 30),
    (account::RENT, Work::Administration, "journal", account::PAYABLES, 40),
    (account::DEPRECIATION, Work::Administration, "depreciation", account::DEPRECIATED, 25),
];
/// Service, which the service company does for all of China.
const SERVICE_POOLS: [Pool; 2] = [
    (account::SERVICE_WAGES, Work::Service, "payroll", account::WAGES, 140),
    (account::SERVICE_TRAVEL, Work::Service, "journal", account::PAYABLES, 25),
];

/// Accounts that make the gross margin.
const MARGIN: [u16; 10] = [
    account::REVENUE,
    account::SERVICE_REVENUE,
    account::CONTRACT_REVENUE,
    account::PARTS_REVENUE,
    account::FREIGHT_REVENUE,
    account::RETURNS,
    account::DISCOUNTS,
    account::REBATES,
    account::GOODS_COST,
    account::PARTS_COST,
];

impl Books {
    /// An entity's gross margin in an average month of those before, in cents of its currency; of
    /// the first month its own.
    fn usual_margin(&self, month: Month, entity: usize) -> i64 {
        let margin = |month: Month| -> i64 {
            let of = |account: &u16| self.recent.get(&(month, entity, *account)).copied();
            -MARGIN.iter().filter_map(of).sum::<i64>()
        };
        let before: Vec<i64> = (1..=LOOK_BACK)
            .map(|back| margin(Month(month.0 - back)))
            .filter(|margin| *margin != 0)
            .collect();
        match i64::try_from(before.len()) {
            Ok(count @ 1..) => before.iter().sum::<i64>() / count,
            _ => margin(month),
        }
    }

    /// Drops what is too old to be asked for.
    pub(super) fn forget(&mut self, month: Month) {
        self.recent = self.recent.split_off(&(Month(month.0 - LOOK_BACK), 0, 0));
    }
}

/// An amount rounded to whole units, as wages are.
fn share(amount: i64, per_mille: i64) -> i64 {
    (amount * per_mille / 1000 / 100 * 100).max(0)
}

impl Trade {
    /// Books wages, rents, campaigns and freight of a month.
    pub(super) fn spend(&mut self, run: &mut Run, month: Month, spent: &[Spent]) {
        let margins: Vec<i64> =
            (0..ENTITIES.len()).map(|entity| self.books.usual_margin(month, entity)).collect();
        let china: i64 = margins[..=SERVICE_ENTITY].iter().sum();
        for (entity, margin) in margins.iter().enumerate() {
            for pool in POOLS {
                self.spend_on(run, month, entity, pool, share(*margin, pool.4));
            }
            let served = match entity {
                SERVICE_ENTITY => china,
                entity if entity > SERVICE_ENTITY => *margin,
                _ => 0,
            };
            for pool in SERVICE_POOLS {
                self.spend_on(run, month, entity, pool, share(served, pool.4));
            }
            let freight = self.freight.remove(&(month, entity)).unwrap_or_default();
            let pool = (account::FREIGHT, Work::Warehouse, "freight", account::PAYABLES, 0);
            self.spend_on(run, month, entity, pool, freight);
        }
        for cost in spent {
            let document = Document {
                kind: "campaign",
                origin: "marketing",
                text: UNITS[cost.unit].id,
                ..Document::new(cost.entity, &cost.document, cost.on)
            };
            let lines = [
                Posting::new(account::CAMPAIGNS, cost.amount).at(Work::Marketing),
                Posting::new(account::PAYABLES, -cost.amount),
            ];
            self.books.post(&mut run.feeds, &document, &lines);
        }
    }

    fn spend_on(&mut self, run: &mut Run, month: Month, entity: usize, pool: Pool, amount: i64) {
        let (number, work, kind, against, _) = pool;
        if amount == 0 {
            return;
        }
        let label = month.name().replace('-', "");
        let id = format!("EX{label}-{}-{number}", ENTITIES[entity].id);
        let origin = match kind {
            "payroll" => "payroll",
            "depreciation" => "assets",
            _ => "purchasing",
        };
        let document = Document { kind, origin, ..Document::new(entity, &id, month.last()) };
        let lines = [Posting::new(number, amount).at(work), Posting::new(against, -amount)];
        self.books.post(&mut run.feeds, &document, &lines);
    }

    /// Accrues costs at the month's end and takes the accrual back on the next month's first day;
    /// at the year's end provides for the bonus, in the adjusting period. The group's companies
    /// pay Shanghai for its management.
    pub(super) fn adjust(&mut self, run: &mut Run, month: Month) {
        for (entity, about) in ENTITIES.iter().enumerate() {
            let amount = share(self.books.usual_margin(month, entity), 12);
            let label = month.name().replace('-', "");
            let lines = |amount: i64| {
                [
                    Posting::new(account::ADMINISTRATION, amount).at(Work::Administration),
                    Posting::new(account::ACCRUALS, -amount),
                ]
            };
            let id = format!("AC{label}-{}", about.id);
            let accrual = Document { text: "accrual", ..Document::new(entity, &id, month.last()) };
            self.books.post(&mut run.feeds, &accrual, &lines(amount));
            let id = format!("AR{label}-{}", about.id);
            let on = month.next().first();
            let reversal =
                Document { text: "reversal of accrual", ..Document::new(entity, &id, on) };
            self.books.post(&mut run.feeds, &reversal, &lines(-amount));
            if month.place() == 11 {
                let id = format!("BO{label}-{}", about.id);
                let on = month.last();
                let bonus = Document {
                    text: "bonus of the year",
                    is_adjusting: true,
                    entered: working_day(later(on, 12)),
                    ..Document::new(entity, &id, on)
                };
                self.books.post(&mut run.feeds, &bonus, &lines(amount * 3));
            }
        }
        let abroad: Vec<usize> = run.world.with_role(Role::Group).map(|c| c.index).collect();
        for (customer, entity) in abroad.into_iter().zip(SERVICE_ENTITY + 1..) {
            self.charge_group(run, month, customer, entity);
        }
    }

    /// Shanghai's invoice to a company of the group, and that company's cost.
    fn charge_group(&mut self, run: &mut Run, month: Month, customer: usize, entity: usize) {
        let margin = self.books.usual_margin(month, entity);
        let rate = booked_rate(&run.world, ENTITIES[entity].currency, 0, month);
        let charged = share(super::rates::converted(margin, rate), 20);
        let on = working_day(month.first());
        let id = format!("GC{}-{}", month.name().replace('-', ""), ENTITIES[entity].id);
        if charged == 0 {
            return;
        }
        let debtor = run.world.customers[customer].debtor_id();
        run.feeds.row(&tables::INVOICES, on, |row| {
            row.text(&id).text(ENTITIES[0].id).text("invoice").date(on).text(&debtor).none();
            row.none().text("CNY").money(charged).money(0).money(charged).date(later(on, 30));
        });
        run.feeds.row(&tables::INVOICE_LINES, on, |row| {
            row.text(&id).int(1).date(on).text("service").none().none().none().none().none();
            row.int(1).money(charged).money(0).money(charged).money(0);
        });
        let group = |entity, id| Document {
            kind: "intercompany",
            origin: "intercompany",
            text: "management of the group",
            ..Document::new(entity, id, on)
        };
        let lines = [
            Posting::new(account::RECEIVABLES, charged).of(&debtor),
            Posting::new(account::GROUP_REVENUE, -charged).of(&debtor),
        ];
        self.books.post(&mut run.feeds, &group(0, &id), &lines);
        let back = booked_rate(&run.world, ENTITIES[0].currency, entity, month);
        let cost = super::rates::converted(charged, back);
        let lines = [
            Posting::new(account::GROUP_COST, cost).at(Work::Administration),
            Posting::new(account::PAYABLES, -cost),
        ];
        let id = format!("{id}-R");
        self.books.post(&mut run.feeds, &group(entity, &id), &lines);
    }

    /// Distributors get two percent of a quarter's net revenue back.
    pub(super) fn rebate(&mut self, run: &mut Run, month: Month) {
        if !month.place().is_multiple_of(3) {
            return;
        }
        let later_ones = self.rebates.split_off(&(month.next(), 0));
        let on = working_day(later(month.first(), 9));
        let label = Month(month.0 - 1).name().replace('-', "");
        for ((_, customer), net) in std::mem::replace(&mut self.rebates, later_ones) {
            let amount = -(net / 50);
            if amount > -10_000 {
                continue;
            }
            let about = &run.world.customers[customer];
            let line = InvoiceLine {
                kind: "rebate",
                order_line: None,
                delivery: None,
                product: None,
                quantity: 1,
                list: amount,
                net: amount,
            };
            let invoice = Invoice {
                id: format!("RB{label}-{:05}", customer + 1),
                kind: "rebate",
                entity: about.entity,
                on,
                order: "",
                corrects: "",
                lines: vec![line],
                prepaid: 0,
            };
            self.bill(run, customer, &invoice);
        }
    }
}

/// Says what each account amounts to, by entity and by period, in the currency of the books.
pub(super) fn say_totals(books: &Books, run: &mut Run) {
    let mut accounts = Map::new();
    for ((entity, account, period), amount) in &books.totals {
        let account = accounts.entry(account.to_string()).or_insert_with(|| json!({}));
        let entity = &mut account[ENTITIES[*entity].id];
        if entity.is_null() {
            *entity = json!({});
        }
        entity[period_name(*period)] = Value::from(money(*amount));
    }
    run.answers.facts.insert("ledger".to_owned(), Value::Object(accounts));
}
