//! How does a secret get into the program? Typed without echo, or from standard input; never from
//! the command line, which others on the machine can read.

use std::io::{self, BufRead, IsTerminal, Read};
use std::path::PathBuf;

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use super::Context;
use super::error::CliError;
use crate::config::Secret;

/// More bytes than any password has.
const BYTES_MAX: u64 = 4096;

/// Shows what is typed again when it goes.
struct Hidden(Termios);

impl Hidden {
    fn begin() -> io::Result<Self> {
        let shown = tcgetattr(io::stdin())?;
        let mut hidden = shown.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        hidden.local_modes.insert(LocalModes::ECHONL);
        tcsetattr(io::stdin(), OptionalActions::Flush, &hidden)?;
        Ok(Self(shown))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // Whoever types sees it; nothing else can be done.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}

/// A new password: typed twice at a terminal, or the first line of standard input.
pub(super) fn new_password(context: &Context, name: &str) -> Result<Secret, CliError> {
    if !io::stdin().is_terminal() {
        return line();
    }
    context.output.note(&format!("New password of `{name}`:"));
    let first = hidden_line()?;
    context.output.note("Once more:");
    match hidden_line()?.reveal() == first.reveal() {
        true => Ok(first),
        false => Err(CliError::Usage("the two passwords differ; try again".to_owned())),
    }
}

fn hidden_line() -> Result<Secret, CliError> {
    let hidden = Hidden::begin().map_err(unreadable)?;
    let typed = line();
    drop(hidden);
    typed
}

fn line() -> Result<Secret, CliError> {
    let mut text = String::new();
    io::stdin().lock().take(BYTES_MAX).read_line(&mut text).map_err(unreadable)?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    match text.is_empty() {
        false => Ok(Secret::from(text.to_owned())),
        true => {
            let advice = "standard input holds no password; type it, or write it there as a line";
            Err(CliError::Usage(advice.to_owned()))
        }
    }
}

fn unreadable(cause: impl Into<io::Error>) -> CliError {
    let path = PathBuf::from("standard input");
    CliError::File { action: "read", path, cause: cause.into() }
}
