//! Do programs of others understand the server: the client that Cube's own packages have, and one
//! that asks whatever the document of the interface allows?

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use super::{market, shared};
use crate::support::hand::repository;
use crate::support::serving::Serving;
use crate::support::world::day;

/// The versions that tests/run installs.
const CUBE_CLIENT: &str = "cubejs-client-1.7.43";
const SCHEMATHESIS: &str = "schemathesis-4.32.5";

/// What tests/run has put into a folder of the cache.
pub fn installed(folder: &str, file: &str) -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.unwrap_or_else(|| std::env::home_dir().unwrap().join(".cache"));
    let path = cache.join("patron").join(folder);
    let wanted = path.join(file);
    assert!(wanted.exists(), "{} is missing; tests/run installs it", wanted.display());
    path
}

#[test]
fn the_client_of_cube_reads_the_sums_made_by_hand() {
    let server = Serving::of(shared().root(), &[]);
    let folder = installed(CUBE_CLIENT, "node_modules/@cubejs-client/core/package.json");
    let output = Command::new("node")
        .arg(repository("tests/it/server/cubejs.mjs"))
        .arg(folder)
        .arg(format!("http://{}", server.address))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    // The table of sales stands at the head of the kiosks.
    assert_eq!(told["total"], json!([{ "takings.amount": "85.50" }]));
    assert_eq!(told["columns"], json!(["takings.amount"]));
    let towns = [("Bergen", "30.00"), ("Oslo", "38.00"), ("Rome", "10.00")];
    let row = |(town, amount)| json!({ "takings.town": town, "takings.amount": amount });
    assert_eq!(told["towns"], json!(towns.map(row)));
    let amounts: Vec<_> =
        told["months"].as_array().unwrap().iter().map(|point| point[1].clone()).collect();
    // January 10 + 20, February 30 - 5, March 15 + 7.50; the client makes numbers of them.
    assert_eq!(amounts, [json!(30), json!(25), json!(22.5)]);
    assert_eq!(told["compared"], json!(["30.00", "25.00"]));
    assert!(!told["cube"].as_str().unwrap().is_empty());
    assert!(told["sql"].as_str().unwrap().contains("--"), "{told}");
    assert!(told["refused"].as_str().unwrap().contains("takings.amount"), "{told}");
}

#[test]
fn whatever_the_document_allows_is_answered_as_it_says() {
    // Entries are published here, so the world is nobody else's, and one comes after the other.
    let world = market();
    world.refreshed(day(0));
    let server = Serving::of(world.root(), &["--answer-seconds", "10"]);
    let folder = installed(SCHEMATHESIS, "bin/schemathesis");
    let checks = "not_a_server_error,status_code_conformance,content_type_conformance,\
                  response_schema_conformance";
    let output = Command::new(folder.join("bin/schemathesis"))
        .arg("run")
        .arg(format!("http://{}/openapi.json", server.address))
        .args(["--checks", checks, "--max-examples", "30", "--seed", "1", "--workers", "1"])
        // A refresh would keep entries out.
        .args(["--exclude-operation-id", "refresh", "--request-timeout", "60", "--no-color"])
        .current_dir(world.root())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    let counted = said.lines().find_map(|line| line.trim().split_once(" generated, "));
    let (generated, passed) = counted.unwrap_or_else(|| panic!("{said}"));
    assert_eq!(passed, format!("{generated} passed"), "{said}");
    assert!(generated.parse::<usize>().unwrap() > 500, "{said}");
}
