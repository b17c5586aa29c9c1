//! Who waits for an answer, an action or a call? What is planted, and what only looks like it.

use chrono::{NaiveDate, NaiveDateTime};
use serde_json::{Value, json};

use super::super::answers::Answers;
use super::super::clock::{DATA_DATE, earlier, later, working_day, working_days_later};
use super::super::world::Customer;
use super::conflicts::quiet;
use super::opportunities::{self, Opportunity, Results, STAGES, Step};
use super::touches::Touch;
use super::{Desk, at, colleague, technician, touches, wording};

/// Working days within which a request is to be answered.
const WORKING_DAYS: u64 = 3;

/// Writes what is planted.
pub(super) fn plant(desk: &mut Desk<'_>, answers: &mut Answers, results: &mut Results) {
    unanswered(desk, answers);
    stale(desk, answers, results);
    overdue(desk, answers);
}

/// Who answers, or speaks with the customer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Speaker {
    /// the owner
    Owner,
    /// another salesperson
    Colleague,
    /// service
    Technician,
}

impl Speaker {
    fn place(self, desk: &Desk<'_>, customer: &Customer, turn: usize) -> usize {
        match self {
            Self::Owner => customer.owner,
            Self::Colleague => colleague(desk.world, customer, turn),
            Self::Technician => technician(desk.world, turn),
        }
    }
}

/// A contact of ours near a request.
struct Answer {
    /// working days after the request; nothing on the day before it
    working_days: Option<u64>,
    /// who speaks
    speaker: Speaker,
    /// whether with another person of the customer's
    is_to_other: bool,
}

/// A request that is planted.
struct Asked {
    /// the day
    on: NaiveDate,
    /// by which way
    channel: &'static str,
    /// what for
    purpose: &'static str,
    /// the person, where one is named
    person: Option<usize>,
    /// our contact near it
    answer: Option<Answer>,
    /// why it need not be reported; nothing where it must be
    because: Option<&'static str>,
}

/// The place among the quiet customers of the first of these.
const FIRST_OF_REQUESTS: usize = 24;

fn requests() -> [Asked; 12] {
    let ago = |days| working_day(earlier(DATA_DATE, days));
    // 2026-06-24 is a Wednesday, four working days before the data date, a Tuesday.
    let (too_late, in_time) = (earlier(DATA_DATE, 6), earlier(DATA_DATE, 5));
    let asked = |on, channel, purpose| Asked {
        on,
        channel,
        purpose,
        person: Some(0),
        answer: None,
        because: None,
    };
    let owner = |working_days| {
        let speaker = Speaker::Owner;
        Some(Answer { working_days, speaker, is_to_other: false })
    };
    let technician =
        Answer { working_days: Some(1), speaker: Speaker::Technician, is_to_other: false };
    let to_other = Answer { working_days: Some(2), speaker: Speaker::Owner, is_to_other: true };
    // 2026-05-15 is a Friday.
    let friday = earlier(DATA_DATE, 46);
    [
        asked(ago(34), "email", "request"),
        asked(too_late, "phone", "question"),
        Asked { answer: owner(Some(4)), ..asked(ago(60), "web_form", "request") },
        Asked { answer: owner(None), ..asked(ago(21), "email", "question") },
        asked(ago(96), "web_form", "request"),
        Asked { person: None, ..asked(ago(48), "phone", "complaint") },
        Asked {
            answer: owner(Some(3)),
            because: Some("answered on the third working day"),
            ..asked(ago(40), "email", "request")
        },
        Asked {
            answer: Some(technician),
            because: Some("answered by another department"),
            ..asked(ago(54), "phone", "question")
        },
        Asked {
            answer: Some(to_other),
            because: Some("answered to another person of the company"),
            ..asked(ago(27), "web_form", "request")
        },
        Asked {
            answer: owner(Some(3)),
            because: Some("received on a Friday and answered on the Wednesday after"),
            ..asked(friday, "email", "complaint")
        },
        Asked {
            because: Some("the third working day is the data date, which is not over"),
            ..asked(in_time, "email", "request")
        },
        Asked {
            because: Some("received the day before the data date"),
            ..asked(earlier(DATA_DATE, 1), "phone", "question")
        },
    ]
}

