//! What does `patron` do when it is called? Parse, call, report the error, exit.

use std::process::ExitCode;

fn main() -> ExitCode {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the clock")]
    let clock = chrono::Utc::now();
    patron::cli::main(clock)
}
