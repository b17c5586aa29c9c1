//! Does the server stay up under clients that are slow, many, gone or ask too much, and does it end
//! when it is told to, without breaking off an answer?

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::shared;
use crate::support::serving::{Reply, Serving};

const BODY: &[u8] = br#"{"query": {"measures": ["takings.amount"]}}"#;

/// Sends a question that is not answered for a long time.
fn slow(server: &Serving) -> TcpStream {
    let mut stream = server.connect();
    stream.write_all(&server.request("GET", "/api/v1/reports/slow", &[], b"")).unwrap();
    stream
}

/// The value of a metric.
fn metric(server: &Serving, name: &str) -> String {
    let text = server.get("/metrics").text();
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name} ")));
    line.unwrap_or_else(|| panic!("{name}: {text}")).to_owned()
}

/// Waits until a metric has a value.
fn until(server: &Serving, name: &str, value: &str) {
    let begun = Instant::now();
    while metric(server, name) != value {
        assert!(begun.elapsed() < Duration::from_secs(60), "{name} never was {value}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_head_that_comes_slowly_is_cut_off() {
    let server = Serving::of(shared().root(), &["--request-seconds", "1"]);
    let whole = server.request("GET", "/livez", &[], b"");
    for sent in [&b""[..], b"GET /livez HT", &whole[..whole.len() - 2]] {
        let mut stream = server.connect();
        stream.write_all(sent).unwrap();
        let begun = Instant::now();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let (least, most) = (Duration::from_millis(900), Duration::from_secs(20));
        assert!((least..most).contains(&begun.elapsed()), "{:?}", begun.elapsed());
        let answer = String::from_utf8(answer).unwrap();
        assert!(!answer.contains("200 OK"), "{answer}");
    }
    assert_eq!(server.get("/livez").status, 200);
}

#[test]
fn a_body_that_comes_slowly_is_refused() {
    let server = Serving::of(shared().root(), &["--request-seconds", "1"]);
    let json = [("Content-Type", "application/json")];
    let whole = server.request("POST", "/cubejs-api/v1/load", &json, BODY);
    let mut stream = server.connect();
    stream.write_all(&whole[..whole.len() - 5]).unwrap();
    let reply = Reply::read(stream, "POST");
    assert_eq!(reply.status, 408, "{}", reply.text());
    assert_eq!(reply.json()["code"], "body_too_slow");
}

#[test]
fn an_answer_that_takes_too_long_is_given_up() {
    let server = Serving::of(shared().root(), &["--answer-seconds", "1"]);
    let reply = server.get("/api/v1/reports/slow");
    assert_eq!(reply.status, 504, "{}", reply.text());
    assert_eq!(reply.json()["code"], "too_late");
    until(&server, "patron_questions_running", "0");
    assert_eq!(server.get("/api/v1/reports/towns").status, 200);
}

#[test]
fn too_many_questions_wait_and_are_then_sent_away() {
    let server = Serving::of(shared().root(), &["--questions", "1", "--answer-seconds", "300"]);
    let held = slow(&server);
    until(&server, "patron_questions_running", "1");
    let reply = server.get("/api/v1/reports/towns");
    assert_eq!((reply.status, reply.header("retry-after")), (503, Some("1")), "{}", reply.text());
    assert_eq!(reply.json()["code"], "too_many_questions");
    assert_eq!(metric(&server, "patron_questions_refused_total"), "1");
    // What needs no question is answered all the same.
    assert_eq!(server.get("/api/v1/reports").status, 200);
    assert_eq!(server.get("/livez").status, 200);
    // A client that goes takes its question with it.
    drop(held);
    until(&server, "patron_questions_running", "0");
    assert_eq!(server.get("/api/v1/reports/towns").status, 200);
}

#[test]
fn too_many_connections_are_told_so() {
    let server = Serving::of(shared().root(), &["--connections", "1"]);
    let held = server.connect();
    let begun = Instant::now();
    // The first may not have been taken yet when the second comes.
    let refused = loop {
        let reply = server.get("/livez");
        if reply.status == 503 {
            break reply;
        }
        assert!(begun.elapsed() < Duration::from_secs(60));
    };
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(refused.json()["code"], "too_many_connections");
    drop(held);
    while server.get("/livez").status != 200 {
        assert!(begun.elapsed() < Duration::from_secs(60), "the place is never free again");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Clients that send a request a byte at a time.
const SLOW_CLIENTS: usize = 200;

/// How long a question of cubes takes, of so many in the middle.
fn usual(server: &Serving) -> Duration {
    let json = [("Content-Type", "application/json")];
    let mut taken: Vec<Duration> = (0..41)
        .map(|_| {
            let begun = Instant::now();
            let reply = server.ask("POST", "/cubejs-api/v1/load", &json, BODY);
            assert_eq!(reply.status, 200, "{}", reply.text());
            begun.elapsed()
        })
        .collect();
    taken.sort_unstable();
    taken[taken.len() / 2]
}

#[test]
fn slow_clients_slow_no_other() {
    let server = Serving::of(shared().root(), &["--request-seconds", "60"]);
    let json = [("Content-Type", "application/json")];
    // Half of them are slow with the head, half with the body.
    let head = server.request("GET", "/livez", &[("X-Long", &"x".repeat(4_000))], b"");
    let body = server.request("POST", "/cubejs-api/v1/load", &json, &[b' '; 4_000]);
    let begun = body.len() - 4_000;
    usual(&server);
    let quiet = usual(&server);
    let is_over = AtomicBool::new(false);
    let busy = std::thread::scope(|threads| {
        threads.spawn(|| {
            let mut clients: Vec<(TcpStream, usize)> = (0..SLOW_CLIENTS)
                .map(|number| {
                    let mut stream = server.connect();
                    let sent = if number % 2 == 0 { 0 } else { begun };
                    stream.write_all(&body[..sent]).unwrap();
                    (stream, sent)
                })
                .collect();
            while !is_over.load(Ordering::Relaxed) {
                for (number, (stream, sent)) in clients.iter_mut().enumerate() {
                    let bytes = if number % 2 == 0 { &head } else { &body };
                    // Who is cut off is gone; the test is over before that.
                    let _ = stream.write_all(&bytes[*sent..=*sent]);
                    *sent += 1;
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        while metric(&server, "patron_connections").parse::<usize>().unwrap() < SLOW_CLIENTS {
            std::thread::sleep(Duration::from_millis(20));
        }
        let busy = usual(&server);
        let held = metric(&server, "patron_connections").parse::<usize>().unwrap();
        is_over.store(true, Ordering::Relaxed);
        assert!(held >= SLOW_CLIENTS, "{held} of {SLOW_CLIENTS} slow clients are there");
        busy
    });
    let ratio = busy.as_secs_f64() / quiet.as_secs_f64();
    println!(
        "{SLOW_CLIENTS} slow clients: {busy:?} instead of {quiet:?}, {ratio:.2} times as long"
    );
    // On a machine that does nothing else it is less than twice; tests run beside each other.
    assert!(busy < 4 * quiet + Duration::from_millis(25), "{ratio:.2} times as long");
}

#[test]
fn several_requests_share_a_connection() {
    let server = Serving::of(shared().root(), &[]);
    let mut stream = server.connect();
    let request = format!("GET /livez HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
    for _ in 0..3 {
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        let mut some = [0; 4096];
        while !bytes.ends_with(b"\r\n\r\nalive\n") {
            let read = stream.read(&mut some).unwrap();
            assert!(read > 0, "{}", String::from_utf8_lossy(&bytes));
            bytes.extend_from_slice(&some[..read]);
        }
        assert_eq!(Reply::parse(&bytes, "GET").unwrap().status, 200);
    }
}

#[test]
fn told_to_end_it_lets_requests_end_that_run() {
    let server = Serving::of(shared().root(), &[]);
    let idle = server.connect();
    let json = [("Content-Type", "application/json")];
    let whole = server.request("POST", "/cubejs-api/v1/load", &json, BODY);
    let mut stream = server.connect();
    let (first, rest) = whole.split_at(whole.len() - 5);
    stream.write_all(first).unwrap();
    until(&server, "patron_connections", "3");
    server.terminate();
    let begun = Instant::now();
    while TcpStream::connect(server.address).is_ok() {
        assert!(begun.elapsed() < Duration::from_secs(60), "new connections are taken for ever");
        std::thread::sleep(Duration::from_millis(20));
    }
    stream.write_all(rest).unwrap();
    let reply = Reply::read(stream, "POST");
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.json()["data"][0]["takings.amount"], "85.50");
    assert!(server.ended().success());
    drop(idle);
}
