//! How is a departmental file read without the product's own readers?

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

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

/// The records of a file of bookkeeping: a title, headers, semicolons. Records that are malformed,
/// which are dirty on purpose, are left out.
pub fn bookkeeping(path: &Path) -> Vec<Record> {
    let bytes = fs::read(path).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let mut records = fields(text.split_once('\n').unwrap().1, b';').into_iter();
    let headers = records.next().unwrap();
    let fits = |record: &Vec<String>| record.len() == headers.len();
    records.filter(fits).map(|record| headers.iter().cloned().zip(record).collect()).collect()
}

/// The records of all deliveries of a table of bookkeeping.
pub fn deliveries(root: &Path, table: &str) -> Vec<Record> {
    let folder = root.join("feeds/finance");
    files(&folder, &format!("{table}_"), ".csv").iter().flat_map(|path| bookkeeping(path)).collect()
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
