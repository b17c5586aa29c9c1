//! How does a test get a project, change its feeds, refresh it and ask it?

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Duration, TimeZone, Utc};
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use patron::engine::Limits;
use patron::query::{self, Principal};
use patron::refresh::{self, Options, Outcome, RefreshError, Silent};
use patron::warehouse::Home;
use patron::warehouse::entered::Entry;
use patron::warehouse::project::Project;
use patron::warehouse::release::Release;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::s3::S3;

/// A project in a folder of its own.
pub struct World {
    folder: TempDir,
}

/// The n-th day of tests; refreshes of one world take rising days.
pub fn day(number: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 7, 1, 6, 0, 0).unwrap() + Duration::days(number)
}

impl World {
    /// A copy of `tests/worlds/<name>`, its databases built from their .sql files.
    pub fn copy_of(name: &str) -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/worlds").join(name);
        copy_folder(&from, world.root());
        world
    }

    /// A project without systems and tables.
    pub fn empty() -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        let settings = "name = \"Test\"\ntime_zone = \"Europe/Berlin\"\n\
            functional_currency = \"EUR\"\nreporting_currency = \"EUR\"\nlanguages = [\"en\"]\n\
            [calendar]\nkind = \"months\"\nfirst_month = 1\n";
        world.write("warehouse/project.toml", settings);
        world
    }

    /// The project's folder.
    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// A path below the project's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    /// Writes a file; a .sql file becomes a .db file beside it.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Deletes a file.
    pub fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).unwrap();
    }

    /// From now on the warehouse lies in a store's bucket.
    pub fn keep_in(&self, store: &S3) {
        let settings = fs::read_to_string(self.path("warehouse/project.toml")).unwrap();
        let place = format!("url = \"s3://bucket/home\"\nendpoint = \"{}\"\n", store.endpoint());
        self.write("warehouse/project.toml", format!("{settings}[store]\n{place}"));
    }

    /// The project as its files say now.
    pub fn project(&self) -> Project {
        Project::open(self.root()).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The limits of the test's sessions.
    pub fn limits(&self) -> Limits {
        Limits { threads: 2, memory_bytes: 256 << 20, spill_dir: self.path("spill") }
    }

    fn options(&self, now: DateTime<Utc>) -> Options {
        let limits = self.limits();
        Options { only: None, wait: true, waivers: Vec::new(), anew: false, now, limits }
    }

    /// Refreshes everything.
    pub fn refresh(&self, now: DateTime<Utc>) -> Result<Outcome, RefreshError> {
        let _entered = runtime().enter();
        refresh::run(&self.project(), &self.options(now), &Silent)
    }

    /// Enters something, as a person would.
    pub fn enter(&self, entry: &Entry, now: DateTime<Utc>) -> Result<Outcome, RefreshError> {
        let _entered = runtime().enter();
        refresh::enter(&self.project(), entry, &self.options(now), &Silent)
    }

    /// Refreshes, and panics with the error's own words where it fails.
    pub fn refreshed(&self, now: DateTime<Utc>) -> Outcome {
        let outcome = self.refresh(now).unwrap_or_else(|error| panic!("{}", chain(&error)));
        for (table, accounting) in &outcome.accounting {
            accounting.check().unwrap_or_else(|fault| panic!("{table}: {fault}"));
        }
        outcome
    }

    /// The warehouse's ledger.
    pub fn home(&self) -> Home {
        Home::open(self.project().home_place()).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The newest release.
    pub fn release(&self) -> Arc<Release> {
        self.home().latest().unwrap().expect("a release")
    }

    /// The rows that a query gives at the newest release, as text; a missing value is `null`.
    pub fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        self.try_rows(sql).unwrap_or_else(|error| panic!("{sql}\n{error}"))
    }

    /// Like [`Self::rows`]; the error as text.
    pub fn try_rows(&self, sql: &str) -> Result<Vec<Vec<String>>, String> {
        let home = self.home();
        let release = home.latest().map_err(|e| chain(&e))?.ok_or("there is no release")?;
        rows_of(&home, &release, sql, &self.limits())
    }

    /// The only value that a query gives.
    pub fn value(&self, sql: &str) -> String {
        let rows = self.rows(sql);
        assert_eq!(rows.len(), 1, "{sql}: {rows:?}");
        rows[0].join(" ")
    }
}

/// The rows that a query gives at a release, as text.
pub fn rows_of(
    home: &Home,
    release: &Arc<Release>,
    sql: &str,
    limits: &Limits,
) -> Result<Vec<Vec<String>>, String> {
    let context =
        query::open(home, release, &Principal::Owner, limits).map_err(|error| chain(&error))?;
    let batches = runtime()
        .block_on(async { context.sql(sql).await?.collect().await })
        .map_err(|error| chain(&error))?;
    Ok(text_rows(&batches))
}

/// Rows as text, a missing value is `null`.
pub fn text_rows(batches: &[RecordBatch]) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let options = FormatOptions::default().with_null("null");
    for batch in batches {
        let columns: Vec<ArrayFormatter> = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column, &options).unwrap())
            .collect();
        for row in 0..batch.num_rows() {
            rows.push(columns.iter().map(|column| column.value(row).to_string()).collect());
        }
    }
    rows
}

/// One runtime for all tests of the process.
pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
    })
}

/// An error with its causes.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

/// A folder of real files, with its expected.json; none where the data are absent, which is said.
pub fn data(name: &str) -> Option<(PathBuf, serde_json::Value)> {
    let folder = std::env::var_os("PATRON_TEST_DATA").map(|root| PathBuf::from(root).join(name));
    let found = folder.filter(|folder| folder.join("expected.json").is_file());
    let Some(folder) = found else {
        println!("LEFT OUT: {name}: PATRON_TEST_DATA names no folder that holds it");
        return None;
    };
    let text = fs::read_to_string(folder.join("expected.json")).unwrap();
    Some((folder, serde_json::from_str(&text).unwrap()))
}

/// Copies a folder; `x.sql` becomes the SQLite database `x.db`.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &target);
        } else if path.extension().is_some_and(|extension| extension == "sql") {
            let script = fs::read_to_string(&path).unwrap();
            sqlite(&target.with_extension("db"), &script);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// Runs a script in a SQLite database.
pub fn sqlite(path: &Path, script: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute_batch(script).unwrap_or_else(|error| panic!("{error}\n{script}"));
}
