//! How does one table get from the base release to the next?

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use datafusion::prelude::{DataFrame, SessionContext, col};
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;

use super::apply::{Applier, Change, manifest};
use super::member::STALE;
use super::order::natural_key_function;
use super::partition::Partitioner;
use super::quarantine::{self, QuarantinePart};
use super::refusals::Refusals;
use super::spool::Spooled;
use super::state::LoadState;
use super::target::{Target, Targets, has_stale};
use super::{Hasher, Input, LoadError, history, keyed, keyless};
use crate::engine::session::{Limits, session};
use crate::source::shape::Chunk;
use crate::warehouse::catalog;
use crate::warehouse::contract::{Contract, Deletions, Mode};
use crate::warehouse::home::Writer;
use crate::warehouse::manifest::{Hash, Manifest};
use crate::warehouse::name::TableName;
use crate::warehouse::release::{Accounting, CheckResult, Release, Severity, TableEntry};
use datafusion::arrow::datatypes::SchemaRef;

/// What all tables of a refresh have in common.
pub struct Context<'a> {
    /// the writer's lock and its temporary folder
    pub writer: &'a Writer,
    /// limits of the load's own queries
    pub limits: &'a Limits,
    /// the moment of the refresh
    pub now: DateTime<Utc>,
    /// time zone in which months begin
    pub zone: chrono_tz::Tz,
    /// the release that the refresh builds on
    pub base: Option<&'a Release>,
    /// number of the release that it makes
    pub number: u64,
    /// how many refreshes this project has seen, for what is not done at each of them
    pub turn: u64,
    /// tells content hashes of files
    pub hasher: &'a dyn Hasher,
    /// hears how many more rows of a table were read
    pub heard: &'a (dyn Fn(&TableName, u64) + Sync),
}

impl Context<'_> {
    /// Says that a chunk was read.
    pub(super) fn hear(&self, contract: &Contract, chunk: &Chunk) {
        let rows = chunk.rows.num_rows() + chunk.refused.len();
        (self.heard)(&contract.name, rows as u64);
    }
}

/// What a load made of one table.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Loaded {
    /// the tables filled; a table that is not there any more has no entry
    pub entries: BTreeMap<TableName, TableEntry>,
    /// refused rows of this table; `None` where they stay as they are
    pub quarantine: Option<QuarantinePart>,
    /// the row accounting; `None` where nothing was read
    pub accounting: Option<Accounting>,
    /// what a person should see
    pub findings: Vec<CheckResult>,
}

/// The load of one table under way.
pub struct TableLoad<'a> {
    pub(super) shared: &'a Context<'a>,
    pub(super) contract: &'a Contract,
    pub(super) targets: Targets,
    pub(super) session: SessionContext,
    pub(super) folder: PathBuf,
    pub(super) partitioner: Partitioner,
    pub(super) state: LoadState,
    pub(super) bases: BTreeMap<TableName, Arc<Manifest>>,
    /// whether the contract changed so that the table is loaded anew
    pub(super) is_anew: bool,
    /// the history of before such a change
    pub(super) old_history: Option<Arc<Manifest>>,
}

/// What came of reading and sorting out.
pub(super) struct Outcome {
    pub(super) manifests: BTreeMap<TableName, Manifest>,
    pub(super) state: LoadState,
    pub(super) counts: Accounting,
    pub(super) refusals: Vec<Spooled>,
    pub(super) cleared: Option<Spooled>,
    pub(super) withdrawn: Option<Spooled>,
    /// whether no earlier refusal stands any more
    pub(super) is_whole: bool,
    /// whether the rows read were the refused ones, so that their refusals are told anew
    pub(super) is_replay: bool,
}

impl Outcome {
    /// An outcome in which nothing has come about yet.
    pub(super) fn new(state: LoadState) -> Self {
        Self {
            manifests: BTreeMap::new(),
            state,
            counts: Accounting::default(),
            refusals: Vec::new(),
            cleared: None,
            withdrawn: None,
            is_whole: false,
            is_replay: false,
        }
    }
}

