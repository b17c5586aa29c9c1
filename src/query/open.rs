//! What does a person see of a release?

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::{CatalogProvider, SchemaProvider, TableProvider};
use datafusion::common::format::{ExplainAnalyzeCategories as Categories, MetricCategory};
use datafusion::error::{DataFusionError, Result as QueryResult};
use datafusion::prelude::SessionContext;
use thiserror::Error;

use super::Principal;
use super::listing::{LISTING, Listing};
use super::secure_scan::{Redacted, SecureTable, redacted};
use super::seen::Seen;
use crate::engine::EngineError;
use crate::engine::session::{CATALOG, Limits, SCHEMA, session};
use crate::warehouse::catalog::{self, ManifestTable};
use crate::warehouse::home::Home;
use crate::warehouse::name::TableName;
use crate::warehouse::release::{Release, TableEntry};
use crate::warehouse::schema_of;

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
    let context = prepared(home, principal, limits)?;
    let visible = ReleaseCatalog::new(home, release, principal, provided)?;
    context.register_catalog(CATALOG, Arc::new(visible.listed(CATALOG, principal)));
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
    let context = prepared(home, principal, limits)?;
    let last = releases.last().map(|(_, release)| (CATALOG, *release));
    for (name, release) in releases.iter().copied().chain(last) {
        let visible = ReleaseCatalog::new(home, release, principal, BTreeMap::new())?;
        context.register_catalog(name, Arc::new(visible.listed(name, principal)));
    }
    Ok(context)
}

/// A session that can read files, and sees no table yet.
fn prepared(
    home: &Home,
    principal: &Principal,
    limits: &Limits,
) -> Result<SessionContext, QueryError> {
    let context = session(limits)?;
    catalog::register_store(&context, home)?;
    if !principal.is_owner() {
        let state = context.state_ref();
        let mut state = state.write();
        let options = state.config_mut().options_mut();
        // The engine's own list shows its settings too; `listing` takes its place.
        options.catalog.information_schema = false;
        // How many bytes batches hold, and how long they take, depends on rows that are hidden.
        options.explain.analyze_categories = Categories::Only(vec![MetricCategory::Rows]);
    }
    Ok(context)
}

/// What a principal sees of a table.
#[derive(Debug, Clone)]
pub(super) enum View {
    /// everything, as it is read
    Own,
    /// everything; why it cannot be read is not told
    Whole,
    /// some rows, or not all columns of them
    Part(Seen),
}

/// What a principal sees of a table of a release; nothing where it is not there for the principal.
fn view(
    home: &Home,
    principal: &Principal,
    table: &TableName,
    entry: &TableEntry,
) -> Result<Option<View>, QueryError> {
    let member = match principal {
        Principal::Owner => return Ok(Some(View::Own)),
        Principal::Member(member) if member.knows(table) => member,
        Principal::Member(_) => return Ok(None),
    };
    let columns = home.manifest(table, &entry.manifest).and_then(|manifest| schema_of(&manifest));
    let external = |error| redacted(table, &DataFusionError::External(Box::new(error)));
    let columns = columns.map_err(external)?;
    Ok(member.sees(table, &columns).map(|seen| match seen.is_all() {
        true => View::Whole,
        false => View::Part(seen),
    }))
}

/// The tables of a release that a principal sees, and of each whether all its rows and columns are.
///
/// # Errors
/// When the columns of a table cannot be read.
pub fn seen_tables(
    home: &Home,
    release: &Release,
    principal: &Principal,
) -> Result<BTreeMap<TableName, bool>, QueryError> {
    let mut seen = BTreeMap::new();
    for (table, entry) in &release.tables {
        if let Some(view) = view(home, principal, table, entry)? {
            seen.insert(table.clone(), !matches!(view, View::Part(_)));
        }
    }
    Ok(seen)
}

/// Whether a session sees a table, be its schema seen or not.
pub fn sees_table(session: &SessionContext, schema: &str, table: &str) -> bool {
    let schema = session.catalog(CATALOG).and_then(|catalog| catalog.schema(schema));
    schema.is_some_and(|schema| schema.table_exist(table))
}

