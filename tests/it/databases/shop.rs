//! How does a test read one database of a real server, be it PostgreSQL or MariaDB?

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use patron::warehouse::release::Accounting;

use crate::support::binary;
use crate::support::mariadb::{self, MariaDb};
use crate::support::postgres::{self, Postgres};
use crate::support::server::PASSWORD;
use crate::support::world::World;

/// The variable that holds the password.
pub const PASSWORD_ENV: &str = "BASE_PASSWORD";

/// A server of one kind or the other.
pub trait Vendor: Sync {
    /// `kind` of a system.
    fn kind(&self) -> &'static str;
    fn port(&self) -> u16;
    fn folder(&self) -> &Path;
    /// A new database.
    fn database(&self) -> String;
    /// The address of a database for a user, without a password.
    fn url(&self, user: &str, database: &str) -> String;
    /// The same by another port.
    fn url_at(&self, user: &str, port: u16, database: &str) -> String;
    /// Runs SQL by the server's own client; gives what it prints.
    fn run(&self, database: &str, sql: &str) -> String;
    /// The rows of a query by the server's own client.
    fn rows(&self, database: &str, sql: &str) -> Vec<Vec<String>>;
    /// A relation with one column `seq` of the numbers 1 to `last`.
    fn numbers(&self, last: usize) -> String;
    /// The type of a moment without a zone, to the microsecond.
    fn moment(&self) -> &'static str;
    /// A name in quotes.
    fn quoted(&self, name: &str) -> String;
    /// Ends the connections to a database.
    fn cut(&self, database: &str);
    /// Kills the process that serves a database, and waits until the server is back.
    fn crash(&self, database: &str);
}

impl Vendor for Postgres {
    fn kind(&self) -> &'static str {
        "postgres"
    }
    fn port(&self) -> u16 {
        self.port()
    }
    fn folder(&self) -> &Path {
        self.folder()
    }
    fn database(&self) -> String {
        self.database()
    }
    fn url(&self, user: &str, database: &str) -> String {
        self.url(user, database)
    }
    fn url_at(&self, user: &str, port: u16, database: &str) -> String {
        postgres::url(user, port, database)
    }
    fn run(&self, database: &str, sql: &str) -> String {
        self.psql(database, sql)
    }
    fn rows(&self, database: &str, sql: &str) -> Vec<Vec<String>> {
        self.rows(database, sql)
    }
    fn numbers(&self, last: usize) -> String {
        format!("(select generate_series(1, {last}) as seq) as numbers")
    }
    fn moment(&self) -> &'static str {
        "timestamp(6)"
    }
    fn quoted(&self, name: &str) -> String {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
    fn cut(&self, database: &str) {
        self.cut(database);
    }
    fn crash(&self, database: &str) {
        self.crash(database);
    }
}

impl Vendor for MariaDb {
    fn kind(&self) -> &'static str {
        "mysql"
    }
    fn port(&self) -> u16 {
        self.port()
    }
    fn folder(&self) -> &Path {
        self.folder()
    }
    fn database(&self) -> String {
        self.database()
    }
    fn url(&self, user: &str, database: &str) -> String {
        self.url(user, database)
    }
    fn url_at(&self, user: &str, port: u16, database: &str) -> String {
        mariadb::url(user, port, database)
    }
    fn run(&self, database: &str, sql: &str) -> String {
        self.mariadb(database, sql)
    }
    fn rows(&self, database: &str, sql: &str) -> Vec<Vec<String>> {
        self.rows(database, sql)
    }
    fn numbers(&self, last: usize) -> String {
        format!("(select seq from seq_1_to_{last}) as numbers")
    }
    fn moment(&self) -> &'static str {
        "datetime(6)"
    }
    fn quoted(&self, name: &str) -> String {
        format!("`{}`", name.replace('`', "``"))
    }
    fn cut(&self, database: &str) {
        self.cut(database);
    }
    fn crash(&self, _database: &str) {
        self.crash();
    }
}

/// The shared servers of both kinds.
pub fn both() -> [&'static dyn Vendor; 2] {
    [Postgres::shared(), MariaDb::shared()]
}

/// How a project's system `base` comes to the server, where it is not as usual.
pub struct Way<'a> {
    pub user: &'a str,
    pub host: &'a str,
    pub port: u16,
    pub database: &'a str,
    /// whether the system names a variable that holds the password
    pub has_password: bool,
    /// further lines of the system
    pub lines: &'a str,
}

/// A project with one system `base` that is a database of its own.
pub struct Shop<'a> {
    pub world: World,
    pub vendor: &'a dyn Vendor,
    pub database: String,
}

