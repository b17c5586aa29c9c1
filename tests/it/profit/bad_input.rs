//! Is what is wrong in the feeds found by name, and does nothing of it get lost?
//!
//! The company made by hand, with one thing wrong at a time.

use patron::refresh::RefreshError;
use patron::warehouse::entered::PeriodStatus::Closed;
use patron::warehouse::release::CheckResult;

use crate::closing::status;
use crate::support::hand;
use crate::support::world::{World, chain};

/// The company with a feed changed.
fn changed(feed: &str, change: &dyn Fn(&str) -> String) -> World {
    let world = hand::project();
    change_feed(&world, feed, change);
    world
}

fn change_feed(world: &World, feed: &str, change: &dyn Fn(&str) -> String) {
    let place = format!("feeds/{feed}.csv");
    let text = hand::read(&world.path(&place));
    let other = change(&text);
    assert_ne!(text, other, "{feed} is changed");
    world.write(&place, other);
}

/// One text of a feed in the place of another, which stands there once.
fn instead(text: &str, old: &str, new: &str) -> String {
    assert_eq!(text.matches(old).count(), 1, "`{old}` stands there once");
    text.replacen(old, new, 1)
}

/// What the checks of a refresh found, whether it was published or refused.
fn findings(world: &World, days: i64) -> Vec<CheckResult> {
    match world.refresh(hand::moment() + chrono::Duration::days(days)) {
        Ok(outcome) => outcome.findings,
        Err(RefreshError::Refused { findings, .. }) => findings,
        Err(error) => panic!("{}", chain(&error)),
    }
}

/// Panics unless a check says all these words.
fn found(findings: &[CheckResult], check: &str, words: &[&str]) {
    let is_it = |result: &&CheckResult| result.name == format!("checks.{check}");
    // A check that weighs periods apart speaks once for each.
    let said: Vec<&str> =
        findings.iter().filter(is_it).map(|result| result.finding.as_str()).collect();
    assert!(!said.is_empty(), "nothing by {check}, but {findings:#?}");
    for word in words {
        assert!(said.iter().any(|text| text.contains(word)), "`{word}` is not said: {said:#?}");
    }
}

/// What the ledger's accounts of revenue and cost come to, and what profit says of them.
fn is_whole(world: &World) {
    let sql = "select
            (select sum(functional_amount) from marts.fct_profit_lines),
            (select -sum(functional_amount) from finance.ledger_entries
            where posting_status = 'posted' and account_id like '6%')";
    let sums = world.rows(sql).remove(0);
    let [profit, ledger] = [&sums[0], &sums[1]].map(|sum| super::money::ten_thousandths(sum));
    assert_eq!(profit, ledger);
}

#[test]
fn a_document_that_does_not_balance_is_named() {
    let old = "IV3,invoice,2025-11-12,sales,posted,CNY,-1000.00,-1000.00,";
    let new = "IV3,invoice,2025-11-12,sales,posted,CNY,-900.00,-900.00,";
    let world = changed("finance/ledger_entries", &|text| instead(text, old, new));
    let findings = findings(&world, 0);
    let words = ["document_id IV3", "difference_amount 100.0000"];
    found(&findings, "ledger_documents_balance", &words);
    found(&findings, "ledger_periods_balance", &["entity_id HX01, period_id FY26-P02"]);
    is_whole(&world);
}

#[test]
fn an_account_outside_the_chart_is_named_and_keeps_its_amount() {
    let old = "GI2/1,HX01,2026-03-10,FY26-P06,6402,";
    let new = "GI2/1,HX01,2026-03-10,FY26-P06,6999,";
    let world = changed("finance/ledger_entries", &|text| instead(text, old, new));
    let findings = findings(&world, 0);
    let words = ["account_id 6999", "entry_count 1", "functional_amount 50.0000"];
    found(&findings, "ledger_accounts_are_mapped", &words);
    is_whole(&world);
    let sql = "select bucket, customer_id, attribution_reason, functional_amount
        from marts.fct_profit_lines where account_id = '6999'";
    let expected = ["unassigned", "unassigned", "unmapped_account", "-50.0000"];
    assert_eq!(world.rows(sql), [expected]);
}

#[test]
fn a_posting_without_its_document_is_named_and_keeps_its_amount() {
    let header = "IV8,HX01,invoice,2026-02-04,40002,O8,,CNY,1800.00,234.00,2034.00,2026-03-06\n";
    let world = changed("finance/invoices", &|text| instead(text, header, ""));
    let words = ["document_id IV8", "difference_class missing_in_subledger", "1800.0000"];
    found(&findings(&world, 0), "documents_agree_with_ledger", &words);
    is_whole(&world);
    let sql = "select bucket, account_id, attribution_reason, functional_amount
        from marts.fct_profit_lines
        where period_id = 'FY26-P05' and profit_line = 'gross_revenue' and account_id = '6001'";
    assert_eq!(world.rows(sql), [["unassigned", "6001", "missing_in_subledger", "1800.0000"]]);
}

