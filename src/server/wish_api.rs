//! Which accounts are asked for, and what was decided?

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::account_api::known;
use super::app::{App, blocking};
use super::asked::Asked;
use super::body::object;
use super::caller::Caller;
use super::problem::Problem;
use super::session_api::Done;
use crate::accounts::{Decision, Wish};
use crate::query::policy::Power;

/// An account that is asked for, or a change of one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountWish {
    /// the name of the account
    name: String,
    /// the roles that it should have
    #[serde(default)]
    roles: BTreeSet<String>,
    /// what should be known of the person
    #[serde(default)]
    attributes: BTreeMap<String, BTreeSet<String>>,
    /// why
    because: String,
}

/// What is asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AccountWishes {
    requests: Vec<WishTold>,
}

/// What somebody asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WishTold {
    /// its number
    number: i64,
    /// when it was filed
    #[schema(value_type = String)]
    made_at: DateTime<Utc>,
    /// by whom
    made_by: String,
    /// the name of the account
    name: String,
    /// the roles that it should have
    roles: BTreeSet<String>,
    /// what should be known of the person
    attributes: BTreeMap<String, BTreeSet<String>>,
    /// why
    because: String,
    /// `granted` or `refused`; null while it is open
    decision: Option<&'static str>,
    /// who decided
    decided_by: Option<String>,
    /// when
    #[schema(value_type = Option<String>)]
    decided_at: Option<DateTime<Utc>>,
}

/// What is decided.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WishDecision {
    /// whether it is granted; making the account is a request of its own
    granted: bool,
}

/// A wish that was filed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WishFiled {
    /// its number
    number: i64,
}

/// Lists what is asked for, the newest first: to managers everything, to others their own.
#[utoipa::path(get, path = "/api/v1/account-requests", operation_id = "account_requests",
    tag = "accounts",
    responses((status = 200, description = "What is asked for.", body = AccountWishes)),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    asked: Asked,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    asked.words.end(&[])?;
    let own = (!caller.may(Power::ManageAccounts)).then_some(caller.name);
    let wishes = blocking(move || Ok(app.door.accounts.wishes(own.as_deref())?)).await?;
    let told = |wish: Wish| {
        let (decision, decided_by, decided_at) = match wish.decision {
            Some((decision, by, at)) => (Some(decision.name()), Some(by), Some(at)),
            None => (None, None, None),
        };
        WishTold {
            number: wish.number,
            made_at: wish.made_at,
            made_by: wish.made_by,
            name: wish.wanted,
            roles: wish.roles,
            attributes: wish.attributes,
            because: wish.because,
            decision,
            decided_by,
            decided_at,
        }
    };
    Ok(Json(AccountWishes { requests: wishes.into_iter().map(told).collect() }).into_response())
}

/// Asks for an account, or for a change of one.
#[utoipa::path(post, path = "/api/v1/account-requests", operation_id = "request_account",
    tag = "accounts", request_body = AccountWish,
    responses((status = 200, description = "It is filed.", body = WishFiled)),
)]
pub(super) async fn file(
    State(app): State<Arc<App>>,
    caller: Caller,
    asked: Asked,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    asked.words.end(&[])?;
    let AccountWish { name, roles, attributes, because } = object(&app, &headers, body).await?;
    caller.note.said(format!("account {name} with roles {roles:?}"));
    let wish = Wish {
        number: 0,
        made_at: app.now(),
        made_by: caller.name,
        wanted: name,
        roles,
        attributes,
        because,
        decision: None,
    };
    let number = blocking(move || {
        known(&app, &wish.roles, &wish.attributes)?;
        Ok(app.door.accounts.wish(&wish)?)
    });
    Ok(Json(WishFiled { number: number.await? }).into_response())
}

/// Decides what is asked for.
#[utoipa::path(post, path = "/api/v1/account-requests/{number}", operation_id = "decide_account",
    tag = "accounts", params(("number" = i64, Path, description = "Its number.")),
    request_body = WishDecision,
    responses((status = 200, description = "It is decided.", body = Done)),
)]
pub(super) async fn decide(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: Result<Path<i64>, PathRejection>,
    asked: Asked,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    asked.words.end(&[])?;
    let Path(number) = path.map_err(|error| Problem::bad("bad_address", error.body_text()))?;
    let WishDecision { granted } = object(&app, &headers, body).await?;
    let decision = if granted { Decision::Granted } else { Decision::Refused };
    caller.note.said(decision.name());
    blocking(move || Ok(app.door.accounts.decide(number, decision, &caller.name, app.now())?))
        .await?;
    Ok(Json(Done::default()).into_response())
}
