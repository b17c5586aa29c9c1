//! Which steps lead from the newest release to the next?

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::enter;
use super::hashes::Hashes;
use super::systems::{Brought, chosen, read_systems};
use super::{Progress, RefreshError, models, reach, resume, waive};
use crate::engine::near::near;
use crate::engine::session::Limits;
use crate::model::Models;
use crate::model::build::Report;
use crate::warehouse::entered::{self, Entry, Stamp};
use crate::warehouse::home::{Home, Writer};
use crate::warehouse::load::{Context, LoadError, Loaded, quarantine, retry_table};
use crate::warehouse::name::TableName;
use crate::warehouse::project::Project;
use crate::warehouse::release::{
    Accounting, Built, CheckResult, Release, ReleaseKind, Severity, SystemEntry, TableEntry, Waiver,
};

/// Version of the release's layout.
const RELEASE_FORMAT: u32 = 1;

/// What a refresh is asked to do.
#[derive(Debug, Clone)]
pub struct Options {
    /// the one system to refresh; all where absent
    pub only: Option<String>,
    /// wait for another refresh to end instead of failing at once
    pub wait: bool,
    /// checks that may fail this time
    pub waivers: Vec<Waiver>,
    /// build every table of sql/ anew instead of what changed
    pub anew: bool,
    /// the moment of the refresh
    pub now: DateTime<Utc>,
    /// limits of its queries
    pub limits: Limits,
}

/// What came of a refresh.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// the newest release
    pub release: Arc<Release>,
    /// whether this refresh made it; otherwise nothing had changed
    pub published: bool,
    /// row accounting of the tables that were read
    pub accounting: BTreeMap<TableName, Accounting>,
    /// what a person should see
    pub findings: Vec<CheckResult>,
    /// what the release before had found; nothing where there was none
    pub before: Option<Vec<CheckResult>>,
    /// optional systems that were down, with the reason
    pub kept: BTreeMap<String, String>,
    /// how each table of sql/ came about
    pub reports: BTreeMap<TableName, Report>,
}

