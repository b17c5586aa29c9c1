//! Which rows does a query see while a release is made?

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::arrow::datatypes::{Field, SchemaRef};
use datafusion::catalog::TableProvider;
use datafusion::datasource::empty::EmptyTable;
use datafusion::datasource::{MemTable, ViewTable};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{cast, ident, lit};
use datafusion::prelude::SessionContext;
use datafusion::scalar::ScalarValue;
use tokio::runtime::Handle;

use super::months::{Scope, neighbours};
use super::{BuildError, Context, NOTHING, closing, only};
use crate::engine::joins::value_bytes;
use crate::engine::session::{Shared, session_within, shared};
use crate::model::compile::{Model, schema_of};
use crate::model::files::{Layer, ModelFile};
use crate::model::front_matter::Reach;
use crate::model::given::own_rows;
use crate::model::graph::PREVIOUS;
use crate::model::shape;
use crate::warehouse::catalog;
use crate::warehouse::manifest::{DataFile, Hash, Manifest};
use crate::warehouse::name::TableName;
use crate::warehouse::release::TableEntry;

/// How a query joins tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joins {
    /// with the smaller side in memory
    Hash,
    /// by sorting both sides, which spills to disk
    Merge,
}

/// Of the memory for queries, the part that the tables which are looked up in may fill.
const LOOKUP_PART: u64 = 3;
/// Bytes of memory that a column's value takes, about.
const VALUE_BYTES: u64 = 16;
/// Bytes of memory that it takes to find a row by its key, about.
const ROW_BYTES: u64 = 32;

/// The tables of the release in the making.
pub(super) struct Tables<'a> {
    context: &'a Context<'a>,
    /// memory and disk of all queries together
    shared: Shared,
    /// what was built so far
    built: Mutex<BTreeMap<TableName, TableEntry>>,
}

impl<'a> Tables<'a> {
    pub(super) fn new(context: &'a Context<'a>) -> Result<Self, BuildError> {
        let shared = shared(context.limits)?;
        Ok(Self { context, shared, built: Mutex::new(BTreeMap::new()) })
    }

    /// Takes a table that was built.
    pub(super) fn add(&self, name: TableName, entry: TableEntry) {
        self.built.lock().unwrap_or_else(PoisonError::into_inner).insert(name, entry);
    }

    /// All tables that were built.
    pub(super) fn into_built(self) -> BTreeMap<TableName, TableEntry> {
        self.built.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// The table in the release in the making.
    pub(super) fn entry(&self, name: &TableName) -> Option<TableEntry> {
        let built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        built.get(name).or_else(|| self.context.ready.get(name)).cloned()
    }

    /// What a model's rows rest on, each input with its manifest.
    pub(super) fn inputs(&self, model: &Model) -> BTreeMap<TableName, Hash> {
        let mut inputs = self.context.models.inputs(model);
        inputs.extend(closing::inputs(self.context, model));
        let hash = |name: &TableName| {
            let own = own_rows(self.context.settings, self.context.moment, name);
            let own = own.map(|(_, hash)| hash);
            own.or_else(|| self.entry(name).map(|entry| entry.manifest))
                .unwrap_or_else(|| NOTHING.to_owned())
        };
        inputs.into_iter().map(|name| (name.clone(), hash(&name))).collect()
    }

    /// The names under which a model's query reads an input: its own, or those of staging over it.
    pub(super) fn named(&self, model: &Model, table: &TableName) -> Vec<TableName> {
        let is_over = |name: &&TableName| {
            *name == table
                || self.staging(name).is_some_and(|staging| staging.reads.contains(table))
        };
        let names: Vec<TableName> = model.reads.iter().filter(is_over).cloned().collect();
        // What the closing of periods adds is named by no query.
        if names.is_empty() { vec![table.clone()] } else { names }
    }

    fn staging(&self, name: &TableName) -> Option<&'a Model> {
        let known = self.context.models.by_name.get(name);
        known.filter(|model| model.file.layer == Layer::Staging)
    }

