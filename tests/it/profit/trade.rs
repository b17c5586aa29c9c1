//! What happens in a generated company: sales, returns, cost, and documents booked otherwise?

use std::ops::Range;

use chrono::{Days, NaiveDate};

use super::books::{Books, Document, Line, currency_of, name_of};
use super::money::{CURRENCIES, Cents, Rates, text};
use super::people::{self, Customer, Period, centre};
use crate::support::dice::Dice;

/// Ways in which ledger and documents differ.
pub const CLASSES: [&str; 12] = [
    "timing",
    "missing_in_ledger",
    "missing_in_subledger",
    "amount_mismatch",
    "duplicate",
    "manual_journal",
    "other_subledger",
    "unposted",
    "currency_or_rounding",
    "account_outside_range",
    "wrong_sign",
    "unknown_customer",
];

/// How many people marketing knows of customers; one more is nobody's.
pub const PEOPLE: usize = 12;

/// A difference that was planted.
pub struct Planted {
    pub class: &'static str,
    pub document: String,
    /// what the ledger has beyond the document, in the entity's currency and the group's
    pub difference: [Cents; 2],
}

/// One company.
pub struct Company {
    pub books: Books,
    /// its entities, in CNY, USD and EUR
    pub entities: Range<usize>,
    pub periods: Vec<Period>,
    pub customers: Vec<Customer>,
    pub planted: Vec<Planted>,
    /// moment of change of what sales writes; rises, because only newer rows are read again
    pub changed_at: &'static str,
    /// whether the first period is closed already
    pub is_late: bool,
    has_return: bool,
    number: usize,
}

