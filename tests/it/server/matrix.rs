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

/// All routes.
fn routes() -> Vec<Route> {
    questions().into_iter().chain(accounts()).collect()
}

/// Those of accounts. There are none, so the owner has no tokens.
fn accounts() -> Vec<Route> {
    let list = [200, 200, 405, 406, 421, 403, 400, 400, 200];
    let tokens = [409, 409, 405, 406, 421, 403, 400, 400, 409];
    let one = [404, 405, 404, 406, 421, 403, 400, 400, 404];
    let short = r#"{"name": "ann", "password": "short"}"#;
    let wish = r#"{"name": "ann", "because": "She begins in May."}"#;
    let session = "/api/v1/session";
    let (wishes, decided) = ("/api/v1/account-requests", "/api/v1/account-requests/{number}");
    let routes: [(&str, &str, &str, [u16; 9]); 13] = [
        (session, "get", "", [200, 200, 200, 406, 421, 403, 400, 400, 200]),
        (session, "delete", "", [200, 200, 200, 406, 421, 403, 400, 400, 200]),
        (session, "post", short, [409, 200, 200, 406, 421, 403, 400, 400, 409]),
        ("/api/v1/tokens", "get", "", tokens),
        ("/api/v1/tokens", "post", r#"{"name": "a", "scopes": ["read"]}"#, tokens),
        ("/api/v1/tokens/{name}", "delete", "", [409, 405, 409, 406, 421, 403, 400, 400, 409]),
        ("/api/v1/accounts", "get", "", list),
        // A password that is not taken: nobody may have an account on the shared server.
        ("/api/v1/accounts", "post", short, [400, 200, 405, 406, 421, 403, 400, 400, 400]),
        ("/api/v1/accounts/{name}", "post", "{}", one),
        ("/api/v1/accounts/{name}", "delete", "", one),
        (wishes, "get", "", list),
        (wishes, "post", wish, list),
        (decided, "post", r#"{"granted": true}"#, [404, 405, 405, 406, 421, 403, 400, 400, 404]),
    ];
    let path = |path: &str| path.replace("{name}", "nobody").replace("{number}", "999");
    let route = |(route, method, body, expected)| (route, method, path(route), body, expected);
    routes.into_iter().map(route).collect()
}

/// Those of questions, and of what is there.
fn questions() -> Vec<Route> {
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
    let listed = |route, path: &str| (route, "get", path.to_owned(), "", list);
    let none = [404, 404, 405, 406, 421, 403, 404, 400, 404];
    // What is not of a release has no `as_of`.
    let state = [200, 200, 405, 406, 421, 403, 400, 400, 304];
    // Without the version that was read nothing is deleted.
    let one = [404, 404, 428, 406, 421, 403, 400, 400, 404];
    // Nothing but POST, and no words of others.
    let posted = [200, 405, 405, 406, 421, 403, 404, 400, 200];
    vec![
        ("/livez", "get", plain("/livez"), "", text),
        ("/metrics", "get", plain("/metrics"), "", text),
        ("/docs", "get", plain("/docs"), "", text),
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
        listed("/api/v1/pins", "/api/v1/pins"),
        listed("/api/v1/loads", "/api/v1/loads"),
        listed("/api/v1/checks", "/api/v1/checks"),
        listed("/api/v1/quarantine", "/api/v1/quarantine"),
        listed("/api/v1/tables", "/api/v1/tables"),
        listed("/api/v1/tables/{table}", "/api/v1/tables/marts.fct_taken"),
        listed("/api/v1/lineage/{table}", "/api/v1/lineage/marts.fct_taken"),
        listed("/api/v1/periods", "/api/v1/periods"),
        // This world has no table of doubtful matches.
        ("/api/v1/matches", "get", plain("/api/v1/matches"), "", none),
        ("/api/v1/matches/{one}/{other}", "get", plain("/api/v1/matches/a:1/b:2"), "", none),
        ("/api/v1/refreshes", "get", plain("/api/v1/refreshes"), "", state),
        listed("/api/v1/comments", "/api/v1/comments"),
        ("/api/v1/saved/{kind}", "get", plain("/api/v1/saved/queries"), "", state),
        ("/api/v1/saved/{kind}/{id}", "get", plain("/api/v1/saved/pages/7"), "", one),
    ]
}

/// Routes that change something: bodies that do not fit, so that nothing is changed.
fn writing() -> [Route; 10] {
    const NONE: &str = r#"{"nonsense": 1}"#;
    let post = |route, path: &str, head, good, bad| {
        (route, "post", path.to_owned(), NONE, [good, head, 405, 406, 421, 403, 400, 400, bad])
    };
    let refused = |route, path| post(route, path, 405, 400, 400);
    let missing = [428, 404, 428, 406, 421, 403, 400, 400, 428];
    let saved = "/api/v1/saved/{kind}/{id}";
    [
        refused("/api/v1/refresh", "/api/v1/refresh"),
        refused("/api/v1/periods/{period}/close", "/api/v1/periods/2026-01/close"),
        refused("/api/v1/periods/{period}/reopen", "/api/v1/periods/2026-01/reopen"),
        refused("/api/v1/periods/{period}/sign-off", "/api/v1/periods/2026-01/sign-off"),
        post("/api/v1/matches", "/api/v1/matches", 404, 400, 400),
        post("/api/v1/comments", "/api/v1/comments", 200, 400, 400),
        post("/api/v1/saved/{kind}", "/api/v1/saved/queries", 200, 400, 400),
        (saved, "put", "/api/v1/saved/pages/7".to_owned(), NONE, missing),
        (saved, "delete", "/api/v1/saved/pages/7".to_owned(), "", missing),
        post("/api/v1/saved/{kind}/{id}/restore", "/api/v1/saved/pages/7/restore", 405, 404, 404),
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
        let has_body = method == "POST" || method == "PUT";
        server.ask(method, path, &more, if has_body { body.as_bytes() } else { b"" })
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
    for route in routes().iter().chain(&writing()) {
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
    let (routes, writing) = (routes(), writing());
    let all = routes.iter().chain(&writing);
    let written: BTreeSet<String> =
        all.map(|(path, method, ..)| format!("{method} {path}")).collect();
    assert_eq!(documented, written);
    let problem = &document["components"]["schemas"]["Problem"]["properties"];
    let names: BTreeSet<&str> = problem.as_object().unwrap().keys().map(String::as_str).collect();
    let told = server.get("/nowhere").json();
    let found: BTreeSet<&str> = told.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, found);
}
