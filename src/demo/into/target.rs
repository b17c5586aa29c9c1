//! Which server do tables go to, and may they be put there?

use std::error::Error;
use std::future::Future;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use super::super::error::DemoError;
use super::column;
use super::{MARKER, Mark};
use crate::config;
use crate::source::SourceError;
use crate::source::open::Location;
use crate::source::server::Server;
use crate::warehouse::project::{Project, System, SystemKind};

/// How long a server may take for one step, of which the longest is an index.
const STEP_MAX: Duration = Duration::from_secs(600);

/// A server, and the database there.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// what it speaks
    pub(super) kind: column::Server,
    /// how it is reached
    pub(super) server: Server,
    /// the variable of the environment that holds the password, if one is needed
    pub(super) variable: Option<String>,
}

impl Target {
    /// The server that an option of the command line names for a system. Its password comes from
    /// the variable that the server's own programs read, where that is set; how the connection is
    /// encrypted is what the system's section says.
    ///
    /// # Errors
    /// When the address is none, or holds a password.
    pub(super) fn asked(
        project: &Project,
        name: &str,
        (option, kind, url): (&'static str, column::Server, &str),
    ) -> Result<Self, DemoError> {
        let variable = usual_variable(kind);
        if Url::parse(url).is_ok_and(|url| url.password().is_some()) {
            return Err(DemoError::PasswordInUrl { option, variable });
        }
        let password = config::secret(variable, option, "the password");
        let system = System {
            kind: match kind {
                column::Server::Postgres => SystemKind::Postgres,
                column::Server::Mysql => SystemKind::Mysql,
            },
            path: PathBuf::new(),
            url: Some(url.to_owned()),
            password_env: password.is_ok().then(|| variable.to_owned()),
            ..section(project, name)?.clone()
        };
        system.check().map_err(|(_, why)| DemoError::Url { option, why })?;
        Self::of(project, name, &system)
    }

    /// The server on which a system lies already.
    ///
    /// # Errors
    /// When its section names none, or its password is not in the environment.
    pub(super) fn known(project: &Project, name: &str) -> Result<Self, DemoError> {
        Self::of(project, name, section(project, name)?)
    }

    fn of(project: &Project, name: &str, system: &System) -> Result<Self, DemoError> {
        let variable = system.password_env.clone();
        let (kind, server) = match system.location(name, &project.root)? {
            Some(Location::Postgres(server)) => (column::Server::Postgres, server),
            Some(Location::Mysql(server)) => (column::Server::Mysql, server),
            _ => return Err(DemoError::NoServer { system: name.to_owned() }),
        };
        Ok(Self { kind, server, variable })
    }

    /// Where it is; holds no password.
    pub(super) fn url(&self) -> &str {
        &self.server.address.text
    }

    /// A connection, or what to do where there is none.
    ///
    /// # Errors
    /// What the server said, with the source of its password.
    pub(super) fn connected<T>(&self, connected: Result<T, SourceError>) -> Result<T, DemoError> {
        let variable = usual_variable(self.kind);
        connected.map_err(|cause| DemoError::Connect { cause: Box::new(cause), variable })
    }

    /// Does one step on the server, in bounded time; `doing` says what, for messages.
    ///
    /// # Errors
    /// When the server refuses, or does not answer in time.
    pub(super) async fn step<T, E: Error + Send + Sync + 'static>(
        &self,
        doing: &str,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, DemoError> {
        let failed = |cause| {
            let (url, doing) = (self.url().to_owned(), doing.to_owned());
            DemoError::Server { url, doing, cause }
        };
        match tokio::time::timeout(STEP_MAX, work).await {
            Ok(done) => done.map_err(|error| failed(Box::new(error))),
            Err(elapsed) => Err(failed(Box::new(elapsed))),
        }
    }

    /// Refuses to replace tables that no demo made, or that of another company. `there` are those
    /// of ours that exist; `marked` those that a demo made, with its company's seed.
    ///
    /// # Errors
    /// The first table that must stay.
    pub(super) fn check_own(
        &self,
        there: Vec<String>,
        marked: &[(String, String)],
        mark: Mark,
    ) -> Result<(), DemoError> {
        for table in there.into_iter().filter(|name| name != MARKER) {
            let url = self.url().to_owned();
            match marked.iter().find(|(name, _)| *name == table) {
                None => return Err(DemoError::ForeignTable { url, table }),
                Some((_, seed)) if *seed != mark.seed.to_string() => {
                    return Err(DemoError::OtherCompany { url, seed: seed.clone() });
                }
                Some(_) => {}
            }
        }
        Ok(())
    }
}

/// What `systems.toml` says of a system.
fn section<'p>(project: &'p Project, name: &str) -> Result<&'p System, DemoError> {
    let none = || DemoError::NoServer { system: name.to_owned() };
    project.systems.get(name).ok_or_else(none)
}

/// The variable from which the server's own programs take a password.
fn usual_variable(kind: column::Server) -> &'static str {
    match kind {
        column::Server::Postgres => "PGPASSWORD",
        column::Server::Mysql => "MYSQL_PWD",
    }
}
