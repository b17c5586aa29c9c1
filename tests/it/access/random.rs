//! Do random questions give the same bytes, whatever the rows are that are not seen?

use std::collections::BTreeMap;

use super::questions::{Questions, kinds};
use super::served::{Web, Wire};
use super::twins::{Twins, told};
use super::ways::{Sessions, Told, Way, Workers};
use crate::support::dice::Dice;

/// How many are asked; `PATRON_QUERIES` asks for more.
const QUERIES: usize = 1_000;
/// Of how many it is looked whether hidden rows would tell the warehouses apart.
const COMPARED: usize = 100;

/// The ways in which a plan is told; of a slow way in one of them is asked, by turns.
const PLANS: [&str; 7] = [
    "explain",
    "explain verbose",
    "explain format tree",
    "explain analyze",
    "explain (analyze, metrics 'all', level dev)",
    "explain format graphviz",
    "explain format pgjson",
];

/// What came of one way in.
#[derive(Default)]
pub struct Tally {
    pub asked: usize,
    pub full: usize,
    pub failed: usize,
    /// how many plans, or steps from an answer, were told beside
    pub beside: usize,
}

impl Tally {
    pub fn count(&mut self, told: &Told) {
        self.asked += 1;
        self.full += usize::from(told.rows.is_some_and(|rows| rows > 0));
        self.failed += usize::from(told.rows.is_none());
    }

    /// Prints what came of it; at least half of the questions have rows, and of many some fail.
    pub fn judge(&self, way: &str) {
        let Self { asked, full, failed, beside } = self;
        println!("{way}: {asked} asked, {full} gave rows, {failed} failed, {beside} told beside");
        assert!(2 * full >= *asked, "{way}: {full} of {asked} gave rows");
        // One question in about twenty fails.
        assert!(*failed > 0 || *asked < 400, "{way}: none of {asked} failed");
        assert!(*beside > 0, "{way}: nothing was told beside");
    }
}

/// What both warehouses tell, which must be the same.
pub fn same(way: &dyn Way, number: usize, question: &str) -> Told {
    let [one, other] = [0, 1].map(|twin| way.told(twin, question));
    assert_eq!(one, other, "question {number} {}: {question}", way.name());
    one
}

/// The plans of a question, asked in the ways whose turn it is.
fn plans(number: usize, is_slow: bool) -> Vec<&'static str> {
    let turn = number % PLANS.len();
    match is_slow {
        true => vec![PLANS[turn]],
        // A plan is told for each question, and in one more form.
        false => vec![PLANS[0], PLANS[1 + number % (PLANS.len() - 1)]],
    }
}

/// How many questions are asked.
pub fn queries() -> usize {
    let wanted = std::env::var("PATRON_QUERIES").ok().and_then(|text| text.parse().ok());
    wanted.unwrap_or(QUERIES)
}

#[test]
fn answers_errors_and_plans_depend_on_what_is_seen_alone() {
    let mut dice = Dice::of("answers_errors_and_plans_depend_on_what_is_seen_alone");
    let twins = Twins::new(&mut dice);
    let web = Web::of(&twins);
    let wire = Wire::of(&twins, &web);
    let ways: [&dyn Way; 4] = [&Sessions::of(&twins), &Workers::of(&twins), &web, &wire];
    let whole = Sessions::of_all(&twins);
    let queries = queries();
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    let mut counts = Dice::seeded(0);
    let (mut questions, mut differ) = (Questions::default(), 0);
    for number in 0..queries {
        let asked = questions.next(&mut dice);
        for way in ways.iter().filter(|way| number % way.every() == 0) {
            let told = same(*way, number, &asked.sql);
            let tally = tallies.entry(way.name()).or_default();
            tally.count(&told);
            let is_failing = |kind: &&&str| kind.starts_with("fails") == told.rows.is_none();
            asked.made_of.iter().filter(is_failing).for_each(|kind| counts.hit(kind));
            for plan in plans(number / way.every(), way.every() > 1) {
                // What is counted at work depends on which of several inputs is read first.
                if plan.contains("analyze") && !is_one_by_one(&asked.sql) {
                    continue;
                }
                let told = same(*way, number, &format!("{plan} {}", asked.sql));
                tally.beside += usize::from(told.rows.is_some());
            }
        }
        // Whoever sees the hidden rows sees that they differ.
        let is_told = |sql: &str| whole.told(0, sql) != whole.told(1, sql);
        differ += usize::from(number < COMPARED && is_told(&asked.sql));
    }
    let (answered, failing) = kinds();
    counts.report(&[answered, failing].concat());
    println!("{differ} of {COMPARED} differ for who sees everything");
    assert!(differ > COMPARED / 4);
    tallies.iter().for_each(|(way, tally)| tally.judge(way));
}

/// Whether what a question reads is read one after the other.
fn is_one_by_one(sql: &str) -> bool {
    !["union", "intersect", "except"].iter().any(|word| sql.contains(word))
}

#[test]
fn threads_change_no_row() {
    let mut dice = Dice::of("threads_change_no_row");
    let twins = Twins::new(&mut dice);
    let sql = "select l.*, n.note from marts.fct_lines as l
        left join marts.fct_notes as n on n.line_id = l.line_id order by l.line_id, n.note";
    let mut all = Vec::new();
    for twin in twins.both() {
        for threads in [1, 2, 3, 8] {
            all.push(told(&twin.open(&twin.of_units(), threads), sql).unwrap());
        }
    }
    assert!(all[0].contains("u1") && all[0].contains("u2"));
    assert!(all.iter().all(|text| *text == all[0]));
}
