//! Where does a record of a text file end?
//!
//! RFC 4180 exactly: only a quote at the start of a field opens a quoted section, a doubled quote
//! inside it is a quote, a quote elsewhere is text. Two things that the standard does not allow
//! make a record malformed: a quote that is not closed within 1 MiB or before the end of the file,
//! and text between a closing quote and the next delimiter. Of a malformed record its first line is
//! refused and reading goes on with the next line, so that one stray quote costs one line and not
//! the rest of the file.

use super::value::Reason;

/// How far a closing quote may lie from its opening one.
const QUOTED_BYTES_MAX: usize = 1024 * 1024;

/// How a text file is divided into records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// a record is a line
    Lines,
    /// a record is a line, but a quoted field may hold line ends
    Quoted {
        /// between fields
        delimiter: u8,
        /// around a field
        quote: u8,
    },
}

/// What is wrong with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// a quote that is not closed
    OpenQuote,
    /// text after a closing quote
    AfterQuote,
}

impl Fault {
    /// The reason for which the record is refused.
    pub fn reason(self) -> Reason {
        match self {
            Self::OpenQuote => Reason::OpenQuote,
            Self::AfterQuote => Reason::AfterQuote,
        }
    }
}

/// A record that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// just behind its line end
    pub end: usize,
    /// what is wrong with it
    pub fault: Option<Fault>,
}

/// Finds the record that begins at `start`; `None` when its end is not among `bytes` yet.
/// `is_last` says that there are no more bytes; then the missing last line end is supplied.
pub fn next_record(bytes: &[u8], start: usize, dialect: Dialect, is_last: bool) -> Option<Record> {
    let end_of_line = || match memchr::memchr(b'\n', &bytes[start..]) {
        Some(length) => Some(start + length + 1),
        None => is_last.then_some(bytes.len()),
    };
    let Dialect::Quoted { delimiter, quote } = dialect else {
        return Some(Record { end: end_of_line()?, fault: None });
    };
    let mut at = start;
    loop {
        let Some(length) = memchr::memchr2(b'\n', quote, &bytes[at..]) else {
            return is_last.then_some(Record { end: bytes.len(), fault: None });
        };
        at += length + 1;
        if bytes[at - 1] == b'\n' {
            return Some(Record { end: at, fault: None });
        }
        if at - 1 > start && bytes[at - 2] != delimiter {
            continue;
        }
        match close(bytes, at, delimiter, quote, is_last)? {
            Closed::Field(next) => at = next,
            Closed::Record(end) => return Some(Record { end, fault: None }),
            Closed::Never(fault) => {
                return Some(Record { end: end_of_line()?, fault: Some(fault) });
            }
        }
    }
}

/// How a quoted field ended.
enum Closed {
    /// with a delimiter; the next field begins here
    Field(usize),
    /// with its record
    Record(usize),
    /// not as it should
    Never(Fault),
}

/// Finds the end of the quoted field whose text begins at `opened`.
fn close(bytes: &[u8], opened: usize, delimiter: u8, quote: u8, is_last: bool) -> Option<Closed> {
    let mut at = opened;
    loop {
        let Some(length) = memchr::memchr(quote, &bytes[at..]) else {
            let is_hopeless = is_last || bytes.len() - opened > QUOTED_BYTES_MAX;
            return is_hopeless.then_some(Closed::Never(Fault::OpenQuote));
        };
        at += length + 1;
        if at - opened > QUOTED_BYTES_MAX {
            return Some(Closed::Never(Fault::OpenQuote));
        }
        match (bytes.get(at).copied(), bytes.get(at + 1).copied()) {
            (Some(next), _) if next == quote => at += 1,
            (Some(next), _) if next == delimiter => return Some(Closed::Field(at + 1)),
            (Some(b'\n'), _) => return Some(Closed::Record(at + 1)),
            (Some(b'\r'), Some(b'\n')) => return Some(Closed::Record(at + 2)),
            (None, _) | (Some(b'\r'), None) => {
                return is_last.then_some(Closed::Record(bytes.len()));
            }
            _ => return Some(Closed::Never(Fault::AfterQuote)),
        }
    }
}

/// `record` without its line end: a line feed, a carriage return before it, or a lone carriage
/// return at the very end of the file.
pub fn without_line_end(record: &[u8]) -> &[u8] {
    let record = record.strip_suffix(b"\n").unwrap_or(record);
    record.strip_suffix(b"\r").unwrap_or(record)
}

/// Calls `field` with every field of a well-formed record without line end: its text and whether it
/// holds doubled quotes that are still to be made single.
pub fn fields<'a>(record: &'a str, delimiter: u8, quote: u8, mut field: impl FnMut(&'a str, bool)) {
    let bytes = record.as_bytes();
    let mut at = 0;
    loop {
        if bytes.get(at) == Some(&quote) {
            let opened = at + 1;
            let mut has_doubled = false;
            at = opened;
            // The record is well-formed, so the closing quote is there.
            while let Some(length) = memchr::memchr(quote, &bytes[at..]) {
                at += length + 1;
                if bytes.get(at) != Some(&quote) {
                    break;
                }
                has_doubled = true;
                at += 1;
            }
            field(&record[opened..at - 1], has_doubled);
        } else {
            let end = memchr::memchr(delimiter, &bytes[at..]).map_or(bytes.len(), |l| at + l);
            field(&record[at..end], false);
            at = end;
        }
        if at >= bytes.len() {
            return;
        }
        at += 1;
    }
}
