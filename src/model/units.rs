//! Is what a head says of a unit a unit, or the column in which each row names it?
//!
//! Anything else is a slip of the pen, which people would read beside numbers. Units are codes of
//! currencies, words that need no explanation, those that contracts name, and what the project adds
//! to them.

use std::collections::BTreeSet;

use super::ModelError;
use super::compile::{Model, Models};
use super::files::ModelFile;
use super::given::Given;
use super::report::REPORTING_CURRENCY;
use crate::engine::near::near;

/// Units that mean the same to everybody.
const KNOWN: [&str; 26] = [
    "%", "ratio", "entries", "rows", "pieces", "points", "seconds", "minutes", "hours", "days",
    "weeks", "months", "years", "mg", "g", "kg", "t", "mm", "cm", "m", "km", "m2", "m3", "ml", "l",
    "kWh",
];

/// Letters of a currency's code in ISO 4217.
const CODE_LETTERS: usize = 3;

/// The units of a head's columns and measures that nobody knows.
pub(super) fn check(model: &Model, models: &Models) -> Vec<ModelError> {
    let (file, head) = (&model.file, &model.file.head);
    let is_given = |name: &str| model.schema.field_with_name(name).is_ok();
    let of_columns = head.units.iter().filter(|(_, unit)| !is_given(unit)).map(|(column, unit)| {
        let what = format!("the unit of `{column}`");
        ("[units]".to_owned(), column.as_str(), unit, what, true)
    });
    let of_measures = head.measures.iter().filter_map(|(name, measure)| {
        let what = format!("measure `{name}`: its unit");
        Some((format!("[measures.{name}]"), "unit", measure.unit.as_ref()?, what, false))
    });
    let mut mistakes = Vec::new();
    for (section, key, unit, what, may_be_column) in of_columns.chain(of_measures) {
        let mut known = known(models);
        if is_currency(unit) || known.contains(unit.as_str()) {
            continue;
        }
        let or_column = if may_be_column { ", and no column of the query" } else { "" };
        if may_be_column {
            known.extend(model.schema.fields().iter().map(|field| field.name().as_str()));
        }
        let hint = near(unit, known.into_iter().map(str::to_owned).collect());
        let message = format!(
            "{what} is `{unit}`, which is no unit that is known{or_column}{hint}; a unit of your \
             own stands in `units` of warehouse/project.toml"
        );
        mistakes.push(wrong(file, &section, key, unit, message));
    }
    mistakes
}

/// The units of everybody, of the contracts and of the project.
fn known(models: &Models) -> BTreeSet<&str> {
    let own = models.given.values().flat_map(|given: &Given| &given.units).map(String::as_str);
    KNOWN.into_iter().chain([REPORTING_CURRENCY]).chain(own).collect()
}

fn is_currency(unit: &str) -> bool {
    unit.len() == CODE_LETTERS && unit.bytes().all(|letter| letter.is_ascii_uppercase())
}

/// A mistake on the line of a section's key; where the head is written otherwise, on that of the
/// unit.
fn wrong(file: &ModelFile, section: &str, key: &str, unit: &str, message: String) -> ModelError {
    let lines = file.text.lines().zip(1..);
    let inside = lines.skip_while(|(line, _)| line.trim() != section).skip(1);
    let mut inside = inside.take_while(|(line, _)| !line.trim_start().starts_with('['));
    let is_key = |line: &str| {
        let rest = line.trim_start().strip_prefix(key).map(str::trim_start);
        rest.is_some_and(|rest| rest.starts_with('='))
    };
    match inside.find(|(line, _)| is_key(line)) {
        Some((_, line)) => ModelError::Wrong { place: file.place.clone(), line, message },
        None => file.wrong(unit, message),
    }
}
