//! Has the client the answer already? Equal tags mean equal answers: of the same release, by the
//! same files and program, to the same question, for the same person.

use axum::http::HeaderValue;
use axum::http::header::ETAG;
use axum::http::{Response, StatusCode};
use sha2::{Digest, Sha256};

use super::app::Scene;
use crate::query::Principal;

/// The tag of an answer. It is a weak one, since an answer may be sent compressed or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag(String);

impl Tag {
    /// The tag of the answer to a question, all parts of which are given.
    pub(super) fn of<'p>(scene: &Scene, parts: impl IntoIterator<Item = &'p str>) -> Self {
        let rests_on = [
            env!("CARGO_PKG_VERSION").to_owned(),
            scene.held.release.hash.clone(),
            scene.sources.print.clone(),
            policy(&scene.caller.principal),
        ];
        Self::hashed(rests_on.into_iter().chain(parts.into_iter().map(str::to_owned)))
    }

    /// The tag of an answer that is there already.
    pub(super) fn of_text(text: &str) -> Self {
        Self::hashed([text])
    }

    fn hashed(parts: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            let part = part.as_ref();
            // The length before the text: no two lists of parts are the same bytes.
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let mut hash = hex::encode(hasher.finalize());
        hash.truncate(32);
        Self(format!("W/\"{hash}\""))
    }

    /// Whether a tag that a client has is this one, be it weak there or strong.
    pub(super) fn is(&self, known: &str) -> bool {
        let opaque = |tag: &str| tag.strip_prefix("W/").unwrap_or(tag).to_owned();
        opaque(&self.0) == opaque(known)
    }

    /// Says the tag in an answer.
    pub(super) fn mark<B>(&self, response: &mut Response<B>) {
        if let Ok(value) = HeaderValue::from_str(&self.0) {
            response.headers_mut().insert(ETAG, value);
        }
    }

    /// The answer to whoever has it already.
    pub(super) fn known<B: Default>(&self) -> Response<B> {
        let mut response = Response::new(B::default());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        self.mark(&mut response);
        response
    }
}

/// By which rules an answer was made: whose roles and attributes they are. What the rules say
/// stands in the print of the project's files.
pub(super) fn policy(principal: &Principal) -> String {
    match principal {
        Principal::Owner => "owner".to_owned(),
        Principal::Member(member) => {
            format!("{} {:?} {:?}", member.name, member.roles, member.attributes)
        }
    }
}