    /// A version of an input by its manifest; nothing for one without rows or of the project's own.
    pub(super) fn version(
        &self,
        table: &TableName,
        hash: Option<&Hash>,
    ) -> Result<Option<Arc<Manifest>>, BuildError> {
        let Some(hash) = hash else { return Ok(None) };
        if own_rows(self.context.settings, self.context.moment, table).is_some() {
            return Ok(None);
        }
        self.manifest(table, hash).map(Some)
    }

    pub(super) fn base_manifest(
        &self,
        name: &TableName,
        entry: &TableEntry,
    ) -> Result<Arc<Manifest>, BuildError> {
        self.manifest(name, &entry.manifest)
    }

    fn manifest(&self, name: &TableName, hash: &Hash) -> Result<Arc<Manifest>, BuildError> {
        let home = self.context.writer.home();
        home.manifest(name, hash)
            .map_err(|cause| BuildError::Warehouse { table: name.clone(), cause: Box::new(cause) })
    }

    /// How a model's query joins, so that it fits into the memory: all its inputs but the largest
    /// are looked up in, at worst at the same time. Of some months the rows themselves are few.
    pub(super) fn joins(&self, model: &Model, scope: &Scope) -> Result<Joins, BuildError> {
        if *scope != Scope::Whole {
            return Ok(Joins::Hash);
        }
        let sizes = model.reads.iter().map(|name| self.looked_up(model, name));
        let sizes = sizes.collect::<Result<Vec<u64>, BuildError>>()?;
        let looked_up = sizes.iter().sum::<u64>() - sizes.iter().max().copied().unwrap_or(0);
        let has_room = looked_up <= self.context.limits.memory_bytes as u64 / LOOKUP_PART;
        Ok(if has_room { Joins::Hash } else { Joins::Merge })
    }

    /// Bytes that an input takes while it is looked up in, about: those columns of its rows that
    /// the query uses, and where to find each row.
    fn looked_up(&self, model: &Model, name: &TableName) -> Result<u64, BuildError> {
        let rows = self.rows(name)?;
        let models = self.context.models;
        let given = models.given.get(name).map(|given| Arc::clone(&given.schema));
        let computed = || models.by_name.get(name).map(closing::schema);
        let used = model.uses.get(name);
        let widths = given.or_else(computed).map_or(VALUE_BYTES, |schema| {
            let is_used = |field: &&Arc<Field>| used.is_none_or(|used| used.contains(field.name()));
            schema.fields().iter().filter(is_used).map(|field| value_bytes(field.data_type())).sum()
        });
        Ok(rows.saturating_mul(widths + ROW_BYTES))
    }

    /// The rows of what an input rests on.
    fn rows(&self, name: &TableName) -> Result<u64, BuildError> {
        let stored = self.stored_as(name);
        let Some(entry) = self.entry(&stored) else { return Ok(0) };
        Ok(self.manifest(&stored, &entry.manifest)?.rows)
    }

    /// Bytes of memory that the rows of an input take, about, by month.
    pub(super) fn sizes(&self, name: &TableName) -> Result<BTreeMap<String, u64>, BuildError> {
        let stored = self.stored_as(name);
        let mut sizes = BTreeMap::new();
        if let Some(entry) = self.entry(&stored) {
            let manifest = self.manifest(&stored, &entry.manifest)?;
            let row_bytes = manifest.columns.len() as u64 * VALUE_BYTES;
            for file in &manifest.files {
                *sizes.entry(file.partition.clone()).or_insert(0) += file.rows * row_bytes;
            }
        }
        Ok(sizes)
    }

    /// Whether an input is what the project says of itself.
    pub(super) fn is_own(&self, name: &TableName) -> bool {
        own_rows(self.context.settings, self.context.moment, name).is_some()
    }

