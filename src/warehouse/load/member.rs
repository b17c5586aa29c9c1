//! What is known of a row that competes to be served?

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int8Array, Int64Array, RecordBatch, StringArray,
};
use datafusion::arrow::datatypes::{Int8Type, Int64Type};
use datafusion::arrow::row::{Row, RowConverter, Rows, SortField};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};

use super::LoadError;
use super::partition::Partitioner;
use crate::source::shape::{ROW_COLUMN, SOURCE_COLUMN};

/// Says how a row came to compete: `served`, `read`, `refused`, `superseded`, `deleted`,
/// `duplicate`, `withdrawn` or `gone`.
pub(super) const STATUS: &str = "_status";
/// Says where a row lay: one of [`Origin`].
pub(super) const ORIGIN: &str = "_origin";
/// The row's source as a text in file order.
pub(super) const ORDER: &str = "_order";
/// Whether a served row stands in for a newer one that was refused.
pub(super) const STALE: &str = "_is_stale";

/// Where a competing row lay.
pub(super) mod origin {
    /// in the table
    pub(in super::super) const SERVED: i8 = 0;
    /// among the rows that are kept but not served
    pub(in super::super) const REMEMBERED: i8 = 1;
    /// in this load
    pub(in super::super) const READ: i8 = 2;
    /// in no list of keys any more
    pub(in super::super) const GONE: i8 = 3;
}

/// Reads the columns that all competing rows share.
pub(super) struct Reader {
    /// how many leading columns hold content
    content_columns: usize,
    group: Vec<usize>,
    group_converter: RowConverter,
    content_converter: RowConverter,
    partitioner: Partitioner,
}

impl Reader {
    /// A reader of batches whose first `content_columns` columns hold content and whose `group`
    /// columns say which rows compete with each other.
    pub(super) fn new(
        schema: &datafusion::arrow::datatypes::Schema,
        content_columns: usize,
        group: &[String],
        partitioner: Partitioner,
    ) -> Result<Self, LoadError> {
        let field = |index: usize| SortField::new(schema.field(index).data_type().clone());
        let group: Vec<usize> =
            group.iter().map(|name| schema.index_of(name)).collect::<Result<_, _>>()?;
        Ok(Self {
            content_columns,
            group_converter: RowConverter::new(group.iter().map(|index| field(*index)).collect())?,
            content_converter: RowConverter::new((0..content_columns).map(field).collect())?,
            group,
            partitioner,
        })
    }

    /// Prepares a batch.
    pub(super) fn read(&self, batch: RecordBatch) -> Result<Arc<Prepared>, LoadError> {
        let group: Vec<ArrayRef> =
            self.group.iter().map(|index| Arc::clone(batch.column(*index))).collect();
        let column = |name: &str| {
            batch.column_by_name(name).cloned().ok_or_else(|| LoadError::Column(name.to_owned()))
        };
        Ok(Arc::new(Prepared {
            groups: self.group_converter.convert_columns(&group)?,
            contents: self
                .content_converter
                .convert_columns(&batch.columns()[..self.content_columns])?,
            partitions: self.partitioner.partitions(&batch)?,
            sources: column(SOURCE_COLUMN)?.as_string::<i32>().clone(),
            numbers: column(ROW_COLUMN)?.as_primitive::<Int64Type>().clone(),
            statuses: column(STATUS)?.as_string::<i32>().clone(),
            origins: column(ORIGIN)?.as_primitive::<Int8Type>().clone(),
            places: column(ORDER)?.as_string::<i32>().clone(),
            stale: column(STALE)?.as_boolean().clone(),
            group_columns: self.group.clone(),
            content_columns: self.content_columns,
            batch,
        }))
    }
}

/// A batch with what the fold asks of its rows.
pub(super) struct Prepared {
    pub(super) batch: RecordBatch,
    groups: Rows,
    contents: Rows,
    partitions: StringArray,
    sources: StringArray,
    numbers: Int64Array,
    statuses: StringArray,
    origins: Int8Array,
    places: StringArray,
    stale: BooleanArray,
    group_columns: Vec<usize>,
    content_columns: usize,
}

/// One row that competes.
#[derive(Clone)]
pub(super) struct Member {
    pub(super) rows: Arc<Prepared>,
    pub(super) index: usize,
}

impl Member {
    pub(super) fn group(&self) -> Row<'_> {
        self.rows.groups.row(self.index)
    }

    pub(super) fn content(&self) -> Row<'_> {
        self.rows.contents.row(self.index)
    }

    pub(super) fn partition(&self) -> &str {
        self.rows.partitions.value(self.index)
    }

    pub(super) fn source(&self) -> &str {
        self.rows.sources.value(self.index)
    }

    pub(super) fn number(&self) -> i64 {
        self.rows.numbers.value(self.index)
    }

    pub(super) fn status(&self) -> &str {
        self.rows.statuses.value(self.index)
    }

    pub(super) fn origin(&self) -> i8 {
        self.rows.origins.value(self.index)
    }

    pub(super) fn is_stale(&self) -> bool {
        self.rows.stale.value(self.index)
    }

    /// The row's place in the total order of files and rows.
    pub(super) fn place(&self) -> (&str, i64, i8) {
        (self.rows.places.value(self.index), self.number(), self.origin())
    }

    pub(super) fn is_same_row(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.rows, &other.rows) && self.index == other.index
    }

    /// Whether the row may be served at all.
    pub(super) fn is_eligible(&self) -> bool {
        !matches!(self.status(), "refused" | "withdrawn" | "gone")
    }

    /// Whether the named column holds nothing.
    pub(super) fn is_null(&self, column: usize) -> bool {
        self.rows.batch.column(column).is_null(self.index)
    }

    /// A column's value as text.
    pub(super) fn text(&self, column: usize) -> Result<String, LoadError> {
        let options = FormatOptions::default();
        let formatter = ArrayFormatter::try_new(self.rows.batch.column(column), &options)?;
        Ok(formatter.value(self.index).try_to_string()?)
    }

    /// Every content column as text, by its name.
    pub(super) fn texts(&self) -> Result<BTreeMap<String, Option<String>>, LoadError> {
        let mut texts = BTreeMap::new();
        for column in 0..self.rows.content_columns {
            let name = self.rows.batch.schema().field(column).name().clone();
            let text = if self.is_null(column) { None } else { Some(self.text(column)?) };
            texts.insert(name, text);
        }
        Ok(texts)
    }

    /// The values that say which rows compete, as messages show them.
    pub(super) fn group_text(&self) -> Result<String, LoadError> {
        let texts: Result<Vec<String>, LoadError> =
            self.rows.group_columns.iter().map(|column| self.text(*column)).collect();
        Ok(texts?.join(", "))
    }
}
