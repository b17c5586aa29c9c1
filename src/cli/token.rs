//! Which secrets do programs come in with?

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::Context;
use super::error::CliError;
use super::user::{accounts, record};
use crate::accounts::{Accounts, NewToken, Scope, Token};
use crate::demo::examples;
use crate::engine::text_table::Heading;

/// Makes and revokes the secrets by which programs come in over the network
#[derive(Debug, clap::Args)]
#[command(after_help = examples::TOKEN)]
pub(super) struct Args {
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Debug, clap::Subcommand)]
enum Deed {
    /// Makes a token and prints its secret, this once
    Create {
        /// Whose
        account: String,
        /// Its name, one of its own among those in use
        name: String,
        /// What it is good for: read, sql, write, manage; may be repeated
        #[arg(long, value_name = "SCOPE", required = true)]
        scope: Vec<Scope>,
        /// For how many days
        #[arg(long, default_value_t = 90, value_name = "DAYS",
            value_parser = clap::value_parser!(i64).range(1..=3_660))]
        days: i64,
    },
    /// Lists the tokens of an account
    List {
        /// Whose
        account: String,
    },
    /// Makes a token good for nothing, at once and for ever
    Revoke {
        /// Whose
        account: String,
        /// Its name
        name: String,
    },
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), CliError> {
    let accounts = accounts(context)?;
    match &args.deed {
        Deed::List { account } => list(&accounts, context, account),
        Deed::Revoke { account, name } => {
            let what = format!("token revoke {account} {name}");
            let done = accounts.revoke_token(account, name, context.now);
            record(context, &accounts, what, done.map_err(CliError::from))?;
            context.output.say(&format!("`{name}` of `{account}` is good for nothing any more"))
        }
        Deed::Create { account, name, scope, days } => {
            let scopes: BTreeSet<Scope> = scope.iter().copied().collect();
            let what = format!("token create {account} {name} {scopes:?} {days} days");
            let new = NewToken {
                account: account.clone(),
                name: name.clone(),
                scopes,
                ends_at: context.now + TimeDelta::days(*days),
            };
            let made = accounts.create_token(&new, context.now).map_err(CliError::from);
            let secret = record(context, &accounts, what, made)?;
            context.output.note(&used(&new));
            context.output.say(secret.reveal())
        }
    }
}

/// How a token is used. The secret itself goes to standard output, alone.
fn used(new: &NewToken) -> String {
    let NewToken { account, name, scopes, ends_at } = new;
    let mut lines = vec![format!(
        "The secret of `{name}`, good until {}. It is not shown again: PATRON_TOKEN=<secret>",
        ends_at.format("%Y-%m-%d")
    )];
    let header = "\"Authorization: Bearer $PATRON_TOKEN\"";
    lines.push(format!("  curl -H {header} http://127.0.0.1:8080/api/v1/reports"));
    if scopes.contains(&Scope::Sql) {
        lines.push(format!(
            "  PGPASSWORD=$PATRON_TOKEN psql -h 127.0.0.1 -p 5433 -U {account}.{name} patron"
        ));
    }
    lines.join("\n")
}

/// Lists the tokens of an account.
pub(super) fn list(accounts: &Accounts, context: &Context, account: &str) -> Result<(), CliError> {
    let row = |token: Token| {
        let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.name()).collect();
        let state = match token.revoked_at {
            Some(_) => "revoked",
            None if token.is_live(context.now) => "in use",
            None => "over",
        };
        vec![
            token.name,
            scopes.join(" "),
            state.to_owned(),
            token.ends_at.format("%Y-%m-%d").to_string(),
            token.last_used_on.map(|day| day.to_string()).unwrap_or_default(),
        ]
    };
    let headings = ["token", "scopes", "state", "ends on", "last used on"];
    let rows: Vec<Vec<String>> = accounts.tokens(account)?.into_iter().map(row).collect();
    context.output.table(&headings.map(Heading::text), &rows)
}
