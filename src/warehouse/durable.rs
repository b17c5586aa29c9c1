//! How does a file come to stay, even if the power fails the moment after?
//!
//! This is the only place that syncs, links or removes files. The order that makes a release safe:
//! write a file under `tmp/`, sync it, link it to its final name (which fails where the name is
//! taken), sync every folder that got an entry, and only then link the release's document.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::WarehouseError;

/// What a new entry of a folder may cost where the disk has no room left: one block.
const ENTRY_BYTES: u64 = 4096;

/// A file being written that remembers why writing failed.
///
/// Encoders wrap errors of their sink beyond recognition; [`NewFile::failure`] gives the original.
#[derive(Debug)]
pub struct NewFile {
    file: File,
    path: PathBuf,
    written: u64,
    failure: Option<WarehouseError>,
}

impl NewFile {
    /// Creates a file that does not exist yet.
    ///
    /// # Errors
    /// When it exists or the file system refuses.
    pub fn create(path: &Path) -> Result<Self, WarehouseError> {
        tracing::debug!(target: "patron::phase", phase = "write", path = %path.display());
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(path)
            .map_err(WarehouseError::write(path, ENTRY_BYTES))?;
        Ok(Self { file, path: path.to_owned(), written: 0, failure: None })
    }

    /// Bytes written so far.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Why a write failed, if one did.
    pub fn failure(&mut self) -> Option<WarehouseError> {
        self.failure.take()
    }

    /// Makes the file's content durable and closes it.
    ///
    /// # Errors
    /// When the disk is full or broken: then nothing is known of the content.
    #[expect(clippy::disallowed_methods, reason = "this is the place that syncs")]
    pub fn close(self) -> Result<(), WarehouseError> {
        tracing::debug!(target: "patron::phase", phase = "fsync", path = %self.path.display());
        self.file.sync_all().map_err(WarehouseError::write(&self.path, self.written))
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.file.write(bytes) {
            Ok(count) => {
                self.written += count as u64;
                Ok(count)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                let kind = error.kind();
                let needed = self.written + bytes.len() as u64;
                self.failure = Some(WarehouseError::write(&self.path, needed)(error));
                Err(kind.into())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Writes a whole new file durably; its folder still wants [`sync_folder`].
///
/// # Errors
/// When it exists or the file system refuses.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), WarehouseError> {
    let mut file = NewFile::create(path)?;
    if let Err(error) = file.write_all(bytes) {
        let needed = bytes.len() as u64;
        return Err(file.failure().unwrap_or_else(|| WarehouseError::write(path, needed)(error)));
    }
    file.close()
}

/// Makes the entries of a folder durable.
///
/// # Errors
/// When the folder is missing or the file system refuses.
#[expect(clippy::disallowed_methods, reason = "this is the place that syncs")]
pub fn sync_folder(path: &Path) -> Result<(), WarehouseError> {
    tracing::debug!(target: "patron::phase", phase = "fsync", path = %path.display());
    File::open(path)
        .and_then(|folder| folder.sync_all())
        .map_err(WarehouseError::io("sync the folder", path))
}

/// Creates a folder and those above it, durably.
///
/// # Errors
/// When the file system refuses.
pub fn create_folders(path: &Path) -> Result<(), WarehouseError> {
    if path.is_dir() {
        return Ok(());
    }
    let above = path.parent().filter(|above| !above.as_os_str().is_empty());
    if let Some(above) = above {
        create_folders(above)?;
    }
    match fs::create_dir(path) {
        Ok(()) => sync_folder(above.unwrap_or(Path::new("."))),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        Err(error) => Err(WarehouseError::write(path, ENTRY_BYTES)(error)),
    }
}

/// Whether a name was free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placed {
    /// The file has the name now.
    Created,
    /// Another file has it; nothing was changed.
    AlreadyExists,
}

/// Gives a synced file a second name, if that name is free; its folder still wants
/// [`sync_folder`].
///
/// # Errors
/// When the file system refuses for another reason than the name being taken.
#[expect(clippy::disallowed_methods, reason = "this is the place that links")]
pub fn link(from: &Path, to: &Path) -> Result<Placed, WarehouseError> {
    match fs::hard_link(from, to) {
        Ok(()) => Ok(Placed::Created),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Placed::AlreadyExists),
        Err(error) => Err(WarehouseError::write(to, ENTRY_BYTES)(error)),
    }
}

/// Moves a synced file to another name, if that name is free; the file leaves its old name either
/// way. The new folder still wants [`sync_folder`].
///
/// # Errors
/// When the file system refuses for another reason than the name being taken.
pub fn place(from: &Path, to: &Path) -> Result<Placed, WarehouseError> {
    let placed = link(from, to)?;
    fs::remove_file(from).map_err(WarehouseError::io("remove", from))?;
    Ok(placed)
}

/// Gives a file outside the warehouse its final name, over what bore that name before.
///
/// # Errors
/// When the file system refuses.
#[expect(clippy::disallowed_methods, reason = "exports may be replaced, files of a release never")]
pub fn replace(from: &Path, to: &Path) -> Result<(), WarehouseError> {
    fs::rename(from, to).map_err(WarehouseError::write(to, ENTRY_BYTES))
}

/// Removes a file; whether it was there.
///
/// # Errors
/// When the file system refuses.
pub fn remove(path: &Path) -> Result<bool, WarehouseError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(WarehouseError::io("remove", path)(error)),
    }
}

/// Removes a folder of temporary files with everything in it, if it is there.
///
/// # Errors
/// When the file system refuses.
pub fn remove_tree(path: &Path) -> Result<(), WarehouseError> {
    match fs::remove_dir_all(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(WarehouseError::io("remove", path)(error)),
    }
}
