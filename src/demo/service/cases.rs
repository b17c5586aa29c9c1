//! Which cases does a customer open in a month, how does each of them run, and who works on it?

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use super::super::clock::{Month, earlier, later, working_day};
use super::super::company::{SERVICE_ENTITY, UNITS};
use super::super::employees::Work;
use super::super::random::Stream;
use super::super::roles::Role;
use super::super::world::{Customer, World};

/// A case as it will have run; a pure function of the seed, the customer and the month.
pub(in super::super) struct Case {
    /// its number
    pub(in super::super) id: String,
    /// the customer, a place in the world's list
    pub(in super::super) customer: usize,
    /// the day on which it was opened
    pub(in super::super) opened: NaiveDate,
    /// the day on which it was closed, if ever; the last one where it was opened again
    pub(in super::super) closed: Option<NaiveDate>,
    /// the technician's work, in minutes
    pub(in super::super) minutes: i64,
    /// the technician's travel, in minutes
    pub(in super::super) travel_minutes: i64,
    /// the technician, a place in the world's employees
    pub(in super::super) technician: usize,
    /// the key of the streams for what else is said of it, no two of a customer share one
    pub(super) part: u64,
    /// one of [`KINDS`]
    pub(super) kind: &'static str,
    /// what was at fault
    pub(super) cause: &'static str,
    /// 1 is the most urgent, 3 the least
    pub(super) priority: i64,
    /// when it was opened
    pub(super) opened_at: NaiveDateTime,
    /// when somebody first answered
    pub(super) responded_at: NaiveDateTime,
    /// when it was closed, if ever
    pub(super) closed_at: Option<NaiveDateTime>,
    /// when it was closed too early and when it was opened again
    pub(super) reopened: Option<(NaiveDateTime, NaiveDateTime)>,
    /// whether it had to wait for the customer or for parts
    pub(super) is_waiting: bool,
    /// whether it needed no engineer
    pub(super) is_avoidable: bool,
    /// whether the customer pays, where no contract covers it
    pub(super) is_charged: bool,
    /// whether the first call or visit solved it
    pub(super) is_fixed_at_once: bool,
    /// the case that this one repeats
    pub(super) rework_of: Option<String>,
}

/// What customers call for, and how often, in percent.
const KINDS: [(&str, u64); 5] = [
    ("repair", 38),
    ("question", 26),
    ("calibration", 12),
    ("complaint", 12),
    ("installation", 12),
];

/// The days within which every case that is not planted is closed.
const DAYS_MAX: u64 = 20;

/// The hours that a case of each priority may take until it is solved.
const DUE_HOURS: [i64; 3] = [72, 168, 336];

impl Case {
    /// Whether it is none of those that are planted.
    #[cfg(test)]
    pub(super) fn is_base(&self) -> bool {
        self.part >= 1000
    }

    /// Until when it should be solved.
    pub(super) fn due_at(&self) -> NaiveDateTime {
        let place = usize::try_from(self.priority - 1).unwrap_or_default().min(2);
        self.opened_at + TimeDelta::hours(DUE_HOURS[place])
    }

    /// The work done until it was closed for the first time.
    pub(super) fn first_minutes(&self) -> i64 {
        if self.reopened.is_some() { self.minutes * 2 / 3 } else { self.minutes }
    }
}

/// The cases that a customer opens in a month, those that repeat an earlier one among them.
pub(in super::super) fn of(world: &World, customer: &Customer, month: Month) -> Vec<Case> {
    let mut cases = first_ones(world, customer, month);
    let mut again: Vec<Case> =
        cases.iter().filter_map(|case| repeated(world, customer, case, month, 600)).collect();
    let before = Month(month.0 - 1);
    if before >= world.start {
        let earlier = first_ones(world, customer, before);
        again.extend(earlier.iter().filter_map(|case| repeated(world, customer, case, month, 300)));
    }
    cases.extend(again);
    cases
}

