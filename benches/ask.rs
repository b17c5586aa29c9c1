//! How long does a question of cubes take in process?
//!
//! `ask PROJECT TIMES base|rollups QUESTION` asks it so many times and prints one JSON object: the
//! microseconds of each time, the tables that answered, the rows scanned, and the rows.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "what measures may unwrap, print what it found and ask the clock"
)]

use std::env;
use std::path::PathBuf;
use std::time::Instant;

use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use patron::engine::Limits;
use patron::model::cube::question::Question;
use patron::model::cube::{Answer, Asker};
use patron::query::Principal;
use patron::warehouse::Home;
use patron::warehouse::project::Project;
use serde_json::{Value, json};

fn main() {
    // What runs benches adds words of its own.
    let words: Vec<String> = env::args().skip(1).filter(|word| word != "--bench").collect();
    let [root, times, table, question] = words.as_slice() else {
        println!("ask PROJECT TIMES base|rollups QUESTION");
        return;
    };
    let project = Project::open(&PathBuf::from(root)).unwrap();
    let home = Home::open(project.home_place()).unwrap();
    let release = home.latest().unwrap().unwrap();
    let threads = std::thread::available_parallelism().unwrap().get();
    let spill_dir = project.root.join("spill");
    let limits = Limits { threads, memory_bytes: 2 << 30, spill_dir };
    let asker = Asker {
        project: &project,
        home: &home,
        release: &release,
        principal: &Principal::Owner,
        limits: &limits,
        has_rollups: table == "rollups",
    };
    let begin = Instant::now();
    let opened = asker.open().unwrap();
    let opening_us = begin.elapsed().as_micros();
    let question = Question::parse(question).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut taken_us = Vec::new();
    let mut last = None;
    for _ in 0..times.parse::<usize>().unwrap() {
        let begin = Instant::now();
        last = Some(runtime.block_on(opened.ask(&question)).unwrap());
        taken_us.push(begin.elapsed().as_micros());
    }
    let told = last.as_ref().map(told);
    println!("{}", json!({ "opening_us": opening_us, "taken_us": taken_us, "answer": told }));
}

/// The first part of an answer.
fn told(answer: &Answer) -> Value {
    let part = &answer.parts[0];
    let options = FormatOptions::new().with_null("");
    let mut rows = Vec::new();
    for batch in &part.batches {
        let cells: Vec<_> = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column, &options).unwrap())
            .collect();
        rows.extend(
            (0..batch.num_rows()).map(|row| {
                cells.iter().map(|cell| cell.value(row).to_string()).collect::<Vec<_>>()
            }),
        );
    }
    let columns: Vec<&str> = part.columns.iter().map(|column| column.name.as_str()).collect();
    json!({
        "columns": columns,
        "rows": rows,
        "rows_scanned": part.rows_scanned,
        "routes": part.routes,
    })
}
