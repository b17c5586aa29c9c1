//! Are questions of anybody answered without harm, or refused with a reason?

mod answers;
mod confined;
mod gate;
pub mod killers;
mod pool;

use std::path::Path;
use std::time::Duration;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::error::DataFusionError;
use futures::StreamExt;
use patron::query::Principal;
use patron::query::worker::{Bounds, IsolatedError, Outcome, Pool, Question, Settings};

use crate::support::binary::program;

/// A pool over a project, with time enough on a busy machine.
pub fn settings(root: &Path, processes: usize) -> Settings {
    let spill = root.join("spill-isolated");
    let settings = Settings::new(program(), root.to_owned(), spill, processes);
    let bounds = Bounds {
        planning: Duration::from_secs(60),
        time: Duration::from_secs(120),
        ..Bounds::within(128 << 20, 2)
    };
    Settings { patience: Duration::from_secs(300), bounds, ..settings }
}

fn question(release: u64, sql: &str) -> Question {
    Question { release, principal: Principal::Owner, sql: sql.to_owned() }
}

/// An answer, whole.
pub type Whole = (SchemaRef, Vec<RecordBatch>, Outcome);

pub async fn ask(pool: &Pool, person: &str, question: Question) -> Result<Whole, IsolatedError> {
    let answer = pool.ask(person, question).await?;
    let (schema, outcome) = (answer.schema(), answer.outcome());
    let mut rows = answer.into_stream();
    let mut batches = Vec::new();
    while let Some(batch) = rows.next().await {
        match batch {
            Ok(batch) => batches.push(batch),
            Err(DataFusionError::External(cause)) => return Err(*cause.downcast().unwrap()),
            Err(other) => panic!("{other}"),
        }
    }
    let outcome = *outcome.get().expect("an answer that ends has an outcome");
    Ok((schema, batches, outcome))
}

/// The processes that one started as its answering processes and that are still there.
pub fn children(of: u32) -> Vec<(u32, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap() {
        let name = entry.unwrap().file_name();
        let Some(process) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let read = |file: &str| std::fs::read_to_string(format!("/proc/{process}/{file}"));
        let (Ok(status), Ok(line)) = (read("status"), read("cmdline")) else { continue };
        let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"));
        if parent.map(str::trim) == Some(of.to_string().as_str()) {
            found.push((process, line.replace('\0', " ")));
        }
    }
    found
}

/// The answering processes of a pool, told apart by its folder.
fn workers_of(settings: &Settings) -> Vec<u32> {
    let folder = settings.spill_dir.to_str().unwrap().to_owned();
    let own = children(std::process::id());
    own.into_iter().filter(|(_, line)| line.contains(&folder)).map(|(process, _)| process).collect()
}

/// Waits until something is so.
async fn until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..600 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{what}: not within 30 seconds");
}
