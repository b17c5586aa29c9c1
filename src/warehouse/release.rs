//! What does a release say?

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::entered::Entry;
use super::manifest::Hash;
use super::name::TableName;

/// The commit of a refresh over all tables: `releases/<number, 20 digits>.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// version of this layout
    pub format: u32,
    /// 1 for the first
    pub number: u64,
    /// own hash of the release before; `None` for the first
    pub previous: Option<Hash>,
    /// the run that published it; a lost answer is told from a lost race by it
    pub run_id: String,
    /// the run's "now"
    pub created_at: DateTime<Utc>,
    /// what made it
    pub kind: ReleaseKind,
    /// every table of the warehouse
    pub tables: BTreeMap<TableName, TableEntry>,
    /// every departmental system
    pub systems: BTreeMap<String, SystemEntry>,
    /// row accounting of the tables that this run loaded
    pub accounting: BTreeMap<TableName, Accounting>,
    /// results of the checks of this run
    pub checks: Vec<CheckResult>,
    /// checks that were waived by name
    pub waivers: Vec<Waiver>,
    /// what the checks of computed tables looked at: as long as it is the same, so are findings
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub checked: BTreeMap<TableName, Built>,
    /// the systems from which the days of each cube's rows come, by the cube's name
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub cubes: BTreeMap<String, BTreeSet<String>>,
    /// what a person entered, where that made the release
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entered: Vec<Entry>,
    /// hash over project.toml, systems.toml and the contracts that made it
    pub project: Hash,
    /// SHA-256 of this document with this field empty
    pub hash: Hash,
}

/// What made a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseKind {
    /// `patron refresh`
    Refresh,
    /// `patron quarantine retry`
    Retry,
    /// a person entered something
    Entered,
}

/// A table in a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableEntry {
    /// the manifest
    pub manifest: Hash,
    /// the load state of a raw table: `loads/<schema>.<table>/<sha256>.json`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<Hash>,
    /// what the rows of a computed table rest on
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub built: Option<Built>,
}

/// What the rows of a computed table rest on: as long as all of it is the same, so are the rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Built {
    /// hash of the SQL that computes it
    pub definition: Hash,
    /// the tables that it reads, with their manifests; empty for one that had no rows to read
    pub inputs: BTreeMap<TableName, Hash>,
}

/// A departmental system in a release.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SystemEntry {
    /// when its data were last extracted; `None` when they never were
    pub extracted_at: Option<DateTime<Utc>>,
    /// the day up to which its data reach: the newest, but none after they were extracted, on which
    /// a row happened or was changed; `None` where no column says it
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reaches_on: Option<NaiveDate>,
    /// why an optional system was left at its earlier data in this run
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_because: Option<String>,
}

/// Row accounting of one table in one run:
/// `read = inserted + changed + unchanged + superseded + quarantined` and
/// `after = before + inserted + restored - deleted`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accounting {
    /// rows read from the source
    pub read: u64,
    /// rows that were not there before
    pub inserted: u64,
    /// rows read that replace the row of their key
    pub changed: u64,
    /// rows read that equal the row there
    pub unchanged: u64,
    /// rows read that another version of the same key, or another delivery of the same dates, beats
    pub superseded: u64,
    /// rows read and refused
    pub quarantined: u64,
    /// rows of the table before
    pub before: u64,
    /// rows that left the table
    pub deleted: u64,
    /// rows that came back from an earlier delivery, because the one that had replaced them was
    /// itself replaced
    pub restored: u64,
    /// rows of the table after
    pub after: u64,
    /// rows served although the newest version of their key was refused
    pub stale: u64,
}

