//! What may the environment decide? Nothing else reads it.

use std::env;
use std::fmt;
use std::num::NonZero;
use std::path::PathBuf;

use thiserror::Error;

/// What the environment says; flags of the command line go before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `PATRON_PROJECT`: the project's folder, where `--project` names none
    pub project: Option<PathBuf>,
    /// `PATRON_LOG`: what is logged to standard error, in the notation of `tracing`
    pub log: String,
    /// `PATRON_LOG_FORMAT`: whether log lines are JSON
    pub log_json: bool,
    /// `PATRON_THREADS`: threads of queries and loading
    pub threads: usize,
    /// `PATRON_MEMORY_MIB`: of the memory that the process may take, in bytes, the part of queries,
    /// above which they spill to disk; the rest is for what they read and write
    pub memory_bytes: usize,
    /// `PATRON_SPILL_DIR`: the folder that queries spill into
    pub spill_dir: PathBuf,
    /// `NO_COLOR`: whether output may be coloured where it goes to a terminal
    pub color: bool,
    /// the current folder, for the search of a project
    pub folder: PathBuf,
    /// how the program was called, for hints that can be copied
    pub program: String,
}

/// A variable of the environment that Patron reads.
struct Variable {
    name: &'static str,
    default: &'static str,
    meaning: &'static str,
}

/// All of them; the help is written from this list.
const VARIABLES: [Variable; 9] = [
    Variable {
        name: "PATRON_PROJECT",
        default: "the current folder or the nearest above it that holds a project",
        meaning: "the project's folder; --project goes before it",
    },
    Variable {
        name: "PATRON_LOG",
        default: "warn",
        meaning: "what is logged to standard error, such as `info` or `patron=debug`; \
                  --log goes before it",
    },
    Variable { name: "PATRON_LOG_FORMAT", default: "text", meaning: "`text` or `json`" },
    Variable {
        name: "PATRON_THREADS",
        default: "the number of processors",
        meaning: "threads of queries and loading",
    },
    Variable {
        name: "PATRON_MEMORY_MIB",
        default: "1536",
        meaning: "memory that a refresh and all questions may take together, in MiB; queries have \
                  five eighths of it and spill what is above",
    },
    Variable {
        name: "PATRON_SPILL_DIR",
        default: "the system's folder for temporary files",
        meaning: "where queries spill",
    },
    Variable {
        name: "PGPASSWORD",
        default: "not set: the server asks for none",
        meaning: "the password for the server of `patron demo --into`",
    },
    Variable {
        name: "MYSQL_PWD",
        default: "not set: no password",
        meaning: "the password for the server of `patron demo --into-mysql`",
    },
    Variable { name: "NO_COLOR", default: "not set", meaning: "any value switches colours off" },
];

/// A variable that says something impossible.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// a value out of range
    #[error("environment variable `{name}`: `{value}` is not {wanted}")]
    Value {
        /// the variable
        name: &'static str,
        /// its value
        value: String,
        /// what it may be
        wanted: &'static str,
    },
    /// a password or key that a project's file names, but nobody gave
    #[error("environment variable `{name}` is not set; {place} names it for {what}")]
    Secret {
        /// the variable
        name: String,
        /// the file and entry that name it
        place: String,
        /// what it holds
        what: &'static str,
    },
    /// an address that cannot be one
    #[error("{place}: {why}")]
    Address {
        /// the file and entry
        place: String,
        /// what is wrong and what helps
        why: String,
    },
    /// the current folder is gone or closed to us
    #[error("the current folder cannot be read; change to another one")]
    Folder(#[source] std::io::Error),
}

/// Of so many parts of the memory of the process ...
const MEMORY_PARTS: usize = 8;
/// ... queries have so many: beside what the engine counts there are the rows that are read and
/// encoded, and what the allocator keeps.
const QUERY_PARTS: usize = 5;

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    /// The first variable whose value is impossible.
    pub fn read() -> Result<Self, ConfigError> {
        let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
        let mebibytes = number("PATRON_MEMORY_MIB")?.unwrap_or(1536);
        let log_json = match variable("PATRON_LOG_FORMAT").as_deref() {
            None | Some("text") => false,
            Some("json") => true,
            Some(other) => {
                let value = other.to_owned();
                return Err(ConfigError::Value {
                    name: "PATRON_LOG_FORMAT",
                    value,
                    wanted: "`text` or `json`",
                });
            }
        };
        Ok(Self {
            project: variable("PATRON_PROJECT").map(PathBuf::from),
            log: variable("PATRON_LOG").unwrap_or_else(|| "warn".to_owned()),
            log_json,
            threads: number("PATRON_THREADS")?.unwrap_or(processors),
            memory_bytes: mebibytes.saturating_mul(1024 * 1024) / MEMORY_PARTS * QUERY_PARTS,
            spill_dir: variable("PATRON_SPILL_DIR")
                .map_or_else(|| env::temp_dir().join("patron"), PathBuf::from),
            color: variable("NO_COLOR").is_none(),
            folder: env::current_dir().map_err(ConfigError::Folder)?,
            program: env::args().next().unwrap_or_else(|| "patron".to_owned()),
        })
    }
}

/// A password or a key. It is shown nowhere: not in a log, an error or a release.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret itself, for the one call that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

/// The secret in the environment variable that `place`, a file and entry, names for `what`.
///
/// # Errors
/// When the variable is not set, or empty.
pub fn secret(name: &str, place: &str, what: &'static str) -> Result<Secret, ConfigError> {
    variable(name).map(Secret).ok_or_else(|| ConfigError::Secret {
        name: name.to_owned(),
        place: place.to_owned(),
        what,
    })
}

/// A variable that is set to something.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn variable(name: &str) -> Option<String> {
    env::var_os(name)
        .map(|value| value.to_string_lossy().into_owned())
        .filter(|value| !value.is_empty())
}

fn number(name: &'static str) -> Result<Option<usize>, ConfigError> {
    let Some(value) = variable(name) else { return Ok(None) };
    match value.parse() {
        Ok(number @ 1..) => Ok(Some(number)),
        _ => Err(ConfigError::Value { name, value, wanted: "a whole number above zero" }),
    }
}

/// The variables with their defaults, as the help shows them.
pub fn describe() -> String {
    let mut text = String::from("The variables of the environment that Patron reads.\n");
    for Variable { name, default, meaning } in VARIABLES {
        text.push_str(&["\n", name, "\n    ", meaning, "\n    default: ", default, "\n"].concat());
    }
    text
}
