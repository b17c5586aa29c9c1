//! Is an answer that is known sent again, is a new release seen soon, and is one request of one
//! release?

use std::time::{Duration, Instant};

use super::answers::sale_of_eleven;
use super::{load, market, shared};
use crate::support::serving::Serving;
use crate::support::world::day;

const TOTAL: &str = r#"{"measures": ["takings.amount"]}"#;

#[test]
fn a_known_answer_is_not_sent_again() {
    let server = Serving::of(shared().root(), &[]);
    let path = "/api/v1/reports/towns";
    let first = server.get(path);
    let tag = first.header("etag").unwrap().to_owned();
    let with = |path: &str, value: &str| server.ask("GET", path, &[("If-None-Match", value)], b"");
    let strong = tag.trim_start_matches("W/").to_owned();
    for known in [tag.as_str(), strong.as_str(), "*", &format!("\"x\" , {tag}")] {
        let reply = with(path, known);
        assert_eq!((reply.status, reply.body.len()), (304, 0), "{known}");
        assert_eq!(reply.header("etag"), Some(tag.as_str()));
    }
    assert_eq!(with(path, "\"x\"").body, first.body);
    // Another question, encoding or language has another tag.
    let others = [
        "/api/v1/reports/towns.csv",
        "/api/v1/reports/towns?lang=zh-CN",
        "/api/v1/reports/towns?said=x",
        "/api/v1/reports/towns?said=",
        "/api/v1/reports/towns?p.as_of=2026-01-31",
        "/api/v1/reports/many",
    ];
    let mut tags = vec![tag.clone()];
    for other in others {
        let reply = with(other, &tag);
        assert_eq!(reply.status, 200, "{other}");
        tags.push(reply.header("etag").unwrap().to_owned());
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), others.len() + 1);
    // As the same in other words is the same.
    let same = with("/api/v1/reports/towns.json?as_of=1", &tag);
    assert_eq!(same.status, 304);
}

#[test]
fn a_new_release_is_seen_soon_and_an_old_one_stays() {
    let world = market();
    world.refreshed(day(0));
    let server = Serving::of(world.root(), &[]);
    let amount = |path: &str| server.json(path)["data"][0]["takings.amount"].clone();
    assert_eq!(amount(&load(TOTAL)), "85.50");
    let before = server.get("/api/v1/reports/towns");
    let tag = before.header("etag").unwrap().to_owned();
    sale_of_eleven(&world);
    world.refreshed(day(3));
    let published = Instant::now();
    while server.json("/readyz")["release"] != 2 {
        // It looks once a second; the rest is for a busy machine.
        assert!(published.elapsed() < Duration::from_secs(10), "release 2 is not seen");
        std::thread::sleep(Duration::from_millis(50));
    }
    println!("release 2 was seen after {:?}", published.elapsed());
    assert_eq!(amount(&load(TOTAL)), "86.50");
    let known = [("If-None-Match", tag.as_str())];
    assert_eq!(server.ask("GET", "/api/v1/reports/towns", &known, b"").status, 200);
    assert_eq!(server.get("/api/v1/reports/towns?as_of=1").body, before.body);
    assert_eq!(amount(&format!("{}&as_of=1", load(TOTAL))), "85.50");
}

#[test]
fn a_text_that_changes_changes_the_tag() {
    let world = market();
    world.refreshed(day(0));
    let server = Serving::of(world.root(), &[]);
    let path = "/api/v1/reports/towns?lang=zh-CN";
    let tag = server.get(path).header("etag").unwrap().to_owned();
    crate::models::change(&world, "sql/reports/towns.sql", "各城市营业额", "城市营业额");
    let reply = server.ask("GET", path, &[("If-None-Match", &tag)], b"");
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json()["label"], "城市营业额");
}

#[test]
fn the_same_question_has_the_same_bytes() {
    let world = shared();
    let servers: [&[&str]; 2] = [&[], &["--now", "2027-01-01T00:00:00Z"]];
    let servers = servers.map(|more| Serving::of(world.root(), more));
    let question = r#"{"measures": ["takings.amount", "takings.margin"],
        "dimensions": ["takings.country", "takings.town"], "subtotals": true}"#;
    let endings = ["json", "csv", "xlsx", "arrow", "parquet"];
    let paths = endings.map(|ending| format!("/api/v1/reports/towns.{ending}"));
    for path in paths.iter().chain([&load(question)]) {
        let replies = servers.each_ref().map(|server| server.get(path));
        assert_eq!(replies[0].status, 200, "{path}: {}", replies[0].text());
        assert!(!replies[0].body.is_empty());
        assert_eq!(replies[0].body, replies[1].body, "{path}");
        assert_eq!(replies[0].header("etag"), replies[1].header("etag"), "{path}");
    }
}
