//! What is the answer to SQL of anybody?
//!
//! It is given by a process of its own (`query::worker`), so it takes no place of the questions
//! that this process answers. JSON may hold a part of the rows, and says at its end whether it
//! does; the other encodings hold all rows, or the answer is refused or broken off.

use std::io::Write;
use std::sync::{Arc, OnceLock};

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use datafusion::arrow::datatypes::Schema;
use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use url::form_urlencoded::byte_serialize;
use utoipa::ToSchema;

use super::answering::{Outlet, beside, response};
use super::app::{App, Scene};
use super::asked::Asked;
use super::body::object;
use super::caller::Caller;
use super::media::{Media, preferred};
use super::problem::Problem;
use super::tag::Tag;
use crate::engine::encode::{Cut, EncodeError, Encoding, encode};
use crate::model::shape::spelt;
use crate::model::written::{RECEIPT, text};
use crate::query::worker::{Answer, IsolatedError, Outcome, Question};

/// A question in SQL.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SqlQuestion)]
pub(super) struct Asking {
    /// the question: `select`, `with`, `values`, `explain`, `describe` or `show tables`
    sql: String,
    /// the release: its number, a pin's name, a date or a time; the newest where absent
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    as_of: Option<Json>,
    /// the encoding: json, csv, xlsx, arrow or parquet; what `Accept` says where absent
    #[serde(default)]
    format: Option<String>,
}

/// The answer to a question in SQL, as JSON.
#[derive(ToSchema)]
#[schema(as = SqlAnswer)]
#[expect(dead_code, reason = "it describes what is written row by row")]
pub(super) struct Told {
    /// the columns with their types, as contracts write them
    columns: Vec<Column>,
    /// an object a row; decimals are strings
    rows: Vec<Json>,
    /// how many rows there are here
    row_count: u64,
    /// whether there would have been more
    truncated: bool,
    receipt: Receipt,
}

/// A column of an answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SqlColumn)]
pub(super) struct Column {
    /// what the question calls it
    name: String,
    /// its type
    #[serde(rename = "type")]
    #[schema(rename = "type")]
    kind: String,
}

/// What it takes to get the same answer again, and who got it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SqlReceipt)]
pub(super) struct Receipt {
    /// the release's number
    release: u64,
    /// the release's own hash
    release_hash: String,
    /// who asked
    asked_by: String,
    /// SHA-256 of the question
    sql_hash: String,
    /// the most rows that an answer may have
    rows_max: u64,
}

impl Receipt {
    fn of(scene: &Scene, sql: &str) -> Self {
        let release = &scene.held.release;
        Self {
            release: release.number,
            release_hash: release.hash.clone(),
            asked_by: scene.caller.name.clone(),
            sql_hash: hex::encode(Sha256::digest(sql.as_bytes())),
            rows_max: scene.app.pool.rows_max(),
        }
    }

    /// Says it in headers, whatever the encoding.
    fn mark(&self, response: &mut Response) {
        let name: String = byte_serialize(self.asked_by.as_bytes()).collect();
        let said = [
            (HeaderName::from_static("patron-release"), self.release.to_string()),
            (HeaderName::from_static("patron-release-hash"), self.release_hash.clone()),
            (HeaderName::from_static("patron-asked-by"), name),
            (HeaderName::from_static("patron-sql-hash"), self.sql_hash.clone()),
            (HeaderName::from_static("patron-rows-max"), self.rows_max.to_string()),
        ];
        for (name, value) in said {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
    }
}

/// Answers a question in SQL, in a process of its own with limits of time, memory, disk and rows.
/// JSON says at its end whether rows are missing (`truncated`). The other encodings are whole: an
/// answer with more than `Patron-Rows-Max` rows is refused as `too_many_rows`, or breaks off if
/// some of it was sent already, so that no part can be taken for the whole. The address may end in
/// the encoding, as in `/api/v1/sql.csv`, which goes before `Accept`.
#[utoipa::path(post, path = "/api/v1/sql", operation_id = "query", tag = "sql",
    params(
        ("as_of" = Option<String>, Query, description = "The release, where the body names none."),
    ),
    request_body(content = Asking, content_type = "application/json"),
    responses(
        (status = 200, description = "The rows. The headers Patron-Release, Patron-Release-Hash, \
            Patron-Asked-By, Patron-Sql-Hash and Patron-Rows-Max are its receipt.", content(
            (Told = "application/json"),
            (String = "text/csv"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (Vec<u8> = "application/vnd.apache.arrow.stream"),
            (Vec<u8> = "application/vnd.apache.parquet"),
        )),
    ),
)]
pub(super) async fn query(
    State(app): State<Arc<App>>,
    caller: Caller,
    mut asked: Asked,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let behind = asked.words.take("as_of")?;
    std::mem::take(&mut asked.words).end(&["as_of"])?;
    if asked.accept.is_some() {
        preferred(asked.accept.as_deref(), &Media::ALL)?;
    }
    let asking: Asking = object(&app, &headers, body).await?;
    caller.note.said(asking.sql.as_str());
    let media = match &asking.format {
        None => preferred(asked.accept.as_deref(), &Media::ALL)?,
        Some(name) => Media::called(name)?,
    };
    let scene = app.scene(caller, said(asking.as_of, behind)?).await?;
    let receipt = Receipt::of(&scene, &asking.sql);
    let tag = Tag::of(&scene, ["query", media.ending(), &asking.sql]);
    let question = Question {
        release: scene.held.release.number,
        principal: scene.caller.principal.clone(),
        sql: asking.sql,
    };
    let answer = app.pool.ask(&scene.caller.name, question).await?;
    let told = receipt.clone();
    let body = beside(&app, async move |out| {
        let written = write(answer, media, &told, out).await;
        // The release stays as long as it is read.
        drop(scene);
        written
    });
    let mut response = response(body.await?, media, &tag, "answer");
    receipt.mark(&mut response);
    Ok(response)
}

