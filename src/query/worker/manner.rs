//! How is a question asked, beyond its text: with which values, and is the answer wanted or only
//! what it would be?

use std::sync::Arc;

use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::EmptyRecordBatchStream;
use serde::{Deserialize, Serialize};

use crate::query::catalogue::Surroundings;

/// How a question is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manner {
    /// whether only columns and parameters are told
    pub is_described: bool,
    /// the values of `$1`, `$2` and so on; where only columns are told, what is known of them
    pub values: Vec<Given>,
    /// what a client of PostgreSQL finds around it, where there is one
    pub surroundings: Option<Surroundings>,
}

/// What is given for a parameter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// its type; of what it is compared with, where nothing is said
    pub kind: Option<Kind>,
    /// its value as text; null where absent
    pub text: Option<String>,
}

/// The types of parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// true or false
    Bool,
    /// a whole number of two bytes
    Int2,
    /// of four
    Int4,
    /// of eight
    Int8,
    /// a float of four bytes
    Float4,
    /// of eight
    Float8,
    /// a decimal
    Numeric,
    /// text
    Text,
    /// bytes
    Bytes,
    /// a day
    Date,
    /// a time of day
    Time,
    /// a moment without a zone
    Timestamp,
    /// a moment
    TimestampTz,
    /// a span of time
    Interval,
    /// whole numbers
    Int8List,
    /// texts
    TextList,
}

/// Under this name the columns that are told say which parameters their question has.
const PARAMETERS: &str = "parameters";

/// Columns without rows, with the types of a question's parameters.
///
/// # Errors
/// When those cannot be told.
pub(crate) fn description(
    columns: &Schema,
    kinds: &[Kind],
) -> Result<SendableRecordBatchStream, DataFusionError> {
    let external = |error| DataFusionError::External(Box::new(error));
    let kinds = serde_json::to_string(kinds).map_err(external)?;
    let mut told = columns.clone();
    told.metadata.insert(PARAMETERS.to_owned(), kinds);
    Ok(Box::pin(EmptyRecordBatchStream::new(Arc::new(told))))
}

/// The types of the parameters that columns tell of.
pub fn parameters(columns: &SchemaRef) -> Vec<Kind> {
    let told = columns.metadata().get(PARAMETERS);
    told.and_then(|told| serde_json::from_str(told).ok()).unwrap_or_default()
}
