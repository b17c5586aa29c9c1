//! What do clients of PostgreSQL find that look for tables, columns and types?

pub mod kinds;

use std::collections::BTreeMap;

use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::prelude::SessionContext;
use serde::{Deserialize, Serialize};

use super::worker::manner::Manner;

/// Under this name a column of an answer says which of PostgreSQL's types it has, by number.
pub const KIND: &str = "postgresql_type";

/// What a client of PostgreSQL finds around it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surroundings {
    /// the person
    pub user: String,
    /// the database, as the client calls it
    pub database: String,
    /// the version that is told
    pub version: String,
    /// its settings
    pub settings: BTreeMap<String, String>,
    /// what tables mean, where that is asked
    pub meanings: Vec<Meaning>,
}

/// What a table and its columns mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meaning {
    /// the schema
    pub schema: String,
    /// the table
    pub table: String,
    /// what it means
    pub text: String,
    /// the columns of which no two rows have the same values
    pub key: Vec<String>,
    /// of columns what they mean
    pub columns: Vec<(String, String)>,
}

/// A question about the catalogue.
#[derive(Debug, Clone)]
pub struct Question {}

/// The question that a text is, where it names nothing but the catalogue.
pub fn read(_sql: &str) -> Option<Question> {
    None
}

/// Answers a question about the catalogue of what a session sees.
///
/// # Errors
/// When it cannot be answered.
pub async fn answer(
    _session: &SessionContext,
    _question: Question,
    _manner: &Manner,
) -> Result<SendableRecordBatchStream, DataFusionError> {
    Err(DataFusionError::NotImplemented("the catalogue is not there".to_owned()))
}
