//! What does sales list as products, at which prices, and how does the warehouse value them?

use chrono::{Datelike, NaiveDate};

use super::super::clock::{DATA_DATE, later};
use super::super::company::{Currency, ENTITIES, WAREHOUSES};
use super::super::products::{Kind, Product};
use super::super::run::Run;
use super::super::tables;
use super::super::world::World;

/// Products whose end is announced, by group, and the day: the next tier takes their place.
const ENDS: [(&str, (i32, u32, u32)); 3] = [
    ("Paperless recorder", (2026, 9, 30)),
    ("Pressure switch", (2026, 12, 31)),
    ("Vortex flow meter", (2027, 3, 31)),
];

/// The price lists and their currencies.
const LISTS: [(&str, Currency); 3] =
    [("CN", Currency::Cny), ("EU", Currency::Eur), ("US", Currency::Usd)];

pub(super) fn write(run: &mut Run) {
    write_products(run);
    write_prices(run);
    write_costs(run);
}

fn write_products(run: &mut Run) {
    let Run { world, feeds, .. } = run;
    let first = world.start.first();
    for product in &world.products {
        let mut stream = world.stream("launches", product.index, 0);
        let launched = date(2009 + i32::from(product.tier) * 3, 1, 1);
        let launched = later(launched, stream.below(1_400));
        let end = (product.tier == 1 && product.kind == Kind::Goods)
            .then(|| ENDS.iter().find(|(group, _)| *group == product.group))
            .flatten()
            .map(|(_, (year, month, day))| date(*year, *month, *day));
        let successor = world.products.iter().find(|other| {
            end.is_some() && other.group == product.group && other.tier == product.tier + 1
        });
        feeds.row(&tables::PRODUCTS, first, |row| {
            row.text(&product.sku)
                .text(&product.name)
                .text(&product.name_zh)
                .text(product.category_name())
                .text(product.group)
                .int(i64::from(product.tier))
                .text(kind(product.kind))
                .text(sales_unit(product))
                .real(kilograms(product.grams))
                .date(launched)
                .date_or_none(end)
                .text(successor.map_or("", |other| &other.sku))
                .text(product.category_name());
        });
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Goods => "goods",
        Kind::Part => "part",
        Kind::Work => "work",
        Kind::Kit => "kit",
    }
}

fn sales_unit(product: &Product) -> &'static str {
    match (product.kind, product.sku.as_str()) {
        (Kind::Kit, _) => "set",
        (Kind::Work, "SW-100") => "hour",
        (Kind::Work, "SW-200") => "year",
        (Kind::Work, "FR-001") => "shipment",
        _ => "piece",
    }
}

/// One division of whole numbers is the same on every machine.
fn kilograms(grams: i64) -> f64 {
    f64::from(i32::try_from(grams).unwrap_or_default()) / 1000.0
}

fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

/// The years with prices and costs: to the one after the last that is lived through.
fn last_year(world: &World) -> i32 {
    DATA_DATE.year().max(world.end.last().year()) + 1
}

fn write_prices(run: &mut Run) {
    let Run { world, feeds, .. } = run;
    let first = world.start.first();
    for year in first.year() - 1..=last_year(world) {
        let (from, to) = (date(year, 1, 1), date(year, 12, 31));
        // Lists are entered in the middle of the December before.
        let on = date(year - 1, 12, 15).max(first);
        for product in &world.products {
            for (list, currency) in LISTS {
                feeds.row(&tables::PRICES, on, |row| {
                    row.text(list)
                        .text(&product.sku)
                        .text(currency.code())
                        .date(from)
                        .date(to)
                        .money(product.list_price(currency, from));
                });
            }
        }
    }
}

fn write_costs(run: &mut Run) {
    let Run { world, feeds, .. } = run;
    let first = world.start.first();
    for year in first.year()..=last_year(world) {
        let from = date(year, 1, 1);
        for (place, house) in WAREHOUSES.iter().enumerate() {
            for product in world.products.iter().filter(|product| product.is_stocked()) {
                feeds.row(&tables::STOCK_COSTS, from.max(first), |row| {
                    row.text(house.code)
                        .text(&product.sku)
                        .date(from)
                        .decimal(product.unit_cost(place, year), 4)
                        .text(ENTITIES[house.entity].currency.code());
                });
            }
        }
    }
}
