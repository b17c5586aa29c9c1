//! What is each file under sql/, and what does it need first?
//!
//! So far only staging is known: each file states what it is in its head and reads raw tables.

pub mod front_matter;
pub mod restate;
pub mod staging;

use datafusion::error::DataFusionError;
use thiserror::Error;

/// A mistake in a file under sql/; the message names file, line and fix.
#[derive(Debug, Error)]
pub enum ModelError {
    /// a file or folder that cannot be read
    #[error("{place}: cannot be read: {cause}")]
    Unreadable {
        /// the file
        place: String,
        /// why
        cause: std::io::Error,
    },
    /// a file without a head
    #[error(
        "{place}:1: has no head; begin with `/*---`, a line `description = \"...\"`, a line \
         `grain = [\"...\"]` and `---*/`"
    )]
    NoHead {
        /// the file
        place: String,
    },
    /// a head that says something impossible
    #[error("{place}:{line}: {message}")]
    Head {
        /// the file
        place: String,
        /// the line, from 1
        line: usize,
        /// what is wrong
        message: String,
    },
    /// a body that the engine refuses
    #[error("{place}: {message}")]
    Body {
        /// the file
        place: String,
        /// what the engine says
        message: String,
    },
    /// a column of the grain that the body does not give
    #[error("{place}: the grain names `{column}`, which the query does not give")]
    Grain {
        /// the file
        place: String,
        /// the column
        column: String,
    },
    /// a file that lies where its name does not belong
    #[error("{place}: is not named as its folder asks: `{wanted}<entity>.sql`")]
    Name {
        /// the file
        place: String,
        /// the beginning of its name
        wanted: String,
    },
    /// the tables could not be declared
    #[error("the tables of the contracts cannot be declared to the query engine")]
    Declare(#[source] DataFusionError),
}
