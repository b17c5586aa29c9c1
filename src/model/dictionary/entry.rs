//! What is there to say about a table?
//!
//! These are plain structs whose JSON keeps its shape: what a field is called here is what it is
//! called there, and a field that has nothing to say is null or an empty list.

use serde::Serialize;

use super::cube::{self, Cube};
use crate::model::build::closing;
use crate::model::compile::Model;
use crate::model::files::Layer;
use crate::model::front_matter::{Gravity, Head, Label};
use crate::model::report::parameter::Kind;
use crate::warehouse::name::TableName;

/// A table in a list of all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// what it is called
    pub name: TableName,
    /// what fills it
    pub filled: Filled,
    /// what a row is
    pub description: String,
    /// the columns that tell one row from another
    pub grain: Vec<String>,
    /// staging: false where the company has nothing like it, so that there are no rows
    pub is_connected: bool,
    /// rows in the release asked; null where the table is not stored there
    pub rows: Option<u64>,
}

/// What fills a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Filled {
    /// a departmental system, by a contract
    Contract,
    /// the project's own settings, or what people enter
    Project,
    /// sql/staging, at every look
    Staging,
    /// sql/intermediate
    Intermediate,
    /// sql/marts
    Marts,
    /// sql/checks; its rows are findings
    Checks,
    /// sql/reports, when it is asked
    Reports,
    /// sql/cubes, when something is asked of it
    Cubes,
    /// the heads of files under sql/cubes, at every refresh
    Rollups,
}

/// A table with all that is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Table {
    /// what it is called, what a row is, and how many there are
    #[serde(flatten)]
    pub summary: Summary,
    /// the file that says so, relative to the project; null for what the engine itself provides
    pub file: Option<String>,
    /// the column by whose month its rows lie
    pub month: Option<String>,
    /// where a raw table's rows come from
    pub source: Option<Source>,
    /// the tables that its query names
    pub reads: Vec<TableName>,
    /// the tables, checks, reports and cubes whose queries name it
    pub read_by: Vec<TableName>,
    /// its columns in their order
    pub columns: Vec<Column>,
    /// what is checked of its rows
    pub checks: Vec<Check>,
    /// what whoever asks for a report may or must say
    pub parameters: Vec<Parameter>,
    /// how its figures stay as they are once their period is closed
    pub closing: Option<Closing>,
    /// what may be asked of it, where it is a cube
    pub cube: Option<Cube>,
}

/// What a raw table is at its source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// the contract's file, relative to the project
    pub contract: String,
    /// the system of warehouse/systems.toml
    pub system: String,
    /// the file, file pattern, table or view there
    pub object: String,
    /// the column there; null for what the engine adds, and where a whole table is meant
    pub column: Option<String>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// what it is called
    pub name: String,
    /// its type, as contracts write it
    #[serde(rename = "type")]
    pub kind: String,
    /// what it means; null where nobody said so
    pub description: Option<String>,
    /// where the description stands, if it is another table's
    pub described_in: Option<Place>,
    /// the unit that the contract names
    pub unit: Option<String>,
    /// the column of this table that holds its currency; with its table where it is another's
    pub currency: Option<String>,
    /// whether it is personal data at its source
    pub is_personal: bool,
    /// whether its values are made here, not passed on as they are
    pub is_computed: bool,
    /// the columns of other tables that its values are made of
    pub made_of: Vec<Place>,
    /// its values where they are known, or those of them that are called something
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<NamedValue>,
}

/// A value of a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NamedValue {
    /// as data hold it
    pub value: String,
    /// what people read in its place, by language or in all; null where nobody said so
    pub label: Option<Label>,
}

/// A column of a table, by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// the table
    pub table: TableName,
    /// its column
    pub column: String,
}

/// Something that must be true of a table's rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// what findings are called by
    pub name: String,
    /// what must be true
    pub rule: String,
    /// `error`, `warning`, or `warning, error when the period is closed`
    pub severity: &'static str,
}

