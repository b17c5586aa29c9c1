//! Who asks, by which right, and what is noted of it?

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;

use super::problem::Problem;
use crate::accounts::{Identity, Scope};
use crate::query::policy::Power;
use crate::query::{Member, Principal, Rules};

/// Whoever asks. The gate finds it out before a request reaches what answers it.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    /// what the person is called in logs
    pub name: String,
    /// on whose behalf data are read
    pub principal: Principal,
    /// what may be done with the secret that came with the request
    pub scopes: BTreeSet<Scope>,
    /// what is noted of the request
    pub note: Arc<Note>,
}

/// What is noted of a request while it is answered, for the log of who asked what.
#[derive(Debug, Default)]
pub(super) struct Note(Mutex<Noted>);

/// What was noted.
#[derive(Debug, Clone, Default)]
pub(super) struct Noted {
    /// the release that was asked
    pub release: Option<u64>,
    /// what was asked in the body, never a secret
    pub said: Option<String>,
    /// who it turned out to be, where nobody was known before
    pub who: Option<String>,
}

impl Note {
    /// What is noted so far.
    pub(super) fn get(&self) -> Noted {
        self.lock().clone()
    }

    /// Notes which release is asked.
    pub(super) fn release(&self, number: u64) {
        self.lock().release = Some(number);
    }

    /// Notes what the body of a request asks, which does not stand in its address.
    pub(super) fn said(&self, text: impl Into<String>) {
        self.lock().said = Some(text.into());
    }

    /// Notes who it turned out to be.
    pub(super) fn who(&self, name: &str) {
        self.lock().who = Some(name.to_owned());
    }

    fn lock(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Caller {
    /// Who owns this machine's files.
    pub(super) fn owner() -> Self {
        Self {
            name: "owner".to_owned(),
            principal: Principal::Owner,
            scopes: Scope::ALL.into(),
            note: Arc::default(),
        }
    }

    /// Who has an account: a member that sees what its roles let it see, and nothing without them.
    pub(super) fn of(identity: Identity, rules: Arc<Rules>) -> Self {
        let Identity { account, roles, attributes, scopes, via: _ } = identity;
        let member = Member { name: account.clone(), roles, attributes, rules };
        Self {
            name: account,
            principal: Principal::Member(Arc::new(member)),
            scopes,
            note: Arc::default(),
        }
    }

    /// The account's roles; none of the owner.
    pub(super) fn roles(&self) -> BTreeSet<String> {
        match &self.principal {
            Principal::Owner => BTreeSet::new(),
            Principal::Member(member) => member.roles.clone(),
        }
    }

    /// What the person may do beside asking.
    pub(super) fn powers(&self) -> BTreeSet<Power> {
        match &self.principal {
            Principal::Owner => Power::ALL.into(),
            Principal::Member(member) => {
                let known = &member.rules.access.roles;
                let roles = member.roles.iter().filter_map(|role| known.get(role));
                roles.flat_map(|role| role.may.iter().copied()).collect()
            }
        }
    }

    /// Whether the person may do something beside asking.
    pub(super) fn may(&self, power: Power) -> bool {
        self.principal.is_owner() || self.powers().contains(&power)
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // Without it nobody has asked who it is: nothing is answered then.
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::inside)
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}
