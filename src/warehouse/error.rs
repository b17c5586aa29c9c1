//! What can go wrong with the warehouse's files, and what helps?

use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use datafusion::arrow::error::ArrowError;
use datafusion::error::DataFusionError;
use datafusion::parquet::errors::ParquetError;

use super::name::TableName;
use crate::bucket::BucketError;
use crate::engine::EngineError;

/// What went wrong with the warehouse's files.
#[derive(Debug, thiserror::Error)]
pub enum WarehouseError {
    /// The file system refused.
    #[error("`{}`: cannot {action}: {source}", path.display())]
    Io {
        /// what was tried: "read", "create"
        action: &'static str,
        /// where
        path: PathBuf,
        /// why not
        source: io::Error,
    },
    /// No space is left on the disk, or the quota is used up.
    #[error(
        "`{}`: the disk is full: this file alone needs {bytes} bytes so far; free space there, for \
         example with `patron collect --apply`, then repeat; nothing was published",
        path.display()
    )]
    DiskFull {
        /// where
        path: PathBuf,
        /// size the file would have had after the write that failed
        bytes: u64,
    },
    /// The folder holds no warehouse.
    #[error(
        "`{}` holds no warehouse data; run `patron refresh` to load the first release",
        .0.display()
    )]
    NoWarehouse(PathBuf),
    /// Another process holds the writer's lock.
    #[error(
        "`{}` is locked: process {holder} is refreshing or collecting; leave out \
         `--no-wait`, or repeat when it has ended",
        path.display()
    )]
    Locked {
        /// the lock's file
        path: PathBuf,
        /// process id written by the holder
        holder: String,
    },
    /// The store that the warehouse lies in did not do what was asked.
    #[error(transparent)]
    Bucket(#[from] BucketError),
    /// Another process took the lock over.
    #[error(
        "`{}` was taken over by another process, because this one did not renew it for a minute; \
         nothing was published; repeat",
        .0.display()
    )]
    LockLost(PathBuf),
    /// A file is not what was written.
    #[error("`{}` is damaged: {finding}; restore the file from a backup", path.display())]
    Damaged {
        /// the file
        path: PathBuf,
        /// what is wrong with it and where
        finding: String,
    },
    /// A file that a release needs is not there.
    #[error("`{}` is missing; restore the file from a backup", .0.display())]
    Missing(PathBuf),
    /// Somebody else published while this run worked.
    #[error(
        "release {number} was published by run `{winner}` while run `{loser}` worked; repeat the \
         refresh"
    )]
    LostRace {
        /// the release that the run wanted to publish
        number: u64,
        /// run that published it
        winner: String,
        /// run that came late
        loser: String,
    },
    /// There is no such release.
    #[error("there is no release `{wanted}`; {known}")]
    UnknownRelease {
        /// as asked for
        wanted: String,
        /// what there is
        known: String,
    },
    /// What looks like a date or a time is none.
    #[error(
        "`{0}` is no date or time; write a day as 2026-03-31, a moment as 2026-03-31T18:00:00Z"
    )]
    NoTime(String),
    /// The release's data were retired.
    #[error(
        "release {number} was retired on {at}: it was older than the retention and not pinned; \
         ask for a later release"
    )]
    Retired {
        /// the release
        number: u64,
        /// when
        at: DateTime<Utc>,
    },
    /// A pin's name cannot be used.
    #[error(
        "`{0}` cannot name a pin; begin with a letter a to z and go on with at most 63 of a to z, \
         0 to 9, `-`, `_` and `.`"
    )]
    PinName(String),
    /// The pin exists and means another release.
    #[error("pin `{name}` already means release {number}; remove it first")]
    PinTaken {
        /// the pin
        name: String,
        /// what it means
        number: u64,
    },
    /// There is no such pin.
    #[error("there is no pin `{0}`; `patron pins` lists them")]
    UnknownPin(String),
    /// Rows do not fit the schema they are to be written under.
    #[error("table `{table}`: rows do not fit its columns: {finding}")]
    Unfit {
        /// the table
        table: TableName,
        /// which column and how
        finding: String,
    },
    /// A column's sum does not fit 128 bits.
    #[error(
        "table `{table}`: the sum of column `{column}` exceeds 38 digits; declare a decimal with \
         fewer digits"
    )]
    SumOverflow {
        /// the table
        table: TableName,
        /// the column
        column: String,
    },
    /// A worker that encodes row groups ended without a result.
    #[error("table `{0}`: a thread that encodes row groups died; see the log")]
    EncoderDied(TableName),
    /// Parquet could not be written or read.
    #[error("`{}`: parquet: {source}", path.display())]
    Parquet {
        /// the file, or the table's folder while the file has no name yet
        path: PathBuf,
        /// why
        source: ParquetError,
    },
    /// A batch could not be handled.
    #[error("table `{table}`: {source}")]
    Arrow {
        /// the table
        table: TableName,
        /// why
        source: ArrowError,
    },
    /// Statistics of a column could not be computed.
    #[error("table `{table}`, column `{column}`: statistics: {source}")]
    Statistics {
        /// the table
        table: TableName,
        /// the column
        column: String,
        /// why
        source: DataFusionError,
    },
    /// A session that reads a table's rows could not be made.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A table's rows could not be read.
    #[error("table `{table}`: its rows cannot be read: {source}")]
    Query {
        /// the table
        table: TableName,
        /// why
        source: DataFusionError,
    },
    /// A table cannot have its name.
    #[error("{0}")]
    TableName(String),
    /// A document could not be turned into JSON.
    #[error("`{}`: cannot be written as JSON: {source}", path.display())]
    Json {
        /// the document
        path: PathBuf,
        /// why
        source: serde_json::Error,
    },
}

impl WarehouseError {
    /// A refusal of the file system; a missing file is told apart.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| match source.kind() {
            io::ErrorKind::NotFound => Self::Missing(path.to_owned()),
            _ => Self::Io { action, path: path.to_owned(), source },
        }
    }

    /// A refusal to store `bytes` bytes; a full disk is told apart.
    pub(crate) fn write(path: &Path, bytes: u64) -> impl FnOnce(io::Error) -> Self {
        move |source| match source.kind() {
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => Self::DiskFull { path: path.to_owned(), bytes },
            _ => Self::Io { action: "write", path: path.to_owned(), source },
        }
    }

    /// A refusal of a store; a missing object is told apart.
    pub(crate) fn bucket(path: &Path) -> impl FnOnce(BucketError) -> Self {
        move |error| match error {
            BucketError::NotFound { .. } => Self::Missing(path.to_owned()),
            other => Self::Bucket(other),
        }
    }

    /// A file that is not what was written.
    pub(crate) fn damaged(path: &Path, finding: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), finding: finding.into() }
    }
}
