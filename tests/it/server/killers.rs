//! Does each question of tests/killers.toml end with a typed error over HTTP, while the server
//! stays the same process and dashboards are answered all the time?

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::load;
use crate::isolated::killers::{Killer, catalogue};
use crate::support::hand;
use crate::support::serving::Serving;
use patron::query::gate;

/// Killers at once.
const TOGETHER: usize = 3;
/// What the server itself may hold beyond what it held before, whatever is asked of its processes.
const BUDGET_KIB: u64 = 512 << 10;
/// Questions of a dashboard that are timed while all is quiet.
const QUIET: usize = 100;

/// How a question ended: the limit of the gate that refused it, or the code of its problem.
fn kind(killer: &Killer, server: &Serving) -> Result<String, String> {
    let sql = killer.text();
    let reply = server.post("/api/v1/sql", &json!({ "sql": sql }));
    if reply.status == 200 {
        // What fails after some rows cuts the answer off.
        let Ok(answer) = serde_json::from_slice::<Value>(&reply.body) else {
            return match reply.is_whole {
                true => Err("an answer that is whole is no JSON".to_owned()),
                false => Ok("cut off".to_owned()),
            };
        };
        let is_truncated = answer["truncated"].as_bool().ok_or("it has no `truncated`")?;
        return Ok(if is_truncated { "truncated" } else { "answered" }.to_owned());
    }
    let problem: Value = serde_json::from_slice(&reply.body).map_err(|error| error.to_string())?;
    let code = problem["code"].as_str().ok_or("a problem without a code")?.to_owned();
    match (reply.status, code.as_str()) {
        (400, "refused") => match gate::check(&sql) {
            Err(refused) if Some(refused.to_string().as_str()) == problem["detail"].as_str() => {
                Ok(refused.limit().unwrap_or("none").to_owned())
            }
            other => Err(format!("refused, though the gate says {other:?}")),
        },
        // A body of more than a MiB comes no further.
        (413, "too_long") => Ok("text".to_owned()),
        // Columns of one name are a mistake that shows when rows are written.
        (400, "same_name") => Ok("mistake".to_owned()),
        (400, "mistake") | (422, _) => Ok(code),
        (status, _) => Err(format!("{status}: {problem}")),
    }
}

fn may_end_as(killer: &Killer, kind: &str) -> bool {
    let ends = ["time", "memory", "disk", "truncated"];
    let may_fail_late = ends.iter().any(|kind| killer.expect.iter().any(|one| one == kind));
    killer.may_end_as(kind) || (kind == "cut off" && may_fail_late) || kind == "no_form"
}

/// The time that a dashboard waits for its numbers, which are those made by hand.
fn dashboard(server: &Serving) -> Duration {
    let question = r#"{"measures": ["customer_profitability.profit_amount"], "filters": [
        {"member": "customer_profitability.customer_id", "operator": "equals",
         "values": ["K103"]}]}"#;
    let begun = Instant::now();
    let answer = server.json(&load(question));
    let took = begun.elapsed();
    assert_eq!(answer["data"][0]["customer_profitability.profit_amount"], "24838.9500");
    took
}

/// The 99th of a hundred.
fn p99(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[(times.len() * 99).div_ceil(100) - 1]
}

/// How many KiB of memory a process holds, or held at most.
fn memory(process: u32, line: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let found = status.lines().find_map(|found| found.strip_prefix(line)).unwrap();
    found.trim_start_matches(':').split_whitespace().next().unwrap().parse().unwrap()
}

#[test]
fn each_is_told_while_dashboards_are_answered() {
    let limits = ["--sql-seconds", "3", "--sql-processes", "3"];
    let server = Serving::of(hand::shared().root(), &limits);
    let process = server.process();
    let quiet = p99((0..QUIET).map(|_| dashboard(&server)).collect());
    std::fs::write(format!("/proc/{process}/clear_refs"), "5").unwrap();
    let before = memory(process, "VmRSS");
    let open = Mutex::new(catalogue());
    let count = open.lock().unwrap().len();
    let (kinds, faults) = (Mutex::new(BTreeMap::new()), Mutex::new(Vec::new()));
    let is_over = AtomicBool::new(false);
    let busy = std::thread::scope(|scope| {
        let watching = scope.spawn(|| {
            let mut times = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                times.push(dashboard(&server));
                std::thread::sleep(Duration::from_millis(20));
            }
            times
        });
        let kill = || {
            while let Some(killer) = { open.lock().unwrap().pop() } {
                let fault = match kind(&killer, &server) {
                    Ok(kind) if may_end_as(&killer, &kind) => {
                        *kinds.lock().unwrap().entry(kind).or_insert(0) += 1;
                        continue;
                    }
                    Ok(kind) => format!("ended as {kind}, not as one of {:?}", killer.expect),
                    Err(fault) => fault,
                };
                faults.lock().unwrap().push(format!("{}: {fault}", killer.name));
            }
        };
        let many: Vec<_> = (0..TOGETHER).map(|_| scope.spawn(kill)).collect();
        many.into_iter().for_each(|one| one.join().unwrap());
        is_over.store(true, Ordering::Relaxed);
        watching.join().unwrap()
    });
    let grown = memory(process, "VmHWM").saturating_sub(before);
    let (kinds, faults) = (kinds.into_inner().unwrap(), faults.into_inner().unwrap());
    // Other work on the machine moves these times more than killers do, so they are told only.
    println!(
        "{count} killers over HTTP: {kinds:?}; {grown} KiB at most were held for them; p99 of a \
         dashboard {quiet:?} when quiet, {:?} over {} meanwhile",
        p99(busy.clone()),
        busy.len()
    );
    assert!(faults.is_empty(), "{} of {count}:\n{}", faults.len(), faults.join("\n"));
    assert!(busy.len() > 20, "{}", busy.len());
    assert!(grown < BUDGET_KIB, "{grown} KiB");
    for expected in ["operators", "nesting", "time", "memory"] {
        assert!(kinds.contains_key(expected), "{kinds:?}");
    }
    // The same process as at the beginning.
    assert_eq!(server.json("/readyz")["ready"], true);
    assert_eq!(server.process(), process);
}