    /// A session without tables.
    pub(super) fn bare_session(&self) -> Result<SessionContext, BuildError> {
        let session = session_within(&self.shared, self.context.limits.threads);
        let state = session.state_ref();
        let mut guard = state.write();
        let options = guard.config_mut().options_mut();
        options.execution.parquet.schema_force_view_types = false;
        drop(guard);
        catalog::register_store(&session, self.context.writer.home())
            .map_err(|cause| BuildError::query("the warehouse", cause))?;
        Ok(session)
    }

    /// A session in which a model's query sees its inputs, as far as they reach into the months
    /// that are built.
    pub(super) fn session(
        &self,
        model: &Model,
        scope: &Scope,
        joins: Joins,
    ) -> Result<SessionContext, BuildError> {
        let session = self.bare_session()?;
        session.state_ref().write().config_mut().options_mut().optimizer.prefer_hash_join =
            joins == Joins::Hash;
        for name in &model.reads {
            let keep = wanted(model, name, scope);
            let table = self.table(model, name, &|file| keep(file))?;
            register(&session, name, table)
                .map_err(|cause| BuildError::query(&model.file.place, cause))?;
        }
        Ok(session)
    }

    /// A session in which a check sees whole tables.
    pub(super) fn check_session(&self, model: &Model) -> Result<SessionContext, BuildError> {
        self.session(model, &Scope::Whole, self.joins(model, &Scope::Whole)?)
    }

    /// A whole table under the name by which a query reads it.
    pub(super) fn whole(
        &self,
        model: &Model,
        name: &TableName,
    ) -> Result<Arc<dyn TableProvider>, BuildError> {
        self.table(model, name, &|_| true)
    }

    /// What a table's rows rest on: itself where it is stored, or what staging reads.
    pub(super) fn stored_as(&self, name: &TableName) -> TableName {
        let raw = self.staging(name).and_then(|staging| staging.reads.first());
        raw.unwrap_or(name).clone()
    }

    /// A table under the name by which a query reads it, with those of its files that are wanted.
    fn table(
        &self,
        model: &Model,
        name: &TableName,
        keep: &dyn Fn(&DataFile) -> bool,
    ) -> Result<Arc<dyn TableProvider>, BuildError> {
        if name.schema() == PREVIOUS {
            return self.previous(model);
        }
        if let Some(staging) = self.staging(name) {
            let raw = |raw: &TableName| {
                self.entry(raw).map(|entry| self.manifest(raw, &entry.manifest)).transpose()
            };
            let manifests = match staging.reads.first().filter(|_| staging.is_connected) {
                Some(table) => raw(table)?,
                None => None,
            };
            return self.view(staging, manifests.map(|manifest| only(&manifest, keep)));
        }
        let settings = self.context.settings;
        if let Some((rows, _)) = own_rows(settings, self.context.moment, name) {
            let table = MemTable::try_new(rows.schema(), vec![vec![rows]]);
            let table = table.map_err(|cause| BuildError::query(&model.file.place, cause))?;
            return Ok(Arc::new(table));
        }
        match self.entry(name) {
            Some(entry) => {
                let manifest = self.manifest(name, &entry.manifest)?;
                self.rows_of(&only(&manifest, keep))
            }
            None => {
                let given = self.context.models.given.get(name);
                let known = given.map(|given| Arc::clone(&given.schema));
                let computed = self.context.models.by_name.get(name).map(super::closing::schema);
                let schema = known.or(computed).ok_or_else(|| BuildError::Missing {
                    place: model.file.place.clone(),
                    table: name.clone(),
                })?;
                Ok(Arc::new(EmptyTable::new(schema)))
            }
        }
    }

    /// The rows of a manifest.
    pub(super) fn rows_of(
        &self,
        manifest: &Manifest,
    ) -> Result<Arc<dyn TableProvider>, BuildError> {
        catalog::table(self.context.writer.home(), Arc::new(manifest.clone())).map_err(|cause| {
            BuildError::Warehouse { table: manifest.table.clone(), cause: Box::new(cause) }
        })
    }