impl Accounting {
    /// Says which identity does not hold, if one does not.
    ///
    /// # Errors
    /// The identity with its numbers.
    pub fn check(&self) -> Result<(), String> {
        let placed =
            self.inserted + self.changed + self.unchanged + self.superseded + self.quarantined;
        if self.read != placed {
            return Err(format!(
                "read {} is not inserted {} + changed {} + unchanged {} + superseded {} + \
                 quarantined {}",
                self.read,
                self.inserted,
                self.changed,
                self.unchanged,
                self.superseded,
                self.quarantined
            ));
        }
        if self.after + self.deleted != self.before + self.inserted + self.restored {
            return Err(format!(
                "after {} is not before {} + inserted {} + restored {} - deleted {}",
                self.after, self.before, self.inserted, self.restored, self.deleted
            ));
        }
        Ok(())
    }
}

/// What stands between the number of rows and the first of them, where not all are shown.
const FIRST: &str = ", the first being ";

/// What stands between rows.
const BETWEEN: &str = "; ";

/// The result of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckResult {
    /// `<schema>.<table>:<what>`
    pub name: String,
    /// how grave
    pub severity: Severity,
    /// what was found
    pub finding: String,
    /// the accounting period that it is about, where it is about one
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// how grave it is for closing that period, where that differs
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closing: Option<Severity>,
    /// what the rows that it is about come to, as far as the check says in which unit they are
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amounts: Vec<Amount>,
}

/// What a column of the rows that a check found comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// the column
    pub column: String,
    /// in which unit it is, such as the code of a currency
    pub unit: String,
    /// the sum in that unit, a decimal as text
    pub sum: String,
}

impl CheckResult {
    /// A finding that is about no accounting period.
    pub fn new(name: String, severity: Severity, finding: String) -> Self {
        Self { name, severity, finding, period: None, closing: None, amounts: Vec::new() }
    }

    /// What is said of rows: what is wrong with them, how many there are, and the first of them.
    pub fn of_rows(problem: &str, rows: u64, shown: &[String]) -> String {
        let which = if rows > shown.len() as u64 { FIRST } else { ": " };
        let plural = if rows == 1 { "row" } else { "rows" };
        format!("{problem}: {rows} {plural}{which}{}", shown.join(BETWEEN))
    }

    /// How many rows it is about, and one of them; nothing where it is not about rows.
    pub fn rows(&self) -> Option<(u64, &str)> {
        self.finding.match_indices(": ").find_map(|(at, mark)| {
            let rest = &self.finding[at + mark.len()..];
            let (count, rest) = rest.split_once(" row")?;
            let count = count.parse().ok()?;
            let rest = rest.strip_prefix('s').unwrap_or(rest);
            let shown = rest.strip_prefix(FIRST).or_else(|| rest.strip_prefix(": "))?;
            Some((count, shown.split_once(BETWEEN).map_or(shown, |(first, _)| first)))
        })
    }

    /// Whether it keeps a period from being closed.
    pub fn hinders_closing(&self, period: &str) -> bool {
        self.period.as_deref() == Some(period) && self.closing == Some(Severity::Error)
    }
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// to be seen
    Warning,
    /// keeps the release unpublished unless waived
    Error,
}

/// A check waived by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// the check
    pub check: String,
    /// why
    pub because: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_as_they_are_told() {
        let shown = |rows: &[&str]| rows.iter().map(|row| (*row).to_owned()).collect::<Vec<_>>();
        let cases: [(u64, &[&str], &str); 3] = [
            (1, &["id 7"], "it is wrong: 1 row: id 7"),
            (2, &["id 7", "id 8"], "it is wrong: 2 rows: id 7; id 8"),
            (9, &["id 7", "id 8"], "it is wrong: 9 rows, the first being id 7; id 8"),
        ];
        for (rows, which, expected) in cases {
            let finding = CheckResult::of_rows("it is wrong", rows, &shown(which));
            assert_eq!(finding, expected);
            let check = CheckResult::new("a.b".to_owned(), Severity::Warning, finding);
            assert_eq!(check.rows(), Some((rows, "id 7")));
        }
        for other in ["the data are 3 hours old", "5 of 9 rows were deleted", "x: some rows: y"] {
            let check = CheckResult::new("a.b".to_owned(), Severity::Warning, other.to_owned());
            assert_eq!(check.rows(), None, "{other}");
        }
    }
}
