//! Which offers did customers get, and which of them were ordered?

use chrono::{Datelike, NaiveDate, NaiveDateTime};

use super::super::clock::{Month, earlier, later};
use super::super::roles::Role;
use super::super::tables;
use super::super::trade::orders::Order;
use super::super::world::{Customer, World};
use super::touches::Touch;
use super::{Desk, at, near_working_day, not_before, touches, wording, working_day_after};

/// Days for which an offer holds.
pub(super) const DAYS_VALID: u64 = 30;

/// A line of an offer.
pub(super) struct Line {
    /// its number, from 1
    pub(super) number: i64,
    /// the product, a place in the world's list
    pub(super) product: usize,
    /// how many
    pub(super) quantity: i64,
    /// the price of one in the list, in cents
    pub(super) list_price: i64,
    /// the price offered for one, in cents
    pub(super) price: i64,
}

/// An offer.
pub(super) struct Quote {
    /// its number
    pub(super) id: String,
    /// who wrote it, a place in the world's employees
    pub(super) owner: usize,
    /// the person at the customer's
    pub(super) contact: usize,
    /// the number of the opportunity it belongs to, or nothing
    pub(super) opportunity: String,
    /// its date, from which on it holds
    pub(super) on: NaiveDate,
    /// the last day on which it holds
    pub(super) valid_to: NaiveDate,
    /// what is offered
    pub(super) lines: Vec<Line>,
    /// the day on which it ended, and how
    pub(super) end: Option<(NaiveDate, &'static str)>,
}

impl Quote {
    /// Whether another offer of the same products would meet it.
    fn meets(&self, product: usize, from: NaiveDate, to: NaiveDate) -> bool {
        self.on <= to
            && from <= self.valid_to
            && self.lines.iter().any(|line| line.product == product)
    }

    fn shares_product(&self, other: &Self) -> bool {
        self.lines.iter().any(|line| other.lines.iter().any(|o| o.product == line.product))
    }

    /// Writes the offer and how it ends.
    pub(super) fn write(&self, desk: &mut Desk<'_>, customer: &Customer) {
        let minute = 8 * 60 + 7 * (u64::from(self.on.ordinal()) % 60);
        self.state(desk, customer, "open", self.valid_to, at(self.on, minute));
        for line in &self.lines {
            desk.feeds.row(&tables::QUOTE_LINES, self.on, |row| {
                row.text(&self.id).int(line.number);
                row.text(&desk.world.products[line.product].sku).int(line.quantity);
                row.money(line.list_price).money(line.price).money(line.price * line.quantity);
            });
        }
        if let Some((day, status)) = self.end {
            // Who withdraws an offer is not bound by it any longer.
            let is_withdrawn = status == "withdrawn";
            let valid_to = if is_withdrawn { self.valid_to.min(day) } else { self.valid_to };
            self.state(desk, customer, status, valid_to, at(day, 17 * 60 + minute % 60));
        }
    }

    fn state(
        &self,
        desk: &mut Desk<'_>,
        customer: &Customer,
        status: &str,
        valid_to: NaiveDate,
        changed: NaiveDateTime,
    ) {
        desk.feeds.row(&tables::QUOTES, changed.date(), |row| {
            row.text(&self.id).text(&customer.sales_id());
            row.text(&customer.contact_id(self.contact));
            row.text(&desk.world.employees[self.owner].id).text(&self.opportunity);
            row.date(self.on).date(self.on).date(valid_to);
            row.text(customer.currency.code()).text(status).time(changed);
        });
    }
}

/// The offers of a customer while the months pass.
#[derive(Default)]
pub(super) struct Quoting {
    /// those that orders will follow, by the date of the order
    expected: Vec<Quote>,
    /// those written that may still hold
    written: Vec<Quote>,
}

impl Quoting {
    /// Takes note of the offer that an order follows.
    pub(super) fn expect(&mut self, world: &World, customer: &Customer, order: Order, part: u64) {
        let mut stream = world.stream("quotes", customer.index, part);
        let days_before = 3 + stream.below(18);
        let on = near_working_day(earlier(order.on, days_before));
        let mut quote = Quote {
            id: order.quote_id(),
            owner: customer.owner,
            contact: stream.place(customer.contact_count()),
            opportunity: if order.has_opportunity { order.opportunity_id() } else { String::new() },
            on: not_before(world, customer, on).min(order.on),
            valid_to: order.on,
            lines: lines(&order),
            end: Some((order.on, "won")),
        };
        // No product is on offer twice at a time: what is ordered ends the offer before.
        for before in &mut self.expected {
            if !before.shares_product(&quote) {
                continue;
            }
            let ordered = before.end.map_or(before.on, |(day, _)| day);
            quote.on = quote.on.max(later(ordered, 1)).min(order.on);
            before.valid_to = before.valid_to.min(earlier(quote.on, 1)).max(ordered);
        }
        quote.valid_to = later(quote.on, DAYS_VALID);
        self.expected.push(quote);
    }

