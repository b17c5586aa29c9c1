//! How are rows loaded that nothing tells apart?
//!
//! They need no decision, so they go straight from the reader to their files. Rows of a table
//! without months are encoded as they come; months wait in spools, one after the other.

use std::collections::BTreeMap;

use datafusion::arrow::array::{RecordBatch, StringArray};
use std::sync::Arc;

use super::apply::{Change, manifest};
use super::partition::{ALL, split};
use super::read::{FilePlan, read_files, unstop};
use super::refusals::Refusals;
use super::spool::{Spool, Spooled};
use super::table::{Outcome, TableLoad};
use super::{Input, LoadError, LoadState, quarantine};
use crate::source::SourceError;
use crate::source::database::{Database, Wanted};
use crate::source::files::Found;
use crate::source::shape::Chunk;
use crate::warehouse::contract::Mode;
use crate::warehouse::manifest::{DataFile, Manifest};
use crate::warehouse::release::Accounting;
use crate::warehouse::write::FileWriter;

/// Loads a table without a key; `None` where the source brought nothing new.
pub(super) fn load(load: &TableLoad<'_>, input: Input<'_>) -> Result<Option<Outcome>, LoadError> {
    match input {
        Input::Files(found) => from_files(load, &found),
        Input::Database(database) => from_database(load, database).map(Some),
    }
}

/// Runs refused rows through the contract again; `None` where there are none.
pub(super) fn retry(load: &TableLoad<'_>) -> Result<Option<Outcome>, LoadError> {
    let mut sink = Sink::spooling(load)?;
    let count = quarantine::replay(load, &mut |source, chunk| sink.take(source, chunk))?;
    if count == 0 {
        return Ok(None);
    }
    let gathered = sink.finish()?;
    let change = Change { added: gathered.spools, ..Change::default() };
    let main = load.apply(&load.targets.main, &change)?;
    let counts = Accounting {
        read: gathered.accepted + gathered.refused,
        inserted: gathered.accepted,
        quarantined: gathered.refused,
        ..Accounting::default()
    };
    Ok(Some(Outcome {
        manifests: BTreeMap::from([(load.contract.name.clone(), main)]),
        counts,
        refusals: vec![gathered.refusals],
        is_replay: true,
        ..Outcome::new(load.state.clone())
    }))
}

fn from_files(load: &TableLoad<'_>, found: &[Found]) -> Result<Option<Outcome>, LoadError> {
    let contract = load.contract;
    let Some(kind) = contract.kind else { return Ok(None) };
    let fresh = LoadState::new(contract.storage_hash());
    let known = if load.is_anew { &fresh } else { &load.state };
    load.require_deliveries(found)?;
    let plan = FilePlan::new(contract, known, found, load.shared.hasher)?;
    if plan.is_empty() && !load.is_first() {
        return Ok(None);
    }
    let is_whole = contract.mode == Mode::Full;
    let withdrawn = (!is_whole && !plan.withdrawn.is_empty())
        .then(|| load.names("withdrawn.arrow", &plan.withdrawn))
        .transpose()?;
    let mut sink = Sink::new(load, is_whole, withdrawn.is_some())?;
    let number = load.shared.number;
    let read = read_files(contract, kind, &plan, load.shared, &mut |source, chunk| {
        sink.take(source, chunk)
    })?;
    let state = LoadState {
        deliveries: plan.deliveries(known, &read.deliveries, found, number),
        drift: read.drift,
        ..known.clone()
    };
    conclude(load, sink.finish()?, withdrawn, state).map(Some)
}

fn from_database(load: &TableLoad<'_>, database: &mut dyn Database) -> Result<Outcome, LoadError> {
    tracing::debug!(target: "patron::phase", phase = "extract", object = %load.contract.object);
    let contract = load.contract;
    let mut sink = Sink::new(load, true, false)?;
    let mut take = |chunk: Chunk| {
        load.shared.hear(contract, &chunk);
        let source = quarantine::source_of(&chunk.rows, &contract.object);
        sink.take(&source, &chunk).map_err(|error| SourceError::Stopped(Box::new(error)))
    };
    // A database promises no order of its own; the same rows are to give the same file.
    let order: Vec<String> =
        contract.shape.columns.iter().map(|column| column.name.clone()).collect();
    let (object, shape) = (&contract.object, &contract.shape);
    let wanted = Wanted { object, shape, since: None, order: &order };
    let read = unstop(database.read(&wanted, &mut take))?;
    let state = LoadState { drift: read.drift, ..LoadState::new(contract.storage_hash()) };
    conclude(load, sink.finish()?, None, state)
}

