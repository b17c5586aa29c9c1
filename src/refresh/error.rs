//! Why did a refresh publish nothing, and what helps?

use std::collections::BTreeSet;

use thiserror::Error;

use super::findings::{self, Waivers};
use crate::model::ModelError;
use crate::model::build::BuildError;
use crate::query::QueryError;
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
    #[error("there is no contract for `{wanted}` below warehouse/contracts{hint}")]
    UnknownTable {
        /// as asked for
        wanted: TableName,
        /// the one that was perhaps meant
        hint: String,
    },
    /// checks found something
    #[error("{}", refusal(findings, command.as_deref(), seen.as_deref()))]
    Refused {
        /// what they found
        findings: Vec<CheckResult>,
        /// the command that may waive them; none where they cannot be waived
        command: Option<String>,
        /// of a closing: the release whose figures it would keep
        seen: Option<Box<Seen>>,
    },
    /// a waiver for a check that did not fail
    #[error("nothing to waive: the check `{check}` did not fail{hint}; leave the waiver out")]
    NothingToWaive {
        /// the check
        check: String,
        /// the one that was perhaps meant
        hint: String,
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
    /// a release could not be asked
    #[error(transparent)]
    Query(#[from] QueryError),
    /// something was left out that must be said
    #[error("{what} is not said; an entry stays for ever, so it says this")]
    Blank {
        /// what
        what: &'static str,
    },
    /// nothing was loaded yet
    #[error("the warehouse has no release yet; run `patron refresh` first")]
    NoRelease,
    /// the project names no table of periods
    #[error(
        "warehouse/project.toml does not say which table lists the accounting periods; add a \
         section [periods] with table, period and order, as `patron init` writes it"
    )]
    NoPeriods,
    /// the table of periods is not there
    #[error(
        "table `{table}`, which [periods] in warehouse/project.toml names, is not in release \
         {number}; correct the name, or run `patron refresh`"
    )]
    NoPeriodTable {
        /// the table
        table: TableName,
        /// the release
        number: u64,
    },
    /// a period that the table of periods lacks
    #[error("there is no accounting period `{wanted}` in `{table}`; {known}")]
    UnknownPeriod {
        /// as asked for
        wanted: String,
        /// the table of periods
        table: TableName,
        /// what there is
        known: String,
    },
    /// a legal entity that the project lacks
    #[error("there is no legal entity `{wanted}`; warehouse/project.toml has {known}")]
    UnknownEntity {
        /// as asked for
        wanted: String,
        /// what there is
        known: String,
    },
    /// a period that is closed already
    #[error(
        "period `{period}` is closed since release {number}; to restate it, reopen it first: \
         patron reopen {period} --by ... --because \"...\""
    )]
    AlreadyClosed {
        /// the period
        period: String,
        /// the release that closed it
        number: u64,
    },
    /// a period before it is open
    #[error(
        "period `{earlier}` comes before `{period}` and is open; close it first: \
         patron close {earlier} --by ..., or all that come before: \
         patron close {period} --with-earlier --by ..."
    )]
    EarlierOpen {
        /// the period
        period: String,
        /// the first one before it that is open
        earlier: String,
    },
    /// a period that is open
    #[error("period `{period}` is open, so there is nothing to reopen")]
    AlreadyOpen {
        /// the period
        period: String,
    },
    /// a system that gives no number
    #[error("no number is of a system `{wanted}`; those in `{table}` are {known}")]
    UnknownNumberSystem {
        /// as asked for
        wanted: String,
        /// the table of numbers
        table: TableName,
        /// what there is
        known: String,
    },
    /// a number that its system does not give
    #[error("`{table}` has no number `{wanted}` of `{system}`{hint}")]
    UnknownNumber {
        /// as asked for
        wanted: String,
        /// the system
        system: String,
        /// the table of numbers
        table: TableName,
        /// the numbers that were perhaps meant
        hint: String,
    },
    /// a pair about which nothing stands
    #[error("nothing is decided about {pair}{before}, so there is nothing to undo{others}")]
    NothingToUndo {
        /// both numbers
        pair: String,
        /// what there was and is undone
        before: String,
        /// what stands about either of them
        others: String,
    },
    /// a subject that nothing is called
    #[error(
        "`{wanted}` cannot be signed off: it is no report, check, cube or table{hint}; \
         `patron describe` lists them, and --remark takes any words"
    )]
    UnknownSubject {
        /// as asked for
        wanted: String,
        /// the names that were perhaps meant
        hint: String,
    },
    /// a remark on what nothing is called
    #[error(
        "`{wanted}` is no report, check, cube, table or period, so nobody would find a remark on \
         it{hint}; name one as the data dictionary does, and write which part of it is meant \
         behind `#`"
    )]
    UnknownTopic {
        /// as asked for
        wanted: String,
        /// the names that were perhaps meant
        hint: String,
    },
    /// a subject that several things are called
    #[error("several things are called `{wanted}`; name one: {known}")]
    SeveralSubjects {
        /// as asked for
        wanted: String,
        /// what there is
        known: String,
    },
    /// figures that nobody has seen
    #[error(
        "the project's files have changed since release {number} was made, so closing would close \
         figures that nobody has seen; run `patron refresh` first"
    )]
    Unseen {
        /// the newest release
        number: u64,
    },
    /// a closing that there was not
    #[error("period `{period}` has no closing {wanted}; {known}")]
    UnknownClosing {
        /// the period
        period: String,
        /// as asked for
        wanted: String,
        /// what there is
        known: String,
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

/// A release that stands, and what its checks found.
#[derive(Debug, Clone)]
pub struct Seen {
    /// its number
    pub number: u64,
    /// what was found, hindrances of closings among it
    pub findings: Vec<CheckResult>,
}

/// What a refresh that checks refused says: each finding in full, for they stand nowhere else. Of a
/// closing a line a check, for they stand in the release whose figures it would keep.
fn refusal(findings: &[CheckResult], command: Option<&str>, seen: Option<&Seen>) -> String {
    let failed = if findings.len() == 1 { "a check failed," } else { "checks failed," };
    let Some(Seen { number, findings: known }) = seen else {
        let remedy = remedy(command, findings.first());
        return format!("{failed} so nothing was published: {}; mend it{remedy}", listed(findings));
    };
    let told = findings::lines(findings, Some(known), &Waivers::default());
    let lines: Vec<String> = told.fresh.into_iter().chain(told.kept).collect();
    let it = if findings.len() == 1 { "it" } else { "them" };
    let full = match told.kept_count {
        0 => String::new(),
        count if count == findings.len() => {
            format!("`patron check --release {number}` says {it} in full; ")
        }
        _ => format!("`patron check --release {number}` says in full what is not new; "),
    };
    format!(
        "{failed} so nothing was published:\n{}\n{full}mend {it}{}",
        lines.join("\n"),
        remedy(command, findings)
    )
}

/// How findings are waived.
fn remedy<'a>(
    command: Option<&str>,
    findings: impl IntoIterator<Item = &'a CheckResult>,
) -> String {
    let names: BTreeSet<&str> = findings.into_iter().map(|one| one.name.as_str()).collect();
    let waived: Vec<String> = names.iter().map(|name| format!("--waive {name}")).collect();
    match command.filter(|_| !waived.is_empty()) {
        Some(command) => {
            format!(", or waive by name: {command} {} --because \"...\"", waived.join(" "))
        }
        None => String::new(),
    }
}

fn listed(findings: &[CheckResult]) -> String {
    let texts: Vec<String> =
        findings.iter().map(|finding| format!("`{}`: {}", finding.name, finding.finding)).collect();
    texts.join("; ")
}
