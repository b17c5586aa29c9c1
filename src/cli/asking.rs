//! On whose behalf is asked at the command line? The owner's, who may ask as somebody else would.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Context;
use super::error::CliError;
use crate::engine::near::near;
use crate::model::given::given;
use crate::model::{access, compile};
use crate::query::policy::{Access, Mask, PLACE};
use crate::query::{Member, Principal, Rules};
use crate::warehouse::project::Project;

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
        let rules = Arc::new(rules(context, &project, access, &roles)?);
        let name = "the owner, as somebody else".to_owned();
        Ok(Principal::Member(Arc::new(Member { name, roles, attributes, rules })))
    }
}

fn known<'a>(
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

/// Who sees what. Which columns are personal is found out only where a role asks for it.
fn rules(
    context: &Context,
    project: &Project,
    access: Access,
    roles: &BTreeSet<String>,
) -> Result<Rules, CliError> {
    let asked = roles.iter().filter_map(|role| access.roles.get(role));
    let masks: Vec<&Mask> = asked.flat_map(|role| &role.masks).collect();
    if !masks.iter().any(|mask| mask.personal) {
        return Ok(Rules { access, impersonal: BTreeMap::new() });
    }
    let limits = context.limits();
    let compiled = compile(&project.root, given(project)?, &limits);
    let (models, _) = context.runtime.block_on(compiled)?;
    let impersonal = access::impersonal(&models, project.contracts.values())?;
    Ok(Rules { access, impersonal })
}
