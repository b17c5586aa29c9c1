//! How is an answer written out, batch by batch, so that no answer need fit into memory?

use std::collections::HashSet;
use std::fmt::Debug;
use std::io::Write;
use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{
    DataType, FieldRef, Float32Type, Float64Type, Schema, SchemaRef,
};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::ipc::writer::StreamWriter;
use datafusion::arrow::json::writer::JsonFormat;
use datafusion::arrow::json::writer::NullableEncoder;
use datafusion::arrow::json::{Encoder, EncoderFactory, EncoderOptions};
use datafusion::arrow::json::{Writer as JsonWriter, WriterBuilder as JsonWriterBuilder};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion::parquet::errors::ParquetError;
use datafusion::parquet::file::properties::WriterProperties;
use futures::StreamExt;
use rust_xlsxwriter::XlsxError;

use super::mistake::told;
use super::text_table::{self, Heading};
use super::workbook::WorkbookSink;

/// Rows of a row group in an exported Parquet file.
const ROW_GROUP_ROWS: usize = 262_144;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// for reading on a terminal; long values and many rows are cut, and the last line says so
    Table,
    /// RFC 4180 with a header and CR LF; no value is an empty field, an empty text is `""`
    Csv,
    /// one array of objects, a row a line; decimals are strings, so that no digit is lost
    Json,
    /// a workbook; the metadata of the rows are told on a sheet of their own
    Xlsx,
    /// one Parquet file, zstd
    Parquet,
    /// an Arrow IPC stream
    Arrow,
}

impl Encoding {
    /// Whether the bytes are no text.
    pub fn is_binary(self) -> bool {
        matches!(self, Self::Xlsx | Self::Parquet | Self::Arrow)
    }
}

/// What a table for a terminal may show; the other encodings are never cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// rows shown
    pub rows_max: usize,
    /// terminal columns of one value
    pub width_max: usize,
}

impl Default for Cut {
    fn default() -> Self {
        Self { rows_max: 200, width_max: 64 }
    }
}

