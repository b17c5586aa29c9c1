//! Do random questions give the same bytes, whatever the rows are that are not seen?

use super::queries::{KINDS, query};
use super::twins::{Twins, told};
use crate::support::dice::Dice;

/// How many are asked; `PATRON_QUERIES` asks for more.
const QUERIES: usize = 300;

#[test]
fn answers_errors_and_plans_depend_on_what_is_seen_alone() {
    let mut dice = Dice::of("answers_errors_and_plans_depend_on_what_is_seen_alone");
    let wanted = std::env::var("PATRON_QUERIES").ok().and_then(|text| text.parse().ok());
    let queries: usize = wanted.unwrap_or(QUERIES);
    let twins = Twins::new(&mut dice);
    let [one, other] = twins.both().map(|twin| twin.open(&twin.of_units(), 1));
    let [whole, all] = twins.both().map(|twin| twin.open(&twin.member(&["everything"], &[]), 1));
    let (mut full, mut failed, mut differ) = (0, 0, 0);
    for number in 0..queries {
        let sql = query(&mut dice, number);
        let answers = [&one, &other].map(|session| told(session, &sql));
        assert_eq!(answers[0], answers[1], "query {number}: {sql}");
        let is_full = |text: &String| !text.ends_with("[]") && !text.ends_with("[0]");
        full += usize::from(answers[0].as_ref().is_ok_and(is_full));
        failed += usize::from(answers[0].is_err());
        // What is counted at work depends on which side of a union is read first.
        let ran = if sql.contains("union") { "explain" } else { "explain analyze" };
        for explain in ["explain", "explain verbose", "explain format tree", ran] {
            let plans = [&one, &other].map(|session| told(session, &format!("{explain} {sql}")));
            assert_eq!(plans[0], plans[1], "query {number}: {explain} {sql}");
        }
        // Whoever sees the hidden rows sees that they differ.
        differ += usize::from(number < 50 && told(&whole, &sql) != told(&all, &sql));
    }
    println!("{full} of {queries} gave rows, {failed} failed");
    println!("{differ} of 50 differ for who sees everything");
    dice.report(&KINDS);
    assert!(2 * full >= queries, "{full} of {queries} gave rows");
    assert!(failed > 0 && differ > 10, "{failed} failed, {differ} differ");
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
