//! What does the marketing department plan, send, spend and learn?
//!
//! `campaigns` plans and pays, `sends` writes to people, `consents` says whether they like it,
//! `events` invites them, `leads` are companies that may become customers, `visits` are what the
//! web statistics count, and `conflicts` plants what marketing must not do. Each is a function of
//! the seed and the month, so that an advance meets what was there before.

mod campaigns;
mod conflicts;
mod consents;
mod costs;
mod events;
mod leads;
mod materials;
mod sends;
mod visits;

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};
use serde_json::{Value, json};

use super::clock::{Month, earlier, is_working_day, later, working_day};
use super::company::{Currency, ENTITIES, SERVICE_ENTITY, UNITS};
use super::employees::Work;
use super::random::Stream;
use super::roles::Role;
use super::run::Run;
use super::text::money;
use super::world::{Customer, World};

/// What marketing spent, for the ledger to book under the same document.
pub(super) struct Spent {
    /// the entity that pays, a place in the list of entities
    pub(super) entity: usize,
    /// the unit that the campaign is for, a place in the list of units
    pub(super) unit: usize,
    /// the day
    pub(super) on: NaiveDate,
    /// the document that the ledger and the cost sheet share: `MC-2026-03-004`
    pub(super) document: String,
    /// how much, in cents of the entity's currency
    pub(super) amount: i64,
}

/// What the reports must count, up to the last day delivered.
#[derive(Default)]
struct Counts {
    /// cost by campaign and currency, in cents; the empty campaign is none
    costs: BTreeMap<(String, &'static str), i64>,
    /// leads by source and the stage they are in
    funnel: BTreeMap<(&'static str, &'static str), u64>,
    /// leads of an event, those worked on, those won
    event_leads: BTreeMap<String, [u64; 3]>,
    /// visits to the site
    sessions: u64,
    /// of these, by somebody known
    known_sessions: u64,
    /// of these, by an unknown person of a known company
    company_sessions: u64,
}

/// Marketing over the months.
pub(super) struct Marketing {
    counts: Counts,
}

impl Marketing {
    /// Marketing before the first month.
    pub(super) fn new(_world: &World) -> Self {
        Self { counts: Counts::default() }
    }

    /// Writes what is there before the first month.
    pub(super) fn begin(&mut self, run: &mut Run) {
        materials::standing(run);
        conflicts::plant(run);
    }

