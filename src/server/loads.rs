//! What did each release read, and what became of it?

use std::collections::BTreeMap;
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
use super::paging::number;
use super::problem::Problem;
use crate::warehouse::release::{Accounting, Release, ReleaseKind};

/// Releases listed where no number is given.
const SHOWN: usize = 20;
/// The most that are listed at once.
const SHOWN_MAX: usize = 1_000;

/// What releases read, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Loads {
    /// the newest of them
    release: u64,
    loads: Vec<Load>,
}

/// What a release read.
#[derive(Debug, Serialize, ToSchema)]
struct Load {
    /// its number
    release: u64,
    /// its moment
    #[schema(value_type = String)]
    created_at: DateTime<Utc>,
    /// what made it: `refresh`, `retry` or `entered`
    #[schema(value_type = String)]
    kind: ReleaseKind,
    /// of each table that was read: rows read, inserted, changed, unchanged, superseded,
    /// quarantined, before, deleted, restored, after and stale
    #[schema(value_type = Object)]
    tables: BTreeMap<String, Accounting>,
    /// the departmental systems that were down, so that their earlier data stayed, with the reason
    kept: BTreeMap<String, String>,
}

/// Tells what each release read, table by table, the newest first. Of tables that the caller does
/// not see whole nothing is counted, and why a system was down is the owner's.
#[utoipa::path(get, path = "/api/v1/loads", operation_id = "loads", tag = "releases", params(
    ("limit" = Option<usize>, Query, description = "How many releases, 1 to 1000; 20 where \
        absent."),
    ("as_of" = Option<String>, Query, description = "The newest one listed."),
), responses(
    (status = 200, description = "The loads.", body = Loads),
    (status = 304, description = "The answer is the one whose tag was given."),
))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    mut asked: Asked,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    let as_of = asked.words.take("as_of")?;
    let limit = number(&mut asked.words, "limit", 1, SHOWN_MAX)?.unwrap_or(SHOWN);
    std::mem::take(&mut asked.words).end(&["limit", "as_of"])?;
    let scene = app.scene(caller, as_of).await?;
    let loads = blocking(move || loads(&scene, limit)).await?;
    json(&asked, &loads)
}

fn loads(scene: &Scene, limit: usize) -> Result<Loads, Problem> {
    let newest = scene.held.release.number;
    let seen = match scene.caller.principal.is_owner() {
        true => None,
        false => Some(scene.seen()?),
    };
    let told = |release: &Release| {
        let counts = release.accounting.iter();
        let is_told = |name: &_| seen.as_ref().is_none_or(|seen| seen.get(name) == Some(&true));
        let tables = counts.filter(|(name, _)| is_told(name));
        let kept = release.systems.iter().filter(|_| seen.is_none());
        Load {
            release: release.number,
            created_at: release.created_at,
            kind: release.kind,
            tables: tables.map(|(name, counts)| (name.to_string(), *counts)).collect(),
            kept: kept
                .filter_map(|(name, entry)| Some((name.clone(), entry.kept_because.clone()?)))
                .collect(),
        }
    };
    let home = &scene.app.home;
    let numbers = home.numbers()?.into_iter().rev().filter(|number| *number <= newest);
    let mut loads = Vec::new();
    for number in numbers.take(limit) {
        loads.push(told(home.release(number)?.as_ref()));
    }
    Ok(Loads { release: newest, loads })
}
