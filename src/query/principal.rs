//! On whose behalf is a question asked?

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::policy::Power;
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
    /// Whether it may do something beside asking.
    pub fn may(&self, power: Power) -> bool {
        match self {
            Self::Owner => true,
            Self::Member(member) => {
                let known = &member.rules.access.roles;
                let mut roles = member.roles.iter().filter_map(|role| known.get(role));
                roles.any(|role| role.may.contains(&power))
            }
        }
    }

    /// Whether it is the owner.
    pub fn is_owner(&self) -> bool {
        matches!(self, Self::Owner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::policy::Access;

    #[test]
    fn a_role_may_what_is_said_of_it_and_nothing_else() {
        let text = "[roles.books]\ndescription = \"Books.\"\nmay = [\"close_periods\"]\n";
        let rules = Arc::new(Rules { access: Access::parse(text).unwrap(), ..Rules::default() });
        let of = |roles: &[&str]| {
            let roles = roles.iter().map(|role| (*role).to_owned()).collect();
            let (name, rules) = ("Ada".to_owned(), Arc::clone(&rules));
            let attributes = BTreeMap::new();
            Principal::Member(Arc::new(Member { name, roles, attributes, rules }))
        };
        assert!(of(&["books"]).may(Power::ClosePeriods));
        assert!(of(&["desk", "books"]).may(Power::ClosePeriods));
        assert!(!of(&["books"]).may(Power::Comment));
        assert!(!of(&["desk"]).may(Power::ClosePeriods));
        assert!(!of(&[]).may(Power::ClosePeriods));
        assert!(Principal::Owner.may(Power::Refresh));
    }
}
