//! Is what was ordered delivered, and what was delivered billed, piece by piece?

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::read::deliveries;
use super::{Company, small};

/// Pieces by a document and its line.
type Pieces = BTreeMap<(String, i64), i64>;

fn pieces(database: &Connection, sql: &str) -> Pieces {
    let mut statement = database.prepare(sql).unwrap();
    let row = |row: &rusqlite::Row<'_>| Ok(((row.get(0)?, row.get(1)?), row.get(2)?));
    statement.query_map([], row).unwrap().map(Result::unwrap).collect()
}

#[test]
fn every_piece_is_delivered_once_and_billed_once() {
    let company = Company::new(small(1));
    let database = Connection::open(company.root.join("feeds/sales/sales.db")).unwrap();
    // Rows that cannot be loaded hold a text or a fraction where others hold pieces.
    let ordered = pieces(
        &database,
        "select l.order_no, l.line, l.qty from order_line l join sales_order o on o.no = l.order_no
         where o.status <> 'cancelled' and typeof(l.qty) = 'integer' and o.customer is not null
         and l.order_no not like 'X%'",
    );
    let delivered = pieces(
        &database,
        "select order_no, order_line, sum(qty) from delivery_line
         where typeof(qty) = 'integer' and delivery not like 'X%' group by 1, 2",
    );
    let shipped = pieces(
        &database,
        "select delivery, line, qty from delivery_line
         where typeof(qty) = 'integer' and delivery not like 'X%'",
    );
    let mut parted = 0;
    for (line, quantity) in &delivered {
        assert!(*quantity <= ordered[line], "{line:?}: more is delivered than was ordered");
        parted += usize::from(*quantity < ordered[line]);
    }
    // What was ordered in the last days, or in parts, is still on its way.
    assert!(parted * 20 < delivered.len(), "{parted} of {}", delivered.len());

    let mut billed = Pieces::new();
    let mut parts: BTreeMap<(String, i64), usize> = BTreeMap::new();
    for line in deliveries(&company, "invoice_lines") {
        if line["Delivery"].is_empty() || line["Quantity"].starts_with('-') {
            continue;
        }
        let Ok(quantity) = line["Quantity"].parse::<i64>() else { continue };
        if line["Invoice"].starts_with('X') {
            continue;
        }
        let key = (line["Delivery"].clone(), line["Delivery line"].parse().unwrap());
        *billed.entry(key.clone()).or_default() += quantity;
        *parts.entry(key).or_default() += 1;
    }
    let mut waiting = 0;
    for (line, quantity) in &billed {
        assert!(*quantity <= shipped[line], "{line:?}: more is billed than was delivered");
        waiting += usize::from(*quantity < shipped[line]);
    }
    let in_parts = parts.values().filter(|count| **count > 1).count();
    println!("{} lines billed, {in_parts} of them in parts", billed.len());
    assert!(in_parts > 20, "some deliveries are billed in parts: {in_parts}");
    assert!(waiting * 20 < billed.len(), "{waiting} of {}", billed.len());
}

#[test]
fn kits_stand_beside_their_items() {
    let company = Company::new(small(1));
    let database = Connection::open(company.root.join("feeds/sales/sales.db")).unwrap();
    let kits: i64 = database
        .query_row("select count(*) from order_line where sku like 'KIT%'", [], |row| row.get(0))
        .unwrap();
    assert!(kits > 10, "{kits}");
    // Whoever sums all lines counts a kit twice: its items' lines repeat its price.
    let (own, items): (f64, f64) = database
        .query_row(
            "select sum(p.net), sum((select sum(i.net) from order_line i
                 where i.order_no = p.order_no and i.parent_line = p.line))
             from order_line p where p.sku like 'KIT%'",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert!((own - items).abs() < own * 0.1, "{own} and {items}");
    let billed: Vec<_> = deliveries(&company, "invoice_lines")
        .into_iter()
        .filter(|line| line["Item"].starts_with("KIT"))
        .collect();
    assert!(billed.len() > 10);
}
