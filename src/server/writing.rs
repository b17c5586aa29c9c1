//! How does what people enter over HTTP become a release?
//!
//! By the same way as at the command line, with the caller's name. Who may enter what is said by
//! `may` in warehouse/access.toml; the owner may everything. Nobody waits for a refresh that runs.

use std::sync::Arc;

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::app::{App, Scene, blocking};
use super::caller::Caller;
use super::problem::Problem;
use crate::query::policy::Power;
use crate::refresh::{self, Options, RefreshError, Silent};
use crate::warehouse::entered::Entry;
use crate::warehouse::release::Waiver;

/// What was entered, and the release that has it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Entered {
    /// the release
    release: u64,
    /// what was entered with it, in words
    entered: Vec<String>,
    /// the name by which the release is kept, where it closes a period
    pin: Option<String>,
    /// the checks that were waived for it, where there are some
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) waived: Vec<String>,
    /// the checks that were to be waived, and failed nowhere
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) not_needed: Vec<String>,
}

impl Entered {
    /// The same with what was entered before it in the same go.
    pub(super) fn behind(self, before: Option<Self>) -> Self {
        let Some(before) = before else { return self };
        let join = |before: Vec<String>, now: Vec<String>| {
            let mut all = before;
            all.extend(now);
            all
        };
        let mut waived = join(before.waived, self.waived);
        waived.sort();
        waived.dedup();
        Self { entered: join(before.entered, self.entered), waived, ..self }
    }

    /// What was entered, in words.
    pub(super) fn told(self) -> String {
        format!("{}, as of release {}", self.entered.join("; "), self.release)
    }
}

/// Refuses whoever has no role that may do something.
pub(super) fn check_may(caller: &Caller, power: Power, word: &str) -> Result<(), Problem> {
    if caller.principal.may(power) {
        return Ok(());
    }
    let detail = format!("your roles may not do this; `{word}` in warehouse/access.toml lets them");
    Err(Problem::new(StatusCode::FORBIDDEN, "may_not", detail))
}

/// Whose entry it is: the caller's. Only the owner may name somebody else.
pub(super) fn name_of(caller: &Caller, by: Option<String>) -> Result<String, Problem> {
    match by {
        None => Ok(caller.name.clone()),
        Some(by) if by == caller.name || caller.principal.is_owner() => Ok(by),
        Some(_) => {
            let detail = "`by` is somebody else; leave it out";
            Err(Problem::new(StatusCode::FORBIDDEN, "may_not", detail))
        }
    }
}

/// Publishes an entry.
pub(super) async fn enter(
    app: &Arc<App>,
    caller: Caller,
    entry: Entry,
    waivers: Vec<Waiver>,
) -> Result<Entered, Problem> {
    let scene = begin(app, caller, entry.to_string()).await?;
    blocking(move || publish(&scene, &entry, waivers)).await
}

/// What an entry sees when it begins; what is to be entered is noted, in words.
pub(super) async fn begin(app: &Arc<App>, caller: Caller, said: String) -> Result<Scene, Problem> {
    caller.note.said(said);
    app.scene(caller, None).await
}

/// Publishes an entry. It blocks.
///
/// As a refresh it takes no turn of a question and has the memory of one; two at once there are
/// not, since nobody waits for another.
pub(super) fn publish(
    scene: &Scene,
    entry: &Entry,
    waivers: Vec<Waiver>,
) -> Result<Entered, Problem> {
    let is_owner = scene.caller.principal.is_owner();
    let (app, limits) = (&scene.app, scene.app.entry_limits.clone());
    let now = app.now();
    let waived = waivers.iter().map(|waiver| waiver.check.clone()).collect();
    let options = Options { only: None, wait: false, waivers, anew: false, now, limits };
    let project = &scene.sources.project;
    let outcome = refresh::enter(project, entry, &options, &Silent);
    let outcome = outcome.map_err(|error| refused(error, is_owner))?;
    let release = outcome.release;
    // Whoever entered it sees it with the next question.
    app.keeper.look(app.now())?;
    let pins = app.home.pins()?;
    let is_own = |number, name: &str| number == release.number && name.starts_with("close-");
    let pin = pins.into_iter().find(|pin| is_own(pin.number, &pin.name));
    Ok(Entered {
        release: release.number,
        entered: release.entered.iter().map(ToString::to_string).collect(),
        pin: pin.map(|pin| pin.name),
        waived,
        not_needed: Vec::new(),
    })
}

/// Why nothing was entered. What quotes rows and numbers is for the owner's eyes.
fn refused(error: RefreshError, is_owner: bool) -> Problem {
    match error {
        RefreshError::Refused { findings, .. } if !is_owner => {
            let names: Vec<&str> = findings.iter().map(|one| one.name.as_str()).collect();
            let detail = format!(
                "checks failed, so nothing was published: {}; mend what they find, or waive them \
                 by name with `waive` and `because`",
                names.join(", ")
            );
            Problem::new(StatusCode::CONFLICT, "checks_failed", detail)
        }
        RefreshError::UnknownNumber { wanted, system, .. } if !is_owner => {
            let detail = format!("there is no number `{wanted}` of `{system}`");
            Problem::bad("unknown_number", detail)
        }
        // The names that were perhaps meant are of tables that not everybody sees.
        RefreshError::UnknownSubject { wanted, .. } if !is_owner => {
            RefreshError::UnknownSubject { wanted, hint: String::new() }.into()
        }
        RefreshError::UnknownTopic { wanted, .. } if !is_owner => {
            RefreshError::UnknownTopic { wanted, hint: String::new() }.into()
        }
        other => other.into(),
    }
}