    /// Writes a month, and returns what was spent in it.
    pub(super) fn month(&mut self, run: &mut Run, month: Month) -> Vec<Spent> {
        materials::month(run, month);
        campaigns::month(run, month);
        consents::month(run, month);
        let starting = campaigns::of(&run.world, month);
        for campaign in &starting {
            sends::of_campaign(run, campaign);
            events::registrations(run, campaign);
        }
        leads::month(run, month, &mut self.counts);
        visits::month(run, month, &mut self.counts);
        let spent = costs::month(run, month, &mut self.counts);
        if month == run.world.end {
            for (name, fact) in self.counts.facts() {
                run.answers.facts.insert(name.to_owned(), fact);
            }
        }
        spent
    }
}

impl Counts {
    fn facts(&self) -> [(&'static str, Value); 5] {
        let cost = |campaign: &str, currency: &str, cents: i64| {
            let amount = money(cents);
            json!({"campaign": campaign, "currency": currency, "amount": amount})
        };
        let (without, with): (Vec<_>, Vec<_>) =
            self.costs.iter().partition(|((campaign, _), _)| campaign.is_empty());
        let listed = |costs: Vec<(&(String, &'static str), &i64)>| -> Value {
            costs.into_iter().map(|((id, currency), cents)| cost(id, currency, *cents)).collect()
        };
        let funnel: Value = self
            .funnel
            .iter()
            .map(|((source, stage), count)| {
                json!({"source": source, "stage": stage, "leads": count})
            })
            .collect();
        let events: Value = self
            .event_leads
            .iter()
            .map(|(event, [all, worked, won])| {
                json!({"event": event, "leads": all, "worked": worked, "won": won})
            })
            .collect();
        let visitors = json!({
            "sessions": self.sessions,
            "known_sessions": self.known_sessions,
            "company_sessions": self.company_sessions,
        });
        [
            ("campaigns", listed(with)),
            ("costs_without_campaign", listed(without)),
            ("lead_funnel", funnel),
            ("event_leads", events),
            ("site_visitors", visitors),
        ]
    }
}

/// Whether marketing may deal with a customer in the usual way; with the others nothing happens
/// but what is planted.
fn is_usual(customer: &Customer) -> bool {
    !matches!(customer.role, Role::Quiet | Role::Group | Role::Duplicate)
}

/// Whether a unit sells outside the mainland: its customers get English texts.
fn is_abroad(unit: usize) -> bool {
    UNITS[unit].entity > SERVICE_ENTITY
}

/// The currency of a unit's books.
fn currency(unit: usize) -> Currency {
    ENTITIES[UNITS[unit].entity].currency
}

/// The marketing people of a unit, one of them by a number; none where the unit has none.
fn marketer(world: &World, unit: usize, number: u64) -> &str {
    let of_unit = || {
        let all = world.employees.iter();
        all.filter(|employee| employee.work == Work::Marketing && employee.unit == unit)
    };
    let count = of_unit().count().max(1);
    let place = usize::try_from(number).unwrap_or_default() % count;
    of_unit().nth(place).map_or("", |employee| employee.id.as_str())
}

/// A time of day.
fn at(day: NaiveDate, hour: u64, minute: u64) -> NaiveDateTime {
    let [hour, minute] = [hour, minute].map(|part| u32::try_from(part).unwrap_or_default());
    day.and_hms_opt(hour, minute, 0).unwrap_or_default()
}

/// A time of day during office hours.
fn office_time(day: NaiveDate, stream: &mut Stream) -> NaiveDateTime {
    let minute = 8 * 60 + 30 + stream.below(540);
    at(day, minute / 60, minute % 60)
}

/// A working day of a month near its day of a number, from 1.
fn working_day_of(month: Month, number: u64) -> NaiveDate {
    let wanted = later(month.first(), number.min(month.days()) - 1);
    let next = working_day(wanted);
    if next <= month.last() {
        return next;
    }
    let mut before = wanted;
    while !is_working_day(before) {
        before = earlier(before, 1);
    }
    before
}

/// A month as numbers name it: `2603`.
fn short(month: Month) -> String {
    let name = month.name();
    format!("{}{}", &name[2..4], &name[5..7])
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::answers::Answers;
    use super::super::clock::{DATA_DATE, Month, Window, later};
    use super::super::run;
    use super::super::world::{Scale, World};
    use super::{campaigns, events, leads, working_day_of};

    fn world(days_later: u64) -> World {
        World::new(Scale::usual(400, 15, 3), later(DATA_DATE, days_later))
    }

    #[test]
    fn leads_are_the_same_however_far_the_company_is_lived_through() {
        let (near, far) = (world(0), world(200));
        let mut count = 0;
        for month in near.months() {
            let days = |world: &World| -> Vec<(String, Vec<_>)> {
                let leads = leads::of(world, month).into_iter();
                leads
                    .map(|lead| (lead.id, lead.states.iter().map(|s| (s.stage, s.on)).collect()))
                    .collect()
            };
            let leads = days(&near);
            count += leads.len();
            assert_eq!(leads, days(&far), "{}", month.name());
        }
        assert!(count > 100, "{count}");
    }

    #[test]
    fn leads_change_once_a_day_at_most() {
        let world = world(60);
        for month in world.months() {
            for lead in leads::of(&world, month) {
                assert!(lead.states.windows(2).all(|pair| pair[0].on < pair[1].on), "{}", lead.id);
                assert!(lead.states.windows(2).all(|pair| pair[0].hours < pair[1].hours));
            }
        }
    }

    #[test]
    fn campaigns_are_planned_before_they_start_and_events_come_two_months_later() {
        let world = world(0);
        for month in world.months() {
            for campaign in campaigns::of(&world, month) {
                assert!(campaign.planned_on <= campaign.starts_on);
                assert!(campaign.starts_on < campaign.ends_on, "{}", campaign.id);
                assert_eq!(Month::of(campaign.starts_on), month);
            }
            let event = events::announced_in(&world, month).unwrap();
            assert_eq!(Month::of(event.held_on), month.next().next());
        }
    }

    #[test]
    fn working_days_stay_in_their_month() {
        // 2026-05-31 is a Sunday.
        let may = Month::of("2026-05-01".parse().unwrap());
        assert_eq!(working_day_of(may, 31).to_string(), "2026-05-29");
        assert_eq!(working_day_of(may, 2).to_string(), "2026-05-04");
    }

    fn written(folder: &Path, window: Window) -> Answers {
        run::write(folder, Scale::usual(400, 15, 3), window, &mut |_, _| ()).unwrap()
    }

    #[test]
    fn an_advance_brings_what_was_left_out() {
        let folder = std::env::temp_dir().join(format!("patron-marketing-{}", std::process::id()));
        let until = later(DATA_DATE, 75);
        let all = written(&folder.join("all"), Window { after: None, until });
        let first = written(&folder.join("first"), Window { after: None, until: DATA_DATE });
        let window = Window { after: Some(DATA_DATE), until };
        let next = written(&folder.join("next"), window);
        assert_eq!(all.rows, next.rows);
        for (table, rows) in &first.rows {
            assert!(*rows <= all.rows[table], "{table}");
        }
        for table in
            ["sends", "consents", "registrations", "leads", "site_visits", "campaign_costs"]
        {
            let file = format!("feeds/marketing/{table}_{}.csv", later(DATA_DATE, 20));
            let [whole, part] =
                ["all", "next"].map(|kind| std::fs::read(folder.join(kind).join(&file)).ok());
            assert_eq!(whole, part, "{table}");
        }
        assert_eq!(all.facts["lead_funnel"], next.facts["lead_funnel"]);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
