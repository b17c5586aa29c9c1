//! Is a document the very one that was written?
//!
//! Two kinds: a *named* document's file name is the hash of its bytes (manifests, load states); a
//! *sealed* document carries its own hash (releases, pins, leases, lists of retired files). Both
//! are checked at every read, and both have one spelling only: the bytes read must be those that
//! writing the document again would give, so that no byte can change unnoticed.

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::error::WarehouseError;
use super::manifest::Hash;
use super::place::Shelf;
use super::release::Release;

/// Version of the layout of every document that this program writes and reads.
pub const FORMAT: u32 = 1;

/// A document that carries its own hash.
pub trait Sealed: Serialize + DeserializeOwned {
    /// The field that holds the hash of the document with this field empty.
    fn seal_mut(&mut self) -> &mut Hash;
    /// Version of the layout.
    fn format(&self) -> u32;
}

impl Sealed for Release {
    fn seal_mut(&mut self) -> &mut Hash {
        &mut self.hash
    }

    fn format(&self) -> u32 {
        self.format
    }
}

/// SHA-256 as 64 lower-case hexadecimal digits.
pub fn hash(bytes: &[u8]) -> Hash {
    hex::encode(Sha256::digest(bytes))
}

/// The one spelling of a document.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn spell<T: Serialize>(document: &T, path: &Path) -> Result<Vec<u8>, WarehouseError> {
    let json = |source| WarehouseError::Json { path: path.to_owned(), source };
    let mut bytes = serde_json::to_vec(document).map_err(json)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Reads a document of one spelling.
///
/// # Errors
/// When the bytes are not those that writing it again would give.
pub fn parse<T: Serialize + DeserializeOwned>(
    bytes: &[u8],
    path: &Path,
) -> Result<T, WarehouseError> {
    let document: T = serde_json::from_slice(bytes)
        .map_err(|error| WarehouseError::damaged(path, format!("not the JSON written: {error}")))?;
    if spell(&document, path)? != bytes {
        return Err(WarehouseError::damaged(path, "its spelling is not the one written"));
    }
    Ok(document)
}

/// Fills in a document's own hash and spells it.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn seal<T: Sealed>(document: &mut T, path: &Path) -> Result<Vec<u8>, WarehouseError> {
    document.seal_mut().clear();
    let own = hash(&spell(document, path)?);
    *document.seal_mut() = own;
    spell(document, path)
}

/// Reads a sealed document.
///
/// # Errors
/// When the file is missing, unreadable or not the one written.
pub(super) fn read_sealed<T: Sealed>(shelf: &Shelf, path: &Path) -> Result<T, WarehouseError> {
    let bytes = shelf.read(path)?;
    let mut document: T = parse(&bytes, path)?;
    check_format(document.format(), path)?;
    let stated = document.seal_mut().clone();
    seal(&mut document, path)?;
    if *document.seal_mut() != stated {
        return Err(WarehouseError::damaged(path, "its content does not match the hash in it"));
    }
    Ok(document)
}

/// Reads the bytes of a document that is named by their hash.
///
/// # Errors
/// When the file is missing, unreadable or not the one written.
pub(super) fn read_named(
    shelf: &Shelf,
    path: &Path,
    name: &Hash,
) -> Result<Vec<u8>, WarehouseError> {
    let bytes = shelf.read(path)?;
    if hash(&bytes) != *name {
        return Err(WarehouseError::damaged(path, "its content does not match its name"));
    }
    Ok(bytes)
}

/// Refuses a document of another layout.
///
/// # Errors
/// When the version is not the one this program knows.
pub fn check_format(format: u32, path: &Path) -> Result<(), WarehouseError> {
    if format == FORMAT {
        return Ok(());
    }
    Err(WarehouseError::damaged(
        path,
        format!("layout {format} is unknown here (this program knows {FORMAT})"),
    ))
}