fn first_ones(world: &World, customer: &Customer, month: Month) -> Vec<Case> {
    if customer.cases_milli == 0 || is_left_alone(customer.role) {
        return Vec::new();
    }
    let mut stream = world.stream("cases", customer.index, month.key());
    let mut cases = Vec::new();
    for number in 0..stream.count(customer.cases_milli) {
        let mut opened = working_day(later(month.first(), stream.below(month.days())));
        if opened > month.last() {
            opened = earlier(opened, 3);
        }
        if !customer.is_active(opened) {
            continue;
        }
        let part = month.key() * 1000 + number + 1;
        let mut own = world.stream("case", customer.index, part);
        let shares: Vec<u64> = KINDS.iter().map(|kind| kind.1).collect();
        let kind = KINDS[own.weighted(&shares)].0;
        cases.push(case(world, customer, part, opened, kind, &mut own));
    }
    cases
}

/// Whether a customer's cases are those that are planted, or none.
pub(super) fn is_left_alone(role: Role) -> bool {
    matches!(role, Role::Group | Role::Quiet | Role::Duplicate | Role::Prospect)
}

/// The case that follows in a month because an earlier one was not solved for good.
fn repeated(
    world: &World,
    customer: &Customer,
    first: &Case,
    month: Month,
    serial: u64,
) -> Option<Case> {
    let closed = first.closed?;
    if first.is_fixed_at_once || !matches!(first.kind, "repair" | "installation") {
        return None;
    }
    let mut stream = world.stream("case_repeats", customer.index, first.part);
    if !stream.chance(350) {
        return None;
    }
    let opened = working_day(later(closed, 4 + stream.below(11)));
    if Month::of(opened) != month || !customer.is_active(opened) {
        return None;
    }
    let part = month.key() * 1000 + serial + first.part % 1000;
    let mut again = case(world, customer, part, opened, "repair", &mut stream);
    again.rework_of = Some(first.id.clone());
    again.is_charged = false;
    again.is_avoidable = false;
    Some(again)
}

/// The number of a case.
pub(super) fn number(customer: &Customer, opened: NaiveDate, part: u64) -> String {
    let month = Month::of(opened).name();
    let (year, month) = (&month[2..4], &month[5..]);
    format!("CS-{year}{month}-{:05}{:03}", customer.index + 1, part % 1000)
}

fn case(
    world: &World,
    customer: &Customer,
    part: u64,
    opened: NaiveDate,
    kind: &'static str,
    stream: &mut Stream,
) -> Case {
    let technician = technician(world, customer, opened, stream);
    let skill = world.employees[technician].skill;
    let cause = cause(kind, stream);
    let priority = 1 + i64::try_from(stream.weighted(&[18, 47, 35])).unwrap_or_default();
    let opened_at = opened.and_time(time(8 + stream.below(10), stream.below(60)));
    let responded_at = response(opened_at, priority, stream);
    let is_avoidable = stream.chance(match (kind, cause) {
        ("installation", _) => 0,
        (_, "question") => 700,
        (_, "handling") => 600,
        (_, "software") => 350,
        _ => 0,
    });
    let minutes = minutes(kind, stream);
    let needs_travel = match kind {
        "installation" => true,
        "repair" => cause != "software" && stream.chance(800),
        _ => false,
    };
    let travel_minutes = if needs_travel { stream.between(6, 44) * 5 } else { 0 };
    let is_waiting = matches!(kind, "repair" | "complaint") && stream.chance(300);
    let is_easy = matches!(kind, "question" | "calibration");
    let is_fixed_at_once =
        stream.chance((550 + 4 * skill + if is_easy { 250 } else { 0 }).min(985));
    let closed_at = closing(opened_at, responded_at, (kind, priority, is_waiting), minutes, stream);
    let mut case = Case {
        id: number(customer, opened, part),
        customer: customer.index,
        opened,
        closed: Some(closed_at.date()),
        minutes,
        travel_minutes,
        technician,
        part,
        kind,
        cause,
        priority,
        opened_at,
        responded_at,
        closed_at: Some(closed_at),
        reopened: None,
        is_waiting,
        is_avoidable,
        is_charged: kind == "repair" && stream.chance(charged(customer.role)),
        is_fixed_at_once,
        rework_of: None,
    };
    reopen(&mut case, closed_at, stream);
    case
}

fn charged(role: Role) -> u64 {
    if role == Role::HeavyService { 60 } else { 450 }
}

