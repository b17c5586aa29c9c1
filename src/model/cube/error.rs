//! Why can a question of cubes not be answered?

use datafusion::error::DataFusionError;
use thiserror::Error;

use crate::engine::encode::EncodeError;
use crate::model::ModelError;
use crate::model::periods::PeriodsError;
use crate::query::QueryError;

/// Why a question has no answer; the message names the place in the question and what would work.
#[derive(Debug, Error)]
pub enum CubeError {
    /// a question that is no query of Cube's REST language
    #[error("the question's {place}: {problem}")]
    Question {
        /// where in the JSON, as `filters[0].operator`
        place: String,
        /// what is wrong there and what would work
        problem: String,
    },
    /// a member that nothing has
    #[error("there is no {what} `{wanted}`{hint}")]
    Unknown {
        /// a cube, a measure, a dimension ...
        what: &'static str,
        /// as asked for
        wanted: String,
        /// the name that was perhaps meant, or what there is
        hint: String,
    },
    /// members that cannot be asked together
    #[error("{problem}")]
    Unfit {
        /// why, and what would work
        problem: String,
    },
    /// a file under sql/cubes does not fit the release asked
    #[error("{place}: {problem}")]
    File {
        /// the file
        place: String,
        /// what does not fit
        problem: String,
    },
    /// files of the project that cannot be read
    #[error(transparent)]
    Model(#[from] ModelError),
    /// the accounting calendar of the release
    #[error(transparent)]
    Periods(#[from] PeriodsError),
    /// the release cannot be asked
    #[error(transparent)]
    Release(#[from] QueryError),
    /// the engine refused or failed
    #[error("cube `{cube}`: {cause}")]
    Query {
        /// the cube
        cube: String,
        /// why
        cause: DataFusionError,
    },
    /// a question that needs more memory than there is
    #[error(
        "cube `{cube}`: the question needs more memory than queries may take; ask fewer measures, \
         dimensions or levels at a time, or set PATRON_MEMORY_MIB higher: {cause}"
    )]
    Memory {
        /// the cube, or the view
        cube: String,
        /// what had no room
        cause: DataFusionError,
    },
    /// the answer could not be written
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

impl CubeError {
    /// Whether whoever asks must say something else.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Question { .. } | Self::Unknown { .. } | Self::Unfit { .. })
    }
}
