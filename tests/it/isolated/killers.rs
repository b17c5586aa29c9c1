//! Does each question of tests/killers.toml end soon, with an error that says why, and does the
//! process that asks stay as it was?

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use patron::query::gate;
use patron::query::worker::{Bounds, IsolatedError, Pool, Settings};
use serde::Deserialize;

use super::{ask, children, question, settings};
use crate::support::hand;
use crate::support::world::runtime;

/// Names the project for the process in which the questions are asked and nothing else is done.
const ALONE: &str = "PATRON_TEST_KILLERS";
/// Questions at once.
const TOGETHER: usize = 3;
/// What the asking process may hold beyond what it held before, whatever is asked.
const BUDGET_KIB: u64 = 192 << 10;
const PLANNING: Duration = Duration::from_secs(2);
const TIME: Duration = Duration::from_secs(3);
/// What a start and an end may take on a machine where others work.
const AROUND: Duration = Duration::from_secs(15);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    killer: Vec<Killer>,
}

/// A question, written out or made.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Killer {
    /// what it is called
    pub name: String,
    sql: String,
    before: String,
    open: String,
    middle: String,
    close: String,
    after: String,
    times: usize,
    /// how it may end
    pub expect: Vec<String>,
}

impl Killer {
    /// What is asked.
    pub fn text(&self) -> String {
        if !self.sql.is_empty() {
            return self.sql.clone();
        }
        let mut text = self.before.clone();
        for number in 1..=self.times {
            let before = (number - 1).to_string();
            text += &self.open.replace("{n}", &number.to_string()).replace("{m}", &before);
        }
        text + &self.middle + &self.close.repeat(self.times) + &self.after
    }

    /// On a machine where others work, planning may end before what was to end does.
    pub fn may_end_as(&self, kind: &str) -> bool {
        let has = |kind: &str| self.expect.iter().any(|expected| expected == kind);
        has(kind) || (kind == "planning" && (has("time") || has("memory")))
    }
}

/// All of them.
pub fn catalogue() -> Vec<Killer> {
    let text = hand::read(&hand::repository("tests/killers.toml"));
    toml::from_str::<Catalogue>(&text).unwrap().killer
}

#[test]
fn each_is_told_and_the_asking_process_stays_as_it_was() {
    if let Some(project) = std::env::var_os(ALONE) {
        return alone(PathBuf::from(project));
    }
    let world = hand::shared();
    let test = "isolated::killers::each_is_told_and_the_asking_process_stays_as_it_was";
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(ALONE, world.root());
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    print!("{said}");
    let errors = String::from_utf8_lossy(&output.stderr);
    // One process from the first question to the last: had it fallen, so would this.
    assert!(output.status.success(), "{}\n{said}\n{errors}", output.status);
    assert!(said.contains("running 1 test") && said.contains("killers were asked"), "{said}");
}

/// How many KiB of memory this process holds, or held at most, by the name of the kernel's line.
fn memory(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let found = status.lines().find_map(|found| found.strip_prefix(line)).unwrap();
    found.trim_start_matches(':').split_whitespace().next().unwrap().parse().unwrap()
}

