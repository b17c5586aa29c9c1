//! What does the sample company's service desk export?

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use serde_json::json;

use super::company::{Dice, customer_id, customers, month_name, months};

const CAUSES: [&str; 5] = ["calibration", "wiring", "handling", "defect", "software"];
const TECHNICIANS: [&str; 4] = ["何伟", "Maria Lopez", "林志远", "Tom Baker"];

/// A month's file holds each case's state whenever it changed: opened, then closed some days
/// later, perhaps in the next month's file. Dirty on purpose: a line cut off in the middle, a case
/// opened without a number, and a newest state closed "yesterday", whose older state stays served.
pub(super) fn cases() -> Vec<(String, Vec<u8>)> {
    let mut dice = Dice(77);
    let mut states: BTreeMap<(NaiveDate, usize), String> = BTreeMap::new();
    let mut number = 0;
    for month in months() {
        for (index, customer) in customers().iter().enumerate() {
            for _ in 0..customer.cases_per_month {
                number += 1;
                let opened_on = month + Days::new(dice.below(27));
                let closed_on = opened_on + Days::new(1 + dice.below(9));
                let case = Case {
                    id: format!("C-{number:04}"),
                    customer: customer_id(index),
                    opened_on,
                    cause: pick(&CAUSES, &mut dice),
                    technician: pick(&TECHNICIANS, &mut dice),
                    minutes: 15 + 5 * dice.below(40),
                };
                states.insert((opened_on, number * 2), case.opened(number != 160));
                states.insert((closed_on, number * 2 + 1), case.closed(closed_on, number == 120));
            }
        }
    }
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for (place, ((date, _), state)) in states.iter().enumerate() {
        // What was closed after the last month is still open at the desk.
        if date.to_string().as_str() > "2026-06-30" {
            continue;
        }
        let text = files.entry(month_name(*date)).or_default();
        text.push_str(if place == 99 { "{\"case\":{\"id\":\"C-00" } else { state });
        text.push('\n');
    }
    files.into_iter().map(|(month, text)| (format!("cases_{month}.jsonl"), text.into())).collect()
}

fn pick(words: &'static [&'static str], dice: &mut Dice) -> &'static str {
    words.get(dice.index(words.len())).copied().unwrap_or_default()
}

/// One case at the desk.
struct Case {
    id: String,
    customer: String,
    opened_on: NaiveDate,
    cause: &'static str,
    technician: &'static str,
    minutes: u64,
}

impl Case {
    fn opened(&self, has_number: bool) -> String {
        json!({
            "case": {"id": has_number.then_some(&self.id), "customer": self.customer},
            "status": "open",
            "priority": 2,
            "opened_at": format!("{}T09:15:00+08:00", self.opened_on),
            "changed_at": format!("{}T09:15:00+08:00", self.opened_on),
            "technician": {"name": self.technician},
        })
        .to_string()
    }

    fn closed(&self, closed_on: NaiveDate, is_unreadable: bool) -> String {
        let closed_at = match is_unreadable {
            true => "yesterday".to_owned(),
            false => format!("{closed_on}T16:40:00+08:00"),
        };
        json!({
            "case": {"id": self.id, "customer": self.customer},
            "status": "closed",
            "priority": 2,
            "opened_at": format!("{}T09:15:00+08:00", self.opened_on),
            "closed_at": closed_at,
            "changed_at": format!("{closed_on}T16:40:00+08:00"),
            "cause": self.cause,
            "minutes": self.minutes,
            "technician": {"name": self.technician},
        })
        .to_string()
    }
}
