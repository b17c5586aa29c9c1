//! Does what people enter over HTTP become a release, or a refusal that says what to do?

use std::fs::File;

use serde_json::{Value, json};

use crate::closing::company;
use crate::support::serving::{Reply, Serving};
use crate::support::world::{World, day};

fn loaded() -> World {
    let world = company();
    world.refreshed(day(0));
    world
}

/// The release that an entry made.
fn release(reply: &Reply) -> Value {
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()["release"].clone()
}

/// Status and code of a refusal, with its words.
fn refusal(reply: &Reply) -> (u16, String, String) {
    let problem = reply.json();
    let text = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
    (reply.status, text("code"), text("detail"))
}

#[test]
fn periods_are_closed_reopened_and_restated() {
    let world = loaded();
    let server = Serving::of(world.root(), &[]);
    let decide = |period: &str, verb: &str, body: Value| {
        server.post(&format!("/api/v1/periods/{period}/{verb}"), &body)
    };
    let closed = decide("2026-11", "close", json!({ "by": "Ada" }));
    assert_eq!(release(&closed), 2);
    assert_eq!(closed.json()["pin"], "close-2026-11");
    assert_eq!(closed.json()["entered"].as_array().unwrap().len(), 1);
    let cases = [
        ("2026-11", "close", json!({}), 409, "already_closed", "release 2"),
        ("2027-01", "close", json!({}), 409, "earlier_open", "`2026-12`"),
        ("2027-01", "close", json!({}), 409, "earlier_open", "`\"with_earlier\": true`"),
        ("2026-11", "close", json!({ "with_earlier": true }), 409, "already_closed", "reopen"),
        ("2026-11", "reopen", json!({ "with_earlier": true }), 400, "bad_parameter", "closing"),
        ("2026-10", "close", json!({}), 404, "unknown_period", "`2026-11` to `2027-01`"),
        ("2026-12", "close", json!({ "entity": "C" }), 400, "unknown_entity", "A, B"),
        ("2026-12", "reopen", json!({ "because": "x" }), 409, "already_open", "`2026-12`"),
        ("2026-11", "reopen", json!({}), 400, "blank", "why"),
        ("2026-12", "close", json!({ "waive": ["a:b"] }), 400, "missing_parameter", "because"),
        (
            "2026-12",
            "close",
            json!({ "waive": ["a:b"], "because": "x" }),
            409,
            "nothing_to_waive",
            "`a:b`",
        ),
    ];
    for (period, verb, body, status, code, expected) in cases {
        let found = refusal(&decide(period, verb, body.clone()));
        assert_eq!((found.0, found.1.as_str()), (status, code), "{period} {body}: {}", found.2);
        assert!(found.2.contains(expected), "{period} {body}: {}", found.2);
    }
    // None of that published anything.
    assert_eq!(server.json("/api/v1/releases")["release"], 2);
    assert_eq!(release(&decide("2026-11", "reopen", json!({ "because": "a mistake" }))), 3);
    assert_eq!(release(&decide("2026-11", "close", json!({}))), 4);
    let told = server.json("/api/v1/periods");
    let periods: Vec<_> = told["periods"].as_array().unwrap().iter().collect();
    let stand = |one: &Value| [one["period"].clone(), one["status"].clone()];
    let expected =
        [["2026-11", "closed"], ["2026-12", "open"], ["2026-P13", "open"], ["2027-01", "open"]];
    let found: Vec<_> = periods.iter().map(|one| stand(one)).collect();
    assert_eq!(found, expected.map(|line| line.map(|text| json!(text))));
    let restated = told["restatements"].as_array().unwrap();
    assert_eq!(restated.len(), 1, "{told}");
    let closing = &restated[0];
    assert_eq!((&closing["closing"], &closing["release"]), (&json!(2), &json!(4)));
    assert_eq!((&closing["by"], &closing["pin"]), (&json!("owner"), &json!("close-2026-11-2")));
    // As of the first closing Ada had closed it.
    let before = server.json("/api/v1/periods?as_of=2");
    assert_eq!(before["periods"][0]["decision"]["by"], "Ada");
    assert_eq!(before["restatements"], json!([]));
}

