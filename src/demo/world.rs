//! Who and what is there before anything happens: customers, products, employees?

use chrono::NaiveDate;

use super::clock::{DATA_DATE, Month, earlier, later};
use super::company::{Currency, ENTITIES, UNITS};
use super::employees::{self, Employee};
use super::names;
use super::products::{self, Product};
use super::random::Stream;
use super::relations::{self, Lookalike};
use super::roles::{self, Role};

/// How large the sample company is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Scale {
    /// customers on the data date, those that left included
    pub customers: u32,
    /// months of history up to the data date
    pub months: u32,
    /// order lines in the history, about
    pub order_lines: u64,
    /// another seed is another company
    pub seed: u64,
}

/// The fewest customers: the planted facts need them.
pub const CUSTOMERS_MIN: u32 = 400;
/// The fewest months of history: a year, and a quarter before it to compare with.
pub const MONTHS_MIN: u32 = 15;
/// The most months of history: the price lists and costs begin in 2020.
pub const MONTHS_MAX: u32 = 60;
/// Order lines of a customer in a month where nothing else is said, in thousandths.
const LINES_MILLI: u64 = 800;

impl std::fmt::Display for Scale {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} customers, {} months", self.customers, self.months)
    }
}

impl Default for Scale {
    fn default() -> Self {
        Self::usual(2_000, 36, 1)
    }
}

impl Scale {
    /// A company of this many customers and months that orders as usual.
    pub fn usual(customers: u32, months: u32, seed: u64) -> Self {
        let order_lines = u64::from(customers) * u64::from(months) * LINES_MILLI / 1000;
        Self { customers, months, order_lines, seed }
    }
}

/// What a customer is, which decides on prices and on comparisons.
pub(super) const TYPES: [&str; 4] = ["end_user", "distributor", "machine_builder", "public"];

/// A customer.
#[derive(Debug, Clone)]
pub(super) struct Customer {
    /// its place in [`World::customers`]
    pub(super) index: usize,
    /// its name as the sales department writes it
    pub(super) name: String,
    /// its English name where the name is Chinese
    pub(super) name_en: String,
    /// whether the name is Chinese
    pub(super) is_chinese: bool,
    /// one of [`TYPES`]
    pub(super) kind: &'static str,
    /// its industry
    pub(super) industry: &'static str,
    /// its region
    pub(super) region: &'static str,
    /// its country, ISO 3166
    pub(super) country: &'static str,
    /// its city
    pub(super) city: &'static str,
    /// its street and number
    pub(super) address: String,
    /// small, medium or large
    pub(super) size: &'static str,
    /// its registered capital in whole currency units
    pub(super) capital: i64,
    /// its tax number
    pub(super) tax_number: String,
    /// its domain on the web
    pub(super) domain: String,
    /// the channel by which it came
    pub(super) channel: &'static str,
    /// the day on which sales made it a customer
    pub(super) since: NaiveDate,
    /// the day from which on it orders no more
    pub(super) left: Option<NaiveDate>,
    /// its business unit, a place in [`UNITS`]
    pub(super) unit: usize,
    /// the entity that sells to it, a place in [`ENTITIES`]
    pub(super) entity: usize,
    /// the currency in which it buys
    pub(super) currency: Currency,
    /// the salesperson, a place in [`World::employees`]
    pub(super) owner: usize,
    /// the parent company, a place in [`World::customers`]
    pub(super) parent: Option<usize>,
    /// the customer that it is registered as once more by mistake
    pub(super) same_as: Option<usize>,
    /// whether its name or address resembles another customer's
    pub(super) is_lookalike: bool,
    /// orders in a usual month, in thousandths
    pub(super) orders_milli: u64,
    /// lines of an order, in thousandths
    pub(super) lines_milli: u64,
    /// what it usually gets off the list price, in percent
    pub(super) discount_percent: i64,
    /// service cases in a usual month, in thousandths
    pub(super) cases_milli: u64,
    /// orders of which something comes back, in thousandths
    pub(super) returns_per_mille: u64,
    /// days after the invoice's date on which it usually pays
    pub(super) payment_days: u64,
    /// how much it prefers each category of [`products::CATEGORIES`]
    pub(super) tastes: [u64; products::CATEGORY_COUNT],
    /// the tier of products it usually buys, from 1
    pub(super) tier: u8,
    /// what is planted with it
    pub(super) role: Role,
}

impl Customer {
    /// Its number in sales.
    pub(super) fn sales_id(&self) -> String {
        format!("K{}", 100_001 + self.index)
    }

    /// Its number in the bookkeeping, in another order than that of sales.
    pub(super) fn debtor_id(&self) -> String {
        // Both factors are prime, so no two of the first million share a number.
        format!("{}", 4_000_000 + (self.index * 7_919 + 104_729) % 1_299_709)
    }

