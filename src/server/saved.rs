//! Which questions and pages did people keep? Everybody sees those that are shared, and changes
//! one's own.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::{ETAG, IF_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::answering::json;
use super::app::{App, blocking};
use super::asked::Asked;
use super::body::object;
use super::caller::Caller;
use super::problem::Problem;
use super::saved_store::{Change, Given, SaveError, Saved, Store};

/// What can be kept.
const KINDS: [&str; 2] = ["queries", "pages"];
/// Signs of a name.
const NAME_MAX: usize = 200;

/// What people kept.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SavedList {
    saved: Vec<Saved>,
}

impl From<SaveError> for Problem {
    fn from(error: SaveError) -> Self {
        match error {
            SaveError::Unknown => {
                let detail = "nothing of this id is kept, or it is not shared with you";
                Self::new(StatusCode::NOT_FOUND, "unknown_saved", detail)
            }
            SaveError::Foreign => {
                let detail = "it is somebody else's; keep one of your own";
                Self::new(StatusCode::FORBIDDEN, "may_not", detail)
            }
            SaveError::Changed(version) => {
                let detail = format!(
                    "it has changed since you read it and is at version {version}; read it again"
                );
                Self::new(StatusCode::PRECONDITION_FAILED, "changed", detail)
            }
            other => Self::hidden(&other),
        }
    }
}

/// The version that a request names by `If-Match`.
fn seen(headers: &HeaderMap) -> Result<i64, Problem> {
    let given = headers.get(IF_MATCH).and_then(|value| value.to_str().ok());
    let Some(given) = given else {
        let detail = "say with `If-Match: \"<version>\"` which version you have read";
        return Err(Problem::new(StatusCode::PRECONDITION_REQUIRED, "no_version", detail));
    };
    let version = given.trim().trim_start_matches("W/").trim_matches('"').parse();
    version.map_err(|_| {
        let detail =
            format!("`If-Match: {given}` names no version; it is a number in quotation marks");
        Problem::bad("bad_parameter", detail)
    })
}

fn kind(given: String) -> Result<String, Problem> {
    match KINDS.contains(&given.as_str()) {
        true => Ok(given),
        false => {
            let detail = format!("`{given}` cannot be kept; there are {}", KINDS.join(" and "));
            Err(Problem::new(StatusCode::NOT_FOUND, "unknown_kind", detail))
        }
    }
}

fn sound(given: Given) -> Result<Given, Problem> {
    let name = given.name.trim();
    let is_sound =
        (1..=NAME_MAX).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    match is_sound {
        true => Ok(Given { name: name.to_owned(), ..given }),
        false => {
            let detail = format!("`name` has 1 to {NAME_MAX} signs, none of which is a line's end");
            Err(Problem::bad("bad_body", detail))
        }
    }
}

/// Asks the store, which blocks.
async fn ask<T: Send + 'static>(
    app: &Arc<App>,
    task: impl FnOnce(&mut Store) -> Result<T, SaveError> + Send + 'static,
) -> Result<T, Problem> {
    let app = Arc::clone(app);
    blocking(move || {
        let mut store = Store::open(&app.root.join("warehouse/state"), app.now())?;
        Ok(task(&mut store)?)
    })
    .await
}

/// One, with its version as its tag.
fn one(asked: &Asked, saved: &Saved) -> Result<Response, Problem> {
    let mut response = json(asked, saved)?;
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", saved.version)) {
        response.headers_mut().insert(ETAG, tag);
    }
    Ok(response)
}

fn bad(error: &PathRejection) -> Problem {
    Problem::bad("bad_address", error.body_text())
}

/// Lists one's own and those that are shared; or one's own that were deleted.
#[utoipa::path(get, path = "/api/v1/saved/{kind}", operation_id = "saved", tag = "saved", params(
    ("kind" = String, Path, description = "`queries` or `pages`."),
    ("deleted" = Option<bool>, Query, description = "`true`: those that can come back."),
), responses(
    (status = 200, description = "What is kept, by name.", body = SavedList),
    (status = 304, description = "The answer is the one whose tag was given."),
))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    mut asked: Asked,
) -> Result<Response, Problem> {
    let Path(given) = path.map_err(|error| bad(&error))?;
    asked.takes_json()?;
    let deleted = asked.words.take("deleted")?;
    std::mem::take(&mut asked.words).end(&["deleted"])?;
    let kind = kind(given)?;
    let is_gone = match deleted.as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(other) => {
            let detail = format!("`deleted` is `{other}`; write true or false");
            return Err(Problem::bad("bad_parameter", detail));
        }
    };
    let saved = ask(&app, move |store| store.list(&kind, &caller.name, is_gone)).await?;
    json(&asked, &SavedList { saved })
}

