//! How satisfied are customers, as far as they answer?

use chrono::{Datelike, NaiveDateTime, TimeDelta};
use serde_json::json;

use super::super::clock::{Month, later, working_day};
use super::super::feeds::Feeds;
use super::super::random::Stream;
use super::super::tables;
use super::super::world::{Customer, World};
use super::cases::{Case, is_left_alone, time};
use super::texts::{COMMENTS, said};
use super::write::stamp;

/// Questionnaires about a case that come back, in thousandths.
const ANSWERED_CASES: u64 = 300;
/// Half-yearly questionnaires that come back, in thousandths.
const ANSWERED_HALF_YEARS: u64 = 380;

/// A questionnaire.
struct Survey<'a> {
    /// its number
    id: String,
    /// its customer
    customer: &'a Customer,
    /// the case that it asks about
    case: Option<&'a str>,
    /// satisfaction or recommendation
    kind: &'static str,
    /// when it was sent
    sent_at: NaiveDateTime,
    /// the answer and its time
    answer: Option<(NaiveDateTime, i64)>,
    /// what was written with the answer
    comment: Option<&'static str>,
}

/// Asks about a case the day after it was closed.
pub(super) fn about(feeds: &mut Feeds, world: &World, case: &Case) {
    let Some(closed_at) = case.closed_at else { return };
    let customer = &world.customers[case.customer];
    let mut stream = world.stream("case_surveys", case.customer, case.part);
    let sent = later(closed_at.date(), 1).and_time(time(10, stream.below(30)));
    let is_late = closed_at > case.due_at();
    let weights = match (case.is_fixed_at_once, is_late) {
        (true, false) => [2, 4, 14, 44, 36],
        (true, true) => [6, 12, 28, 36, 18],
        (false, false) => [12, 20, 34, 24, 10],
        (false, true) => [32, 30, 24, 10, 4],
    };
    let score = 1 + stream.weighted(&weights);
    let mood = [0, 0, 1, 2, 2][score - 1];
    let answer = answer(sent, ANSWERED_CASES, score, &mut stream);
    let survey = Survey {
        id: case.id.replacen("CS", "SV", 1),
        customer,
        case: Some(&case.id),
        kind: "satisfaction",
        sent_at: sent,
        answer,
        comment: comment(customer, mood, &mut stream),
    };
    write(feeds, &survey);
}

/// Asks a third of the customers every half year whether they would recommend the company.
pub(super) fn half_year(feeds: &mut Feeds, world: &World, month: Month) {
    if !matches!(month.place(), 2 | 8) {
        return;
    }
    let year = month.first().year();
    let half = usize::try_from(2 * year).unwrap_or_default() + usize::from(month.place() == 8);
    for customer in &world.customers {
        let is_asked = customer.index % 3 == half % 3 && customer.is_active(month.first());
        if !is_asked || is_left_alone(customer.role) {
            continue;
        }
        let mut stream = world.stream("surveys", customer.index, month.key());
        // Who is content stays so for the most part.
        let mut habit = world.stream("moods", customer.index, 0);
        let lean = habit.weighted(&[20, 32, 48]);
        let score = [0, 5, 8][lean] + stream.place([6, 4, 3][lean]);
        let sent = working_day(later(month.first(), 4 + stream.below(10)));
        let sent = sent.and_time(time(9, stream.below(60)));
        let survey = Survey {
            id: format!("SR-{}-{:05}", month.name(), customer.index + 1),
            customer,
            case: None,
            kind: "recommendation",
            sent_at: sent,
            answer: answer(sent, ANSWERED_HALF_YEARS, score, &mut stream),
            comment: comment(customer, lean, &mut stream),
        };
        write(feeds, &survey);
    }
}

fn answer(
    sent: NaiveDateTime,
    per_mille: u64,
    score: usize,
    stream: &mut Stream,
) -> Option<(NaiveDateTime, i64)> {
    let clock = time(8 + stream.below(13), stream.below(60));
    let at = later(sent.date(), stream.below(10)).and_time(clock);
    let at = at.max(sent + TimeDelta::minutes(stream.between(20, 240)));
    let is_answered = stream.chance(per_mille);
    is_answered.then(|| (at, i64::try_from(score).unwrap_or_default()))
}

fn comment(customer: &Customer, mood: usize, stream: &mut Stream) -> Option<&'static str> {
    let comment = said(*stream.pick(COMMENTS[mood]), customer.is_chinese);
    stream.chance(400).then_some(comment)
}

fn write(feeds: &mut Feeds, survey: &Survey<'_>) {
    let mut line = json!({
        "id": survey.id,
        "customer": survey.customer.service_id(),
        "case": survey.case,
        "kind": survey.kind,
        "sent_at": stamp(survey.sent_at),
        "answered_at": null,
        "score": null,
        "comment": null,
        "changed_at": stamp(survey.sent_at),
    });
    feeds.json(&tables::SURVEYS, survey.sent_at.date(), &line);
    if let Some((at, score)) = survey.answer {
        line["answered_at"] = stamp(at).into();
        line["score"] = score.into();
        line["comment"] = survey.comment.into();
        line["changed_at"] = stamp(at).into();
        feeds.json(&tables::SURVEYS, at.date(), &line);
    }
}
