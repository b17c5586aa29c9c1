//! What lies in the warehouses, and at which value?
//!
//! A month's deliveries are known when it begins, so goods are received on its first days: as much
//! as leaves in it and as should be left. The value of a warehouse is the sum of its moves, and so
//! the balance of the stock account.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::super::clock::{Month, working_day};
use super::super::company::{ENTITIES, SERVICE_ENTITY, WAREHOUSES, account};
use super::super::employees::Work;
use super::super::feeds::Feeds;
use super::super::products::{Kind, cost_of};
use super::super::random::Stream;
use super::super::roles::Role;
use super::super::tables;
use super::super::world::{Customer, World};
use super::books::{Books, Document, Posting};

/// Pieces and cents.
#[derive(Debug, Clone, Copy, Default)]
struct Held {
    quantity: i64,
    value: i64,
}

/// The warehouses.
pub(super) struct Stock {
    products: usize,
    held: Vec<Held>,
    /// what left in a month, returns taken off
    left: BTreeMap<Month, Vec<Held>>,
    /// pieces kept for customers
    reserved: Vec<i64>,
    reservations: Vec<Reservation>,
}

/// Goods that are kept for a customer.
pub(super) struct Reservation {
    /// the customer, a place in the world's list
    pub(super) customer: usize,
    warehouse: usize,
    product: usize,
    quantity: i64,
    /// the places that they take
    pub(super) pallets: i64,
}

/// A move of goods.
pub(super) struct Move<'a> {
    /// the day
    pub(super) on: NaiveDate,
    /// the warehouse, a place in [`WAREHOUSES`]
    pub(super) warehouse: usize,
    /// the product, a place in the world's list
    pub(super) product: usize,
    /// pieces that enter, negative when they leave
    pub(super) quantity: i64,
    /// cents of the books' currency, with the sign of the quantity
    pub(super) cost: i64,
    /// issue, return, receipt, revaluation
    pub(super) kind: &'static str,
    /// the document
    pub(super) document: &'a str,
}

impl Stock {
    /// Empty warehouses.
    pub(super) fn new(world: &World) -> Self {
        let products = world.products.len();
        let places = WAREHOUSES.len() * products;
        let reservations = reservations(world);
        let mut reserved = vec![0; places];
        for kept in &reservations {
            reserved[kept.warehouse * products + kept.product] += kept.quantity;
        }
        let held = vec![Held::default(); places];
        Self { products, held, left: BTreeMap::new(), reserved, reservations }
    }

    /// What is kept for customers.
    pub(super) fn reservations(&self) -> &[Reservation] {
        &self.reservations
    }

    /// Goods that leave for a customer or come back; returns their cost, positive when they leave.
    pub(super) fn issue(
        &mut self,
        world: &World,
        feeds: &mut Feeds,
        (on, warehouse): (NaiveDate, usize),
        (product, quantity): (usize, i64),
        document: &str,
    ) -> i64 {
        let unit_cost = world.products[product].unit_cost(warehouse, on.year());
        let cost = cost_of(quantity, unit_cost);
        let kind = if quantity > 0 { "issue" } else { "return" };
        let (out, value) = (-quantity, -cost);
        let row = Move { on, warehouse, product, quantity: out, cost: value, kind, document };
        write(world, feeds, &row);
        let places = WAREHOUSES.len() * self.products;
        let left = self.left.entry(Month::of(on)).or_insert_with(|| vec![Held::default(); places]);
        let left = &mut left[warehouse * self.products + product];
        left.quantity += quantity;
        left.value += cost;
        cost
    }

    /// Receives what a month needs, values anew what a new year finds, and counts at its end.
    pub(super) fn month(
        &mut self,
        world: &World,
        feeds: &mut Feeds,
        books: &mut Books,
        month: Month,
    ) {
        let places = WAREHOUSES.len() * self.products;
        let left = self.left.remove(&month).unwrap_or_else(|| vec![Held::default(); places]);
        for warehouse in 0..WAREHOUSES.len() {
            if month.place() == 0 && month != world.start {
                self.value_anew(world, feeds, books, warehouse, month);
            }
            self.receive(world, feeds, books, (warehouse, month), &left);
        }
        for (held, left) in self.held.iter_mut().zip(&left) {
            held.quantity -= left.quantity;
            held.value -= left.value;
        }
        self.count(world, feeds, month);
    }

    fn receive(
        &mut self,
        world: &World,
        feeds: &mut Feeds,
        books: &mut Books,
        (warehouse, month): (usize, Month),
        left: &[Held],
    ) {
        let on = working_day(month.first());
        let document =
            format!("GR{}-{}", month.name().replace('-', ""), WAREHOUSES[warehouse].code);
        let mut sum = 0;
        for product in &world.products {
            let place = warehouse * self.products + product.index;
            if !self.is_kept(world, warehouse, product.index) {
                continue;
            }
            let out = left[place].quantity;
            let wanted = out + out.max(0) / 2 + 2 + self.reserved[place];
            let quantity = wanted - self.held[place].quantity;
            if quantity <= 0 {
                continue;
            }
            let cost = cost_of(quantity, product.unit_cost(warehouse, month.first().year()));
            let (product, kind) = (product.index, "receipt");
            let row = Move { on, warehouse, product, quantity, cost, kind, document: &document };
            write(world, feeds, &row);
            self.held[place].quantity += quantity;
            self.held[place].value += cost;
            sum += cost;
        }
        let kinds = ("goods_receipt", "purchasing", account::PAYABLES);
        self.book(feeds, books, (warehouse, on), kinds, (&document, sum));
    }

