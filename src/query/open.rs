//! What does a person see of a release?

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::{CatalogProvider, SchemaProvider, TableProvider};
use datafusion::error::{DataFusionError, Result as QueryResult};
use datafusion::prelude::SessionContext;
use thiserror::Error;

use super::Principal;
use crate::engine::EngineError;
use crate::engine::session::{CATALOG, Limits, SCHEMA, session};
use crate::warehouse::catalog;
use crate::warehouse::home::Home;
use crate::warehouse::name::TableName;
use crate::warehouse::release::Release;

/// Why a release cannot be asked.
#[derive(Debug, Error)]
pub enum QueryError {
    /// the session could not be made
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// the query failed
    #[error(transparent)]
    Query(#[from] DataFusionError),
}

/// A session that sees one release, on behalf of one principal, for as long as it lives.
///
/// # Errors
/// When the session cannot be made.
pub fn open(
    home: &Home,
    release: &Arc<Release>,
    principal: &Principal,
    limits: &Limits,
) -> Result<SessionContext, QueryError> {
    open_with(home, release, principal, limits, BTreeMap::new())
}

/// Tables that do not lie in a release but belong to it, by name.
pub type Provided = BTreeMap<TableName, Arc<dyn TableProvider>>;

/// A session as of [`open`], with some tables more.
///
/// # Errors
/// When the session cannot be made.
pub fn open_with(
    home: &Home,
    release: &Arc<Release>,
    principal: &Principal,
    limits: &Limits,
    provided: Provided,
) -> Result<SessionContext, QueryError> {
    let context = session(limits)?;
    catalog::register_store(&context, home)?;
    let visible = ReleaseCatalog::new(home, release, principal, provided);
    context.register_catalog(CATALOG, Arc::new(visible));
    Ok(context)
}

/// A session that sees several releases, each as a catalog of the name given; the last one is the
/// one asked where a query names none.
///
/// # Errors
/// When the session cannot be made.
pub fn open_beside(
    home: &Home,
    releases: &[(&str, &Arc<Release>)],
    principal: &Principal,
    limits: &Limits,
) -> Result<SessionContext, QueryError> {
    let context = session(limits)?;
    catalog::register_store(&context, home)?;
    let last = releases.last().map(|(_, release)| (CATALOG, *release));
    for (name, release) in releases.iter().copied().chain(last) {
        let visible = ReleaseCatalog::new(home, release, principal, BTreeMap::new());
        context.register_catalog(name, Arc::new(visible));
    }
    Ok(context)
}

/// The schemas of a release that a principal may see.
struct ReleaseCatalog {
    schemas: BTreeMap<String, Arc<ReleaseSchema>>,
}

impl ReleaseCatalog {
    fn new(home: &Home, release: &Arc<Release>, principal: &Principal, provided: Provided) -> Self {
        let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        // The schema of tables without one always exists, so that an unknown table is told as such.
        names.entry(SCHEMA.to_owned()).or_default();
        for table in release.tables.keys().chain(provided.keys()) {
            if may_see(principal, table.schema()) {
                let tables = names.entry(table.schema().to_owned()).or_default();
                tables.insert(table.table().to_owned());
            }
        }
        let provided = Arc::new(provided);
        let schema = |(name, tables): (String, BTreeSet<String>)| {
            let schema = ReleaseSchema {
                name: name.clone(),
                tables,
                home: home.clone(),
                release: Arc::clone(release),
                provided: Arc::clone(&provided),
            };
            (name, Arc::new(schema))
        };
        Self { schemas: names.into_iter().map(schema).collect() }
    }
}

/// Whether a principal sees a schema at all.
fn may_see(principal: &Principal, _schema: &str) -> bool {
    match principal {
        Principal::Owner => true,
    }
}

impl fmt::Debug for ReleaseCatalog {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.schemas.keys()).finish()
    }
}

impl CatalogProvider for ReleaseCatalog {
    fn schema_names(&self) -> Vec<String> {
        self.schemas.keys().cloned().collect()
    }

    fn schema(&self, name: &str) -> Option<Arc<dyn SchemaProvider>> {
        self.schemas.get(name).map(|schema| Arc::clone(schema) as Arc<dyn SchemaProvider>)
    }
}

/// The tables of one schema; a manifest is read when its table is asked for.
struct ReleaseSchema {
    name: String,
    tables: BTreeSet<String>,
    home: Home,
    release: Arc<Release>,
    provided: Arc<Provided>,
}

impl fmt::Debug for ReleaseSchema {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ReleaseSchema").field("name", &self.name).finish_non_exhaustive()
    }
}

#[async_trait]
impl SchemaProvider for ReleaseSchema {
    fn table_names(&self) -> Vec<String> {
        self.tables.iter().cloned().collect()
    }

    fn table_exist(&self, name: &str) -> bool {
        self.tables.contains(name)
    }

    async fn table(&self, name: &str) -> QueryResult<Option<Arc<dyn TableProvider>>> {
        if !self.tables.contains(name) {
            return Ok(None);
        }
        let is_it = |table: &TableName| table.schema() == self.name && table.table() == name;
        if let Some((_, table)) = self.provided.iter().find(|(table, _)| is_it(table)) {
            return Ok(Some(Arc::clone(table)));
        }
        let wanted = self.release.tables.iter().find(|(table, _)| is_it(table));
        let Some((table, entry)) = wanted else { return Ok(None) };
        let external = |error| DataFusionError::External(Box::new(error));
        let manifest = self.home.manifest(table, &entry.manifest).map_err(external)?;
        catalog::table(&self.home, manifest).map(Some).map_err(external)
    }
}
