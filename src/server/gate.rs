//! What does every request pass through? It gets an id, its host and origin are looked at, who
//! calls is found out and whether that is enough, it ends in time, and its answer is counted and
//! written down.

use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CACHE_CONTROL, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use super::app::App;
use super::caller::Caller;
use super::needs::Need;
use super::problem::Problem;
use super::{entrance, recording};

/// The header that names a request.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest name that a client may give.
const REQUEST_ID_MAX: usize = 80;
/// How long browsers ask this host over encrypted connections only: a year.
const ENCRYPTED_FOR: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// The longest that an entry may take.
const ENTRY_WAIT: Duration = Duration::from_secs(3_600);

/// Lets a request through to its answer.
pub(super) async fn gate(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let id = request_id(request.headers());
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let route = route.unwrap_or("none").to_owned();
    let need = app.needs.of(&route, request.method());
    let told = recording::Request {
        method: request.method().clone(),
        uri: request.uri().clone(),
        peer: app.door.peer(request.extensions(), request.headers()),
        id: id.clone(),
    };
    let method = told.method.as_str().to_owned();
    let span = tracing::error_span!("request", %id);
    let answered = async {
        let entered = enter(&app, need, &mut request).await;
        let known = request.extensions().get::<Caller>().cloned();
        let note = known.as_ref().map(|caller| Arc::clone(&caller.note)).unwrap_or_default();
        request.extensions_mut().insert(Arc::clone(&note));
        request.extensions_mut().insert(told.clone());
        let response = match entered {
            Err(problem) => problem.into_response(),
            Ok(()) => {
                let is_entry = need.is_some_and(Need::is_entry);
                within(&app, is_entry, request, next).await
            }
        };
        let status = response.status().as_u16();
        if need.is_some_and(recording::is_written) {
            let who = known.as_ref().map(|caller| caller.name.as_str());
            recording::write(&app, &told, who, &note, status, begun.elapsed());
        }
        response
    };
    let mut response = answered.instrument(span).await;
    finish(&app, &mut response, &id);
    let status = response.status().as_u16();
    app.metrics.count(&route, &method, status, begun.elapsed());
    tracing::info!(%id, %method, %route, status, "answered");
    response
}

/// Lets whoever calls in, as far as the route needs to know who it is, or refuses.
async fn enter(app: &Arc<App>, need: Option<Need>, request: &mut Request) -> Result<(), Problem> {
    app.hosts.check(request.uri(), request.headers())?;
    // There is no such address or no such method: what comes next says so.
    let Some(need) = need else { return Ok(()) };
    let (method, headers) = (request.method().clone(), request.headers().clone());
    let caller = entrance::caller(app, &method, &headers, request.extensions_mut()).await;
    if need.is_for_all() {
        if let Ok(caller) = caller {
            request.extensions_mut().insert(caller);
        }
        return Ok(());
    }
    let caller = caller?;
    let allowed = need.check(&caller);
    request.extensions_mut().insert(caller);
    allowed?;
    app.door.accounts.is_recording()?;
    Ok(())
}

/// The answer to a request, unless that takes longer than all its waits together. What is entered
/// becomes a release, whose tables are computed first.
async fn within(app: &App, is_entry: bool, request: Request, next: Next) -> Response {
    let options = &app.options;
    let answer_wait = if is_entry { ENTRY_WAIT } else { options.answer_wait };
    let most = options.body_wait + options.queue_wait + answer_wait + options.header_wait;
    match tokio::time::timeout(most, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::late(most.as_secs()).into_response(),
    }
}

/// The id that a client gave, if it can stand in a log, or a new one.
fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(&REQUEST_ID).and_then(|value| value.to_str().ok());
    let is_plain = |id: &&str| {
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
        !id.is_empty() && id.len() <= REQUEST_ID_MAX && id.bytes().all(is_letter)
    };
    match given.filter(is_plain) {
        Some(id) => id.to_owned(),
        None => uuid::Uuid::new_v4().to_string(),
    }
}

/// What all answers say.
fn finish(app: &App, response: &mut Response, id: &str) {
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        *response.body_mut() = Body::from(problem.document(Some(id)));
    }
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // An answer may be kept, but is asked for again: there may be a new release.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if app.door.is_secure {
        headers.insert(STRICT_TRANSPORT_SECURITY, ENCRYPTED_FOR);
    }
}

/// The answer to an address that there is not.
pub(super) async fn no_such_address(uri: Uri) -> Problem {
    let detail = format!("there is no `{}`; /openapi.json says what there is", uri.path());
    Problem::new(StatusCode::NOT_FOUND, "no_such_address", detail)
}

/// The answer to a method that an address does not have; `Allow` names those that it has.
pub(super) async fn no_such_method() -> Problem {
    let detail = "this address has other methods, which the header `Allow` names";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "no_such_method", detail)
}

/// The answer where the program itself failed; the panic is in the log.
pub(super) fn panicked(_: Box<dyn Any + Send>) -> Response {
    Problem::inside().into_response()
}
