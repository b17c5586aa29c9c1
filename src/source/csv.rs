//! How is a delimited text file read?
//!
//! The splitter is ours rather than `csv-core`, which walks byte by byte, copies every field and
//! lets an unclosed quote swallow the rest of the file; it serves as an independent peer in tests.
//!
//! - Lines without any text are passed over. A record with another number of fields than the
//!   header is refused, as are records that cannot be decoded.
//! - The empty field means no value, quoted or not.
//! - A header name matches exactly, after blanks around it are cut off.
//! - `sep=` lines are not treated: say `skip = 1`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::error::found_instead;
use super::files::Found;
use super::lines::{BLOCK_BYTES, Block, Blocks, parse_in_order};
use super::rows::{Plan, Rows};
use super::shape::{Chunk, Column, Drift, Format, Shape};
use super::split::{Dialect, fields, without_line_end};
use super::text::Text;
use super::value::Reason;
use super::{Emit, Read, SourceError};

/// How the fields of a file lie.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// per column of the shape the place of its field, if the file has it
    places: Vec<Option<usize>>,
    /// fields of every record; not known where a file without header begins with a malformed record
    width: Option<usize>,
    delimiter: u8,
    quote: u8,
    encoding: &'static str,
}

/// Reads a file of delimited text.
pub(super) fn read(
    file: &Found,
    shape: &Shape,
    threads: usize,
    emit: &mut Emit<'_>,
) -> Result<Read, SourceError> {
    read_in_blocks(file, shape, threads, BLOCK_BYTES, emit)
}

/// As [`read`], in blocks of any size, so that a test can vary it.
pub(super) fn read_in_blocks(
    file: &Found,
    shape: &Shape,
    threads: usize,
    block_bytes: usize,
    emit: &mut Emit<'_>,
) -> Result<Read, SourceError> {
    let plan = Plan::new(shape, &file.name)?;
    let mut blocks = open(file, &shape.format, &shape.place, block_bytes)?;
    let (layout, drift) = layout(&mut blocks, file, shape)?;
    let workers: Vec<_> = (0..threads.max(1))
        .map(|_| {
            let (mut rows, layout) = (plan.rows(), layout.clone());
            move |block: &Block| {
                layout.parse(block, &mut rows);
                let count = rows.len() as u64;
                Ok((rows.take()?, count))
            }
        })
        .collect();
    let mut rows = 0;
    let mut take = |(chunk, count): (Chunk, u64)| {
        rows += count;
        if count > 0 { emit(chunk) } else { Ok(()) }
    };
    let (sha256, size_bytes) = parse_in_order(blocks, workers, &mut take)?;
    Ok(Read { sha256, size_bytes, rows, drift })
}

/// Opens a file in the dialect of its format.
fn open<'a>(
    file: &'a Found,
    format: &Format,
    place: &str,
    block_bytes: usize,
) -> Result<Blocks<'a>, SourceError> {
    let (delimiter, quote) = marks(format, place)?;
    let text = Text::new(&format.encoding, place)?;
    Blocks::open(file, text, Dialect::Quoted { delimiter, quote }, block_bytes)
}

/// Delimiter and quote, as the single bytes that they must be.
fn marks(format: &Format, place: &str) -> Result<(u8, u8), SourceError> {
    let wrong = |why: String| SourceError::Shape { place: place.to_owned(), why };
    let byte = |what: &str, mark: char| {
        u8::try_from(mark)
            .ok()
            .filter(|byte| byte.is_ascii() && !b"\r\n\0".contains(byte))
            .ok_or_else(|| wrong(format!("the {what} `{}` is not one byte", mark.escape_debug())))
    };
    let (delimiter, quote) = (byte("delimiter", format.delimiter)?, byte("quote", format.quote)?);
    if delimiter == quote {
        return Err(wrong(format!("`{}` is both delimiter and quote", format.quote)));
    }
    Ok((delimiter, quote))
}