    fn is_offered(&self, product: usize, from: NaiveDate, to: NaiveDate) -> bool {
        self.expected.iter().chain(&self.written).any(|quote| quote.meets(product, from, to))
    }
}

/// What an order has of its own; the items of a kit are in its price.
fn lines(order: &Order) -> Vec<Line> {
    let own = order.lines.iter().filter(|line| line.parent.is_none());
    own.map(|line| Line {
        number: line.number,
        product: line.product,
        quantity: line.quantity,
        list_price: line.list_price,
        price: line.price,
    })
    .collect()
}

/// Writes the offers of a month.
pub(super) fn month(desk: &mut Desk<'_>, customer: &Customer, month: Month, quoting: &mut Quoting) {
    quoting.written.retain(|quote| quote.valid_to >= month.first());
    let last = month.last();
    let mut stream = desk.world.stream("quotes lost", customer.index, month.key());
    let mut begun = Vec::new();
    quoting.expected.retain_mut(|quote| {
        let is_due = quote.on <= last;
        if is_due {
            begun.push(std::mem::replace(quote, empty(quote.on)));
        }
        !is_due
    });
    let mut lost_on = Vec::new();
    for quote in begun {
        quote.write(desk, customer);
        if stream.chance(300) {
            hand_over(desk, customer, &quote);
        }
        // For two offers that are ordered there is about one that is not.
        let day = working_day_after(quote.on.max(month.first()), 1 + stream.below(14));
        if stream.chance(500) {
            lost_on.push(day);
        }
        quoting.written.push(quote);
    }
    for day in lost_on {
        lose(desk, customer, day, quoting);
    }
    if customer.role == Role::Prospect && stream.chance(80) {
        let day = working_day_after(month.first(), stream.below(28));
        lose(desk, customer, day, quoting);
    }
}

/// What is left in the list of an offer that was taken out.
fn empty(day: NaiveDate) -> Quote {
    Quote {
        id: String::new(),
        owner: 0,
        contact: 0,
        opportunity: String::new(),
        on: day,
        valid_to: day,
        lines: Vec::new(),
        end: None,
    }
}

/// Writes an offer that nobody orders, of products that are not on offer at the time.
fn lose(desk: &mut Desk<'_>, customer: &Customer, day: NaiveDate, quoting: &mut Quoting) {
    if !customer.is_active(day) {
        return;
    }
    let key = u64::try_from(day.num_days_from_ce()).unwrap_or_default();
    let mut stream = desk.world.stream("quote lost", customer.index, key);
    let valid_to = later(day, DAYS_VALID);
    let mut lines: Vec<Line> = Vec::new();
    for number in 1..=stream.between(1, 3) {
        let product = wording::product(desk.world, customer, &mut stream);
        let is_listed = lines.iter().any(|line| line.product == product.index);
        if is_listed || quoting.is_offered(product.index, day, valid_to) {
            continue;
        }
        let list_price = product.list_price(customer.currency, day);
        let percent = 100 - customer.discount_percent + stream.between(0, 4);
        lines.push(Line {
            number,
            product: product.index,
            quantity: stream.between(1, 12),
            list_price,
            price: list_price * percent.min(100) / 100,
        });
    }
    if lines.is_empty() {
        return;
    }
    for (line, number) in lines.iter_mut().zip(1..) {
        line.number = number;
    }
    let end = if stream.chance(600) {
        (working_day_after(day, 5 + stream.below(20)), "lost")
    } else {
        (later(valid_to, 1), "expired")
    };
    let quote = Quote {
        id: desk.numbers.next("QU", day),
        owner: customer.owner,
        contact: stream.place(customer.contact_count()),
        opportunity: String::new(),
        on: day,
        valid_to,
        lines,
        end: Some(end),
    };
    quote.write(desk, customer);
    quoting.written.push(quote);
}

/// Writes that the salesperson went through the offer with the customer.
fn hand_over(desk: &mut Desk<'_>, customer: &Customer, quote: &Quote) {
    let Some(line) = quote.lines.first() else { return };
    let key = u64::try_from(quote.on.num_days_from_ce()).unwrap_or_default();
    let mut stream = desk.world.stream("quote touches", customer.index, key);
    let product = &desk.world.products[line.product];
    let subject = wording::subject("order", customer, product, &mut stream);
    let channel = *stream.pick(&["email", "phone", "video"]);
    let minutes = 5 + stream.between(0, 4) * 5;
    let touch = Touch {
        contact: Some(quote.contact),
        quote: &quote.id,
        opportunity: &quote.opportunity,
        minutes,
        ..Touch::outbound(quote.owner, channel, "order", at(quote.on, 16 * 60), &subject)
    };
    touches::write(desk, customer, &touch);
}

#[cfg(test)]
mod tests {
    use super::super::super::clock::{DATA_DATE, earlier};
    use super::super::super::trade::orders::{self, Order};
    use super::super::super::world::{Scale, World};
    use super::Quoting;

    fn order(id: &str, days_before: u64) -> Order {
        let line = orders::Line {
            number: 1,
            parent: None,
            product: 3,
            quantity: 2,
            list_price: 10_000,
            price: 9_000,
        };
        let on = earlier(DATA_DATE, days_before);
        Order {
            id: id.to_owned(),
            on,
            requested: on,
            lines: vec![line],
            is_cancelled: false,
            has_quote: true,
            has_opportunity: false,
        }
    }

    #[test]
    fn no_product_is_on_offer_twice() {
        let world = World::new(Scale::usual(400, 15, 1), DATA_DATE);
        let customer = &world.customers[0];
        let mut quoting = Quoting::default();
        for (part, days_before) in [60, 52, 51, 35, 20, 12].into_iter().enumerate() {
            let order = order(&format!("SO260618-{part:05}"), days_before);
            quoting.expect(&world, customer, order, part as u64);
        }
        for pair in quoting.expected.windows(2) {
            assert!(pair[0].valid_to < pair[1].on, "{} {}", pair[0].valid_to, pair[1].on);
        }
        for quote in &quoting.expected {
            assert!(quote.id.starts_with("QU260618-"));
            assert!(quote.end.is_some_and(|(day, _)| quote.on <= day && day <= quote.valid_to));
        }
    }
}
