//! Who comes in? Whoever brings a token or the secret of a session; without accounts whoever
//! reaches the loopback interface, who owns this machine's files.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::{Extensions, HeaderMap, HeaderName, Method, StatusCode};
use cookie::Cookie;
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;

use super::app::{App, blocking};
use super::caller::Caller;
use super::problem::Problem;
use crate::accounts::{Accounts, AccountsError, Identity, Session};

/// Passwords that are looked at at once: each takes a processor and 19 MiB for a while.
const PASSWORDS_MAX: usize = 2;
/// What pages say beside the cookie.
const CSRF: HeaderName = HeaderName::from_static("x-csrf-token");
/// From where a proxy says that a request came.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// How others reach a server.
#[derive(Debug, Clone)]
pub struct Entrance {
    /// who may come in
    pub accounts: Arc<Accounts>,
    /// the names by which the server is asked, beside those of the loopback interface
    pub hosts: Vec<String>,
    /// whether a proxy stands before it that encrypts, and says from where requests come
    pub is_behind_proxy: bool,
    /// the files of the certificate and of its key, where it encrypts itself
    pub tls: Option<(PathBuf, PathBuf)>,
}

/// The address of the machine at the other end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub IpAddr);

/// What finds out who comes in.
#[derive(Debug)]
pub(super) struct Door {
    pub accounts: Arc<Accounts>,
    /// whether cookies are for encrypted connections only
    pub is_secure: bool,
    /// leave to look at a password
    pub passwords: Arc<Semaphore>,
    is_behind_proxy: bool,
    /// whether accounts are asked for, whether there are some or not
    is_closed: AtomicBool,
}

/// What a request brings along.
#[derive(Debug, Clone, Default)]
struct Brought {
    token: Option<String>,
    session: Option<String>,
    /// a header that should hold a token, and does not
    is_odd: bool,
}

/// Who comes in by a session, with what its pages know.
#[derive(Debug, Clone)]
pub(super) struct BySession {
    pub secret: String,
    pub session: Session,
}

impl Door {
    /// A door that asks for accounts from the beginning if others reach it.
    pub(super) fn new(entrance: &Entrance, is_loopback: bool) -> Self {
        let is_behind_proxy = entrance.is_behind_proxy;
        Self {
            accounts: Arc::clone(&entrance.accounts),
            is_secure: entrance.tls.is_some() || is_behind_proxy,
            passwords: Arc::new(Semaphore::new(PASSWORDS_MAX)),
            is_behind_proxy,
            is_closed: AtomicBool::new(!is_loopback || is_behind_proxy),
        }
    }

    /// Whether nobody has to say who it is. Once there was an account this is over for as long as
    /// the server runs, even if all are taken away. It blocks.
    pub(super) fn is_open(&self) -> Result<bool, AccountsError> {
        if self.is_closed.load(Ordering::Acquire) {
            return Ok(false);
        }
        let is_open = self.accounts.is_empty()?;
        if !is_open {
            self.is_closed.store(true, Ordering::Release);
        }
        Ok(is_open)
    }

    /// The name of the cookie. The longer one is only taken by browsers for this very host, over an
    /// encrypted connection.
    pub(super) fn cookie_name(&self) -> &'static str {
        if self.is_secure { "__Host-patron" } else { "patron" }
    }

    /// From where a request comes. What it says itself counts only behind a proxy, whose own word
    /// stands last.
    pub(super) fn peer(&self, extensions: &Extensions, headers: &HeaderMap) -> Option<IpAddr> {
        let seen = extensions.get::<Peer>().map(|peer| peer.0);
        if !self.is_behind_proxy {
            return seen;
        }
        let last = headers.get_all(FORWARDED_FOR).iter().next_back()?.to_str().ok();
        let last = last.and_then(|text| text.rsplit(',').next()).map(str::trim);
        last.and_then(|text| text.parse().ok()).or(seen)
    }

    fn brought(&self, headers: &HeaderMap) -> Brought {
        let mut given = headers.get_all(AUTHORIZATION).iter();
        if let Some(first) = given.next() {
            let token = first.to_str().ok().and_then(bearer).map(str::to_owned);
            let is_odd = token.is_none() || given.next().is_some();
            return Brought { token, session: None, is_odd };
        }
        let name = self.cookie_name();
        let texts = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let cookies = texts.flat_map(Cookie::split_parse).filter_map(Result::ok);
        let mut own = cookies.filter(|cookie| cookie.name() == name);
        let session = own.next().map(|cookie| cookie.value().to_owned());
        Brought { token: None, session, is_odd: false }
    }
}

/// The token of a header; clients of Cube write it without a scheme.
fn bearer(text: &str) -> Option<&str> {
    let token = match text.split_once(' ') {
        None => text,
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        Some(_) => return None,
    };
    Some(token).filter(|token| !token.is_empty())
}

/// Who comes in, as far as secrets tell.
enum Found {
    /// nobody has to say
    Owner,
    /// with a token
    Token(Identity),
    /// with a session
    Session(Box<BySession>),
}

/// Finds out who calls. It puts into the request who it is; a session is put there too.
pub(super) async fn caller(
    app: &Arc<App>,
    method: &Method,
    headers: &HeaderMap,
    extensions: &mut Extensions,
) -> Result<Caller, Problem> {
    let brought = app.door.brought(headers);
    if brought.is_odd {
        return Err(Problem::stranger("write `Authorization: Bearer <token>`"));
    }
    let looked = Arc::clone(app);
    let found = blocking(move || Ok(looked.door.find(brought, looked.now())?)).await?;
    match found {
        Some(Found::Owner) => Ok(Caller::owner()),
        Some(Found::Token(identity)) => app.caller_of(identity).await,
        Some(Found::Session(by)) => {
            if !is_safe(method) && !is_said(headers, &by.session.csrf) {
                let detail = "a request with a cookie that changes something says `x-csrf-token`, \
                              which GET /api/v1/session tells";
                return Err(Problem::new(StatusCode::FORBIDDEN, "wrong_csrf_token", detail));
            }
            let caller = app.caller_of(by.session.who.clone()).await?;
            extensions.insert(*by);
            Ok(caller)
        }
        None => Err(Problem::stranger(
            "sign in with POST /api/v1/session, or bring a token that is in use: \
             `Authorization: Bearer <token>`",
        )),
    }
}

fn is_safe(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::OPTIONS].contains(method)
}

fn is_said(headers: &HeaderMap, csrf: &str) -> bool {
    let said = headers.get(CSRF).map(|value| value.as_bytes()).unwrap_or_default();
    said.ct_eq(csrf.as_bytes()).into()
}

impl Door {
    fn find(
        &self,
        brought: Brought,
        now: chrono::DateTime<chrono::Utc>,
    ) -> Result<Option<Found>, AccountsError> {
        if self.is_open()? {
            return Ok(Some(Found::Owner));
        }
        if let Some(token) = brought.token {
            return Ok(self.accounts.caller_by_token(&token, now)?.map(Found::Token));
        }
        let Some(secret) = brought.session else { return Ok(None) };
        let found = self.accounts.session(&secret, now)?;
        Ok(found.map(|session| Found::Session(Box::new(BySession { secret, session }))))
    }
}
