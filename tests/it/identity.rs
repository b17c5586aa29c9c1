//! Does a closed period keep the customer as closed, and is it told what today's would move?
//!
//! Figures by hand, from the feeds of tests/worlds/hand: debtor 40099, whom nobody else knows, was
//! invoiced 100.00 CNY in FY26-P06 (IV10), paid 113.00 with tax (PY8), and took goods out of stock
//! for -50.00 (GI2). The ledger names the debtor in GI2/1 50.00, IV10/1 113.00, IV10/2 -100.00,
//! IV10/3 -13.00 and PY8/2 -113.00, which come to -63.00. The group reports in CNY.

use crate::cli::ok;
use crate::support::hand;

#[test]
fn a_merge_leaves_closed_periods_and_says_what_it_would_move() {
    let world = hand::project();
    let root = world.root();
    world.refreshed(hand::moment());
    let booked = "select customer_id from marts.fct_invoice_lines where invoice_id = 'IV10'";
    assert_eq!(world.value(booked), "finance-40099");
    // Some pools have no driver, and IV11 is a draft; that is waived by name.
    let (driverless, drafts) = ("checks.pools_have_drivers", "checks.drafts_are_posted");
    let documents = "checks.documents_agree_with_ledger";
    let waived: [&[&str]; 6] =
        [&[], &[driverless], &[], &[driverless], &[driverless], &[documents, drafts]];
    for (number, checks) in (1..=6).zip(waived) {
        let period = format!("FY26-P0{number}");
        let mut arguments = vec!["close", &period, "--by", "Ada"];
        for check in checks {
            arguments.extend(["--waive", check]);
        }
        if !checks.is_empty() {
            arguments.extend(["--because", "as it is by hand"]);
        }
        ok(root, &arguments);
    }
    let moves = "select fact_name, period_id, source_system, local_customer_id, customer_id,
        customer_now_id, row_count, net_reporting_amount
        from marts.fct_identity_moves order by fact_name";
    assert!(world.rows(moves).is_empty());

    ok(root, &["match", "same", "finance:40099", "sales:K107", "--by", "Ada"]);
    let now = "select customer_id from intermediate.int_customer_numbers
        where source_system = 'finance' and local_id = '40099'";
    assert_eq!(world.value(now), "K107");
    assert_eq!(world.value(booked), "finance-40099", "the identity as closed");
    let row = |fact: &str, count: &str, amount: &str| {
        let cells = [fact, "FY26-P06", "finance", "40099", "finance-40099", "K107", count, amount];
        cells.map(str::to_owned).to_vec()
    };
    let expected = [
        row("fct_invoice_lines", "1", "100.0000"),
        row("fct_ledger_entries", "5", "-63.0000"),
        row("fct_payments", "1", "113.0000"),
        row("fct_stock_moves", "1", "-50.0000"),
    ];
    assert_eq!(world.rows(moves), expected);
}
