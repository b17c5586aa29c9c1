//! Does a browser stay signed in as long as it should, and can nobody else use that?

use std::collections::BTreeSet;
use std::time::{Duration as Wait, Instant};

use chrono::Duration;
use patron::accounts::{Accounts, AccountsError};
use patron::config::Secret;
use serde_json::json;
use tempfile::TempDir;

use super::callers::{PASSWORD, accounts, add, cookie, kiosks, now, sign_in};
use crate::support::serving::{Reply, Serving};

/// Asks with a cookie.
fn with(server: &Serving, method: &str, cookie: &str, more: &[(&str, &str)]) -> Reply {
    let headers = [&[("Cookie", cookie), ("Content-Type", "application/json")], more].concat();
    let (path, body) = match method {
        "POST" => ("/api/v1/tokens", r#"{"name": "mine", "scopes": ["read"]}"#),
        _ => ("/api/v1/session", ""),
    };
    server.ask(method, path, &headers, body.as_bytes())
}

#[test]
fn whoever_signs_in_is_known_until_signing_out() {
    let world = kiosks();
    add(&accounts(world.root()), "ann", &["all"], &[]);
    let server = Serving::of(world.root(), &[]);
    assert_eq!(server.get("/api/v1/reports").status, 401);
    let reply = sign_in(&server, "ann", PASSWORD);
    assert_eq!(reply.status, 200, "{}", reply.text());
    let set = reply.header("set-cookie").unwrap();
    let parts: Vec<&str> = set.split("; ").collect();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(parts.contains(&part), "{set}");
    }
    assert!(parts[0].starts_with("patron=") && !parts.contains(&"Secure"), "{set}");
    let cookie = cookie(&reply);
    let told = with(&server, "GET", &cookie, &[]).json();
    assert_eq!(told["name"], "ann");
    assert_eq!(told["roles"], json!(["all"]));
    assert_eq!(told["may"], json!([]));
    assert_eq!(told["csrf_token"], reply.json()["csrf_token"]);
    let asked = server.ask("GET", "/api/v1/reports", &[("Cookie", &cookie)], b"");
    assert_eq!(asked.status, 200);
    let csrf = told["csrf_token"].as_str().unwrap().to_owned();
    let out = with(&server, "DELETE", &cookie, &[("X-CSRF-Token", &csrf)]);
    assert_eq!(out.status, 200);
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(with(&server, "GET", &cookie, &[]).status, 401);
}

#[test]
fn what_changes_something_says_what_only_pages_of_the_session_know() {
    let world = kiosks();
    let accounts = accounts(world.root());
    add(&accounts, "ann", &["all"], &[]);
    add(&accounts, "bob", &["all"], &[]);
    let server = Serving::of(world.root(), &[]);
    let (ann, bob) = (sign_in(&server, "ann", PASSWORD), sign_in(&server, "bob", PASSWORD));
    let csrf = |reply: &Reply| reply.json()["csrf_token"].as_str().unwrap().to_owned();
    let (own, other) = (csrf(&ann), csrf(&bob));
    let cookie = cookie(&ann);
    for wrong in ["", "x", &other, &own[..own.len() - 1], &own.to_uppercase()] {
        let reply = with(&server, "POST", &cookie, &[("X-CSRF-Token", wrong)]);
        assert_eq!(reply.status, 403, "{wrong}");
        assert!(reply.text().contains("wrong_csrf_token"), "{}", reply.text());
    }
    assert_eq!(with(&server, "POST", &cookie, &[]).status, 403);
    assert_eq!(with(&server, "DELETE", &cookie, &[]).status, 403);
    assert_eq!(accounts.tokens("ann").unwrap(), []);
    let right = [("X-CSRF-Token", own.as_str())];
    let elsewhere = [right[0], ("Origin", "http://evil.example")];
    assert_eq!(with(&server, "POST", &cookie, &elsewhere).status, 403);
    assert_eq!(with(&server, "POST", &cookie, &right).status, 200);
    // The secret of the session is no token, and what pages say is no secret of a session.
    let secret = cookie.strip_prefix("patron=").unwrap();
    let bearer = format!("Bearer {secret}");
    let asked = server.ask("GET", "/api/v1/reports", &[("Authorization", &bearer)], b"");
    assert_eq!(asked.status, 401);
    assert_eq!(with(&server, "GET", &format!("patron={own}"), &[]).status, 401);
}

