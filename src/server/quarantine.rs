//! Which rows were refused, and why?
//!
//! They are told with their values to whoever sees the tables that keep them, which no role can be
//! given: the owner.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use datafusion::common::ScalarValue;
use datafusion::error::DataFusionError;

use super::answering::{answer, response};
use super::app::App;
use super::asked::Asked;
use super::caller::Caller;
use super::media::Media;
use super::paging::{Listed, Page};
use super::problem::Problem;
use super::tag::Tag;
use crate::engine::encode::EncodeError;
use crate::query;
use crate::warehouse::name::TableName;

/// The refused rows of one table, or of all where the parameter is null.
const LIST: &str = "
select
    q.schema_name || '.' || q.table_name as \"table\",
    q.source,
    q.row_number as \"row\",
    q.key,
    q.column_name as \"column\",
    p.value,
    q.reason
from patron.quarantine as q
left join patron.quarantine_personal as p on p.quarantine_id = q.quarantine_id
where $1 is null or q.schema_name || '.' || q.table_name = $1
order by 1, 2, 3, q.quarantine_id
";

/// The tables that keep refused rows.
const KEPT: [&str; 2] = ["quarantine", "quarantine_personal"];

/// Lists refused rows with file or key, row, column, value and reason.
#[utoipa::path(get, path = "/api/v1/quarantine", operation_id = "quarantine", tag = "releases",
params(
    ("table" = Option<String>, Query, description = "The table, as `schema.table`; all where \
        absent."),
    ("limit" = Option<usize>, Query, description = "How many rows, 1 to 1000; 100 where absent."),
    ("offset" = Option<usize>, Query, description = "Behind how many others; 0 where absent."),
    ("as_of" = Option<String>, Query, description = "The release; the newest where absent."),
), responses(
    (status = 200, description = "The rows.", body = Listed),
    (status = 304, description = "The answer is the one whose tag was given."),
))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    mut asked: Asked,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    let (as_of, table) = (asked.words.take("as_of")?, asked.words.take("table")?);
    let page = Page::take(&mut asked.words)?;
    std::mem::take(&mut asked.words).end(&["table", "limit", "offset", "as_of"])?;
    let scene = app.scene(caller, as_of).await?;
    let said = table.clone().unwrap_or_default();
    let tag = Tag::of(&scene, ["quarantine", &said, &format!("{page:?}")]);
    let body = answer(&app, async move |out| {
        let session = scene.session()?;
        for kept in KEPT {
            if !query::sees_table(&session, "patron", kept) {
                return Err(Problem::not_seen("refused rows"));
            }
        }
        if let Some(wanted) = &table {
            let is_it = |name: &TableName| name.to_string() == *wanted;
            if !scene.held.release.tables.keys().any(is_it) {
                let detail = format!("the release has no table `{wanted}`");
                return Err(Problem::new(StatusCode::NOT_FOUND, "unknown_table", detail));
            }
        }
        let asked = async {
            let frame = query::ask(&session, LIST).await?;
            frame.with_param_values(vec![ScalarValue::Utf8(table)])
        };
        let failed = |cause: DataFusionError| Problem::from(EncodeError::Query(cause));
        page.write(scene.held.release.number, asked.await.map_err(failed)?, out).await
    });
    let body = body.await?;
    match asked.knows(&tag) {
        true => Ok(tag.known()),
        false => Ok(response(body, Media::Json, &tag, "quarantine")),
    }
}
