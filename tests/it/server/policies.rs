//! Does each way of asking over HTTP show what the person's roles show, in every encoding, with a
//! tag of its own; and does it tell nothing of what they do not show?
//!
//! The sums are those of the kiosks: in country N, Oslo took 38.00 and Bergen 30.00; all took
//! 85.50.

use std::io::Cursor;

use calamine::{Reader, Xlsx, open_workbook_from_rs};
use patron::accounts::Scope;
use serde_json::{Value, json};

use super::callers::{accounts, add, ask, kiosks, token};
use super::load;
use crate::support::serving::Serving;
use crate::support::world::World;

const TOTAL: &str = r#"{"measures": ["takings.amount"]}"#;

/// A server with somebody of each role, and their tokens: all, seller of N, townless, manager.
fn opened() -> (World, Serving, [String; 4]) {
    let world = kiosks();
    let accounts = accounts(world.root());
    add(&accounts, "ann", &["all"], &[]);
    add(&accounts, "bob", &["seller"], &[("country", "N")]);
    add(&accounts, "cem", &["townless"], &[]);
    add(&accounts, "dora", &["manager"], &[]);
    let tokens =
        ["ann", "bob", "cem", "dora"].map(|name| token(&accounts, name, "all", &Scope::ALL));
    let server = Serving::of(world.root(), &[]);
    (world, server, tokens)
}

/// The texts of the first sheet of a workbook.
fn sheet(bytes: &[u8]) -> String {
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let (_, range) = book.worksheets().into_iter().next().unwrap();
    let cells = range.used_cells().map(|(_, _, cell)| cell.to_string());
    cells.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_report_shows_the_same_rows_in_every_encoding() {
    let (_world, server, [ann, bob, ..]) = opened();
    for ending in ["json", "csv", "xlsx", "arrow", "parquet"] {
        let told = |secret: &str| {
            let path = format!("/api/v1/reports/towns.{ending}");
            let reply = ask(&server, secret, "GET", &path, "");
            assert_eq!(reply.status, 200, "{ending}: {}", String::from_utf8_lossy(&reply.body));
            match ending {
                "xlsx" => sheet(&reply.body),
                _ => String::from_utf8_lossy(&reply.body).into_owned(),
            }
        };
        let (all, seen) = (told(&ann), told(&bob));
        assert!(all.contains("Oslo") && all.contains("Rome"), "{ending}: {all}");
        assert!(seen.contains("Oslo") && !seen.contains("Rome"), "{ending}: {seen}");
    }
    let rows = ask(&server, &bob, "GET", "/api/v1/reports/towns", "").json()["rows"].clone();
    let rows: Vec<(Value, Value)> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["town"].clone(), row["amount"].clone()))
        .collect();
    let expected = [("Bergen", "30.00"), ("Oslo", "38.00")];
    assert_eq!(rows, expected.map(|(town, amount)| (json!(town), json!(amount))));
}

#[test]
fn a_cube_counts_what_is_seen_and_a_mask_is_null() {
    let (_world, server, [ann, bob, cem, dora]) = opened();
    let total = |secret: &str| {
        let reply = ask(&server, secret, "GET", &load(TOTAL), "");
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()["data"][0]["takings.amount"].clone()
    };
    assert_eq!(total(&ann), "85.50");
    assert_eq!(total(&bob), "68.00");
    assert_eq!(total(&cem), "85.50");
    let towns = ask(&server, &cem, "GET", "/api/v1/reports/towns", "").json()["rows"].clone();
    let towns = towns.as_array().unwrap().clone();
    assert_eq!((towns.len(), &towns[0]["amount"]), (1, &json!("85.50")), "{towns:?}");
    assert_eq!(ask(&server, &dora, "GET", &load(TOTAL), "").status, 400);
    // By which roles is said; what rows do that are not seen is not.
    let receipt = ask(&server, &bob, "GET", &load(TOTAL), "").json()["receipt"].clone();
    assert_eq!(receipt["policies"], json!(["seller"]));
    assert_eq!((&receipt["release_hash"], &receipt["rows_scanned"]), (&json!(null), &json!(null)));
}