/// Refreshes a project. Blocks; to be called from a thread that has entered a Tokio runtime without
/// being one of its workers.
///
/// # Errors
/// When a system that is not optional is down, a check fails, or the warehouse cannot be written;
/// the last release then stays as it is.
pub fn run(
    project: &Project,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Outcome, RefreshError> {
    let names = chosen(project, options.only.as_ref())?;
    let models = models::read(project, options)?;
    let kind = ReleaseKind::Refresh;
    with_writer(project, options, kind, progress, |shared, home| {
        let brought = read_systems(project, shared, &names, progress);
        let draft = Draft::new(project, options, shared, home, kind);
        draft.take_systems(brought, &names, progress)?.publish(&models, progress)
    })
}

/// Runs refused rows through the contracts as they are now, for one table or all of them. Blocks as
/// [`run`] does.
///
/// # Errors
/// As [`run`].
pub fn retry(
    project: &Project,
    table: Option<&TableName>,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Outcome, RefreshError> {
    if let Some(wanted) = table.filter(|table| !project.contracts.contains_key(*table)) {
        let known = project.contracts.keys().map(ToString::to_string).collect();
        let hint = near(&wanted.to_string(), known);
        return Err(RefreshError::UnknownTable { wanted: wanted.clone(), hint });
    }
    let models = models::read(project, options)?;
    let kind = ReleaseKind::Retry;
    with_writer(project, options, kind, progress, |shared, home| {
        let mut loaded = BTreeMap::new();
        let wanted = project.contracts.iter().filter(|(name, _)| {
            table.is_none_or(|table| table == *name)
                && shared.base.is_some_and(|base| base.tables.contains_key(*name))
        });
        for (name, contract) in wanted {
            progress.started(name);
            let result = retry_table(shared, contract).map_err(|cause| RefreshError::Table {
                table: name.clone(),
                cause: Box::new(cause),
            })?;
            progress.finished(name, result.accounting.as_ref());
            loaded.insert(name.clone(), result);
        }
        let mut draft = Draft::new(project, options, shared, home, kind);
        draft.loaded = loaded;
        draft.publish(&models, progress)
    })
}

/// Holds the writer's lock while something is done on top of the newest release.
pub(super) fn with_writer(
    project: &Project,
    options: &Options,
    kind: ReleaseKind,
    progress: &dyn Progress,
    work: impl FnOnce(&Context<'_>, &Home) -> Result<Outcome, RefreshError>,
) -> Result<Outcome, RefreshError> {
    let home = Home::create(project.home_place())?;
    let writer = home.writer(options.wait)?;
    let base = home.latest()?;
    if let Some(base) = &base {
        enter::complete(&home, base, &options.limits)?;
    }
    let hashes = Hashes::open(&project.state_dir());
    let limits = limits_of_one(project, options, &writer);
    let shared = Context {
        writer: &writer,
        limits: &limits,
        now: options.now,
        zone: project.settings.time_zone,
        base: base.as_deref(),
        number: base.as_ref().map_or(1, |base| base.number + 1),
        turn: hashes.turn(),
        hasher: &hashes,
        heard: &|table, rows| progress.advanced(table, rows),
    };
    let outcome = work(&shared, &home)?;
    // What people enter is no turn: otherwise what is done at every second turn might never be.
    if kind != ReleaseKind::Entered {
        hashes.save();
    }
    resume::clear(&shared);
    Ok(outcome)
}

/// Several tables are read at once, so each gets its part of the memory.
fn limits_of_one(project: &Project, options: &Options, writer: &Writer) -> Limits {
    let at_once = options.limits.threads.clamp(1, project.contracts.len().max(1));
    Limits {
        memory_bytes: options.limits.memory_bytes / at_once,
        spill_dir: writer.tmp().join("spill"),
        ..options.limits.clone()
    }
}

/// A release in the making.
pub(super) struct Draft<'a> {
    project: &'a Project,
    options: &'a Options,
    shared: &'a Context<'a>,
    home: &'a Home,
    kind: ReleaseKind,
    loaded: BTreeMap<TableName, Loaded>,
    systems: BTreeMap<String, SystemEntry>,
    kept: BTreeMap<String, String>,
    /// what a person enters with this release
    pub(super) entry: Option<Entry>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(
        project: &'a Project,
        options: &'a Options,
        shared: &'a Context<'a>,
        home: &'a Home,
        kind: ReleaseKind,
    ) -> Self {
        let mut systems = BTreeMap::new();
        for name in project.systems.keys() {
            let known = shared.base.and_then(|base| base.systems.get(name)).cloned();
            systems.insert(name.clone(), known.unwrap_or_default());
        }
        Self {
            project,
            options,
            shared,
            home,
            kind,
            loaded: BTreeMap::new(),
            systems,
            kept: BTreeMap::new(),
            entry: None,
        }
    }

    /// Takes what the systems brought; an optional one that is down keeps its earlier data.
    fn take_systems(
        mut self,
        mut brought: BTreeMap<String, Brought>,
        names: &[String],
        progress: &dyn Progress,
    ) -> Result<Self, RefreshError> {
        for name in names {
            let Some(result) = brought.remove(name) else {
                let cause = "it gave no answer".to_owned();
                return Err(RefreshError::Died { system: name.clone(), cause });
            };
            let is_optional = self.project.systems.get(name).is_some_and(|system| system.optional);
            match result {
                Ok(tables) => {
                    self.loaded.extend(tables);
                    let now = Some(self.options.now);
                    let entry = SystemEntry { extracted_at: now, ..SystemEntry::default() };
                    self.systems.insert(name.clone(), entry);
                }
                Err(error @ (RefreshError::Down { .. } | RefreshError::System { .. }))
                    if is_optional =>
                {
                    let because = match &error {
                        RefreshError::Down { place, cause, .. } => format!("{place}: {cause}"),
                        RefreshError::System { table, cause, .. } => format!("{table}: {cause}"),
                        _ => error.to_string(),
                    };
                    progress.kept(name, &because);
                    if let Some(entry) = self.systems.get_mut(name) {
                        entry.kept_because = Some(because.clone());
                    }
                    self.kept.insert(name.clone(), because);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(self)
    }

    pub(super) fn publish(
        mut self,
        models: &Models,
        progress: &dyn Progress,
    ) -> Result<Outcome, RefreshError> {
        let mut tables = self.tables()?;
        let (project, options) = (self.project, self.options);
        let built = models::build(project, options, self.shared, models, &tables, progress)?;
        tables.extend(built.entries);
        let accounting: BTreeMap<TableName, Accounting> = self
            .loaded
            .iter()
            .filter_map(|(name, loaded)| Some((name.clone(), loaded.accounting?)))
            .collect();
        let mut findings = self.findings();
        findings.extend(built.findings);
        let waivers = self.waivers(&findings)?;
        let before = self.shared.base.map(|base| base.checks.clone());
        let cubes = reach::of_cubes(project, models)?;
        if let Some(base) = self.unchanged(&tables, &built.checked, &cubes)? {
            let kept = self.kept;
            return Ok(Outcome {
                release: base,
                published: false,
                accounting,
                findings,
                before,
                kept,
                reports: built.reports,
            });
        }
        reach::mark(&mut self.systems, &tables, project, self.home)?;
        let release = Release {
            format: RELEASE_FORMAT,
            number: self.shared.number,
            previous: None,
            run_id: self.shared.writer.run_id().to_owned(),
            created_at: self.options.now,
            kind: self.kind,
            tables,
            systems: std::mem::take(&mut self.systems),
            accounting: accounting.clone(),
            checks: findings.clone(),
            checked: built.checked,
            cubes,
            waivers,
            entered: self.entry.take().into_iter().collect(),
            project: self.project.hash.clone(),
            hash: String::new(),
        };
        let release = self.shared.writer.publish(release)?;
        let kept = self.kept;
        let reports = built.reports;
        Ok(Outcome { release, published: true, accounting, findings, before, kept, reports })
    }

    /// Every table of the release: those loaded now, and those of contracts not loaded now as they
    /// were.
    fn tables(&self) -> Result<BTreeMap<TableName, TableEntry>, RefreshError> {
        let mut tables = BTreeMap::new();
        let mut parts = BTreeMap::new();
        for name in self.project.contracts.keys() {
            let loaded = self.loaded.get(name);
            parts.insert(name.clone(), loaded.and_then(|loaded| loaded.quarantine.clone()));
            let entries = match loaded {
                Some(loaded) => loaded.entries.clone(),
                None => self.kept_entries(name)?,
            };
            tables.extend(entries);
        }
        let failed = |cause: LoadError| RefreshError::Quarantine { cause: Box::new(cause) };
        let names = quarantine::names().map_err(failed)?;
        let before = names
            .each_ref()
            .map(|name| self.shared.base.and_then(|base| base.tables.get(name)).map(|e| (name, e)));
        let mut manifests = [None, None];
        for (slot, entry) in manifests.iter_mut().zip(before) {
            if let Some((name, entry)) = entry {
                *slot = Some(self.home.manifest(name, &entry.manifest)?);
            }
        }
        let bases = manifests.each_ref().map(|manifest| manifest.as_deref());
        for manifest in quarantine::assemble(bases, &parts).map_err(failed)? {
            let hash = self.shared.writer.put_manifest(&manifest)?;
            tables.insert(manifest.table, TableEntry { manifest: hash, load: None, built: None });
        }
        let stamp = Stamp { at: self.options.now, release: self.shared.number };
        let entry = self.entry.as_ref().map(|entry| (entry, stamp));
        let Context { writer, base, limits, .. } = self.shared;
        tables.extend(entered::tables(writer, *base, entry, limits)?);
        Ok(tables)
    }

    /// The tables that a contract filled in the base release.
    fn kept_entries(
        &self,
        name: &TableName,
    ) -> Result<BTreeMap<TableName, TableEntry>, RefreshError> {
        let Some(base) = self.shared.base else { return Ok(BTreeMap::new()) };
        let Some(contract) = self.project.contracts.get(name) else { return Ok(BTreeMap::new()) };
        let filled = crate::warehouse::load::tables_of(contract)
            .map_err(|cause| RefreshError::Table { table: name.clone(), cause: Box::new(cause) })?;
        let entry = |table: TableName| base.tables.get(&table).cloned().map(|e| (table, e));
        Ok(filled.into_iter().filter_map(entry).collect())
    }

    fn findings(&self) -> Vec<CheckResult> {
        let mut findings: Vec<CheckResult> =
            self.loaded.values().flat_map(|loaded| loaded.findings.clone()).collect();
        findings.extend(self.standing());
        for (system, because) in &self.kept {
            let finding = format!("the system is down and keeps its earlier data: {because}");
            findings.push(CheckResult::new(format!("{system}:down"), Severity::Warning, finding));
        }
        for (name, contract) in &self.project.contracts {
            let extracted_at =
                self.systems.get(&contract.system).and_then(|system| system.extracted_at);
            if let (Some(hours), Some(extracted_at)) = (contract.freshness_hours, extracted_at) {
                let age = self.options.now.signed_duration_since(extracted_at).num_hours();
                if age > i64::from(hours) {
                    let finding = format!("the data are {age} hours old, promised are {hours}");
                    let check = format!("{name}:freshness");
                    findings.push(CheckResult::new(check, Severity::Warning, finding));
                }
            }
        }
        findings
    }

    /// Findings of the base release about tables that stay as they are.
    fn standing(&self) -> Vec<CheckResult> {
        let Some(base) = self.shared.base else { return Vec::new() };
        let stays = |name: &&TableName| {
            self.loaded.get(*name).is_none_or(|loaded| loaded.accounting.is_none())
        };
        let names: Vec<String> = self
            .project
            .contracts
            .keys()
            .filter(stays)
            .map(|name| format!("{name}:stale"))
            .collect();
        base.checks.iter().filter(|check| names.contains(&check.name)).cloned().collect()
    }

    /// The waivers of the release; refuses it while a check fails that nobody waived.
    fn waivers(&self, findings: &[CheckResult]) -> Result<Vec<Waiver>, RefreshError> {
        let base = self.shared.base.map(|base| waive::Base {
            number: base.number,
            findings: &base.checks,
            waivers: &base.waivers,
        });
        let given = &self.options.waivers;
        waive::waive(findings, given, base.unwrap_or_default(), self.entry.as_ref())
    }

    /// The base release, if nothing would be different in the next.
    fn unchanged(
        &self,
        tables: &BTreeMap<TableName, TableEntry>,
        checked: &BTreeMap<TableName, Built>,
        cubes: &BTreeMap<String, BTreeSet<String>>,
    ) -> Result<Option<Arc<Release>>, RefreshError> {
        let Some(base) = self.shared.base else { return Ok(None) };
        let reasons = |systems: &BTreeMap<String, SystemEntry>| {
            let reason =
                |(name, entry): (&String, &SystemEntry)| (name.clone(), entry.kept_because.clone());
            systems.iter().map(reason).collect::<BTreeMap<_, _>>()
        };
        let is_same = base.tables == *tables
            && base.checked == *checked
            && base.cubes == *cubes
            && reasons(&base.systems) == reasons(&self.systems)
            && base.project == self.project.hash;
        if is_same { Ok(Some(self.home.release(base.number)?)) } else { Ok(None) }
    }
}
