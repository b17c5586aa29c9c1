//! How do rows become the bytes of a Parquet file, the same bytes for the same rows always?

use std::collections::HashSet;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, RecordBatch, make_array};
use datafusion::arrow::datatypes::{DataType, FieldRef, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::row::{RowConverter, SortField};
use datafusion::error::DataFusionError;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves,
};
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::errors::ParquetError;
use datafusion::parquet::file::properties::WriterProperties;
use datafusion::parquet::file::writer::SerializedFileWriter;
use datafusion::parquet::schema::types::ColumnPath;
use sha2::{Digest, Sha256};

use super::blocks::BLOCK_BYTES;
use super::durable::NewFile;
use super::error::WarehouseError;
use super::manifest::Hash;
use super::statistics::Summary;

/// A Parquet file being written.
pub(super) struct Output {
    writer: SerializedFileWriter<HashingFile>,
    factory: Arc<ArrowRowGroupWriterFactory>,
    groups: usize,
}

impl Output {
    /// Begins a file at `path`; `sample` are its first rows, which decide about dictionaries.
    pub fn create(path: &Path, sample: &RecordBatch) -> Result<Self, Failure> {
        let schema = sample.schema();
        let file = HashingFile::new(NewFile::create(path)?);
        let writer = ArrowWriter::try_new(file, schema, Some(properties(sample)?))?;
        let (writer, factory) = writer.into_serialized_writer()?;
        Ok(Self { writer, factory: Arc::new(factory), groups: 0 })
    }

    /// What a thread needs to encode the next row group.
    pub fn next_group(&mut self) -> (Arc<ArrowRowGroupWriterFactory>, usize) {
        self.groups += 1;
        (Arc::clone(&self.factory), self.groups - 1)
    }

    /// Writes an encoded row group behind those before it.
    pub fn append(&mut self, chunks: Vec<ArrowColumnChunk>) -> Result<(), Failure> {
        let outcome = self.try_append(chunks);
        outcome.map_err(|error| self.cause(error))
    }

    fn try_append(&mut self, chunks: Vec<ArrowColumnChunk>) -> Result<(), ParquetError> {
        let mut group = self.writer.next_row_group()?;
        for chunk in chunks {
            chunk.append_to_row_group(&mut group)?;
        }
        group.close()?;
        Ok(())
    }

    /// Ends the file and makes it durable.
    pub fn finish(mut self) -> Result<Written, Failure> {
        if let Err(error) = self.writer.finish() {
            return Err(self.cause(error));
        }
        Ok(self.writer.inner_mut().finish()?)
    }

    /// Parquet's errors hide why the file could not be written.
    fn cause(&mut self, error: ParquetError) -> Failure {
        match self.writer.inner_mut().file.as_mut().and_then(NewFile::failure) {
            Some(failure) => Failure::Warehouse(failure),
            None => Failure::Parquet(error),
        }
    }
}

/// Why encoding failed; [`super::write`] adds the table.
#[derive(Debug)]
pub(super) enum Failure {
    Warehouse(WarehouseError),
    Parquet(ParquetError),
    Arrow(ArrowError),
    Statistics(String, DataFusionError),
}

impl From<WarehouseError> for Failure {
    fn from(error: WarehouseError) -> Self {
        Self::Warehouse(error)
    }
}

impl From<ParquetError> for Failure {
    fn from(error: ParquetError) -> Self {
        Self::Parquet(error)
    }
}

impl From<ArrowError> for Failure {
    fn from(error: ArrowError) -> Self {
        Self::Arrow(error)
    }
}

/// A row group ready to be appended, and what is known of its columns.
pub(super) struct Encoded {
    pub chunks: Vec<ArrowColumnChunk>,
    pub summaries: Vec<Summary>,
}

/// Encodes the rows of one row group, given in pieces of a fixed number of rows: the pages depend
/// on where the pieces end.
pub(super) fn encode(
    factory: &ArrowRowGroupWriterFactory,
    index: usize,
    schema: &SchemaRef,
    pieces: &[RecordBatch],
) -> Result<Encoded, Failure> {
    let mut writers = factory.create_column_writers(index)?.into_iter();
    let mut chunks = Vec::new();
    let mut summaries = Vec::new();
    for (column, field) in schema.fields().iter().enumerate() {
        summaries.push(summarise(field, pieces.iter().map(|piece| piece.column(column)))?);
        let leaves = leaf_count(field.data_type());
        let mut own: Vec<_> = writers.by_ref().take(leaves).collect();
        for piece in pieces {
            let values = plain(piece.column(column))?;
            for (writer, leaf) in own.iter_mut().zip(compute_leaves(field, &values)?) {
                writer.write(&leaf)?;
            }
        }
        for writer in own {
            chunks.push(writer.close()?);
        }
    }
    Ok(Encoded { chunks, summaries })
}

/// The values without a mask that hides none of them: whether there is one depends on how the rows
/// were gathered, and pages would end elsewhere.
fn plain(values: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    if values.nulls().is_none_or(|nulls| nulls.null_count() > 0) {
        return Ok(Arc::clone(values));
    }
    Ok(make_array(values.to_data().into_builder().nulls(None).build()?))
}

fn summarise<'a>(
    field: &FieldRef,
    pieces: impl Iterator<Item = &'a ArrayRef>,
) -> Result<Summary, Failure> {
    let failed = |error| Failure::Statistics(field.name().clone(), error);
    let mut summary = Summary::new(field).map_err(failed)?;
    for values in pieces {
        summary.add(values).map_err(failed)?;
    }
    Ok(summary)
}

