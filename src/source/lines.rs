//! How is a text file read by several threads, its records in their order and memory bounded?
//!
//! One thread reads, hashes and decodes blocks of 2 MiB and cuts them where a record ends; workers
//! parse blocks; the calling thread takes the results in the order of the file. At most a few
//! blocks for each worker are under way at any time.

use std::fs::File;
use std::io::Read;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use sha2::{Digest, Sha256};

use super::SourceError;
use super::files::Found;
use super::split::{Dialect, Record, next_record, without_line_end};
use super::text::Text;

/// Bytes read at a time.
pub(super) const BLOCK_BYTES: usize = 2 * 1024 * 1024;
/// A longer line is taken for a sign that the file is no text file.
const LINE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Whole records of a file, in UTF-8 but for those that could not be decoded.
pub(super) struct Block {
    pub bytes: Vec<u8>,
    /// the line on which the first record begins, from 1
    pub line: u64,
    /// where the records end; `None` where each is a line
    pub records: Option<Vec<Record>>,
}

/// A file being read.
pub(super) struct Blocks<'a> {
    found: &'a Found,
    file: File,
    text: Text,
    dialect: Dialect,
    hasher: Sha256,
    size_bytes: u64,
    block_bytes: usize,
    encoded: Vec<u8>,
    /// decoded bytes, of which those before `start` are used up
    buffer: Vec<u8>,
    start: usize,
    line: u64,
    is_at_end: bool,
}

impl<'a> Blocks<'a> {
    /// Opens a file and passes over its byte order mark.
    pub fn open(
        found: &'a Found,
        text: Text,
        dialect: Dialect,
        block_bytes: usize,
    ) -> Result<Self, SourceError> {
        let file = File::open(&found.path).map_err(SourceError::io(&found.path))?;
        let mut blocks = Self {
            found,
            file,
            text,
            dialect,
            hasher: Sha256::new(),
            size_bytes: 0,
            block_bytes: block_bytes.max(1),
            encoded: Vec::new(),
            buffer: Vec::new(),
            start: 0,
            line: 1,
            is_at_end: false,
        };
        blocks.begin()?;
        Ok(blocks)
    }

    /// Reads the first bytes, so that the byte order mark does not reach the decoder.
    fn begin(&mut self) -> Result<(), SourceError> {
        let mut first = Vec::new();
        self.read_to(&mut first, 4)?;
        let mark = self.text.mark_bytes(&first, &self.found.name)?;
        self.text.decode(&first[mark..], self.is_at_end, &mut self.buffer);
        Ok(())
    }

    /// Appends up to `limit` bytes of the file to `bytes`.
    fn read_to(&mut self, bytes: &mut Vec<u8>, limit: usize) -> Result<(), SourceError> {
        let before = bytes.len();
        let read = (&mut self.file)
            .take(limit as u64)
            .read_to_end(bytes)
            .map_err(SourceError::io(&self.found.path))?;
        self.hasher.update(&bytes[before..]);
        self.size_bytes += read as u64;
        self.is_at_end = read < limit;
        Ok(())
    }

    /// Reads one more block's worth of bytes into the buffer.
    fn fill(&mut self) -> Result<(), SourceError> {
        if self.text.is_utf8() {
            let mut buffer = std::mem::take(&mut self.buffer);
            buffer.reserve(self.block_bytes);
            let result = self.read_to(&mut buffer, self.block_bytes);
            self.buffer = buffer;
            return result;
        }
        let mut encoded = std::mem::take(&mut self.encoded);
        encoded.clear();
        self.read_to(&mut encoded, self.block_bytes)?;
        self.text.decode(&encoded, self.is_at_end, &mut self.buffer);
        self.encoded = encoded;
        Ok(())
    }

    /// Takes the next single record off, with the line on which it begins: a header, or a record to
    /// pass over. Its text still has its line end.
    pub fn take_record(&mut self) -> Result<Option<(u64, Vec<u8>, Record)>, SourceError> {
        loop {
            if self.start < self.buffer.len()
                && let Some(record) =
                    next_record(&self.buffer, self.start, self.dialect, self.is_at_end)
            {
                let bytes = self.buffer[self.start..record.end].to_vec();
                let line = self.line;
                self.line += memchr::memchr_iter(b'\n', &bytes).count() as u64;
                self.start = record.end;
                return Ok(Some((line, bytes, record)));
            }
            if self.is_at_end {
                return Ok(None);
            }
            self.check_length()?;
            self.fill()?;
        }
    }

    /// The first well-formed, decodable record with any text, without its line end; takes nothing
    /// off. Looks no further than the first block.
    pub fn peek_record(&mut self) -> Result<Option<Vec<u8>>, SourceError> {
        let (start, line) = (self.start, self.line);
        let mut first = None;
        while first.is_none()
            && self.start - start < self.block_bytes
            && let Some((_, bytes, record)) = self.take_record()?
        {
            let text = without_line_end(&bytes);
            let is_whole = record.fault.is_none() && std::str::from_utf8(text).is_ok();
            first = (is_whole && !text.is_empty()).then(|| text.to_vec());
        }
        (self.start, self.line) = (start, line);
        Ok(first)
    }

