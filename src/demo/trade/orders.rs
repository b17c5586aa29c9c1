//! What does a customer order in a month? A pure function of the seed, the customer and the month.

use chrono::{Datelike, NaiveDate};

use super::super::clock::{DATA_DATE, Month, earlier, later, working_day};
use super::super::products::{ACCESSORIES, CATEGORY_COUNT, Kind, groups_of, of_group, rounded};
use super::super::random::Stream;
use super::super::roles::Role;
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

/// How much of an average month each month orders, in percent: little in the weeks around the
/// spring festival, much before the year's end.
pub(in super::super) const SEASON: [u64; 12] =
    [78, 70, 104, 98, 100, 108, 96, 94, 108, 102, 112, 130];
/// By how many thousandths of its first size demand grows in a month.
const GROWTH_PER_MILLE: u64 = 5;

/// Product groups that are bought together: who buys of the first also buys of the second, in so
/// many of a thousand orders.
pub(in super::super) const AFFINITIES: [(usize, usize, u64); 3] =
    [(15, 17, 550), (5, 23, 450), (8, 25, 300)];
/// The group of which upgraders buy.
pub(in super::super) const UPGRADED_GROUP: usize = 5;

/// The orders of a customer in a month, by date.
pub(in super::super) fn of(world: &World, customer: &Customer, month: Month) -> Vec<Order> {
    let mut stream = world.stream("orders", customer.index, month.key());
    let mut days = match customer.role {
        Role::Lapsed | Role::AtRisk | Role::WonBack | Role::SlowRhythm => {
            let days = rhythm(world, customer);
            days.into_iter().filter(|day| Month::of(*day) == month).collect()
        }
        _ => days(world, customer, month, &mut stream),
    };
    days.sort_unstable();
    let mut orders = Vec::with_capacity(days.len());
    for (place, on) in days.iter().enumerate() {
        let before = days[..place].iter().filter(|day| *day == on).count();
        let again = if before == 0 { String::new() } else { format!("-{}", before + 1) };
        let (year, number) = (on.year() % 100, customer.index + 1);
        let id = format!("SO{year:02}{:02}{:02}-{number:05}{again}", on.month(), on.day());
        orders.push(order(world, customer, id, *on, &mut stream));
    }
    orders
}

fn days(world: &World, customer: &Customer, month: Month, stream: &mut Stream) -> Vec<NaiveDate> {
    let age = u64::try_from(month.0 - world.start.0).unwrap_or_default();
    let growth = 1000 + GROWTH_PER_MILLE * age;
    let mean = customer.orders_milli * SEASON[month.place()] / 100 * growth / 1000;
    let mut days = Vec::new();
    for _ in 0..stream.count(mean) {
        let mut day = working_day(later(month.first(), stream.below(month.days())));
        if day > month.last() {
            day = earlier(day, 3);
        }
        if customer.is_active(day) {
            days.push(day);
        }
    }
    days
}

/// The days between two purchases of a customer that buys in a rhythm.
pub(in super::super) fn interval(world: &World, customer: &Customer) -> u64 {
    let mut stream = world.stream("rhythm", customer.index, 0);
    match customer.role {
        Role::SlowRhythm => 100 + 2 * stream.below(10),
        _ => 20 + 2 * stream.below(10),
    }
}

/// The days on which a customer with a planted rhythm buys.
pub(in super::super) fn rhythm(world: &World, customer: &Customer) -> Vec<NaiveDate> {
    let interval = interval(world, customer);
    let mut stream = world.stream("rhythm", customer.index, 1);
    let mut days = Vec::new();
    let mut day = match customer.role {
        Role::Lapsed => earlier(DATA_DATE, 2 * interval + 5 + stream.below(60)),
        Role::AtRisk | Role::SlowRhythm => earlier(DATA_DATE, interval * 3 / 2),
        _ => {
            let back = earlier(DATA_DATE, 3 + stream.below(5));
            days.push(back);
            days.push(earlier(back, interval));
            earlier(back, 6 * interval)
        }
    };
    while day >= world.start.first() {
        days.push(day);
        day = earlier(day, interval);
    }
    days
}

fn order(
    world: &World,
    customer: &Customer,
    id: String,
    on: NaiveDate,
    stream: &mut Stream,
) -> Order {
    let mut lines = Vec::new();
    let wanted = match customer.lines_milli {
        0..=1000 => 1,
        more => 1 + stream.count(more - 1000),
    };
    for _ in 0..wanted {
        add(world, customer, on, stream, &mut lines);
    }
    let is_planted = customer.role != Role::Ordinary;
    Order {
        id,
        on,
        requested: later(on, 3 + stream.below(25)),
        is_cancelled: stream.chance(18) && !is_planted,
        has_quote: stream.chance(200) && !is_planted,
        has_opportunity: stream.chance(60) && !is_planted,
        lines,
    }
}

