//! How is a workbook opened without trusting what it says of its size?
//!
//! A workbook is a zip archive of XML parts. Every part that the spreadsheet library may look at is
//! unpacked once to see what it needs; the library then gets to see only those parts, through a
//! directory that is written anew. Sizes in the archive's directory are never believed.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;

use calamine::{Reader, Xlsx, XlsxError};
use zip::ZipArchive;

use super::SourceError;
use super::files::Found;
use super::xlsx_scan::{Fault, Scan};

/// Memory that a workbook may need, all parts together.
const MEMORY_BYTES_MAX: u64 = 224 << 20;
/// Merged blocks of a workbook.
const MERGED_MAX: u64 = 1_000_000;
/// Bytes of an archive's directory.
const DIRECTORY_BYTES_MAX: u64 = 8 << 20;
/// Bytes unpacked at a time.
const CHUNK_BYTES: usize = 64 * 1024;
/// What of an archive's end can be its closing record.
const END_BYTES_MAX: u64 = 22 + 65_535;

/// The closing record of an archive's directory, and what an entry of the directory begins with.
const END: &[u8] = b"PK\x05\x06";
const ENTRY: &[u8] = b"PK\x01\x02";
const ENTRY_BYTES: usize = 46;

/// Folders of a workbook in which there is nothing to load.
const IGNORED_FOLDERS: [&str; 22] = [
    "activex",
    "charts",
    "chartsheets",
    "comments",
    "ctrlprops",
    "customxml",
    "diagrams",
    "docprops",
    "drawings",
    "embeddings",
    "externallinks",
    "media",
    "model",
    "persons",
    "pivotcache",
    "pivottables",
    "printersettings",
    "querytables",
    "richdata",
    "tables",
    "threadedcomments",
    "webextensions",
];

/// An opened workbook.
pub(super) struct Workbook {
    pub xlsx: Xlsx<BufReader<Package>>,
    /// whether any sheet has merged cells
    pub has_merged: bool,
}

/// The library's reason in this room's terms.
pub(super) fn damaged(file: &Found, error: &XlsxError) -> SourceError {
    let why = match error {
        XlsxError::CellError(name) => {
            format!("a cell holds the error `{name}`, which is not known; correct the formula")
        }
        other => other.to_string(),
    };
    unreadable(file, why)
}

pub(super) fn unreadable(file: &Found, why: impl Into<String>) -> SourceError {
    SourceError::Workbook { file: file.name.clone(), why: why.into() }
}

/// Opens a workbook after looking at all of its parts.
///
/// # Errors
/// When it is no workbook, or needs more memory than a workbook may.
pub(super) fn open(file: &Found) -> Result<Workbook, SourceError> {
    let package = Package::open(file)?;
    let merged = check(file, &package)?;
    let xlsx = Xlsx::new(BufReader::with_capacity(CHUNK_BYTES, package));
    let xlsx = xlsx.map_err(|error| damaged(file, &error))?;
    Ok(Workbook { xlsx, has_merged: merged > 0 })
}

/// Looks at every part; gives the number of merged blocks.
fn check(file: &Found, package: &Package) -> Result<u64, SourceError> {
    let reader = BufReader::with_capacity(CHUNK_BYTES, package.clone());
    let mut archive = ZipArchive::new(reader)
        .map_err(|error| unreadable(file, format!("{error}; deliver it again")))?;
    let (mut memory_bytes, mut merged) = (0_u64, 0);
    for index in 0..archive.len() {
        let mut part = archive
            .by_index(index)
            .map_err(|error| unreadable(file, format!("{error}; deliver it again")))?;
        let name = String::from_utf8_lossy(part.name_raw()).into_owned();
        let wrong = |why: Fault| SourceError::WorkbookPart {
            file: file.name.clone(),
            part: name.clone(),
            why,
        };
        let mut scan = Scan::new();
        let mut buffer = vec![0; CHUNK_BYTES];
        loop {
            let read = part.read(&mut buffer).map_err(|error| {
                unreadable(file, format!("the part `{name}`: {error}; deliver it again"))
            })?;
            if read == 0 {
                break;
            }
            scan.feed(&buffer[..read]).map_err(wrong)?;
            if memory_bytes.saturating_add(scan.memory_bytes) > MEMORY_BYTES_MAX {
                return Err(wrong("needs more than 224 MiB of memory".to_owned()));
            }
            if merged + scan.merged > MERGED_MAX {
                return Err(wrong(format!("has more than {MERGED_MAX} merged blocks")));
            }
        }
        memory_bytes += scan.memory_bytes;
        merged += scan.merged;
    }
    Ok(merged)
}

