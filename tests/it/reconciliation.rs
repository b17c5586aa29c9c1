//! Are costs, differences and tolerances right where the company of tests/worlds/hand is changed?
//!
//! Each test changes rows of its own copy; what is expected follows by hand from the feeds and the
//! changes named beside it.

use std::fs;

use patron::refresh::Outcome;

use crate::cli::ok;
use crate::support::hand;
use crate::support::world::World;

/// Replaces a text of a feed that occurs once.
fn change(world: &World, feed: &str, from: &str, to: &str) {
    let name = format!("feeds/{feed}.csv");
    let text = fs::read_to_string(world.path(&name)).unwrap();
    assert_eq!(text.matches(from).count(), 1, "{name} has {from} once");
    world.write(&name, text.replace(from, to));
}

/// Adds a line to a feed.
fn add(world: &World, feed: &str, line: &str) {
    let name = format!("feeds/{feed}.csv");
    let text = fs::read_to_string(world.path(&name)).unwrap();
    world.write(&name, format!("{text}{line}\n"));
}

/// What a check of sql/checks found.
fn finding<'a>(outcome: &'a Outcome, check: &str) -> Option<&'a str> {
    let name = format!("checks.{check}");
    let found = outcome.findings.iter().find(|finding| finding.name == name);
    found.map(|finding| finding.finding.as_str())
}

fn lines(world: &World, sql: &str) -> Vec<String> {
    world.rows(sql).into_iter().map(|row| row.join(" ")).collect()
}

const COSTS: &str = "select invoice_id, cost_amount, variance_functional_amount,
    variance_reporting_amount, margin_functional_amount
    from marts.fct_invoice_margins where invoice_id in ('IV3', 'IV5', 'IV8', 'IV10')
    order by invoice_id, invoice_line_number";

/// From 2026 on goods are valued at standard cost: TI-2 in W1 at 240.00 (booked at 250.00), PC-9 in
/// W4 at 810.00 EUR (booked at 800.00), SEN in W1 at nothing stated for its product.
#[test]
fn standard_cost_counts_where_it_is_declared() {
    let world = hand::project();
    add(&world, "inputs/parameters", "inventory_valuation,standard,,2026-01-01,By price list");
    add(&world, "inventory/stock_costs", "W1,TI-2,2026-02-01,240.0000,CNY");
    add(&world, "inventory/stock_costs", "W4,PC-9,2026-01-01,810.0000,EUR");
    change(&world, "inventory/stock_costs", "W1,SEN,2025-10-01,25.0000,CNY\n", "");
    world.refreshed(hand::moment());
    // IV3 is of 2025: D3 at 60.00, D4 at 65.00, as booked. IV5 bills 2 PC-9: 1620.00 where 1600.00
    // are booked; 20.00 EUR are 162.00 CNY at 8.10. IV8 bills 4 TI-2: 960.00 where 1000.00 are.
    let expected = [
        "IV10 null null null null",
        "IV3 -360.0000 0.0000 0.0000 240.0000",
        "IV3 -260.0000 0.0000 0.0000 140.0000",
        "IV5 -1620.0000 20.0000 162.0000 280.0000",
        "IV8 -960.0000 -40.0000 -40.0000 840.0000",
    ];
    assert_eq!(lines(&world, COSTS), expected);
    let status = "select cost_status from marts.fct_invoice_margins where invoice_id = 'IV10'";
    assert_eq!(world.value(status), "not_costed");
    // The ledger is what it is: its cost of goods agrees with what stock booked.
    let booked = "select sum(difference_functional_amount) from marts.fct_reconciliation
        where subledger = 'stock'";
    assert_eq!(world.value(booked), "0.0000");
}

/// W3 receives 10 PG-1 at 130.00 the day before D7 takes 5: what lies there is worth 30 x 120.00 +
/// 1300.00, so that the five are worth 5 x 122.50 = 612.50, and 600.00 are booked.
#[test]
fn a_departure_beside_the_moving_average_is_named() {
    let world = hand::project();
    add(&world, "inventory/stock_moves", "2026-01-21,W3,PG-1,10,1300.00,USD,receipt,GR9");
    let outcome = world.refreshed(hand::moment());
    let found = finding(&outcome, "stock_leaves_at_moving_average").unwrap();
    assert!(found.contains("1 row: "), "{found}");
    let expected = "warehouse_id W3, product_id PG-1, moved_on 2026-01-22, held_quantity 40, \
                    held_amount 4900.0000, issued_quantity -5, expected_amount -612.5000, \
                    issued_amount -600.0000";
    assert!(found.contains(expected), "{found}");
}

