//! How do the rows chosen by a fold leave it?

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, RecordBatch, StringArray};
use datafusion::arrow::compute::interleave_record_batch;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use super::LoadError;
use super::member::{Member, STALE, STATUS};
use super::partition::split;
use super::spool::{Spool, Spooled};

/// Rows that leave together.
const BATCH_ROWS: usize = 8192;
/// Batches that may be held because a row of each waits to leave: where few rows are chosen, each
/// would otherwise keep its whole batch in memory.
const HELD_BATCHES: usize = 16;

/// What is put beside a row's own columns when it leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beside {
    /// nothing
    Nothing,
    /// `_is_stale`
    Stale,
    /// `_status`
    Status,
}

/// Gathers chosen rows and spools them by partition.
pub(super) struct Emitter {
    folder: PathBuf,
    columns: Vec<usize>,
    beside: Beside,
    schema: SchemaRef,
    waiting: Vec<(Member, bool, &'static str)>,
    /// batches to which waiting rows belong
    held: usize,
    spools: BTreeMap<String, Spool>,
}

impl Emitter {
    /// An emitter of the given columns of `input` into spools below `folder`.
    pub(super) fn new(
        folder: &Path,
        input: &Schema,
        columns: &[String],
        beside: Beside,
    ) -> Result<Self, LoadError> {
        let columns: Vec<usize> =
            columns.iter().map(|name| input.index_of(name)).collect::<Result<_, _>>()?;
        let mut fields: Vec<Field> =
            columns.iter().map(|column| input.field(*column).clone()).collect();
        match beside {
            Beside::Nothing => {}
            Beside::Stale => fields.push(Field::new(STALE, DataType::Boolean, false)),
            Beside::Status => fields.push(Field::new(STATUS, DataType::Utf8, false)),
        }
        Ok(Self {
            folder: folder.to_owned(),
            columns,
            beside,
            schema: Schema::new(fields).into(),
            waiting: Vec::new(),
            held: 0,
            spools: BTreeMap::new(),
        })
    }

    /// Lets a row leave.
    pub(super) fn emit(
        &mut self,
        member: &Member,
        is_stale: bool,
        status: &'static str,
    ) -> Result<(), LoadError> {
        let is_same_batch =
            self.waiting.last().is_some_and(|(last, ..)| Arc::ptr_eq(&last.rows, &member.rows));
        self.held += usize::from(!is_same_batch);
        self.waiting.push((member.clone(), is_stale, status));
        let is_full = self.waiting.len() >= BATCH_ROWS || self.held >= HELD_BATCHES;
        if is_full { self.flush() } else { Ok(()) }
    }

    /// Ends all spools.
    pub(super) fn finish(mut self) -> Result<BTreeMap<String, Spooled>, LoadError> {
        self.flush()?;
        self.spools.into_iter().map(|(name, spool)| Ok((name, spool.finish()?))).collect()
    }

    fn flush(&mut self) -> Result<(), LoadError> {
        let waiting = std::mem::take(&mut self.waiting);
        self.held = 0;
        if waiting.is_empty() {
            return Ok(());
        }
        let mut batches: Vec<&RecordBatch> = Vec::new();
        let mut seen: BTreeMap<usize, usize> = BTreeMap::new();
        let mut indices = Vec::with_capacity(waiting.len());
        for (member, ..) in &waiting {
            let address = Arc::as_ptr(&member.rows).addr();
            let position = *seen.entry(address).or_insert_with(|| {
                batches.push(&member.rows.batch);
                batches.len() - 1
            });
            indices.push((position, member.index));
        }
        let chosen = interleave_record_batch(&batches, &indices)?;
        let mut columns: Vec<ArrayRef> =
            self.columns.iter().map(|column| Arc::clone(chosen.column(*column))).collect();
        match self.beside {
            Beside::Nothing => {}
            Beside::Stale => {
                let stale: BooleanArray =
                    waiting.iter().map(|(_, stale, _)| Some(*stale)).collect();
                columns.push(Arc::new(stale));
            }
            Beside::Status => {
                let statuses: StringArray =
                    waiting.iter().map(|(.., status)| Some(*status)).collect();
                columns.push(Arc::new(statuses));
            }
        }
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns)?;
        let partitions: StringArray =
            waiting.iter().map(|(member, ..)| Some(member.partition())).collect();
        for (partition, part) in split(&batch, &partitions)? {
            let path = self.folder.join(format!("{partition}.arrow"));
            let spool = match self.spools.entry(partition) {
                std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
                std::collections::btree_map::Entry::Vacant(entry) => {
                    entry.insert(Spool::create(&path, Arc::clone(&self.schema))?)
                }
            };
            spool.write(&part)?;
        }
        Ok(())
    }
}