    /// The encoding's name for messages.
    pub fn encoding(&self) -> &'static str {
        self.text.name()
    }

    /// The next block; `None` at the end.
    pub fn next(&mut self) -> Result<Option<Block>, SourceError> {
        self.buffer.drain(..self.start);
        self.start = 0;
        loop {
            if !self.is_at_end {
                self.fill()?;
            }
            let (end, records) = self.whole_records();
            if end > 0 {
                let rest = self.buffer.split_off(end);
                let bytes = std::mem::replace(&mut self.buffer, rest);
                let line = self.line;
                self.line += memchr::memchr_iter(b'\n', &bytes).count() as u64;
                return Ok(Some(Block { bytes, line, records }));
            }
            if self.is_at_end {
                return Ok(None);
            }
            self.check_length()?;
        }
    }

    /// Where the last whole record of the buffer ends, and all ends where records are not lines.
    fn whole_records(&self) -> (usize, Option<Vec<Record>>) {
        let bytes = &self.buffer;
        let is_lines = match self.dialect {
            Dialect::Lines => true,
            Dialect::Quoted { quote, .. } => memchr::memchr(quote, bytes).is_none(),
        };
        if is_lines {
            let end = match memchr::memrchr(b'\n', bytes) {
                _ if self.is_at_end => bytes.len(),
                Some(last) => last + 1,
                None => 0,
            };
            return (end, None);
        }
        let mut records: Vec<Record> = Vec::new();
        let mut end = 0;
        while end < bytes.len()
            && let Some(record) = next_record(bytes, end, self.dialect, self.is_at_end)
        {
            end = record.end;
            records.push(record);
        }
        (end, Some(records))
    }

    fn check_length(&self) -> Result<(), SourceError> {
        if self.buffer.len() - self.start > LINE_BYTES_MAX {
            let file = self.found.name.clone();
            return Err(SourceError::LineTooLong { file, line: self.line });
        }
        Ok(())
    }

    /// The hash and the size of the bytes read, once all of them are.
    ///
    /// # Errors
    /// When the file on disk is no longer the one that was read.
    pub fn finish(self) -> Result<(String, u64), SourceError> {
        self.found.check_unchanged()?;
        if self.size_bytes != self.found.size_bytes {
            return Err(SourceError::Changed { file: self.found.name.clone() });
        }
        Ok((hex::encode(self.hasher.finalize()), self.size_bytes))
    }
}

/// A block with the place where its result is awaited.
type Job<T> = (Block, SyncSender<Result<T, SourceError>>);

/// Has every block parsed by one of `workers` and hands the results to `take` in the file's order,
/// on the calling thread. Gives the file's hash and size.
pub(super) fn parse_in_order<T: Send>(
    mut blocks: Blocks<'_>,
    mut workers: Vec<impl FnMut(&Block) -> Result<T, SourceError> + Send>,
    take: &mut dyn FnMut(T) -> Result<(), SourceError>,
) -> Result<(String, u64), SourceError> {
    let file = blocks.found.name.clone();
    let interrupted = || SourceError::Interrupted { file: file.clone() };
    // Threads cost more than they bring where there is but one block.
    if blocks.found.size_bytes <= blocks.block_bytes as u64 {
        let parse = workers.first_mut().ok_or_else(interrupted)?;
        while let Some(block) = blocks.next()? {
            take(parse(&block)?)?;
        }
        return blocks.finish();
    }
    std::thread::scope(|scope| {
        let (jobs, queue) = sync_channel::<Job<T>>(workers.len());
        let (places, results) = sync_channel(workers.len() * 2);
        let queue = std::sync::Arc::new(Mutex::new(queue));
        for parse in workers {
            let queue = std::sync::Arc::clone(&queue);
            scope.spawn(move || work(&queue, parse));
        }
        let reader = scope.spawn(move || {
            while let Some(block) = blocks.next()? {
                let (place, result) = sync_channel(1);
                // Either queue closes only when the calling thread has given up.
                if places.send(result).is_err() || jobs.send((block, place)).is_err() {
                    return Ok(None);
                }
            }
            blocks.finish().map(Some)
        });
        for result in &results {
            take(result.recv().map_err(|_| interrupted())??)?;
        }
        match reader.join() {
            Ok(ending) => ending?.ok_or_else(interrupted),
            Err(_) => Err(interrupted()),
        }
    })
}

