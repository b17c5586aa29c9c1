//! How is a release kept for good?

use super::Context;
use super::error::CliError;
use super::query::resolve;
use crate::engine::text_table::Heading;

const EXAMPLES: &str = "\
Examples:
  patron pin close-2026-06             keeps the newest release under this name
  patron pin before-migration 41
  patron pin --list
  patron pin --remove before-migration";

/// Gives a release a name, which keeps `patron collect` away from it
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The name
    #[arg(required_unless_present_any = ["list", "remove"])]
    name: Option<String>,

    /// The release: its number, another pin's name, or the newest at a time or date [default: the
    /// newest]
    release: Option<String>,

    /// List the pins
    #[arg(long, conflicts_with_all = ["name", "remove"])]
    list: bool,

    /// Take a name off; the release then goes the way of all others
    #[arg(long, value_name = "NAME", conflicts_with = "name")]
    remove: Option<String>,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), CliError> {
    let home = context.home()?;
    if let Some(name) = &args.remove {
        home.unpin(name)?;
        return context.output.say(&format!("`{name}` removed"));
    }
    let Some(name) = &args.name else {
        let pins = home.pins()?;
        let rows: Vec<Vec<String>> =
            pins.into_iter().map(|pin| vec![pin.name, pin.number.to_string()]).collect();
        return context.output.table(&[Heading::text("pin"), Heading::number("release")], &rows);
    };
    let release = resolve(&home, args.release.as_deref())?;
    home.pin(name, release.number)?;
    context.output.say(&format!("release {} is kept as `{name}`", release.number))
}