#[test]
fn a_missing_rate_leaves_amounts_unpriced_and_is_named() {
    let no_euro = |text: &str| -> String {
        let is_kept = |line: &&str| !line.contains(",EUR,CNY,");
        text.lines().filter(is_kept).map(|line| format!("{line}\n")).collect()
    };
    let world = changed("finance/rates", &no_euro);
    let words = ["entity_id HX03", "from_currency_code EUR", "fact_name fct_ledger_entries"];
    found(&findings(&world, 0), "rates_are_known", &words);
    is_whole(&world);
    let sql = "select count(*) > 0, count(reporting_amount), sum(functional_amount)
        from marts.fct_profit_lines where entity_id = 'HX03' and bucket <> 'out_of_scope'";
    // The books of Hamburg are whole, 3156.00 - 1302.00; nothing of them has a worth in CNY.
    assert_eq!(world.rows(sql), [["true", "0", "1854.0000"]]);
}

#[test]
fn a_negative_driver_is_named_and_counts_as_nothing() {
    let old = "H3,E02,2025-11-04,call,K102,,,,,10,5,0";
    let new = "H3,E02,2025-11-04,call,K102,,,,,10,-5,0\nH3B,E01,2025-11-05,call,K101,,,,,,4,0";
    let world = changed("staff/work_hours", &|text| instead(text, old, new));
    let words = ["visit_call_minutes", "H3", "K102", "-5"];
    found(&findings(&world, 0), "drivers_are_not_negative", &words);
    is_whole(&world);
    let sql = "select customer_id, functional_amount from marts.fct_profit_lines
        where account_id = '6601' and entity_id = 'HX01'";
    assert_eq!(world.rows(sql), [["K101", "-2000.0000"]]);
}

#[test]
fn rules_that_overlap_are_named_and_spread_nothing_twice() {
    let again = |text: &str| {
        format!(
            "{text}AR-01B,1,sales_wages,,6601,6601,sales,order_lines,,,customer,,selling,\
             2025-10-01,,Twice\nAR-99,1,other_wages,,6601,6601,,order_lines,,,customer,,selling,\
             2025-10-01,,Another pool\n"
        )
    };
    let world = changed("inputs/allocation_rules", &again);
    let words = ["sales_wages", "AR-01, AR-01B", "share_ratio 2.0", "AR-99"];
    found(&findings(&world, 0), "allocation_rules_share_once", &words);
    is_whole(&world);
}

#[test]
fn rules_that_cannot_hold_are_named() {
    let wrong = |text: &str| {
        let minutes = "AR-05,1,service_wages,,6605,6605,service,service_minutes,1.0000";
        let text = instead(text, minutes, &minutes.replace("1.0000", "-1.0000"));
        format!(
            "{text}AR-97,1,other_wages,,6609,6600,,order_lines,,,customer,,selling,2025-10-01,,\
             Turned accounts\nAR-98,1,more_wages,,6701,6701,,order_lines,,,customer,,selling,\
             2025-12-01,2025-11-30,Turned days\n"
        )
    };
    let world = changed("inputs/allocation_rules", &wrong);
    let words = [
        "rule_id AR-05, valid_from_on 2025-10-01, pool_name service_wages, mistake the minutes of \
         a unit are more than 0, stated_value -1.0000",
        "first account comes before the last one, stated_value 6609 to 6600",
        "first day comes before the last one, stated_value 2025-12-01 to 2025-11-30",
    ];
    found(&findings(&world, 0), "allocation_rules_are_known", &words);
    is_whole(&world);
}

#[test]
fn rows_that_come_to_a_closed_period_are_named() {
    let world = hand::project();
    world.refreshed(hand::moment());
    let entry = status("FY26-P01", None, Closed);
    let moment = hand::moment() + chrono::Duration::days(1);
    world.enter(&entry, moment).unwrap_or_else(|error| panic!("{}", chain(&error)));
    let late = |text: &str| {
        let row = |number, account, amount| {
            format!(
                "LT1/{number},HX01,2025-10-30,FY26-P01,{account},C1-ADMI,,LT1,journal,2025-10-30,\
                 manual,posted,CNY,{amount},{amount},\n"
            )
        };
        format!("{text}{}{}", row(1, "6701", "70.00"), row(2, "2241", "-70.00"))
    };
    change_feed(&world, "finance/ledger_entries", &late);
    found(&findings(&world, 2), "closed_periods_receive_rows", &["LT1/1", "FY26-P01"]);
    is_whole(&world);
    let sql = "select period_id, sum(functional_amount) from marts.fct_profit_lines
        where account_id = '6701' and period_id in ('FY26-P01', 'FY26-P02') group by period_id";
    // Nothing in the closed period; the wages of November and what came late in the next.
    assert_eq!(world.rows(sql), [["FY26-P02", "-870.0000"]]);
}
