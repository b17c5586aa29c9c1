//! Which statements does the session itself answer, and which are questions?

use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

use super::fault::Fault;
use crate::query::gate::limits::TEXT_BYTES_MAX;

/// What a statement asks of the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    /// begins a transaction
    Begin,
    /// ends it
    Commit,
    /// ends it and takes its settings back
    Rollback,
    /// a point within a transaction, which there is no need for; the tag that is answered
    Savepoint(&'static str),
    /// back to such a point
    RollbackTo,
    /// sets a setting
    Set {
        /// its name
        name: String,
        /// its value; what it was at first where absent
        value: Option<String>,
    },
    /// a setting of transactions, all of which are alike here
    SetTransaction,
    /// a setting, or all, back to the first
    Reset(Option<String>),
    /// tells a setting
    Show(String),
    /// tells all
    ShowAll,
    /// forgets all of the session
    DiscardAll,
    /// forgets a prepared statement, or all
    Deallocate(Option<String>),
    /// forgets a portal, or all
    Close(Option<String>),
    /// nothing to be done; the tag that is answered
    Nothing(&'static str),
    /// names a question's answer, to be fetched in parts
    Declare {
        /// the cursor's name
        name: String,
        /// the question
        question: String,
    },
    /// fetches a part
    Fetch {
        /// the cursor's name
        name: String,
        /// how many rows; all where absent
        rows: Option<usize>,
        /// whether the rows are only passed over
        is_moved: bool,
    },
}

/// The statements of a text, without the `;` between them. What is no SQL stays whole; the gate
/// says what is wrong with it.
pub(super) fn split(sql: &str) -> Vec<&str> {
    let Some(words) = words(sql) else { return vec![sql] };
    let mut places = places(sql, &words);
    places.push(sql.len());
    let mut begin = 0;
    let mut statements = Vec::new();
    for end in places {
        let statement = sql.get(begin..end).unwrap_or_default();
        if !is_empty(statement) {
            statements.push(statement);
        }
        begin = end + 1;
    }
    statements
}

/// Whether there is nothing but blanks and remarks.
pub(super) fn is_empty(sql: &str) -> bool {
    sql.trim().is_empty() || words(sql).is_some_and(|words| words.iter().all(is_blank))
}

fn is_blank(word: &TokenWithSpan) -> bool {
    matches!(word.token, Token::Whitespace(_) | Token::SemiColon | Token::EOF)
}

fn words(sql: &str) -> Option<Vec<TokenWithSpan>> {
    if sql.len() > TEXT_BYTES_MAX {
        return None;
    }
    Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize_with_location().ok()
}

/// The bytes at which a `;` stands.
fn places(sql: &str, words: &[TokenWithSpan]) -> Vec<usize> {
    let ends = words.iter().filter(|word| word.token == Token::SemiColon);
    let mut wanted = ends.map(|word| (word.span.start.line, word.span.start.column)).peekable();
    let (mut line, mut column) = (1, 1);
    let mut found = Vec::new();
    for (at, sign) in sql.char_indices() {
        if wanted.next_if_eq(&(line, column)).is_some() {
            found.push(at);
        }
        match sign {
            '\n' => (line, column) = (line + 1, 1),
            _ => column += 1,
        }
    }
    found
}

/// The words of a statement that may be a command.
struct Words<'a> {
    all: Vec<&'a TokenWithSpan>,
    at: usize,
}

