//! Which releases must stay, and for how long?
//!
//! A pin is a name given to a release for good; a lease is a reader's claim that runs out by
//! itself. A lock `pins.lock` keeps the retirement of a release and a new claim on it apart.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::durable::Placed;
use super::error::WarehouseError;
use super::home::{CLAIMS, Home};
use super::ledger::numbered;
use super::manifest::Hash;
use super::place::Shelf;
use super::seal::{self, Sealed};

/// A name for a release that must stay: `pins/<name>.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// version of this layout
    pub format: u32,
    /// the name
    pub name: String,
    /// the release
    pub number: u64,
    /// the release's own hash
    pub release: Hash,
    /// SHA-256 of this document with this field empty
    pub hash: Hash,
}

impl Sealed for Pin {
    fn seal_mut(&mut self) -> &mut Hash {
        &mut self.hash
    }

    fn format(&self) -> u32 {
        self.format
    }
}

/// A reader's claim to a release: `leases/<uuid>.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeaseNote {
    /// version of this layout
    pub format: u32,
    /// the release
    pub number: u64,
    /// until when
    pub expires_at: DateTime<Utc>,
    /// the reader's process
    pub pid: u32,
    /// SHA-256 of this document with this field empty
    pub hash: Hash,
}

impl Sealed for LeaseNote {
    fn seal_mut(&mut self) -> &mut Hash {
        &mut self.hash
    }

    fn format(&self) -> u32 {
        self.format
    }
}

/// A claim to a release, given back when dropped.
#[derive(Debug)]
pub struct Lease {
    shelf: Shelf,
    path: PathBuf,
    number: u64,
}

impl Lease {
    /// The release.
    pub fn number(&self) -> u64 {
        self.number
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // One that stays behind runs out by itself.
        if let Err(error) = self.shelf.remove(&self.path) {
            tracing::warn!(%error, "a lease stays until it runs out");
        }
    }
}

/// How long a reader that was killed keeps its claim.
const READER: TimeDelta = TimeDelta::hours(24);

/// When the releases that are no longer readable were retired.
pub(super) type RetiredReleases = BTreeMap<u64, DateTime<Utc>>;

/// What was retired together: `retired/<20 digits>.json`, and without the paths, once they are
/// deleted, `collected/<20 digits>.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retirement {
    /// version of this layout
    pub format: u32,
    /// counted from 1
    pub number: u64,
    /// when
    pub at: DateTime<Utc>,
    /// releases no longer readable; their documents stay, so that the chain can be checked
    pub releases: Vec<u64>,
    /// files to delete, relative to the data folder
    pub paths: Vec<String>,
    /// SHA-256 of this document with this field empty
    pub hash: Hash,
}

impl Sealed for Retirement {
    fn seal_mut(&mut self) -> &mut Hash {
        &mut self.hash
    }

    fn format(&self) -> u32 {
        self.format
    }
}

impl Home {
    /// Names a release that must stay. Naming it again the same is no error.
    ///
    /// # Errors
    /// When the name cannot be used or means another release, or there is no such release.
    pub fn pin(&self, name: &str, number: u64) -> Result<Pin, WarehouseError> {
        check_pin_name(name)?;
        let _lock = self.lock_pins()?;
        let release = self.claimable(number)?;
        let mut pin =
            Pin { format: seal::FORMAT, name: name.to_owned(), number, release, hash: Hash::new() };
        let path = self.pin_path(name);
        let bytes = seal::seal(&mut pin, &path)?;
        let staged = self.claims().join(format!("{}.json", uuid::Uuid::new_v4()));
        let placed = self.shelf().put_new(&bytes, &staged, &path)?;
        self.shelf().sync(&self.root().join("pins"))?;
        match (placed, self.pinned(name)?) {
            (Placed::AlreadyExists, Some(there)) if there.number != number => {
                Err(WarehouseError::PinTaken { name: name.to_owned(), number: there.number })
            }
            _ => Ok(pin),
        }
    }

    /// Takes a pin's name away; the release then stays only as long as the retention says.
    ///
    /// # Errors
    /// When there is no such pin.
    pub fn unpin(&self, name: &str) -> Result<(), WarehouseError> {
        check_pin_name(name)?;
        if !self.shelf().remove(&self.pin_path(name))? {
            return Err(WarehouseError::UnknownPin(name.to_owned()));
        }
        self.shelf().sync(&self.root().join("pins"))
    }

    /// All pins, by name.
    ///
    /// # Errors
    /// When one is not the one written.
    pub fn pins(&self) -> Result<Vec<Pin>, WarehouseError> {
        let folder = self.root().join("pins");
        let mut pins = Vec::new();
        for file in self.shelf().names(&folder)? {
            let name = file.strip_suffix(".json").unwrap_or(&file);
            pins.extend(self.pinned(name)?);
        }
        Ok(pins)
    }