    /// Whether a warehouse keeps a product: spare parts lie where service works from.
    fn is_kept(&self, world: &World, warehouse: usize, product: usize) -> bool {
        match world.products[product].kind {
            Kind::Goods => true,
            Kind::Part => WAREHOUSES[warehouse].entity >= SERVICE_ENTITY,
            Kind::Work | Kind::Kit => false,
        }
    }

    fn value_anew(
        &mut self,
        world: &World,
        feeds: &mut Feeds,
        books: &mut Books,
        warehouse: usize,
        month: Month,
    ) {
        let on = month.first();
        let document = format!("RV{}-{}", on.year(), WAREHOUSES[warehouse].code);
        let mut sum = 0;
        for product in 0..self.products {
            let held = &mut self.held[warehouse * self.products + product];
            let unit_cost = world.products[product].unit_cost(warehouse, on.year());
            let cost = cost_of(held.quantity, unit_cost) - held.value;
            if cost == 0 {
                continue;
            }
            held.value += cost;
            sum += cost;
            let (quantity, kind) = (0, "revaluation");
            let row = Move { on, warehouse, product, quantity, cost, kind, document: &document };
            write(world, feeds, &row);
        }
        let kinds = ("revaluation", "stock", account::STOCK_LOSS);
        self.book(feeds, books, (warehouse, on), kinds, (&document, sum));
    }

    fn book(
        &self,
        feeds: &mut Feeds,
        books: &mut Books,
        (warehouse, on): (usize, NaiveDate),
        (kind, origin, other): (&'static str, &'static str, u16),
        (document, amount): (&str, i64),
    ) {
        if amount == 0 {
            return;
        }
        let entity = WAREHOUSES[warehouse].entity;
        let document = Document { kind, origin, ..Document::new(entity, document, on) };
        let mut against = Posting::new(other, -amount);
        if other == account::STOCK_LOSS {
            against = against.at(Work::Warehouse);
        }
        books.post(feeds, &document, &[Posting::new(account::STOCK, amount), against]);
    }

    fn count(&self, world: &World, feeds: &mut Feeds, month: Month) {
        let on = month.last();
        for (warehouse, house) in WAREHOUSES.iter().enumerate() {
            let currency = ENTITIES[house.entity].currency;
            for product in &world.products {
                let held = self.held[warehouse * self.products + product.index];
                if held.quantity == 0 && held.value == 0 {
                    continue;
                }
                let unit_cost = product.unit_cost(warehouse, on.year());
                feeds.row(&tables::STOCK_COUNTS, on, |row| {
                    row.date(on).text(house.code).text(&product.sku).int(held.quantity);
                    row.decimal(unit_cost, 4).money(held.value).text(currency.code());
                });
            }
        }
        for kept in &self.reservations {
            let customer = &world.customers[kept.customer];
            if customer.since > on {
                continue;
            }
            feeds.row(&tables::RESERVATIONS, on, |row| {
                row.date(on).text(WAREHOUSES[kept.warehouse].code);
                row.text(&world.products[kept.product].sku).text(&customer.sales_id());
                row.int(kept.quantity).int(kept.pallets);
            });
        }
    }
}

/// A few large customers have goods kept for them; planted ones have far too much kept.
fn reservations(world: &World) -> Vec<Reservation> {
    let mut reservations = Vec::new();
    let there = world.customers.iter().take(world.scale.customers as usize);
    for customer in there {
        let mut stream = world.stream("reservations", customer.index, 0);
        let (items, most) = match customer.role {
            Role::HeldStock => (16, 45),
            Role::Ordinary if customer.size == "large" && stream.chance(150) => (1, 6),
            _ => continue,
        };
        let warehouse = ENTITIES[customer.entity].warehouse;
        for _ in 0..items {
            reservations.push(reservation(world, customer, warehouse, most, &mut stream));
        }
    }
    reservations.sort_by_key(|kept| (kept.customer, kept.product));
    reservations.dedup_by_key(|kept| (kept.customer, kept.product));
    reservations
}

fn reservation(
    world: &World,
    customer: &Customer,
    warehouse: usize,
    most: i64,
    stream: &mut Stream,
) -> Reservation {
    let goods: Vec<_> =
        world.products.iter().filter(|product| product.kind == Kind::Goods).collect();
    let product = stream.pick(&goods).index;
    let quantity = stream.between(most / 2, most);
    let pallets = if most > 10 { quantity * 2 } else { 1 + quantity / 3 };
    Reservation { customer: customer.index, warehouse, product, quantity, pallets }
}

fn write(world: &World, feeds: &mut Feeds, moved: &Move<'_>) {
    let house = &WAREHOUSES[moved.warehouse];
    let currency = ENTITIES[house.entity].currency;
    feeds.row(&tables::STOCK_MOVES, moved.on, |row| {
        row.date(moved.on).text(house.code).text(&world.products[moved.product].sku);
        row.int(moved.quantity).money(moved.cost).text(currency.code());
        row.text(moved.kind).text(moved.document);
    });
}
