//! Which numbers of two systems may mean the same, and what did people decide about them?
//!
//! The list is told to whoever sees the whole table that lists them, and decisions to whoever sees
//! the table that keeps them, which no role can be given: the owner.

use std::io::Write;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use chrono::NaiveDate;
use datafusion::common::TableReference;
use datafusion::prelude::{DataFrame, Expr, SessionContext, col, lit};
use serde::Deserialize;
use serde_json::Value as Json;
use utoipa::ToSchema;

use super::answering::{answer, json, response};
use super::app::{App, Scene, blocking};
use super::asked::Asked;
use super::body::object;
use super::caller::Caller;
use super::media::Media;
use super::paging::{Listed, Page, write_rows};
use super::problem::Problem;
use super::tag::Tag;
use super::writing::{Entered, check_may, enter, name_of};
use crate::engine::encode::EncodeError;
use crate::model::files;
use crate::query;
use crate::query::policy::Power;
use crate::warehouse::entered::{EnteredTable, Entry, LocalNumber, MatchDecision, Verdict};
use crate::warehouse::name::TableName;

/// The columns that name both numbers of a pair.
const PAIR: [[&str; 2]; 2] = [["left_system", "left_local_id"], ["right_system", "right_local_id"]];

/// What somebody decides about two numbers.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PairDecision {
    /// one number, as `system:number`
    one: String,
    /// the other
    other: String,
    /// `same`, `different`, or `undo` for what was decided before
    #[schema(value_type = String)]
    decision: Verdict,
    /// why
    #[serde(default)]
    because: Option<String>,
    /// the day from which it holds; always where absent
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    from: Option<NaiveDate>,
    /// who, where the owner enters it for somebody
    #[serde(default)]
    by: Option<String>,
}

/// What waits and what was decided about a pair.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is written row by row")]
pub(super) struct Pair {
    /// the release
    release: u64,
    /// the rows of the list that name both numbers
    waiting: Vec<Json>,
    /// every decision about both, in the order in which they were taken
    decisions: Vec<Json>,
}

/// Lists the pairs of numbers that wait for a decision.
#[utoipa::path(get, path = "/api/v1/matches", operation_id = "matches", tag = "matches", params(
    ("limit" = Option<usize>, Query, description = "How many rows, 1 to 1000; 100 where absent."),
    ("offset" = Option<usize>, Query, description = "Behind how many others; 0 where absent."),
    ("as_of" = Option<String>, Query, description = "The release; the newest where absent."),
), responses(
    (status = 200, description = "The pairs.", body = Listed),
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
    let scene = app.scene(caller, as_of).await?;
    let tag = Tag::of(&scene, ["matches", &format!("{page:?}")]);
    let table = reviews(&scene).await?;
    if asked.knows(&tag) {
        return Ok(tag.known());
    }
    let body = answer(&app, async move |out| {
        let session = scene.session()?;
        let frame = rows(&session, &table, None).await?;
        page.write(scene.held.release.number, frame, out).await
    });
    Ok(response(body.await?, Media::Json, &tag, "matches"))
}

/// Tells what waits and what was decided about two numbers.
#[utoipa::path(get, path = "/api/v1/matches/{one}/{other}", operation_id = "match",
tag = "matches", params(
    ("one" = String, Path, description = "A number, as `system:number`."),
    ("other" = String, Path, description = "The other, as `system:number`."),
    ("as_of" = Option<String>, Query, description = "The release; the newest where absent."),
), responses(
    (status = 200, description = "The pair.", body = Pair),
    (status = 304, description = "The answer is the one whose tag was given."),
))]
pub(super) async fn pair(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: Result<Path<(String, String)>, PathRejection>,
    mut asked: Asked,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    let Path((one, other)) =
        path.map_err(|error| Problem::bad("bad_address", error.body_text()))?;
    let (first, second) = (number(&one)?, number(&other)?);
    let as_of = asked.words.take("as_of")?;
    std::mem::take(&mut asked.words).end(&["as_of"])?;
    let scene = app.scene(caller, as_of).await?;
    let tag = Tag::of(&scene, ["match", &one, &other]);
    let table = reviews(&scene).await?;
    let decided = EnteredTable::MatchDecisions.name()?;
    let session = scene.session()?;
    if !query::sees_table(&session, decided.schema(), decided.table()) {
        return Err(Problem::not_seen("decisions about numbers"));
    }
    if asked.knows(&tag) {
        return Ok(tag.known());
    }
    let body = answer(&app, async move |out| {
        let both = is_pair(&first, &second).or(is_pair(&second, &first));
        let release = scene.held.release.number;
        put(&format!("{{\"release\": {release},\n\"waiting\": "), out)?;
        write_rows(rows(&session, &table, Some(both.clone())).await?, out).await?;
        put(",\"decisions\": ", out)?;
        write_rows(rows(&session, &decided, Some(both)).await?, out).await?;
        put("}\n", out)
    });
    Ok(response(body.await?, Media::Json, &tag, "match"))
}

