//! What must whoever asks bring along? Each route says it where it is registered; one that says
//! nothing answers nobody.

use std::collections::BTreeMap;

use axum::http::{Method, StatusCode};
use utoipa::openapi::path::{PathItem, Paths};

use super::caller::Caller;
use super::problem::Problem;
use crate::accounts::Scope;
use crate::query::policy::Power;

/// What a route asks of whoever calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// nothing: it says no business data to strangers
    Open,
    /// nothing, but it is written down: signing in
    SignIn,
    /// any account, whatever its token is good for
    Account,
    /// a scope
    Scope(Scope),
    /// a scope, and one of some powers of a role
    Power(Scope, &'static [Power]),
}

impl Need {
    /// Whether something is entered.
    pub(super) fn is_entry(self) -> bool {
        matches!(self, Self::Scope(Scope::Write) | Self::Power(Scope::Write, _))
    }

    /// Whether strangers are answered.
    pub(super) fn is_for_all(self) -> bool {
        matches!(self, Self::Open | Self::SignIn)
    }

    /// Refuses whoever lacks it.
    pub(super) fn check(self, caller: &Caller) -> Result<(), Problem> {
        let (scope, powers) = match self {
            Self::Open | Self::SignIn | Self::Account => return Ok(()),
            Self::Scope(scope) => (scope, [].as_slice()),
            Self::Power(scope, powers) => (scope, powers),
        };
        if !caller.scopes.contains(&scope) {
            let detail = format!(
                "the token is not good for this; it needs one with the scope `{scope}`, which \
                 `patron token create` makes"
            );
            return Err(Problem::new(StatusCode::FORBIDDEN, "missing_scope", detail));
        }
        if !powers.is_empty() && !powers.iter().any(|power| caller.may(*power)) {
            let names: Vec<&str> = powers.iter().map(|power| power.name()).collect();
            let names = names.join("` or `");
            let detail = format!("this is for roles that may `{names}`; none of yours does");
            return Err(Problem::new(StatusCode::FORBIDDEN, "missing_role", detail));
        }
        Ok(())
    }
}

/// What each route needs, by its path and method.
#[derive(Debug, Clone, Default)]
pub(super) struct Needs(BTreeMap<(String, String), Need>);

impl Needs {
    /// Notes what routes need.
    pub(super) fn add(&mut self, need: Need, paths: &Paths) {
        for (path, item) in &paths.paths {
            for method in methods(item) {
                self.0.insert((path.clone(), method.as_str().to_owned()), need);
            }
        }
    }

    /// What a route needs; nothing where there is no such method, which is told so.
    pub(super) fn of(&self, path: &str, method: &Method) -> Option<Need> {
        let method = if method == Method::HEAD { &Method::GET } else { method };
        self.0.get(&(path.to_owned(), method.as_str().to_owned())).copied()
    }
}

fn methods(item: &PathItem) -> Vec<Method> {
    let all = [
        (Method::GET, item.get.is_some()),
        (Method::PUT, item.put.is_some()),
        (Method::POST, item.post.is_some()),
        (Method::DELETE, item.delete.is_some()),
        (Method::PATCH, item.patch.is_some()),
    ];
    all.into_iter().filter(|(_, is_there)| *is_there).map(|(method, _)| method).collect()
}
