//! Why did a refresh publish nothing, and what helps?

use thiserror::Error;

use crate::model::ModelError;
use crate::model::build::BuildError;
use crate::warehouse::error::WarehouseError;
use crate::warehouse::load::LoadError;
use crate::warehouse::name::TableName;
use crate::warehouse::release::CheckResult;

/// Why a refresh published nothing; the last release stays served.
#[derive(Debug, Error)]
pub enum RefreshError {
    /// the warehouse could not be read or written
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    /// a system could not be read
    #[error(
        "system `{system}`, table `{table}`: {cause}; nothing was published and the last release \
         stays served; mend the source, or say optional = true for the system in \
         warehouse/systems.toml"
    )]
    System {
        /// the system
        system: String,
        /// the table
        table: TableName,
        /// why
        cause: Box<LoadError>,
    },
    /// a system as a whole is not there
    #[error(
        "system `{system}` is down: {place}: {cause}; nothing was published and the last release \
         stays served; mend the source, or say optional = true for the system in \
         warehouse/systems.toml"
    )]
    Down {
        /// the system
        system: String,
        /// where
        place: String,
        /// why
        cause: String,
    },
    /// a table could not be put together
    #[error("table `{table}`: {cause}")]
    Table {
        /// the table
        table: TableName,
        /// why
        cause: Box<LoadError>,
    },
    /// the quarantine could not be put together
    #[error("quarantine: {cause}")]
    Quarantine {
        /// why
        cause: Box<LoadError>,
    },
    /// the name of a system that the project lacks
    #[error("there is no system `{wanted}`; warehouse/systems.toml has {known}")]
    UnknownSystem {
        /// as asked for
        wanted: String,
        /// what there is
        known: String,
    },
    /// the name of a table that has no contract
    #[error("there is no contract for `{wanted}` below warehouse/contracts")]
    UnknownTable {
        /// as asked for
        wanted: TableName,
    },
    /// checks found something
    #[error(
        "{} so nothing was published: {}; mend it, or waive by name: \
         patron refresh --waive {} --because \"...\"",
        if findings.len() == 1 { "a check failed," } else { "checks failed," },
        listed(findings),
        findings.first().map_or("", |finding| finding.name.as_str())
    )]
    Refused {
        /// what they found
        findings: Vec<CheckResult>,
    },
    /// a waiver for a check that did not fail
    #[error("nothing to waive: the check `{check}` did not fail; leave the waiver out")]
    NothingToWaive {
        /// the check
        check: String,
    },
    /// files under sql/ that do not fit
    #[error("{}; nothing was loaded", mistakes_told(mistakes))]
    Models {
        /// what does not fit
        mistakes: Vec<ModelError>,
    },
    /// the files under sql/ could not be looked at
    #[error(transparent)]
    Model(#[from] ModelError),
    /// a table of sql/ could not be built
    #[error("{0}; nothing was published and the last release stays served")]
    Build(#[from] BuildError),
    /// a contract whose tables cannot be named
    #[error("{cause}")]
    Unnamed {
        /// why
        cause: Box<LoadError>,
    },
    /// a thread of the load died
    #[error("a thread that loads system `{system}` died: {cause}; see the log")]
    Died {
        /// the system
        system: String,
        /// why
        cause: String,
    },
}

fn mistakes_told(mistakes: &[ModelError]) -> String {
    let texts: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    texts.join("\n")
}

fn listed(findings: &[CheckResult]) -> String {
    let texts: Vec<String> =
        findings.iter().map(|finding| format!("`{}`: {}", finding.name, finding.finding)).collect();
    texts.join("; ")
}
