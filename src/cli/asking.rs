//! On whose behalf is asked at the command line? The owner's, who may ask as somebody else would.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Context;
use super::error::CliError;
use crate::engine::near::near;
use crate::model::access;
use crate::query::policy::{Access, PLACE};
use crate::query::{Member, Principal};

/// Whose question it is.
#[derive(Debug, clap::Args)]
pub(super) struct Asking {
    /// Answer as somebody of this role of warehouse/access.toml would be answered; may be repeated
    #[arg(long, value_name = "ROLE")]
    as_role: Vec<String>,

    /// What is known of that person, by which rows are chosen; may be repeated
    #[arg(long, value_name = "ATTRIBUTE=VALUE", requires = "as_role")]
    with: Vec<String>,
}

impl Asking {
    /// On whose behalf data are read.
    pub(super) fn principal(&self, context: &Context) -> Result<Principal, CliError> {
        if self.as_role.is_empty() {
            return Ok(Principal::Owner);
        }
        let project = context.project()?;
        let access = Access::read(&project.root)?;
        for role in &self.as_role {
            known("role", role, access.roles.keys())?;
        }
        let mut attributes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for given in &self.with {
            let Some((attribute, value)) = given.split_once('=') else {
                let advice = format!("`--with {given}` has no value; write `attribute=value`");
                return Err(CliError::Usage(advice));
            };
            known("attribute", attribute, access.attributes.keys())?;
            attributes.entry(attribute.to_owned()).or_default().insert(value.to_owned());
        }
        let roles: BTreeSet<String> = self.as_role.iter().cloned().collect();
        let asked = roles.iter().filter_map(|role| access.roles.get(role));
        let limits = context.limits();
        let rules = access::rules(&project, &access, asked, &limits);
        let rules = Arc::new(context.runtime.block_on(rules)?);
        let name = "the owner, as somebody else".to_owned();
        Ok(Principal::Member(Arc::new(Member { name, roles, attributes, rules })))
    }
}

/// Refuses a name that warehouse/access.toml does not have.
pub(super) fn known<'a>(
    what: &str,
    wanted: &str,
    all: impl Iterator<Item = &'a String>,
) -> Result<(), CliError> {
    let all: Vec<String> = all.cloned().collect();
    if all.iter().any(|name| name == wanted) {
        return Ok(());
    }
    let hint = near(wanted, all);
    Err(CliError::Usage(format!("{PLACE} has no {what} `{wanted}`{hint}")))
}
