//! Can a part of a workbook be handed to the spreadsheet library without harm?
//!
//! The library keeps whole texts, tags and tables in memory, reserves what a part says of itself,
//! and passes over some values written in unusual ways. This walks over the unpacked bytes once,
//! in little memory, and says what the library would need, or why it must not see the part.

/// Bytes of one text or tag; a cell holds at most 32,767 characters.
const EVENT_BYTES_MAX: u64 = 1 << 20;
/// Bytes of one cell, or of one shared text with all its formats.
const ITEM_BYTES_MAX: u64 = 4 << 20;
/// Bytes of one row of cells.
const ROW_BYTES_MAX: u64 = 64 << 20;
/// Bytes of one part.
const PART_BYTES_MAX: u64 = 8 << 30;
/// Bytes kept of a tag.
const TAG_BYTES_KEPT: usize = 4096;

const NOT_UTF_8: &str = "is not in UTF-8";

/// Why a part is not read; follows "the part `...` ".
pub(super) type Fault = String;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Text,
    Tag {
        quote: Option<u8>,
    },
    /// a comment, a piece of raw text or an instruction, until its end
    Until {
        end: &'static [u8],
        matched: usize,
    },
}

/// How the value of the cell at hand is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CellKind {
    /// the number of a shared text
    Shared,
    /// a number, a boolean or an error
    Plain,
    /// anything else
    Text,
}

/// What is known of a part so far.
#[derive(Debug)]
pub(super) struct Scan {
    state: State,
    tag: Vec<u8>,
    /// the byte before the one at hand, within a tag
    previous: u8,
    /// the instruction at hand, of which the first declares the encoding
    instruction: Vec<u8>,
    bytes: u64,
    event_bytes: u64,
    item_start: Option<u64>,
    row_start: Option<u64>,
    longest_tag: u64,
    cell: CellKind,
    has_value: bool,
    is_in_value: bool,
    is_in_kept_text: bool,
    /// roughly the bytes that the library needs to keep of the part
    pub memory_bytes: u64,
    /// merged blocks
    pub merged: u64,
}

impl Scan {
    pub fn new() -> Self {
        Self {
            state: State::Text,
            tag: Vec::with_capacity(TAG_BYTES_KEPT),
            previous: 0,
            instruction: Vec::new(),
            bytes: 0,
            event_bytes: 0,
            item_start: None,
            row_start: None,
            longest_tag: 0,
            cell: CellKind::Plain,
            has_value: false,
            is_in_value: false,
            is_in_kept_text: false,
            memory_bytes: 0,
            merged: 0,
        }
    }