    /// Its number at the service desk.
    pub(super) fn service_id(&self) -> String {
        format!("S-{:06}", (self.index * 15_485_863 + 32_452_843) % 999_983)
    }

    /// How many people of it are known, at least one.
    pub(super) fn contact_count(&self) -> usize {
        match self.size {
            // Up to four, so that five numbers a customer suffice.
            "large" => 2 + self.index % 3,
            "medium" => 1 + self.index % 2,
            _ => 1,
        }
    }

    /// The number in sales of one of its people, from 0.
    pub(super) fn contact_id(&self, person: usize) -> String {
        format!("C{}{}", 100_001 + self.index, person + 1)
    }

    /// The number in marketing of one of its people, from 0.
    pub(super) fn person_id(&self, person: usize) -> String {
        format!("M{:07}", ((self.index * 5 + person) * 179_424_673 + 15_487_469) % 9_999_991)
    }

    /// The days after its date on which an invoice is due, by steps of half a month.
    pub(super) fn payment_terms(&self) -> u64 {
        self.payment_days / 15 * 15 + 15
    }

    /// Whether it buys on this day.
    pub(super) fn is_active(&self, day: NaiveDate) -> bool {
        self.since <= day && self.left.is_none_or(|left| day < left)
    }
}

/// Everything that does not change.
pub(super) struct World {
    /// how large
    pub(super) scale: Scale,
    /// the first month
    pub(super) start: Month,
    /// the last month that is lived through, whole
    pub(super) end: Month,
    /// the customers in the order of their numbers
    pub(super) customers: Vec<Customer>,
    /// the customers that resemble each other and are not the same
    pub(super) lookalikes: Vec<Lookalike>,
    /// what is sold
    pub(super) products: Vec<Product>,
    /// who works here
    pub(super) employees: Vec<Employee>,
}

impl World {
    /// The world of a scale, lived through until the month of `until` has ended.
    pub(super) fn new(scale: Scale, until: NaiveDate) -> Self {
        let last = Month::of(DATA_DATE);
        let start = Month(last.0 + 1 - i32::try_from(scale.months).unwrap_or(36));
        let end = Month::of(until).max(last);
        let employees = employees::all(scale);
        let mut world = Self {
            scale,
            start,
            end,
            customers: Vec::new(),
            lookalikes: Vec::new(),
            products: products::all(scale.seed),
            employees,
        };
        let joined_later = u64::try_from(end.0 - last.0).unwrap_or_default() * joining(scale);
        let roles = roles::assign(scale);
        let count = usize::try_from(u64::from(scale.customers) + joined_later).unwrap_or_default();
        for index in 0..count {
            let role = roles.get(index).copied().unwrap_or(Role::Ordinary);
            let customer = customer(&world, index, role);
            world.customers.push(customer);
        }
        relations::relate(&mut world);
        world
    }

    /// A stream of a table.
    pub(super) fn stream(&self, table: &str, entity: usize, part: u64) -> Stream {
        Stream::of(self.scale.seed, table, entity as u64, part)
    }

    /// The months lived through.
    pub(super) fn months(&self) -> Vec<Month> {
        (self.start.0..=self.end.0).map(Month).collect()
    }

    /// The customers that join in a month after the data date, also in one that is not lived
    /// through yet: what leads to a customer happens before it is one.
    pub(super) fn joining_in(&self, month: Month) -> Vec<Customer> {
        let Ok(months) = usize::try_from(month.0 - Month::of(DATA_DATE).0 - 1) else {
            return Vec::new();
        };
        let count = usize::try_from(joining(self.scale)).unwrap_or_default();
        let first = self.scale.customers as usize + months * count;
        (first..first + count).map(|index| customer(self, index, Role::Ordinary)).collect()
    }

    /// The customers with a role, in the order of their numbers.
    pub(super) fn with_role(&self, role: Role) -> impl Iterator<Item = &Customer> {
        self.customers.iter().filter(move |customer| customer.role == role)
    }
}

/// New customers in a month after the data date.
fn joining(scale: Scale) -> u64 {
    u64::from(scale.customers / 150).max(1)
}

/// When the customer came: six of ten were there from the start, the others join evenly, those
/// after the data date month by month.
fn since(scale: Scale, index: usize, role: Role, stream: &mut Stream) -> NaiveDate {
    let first = Month(Month::of(DATA_DATE).0 + 1 - i32::try_from(scale.months).unwrap_or(36));
    let customers = scale.customers as usize;
    if index >= customers {
        let months = (index - customers) as u64 / joining(scale);
        let month = Month(Month::of(DATA_DATE).0 + 1 + i32::try_from(months).unwrap_or_default());
        return later(month.first(), stream.below(month.days()));
    }
    let is_old = index * 10 < customers * 6 || role != Role::Ordinary;
    if is_old {
        return earlier(first.first(), 30 + stream.below(3_000));
    }
    let span = (DATA_DATE - first.first()).num_days().unsigned_abs();
    let place = (index - customers * 6 / 10) as u64;
    let spread = span * place / (customers - customers * 6 / 10).max(1) as u64;
    later(first.first(), spread.min(span))
}

