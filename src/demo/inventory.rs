//! What does the sample company's warehouse keeper hand over?

use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use chrono::{Datelike, Days, Months};
use datafusion::arrow::array::{ArrayRef, Decimal128Array, Float64Array, RecordBatch, StringArray};
use datafusion::parquet::arrow::ArrowWriter;

use super::company::{Dice, Order, PRODUCTS, money, month_name, months};
use super::error::{DemoError, at};

const HOUSES: [&str; 2] = ["SHA", "CAN"];

/// The count at each month's end. March was counted again: the later file replaces its rows. Dirty
/// on purpose: a byte that is no letter in UTF-8.
pub(super) fn counts() -> Vec<(String, Vec<u8>)> {
    let mut dice = Dice(5);
    let mut files = Vec::new();
    for first in months() {
        let day = first + Months::new(1) - Days::new(1);
        let mut text = String::from("counted_on,house,sku,quantity,unit_cost\n");
        let mut recount = text.clone();
        for house in HOUSES {
            for product in PRODUCTS.iter().filter(|product| product.weight_kg > 0.0) {
                let quantity = 20 + dice.below(180);
                let cost =
                    format!("{}.{:04}", product.unit_cost / 10_000, product.unit_cost % 10_000);
                let _ = writeln!(text, "{day},{house},{},{quantity},{cost}", product.sku);
                let _ = writeln!(recount, "{day},{house},{},{},{cost}", product.sku, quantity - 3);
            }
        }
        let mut bytes = text.into_bytes();
        if day.month() == 5 {
            let last = bytes.len() - 2;
            bytes.splice(last..last, *b"\xb5");
        }
        files.push((format!("counts_{}.csv", month_name(day)), bytes));
        if day.month() == 3 {
            files.push((format!("counts_{}_again.csv", month_name(day)), recount.into()));
        }
    }
    files
}

/// Goods that left, a file a quarter, without header, with tabulators and day/month/year. Dirty on
/// purpose: a quantity larger than any number of pieces.
pub(super) fn moves(orders: &[Order]) -> Vec<(String, Vec<u8>)> {
    let mut quarters = [String::new(), String::new()];
    for (index, order) in orders.iter().enumerate() {
        let quarter = usize::from(order.ordered_on.month() > 3);
        let Some(text) = quarters.get_mut(quarter) else { continue };
        let date = order.ordered_on.format("%d/%m/%Y");
        let goods = order.lines.iter().filter(|line| line.product.weight_kg > 0.0);
        for (number, line) in goods.enumerate() {
            let pieces = if (index, number) == (70, 0) {
                i128::from(i64::MIN) * 10
            } else {
                i128::from(-line.quantity)
            };
            let house = HOUSES.get(order.customer % 2).copied().unwrap_or_default();
            let _ = writeln!(
                text,
                "{date}\t{house}\t{}\t{}\t{}\t{}",
                line.product.sku,
                pieces,
                money(-line.cost()),
                order.id
            );
        }
    }
    let names = ["moves_2026q1.tsv", "moves_2026q2.tsv"];
    names.iter().zip(quarters).map(|(name, text)| ((*name).to_owned(), text.into())).collect()
}

/// The product list as a Parquet file.
pub(super) fn write_products(path: &Path) -> Result<(), DemoError> {
    let texts = |field: fn(&super::company::Product) -> &'static str| -> ArrayRef {
        Arc::new(PRODUCTS.iter().map(|product| Some(field(product))).collect::<StringArray>())
    };
    let decimals = |field: fn(&super::company::Product) -> i64, scale: i8| {
        let values: Decimal128Array =
            PRODUCTS.iter().map(|product| Some(i128::from(field(product)))).collect();
        values.with_precision_and_scale(18, scale).map(|array| -> ArrayRef { Arc::new(array) })
    };
    let weights: Float64Array = PRODUCTS.iter().map(|product| Some(product.weight_kg)).collect();
    let batch = RecordBatch::try_from_iter([
        ("sku", texts(|product| product.sku)),
        ("name", texts(|product| product.name)),
        ("name_zh", texts(|product| product.name_zh)),
        ("category", texts(|product| product.category)),
        ("list_price", decimals(|product| product.list_price, 2).map_err(at(path))?),
        ("unit_cost", decimals(|product| product.unit_cost, 4).map_err(at(path))?),
        ("weight_kg", Arc::new(weights)),
    ])
    .map_err(at(path))?;
    let file = File::create(path).map_err(at(path))?;
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).map_err(at(path))?;
    writer.write(&batch).map_err(at(path))?;
    writer.close().map_err(at(path))?;
    Ok(())
}
