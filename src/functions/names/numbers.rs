//! When are two addresses, or two tax numbers, the same?

use super::super::FunctionError;
use super::fold::{fold, is_han, words};

/// Words of streets, each with the one that stands for it.
const STREET_WORDS: [(&str, &str); 16] = [
    ("street", "st"),
    ("road", "rd"),
    ("avenue", "ave"),
    ("boulevard", "blvd"),
    ("drive", "dr"),
    ("lane", "ln"),
    ("square", "sq"),
    ("building", "bldg"),
    ("floor", "fl"),
    ("suite", "ste"),
    ("calle", "c"),
    ("avenida", "av"),
    ("rue", "r"),
    ("ulica", "ul"),
    ("number", "no"),
    ("north", "n"),
];

/// Signs of addresses, each with the one that stands for it.
const STREET_SIGNS: [(&str, &str); 5] =
    [("号楼", "栋"), ("幢", "栋"), ("座", "栋"), ("大街", "街"), ("房", "室")];

/// The key of an address: the same however width, script, marks, blanks and usual short forms are
/// written, and whether the number stands before the street or after it.
///
/// # Errors
/// When the signs of the two Chinese scripts cannot be loaded.
pub(super) fn normalise_address(text: &str) -> Result<Option<String>, FunctionError> {
    let folded = fold(text)?;
    let key = if folded.chars().any(is_han) {
        let mut key: String = folded.chars().filter(|letter| letter.is_alphanumeric()).collect();
        for (long, short) in STREET_SIGNS {
            key = key.replace(long, short);
        }
        key
    } else {
        let folded = folded.replace("strasse", "str");
        let mut words = words(&folded);
        words.retain(|word| word != ",");
        for word in &mut words {
            if let Some((_, short)) = STREET_WORDS.iter().find(|(long, _)| long == word) {
                (*short).clone_into(word);
            }
        }
        words.sort_unstable();
        words.join(" ")
    };
    Ok(Some(key).filter(|key| !key.is_empty()))
}

/// How many letters and digits a tax number has at least.
const SHORTEST: usize = 6;
/// How many of them are digits.
const FEWEST_DIGITS: usize = 5;

/// Words that some countries write after the number.
const TAX_WORDS: [&str; 5] = ["MWST", "TVA", "IVA", "MVA", "VAT"];

/// The key of a tax number: letters and digits alone; none where the text is no number that could
/// tell two companies apart, as `n/a`, `无` or `000000`.
///
/// # Errors
/// When the signs of the two Chinese scripts cannot be loaded.
pub(super) fn normalise_tax_number(text: &str) -> Result<Option<String>, FunctionError> {
    let folded = fold(text)?.to_uppercase();
    let mut key: String = folded.chars().filter(char::is_ascii_alphanumeric).collect();
    if let Some(bare) = TAX_WORDS.iter().find_map(|word| key.strip_suffix(word)) {
        key = bare.to_owned();
    }
    let digits: Vec<char> = key.chars().filter(char::is_ascii_digit).collect();
    let is_one_digit = digits.iter().all(|digit| Some(digit) == digits.first());
    let is_useful = key.len() >= SHORTEST && digits.len() >= FEWEST_DIGITS && !is_one_digit;
    Ok(Some(key).filter(|_| is_useful && folded.chars().all(|letter| !is_han(letter))))
}

#[cfg(test)]
mod tests {
    use super::{normalise_address, normalise_tax_number};

    #[test]
    fn one_address_has_one_key() {
        let cases = [
            ("869 Mill Lane", "Mill Ln. 869"),
            ("Industriestraße 12", "INDUSTRIESTR 12"),
            ("学府路78号7幢1242室", "學府路 78 号７栋1242室"),
            ("金山路328号10号楼", "金山路328号10幢"),
        ];
        for (left, right) in cases {
            let key = normalise_address(left).unwrap();
            assert!(key.is_some());
            assert_eq!(key, normalise_address(right).unwrap(), "{left}");
        }
        assert_ne!(
            normalise_address("Mill Lane 8").unwrap(),
            normalise_address("Mill Lane 9").unwrap()
        );
        assert_eq!(normalise_address("–").unwrap(), None);
    }

    #[test]
    fn tax_numbers_that_say_nothing_are_none() {
        let cases = [
            ("CHE-123.456.789 MWST", Some("CHE123456789")),
            ("９１３１０１１５MAX8DN665F", Some("91310115MAX8DN665F")),
            ("12-3456789", Some("123456789")),
            ("no 909017125 mva", Some("NO909017125")),
            ("无", None),
            ("n/a", None),
            ("000000000", None),
            ("1234", None),
        ];
        for (text, expected) in cases {
            assert_eq!(normalise_tax_number(text).unwrap().as_deref(), expected, "{text}");
        }
    }
}
