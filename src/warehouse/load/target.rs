//! Which tables of a release does one contract fill, and what is in each?

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use super::LoadError;
use super::member::{STALE, STATUS};
use crate::source::shape::{ROW_COLUMN, SOURCE_COLUMN};
use crate::warehouse::contract::{Contract, Mode};
use crate::warehouse::name::TableName;

/// A stored table: some columns of a contract's rows, in an order of its own.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// its name
    pub(super) name: TableName,
    /// its columns
    pub(super) schema: SchemaRef,
    /// its total order, as terms of `order by`
    pub(super) order: Vec<String>,
    /// the columns by which rows are taken out
    pub(super) key: Vec<String>,
}

/// The tables that a contract fills.
#[derive(Debug, Clone)]
pub(super) struct Targets {
    /// what is served, without personal columns
    pub(super) main: Target,
    /// the personal columns, with the key
    pub(super) personal: Option<Target>,
    /// rows that may be needed again, without personal columns
    pub(super) remembered: Target,
    /// their personal columns
    pub(super) remembered_personal: Option<Target>,
    /// every version of each row
    pub(super) history: Target,
}

/// Quotes an identifier for SQL; contracts allow only letters, digits and underscores in it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

/// A comma-separated list of quoted identifiers, each under an optional table alias.
pub(super) fn list(alias: &str, names: &[String]) -> String {
    let prefix = if alias.is_empty() { String::new() } else { format!("{alias}.") };
    let parts: Vec<String> = names.iter().map(|name| format!("{prefix}{}", quoted(name))).collect();
    parts.join(", ")
}

/// The columns by which competing rows find each other.
pub(super) fn group_of(contract: &Contract) -> Vec<String> {
    match &contract.mode {
        Mode::Period { column, .. } => vec![column.clone()],
        _ => contract.key.clone(),
    }
}

/// Whether served rows may stand in for newer ones that were refused.
pub(super) fn has_stale(contract: &Contract) -> bool {
    !contract.key.is_empty() && matches!(contract.mode, Mode::Merge | Mode::Full)
}

impl Targets {
    /// The tables of a contract.
    pub(super) fn of(contract: &Contract) -> Result<Self, LoadError> {
        let named = |schema: &str, table: &str| {
            TableName::new(schema, table).map_err(|problem| LoadError::Name { problem })
        };
        let group = group_of(contract);
        let beside = format!("{}__{}", contract.name.schema(), contract.name.table());
        let place_order =
            vec![format!("natural_key({})", quoted(SOURCE_COLUMN)), quoted(ROW_COLUMN)];
        let key_order: Vec<String> = group.iter().map(|name| quoted(name)).collect();
        let both = [key_order.clone(), place_order.clone()].concat();
        let main_order = match contract.mode {
            Mode::Append => [place_order, key_order].concat(),
            _ => both.clone(),
        };
        let personal = |name: TableName, is_served: bool| {
            contract.has_personal().then(|| Target {
                name,
                schema: personal_schema(contract, is_served),
                order: both.clone(),
                key: group.clone(),
            })
        };
        Ok(Self {
            main: Target {
                name: contract.name.clone(),
                schema: served_schema(contract),
                order: main_order,
                key: group.clone(),
            },
            personal: personal(contract.name.sibling("personal"), true),
            remembered: Target {
                name: named("superseded", &beside)?,
                schema: remembered_schema(contract),
                order: [both.clone(), vec![quoted(STATUS)]].concat(),
                key: group.clone(),
            },
            remembered_personal: personal(
                named("superseded", &format!("{beside}_personal"))?,
                false,
            ),
            history: Target {
                name: contract.name.sibling("history"),
                schema: super::history::schema(contract),
                order: super::history::order(contract),
                key: group.clone(),
            },
        })
    }

    /// All of them.
    pub(super) fn all(&self) -> Vec<&Target> {
        let mut all = vec![&self.main, &self.remembered, &self.history];
        all.extend(self.personal.as_ref());
        all.extend(self.remembered_personal.as_ref());
        all
    }
}

fn plain_fields(contract: &Contract) -> Vec<Field> {
    contract.shape.columns.iter().filter(|column| !column.personal).map(|c| c.field()).collect()
}

fn place_fields() -> [Field; 2] {
    [
        Field::new(SOURCE_COLUMN, DataType::Utf8, false),
        Field::new(ROW_COLUMN, DataType::Int64, false),
    ]
}

fn served_schema(contract: &Contract) -> SchemaRef {
    let mut fields = plain_fields(contract);
    fields.extend(place_fields());
    if has_stale(contract) {
        fields.push(Field::new(STALE, DataType::Boolean, false));
    }
    Schema::new(fields).into()
}

fn remembered_schema(contract: &Contract) -> SchemaRef {
    let mut fields: Vec<Field> =
        plain_fields(contract).into_iter().map(|field| field.with_nullable(true)).collect();
    fields.extend(place_fields());
    fields.push(Field::new(STATUS, DataType::Utf8, false));
    Schema::new(fields).into()
}

fn personal_schema(contract: &Contract, is_served: bool) -> SchemaRef {
    let mut fields: Vec<Field> = contract
        .shape
        .columns
        .iter()
        .filter(|column| column.personal || contract.key.contains(&column.name))
        .map(|column| {
            let field = column.field();
            if is_served { field } else { field.with_nullable(true) }
        })
        .collect();
    fields.extend(place_fields());
    if !is_served {
        fields.push(Field::new(STATUS, DataType::Utf8, false));
    }
    Schema::new(fields).into()
}
