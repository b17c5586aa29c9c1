//! Which tables do the files under sql/ find ready?
//!
//! The raw tables that contracts promise, what people entered, and what the project says of itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::array::{Date32Array, TimestampMicrosecondArray};
use datafusion::arrow::datatypes::{DataType, Date32Type, Field, Schema, SchemaRef, TimeUnit};
use datafusion::datasource::MemTable;
use datafusion::error::{DataFusionError, Result as DataFusionResult};
use sha2::{Digest, Sha256};

use crate::query::{Principal, Provided};
use crate::warehouse::entered::{self, EnteredTable};
use crate::warehouse::home::Home;
use crate::warehouse::load::{LoadError, readable_tables};
use crate::warehouse::manifest::Hash;
use crate::warehouse::name::TableName;
use crate::warehouse::project::{Calendar, Project, Settings};
use crate::warehouse::release::Release;
use crate::warehouse::{WarehouseError, catalog};

/// The schema of the tables that the project itself provides.
pub const OWN: &str = "patron";

/// A table that no file under sql/ computes.
#[derive(Debug, Clone)]
pub struct Given {
    /// its columns
    pub schema: SchemaRef,
    /// the column by whose month its files lie
    pub month: Option<String>,
    /// what a row is
    pub description: String,
    /// what its columns mean, as far as somebody said so
    pub columns: BTreeMap<String, String>,
    /// the units of its columns; of the project's own tables those that the project adds
    pub units: BTreeSet<String>,
}

/// Every table that files under sql/ may find ready.
///
/// # Errors
/// When a contract's name leaves no room for those of its tables.
pub fn given(project: &Project) -> Result<BTreeMap<TableName, Given>, LoadError> {
    let mut all = BTreeMap::new();
    for contract in project.contracts.values() {
        let columns: BTreeMap<String, String> = contract
            .shape
            .columns
            .iter()
            .filter(|column| !column.description.is_empty())
            .map(|column| (column.name.clone(), column.description.clone()))
            .collect();
        let units: BTreeSet<String> =
            contract.shape.columns.iter().filter_map(|column| column.unit.clone()).collect();
        for (name, schema) in readable_tables(contract)? {
            let month = contract.month.clone().filter(|_| name == contract.name);
            let description = contract.description.clone();
            let (columns, units) = (columns.clone(), units.clone());
            all.insert(name, Given { schema, month, description, columns, units });
        }
    }
    for table in entered::TABLES {
        let name = table.name().map_err(LoadError::Warehouse)?;
        let description = table.description().to_owned();
        let (schema, columns, units) = (table.schema(), BTreeMap::new(), BTreeSet::new());
        all.insert(name, Given { schema, month: None, description, columns, units });
    }
    for own in OWN_TABLES {
        let name = TableName::new(OWN, own.name).map_err(|problem| LoadError::Name { problem })?;
        let description = own.description.to_owned();
        let schema = own.schema();
        let columns = BTreeMap::new();
        let units = project.settings.units.iter().cloned().collect();
        all.insert(name, Given { schema, month: None, description, columns, units });
    }
    Ok(all)
}

/// A table of the project's own.
struct Own {
    name: &'static str,
    description: &'static str,
    columns: &'static [(&'static str, Kind)],
}

#[derive(Clone, Copy)]
enum Kind {
    Text,
    Integer,
    Date,
    Moment,
}

impl Own {
    fn schema(&self) -> SchemaRef {
        let field = |(name, kind): &(&str, Kind)| {
            let kind = match kind {
                Kind::Text => DataType::Utf8,
                Kind::Integer => DataType::Int64,
                Kind::Date => DataType::Date32,
                Kind::Moment => DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into())),
            };
            Field::new(*name, kind, true)
        };
        Schema::new(self.columns.iter().map(field).collect::<Vec<_>>()).into()
    }
}

/// What the project says of itself, and the moment of the refresh.
const OWN_TABLES: [Own; 3] = [
    Own {
        name: "project",
        description: "What warehouse/project.toml says, in one row.",
        columns: &[
            ("project_name", Kind::Text),
            ("time_zone", Kind::Text),
            ("functional_currency_code", Kind::Text),
            ("reporting_currency_code", Kind::Text),
            ("calendar_kind", Kind::Text),
            ("first_month", Kind::Integer),
        ],
    },
    Own {
        name: "entities",
        description: "The legal entities of warehouse/project.toml.",
        columns: &[
            ("entity_id", Kind::Text),
            ("entity_name", Kind::Text),
            ("currency_code", Kind::Text),
        ],
    },
    Own {
        name: REFRESH,
        description: "The moment of the refresh, in one row; a change of it alone builds nothing.",
        columns: &[
            ("release_number", Kind::Integer),
            ("refreshed_on", Kind::Date),
            ("refreshed_at", Kind::Moment),
        ],
    },
];

