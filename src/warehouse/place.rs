//! Where does a warehouse lie, and how are its documents read and written there?
//!
//! In a folder or in a bucket. Both hold the same documents under the same names, and the rest of
//! the room does not know which of them it works on. A path is the folder's, or the bucket's
//! address with the object's name: `s3://bucket/prefix/releases/00000000000000000001.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::durable::{self, Placed};
use super::error::WarehouseError;
use super::ledger::STRANGE_NAME;
use crate::bucket::{Bucket, BucketError, Depth, Settings};

/// Where a warehouse lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// in a folder
    Folder(PathBuf),
    /// in a bucket
    Bucket {
        /// which
        settings: Settings,
        /// the local folder for what is on its way there
        scratch: PathBuf,
    },
}

impl From<&Path> for Place {
    fn from(folder: &Path) -> Self {
        Self::Folder(folder.to_owned())
    }
}

impl From<&PathBuf> for Place {
    fn from(folder: &PathBuf) -> Self {
        Self::Folder(folder.clone())
    }
}

impl From<PathBuf> for Place {
    fn from(folder: PathBuf) -> Self {
        Self::Folder(folder)
    }
}

/// An opened place.
#[derive(Debug, Clone)]
pub(super) struct Shelf {
    root: PathBuf,
    scratch: PathBuf,
    bucket: Option<Bucket>,
}

impl Shelf {
    pub(super) fn open(place: &Place) -> Result<Self, WarehouseError> {
        match place {
            Place::Folder(root) => {
                Ok(Self { root: root.clone(), scratch: root.clone(), bucket: None })
            }
            Place::Bucket { settings, scratch } => {
                let bucket = Bucket::open(settings, "warehouse/project.toml, [store]")?;
                let root = PathBuf::from(bucket.address());
                Ok(Self { root, scratch: scratch.clone(), bucket: Some(bucket) })
            }
        }
    }

    /// The folder, or the bucket's address.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The local folder for temporary files.
    pub(super) fn tmp(&self) -> PathBuf {
        self.scratch.join("tmp")
    }

    /// The bucket, where it is one.
    pub(super) fn bucket(&self) -> Option<&Bucket> {
        self.bucket.as_ref()
    }

