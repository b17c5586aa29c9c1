//! What does the sample company look like: a trading company whose departments each keep a system
//! of their own, with planted facts and known answers?
//!
//! `world` says who and what is there, `run` lives through the months, one file or folder a
//! department makes its rows, `feeds` writes them in that department's way, and `answers` keeps
//! what a report must find. `FEEDS.md` says which report rests on which table. Nothing else under
//! src/ knows these names.

mod answers;
mod clock;
mod company;
mod database;
mod employees;
mod error;
pub mod examples;
mod feeds;
mod inputs;
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
mod staff;
pub mod story;
mod tables;
mod text;
mod trade;
mod world;

use std::path::Path;

pub use clock::DATA_DATE;
use clock::Window;
pub use error::DemoError;
pub use world::{CUSTOMERS_MIN, MONTHS_MIN, Scale};

/// For trying out: writes a company below a folder.
///
/// # Errors
/// When a file cannot be written.
pub fn try_out(folder: &Path, scale: Scale) -> Result<String, DemoError> {
    let answers =
        run::write(folder, scale, Window { after: None, until: DATA_DATE }, |_month| ())?;
    serde_json::to_string_pretty(&answers).map_err(error::at(folder))
}
