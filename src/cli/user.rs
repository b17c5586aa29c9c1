//! Who may come in over the network, and with which roles?

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Context;
use super::error::CliError;
use super::typed::new_password;
use crate::accounts::{Account, Accounts, AccountsError, Entry, NewAccount, Way};
use crate::demo::examples;
use crate::engine::text_table::Heading;
use crate::query::policy::Access;

/// Makes and changes the accounts by which people come in over the network
#[derive(Debug, clap::Args)]
#[command(after_help = examples::USER)]
pub(super) struct Args {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Debug, clap::Subcommand)]
enum Deed {
    /// Makes an account; its password is typed, or read from standard input
    Add {
        /// The name: a to z, digits, `_` and `-`
        name: String,
        /// A role of warehouse/access.toml; may be repeated
        #[arg(long, value_name = "ROLE")]
        role: Vec<String>,
        /// What is known of the person, by which rows are chosen; may be repeated
        #[arg(long, value_name = "ATTRIBUTE=VALUE")]
        with: Vec<String>,
    },
    /// Lists the accounts
    List,
    /// Shows an account with its tokens
    Show {
        /// The account
        name: String,
    },
    /// Gives an account a new password, and ends its sessions
    Password {
        /// The account
        name: String,
    },
    /// Gives an account these roles instead of those that it has
    Roles {
        /// The account
        name: String,
        /// The roles; none takes all away
        roles: Vec<String>,
    },
    /// Says what is known of the person, instead of what was
    Attributes {
        /// The account
        name: String,
        /// What is known; nothing takes all away
        #[arg(value_name = "ATTRIBUTE=VALUE")]
        attributes: Vec<String>,
    },
    /// Lets nobody in by an account: its sessions end, its tokens are refused
    Disable {
        /// The account
        name: String,
    },
    /// Lets an account in again
    Enable {
        /// The account
        name: String,
    },
    /// Takes an account away with its sessions and tokens
    Remove {
        /// The account
        name: String,
    },
}

impl Deed {
    /// What is written down of it; nothing of what only looks.
    fn told(&self) -> Option<String> {
        let told = match self {
            Self::List | Self::Show { .. } => return None,
            Self::Add { name, role, with } => {
                format!("user add {name} roles {role:?} attributes {with:?}")
            }
            Self::Password { name } => format!("user password {name}"),
            Self::Roles { name, roles } => format!("user roles {name} {roles:?}"),
            Self::Attributes { name, attributes } => {
                format!("user attributes {name} {attributes:?}")
            }
            Self::Disable { name } => format!("user disable {name}"),
            Self::Enable { name } => format!("user enable {name}"),
            Self::Remove { name } => format!("user remove {name}"),
        };
        Some(told)
    }
}

/// The project's accounts.
pub(super) fn accounts(context: &Context) -> Result<Arc<Accounts>, CliError> {
    Ok(Accounts::open(&context.project()?.state_dir())?)
}

/// Writes down what the owner did with accounts.
pub(super) fn record<T>(
    context: &Context,
    accounts: &Accounts,
    what: String,
    done: Result<T, CliError>,
) -> Result<T, CliError> {
    accounts.audit(Entry {
        at: context.now,
        who: "owner".to_owned(),
        way: Way::Cli,
        what,
        release: None,
        outcome: if done.is_ok() { "ok" } else { "refused" }.to_owned(),
        milliseconds: 0,
        request: String::new(),
        peer: String::new(),
    });
    accounts.flush()?;
    done
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), CliError> {
    let accounts = accounts(context)?;
    let done = act(&args.deed, &accounts, context);
    match args.deed.told() {
        Some(what) => record(context, &accounts, what, done),
        None => done,
    }
}