/// Why an answer could not be written.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// the query failed, at its start or after some rows; of its causes only what helps is told
    #[error("{}", told(.0))]
    Query(DataFusionError),
    /// two columns of one name cannot be told apart by a reader
    #[error("column `{name}` occurs twice in the answer; give one of them another name with `as`")]
    SameName {
        /// the name
        name: String,
    },
    /// a value has no form in this encoding
    #[error("the answer cannot be written in this format")]
    Value(#[source] ArrowError),
    /// rows that no workbook can hold
    #[error("{problem}; take CSV or Parquet")]
    Unfit {
        /// what does not fit
        problem: String,
    },
    /// the workbook could not be written
    #[error("the answer cannot be written as a workbook")]
    Workbook(#[source] Box<XlsxError>),
    /// Parquet refused the rows
    #[error("the answer cannot be written as parquet")]
    Parquet(#[source] ParquetError),
    /// the target took no more bytes
    #[error("the answer cannot be written to its target")]
    Target(#[from] std::io::Error),
}

impl From<ArrowError> for EncodeError {
    fn from(error: ArrowError) -> Self {
        match error {
            ArrowError::IoError(_, cause) => Self::Target(cause),
            other => Self::Value(other),
        }
    }
}

impl From<ParquetError> for EncodeError {
    fn from(error: ParquetError) -> Self {
        match error {
            ParquetError::External(cause) => match cause.downcast::<std::io::Error>() {
                Ok(cause) => Self::Target(*cause),
                Err(other) => Self::Parquet(ParquetError::External(other)),
            },
            other => Self::Parquet(other),
        }
    }
}

/// Writes every row of `stream` to `out` and returns how many there were. (A table stops reading
/// one row after the last it may show.)
///
/// # Errors
/// When the query fails midway or `out` takes no more bytes; what was written before is then no
/// complete answer, so a caller that writes a file must not leave it under its final name.
pub async fn encode(
    stream: SendableRecordBatchStream,
    encoding: Encoding,
    cut: Cut,
    out: &mut (dyn Write + Send),
) -> Result<u64, EncodeError> {
    let schema = stream.schema();
    match encoding {
        Encoding::Table => table(stream, cut, out).await,
        Encoding::Csv => copy(stream, CsvSink::start(&schema, out)?).await,
        Encoding::Json => {
            names_differ(&schema)?;
            copy(stream, JsonSink(json_writer(out))).await
        }
        Encoding::Xlsx => copy(stream, WorkbookSink::start(&schema, out)?).await,
        Encoding::Parquet => {
            names_differ(&schema)?;
            copy(stream, ParquetSink(parquet_writer(out, schema)?)).await
        }
        Encoding::Arrow => {
            names_differ(&schema)?;
            copy(stream, ArrowSink(StreamWriter::try_new(out, &schema)?)).await
        }
    }
}

/// Where batches go.
pub(super) trait Sink {
    /// Takes the next rows.
    fn write(&mut self, batch: &RecordBatch) -> Result<(), EncodeError>;
    /// Writes what stands at the end.
    fn finish(self) -> Result<(), EncodeError>;
}

/// Moves every batch from the stream to the sink.
async fn copy(
    mut stream: SendableRecordBatchStream,
    mut sink: impl Sink,
) -> Result<u64, EncodeError> {
    let mut rows = 0;
    while let Some(batch) = stream.next().await {
        let batch = batch.map_err(EncodeError::Query)?;
        rows += batch.num_rows() as u64;
        sink.write(&batch)?;
    }
    sink.finish()?;
    Ok(rows)
}

/// Formats with names of columns as keys need names that differ.
fn names_differ(schema: &Schema) -> Result<(), EncodeError> {
    let mut seen = HashSet::new();
    match schema.fields().iter().find(|field| !seen.insert(field.name())) {
        Some(field) => Err(EncodeError::SameName { name: field.name().clone() }),
        None => Ok(()),
    }
}

/// Draws the first rows and says whether there are more.
async fn table(
    mut stream: SendableRecordBatchStream,
    cut: Cut,
    out: &mut (dyn Write + Send),
) -> Result<u64, EncodeError> {
    let headings: Vec<Heading> = stream
        .schema()
        .fields()
        .iter()
        .map(|field| Heading {
            name: field.name().clone(),
            is_number: field.data_type().is_numeric(),
        })
        .collect();
    let mut rows: Vec<Vec<String>> = Vec::new();
    while rows.len() <= cut.rows_max
        && let Some(batch) = stream.next().await
    {
        let batch = batch.map_err(EncodeError::Query)?;
        let cells = formatters(&batch, &FormatOptions::new().with_null("null"))?;
        for row in 0..batch.num_rows().min(cut.rows_max + 1 - rows.len()) {
            let texts = cells.iter().map(|cell| cell.value(row).try_to_string());
            rows.push(texts.collect::<Result<_, _>>()?);
        }
    }
    let has_more = rows.len() > cut.rows_max;
    rows.truncate(cut.rows_max);
    out.write_all(text_table::draw(&headings, &rows, cut.width_max).as_bytes())?;
    match (has_more, rows.len()) {
        (true, shown) => writeln!(out, "(first {shown} rows; the other formats give all)")?,
        (false, 1) => writeln!(out, "(1 row)")?,
        (false, shown) => writeln!(out, "({shown} rows)")?,
    }
    Ok(rows.len() as u64)
}

/// One formatter a column.
pub(super) fn formatters<'a>(
    batch: &'a RecordBatch,
    options: &FormatOptions<'a>,
) -> Result<Vec<ArrayFormatter<'a>>, ArrowError> {
    batch.columns().iter().map(|column| ArrayFormatter::try_new(column.as_ref(), options)).collect()
}

/// CSV. Arrow's own writer gives no value and the empty text the same form, so this is ours.
struct CsvSink<'a> {
    out: &'a mut (dyn Write + Send),
}

impl<'a> CsvSink<'a> {
    fn start(schema: &SchemaRef, out: &'a mut (dyn Write + Send)) -> Result<Self, EncodeError> {
        let mut record = String::new();
        for (column, field) in schema.fields().iter().enumerate() {
            csv_field(&mut record, column, Some(field.name()));
        }
        record.push_str("\r\n");
        out.write_all(record.as_bytes())?;
        Ok(Self { out })
    }
}

impl Sink for CsvSink<'_> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), EncodeError> {
        let cells = formatters(batch, &FormatOptions::new())?;
        let mut records = String::new();
        for row in 0..batch.num_rows() {
            for (column, (cell, array)) in cells.iter().zip(batch.columns()).enumerate() {
                // A record of one empty field would be an empty line, which readers skip.
                let is_absent = is_null(array.as_ref(), row) && cells.len() > 1;
                let text = cell.value(row).try_to_string()?;
                csv_field(&mut records, column, (!is_absent).then_some(text.as_str()));
            }
            records.push_str("\r\n");
        }
        Ok(self.out.write_all(records.as_bytes())?)
    }

    fn finish(self) -> Result<(), EncodeError> {
        Ok(self.out.flush()?)
    }
}

/// Whether there is no value, also behind a dictionary or in a column of type null.
pub(super) fn is_null(array: &dyn Array, row: usize) -> bool {
    array.logical_nulls().is_some_and(|nulls| nulls.is_null(row))
}

