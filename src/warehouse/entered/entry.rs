//! What does a person enter, and which row does it become?

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use datafusion::arrow::datatypes::Date32Type;
use datafusion::common::ScalarValue;
use serde::{Deserialize, Serialize};

use super::EnteredTable;

/// What stands between the names of checks in one text.
pub const BETWEEN_CHECKS: &str = ", ";

/// What a person enters; the row's number and moment and the release's number are added under the
/// writer's lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// an accounting period is closed or reopened
    PeriodStatus(PeriodEntry),
    /// somebody takes responsibility for something
    SignOff(SignOff),
    /// two numbers mean the same, or not
    MatchDecision(MatchDecision),
    /// a remark on something
    Comment(Comment),
}

/// Whether an accounting period takes further rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodStatus {
    /// its figures never change any more
    Closed,
    /// it takes rows again, until it is closed anew
    Reopened,
}

impl PeriodStatus {
    /// As the column spells it.
    pub fn text(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Reopened => "reopened",
        }
    }
}

/// An accounting period is closed or reopened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeriodEntry {
    /// the period, as the project's table of periods has it
    pub period: String,
    /// the legal entity; all of them where absent
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    /// what it becomes
    pub status: PeriodStatus,
    /// who decided
    pub by: String,
    /// why; reopening needs it
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// the checks that would have kept the period open, waived for this closing
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waived: Vec<String>,
}

/// Somebody takes responsibility for something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignOff {
    /// the accounting period
    pub period: String,
    /// the legal entity; all of them where absent
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    /// a report, a check, or whatever else people agree on
    pub subject: String,
    /// who
    pub by: String,
    /// what there is to say about it
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}

/// A decision about two numbers of two systems.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatchDecision {
    /// what was decided
    pub verdict: Verdict,
    /// one number
    pub left: LocalNumber,
    /// the other
    pub right: LocalNumber,
    /// who decided
    pub by: String,
    /// why
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// the day from which it holds; always where absent
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<NaiveDate>,
}

/// What was decided about two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// they mean the same
    Same,
    /// they do not
    Different,
    /// what was decided before holds no longer
    Undo,
}

impl Verdict {
    /// As the column spells it.
    pub fn text(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Different => "different",
            Self::Undo => "undo",
        }
    }
}

/// A number as one system gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocalNumber {
    /// the system, as the project's models call it
    pub system: String,
    /// the number
    pub id: String,
}

/// A remark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comment {
    /// what it is about: a period, or the name of a report, a check, a cube or a table, with the
    /// part that is meant behind `#`
    pub subject: String,
    /// who
    pub by: String,
    /// what
    pub remark: String,
}

/// What is added to an entry under the writer's lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// the moment
    pub at: DateTime<Utc>,
    /// the number of the release that it comes with
    pub release: u64,
}

impl Entry {
    /// The table that takes it.
    pub fn table(&self) -> EnteredTable {
        match self {
            Self::PeriodStatus(_) => EnteredTable::PeriodStatus,
            Self::SignOff(_) => EnteredTable::SignOffs,
            Self::MatchDecision(_) => EnteredTable::MatchDecisions,
            Self::Comment(_) => EnteredTable::Comments,
        }
    }

    /// The first thing that must be said and is blank, if there is one.
    pub fn blank(&self) -> Option<&'static str> {
        let must: Vec<(&'static str, &str)> = match self {
            Self::PeriodStatus(entry) => vec![
                ("who decided", &entry.by),
                (
                    "why",
                    match entry.status {
                        PeriodStatus::Closed => "not needed",
                        PeriodStatus::Reopened => entry.because.as_deref().unwrap_or_default(),
                    },
                ),
            ],
            Self::SignOff(entry) => vec![("who signed", &entry.by), ("what", &entry.subject)],
            Self::MatchDecision(entry) => vec![
                ("who decided", &entry.by),
                ("the system of one number", &entry.left.system),
                ("one number", &entry.left.id),
                ("the system of the other number", &entry.right.system),
                ("the other number", &entry.right.id),
            ],
            Self::Comment(entry) => vec![
                ("who commented", &entry.by),
                ("on what", &entry.subject),
                ("the remark", &entry.remark),
            ],
        };
        must.into_iter().find(|(_, text)| text.trim().is_empty()).map(|(what, _)| what)
    }

    /// Its row, in the order of the table's columns.
    pub(super) fn row(&self, number: u64, stamp: Stamp) -> Vec<ScalarValue> {
        let number = integer(number);
        let at = moment(stamp.at);
        match self {
            Self::PeriodStatus(entry) => vec![
                number,
                text(&entry.period),
                maybe(entry.entity.as_ref()),
                text(entry.status.text()),
                text(&entry.by),
                maybe(entry.because.as_ref()),
                maybe(listed(&entry.waived).as_ref()),
                integer(stamp.release),
                at,
            ],
            Self::SignOff(entry) => vec![
                number,
                text(&entry.period),
                maybe(entry.entity.as_ref()),
                text(&entry.subject),
                text(&entry.by),
                maybe(entry.remark.as_ref()),
                at,
            ],
            Self::MatchDecision(entry) => vec![
                number,
                text(entry.verdict.text()),
                text(&entry.left.system),
                text(&entry.left.id),
                text(&entry.right.system),
                text(&entry.right.id),
                text(&entry.by),
                maybe(entry.because.as_ref()),
                ScalarValue::Date32(entry.valid_from.map(Date32Type::from_naive_date)),
                at,
            ],
            Self::Comment(entry) => {
                vec![number, text(&entry.subject), text(&entry.by), text(&entry.remark), at]
            }
        }
    }
}

fn text(value: &str) -> ScalarValue {
    ScalarValue::Utf8(Some(value.to_owned()))
}

fn maybe(value: Option<&String>) -> ScalarValue {
    ScalarValue::Utf8(value.cloned())
}

/// Names of checks as one text; nothing where there are none.
fn listed(checks: &[String]) -> Option<String> {
    (!checks.is_empty()).then(|| checks.join(BETWEEN_CHECKS))
}

fn integer(value: u64) -> ScalarValue {
    ScalarValue::Int64(i64::try_from(value).ok())
}

fn moment(value: DateTime<Utc>) -> ScalarValue {
    ScalarValue::TimestampMicrosecond(Some(value.timestamp_micros()), Some("+00:00".into()))
}

/// In few words, as a list of releases shows it.
impl fmt::Display for Entry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |entity: &Option<String>| {
            entity.as_ref().map(|entity| format!(" of {entity}")).unwrap_or_default()
        };
        match self {
            Self::PeriodStatus(PeriodEntry { period, entity, status, by, .. }) => {
                write!(formatter, "{period}{} {} by {by}", of(entity), status.text())
            }
            Self::SignOff(SignOff { period, entity, subject, by, .. }) => {
                write!(formatter, "{subject} for {period}{} signed off by {by}", of(entity))
            }
            Self::MatchDecision(MatchDecision { verdict, left, right, by, .. }) => {
                let (one, other) = (&left.id, &right.id);
                let verdict = verdict.text();
                let (here, there) = (&left.system, &right.system);
                write!(formatter, "{here} {one} and {there} {other}: {verdict}, by {by}")
            }
            Self::Comment(Comment { subject, by, .. }) => {
                write!(formatter, "comment on {subject} by {by}")
            }
        }
    }
}
