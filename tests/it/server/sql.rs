//! Is SQL of anybody answered over HTTP in every encoding, told apart from its mistakes, and ended
//! when nobody wants its answer any more?

use std::io::{Cursor, Write};
use std::time::{Duration, Instant};

use datafusion::arrow::ipc::reader::StreamReader;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};

use super::answers::sale_of_eleven;
use super::{market, shared};
use crate::isolated::children;
use crate::support::serving::{Reply, Serving};
use crate::support::world::{day, text_rows};

const TOWNS: &str =
    "select town, sum(amount) as amount from marts.fct_taken group by town order by town";
/// SHA-256 of that text, by sha256sum.
const TOWNS_HASH: &str = "9eef768c021a44959f5762657aa52a171543cc9f1d857d223fcca36ec22d0cd3";
/// A question whose answer takes a long time.
const SLOW: &str = "with recursive counted as (select cast(1 as bigint) as number union all \
                    select number + 1 as number from counted where number < 100000000000) \
                    select max(number) as last from counted";

fn asked(server: &Serving, body: Value) -> Reply {
    server.post("/api/v1/sql", &body)
}

#[test]
fn rows_come_with_their_receipt() {
    let server = Serving::of(shared().root(), &[]);
    let reply = asked(&server, json!({ "sql": TOWNS }));
    assert_eq!(reply.status, 200, "{}", reply.text());
    let answer = reply.json();
    let columns = json!([
        { "name": "town", "type": "text" },
        { "name": "amount", "type": "decimal(28,2)" },
    ]);
    assert_eq!(answer["columns"], columns);
    let rows = json!([
        { "town": "Bergen", "amount": "30.00" },
        { "town": "Oslo", "amount": "38.00" },
        { "town": "Rome", "amount": "10.00" },
        { "town": null, "amount": "7.50" },
    ]);
    assert_eq!(answer["rows"], rows);
    assert_eq!((&answer["row_count"], &answer["truncated"]), (&json!(4), &json!(false)));
    let receipt = &answer["receipt"];
    assert_eq!((&receipt["release"], &receipt["asked_by"]), (&json!(1), &json!("owner")));
    assert_eq!(receipt["sql_hash"], TOWNS_HASH);
    let listed = server.json("/api/v1/releases");
    assert_eq!(receipt["release_hash"], listed["releases"][0]["hash"]);
    assert_eq!(reply.header("patron-release"), Some("1"));
    assert_eq!(reply.header("patron-asked-by"), Some("owner"));
    assert_eq!(reply.header("patron-sql-hash"), Some(TOWNS_HASH));
    assert_eq!(reply.header("patron-release-hash"), receipt["release_hash"].as_str());
}

#[test]
fn every_encoding_has_them() {
    let server = Serving::of(shared().root(), &[]);
    let of = |format: &str| asked(&server, json!({ "sql": TOWNS, "format": format }));
    let expected = [["Bergen", "30.00"], ["Oslo", "38.00"], ["Rome", "10.00"], ["null", "7.50"]];
    let csv = "town,amount\r\nBergen,30.00\r\nOslo,38.00\r\nRome,10.00\r\n,7.50\r\n";
    assert_eq!(of("csv").text(), csv);
    let arrow = StreamReader::try_new(Cursor::new(of("arrow").body), None).unwrap();
    let receipt = arrow.schema().metadata["patron.receipt"].clone();
    assert_eq!(serde_json::from_str::<Value>(&receipt).unwrap()["sql_hash"], TOWNS_HASH);
    let batches: Vec<_> = arrow.map(Result::unwrap).collect();
    assert_eq!(text_rows(&batches), expected);
    let parquet = bytes::Bytes::from(of("parquet").body);
    let parquet = ParquetRecordBatchReaderBuilder::try_new(parquet).unwrap().build().unwrap();
    assert_eq!(text_rows(&parquet.map(Result::unwrap).collect::<Vec<_>>()), expected);
    let workbook = of("xlsx");
    assert!(workbook.body.starts_with(b"PK"), "{}", workbook.status);
    // What is accepted says it too; the body goes before it.
    let more = [("Content-Type", "application/json"), ("Accept", "text/csv")];
    let body = json!({ "sql": TOWNS }).to_string();
    let question = body.clone();
    let reply = server.ask("POST", "/api/v1/sql", &more, body.as_bytes());
    assert_eq!(reply.text(), csv);
    assert_eq!(reply.header("patron-sql-hash"), Some(TOWNS_HASH));
    let body = json!({ "sql": TOWNS, "format": "json" }).to_string();
    let reply = server.ask("POST", "/api/v1/sql", &more, body.as_bytes());
    assert_eq!(reply.json()["row_count"], 4);
    // The address says it too, before what is accepted.
    let ended = |path: &str| server.ask("POST", path, &more[..1], question.as_bytes());
    assert_eq!(ended("/api/v1/sql.csv").text(), csv);
    assert!(ended("/api/v1/sql.xlsx").body.starts_with(b"PK"));
    assert!(ended("/api/v1/sql.parquet").body.starts_with(b"PAR1"));
    let arrow = StreamReader::try_new(Cursor::new(ended("/api/v1/sql.arrow?as_of=1").body), None);
    assert_eq!(text_rows(&arrow.unwrap().map(Result::unwrap).collect::<Vec<_>>()), expected);
    let other = [("Content-Type", "application/json"), ("Accept", "text/csv")];
    let reply = server.ask("POST", "/api/v1/sql.json", &other, question.as_bytes());
    assert_eq!(reply.json()["row_count"], 4);
    assert_eq!(ended("/api/v1/sql.exe").status, 404);
    assert_eq!(ended("/api/v1/sql.csv/x").status, 404);
}

