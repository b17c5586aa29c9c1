//! Which tables are there, what do their columns mean, and where do they come from?
//!
//! Names and meanings are told of the tables of a release that the caller sees. Where a column
//! comes from is told by names too, down to the departmental systems; no value is.

use std::io::Write;
use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use serde_json::json;

use super::answering::{Outlet, answer, response};
use super::app::{App, Scene};
use super::asked::Asked;
use super::caller::Caller;
use super::media::Media;
use super::problem::Problem;
use super::tag::Tag;
use crate::engine::encode::EncodeError;
use crate::model::ModelError;
use crate::model::dictionary::Dictionary;
use crate::model::values::Values;
use crate::warehouse::name::TableName;

/// What is asked of the dictionary.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Wanted {
    All,
    Table(String),
    Lineage(String),
}

/// Lists all tables with what a row of each is.
#[utoipa::path(get, path = "/api/v1/tables", operation_id = "tables", tag = "tables", params(
    ("as_of" = Option<String>, Query, description = "The release whose rows are counted; the \
        newest where absent. Files under sql/ are told as they are now."),
), responses(
    (status = 200, description = "The tables.", body = serde_json::Value,
        content_type = "application/json"),
    (status = 304, description = "The answer is the one whose tag was given."),
))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    asked: Asked,
) -> Result<Response, Problem> {
    told(&app, caller, asked, Wanted::All).await
}

/// Tells all that is known of a table: its columns, checks, parameters, and who reads it.
#[utoipa::path(get, path = "/api/v1/tables/{table}", operation_id = "table", tag = "tables",
params(
    ("table" = String, Path, description = "`schema.table`, or the table alone."),
    ("as_of" = Option<String>, Query, description = "The release; the newest where absent."),
), responses(
    (status = 200, description = "The table.", body = serde_json::Value,
        content_type = "application/json"),
    (status = 304, description = "The answer is the one whose tag was given."),
))]
pub(super) async fn table(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    asked: Asked,
) -> Result<Response, Problem> {
    let Path(table) = path.map_err(|error| Problem::bad("bad_address", error.body_text()))?;
    told(&app, caller, asked, Wanted::Table(table)).await
}

/// Tells where the columns of a table come from, down to those of departmental systems.
#[utoipa::path(get, path = "/api/v1/lineage/{table}", operation_id = "lineage", tag = "tables",
params(
    ("table" = String, Path, description = "`schema.table`, `schema.table.column`, or the table \
        alone."),
    ("as_of" = Option<String>, Query, description = "The release; the newest where absent."),
), responses(
    (status = 200, description = "The steps of each column.", body = serde_json::Value,
        content_type = "application/json"),
    (status = 304, description = "The answer is the one whose tag was given."),
))]
pub(super) async fn lineage(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    asked: Asked,
) -> Result<Response, Problem> {
    let Path(table) = path.map_err(|error| Problem::bad("bad_address", error.body_text()))?;
    told(&app, caller, asked, Wanted::Lineage(table)).await
}

async fn told(
    app: &Arc<App>,
    caller: Caller,
    mut asked: Asked,
    wanted: Wanted,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    let as_of = asked.words.take("as_of")?;
    std::mem::take(&mut asked.words).end(&["as_of"])?;
    let scene = app.scene(caller, as_of).await?;
    let (kind, name) = match &wanted {
        Wanted::All => ("tables", ""),
        Wanted::Table(name) => ("table", name.as_str()),
        Wanted::Lineage(name) => ("lineage", name.as_str()),
    };
    let tag = Tag::of(&scene, [kind, name]);
    if asked.knows(&tag) {
        return Ok(tag.known());
    }
    let body = answer(app, async move |out| write(&scene, &wanted, out).await);
    Ok(response(body.await?, Media::Json, &tag, kind))
}

async fn write(scene: &Scene, wanted: &Wanted, out: &mut Outlet) -> Result<(), Problem> {
    let hidden = |error: &dyn std::error::Error| Problem::hidden(error);
    let (models, project) = (scene.models().await?, &scene.sources.project);
    let contracts = &project.contracts;
    let mut dictionary = Dictionary::new(&models, contracts).map_err(|error| hidden(&error))?;
    let values = Values::read(&project.root).map_err(|error| hidden(&error))?;
    dictionary.name_values(&values);
    dictionary.count(&scene.app.home, &scene.held.release)?;
    let seen = match scene.caller.principal.is_owner() {
        true => None,
        false => Some(scene.seen()?),
    };
    let is_seen = |name: &TableName| seen.as_ref().is_none_or(|seen| seen.contains_key(name));
    // How many rows there are tells of rows that are not seen.
    let is_counted =
        |name: &TableName| seen.as_ref().is_none_or(|seen| seen.get(name) == Some(&true));
    let release = scene.held.release.number;
    let (Wanted::Table(text) | Wanted::Lineage(text)) = wanted else {
        let mut tables = dictionary.tables();
        tables.retain(|table| is_seen(&table.name));
        for table in &mut tables {
            table.rows = table.rows.filter(|_| is_counted(&table.name));
        }
        return put(&json!({ "release": release, "tables": tables }), out);
    };
    let unknown = || {
        let detail = format!("there is no table `{text}`; /api/v1/tables lists them");
        Problem::new(StatusCode::NOT_FOUND, "unknown_table", detail)
    };
    let (name, column) = match dictionary.find(text) {
        Ok(found) => found,
        // What is meant is told to those alone who see every name.
        Err(error @ ModelError::Unknown { .. }) if seen.is_none() => {
            let status = StatusCode::NOT_FOUND;
            return Err(Problem::new(status, "unknown_table", error.to_string()));
        }
        Err(ModelError::Unknown { .. }) => return Err(unknown()),
        Err(error) => return Err(hidden(&error)),
    };
    if !is_seen(&name) {
        return Err(unknown());
    }
    if let (Wanted::Table(_), None) = (wanted, &column) {
        let mut table = dictionary.table(&name).ok_or_else(unknown)?;
        table.summary.rows = table.summary.rows.filter(|_| is_counted(&name));
        table.reads.retain(is_seen);
        table.read_by.retain(is_seen);
        return put(&json!({ "release": release, "table": table }), out);
    }
    let lineage = match (wanted, &column) {
        (Wanted::Lineage(_), Some(column)) => vec![dictionary.ancestry(&name, column)],
        (Wanted::Lineage(_), None) => dictionary.ancestries(&name),
        _ => return Err(unknown()),
    };
    put(&json!({ "release": release, "name": name, "lineage": lineage }), out)
}

fn put(document: &impl Serialize, out: &mut Outlet) -> Result<(), Problem> {
    let text = serde_json::to_string(document).map_err(|error| Problem::hidden(&error))?;
    writeln!(out, "{text}").map_err(|error| EncodeError::Target(error).into())
}
