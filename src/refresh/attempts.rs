//! How did earlier refreshes end? Whoever runs one notes it, published, refused or broken off.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::warehouse::durable;

/// The file below the folder of a project's state.
const FILE: &str = "refreshes.jsonl";
/// The file that held the lines before these.
const OLDER: &str = "refreshes.older.jsonl";
/// Beyond so many bytes a new file is begun.
const BYTES_MAX: u64 = 1 << 20;
/// Bytes of the newest lines, which are looked at.
const TAIL_BYTES: u64 = 256 << 10;
/// Signs of an error that are kept.
const ERROR_CHARACTERS: usize = 4_000;

/// A refresh that has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// tells it from others
    pub id: String,
    /// who wanted it
    pub by: String,
    /// the one system; all where absent
    #[serde(default)]
    pub only: Option<String>,
    /// when it began
    pub begun_at: DateTime<Utc>,
    /// when it ended
    pub ended_at: DateTime<Utc>,
    /// the newest release at its end; nothing where it failed
    pub release: Option<u64>,
    /// whether it made that release; otherwise nothing had changed
    pub published: bool,
    /// why it failed; nothing where it did not
    pub error: Option<String>,
}

impl Attempt {
    /// Whether it failed.
    pub fn has_failed(&self) -> bool {
        self.error.is_some()
    }
}

/// Notes an end. That it cannot be noted is told in the log, and hinders nobody.
pub fn note(state: &Path, attempt: &Attempt) {
    let mut attempt = attempt.clone();
    attempt.error = attempt.error.map(|error| error.chars().take(ERROR_CHARACTERS).collect());
    let line = serde_json::to_string(&attempt).map_err(io::Error::from);
    if let Err(error) = line.and_then(|line| append(state, &line)) {
        tracing::warn!(%error, path = %state.join(FILE).display(), "a refresh is not noted");
    }
}

fn append(state: &Path, line: &str) -> io::Result<()> {
    fs::create_dir_all(state)?;
    let path = state.join(FILE);
    if fs::metadata(&path).is_ok_and(|known| known.len() >= BYTES_MAX) {
        durable::replace(&path, &state.join(OLDER)).map_err(io::Error::other)?;
    }
    // One write, so that lines of several processes do not mix.
    let text = format!("{line}\n");
    OpenOptions::new().create(true).append(true).open(path)?.write_all(text.as_bytes())
}

/// The newest attempts, the newest first. Lines that another program version wrote otherwise are
/// left out.
///
/// # Errors
/// When a file is there and cannot be read.
pub fn newest(state: &Path) -> io::Result<Vec<Attempt>> {
    let mut all = Vec::new();
    for name in [FILE, OLDER] {
        let text = tail(&state.join(name))?;
        all.extend(text.lines().rev().filter_map(|line| serde_json::from_str(line).ok()));
        if !all.is_empty() {
            break;
        }
    }
    Ok(all)
}

/// The end of a file; nothing where there is none.
fn tail(path: &Path) -> io::Result<String> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
        Err(error) => return Err(error),
    };
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(id: usize, error: Option<&str>) -> Attempt {
        Attempt {
            id: id.to_string(),
            by: "Ada".to_owned(),
            only: None,
            begun_at: DateTime::UNIX_EPOCH,
            ended_at: DateTime::UNIX_EPOCH,
            release: error.is_none().then_some(7),
            published: error.is_none(),
            error: error.map(str::to_owned),
        }
    }

    #[test]
    fn the_newest_stands_first_however_many_there_were() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(newest(folder.path()).unwrap(), []);
        note(folder.path(), &attempt(1, None));
        note(folder.path(), &attempt(2, Some("the disk is full\nand so on")));
        let found = newest(folder.path()).unwrap();
        assert_eq!(found, [attempt(2, Some("the disk is full\nand so on")), attempt(1, None)]);
        assert!(found[0].has_failed() && !found[1].has_failed());
        let long = "x".repeat(100_000);
        for id in 3..600 {
            note(folder.path(), &attempt(id, Some(&long)));
            let found = newest(folder.path()).unwrap();
            assert_eq!(found[0].id, id.to_string());
            assert_eq!(found[0].error.as_ref().map(String::len), Some(ERROR_CHARACTERS));
        }
        assert!(fs::metadata(folder.path().join(OLDER)).unwrap().len() >= BYTES_MAX);
    }
}
