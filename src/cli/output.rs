//! How is anything printed? Answers go to standard output; all else to standard error.

use std::error::Error;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use tracing_subscriber::EnvFilter;

use super::error::CliError;
use crate::engine::encode::EncodeError;
use crate::engine::text_table::{self, Heading};
use crate::model::cube::CubeError;
use crate::model::report::ReportError;

/// Width of the widest cell of our own tables.
const CELL_WIDTH_MAX: usize = 60;

/// The printer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    color: bool,
}

impl Output {
    /// A printer that colours only what goes to a terminal, and only if it may.
    pub(super) fn new(may_color: bool) -> Self {
        Self { color: may_color && io::stderr().is_terminal() }
    }

    pub(super) fn has_color(self) -> bool {
        self.color
    }

    /// Prints lines to standard output.
    pub(super) fn say(self, text: &str) -> Result<(), CliError> {
        let mut out = io::stdout().lock();
        Ok(writeln!(out, "{text}").and_then(|()| out.flush())?)
    }

    /// Prints lines to standard error; nobody waits for them, so a failure is none.
    pub(super) fn note(self, text: &str) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Prints a warning to standard error.
    pub(super) fn warn(self, text: &str) {
        let word = if self.color { "\x1b[33mwarning:\x1b[0m" } else { "warning:" };
        self.note(&format!("{word} {text}"));
    }

    /// Prints a table to standard output.
    pub(super) fn table(self, headings: &[Heading], rows: &[Vec<String>]) -> Result<(), CliError> {
        self.say(text_table::draw(headings, rows, CELL_WIDTH_MAX).trim_end())
    }

    /// Standard output for an answer of any size.
    pub(super) fn answer(self) -> impl Write + Send {
        io::BufWriter::with_capacity(1 << 16, io::stdout())
    }

    /// Whether answers go to a terminal.
    pub(super) fn is_terminal(self) -> bool {
        io::stdout().is_terminal()
    }

    /// Whether a person watches standard error.
    pub(super) fn is_interactive(self) -> bool {
        io::stderr().is_terminal()
    }

    /// Prints an error with its causes and returns the exit status.
    pub(super) fn failure(self, error: &CliError) -> ExitCode {
        if is_closed(error) {
            // The reader has what it wanted, as in `patron query ... | head`.
            return ExitCode::from(CliError::Closed.status());
        }
        let word = if self.color { "\x1b[31merror:\x1b[0m" } else { "error:" };
        let mut text = format!("{word} {error}");
        let mut said = error.to_string();
        let mut cause = error.source();
        while let Some(next) = cause {
            let message = next.to_string();
            // Many messages already quote their cause.
            if !said.contains(&message) {
                text.push_str("\n  because: ");
                text.push_str(&message);
            }
            said.push_str(&message);
            cause = next.source();
        }
        self.note(&text);
        ExitCode::from(error.status())
    }
}

fn is_closed(error: &CliError) -> bool {
    match error {
        CliError::Closed => true,
        CliError::Encode(EncodeError::Target(cause))
        | CliError::Cube(CubeError::Encode(EncodeError::Target(cause)))
        | CliError::Report(ReportError::Encode(EncodeError::Target(cause))) => {
            cause.kind() == io::ErrorKind::BrokenPipe
        }
        _ => false,
    }
}

/// Prints what clap says: help to standard output, a mistake to standard error.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// Sends the log to standard error.
pub(super) fn start_log(filter: &str, as_json: bool, color: bool) -> Result<(), CliError> {
    let parsed = EnvFilter::try_new(filter)
        .map_err(|cause| CliError::Log { filter: filter.to_owned(), cause })?;
    let log =
        tracing_subscriber::fmt().with_env_filter(parsed).with_writer(io::stderr).with_ansi(color);
    // A second start in one process, as tests may have, keeps the first log.
    let _ = if as_json { log.json().try_init() } else { log.try_init() };
    Ok(())
}
