//! How does a decimal lie in PostgreSQL's binary form? Digits to base 10,000, from text and back,
//! without a float between.

use std::fmt::Write as _;

/// The sign of a number below zero.
const NEGATIVE: u16 = 0x4000;
/// The sign of what is no number.
const NO_NUMBER: u16 = 0xc000;
/// Digits that one may have: what the engine's widest decimal holds.
const DIGITS_MAX: usize = 76;

/// The binary form of a decimal that is written out, as `-12.50`.
pub(super) fn binary(text: &str) -> Vec<u8> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (NEGATIVE, rest),
        None => (0, text),
    };
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let whole = whole.trim_start_matches('0');
    // Groups of four digits count from the point, to both sides.
    let lead = (4 - whole.len() % 4) % 4;
    let tail = (4 - part.len() % 4) % 4;
    let digits = format!("{}{whole}{part}{}", "0".repeat(lead), "0".repeat(tail));
    let mut groups: Vec<u16> =
        digits.as_bytes().chunks(4).map(|group| group.iter().fold(0, digit)).collect();
    let mut weight = i16::try_from((whole.len() + lead) / 4).unwrap_or(0) - 1;
    let leading = groups.iter().take_while(|group| **group == 0).count();
    groups.drain(..leading);
    weight -= i16::try_from(leading).unwrap_or(0);
    while groups.last() == Some(&0) {
        groups.pop();
    }
    let is_zero = groups.is_empty();
    let (weight, sign) = if is_zero { (0, 0) } else { (weight, sign) };
    let mut bytes = Vec::with_capacity(8 + 2 * groups.len());
    bytes.extend(u16::try_from(groups.len()).unwrap_or(0).to_be_bytes());
    bytes.extend(weight.to_be_bytes());
    bytes.extend(sign.to_be_bytes());
    bytes.extend(u16::try_from(part.len()).unwrap_or(0).to_be_bytes());
    for group in groups {
        bytes.extend(group.to_be_bytes());
    }
    bytes
}

fn digit(number: u16, sign: &u8) -> u16 {
    number * 10 + u16::from(sign.wrapping_sub(b'0').min(9))
}

/// The text of a decimal in binary form; nothing where it is none, or has too many digits.
pub(super) fn text(bytes: &[u8]) -> Option<String> {
    let (head, rest) = bytes.split_at_checked(8)?;
    let field = |at: usize| [head[at], head[at + 1]];
    let count = usize::from(u16::from_be_bytes(field(0)));
    let weight = i32::from(i16::from_be_bytes(field(2)));
    let sign = u16::from_be_bytes(field(4));
    let scale = usize::from(u16::from_be_bytes(field(6)));
    if rest.len() != 2 * count || sign == NO_NUMBER || (sign != 0 && sign != NEGATIVE) {
        return None;
    }
    let most = i32::try_from(DIGITS_MAX / 4 + 1).ok()?;
    if scale > DIGITS_MAX || !(-most..=most).contains(&weight) || rest.len() > 2 * DIGITS_MAX {
        return None;
    }
    let group = |at: i32| -> Option<u16> {
        let pair = usize::try_from(at).ok().and_then(|at| rest.chunks(2).nth(at));
        let group = pair.map_or(0, |pair| u16::from_be_bytes([pair[0], pair[1]]));
        (group < 10_000).then_some(group)
    };
    let mut whole = String::new();
    for at in 0..=weight {
        write!(whole, "{:04}", group(at)?).ok()?;
    }
    let mut part = String::new();
    let mut at = weight + 1;
    // What stands between the point and the first group is zero.
    for _ in 0..(-1 - weight).max(0) {
        part.push_str("0000");
    }
    at = at.max(0);
    while part.len() < scale {
        write!(part, "{:04}", group(at)?).ok()?;
        at += 1;
    }
    part.truncate(scale);
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if sign == NEGATIVE { "-" } else { "" };
    let point = if part.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{point}{part}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes as PostgreSQL 15 sends them (`copy (select ...) to stdout (format binary)`).
    const KNOWN: [(&str, &str); 8] = [
        ("0", "0000000000000000"),
        ("1", "00010000000000000001"),
        ("-12.50", "0002000040000002000c1388"),
        ("0.0001", "0001ffff000000040001"),
        ("0.00001", "0001fffe0000000503e8"),
        ("123456789.01", "0004000200000002000109291a850064"),
        ("10000", "00010001000000000001"),
        ("-0.05", "0001ffff4000000201f4"),
    ];

    #[test]
    fn a_decimal_lies_as_in_postgresql_and_comes_back() {
        for (decimal, bytes) in KNOWN {
            assert_eq!(hex::encode(binary(decimal)), bytes, "{decimal}");
            assert_eq!(text(&binary(decimal)).as_deref(), Some(decimal));
        }
        assert_eq!(hex::encode(binary("0.00")), "0000000000000002");
        assert_eq!(text(&binary("0.00")).as_deref(), Some("0.00"));
        let widest = format!("-{}.{}", "9".repeat(38), "1".repeat(38));
        assert_eq!(text(&binary(&widest)), Some(widest));
    }

    #[test]
    fn what_is_no_decimal_is_refused() {
        for bytes in ["", "0001", "0000000000000000ff", "000000 00c0000000", "00017fff000000000001"]
        {
            let bytes = hex::decode(bytes.replace(' ', "")).unwrap();
            assert_eq!(text(&bytes), None, "{bytes:?}");
        }
        assert_eq!(text(&hex::decode("0001000000000000ffff").unwrap()), None);
    }
}
