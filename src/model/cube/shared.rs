//! What are dimensions called that cubes share, where a cube itself says nothing?
//!
//! `sql/cubes/dimensions.toml` says it once for all cubes, a section for each name in views:
//!
//! ```toml
//! [product]
//! label = { en = "Product", "zh-CN" = "产品" }
//! description = "What is sold."
//! ```

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::model::ModelError;
use crate::model::files::{ModelFile, read_toml};
use crate::model::front_matter::Label;

/// The file that says it for all cubes.
const PLACE: &str = "sql/cubes/dimensions.toml";

/// What is said of a dimension for all cubes that share it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    #[serde(default)]
    label: Option<Label>,
    #[serde(default)]
    description: String,
}

/// What is said of dimensions by the names under which views know them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shared {
    dimensions: BTreeMap<String, Said>,
    text: String,
}

impl Shared {
    /// Reads sql/cubes/dimensions.toml; nothing is said where there is none.
    ///
    /// # Errors
    /// When the file cannot be read, or is not what it may be, with its line.
    pub fn read(root: &Path) -> Result<Self, ModelError> {
        let read = read_toml(root, PLACE)?;
        Ok(read.map_or_else(Self::default, |(dimensions, text)| Self { dimensions, text }))
    }

    /// The text of the file, on which answers rest; empty where there is none.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Says of a cube's dimensions what its head leaves out.
    pub fn fill(&self, file: &mut ModelFile) {
        for dimension in file.head.dimensions.values_mut() {
            let said = dimension.shared.as_ref().and_then(|shared| self.dimensions.get(shared));
            let Some(said) = said else { continue };
            if dimension.label.is_none() {
                dimension.label.clone_from(&said.label);
            }
            if dimension.description.is_empty() {
                dimension.description.clone_from(&said.description);
            }
        }
    }

    /// The sections of names that no cube shares.
    pub fn idle(&self, files: &[ModelFile]) -> Vec<ModelError> {
        let is_shared = |name: &&String| {
            let mut dimensions = files.iter().flat_map(|file| file.head.dimensions.values());
            dimensions.any(|dimension| dimension.shared.as_ref() == Some(*name))
        };
        let idle = self.dimensions.keys().filter(|name| !is_shared(name));
        let mistake = |name: &String| {
            let header = format!("[{name}]");
            let line = self.text.lines().position(|line| line.trim() == header);
            ModelError::Wrong {
                place: PLACE.to_owned(),
                line: line.map_or(1, |line| line + 1),
                message: format!("no cube has a dimension with `shared = \"{name}\"`; take it out"),
            }
        };
        idle.map(mistake).collect()
    }
}
