//! How do rows get out of a departmental system?
//!
//! The room knows shapes, not contracts: it is handed the columns that are promised and hands back
//! [`shape::Chunk`]s of typed rows, in source order, with the rows it refused and why.
//!
//! | file | question |
//! | --- | --- |
//! | `shape` | what is promised of the rows? |
//! | `files`, `remote` | which files are there, in which order, with which content? |
//! | `text`, `split`, `lines` | bytes -> blocks of whole records in UTF-8 |
//! | `value`, `number`, `marks`, `moment`, `pattern` | text -> typed value |
//! | `stored` | typed value of a database or a Parquet file -> value of the promised type |
//! | `rows`, `builder` | typed values -> columns, taking a row back when one of its values is bad |
//! | `csv`, `json`, `parquet`, `xlsx`, `sqlite`, `postgres`, `mysql` | one kind of source each |
//! | `database` | what is common to reading tables out of databases? |
//! | `server`, `tls` | how is a server reached, and whom does a connection trust? |
//! | `select`, `since` | how is a statement written; from which value on may rows be new? |
//! | `open` | which reader opens which database? |
//! | `describe` | which shape would fit a source nobody described yet? |

mod builder;
pub mod csv;
pub mod database;
pub mod describe;
mod error;
pub mod files;
pub mod json;
mod json_text;
mod lines;
mod marks;
mod moment;
pub(crate) mod mysql;
mod mysql_describe;
mod mysql_values;
mod number;
pub mod open;
pub mod parquet;
mod pattern;
pub(crate) mod postgres;
mod postgres_describe;
mod postgres_values;
mod remote;
pub mod rows;
mod select;
pub mod server;
pub mod shape;
mod since;
pub mod split;
pub mod sqlite;
pub(crate) mod stored;
mod text;
mod tls;
pub mod value;
mod xlsx;
mod xlsx_cell;
mod xlsx_guard;
mod xlsx_range;
mod xlsx_scan;
mod xlsx_sheet;

use serde::{Deserialize, Serialize};

pub use error::SourceError;

use files::Found;
use shape::{Chunk, Drift, Shape};

/// The kinds of file that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    /// `csv`: RFC 4180, with the variations of [`shape::Format`]
    Csv,
    /// `json`: one JSON object a line
    #[serde(rename = "json")]
    JsonLines,
    /// `parquet`
    Parquet,
    /// `xlsx`: a sheet of a workbook
    Xlsx,
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// SHA-256 of the bytes read, as 64 lower-case hexadecimal digits; empty for a database
    pub sha256: String,
    /// how many bytes; 0 for a database
    pub size_bytes: u64,
    /// how many rows, accepted and refused
    pub rows: u64,
    /// how the source's columns differ from the promised ones
    pub drift: Vec<Drift>,
}

/// Where chunks of rows go; an error of its own travels through as [`SourceError::Stopped`].
pub type Emit<'a> = dyn FnMut(Chunk) -> Result<(), SourceError> + 'a;

/// Reads a file and hands its rows to `emit`, in order, on the calling thread. Blocks; memory is
/// bounded by a few blocks of 2 MiB for each of `threads`.
///
/// # Errors
/// When the file cannot be read as a whole, changes meanwhile, or lacks a required column. Single
/// bad rows are no error: they come as refused rows.
pub fn read_file(
    kind: FileKind,
    file: &Found,
    shape: &Shape,
    threads: usize,
    emit: &mut Emit<'_>,
) -> Result<Read, SourceError> {
    file.fetch()?;
    match kind {
        FileKind::Csv => csv::read(file, shape, threads, emit),
        FileKind::JsonLines => json::read(file, shape, threads, emit),
        FileKind::Parquet => parquet::read(file, shape, emit),
        FileKind::Xlsx => xlsx::read(file, shape, emit),
    }
}
