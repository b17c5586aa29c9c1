//! How are rows loaded that compete for a key or a date?

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta};
use datafusion::arrow::array::{Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::prelude::DataFrame;
use futures::StreamExt;

use super::apply::Change;
use super::candidates::Candidates;
use super::deleted::{keys, missing_keys};
use super::fold::{Fold, Rule, Task, Versions};
use super::member::Reader;
use super::period::DateFold;
use super::read::{FilePlan, read_files, unstop};
use super::spool::{Spool, Spooled};
use super::stage::{Stage, Staged};
use super::table::{Outcome, TableLoad};
use super::target::{Target, group_of, has_stale};
use super::touched::Brought;
use super::{Input, LoadError, history, quarantine, sorted, touched};
use crate::source::SourceError;
use crate::source::database::{Database, Wanted};
use crate::source::shape::{ROW_COLUMN, SOURCE_COLUMN};
use crate::warehouse::contract::{Contract, Deletions, History, Mode};
use crate::warehouse::manifest::Manifest;
use crate::warehouse::name::TableName;

/// This load's rows and what else bears on the decision.
struct Gathered {
    staged: Staged,
    withdrawn: Option<Spooled>,
    gone: Option<Spooled>,
    state: super::LoadState,
    /// whether refusals are told anew altogether
    is_whole: bool,
    /// whether the rows are the refused ones
    is_replay: bool,
}

/// Loads a table whose rows compete; `None` where the source brought nothing new.
pub(super) fn load(load: &TableLoad<'_>, input: Input<'_>) -> Result<Option<Outcome>, LoadError> {
    let gathered = match input {
        Input::Files(found) => from_files(load, &found)?,
        Input::Database(database) => match sorted::load(load, database)? {
            Some(outcome) => return Ok(Some(outcome)),
            None => Some(from_database(load, database)?),
        },
    };
    gathered.map(|gathered| decide(load, gathered)).transpose()
}

/// Runs refused rows through the contract again; `None` where there are none.
pub(super) fn retry(load: &TableLoad<'_>) -> Result<Option<Outcome>, LoadError> {
    let mut stage = Stage::new(load.contract, &load.folder, load.refusals("refusals.arrow")?)?;
    let count = quarantine::replay(load, &mut |source, chunk| stage.take(source, chunk))?;
    if count == 0 {
        return Ok(None);
    }
    let gathered = Gathered {
        staged: stage.finish()?,
        withdrawn: None,
        gone: None,
        state: load.state.clone(),
        is_whole: false,
        is_replay: true,
    };
    decide(load, gathered).map(Some)
}

fn from_files(
    load: &TableLoad<'_>,
    found: &[crate::source::files::Found],
) -> Result<Option<Gathered>, LoadError> {
    let contract = load.contract;
    let Some(kind) = contract.kind else { return Ok(None) };
    let fresh = super::LoadState::new(contract.storage_hash());
    let known = if load.is_anew { &fresh } else { &load.state };
    load.require_deliveries(found)?;
    let plan = FilePlan::new(contract, known, found, load.shared.hasher)?;
    if plan.is_empty() && !load.is_first() {
        return Ok(None);
    }
    let mut stage = Stage::new(contract, &load.folder, load.refusals("refusals.arrow")?)?;
    let number = load.shared.number;
    let read = read_files(contract, kind, &plan, load.shared, &mut |source, chunk| {
        stage.take(source, chunk)
    })?;
    let state = super::LoadState {
        deliveries: plan.deliveries(known, &read.deliveries, found, number),
        drift: read.drift,
        ..known.clone()
    };
    Ok(Some(Gathered {
        staged: stage.finish()?,
        withdrawn: Some(load.names("withdrawn.arrow", &plan.withdrawn)?),
        gone: None,
        state,
        is_whole: contract.mode == Mode::Full,
        is_replay: false,
    }))
}

fn from_database(load: &TableLoad<'_>, database: &mut dyn Database) -> Result<Gathered, LoadError> {
    tracing::debug!(target: "patron::phase", phase = "extract", object = %load.contract.object);
    let contract = load.contract;
    let compares_keys = contract.compares_keys(load.shared.turn) && !load.is_first();
    let gone = if compares_keys { Some(keys(load, database)?) } else { None };
    let (gone, has_unknown) = match &gone {
        Some(all) => {
            (Some(missing_keys(load, all, true)?), missing_keys(load, all, false)?.rows > 0)
        }
        None => (None, false),
    };
    // A key that the source has and the table lacks was committed later than the overlap allows, so
    // this time everything is read.
    let since = if has_unknown { None } else { since(contract, load.state.cursor) };
    let mut stage = Stage::new(contract, &load.folder, load.refusals("refusals.arrow")?)?;
    let since = since.as_ref().map(|(column, value)| (column.as_str(), value.as_str()));
    let mut take = |chunk: crate::source::shape::Chunk| {
        load.shared.hear(contract, &chunk);
        let source = quarantine::source_of(&chunk.rows, &contract.object);
        stage.take(&source, &chunk).map_err(|error| SourceError::Stopped(Box::new(error)))
    };
    let (object, shape) = (&contract.object, &contract.shape);
    let wanted = Wanted { object, shape, since, order: &[] };
    let read = unstop(database.read(&wanted, &mut take))?;
    let staged = stage.finish()?;
    let mut state = load.state.clone();
    state.cursor = state.cursor.max(staged.cursor);
    state.drift = read.drift;
    if load.is_anew {
        state.cursor = staged.cursor;
        state.deliveries.clear();
    }
    let is_whole = contract.mode == Mode::Full;
    Ok(Gathered { staged, withdrawn: None, gone, state, is_whole, is_replay: false })
}

/// The column and value from which on rows may be new. Times go back to the start of a day, and one
/// day more, so that neither a zone nor a `T` between date and time can hide a row.
fn since(contract: &Contract, highest: Option<i64>) -> Option<(String, String)> {
    if contract.mode == Mode::Full {
        return None;
    }
    let cursor = contract.cursor.as_ref()?;
    let highest = highest?;
    let column = contract.column(&cursor.column)?;
    let overlap = i64::from(cursor.overlap);
    let value = match column.kind.arrow() {
        DataType::Date32 => {
            let days = highest - overlap.div_euclid(86_400) - i64::from(overlap % 86_400 > 0);
            NaiveDate::default().checked_add_signed(TimeDelta::try_days(days)?)?.to_string()
        }
        DataType::Timestamp(..) => {
            let moment = DateTime::from_timestamp_micros(highest)?;
            let from = moment.checked_sub_signed(TimeDelta::try_seconds(overlap)?)?;
            from.date_naive().checked_sub_signed(TimeDelta::try_days(1)?)?.to_string()
        }
        _ => highest.saturating_sub(overlap).to_string(),
    };
    Some((column.source_name().to_owned(), value))
}

fn decide(load: &TableLoad<'_>, gathered: Gathered) -> Result<Outcome, LoadError> {
    let contract = load.contract;
    let frame = candidates(load, &gathered)?;
    let input = frame.schema().as_arrow().clone();
    let group = group_of(contract);
    let content = contract.shape.columns.len();
    let reader = Reader::new(&input, content, &group, load.partitioner.clone())?;
    let mut columns: Vec<String> =
        contract.shape.columns.iter().map(|column| column.name.clone()).collect();
    columns.extend([SOURCE_COLUMN.to_owned(), ROW_COLUMN.to_owned()]);
    let rows = Rows { frame, input: &input, columns: &columns, group: &group, reader };
    let mut outcome = if contract.is_by_date() {
        by_date(load, rows, gathered.state)?
    } else {
        by_key(load, rows, gathered.state)?
    };
    outcome.counts.read += gathered.staged.refused;
    outcome.counts.quarantined += gathered.staged.refused;
    outcome.refusals.push(gathered.staged.refusals);
    outcome.withdrawn = gathered.withdrawn;
    outcome.is_whole = gathered.is_whole;
    outcome.is_replay = gathered.is_replay;
    Ok(outcome)
}

/// The competing rows and how to read them.
struct Rows<'a> {
    frame: DataFrame,
    input: &'a Schema,
    columns: &'a [String],
    group: &'a [String],
    reader: Reader,
}

