//! Which keys of an input changed, and in which months do they stand?

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::JoinType;
use datafusion::error::DataFusionError;
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::logical_expr::{Expr, cast, ident, lit};
use datafusion::prelude::{DataFrame, SessionContext};
use datafusion::scalar::ScalarValue;

use super::months::{Scope, Versions};
use super::tables::Joins;
use super::{BuildError, Work, only};
use crate::model::files::Layer;
use crate::model::front_matter::Lookup;
use crate::warehouse::load::Partitioner;
use crate::warehouse::manifest::{DataFile, Manifest};

/// The months that hold a key whose rows in the input changed.
pub(super) fn months(
    work: &Work<'_>,
    versions: &Versions,
    lookup: &Lookup,
    before: &Manifest,
) -> Result<BTreeSet<String>, BuildError> {
    let session = work.tables.bare_session()?;
    let changed = changed_keys(work, &session, versions, lookup)?;
    // Mostly no column that the query uses has changed; then nobody needs to look for its keys.
    let first = || async { changed.clone().limit(0, Some(1))?.collect().await };
    let first = work.handle.block_on(first()).map_err(|cause| work.failed(cause))?;
    if first.iter().all(|batch| batch.num_rows() == 0) {
        return Ok(BTreeSet::new());
    }
    let rows = match &lookup.held_in {
        None => session.read_table(work.tables.rows_of(before)?),
        Some(held_in) => {
            let whole = work.tables.session(work.model, &Scope::Whole, Joins::Hash)?;
            work.handle.block_on(whole.table(format!("{}.{}", held_in.schema(), held_in.table())))
        }
    };
    let rows = rows.map_err(|cause| work.failed(cause))?;
    let mut months = BTreeSet::new();
    for held_as in &lookup.held_as {
        let found = standing(work, rows.clone(), changed.clone(), held_as);
        let found = work.handle.block_on(async { months_of(work, found?).await })?;
        months.extend(found);
    }
    tracing::debug!(table = %work.name(), input = %versions.name, months = months.len(), "keys");
    Ok(months)
}

/// The keys of rows that are in one version of the input and not in the other. Files that both
/// have are not read.
fn changed_keys(
    work: &Work<'_>,
    session: &SessionContext,
    versions: &Versions,
    lookup: &Lookup,
) -> Result<DataFrame, BuildError> {
    let paths = |manifest: &Option<Arc<Manifest>>| -> BTreeSet<String> {
        let files = manifest.iter().flat_map(|manifest| &manifest.files);
        files.map(|file| file.path.clone()).collect()
    };
    let (old, new) = (paths(&versions.old), paths(&versions.new));
    let sides = [(&versions.old, new), (&versions.new, old)];
    let mut frames = Vec::new();
    for (manifest, other) in sides {
        let own = |file: &DataFile| !other.contains(&file.path);
        let part = manifest.as_ref().map(|manifest| only(manifest, own));
        frames.push(rows(work, session, versions, part)?);
    }
    let [was, is] = [frames.remove(0), frames.remove(0)];
    differing(work, versions, lookup, was, is).map_err(|cause| work.failed(cause))
}

/// The keys, with the day from which their change matters, of rows that one side has more often
/// than the other. Columns that the query does not use make no difference.
fn differing(
    work: &Work<'_>,
    versions: &Versions,
    lookup: &Lookup,
    was: DataFrame,
    is: DataFrame,
) -> Result<DataFrame, DataFusionError> {
    let used = work.model.uses.get(&versions.name).cloned().unwrap_or_default();
    let mut columns: BTreeSet<String> =
        used.into_iter().filter(|column| Some(column) != lookup.valid_to.as_ref()).collect();
    columns.extend(lookup.key.iter().cloned());
    columns.extend(lookup.valid_from.iter().cloned());
    let counted = |rows: DataFrame| {
        rows.aggregate(columns.iter().map(ident).collect(), vec![count(lit(1_i64)).alias(TIMES)])
    };
    let (was, is) = (counted(was)?, counted(is)?);
    let mut kept: Vec<Expr> = numbered(&lookup.key, "_key");
    kept.extend(lookup.valid_from.iter().map(|column| ident(column).alias(SINCE)));
    let gone = was.clone().except(is.clone())?.select(kept.clone())?;
    let come = is.except(was)?.select(kept)?;
    gone.union(come)?.distinct()
}

