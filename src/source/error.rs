//! Why can a source not be read at all?
#![allow(missing_docs, reason = "a variant's message says what its fields are")]

use std::path::PathBuf;

/// What keeps a whole source from being read; a single bad row is refused instead.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// the operating system refused
    #[error("{}: {error}", path.display())]
    Io {
        /// where
        path: PathBuf,
        /// why
        error: std::io::Error,
    },
    /// a folder of a system that is not there
    #[error("{}: no such folder; correct `path` in warehouse/systems.toml", path.display())]
    NoFolder {
        /// where
        path: PathBuf,
    },
    /// a bucket that cannot be read
    #[error(transparent)]
    Bucket(#[from] crate::bucket::BucketError),
    /// a glob that cannot be read
    #[error("`{pattern}` is no file pattern: {why}")]
    Pattern {
        /// the pattern
        pattern: String,
        /// why
        why: String,
    },
    /// a file whose name is not UTF-8
    #[error("{}: the name is not UTF-8; rename the file", path.display())]
    FileName {
        /// where
        path: PathBuf,
    },
    /// a file without even a header
    #[error("{file}: the file is empty, not even the header is there; deliver it again")]
    Empty {
        /// the file
        file: String,
    },
    /// a header that cannot be split into names
    #[error("{file}: the header cannot be read: {why}")]
    Header {
        /// the file
        file: String,
        /// why
        why: String,
    },
    /// a column that the contract requires
    #[error("{file}: no column `{column}`, which {place} requires; {found}")]
    MissingColumn {
        /// the file
        file: String,
        /// the column
        column: String,
        /// the contract
        place: String,
        /// what is there
        found: String,
    },
    /// two columns of one name, of which the contract wants one
    #[error("{file}: {count} columns are called `{column}`, which {place} names; rename one")]
    DuplicateColumn {
        /// the file
        file: String,
        /// the column
        column: String,
        /// the contract
        place: String,
        /// how many
        count: usize,
    },
    /// a contract that contradicts itself or asks for what there is not
    #[error("{place}: {why}")]
    Shape {
        /// the contract
        place: String,
        /// why
        why: String,
    },
    /// a byte order mark of another encoding than the one declared
    #[error(
        "{file}: begins with a byte order mark of {found}, but the contract says `{declared}`; \
         write `encoding = \"{found}\"`"
    )]
    ByteOrderMark {
        /// the file
        file: String,
        /// what is there
        found: &'static str,
        /// what the contract says
        declared: String,
    },
    /// a line too long to be one
    #[error("{file}: line {line} is longer than 64 MiB; this is no text file of lines")]
    LineTooLong {
        /// the file
        file: String,
        /// the line, from 1
        line: u64,
    },
    /// a file that was written to while it was read
    #[error("{file}: changed while it was read; refresh again when the delivery is complete")]
    Changed {
        /// the file
        file: String,
    },
    /// a Parquet file that is damaged or of an unknown layout
    #[error("{file}: is not readable as Parquet: {why}")]
    Parquet {
        /// the file
        file: String,
        /// why
        why: String,
    },
    /// a file that is no workbook, or a damaged one
    #[error("{file}: is not readable as XLSX: {why}")]
    Workbook {
        /// the file
        file: String,
        /// why
        why: String,
    },
    /// a part of a workbook that takes too much memory or is written in an odd way
    #[error("{file}: the part `{part}` {why}; deliver the table as CSV or Parquet")]
    WorkbookPart {
        /// the file
        file: String,
        /// the part
        part: String,
        /// why
        why: String,
    },
    /// a sheet that is not there
    #[error("{file}: no sheet `{sheet}`, which {place} names; {found}")]
    NoSheet {
        /// the file
        file: String,
        /// the sheet
        sheet: String,
        /// the contract
        place: String,
        /// what is there
        found: String,
    },
    /// a Parquet column of a type that no contract type takes
    #[error("{file}: column `{column}` is stored as {stored}, which does not load as {wanted}")]
    StoredType {
        /// the file
        file: String,
        /// the column
        column: String,
        /// the type there
        stored: String,
        /// the type in the contract
        wanted: String,
    },
    /// a database that cannot be opened or asked
    #[error("{}: {error}", path.display())]
    Sqlite {
        /// where
        path: PathBuf,
        /// why
        error: rusqlite::Error,
    },
    /// a database that cannot be read without writing to its folder
    #[error("{}: {why}", path.display())]
    Database {
        /// where
        path: PathBuf,
        /// why
        why: String,
    },
    /// a table or view that is not there
    #[error("{}: no table or view `{object}`; {found}", path.display())]
    NoObject {
        /// where
        path: PathBuf,
        /// the table, view or query
        object: String,
        /// what is there
        found: String,
    },
    /// a database server that cannot be reached, refuses, or breaks off
    #[error("{address}: {why}")]
    Server {
        /// where
        address: String,
        /// why
        why: String,
    },
    /// a table or view that a server does not have
    #[error("{address}: no table or view `{object}` that can be read; {found}")]
    NoServerObject {
        /// where
        address: String,
        /// the table or view
        object: String,
        /// what is there
        found: String,
    },
    /// a query that a server refuses
    #[error("{address}: the query of the contract is refused: {why}")]
    ServerQuery {
        /// where
        address: String,
        /// why
        why: String,
    },
    /// a query that does more than read, or is several
    #[error("{}: the query of the contract is refused: {why}", path.display())]
    Query {
        /// where
        path: PathBuf,
        /// why
        why: String,
    },
    /// a place to go on from that cannot be compared with the source's values
    #[error("{object}: cannot read from `{column}` onward: {why}")]
    Since {
        /// the table, view or query
        object: String,
        /// the column
        column: String,
        /// why
        why: String,
    },
    /// values that do not fit together into Arrow columns; a fault of Patron
    #[error("{source_name}: rows do not fit their schema: {error}")]
    Rows {
        /// the source
        source_name: String,
        /// why
        error: datafusion::arrow::error::ArrowError,
    },
    /// a worker thread that ended early; a fault of Patron
    #[error("{file}: a reading thread ended early")]
    Interrupted {
        /// the file
        file: String,
    },
    /// whoever takes the rows gave up
    #[error(transparent)]
    Stopped(Box<dyn std::error::Error + Send + Sync>),
}

impl SourceError {
    /// An error of the operating system with the path it is about.
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |error| Self::Io { path, error }
    }
}

/// Lists what there is instead: the names nearest to `wanted` first, at most eight.
pub(crate) fn found_instead<'a>(
    wanted: &str,
    names: impl Iterator<Item = &'a str>,
    what: &str,
) -> String {
    let mut near: Vec<(usize, &str)> =
        names.map(|name| (distance(&wanted.to_lowercase(), &name.to_lowercase()), name)).collect();
    if near.is_empty() {
        return format!("there are no {what}");
    }
    near.sort();
    let more = if near.len() > 8 { format!(" and {} more", near.len() - 8) } else { String::new() };
    let names: Vec<String> = near.iter().take(8).map(|(_, name)| format!("`{name}`")).collect();
    format!("there are {}{more}", names.join(", "))
}

/// Levenshtein's distance over characters.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().take(64).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let cost = if a == *b { diagonal } else { 1 + diagonal.min(row[j]).min(row[j + 1]) };
            diagonal = row[j + 1];
            row[j + 1] = cost;
        }
    }
    row[right.len()]
}
