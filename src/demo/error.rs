//! Why could the sample company's files not be written?

use std::error::Error;
use std::path::{Path, PathBuf};

use super::world::Scale;
use crate::config::ConfigError;
use crate::source::SourceError;
use crate::warehouse::project::ProjectError;

/// Why the demo could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// the folder holds something else
    #[error(
        "`{}` is not empty and no demo of ours; name an empty folder with `--dir`",
        folder.display()
    )]
    Foreign {
        /// the folder
        folder: PathBuf,
    },
    /// there is a demo of another size
    #[error(
        "`{}` is a demo of {} customers, {} months, about {} order lines and seed {}; name \
         another folder with `--dir`, or leave the options out",
        folder.display(), scale.customers, scale.months, scale.order_lines, scale.seed
    )]
    OtherScale {
        /// the folder
        folder: PathBuf,
        /// what is there
        scale: Scale,
    },
    /// nothing to go on from
    #[error("`{}` holds no finished demo; `patron demo` makes one", folder.display())]
    NoDemo {
        /// the folder
        folder: PathBuf,
    },
    /// the rows would not go on where those that are there end
    #[error(
        "the demo in `{}` was made by another version, which made other days of it; make a new \
         one with `--dir`",
        folder.display()
    )]
    OtherGenerator {
        /// the folder
        folder: PathBuf,
    },
    /// what says which demo it is cannot be read
    #[error("`{}` cannot be read; it says which demo this is", path.display())]
    Unreadable {
        /// the file
        path: PathBuf,
        /// why
        #[source]
        cause: Box<dyn Error + Send + Sync>,
    },
    /// a file or database was closed while rows still came for it
    #[error("`{}` was closed before all of it was written", path.display())]
    Closed {
        /// the file
        path: PathBuf,
    },
    /// a file could not be written
    #[error("`{}` cannot be written", path.display())]
    Write {
        /// the file
        path: PathBuf,
        /// why
        #[source]
        cause: Box<dyn Error + Send + Sync>,
    },
    /// a department's database could not be read back
    #[error("`{}` cannot be read", path.display())]
    Database {
        /// the database
        path: PathBuf,
        /// why
        #[source]
        cause: rusqlite::Error,
    },
    /// the demo's project is no project
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// a password that the environment does not hold
    #[error(transparent)]
    Secret(#[from] ConfigError),
    /// a contract that contradicts itself
    #[error("column `{column}` of table `{table}` cannot be read by its contract: {why}")]
    Reading {
        /// the table in its department's database
        table: &'static str,
        /// its column
        column: &'static str,
        /// why
        why: String,
    },
    /// a value that no type of a server's columns holds as SQLite does
    #[error(
        "column `{column}` of table `{table}` holds a value that the server cannot hold; leave \
         the database in SQLite"
    )]
    NoType {
        /// the table in its department's database
        table: &'static str,
        /// its column
        column: &'static str,
    },
    /// what is no address of a server
    #[error("{option}: {why}")]
    Url {
        /// the option that names it
        option: &'static str,
        /// why
        why: String,
    },
    /// a password where everybody could read it
    #[error(
        "{option}: the address holds a password; leave it out and set the environment variable \
         {variable} to it"
    )]
    PasswordInUrl {
        /// the option that names it
        option: &'static str,
        /// the variable to set
        variable: &'static str,
    },
    /// a server that nobody can reach
    #[error("{cause}; the password is taken from the environment variable {variable}")]
    Connect {
        /// why
        cause: Box<SourceError>,
        /// where the password comes from
        variable: &'static str,
    },
    /// a server that does not do what is asked of it
    #[error("{url}: cannot {doing}")]
    Server {
        /// where it is
        url: String,
        /// what was asked
        doing: String,
        /// why
        #[source]
        cause: Box<dyn Error + Send + Sync>,
    },
    /// a table that is somebody else's
    #[error(
        "{url}: there is a table `{table}` that no demo made; name another database in the \
         address, such as a new one"
    )]
    ForeignTable {
        /// where it is
        url: String,
        /// the table
        table: String,
    },
    /// a table of another demo
    #[error(
        "{url}: there is the company of seed {seed} already; name another database in the \
         address, or give that seed with `--seed`"
    )]
    OtherCompany {
        /// where it is
        url: String,
        /// what is there
        seed: String,
    },
    /// a system that is not where it was put
    #[error(
        "warehouse/systems.toml: section [{system}] names no server any more; name one with \
         `--into` or `--into-mysql`"
    )]
    NoServer {
        /// the system
        system: String,
    },
}

/// Says at which file an error happened.
pub(super) fn at<E: Error + Send + Sync + 'static>(path: &Path) -> impl FnOnce(E) -> DemoError {
    let path = path.to_owned();
    move |cause| DemoError::Write { path, cause: Box::new(cause) }
}
