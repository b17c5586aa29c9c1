//! How do the files under sql/ become tables of a release?
//!
//! A table is built anew only when its SQL or something that it reads changed, and then, where its
//! head says how far its inputs reach, only in the months that can have changed.
//!
//! | file | question |
//! | --- | --- |
//! | `tables` | which rows does a query see while a release is made? |
//! | `months` | which months must be built anew? |
//! | `keys` | which keys changed, and in which months do they stand? |
//! | `closing` | how do figures of closed periods stay as they are? |
//! | `write` | how do a query's rows become files? |
//! | `checks` | what is wrong with the rows? |
//! | `amounts` | what do the rows that a check found come to? |
//! | `spelling` | how are names and rows written, in queries and in findings? |
//! | `schedule` | which table is built next, and by whom? |

mod amounts;
mod checks;
pub mod closing;
mod error;
mod keys;
mod months;
mod schedule;
pub(super) mod spelling;
mod tables;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use datafusion::prelude::{DataFrame, SessionContext};
use sha2::{Digest, Sha256};
use tokio::runtime::Handle;

use self::months::Scope;
use self::tables::{Joins, Tables};
use super::compile::{Model, Models};
use super::front_matter::Head;
use crate::engine::session::Limits;
use crate::warehouse::home::Writer;
use crate::warehouse::manifest::{DataFile, Hash, Manifest};
use crate::warehouse::name::TableName;
use crate::warehouse::project::Settings;
use crate::warehouse::release::{Built, CheckResult, Release, TableEntry};
use crate::warehouse::{assemble, schema_of};

pub use super::given::Moment;
pub use error::BuildError;

/// What a build works with.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// the only writer of the warehouse
    pub writer: &'a Writer,
    /// the files that fit
    pub models: &'a Models,
    /// what the project says of itself
    pub settings: &'a Settings,
    /// limits of all queries together
    pub limits: &'a Limits,
    /// the moment of the refresh
    pub moment: Moment,
    /// the release before
    pub base: Option<&'a Release>,
    /// the tables of the next release that are not computed
    pub ready: &'a BTreeMap<TableName, TableEntry>,
    /// whether everything is built anew
    pub is_anew: bool,
    /// hears of each table that was built
    pub heard: &'a (dyn Fn(&TableName, &Report) + Sync),
}

/// How a table came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// what was built
    pub scope: Extent,
    /// rows of the whole table afterwards
    pub rows: u64,
    /// how long it took, other tables being built beside it
    pub elapsed: Duration,
}

/// How much of a table was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extent {
    /// nothing: the table of the release before stands
    Nothing,
    /// some months
    Months(BTreeSet<String>),
    /// everything
    Whole,
}

/// What came of a build.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// the computed tables of the next release
    pub entries: BTreeMap<TableName, TableEntry>,
    /// what is wrong with their rows
    pub findings: Vec<CheckResult>,
    /// what was looked at to find that
    pub checked: BTreeMap<TableName, Built>,
    /// how each of them came about
    pub reports: BTreeMap<TableName, Report>,
}

/// Builds every table that files under sql/ compute and checks their rows. Blocks; to be called
/// from a thread that has entered a Tokio runtime without being one of its workers.
///
/// # Errors
/// When a query fails or the warehouse cannot be written.
pub fn build(context: &Context<'_>) -> Result<Outcome, BuildError> {
    schedule::run(context)
}

/// Builds one table, all that it reads being there.
fn build_table(
    context: &Context<'_>,
    tables: &Tables<'_>,
    model: &Model,
) -> Result<(TableEntry, Report), BuildError> {
    let begun = Instant::now();
    let name = &model.file.name;
    let definition = definition(context.settings, &model.definition, &model.file.head);
    let built = Built { definition, inputs: tables.inputs(model) };
    let base = context.base.and_then(|base| base.tables.get(name));
    let known = base.filter(|_| !context.is_anew);
    if let Some(entry) = known.filter(|entry| entry.built.as_ref() == Some(&built)) {
        let rows = tables.base_manifest(name, entry)?.rows;
        let report = Report { scope: Extent::Nothing, rows, elapsed: begun.elapsed() };
        return Ok((entry.clone(), report));
    }
    let before = base.map(|entry| tables.base_manifest(name, entry)).transpose()?;
    let work =
        Work { context, tables, model, before: before.as_deref(), handle: Handle::current() };
    let scope = match (known.and_then(|entry| entry.built.as_ref()), work.before) {
        (Some(was), Some(before)) => months::scope(&work, was, &built, before)?,
        _ => Scope::Whole,
    };
    let manifest = work.build(&scope)?;
    let hash = context
        .writer
        .put_manifest(&manifest)
        .map_err(|cause| BuildError::Warehouse { table: name.clone(), cause: Box::new(cause) })?;
    let extent = match scope {
        Scope::Whole => Extent::Whole,
        Scope::Months(months) => Extent::Months(months),
    };
    let rows = manifest.rows;
    let entry = TableEntry { manifest: hash, load: None, built: Some(built) };
    Ok((entry, Report { scope: extent, rows, elapsed: begun.elapsed() }))
}

