//! Which tables had an interrupted refresh finished already?
//!
//! A table that was put together, but not published, is kept with a mark of everything that went
//! into it. The next refresh takes it as it is when the mark is the same.

use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::source::files::Found;
use crate::warehouse::contract::Contract;
use crate::warehouse::load::{Context, LoadError, Loaded};
use crate::warehouse::manifest::Hash;

#[derive(Serialize, Deserialize)]
struct Kept {
    mark: Hash,
    loaded: Loaded,
}

/// Everything that a table loaded from files depends on, as one hash.
pub(super) fn mark(
    shared: &Context<'_>,
    contract: &Contract,
    found: &[Found],
) -> Result<Hash, LoadError> {
    let mut hasher = Sha256::new();
    let mut add = |part: &str| {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    };
    add(&format!("{contract:?}"));
    add(&format!("{} {}", shared.number, shared.zone));
    add(shared.base.map_or("", |base| base.hash.as_str()));
    for file in found {
        add(&file.name);
        add(&shared.hasher.hash(file)?);
    }
    Ok(hex::encode(hasher.finalize()))
}

/// The table as an interrupted refresh left it, if its mark is the same and its files are there.
pub(super) fn find(shared: &Context<'_>, contract: &Contract, mark: &Hash) -> Option<Loaded> {
    let kept: Kept = serde_json::from_slice(&fs::read(path(shared, contract)).ok()?).ok()?;
    let home = shared.writer.home();
    let is_whole = kept.mark == *mark
        && kept.loaded.entries.iter().all(|(table, entry)| {
            let has_load =
                entry.load.as_ref().is_none_or(|load| home.load_bytes(table, load).is_ok());
            has_load
                && home
                    .manifest(table, &entry.manifest)
                    .is_ok_and(|manifest| manifest.files.iter().all(|file| home.holds(&file.path)))
        })
        && kept
            .loaded
            .quarantine
            .iter()
            .flat_map(|part| part.files())
            .all(|file| home.holds(&file.path));
    is_whole.then_some(kept.loaded)
}

/// Keeps a table for the next refresh, should this one be interrupted. Where that fails, the table
/// is put together once more.
pub(super) fn keep(shared: &Context<'_>, contract: &Contract, mark: &Hash, loaded: &Loaded) {
    if loaded.accounting.is_none() {
        return;
    }
    let path = path(shared, contract);
    let kept = Kept { mark: mark.clone(), loaded: loaded.clone() };
    let written = fs::create_dir_all(folder(shared))
        .and_then(|()| fs::write(&path, serde_json::to_vec(&kept)?));
    if let Err(error) = written {
        tracing::warn!(%error, path = %path.display(), "a finished table cannot be kept");
    }
}

/// Forgets what was kept: it has been published.
pub(super) fn clear(shared: &Context<'_>) {
    if let Err(error) = fs::remove_dir_all(folder(shared))
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "what an interrupted refresh left cannot be removed");
    }
}

fn folder(shared: &Context<'_>) -> PathBuf {
    shared.writer.home().resume_folder()
}

fn path(shared: &Context<'_>, contract: &Contract) -> PathBuf {
    folder(shared).join(format!("{}.json", contract.name))
}
