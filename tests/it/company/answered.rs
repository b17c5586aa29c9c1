//! Do reports answer of the sample company what its plan says? What the plan knows to the cent is
//! compared to the cent, over all periods, in the currencies of the books.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};

use super::read::plain;
use super::{cents, text};
use crate::cli::{demo, ok};

/// Lines of the profit statement, each with its accounts. The lines below share their accounts'
/// cost, for a pool gives to others, and are compared in sum.
const LINES: [(&str, &[&str]); 4] = [
    ("gross_revenue_amount", &["6001", "6002", "6003", "6004", "6005"]),
    ("discount_amount", &["6011", "6012"]),
    ("return_amount", &["6010"]),
    ("goods_cost_amount", &["6401", "6402"]),
];
/// Accounts that stand outside of profit: sales and purchases within the group, and what is the
/// treasury's.
const OUTSIDE: [&str; 5] = ["6051", "6091", "6301", "6491", "6801"];
/// What the entities keep their books in.
const BOOKS: [(&str, &str); 8] = [
    ("LT01", "CNY"),
    ("LT02", "CNY"),
    ("LT03", "CNY"),
    ("LT04", "CNY"),
    ("LT05", "CNY"),
    ("LT06", "USD"),
    ("LT07", "EUR"),
    ("LT08", "USD"),
];

/// The rows of a report over all periods of the sample company.
fn rows(root: &Path, report: &str, given: &[&str]) -> Vec<Value> {
    let sql = "select min(period_id) as first, max(period_id) as last from marts.fct_profit_lines";
    let spans = ok(root, &["query", sql, "--format", "json"]);
    let spans: Value = serde_json::from_str(&spans).unwrap();
    let (first, last) = (text(&spans[0], "first"), text(&spans[0], "last"));
    let (first, last) = (format!("from_period={first}"), format!("period={last}"));
    let mut asked = vec!["report", report, "--format", "json", "-p", &first, "-p", &last];
    given.iter().for_each(|parameter| asked.extend(["-p", *parameter]));
    let answer: Value = serde_json::from_str(&ok(root, &asked)).unwrap();
    let rows = answer["rows"].as_array().unwrap().clone();
    assert!(!rows.is_empty(), "{report} answers nothing");
    rows
}

fn of_kind<'a>(rows: &'a [Value], kind: &'a str) -> impl Iterator<Item = &'a Value> {
    rows.iter().filter(move |row| row["row_kind"] == kind)
}

/// An amount of a report, in cents; none where nothing is known.
fn amount(row: &Value, name: &str) -> i64 {
    if row[name].is_null() {
        return 0;
    }
    let parts = plain(text(row, name), 4);
    assert_eq!(parts % 100, 0, "{name} has parts of a cent: {row}");
    parts / 100
}

/// What the plan's accounts come to in cents, in the sign of profit, by account, entity and period.
fn ledger(answers: &Value) -> BTreeMap<(String, String, String), i64> {
    let mut sums = BTreeMap::new();
    for (account, entities) in answers["facts"]["ledger"].as_object().unwrap() {
        for (entity, periods) in entities.as_object().unwrap() {
            for (period, amount) in periods.as_object().unwrap() {
                let place = (account.clone(), entity.clone(), period.clone());
                sums.insert(place, -plain(amount.as_str().unwrap(), 2));
            }
        }
    }
    sums
}

#[test]
fn reconciliations_have_the_ledger_of_the_plan() {
    let (_folder, root) = demo();
    let mut found = BTreeMap::new();
    let mut accounts = BTreeSet::new();
    for report in ["revenue_reconciliation", "cost_reconciliation"] {
        let rows = rows(&root, report, &["currency=functional", "detail=accounts"]);
        for row in of_kind(&rows, "account") {
            let names = ["account_id", "entity_id", "period_id"];
            let [account, entity, period] = names.map(|name| text(row, name).to_owned());
            accounts.insert(account.clone());
            found.insert((account, entity, period), amount(row, "ledger_amount"));
        }
    }
    let documented = [
        "6001", "6002", "6003", "6004", "6005", "6010", "6011", "6012", "6401", "6402", "6602",
        "6603",
    ];
    assert_eq!(accounts, documented.map(str::to_owned).into());
    let mut expected = ledger(&super::answers(&root));
    expected.retain(|place, amount| accounts.contains(&place.0) && *amount != 0);
    found.retain(|_, amount| *amount != 0);
    assert!(expected.len() > 500, "{}", expected.len());
    assert_eq!(found, expected);
}