/// Loads a table.
///
/// # Errors
/// When the source or the warehouse fails as a whole; single bad rows go to quarantine.
pub fn load_table(
    shared: &Context<'_>,
    contract: &Contract,
    input: Input<'_>,
) -> Result<Loaded, LoadError> {
    let load = TableLoad::open(shared, contract)?;
    let outcome = if contract.key.is_empty() && !contract.is_by_date() {
        keyless::load(&load, input)?
    } else {
        keyed::load(&load, input)?
    };
    match outcome {
        Some(outcome) => load.conclude(outcome),
        None => Ok(load.unchanged()),
    }
}

/// Runs a table's refused rows through the contract as it is now.
///
/// # Errors
/// As [`load_table`].
pub fn retry_table(shared: &Context<'_>, contract: &Contract) -> Result<Loaded, LoadError> {
    // Refused rows are no whole delivery: those that are not among them stay.
    let merged = Contract { mode: Mode::Merge, ..contract.clone() };
    let mut load = TableLoad::open(shared, contract)?;
    if load.is_anew {
        return Err(LoadError::AnewFirst { place: contract.place.clone() });
    }
    if contract.mode == Mode::Full && !contract.key.is_empty() {
        load.contract = &merged;
    }
    let outcome = if contract.key.is_empty() && !contract.is_by_date() {
        keyless::retry(&load)?
    } else {
        keyed::retry(&load)?
    };
    match outcome {
        Some(outcome) => load.conclude(outcome),
        None => Ok(load.unchanged()),
    }
}

/// The tables of a release that a contract may fill.
///
/// # Errors
/// When the contract's name leaves no room for theirs.
pub fn tables_of(contract: &Contract) -> Result<Vec<TableName>, LoadError> {
    let targets = Targets::of(contract)?;
    Ok(targets.all().into_iter().map(|target| target.name.clone()).collect())
}

/// The tables with rows to read that a contract fills, with their columns: what is served, its
/// personal columns, every version.
///
/// # Errors
/// As [`tables_of`].
pub fn readable_tables(contract: &Contract) -> Result<Vec<(TableName, SchemaRef)>, LoadError> {
    let targets = Targets::of(contract)?;
    let history = contract.history.is_kept().then_some(targets.history);
    let readable = [Some(targets.main), targets.personal, history].into_iter().flatten();
    Ok(readable.map(|target| (target.name, target.schema)).collect())
}

impl<'a> TableLoad<'a> {
    fn open(shared: &'a Context<'a>, contract: &'a Contract) -> Result<Self, LoadError> {
        let targets = Targets::of(contract)?;
        let session = session(shared.limits)?;
        let state = session.state_ref();
        let mut guard = state.write();
        guard.config_mut().options_mut().execution.parquet.schema_force_view_types = false;
        drop(guard);
        session.register_udf(natural_key_function());
        catalog::register_store(&session, shared.writer.home())?;
        let folder = shared.writer.tmp().join(contract.name.to_string());
        let mut load = Self {
            partitioner: Partitioner::new(contract.month.as_deref(), shared.zone),
            state: LoadState::new(contract.storage_hash()),
            bases: BTreeMap::new(),
            is_anew: false,
            old_history: None,
            shared,
            contract,
            targets,
            session,
            folder,
        };
        load.prefer_hash_joins(false);
        load.read_base()?;
        Ok(load)
    }

    /// Reads what the base release has of this table.
    fn read_base(&mut self) -> Result<(), LoadError> {
        let Some(base) = self.shared.base else { return Ok(()) };
        let home = self.shared.writer.home();
        let name = &self.contract.name;
        let Some(load) = base.tables.get(name).and_then(|entry| entry.load.as_ref()) else {
            return Ok(());
        };
        let bytes = home.load_bytes(name, load)?;
        let known: LoadState = serde_json::from_slice(&bytes)
            .map_err(|error| LoadError::State { table: name.clone(), cause: error.to_string() })?;
        if known.storage != self.state.storage {
            self.is_anew = true;
            self.state.deliveries = known.deliveries;
            let history = &self.targets.history.name;
            if let Some(entry) = base.tables.get(history) {
                self.old_history = Some(home.manifest(history, &entry.manifest)?);
            }
            return Ok(());
        }
        self.state = known;
        for target in self.targets.all() {
            if let Some(entry) = base.tables.get(&target.name) {
                let manifest = home.manifest(&target.name, &entry.manifest)?;
                self.bases.insert(target.name.clone(), manifest);
            }
        }
        Ok(())
    }

