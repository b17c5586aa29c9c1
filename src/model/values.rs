//! What are the values of columns called in a language?
//!
//! Data keep codes. What people read in their place is said once for all columns of a name, in
//! warehouse/values.toml, one section a column and one line a value:
//!
//! ```toml
//! [profit_line]
//! gross_revenue = { en = "Gross revenue", "zh-CN" = "收入总额" }
//! ```
//!
//! A head says in `[values]` which of them its column holds (`<column> = ["<value>"]`), names
//! another section (`<column> = "<section>"`), or says them itself (`[values.<column>]`, with such
//! lines).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

use super::compile::{Model, Models, similar};
use super::files::{Layer, read_toml};
use super::front_matter::{Head, Label};
use super::graph::PREVIOUS;
use super::{ModelError, shape};
use crate::warehouse::contract::Contract;
use crate::warehouse::name::TableName;
use crate::warehouse::project::Settings;
use datafusion::arrow::datatypes::DataType;

/// The file that says it for all columns of a name.
pub const PLACE: &str = "warehouse/values.toml";

/// What each value of a column is called.
pub type Called = BTreeMap<String, Label>;

/// What a head says of the values of a column.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(
    untagged,
    expecting = "values are a section's name, a list of values, or labels for each value"
)]
pub enum Listed {
    /// they are those of this section of warehouse/values.toml
    As(String),
    /// they are these of the column's section, and no others
    Of(Vec<String>),
    /// they are these
    Each(Called),
}

/// What the values of all columns are called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    sections: BTreeMap<String, Called>,
    text: String,
}

impl Values {
    /// Reads warehouse/values.toml; nothing is called anything where there is none.
    ///
    /// # Errors
    /// When the file cannot be read, or is not what it may be, with its line.
    pub fn read(root: &Path) -> Result<Self, ModelError> {
        let read = read_toml(root, PLACE)?;
        Ok(read.map_or_else(Self::default, |(sections, text)| Self { sections, text }))
    }

    /// The text of the file, on which answers rest; empty where there is none.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the values of a file's column are called; nothing where nobody says it.
    pub fn of<'a>(&'a self, head: &'a Head, column: &str) -> Option<&'a Called> {
        match head.values.get(column) {
            Some(Listed::Each(called)) => Some(called),
            Some(Listed::As(section)) => self.sections.get(section),
            Some(Listed::Of(_)) | None => self.sections.get(column),
        }
    }

    /// What the values of all columns of a name are called, whatever the table.
    pub fn of_all(&self, column: &str) -> Option<&Called> {
        self.sections.get(column)
    }

    /// What they are called in a language; without those that have no name in it.
    pub fn told(&self, head: &Head, column: &str, language: &str) -> BTreeMap<String, String> {
        let called = self.of(head, column).into_iter().flatten();
        let told = called
            .filter_map(|(value, label)| Some((value.clone(), label.text(language)?.to_owned())));
        told.collect()
    }

    /// A mistake in a section, on the line of a value where one is meant.
    fn wrong(&self, section: &str, value: Option<&str>, message: String) -> ModelError {
        let header = [format!("[{section}]"), format!("[\"{section}\"]")];
        let lines = || self.text.lines().enumerate();
        let begins = |(_, line): &(usize, &str)| header.iter().any(|known| line.trim() == known);
        let first = lines().find(begins).map_or(0, |(at, _)| at);
        let key = |line: &str| line.split('=').next().map(|key| key.trim().replace('"', ""));
        let found = value.and_then(|value| {
            lines().skip(first).find(|(_, line)| key(line).as_deref() == Some(value))
        });
        let line = found.map_or(first, |(at, _)| at) + 1;
        ModelError::Wrong { place: PLACE.to_owned(), line, message }
    }
}

/// The only values that a column may hold, where its file, or all that it comes from, say so.
pub fn accepted(
    models: &Models,
    contracts: &BTreeMap<TableName, Contract>,
    table: &TableName,
    column: &str,
) -> Option<BTreeSet<String>> {
    let Some(model) = models.by_name.get(table) else {
        let allowed = &contracts.get(table)?.column(column)?.allowed;
        return (!allowed.is_empty()).then(|| allowed.iter().cloned().collect());
    };
    if let Some(Listed::Of(listed)) = model.file.head.values.get(column) {
        return Some(listed.iter().cloned().collect());
    }
    if let Some(listed) = model.file.head.checks.accepted.get(column) {
        return Some(listed.iter().cloned().collect());
    }
    let origin = model.origins.get(model.schema.index_of(column).ok()?)?;
    if !origin.is_passed_on {
        return None;
    }
    let mut all = BTreeSet::new();
    for (table, column) in origin.columns.iter().filter(|(table, _)| table.schema() != PREVIOUS) {
        all.extend(accepted(models, contracts, table, column)?);
    }
    (!all.is_empty()).then_some(all)
}