    /// Takes the next bytes of the part.
    ///
    /// # Errors
    /// Why the part is not read.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        if memchr::memchr(0, bytes).is_some() {
            return Err(NOT_UTF_8.to_owned());
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = match self.state {
                State::Text => self.text(rest)?,
                State::Tag { quote } => self.tag(rest, quote)?,
                State::Until { end, matched } => self.until(rest, end, matched)?,
            };
            self.check_sizes()?;
        }
        Ok(())
    }

    fn advance(&mut self, count: usize) {
        self.bytes += count as u64;
        self.event_bytes += count as u64;
    }

    fn check_sizes(&self) -> Result<(), Fault> {
        let since = |start: Option<u64>| start.map_or(0, |start| self.bytes - start);
        let what = if self.event_bytes > EVENT_BYTES_MAX {
            "has a text or a tag of more than 1 MiB"
        } else if since(self.item_start) > ITEM_BYTES_MAX {
            "has a cell of more than 4 MiB"
        } else if since(self.row_start) > ROW_BYTES_MAX {
            "has a row of more than 64 MiB"
        } else if self.bytes > PART_BYTES_MAX {
            "unpacks to more than 8 GiB"
        } else {
            return Ok(());
        };
        Err(what.to_owned())
    }

    fn text<'a>(&mut self, rest: &'a [u8]) -> Result<&'a [u8], Fault> {
        let end = memchr::memchr(b'<', rest).unwrap_or(rest.len());
        let text = &rest[..end];
        if self.is_in_value {
            self.check_value(text)?;
        }
        if self.is_in_kept_text {
            self.need(end as u64);
        }
        self.advance(end);
        if end == rest.len() {
            return Ok(&[]);
        }
        self.check_sizes()?;
        self.state = State::Tag { quote: None };
        self.tag.clear();
        self.event_bytes = 0;
        self.advance(1);
        Ok(&rest[end + 1..])
    }

    /// The library takes only the first piece of such a value, and a number that it cannot read
    /// for the first shared text.
    fn check_value(&self, text: &[u8]) -> Result<(), Fault> {
        let is_read = match self.cell {
            CellKind::Shared => text.iter().all(u8::is_ascii_digit),
            CellKind::Plain => !text.contains(&b'&'),
            CellKind::Text => true,
        };
        if is_read { Ok(()) } else { Err(unusual()) }
    }

    fn tag<'a>(&mut self, rest: &'a [u8], mut quote: Option<u8>) -> Result<&'a [u8], Fault> {
        for (index, &byte) in rest.iter().enumerate() {
            if self.tag.len() < TAG_BYTES_KEPT {
                self.tag.push(byte);
                let end: Option<&[u8]> = match self.tag.as_slice() {
                    b"?" => Some(b"?>"),
                    b"!--" => Some(b"-->"),
                    b"![CDATA[" => Some(b"]]>"),
                    _ => None,
                };
                if let Some(end) = end {
                    let is_split = self.is_in_value && self.cell != CellKind::Text;
                    if is_split {
                        return Err(unusual());
                    }
                    self.advance(index + 1);
                    self.instruction.clear();
                    self.state = State::Until { end, matched: 0 };
                    return Ok(&rest[index + 1..]);
                }
            }
            match (byte, quote) {
                (b'>', None) => {
                    self.advance(index + 1);
                    self.check_sizes()?;
                    self.state = State::Text;
                    self.tag_ends()?;
                    self.event_bytes = 0;
                    return Ok(&rest[index + 1..]);
                }
                (b'"' | b'\'', None) => quote = Some(byte),
                (byte, Some(open)) if byte == open => quote = None,
                _ => {}
            }
            self.previous = byte;
        }
        self.advance(rest.len());
        self.state = State::Tag { quote };
        Ok(&[])
    }

    fn until<'a>(
        &mut self,
        rest: &'a [u8],
        end: &'static [u8],
        mut matched: usize,
    ) -> Result<&'a [u8], Fault> {
        for (index, &byte) in rest.iter().enumerate() {
            if end == b"?>" && self.instruction.len() < TAG_BYTES_KEPT {
                self.instruction.push(byte);
            }
            matched = if byte == end[matched] {
                matched + 1
            } else if end[0] == byte {
                // `--->` and `]]]>` end where they seem to begin anew.
                if matched == 2 && end.len() == 3 { 2 } else { 1 }
            } else {
                0
            };
            if matched == end.len() {
                self.advance(index + 1);
                self.check_sizes()?;
                self.check_encoding()?;
                self.state = State::Text;
                if self.is_in_kept_text {
                    self.need(self.event_bytes);
                }
                self.event_bytes = 0;
                return Ok(&rest[index + 1..]);
            }
        }
        self.advance(rest.len());
        self.state = State::Until { end, matched };
        Ok(&[])
    }

    /// Other encodings could hide tags from this scan.
    fn check_encoding(&self) -> Result<(), Fault> {
        let is_plain = |value: &[u8]| {
            value.eq_ignore_ascii_case(b"utf-8") || value.eq_ignore_ascii_case(b"us-ascii")
        };
        if attributes(&self.instruction, b"encoding").all(is_plain) {
            Ok(())
        } else {
            Err(NOT_UTF_8.to_owned())
        }
    }

    fn need(&mut self, bytes: u64) {
        self.memory_bytes = self.memory_bytes.saturating_add(bytes);
    }

    fn tag_ends(&mut self) -> Result<(), Fault> {
        if self.tag.starts_with(b"!") {
            return Err("declares a document type, which no workbook does".to_owned());
        }
        let is_end = self.tag.starts_with(b"/");
        let is_alone = self.previous == b'/';
        let name = local_name(&self.tag).to_vec();
        if !is_end {
            self.longest_tag = self.longest_tag.max(self.event_bytes);
            self.weigh(&name)?;
        }
        if self.is_in_value && self.cell != CellKind::Text && !(is_end && name == b"v") {
            return Err(unusual());
        }
        let opens = !is_end && !is_alone;
        match name.as_slice() {
            b"row" => self.row_start = opens.then_some(self.bytes),
            b"sheetData" => (self.row_start, self.item_start) = (None, None),
            b"c" => {
                self.item_start = opens.then_some(self.bytes);
                self.has_value = false;
                self.cell = cell_kind(&self.tag);
            }
            b"si" | b"definedName" => {
                self.item_start = opens.then_some(self.bytes);
                self.is_in_kept_text = opens;
            }
            b"v" => {
                self.is_in_value = opens;
                self.has_value = true;
            }
            b"f" if !is_end && self.item_start.is_some() && self.has_value => return Err(unusual()),
            _ => {}
        }
        Ok(())
    }

    /// Adds what the library keeps of an element.
    fn weigh(&mut self, name: &[u8]) -> Result<(), Fault> {
        let tag = self.event_bytes;
        let needed = match name {
            b"si" => 56,
            b"sst" => {
                if self.tag.len() == TAG_BYTES_KEPT {
                    return Err("begins with a tag of more than 4 KiB".to_owned());
                }
                // As many places are reserved as the part says that it has texts.
                declared_texts(&self.tag).saturating_mul(24)
            }
            // A style has copies of its font's name and of its number format.
            b"xf" => 512 + 3 * self.longest_tag,
            b"font" | b"fill" | b"border" => 256,
            b"name" | b"numFmt" | b"sheet" | b"definedName" | b"Relationship" => 256 + 2 * tag,
            b"srgbClr" | b"sysClr" => 16,
            b"mergeCell" => {
                self.merged += 1;
                128
            }
            _ => 0,
        };
        self.need(needed);
        Ok(())
    }
}