/// Adds a field to the record; `None` is no value.
fn csv_field(record: &mut String, column: usize, value: Option<&str>) {
    if column > 0 {
        record.push(',');
    }
    let Some(value) = value else { return };
    if value.is_empty() || value.contains([',', '"', '\r', '\n']) {
        record.push('"');
        record.push_str(&value.replace('"', "\"\""));
        record.push('"');
    } else {
        record.push_str(value);
    }
}

/// An array with one row a line.
#[derive(Debug, Default)]
struct Rows;

impl JsonFormat for Rows {
    fn start_stream<W: Write>(&self, writer: &mut W) -> Result<(), ArrowError> {
        Ok(writer.write_all(b"[")?)
    }

    fn start_row<W: Write>(&self, writer: &mut W, is_first_row: bool) -> Result<(), ArrowError> {
        let before: &[u8] = if is_first_row { b"\n" } else { b",\n" };
        Ok(writer.write_all(before)?)
    }

    fn end_stream<W: Write>(&self, writer: &mut W) -> Result<(), ArrowError> {
        Ok(writer.write_all(b"\n]\n")?)
    }
}

struct JsonSink<'a>(JsonWriter<&'a mut (dyn Write + Send), Rows>);

fn json_writer(out: &mut (dyn Write + Send)) -> JsonWriter<&mut (dyn Write + Send), Rows> {
    JsonWriterBuilder::new()
        .with_explicit_nulls(true)
        .with_encoder_factory(Arc::new(ExactNumbers))
        .build(out)
}

impl Sink for JsonSink<'_> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), EncodeError> {
        Ok(self.0.write(batch)?)
    }

    fn finish(mut self) -> Result<(), EncodeError> {
        self.0.finish()?;
        Ok(self.0.into_inner().flush()?)
    }
}

/// Writes decimals as strings, at any depth: a JSON number is a double to most readers. Floats that
/// are no numbers are strings too, since JSON has no form for them.
#[derive(Debug)]
struct ExactNumbers;

impl EncoderFactory for ExactNumbers {
    fn make_default_encoder<'a>(
        &self,
        _field: &'a FieldRef,
        array: &'a dyn Array,
        _options: &'a EncoderOptions,
    ) -> Result<Option<NullableEncoder<'a>>, ArrowError> {
        let is_plain: Vec<bool> = match array.data_type() {
            DataType::Decimal32(..)
            | DataType::Decimal64(..)
            | DataType::Decimal128(..)
            | DataType::Decimal256(..) => Vec::new(),
            DataType::Float64 => {
                array.as_primitive::<Float64Type>().values().iter().map(|v| v.is_finite()).collect()
            }
            DataType::Float32 => {
                array.as_primitive::<Float32Type>().values().iter().map(|v| v.is_finite()).collect()
            }
            _ => return Ok(None),
        };
        let formatter = ArrayFormatter::try_new(array, &FormatOptions::new())?;
        let encoder: Box<dyn Encoder + 'a> = Box::new(Number { formatter, is_plain });
        Ok(Some(NullableEncoder::new(encoder, array.nulls().cloned())))
    }
}

/// A number, between quotes where it is not `is_plain`; its text holds nothing that JSON escapes.
struct Number<'a> {
    formatter: ArrayFormatter<'a>,
    is_plain: Vec<bool>,
}

impl Encoder for Number<'_> {
    fn encode(&mut self, row: usize, out: &mut Vec<u8>) {
        let quote = if self.is_plain.get(row).copied().unwrap_or(false) { "" } else { "\"" };
        // Writing to a vector never fails.
        let _ = write!(out, "{quote}{}{quote}", self.formatter.value(row));
    }
}

struct ParquetSink<'a>(ArrowWriter<&'a mut (dyn Write + Send)>);

fn parquet_writer(
    out: &mut (dyn Write + Send),
    schema: SchemaRef,
) -> Result<ArrowWriter<&mut (dyn Write + Send)>, ParquetError> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .build();
    ArrowWriter::try_new(out, schema, Some(properties))
}

impl Sink for ParquetSink<'_> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), EncodeError> {
        Ok(self.0.write(batch)?)
    }

    fn finish(self) -> Result<(), EncodeError> {
        Ok(self.0.into_inner()?.flush()?)
    }
}

struct ArrowSink<'a>(StreamWriter<&'a mut (dyn Write + Send)>);

impl Sink for ArrowSink<'_> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), EncodeError> {
        Ok(self.0.write(batch)?)
    }

    fn finish(mut self) -> Result<(), EncodeError> {
        self.0.finish()?;
        Ok(self.0.into_inner()?.flush()?)
    }
}