#[test]
fn a_period_is_closed_with_all_before_it() {
    let world = loaded();
    let server = Serving::of(world.root(), &[]);
    let close =
        |period: &str, body: Value| server.post(&format!("/api/v1/periods/{period}/close"), &body);
    let odd = json!({ "with_earlier": true, "waive": ["a:b"], "because": "x" });
    let closed = close("2026-12", odd);
    // A release for each, so that the figures of each are kept.
    assert_eq!(release(&closed), 3);
    let told = closed.json();
    assert_eq!(told["pin"], "close-2026-12");
    let words = ["2026-11 closed by owner", "2026-12 closed by owner"];
    assert_eq!(told["entered"], json!(words));
    assert_eq!(told["not_needed"], json!(["a:b"]));
    let names = server.json("/api/v1/pins");
    let names: Vec<&Value> =
        names["pins"].as_array().unwrap().iter().map(|pin| &pin["name"]).collect();
    assert!(names.contains(&&json!("close-2026-11")), "{names:?}");
    assert_eq!(release(&close("2026-P13", json!({ "with_earlier": true }))), 4);
    let entity = close("2027-01", json!({ "with_earlier": true, "entity": "C" }));
    assert_eq!(refusal(&entity).1, "unknown_entity");
    let plain = json!({ "by": "Ada", "with_earlier": true });
    assert_eq!(release(&close("2027-01", plain)), 5);
}

#[test]
fn remarks_and_responsibility_stand_in_releases() {
    let world = loaded();
    let server = Serving::of(world.root(), &[]);
    let remark = json!({ "subject": "entries#row 2", "remark": "早 <b>&\"'" });
    assert_eq!(release(&server.post("/api/v1/comments", &remark)), 2);
    let told = server.json("/api/v1/comments");
    assert_eq!(told["total"], 1);
    let row = &told["rows"][0];
    assert_eq!(
        (&row["subject"], &row["commented_by"]),
        (&json!("books.entries#row 2"), &json!("owner"))
    );
    assert_eq!(row["remark"], remark["remark"]);
    assert_eq!(server.json("/api/v1/comments?as_of=1")["total"], 0);
    let blank = refusal(&server.post("/api/v1/comments", &json!({"subject": "", "remark": "x"})));
    assert_eq!((blank.0, blank.1.as_str()), (400, "blank"));
    for (subject, named) in [("entrys", "`entries`"), ("2026-10", "period"), ("#x", "table")] {
        let body = json!({ "subject": subject, "remark": "x" });
        let odd = refusal(&server.post("/api/v1/comments", &body));
        assert_eq!((odd.0, odd.1.as_str()), (400, "unknown_subject"), "{}", odd.2);
        assert!(odd.2.contains(named), "{}", odd.2);
    }
    let path = "/api/v1/periods/2026-12/sign-off";
    assert_eq!(release(&server.post(path, &json!({ "subject": "books.entries" }))), 3);
    let of_period = json!({ "subject": "2026-12", "remark": "late invoices are awaited" });
    assert_eq!(release(&server.post("/api/v1/comments", &of_period)), 4);
    assert_eq!(server.json("/api/v1/comments")["rows"][1]["subject"], "2026-12");
    let unknown = refusal(&server.post(path, &json!({ "subject": "books.entrys" })));
    assert_eq!((unknown.0, unknown.1.as_str()), (400, "unknown_subject"));
    assert!(unknown.2.contains("books.entries"), "{}", unknown.2);
}