/// A line of an invoice in cents: kind, product, account, list amount, discount.
type Said = (&'static str, &'static str, &'static str, Cents, Cents);

impl Company {
    /// A company as its departments know it before anything is closed; its number makes all that
    /// it numbers differ from what others number.
    pub fn new(dice: &mut Dice, number: usize, periods: &[Period], rates: &Rates) -> Self {
        let mut books = Books::default();
        books.rates = rates.clone();
        let entities = 3 * number..3 * number + 3;
        people::houses(&mut books, entities.clone());
        people::rules(&mut books, dice, &entities);
        let customers = people::customers(&mut books, dice, &entities);
        let mut company = Self {
            books,
            entities: entities.clone(),
            periods: periods.to_vec(),
            customers,
            planted: Vec::new(),
            changed_at: "2026-02-15T00:00:00Z",
            is_late: false,
            has_return: false,
            number: number * 10_000,
        };
        company.people_known_by_marketing();
        for period in 0..company.periods.len() {
            for entity in entities.clone() {
                company.month(dice, period, entity);
            }
        }
        company.within_the_group(dice);
        company.adjustments(dice);
        for class in CLASSES {
            for _ in 0..=dice.below(2) {
                dice.hit(class);
                company.plant(dice, class);
            }
        }
        company
    }

    /// The next number of anything.
    pub fn next(&mut self) -> usize {
        self.number += 1;
        self.number
    }

    /// A customer of an entity.
    pub fn customer(&self, dice: &mut Dice, entity: usize) -> Customer {
        let own: Vec<&Customer> =
            self.customers.iter().filter(|customer| customer.entity == entity).collect();
        (*dice.pick(&own)).clone()
    }

    /// A day of a period, early enough for what follows in it.
    pub fn day(&self, dice: &mut Dice, period: usize) -> NaiveDate {
        self.periods[period].first + Days::new(dice.below(20) as u64)
    }

    /// A document of the books, an invoice in the currency of the entity.
    pub fn document(&self, id: String, entity: usize, period: usize, on: NaiveDate) -> Document {
        Document {
            id,
            entity,
            on,
            period: self.periods[period].id.clone(),
            kind: "invoice",
            origin: "sales",
            currency: currency_of(entity),
            is_posted: true,
        }
    }

    fn people_known_by_marketing(&mut self) {
        let campaign = format!("CP{}", self.entities.start);
        let said = [
            ("campaign_id", &campaign[..]),
            ("campaign_name", "News"),
            ("starts_on", "2025-10-01"),
        ];
        self.books.row("marketing/campaigns", &said);
        for number in 0..PEOPLE {
            let (person, customer) = (self.person(number), self.customers[number].id.clone());
            self.books.row("marketing/people", &[("person_id", &person)]);
            let said = [
                ("source_system", "marketing"),
                ("local_id", &person[..]),
                ("customer_id", &customer),
                ("valid_from_on", "2025-10-01"),
                ("decided_by", "E0M"),
            ];
            self.books.row("inputs/customer_map", &said);
        }
        // This one is nobody's, so what is sent to it is spread to nobody.
        let nobody = self.person(PEOPLE);
        self.books.row("marketing/people", &[("person_id", &nobody)]);
    }

    /// A person whom marketing knows.
    pub fn person(&self, number: usize) -> String {
        format!("M{}-{number}", self.entities.start)
    }

    /// A month of an entity: sales, what they cost, and the cost that no customer names.
    fn month(&mut self, dice: &mut Dice, period: usize, entity: usize) {
        let mut freight = 0;
        for _ in 0..2 + dice.below(3) {
            freight += self.sale(dice, period, entity);
        }
        if dice.one_in(3) {
            self.rebate(dice, period, entity);
        }
        let last = self.periods[period].last;
        let post = |books: &mut Books, document: Document, lines: &[Line]| {
            books.post(&document, "2202", lines);
        };
        let carried = Document {
            kind: "freight",
            origin: "purchasing",
            ..self.document(format!("FR{period}{entity}"), entity, period, last)
        };
        let line = ("6603", centre(entity, "WARE"), String::new(), freight, freight);
        post(&mut self.books, carried, &[line]);
        self.wages(dice, period, entity);
        self.campaign(dice, period, entity);
        self.stock_value(dice, period, entity);
    }

    /// An order, delivered and invoiced, sometimes sent back; gives the freight of the delivery.
    pub fn sale(&mut self, dice: &mut Dice, period: usize, entity: usize) -> Cents {
        dice.hit("sale");
        let number = self.next();
        let customer = self.customer(dice, entity);
        let on = self.day(dice, period);
        let (sku, quantity) = (*dice.pick(&["TI-1", "PG-1", "CAB"]), 1 + dice.below(9) as i64);
        let list = quantity * (1_000 + dice.below(90_000) as i64);
        let discount = if dice.one_in(2) { 0 } else { list * (1 + dice.below(20) as i64) / 100 };
        let (order, delivery) = (format!("O{number}"), format!("D{number}"));
        self.ordered(&order, &delivery, &customer, (sku, quantity, list - discount), on);
        // What comes late was carried for nothing: the carrier's bill of its month is paid.
        let freight = if self.is_late { 0 } else { 300 + dice.below(5_000) as i64 };
        let (house, currency) = (format!("W{entity}"), CURRENCIES[currency_of(entity)]);
        let said = [
            ("delivery_id", &delivery[..]),
            ("order_id", &order),
            ("customer_id", &customer.id),
            ("warehouse_id", &house),
            ("shipped_on", &on.to_string()),
            ("freight_amount", &text(freight)),
            ("currency_code", currency),
            ("changed_at", self.changed_at),
        ];
        self.books.row("sales/deliveries", &said);
        let cost = 1 + list * (30 + dice.below(50) as i64) / 100;
        let own_cost = self.books.rates.convert(cost, customer.currency, currency_of(entity), on);
        self.moved(&delivery, (sku, -quantity, -own_cost), &customer, (period, on));
        let mut lines: Vec<Said> = vec![("goods", sku, "6001", list, discount)];
        if dice.one_in(3) {
            lines.push(("freight", "", "6005", 500 + dice.below(4_000) as i64, 0));
        }
        if dice.one_in(4) {
            lines.push(("parts", "SEN", "6004", 1_000 + dice.below(9_000) as i64, 0));
        }
        self.invoice(&format!("IV{number}"), &customer, &lines, (period, on));
        // No company goes without one.
        if !self.has_return || dice.one_in(4) {
            dice.hit("return");
            self.has_return = true;
            let later = (period + dice.below(2)).min(self.periods.len() - 1);
            let back = self.periods[later].first + Days::new(21 + dice.below(5) as u64);
            self.sent_back(number, &customer, (sku, list - discount, own_cost), (later, back));
        }
        freight
    }

    fn ordered(
        &mut self,
        order: &str,
        delivery: &str,
        customer: &Customer,
        (sku, quantity, net): (&str, i64, Cents),
        on: NaiveDate,
    ) {
        let (on, quantity) = (on.to_string(), quantity.to_string());
        let said = [
            ("order_id", order),
            ("customer_id", &customer.id),
            ("ordered_on", &on),
            ("currency_code", CURRENCIES[customer.currency]),
            ("order_status", "invoiced"),
            ("entity_id", &name_of(customer.entity)),
            ("changed_at", self.changed_at),
            ("is_deleted", "false"),
        ];
        self.books.row("sales/orders", &said);
        let line = [
            ("order_id", order),
            ("order_line_number", "1"),
            ("sku", sku),
            ("quantity", &quantity),
            ("net_amount", &text(net)),
            ("changed_at", self.changed_at),
        ];
        self.books.row("sales/order_lines", &line);
        let line = [
            ("delivery_id", delivery),
            ("delivery_line_number", "1"),
            ("order_id", order),
            ("order_line_number", "1"),
            ("sku", sku),
            ("quantity", &quantity),
            ("changed_at", self.changed_at),
        ];
        self.books.row("sales/delivery_lines", &line);
    }

    /// Goods leave (negative) or come back, and the ledger books their cost.
    fn moved(
        &mut self,
        id: &str,
        (sku, quantity, cost): (&str, i64, Cents),
        customer: &Customer,
        (period, on): (usize, NaiveDate),
    ) {
        let (entity, is_issue) = (customer.entity, quantity < 0);
        let said = [
            ("moved_on", &on.to_string()[..]),
            ("house_id", &format!("W{entity}")),
            ("sku", sku),
            ("moved_quantity", &quantity.to_string()),
            ("cost_amount", &text(cost)),
            ("currency_code", CURRENCIES[currency_of(entity)]),
            ("move_kind", if is_issue { "issue" } else { "return" }),
            ("document_id", id),
        ];
        self.books.row("inventory/stock_moves", &said);
        let document = Document {
            kind: if is_issue { "goods_issue" } else { "goods_return" },
            origin: "stock",
            ..self.document(id.to_owned(), entity, period, on)
        };
        let line = ("6401", String::new(), customer.debtor.clone(), -cost, -cost);
        self.books.post(&document, "1405", &[line]);
    }

    /// An invoice and its postings, which agree with it to the cent.
    pub fn invoice(
        &mut self,
        id: &str,
        customer: &Customer,
        lines: &[Said],
        (period, on): (usize, NaiveDate),
    ) {
        self.billed(id, "invoice", customer, lines, on);
        let document = Document {
            currency: customer.currency,
            ..self.document(id.to_owned(), customer.entity, period, on)
        };
        let postings = self.postings(customer, lines, on);
        self.books.post(&document, "1122", &postings);
    }

    /// Each line at list price on its account, and the discount on that of discounts.
    fn postings(&self, customer: &Customer, lines: &[Said], on: NaiveDate) -> Vec<Line> {
        let worth = |cents| {
            self.books.rates.convert(cents, customer.currency, currency_of(customer.entity), on)
        };
        let mut postings: Vec<Line> = Vec::new();
        for (_, _, account, list, discount) in lines {
            let (gross, net) = (worth(*list), worth(list - discount));
            let debtor = || customer.debtor.clone();
            postings.push((account, String::new(), debtor(), -list, -gross));
            if *discount != 0 {
                postings.push(("6011", String::new(), debtor(), *discount, gross - net));
            }
        }
        postings
    }

    pub fn billed(
        &mut self,
        id: &str,
        kind: &str,
        customer: &Customer,
        lines: &[Said],
        on: NaiveDate,
    ) {
        let on = on.to_string();
        let net: Cents = lines.iter().map(|line| line.3 - line.4).sum();
        let said = [
            ("invoice_id", id),
            ("entity_id", &name_of(customer.entity)),
            ("invoice_kind", kind),
            ("invoiced_on", &on),
            ("debtor_id", &customer.debtor),
            ("currency_code", CURRENCIES[customer.currency]),
            ("net_amount", &text(net)),
            ("tax_amount", "0.00"),
            ("gross_amount", &text(net)),
            ("due_on", &on),
        ];
        self.books.row("finance/invoices", &said);
        for (place, (kind, sku, _, list, discount)) in lines.iter().enumerate() {
            let said = [
                ("invoice_id", id),
                ("invoice_line_number", &(place + 1).to_string()),
                ("invoiced_on", &on),
                ("line_kind", kind),
                ("sku", sku),
                ("quantity", "1"),
                ("list_amount", &text(*list)),
                ("discount_amount", &text(*discount)),
                ("net_amount", &text(list - discount)),
                ("tax_amount", "0.00"),
            ];
            self.books.row("finance/invoice_lines", &said);
        }
    }

    /// Goods come back, and a credit note pays for them.
    fn sent_back(
        &mut self,
        number: usize,
        customer: &Customer,
        (sku, net, cost): (&'static str, Cents, Cents),
        (period, on): (usize, NaiveDate),
    ) {
        let id = format!("RT{number}");
        let said = [
            ("return_id", &id[..]),
            ("return_line_number", "1"),
            ("customer_id", &customer.id),
            ("delivery_id", &format!("D{number}")),
            ("delivery_line_number", "1"),
            ("sku", sku),
            ("quantity", "1"),
            ("returned_on", &on.to_string()),
            ("changed_at", self.changed_at),
        ];
        self.books.row("sales/returns", &said);
        self.moved(&id, (sku, 1, cost / 2), customer, (period, on));
        let id = format!("CN{number}");
        let lines: [Said; 1] = [("goods", sku, "6010", -(net / 2 + 1), 0)];
        self.billed(&id, "credit_note", customer, &lines, on);
        let document = Document {
            kind: "credit_note",
            currency: customer.currency,
            ..self.document(id, customer.entity, period, on)
        };
        let postings = self.postings(customer, &lines, on);
        self.books.post(&document, "1122", &postings);
    }

    fn rebate(&mut self, dice: &mut Dice, period: usize, entity: usize) {
        dice.hit("rebate");
        let (customer, on) = (self.customer(dice, entity), self.day(dice, period));
        let id = format!("RB{}", self.next());
        let lines: [Said; 1] = [("rebate", "", "6012", -(100 + dice.below(9_000) as i64), 0)];
        self.billed(&id, "rebate", &customer, &lines, on);
        let document = Document {
            kind: "credit_note",
            currency: customer.currency,
            ..self.document(id, entity, period, on)
        };
        let postings = self.postings(&customer, &lines, on);
        self.books.post(&document, "1122", &postings);
    }
}
