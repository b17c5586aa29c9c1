//! What lies in a bucket, and what is in it?

use std::fs::File;
use std::io::Write;
use std::ops::Range;
use std::path::Path as FilePath;

use bytes::Bytes;
use futures::stream::{self, StreamExt, TryStreamExt};
use object_store::list::{PaginatedListOptions, PaginatedListStore};
use object_store::{GetOptions, GetRange, ObjectMeta, ObjectStore};

use super::error::BucketError;
use super::wait::{Tries, hand_over, wait};
use super::{Bucket, Depth, Entry, Object, PART_BYTES};

/// Parts of a large object that are asked for at once.
const PARTS_AT_ONCE: usize = 4;

impl Bucket {
    /// An object's content.
    ///
    /// # Errors
    /// [`BucketError::NotFound`] when there is none; otherwise when the store refuses.
    pub fn get(&self, key: &str) -> Result<Object, BucketError> {
        let (bucket, key) = (self.clone(), key.to_owned());
        wait(self.address(), async move { bucket.fetch(&key).await })
    }

    pub(super) async fn fetch(&self, key: &str) -> Result<Object, BucketError> {
        let location = self.location(key)?;
        let request = || async {
            let answer = self.inner.store.get_opts(&location, GetOptions::default()).await?;
            let meta = answer.meta.clone();
            let bytes = answer.bytes().await?;
            whole(bytes.len() as u64, meta.size)?;
            Ok((bytes, meta))
        };
        let (bytes, meta) = self.repeat(key, "read", request).await?;
        Ok(Object { bytes, entry: entry(key.to_owned(), meta) })
    }

    /// What a listing would say of an object.
    ///
    /// # Errors
    /// [`BucketError::NotFound`] when there is none; otherwise when the store refuses.
    pub fn entry(&self, key: &str) -> Result<Entry, BucketError> {
        let (bucket, key) = (self.clone(), key.to_owned());
        wait(self.address(), async move { bucket.look(&key).await })
    }

    pub(super) async fn look(&self, key: &str) -> Result<Entry, BucketError> {
        let location = self.location(key)?;
        let options = || GetOptions { head: true, ..GetOptions::default() };
        let request = || async { Ok(self.inner.store.get_opts(&location, options()).await?.meta) };
        let meta = self.repeat(key, "look at", request).await?;
        Ok(entry(key.to_owned(), meta))
    }