/// Adds a product that is not there yet, and what goes with it.
fn add(
    world: &World,
    customer: &Customer,
    on: NaiveDate,
    stream: &mut Stream,
    lines: &mut Vec<Line>,
) {
    let category = match customer.role {
        Role::Upgrader => 1,
        _ => stream.weighted(&customer.tastes),
    };
    let group = match customer.role {
        Role::Upgrader => UPGRADED_GROUP,
        _ => {
            let groups = groups_of(category);
            groups.start + stream.place(groups.len())
        }
    };
    let tier = tier(world, customer, on, stream);
    if stream.chance(15) && customer.role == Role::Ordinary {
        return add_kit(world, customer, (category, on), stream, lines);
    }
    push(world, customer, on, of_group(group, tier), stream, lines);
    for (first, second, per_mille) in AFFINITIES {
        if group == first && stream.chance(per_mille) {
            push(world, customer, on, of_group(second, tier), stream, lines);
        }
    }
}

fn tier(world: &World, customer: &Customer, on: NaiveDate, stream: &mut Stream) -> u8 {
    match customer.role {
        Role::Upgrader if on < upgraded_on(world, customer) => 1,
        Role::Upgrader => 2,
        _ => match stream.weighted(&[75, 18, 7]) {
            1 => customer.tier.max(2) - 1,
            2 => (customer.tier + 1).min(3),
            _ => customer.tier,
        },
    }
}

/// The day from which on an upgrader buys the next tier.
pub(in super::super) fn upgraded_on(world: &World, customer: &Customer) -> NaiveDate {
    earlier(DATA_DATE, 120 + world.stream("upgrades", customer.index, 0).below(150))
}

fn push(
    world: &World,
    customer: &Customer,
    on: NaiveDate,
    product: usize,
    stream: &mut Stream,
    lines: &mut Vec<Line>,
) {
    if lines.iter().any(|line| line.product == product) {
        return;
    }
    let quantity = quantity(customer, world.products[product].category, stream);
    let (list_price, price) = prices(world, customer, (product, on), stream);
    let number = lines.len() as i64 + 1;
    lines.push(Line { number, parent: None, product, quantity, list_price, price });
}

fn quantity(customer: &Customer, category: usize, stream: &mut Stream) -> i64 {
    let most = match (customer.role, customer.size) {
        (Role::SmallOrders, _) => 1,
        (_, "small") => 3,
        (_, "medium") => 7,
        _ => 16,
    };
    let quantity = stream.between(1, most);
    match category {
        ACCESSORIES if most > 1 => quantity * 3,
        category if category + 1 == CATEGORY_COUNT => 1 + quantity / 4,
        _ => quantity,
    }
}

/// The list's price and the one agreed.
fn prices(
    world: &World,
    customer: &Customer,
    (product, on): (usize, NaiveDate),
    stream: &mut Stream,
) -> (i64, i64) {
    let list_price = world.products[product].list_price(customer.currency, on);
    let discount = (customer.discount_percent + stream.between(-2, 2)).max(0);
    (list_price, rounded(i128::from(list_price) * i128::from(100 - discount), 100))
}

/// A kit with its items as lines of their own, whose prices repeat what the kit's line says.
fn add_kit(
    world: &World,
    customer: &Customer,
    (category, on): (usize, NaiveDate),
    stream: &mut Stream,
    lines: &mut Vec<Line>,
) {
    let is_kit = |kind: Kind| kind == Kind::Kit;
    let kits: Vec<_> = world.products.iter().filter(|product| is_kit(product.kind)).collect();
    let kit = kits[category % kits.len()];
    let is_there = |product: usize| lines.iter().any(|line| line.product == product);
    if is_there(kit.index) || kit.items.iter().any(|(item, _)| is_there(*item)) {
        return;
    }
    let quantity = stream.between(1, 3);
    let (list_price, price) = prices(world, customer, (kit.index, on), stream);
    let parent = lines.len() as i64 + 1;
    let product = kit.index;
    lines.push(Line { number: parent, parent: None, product, quantity, list_price, price });
    for (item, count) in &kit.items {
        let own_list = world.products[*item].list_price(customer.currency, on);
        let own = i128::from(own_list) * i128::from(price);
        lines.push(Line {
            number: lines.len() as i64 + 1,
            parent: Some(parent),
            product: *item,
            quantity: quantity * count,
            list_price: own_list,
            price: rounded(own, i128::from(list_price.max(1))),
        });
    }
}
