//! Is everybody who is planted to lose money found to lose it, and by what is planted?
//!
//! Others lose too, because a small customer costs visits as a large one does; they are counted
//! and not compared.

use std::collections::BTreeMap;

use super::read::fields;
use super::text;
use crate::cli::{demo, ok};

#[test]
fn planted_losses_are_found_with_their_cause() {
    let (_folder, root) = demo();
    let answers = super::answers(&root);
    let planted = answers["planted"]["unprofitable_customers"]["reported"].as_array().unwrap();
    let spans = "select min(period_id), max(period_id) from marts.fct_ledger_entries";
    let spans = fields(&ok(&root, &["query", spans, "--format", "csv"]), b',').split_off(1);
    let (first, last) = (format!("from_period={}", spans[0][0]), format!("period={}", spans[0][1]));
    let asked = ["report", "unprofitable_customers", "-p", &first, "-p", &last];
    let arguments = [&asked[..], &["-p", "limit=100000", "--format", "csv"]].concat();
    let mut rows = fields(&ok(&root, &arguments), b',');
    let names = rows.remove(0);
    let place = |name: &str| names.iter().position(|column| column == name).unwrap();
    let (customer, cause) = (place("customer_id"), place("main_cause"));
    let profit = place("profit_amount");
    let found: BTreeMap<&str, &Vec<String>> =
        rows.iter().map(|row| (row[customer].as_str(), row)).collect();
    let mut causes: BTreeMap<&str, usize> = BTreeMap::new();
    for fact in planted {
        let row = found[text(fact, "customer")];
        assert_eq!(row[cause], text(fact, "cause"), "{fact}");
        assert!(row[profit].starts_with('-'), "{fact}");
        *causes.entry(text(fact, "cause")).or_default() += 1;
    }
    assert_eq!(causes.len(), 6, "every cause is planted: {causes:?}");
    println!("{causes:?} are planted and found; {} customers lose in all", found.len() - 1);
}
