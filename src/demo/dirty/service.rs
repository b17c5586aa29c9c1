//! What does the service desk export that is no such value, and which case is older than it looks?

use serde_json::{Value, json};

use super::super::tables;
use super::{Fault, Planting, Target, at, day, whole};

const CASES: Target = Target { table: &tables::CASES, name: "service.cases" };
const CASE_EVENTS: Target = Target { table: &tables::CASE_EVENTS, name: "service.case_events" };
const SURVEYS: Target = Target { table: &tables::SURVEYS, name: "service.surveys" };

/// A case whose first state can be loaded and whose newest cannot.
const STALE_CASE: &str = "XCS-260624";

/// Plants the rows and returns what is known of the case that is served in an old state.
pub(super) fn plant(planting: &mut Planting<'_>) -> Value {
    malformed_cases(planting);
    cases(planting);
    events(planting);
    surveys(planting);
    stale(planting)
}

/// A case in the shape of the desk's export.
fn case(planting: &Planting<'_>, id: &str, on: &str) -> Value {
    json!({
        "case": {
            "id": id,
            "customer": planting.customers[1].service_id(),
            "product": planting.sku(7),
            "order": null,
        },
        "status": "open",
        "priority": 2,
        "kind": "question",
        "channel": "phone",
        "subject": "Reading drifts after a restart",
        "opened_at": format!("{on}T09:05:00+08:00"),
        "due_at": format!("{on}T17:05:00+08:00"),
        "changed_at": format!("{on}T09:05:00+08:00"),
    })
}

/// Lines that are no object, or none that says what it means.
fn malformed_cases(planting: &mut Planting<'_>) {
    let no_object = whole("the line is not a JSON object");
    let whole_line = case(planting, "XCS-250611", "2025-06-11").to_string();
    let cut: String = whole_line.chars().take(120).collect();
    planting.line(CASES, "2025-06-11", &cut, no_object);
    let line = case(planting, "XCS-251104", "2025-11-04").to_string();
    let twice = line.replacen("\"priority\"", "\"status\":\"closed\",\"priority\"", 1);
    planting.line(CASES, "2025-11-04", &twice, whole("the object has a key twice"));
    let line = case(planting, "XCS-260304", "2026-03-04").to_string();
    planting.line(CASES, "2026-03-04", &format!("{line} -- moved to queue 2"), no_object);
}

fn cases(planting: &mut Planting<'_>) {
    let mut add = |on: &str, key: &str, value: Value, fault: Fault| {
        let id = format!("XCS-{}", on.replace('-', ""));
        let mut line = case(planting, &id, on);
        line[key] = value;
        planting.line(CASES, on, &line.to_string(), fault);
    };
    let within = at("case_id", "is stored as part of a JSON value that is no object");
    add("2025-07-17", "case", json!("XCS-20250717"), within);
    let no_id = at("case_id", "has no value, but the column is required");
    add("2025-08-27", "case", json!({ "id": null, "customer": "XS-000000" }), no_id);
    let priority = at("case_priority", "is not a number as the contract writes numbers");
    add("2025-12-02", "priority", json!("high"), priority);
    let avoidable = at("is_avoidable", "is none of the contract's texts for true and false");
    add("2026-01-08", "is_avoidable", json!("perhaps"), avoidable);
    let opened = at("opened_at", "is stored as a JSON object or array");
    let parts = json!({ "date": "2026-05-13", "time": "09:05" });
    add("2026-05-13", "opened_at", parts, opened);
}

fn events(planting: &mut Planting<'_>) {
    let mut add = |on: &str, key: &str, value: Value, fault: Fault| {
        let id = format!("XCE-{}", on.replace('-', ""));
        let mut line = json!({
            "id": id,
            "case": format!("XCS-{}", on.replace('-', "")),
            "at": format!("{on}T10:20:00+08:00"),
            "kind": "reply",
            "employee": null,
            "minutes": 10,
            "travel_minutes": 0,
            "note": null,
        });
        line[key] = value;
        planting.line(CASE_EVENTS, on, &line.to_string(), fault);
    };
    let boolean = at("event_minutes", "is stored as a JSON boolean");
    add("2025-07-30", "minutes", json!(true), boolean);
    let fine = at("happened_at", "is finer than a microsecond");
    add("2025-11-13", "at", json!("2025-11-13T10:20:00.123456789+08:00"), fine);
    let nul = at("event_note", "holds a NUL character");
    add("2026-04-16", "note", json!("Serial number: A4\u{0}17"), nul);
}

fn surveys(planting: &mut Planting<'_>) {
    let line = json!({
        "id": "XSV-20251021",
        "customer": planting.customers[2].service_id(),
        "case": null,
        "kind": "satisfaction",
        "sent_at": "2025-10-21T08:00:00+08:00",
        "answered_at": "2025-10-21T11:30:00+08:00",
        "score": 4.5,
        "comment": null,
        "changed_at": "2025-10-21T11:30:00+08:00",
    });
    let half = at("survey_score", "is not an integer: it has a decimal mark");
    planting.line(SURVEYS, "2025-10-21", &line.to_string(), half);
}

/// A case that was closed, but the state that says so cannot be loaded; and its one event, which
/// the desk exports twice.
fn stale(planting: &mut Planting<'_>) -> Value {
    let opened = case(planting, STALE_CASE, "2026-06-24");
    planting.feeds.json(CASES.table, day("2026-06-24"), &opened);
    let mut closed = opened.clone();
    for (key, value) in [
        ("status", json!("closed")),
        ("cause", json!("operation")),
        ("minutes", json!(47.5)),
        ("first_response_at", json!("2026-06-24T10:00:00+08:00")),
        ("closed_at", json!("2026-06-29T15:40:00+08:00")),
        ("changed_at", json!("2026-06-29T15:40:00+08:00")),
    ] {
        closed[key] = value;
    }
    let minutes = at("work_minutes", "is not an integer: it has a decimal mark");
    planting.line(CASES, "2026-06-29", &closed.to_string(), minutes);
    // Two weeks later the desk has mended what it wrote.
    closed["minutes"] = json!(47);
    closed["changed_at"] = json!("2026-07-14T09:30:00+08:00");
    planting.feeds.json(CASES.table, day("2026-07-14"), &closed);
    let event = json!({
        "id": format!("{STALE_CASE}-1"),
        "case": STALE_CASE,
        "at": "2026-06-24T09:05:00+08:00",
        "kind": "created",
        "employee": null,
        "minutes": 0,
        "travel_minutes": 0,
        "note": null,
    });
    planting.feeds.json(CASE_EVENTS.table, day("2026-06-24"), &event);
    let again = whole("repeats the key of `case_events_2026-06.jsonl`");
    planting.line(CASE_EVENTS, "2026-06-25", &event.to_string(), again);
    json!([{
        "table": CASES.name,
        "case_id": STALE_CASE,
        "service_customer_id": planting.customers[1].service_id(),
        "customer_id": planting.customers[1].sales_id(),
        "served": { "case_status": "open", "changed_at": "2026-06-24T09:05:00+08:00" },
        "is_counted_in_service_facts": false,
        "refused": { "case_status": "closed", "changed_at": "2026-06-29T15:40:00+08:00" },
    }])
}
