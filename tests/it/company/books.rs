//! Does the ledger agree with the documents, but for the planted differences?

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::read::{Record, deliveries, files, lines, local, month, plain};
use super::{Company, cents, small, text};

/// A posting as it stands in the ledger.
struct Posting {
    entity: String,
    period: String,
    posted: String,
    account: u32,
    customer: String,
    document: String,
    entry: String,
    currency: String,
    is_posted: bool,
    amount: i64,
    functional: i64,
}

/// The ledger without what cannot be loaded.
fn ledger(company: &Company) -> Vec<Posting> {
    let posting = |record: Record| Posting {
        entry: record["Entry"].clone(),
        entity: record["Entity"].clone(),
        posted: month(&record["Posted"]),
        period: record["Period"].clone(),
        account: record["Account"].parse().unwrap(),
        customer: record["Customer"].clone(),
        document: record["Document"].clone(),
        is_posted: record["Status"] == "posted",
        currency: record["Currency"].clone(),
        amount: local(&record["Amount"], 2),
        functional: local(&record["Functional amount"], 2),
    };
    deliveries(company, "ledger").into_iter().map(posting).collect()
}

/// Rates by currencies and month, in units of the eighth place.
fn rates(company: &Company) -> BTreeMap<(String, String, String), i64> {
    let kept = |record: &BTreeMap<String, String>| record["Kind"] == "average";
    deliveries(company, "rates")
        .into_iter()
        .filter(kept)
        .map(|record| {
            let key = (record["From"].clone(), record["To"].clone(), month(&record["Date"]));
            (key, local(&record["Rate"], 8))
        })
        .collect()
}

fn currencies(company: &Company) -> BTreeMap<String, String> {
    let path = company.root.join("feeds/finance/entities.csv");
    let entities = lines(&path, 2, b';', company.dirty());
    let pair =
        |record: &BTreeMap<String, String>| (record["Entity"].clone(), record["Currency"].clone());
    entities.iter().map(pair).collect()
}

/// Half away from zero.
fn at_rate(amount: i64, rate: i64) -> i64 {
    let product = i128::from(amount) * i128::from(rate);
    let half = 50_000_000 * product.signum();
    i64::try_from((product + half) / 100_000_000).unwrap()
}

fn is_revenue(account: u32) -> bool {
    (6001..=6012).contains(&account) || account == 6091
}

/// What a document shows as revenue: period, customer, currency, its own amount, the books'.
type Shown = BTreeMap<(String, String, String), (i64, i64)>;

/// Revenue by document as the invoices have it: each account's sum is converted by itself.
fn invoiced(company: &Company) -> BTreeMap<String, Shown> {
    let (rates, currencies) = (rates(company), currencies(company));
    let mut lines: BTreeMap<String, Vec<BTreeMap<String, String>>> = BTreeMap::new();
    for line in deliveries(company, "invoice_lines") {
        let (list, discount) = (local(&line["List amount"], 2), local(&line["Discount"], 2));
        assert_eq!(list - discount, local(&line["Net"], 2), "{line:?}");
        lines.entry(line["Invoice"].clone()).or_default().push(line);
    }
    let mut documents = BTreeMap::new();
    for invoice in deliveries(company, "invoices") {
        let id = invoice["Invoice"].clone();
        let mut accounts: BTreeMap<&str, i64> = BTreeMap::new();
        let own = lines.remove(&id).unwrap_or_default();
        for line in &own {
            if invoice["Kind"] == "credit_note" {
                *accounts.entry("returns").or_default() += local(&line["Net"], 2);
                continue;
            }
            *accounts.entry(&line["Kind"]).or_default() += local(&line["List amount"], 2);
            *accounts.entry("discounts").or_default() -= local(&line["Discount"], 2);
        }
        let net: i64 = accounts.values().sum();
        assert_eq!(net, local(&invoice["Net"], 2), "{id}: the lines add up to the invoice");
        let gross = local(&invoice["Net"], 2) + local(&invoice["Tax"], 2);
        assert_eq!(gross, local(&invoice["Gross"], 2), "{id}");
        let (from, to) = (&invoice["Currency"], &currencies[&invoice["Entity"]]);
        let period = month(&invoice["Date"]);
        let rate = match from == to {
            true => 100_000_000,
            false => rates[&(from.clone(), to.clone(), period.clone())],
        };
        let functional = accounts.values().map(|amount| at_rate(*amount, rate)).sum();
        let key = (period, invoice["Customer"].clone(), from.clone());
        let shown = Shown::from([(key, (net, functional))]);
        assert!(documents.insert(id.clone(), shown).is_none(), "{id} is there twice");
    }
    assert!(lines.is_empty(), "lines without invoice: {:?}", lines.keys().next());
    documents
}