/// The table with the moment of the refresh.
const REFRESH: &str = "refresh";

/// Whether a table tells the moment of the refresh, which is no reason to build anything anew.
pub(super) fn is_moment(name: &TableName) -> bool {
    name.schema() == OWN && name.table() == REFRESH
}

/// The moment of a refresh.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// the release in the making
    pub number: u64,
    /// the refresh's "now"
    pub now: DateTime<Utc>,
}

/// The tables of the project's own, as one release saw them.
///
/// # Errors
/// When a table cannot be held in memory.
pub(super) fn own_tables(settings: &Settings, moment: Moment) -> DataFusionResult<Provided> {
    let mut tables = Provided::new();
    for own in OWN_TABLES {
        let Ok(name) = TableName::new(OWN, own.name) else { continue };
        if let Some((rows, _)) = own_rows(settings, moment, &name) {
            let table = MemTable::try_new(rows.schema(), vec![vec![rows]])?;
            tables.insert(name, Arc::new(table));
        }
    }
    Ok(tables)
}

/// The tables that answers rest on beside those that whoever asks sees: the project's own, and what
/// was decided about periods, of which every receipt tells.
///
/// # Errors
/// When a table cannot be held in memory, or is damaged.
pub(super) fn beside(
    settings: &Settings,
    home: &Home,
    release: &Release,
    principal: &Principal,
) -> DataFusionResult<Provided> {
    let moment = Moment { number: release.number, now: release.created_at };
    let mut tables = own_tables(settings, moment)?;
    let failed = |error: WarehouseError| DataFusionError::External(Box::new(error));
    let decided = EnteredTable::PeriodStatus.name().map_err(failed)?;
    if let (false, Some(entry)) = (principal.is_owner(), release.tables.get(&decided)) {
        let manifest = home.manifest(&decided, &entry.manifest).map_err(failed)?;
        let table = catalog::table(home, manifest).map_err(failed)?;
        tables.insert(decided, table);
    }
    Ok(tables)
}

/// The rows of a table of the project's own, with a hash of them; nothing for any other table.
pub(super) fn own_rows(
    settings: &Settings,
    moment: Moment,
    name: &TableName,
) -> Option<(RecordBatch, Hash)> {
    let own = OWN_TABLES.iter().find(|own| name.schema() == OWN && own.name == name.table())?;
    let columns = match own.name {
        "project" => project_columns(settings),
        "entities" => entity_columns(settings),
        _ => moment_columns(settings, moment),
    };
    let batch = RecordBatch::try_new(own.schema(), columns).ok()?;
    let mut hasher = Sha256::new();
    hasher.update(format!("{batch:?}").as_bytes());
    Some((batch, hex::encode(hasher.finalize())))
}

fn texts<'a>(values: impl IntoIterator<Item = &'a str>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

fn project_columns(settings: &Settings) -> Vec<ArrayRef> {
    let (kind, first_month) = match &settings.calendar {
        Calendar::Months { first_month } => ("months", Some(i64::from(*first_month))),
        Calendar::Table { .. } => ("table", None),
    };
    vec![
        texts([settings.name.as_str()]),
        texts([settings.time_zone.name()]),
        texts([settings.functional_currency.as_str()]),
        texts([settings.reporting_currency.as_str()]),
        texts([kind]),
        Arc::new(Int64Array::from(vec![first_month])),
    ]
}

fn entity_columns(settings: &Settings) -> Vec<ArrayRef> {
    let entities = &settings.entities;
    vec![
        texts(entities.iter().map(|entity| entity.id.as_str())),
        texts(entities.iter().map(|entity| entity.name.as_str())),
        texts(entities.iter().map(|entity| entity.currency.as_str())),
    ]
}

fn moment_columns(settings: &Settings, moment: Moment) -> Vec<ArrayRef> {
    let day = moment.now.with_timezone(&settings.time_zone).date_naive();
    let number = i64::try_from(moment.number).unwrap_or(i64::MAX);
    let at = TimestampMicrosecondArray::from(vec![moment.now.timestamp_micros()]);
    vec![
        Arc::new(Int64Array::from(vec![number])),
        Arc::new(Date32Array::from(vec![Date32Type::from_naive_date(day)])),
        Arc::new(at.with_timezone("+00:00")),
    ]
}