/// Parses blocks until there are no more.
fn work<T>(
    queue: &Mutex<Receiver<Job<T>>>,
    mut parse: impl FnMut(&Block) -> Result<T, SourceError>,
) {
    loop {
        let job = match queue.lock() {
            Ok(queue) => queue.recv(),
            Err(_) => return,
        };
        let Ok((block, place)) = job else { return };
        // Nobody waits for the result any more where the calling thread has given up.
        let _ = place.send(parse(&block));
    }
}

#[cfg(test)]
mod tests {
    use super::super::shape::{Chunk, Column, Format, Refused, Shape};
    use super::super::{csv, json};
    use super::*;

    /// Numbers that look random and are the same in every run.
    struct Random(u64);

    impl Random {
        fn below(&mut self, limit: u64) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0 % limit
        }
    }

    fn shape(encoding: &str) -> Shape {
        let column = |name: &str, section: &str| -> Column {
            let mut column: Column = toml::from_str(section).unwrap();
            column.name = name.to_owned();
            column
        };
        Shape {
            place: "contract.toml".to_owned(),
            columns: vec![column("id", "type = 'integer'"), column("note", "type = 'text'")],
            format: Format { encoding: encoding.to_owned(), ..Format::default() },
            zone: chrono_tz::UTC,
        }
    }

    /// A file with good and bad records, quoted line ends, odd quotes and blank lines.
    fn csv_file(random: &mut Random, seen: &mut [u64; 9]) -> String {
        let records = [
            "1,a\n",
            "2,\"b\nb\"\r\n",
            "x,c\n",
            "4\n",
            "5,\"e\n",
            "6,\"f\"f\n",
            "\n",
            "7,\"\"\"\n\n\"\n",
            "8,客户\n",
        ];
        let mut file = "id,note\n".to_owned();
        for _ in 0..random.below(60) {
            let kind = random.below(9) as usize;
            seen[kind] += 1;
            file.push_str(records[kind]);
        }
        file
    }

    type Everything = (Vec<Chunk>, Vec<Refused>, super::super::Read);

    /// All rows as one batch, so that where chunks end does not count.
    fn together((chunks, refused, read): Everything) -> String {
        let schema = chunks.first().map(|chunk| chunk.rows.schema());
        let rows = schema.map(|schema| {
            let batches = chunks.iter().map(|chunk| &chunk.rows);
            datafusion::arrow::compute::concat_batches(&schema, batches).unwrap()
        });
        let rows = rows.filter(|rows| rows.num_rows() > 0);
        format!("{rows:?} {refused:?} {read:?}")
    }

    fn read(bytes: &[u8], is_csv: bool, encoding: &str, threads: usize, block: usize) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let found = Found::at(file.path(), "a").unwrap();
        let (mut chunks, mut refused) = (Vec::new(), Vec::new());
        let mut emit = |mut chunk: Chunk| {
            refused.append(&mut chunk.refused);
            chunks.push(chunk);
            Ok(())
        };
        let reader = if is_csv { csv::read_in_blocks } else { json::read_in_blocks };
        let read = reader(&found, &shape(encoding), threads, block, &mut emit).unwrap();
        together((chunks, refused, read))
    }

    #[test]
    fn blocks_and_threads_change_nothing() {
        let mut random = Random(42);
        let mut seen = [0; 9];
        for _ in 0..150 {
            let file = csv_file(&mut random, &mut seen);
            let json: String = (0..random.below(30))
                .map(|id| match random.below(5) {
                    0 => "\n".to_owned(),
                    1 => format!("{{\"id\": {id}, \"more\": 1}}\r\n"),
                    2 => format!("{{\"id\": {id}\n"),
                    _ => format!("{{\"id\": {id}, \"note\": \"é\\n\"}}\n"),
                })
                .collect();
            let wide: Vec<u8> = file.encode_utf16().flat_map(u16::to_le_bytes).collect();
            for (bytes, is_csv, encoding) in [
                (file.as_bytes(), true, "utf-8"),
                (json.as_bytes(), false, "utf-8"),
                (&wide, true, "utf-16le"),
            ] {
                let whole = read(bytes, is_csv, encoding, 1, BLOCK_BYTES);
                for _ in 0..4 {
                    let (threads, block) = (1 + random.below(4), 1 + random.below(40));
                    let parts = read(bytes, is_csv, encoding, threads as usize, block as usize);
                    assert_eq!(parts, whole, "{threads} threads, blocks of {block}: {file:?}");
                }
            }
        }
        assert!(seen.iter().all(|count| *count > 0), "records of each kind: {seen:?}");
    }

    #[test]
    fn a_line_without_end_is_no_line() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), vec![b'x'; LINE_BYTES_MAX + 2 * BLOCK_BYTES]).unwrap();
        let found = Found::at(file.path(), "a").unwrap();
        let text = Text::new("utf-8", "here").unwrap();
        let mut blocks = Blocks::open(&found, text, Dialect::Lines, BLOCK_BYTES).unwrap();
        assert!(matches!(blocks.next(), Err(SourceError::LineTooLong { line: 1, .. })));
    }
}