    /// The pin of a name, if there is one.
    ///
    /// # Errors
    /// When it is not the one written.
    pub fn pinned(&self, name: &str) -> Result<Option<Pin>, WarehouseError> {
        if check_pin_name(name).is_err() {
            return Ok(None);
        }
        let path = self.pin_path(name);
        match seal::read_sealed::<Pin>(self.shelf(), &path) {
            Ok(pin) if pin.name == name => Ok(Some(pin)),
            Ok(pin) => Err(WarehouseError::damaged(&path, format!("it says pin `{}`", pin.name))),
            Err(WarehouseError::Missing(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Claims a release for a reader until `now + ttl` or until the claim is dropped.
    ///
    /// # Errors
    /// When there is no such release, or it was retired.
    pub fn lease(
        &self,
        number: u64,
        now: DateTime<Utc>,
        ttl: TimeDelta,
    ) -> Result<Lease, WarehouseError> {
        // In a bucket a claim that comes at the very moment of a retirement is covered by the grace
        // before anything is deleted, which is longer than any query; so no query waits there.
        let _lock = match self.shelf().bucket() {
            None => Some(self.lock_pins()?),
            Some(_) => None,
        };
        self.claimable(number)?;
        let mut note = LeaseNote {
            format: seal::FORMAT,
            number,
            expires_at: now + ttl,
            pid: std::process::id(),
            hash: Hash::new(),
        };
        let file = format!("{}.json", uuid::Uuid::new_v4());
        let path = self.root().join("leases").join(&file);
        let staged = self.claims().join(&file);
        let bytes = seal::seal(&mut note, &path)?;
        self.shelf().put_new(&bytes, &staged, &path)?;
        Ok(Lease { shelf: self.shelf().clone(), path, number })
    }

    /// Claims a release while it is read, so that collecting leaves it alone. Where there is no
    /// room for the claim, or no right to write it, the answer matters more: collecting waits a
    /// grace before it deletes anyway.
    ///
    /// # Errors
    /// When there is no such release, or it was retired.
    pub fn reader_lease(
        &self,
        number: u64,
        now: DateTime<Utc>,
    ) -> Result<Option<Lease>, WarehouseError> {
        match self.lease(number, now, READER) {
            Ok(lease) => Ok(Some(lease)),
            Err(
                error @ (WarehouseError::DiskFull { .. }
                | WarehouseError::Io { .. }
                | WarehouseError::Bucket(_)),
            ) => {
                tracing::warn!(%error, release = number, "reading without a lease");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// All leases with their files.
    ///
    /// # Errors
    /// When one is not the one written.
    pub(super) fn leases(&self) -> Result<Vec<(PathBuf, LeaseNote)>, WarehouseError> {
        let folder = self.root().join("leases");
        let mut leases = Vec::new();
        for name in self.shelf().names(&folder)? {
            let path = folder.join(name);
            match seal::read_sealed(self.shelf(), &path) {
                Ok(note) => leases.push((path, note)),
                // Given back between the listing and the reading.
                Err(WarehouseError::Missing(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(leases)
    }

    /// Everything retired and not yet deleted, in order.
    ///
    /// # Errors
    /// When a list is not the one written.
    pub(super) fn retirements(&self, folder: &str) -> Result<Vec<Retirement>, WarehouseError> {
        let mut all = Vec::new();
        for number in numbered(self, folder)? {
            let path = self.root().join(format!("{folder}/{number:020}.json"));
            let retirement: Retirement = seal::read_sealed(self.shelf(), &path)?;
            if retirement.number != number {
                let finding = format!("it says number {}", retirement.number);
                return Err(WarehouseError::damaged(&path, finding));
            }
            all.push(retirement);
        }
        Ok(all)
    }

    /// The releases that are no longer readable.
    pub(super) fn retired_releases(&self) -> Result<RetiredReleases, WarehouseError> {
        let mut releases = RetiredReleases::new();
        for folder in ["collected", "retired"] {
            for retirement in self.retirements(folder)? {
                releases.extend(retirement.releases.iter().map(|number| (*number, retirement.at)));
            }
        }
        Ok(releases)
    }

    fn claimable(&self, number: u64) -> Result<Hash, WarehouseError> {
        let release = self.release(number)?;
        match self.retired_releases()?.get(&number) {
            Some(at) => Err(WarehouseError::Retired { number, at: *at }),
            None => Ok(release.hash.clone()),
        }
    }

    fn claims(&self) -> PathBuf {
        self.shelf().tmp().join(CLAIMS)
    }

    fn pin_path(&self, name: &str) -> PathBuf {
        self.root().join(format!("pins/{name}.json"))
    }
}

fn check_pin_name(name: &str) -> Result<(), WarehouseError> {
    let fits = name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.'));
    if fits { Ok(()) } else { Err(WarehouseError::PinName(name.to_owned())) }
}
