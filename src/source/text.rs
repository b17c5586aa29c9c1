//! How do the bytes of a text file become UTF-8?
//!
//! Encodings go by their WHATWG labels, as browsers know them. Mind that `latin1` and
//! `iso-8859-1` mean windows-1252 there: the bytes 0x80 to 0x9f are letters and marks such as the
//! euro sign, not control characters.

use encoding_rs::{Decoder, DecoderResult, Encoding, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE};

use super::SourceError;

/// Stands for bytes that could not be decoded; as it never occurs in UTF-8, the record that holds
/// it is told from all others and refused.
const UNDECODABLE: u8 = 0xff;

/// A decoder of one file.
pub(super) struct Text {
    encoding: &'static Encoding,
    decoder: Option<Decoder>,
}

impl Text {
    /// # Errors
    /// When nobody knows the label.
    pub fn new(label: &str, place: &str) -> Result<Self, SourceError> {
        let encoding = Encoding::for_label(label.as_bytes())
            .filter(|encoding| *encoding != REPLACEMENT)
            .ok_or_else(|| SourceError::Shape {
                place: place.to_owned(),
                why: format!(
                    "`{label}` is no known encoding; write utf-8, latin1, gbk, gb18030, big5, \
                     shift_jis, utf-16le or utf-16be"
                ),
            })?;
        let decoder = (encoding != UTF_8).then(|| encoding.new_decoder_without_bom_handling());
        Ok(Self { encoding, decoder })
    }

    /// The encoding's name for messages.
    pub fn name(&self) -> &'static str {
        self.encoding.name()
    }

    /// Whether the file's bytes are UTF-8 already.
    pub fn is_utf8(&self) -> bool {
        self.decoder.is_none()
    }

    /// How many bytes the byte order mark takes with which the file may begin.
    ///
    /// # Errors
    /// When it is that of another encoding.
    pub fn mark_bytes(&self, first: &[u8], file: &str) -> Result<usize, SourceError> {
        let Some((found, bytes)) = Encoding::for_bom(first) else { return Ok(0) };
        if found == self.encoding {
            return Ok(bytes);
        }
        let found = if found == UTF_16LE {
            "utf-16le"
        } else if found == UTF_16BE {
            "utf-16be"
        } else {
            "utf-8"
        };
        let declared = self.name().to_lowercase();
        Err(SourceError::ByteOrderMark { file: file.to_owned(), found, declared })
    }

    /// Appends what `bytes` say to `out`.
    pub fn decode(&mut self, mut bytes: &[u8], is_last: bool, out: &mut Vec<u8>) {
        let Some(decoder) = &mut self.decoder else {
            out.extend_from_slice(bytes);
            return;
        };
        loop {
            let start = out.len();
            let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len());
            out.resize(start + room.unwrap_or(bytes.len() * 4).max(16), 0);
            let (result, read, written) =
                decoder.decode_to_utf8_without_replacement(bytes, &mut out[start..], is_last);
            out.truncate(start + written);
            bytes = &bytes[read..];
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => out.push(UNDECODABLE),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(label: &str, bytes: &[u8], step: usize) -> Vec<u8> {
        let mut text = Text::new(label, "here").unwrap();
        let mut out = Vec::new();
        let mut chunks = bytes.chunks(step).peekable();
        while let Some(chunk) = chunks.next() {
            text.decode(chunk, chunks.peek().is_none(), &mut out);
        }
        out
    }

    #[test]
    fn encodings_are_decoded_in_any_steps() {
        for (label, bytes, expected) in [
            ("utf-8", "é€".as_bytes(), "é€"),
            ("latin1", b"caf\xe9 \x80".as_slice(), "café €"),
            ("gbk", b"\xbf\xcd\xbb\xa7,1\n", "客户,1\n"),
            ("gb18030", b"\x81\x30\x81\x30\xbf\xcd", "\u{80}客"),
            ("utf-16le", b"a\0,\0\x89\x5b", "a,安"),
            ("utf-16be", b"\0a\0,\x5b\x89", "a,安"),
            ("big5", b"\xa4\xa4\xa4\xe5", "中文"),
            ("shift_jis", b"\x93\xfa\x96{", "日本"),
        ] {
            for step in [1, 2, 3, 100] {
                let out = String::from_utf8(decoded(label, bytes, step)).unwrap();
                assert_eq!(out, expected, "{label} {step}");
            }
        }
    }

    #[test]
    fn undecodable_bytes_are_marked_and_swallow_no_neighbours() {
        for step in [1, 2, 3, 100] {
            assert_eq!(decoded("gbk", b"a\xbf,b\n", step), b"a\xff,b\n", "{step}");
            assert_eq!(decoded("utf-16le", b"a\0\x00\xd8,\0", step), b"a\xff,", "{step}");
        }
    }

    #[test]
    fn byte_order_marks_are_told_apart() {
        let mark = |label: &str, bytes: &[u8]| {
            Text::new(label, "here").unwrap().mark_bytes(bytes, "a.csv").map_err(|e| e.to_string())
        };
        assert_eq!(mark("utf-8", b"\xef\xbb\xbfa"), Ok(3));
        assert_eq!(mark("utf-8", b"a"), Ok(0));
        assert_eq!(mark("utf-16le", b"\xff\xfea\0"), Ok(2));
        assert!(mark("utf-8", b"\xff\xfea\0").unwrap_err().contains("`encoding = \"utf-16le\"`"));
        assert!(mark("gbk", b"\xef\xbb\xbfa").unwrap_err().contains("`encoding = \"utf-8\"`"));
        assert!(Text::new("klingon", "here").is_err());
        assert!(Text::new("hz-gb-2312", "here").is_err());
    }
}
