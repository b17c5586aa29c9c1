//! How does an object come to lie in a bucket, and is nobody overwritten?

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path as FilePath;
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::stream::{self, StreamExt, TryStreamExt};
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path;
use object_store::{ObjectStore, PutMode, PutOptions, UpdateVersion};

use super::error::BucketError;
use super::wait::{Tries, wait};
use super::{Bucket, PART_BYTES};

/// Parts of a large object that are sent at once.
const PARTS_AT_ONCE: usize = 3;
/// How often a large object is sent anew when the store lost its beginning.
const UPLOADS_MAX: usize = 3;

impl Bucket {
    /// Puts an object, over whatever bears its name: only for names that stand for one content.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn put(&self, key: &str, bytes: Bytes) -> Result<(), BucketError> {
        let (bucket, key) = (self.clone(), key.to_owned());
        wait(self.address(), async move { bucket.put_over(&key, bytes).await })
    }

    async fn put_over(&self, key: &str, bytes: Bytes) -> Result<(), BucketError> {
        let location = self.location(key)?;
        let request = || {
            let options = PutOptions::from(PutMode::Overwrite);
            self.inner.store.put_opts(&location, bytes.clone().into(), options)
        };
        self.repeat(key, "write", request).await.map_err(no_bucket)?;
        Ok(())
    }

    /// Puts an object if its name is free; whether it is ours now. Where two put the same bytes,
    /// both are told that it is.
    ///
    /// # Errors
    /// When the store refuses, or it is not known what lies there now.
    pub fn put_new(&self, key: &str, bytes: Bytes) -> Result<bool, BucketError> {
        let (bucket, key) = (self.clone(), key.to_owned());
        wait(self.address(), async move { bucket.put_if_free(&key, bytes).await })
    }

    async fn put_if_free(&self, key: &str, bytes: Bytes) -> Result<bool, BucketError> {
        let location = self.location(key)?;
        let mut tries = Tries::new();
        loop {
            let options = PutOptions::from(PutMode::Create);
            let put = self.inner.store.put_opts(&location, bytes.clone().into(), options).await;
            let Err(error) = put else { return Ok(true) };
            if let Some(last) = self.final_error(key, &error) {
                return Err(no_bucket(last));
            }
            // Whatever the answer said, only what lies there decides: the request may have been
            // done and its answer lost, or refused while nothing is there.
            match self.fetch(key).await {
                Ok(there) => return Ok(there.bytes == bytes),
                Err(BucketError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
            if !tries.another().await {
                return Err(self.failed(key, "write", &error));
            }
        }
    }

    /// Puts an object in the place of the one with this tag; the new tag, or nothing where another
    /// object lies there. The bytes must differ from every earlier content.
    ///
    /// # Errors
    /// When the store refuses, or it is not known what lies there now.
    pub fn replace(
        &self,
        key: &str,
        bytes: Bytes,
        e_tag: &str,
    ) -> Result<Option<String>, BucketError> {
        let (bucket, key, e_tag) = (self.clone(), key.to_owned(), e_tag.to_owned());
        wait(self.address(), async move { bucket.replace_if_same(&key, bytes, e_tag).await })
    }

    async fn replace_if_same(
        &self,
        key: &str,
        bytes: Bytes,
        e_tag: String,
    ) -> Result<Option<String>, BucketError> {
        let location = self.location(key)?;
        let mut tries = Tries::new();
        loop {
            let version = UpdateVersion { e_tag: Some(e_tag.clone()), version: None };
            let options = PutOptions::from(PutMode::Update(version));
            let put = self.inner.store.put_opts(&location, bytes.clone().into(), options).await;
            let error = match put {
                Ok(done) => return Ok(done.e_tag),
                Err(error) => error,
            };
            if let Some(last @ BucketError::Denied { .. }) = self.final_error(key, &error) {
                return Err(last);
            }
            let there = match self.fetch(key).await {
                Ok(there) => there,
                Err(BucketError::NotFound { .. }) => return Ok(None),
                Err(error) => return Err(error),
            };
            if there.bytes == bytes {
                return Ok(there.entry.e_tag);
            }
            if there.entry.e_tag.as_deref() != Some(&e_tag) {
                return Ok(None);
            }
            if !tries.another().await {
                return Err(self.failed(key, "write", &error));
            }
        }
    }

    /// Puts a file's content as an object, in parts where it is large, over whatever bears its
    /// name: only for names that stand for one content.
    ///
    /// # Errors
    /// When the store refuses, or the file cannot be read.
    pub fn upload(&self, key: &str, path: &FilePath) -> Result<(), BucketError> {
        let scratch = |source| BucketError::Scratch { path: path.to_owned(), source };
        let file = File::open(path).map_err(scratch)?;
        let size = file.metadata().map_err(scratch)?.len();
        if size < PART_BYTES {
            return self.put(key, std::fs::read(path).map_err(scratch)?.into());
        }
        let (bucket, key, path) = (self.clone(), key.to_owned(), path.to_owned());
        wait(self.address(), async move {
            let upload = Upload { bucket, key, path, file: Arc::new(file), size };
            for _ in 1..UPLOADS_MAX {
                match upload.send().await {
                    // The store does not know the upload any more: it is finished, or lost.
                    Err(BucketError::NotFound { .. }) => {}
                    other => return other,
                }
                match upload.bucket.look(&upload.key).await {
                    Ok(there) if there.size_bytes == size => return Ok(()),
                    Ok(_) | Err(BucketError::NotFound { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
            upload.send().await.map_err(no_bucket)
        })
    }

    /// Removes objects; those that are not there are none to remove.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn remove(&self, keys: Vec<String>) -> Result<(), BucketError> {
        let bucket = self.clone();
        wait(self.address(), async move {
            let locations: Vec<Path> =
                keys.iter().map(|key| bucket.location(key)).collect::<Result<_, _>>()?;
            let named = keys.first().map(String::as_str).unwrap_or_default();
            let request = || {
                let all = stream::iter(locations.clone().into_iter().map(Ok)).boxed();
                bucket.inner.store.delete_stream(all).try_collect::<Vec<_>>()
            };
            bucket.repeat(named, "remove", request).await.map_err(no_bucket)?;
            Ok(())
        })
    }

    /// What time the store takes it to be.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn clock(&self) -> Result<DateTime<Utc>, BucketError> {
        let key = format!("tmp/clock-{}", uuid::Uuid::new_v4());
        self.put(&key, Bytes::from_static(b"what time is it\n"))?;
        let modified = self.entry(&key)?.modified;
        self.remove(vec![key])?;
        Ok(modified)
    }

    /// Proves that the store refuses to overwrite where it is told not to.
    ///
    /// # Errors
    /// [`BucketError::Unfit`] when it does not; otherwise when it cannot be asked.
    pub fn prove(&self) -> Result<(), BucketError> {
        let key = format!("tmp/canary-{}", uuid::Uuid::new_v4());
        let [first, second, third] = ["first", "second", "third"]
            .map(|text| Bytes::from(format!("{text} {}\n", uuid::Uuid::new_v4())));
        let unfit = |finding| Err(BucketError::Unfit { url: self.address().to_owned(), finding });
        let proof = || {
            if !self.put_new(&key, first.clone())? {
                return unfit("it refused a name that nobody used (If-None-Match: *)");
            }
            if self.put_new(&key, second)? || self.get(&key)?.bytes != first {
                return unfit("it overwrote an object that was not to be (If-None-Match: *)");
            }
            let other = "\"00000000000000000000000000000000\"";
            if self.replace(&key, third, other)?.is_some() || self.get(&key)?.bytes != first {
                return unfit("it replaced an object that was not the one meant (If-Match)");
            }
            Ok(())
        };
        let proved = proof();
        let removed = self.remove(vec![key.clone()]);
        proved.and(removed)
    }
}

/// A large object on its way.
struct Upload {
    bucket: Bucket,
    key: String,
    path: std::path::PathBuf,
    file: Arc<File>,
    size: u64,
}

impl Upload {
    async fn send(&self) -> Result<(), BucketError> {
        let (bucket, store) = (&self.bucket, &self.bucket.inner.store);
        let location = bucket.location(&self.key)?;
        let begin = || store.create_multipart(&location);
        let id = bucket.repeat(&self.key, "write", begin).await.map_err(no_bucket)?;
        let parts = 0..self.size.div_ceil(PART_BYTES);
        let send = |part| self.part(&location, &id, part);
        let sent: Result<Vec<PartId>, _> =
            stream::iter(parts).map(send).buffered(PARTS_AT_ONCE).try_collect().await;
        let done = match sent {
            Ok(parts) => {
                let complete = || store.complete_multipart(&location, &id, parts.clone());
                bucket.repeat(&self.key, "write", complete).await.map(|_| ())
            }
            Err(error) => Err(error),
        };
        if done.is_err() {
            // What stays behind costs room and is seen by nobody.
            let _ = store.abort_multipart(&location, &id).await;
        }
        done
    }

    async fn part(&self, location: &Path, id: &String, part: u64) -> Result<PartId, BucketError> {
        let start = part * PART_BYTES;
        let length = PART_BYTES.min(self.size - start);
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(usize::MAX)];
        self.file
            .read_exact_at(&mut bytes, start)
            .map_err(|source| BucketError::Scratch { path: self.path.clone(), source })?;
        let bytes = Bytes::from(bytes);
        let index = usize::try_from(part).unwrap_or(usize::MAX);
        let store = &self.bucket.inner.store;
        let request = || store.put_part(location, id, index, bytes.clone().into());
        self.bucket.repeat(&self.key, "write", request).await
    }
}

/// A write whose place is not found means that the bucket is not.
fn no_bucket(error: BucketError) -> BucketError {
    match error {
        BucketError::NotFound { url } => {
            let cause = "there is no such bucket".to_owned();
            BucketError::Failed { url, action: "write", cause }
        }
        other => other,
    }
}
