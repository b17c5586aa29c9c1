//! Who asks, by which right?

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::problem::Problem;
use crate::query::Principal;

/// Whoever asks. The gate finds it out before a request reaches what answers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Caller {
    /// what the person is called in logs
    pub name: String,
    /// on whose behalf data are read
    pub principal: Principal,
}

impl Caller {
    /// Who owns this machine's files.
    pub(super) fn owner() -> Self {
        Self { name: "owner".to_owned(), principal: Principal::Owner }
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // Without it nobody has asked who it is: nothing is answered then.
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::inside)
    }
}
