//! What is each file under sql/, what does it need first, and is what it gives sound?
//!
//! | file | question |
//! | --- | --- |
//! | `front_matter` | what does the head of a file say? |
//! | `files` | which files are there? |
//! | `given` | which tables do the files find ready? |
//! | `graph` | which tables does a file name, and in which order can they be built? |
//! | `compile` | does every file fit the others? |
//! | `lineage` | from which columns does a column come? |
//! | `dictionary` | what does each table hold, what do its columns mean, and who reads it? |
//! | `cube` | what can be measured by what, and how is it computed? |
//! | `numbers` | which table lists the numbers that people decide about? |
//! | `periods` | which accounting periods are there, and which one comes before another? |
//! | `report` | which question does a file under sql/reports ask, and what is the answer? |
//! | `units` | is what a head says of a unit a unit, or the column in which each row names it? |
//! | `values` | what are the values of columns called in a language? |
//! | `waived` | which checks were waived for the figures that an answer rests on? |
//! | `written` | how do the rows of an answer get their headings and their receipt? |
//! | `access` | do the rules of who sees what fit the tables? |
//! | `build` | how do the files become tables of a release? |
//! | `restate` | what became different in a closed period? |

pub mod access;
pub mod build;
pub mod compile;
pub mod cube;
pub mod dictionary;
pub mod files;
pub mod front_matter;
pub mod given;
pub mod graph;
pub mod lineage;
mod mistakes;
pub mod numbers;
pub mod periods;
pub mod report;
pub mod restate;
pub mod shape;
mod units;
pub mod values;
pub mod waived;
pub(crate) mod written;

use std::path::Path;

use datafusion::error::DataFusionError;
use thiserror::Error;

use crate::engine::EngineError;
use crate::warehouse::name::TableName;

pub use compile::{Model, Models, compile};

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
    /// head, body and the other files do not fit
    #[error("{place}:{line}: {message}")]
    Wrong {
        /// the file
        place: String,
        /// the line, from 1
        line: usize,
        /// what is wrong and what helps
        message: String,
    },
    /// a file that lies where its name does not belong
    #[error("{place}: is not named as its folder asks: `{wanted}<entity>.sql`")]
    Name {
        /// the file
        place: String,
        /// the beginning of its name
        wanted: String,
    },
    /// a name that nothing has
    #[error("there is no {what} `{wanted}`{hint}")]
    Unknown {
        /// a table or a column
        what: &'static str,
        /// as asked for
        wanted: String,
        /// the name that was perhaps meant, or what there is
        hint: String,
    },
    /// the tables could not be declared
    #[error("the tables of the contracts cannot be declared to the query engine")]
    Declare(#[source] DataFusionError),
    /// no session could be made
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl ModelError {
    /// The table of the file that it is about.
    fn table(&self) -> Option<TableName> {
        let (Self::Unreadable { place, .. }
        | Self::NoHead { place }
        | Self::Head { place, .. }
        | Self::Wrong { place, .. }
        | Self::Name { place, .. }) = self
        else {
            return None;
        };
        let path = Path::new(place);
        let folder = path.iter().nth(1)?.to_str()?;
        TableName::new(folder, path.file_stem()?.to_str()?).ok()
    }
}
