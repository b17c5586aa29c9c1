//! How does a test get a real PostgreSQL server, and its own client to ask it?
//!
//! The server's settings are as unkind as a department's may be: a zone, a style of dates and a
//! form of bytes that nobody may rely on.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::server::{self, PASSWORD, Server, Tls};

const SETTINGS: [&str; 15] = [
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=on",
    "shared_buffers=32MB",
    "max_connections=200",
    "listen_addresses=127.0.0.1",
    "password_encryption=scram-sha-256",
    "timezone=Asia/Shanghai",
    "log_timezone=UTC",
    "datestyle=German",
    "intervalstyle=sql_standard",
    "bytea_output=escape",
    "extra_float_digits=-3",
    "restart_after_crash=on",
    "track_counts=on",
];

/// Whom the server lets in how: `trusted` without a password, all others with theirs.
const ACCESS: &str = "local all all trust\nhost all trusted 127.0.0.1/32 trust\n\
     host all all 127.0.0.1/32 scram-sha-256\n";

/// A server of a test's own.
pub struct Postgres {
    server: Server,
    port: u16,
    next: AtomicU64,
}

impl Postgres {
    /// The one server that the tests of a process share.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(Tls::Offered))
    }

    /// Starts another server.
    pub fn start(tls: Tls) -> Self {
        let folder = server::folder("postgres");
        let owner = owner();
        let data = folder.join("data");
        server::certify(&folder);
        let files = ["", "server.key", "server.pem"].map(|name| folder.join(name));
        files.iter().for_each(|file| chown(file, owner.user, owner.group).unwrap());
        let arguments = ["--no-sync", "--locale=C", "--encoding=UTF8", "-U", "postgres", "-D"];
        let mut make = owner.command(&program("initdb"));
        server::run(make.args(arguments).arg(&data).current_dir(&folder), "");
        fs::write(data.join("pg_hba.conf"), ACCESS).unwrap();
        let port = server::free_port();
        let mut command: Vec<OsString> = owner.switch.iter().map(Into::into).collect();
        command.extend([program("postgres").into(), "-D".into(), data.into()]);
        command.extend(["-k".into(), folder.clone().into(), "-p".into(), port.to_string().into()]);
        let tls = match tls {
            Tls::Offered => vec![
                "ssl=on".to_owned(),
                format!("ssl_cert_file={}", folder.join("server.pem").display()),
                format!("ssl_key_file={}", folder.join("server.key").display()),
            ],
            Tls::Absent => vec!["ssl=off".to_owned()],
        };
        let settings = SETTINGS.iter().map(|setting| (*setting).to_owned()).chain(tls);
        command.extend(settings.flat_map(|setting| ["-c".into(), setting.into()]));
        let server = Server::start(folder, "QUIT", command);
        let server = Self { server, port, next: AtomicU64::new(1) };
        server.wait();
        server.make_users();
        server
    }

    fn make_users(&self) {
        let quoted = PASSWORD.replace('\'', "''");
        self.psql(
            "postgres",
            &format!(
                "create role reader login password '{quoted}';
                 grant pg_read_all_data to reader;
                 create role trusted login; grant pg_read_all_data to trusted;
                 create role stranger login password '{quoted}';
                 create role writer login password '{quoted}';"
            ),
        );
    }

    /// Waits until the server answers, be it for the first time or after a crash.
    pub fn wait(&self) {
        let asked = || self.client("postgres").args(["-c", "select 1"]).output().unwrap();
        self.server.wait_until(|| asked().status.success());
    }

    /// Ends the connections to a database.
    pub fn cut(&self, database: &str) {
        let name = format!("datname = '{database}' and usename = 'reader'");
        let sql = format!("select pg_terminate_backend(pid) from pg_stat_activity where {name};");
        self.psql("postgres", &sql);
    }

    /// Kills a process that serves a database, as a fault in it would, after which the server
    /// starts all of its processes again.
    pub fn crash(&self, database: &str) {
        let name = format!("datname = '{database}' and usename = 'reader'");
        let sql = format!("select pid from pg_stat_activity where {name} limit 1");
        let noticed = || self.server.log().matches("all server processes terminated").count();
        let (before, begin) = (noticed(), Instant::now());
        for row in self.rows("postgres", &sql) {
            server::kill("KILL", row[0].parse().unwrap());
            // The server notices the death after a moment in which it still answers.
            while noticed() == before {
                assert!(begin.elapsed() < Duration::from_secs(60), "the crash goes unnoticed");
                std::thread::sleep(Duration::from_millis(20));
            }
        }
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

    /// The first process of the server.
    pub fn pid(&self) -> u32 {
        self.server.pid()
    }

    /// The process that watches it.
    pub fn watcher(&self) -> u32 {
        self.server.watcher()
    }

    /// A new database; `writer` owns it, `reader` and `trusted` read in it.
    pub fn database(&self) -> String {
        self.database_with("")
    }

    /// A new database with options such as `encoding 'SQL_ASCII' template template0`.
    pub fn database_with(&self, options: &str) -> String {
        let name = format!("t_{}", self.next.fetch_add(1, Ordering::Relaxed));
        self.psql("postgres", &format!("create database {name} owner writer {options};"));
        name
    }

    /// The address of a database for a user, without a password.
    pub fn url(&self, user: &str, database: &str) -> String {
        url(user, self.port(), database)
    }

    /// Runs SQL as the superuser by psql; gives what it prints, unaligned, without headings, in
    /// UTC and with dates as ISO 8601 writes them.
    pub fn psql(&self, database: &str, sql: &str) -> String {
        server::run(&mut self.client(database), sql)
    }

    /// The rows of a query, by psql; a missing value is `null`.
    pub fn rows(&self, database: &str, sql: &str) -> Vec<Vec<String>> {
        let mut client = self.client(database);
        let printed = server::run(
            client.args(["-F", "\u{1f}", "-R", "\u{1e}", "-P", "null=null"]),
            &format!("{sql};"),
        );
        let Some(printed) = printed.strip_suffix('\n') else { return Vec::new() };
        let row = |row: &str| row.split('\u{1f}').map(str::to_owned).collect();
        printed.split('\u{1e}').map(row).collect()
    }

    /// What the server answers a user who comes by the port; its words where it refuses.
    pub fn ask_as(&self, user: &str, password: Option<&str>, sql: &str) -> Result<String, String> {
        let mut client = Command::new(program("psql"));
        unsettled(&mut client);
        client.args(["-X", "-w", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d"]);
        client.arg(self.url(user, "postgres")).envs(password.map(|text| ("PGPASSWORD", text)));
        server::answer(&server::try_run(&mut client, sql))
    }

    fn client(&self, database: &str) -> Command {
        let mut client = Command::new(program("psql"));
        client.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-h"]);
        client.arg(self.folder()).args(["-p", &self.port().to_string(), "-d", database]);
        unsettled(&mut client);
        client.env("PGTZ", "UTC").env("PGDATESTYLE", "ISO").env("PGCLIENTENCODING", "UTF8");
        let options = "-c intervalstyle=postgres -c bytea_output=hex -c extra_float_digits=1";
        client.env("PGOPTIONS", options);
        client
    }
}

/// Takes the settings of the person who runs the tests away from a client.
fn unsettled(client: &mut Command) {
    for name in ["PGSERVICE", "PGPASSFILE", "PGPASSWORD", "PGHOSTADDR", "PGSSLMODE"] {
        client.env_remove(name);
    }
}

/// The address of a database at a port of the loopback.
pub fn url(user: &str, port: u16, database: &str) -> String {
    format!("postgres://{user}@127.0.0.1:{port}/{database}")
}

/// A program of the server, which Debian keeps apart from other programs.
fn program(name: &str) -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut folders: Vec<PathBuf> =
        versions.map(|version| version.unwrap().path().join("bin")).collect();
    folders.sort();
    folders.reverse();
    server::program(name, &folders)
}

/// Who runs the server.
struct Owner {
    user: Option<u32>,
    group: Option<u32>,
    /// what goes before a command so that this user runs it
    switch: Vec<String>,
}

impl Owner {
    fn command(&self, program: &Path) -> Command {
        let Some((first, rest)) = self.switch.split_first() else { return Command::new(program) };
        let mut command = Command::new(first);
        command.args(rest).arg(program);
        command
    }
}

/// Oneself; but the server refuses to run as root, so that is the package's own user then.
fn owner() -> Owner {
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return Owner { user: None, group: None, switch: Vec::new() };
    }
    let number = |flag: &str| {
        let printed = server::run(Command::new("id").args([flag, "postgres"]), "");
        printed.trim().parse::<u32>().unwrap()
    };
    let (user, group) = (number("-u"), number("-g"));
    let switch = format!("setpriv --reuid {user} --regid {group} --clear-groups --pdeathsig KILL");
    let switch = switch.split(' ').map(str::to_owned).collect();
    Owner { user: Some(user), group: Some(group), switch }
}