/// Takes skipped records and the header off and says where each column lies.
fn layout(
    blocks: &mut Blocks<'_>,
    file: &Found,
    shape: &Shape,
) -> Result<(Layout, Vec<Drift>), SourceError> {
    let format = &shape.format;
    let (delimiter, quote) = marks(format, &shape.place)?;
    for _ in 0..format.skip {
        blocks.take_record()?;
    }
    let encoding = Text::new(&format.encoding, &shape.place)?.name();
    let mut layout = Layout { places: Vec::new(), width: None, delimiter, quote, encoding };
    let (places, drift) = if format.header {
        let names = header(blocks, file, delimiter, quote)?;
        layout.width = Some(names.len());
        place_by_name(&names, file, shape)?
    } else {
        layout.width = blocks.peek_record()?.and_then(|record| {
            let mut width = 0;
            fields(std::str::from_utf8(&record).ok()?, delimiter, quote, |_, _| width += 1);
            Some(width)
        });
        place_by_position(layout.width, file, shape)?
    };
    layout.places = places;
    Ok((layout, drift))
}

/// The names in the header, blanks around them cut off.
fn header(
    blocks: &mut Blocks<'_>,
    file: &Found,
    delimiter: u8,
    quote: u8,
) -> Result<Vec<String>, SourceError> {
    let wrong = |why: String| SourceError::Header { file: file.name.clone(), why };
    loop {
        let Some((_, bytes, record)) = blocks.take_record()? else {
            return Err(SourceError::Empty { file: file.name.clone() });
        };
        if let Some(fault) = record.fault {
            return Err(wrong(fault.reason().to_string()));
        }
        let line = std::str::from_utf8(without_line_end(&bytes))
            .map_err(|_| wrong(Reason::Undecodable(blocks.encoding()).to_string()))?;
        if line.is_empty() {
            continue;
        }
        if line.contains('\r') {
            return Err(wrong("its lines end in lone carriage returns; convert them".to_owned()));
        }
        let mut names = Vec::new();
        fields(line, delimiter, quote, |text, has_doubled| {
            names.push(single(text, has_doubled, quote).trim().to_owned());
        });
        return Ok(names);
    }
}

/// A field's text, its doubled quotes made single.
fn single(text: &str, has_doubled: bool, quote: u8) -> Cow<'_, str> {
    if !has_doubled {
        return Cow::Borrowed(text);
    }
    let quote = char::from(quote);
    Cow::Owned(text.replace(&format!("{quote}{quote}"), &quote.to_string()))
}

/// Per column of the shape the place of its field, if the header has it, and how both differ.
pub(super) fn place_by_name(
    names: &[String],
    file: &Found,
    shape: &Shape,
) -> Result<(Vec<Option<usize>>, Vec<Drift>), SourceError> {
    let mut places = Vec::with_capacity(shape.columns.len());
    let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, name) in names.iter().enumerate() {
        by_name.entry(name).or_default().push(place);
    }
    let mut drift = Vec::new();
    let mut is_wanted = vec![false; names.len()];
    for column in &shape.columns {
        let name = column.source_name();
        let place = match by_name.get(name).map(Vec::as_slice) {
            Some([place]) => Some(*place),
            Some(several) => {
                return Err(SourceError::DuplicateColumn {
                    file: file.name.clone(),
                    column: name.to_owned(),
                    place: shape.place.clone(),
                    count: several.len(),
                });
            }
            None => {
                let found = || found_instead(name, names.iter().map(String::as_str), "columns");
                drift.push(missing(column, &file.name, shape, found)?);
                None
            }
        };
        if let Some(place) = place {
            is_wanted[place] = true;
        }
        places.push(place);
    }
    for (place, name) in names.iter().enumerate().filter(|(place, _)| !is_wanted[*place]) {
        let column = if name.is_empty() { format!("column {}", place + 1) } else { name.clone() };
        drift.push(Drift::Added { column });
    }
    Ok((places, drift))
}

