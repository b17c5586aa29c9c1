//! Of the rows that share a key, which one is served?
//!
//! All versions of a key, wherever they lie, arrive together and in order; the choice depends on
//! them alone and never on the order in which they once came. What is not served but may be needed
//! again (an older version whose newer one is withdrawn, a deletion, a refusal) is remembered.

use std::collections::BTreeMap;
use std::path::Path;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::Schema;

use super::LoadError;
use super::emit::{Beside, Emitter};
use super::member::{Member, Reader, origin};
use super::refusals::{Cause, Refusal, Refusals};
use super::spool::Spooled;
use crate::warehouse::release::Accounting;

/// How the served row is chosen.
#[derive(Debug, Clone)]
pub(super) enum Rule {
    /// the newest version, which a flag may declare deleted: column and value
    Newest { flag: Option<(usize, String)>, cursor: Option<usize> },
    /// the first in file order; others repeat its key
    First,
    /// the first of this load, because the load is the whole table
    Snapshot,
}

/// Which versions of a row a history wants to hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Versions {
    /// none: there is no history
    None,
    /// those that come to be served
    Served,
    /// all that are read, because the source says itself from when each is valid
    Every,
}

/// What a fold is asked to do.
pub(super) struct Task<'a> {
    /// how the served row is chosen
    pub(super) rule: Rule,
    /// whether rows come from files, so that a delivery may be withdrawn later
    pub(super) is_from_files: bool,
    /// schema of the competing rows
    pub(super) input: &'a Schema,
    /// columns that are served: content, `_source`, `_row`
    pub(super) columns: &'a [String],
    /// the key
    pub(super) key: &'a [String],
    /// whether served rows say that they are stale
    pub(super) has_stale: bool,
    /// which versions the history wants to hear of
    pub(super) wanted_versions: Versions,
    /// scratch space
    pub(super) folder: &'a Path,
    /// where rows that repeat a key are reported
    pub(super) duplicates: Refusals,
    /// where rows are named whose earlier refusal no longer stands
    pub(super) cleared: Refusals,
}

/// What a fold found.
pub(super) struct Folded {
    /// rows to add to the table, by partition
    pub(super) added: BTreeMap<String, Spooled>,
    /// keys to take out of the table, by partition
    pub(super) removed: BTreeMap<String, Spooled>,
    /// rows to remember, by partition
    pub(super) remembered: BTreeMap<String, Spooled>,
    /// keys whose remembered rows are replaced, by partition
    pub(super) forgotten: BTreeMap<String, Spooled>,
    /// versions that begin or end in this load, for the history
    pub(super) versions: BTreeMap<String, Spooled>,
    /// rows that repeat a key
    pub(super) duplicates: Spooled,
    /// rows whose earlier refusal no longer stands
    pub(super) cleared: Spooled,
    /// the accounting, but for what is counted elsewhere
    pub(super) counts: Accounting,
}

/// A fold under way.
pub(super) struct Fold {
    rule: Rule,
    is_from_files: bool,
    wanted_versions: Versions,
    reader: Reader,
    group: Vec<Member>,
    added: Emitter,
    removed: Emitter,
    remembered: Emitter,
    forgotten: Emitter,
    versions: Emitter,
    duplicates: Refusals,
    cleared: Refusals,
    counts: Accounting,
}

impl Fold {
    /// Begins a fold.
    pub(super) fn new(task: Task<'_>, reader: Reader) -> Result<Self, LoadError> {
        let (folder, input) = (task.folder, task.input);
        let emitter = |name: &str, columns: &[String], beside| {
            Emitter::new(&folder.join(name), input, columns, beside)
        };
        let beside = if task.has_stale { Beside::Stale } else { Beside::Nothing };
        Ok(Self {
            rule: task.rule,
            is_from_files: task.is_from_files,
            wanted_versions: task.wanted_versions,
            reader,
            group: Vec::new(),
            added: emitter("added", task.columns, beside)?,
            removed: emitter("removed", task.key, Beside::Nothing)?,
            remembered: emitter("remembered", task.columns, Beside::Status)?,
            forgotten: emitter("forgotten", task.key, Beside::Nothing)?,
            versions: emitter("versions", task.columns, Beside::Status)?,
            duplicates: task.duplicates,
            cleared: task.cleared,
            counts: Accounting::default(),
        })
    }

