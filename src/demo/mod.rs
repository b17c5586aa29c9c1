//! What does the sample company look like: a trading company whose departments each keep a system
//! of their own, with planted facts and known answers?
//!
//! `world` says who and what is there, `run` lives through the months, one file or folder a
//! department makes its rows, `feeds` writes them in that department's way, and `answers` keeps
//! what a report must find; `dirty` adds the rows that no warehouse can load. `FEEDS.md` says which
//! report rests on which table. Nothing else under src/ knows these names.

mod answers;
mod clock;
mod company;
mod database;
mod dirty;
mod employees;
mod error;
pub mod examples;
mod feeds;
mod inputs;
pub mod into;
mod marketing;
mod master;
mod matching;
mod names;
mod noise;
mod pipeline;
mod products;
mod random;
mod relations;
mod roles;
mod run;
mod service;
mod size;
mod staff;
pub mod story;
mod tables;
mod text;
mod trade;
mod world;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use clock::DATA_DATE;
use clock::Window;
pub use error::DemoError;
use error::at;
use feeds::Dirty;
pub use size::Size;
pub use world::{CUSTOMERS_MIN, MONTHS_MAX, MONTHS_MIN, Scale};

/// The file by which a demo is known again.
const STATE: &str = "feeds/demo.json";
/// What must be found, beside the systems.
const ANSWERS: &str = "answers.json";
/// Changes whenever another generator would write other rows, so that no demo goes on as another
/// company than it began.
const GENERATOR: u32 = 1;
/// The most days that one advance may bring: two years.
pub const ADVANCE_DAYS_MAX: u32 = 731;

/// What a demo's folder holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct State {
    /// which generator wrote it
    generator: u32,
    /// how large the company is
    scale: Scale,
    /// the last day that its systems hold; nothing while they are being written
    until: Option<NaiveDate>,
    /// the last day that an advance under way is to bring
    advancing_to: Option<NaiveDate>,
    /// the systems whose databases lie on a server, and the last day that these hold there
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    servers: BTreeMap<String, Option<NaiveDate>>,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// how large the company is
    pub scale: Scale,
    /// the last day that its systems hold
    pub until: NaiveDate,
    /// whether anything was written
    pub is_new: bool,
}

/// Refuses a folder that holds anything.
fn check_vacant(folder: &Path) -> Result<(), DemoError> {
    let is_empty = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    };
    if is_empty { Ok(()) } else { Err(DemoError::Foreign { folder: folder.to_owned() }) }
}

/// Writes the departmental systems of a company below a folder; one that is there stays as it is,
/// one whose writing was interrupted is written to its end. Without a scale the company is of the
/// usual size, or of that which is there. `progress` is told how many of how many months are made.
///
/// # Errors
/// When the folder holds something else or a company of another scale, or cannot be written to.
pub fn set_up(
    folder: &Path,
    scale: Option<Scale>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Written, DemoError> {
    let known = state(folder)?;
    if let (Some(state), Some(scale)) = (&known, scale)
        && state.scale != scale
    {
        return Err(DemoError::OtherScale { folder: folder.to_owned(), scale: state.scale });
    }
    let mut state = match known {
        Some(State { advancing_to: Some(_), .. }) => return advance(folder, 0, progress),
        Some(State { until: Some(until), scale, .. }) => {
            return Ok(Written { scale, until, is_new: false });
        }
        Some(state) => state,
        None => {
            check_vacant(folder)?;
            let scale = scale.unwrap_or_default();
            State {
                generator: GENERATOR,
                scale,
                until: None,
                advancing_to: None,
                servers: BTreeMap::new(),
            }
        }
    };
    // What an interrupted run left is written anew; nobody has seen it yet.
    for part in ["feeds", "warehouse/inputs"] {
        match fs::remove_dir_all(folder.join(part)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(at(&folder.join(part))(error));
            }
            _ => {}
        }
    }
    keep(folder, &state)?;
    live(folder, state.scale, Window { after: None, until: DATA_DATE }, progress)?;
    state.until = Some(DATA_DATE);
    keep(folder, &state)?;
    Ok(Written { scale: state.scale, until: DATA_DATE, is_new: true })
}

/// Writes the deliveries of the next days, late and corrected rows among them; an advance that was
/// interrupted is finished instead.
///
/// # Errors
/// When there is no demo, another generator wrote it, or the folder cannot be written to.
pub fn advance(
    folder: &Path,
    days: u32,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Written, DemoError> {
    let none = || DemoError::NoDemo { folder: folder.to_owned() };
    let mut state = state(folder)?.ok_or_else(none)?;
    let after = state.until.ok_or_else(none)?;
    if state.generator != GENERATOR {
        return Err(DemoError::OtherGenerator { folder: folder.to_owned() });
    }
    let until = state.advancing_to.unwrap_or_else(|| clock::later(after, u64::from(days)));
    state.advancing_to = Some(until);
    keep(folder, &state)?;
    live(folder, state.scale, Window { after: Some(after), until }, progress)?;
    state.advancing_to = None;
    state.until = Some(until);
    keep(folder, &state)?;
    Ok(Written { scale: state.scale, until, is_new: true })
}

fn live(
    folder: &Path,
    scale: Scale,
    window: Window,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), DemoError> {
    let mut answers = run::write(folder, scale, window, progress)?;
    let path = folder.join(ANSWERS);
    if window.after.is_some() {
        let known = fs::read(&path).map_err(at(&path))?;
        let known: Known = serde_json::from_slice(&known).map_err(at(&path))?;
        answers.keep_dirty(known.dirty);
    }
    let text = serde_json::to_string_pretty(&answers).map_err(at(&path))?;
    fs::write(&path, text).map_err(at(&path))
}

/// What an advance takes over from the answers before it.
#[derive(Deserialize)]
struct Known {
    /// rows that cannot be loaded, where they lie
    dirty: Vec<Dirty>,
}

fn state(folder: &Path) -> Result<Option<State>, DemoError> {
    let path = folder.join(STATE);
    match fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|cause| DemoError::Unreadable { path, cause: Box::new(cause) }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(DemoError::Unreadable { path, cause: Box::new(error) }),
    }
}

fn keep(folder: &Path, state: &State) -> Result<(), DemoError> {
    let path = folder.join(STATE);
    feeds::make_folder(&path)?;
    let text = serde_json::to_string_pretty(state).map_err(at(&path))?;
    fs::write(&path, text).map_err(at(&path))
}