fn customer(world: &World, index: usize, role: Role) -> Customer {
    let scale = world.scale;
    let mut stream = Stream::of(scale.seed, "customers", index as u64, 0);
    let shares: Vec<u64> = UNITS.iter().map(|unit| unit.share).collect();
    let unit = stream.weighted(&shares);
    let entity = UNITS[unit].entity;
    let place = names::place(unit, &mut stream);
    let kind = TYPES[match unit {
        4 => stream.weighted(&[10, 5, 85, 0]),
        5 => stream.weighted(&[40, 10, 0, 50]),
        _ => stream.weighted(&[70, 14, 10, 6]),
    }];
    let since = since(scale, index, role, &mut stream);
    // A few large, many small: the size decides how often and how much is ordered.
    let size = stream.weighted(&[62, 28, 10]);
    let (orders_milli, lines_milli) = appetite(scale, size, &mut stream);
    let is_leaving = role == Role::Ordinary && stream.chance(180);
    let days_left = 60 + stream.below(1_400);
    let left = is_leaving.then(|| later(since.max(world.start.first()), days_left));
    let industry = *stream.pick(&names::INDUSTRIES);
    let name = names::company(scale.seed, index, place, industry);
    let currency = currency(index, entity, place.country, &mut stream);
    let mut customer = Customer {
        index,
        is_chinese: name.is_chinese,
        address: names::address(&mut stream, place),
        domain: name.domain,
        name: name.name,
        name_en: name.english,
        kind,
        industry,
        region: place.region,
        country: place.country,
        city: place.city,
        size: ["small", "medium", "large"][size],
        capital: stream.between(1, 9) * [200_000, 2_000_000, 30_000_000][size],
        tax_number: names::tax_number(&mut stream, index, place),
        channel: ["referral", "fair", "web", "cold_call", "partner", "tender"]
            [stream.weighted(&[20, 22, 25, 15, 12, 6])],
        since,
        left,
        unit,
        entity,
        currency,
        owner: employees::salesperson(&world.employees, unit, &mut stream),
        parent: None,
        same_as: None,
        is_lookalike: false,
        orders_milli,
        lines_milli,
        discount_percent: match kind {
            "distributor" => stream.between(18, 26),
            "machine_builder" => stream.between(10, 20),
            _ => stream.between(0, 4 + 5 * i64::try_from(size).unwrap_or_default()),
        },
        cases_milli: [60, 150, 400][size] * stream.below(200) / 100,
        returns_per_mille: stream.below(50),
        payment_days: 20 + stream.below(50),
        tastes: tastes(&mut stream),
        tier: u8::try_from(1 + stream.weighted(&[50, 35, 15])).unwrap_or(1),
        role,
    };
    roles::shape(&mut customer, scale);
    customer
}

/// Orders in a month and lines of an order, in thousandths: the mean over all customers meets the
/// order lines asked for, a large customer orders some twenty times as much as a small one.
fn appetite(scale: Scale, size: usize, stream: &mut Stream) -> (u64, u64) {
    let months = u64::from(scale.months) * u64::from(scale.customers);
    // Not all customers are there from the first to the last day.
    let mean_milli = scale.order_lines * 1000 / months.max(1) * 135 / 100;
    let own_milli = mean_milli * [25, 120, 500][size] / 100 * (40 + stream.below(121)) / 100;
    // Who buys more orders more often, and more at a time: both grow with the square root.
    let lines_milli = (own_milli * 4_000).isqrt().clamp(1_800, 16_000);
    (own_milli * 1000 / lines_milli, lines_milli)
}

/// Most buy in the seller's currency; some in another, in companies of every size.
fn currency(index: usize, entity: usize, country: &str, stream: &mut Stream) -> Currency {
    let own = ENTITIES[entity].currency;
    if index.is_multiple_of(23) {
        return if own == Currency::Usd { Currency::Eur } else { Currency::Usd };
    }
    match own {
        Currency::Cny if country == "CN" && !stream.chance(30) => own,
        Currency::Cny => *stream.pick(&[Currency::Usd, Currency::Eur]),
        Currency::Eur if stream.chance(80) => Currency::Usd,
        Currency::Usd if stream.chance(60) => Currency::Eur,
        _ => own,
    }
}

fn tastes(stream: &mut Stream) -> [u64; products::CATEGORY_COUNT] {
    let mut tastes = [0; products::CATEGORY_COUNT];
    for taste in &mut tastes {
        *taste = stream.below(10);
    }
    // Everybody has a favourite, and nobody buys of every kind.
    tastes[stream.place(products::GOODS_CATEGORIES)] += 25;
    tastes[stream.place(products::CATEGORY_COUNT)] = 0;
    tastes
}