fn check(company: &Company) {
    let ledger = ledger(company);
    let mut balance: BTreeMap<(&str, bool), (i64, i64)> = BTreeMap::new();
    let mut totals: BTreeMap<(u32, &str, &str), i64> = BTreeMap::new();
    let mut booked: BTreeMap<String, Shown> = BTreeMap::new();
    for posting in &ledger {
        let is_copy = posting.entry.contains("/B");
        let sum = balance.entry((&posting.document, is_copy)).or_default();
        sum.0 += posting.amount;
        sum.1 += posting.functional;
        if !posting.is_posted {
            continue;
        }
        *totals.entry((posting.account, &posting.entity, &posting.period)).or_default() +=
            posting.functional;
        assert!(posting.period.ends_with("-13") || posting.period == posting.posted);
        if is_revenue(posting.account) {
            let key = (posting.period.clone(), posting.customer.clone(), posting.currency.clone());
            let shown = booked.entry(posting.document.clone()).or_default();
            let amounts = shown.entry(key).or_default();
            amounts.0 -= posting.amount;
            amounts.1 -= posting.functional;
        }
    }
    for (document, sum) in balance {
        assert_eq!(sum, (0, 0), "{document:?} does not balance");
    }
    check_totals(company, &totals);
    let invoiced = invoiced(company);
    check_differences(company, &invoiced, &booked);
    check_goods(company, &ledger);
    check_payments(company, &ledger);
    check_campaigns(company, &ledger);
}

fn check_totals(company: &Company, totals: &BTreeMap<(u32, &str, &str), i64>) {
    let mut expected = BTreeMap::new();
    let accounts = company.answers["facts"]["ledger"].as_object().unwrap();
    for (account, entities) in accounts {
        for (entity, periods) in entities.as_object().unwrap() {
            for (period, amount) in periods.as_object().unwrap() {
                let amount = plain(amount.as_str().unwrap(), 2);
                let key = (account.parse::<u32>().unwrap(), entity.as_str(), period.as_str());
                expected.insert(key, amount);
            }
        }
    }
    assert!(expected.len() > 1_000, "{}", expected.len());
    assert_eq!(*totals, expected);
}

/// Every document whose revenue differs is planted, by what is planted and no more.
fn check_differences(
    company: &Company,
    invoiced: &BTreeMap<String, Shown>,
    booked: &BTreeMap<String, Shown>,
) {
    let mut found: BTreeMap<&str, (i64, i64, i64, i64)> = BTreeMap::new();
    let documents: BTreeSet<&String> = invoiced.keys().chain(booked.keys()).collect();
    let mut agreeing = 0;
    for document in documents {
        let none = Shown::new();
        let own = invoiced.get(document).unwrap_or(&none);
        let other = booked.get(document).unwrap_or(&none);
        if own == other {
            agreeing += 1;
            continue;
        }
        let sum =
            |shown: &Shown| shown.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let (own, other) = (sum(own), sum(other));
        found.insert(document, (own.0, other.0, own.1, other.1));
    }
    let planted = company.planted("revenue_reconciliation");
    let mut expected = BTreeMap::new();
    let mut classes: BTreeMap<&str, u32> = BTreeMap::new();
    for fact in planted {
        *classes.entry(text(fact, "class")).or_default() += 1;
        let amounts = (
            cents(fact, "document_amount"),
            cents(fact, "ledger_amount"),
            cents(fact, "document_functional_amount"),
            cents(fact, "ledger_functional_amount"),
        );
        expected.insert(text(fact, "document"), amounts);
    }
    println!("{agreeing} documents agree; planted differences: {classes:?}");
    assert_eq!(classes.len(), 12, "{classes:?}");
    assert!(classes.values().all(|count| *count == 3), "{classes:?}");
    assert!(agreeing > 1_000);
    let names = |map: &BTreeMap<&str, (i64, i64, i64, i64)>| {
        map.keys().map(|name| (*name).to_owned()).collect::<BTreeSet<String>>()
    };
    assert_eq!(names(&found), names(&expected));
    assert_eq!(found, expected);
}