#[test]
fn profit_is_line_by_line_what_the_ledger_of_the_plan_comes_to() {
    let (_folder, root) = demo();
    let (mut lines, mut profits) = (BTreeMap::new(), BTreeMap::new());
    for ((account, entity, _), amount) in ledger(&super::answers(&root)) {
        if !account.starts_with('6') || OUTSIDE.contains(&account.as_str()) {
            continue;
        }
        let currency = BOOKS.iter().find(|books| books.0 == entity).expect("an entity").1;
        if let Some((line, _)) = LINES.iter().find(|line| line.1.contains(&account.as_str())) {
            *lines.entry((currency.to_owned(), *line)).or_insert(0) += amount;
        }
        *profits.entry(currency.to_owned()).or_insert(0) += amount;
    }
    lines.retain(|_, amount| *amount != 0);
    let statement = rows(&root, "customer_profitability", &["currency=functional"]);
    let mut found = BTreeMap::new();
    let mut of_statement = BTreeMap::new();
    for row in of_kind(&statement, "total") {
        let currency = text(row, "currency_code").to_owned();
        for (line, _) in LINES {
            found.insert((currency.clone(), line), amount(row, line));
        }
        of_statement.insert(currency, amount(row, "profit_amount"));
    }
    found.retain(|_, amount| *amount != 0);
    assert_eq!(found, lines);
    assert_eq!(of_statement, profits);
    let curve = rows(&root, "profit_curve", &["currency=functional", "limit=0"]);
    let total = |row: &Value| (text(row, "currency_code").to_owned(), amount(row, "profit_amount"));
    assert_eq!(of_kind(&curve, "total").map(total).collect::<BTreeMap<_, _>>(), profits);
    assert_eq!(profits.len(), 3, "{profits:?}");
}

#[test]
fn the_reconciliation_of_revenue_lists_what_is_planted() {
    let (_folder, root) = demo();
    let answers = super::answers(&root);
    let planted = answers["planted"]["revenue_reconciliation"]["reported"].as_array().unwrap();
    let listed =
        rows(&root, "revenue_reconciliation", &["currency=transaction", "detail=documents"]);
    // Rates alone make documents differ by cents; of what is planted so the currencies agree.
    let mut found: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for row in of_kind(&listed, "document") {
        let place = (text(row, "document_id"), text(row, "difference_class"));
        *found.entry(place).or_default() += amount(row, "difference_amount");
    }
    let rounding = "currency_or_rounding";
    let mut expected = BTreeMap::new();
    for fact in planted {
        let place = (text(fact, "document"), text(fact, "class"));
        assert!(found.contains_key(&place), "{fact}");
        let difference = cents(fact, "ledger_amount") - cents(fact, "document_amount");
        expected.insert(place, difference);
        assert!(place.1 != rounding || difference == 0, "{fact}");
    }
    let classes: BTreeSet<&str> = expected.keys().map(|(_, class)| *class).collect();
    assert_eq!(classes.len(), 12, "{classes:?}");
    found.retain(|(_, class), _| *class != rounding);
    expected.retain(|(_, class), _| *class != rounding);
    assert_eq!(found, expected);
}