/// Lets deliveries compete for dates.
fn by_date(
    load: &TableLoad<'_>,
    rows: Rows<'_>,
    state: super::LoadState,
) -> Result<Outcome, LoadError> {
    let folder = load.folder.join("chosen");
    let mut fold = DateFold::new(&folder, rows.input, rows.columns, rows.group, rows.reader)?;
    let mut stream = load.wait(rows.frame.execute_stream())?;
    while let Some(batch) = load.wait(stream.next()) {
        fold.push(batch?)?;
    }
    let folded = fold.finish()?;
    let chosen = [folded.added, folded.removed, folded.remembered, folded.forgotten];
    Ok(Outcome {
        manifests: manifests(load, chosen)?,
        counts: folded.counts,
        ..Outcome::new(state)
    })
}

/// Lets versions compete for keys.
fn by_key(
    load: &TableLoad<'_>,
    rows: Rows<'_>,
    state: super::LoadState,
) -> Result<Outcome, LoadError> {
    let contract = load.contract;
    let task = Task {
        rule: rule(contract)?,
        is_from_files: contract.is_from_files(),
        input: rows.input,
        columns: rows.columns,
        key: rows.group,
        has_stale: has_stale(contract),
        wanted_versions: match contract.history {
            History::None | History::Flag(false) => Versions::None,
            History::Flag(true) => Versions::Served,
            History::Dated { .. } => Versions::Every,
        },
        folder: &load.folder.join("chosen"),
        duplicates: load.refusals("duplicates.arrow")?,
        cleared: load.refusals("cleared.arrow")?,
    };
    let mut fold = Fold::new(task, rows.reader)?;
    let mut stream = load.wait(rows.frame.execute_stream())?;
    while let Some(batch) = load.wait(stream.next()) {
        fold.push(batch?)?;
    }
    let folded = fold.finish()?;
    let chosen = [folded.added, folded.removed, folded.remembered, folded.forgotten];
    let mut manifests = manifests(load, chosen)?;
    if contract.history.is_kept() {
        let history = history_manifest(load, &folded.versions)?;
        manifests.insert(load.targets.history.name.clone(), history);
    }
    Ok(Outcome {
        manifests,
        counts: folded.counts,
        cleared: Some(folded.cleared),
        refusals: vec![folded.duplicates],
        ..Outcome::new(state)
    })
}