fn conclude(
    load: &TableLoad<'_>,
    gathered: Gathered,
    withdrawn: Option<Spooled>,
    state: LoadState,
) -> Result<Outcome, LoadError> {
    let is_whole = load.contract.mode == Mode::Full;
    let target = &load.targets.main;
    let base = load.base(target);
    let main = match gathered.direct {
        Some(file) => {
            let kept = base.iter().filter(|_| !is_whole).flat_map(|base| base.files.clone());
            manifest(target, kept.chain(file).collect())?
        }
        None => {
            let change = Change {
                added: gathered.spools,
                withdrawn: withdrawn.clone(),
                is_additive: true,
                is_whole,
                ..Change::default()
            };
            load.apply(target, &change)?
        }
    };
    let counts = count(base, &main, gathered.accepted, gathered.refused, is_whole);
    Ok(Outcome {
        manifests: BTreeMap::from([(load.contract.name.clone(), main)]),
        counts,
        refusals: vec![gathered.refusals],
        withdrawn,
        is_whole,
        ..Outcome::new(state)
    })
}

fn count(
    base: Option<&Manifest>,
    main: &Manifest,
    accepted: u64,
    refused: u64,
    is_whole: bool,
) -> Accounting {
    let before = base.map_or(0, |base| base.rows);
    let read = accepted + refused;
    let counts = Accounting { read, quarantined: refused, ..Accounting::default() };
    if is_whole && base.is_some_and(|base| base.files == main.files) {
        return Accounting { unchanged: accepted, ..counts };
    }
    // What is neither new nor there any more was withdrawn.
    let deleted = (before + accepted).saturating_sub(main.rows);
    Accounting { inserted: accepted, deleted, ..counts }
}

/// What came of reading.
struct Gathered {
    /// the file of a table without months, written as its rows came
    direct: Option<Option<DataFile>>,
    spools: BTreeMap<String, Spooled>,
    refusals: Spooled,
    accepted: u64,
    refused: u64,
}

/// Where rows go as they come.
struct Sink<'a> {
    load: &'a TableLoad<'a>,
    direct: Option<FileWriter<'a>>,
    spools: BTreeMap<String, Spool>,
    refusals: Refusals,
    accepted: u64,
    refused: u64,
}

impl<'a> Sink<'a> {
    /// A sink that writes straight to a file where that is possible.
    fn new(
        load: &'a TableLoad<'a>,
        is_whole: bool,
        has_withdrawn: bool,
    ) -> Result<Self, LoadError> {
        let files = load.base(&load.targets.main).map_or(0, |base| base.files.len());
        let has_room = is_whole || files < super::apply::FILES_PER_MONTH;
        let mut sink = Self::spooling(load)?;
        if load.contract.month.is_none() && has_room && !has_withdrawn {
            sink.direct = Some(load.applier().file(&load.targets.main, ALL)?);
        }
        Ok(sink)
    }

    /// A sink that keeps rows by month.
    fn spooling(load: &'a TableLoad<'a>) -> Result<Self, LoadError> {
        Ok(Self {
            load,
            direct: None,
            spools: BTreeMap::new(),
            refusals: load.refusals("refusals.arrow")?,
            accepted: 0,
            refused: 0,
        })
    }

    fn take(&mut self, source: &str, chunk: &Chunk) -> Result<(), LoadError> {
        self.accepted += chunk.rows.num_rows() as u64;
        self.refused += chunk.refused.len() as u64;
        for refused in &chunk.refused {
            self.refusals.add_refused(source, refused)?;
        }
        if let Some(file) = &mut self.direct {
            return Ok(file.write(&chunk.rows)?);
        }
        let partitions: StringArray = self.load.partitioner.partitions(&chunk.rows)?;
        for (partition, rows) in split(&chunk.rows, &partitions)? {
            self.spool(partition, &rows)?;
        }
        Ok(())
    }

    fn spool(&mut self, partition: String, rows: &RecordBatch) -> Result<(), LoadError> {
        let spool = match self.spools.entry(partition) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => {
                let path = self.load.folder.join("months").join(format!("{}.arrow", entry.key()));
                let schema = Arc::clone(&self.load.targets.main.schema);
                entry.insert(Spool::create(&path, schema)?)
            }
        };
        spool.write(rows)
    }

    fn finish(self) -> Result<Gathered, LoadError> {
        let spools: Result<BTreeMap<String, Spooled>, LoadError> = self
            .spools
            .into_iter()
            .map(|(partition, spool)| Ok((partition, spool.finish()?)))
            .collect();
        Ok(Gathered {
            direct: self.direct.map(FileWriter::finish).transpose()?,
            spools: spools?,
            refusals: self.refusals.finish()?,
            accepted: self.accepted,
            refused: self.refused,
        })
    }
}
