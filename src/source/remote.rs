//! Which files lie in a bucket, and how do their bytes come here?

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::SourceError;
use super::files::{Found, matcher, natural_order};
use crate::bucket::{Bucket, BucketError, Depth, Entry};

/// A file in a bucket. Its bytes come here when they are first needed, and go with the last that
/// knows of it.
#[derive(Debug)]
pub struct Remote {
    bucket: Bucket,
    entry: Entry,
    /// where its bytes are once they are here
    path: PathBuf,
    is_here: Mutex<bool>,
}

impl PartialEq for Remote {
    fn eq(&self, other: &Self) -> bool {
        self.bucket.address() == other.bucket.address() && self.entry == other.entry
    }
}

impl Eq for Remote {}

impl Remote {
    /// Its address, for messages.
    pub(super) fn url(&self) -> String {
        self.bucket.url(&self.entry.key)
    }

    /// The store's tag of its content.
    pub(super) fn e_tag(&self) -> Option<&str> {
        self.entry.e_tag.as_deref()
    }

    /// Brings its bytes here, unless they are.
    ///
    /// # Errors
    /// When it is no longer the file that was listed, or cannot be read whole.
    pub(super) fn fetch(&self) -> Result<(), SourceError> {
        let mut is_here = self.is_here.lock().unwrap_or_else(PoisonError::into_inner);
        if *is_here {
            return Ok(());
        }
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(SourceError::io(folder))?;
        tracing::debug!(file = %self.entry.key, bytes = self.entry.size_bytes, "fetching");
        let file = File::create(&self.path).map_err(SourceError::io(&self.path))?;
        let fetched = self.bucket.download(&self.entry, &file, &self.path);
        fetched.map_err(|error| match error {
            BucketError::Changed { .. } | BucketError::NotFound { .. } => {
                SourceError::Changed { file: self.entry.key.clone() }
            }
            other => SourceError::Bucket(other),
        })?;
        *is_here = true;
        Ok(())
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        // Where nothing came there is nothing to remove.
        let _ = fs::remove_file(&self.path);
    }
}

/// The files of a bucket whose names match, as `files::find` gives those of a folder. Their bytes
/// will come to the folder `tmp`.
///
/// # Errors
/// When the bucket cannot be listed, or the pattern cannot be read. No match is no error.
pub(super) fn find(bucket: &Bucket, pattern: &str, tmp: &Path) -> Result<Vec<Found>, SourceError> {
    let matcher = matcher(pattern)?;
    let (folder, rest) = literal_folder(pattern);
    let depth = if rest.contains('/') || rest.contains("**") { Depth::All } else { Depth::Folder };
    let mut found = Vec::new();
    for entry in bucket.list(folder, depth)? {
        let is_hidden = entry.key.split('/').any(|part| part.starts_with('.'));
        if is_hidden || entry.key.ends_with('/') || !matcher.is_match(&entry.key) {
            continue;
        }
        let ending = Path::new(&entry.key).extension().unwrap_or_default().to_string_lossy();
        let path = tmp.join(format!("fetched-{}.{ending}", uuid::Uuid::new_v4()));
        found.push(Found {
            name: entry.key.clone(),
            path: path.clone(),
            size_bytes: entry.size_bytes,
            modified_ns: i128::from(entry.modified.timestamp_micros()) * 1_000,
            remote: Some(Arc::new(Remote {
                bucket: bucket.clone(),
                entry,
                path,
                is_here: Mutex::new(false),
            })),
        });
    }
    found.sort_by(|left, right| natural_order(&left.name, &right.name));
    Ok(found)
}

/// Splits a pattern into the folders that it names letter by letter, and the rest.
fn literal_folder(pattern: &str) -> (&str, &str) {
    let special = pattern.find(['*', '?', '[', '{', '\\']).unwrap_or(pattern.len());
    match pattern.get(..special).and_then(|literal| literal.rfind('/')) {
        Some(slash) => pattern
            .split_at_checked(slash)
            .map_or(("", pattern), |(folder, rest)| (folder, rest.trim_start_matches('/'))),
        None => ("", pattern),
    }
}

#[cfg(test)]
mod tests {
    use super::literal_folder;

    #[test]
    fn only_the_folders_that_are_named_are_listed() {
        for (pattern, expected) in [
            ("a*.csv", ("", "a*.csv")),
            ("a.csv", ("", "a.csv")),
            ("in/2026/a-?.csv", ("in/2026", "a-?.csv")),
            ("in/*/a.csv", ("in", "*/a.csv")),
            ("in/**", ("in", "**")),
        ] {
            assert_eq!(literal_folder(pattern), expected);
        }
    }
}