fn candidates(load: &TableLoad<'_>, gathered: &Gathered) -> Result<DataFrame, LoadError> {
    let has_gone = gathered.gone.as_ref().is_some_and(|gone| gone.rows > 0);
    let has_base = !load.is_first();
    let brought = Brought {
        rows: &gathered.staged.rows,
        gone: gathered.gone.as_ref(),
        withdrawn: gathered.withdrawn.as_ref(),
        is_replay: gathered.is_replay,
    };
    let is_narrow = touched::is_narrow(load, &brought);
    load.wait(async {
        load.register("_read", gathered.staged.rows.frame(&load.session).await?)?;
        if let Some(gone) = &gathered.gone {
            load.register("_gone", gone.frame(&load.session).await?)?;
        }
        let withdrawn = match &gathered.withdrawn {
            Some(withdrawn) => withdrawn.clone(),
            None => load.names("withdrawn.arrow", &[])?,
        };
        load.register("_withdrawn", withdrawn.frame(&load.session).await?)?;
        if is_narrow {
            touched::register_keys(load, has_gone).await?;
        }
        let mut tables =
            vec![("_main", &load.targets.main), ("_remembered", &load.targets.remembered)];
        tables.extend(load.targets.personal.as_ref().map(|target| ("_personal", target)));
        tables
            .extend(load.targets.remembered_personal.as_ref().map(|t| ("_remembered_personal", t)));
        for (name, target) in tables {
            let stored = load.stored(target).await?;
            let rows = if is_narrow { touched::only(load, stored).await? } else { stored };
            load.register(name, rows)?;
        }
        let candidates = Candidates {
            context: &load.session,
            contract: load.contract,
            has_base,
            has_gone,
            is_replay: gathered.is_replay,
        };
        let frame = candidates.frame().await;
        load.prefer_hash_joins(false);
        frame
    })
}

