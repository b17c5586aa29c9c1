//! How is the real program run?

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

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

/// Tells a process to end when the process of the tests does, however that ends: what nobody drops,
/// since all tests share it, would stay. It holds as long as what is given back is kept.
pub fn end_with_the_tests(process: u32) -> Child {
    let script = "cat >/dev/null; kill -TERM \"$1\"";
    let mut watch = Command::new("sh");
    watch.args(["-c", script, "sh", &process.to_string()]).stdin(Stdio::piped());
    watch.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// What a command said, for messages.
pub fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}\n{}{}", output.status, text(&output.stdout), text(&output.stderr))
}