    /// Takes the next rows, in order.
    pub(super) fn push(&mut self, batch: RecordBatch) -> Result<(), LoadError> {
        let rows = self.reader.read(batch)?;
        for index in 0..rows.batch.num_rows() {
            let member = Member { rows: std::sync::Arc::clone(&rows), index };
            if self.group.first().is_some_and(|first| first.group() != member.group()) {
                self.close_group()?;
            }
            self.group.push(member);
        }
        Ok(())
    }

    /// Ends the fold.
    pub(super) fn finish(mut self) -> Result<Folded, LoadError> {
        self.close_group()?;
        Ok(Folded {
            added: self.added.finish()?,
            removed: self.removed.finish()?,
            remembered: self.remembered.finish()?,
            forgotten: self.forgotten.finish()?,
            versions: self.versions.finish()?,
            duplicates: self.duplicates.finish()?,
            cleared: self.cleared.finish()?,
            counts: self.counts,
        })
    }

    fn close_group(&mut self) -> Result<(), LoadError> {
        let group = std::mem::take(&mut self.group);
        if group.is_empty() {
            return Ok(());
        }
        let choice = match &self.rule {
            Rule::Newest { flag, cursor } => choose_newest(&group, flag.as_ref(), *cursor)?,
            Rule::First => choose_first(&group, |member| member.is_eligible()),
            Rule::Snapshot => choose_snapshot(&group),
        };
        let incumbent = group.iter().find(|member| member.origin() == origin::SERVED);
        self.count(&group, incumbent, &choice);
        self.record_versions(&group, incumbent, &choice)?;
        self.serve(incumbent, &choice)?;
        if !matches!(self.rule, Rule::Snapshot) {
            self.remember(&group, &choice)?;
        }
        self.clear(&group)?;
        self.report_duplicates(&group, &choice)
    }

    /// Sees to it that the chosen row, and no other, is in the table.
    fn serve(&mut self, incumbent: Option<&Member>, choice: &Choice) -> Result<(), LoadError> {
        let is_whole = matches!(self.rule, Rule::Snapshot);
        let stays = match (incumbent, &choice.winner) {
            (Some(incumbent), Some(winner)) => {
                winner.is_same_row(incumbent) && incumbent.is_stale() == choice.is_stale
            }
            _ => false,
        };
        if stays && !is_whole {
            return Ok(());
        }
        if let Some(incumbent) = incumbent {
            self.removed.emit(incumbent, false, "")?;
        }
        if let Some(winner) = &choice.winner {
            self.added.emit(winner, choice.is_stale, "")?;
        }
        Ok(())
    }

    /// Tells the history which versions begin or end in this load.
    fn record_versions(
        &mut self,
        group: &[Member],
        incumbent: Option<&Member>,
        choice: &Choice,
    ) -> Result<(), LoadError> {
        if self.wanted_versions == Versions::None {
            return Ok(());
        }
        if self.wanted_versions == Versions::Every {
            for member in group.iter().filter(|m| m.origin() == origin::READ && m.is_eligible()) {
                let is_deletion = match &self.rule {
                    Rule::Newest { flag: Some((column, value)), .. } => {
                        is_flagged(member, *column, value)?
                    }
                    _ => false,
                };
                if !is_deletion {
                    self.versions.emit(member, false, "begins")?;
                }
            }
        }
        match (&choice.winner, incumbent) {
            (Some(winner), Some(incumbent)) if winner.content() == incumbent.content() => Ok(()),
            (Some(_), _) if self.wanted_versions == Versions::Every => Ok(()),
            (Some(winner), _) => self.versions.emit(winner, false, "begins"),
            (None, Some(incumbent)) => self.versions.emit(incumbent, false, "ends"),
            (None, None) => Ok(()),
        }
    }

