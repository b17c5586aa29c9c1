//! What is a client told whose statement has no answer? A state of five signs, as drivers know
//! them, with the place and the fix where they are known.

use pgwire::messages::response::{ErrorResponse, NoticeResponse};

use crate::query::worker::IsolatedError;
use crate::server::problem::Problem;

/// Why a statement has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// the state, as drivers know it
    pub state: &'static str,
    /// what is wrong
    pub message: String,
    /// what would work
    pub hint: Option<String>,
    /// the sign at which it is wrong, counted from 1
    pub position: Option<usize>,
    /// whether the connection ends
    pub is_fatal: bool,
}

impl Fault {
    /// A fault of a state; what stands behind `;` in its text is the fix.
    pub(super) fn new(state: &'static str, text: impl AsRef<str>) -> Self {
        let text = text.as_ref();
        let (message, hint) = match text.split_once("; ") {
            Some((message, hint)) => (message.to_owned(), Some(hint.to_owned())),
            None => (text.to_owned(), None),
        };
        Self { state, message, hint, position: None, is_fatal: false }
    }

    /// One with which the connection ends.
    pub(super) fn fatal(state: &'static str, text: impl AsRef<str>) -> Self {
        Self { is_fatal: true, ..Self::new(state, text) }
    }

    /// Another statement has to come first, or none.
    pub(super) fn unsupported(text: impl AsRef<str>) -> Self {
        Self::new("0A000", text)
    }

    /// The client wanted it to end.
    pub(super) fn canceled() -> Self {
        Self::new("57014", "the statement was canceled, as its client wanted")
    }

    /// Why a question was not answered, with its place in the text.
    pub(super) fn asked(error: &IsolatedError, sql: &str) -> Self {
        let text = error.to_string();
        let state = match error {
            IsolatedError::Refused(text) => state_of_refusal(text),
            IsolatedError::Mistake(text) => state_of_mistake(text),
            IsolatedError::TooLarge { .. } => "53200",
            IsolatedError::TooMuchDisk { .. } => "53100",
            IsolatedError::PlannedTooLong { .. }
            | IsolatedError::TooLong { .. }
            | IsolatedError::NotTaken { .. } => "57014",
            IsolatedError::Busy { .. } => "53300",
            IsolatedError::Unavailable => "58000",
        };
        let position = place(&text).and_then(|(line, column)| position(sql, line, column));
        Self { position, ..Self::new(state, text) }
    }

    fn fields(&self, severity: &str) -> Vec<(u8, String)> {
        let mut fields = vec![
            (b'S', severity.to_owned()),
            (b'V', severity.to_owned()),
            (b'C', self.state.to_owned()),
            (b'M', self.message.clone()),
        ];
        fields.extend(self.hint.as_ref().map(|hint| (b'H', hint.clone())));
        fields.extend(self.position.map(|position| (b'P', position.to_string())));
        fields
    }

    /// The message that tells it.
    pub(super) fn told(&self) -> ErrorResponse {
        let severity = if self.is_fatal { "FATAL" } else { "ERROR" };
        ErrorResponse::new(self.fields(severity))
    }

    /// The message that tells it as a warning.
    pub(super) fn warned(&self) -> NoticeResponse {
        NoticeResponse::new(self.fields("WARNING"))
    }
}

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        let state = match problem.code() {
            "unknown_release" | "retired_release" => "22023",
            "no_release" => "57P03",
            _ => "58000",
        };
        Self::new(state, problem.detail())
    }
}

/// The state of what the gate lets not through.
fn state_of_refusal(text: &str) -> &'static str {
    let statement = text.split_once("is no question").map(|(first, _)| first);
    let Some(word) = statement.and_then(|first| first.split('`').nth(1)) else {
        return match text {
            text if text.starts_with("write one question") => "42601",
            text if text.contains("may not be asked") => "0A000",
            text if text.contains("tells of the server") => "42501",
            _ => "54000",
        };
    };
    const CHANGES: [&str; 12] = [
        "insert", "update", "delete", "merge", "create", "drop", "alter", "truncate", "grant",
        "revoke", "comment", "vacuum",
    ];
    let word = word.to_lowercase();
    match word {
        word if CHANGES.contains(&word.as_str()) => "25006",
        _ => "0A000",
    }
}

