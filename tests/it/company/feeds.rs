//! Are the systems the same on every run, whichever way they came to a day? Does every report have
//! what it rests on?

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use patron::demo::{self, DATA_DATE};
use serde_json::Value;
use tempfile::TempDir;

use super::{Company, small};

/// The bytes of every file below a folder, by path.
fn contents(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            files.insert(name, fs::read(path).unwrap());
        }
    }
    files
}

fn assert_same(left: &BTreeMap<String, Vec<u8>>, right: &BTreeMap<String, Vec<u8>>) {
    assert_eq!(left.keys().collect::<Vec<_>>(), right.keys().collect::<Vec<_>>());
    for (name, bytes) in left {
        assert!(*bytes == right[name], "{name} differs");
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let first = contents(&Company::new(small(1)).root);
    assert!(first.len() > 200, "{}", first.len());
    assert_same(&first, &contents(&Company::new(small(1)).root));
    let other = contents(&Company::new(small(2)).root);
    let same: Vec<&String> =
        first.keys().filter(|name| other.get(*name) == Some(&first[*name])).collect();
    // What people decided for the whole group, what it prints and how long its people work does not
    // depend on its customers.
    for name in same {
        let is_fixed = name.starts_with("warehouse/inputs/")
            || ["accounts", "entities", "business_units", "cost_centres"]
                .iter()
                .any(|table| *name == format!("feeds/finance/{table}.csv"))
            || *name == "feeds/marketing/materials.csv"
            || name.starts_with("feeds/staff/capacity_");
        assert!(is_fixed, "{name} is the same for another seed");
    }
}

#[test]
fn thirty_days_in_one_step_are_thirty_single_days() {
    let mut first = Company::new(small(1));
    let mut second = Company::new(small(1));
    let before = contents(&first.root);
    first.advance(30);
    for _ in 0..30 {
        second.advance(1);
    }
    let after = contents(&first.root);
    assert_same(&after, &contents(&second.root));
    // What was delivered before is not touched: a day's delivery is a file of its own.
    let (mut kept, mut new) = (0, 0);
    for (name, bytes) in &after {
        match before.get(name) {
            Some(old) if name.contains("_2") => {
                assert!(old == bytes, "{name} has changed");
                kept += 1;
            }
            Some(_) => {}
            None => new += 1,
        }
    }
    println!("{kept} deliveries are as they were, {new} are new");
    assert!(kept > 200 && new > 150);
    assert_eq!(first.answers["data_date"], "2026-07-30");
}

#[test]
fn an_interrupted_demo_is_finished() {
    let whole = contents(&Company::new(small(1)).root);
    let broken = Company::new(small(1));
    let state = broken.root.join("feeds/demo.json");
    let mut told: Value = serde_json::from_str(&fs::read_to_string(&state).unwrap()).unwrap();
    told["until"] = Value::Null;
    fs::write(&state, told.to_string()).unwrap();
    fs::write(broken.root.join("feeds/sales/sales.db"), "half").unwrap();
    let written = demo::set_up(&broken.root, None, &mut |_, _| ()).unwrap();
    assert!(written.is_new);
    assert_eq!(written.until, DATA_DATE);
    assert_same(&whole, &contents(&broken.root));

    // An advance that broke off is finished by whatever comes next.
    let mut advanced = Company::new(small(1));
    advanced.advance(3);
    told["until"] = "2026-06-30".into();
    told["advancing_to"] = "2026-07-03".into();
    fs::write(&state, told.to_string()).unwrap();
    let written = demo::set_up(&broken.root, None, &mut |_, _| ()).unwrap();
    assert_eq!(written.until.to_string(), "2026-07-03");
    assert_same(&contents(&advanced.root), &contents(&broken.root));
}

#[test]
fn a_folder_that_is_something_else_is_left_alone() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("mine.txt"), "mine").unwrap();
    let error = demo::set_up(folder.path(), None, &mut |_, _| ()).unwrap_err().to_string();
    assert!(error.contains("is not empty"), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let empty = folder.path().join("empty");
    let error = demo::advance(&empty, 1, &mut |_, _| ()).unwrap_err().to_string();
    assert!(error.contains("patron demo"), "{error}");
    let company = Company::new(small(1));
    let other = demo::set_up(&company.root, Some(small(2)), &mut |_, _| ()).unwrap_err();
    assert!(other.to_string().contains("400 customers, 15 months"), "{other}");
}