impl Words<'_> {
    fn peek(&self) -> Option<&Token> {
        self.all.get(self.at).map(|word| &word.token)
    }

    /// Takes a word if it is the one named.
    fn takes(&mut self, name: &str) -> bool {
        let is_it = matches!(self.peek(), Some(Token::Word(word))
            if word.quote_style.is_none() && word.value.eq_ignore_ascii_case(name));
        self.at += usize::from(is_it);
        is_it
    }

    /// Takes any word or value, without its quotes.
    fn any(&mut self) -> Option<String> {
        let text = match self.peek()? {
            Token::Word(word) => match word.quote_style {
                Some(_) => word.value.clone(),
                None => word.value.to_lowercase(),
            },
            Token::Number(digits, _) => digits.clone(),
            Token::SingleQuotedString(text) | Token::EscapedStringLiteral(text) => text.clone(),
            _ => return None,
        };
        self.at += 1;
        Some(text)
    }

    fn takes_sign(&mut self, sign: &Token) -> bool {
        let is_it = self.peek() == Some(sign);
        self.at += usize::from(is_it);
        is_it
    }

    /// A name with its parts.
    fn name(&mut self) -> Option<String> {
        let mut name = self.any()?;
        while self.takes_sign(&Token::Period) {
            name = format!("{name}.{}", self.any()?);
        }
        Some(name)
    }

    fn is_over(&self) -> bool {
        self.at >= self.all.len()
    }

    /// Where the rest stands.
    fn rest(&self, sql: &str) -> Option<usize> {
        let start = self.all.get(self.at)?.span.start;
        let mut place = (1, 1);
        sql.char_indices().find_map(|(at, sign)| {
            let is_it = place == (start.line, start.column);
            place = if sign == '\n' { (place.0 + 1, 1) } else { (place.0, place.1 + 1) };
            is_it.then_some(at)
        })
    }
}

/// The command that a statement is; nothing where it is a question.
pub(super) fn read(sql: &str) -> Result<Option<Command>, Fault> {
    let Some(tokens) = words(sql) else { return Ok(None) };
    let all = tokens.iter().filter(|word| !is_blank(word)).collect();
    let mut words = Words { all, at: 0 };
    let Some(first) = words.any() else { return Ok(None) };
    let wrong = || Fault::new("42601", format!("`{first}` is followed by what it does not have"));
    let command = match first.as_str() {
        "begin" => Command::Begin,
        "start" => Command::Begin,
        "commit" | "end" => Command::Commit,
        "abort" => Command::Rollback,
        "rollback" => rollback(&mut words),
        "savepoint" => Command::Savepoint("SAVEPOINT"),
        "release" => Command::Savepoint("RELEASE"),
        "set" => return set(&mut words).ok_or_else(wrong).map(Some),
        "reset" => {
            let name = words.name().ok_or_else(wrong)?;
            Command::Reset((name != "all").then_some(name))
        }
        "show" => match show(&mut words) {
            Some(command) => command,
            // `show tables` and `show columns` are questions.
            None => return Ok(None),
        },
        "discard" if words.takes("all") => Command::DiscardAll,
        "discard" => Command::Nothing("DISCARD"),
        "deallocate" => {
            words.takes("prepare");
            let name = words.name().ok_or_else(wrong)?;
            Command::Deallocate((name != "all").then_some(name))
        }
        "close" => {
            let name = words.name().ok_or_else(wrong)?;
            Command::Close((name != "all").then_some(name))
        }
        "unlisten" => return Ok(Some(Command::Nothing("UNLISTEN"))),
        "copy" => {
            return Err(Fault::unsupported(
                "copy is not answered; ask with select, and let the client write the rows to its \
                 file (psql: \\o FILE)",
            ));
        }
        "declare" => return declare(&mut words, sql).ok_or_else(wrong).map(Some),
        "fetch" | "move" => {
            return fetch(&mut words, first == "move").ok_or_else(unscrolled).map(Some);
        }
        _ => return Ok(None),
    };
    Ok(Some(command))
}

fn unscrolled() -> Fault {
    Fault::unsupported("a cursor only goes forward; write fetch 100 from name, or fetch all")
}

fn rollback(words: &mut Words<'_>) -> Command {
    let _ = words.takes("work") || words.takes("transaction");
    if words.takes("to") { Command::RollbackTo } else { Command::Rollback }
}

fn set(words: &mut Words<'_>) -> Option<Command> {
    let _ = words.takes("session") || words.takes("local");
    if words.takes("transaction") || words.takes("characteristics") {
        return Some(Command::SetTransaction);
    }
    let name = match words.takes("time") {
        true => {
            words.takes("zone").then_some(())?;
            "timezone".to_owned()
        }
        false if words.takes("names") => "client_encoding".to_owned(),
        false => {
            let name = words.name()?;
            (words.takes("to") || words.takes_sign(&Token::Eq)).then_some(())?;
            name
        }
    };
    if words.takes("default") {
        return Some(Command::Set { name, value: None });
    }
    let mut value = String::new();
    if words.takes_sign(&Token::Minus) {
        value.push('-');
    }
    value.push_str(&words.any()?);
    while words.takes_sign(&Token::Comma) {
        value = format!("{value}, {}", words.any()?);
    }
    words.is_over().then_some(Command::Set { name, value: Some(value) })
}