/// A few cases that took days are closed too early first.
fn reopen(case: &mut Case, closed_at: NaiveDateTime, stream: &mut Stream) {
    let days = (closed_at.date() - case.responded_at.date()).num_days();
    if days < 5 || case.is_fixed_at_once || !stream.chance(150) {
        return;
    }
    let first = case.responded_at + TimeDelta::days(1) + TimeDelta::minutes(90);
    let again = case.responded_at + TimeDelta::days(3) + TimeDelta::minutes(35);
    case.reopened = Some((first, again));
}

fn cause(kind: &str, stream: &mut Stream) -> &'static str {
    let (causes, weights): (&[&'static str], &[u64]) = match kind {
        "repair" => (&["defect", "wear", "wiring", "handling", "software"], &[40, 30, 12, 10, 8]),
        "question" => (&["question", "handling", "software"], &[60, 25, 15]),
        "complaint" => (&["defect", "handling", "software", "wear"], &[40, 20, 20, 20]),
        "installation" => (&["wiring", "handling", "software"], &[60, 20, 20]),
        _ => (&["calibration_due"], &[1]),
    };
    causes[stream.weighted(weights)]
}

fn minutes(kind: &str, stream: &mut Stream) -> i64 {
    5 * match kind {
        "repair" => stream.between(15, 90),
        "installation" => stream.between(28, 96),
        "calibration" => stream.between(16, 70),
        "complaint" => stream.between(6, 36),
        _ => stream.between(4, 16),
    }
}

/// A time of day.
pub(super) fn time(hour: u64, minute: u64) -> NaiveTime {
    let part = |number: u64| u32::try_from(number).unwrap_or_default();
    NaiveTime::from_hms_opt(part(hour), part(minute), 0).unwrap_or_default()
}

/// When somebody first answers: within hours where it is urgent, and never at night.
fn response(opened_at: NaiveDateTime, priority: i64, stream: &mut Stream) -> NaiveDateTime {
    let minutes = match priority {
        1 => stream.between(15, 300),
        2 => stream.between(40, 1_500),
        _ => stream.between(90, 3_600),
    };
    let at = opened_at + TimeDelta::minutes(minutes);
    let day = working_day(at.date());
    let is_day = day == at.date() && (time(8, 0)..time(18, 30)).contains(&at.time());
    if is_day {
        return at;
    }
    let is_late = day == at.date() && at.time() >= time(18, 30);
    let day = if is_late { working_day(later(day, 1)) } else { day };
    // Nobody answers before the question, even where the night is cut short.
    day.and_time(time(9, stream.below(60))).max(opened_at + TimeDelta::minutes(10))
}

fn closing(
    opened_at: NaiveDateTime,
    responded_at: NaiveDateTime,
    (kind, priority, is_waiting): (&str, i64, bool),
    minutes: i64,
    stream: &mut Stream,
) -> NaiveDateTime {
    let days = match (kind, priority) {
        ("question", _) => stream.below(3),
        (_, 1) => stream.below(4),
        (_, 2) => 1 + stream.below(7),
        _ => 1 + stream.below(11),
    };
    let waited = if is_waiting { 3 + stream.below(4) } else { 0 };
    let clock = time(10 + stream.below(8), stream.below(60));
    let day = later(responded_at.date(), days + waited);
    let day = working_day(day.min(later(opened_at.date(), DAYS_MAX)));
    day.and_time(clock).max(responded_at + TimeDelta::minutes(minutes.min(240)))
}

/// The technician of a customer: of the service company for customers in China, else of the
/// entity that sells to it; nobody who was not there yet, if it can be helped.
pub(super) fn technician(
    world: &World,
    customer: &Customer,
    on: NaiveDate,
    stream: &mut Stream,
) -> usize {
    let entity = customer.entity.max(SERVICE_ENTITY);
    let unit = UNITS.iter().position(|unit| unit.entity == entity).unwrap_or_default();
    // Employees are listed by unit, and a unit's technicians come last.
    let employees = &world.employees;
    let end = employees.partition_point(|employee| employee.unit <= unit);
    let others = employees[..end].iter().rev().position(|other| other.work != Work::Service);
    let count = others.unwrap_or(end);
    let mut place = end.saturating_sub(1);
    for _ in 0..6 {
        place = end - count + stream.place(count);
        if employees[place].hired <= on {
            break;
        }
    }
    place
}