const DIFFERENCES: &str = "select subledger, document_id, account_id, period_id,
    difference_functional_amount, difference_class, is_explained
    from marts.fct_reconciliation_items where difference_class <> '' and not is_rounding
    order by subledger, document_id, period_id, account_id";

#[test]
fn differences_of_stock_campaigns_and_freight_are_classed() {
    let world = hand::project();
    let ledger = "finance/ledger_entries";
    // D4's cost is never posted, D8's on both accounts of cost, which is no difference.
    let text = fs::read_to_string(world.path("feeds/finance/ledger_entries.csv")).unwrap();
    let kept: Vec<&str> = text.lines().filter(|line| !line.starts_with("D4/")).collect();
    world.write("feeds/finance/ledger_entries.csv", kept.join("\n") + "\n");
    let posted = "6401,,40002,D8,goods_issue,2026-02-04,stock,posted,CNY,1000.00,1000.00,";
    let parted = "6401,,40002,D8,goods_issue,2026-02-04,stock,posted,CNY,600.00,600.00,";
    change(&world, ledger, posted, parted);
    let other = "D8/3,HX01,2026-02-04,FY26-P05,6402,,40002,D8,goods_issue,2026-02-04,stock,posted,\
                 CNY,400.00,400.00,";
    add(&world, ledger, other);
    // MC3 is posted with a digit doubled; FR3 with one more; HX03 takes freight back by hand.
    let bill = "C1-MARK,,MC3,campaign,2026-02-20,marketing,posted,CNY,60.00,60.00,";
    change(&world, ledger, bill, &bill.replace("60.00", "66.00"));
    let against = "2202,,,MC3,campaign,2026-02-20,marketing,posted,CNY,-60.00,-60.00,";
    change(&world, ledger, against, &against.replace("60.00", "66.00"));
    let freight = "C3-WARE,,FR3,freight,2026-01-31,purchasing,posted,EUR,12.00,12.00,";
    change(&world, ledger, freight, &freight.replace("12.00", "13.00"));
    let against = "2202,,,FR3,freight,2026-01-31,purchasing,posted,EUR,-12.00,-12.00,";
    change(&world, ledger, against, &against.replace("12.00", "13.00"));
    let entry = "HX03,2026-02-10,FY26-P05,";
    let rest = "JX1,journal,2026-02-10,manual,posted,EUR,";
    add(&world, ledger, &format!("JX1/1,{entry}6603,C3-WARE,,{rest}-5.00,-5.00,"));
    add(&world, ledger, &format!("JX1/2,{entry}2202,,,{rest}5.00,5.00,"));
    // Spare parts leave without a move of stock.
    let entry = "HX01,2026-03-12,FY26-P06,";
    let rest = "GI9,goods_issue,2026-03-12,stock,posted,CNY,";
    add(&world, ledger, &format!("GI9/1,{entry}6402,,40001,{rest}70.00,70.00,"));
    add(&world, ledger, &format!("GI9/2,{entry}1405,,,{rest}-70.00,-70.00,"));
    let outcome = world.refreshed(hand::moment());
    let expected = [
        "campaigns MC3 6602 FY26-P05 -6.0000 amount_mismatch true",
        "deliveries  6603 FY26-P01 15.0000 timing true",
        "deliveries FR1 6603 FY26-P02 -15.0000 timing true",
        "deliveries FR3 6603 FY26-P04 -1.0000 amount_mismatch false",
        "deliveries JX1 6603 FY26-P05 5.0000 manual_journal true",
        "invoices IV11 6002 FY26-P06 -200.0000 unposted true",
        "stock D4 6401 FY26-P02 260.0000 missing_in_ledger true",
        "stock GI9 6402 FY26-P06 -70.0000 missing_in_subledger true",
    ];
    assert_eq!(lines(&world, DIFFERENCES), expected);
    let parts = "select account_id, document_amount, ledger_amount, difference_class
        from marts.fct_reconciliation_items where document_id = 'D8' order by account_id";
    assert_eq!(lines(&world, parts), ["6401 -600.0000 -600.0000 ", "6402 -400.0000 -400.0000 "]);
    let found = finding(&outcome, "reconciliation_leaves_nothing").unwrap();
    let expected = "subledger deliveries, entity_id HX03, period_id FY26-P04, account_id 6603, \
                    document_functional_amount -12.0000, ledger_functional_amount -13.0000, \
                    unexplained_functional_amount -1.0000";
    assert!(found.contains(expected), "{found}");
    assert!(finding(&outcome, "reconciliation_holds_the_ledger").is_none());
}

