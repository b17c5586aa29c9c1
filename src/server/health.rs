//! Does the server live, can it answer, and what does it count?

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::app::{App, blocking};
use super::asked::Asked;
use super::caller::Caller;
use super::metrics::{Text, seconds};
use super::problem::Problem;
use crate::accounts::Scope;
use crate::refresh::attempts::{self, Attempt};
use crate::warehouse::release::Release;

/// Whether questions can be answered, and how old the data are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Readiness {
    /// whether they can
    ready: bool,
    /// why not
    because: Option<String>,
    /// the newest release
    release: Option<u64>,
    /// its moment
    #[schema(value_type = Option<String>)]
    released_at: Option<DateTime<Utc>>,
    /// the data of each departmental system
    data: Vec<Age>,
    /// when it was last not possible to look for a new release
    #[schema(value_type = Option<String>)]
    last_failure_at: Option<DateTime<Utc>>,
    /// when a refresh last ended, at the command line too
    #[schema(value_type = Option<String>)]
    last_refresh_at: Option<DateTime<Utc>>,
    /// when one last failed; /api/v1/refreshes says why
    #[schema(value_type = Option<String>)]
    last_failed_refresh_at: Option<DateTime<Utc>>,
    /// whether the last one failed, so that the data are older than they should be
    is_refresh_failing: bool,
}

/// How old the data of a departmental system are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Age {
    /// its name
    system: String,
    /// when they were extracted; null when they never were
    #[schema(value_type = Option<String>)]
    read_at: Option<DateTime<Utc>>,
    /// since then
    age_seconds: Option<i64>,
    /// why they are those of an earlier refresh, if they are
    kept_because: Option<String>,
}

/// Says that the process runs, whatever it can answer.
#[utoipa::path(get, path = "/livez", operation_id = "live", tag = "health", responses(
    (status = 200, description = "The process runs.", body = String, content_type = "text/plain"),
))]
pub(super) async fn live(asked: Asked) -> Result<Response, Problem> {
    asked.words.end(&[])?;
    Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8")], "alive\n").into_response())
}

/// Says whether questions can be answered; to whoever may read, with the age of the data and the
/// last failure. Strangers are told neither names of systems nor times.
#[utoipa::path(get, path = "/readyz", operation_id = "ready", tag = "health", responses(
    (status = 200, description = "Questions are answered.", body = Readiness),
    (status = 503, description = "They are not, and why.", body = Readiness),
))]
pub(super) async fn ready(
    State(app): State<Arc<App>>,
    caller: Option<Caller>,
    asked: Asked,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    asked.words.end(&[])?;
    let may_read = caller.is_some_and(|caller| caller.scopes.contains(&Scope::Read));
    let readiness = readiness(&app, may_read).await;
    let status = match readiness.ready {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    Ok((status, Json(readiness)).into_response())
}

async fn readiness(app: &Arc<App>, may_read: bool) -> Readiness {
    let now = app.now();
    let held = app.keeper.newest();
    let failure = app.keeper.failure();
    let looked = Arc::clone(app);
    let is_readable = blocking(move || looked.sources().map(|_| ())).await.is_ok();
    let state = app.root.join("warehouse/state");
    let noted = blocking(move || Ok(attempts::newest(&state).unwrap_or_default())).await;
    let noted = noted.unwrap_or_default();
    let because = if held.is_none() {
        Some("the warehouse has no release yet; run `patron refresh`")
    } else if app.door.accounts.is_recording().is_err() {
        Some("what is asked cannot be written down, so nothing is answered; the log says why")
    } else if !is_readable {
        Some("the project's files cannot be read; `patron check` and the server's log say why")
    } else if failure.is_some_and(|failure| !failure.is_over) {
        Some("new releases cannot be seen; the server's log says why")
    } else {
        None
    };
    let release = held.map(|held| Arc::clone(&held.release)).filter(|_| may_read);
    Readiness {
        ready: because.is_none(),
        because: because.map(str::to_owned),
        release: release.as_ref().map(|release| release.number),
        released_at: release.as_ref().map(|release| release.created_at),
        data: release.map(|release| ages(&release, now)).unwrap_or_default(),
        last_failure_at: failure.filter(|_| may_read).map(|failure| failure.at),
        last_refresh_at: noted.first().filter(|_| may_read).map(|last| last.ended_at),
        last_failed_refresh_at: noted
            .iter()
            .find(|one| may_read && one.has_failed())
            .map(|one| one.ended_at),
        is_refresh_failing: may_read && noted.first().is_some_and(Attempt::has_failed),
    }
}

fn ages(release: &Release, now: DateTime<Utc>) -> Vec<Age> {
    let systems = release.systems.iter();
    let age = systems.map(|(name, entry)| Age {
        system: name.clone(),
        read_at: entry.extracted_at,
        age_seconds: entry.extracted_at.map(|at| (now - at).num_seconds()),
        kept_because: entry.kept_because.clone(),
    });
    age.collect()
}

/// What is counted, for Prometheus; for whoever manages accounts, such as with a token of the scope
/// `read`.
#[utoipa::path(get, path = "/metrics", operation_id = "metrics", tag = "health", responses(
    (status = 200, description = "Metrics in the text format of Prometheus.", body = String,
        content_type = "text/plain"),
))]
pub(super) async fn metrics(
    State(app): State<Arc<App>>,
    asked: Asked,
) -> Result<Response, Problem> {
    asked.words.end(&[])?;
    let mut text = Text(app.metrics.text());
    text.head("patron_questions_running", "gauge", "Questions that are being answered.");
    text.line("patron_questions_running", &[], &app.questions_running().to_string());
    if let Some(held) = app.keeper.newest() {
        release(&held.release, app.now(), &mut text);
    }
    text.head("patron_build_info", "gauge", "The program.");
    text.line("patron_build_info", &[("version", env!("CARGO_PKG_VERSION"))], "1");
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text.0).into_response())
}

/// What is known of the newest release.
fn release(release: &Release, now: DateTime<Utc>, text: &mut Text) {
    text.head("patron_release", "gauge", "The number of the newest release.");
    text.line("patron_release", &[], &release.number.to_string());
    text.head("patron_release_age_seconds", "gauge", "The time since the newest release.");
    text.line("patron_release_age_seconds", &[], &age(now - release.created_at));
    let name = "patron_data_age_seconds";
    text.head(name, "gauge", "The time since a system's data were extracted.");
    for (system, entry) in &release.systems {
        if let Some(at) = entry.extracted_at {
            text.line(name, &[("system", system)], &age(now - at));
        }
    }
}

/// A time as seconds; one that the clock set back is none.
fn age(passed: TimeDelta) -> String {
    seconds(passed.to_std().unwrap_or_default())
}
