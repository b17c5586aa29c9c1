//! What does a contract promise about one table of a departmental system?

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::manifest::Hash;
use super::name::TableName;
use crate::source::FileKind;
use crate::source::shape::{Column, Shape};

/// A checked contract.
#[derive(Debug, Clone)]
pub struct Contract {
    /// the raw table that it fills
    pub name: TableName,
    /// its file, for messages
    pub place: String,
    /// what a row of the table is
    pub description: String,
    /// the departmental system
    pub system: String,
    /// what to read there: a glob of files, or a table, view or query of a database
    pub object: String,
    /// how the files are written; `None` for databases
    pub kind: Option<FileKind>,
    /// how deliveries become the table
    pub mode: Mode,
    /// the columns that tell one row from another; empty where nothing does
    pub key: Vec<String>,
    /// the column by whose month files lie
    pub month: Option<String>,
    /// the column that orders versions of a row and tells what is new
    pub cursor: Option<Cursor>,
    /// how a deletion at the source shows
    pub deletions: Deletions,
    /// whether every version of a row is kept
    pub history: History,
    /// age in hours above which the data count as stale
    pub freshness_hours: Option<u32>,
    /// what share of trouble is still acceptable
    pub tolerate: Tolerance,
    /// the columns and how values are written
    pub shape: Shape,
}

/// How deliveries become the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// what the source holds now is the table
    Full,
    /// every delivery adds rows
    Append,
    /// the newest version of each key is the table
    Merge,
    /// a delivery replaces the rows of the dates that it covers
    Period {
        /// the date column
        column: String,
        /// which dates a delivery covers
        covers: Covers,
    },
}

/// Which dates a delivery covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Covers {
    /// those that occur in it
    #[default]
    Dates,
    /// all from its first to its last
    Range,
}

/// The column that orders versions.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    /// the column: timestamp, date or integer
    pub column: String,
    /// how far behind the highest value seen a late commit may still appear: seconds for times,
    /// whole days of them for dates, plain units for integers
    #[serde(default, rename = "overlap_seconds", alias = "overlap")]
    pub overlap: u32,
}

/// How a deletion at the source shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Deletions {
    /// not at all
    #[default]
    None,
    /// a column takes a value
    Flag {
        /// the column
        column: String,
        /// the value, as text
        value: String,
    },
    /// the key is gone from the source's full list of keys
    Keys {
        /// the list is compared at every n-th refresh
        every: u32,
    },
}

/// Whether every version of a row is kept, in the table `<table>_history`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(untagged)]
pub enum History {
    /// no
    #[default]
    #[serde(skip)]
    None,
    /// `true`: versions are valid from the refresh that first saw them
    Flag(bool),
    /// versions are valid from a date of the source's own
    #[serde(rename_all = "snake_case")]
    Dated {
        /// the date or timestamp column
        valid_from: String,
    },
}

impl History {
    /// Whether versions are kept.
    pub fn is_kept(&self) -> bool {
        !matches!(self, Self::None | Self::Flag(false))
    }
}

/// What share of trouble is still acceptable before a release is refused.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tolerance {
    /// refused rows over rows read in one refresh
    pub refused_ratio: f64,
    /// rows that a full delivery deletes over rows before
    pub deleted_ratio: f64,
}

impl Default for Tolerance {
    fn default() -> Self {
        Self { refused_ratio: 0.1, deleted_ratio: 0.5 }
    }
}

impl Contract {
    /// The schema-level identity of what is stored: when it changes, what is stored no longer fits
    /// and the table is loaded anew from its source.
    pub fn storage_hash(&self) -> Hash {
        let mut hasher = Sha256::new();
        let mut add = |part: &str| {
            hasher.update(part.as_bytes());
            hasher.update([0]);
        };
        add(&format!("{:?}", self.mode));
        add(&self.system);
        add(&self.object);
        add(&self.key.join(","));
        add(self.month.as_deref().unwrap_or_default());
        add(&format!("{:?}", self.history));
        add(&format!("{:?}", self.cursor.as_ref().map(|cursor| &cursor.column)));
        for column in &self.shape.columns {
            add(&format!("{} {} {}", column.name, column.kind, column.personal));
        }
        hex::encode(hasher.finalize())
    }

    /// The column of a name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.shape.columns.iter().find(|column| column.name == name)
    }

    /// Whether some column is personal, so that the table has a personal sibling.
    pub fn has_personal(&self) -> bool {
        self.shape.columns.iter().any(|column| column.personal)
    }

    /// Whether rows come from files, each of which is a delivery of its own.
    pub fn is_from_files(&self) -> bool {
        self.kind.is_some()
    }
}
