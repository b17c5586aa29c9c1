//! Which names does a regular expression mean? Clients ask for whole names, beginnings and what
//! people write with `*` and `?`; that much is understood, and no more.

/// The patterns of SQLite's `glob` that together mean the same; nothing where none do.
pub(super) fn globs(expression: &str) -> Option<Vec<String>> {
    let (begins, rest) = match expression.strip_prefix('^') {
        Some(rest) => (true, rest),
        None => (false, expression),
    };
    let (ends, rest) = match rest.strip_suffix('$').filter(|rest| !rest.ends_with('\\')) {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let inner = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let (rest, has_brackets) = match inner {
        Some(inner) => (inner, true),
        None => (rest, false),
    };
    let parts = split(rest);
    if parts.len() > 1 && !has_brackets && (begins || ends) {
        return None;
    }
    let around = |part: String| {
        let (begin, end) = (if begins { "" } else { "*" }, if ends { "" } else { "*" });
        format!("{begin}{part}{end}")
    };
    parts.into_iter().map(|part| glob(&part).map(around)).collect()
}

/// The alternatives.
fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut is_escaped = false;
    for sign in text.chars() {
        if sign == '|' && !is_escaped {
            parts.push(String::new());
            continue;
        }
        is_escaped = sign == '\\' && !is_escaped;
        parts.iter_mut().last().into_iter().for_each(|part| part.push(sign));
    }
    parts
}

fn glob(text: &str) -> Option<String> {
    let mut glob = String::new();
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        let plain = match sign {
            '.' if signs.next_if_eq(&'*').is_some() => {
                glob.push('*');
                continue;
            }
            '.' => {
                glob.push('?');
                continue;
            }
            '\\' => signs.next().filter(|sign| !sign.is_ascii_alphanumeric())?,
            '*' | '+' | '?' | '[' | ']' | '(' | ')' | '{' | '}' | '^' | '$' => return None,
            sign => sign,
        };
        if let Some('*' | '+' | '?' | '{') = signs.peek() {
            return None;
        }
        match plain {
            '*' | '?' | '[' => glob.extend(['[', plain, ']']),
            plain => glob.push(plain),
        }
    }
    Some(glob)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_beginnings_and_what_people_write_are_understood() {
        let cases: [(&str, Option<&[&str]>); 9] = [
            ("^(orders)$", Some(&["orders"])),
            ("^(fct_.*)$", Some(&["fct_*"])),
            ("^(a|b\\.c)$", Some(&["a", "b.c"])),
            ("^pg_toast", Some(&["pg_toast*"])),
            ("order", Some(&["*order*"])),
            ("^a.c$", Some(&["a?c"])),
            ("^a|b$", None),
            ("^[ab]$", None),
            ("^ab+$", None),
        ];
        for (expression, expected) in cases {
            let found = globs(expression);
            let found = found.as_ref().map(|globs| globs.iter().map(String::as_str).collect());
            assert_eq!(found, expected.map(<[&str]>::to_vec), "{expression}");
        }
    }
}
