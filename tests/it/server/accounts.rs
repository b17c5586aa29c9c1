//! Who has an account, which tokens, and who asked what: at the command line and over HTTP.

use std::time::{Duration as Wait, Instant};

use chrono::Duration;
use patron::accounts::{Accounts, Entry, Filter, Scope, Way};
use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;

use super::callers::{PASSWORD, accounts, add, ask, kiosks, now, sign_in, token, typed};
use super::load;
use crate::cli::{fails, ok};
use crate::support::binary::said;
use crate::support::serving::Serving;

#[test]
fn the_command_line_makes_and_changes_accounts() {
    let world = kiosks();
    let root = world.root();
    let add = ["user", "add", "bob", "--role", "seller", "--with", "country=N"];
    let output = typed(root, &add, PASSWORD);
    assert!(output.status.success(), "{}", said(&output));
    assert!(!said(&output).contains(PASSWORD));
    let cases: [(&[&str], &str, &str); 7] = [
        (&["user", "add", "bob", "--role", "all"], PASSWORD, "there is an account `bob` already"),
        (&["user", "add", "Cem"], PASSWORD, "`Cem` is no name of an account"),
        (&["user", "add", "cem", "--role", "sellers"], PASSWORD, "is `seller` meant?"),
        (&["user", "add", "cem", "--with", "county=N"], PASSWORD, "is `country` meant?"),
        (&["user", "add", "cem", "--with", "country"], PASSWORD, "write `attribute=value`"),
        (&["user", "add", "cem"], "short", "fewer than 12 characters"),
        (&["user", "password", "bobb"], PASSWORD, "no account `bobb`; is `bob` meant?"),
    ];
    for (arguments, line, expected) in cases {
        let output = typed(root, arguments, line);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", said(&output));
        assert!(said(&output).contains(expected), "{arguments:?}: {}", said(&output));
    }
    let listed = ok(root, &["user", "list"]);
    assert!(listed.contains("bob") && listed.contains("country=N"), "{listed}");
    assert!(!listed.contains("cem"), "{listed}");
    let secret = ok(root, &["token", "create", "bob", "psql", "--scope", "read"]);
    let server = Serving::of(root, &[]);
    let status = || ask(&server, secret.trim(), "GET", "/api/v1/reports/towns", "").status;
    assert_eq!(status(), 200);
    ok(root, &["user", "disable", "bob"]);
    assert_eq!(status(), 401);
    ok(root, &["user", "enable", "bob"]);
    assert_eq!(status(), 200);
    ok(root, &["user", "attributes", "bob"]);
    assert_eq!(status(), 404);
    ok(root, &["user", "roles", "bob", "all"]);
    assert_eq!(status(), 200);
    assert!(typed(root, &["user", "password", "bob"], "another long password").status.success());
    assert_eq!(sign_in(&server, "bob", "another long password").status, 200);
    assert_eq!(sign_in(&server, "bob", PASSWORD).status, 401);
    let told = fails(root, &["token", "revoke", "bob", "psq"], 2);
    assert!(told.contains("is `psql` meant?"), "{told}");
    ok(root, &["token", "revoke", "bob", "psql"]);
    assert_eq!(status(), 401);
    let shown = ok(root, &["user", "show", "bob"]);
    assert!(shown.contains("roles: all") && shown.contains("revoked"), "{shown}");
    ok(root, &["user", "remove", "bob"]);
    assert!(fails(root, &["user", "show", "bob"], 2).contains("there is no account `bob`"));
    let audit = ok(root, &["audit", "--user", "owner", "--format", "csv"]);
    for what in ["user add bob", "token create bob psql", "user disable bob", "user remove bob"] {
        assert!(audit.contains(what), "{what}: {audit}");
    }
    assert!(!audit.contains(PASSWORD) && !audit.contains(secret.trim()), "{audit}");
}