/// What a table's rows depend on beside its inputs: its SQL, the zone in which its months begin
/// and, where figures of closed periods are kept, how the project names periods.
pub(super) fn definition(settings: &Settings, of_file: &Hash, head: &Head) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(of_file);
    if head.month.is_some() {
        hasher.update(settings.time_zone.name());
    }
    if head.closing.is_some() {
        hasher.update(format!("{:?}", settings.periods));
    }
    hex::encode(hasher.finalize())
}

/// The building of one table.
struct Work<'a> {
    context: &'a Context<'a>,
    tables: &'a Tables<'a>,
    model: &'a Model,
    /// its rows in the release before
    before: Option<&'a Manifest>,
    handle: Handle,
}

impl Work<'_> {
    fn name(&self) -> &TableName {
        &self.model.file.name
    }

    /// What the engine says against the model's query.
    fn failed(&self, cause: datafusion::error::DataFusionError) -> BuildError {
        BuildError::query(&self.model.file.place, cause)
    }

    /// Builds months, or everything, and joins them with the months that stay.
    fn build(&self, scope: &Scope) -> Result<Manifest, BuildError> {
        if let (Scope::Months(months), Some(before)) = (scope, self.before)
            && months.is_empty()
        {
            return Ok(before.clone());
        }
        let schema = closing::schema(self.model);
        let order = write::order(self.model);
        let mut files = match scope {
            Scope::Whole => self.written_whole(&order)?,
            Scope::Months(_) => self.written(scope, &order)?,
        };
        if let (Scope::Months(months), Some(before)) = (scope, self.before) {
            let stays = |file: &&DataFile| !months.contains(&file.partition);
            files.extend(before.files.iter().filter(stays).cloned());
        }
        assemble(self.name(), &schema, order, files).map_err(|cause| BuildError::Warehouse {
            table: self.name().clone(),
            cause: Box::new(cause),
        })
    }

    /// Writes all the query's rows to files, month after month where they are many.
    fn written_whole(&self, order: &[String]) -> Result<Vec<DataFile>, BuildError> {
        let Some(stretches) = months::stretches(self)? else {
            return self.written(&Scope::Whole, order);
        };
        tracing::debug!(table = %self.name(), stretches = stretches.len(), "built in stretches");
        let mut files = Vec::new();
        for months in stretches {
            files.extend(self.written(&Scope::Months(months), order)?);
        }
        Ok(files)
    }

    /// Writes the query's rows to files.
    fn written(&self, scope: &Scope, order: &[String]) -> Result<Vec<DataFile>, BuildError> {
        let joins = self.tables.joins(self.model, scope)?;
        match self.write(scope, joins, order) {
            // Nobody knows the size of what a query makes on its way.
            Err(BuildError::Memory { message, .. }) if joins == Joins::Hash => {
                let table = self.name();
                tracing::info!(%table, message, "joins again by sorting, which needs less memory");
                self.write(scope, Joins::Merge, order)
            }
            written => written,
        }
    }

    /// Writes the query's rows to files, joined in one way.
    fn write(
        &self,
        scope: &Scope,
        joins: Joins,
        order: &[String],
    ) -> Result<Vec<DataFile>, BuildError> {
        let session = self.tables.session(self.model, scope, joins)?;
        let rows = self.handle.block_on(self.rows(&session, scope))?;
        write::write(self, rows, &closing::schema(self.model), order, scope)
    }

    /// The query's rows in the shape in which they are stored.
    async fn rows(&self, session: &SessionContext, scope: &Scope) -> Result<DataFrame, BuildError> {
        let body = session.sql(&self.model.file.text).await.map_err(|e| self.failed(e))?;
        let fresh = write::fitted(body, &self.model.schema).map_err(|e| self.failed(e))?;
        let fresh = write::within(self, fresh, scope)?;
        match &self.model.file.head.closing {
            None => Ok(fresh),
            Some(closing) => closing::keep(self, session, fresh, closing, scope).await,
        }
    }
}

/// The manifest hash under which an input stands that has no rows at all.
const NOTHING: &str = "";

/// Whether the columns of a table stayed the same.
fn has_same_columns(
    model: &Model,
    before: &Manifest,
) -> Result<bool, crate::warehouse::WarehouseError> {
    Ok(*schema_of(before)? == *closing::schema(model))
}

/// A manifest with those of its files only that lie in some partitions.
fn only(manifest: &Manifest, keep: impl Fn(&DataFile) -> bool) -> Manifest {
    let files: Vec<DataFile> = manifest.files.iter().filter(|file| keep(file)).cloned().collect();
    let rows = files.iter().map(|file| file.rows).sum();
    Manifest { files, rows, ..manifest.clone() }
}

/// The inputs of two builds that are not the same, by name.
fn changed(was: &Built, is: &Built) -> BTreeSet<TableName> {
    let names: BTreeSet<&TableName> = was.inputs.keys().chain(is.inputs.keys()).collect();
    let differs = |name: &&&TableName| was.inputs.get(**name) != is.inputs.get(**name);
    names.iter().filter(differs).map(|name| (*name).clone()).collect()
}

/// The manifest hash of an input in a build.
fn hash_in<'a>(built: &'a Built, name: &TableName) -> Option<&'a Hash> {
    built.inputs.get(name).filter(|hash| hash.as_str() != NOTHING)
}
