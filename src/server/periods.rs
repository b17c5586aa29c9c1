//! Which accounting periods are closed, by whom, with what waived, and which were restated?
//!
//! It is told to whoever sees the whole table of periods.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::answering::json;
use super::app::{App, Scene, blocking};
use super::asked::Asked;
use super::caller::Caller;
use super::problem::Problem;
use crate::refresh::{Books, Decision, Standing};
use crate::warehouse::Pin;
use crate::warehouse::entered::{BETWEEN_CHECKS, PeriodStatus};

/// How every period stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Periods {
    /// the release
    release: u64,
    /// the periods in their order: a line for each, or for each legal entity of one that does not
    /// stand alike for all
    periods: Vec<Period>,
    /// the closings of periods that had been closed before, in the order in which they were decided
    restatements: Vec<Closing>,
}

/// How a period stands.
#[derive(Debug, Serialize, ToSchema)]
struct Period {
    /// the period
    period: String,
    /// the legal entity; null where it stands alike for all
    entity: Option<String>,
    /// `open`, `closed` or `reopened`
    status: &'static str,
    /// what was decided last; null where it never was closed
    decision: Option<Closing>,
}

/// What was decided about a period.
#[derive(Debug, Serialize, ToSchema)]
struct Closing {
    /// the period
    period: String,
    /// the legal entity; null where it was decided for all
    entity: Option<String>,
    /// the how manieth closing it is or undoes, from 1
    closing: u64,
    /// the release that it came with
    release: u64,
    /// the name by which that release is kept
    pin: Option<String>,
    /// who decided
    by: String,
    /// when
    #[schema(value_type = String)]
    at: DateTime<Utc>,
    /// why
    because: Option<String>,
    /// the checks that were waived
    waived: Vec<String>,
}

/// Lists the accounting periods with what was decided about them.
#[utoipa::path(get, path = "/api/v1/periods", operation_id = "periods", tag = "periods", params(
    ("as_of" = Option<String>, Query, description = "The release; the newest where absent."),
), responses(
    (status = 200, description = "The periods.", body = Periods),
    (status = 304, description = "The answer is the one whose tag was given."),
))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    mut asked: Asked,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    let as_of = asked.words.take("as_of")?;
    std::mem::take(&mut asked.words).end(&["as_of"])?;
    let scene = app.scene(caller, as_of).await?;
    let _turn = app.turn().await?;
    let periods = blocking(move || periods(&scene)).await?;
    json(&asked, &periods)
}

fn periods(scene: &Scene) -> Result<Periods, Problem> {
    let (project, home) = (&scene.sources.project, &scene.app.home);
    let table = project.settings.periods.as_ref().map(|periods| &periods.table);
    if !scene.caller.principal.is_owner() {
        let seen = scene.seen()?;
        if table.and_then(|table| seen.get(table)) != Some(&true) {
            return Err(Problem::not_seen("accounting periods"));
        }
    }
    let number = scene.held.release.number;
    let books = Books::read(project, home, number, scene.limits())?;
    let pins = home.pins()?;
    let period = |standing: Standing| Period {
        status: standing.decision.as_ref().map_or("open", |last| last.status.text()),
        decision: standing.decision.as_ref().map(|last| closing(last, &pins)),
        period: standing.period,
        entity: standing.entity,
    };
    let is_restated = |one: &&Decision| one.closing > 1 && one.status == PeriodStatus::Closed;
    Ok(Periods {
        release: number,
        periods: books.standings().into_iter().map(period).collect(),
        restatements: books
            .decisions
            .iter()
            .filter(is_restated)
            .map(|one| closing(one, &pins))
            .collect(),
    })
}

fn closing(decision: &Decision, pins: &[Pin]) -> Closing {
    let is_own = |pin: &&Pin| pin.number == decision.release && pin.name.starts_with("close-");
    let waived = decision.waived.as_deref().unwrap_or_default().split(BETWEEN_CHECKS);
    Closing {
        period: decision.period.clone(),
        entity: decision.entity.clone(),
        closing: decision.closing,
        release: decision.release,
        pin: pins.iter().find(is_own).map(|pin| pin.name.clone()),
        by: decision.by.clone(),
        at: decision.at,
        because: decision.because.clone(),
        waived: waived.filter(|check| !check.is_empty()).map(str::to_owned).collect(),
    }
}
