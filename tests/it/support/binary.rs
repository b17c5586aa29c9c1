//! How is the real program run?

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The program: the one with deliberate faults where `PATRON_TEST_PROGRAM` names it.
pub fn program() -> PathBuf {
    let other = std::env::var_os("PATRON_TEST_PROGRAM");
    other.map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_patron")), PathBuf::from)
}

/// The program on a project.
pub fn patron(root: &Path) -> Command {
    let mut command = Command::new(program());
    command.arg("--project").arg(root).stdin(Stdio::null());
    command
}

/// Runs a command of the program to its end.
pub fn run(root: &Path, arguments: &[&str]) -> Output {
    patron(root).args(arguments).output().unwrap()
}

/// What a command said, for messages.
pub fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}\n{}{}", output.status, text(&output.stdout), text(&output.stderr))
}
