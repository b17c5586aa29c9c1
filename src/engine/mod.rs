//! How is a plan run, within which limits, and written out?

use std::path::PathBuf;

use datafusion::error::DataFusionError;

pub mod encode;
pub mod joins;
mod memory;
pub mod mistake;
pub mod near;
pub mod session;
pub mod text_table;
pub mod texts;
mod windows;
mod workbook;

pub use session::{Limits, session};

/// What can go wrong before a query runs.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The folder for spilling cannot be used.
    #[error("`{}`: cannot hold what queries spill: {source}; name another folder", path.display())]
    SpillFolder {
        /// the folder
        path: PathBuf,
        /// why not
        source: std::io::Error,
    },
    /// The engine refused its configuration.
    #[error("the query engine cannot start: {0}")]
    Session(#[source] DataFusionError),
}
