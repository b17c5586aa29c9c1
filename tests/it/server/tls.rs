//! Who is let in from other machines? Nobody without accounts, encryption and a name by which the
//! server is asked.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use patron::accounts::Scope;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::json;
use tempfile::TempDir;

use super::callers::{PASSWORD, accounts, add, kiosks, token};
use crate::cli::fails;
use crate::support::server::certify;
use crate::support::serving::{Reply, Serving};

/// The files of a certificate for `localhost`, below an authority of their own.
fn certificate() -> TempDir {
    let folder = TempDir::new().unwrap();
    certify(folder.path());
    folder
}

/// A connection that trusts the authority in a folder.
fn connect(
    server: &Serving,
    trusted: &TempDir,
) -> std::io::Result<StreamOwned<ClientConnection, TcpStream>> {
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_file(trusted.path().join("ca.pem")).unwrap();
    roots.add(authority).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let port = server.address.port();
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let mut stream = StreamOwned::new(connection, stream);
    stream.flush()?;
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock)?;
    }
    Ok(stream)
}

/// The answer to a request of the host `patron.example`.
fn ask(
    server: &Serving,
    trusted: &TempDir,
    method: &str,
    path: &str,
    more: &[(&str, &str)],
    body: &str,
) -> Reply {
    let mut stream = connect(server, trusted).unwrap();
    assert_eq!(stream.conn.alpn_protocol(), Some(b"http/1.1".as_slice()));
    let host = [("Host", "patron.example")];
    let more = if more.iter().any(|(name, _)| *name == "Host") {
        more.to_vec()
    } else {
        [&host, more].concat()
    };
    stream.write_all(&server.request(method, path, &more, body.as_bytes())).unwrap();
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    Reply::parse(&bytes, method).unwrap()
}

#[test]
fn another_address_is_taken_only_with_accounts_encryption_and_a_name() {
    let world = kiosks();
    let root = world.root();
    let files = certificate();
    let path = |name: &str| files.path().join(name).to_str().unwrap().to_owned();
    let (pem, key, other) = (path("server.pem"), path("server.key"), path("other.key"));
    let listen = ["serve", "--listen", "0.0.0.0:0"];
    let tls = ["--tls-certificate", pem.as_str(), "--tls-key", key.as_str()];
    let host = ["--host", "patron.example"];
    let refused = |arguments: &[&[&str]], status: i32, expected: &str| {
        let told = fails(root, &arguments.concat(), status);
        assert!(told.contains(expected), "{told}");
    };
    refused(&[&listen, &tls, &host], 2, "patron user add");
    refused(&[&["serve", "--listen", "127.0.0.1:0", "--behind-proxy"], &host], 2, "user add");
    add(&accounts(root), "ann", &["all"], &[]);
    refused(&[&listen, &host], 2, "--tls-certificate");
    refused(&[&listen, &tls], 2, "--host NAME");
    refused(&[&listen, &["--behind-proxy"]], 2, "--host NAME");
    refused(&[&listen, &tls, &["--host", "http://patron.example"]], 2, "is no name of a host");
    refused(&[&listen, &tls[..2]], 2, "--tls-key");
    refused(&[&listen, &tls, &host, &["--behind-proxy"]], 2, "cannot be used with");
    let wrong = ["--tls-certificate", pem.as_str(), "--tls-key", other.as_str()];
    refused(&[&listen, &wrong, &host], 1, "do not belong together");
    let none = ["--tls-certificate", key.as_str(), "--tls-key", key.as_str()];
    refused(&[&listen, &none, &host], 1, "holds no certificate");
}

