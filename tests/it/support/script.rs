//! What does a file of SQL questions and answers say?
//!
//! The part of the sqllogictest notation that is used here: `query` with one letter a column, the
//! SQL, `----`, and the rows in order; or `statement error`, the SQL, `----`, and words of the
//! message. Whatever else a file holds is an error, so that nothing in it can be passed over.

/// A question with its answer.
pub struct Record {
    /// the line on which it begins
    pub line: usize,
    /// the question
    pub sql: String,
    /// how many columns the answer has; nothing where it is an error
    width: Option<usize>,
    /// the rows, their cells apart by one blank, or words of the error
    rows: Vec<String>,
}

/// The first line of a question that must be refused.
const REFUSED: &str = "statement error";

impl Record {
    /// How an answer differs from the one written down.
    pub fn differs(&self, width: usize, rows: &[Vec<String>]) -> Option<String> {
        let Some(wanted) = self.width else {
            return Some(format!("gives an answer, not the error `{}`", self.rows.join(" ")));
        };
        if width != wanted {
            return Some(format!("gives {width} columns, the file says {wanted}"));
        }
        let found: Vec<String> = rows.iter().map(|cells| plain(&cells.join(" "))).collect();
        (found != self.rows)
            .then(|| format!("expected\n{}\nfound\n{}", self.rows.join("\n"), found.join("\n")))
    }

    /// What is wrong with an error: that it is none of this question, or has other words.
    pub fn objects(&self, error: &str) -> Option<String> {
        let words = self.rows.join(" ");
        let is_meant = self.width.is_none() && plain(error).contains(&words);
        (!is_meant).then(|| error.to_owned())
    }
}

/// Reads a script; an error begins with its line.
pub fn read(text: &str) -> Result<Vec<Record>, String> {
    let mut records = Vec::new();
    let mut lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim_end()));
    while let Some((line, first)) = lines.next() {
        if first.is_empty() || first.starts_with('#') {
            continue;
        }
        let kinds = first.strip_prefix("query ").unwrap_or_default();
        let is_refused = first == REFUSED;
        if !is_refused && (kinds.is_empty() || !kinds.chars().all(|kind| "TIR".contains(kind))) {
            return Err(format!("{line}: `{first}` is not `query` with a letter a column"));
        }
        let mut sql = Vec::new();
        loop {
            match lines.next() {
                Some((_, "----")) => break,
                Some((_, part)) => sql.push(part),
                None => return Err(format!("{line}: the question has no `----` and no answer")),
            }
        }
        let rows = lines.by_ref().map(|(_, row)| row).take_while(|row| !row.is_empty());
        let rows: Vec<String> = rows.map(plain).collect();
        if is_refused && rows.is_empty() {
            return Err(format!("{line}: `{REFUSED}` says no words of the error"));
        }
        let width = (!is_refused).then_some(kinds.len());
        records.push(Record { line, sql: sql.join("\n"), width, rows });
    }
    Ok(records)
}

/// A row with one blank between its parts.
fn plain(row: &str) -> String {
    row.split_whitespace().collect::<Vec<_>>().join(" ")
}
