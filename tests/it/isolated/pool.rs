//! Do many people share the answering processes, and does none of these stay behind?

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt;
use patron::query::worker::{IsolatedError, Pool, Settings};

use super::confined::ENDLESS;
use super::{ask, children, question, settings, until, workers_of};
use crate::support::binary::program;
use crate::support::hand;
use crate::support::world::runtime;

/// A pool whose processes are told apart from those of other tests.
fn own(name: &str, processes: usize) -> (Settings, Arc<Pool>) {
    let usual = settings(hand::shared().root(), processes);
    let spill_dir = hand::shared().path(name);
    let settings = Settings { spill_dir, spares: 0, ..usual };
    (settings.clone(), Arc::new(Pool::new(settings).unwrap()))
}

#[test]
fn who_goes_away_takes_the_process_along() {
    let (settings, pool) = own("spill-away", 1);
    runtime().block_on(async {
        // While it is planned or computed, ...
        let asked = tokio::spawn({
            let pool = Arc::clone(&pool);
            async move { ask(&pool, "ada", question(1, ENDLESS)).await.map(|_| ()) }
        });
        until("a process answers", || workers_of(&settings).len() == 1).await;
        asked.abort();
        until("it is gone", || workers_of(&settings).is_empty()).await;
        // ... and in the middle of an answer that nobody has read to its end.
        let long = "select x from generate_series(1, 9000000) as t(x)";
        let answer = pool.ask("ada", question(1, long)).await.unwrap();
        let mut rows = answer.into_stream();
        assert!(rows.next().await.unwrap().unwrap().num_rows() > 0);
        assert_eq!(workers_of(&settings).len(), 1);
        drop(rows);
        until("it is gone too", || workers_of(&settings).is_empty()).await;
        // The place is free again.
        ask(&pool, "ada", question(1, "select 1")).await.unwrap();
        let folders = || std::fs::read_dir(&settings.spill_dir).into_iter().flatten().count();
        until("its folder is gone", || folders() == 0).await;
    });
}

#[test]
fn a_process_that_is_killed_is_told_and_replaced() {
    let (settings, pool) = own("spill-killed", 1);
    runtime().block_on(async {
        let asked = tokio::spawn({
            let pool = Arc::clone(&pool);
            async move { ask(&pool, "ada", question(1, ENDLESS)).await.map(|_| ()) }
        });
        let is_busy = || {
            let workers = workers_of(&settings);
            // It has read its question when it has threads.
            let tasks = |process: &u32| std::fs::read_dir(format!("/proc/{process}/task"));
            workers.iter().any(|process| tasks(process).is_ok_and(|tasks| tasks.count() > 2))
        };
        until("a process answers", is_busy).await;
        let process = workers_of(&settings)[0].to_string();
        // As the system does when the machine has no more memory.
        assert!(Command::new("kill").args(["-9", &process]).status().unwrap().success());
        let told = asked.await.unwrap().unwrap_err();
        assert_eq!(told, IsolatedError::TooLarge { mebibytes: 128 });
        ask(&pool, "ada", question(1, "select 1")).await.unwrap();
    });
}

#[test]
fn many_questions_of_one_do_not_hold_up_another() {
    let (settings, pool) = own("spill-fair", 2);
    assert_eq!(settings.processes_each, 1);
    runtime().block_on(async {
        let greedy = |number: u64| {
            let pool = Arc::clone(&pool);
            tokio::spawn(async move { ask(&pool, "many", question(number, ENDLESS)).await.is_ok() })
        };
        let held: Vec<_> = (0..10).map(|_| greedy(1)).collect();
        until("one of them is answered", || workers_of(&settings).len() == 1).await;
        // Two places, but one each: the other one is for somebody else.
        let (_, rows, _) = ask(&pool, "one", question(1, "select 7 as x")).await.unwrap();
        assert_eq!(rows[0].num_rows(), 1);
        assert!(held.iter().all(|held| !held.is_finished()));
        until("the other one is gone", || workers_of(&settings).len() == 1).await;
        held.iter().for_each(tokio::task::JoinHandle::abort);
    });
}

#[test]
fn too_many_questions_are_told_so() {
    let (settings, _) = own("spill-busy", 1);
    let pool = Arc::new(Pool::new(Settings { waiting: 2, ..settings.clone() }).unwrap());
    runtime().block_on(async {
        let wait = |person: &'static str| {
            let pool = Arc::clone(&pool);
            tokio::spawn(async move { ask(&pool, person, question(1, ENDLESS)).await.map(|_| ()) })
        };
        let first = wait("a");
        until("it is answered", || workers_of(&settings).len() == 1).await;
        let second = wait("a");
        tokio::time::sleep(Duration::from_millis(50)).await;
        let begin = Instant::now();
        let busy = IsolatedError::Busy { running: 1, waiting: 1 };
        assert_eq!(wait("a").await.unwrap(), Err(busy));
        let third = wait("b");
        tokio::time::sleep(Duration::from_millis(50)).await;
        let busy = IsolatedError::Busy { running: 1, waiting: 2 };
        assert_eq!(wait("c").await.unwrap(), Err(busy));
        assert!(begin.elapsed() < Duration::from_secs(5));
        [first, second, third].iter().for_each(tokio::task::JoinHandle::abort);
    });
}

#[test]
fn nothing_stays_behind() {
    let (settings, pool) = own("spill-behind", 2);
    drop(pool);
    let pool = Pool::new(Settings { spares: 2, ..settings.clone() }).unwrap();
    runtime().block_on(async {
        pool.warm().unwrap();
        ask(&pool, "ada", question(1, "select 1")).await.unwrap();
        until("two wait", || workers_of(&settings).len() == 2).await;
        drop(pool);
        until("none waits", || workers_of(&settings).is_empty()).await;
    });
    let folders = std::fs::read_dir(&settings.spill_dir).into_iter().flatten().count();
    assert_eq!(folders, 0);
}

#[test]
fn a_parent_that_is_killed_leaves_no_process() {
    let world = hand::shared();
    let mut parent = Command::new(program());
    parent.arg("--project").arg(world.root()).args(["query", "--isolated", ENDLESS]);
    let mut parent = parent.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut child = None;
    for _ in 0..600 {
        child = children(parent.id()).first().map(|(process, _)| *process);
        if child.is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let child = child.expect("the program starts another one");
    parent.kill().unwrap();
    parent.wait().unwrap();
    // Another process may get the number later, so what counts is that it is no worker.
    let line = || std::fs::read_to_string(format!("/proc/{child}/cmdline")).unwrap_or_default();
    for _ in 0..600 {
        if !line().contains("worker") {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{child} is still there");
}
