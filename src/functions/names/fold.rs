//! How does a text read when width, case, script and accents are left aside?

use std::sync::LazyLock;

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use unicode_normalization::UnicodeNormalization;

use super::super::FunctionError;

/// Signs of traditional script and their simplified forms; loaded at the first use.
static SIMPLIFIED: LazyLock<Result<OpenCC, String>> = LazyLock::new(|| {
    OpenCC::from_config(BuiltinConfig::T2s).map_err(|problem| problem.to_string())
});

/// Whether a letter is a Chinese sign.
pub(super) fn is_han(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{2fa1f}')
}

/// A text in half width, small letters, simplified script and letters without accents. Umlauts
/// become two letters, as German writes them where it has none; the other accents fall.
///
/// # Errors
/// When the signs of the two Chinese scripts cannot be loaded.
pub(super) fn fold(text: &str) -> Result<String, FunctionError> {
    if text.bytes().all(|byte| byte.is_ascii()) {
        return Ok(text.to_ascii_lowercase());
    }
    let mut even: String = text.nfkc().collect::<String>().to_lowercase();
    if even.chars().any(is_han) {
        even = match SIMPLIFIED.as_ref() {
            Ok(simplified) => simplified.convert(&even),
            Err(problem) => return Err(FunctionError::Script { problem: problem.clone() }),
        };
    }
    let mut spelt = String::with_capacity(even.len());
    for letter in even.nfc() {
        match letter {
            'ä' | 'æ' => spelt.push_str("ae"),
            'ö' | 'ø' | 'œ' => spelt.push_str("oe"),
            'ü' => spelt.push_str("ue"),
            'å' => spelt.push_str("aa"),
            'ß' => spelt.push_str("ss"),
            'þ' => spelt.push_str("th"),
            'ł' => spelt.push('l'),
            'đ' | 'ð' => spelt.push('d'),
            'ı' => spelt.push('i'),
            _ => spelt.push(letter),
        }
    }
    // Only Latin accents fall: what is above a Japanese sign makes it another.
    let is_accent = |letter: &char| ('\u{300}'..='\u{36f}').contains(letter);
    Ok(spelt.nfd().filter(|letter| !is_accent(letter)).nfc().collect())
}

/// The words of a folded text: runs of letters and digits. Initials are one word (`s.a.` is `sa`,
/// `a/s` is `as`), an apostrophe parts nothing, and each comma is a word, as it parts what follows.
pub(super) fn words(folded: &str) -> Vec<String> {
    let letters: Vec<char> = folded.chars().collect();
    let is_word = |at: usize| letters.get(at).is_some_and(|letter| letter.is_alphanumeric());
    // Whether a letter stands alone between marks.
    let is_single = |at: usize| is_word(at) && !(at > 0 && is_word(at - 1)) && !is_word(at + 1);
    let mut words = Vec::new();
    let mut word = String::new();
    for (at, letter) in letters.iter().enumerate() {
        match letter {
            letter if letter.is_alphanumeric() => word.push(*letter),
            '\'' | '’' | '`' => {}
            '.' | '/' if at > 0 && is_single(at - 1) && is_single(at + 1) => {}
            _ => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                match letter {
                    ',' | '、' => words.push(",".to_owned()),
                    '&' | '+' => words.push("and".to_owned()),
                    _ => {}
                }
            }
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{fold, words};

    #[test]
    fn width_case_script_and_accents_are_left_aside() {
        let cases = [
            ("ＺＩＭＢＥＲＧ　ＳＡＳ", "zimberg sas"),
            ("上海翔祥計量科學研究所（股份）", "上海翔祥计量科学研究所(股份)"),
            ("Zürich Straße", "zuerich strasse"),
            ("Medellín Wrocław Århus", "medellin wroclaw aarhus"),
            ("ガス", "ガス"),
        ];
        for (text, expected) in cases {
            assert_eq!(fold(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn initials_are_one_word() {
        let cases = [
            ("arden s.a. de c.v.", "arden|sa|de|cv"),
            ("sp. z o.o.", "sp|z|oo"),
            ("gmbh+co.kg", "gmbh|and|co|kg"),
            ("xi'an a/s, l.l.c.", "xian|as|,|llc"),
            ("u.s. steel", "us|steel"),
        ];
        for (text, expected) in cases {
            assert_eq!(words(text).join("|"), expected, "{text}");
        }
    }
}
