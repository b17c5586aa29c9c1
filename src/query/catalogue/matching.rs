//! Which names does a regular expression mean? SQLite has no such expressions of its own.

use regex::{Regex, RegexBuilder};
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::{Connection, Error};

/// The function's name: of a text, an expression, and `i` where small and large letters are alike.
pub(super) const MATCHES: &str = "_matches";
/// Bytes of memory that an expression may take when it is read.
const BYTES_MAX: usize = 1 << 20;

/// Makes the function known to a catalogue.
pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_scalar_function(MATCHES, 3, flags, matches)
}

fn matches(context: &Context<'_>) -> rusqlite::Result<Option<bool>> {
    let (text, pattern) = (context.get::<Option<String>>(0)?, context.get::<Option<String>>(1)?);
    let (Some(text), Some(pattern)) = (text, pattern) else { return Ok(None) };
    let is_insensitive = context.get::<String>(2)? == "i";
    let found = || -> Result<Regex, Box<dyn std::error::Error + Send + Sync>> {
        let mut builder = RegexBuilder::new(&pattern);
        let read = builder.case_insensitive(is_insensitive).size_limit(BYTES_MAX).build();
        read.map_err(|_| format!("`{pattern}` is not understood as a regular expression").into())
    };
    // An expression that stands in the question is read once.
    match context.get_or_create_aux(1, |_| found()) {
        Ok(expression) => Ok(Some(expression.is_match(&text))),
        Err(error) => Err(Error::UserFunctionError(error.to_string().into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_mean_what_they_mean_in_postgresql() {
        let connection = Connection::open_in_memory().unwrap();
        register(&connection).unwrap();
        let cases = [
            ("orders", "^(orders)$", "", Some(true)),
            ("order_lines", "^(orders)$", "", Some(false)),
            ("order_lines", "^(order.*)$", "", Some(true)),
            ("pg_class", "^information_schema|catalog_history|pg_", "", Some(true)),
            ("Orders", "^orders$", "", Some(false)),
            ("Orders", "^orders$", "i", Some(true)),
            ("a.b", r"^a\.b$", "", Some(true)),
        ];
        for (text, pattern, how, expected) in cases {
            let asked = [text, pattern, how];
            let found: Option<bool> = connection
                .query_row("select _matches(?1, ?2, ?3)", asked, |row| row.get(0))
                .unwrap();
            assert_eq!(found, expected, "{asked:?}");
        }
        let sql = "select _matches(null, 'a', ''), _matches('a', null, '')";
        let found: (Option<bool>, Option<bool>) =
            connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!(found, (None, None));
        let error =
            connection.query_row("select _matches('a', '(', '')", [], |_| Ok(())).unwrap_err();
        assert!(error.to_string().contains("`(` is not understood"), "{error}");
    }
}
