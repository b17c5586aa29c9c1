//! What does somebody read whose question the engine refuses?
//!
//! The engine names the parts of itself that gave up, and of a column that is not there lists all
//! others. People are told what is wrong with the question and what would work, in the same words
//! wherever they ask. Nothing is told that the engine does not tell: its words are only cut and
//! followed by the fix, whatever rows there are.

use datafusion::arrow::error::ArrowError;
use datafusion::common::{Column, SchemaError};
use datafusion::error::DataFusionError;

use super::near::near;

/// How the engine begins what its parts say.
const PARTS: [&str; 15] = [
    "Error during planning: ",
    "Execution error: ",
    "Schema error: ",
    "Arrow error: ",
    "External error: ",
    "SQL error: ",
    "This feature is not implemented: ",
    "Invalid or Unsupported Configuration: ",
    "Cast error: ",
    "Parser error: ",
    "Compute error: ",
    "Invalid argument error: ",
    "Arithmetic overflow: ",
    "Not yet implemented: ",
    "sql parser error: ",
];

/// How many ways of calling a function a message shows.
const SHOWN: usize = 3;

/// What is told of an error of the engine.
pub fn told(error: &DataFusionError) -> String {
    match error.find_root() {
        DataFusionError::SQL(cause, _) => plain(&cause.to_string()),
        DataFusionError::SchemaError(cause, _) => of_columns(cause),
        DataFusionError::ArrowError(cause, _) => of_values(cause),
        DataFusionError::NotImplemented(text) => unsupported(text),
        root @ DataFusionError::Execution(text) => match placeholder(text) {
            Some(name) => no_value(name),
            None => plain(&root.strip_backtrace()),
        },
        DataFusionError::Internal(_) => {
            "the engine finds no way to answer this; write the question another way".to_owned()
        }
        root @ DataFusionError::Plan(_) => of_plans(&root.strip_backtrace()),
        root @ (DataFusionError::Configuration(_) | DataFusionError::External(_)) => {
            plain(&root.strip_backtrace())
        }
        _ => error.strip_backtrace(),
    }
}

/// What is told of a parameter that nobody gives a value.
pub fn no_value(name: &str) -> String {
    format!(
        "`{name}` has no value; write the value itself, since only statements that a driver of \
         PostgreSQL prepares take parameters"
    )
}

/// The parameter that the engine misses a value of.
fn placeholder(text: &str) -> Option<&str> {
    let name = text.strip_prefix("Placeholder '")?;
    Some(name.split_once("' was not provided a value")?.0)
}

/// What is told of a question that has no plan.
fn of_plans(text: &str) -> String {
    if let Some((_, call)) =
        text.split_once("No function matches the given name and argument types '")
        && let Some((call, rest)) = call.split_once('\'')
    {
        let known = rest.split_once("Candidate functions:").map_or("", |(_, known)| known);
        let known: Vec<&str> = known.lines().map(str::trim).filter(|one| !one.is_empty()).collect();
        let known: Vec<String> = known.iter().take(SHOWN).map(|one| format!("`{one}`")).collect();
        return format!("no function matches `{call}`; there is {}", known.join(", "));
    }
    let ungrouped = text.split_once("must appear in the GROUP BY clause");
    if let Some(column) = ungrouped.and_then(|(before, _)| before.rsplit('"').nth(1)) {
        return format!(
            "`{column}` stands neither in `group by` nor in an aggregate; add it to `group by`, or \
             take its `min` or `max`"
        );
    }
    plain(text)
}

/// The first line of a text, without the parts of the engine that it came through, in our spelling.
fn plain(text: &str) -> String {
    let text = PARTS.iter().fold(text.to_owned(), |text, part| text.replace(part, ""));
    lowered(text.trim().lines().next().unwrap_or_default().trim_end_matches('.'))
}

/// A text that begins with a small letter, except where its first word is a name or code.
fn lowered(text: &str) -> String {
    let mut signs = text.chars();
    match (signs.next(), signs.next()) {
        (Some(first), Some(second)) if first.is_ascii_uppercase() && !second.is_uppercase() => {
            format!("{}{second}{}", first.to_ascii_lowercase(), signs.as_str())
        }
        _ => text.to_owned(),
    }
}

fn unsupported(text: &str) -> String {
    let text = plain(text);
    let is_said = ["support", "implement"].iter().any(|word| text.contains(word));
    let said = if is_said { "" } else { ": not supported" };
    format!("{text}{said}; write it another way")
}

/// What is told of values that cannot be computed.
fn of_values(cause: &ArrowError) -> String {
    match cause {
        ArrowError::DivideByZero => {
            "division by zero; write `nullif(x, 0)` for what it is divided by".to_owned()
        }
        ArrowError::CastError(text) | ArrowError::ParseError(text) => {
            let text = plain(text);
            format!("{text}; `try_cast(x as type)` is null where a value does not fit")
        }
        ArrowError::ArithmeticOverflow(text) => {
            format!("{}; cast to a wider type before computing", plain(text))
        }
        ArrowError::NotYetImplemented(text) => unsupported(text),
        ArrowError::ComputeError(text)
        | ArrowError::InvalidArgumentError(text)
        | ArrowError::SchemaError(text) => plain(text),
        ArrowError::ExternalError(cause) => plain(&cause.to_string()),
        other => plain(&other.to_string()),
    }
}

/// What is told of columns that are not found, or found twice.
fn of_columns(cause: &SchemaError) -> String {
    match cause {
        SchemaError::FieldNotFound { field, valid_fields } => {
            format!("there is no column `{}`{}", field.flat_name(), meant(field, valid_fields))
        }
        SchemaError::AmbiguousReference { field } => {
            let name = &field.name;
            format!(
                "column `{name}` stands in more than one table; write whose it is, as in \
                 `t.{name}`"
            )
        }
        SchemaError::DuplicateQualifiedField { name, .. }
        | SchemaError::DuplicateUnqualifiedField { name } => {
            format!("column `{name}` occurs twice; give one of them another name with `as`")
        }
    }
}

/// What to write instead of a column that is not there.
fn meant(wanted: &Column, known: &[Column]) -> String {
    let of_table = |column: &&Column| column.relation == wanted.relation;
    let named = known.iter().filter(of_table).count() > 0 && wanted.relation.is_some();
    let known = known.iter().filter(|column| !named || of_table(column));
    let is_whole = wanted.relation.is_some();
    let spelt = |column: &Column| match is_whole {
        true => column.quoted_flat_name(),
        false => Column::new_unqualified(column.name.clone()).quoted_flat_name(),
    };
    let mut names: Vec<String> = Vec::new();
    for column in known {
        if column.name.eq_ignore_ascii_case(&wanted.name) {
            return format!("; write `{}`", spelt(column));
        }
        let name = spelt(column);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let hint = near(&wanted.flat_name(), names);
    match hint.is_empty() {
        false => hint,
        true if !is_whole && wanted.quoted_flat_name() != wanted.flat_name() => {
            format!("; a text is written '{}'", wanted.name)
        }
        true => "; `describe` with the name of a table lists its columns".to_owned(),
    }
}