impl<'a> Shop<'a> {
    /// A project that reads a new database as a user who may only read.
    pub fn new(vendor: &'a dyn Vendor) -> Self {
        let shop = Self { world: World::empty(), vendor, database: vendor.database() };
        shop.system(&shop.way());
        shop
    }

    /// A project with a table `orders` of some rows.
    pub fn with_orders(vendor: &'a dyn Vendor, rows: usize) -> Self {
        let shop = Self::new(vendor);
        let (moment, numbers) = (vendor.moment(), vendor.numbers(rows));
        shop.sql(&format!(
            "create table orders (order_id bigint primary key, label varchar(200), \
             amount numeric(18,2), changed_at {moment});
             insert into orders select seq, concat('order ', seq), seq * 1.01, \
             '2026-01-01 12:00:00' from {numbers};"
        ));
        shop.contract("orders", "orders", "mode = \"full\"\nkey = [\"order_id\"]\n", ORDERS);
        shop
    }

    /// The usual way.
    pub fn way(&self) -> Way<'_> {
        Way {
            user: "reader",
            host: "127.0.0.1",
            port: self.vendor.port(),
            database: &self.database,
            has_password: true,
            lines: "",
        }
    }

    /// Writes warehouse/systems.toml.
    pub fn system(&self, way: &Way<'_>) {
        let url = self.vendor.url_at(way.user, way.port, way.database);
        let url = url.replace("127.0.0.1", way.host);
        let mut text = format!("[base]\nkind = \"{}\"\nurl = \"{url}\"\n", self.vendor.kind());
        if way.has_password {
            text += &format!("password_env = \"{PASSWORD_ENV}\"\n");
        }
        self.world.write("warehouse/systems.toml", text + way.lines);
    }

    /// Writes the contract of `shop.<table>`.
    pub fn contract(&self, table: &str, object: &str, lines: &str, columns: &str) {
        let object = toml::Value::String(object.to_owned());
        let head = format!(
            "description = \"{table}\"\nsystem = \"base\"\nobject = {object}\n{lines}{columns}"
        );
        self.world.write(&format!("warehouse/contracts/shop/{table}.toml"), head);
    }

    /// Runs SQL in the database by the server's own client.
    pub fn sql(&self, sql: &str) -> String {
        self.vendor.run(&self.database, sql)
    }

    /// Refreshes by the program; gives all that it said, or fails with it. The password is in none
    /// of it.
    pub fn refresh(&self) -> Result<String, String> {
        let mut command = binary::patron(self.world.root());
        command.arg("refresh").env(PASSWORD_ENV, PASSWORD).env("PATRON_LOG", "patron=debug");
        let output = command.output().unwrap();
        let said = binary::said(&output);
        assert!(!shows_password(said.as_bytes()), "the password shows");
        if output.status.success() { Ok(said) } else { Err(said) }
    }

    /// Refreshes, and panics with what was said where it fails.
    pub fn refreshed(&self) {
        self.refresh().unwrap_or_else(|said| panic!("{}: {said}", self.vendor.kind()));
    }

    /// What the program said of a refresh that must fail, without its log.
    pub fn refused(&self) -> String {
        let said = self.refresh().expect_err("the refresh must fail");
        let is_log = |line: &&str| line.contains("DEBUG") || line.contains("INFO");
        let lines: Vec<&str> = said.lines().filter(|line| !is_log(line)).collect();
        lines.join("\n")
    }

    /// What the newest release says of a table's rows.
    pub fn accounting(&self, table: &str) -> Accounting {
        let name = format!("shop.{table}").parse().unwrap();
        let accounting = self.world.release().accounting[&name];
        accounting.check().unwrap_or_else(|fault| panic!("{table}: {fault}"));
        accounting
    }
}

/// Columns of the contract of `orders`.
pub const ORDERS: &str = "[columns.order_id]\ntype = \"integer\"\nrequired = true\n\
     [columns.label]\ntype = \"text\"\n[columns.amount]\ntype = \"decimal(18,2)\"\n\
     [columns.changed_at]\ntype = \"timestamp\"\n[format]\nzone = \"UTC\"\n";

/// Whether bytes hold the password, plainly or as an address would write it.
pub fn shows_password(bytes: &[u8]) -> bool {
    let forms = [PASSWORD, "quince%26marrow", "quince&amp;marrow", "quince\\u0026marrow"];
    let holds = |form: &str| bytes.windows(form.len()).any(|window| window == form.as_bytes());
    forms.iter().any(|form| holds(form))
}

/// Every file below a folder.
pub fn files_below(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else {
            found.insert(path);
        }
    }
    found
}
