//! How do the tables that sql/ computes get into the next release?

use std::collections::BTreeMap;

use tokio::runtime::Handle;

use super::{Options, Progress, RefreshError};
use crate::model::build::{self, Moment, Outcome};
use crate::model::given::given;
use crate::model::{Models, compile};
use crate::warehouse::load::Context;
use crate::warehouse::name::TableName;
use crate::warehouse::project::Project;
use crate::warehouse::release::TableEntry;

/// Reads and checks the files under sql/, before anything is loaded.
///
/// # Errors
/// All mistakes in them.
pub(super) fn read(project: &Project, options: &Options) -> Result<Models, RefreshError> {
    let given = given(project).map_err(|cause| RefreshError::Unnamed { cause: Box::new(cause) })?;
    let compiled = compile(&project.root, given, &options.limits);
    let (models, mistakes) = Handle::current().block_on(compiled)?;
    if mistakes.is_empty() { Ok(models) } else { Err(RefreshError::Models { mistakes }) }
}

/// Builds the tables over those of the next release.
///
/// # Errors
/// When a query fails or the warehouse cannot be written.
pub(super) fn build(
    project: &Project,
    options: &Options,
    shared: &Context<'_>,
    models: &Models,
    ready: &BTreeMap<TableName, TableEntry>,
    progress: &dyn Progress,
) -> Result<Outcome, RefreshError> {
    let limits = crate::engine::Limits {
        spill_dir: shared.writer.tmp().join("spill"),
        ..options.limits.clone()
    };
    let context = build::Context {
        writer: shared.writer,
        models,
        settings: &project.settings,
        limits: &limits,
        moment: Moment { number: shared.number, now: options.now },
        base: shared.base,
        ready,
        is_anew: options.anew,
        heard: &|table, report| progress.built(table, report),
    };
    Ok(build::build(&context)?)
}
