//! What did the checks of a release find, and what was waived?
//!
//! A finding quotes rows. It is told to whoever sees the whole table that it is about; what checks
//! of several tables find is the owner's.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::answering::json;
use super::app::{App, Scene, blocking};
use super::asked::Asked;
use super::caller::Caller;
use super::problem::Problem;
use crate::refresh::findings::Waivers;
use crate::warehouse::release::{Amount, CheckResult, Severity};

/// What the checks of a release found.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Findings {
    /// the release
    release: u64,
    findings: Vec<Finding>,
}

/// What a check found.
#[derive(Debug, Serialize, ToSchema)]
struct Finding {
    /// the check
    check: String,
    /// `warning` or `error`
    #[schema(value_type = String)]
    severity: Severity,
    /// the accounting period that it is about; null where it is about none
    period: Option<String>,
    /// how grave it is for closing that period, where that differs
    #[schema(value_type = Option<String>)]
    closing: Option<Severity>,
    /// how many rows it is about; null where it is not about rows
    rows: Option<u64>,
    /// what was found, with the first of the rows
    finding: String,
    /// what the rows come to, by column and unit
    #[schema(value_type = Vec<Object>)]
    amounts: Vec<Amount>,
    /// why it is waived; null where it is not
    waived_because: Option<String>,
    /// by whom, where that is known
    waived_by: Option<String>,
}

/// Tells what the checks of a release found, waived findings too.
#[utoipa::path(get, path = "/api/v1/checks", operation_id = "checks", tag = "releases", params(
    ("as_of" = Option<String>, Query, description = "The release; the newest where absent."),
), responses(
    (status = 200, description = "The findings on tables that the caller sees whole.",
        body = Findings),
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
    let entities = &scene.sources.project.settings.entities;
    let entities = entities.iter().map(|entity| entity.id.clone()).collect();
    let (home, release) = (&scene.app.home, &scene.held.release);
    let waivers = Waivers::read(home, release, entities, scene.limits()).await?;
    let findings = blocking(move || found(&scene, &waivers)).await?;
    json(&asked, &findings)
}

fn found(scene: &Scene, waivers: &Waivers) -> Result<Findings, Problem> {
    let release = &scene.held.release;
    let seen = match scene.caller.principal.is_owner() {
        true => None,
        false => Some(scene.seen()?),
    };
    let is_told = |finding: &&CheckResult| {
        let table = finding.name.split(':').next().and_then(|table| table.parse().ok());
        let is_whole = || table.and_then(|table| seen.as_ref()?.get(&table)) == Some(&true);
        seen.is_none() || is_whole()
    };
    let told = release.checks.iter().filter(is_told);
    let findings = told.map(|one| {
        let waived = waivers.because(one);
        Finding {
            check: one.name.clone(),
            severity: one.severity,
            period: one.period.clone(),
            closing: one.closing,
            rows: one.rows().map(|(rows, _)| rows),
            finding: one.finding.clone(),
            amounts: one.amounts.clone(),
            waived_because: waived.map(|(because, _)| because.to_owned()),
            waived_by: waived.and_then(|(_, by)| by).map(str::to_owned),
        }
    });
    Ok(Findings { release: release.number, findings: findings.collect() })
}