/// Keeps a question or a page.
#[utoipa::path(post, path = "/api/v1/saved/{kind}", operation_id = "save", tag = "saved",
    params(("kind" = String, Path, description = "`queries` or `pages`.")),
    request_body(content = Given, content_type = "application/json"),
    responses((status = 200, description = "It is kept, at version 1.", body = Saved)),
)]
pub(super) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    mut asked: Asked,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let Path(given) = path.map_err(|error| bad(&error))?;
    asked.takes_json()?;
    std::mem::take(&mut asked.words).end(&[])?;
    let kind = kind(given)?;
    let given = sound(object(&app, &headers, body).await?)?;
    let saved = ask(&app, move |store| store.create(&kind, &caller.name, given)).await?;
    one(&asked, &saved)
}

/// Tells one that is one's own or shared; its tag is its version.
#[utoipa::path(get, path = "/api/v1/saved/{kind}/{id}", operation_id = "saved_one", tag = "saved",
params(
    ("kind" = String, Path, description = "`queries` or `pages`."),
    ("id" = String, Path, description = "Its id."),
), responses(
    (status = 200, description = "It.", body = Saved),
))]
pub(super) async fn get(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: Result<Path<(String, String)>, PathRejection>,
    mut asked: Asked,
) -> Result<Response, Problem> {
    let Path((given, id)) = path.map_err(|error| bad(&error))?;
    asked.takes_json()?;
    std::mem::take(&mut asked.words).end(&[])?;
    let kind = kind(given)?;
    let saved = ask(&app, move |store| store.get(&kind, &id, &caller.name)).await?;
    one(&asked, &saved)
}

/// Changes one's own; `If-Match` names the version that was read.
#[utoipa::path(put, path = "/api/v1/saved/{kind}/{id}", operation_id = "save_again", tag = "saved",
    params(
        ("kind" = String, Path, description = "`queries` or `pages`."),
        ("id" = String, Path, description = "Its id."),
        ("If-Match" = String, Header, description = "Its version, in quotation marks."),
    ),
    request_body(content = Given, content_type = "application/json"),
    responses((status = 200, description = "It is kept, at its next version.", body = Saved)),
)]
pub(super) async fn replace(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: Result<Path<(String, String)>, PathRejection>,
    mut asked: Asked,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let Path((given, id)) = path.map_err(|error| bad(&error))?;
    asked.takes_json()?;
    std::mem::take(&mut asked.words).end(&[])?;
    let (kind, version) = (kind(given)?, seen(&headers)?);
    let change = Change::Replaced(sound(object(&app, &headers, body).await?)?);
    changed(&app, &asked, caller, (kind, id), Some(version), change).await
}

/// Deletes one's own; it can come back for 30 days. `If-Match` names the version that was read.
#[utoipa::path(delete, path = "/api/v1/saved/{kind}/{id}", operation_id = "forget", tag = "saved",
    params(
        ("kind" = String, Path, description = "`queries` or `pages`."),
        ("id" = String, Path, description = "Its id."),
        ("If-Match" = String, Header, description = "Its version, in quotation marks."),
    ),
    responses((status = 200, description = "It is deleted.", body = Saved)),
)]
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: Result<Path<(String, String)>, PathRejection>,
    mut asked: Asked,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Path((given, id)) = path.map_err(|error| bad(&error))?;
    asked.takes_json()?;
    std::mem::take(&mut asked.words).end(&[])?;
    let (kind, version) = (kind(given)?, seen(&headers)?);
    changed(&app, &asked, caller, (kind, id), Some(version), Change::Deleted).await
}

/// Brings back one's own that was deleted within the last 30 days.
#[utoipa::path(post, path = "/api/v1/saved/{kind}/{id}/restore", operation_id = "restore",
    tag = "saved",
    params(
        ("kind" = String, Path, description = "`queries` or `pages`."),
        ("id" = String, Path, description = "Its id."),
    ),
    responses((status = 200, description = "It is there again.", body = Saved)),
)]
pub(super) async fn restore(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: Result<Path<(String, String)>, PathRejection>,
    mut asked: Asked,
) -> Result<Response, Problem> {
    let Path((given, id)) = path.map_err(|error| bad(&error))?;
    asked.takes_json()?;
    std::mem::take(&mut asked.words).end(&[])?;
    changed(&app, &asked, caller, (kind(given)?, id), None, Change::Restored).await
}

async fn changed(
    app: &Arc<App>,
    asked: &Asked,
    caller: Caller,
    (kind, id): (String, String),
    version: Option<i64>,
    change: Change,
) -> Result<Response, Problem> {
    let done = ask(app, move |store| store.change(&kind, &id, &caller.name, version, change));
    one(asked, &done.await?)
}