/// The bytes of a workbook, ending in a directory of only those parts that are to be seen.
#[derive(Debug)]
pub(super) struct Package {
    file: Arc<File>,
    directory_at: u64,
    directory: Arc<[u8]>,
    at: u64,
}

impl Clone for Package {
    /// Another view of the same bytes; each has its own place in them.
    fn clone(&self) -> Self {
        Self {
            file: Arc::clone(&self.file),
            directory_at: self.directory_at,
            directory: Arc::clone(&self.directory),
            at: 0,
        }
    }
}

impl Read for Package {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match self.at.checked_sub(self.directory_at) {
            None => {
                let left = self.directory_at - self.at;
                let wanted = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                let mut file = self.file.as_ref();
                file.seek(SeekFrom::Start(self.at))?;
                file.read(&mut buffer[..wanted])?
            }
            Some(into) => {
                let into = usize::try_from(into).unwrap_or(usize::MAX);
                let mut rest = self.directory.get(into..).unwrap_or_default();
                rest.read(buffer)?
            }
        };
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Package {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => {
                (self.directory_at + self.directory.len() as u64).checked_add_signed(by)
            }
        };
        self.at = place.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}

impl Package {
    fn open(found: &Found) -> Result<Self, SourceError> {
        let failed = SourceError::io(&found.path);
        let (kind, whole) = (|| {
            let mut file = File::open(&found.path)?;
            let mut start = Vec::new();
            (&mut file).take(8).read_to_end(&mut start)?;
            Ok((start, file))
        })()
        .map_err(failed)?;
        if kind == [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1] {
            let is_encrypted =
                holds_encrypted_package(&whole).map_err(SourceError::io(&found.path))?;
            return Err(unreadable(
                found,
                if is_encrypted {
                    "it is encrypted; save it without a password"
                } else {
                    "it is a workbook of Excel 97 to 2003 (.xls); save it as .xlsx"
                },
            ));
        }
        if !kind.starts_with(b"PK") {
            return Err(unreadable(found, "it is no zip archive, which every .xlsx is"));
        }
        let (directory_at, entries) = directory(&whole)
            .map_err(SourceError::io(&found.path))?
            .map_err(|why| unreadable(found, format!("{why}; deliver it again")))?;
        let directory = kept_entries(&entries, directory_at)
            .map_err(|why| unreadable(found, format!("{why}; deliver it again")))?;
        Ok(Self { file: Arc::new(whole), directory_at, directory: directory.into(), at: 0 })
    }
}

/// Whether a compound file has the stream that encrypted workbooks lie in.
fn holds_encrypted_package(mut file: &File) -> io::Result<bool> {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    file.seek(SeekFrom::Start(0))?;
    let mut window = Vec::new();
    loop {
        let kept = window.len().min(name.len());
        window.drain(..window.len() - kept);
        if file.take(CHUNK_BYTES as u64).read_to_end(&mut window)? == 0 {
            return Ok(false);
        }
        if memchr::memmem::find(&window, &name).is_some() {
            return Ok(true);
        }
    }
}

fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let digits = bytes.get(at..at + length)?;
    Some(digits.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// Where an archive's directory lies, and its entries; or what is wrong with it.
fn directory(file: &File) -> io::Result<Result<(u64, Vec<u8>), &'static str>> {
    const TORN: &str = "its end is missing";
    let length = file.metadata()?.len();
    let end_at = length.saturating_sub(END_BYTES_MAX);
    let end = read_at(file, end_at, length - end_at)?;
    let Some(record) = memchr::memmem::rfind(&end, END) else { return Ok(Err(TORN)) };
    let field = |at: usize, length: usize| number(&end, record + at, length);
    let (Some(count), Some(mut size), Some(mut offset)) =
        (field(10, 2), field(12, 4), field(16, 4))
    else {
        return Ok(Err(TORN));
    };
    if count == 0xffff || size == 0xffff_ffff || offset == 0xffff_ffff {
        // The same once more in wide fields, which a record before this one leads to.
        let wide = record.checked_sub(20).filter(|at| end[*at..].starts_with(b"PK\x06\x07"));
        let Some(at) = wide.and_then(|at| number(&end, at + 8, 8)) else { return Ok(Err(TORN)) };
        let wide = if at < length { read_at(file, at, 56.min(length - at))? } else { Vec::new() };
        let (Some(wide_size), Some(wide_offset)) = (number(&wide, 40, 8), number(&wide, 48, 8))
        else {
            return Ok(Err(TORN));
        };
        (size, offset) = (wide_size, wide_offset);
    }
    if size > DIRECTORY_BYTES_MAX {
        return Ok(Err("its directory is larger than 8 MiB"));
    }
    if offset >= u64::from(u32::MAX) {
        return Ok(Err("it is larger than 4 GiB"));
    }
    if offset.saturating_add(size) > end_at + record as u64 {
        return Ok(Err(TORN));
    }
    Ok(Ok((offset, read_at(file, offset, size)?)))
}

fn read_at(mut file: &File, at: u64, length: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A directory of the entries that may be seen, with its closing record.
fn kept_entries(entries: &[u8], directory_at: u64) -> Result<Vec<u8>, String> {
    let mut kept = Vec::with_capacity(entries.len());
    let mut names = BTreeSet::new();
    let mut rest = entries;
    while rest.starts_with(ENTRY) {
        let length =
            |at: usize| number(rest, at, 2).and_then(|length| usize::try_from(length).ok());
        let lengths = (length(28), length(30), length(32));
        let (Some(name), Some(extra), Some(comment)) = lengths else { break };
        let total = ENTRY_BYTES + name + extra + comment;
        if total > rest.len() {
            break;
        }
        let name = String::from_utf8_lossy(&rest[ENTRY_BYTES..ENTRY_BYTES + name]);
        let name = name.replace('\\', "/").to_ascii_lowercase();
        if is_seen(&name) {
            kept.extend_from_slice(&rest[..total]);
            if let Some(twice) = names.replace(name) {
                return Err(format!("it has two parts `{twice}`"));
            }
        }
        rest = &rest[total..];
    }
    if !rest.is_empty() {
        return Err("its directory is damaged".to_owned());
    }
    let count = u16::try_from(names.len()).map_err(|_| "it has more than 65,535 parts")?;
    let size = u32::try_from(kept.len()).unwrap_or(u32::MAX);
    let offset = u32::try_from(directory_at).unwrap_or(u32::MAX);
    kept.extend_from_slice(END);
    kept.extend_from_slice(&[0; 4]);
    kept.extend_from_slice(&count.to_le_bytes());
    kept.extend_from_slice(&count.to_le_bytes());
    kept.extend_from_slice(&size.to_le_bytes());
    kept.extend_from_slice(&offset.to_le_bytes());
    kept.extend_from_slice(&[0; 2]);
    Ok(kept)
}

/// Whether the library may look at a part of this name.
fn is_seen(name: &str) -> bool {
    let is_ignored = |folder: &str| IGNORED_FOLDERS.contains(&folder);
    let folders = name.rsplit('/').skip(1);
    (name.ends_with(".xml") || name.ends_with(".rels")) && !folders.into_iter().any(is_ignored)
}