    /// The object's name in the bucket.
    pub(super) fn key(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).to_string_lossy().into_owned()
    }

    pub(super) fn read(&self, path: &Path) -> Result<Vec<u8>, WarehouseError> {
        match &self.bucket {
            None => fs::read(path).map_err(WarehouseError::io("read", path)),
            Some(bucket) => {
                let object = bucket.get(&self.key(path)).map_err(WarehouseError::bucket(path))?;
                Ok(object.bytes.into())
            }
        }
    }

    pub(super) fn size(&self, path: &Path) -> Result<u64, WarehouseError> {
        match &self.bucket {
            None => Ok(fs::metadata(path).map_err(WarehouseError::io("read", path))?.len()),
            Some(bucket) => {
                let entry = bucket.entry(&self.key(path)).map_err(WarehouseError::bucket(path))?;
                Ok(entry.size_bytes)
            }
        }
    }

    /// The sizes of files that lie below one folder.
    pub(super) fn sizes<'a>(
        &self,
        folder: &str,
        paths: impl Iterator<Item = &'a str>,
    ) -> Result<Vec<u64>, WarehouseError> {
        // A listing tells of a thousand objects at the price of asking for one.
        let listed = match &self.bucket {
            None => None,
            Some(_) => Some(self.tree(&[folder])?),
        };
        let size = |path: &str| {
            let whole = self.root.join(path);
            match &listed {
                None => self.size(&whole),
                Some(sizes) => sizes.get(path).copied().ok_or(WarehouseError::Missing(whole)),
            }
        };
        paths.map(size).collect()
    }

    /// The names in a folder, sorted.
    pub(super) fn names(&self, folder: &Path) -> Result<Vec<String>, WarehouseError> {
        let Some(bucket) = &self.bucket else { return names(folder) };
        let key = self.key(folder);
        let entries = bucket.list(&key, Depth::Folder).map_err(WarehouseError::bucket(folder))?;
        let name = |entry: &crate::bucket::Entry| {
            let name = entry.key.strip_prefix(&key).unwrap_or(&entry.key);
            name.trim_start_matches('/').to_owned()
        };
        Ok(entries.iter().map(name).collect())
    }

    /// Every file below some folders with its size, by its path relative to the root.
    pub(super) fn tree(&self, folders: &[&str]) -> Result<BTreeMap<String, u64>, WarehouseError> {
        let mut found = BTreeMap::new();
        if let Some(bucket) = &self.bucket {
            for folder in folders {
                for entry in bucket.list(folder, Depth::All)? {
                    found.insert(entry.key, entry.size_bytes);
                }
            }
            return Ok(found);
        }
        let mut folders: Vec<String> = folders.iter().map(|folder| (*folder).to_owned()).collect();
        while let Some(folder) = folders.pop() {
            for name in names(&self.root.join(&folder))? {
                let relative = format!("{folder}/{name}");
                let path = self.root.join(&relative);
                let metadata =
                    fs::symlink_metadata(&path).map_err(WarehouseError::io("read", &path))?;
                if metadata.is_dir() {
                    folders.push(relative);
                } else {
                    found.insert(relative, metadata.len());
                }
            }
        }
        Ok(found)
    }

    /// Puts a document where its name is free, and says whether it was; `staged` is where it is
    /// written first. In a folder the name still wants [`Self::sync`].
    pub(super) fn put_new(
        &self,
        bytes: &[u8],
        staged: &Path,
        path: &Path,
    ) -> Result<Placed, WarehouseError> {
        let Some(bucket) = &self.bucket else {
            durable::write_new(staged, bytes)?;
            return durable::place(staged, path);
        };
        let put = bucket.put_new(&self.key(path), bytes.to_vec().into());
        match put.map_err(WarehouseError::bucket(path))? {
            true => Ok(Placed::Created),
            false => Ok(Placed::AlreadyExists),
        }
    }

    /// Makes the entries of a folder durable; those of a bucket are, once they were acknowledged.
    pub(super) fn sync(&self, folder: &Path) -> Result<(), WarehouseError> {
        if self.bucket.is_some() { Ok(()) } else { durable::sync_folder(folder) }
    }

    /// Removes a document; whether it was there.
    pub(super) fn remove(&self, path: &Path) -> Result<bool, WarehouseError> {
        let Some(bucket) = &self.bucket else { return durable::remove(path) };
        let key = self.key(path);
        match bucket.entry(&key) {
            Ok(_) => {}
            Err(BucketError::NotFound { .. }) => return Ok(false),
            Err(error) => return Err(WarehouseError::bucket(path)(error)),
        }
        bucket.remove(vec![key]).map_err(WarehouseError::bucket(path))?;
        Ok(true)
    }

    /// Removes files durably, by their paths relative to the root.
    pub(super) fn remove_all<'a>(
        &self,
        paths: impl Iterator<Item = &'a str>,
    ) -> Result<(), WarehouseError> {
        if let Some(bucket) = &self.bucket {
            let keys: Vec<String> = paths.map(str::to_owned).collect();
            return if keys.is_empty() { Ok(()) } else { Ok(bucket.remove(keys)?) };
        }
        let mut folders = BTreeSet::new();
        for path in paths {
            let path = self.root.join(path);
            if durable::remove(&path)? {
                folders.extend(path.parent().map(Path::to_owned));
            }
        }
        folders.iter().try_for_each(|folder| durable::sync_folder(folder))
    }

    /// A file to read from beginning to end. What came from a bucket has no name any more, so that
    /// it goes with the handle.
    pub(super) fn open_file(&self, path: &Path) -> Result<File, WarehouseError> {
        let Some(bucket) = &self.bucket else {
            return File::open(path).map_err(WarehouseError::io("read", path));
        };
        let entry = bucket.entry(&self.key(path)).map_err(WarehouseError::bucket(path))?;
        durable::create_folders(&self.scratch)?;
        let copy = self.scratch.join(format!("copy-{}", uuid::Uuid::new_v4()));
        let failed = |error| WarehouseError::io("write", &copy)(error);
        let mut file =
            File::options().create_new(true).read(true).write(true).open(&copy).map_err(failed)?;
        durable::remove(&copy)?;
        bucket.download(&entry, &file, &copy).map_err(WarehouseError::bucket(path))?;
        std::io::Seek::rewind(&mut file).map_err(failed)?;
        Ok(file)
    }
}

/// The names in a local folder, sorted.
pub(super) fn names(folder: &Path) -> Result<Vec<String>, WarehouseError> {
    let failed = |error| WarehouseError::io("list", folder)(error);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        let name = name
            .to_str()
            .ok_or_else(|| WarehouseError::damaged(&folder.join(&name), STRANGE_NAME))?;
        names.push(name.to_owned());
    }
    names.sort();
    Ok(names)
}
