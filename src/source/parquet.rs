//! How is a Parquet file read?
//!
//! Only the promised columns are decoded, batch by batch, and every value is checked against the
//! promised type row by row. Timestamps without UTC adjustment are local times of the contract's
//! zone; the old INT96 timestamps are UTC, as Spark and Hive write them.

use std::fs::File;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, RecordBatch, RecordBatchOptions,
    RecordBatchReader,
};
use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Date64Type, Decimal128Type, Field, Float16Type, Float32Type, Float64Type,
    Int8Type, Int16Type, Int32Type, Int64Type, Schema, SchemaRef, TimeUnit,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::util::display::FormatOptions;
use datafusion::parquet::arrow::ProjectionMask;
use datafusion::parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};
use datafusion::parquet::basic::Type as PhysicalType;

use super::csv::missing;
use super::error::found_instead;
use super::files::{self, Found};
use super::rows::{Plan, Rows};
use super::shape::{Drift, Shape};
use super::stored::{Clock, Stored, accept};
use super::value::Cell;
use super::{Emit, Read, SourceError};

/// Rows decoded at a time.
const BATCH_ROWS: usize = 16_384;
/// A chunk is handed on before it holds more than this.
const CHUNK_BYTES: usize = 4 * 1024 * 1024;

/// Marks a column of texts that were numbers.
const DIGITS: &str = "digits";
/// Casts that fail rather than make a null of what does not fit.
const EXACTLY: CastOptions<'static> =
    CastOptions { safe: false, format_options: FormatOptions::new() };

/// Reads a Parquet file.
pub(super) fn read(file: &Found, shape: &Shape, emit: &mut Emit<'_>) -> Result<Read, SourceError> {
    // The file is hashed first and checked to be the same afterwards: its footer lies at the end,
    // so the bytes cannot be hashed in the order in which they are parsed.
    file.check_unchanged()?;
    let (sha256, size_bytes) = files::hash(&file.path)?;
    let (reader, places, drift) = open(file, shape)?;
    let mut rows = Plan::new(shape, &file.name)?.rows();
    let mut count = 0;
    for batch in reader {
        let batch = batch?;
        let columns: Vec<Option<Stage<'_>>> = places
            .iter()
            .zip(&shape.columns)
            .map(|(place, column)| match place {
                None => Ok(None),
                Some(place) => {
                    stage(&batch, *place).map(Some).map_err(|stored| SourceError::StoredType {
                        file: file.name.clone(),
                        column: column.source_name().to_owned(),
                        stored,
                        wanted: column.kind.to_string(),
                    })
                }
            })
            .collect::<Result<_, _>>()?;
        for row in 0..batch.rows.num_rows() {
            count += 1;
            push(count, row, &columns, &mut rows);
            if rows.size_bytes() > CHUNK_BYTES && row % 256 == 0 {
                emit(rows.take()?)?;
            }
        }
        if !rows.is_empty() {
            emit(rows.take()?)?;
        }
    }
    file.check_unchanged()?;
    if size_bytes != file.size_bytes {
        return Err(SourceError::Changed { file: file.name.clone() });
    }
    Ok(Read { sha256, size_bytes, rows: count, drift })
}

fn push(number: u64, row: usize, columns: &[Option<Stage<'_>>], rows: &mut Rows) {
    let stored = |index: usize| columns[index].as_ref().map_or(Stored::Null, |column| column(row));
    rows.push(
        i64::try_from(number).unwrap_or(i64::MAX),
        |index, parser| match stored(index) {
            Stored::Null => Ok(Cell::Null),
            stored => accept(stored, parser),
        },
        |index| stored(index).text(),
    );
}

/// What goes wrong inside a Parquet file.
fn damaged(file: &Found, error: &impl std::fmt::Display) -> SourceError {
    SourceError::Parquet { file: file.name.clone(), why: error.to_string() }
}

/// A batch with, for its INT96 columns, the same instants once more in wrapping nanoseconds.
struct Batch {
    rows: RecordBatch,
    fine: Option<RecordBatch>,
    /// per column of `rows` its place in `fine`
    fine_places: Arc<Vec<Option<usize>>>,
}

/// The batches of a file. INT96 overflows nanoseconds in 2262 and so is read as microseconds, and a
/// second time as wrapping nanoseconds to see what is finer than that.
struct Batches<'a> {
    file: &'a Found,
    rows: ParquetRecordBatchReader,
    fine: Option<ParquetRecordBatchReader>,
    fine_places: Arc<Vec<Option<usize>>>,
}