#[test]
fn each_campaign_cost_what_the_plan_says() {
    let (_folder, root) = demo();
    let answers = super::answers(&root);
    let mut expected = BTreeMap::new();
    for fact in ["campaigns", "costs_without_campaign"] {
        let costs = answers["facts"][fact].as_array().unwrap();
        assert!(!costs.is_empty(), "{fact}");
        for cost in costs {
            let place = (text(cost, "campaign").to_owned(), text(cost, "currency").to_owned());
            expected.insert(place, cents(cost, "amount"));
        }
    }
    let returns = rows(&root, "marketing_return", &["currency=functional"]);
    let mut found = BTreeMap::new();
    for row in of_kind(&returns, "marketing") {
        let campaign = row["campaign_id"].as_str().unwrap_or_default().to_owned();
        let currency = text(row, "currency_code").to_owned();
        found.insert((campaign, currency), amount(row, "cost_amount"));
    }
    found.retain(|_, amount| *amount != 0);
    assert_eq!(found, expected);
    // With what no bill says, the cost is that of the statement.
    let statement = rows(&root, "customer_profitability", &["currency=functional"]);
    let costs = |rows: &[Value], name: &str| -> BTreeMap<String, i64> {
        let of = |row: &Value| (text(row, "currency_code").to_owned(), amount(row, name).abs());
        of_kind(rows, "total").map(of).collect()
    };
    let spent = costs(&returns, "cost_amount");
    assert!(spent.len() == 3 && spent.values().all(|cost| *cost > 0), "{spent:?}");
    assert_eq!(spent, costs(&statement, "marketing_amount"));
}

/// Whoever is planted to lose stands behind the peak of the curve, with the same loss.
#[test]
fn planted_losses_are_the_tail_of_the_curve() {
    let (_folder, root) = demo();
    let answers = super::answers(&root);
    let planted = answers["planted"]["unprofitable_customers"]["reported"].as_array().unwrap();
    let curve = rows(&root, "profit_curve", &["limit=100000"]);
    let losers = rows(&root, "unprofitable_customers", &["limit=100000"]);
    let profits = |rows: &[Value]| -> BTreeMap<String, i64> {
        let of = |row: &Value| (text(row, "customer_id").to_owned(), amount(row, "profit_amount"));
        of_kind(rows, "customer").map(of).collect()
    };
    let tail: BTreeMap<String, i64> =
        profits(&curve).into_iter().filter(|(_, profit)| *profit < 0).collect();
    assert_eq!(tail, profits(&losers));
    let missing: Vec<&Value> =
        planted.iter().filter(|fact| !tail.contains_key(text(fact, "customer"))).collect();
    assert!(missing.is_empty() && planted.len() == 36, "{} planted: {missing:?}", planted.len());
    let all = of_kind(&curve, "customers").next().unwrap();
    assert_eq!(amount(all, "tail_amount"), tail.values().sum::<i64>());
    let winners = profits(&curve).values().filter(|profit| **profit > 0).count();
    assert_eq!(all["break_even_rank"].as_u64(), Some(winners as u64));
}

/// The rows that a cube answers to a question.
fn of_cube(root: &Path, question: &Value) -> Vec<Value> {
    let answer = ok(root, &["cube", &question.to_string(), "--format", "json"]);
    let answer: Value = serde_json::from_str(&answer).unwrap();
    answer["results"][0]["data"].as_array().unwrap().clone()
}

/// A count of a row.
fn count(row: &Value, name: &str) -> i64 {
    row[name].as_i64().unwrap_or_else(|| panic!("{name} is no number in {row}"))
}

/// What a cube says of closed cases: cases, minutes and, where it is asked, cases fixed at once.
fn closed_cases(root: &Path, by: &str, segments: &[&str]) -> BTreeMap<String, [i64; 3]> {
    let closed = ["service.closed_case_count", "service.case_work_minutes"];
    let measures = [&closed[..], &["service.first_fix_count"]].concat();
    let filter = json!({
        "member": "service.case_status", "operator": "equals", "values": ["closed"]
    });
    let question = json!({
        "measures": measures, "dimensions": [by], "filters": [filter], "segments": segments,
    });
    let told = |row: &Value| {
        (text(row, by).to_owned(), [0, 1, 2].map(|place| count(row, measures[place])))
    };
    of_cube(root, &question).iter().map(told).collect()
}

