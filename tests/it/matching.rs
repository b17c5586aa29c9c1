//! Are the numbers of all departments brought together rightly, and is what was decided kept?

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::cli::{demo, fails, ok};
use crate::support::hand;

/// The records of an answer, without the header.
fn ask(root: &Path, sql: &str) -> Vec<String> {
    let answer = ok(root, &["query", sql, "--format", "csv"]);
    answer.lines().skip(1).map(str::to_owned).collect()
}

fn customer_of(root: &Path, local_id: &str) -> String {
    let sql = format!(
        "select customer_id from intermediate.int_customer_numbers where local_id = '{local_id}'"
    );
    ask(root, &sql).concat()
}

/// The rows of a number's history: assignment, customer, change, rule, who, and whether it ended.
fn history(root: &Path, local_id: &str) -> Vec<String> {
    let sql = format!(
        "select assignment_number, customer_id, change_kind, match_rule, decided_by, assigned_on,
             ended_on
         from marts.dim_customer_identities where local_id = '{local_id}'
         order by assignment_number"
    );
    ask(root, &sql)
}

/// Only from a thousand customers on are there 500 labelled pairs. They order little here: who is
/// who does not depend on it.
#[test]
fn five_hundred_labelled_pairs_are_told_apart() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("demo");
    let size = ["--customers", "1000", "--months", "15", "--order-lines", "1000"];
    ok(&root, &[&["demo", "--no-serve", "--dir", root.to_str().unwrap()], &size[..]].concat());
    let text = fs::read_to_string(root.join("answers.json")).unwrap();
    let answers: Value = serde_json::from_str(&text).unwrap();
    let sql = "select source_system, local_id, customer_id from intermediate.int_customer_numbers";
    let customers: BTreeMap<(String, String), String> = ask(&root, sql)
        .iter()
        .map(|row| {
            let parts: Vec<&str> = row.split(',').collect();
            ((parts[0].to_owned(), parts[1].to_owned()), parts[2].to_owned())
        })
        .collect();
    let mut counts: BTreeMap<(bool, bool), u32> = BTreeMap::new();
    for pair in answers["facts"]["matching_pairs"].as_array().unwrap() {
        let customer = |side: &str| {
            let part = |key: &str| pair[side][key].as_str().unwrap().to_owned();
            customers[&(part("system"), part("id"))].as_str()
        };
        let is_one = customer("left") == customer("right") && customer("left") != "unassigned";
        let is_match = pair["is_match"].as_bool().unwrap();
        *counts.entry((is_one, is_match)).or_default() += 1;
        if is_one != is_match {
            println!("{pair}");
        }
    }
    let count = |is_one, is_match| counts.get(&(is_one, is_match)).copied().unwrap_or_default();
    let (right, wrong, missed) = (count(true, true), count(true, false), count(false, true));
    let precision = f64::from(right) / f64::from(right + wrong);
    let recall = f64::from(right) / f64::from(right + missed);
    println!(
        "{right} pairs found, {wrong} wrongly, {missed} missed, {} told apart: precision \
         {precision:.4}, recall {recall:.4}",
        count(false, false)
    );
    assert_eq!((right + missed, wrong + count(false, false)), (300, 200), "the labelled pairs");
    assert!(precision >= 0.99, "{precision}");
    assert!(recall >= 0.95, "{recall}");
}

#[test]
fn every_number_has_one_customer_and_doubt_stays_apart() {
    let (_folder, root) = demo();
    let unlisted = "select count(*) from intermediate.int_customer_records as records
        left anti join intermediate.int_customer_numbers as numbers
            on records.source_system = numbers.source_system
            and records.local_id = numbers.local_id";
    assert_eq!(ask(&root, unlisted), ["0"]);
    let reviews =
        "select count(*), count(case when left_customer_id = right_customer_id then 1 end)
        from marts.dim_match_reviews";
    let reviews = ask(&root, reviews).concat();
    let (waiting, joined) = reviews.split_once(',').unwrap();
    assert!(waiting.parse::<u32>().unwrap() > 0);
    assert_eq!(joined, "0");
    // Who only names a company makes none.
    let made = "select count(*) from marts.dim_customers
        where leading_system in ('marketing', 'marketing_lead')";
    assert_eq!(ask(&root, made), ["0"]);
}

/// The hand-made company, loaded on its day.
fn loaded() -> (crate::support::world::World, std::path::PathBuf) {
    let world = hand::project();
    world.refreshed(hand::moment());
    let root = world.path("");
    (world, root)
}

fn decide(root: &Path, day: u32, arguments: &[&str]) {
    let now = format!("2026-04-{day:02}T06:00:00Z");
    let mut all = vec!["--now", now.as_str(), "match"];
    all.extend(arguments);
    all.extend(["--by", "Ada"]);
    ok(root, &all);
}