    /// The objects below a folder, by name; the folder is named without a slash at its end, and
    /// nothing means all there is.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn list(&self, folder: &str, depth: Depth) -> Result<Vec<Entry>, BucketError> {
        let (bucket, folder) = (self.clone(), folder.to_owned());
        wait(self.address(), async move { bucket.list_pages(&folder, depth, None).await })
    }

    /// Asks for the first name below the prefix, to see whether the bucket can be reached.
    ///
    /// # Errors
    /// When it cannot.
    pub fn probe(&self) -> Result<(), BucketError> {
        let bucket = self.clone();
        wait(self.address(), async move { bucket.list_pages("", Depth::All, Some(1)).await })?;
        Ok(())
    }

    async fn list_pages(
        &self,
        folder: &str,
        depth: Depth,
        names_max: Option<usize>,
    ) -> Result<Vec<Entry>, BucketError> {
        let base = match self.inner.prefix.as_ref() {
            "" => String::new(),
            prefix => format!("{prefix}/"),
        };
        let prefix = if folder.is_empty() { base.clone() } else { format!("{base}{folder}/") };
        let mut entries = Vec::new();
        let mut page_token = None;
        loop {
            let options = || PaginatedListOptions {
                delimiter: (depth == Depth::Folder).then(|| "/".into()),
                max_keys: names_max,
                page_token: page_token.clone(),
                ..PaginatedListOptions::default()
            };
            let request = || self.inner.store.list_paginated(Some(&prefix), options());
            let page = self.repeat(folder, "list", request).await.map_err(no_bucket)?;
            for meta in page.result.objects {
                let key = meta.location.as_ref().strip_prefix(&base).unwrap_or_default().to_owned();
                // Some tools make an object of the folder's own name.
                if !key.is_empty() && key != folder {
                    entries.push(entry(key, meta));
                }
            }
            for below in page.result.common_prefixes {
                let key = below.as_ref().strip_prefix(&base).unwrap_or_default();
                entries.push(Entry {
                    key: format!("{key}/"),
                    size_bytes: 0,
                    e_tag: None,
                    modified: chrono::DateTime::UNIX_EPOCH,
                });
            }
            page_token = page.page_token;
            if page_token.is_none() || names_max.is_some() {
                entries.sort_by(|one, other| one.key.cmp(&other.key));
                return Ok(entries);
            }
        }
    }

    /// Reads ranges of an object, several at once. To be awaited in any runtime.
    ///
    /// # Errors
    /// When there is no such object, it is too short, or the store refuses.
    pub async fn ranges(
        &self,
        key: &str,
        ranges: Vec<Range<u64>>,
    ) -> Result<Vec<Bytes>, BucketError> {
        let (bucket, key) = (self.clone(), key.to_owned());
        hand_over(self.address(), async move {
            let piece = |range| bucket.piece(&key, None, range);
            stream::iter(ranges).map(piece).buffered(PARTS_AT_ONCE).try_collect().await
        })
        .await
    }

    /// Writes an object's content to an empty file, which messages call `path`. It is the object
    /// listed as `entry`, or an error.
    ///
    /// # Errors
    /// [`BucketError::Changed`] when it is another object by now; otherwise when it is gone, the
    /// store refuses or the file cannot be written.
    pub fn download(&self, entry: &Entry, file: &File, path: &FilePath) -> Result<(), BucketError> {
        let mut out = file
            .try_clone()
            .map_err(|source| BucketError::Scratch { path: path.to_owned(), source })?;
        let (bucket, entry, path) = (self.clone(), entry.clone(), path.to_owned());
        wait(self.address(), async move {
            let starts = (0..entry.size_bytes.div_ceil(PART_BYTES)).map(|part| part * PART_BYTES);
            let ranges = starts.map(|start| start..entry.size_bytes.min(start + PART_BYTES));
            let piece = |range| bucket.piece(&entry.key, entry.e_tag.as_deref(), range);
            let mut pieces = stream::iter(ranges).map(piece).buffered(PARTS_AT_ONCE);
            while let Some(bytes) = pieces.try_next().await? {
                out.write_all(&bytes)
                    .map_err(|source| BucketError::Scratch { path: path.clone(), source })?;
            }
            Ok(())
        })
    }

    /// Reads a range of an object, of the very one with this tag where one is given.
    async fn piece(
        &self,
        key: &str,
        e_tag: Option<&str>,
        range: Range<u64>,
    ) -> Result<Bytes, BucketError> {
        let location = self.location(key)?;
        let mut tries = Tries::new();
        loop {
            let options = GetOptions {
                range: Some(GetRange::Bounded(range.clone())),
                if_match: e_tag.map(str::to_owned),
                ..GetOptions::default()
            };
            let answer = async {
                let bytes = self.inner.store.get_opts(&location, options).await?.bytes().await?;
                whole(bytes.len() as u64, range.end - range.start)?;
                Ok(bytes)
            };
            let error: object_store::Error = match answer.await {
                Ok(bytes) => return Ok(bytes),
                Err(error) => error,
            };
            if let Some(last) = self.final_error(key, &error) {
                return Err(last);
            }
            let there = self.look(key).await?;
            if e_tag.is_some() && there.e_tag.as_deref() != e_tag {
                return Err(BucketError::Changed { url: self.url(key) });
            }
            if there.size_bytes < range.end {
                let (url, size_bytes) = (self.url(key), there.size_bytes);
                return Err(BucketError::Short { url, size_bytes });
            }
            if !tries.another().await {
                return Err(self.failed(key, "read", &error));
            }
        }
    }
}

/// A listing that is not found means that the bucket is not.
fn no_bucket(error: BucketError) -> BucketError {
    match error {
        BucketError::NotFound { url } => {
            BucketError::Failed { url, action: "list", cause: "there is no such bucket".to_owned() }
        }
        other => other,
    }
}

fn entry(key: String, meta: ObjectMeta) -> Entry {
    Entry { key, size_bytes: meta.size, e_tag: meta.e_tag, modified: meta.last_modified }
}

/// Refuses a body that is not as long as was said.
fn whole(length: u64, wanted: u64) -> object_store::Result<()> {
    if length == wanted {
        return Ok(());
    }
    let source = format!("{length} bytes came instead of {wanted}").into();
    Err(object_store::Error::Generic { store: "S3", source })
}
