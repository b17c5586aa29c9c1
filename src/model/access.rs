//! Do the rules of who sees what fit the tables, and can rollups keep them?

use std::collections::{BTreeMap, BTreeSet};

use datafusion::arrow::datatypes::DataType;

use thiserror::Error;

use super::build::closing;
use super::compile::{Model, Models, compile};
use super::cube::rollup::Columns;
use super::files::Layer;
use super::given::given;
use super::{ModelError, front_matter};
use crate::engine::Limits;
use crate::query::Rules;
use crate::query::policy::{Access, Mask, PLACE, Role, RowFilter, Tables};
use crate::warehouse::contract::Contract;
use crate::warehouse::load::{LoadError, readable_tables};
use crate::warehouse::name::TableName;
use crate::warehouse::project::Project;

/// Why it is not known who sees what.
#[derive(Debug, Error)]
pub enum RulesError {
    /// a contract whose tables cannot be named
    #[error(transparent)]
    Load(#[from] LoadError),
    /// files under sql/ that cannot be read
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// Who of some roles sees what. Which columns are personal is found out only where one of them asks
/// for it.
///
/// # Errors
/// When the files under sql/ cannot be read.
pub async fn rules<'r>(
    project: &Project,
    access: &Access,
    roles: impl IntoIterator<Item = &'r Role>,
    limits: &Limits,
) -> Result<Rules, RulesError> {
    let access = access.clone();
    let masks: Vec<&Mask> = roles.into_iter().flat_map(|role| &role.masks).collect();
    if !masks.iter().any(|mask| mask.personal) {
        return Ok(Rules { access, impersonal: BTreeMap::new() });
    }
    let (models, _) = compile(&project.root, given(project)?, limits).await?;
    let impersonal = impersonal(&models, project.contracts.values())?;
    Ok(Rules { access, impersonal })
}

/// What warehouse/access.toml names that there is not, and rollups that lack a column by which
/// rows of what their cube reads are chosen.
pub fn against(models: &Models, access: &Access) -> Vec<ModelError> {
    let mut mistakes = Vec::new();
    for (name, role) in &access.roles {
        let seen = role.sees.iter().filter(|tables| marts(models, tables).next().is_none());
        let unknown = seen.map(|tables| format!("`{tables}` is no table of sql/marts"));
        let rows = role.rows.iter().flat_map(|filter| filtered(models, filter));
        let masks = role.masks.iter().flat_map(|mask| masked(models, mask));
        mistakes.extend(unknown.chain(rows).chain(masks).map(|message| ModelError::Wrong {
            place: PLACE.to_owned(),
            line: access.line_of(name),
            message: format!("role `{name}`: {message}"),
        }));
    }
    let cubes = models.in_order().filter(|model| model.file.layer == Layer::Cubes);
    mistakes.extend(cubes.flat_map(|cube| lacking(cube, models, access)));
    mistakes
}

/// The tables of sql/marts that a pattern names.
fn marts<'a>(models: &'a Models, tables: &Tables) -> impl Iterator<Item = &'a Model> {
    let is_it = |model: &&Model| model.file.layer == Layer::Marts && tables.has(&model.file.name);
    models.in_order().filter(is_it)
}

fn has(model: &Model, column: &str) -> bool {
    model.schema.field_with_name(column).is_ok()
}

/// What is wrong with a choice of rows.
fn filtered(models: &Models, filter: &RowFilter) -> Vec<String> {
    let problem = |tables: &Tables| named(models, tables, &filter.column);
    filter.tables.iter().filter_map(problem).collect()
}

/// What is wrong with a mask.
fn masked(models: &Models, mask: &Mask) -> Vec<String> {
    let mut problems = Vec::new();
    for tables in &mask.tables {
        if marts(models, tables).next().is_none() {
            problems.push(format!("`{tables}` is no table of sql/marts"));
            continue;
        }
        problems.extend(mask.columns.iter().filter_map(|column| named(models, tables, column)));
    }
    problems
}

/// What is wrong with the name of a column of some tables: a table that is named in full has it, of
/// a pattern one of those that it names.
fn named(models: &Models, tables: &Tables, column: &str) -> Option<String> {
    if marts(models, tables).next().is_none() {
        return Some(format!("`{tables}` is no table of sql/marts"));
    }
    let has_it = marts(models, tables).any(|model| has(model, column));
    (!has_it).then(|| format!("`{tables}` has no column `{column}`"))
}

