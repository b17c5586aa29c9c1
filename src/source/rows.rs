//! How do typed values become columns, with a bad row taken back whole?
//!
//! A row is pushed value by value. On its first bad value the columns are cut back to the rows
//! before it and the row is kept as refused; good rows pay nothing for that.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::SchemaRef;

use super::SourceError;
use super::builder::{Builder, Pushed};
use super::shape::{Chunk, ColumnType, Refused, Shape};
use super::value::{Cell, Parser, Reason};

/// Characters of a refused value that are kept beside the reason.
const VALUE_CHARACTERS_MAX: usize = 200;
/// Bytes kept of a record that could not be taken apart.
const RECORD_BYTES_MAX: usize = 1024 * 1024;
/// Name under which the text of such a record is kept.
pub const RECORD: &str = "_record";

/// What all rows of one source share.
#[derive(Debug, Clone)]
pub struct Plan {
    schema: SchemaRef,
    source: String,
    columns: Vec<PlannedColumn>,
}

#[derive(Debug, Clone)]
struct PlannedColumn {
    name: String,
    is_required: bool,
    kind: ColumnType,
    parser: Parser,
}

impl Plan {
    /// A plan for the rows of `source`, which becomes their `_source`.
    ///
    /// # Errors
    /// When the shape contradicts itself: a format that cannot be, marks that clash.
    pub fn new(shape: &Shape, source: &str) -> Result<Self, SourceError> {
        let columns = shape.columns.iter().map(|column| {
            let parser = Parser::new(column, &shape.format, shape.zone).map_err(|why| {
                let why = format!("column `{}`: {why}", column.name);
                SourceError::Shape { place: shape.place.clone(), why }
            })?;
            Ok(PlannedColumn {
                name: column.name.clone(),
                is_required: column.required,
                kind: column.kind.clone(),
                parser,
            })
        });
        let columns = columns.collect::<Result<_, SourceError>>()?;
        Ok(Self { schema: shape.schema(), source: source.to_owned(), columns })
    }

    /// An empty set of rows.
    pub fn rows(&self) -> Rows {
        let builders = self.columns.iter().map(|column| Builder::new(&column.kind)).collect();
        Rows { plan: self.clone(), builders, numbers: Vec::new(), refused: Vec::new() }
    }

    /// The number of columns.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// The parser of a column.
    pub fn parser(&self, column: usize) -> &Parser {
        &self.columns[column].parser
    }
}

/// Rows being collected.
#[derive(Debug)]
pub struct Rows {
    plan: Plan,
    builders: Vec<Builder>,
    numbers: Vec<i64>,
    refused: Vec<Refused>,
}

