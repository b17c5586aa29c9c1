//! Why does a report give no answer?

use datafusion::error::DataFusionError;
use thiserror::Error;

use crate::engine::encode::EncodeError;
use crate::model::ModelError;
use crate::query::QueryError;
use crate::warehouse::WarehouseError;

/// Why a report gives no answer.
#[derive(Debug, Error)]
pub enum ReportError {
    /// no report is called so
    #[error("there is no report `{wanted}`; `patron report` lists them{hint}")]
    Unknown {
        /// as asked for
        wanted: String,
        /// the name that was perhaps meant
        hint: String,
    },
    /// a parameter that the report does not have
    #[error("report `{report}` has no parameter `{wanted}`; it has {known}")]
    UnknownParameter {
        /// the report
        report: String,
        /// as given
        wanted: String,
        /// those that it has
        known: String,
    },
    /// a parameter that must be given
    #[error("report `{report}` needs `{name}`: {description}; give it with `--param {name}=...`")]
    Missing {
        /// the report
        report: String,
        /// the parameter
        name: String,
        /// what it means
        description: String,
    },
    /// a value that the parameter does not take
    #[error("parameter `{name}`: {problem}")]
    Value {
        /// the parameter
        name: String,
        /// what is wrong and what is allowed
        problem: String,
    },
    /// a body that does not fit its head
    #[error("{place}: {problem}; `patron check --offline` says more")]
    Unfit {
        /// the file
        place: String,
        /// what is wrong
        problem: String,
    },
    /// the settings do not say what periods are
    #[error(
        "warehouse/project.toml does not say in [periods] what `{needed}` is, by which a default \
         is found; add it as `patron init` writes it"
    )]
    NoPeriods {
        /// the field
        needed: &'static str,
    },
    /// a release without any period that has data
    #[error("release {release} has no period with data yet, so `{name}` has no default; give it")]
    NoNewest {
        /// the release
        release: u64,
        /// the parameter
        name: String,
    },
    /// a language that the project does not speak
    #[error("`{wanted}` is none of the project's languages, {known}")]
    Language {
        /// as asked for
        wanted: String,
        /// those of the settings
        known: String,
    },
    /// the query failed
    #[error("report `{report}`: {}", cause.strip_backtrace())]
    Query {
        /// the report
        report: String,
        /// why
        #[source]
        cause: DataFusionError,
    },
    /// the answer could not be written
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// a file under sql/
    #[error(transparent)]
    Model(#[from] ModelError),
    /// no session could be made
    #[error(transparent)]
    Session(#[from] QueryError),
    /// the warehouse could not be read
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
}

impl ReportError {
    /// Whether whoever asks must say something else.
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::Unknown { .. }
                | Self::UnknownParameter { .. }
                | Self::Missing { .. }
                | Self::Value { .. }
                | Self::Language { .. }
        )
    }
}
