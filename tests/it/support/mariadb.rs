//! How does a test get a real MariaDB server, and its own client to ask it?
//!
//! The server's settings are as unkind as a department's may be: a zone and a set of characters
//! that nobody may rely on, and quotes that mean something else than usual.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use super::server::{self, PASSWORD, Server, Tls};

const SETTINGS: [&str; 20] = [
    "--bind-address=127.0.0.1",
    "--innodb-flush-log-at-trx-commit=2",
    "--innodb-flush-method=nosync",
    "--innodb-doublewrite=0",
    "--innodb-buffer-pool-size=64M",
    "--innodb-log-file-size=16M",
    "--innodb-stats-persistent=0",
    "--sync-frm=0",
    "--log-bin=log",
    "--sync-binlog=0",
    "--log-bin-trust-function-creators=1",
    "--skip-name-resolve",
    "--skip-feedback",
    "--max-connections=200",
    "--performance-schema=off",
    "--character-set-server=latin1",
    "--default-time-zone=+08:00",
    "--sql-mode=STRICT_TRANS_TABLES,ANSI_QUOTES",
    "--tls-version=TLSv1.2,TLSv1.3",
    "--userstat=1",
];

/// A server of a test's own.
pub struct MariaDb {
    server: Server,
    port: u16,
    next: AtomicU64,
}

impl MariaDb {
    /// The one server that the tests of a process share.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<MariaDb> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(Tls::Offered))
    }

    /// Starts another server.
    pub fn start(tls: Tls) -> Self {
        let folder = server::folder("mariadb");
        let data = folder.join("data");
        server::certify(&folder);
        let user = server::run(Command::new("id").arg("-un"), "");
        let user = format!("--user={}", user.trim());
        let mut make = Command::new(server::program("mariadb-install-db", &[]));
        make.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]);
        make.args([&user, &option("datadir", &data)]).args(&SETTINGS[1..8]);
        server::run(&mut make, "");
        let port = server::free_port();
        let program = server::program("mariadbd", &[]);
        let mut command: Vec<OsString> = vec![program.into(), "--no-defaults".into(), user.into()];
        command.extend(SETTINGS.map(OsString::from));
        command.push(format!("--port={port}").into());
        let files = [("datadir", "data"), ("socket", "socket"), ("pid-file", "pid")];
        command.extend(files.map(|(name, file)| option(name, &folder.join(file)).into()));
        if tls == Tls::Offered {
            let files =
                [("ssl-ca", "ca.pem"), ("ssl-cert", "server.pem"), ("ssl-key", "server.key")];
            command.extend(files.map(|(name, file)| option(name, &folder.join(file)).into()));
        } else {
            command.push("--skip-ssl".into());
        }
        let server = Server::start(folder, "KILL", command);
        let server = Self { server, port, next: AtomicU64::new(1) };
        server.wait();
        server.make_users();
        server
    }

    fn make_users(&self) {
        let quoted = PASSWORD.replace('\'', "''");
        self.mariadb(
            "mysql",
            &format!(
                "create user reader@'%' identified by '{quoted}';
                 grant select, show view on *.* to reader@'%';
                 create user trusted@'%'; grant select, show view on *.* to trusted@'%';
                 create user stranger@'%' identified by '{quoted}';
                 create user writer@'%' identified by '{quoted}';
                 grant all on *.* to writer@'%';"
            ),
        );
    }

    /// Waits until the server answers, be it for the first time or after a crash.
    pub fn wait(&self) {
        let asked = || self.client("mysql").args(["-e", "select 1"]).output().unwrap();
        self.server.wait_until(|| asked().status.success());
    }

    /// Ends the connections to a database.
    pub fn cut(&self, database: &str) {
        let sql = format!("select id from information_schema.processlist where db = '{database}'");
        for row in self.rows("mysql", &format!("{sql} and user = 'reader'")) {
            // It may have ended by itself in between.
            server::try_run(&mut self.client("mysql"), &format!("kill connection {};", row[0]));
        }
    }

    /// Kills the server at once, as a fallen machine would, and starts it again.
    pub fn crash(&self) {
        self.server.crash();
        self.wait();
    }

    /// Where the server lies; see [`server::certify`] for the certificates in it.
    pub fn folder(&self) -> &Path {
        self.server.folder()
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The server's process.
    pub fn pid(&self) -> u32 {
        self.server.pid()
    }

    /// The process that watches it.
    pub fn watcher(&self) -> u32 {
        self.server.watcher()
    }

    /// A new database in UTF-8; `writer` writes in it, `reader` and `trusted` read in it.
    pub fn database(&self) -> String {
        let name = format!("t_{}", self.next.fetch_add(1, Ordering::Relaxed));
        self.mariadb("mysql", &format!("create database {name} character set utf8mb4;"));
        name
    }

    /// The address of a database for a user, without a password.
    pub fn url(&self, user: &str, database: &str) -> String {
        url(user, self.port(), database)
    }

    /// Runs SQL as root by the server's client; gives what it prints, by tabs and lines, in UTC.
    pub fn mariadb(&self, database: &str, sql: &str) -> String {
        server::run(&mut self.client(database), &format!("set time_zone = '+00:00';\n{sql}"))
    }

    /// The rows of a query, by the server's client; a missing value is `null`, and so is the text
    /// `NULL`.
    pub fn rows(&self, database: &str, sql: &str) -> Vec<Vec<String>> {
        let printed = self.mariadb(database, &format!("{sql};"));
        let value = |value: &str| {
            if value == "NULL" { "null".to_owned() } else { unescaped(value) }
        };
        printed.lines().map(|line| line.split('\t').map(value).collect()).collect()
    }

    /// What the server answers a user who comes by the port; its words where it refuses.
    pub fn ask_as(&self, user: &str, password: Option<&str>, sql: &str) -> Result<String, String> {
        let mut client = Command::new(server::program("mariadb", &[]));
        client.args(["--no-defaults", "--batch", "--skip-column-names", "--host=127.0.0.1"]);
        client.args([format!("--port={}", self.port()), format!("--user={user}")]);
        client.env_remove("MYSQL_PWD").envs(password.map(|text| ("MYSQL_PWD", text)));
        server::answer(&server::try_run(&mut client, sql))
    }

    fn client(&self, database: &str) -> Command {
        let mut client = Command::new(server::program("mariadb", &[]));
        client.args(["--no-defaults", "--batch", "--skip-column-names", "--user=root"]);
        client.args(["--default-character-set=utf8mb4", "--binary-mode"]);
        client.arg(option("socket", &self.folder().join("socket"))).arg(database);
        client.env_remove("MYSQL_PWD").env_remove("MYSQL_HOST").env_remove("MYSQL_TCP_PORT");
        client
    }
}

/// The address of a database at a port of the loopback.
pub fn url(user: &str, port: u16, database: &str) -> String {
    format!("mysql://{user}@127.0.0.1:{port}/{database}")
}

fn option(name: &str, path: &Path) -> String {
    format!("--{name}={}", path.display())
}

/// A value as it was before the client wrote it for a line of tabs.
fn unescaped(value: &str) -> String {
    let mut text = String::new();
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match (character, character == '\\') {
            (_, true) => text.push(match characters.next().unwrap() {
                'n' => '\n',
                't' => '\t',
                '0' => '\0',
                other => other,
            }),
            (plain, false) => text.push(plain),
        }
    }
    text
}