fn unusual() -> Fault {
    "writes the value of a cell in a way that is not read".to_owned()
}

/// The name of a tag without `/` and the prefix of its namespace.
fn local_name(tag: &[u8]) -> &[u8] {
    let tag = tag.strip_prefix(b"/").unwrap_or(tag);
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"/>".contains(byte);
    let name = &tag[..tag.iter().position(is_end).unwrap_or(tag.len())];
    &name[memchr::memchr(b':', name).map_or(0, |colon| colon + 1)..]
}

/// How the `t` of a cell's tag says that its value is written.
fn cell_kind(tag: &[u8]) -> CellKind {
    let value = attributes(tag, b"t").next();
    match value {
        None | Some(b"n" | b"b" | b"e") => CellKind::Plain,
        Some(b"s") => CellKind::Shared,
        Some(_) => CellKind::Text,
    }
}

/// The largest number of texts that the tag of a table of shared texts declares.
fn declared_texts(tag: &[u8]) -> u64 {
    let number = |value: &[u8]| {
        let digits = value.iter().filter(|byte| byte.is_ascii_digit());
        digits.fold(0_u64, |number, digit| {
            number.saturating_mul(10).saturating_add(u64::from(digit - b'0'))
        })
    };
    attributes(tag, b"uniqueCount").map(number).max().unwrap_or(0)
}

