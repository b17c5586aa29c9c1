//! Are the bytes that a query gets the very bytes that were written?
//!
//! A read-only object store over the warehouse's files. It knows only files that a manifest named,
//! and gives out no byte of a block of 1 MiB before the block matched its hash. Of a local file a
//! block that matched is remembered for as long as size, times and inode stay the same; what came
//! from a bucket is checked each time it comes.

use std::collections::HashMap;
use std::fmt;
use std::fs::{File, Metadata};
use std::io;
use std::ops::Range;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use async_trait::async_trait;
use bytes::Bytes;
use datafusion::object_store::path::Path;
use datafusion::object_store::{
    CopyOptions, Error, GetOptions, GetRange, GetResult, GetResultPayload, ListResult,
    MultipartUpload, ObjectMeta, ObjectStore, PutMultipartOptions, PutOptions, PutPayload,
    PutResult, Result,
};
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use sha2::{Digest, Sha256};

use super::error::WarehouseError;
use super::fetched::Fetched;
use super::manifest::{DataFile, Hash, Manifest};
use super::place::Shelf;

/// Bytes of a block.
pub const BLOCK_BYTES: u64 = 1 << 20;

const STORE: &str = "patron";

/// The store. See the top of this file.
#[derive(Debug)]
pub struct CheckedStore {
    shelf: Shelf,
    /// blocks that came from a bucket a moment ago
    fetched: Fetched,
    files: RwLock<HashMap<String, Arc<KnownFile>>>,
}

#[derive(Debug)]
pub(super) struct KnownFile {
    pub(super) path: PathBuf,
    pub(super) size: u64,
    pub(super) blocks: Vec<[u8; 32]>,
    checked: Mutex<Checked>,
}

/// Which blocks matched, of the file as it was then.
#[derive(Debug, Default)]
struct Checked {
    identity: Option<Identity>,
    blocks: Vec<bool>,
}

/// What changes when a file does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity {
    content: Content,
    /// moves also when a file is linked elsewhere, as some backups do
    changed: (i64, i64),
}

/// What changes when a file's content does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Content {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
}

