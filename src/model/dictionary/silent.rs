//! Which columns that people see does nobody explain, and where would one say it?

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::{Dictionary, Place};
use crate::model::ModelError;
use crate::model::files::Layer;
use crate::model::front_matter::line_of;
use crate::model::graph::PREVIOUS;
use crate::warehouse::name::TableName;

impl Dictionary<'_> {
    /// What people see without a description: at the place of each column where one would reach
    /// all that inherit it, the columns that do.
    pub fn unexplained(&self) -> BTreeMap<Place, BTreeSet<Place>> {
        let mut silent: BTreeMap<Place, BTreeSet<Place>> = BTreeMap::new();
        let is_seen = |layer: Layer| {
            matches!(layer, Layer::Marts | Layer::Reports | Layer::Cubes | Layer::Rollups)
        };
        for model in self.models.in_order().filter(|model| is_seen(model.file.layer)) {
            let name = &model.file.name;
            let columns = self.columns(name);
            for field in columns.iter().flat_map(|columns| columns.fields().iter()) {
                let seen = Place { table: name.clone(), column: field.name().clone() };
                for place in self.speechless(name, field.name()) {
                    silent.entry(place).or_default().insert(seen.clone());
                }
            }
        }
        silent
    }

    /// The columns that a column without a description is passed on from.
    fn speechless(&self, name: &TableName, column: &str) -> BTreeSet<Place> {
        if self.described(name, column).is_some() {
            return BTreeSet::new();
        }
        let is_connected = self.models.by_name.get(name).is_none_or(|model| model.is_connected);
        if !is_connected {
            // The contract that would say it is the department's.
            return BTreeSet::new();
        }
        match self.origin(name, column) {
            Some(origin) if origin.is_passed_on => {
                let above = origin.columns.iter().filter(|(table, _)| table.schema() != PREVIOUS);
                above.flat_map(|(table, column)| self.speechless(table, column)).collect()
            }
            _ => BTreeSet::from([Place { table: name.clone(), column: column.to_owned() }]),
        }
    }

    /// The same as notes, each with the file and the line at which a description is missing.
    ///
    /// # Errors
    /// When a contract cannot be read.
    pub fn silences(&self, root: &Path) -> Result<Vec<ModelError>, ModelError> {
        let mut notes = Vec::new();
        for (Place { table, column }, seen) in self.unexplained() {
            let shown = seen.iter().next().map(|seen| format!("{}.{}", seen.table, seen.column));
            let more = match seen.len() {
                0 | 1 => String::new(),
                count => format!(" and {} more", count - 1),
            };
            let shown = shown.unwrap_or_default();
            if let Some(model) = self.models.by_name.get(&table) {
                let message = format!(
                    "nobody says what `{column}` means, which `{shown}`{more} shows; describe it \
                     in [columns]"
                );
                notes.push(model.file.wrong_below(&column, message));
                continue;
            }
            let Some(contract) = self.contracts.get(&table) else { continue };
            let place = contract.place.clone();
            let text = fs::read_to_string(root.join(&place))
                .map_err(|cause| ModelError::Unreadable { place: place.clone(), cause })?;
            let line = line_of(&text, &format!("[columns.{column}]"));
            let message = format!(
                "nobody says what `{column}` means, which `{shown}`{more} shows; say it in \
                 `description`"
            );
            notes.push(ModelError::Wrong { place, line, message });
        }
        Ok(notes)
    }
}
