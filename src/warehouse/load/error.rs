//! What can go wrong while a table is loaded, and what helps?

use std::io;
use std::path::PathBuf;

use datafusion::arrow::error::ArrowError;
use datafusion::error::DataFusionError;
use thiserror::Error;

use crate::engine::EngineError;
use crate::source::SourceError;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::name::TableName;

impl From<DataFusionError> for LoadError {
    fn from(error: DataFusionError) -> Self {
        match error.find_root() {
            DataFusionError::IoError(cause) if cause.kind() == io::ErrorKind::StorageFull => {
                Self::SpillFull
            }
            DataFusionError::ResourcesExhausted(_) => Self::Memory(error),
            _ => Self::Query(error),
        }
    }
}

/// What went wrong while a table was loaded; nothing of it becomes visible.
#[derive(Debug, Error)]
pub enum LoadError {
    /// rows that were expected in the order of their keys are not, or one is refused; the table is
    /// read again in another way
    #[error("the rows do not come in the order of their keys")]
    Unsorted,
    /// the source could not be read
    #[error(transparent)]
    Source(#[from] SourceError),
    /// the warehouse could not be read or written
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    /// a session could not be made
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// a query of the load failed
    #[error("while sorting out rows: {0}")]
    Query(DataFusionError),
    /// the memory that sorting may use is too little for the table
    #[error(
        "the memory for sorting is too little for this table; give it more with the environment \
         variable PATRON_MEMORY_MIB (about 350 for each million rows), then repeat; nothing was \
         published: {0}"
    )]
    Memory(DataFusionError),
    /// the disk is full
    #[error(
        "the disk is full: sorting rows needs scratch space of about the size of the table below \
         warehouse/data/tmp; free space there or run `patron collect --apply`, then repeat; \
         nothing was published"
    )]
    SpillFull,
    /// columns could not be handled
    #[error("while sorting out rows: {0}")]
    Arrow(#[from] ArrowError),
    /// something could not be written as JSON
    #[error("while writing JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// scratch space failed
    #[error("{path}: cannot be used as scratch space: {cause}")]
    Scratch {
        /// where
        path: PathBuf,
        /// why
        cause: io::Error,
    },
    /// a date outside the calendar
    #[error("column `{column}`, row {row} of a batch: the date is outside the calendar")]
    Month {
        /// the column
        column: String,
        /// the row within its batch
        row: u64,
    },
    /// a column that should be there is not
    #[error("column `{0}` is missing between two steps of the load")]
    Column(String),
    /// a name that cannot be a table's
    #[error("{problem}; rename the contract's file")]
    Name {
        /// what is wrong
        problem: String,
    },
    /// a load state that cannot be read
    #[error("table `{table}`: its load state is damaged: {cause}; run `patron verify`")]
    State {
        /// the table
        table: TableName,
        /// why
        cause: String,
    },
    /// rows were lost or doubled
    #[error("table `{table}`: the rows do not add up: {problem}; nothing was published")]
    Unbalanced {
        /// the table
        table: TableName,
        /// what is wrong
        problem: String,
    },
    /// a contract changed in a way that needs files that are gone
    #[error(
        "{place}: what is stored changed (columns, key, mode, month, object or system), so the \
         table must be loaded anew, but {names} of its deliveries, such as `{name}`, are no longer \
         at the source; put them back, or undo the change"
    )]
    Gone {
        /// the file, for messages
        place: String,
        /// how many are gone
        names: usize,
        /// the first of them
        name: String,
    },
    /// refused rows alone cannot fill a table whose stored form changed
    #[error(
        "{place}: what is stored changed (columns, key, mode, month, object or system), so the \
         table must be loaded anew, refused rows included; run `patron refresh`"
    )]
    AnewFirst {
        /// the contract
        place: String,
    },
    /// a delivery is needed again
    #[error(
        "{place}: `{name}` is needed again, because the delivery that had the same content was \
         replaced, but it is no longer at the source; put it back"
    )]
    NeededAgain {
        /// the file, for messages
        place: String,
        /// the first of them
        name: String,
    },
    /// a file that did not hold still
    #[error("{place}: `{name}` changed while it was being read; repeat the refresh")]
    Changed {
        /// the file, for messages
        place: String,
        /// the first of them
        name: String,
    },
    /// no file where there were some
    #[error("{place}: no file matches `{object}` in {folder}")]
    NoFiles {
        /// the file, for messages
        place: String,
        /// the glob
        object: String,
        /// the folder
        folder: PathBuf,
    },
}
