//! Which tables and columns may somebody know of?
//!
//! The engine's own `information_schema` shows its settings too, with folders of the machine among
//! them; here it holds what is asked for to find one's way, and nothing that is not seen.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::information_schema::InformationSchemaProvider;
use datafusion::catalog::{
    CatalogProvider, CatalogProviderList, MemoryCatalogProviderList, SchemaProvider, TableProvider,
};
use datafusion::error::Result;

/// The schema's name.
pub(super) const LISTING: &str = "information_schema";

/// Its tables.
const TABLES: [&str; 4] = ["columns", "schemata", "tables", "views"];

/// The schema that lists a catalog.
#[derive(Debug)]
pub(super) struct Listing {
    all: InformationSchemaProvider,
}

impl Listing {
    /// What lists a catalog of a name, and no other.
    pub(super) fn of(name: &str, catalog: Arc<dyn CatalogProvider>) -> Self {
        let catalogs = MemoryCatalogProviderList::new();
        catalogs.register_catalog(name.to_owned(), catalog);
        Self { all: InformationSchemaProvider::new(Arc::new(catalogs)) }
    }
}

#[async_trait]
impl SchemaProvider for Listing {
    fn table_names(&self) -> Vec<String> {
        TABLES.map(str::to_owned).to_vec()
    }

    fn table_exist(&self, name: &str) -> bool {
        TABLES.contains(&name)
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        match self.table_exist(name) {
            true => self.all.table(name).await,
            false => Ok(None),
        }
    }
}
