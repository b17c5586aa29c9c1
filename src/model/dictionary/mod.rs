//! What does each table hold, what do its columns mean, and who reads it?
//!
//! | file | question |
//! | --- | --- |
//! | `entry` | what is there to say about a table? |
//! | `cube` | what does a cube offer, and what are totals of it? |
//! | `ancestry` | which steps lead from a departmental system to a column? |
//! | `silent` | which columns does nobody explain, and where would one say it? |

mod ancestry;
mod cube;
mod entry;
mod silent;

use std::collections::{BTreeMap, BTreeSet};

use super::build::closing;
use super::compile::{Model, similar};
use super::files::Layer;
use super::front_matter::Label;
use super::graph::PREVIOUS;
use super::lineage::Origin;
use super::shape::spelt;
use super::values::{Values, accepted};
use super::{ModelError, Models};
use crate::source::shape::{Column as Promised, ROW_COLUMN, SOURCE_COLUMN};
use crate::warehouse::WarehouseError;
use crate::warehouse::contract::Contract;
use crate::warehouse::home::Home;
use crate::warehouse::load::{LoadError, readable_tables};
use crate::warehouse::name::TableName;
use crate::warehouse::release::Release;
use datafusion::arrow::datatypes::SchemaRef;

pub use ancestry::{Ancestry, Step};
pub use cube::Cube;
pub use entry::{
    Check, Closing, Column, Filled, NamedValue, Parameter, Place, Source, Summary, Table,
};

/// What the columns mean that the engine adds to those of files and contracts.
const ADDED: [(&str, &str); 8] = [
    (SOURCE_COLUMN, "File or object that the row came from."),
    (ROW_COLUMN, "Number of the row within its source, counted from 1; 0 for databases."),
    ("_valid_from", "From when the version holds; null for the first that is known."),
    ("_valid_to", "Until when the version holds, exclusive; null for the one that holds now."),
    ("_is_stale", "Whether the row is older than its source's, whose newest version was refused."),
    (closing::SOURCE_PERIOD, "Accounting period that the source means."),
    (closing::NUMBER, "How many bookings of the same row came before; 0 as first booked."),
    (closing::KIND, "Why the row is booked: original, late, reversal or correction."),
];

/// All tables of a project.
#[derive(Debug)]
pub struct Dictionary<'a> {
    models: &'a Models,
    contracts: BTreeMap<TableName, &'a Contract>,
    /// what values of columns are called
    values: Option<&'a Values>,
    /// the contracts by their own names
    promised: &'a BTreeMap<TableName, Contract>,
    /// rows of stored tables in the release asked
    rows: BTreeMap<TableName, u64>,
}

impl<'a> Dictionary<'a> {
    /// The tables of files and contracts that fit each other.
    ///
    /// # Errors
    /// When a contract's name leaves no room for those of its tables.
    pub fn new(
        models: &'a Models,
        contracts: &'a BTreeMap<TableName, Contract>,
    ) -> Result<Self, LoadError> {
        let mut filled = BTreeMap::new();
        for contract in contracts.values() {
            for (name, _) in readable_tables(contract)? {
                filled.insert(name, contract);
            }
        }
        let (values, promised) = (None, contracts);
        Ok(Self { models, contracts: filled, values, promised, rows: BTreeMap::new() })
    }

    /// Knows what values of columns are called.
    pub fn name_values(&mut self, values: &'a Values) {
        self.values = Some(values);
    }

    /// Counts the rows of a release.
    ///
    /// # Errors
    /// When a table of it cannot be read.
    pub fn count(&mut self, home: &Home, release: &Release) -> Result<(), WarehouseError> {
        for (name, entry) in &release.tables {
            self.rows.insert(name.clone(), home.manifest(name, &entry.manifest)?.rows);
        }
        Ok(())
    }

    /// All tables: raw ones first, then those of sql/ by their folders.
    pub fn tables(&self) -> Vec<Summary> {
        let mut all: Vec<Summary> = self.names().filter_map(|name| self.summary(name)).collect();
        all.sort_by(|one, other| (one.filled, &one.name).cmp(&(other.filled, &other.name)));
        all
    }

