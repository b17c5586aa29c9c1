//! Which cubes are there?

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::answering::json as told;
use super::app::{App, blocking};
use super::asked::Asked;
use super::caller::Caller;
use super::problem::Problem;
use crate::model::cube::meta;

/// Lists cubes, and the views across them, with the names of what can be asked: those that read
/// nothing that whoever asks does not see.
#[utoipa::path(get, path = "/api/v1/cubes", operation_id = "cubes", tag = "cubes", params(
    ("lang" = Option<String>, Query, description = "The language of labels; the project's first \
        where absent."),
    ("as_of" = Option<String>, Query, description = "The release: its number, a pin's name, a \
        date or a time; the newest where absent."),
), responses(
    (status = 200, description = "The cubes and views with measures, dimensions, segments and \
        hierarchies.", body = serde_json::Value, content_type = "application/json"),
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
    let listed = blocking(move || {
        let opened = scene.cubes()?;
        Ok(meta::list(&opened.cubes, &language))
    });
    let cubes = listed.await?;
    told(&asked, &json!({ "release": release, "cubes": cubes }))
}
