//! Where does a departmental system keep its tables, and how are they reached?

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use crate::bucket::{Bucket, BucketError, Settings};
use crate::config::{self, ConfigError};
use crate::source::files::Folder;
use crate::source::open::Location;
use crate::source::server::{Address, Server, Tls};

/// Seconds without an answer after which a server is given up.
const TIMEOUT_SECONDS: u64 = 300;
/// Connections to a server at once.
const CONNECTIONS: usize = 4;

/// A departmental system: one section of `warehouse/systems.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct System {
    /// what it is, for people
    #[serde(default)]
    pub description: String,
    /// what kind of source
    pub kind: SystemKind,
    /// the folder of files or the database file, relative to the project or absolute
    #[serde(default)]
    pub path: PathBuf,
    /// the address of a database server, without a password; or `s3://bucket/prefix` of files
    pub url: Option<String>,
    /// the environment variable that holds the user's password
    pub password_env: Option<String>,
    /// how the connection is encrypted; where absent, `verify-full` unless the server is on this
    /// machine
    pub tls: Option<Tls>,
    /// a PEM file of the authorities to trust instead of the machine's own
    pub tls_ca: Option<PathBuf>,
    /// seconds of waiting within which a server must have sent 1 KiB
    pub timeout_seconds: Option<u64>,
    /// at most so many connections at once
    pub connections: Option<usize>,
    /// address of a bucket's store other than Amazon's
    pub endpoint: Option<String>,
    /// region of a bucket
    pub region: Option<String>,
    /// the environment variable that holds the id of a bucket's access key
    pub access_key_env: Option<String>,
    /// the environment variable that holds the secret that belongs to it
    pub secret_key_env: Option<String>,
    /// the environment variable that holds the token of a temporary key
    pub session_token_env: Option<String>,
    /// a system that may be down: the release then keeps its earlier data and says so
    #[serde(default)]
    pub optional: bool,
}

/// The kinds of source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SystemKind {
    /// a folder or a bucket of CSV, JSON lines or Parquet files or workbooks
    Files,
    /// a SQLite database file
    Sqlite,
    /// a PostgreSQL server
    Postgres,
    /// a MySQL or MariaDB server
    Mysql,
}

impl SystemKind {
    /// The schemes of its addresses; empty for what lies at a path.
    fn schemes(self) -> &'static [&'static str] {
        match self {
            Self::Files | Self::Sqlite => &[],
            Self::Postgres => &["postgres", "postgresql"],
            Self::Mysql => &["mysql", "mariadb"],
        }
    }
}

