//! What of a source has been loaded already, and what must be read now?

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::order::natural_key;
use crate::source::shape::Drift;
use crate::warehouse::manifest::Hash;

/// What a release knows of how a raw table was loaded; it lies inside the ledger, so that a cursor
/// can never run ahead of the rows that it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadState {
    /// version of this layout
    pub format: u32,
    /// what the contract said of storage; another value means loading anew
    pub storage: Hash,
    /// files by name
    pub deliveries: BTreeMap<String, Delivery>,
    /// the highest cursor value loaded, in its column's own unit: microseconds or days since 1970,
    /// or the integer itself
    pub cursor: Option<i64>,
    /// differences between source and contract that refuse nothing
    pub drift: Vec<Drift>,
}

impl LoadState {
    /// The state of a table that was never loaded.
    pub(super) fn new(storage: Hash) -> Self {
        Self { format: 1, storage, deliveries: BTreeMap::new(), cursor: None, drift: Vec::new() }
    }
}

/// A file as it was loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// SHA-256 of its bytes: what a delivery is known by
    pub sha256: Hash,
    /// its size
    pub size_bytes: u64,
    /// rows read from it; 0 where another name brought the same bytes
    pub rows: u64,
    /// rows of it that were refused
    pub refused: u64,
    /// number of the release that loaded it
    pub release: u64,
}

/// The deliveries that count: of names with the same bytes, the first in file order. It is a
/// function of the set of files alone, so the order in which they arrive cannot matter.
pub(super) fn effective(deliveries: &BTreeMap<String, Hash>) -> BTreeMap<String, Hash> {
    let mut first: BTreeMap<&Hash, &String> = BTreeMap::new();
    for (name, sha256) in deliveries {
        let held = first.entry(sha256).or_insert(name);
        if natural_key(name) < natural_key(held) {
            *held = name;
        }
    }
    first.into_iter().map(|(sha256, name)| (name.clone(), sha256.clone())).collect()
}

/// What must change so that the table stands for another set of deliveries.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Difference {
    /// names whose rows must go
    pub(super) removed: Vec<String>,
    /// names whose rows must come
    pub(super) added: Vec<String>,
}

/// The difference between two sets of effective deliveries, in file order.
pub(super) fn difference(
    before: &BTreeMap<String, Hash>,
    after: &BTreeMap<String, Hash>,
) -> Difference {
    let missing = |from: &BTreeMap<String, Hash>, to: &BTreeMap<String, Hash>| {
        let mut names: Vec<String> = from
            .iter()
            .filter(|(name, sha)| to.get(*name) != Some(sha))
            .map(|(n, _)| n.clone())
            .collect();
        names.sort_by_cached_key(|name| natural_key(name));
        names
    };
    Difference { removed: missing(before, after), added: missing(after, before) }
}
