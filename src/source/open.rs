//! Which reader opens which database?

use std::path::PathBuf;

use super::SourceError;
use super::database::Database;
use super::mysql::Mysql;
use super::postgres::Postgres;
use super::server::Server;
use super::sqlite::Snapshot;

/// Where a database lies.
#[derive(Debug, Clone)]
pub enum Location {
    /// an SQLite file
    Sqlite(PathBuf),
    /// a PostgreSQL server
    Postgres(Server),
    /// a MySQL or MariaDB server
    Mysql(Server),
}

/// Opens a database and begins to hold its moment. Blocks; to be called from a thread that has
/// entered a Tokio runtime without being one of its workers.
///
/// # Errors
/// When it cannot be reached or read.
pub fn open_database(location: &Location) -> Result<Box<dyn Database>, SourceError> {
    Ok(match location {
        Location::Sqlite(path) => Box::new(Snapshot::open(path)?),
        Location::Postgres(server) => Box::new(Postgres::open(server)?),
        Location::Mysql(server) => Box::new(Mysql::open(server)?),
    })
}