impl Iterator for Batches<'_> {
    type Item = Result<Batch, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        let failed = |error| damaged(self.file, &error);
        let rows = self
            .rows
            .next()?
            .map_err(failed)
            .and_then(|rows| unpacked(&rows).map_err(|error| damaged(self.file, &error)));
        let rows = match rows {
            Ok(rows) => rows,
            Err(error) => return Some(Err(error)),
        };
        let fine = self.fine.as_mut().and_then(Iterator::next).transpose().map_err(failed);
        let fine_places = Arc::clone(&self.fine_places);
        Some(fine.map(|fine| Batch { rows, fine, fine_places }))
    }
}

/// The same rows with dictionaries and runs written out, and decimals of other widths as one of 128
/// bits or, where that is too narrow, as text.
fn unpacked(rows: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let mut fields = Vec::with_capacity(rows.num_columns());
    let mut columns = Vec::with_capacity(rows.num_columns());
    for (field, column) in rows.schema().fields().iter().zip(rows.columns()) {
        let kind = match field.data_type() {
            DataType::Dictionary(_, values) => values.as_ref().clone(),
            DataType::RunEndEncoded(_, values) => values.data_type().clone(),
            DataType::Decimal32(precision, scale) | DataType::Decimal64(precision, scale) => {
                DataType::Decimal128(*precision, *scale)
            }
            DataType::Decimal256(..) => DataType::Utf8,
            _ => {
                fields.push(Arc::clone(field));
                columns.push(Arc::clone(column));
                continue;
            }
        };
        let is_digits = matches!(field.data_type(), DataType::Decimal256(..));
        columns.push(cast_with_options(column, &kind, &EXACTLY)?);
        let field = Field::new(field.name(), kind, true);
        let digits = [(DIGITS.to_owned(), String::new())];
        fields.push(Arc::new(if is_digits { field.with_metadata(digits.into()) } else { field }));
    }
    let options = RecordBatchOptions::new().with_row_count(Some(rows.num_rows()));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)
}

/// Opens a file with only the promised columns.
#[expect(clippy::type_complexity, reason = "three things that belong to one opening")]
fn open<'a>(
    file: &'a Found,
    shape: &Shape,
) -> Result<(Batches<'a>, Vec<Option<usize>>, Vec<Drift>), SourceError> {
    let handle = File::open(&file.path).map_err(SourceError::io(&file.path))?;
    let (coarse, fine) = metadata(&handle, file)?;
    let schema = Arc::clone(coarse.schema());
    let names = || schema.fields().iter().map(|field| field.name().as_str());
    let mut drift = Vec::new();
    let mut wanted = Vec::new();
    for column in &shape.columns {
        let name = column.source_name();
        match names().filter(|other| *other == name).count() {
            0 => {
                let found = || found_instead(name, names(), "columns");
                drift.push(missing(column, &file.name, shape, found)?);
                wanted.push(None);
            }
            1 => wanted.push(names().position(|other| other == name)),
            count => {
                return Err(SourceError::DuplicateColumn {
                    file: file.name.clone(),
                    column: name.to_owned(),
                    place: shape.place.clone(),
                    count,
                });
            }
        }
    }
    for (index, name) in names().enumerate() {
        if !wanted.contains(&Some(index)) {
            drift.push(Drift::Added { column: name.to_owned() });
        }
    }
    let mut roots: Vec<usize> = wanted.iter().flatten().copied().collect();
    roots.sort_unstable();
    roots.dedup();
    let batches = batches(&handle, file, coarse, fine, &roots)?;
    let place = |root: usize| roots.binary_search(&root).ok();
    Ok((batches, wanted.into_iter().map(|root| root.and_then(place)).collect(), drift))
}

/// Which top-level columns are INT96.
fn int96_columns(metadata: &ArrowReaderMetadata) -> Vec<usize> {
    let schema = metadata.metadata().file_metadata().schema_descr();
    (0..schema.num_columns())
        .filter(|leaf| schema.column(*leaf).physical_type() == PhysicalType::INT96)
        .filter(|leaf| schema.column(*leaf).path().parts().len() == 1)
        .map(|leaf| schema.get_column_root_idx(leaf))
        .collect()
}

