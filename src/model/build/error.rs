//! Why could a table not be built, and what helps?

use datafusion::error::DataFusionError;
use thiserror::Error;

use crate::engine::EngineError;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::load::LoadError;
use crate::warehouse::name::TableName;

/// Why a table could not be built.
#[derive(Debug, Error)]
pub enum BuildError {
    /// the query failed
    #[error("{place}: {message}")]
    Query {
        /// the file
        place: String,
        /// what the engine says, in one line
        message: String,
        /// why
        cause: Box<DataFusionError>,
    },
    /// more memory is needed
    #[error(
        "{place}: the query needs more memory than it may use; set PATRON_MEMORY_MIB higher \
         ({message})"
    )]
    Memory {
        /// the file
        place: String,
        /// what the engine says, in one line
        message: String,
    },
    /// rows outside the months that were to be built
    #[error(
        "{place}: rows of month {month} came from other months of its inputs than the head says; \
         declare {{ months = n }} or \"all\" for the input that brings them"
    )]
    OtherMonth {
        /// the file
        place: String,
        /// the month
        month: String,
    },
    /// rows of a month came after those of a later one
    #[error("{place}: rows of month {month} came in two pieces")]
    MonthTwice {
        /// the file
        place: String,
        /// the month
        month: String,
    },
    /// the month of a row cannot be told
    #[error("{place}: {cause}")]
    Month {
        /// the file
        place: String,
        /// why
        cause: Box<LoadError>,
    },
    /// the warehouse could not be read or written
    #[error("{cause}")]
    Warehouse {
        /// the table
        table: TableName,
        /// why
        cause: Box<WarehouseError>,
    },
    /// no session could be made
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// a table that a file reads is not there
    #[error("{place}: `{table}` is not there yet")]
    Missing {
        /// the file
        place: String,
        /// the table
        table: TableName,
    },
    /// a head closes periods that nobody defined
    #[error(
        "{place}: the head has [closing], but warehouse/project.toml has no [periods] that says \
         which table holds the periods"
    )]
    NoPeriods {
        /// the file
        place: String,
    },
    /// tables that wait for each other
    #[error(
        "{place}: is never built, because it waits for tables that wait for it; the table of \
         periods in warehouse/project.toml must not rest on tables whose heads say [closing]"
    )]
    Waits {
        /// the file
        place: String,
    },
    /// a thread of the build died
    #[error("a thread that builds tables died; see the log")]
    Died,
}

impl BuildError {
    /// What the engine says against a file's query.
    pub(super) fn query(place: &str, cause: DataFusionError) -> Self {
        let text = cause.strip_backtrace();
        let message = text.lines().next().unwrap_or_default().to_owned();
        let place = place.to_owned();
        match cause.find_root() {
            DataFusionError::ResourcesExhausted(wanted) => Self::Memory {
                place,
                message: wanted.lines().next().unwrap_or_default().to_owned(),
            },
            _ => Self::Query { place, message, cause: Box::new(cause) },
        }
    }
}
