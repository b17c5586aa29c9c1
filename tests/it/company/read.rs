//! How is a departmental file read without the product's own readers?

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Company;

/// A record, its values by their headers.
pub type Record = BTreeMap<String, String>;

/// The files of a folder whose names begin and end so, by name.
pub fn files(folder: &Path, begin: &str, end: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            // What follows the beginning is a month or a day.
            let rest = name.strip_prefix(begin).and_then(|rest| rest.strip_suffix(end));
            rest.is_some_and(|rest| rest.starts_with('2'))
        })
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{}: {begin}*{end}", folder.display());
    files
}

/// A file of bookkeeping or staff, line by line: its headers stand on line `headers`. Lines that
/// are planted as dirty are left out, and those that are part of one.
pub fn lines(path: &Path, headers: usize, delimiter: u8, dirty: &[Value]) -> Vec<Record> {
    let name = path.file_name().unwrap().to_str().unwrap();
    let bytes = fs::read(path).unwrap();
    let mut names = Vec::new();
    let mut records = Vec::new();
    for (place, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let number = place + 1;
        let is_dirty = dirty.iter().any(|row| row["source"] == name && row["row"] == number as u64);
        let line = String::from_utf8_lossy(line);
        let Some(record) = fields(line.trim_start_matches('\u{feff}'), delimiter).pop() else {
            continue;
        };
        if number == headers {
            names = record;
        } else if number > headers && !is_dirty && record.len() == names.len() {
            records.push(names.iter().cloned().zip(record).collect());
        }
    }
    records
}

/// The records of all deliveries of a table of bookkeeping.
pub fn deliveries(company: &Company, table: &str) -> Vec<Record> {
    let folder = company.root.join("feeds/finance");
    let files = files(&folder, &format!("{table}_"), ".csv");
    files.iter().flat_map(|path| lines(path, 2, b';', company.dirty())).collect()
}

/// The fields of each record, as csv-core finds them.
pub fn fields(text: &str, delimiter: u8) -> Vec<Vec<String>> {
    let mut reader = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
    let mut input = text.as_bytes();
    let mut output = vec![0; text.len() + 1];
    let mut ends = vec![0; 4096];
    let mut records = Vec::new();
    let (mut written, mut ended) = (0, 0);
    loop {
        let (result, read, wrote, found) =
            reader.read_record(input, &mut output[written..], &mut ends[ended..]);
        input = &input[read..];
        written += wrote;
        ended += found;
        match result {
            csv_core::ReadRecordResult::InputEmpty => {}
            csv_core::ReadRecordResult::Record => {
                let starts = std::iter::once(0).chain(ends[..ended].iter().copied());
                let field = |(start, end): (usize, usize)| {
                    String::from_utf8_lossy(&output[start..end]).into_owned()
                };
                records.push(starts.zip(ends[..ended].iter().copied()).map(field).collect());
                (written, ended) = (0, 0);
            }
            csv_core::ReadRecordResult::End => return records,
            other => panic!("{other:?}"),
        }
    }
}

/// `1.234,56` in units of its last of so many places.
pub fn local(text: &str, scale: usize) -> i64 {
    plain(&text.replace('.', "").replace(',', "."), scale)
}

/// `1234.56` in units of its last of so many places.
pub fn plain(text: &str, scale: usize) -> i64 {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    assert!(part.len() <= scale, "{text}");
    format!("{whole}{part:0<scale$}").parse().unwrap_or_else(|_| panic!("{text}"))
}

/// `31.12.2026` as `2026-12`.
pub fn month(text: &str) -> String {
    format!("{}-{}", &text[6..], &text[3..5])
}
