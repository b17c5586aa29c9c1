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
//!
//! In a bucket the same lies below its prefix; what is being written lies in a local folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::blocks::CheckedStore;
use super::durable;
use super::error::WarehouseError;
use super::lock::Lock;
use super::manifest::{Hash, Manifest};
use super::name::TableName;
use super::place::{Place, Shelf, names};
use super::seal;
use crate::bucket::{Depth, Entry};

/// Name of the folder under `tmp/` that outlives its run: what a refused run extracted.
pub const RESUME: &str = "resume";

/// Name of the folder under `tmp/` in which pins and leases are written, without the writer's lock.
pub(super) const CLAIMS: &str = "claims";

/// What a dead run left below a bucket's `tmp/` is removed after so many seconds.
const LEFT_SECONDS: i64 = 3_600;

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

/// A warehouse, open for reading. Clones share what is known of checked blocks.
#[derive(Debug, Clone)]
pub struct Home {
    shelf: Shelf,
    store: Arc<CheckedStore>,
}

impl Home {
    /// Opens a warehouse; where it lies in a folder, what is missing there is created.
    ///
    /// # Errors
    /// When the file system refuses, or the settings of a bucket are wrong.
    pub fn create(place: impl Into<Place>) -> Result<Self, WarehouseError> {
        let place = place.into();
        if let Place::Folder(root) = &place {
            for folder in FOLDERS {
                durable::create_folders(&root.join(folder))?;
            }
            // The run that created the folder may have died before it was durable.
            if let Some(above) = root.parent().filter(|above| !above.as_os_str().is_empty()) {
                durable::sync_folder(above)?;
            }
        }
        Self::open(place)
    }

    /// Opens an existing warehouse. A bucket is not asked yet.
    ///
    /// # Errors
    /// When a folder holds no warehouse, or the settings of a bucket are wrong.
    pub fn open(place: impl Into<Place>) -> Result<Self, WarehouseError> {
        let place = place.into();
        if let Place::Folder(root) = &place
            && !root.join("releases").is_dir()
        {
            return Err(WarehouseError::NoWarehouse(root.to_owned()));
        }
        let shelf = Shelf::open(&place)?;
        let store = Arc::new(CheckedStore::new(shelf.clone()));
        Ok(Self { shelf, store })
    }

    /// The data folder, or the bucket's address.
    pub fn root(&self) -> &Path {
        self.shelf.root()
    }

    /// The local folder that outlives a run that is interrupted.
    pub fn resume_folder(&self) -> PathBuf {
        self.shelf.tmp().join(RESUME)
    }

    /// Whether a data file is there, by its path in a manifest.
    pub fn holds(&self, path: &str) -> bool {
        self.shelf.size(&self.root().join(path)).is_ok()
    }

    /// Where the documents lie.
    pub(super) fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// The store that gives out the rows' files, every block checked.
    pub fn store(&self) -> &Arc<CheckedStore> {
        &self.store
    }

    /// Becomes the only writer. `wait` decides what happens while another process is.
    ///
    /// # Errors
    /// When another process is the writer, the file system refuses, or the bucket's store would
    /// overwrite what must not be.
    pub fn writer(&self, wait: bool) -> Result<Writer, WarehouseError> {
        if let Some(bucket) = self.shelf.bucket() {
            bucket.prove()?;
        }
        let run_id = uuid::Uuid::new_v4().to_string();
        let lock = Lock::take(&self.shelf, "writer.lock", &run_id, wait)?;
        let tmp = self.shelf.tmp();
        durable::create_folders(&tmp)?;
        for name in names(&tmp)? {
            if name != RESUME && name != CLAIMS {
                durable::remove_tree(&tmp.join(name))?;
            }
        }
        self.clear_bucket(&lock)?;
        let own = tmp.join(&run_id);
        durable::create_folders(&own)?;
        let base = self.latest()?.map_or(0, |release| release.number);
        Ok(Writer {
            home: self.clone(),
            lock,
            run_id,
            tmp: own,
            base: Mutex::new(base),
            touched: Mutex::new(BTreeSet::new()),
        })
    }

