//! How are the sample company's databases put on real servers?
//!
//! The generator writes SQLite databases; this mirrors them. `column` finds the type of each
//! column, `rows` reads what is there, `postgres` and `mariadb` write it, `target` says where to
//! and whether that may be, and `systems` makes the demo's `systems.toml` name the server.

mod column;
mod mariadb;
mod postgres;
mod rows;
mod systems;
mod target;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::error::DemoError;
use super::{GENERATOR, State, keep, state};
use crate::warehouse::project::Project;
use column::{Likeness, Server};
use rows::Table;
use target::Target;

/// The systems that keep databases, and where the generator writes these.
const SYSTEMS: [(&str, &str); 2] =
    [("sales", "feeds/sales/sales.db"), ("stockroom", "feeds/inventory/stock.db")];
/// The table by which a demo knows its own tables again.
const MARKER: &str = "patron_demo";
/// The options, for messages.
const INTO: &str = "--into";
const INTO_MYSQL: &str = "--into-mysql";

/// What tells a demo's tables from those of others.
#[derive(Debug, Clone, Copy)]
struct Mark {
    seed: u64,
    generator: u32,
}

/// On which servers the databases are put, as far as it was said.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Servers {
    /// Puts the databases on a PostgreSQL server too, and has them read from there; the password
    /// comes from PGPASSWORD
    #[arg(long = "into", value_name = "URL")]
    postgres: Option<String>,

    /// The same for MariaDB or MySQL, with MYSQL_PWD; beside --into only the stockroom's database
    #[arg(long = "into-mysql", value_name = "URL")]
    mysql: Option<String>,
}

/// What was put on a server.
#[derive(Debug, Clone)]
pub struct Put {
    /// the systems whose databases lie there now
    pub systems: Vec<&'static str>,
    /// where
    pub url: String,
    /// how many tables
    pub tables: usize,
    /// how many rows
    pub rows: u64,
    /// how long it took
    pub elapsed: Duration,
    /// how many rows were left out because the server cannot hold what a refresh refuses in them
    pub left_out: u64,
    /// the columns in which something is refused for another reason than from SQLite, because the
    /// server cannot hold it as it is: `delivery.freight`
    pub otherwise: Vec<String>,
}

/// Puts the databases of the demo in a folder on the servers asked for, and those that lie on a
/// server already and have changed since; the demo's `systems.toml` names the servers afterwards.
/// `progress` is told how many of how many rows are there.
///
/// # Errors
/// When a server cannot be reached, refuses, or holds tables that no demo made.
pub async fn put(
    folder: &Path,
    servers: &Servers,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Vec<Put>, DemoError> {
    let none = || DemoError::NoDemo { folder: folder.to_owned() };
    let mut state = state(folder)?.ok_or_else(none)?;
    let is_asked = servers.postgres.is_some() || servers.mysql.is_some();
    if !is_asked && state.servers.values().all(|until| *until == state.until) {
        return Ok(Vec::new());
    }
    let project = Arc::new(Project::open(folder)?);
    let due = due(&project, servers, &state)?;
    let mark = Mark { seed: state.scale.seed, generator: GENERATOR };
    let mut all = Vec::new();
    for (target, systems) in due {
        let begin = Instant::now();
        let tables = survey(&project, systems.clone(), target.kind).await?;
        let rows = tables.iter().map(|table| table.rows).sum();
        let mut done = 0;
        let mut told = |more: u64| {
            done += more;
            progress(done, rows);
        };
        match target.kind {
            Server::Postgres => postgres::put(&target, &tables, mark, &mut told).await?,
            Server::Mysql => mariadb::put(&target, &tables, mark, &mut told).await?,
        }
        for (system, _) in &systems {
            systems::point(folder, system, &target)?;
            state.servers.insert((*system).to_owned(), state.until);
        }
        keep(folder, &state)?;
        all.push(Put {
            systems: systems.iter().map(|(system, _)| *system).collect(),
            tables: tables.len(),
            rows,
            elapsed: begin.elapsed(),
            otherwise: otherwise(&tables),
            left_out: tables.iter().map(|table| table.left_out).sum(),
            url: target.url().to_owned(),
        });
    }
    Ok(all)
}

/// A system and its database.
type System = (&'static str, &'static str);

/// Which systems are to be put on which server now.
fn due(
    project: &Project,
    servers: &Servers,
    state: &State,
) -> Result<Vec<(Target, Vec<System>)>, DemoError> {
    let asked = |system: &str| {
        let postgres = servers.postgres.as_deref().map(|url| (INTO, Server::Postgres, url));
        let mysql = servers.mysql.as_deref().map(|url| (INTO_MYSQL, Server::Mysql, url));
        match system == SYSTEMS[0].0 {
            true => postgres.or(mysql),
            false => mysql.or(postgres),
        }
    };
    let mut due: Vec<(Target, Vec<System>)> = Vec::new();
    for (system, path) in SYSTEMS {
        let target = match asked(system) {
            Some(asked) => Some(Target::asked(project, system, asked)?),
            // What lies there already is put there again when it has changed.
            None if state.servers.get(system).is_some_and(|until| *until != state.until) => {
                Some(Target::known(project, system)?)
            }
            None => None,
        };
        let Some(target) = target else { continue };
        match due.iter_mut().find(|(other, _)| other.url() == target.url()) {
            Some((_, systems)) => systems.push((system, path)),
            None => due.push((target, vec![(system, path)])),
        }
    }
    Ok(due)
}

/// The tables of some systems, with their types on a server.
async fn survey(
    project: &Arc<Project>,
    systems: Vec<System>,
    server: Server,
) -> Result<Vec<Table>, DemoError> {
    let project = project.clone();
    let root = project.root.clone();
    let survey = tokio::task::spawn_blocking(move || {
        let mut tables = Vec::new();
        for (system, path) in systems {
            tables.extend(rows::survey(&project, system, path, server)?);
        }
        Ok(tables)
    });
    survey.await.map_err(|_| DemoError::Closed { path: root })?
}

fn otherwise(tables: &[Table]) -> Vec<String> {
    let mut names = Vec::new();
    for table in tables {
        let columns = table.columns.iter().filter(|column| column.likeness == Likeness::Refused);
        names.extend(columns.map(|column| format!("{}.{}", table.name, column.name)));
    }
    names
}
