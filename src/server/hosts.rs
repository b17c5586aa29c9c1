//! Under which names is the server asked? A page of another site, or a name that somebody pointed
//! at this machine, gets nothing.

use std::net::SocketAddr;

use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, Uri};

use super::problem::Problem;

/// The names of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hosts {
    names: Vec<String>,
    port: u16,
}

impl Hosts {
    /// The names of a loopback address.
    pub(super) fn of(address: SocketAddr) -> Self {
        let own = match address {
            SocketAddr::V4(address) => address.ip().to_string(),
            SocketAddr::V6(address) => format!("[{}]", address.ip()),
        };
        let mut names = ["localhost", "127.0.0.1", "[::1]"].map(str::to_owned).to_vec();
        if !names.contains(&own) {
            names.push(own);
        }
        Self { names, port: address.port() }
    }

    /// Refuses a request that is meant for another host, or comes from another one's page.
    pub(super) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
        let mut hosts = headers.get_all(HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else {
            return Err(Problem::bad("no_host", "a request names one `Host`"));
        };
        let is_own = host.to_str().is_ok_and(|host| self.is_own(host));
        let names_other = uri.authority().is_some_and(|named| !self.is_own(named.as_str()));
        if !is_own || names_other {
            let detail = format!("this server is http://localhost:{}, and no other", self.port);
            return Err(Problem::new(StatusCode::MISDIRECTED_REQUEST, "wrong_host", detail));
        }
        let is_own = |origin: &str| {
            origin.strip_prefix("http://").is_some_and(|authority| self.is_own(authority))
        };
        let mut origins = headers.get_all(ORIGIN).iter();
        if !origins.all(|origin| origin.to_str().is_ok_and(is_own)) {
            let detail = "pages of other origins may not ask this server";
            return Err(Problem::new(StatusCode::FORBIDDEN, "wrong_origin", detail));
        }
        Ok(())
    }

    fn is_own(&self, text: &str) -> bool {
        let Ok(authority) = text.parse::<Authority>() else { return false };
        if authority.as_str().contains('@') {
            return false;
        }
        let port = match authority.port() {
            Some(port) => Some(port.as_u16()),
            None if authority.as_str().ends_with(':') => None,
            None => Some(80),
        };
        let host = authority.host();
        port == Some(self.port) && self.names.iter().any(|name| name.eq_ignore_ascii_case(host))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_address_are_taken() {
        let hosts = Hosts::of("127.0.0.1:8080".parse().unwrap());
        for own in ["localhost:8080", "LocalHost:8080", "127.0.0.1:8080", "[::1]:8080"] {
            assert!(hosts.is_own(own), "{own}");
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
            assert!(!hosts.is_own(other), "{other}");
        }
        let plain = Hosts::of("127.0.0.7:80".parse().unwrap());
        assert!(plain.is_own("localhost") && plain.is_own("127.0.0.7:80"));
    }
}
