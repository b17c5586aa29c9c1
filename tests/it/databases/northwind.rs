//! Does a trading company's database, which nobody of this project made, add up as others computed?

use std::fs;

use serde_json::Value;

use super::shop::Shop;
use crate::support::postgres::Postgres;
use crate::support::world::data;

/// Each table with its columns: `name type`, a `!` behind those without which there is no row.
const TABLES: [(&str, &str); 5] = [
    ("customers", "customer_id text!, company_name text, city text, country text"),
    ("categories", "category_id integer!, category_name text"),
    (
        "products",
        "product_id integer!, product_name text, category_id integer, \
         unit_price decimal(12,4), units_in_stock integer",
    ),
    (
        "orders",
        "order_id integer!, customer_id text, order_date date, required_date date, \
         shipped_date date, freight decimal(12,4), ship_city text",
    ),
    (
        "order_details",
        "order_id integer!, product_id integer!, unit_price decimal(12,4)!, \
         quantity integer!, discount decimal(6,4)!",
    ),
];

const NET: &str = "sum(cast(unit_price * quantity * (1 - discount) as decimal(18,8)))";
const SOLD: &str = "(select d.unit_price, d.quantity, d.discount, o.customer_id, o.order_date, \
     o.order_id, c.category_name from shop.order_details d \
     join shop.orders o on o.order_id = d.order_id \
     join shop.products p on p.product_id = d.product_id \
     join shop.categories c on c.category_id = p.category_id) as sold";

#[test]
fn northwind_adds_up_as_others_computed() {
    let Some((folder, expected)) = data("northwind_pg") else { return };
    let shop = Shop::new(Postgres::shared());
    shop.sql(&fs::read_to_string(folder.join("northwind.sql")).unwrap());
    for (table, columns) in TABLES {
        let column = |column: &str| {
            let (name, kind) = column.trim().split_once(' ').unwrap();
            let required = if kind.ends_with('!') { "required = true\n" } else { "" };
            format!("[columns.{name}]\ntype = \"{}\"\n{required}", kind.trim_end_matches('!'))
        };
        let columns: String = columns.split(", ").map(column).collect();
        shop.contract(table, table, "mode = \"full\"\n", &columns);
    }
    shop.refreshed();
    check_sums(&shop, &expected);
    // A second and independent witness: the server's own answers, row by row.
    for (table, columns) in [
        ("customers", "customer_id, company_name, city, country"),
        ("orders", "order_id, customer_id, order_date, required_date, shipped_date, ship_city"),
        ("order_details", "order_id, product_id, quantity"),
    ] {
        let rows = |place: &str| format!("select {columns} from {place}{table} order by 1, 2");
        let by_server = Postgres::shared().rows(&shop.database, &rows(""));
        assert!(by_server == shop.world.rows(&rows("shop.")), "{table}");
    }
    println!("northwind_pg: {} order lines add up", expected["lines"]);
}

fn check_sums(shop: &Shop<'_>, expected: &Value) {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let check = |sql: &str, expected: &Value| {
        let found = shop.world.value(sql);
        assert!(is_equal(&found, &text(expected)), "{sql}: {found}, not {expected}");
    };
    check("select count(*) from patron.quarantine", &Value::from(0));
    check("select count(*) from shop.order_details", &expected["lines"]);
    check("select count(*) from shop.orders", &expected["orders"]);
    check("select count(*) from shop.customers", &expected["customers"]);
    check("select sum(unit_price * quantity) from shop.order_details", &expected["gross"]);
    check(&format!("select {NET} from shop.order_details"), &expected["net_exact"]);
    check("select sum(freight) from shop.orders", &expected["freight"]);
    let unshipped = "select count(*) from shop.orders where shipped_date is null";
    check(unshipped, &expected["unshipped"]);
    let late = "select count(*) from shop.orders where shipped_date > required_date";
    check(late, &expected["late"]);
    let stock = "select sum(unit_price * units_in_stock) from shop.products";
    check(stock, &expected["stock_at_list"]);
    for (category, net) in expected["by_category"].as_object().unwrap() {
        check(&format!("select {NET} from {SOLD} where category_name = '{category}'"), net);
    }
    for (year, net) in expected["by_year"].as_object().unwrap() {
        let sql = format!("select {NET} from {SOLD} where extract(year from order_date) = {year}");
        check(&sql, net);
    }
    for top in expected["top10"].as_array().unwrap() {
        let of = format!("from {SOLD} where customer_id = '{}'", text(&top[0]));
        check(&format!("select count(distinct order_id) {of}"), &top[1]);
        check(&format!("select {NET} {of}"), &top[2]);
    }
}

/// Whether two decimals are the same number, however many zeros end them.
fn is_equal(found: &str, expected: &str) -> bool {
    let plain = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    plain(found) == plain(expected)
}