impl From<&Metadata> for Identity {
    fn from(metadata: &Metadata) -> Self {
        Self {
            content: Content {
                device: metadata.dev(),
                inode: metadata.ino(),
                size: metadata.size(),
                modified: (metadata.mtime(), metadata.mtime_nsec()),
            },
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

impl CheckedStore {
    /// A store over a warehouse's files, knowing none yet.
    pub(super) fn new(shelf: Shelf) -> Self {
        Self { shelf, fetched: Fetched::default(), files: RwLock::default() }
    }

    /// Makes the files of a manifest known.
    ///
    /// # Errors
    /// When the manifest describes a file in a way that no file can be.
    pub fn register(&self, manifest: &Manifest) -> Result<(), WarehouseError> {
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        for file in &manifest.files {
            let known = self.known_file(file)?;
            match files.get(&file.path) {
                None => {
                    files.insert(file.path.clone(), Arc::new(known));
                }
                Some(there) if there.size == known.size && there.blocks == known.blocks => {}
                Some(_) => {
                    let finding = "two manifests describe it differently";
                    return Err(WarehouseError::damaged(&known.path, finding));
                }
            }
        }
        Ok(())
    }

    fn known_file(&self, file: &DataFile) -> Result<KnownFile, WarehouseError> {
        let path = self.shelf.root().join(&file.path);
        if !is_data_path(&file.path) {
            return Err(WarehouseError::damaged(
                &path,
                "its manifest names no path of a data file",
            ));
        }
        let blocks: Option<Vec<[u8; 32]>> = file.blocks.iter().map(digest).collect();
        match blocks {
            Some(blocks) if blocks.len() as u64 == file.size_bytes.div_ceil(BLOCK_BYTES) => {
                Ok(KnownFile { path, size: file.size_bytes, blocks, checked: Mutex::default() })
            }
            _ => Err(WarehouseError::damaged(&path, "its manifest lacks a hash for every block")),
        }
    }

    fn known(&self, location: &Path) -> Result<Arc<KnownFile>> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        files.get(location.as_ref()).cloned().ok_or_else(|| Error::NotFound {
            path: location.to_string(),
            source: "no manifest that was read names this file".into(),
        })
    }

    async fn read(&self, location: &Path, ranges: Vec<Range<u64>>) -> Result<Vec<Bytes>> {
        let file = self.known(location)?;
        if let Some(bucket) = self.shelf.bucket() {
            let read = self.fetched.read(bucket, location.as_ref(), &file, &ranges).await;
            return read
                .map_err(|source| Error::Generic { store: STORE, source: Box::new(source) });
        }
        let read = move || file.read(&ranges);
        let outcome = match tokio::runtime::Handle::try_current() {
            Ok(handle) => handle.spawn_blocking(read).await?,
            Err(_) => read(),
        };
        outcome.map_err(|source| Error::Generic { store: STORE, source: Box::new(source) })
    }
}

impl KnownFile {
    /// Reads ranges, checking every block touched that is not known to be good.
    fn read(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, WarehouseError> {
        let failed = |error| WarehouseError::io("read", &self.path)(error);
        let file = File::open(&self.path).map_err(failed)?;
        let identity = Identity::from(&file.metadata().map_err(failed)?);
        let size = identity.content.size;
        if size != self.size {
            let finding = format!("it has {size} bytes instead of {}", self.size);
            return Err(WarehouseError::damaged(&self.path, finding));
        }
        let mut reading = Reading { known: self, file, identity, block: None };
        let bytes = ranges.iter().map(|range| reading.range(range)).collect::<Result<_, _>>()?;
        let after = Identity::from(&reading.file.metadata().map_err(failed)?);
        if after.content != identity.content {
            return Err(WarehouseError::damaged(&self.path, "it changed while it was read"));
        }
        Ok(bytes)
    }

    fn is_checked(&self, identity: Identity, index: usize) -> bool {
        let checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        checked.identity == Some(identity) && checked.blocks.get(index) == Some(&true)
    }

    fn set_checked(&self, identity: Identity, index: usize) {
        let mut checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        if checked.identity != Some(identity) {
            *checked = Checked { identity: Some(identity), blocks: vec![false; self.blocks.len()] };
        }
        if let Some(block) = checked.blocks.get_mut(index) {
            *block = true;
        }
    }
}

/// One look at a file, with the block that was checked last.
struct Reading<'a> {
    known: &'a KnownFile,
    file: File,
    identity: Identity,
    block: Option<(usize, Vec<u8>)>,
}

impl Reading<'_> {
    fn range(&mut self, range: &Range<u64>) -> Result<Bytes, WarehouseError> {
        let known = self.known;
        known.check_range(range)?;
        let mut bytes = vec![0; to_usize(range.end - range.start)];
        let mut at = range.start;
        while at < range.end {
            let index = to_usize(at / BLOCK_BYTES);
            let end = range.end.min((at / BLOCK_BYTES + 1) * BLOCK_BYTES);
            let into = &mut bytes[to_usize(at - range.start)..to_usize(end - range.start)];
            if known.is_checked(self.identity, index) {
                self.file
                    .read_exact_at(into, at)
                    .map_err(WarehouseError::io("read", &known.path))?;
            } else {
                let start = to_usize(at % BLOCK_BYTES);
                let block = self.checked_block(index)?;
                into.copy_from_slice(&block[start..start + into.len()]);
            }
            at = end;
        }
        Ok(bytes.into())
    }

    /// The bytes of a block, which are those that matched its hash.
    fn checked_block(&mut self, index: usize) -> Result<&[u8], WarehouseError> {
        let known = self.known;
        let bytes = match self.block.take() {
            Some((there, bytes)) if there == index => bytes,
            reused => {
                let start = index as u64 * BLOCK_BYTES;
                let length = to_usize(BLOCK_BYTES.min(known.size - start));
                let mut bytes = reused.map(|(_, bytes)| bytes).unwrap_or_default();
                bytes.resize(length, 0);
                self.file
                    .read_exact_at(&mut bytes, start)
                    .map_err(|error| known.unreadable(index, error))?;
                known.check_block(index, &bytes)?;
                known.set_checked(self.identity, index);
                bytes
            }
        };
        Ok(&self.block.insert((index, bytes)).1)
    }
}

impl KnownFile {
    /// Refuses a range that the file does not have.
    pub(super) fn check_range(&self, range: &Range<u64>) -> Result<(), WarehouseError> {
        if range.start <= range.end && range.end <= self.size {
            return Ok(());
        }
        let finding = format!("bytes {} to {} were asked for", range.start, range.end);
        Err(WarehouseError::damaged(&self.path, finding))
    }

