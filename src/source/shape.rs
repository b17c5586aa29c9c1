//! What does a contract promise of a source's rows: which columns, of which types, written how?

use std::collections::BTreeMap;
use std::fmt;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use serde::{Deserialize, Serialize};

pub use super::xlsx_range::CellRange;

/// Name of the column that says which file or object a row came from.
pub const SOURCE_COLUMN: &str = "_source";
/// Name of the column that holds the row's number within its source, counted from 1 (files: the
/// line on which the record begins, or the row of a sheet; a database: 0).
pub const ROW_COLUMN: &str = "_row";

/// The type of a column as a contract writes it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ColumnType {
    /// `text`: UTF-8
    Text,
    /// `integer`: 64-bit signed
    Integer,
    /// `decimal(p,s)`: exact, at most 38 digits
    Decimal {
        /// digits in all
        precision: u8,
        /// digits after the decimal mark
        scale: u8,
    },
    /// `float`: 64-bit, for measurements, never for money
    Float,
    /// `boolean`
    Boolean,
    /// `date`
    Date,
    /// `timestamp`: microseconds since 1970 in UTC
    Timestamp,
}

impl ColumnType {
    /// The Arrow type in which a column of this type is stored.
    pub fn arrow(&self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Integer => DataType::Int64,
            Self::Decimal { precision, scale } => {
                DataType::Decimal128(*precision, i8::try_from(*scale).unwrap_or(i8::MAX))
            }
            Self::Float => DataType::Float64,
            Self::Boolean => DataType::Boolean,
            Self::Date => DataType::Date32,
            Self::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into())),
        }
    }
}

impl fmt::Display for ColumnType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => formatter.write_str("text"),
            Self::Integer => formatter.write_str("integer"),
            Self::Decimal { precision, scale } => write!(formatter, "decimal({precision},{scale})"),
            Self::Float => formatter.write_str("float"),
            Self::Boolean => formatter.write_str("boolean"),
            Self::Date => formatter.write_str("date"),
            Self::Timestamp => formatter.write_str("timestamp"),
        }
    }
}

impl From<ColumnType> for String {
    fn from(kind: ColumnType) -> Self {
        kind.to_string()
    }
}

impl TryFrom<String> for ColumnType {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let unknown = || {
            format!(
                "`{text}` is no column type; write text, integer, decimal(p,s), float, boolean, \
                 date or timestamp"
            )
        };
        match compact.as_str() {
            "text" => Ok(Self::Text),
            "integer" => Ok(Self::Integer),
            "float" => Ok(Self::Float),
            "boolean" => Ok(Self::Boolean),
            "date" => Ok(Self::Date),
            "timestamp" => Ok(Self::Timestamp),
            other => {
                let inner = other
                    .strip_prefix("decimal(")
                    .and_then(|rest| rest.strip_suffix(')'))
                    .ok_or_else(unknown)?;
                let (precision, scale) = inner.split_once(',').ok_or_else(unknown)?;
                let precision: u8 = precision.parse().map_err(|_| unknown())?;
                let scale: u8 = scale.parse().map_err(|_| unknown())?;
                if precision == 0 || precision > 38 || scale > precision {
                    return Err(format!(
                        "`{text}` is out of range: the precision is 1 to 38 and the scale at most \
                         the precision"
                    ));
                }
                Ok(Self::Decimal { precision, scale })
            }
        }
    }
}

/// One column of a table as its contract promises it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// the name in the warehouse; taken from the key of the contract's `[columns.<name>]`
    #[serde(skip)]
    pub name: String,
    /// what the column means, for the data dictionary
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// the type
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// the name at the source where it differs: a header, a JSON path with dots, a database column,
    /// or the position from 1 for a CSV file or a sheet without header
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// an empty value refuses the row
    #[serde(default)]
    pub required: bool,
    /// the unit, for the data dictionary (`minutes`, `kg`)
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// the column that holds the currency of this amount
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// the only values accepted, as text
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<String>,
    /// personal data: lies in a table of its own
    #[serde(default)]
    pub personal: bool,
    /// round excess decimals half away from zero instead of refusing the row
    #[serde(default)]
    pub round: bool,
    /// the date or timestamp format in chrono's notation, where it differs from the file's
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
}

