//! What is a client told whose request has no answer? A problem document (RFC 9457) that names the
//! fix; what went wrong inside stands in the log alone.

use std::error::Error;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use datafusion::error::DataFusionError;
use serde_json::json;

use crate::accounts::AccountsError;
use crate::engine::encode::EncodeError;
use crate::model::cube::CubeError;
use crate::model::report::ReportError;
use crate::query::QueryError;
use crate::query::worker::IsolatedError;
use crate::warehouse::WarehouseError;

/// The type of problem documents.
pub(super) const PROBLEM: &str = "application/problem+json";

/// How somebody says who it is.
const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer realm=\"patron\"");

/// Why a request has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    retry_after_seconds: Option<u32>,
    /// whether it says how to come in
    is_challenge: bool,
}

impl Problem {
    /// A problem whose detail is for whoever asks.
    pub(super) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self { status, code, detail, retry_after_seconds: None, is_challenge: false }
    }

    /// A request that must be written otherwise.
    pub(super) fn bad(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// What is there, but not for whoever asks.
    pub(super) fn not_seen(what: &str) -> Self {
        let detail = format!("{what} are for those who see all tables that they tell of");
        Self::new(StatusCode::FORBIDDEN, "not_seen", detail)
    }

    /// A limit that has been reached for now.
    pub(super) fn busy(code: &'static str, detail: impl Into<String>) -> Self {
        let busy = Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail);
        Self { retry_after_seconds: Some(1), ..busy }
    }

    /// The same, to be tried again after so many seconds.
    pub(super) fn after(self, seconds: u32) -> Self {
        Self { retry_after_seconds: Some(seconds), ..self }
    }

    /// The same, behind what was done before it.
    pub(super) fn behind(self, done: Option<String>) -> Self {
        match done {
            None => self,
            Some(done) => Self { detail: format!("{done}; then: {}", self.detail), ..self },
        }
    }

    /// Whoever does not say who it is, or not so that it is believed.
    pub(super) fn stranger(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail).challenging()
    }

    /// The same, which says how to come in.
    pub(super) fn challenging(self) -> Self {
        Self { is_challenge: true, ..self }
    }

    /// An answer that takes too long.
    pub(super) fn late(seconds: u64) -> Self {
        let detail = format!(
            "the answer took longer than {seconds} s; ask for fewer periods, rows or columns at \
             once"
        );
        Self::new(StatusCode::GATEWAY_TIMEOUT, "too_late", detail)
    }

    /// More memory than a query may take.
    fn too_much() -> Self {
        let detail = "the question needs more memory than a query may take; ask for fewer \
                      periods, rows or columns at once";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "too_much", detail)
    }

    /// A failure whose cause is for the log.
    pub(super) fn hidden(error: &dyn Error) -> Self {
        let mut said = error.to_string();
        let mut cause = error.source();
        while let Some(next) = cause {
            let message = next.to_string();
            if !said.contains(&message) {
                said.push_str(": ");
                said.push_str(&message);
            }
            cause = next.source();
        }
        tracing::error!(error = said, "a request failed");
        Self::inside()
    }

    /// A failure of which no cause is known.
    pub(super) fn inside() -> Self {
        let detail = "the server failed; its log says why, under the id of this request";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "failed", detail)
    }

    /// What the engine refused or failed at.
    fn engine(cause: &DataFusionError) -> Self {
        // What a process of its own told is for who asked.
        if let DataFusionError::External(told) = cause
            && let Some(told) = told.downcast_ref::<IsolatedError>()
        {
            return told.clone().into();
        }
        match cause.find_root() {
            DataFusionError::ResourcesExhausted(_) => Self::too_much(),
            _ => Self::hidden(cause),
        }
    }

    /// The status of its answer.
    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    /// What it is called by programs.
    pub(super) fn code(&self) -> &'static str {
        self.code
    }

    /// What is told of it.
    pub(super) fn detail(&self) -> &str {
        &self.detail
    }

    /// The document. `error` is what clients of Cube show.
    pub(super) fn document(&self, request_id: Option<&str>) -> String {
        let mut document = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or("Problem"),
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
            "error": self.detail,
        });
        if let (Some(id), Some(members)) = (request_id, document.as_object_mut()) {
            members.insert("request_id".to_owned(), id.into());
        }
        format!("{document}\n")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.document(None)));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM));
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.is_challenge {
            headers.insert(WWW_AUTHENTICATE, CHALLENGE);
        }
        // The gate writes the document again, with the id of the request.
        response.extensions_mut().insert(self);
        response
    }
}

