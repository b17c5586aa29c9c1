//! Do clients of Cube's REST API get what `@cubejs-client/core` reads?
//!
//! It sends `query` and `queryType=multi` behind `?`, or in a body where that is too long, and
//! reads `results`, each with `query`, `data` and `annotation`; of an error it shows `error`.

use serde_json::{Value, json};

use super::{load, shared};
use crate::support::serving::{Reply, Serving};

const QUESTION: &str = r#"{"measures": ["takings.amount"], "dimensions": ["takings.country"],
    "order": {"takings.country": "asc"}}"#;

/// N took 10.00 + 20.00 + 30.00 + 8.00, S -5.00 + 15.00 + 7.50.
fn expected() -> Value {
    json!([
        { "takings.country": "N", "takings.amount": "68.00" },
        { "takings.country": "S", "takings.amount": "17.50" },
    ])
}

fn post(server: &Serving, path: &str, body: &str) -> Reply {
    server.ask(
        "POST",
        path,
        &[("Content-Type", "application/json; charset=utf-8")],
        body.as_bytes(),
    )
}

#[test]
fn a_question_is_answered_alone_or_in_a_list() {
    let server = Serving::of(shared().root(), &[]);
    let single = server.json(&load(QUESTION));
    assert_eq!(single["data"], expected());
    assert_eq!(single["query"]["measures"], json!(["takings.amount"]));
    let kinds: Vec<&str> =
        single["annotation"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(kinds, ["measures", "dimensions", "segments", "timeDimensions"]);
    assert_eq!(single["annotation"]["measures"]["takings.amount"]["type"], "number");
    assert_eq!(single["truncated"], false);
    assert_eq!(single["receipt"]["release"], 1);
    assert_eq!(single["lastRefreshTime"], "2026-07-01T06:00:00Z");

    let several = server.json(&format!("{}&queryType=multi&cache=no-cache", load(QUESTION)));
    assert_eq!(several["queryType"], "regularQuery");
    assert_eq!(several["results"][0]["data"], expected());
    assert_eq!(several["results"][0]["annotation"], single["annotation"]);
    assert_eq!(several["pivotQuery"]["queryType"], "regularQuery");
    assert_eq!(several["receipt"], single["receipt"]);
}

#[test]
fn rows_are_answered_in_every_encoding() {
    let server = Serving::of(shared().root(), &[]);
    let rows = "takings.country,takings.amount\r\nN,68.00\r\nS,17.50\r\n";
    let csv = server.get(&format!("{}&format=csv", load(QUESTION)));
    assert_eq!((csv.status, csv.text()), (200, rows.to_owned()));
    let accepted = server.ask("GET", &load(QUESTION), &[("Accept", "text/csv")], b"");
    assert_eq!(accepted.body, csv.body);
    assert_eq!(accepted.header("content-type"), csv.header("content-type"));
    let body = json!({ "query": QUESTION, "format": "csv" }).to_string();
    assert_eq!(post(&server, "/cubejs-api/v1/load", &body).body, csv.body);
    for (format, begins) in [("xlsx", &b"PK"[..]), ("parquet", b"PAR1"), ("arrow", b"\xff")] {
        let reply = server.get(&format!("{}&format={format}", load(QUESTION)));
        assert_eq!((reply.status, reply.body.starts_with(begins)), (200, true), "{format}");
        let file = reply.header("content-disposition").unwrap().to_owned();
        assert!(file.ends_with(&format!(".{format}\"")), "{file}");
    }
    let labelled = server.get(&format!("{}&format=csv&lang=en", load(QUESTION)));
    assert_ne!(labelled.header("etag"), csv.header("etag"));
    assert_eq!(server.get(&format!("{}&format=pdf", load(QUESTION))).status, 400);
}

#[test]
fn a_long_question_comes_in_a_body() {
    let server = Serving::of(shared().root(), &[]);
    let single = server.json(&load(QUESTION));
    let path = "/cubejs-api/v1/load";
    let body = format!("{{\"query\": {QUESTION}}}");
    assert_eq!(post(&server, path, &body).json(), single);
    let quoted = json!({ "query": QUESTION }).to_string();
    assert_eq!(post(&server, path, &quoted).json(), single);
    let body = format!("{{\"query\": {QUESTION}, \"queryType\": \"multi\", \"as_of\": 1}}");
    assert_eq!(post(&server, path, &body).json()["results"][0]["data"], expected());

    let cases = [
        ("", 400, "JSON"),
        ("{}", 400, "has no `query`"),
        ("[]", 400, "is no object"),
        ("{\"query\": {\"measures\": [], \"measures\": []}}", 400, "`measures` stands twice"),
        ("{\"query\": [{\"measures\": [\"takings.amount\"]}]}", 400, "write an object"),
        ("{\"query\": {\"measures\": [\"takings.amuont\"]}}", 400, "takings.amount"),
        ("{\"query\": {\"measures\": [\"takings.amount\"], \"sql\": \"x\"}}", 400, "sql"),
        ("{\"query\": {\"measures\": [\"takings.amount\"]}, \"as_of\": []}", 400, "as_of"),
    ];
    for (body, status, expected) in cases {
        // A body of nothing is still one: its length is told by the header.
        let body = if body.is_empty() { " " } else { body };
        let reply = post(&server, path, body);
        assert_eq!(reply.status, status, "{body}: {}", reply.text());
        let error = reply.json()["error"].as_str().unwrap().to_owned();
        assert!(error.contains(expected), "{body}: {error}");
    }
    let other = server.ask("POST", path, &[("Content-Type", "text/plain")], body.as_bytes());
    assert_eq!(other.status, 415, "{}", other.text());
    let long = format!("{{\"query\": \"{}\"}}", " ".repeat(1 << 20));
    assert_eq!(post(&server, path, &long).status, 413);
}

#[test]
fn spans_that_are_compared_are_several_answers() {
    let server = Serving::of(shared().root(), &[]);
    let question = r#"{"measures": ["takings.amount"], "timeDimensions": [{"dimension":
        "takings.sold_on", "compareDateRange": [["2025-01-01", "2025-12-31"],
        ["2026-01-01", "2026-12-31"]]}]}"#;
    for more in ["", "&queryType=multi"] {
        let answer = server.json(&format!("{}{more}", load(question)));
        assert_eq!(answer["queryType"], "compareDateRangeQuery");
        let amounts: Vec<Value> = answer["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|result| result["data"][0]["takings.amount"].clone())
            .collect();
        // 8.00 in 2025; 10.00 + 20.00 + 30.00 - 5.00 + 15.00 + 7.50 in 2026.
        assert_eq!(amounts, [json!("8.00"), json!("77.50")]);
    }
}

