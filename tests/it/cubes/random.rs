//! Are the answers of cubes those that a script comes to which shares no code with the program?
//!
//! tests/cubes/judge.py deals questions and computes each answer anew, by DuckDB over the Parquet
//! files of the release and by counting days on the calendar. Each question is asked with rollups
//! and without.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use patron::model::cube::question::Operator;
use patron::model::cube::{Opened, Part};
use serde_json::{Value, json};

use super::asking::{Company, ask, told};
use crate::cli::demo;
use crate::support::dice::Dice;
use crate::support::duckdb;
use crate::support::hand;
use crate::support::world::World;

const QUESTIONS: usize = 300;
/// Of the odd company alone, where every question costs little.
const ODD_QUESTIONS: usize = 200;

/// What every run must have asked, and have been answered rightly, beside every operator.
const KINDS: [&str; 54] = [
    "granularity second",
    "granularity minute",
    "granularity hour",
    "granularity day",
    "granularity week",
    "granularity month",
    "granularity quarter",
    "granularity year",
    "granularity fiscal_period",
    "granularity fiscal_quarter",
    "granularity fiscal_year",
    "additivity sum",
    "additivity count",
    "additivity min",
    "additivity max",
    "additivity ratio",
    "additivity distinct",
    "additivity none",
    "additivity semi_additive last",
    "additivity semi_additive first",
    "additivity semi_additive average",
    "variant previous_period",
    "variant year_before",
    "variant month_to_date",
    "variant quarter_to_date",
    "variant year_to_date",
    "variant fiscal_quarter_to_date",
    "variant fiscal_year_to_date",
    "variant rolling_n_days",
    "variant rolling_n_months",
    "variant rolling_n_periods",
    "compareDateRange",
    "range in words",
    "range in fiscal words",
    "range of a day",
    "range of whole months",
    "range cut anywhere",
    "two time dimensions",
    "timezone",
    "filters and",
    "filters or",
    "filter of a measure",
    "segment",
    "subtotals",
    "view",
    "view over several cubes",
    "no measures",
    "ungrouped",
    "order",
    "limit",
    "offset",
    "offset beyond the end",
    "total",
    "empty answer",
];

/// The answers to a question, from rollups where they reach and from the base.
fn answers(rollups: &Opened<'_>, base: &Opened<'_>, question: &Value) -> Result<Value, String> {
    let (quick, slow) = (ask(rollups, question)?, ask(base, question)?);
    let parts = |parts: &[Part]| parts.iter().map(told).collect::<Vec<_>>();
    let routes = quick.parts.iter().flat_map(|part| part.routes.values().flatten());
    let routes: Vec<&String> = routes.collect();
    Ok(json!({ "rollups": parts(&quick.parts), "base": parts(&slow.parts), "routes": routes }))
}

/// The script, while it deals questions.
struct Judge {
    child: Child,
    asks: BufReader<ChildStdout>,
    hears: ChildStdin,
}

impl Judge {
    fn of(seed: usize, count: usize, roots: &[&Path]) -> Self {
        let mut command = duckdb::python("tests/cubes/judge.py");
        command.arg(seed.to_string()).arg(count.to_string()).args(roots);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let asks = BufReader::new(child.stdout.take().unwrap());
        let hears = child.stdin.take().unwrap();
        Self { child, asks, hears }
    }

    fn line(&mut self) -> Value {
        let mut line = String::new();
        self.asks.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    fn tell(&mut self, answer: &Value) {
        writeln!(self.hears, "{answer}").unwrap();
    }
}

/// Has questions dealt over companies, and counts what was answered rightly.
fn judged(seed: usize, count: usize, roots: &[&Path]) -> Value {
    let companies: Vec<Company> = roots.iter().map(|root| Company::of(root)).collect();
    let opened: Vec<_> =
        companies.iter().map(|company| (company.open(true), company.open(false))).collect();
    let mut judge = Judge::of(seed, count, roots);
    for _ in 0..count {
        let dealt = judge.line();
        let (rollups, base) = &opened[dealt["project"].as_u64().unwrap() as usize];
        let answer = answers(rollups, base, &dealt["question"]);
        let answer = answer.unwrap_or_else(|error| json!({ "error": error }));
        judge.tell(&answer);
    }
    let verdict = judge.line();
    assert!(judge.child.wait().unwrap().success());
    verdict
}

/// A company of odd rows, loaded.
fn odd(seed: usize) -> World {
    let world = World::empty();
    let mut script = duckdb::python("tests/cubes/odd.py");
    let status = script.arg(seed.to_string()).arg(world.root()).status().unwrap();
    assert!(status.success());
    world.refreshed(hand::moment());
    world
}

/// Panics unless every answer is right and every kind was asked.
fn approved(verdict: &Value, kinds: &[&str]) {
    let count = |kind: &str| verdict["counts"][kind].as_u64().unwrap_or(0);
    for kind in kinds {
        println!("  {:>6}  {kind}", count(kind));
    }
    let faults = verdict["faults"].as_array().unwrap();
    for fault in faults.iter().take(10) {
        println!("{fault:#}");
    }
    assert!(faults.is_empty(), "{} answers are wrong", faults.len());
    let never: Vec<_> = kinds.iter().filter(|kind| count(kind) == 0).collect();
    assert!(never.is_empty(), "never asked: {never:?}");
}

#[test]
fn odd_rows_are_answered_as_by_another_hand() {
    let mut dice = Dice::of("questions of odd rows");
    let seed = dice.below(1 << 40);
    let odd = odd(seed);
    approved(&judged(seed, ODD_QUESTIONS, &[odd.root()]), &["questions", "compareDateRange"]);
}

#[test]
fn three_hundred_questions_are_answered_as_by_another_hand() {
    let mut dice = Dice::of("random questions of cubes");
    let seed = dice.below(1 << 40);
    let odd = odd(seed);
    let (_folder, sample) = demo();
    let roots = [odd.root(), hand::shared().root(), &sample];
    let verdict = judged(seed, QUESTIONS, &roots);
    let hierarchies = verdict["hierarchies"].as_array().unwrap();
    let hierarchies = hierarchies.iter().map(|kind| kind.as_str().unwrap());
    let operators = Operator::ALL.map(|(word, _)| format!("operator {word}"));
    let operators = operators.iter().map(String::as_str);
    let kinds: Vec<&str> = KINDS.into_iter().chain(operators).chain(hierarchies).collect();
    approved(&verdict, &kinds);
    let counts = verdict["counts"].as_object().unwrap().iter();
    let rollups: Vec<_> = counts.filter(|(kind, _)| kind.starts_with("rollup ")).collect();
    let answered: u64 = rollups.iter().filter_map(|(_, count)| count.as_u64()).sum();
    println!("{answered} answers from {} rollups", rollups.len());
    assert!(rollups.len() >= 5 && answered >= 20, "rollups answer too little: {rollups:?}");
}
