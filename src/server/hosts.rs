//! Under which names is the server asked? A page of another site, or a name that somebody pointed
//! at this machine, gets nothing.

use std::net::SocketAddr;

use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, Uri};

use super::problem::Problem;

/// The names by which a server may be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hosts {
    /// names of this machine for itself; their port is the server's own
    own: Vec<String>,
    port: u16,
    /// names that others use, with the port if it is said
    named: Vec<(String, Option<u16>)>,
    /// whether those are asked over encrypted connections only
    is_secure: bool,
}

/// A host as a request names it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Named {
    host: String,
    port: Option<u16>,
}

impl Named {
    fn parse(text: &str) -> Option<Self> {
        let authority: Authority = text.parse().ok()?;
        if authority.as_str().contains('@') {
            return None;
        }
        let port = match authority.port() {
            Some(port) => Some(port.as_u16()),
            // What stands behind the name is no port.
            None if authority.as_str().len() > authority.host().len() => return None,
            None => None,
        };
        Some(Self { host: authority.host().to_ascii_lowercase(), port })
    }
}

/// Whether a text names a host, with or without a port.
pub(super) fn is_name(text: &str) -> bool {
    Named::parse(text).is_some()
}

impl Hosts {
    /// The names of an address: of a loopback one that machine's for itself, and those that are
    /// given. `is_secure`: they are asked over encrypted connections, whoever encrypts.
    pub(super) fn of(address: SocketAddr, given: &[String], is_secure: bool) -> Self {
        let ip = match address {
            SocketAddr::V4(address) => address.ip().to_string(),
            SocketAddr::V6(address) => format!("[{}]", address.ip()),
        };
        let mut own = Vec::new();
        if address.ip().is_loopback() {
            own = ["localhost", "127.0.0.1", "[::1]"].map(str::to_owned).to_vec();
            if !own.contains(&ip) {
                own.push(ip);
            }
        }
        let named = given.iter().filter_map(|text| Named::parse(text));
        let named = named.map(|named| (named.host, named.port)).collect();
        Self { own, port: address.port(), named, is_secure }
    }

    /// Refuses a request that is meant for another host, or comes from another one's page.
    pub(super) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
        let mut hosts = headers.get_all(HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else {
            return Err(Problem::bad("no_host", "a request names one `Host`"));
        };
        let host = host.to_str().ok().filter(|host| self.has(host));
        let names_other = uri.authority().is_some_and(|named| !self.has(named.as_str()));
        let Some(host) = host.filter(|_| !names_other) else {
            let detail = match self.named.first() {
                Some((name, _)) => format!("this server is https://{name}, and no other"),
                None => format!("this server is http://localhost:{}, and no other", self.port),
            };
            return Err(Problem::new(StatusCode::MISDIRECTED_REQUEST, "wrong_host", detail));
        };
        let is_own = |origin: &str| self.is_page_of(origin, host);
        let mut origins = headers.get_all(ORIGIN).iter();
        if !origins.all(|origin| origin.to_str().is_ok_and(is_own)) {
            let detail = "pages of other origins may not ask this server";
            return Err(Problem::new(StatusCode::FORBIDDEN, "wrong_origin", detail));
        }
        Ok(())
    }

    /// Whether a request is meant for this server.
    fn has(&self, text: &str) -> bool {
        let Some(Named { host, port }) = Named::parse(text) else { return false };
        let is_own = self.own.contains(&host) && self.reaches(port);
        let is_it = |(name, given): &(String, Option<u16>)| {
            // A proxy may take requests at any port.
            *name == host && (given.is_none() || *given == port)
        };
        is_own || self.named.iter().any(is_it)
    }

    /// Whether a port that is said, or not, is the server's own.
    fn reaches(&self, port: Option<u16>) -> bool {
        let usual = if self.is_secure { [80, 443] } else { [80, 80] };
        match port {
            Some(port) => port == self.port,
            None => usual.contains(&self.port),
        }
    }

    /// Whether a page may ask: one of a name of this machine for itself, or of the very host that
    /// the request names.
    fn is_page_of(&self, origin: &str, host: &str) -> bool {
        let plain = origin.strip_prefix("http://");
        let Some(authority) = plain.or_else(|| origin.strip_prefix("https://")) else {
            return false;
        };
        let (Some(page), Some(host)) = (Named::parse(authority), Named::parse(host)) else {
            return false;
        };
        // What is asked over encrypted connections has no page that is not, nor the other way
        // round.
        if plain.is_some() == self.is_secure {
            return false;
        }
        if self.own.contains(&page.host) {
            return self.own.contains(&host.host) && self.reaches(page.port);
        }
        self.has(authority) && page == host
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_address_are_taken() {
        let hosts = Hosts::of("127.0.0.1:8080".parse().unwrap(), &[], false);
        for own in ["localhost:8080", "LocalHost:8080", "127.0.0.1:8080", "[::1]:8080"] {
            assert!(hosts.has(own), "{own}");
        }
        let others = [
            "localhost",
            "localhost:80",
            "localhost:",
            "127.0.0.2:8080",
            "evil.example:8080",
            "localhost.evil.example:8080",
            "me@localhost:8080",
            "localhost:8080/x",
            "",
        ];
        for other in others {
            assert!(!hosts.has(other), "{other}");
        }
        let plain = Hosts::of("127.0.0.7:80".parse().unwrap(), &[], false);
        assert!(plain.has("localhost") && plain.has("127.0.0.7:80"));
    }

    #[test]
    fn names_that_are_given_are_asked_from_their_own_pages_alone() {
        let given = ["Patron.Example".to_owned(), "other.example:8443".to_owned()];
        let hosts = Hosts::of("0.0.0.0:8443".parse().unwrap(), &given, true);
        for own in ["patron.example", "PATRON.example:443", "patron.example:8443"] {
            assert!(hosts.has(own), "{own}");
        }
        assert!(hosts.has("other.example:8443"));
        for other in ["localhost:8443", "0.0.0.0:8443", "other.example", "evil.example"] {
            assert!(!hosts.has(other), "{other}");
        }
        let is_own = |origin: &str| hosts.is_page_of(origin, "patron.example:8443");
        assert!(is_own("https://patron.example:8443"));
        let others = [
            "http://patron.example:8443",
            "https://patron.example",
            "https://other.example:8443",
            "https://evil.example",
            "https://patron.example:8443.evil.example",
            "null",
        ];
        for other in others {
            assert!(!is_own(other), "{other}");
        }
    }
}