#[test]
fn a_release_of_before_can_be_asked() {
    let world = market();
    world.refreshed(day(0));
    sale_of_eleven(&world);
    world.refreshed(day(3));
    let server = Serving::of(world.root(), &[]);
    let sql = "select sum(amount) as amount from marts.fct_taken";
    let amount = |reply: Reply| reply.json()["rows"][0]["amount"].clone();
    assert_eq!(amount(asked(&server, json!({ "sql": sql }))), "86.50");
    assert_eq!(amount(asked(&server, json!({ "sql": sql, "as_of": 1 }))), "85.50");
    assert_eq!(amount(asked(&server, json!({ "sql": sql, "as_of": "1" }))), "85.50");
    assert_eq!(amount(server.post("/api/v1/sql?as_of=1", &json!({ "sql": sql }))), "85.50");
    let twice = server.post("/api/v1/sql?as_of=1", &json!({ "sql": sql, "as_of": 1 }));
    assert_eq!(twice.status, 400);
}

#[test]
fn what_is_wrong_is_told() {
    let server = Serving::of(shared().root(), &["--sql-seconds", "2"]);
    let cases = [
        (json!({ "sql": "drop table marts.fct_taken" }), 400, "refused", "data are read only"),
        (json!({ "sql": "select 1; select 2" }), 400, "refused", "one question"),
        (json!({ "sql": "select now()" }), 400, "refused", "may not be asked"),
        (json!({ "sql": "selec 1" }), 400, "mistake", "found: selec"),
        (json!({ "sql": "select * from fct_taken" }), 400, "mistake", "`marts.fct_taken`"),
        (json!({ "sql": "select 1 / 0" }), 400, "mistake", "nullif(x, 0)"),
        (json!({ "sql": "select cast('x' as int)" }), 400, "mistake", "try_cast"),
        (json!({ "sql": "select $1" }), 400, "mistake", "write the value itself"),
        (json!({ "sql": "select twon from marts.fct_taken" }), 400, "mistake", "is `town` meant?"),
        (json!(["select 1"]), 400, "bad_body", "no object"),
        (json!("select 1"), 400, "bad_body", "no object"),
        (json!({ "sql": "select 1 as a, 2 as a" }), 400, "mistake", "have the same name"),
        (json!({ "sql": "select 1", "format": "pdf" }), 400, "unknown_encoding", "parquet"),
        (json!({ "sql": "select 1", "as_of": 9 }), 404, "unknown_release", "releases 1 to 1"),
        (json!({ "sql": "select 1", "lang": "en" }), 400, "bad_body", "unknown field"),
        (json!({ "query": "select 1" }), 400, "bad_body", "unknown field"),
        (json!({ "sql": SLOW }), 422, "time", "2000 ms"),
    ];
    for (body, status, code, expected) in cases {
        let reply = asked(&server, body.clone());
        let problem = reply.json();
        assert_eq!((reply.status, &problem["code"]), (status, &json!(code)), "{body}: {problem}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(expected), "{body}: {detail}");
    }
    let plain = server.ask("POST", "/api/v1/sql", &[("Content-Type", "text/plain")], b"select 1");
    assert_eq!((plain.status, &plain.json()["code"]), (415, &json!("no_json")));
    for (encoding, status) in [("gzip", 415), ("identity", 200), ("identity, br", 415)] {
        let headers = [("Content-Type", "application/json"), ("Content-Encoding", encoding)];
        let reply = server.ask("POST", "/api/v1/sql", &headers, br#"{"sql": "select 1 as one"}"#);
        assert_eq!(reply.status, status, "{encoding}: {}", reply.text());
    }
}

#[test]
fn a_part_of_the_rows_is_never_taken_for_all() {
    let server = Serving::of(shared().root(), &["--sql-seconds", "120"]);
    // Seven to the power of eight rows, where a million are given.
    let tables: Vec<String> = (1..=8).map(|n| format!("marts.fct_taken as t{n}")).collect();
    let sql = format!("select t1.sale_id as a from {}", tables.join(" cross join "));
    let reply = asked(&server, json!({ "sql": sql }));
    let answer = reply.json();
    assert_eq!(answer["row_count"], 1_000_000);
    assert_eq!(answer["truncated"], true);
    assert_eq!(answer["rows"].as_array().unwrap().len(), 1_000_000);
    let csv = asked(&server, json!({ "sql": sql, "format": "csv" }));
    assert_eq!(csv.header("patron-rows-max"), Some("1000000"));
    assert!(!csv.is_whole, "an answer that is cut looks whole");
    // Of less than is sent at once nothing is sent.
    let few = format!("{sql} where t1.sale_id = 1 limit 100");
    assert!(asked(&server, json!({ "sql": few, "format": "csv" })).is_whole);
}

/// The processes of a server that answer, or wait for a question.
fn workers(server: &Serving) -> usize {
    let all = children(server.process());
    all.iter().filter(|(_, line)| line.contains(" worker ")).count()
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_client_that_goes_takes_its_process_with_it() {
    let server = Serving::of(shared().root(), &["--sql-seconds", "600", "--sql-processes", "2"]);
    until("one process waits", || workers(&server) == 1);
    let body = json!({ "sql": SLOW }).to_string();
    let json = [("Content-Type", "application/json")];
    let mut stream = server.connect();
    stream.write_all(&server.request("POST", "/api/v1/sql", &json, body.as_bytes())).unwrap();
    until("a process answers beside the one that waits", || workers(&server) == 2);
    drop(stream);
    until("the process goes with its client", || workers(&server) == 1);
    assert_eq!(asked(&server, json!({ "sql": "select 1 as one" })).status, 200);
}
