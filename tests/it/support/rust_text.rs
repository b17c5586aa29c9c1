//! What is code, what is a string and what is a comment in a Rust file?

/// A Rust file with its parts told apart; every text has the line breaks of the file.
pub struct RustText {
    /// code, with strings and comments blanked
    pub code: String,
    /// string literals, with code and comments blanked
    pub strings: String,
}

/// Splits a file into code and strings; characters that belong elsewhere become spaces.
pub fn split(text: &str) -> RustText {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut strings = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = comment_end(&chars, at);
        if let Some(end) = end {
            push(&chars[at..end], &mut code, &mut strings, Kind::Comment);
            at = end;
        } else if let Some(end) = string_end(&chars, at) {
            push(&chars[at..end], &mut code, &mut strings, Kind::Text);
            at = end;
        } else {
            push(&chars[at..=at], &mut code, &mut strings, Kind::Code);
            at += 1;
        }
    }
    RustText { code, strings }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Code,
    Text,
    Comment,
}

fn push(part: &[char], code: &mut String, strings: &mut String, kind: Kind) {
    for &character in part {
        let blank = if character == '\n' { '\n' } else { ' ' };
        code.push(if kind == Kind::Code { character } else { blank });
        strings.push(if kind == Kind::Text { character } else { blank });
    }
}

/// Where the comment that begins at `at` ends, if one begins there.
fn comment_end(chars: &[char], at: usize) -> Option<usize> {
    match (chars.get(at)?, chars.get(at + 1)?) {
        ('/', '/') => Some((at..chars.len()).find(|&i| chars[i] == '\n').unwrap_or(chars.len())),
        ('/', '*') => {
            let mut depth = 0;
            let mut i = at;
            while i + 1 < chars.len() {
                match (chars[i], chars[i + 1]) {
                    ('/', '*') => (depth, i) = (depth + 1, i + 2),
                    ('*', '/') => (depth, i) = (depth - 1, i + 2),
                    _ => i += 1,
                }
                if depth == 0 {
                    return Some(i);
                }
            }
            Some(chars.len())
        }
        _ => None,
    }
}

/// Where the string or character literal that begins at `at` ends, if one begins there.
fn string_end(chars: &[char], at: usize) -> Option<usize> {
    let before = at.checked_sub(1).map(|i| chars[i]);
    let after_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    match chars[at] {
        '"' => Some(quoted_end(chars, at + 1, '"')),
        'r' if !after_word || before == Some('b') => raw_end(chars, at),
        // A lifetime is no literal: 'a is followed by no closing quote.
        '\'' if chars.get(at + 1) == Some(&'\\') => Some(quoted_end(chars, at + 1, '\'')),
        '\'' if chars.get(at + 2) == Some(&'\'') => Some(at + 3),
        _ => None,
    }
}

fn quoted_end(chars: &[char], from: usize, quote: char) -> usize {
    let mut i = from;
    while i < chars.len() && chars[i] != quote {
        i += if chars[i] == '\\' { 2 } else { 1 };
    }
    (i + 1).min(chars.len())
}

fn raw_end(chars: &[char], at: usize) -> Option<usize> {
    let hashes = chars[at + 1..].iter().take_while(|&&c| c == '#').count();
    if chars.get(at + 1 + hashes) != Some(&'"') {
        return None;
    }
    let mut i = at + 2 + hashes;
    while i < chars.len() {
        if chars[i] == '"'
            && chars[i + 1..].iter().take(hashes).filter(|&&c| c == '#').count() == hashes
        {
            return Some(i + 1 + hashes);
        }
        i += 1;
    }
    Some(chars.len())
}

/// The functions of a file's code: name, first line counted from 1, number of lines.
pub fn functions(code: &str) -> Vec<(String, usize, usize)> {
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else { continue };
        let mut depth = 0;
        let mut opened = false;
        for (offset, text) in lines[number..].iter().enumerate() {
            for character in text.chars() {
                match character {
                    '{' => (depth, opened) = (depth + 1, true),
                    '}' => depth -= 1,
                    _ => {}
                }
            }
            let without_body = !opened && text.contains(';');
            if without_body || (opened && depth == 0) {
                found.push((name.clone(), number + 1, offset + 1));
                break;
            }
        }
    }
    found
}

fn function_name(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    let mut before = Vec::new();
    let after = loop {
        match words.next()? {
            "fn" => break words.next()?,
            word => before.push(word),
        }
    };
    let modifiers = ["pub", "async", "const", "unsafe", "extern"];
    let plain = before.iter().all(|word| modifiers.iter().any(|m| word.starts_with(m)));
    let name: String = after.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (plain && !name.is_empty()).then_some(name)
}

/// The words of a text: runs of letters, digits and `_`, with the line they stand on.
pub fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().flat_map(|(number, line)| {
        line.split(|c: char| !(c.is_alphanumeric() || c == '_'))
            .filter(|word| !word.is_empty())
            .map(move |word| (number + 1, word))
    })
}

#[test]
fn strings_comments_and_code_are_told_apart() {
    let text =
        "let a = \"x // y\"; // \"c\"\nlet b: &'a str = r#\"q\"q\"#; let c = '\"'; /* f() */ g();";
    let split = split(text);
    for (absent, present) in [("x // y", "let a ="), ("\"c\"", "&'a str"), ("f()", "g();")] {
        assert!(split.code.contains(present), "{}", split.code);
        assert!(!split.code.contains(absent), "{}", split.code);
    }
    assert!(split.strings.contains("x // y"), "{}", split.strings);
    assert!(split.strings.contains("q\"q"), "{}", split.strings);
    assert!(!split.strings.contains('c'), "{}", split.strings);
}

#[test]
fn functions_are_measured_with_their_signature() {
    let text =
        "impl A {\n    pub fn one(\n        a: u8,\n    ) {\n        {}\n    }\n}\nfn two() {}\n";
    let found = functions(text);
    assert_eq!(found, [("one".to_owned(), 2, 5), ("two".to_owned(), 8, 1)]);
}
