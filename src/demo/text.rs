//! How does each department's program write a value?

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};

/// A program's way of writing rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// the bookkeeping package: a title line, semicolons, `31.12.2026`, `1.234,56`
    Bookkeeping,
    /// the same package's Chinese module: GBK, commas, `2026/12/31`
    Chinese,
    /// the warehouse scales: tabs, no header, windows-1252, `31/12/2026`
    Scales,
    /// spreadsheets saved as CSV: a byte order mark, lines that end in CR LF
    Spreadsheet,
    /// RFC 4180 with ISO 8601 dates
    Plain,
    /// JSON lines
    Json,
    /// not text: values for a database, each with its type and length
    Values,
}

impl Dialect {
    /// What a file begins with.
    pub(super) fn head(self, columns: &[&str]) -> Vec<u8> {
        let mut head = Vec::new();
        match self {
            Self::Scales | Self::Json | Self::Values => return head,
            Self::Bookkeeping => head.extend("Lanting group - export\r\n".bytes()),
            Self::Spreadsheet => head.extend("\u{feff}".bytes()),
            Self::Chinese | Self::Plain => {}
        }
        let mut row = Row::new(&mut head, self);
        for column in columns {
            row.text(column);
        }
        row.end();
        head
    }

    fn delimiter(self) -> u8 {
        match self {
            Self::Bookkeeping => b';',
            Self::Scales => b'\t',
            _ => b',',
        }
    }

    /// What a record ends with.
    pub(super) fn line_end(self) -> &'static [u8] {
        match self {
            Self::Bookkeeping | Self::Spreadsheet => b"\r\n",
            Self::Values => b"",
            _ => b"\n",
        }
    }

    /// The bytes of a text in this program's character set, which holds all that is written in it.
    pub(super) fn encoded(self, text: Vec<u8>) -> Vec<u8> {
        match self {
            Self::Chinese => {
                encoding_rs::GBK.encode(&String::from_utf8_lossy(&text)).0.into_owned()
            }
            _ => text,
        }
    }
}

/// A row being written, value by value in the order of the table's columns.
pub(super) struct Row<'a> {
    out: &'a mut Vec<u8>,
    dialect: Dialect,
    /// how many values were written
    pub(super) count: usize,
}

impl<'a> Row<'a> {
    /// A row that goes to the end of `out`.
    pub(super) fn new(out: &'a mut Vec<u8>, dialect: Dialect) -> Self {
        Self { out, dialect, count: 0 }
    }

    fn begin(&mut self) {
        if self.count > 0 && self.dialect != Dialect::Values {
            self.out.push(self.dialect.delimiter());
        }
        self.count += 1;
    }

    fn value(&mut self, tag: u8, bytes: &[u8]) {
        self.out.push(tag);
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.out.extend(length.to_le_bytes());
        self.out.extend(bytes);
    }

    /// Bytes that are text in every dialect and need no quotes.
    pub(super) fn bare(&mut self, bytes: &[u8]) -> &mut Self {
        self.begin();
        match self.dialect {
            Dialect::Values => self.value(b't', bytes),
            _ => self.out.extend(bytes),
        }
        self
    }

    /// A text; the empty text is no value.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        if text.is_empty() {
            return self.none();
        }
        let delimiter = self.dialect.delimiter();
        let is_bare = self.dialect == Dialect::Values
            || !text.bytes().any(|byte| byte == delimiter || matches!(byte, b'"' | b'\n' | b'\r'));
        if is_bare {
            return self.bare(text.as_bytes());
        }
        self.begin();
        self.out.push(b'"');
        for byte in text.bytes() {
            if byte == b'"' {
                self.out.push(b'"');
            }
            self.out.push(byte);
        }
        self.out.push(b'"');
        self
    }

    /// A text of parts that need no quotes, such as a number made of a document's and a line's.
    pub(super) fn joined(&mut self, parts: &[&str]) -> &mut Self {
        self.begin();
        if self.dialect == Dialect::Values {
            self.value(b't', parts.concat().as_bytes());
        } else {
            parts.iter().for_each(|part| self.out.extend(part.as_bytes()));
        }
        self
    }

    /// No value.
    pub(super) fn none(&mut self) -> &mut Self {
        self.begin();
        if self.dialect == Dialect::Values {
            self.value(b'n', b"");
        }
        self
    }

    /// A whole number.
    pub(super) fn int(&mut self, number: i64) -> &mut Self {
        if self.dialect == Dialect::Values {
            self.begin();
            self.value(b'i', &number.to_le_bytes());
            return self;
        }
        self.bare(itoa::Buffer::new().format(number).as_bytes())
    }

    /// An amount of money in hundredths.
    pub(super) fn money(&mut self, cents: i64) -> &mut Self {
        self.decimal(cents, 2)
    }

    /// A decimal number in units of its last place.
    pub(super) fn decimal(&mut self, units: i64, scale: u32) -> &mut Self {
        let is_local = self.dialect == Dialect::Bookkeeping;
        let text = decimal(units, scale, if is_local { (',', Some('.')) } else { ('.', None) });
        self.bare(text.as_bytes())
    }

    /// A date.
    pub(super) fn date(&mut self, day: NaiveDate) -> &mut Self {
        let text = match self.dialect {
            Dialect::Bookkeeping => dated(day, [2, 1, 0], b'.'),
            Dialect::Scales => dated(day, [2, 1, 0], b'/'),
            Dialect::Chinese => dated(day, [0, 1, 2], b'/'),
            _ => dated(day, [0, 1, 2], b'-'),
        };
        self.bare(&text)
    }

    /// A date that may be absent.
    pub(super) fn date_or_none(&mut self, day: Option<NaiveDate>) -> &mut Self {
        match day {
            Some(day) => self.date(day),
            None => self.none(),
        }
    }

    /// A local time to the minute's second: `2026-06-30 09:15:00`.
    pub(super) fn time(&mut self, at: NaiveDateTime) -> &mut Self {
        let mut text = dated(at.date(), [0, 1, 2], b'-');
        for (mark, number) in [(b' ', at.hour()), (b':', at.minute()), (b':', at.second())] {
            text.push(mark);
            two(&mut text, number);
        }
        self.bare(&text)
    }

    /// Yes or no.
    pub(super) fn flag(&mut self, is_so: bool) -> &mut Self {
        match self.dialect {
            Dialect::Chinese => self.text(if is_so { "是" } else { "否" }),
            Dialect::Values => self.int(i64::from(is_so)),
            _ => self.text(if is_so { "true" } else { "false" }),
        }
    }

    /// A binary floating point number, as databases hold them.
    pub(super) fn real(&mut self, number: f64) -> &mut Self {
        self.begin();
        match self.dialect {
            Dialect::Values => self.value(b'r', &number.to_le_bytes()),
            _ => self.out.extend(number.to_string().bytes()),
        }
        self
    }

    /// Bytes as they are: in a database a blob.
    pub(super) fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.begin();
        match self.dialect {
            Dialect::Values => self.value(b'b', bytes),
            _ => self.out.extend(bytes),
        }
        self
    }

    /// Ends the row.
    pub(super) fn end(&mut self) {
        self.out.extend(self.dialect.line_end());
    }
}

