//! Up to which day do the data of a system reach, and from which systems do a cube's days come?

use std::collections::{BTreeMap, BTreeSet};

use super::RefreshError;
use crate::model::Models;
use crate::model::dictionary::Dictionary;
use crate::model::files::Layer;
use crate::warehouse::WarehouseError;
use crate::warehouse::home::Home;
use crate::warehouse::name::TableName;
use crate::warehouse::project::Project;
use crate::warehouse::reach::newest_day;
use crate::warehouse::release::{SystemEntry, TableEntry};

/// The systems from which the days of each cube's rows come; cubes whose days come from none are
/// left out.
///
/// # Errors
/// When a contract's name leaves no room for those of its tables.
pub(super) fn of_cubes(
    project: &Project,
    models: &Models,
) -> Result<BTreeMap<String, BTreeSet<String>>, RefreshError> {
    let dictionary = Dictionary::new(models, &project.contracts)
        .map_err(|cause| RefreshError::Unnamed { cause: Box::new(cause) })?;
    let mut cubes = BTreeMap::new();
    for model in models.in_order().filter(|model| model.file.layer == Layer::Cubes) {
        let systems = dictionary.systems_of_time(&model.file.name);
        if !systems.is_empty() {
            cubes.insert(model.file.name.table().to_owned(), systems);
        }
    }
    Ok(cubes)
}

/// Says of each system up to which day its data reach: the newest day in the columns by which its
/// tables lie in months, and in those that say when a row was changed, up to the day of extraction.
///
/// # Errors
/// When a manifest cannot be read.
pub(super) fn mark(
    systems: &mut BTreeMap<String, SystemEntry>,
    tables: &BTreeMap<TableName, TableEntry>,
    project: &Project,
    home: &Home,
) -> Result<(), WarehouseError> {
    let zone = project.settings.time_zone;
    for (name, system) in systems {
        system.reaches_on = None;
        let Some(extracted_at) = system.extracted_at else { continue };
        let until = extracted_at.with_timezone(&zone).date_naive();
        for contract in project.contracts.values().filter(|known| known.system == *name) {
            let cursor = contract.cursor.as_ref().map(|cursor| &cursor.column);
            let columns: BTreeSet<&String> = contract.month.iter().chain(cursor).collect();
            let Some(entry) = tables.get(&contract.name).filter(|_| !columns.is_empty()) else {
                continue;
            };
            let manifest = home.manifest(&contract.name, &entry.manifest)?;
            for column in columns {
                let newest = newest_day(&manifest, column, until, zone);
                system.reaches_on = system.reaches_on.max(newest);
            }
        }
    }
    Ok(())
}
