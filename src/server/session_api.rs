//! How does somebody sign in and out with a browser, and who is somebody?

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chrono::{DateTime, TimeDelta, Utc};
use cookie::{Cookie, SameSite};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::account_api::password_turn;
use super::app::{App, blocking};
use super::asked::Asked;
use super::body::object;
use super::caller::{Caller, Note};
use super::entrance::BySession;
use super::problem::Problem;
use super::recording::Request;
use crate::accounts::SignedIn;
use crate::config::Secret;

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SigningIn {
    /// the account's name
    name: String,
    /// its password
    #[schema(format = Password)]
    password: String,
}

/// Who calls, and what may be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct SessionTold {
    /// the account's name
    name: String,
    /// whether it is the owner of this machine's files, since there are no accounts
    is_owner: bool,
    /// the roles
    roles: BTreeSet<String>,
    /// what these may do beside asking
    may: Vec<&'static str>,
    /// what may be done with the secret that came with the request
    scopes: Vec<&'static str>,
    /// what requests with a cookie that change something say in the header `x-csrf-token`; null
    /// without a session
    csrf_token: Option<String>,
    /// when the session ends at the latest; null without one
    #[schema(value_type = Option<String>)]
    ends_at: Option<DateTime<Utc>>,
}

impl SessionTold {
    fn of(caller: &Caller, csrf_token: Option<String>, ends_at: Option<DateTime<Utc>>) -> Self {
        Self {
            name: caller.name.clone(),
            is_owner: caller.principal.is_owner(),
            roles: caller.roles(),
            may: caller.powers().into_iter().map(|power| power.name()).collect(),
            scopes: caller.scopes.iter().map(|scope| scope.name()).collect(),
            csrf_token,
            ends_at,
        }
    }
}

/// Signs in with a name and a password: the answer sets a cookie.
#[utoipa::path(post, path = "/api/v1/session", operation_id = "sign_in", tag = "accounts",
    request_body = SigningIn,
    responses((status = 200, description = "Who has signed in.", body = SessionTold)),
)]
pub(super) async fn sign_in(
    State(app): State<Arc<App>>,
    Extension(note): Extension<Arc<Note>>,
    Extension(request): Extension<Request>,
    asked: Asked,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    asked.words.end(&[])?;
    let SigningIn { name, password } = object(&app, &headers, body).await?;
    if app.is_open().await? {
        let detail = "there are no accounts, so nobody signs in; `patron user add` makes one";
        return Err(Problem::new(StatusCode::CONFLICT, "no_accounts", detail));
    }
    let signed_in = tried(&app, &note, &request, name, password).await?;
    let caller = app.caller_of(signed_in.who.clone()).await?;
    let told = SessionTold::of(&caller, Some(signed_in.csrf), Some(signed_in.ends_at));
    let mut response = Json(told).into_response();
    set(&app, &mut response, signed_in.secret.reveal(), signed_in.ends_at - app.now())?;
    Ok(response)
}

/// Looks at the password, unless it is tried too often.
async fn tried(
    app: &Arc<App>,
    note: &Arc<Note>,
    request: &Request,
    name: String,
    password: String,
) -> Result<SignedIn, Problem> {
    let attempts = app.door.accounts.attempts();
    let peer = request.peer;
    if let Err(wait) = attempts.begin(&name, peer, app.now()) {
        let seconds = u32::try_from(wait.num_seconds().max(0)).unwrap_or(u32::MAX) + 1;
        let detail = format!("too many have tried; wait {seconds} s");
        let late = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_tries", detail);
        return Err(late.after(seconds));
    }
    let turn = password_turn(app).await?;
    let (looking, noted) = (Arc::clone(app), Arc::clone(note));
    let (wanted, from) = (name.clone(), peer.map(|peer| peer.to_string()).unwrap_or_default());
    let signed_in = blocking(move || {
        let _turn = turn;
        let accounts = &looking.door.accounts;
        accounts.is_recording()?;
        // A password that was typed in the place of the name is not written down.
        let is_known = accounts.list()?.iter().any(|account| account.name == wanted);
        noted.said(if is_known { format!("as {wanted}") } else { "as nobody known".to_owned() });
        Ok(accounts.sign_in(&wanted, &Secret::from(password), &from, looking.now())?)
    });
    match signed_in.await? {
        Some(signed_in) => {
            attempts.succeeded(&name, peer);
            note.who(&name);
            Ok(signed_in)
        }
        None => {
            let detail = "the name or the password is not right, or the account is disabled";
            Err(Problem::new(StatusCode::UNAUTHORIZED, "wrong_password", detail).challenging())
        }
    }
}

/// Gives the browser a session's secret; an empty one takes it away.
fn set(app: &App, response: &mut Response, secret: &str, age: TimeDelta) -> Result<(), Problem> {
    let age = cookie::time::Duration::seconds(age.num_seconds().max(0));
    let cookie = Cookie::build((app.door.cookie_name(), secret.to_owned()))
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.door.is_secure)
        .path("/")
        .max_age(age)
        .build();
    let value = HeaderValue::from_str(&cookie.to_string());
    let mut value = value.map_err(|error| Problem::hidden(&error))?;
    value.set_sensitive(true);
    response.headers_mut().insert(SET_COOKIE, value);
    Ok(())
}

/// Tells who calls, and what may be done.
#[utoipa::path(get, path = "/api/v1/session", operation_id = "session", tag = "accounts",
    responses((status = 200, description = "Who calls.", body = SessionTold)),
)]
pub(super) async fn show(
    caller: Caller,
    by: Option<Extension<BySession>>,
    asked: Asked,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    asked.words.end(&[])?;
    let session = by.map(|Extension(by)| by.session);
    let csrf = session.as_ref().map(|session| session.csrf.clone());
    let told = SessionTold::of(&caller, csrf, session.map(|session| session.ends_at));
    Ok(Json(told).into_response())
}

/// Signs out: the session ends, and the cookie goes.
#[utoipa::path(delete, path = "/api/v1/session", operation_id = "sign_out", tag = "accounts",
    responses((status = 200, description = "There is no session any more.", body = Done)),
)]
pub(super) async fn sign_out(
    State(app): State<Arc<App>>,
    _: Caller,
    by: Option<Extension<BySession>>,
    asked: Asked,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    asked.words.end(&[])?;
    if let Some(Extension(by)) = by {
        let ending = Arc::clone(&app);
        blocking(move || Ok(ending.door.accounts.sign_out(&by.secret)?)).await?;
    }
    let mut response = Json(Done::default()).into_response();
    set(&app, &mut response, "", TimeDelta::zero())?;
    Ok(response)
}

/// That something was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Done {
    /// always true
    done: bool,
}

impl Default for Done {
    fn default() -> Self {
        Self { done: true }
    }
}
