//! How do rows become a file of a table?
//!
//! The bytes are a function of the sequence of rows alone: neither the sizes of the batches they
//! come in, nor the number of threads, nor the time leave a trace. So equal content has equal
//! names, and a table built twice is one set of files.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};
use sha2::{Digest, Sha256};

use super::blocks::is_partition;
use super::durable::{self, Placed};
use super::encode::{Encoded, Failure, Output, Written, encode};
use super::error::WarehouseError;
use super::home::Writer;
use super::manifest::{ColumnStatistics, DataFile};
use super::name::TableName;
use super::statistics::Summary;

/// Rows of every row group but the last: enough for pruning, little enough for memory.
pub const GROUP_ROWS: usize = 262_144;

/// Rows of every piece that the encoder gets at once, but the last.
const PIECE_ROWS: usize = 8_192;

/// Writes one file of a table. Blocking: for a thread that may wait.
///
/// Holds at most one row group of rows per thread and one more.
pub struct FileWriter<'w> {
    writer: &'w Writer,
    table: TableName,
    partition: String,
    schema: SchemaRef,
    threads: usize,
    staged: PathBuf,
    output: Option<Output>,
    /// rows that do not make a piece yet
    rest: Vec<RecordBatch>,
    rest_rows: usize,
    /// pieces that do not make a row group yet
    pieces: Vec<RecordBatch>,
    /// row groups being encoded, in order
    encoding: VecDeque<JoinHandle<Result<Encoded, Failure>>>,
    summaries: Option<Vec<Summary>>,
    rows: u64,
}

impl<'w> FileWriter<'w> {
    /// Begins a file; nothing is written before there are rows.
    ///
    /// # Errors
    /// When the partition is no name for a folder.
    pub fn create(
        writer: &'w Writer,
        table: &TableName,
        partition: &str,
        schema: SchemaRef,
        threads: usize,
    ) -> Result<Self, WarehouseError> {
        if !is_partition(partition) {
            let finding = format!("`{partition}` cannot name a partition");
            return Err(WarehouseError::Unfit { table: table.clone(), finding });
        }
        Ok(Self {
            writer,
            table: table.clone(),
            partition: partition.to_owned(),
            schema: plain(&schema),
            threads: threads.max(1),
            staged: writer.tmp().join(format!("{}.parquet", uuid::Uuid::new_v4())),
            output: None,
            rest: Vec::new(),
            rest_rows: 0,
            pieces: Vec::new(),
            encoding: VecDeque::new(),
            summaries: None,
            rows: 0,
        })
    }

