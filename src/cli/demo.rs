//! What does a newcomer see first?

use std::path::{Path, PathBuf};

use clap::builder::RangedI64ValueParser;

use super::error::CliError;
use super::progress::bar;
use super::query::answer;
use super::refresh::{options, summary, supervise};
use super::{Context, init};
use crate::demo::{self, Scale, story};
use crate::engine::encode::Encoding;
use crate::refresh;
use crate::warehouse::Home;
use crate::warehouse::project::Project;

const EXAMPLES: &str = "\
Examples:
  patron demo
  patron demo --dir /tmp/sample
  patron demo --advance 7                      a week later: new, late and corrected rows
  patron demo --dir large --customers 20000 --order-lines 10000000 --no-refresh

A second run changes nothing and says so. answers.json in the folder says what reports must find.";

/// Sets up a sample company, loads it and asks first questions
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The folder: a new or empty one, or that of an earlier demo
    #[arg(long, value_name = "DIR", default_value = "patron-demo")]
    dir: PathBuf,

    /// Customers, at least 400 [default: 2000]
    #[arg(long, value_name = "N", value_parser = number(demo::CUSTOMERS_MIN, 200_000))]
    customers: Option<u32>,

    /// Months of history up to 2026-06-30, from 15 to 60 [default: 36]
    #[arg(long, value_name = "M", value_parser = number(demo::MONTHS_MIN, demo::MONTHS_MAX))]
    months: Option<u32>,

    /// Order lines in the history, about [default: 0.8 a customer and month]
    #[arg(long, value_name = "L", value_parser = number(1_000, 100_000_000))]
    order_lines: Option<u32>,

    /// Another number is another company [default: 1]
    #[arg(long, value_name = "S")]
    seed: Option<u64>,

    /// Lets the company live on for so many days, then loads what they brought
    #[arg(
        long,
        value_name = "DAYS",
        conflicts_with_all = ["customers", "months", "order_lines", "seed"],
        value_parser = number(1, demo::ADVANCE_DAYS_MAX)
    )]
    advance: Option<u32>,

    /// Only writes the departments' systems
    #[arg(long)]
    no_refresh: bool,

    /// Ends once everything is loaded, as it does anyway while there is no server
    #[arg(long)]
    no_serve: bool,
}

/// A number of a range.
fn number(low: u32, high: u32) -> RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(i64::from(low)..=i64::from(high))
}

impl Args {
    /// The scale asked for, if any of it was.
    fn scale(&self) -> Option<Scale> {
        let usual = Scale::default();
        let is_usual = self.customers.is_none()
            && self.months.is_none()
            && self.order_lines.is_none()
            && self.seed.is_none();
        let mut scale = Scale::usual(
            self.customers.unwrap_or(usual.customers),
            self.months.unwrap_or(usual.months),
            self.seed.unwrap_or(usual.seed),
        );
        scale.order_lines = self.order_lines.map_or(scale.order_lines, u64::from);
        (!is_usual).then_some(scale)
    }
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), CliError> {
    let output = context.output;
    let folder = context.config.folder.join(&args.dir);
    let is_new = demo::is_new(&folder)?;
    let shown = bar(output);
    let mut progress = |done, all| {
        shown.set_length(all);
        shown.set_position(done);
    };
    let written = match args.advance {
        Some(days) => demo::advance(&folder, days, &mut progress),
        None => demo::set_up(&folder, args.scale(), &mut progress),
    };
    shown.finish_and_clear();
    let written = written?;
    init::write_project(&folder)?;
    let shown = args.dir.display();
    let (scale, until) = (written.scale, written.until);
    match (is_new, args.advance) {
        (true, _) => output.say(&format!(
            "{} customers, {} months up to {until}, written to {shown}.\n\n{}",
            scale.customers,
            scale.months,
            story::INTRODUCTION
        ))?,
        (false, Some(_)) => output.say(&format!("The demo in {shown} now ends on {until}.\n"))?,
        (false, None) => {
            output.say(&format!("The demo in {shown} is there already, up to {until}.\n"))?;
        }
    }
    if args.no_refresh {
        return Ok(());
    }
    load(context, &folder)?;
    next(context, &args.dir)
}

fn load(context: &Context, folder: &Path) -> Result<(), CliError> {
    let output = context.output;
    say_command(context, "refresh")?;
    let options = options(context, true);
    let project = Project::open(folder)?;
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
