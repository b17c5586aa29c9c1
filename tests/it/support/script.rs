//! What does a file of SQL questions and answers say?
//!
//! The part of the sqllogictest notation that is used here: `query` with one letter a column, the
//! SQL, `----`, and the rows in order. Whatever else a file holds is an error, so that nothing in
//! it can be passed over.

/// A question with its answer.
pub struct Record {
    /// the line on which it begins
    pub line: usize,
    /// the question
    pub sql: String,
    /// how many columns the answer has
    width: usize,
    /// the rows, their cells apart by one blank
    rows: Vec<String>,
}

impl Record {
    /// How an answer differs from the one written down.
    pub fn differs(&self, width: usize, rows: &[Vec<String>]) -> Option<String> {
        if width != self.width {
            return Some(format!("gives {width} columns, the file says {}", self.width));
        }
        let found: Vec<String> = rows.iter().map(|cells| plain(&cells.join(" "))).collect();
        (found != self.rows)
            .then(|| format!("expected\n{}\nfound\n{}", self.rows.join("\n"), found.join("\n")))
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
        if kinds.is_empty() || !kinds.chars().all(|kind| "TIR".contains(kind)) {
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
        let rows = rows.map(plain).collect();
        records.push(Record { line, sql: sql.join("\n"), width: kinds.len(), rows });
    }
    Ok(records)
}

/// A row with one blank between its parts.
fn plain(row: &str) -> String {
    row.split_whitespace().collect::<Vec<_>>().join(" ")
}
