//! How are accounting periods closed, reopened and signed off over HTTP?

use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::answering::json;
use super::app::{App, blocking};
use super::asked::Asked;
use super::body::object;
use super::caller::Caller;
use super::problem::Problem;
use super::writing::{Entered, begin, check_may, enter, name_of, publish};
use crate::query::policy::Power;
use crate::refresh::{Books, waivers_for};
use crate::warehouse::entered::{Entry, PeriodEntry, PeriodStatus, SignOff};
use crate::warehouse::release::Waiver;

/// How a period is closed or reopened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PeriodDecision {
    /// the one legal entity; all where absent
    #[serde(default)]
    entity: Option<String>,
    /// why; reopening and every waived check need it
    #[serde(default)]
    because: Option<String>,
    /// checks that may stand although they keep the period open; closing alone has them
    #[serde(default)]
    waive: Vec<String>,
    /// whether all open periods before it are closed first, each with a release of its own;
    /// closing alone has it
    #[serde(default)]
    with_earlier: bool,
    /// who, where the owner enters it for somebody
    #[serde(default)]
    by: Option<String>,
}

/// What of a period somebody takes responsibility for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PeriodSignOff {
    /// a report, a check, a cube or a table
    subject: String,
    /// the one legal entity; all where absent
    #[serde(default)]
    entity: Option<String>,
    /// what there is to say about it
    #[serde(default)]
    remark: Option<String>,
    /// who, where the owner enters it for somebody
    #[serde(default)]
    by: Option<String>,
}

/// What all of them are asked with.
struct Wanted {
    app: Arc<App>,
    caller: Caller,
    asked: Asked,
    period: String,
}

impl Wanted {
    fn of(
        app: Arc<App>,
        caller: Caller,
        mut asked: Asked,
        path: Result<Path<String>, PathRejection>,
    ) -> Result<Self, Problem> {
        let Path(period) = path.map_err(|error| Problem::bad("bad_address", error.body_text()))?;
        asked.takes_json()?;
        std::mem::take(&mut asked.words).end(&[])?;
        check_may(&caller, Power::ClosePeriods, "close_periods")?;
        Ok(Self { app, caller, asked, period })
    }

    async fn decide(self, status: PeriodStatus, said: PeriodDecision) -> Result<Response, Problem> {
        let PeriodDecision { entity, because, waive, with_earlier, by } = said;
        if because.is_none() && !waive.is_empty() {
            let detail = "`waive` needs `because`: why the checks may stand";
            return Err(Problem::bad("missing_parameter", detail));
        }
        let reason = because.clone().unwrap_or_default();
        let waivers = waive.into_iter().map(|check| Waiver { check, because: reason.clone() });
        let entry = Entry::PeriodStatus(PeriodEntry {
            period: self.period,
            entity,
            status,
            by: name_of(&self.caller, by)?,
            because,
            waived: Vec::new(),
        });
        let waivers = waivers.collect();
        let entered = match with_earlier {
            true => enter_with_earlier(&self.app, self.caller, entry, waivers).await?,
            false => enter(&self.app, self.caller, entry, waivers).await?,
        };
        json(&self.asked, &entered)
    }
}

/// Closes a period behind all those before it that are open, one after the other. Each has figures
/// of its own to come back to; where one is refused, those before it stay closed.
async fn enter_with_earlier(
    app: &Arc<App>,
    caller: Caller,
    entry: Entry,
    waivers: Vec<Waiver>,
) -> Result<Entered, Problem> {
    let Entry::PeriodStatus(wanted) = entry else { return Err(Problem::inside()) };
    let said = format!("{} with all before it", wanted.period);
    let scene = begin(app, caller, said).await?;
    blocking(move || {
        let books = {
            let (project, home) = (&scene.sources.project, &scene.app.home);
            Books::read(project, home, scene.held.release.number, &scene.app.entry_limits)?
        };
        let mut periods = books.open_until(&wanted.period, wanted.entity.as_deref())?;
        if periods.is_empty() {
            // It is closed, which is told as of any other.
            periods.push(wanted.period.clone());
        }
        let mut all: Option<Entered> = None;
        for period in periods {
            let newest = scene.app.home.latest()?;
            let findings = newest.as_ref().map(|newest| newest.checks.as_slice());
            let waivers = waivers_for(&period, findings.unwrap_or_default(), &waivers);
            let entry = Entry::PeriodStatus(PeriodEntry { period, ..wanted.clone() });
            match publish(&scene, &entry, waivers) {
                Ok(entered) => all = Some(entered.behind(all)),
                Err(problem) => return Err(problem.behind(all.map(Entered::told))),
            }
        }
        let mut all = all.ok_or_else(Problem::inside)?;
        let used = |check: &String| all.waived.contains(check);
        all.not_needed = waivers.into_iter().map(|one| one.check).filter(|c| !used(c)).collect();
        Ok(all)
    })
    .await
}

/// Closes a period: its figures never change any more. Needs `close_periods` of
/// warehouse/access.toml.
#[utoipa::path(post, path = "/api/v1/periods/{period}/close", operation_id = "close",
    tag = "periods",
    params(("period" = String, Path, description = "The period.")),
    request_body(content = PeriodDecision, content_type = "application/json"),
    responses((status = 200, description = "It is closed.", body = Entered)),
)]
pub(super) async fn close(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    asked: Asked,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let wanted = Wanted::of(app, caller, asked, path)?;
    let said = object(&wanted.app, &headers, body).await?;
    wanted.decide(PeriodStatus::Closed, said).await
}

/// Reopens a closed period, so that it can be restated. Needs `close_periods` of
/// warehouse/access.toml.
#[utoipa::path(post, path = "/api/v1/periods/{period}/reopen", operation_id = "reopen",
    tag = "periods",
    params(("period" = String, Path, description = "The period.")),
    request_body(content = PeriodDecision, content_type = "application/json"),
    responses((status = 200, description = "It is open.", body = Entered)),
)]
pub(super) async fn reopen(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    asked: Asked,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let wanted = Wanted::of(app, caller, asked, path)?;
    let said: PeriodDecision = object(&wanted.app, &headers, body).await?;
    if !said.waive.is_empty() {
        let detail = "`waive` is for closing; leave it out";
        return Err(Problem::bad("bad_parameter", detail));
    }
    if said.with_earlier {
        let detail = "`with_earlier` is for closing; leave it out";
        return Err(Problem::bad("bad_parameter", detail));
    }
    wanted.decide(PeriodStatus::Reopened, said).await
}

/// Takes responsibility for a report, a check, a cube or a table of a period. Needs
/// `close_periods` of warehouse/access.toml.
#[utoipa::path(post, path = "/api/v1/periods/{period}/sign-off", operation_id = "sign_off",
    tag = "periods",
    params(("period" = String, Path, description = "The period.")),
    request_body(content = PeriodSignOff, content_type = "application/json"),
    responses((status = 200, description = "It is signed off.", body = Entered)),
)]
pub(super) async fn sign_off(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    asked: Asked,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let wanted = Wanted::of(app, caller, asked, path)?;
    let said: PeriodSignOff = object(&wanted.app, &headers, body).await?;
    let PeriodSignOff { subject, entity, remark, by } = said;
    let (period, by) = (wanted.period, name_of(&wanted.caller, by)?);
    let entry = Entry::SignOff(SignOff { period, entity, subject, by, remark });
    let entered = enter(&wanted.app, wanted.caller, entry, Vec::new()).await?;
    json(&wanted.asked, &entered)
}