/// The release that the body names, or what stands behind `?`.
fn said(inside: Option<Json>, behind: Option<String>) -> Result<Option<String>, Problem> {
    let inside = match inside {
        None | Some(Json::Null) => None,
        Some(Json::String(text)) => Some(text),
        Some(Json::Number(number)) => Some(number.to_string()),
        Some(_) => return Err(Problem::bad("bad_parameter", "`as_of` is no text")),
    };
    match (inside, behind) {
        (Some(_), Some(_)) => {
            Err(Problem::bad("bad_parameter", "`as_of` is given twice; give one value"))
        }
        (inside, behind) => Ok(inside.or(behind)),
    }
}

async fn write(
    answer: Answer,
    media: Media,
    receipt: &Receipt,
    out: &mut Outlet,
) -> Result<(), Problem> {
    let (schema, outcome) = (answer.schema(), answer.outcome());
    if media != Media::Json {
        let rows = whole(answer.into_stream(), Arc::clone(&outcome), text(receipt)?);
        encode(rows, media.encoding(), Cut::default(), out).await.map_err(unwritten)?;
        return Ok(());
    }
    let column = |field: &Arc<datafusion::arrow::datatypes::Field>| Column {
        name: field.name().clone(),
        kind: spelt(field.data_type()),
    };
    let columns: Vec<Column> = schema.fields().iter().map(column).collect();
    let head = format!("{{\"columns\": {},\n\"rows\": ", text(&columns)?);
    out.write_all(head.as_bytes()).map_err(EncodeError::Target)?;
    let rows = answer.into_stream();
    let count = encode(rows, Encoding::Json, Cut::default(), out).await.map_err(unwritten)?;
    let is_truncated = outcome.get().is_none_or(|outcome| outcome.is_truncated);
    let tail = format!(
        ",\n\"row_count\": {count},\n\"truncated\": {is_truncated},\n\"receipt\": {}}}\n",
        text(receipt)?
    );
    out.write_all(tail.as_bytes()).map_err(EncodeError::Target)?;
    Ok(())
}

/// All rows, with the receipt in the metadata of files; an error where there would be more.
fn whole(
    stream: SendableRecordBatchStream,
    outcome: Arc<OnceLock<Outcome>>,
    receipt: String,
) -> SendableRecordBatchStream {
    let given = stream.schema();
    let mut metadata = given.metadata().clone();
    metadata.insert(RECEIPT.to_owned(), receipt);
    let schema = Arc::new(Schema::new_with_metadata(given.fields().clone(), metadata));
    let marked = Arc::clone(&schema);
    let rows = stream.map(move |batch| Ok(batch?.with_schema(Arc::clone(&marked))?));
    let end = futures::stream::once(async move { outcome.get().copied() });
    let cut = end.filter_map(async |outcome| {
        let Outcome { rows, is_truncated } = outcome?;
        is_truncated.then(|| Err(DataFusionError::External(Box::new(TooManyRows { rows }))))
    });
    Box::pin(RecordBatchStreamAdapter::new(schema, rows.chain(cut)))
}

/// More rows than an answer may have.
#[derive(Debug, thiserror::Error)]
#[error("the answer has more than {rows} rows; filter or summarise, or take JSON with the first")]
struct TooManyRows {
    rows: u64,
}

/// Why an answer is not written, where that is told in other words than of our own questions.
fn unwritten(error: EncodeError) -> Problem {
    let form = |cause: &dyn std::error::Error| {
        tracing::info!(%cause, "an answer has no form in the encoding");
        let detail = "a column has no form in this encoding; cast it to text, or take another one";
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "no_form", detail)
    };
    match &error {
        EncodeError::Query(DataFusionError::External(cause)) => {
            match cause.downcast_ref::<TooManyRows>() {
                Some(cause) => {
                    let status = StatusCode::UNPROCESSABLE_ENTITY;
                    Problem::new(status, "too_many_rows", cause.to_string())
                }
                None => error.into(),
            }
        }
        EncodeError::SameName { .. } => Problem::bad("same_name", error.to_string()),
        EncodeError::Value(cause) => form(cause),
        EncodeError::Parquet(cause) => form(cause),
        _ => error.into(),
    }
}

impl From<IsolatedError> for Problem {
    fn from(error: IsolatedError) -> Self {
        let (code, detail) = (error.kind(), error.to_string());
        match error {
            IsolatedError::Refused(_) | IsolatedError::Mistake(_) => Self::bad(code, detail),
            IsolatedError::TooLarge { .. }
            | IsolatedError::TooMuchDisk { .. }
            | IsolatedError::PlannedTooLong { .. }
            | IsolatedError::TooLong { .. } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
            }
            IsolatedError::NotTaken { .. } => Self::new(StatusCode::REQUEST_TIMEOUT, code, detail),
            IsolatedError::Busy { .. } | IsolatedError::Unavailable => Self::busy(code, detail),
        }
    }
}