fn unanswered(desk: &mut Desk<'_>, answers: &mut Answers) {
    let world = desk.world;
    for (place, asked) in requests().into_iter().enumerate() {
        let Some(customer) = quiet(world, FIRST_OF_REQUESTS + place) else { return };
        let mut stream = world.stream("unanswered requests", customer.index, 0);
        let product = wording::product(world, customer, &mut stream);
        let subject = wording::subject(asked.purpose, customer, product, &mut stream);
        let received = at(asked.on, 9 * 60 + 5 * stream.below(60));
        let (channel, purpose) = (asked.channel, asked.purpose);
        let inbound = Touch {
            contact: asked.person,
            ..Touch::inbound(customer.owner, channel, purpose, received, &subject)
        };
        let id = touches::write(desk, customer, &inbound);
        let answered = asked.answer.map(|answer| {
            let day = match answer.working_days {
                Some(days) => working_days_later(asked.on, days),
                None => earlier(asked.on, 1),
            };
            let employee = answer.speaker.place(desk, customer, place);
            // Only a contact of the owner is entered as an answer: any contact counts.
            let is_reply = answer.speaker == Speaker::Owner && answer.working_days.is_some();
            let purpose = if is_reply { "reply" } else { "service_follow_up" };
            let subject = wording::subject(purpose, customer, product, &mut stream);
            let other = (customer.contact_count() > 1).then_some(1);
            let outbound = Touch {
                contact: if answer.is_to_other { other } else { Some(0) },
                reply_to: if is_reply && !answer.is_to_other { &id } else { "" },
                ..Touch::outbound(employee, "phone", purpose, at(day, 16 * 60), &subject)
            };
            touches::write(desk, customer, &outbound);
            (answer.working_days.is_some(), day)
        });
        let first = answered.filter(|(is_after, _)| *is_after).map(|(_, day)| day.to_string());
        let fact = json!({
            "customer": customer.sales_id(),
            "touch": id,
            "purpose": asked.purpose,
            "received_on": asked.on.to_string(),
            "due_on": working_days_later(asked.on, WORKING_DAYS).to_string(),
            "first_contact_after": first,
        });
        say(answers, "unanswered_requests", asked.because, fact);
    }
}

fn say(answers: &mut Answers, report: &'static str, because: Option<&str>, fact: Value) {
    match because {
        None => answers.reported(report, fact),
        Some(because) => answers.near_miss(report, because, fact),
    }
}

/// An opportunity that is planted: days from the last action to the data date.
const STALE: [(u64, Option<&str>); 6] = [
    // One more than the longest month, so that days and months say the same.
    (32, None),
    (47, None),
    (121, None),
    (30, Some("the last action was exactly thirty days before")),
    (1, Some("the last action was the day before")),
    (64, Some("closed at the last action")),
];
/// The place among the quiet customers of the first of these.
const FIRST_OF_STALE: usize = 46;

fn stale(desk: &mut Desk<'_>, answers: &mut Answers, results: &mut Results) {
    let world = desk.world;
    for (place, (days, because)) in STALE.into_iter().enumerate() {
        let Some(customer) = quiet(world, FIRST_OF_STALE + place) else { return };
        let mut stream = world.stream("stale opportunities", customer.index, 0);
        let product = wording::product(world, customer, &mut stream);
        let last = earlier(DATA_DATE, days);
        let is_closed = place + 1 == STALE.len();
        let opened = earlier(last, 58);
        // An action at least every twenty days, and none since.
        let mut steps: Vec<Step> = STAGES
            .iter()
            .zip([58, 39, 20])
            .map(|((stage, _), before)| Step { on: earlier(last, before), stage })
            .collect();
        steps.push(Step { on: earlier(last, 8), stage: "proposal" });
        let end = if is_closed { "lost" } else { "negotiation" };
        steps.push(Step { on: last, stage: end });
        let opportunity = Opportunity {
            id: desk.numbers.next("OP", opened),
            customer,
            title: wording::title(customer, product, &mut stream),
            category: product.category_name(),
            amount: product.list_price(customer.currency, opened) * stream.between(4, 30),
            won_amount: 0,
            steps,
            expected_close: later(DATA_DATE, 20 + stream.below(60)),
            competitor: "",
            reason: if is_closed { "no_budget" } else { "" },
        };
        opportunities::write(desk, &opportunity, results);
        let contact = Touch {
            opportunity: &opportunity.id,
            minutes: 20,
            ..our_contact(customer.owner, at(last, 14 * 60), &opportunity.title)
        };
        touches::write(desk, customer, &contact);
        let fact = json!({
            "customer": customer.sales_id(),
            "opportunity": opportunity.id,
            "owner": world.employees[customer.owner].id,
            "stage": end,
            "last_action_on": last.to_string(),
            "days_since": days,
        });
        say(answers, "stale_opportunities", because, fact);
    }
}

