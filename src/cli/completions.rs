//! How does a shell complete our commands?

use clap::CommandFactory;
use clap_complete::Shell;

use super::error::CliError;
use super::{Cli, Context};

const EXAMPLES: &str = "\
Examples:
  patron completions bash > ~/.local/share/bash-completion/completions/patron
  patron completions zsh > ~/.zfunc/_patron
  patron completions fish > ~/.config/fish/completions/patron.fish";

/// Prints a completion script for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The shell
    shell: Shell,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "patron", &mut script);
    context.output.say(String::from_utf8_lossy(&script).trim_end())
}
