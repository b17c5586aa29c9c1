//! Which files make up one version of one table, and what is in them?

use serde::{Deserialize, Serialize};

use super::name::TableName;

/// SHA-256 of a document's or a block's bytes, as 64 lower-case hexadecimal digits.
pub type Hash = String;

/// One version of one table: `manifests/<schema>.<table>/<sha256 of these bytes>.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// version of this layout
    pub format: u32,
    /// the table
    pub table: TableName,
    /// its columns in order
    pub columns: Vec<ManifestColumn>,
    /// the order of rows inside each file, as column names
    pub sorted_by: Vec<String>,
    /// its files, ordered by partition, then by their place in the table's total order
    pub files: Vec<DataFile>,
    /// rows of all files
    pub rows: u64,
    /// per decimal column the sum over all rows, as a decimal text
    pub totals: Vec<(String, String)>,
}

/// A column of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestColumn {
    /// its name
    pub name: String,
    /// its Arrow type as `arrow_schema::DataType` prints and parses it
    pub arrow: String,
    /// whether it may be null
    pub nullable: bool,
}

/// A Parquet file of a table; written once, never changed, named by its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataFile {
    /// path below the warehouse's data folder:
    /// `files/<schema>.<table>/<partition>/<32 hex>.parquet`, the digits being the first half of
    /// the SHA-256 of the whole file
    pub path: String,
    /// `2026-06`, `none` for rows without a month, `all` for tables without months
    pub partition: String,
    /// size
    pub size_bytes: u64,
    /// rows
    pub rows: u64,
    /// hash of every block of 1 MiB, the last one shorter
    pub blocks: Vec<Hash>,
    /// statistics, in the order of [`Manifest::columns`]
    pub statistics: Vec<ColumnStatistics>,
}

/// What is known of a column's values in one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnStatistics {
    /// least value as text that `ScalarValue::try_from_string` reads; absent where all are null or
    /// the value is longer than 64 bytes
    pub min: Option<String>,
    /// greatest value, likewise
    pub max: Option<String>,
    /// nulls
    pub nulls: u64,
    /// sum of a decimal column, as a decimal text
    pub sum: Option<String>,
}
