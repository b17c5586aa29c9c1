//! How does what a person enters become a release?
//!
//! As a refresh that reads no system: on top of the newest release, under the writer's lock,
//! visible in one step. Models that read the table which took the entry are built anew with it.

use super::books::Books;
use super::fits::Ground;
use super::run::{Draft, with_writer};
use super::{Options, Outcome, Progress, RefreshError, models};
use crate::engine::session::Limits;
use crate::warehouse::WarehouseError;
use crate::warehouse::entered::{Comment, Entry, PeriodEntry, PeriodStatus, SignOff};
use crate::warehouse::home::Home;
use crate::warehouse::project::Project;
use crate::warehouse::release::{Release, ReleaseKind};

/// Adds an entry and publishes it as a small release. Blocks as [`super::run`] does.
///
/// # Errors
/// When the entry does not fit what there is (an unknown period, one that is closed already), a
/// check fails, or the warehouse cannot be written; the last release then stays as it is.
pub fn enter(
    project: &Project,
    entry: &Entry,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Outcome, RefreshError> {
    if let Some(what) = entry.blank() {
        return Err(RefreshError::Blank { what });
    }
    let entry = &with_waivers(entry, options);
    let kind = ReleaseKind::Entered;
    let models = models::read(project, options)?;
    with_writer(project, options, kind, progress, |shared, home| {
        let release = shared.base.ok_or(RefreshError::NoRelease)?;
        let ground = Ground { home, release, models: &models, limits: &options.limits };
        let entry = checked(project, &ground, entry)?;
        let mut draft = Draft::new(project, options, shared, home, kind);
        draft.entry = Some(entry);
        let outcome = draft.publish(&models, progress)?;
        complete(home, &outcome.release, &options.limits)?;
        Ok(outcome)
    })
}

/// The entry with what is waived for it: a closing keeps that as long as it stands, while the
/// findings of later releases are those of open periods.
fn with_waivers(entry: &Entry, options: &Options) -> Entry {
    let mut entry = entry.clone();
    if let Entry::PeriodStatus(closing) = &mut entry
        && closing.status == PeriodStatus::Closed
    {
        closing.waived = options.waivers.iter().map(|waiver| waiver.check.clone()).collect();
    }
    entry
}

/// The entry as it is kept: what it names by its full name. Refuses what does not fit the newest
/// release.
fn checked(project: &Project, ground: &Ground<'_>, entry: &Entry) -> Result<Entry, RefreshError> {
    let base = ground.release;
    let read = || Books::read(project, ground.home, base.number, ground.limits);
    match entry {
        Entry::PeriodStatus(PeriodEntry { period, entity, status, .. }) => {
            let entity = entity.as_deref();
            match status {
                PeriodStatus::Reopened => read()?.check_reopening(period, entity)?,
                PeriodStatus::Closed if base.project != project.hash => {
                    return Err(RefreshError::Unseen { number: base.number });
                }
                PeriodStatus::Closed => read()?.check_closing(period, entity)?,
            }
        }
        Entry::SignOff(entry) => {
            read()?.check_known(&entry.period, entry.entity.as_deref())?;
            let subject = ground.subject(&entry.subject)?;
            return Ok(Entry::SignOff(SignOff { subject, ..entry.clone() }));
        }
        Entry::MatchDecision(decision) => ground.check_match(decision)?,
        Entry::Comment(entry) => {
            let is_period = match read() {
                Ok(books) => books.check_known(&entry.subject, None).is_ok(),
                Err(RefreshError::NoPeriods | RefreshError::NoPeriodTable { .. }) => false,
                Err(error) => return Err(error),
            };
            if !is_period {
                let subject = ground.topic(&entry.subject)?;
                return Ok(Entry::Comment(Comment { subject, ..entry.clone() }));
            }
        }
    }
    Ok(entry.clone())
}

/// Pins a release that closes a period. Whoever closed it may have died before that, so the next
/// writer does it; until then the release is the newest, which stays anyway.
pub(super) fn complete(
    home: &Home,
    release: &Release,
    limits: &Limits,
) -> Result<(), RefreshError> {
    let is_closing = |entry: &Entry| match entry {
        Entry::PeriodStatus(entry) => entry.status == PeriodStatus::Closed,
        _ => false,
    };
    if !release.entered.iter().any(is_closing) {
        return Ok(());
    }
    let decisions = super::books::decisions(home, release, limits)?;
    let Some(name) = super::books::pin_of(&decisions, release.number) else { return Ok(()) };
    match home.pin(&name, release.number) {
        // Somebody else's name, or one that is too long: any name keeps the release.
        Err(WarehouseError::PinTaken { .. } | WarehouseError::PinName(_)) => {
            home.pin(&format!("close-release-{}", release.number), release.number)?;
        }
        pinned => drop(pinned?),
    }
    Ok(())
}
