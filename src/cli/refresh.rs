//! How is a refresh run and what does it say at its end?

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use chrono::TimeDelta;

use super::Context;
use super::error::CliError;
use super::findings::{self, Told};
use super::progress::Shown;
use crate::demo::examples;
use crate::engine::text_table::Heading;
use crate::refresh::attempts::{self, Attempt};
use crate::refresh::{self, Options, Outcome, Progress, RefreshError};
use crate::warehouse::Home;
use crate::warehouse::project::Project;
use crate::warehouse::release::Waiver;

/// Loads what is new in the systems and publishes it as one release
#[derive(Debug, clap::Args)]
#[command(after_help = examples::REFRESH)]
pub(super) struct Args {
    /// The one system to refresh [default: all]
    #[arg(long, value_name = "SYSTEM")]
    only: Option<String>,

    /// A check that may fail this time; needs a reason, which the release records
    #[arg(long, value_name = "CHECK", requires = "because")]
    waive: Vec<String>,

    /// Why, for the --waive before it
    #[arg(long, value_name = "TEXT", requires = "waive")]
    because: Vec<String>,

    /// Build every table of sql/ anew, not only what changed
    #[arg(long)]
    rebuild: bool,

    /// Fail at once when another refresh is running, instead of waiting for its end
    #[arg(long)]
    no_wait: bool,

    /// Who wanted it; a server says so
    #[arg(long, hide = true, value_name = "NAME", default_value = "command line")]
    wanted_by: String,

    /// What tells it from other refreshes; a server says so
    #[arg(long, hide = true, value_name = "ID")]
    attempt: Option<String>,
}

pub(super) fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let project = context.project()?;
    let (state, begun) = (project.state_dir(), Instant::now());
    let mut attempt = Attempt {
        id: args.attempt.clone().unwrap_or_else(|| uuid::Uuid::new_v4().to_string()),
        by: args.wanted_by.clone(),
        only: args.only.clone(),
        begun_at: context.now,
        ended_at: context.now,
        release: None,
        published: false,
        error: None,
    };
    let outcome = load(args, context, project);
    attempt.ended_at += TimeDelta::from_std(begun.elapsed()).unwrap_or_default();
    match &outcome {
        Ok(outcome) => {
            attempt.release = Some(outcome.release.number);
            attempt.published = outcome.published;
        }
        Err(error) => attempt.error = Some(told(error)),
    }
    attempts::note(&state, &attempt);
    summary(context, &context.home()?, &outcome?, Told::All)
}

/// An error with its causes.
fn told(error: &CliError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let message = next.to_string();
        if !text.contains(&message) {
            text = format!("{text}: {message}");
        }
        cause = next.source();
    }
    text
}

fn load(args: Args, context: &Context, project: Project) -> Result<Outcome, CliError> {
    let options = Options { only: args.only.clone(), ..options(context, !args.no_wait) };
    let options = Options { anew: args.rebuild, ..options };
    let options = Options { waivers: waivers(args)?, ..options };
    supervise(context, project, move |project, progress| refresh::run(project, &options, progress))
}

/// Options of a refresh of everything.
pub(super) fn options(context: &Context, wait: bool) -> Options {
    Options {
        only: None,
        wait,
        waivers: Vec::new(),
        anew: false,
        now: context.now,
        limits: context.limits(),
    }
}

fn waivers(args: Args) -> Result<Vec<Waiver>, CliError> {
    if args.waive.len() != args.because.len() {
        let advice = "each --waive needs a --because of its own";
        return Err(CliError::Usage(advice.to_owned()));
    }
    let pairs = args.waive.into_iter().zip(args.because);
    Ok(pairs.map(|(check, because)| Waiver { check, because }).collect())
}

/// Runs blocking work with its progress shown, until it ends or a person interrupts it.
pub(super) fn supervise(
    context: &Context,
    project: Project,
    work: impl FnOnce(&Project, &dyn Progress) -> Result<Outcome, RefreshError> + Send + 'static,
) -> Result<Outcome, CliError> {
    let shown = Arc::new(Shown::new(context.output));
    let progress = Arc::clone(&shown);
    let done = context.runtime.block_on(async {
        let running = tokio::task::spawn_blocking(move || work(&project, progress.as_ref()));
        tokio::select! {
            done = running => Some(done),
            _ = tokio::signal::ctrl_c() => None,
        }
    });
    shown.clear();
    match done {
        Some(done) => Ok(done??),
        None => Err(CliError::Interrupted(interrupted(context))),
    }
}

fn interrupted(context: &Context) -> String {
    let served = context.home().ok().and_then(|home| home.latest().ok().flatten());
    match served {
        Some(release) => format!("interrupted; release {} stays served", release.number),
        None => "interrupted; nothing was published".to_owned(),
    }
}

/// Prints a line a table, what was found, and the release.
pub(super) fn summary(
    context: &Context,
    home: &Home,
    outcome: &Outcome,
    told: Told,
) -> Result<(), CliError> {
    let output = context.output;
    let headings = [
        Heading::text("table"),
        Heading::number("read"),
        Heading::number("inserted"),
        Heading::number("changed"),
        Heading::number("unchanged"),
        Heading::number("superseded"),
        Heading::number("quarantined"),
        Heading::number("before"),
        Heading::number("deleted"),
        Heading::number("restored"),
        Heading::number("after"),
        Heading::number("stale"),
    ];
    let rows: Vec<Vec<String>> = outcome
        .accounting
        .iter()
        .map(|(table, counts)| {
            let numbers = [
                counts.read,
                counts.inserted,
                counts.changed,
                counts.unchanged,
                counts.superseded,
                counts.quarantined,
                counts.before,
                counts.deleted,
                counts.restored,
                counts.after,
                counts.stale,
            ];
            let counts = numbers.iter().map(u64::to_string);
            std::iter::once(table.to_string()).chain(counts).collect()
        })
        .collect();
    if !rows.is_empty() {
        output.table(&headings, &rows)?;
        output.say("")?;
    }
    for line in findings::lines(context, home, outcome, told)? {
        output.say(&line)?;
    }
    let refused: u64 = outcome.accounting.values().map(|counts| counts.quarantined).sum();
    if refused > 0 {
        let rows = if refused == 1 { "1 row was" } else { &format!("{refused} rows were") };
        output.say(&format!("{rows} refused; `patron quarantine list` says why"))?;
    }
    let number = outcome.release.number;
    match outcome.published {
        true => output.say(&format!("release {number} is published")),
        false => output.say(&format!("nothing has changed; release {number} stays the newest")),
    }
}
