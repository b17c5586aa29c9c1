//! What is answered to clients of Cube's REST API? What `@cubejs-client/core` reads as it is.

use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value as Json, json};

use super::answering::{answer, response};
use super::app::App;
use super::asked::{Asked, Words};
use super::body::{text, word};
use super::caller::Caller;
use super::media::{Media, preferred};
use super::problem::Problem;
use super::tag::Tag;
use crate::engine::encode::EncodeError;
use crate::model::cube::meta::meta as meta_of;
use crate::model::cube::question::Question;
use crate::model::cube::{echo, log};

/// A question with what stands beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asking {
    question: Question,
    /// whether several answers can be read, as `queryType=multi` says
    is_multi: bool,
    as_of: Option<String>,
    lang: Option<String>,
    /// the name of the encoding; what `Accept` says where absent
    format: Option<String>,
}

impl Asking {
    /// From behind `?`. What clients say beside it is theirs.
    fn of_words(mut words: Words) -> Result<Self, Problem> {
        let Some(query) = words.take("query")? else {
            let detail = "`query` is missing; it is a question in Cube's language, as JSON";
            return Err(Problem::bad("missing_parameter", detail));
        };
        Ok(Self {
            question: Question::parse(&query)?,
            is_multi: words.take("queryType")?.as_deref() == Some("multi"),
            as_of: words.take("as_of")?,
            lang: words.take("lang")?,
            format: words.take("format")?,
        })
    }

    /// From the body of a request, with what only stands behind `?`.
    fn of_body(text: &str, mut words: Words) -> Result<Self, Problem> {
        let (question, beside) = Question::of_request(text)?;
        let mut said = |name: &str| -> Result<Option<String>, Problem> {
            match (word(&beside, name)?, words.take(name)?) {
                (Some(_), Some(_)) => {
                    let detail = format!("`{name}` is given twice; give one value");
                    Err(Problem::bad("bad_parameter", detail))
                }
                (inside, behind) => Ok(inside.or(behind)),
            }
        };
        let is_multi = said("queryType")?.as_deref() == Some("multi");
        let (as_of, lang, format) = (said("as_of")?, said("lang")?, said("format")?);
        Ok(Self { question, is_multi, as_of, lang, format })
    }
}

/// Tells all cubes and views with their members.
#[utoipa::path(get, path = "/cubejs-api/v1/meta", operation_id = "meta", tag = "cube", params(
    ("lang" = Option<String>, Query, description = "The language of titles."),
    ("as_of" = Option<String>, Query, description = "The release; the newest where absent."),
), responses(
    (status = 200, description = "As Cube's /meta.", body = serde_json::Value,
        content_type = "application/json"),
    (status = 304, description = "The answer is the one whose tag was given."),
))]
pub(super) async fn meta(
    State(app): State<Arc<App>>,
    caller: Caller,
    mut asked: Asked,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    let (as_of, lang) = (asked.words.take("as_of")?, asked.words.take("lang")?);
    let scene = app.scene(caller, as_of).await?;
    let language = scene.language(lang.as_deref())?;
    let tag = Tag::of(&scene, ["meta", &language]);
    if asked.knows(&tag) {
        return Ok(tag.known());
    }
    let body = answer(&app, async move |out| {
        let opened = scene.cubes()?;
        let all = meta_of(&opened, &language).await?;
        write(&all, out)
    });
    Ok(response(body.await?, Media::Json, &tag, "meta"))
}

fn write(document: &Json, out: &mut dyn Write) -> Result<(), Problem> {
    writeln!(out, "{document}").map_err(|error| EncodeError::Target(error).into())
}

/// Answers a question of cubes.
#[utoipa::path(get, path = "/cubejs-api/v1/load", operation_id = "load", tag = "cube", params(
    ("query" = String, Query, description = "The question in Cube's language, as JSON."),
    ("queryType" = Option<String>, Query, description = "`multi`: the answer is a list, as \
        questions that compare spans need."),
    ("lang" = Option<String>, Query, description = "The language of titles. CSV has them only \
        where it is given."),
    ("as_of" = Option<String>, Query, description = "The release; the newest where absent."),
    ("format" = Option<String>, Query, description = "`json`, `csv`, `xlsx`, `arrow` or \
        `parquet`; what `Accept` says where absent."),
), responses(
    (status = 200, description = "As Cube's /load, with `receipt` and `truncated`; in other \
        encodings the rows alone.", content(
        (serde_json::Value = "application/json"),
        (String = "text/csv"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (Vec<u8> = "application/vnd.apache.arrow.stream"),
        (Vec<u8> = "application/vnd.apache.parquet"),
    )),
    (status = 304, description = "The answer is the one whose tag was given."),
))]
pub(super) async fn load(
    State(app): State<Arc<App>>,
    caller: Caller,
    mut asked: Asked,
) -> Result<Response, Problem> {
    let asking = Asking::of_words(std::mem::take(&mut asked.words))?;
    loaded(&app, caller, &asked, asking).await
}

/// Answers a question of cubes that is too long for an address.
#[utoipa::path(post, path = "/cubejs-api/v1/load", operation_id = "load_body", tag = "cube",
    request_body(content = serde_json::Value, content_type = "application/json",
        description = "`{\"query\": {...}, \"queryType\": \"multi\"}`"),
    responses(
    (status = 200, description = "As Cube's /load, with `receipt` and `truncated`; in other \
        encodings the rows alone.", content(
        (serde_json::Value = "application/json"),
        (String = "text/csv"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (Vec<u8> = "application/vnd.apache.arrow.stream"),
        (Vec<u8> = "application/vnd.apache.parquet"),
    )),
    ),
)]
pub(super) async fn load_body(
    State(app): State<Arc<App>>,
    caller: Caller,
    mut asked: Asked,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let text = text(&app, &headers, body).await?;
    caller.note.said(text.as_str());
    let asking = Asking::of_body(&text, std::mem::take(&mut asked.words))?;
    loaded(&app, caller, &asked, asking).await
}