    /// Rows taken so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Takes rows.
    ///
    /// # Errors
    /// When they do not fit the schema, or the file system refuses.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), WarehouseError> {
        let mut batch = self.fit(batch)?;
        self.rows += batch.num_rows() as u64;
        while batch.num_rows() > 0 {
            let taken = batch.num_rows().min(PIECE_ROWS - self.rest_rows);
            self.rest.push(batch.slice(0, taken));
            self.rest_rows += taken;
            batch = batch.slice(taken, batch.num_rows() - taken);
            if self.rest_rows == PIECE_ROWS {
                self.end_piece()?;
            }
        }
        Ok(())
    }

    /// Ends the file, makes it durable and gives it its name; `None` if there were no rows.
    ///
    /// # Errors
    /// When a decimal column's sum overflows, or the file system refuses.
    pub fn finish(mut self) -> Result<Option<DataFile>, WarehouseError> {
        self.end_piece()?;
        self.end_group()?;
        while let Some(group) = self.encoding.pop_front() {
            self.append(group)?;
        }
        let Some(output) = self.output.take() else { return Ok(None) };
        let written = output.finish().map_err(|failure| self.failed(failure))?;
        let statistics = self.statistics()?;
        let path = format!(
            "files/{}/{}/{}.parquet",
            self.table,
            self.partition,
            written.hash.get(..32).unwrap_or_default()
        );
        self.place(&self.writer.home().root().join(&path), &written)?;
        Ok(Some(DataFile {
            path,
            partition: self.partition.clone(),
            size_bytes: written.size_bytes,
            rows: self.rows,
            blocks: written.blocks,
            statistics,
        }))
    }

    /// The rows under this file's schema.
    fn fit(&self, batch: &RecordBatch) -> Result<RecordBatch, WarehouseError> {
        RecordBatch::try_new(Arc::clone(&self.schema), batch.columns().to_vec()).map_err(|error| {
            WarehouseError::Unfit { table: self.table.clone(), finding: error.to_string() }
        })
    }

    fn end_piece(&mut self) -> Result<(), WarehouseError> {
        let piece = match &self.rest[..] {
            [] => return Ok(()),
            [whole] => whole.clone(),
            parts => concat_batches(&self.schema, parts)
                .map_err(|source| WarehouseError::Arrow { table: self.table.clone(), source })?,
        };
        self.rest.clear();
        self.rest_rows = 0;
        self.pieces.push(piece);
        if self.pieces.len() == GROUP_ROWS / PIECE_ROWS { self.end_group() } else { Ok(()) }
    }

    fn end_group(&mut self) -> Result<(), WarehouseError> {
        let pieces = std::mem::take(&mut self.pieces);
        let Some(first) = pieces.first() else { return Ok(()) };
        let output = match self.output.take() {
            Some(output) => output,
            None => Output::create(&self.staged, first).map_err(|failure| self.failed(failure))?,
        };
        let (factory, index) = self.output.insert(output).next_group();
        while self.encoding.len() >= self.threads
            && let Some(group) = self.encoding.pop_front()
        {
            self.append(group)?;
        }
        let schema = Arc::clone(&self.schema);
        let group = thread::spawn(move || encode(&factory, index, &schema, &pieces));
        self.encoding.push_back(group);
        Ok(())
    }

    fn append(
        &mut self,
        group: JoinHandle<Result<Encoded, Failure>>,
    ) -> Result<(), WarehouseError> {
        let encoded = group
            .join()
            .map_err(|_| WarehouseError::EncoderDied(self.table.clone()))?
            .map_err(|failure| self.failed(failure))?;
        if let Some(output) = &mut self.output
            && let Err(failure) = output.append(encoded.chunks)
        {
            return Err(self.failed(failure));
        }
        let Some(summaries) = &mut self.summaries else {
            self.summaries = Some(encoded.summaries);
            return Ok(());
        };
        for ((summary, more), field) in
            summaries.iter_mut().zip(encoded.summaries).zip(self.schema.fields())
        {
            summary.merge(more).map_err(|source| WarehouseError::Statistics {
                table: self.table.clone(),
                column: field.name().clone(),
                source,
            })?;
        }
        Ok(())
    }

    fn statistics(&mut self) -> Result<Vec<ColumnStatistics>, WarehouseError> {
        let mut statistics = Vec::new();
        let summaries = self.summaries.take().unwrap_or_default();
        for (mut summary, field) in summaries.into_iter().zip(self.schema.fields()) {
            let (table, column) = (self.table.clone(), field.name().clone());
            if summary.overflows() {
                return Err(WarehouseError::SumOverflow { table, column });
            }
            statistics.push(summary.finish().map_err(|source| WarehouseError::Statistics {
                table,
                column,
                source,
            })?);
        }
        Ok(statistics)
    }

    /// Moves the file to its place. A file that is there already must be the same one.
    fn place(&self, path: &Path, written: &Written) -> Result<(), WarehouseError> {
        if self.writer.place(&self.staged, path)? == Placed::AlreadyExists
            && hash_file(path)? != written.hash
        {
            return Err(WarehouseError::damaged(path, "its content does not match its name"));
        }
        Ok(())
    }

    fn failed(&self, failure: Failure) -> WarehouseError {
        let table = self.table.clone();
        match failure {
            Failure::Warehouse(error) => error,
            Failure::Parquet(source) => {
                WarehouseError::Parquet { path: self.staged.clone(), source }
            }
            Failure::Arrow(source) => WarehouseError::Arrow { table, source },
            Failure::Statistics(column, source) => {
                WarehouseError::Statistics { table, column, source }
            }
        }
    }
}

impl Drop for FileWriter<'_> {
    fn drop(&mut self) {
        // What stays behind is removed with the run's folder.
        let _ = durable::remove(&self.staged);
    }
}

/// The schema without annotations: their order in the file would be a matter of chance.
fn plain(schema: &Schema) -> SchemaRef {
    let fields: Vec<Field> = schema
        .fields()
        .iter()
        .map(|field| Field::new(field.name(), field.data_type().clone(), field.is_nullable()))
        .collect();
    Schema::new(fields).into()
}

/// SHA-256 of a whole file.
pub(super) fn hash_file(path: &Path) -> Result<String, WarehouseError> {
    let failed = |error: io::Error| WarehouseError::io("read", path)(error);
    let mut file = File::open(path).map_err(failed)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer).map_err(failed)? {
            0 => return Ok(hex::encode(hasher.finalize())),
            count => hasher.update(&buffer[..count]),
        }
    }
}
