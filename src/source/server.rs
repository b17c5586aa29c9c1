//! How is a database server reached, and for how long is it waited for?

use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde::Deserialize;
use url::Url;

use super::SourceError;
use crate::config::Secret;

/// How long connecting may take, whatever the patience with answers.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// A server that sends fewer bytes than this within its time is as good as silent.
const BYTES_MIN: u64 = 1024;

/// How a connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tls {
    /// not at all
    Disable,
    /// always, whoever the server is
    Require,
    /// always, and the server's certificate must be valid for its name
    VerifyFull,
}

/// Everything that is needed to reach a database server.
#[derive(Debug, Clone)]
pub struct Server {
    /// where and as whom
    pub address: Address,
    /// the password, where one is needed
    pub password: Option<Secret>,
    /// how the connection is encrypted
    pub tls: Tls,
    /// a file with the certificates of the authorities to trust instead of the machine's own
    pub tls_ca: Option<PathBuf>,
    /// how long a silent server is waited for
    pub patience: Duration,
    /// at most so many connections at once
    pub connections: usize,
}

/// Where a database lies and as whom it is read; its text holds no password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// the address as it was written
    pub text: String,
    /// host name, IP address, or the absolute path of a socket
    pub host: String,
    /// TCP port, where it is not the usual one
    pub port: Option<u16>,
    /// the user
    pub user: String,
    /// the database
    pub database: String,
}

impl Address {
    /// Reads `<scheme>://<user>@<host>:<port>/<database>`; a host that is a path, its slashes
    /// written as `%2F`, is a socket.
    ///
    /// # Errors
    /// What is wrong with it and what helps; a password is never repeated.
    pub fn parse(text: &str, schemes: &[&str]) -> Result<Self, String> {
        let form = format!("{}://user@host:port/database", schemes[0]);
        let url = Url::parse(text).map_err(|error| format!("no address: {error}; write {form}"))?;
        if url.password().is_some() {
            return Err(format!(
                "it holds a password; leave it out ({form}) and name the environment variable that \
                 holds it: password_env = \"...\""
            ));
        }
        if !schemes.contains(&url.scheme()) {
            return Err(format!("`{}` is another kind of address; write {form}", url.scheme()));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("it ends in `?` or `#` options; settings stand beside it: tls, tls_ca, \
                        timeout_seconds, connections"
                .to_owned());
        }
        let part = |part: &str| decoded(part).filter(|text| !text.is_empty());
        let missing = |what: &str| format!("it names no {what}; write {form}");
        Ok(Self {
            text: text.to_owned(),
            host: url.host_str().and_then(part).ok_or_else(|| missing("host"))?,
            port: url.port(),
            user: part(url.username()).ok_or_else(|| missing("user"))?,
            database: part(url.path().trim_start_matches('/'))
                .filter(|name| !name.contains('/'))
                .ok_or_else(|| missing("database"))?,
        })
    }

    /// Whether it names a socket file or the folder of one.
    pub(super) fn is_socket(&self) -> bool {
        self.host.starts_with('/')
    }

    /// Whether nobody else can listen in on the way there.
    pub fn is_local(&self) -> bool {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        let ip = host.parse::<std::net::IpAddr>();
        self.is_socket() || host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
    }
}

/// Text with its `%xx` made plain; `None` where that is no UTF-8.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = (*first == b'%').then(|| after.get(..2)).flatten();
        let byte = escaped
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).ok()
}

impl Server {
    pub(super) fn failed(&self, why: impl ToString) -> SourceError {
        SourceError::Server { address: self.address.text.clone(), why: why.to_string() }
    }

    /// Why no connection came about, and what helps where encryption is what went wrong.
    pub(super) fn unreachable(&self, why: impl ToString) -> SourceError {
        let mut why = why.to_string();
        let said = why.to_lowercase();
        if said.contains("certificate") {
            why.push_str(
                "; name the authority that vouches for the server in tls_ca, and write the \
                 server's name in url as its certificate does",
            );
        } else if ["tls", "ssl"].iter().any(|word| said.contains(word)) {
            why.push_str("; switch TLS on at the server, or do without it by tls = \"disable\"");
        }
        self.failed(why)
    }

    pub(super) fn refused(&self, why: impl ToString) -> SourceError {
        SourceError::ServerQuery { address: self.address.text.clone(), why: why.to_string() }
    }
}

/// Waits for a server as long as it keeps sending.
///
/// Only time spent waiting counts, not time in which its rows are worked on, and a trickle does not
/// count as sending: a connection on which a byte arrives now and then would be waited for without
/// end.
#[derive(Debug)]
pub(super) struct Patience {
    limit: Duration,
    waited: Duration,
    bytes: u64,
}

/// What is said of a server that stopped sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the server sent {bytes} bytes within {} s of waiting; see to the server and the network \
     between, or raise timeout_seconds in warehouse/systems.toml",
    limit.as_secs()
)]
pub(super) struct Stalled {
    limit: Duration,
    bytes: u64,
}

impl Patience {
    pub(super) fn new(limit: Duration) -> Self {
        Self { limit, waited: Duration::ZERO, bytes: 0 }
    }

    /// Waits for `work`, or gives up.
    pub(super) async fn wait<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Stalled> {
        let mut work = std::pin::pin!(work);
        // What is there already costs no look at the clock.
        if let Some(done) = futures::FutureExt::now_or_never(work.as_mut()) {
            return Ok(done);
        }
        let begun = Instant::now();
        let left = self.limit.saturating_sub(self.waited);
        let done = tokio::time::timeout(left, work).await;
        self.waited += begun.elapsed();
        done.map_err(|_| Stalled { limit: self.limit, bytes: self.bytes })
    }

    /// Notes that bytes have come.
    pub(super) fn got(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
        if self.bytes >= BYTES_MIN {
            (self.waited, self.bytes) = (Duration::ZERO, 0);
        }
    }

    /// Begins anew, for another question.
    pub(super) fn renew(&mut self) {
        (self.waited, self.bytes) = (Duration::ZERO, 0);
    }
}