#[test]
fn managers_make_accounts_and_others_ask_for_them() {
    let world = kiosks();
    let accounts = accounts(world.root());
    add(&accounts, "dora", &["manager"], &[]);
    let dora = token(&accounts, "dora", "all", &Scope::ALL);
    let server = Serving::of(world.root(), &[]);
    let asked = |method: &str, path: &str, body: serde_json::Value| {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        ask(&server, &dora, method, path, &body)
    };
    let new = json!({ "name": "bob", "password": PASSWORD, "roles": ["seller"],
        "attributes": { "country": ["N"] } });
    assert_eq!(asked("POST", "/api/v1/accounts", new.clone()).status, 200);
    assert_eq!(asked("POST", "/api/v1/accounts", new).status, 409);
    let bob = token(&accounts, "bob", "all", &Scope::ALL);
    assert_eq!(ask(&server, &bob, "GET", "/api/v1/reports/towns", "").status, 200);
    let wrong = json!({ "roles": ["sellers"] });
    let refused = asked("POST", "/api/v1/accounts/bob", wrong);
    assert!(refused.status == 400 && refused.text().contains("is `seller` meant?"));
    let change = json!({ "roles": [], "password": "another long password" });
    assert_eq!(asked("POST", "/api/v1/accounts/bob", change).status, 200);
    assert_eq!(ask(&server, &bob, "GET", "/api/v1/reports/towns", "").status, 404);
    assert_eq!(sign_in(&server, "bob", "another long password").status, 200);
    let off = json!({ "disabled": true });
    assert_eq!(asked("POST", "/api/v1/accounts/bob", off).status, 200);
    assert_eq!(ask(&server, &bob, "GET", "/api/v1/reports", "").status, 401);
    let listed = asked("GET", "/api/v1/accounts", json!(null)).json();
    let names: Vec<_> = listed["accounts"].as_array().unwrap().iter().collect();
    assert_eq!((names.len(), &names[0]["is_disabled"]), (2, &json!(true)), "{listed}");
    assert!(!listed.to_string().contains("argon2"), "{listed}");
    let wish = json!({ "name": "eve", "roles": ["seller"], "because": "She begins in May." });
    let number = asked("POST", "/api/v1/account-requests", wish).json()["number"].clone();
    let path = format!("/api/v1/account-requests/{number}");
    assert_eq!(asked("POST", &path, json!({ "granted": true })).status, 200);
    assert_eq!(asked("POST", &path, json!({ "granted": false })).status, 404);
    let wishes = asked("GET", "/api/v1/account-requests", json!(null)).json();
    assert_eq!(wishes["requests"][0]["decision"], "granted");
    assert_eq!(asked("DELETE", "/api/v1/accounts/bob", json!(null)).status, 200);
    assert_eq!(asked("DELETE", "/api/v1/accounts/bob", json!(null)).status, 404);
}

