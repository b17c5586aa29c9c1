//! What does the sample company look like: a small firm whose departments each keep a system of
//! their own, with a few rows in each that cannot be right?
//!
//! `company` holds who and what; each other file writes one department's system in that
//! department's own format. Nothing else under src/ knows these names.

mod company;
mod error;
pub mod examples;
mod finance;
mod inventory;
mod sales;
mod service;
pub mod story;

use std::fs;
use std::path::{Path, PathBuf};

pub use error::DemoError;
use error::at;

/// The file by which a demo is known again.
const MARKER: &str = "feeds/README.md";
const MARKER_TEXT: &str = "\
# The departmental systems of the sample company

`patron demo` wrote these. They stand for what a company's departments already have: a sales
database, exports of the bookkeeping, a service desk and a warehouse keeper. Change what you like
and run `patron refresh`; `patron demo` writes only what is missing.
";

/// Whether `folder` is new, or a demo set up before.
///
/// # Errors
/// When it holds anything else.
pub fn claim(folder: &Path) -> Result<bool, DemoError> {
    if folder.join(MARKER).is_file() {
        return Ok(false);
    }
    let is_empty = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    };
    if !is_empty {
        return Err(DemoError::Foreign { folder: folder.to_owned() });
    }
    put(&folder.join(MARKER), MARKER_TEXT.as_bytes())?;
    Ok(true)
}

/// Writes the departments' systems below `folder`/feeds, as far as they are missing, and returns
/// the paths written.
///
/// # Errors
/// When a file cannot be written.
pub fn write_feeds(folder: &Path) -> Result<Vec<PathBuf>, DemoError> {
    let feeds = folder.join("feeds");
    let orders = company::orders();
    let mut files = vec![("finance/debtors.csv".to_owned(), finance::debtors())];
    let mut add = |department: &str, written: Vec<(String, Vec<u8>)>| {
        files.extend(
            written.into_iter().map(|(name, bytes)| (format!("{department}/{name}"), bytes)),
        );
    };
    add("finance", finance::ledger(&orders));
    add("service", service::cases());
    add("inventory", inventory::counts());
    add("inventory", inventory::moves(&orders));

    let mut paths = Vec::new();
    for (name, bytes) in files {
        let path = feeds.join(name);
        if !path.exists() {
            put(&path, &bytes)?;
            paths.push(path);
        }
    }
    let database = feeds.join("sales/sales.db");
    if !database.exists() {
        folder_of(&database)?;
        sales::write(&database, &orders)?;
        paths.push(database);
    }
    let products = feeds.join("inventory/products.parquet");
    if !products.exists() {
        inventory::write_products(&products)?;
        paths.push(products);
    }
    Ok(paths)
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), DemoError> {
    folder_of(path)?;
    fs::write(path, bytes).map_err(at(path))
}

fn folder_of(path: &Path) -> Result<(), DemoError> {
    match path.parent() {
        Some(folder) => fs::create_dir_all(folder).map_err(at(folder)),
        None => Ok(()),
    }
}
