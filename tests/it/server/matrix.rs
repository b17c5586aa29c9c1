//! Does every route answer every kind of request as is written down here? A route that is not
//! written down, or written down and not there, fails.

use std::collections::BTreeSet;

use super::{encoded, shared};
use crate::support::serving::{Reply, Serving};

/// What is tried on every route.
const OUTCOMES: [&str; 9] = [
    "as it is meant",
    "HEAD",
    "DELETE",
    "Accept: text/html",
    "another host",
    "another origin",
    "a release that there is not",
    "a word that there is not",
    "the tag of the answer",
];

/// A route: how documents write it, its method, a request for it, its body, and the status of each
/// outcome.
type Route = (&'static str, &'static str, String, &'static str, [u16; OUTCOMES.len()]);

fn routes() -> [Route; 14] {
    const QUESTION: &str = r#"{"measures": ["takings.amount"]}"#;
    const BODY: &str = r#"{"query": {"measures": ["takings.amount"]}}"#;
    const SQL: &str = r#"{"sql": "select 1 as one"}"#;
    let asked = |name: &str| format!("/cubejs-api/v1/{name}?query={}", encoded(QUESTION));
    let plain = str::to_owned;
    let text = [200, 200, 405, 200, 421, 403, 400, 400, 200];
    let list = [200, 200, 405, 406, 421, 403, 404, 400, 304];
    // Clients of Cube add words of their own.
    let cube = [200, 200, 405, 406, 421, 403, 404, 200, 304];
    // HEAD is that of GET, which has its question behind `?`.
    let body = [200, 400, 405, 406, 421, 403, 404, 200, 200];
    // Nothing but POST, and no words of others.
    let posted = [200, 405, 405, 406, 421, 403, 404, 400, 200];
    [
        ("/livez", "get", plain("/livez"), "", text),
        ("/metrics", "get", plain("/metrics"), "", text),
        ("/readyz", "get", plain("/readyz"), "", [200, 200, 405, 406, 421, 403, 400, 400, 200]),
        (
            "/openapi.json",
            "get",
            plain("/openapi.json"),
            "",
            [200, 200, 405, 406, 421, 403, 400, 400, 304],
        ),
        ("/api/v1/releases", "get", plain("/api/v1/releases"), "", list),
        ("/api/v1/reports", "get", plain("/api/v1/reports"), "", list),
        ("/api/v1/reports/{name}", "get", plain("/api/v1/reports/towns"), "", list),
        ("/api/v1/cubes", "get", plain("/api/v1/cubes"), "", list),
        ("/cubejs-api/v1/meta", "get", plain("/cubejs-api/v1/meta"), "", cube),
        ("/cubejs-api/v1/load", "get", asked("load"), "", cube),
        ("/cubejs-api/v1/load", "post", plain("/cubejs-api/v1/load"), BODY, body),
        ("/cubejs-api/v1/sql", "get", asked("sql"), "", cube),
        ("/cubejs-api/v1/sql", "post", plain("/cubejs-api/v1/sql"), BODY, body),
        ("/api/v1/sql", "post", plain("/api/v1/sql"), SQL, posted),
    ]
}

/// The answer to one outcome of a route.
fn tried(server: &Serving, route: &Route, outcome: &str, tag: &str) -> Reply {
    let (_, method, path, body, _) = route;
    let method = method.to_uppercase();
    let with = |word: &str| {
        let mark = if path.contains('?') { '&' } else { '?' };
        format!("{path}{mark}{word}")
    };
    let json = ("Content-Type", "application/json");
    let asked = |method: &str, path: &str, more: &[(&str, &str)]| {
        let more = [&[json], more].concat();
        server.ask(method, path, &more, if method == "POST" { body.as_bytes() } else { b"" })
    };
    match outcome {
        "as it is meant" => asked(&method, path, &[]),
        "HEAD" | "DELETE" => asked(outcome, path, &[]),
        "Accept: text/html" => asked(&method, path, &[("Accept", "text/html")]),
        "another host" => asked(&method, path, &[("Host", "evil.example")]),
        "another origin" => asked(&method, path, &[("Origin", "http://evil.example")]),
        "a release that there is not" => asked(&method, &with("as_of=99"), &[]),
        "a word that there is not" => asked(&method, &with("nonsense=1"), &[]),
        "the tag of the answer" => asked(&method, path, &[("If-None-Match", tag)]),
        other => panic!("{other}"),
    }
}

#[test]
fn every_route_answers_every_outcome() {
    let server = Serving::of(shared().root(), &[]);
    let mut faults = Vec::new();
    for route in &routes() {
        let (name, method, _, _, expected) = route;
        let mut tag = "\"none\"".to_owned();
        for (outcome, expected) in OUTCOMES.iter().zip(expected) {
            let reply = tried(&server, route, outcome, &tag);
            if reply.status != *expected {
                let body = String::from_utf8_lossy(&reply.body).into_owned();
                let found = reply.status;
                faults.push(format!("{method} {name}, {outcome}: {found}, not {expected}: {body}"));
            }
            assert!(reply.is_whole, "{method} {name}, {outcome}");
            assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
            assert!(reply.header("x-request-id").is_some());
            let is_problem = reply.header("content-type") == Some("application/problem+json");
            assert_eq!(is_problem, reply.status >= 400, "{method} {name}, {outcome}");
            if reply.status == 405 {
                let allowed = reply.header("allow").unwrap();
                assert!(allowed.contains(&method.to_uppercase()), "{name}: {allowed}");
            }
            if let Some(found) = reply.header("etag") {
                found.clone_into(&mut tag);
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_table_has_the_routes_that_the_document_has() {
    let server = Serving::of(shared().root(), &[]);
    let document = server.json("/openapi.json");
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{document}");
    let (mut documented, mut names) = (BTreeSet::new(), BTreeSet::new());
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            documented.insert(format!("{method} {path}"));
            for part in ["200", "default"] {
                let told = &operation["responses"][part]["content"];
                assert!(told.is_object(), "{method} {path} does not tell {part}");
            }
            assert!(operation["summary"].is_string(), "{method} {path}");
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name), "{method} {path}: `{name}` is the name of two");
        }
    }
    let written: BTreeSet<String> =
        routes().iter().map(|(path, method, ..)| format!("{method} {path}")).collect();
    assert_eq!(documented, written);
    let problem = &document["components"]["schemas"]["Problem"]["properties"];
    let names: BTreeSet<&str> = problem.as_object().unwrap().keys().map(String::as_str).collect();
    let told = server.get("/nowhere").json();
    let found: BTreeSet<&str> = told.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, found);
}