    /// A table; nothing where none is called so.
    pub fn table(&self, name: &TableName) -> Option<Table> {
        let summary = self.summary(name)?;
        let model = self.models.by_name.get(name);
        let contract = self.contracts.get(name).copied();
        let head = model.map(|model| &model.file.head);
        let file = model.map(|model| model.file.place.clone());
        let reads = model.map(|model| model.reads.iter().cloned().collect());
        let reads_it =
            |other: &&Model| other.reads.contains(name) && other.file.layer != Layer::Rollups;
        let columns = self.columns(name);
        let column = |at: usize| self.column(name, at);
        Some(Table {
            file: file.or_else(|| contract.map(|contract| contract.place.clone())),
            month: self.models.month_of(name),
            source: contract.map(|contract| source_of(contract, None)),
            reads: reads.unwrap_or_default(),
            read_by: self
                .models
                .in_order()
                .filter(reads_it)
                .map(|other| other.file.name.clone())
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            columns: (0..columns.map_or(0, |columns| columns.fields().len()))
                .filter_map(column)
                .collect(),
            checks: model.map(entry::checks).unwrap_or_default(),
            parameters: model.map(entry::parameters).unwrap_or_default(),
            cube: model.and_then(|model| cube::cube(model, self.systems_of_time(name))),
            closing: head.and_then(|head| head.closing.as_ref()).map(|closing| Closing {
                period: closing.period.clone(),
                entity: closing.entity.clone(),
                date: closing.date.clone(),
                negate: closing.negate.clone(),
            }),
            summary,
        })
    }

    /// The table, and the column where one is named, that a text means: `table`, `schema.table` or
    /// `schema.table.column`.
    ///
    /// # Errors
    /// When nothing, or more than one table, is called so.
    pub fn find(&self, text: &str) -> Result<(TableName, Option<String>), ModelError> {
        let parts: Vec<&str> = text.split('.').collect();
        let full = |schema: &str, table: &str| {
            let is_it = |name: &&TableName| name.schema() == schema && name.table() == table;
            self.names().find(is_it).cloned()
        };
        let (table, column) = match parts.as_slice() {
            [table] => (self.only(table)?, None),
            [schema, table] => (full(schema, table), None),
            [schema, table, column] => (full(schema, table), Some((*column).to_owned())),
            _ => (None, None),
        };
        let Some(table) = table else {
            let wanted = parts.iter().take(2).copied().collect::<Vec<_>>().join(".");
            let hint = self.near(&wanted);
            return Err(ModelError::Unknown { what: "table", wanted, hint });
        };
        let columns = self.columns(&table);
        let known = columns.iter().flat_map(|columns| columns.fields().iter());
        let names: Vec<&String> = known.map(|field| field.name()).collect();
        match &column {
            Some(wanted) if !names.contains(&wanted) => {
                let hint = similar(wanted, names.iter());
                let wanted = format!("{table}.{wanted}");
                Err(ModelError::Unknown { what: "column", wanted, hint })
            }
            _ => Ok((table, column)),
        }
    }

    /// The only table of a name without its schema; nothing where there is none.
    fn only(&self, table: &str) -> Result<Option<TableName>, ModelError> {
        let found: Vec<&TableName> = self.names().filter(|name| name.table() == table).collect();
        let listed = || found.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        match found.as_slice() {
            [only] => Ok(Some((*only).clone())),
            [] => {
                let left_out = self.models.left_out.iter().find(|name| name.table() == table);
                let hint = match left_out {
                    Some(name) => self.near(&name.to_string()),
                    None => similar(table, self.names().map(TableName::table)),
                };
                Err(ModelError::Unknown { what: "table", wanted: table.to_owned(), hint })
            }
            _ => {
                let hint = format!(" alone, but {}; name one of them", listed());
                Err(ModelError::Unknown { what: "table", wanted: table.to_owned(), hint })
            }
        }
    }

