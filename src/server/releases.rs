//! Which releases are there?

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
use super::problem::Problem;
use crate::warehouse::release::Release;

/// Releases listed where no number is given.
const SHOWN: usize = 20;
/// The most that are listed at once.
const SHOWN_MAX: usize = 1_000;

/// Releases, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct ReleaseList {
    /// the newest of them
    release: u64,
    releases: Vec<Listed>,
}

/// A release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Release)]
pub(super) struct Listed {
    /// its number
    release: u64,
    /// its moment
    #[schema(value_type = String)]
    created_at: DateTime<Utc>,
    /// what made it: `refresh`, `retry` or `entered`
    #[schema(value_type = String)]
    kind: crate::warehouse::release::ReleaseKind,
    /// how many tables it has
    tables: usize,
    /// its own hash
    hash: String,
    /// the names by which it is pinned
    pins: Vec<String>,
    /// what people entered with it; told to the owner alone
    entered: Vec<String>,
    /// the checks that were waived for it
    waived: Vec<String>,
}

/// Lists releases, the newest first.
#[utoipa::path(get, path = "/api/v1/releases", operation_id = "releases", tag = "releases", params(
    ("limit" = Option<usize>, Query, description = "How many, 1 to 1000; 20 where absent."),
    ("as_of" = Option<String>, Query, description = "The newest one listed: its number, a pin's \
        name, a date or a time."),
), responses(
    (status = 200, description = "The releases.", body = ReleaseList),
))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    mut asked: Asked,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    let as_of = asked.words.take("as_of")?;
    let limit = limit(asked.words.take("limit")?)?;
    std::mem::take(&mut asked.words).end(&["limit", "as_of"])?;
    let scene = app.scene(caller, as_of).await?;
    let list = blocking(move || listed(&scene, limit)).await?;
    json(&asked, &list)
}

/// The names by which releases are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct PinList {
    pins: Vec<Pinned>,
}

/// A name by which a release is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Pinned {
    /// the name
    name: String,
    /// the release
    release: u64,
    /// the release's own hash
    hash: String,
}

/// Lists the names by which releases are kept.
#[utoipa::path(get, path = "/api/v1/pins", operation_id = "pins", tag = "releases", params(
    ("as_of" = Option<String>, Query, description = "Pins of later releases are left out."),
), responses(
    (status = 200, description = "The pins by name.", body = PinList),
    (status = 304, description = "The answer is the one whose tag was given."),
))]
pub(super) async fn pins(
    State(app): State<Arc<App>>,
    caller: Caller,
    mut asked: Asked,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    let as_of = asked.words.take("as_of")?;
    std::mem::take(&mut asked.words).end(&["as_of"])?;
    let scene = app.scene(caller, as_of).await?;
    let newest = scene.held.release.number;
    let pins = blocking(move || Ok(scene.app.home.pins()?)).await?;
    let mut pins: Vec<Pinned> = pins
        .into_iter()
        .filter(|pin| pin.number <= newest)
        .map(|pin| Pinned { name: pin.name, release: pin.number, hash: pin.release })
        .collect();
    pins.sort_by(|one, other| one.name.cmp(&other.name));
    json(&asked, &PinList { pins })
}

fn limit(text: Option<String>) -> Result<usize, Problem> {
    let Some(text) = text else { return Ok(SHOWN) };
    match text.parse() {
        Ok(limit @ 1..=SHOWN_MAX) => Ok(limit),
        _ => {
            let detail = format!("`limit` is `{text}`; write a whole number, 1 to {SHOWN_MAX}");
            Err(Problem::bad("bad_parameter", detail))
        }
    }
}

fn listed(scene: &Scene, limit: usize) -> Result<ReleaseList, Problem> {
    let home = &scene.app.home;
    let newest = scene.held.release.number;
    let mut pins: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for pin in home.pins()? {
        pins.entry(pin.number).or_default().push(pin.name);
    }
    let numbers = home.numbers()?.into_iter().rev().filter(|number| *number <= newest);
    let mut releases = Vec::new();
    for number in numbers.take(limit) {
        let release = home.release(number)?;
        let mut told = told(&release, pins.remove(&number).unwrap_or_default());
        if !scene.caller.principal.is_owner() {
            // What people enter may name customers, whom not everybody sees.
            told.entered = Vec::new();
        }
        releases.push(told);
    }
    Ok(ReleaseList { release: newest, releases })
}

fn told(release: &Release, pins: Vec<String>) -> Listed {
    Listed {
        release: release.number,
        created_at: release.created_at,
        kind: release.kind,
        tables: release.tables.len(),
        hash: release.hash.clone(),
        pins,
        entered: release.entered.iter().map(ToString::to_string).collect(),
        waived: release.waivers.iter().map(|waiver| waiver.check.clone()).collect(),
    }
}