/// Asks all of them, some at the same time, with honest questions in between.
fn alone(project: PathBuf) {
    let killers = catalogue();
    assert!(killers.len() >= 60, "{}", killers.len());
    let bounds = Bounds {
        planning: PLANNING,
        time: TIME,
        rows_max: 10_000,
        spill_bytes: 256 << 20,
        ..Bounds::within(128 << 20, 2)
    };
    let usual = settings(&project, TOGETHER + 1);
    let pool = Arc::new(Pool::new(Settings { bounds, spares: 2, ..usual }).unwrap());
    let process = std::process::id();
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = memory("VmRSS");
    let faults = Arc::new(Mutex::new(Vec::new()));
    let count = killers.len();
    let open = Arc::new(Mutex::new(killers));
    let kinds = runtime().block_on(async {
        let many: Vec<_> = (0..TOGETHER)
            .map(|person| {
                let (pool, open) = (Arc::clone(&pool), Arc::clone(&open));
                let faults = Arc::clone(&faults);
                tokio::spawn(kill(pool, format!("killer {person}"), open, faults))
            })
            .collect();
        let honest = tokio::spawn(honest(Arc::clone(&pool), Arc::clone(&open)));
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        for one in many {
            one.await.unwrap().into_iter().for_each(|kind| *kinds.entry(kind).or_default() += 1);
        }
        println!("{} honest questions were answered in between", honest.await.unwrap());
        kinds
    });
    let grown = memory("VmHWM").saturating_sub(before);
    println!("{count} killers were asked: {kinds:?}; {grown} KiB at most were held for them");
    let faults = faults.lock().unwrap();
    assert!(faults.is_empty(), "{} of {count}:\n{}", faults.len(), faults.join("\n"));
    assert_eq!(std::process::id(), process);
    assert!(grown < BUDGET_KIB, "{grown} KiB");
    let expected = ["operators", "nesting", "references", "tokens", "time", "memory"];
    assert!(expected.iter().all(|kind| kinds.contains_key(*kind)), "{kinds:?}");
    let pool = Arc::try_unwrap(pool).expect("nobody asks any more");
    drop(pool);
    let is_left = || children(process).iter().any(|(_, line)| line.contains("worker"));
    runtime().block_on(super::until("no process is left", || !is_left()));
}

/// Asks one after the other, as long as there are any; how each ended.
async fn kill(
    pool: Arc<Pool>,
    person: String,
    open: Arc<Mutex<Vec<Killer>>>,
    faults: Arc<Mutex<Vec<String>>>,
) -> Vec<String> {
    let next = || open.lock().unwrap().pop();
    let mut kinds = Vec::new();
    while let Some(killer) = next() {
        let sql = killer.text();
        let begin = Instant::now();
        let answer = ask(&pool, &person, question(1, &sql)).await;
        let took = begin.elapsed();
        let answer = answer.map(|(_, _, outcome)| outcome.is_truncated);
        let kind = kind_of(&sql, &answer);
        let mut fault = String::new();
        if !killer.may_end_as(&kind) {
            let _ = write!(fault, "ended as {kind}, not as one of {:?}: {answer:?}", killer.expect);
        }
        let most = if matches!(answer, Err(IsolatedError::Refused(_))) {
            PLANNING + AROUND
        } else {
            TIME + AROUND
        };
        if took > most {
            let _ = write!(fault, " took {took:?}");
        }
        if !fault.is_empty() {
            faults.lock().unwrap().push(format!("{}: {fault}", killer.name));
        }
        kinds.push(kind);
    }
    kinds
}

/// How a question ended: the limit of the gate that refused it, or the kind of its error.
fn kind_of(sql: &str, answer: &Result<bool, IsolatedError>) -> String {
    match answer {
        Ok(true) => "truncated".to_owned(),
        Ok(false) => "answered".to_owned(),
        Err(IsolatedError::Refused(told)) => match gate::check(sql) {
            Err(refused) if refused.to_string() == *told => {
                refused.limit().unwrap_or("none").to_owned()
            }
            other => format!("refused, though the gate says {other:?}"),
        },
        Err(other) => other.kind().to_owned(),
    }
}

/// Asks an honest question again and again while the others do their worst.
async fn honest(pool: Arc<Pool>, open: Arc<Mutex<Vec<Killer>>>) -> usize {
    let mut answered = 0;
    let mut last = String::new();
    while !open.lock().unwrap().is_empty() {
        let sql = "select count(*) as n from finance.ledger_entries";
        match ask(&pool, "honest", question(1, sql)).await {
            Ok((_, rows, _)) => {
                // The README of tests/worlds/hand counts them.
                assert_eq!(crate::support::world::text_rows(&rows), [["124"]]);
                answered += 1;
            }
            // A busy machine may not plan within two seconds; a wrong answer is never right.
            Err(error) => last = error.to_string(),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(answered > 0, "no honest question was answered: {last}");
    answered
}