impl Rows {
    /// Adds row `number`. `cell` gives the value of a column; `raw` gives the text of a column as
    /// the source wrote it and is asked only when the row is refused.
    #[inline]
    pub fn push<'v>(
        &mut self,
        number: i64,
        mut cell: impl FnMut(usize, &Parser) -> Result<Cell<'v>, Reason>,
        raw: impl Fn(usize) -> Option<Cow<'v, str>>,
    ) {
        for (index, builder) in self.builders.iter_mut().enumerate() {
            let column = &self.plan.columns[index];
            let reason = match cell(index, &column.parser) {
                Ok(Cell::Null) if column.is_required => Reason::Required,
                Ok(cell) => {
                    if builder.push(cell) {
                        continue;
                    }
                    Reason::OutOfRange
                }
                Err(reason) => reason,
            };
            self.refuse(number, index, &reason, &raw);
            return;
        }
        self.numbers.push(number);
    }

    /// Adds row `number` from the texts of its columns, of which `None` is no value. `may_hold_nul`
    /// says that a text may hold a NUL character.
    #[inline]
    pub fn push_texts<'v>(
        &mut self,
        number: i64,
        may_hold_nul: bool,
        text: impl Fn(usize) -> Option<&'v str>,
    ) {
        for (index, builder) in self.builders.iter_mut().enumerate() {
            let column = &self.plan.columns[index];
            let pushed = match text(index) {
                Some(text) if may_hold_nul && memchr::memchr(0, text.as_bytes()).is_some() => {
                    Err(Reason::Nul)
                }
                Some(text) => builder.push_text(&column.parser, text),
                None => Ok(builder.push_null()),
            };
            let reason = match pushed {
                Ok(Pushed::Nothing) if column.is_required => Reason::Required,
                Ok(_) => continue,
                Err(reason) => reason,
            };
            self.refuse(number, index, &reason, &|index| text(index).map(Cow::Borrowed));
            return;
        }
        self.numbers.push(number);
    }

    /// Takes back what was pushed of the row and keeps it as refused.
    #[cold]
    fn refuse<'v>(
        &mut self,
        row: i64,
        at: usize,
        reason: &Reason,
        raw: &impl Fn(usize) -> Option<Cow<'v, str>>,
    ) {
        for builder in &mut self.builders[..=at] {
            builder.truncate(self.numbers.len());
        }
        let columns = self.plan.columns.iter().enumerate();
        let raw_values: BTreeMap<_, _> = columns
            .map(|(index, column)| (column.name.clone(), raw(index).map(Cow::into_owned)))
            .collect();
        self.refused.push(Refused {
            row,
            column: Some(self.plan.columns[at].name.clone()),
            value: raw(at).map(|text| text.chars().take(VALUE_CHARACTERS_MAX).collect()),
            reason: reason.to_string(),
            raw: raw_values,
        });
    }

    /// Refuses a record that could not be taken apart, keeping up to 1 MiB of its text.
    #[cold]
    pub fn refuse_record(&mut self, row: i64, record: &[u8], reason: &Reason) {
        let kept = &record[..record.len().min(RECORD_BYTES_MAX)];
        let text = String::from_utf8_lossy(kept).trim_end_matches(['\r', '\n']).to_owned();
        self.refused.push(Refused {
            row,
            column: None,
            value: Some(text.chars().take(VALUE_CHARACTERS_MAX).collect()),
            reason: reason.to_string(),
            raw: BTreeMap::from([(RECORD.to_owned(), Some(text))]),
        });
    }

    /// Whether row `number`, the last one added, was refused.
    pub fn has_refused(&self, number: i64) -> bool {
        self.refused.last().is_some_and(|refused| refused.row == number)
    }

    /// Marks row `number`, if it was refused, as one that its texts do not say in full: it has to
    /// be delivered again instead of being read from them.
    #[cold]
    pub fn keep_as_record(&mut self, number: i64) {
        let Some(refused) = self.refused.last_mut().filter(|refused| refused.row == number) else {
            return;
        };
        let texts: Vec<&str> = refused.raw.values().map(|v| v.as_deref().unwrap_or("")).collect();
        let record = texts.join("\t");
        refused.raw.insert(RECORD.to_owned(), Some(record));
    }

    /// How many rows were added, accepted and refused.
    pub fn len(&self) -> usize {
        self.numbers.len() + self.refused.len()
    }

    /// The number of promised columns.
    pub fn width(&self) -> usize {
        self.builders.len()
    }

    /// Whether no row was added.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Roughly the bytes that the rows take.
    pub fn size_bytes(&self) -> usize {
        self.builders.iter().map(Builder::size_bytes).sum::<usize>()
            + self.refused.len() * 64 * (1 + self.builders.len())
    }

    /// The rows so far as a chunk, leaving none.
    ///
    /// # Errors
    /// When they do not make Arrow columns, which is a fault of Patron.
    pub fn take(&mut self) -> Result<Chunk, SourceError> {
        let count = self.numbers.len();
        let mut arrays = Vec::with_capacity(self.builders.len() + 2);
        let failed = |error| SourceError::Rows { source_name: self.plan.source.clone(), error };
        for (builder, column) in self.builders.iter_mut().zip(&self.plan.columns) {
            let full = std::mem::replace(builder, Builder::new(&column.kind));
            arrays.push(full.finish(&column.kind).map_err(failed)?);
        }
        let sources = std::iter::repeat_n(self.plan.source.as_str(), count);
        arrays.push(Arc::new(StringArray::from_iter_values(sources)));
        arrays.push(Arc::new(Int64Array::from(std::mem::take(&mut self.numbers))));
        let rows = RecordBatch::try_new(self.plan.schema.clone(), arrays).map_err(failed)?;
        Ok(Chunk { rows, refused: std::mem::take(&mut self.refused) })
    }
}

/// Reads rows once more that were refused earlier, from the texts kept of them, through a mended
/// contract. Each row stands for itself; nothing but its number and its texts is needed.
///
/// # Errors
/// When the shape contradicts itself.
pub fn parse_raw<'a>(
    shape: &Shape,
    source: &str,
    rows: impl Iterator<Item = (i64, &'a BTreeMap<String, Option<String>>)>,
) -> Result<Chunk, SourceError> {
    let mut parsed = Plan::new(shape, source)?.rows();
    for (number, raw) in rows {
        if let Some(record) = raw.get(RECORD) {
            let record = record.as_deref().unwrap_or_default();
            parsed.refuse_record(number, record.as_bytes(), &Reason::Unsplit);
            continue;
        }
        let text = |index: usize| raw.get(&shape.columns[index].name).and_then(Option::as_deref);
        parsed.push_texts(number, true, text);
    }
    parsed.take()
}