async fn loaded(
    app: &Arc<App>,
    caller: Caller,
    asked: &Asked,
    asking: Asking,
) -> Result<Response, Problem> {
    let media = match asking.format.as_deref() {
        Some(name) => Media::called(name)?,
        None => preferred(asked.accept.as_deref(), &Media::ALL)?,
    };
    let is_labelled = match media {
        Media::Xlsx => true,
        Media::Csv => asking.lang.is_some(),
        Media::Json | Media::Arrow | Media::Parquet => false,
    };
    let scene = app.scene(caller, asking.as_of).await?;
    let language = scene.language(asking.lang.as_deref())?;
    let (question, is_multi) = (asking.question, asking.is_multi);
    let echoed = echo::question(&question).to_string();
    let kind = if is_multi { "multi" } else { "single" };
    let how = if is_labelled { "labelled" } else { "plain" };
    let tag = Tag::of(&scene, ["load", kind, media.ending(), how, &language, &echoed]);
    if asked.knows(&tag) {
        return Ok(tag.known());
    }
    let body = answer(app, async move |out| {
        let opened = scene.cubes()?;
        let begun = Instant::now();
        let answer = opened.ask(&question).await?;
        let state = scene.sources.project.state_dir();
        log::remember(&state, scene.app.now(), &answer, begun.elapsed());
        let told = answer.told(&opened, &language).await?;
        // Spans that are compared are several answers, whoever asks.
        if is_multi || answer.parts.len() > 1 || media != Media::Json {
            answer.write(&told, media.encoding(), is_labelled, out).await?;
        } else {
            answer.write_single(&told, out).await?;
        }
        Ok(())
    });
    Ok(response(body.await?, media, &tag, "answer"))
}

/// Tells how a question would be answered.
#[utoipa::path(get, path = "/cubejs-api/v1/sql", operation_id = "sql", tag = "cube", params(
    ("query" = String, Query, description = "The question in Cube's language, as JSON."),
    ("as_of" = Option<String>, Query, description = "The release; the newest where absent."),
), responses(
    (status = 200, description = "As Cube's /sql; the text is a comment that names the tables and \
        the plan, since plans are not made from SQL.", body = serde_json::Value,
        content_type = "application/json"),
    (status = 304, description = "The answer is the one whose tag was given."),
))]
pub(super) async fn sql(
    State(app): State<Arc<App>>,
    caller: Caller,
    mut asked: Asked,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    let asking = Asking::of_words(std::mem::take(&mut asked.words))?;
    explained(&app, caller, &asked, asking).await
}

/// Tells how a question would be answered that is too long for an address.
#[utoipa::path(post, path = "/cubejs-api/v1/sql", operation_id = "sql_body", tag = "cube",
    request_body(content = serde_json::Value, content_type = "application/json",
        description = "`{\"query\": {...}}`"),
    responses(
        (status = 200, description = "As Cube's /sql.", body = serde_json::Value,
            content_type = "application/json"),
    ),
)]
pub(super) async fn sql_body(
    State(app): State<Arc<App>>,
    caller: Caller,
    mut asked: Asked,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    let text = text(&app, &headers, body).await?;
    caller.note.said(text.as_str());
    let asking = Asking::of_body(&text, std::mem::take(&mut asked.words))?;
    explained(&app, caller, &asked, asking).await
}

async fn explained(
    app: &Arc<App>,
    caller: Caller,
    asked: &Asked,
    asking: Asking,
) -> Result<Response, Problem> {
    let scene = app.scene(caller, asking.as_of).await?;
    let question = asking.question;
    let echoed = echo::question(&question).to_string();
    let tag = Tag::of(&scene, ["sql", &echoed]);
    if asked.knows(&tag) {
        return Ok(tag.known());
    }
    let body = answer(app, async move |out| {
        let opened = scene.cubes()?;
        let plan = opened.explain(&question).await?;
        let plan = without_files(plan.trim_end());
        let lines: Vec<String> = plan.lines().map(|line| format!("-- {line}")).collect();
        let document = json!({ "sql": { "status": "ok", "sql": [lines.join("\n"), []] } });
        write(&document, out)
    });
    Ok(response(body.await?, Media::Json, &tag, "sql"))
}

/// A plan without the names of the files that its tables lie in, which are the store's own.
fn without_files(plan: &str) -> String {
    const FILES: &str = "file_groups={";
    let mut rest = plan;
    let mut told = String::with_capacity(plan.len());
    while let Some((before, files)) = rest.split_once(FILES) {
        told.push_str(before);
        let behind = files.split_once('}').map_or("", |(_, behind)| behind);
        rest = behind.strip_prefix(", ").unwrap_or(behind);
    }
    told + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_names_no_file() {
        let plan = "DataSourceExec: file_groups={1 group: [[a/b.parquet:0..9]]}, projection=[x]\n  \
                    DataSourceExec: file_groups={2 groups: [[c.parquet], [d.parquet]]}";
        assert_eq!(without_files(plan), "DataSourceExec: projection=[x]\n  DataSourceExec: ");
        assert_eq!(without_files("FilterExec: x = '{'"), "FilterExec: x = '{'");
    }
}
