//! How is a table called?

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A table of the warehouse: `<schema>.<table>`, both lower-case identifiers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TableName {
    schema: String,
    table: String,
}

impl TableName {
    /// A name from its two parts.
    ///
    /// # Errors
    /// When a part is not a lower-case identifier of at most 63 characters.
    pub fn new(schema: &str, table: &str) -> Result<Self, String> {
        for part in [schema, table] {
            if !is_identifier(part) {
                return Err(format!(
                    "`{part}` is no table or schema name; use a to z, 0 to 9 and _, beginning with \
                     a letter"
                ));
            }
        }
        Ok(Self { schema: schema.to_owned(), table: table.to_owned() })
    }

    /// The schema: a department, or a folder of sql/.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// The table within its schema.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The table beside this one whose name ends in `suffix`.
    pub fn sibling(&self, suffix: &str) -> Self {
        Self { schema: self.schema.clone(), table: format!("{}_{suffix}", self.table) }
    }
}

/// Whether `text` may name a schema, a table or a column.
pub fn is_identifier(text: &str) -> bool {
    text.len() <= 63
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

impl fmt::Display for TableName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.schema, self.table)
    }
}

impl FromStr for TableName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (schema, table) = text
            .split_once('.')
            .ok_or_else(|| format!("`{text}` is no table name; write `<schema>.<table>`"))?;
        Self::new(schema, table)
    }
}

impl TryFrom<String> for TableName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<TableName> for String {
    fn from(name: TableName) -> Self {
        name.to_string()
    }
}
