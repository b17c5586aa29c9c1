//! Do the readers take what they should, refuse what they should, and lose nothing?

mod csv;
mod describe;
mod json;
mod parquet;
mod split;
mod sqlite;
mod values;
mod xlsx;
mod xlsx_hostile;

use std::collections::BTreeMap;
use std::path::Path;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::util::display::array_value_to_string;
use patron::source::files::Found;
use patron::source::shape::{Chunk, Column, Drift, Format, Refused, Shape};
use patron::source::{FileKind, Read, SourceError, read_file};

/// A column from its name and the TOML of its section, `; ` standing for a line end.
pub fn column(name: &str, section: &str) -> Column {
    let mut column: Column = toml::from_str(&section.replace("; ", "\n")).unwrap();
    column.name = name.to_owned();
    column
}

/// A shape from its columns' sections and the TOML of its format.
pub fn shape(columns: &[(&str, &str)], format: &str) -> Shape {
    Shape {
        place: "contract.toml".to_owned(),
        columns: columns.iter().map(|(name, section)| column(name, section)).collect(),
        format: toml::from_str::<Format>(format).unwrap(),
        zone: chrono_tz::UTC,
    }
}

/// What was read, put together.
#[derive(Debug, PartialEq)]
pub struct Whole {
    /// values as text, `-` for none, with the row number last
    pub rows: Vec<Vec<String>>,
    pub refused: Vec<Refused>,
    pub read: Read,
}

impl Whole {
    /// Row, column and reason of every refused row.
    pub fn reasons(&self) -> Vec<(i64, &str, &str)> {
        let mut reasons = Vec::new();
        for refused in &self.refused {
            let column = refused.column.as_deref().unwrap_or("-");
            reasons.push((refused.row, column, refused.reason.as_str()));
        }
        reasons
    }

    pub fn added(&self) -> Vec<&str> {
        let added = self.read.drift.iter().filter_map(|drift| match drift {
            Drift::Added { column } => Some(column.as_str()),
            Drift::Missing { .. } => None,
        });
        added.collect()
    }

    pub fn missing(&self) -> Vec<&str> {
        let missing = self.read.drift.iter().filter_map(|drift| match drift {
            Drift::Missing { column } => Some(column.as_str()),
            Drift::Added { .. } => None,
        });
        missing.collect()
    }
}

/// Collects chunks; gives the emit to hand to a reader and what came of it.
pub fn collect(
    read: impl FnOnce(&mut patron::source::Emit<'_>) -> Result<Read, SourceError>,
) -> Result<Whole, SourceError> {
    let (mut rows, mut refused) = (Vec::new(), Vec::new());
    let read = read(&mut |chunk: Chunk| {
        rows.extend(texts(&chunk.rows));
        refused.extend(chunk.refused);
        Ok(())
    })?;
    assert_eq!(read.rows as usize, rows.len() + refused.len(), "every row is somewhere");
    Ok(Whole { rows, refused, read })
}

/// A batch's values as text, without `_source`.
pub fn texts(batch: &RecordBatch) -> Vec<Vec<String>> {
    let source = batch.schema().index_of("_source").unwrap();
    let row = |row: usize| {
        let columns = (0..batch.num_columns()).filter(|column| *column != source);
        let text = |column: usize| {
            let array = batch.column(column);
            if array.is_null(row) {
                "-".to_owned()
            } else {
                array_value_to_string(array, row).unwrap()
            }
        };
        columns.map(text).collect()
    };
    (0..batch.num_rows()).map(row).collect()
}

/// Reads a file of these bytes.
pub fn read(kind: FileKind, bytes: &[u8], shape: &Shape) -> Result<Whole, SourceError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, bytes).unwrap();
    read_at(kind, &path, shape)
}

/// Reads a file that is there.
pub fn read_at(kind: FileKind, path: &Path, shape: &Shape) -> Result<Whole, SourceError> {
    let found = Found::at(path, "a.csv").unwrap();
    collect(|emit| read_file(kind, &found, shape, 2, emit))
}

/// A refused row's texts from pairs.
pub fn raw(pairs: &[(&str, Option<&str>)]) -> BTreeMap<String, Option<String>> {
    let owned = |text: &&str| (*text).to_owned();
    pairs.iter().map(|(name, text)| (owned(name), text.as_ref().map(owned))).collect()
}

/// Numbers that look random and are the same in every run.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    pub fn one_of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}
