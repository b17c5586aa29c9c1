//! How did refreshes end, when is the next one due, and how is one wanted now?

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answering::json;
use super::app::{App, blocking};
use super::asked::Asked;
use super::body::object;
use super::caller::Caller;
use super::paging::number;
use super::problem::Problem;
use super::refreshes::{self, Running};
use crate::query::policy::Power;
use crate::refresh::attempts::{self, Attempt};

/// Refreshes listed where no number is given.
const SHOWN: usize = 20;
/// The most that are listed at once.
const SHOWN_MAX: usize = 200;

/// The refreshes of a warehouse.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RefreshList {
    /// the one that this server runs now
    running: Option<Running>,
    /// the times at which it refreshes by itself; null where it does not
    schedule: Option<String>,
    /// the next of them
    #[schema(value_type = Option<String>)]
    next_at: Option<DateTime<Utc>>,
    /// those that have ended, at the command line too, the newest first
    refreshes: Vec<Ended>,
}

/// A refresh that has ended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EndedRefresh)]
struct Ended {
    /// tells it from others
    id: String,
    /// who wanted it: `schedule`, `command line`, or a person
    by: String,
    /// the one system; null where it was all
    only: Option<String>,
    /// when it began
    #[schema(value_type = String)]
    begun_at: DateTime<Utc>,
    /// when it ended
    #[schema(value_type = String)]
    ended_at: DateTime<Utc>,
    /// whether it came to its end; otherwise the last release stayed
    succeeded: bool,
    /// the newest release at its end
    release: Option<u64>,
    /// whether it made that release; otherwise nothing had changed
    published: bool,
    /// why it failed; it is told to those who may refresh
    error: Option<String>,
}

/// Which refresh is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RefreshWanted {
    /// the one system; all where absent
    #[serde(default)]
    only: Option<String>,
}

/// That a refresh has begun.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RefreshBegun {
    running: Running,
}

/// Lists refreshes with how they ended, the newest first, and says when the next is due.
#[utoipa::path(get, path = "/api/v1/refreshes", operation_id = "refreshes", tag = "releases",
params(
    ("limit" = Option<usize>, Query, description = "How many, 1 to 200; 20 where absent."),
), responses(
    (status = 200, description = "The refreshes.", body = RefreshList),
    (status = 304, description = "The answer is the one whose tag was given."),
))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    mut asked: Asked,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    let limit = number(&mut asked.words, "limit", 1, SHOWN_MAX)?.unwrap_or(SHOWN);
    std::mem::take(&mut asked.words).end(&["limit"])?;
    let may_know = caller.principal.may(Power::Refresh);
    let list = blocking(move || {
        let sources = app.sources()?;
        let noted = attempts::newest(&sources.project.state_dir());
        let noted = noted.map_err(|error| Problem::hidden(&error))?;
        let schedule = sources.project.settings.schedule.as_ref();
        Ok(RefreshList {
            running: app.refreshes.running(),
            schedule: schedule.map(|schedule| schedule.refresh.text().to_owned()),
            next_at: refreshes::next(&app)?,
            refreshes: noted.into_iter().take(limit).map(|one| ended(one, may_know)).collect(),
        })
    });
    json(&asked, &list.await?)
}

fn ended(attempt: Attempt, may_know: bool) -> Ended {
    Ended {
        succeeded: !attempt.has_failed(),
        id: attempt.id,
        by: attempt.by,
        only: attempt.only,
        begun_at: attempt.begun_at,
        ended_at: attempt.ended_at,
        release: attempt.release,
        published: attempt.published,
        error: attempt.error.filter(|_| may_know),
    }
}

/// Starts a refresh in a process of its own, and answers at once; `/api/v1/refreshes` tells how it
/// ends. Needs `refresh` of warehouse/access.toml.
#[utoipa::path(post, path = "/api/v1/refresh", operation_id = "refresh", tag = "releases",
    request_body(content = Option<RefreshWanted>, content_type = "application/json"),
    responses(
        (status = 200, description = "It has begun.", body = RefreshBegun),
        (status = 409, description = "Another one runs; Retry-After says when to ask again.",
            body = super::openapi::ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn begin(
    State(app): State<Arc<App>>,
    caller: Caller,
    mut asked: Asked,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    std::mem::take(&mut asked.words).end(&[])?;
    if !caller.principal.may(Power::Refresh) {
        let detail = "your roles may not refresh; `refresh` in warehouse/access.toml lets them";
        return Err(Problem::new(StatusCode::FORBIDDEN, "may_not", detail));
    }
    let is_empty = headers.get("content-length").is_none_or(|length| length == "0")
        && !headers.contains_key("transfer-encoding");
    let wanted = match is_empty {
        true => RefreshWanted::default(),
        false => object(&app, &headers, body).await?,
    };
    let looking = Arc::clone(&app);
    let sources = blocking(move || looking.sources()).await?;
    if let Some(system) = &wanted.only
        && !sources.project.systems.contains_key(system)
    {
        let detail = format!("there is no system `{system}`; warehouse/systems.toml lists them");
        return Err(Problem::bad("unknown_system", detail));
    }
    let running = refreshes::start(&app, &caller.name, wanted.only)?;
    json(&asked, &RefreshBegun { running })
}
