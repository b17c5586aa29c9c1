//! What did people remark? It is told to those who may remark.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use datafusion::common::TableReference;
use datafusion::prelude::col;
use serde::Deserialize;
use utoipa::ToSchema;

use super::answering::{answer, json, response};
use super::app::App;
use super::asked::Asked;
use super::body::object;
use super::caller::Caller;
use super::media::Media;
use super::paging::{Listed, Page};
use super::problem::Problem;
use super::tag::Tag;
use super::writing::{Entered, check_may, enter, name_of};
use crate::engine::encode::EncodeError;
use crate::query::policy::Power;
use crate::query::{self, Principal};
use crate::warehouse::entered::{Comment, EnteredTable, Entry};

/// A remark.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Remark {
    /// what it is about: a period, or the name of a report, a check, a cube or a table, with the
    /// part that is meant behind `#`
    subject: String,
    /// what
    remark: String,
    /// who, where the owner enters it for somebody
    #[serde(default)]
    by: Option<String>,
}

/// Lists remarks, the first entered first. Needs `comment` of warehouse/access.toml.
#[utoipa::path(get, path = "/api/v1/comments", operation_id = "comments", tag = "entries", params(
    ("limit" = Option<usize>, Query, description = "How many rows, 1 to 1000; 100 where absent."),
    ("offset" = Option<usize>, Query, description = "Behind how many others; 0 where absent."),
    ("as_of" = Option<String>, Query, description = "The release; the newest where absent."),
), responses(
    (status = 200, description = "The remarks.", body = Listed),
    (status = 304, description = "The answer is the one whose tag was given."),
))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    mut asked: Asked,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    let as_of = asked.words.take("as_of")?;
    let page = Page::take(&mut asked.words)?;
    std::mem::take(&mut asked.words).end(&["limit", "offset", "as_of"])?;
    check_may(&caller, Power::Comment, "comment")?;
    let scene = app.scene(caller, as_of).await?;
    let tag = Tag::of(&scene, ["comments", &format!("{page:?}")]);
    if asked.knows(&tag) {
        return Ok(tag.known());
    }
    let body = answer(&app, async move |out| {
        let table = EnteredTable::Comments;
        let (name, release) = (table.name()?, &scene.held.release);
        let owner = Principal::Owner;
        let session = query::open(&scene.app.home, release, &owner, scene.limits())?;
        let reference = TableReference::partial(name.schema(), name.table());
        let frame = session.table(reference).await.map_err(EncodeError::Query)?;
        let number = col(table.schema().field(0).name()).sort(true, false);
        let frame = frame.sort(vec![number]).map_err(EncodeError::Query)?;
        page.write(release.number, frame, out).await
    });
    Ok(response(body.await?, Media::Json, &tag, "comments"))
}

/// Remarks on something; it stays for ever. Needs `comment` of warehouse/access.toml.
#[utoipa::path(post, path = "/api/v1/comments", operation_id = "remark", tag = "entries",
    request_body(content = Remark, content_type = "application/json"),
    responses((status = 200, description = "It stands in a release.", body = Entered)),
)]
pub(super) async fn remark(
    State(app): State<Arc<App>>,
    caller: Caller,
    mut asked: Asked,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    std::mem::take(&mut asked.words).end(&[])?;
    check_may(&caller, Power::Comment, "comment")?;
    let Remark { subject, remark, by } = object(&app, &headers, body).await?;
    let entry = Entry::Comment(Comment { subject, by: name_of(&caller, by)?, remark });
    json(&asked, &enter(&app, caller, entry, Vec::new()).await?)
}
