//! Does nothing look like a planted complaint but what is planted? Each rule is applied here to all
//! that the departments wrote, so that a contact made by chance would be found.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, NaiveDate, Weekday};
use patron::demo::DATA_DATE;
use rusqlite::Connection;
use serde_json::Value;

use super::read::{Record, files, lines};
use super::{Company, small, text};

/// The rows of all deliveries of a table of marketing, in the order of their days.
fn marketing(company: &Company, table: &str) -> Vec<Record> {
    let folder = company.root.join("feeds/marketing");
    let files = files(&folder, &format!("{table}_"), ".csv");
    files.iter().flat_map(|path| lines(path, 1, b',', company.dirty())).collect()
}

fn day(time: &str) -> NaiveDate {
    time[..10].parse().unwrap_or_else(|_| panic!("{time}"))
}

fn working_days_later(from: NaiveDate, count: u32) -> NaiveDate {
    let mut day = from;
    let mut left = count;
    while left > 0 {
        day = day + Days::new(1);
        left -= u32::from(!matches!(day.weekday(), Weekday::Sat | Weekday::Sun));
    }
    day
}

/// The texts of a field of a report's planted facts, where they have it.
fn planted(company: &Company, report: &str, field: &str) -> BTreeSet<String> {
    let facts = company.planted(report).iter();
    facts.filter_map(|fact| fact[field].as_str()).map(str::to_owned).collect()
}

fn unanswered(company: &Company) -> BTreeSet<String> {
    let database = Connection::open(company.root.join("feeds/sales/sales.db")).unwrap();
    let mut statement = database
        .prepare("select no, customer, direction, happened_at from touch where no like 'T%'")
        .unwrap();
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
    let touches: Vec<(String, String, String, String)> =
        statement.query_map([], row).unwrap().map(Result::unwrap).collect();
    let mut outbound: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (_, customer, direction, at) in &touches {
        if direction == "outbound" {
            outbound.entry(customer).or_default().push(at);
        }
    }
    let is_unanswered = |(_, customer, direction, at): &&(String, String, String, String)| {
        let limit = working_days_later(day(at), 3);
        let is_answer = |out: &&str| *out > at.as_str() && day(out) <= limit;
        let answers = outbound.get(customer.as_str()).map_or(&[][..], Vec::as_slice);
        direction == "inbound" && limit < DATA_DATE && !answers.iter().any(is_answer)
    };
    touches.iter().filter(is_unanswered).map(|touch| touch.0.clone()).collect()
}

fn after_opt_out(company: &Company) -> BTreeSet<String> {
    let mut declared: BTreeMap<(String, String), Vec<(String, bool)>> = BTreeMap::new();
    for consent in marketing(company, "consents") {
        let key = (consent["person"].clone(), consent["channel"].clone());
        let state = (consent["effective_at"].clone(), consent["state"] == "opt_out");
        declared.entry(key).or_default().push(state);
    }
    declared.values_mut().for_each(|states| states.sort());
    let is_unwanted = |send: &Record| {
        let key = (send["person"].clone(), send["channel"].clone());
        let states = declared.get(&key).map_or(&[][..], Vec::as_slice);
        let last = states.iter().rfind(|(at, _)| *at <= send["sent_at"]);
        let is_advertising = !send["campaign"].is_empty() || !send["material"].is_empty();
        is_advertising && last.is_some_and(|(_, is_out)| *is_out)
    };
    let sends = marketing(company, "sends").into_iter();
    sends.filter(is_unwanted).map(|send| send["send"].clone()).collect()
}

fn sent_twice(company: &Company) -> BTreeSet<String> {
    let mut sent: BTreeMap<(String, String), Vec<(NaiveDate, String)>> = BTreeMap::new();
    for send in marketing(company, "sends") {
        if !send["material"].is_empty() && send["outcome"] != "bounced" {
            let key = (send["person"].clone(), send["material"].clone());
            sent.entry(key).or_default().push((day(&send["sent_at"]), send["send"].clone()));
        }
    }
    let mut twice = BTreeSet::new();
    for sends in sent.values_mut() {
        sends.sort();
        for pair in sends.windows(2) {
            if pair[0].0 + Days::new(30) >= pair[1].0 {
                twice.insert(pair[1].1.clone());
            }
        }
    }
    twice
}

fn unconfirmed(company: &Company) -> BTreeSet<String> {
    let mut newest: BTreeMap<String, Record> = BTreeMap::new();
    for state in marketing(company, "registrations") {
        let known = newest.get(&state["registration"]);
        if known.is_none_or(|known| known["changed_at"] <= state["changed_at"]) {
            newest.insert(state["registration"].clone(), state);
        }
    }
    let is_waiting = |state: &&Record| {
        let limit = working_days_later(day(&state["registered_at"]), 3);
        state["state"] == "registered" && state["confirmed_at"].is_empty() && limit < DATA_DATE
    };
    newest.values().filter(is_waiting).map(|state| state["registration"].clone()).collect()
}

fn ageing(company: &Company) -> BTreeSet<String> {
    let mut newest: BTreeMap<String, Value> = BTreeMap::new();
    for path in files(&company.root.join("feeds/service"), "cases_", ".jsonl") {
        for line in std::fs::read(path).unwrap().split(|byte| *byte == b'\n') {
            // What cannot be read is dirty; a dirty case has a number of its own.
            let Ok(state) = serde_json::from_slice::<Value>(line) else { continue };
            let Some(id) = state["case"]["id"].as_str().filter(|id| id.starts_with("CS")) else {
                continue;
            };
            let is_newer = newest
                .get(id)
                .is_none_or(|known| text(known, "changed_at") <= text(&state, "changed_at"));
            if is_newer {
                newest.insert(id.to_owned(), state);
            }
        }
    }
    let is_old = |(_, state): &(&String, &Value)| {
        let age = DATA_DATE - day(text(state, "opened_at"));
        state["status"] != "closed" && age.num_days() > 30
    };
    newest.iter().filter(is_old).map(|(id, _)| id.clone()).collect()
}

#[test]
fn nobody_complains_but_those_who_are_planted() {
    for seed in [1, 2, 3] {
        let company = Company::new(small(seed));
        let expected = planted(&company, "unanswered_requests", "touch");
        assert_eq!(unanswered(&company), expected, "unanswered, seed {seed}");
        let expected = planted(&company, "contact_after_opt_out", "send");
        assert_eq!(after_opt_out(&company), expected, "after opt-out, seed {seed}");
        // Where one of the two was a salesperson's, marketing alone sent nothing twice.
        let is_sent = |fact: &&Value| {
            ["first_id", "second_id"].iter().all(|id| text(fact, id).starts_with("SN"))
        };
        let both = company.planted("duplicate_contacts").iter().filter(is_sent);
        let expected: BTreeSet<String> =
            both.map(|fact| text(fact, "second_id").to_owned()).collect();
        assert!(expected.len() > 1, "{expected:?}");
        assert_eq!(sent_twice(&company), expected, "sent twice, seed {seed}");
        let expected = planted(&company, "unconfirmed_registrations", "registration");
        assert_eq!(unconfirmed(&company), expected, "unconfirmed, seed {seed}");
        let expected = planted(&company, "case_ageing", "case");
        assert_eq!(ageing(&company), expected, "ageing, seed {seed}");
    }
}