fn act(deed: &Deed, accounts: &Accounts, context: &Context) -> Result<(), CliError> {
    let say = |text: String| context.output.say(&text);
    match deed {
        Deed::Add { name, role, with } => add(accounts, context, (name, role, with)),
        Deed::List => list(accounts, context),
        Deed::Show { name } => show(accounts, context, name),
        Deed::Password { name } => {
            accounts.account(name)?;
            accounts.set_password(name, &new_password(context, name)?)?;
            say(format!("`{name}` has a new password; whoever was signed in is not any more"))
        }
        Deed::Roles { name, roles } => {
            let roles: BTreeSet<String> = roles.iter().cloned().collect();
            known(context, &roles, &BTreeMap::new())?;
            accounts.set_roles(name, &roles)?;
            say(format!("`{name}` has {}", told(&roles)))
        }
        Deed::Attributes { name, attributes } => {
            let attributes = pairs(attributes)?;
            known(context, &BTreeSet::new(), &attributes)?;
            accounts.set_attributes(name, &attributes)?;
            say(format!("of `{name}` is known: {}", written(&attributes)))
        }
        Deed::Disable { name } => {
            accounts.set_disabled(name, true)?;
            say(format!("`{name}` is let in no more"))
        }
        Deed::Enable { name } => {
            accounts.set_disabled(name, false)?;
            say(format!("`{name}` is let in again"))
        }
        Deed::Remove { name } => {
            accounts.remove(name)?;
            say(format!("`{name}` is gone"))
        }
    }
}

fn add(
    accounts: &Accounts,
    context: &Context,
    (name, role, with): (&str, &[String], &[String]),
) -> Result<(), CliError> {
    let roles: BTreeSet<String> = role.iter().cloned().collect();
    let attributes = pairs(with)?;
    known(context, &roles, &attributes)?;
    if accounts.list()?.iter().any(|account| account.name == name) {
        return Err(AccountsError::Taken(name.to_owned()).into());
    }
    let password = new_password(context, name)?;
    let (name, created_by) = (name.to_owned(), "owner".to_owned());
    let text = format!("`{name}` may come in, with {}", told(&roles));
    let new = NewAccount { name, password, roles, attributes, created_by };
    accounts.add(&new, context.now)?;
    context.output.say(&text)
}

/// Refuses what warehouse/access.toml does not have.
fn known(
    context: &Context,
    roles: &BTreeSet<String>,
    attributes: &BTreeMap<String, BTreeSet<String>>,
) -> Result<(), CliError> {
    let access = Access::read(&context.folder()?)?;
    match access.misses(roles, attributes.keys()) {
        Some(missing) => Err(CliError::Usage(missing)),
        None => Ok(()),
    }
}

/// Attributes with their values, as the command line has them.
fn pairs(given: &[String]) -> Result<BTreeMap<String, BTreeSet<String>>, CliError> {
    let mut attributes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for given in given {
        let Some((attribute, value)) = given.split_once('=') else {
            let advice = format!("`{given}` has no value; write `attribute=value`");
            return Err(CliError::Usage(advice));
        };
        attributes.entry(attribute.to_owned()).or_default().insert(value.to_owned());
    }
    Ok(attributes)
}

fn told(roles: &BTreeSet<String>) -> String {
    match roles.is_empty() {
        true => "no role, so it sees nothing; `patron user roles` gives it one".to_owned(),
        false => format!("the roles {}", listed(roles)),
    }
}

fn listed(words: &BTreeSet<String>) -> String {
    words.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

fn written(attributes: &BTreeMap<String, BTreeSet<String>>) -> String {
    let pairs = attributes
        .iter()
        .flat_map(|(name, values)| values.iter().map(move |value| format!("{name}={value}")));
    let pairs: Vec<String> = pairs.collect();
    if pairs.is_empty() { "nothing".to_owned() } else { pairs.join(" ") }
}

fn list(accounts: &Accounts, context: &Context) -> Result<(), CliError> {
    let row = |account: Account| {
        vec![
            account.name,
            listed(&account.roles),
            written(&account.attributes),
            if account.is_disabled { "disabled" } else { "let in" }.to_owned(),
            account.created_at.format("%Y-%m-%d").to_string(),
            account.created_by,
        ]
    };
    let headings = ["account", "roles", "known of it", "state", "made on", "made by"];
    let rows: Vec<Vec<String>> = accounts.list()?.into_iter().map(row).collect();
    context.output.table(&headings.map(Heading::text), &rows)
}

fn show(accounts: &Accounts, context: &Context, name: &str) -> Result<(), CliError> {
    let account = accounts.account(name)?;
    let state = if account.is_disabled { "let in by nobody" } else { "let in" };
    let lines = [
        format!("{name}: {state}"),
        format!("roles: {}", listed(&account.roles)),
        format!("known of it: {}", written(&account.attributes)),
        format!("made on {} by {}", account.created_at.format("%Y-%m-%d"), account.created_by),
    ];
    context.output.say(&lines.join("\n"))?;
    super::token::list(accounts, context, name)
}