#[test]
fn what_is_not_seen_is_not_listed_and_not_there() {
    let (_world, server, [ann, _, _, dora]) = opened();
    let names = |secret: &str, path: &str, list: &str| {
        let listed = ask(&server, secret, "GET", path, "").json()[list].clone();
        let names = listed.as_array().unwrap().iter();
        names.map(|one| one["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(names(&ann, "/api/v1/reports", "reports").contains(&"towns".to_owned()));
    assert_eq!(names(&dora, "/api/v1/reports", "reports"), Vec::<String>::new());
    assert!(names(&ann, "/api/v1/cubes", "cubes").contains(&"takings".to_owned()));
    assert_eq!(names(&dora, "/api/v1/cubes", "cubes"), Vec::<String>::new());
    assert_eq!(names(&dora, "/cubejs-api/v1/meta", "cubes"), Vec::<String>::new());
    let told = |path: &str| {
        let reply = ask(&server, &dora, "GET", path, "");
        let problem = reply.json();
        (reply.status, problem["code"].clone(), problem["detail"].as_str().unwrap().to_owned())
    };
    let (hidden, unknown) = (told("/api/v1/reports/towns"), told("/api/v1/reports/tawns"));
    assert_eq!(hidden.2.replace("towns", "tawns"), unknown.2);
    assert_eq!((hidden.0, hidden.1), (404, json!("unknown_report")));
    assert_eq!(unknown.0, 404);
    let other = TOTAL.replace("takings", "tokings");
    let (hidden, unknown) = (told(&load(TOTAL)), told(&load(&other)));
    assert_eq!(hidden.2.replace("takings", "tokings"), unknown.2);
    assert_eq!((hidden.0, hidden.1), (unknown.0, unknown.1));
}

#[test]
fn nobody_is_told_that_another_s_answer_is_known() {
    let (world, server, [ann, bob, ..]) = opened();
    let path = "/api/v1/reports/towns";
    let with = |secret: &str, tag: &str| {
        let bearer = format!("Bearer {secret}");
        server.ask("GET", path, &[("Authorization", &bearer), ("If-None-Match", tag)], b"")
    };
    let tag = |secret: &str| with(secret, "\"none\"").header("etag").unwrap().to_owned();
    let (of_ann, of_bob) = (tag(&ann), tag(&bob));
    assert_ne!(of_ann, of_bob);
    assert_eq!(with(&ann, &of_ann).status, 304);
    assert_eq!(with(&bob, &of_ann).status, 200);
    // What is known of a person is part of it.
    let other = [("country".to_owned(), ["S".to_owned()].into())].into();
    accounts(world.root()).set_attributes("bob", &other).unwrap();
    let reply = with(&bob, &of_bob);
    assert_eq!(reply.status, 200);
    assert!(reply.text().contains("Rome") && !reply.text().contains("Oslo"));
}

#[test]
fn rules_hold_from_the_next_request_on() {
    let (world, server, [ann, ..]) = opened();
    let status = || ask(&server, &ann, "GET", "/api/v1/reports/towns", "").status;
    assert_eq!(status(), 200);
    accounts(world.root()).set_roles("ann", &["manager".to_owned()].into()).unwrap();
    assert_eq!(status(), 404);
    accounts(world.root()).set_roles("ann", &["all".to_owned()].into()).unwrap();
    assert_eq!(status(), 200);
    // A role that is not in the file any more sees nothing.
    world.write("warehouse/access.toml", "[roles.other]\ndescription = \"Others.\"\n");
    assert_eq!(status(), 404);
    assert_eq!(ask(&server, &ann, "GET", "/api/v1/reports", "").json()["reports"], json!([]));
    // Without rules that can be read nobody sees anything.
    world.write("warehouse/access.toml", "[roles.all");
    assert_eq!(status(), 500);
}
