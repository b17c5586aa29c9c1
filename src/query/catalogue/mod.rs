//! What do clients of PostgreSQL find that look for tables, columns and types?
//!
//! A catalogue of its own, made for each question of what whoever asks may see, in memory, and
//! asked with SQLite: it holds names and types, and nothing of the data. Questions about data never
//! come here, and those that come here never touch data.
//!
//! | file | question |
//! | --- | --- |
//! | `tables` | which tables has it? |
//! | `kinds` | which of PostgreSQL's types has a column of the engine? |
//! | `filled` | what stands in its tables? |
//! | `seen` | which tables does a session see? |
//! | `keys` | what tells one row from another? |
//! | `rewrite` | how is a question put into SQLite's words? |
//! | `cast` | what does a cast come to? |
//! | `functions` | what do PostgreSQL's functions come to? |
//! | `matching` | which names does a regular expression mean? |
//! | `shape` | which columns has an answer, and of which types? |
//! | `rows` | how does an answer become a batch? |
//! | [`path`] | in which schemas is a table looked for whose name has none? |

mod cast;
mod filled;
mod functions;
mod keys;
pub mod kinds;
mod matching;
pub mod path;
mod rewrite;
mod rows;
mod seen;
mod shape;
mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::prelude::SessionContext;
use datafusion::sql::sqlparser::ast::{
    DataType, Expr, ObjectName, Query, Statement, Visit, Visitor,
};
use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::parser::Parser;
use serde::{Deserialize, Serialize};

use self::cast::type_name;
use self::rewrite::{last, rewrite, spelled};
use self::tables::{PG, STANDARD};
use super::gate;
use super::worker::manner::{self, Kind, Manner};

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
pub struct Question {
    statement: Statement,
    /// how many parameters it has
    parameters: usize,
    /// whether it asks for columns
    has_columns: bool,
}

/// The question that a text is, where it names nothing but the catalogue.
pub fn read(sql: &str) -> Option<Question> {
    let plain = sql.to_lowercase();
    let words = ["pg_", STANDARD, "current_", "version", "user", "reg", "set_config"];
    if !words.iter().any(|word| plain.contains(word)) || gate::check_text(sql).is_err() {
        return None;
    }
    let mut statements = Parser::parse_sql(&PostgreSqlDialect {}, sql).ok()?;
    let (Some(statement @ Statement::Query(_)), true) = (statements.pop(), statements.is_empty())
    else {
        return None;
    };
    let mut found = Found::default();
    if statement.visit(&mut found).is_break() {
        return None;
    }
    let (own, foreign): (Vec<_>, Vec<_>) =
        found.tables.iter().partition(|name| found.is_of_catalogue(name));
    if !foreign.is_empty() || (own.is_empty() && !found.is_telling) {
        return None;
    }
    let names = ["pg_attribute", "columns", "key_column", "attname", "constraint", "pg_index"];
    let has_columns = names.iter().any(|name| plain.contains(name));
    Some(Question { statement, parameters: found.parameters, has_columns })
}

/// What a statement names.
#[derive(Default)]
struct Found {
    tables: Vec<Vec<String>>,
    named: BTreeSet<String>,
    is_telling: bool,
    parameters: usize,
}

impl Found {
    fn is_of_catalogue(&self, name: &[String]) -> bool {
        match name {
            [table] => {
                self.named.contains(table) || tables::is_known(table) || *table == "pg_get_keywords"
            }
            [schema, _] | [_, schema, _] => *schema == PG || *schema == STANDARD,
            _ => false,
        }
    }
}

impl Visitor for Found {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let named = query.with.iter().flat_map(|with| &with.cte_tables);
        self.named.extend(named.map(|named| spelled(&named.alias.name)));
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        let parts = relation.0.iter().filter_map(|part| part.as_ident());
        let parts: Vec<String> = parts.map(spelled).collect();
        // Lists are of whatever is asked beside them.
        if !matches!(parts.last().map(String::as_str), Some("unnest" | "generate_series")) {
            self.tables.push(parts);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::Function(function) => {
                self.is_telling |= functions::is_telling(&last(&function.name));
            }
            Expr::Cast { data_type, .. } if !matches!(data_type, DataType::Regclass) => {
                self.is_telling |= type_name(data_type).starts_with("reg");
            }
            Expr::Cast { .. } => self.is_telling = true,
            Expr::Value(value) => {
                let text = value.value.to_string();
                let number = text.strip_prefix('$').and_then(|digits| digits.parse().ok());
                self.parameters = self.parameters.max(number.unwrap_or(0));
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

/// What SQLite says, to whoever asked.
fn failed(error: rusqlite::Error) -> DataFusionError {
    let text = match &error {
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        rusqlite::Error::SqliteFailure(_, Some(text)) => text.clone(),
        other => other.to_string(),
    };
    let text = match text.strip_prefix("no such table: ") {
        Some(name) => format!("there is no table `{name}`"),
        None => text,
    };
    DataFusionError::Plan(text)
}

/// Answers a question about the catalogue of what a session sees.
///
/// # Errors
/// When it asks for what is not there, or in words that are not understood.
pub async fn answer(
    session: &SessionContext,
    question: Question,
    manner: &Manner,
) -> Result<SendableRecordBatchStream, DataFusionError> {
    let Question { statement, parameters, has_columns } = question;
    let nothing = Surroundings::default();
    let around = manner.surroundings.as_ref().unwrap_or(&nothing);
    let shapes = shape::shapes(&statement);
    let rewritten = rewrite(statement, around).map_err(DataFusionError::NotImplemented)?;
    let connection = filled::filled(session, around, has_columns).await?;
    let given = manner.is_described || manner.values.len() == parameters;
    if !given {
        return Err(DataFusionError::Plan(format!(
            "the question has {parameters} parameters, and {} values were given",
            manner.values.len()
        )));
    }
    let batch = rows::rows(&connection, &rewritten, shapes, &manner.values)?;
    if manner.is_described {
        let kind = |number: usize| {
            let told = manner.values.get(number).and_then(|given| given.kind);
            let is_list = rewritten.lists.contains(&(number + 1));
            told.unwrap_or(if is_list { Kind::TextList } else { Kind::Text })
        };
        let kinds: Vec<Kind> = (0..parameters).map(kind).collect();
        return manner::description(&batch.schema(), &kinds);
    }
    let rows = futures::stream::iter([Ok(batch.clone())]);
    Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&batch.schema()), rows)))
}
