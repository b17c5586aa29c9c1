//! What does the personnel office know of a month: hours worked, sign-ins, capacity?

mod hours;

use chrono::NaiveDate;
use serde_json::json;

use super::answers::Answers;
use super::clock::{DATA_DATE, Month, earlier, is_working_day, later, working_day};
use super::company::ENTITIES;
use super::employees::{Employee, Work};
use super::feeds::Feeds;
use super::run::Run;
use super::service;
use super::tables;
use super::world::World;

/// Minutes of a working day by contract of employment.
const DAY_MINUTES: i64 = 480;
/// What is left of them for work, in percent.
const PRACTICAL_PERCENT: i64 = 80;
/// Days without a sign-in after which an account is out of use.
const IDLE_DAYS: i64 = 90;

/// Writes a month.
pub(super) fn month(run: &mut Run, month: Month) {
    let Run { world, feeds, answers } = run;
    let idle = idle(world);
    if month == world.start {
        idle_accounts(world, &idle, feeds.window().until, answers);
    }
    hours::sheets(world, feeds, month);
    hours::contacts(world, feeds, month);
    for case in service::closed_in(world, month) {
        hours::case_work(world, feeds, &case);
    }
    for (place, employee) in world.employees.iter().enumerate() {
        if employee.hired > month.first() {
            continue;
        }
        if employee.has_account {
            let idle = idle.iter().find(|idle| idle.employee == place);
            sign_ins(world, feeds, place, month, idle);
        }
        capacity(feeds, employee, month);
    }
}

/// The cost centre of what somebody does.
fn cost_centre(employee: &Employee) -> String {
    format!("C{}-{}", &ENTITIES[employee.entity].id[2..], employee.work.name())
}

fn capacity(feeds: &mut Feeds, employee: &Employee, month: Month) {
    let is_measured = matches!(
        employee.work,
        Work::Service | Work::OrderDesk | Work::Billing | Work::Warehouse | Work::Sales
    );
    if !is_measured {
        return;
    }
    let days = (0..month.days()).filter(|day| is_working_day(later(month.first(), *day)));
    let contracted = i64::try_from(days.count()).unwrap_or_default() * DAY_MINUTES;
    feeds.row(&tables::CAPACITY, month.first(), |row| {
        row.text(&month.name()).text(&employee.id).text(&cost_centre(employee));
        row.int(contracted).int(contracted * PRACTICAL_PERCENT / 100);
    });
}

/// Somebody who stopped using the account.
struct Idle {
    /// a place in the world's employees
    employee: usize,
    /// the day of the last sign-in; nothing where there never was one
    last: Option<NaiveDate>,
    /// the day from which on the account is in use again
    again: Option<NaiveDate>,
}

/// Days between the last sign-in and the data date; the first account is a near miss, used again
/// from the day after the data date on.
const IDLE_SINCE: [Option<u64>; 6] = [Some(89), Some(91), Some(119), Some(160), Some(210), None];

fn idle(world: &World) -> Vec<Idle> {
    let is_known = |place: &usize| {
        let employee = &world.employees[*place];
        employee.has_account && employee.work != Work::Head
    };
    let mut places: Vec<usize> = (0..world.employees.len()).filter(is_known).collect();
    let mut stream = world.stream("idle_accounts", 0, 0);
    let mut idle = Vec::new();
    for (place, since) in IDLE_SINCE.into_iter().enumerate() {
        if places.is_empty() {
            break;
        }
        idle.push(Idle {
            employee: places.swap_remove(stream.place(places.len())),
            last: since.map(|days| earlier(DATA_DATE, days)),
            again: (place == 0).then(|| later(DATA_DATE, 1)),
        });
    }
    idle
}

fn account(employee: &Employee) -> String {
    employee.id.to_lowercase()
}

/// Some ten sign-ins a month.
fn sign_ins(world: &World, feeds: &mut Feeds, place: usize, month: Month, idle: Option<&Idle>) {
    let employee = &world.employees[place];
    let mut stream = world.stream("logins", place, month.key());
    let account = account(employee);
    let is_used = |day: NaiveDate| {
        idle.is_none_or(|idle| {
            idle.last.is_some_and(|last| day <= last)
                || idle.again.is_some_and(|again| day >= again)
        })
    };
    let mut days: Vec<NaiveDate> = (0..7 + stream.below(7))
        .map(|_| working_day(later(month.first(), stream.below(month.days()))))
        .filter(|day| Month::of(*day) == month && is_used(*day))
        .collect();
    if let Some(last) = idle.and_then(|idle| idle.last)
        && Month::of(last) == month
        && !days.contains(&last)
    {
        days.push(last);
    }
    days.sort_unstable();
    for (number, day) in days.iter().enumerate() {
        let hour = u32::try_from(8 + stream.below(10)).unwrap_or_default();
        let minute = u32::try_from(stream.below(60)).unwrap_or_default();
        let at = day.and_hms_opt(hour, minute, 0).unwrap_or_default();
        let minutes = stream.between(2, 90);
        feeds.row(&tables::LOGINS, *day, |row| {
            row.text(&format!("L{}-{account}-{:02}", month.name(), number + 1));
            row.text(&account).text("crm").time(at).int(minutes);
        });
    }
}

fn idle_accounts(world: &World, idle: &[Idle], until: NaiveDate, answers: &mut Answers) {
    let report = "accounts_without_login";
    for idle in idle {
        let employee = &world.employees[idle.employee];
        let fact = json!({
            "account": account(employee),
            "employee": employee.id,
            "last_login_on": idle.last.map(|last| last.to_string()),
        });
        let is_old = idle.last.is_none_or(|last| (until - last).num_days() > IDLE_DAYS);
        if is_old && idle.again.is_none() {
            answers.reported(report, fact);
        } else {
            answers.near_miss(report, "a sign-in lies within the last ninety days", fact);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::clock::DATA_DATE;
    use super::super::world::{Scale, World};
    use super::idle;

    #[test]
    fn idle_accounts_are_of_different_people() {
        let world = World::new(Scale::usual(400, 18, 1), DATA_DATE);
        let mut places: Vec<usize> = idle(&world).iter().map(|idle| idle.employee).collect();
        assert_eq!(places.len(), 6);
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), 6);
    }
}