/// What is said of values that fits neither the columns nor the project's languages.
pub fn against(
    models: &Models,
    contracts: &BTreeMap<TableName, Contract>,
    settings: &Settings,
    values: &Values,
) -> Vec<ModelError> {
    let mut mistakes = Vec::new();
    for (section, called) in &values.sections {
        for (value, label) in called {
            let untold = untold(value, label, settings);
            mistakes.extend(untold.map(|told| values.wrong(section, Some(value), told)));
        }
    }
    // What is accepted by any column that goes by a section.
    let mut known: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let is_seen =
        |model: &&Model| matches!(model.file.layer, Layer::Marts | Layer::Reports | Layer::Cubes);
    for model in models.in_order().filter(is_seen) {
        mistakes.extend(head(model, settings, values));
        for field in model.schema.fields() {
            let (head, column) = (&model.file.head, field.name());
            let Some(called) = values.of(head, column) else { continue };
            let accepted = accepted(models, contracts, &model.file.name, column);
            let Some(accepted) = accepted else { continue };
            let section = match head.values.get(column) {
                Some(Listed::Each(_)) => None,
                Some(Listed::As(section)) => Some(section),
                Some(Listed::Of(_)) | None => Some(column),
            };
            for value in accepted.iter().filter(|value| !called.contains_key(*value)) {
                let message = format!("`{value}` of `{}.{column}` has no label", model.file.name);
                mistakes.push(match section {
                    Some(section) => values.wrong(section, None, message),
                    None => model.file.wrong(column, message),
                });
            }
            match section {
                Some(section) => known.entry(section).or_default().extend(accepted),
                None => {
                    let unknown = called.keys().filter(|value| !accepted.contains(*value));
                    let wrong = |value: &String| model.file.wrong(value, none(column, value));
                    mistakes.extend(unknown.map(wrong));
                }
            }
        }
    }
    for (section, accepted) in known {
        let called = values.sections.get(section).into_iter().flat_map(BTreeMap::keys);
        let unknown = called.filter(|value| !accepted.contains(*value));
        let wrong = |value: &String| values.wrong(section, Some(value), none(section, value));
        mistakes.extend(unknown.map(wrong));
    }
    mistakes
}

fn none(column: &str, value: &str) -> String {
    format!("no `{column}` may hold `{value}`; take the line out, or write the value as it is")
}

/// What is wrong with what a head says of its own columns.
fn head(model: &Model, settings: &Settings, values: &Values) -> Vec<ModelError> {
    let file = &model.file;
    let mut mistakes = Vec::new();
    for (column, listed) in &file.head.values {
        let kind = model.schema.field_with_name(column).map(|field| field.data_type());
        match kind.ok().map(shape::stored_type) {
            Some(Some(DataType::Utf8)) => {}
            Some(_) => {
                let message = format!("[values] names `{column}`, which is no text");
                mistakes.push(file.wrong(column, message));
            }
            None => {
                let message = format!("[values] names `{column}`, which the query does not give");
                mistakes.push(file.wrong(column, message));
            }
        }
        match listed {
            Listed::Each(called) => {
                for (value, label) in called {
                    let untold = untold(value, label, settings);
                    mistakes.extend(untold.map(|told| file.wrong(value, told)));
                }
            }
            Listed::As(section) if !values.sections.contains_key(section) => {
                let hint = similar(section, values.sections.keys());
                let message = format!("{PLACE} has no section `{section}`{hint}");
                mistakes.push(file.wrong(column, message));
            }
            Listed::Of(_) if !values.sections.contains_key(column) => {
                let message = format!("{PLACE} has no section `{column}`; add it");
                mistakes.push(file.wrong(column, message));
            }
            Listed::As(_) | Listed::Of(_) => {}
        }
    }
    mistakes
}

/// What is wrong with the languages of a value's label.
fn untold(value: &str, label: &Label, settings: &Settings) -> Option<String> {
    let Label::Each(texts) = label else { return None };
    let languages = &settings.languages;
    if let Some(lacking) = languages.iter().find(|language| !texts.contains_key(*language)) {
        return Some(format!("`{value}` has no label in `{lacking}`"));
    }
    let other = texts.keys().find(|language| !languages.contains(language))?;
    Some(format!(
        "`{other}` is none of the languages of warehouse/project.toml, {}",
        languages.join(", ")
    ))
}
