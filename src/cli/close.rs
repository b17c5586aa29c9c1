//! How are accounting periods closed, reopened and signed off?

use std::collections::BTreeSet;

use super::Context;
use super::error::CliError;
use super::findings::Told;
use super::query::resolve;
use super::refresh::{options, summary, supervise};
use crate::demo::examples;
use crate::refresh::{self, Books, Options, Outcome, waivers_for};
use crate::warehouse::entered::{Entry, PeriodEntry, PeriodStatus, SignOff};
use crate::warehouse::release::Waiver;

/// Closes an accounting period: its figures never change any more
#[derive(Debug, clap::Args)]
#[command(after_help = examples::CLOSE)]
pub(super) struct CloseArgs {
    #[command(flatten)]
    which: Which,

    /// Why, or what there is to say; the reason of every --waive
    #[arg(long, value_name = "TEXT")]
    because: Option<String>,

    /// A check that may stand although it keeps the period open; needs --because
    #[arg(long, value_name = "CHECK", requires = "because")]
    waive: Vec<String>,

    /// Close every open period before it too, one after the other, each with a release and a pin
    /// of its own; --waive holds for those in which the check failed
    #[arg(long)]
    with_earlier: bool,
}

/// Reopens a closed accounting period, so that it can be restated
#[derive(Debug, clap::Args)]
#[command(after_help = examples::REOPEN)]
pub(super) struct ReopenArgs {
    #[command(flatten)]
    which: Which,

    /// Why
    #[arg(long, value_name = "TEXT")]
    because: String,
}

/// Records that somebody takes responsibility for a report or a check of a period
#[derive(Debug, clap::Args)]
#[command(after_help = examples::SIGN_OFF)]
pub(super) struct SignOffArgs {
    #[command(flatten)]
    which: Which,

    /// What is signed off: a report, a check, a cube or a table, with or without its folder; it is
    /// kept by its full name
    subject: String,

    /// What there is to say about it
    #[arg(long, value_name = "TEXT")]
    remark: Option<String>,
}

/// What and who, in each of these commands.
#[derive(Debug, Clone, clap::Args)]
struct Which {
    /// The period, as the project's table of periods has it
    period: String,

    /// The one legal entity [default: all]
    #[arg(long, value_name = "ENTITY")]
    entity: Option<String>,

    /// Who decides
    #[arg(long, value_name = "NAME")]
    by: String,
}

pub(super) fn close(args: CloseArgs, context: &Context) -> Result<(), CliError> {
    let because = args.because.clone().unwrap_or_default();
    let waive = |check: &String| Waiver { check: check.clone(), because: because.clone() };
    let waivers: Vec<Waiver> = args.waive.iter().map(waive).collect();
    if !args.with_earlier {
        return close_one(args.which, waivers, args.because, context);
    }
    let periods = {
        let (project, home) = (context.project()?, context.home()?);
        let release = resolve(&home, None)?;
        let _entered = context.runtime.enter();
        let books = Books::read(&project, &home, release.number, &context.limits())?;
        books.open_until(&args.which.period, args.which.entity.as_deref())?
    };
    if periods.is_empty() {
        // It is closed, which is told as of any other.
        return close_one(args.which, waivers, args.because, context);
    }
    let mut idle: BTreeSet<&String> = args.waive.iter().collect();
    for period in &periods {
        let release = resolve(&context.home()?, None)?;
        let waivers = waivers_for(period, &release.checks, &waivers);
        idle.retain(|check| waivers.iter().all(|waiver| waiver.check != **check));
        let which = Which { period: period.clone(), ..args.which.clone() };
        close_one(which, waivers, args.because.clone(), context)?;
    }
    for check in idle {
        context.output.warn(&format!("`{check}` failed in none of these periods"));
    }
    Ok(())
}

/// Closes one period, whose predecessors are closed.
fn close_one(
    which: Which,
    waivers: Vec<Waiver>,
    because: Option<String>,
    context: &Context,
) -> Result<(), CliError> {
    let options = Options { waivers, ..options(context, true) };
    let period = which.period.clone();
    let entry = status(which, PeriodStatus::Closed, because);
    let outcome = publish(entry, options, context)?;
    let number = outcome.release.number;
    let pins = context.home()?.pins()?;
    let pin = pins.iter().find(|pin| pin.number == number && pin.name.starts_with("close-"));
    let kept = pin.map(|pin| format!(" and kept as `{}`", pin.name)).unwrap_or_default();
    context.output.say(&format!("period {period} is closed as of release {number}{kept}"))
}

pub(super) fn reopen(args: ReopenArgs, context: &Context) -> Result<(), CliError> {
    let period = args.which.period.clone();
    let entry = status(args.which, PeriodStatus::Reopened, Some(args.because));
    publish(entry, options(context, true), context)?;
    context.output.say(&format!("period {period} is open; close it again to restate it"))
}

pub(super) fn sign_off(args: SignOffArgs, context: &Context) -> Result<(), CliError> {
    let Which { period, entity, by } = args.which;
    let (subject, remark) = (args.subject, args.remark);
    let entry = Entry::SignOff(SignOff { period, entity, subject, by, remark });
    publish(entry, options(context, true), context)?;
    Ok(())
}

fn status(which: Which, status: PeriodStatus, because: Option<String>) -> Entry {
    let Which { period, entity, by } = which;
    let waived = Vec::new();
    Entry::PeriodStatus(PeriodEntry { period, entity, status, by, because, waived })
}

/// Publishes what a person enters and says so.
pub(super) fn publish(
    entry: Entry,
    options: Options,
    context: &Context,
) -> Result<Outcome, CliError> {
    let project = context.project()?;
    let outcome = supervise(context, project, move |project, progress| {
        refresh::enter(project, &entry, &options, progress)
    })?;
    summary(context, &context.home()?, &outcome, Told::Changes)?;
    Ok(outcome)
}
