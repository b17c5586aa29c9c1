//! What can be asked, as machines read it? OpenAPI 3.1, made of the code that answers.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value as Json, json};
use utoipa::openapi::OpenApi as Document;
use utoipa::{OpenApi, ToSchema};

use super::answering::json as told;
use super::app::App;
use super::asked::Asked;
use super::problem::{PROBLEM, Problem};

/// What the document says beside the routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Patron",
        description = "Reports and cubes of a customer-profitability warehouse. An answer is of \
            one release, which `as_of` names; decimals are strings."
    ),
    components(schemas(ProblemDocument))
)]
pub(super) struct Head;

/// Why a request has no answer (RFC 9457).
#[derive(ToSchema)]
#[schema(as = Problem)]
#[expect(dead_code, reason = "it describes what `Problem::document` writes")]
pub(super) struct ProblemDocument {
    /// always `about:blank`: `code` says what it is
    #[schema(rename = "type")]
    kind: String,
    /// the status in words
    title: String,
    /// the status
    status: u16,
    /// which problem it is
    code: String,
    /// what is wrong and what helps
    detail: String,
    /// the same, for clients of Cube
    error: String,
    /// under which the log tells of the request
    request_id: Option<String>,
}

/// The document of all routes, each of which may answer with a problem.
pub(super) fn document(api: &Document) -> serde_json::Result<Json> {
    let mut document = serde_json::to_value(api)?;
    let problem = json!({
        "description": "Why there is no answer, and what helps.",
        "content": { PROBLEM: { "schema": { "$ref": "#/components/schemas/Problem" } } },
    });
    let paths = document.get_mut("paths").and_then(Json::as_object_mut);
    for path in paths.into_iter().flat_map(|paths| paths.values_mut()) {
        for method in ["get", "put", "post", "delete"] {
            let operation = path.get_mut(method);
            let responses = operation.and_then(|operation| operation.get_mut("responses"));
            if let Some(responses) = responses.and_then(Json::as_object_mut) {
                responses.insert("default".to_owned(), problem.clone());
            }
        }
    }
    Ok(document)
}

/// Tells what can be asked.
#[utoipa::path(get, path = "/openapi.json", operation_id = "openapi", tag = "health", responses(
    (status = 200, description = "This document.", body = serde_json::Value,
        content_type = "application/json"),
))]
pub(super) async fn api(
    State(app): State<Arc<App>>,
    mut asked: Asked,
) -> Result<Response, Problem> {
    asked.takes_json()?;
    std::mem::take(&mut asked.words).end(&[])?;
    told(&asked, &app.api)
}