#[test]
fn matches_are_decided_and_taken_back() {
    let world = loaded();
    let server = Serving::of(world.root(), &[]);
    let decide = |decision: &str| {
        let body = json!({ "one": "books:1", "other": "desk:7", "decision": decision });
        server.post("/api/v1/matches", &body)
    };
    let early = refusal(&decide("undo"));
    assert_eq!((early.0, early.1.as_str()), (409, "nothing_to_undo"));
    assert_eq!(release(&decide("same")), 2);
    assert_eq!(release(&decide("undo")), 3);
    let twice = refusal(&decide("undo"));
    assert_eq!((twice.0, twice.1.as_str()), (409, "nothing_to_undo"));
    let one = json!({ "one": "books:1", "other": "books:1", "decision": "same" });
    assert_eq!(server.post("/api/v1/matches", &one).status, 400);
    let odd = json!({ "one": "books", "other": "books:1", "decision": "same" });
    assert_eq!(server.post("/api/v1/matches", &odd).status, 400);
    assert_eq!(decide("perhaps").status, 400);
}

#[test]
fn whoever_enters_while_a_refresh_runs_is_told_when_to_try_again() {
    let world = loaded();
    let server = Serving::of(world.root(), &[]);
    let lock = File::options().write(true).open(world.path("warehouse/data/writer.lock")).unwrap();
    lock.try_lock().unwrap();
    let remark = json!({ "subject": "entries#row 2", "remark": "x" });
    let busy = server.post("/api/v1/comments", &remark);
    assert_eq!((busy.status, busy.header("retry-after")), (503, Some("10")), "{}", busy.text());
    assert_eq!(busy.json()["code"], "refresh_running");
    lock.unlock().unwrap();
    assert_eq!(release(&server.post("/api/v1/comments", &remark)), 2);
}

#[test]
fn what_is_kept_has_versions_and_comes_back() {
    let world = loaded();
    let server = Serving::of(world.root(), &[]);
    let all = "/api/v1/saved/queries";
    let given = json!({ "name": "towns", "content": { "sql": "select 1" } });
    let first = server.post(all, &given);
    assert_eq!((first.status, first.header("etag")), (200, Some("\"1\"")), "{}", first.text());
    let saved = first.json();
    assert_eq!((&saved["owner"], &saved["shared"]), (&json!("owner"), &json!(false)));
    let path = format!("{all}/{}", saved["id"].as_str().unwrap());
    let put = |tag: &str| {
        let body = json!({ "name": "cities", "shared": true, "content": [1, "2"] }).to_string();
        let headers = [("Content-Type", "application/json"), ("If-Match", tag)];
        server.ask("PUT", &path, &headers, body.as_bytes())
    };
    assert_eq!(put("\"1\"").json()["version"], 2);
    let late = refusal(&put("\"1\""));
    assert_eq!((late.0, late.1.as_str()), (412, "changed"));
    assert!(late.2.contains("version 2"), "{}", late.2);
    let read = server.json(&path);
    assert_eq!((&read["name"], &read["content"]), (&json!("cities"), &json!([1, "2"])));
    assert_eq!(server.json(all)["saved"].as_array().unwrap().len(), 1);
    assert_eq!(server.json("/api/v1/saved/pages")["saved"], json!([]));
    let deleted = server.ask("DELETE", &path, &[("If-Match", "\"2\"")], b"");
    assert_eq!((deleted.status, &deleted.json()["version"]), (200, &json!(3)));
    assert_eq!(server.json(all)["saved"], json!([]));
    assert_eq!(server.json(&format!("{all}?deleted=true"))["saved"][0]["name"], "cities");
    drop(server);
    let server = Serving::of(world.root(), &[]);
    let back = server.ask("POST", &format!("{path}/restore"), &[], b"");
    assert_eq!((back.status, &back.json()["version"]), (200, &json!(4)), "{}", back.text());
    assert_eq!(server.json(all)["saved"][0]["content"], json!([1, "2"]));
    let nameless = json!({ "name": " ", "content": 1 });
    assert_eq!(server.post(all, &nameless).status, 400);
    assert_eq!(server.post("/api/v1/saved/poems", &given).status, 404);
}
