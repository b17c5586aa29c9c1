//! What do people write into the sales department's database that is no such value?

use super::super::company::{ENTITIES, UNITS};
use super::super::tables;
use super::{Fault, Planting, Target, at};

const ORDERS: Target = Target { table: &tables::ORDERS, name: "sales.orders" };
const ORDER_LINES: Target = Target { table: &tables::ORDER_LINES, name: "sales.order_lines" };
const CUSTOMERS: Target = Target { table: &tables::CUSTOMERS, name: "sales.customers" };
const CONTACTS: Target = Target { table: &tables::CONTACTS, name: "sales.contacts" };
const QUOTES: Target = Target { table: &tables::QUOTES, name: "sales.quotes" };
const OPPORTUNITIES: Target = Target { table: &tables::OPPORTUNITIES, name: "sales.opportunities" };
const DELIVERIES: Target = Target { table: &tables::DELIVERIES, name: "sales.deliveries" };
const TOUCHES: Target = Target { table: &tables::TOUCHES, name: "sales.touches" };

pub(super) fn plant(planting: &mut Planting<'_>) {
    orders(planting);
    order_lines(planting);
    customers(planting);
    contacts(planting);
    quotes(planting);
    opportunities(planting);
    deliveries(planting);
    touches(planting);
}

fn orders(planting: &mut Planting<'_>) {
    let mut add = |on: &str, ordered: &str, currency: &str, deleted: i64, fault: Fault| {
        let customer = planting.customers[0];
        let owner = planting.owner(customer).to_owned();
        planting.values(ORDERS, on, fault, |row| {
            row.text(&format!("XSO-{on}")).text(&customer.sales_id());
            row.text(&customer.contact_id(0)).text(ordered).text(currency).text("open");
            row.text("phone").text(&owner).text(UNITS[customer.unit].id);
            row.text(ENTITIES[customer.entity].id).none().none().none().none();
            row.text(&format!("{on} 16:42:10")).int(deleted);
        });
    };
    // What people say is not what ISO 4217 says.
    let not_allowed = at("currency_code", "is none of the allowed values");
    add("2025-09-16", "2025-09-16", "RMB", 0, not_allowed);
    let no_date = at("ordered_on", "is not a date in the contract's format");
    add("2026-03-02", "2026-02-30", "CNY", 0, no_date);
    // An old program marks what it has archived so.
    let no_flag = at("is_deleted", "is none of the contract's texts for true and false");
    add("2026-04-21", "2026-04-20", "CNY", 2, no_flag);
}

fn order_lines(planting: &mut Planting<'_>) {
    let sku = planting.sku(4).to_owned();
    let half = at("quantity", "is stored as a float");
    planting.values(ORDER_LINES, "2025-08-12", half, |row| {
        row.text("XSO-2025-08-12").int(1).none().text(&sku).real(0.5);
        row.text("1860.00").text("1860.00").text("930.00").text("2025-08-12 09:14:00");
    });
    let decimals = at("net_amount", "has more than 2 decimals");
    planting.values(ORDER_LINES, "2026-01-20", decimals, |row| {
        row.text("XSO-2026-01-20").int(3).none().text(&sku).int(15);
        row.text("1860.00").text("1767.333").text("26509.995").text("2026-01-20 11:31:05");
    });
}

fn customers(planting: &mut Planting<'_>) {
    let customer = planting.customers[1];
    let owner = planting.owner(customer).to_owned();
    let on = "2026-02-10";
    let no_number = at("registered_capital_amount", "is not a number");
    planting.values(CUSTOMERS, on, no_number, |row| {
        row.text("X20260210").text("Ningbo Huaxin Pumps").none();
        row.text(customer.kind).text(customer.industry).text(customer.region);
        row.text(customer.country).text(customer.city).text(&customer.address).text("small");
        row.text("约500万").none().text("fair").text(on).text(&owner);
        row.text(UNITS[customer.unit].id).text(ENTITIES[customer.entity].id).none();
        row.text("active").text("CNY").text("50000.00").none().text(on);
    });
}

