//! Which reader brings a table's rows?

use std::collections::BTreeMap;

use super::state::{Delivery, LoadState, difference, effective};
use super::{Context, LoadError};
use crate::source::database::Database;
use crate::source::files::Found;
use crate::source::shape::{Chunk, Drift};
use crate::source::{FileKind, SourceError, read_file};
use crate::warehouse::contract::{Contract, Mode};
use crate::warehouse::manifest::Hash;

/// Where a table's rows come from in this refresh.
pub enum Input<'a> {
    /// files that match the contract's glob, in file order
    Files(Vec<Found>),
    /// a database, as it was at one moment
    Database(&'a mut dyn Database),
}

/// Tells a file's content hash; a refresh remembers those of files that did not change.
pub trait Hasher: Sync {
    /// SHA-256 of the file's bytes.
    ///
    /// # Errors
    /// When the file cannot be read.
    fn hash(&self, file: &Found) -> Result<Hash, SourceError>;
}

/// What must be read from files so that the table stands for what is there now.
pub(super) struct FilePlan<'a> {
    /// sources whose rows go
    pub(super) withdrawn: Vec<String>,
    /// files whose rows come, in file order
    pub(super) wanted: Vec<&'a Found>,
    /// content of every delivery afterwards, those of other names with the same bytes included
    pub(super) hashes: BTreeMap<String, Hash>,
}

impl<'a> FilePlan<'a> {
    /// Compares what is there with what was loaded.
    pub(super) fn new(
        contract: &Contract,
        state: &LoadState,
        found: &'a [Found],
        hasher: &dyn Hasher,
    ) -> Result<Self, LoadError> {
        let before: BTreeMap<String, Hash> =
            state.deliveries.iter().map(|(name, d)| (name.clone(), d.sha256.clone())).collect();
        let mut hashes = match contract.mode {
            Mode::Full => BTreeMap::new(),
            _ => before.clone(),
        };
        for file in found {
            hashes.insert(file.name.clone(), hasher.hash(file)?);
        }
        let after = effective(&hashes);
        let change = difference(&effective(&before), &after);
        let names: Vec<&String> = match contract.mode {
            Mode::Full if change.added.is_empty() && change.removed.is_empty() => Vec::new(),
            Mode::Full => {
                found.iter().map(|f| &f.name).filter(|n| after.contains_key(*n)).collect()
            }
            _ => change.added.iter().collect(),
        };
        let mut wanted = Vec::with_capacity(names.len());
        for name in names {
            let file = found.iter().find(|file| file.name == *name).ok_or_else(|| {
                LoadError::NeededAgain { place: contract.place.clone(), name: name.clone() }
            })?;
            wanted.push(file);
        }
        Ok(Self { withdrawn: change.removed, wanted, hashes })
    }

    /// Whether the table stays as it is.
    pub(super) fn is_empty(&self) -> bool {
        self.withdrawn.is_empty() && self.wanted.is_empty()
    }

    /// The deliveries after the files were read.
    pub(super) fn deliveries(
        &self,
        state: &LoadState,
        read: &BTreeMap<String, Delivery>,
        found: &[Found],
        release: u64,
    ) -> BTreeMap<String, Delivery> {
        let size = |name: &str| {
            found.iter().find(|file| file.name == name).map_or(0, |file| file.size_bytes)
        };
        self.hashes
            .iter()
            .map(|(name, sha256)| {
                let known = state.deliveries.get(name).filter(|d| d.sha256 == *sha256);
                let delivery = read.get(name).or(known).cloned().unwrap_or_else(|| Delivery {
                    sha256: sha256.clone(),
                    size_bytes: size(name),
                    rows: 0,
                    refused: 0,
                    release,
                });
                (name.clone(), delivery)
            })
            .collect()
    }
}

/// Where chunks go: the source's name, then the chunk.
pub(super) type Take<'a> = dyn FnMut(&str, &Chunk) -> Result<(), LoadError> + 'a;

/// What reading files gave beside their rows.
#[derive(Default)]
pub(super) struct FilesRead {
    pub(super) deliveries: BTreeMap<String, Delivery>,
    pub(super) drift: Vec<Drift>,
}

/// Reads files one after the other.
pub(super) fn read_files(
    contract: &Contract,
    kind: FileKind,
    plan: &FilePlan<'_>,
    shared: &Context<'_>,
    take: &mut Take<'_>,
) -> Result<FilesRead, LoadError> {
    let mut result = FilesRead::default();
    for file in &plan.wanted {
        tracing::debug!(target: "patron::phase", phase = "extract", file = %file.name);
        let mut refused = 0;
        let read = read_file(kind, file, &contract.shape, shared.limits.threads, &mut |chunk| {
            refused += chunk.refused.len() as u64;
            shared.hear(contract, &chunk);
            take(&file.name, &chunk).map_err(|error| SourceError::Stopped(Box::new(error)))
        });
        let read = unstop(read)?;
        if plan.hashes.get(&file.name) != Some(&read.sha256) {
            let place = contract.place.clone();
            return Err(LoadError::Changed { place, name: file.name.clone() });
        }
        for drift in read.drift {
            if !result.drift.contains(&drift) {
                result.drift.push(drift);
            }
        }
        let delivery = Delivery {
            sha256: read.sha256,
            size_bytes: read.size_bytes,
            rows: read.rows,
            refused,
            release: shared.number,
        };
        result.deliveries.insert(file.name.clone(), delivery);
    }
    Ok(result)
}

/// Takes an error of our own back out of the reader's.
pub(super) fn unstop<T>(result: Result<T, SourceError>) -> Result<T, LoadError> {
    result.map_err(|error| match error {
        SourceError::Stopped(inner) => match inner.downcast::<LoadError>() {
            Ok(own) => *own,
            Err(other) => LoadError::Source(SourceError::Stopped(other)),
        },
        other => LoadError::Source(other),
    })
}
