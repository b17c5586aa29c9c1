//! What does the server answer about itself, its releases and its reports?

use serde_json::json;

use super::{encoded, load, market, shared};
use crate::cli::ok;
use crate::support::serving::Serving;
use crate::support::world::day;

#[test]
fn reports_are_told_with_their_parameters() {
    let server = Serving::of(shared().root(), &[]);
    let listed = server.json("/api/v1/reports?lang=zh-CN");
    assert_eq!(listed["release"], 1);
    let reports = listed["reports"].as_array().unwrap();
    let names: Vec<_> = reports.iter().map(|report| report["name"].clone()).collect();
    assert_eq!(names, [json!("many"), json!("slow"), json!("towns")]);
    let towns = &reports[2];
    assert_eq!(towns["label"], "各城市营业额");
    assert_eq!(towns["description"], "What did each town take?");
    let said = json!({
        "name": "said", "type": "text", "description": "Anything, shown as it is.",
        "default": "nothing", "optional": false, "allowed": [], "from": null, "least": null,
        "not_after": null,
    });
    assert_eq!(towns["parameters"][0], said);
    assert_eq!(towns["parameters"][1]["name"], "as_of");
}

#[test]
fn what_is_given_is_a_value_and_words_of_ours_are_told_apart() {
    let server = Serving::of(shared().root(), &[]);
    for said in ["' or '1' = '1", "a&b=c #%", "上海 𝄞", "", "$as_of", "</script>\"\n"] {
        let path = format!("/api/v1/reports/towns?said={}", encoded(said));
        let answer = server.json(&path);
        assert_eq!(answer["rows"][0]["said"], said);
        assert_eq!(answer["receipt"]["parameters"]["said"], said);
    }
    // Until the end of January there are the three sales in Oslo alone.
    let answer = server.json("/api/v1/reports/towns?p.as_of=2026-01-31&as_of=1");
    let rows = json!([{ "town": "Oslo", "amount": "38.00", "last_on": "2026-01-20", "sales": 3,
        "said": "nothing" }]);
    assert_eq!(answer["rows"], rows);
    assert_eq!(answer["receipt"]["parameters"]["as_of"], "2026-01-31");
}

