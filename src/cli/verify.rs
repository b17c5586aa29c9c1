//! Is every byte of the warehouse what was written?

use indicatif::{HumanBytes, HumanCount};

use super::Context;
use super::error::CliError;
use crate::warehouse::verify::verify;

const EXAMPLES: &str = "\
Examples:
  patron verify        exit status 0 only when nothing is damaged or missing";

/// Reads every file of every release and compares it with its hashes
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {}

pub(super) fn run(_args: &Args, context: &Context) -> Result<(), CliError> {
    let home = context.home()?;
    let report = verify(&home, &mut |_| {})?;
    for defect in &report.defects {
        context.output.say(&format!("{}: {}", defect.path.display(), defect.finding))?;
    }
    context.output.say(&format!(
        "read {} releases, {} other documents and {} files of {} rows, {}",
        HumanCount(report.releases),
        HumanCount(report.documents),
        HumanCount(report.files),
        HumanCount(report.rows),
        HumanBytes(report.bytes)
    ))?;
    match report.defects.len() {
        0 => context.output.say("everything is as it was written"),
        count => Err(CliError::Damaged(count)),
    }
}
