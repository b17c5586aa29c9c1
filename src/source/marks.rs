//! How are numbers punctuated?

use super::value::Reason;

/// A number written longer than this is refused rather than normalised.
const LENGTH_MAX: usize = 96;

/// How numbers are punctuated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marks {
    decimal: char,
    thousands: Option<char>,
}

/// A number's text with `.` for its decimal mark and without thousands marks.
struct Plain {
    bytes: [u8; LENGTH_MAX],
    length: usize,
}

impl Plain {
    fn push(&mut self, byte: u8) -> Result<(), Reason> {
        *self.bytes.get_mut(self.length).ok_or(Reason::NotANumber)? = byte;
        self.length += 1;
        Ok(())
    }
}

impl Marks {
    /// A point for the decimal mark and nothing between thousands.
    pub const PLAIN: Self = Self { decimal: '.', thousands: None };

    /// # Errors
    /// When the marks cannot be told apart from each other or from digits and signs.
    pub fn new(decimal: char, thousands: Option<char>) -> Result<Self, String> {
        for mark in [Some(decimal), thousands].into_iter().flatten() {
            if mark.is_alphanumeric() || mark == '+' || mark == '-' {
                return Err(format!("`{mark}` cannot be a mark inside numbers"));
            }
        }
        if thousands == Some(decimal) {
            return Err(format!("`{decimal}` is declared both as decimal and as thousands mark"));
        }
        Ok(Self { decimal, thousands })
    }

    /// Calls `read` with the text in plain punctuation.
    pub fn plainly<T>(
        self,
        text: &str,
        read: impl FnOnce(&[u8]) -> Result<T, Reason>,
    ) -> Result<T, Reason> {
        if self.decimal == '.' && self.thousands.is_none() {
            return read(text.as_bytes());
        }
        let plain = self.normalise(text)?;
        read(&plain.bytes[..plain.length])
    }

    /// Checks that thousands marks stand only between groups of three and takes them out.
    fn normalise(self, text: &str) -> Result<Plain, Reason> {
        let mut plain = Plain { bytes: [0; LENGTH_MAX], length: 0 };
        let mut group = 0;
        let mut groups = 0;
        let mut is_whole = true;
        for character in text.chars() {
            if is_whole && Some(character) == self.thousands {
                let proper = if groups == 0 { (1..=3).contains(&group) } else { group == 3 };
                if !proper {
                    return Err(Reason::ThousandsMark);
                }
                groups += 1;
                group = 0;
            } else if is_whole && character == self.decimal {
                check_last_group(groups, group)?;
                is_whole = false;
                plain.push(b'.')?;
            } else if character.is_ascii() && character != '.' {
                if is_whole && !character.is_ascii_digit() && plain.length > 0 {
                    check_last_group(groups, group)?;
                    is_whole = false;
                }
                group += usize::from(character.is_ascii_digit());
                plain.push(character as u8)?;
            } else {
                return Err(Reason::NotANumber);
            }
        }
        if is_whole {
            check_last_group(groups, group)?;
        }
        Ok(plain)
    }
}

fn check_last_group(groups: usize, digits: usize) -> Result<(), Reason> {
    if groups > 0 && digits != 3 { Err(Reason::ThousandsMark) } else { Ok(()) }
}