    /// Sees to it that what may be needed again, and nothing else, is remembered.
    fn remember(&mut self, group: &[Member], choice: &Choice) -> Result<(), LoadError> {
        let mut kept: Vec<(&Member, &'static str)> = Vec::new();
        for member in group {
            let is_winner = choice.winner.as_ref().is_some_and(|winner| winner.is_same_row(member));
            if is_winner {
                continue;
            }
            if let Some(status) = self.status_to_remember(group, choice, member)? {
                let is_known =
                    !self.is_from_files && kept.iter().any(|(_, other)| *other == status);
                if !is_known {
                    kept.push((member, status));
                }
            }
        }
        let before = group.iter().filter(|member| member.origin() == origin::REMEMBERED).count();
        let is_unchanged = kept.len() == before
            && kept.iter().all(|(member, status)| {
                member.origin() == origin::REMEMBERED && member.status() == *status
            });
        if is_unchanged {
            return Ok(());
        }
        for member in group.iter().filter(|member| member.origin() == origin::REMEMBERED) {
            self.forgotten.emit(member, false, "")?;
        }
        // A remembered row may lie in a partition that forgets this key only now.
        for (member, status) in kept {
            self.remembered.emit(member, false, status)?;
        }
        Ok(())
    }

    fn status_to_remember(
        &self,
        group: &[Member],
        choice: &Choice,
        member: &Member,
    ) -> Result<Option<&'static str>, LoadError> {
        if matches!(member.status(), "withdrawn" | "gone") || choice.is_gone {
            return Ok(None);
        }
        if member.status() == "refused" {
            let is_needed = self.is_from_files || choice.is_newer_than_winner(group, member);
            return Ok(is_needed.then_some("refused"));
        }
        Ok(match &self.rule {
            Rule::Newest { flag: Some((column, value)), .. }
                if is_flagged(member, *column, value)? =>
            {
                Some("deleted")
            }
            Rule::Newest { .. } => self.is_from_files.then_some("superseded"),
            Rule::First | Rule::Snapshot => {
                let repeats = self.is_from_files
                    || choice.winner.as_ref().is_some_and(|w| w.content() != member.content());
                repeats.then_some("duplicate")
            }
        })
    }

    /// Names the rows whose earlier refusal no longer stands: duplicates are told anew for every
    /// key that is touched, and a row of a database that is read again was mended there.
    fn clear(&mut self, group: &[Member]) -> Result<(), LoadError> {
        for member in group {
            let is_told_anew = member.status() == "duplicate";
            let is_mended = !self.is_from_files && member.status() == "read";
            if is_told_anew || is_mended {
                report(&mut self.cleared, member, "")?;
            }
        }
        Ok(())
    }

    fn report_duplicates(&mut self, group: &[Member], choice: &Choice) -> Result<(), LoadError> {
        if matches!(self.rule, Rule::Newest { .. }) {
            return Ok(());
        }
        let Some(winner) = &choice.winner else { return Ok(()) };
        let is_snapshot = matches!(self.rule, Rule::Snapshot);
        for member in group {
            let is_reread = !self.is_from_files && !is_snapshot;
            let was_served = is_snapshot && member.origin() == origin::SERVED;
            let says_the_same = is_reread && member.content() == winner.content();
            let competes = member.is_eligible() && !member.is_same_row(winner);
            if competes && !was_served && !says_the_same {
                report_duplicate(&mut self.duplicates, member, winner)?;
            }
        }
        Ok(())
    }

    fn count(&mut self, group: &[Member], incumbent: Option<&Member>, choice: &Choice) {
        let read = || group.iter().filter(|m| m.origin() == origin::READ && m.status() == "read");
        let counts = &mut self.counts;
        counts.read += read().count() as u64;
        match (incumbent, &choice.winner) {
            (Some(_), None) => counts.deleted += 1,
            (None, Some(_)) if choice.decider.is_none() => counts.restored += 1,
            _ => {}
        }
        counts.stale += u64::from(choice.winner.is_some() && choice.is_stale);
        for member in read() {
            let decides = choice.decider.as_ref().is_some_and(|d| d.is_same_row(member));
            let same_as = |other: &Member| other.content() == member.content();
            if decides {
                match (incumbent, &choice.winner) {
                    (Some(incumbent), Some(_)) if same_as(incumbent) => counts.unchanged += 1,
                    (Some(_), _) => counts.changed += 1,
                    (None, Some(_)) => counts.inserted += 1,
                    (None, None) => counts.unchanged += 1,
                }
            } else if matches!(self.rule, Rule::Newest { .. }) {
                counts.superseded += 1;
            } else if !self.is_from_files && choice.winner.as_ref().is_some_and(same_as) {
                counts.unchanged += 1;
            } else {
                counts.quarantined += 1;
            }
        }
    }
}

