//! Which number does a text say, exactly?
//!
//! Everything is digit arithmetic; no amount ever passes through a float.

use super::marks::Marks;
use super::value::Reason;

/// Powers of ten that fit an `i128`.
static POWERS_OF_TEN: [u128; 39] = powers_of_ten();

/// Digits that always fit a `u64`.
const NARROW_DIGITS: usize = 18;
/// Digits of the widest decimal.
const WIDE_DIGITS: usize = 38;

/// Those of them that a short number is multiplied by.
static NARROW_POWERS: [i128; NARROW_DIGITS + 1] = narrow_powers();

const fn narrow_powers() -> [i128; NARROW_DIGITS + 1] {
    let mut powers = [1; NARROW_DIGITS + 1];
    let mut exponent = 1;
    while exponent <= NARROW_DIGITS {
        powers[exponent] = powers[exponent - 1] * 10;
        exponent += 1;
    }
    powers
}

const fn powers_of_ten() -> [u128; 39] {
    let mut powers = [1; 39];
    let mut exponent = 1;
    while exponent < 39 {
        powers[exponent] = powers[exponent - 1] * 10;
        exponent += 1;
    }
    powers
}

/// The digits of a short number in plain notation and how many of them are decimals: the common
/// case, in one pass. `None` where the number is not so common or none at all.
#[inline(always)]
fn short(text: &str, marks: Marks) -> Option<(i64, usize)> {
    let bytes = text.as_bytes();
    if marks != Marks::PLAIN || bytes.is_empty() || bytes.len() > NARROW_DIGITS {
        return None;
    }
    let is_negative = bytes[0] == b'-';
    let digits = &bytes[usize::from(is_negative)..];
    // Eighteen digits cannot overflow.
    let add = |value: i64, digit: u8| value.wrapping_mul(10).wrapping_add(i64::from(digit));
    let mut value = 0;
    let mut rest = digits;
    while let [byte, tail @ ..] = rest
        && let digit = byte.wrapping_sub(b'0')
        && digit <= 9
    {
        value = add(value, digit);
        rest = tail;
    }
    let mut decimals = 0;
    if let [b'.', fraction @ ..] = rest {
        decimals = fraction.len();
        for byte in fraction {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            value = add(value, digit);
        }
        // A lone mark has no digit; the long way says so.
        if digits.len() == 1 {
            return None;
        }
    } else if !rest.is_empty() || digits.is_empty() {
        return None;
    }
    Some((if is_negative { -value } else { value }, decimals))
}

/// An integer of 64 bits.
#[inline]
pub(super) fn integer(text: &str, marks: Marks) -> Result<i64, Reason> {
    if let Some((value, 0)) = short(text, marks)
        && !text.ends_with('.')
    {
        return Ok(value);
    }
    marks.plainly(text, |bytes| {
        let (is_negative, digits) = sign(bytes);
        if digits.is_empty() {
            return Err(Reason::NotANumber);
        }
        if digits.contains(&b'.') {
            decimal_plain(bytes, Precision { precision: 38, scale: 0, round: true })?;
            return Err(Reason::DecimalMark);
        }
        let magnitude = magnitude(digits, &[])?;
        let value = i128::try_from(magnitude).map_err(|_| Reason::OutOfRange)?;
        i64::try_from(if is_negative { -value } else { value }).map_err(|_| Reason::OutOfRange)
    })
}

/// What a decimal column takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Precision {
    /// digits in all, at most 38
    pub precision: u8,
    /// digits after the mark
    pub scale: u8,
    /// round what is beyond the scale, half away from zero, instead of refusing it
    pub round: bool,
}

impl Precision {
    /// The decimal that has `unscaled` at `scale`, at this precision.
    pub fn rescale(self, unscaled: i128, scale: i32) -> Result<i128, Reason> {
        let wanted = i32::from(self.scale);
        let magnitude = unscaled.unsigned_abs();
        let magnitude = if scale <= wanted {
            let up = power((wanted - scale).unsigned_abs());
            if magnitude == 0 {
                0
            } else {
                up.and_then(|up| magnitude.checked_mul(up)).ok_or(Reason::OutOfRange)?
            }
        } else {
            match power((scale - wanted).unsigned_abs()) {
                Some(down) => {
                    let rest = magnitude % down;
                    if rest != 0 && !self.round {
                        return Err(Reason::TooManyDecimals(self.scale));
                    }
                    magnitude / down + u128::from(rest >= down - rest && rest != 0)
                }
                None if magnitude == 0 => 0,
                None => return Err(Reason::TooManyDecimals(self.scale)),
            }
        };
        self.signed(unscaled < 0, magnitude)
    }

