//! Is a department's database read exactly, at one moment, and left untouched?

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use patron::source::SourceError;
use patron::source::database::{Database, Wanted, read_keys};
use patron::source::shape::Shape;
use patron::source::sqlite::Snapshot;
use rusqlite::Connection;

use super::{Whole, collect, raw, shape};

/// A database made by these statements, in a folder of its own.
fn database(sql: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm #1?.db");
    Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    (folder, path)
}

fn read(path: &Path, object: &str, columns: &[(&str, &str)]) -> Result<Whole, SourceError> {
    let shape = shape(columns, "");
    collect(|emit| {
        let order = ["id".to_owned()];
        let wanted = Wanted { object, shape: &shape, since: None, order: &order };
        Snapshot::open(path)?.read(&wanted, emit)
    })
}

/// All rows of the table `t`.
fn whole_of(shape: &Shape) -> Wanted<'_> {
    Wanted { object: "t", shape, since: None, order: &[] }
}

/// Every file of a folder with its bytes.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[test]
fn every_storage_class_is_checked_against_the_promised_type() {
    let (_folder, path) = database(
        "create table t (id integer primary key, v);
         insert into t (v) values (null), (7), (7.0), (7.5), ('7'), ('7.0'), (''), (x'6162'),
           (0.1 + 0.2), (19.99), (1234567890123456.78), (9007199254740993), ('2024-02-29'),
           (cast(x'ff' as text)), ('a' || char(0));",
    );
    let accepted = |kind: &str| -> Vec<String> {
        let section = format!("type = '{kind}'");
        let whole = read(&path, "t", &[("id", "type = 'integer'"), ("v", &section)]).unwrap();
        let mut found: Vec<String> = vec![String::new(); 15];
        for row in &whole.rows {
            found[row[0].parse::<usize>().unwrap() - 1] = row[1].clone();
        }
        for refused in &whole.refused {
            let id: usize = refused.raw["id"].as_deref().unwrap().parse().unwrap();
            found[id - 1] = format!("<{}>", refused.value.as_deref().unwrap());
        }
        found
    };
    assert_eq!(
        accepted("decimal(12,2)").join(" | "),
        "- | 7.00 | 7.00 | 7.50 | 7.00 | 7.00 | - | <\\x6162> | <0.30000000000000004> | \
         19.99 | <1234567890123456.8> | <9007199254740993> | <2024-02-29> | <\\xff> | <a\0>"
    );
    assert_eq!(
        accepted("integer").join(" | "),
        "- | 7 | 7 | <7.5> | 7 | <7.0> | - | <\\x6162> | <0.30000000000000004> | \
         <19.99> | <1234567890123456.8> | 9007199254740993 | <2024-02-29> | <\\xff> | <a\0>"
    );
    assert_eq!(
        accepted("text").join(" | "),
        "- | 7 | 7.0 | 7.5 | 7 | 7.0 | - | <\\x6162> | 0.30000000000000004 | \
         19.99 | 1234567890123456.8 | 9007199254740993 | 2024-02-29 | <\\xff> | <a\0>"
    );
    assert_eq!(accepted("date")[..4], ["-", "<7>", "<7.0>", "<7.5>"]);
    assert_eq!(accepted("date")[12], "2024-02-29");
    assert_eq!(accepted("float")[11], "<9007199254740993>");
}

#[test]
fn moments_stored_as_numbers_need_a_format() {
    let (_folder, path) = database(
        "create table t (id integer, unix, millis, julian real);
         insert into t values (1, 1709208000, 1709208000001, 2460370.0),
           (2, 1709208000.25, null, null), (3, 'x', null, null);",
    );
    let columns = [
        ("id", "type = 'integer'"),
        ("unix", "type = 'timestamp'; format = 'unix'"),
        ("millis", "type = 'timestamp'; format = 'unix_ms'"),
        ("julian", "type = 'timestamp'; format = 'julian'"),
    ];
    let whole = read(&path, "t", &columns).unwrap();
    let first =
        ["1", "2024-02-29T12:00:00Z", "2024-02-29T12:00:00.001Z", "2024-02-29T12:00:00Z", "0"];
    assert_eq!(whole.rows, [first, ["2", "2024-02-29T12:00:00.250Z", "-", "-", "0"]]);
    let texts = [("id", Some("3")), ("unix", Some("x")), ("millis", None), ("julian", None)];
    assert_eq!(whole.refused[0].raw, raw(&texts));
}