#[test]
fn a_session_ends_with_its_password_and_its_account() {
    let world = kiosks();
    let accounts = accounts(world.root());
    let server = Serving::of(world.root(), &[]);
    let ends: [(&str, &dyn Fn(&Accounts, &str)); 3] = [
        ("ann", &|accounts, name| accounts.set_disabled(name, true).unwrap()),
        ("bob", &|accounts, name| {
            let other = Secret::from("another long password".to_owned());
            accounts.set_password(name, &other).unwrap();
        }),
        ("cem", &|accounts, name| accounts.remove(name).unwrap()),
    ];
    for (name, end) in ends {
        add(&accounts, name, &["all"], &[]);
        let cookie = cookie(&sign_in(&server, name, PASSWORD));
        assert_eq!(with(&server, "GET", &cookie, &[]).status, 200, "{name}");
        end(&accounts, name);
        assert_eq!(with(&server, "GET", &cookie, &[]).status, 401, "{name}");
        let again = sign_in(&server, name, PASSWORD);
        assert_eq!(again.status, 401, "{name}");
        assert!(again.header("set-cookie").is_none());
    }
    // An account that is let in again has not its old session.
    accounts.set_disabled("ann", false).unwrap();
    assert_eq!(sign_in(&server, "ann", PASSWORD).status, 200);
}

#[test]
fn a_session_ends_when_it_is_idle_and_at_the_latest_after_a_week() {
    let folder = TempDir::new().unwrap();
    let accounts = Accounts::open(folder.path()).unwrap();
    add(&accounts, "ann", &["all"], &[]);
    let begin = now();
    let password = Secret::from(PASSWORD.to_owned());
    let begun = |at| accounts.sign_in("ann", &password, "127.0.0.1", at).unwrap().unwrap();
    let is_known = |secret: &Secret, at| accounts.session(secret.reveal(), at).unwrap().is_some();
    let idle = begun(begin).secret;
    assert!(is_known(&idle, begin + Duration::minutes(8 * 60 - 1)));
    assert!(is_known(&idle, begin + Duration::minutes(16 * 60 - 2)));
    assert!(!is_known(&idle, begin + Duration::hours(25)));
    let busy = begun(begin).secret;
    for hour in (0..24 * 7).step_by(7) {
        assert!(is_known(&busy, begin + Duration::hours(hour)), "{hour}");
    }
    assert!(!is_known(&busy, begin + Duration::days(7)));
    assert!(!is_known(&Secret::from(String::new()), begin));
}

#[test]
fn tries_wait_ever_longer_and_names_are_not_told() {
    let world = kiosks();
    let accounts = accounts(world.root());
    add(&accounts, "ann", &["all"], &[]);
    let server = Serving::of(world.root(), &[]);
    let wrong = sign_in(&server, "ann", "some other password");
    let unknown = sign_in(&server, "nobody", PASSWORD);
    let told = |reply: &Reply| (reply.status, reply.json()["detail"].clone());
    assert_eq!(told(&wrong), told(&unknown));
    assert_eq!(wrong.status, 401);
    // What a client says of where it comes from counts for nothing.
    let body = json!({ "name": "ann", "password": "x" }).to_string();
    let (mut statuses, begun) = (BTreeSet::new(), Instant::now());
    loop {
        assert!(begun.elapsed() < Wait::from_secs(60), "{statuses:?}");
        let from = format!("10.0.0.{}", begun.elapsed().as_millis() % 250);
        let more = [("Content-Type", "application/json"), ("X-Forwarded-For", from.as_str())];
        let reply = server.ask("POST", "/api/v1/session", &more, body.as_bytes());
        statuses.insert(reply.status);
        let wait = reply.header("retry-after").map(|wait| wait.parse::<u64>().unwrap());
        assert_eq!(wait.is_some(), reply.status == 429);
        if wait.is_some_and(|seconds| seconds >= 4) {
            break;
        }
        std::thread::sleep(Wait::from_millis(20));
    }
    assert_eq!(statuses, [401, 429].into());
    // The right password waits as well: whoever tries learns nothing.
    assert_eq!(sign_in(&server, "ann", PASSWORD).status, 429);
}

#[test]
fn without_accounts_nobody_signs_in() {
    let world = kiosks();
    let server = Serving::of(world.root(), &[]);
    assert_eq!(server.json("/api/v1/session")["is_owner"], true);
    assert_eq!(sign_in(&server, "ann", PASSWORD).status, 409);
    assert_eq!(server.get("/api/v1/reports").status, 200);
    // The first account closes the server, and taking it away does not open it again.
    let accounts = accounts(world.root());
    add(&accounts, "ann", &["all"], &[]);
    assert_eq!(server.get("/api/v1/reports").status, 401);
    accounts.remove("ann").unwrap();
    assert_eq!(server.get("/api/v1/reports").status, 401);
    let ready = server.json("/readyz");
    assert_eq!(ready["ready"], true);
    assert_eq!((&ready["release"], &ready["data"]), (&json!(null), &json!([])));
}

#[test]
fn a_file_that_is_no_file_of_ours_is_told() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("access.sqlite"), "not a database, but long enough").unwrap();
    assert!(matches!(Accounts::open(folder.path()), Err(AccountsError::File(_))));
}
