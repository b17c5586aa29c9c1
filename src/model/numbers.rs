//! Which table lists the numbers that people decide about?

use serde::Deserialize;

use super::Models;
use super::compile::Model;

/// The columns of a table that lists numbers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Numbers {
    /// the column of the system that gives the number
    pub system: String,
    /// the column of the number
    pub id: String,
}

/// The table that is written out and says that it lists numbers, with its columns.
pub fn listed(models: &Models) -> Option<(&Model, &Numbers)> {
    models.stored().find_map(|model| Some((model, model.file.head.numbers.as_ref()?)))
}
