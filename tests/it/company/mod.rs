//! Is the sample company what its answers say? What is recomputed here is recomputed from the
//! written files, by code that knows nothing of the generator's.

mod answered;
mod books;
mod conflicts;
mod deliveries;
mod differences;
mod feeds;
mod into;
mod loaded;
mod losses;
pub mod read;

use std::path::{Path, PathBuf};

use patron::demo::{self, Scale};
use serde_json::Value;
use tempfile::TempDir;

/// The smallest company there is.
pub fn small(seed: u64) -> Scale {
    Scale::usual(demo::CUSTOMERS_MIN, demo::MONTHS_MIN, seed)
}

/// A company's systems, and what must be found in them.
pub struct Company {
    _folder: TempDir,
    pub root: PathBuf,
    pub answers: Value,
}

impl Company {
    /// Writes a company.
    pub fn new(scale: Scale) -> Self {
        let folder = TempDir::new().unwrap();
        let root = folder.path().join("company");
        demo::set_up(&root, Some(scale), &mut |_, _| ()).unwrap();
        let answers = answers(&root);
        Self { _folder: folder, root, answers }
    }

    /// Lets it live on.
    pub fn advance(&mut self, days: u32) {
        demo::advance(&self.root, days, &mut |_, _| ()).unwrap();
        self.answers = answers(&self.root);
    }

    /// The rows that cannot be loaded.
    pub fn dirty(&self) -> &[Value] {
        self.answers["dirty"].as_array().unwrap()
    }

    /// The planted facts of a report.
    pub fn planted(&self, report: &str) -> &[Value] {
        let facts = self.answers["planted"][report]["reported"].as_array();
        facts.map_or(&[], Vec::as_slice)
    }
}

fn answers(root: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(root.join("answers.json")).unwrap()).unwrap()
}

/// A text of an answer.
pub fn text<'a>(fact: &'a Value, name: &str) -> &'a str {
    fact[name].as_str().unwrap_or_else(|| panic!("{name} is no text in {fact}"))
}

/// An amount of an answer, in cents.
pub fn cents(fact: &Value, name: &str) -> i64 {
    read::plain(text(fact, name), 2)
}