    /// What staging makes of some rows of its raw table.
    pub(super) fn view(
        &self,
        staging: &Model,
        rows: Option<Manifest>,
    ) -> Result<Arc<dyn TableProvider>, BuildError> {
        let file = &staging.file;
        let Some(raw) = staging.reads.first().filter(|_| staging.is_connected) else {
            return Ok(Arc::new(EmptyTable::new(Arc::clone(&staging.schema))));
        };
        let failed = |cause: DataFusionError| BuildError::query(&file.place, cause);
        let table: Arc<dyn TableProvider> = match rows {
            Some(manifest) => self.rows_of(&manifest)?,
            None => {
                let given = self.context.models.given.get(raw).map(|given| &given.schema);
                let missing =
                    || BuildError::Missing { place: file.place.clone(), table: raw.clone() };
                Arc::new(EmptyTable::new(Arc::clone(given.ok_or_else(missing)?)))
            }
        };
        let session = self.bare_session()?;
        register(&session, raw, table).map_err(failed)?;
        let plan = Handle::current().block_on(planned(&session, file)).map_err(failed)?;
        Ok(Arc::new(ViewTable::new(plan, None)))
    }

    /// A table's own rows in the release before, under the columns of today.
    fn previous(&self, model: &Model) -> Result<Arc<dyn TableProvider>, BuildError> {
        let wanted = shape::declared(&model.file.head);
        let base = self.context.base.and_then(|base| base.tables.get(&model.file.name));
        let Some(entry) = base else { return Ok(Arc::new(EmptyTable::new(wanted))) };
        let manifest = self.base_manifest(&model.file.name, entry)?;
        let rows = self.rows_of(&manifest)?;
        self.under(rows, &wanted).map_err(|cause| BuildError::query(&model.file.place, cause))
    }

    /// Rows under other columns: those that they lack hold nothing.
    pub(super) fn under(
        &self,
        rows: Arc<dyn TableProvider>,
        wanted: &SchemaRef,
    ) -> Result<Arc<dyn TableProvider>, DataFusionError> {
        let had = rows.schema();
        let columns = wanted.fields().iter().map(|field| {
            let kind = field.data_type();
            match had.field_with_name(field.name()) {
                Ok(known) if known.data_type() == kind => Ok(ident(field.name())),
                Ok(_) => Ok(cast(ident(field.name()), kind.clone()).alias(field.name())),
                Err(_) => Ok(lit(ScalarValue::try_from(kind)?).alias(field.name())),
            }
        });
        let columns = columns.collect::<Result<Vec<_>, DataFusionError>>()?;
        let session = session_within(&self.shared, self.context.limits.threads);
        let plan = session.read_table(rows)?.select(columns)?.into_unoptimized_plan();
        Ok(Arc::new(ViewTable::new(plan, None)))
    }
}

/// Which files of an input are read for the months that are built.
fn wanted(model: &Model, name: &TableName, scope: &Scope) -> impl Fn(&DataFile) -> bool + use<> {
    let months = match (scope, model.file.head.inputs.get(name)) {
        (Scope::Months(months), Some(Reach::Months(around))) => {
            let all: BTreeSet<String> =
                months.iter().flat_map(|month| neighbours(month, *around)).collect();
            Some(all)
        }
        _ => None,
    };
    move |file: &DataFile| months.as_ref().is_none_or(|months| months.contains(&file.partition))
}

async fn planned(
    session: &SessionContext,
    file: &ModelFile,
) -> Result<datafusion::logical_expr::LogicalPlan, DataFusionError> {
    Ok(session.sql(&file.text).await?.into_unoptimized_plan())
}

/// Makes a table known to a session.
pub(super) fn register(
    session: &SessionContext,
    name: &TableName,
    table: Arc<dyn TableProvider>,
) -> Result<(), DataFusionError> {
    schema_of(session, name.schema())?.register_table(name.table().to_owned(), table)?;
    Ok(())
}
