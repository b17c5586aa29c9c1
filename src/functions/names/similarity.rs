//! How alike are two names?
//!
//! All likenesses lie between 0 and 1. They are computed in floating point and rounded once, to
//! four decimals, before they leave.

use super::fold::is_han;

/// A likeness in ten-thousandths.
pub(super) type Likeness = i128;

/// Two names that are one.
const SAME: Likeness = 10_000;
/// Two neighbouring letters of one word changed places.
const SWAPPED: Likeness = 9_700;
/// Words of one are shorter forms of the other's.
const SHORTENED: Likeness = 9_600;
/// The brand is spelt in the other script.
const TRANSCRIBED: Likeness = 9_500;
/// What names that differ in any other way reach at most: less than those above.
const DIFFERENT: f64 = 0.94;

/// Chinese words for one thing, the shorter or newer after the other.
const SYNONYMS: [(&str, &str); 4] =
    [("自动化", "自控"), ("技术", "科技"), ("实业", "工业"), ("信息", "资讯")];

#[expect(clippy::cast_possible_truncation, reason = "a likeness lies between 0 and 1")]
fn rounded(likeness: f64) -> Likeness {
    (likeness * 10_000.0).round() as Likeness
}

/// The similarity of Jaro, raised by Winkler for a common beginning of up to four letters.
///
/// W. E. Winkler, String Comparator Metrics and Enhanced Decision Rules in the Fellegi-Sunter
/// Model of Record Linkage, 1990.
pub(super) fn jaro_winkler(left: &str, right: &str) -> Likeness {
    rounded(strsim::jaro_winkler(left, right))
}

/// The likeness of what two companies are called. Names that differ only as one name is written
/// differently reach .95 and more; others stay below .94 times their [`jaro_winkler`], because
/// one word or sign more or less makes another company however alike the letters are.
pub(super) fn company(left: &str, right: &str) -> Likeness {
    if left == right {
        return SAME;
    }
    let is_close = if left.chars().any(is_han) && right.chars().any(is_han) {
        close_signs(left, right)
    } else {
        close_words(left, right)
    };
    is_close.unwrap_or_else(|| rounded(DIFFERENT * strsim::jaro_winkler(left, right)))
}

fn close_signs(left: &str, right: &str) -> Option<Likeness> {
    let signs = |text: &str| text.chars().collect::<Vec<char>>();
    // Two signs in another order are another brand; further on somebody mistyped.
    if is_swapped(&signs(left), &signs(right), 2) {
        return Some(SWAPPED);
    }
    let (mut short_left, mut short_right) = (left.to_owned(), right.to_owned());
    for (long, short) in SYNONYMS {
        short_left = short_left.replace(long, short);
        short_right = short_right.replace(long, short);
    }
    (short_left == short_right).then_some(SHORTENED)
}

fn close_words(left: &str, right: &str) -> Option<Likeness> {
    let (left, right): (Vec<&str>, Vec<&str>) =
        (left.split(' ').collect(), right.split(' ').collect());
    if left.len() != right.len() {
        return None;
    }
    let mut likeness = SAME;
    let mut is_one_swapped = false;
    for (one, other) in left.into_iter().zip(right) {
        if one == other {
            continue;
        }
        if is_short_for(one, other) || is_short_for(other, one) {
            likeness = likeness.min(SHORTENED);
            continue;
        }
        let letters = |word: &str| word.chars().collect::<Vec<char>>();
        if is_one_swapped || one.len() < 4 || !is_swapped(&letters(one), &letters(other), 1) {
            return None;
        }
        is_one_swapped = true;
        likeness = likeness.min(SWAPPED);
    }
    Some(likeness)
}

/// Whether two texts differ in the order of two neighbours alone, from a place on.
fn is_swapped(left: &[char], right: &[char], from: usize) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let Some(at) = left.iter().zip(right).position(|(one, other)| one != other) else {
        return false;
    };
    at >= from
        && at + 1 < left.len()
        && left[at] == right[at + 1]
        && left[at + 1] == right[at]
        && left[at + 2..] == right[at + 2..]
}

/// Whether a word is a shorter form of another: its beginning (`tech`), or its first letter and
/// some of the consonants that follow (`intl`, `pkg`).
fn is_short_for(short: &str, long: &str) -> bool {
    if !short.is_ascii() || !long.is_ascii() || short.len() < 3 || short.len() + 2 > long.len() {
        return false;
    }
    if long.starts_with(short) {
        return true;
    }
    let is_vowel = |letter: &u8| matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u');
    if short.as_bytes()[0] != long.as_bytes()[0] || short.bytes().skip(1).any(|b| is_vowel(&b)) {
        return false;
    }
    let mut letters = long.bytes();
    short.bytes().all(|wanted| letters.any(|letter| letter == wanted))
}