fn our_contact(employee: usize, at: NaiveDateTime, subject: &str) -> Touch<'_> {
    Touch::outbound(employee, "phone", "relationship", at, subject)
}

/// Contacts that are planted: days from the last ones to the data date, who had the last one, and
/// by which way. The strictest tier wants one in 30 days, the least strict in 90.
type Overdue = (&'static [u64], Speaker, &'static str, Option<&'static str>);

const OVERDUE: [Overdue; 8] = [
    (&[150, 91], Speaker::Owner, "phone", None),
    (&[190, 100], Speaker::Owner, "visit", None),
    (&[300, 220, 140], Speaker::Owner, "phone", None),
    (&[260, 201], Speaker::Owner, "video", None),
    (
        &[110, 30],
        Speaker::Owner,
        "phone",
        Some("the last contact was exactly thirty days before, as the strictest tier wants"),
    ),
    (&[170, 10], Speaker::Colleague, "visit", Some("a colleague of the owner was there")),
    (&[140, 12], Speaker::Technician, "phone", Some("service called")),
    (&[95, 1], Speaker::Owner, "visit", Some("visited the day before")),
];
/// The place among the quiet customers of the first of these.
const FIRST_OF_OVERDUE: usize = 52;

fn overdue(desk: &mut Desk<'_>, answers: &mut Answers) {
    let world = desk.world;
    for (place, (days, speaker, channel, because)) in OVERDUE.into_iter().enumerate() {
        let Some(customer) = quiet(world, FIRST_OF_OVERDUE + place) else { return };
        let mut stream = world.stream("overdue contacts", customer.index, 0);
        let mut last = DATA_DATE;
        for (turn, days) in days.iter().enumerate() {
            last = earlier(DATA_DATE, *days);
            let is_last = turn + 1 == OVERDUE[place].0.len();
            let speaker = if is_last { speaker } else { Speaker::Owner };
            let employee = speaker.place(desk, customer, place);
            let purpose =
                if speaker == Speaker::Technician { "service_follow_up" } else { "relationship" };
            let product = wording::product(world, customer, &mut stream);
            let subject = wording::subject(purpose, customer, product, &mut stream);
            let minute = at(last, 10 * 60 + 5 * stream.below(60));
            let touch = Touch {
                channel,
                purpose,
                minutes: if channel == "visit" { 60 } else { 20 },
                ..our_contact(employee, minute, &subject)
            };
            touches::write(desk, customer, &touch);
        }
        let fact = json!({
            "customer": customer.sales_id(),
            "owner": world.employees[customer.owner].id,
            "last_contact_on": last.to_string(),
            "days_since": (DATA_DATE - last).num_days(),
        });
        say(answers, "overdue_contacts", because, fact);
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::clock::{DATA_DATE, earlier, is_working_day, working_days_later};
    use super::{WORKING_DAYS, requests};

    #[test]
    fn requests_are_due_before_the_data_date_or_not() {
        for asked in requests() {
            assert!(is_working_day(asked.on), "{}", asked.on);
            let due = working_days_later(asked.on, WORKING_DAYS);
            let in_time = asked
                .answer
                .as_ref()
                .is_some_and(|answer| answer.working_days.is_some_and(|days| days <= WORKING_DAYS));
            assert_eq!(asked.because.is_none(), due < DATA_DATE && !in_time, "{}", asked.on);
        }
        let friday = earlier(DATA_DATE, 46);
        assert_eq!(working_days_later(friday, 3), earlier(DATA_DATE, 41));
    }
}
