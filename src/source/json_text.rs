//! Where do the members of a JSON object lie in its text?
//!
//! The text is known to be valid JSON, because `serde_json` has gone over it; here only places are
//! found, so that a number keeps every digit that was written and never becomes a float.

use std::borrow::Cow;

/// A value's text, told by its first byte.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    Null,
    Boolean(bool),
    Number(&'a str),
    Text(Cow<'a, str>),
    /// an object or an array
    Nested(&'a str),
}

impl<'a> Value<'a> {
    /// The value whose text is `text`; `None` for a string that is no Unicode text.
    pub fn new(text: &'a str) -> Option<Self> {
        Some(match text.as_bytes().first()? {
            b'n' => Self::Null,
            b't' => Self::Boolean(true),
            b'f' => Self::Boolean(false),
            b'"' => Self::Text(unescaped(text)?),
            b'{' | b'[' => Self::Nested(text),
            _ => Self::Number(text),
        })
    }
}

/// The text between the quotes of a JSON string.
fn unescaped(text: &str) -> Option<Cow<'_, str>> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        return Some(Cow::Borrowed(inner));
    }
    serde_json::from_str(text).ok().map(Cow::Owned)
}

/// Calls `member` with every key of the object and the text of its value. A key that is no Unicode
/// text, as a lone surrogate makes it, comes as `None`.
pub(super) fn members<'a>(object: &'a str, mut member: impl FnMut(Option<Cow<'a, str>>, &'a str)) {
    let bytes = object.as_bytes();
    let mut at = skip_blanks(bytes, skip_blanks(bytes, 0) + 1);
    while bytes.get(at) == Some(&b'"') {
        let key_end = value_end(bytes, at);
        let value = skip_blanks(bytes, skip_blanks(bytes, key_end) + 1);
        let end = value_end(bytes, value);
        member(unescaped(&object[at..key_end]), &object[value..end]);
        // Behind a comma the next key follows, behind a brace nothing that is a quote.
        at = skip_blanks(bytes, end);
        if bytes.get(at) == Some(&b',') {
            at = skip_blanks(bytes, at + 1);
        }
    }
}

fn skip_blanks(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|byte| b" \t\r\n".contains(byte)) {
        at += 1;
    }
    at
}

/// Just behind the value that begins at `at`.
fn value_end(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at) {
        Some(b'"') => string_end(bytes, at),
        Some(b'{' | b'[') => {
            let mut depth = 0_usize;
            let mut at = at;
            while let Some(byte) = bytes.get(at) {
                match byte {
                    b'"' => {
                        at = string_end(bytes, at);
                        continue;
                    }
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => depth -= 1,
                    _ => {}
                }
                at += 1;
                if depth == 0 {
                    break;
                }
            }
            at
        }
        _ => {
            let length = bytes.get(at..).unwrap_or_default().iter();
            at + length.take_while(|byte| !b",]} \t\r\n".contains(byte)).count()
        }
    }
}

/// Just behind the closing quote of the string that begins at `at`.
fn string_end(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while let Some(length) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += length;
        if bytes[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    bytes.len()
}

/// A JSON text without the blanks between its parts.
pub(super) fn compact(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut compact = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'"' => string_end(bytes, at),
            byte if b" \t\r\n".contains(&byte) => {
                at += 1;
                continue;
            }
            _ => {
                let rest = bytes[at..].iter();
                at + rest.take_while(|byte| !b"\" \t\r\n".contains(byte)).count()
            }
        };
        compact.push_str(&text[at..end]);
        at = end;
    }
    compact
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_where_they_lie() {
        let object =
            r#" { "a" : 1.50 , "b\n":"x\"}", "c":{"d":[1,{"e":"]"}]} ,"f":[ ], "g":null,"h":-0e5}"#;
        let mut found = Vec::new();
        members(object, |key, value| {
            found.push((key.unwrap().into_owned(), value));
        });
        let expected = [
            ("a", "1.50"),
            ("b\n", r#""x\"}""#),
            ("c", r#"{"d":[1,{"e":"]"}]}"#),
            ("f", "[ ]"),
            ("g", "null"),
            ("h", "-0e5"),
        ];
        assert_eq!(found, expected.map(|(key, value)| (key.to_owned(), value)));
        members("{ }", |_, _| panic!("an empty object has no member"));
    }

    #[test]
    fn compact_text_keeps_strings_to_the_letter() {
        let text = "{ \"a b\" : [ 1 , \"x  \\\" y\" ] ,\t\"c\":  true }";
        assert_eq!(compact(text), r#"{"a b":[1,"x  \" y"],"c":true}"#);
    }
}