/// The file's metadata with INT96 as microseconds; and, if it has any, with INT96 as nanoseconds.
fn metadata(
    handle: &File,
    file: &Found,
) -> Result<(ArrowReaderMetadata, Option<ArrowReaderMetadata>), SourceError> {
    let failed = |error| damaged(file, &error);
    let plain = ArrowReaderMetadata::load(handle, ArrowReaderOptions::new()).map_err(failed)?;
    let int96 = int96_columns(&plain);
    if int96.is_empty() {
        return Ok((plain, None));
    }
    let fields = plain.schema().fields().iter().enumerate().map(|(index, field)| {
        if int96.contains(&index) {
            let kind = DataType::Timestamp(TimeUnit::Microsecond, None);
            Arc::new(Field::new(field.name(), kind, field.is_nullable()))
        } else {
            Arc::clone(field)
        }
    });
    let schema: SchemaRef = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let options = ArrowReaderOptions::new().with_schema(schema);
    let coarse = ArrowReaderMetadata::load(handle, options).map_err(failed)?;
    Ok((coarse, Some(plain)))
}

fn batches<'a>(
    handle: &File,
    file: &'a Found,
    coarse: ArrowReaderMetadata,
    fine: Option<ArrowReaderMetadata>,
    roots: &[usize],
) -> Result<Batches<'a>, SourceError> {
    let failed = |error| damaged(file, &error);
    let build = |metadata: ArrowReaderMetadata, roots: &[usize]| {
        let handle = handle.try_clone().map_err(SourceError::io(&file.path))?;
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(handle, metadata);
        let mask = ProjectionMask::roots(builder.parquet_schema(), roots.iter().copied());
        builder.with_projection(mask).with_batch_size(BATCH_ROWS).build().map_err(failed)
    };
    let int96: Vec<usize> = match &fine {
        Some(fine) => int96_columns(fine).into_iter().filter(|root| roots.contains(root)).collect(),
        None => Vec::new(),
    };
    let fine_places = roots.iter().map(|root| int96.iter().position(|other| other == root));
    let fine_places = Arc::new(fine_places.collect());
    let rows = build(coarse, roots)?;
    let fine = match fine {
        Some(fine) if !int96.is_empty() => Some(build(fine, &int96)?),
        _ => None,
    };
    Ok(Batches { file, rows, fine, fine_places })
}

/// Gives the value of a row.
type Stage<'a> = Box<dyn Fn(usize) -> Stored<'a> + 'a>;

/// The values of a column as stored ones.
///
/// # Errors
/// The name of a type that no contract type takes.
fn stage(batch: &Batch, place: usize) -> Result<Stage<'_>, String> {
    let array = batch.rows.column(place);
    let fine = batch.fine_places.get(place).copied().flatten();
    if let (Some(fine), Some(place)) = (&batch.fine, fine) {
        return Ok(int96(array, fine.column(place)));
    }
    Ok(match array.data_type() {
        DataType::Null => Box::new(|_| Stored::Null),
        DataType::Utf8 if batch.rows.schema().field(place).metadata().contains_key(DIGITS) => {
            let array = array.as_string::<i32>();
            nullable(array, |row| Stored::Digits(array.value(row)))
        }
        DataType::Utf8 => {
            let array = array.as_string::<i32>();
            nullable(array, |row| Stored::Text(array.value(row)))
        }
        DataType::LargeUtf8 => {
            let array = array.as_string::<i64>();
            nullable(array, |row| Stored::Text(array.value(row)))
        }
        DataType::Utf8View => {
            let array = array.as_string_view();
            nullable(array, |row| Stored::Text(array.value(row)))
        }
        DataType::Binary => {
            let array = array.as_binary::<i32>();
            nullable(array, |row| Stored::Bytes(array.value(row)))
        }
        DataType::LargeBinary => {
            let array = array.as_binary::<i64>();
            nullable(array, |row| Stored::Bytes(array.value(row)))
        }
        DataType::BinaryView => {
            let array = array.as_binary_view();
            nullable(array, |row| Stored::Bytes(array.value(row)))
        }
        DataType::FixedSizeBinary(_) => {
            let array = array.as_fixed_size_binary();
            nullable(array, |row| Stored::Bytes(array.value(row)))
        }
        DataType::Boolean => {
            let array = array.as_boolean();
            nullable(array, |row| Stored::Boolean(array.value(row)))
        }
        _ => return stage_number(array),
    })
}