/// As [`place_by_name`] for a file without header whose records have `width` fields, if that is
/// known.
pub(super) fn place_by_position(
    width: Option<usize>,
    file: &Found,
    shape: &Shape,
) -> Result<(Vec<Option<usize>>, Vec<Drift>), SourceError> {
    let mut places = Vec::with_capacity(shape.columns.len());
    let mut drift = Vec::new();
    for (index, column) in shape.columns.iter().enumerate() {
        let place = match &column.from {
            None => index,
            Some(from) => position(from).ok_or_else(|| SourceError::Shape {
                place: shape.place.clone(),
                why: format!(
                    "column `{}`: `from` must be a position from 1, as there is no header",
                    column.name
                ),
            })?,
        };
        if let Some(width) = width
            && place >= width
        {
            let found = || format!("its records have {width} fields");
            drift.push(missing(column, &file.name, shape, found)?);
            places.push(None);
        } else {
            places.push(Some(place));
        }
    }
    for place in 0..width.unwrap_or_default() {
        if !places.contains(&Some(place)) {
            drift.push(Drift::Added { column: format!("column {}", place + 1) });
        }
    }
    Ok((places, drift))
}

impl Layout {
    /// Adds the rows of a block.
    fn parse(&self, block: &Block, rows: &mut Rows) {
        let has_nul = memchr::memchr(0, &block.bytes).is_some();
        match (&block.records, std::str::from_utf8(&block.bytes)) {
            (None, Ok(text)) => self.parse_plain(text, block.line, has_nul, rows),
            _ => self.parse_records(block, has_nul, rows),
        }
    }

    /// Adds the rows of a block without quotes that is all UTF-8.
    fn parse_plain(&self, text: &str, line: u64, has_nul: bool, rows: &mut Rows) {
        let bytes = text.as_bytes();
        let mut number = i64::try_from(line).unwrap_or(i64::MAX);
        let mut marks = Vec::with_capacity(bytes.len() / 4);
        places_of(bytes, self.delimiter, b'\n', &mut marks);
        if bytes.last().is_some_and(|byte| *byte != b'\n') {
            marks.push(bytes.len());
        }
        // Marks from `first` on belong to the record that begins at `start`.
        let (mut first, mut start) = (0, 0);
        for (index, &mark) in marks.iter().enumerate() {
            if bytes.get(mark) == Some(&self.delimiter) {
                continue;
            }
            let fields = &marks[first..=index];
            let end = if mark > start && bytes[mark - 1] == b'\r' { mark - 1 } else { mark };
            let field = |place: usize| {
                let from = if place == 0 { start } else { fields[place - 1] + 1 };
                let to = if place + 1 == fields.len() { end } else { *fields.get(place)? };
                text.get(from..to)
            };
            let record = Numbered { number, text: &text[start..end], count: fields.len() };
            self.push(&record, has_nul, rows, field);
            (first, start) = (index + 1, mark + 1);
            number += 1;
        }
    }

    /// Adds the rows of any block.
    fn parse_records(&self, block: &Block, has_nul: bool, rows: &mut Rows) {
        let mut line = block.line;
        let mut start = 0;
        let mut add = |end: usize, fault: Option<Reason>| {
            let bytes = &block.bytes[start..end];
            let number = i64::try_from(line).unwrap_or(i64::MAX);
            match (fault, std::str::from_utf8(without_line_end(bytes))) {
                (Some(reason), _) => rows.refuse_record(number, bytes, &reason),
                (None, Err(_)) => {
                    rows.refuse_record(number, bytes, &Reason::Undecodable(self.encoding));
                }
                (None, Ok(record)) => {
                    let mut found: Vec<Cow<'_, str>> = Vec::new();
                    fields(record, self.delimiter, self.quote, |text, has_doubled| {
                        found.push(single(text, has_doubled, self.quote));
                    });
                    let record = Numbered { number, text: record, count: found.len() };
                    self.push(&record, has_nul, rows, |place| found.get(place).map(AsRef::as_ref));
                }
            }
            line += memchr::memchr_iter(b'\n', bytes).count() as u64;
            start = end;
        };
        match &block.records {
            Some(records) => {
                for record in records {
                    add(record.end, record.fault.map(super::split::Fault::reason));
                }
            }
            None => {
                let ends = memchr::memchr_iter(b'\n', &block.bytes).map(|end| end + 1);
                let last = (!block.bytes.ends_with(b"\n")).then_some(block.bytes.len());
                for end in ends.chain(last) {
                    add(end, None);
                }
            }
        }
    }

