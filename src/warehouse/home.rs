//! Where does the warehouse lie, and who may write to it?
//!
//! ```text
//! files/<schema>.<table>/<partition>/<32 hex>.parquet   rows, named by content
//! manifests/<schema>.<table>/<sha256>.json              which files are a table
//! loads/<schema>.<table>/<sha256>.json                  how far a raw table was loaded
//! releases/<20 digits>.json                             which manifests are a release
//! pins/ leases/                                         releases that must stay
//! retired/ collected/                                   what is to be deleted, what was
//! tmp/<run id>/                                         being written
//! ```

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::blocks::CheckedStore;
use super::durable;
use super::error::WarehouseError;
use super::ledger::STRANGE_NAME;
use super::manifest::{Hash, Manifest};
use super::name::TableName;
use super::seal;

/// Name of the folder under `tmp/` that outlives its run: what a refused run extracted.
pub const RESUME: &str = "resume";

/// Name of the folder under `tmp/` in which pins and leases are written, without the writer's lock.
pub(super) const CLAIMS: &str = "claims";

const FOLDERS: [&str; 9] = [
    "files",
    "manifests",
    "loads",
    "releases",
    "pins",
    "leases",
    "retired",
    "collected",
    "tmp/claims",
];

/// A warehouse's data folder, open for reading. Clones share what is known of checked blocks.
#[derive(Debug, Clone)]
pub struct Home {
    root: PathBuf,
    store: Arc<CheckedStore>,
}

impl Home {
    /// Opens the data folder, creating what is missing.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn create(root: &Path) -> Result<Self, WarehouseError> {
        for folder in FOLDERS {
            durable::create_folders(&root.join(folder))?;
        }
        // The run that created the folder may have died before it was durable.
        if let Some(above) = root.parent().filter(|above| !above.as_os_str().is_empty()) {
            durable::sync_folder(above)?;
        }
        Self::open(root)
    }

    /// Opens an existing data folder.
    ///
    /// # Errors
    /// When it holds no warehouse.
    pub fn open(root: &Path) -> Result<Self, WarehouseError> {
        if !root.join("releases").is_dir() {
            return Err(WarehouseError::NoWarehouse(root.to_owned()));
        }
        let store = Arc::new(CheckedStore::new(root.to_owned()));
        Ok(Self { root: root.to_owned(), store })
    }

    /// The data folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The store that gives out the rows' files, every block checked.
    pub fn store(&self) -> &Arc<CheckedStore> {
        &self.store
    }

    /// Becomes the only writer. `wait` decides what happens while another process is.
    ///
    /// # Errors
    /// When another process is the writer, or the file system refuses.
    pub fn writer(&self, wait: bool) -> Result<Writer, WarehouseError> {
        let lock = take_lock(&self.root.join("writer.lock"), wait)?;
        let tmp = self.root.join("tmp");
        for name in names(&tmp)? {
            if name != RESUME && name != CLAIMS {
                durable::remove_tree(&tmp.join(name))?;
            }
        }
        let run_id = uuid::Uuid::new_v4().to_string();
        let own = tmp.join(&run_id);
        durable::create_folders(&own)?;
        let base = self.latest()?.map_or(0, |release| release.number);
        Ok(Writer {
            home: self.clone(),
            _lock: lock,
            run_id,
            tmp: own,
            base: Mutex::new(base),
            touched: Mutex::new(BTreeSet::new()),
        })
    }

    /// Reads a manifest and makes its files known to the store.
    ///
    /// # Errors
    /// When it is missing or not the one written.
    pub fn manifest(
        &self,
        table: &TableName,
        name: &Hash,
    ) -> Result<Arc<Manifest>, WarehouseError> {
        let path = self.manifest_path(table, name);
        let manifest: Manifest = seal::parse(&seal::read_named(&path, name)?, &path)?;
        seal::check_format(manifest.format, &path)?;
        if manifest.table != *table {
            let finding = format!("it is of table `{}`", manifest.table);
            return Err(WarehouseError::damaged(&path, finding));
        }
        self.store.register(&manifest)?;
        Ok(Arc::new(manifest))
    }

    /// Reads the bytes of a load state.
    ///
    /// # Errors
    /// When it is missing or not the one written.
    pub fn load_bytes(&self, table: &TableName, name: &Hash) -> Result<Vec<u8>, WarehouseError> {
        seal::read_named(&self.load_path(table, name), name)
    }

    pub(super) fn manifest_path(&self, table: &TableName, name: &Hash) -> PathBuf {
        self.root.join(format!("manifests/{table}/{name}.json"))
    }

    pub(super) fn load_path(&self, table: &TableName, name: &Hash) -> PathBuf {
        self.root.join(format!("loads/{table}/{name}.json"))
    }

    /// Keeps a release from being retired between a look at it and a note that it is needed.
    pub(super) fn lock_pins(&self) -> Result<File, WarehouseError> {
        let lock = take_lock(&self.root.join("pins.lock"), true)?;
        // Whoever else wrote claims is done with them, or dead.
        let claims = self.root.join("tmp").join(CLAIMS);
        for name in names(&claims)? {
            durable::remove(&claims.join(name))?;
        }
        Ok(lock)
    }
}