fn contacts(planting: &mut Planting<'_>) {
    let customer = planting.customers[2];
    let no_date = at("birthday_on", "is not a date in the contract's format");
    planting.values(CONTACTS, "2025-07-08", no_date, |row| {
        row.text("XC-2025-07-08").text(&customer.sales_id()).text("Lena Hartwig");
        row.text("Purchasing").text("lena.hartwig@example.com").none().text("1979-04-31");
        row.text("en").int(0).text("2025-07-08 10:02:33");
    });
    // The telephone's address book hands over a picture where a number should be.
    let blob = at("phone", "is stored as a blob");
    planting.values(CONTACTS, "2026-05-12", blob, |row| {
        row.text("XC-2026-05-12").text(&customer.sales_id()).text("Marco Lindqvist");
        row.text("Plant manager").text("marco.lindqvist@example.com");
        row.raw(&[0xff, 0xd8, 0xff, 0xe0, 0x00, 0x10]).none().text("en").int(1);
        row.text("2026-05-12 15:20:41");
    });
}

fn quotes(planting: &mut Planting<'_>) {
    let customer = planting.customers[3];
    let owner = planting.owner(customer).to_owned();
    let no_value = at("quoted_on", "has no value, but the column is required");
    planting.values(QUOTES, "2025-12-09", no_value, |row| {
        row.text("XQ-2025-12-09").text(&customer.sales_id()).text(&customer.contact_id(0));
        row.text(&owner).none().none().text("2025-12-09").text("2026-01-08").text("CNY");
        row.text("open").text("2025-12-09 17:55:12");
    });
}

fn opportunities(planting: &mut Planting<'_>) {
    let customer = planting.customers[4];
    let owner = planting.owner(customer).to_owned();
    let on = "2026-06-03";
    let no_number = at("win_probability_percent", "is not a number");
    planting.values(OPPORTUNITIES, on, no_number, |row| {
        row.text("XOP-2026-06-03").text(&customer.sales_id()).text(&owner);
        row.text("Second test bench").none().text("proposal").text("84000.00").text("CNY");
        row.text("60%").text(on).text("2026-09-30").none().none().none().none().none();
        row.text(on).text("2026-06-03 13:07:00");
    });
}

/// Freight comes from the carrier's table of prices, which computes with floats.
fn deliveries(planting: &mut Planting<'_>) {
    let mut add = |on: &str, freight: f64, weight: &str, fault: Fault| {
        let customer = planting.customers[5];
        planting.values(DELIVERIES, on, fault, |row| {
            row.text(&format!("XDN-{on}")).text(&format!("XSO-{on}"));
            row.text(&customer.sales_id()).text("W1").text("Suyun").text(on).none();
            row.real(freight).text("CNY").text(weight).int(1).text(&format!("{on} 18:30:00"));
        });
    };
    let decimals = at("freight_amount", "has more than 2 decimals");
    add("2025-05-20", 0.1 + 0.2, "12.500", decimals);
    // A number read from the parcel's label.
    let digits = at("freight_amount", "is stored as a float with more digits");
    add("2025-10-14", 69_012_345_678_926.5, "3.200", digits);
    // A price for each kilogram of nothing.
    let no_number = at("freight_amount", "is not a number");
    add("2026-02-24", f64::INFINITY, "0", no_number);
}

fn touches(planting: &mut Planting<'_>) {
    let mut add = |on: &str, clock: &str, subject: &[u8], fault: Fault| {
        let customer = planting.customers[1];
        let owner = planting.owner(customer).to_owned();
        planting.values(TOUCHES, on, fault, |row| {
            row.text(&format!("XT-{on}")).text(&customer.sales_id()).none().text(&owner);
            row.text("phone").text("outbound").text("service").text(&format!("{on} {clock}"));
            row.int(15).none().none().none().none().none().bare(subject);
        });
    };
    let no_time = at("happened_at", "is not a timestamp");
    add("2025-11-20", "24:00:00", b"Call after the night shift", no_time);
    // Pasted from a letter in another character set.
    let no_text = at("touch_subject", "holds bytes that are not UTF-8");
    add("2026-04-08", "09:45:00", b"Besuch bei Frau M\xfcller", no_text);
}
