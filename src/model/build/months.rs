//! Which months of a table must be built anew?

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Months, NaiveDate};

use super::{BuildError, Work, changed, closing, has_same_columns, hash_in, keys};
use crate::model::front_matter::Reach;
use crate::warehouse::manifest::Manifest;
use crate::warehouse::name::TableName;
use crate::warehouse::release::Built;

/// What of a table is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scope {
    /// everything
    Whole,
    /// some months
    Months(BTreeSet<String>),
}

/// What must be built, given what the rows rested on before.
pub(super) fn scope(
    work: &Work<'_>,
    was: &Built,
    is: &Built,
    before: &Manifest,
) -> Result<Scope, BuildError> {
    let head = &work.model.file.head;
    let warehouse =
        |cause| BuildError::Warehouse { table: work.name().clone(), cause: Box::new(cause) };
    let is_other = was.definition != is.definition
        || head.month.is_none()
        || !has_same_columns(work.model, before).map_err(warehouse)?;
    if is_other {
        return Ok(Scope::Whole);
    }
    let mut months = BTreeSet::new();
    for table in changed(was, is) {
        if closing::goes_by(work, &table)? {
            return Ok(Scope::Whole);
        }
        for name in work.tables.named(work.model, &table) {
            let versions = Versions {
                name: name.clone(),
                old: work.tables.version(&table, hash_in(was, &table))?,
                new: work.tables.version(&table, hash_in(is, &table))?,
            };
            match head.inputs.get(&name) {
                None | Some(Reach::All) => return Ok(Scope::Whole),
                Some(Reach::Months(around)) => {
                    for month in versions.changed_months() {
                        months.extend(neighbours(&month, *around));
                    }
                }
                Some(Reach::Key(lookup)) => {
                    months.extend(keys::months(work, &versions, lookup, before)?);
                }
            }
        }
    }
    if head.closing.is_some() {
        closing::complete(work, before, &mut months)?;
    }
    Ok(Scope::Months(months))
}

/// An input as it was and as it is.
pub(super) struct Versions {
    /// as the query names it
    pub(super) name: TableName,
    /// nothing where it had no rows
    pub(super) old: Option<std::sync::Arc<Manifest>>,
    /// nothing where it has no rows
    pub(super) new: Option<std::sync::Arc<Manifest>>,
}

impl Versions {
    /// The partitions whose files differ.
    fn changed_months(&self) -> BTreeSet<String> {
        let (old, new) = (files_by_month(self.old.as_deref()), files_by_month(self.new.as_deref()));
        let all: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        all.into_iter().filter(|month| old.get(*month) != new.get(*month)).cloned().collect()
    }
}

fn files_by_month(manifest: Option<&Manifest>) -> BTreeMap<String, BTreeSet<&str>> {
    let mut months: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for file in manifest.into_iter().flat_map(|manifest| &manifest.files) {
        months.entry(file.partition.clone()).or_default().insert(&file.path);
    }
    months
}

/// A month and those so many months around it; rows without a month have no neighbours.
pub(super) fn neighbours(month: &str, around: u32) -> BTreeSet<String> {
    let mut all = BTreeSet::from([month.to_owned()]);
    let Ok(first) = NaiveDate::parse_from_str(&format!("{month}-01"), "%Y-%m-%d") else {
        return all;
    };
    for distance in 1..=around {
        let distance = Months::new(distance);
        let sides = [first.checked_sub_months(distance), first.checked_add_months(distance)];
        all.extend(sides.into_iter().flatten().map(|day| day.format("%Y-%m").to_string()));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_cross_the_turn_of_the_year() {
        let around = |month, distance| neighbours(month, distance).into_iter().collect::<Vec<_>>();
        assert_eq!(around("2026-01", 2), ["2025-11", "2025-12", "2026-01", "2026-02", "2026-03"]);
        assert_eq!(around("2026-05", 0), ["2026-05"]);
        assert_eq!(around("none", 3), ["none"]);
    }
}
