//! How does room come back that old releases take?

use chrono::TimeDelta;
use indicatif::{HumanBytes, HumanCount};

use super::Context;
use super::error::CliError;
use crate::warehouse::collect::{Garbage, Options, collect};

const EXAMPLES: &str = "\
Examples:
  patron collect                           what would go? (changes nothing)
  patron collect --apply
  patron collect --apply --keep 10         keeps the newest 10 releases, however old
  patron pin close-2026-06 42              keeps release 42 for good

Files that only old releases need are retired first and deleted by a later run, when the grace has
passed, so that no running query loses what it reads.";

/// Retires and deletes what no kept release needs; without --apply only says so
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Do it
    #[arg(long)]
    apply: bool,

    /// How many of the newest releases to keep at least [default: 30]
    #[arg(long, value_name = "N")]
    keep: Option<usize>,

    /// Keep also what was published within so many days [default: 30; 0 beside --keep]
    #[arg(long, value_name = "DAYS")]
    keep_days: Option<u32>,

    /// Hours between retiring and deleting; longer than the longest query
    #[arg(long, default_value_t = 24, value_name = "HOURS")]
    grace: u32,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), CliError> {
    let home = context.home()?;
    let days = args.keep_days.unwrap_or(if args.keep.is_none() { 30 } else { 0 });
    let options = Options {
        keep_newest: args.keep.unwrap_or(30),
        keep_for: TimeDelta::days(i64::from(days)),
        grace: TimeDelta::hours(i64::from(args.grace)),
        now: context.now,
        apply: args.apply,
    };
    let writer = home.writer(false)?;
    let report = collect(&writer, &options)?;
    let releases: Vec<String> = report.releases.iter().map(u64::to_string).collect();
    let listed = if releases.is_empty() { "none".to_owned() } else { releases.join(", ") };
    let (retired, deleted) = if args.apply {
        ("are retired", "are deleted")
    } else {
        ("would be retired", "would be deleted")
    };
    context.output.say(&format!("releases that {retired}: {listed}"))?;
    context.output.say(&format!("files that {retired}: {}", size(&report.retired)))?;
    context.output.say(&format!("files that {deleted}: {}", size(&report.deleted)))?;
    match args.apply {
        true => Ok(()),
        false => context.output.say("nothing was changed; add --apply"),
    }
}

fn size(files: &[Garbage]) -> String {
    let bytes = files.iter().map(|file| file.size_bytes).sum();
    format!("{} ({})", HumanCount(files.len() as u64), HumanBytes(bytes))
}