impl From<ReportError> for Problem {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Unknown { wanted, hint } => {
                let detail =
                    format!("there is no report `{wanted}`; /api/v1/reports lists them{hint}");
                Self::new(StatusCode::NOT_FOUND, "unknown_report", detail)
            }
            ReportError::Missing { report, name, description } => {
                let detail =
                    format!("report `{report}` needs `{name}`: {description}; add `{name}=...`");
                Self::bad("missing_parameter", detail)
            }
            ReportError::UnknownParameter { .. } => {
                Self::bad("unknown_parameter", error.to_string())
            }
            ReportError::Value { .. } | ReportError::NoNewest { .. } => {
                Self::bad("bad_parameter", error.to_string())
            }
            ReportError::Language { .. } => Self::bad("unknown_language", error.to_string()),
            ReportError::Encode(error) => error.into(),
            ReportError::Query { cause, .. } => Self::engine(&cause),
            other => Self::hidden(&other),
        }
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Query(cause) => Self::engine(&cause),
            other => Self::hidden(&other),
        }
    }
}

impl From<CubeError> for Problem {
    fn from(error: CubeError) -> Self {
        match error {
            CubeError::Question { .. } | CubeError::Unknown { .. } | CubeError::Unfit { .. } => {
                Self::bad("bad_question", error.to_string())
            }
            CubeError::Memory { .. } => Self::too_much(),
            CubeError::Encode(error) => error.into(),
            CubeError::Query { cause, .. } => Self::engine(&cause),
            other => Self::hidden(&other),
        }
    }
}

impl From<EncodeError> for Problem {
    fn from(error: EncodeError) -> Self {
        match error {
            EncodeError::Unfit { .. } => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                Self::new(status, "no_workbook", error.to_string())
            }
            EncodeError::Query(cause) => Self::engine(&cause),
            other => Self::hidden(&other),
        }
    }
}

impl From<AccountsError> for Problem {
    fn from(error: AccountsError) -> Self {
        let said = error.to_string();
        match error {
            AccountsError::Unknown { .. } => {
                Self::new(StatusCode::NOT_FOUND, "unknown_account", said)
            }
            AccountsError::UnknownToken { .. } => {
                Self::new(StatusCode::NOT_FOUND, "unknown_token", said)
            }
            AccountsError::UnknownWish(_) => {
                Self::new(StatusCode::NOT_FOUND, "unknown_request", said)
            }
            AccountsError::Taken(_) | AccountsError::TokenTaken { .. } => {
                Self::new(StatusCode::CONFLICT, "name_taken", said)
            }
            AccountsError::Unrecorded(_) => {
                tracing::error!(error = said, "nothing is answered that cannot be written down");
                let detail = "what is asked cannot be written down now, so nothing is answered; \
                              the server's log says why";
                Self::busy("not_recorded", detail)
            }
            error if error.is_usage() => Self::bad("bad_value", said),
            other => Self::hidden(&other),
        }
    }
}

impl From<WarehouseError> for Problem {
    fn from(error: WarehouseError) -> Self {
        match error {
            WarehouseError::UnknownRelease { .. } => {
                Self::new(StatusCode::NOT_FOUND, "unknown_release", error.to_string())
            }
            WarehouseError::NoTime(_) => Self::bad("unknown_release", error.to_string()),
            WarehouseError::Retired { .. } => {
                Self::new(StatusCode::GONE, "retired_release", error.to_string())
            }
            other => Self::hidden(&other),
        }
    }
}
