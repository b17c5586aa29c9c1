//! Do the tests' own servers answer, and does none outlive its test?

use std::time::{Duration, Instant};

use crate::support::mariadb::MariaDb;
use crate::support::postgres::Postgres;
use crate::support::server::{PASSWORD, Tls, is_running, kill};

#[test]
fn the_clients_give_values_back_as_they_are() {
    let query = "select 'a\tb\nc\\d', null, '客户'";
    let expected = [["a\tb\nc\\d", "null", "客户"]];
    let postgres = Postgres::shared();
    assert_eq!(postgres.rows(&postgres.database(), query), expected);
    assert_eq!(postgres.rows(&postgres.database(), "select 1 where false"), [[""; 0]; 0]);
    let mariadb = MariaDb::shared();
    let query = query.replace('\\', "\\\\");
    assert_eq!(mariadb.rows(&mariadb.database(), &query), expected);
    assert_eq!(mariadb.rows(&mariadb.database(), "select 1 where false"), [[""; 0]; 0]);
}

#[test]
fn users_come_in_and_do_as_their_rights_say() {
    let (postgres, mariadb) = (Postgres::shared(), MariaDb::shared());
    type Ask = dyn Fn(&str, Option<&str>, &str) -> Result<String, String>;
    let servers: [(&str, &Ask); 2] = [
        ("postgres", &|user, password, sql| postgres.ask_as(user, password, sql)),
        ("mariadb", &|user, password, sql| mariadb.ask_as(user, password, sql)),
    ];
    for (name, ask) in servers {
        for (user, password) in [("reader", Some(PASSWORD)), ("trusted", None)] {
            assert_eq!(ask(user, password, "select 7").unwrap(), "7", "{name} {user}");
            let error = ask(user, password, "create table public.t (v int)").unwrap_err();
            assert!(error.contains("denied"), "{name} {user}: {error}");
        }
        assert!(ask("reader", None, "select 7").is_err(), "{name}");
        assert!(ask("reader", Some("quince"), "select 7").is_err(), "{name}");
    }
}

fn ends_soon(pid: u32) {
    let begin = Instant::now();
    while is_running(pid) {
        assert!(begin.elapsed() < Duration::from_secs(30), "server {pid} outlives its test");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn no_postgres_stays_behind() {
    let server = Postgres::start(Tls::Absent);
    let (pid, folder) = (server.pid(), server.folder().to_owned());
    assert!(is_running(pid) && folder.exists());
    drop(server);
    assert!(!is_running(pid) && !folder.exists());
    let server = Postgres::start(Tls::Absent);
    assert!(is_running(server.pid()));
    kill("KILL", server.watcher());
    ends_soon(server.pid());
    std::fs::remove_dir_all(server.folder()).unwrap();
}

#[test]
fn no_mariadb_stays_behind() {
    let server = MariaDb::start(Tls::Absent);
    let database = server.database();
    server.mariadb(&database, "create table t (v int) engine=innodb; insert into t values (7);");
    let first = server.pid();
    server.crash();
    assert!(!is_running(first) && is_running(server.pid()));
    assert_eq!(server.rows(&database, "select v from t"), [["7"]]);
    let (pid, folder) = (server.pid(), server.folder().to_owned());
    drop(server);
    assert!(!is_running(pid) && !folder.exists());
    let server = MariaDb::start(Tls::Absent);
    assert!(is_running(server.pid()));
    kill("KILL", server.watcher());
    ends_soon(server.pid());
    std::fs::remove_dir_all(server.folder()).unwrap();
}
