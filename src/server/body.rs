//! What does the body of a request say?

use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use super::app::App;
use super::problem::Problem;

/// The most bytes of a request's body.
const BODY_BYTES_MAX: usize = 1 << 20;

/// A text of an object.
pub(super) fn word(beside: &Map<String, Json>, name: &str) -> Result<Option<String>, Problem> {
    match beside.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) => Ok(Some(text.clone())),
        Some(Json::Number(number)) => Ok(Some(number.to_string())),
        Some(_) => Err(Problem::bad("bad_parameter", format!("`{name}` is no text"))),
    }
}

/// The text of a body of JSON.
pub(super) async fn text(app: &App, headers: &HeaderMap, body: Body) -> Result<String, Problem> {
    let mut encodings = headers.get_all(CONTENT_ENCODING).iter();
    if let Some(other) = encodings.find(|name| !name.as_bytes().eq_ignore_ascii_case(b"identity")) {
        let name = String::from_utf8_lossy(other.as_bytes());
        let detail = format!("the body is encoded as `{name}`; send it as it is");
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "encoded_body", detail));
    }
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        let detail = format!("the body is `{kind}`; send application/json");
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Problem::new(status, "no_json", detail));
    }
    let read = tokio::time::timeout(app.options.body_wait, to_bytes(body, BODY_BYTES_MAX));
    let bytes = match read.await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(_)) => {
            let detail = format!("the body is longer than {BODY_BYTES_MAX} bytes, or was cut off");
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_long", detail));
        }
        Err(_) => {
            let detail = "the body did not come in time; send it at once";
            return Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", detail));
        }
    };
    String::from_utf8(bytes.into())
        .map_err(|_| Problem::bad("bad_question", "the body is not UTF-8"))
}

/// What a body of JSON says, all of whose members are known.
pub(super) async fn object<T: DeserializeOwned>(
    app: &App,
    headers: &HeaderMap,
    body: Body,
) -> Result<T, Problem> {
    let text = text(app, headers, body).await?;
    // A list would be read as the members in their order.
    if !text.trim_ascii_start().starts_with('{') {
        let detail =
            "the body is no object; send `{...}` with the members that /openapi.json names";
        return Err(Problem::bad("bad_body", detail));
    }
    let read = serde_json::from_str(&text);
    read.map_err(|error| Problem::bad("bad_body", format!("the body does not fit: {error}")))
}