#[test]
fn cases_are_those_of_the_plan_by_cause_and_by_technician() {
    let (_folder, root) = demo();
    let answers = super::answers(&root);
    let service = &answers["facts"]["service"];
    let asked = [
        (&service["by_cause"], "service.case_cause", &[][..]),
        (&service["by_technician"], "service.technician_id", &[][..]),
        (&answers["facts"]["avoidable_cases"], "service.case_cause", &["service.avoidable"][..]),
    ];
    for (facts, by, segments) in asked {
        let found = closed_cases(&root, by, segments);
        let facts = facts.as_object().unwrap();
        assert!(facts.len() > 2, "{facts:?}");
        let names: Vec<&String> = found.keys().collect();
        let planned: BTreeSet<&String> = facts.keys().collect();
        assert_eq!(names, planned.into_iter().collect::<Vec<_>>(), "{by} {segments:?}");
        for (name, fact) in facts {
            let [cases, minutes, fixed] = found[name];
            let known = |what: &str| fact[what].as_i64();
            assert_eq!((known("cases"), known("minutes")), (Some(cases), Some(minutes)), "{name}");
            assert!(known("fixed_at_once").is_none_or(|count| count == fixed), "{name}: {fixed}");
        }
    }
    let all: i64 = closed_cases(&root, "service.case_cause", &[]).values().map(|one| one[0]).sum();
    assert_eq!(service["closed"].as_i64(), Some(all));
}

#[test]
fn cases_keep_the_times_of_the_plan_by_level() {
    let (_folder, root) = demo();
    let answers = super::answers(&root);
    let levels = answers["facts"]["service_levels"].as_object().unwrap();
    let measures = ["service.closed_case_count", "service.due_met_count"];
    let question = json!({ "measures": measures, "dimensions": ["service.service_level"] });
    let told = |row: &Value| {
        let level = text(row, "service.service_level").to_owned();
        (level, measures.map(|measure| count(row, measure)))
    };
    let found: BTreeMap<String, [i64; 2]> = of_cube(&root, &question).iter().map(told).collect();
    let planned = |(level, fact): (&String, &Value)| {
        (level.clone(), ["closed", "closed_in_time"].map(|name| count(fact, name)))
    };
    let expected: BTreeMap<String, [i64; 2]> = levels.iter().map(planned).collect();
    assert_eq!(expected.len(), 4, "{expected:?}");
    assert_eq!(found, expected);
}

#[test]
fn prospects_and_visits_of_the_site_are_those_of_the_plan() {
    let (_folder, root) = demo();
    let answers = super::answers(&root);
    let question = json!({
        "measures": ["leads.lead_count"], "dimensions": ["leads.lead_source", "leads.lead_stage"],
    });
    let prospects = |rows: &[Value], [source, stage, leads]: [&str; 3]| {
        let told = |row: &Value| {
            ((text(row, source).to_owned(), text(row, stage).to_owned()), count(row, leads))
        };
        rows.iter().map(told).collect::<BTreeMap<_, _>>()
    };
    let found = of_cube(&root, &question);
    let found = prospects(&found, ["leads.lead_source", "leads.lead_stage", "leads.lead_count"]);
    let planned = answers["facts"]["lead_funnel"].as_array().unwrap();
    let expected = prospects(planned, ["source", "stage", "leads"]);
    assert!(expected.len() > 20, "{expected:?}");
    assert_eq!(found, expected);

    let sessions = "web_sessions.visit_session_count";
    let question = json!({ "measures": [sessions], "dimensions": ["web_sessions.visitor_kind"] });
    let rows = of_cube(&root, &question);
    let of = |wanted: &str| -> i64 {
        let is_wanted =
            |row: &&Value| wanted.is_empty() || text(row, "web_sessions.visitor_kind") == wanted;
        rows.iter().filter(is_wanted).map(|row| count(row, sessions)).sum()
    };
    let visits = &answers["facts"]["site_visitors"];
    let planned =
        ["sessions", "known_sessions", "company_sessions"].map(|name| count(visits, name));
    assert!(planned.iter().all(|sessions| *sessions > 0), "{planned:?}");
    assert_eq!([of(""), of("person"), of("company")], planned);
}
