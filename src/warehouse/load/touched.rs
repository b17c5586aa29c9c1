//! Does a load bear on so few keys that the rest of the table need not be looked at in order?
//!
//! All rows of a table can compete with each other only after sorting them, which takes memory and
//! time. A load that brings few keys looks their rows up instead, and sorts those alone.

use datafusion::prelude::DataFrame;

use super::LoadError;
use super::spool::Spooled;
use super::table::TableLoad;
use super::target::{group_of, list, quoted};
use crate::warehouse::contract::{Contract, Covers, Mode};

/// Of the memory for queries, the part that keys may fill which are looked up.
const KEYS_PART: u64 = 8;
/// Bytes of memory that a value of a key takes while it is looked up, about.
const VALUE_BYTES: u64 = 96;

/// The rows of this load, and keys of rows that go.
pub(super) struct Brought<'a> {
    pub(super) rows: &'a Spooled,
    pub(super) gone: Option<&'a Spooled>,
    pub(super) withdrawn: Option<&'a Spooled>,
    pub(super) is_replay: bool,
}

/// Whether the load decides about few keys only, and these are all in what it brought.
pub(super) fn is_narrow(load: &TableLoad<'_>, brought: &Brought<'_>) -> bool {
    let names_rows_by_key = !brought.is_replay
        && brought.withdrawn.is_none_or(|withdrawn| withdrawn.rows == 0)
        && decides_by_key(load.contract);
    let rows = brought.rows.rows + brought.gone.map_or(0, |gone| gone.rows);
    let columns = group_of(load.contract).len() as u64;
    let room = load.shared.limits.memory_bytes as u64 / KEYS_PART;
    names_rows_by_key && !load.is_first() && rows.saturating_mul(columns * VALUE_BYTES) <= room
}

/// Whether rows of other keys cannot bear on what is decided.
fn decides_by_key(contract: &Contract) -> bool {
    match &contract.mode {
        Mode::Merge | Mode::Append => true,
        Mode::Period { covers, .. } => *covers == Covers::Dates,
        Mode::Full => false,
    }
}

/// Makes the keys of `_read` and `_gone` known as `_touched_keys`, and has the session look them up
/// in memory.
pub(super) async fn register_keys(load: &TableLoad<'_>, has_gone: bool) -> Result<(), LoadError> {
    load.prefer_hash_joins(true);
    let group = list("", &group_of(load.contract));
    let gone = if has_gone { format!(" union select {group} from _gone") } else { String::new() };
    let keys = format!("select distinct {group} from (select {group} from _read{gone}) as k");
    load.register("_touched_keys", load.sql(&keys).await?)
}

/// The rows of a stored table that have one of the keys.
pub(super) async fn only(load: &TableLoad<'_>, stored: DataFrame) -> Result<DataFrame, LoadError> {
    let terms: Vec<String> =
        group_of(load.contract).iter().map(|name| format!("k.{0} = m.{0}", quoted(name))).collect();
    load.register("_stored", stored)?;
    // The keys are the side that is held in memory.
    let query = format!(
        "select m.* from _touched_keys as k right semi join _stored as m on {}",
        terms.join(" and ")
    );
    load.sql(&query).await
}