impl Column {
    /// A column of which nothing but name and type is said.
    pub fn plain(name: &str, kind: ColumnType) -> Self {
        Self {
            name: name.to_owned(),
            description: String::new(),
            kind,
            from: None,
            required: false,
            unit: None,
            currency: None,
            allowed: Vec::new(),
            personal: false,
            round: false,
            format: None,
        }
    }

    /// The column's name at the source.
    pub fn source_name(&self) -> &str {
        self.from.as_deref().unwrap_or(&self.name)
    }

    /// The column's Arrow field in the warehouse.
    pub fn field(&self) -> Field {
        Field::new(&self.name, self.kind.arrow(), !self.required)
    }
}

/// How values are written in a text source, and which cells of a workbook are the table; the
/// defaults are those of ISO 8601 and RFC 4180.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Format {
    /// character encoding by its WHATWG label: `utf-8`, `latin1` (which is windows-1252 there),
    /// `gbk`, ...; a byte order mark of that encoding is skipped
    pub encoding: String,
    /// field delimiter, one byte
    pub delimiter: char,
    /// quote character, one byte; doubled inside a quoted field
    pub quote: char,
    /// whether the first record names the columns
    pub header: bool,
    /// records to skip before the header
    pub skip: u32,
    /// decimal mark of numbers
    pub decimal_mark: char,
    /// thousands mark of numbers, if any
    pub thousands_mark: Option<char>,
    /// format of dates in chrono's notation
    pub date: String,
    /// formats of timestamps in chrono's notation, tried in order
    pub timestamp: Vec<String>,
    /// IANA time zone of timestamps written without an offset; the project's where absent
    pub zone: Option<String>,
    /// texts that mean no value, beside the empty text
    pub nulls: Vec<String>,
    /// texts that mean true
    pub true_values: Vec<String>,
    /// texts that mean false
    pub false_values: Vec<String>,
    /// the sheet of a workbook; the first one where absent
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// the cells of the sheet that make up the table, header included; all where absent
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<CellRange>,
}

impl Default for Format {
    fn default() -> Self {
        let texts = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
        Self {
            encoding: "utf-8".to_owned(),
            delimiter: ',',
            quote: '"',
            header: true,
            skip: 0,
            decimal_mark: '.',
            thousands_mark: None,
            date: "%Y-%m-%d".to_owned(),
            timestamp: texts(&["%+", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"]),
            zone: None,
            nulls: Vec::new(),
            true_values: texts(&["true", "1"]),
            false_values: texts(&["false", "0"]),
            sheet: None,
            range: None,
        }
    }
}

/// Everything a reader needs to turn a source's values into typed rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// where the promise is written, for messages: `warehouse/contracts/finance/ledger.toml`
    pub place: String,
    /// the columns in the contract's order
    pub columns: Vec<Column>,
    /// how values are written
    pub format: Format,
    /// time zone of timestamps written without an offset
    pub zone: chrono_tz::Tz,
}

impl Shape {
    /// The schema of the rows a reader gives: the columns, then `_source` and `_row`.
    pub fn schema(&self) -> SchemaRef {
        let mut fields: Vec<Field> = self.columns.iter().map(Column::field).collect();
        fields.push(Field::new(SOURCE_COLUMN, DataType::Utf8, false));
        fields.push(Field::new(ROW_COLUMN, DataType::Int64, false));
        Schema::new(fields).into()
    }
}

/// A row that was refused, whole, with the first reason found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// the row's number in its source, as in `_row`
    pub row: i64,
    /// the column at fault; `None` where the record itself is malformed
    pub column: Option<String>,
    /// the value at fault, cut to 200 characters
    pub value: Option<String>,
    /// why, without the value: "is not a decimal(18,2)"
    pub reason: String,
    /// every value of the row as the source wrote it, by the column's name in the warehouse; a
    /// record too malformed to split has one entry named `_record`
    pub raw: BTreeMap<String, Option<String>>,
}

/// Some rows of one source, typed, with those refused among them.
#[derive(Debug, Clone)]
pub struct Chunk {
    /// accepted rows, in source order, of [`Shape::schema`]
    pub rows: datafusion::arrow::array::RecordBatch,
    /// refused rows, in source order
    pub refused: Vec<Refused>,
}

/// A difference between a source's columns and the contract that refuses nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Drift {
    /// the source has a column that the contract does not name
    Added {
        /// the column
        column: String,
    },
    /// an optional column of the contract is absent at the source and loads as no value
    Missing {
        /// the column
        column: String,
    },
}