#[test]
fn an_encrypted_server_answers_its_own_name_and_sets_safe_cookies() {
    let world = kiosks();
    let files = certificate();
    let path = |name: &str| files.path().join(name).to_str().unwrap().to_owned();
    let accounts = accounts(world.root());
    add(&accounts, "ann", &["all"], &[]);
    let secret = format!("Bearer {}", token(&accounts, "ann", "all", &Scope::ALL));
    let (pem, key) = (path("server.pem"), path("server.key"));
    let arguments = ["--listen", "0.0.0.0:0", "--host", "patron.example"];
    let tls = ["--tls-certificate", pem.as_str(), "--tls-key", key.as_str()];
    let server = Serving::of(world.root(), &[&arguments[..], &tls[..]].concat());
    let own = ("Authorization", secret.as_str());
    let reply = ask(&server, &files, "GET", "/api/v1/reports/towns", &[own], "");
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(reply.header("strict-transport-security").unwrap().starts_with("max-age="));
    assert_eq!(ask(&server, &files, "GET", "/api/v1/reports", &[], "").status, 401);
    let localhost = format!("localhost:{}", server.address.port());
    for host in ["evil.example", "0.0.0.0", &localhost] {
        let reply = ask(&server, &files, "GET", "/livez", &[("Host", host)], "");
        assert_eq!(reply.status, 421, "{host}");
    }
    let body = json!({ "name": "ann", "password": PASSWORD }).to_string();
    let page = [("Content-Type", "application/json"), ("Origin", "https://patron.example")];
    let reply = ask(&server, &files, "POST", "/api/v1/session", &page, &body);
    assert_eq!(reply.status, 200, "{}", reply.text());
    let set = reply.header("set-cookie").unwrap();
    assert!(set.starts_with("__Host-patron=") && set.contains("; Secure"), "{set}");
    assert!(!set.contains("Domain"), "{set}");
    let plain = [page[0], ("Origin", "http://patron.example")];
    assert_eq!(ask(&server, &files, "POST", "/api/v1/session", &plain, &body).status, 403);
    // What is not encrypted is not answered.
    let mut stream = server.connect();
    stream.write_all(&server.request("GET", "/livez", &[], b"")).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert!(!String::from_utf8_lossy(&answer).contains("alive"), "{answer:?}");
}

#[test]
fn a_new_certificate_is_used_without_a_new_start() {
    let world = kiosks();
    let (files, newer) = (certificate(), certificate());
    let path = |name: &str| files.path().join(name);
    let (pem, key) = (path("server.pem"), path("server.key"));
    let tls = ["--tls-certificate", pem.to_str().unwrap(), "--tls-key", key.to_str().unwrap()];
    let server = Serving::of(world.root(), &tls);
    assert!(connect(&server, &files).is_ok());
    assert!(connect(&server, &newer).is_err());
    // Half of a new pair cannot be used: the old one stays.
    fs::copy(newer.path().join("server.key"), &key).unwrap();
    std::thread::sleep(Duration::from_millis(2_500));
    assert!(connect(&server, &files).is_ok());
    fs::copy(newer.path().join("server.pem"), &pem).unwrap();
    let begun = Instant::now();
    while connect(&server, &newer).is_err() {
        assert!(begun.elapsed() < Duration::from_secs(30), "the new certificate never came");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(connect(&server, &files).is_err());
}

#[test]
fn behind_a_proxy_its_word_counts_for_where_requests_come_from() {
    let world = kiosks();
    let accounts = accounts(world.root());
    add(&accounts, "ann", &["all"], &[]);
    let secret = format!("Bearer {}", token(&accounts, "ann", "all", &Scope::ALL));
    let server = Serving::of(world.root(), &["--behind-proxy", "--host", "patron.example"]);
    let asked = |more: &[(&str, &str)]| {
        let own = [("Host", "patron.example"), ("Authorization", secret.as_str())];
        server.ask("GET", "/api/v1/reports/towns", &[&own, more].concat(), b"").status
    };
    assert_eq!(asked(&[("X-Forwarded-For", "6.6.6.6, 10.1.2.3")]), 200);
    assert_eq!(asked(&[("Origin", "https://patron.example")]), 200);
    assert_eq!(asked(&[("Origin", "http://patron.example")]), 403);
    server.terminate();
    assert!(server.ended().success());
    let all = patron::accounts::Filter { limit: 10, ..Default::default() };
    let peers: Vec<String> =
        accounts.asked(&all).unwrap().into_iter().map(|entry| entry.peer).collect();
    assert_eq!(peers.last().map(String::as_str), Some("10.1.2.3"), "{peers:?}");
}

#[test]
fn connections_beyond_the_limit_are_refused_encrypted() {
    let world = kiosks();
    let files = certificate();
    let path = |name: &str| files.path().join(name).to_str().unwrap().to_owned();
    add(&accounts(world.root()), "ann", &["all"], &[]);
    let (pem, key) = (path("server.pem"), path("server.key"));
    let arguments = ["--listen", "0.0.0.0:0", "--host", "patron.example", "--connections", "1"];
    let tls = ["--tls-certificate", pem.as_str(), "--tls-key", key.as_str()];
    let server = Serving::of(world.root(), &[&arguments[..], &tls[..]].concat());
    let begun = Instant::now();
    let held = connect(&server, &files).unwrap();
    let reply = ask(&server, &files, "GET", "/livez", &[], "");
    assert_eq!(reply.status, 503, "{}", reply.text());
    assert_eq!(reply.json()["code"], "too_many_connections");
    drop(held);
    while ask(&server, &files, "GET", "/livez", &[], "").status != 200 {
        assert!(begun.elapsed() < Duration::from_secs(60), "the place is never free again");
    }
}