fn rule(contract: &Contract) -> Result<Rule, LoadError> {
    let position = |name: &str| {
        contract
            .shape
            .columns
            .iter()
            .position(|column| column.name == name)
            .ok_or_else(|| LoadError::Column(name.to_owned()))
    };
    Ok(match contract.mode {
        Mode::Full => Rule::Snapshot,
        Mode::Append | Mode::Period { .. } => Rule::First,
        Mode::Merge => Rule::Newest {
            flag: match &contract.deletions {
                Deletions::Flag { column, value } => Some((position(column)?, value.clone())),
                Deletions::None | Deletions::Keys { .. } => None,
            },
            cursor: contract.cursor.as_ref().map(|c| position(&c.column)).transpose()?,
        },
    })
}

/// The tables after the fold's decision.
fn manifests(
    load: &TableLoad<'_>,
    [added, removed, remembered, forgotten]: [BTreeMap<String, Spooled>; 4],
) -> Result<BTreeMap<TableName, Manifest>, LoadError> {
    let is_whole = load.contract.mode == Mode::Full;
    let is_additive = load.contract.mode == Mode::Append;
    let served = Change { added, removed, is_additive, is_whole, ..Change::default() };
    let kept = Change { added: remembered, removed: forgotten, is_whole, ..Change::default() };
    let mut result = BTreeMap::new();
    let mut apply = |target: &Target, change: &Change| -> Result<(), LoadError> {
        result.insert(target.name.clone(), load.apply(target, change)?);
        Ok(())
    };
    apply(&load.targets.main, &served)?;
    if let Some(personal) = &load.targets.personal {
        apply(personal, &served)?;
    }
    if !is_whole {
        apply(&load.targets.remembered, &kept)?;
        if let Some(personal) = &load.targets.remembered_personal {
            apply(personal, &kept)?;
        }
    }
    Ok(result)
}

fn history_manifest(
    load: &TableLoad<'_>,
    versions: &BTreeMap<String, Spooled>,
) -> Result<Manifest, LoadError> {
    let target = &load.targets.history;
    if versions.is_empty() {
        return load.apply(target, &Change::default());
    }
    let frame = load.wait(async {
        load.register("_history", load.history().await?)?;
        let mut all: Option<DataFrame> = None;
        for spool in versions.values() {
            let frame = spool.frame(&load.session).await?;
            all = Some(match all {
                Some(before) => before.union(frame)?,
                None => frame,
            });
        }
        if let Some(all) = all {
            load.register("_versions", all)?;
        }
        let query = history::query(load.contract, load.shared.now);
        Ok::<_, LoadError>(load.session.sql(&query).await?)
    })?;
    let file = load.applier().write(target, super::partition::ALL, frame)?;
    super::apply::manifest(target, file.into_iter().collect())
}

impl TableLoad<'_> {
    /// Whether the table begins with this load.
    pub(super) fn is_first(&self) -> bool {
        self.base(&self.targets.main).is_none()
    }

    /// A spool of names of sources.
    pub(super) fn names(&self, file: &str, names: &[String]) -> Result<Spooled, LoadError> {
        let field = Field::new(SOURCE_COLUMN, DataType::Utf8, false);
        let schema = Arc::new(Schema::new(vec![field]));
        let mut spool = Spool::create(&self.folder.join(file), Arc::clone(&schema))?;
        let column: StringArray = names.iter().map(Some).collect();
        if !column.is_empty() {
            spool.write(&RecordBatch::try_new(schema, vec![Arc::new(column)])?)?;
        }
        spool.finish()
    }

    /// When the table is loaded anew, every delivery it ever had must still be there.
    pub(super) fn require_deliveries(
        &self,
        found: &[crate::source::files::Found],
    ) -> Result<(), LoadError> {
        if !self.is_anew || self.contract.mode == Mode::Full {
            return Ok(());
        }
        let is_there = |name: &String| found.iter().any(|file| file.name == *name);
        let gone: Vec<&String> =
            self.state.deliveries.keys().filter(|name| !is_there(name)).collect();
        match gone.first() {
            Some(name) => Err(LoadError::Gone {
                place: self.contract.place.clone(),
                names: gone.len(),
                name: (*name).clone(),
            }),
            None => Ok(()),
        }
    }
}
