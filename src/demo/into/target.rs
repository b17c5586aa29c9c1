//! Which server do tables go to, and may they be put there?

use std::error::Error;
use std::future::Future;
use std::time::Duration;

use mysql_async::{Opts, OptsBuilder};

use super::super::error::DemoError;
use super::column::Server;
use super::{MARKER, Mark};
use crate::config::{self, ConfigError, Secret};

/// How long a server may take for one step, of which the longest is an index.
const STEP_MAX: Duration = Duration::from_secs(600);

/// A server, and the database there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) server: Server,
    /// where it is; holds no password
    pub(super) url: String,
    /// the variable of the environment that holds the password, if one is needed
    pub(super) variable: Option<String>,
    password: Option<Secret>,
}

impl Target {
    /// The server that an option of the command line names. Its password comes from the variable
    /// that the server's own programs read, where that is set.
    ///
    /// # Errors
    /// When the address is none, or holds a password.
    pub(super) fn asked(
        option: &'static str,
        server: Server,
        url: &str,
    ) -> Result<Self, DemoError> {
        let variable = usual_variable(server);
        let password = config::secret(variable, option, "the password of the server").ok();
        let variable = password.is_some().then(|| variable.to_owned());
        let target = Self { server, url: url.to_owned(), variable, password };
        target.check(option)?;
        Ok(target)
    }

    /// The server that a section of the project's systems names.
    ///
    /// # Errors
    /// When the address is none, or the variable with the password is not set.
    pub(super) fn known(
        place: &str,
        server: Server,
        url: &str,
        variable: Option<&str>,
    ) -> Result<Self, DemoError> {
        let secret = |name| config::secret(name, place, "the password of the server");
        let password: Result<Option<Secret>, ConfigError> = variable.map(secret).transpose();
        let variable = variable.map(str::to_owned);
        let target = Self { server, url: url.to_owned(), variable, password: password? };
        target.check(place)?;
        Ok(target)
    }

    /// Whether the address is one, without a password in it.
    fn check(&self, place: &str) -> Result<(), DemoError> {
        let variable = usual_variable(self.server);
        let wrong = |why: String| DemoError::Url { place: place.to_owned(), why };
        let (has_password, has_database) = match self.server {
            Server::Postgres => {
                let config: tokio_postgres::Config =
                    self.url.parse().map_err(|error| wrong(chain(&error)))?;
                (config.get_password().is_some(), config.get_dbname().is_some())
            }
            Server::Mysql => {
                let options = Opts::from_url(&self.url).map_err(|error| wrong(chain(&error)))?;
                (options.pass().is_some(), options.db_name().is_some())
            }
        };
        if has_password {
            return Err(DemoError::PasswordInUrl { place: place.to_owned(), variable });
        }
        if !has_database {
            return Err(wrong("it names no database".to_owned()));
        }
        Ok(())
    }

    /// How the PostgreSQL server is reached.
    ///
    /// # Errors
    /// When the address is none.
    pub(super) fn postgres(&self) -> Result<tokio_postgres::Config, DemoError> {
        let wrong = |error| DemoError::Url { place: self.url.clone(), why: chain(&error) };
        let mut config: tokio_postgres::Config = self.url.parse().map_err(wrong)?;
        if let Some(password) = &self.password {
            config.password(password.reveal());
        }
        Ok(config)
    }

    /// How the MariaDB server is reached.
    ///
    /// # Errors
    /// When the address is none.
    pub(super) fn mysql(&self) -> Result<Opts, DemoError> {
        let wrong = |error| DemoError::Url { place: self.url.clone(), why: chain(&error) };
        let options = Opts::from_url(&self.url).map_err(wrong)?;
        let builder = OptsBuilder::from_opts(options).prefer_socket(false);
        Ok(match &self.password {
            Some(password) => builder.pass(Some(password.reveal())).into(),
            None => builder.into(),
        })
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
        let failed = |cause| DemoError::Server {
            url: self.url.clone(),
            doing: doing.to_owned(),
            variable: usual_variable(self.server),
            cause,
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
            match marked.iter().find(|(name, _)| *name == table) {
                None => return Err(DemoError::ForeignTable { url: self.url.clone(), table }),
                Some((_, seed)) if *seed != mark.seed.to_string() => {
                    let (url, seed) = (self.url.clone(), seed.clone());
                    return Err(DemoError::OtherCompany { url, seed });
                }
                Some(_) => {}
            }
        }
        Ok(())
    }
}

/// The variable from which the server's own programs take a password.
fn usual_variable(server: Server) -> &'static str {
    match server {
        Server::Postgres => "PGPASSWORD",
        Server::Mysql => "MYSQL_PWD",
    }
}

/// An error with what caused it.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
