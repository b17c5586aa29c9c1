//! What does the bookkeeping export that is no such value?

use super::super::tables;
use super::super::text::Dialect;
use super::{Fault, Planting, Target, at, whole};

const LEDGER: Target = Target { table: &tables::LEDGER, name: "finance.ledger_entries" };
const INVOICES: Target = Target { table: &tables::INVOICES, name: "finance.invoices" };
const INVOICE_LINES: Target =
    Target { table: &tables::INVOICE_LINES, name: "finance.invoice_lines" };
const PAYMENTS: Target = Target { table: &tables::PAYMENTS, name: "finance.payments" };
const RATES: Target = Target { table: &tables::RATES, name: "finance.rates" };
const DEBTORS: Target = Target { table: &tables::DEBTORS, name: "finance.debtors" };

pub(super) fn plant(planting: &mut Planting<'_>) {
    ledger(planting);
    malformed_ledger(planting);
    invoices(planting);
    payments(planting);
    rates(planting);
    debtors(planting);
}

fn ledger(planting: &mut Planting<'_>) {
    let mut add = |on: &str, line: &str, fault: Fault| planting.line(LEDGER, on, line, fault);
    add(
        "2025-06-05",
        "XJ250605/1;LT01;05.06.2025;2025-06;6601;C01-sales;;XJ250605;journal;05.06.2025;manual;\
         posted;CNY;1.23.456,00;1.23.456,00;",
        at("posted_amount", "has a thousands mark in a wrong place"),
    );
    add(
        "2025-09-12",
        "XJ250912/1;LT07;12.09.2025;2025-09;6601;C07-sales;;XJ250912;journal;12.09.2025;manual;\
         posted;EUR;845,335;845,335;Split between three",
        at("posted_amount", "has more than 2 decimals"),
    );
    add(
        "2026-03-03",
        "XJ260228/1;LT02;30.02.2026;2026-02;6602;C02-administration;;XJ260228;journal;\
         28.02.2026;manual;posted;CNY;4.800,00;4.800,00;Rent, second half of February",
        at("posted_on", "is not a date in the contract's format"),
    );
    add(
        "2026-01-12",
        ";LT03;12.01.2026;2026-01;6601;C03-sales;;XJ260112;journal;12.01.2026;manual;posted;CNY;\
         310,00;310,00;Taxi",
        at("entry_id", "has no value, but the column is required"),
    );
}

fn malformed_ledger(planting: &mut Planting<'_>) {
    let mut add = |on: &str, line: &str, fault: Fault| planting.line(LEDGER, on, line, fault);
    // The export was broken off and went on with the next entry.
    add(
        "2025-12-16",
        "XJ251216/1;LT05;16.12.2025;2025-12;6604;C05-service",
        whole("the record has 6 fields instead of 16"),
    );
    add(
        "2026-04-14",
        "XJ260414/1;LT01;14.04.2026;2026-04;6601;C01-sales;;XJ260414;journal;14.04.2026;manual;\
         posted;CNY;58,00;58,00;\"Parking\" at the fair",
        whole("a quoted field is followed by other text"),
    );
}

fn invoices(planting: &mut Planting<'_>) {
    let debtor = planting.customers[4].debtor_id();
    // The Chicago office types its marks the other way round.
    let line = format!(
        "XIV260519-1;LT08;invoice;19.05.2026;{debtor};;;USD;1,234.56;0,00;1,234.56;18.06.2026"
    );
    let no_number = at("net_amount", "is not a number as the contract writes numbers");
    planting.line(INVOICES, "2026-05-19", &line, no_number);
    let hours = at("quantity", "is not an integer: it has a decimal mark");
    let line = "XIV250722-1;1;22.07.2025;service;;;;;;2,5;1.250,00;0,00;1.250,00;162,50";
    planting.line(INVOICE_LINES, "2025-07-22", line, hours);
}

fn payments(planting: &mut Planting<'_>) {
    let debtor = planting.customers[5].debtor_id();
    // The account's number slipped into the amount.
    let line =
        format!("XPY251203-1;LT01;03.12.2025;{debtor};;payment;CNY;62.220.210.010.123.456.789,00");
    planting.line(PAYMENTS, "2025-12-03", &line, at("paid_amount", "is out of the range"));
}

/// Every month has its rates, so that their keys surely are there.
fn rates(planting: &mut Planting<'_>) {
    let again = whole("repeats the key of `rates_2025-11.csv`");
    planting.line(RATES, "2025-11-30", "closing;30.11.2025;EUR;CNY;7,85000000", again);
    // The rate of a month that was closed before is delivered once more with the next one.
    let late = whole("repeats the key of `rates_2026-03.csv`");
    planting.line(RATES, "2026-04-10", "average;01.03.2026;USD;CNY;7,12500000", late);
}

fn debtors(planting: &mut Planting<'_>) {
    let mut add = |on: &str, line: &str, fault: Fault| planting.line(DEBTORS, on, line, fault);
    add(
        "2025-09-03",
        "X4000001,宁波恒达泵业有限公司,无,宁波,江北路18号,50万,30,否,否,LT01,无,2025/09/03",
        at("credit_limit_amount", "is not a number as the contract writes numbers"),
    );
    add(
        "2026-01-19",
        "X4000002,苏州启明仪表有限公司,无,苏州,园区路6号,80000.00,30,待定,否,LT01,无,2026/01/19",
        at("is_blocked", "is none of the contract's texts for true and false"),
    );
    // The name was cut after so many bytes, in the middle of a character.
    let mut record = Dialect::Chinese.encoded("X4000003,西安高新区精密机械研".into());
    record.pop();
    record
        .extend(Dialect::Chinese.encoded(",无,西安,无,0.00,30,否,否,LT04,无,2026/04/02\n".into()));
    planting.record(DEBTORS, "2026-04-02", record, whole("holds bytes that are not GBK"));
}