    pub(super) fn base(&self, target: &Target) -> Option<&Manifest> {
        self.bases.get(&target.name).map(Arc::as_ref)
    }

    pub(super) fn applier(&self) -> Applier<'_> {
        Applier {
            writer: self.shared.writer,
            context: &self.session,
            threads: self.shared.limits.threads,
        }
    }

    pub(super) fn refusals(&self, file: &str) -> Result<Refusals, LoadError> {
        Refusals::new(
            &self.folder.join(file),
            &self.contract.system,
            &self.contract.name,
            &self.contract.key,
            self.shared.now,
        )
    }

    /// Applies a change to a table if it changes anything.
    pub(super) fn apply(&self, target: &Target, change: &Change) -> Result<Manifest, LoadError> {
        let is_idle = !change.is_whole
            && change.added.is_empty()
            && change.removed.is_empty()
            && change.withdrawn.is_none();
        match self.base(target) {
            Some(base) if is_idle => Ok(base.clone()),
            base => self.applier().apply(target, base, change),
        }
    }

    /// The stored rows of a table in the base release.
    pub(super) async fn stored(&self, target: &Target) -> Result<DataFrame, LoadError> {
        let manifest = match self.bases.get(&target.name) {
            Some(base) => Arc::clone(base),
            None => Arc::new(manifest(target, Vec::new())?),
        };
        let table = catalog::table(self.shared.writer.home(), manifest)?;
        Ok(self.session.read_table(table)?)
    }

    /// The history so far, under the columns of today.
    pub(super) async fn history(&self) -> Result<DataFrame, LoadError> {
        if let Some(old) = &self.old_history {
            let table = catalog::table(self.shared.writer.home(), Arc::clone(old))?;
            let before = self.session.read_table(table)?;
            if let Some(carried) = history::carried_over(self.contract, before)? {
                return Ok(carried);
            }
        }
        self.stored(&self.targets.history).await
    }

    /// How the queries join from now on: sorts and merge joins spill to disk; a hash join's table
    /// of keys does not.
    pub(super) fn prefer_hash_joins(&self, are_preferred: bool) {
        let state = self.session.state_ref();
        state.write().config_mut().options_mut().optimizer.prefer_hash_join = are_preferred;
    }

    /// A query over what is registered.
    pub(super) async fn sql(&self, query: &str) -> Result<DataFrame, LoadError> {
        Ok(self.session.sql(query).await?)
    }

    /// Makes a frame known to the session's queries.
    pub(super) fn register(&self, name: &str, frame: DataFrame) -> Result<(), LoadError> {
        self.session.deregister_table(name)?;
        self.session.register_table(name, frame.into_view())?;
        Ok(())
    }

    pub(super) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        Handle::current().block_on(work)
    }

    /// Stores manifests and load state, and checks that no row was lost on the way.
    fn conclude(&self, outcome: Outcome) -> Result<Loaded, LoadError> {
        let name = &self.contract.name;
        let mut counts = outcome.counts;
        let quarantine = quarantine::rebuild(self, &outcome)?;
        let rows = |manifest: Option<&Manifest>| manifest.map_or(0, |manifest| manifest.rows);
        counts.before = match (self.is_anew, self.shared.base) {
            (true, Some(base)) => self.rows_before(base)?,
            _ => rows(self.base(&self.targets.main)),
        };
        counts.after = rows(outcome.manifests.get(name));
        counts.stale = self.stale_rows(outcome.manifests.get(name))?;
        if self.is_anew {
            counts.deleted += counts.before;
        }
        counts.check().map_err(|problem| LoadError::Unbalanced { table: name.clone(), problem })?;
        let load: Hash = self.shared.writer.put_load(name, &serde_json::to_vec(&outcome.state)?)?;
        let mut entries = BTreeMap::new();
        for (table, manifest) in &outcome.manifests {
            let hash = self.shared.writer.put_manifest(manifest)?;
            let load = (table == name).then(|| load.clone());
            entries.insert(table.clone(), TableEntry { manifest: hash, load, built: None });
        }
        let findings = self.findings(&counts, &outcome.state);
        Ok(Loaded { entries, quarantine: Some(quarantine), accounting: Some(counts), findings })
    }

    /// Rows of a table whose stored form no longer fits.
    fn rows_before(&self, base: &Release) -> Result<u64, LoadError> {
        let Some(entry) = base.tables.get(&self.contract.name) else { return Ok(0) };
        Ok(self.shared.writer.home().manifest(&self.contract.name, &entry.manifest)?.rows)
    }

    /// Rows served although their newest version was refused.
    fn stale_rows(&self, manifest: Option<&Manifest>) -> Result<u64, LoadError> {
        let Some(manifest) = manifest.filter(|_| has_stale(self.contract)) else { return Ok(0) };
        let table = catalog::table(self.shared.writer.home(), Arc::new(manifest.clone()))?;
        let rows = self.wait(async {
            let stale = self.session.read_table(table)?.filter(col(STALE))?;
            Ok::<_, LoadError>(stale.count().await?)
        })?;
        Ok(rows as u64)
    }

    /// The table as it was.
    fn unchanged(&self) -> Loaded {
        let mut entries = BTreeMap::new();
        for target in self.targets.all() {
            if let Some(entry) = self.shared.base.and_then(|base| base.tables.get(&target.name)) {
                entries.insert(target.name.clone(), entry.clone());
            }
        }
        Loaded { entries, quarantine: None, accounting: None, findings: Vec::new() }
    }

    fn findings(&self, counts: &Accounting, state: &LoadState) -> Vec<CheckResult> {
        let finding = |what: &str, severity, finding: String| {
            CheckResult::new(format!("{}:{what}", self.contract.name), severity, finding)
        };
        let mut findings = Vec::new();
        let tolerate = self.contract.tolerate;
        if exceeds(counts.quarantined, counts.read, tolerate.refused_ratio) {
            findings.push(finding(
                "refused_ratio",
                Severity::Error,
                format!(
                    "{} of {} rows were refused, tolerated is a share of {}",
                    counts.quarantined, counts.read, tolerate.refused_ratio
                ),
            ));
        }
        let is_full = self.contract.mode == Mode::Full;
        if is_full
            && !self.is_anew
            && exceeds(counts.deleted, counts.before, tolerate.deleted_ratio)
        {
            findings.push(finding(
                "deleted_ratio",
                Severity::Error,
                format!(
                    "the delivery would delete {} of {} rows, tolerated is a share of {}",
                    counts.deleted, counts.before, tolerate.deleted_ratio
                ),
            ));
        }
        if self.contract.is_from_files() && state.deliveries.is_empty() {
            let text = format!("no file matches `{}` yet", self.contract.object);
            findings.push(finding("nothing_delivered", Severity::Warning, text));
        }
        if counts.stale > 0 {
            let text = format!(
                "rows served stale, because their newest version was refused: {}",
                counts.stale
            );
            findings.push(finding("stale", Severity::Warning, text));
        }
        for drift in state.drift.iter().filter(|drift| !self.state.drift.contains(drift)) {
            use crate::source::shape::Drift;
            let text = match drift {
                Drift::Added { column } => {
                    format!(
                        "the source has a new column `{column}`; add it to {}",
                        self.contract.place
                    )
                }
                Drift::Missing { column } => {
                    format!("the source no longer has the column `{column}`; it loads as empty")
                }
            };
            findings.push(finding("drift", Severity::Warning, text));
        }
        findings
    }
}

/// Whether a part is more than a tolerated share of a whole.
fn exceeds(part: u64, whole: u64, ratio: f64) -> bool {
    // Counts of rows stay far below the 2^53 up to which a float is exact.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    let (part, whole) = (part as f64, whole as f64);
    part > whole * ratio
}

impl Contract {
    /// Whether deliveries replace each other by date.
    pub(super) fn is_by_date(&self) -> bool {
        matches!(self.mode, Mode::Period { .. })
    }

    /// Whether this refresh compares the full list of keys. Without a cursor everything is read
    /// anyway, so there is nothing to save by comparing rarely.
    pub(super) fn compares_keys(&self, turn: u64) -> bool {
        match self.deletions {
            Deletions::Keys { every } => {
                self.cursor.is_none() || turn.is_multiple_of(u64::from(every))
            }
            Deletions::None | Deletions::Flag { .. } => false,
        }
    }
}
