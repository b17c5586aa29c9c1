//! Where does a number in a question lie among the values that a column can hold?

use datafusion::arrow::datatypes::DECIMAL128_MAX_PRECISION;

/// A number's place among the multiples of a column's last decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// it is one of them
    At(i128),
    /// it lies between this one and the next
    Above(i128),
    /// it is greater than every value that the column can hold
    BeyondAll,
    /// it is less than every value that the column can hold
    BelowAll,
}

/// The place of a number, written in decimal digits, in a column of some digits, `scale` of them
/// decimals; nothing where the text is no such number.
pub(super) fn place(text: &str, precision: u8, scale: i8) -> Option<Place> {
    let (is_negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && decimals.is_empty()) || !is_number(whole) || !is_number(decimals) {
        return None;
    }
    let scale = usize::try_from(scale).ok()?;
    let (kept, rest) = decimals.split_at(decimals.len().min(scale));
    let units = format!("{whole}{kept}{}", "0".repeat(scale - kept.len()));
    let units = units.trim_start_matches('0');
    let beyond = if is_negative { Place::BelowAll } else { Place::BeyondAll };
    if units.len() > usize::from(precision.min(DECIMAL128_MAX_PRECISION)) {
        return Some(beyond);
    }
    let units: i128 = if units.is_empty() { 0 } else { units.parse().ok()? };
    let is_exact = rest.bytes().all(|digit| digit == b'0');
    Some(match (is_exact, is_negative) {
        (true, false) => Place::At(units),
        (true, true) => Place::At(-units),
        (false, false) => Place::Above(units),
        (false, true) => Place::Above(-units - 1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lie_where_they_should() {
        let cases = [
            ("12.5", 5, 2, Some(Place::At(1250))),
            ("12.50", 5, 2, Some(Place::At(1250))),
            ("12.500", 5, 2, Some(Place::At(1250))),
            ("-12.5", 5, 2, Some(Place::At(-1250))),
            ("+3", 5, 2, Some(Place::At(300))),
            ("0", 5, 2, Some(Place::At(0))),
            ("-0.00", 5, 2, Some(Place::At(0))),
            (".5", 5, 2, Some(Place::At(50))),
            ("5.", 5, 2, Some(Place::At(500))),
            ("0.005", 5, 2, Some(Place::Above(0))),
            ("-0.005", 5, 2, Some(Place::Above(-1))),
            ("1.239", 5, 2, Some(Place::Above(123))),
            ("999.99", 5, 2, Some(Place::At(99_999))),
            ("1000", 5, 2, Some(Place::BeyondAll)),
            ("-1000", 5, 2, Some(Place::BelowAll)),
            ("00001000", 6, 2, Some(Place::At(100_000))),
            ("7", 19, 0, Some(Place::At(7))),
            ("7.5", 19, 0, Some(Place::Above(7))),
            ("", 5, 2, None),
            ("-", 5, 2, None),
            (".", 5, 2, None),
            ("1e3", 5, 2, None),
            ("1,5", 5, 2, None),
            ("١", 5, 2, None),
            ("--1", 5, 2, None),
        ];
        for (text, precision, scale, expected) in cases {
            assert_eq!(place(text, precision, scale), expected, "{text}");
        }
    }
}
