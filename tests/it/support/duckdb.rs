//! How does a test get DuckDB, a database that others wrote, and Python to ask it?

use std::path::PathBuf;
use std::process::Command;

/// The version that tests/run installs.
const VERSION: &str = "2.0.0";

/// Python that has DuckDB, about to run a script of the repository.
pub fn python(script: &str) -> Command {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.unwrap_or_else(|| std::env::home_dir().unwrap().join(".cache"));
    let program = cache.join(format!("patron/duckdb-{VERSION}/bin/python"));
    assert!(program.exists(), "{} is missing; tests/run installs it", program.display());
    let mut command = Command::new(program);
    command.arg(super::hand::repository(script)).env("PYTHONDONTWRITEBYTECODE", "1");
    command
}
