//! On whose behalf is a question asked?

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::seen::Rules;

/// On whose behalf data are read. Every read takes one, so that no path to the data can forget to
/// ask; policies per role hang here.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Principal {
    /// the person at the command line, who owns the files and so sees everything
    Owner,
    /// somebody who sees what roles see
    Member(Arc<Member>),
}

/// Somebody with roles.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Member {
    /// what the person is called, for the log; nothing is decided by it
    pub name: String,
    /// the roles; one that the rules do not know sees nothing
    pub roles: BTreeSet<String>,
    /// what is known of the person, by which rows are chosen: the values of each attribute. One
    /// that is missing chooses no row
    pub attributes: BTreeMap<String, BTreeSet<String>>,
    /// who sees what
    pub rules: Arc<Rules>,
}

impl Principal {
    /// Whether it is the owner.
    pub fn is_owner(&self) -> bool {
        matches!(self, Self::Owner)
    }
}
