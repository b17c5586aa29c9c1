//! Does a server refresh its warehouse at its times and when it is asked to, one at a time, and is
//! it told how that ended, also after a restart?

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::answers::sale_of_eleven;
use super::market;
use crate::cli::ok;
use crate::support::binary::run;
use crate::support::serving::Serving;
use crate::support::world::{World, day};

/// Sales that take a yuan more, so that there is something to publish; loaded on 1 July at 6:00.
fn changed() -> World {
    let world = market();
    world.refreshed(day(0));
    sale_of_eleven(&world);
    world
}

/// Refreshes at every full hour.
fn hourly(world: &World) {
    let path = world.path("warehouse/project.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let (begin, rest) = text.split_at(text.find("\n[").unwrap());
    let schedule = "\n[schedule]\nrefresh = \"0 * * * *\"\nmemory_mib = 256\n";
    std::fs::write(path, format!("{begin}{schedule}{rest}")).unwrap();
}

/// Those that have ended, once there are so many.
fn ended(server: &Serving, count: usize) -> Vec<Value> {
    let begun = Instant::now();
    loop {
        let told = server.json("/api/v1/refreshes");
        let refreshes = told["refreshes"].as_array().unwrap();
        if told["running"].is_null() && refreshes.len() >= count {
            assert_eq!(refreshes.len(), count, "{told}");
            return refreshes.clone();
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "{told}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Until readers see a release.
fn seen(server: &Serving, release: u64) {
    let begun = Instant::now();
    while server.json("/readyz")["release"] != release {
        assert!(begun.elapsed() < Duration::from_secs(60), "release {release} is never seen");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn missed_times_are_caught_up_once() {
    let world = changed();
    hourly(&world);
    // Seven, eight and nine o'clock went by without a server.
    let server = Serving::of(world.root(), &["--now", "2026-07-01T09:30:00Z"]);
    let refreshes = ended(&server, 1);
    let one = &refreshes[0];
    assert_eq!((&one["by"], &one["succeeded"]), (&json!("schedule"), &json!(true)), "{one}");
    assert_eq!((&one["release"], &one["published"]), (&json!(2), &json!(true)));
    assert!(one["begun_at"].as_str().unwrap().starts_with("2026-07-01T09:3"), "{one}");
    seen(&server, 2);
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(ended(&server, 1).len(), 1);
    let told = server.json("/api/v1/refreshes");
    assert_eq!(
        (&told["schedule"], &told["next_at"]),
        (&json!("0 * * * *"), &json!("2026-07-01T10:00:00Z"))
    );
    // The refresh has the server's time.
    let newest = server.json("/api/v1/releases?limit=1");
    let created_at = newest["releases"][0]["created_at"].as_str().unwrap();
    assert!(created_at.starts_with("2026-07-01T09:3"), "{created_at}");
    let load = server.json("/api/v1/loads?limit=1");
    assert_eq!(load["loads"][0]["release"], 2);
}

#[test]
fn readers_see_what_came_at_the_full_hour() {
    let world = changed();
    hourly(&world);
    let server = Serving::of(world.root(), &["--now", "2026-07-01T06:59:57Z"]);
    assert_eq!(server.json("/api/v1/refreshes")["refreshes"], json!([]));
    let oslo = || server.json("/api/v1/reports/towns")["rows"][2]["amount"].clone();
    assert_eq!(oslo(), "38.00");
    let refreshes = ended(&server, 1);
    assert!(refreshes[0]["begun_at"].as_str().unwrap().starts_with("2026-07-01T07:00:0"));
    seen(&server, 2);
    assert_eq!(oslo(), "39.00");
}

#[test]
fn one_runs_at_a_time_and_its_end_is_told_after_a_restart() {
    let world = changed();
    let text = std::fs::read_to_string(world.path("sql/marts/fct_taken.sql")).unwrap();
    world.write("sql/marts/fct_taken.sql", text.replace("select", "selct"));
    let server = Serving::of(world.root(), &[]);
    let begun = server.post("/api/v1/refresh", &json!({}));
    assert_eq!(begun.status, 200, "{}", begun.text());
    assert_eq!(begun.json()["running"]["by"], "owner");
    let second = server.post("/api/v1/refresh", &json!({}));
    assert_eq!((second.status, second.header("retry-after")), (409, Some("10")));
    assert_eq!(second.json()["code"], "refresh_running");
    let failed = ended(&server, 1);
    assert_eq!(failed[0]["id"], begun.json()["running"]["id"]);
    assert_eq!((&failed[0]["succeeded"], &failed[0]["release"]), (&json!(false), &json!(null)));
    let error = failed[0]["error"].as_str().unwrap();
    assert!(error.contains("sql/marts/fct_taken.sql"), "{error}");
    let unknown = server.post("/api/v1/refresh", &json!({ "only": "shpo" }));
    assert_eq!((unknown.status, &unknown.json()["code"]), (400, &json!("unknown_system")));
    drop(server);
    let server = Serving::of(world.root(), &[]);
    assert_eq!(ended(&server, 1), failed);
    let ready = server.json("/readyz");
    assert_eq!((&ready["ready"], &ready["is_refresh_failing"]), (&json!(true), &json!(true)));
    assert_eq!(ready["last_failed_refresh_at"], failed[0]["ended_at"]);
    // What is run at the command line counts as well.
    world.write("sql/marts/fct_taken.sql", text);
    ok(world.root(), &["refresh"]);
    let both = ended(&server, 2);
    assert_eq!((&both[0]["by"], &both[0]["release"]), (&json!("command line"), &json!(2)));
    let ready = server.json("/readyz");
    assert_eq!(ready["is_refresh_failing"], false);
    assert_eq!(ready["last_failed_refresh_at"], failed[0]["ended_at"]);
}

#[test]
fn a_server_that_ends_ends_its_refresh() {
    let world = changed();
    let server = Serving::of(world.root(), &[]);
    assert_eq!(server.post("/api/v1/refresh", &json!({ "only": "shop" })).status, 200);
    server.terminate();
    assert!(server.ended().success());
    // It published nothing or all, it is noted, and nobody holds the writer's lock any more.
    let noted = std::fs::read_to_string(world.path("warehouse/state/refreshes.jsonl")).unwrap();
    assert_eq!(noted.lines().count(), 1, "{noted}");
    let noted: Value = serde_json::from_str(noted.trim()).unwrap();
    assert_eq!((&noted["by"], &noted["only"]), (&json!("owner"), &json!("shop")));
    assert_eq!(noted["published"], noted["error"].is_null());
    let refreshed = run(world.root(), &["refresh", "--no-wait"]);
    assert!(refreshed.status.success(), "{}", crate::support::binary::said(&refreshed));
    ok(world.root(), &["verify"]);
}