impl System {
    /// What is wrong with the section, and what helps.
    ///
    /// # Errors
    /// The first mistake: the field, and what to do about it.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        let schemes = self.kind.schemes();
        let is_server = !schemes.is_empty();
        let given = [
            ("password_env", self.password_env.is_some()),
            ("tls", self.tls.is_some()),
            ("tls_ca", self.tls_ca.is_some()),
            ("timeout_seconds", self.timeout_seconds.is_some()),
            ("connections", self.connections.is_some()),
        ];
        if self.bucket().is_none() {
            self.check_no_bucket()?;
        }
        if !is_server {
            if let Some((field, _)) = given.iter().find(|(_, is_given)| *is_given) {
                return Err((field, format!("{field} is for postgres and mysql; leave it out")));
            }
            if let Some(bucket) = self.bucket() {
                return match self.path.as_os_str().is_empty() {
                    true => bucket.check().map_err(|why| ("url", why)),
                    false => Err(("path", "a url is there already; leave path out".to_owned())),
                };
            }
            if self.url.is_some() {
                return Err(("url", "url is for files, postgres and mysql".to_owned()));
            }
            if self.path.as_os_str().is_empty() {
                return Err((
                    "kind",
                    "path is missing: the folder or the database file".to_owned(),
                ));
            }
            return Ok(());
        }
        if !self.path.as_os_str().is_empty() {
            return Err(("path", "path is for files and sqlite; a server has a url".to_owned()));
        }
        let Some(url) = &self.url else {
            return Err(("kind", format!("url is missing: {}://user@host/database", schemes[0])));
        };
        Address::parse(url, schemes).map_err(|why| ("url", format!("url: {why}")))?;
        if self.timeout_seconds == Some(0) || self.connections == Some(0) {
            return Err(("kind", "timeout_seconds and connections are at least 1".to_owned()));
        }
        Ok(())
    }

    /// Refuses what belongs to a bucket where there is none.
    fn check_no_bucket(&self) -> Result<(), (&'static str, String)> {
        let given = [
            ("endpoint", &self.endpoint),
            ("region", &self.region),
            ("access_key_env", &self.access_key_env),
            ("secret_key_env", &self.secret_key_env),
            ("session_token_env", &self.session_token_env),
        ];
        match given.iter().find(|(_, given)| given.is_some()) {
            Some((field, _)) => {
                Err((*field, format!("{field} is for files at an s3:// url; leave it out")))
            }
            None => Ok(()),
        }
    }

    /// The bucket that files lie in, where they lie in one.
    fn bucket(&self) -> Option<Settings> {
        let url = self.url.clone().filter(|_| self.kind == SystemKind::Files)?;
        Some(Settings {
            url,
            endpoint: self.endpoint.clone(),
            region: self.region.clone(),
            access_key_env: self.access_key_env.clone(),
            secret_key_env: self.secret_key_env.clone(),
            session_token_env: self.session_token_env.clone(),
        })
    }

    /// Where the system's files lie; `name` is its section's. The bytes of a bucket's files come to
    /// the folder `tmp` when they are needed.
    ///
    /// # Errors
    /// When a key of a bucket is not in the environment.
    pub fn folder(&self, name: &str, root: &Path, tmp: &Path) -> Result<Folder, BucketError> {
        let Some(settings) = self.bucket() else {
            return Ok(Folder::Local(root.join(&self.path)));
        };
        let bucket = Bucket::open(&settings, &format!("warehouse/systems.toml, [{name}]"))?;
        Ok(Folder::Bucket { bucket, tmp: tmp.to_owned() })
    }

    /// Where the system's database lies; `None` for files. `name` is its section's.
    ///
    /// # Errors
    /// When its password is not in the environment.
    pub fn location(&self, name: &str, root: &Path) -> Result<Option<Location>, ConfigError> {
        Ok(match self.kind {
            SystemKind::Files => None,
            SystemKind::Sqlite => Some(Location::Sqlite(root.join(&self.path))),
            SystemKind::Postgres => Some(Location::Postgres(self.server(name, root)?)),
            SystemKind::Mysql => Some(Location::Mysql(self.server(name, root)?)),
        })
    }

    fn server(&self, name: &str, root: &Path) -> Result<Server, ConfigError> {
        let place = format!("warehouse/systems.toml, [{name}]");
        let url = self.url.as_deref().unwrap_or_default();
        let wanted = |why: String| ConfigError::Address { place: place.clone(), why };
        let address = Address::parse(url, self.kind.schemes()).map_err(wanted)?;
        let password = self
            .password_env
            .as_ref()
            .map(|variable| config::secret(variable, &place, "the password"))
            .transpose()?;
        let usual = if address.is_local() { Tls::Disable } else { Tls::VerifyFull };
        Ok(Server {
            password,
            tls: self.tls.unwrap_or(usual),
            tls_ca: self.tls_ca.as_ref().map(|path| root.join(path)),
            patience: Duration::from_secs(self.timeout_seconds.unwrap_or(TIMEOUT_SECONDS)),
            connections: self.connections(),
            address,
        })
    }

    /// At most so many connections at once.
    pub fn connections(&self) -> usize {
        self.connections.unwrap_or(CONNECTIONS)
    }

    /// Where it lies, as messages show it.
    pub fn place(&self, root: &Path) -> String {
        match &self.url {
            Some(url) => url.clone(),
            None => root.join(&self.path).display().to_string(),
        }
    }
}
