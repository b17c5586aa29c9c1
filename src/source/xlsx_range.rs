//! Which cells of a sheet does a range such as `B3:H200` name?

use std::fmt;

use serde::{Deserialize, Serialize};

/// Rows and columns that a sheet can have.
pub(super) const ROWS_MAX: u32 = 1_048_576;
pub(super) const COLUMNS_MAX: u32 = 16_384;

/// A rectangle of cells as a contract writes it: `B3:H200`, or with open ends `B3:H`, `B3:`, `B:H`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CellRange {
    /// first row, from 0
    pub(super) first_row: u32,
    /// last row, from 0
    pub(super) last_row: u32,
    /// first column, from 0
    pub(super) first_column: u32,
    /// last column, from 0
    pub(super) last_column: u32,
}

impl CellRange {
    /// All cells of a sheet.
    pub(super) const EVERYTHING: Self = Self {
        first_row: 0,
        last_row: ROWS_MAX - 1,
        first_column: 0,
        last_column: COLUMNS_MAX - 1,
    };

    /// The number of columns, where the range ends in one.
    pub(super) fn width(&self) -> Option<usize> {
        let width = (self.last_column - self.first_column + 1) as usize;
        (self.last_column != COLUMNS_MAX - 1).then_some(width)
    }
}

/// The letters of a column counted from 0: `A`, `Z`, `AA`.
pub(super) fn column_letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push(b'A' + u8::try_from((rest - 1) % 26).unwrap_or(0));
        rest = (rest - 1) / 26;
    }
    letters.reverse();
    String::from_utf8_lossy(&letters).into_owned()
}

/// One corner of a range: its column and its row, each from 0 and each possibly left out.
fn corner(text: &str) -> Option<(Option<u32>, Option<u32>)> {
    let plain = text.replace('$', "");
    let digits = plain.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let letters = &plain[..plain.len() - digits.len()];
    if letters.len() > 3 || digits.len() > 7 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number = letters
        .bytes()
        .fold(0, |number, letter| number * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1);
    let column = if letters.is_empty() { None } else { Some(number.checked_sub(1)?) };
    let row =
        if digits.is_empty() { None } else { Some(digits.parse::<u32>().ok()?.checked_sub(1)?) };
    let is_within =
        column.is_none_or(|column| column < COLUMNS_MAX) && row.is_none_or(|row| row < ROWS_MAX);
    is_within.then_some((column, row))
}

impl TryFrom<String> for CellRange {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong =
            |why: &str| format!("`{text}` is no range of cells, such as B3:H200 or B3:H; {why}");
        if text.contains('!') {
            return Err(wrong("name the sheet with `sheet`"));
        }
        let (from, to) = text
            .split_once(':')
            .ok_or_else(|| wrong("write the first cell, a colon, and the last cell or column"))?;
        let read = |text: &str| {
            corner(text.trim()).ok_or_else(|| wrong("a sheet ends with column XFD and row 1048576"))
        };
        let ((first_column, first_row), (last_column, last_row)) = (read(from)?, read(to)?);
        let range = Self {
            first_row: first_row.unwrap_or(0),
            last_row: last_row.unwrap_or(ROWS_MAX - 1),
            first_column: first_column.unwrap_or(0),
            last_column: last_column.unwrap_or(COLUMNS_MAX - 1),
        };
        if range.first_row > range.last_row || range.first_column > range.last_column {
            return Err(wrong("it ends before it begins"));
        }
        Ok(range)
    }
}

impl fmt::Display for CellRange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}:", column_letters(self.first_column), self.first_row + 1)?;
        if self.last_column < COLUMNS_MAX - 1 {
            formatter.write_str(&column_letters(self.last_column))?;
        }
        if self.last_row < ROWS_MAX - 1 {
            write!(formatter, "{}", self.last_row + 1)?;
        }
        Ok(())
    }
}

impl From<CellRange> for String {
    fn from(range: CellRange) -> Self {
        range.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_and_written() {
        for (text, expected) in [
            ("B3:H200", Ok((2, 199, 1, 7, "B3:H200"))),
            ("b3:h", Ok((2, 1_048_575, 1, 7, "B3:H"))),
            ("$B$3:", Ok((2, 1_048_575, 1, 16_383, "B3:"))),
            ("A:C", Ok((0, 1_048_575, 0, 2, "A1:C"))),
            ("5:9", Ok((4, 8, 0, 16_383, "A5:9"))),
            ("AA1:XFD1048576", Ok((0, 1_048_575, 26, 16_383, "AA1:"))),
            ("B3", Err("a colon")),
            ("Plan!B3:H", Err("`sheet`")),
            ("H3:B9", Err("ends before")),
            ("A0:B2", Err("XFD")),
            ("A1:XFE2", Err("XFD")),
            ("A1:B1048577", Err("XFD")),
            ("1A:2B", Err("XFD")),
        ] {
            let range = CellRange::try_from(text.to_owned());
            match (range, expected) {
                (Ok(range), Ok((first_row, last_row, first_column, last_column, written))) => {
                    let expected = CellRange { first_row, last_row, first_column, last_column };
                    assert_eq!((range, range.to_string().as_str()), (expected, written), "{text}");
                }
                (Err(error), Err(part)) => assert!(error.contains(part), "{text}: {error}"),
                (range, _) => panic!("{text}: {range:?}"),
            }
        }
    }

    #[test]
    fn columns_have_letters() {
        for (column, letters) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (16_383, "XFD")] {
            assert_eq!(column_letters(column), letters);
        }
    }
}
