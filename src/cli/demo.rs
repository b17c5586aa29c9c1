//! What does a newcomer see first?

use std::path::{Path, PathBuf};

use super::error::CliError;
use super::findings::Told;
use super::progress::bar;
use super::query::answer;
use super::refresh::{options, summary, supervise};
use super::{Context, init, serve};
use crate::demo::{self, examples, story};
use crate::engine::encode::Encoding;
use crate::refresh;
use crate::warehouse::Home;
use crate::warehouse::project::Project;

/// Sets up a sample company, loads it, asks first questions and serves it
#[derive(Debug, clap::Args)]
#[command(after_help = examples::DEMO)]
pub(super) struct Args {
    /// The folder: a new or empty one, or that of an earlier demo
    #[arg(long, value_name = "DIR", default_value = "patron-demo")]
    dir: PathBuf,

    #[command(flatten)]
    size: demo::Size,

    #[command(flatten)]
    servers: demo::into::Servers,

    /// Lets the company live on for so many days, then loads what they brought
    #[arg(
        long,
        value_name = "DAYS",
        conflicts_with = "size",
        value_parser = clap::value_parser!(u32).range(1..=i64::from(demo::ADVANCE_DAYS_MAX))
    )]
    advance: Option<u32>,

    /// Only writes the departments' systems
    #[arg(long)]
    no_refresh: bool,

    /// Ends once everything is loaded, instead of serving it
    #[arg(long)]
    no_serve: bool,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), CliError> {
    let output = context.output;
    let folder = context.config.folder.join(&args.dir);
    let shown = bar(output, "months");
    let mut progress = |done, all| {
        shown.set_length(all);
        shown.set_position(done);
    };
    let written = match args.advance {
        Some(days) => demo::advance(&folder, days, &mut progress),
        None => demo::set_up(&folder, args.size.scale(), &mut progress),
    };
    shown.finish_and_clear();
    let written = written?;
    init::write_project(&folder)?;
    let shown = args.dir.display();
    let (scale, until) = (written.scale, written.until);
    match (written.is_new, args.advance) {
        (_, Some(_)) => output.say(&format!("The demo in {shown} now ends on {until}.\n"))?,
        (true, None) => output.say(&format!(
            "{scale}, up to {until}, written to {shown}.\n\n{}",
            story::INTRODUCTION
        ))?,
        (false, None) => {
            output.say(&format!("The demo in {shown} is there already, up to {until}.\n"))?;
        }
    }
    put(args, context, &folder)?;
    if args.no_refresh {
        return Ok(());
    }
    load(context, &folder)?;
    next(context, &args.dir)?;
    if args.no_serve {
        return Ok(());
    }
    output.say("")?;
    serve::run_usual(&folder, context)
}

/// Puts the databases on the servers that are asked for, or where they lie already.
fn put(args: &Args, context: &Context, folder: &Path) -> Result<(), CliError> {
    let shown = bar(context.output, "rows");
    let mut progress = |done, all| {
        shown.set_length(all);
        shown.set_position(done);
    };
    let put = context.runtime.block_on(demo::into::put(folder, &args.servers, &mut progress));
    shown.finish_and_clear();
    for put in put? {
        context.output.say(&story::put(&put))?;
    }
    Ok(())
}

fn load(context: &Context, folder: &Path) -> Result<(), CliError> {
    let output = context.output;
    say_command(context, "refresh")?;
    let options = options(context, true);
    let project = Project::open(folder)?;
    let data = project.home_place();
    let outcome = supervise(context, project, move |project, progress| {
        refresh::run(project, &options, progress)
    })?;
    let home = Home::open(data)?;
    summary(context, &home, &outcome, Told::All)?;

    for (question, sql) in story::QUESTIONS {
        output.say(&format!("\n{question}\n\n{sql}"))?;
        let mut out = output.answer();
        answer(context, &home, &outcome.release, sql, Encoding::Table, &mut out)?;
    }
    Ok(())
}

fn say_command(context: &Context, verb: &str) -> Result<(), CliError> {
    context.output.say(&format!("$ patron {verb}\n"))
}

fn next(context: &Context, folder: &Path) -> Result<(), CliError> {
    let program = &context.config.program;
    let is_on_path = !program.contains(std::path::MAIN_SEPARATOR);
    context.output.say(&format!("\nNext, in {}:\n{}", folder.display(), story::NEXT))?;
    if is_on_path {
        return Ok(());
    }
    let path = context.config.folder.join(program);
    let path = path.canonicalize().unwrap_or(path);
    context.output.say(&format!("\nHere `patron` is {}.", path.display()))
}