/// How often a row is there.
const TIMES: &str = "_times";
/// The day from which a change matters.
const SINCE: &str = "_since";

/// Columns under names of their own, so that they meet no other of the same name.
fn numbered(columns: &[String], name: &str) -> Vec<Expr> {
    let one = |(number, column): (usize, &String)| ident(column).alias(format!("{name}_{number}"));
    columns.iter().enumerate().map(one).collect()
}

/// Some rows of the input as the query sees it.
fn rows(
    work: &Work<'_>,
    session: &SessionContext,
    versions: &Versions,
    part: Option<Manifest>,
) -> Result<DataFrame, BuildError> {
    let models = work.context.models;
    let known = models.by_name.get(&versions.name);
    let table = match known.filter(|model| model.file.layer == Layer::Staging) {
        Some(staging) => work.tables.view(staging, part)?,
        None => {
            // A table that had other columns before is compared under those of today.
            let schema = known.map(super::closing::schema);
            let given = || models.given.get(&versions.name).map(|given| given.schema.clone());
            let schema = schema.or_else(given).ok_or_else(|| BuildError::Missing {
                place: work.model.file.place.clone(),
                table: versions.name.clone(),
            })?;
            match part {
                Some(manifest) => work
                    .tables
                    .under(work.tables.rows_of(&manifest)?, &schema)
                    .map_err(|cause| work.failed(cause))?,
                None => Arc::new(datafusion::datasource::empty::EmptyTable::new(schema)),
            }
        }
    };
    session.read_table(table).map_err(|cause| work.failed(cause))
}

/// The rows that hold one of the keys, from the month of its change on.
fn standing(
    work: &Work<'_>,
    rows: DataFrame,
    keys: DataFrame,
    held_as: &[String],
) -> Result<DataFrame, BuildError> {
    let month = work.model.file.head.month.clone().unwrap_or_default();
    let mut held = numbered(held_as, "_held");
    held.push(ident(&month));
    let name = |name: &str, number: usize| format!("{name}_{number}");
    let left: Vec<String> = (0..held_as.len()).map(|number| name("_held", number)).collect();
    let right: Vec<String> = (0..held_as.len()).map(|number| name("_key", number)).collect();
    let found = || -> Result<DataFrame, DataFusionError> {
        let left: Vec<&str> = left.iter().map(String::as_str).collect();
        let right: Vec<&str> = right.iter().map(String::as_str).collect();
        let is_dated = keys.schema().has_column_with_unqualified_name(SINCE);
        let since = is_dated.then(|| {
            // A moment of a day is not before it, wherever the day begins.
            let day =
                cast(ident(&month), DataType::Date32) + lit(ScalarValue::new_interval_dt(1, 0));
            ident(SINCE).is_null().or(ident(&month).is_null()).or(day.gt_eq(ident(SINCE)))
        });
        let held = rows.select(held)?;
        held.join(keys, JoinType::LeftSemi, &left, &right, since)?
            .select(vec![ident(&month)])?
            .distinct()
    };
    found().map_err(|cause| work.failed(cause))
}

/// The months of all rows of a query.
pub(super) async fn months_of(
    work: &Work<'_>,
    rows: DataFrame,
) -> Result<BTreeSet<String>, BuildError> {
    let partitioner =
        Partitioner::new(work.model.file.head.month.as_deref(), work.context.settings.time_zone);
    let place = || work.model.file.place.clone();
    let mut months = BTreeSet::new();
    for batch in rows.collect().await.map_err(|cause| work.failed(cause))? {
        let partitions = partitioner
            .partitions(&batch)
            .map_err(|cause| BuildError::Month { place: place(), cause: Box::new(cause) })?;
        months.extend(partitions.iter().flatten().map(str::to_owned));
    }
    Ok(months)
}