fn show(words: &mut Words<'_>) -> Option<Command> {
    if words.takes("all") {
        return Some(Command::ShowAll);
    }
    if words.takes("transaction") {
        words.takes("isolation");
        words.takes("level");
        return Some(Command::Show("transaction_isolation".to_owned()));
    }
    if words.takes("time") {
        return Some(Command::Show("timezone".to_owned()));
    }
    if words.takes("session") {
        return Some(Command::Show("session_authorization".to_owned()));
    }
    let name = words.name()?;
    let is_question =
        ["tables", "columns", "functions", "databases", "schemas"].contains(&name.as_str());
    (!is_question && words.is_over()).then_some(Command::Show(name))
}

fn declare(words: &mut Words<'_>, sql: &str) -> Option<Command> {
    let name = words.any()?;
    while !words.takes("cursor") {
        let known = ["binary", "insensitive", "asensitive", "no", "scroll"];
        known.contains(&words.any()?.as_str()).then_some(())?;
    }
    while !words.takes("for") {
        ["with", "without", "hold"].contains(&words.any()?.as_str()).then_some(())?;
    }
    Some(Command::Declare { name, question: sql.get(words.rest(sql)?..)?.to_owned() })
}

fn fetch(words: &mut Words<'_>, is_moved: bool) -> Option<Command> {
    let mut rows = Some(1);
    let is_named = |words: &mut Words<'_>| words.takes("from") || words.takes("in");
    if !is_named(words) {
        let mut word = words.any()?;
        if word == "forward" && !is_named(words) {
            word = words.any()?;
        }
        match word.as_str() {
            "forward" | "next" => {}
            "all" => rows = None,
            digits => match digits.parse() {
                Ok(count) => rows = Some(count),
                // A name alone.
                Err(_) if words.is_over() => {
                    return Some(Command::Fetch { name: word, rows, is_moved });
                }
                Err(_) => return None,
            },
        }
        is_named(words);
    }
    let name = words.any()?;
    words.is_over().then_some(Command::Fetch { name, rows, is_moved })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_where_statements_end() {
        let cases: [(&str, &[&str]); 7] = [
            ("select 1", &["select 1"]),
            ("select ';é'; select 2 -- ;\n; ", &["select ';é'", " select 2 -- ;\n"]),
            (";;", &[]),
            ("", &[]),
            ("-- nothing\n", &[]),
            ("select $$;$$;select \";\"", &["select $$;$$", "select \";\""]),
            ("select 'open", &["select 'open"]),
        ];
        for (sql, expected) in cases {
            assert_eq!(split(sql), expected, "{sql}");
        }
    }

    #[test]
    fn commands_are_told_from_questions() {
        let set = |name: &str, value: &str| Command::Set {
            name: name.to_owned(),
            value: Some(value.to_owned()),
        };
        let cases = [
            ("select 1", None),
            ("show tables", None),
            ("with begin as (select 1) select 1", None),
            ("/* x */ BEGIN READ ONLY", Some(Command::Begin)),
            ("start transaction isolation level serializable", Some(Command::Begin)),
            ("rollback to savepoint a", Some(Command::RollbackTo)),
            ("ROLLBACK", Some(Command::Rollback)),
            ("set patron.as_of = '41'", Some(set("patron.as_of", "41"))),
            ("SET session DateStyle TO ISO, MDY", Some(set("datestyle", "iso, mdy"))),
            ("set time zone 'UTC'", Some(set("timezone", "UTC"))),
            ("set session characteristics as transaction read only", Some(Command::SetTransaction)),
            ("reset all", Some(Command::Reset(None))),
            ("show patron.release", Some(Command::Show("patron.release".to_owned()))),
            (
                "declare c cursor without hold for select 1",
                Some(Command::Declare { name: "c".to_owned(), question: "select 1".to_owned() }),
            ),
            (
                "fetch forward 5 from \"C\"",
                Some(Command::Fetch { name: "C".to_owned(), rows: Some(5), is_moved: false }),
            ),
        ];
        for (sql, expected) in cases {
            assert_eq!(read(sql).unwrap(), expected, "{sql}");
        }
        assert!(read("set x").is_err());
        assert!(read("fetch backward 1 from c").is_err());
    }
}
