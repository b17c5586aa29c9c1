//! Which numbers of two systems mean the same, as people decide it?

use std::str::FromStr;

use chrono::NaiveDate;
use datafusion::prelude::{Expr, SessionContext, col, lit};

use super::Context;
use super::close::publish;
use super::error::CliError;
use super::query::{Format, resolve, write_frame};
use super::refresh::options;
use crate::demo::examples;
use crate::engine::encode::EncodeError;
use crate::model::files;
use crate::query::{self, Principal};
use crate::warehouse::entered::{Entry, LocalNumber, MatchDecision, Verdict};
use crate::warehouse::name::TableName;

/// Lists numbers that may mean the same, and records what people decide about them
#[derive(Debug, clap::Args)]
#[command(after_help = examples::MATCH)]
pub(super) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Lists the pairs that wait for a decision
    List {
        /// How the list is written
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Shows what waits and what was decided about a number
    Show {
        /// The number, as `system:number`
        number: Number,
        /// How the lists are written
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Records that two numbers mean the same
    Same(Decision),
    /// Records that two numbers do not mean the same
    Different(Decision),
    /// Takes back what was decided about two numbers
    Undo(Decision),
}

#[derive(Debug, clap::Args)]
struct Decision {
    /// One number, as `system:number`
    left: Number,
    /// The other
    right: Number,
    /// Who decides
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    because: Option<String>,
    /// The day from which it holds [default: always]
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
}

/// A number of a system.
#[derive(Debug, Clone)]
struct Number(LocalNumber);

impl FromStr for Number {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some((system, id)) if !system.is_empty() && !id.is_empty() => {
                Ok(Self(LocalNumber { system: system.to_owned(), id: id.to_owned() }))
            }
            _ => Err("write the system, a colon and the number".to_owned()),
        }
    }
}

pub(super) fn run(args: Args, context: &Context) -> Result<(), CliError> {
    match args.verb {
        Verb::List { format } => list(context, format),
        Verb::Show { number, format } => show(context, &number.0, format),
        Verb::Same(decision) => decide(decision, Verdict::Same, context),
        Verb::Different(decision) => decide(decision, Verdict::Different, context),
        Verb::Undo(decision) => decide(decision, Verdict::Undo, context),
    }
}

fn decide(decision: Decision, verdict: Verdict, context: &Context) -> Result<(), CliError> {
    let Decision { left: Number(left), right: Number(right), by, because, from } = decision;
    if left == right {
        return Err(CliError::Usage("both numbers are one; name two".to_owned()));
    }
    let entry = MatchDecision { verdict, left, right, by, because, valid_from: from };
    publish(Entry::MatchDecision(entry), options(context, true), context)?;
    Ok(())
}

/// The table whose head says `reviews = true`.
fn reviews(context: &Context) -> Result<TableName, CliError> {
    let (files, _) = files::read_all(&context.folder()?)?;
    let found = files.into_iter().find(|file| file.head.reviews).map(|file| file.name);
    found.ok_or_else(|| {
        let advice = "no file under sql/ lists doubtful matches; say `reviews = true` in the head \
                      of the one that does";
        CliError::Usage(advice.to_owned())
    })
}

/// A session over the newest release.
fn session(context: &Context) -> Result<SessionContext, CliError> {
    let home = context.home()?;
    let release = resolve(&home, None)?;
    Ok(query::open(&home, &release, &Principal::Owner, &context.limits())?)
}

fn list(context: &Context, format: Format) -> Result<(), CliError> {
    let table = reviews(context)?;
    write_table(context, &session(context)?, &table.to_string(), None, format)
}

fn show(context: &Context, number: &LocalNumber, format: Format) -> Result<(), CliError> {
    let side = |system: &str, id: &str| {
        col(system).eq(lit(&number.system)).and(col(id).eq(lit(&number.id)))
    };
    let is_named = side("left_system", "left_local_id").or(side("right_system", "right_local_id"));
    let session = session(context)?;
    let table = reviews(context)?.to_string();
    write_table(context, &session, &table, Some(is_named.clone()), format)?;
    write_table(context, &session, "patron.match_decisions", Some(is_named), format)
}

fn write_table(
    context: &Context,
    session: &SessionContext,
    table: &str,
    filter: Option<Expr>,
    format: Format,
) -> Result<(), CliError> {
    let frame = context.runtime.block_on(session.table(table)).map_err(EncodeError::Query)?;
    let frame = match filter {
        Some(filter) => frame.filter(filter).map_err(EncodeError::Query)?,
        None => frame,
    };
    write_frame(context, frame, format)
}
