//! Who is it that begins, and does it still come in? With accounts, whoever knows the secret of a
//! token proves it by SCRAM, without sending it; a password for signing in proves nothing here.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::TimeDelta;
use pgwire::api::auth::sasl::scram::{ScramSecret, ScramServerAuth};

use super::fault::Fault;
use super::message::{Message, Rest};
use super::startup::{Login, Refused};
use super::wire::{Broken, Wire};
use crate::accounts::{AccountsError, Challenge, Entry, Identity, Scope, Verifier, Way};
use crate::server::app::{App, blocking};
use crate::server::caller::Caller;

/// The one way in which a secret is proven.
const MECHANISM: &str = "SCRAM-SHA-256";
/// Bytes of what a client says of its secret.
const SAID_BYTES_MAX: usize = 4_096;

/// The same for a wrong name and a wrong secret.
fn wrong() -> Fault {
    let text = "the name or the secret is wrong, or the token is not in use any more; connect as \
                account.token with the secret that `patron token create` said";
    Fault::fatal("28P01", text)
}

/// Lets in whoever proves to know a token's secret.
pub(super) async fn proven(
    app: &Arc<App>,
    wire: &mut Wire,
    user: &str,
    peer: IpAddr,
) -> Result<Caller, Refused> {
    let account = user.rsplit_once('.').map_or(user, |(account, _)| account);
    let attempts = app.door.accounts.attempts();
    if let Err(wait) = attempts.begin(account, Some(peer), app.now()) {
        return Err(late(wait).into());
    }
    let found = exchange(app, wire, user).await;
    let outcome = match &found {
        Ok(_) => "ok",
        Err(Refused::Fault(fault)) => fault.state,
        Err(_) => "gone",
    };
    let who = if found.is_ok() { account } else { "nobody" };
    written(app, who, peer, "connect", None, outcome, Duration::ZERO);
    let identity = found?;
    attempts.succeeded(account, Some(peer));
    let (noting, used) = (Arc::clone(app), identity.clone());
    let note = move || Ok(noting.door.accounts.used(&used, noting.now())?);
    blocking(note).await.map_err(Fault::from)?;
    Ok(app.caller_of(identity).await.map_err(Fault::from)?)
}

fn late(wait: TimeDelta) -> Fault {
    let seconds = wait.num_seconds().max(1);
    let text = format!("too many tries failed; try again in {seconds} s");
    Fault::fatal("28P01", text)
}

/// A name and its challenge; also of a name that there is not.
async fn challenge(app: &Arc<App>, user: &str) -> Result<Challenge, Fault> {
    let (app, user) = (Arc::clone(app), user.to_owned());
    let found = blocking(move || Ok(app.door.accounts.scram(&user, app.now())?)).await;
    Ok(found?)
}

async fn exchange(app: &Arc<App>, wire: &mut Wire, user: &str) -> Result<Identity, Refused> {
    let Challenge { verifier, who } = challenge(app, user).await?;
    let Verifier { salt, iterations, stored_key, server_key } = verifier;
    let iterations = usize::try_from(iterations).unwrap_or(usize::MAX);
    let secret = ScramSecret::Verifier { salt, iterations, stored_key, server_key };
    put(wire, 10, format!("{MECHANISM}\0\0").as_bytes());
    wire.send().await?;
    let first = first(said(wire).await?).ok_or_else(wrong)?;
    let server = ScramServerAuth::new();
    let begun = server.on_client_first_message_with_secret(&first, secret);
    let (answer, waiting) = begun.map_err(|_| wrong())?;
    put(wire, 11, answer.as_bytes());
    wire.send().await?;
    let last = said(wire).await?;
    let answer = waiting.on_client_final_message(&last).map_err(|_| wrong())?;
    // Nobody is behind a name that there is not, whatever was proven.
    let who = who.ok_or_else(wrong)?;
    if !who.scopes.contains(&Scope::Sql) {
        let text = "the token is not for SQL; make one with `patron token create --scope sql`";
        return Err(Fault::fatal("42501", text).into());
    }
    put(wire, 12, answer.as_bytes());
    Ok(who)
}

fn put(wire: &mut Wire, code: u32, said: &[u8]) {
    wire.put_raw(b'R', &[&code.to_be_bytes(), said].concat());
}

async fn said(wire: &mut Wire) -> Result<Bytes, Refused> {
    match wire.message(SAID_BYTES_MAX).await? {
        Message::Password(said) => Ok(said),
        Message::Terminate => Err(Broken::Gone.into()),
        _ => Err(Broken::Senseless("who it is has to be proven first").into()),
    }
}

/// What is said first: the way, and a text behind its length.
fn first(said: Bytes) -> Option<Bytes> {
    let mut rest = Rest(said);
    if rest.text()? != MECHANISM {
        return None;
    }
    let length = i32::from_be_bytes(rest.array()?);
    let text = rest.take(usize::try_from(length).ok()?)?;
    rest.0.is_empty().then_some(text)
}

/// Who it is now: roles, scopes and tokens may have changed since the session began.
pub(super) async fn renewed(app: &Arc<App>, login: &Login) -> Result<Caller, Fault> {
    let gone = || Fault::fatal("28000", "the token is not in use any more; connect with another");
    if login.is_owner {
        return match app.is_open().await? {
            true => Ok(Caller::owner()),
            false => Err(Fault::fatal("28000", "there are accounts now; connect with a token")),
        };
    }
    let who = challenge(app, &login.user).await?.who.ok_or_else(gone)?;
    match who.scopes.contains(&Scope::Sql) && who.account == login.caller.name {
        true => Ok(app.caller_of(who).await?),
        false => Err(gone()),
    }
}

/// Nothing is answered that cannot be written down.
pub(super) fn is_recording(app: &App) -> Result<(), Fault> {
    app.door.accounts.is_recording().map_err(|error: AccountsError| {
        tracing::error!(%error, "what is asked cannot be written down");
        Fault::new("53100", "what is asked cannot be written down now; ask again later")
    })
}

/// Writes down who asked what.
pub(super) fn written(
    app: &App,
    who: &str,
    peer: IpAddr,
    what: &str,
    release: Option<u64>,
    outcome: &str,
    took: Duration,
) {
    app.door.accounts.audit(Entry {
        at: app.now(),
        who: who.to_owned(),
        way: Way::Postgres,
        what: what.to_owned(),
        release,
        outcome: outcome.to_owned(),
        milliseconds: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        request: uuid::Uuid::new_v4().to_string(),
        peer: peer.to_string(),
    });
}
