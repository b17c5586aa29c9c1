//! Which files are as they were when their content was last read?
//!
//! A file whose size, time of change and place did not change need not be read again to know it.
//! What is remembered here is no truth of the warehouse: losing it costs reading files once more.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use crate::source::SourceError;
use crate::source::files::{Found, hash};
use crate::warehouse::load::Hasher;
use crate::warehouse::manifest::Hash;

/// A file changed this shortly before it was read may change again within the same tick of the file
/// system's clock, so its hash is not remembered.
const UNSETTLED_NS: i128 = 2_000_000_000;

/// The file that counts refreshes.
const TURN_FILE: &str = "refreshes";

/// The hashes of files that were read before.
pub(super) struct Hashes {
    path: PathBuf,
    turn: u64,
    /// the file system's own clock when this refresh began
    begun_ns: Option<i128>,
    known: Mutex<BTreeMap<String, Known>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    size_bytes: u64,
    modified_ns: i128,
    /// a bucket's tag of its content
    #[serde(default)]
    e_tag: Option<String>,
    sha256: Hash,
    /// whether the hash may be kept beyond this refresh
    #[serde(skip, default = "settled")]
    is_settled: bool,
}

/// What was kept was settled.
fn settled() -> bool {
    true
}

impl Hashes {
    /// What earlier refreshes remembered; nothing where that cannot be read.
    pub(super) fn open(folder: &Path) -> Self {
        let path = folder.join("file-hashes.json");
        let known = fs::read(&path)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        let turn = fs::read_to_string(folder.join(TURN_FILE))
            .ok()
            .and_then(|text| text.trim().parse().ok())
            .unwrap_or_default();
        Self { path, turn, begun_ns: clock(folder), known: Mutex::new(known) }
    }

    /// How many refreshes there were before; begins anew where that is not known.
    pub(super) fn turn(&self) -> u64 {
        self.turn
    }

    /// Remembers for the next refresh; where that fails, files are read once more.
    pub(super) fn save(&self) {
        let Ok(mut known) = self.known.lock() else { return };
        known.retain(|_, entry| entry.is_settled);
        let turn = self.turn.wrapping_add(1).to_string();
        let written = serde_json::to_vec(&*known)
            .map_err(std::io::Error::from)
            .and_then(|bytes| fs::write(&self.path, bytes))
            .and_then(|()| fs::write(self.path.with_file_name(TURN_FILE), turn));
        if let Err(error) = written {
            tracing::warn!(%error, path = %self.path.display(), "hashes cannot be remembered");
        }
    }
}

/// What the file system takes for now, read off a file that is written for it.
fn clock(folder: &Path) -> Option<i128> {
    fs::create_dir_all(folder).ok()?;
    let path = folder.join("clock");
    fs::write(&path, b"").ok()?;
    let modified = fs::metadata(&path).ok()?.modified().ok()?;
    let since = modified.duration_since(std::time::UNIX_EPOCH).ok()?;
    i128::try_from(since.as_nanos()).ok()
}

impl Hasher for Hashes {
    fn hash(&self, file: &Found) -> Result<Hash, SourceError> {
        let place = file.place();
        if let Ok(known) = self.known.lock()
            && let Some(entry) = known.get(&place)
            && entry.size_bytes == file.size_bytes
            && entry.modified_ns == file.modified_ns
            && entry.e_tag.as_deref() == file.e_tag()
        {
            return Ok(entry.sha256.clone());
        }
        file.fetch()?;
        let (sha256, size_bytes) = hash(&file.path)?;
        // A tag changes with the content, whatever clocks say.
        let is_settled = file.e_tag().is_some()
            || self.begun_ns.is_some_and(|begun| file.modified_ns < begun - UNSETTLED_NS);
        if let Ok(mut known) = self.known.lock() {
            known.remove(&place);
            if size_bytes == file.size_bytes {
                let modified_ns = file.modified_ns;
                let (sha256, e_tag) = (sha256.clone(), file.e_tag().map(str::to_owned));
                let entry = Known { size_bytes, modified_ns, e_tag, sha256, is_settled };
                known.insert(place, entry);
            }
        }
        Ok(sha256)
    }
}