/// The only writer of a warehouse, until dropped.
#[derive(Debug)]
pub struct Writer {
    home: Home,
    _lock: File,
    run_id: String,
    tmp: PathBuf,
    /// number of the newest release when this run began, or that it published since
    pub(super) base: Mutex<u64>,
    /// folders that got an entry and are not synced yet
    touched: Mutex<BTreeSet<PathBuf>>,
}

impl Writer {
    /// The warehouse.
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// Identifies this run.
    pub fn run_id(&self) -> &str {
        &self.run_id
    }

    /// Folder for this run's temporary files; removed with the writer.
    pub fn tmp(&self) -> &Path {
        &self.tmp
    }

    /// Stores a manifest, durably once [`Writer::publish`] returns.
    ///
    /// # Errors
    /// When the file system refuses, or a damaged file has its name.
    pub fn put_manifest(&self, manifest: &Manifest) -> Result<Hash, WarehouseError> {
        let folder = self.home.root.join(format!("manifests/{}", manifest.table));
        let bytes = seal::spell(manifest, &folder)?;
        let name = seal::hash(&bytes);
        self.put(&bytes, &self.home.manifest_path(&manifest.table, &name))?;
        self.home.store.register(manifest)?;
        Ok(name)
    }

    /// Stores a load state, durably once [`Writer::publish`] returns.
    ///
    /// # Errors
    /// When the file system refuses, or a damaged file has its name.
    pub fn put_load(&self, table: &TableName, bytes: &[u8]) -> Result<Hash, WarehouseError> {
        let name = seal::hash(bytes);
        self.put(bytes, &self.home.load_path(table, &name))?;
        Ok(name)
    }

    fn put(&self, bytes: &[u8], path: &Path) -> Result<(), WarehouseError> {
        let staged = self.tmp.join(format!("{}.json", uuid::Uuid::new_v4()));
        durable::write_new(&staged, bytes)?;
        if self.place(&staged, path)? == durable::Placed::AlreadyExists {
            let there = fs::read(path).map_err(WarehouseError::io("read", path))?;
            if there != bytes {
                return Err(WarehouseError::damaged(path, "its content does not match its name"));
            }
        }
        Ok(())
    }

    /// Moves a synced file to its final place, if that is free, and notes the folder as to be
    /// synced: also where the file was there already, because the run that put it there may have
    /// died before it synced the folder.
    pub(super) fn place(
        &self,
        staged: &Path,
        path: &Path,
    ) -> Result<durable::Placed, WarehouseError> {
        let folder = path.parent().unwrap_or(&self.home.root);
        durable::create_folders(folder)?;
        self.touched.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned());
        durable::place(staged, path)
    }

    /// Syncs every folder that got an entry, and those above it within the data folder.
    pub(super) fn sync_touched(&self) -> Result<(), WarehouseError> {
        let mut touched = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
        let folders: BTreeSet<&Path> = touched
            .iter()
            .flat_map(|folder| {
                folder.ancestors().take_while(|above| above.starts_with(&self.home.root))
            })
            .collect();
        for folder in folders {
            durable::sync_folder(folder)?;
        }
        touched.clear();
        Ok(())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // What stays behind is removed by the next writer.
        if let Err(error) = durable::remove_tree(&self.tmp) {
            tracing::warn!(%error, "temporary files stay until the next run");
        }
    }
}

/// The names in a folder, sorted.
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

/// Locks a file and writes this process's id into it. The lock ends with the returned file.
fn take_lock(path: &Path, wait: bool) -> Result<File, WarehouseError> {
    let failed = |error| WarehouseError::io("lock", path)(error);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::Error(error)) => return Err(failed(error)),
        Err(TryLockError::WouldBlock) if wait => file.lock().map_err(failed)?,
        Err(TryLockError::WouldBlock) => {
            let text = fs::read_to_string(path).unwrap_or_default();
            let holder = if text.trim().is_empty() { "unknown" } else { text.trim() };
            return Err(WarehouseError::Locked {
                path: path.to_owned(),
                holder: holder.to_owned(),
            });
        }
    }
    file.set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| writeln!(file, "{}", std::process::id()))
        .map_err(failed)?;
    Ok(file)
}
