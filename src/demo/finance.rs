//! What does the sample company's bookkeeping export?

use std::collections::BTreeMap;
use std::fmt::Write as _;

use encoding_rs::GBK;

use super::company::{Order, customers, month_name};

const LEDGER_HEADER: &str = "Entry;Posted;Account;Cost centre;Customer;Document;Amount";

/// The ledger as the bookkeeping package writes it, a file a month: a title line, semicolons, a
/// decimal comma. Every order is booked as revenue against the customer and as cost of goods
/// against stock. Dirty on purpose: an amount of three decimals, an entry number used twice, a
/// line that breaks off.
pub(super) fn ledger(orders: &[Order]) -> Vec<(String, Vec<u8>)> {
    let customers = customers();
    let mut months: BTreeMap<String, String> = BTreeMap::new();
    let mut entry = 0;
    for (index, order) in orders.iter().enumerate() {
        let Some(customer) = customers.get(order.customer) else { continue };
        let month = month_name(order.ordered_on);
        let text = months
            .entry(month.clone())
            .or_insert_with(|| format!("Ledger export of period {month}\n{LEDGER_HEADER}\n"));
        let posted = order.ordered_on.format("%d.%m.%Y");
        let (net, cost) = (order.net(), order.cost());
        let bookings =
            [(1200, "", net), (4000, "S10", -net), (5000, "S10", cost), (1400, "W20", -cost)];
        for (account, centre, amount) in bookings {
            entry += 1;
            let number = if index == 150 && account == 1400 { entry - 1 } else { entry };
            let mut written = comma(amount);
            if index == 41 && account == 5000 {
                written.push('5');
            }
            let _ = writeln!(
                text,
                "E{number:06};{posted};{account};{centre};{};{};{written}",
                customer.id, order.id
            );
        }
        if index == 222 {
            let _ = writeln!(text, "E900001;{posted};4000");
        }
    }
    add_overheads(&mut months);
    months.into_iter().map(|(month, text)| (format!("ledger_{month}.csv"), text.into())).collect()
}

/// Rent, wages and travel of each month, which no order explains.
fn add_overheads(months: &mut BTreeMap<String, String>) {
    for (index, (month, text)) in months.iter_mut().enumerate() {
        let (year, number) = month.split_once('-').unwrap_or((month, "01"));
        let step = i64::try_from(index).unwrap_or(0) * 125_050;
        let costs = [
            (6000, "V30", 38_500_000 + step, "wages"),
            (6100, "V30", 9_600_000, "rent"),
            (6200, "T40", 4_215_090 + step, "service travel"),
        ];
        for (place, (account, centre, amount, what)) in costs.iter().enumerate() {
            let first = format!("E8{number}{place}1;28.{number}.{year};{account};{centre};;{what}");
            let second = format!("E8{number}{place}2;28.{number}.{year};1000;;;{what}");
            let _ = writeln!(text, "{first};{}\n{second};{}", comma(*amount), comma(-amount));
        }
    }
}

/// Cents with a decimal comma and points between thousands: `1.234.567,89`.
fn comma(cents: i64) -> String {
    let digits = (cents.abs() / 100).to_string();
    let mut whole = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            whole.push('.');
        }
        whole.push(digit);
    }
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{whole},{:02}", cents.abs() % 100)
}

/// The debtors' file of the Chinese bookkeeping package, in GBK. Bookkeeping numbers customers in
/// its own way. Dirty on purpose: one flag is neither yes nor no.
pub(super) fn debtors() -> Vec<u8> {
    let mut text = String::from("客户编号,客户名称,税号,信用额度,是否冻结,销售编号\r\n");
    for (index, customer) in customers().iter().enumerate() {
        let tax_number = if index % 9 == 8 {
            "无".to_owned()
        } else {
            format!("9131{:010}MA", 8_800_117 * (index + 3))
        };
        let is_blocked = match index {
            23 => "待定",
            _ if index % 13 == 12 => "是",
            _ => "否",
        };
        let name = if customer.name.contains([',', '"']) {
            format!("\"{}\"", customer.name.replace('"', "\"\""))
        } else {
            customer.name.to_owned()
        };
        let limit = customer.orders_per_month * 50_000;
        let _ = write!(
            text,
            "{},{name},{tax_number},{limit}.00,{is_blocked},{}\r\n",
            30_001 + index * 10,
            customer.id
        );
    }
    GBK.encode(&text).0.into_owned()
}
