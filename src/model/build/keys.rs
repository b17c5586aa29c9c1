//! Which keys of an input changed, and in which months do they stand?

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::common::JoinType;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::ident;
use datafusion::prelude::{DataFrame, SessionContext};

use super::months::{Scope, Versions};
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
    let rows = match &lookup.held_in {
        None => session.read_table(work.tables.rows_of(before)?),
        Some(held_in) => {
            let whole = work.tables.session(work.model, &Scope::Whole)?;
            work.handle.block_on(whole.table(format!("{}.{}", held_in.schema(), held_in.table())))
        }
    };
    let rows = rows.map_err(|cause| work.failed(cause))?;
    let mut months = BTreeSet::new();
    for held_as in &lookup.held_as {
        let found = standing(work, rows.clone(), changed.clone(), held_as);
        months.extend(work.handle.block_on(async { found?.await })?);
    }
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
    let key: Vec<_> = lookup.key.iter().map(ident).collect();
    let differing = || {
        let gone = was.clone().except(is.clone())?.select(key.clone())?;
        let come = is.except(was)?.select(key)?;
        gone.union(come)?.distinct()
    };
    differing().map_err(|cause| work.failed(cause))
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

/// The months of rows that hold one of the keys.
fn standing<'a>(
    work: &'a Work<'_>,
    rows: DataFrame,
    keys: DataFrame,
    held_as: &[String],
) -> Result<impl Future<Output = Result<BTreeSet<String>, BuildError>> + use<'a>, BuildError> {
    let month = work.model.file.head.month.clone().unwrap_or_default();
    let names: Vec<String> = (0..held_as.len()).map(|number| format!("_key_{number}")).collect();
    let renamed: Vec<_> = keys
        .schema()
        .fields()
        .iter()
        .zip(&names)
        .map(|(field, name)| ident(field.name()).alias(name))
        .collect();
    let left: Vec<&str> = held_as.iter().map(String::as_str).collect();
    let right: Vec<&str> = names.iter().map(String::as_str).collect();
    let found = || -> Result<DataFrame, DataFusionError> {
        let keys = keys.select(renamed)?;
        let held = rows.join(keys, JoinType::LeftSemi, &left, &right, None)?;
        held.select(vec![ident(&month)])?.distinct()
    };
    let found = found().map_err(|cause| work.failed(cause))?;
    Ok(async move { months_of(work, found).await })
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
