//! How does a table load for the first time whose rows come in the order of their keys?
//!
//! A database sorts by its own index, and then nothing needs to be decided: each row is the only
//! one of its key, and goes straight to its file. As soon as a row is refused, or a key does not
//! come after the one before, the table is read again in the way that takes any order.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, RecordBatch};
use datafusion::arrow::row::{OwnedRow, RowConverter, SortField};

use super::apply::{Change, manifest};
use super::partition::{ALL, split};
use super::read::unstop;
use super::spool::Spool;
use super::stage::highest_cursor;
use super::table::{Outcome, TableLoad};
use super::target::has_stale;
use super::{LoadError, LoadState};
use crate::source::SourceError;
use crate::source::database::{Database, Wanted};
use crate::source::shape::Chunk;
use crate::warehouse::contract::{Contract, Deletions, Mode};
use crate::warehouse::manifest::Manifest;
use crate::warehouse::name::TableName;
use crate::warehouse::release::Accounting;
use crate::warehouse::write::FileWriter;

/// Loads the table; `None` where its rows turn out to need decisions.
pub(super) fn load(
    load: &TableLoad<'_>,
    database: &mut dyn Database,
) -> Result<Option<Outcome>, LoadError> {
    let contract = load.contract;
    if !is_plain(load) {
        return Ok(None);
    }
    let mut sorted = Sorted::new(load)?;
    let mut take = |chunk: Chunk| {
        load.shared.hear(contract, &chunk);
        sorted.take(&chunk).map_err(|error| SourceError::Stopped(Box::new(error)))
    };
    let (object, shape) = (&contract.object, &contract.shape);
    let wanted = Wanted { object, shape, since: None, order: &contract.key };
    let read = match unstop(database.read(&wanted, &mut take)) {
        Err(LoadError::Unsorted) => return Ok(None),
        read => read?,
    };
    let (rows, cursor) = (sorted.rows, sorted.cursor);
    let state = LoadState { drift: read.drift, cursor, ..LoadState::new(contract.storage_hash()) };
    Ok(Some(Outcome {
        manifests: sorted.finish()?,
        counts: Accounting { read: rows, inserted: rows, ..Accounting::default() },
        refusals: vec![load.refusals("refusals.arrow")?.finish()?],
        is_whole: contract.mode == Mode::Full,
        ..Outcome::new(state)
    }))
}

/// Whether rows of a table that begins with this load go nowhere but into the table.
fn is_plain(load: &TableLoad<'_>) -> bool {
    let contract: &Contract = load.contract;
    load.is_first()
        && !load.is_anew
        && !contract.key.is_empty()
        && !contract.has_personal()
        && !contract.history.is_kept()
        && !matches!(contract.deletions, Deletions::Flag { .. })
}

/// Rows on their way to their files.
struct Sorted<'a> {
    load: &'a TableLoad<'a>,
    key: Vec<usize>,
    converter: RowConverter,
    last: Option<OwnedRow>,
    /// the file of a table without months
    file: Option<FileWriter<'a>>,
    months: BTreeMap<String, Spool>,
    rows: u64,
    cursor: Option<i64>,
}

impl<'a> Sorted<'a> {
    fn new(load: &'a TableLoad<'a>) -> Result<Self, LoadError> {
        let contract = load.contract;
        let schema = contract.shape.schema();
        let key: Vec<usize> =
            contract.key.iter().map(|name| schema.index_of(name)).collect::<Result<_, _>>()?;
        let field = |index: &usize| SortField::new(schema.field(*index).data_type().clone());
        let converter = RowConverter::new(key.iter().map(field).collect())?;
        let is_single = contract.month.is_none();
        let file = is_single.then(|| load.applier().file(&load.targets.main, ALL)).transpose()?;
        Ok(Self {
            load,
            key,
            converter,
            last: None,
            file,
            months: BTreeMap::new(),
            rows: 0,
            cursor: None,
        })
    }

    fn take(&mut self, chunk: &Chunk) -> Result<(), LoadError> {
        if !chunk.refused.is_empty() || !self.follows(&chunk.rows)? {
            return Err(LoadError::Unsorted);
        }
        let contract = self.load.contract;
        self.rows += chunk.rows.num_rows() as u64;
        self.cursor = self.cursor.max(highest_cursor(contract, &chunk.rows));
        let mut columns: Vec<ArrayRef> = chunk.rows.columns().to_vec();
        if has_stale(contract) {
            columns.push(Arc::new(BooleanArray::from(vec![false; chunk.rows.num_rows()])));
        }
        let schema = Arc::clone(&self.load.targets.main.schema);
        let rows = RecordBatch::try_new(schema, columns)?;
        if let Some(file) = &mut self.file {
            return Ok(file.write(&rows)?);
        }
        let months = self.load.partitioner.partitions(&rows)?;
        for (month, rows) in split(&rows, &months)? {
            self.spool(month, &rows)?;
        }
        Ok(())
    }

    /// Whether every key comes after the one before it.
    fn follows(&mut self, rows: &RecordBatch) -> Result<bool, LoadError> {
        let key: Vec<ArrayRef> = self.key.iter().map(|at| Arc::clone(rows.column(*at))).collect();
        if key.iter().any(|column| column.null_count() > 0) {
            return Ok(false);
        }
        let keys = self.converter.convert_columns(&key)?;
        let mut last = self.last.as_ref().map(OwnedRow::row);
        for key in &keys {
            if last.is_some_and(|last| last.cmp(&key) != Ordering::Less) {
                return Ok(false);
            }
            last = Some(key);
        }
        self.last = last.map(|last| last.owned());
        Ok(true)
    }

    fn spool(&mut self, month: String, rows: &RecordBatch) -> Result<(), LoadError> {
        let spool = match self.months.entry(month) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => {
                let path = self.load.folder.join("sorted").join(format!("{}.arrow", entry.key()));
                entry.insert(Spool::create(&path, Arc::clone(&self.load.targets.main.schema))?)
            }
        };
        spool.write(rows)
    }

    fn finish(self) -> Result<BTreeMap<TableName, Manifest>, LoadError> {
        let (load, main) = (self.load, &self.load.targets.main);
        let mut files = Vec::new();
        if let Some(file) = self.file {
            files.extend(file.finish()?);
        }
        for (month, spool) in self.months {
            let mut file = load.applier().file(main, &month)?;
            for batch in spool.finish()?.batches()? {
                file.write(&batch?)?;
            }
            files.extend(file.finish()?);
        }
        let mut manifests = BTreeMap::from([(main.name.clone(), manifest(main, files)?)]);
        if load.contract.mode != Mode::Full {
            let remembered = &load.targets.remembered;
            manifests.insert(remembered.name.clone(), load.apply(remembered, &Change::default())?);
        }
        Ok(manifests)
    }
}
