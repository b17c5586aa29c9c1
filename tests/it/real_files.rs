//! Do files that nobody of this project wrote load as others computed?

use std::fs;

use serde_json::Value;

use crate::support::world::{World, data, day};

fn csv_files(folder: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_name().to_str().unwrap().ends_with(".csv"))
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect();
    found.sort();
    found
}

const ALL_LINES: &str = "select invoice_id, stock_code, description, quantity, invoiced_at, \
     unit_price, \
     customer_id, country from retail.invoice_lines order by 1, 2, 3, 4, 5, 6, 7, 8";

/// The project with the contracts of one department.
fn world_of(department: &str) -> World {
    let world = World::copy_of("real");
    for other in ["retail", "service"].iter().filter(|other| **other != department) {
        fs::remove_dir_all(world.path(&format!("warehouse/contracts/{other}"))).unwrap();
        fs::create_dir_all(world.path(&format!("feeds/{other}"))).unwrap();
    }
    world
}

/// Delivers the files in an order, each one twice: under its own name and again as another copy.
fn delivered(files: &[(String, Vec<u8>)], order: &[usize]) -> World {
    let world = world_of("retail");
    for (number, &file) in order.iter().enumerate() {
        let (name, bytes) = &files[file];
        world.write(&format!("feeds/retail/{name}"), bytes);
        world.refreshed(day(2 * number as i64));
        world.write(&format!("feeds/retail/again-{name}"), bytes);
        let again = world.refreshed(day(2 * number as i64 + 1));
        assert!(!again.published, "the same content under another name brings nothing");
    }
    world
}

#[test]
fn online_retail_in_any_order_twice_is_the_same_table() {
    let Some((folder, expected)) = data("online_retail_sample") else { return };
    let files = csv_files(&folder);
    assert_eq!(files.len(), 6);
    let orders = [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [3, 0, 5, 1, 4, 2]];
    let worlds: Vec<World> = orders.iter().map(|order| delivered(&files, order)).collect();
    let rows = worlds[0].rows(ALL_LINES);
    assert_eq!(rows.len() as u64, expected["rows"].as_u64().unwrap());
    for (world, order) in worlds.iter().zip(orders).skip(1) {
        assert!(rows == world.rows(ALL_LINES), "order {order:?} gives another table");
    }
    check_retail(&worlds[0], &expected);
    println!("online_retail_sample: {} rows alike in {} orders, twice", rows.len(), orders.len());
}

fn check_retail(world: &World, expected: &Value) {
    let net = "sum(cast(quantity * unit_price as decimal(18,3)))";
    let table = "from retail.invoice_lines";
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let value = |sql: &str| world.value(sql);
    assert_eq!(value("select count(*) from patron.quarantine"), "0");
    assert_eq!(value(&format!("select {net} {table}")), text(&expected["net"]));
    let cancelled = format!("select {net}, count(*) {table} where invoice_id like 'C%'");
    let both = format!("{} {}", text(&expected["cancelled"]), expected["cancel_rows"]);
    assert_eq!(value(&cancelled), both);
    let unknown = format!("select count(*), {net} {table} where customer_id is null");
    let both =
        format!("{} {}", expected["null_customer_rows"], text(&expected["net_null_customer"]));
    assert_eq!(value(&unknown), both);
    let customers = format!("select count(distinct customer_id) {table}");
    assert_eq!(value(&customers), expected["distinct_customers"].to_string());
    let free = format!("select count(*) {table} where unit_price = 0");
    assert_eq!(value(&free), expected["zero_price"].to_string());
    for (date, sums) in expected["by_file"].as_object().unwrap() {
        let sql = format!(
            "select count(*), count(distinct invoice_id), {net} {table} \
             where cast(invoiced_at as date) = date '{date}'"
        );
        let by_others = format!("{} {} {}", sums["rows"], sums["invoices"], text(&sums["net"]));
        assert_eq!(value(&sql), by_others, "{date}");
    }
    for (country, sum) in expected["by_country"].as_object().unwrap() {
        let sql = format!("select {net} {table} where country = '{country}'");
        assert_eq!(value(&sql), text(sum), "{country}");
    }
    for top in expected["top10_net"].as_array().unwrap() {
        let sql = format!("select {net} {table} where customer_id = '{}'", text(&top[0]));
        assert_eq!(value(&sql), text(&top[1]), "{top}");
    }
}

#[test]
fn uci_incidents_end_in_their_last_state() {
    let Some((folder, expected)) = data("uci_incident_sample") else { return };
    let world = world_of("service");
    for (name, bytes) in csv_files(&folder) {
        world.write(&format!("feeds/service/{name}"), bytes);
    }
    world.refreshed(day(0));
    let value = |sql: &str| world.value(sql);
    assert_eq!(value("select count(*) from service.case_events"), expected["rows"].to_string());
    assert_eq!(value("select count(*) from service.cases"), expected["incidents"].to_string());
    for (state, count) in expected["current_state"].as_object().unwrap() {
        let sql = format!("select count(*) from service.cases where incident_state = '{state}'");
        assert_eq!(value(&sql), count.to_string());
    }
    for (column, count) in expected["question_marks"].as_object().unwrap() {
        let sql = format!("select count(*) from service.case_events where {column} is null");
        assert_eq!(value(&sql), count.to_string(), "{column}");
    }
    for (priority, numbers) in expected["by_priority"].as_object().unwrap() {
        let sql = format!("select count(*) from service.cases where priority = '{priority}'");
        assert_eq!(value(&sql), numbers["n"].to_string());
    }
    let kept = value("select count(*) from service.cases where made_sla").parse::<f64>().unwrap();
    let all = expected["incidents"].as_f64().unwrap();
    assert!((kept / all - expected["made_sla_pct"].as_f64().unwrap()).abs() < 1e-12);
    let reopened = value("select count(*) from service.cases where reopen_count > 0");
    assert_eq!(reopened, expected["reopened"].to_string());
    let callers = value("select count(distinct caller_id) from service.case_events");
    assert_eq!(callers, expected["callers"].to_string());
    println!("uci_incident_sample: {} cases in their last state", expected["incidents"]);
}
