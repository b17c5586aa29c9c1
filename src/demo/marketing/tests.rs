//! Does the plan of a month depend on anything but the month?

use super::super::clock::{DATA_DATE, Month, later};
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
            leads.map(|lead| (lead.id, lead.states.iter().map(|s| (s.stage, s.on)).collect()))
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
