//! Which tables does a session see, and under which numbers do clients know them?

use std::collections::BTreeMap;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::CatalogProvider;
use datafusion::error::DataFusionError;
use datafusion::prelude::SessionContext;

use super::tables::STANDARD;
use crate::engine::session::CATALOG;

/// The numbers of tables and indexes begin here.
const FIRST: i64 = 20_000;

/// A table that a session sees.
pub(super) struct Seen {
    pub(super) schema: String,
    pub(super) table: String,
    pub(super) number: i64,
    pub(super) columns: Option<SchemaRef>,
}

/// What a session sees, in the order of names.
pub(super) async fn seen(
    session: &SessionContext,
    has_columns: bool,
) -> Result<Vec<Seen>, DataFusionError> {
    let mut seen = Vec::new();
    let Some(catalog) = session.catalog(CATALOG) else { return Ok(seen) };
    let mut taken = BTreeMap::new();
    let mut schemas = CatalogProvider::schema_names(catalog.as_ref());
    schemas.sort();
    for schema in schemas.iter().filter(|schema| *schema != STANDARD) {
        let Some(provider) = catalog.schema(schema) else { continue };
        let mut tables = provider.table_names();
        tables.sort();
        for table in tables {
            let columns = match has_columns {
                true => provider.table(&table).await?.map(|table| table.schema()),
                false => None,
            };
            let number = number(&mut taken, &format!("{schema}.{table}"));
            seen.push(Seen { schema: schema.clone(), table, number, columns });
        }
    }
    Ok(seen)
}

/// A number that a name has in every release, as long as no other one has it.
pub(super) fn number(taken: &mut BTreeMap<i64, ()>, name: &str) -> i64 {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut number = FIRST + i64::try_from(hash % 1_000_000_000).unwrap_or(0) * 2;
    while taken.insert(number, ()).is_some() {
        number += 2;
    }
    number
}
