//! On which line of a file is what the engine refuses?

use datafusion::error::DataFusionError;

use super::ModelError;
use super::files::ModelFile;

/// What the engine says of a body, with the line that it means.
pub(super) fn refused(file: &ModelFile, error: &DataFusionError) -> ModelError {
    let by_span = error.diagnostic().and_then(|diagnostic| {
        let line = usize::try_from(diagnostic.span?.start.line).ok()?;
        Some((line, diagnostic.message.clone()))
    });
    let text = error.strip_backtrace();
    let (line, message) = by_span.unwrap_or_else(|| (line_in(&text).unwrap_or(1), text.clone()));
    // The diagnostic says what, the error says which columns there are.
    let message = if text.contains(&message) { text } else { format!("{message}: {text}") };
    let first = message.lines().next().unwrap_or_default().to_owned();
    ModelError::Wrong { place: file.place.clone(), line: line.max(1), message: first }
}

/// The line that the parser names: `... at Line: 3, Column: 5`.
fn line_in(text: &str) -> Option<usize> {
    let (_, rest) = text.split_once("Line: ")?;
    rest.split(',').next()?.trim().parse().ok()
}