/// What was chosen for one key.
#[derive(Default)]
struct Choice {
    /// the row to serve
    winner: Option<Member>,
    /// the row read in this load that made the choice, if one did
    decider: Option<Member>,
    /// whether a newer version was refused
    is_stale: bool,
    /// whether the source no longer has the key at all
    is_gone: bool,
}

impl Choice {
    fn is_newer_than_winner(&self, group: &[Member], member: &Member) -> bool {
        let place = |wanted: &Member| group.iter().position(|other| other.is_same_row(wanted));
        match &self.winner {
            Some(winner) => place(member) < place(winner),
            None => true,
        }
    }
}

/// The newest version; members come newest first. Of equal newest versions the first in file order
/// is served, so that delivering a row again changes nothing.
fn choose_newest(
    group: &[Member],
    flag: Option<&(usize, String)>,
    cursor: Option<usize>,
) -> Result<Choice, LoadError> {
    if group.iter().any(|member| member.origin() == origin::GONE) {
        return Ok(Choice { is_gone: true, ..Choice::default() });
    }
    let Some(top) = group.iter().find(|member| member.is_eligible()) else {
        // Every version was refused or withdrawn: a refused one stands in for nothing.
        return Ok(Choice::default());
    };
    let decider = (top.origin() == origin::READ).then(|| top.clone());
    if let Some((column, value)) = flag
        && is_flagged(top, *column, value)?
    {
        return Ok(Choice { decider, ..Choice::default() });
    }
    let winner = group
        .iter()
        .rfind(|member| member.is_eligible() && member.content() == top.content())
        .unwrap_or(top);
    let is_stale = group
        .iter()
        .any(|member| member.status() == "refused" && is_newer_refusal(group, member, top, cursor));
    Ok(Choice { winner: Some(winner.clone()), decider, is_stale, is_gone: false })
}

/// Whether a refused row is newer than the newest accepted one. Where its cursor could not be read,
/// or there is none, its place in the order of files decides.
fn is_newer_refusal(
    group: &[Member],
    refused: &Member,
    top: &Member,
    cursor: Option<usize>,
) -> bool {
    match cursor {
        Some(column) if !refused.is_null(column) => {
            let place = |wanted: &Member| group.iter().position(|other| other.is_same_row(wanted));
            place(refused) < place(top)
        }
        _ => refused.place() > top.place(),
    }
}

fn is_flagged(member: &Member, column: usize, value: &str) -> Result<bool, LoadError> {
    Ok(!member.is_null(column) && member.text(column)? == value)
}

/// The first row in file order; members come in that order.
fn choose_first(group: &[Member], may_win: impl Fn(&Member) -> bool) -> Choice {
    let winner = group.iter().find(|member| may_win(member));
    let decider = winner.filter(|member| member.origin() == origin::READ);
    Choice { winner: winner.cloned(), decider: decider.cloned(), ..Choice::default() }
}

/// The first row of this load; where all of them were refused, the row served so far, as stale.
fn choose_snapshot(group: &[Member]) -> Choice {
    let chosen = choose_first(group, |m| m.origin() == origin::READ && m.is_eligible());
    let was_refused = group.iter().any(|m| m.status() == "refused");
    if chosen.winner.is_some() || !was_refused {
        return chosen;
    }
    let incumbent = group.iter().find(|member| member.origin() == origin::SERVED);
    Choice { winner: incumbent.cloned(), is_stale: true, ..Choice::default() }
}

/// Puts a row that repeats a key into quarantine, naming both places.
fn report_duplicate(
    duplicates: &mut Refusals,
    member: &Member,
    first: &Member,
) -> Result<(), LoadError> {
    let reason = match (member.number(), first.number()) {
        (0, 0) => format!("repeats a key of `{}` with other values", first.source()),
        (_, number) => format!("repeats the key of `{}`, row {number}", first.source()),
    };
    report(duplicates, member, &reason)
}

fn report(list: &mut Refusals, member: &Member, reason: &str) -> Result<(), LoadError> {
    list.add(&Refusal {
        source: member.source(),
        row: member.number(),
        key: Some(member.group_text()?),
        cause: Cause::Duplicate,
        column: None,
        reason,
        value: None,
        raw: &member.texts()?,
    })
}
