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
    let (line, message) = by_span.unwrap_or_else(|| (told_or_near(file, &text), text.clone()));
    // The diagnostic says what, the error says which columns there are.
    let message = if text.contains(&message) { text } else { format!("{message}: {text}") };
    let first = message.lines().next().unwrap_or_default().to_owned();
    ModelError::Wrong { place: file.place.clone(), line: line.max(1), message: first }
}

/// The line that the parser names; where it found the end instead of something, the last one that
/// says anything, and else where the query begins.
fn told_or_near(file: &ModelFile, text: &str) -> usize {
    line_in(text).unwrap_or_else(|| {
        let body = file.body();
        let begun = file.text.find(body).and_then(|at| file.text.get(..at)).unwrap_or_default();
        let first = begun.matches('\n').count() + 1;
        let is_at_end = text.contains("found: EOF");
        if is_at_end { first + body.matches('\n').count() } else { first }
    })
}

/// The line that the parser names: `... at Line: 3, Column: 5`.
fn line_in(text: &str) -> Option<usize> {
    let (_, rest) = text.split_once("Line: ")?;
    rest.split(',').next()?.trim().parse().ok()
}
