//! Do clients of PostgreSQL get what they ask for, and nobody more than over HTTP?

mod accounts;
mod asking;
mod catalogue;
mod drivers;
mod hostile;
mod sessions;
mod types;

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;

use rustix::process::{Pid, Signal, kill_process};
use tokio_postgres::{Client, Config, NoTls};

use crate::support::binary::{end_with_the_tests, patron, said};
use crate::support::hand;
use crate::support::world::runtime;

/// A server that speaks PostgreSQL's protocol, told to end when this is dropped.
pub struct Speaking {
    child: Child,
    /// where it speaks it
    pub address: SocketAddr,
}

impl Speaking {
    /// A server of a project, as soon as it is ready.
    pub fn of(root: &Path, arguments: &[&str]) -> Self {
        Self::within(root, arguments, &[])
    }

    /// The same, with variables of its environment.
    pub fn within(root: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut child = patron(root)
            .args(["serve", "--listen", "127.0.0.1:0", "--postgres", "127.0.0.1:0"])
            .args(arguments)
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next().unwrap().unwrap();
        let address = line.strip_prefix("postgres://").unwrap_or_else(|| panic!("`{line}`"));
        assert!(lines.next().unwrap().unwrap().starts_with("READY http://"));
        Self { address: address.parse().unwrap(), child }
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    pub fn lives(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// What the real client says of commands.
    pub fn psql(&self, commands: &[&str]) -> Output {
        let mut psql = Command::new("psql");
        psql.args(["-X", "-A", "-t", "-v", "ON_ERROR_STOP=0"])
            .env("PGHOST", self.address.ip().to_string())
            .env("PGPORT", self.address.port().to_string())
            .env("PGUSER", "ann")
            .env("PGDATABASE", "patron");
        for command in commands {
            psql.args(["-c", command]);
        }
        psql.output().unwrap()
    }

    /// What it says of commands that have an answer.
    pub fn answered(&self, commands: &[&str]) -> String {
        let output = self.psql(commands);
        assert!(output.status.success(), "{commands:?}: {}", said(&output));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// What it says of a command that has none: state and message are on the other side.
    pub fn refused(&self, command: &str) -> String {
        let output = self.psql(&["\\set VERBOSITY verbose", command]);
        let error = String::from_utf8(output.stderr.clone()).unwrap();
        assert!(!error.is_empty(), "{command}: {}", said(&output));
        error
    }

    /// A connection of a driver.
    pub async fn connect(&self) -> Client {
        self.connect_as("ann", "").await
    }

    /// A connection of somebody with a password.
    pub async fn connect_as(&self, user: &str, password: &str) -> Client {
        let mut config = Config::new();
        config.host(self.address.ip().to_string()).port(self.address.port());
        config.user(user).password(password).dbname("patron");
        let (client, connection) = config.connect(NoTls).await.unwrap();
        tokio::spawn(async move {
            // Its end is the client's to notice.
            let _ = connection.await;
        });
        client
    }
}

impl Drop for Speaking {
    fn drop(&mut self) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        let _ = kill_process(pid, Signal::TERM);
        let _ = self.child.wait();
    }
}

/// A server of the company made by hand, which all tests share and none harms.
fn shared() -> &'static Speaking {
    static SHARED: OnceLock<(Speaking, Child)> = OnceLock::new();
    let made = || {
        let server = Speaking::of(hand::shared().root(), &["--sql-processes", "4"]);
        let watch = end_with_the_tests(server.pid());
        (server, watch)
    };
    &SHARED.get_or_init(made).0
}

/// Does something with a driver's connection.
fn with<T>(work: impl AsyncFnOnce(Client) -> T) -> T {
    // The company is made before, which takes threads of its own.
    let server = shared();
    runtime().block_on(async { work(server.connect().await).await })
}
