//! What does the head of a SQL file say?

use serde::Deserialize;

use super::ModelError;

const OPENING: &str = "/*---";
const CLOSING: &str = "---*/";

/// The TOML block inside the leading comment of a SQL file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// what a row of the table is
    pub description: String,
    /// the columns that tell one row from another; empty where nothing does
    pub grain: Vec<String>,
}

/// Reads the head of a SQL file; `place` names the file in messages.
///
/// # Errors
/// When there is none, or it is not what a head may be, with its line.
pub fn read(place: &str, text: &str) -> Result<Head, ModelError> {
    let no_head = || ModelError::NoHead { place: place.to_owned() };
    let blank = text.len() - text.trim_start().len();
    let start = blank + OPENING.len();
    let inner = text.trim_start().strip_prefix(OPENING).ok_or_else(no_head)?;
    let end = inner.find(CLOSING).ok_or_else(no_head)?;
    let wrong = |offset: usize, message: String| {
        let before = text.as_bytes().iter().take(start + offset);
        let line = before.filter(|byte| **byte == b'\n').count() + 1;
        ModelError::Head { place: place.to_owned(), line, message }
    };
    let block = inner.get(..end).unwrap_or_default();
    let head: Head = toml::from_str(block).map_err(|error| {
        wrong(error.span().map_or(0, |span| span.start), error.message().to_owned())
    })?;
    if head.description.trim().is_empty() {
        return Err(wrong(0, "description is empty; say what a row is".to_owned()));
    }
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read() {
        let text =
            "/*---\ndescription = \"A row a day.\"\ngrain = [\"day\"]\n---*/\nselect 1 as day\n";
        let head = read("sql/a.sql", text).unwrap();
        assert_eq!(head.description, "A row a day.");
        assert_eq!(head.grain, ["day"]);
    }

    #[test]
    fn mistakes_name_their_line() {
        let cases = [
            ("select 1", "sql/a.sql:1: has no head"),
            ("/*---\ndescription = \"x\"\n", "sql/a.sql:1: has no head"),
            ("/*---\ndescription = \"x\"\ngrain = 3\n---*/", "sql/a.sql:3: "),
            (
                "\n/*---\ndescription = \"x\"\ngrane = []\n---*/",
                "sql/a.sql:4: unknown field `grane`",
            ),
            ("/*---\ndescription = \" \"\ngrain = []\n---*/", "sql/a.sql:1: description is empty"),
        ];
        for (text, expected) in cases {
            let message = read("sql/a.sql", text).unwrap_err().to_string();
            assert!(message.starts_with(expected), "{text}: {message}");
        }
    }
}
