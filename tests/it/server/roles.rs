//! What does each role of the standard project get of each route; and who brings nothing, or what
//! is over, forged, revoked, of a disabled account or good for something else?

use std::collections::BTreeSet;

use chrono::Duration;
use patron::accounts::{Accounts, NewToken, Scope};

use super::callers::{accounts, add, ask, company, now, token};
use super::encoded;
use crate::support::serving::{Reply, Serving};

/// The roles of the standard project, an account without one, and one whose role is not in
/// warehouse/access.toml any more.
const PEOPLE: [(&str, &[(&str, &str)]); 8] = [
    ("group_management", &[]),
    ("unit_head", &[("business_unit_id", "BU1")]),
    ("unit_administrator", &[("business_unit_id", "BU1")]),
    ("salesperson", &[("employee_id", "E01")]),
    ("finance", &[]),
    ("system_administrator", &[]),
    ("", &[]),
    ("vanished", &[]),
];

/// A route: its path as documents write it, its method, a request for it and its body, what each of
/// these people get, and what a stranger gets.
type Route = (&'static str, &'static str, String, &'static str, [u16; PEOPLE.len()], u16);

const ALL: [u16; 8] = [200; 8];
/// Whoever sees the unit or everything.
const SEEN: [u16; 8] = [200, 200, 200, 404, 200, 404, 404, 404];
/// The same, where a name that is not there is a mistake of the question.
const TOLD: [u16; 8] = [200, 200, 200, 400, 200, 400, 400, 400];
const NONE: [u16; 8] = [404; 8];

/// What finance gets of what it may do; all others may not.
const FINANCE: [u16; 8] = [403, 403, 403, 403, 400, 403, 403, 403];
/// A body that fits nothing.
const NONSENSE: &str = r#"{"nonsense": 1}"#;

/// What those get who manage accounts; all others may not.
const fn managed(status: u16) -> [u16; 8] {
    [403, 403, 403, 403, 403, status, 403, 403]
}

/// Whoever sees all tables that say who and when.
const KNOWN: [u16; 8] = [200, 200, 200, 200, 200, 403, 403, 403];

/// A route whose path is a request for it.
type Plain = (&'static str, &'static str, &'static str, [u16; PEOPLE.len()], u16);

/// What is there to read and to enter beside reports and cubes.
fn beside() -> [Plain; 26] {
    [
        ("/docs", "get", "", ALL, 200),
        ("/api/v1/sql", "post", r#"{"sql": "select 1 as one"}"#, ALL, 401),
        ("/api/v1/pins", "get", "", ALL, 401),
        ("/api/v1/loads", "get", "", ALL, 401),
        ("/api/v1/refreshes", "get", "", ALL, 401),
        ("/api/v1/checks", "get", "", ALL, 401),
        ("/api/v1/quarantine", "get", "", [403; 8], 401),
        ("/api/v1/tables", "get", "", ALL, 401),
        ("/api/v1/tables/{table}", "get", "", SEEN, 401),
        ("/api/v1/lineage/{table}", "get", "", SEEN, 401),
        ("/api/v1/periods", "get", "", KNOWN, 401),
        ("/api/v1/matches", "get", "", KNOWN, 401),
        ("/api/v1/matches/{one}/{other}", "get", "", [403; 8], 401),
        ("/api/v1/comments", "get", "", [403, 403, 403, 403, 200, 403, 403, 403], 401),
        ("/api/v1/saved/{kind}", "get", "", ALL, 401),
        ("/api/v1/saved/{kind}/{id}", "get", "", NONE, 401),
        // What would change something does not fit, so that nothing is changed.
        ("/api/v1/refresh", "post", NONSENSE, managed(400), 401),
        ("/api/v1/periods/{period}/close", "post", NONSENSE, FINANCE, 401),
        ("/api/v1/periods/{period}/reopen", "post", NONSENSE, FINANCE, 401),
        ("/api/v1/periods/{period}/sign-off", "post", NONSENSE, FINANCE, 401),
        ("/api/v1/matches", "post", NONSENSE, [403; 8], 401),
        ("/api/v1/comments", "post", NONSENSE, FINANCE, 401),
        ("/api/v1/saved/{kind}", "post", NONSENSE, [400; 8], 401),
        ("/api/v1/saved/{kind}/{id}", "put", NONSENSE, [428; 8], 401),
        ("/api/v1/saved/{kind}/{id}", "delete", "", [428; 8], 401),
        ("/api/v1/saved/{kind}/{id}/restore", "post", "", NONE, 401),
    ]
}

fn routes() -> Vec<Route> {
    const QUESTION: &str = r#"{"measures": ["sales.net_amount"]}"#;
    const BODY: &str = r#"{"query": {"measures": ["sales.net_amount"]}}"#;
    let asked = |name: &str| format!("/cubejs-api/v1/{name}?query={}", encoded(QUESTION));
    let wished = [403, 403, 200, 403, 403, 200, 403, 403];
    let curve = "/api/v1/reports/profit_curve?from_period=FY26-P01".to_owned();
    let mut routes: Vec<Route> = vec![
        ("/api/v1/reports/{name}", "get", curve, "", SEEN, 401),
        ("/cubejs-api/v1/load", "get", asked("load"), "", TOLD, 401),
        ("/cubejs-api/v1/sql", "get", asked("sql"), "", TOLD, 401),
    ];
    let same: [Plain; 22] = [
        ("/livez", "get", "", ALL, 200),
        ("/readyz", "get", "", ALL, 200),
        ("/openapi.json", "get", "", ALL, 200),
        ("/metrics", "get", "", managed(200), 401),
        ("/api/v1/releases", "get", "", ALL, 401),
        ("/api/v1/reports", "get", "", ALL, 401),
        ("/api/v1/cubes", "get", "", ALL, 401),
        ("/cubejs-api/v1/meta", "get", "", ALL, 401),
        ("/cubejs-api/v1/load", "post", BODY, TOLD, 401),
        ("/cubejs-api/v1/sql", "post", BODY, TOLD, 401),
        ("/api/v1/session", "get", "", ALL, 401),
        ("/api/v1/session", "delete", "", ALL, 401),
        // The body says nobody's name: it does not fit.
        ("/api/v1/session", "post", r#"{"name": "x"}"#, [400; 8], 400),
        ("/api/v1/tokens", "get", "", ALL, 401),
        ("/api/v1/tokens", "post", r#"{"name": "one", "scopes": ["read"]}"#, ALL, 401),
        ("/api/v1/tokens/{name}", "delete", "", NONE, 401),
        ("/api/v1/accounts", "get", "", managed(200), 401),
        ("/api/v1/accounts", "post", NEW, managed(200), 401),
        ("/api/v1/accounts/{name}", "post", "{}", managed(404), 401),
        ("/api/v1/accounts/{name}", "delete", "", managed(404), 401),
        ("/api/v1/account-requests", "get", "", wished, 401),
        ("/api/v1/account-requests", "post", r#"{"name": "x", "because": "y"}"#, wished, 401),
    ];
    let names = [
        ("{name}", "nobody"),
        ("{number}", "999"),
        ("{table}", "marts.fct_invoice_lines"),
        ("{one}/{other}", "sales:1/sales:2"),
        ("{period}", "FY26-P01"),
        ("{kind}", "queries"),
        ("{id}", "7"),
    ];
    let path = |path: &str| {
        let filled = |path: String, (name, value): &(&str, &str)| path.replace(name, value);
        names.iter().fold(path.to_owned(), filled)
    };
    let same = same.into_iter().chain(beside()).map(|(route, method, body, people, stranger)| {
        (route, method, path(route), body, people, stranger)
    });
    routes.extend(same);
    let decide = "/api/v1/account-requests/{number}";
    let body = r#"{"granted": true}"#;
    routes.push((decide, "post", path(decide), body, managed(404), 401));
    routes
}

/// An account to be made.
const NEW: &str =
    r#"{"name": "newcomer", "password": "correct horse battery", "roles": ["finance"]}"#;

/// A token of an account that was good for all until just now.
fn expired(accounts: &Accounts, account: &str) -> String {
    let made = now() - Duration::hours(2);
    let new = NewToken {
        account: account.to_owned(),
        name: "expired".to_owned(),
        scopes: Scope::ALL.into(),
        ends_at: made + Duration::hours(1),
    };
    accounts.create_token(&new, made).unwrap().reveal().to_owned()
}

/// Tokens that let nobody in, each with why.
fn refused(accounts: &Accounts) -> Vec<(&'static str, String)> {
    let group = "p0";
    let revoked = token(accounts, group, "revoked", &Scope::ALL);
    accounts.revoke_token(group, "revoked", now()).unwrap();
    add(accounts, "disabled", &["group_management"], &[]);
    let disabled = token(accounts, "disabled", "all", &Scope::ALL);
    accounts.set_disabled("disabled", true).unwrap();
    add(accounts, "removed", &["group_management"], &[]);
    let removed = token(accounts, "removed", "all", &Scope::ALL);
    accounts.remove("removed").unwrap();
    let mut forged = token(accounts, group, "forged", &Scope::ALL);
    let last = if forged.pop() == Some('0') { '1' } else { '0' };
    forged.push(last);
    vec![
        ("expired", expired(accounts, group)),
        ("revoked", revoked),
        ("disabled", disabled),
        ("removed", removed),
        ("forged", forged),
        ("empty", String::new()),
        ("a password", super::callers::PASSWORD.to_owned()),
    ]
}

#[test]
fn every_route_answers_every_role_as_written_down() {
    let (_folder, root) = company();
    let accounts = accounts(&root);
    let mut secrets = Vec::new();
    for (number, (role, attributes)) in PEOPLE.iter().enumerate() {
        let roles: Vec<&str> = [*role].into_iter().filter(|role| !role.is_empty()).collect();
        let name = format!("p{number}");
        add(&accounts, &name, &roles, attributes);
        secrets.push(token(&accounts, &name, "all", &Scope::ALL));
    }
    let refused = refused(&accounts);
    let server = Serving::of(&root, &[]);
    let mut faults = Vec::new();
    for (route, method, path, body, people, stranger) in routes() {
        let method = method.to_uppercase();
        let mut told = |who: &str, reply: &Reply, expected: u16| {
            if reply.status != expected {
                let text = String::from_utf8_lossy(&reply.body).into_owned();
                let found = reply.status;
                faults.push(format!("{method} {route}, {who}: {found}, not {expected}: {text}"));
            }
            let is_challenged = reply.header("www-authenticate").is_some();
            assert_eq!(is_challenged, reply.status == 401, "{method} {route}, {who}");
        };
        for (secret, ((role, _), expected)) in secrets.iter().zip(PEOPLE.iter().zip(people)) {
            told(role, &ask(&server, secret, &method, &path, body), expected);
        }
        for (why, secret) in &refused {
            told(why, &ask(&server, secret, &method, &path, body), stranger);
        }
        let json = [("Content-Type", "application/json")];
        told("nobody", &server.ask(&method, &path, &json, body.as_bytes()), stranger);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let document = server.json("/openapi.json");
    let mut documented = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        documented.extend(item.as_object().unwrap().keys().map(|one| format!("{one} {path}")));
    }
    let written = routes().iter().map(|(path, method, ..)| format!("{method} {path}")).collect();
    assert_eq!(documented, written, "each route has a row here");
}

#[test]
fn a_token_is_good_for_its_scopes_alone() {
    let (_folder, root) = company();
    let accounts = accounts(&root);
    add(&accounts, "ann", &["group_management", "system_administrator"], &[]);
    let server = Serving::of(&root, &[]);
    let cases = [
        ("GET", "/api/v1/reports", "", Scope::Read),
        ("GET", "/cubejs-api/v1/meta", "", Scope::Read),
        ("GET", "/metrics", "", Scope::Read),
        ("GET", "/api/v1/accounts", "", Scope::Manage),
        ("GET", "/api/v1/tokens", "", Scope::Manage),
        ("GET", "/api/v1/account-requests", "", Scope::Manage),
    ];
    for scope in Scope::ALL {
        let secret = token(&accounts, "ann", scope.name(), &[scope]);
        for (method, path, body, needed) in cases {
            let reply = ask(&server, &secret, method, path, body);
            if scope == needed {
                assert_eq!(reply.status, 200, "{path} with {scope}: {}", reply.text());
            } else {
                assert_eq!(reply.status, 403, "{path} with {scope}");
                assert!(reply.text().contains(&format!("`{needed}`")), "{}", reply.text());
            }
        }
        assert_eq!(ask(&server, &secret, "GET", "/api/v1/session", "").status, 200);
    }
    // No token makes one that is good for more than itself.
    let secret = token(&accounts, "ann", "both", &[Scope::Manage, Scope::Read]);
    let wanted = |name: &str, scopes: &str| {
        let body = format!(r#"{{"name": "{name}", "scopes": {scopes}}}"#);
        ask(&server, &secret, "POST", "/api/v1/tokens", &body)
    };
    assert_eq!(wanted("more", r#"["read", "sql"]"#).status, 403);
    assert_eq!(wanted("none", "[]").status, 400);
    assert_eq!(wanted("odd", r#"["reed"]"#).status, 400);
    let made = wanted("less", r#"["read"]"#).json();
    assert_eq!(made["postgres_user"], "ann.less");
    let less = made["token"].as_str().unwrap();
    assert_eq!(ask(&server, less, "GET", "/api/v1/reports", "").status, 200);
    assert_eq!(wanted("less", r#"["read"]"#).status, 409);
}
