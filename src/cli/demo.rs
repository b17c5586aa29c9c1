//! What does a newcomer see first?

use std::path::{Path, PathBuf};

use super::error::CliError;
use super::query::answer;
use super::refresh::{options, summary, supervise};
use super::{Context, init};
use crate::demo::{self, story};
use crate::engine::encode::Encoding;
use crate::refresh;
use crate::warehouse::Home;
use crate::warehouse::project::Project;

const EXAMPLES: &str = "\
Examples:
  patron demo
  patron demo --dir /tmp/sample

A second run changes nothing and says so.";

/// Sets up a sample company, loads it and asks a first question
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The folder: a new or empty one, or that of an earlier demo
    #[arg(long, value_name = "DIR", default_value = "patron-demo")]
    dir: PathBuf,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), CliError> {
    let output = context.output;
    let folder = context.config.folder.join(&args.dir);
    let is_new = demo::claim(&folder)?;
    let files = init::write_project(&folder)? + demo::write_feeds(&folder)?.len();
    let shown = args.dir.display();
    if is_new {
        output.say(&format!("{} files written to {shown}.\n\n{}", files, story::INTRODUCTION))?;
    } else {
        output.say(&format!("The demo in {shown} is there already.\n"))?;
    }

    say_command(context, "refresh")?;
    let options = options(context, true);
    let project = Project::open(&folder)?;
    let data = project.data_dir();
    let outcome = supervise(context, project, move |project, progress| {
        refresh::run(project, &options, progress)
    })?;
    summary(output, &outcome)?;

    let home = Home::open(&data)?;
    for (question, sql) in story::QUESTIONS {
        output.say(&format!("\n{question}\n\n{sql}"))?;
        let mut out = output.answer();
        answer(context, &home, &outcome.release, sql, Encoding::Table, &mut out)?;
    }
    next(context, &args.dir)
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
