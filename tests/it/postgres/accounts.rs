//! Who may connect, with which secret, and does he or she see the same as over HTTP?

use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use patron::accounts::Scope;
use serde_json::json;

use super::Speaking;
use crate::cli::ok;
use crate::server::callers::{PASSWORD, accounts, add, ask, kiosks, token};
use crate::support::binary::said;
use crate::support::serving::Serving;

const TAKEN: &str = "select country, town, count(*) as sales from marts.fct_taken \
                     group by country, town order by country, town";

/// What psql says of a command, of somebody with a secret.
fn psql(server: &Speaking, user: &str, secret: &str, command: &str) -> Output {
    let mut psql = Command::new("psql");
    psql.args(["-X", "-A", "-t", "-w", "-c", command])
        .env("PGHOST", server.address.ip().to_string())
        .env("PGPORT", server.address.port().to_string())
        .env("PGUSER", user)
        .env("PGPASSWORD", secret)
        .env("PGDATABASE", "patron");
    psql.output().unwrap()
}

fn answered(server: &Speaking, user: &str, secret: &str, command: &str) -> String {
    let output = psql(server, user, secret, command);
    assert!(output.status.success(), "{user}: {command}: {}", said(&output));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// What psql says of a try. Who failed often has to wait before the next one, and is told so.
fn tried(server: &Speaking, user: &str, secret: &str) -> Output {
    let begun = Instant::now();
    loop {
        let output = psql(server, user, secret, "select 1");
        if !said(&output).contains("too many tries failed") {
            return output;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{}", said(&output));
        thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn a_token_that_is_good_for_sql_comes_in_and_nothing_else() {
    let world = kiosks();
    let root = world.root();
    let accounts = accounts(root);
    add(&accounts, "ann", &["all"], &[]);
    let good = token(&accounts, "ann", "psql", &[Scope::Sql]);
    let other = token(&accounts, "ann", "reader", &[Scope::Read]);
    let server = Speaking::of(root, &[]);
    assert_eq!(answered(&server, "ann.psql", &good, "select 1"), "1");
    // The client has nothing to prove.
    let nothing = said(&psql(&server, "ann.psql", "", "select 1"));
    assert!(nothing.contains("no password supplied"), "{nothing}");
    let nearly = format!("{}x", &good[..good.len() - 1]);
    let cases = [
        ("ann.psql", nearly.as_str(), "28P01"),
        ("ann.psql", other.as_str(), "28P01"),
        ("ann.psql", PASSWORD, "28P01"),
        ("ann", PASSWORD, "28P01"),
        ("ann.other", good.as_str(), "28P01"),
        ("bob.psql", good.as_str(), "28P01"),
        ("ann.reader", other.as_str(), "sql"),
    ];
    for (user, secret, expected) in cases {
        let output = tried(&server, user, secret);
        let text = said(&output);
        assert!(!output.status.success() && !text.contains(good.as_str()), "{user}: {text}");
        let is_said = match expected {
            "28P01" => text.contains("the name or the secret is wrong"),
            part => text.contains(part),
        };
        assert!(is_said, "{user} {expected}: {text}");
    }
    ok(root, &["token", "revoke", "ann", "psql"]);
    assert!(!psql(&server, "ann.psql", &good, "select 1").status.success());
    let audit = ok(root, &["audit", "--user", "ann", "--format", "csv"]);
    assert!(audit.contains("select 1") && !audit.contains(good.as_str()), "{audit}");
}

#[test]
fn roles_see_the_same_as_over_http() {
    let world = kiosks();
    let root = world.root();
    let accounts = accounts(root);
    add(&accounts, "ann", &["all"], &[]);
    add(&accounts, "bob", &["seller"], &[("country", "N")]);
    add(&accounts, "cem", &["townless"], &[]);
    add(&accounts, "dan", &["manager"], &[]);
    let web = Serving::of(root, &[]);
    let wire = Speaking::of(root, &[]);
    let mut seen = Vec::new();
    for name in ["ann", "bob", "cem"] {
        let secret = token(&accounts, name, "both", &[Scope::Sql]);
        let body = json!({ "sql": TAKEN }).to_string();
        let reply = ask(&web, &secret, "POST", "/api/v1/sql", &body);
        assert_eq!(reply.status, 200, "{name}: {}", reply.text());
        let answer = reply.json();
        let cell = |value: &serde_json::Value| match value {
            serde_json::Value::Null => String::new(),
            serde_json::Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        let row = |row: &serde_json::Value| {
            ["country", "town", "sales"].map(|column| cell(&row[column])).join("|")
        };
        let rows: Vec<String> = answer["rows"].as_array().unwrap().iter().map(row).collect();
        let told = answered(&wire, &format!("{name}.both"), &secret, TAKEN);
        assert_eq!(told, rows.join("\n"), "{name}");
        seen.push(told);
    }
    // Each sees something else, and nothing is seen of other countries or of towns that are masked.
    assert!(seen[0] != seen[1] && seen[1] != seen[2] && seen[0] != seen[2], "{seen:?}");
    assert!(seen[1].lines().all(|line| line.starts_with("N|")), "{}", seen[1]);
    assert!(seen[2].lines().all(|line| line.split('|').nth(1) == Some("")), "{}", seen[2]);
    // Who sees no table finds none, and is told the same as of one that there is not.
    let secret = token(&accounts, "dan", "both", &[Scope::Sql]);
    assert_eq!(answered(&wire, "dan.both", &secret, "\\dt marts.*"), "");
    let hidden = said(&psql(&wire, "dan.both", &secret, TAKEN));
    let absent = TAKEN.replace("fct_taken", "fct_stolen");
    let absent = said(&psql(&wire, "dan.both", &secret, &absent));
    assert_eq!(hidden.replace("fct_taken", "fct_stolen"), absent);
}