    /// Refuses a block whose bytes do not match its hash.
    pub(super) fn check_block(&self, index: usize, bytes: &[u8]) -> Result<(), WarehouseError> {
        if self.blocks.get(index) == Some(&Sha256::digest(bytes).into()) {
            return Ok(());
        }
        let start = index as u64 * BLOCK_BYTES;
        let end = start + bytes.len() as u64;
        let finding = format!("block {index} (bytes {start} to {end}) is not the one written");
        Err(WarehouseError::damaged(&self.path, finding))
    }

    fn unreadable(&self, index: usize, error: io::Error) -> WarehouseError {
        WarehouseError::damaged(&self.path, format!("block {index} cannot be read: {error}"))
    }
}

fn digest(hash: &Hash) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    hex::decode_to_slice(hash, &mut digest).ok()?;
    Some(digest)
}

/// Whether a path is `files/<schema>.<table>/<partition>/<32 hex>.parquet`, so that no document can
/// make the store read anything else.
fn is_data_path(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let [files, table, partition, file] = parts[..] else { return false };
    let digits = file.strip_suffix(".parquet").unwrap_or_default();
    files == "files"
        && table.parse::<super::name::TableName>().is_ok()
        && is_partition(partition)
        && digits.len() == 32
        && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether a text may name a partition: `2026-06`, `none`, `all`.
pub(super) fn is_partition(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 128
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.'))
        && !text.starts_with('.')
}

/// Sizes of files on a 64-bit machine fit; elsewhere the allocation that follows fails.
pub(super) fn to_usize(size: u64) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX)
}

impl fmt::Display for CheckedStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "checked files of {}", self.shelf.root().display())
    }
}

fn read_only<T>() -> Result<T> {
    Err(Error::NotSupported { source: "the store of checked files is read-only".into() })
}

#[async_trait]
impl ObjectStore for CheckedStore {
    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let size = self.known(location)?.size;
        let meta = meta(location.clone(), size);
        options.check_preconditions(&meta)?;
        let range = match &options.range {
            None => 0..size,
            Some(GetRange::Bounded(range)) => range.start..range.end.min(size),
            Some(GetRange::Offset(start)) => *start..size,
            Some(GetRange::Suffix(length)) => size.saturating_sub(*length)..size,
        };
        let chunks = match options.head {
            true => Vec::new(),
            false => self.read(location, vec![range.clone()]).await?,
        };
        Ok(GetResult {
            payload: GetResultPayload::Stream(stream::iter(chunks.into_iter().map(Ok)).boxed()),
            meta,
            range,
            attributes: Default::default(),
        })
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.read(location, ranges.to_vec()).await
    }

    async fn put_opts(&self, _: &Path, _: PutPayload, _: PutOptions) -> Result<PutResult> {
        read_only()
    }

    async fn put_multipart_opts(
        &self,
        _: &Path,
        _: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        read_only()
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        locations.map(|_| read_only()).boxed()
    }

    fn list(&self, _: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        stream::once(async { read_only() }).boxed()
    }

    async fn list_with_delimiter(&self, _: Option<&Path>) -> Result<ListResult> {
        read_only()
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> Result<()> {
        read_only()
    }
}

/// What the engine knows of a file. A file never changes, so neither does this.
pub(super) fn meta(location: Path, size: u64) -> ObjectMeta {
    ObjectMeta {
        location,
        last_modified: chrono::DateTime::UNIX_EPOCH,
        size,
        e_tag: None,
        version: None,
    }
}
