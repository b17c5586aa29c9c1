//! Does the standard project's star build over another company's database, and add up there?
//!
//! tests/worlds/northwind holds what is the company's own; the rest is the standard project's.

use std::fs;

use serde_json::Value;

use crate::support::binary;
use crate::support::hand::{copy_text, repository};
use crate::support::postgres::Postgres;
use crate::support::world::{World, data, day};

/// Revenue as documents state it, summed without rounding.
const NET: &str = "cast(sum(net_amount) as decimal(18,4))";

/// The project, its system the test's own server.
fn project(url: &str) -> World {
    let world = World::empty();
    copy_text(&repository("sql"), &world.path("sql"));
    copy_text(&repository("tests/worlds/northwind"), world.root());
    let systems = fs::read_to_string(world.path("warehouse/systems.toml")).unwrap();
    let line = systems.lines().find(|line| line.starts_with("url = ")).unwrap();
    world.write("warehouse/systems.toml", systems.replace(line, &format!("url = \"{url}\"")));
    world
}

/// A decimal without the zeros that end it.
fn plain(text: &str) -> String {
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    }
}

fn text(value: &Value) -> String {
    plain(&value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

fn check(world: &World, sql: &str, expected: &Value) {
    assert_eq!(plain(&world.value(sql)), text(expected), "{sql}");
}

#[test]
fn the_star_builds_over_northwind() {
    let Some((folder, expected)) = data("northwind_pg") else { return };
    let server = Postgres::shared();
    let database = server.database();
    server.psql(&database, &fs::read_to_string(folder.join("northwind.sql")).unwrap());
    let world = project(&server.url("trusted", &database));
    world.refreshed(day(0));
    assert_eq!(world.value("select count(*) from patron.quarantine"), "0");
    totals(&world, &expected);
    by_category_and_year(&world, &expected);
    by_customer(&world, &expected, &invoiced(server, &database));
    not_connected(&world);
    println!("northwind: {} lines reach the star", expected["lines"]);
}

fn totals(world: &World, expected: &Value) {
    for fact in ["fct_order_lines", "fct_invoice_lines"] {
        check(world, &format!("select count(*) from marts.{fact}"), &expected["lines"]);
        check(world, &format!("select {NET} from marts.{fact}"), &expected["net_exact"]);
        for kind in ["functional", "reporting"] {
            let sum = format!("select cast(sum(net_{kind}_amount) as decimal(18,4))");
            check(world, &format!("{sum} from marts.{fact}"), &expected["net_exact"]);
        }
        let unassigned = format!("from marts.{fact} where customer_id = 'unassigned'");
        check(world, &format!("select count(*) {unassigned}"), &Value::from(0));
        let list = format!("select sum(list_amount) from marts.{fact}");
        check(world, &list, &expected["gross"]);
    }
    let customers = "select count(distinct customer_id) from marts.dim_customers \
                     where customer_id <> 'unassigned'";
    check(world, customers, &expected["customers"]);
    let orders = "select count(distinct order_id) from marts.fct_invoice_lines";
    check(world, orders, &expected["orders"]);
}

fn by_category_and_year(world: &World, expected: &Value) {
    for (category, net) in expected["by_category"].as_object().unwrap() {
        let sold = "marts.fct_invoice_lines join marts.dim_products using (product_id)";
        let of = format!("where product_category = '{category}'");
        check(world, &format!("select {NET} from {sold} {of}"), net);
    }
    for (year, net) in expected["by_year"].as_object().unwrap() {
        let sold = "marts.fct_invoice_lines join marts.dim_periods using (period_id)";
        check(world, &format!("select {NET} from {sold} where fiscal_year = {year}"), net);
    }
}

/// Customers with what the server itself says they were invoiced.
fn invoiced(server: &Postgres, database: &str) -> Vec<Vec<String>> {
    let net = "sum(unit_price::numeric * quantity * (1 - discount::numeric))::numeric(18,4)";
    let sold = "order_details join orders using (order_id)";
    server.rows(database, &format!("select customer_id, {net} from {sold} group by 1 order by 1"))
}

fn by_customer(world: &World, expected: &Value, by_server: &[Vec<String>]) {
    for top in expected["top10"].as_array().unwrap() {
        let of = format!("from marts.fct_invoice_lines where customer_id = '{}'", text(&top[0]));
        check(world, &format!("select count(distinct order_id) {of}"), &top[1]);
        check(world, &format!("select {NET} {of}"), &top[2]);
    }
    let found = "from marts.fct_invoice_lines group by 1 order by 1";
    let found = world.rows(&format!("select customer_id, {NET} {found}"));
    assert_eq!(found.len(), 89, "customers who ever ordered");
    assert_eq!(found, by_server);
}

/// Departments that the company lacks: their facts are there, without a row, and that is said.
fn not_connected(world: &World) {
    let said = binary::said(&binary::patron(world.root()).arg("check").output().unwrap());
    let told = said.lines().find(|line| line.contains("not connected"));
    let told = told.unwrap_or_else(|| panic!("nothing is told to be missing: {said}"));
    for missing in ["stg_service__cases", "stg_finance__ledger_entries", "stg_sales__touches"] {
        assert!(told.contains(missing), "{missing}: {told}");
    }
    for there in ["stg_sales__orders", "stg_finance__invoices", "stg_staff__employees`"] {
        assert!(!told.contains(there), "{there}: {told}");
    }
    for fact in ["fct_ledger_entries", "fct_service_cases", "fct_stock_moves", "fct_touches"] {
        check(world, &format!("select count(*) from marts.{fact}"), &Value::from(0));
    }
}
