//! How do a query's rows become files?
//!
//! In one total order, month by month, so that equal rows give equal bytes whichever months were
//! built together.

use std::sync::Arc;

use datafusion::arrow::array::{Array, RecordBatch};
use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::error::ArrowError;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{cast, ident};
use datafusion::prelude::DataFrame;
use futures::StreamExt;

use super::months::Scope;
use super::{BuildError, Work, closing};
use crate::model::compile::Model;
use crate::model::files::Layer;
use crate::model::front_matter::Reach;
use crate::warehouse::load::Partitioner;
use crate::warehouse::manifest::DataFile;
use crate::warehouse::write::FileWriter;

/// So many rows of a rollup lie in one file: to pass over them costs less than to open files.
const FEW_ROWS: usize = 16_384;

/// The columns by which the rows of a table lie in order.
pub(super) fn order(model: &Model) -> Vec<String> {
    let head = &model.file.head;
    let mut order: Vec<String> = head.month.iter().cloned().collect();
    let grain = closing::grain(model);
    order.extend(grain.into_iter().filter(|column| Some(column) != head.month.as_ref()));
    order
}

/// Rows under the types in which they are stored.
pub(super) fn fitted(rows: DataFrame, schema: &SchemaRef) -> Result<DataFrame, DataFusionError> {
    let given = rows.schema().as_arrow().clone();
    let columns = schema.fields().iter().zip(given.fields()).map(|(field, given)| {
        if field.data_type() == given.data_type() {
            return ident(field.name());
        }
        cast(ident(field.name()), field.data_type().clone()).alias(field.name())
    });
    rows.select(columns.collect::<Vec<_>>())
}

/// Leaves out rows of months that are not built, which come where an input reaches further.
pub(super) fn within(
    work: &Work<'_>,
    rows: DataFrame,
    scope: &Scope,
) -> Result<DataFrame, BuildError> {
    let head = &work.model.file.head;
    let reaches_far = head.inputs.values().any(|reach| matches!(reach, Reach::Months(1..)));
    match (scope, &head.month) {
        (Scope::Months(months), Some(month)) if reaches_far => {
            closing::of_months(work, rows, month, months)
        }
        _ => Ok(rows),
    }
}

/// Writes rows to files, one a month.
pub(super) fn write(
    work: &Work<'_>,
    rows: DataFrame,
    schema: &SchemaRef,
    order: &[String],
    scope: &Scope,
) -> Result<Vec<DataFile>, BuildError> {
    let sorted = rows
        .sort(order.iter().map(|column| ident(column).sort(true, true)).collect())
        .map_err(|cause| work.failed(cause))?;
    let mut stream =
        work.handle.block_on(sorted.execute_stream()).map_err(|cause| work.failed(cause))?;
    let zone = work.context.settings.time_zone;
    let by_month = Partitioner::new(work.model.file.head.month.as_deref(), zone);
    let mut files = Files { work, schema, scope, open: None, done: Vec::new() };
    let (mut held, mut rows, mut is_few) = (Vec::new(), 0, is_cut_by_size(work));
    while let Some(batch) = work.handle.block_on(stream.next()) {
        let batch = batch.map_err(|cause| work.failed(cause))?;
        let batch = under(&batch, schema).map_err(|cause| work.failed(cause.into()))?;
        rows += batch.num_rows();
        is_few = is_few && rows <= FEW_ROWS;
        held.push(batch);
        if !is_few {
            held.drain(..).try_for_each(|batch| files.write(&batch, &by_month))?;
        }
    }
    let together = Partitioner::new(None, zone);
    held.drain(..).try_for_each(|batch| files.write(&batch, &together))?;
    files.finish()
}

/// Whether a table's months have files of their own only where it has many rows: one that is built
/// whole in any case, and that questions about few months read. Its rows lie by time in one file
/// as well.
fn is_cut_by_size(work: &Work<'_>) -> bool {
    let file = &work.model.file;
    file.layer == Layer::Rollups && file.head.inputs.is_empty()
}

/// Rows under the stored types: a plan may promise one precision of time and give another.
fn under(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let options = CastOptions { safe: false, ..CastOptions::default() };
    let columns = batch.columns().iter().zip(schema.fields()).map(|(column, field)| {
        if column.data_type() == field.data_type() {
            return Ok(Arc::clone(column));
        }
        cast_with_options(column, field.data_type(), &options)
    });
    RecordBatch::try_new(SchemaRef::clone(schema), columns.collect::<Result<_, _>>()?)
}

/// The files of a table as they come about.
struct Files<'a> {
    work: &'a Work<'a>,
    schema: &'a SchemaRef,
    scope: &'a Scope,
    open: Option<(String, FileWriter<'a>)>,
    done: Vec<DataFile>,
}

impl Files<'_> {
    /// Takes rows in order; runs of one month go to one file.
    fn write(&mut self, batch: &RecordBatch, by: &Partitioner) -> Result<(), BuildError> {
        let place = || self.work.model.file.place.clone();
        let partitions = by
            .partitions(batch)
            .map_err(|cause| BuildError::Month { place: place(), cause: Box::new(cause) })?;
        let mut start = 0;
        while start < partitions.len() {
            let month = partitions.value(start);
            let same = |row: &usize| partitions.value(*row) == month;
            let end = start + (start..partitions.len()).take_while(same).count();
            self.append(month, &batch.slice(start, end - start))?;
            start = end;
        }
        Ok(())
    }

    fn append(&mut self, month: &str, rows: &RecordBatch) -> Result<(), BuildError> {
        let is_open = self.open.as_ref().is_some_and(|(open, _)| open == month);
        if !is_open {
            self.begin(month)?;
        }
        let Some((_, writer)) = &mut self.open else { return Ok(()) };
        let table = self.work.name().clone();
        writer.write(rows).map_err(|cause| BuildError::Warehouse { table, cause: Box::new(cause) })
    }

    fn begin(&mut self, month: &str) -> Result<(), BuildError> {
        self.end()?;
        let place = || self.work.model.file.place.clone();
        if let Scope::Months(months) = self.scope
            && !months.contains(month)
        {
            return Err(BuildError::OtherMonth { place: place(), month: month.to_owned() });
        }
        if self.done.iter().any(|file| file.partition == month) {
            return Err(BuildError::MonthTwice { place: place(), month: month.to_owned() });
        }
        let context = self.work.context;
        let threads = context.limits.threads;
        let name = self.work.name();
        let schema = SchemaRef::clone(self.schema);
        let writer =
            FileWriter::create(context.writer, name, month, schema, threads).map_err(|cause| {
                BuildError::Warehouse { table: name.clone(), cause: Box::new(cause) }
            })?;
        self.open = Some((month.to_owned(), writer));
        Ok(())
    }

    fn end(&mut self) -> Result<(), BuildError> {
        let Some((_, writer)) = self.open.take() else { return Ok(()) };
        let table = self.work.name().clone();
        let file = writer
            .finish()
            .map_err(|cause| BuildError::Warehouse { table, cause: Box::new(cause) })?;
        self.done.extend(file);
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<DataFile>, BuildError> {
        self.end()?;
        Ok(self.done)
    }
}