#[test]
fn what_can_be_asked_and_how_it_is_answered_is_told() {
    let server = Serving::of(shared().root(), &[]);
    let meta = server.json("/cubejs-api/v1/meta?lang=zh-CN&extended=true");
    let cubes = meta["cubes"].as_array().unwrap();
    let names: Vec<_> = cubes.iter().map(|cube| cube["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["stock", "takings", "kiosks"]);
    assert_eq!((&cubes[1]["title"], &cubes[1]["type"]), (&json!("营业额"), &json!("cube")));
    assert_eq!(cubes[2]["type"], "view");
    let listed = server.json("/api/v1/cubes");
    assert_eq!(listed["cubes"][1]["label"], "Takings");
    assert_eq!(listed["cubes"][1]["hierarchies"], json!(["place"]));
    let measures = listed["cubes"][1]["measures"].as_array().unwrap();
    assert!(measures.contains(&json!("amount__year_before")), "{measures:?}");

    let told = server.json(&load(QUESTION).replace("/load?", "/sql?"));
    let sql = told["sql"]["sql"][0].as_str().unwrap();
    assert!(sql.starts_with("-- takings: base\n"), "{sql}");
    assert!(sql.lines().all(|line| line.starts_with("-- ")), "{sql}");
    let body = format!("{{\"query\": {QUESTION}}}");
    assert_eq!(post(&server, "/cubejs-api/v1/sql", &body).json(), told);
    // What is read is told by its name, not by the files that hold it.
    let text = told.to_string();
    assert!(text.contains("DataSourceExec"), "{text}");
    assert!(!text.contains(".parquet") && !text.contains("file_groups"), "{text}");
}

#[test]
fn a_limit_that_cuts_is_told() {
    let server = Serving::of(shared().root(), &[]);
    let question = r#"{"measures": ["takings.amount"], "dimensions": ["takings.sale_id"],
        "limit": 3, "total": true}"#;
    let answer = server.json(&load(question));
    assert_eq!((&answer["truncated"], &answer["total"]), (&json!(true), &json!(7)));
    assert_eq!(answer["data"].as_array().unwrap().len(), 3);
}
