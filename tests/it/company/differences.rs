//! Does the reconciliation find every planted difference of ledger and documents, by its class and
//! with its amounts, and none that is not there?

use std::collections::{BTreeMap, BTreeSet};

use super::read::{fields, plain};
use super::{cents, text};
use crate::cli::{demo, ok};

/// A document as the reconciliation has it: its amounts in cents, and the classes of its parts.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    classes: BTreeSet<String>,
    amounts: [i64; 4],
    /// whether a part of it differs by rounding alone
    is_rounding: bool,
}

const AMOUNTS: [&str; 4] =
    ["document_amount", "ledger_amount", "document_functional_amount", "ledger_functional_amount"];

#[test]
fn every_planted_difference_is_found_and_no_other() {
    let (_folder, root) = demo();
    let answers = super::answers(&root);
    let planted = answers["planted"]["revenue_reconciliation"]["reported"].as_array().unwrap();
    let sql = "select document_id, difference_class, is_rounding, document_amount, ledger_amount,
        document_functional_amount, ledger_functional_amount
        from marts.fct_reconciliation_items where subledger = 'invoices'";
    let rows = fields(&ok(&root, &["query", sql, "--format", "csv"]), b',').split_off(1);
    let mut documents: BTreeMap<String, Found> = BTreeMap::new();
    for row in rows {
        let found = documents.entry(row[0].clone()).or_default();
        if row[2] == "true" {
            found.is_rounding = true;
        } else if !row[1].is_empty() {
            found.classes.insert(row[1].clone());
        }
        for (place, amount) in found.amounts.iter_mut().enumerate() {
            *amount += plain(&row[3 + place], 4) / 100;
        }
    }
    assert!(documents.len() > 3_000, "{}", documents.len());
    let rounded = documents.values().filter(|found| found.is_rounding).count();

    let mut classes: BTreeMap<&str, u32> = BTreeMap::new();
    for fact in planted {
        let class = text(fact, "class");
        let found = documents.remove(text(fact, "document")).unwrap_or_default();
        assert_eq!(found.classes, BTreeSet::from([class.to_owned()]), "{fact}");
        // Documents convert each line by itself, the plan each account: cents lie between both.
        for (place, name) in AMOUNTS.iter().enumerate() {
            let slack = if place == 2 { 3 } else { 0 };
            let difference = found.amounts[place] - cents(fact, name);
            assert!(difference.abs() <= slack, "{name}: {found:?} {fact}");
        }
        *classes.entry(class).or_default() += 1;
    }
    println!("found: {classes:?}; {rounded} documents differ by rounding alone");
    assert_eq!(classes.len(), 12, "{classes:?}");
    let others: Vec<_> = documents.iter().filter(|(_, found)| !found.classes.is_empty()).collect();
    assert!(others.is_empty(), "these were not planted: {others:#?}");
}

/// Nothing is planted elsewhere: stock, bills of campaigns and freight agree with the ledger.
#[test]
fn cost_agrees_with_its_documents() {
    let (_folder, root) = demo();
    let sql = "select subledger, difference_class, count(*) from marts.fct_reconciliation_items
        where subledger <> 'invoices' and not is_rounding group by 1, 2 order by 1, 2";
    let rows = fields(&ok(&root, &["query", sql, "--format", "csv"]), b',').split_off(1);
    let kinds: Vec<(&str, &str)> = rows.iter().map(|row| (&*row[0], &*row[1])).collect();
    assert_eq!(kinds, [("campaigns", ""), ("deliveries", ""), ("stock", "")]);
    assert!(rows.iter().all(|row| row[2].parse::<u32>().unwrap() > 50), "{rows:?}");
}

/// Each piece that a customer is billed has its cost, and no piece has it twice.
#[test]
fn billed_goods_bear_their_cost_once() {
    let (_folder, root) = demo();
    let ask = |sql: &str| fields(&ok(&root, &["query", sql, "--format", "csv"]), b',').split_off(1);
    let sql = "select cost_status, count(*) from marts.fct_invoice_margins group by 1 order by 1";
    let counts = ask(sql);
    let statuses: Vec<&str> = counts.iter().map(|row| &*row[0]).collect();
    assert_eq!(statuses, ["costed", "no_goods"], "{counts:?}");
    // The parts of each delivery line that is billed whole come to the cost of its goods.
    let beyond = "with billed as (
            select delivery_id, delivery_line_number, sum(invoiced_quantity) as quantity,
                sum(-cost_amount) as amount, count(*) as line_count
            from marts.fct_invoice_margins where cost_source = 'delivery' group by 1, 2
        )
        select count(*), sum(case when billed.line_count > 1 then 1 else 0 end),
            sum(case when billed.quantity = lines.delivered_quantity
                and billed.amount <> lines.cost_amount then 1 else 0 end),
            sum(case when billed.amount > lines.cost_amount then 1 else 0 end)
        from billed inner join marts.fct_delivery_lines as lines
            on lines.delivery_id = billed.delivery_id
            and lines.delivery_line_number = billed.delivery_line_number";
    let row = ask(beyond).remove(0);
    let number = |place: usize| row[place].parse::<u32>().unwrap();
    assert!(number(0) > 5_000 && number(1) > 100, "{row:?}");
    assert_eq!((number(2), number(3)), (0, 0), "{row:?}");
}