    /// Removes what dead runs left below a bucket's `tmp/`.
    fn clear_bucket(&self, lock: &Lock) -> Result<(), WarehouseError> {
        let Some(bucket) = self.shelf.bucket() else { return Ok(()) };
        let left = bucket.list("tmp", Depth::All)?;
        let Some(now) = lock.renewed_at()?.filter(|_| !left.is_empty()) else { return Ok(()) };
        let is_old = |entry: &Entry| (now - entry.modified).num_seconds() > LEFT_SECONDS;
        let old: Vec<String> = left.into_iter().filter(is_old).map(|entry| entry.key).collect();
        if old.is_empty() { Ok(()) } else { Ok(bucket.remove(old)?) }
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
        let manifest: Manifest = seal::parse(&seal::read_named(&self.shelf, &path, name)?, &path)?;
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
        seal::read_named(&self.shelf, &self.load_path(table, name), name)
    }

    pub(super) fn manifest_path(&self, table: &TableName, name: &Hash) -> PathBuf {
        self.root().join(format!("manifests/{table}/{name}.json"))
    }

    pub(super) fn load_path(&self, table: &TableName, name: &Hash) -> PathBuf {
        self.root().join(format!("loads/{table}/{name}.json"))
    }

    /// Keeps a release from being retired between a look at it and a note that it is needed.
    pub(super) fn lock_pins(&self) -> Result<Lock, WarehouseError> {
        let run_id = uuid::Uuid::new_v4().to_string();
        let lock = Lock::take(&self.shelf, "pins.lock", &run_id, true)?;
        if self.shelf.bucket().is_some() {
            return Ok(lock);
        }
        // Whoever else wrote claims is done with them, or dead.
        let claims = self.shelf.tmp().join(CLAIMS);
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
    lock: Lock,
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
        let folder = self.home.root().join(format!("manifests/{}", manifest.table));
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

    /// Stores a document under a name that is the hash of its bytes.
    fn put(&self, bytes: &[u8], path: &Path) -> Result<(), WarehouseError> {
        let shelf = &self.home.shelf;
        if let Some(bucket) = shelf.bucket() {
            // Over what is there already: it is the same, or damaged.
            return Ok(bucket.put(&shelf.key(path), bytes.to_vec().into())?);
        }
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
    /// died before it synced the folder. In a bucket the place is taken anyway: a file's name
    /// stands for its content, so what is there is the same, or damaged.
    pub(super) fn place(
        &self,
        staged: &Path,
        path: &Path,
    ) -> Result<durable::Placed, WarehouseError> {
        let shelf = &self.home.shelf;
        if let Some(bucket) = shelf.bucket() {
            bucket.upload(&shelf.key(path), staged)?;
            durable::remove(staged)?;
            return Ok(durable::Placed::Created);
        }
        let folder = path.parent().unwrap_or(shelf.root());
        durable::create_folders(folder)?;
        self.touched.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned());
        durable::place(staged, path)
    }

    /// Makes sure that this is still the only writer.
    ///
    /// # Errors
    /// When another one took the lock over, or that cannot be known.
    pub(super) fn confirm(&self) -> Result<(), WarehouseError> {
        self.lock.confirm()
    }

    /// Creates the document of a release, if its number is free, once all that it names is
    /// durable.
    pub(super) fn commit(
        &self,
        number: u64,
        bytes: &[u8],
        path: &Path,
    ) -> Result<durable::Placed, WarehouseError> {
        let shelf = &self.home.shelf;
        self.confirm()?;
        let staged = self.tmp.join(format!("release-{number:020}.json"));
        if shelf.bucket().is_none() {
            durable::remove(&staged)?;
            durable::write_new(&staged, bytes)?;
            self.sync_touched()?;
        }
        tracing::debug!(target: "patron::phase", phase = "publish", number);
        match shelf.bucket() {
            None => durable::link(&staged, path),
            Some(_) => shelf.put_new(bytes, &staged, path),
        }
    }

    /// Syncs every folder that got an entry, and those above it within the data folder.
    fn sync_touched(&self) -> Result<(), WarehouseError> {
        let mut touched = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
        let folders: BTreeSet<&Path> = touched
            .iter()
            .flat_map(|folder| {
                folder.ancestors().take_while(|above| above.starts_with(self.home.root()))
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