/// The schemas of a release that a principal may see.
struct ReleaseCatalog {
    schemas: BTreeMap<String, Arc<ReleaseSchema>>,
    /// what lists them; the engine itself where absent
    listing: Option<Arc<Listing>>,
}

impl ReleaseCatalog {
    fn new(
        home: &Home,
        release: &Arc<Release>,
        principal: &Principal,
        provided: Provided,
    ) -> Result<Self, QueryError> {
        let mut names: BTreeMap<String, BTreeMap<String, View>> = BTreeMap::new();
        // The schema of tables without one always exists, so that an unknown table is told as such.
        names.entry(SCHEMA.to_owned()).or_default();
        let mut add = |table: &TableName, view: View| {
            let tables = names.entry(table.schema().to_owned()).or_default();
            tables.insert(table.table().to_owned(), view);
        };
        for (table, entry) in &release.tables {
            if let Some(view) = view(home, principal, table, entry)? {
                add(table, view);
            }
        }
        // Whoever provides tables means them to be seen.
        for table in provided.keys() {
            add(table, View::Own);
        }
        let provided = Arc::new(provided);
        let schema = |(name, tables): (String, BTreeMap<String, View>)| {
            let schema = ReleaseSchema {
                name: name.clone(),
                tables,
                home: home.clone(),
                release: Arc::clone(release),
                provided: Arc::clone(&provided),
            };
            (name, Arc::new(schema))
        };
        Ok(Self { schemas: names.into_iter().map(schema).collect(), listing: None })
    }

    /// The same, which says of itself under a name what the principal may know.
    fn listed(self, name: &str, principal: &Principal) -> Self {
        if principal.is_owner() {
            return self;
        }
        let schemas = self.schemas.clone();
        let listing = Arc::new(Listing::of(name, Arc::new(self)));
        Self { schemas, listing: Some(listing) }
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
        if let Some(listing) = self.listing.as_ref().filter(|_| name == LISTING) {
            return Some(Arc::clone(listing) as Arc<dyn SchemaProvider>);
        }
        self.schemas.get(name).map(|schema| Arc::clone(schema) as Arc<dyn SchemaProvider>)
    }
}

/// The tables of one schema; a manifest is read when its table is asked for.
struct ReleaseSchema {
    name: String,
    tables: BTreeMap<String, View>,
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
        self.tables.keys().cloned().collect()
    }

    fn table_exist(&self, name: &str) -> bool {
        self.tables.contains_key(name)
    }

    async fn table(&self, name: &str) -> QueryResult<Option<Arc<dyn TableProvider>>> {
        let Some(view) = self.tables.get(name) else { return Ok(None) };
        let is_it = |table: &TableName| table.schema() == self.name && table.table() == name;
        if let Some((_, table)) = self.provided.iter().find(|(table, _)| is_it(table)) {
            return Ok(Some(Arc::clone(table)));
        }
        let wanted = self.release.tables.iter().find(|(table, _)| is_it(table));
        let Some((table, entry)) = wanted else { return Ok(None) };
        Ok(Some(provider(&self.home, table, entry, view)?))
    }
}

/// A table of a release, of which no more is seen than a principal's view of it.
pub(super) fn provider(
    home: &Home,
    table: &TableName,
    entry: &TableEntry,
    view: &View,
) -> QueryResult<Arc<dyn TableProvider>> {
    let manifest = home.manifest(table, &entry.manifest);
    let found = manifest.and_then(|manifest| ManifestTable::new(home, manifest));
    let failed = |error| {
        let cause = DataFusionError::External(Box::new(error));
        if matches!(view, View::Own) { cause } else { redacted(table, &cause) }
    };
    let found = found.map_err(failed)?;
    Ok(match view {
        View::Own => Arc::new(found),
        View::Whole => {
            let store = Arc::clone(home.store());
            Arc::new(found.through(Arc::new(Redacted::new(store, table.clone()))))
        }
        View::Part(seen) => Arc::new(SecureTable::new(table.clone(), found, seen.clone())),
    })
}