/// A decimal number as text: with the marks `(',', Some('.'))`, -123456 of scale 2 is `-1.234,56`.
pub(super) fn decimal(units: i64, scale: u32, (mark, thousands): (char, Option<char>)) -> String {
    let one = 10_u64.pow(scale);
    let size = units.unsigned_abs();
    let mut buffer = itoa::Buffer::new();
    let whole = buffer.format(size / one);
    let mut text = String::with_capacity(24);
    if units < 0 {
        text.push('-');
    }
    for (place, digit) in whole.chars().enumerate() {
        if place > 0
            && (whole.len() - place).is_multiple_of(3)
            && let Some(thousands) = thousands
        {
            text.push(thousands);
        }
        text.push(digit);
    }
    if scale > 0 {
        text.push(mark);
        let mut place = one / 10;
        while place > 0 {
            let digit = u8::try_from(size / place % 10).unwrap_or_default();
            text.push(char::from(b'0' + digit));
            place /= 10;
        }
    }
    text
}

/// Hundredths as a decimal with two places: -1234 is `-12.34`.
pub(super) fn money(cents: i64) -> String {
    decimal(cents, 2, ('.', None))
}

/// Year, month and day in an order, by their places in `[year, month, day]`.
fn dated(day: NaiveDate, order: [usize; 3], mark: u8) -> Vec<u8> {
    let mut text = Vec::with_capacity(20);
    for (place, part) in order.into_iter().enumerate() {
        if place > 0 {
            text.push(mark);
        }
        match part {
            0 => {
                let year = day.year().unsigned_abs();
                two(&mut text, year / 100);
                two(&mut text, year % 100);
            }
            1 => two(&mut text, day.month()),
            _ => two(&mut text, day.day()),
        }
    }
    text
}

fn two(text: &mut Vec<u8>, number: u32) {
    for digit in [number / 10 % 10, number % 10] {
        text.push(b'0' + u8::try_from(digit).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::{Dialect, Row, decimal, money};

    fn row(dialect: Dialect) -> String {
        let mut out = Vec::new();
        let day = "2026-03-07".parse().unwrap();
        let mut row = Row::new(&mut out, dialect);
        row.text("a;b,c").int(-5).money(-123_456_789).date(day).none().flag(true).end();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_program_has_its_way() {
        assert_eq!(row(Dialect::Bookkeeping), "\"a;b,c\";-5;-1.234.567,89;07.03.2026;;true\r\n");
        assert_eq!(row(Dialect::Plain), "\"a;b,c\",-5,-1234567.89,2026-03-07,,true\n");
        assert_eq!(row(Dialect::Scales), "a;b,c\t-5\t-1234567.89\t07/03/2026\t\ttrue\n");
        assert_eq!(row(Dialect::Chinese), "\"a;b,c\",-5,-1234567.89,2026/03/07,,是\n");
    }

    #[test]
    fn decimals_keep_every_place() {
        assert_eq!(money(-5), "-0.05");
        assert_eq!(money(100_000), "1000.00");
        assert_eq!(decimal(100_000_007, 4, (',', Some('.'))), "10.000,0007");
        assert_eq!(decimal(i64::MIN, 0, ('.', None)), "-9223372036854775808");
    }
}