/// As [`stage`] for the types that Arrow calls primitive.
fn stage_number(array: &ArrayRef) -> Result<Stage<'_>, String> {
    let day_millis = 86_400_000;
    Ok(match array.data_type() {
        DataType::Int8 => integers::<Int8Type>(array),
        DataType::Int16 => integers::<Int16Type>(array),
        DataType::Int32 => integers::<Int32Type>(array),
        DataType::Int64 => integers::<Int64Type>(array),
        DataType::UInt8 => integers::<UInt8Type>(array),
        DataType::UInt16 => integers::<UInt16Type>(array),
        DataType::UInt32 => integers::<UInt32Type>(array),
        DataType::UInt64 => integers::<UInt64Type>(array),
        DataType::Float16 => {
            primitive::<Float16Type>(array, |value| Stored::Float(f64::from(value)))
        }
        DataType::Float32 => primitive::<Float32Type>(array, |value| {
            // The shortest digits of the float of four bytes, not those of its widening to eight.
            Stored::Float(value.to_string().parse().unwrap_or(f64::from(value)))
        }),
        DataType::Float64 => primitive::<Float64Type>(array, Stored::Float),
        DataType::Decimal128(_, scale) => {
            let scale = *scale;
            primitive::<Decimal128Type>(array, move |value| Stored::Decimal(value, scale))
        }
        DataType::Date32 => primitive::<Date32Type>(array, |day| Stored::Day(i64::from(day))),
        DataType::Date64 => primitive::<Date64Type>(array, move |millis| {
            if millis % day_millis == 0 {
                Stored::Day(millis / day_millis)
            } else {
                Stored::Instant { nanoseconds: i128::from(millis) * 1_000_000, clock: Clock::Local }
            }
        }),
        DataType::Timestamp(unit, zone) => {
            let clock = if zone.is_some() { Clock::Utc } else { Clock::Local };
            match unit {
                TimeUnit::Second => instants::<TimestampSecondType>(array, 1_000_000_000, clock),
                TimeUnit::Millisecond => {
                    instants::<TimestampMillisecondType>(array, 1_000_000, clock)
                }
                TimeUnit::Microsecond => instants::<TimestampMicrosecondType>(array, 1000, clock),
                TimeUnit::Nanosecond => instants::<TimestampNanosecondType>(array, 1, clock),
            }
        }
        other => return Err(other.to_string()),
    })
}

fn nullable<'a>(array: &'a dyn Array, value: impl Fn(usize) -> Stored<'a> + 'a) -> Stage<'a> {
    Box::new(move |row| if array.is_null(row) { Stored::Null } else { value(row) })
}

fn primitive<'a, T: ArrowPrimitiveType>(
    array: &'a ArrayRef,
    stored: impl Fn(T::Native) -> Stored<'a> + 'a,
) -> Stage<'a> {
    let array = array.as_primitive::<T>();
    nullable(array, move |row| stored(array.value(row)))
}

fn integers<'a, T: ArrowPrimitiveType>(array: &'a ArrayRef) -> Stage<'a>
where
    i128: From<T::Native>,
{
    primitive::<T>(array, |value| Stored::Integer(i128::from(value)))
}

fn instants<'a, T: ArrowPrimitiveType<Native = i64>>(
    array: &'a ArrayRef,
    unit_ns: i128,
    clock: Clock,
) -> Stage<'a> {
    primitive::<T>(array, move |value| Stored::Instant {
        nanoseconds: i128::from(value) * unit_ns,
        clock,
    })
}

/// Instants of INT96 from their microseconds and their wrapping nanoseconds.
fn int96<'a>(coarse: &'a ArrayRef, fine: &'a ArrayRef) -> Stage<'a> {
    let coarse = coarse.as_primitive::<TimestampMicrosecondType>();
    let fine = fine.as_primitive::<TimestampNanosecondType>();
    nullable(coarse, move |row| {
        let micros = coarse.value(row);
        let rest = fine.value(row).wrapping_sub(micros.wrapping_mul(1000));
        let nanoseconds = i128::from(micros) * 1000 + i128::from(rest);
        Stored::Instant { nanoseconds, clock: Clock::Utc }
    })
}

/// The names of a file's columns and up to `limit` of its rows, for scaffolding.
pub(super) fn sample(
    file: &Found,
    limit: usize,
    mut value: impl FnMut(usize, Stored<'_>),
) -> Result<Vec<String>, SourceError> {
    let handle = File::open(&file.path).map_err(SourceError::io(&file.path))?;
    let (coarse, fine) = metadata(&handle, file)?;
    let roots: Vec<usize> = (0..coarse.schema().fields().len()).collect();
    let batches = batches(&handle, file, coarse, fine, &roots)?;
    let schema = batches.rows.schema();
    let mut left = limit;
    for batch in batches {
        let batch = batch?;
        for column in 0..schema.fields().len() {
            let Ok(stage) = stage(&batch, column) else { continue };
            (0..batch.rows.num_rows().min(left)).for_each(|row| value(column, stage(row)));
        }
        left -= batch.rows.num_rows().min(left);
        if left == 0 {
            break;
        }
    }
    Ok(schema.fields().iter().map(|field| field.name().clone()).collect())
}