const IV10: &str = "select difference_functional_amount, tolerated_reporting_amount,
    reconciliation_status from marts.fct_reconciliation
    where account_id = '6004' and period_id = 'FY26-P06'";

/// IV10 of 100.00 is posted at 98.00: two percent of the larger side, or two units of money.
#[test]
fn the_stricter_of_both_tolerances_wins() {
    let world = hand::project();
    let ledger = "finance/ledger_entries";
    let row = |amount: &str| format!("40099,IV10,invoice,2026-03-10,sales,posted,CNY,{amount}");
    change(&world, ledger, &row("-100.00,-100.00,"), &row("-98.00,-98.00,"));
    change(&world, ledger, &row("113.00,113.00,"), &row("111.00,111.00,"));
    let parameters = "inputs/parameters";
    let set = |ratio: &str, amount: &str, before: (&str, &str)| {
        let line = |name: &str, value: &str, unit: &str| format!("tolerance_{name},{value},{unit}");
        change(&world, parameters, &line("ratio", before.0, "r"), &line("ratio", ratio, "r"));
        change(&world, parameters, &line("amount", before.1, "C"), &line("amount", amount, "C"));
    };
    set("0.01", "5.00", ("0", "0.00"));
    let outcome = world.refreshed(hand::moment());
    assert_eq!(lines(&world, IV10), ["-2.0000 1.0000 unreconciled"]);
    let found = finding(&outcome, "documents_agree_with_ledger").unwrap();
    assert!(found.contains("document_id IV10, document_part parts, difference_class amount_mis"));
    set("0.03", "5.00", ("0.01", "5.00"));
    let outcome = world.refreshed(hand::moment() + chrono::TimeDelta::days(1));
    assert_eq!(lines(&world, IV10), ["-2.0000 3.0000 within_tolerance"]);
    let found = finding(&outcome, "documents_agree_with_ledger").unwrap();
    assert!(!found.contains("IV10"), "{found}");
    set("0.03", "1.50", ("0.03", "5.00"));
    world.refreshed(hand::moment() + chrono::TimeDelta::days(2));
    assert_eq!(lines(&world, IV10), ["-2.0000 1.5000 unreconciled"]);
}

/// IV1's eight pieces are found to be billed 20.00 too high after October was closed.
#[test]
fn a_late_correction_of_a_closed_period_is_one_document_still() {
    let world = hand::project();
    world.refreshed(hand::moment());
    ok(world.root(), &["close", "FY26-P01", "--by", "Ada"]);
    let line = "TI-1,8,800.00,80.00,720.00,93.60";
    change(&world, "finance/invoice_lines", line, "TI-1,8,800.00,100.00,700.00,93.60");
    world.refreshed(hand::moment() + chrono::TimeDelta::days(1));
    let booked = "select count(*) from marts.fct_invoice_lines
        where invoice_id = 'IV1' and invoice_line_number = 1";
    assert_eq!(world.value(booked), "3", "as it was, turned round, and as it is");
    let margin = "select period_id, invoiced_quantity, discount_amount, net_functional_amount,
        cost_functional_amount, margin_functional_amount from marts.fct_invoice_margins
        where invoice_id = 'IV1' and invoice_line_number = 1";
    let expected = ["FY26-P01 8 100.0000 700.0000 -480.0000 220.0000"];
    assert_eq!(lines(&world, margin), expected);
    // The ledger still has what was billed first: 20.00 of the discount, in the period in which the
    // correction is booked, are missing there.
    let differences = "select document_part, period_id, document_amount, ledger_amount,
        difference_class from marts.fct_reconciliation_items
        where document_id = 'IV1' order by document_part, period_id";
    let expected = [
        "discount FY26-P01 -80.0000 -80.0000 ",
        "discount FY26-P02 -20.0000 0.0000 amount_mismatch",
        "goods FY26-P01 1300.0000 1300.0000 ",
    ];
    assert_eq!(lines(&world, differences), expected);
}