    /// What helps against a name that nothing has.
    fn near(&self, wanted: &str) -> String {
        if self.models.left_out.iter().any(|name| name.to_string() == wanted) {
            return "; its file does not fit, and `patron check --offline` says why".to_owned();
        }
        similar(wanted, self.names())
    }

    fn names(&self) -> impl Iterator<Item = &TableName> {
        self.models.given.keys().chain(self.models.by_name.keys())
    }

    fn summary(&self, name: &TableName) -> Option<Summary> {
        let rows = self.rows.get(name).copied();
        if let Some(model) = self.models.by_name.get(name) {
            let filled = match model.file.layer {
                Layer::Staging => Filled::Staging,
                Layer::Intermediate => Filled::Intermediate,
                Layer::Marts => Filled::Marts,
                Layer::Checks => Filled::Checks,
                Layer::Reports => Filled::Reports,
                Layer::Cubes => Filled::Cubes,
                Layer::Rollups => Filled::Rollups,
            };
            return Some(Summary {
                name: name.clone(),
                filled,
                description: model.file.head.description.clone(),
                grain: closing::grain(model),
                is_connected: model.is_connected,
                rows,
            });
        }
        let given = self.models.given.get(name)?;
        let contract = self.contracts.get(name);
        // A version has the key in common with other versions of its row.
        let keyed = contract.filter(|contract| {
            contract.name == *name || given.schema.field_with_name("_valid_from").is_err()
        });
        Some(Summary {
            name: name.clone(),
            filled: if contract.is_some() { Filled::Contract } else { Filled::Project },
            description: given.description.clone(),
            grain: keyed.map(|contract| contract.key.clone()).unwrap_or_default(),
            is_connected: true,
            rows,
        })
    }

    /// The columns of a table.
    fn columns(&self, name: &TableName) -> Option<SchemaRef> {
        let model = self.models.by_name.get(name).map(closing::schema);
        model.or_else(|| self.models.given.get(name).map(|given| given.schema.clone()))
    }

    /// The type of a column, as contracts write it.
    fn kind(&self, name: &TableName, column: &str) -> Option<String> {
        let columns = self.columns(name)?;
        Some(spelt(columns.field_with_name(column).ok()?.data_type()))
    }

    /// Where a column of a file comes from; nothing for a raw table and what the engine adds.
    fn origin(&self, name: &TableName, column: &str) -> Option<&Origin> {
        let model = self.models.by_name.get(name)?;
        model.origins.get(model.schema.index_of(column).ok()?)
    }

    fn column(&self, name: &TableName, at: usize) -> Option<Column> {
        let columns = self.columns(name)?;
        let column = columns.fields().get(at)?.name().clone();
        let origin = self.origin(name, &column);
        let made_of = origin
            .iter()
            .flat_map(|origin| &origin.columns)
            .map(|(table, column)| Place { table: table.clone(), column: column.clone() });
        let (description, described_in) = match self.described(name, &column) {
            None => (None, None),
            Some((text, place)) => (Some(text), Some(place).filter(|place| place.table != *name)),
        };
        let promised = self.promised(name, &column);
        let raw = promised.as_ref().map(|(table, promised)| (table, *promised));
        Some(Column {
            kind: self.kind(name, &column)?,
            description,
            described_in,
            unit: raw.and_then(|(_, promised)| promised.unit.clone()),
            currency: raw.and_then(|(table, promised)| {
                Some(self.held(name, table, promised.currency.as_ref()?))
            }),
            is_personal: raw.is_some_and(|(_, promised)| promised.personal),
            is_computed: origin.is_some_and(|origin| !origin.is_passed_on)
                && self.models.by_name.get(name).is_some_and(|model| model.is_connected),
            made_of: made_of.collect(),
            values: self.values(name, &column),
            name: column,
        })
    }