/// Something that whoever asks for a report may or must say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Parameter {
    /// what it is called
    pub name: String,
    /// what its values are
    #[serde(rename = "type")]
    pub kind: Kind,
    /// what it means
    pub description: String,
    /// its value where none is given; null where there is none
    pub default: Option<String>,
    /// whether it may be left out without a default
    pub is_optional: bool,
    /// the only values that it takes; empty where there are others
    pub allowed: Vec<String>,
    /// the column in which its values stand
    pub from: Option<Place>,
    /// the least value; null where there is none
    pub least: Option<String>,
    /// the parameter that it must not come after
    pub not_after: Option<String>,
}

/// What whoever asks for a report may or must say.
pub(super) fn parameters(model: &Model) -> Vec<Parameter> {
    let declared = model.file.parameters().into_iter();
    let told = declared.map(|(name, parameter)| Parameter {
        name: name.clone(),
        kind: parameter.kind,
        description: parameter.description.clone(),
        default: parameter.default.as_ref().map(ToString::to_string),
        is_optional: parameter.optional,
        allowed: parameter.allowed.iter().map(ToString::to_string).collect(),
        from: parameter
            .from
            .as_ref()
            .map(|from| Place { table: from.table.clone(), column: from.column.clone() }),
        least: parameter.least.as_ref().map(ToString::to_string),
        not_after: parameter.not_after.clone(),
    });
    told.collect()
}

/// How the figures of closed periods are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Closing {
    /// the column of the period in which a row is booked
    pub period: String,
    /// the column of the legal entity whose periods are closed
    pub entity: String,
    /// the column of the accounting date
    pub date: Option<String>,
    /// the columns that a reversal turns round
    pub negate: Vec<String>,
}

/// What is checked of a table's rows, the grain first.
pub(super) fn checks(model: &Model) -> Vec<Check> {
    let Head { checks, description, severity, .. } = &model.file.head;
    let table = &model.file.name;
    if model.file.layer == Layer::Checks {
        let rule = format!("there is none of these rows: {description}");
        return vec![Check { name: table.to_string(), rule, severity: gravity(severity) }];
    }
    let check = |name: String, rule: String, severity: &Gravity| Check {
        name: format!("{table}:{name}"),
        rule,
        severity: gravity(severity),
    };
    let error = |name: String, rule: String| check(name, rule, &Gravity::Error);
    let differ = |columns: &[String]| format!("no two rows have the same {}", columns.join(", "));
    let mut all = Vec::new();
    let grain = closing::grain(model);
    if matches!(model.file.layer, Layer::Intermediate | Layer::Marts) {
        all.push(error("unique_grain".to_owned(), differ(&grain)));
    }
    all.extend(cube::grain(model).map(|rule| error("unique_grain".to_owned(), rule)));
    for column in &checks.not_null {
        all.push(error(format!("not_null_{column}"), format!("{column} always holds a value")));
    }
    for columns in &checks.unique {
        all.push(error(format!("unique_{}", columns.join("_")), differ(columns)));
    }
    for (column, values) in &checks.accepted {
        let rule = format!("{column} is one of {}", values.join(", "));
        all.push(error(format!("accepted_{column}"), rule));
    }
    for related in &checks.relationships {
        let columns = related.columns.join("_");
        let (to, key) = (&related.to, related.key.join(", "));
        let rule = format!("{} stands in {to} as {key}", related.columns.join(", "));
        all.push(check(format!("{columns}_in_{}", to.table()), rule, &related.severity));
    }
    for known in &checks.expressions {
        all.push(check(known.name.clone(), known.sql.clone(), &known.severity));
    }
    all
}

fn gravity(gravity: &Gravity) -> &'static str {
    match gravity {
        Gravity::Error => "error",
        Gravity::Warning => "warning",
        Gravity::Closing { .. } => "warning, error when the period is closed",
    }
}