    /// Adds one record, of which `field` gives the fields.
    #[inline(always)]
    fn push<'v>(
        &self,
        record: &Numbered<'_>,
        has_nul: bool,
        rows: &mut Rows,
        field: impl Fn(usize) -> Option<&'v str>,
    ) {
        if record.text.is_empty() {
            return;
        }
        if let Some(expected) = self.width
            && expected != record.count
        {
            let reason = Reason::FieldCount { found: record.count, expected };
            rows.refuse_record(record.number, record.text.as_bytes(), &reason);
            return;
        }
        rows.push_texts(record.number, has_nul, |index| match self.places[index] {
            Some(place) => field(place),
            None => None,
        });
    }
}

/// A record's line, its text without line end, and its number of fields.
struct Numbered<'a> {
    number: i64,
    text: &'a str,
    count: usize,
}

/// Adds the places at which either byte stands, looking at eight bytes at a time: fields are so
/// short that calling a search for each costs more.
fn places_of(bytes: &[u8], one: u8, other: u8, places: &mut Vec<usize>) {
    const LOW_BITS: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let spread = |byte: u8| u64::from_ne_bytes([byte; 8]);
    let (one, other) = (spread(one), spread(other));
    // The high bit of every byte that is zero, exactly.
    let zeros = |word: u64| !((word & LOW_BITS).wrapping_add(LOW_BITS) | word | LOW_BITS);
    let mut at = 0;
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        let word = word.try_into().map_or(0, u64::from_le_bytes);
        let mut found = zeros(word ^ one) | zeros(word ^ other);
        while found != 0 {
            places.push(at + found.trailing_zeros() as usize / 8);
            found &= found - 1;
        }
        at += 8;
    }
    let (one, other) = (one as u8, other as u8);
    for byte in words.remainder() {
        if *byte == one || *byte == other {
            places.push(at);
        }
        at += 1;
    }
}

/// The place of a position counted from 1.
fn position(text: &str) -> Option<usize> {
    text.parse::<usize>().ok()?.checked_sub(1)
}

/// The drift of an absent column, or the error where it is required.
pub(super) fn missing(
    column: &Column,
    file: &str,
    shape: &Shape,
    found: impl FnOnce() -> String,
) -> Result<Drift, SourceError> {
    if !column.required {
        return Ok(Drift::Missing { column: column.name.clone() });
    }
    Err(SourceError::MissingColumn {
        file: file.to_owned(),
        column: column.source_name().to_owned(),
        place: shape.place.clone(),
        found: found(),
    })
}

/// The names of the columns of a file and up to `limit` well-formed records, as texts.
pub(super) fn sample(
    file: &Found,
    format: &Format,
    limit: usize,
) -> Result<(Vec<String>, Vec<Vec<String>>), SourceError> {
    let mut blocks = open(file, format, &file.name, BLOCK_BYTES)?;
    let (delimiter, quote) = marks(format, &file.name)?;
    for _ in 0..format.skip {
        blocks.take_record()?;
    }
    let mut names = Vec::new();
    if format.header {
        names = header(&mut blocks, file, delimiter, quote)?;
    }
    let mut records = Vec::new();
    while records.len() < limit {
        let Some((_, bytes, record)) = blocks.take_record()? else { break };
        let Ok(line) = std::str::from_utf8(without_line_end(&bytes)) else { continue };
        let mut found = Vec::new();
        fields(line, delimiter, quote, |text, has_doubled| {
            found.push(single(text, has_doubled, quote).into_owned());
        });
        if names.is_empty() {
            names = (1..=found.len()).map(|position| position.to_string()).collect();
        }
        if record.fault.is_none() && found.len() == names.len() {
            records.push(found);
        }
    }
    Ok((names, records))
}