/// What is planted by report: how much must be reported, whichever the seed, or 0 where that
/// depends on the company, and how many near misses stand beside it at least.
const PLANTED: [(&str, usize, usize); 23] = [
    ("accounts_without_login", 5, 1),
    ("avoidable_cases", 3, 3),
    ("case_ageing", 7, 5),
    ("churn_risk", 8, 0),
    ("commitments_by_customer", 5, 5),
    ("competitor_losses", 1, 0),
    ("conflicting_quotes", 0, 6),
    ("contact_after_opt_out", 7, 6),
    ("duplicate_contacts", 6, 6),
    ("lapsed_customers", 8, 8),
    ("onboarding_status", 4, 3),
    ("overdue_contacts", 4, 4),
    ("product_affinity", 9, 0),
    ("referral_value", 4, 1),
    ("revenue_reconciliation", 36, 0),
    ("salesperson_fit", 0, 0),
    ("sold_to_while_unresolved", 6, 6),
    ("stale_opportunities", 3, 3),
    ("suppression_list", 3, 4),
    ("unanswered_requests", 6, 6),
    ("unconfirmed_registrations", 6, 6),
    ("unprofitable_customers", 36, 0),
    ("up_sell_candidates", 12, 0),
];

/// Every company has every planted fact, near misses beside the conflicts, customers that lose
/// money for the reason planted, and a curve of profit as companies have it.
pub fn check_planted(company: &Company) {
    let planted = company.answers["planted"].as_object().unwrap();
    for (report, count, near_misses) in PLANTED {
        let found = company.planted(report).len();
        assert!(if count == 0 { found > 0 } else { found == count }, "{report}: {found}");
        let near = planted[report]["near_misses"].as_array().unwrap();
        assert!(near.len() >= near_misses, "{report}: {} near misses", near.len());
        assert!(near.iter().all(|fact| !super::text(fact, "because").is_empty()), "{report}");
    }
    let reports: Vec<&str> = REPORTS.lines().collect();
    for report in planted.keys() {
        assert!(reports.contains(&report.as_str()), "{report} is no report");
    }
    let pairs = company.answers["facts"]["matching_pairs"].as_array().unwrap();
    let scale = company.answers["scale"]["customers"].as_u64().unwrap();
    assert_eq!(pairs.len(), if scale < 1_000 { 200 } else { 500 });
    for fact in company.planted("unprofitable_customers") {
        let profit = super::cents(fact, "profit_amount");
        assert!(profit < 0, "{fact}");
    }
    let curve = &company.answers["facts"]["profit_curve"];
    let percent = |name: &str| curve[name].as_u64().unwrap();
    println!("best fifth {} %, peak {} %", percent("best_fifth_percent"), percent("peak_percent"));
    // Published cases: a fifth of the customers makes 150 to 300 percent of the profit. In the
    // smallest company those planted to lose money weigh more.
    let most = if scale < 1_000 { u64::MAX } else { 300 };
    assert!((150..=most).contains(&percent("best_fifth_percent")), "{curve}");
}

#[test]
fn everything_is_planted() {
    check_planted(&Company::new(small(1)));
    check_planted(&Company::new(demo::Scale::default()));
}

/// The reports that people ask for, by the names under which they are asked.
const REPORTS: &str = include_str!("reports.txt");

#[test]
fn no_report_lacks_a_feed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let document = fs::read_to_string(root.join("src/demo/FEEDS.md")).unwrap();
    let mut fed = BTreeMap::new();
    let mut facts = BTreeMap::new();
    let mut named = BTreeSet::new();
    for line in document.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let tables = cells.iter().flat_map(|cell| cell.split('`').skip(1).step_by(2));
        named.extend(tables.filter(|name| name.contains('.')).map(str::to_owned));
        let name = cells[0].trim_matches('`').to_owned();
        let target = if name.starts_with("dim_") || name.starts_with("fct_") {
            &mut facts
        } else {
            &mut fed
        };
        target.insert(name, cells);
    }
    for report in REPORTS.lines() {
        let cells = fed.get(report).unwrap_or_else(|| panic!("{report} has no feed"));
        assert!(cells.iter().all(|cell| !cell.is_empty()), "{report}: {cells:?}");
        for fact in cells[1].split('`').skip(1).step_by(2) {
            assert!(facts.contains_key(fact), "{report} rests on {fact}, which nothing feeds");
        }
    }
    let reports = REPORTS.lines().count();
    println!("{reports} reports, {} facts and dimensions, {} tables", facts.len(), named.len());
    let contracts = root.join("warehouse/contracts");
    let mut unused = BTreeSet::new();
    for department in fs::read_dir(&contracts).unwrap() {
        let department = department.unwrap().path();
        for file in fs::read_dir(&department).unwrap() {
            let file = file.unwrap().path();
            let stem = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
            unused.insert(format!("{}.{}", stem(&department), stem(&file)));
        }
    }
    for table in named {
        let raw = table.strip_suffix("_personal").unwrap_or(&table);
        let raw = raw.strip_suffix("_history").unwrap_or(raw);
        let is_known = raw.starts_with("patron.") || raw.starts_with("superseded.");
        let is_contract = Path::new(&contracts).join(raw.replace('.', "/")).with_extension("toml");
        assert!(is_known || is_contract.is_file(), "{table} has no contract");
        unused.remove(raw);
    }
    assert!(unused.is_empty(), "no report rests on {unused:?}");
}
