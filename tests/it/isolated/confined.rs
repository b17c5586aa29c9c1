//! What can a process that answers a question not do?

use std::process::{Command, Stdio};
use std::time::Duration;

use patron::query::worker::{Bounds, IsolatedError, Pool, Settings};

use super::{ask, question, settings, until, workers_of};
use crate::support::binary::program;
use crate::support::hand;
use crate::support::world::runtime;

/// A question that does not end by itself, with little memory.
pub const ENDLESS: &str = "select max(levenshtein(repeat('a', 10000) || a.x, \
    repeat('b', 10000) || b.x)) from generate_series(1, 1000) as a(x), \
    generate_series(1, 1000) as b(x)";

#[test]
fn its_limits_are_held_by_the_system() {
    let world = hand::shared();
    let settings = settings(&world.path("limits-of-the-system"), 1);
    let settings = Settings { project: world.root().to_owned(), spares: 1, ..settings };
    let bounds = settings.bounds.clone();
    let pool = Pool::new(settings.clone()).unwrap();
    runtime().block_on(async {
        pool.warm().unwrap();
        // A process that waits has confined itself when its priority to be killed has changed.
        let waits = || {
            let read = |process: &u32| std::fs::read_to_string(file(*process, "status"));
            let statuses = workers_of(&settings);
            statuses.iter().filter_map(|process| read(process).ok()).any(|status| {
                status.lines().any(|line| line.split_whitespace().eq(["Seccomp:", "2"]))
            })
        };
        until("a process confines itself", waits).await;
    });
    let process = workers_of(&settings)[0];
    let limits = std::fs::read_to_string(file(process, "limits")).unwrap();
    let limit = |name: &str| {
        let line = limits.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.split_whitespace().next()).map(str::to_owned)
    };
    assert_eq!(limit("Max address space"), Some(bounds.address_space_bytes.to_string()));
    assert_eq!(limit("Max cpu time"), Some(bounds.cpu_seconds.to_string()));
    assert_eq!(limit("Max core file size"), Some("0".to_owned()));
    assert_eq!(limit("Max open files"), Some("1024".to_owned()));
    let file_bytes = bounds.spill_bytes + (64 << 20);
    assert_eq!(limit("Max file size"), Some(file_bytes.to_string()));
    let stat = std::fs::read_to_string(file(process, "stat")).unwrap();
    let (_, after_name) = stat.rsplit_once(')').unwrap();
    assert_eq!(after_name.split_whitespace().nth(16), Some("5"), "its priority is lower: {stat}");
    let environment = std::fs::read(file(process, "environ")).unwrap();
    assert_eq!(environment, b"MALLOC_ARENA_MAX=2\0");
}

fn file(process: u32, name: &str) -> String {
    format!("/proc/{process}/{name}")
}

/// How a question ends under bounds.
fn told(bounds: impl Fn(Bounds) -> Bounds, sql: &str) -> IsolatedError {
    let world = hand::shared();
    let usual = settings(world.root(), 1);
    let pool = Pool::new(Settings { bounds: bounds(usual.bounds.clone()), ..usual }).unwrap();
    runtime().block_on(ask(&pool, "ada", question(1, sql))).unwrap_err()
}

#[test]
fn processor_time_ends() {
    let found = told(|bounds| Bounds { cpu_seconds: 2, ..bounds }, ENDLESS);
    assert_eq!(found, IsolatedError::TooLong { milliseconds: 120_000 });
}

#[test]
fn time_ends() {
    let found = told(|bounds| Bounds { time: Duration::from_secs(3), ..bounds }, ENDLESS);
    assert_eq!(found, IsolatedError::TooLong { milliseconds: 3_000 });
    let planning = Duration::from_millis(1);
    let found = told(|bounds| Bounds { planning, ..bounds }, "select 1");
    assert_eq!(found, IsolatedError::PlannedTooLong { milliseconds: 1 });
}

#[test]
fn memory_ends() {
    // What the engine counts ends first here, ...
    let groups = "select count(distinct repeat('x', 1000) || x) from generate_series(1, 1000000) \
                  as t(x)";
    let found = told(|bounds| Bounds { memory_bytes: 32 << 20, ..bounds }, groups);
    assert_eq!(found, IsolatedError::TooLarge { mebibytes: 32 });
    // ... what it does not count there: two values of 800 MB.
    let value = "select length(replace(repeat(x || x || x || x || x || x || x || x, 10000), 'x', \
                 repeat('y', 10000))) from (values ('x'), ('x')) as t(x)";
    let found = told(|bounds| bounds, value);
    assert_eq!(found, IsolatedError::TooLarge { mebibytes: 128 });
}

#[test]
fn disk_ends() {
    let sorted = "select max(n) from (select row_number() over (order by x * 7919 % 10000019) as n \
                  from generate_series(1, 9000000) as t(x))";
    let bounds = |usual: Bounds| Bounds { memory_bytes: 64 << 20, spill_bytes: 8 << 20, ..usual };
    let found = told(bounds, sorted);
    assert_eq!(found, IsolatedError::TooMuchDisk { mebibytes: 8 });
}

#[test]
fn it_is_only_for_the_program_itself() {
    let mut command = Command::new(program());
    let output = command.args(["worker", "{}"]).stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("`worker` is called by the program itself"), "{said}");
    let help = Command::new(program()).arg("help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    assert!(help.contains("query") && !help.contains("worker"), "{help}");
}