/// How many Parquet columns a column becomes.
fn leaf_count(kind: &DataType) -> usize {
    match kind {
        DataType::Struct(fields) => fields.iter().map(|field| leaf_count(field.data_type())).sum(),
        DataType::Map(field, _)
        | DataType::List(field)
        | DataType::LargeList(field)
        | DataType::FixedSizeList(field, _) => leaf_count(field.data_type()),
        _ => 1,
    }
}

/// How the file is written: zstd(1), the best trade of time against size; and no dictionary for
/// columns that hardly repeat, which saves a twelfth of the time and a twentieth of the size.
fn properties(sample: &RecordBatch) -> Result<WriterProperties, Failure> {
    let level = ZstdLevel::try_new(1)?;
    let mut properties = WriterProperties::builder().set_compression(Compression::ZSTD(level));
    for (field, values) in sample.schema_ref().fields().iter().zip(sample.columns()) {
        if leaf_count(field.data_type()) == 1 && hardly_repeats(values)? {
            let path = ColumnPath::new(vec![field.name().clone()]);
            properties = properties.set_column_dictionary_enabled(path, false);
        }
    }
    Ok(properties.build())
}

/// Whether more than half of the values differ from all others before them.
fn hardly_repeats(values: &ArrayRef) -> Result<bool, ArrowError> {
    let sort_field = SortField::new(values.data_type().clone());
    if !RowConverter::supports_fields(std::slice::from_ref(&sort_field)) {
        return Ok(false);
    }
    let rows = RowConverter::new(vec![sort_field])?.convert_columns(&[Arc::clone(values)])?;
    let distinct: HashSet<_> = rows.iter().collect();
    Ok(distinct.len() * 2 > values.len())
}

/// The hashes of a file that was written.
pub(super) struct Written {
    pub size_bytes: u64,
    /// of the whole file
    pub hash: Hash,
    /// of every block
    pub blocks: Vec<Hash>,
}

/// A file that is hashed while it is written.
struct HashingFile {
    file: Option<NewFile>,
    whole: Sha256,
    block: Sha256,
    block_bytes: u64,
    blocks: Vec<Hash>,
}

impl HashingFile {
    fn new(file: NewFile) -> Self {
        Self {
            file: Some(file),
            whole: Sha256::new(),
            block: Sha256::new(),
            block_bytes: 0,
            blocks: Vec::new(),
        }
    }

    fn hash(&mut self, mut bytes: &[u8]) {
        self.whole.update(bytes);
        while !bytes.is_empty() {
            let room = usize::try_from(BLOCK_BYTES - self.block_bytes).unwrap_or(usize::MAX);
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.block.update(now);
            self.block_bytes += now.len() as u64;
            if self.block_bytes == BLOCK_BYTES {
                self.end_block();
            }
            bytes = later;
        }
    }

    fn end_block(&mut self) {
        self.blocks.push(hex::encode(self.block.finalize_reset()));
        self.block_bytes = 0;
    }

    fn finish(&mut self) -> Result<Written, WarehouseError> {
        if self.block_bytes > 0 {
            self.end_block();
        }
        let size_bytes = self.file.as_ref().map_or(0, NewFile::written);
        if let Some(file) = self.file.take() {
            file.close()?;
        }
        Ok(Written {
            size_bytes,
            hash: hex::encode(self.whole.finalize_reset()),
            blocks: std::mem::take(&mut self.blocks),
        })
    }
}

impl Write for HashingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(file) = &mut self.file else { return Err(io::ErrorKind::BrokenPipe.into()) };
        let count = file.write(bytes)?;
        self.hash(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{Date32Array, StringArray};
    use datafusion::arrow::buffer::NullBuffer;
    use datafusion::arrow::datatypes::{Field, Schema};

    use super::*;

    fn bytes(pieces: &[RecordBatch]) -> Vec<u8> {
        let schema = pieces[0].schema();
        let properties = properties(&pieces[0]).unwrap();
        let writer = ArrowWriter::try_new(Vec::new(), Arc::clone(&schema), Some(properties));
        let (mut file, factory) = writer.unwrap().into_serialized_writer().unwrap();
        let encoded = encode(&factory, 0, &schema, pieces).ok().unwrap();
        let mut group = file.next_row_group().unwrap();
        for chunk in encoded.chunks {
            chunk.append_to_row_group(&mut group).unwrap();
        }
        group.close().unwrap();
        file.into_inner().unwrap()
    }

    #[test]
    fn a_mask_that_hides_nothing_is_not_written() {
        let days = |count: i32| (0..count).map(|day| day % 7).collect::<Vec<i32>>();
        let names = |count| StringArray::from_iter_values((0..count).map(|n| format!("IV{n}")));
        let schema = Arc::new(Schema::new(vec![
            Field::new("name", DataType::Utf8, true),
            Field::new("day", DataType::Date32, true),
        ]));
        let piece = |mask: Option<NullBuffer>| {
            let (offsets, text, _) = names(30_000).into_parts();
            let name: ArrayRef = Arc::new(StringArray::new(offsets, text, mask.clone()));
            let day: ArrayRef = Arc::new(Date32Array::new(days(30_000).into(), mask));
            RecordBatch::try_new(Arc::clone(&schema), vec![name, day]).unwrap()
        };
        let gaps = NullBuffer::from((0..30_000).map(|row| row % 3 > 0).collect::<Vec<bool>>());
        let [bare, masked] = [None, Some(NullBuffer::new_valid(30_000))].map(piece);
        let last = piece(Some(gaps));
        assert_eq!(bytes(&[bare.clone(), last.clone()]), bytes(&[masked.clone(), last.clone()]));
        assert_eq!(bytes(&[last.clone(), bare]), bytes(&[last, masked]));
    }
}
