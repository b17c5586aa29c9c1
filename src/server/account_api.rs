//! Who has an account? For those whose role manages accounts.

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
use tokio::sync::OwnedSemaphorePermit;
use utoipa::ToSchema;

use super::app::{App, blocking};
use super::asked::Asked;
use super::body::object;
use super::caller::Caller;
use super::problem::Problem;
use super::session_api::Done;
use crate::accounts::{Account, NewAccount};
use crate::config::Secret;
use crate::query::policy::Access;

/// What is known of each person, by which rows are chosen.
type Attributes = BTreeMap<String, BTreeSet<String>>;

/// All accounts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AccountList {
    accounts: Vec<AccountTold>,
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AccountTold {
    /// its name
    name: String,
    /// its roles
    roles: BTreeSet<String>,
    /// what is known of the person
    attributes: Attributes,
    /// whether it lets nobody in
    is_disabled: bool,
    /// when it was made
    #[schema(value_type = String)]
    created_at: DateTime<Utc>,
    /// by whom
    created_by: String,
}

/// An account to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountWanted {
    /// its name
    name: String,
    /// its password
    #[schema(format = Password)]
    password: String,
    /// its roles
    #[serde(default)]
    roles: BTreeSet<String>,
    /// what is known of the person
    #[serde(default)]
    attributes: Attributes,
}

/// What is changed of an account; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountChange {
    /// other roles
    roles: Option<BTreeSet<String>>,
    /// what else is known of the person
    attributes: Option<Attributes>,
    /// another password
    #[schema(format = Password)]
    password: Option<String>,
    /// whether it lets nobody in
    disabled: Option<bool>,
}

/// Refuses roles and attributes that warehouse/access.toml does not have. It blocks.
pub(super) fn known(
    app: &App,
    roles: &BTreeSet<String>,
    attributes: &Attributes,
) -> Result<(), Problem> {
    let access = Access::read(&app.root).map_err(|error| Problem::hidden(&error))?;
    match access.misses(roles, attributes.keys()) {
        Some(missing) => Err(Problem::bad("bad_value", missing)),
        None => Ok(()),
    }
}

/// Lists accounts.
#[utoipa::path(get, path = "/api/v1/accounts", operation_id = "accounts", tag = "accounts",
    responses((status = 200, description = "The accounts.", body = AccountList)),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: Caller,
    asked: Asked,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    asked.words.end(&[])?;
    let accounts = blocking(move || Ok(app.door.accounts.list()?)).await?;
    let told = |account: Account| AccountTold {
        name: account.name,
        roles: account.roles,
        attributes: account.attributes,
        is_disabled: account.is_disabled,
        created_at: account.created_at,
        created_by: account.created_by,
    };
    Ok(Json(AccountList { accounts: accounts.into_iter().map(told).collect() }).into_response())
}

/// Makes an account. The first one closes the server: from then on everybody says who it is.
#[utoipa::path(post, path = "/api/v1/accounts", operation_id = "add_account", tag = "accounts",
    request_body = AccountWanted,
    responses((status = 200, description = "It is there.", body = Done)),
)]
pub(super) async fn add(
    State(app): State<Arc<App>>,
    caller: Caller,
    asked: Asked,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    asked.words.end(&[])?;
    let AccountWanted { name, password, roles, attributes } = object(&app, &headers, body).await?;
    caller.note.said(format!("account {name} with roles {roles:?}"));
    let (password, created_by) = (Secret::from(password), caller.name);
    let new = NewAccount { name, password, roles, attributes, created_by };
    let turn = password_turn(&app).await?;
    let adding = Arc::clone(&app);
    blocking(move || {
        let _turn = turn;
        known(&adding, &new.roles, &new.attributes)?;
        Ok(adding.door.accounts.add(&new, adding.now())?)
    })
    .await?;
    Ok(Json(Done::default()).into_response())
}

/// Leave to hash a password, to be kept until that is done, whether the client waits or not.
pub(super) async fn password_turn(app: &App) -> Result<OwnedSemaphorePermit, Problem> {
    let turn = Arc::clone(&app.door.passwords).acquire_owned();
    match tokio::time::timeout(app.options.queue_wait, turn).await {
        Ok(Ok(turn)) => Ok(turn),
        _ => {
            let detail = "too many passwords are looked at; try again in a second";
            Err(Problem::busy("too_many_passwords", detail))
        }
    }
}

/// Changes an account: its roles, what is known of the person, its password, or whether it lets
/// anybody in. Another password and disabling end its sessions.
#[utoipa::path(post, path = "/api/v1/accounts/{name}", operation_id = "change_account",
    tag = "accounts", params(("name" = String, Path, description = "The account's name.")),
    request_body = AccountChange,
    responses((status = 200, description = "It is changed.", body = Done)),
)]
pub(super) async fn change(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    asked: Asked,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    asked.words.end(&[])?;
    let Path(name) = path.map_err(|error| Problem::bad("bad_address", error.body_text()))?;
    let change: AccountChange = object(&app, &headers, body).await?;
    caller.note.said(told(&change));
    let turn = password_turn(&app).await?;
    let changing = Arc::clone(&app);
    blocking(move || {
        let _turn = turn;
        let (none, nothing) = (BTreeSet::new(), Attributes::new());
        let roles = change.roles.as_ref();
        let attributes = change.attributes.as_ref();
        known(&changing, roles.unwrap_or(&none), attributes.unwrap_or(&nothing))?;
        let accounts = &changing.door.accounts;
        accounts.account(&name)?;
        if let Some(password) = change.password {
            accounts.set_password(&name, &Secret::from(password))?;
        }
        if let Some(roles) = roles {
            accounts.set_roles(&name, roles)?;
        }
        if let Some(attributes) = attributes {
            accounts.set_attributes(&name, attributes)?;
        }
        if let Some(is_disabled) = change.disabled {
            accounts.set_disabled(&name, is_disabled)?;
        }
        Ok(())
    })
    .await?;
    Ok(Json(Done::default()).into_response())
}

/// What is changed, for the log: never a password.
fn told(change: &AccountChange) -> String {
    let mut parts = Vec::new();
    parts.extend(change.roles.as_ref().map(|roles| format!("roles {roles:?}")));
    parts.extend(change.attributes.as_ref().map(|known| format!("attributes {known:?}")));
    parts.extend(change.password.as_ref().map(|_| "a new password".to_owned()));
    parts.extend(change.disabled.map(|is_disabled| match is_disabled {
        true => "disabled".to_owned(),
        false => "enabled".to_owned(),
    }));
    parts.join(", ")
}

/// Takes an account away with its sessions and tokens.
#[utoipa::path(delete, path = "/api/v1/accounts/{name}", operation_id = "remove_account",
    tag = "accounts", params(("name" = String, Path, description = "The account's name.")),
    responses((status = 200, description = "It is not there any more.", body = Done)),
)]
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    _: Caller,
    path: Result<Path<String>, PathRejection>,
    asked: Asked,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    asked.words.end(&[])?;
    let Path(name) = path.map_err(|error| Problem::bad("bad_address", error.body_text()))?;
    blocking(move || Ok(app.door.accounts.remove(&name)?)).await?;
    Ok(Json(Done::default()).into_response())
}
