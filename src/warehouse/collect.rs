//! What may be deleted, and when?
//!
//! Two steps. *Retire*: releases beyond the retention that no pin and no live lease claims are
//! written down as no longer readable, together with every file that no other release reaches.
//! *Delete*: files written down longer ago than a grace, which must exceed the longest query, are
//! deleted, unless a release reaches them again: a refresh that writes the same content as a
//! retired file finds it in place and publishes it, and that alone takes it off every list.
//!
//! The documents of retired releases stay: they are small, and the chain of hashes from the first
//! release on can be checked only if none is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::durable;
use super::error::WarehouseError;
use super::home::{Home, Writer};
use super::manifest::Hash;
use super::pins::Retirement;
use super::release::Release;
use super::seal;

/// What to keep.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// the newest releases to keep; at least one is kept
    pub keep_newest: usize,
    /// releases created within this time are kept
    pub keep_for: TimeDelta,
    /// time between retiring and deleting; must exceed the longest query
    pub grace: TimeDelta,
    /// the run's time
    pub now: DateTime<Utc>,
    /// write and delete; without it only say what would be
    pub apply: bool,
}

/// What was done, or would be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// releases retired
    pub releases: Vec<u64>,
    /// files retired
    pub retired: Vec<Garbage>,
    /// files deleted
    pub deleted: Vec<Garbage>,
}

/// A file that no release reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Garbage {
    /// path relative to the data folder
    pub path: String,
    /// its size
    pub size_bytes: u64,
}

/// Retires and deletes. Holding the writer keeps every refresh away meanwhile.
///
/// # Errors
/// When any document is damaged, because then it is not known what may go, or the file system
/// refuses.
pub fn collect(writer: &Writer, options: &Options) -> Result<Report, WarehouseError> {
    let home = writer.home();
    let Retired { releases, garbage: retired, kept } = retire(writer, options)?;
    let deleted = delete(writer, options, &kept)?;
    if options.apply {
        for (path, lease) in home.leases()? {
            if lease.expires_at <= options.now {
                home.shelf().remove(&path)?;
            }
        }
    }
    Ok(Report { releases, retired, deleted })
}

/// What the first step did.
struct Retired {
    releases: Vec<u64>,
    garbage: Vec<Garbage>,
    /// paths that the releases that stay reach
    kept: BTreeSet<String>,
}

fn retire(writer: &Writer, options: &Options) -> Result<Retired, WarehouseError> {
    let home = writer.home();
    // From here to the end of this function nobody can claim a release.
    let lock = home.lock_pins()?;
    let (keep, retire) = divide(home, options)?;
    let kept = reach(home, &keep)?;
    let freed = reach(home, &retire)?;
    let pending: BTreeSet<String> =
        home.retirements("retired")?.into_iter().flat_map(|list| list.paths).collect();
    // What is listed already is listed again only if a release retired now could still read it.
    let garbage: Vec<Garbage> = stored(home)?
        .into_iter()
        .filter(|(path, _)| !kept.contains(path))
        .filter(|(path, _)| !pending.contains(path) || freed.contains(path))
        .map(|(path, size_bytes)| Garbage { path, size_bytes })
        .collect();
    let releases: Vec<u64> = retire.iter().map(|release| release.number).collect();
    if options.apply && !(releases.is_empty() && garbage.is_empty()) {
        let number = 1 + last(home, "retired")?.max(last(home, "collected")?);
        let paths = garbage.iter().map(|garbage| garbage.path.clone()).collect();
        let at = options.now;
        let hash = Hash::new();
        let format = seal::FORMAT;
        let list = Retirement { format, number, at, releases: releases.clone(), paths, hash };
        lock.confirm()?;
        record(writer, "retired", list)?;
    }
    Ok(Retired { releases, garbage, kept })
}

type Releases = Vec<Arc<Release>>;