    /// The least magnitude that has too many digits.
    fn limit(self) -> u128 {
        POWERS_OF_TEN[usize::from(self.precision).min(WIDE_DIGITS)]
    }

    fn signed(self, is_negative: bool, magnitude: u128) -> Result<i128, Reason> {
        if magnitude >= self.limit() {
            return Err(Reason::OutOfRange);
        }
        let value = i128::try_from(magnitude).map_err(|_| Reason::OutOfRange)?;
        Ok(if is_negative { -value } else { value })
    }
}

fn power(exponent: u32) -> Option<u128> {
    POWERS_OF_TEN.get(exponent as usize).copied()
}

/// A decimal, as the integer it is at the column's scale.
#[inline]
pub(super) fn decimal(text: &str, marks: Marks, wanted: Precision) -> Result<i128, Reason> {
    if let Some((value, decimals)) = short(text, marks)
        && decimals <= usize::from(wanted.scale)
    {
        // At most 18 digits times at most 10^18 fits, which spares the check.
        let missing = usize::from(wanted.scale) - decimals;
        if missing <= NARROW_DIGITS {
            let value = i128::from(value).wrapping_mul(NARROW_POWERS[missing]);
            let is_within = value.unsigned_abs() < wanted.limit();
            return if is_within { Ok(value) } else { Err(Reason::OutOfRange) };
        }
    }
    marks.plainly(text, |bytes| decimal_plain(bytes, wanted))
}

fn decimal_plain(bytes: &[u8], wanted: Precision) -> Result<i128, Reason> {
    let (is_negative, digits) = sign(bytes);
    let (whole, fraction) = match digits.iter().position(|byte| *byte == b'.') {
        Some(mark) => (&digits[..mark], &digits[mark + 1..]),
        None => (digits, &digits[..0]),
    };
    if whole.is_empty() && fraction.is_empty() {
        return Err(Reason::NotANumber);
    }
    let scale = usize::from(wanted.scale);
    let (kept, excess) = fraction.split_at(fraction.len().min(scale));
    let mut value = magnitude(whole, kept)?;
    if !excess.iter().all(u8::is_ascii_digit) {
        return Err(Reason::NotANumber);
    }
    let missing = scale - kept.len();
    if missing > 0 && value > 0 {
        value = value.checked_mul(POWERS_OF_TEN[missing]).ok_or(Reason::OutOfRange)?;
    }
    if excess.iter().any(|digit| *digit != b'0') {
        if !wanted.round {
            return Err(Reason::TooManyDecimals(wanted.scale));
        }
        value += u128::from(excess[0] >= b'5');
    }
    wanted.signed(is_negative, value)
}

/// The number that the digits of both parts make.
fn magnitude(whole: &[u8], fraction: &[u8]) -> Result<u128, Reason> {
    if whole.len() + fraction.len() <= NARROW_DIGITS {
        let mut value: u64 = 0;
        for digits in [whole, fraction] {
            for byte in digits {
                let digit = byte.wrapping_sub(b'0');
                if digit > 9 {
                    return Err(Reason::NotANumber);
                }
                value = value * 10 + u64::from(digit);
            }
        }
        return Ok(u128::from(value));
    }
    let mut value: u128 = 0;
    let mut significant = 0;
    for byte in whole.iter().chain(fraction) {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return Err(Reason::NotANumber);
        }
        significant += usize::from(significant > 0 || digit > 0);
        if significant <= WIDE_DIGITS {
            value = value * 10 + u128::from(digit);
        }
    }
    if significant > WIDE_DIGITS { Err(Reason::OutOfRange) } else { Ok(value) }
}

fn sign(bytes: &[u8]) -> (bool, &[u8]) {
    match bytes.first() {
        Some(b'-') => (true, &bytes[1..]),
        Some(b'+') => (false, &bytes[1..]),
        _ => (false, bytes),
    }
}

