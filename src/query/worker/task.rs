//! What do the two processes say to each other?

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::manner::Manner;
use crate::query::policy::Access;
use crate::query::{Member, Principal, Rules};
use crate::warehouse::project::ProjectError;

/// How much one question may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds {
    /// threads that work on it
    pub threads: usize,
    /// bytes that sorts, groups and joins may hold together; beyond, they spill
    pub memory_bytes: usize,
    /// bytes of addresses of the whole process, with program, stacks and all that nobody counts;
    /// what asks for more falls
    pub address_space_bytes: u64,
    /// seconds of processor time, of all threads together
    pub cpu_seconds: u64,
    /// bytes that it may spill
    pub spill_bytes: u64,
    /// rows of an answer; more are left out, and the answer says so
    pub rows_max: u64,
    /// time from the question's arrival until it is planned
    pub planning: Duration,
    /// time that the process may take for plan and answer; the reader's own time is not counted
    pub time: Duration,
    /// time that a reader may take for a few megabytes of the answer
    pub patience: Duration,
}

/// Bytes of addresses beyond twice what queries may hold: the program itself (its text alone is
/// some hundred megabytes), the stacks of its threads, and what the engine does not count.
const UNCOUNTED_BYTES: u64 = 1 << 30;

impl Bounds {
    /// The usual bounds of a question that may hold so much in memory.
    pub fn within(memory_bytes: usize, threads: usize) -> Self {
        let time = Duration::from_secs(30);
        let counted = u64::try_from(memory_bytes).unwrap_or(u64::MAX);
        let threads = threads.max(1);
        let processors = u64::try_from(threads).unwrap_or(1);
        Self {
            threads,
            memory_bytes,
            address_space_bytes: counted.saturating_mul(2).saturating_add(UNCOUNTED_BYTES),
            cpu_seconds: time.as_secs().saturating_mul(processors).saturating_add(5),
            spill_bytes: 1 << 30,
            rows_max: 1_000_000,
            planning: Duration::from_secs(2),
            time,
            patience: Duration::from_secs(60),
        }
    }
}

/// A question, as it goes to the process that answers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// the project's folder
    pub project: PathBuf,
    /// the number of the release that is asked
    pub release: u64,
    /// who asks
    pub principal: OnBehalf,
    /// the question
    pub sql: String,
    /// how it is asked
    pub manner: Manner,
    /// threads that work on it
    pub threads: usize,
    /// bytes that sorts, groups and joins may hold together
    pub memory_bytes: usize,
    /// bytes that may be spilled
    pub spill_bytes: u64,
    /// rows of the answer at most
    pub rows_max: u64,
}

/// A principal on its way: the one place that knows how each kind crosses from one process to the
/// other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnBehalf {
    /// who owns the files
    Owner,
    /// somebody who sees what roles see
    Member {
        /// what the person is called
        name: String,
        /// the roles
        roles: BTreeSet<String>,
        /// what is known of the person
        attributes: BTreeMap<String, BTreeSet<String>>,
        /// the text of warehouse/access.toml by which the question is answered
        access: String,
        /// of each table the columns that hold nothing personal
        impersonal: Vec<(String, BTreeSet<String>)>,
    },
}

impl From<&Principal> for OnBehalf {
    fn from(principal: &Principal) -> Self {
        let member = match principal {
            Principal::Owner => return Self::Owner,
            Principal::Member(member) => member,
        };
        let impersonal = member.rules.impersonal.iter();
        Self::Member {
            name: member.name.clone(),
            roles: member.roles.clone(),
            attributes: member.attributes.clone(),
            access: member.rules.access.text.clone(),
            impersonal: impersonal
                .map(|(table, columns)| (table.to_string(), columns.clone()))
                .collect(),
        }
    }
}

impl TryFrom<&OnBehalf> for Principal {
    type Error = ProjectError;

    fn try_from(told: &OnBehalf) -> Result<Self, ProjectError> {
        let OnBehalf::Member { name, roles, attributes, access, impersonal } = told else {
            return Ok(Self::Owner);
        };
        let (name, roles, attributes) = (name.clone(), roles.clone(), attributes.clone());
        // What has no name of a table was none here: its columns then count as personal.
        let known = |(table, columns): &(String, BTreeSet<String>)| {
            Some((table.parse().ok()?, columns.clone()))
        };
        let impersonal = impersonal.iter().filter_map(known).collect();
        let rules = Arc::new(Rules { access: Access::parse(access)?, impersonal });
        Ok(Self::Member(Arc::new(Member { name, roles, attributes, rules })))
    }
}

/// How an answer ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// rows that were given
    pub rows: u64,
    /// whether there would have been more
    pub truncated: bool,
    /// why there are no more, where something went wrong
    pub failure: Option<Failure>,
}

/// What went wrong in the process that answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// what kind of thing
    pub kind: FailureKind,
    /// what is told of it; of a fault, what is logged
    pub text: String,
}

/// What kinds of things go wrong in the process that answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// the gate let the question not through
    Refused,
    /// the question is wrong, or its values are
    Mistake,
    /// it needs more memory
    Memory,
    /// it needs more disk
    Disk,
    /// whatever is no fault of the question; its text is for the log
    Fault,
}