#[test]
fn what_people_decide_is_kept_with_its_day() {
    let (_world, root) = loaded();
    assert_eq!(history(&root, "S-04"), ["1,service-S-04,first,own_number,,2026-04-02,"]);

    // The service customer is said to be the debtor that nobody knew: the older id stays.
    decide(&root, 3, &["same", "service:S-04", "finance:40099", "--because", "same owner"]);
    let merged = [
        "1,service-S-04,first,own_number,,2026-04-02,2026-04-03",
        "2,finance-40099,merge,decision,Ada,2026-04-03,",
    ];
    assert_eq!(history(&root, "S-04"), merged);
    let into = "select merged_into_customer_id from marts.dim_customers
        where customer_id = 'service-S-04'";
    assert_eq!(ask(&root, into), ["finance-40099"]);

    // Nothing more happens when something else is decided.
    decide(&root, 4, &["different", "finance:60005", "sales:K107"]);
    assert_eq!(history(&root, "S-04"), merged);

    // Taken apart again, it has an id that nobody had before.
    decide(&root, 5, &["different", "service:S-04", "finance:40099"]);
    let split = "3,service-S-04-3,split,own_number,,2026-04-05,";
    let history = history(&root, "S-04");
    assert_eq!(history[1], "2,finance-40099,merge,decision,Ada,2026-04-03,2026-04-05");
    assert_eq!(history[2], split);
    assert_eq!(customer_of(&root, "40099"), "finance-40099");
}

#[test]
fn a_split_takes_a_number_from_all_numbers_of_a_customer() {
    let (_world, root) = loaded();
    // K104 and K103 share a tax number, and so do 50003 and S-03 with both.
    decide(&root, 3, &["different", "sales:K104", "sales:K103"]);
    assert_eq!(customer_of(&root, "K104"), "K104");
    for other in ["K103", "50003", "S-03", "M2"] {
        assert_eq!(customer_of(&root, other), "K103", "{other}");
    }
    decide(&root, 4, &["undo", "sales:K104", "sales:K103"]);
    assert_eq!(customer_of(&root, "K104"), "K103");
    let ids: Vec<String> = history(&root, "K104")
        .iter()
        .map(|row| row.split(',').nth(1).unwrap().to_owned())
        .collect();
    assert_eq!(ids, ["K103", "K104", "K103"]);
}

#[test]
fn a_new_name_moves_no_number_but_a_new_tax_number_does() {
    let (world, root) = loaded();
    let text = fs::read_to_string(root.join("feeds/service/customers.csv")).unwrap();
    let renamed =
        text.replace("Rhein Pumpen AG,Köln,Domstraße 1", "Kawa Sensor,Yokohama,3-1 Minato");
    assert_ne!(renamed, text);
    world.write("feeds/service/customers.csv", &renamed);
    world.refreshed(hand::moment() + chrono::TimeDelta::days(1));
    assert_eq!(customer_of(&root, "S-04"), "service-S-04");
    let waiting = ok(&root, &["match", "show", "service:S-04", "--format", "csv"]);
    assert!(waiting.contains("K107") && waiting.contains("remembered"), "{waiting}");

    let taxed = renamed.replace("DE900800700", "91310115MA1JG0011X");
    assert_ne!(taxed, renamed);
    world.write("feeds/service/customers.csv", taxed);
    world.refreshed(hand::moment() + chrono::TimeDelta::days(2));
    assert_eq!(
        history(&root, "S-04"),
        [
            "1,service-S-04,first,own_number,,2026-04-02,2026-04-04",
            "2,K101,merge,tax_number,,2026-04-04,"
        ]
    );
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let (_world, root) = loaded();
    let turned = hand::project();
    for place in ["sales/customers", "finance/debtors", "service/customers", "marketing/people"] {
        let name = format!("feeds/{place}.csv");
        let text = fs::read_to_string(turned.path(&name)).unwrap();
        let (header, rows) = text.split_once('\n').unwrap();
        let mut rows: Vec<&str> = rows.lines().collect();
        // Two versions of one number stay in their order.
        rows.sort_by_key(|row| std::cmp::Reverse(row.split(',').next()));
        turned.write(&name, format!("{header}\n{}\n", rows.join("\n")));
    }
    turned.refreshed(hand::moment());
    let sql = "select * from intermediate.int_customer_assignments";
    let found = ask(&turned.path(""), sql);
    assert_eq!(found.len(), 23);
    assert_eq!(found, ask(&root, sql));
}

#[test]
fn decisions_name_two_numbers() {
    let (_folder, root) = demo();
    let one = ["match", "same", "sales:K100001", "sales:K100001", "--by", "Ada"];
    assert!(fails(&root, &one, 2).contains("both numbers are one"));
    let half = ["match", "same", "sales", "sales:K100001", "--by", "Ada"];
    assert!(fails(&root, &half, 2).contains("write the system, a colon and the number"));
    assert!(ok(&root, &["match", "list", "--format", "csv"]).starts_with("left_system,"));
}
