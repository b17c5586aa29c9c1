//! On what do people spend their hours, and what had they planned?

use chrono::{Datelike, NaiveDate, Weekday};

use super::super::clock::{Month, earlier, later};
use super::super::employees::{Employee, Work};
use super::super::feeds::Feeds;
use super::super::pipeline::touches::planned;
use super::super::random::Stream;
use super::super::roles::Role;
use super::super::service::Case;
use super::super::tables;
use super::super::world::World;

/// A line of a time sheet.
struct Sheet<'a> {
    /// visit, call ...
    kind: &'static str,
    /// the customer's number in sales, empty where it is for none
    customer: &'a str,
    /// what the week's plan had foreseen, in minutes
    planned: i64,
    /// what it took, in minutes
    minutes: i64,
    /// on the road beside it, in minutes
    travel: i64,
}

/// A week of somebody.
struct Week<'a> {
    /// whose
    employee: &'a Employee,
    /// the day on which the sheets are handed in
    friday: NaiveDate,
    /// sheets handed in so far
    count: usize,
}

impl Week<'_> {
    fn hand_in(&mut self, feeds: &mut Feeds, stream: &mut Stream, sheet: &Sheet<'_>) {
        self.count += 1;
        let worked = earlier(self.friday, stream.below(5)).max(self.employee.hired);
        feeds.row(&tables::WORK_HOURS, self.friday, |row| {
            let week = self.friday.format("%y%m%d");
            row.text(&format!("H{week}-{}-{:02}", self.employee.id, self.count));
            row.text(&self.employee.id).date(worked).text(sheet.kind).text(sheet.customer);
            row.none().none().none().none();
            row.int(sheet.planned).int(sheet.minutes).int(sheet.travel);
        });
    }
}

/// Writes the sheets of the weeks whose Friday lies in a month.
pub(super) fn sheets(world: &World, feeds: &mut Feeds, month: Month) {
    let customers = customers_by_owner(world, month);
    let fridays = (0..month.days()).map(|day| later(month.first(), day));
    for friday in fridays.filter(|day| day.weekday() == Weekday::Fri) {
        for (place, employee) in world.employees.iter().enumerate() {
            if employee.hired > earlier(friday, 4) {
                continue;
            }
            let day = u64::try_from(friday.num_days_from_ce()).unwrap_or_default();
            let mut stream = world.stream("work_hours", place, day);
            let mut week = Week { employee, friday, count: 0 };
            match employee.work {
                Work::Sales => selling(world, feeds, &mut week, &customers[place], &mut stream),
                Work::Marketing => plain(feeds, &mut week, "campaign", (1_200, 1_800), &mut stream),
                Work::Head | Work::Service => {}
                // Nobody else keeps sheets.
                _ => continue,
            }
            let office = if employee.work == Work::Head { (900, 1_800) } else { (120, 420) };
            plain(feeds, &mut week, "administration", office, &mut stream);
            if stream.chance(70) {
                plain(feeds, &mut week, "training", (180, 480), &mut stream);
            }
        }
    }
}

/// The customers of each employee that buy in a month, by the employees' places.
fn customers_by_owner(world: &World, month: Month) -> Vec<Vec<usize>> {
    let mut customers = vec![Vec::new(); world.employees.len()];
    for customer in &world.customers {
        let is_visited = !matches!(customer.role, Role::Quiet | Role::Group | Role::Duplicate);
        if is_visited && customer.is_active(month.first()) {
            customers[customer.owner].push(customer.index);
        }
    }
    customers
}

fn plain(
    feeds: &mut Feeds,
    week: &mut Week<'_>,
    kind: &'static str,
    (low, high): (i64, i64),
    stream: &mut Stream,
) {
    let planned = stream.between(low / 30, high / 30) * 30;
    let minutes = planned * stream.between(80, 125) / 100;
    let sheet = Sheet { kind, customer: "", planned, minutes, travel: 0 };
    week.hand_in(feeds, stream, &sheet);
}

fn selling(
    world: &World,
    feeds: &mut Feeds,
    week: &mut Week<'_>,
    customers: &[usize],
    stream: &mut Stream,
) {
    if !customers.is_empty() && stream.chance(600) {
        let planned = stream.between(1, 8) * 15;
        let customer = &world.customers[*stream.pick(customers)].sales_id();
        let minutes = planned * stream.between(60, 160) / 100;
        let sheet = Sheet { kind: "quote", customer, planned, minutes, travel: 0 };
        week.hand_in(feeds, stream, &sheet);
    }
    plain(feeds, week, "lead_work", (120, 480), stream);
}

/// Writes the sheets of a month's visits and calls: what a salesperson did with a customer takes
/// the time that the contact took.
pub(super) fn contacts(world: &World, feeds: &mut Feeds, month: Month) {
    for customer in &world.customers {
        let owner = &world.employees[customer.owner];
        for (place, touch) in planned(world, customer, month).iter().enumerate() {
            let kind = match touch.channel {
                "visit" => "visit",
                "phone" | "video" => "call",
                _ => continue,
            };
            let mut stream = world.stream("contact_hours", customer.index, month.key());
            let foreseen = touch.minutes * stream.between(70, 130) / 100 / 15 * 15;
            let to_friday = (11 - u64::from(touch.on.weekday().num_days_from_monday())) % 7;
            let friday = later(touch.on, to_friday);
            feeds.row(&tables::WORK_HOURS, friday, |row| {
                let label = month.first().format("%y%m");
                row.text(&format!("H{label}-{:05}-{}", customer.index + 1, place + 1));
                row.text(&owner.id).date(touch.on).text(kind).text(&customer.sales_id());
                row.none().none().none().none();
                row.int(foreseen.max(15)).int(touch.minutes).int(touch.travel_minutes);
            });
        }
    }
}

/// Writes the technician's sheet of a case on the day on which it was closed.
pub(super) fn case_work(world: &World, feeds: &mut Feeds, case: &Case) {
    let Some(closed) = case.closed else { return };
    let day = u64::try_from(closed.num_days_from_ce()).unwrap_or_default();
    let mut stream = world.stream("case_hours", case.customer, day);
    let planned = case.minutes * stream.between(70, 120) / 100 / 15 * 15;
    feeds.row(&tables::WORK_HOURS, closed, |row| {
        row.text(&format!("H-{}", case.id)).text(&world.employees[case.technician].id);
        row.date(closed).text("case_work");
        row.text(&world.customers[case.customer].sales_id()).none().none().text(&case.id).none();
        row.int(planned.max(15)).int(case.minutes).int(case.travel_minutes);
    });
}