/// Decides whether two numbers mean the same, or takes that back. Needs `decide_matches` of
/// warehouse/access.toml.
#[utoipa::path(post, path = "/api/v1/matches", operation_id = "decide", tag = "matches",
    request_body(content = PairDecision, content_type = "application/json"),
    responses((status = 200, description = "It stands in a release.", body = Entered)),
)]
pub(super) async fn decide(
    State(app): State<Arc<App>>,
    caller: Caller,
    mut asked: Asked,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    std::mem::take(&mut asked.words).end(&[])?;
    check_may(&caller, Power::DecideMatches, "decide_matches")?;
    let said: PairDecision = object(&app, &headers, body).await?;
    let (left, right) = (number(&said.one)?, number(&said.other)?);
    if left == right {
        return Err(Problem::bad("bad_parameter", "both numbers are one; name two"));
    }
    let entry = Entry::MatchDecision(MatchDecision {
        verdict: said.decision,
        left,
        right,
        by: name_of(&caller, said.by)?,
        because: said.because,
        valid_from: said.from,
    });
    json(&asked, &enter(&app, caller, entry, Vec::new()).await?)
}

fn put(text: &str, out: &mut impl Write) -> Result<(), Problem> {
    out.write_all(text.as_bytes()).map_err(|error| EncodeError::Target(error).into())
}

/// A number as `system:number`.
pub(super) fn number(text: &str) -> Result<LocalNumber, Problem> {
    match text.split_once(':') {
        Some((system, id)) if !system.is_empty() && !id.is_empty() => {
            Ok(LocalNumber { system: system.to_owned(), id: id.to_owned() })
        }
        _ => {
            let detail = format!("`{text}` is no number; write the system, a colon and the number");
            Err(Problem::bad("bad_parameter", detail))
        }
    }
}

fn is_pair(left: &LocalNumber, right: &LocalNumber) -> Expr {
    let [[left_system, left_id], [right_system, right_id]] = PAIR;
    let is = |column: &str, value: &str| col(column).eq(lit(value));
    is(left_system, &left.system)
        .and(is(left_id, &left.id))
        .and(is(right_system, &right.system))
        .and(is(right_id, &right.id))
}

/// The table whose head says `reviews = true`, if the caller sees all of it.
async fn reviews(scene: &Scene) -> Result<TableName, Problem> {
    let looked = scene.clone();
    blocking(move || {
        let read = files::read_all(&looked.sources.project.root);
        let (files, _) = read.map_err(|error| Problem::hidden(&error))?;
        let found = files.into_iter().find(|file| file.head.reviews).map(|file| file.name);
        let seen = looked.seen()?;
        match found {
            Some(table) if seen.get(&table) == Some(&true) => Ok(table),
            Some(_) if !looked.caller.principal.is_owner() => {
                Err(Problem::not_seen("numbers that may mean the same"))
            }
            _ => {
                let detail = "no table of this release lists doubtful matches; say \
                              `reviews = true` in the head of the one that does, and refresh";
                Err(Problem::new(StatusCode::NOT_FOUND, "no_reviews", detail))
            }
        }
    })
    .await
}

fn reference(table: &TableName) -> TableReference {
    TableReference::partial(table.schema(), table.table())
}

/// The rows of a table that a condition means, in the order of all that they hold.
async fn rows(
    session: &SessionContext,
    table: &TableName,
    which: Option<Expr>,
) -> Result<DataFrame, Problem> {
    let frame = session.table(reference(table)).await.map_err(EncodeError::Query)?;
    let frame = match which {
        Some(which) => frame.filter(which).map_err(EncodeError::Query)?,
        None => frame,
    };
    let names: Vec<String> =
        frame.schema().fields().iter().map(|field| field.name().clone()).collect();
    let (numbers, rest): (Vec<_>, Vec<_>) =
        names.into_iter().partition(|name| PAIR.iter().flatten().any(|known| known == name));
    // Decisions are counted in their first column; the list has its numbers.
    let is_counted = rest.first().is_some_and(|name| name.ends_with("_number"));
    let order = if is_counted { [rest, numbers] } else { [numbers, rest] };
    let sort = order.concat().into_iter().map(|name| {
        let column = Expr::Column(datafusion::common::Column::from_name(name));
        column.sort(true, false)
    });
    Ok(frame.sort(sort.collect()).map_err(EncodeError::Query)?)
}