/// Parts of what is said of a mistake, with its state; the first that fits counts.
const MISTAKES: [(&[&str], &str); 16] = [
    (&["there is no table"], "42P01"),
    (&["there is no function", "no function matches", "invalid function"], "42883"),
    (&["there is no column", "no field named", "no such column"], "42703"),
    (&["stands in more than one table", "ambiguous"], "42702"),
    (&["divide by zero", "division by zero"], "22012"),
    (&["overflow", "out of range", "too large to store"], "22003"),
    (&["` has no value; write the value"], "42P02"),
    (&["is no parameter", "parameters, and"], "08P01"),
    (&["parsing value", "cannot cast", "cast error", "could not be parsed", "is no "], "22P02"),
    (&["error parsing", "invalid timestamp", "unable to parse"], "22007"),
    (&["syntax error", "unterminated", "expected:", "expected end"], "42601"),
    (&["group by", "must appear in", "aggregate"], "42803"),
    (&["cannot coerce", "type coercion", "incompatible", "cannot infer"], "42804"),
    (&["not supported", "unsupported", "not implemented", "not yet"], "0A000"),
    (&["more than one row", "returned more"], "21000"),
    (&["negative", "invalid argument"], "22000"),
];

fn state_of_mistake(text: &str) -> &'static str {
    let text = text.to_lowercase();
    let known = MISTAKES.iter().find(|(parts, _)| parts.iter().any(|part| text.contains(part)));
    known.map_or("42000", |(_, state)| state)
}

/// Line and column that a text names.
fn place(text: &str) -> Option<(usize, usize)> {
    let text = text.to_lowercase();
    let number = |behind: &str| -> Option<usize> {
        let rest = text.split_once(behind)?.1.trim_start_matches([':', ' ']);
        let digits = rest.split(|sign: char| !sign.is_ascii_digit()).next()?;
        digits.parse().ok()
    };
    Some((number("line")?, number("column")?))
}

/// How many signs stand before a place, and one.
fn position(sql: &str, line: usize, column: usize) -> Option<usize> {
    let before = sql.split('\n').take(line.checked_sub(1)?);
    let before: usize = before.map(|line| line.chars().count() + 1).sum();
    let position = before + column.max(1);
    (position <= sql.chars().count() + 1).then_some(position)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_in_signs() {
        assert_eq!(position("select 1", 1, 8), Some(8));
        assert_eq!(position("é\nab", 2, 2), Some(4));
        assert_eq!(position("a", 3, 1), None);
        assert_eq!(place("expected: x at Line: 2, Column: 7"), Some((2, 7)));
        assert_eq!(place("line 3, column 4: too many"), Some((3, 4)));
        assert_eq!(place("a deadline"), None);
    }

    #[test]
    fn a_fix_is_a_hint() {
        let fault = Fault::new("42P01", "there is no table `x`; write `y`");
        assert_eq!(fault.message, "there is no table `x`");
        assert_eq!(fault.hint.as_deref(), Some("write `y`"));
    }

    #[test]
    fn writes_are_told_apart_from_what_is_not_known() {
        let cases = [
            ("`insert` is no question; data are read only", "25006"),
            ("`DROP` is no question; data are read only", "25006"),
            ("`copy` is no question; data are read only", "0A000"),
            ("write one question; several are asked one after the other", "42601"),
            ("line 1, column 2: more than 32 brackets are open; give", "54000"),
        ];
        for (text, state) in cases {
            assert_eq!(state_of_refusal(text), state, "{text}");
        }
    }
}