/// The releases to keep and those to retire; those retired before are in neither.
fn divide(home: &Home, options: &Options) -> Result<(Releases, Releases), WarehouseError> {
    let gone = home.retired_releases()?;
    let pinned = home.pins()?.into_iter().map(|pin| pin.number);
    let live = |(_, lease): &(_, super::pins::LeaseNote)| lease.expires_at > options.now;
    let leased = home.leases()?.into_iter().filter(live).map(|(_, lease)| lease.number);
    let claimed: BTreeSet<u64> = pinned.chain(leased).collect();
    let mut numbers = home.numbers()?;
    numbers.retain(|number| !gone.contains_key(number));
    let newest = numbers.len().saturating_sub(options.keep_newest.max(1));
    let (mut keep, mut retire) = (Vec::new(), Vec::new());
    for (index, number) in numbers.into_iter().enumerate() {
        let release = home.release(number)?;
        let is_young = release.created_at + options.keep_for > options.now;
        if index >= newest || is_young || claimed.contains(&number) {
            keep.push(release);
        } else {
            retire.push(release);
        }
    }
    Ok((keep, retire))
}

/// Every path below `files/`, `manifests/` and `loads/` that these releases need.
fn reach(home: &Home, releases: &[Arc<Release>]) -> Result<BTreeSet<String>, WarehouseError> {
    let mut paths = BTreeSet::new();
    for release in releases {
        for (table, entry) in &release.tables {
            if let Some(load) = &entry.load {
                paths.insert(format!("loads/{table}/{load}.json"));
            }
            if paths.insert(format!("manifests/{table}/{}.json", entry.manifest)) {
                let manifest = home.manifest(table, &entry.manifest)?;
                paths.extend(manifest.files.iter().map(|file| file.path.clone()));
            }
        }
    }
    Ok(paths)
}

/// Every file below `files/`, `manifests/` and `loads/` with its size.
fn stored(home: &Home) -> Result<BTreeMap<String, u64>, WarehouseError> {
    home.shelf().tree(&["files", "manifests", "loads"])
}

/// Deletes what was retired longer ago than the grace.
fn delete(
    writer: &Writer,
    options: &Options,
    kept: &BTreeSet<String>,
) -> Result<Vec<Garbage>, WarehouseError> {
    let home = writer.home();
    let is_due = |list: &Retirement| list.at + options.grace <= options.now;
    let (due, later): (Vec<_>, Vec<_>) = home.retirements("retired")?.into_iter().partition(is_due);
    let later: BTreeSet<&String> = later.iter().flat_map(|list| &list.paths).collect();
    let mut there = stored(home)?;
    let mut deleted = Vec::new();
    for mut list in due {
        let paths = std::mem::take(&mut list.paths);
        let paths = paths.into_iter().filter(|path| !kept.contains(path) && !later.contains(path));
        for path in paths {
            if let Some(size_bytes) = there.remove(&path) {
                deleted.push(Garbage { path, size_bytes });
            }
        }
        if options.apply {
            finish(writer, list, &deleted)?;
        }
    }
    Ok(deleted)
}

/// Deletes files and turns a list of retired files into the note that they are gone. Each step may
/// be repeated after a crash.
fn finish(writer: &Writer, list: Retirement, files: &[Garbage]) -> Result<(), WarehouseError> {
    let home = writer.home();
    tracing::debug!(target: "patron::phase", phase = "collect", number = list.number);
    // Whoever took the lock over may be about to use these files again.
    writer.confirm()?;
    home.shelf().remove_all(files.iter().map(|file| file.path.as_str()))?;
    let number = list.number;
    record(writer, "collected", list)?;
    home.shelf().remove(&home.root().join(format!("retired/{number:020}.json")))?;
    home.shelf().sync(&home.root().join("retired"))
}

/// Writes a list durably.
fn record(writer: &Writer, folder: &str, mut list: Retirement) -> Result<(), WarehouseError> {
    tracing::debug!(target: "patron::phase", phase = "collect", number = list.number);
    let home = writer.home();
    let name = format!("{:020}.json", list.number);
    let folder = home.root().join(folder);
    let path = folder.join(&name);
    let staged = writer.tmp().join(&name);
    let bytes = seal::seal(&mut list, &path)?;
    durable::remove(&staged)?;
    home.shelf().put_new(&bytes, &staged, &path)?;
    home.shelf().sync(&folder)
}

/// The number of the last list in a folder, 0 if there is none.
fn last(home: &Home, folder: &str) -> Result<u64, WarehouseError> {
    Ok(home.retirements(folder)?.last().map_or(0, |list| list.number))
}