/// The values of a tag's attributes of this name.
fn attributes<'a>(tag: &'a [u8], name: &'static [u8]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = tag;
    std::iter::from_fn(move || {
        loop {
            let equals = memchr::memchr(b'=', rest)?;
            let key = rest[..equals].trim_ascii_end();
            let value = rest[equals + 1..].trim_ascii_start();
            let quote = *value.first()?;
            let end = memchr::memchr(quote, &value[1..])?;
            let (value, after) = (&value[1..=end], &value[end + 2..]);
            let is_named = key
                .strip_suffix(name)
                .is_some_and(|before| before.last().is_none_or(u8::is_ascii_whitespace));
            rest = after;
            if is_named {
                return Some(value);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a part needs, or why it is not read, fed in pieces of every small size.
    fn check(part: &str, expected: Result<(u64, u64), &str>) {
        for size in [1, 2, 3, 7, part.len().max(1)] {
            let mut scan = Scan::new();
            let fed = part.as_bytes().chunks(size).try_for_each(|piece| scan.feed(piece));
            let found = fed.map(|()| (scan.memory_bytes, scan.merged));
            assert_eq!(found, expected.map_err(str::to_owned), "{part} in pieces of {size}");
        }
    }

    #[test]
    fn parts_are_weighed() {
        check("<worksheet><sheetData/></worksheet>", Ok((0, 0)));
        check("<sst><si><t>abc</t></si><si/></sst>", Ok((2 * 56 + 3, 0)));
        check("<x:sst uniqueCount = '10'><x:si><x:t>a</x:t></x:si></x:sst>", Ok((240 + 56 + 1, 0)));
        check("<sst uniqueCount=\"99999999999999999999999\"/>", Ok((u64::MAX, 0)));
        check("<sst other:uniqueCount=\"5\" ><!-- > <si> --></sst>", Ok((0, 0)));
        check("<a b='<si>'><![CDATA[<si>]]]></a>", Ok((0, 0)));
        check(
            "<mergeCells><mergeCell ref=\"A1:B2\"/><mergeCell ref='C1:D1'/></mergeCells>",
            Ok((256, 2)),
        );
    }

    #[test]
    fn values_that_would_be_lost_are_found() {
        let lost = || Err("writes the value of a cell in a way that is not read");
        check("<c t=\"s\"><v>12</v></c>", Ok((0, 0)));
        check("<c t=\"s\"><v> 12</v></c>", lost());
        check("<c t=\"s\"><v>x</v></c>", lost());
        check("<c><v>1&#50;</v></c>", lost());
        check("<c><v>1<!-- -->2</v></c>", lost());
        check("<c t=\"b\"><v><![CDATA[1]]></v></c>", lost());
        check("<c t=\"str\"><v>a &amp; b</v></c>", Ok((0, 0)));
        check("<c><f>1+1</f><v>2</v></c>", Ok((0, 0)));
        check("<c><v>2</v><f>1+1</f></c>", lost());
        check("<c><v>2</v></c><c><f>1</f></c>", Ok((0, 0)));
        check("<!DOCTYPE a>", Err("declares a document type, which no workbook does"));
        check("<a>\0</a>", Err(NOT_UTF_8));
        check("<?xml version='1.0' encoding=\"gbk\"?><a/>", Err(NOT_UTF_8));
        check("<?xml version='1.0' encoding=\"UTF-8\"?><a/>", Ok((0, 0)));
    }

    #[test]
    fn sizes_are_bounded() {
        let long = "x".repeat(1 << 20);
        check(&format!("<t>{}</t>", &long[1..]), Ok((0, 0)));
        check(&format!("<t>{long}x</t>"), Err("has a text or a tag of more than 1 MiB"));
        check(&format!("<t a=\"{long}\">"), Err("has a text or a tag of more than 1 MiB"));
        check(&format!("<!--{long}-->"), Err("has a text or a tag of more than 1 MiB"));
        let runs = format!("<t>{}</t>", &long[10..]).repeat(5);
        check(&format!("<si>{runs}</si>"), Err("has a cell of more than 4 MiB"));
        check(&format!("<c>{runs}</c>"), Err("has a cell of more than 4 MiB"));
    }
}