#[test]
fn who_asked_what_is_written_down_before_the_server_ends() {
    let world = kiosks();
    let accounts = accounts(world.root());
    add(&accounts, "ann", &["all"], &[]);
    let ann = token(&accounts, "ann", "all", &Scope::ALL);
    let server = Serving::of(world.root(), &[]);
    let path = load(r#"{"measures": ["takings.amount"]}"#);
    assert_eq!(ask(&server, &ann, "GET", "/api/v1/reports/towns.csv?said=hello", "").status, 200);
    assert_eq!(ask(&server, &ann, "GET", &path, "").status, 200);
    let body = r#"{"query": {"measures": ["takings.amount"], "limit": 7}}"#;
    assert_eq!(ask(&server, &ann, "POST", "/cubejs-api/v1/load", body).status, 200);
    assert_eq!(ask(&server, &ann, "GET", "/metrics", "").status, 403);
    assert_eq!(server.get("/api/v1/reports").status, 401);
    assert_eq!(sign_in(&server, "ann", PASSWORD).status, 200);
    assert_eq!(sign_in(&server, PASSWORD, PASSWORD).status, 401);
    server.get("/livez");
    server.terminate();
    assert!(server.ended().success());
    let entries = accounts.asked(&Filter { limit: 100, ..Filter::default() }).unwrap();
    let told: Vec<String> = entries
        .iter()
        .rev()
        .map(|entry| {
            let release = entry.release.map_or("-".to_owned(), |number| number.to_string());
            format!("{} {} {} {release}", entry.who, entry.outcome, entry.what)
        })
        .collect();
    let expected = [
        "ann 200 GET /api/v1/reports/towns.csv?said=hello 1".to_owned(),
        format!("ann 200 GET {path} 1"),
        format!("ann 200 POST /cubejs-api/v1/load {body} 1"),
        "ann 403 GET /metrics -".to_owned(),
        "nobody 401 GET /api/v1/reports -".to_owned(),
        "ann 200 POST /api/v1/session as ann -".to_owned(),
        "nobody 401 POST /api/v1/session as nobody known -".to_owned(),
    ];
    assert_eq!(told, expected);
    assert!(entries.iter().all(|entry| entry.peer == "127.0.0.1" && entry.way == Way::Http));
    // The file itself keeps them.
    let file = Connection::open(world.path("warehouse/state/access.sqlite")).unwrap();
    for sql in ["update audit set who = 'x'", "delete from audit"] {
        let refused = file.execute(sql, []).unwrap_err().to_string();
        assert!(refused.contains("what was asked"), "{sql}: {refused}");
    }
}

/// An entry at a moment.
fn entry(who: &str, minute: i64) -> Entry {
    Entry {
        at: now() - Duration::minutes(60 - minute),
        who: who.to_owned(),
        way: Way::Postgres,
        what: format!("select {minute}"),
        release: Some(7),
        outcome: "ok".to_owned(),
        milliseconds: 5,
        request: "r".to_owned(),
        peer: "10.0.0.1".to_owned(),
    }
}

#[test]
fn entries_are_found_by_person_and_time_the_newest_first() {
    let folder = TempDir::new().unwrap();
    let accounts = Accounts::open(folder.path()).unwrap();
    for minute in 0..10 {
        accounts.audit(entry(if minute % 2 == 0 { "ann" } else { "bob" }, minute));
    }
    let long = Entry { what: "x".repeat(10_000), ..entry("cem", 20) };
    accounts.audit(long);
    accounts.flush().unwrap();
    let found = |filter: Filter| {
        let entries = accounts.asked(&filter).unwrap();
        entries.into_iter().map(|entry| entry.what).collect::<Vec<_>>()
    };
    let of = |who: &str| Filter { who: Some(who.to_owned()), limit: 2, ..Filter::default() };
    assert_eq!(found(of("ann")), ["select 8", "select 6"]);
    let between = Filter {
        since: Some(now() - Duration::minutes(58) - Duration::seconds(30)),
        until: Some(now() - Duration::minutes(56) + Duration::seconds(30)),
        limit: 100,
        ..Filter::default()
    };
    assert_eq!(found(between), ["select 4", "select 3", "select 2"]);
    let cut = found(of("cem"));
    assert!(cut[0].len() < 4_100 && cut[0].ends_with("..."), "{}", cut[0].len());
}

#[test]
fn nothing_is_answered_that_cannot_be_written_down() {
    let world = kiosks();
    let accounts = accounts(world.root());
    add(&accounts, "ann", &["all"], &[]);
    let ann = token(&accounts, "ann", "all", &Scope::ALL);
    let server = Serving::of(world.root(), &[]);
    let status = || ask(&server, &ann, "GET", "/api/v1/reports/towns", "").status;
    assert_eq!(status(), 200);
    // The log can neither be written by the server nor by anybody else for a while.
    let file = Connection::open(world.path("warehouse/state/access.sqlite")).unwrap();
    file.execute_batch("alter table audit rename to hidden").unwrap();
    let until = |wanted: u16| {
        let begun = Instant::now();
        while status() != wanted {
            assert!(begun.elapsed() < Wait::from_secs(30), "{wanted} never came");
            std::thread::sleep(Wait::from_millis(50));
        }
    };
    until(503);
    assert_eq!(server.get("/readyz").status, 503);
    file.execute_batch("alter table hidden rename to audit").unwrap();
    until(200);
    server.terminate();
    assert!(server.ended().success());
    // Whatever was answered stands there.
    let entries = accounts.asked(&Filter { limit: 1_000, ..Filter::default() }).unwrap();
    assert!(entries.iter().filter(|entry| entry.outcome == "200").count() >= 2);
}
