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

/// Of the memory for queries, the part that the rows of a stretch of months may fill: they are
/// sorted, joined and grouped, and other tables are built beside.
const STRETCH_PART: u64 = 8;
/// How many times as large as all that is read again for each stretch the rows by month must be.
const READ_AGAIN: u64 = 4;

/// The months of a table that is built whole, in stretches that fit into the memory one by one;
/// nothing where all months go at once.
pub(super) fn stretches(work: &Work<'_>) -> Result<Option<Vec<BTreeSet<String>>>, BuildError> {
    let head = &work.model.file.head;
    // A correction of a closed period stands in another month than the row that it corrects.
    let has_bookings = head.closing.is_some() && work.before.is_some();
    if head.month.is_none() || has_bookings {
        return Ok(None);
    }
    let (mut months, mut looked_up) = (BTreeMap::new(), 0);
    for name in &work.model.reads {
        let reach = head.inputs.get(name);
        if reach.is_none() && work.tables.is_own(name) {
            continue;
        }
        let sizes = work.tables.sizes(name)?;
        match reach {
            None | Some(Reach::All) => return Ok(None),
            Some(Reach::Key(_)) => looked_up += sizes.values().sum::<u64>(),
            Some(Reach::Months(around)) => {
                for (month, bytes) in sizes {
                    for month in neighbours(&month, *around) {
                        *months.entry(month).or_insert(0) += bytes;
                    }
                }
            }
        }
    }
    let memory = work.context.limits.memory_bytes as u64;
    let stretches = cut(months, looked_up, memory / STRETCH_PART);
    Ok((stretches.len() > 1).then_some(stretches))
}

/// Cuts months with their bytes into stretches of at most so many bytes, or of a month; fewer where
/// reading what is looked up for each of them would take longer.
fn cut(months: BTreeMap<String, u64>, looked_up: u64, bytes: u64) -> Vec<BTreeSet<String>> {
    let bytes = bytes.max(looked_up.saturating_mul(READ_AGAIN));
    let mut stretches: Vec<BTreeSet<String>> = Vec::new();
    let mut filled = 0;
    for (month, size) in months {
        match stretches.last_mut() {
            Some(stretch) if filled + size <= bytes => stretch.insert(month),
            _ => {
                filled = 0;
                stretches.push(BTreeSet::from([month]));
                true
            }
        };
        filled += size;
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_fill_the_memory_and_are_fewer_where_much_is_looked_up() {
        let months: BTreeMap<String, u64> =
            (1..=6).map(|month| (format!("2026-{month:02}"), 10 * month)).collect();
        let sizes = |looked_up, bytes| {
            cut(months.clone(), looked_up, bytes).iter().map(BTreeSet::len).collect::<Vec<_>>()
        };
        assert_eq!(sizes(0, 60), [3, 1, 1, 1]);
        assert_eq!(sizes(0, 5), [1, 1, 1, 1, 1, 1]);
        assert_eq!(sizes(25, 60), [4, 1, 1]);
        assert_eq!(sizes(0, 210), [6]);
        assert_eq!(cut(BTreeMap::new(), 0, 60), Vec::<BTreeSet<String>>::new());
    }

    #[test]
    fn neighbours_cross_the_turn_of_the_year() {
        let around = |month, distance| neighbours(month, distance).into_iter().collect::<Vec<_>>();
        assert_eq!(around("2026-01", 2), ["2025-11", "2025-12", "2026-01", "2026-02", "2026-03"]);
        assert_eq!(around("2026-05", 0), ["2026-05"]);
        assert_eq!(around("none", 3), ["none"]);
    }
}
