//! Where do rows wait between two steps of a load?

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::ipc::reader::FileReader;
use datafusion::arrow::ipc::writer::FileWriter;
use datafusion::datasource::MemTable;
use datafusion::execution::options::ArrowReadOptions;
use datafusion::prelude::{DataFrame, SessionContext};

use super::LoadError;
use crate::warehouse::durable::NewFile;

/// Bytes of a spool's write buffer.
const BUFFER_BYTES: usize = 1 << 18;

/// Rows on their way: an Arrow IPC file below the run's temporary folder, written once, then read.
/// It is scratch, so it is neither hashed nor synced.
pub(super) struct Spool {
    path: PathBuf,
    schema: SchemaRef,
    writer: FileWriter<BufWriter<NewFile>>,
    rows: u64,
}

impl Spool {
    /// Begins a spool; its folder is made where it is missing.
    pub(super) fn create(path: &Path, schema: SchemaRef) -> Result<Self, LoadError> {
        let unwritable = |cause| LoadError::Scratch { path: path.to_owned(), cause };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(unwritable)?;
        }
        let buffer = BufWriter::with_capacity(BUFFER_BYTES, NewFile::create(path)?);
        let writer = FileWriter::try_new(buffer, &schema)?;
        Ok(Self { path: path.to_owned(), schema, writer, rows: 0 })
    }

    /// Adds rows.
    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), LoadError> {
        if batch.num_rows() > 0 {
            self.rows += batch.num_rows() as u64;
            let written = self.writer.write(batch);
            return self.explained(written);
        }
        Ok(())
    }

    /// Ends the spool; what was written can now be read.
    pub(super) fn finish(mut self) -> Result<Spooled, LoadError> {
        let ended = self.writer.finish();
        self.explained(ended)?;
        Ok(Spooled { path: self.path, schema: self.schema, rows: self.rows })
    }
}

impl Spool {
    /// The encoder hides why its file could not be written; the file itself still knows.
    fn explained(&mut self, result: Result<(), ArrowError>) -> Result<(), LoadError> {
        result.map_err(|error| match self.writer.get_mut().get_mut().failure() {
            Some(failure) => failure.into(),
            None => error.into(),
        })
    }
}

/// A spool that has been written.
#[derive(Debug, Clone)]
pub(super) struct Spooled {
    path: PathBuf,
    pub(super) schema: SchemaRef,
    pub(super) rows: u64,
}

impl Spooled {
    /// Its rows as a table of a query.
    pub(super) async fn frame(&self, context: &SessionContext) -> Result<DataFrame, LoadError> {
        if self.rows == 0 {
            let empty = MemTable::try_new(Arc::clone(&self.schema), vec![vec![]])?;
            return Ok(context.read_table(Arc::new(empty))?);
        }
        let options = ArrowReadOptions { schema: Some(&self.schema), ..Default::default() };
        Ok(context.read_arrow(self.path.display().to_string(), options).await?)
    }

    /// Its rows in the order in which they were written.
    pub(super) fn batches(
        &self,
    ) -> Result<impl Iterator<Item = Result<RecordBatch, LoadError>> + use<>, LoadError> {
        let file = File::open(&self.path)
            .map_err(|cause| LoadError::Scratch { path: self.path.clone(), cause })?;
        let reader = FileReader::try_new(BufReader::with_capacity(BUFFER_BYTES, file), None)?;
        Ok(reader.map(|batch| batch.map_err(LoadError::from)))
    }
}