#[test]
fn objects_are_tables_views_and_queries() {
    let (_folder, path) = database(
        "create table \"my \"\"table\" (id integer, \"na me\" text, other);
         insert into \"my \"\"table\" values (2, 'b', 0), (1, 'a', 0);
         create view v as select id, \"na me\" as name from \"my \"\"table\";",
    );
    let columns =
        [("id", "type = 'integer'; required = true"), ("name", "type = 'text'; from = 'NA ME'")];
    let whole = read(&path, "my \"table", &columns).unwrap();
    assert_eq!(whole.rows, [["1", "a", "0"], ["2", "b", "0"]]);
    assert_eq!(whole.added(), ["other"]);
    let columns = [("id", "type = 'integer'"), ("name", "type = 'text'")];
    assert_eq!(read(&path, "v", &columns).unwrap().rows.len(), 2);
    let query = "with x as (select 5 as id) select id, 'n' as name from x -- all";
    assert_eq!(read(&path, query, &columns).unwrap().rows, [["5", "n", "0"]]);
    let snapshot = Snapshot::open(&path).unwrap();
    assert_eq!(snapshot.objects().unwrap(), ["my \"table", "v"]);
    let error = read(&path, "my table", &columns).unwrap_err().to_string();
    assert!(error.contains("no table or view `my table`; there are `my \"table`"), "{error}");
    for query in [
        "select 1 as id; select 2",
        "select 1 as id; drop table x",
        "select ?1 as id",
        "select nothing",
        "select 1 as id; -- all",
        "select \"no column\" as id",
    ] {
        let error = read(&path, query, &columns).unwrap_err();
        assert!(matches!(error, SourceError::Query { .. }), "{query}: {error}");
    }
    let wanted = [("id", "type = 'integer'"), ("nam", "type = 'text'; required = true")];
    let error = read(&path, "v", &wanted).unwrap_err().to_string();
    assert!(error.contains("no column `nam`") && error.contains("`name`"), "{error}");
    assert!(Snapshot::open(&path.with_extension("none")).is_err());
}

#[test]
fn rows_are_read_from_a_value_on() {
    let (_folder, path) = database(
        "create table t (id integer, at text, local text, unix, name text);
         insert into t values
           (1, '2024-01-01 23:00:00', '01.01.2024', 1704150000, '1'),
           (2, '2024-01-03T01:00:00+08:00', '03.01.2024', 1704214800, '2'),
           (3, '2024-01-03 00:00:00', '03.01.2024', 1704240000, '10'),
           (4, '2024-01-05T00:00:00Z', '05.01.2024', 1704412800, 'x'' or 1=1');",
    );
    let columns = [
        ("id", "type = 'integer'"),
        ("at", "type = 'timestamp'"),
        ("local", "type = 'date'; format = '%d.%m.%Y'"),
        ("unix", "type = 'timestamp'; format = 'unix'"),
        ("name", "type = 'text'"),
    ];
    let shape = shape(&columns, "");
    let ids = |column: &str, value: &str| -> Result<Vec<String>, SourceError> {
        let since = Some((column, value));
        let whole = collect(|emit| {
            let order = ["id".to_owned()];
            let wanted = Wanted { object: "t", shape: &shape, since, order: &order };
            Snapshot::open(&path)?.read(&wanted, emit)
        })?;
        Ok(whole.rows.iter().map(|row| row[0].clone()).collect())
    };
    assert_eq!(ids("id", "3").unwrap(), ["3", "4"]);
    assert_eq!(ids("unix", "2024-01-02T17:00:00Z").unwrap(), ["2", "3", "4"]);
    assert_eq!(ids("name", "x' or 1=1").unwrap(), ["4"]);
    // Texts of any ISO form compare by the day before, so that none is lost.
    assert_eq!(ids("at", "2024-01-03T00:00:00Z").unwrap(), ["2", "3", "4"]);
    assert_eq!(ids("at", "2024-01-04").unwrap(), ["2", "3", "4"]);
    let error = ids("local", "2024-01-02").unwrap_err().to_string();
    assert!(error.contains("do not sort by time"), "{error}");
    let error = ids("none", "1").unwrap_err().to_string();
    assert!(error.contains("no such column"), "{error}");
    let mut snapshot = Snapshot::open(&path).unwrap();
    let keys = collect(|emit| read_keys(&mut snapshot, "t", &shape, &["id".to_owned()], emit));
    assert_eq!(keys.unwrap().rows.len(), 4);
}

#[test]
fn an_error_in_the_middle_is_an_error() {
    let (_folder, path) = database(
        "create table t (id integer, v);
         insert into t values (1, 1), (2, -9223372036854775808);
         create view v as select id, abs(v) as v from t;",
    );
    let result = read(&path, "v", &[("id", "type = 'integer'"), ("v", "type = 'integer'")]);
    let error = result.unwrap_err().to_string();
    assert!(error.contains("integer overflow"), "{error}");
}

#[test]
fn many_rows_come_in_chunks() {
    let (_folder, path) = database(
        "create table t (id integer primary key, v text);
         with recursive n(i) as (select 1 union all select i + 1 from n where i < 50000)
         insert into t select i, printf('%01000d', i) from n;",
    );
    let shape = shape(&[("id", "type = 'integer'"), ("v", "type = 'text'")], "");
    let (mut rows, mut chunks, mut most) = (0, 0, 0);
    let mut snapshot = Snapshot::open(&path).unwrap();
    let read = snapshot.read(&whole_of(&shape), &mut |chunk| {
        rows += chunk.rows.num_rows();
        chunks += 1;
        most = most.max(chunk.rows.get_array_memory_size());
        Ok(())
    });
    assert_eq!((read.unwrap().rows, rows), (50_000, 50_000));
    assert!(chunks > 20 && most < 8_000_000, "{chunks} chunks of at most {most} bytes");
}