    /// The values of a column where they are known, with what they are called.
    fn values(&self, name: &TableName, column: &str) -> Vec<NamedValue> {
        let model = self.models.by_name.get(name);
        let labels = self.values.and_then(|values| match model {
            Some(model) => values.of(&model.file.head, column),
            None => values.of_all(column),
        });
        let accepted = accepted(self.models, self.promised, name, column);
        let listed = accepted.unwrap_or_else(|| labels.into_iter().flatten().map(key).collect());
        let label = |value: &String| labels.and_then(|labels| labels.get(value)).cloned();
        listed.into_iter().map(|value| NamedValue { label: label(&value), value }).collect()
    }

    /// What a column means, and where that is said: here, or where it comes from as it is.
    pub fn described(&self, name: &TableName, column: &str) -> Option<(String, Place)> {
        let here = |text: &str| {
            (text.to_owned(), Place { table: name.clone(), column: column.to_owned() })
        };
        let model = self.models.by_name.get(name);
        let own = model.and_then(|model| model.file.head.columns.get(column));
        let member = model.filter(|model| model.file.layer == Layer::Cubes && own.is_none());
        if let Some(text) = member.and_then(|model| cube::described(model, column)) {
            return Some(here(&text));
        }
        let given = self.models.given.get(name).and_then(|given| given.columns.get(column));
        if let Some(text) = own.or(given) {
            return Some(here(text));
        }
        match self.origin(name, column) {
            Some(origin) if origin.is_passed_on => {
                let above = origin.columns.iter().filter(|(table, _)| table.schema() != PREVIOUS);
                above.into_iter().find_map(|(table, column)| self.described(table, column))
            }
            Some(_) => None,
            None => {
                let added = ADDED.iter().find(|(known, _)| *known == column);
                added.map(|(_, text)| here(text))
            }
        }
    }

    /// What contracts promise of a column that is passed on, where they all promise the same.
    fn promised(&self, name: &TableName, column: &str) -> Option<(TableName, &'a Promised)> {
        let mut roots = self.roots(name, column).into_iter().map(|(table, column)| {
            let promised = self.contracts.get(&table)?.column(&column)?;
            Some((table, promised))
        });
        let first = roots.next()??;
        let same = |other: &Promised| {
            (&other.unit, &other.currency, other.personal)
                == (&first.1.unit, &first.1.currency, first.1.personal)
        };
        let is_same = roots.all(|other| other.is_some_and(|(_, other)| same(other)));
        is_same.then_some(first)
    }

    /// The raw columns that a column is, passed on as they are.
    fn roots(&self, name: &TableName, column: &str) -> BTreeSet<(TableName, String)> {
        match self.origin(name, column) {
            Some(origin) if origin.is_passed_on => {
                let above = origin.columns.iter().filter(|(table, _)| table.schema() != PREVIOUS);
                above.flat_map(|(table, column)| self.roots(table, column)).collect()
            }
            None if self.models.given.contains_key(name) => {
                BTreeSet::from([(name.clone(), column.to_owned())])
            }
            _ => BTreeSet::new(),
        }
    }

    /// The column here that a raw column is passed on to, or that column with its table.
    fn held(&self, name: &TableName, raw: &TableName, column: &str) -> String {
        let wanted = (raw.clone(), column.to_owned());
        let columns = self.columns(name);
        let fields = columns.iter().flat_map(|columns| columns.fields().iter());
        let mut names = fields.map(|field| field.name());
        let here = names.find(|here| self.roots(name, here).contains(&wanted));
        here.cloned().unwrap_or_else(|| format!("{raw}.{column}"))
    }
}

fn key((value, _): (&String, &Label)) -> String {
    value.clone()
}

/// What a raw table, or a column of it, is at its source.
fn source_of(contract: &Contract, column: Option<&str>) -> Source {
    let there = column.and_then(|column| contract.column(column));
    Source {
        contract: contract.place.clone(),
        system: contract.system.clone(),
        object: contract.object.clone(),
        column: there.map(|column| column.source_name().to_owned()),
    }
}