/// A float of 64 bits, never infinite and never "not a number". An exponent is accepted here, as
/// measuring devices write one.
pub(super) fn float(text: &str, marks: Marks) -> Result<f64, Reason> {
    marks.plainly(text, |bytes| {
        let is_plain = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
        if !bytes.iter().all(is_plain) {
            return Err(Reason::NotANumber);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| Reason::NotANumber)?;
        let value: f64 = text.parse().map_err(|_| Reason::NotANumber)?;
        if value.is_finite() { Ok(value) } else { Err(Reason::OutOfRange) }
    })
}

/// A decimal from a float of a source that has no decimals of its own. Eight bytes hold fifteen
/// digits, so the shortest decimal that reads back as the same float is what was meant, provided
/// it has no more digits than that.
pub(super) fn decimal_of_float(value: f64, wanted: Precision) -> Result<i128, Reason> {
    if !value.is_finite() {
        return Err(Reason::NotANumber);
    }
    let whole_digits = 15_i32 - i32::from(wanted.scale);
    if whole_digits < 0 || value.abs() >= 10_f64.powi(whole_digits) {
        return Err(Reason::FloatTooWide);
    }
    // `{}` writes the shortest digits that read back, without an exponent.
    decimal_plain(format!("{value}").as_bytes(), wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(decimal: char, thousands: Option<char>) -> Marks {
        Marks::new(decimal, thousands).unwrap()
    }

    fn wanted(precision: u8, scale: u8, round: bool) -> Precision {
        Precision { precision, scale, round }
    }

    #[test]
    fn decimals_are_exact_or_refused() {
        let none = || Err(Reason::NotANumber);
        for (text, expected) in [
            ("12.34", Ok(1234)),
            ("-12.3", Ok(-1230)),
            ("+12", Ok(1200)),
            (".5", Ok(50)),
            ("5.", Ok(500)),
            ("-0.00", Ok(0)),
            ("12.3400", Ok(1234)),
            ("00012.34", Ok(1234)),
            ("9999999999999999.99", Ok(999_999_999_999_999_999)),
            ("12.345", Err(Reason::TooManyDecimals(2))),
            ("-0.009", Err(Reason::TooManyDecimals(2))),
            ("10000000000000000", Err(Reason::OutOfRange)),
            ("12345678901234567890123456789012345678901234567890", Err(Reason::OutOfRange)),
            ("", none()),
            (".", none()),
            ("-", none()),
            ("1e3", none()),
            ("(12.00)", none()),
            ("1,234.00", none()),
            ("1.2.3", none()),
            ("--1", none()),
            ("1 2", none()),
            ("12.34x", none()),
            ("12.345x", none()),
            ("NaN", none()),
            ("inf", none()),
            ("١٢", none()),
            ("−1", none()),
        ] {
            assert_eq!(decimal(text, marks('.', None), wanted(18, 2, false)), expected, "{text}");
        }
    }

    #[test]
    fn wide_decimals_keep_every_digit() {
        let wide = wanted(38, 4, false);
        let text = "-1234567890123456789012345678901234.5678";
        let expected = -12_345_678_901_234_567_890_123_456_789_012_345_678_i128;
        assert_eq!(decimal(text, marks('.', None), wide), Ok(expected));
        let zeros = format!("0.{}", "0".repeat(200));
        assert_eq!(decimal(&zeros, marks('.', None), wide), Ok(0));
        let nines = "9".repeat(38);
        let whole = decimal(&nines, marks('.', None), wanted(38, 0, false));
        assert_eq!(whole, Ok(99_999_999_999_999_999_999_999_999_999_999_999_999));
        assert_eq!(decimal(&nines, marks('.', None), wide), Err(Reason::OutOfRange));
    }

    #[test]
    fn excess_decimals_are_rounded_half_away_from_zero_where_allowed() {
        for (text, expected) in [
            ("1.005", 101),
            ("-1.005", -101),
            ("1.0049999", 100),
            ("-1.0049999", -100),
            ("0.999", 100),
            ("1.0050000000000001", 101),
        ] {
            assert_eq!(
                decimal(text, marks('.', None), wanted(18, 2, true)),
                Ok(expected),
                "{text}"
            );
        }
        let full = decimal("9.999", marks('.', None), wanted(3, 2, true));
        assert_eq!(full, Err(Reason::OutOfRange));
    }

    #[test]
    fn thousands_marks_stand_in_their_places() {
        let wrong = || Err(Reason::ThousandsMark);
        for (text, expected) in [
            ("1.234.567,89", Ok(123_456_789)),
            ("-1.234,5", Ok(-123_450)),
            ("1234567,89", Ok(123_456_789)),
            ("12,5", Ok(1250)),
            ("1.23", wrong()),
            ("1234.567,00", wrong()),
            ("1.234567,00", wrong()),
            (".234,00", wrong()),
            ("1..234,00", wrong()),
            ("1.234.", wrong()),
            ("1,234.567", Err(Reason::NotANumber)),
            ("12,3,4", Err(Reason::NotANumber)),
        ] {
            let read = decimal(text, marks(',', Some('.')), wanted(18, 2, false));
            assert_eq!(read, expected, "{text}");
        }
        let space = marks(',', Some('\u{a0}'));
        assert_eq!(integer("1\u{a0}234\u{a0}567", space), Ok(1_234_567));
        assert_eq!(float("1.234,5e2", marks(',', Some('.'))), Ok(123_450.0));
        assert!(Marks::new(',', Some(',')).is_err());
        assert!(Marks::new('5', None).is_err());
    }

    #[test]
    fn integers_are_strict() {
        for (text, expected) in [
            ("0", Ok(0)),
            ("-9223372036854775808", Ok(i64::MIN)),
            ("9223372036854775807", Ok(i64::MAX)),
            ("9223372036854775808", Err(Reason::OutOfRange)),
            ("+007", Ok(7)),
            ("17850.0", Err(Reason::DecimalMark)),
            ("17850.", Err(Reason::DecimalMark)),
            ("1e3", Err(Reason::NotANumber)),
            ("1.x", Err(Reason::NotANumber)),
            ("", Err(Reason::NotANumber)),
        ] {
            assert_eq!(integer(text, marks('.', None)), expected, "{text}");
        }
    }

    #[test]
    fn floats_are_finite() {
        let plain = marks('.', None);
        assert_eq!(float("1e-3", plain), Ok(0.001));
        assert_eq!(float("-2.5", plain), Ok(-2.5));
        assert_eq!(float("1e999", plain), Err(Reason::OutOfRange));
        for text in ["nan", "inf", "-infinity", "0x1", "1e", "", "e5"] {
            assert_eq!(float(text, plain), Err(Reason::NotANumber), "{text}");
        }
    }

    #[test]
    fn a_float_is_a_decimal_only_where_it_is_exact() {
        let money = wanted(18, 2, false);
        assert_eq!(decimal_of_float(0.1 + 0.2, money), Err(Reason::TooManyDecimals(2)));
        assert_eq!(decimal_of_float(19.99, money), Ok(1999));
        assert_eq!(decimal_of_float(-9_999_999_999_999.5, money), Ok(-999_999_999_999_950));
        assert_eq!(decimal_of_float(1_234_567_890_123_456.8, money), Err(Reason::FloatTooWide));
        assert_eq!(decimal_of_float(1e13, money), Err(Reason::FloatTooWide));
        assert_eq!(decimal_of_float(f64::NAN, money), Err(Reason::NotANumber));
        assert_eq!(decimal_of_float(1e-7, money), Err(Reason::TooManyDecimals(2)));
    }

    #[test]
    fn other_scales_are_taken_over_exactly() {
        let money = wanted(18, 2, false);
        assert_eq!(money.rescale(12_300, 3), Ok(1230));
        assert_eq!(money.rescale(12_345, 3), Err(Reason::TooManyDecimals(2)));
        assert_eq!(money.rescale(-12, 0), Ok(-1200));
        assert_eq!(money.rescale(12, -2), Ok(120_000));
        assert_eq!(wanted(18, 2, true).rescale(-12_345, 3), Ok(-1235));
        assert_eq!(wanted(18, 2, true).rescale(12_344, 3), Ok(1234));
        assert_eq!(money.rescale(i128::MAX, 0), Err(Reason::OutOfRange));
    }
}
