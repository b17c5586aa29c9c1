//! What may a secret be used for? Never for more than the roles of whose it is allow.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// asking reports and cubes, and reading what there is
    Read,
    /// asking SQL, over HTTP and PostgreSQL's protocol
    Sql,
    /// entering what people decide
    Write,
    /// accounts and one's own tokens
    Manage,
}

/// A word that is no scope.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is no scope; write read, sql, write or manage")]
pub struct UnknownScope(String);

impl Scope {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Read, Self::Sql, Self::Write, Self::Manage];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Sql => "sql",
            Self::Write => "write",
            Self::Manage => "manage",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        let found = Self::ALL.into_iter().find(|scope| scope.name() == text);
        found.ok_or_else(|| UnknownScope(text.to_owned()))
    }
}

/// Scopes as the file has them.
pub(super) fn written(scopes: &BTreeSet<Scope>) -> String {
    let names: Vec<&str> = scopes.iter().map(|scope| scope.name()).collect();
    names.join(" ")
}

/// Scopes that the file has; a word that this program does not know allows nothing.
pub(super) fn read(text: &str) -> BTreeSet<Scope> {
    text.split(' ').filter_map(|name| name.parse().ok()).collect()
}
