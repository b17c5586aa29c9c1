//! What lies in the sample company's sales database?

use std::path::Path;

use rusqlite::{Connection, ToSql, params};

use super::company::{Order, customers, money};
use super::error::{DemoError, at};

/// The tables as the sales department's own application made them: its names, its types. Amounts
/// are text, since SQLite would store them as doubles otherwise.
const TABLES: &str = "
    create table customer (
        no text primary key, name text not null, industry text, region text, active integer,
        credit_limit text, customer_since text, changed text, contact text, email text, phone text
    );
    create table sales_order (
        no text primary key, customer text, order_date text, currency text, status text,
        changed_at text, deleted integer not null default 0
    );
    create table order_line (
        order_no text, line integer, sku text, qty integer, unit_price text, net text,
        primary key (order_no, line)
    );
";

/// Writes the database. Dirty on purpose: an order on 30 February, one in a currency that does not
/// exist, half a piece, a line whose price is a word.
pub(super) fn write(path: &Path, orders: &[Order]) -> Result<(), DemoError> {
    let mut connection = Connection::open(path).map_err(at(path))?;
    let transaction = connection.transaction().map_err(at(path))?;
    transaction.execute_batch(TABLES).map_err(at(path))?;
    write_customers(&transaction).map_err(at(path))?;
    write_orders(&transaction, orders).map_err(at(path))?;
    transaction.commit().map_err(at(path))?;
    connection.close().map_err(|(_, error)| at(path)(error))
}

fn write_customers(connection: &Connection) -> Result<(), rusqlite::Error> {
    let mut insert = connection
        .prepare("insert into customer values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")?;
    for (index, customer) in customers().iter().enumerate() {
        let limit = i64::try_from(customer.orders_per_month).unwrap_or(1) * 5_000_000;
        insert.execute(params![
            customer.id,
            customer.name,
            customer.industry,
            customer.region,
            1,
            money(limit),
            format!("{}-{:02}-15", 2012 + index % 13, 1 + index % 12),
            "2026-01-02",
            customer.contact,
            format!("purchasing@{}.example", customer.id.to_lowercase()),
            format!("+86 21 5555 {:04}", 100 + index * 7),
        ])?;
    }
    Ok(())
}

fn write_orders(connection: &Connection, orders: &[Order]) -> Result<(), rusqlite::Error> {
    let mut insert_order =
        connection.prepare("insert into sales_order values (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
    let mut insert_line =
        connection.prepare("insert into order_line values (?1, ?2, ?3, ?4, ?5, ?6)")?;
    let customers = customers();
    for (index, order) in orders.iter().enumerate() {
        let Some(customer) = customers.get(order.customer) else { continue };
        let date = match index {
            57 => "2026-02-30".to_owned(),
            _ => order.ordered_on.to_string(),
        };
        let currency = if index == 131 { "RMB?" } else { "CNY" };
        let is_deleted = index % 97 == 96;
        let status =
            if order.ordered_on.to_string().as_str() < "2026-06-15" { "invoiced" } else { "open" };
        let changed_at = format!("{} 17:{:02}:00", order.ordered_on, index % 60);
        insert_order.execute(params![
            order.id,
            customer.id,
            date,
            currency,
            status,
            changed_at,
            is_deleted
        ])?;
        for (number, line) in (1i64..).zip(&order.lines) {
            let is_half = index == 88 && number == 1;
            let quantity: &dyn ToSql = if is_half { &2.5 } else { &line.quantity };
            let price = match (index, number) {
                (203, 1) => "on request".to_owned(),
                _ => money(line.unit_price),
            };
            insert_line.execute(params![
                order.id,
                number,
                line.product.sku,
                quantity,
                price,
                money(line.net())
            ])?;
        }
    }
    Ok(())
}
