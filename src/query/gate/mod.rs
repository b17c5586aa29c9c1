//! Which questions may be planned at all? Judged on text and words first, then on the statement.
//!
//! Planning runs before any limit of memory, rows or disk counts, and it walks a question as a
//! tree: one of fifty thousand terms overflows the stack, and a few names that each stand twice
//! for the one before make a plan that no memory holds. So what a question may be is decided here,
//! without recursion as long as its depth is unknown.
//!
//! - [`limits`]: how much is let through, and why so much
//! - `tokens`: size, words, operators, nesting and steps, counted in one pass
//! - `statement`: one question; what its names stand for; groupings; functions
//! - [`functions`]: the functions that a question may call
//! - `error`: what is told

mod error;
pub mod functions;
pub mod limits;
mod statement;
mod tokens;

use datafusion::error::DataFusionError;
use datafusion::sql::parser::{DFParserBuilder, Statement};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::ParserError;

use crate::engine::mistake::told;

pub use error::{GateError, Place};

/// Judges the text alone, without recursion and without parsing: cheap enough for a process that
/// must not fall.
///
/// # Errors
/// The first limit that the text exceeds.
pub fn check_text(sql: &str) -> Result<(), GateError> {
    tokens::read(sql).map(drop)
}

/// Judges text and statement, and gives the statement. Parsing goes as deep as the question, so
/// this belongs where a fall does no harm.
///
/// # Errors
/// The first limit that the question exceeds, or its first mistake.
pub fn check(sql: &str) -> Result<Statement, GateError> {
    let tokens = tokens::read(sql)?;
    let parser = DFParserBuilder::new(tokens).with_dialect(&GenericDialect {}).build();
    let statements = parser.and_then(|mut parser| parser.parse_statements());
    let mut statements = statements.map_err(|cause| unread(&cause))?;
    let (Some(statement), true) = (statements.pop_front(), statements.is_empty()) else {
        return Err(GateError::NotOne);
    };
    statement::check(&statement, sql)?;
    Ok(statement)
}

/// What the parser says.
fn unread(cause: &DataFusionError) -> GateError {
    match cause.find_root() {
        DataFusionError::SQL(cause, _)
            if matches!(cause.as_ref(), ParserError::RecursionLimitExceeded) =>
        {
            GateError::TooDeep
        }
        _ => GateError::Syntax(told(cause)),
    }
}
