//! Who gets an answer? Nobody who calls the server by another name, and no page of another site.

use std::io::Write;

use super::shared;
use crate::cli::fails;
use crate::support::serving::{Reply, Serving};

#[test]
fn only_names_of_the_loopback_interface_are_answered() {
    let server = Serving::of(shared().root(), &[]);
    let port = server.address.port();
    let status = |host: &str| server.ask("GET", "/livez", &[("Host", host)], b"").status;
    for own in ["localhost", "LOCALHOST", "127.0.0.1", "[::1]"] {
        assert_eq!(status(&format!("{own}:{port}")), 200, "{own}");
    }
    let others = ["evil.example", "localhost.evil.example", "127.0.0.2", "10.0.0.1", "[::2]"];
    for other in others {
        assert_eq!(status(&format!("{other}:{port}")), 421, "{other}");
    }
    assert_eq!(status("localhost"), 421);
    assert_eq!(status(&format!("localhost:{}", port ^ 1)), 421);
    assert_eq!(status(&format!("me@localhost:{port}")), 421);
    let raw = |text: String| {
        let mut stream = server.connect();
        stream.write_all(text.as_bytes()).unwrap();
        Reply::read(stream, "GET").status
    };
    let end = "Connection: close\r\n\r\n";
    let own = format!("Host: localhost:{port}\r\n");
    assert_eq!(raw(format!("GET /livez HTTP/1.1\r\n{end}")), 400);
    assert_eq!(raw(format!("GET /livez HTTP/1.1\r\n{own}{own}{end}")), 400);
    let absolute = |host: &str| format!("GET http://{host}/livez HTTP/1.1\r\n{own}{end}");
    assert_eq!(raw(absolute(&format!("localhost:{port}"))), 200);
    assert_eq!(raw(absolute("evil.example")), 421);
}

#[test]
fn only_pages_of_the_server_itself_are_answered() {
    let server = Serving::of(shared().root(), &[]);
    let port = server.address.port();
    let ask = |origin: &str| server.ask("GET", "/api/v1/reports", &[("Origin", origin)], b"");
    for own in [format!("http://localhost:{port}"), format!("http://127.0.0.1:{port}")] {
        assert_eq!(ask(&own).status, 200, "{own}");
    }
    let others = [
        "null".to_owned(),
        "http://evil.example".to_owned(),
        format!("http://evil.example:{port}"),
        format!("https://localhost:{port}"),
        "http://localhost".to_owned(),
    ];
    for other in others {
        let reply = ask(&other);
        assert_eq!(reply.status, 403, "{other}");
        assert_eq!(reply.header("access-control-allow-origin"), None);
    }
}

#[test]
fn an_address_that_others_reach_is_refused() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
        let said = fails(shared().root(), &["serve", "--listen", address], 2);
        assert!(said.contains("there are no accounts that keep anybody out"), "{said}");
    }
    let said = fails(shared().root(), &["serve", "--listen", "example.org:80"], 2);
    assert!(said.contains("is no address"), "{said}");
    let server = Serving::of(shared().root(), &[]);
    let taken = server.address.to_string();
    let said = fails(shared().root(), &["serve", "--listen", &taken], 1);
    assert!(said.contains(&taken) && said.contains("--listen"), "{said}");
}
