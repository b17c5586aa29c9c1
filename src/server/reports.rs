//! Which reports are there, and what is the answer to one?

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::json;

use super::answering::{answer as answered, json as told, response};
use super::app::{App, blocking};
use super::asked::Asked;
use super::caller::Caller;
use super::media::Media;
use super::problem::Problem;
use super::tag::Tag;
use crate::model::report::Question;

/// Lists reports with what may be said to each: those that read nothing that whoever asks does not
/// see.
#[utoipa::path(get, path = "/api/v1/reports", operation_id = "reports", tag = "reports", params(
    ("lang" = Option<String>, Query, description = "The language of labels; the project's first \
        where absent."),
    ("as_of" = Option<String>, Query, description = "The release: its number, a pin's name, a \
        date or a time; the newest where absent."),
), responses(
    (status = 200, description = "The reports with their labels, descriptions and parameters.",
        body = serde_json::Value, content_type = "application/json"),
))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    mut asked: Asked,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    let (as_of, lang) = (asked.words.take("as_of")?, asked.words.take("lang")?);
    std::mem::take(&mut asked.words).end(&["lang", "as_of"])?;
    let scene = app.scene(caller, as_of).await?;
    let language = scene.language(lang.as_deref())?;
    let release = scene.held.release.number;
    let listed = blocking(move || Ok(scene.reports().list(&language)?));
    let reports = listed.await?;
    told(&asked, &json!({ "release": release, "reports": reports }))
}

/// Answers a report. Whatever else stands in the query is a parameter of the report; `p.as_of` is
/// one that is called like a word of ours.
#[utoipa::path(get, path = "/api/v1/reports/{name}", operation_id = "report", tag = "reports",
params(
    ("name" = String, Path, description = "The report; with an ending it is answered in that \
        encoding: `.json`, `.csv`, `.xlsx`, `.arrow` or `.parquet`."),
    ("lang" = Option<String>, Query, description = "The language of labels and of the names of \
        values. CSV has them only where it is given."),
    ("as_of" = Option<String>, Query, description = "The release: its number, a pin's name, a \
        date or a time; the newest where absent."),
), responses(
    (status = 200, description = "The rows, with columns, completeness and receipt.", content(
        (serde_json::Value = "application/json"),
        (String = "text/csv"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (Vec<u8> = "application/vnd.apache.arrow.stream"),
        (Vec<u8> = "application/vnd.apache.parquet"),
    )),
    (status = 304, description = "The answer is the one whose tag was given."),
))]
pub(super) async fn answer(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    mut asked: Asked,
) -> Result<Response, Problem> {
    let Path(given) = path.map_err(|error| Problem::bad("bad_address", error.body_text()))?;
    let (name, media) = Media::of(&given, asked.accept.as_deref())?;
    let (as_of, language) = (asked.words.take("as_of")?, asked.words.take("lang")?);
    let given = std::mem::take(&mut asked.words).parameters()?;
    let scene = app.scene(caller, as_of).await?;
    let said = given.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]);
    let fixed = ["report", name, media.ending(), language.as_deref().unwrap_or_default()];
    let tag = Tag::of(&scene, fixed.into_iter().chain(said));
    if asked.knows(&tag) {
        return Ok(tag.known());
    }
    let is_labelled = match media {
        Media::Xlsx => true,
        Media::Csv => language.is_some(),
        Media::Json | Media::Arrow | Media::Parquet => false,
    };
    let question = Question { report: name.to_owned(), given, language };
    let body = answered(&app, async move |out| {
        let answer = scene.reports().ask(&question).await?;
        answer.write(media.encoding(), is_labelled, out).await?;
        Ok(())
    });
    Ok(response(body.await?, media, &tag, name))
}