/// The scales' moves are the postings of stock, document by document, and what was counted last is
/// worth what the account says.
fn check_goods(company: &Company, ledger: &[Posting]) {
    let folder = company.root.join("feeds/inventory");
    let mut moved: BTreeMap<String, i64> = BTreeMap::new();
    for path in files(&folder, "moves_", ".tsv") {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let bytes = std::fs::read(&path).unwrap();
        for (place, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            let line = String::from_utf8_lossy(line);
            let fields: Vec<&str> = line.split('\t').collect();
            let is_it = |row: &Value| row["source"] == name && row["row"] == place as u64 + 1;
            if fields.len() == 8 && !company.dirty().iter().any(is_it) {
                *moved.entry(fields[7].to_owned()).or_default() += plain(fields[4], 2);
            }
        }
    }
    let mut stock: BTreeMap<String, i64> = BTreeMap::new();
    let mut by_entity: BTreeMap<&str, i64> = BTreeMap::new();
    for posting in ledger.iter().filter(|posting| posting.account == 1405) {
        *stock.entry(posting.document.clone()).or_default() += posting.functional;
        *by_entity.entry(&posting.entity).or_default() += posting.functional;
    }
    moved.retain(|_, cost| *cost != 0);
    stock.retain(|_, cost| *cost != 0);
    assert!(moved.len() > 1_000, "{}", moved.len());
    assert_eq!(moved, stock);

    let entity_of: BTreeMap<&str, &str> = BTreeMap::from([
        ("SH1", "LT01"),
        ("SH2", "LT01"),
        ("BJ1", "LT02"),
        ("GZ1", "LT03"),
        ("CD1", "LT04"),
        ("SV1", "LT05"),
        ("HK1", "LT06"),
        ("HH1", "LT07"),
        ("CH1", "LT08"),
    ]);
    let last = files(&folder, "counts_", ".csv").pop().unwrap();
    let mut counted: BTreeMap<&str, i64> = BTreeMap::new();
    for record in lines(&last, 1, b',', company.dirty()) {
        let entity = entity_of[record["house"].as_str()];
        *counted.entry(entity).or_default() += plain(&record["value"], 2);
    }
    assert_eq!(by_entity, counted);
}

fn check_payments(company: &Company, ledger: &[Posting]) {
    let mut paid: BTreeMap<String, i64> = BTreeMap::new();
    for record in deliveries(company, "payments") {
        *paid.entry(record["Payment"].clone()).or_default() += local(&record["Amount"], 2);
    }
    let mut bank: BTreeMap<String, i64> = BTreeMap::new();
    // What the sale of old equipment brought is no customer's payment.
    let of_customers = |posting: &&Posting| posting.account == 1002 && !is_asset(posting);
    for posting in ledger.iter().filter(of_customers) {
        *bank.entry(posting.document.clone()).or_default() += posting.amount;
    }
    assert!(paid.len() > 1_000);
    assert_eq!(paid, bank);
}

fn is_asset(posting: &Posting) -> bool {
    posting.document.starts_with("AS")
}

fn check_campaigns(company: &Company, ledger: &[Posting]) {
    let mut spent: BTreeMap<String, i64> = BTreeMap::new();
    for path in files(&company.root.join("feeds/marketing"), "campaign_costs_", ".csv") {
        for record in lines(&path, 1, b',', company.dirty()) {
            *spent.entry(record["document"].clone()).or_default() += plain(&record["amount"], 2);
        }
    }
    let mut booked: BTreeMap<String, i64> = BTreeMap::new();
    for posting in ledger.iter().filter(|posting| posting.account == 6602) {
        *booked.entry(posting.document.clone()).or_default() += posting.functional;
    }
    assert!(spent.len() > 10);
    assert_eq!(spent, booked);
}

#[test]
fn ledger_and_documents_agree_but_for_what_is_planted() {
    check(&Company::new(small(1)));
}

#[test]
fn another_seed_is_another_company_of_the_same_kind() {
    let mut totals = BTreeSet::new();
    for seed in 2..=10 {
        let company = Company::new(small(seed));
        check(&company);
        super::feeds::check_planted(&company);
        totals.insert(company.answers["facts"]["profit_curve"]["profit_amount"].to_string());
    }
    assert_eq!(totals.len(), 9, "each seed has figures of its own");
}

#[test]
fn a_month_later_ledger_and_documents_agree_still() {
    let mut company = Company::new(small(1));
    company.advance(31);
    check(&company);
}
