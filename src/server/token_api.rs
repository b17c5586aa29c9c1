//! Which tokens has somebody? Everybody has those of the own account.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::app::{App, blocking};
use super::asked::Asked;
use super::body::object;
use super::caller::Caller;
use super::problem::Problem;
use super::session_api::Done;
use crate::accounts::{NewToken, Scope, Token};

/// Days that a token is good for where nothing is said, and at most.
const DAYS: (i64, i64) = (90, 366);

/// A token to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenWanted {
    /// its name, one of its own among those in use
    name: String,
    /// what it is good for: `read`, `sql`, `write`, `manage`
    scopes: Vec<String>,
    /// for how many days, 1 to 366; 90 where absent
    days: Option<i64>,
}

/// A token that was made.
#[derive(Serialize, ToSchema)]
pub(super) struct TokenMade {
    /// its name
    name: String,
    /// the secret, told this once
    token: String,
    /// the user of PostgreSQL's protocol, whose password the secret is
    postgres_user: String,
    /// when it ends
    #[schema(value_type = String)]
    ends_at: DateTime<Utc>,
}

/// The tokens of somebody.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TokenList {
    tokens: Vec<TokenTold>,
}

/// A token without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TokenTold {
    /// its name
    name: String,
    /// what it is good for
    scopes: Vec<&'static str>,
    /// when it was made
    #[schema(value_type = String)]
    made_at: DateTime<Utc>,
    /// when it ends
    #[schema(value_type = String)]
    ends_at: DateTime<Utc>,
    /// the day on which it was last used
    #[schema(value_type = Option<String>)]
    last_used_on: Option<NaiveDate>,
    /// when it was revoked
    #[schema(value_type = Option<String>)]
    revoked_at: Option<DateTime<Utc>>,
    /// whether it can be used
    is_live: bool,
}

/// The account of whoever calls. The owner has none.
fn account(caller: &Caller) -> Result<String, Problem> {
    match caller.principal.is_owner() {
        false => Ok(caller.name.clone()),
        true => {
            let detail = "there are no accounts, so nobody has tokens; `patron user add` makes one";
            Err(Problem::new(StatusCode::CONFLICT, "no_accounts", detail))
        }
    }
}

/// Lists one's own tokens.
#[utoipa::path(get, path = "/api/v1/tokens", operation_id = "tokens", tag = "accounts",
    responses((status = 200, description = "The tokens.", body = TokenList)),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    asked: Asked,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    asked.words.end(&[])?;
    let account = account(&caller)?;
    let now = app.now();
    let tokens = blocking(move || Ok(app.door.accounts.tokens(&account)?)).await?;
    let told = |token: Token| TokenTold {
        is_live: token.is_live(now),
        scopes: token.scopes.iter().map(|scope| scope.name()).collect(),
        name: token.name,
        made_at: token.made_at,
        ends_at: token.ends_at,
        last_used_on: token.last_used_on,
        revoked_at: token.revoked_at,
    };
    Ok(Json(TokenList { tokens: tokens.into_iter().map(told).collect() }).into_response())
}

/// Makes a token of one's own. It is good for nothing that the secret is not good for with which it
/// is made.
#[utoipa::path(post, path = "/api/v1/tokens", operation_id = "create_token", tag = "accounts",
    request_body = TokenWanted,
    responses((status = 200, description = "The token, with its secret.", body = TokenMade)),
)]
pub(super) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    asked: Asked,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    asked.words.end(&[])?;
    let wanted: TokenWanted = object(&app, &headers, body).await?;
    let account = account(&caller)?;
    let days = wanted.days.unwrap_or(DAYS.0);
    if !(1..=DAYS.1).contains(&days) {
        let detail = format!("`days` is {days}; write 1 to {}", DAYS.1);
        return Err(Problem::bad("bad_value", detail));
    }
    let read = |name: &String| {
        name.parse::<Scope>().map_err(|error| Problem::bad("bad_value", error.to_string()))
    };
    let scopes = wanted.scopes.iter().map(read).collect::<Result<BTreeSet<Scope>, Problem>>()?;
    if let Some(more) = scopes.difference(&caller.scopes).next() {
        let detail = format!("a token of the scope `{more}` is made by what has that scope itself");
        return Err(Problem::new(StatusCode::FORBIDDEN, "missing_scope", detail));
    }
    caller.note.said(format!("token {}", wanted.name));
    let ends_at = app.now() + TimeDelta::days(days);
    let new = NewToken { account: account.clone(), name: wanted.name.clone(), scopes, ends_at };
    let secret = blocking(move || Ok(app.door.accounts.create_token(&new, app.now())?)).await?;
    let made = TokenMade {
        postgres_user: format!("{account}.{}", wanted.name),
        name: wanted.name,
        token: secret.reveal().to_owned(),
        ends_at,
    };
    Ok(Json(made).into_response())
}

/// Makes a token of one's own good for nothing.
#[utoipa::path(delete, path = "/api/v1/tokens/{name}", operation_id = "revoke_token",
    tag = "accounts", params(("name" = String, Path, description = "The token's name.")),
    responses((status = 200, description = "It is revoked.", body = Done)),
)]
pub(super) async fn revoke(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    asked: Asked,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    asked.words.end(&[])?;
    let Path(name) = path.map_err(|error| Problem::bad("bad_address", error.body_text()))?;
    let account = account(&caller)?;
    blocking(move || Ok(app.door.accounts.revoke_token(&account, &name, app.now())?)).await?;
    Ok(Json(Done::default()).into_response())
}