#[test]
fn the_folder_stays_as_it_is() {
    let columns = [("id", "type = 'integer'")];
    for mode in ["delete", "wal"] {
        let (folder, path) = database(&format!(
            "pragma journal_mode = {mode}; create table t (id integer); insert into t values (1);"
        ));
        let before = contents(folder.path());
        assert_eq!(before.len(), 1, "a closed database is one file");
        let mut snapshot = Snapshot::open(&path).unwrap();
        let shape = shape(&columns, "");
        let whole = collect(|emit| snapshot.read(&whole_of(&shape), emit)).unwrap();
        assert_eq!(whole.rows, [["1", "0"]]);
        assert_eq!(contents(folder.path()), before, "{mode}: while it is read");
        drop(snapshot);
        assert_eq!(contents(folder.path()), before, "{mode}: after it was read");
    }
}

/// Stands for the department's program where the variable is set: writes without moving the log
/// into the database, one row for every line it reads, and says so.
#[test]
fn the_departments_program() {
    let Some(path) = std::env::var_os("PATRON_TEST_WRITER") else { return };
    let writer = Connection::open(PathBuf::from(path)).unwrap();
    writer.execute_batch("pragma wal_autocheckpoint = 0").unwrap();
    for line in std::io::stdin().lines() {
        let id: i64 = line.unwrap().parse().unwrap();
        writer.execute("insert into t values (?1)", [id]).unwrap();
        println!("written {id}");
    }
}

/// The department's program in a process of its own, as locks of one process do not count in it.
struct Writer {
    process: Child,
    input: Option<ChildStdin>,
    output: Lines<BufReader<ChildStdout>>,
}

impl Writer {
    fn start(path: &Path) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["the_departments_program", "--nocapture"])
            .env("PATRON_TEST_WRITER", path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(process.stdout.take().unwrap()).lines();
        Self { input: process.stdin.take(), process, output }
    }

    fn write(&mut self, id: i64) {
        writeln!(self.input.as_mut().unwrap(), "{id}").unwrap();
        let is_said = |line: String| line.contains(&format!("written {id}"));
        assert!(self.output.by_ref().map_while(Result::ok).any(is_said), "row {id} is written");
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.input.take());
        self.process.wait().unwrap();
    }
}

#[test]
fn a_live_log_is_read_and_left_alone() {
    let (folder, path) = database("pragma journal_mode = wal; create table t (id integer);");
    let mut writer = Writer::start(&path);
    writer.write(1);
    writer.write(2);
    let before = contents(folder.path());
    assert_eq!(before.len(), 3, "the database, its log and its index");
    let shape = shape(&[("id", "type = 'integer'")], "");
    let count = |snapshot: &mut Snapshot| {
        collect(|emit| snapshot.read(&whole_of(&shape), emit)).unwrap().rows.len()
    };
    let mut snapshot = Snapshot::open(&path).unwrap();
    assert_eq!(count(&mut snapshot), 2, "what lies in the log counts");
    writer.write(3);
    assert_eq!(count(&mut snapshot), 2, "the moment is held");
    drop(snapshot);
    let before_later = contents(folder.path());
    let mut snapshot = Snapshot::open(&path).unwrap();
    assert_eq!(count(&mut snapshot), 3);
    drop(snapshot);
    assert!(contents(folder.path()) == before_later, "reading changed nothing");
    let database = |contents: &BTreeMap<PathBuf, Vec<u8>>| contents[&path].clone();
    assert!(database(&before) == database(&before_later), "the database is as it was");
    // A copy without the index, as a careless backup makes one.
    let copy = folder.path().join("copy.db");
    fs::copy(&path, &copy).unwrap();
    let log = |path: &Path| PathBuf::from(format!("{}-wal", path.display()));
    fs::copy(log(&path), log(&copy)).unwrap();
    let before = contents(folder.path());
    let error = Snapshot::open(&copy).unwrap_err().to_string();
    assert!(error.contains("write-ahead log without its -shm"), "{error}");
    assert!(contents(folder.path()) == before);
}

#[test]
fn a_log_left_by_a_crash_is_read_where_its_index_is_there() {
    let (folder, path) = database("pragma journal_mode = wal; create table t (id integer);");
    let writer = Connection::open(&path).unwrap();
    writer.execute_batch("pragma wal_autocheckpoint = 0; insert into t values (1), (2)").unwrap();
    // Copies of all three files are what a killed program leaves behind.
    let crashed = folder.path().join("crashed");
    fs::create_dir(&crashed).unwrap();
    for (file, bytes) in contents_of_files(folder.path()) {
        fs::write(crashed.join(file.file_name().unwrap()), bytes).unwrap();
    }
    let before = contents(&crashed);
    assert_eq!(before.len(), 3);
    let whole = read(&crashed.join(path.file_name().unwrap()), "t", &[("id", "type = 'integer'")]);
    assert_eq!(whole.unwrap().rows.len(), 2);
    assert!(contents(&crashed) == before, "nothing was mended or created");
}

fn contents_of_files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect()
}
