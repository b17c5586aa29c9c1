//! Who asks in these tests, and how?

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use patron::accounts::{Accounts, NewAccount, NewToken, Scope};
use patron::config::Secret;
use tempfile::TempDir;

use super::market;
use crate::support::binary::patron;
use crate::support::hand;
use crate::support::serving::{Reply, Serving};
use crate::support::world::{World, day};

/// The password of everybody.
pub const PASSWORD: &str = "correct horse battery";

/// Roles over the kiosks.
const ACCESS: &str = r#"
[attributes]
country = "Where the user sells."

[roles.all]
description = "Sees everything."
sees = ["marts.*"]

[roles.seller]
description = "Sees what was sold in a country."
sees = ["marts.dim_*"]
[[roles.seller.rows]]
tables = ["marts.fct_taken"]
column = "country"
user = "country"

[roles.townless]
description = "Sees everything but towns."
sees = ["marts.*"]
[[roles.townless.masks]]
tables = ["marts.fct_taken"]
columns = ["town"]

[roles.manager]
description = "Manages accounts, and sees nothing."
may = ["manage_accounts"]
"#;

/// The kiosks with a release and roles, without accounts.
pub fn kiosks() -> World {
    let world = market();
    world.write("warehouse/access.toml", ACCESS);
    world.refreshed(day(0));
    world
}

/// The company made by hand with the roles of the standard project, in a folder of its own.
pub fn company() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("company");
    let from = hand::shared().root();
    let copied = Command::new("cp").arg("-a").arg(from).arg(&root).status().unwrap();
    assert!(copied.success());
    let access = hand::repository("warehouse/access.toml");
    fs::copy(access, root.join("warehouse/access.toml")).unwrap();
    (folder, root)
}

/// The accounts of a project.
pub fn accounts(root: &Path) -> Arc<Accounts> {
    Accounts::open(&root.join("warehouse/state")).unwrap()
}

/// Now, as servers have it.
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Makes an account with the password of everybody.
pub fn add(accounts: &Accounts, name: &str, roles: &[&str], attributes: &[(&str, &str)]) {
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (attribute, value) in attributes {
        known.entry((*attribute).to_owned()).or_default().insert((*value).to_owned());
    }
    let new = NewAccount {
        name: name.to_owned(),
        password: Secret::from(PASSWORD.to_owned()),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        attributes: known,
        created_by: "a test".to_owned(),
    };
    accounts.add(&new, now()).unwrap();
}

/// Makes a token that is good for an hour.
pub fn token(accounts: &Accounts, account: &str, name: &str, scopes: &[Scope]) -> String {
    let new = NewToken {
        account: account.to_owned(),
        name: name.to_owned(),
        scopes: scopes.iter().copied().collect(),
        ends_at: now() + Duration::hours(1),
    };
    accounts.create_token(&new, now()).unwrap().reveal().to_owned()
}

/// Asks with a token; JSON, where there is a body.
pub fn ask(server: &Serving, token: &str, method: &str, path: &str, body: &str) -> Reply {
    let bearer = format!("Bearer {token}");
    let more = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    server.ask(method, path, &more, body.as_bytes())
}

/// Signs in, and gives the cookie and what is said beside it.
pub fn sign_in(server: &Serving, name: &str, password: &str) -> Reply {
    let body = serde_json::json!({ "name": name, "password": password }).to_string();
    let json = [("Content-Type", "application/json")];
    server.ask("POST", "/api/v1/session", &json, body.as_bytes())
}

/// The cookie that an answer sets, as a browser sends it back.
pub fn cookie(reply: &Reply) -> String {
    let set = reply.header("set-cookie").unwrap();
    set.split(';').next().unwrap().to_owned()
}

/// Runs a command of the program that reads a line of standard input.
pub fn typed(root: &Path, arguments: &[&str], line: &str) -> Output {
    let mut command = patron(root);
    command.args(arguments).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A command that refuses what it is told reads nothing.
    let _ = writeln!(stdin, "{line}");
    drop(stdin);
    child.wait_with_output().unwrap()
}