/// The columns of a cube's query by which rows are chosen for some role: a list for each column of
/// a table, of which a rollup must tell its rows apart by one.
pub fn kept(cube: &Model, models: &Models, access: &Access) -> Vec<Vec<String>> {
    let mut all = BTreeSet::new();
    for table in &cube.reads {
        let Some(mart) = models.by_name.get(table) else { continue };
        let columns = access.columns_of(table).filter(|column| has(mart, column));
        all.extend(columns.map(|column| passed_on(cube, table, column)));
    }
    all.into_iter().collect()
}

/// The columns of each model's table that hold nothing that a contract marks as personal, and are
/// made of nothing that does. Whatever is not among them may be personal.
///
/// # Errors
/// When a contract's name leaves no room for those of its tables.
pub fn impersonal<'a>(
    models: &Models,
    contracts: impl IntoIterator<Item = &'a Contract>,
) -> Result<BTreeMap<TableName, BTreeSet<String>>, LoadError> {
    let mut personal: BTreeSet<(TableName, String)> = BTreeSet::new();
    for contract in contracts {
        let columns = contract.shape.columns.iter().filter(|column| column.personal);
        let columns: Vec<&String> = columns.map(|column| &column.name).collect();
        for (table, _) in readable_tables(contract)? {
            personal.extend(columns.iter().map(|column| (table.clone(), (*column).clone())));
        }
    }
    let mut impersonal = BTreeMap::new();
    for model in models.in_order() {
        let name = &model.file.name;
        let made_of = |column: &(TableName, String)| {
            model.origins.iter().any(|origin| origin.columns.contains(column))
        };
        let mut used = model.uses.iter().flat_map(|(table, columns)| {
            columns.iter().map(move |column| (table.clone(), column.clone()))
        });
        let is_lost = used.any(|column| personal.contains(&column) && !made_of(&column));
        let mut free = BTreeSet::new();
        for field in closing::schema(model).fields() {
            let at = model.schema.index_of(field.name()).ok();
            let origin = at.and_then(|at| model.origins.get(at));
            let is_made = |columns: &BTreeSet<_>| columns.iter().any(|one| personal.contains(one));
            let is_personal = match origin {
                // A text that seems to come from nowhere may be where a personal one went.
                Some(origin) if origin.columns.is_empty() => {
                    is_lost && *field.data_type() == DataType::Utf8
                }
                Some(origin) => is_made(&origin.columns),
                None => false,
            };
            match is_personal {
                true => personal.insert((name.clone(), field.name().clone())),
                false => free.insert(field.name().clone()),
            };
        }
        impersonal.insert(name.clone(), free);
    }
    Ok(impersonal)
}

/// The rollups of a cube that lack a column by which rows are chosen.
fn lacking(cube: &Model, models: &Models, access: &Access) -> Vec<ModelError> {
    let (file, head) = (&cube.file, &cube.file.head);
    let mut mistakes = Vec::new();
    for table in &cube.reads {
        let Some(mart) = models.by_name.get(table) else { continue };
        let columns: BTreeSet<&str> =
            access.columns_of(table).filter(|column| has(mart, column)).collect();
        for column in columns {
            let given = passed_on(cube, table, column);
            for (name, declared) in &head.rollups {
                let Ok(held) = Columns::of(head, declared) else { continue };
                if given.iter().any(|column| held.raw(column).is_some()) {
                    continue;
                }
                let help = match given.first() {
                    Some(column) => format!("name a dimension of the column `{column}` in it"),
                    None => {
                        "give the query that column, make it a dimension and name it".to_owned()
                    }
                };
                let message = format!(
                    "rollup `{name}`: {PLACE} chooses rows of `{table}` by `{column}`, by which \
                     the rollup does not tell rows apart; {help}"
                );
                let line = front_matter::line_of(&file.text, &format!("rollups.{name}"));
                let place = file.place.clone();
                mistakes.push(ModelError::Wrong { place, line, message });
            }
        }
    }
    mistakes
}

/// The columns of a cube's query that are a column of a table as it is.
fn passed_on(cube: &Model, table: &TableName, column: &str) -> Vec<String> {
    let wanted = (table.clone(), column.to_owned());
    let columns = cube.schema.fields().iter().zip(&cube.origins);
    let is_it =
        columns.filter(|(_, origin)| origin.is_passed_on && origin.columns.contains(&wanted));
    is_it.map(|(field, _)| field.name().clone()).collect()
}
