//! Does a report fit its own head, the tables that it reads, and the project?

use std::collections::{BTreeMap, BTreeSet};

use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SessionContext;

use super::bind::Body;
use super::may_read;
use super::parameter::{Fallback, Kind, Parameter, Value};
use crate::model::compile::{Model, similar};
use crate::model::files::{Layer, ModelFile};
use crate::model::mistakes::refused;
use crate::model::{ModelError, Models};
use crate::warehouse::project::Settings;

/// The plan of a report whose parameters are all left out, which shows its columns.
///
/// # Errors
/// When it does not fit the tables, or names other parameters than its head declares.
pub(in crate::model) async fn plan(
    session: &SessionContext,
    file: &ModelFile,
) -> Result<LogicalPlan, ModelError> {
    let body = Body::parse(session, &file.text).map_err(|error| refused(file, &error))?;
    let declared = &file.head.parameters;
    let named = body.parameters();
    if let Some(name) = named.iter().find(|name| !declared.contains_key(*name)) {
        let hint = similar(name, declared.keys());
        let message = format!("the head declares no parameter `{name}`{hint}");
        return Err(file.wrong_below(&format!("${name}"), message));
    }
    if let Some(name) = declared.keys().find(|name| !named.contains(*name)) {
        return Err(wrong(file, name, &format!("it is not used; write `${name}` in the query")));
    }
    let missing =
        |(name, parameter): (&String, &Parameter)| (name.clone(), Value::null(parameter.kind));
    let values = declared.iter().map(missing).collect();
    let plan = body.plan(session, &values, &file.head.grain).await;
    plan.map_err(|error| refused(file, &error))
}

/// What a head says of parameters and labels that does not fit.
pub(in crate::model) fn head(model: &Model, models: &Models) -> Vec<ModelError> {
    let (file, head) = (&model.file, &model.file.head);
    let mut mistakes = Vec::new();
    if file.layer != Layer::Reports {
        let has_label = head.label.is_some() && file.layer != Layer::Cubes;
        let is_plain = head.parameters.is_empty() && !has_label;
        if !is_plain || !head.labels.is_empty() {
            let message = "parameters, label and labels are for files under sql/reports";
            mistakes.push(file.wrong("parameters", message.to_owned()));
        }
        let may_say = head.closing.is_some() || file.layer == Layer::Checks;
        if !may_say && !head.units.is_empty() {
            let message =
                "units are for files under sql/reports and sql/checks, and beside [closing]";
            mistakes.push(file.wrong("units", message.to_owned()));
        }
        mistakes.extend(measured(model));
        return mistakes;
    }
    for (name, parameter) in &head.parameters {
        if let Err(message) = declaration(name, parameter, &head.parameters) {
            mistakes.push(wrong(file, name, &message));
        }
        if let Some(message) = source(parameter, models) {
            mistakes.push(wrong(file, name, &message));
        }
    }
    let labelled = head.labels.values().flat_map(BTreeMap::keys);
    mistakes.extend(labelled.filter_map(|column| missing(model, "labels", column)));
    mistakes.extend(measured(model));
    mistakes
}

/// The units of columns that the query does not give.
fn measured(model: &Model) -> impl Iterator<Item = ModelError> {
    model.file.head.units.keys().filter_map(|column| missing(model, "units", column))
}

/// What is wrong with a part of the head that names a column, where the query does not give it.
fn missing(model: &Model, place: &str, column: &str) -> Option<ModelError> {
    let message = format!("[{place}] names `{column}`, which the query does not give");
    let is_given = model.schema.field_with_name(column).is_ok();
    (!is_given).then(|| model.file.wrong(column, message))
}

/// A mistake in the declaration of a parameter.
fn wrong(file: &ModelFile, name: &str, message: &str) -> ModelError {
    file.wrong(&format!("parameters.{name}"), format!("parameter `{name}`: {message}"))
}

/// What is wrong with the declaration of a parameter.
fn declaration(
    name: &str,
    parameter: &Parameter,
    all: &BTreeMap<String, Parameter>,
) -> Result<(), String> {
    if parameter.description.trim().is_empty() {
        return Err("its description is empty; say what it means".to_owned());
    }
    if parameter.kind == Kind::Choice && parameter.allowed.is_empty() {
        return Err("a choice says in `allowed` what there is to choose from".to_owned());
    }
    for allowed in &parameter.allowed {
        Value::read(parameter.kind, &allowed.to_string())?;
    }
    if parameter.optional && parameter.default.is_some() {
        return Err("what has a default is never missing; leave out `optional`".to_owned());
    }
    super::within::declaration(name, parameter, all)?;
    let fallback = parameter.fallback()?;
    let mut seen = BTreeSet::from([name.to_owned()]);
    let mut next = fallback;
    while let Some(other) = next.as_ref().and_then(Fallback::rests_on) {
        let Some(found) = all.get(other).filter(|found| found.kind == Kind::Period) else {
            return Err(format!(
                "its default rests on `{other}`, which is no parameter of a period"
            ));
        };
        if !seen.insert(other.to_owned()) {
            return Err(format!("its default rests on `{other}`, whose default rests on it"));
        }
        next = found.fallback()?;
    }
    Ok(())
}

/// What is wrong with the column in which a parameter's values stand.
fn source(parameter: &Parameter, models: &Models) -> Option<String> {
    let source = parameter.from.as_ref()?;
    let schema = match models.by_name.get(&source.table) {
        Some(model) => Some(&model.schema),
        None => models.given.get(&source.table).map(|given| &given.schema),
    };
    let Some(schema) = schema.filter(|_| may_read(&source.table)) else {
        return Some(format!("`from` names `{}`, which no report may read", source.table));
    };
    let has_column = schema.field_with_name(&source.column).is_ok();
    (!has_column).then(|| {
        let hint = similar(&source.column, schema.fields().iter().map(|field| field.name()));
        format!("`{}` has no column `{}`{hint}", source.table, source.column)
    })
}

/// What reports ask of the project that its settings do not say.
pub fn against(models: &Models, settings: &Settings) -> Vec<ModelError> {
    let mut mistakes = Vec::new();
    let is_report = |model: &&Model| model.file.layer == Layer::Reports;
    for model in models.in_order().filter(is_report) {
        let (file, head) = (&model.file, &model.file.head);
        let labelled = match &head.label {
            Some(crate::model::front_matter::Label::Each(texts)) => texts.keys().collect(),
            _ => Vec::new(),
        };
        for language in labelled.into_iter().chain(head.labels.keys()) {
            if !settings.languages.contains(language) {
                let message = format!(
                    "`{language}` is none of the languages of warehouse/project.toml, {}",
                    settings.languages.join(", ")
                );
                mistakes.push(file.wrong(language, message));
            }
        }
        for (name, parameter) in &head.parameters {
            if let Some(message) = lacking(parameter, settings) {
                mistakes.push(wrong(file, name, &message));
            }
        }
    }
    mistakes
}

/// What [periods] of the settings lacks for a parameter.
fn lacking(parameter: &Parameter, settings: &Settings) -> Option<String> {
    if parameter.kind != Kind::Period {
        return None;
    }
    let place = "[periods] of warehouse/project.toml";
    let Some(periods) = &settings.periods else {
        return Some(format!("{place} does not say which table lists the periods"));
    };
    let needed = match parameter.fallback().ok()?? {
        Fallback::NewestPeriod if periods.data.is_none() => "data",
        Fallback::YearBefore(_) if periods.year.is_none() => "year",
        Fallback::YearBefore(_) if periods.number.is_none() => "number",
        _ => return None,
    };
    Some(format!("its default needs `{needed}` in {place}"))
}