/// The likeness of a name in which some of the signs are spelt in Latin letters to a company that
/// has a name in signs and one in Latin letters: .95 where signs and letters fit, else 0.
///
/// The signs must be the company's, in order and to the end; the letters must begin a word of the
/// Latin name and stand for the signs that are missing, one to six letters each.
pub(super) fn transcribed(mixed: &str, signs: &str, latin: &str) -> Likeness {
    let is_mixed = mixed.chars().any(is_han) && mixed.chars().any(|l| l.is_ascii_alphabetic());
    if !is_mixed || signs.chars().any(|letter| letter.is_ascii_alphabetic()) {
        return 0;
    }
    let is_fit = fits(mixed, signs, latin);
    if is_fit { TRANSCRIBED } else { 0 }
}

fn fits(mixed: &str, signs: &str, latin: &str) -> bool {
    let end = mixed.find(|l: char| !l.is_ascii_alphabetic()).unwrap_or(mixed.len());
    let (spelt, rest) = mixed.split_at(end);
    if spelt.is_empty() {
        // Signs first: they must be the same, up to the first letter.
        let mut both = mixed.chars().zip(signs.chars());
        return match both.next() {
            Some((one, other)) if one == other => {
                fits(&mixed[one.len_utf8()..], &signs[other.len_utf8()..], latin)
            }
            _ => mixed.is_empty() && signs.is_empty(),
        };
    }
    if !latin.split(' ').any(|word| word.starts_with(spelt)) {
        return false;
    }
    let count = signs.chars().count();
    let kept = rest.chars().count();
    let Some(missing) = count.checked_sub(kept) else { return false };
    signs.ends_with(rest) && missing >= 1 && (missing..=missing * 6).contains(&spelt.len())
}

#[cfg(test)]
mod tests {
    use super::{company, jaro_winkler, transcribed};

    #[test]
    fn published_likenesses() {
        let cases = [
            ("MARTHA", "MARHTA", 9611),
            ("DWAYNE", "DUANE", 8400),
            ("DIXON", "DICKSONX", 8133),
            ("", "a", 0),
        ];
        for (left, right, expected) in cases {
            assert_eq!(jaro_winkler(left, right), expected, "{left} {right}");
        }
    }

    #[test]
    fn one_name_written_differently_is_close() {
        let cases = [
            ("arden foods", "arden foods", 10_000),
            ("arden foods", "aredn foods", 9_700),
            ("烟标医疗器械厂", "烟标医器疗械厂", 9_700),
            ("arden food technology", "arden food tech", 9_600),
            ("arden international", "arden intl", 9_600),
            ("arden packaging", "arden pkg", 9_600),
            ("皓山凯灌装技术", "皓山凯灌装科技", 9_600),
        ];
        for (left, right, expected) in cases {
            assert_eq!(company(left, right), expected, "{left} {right}");
            assert_eq!(company(right, left), expected, "{right} {left}");
        }
    }

    #[test]
    fn another_word_or_sign_is_another_company() {
        let cases = [
            ("arden foods", "arden foods trading"),
            ("arden gas", "arden glass"),
            ("walover chassis", "walbourne chassis"),
            ("光明食品", "明光食品"),
            ("恒贵普阀门", "楚贵普阀门"),
            ("熠亚阀门", "熠亚阀门科技"),
            ("arden foods", "恒标食品"),
        ];
        for (left, right) in cases {
            assert!(company(left, right) <= 9_400, "{left} {right}");
        }
    }

    #[test]
    fn brands_are_spelt_in_the_other_script() {
        let cases = [
            ("daimei普机械", "岱美普机械", "daimeipu machinery", 9_500),
            ("dubin茶业厂", "笃彬茶业厂", "dubin tea works", 9_500),
            ("上海dubin茶业厂", "上海笃彬茶业厂", "shanghai dubin tea works", 9_500),
            ("dubin茶业厂", "笃彬酒业厂", "dubin spirits works", 0),
            ("daimei普机械", "恒标普机械", "hengbiaopu machinery", 0),
            ("岱美普机械", "岱美普机械", "daimeipu machinery", 0),
            ("a普机械", "岱美普机械", "arden machinery", 0),
        ];
        for (mixed, signs, latin, expected) in cases {
            assert_eq!(transcribed(mixed, signs, latin), expected, "{mixed} {signs}");
        }
    }
}