#[test]
fn a_problem_names_the_fix_and_nothing_of_the_machine() {
    let world = shared();
    let server = Serving::of(world.root(), &[]);
    let cases = [
        ("/api/v1/reports/town", 404, "unknown_report", "is `towns` meant?"),
        ("/api/v1/reports/towns.pdf", 404, "unknown_encoding", "json, csv, xlsx, arrow, parquet"),
        ("/api/v1/reports/towns?sayd=1", 400, "unknown_parameter", "it has "),
        ("/api/v1/reports/towns?said=1&p.said=2", 400, "bad_parameter", "given twice"),
        ("/api/v1/reports/towns?p.as_of=now()", 400, "bad_parameter", "parameter `as_of`"),
        ("/api/v1/reports/towns?lang=fr", 400, "unknown_language", "en, zh-CN"),
        ("/api/v1/reports/towns?as_of=2", 404, "unknown_release", "there are releases 1 to 1"),
        ("/api/v1/reports/towns?as_of=2026-13-01", 400, "unknown_release", "is no date or time"),
        ("/api/v1/releases?limit=0", 400, "bad_parameter", "1 to 1000"),
        ("/api/v1/report", 404, "no_such_address", "/openapi.json"),
        ("/cubejs-api/v1/load", 400, "missing_parameter", "`query`"),
        ("/cubejs-api/v1/load?query=%7B", 400, "bad_question", "JSON"),
    ];
    let folder = world.root().to_str().unwrap();
    for (path, status, code, expected) in cases {
        let reply = server.get(path);
        assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{path}");
        let problem = reply.json();
        assert_eq!((reply.status, &problem["code"]), (status, &json!(code)), "{path}: {problem}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(expected), "{path}: {detail}");
        assert_eq!(problem["status"], status);
        assert_eq!(problem["error"], problem["detail"]);
        assert_eq!(problem["request_id"].as_str(), reply.header("x-request-id"));
        assert!(!reply.text().contains(folder), "{path}: {detail}");
    }
}

#[test]
fn what_breaks_inside_is_for_the_log() {
    let world = market();
    world.refreshed(day(0));
    let server = Serving::of(world.root(), &[]);
    let text = std::fs::read_to_string(world.path("sql/reports/towns.sql")).unwrap();
    world.write("sql/reports/towns.sql", text.replace("marts.fct_taken", "marts.fct_secret"));
    let reply = server.get("/api/v1/reports/towns");
    assert_eq!(reply.status, 500, "{}", reply.text());
    assert!(!reply.text().contains("secret"), "{}", reply.text());
    // The same server answers as soon as the file is whole again.
    world.write("sql/reports/towns.sql", text);
    assert_eq!(server.json("/api/v1/reports/towns")["rows"][0]["amount"], "7.50");
    world.write("warehouse/project.toml", "name = ");
    assert_eq!(server.get("/api/v1/reports/towns").status, 500);
    let ready = server.get("/readyz");
    assert_eq!(ready.status, 503);
    assert!(ready.json()["because"].as_str().unwrap().contains("patron check"));
    assert_eq!(server.get("/livez").status, 200);
}

#[test]
fn a_request_has_the_id_that_it_brings_if_that_can_stand_in_a_log() {
    let server = Serving::of(shared().root(), &[]);
    let id = |given: &str| {
        let reply = server.ask("GET", "/livez", &[("X-Request-Id", given)], b"");
        reply.header("x-request-id").unwrap().to_owned()
    };
    assert_eq!(id("abc-1.span:2"), "abc-1.span:2");
    for odd in ["a b", "", "a\"b", &"x".repeat(81)] {
        let found = id(odd);
        assert!(found.len() == 36 && found != odd, "{odd}: {found}");
    }
    assert_ne!(id("a b"), id("a b"));
}

#[test]
fn releases_are_told_with_their_pins() {
    let world = market();
    world.refreshed(day(0));
    sale_of_eleven(&world);
    world.refreshed(day(3));
    ok(world.root(), &["pin", "first", "1"]);
    let server = Serving::of(world.root(), &[]);
    let listed = server.json("/api/v1/releases");
    assert_eq!(listed["release"], 2);
    let releases = listed["releases"].as_array().unwrap();
    let told: Vec<_> =
        releases.iter().map(|one| (one["release"].clone(), one["pins"].clone())).collect();
    assert_eq!(told, [(json!(2), json!([])), (json!(1), json!(["first"]))]);
    assert_eq!(releases[1]["created_at"], "2026-07-01T06:00:00Z");
    assert_eq!(releases[1]["kind"], "refresh");
    assert_eq!(server.json("/api/v1/releases?as_of=first")["releases"][0]["release"], 1);
    assert_eq!(server.json("/api/v1/releases?limit=1")["releases"].as_array().unwrap().len(), 1);
    // Oslo took 10.00 + 20.00 + 8.00 at first, and a yuan more at the first sale now.
    let oslo = |path: &str| server.json(path)["rows"][2]["amount"].clone();
    assert_eq!(oslo("/api/v1/reports/towns?as_of=first"), "38.00");
    assert_eq!(oslo("/api/v1/reports/towns"), "39.00");
    let total = load(r#"{"measures": ["takings.amount"]}"#);
    let amount = |path: &str| server.json(path)["data"][0]["takings.amount"].clone();
    assert_eq!(amount(&total), "86.50");
    for name in ["1", "first", "2026-07-01"] {
        assert_eq!(amount(&format!("{total}&as_of={name}")), "85.50", "{name}");
    }
}

/// From now on the first sale is of 11.00.
pub fn sale_of_eleven(world: &crate::support::world::World) {
    crate::models::change(world, "sql/marts/fct_taken.sql", "10.00, 4.00", "11.00, 4.00");
}

#[test]
fn health_and_metrics_say_how_old_the_data_are() {
    let world = shared();
    let now = ["--now", "2026-07-02T06:00:00Z"];
    let server = Serving::of(world.root(), &now);
    let ready = server.json("/readyz");
    assert_eq!((&ready["ready"], &ready["because"]), (&json!(true), &json!(null)));
    assert_eq!((&ready["release"], &ready["last_failure_at"]), (&json!(1), &json!(null)));
    assert_eq!(ready["data"][0]["system"], "shop");
    let age = ready["data"][0]["age_seconds"].as_u64().unwrap();
    assert!((86_400..86_460).contains(&age), "{age}");
    assert_eq!(server.get("/api/v1/reports/towns").status, 200);
    assert_eq!(server.get("/nowhere").status, 404);
    // A question is counted until its thread has ended, which is a little after its answer.
    let metrics = || {
        std::thread::sleep(std::time::Duration::from_millis(50));
        server.get("/metrics").text()
    };
    let is_quiet = |text: &String| text.contains("patron_questions_running 0\n");
    let metrics = std::iter::repeat_with(metrics).take(200).find(is_quiet).unwrap();
    let count = "patron_http_request_seconds_count";
    for line in [
        format!("{count}{{route=\"/api/v1/reports/{{name}}\",method=\"GET\",status=\"200\"}} 1\n"),
        format!("{count}{{route=\"none\",method=\"GET\",status=\"404\"}} 1\n"),
        "patron_release 1\n".to_owned(),
        "patron_data_age_seconds{system=\"shop\"} 864".to_owned(),
    ] {
        assert!(metrics.contains(&line), "{line}{metrics}");
    }
}
