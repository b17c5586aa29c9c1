//! Who works at the sample company?

use chrono::NaiveDate;

use super::clock::{DATA_DATE, earlier};
use super::company::{SERVICE_ENTITY, UNITS};
use super::names;
use super::random::Stream;
use super::world::Scale;

/// What somebody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Work {
    /// leads a business unit
    Head,
    /// sells
    Sales,
    /// repairs and calibrates
    Service,
    /// plans campaigns and events
    Marketing,
    /// enters orders
    OrderDesk,
    /// bills and collects
    Billing,
    /// keeps a warehouse
    Warehouse,
    /// everything else
    Administration,
}

impl Work {
    /// As the personnel office writes it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Sales => "sales",
            Self::Service => "service",
            Self::Marketing => "marketing",
            Self::OrderDesk => "order_desk",
            Self::Billing => "billing",
            Self::Warehouse => "warehouse",
            Self::Administration => "administration",
        }
    }
}

/// Somebody who works here.
pub(super) struct Employee {
    /// the number
    pub(super) id: String,
    /// the name
    pub(super) name: String,
    /// the Chinese name, where there is one
    pub(super) name_zh: String,
    /// what for
    pub(super) work: Work,
    /// the unit, a place in [`UNITS`]
    pub(super) unit: usize,
    /// the entity that employs, a place in the list of entities
    pub(super) entity: usize,
    /// the first day
    pub(super) hired: NaiveDate,
    /// how well the work is done, from 0 to 99, which decides on deals won and repairs that last
    pub(super) skill: u64,
    /// whether there is an account in the sales system
    pub(super) has_account: bool,
}

impl Employee {
    /// The account in the sales system, where there is one.
    pub(super) fn account(&self) -> String {
        if self.has_account { self.id.to_lowercase() } else { String::new() }
    }
}

/// How many do each work in a unit, the least, and one more for so many customers of the unit.
const CREWS: [(Work, u64, u64); 7] = [
    (Work::Head, 1, u64::MAX),
    (Work::Sales, 3, 45),
    (Work::Marketing, 1, 2_000),
    (Work::OrderDesk, 1, 400),
    (Work::Billing, 1, 500),
    (Work::Warehouse, 1, 600),
    (Work::Administration, 1, 500),
];

/// Everybody, by unit and work.
pub(super) fn all(scale: Scale) -> Vec<Employee> {
    let mut employees = Vec::new();
    for (unit, about) in UNITS.iter().enumerate() {
        let customers = u64::from(scale.customers) * about.share / 100;
        let technicians = match about.entity {
            SERVICE_ENTITY => (Work::Service, 3, u64::from(scale.customers / 400)),
            entity if entity > SERVICE_ENTITY => (Work::Service, 1, customers / 200),
            _ => (Work::Service, 0, 0),
        };
        let crews = CREWS.iter().map(|(work, least, share)| (*work, *least, customers / share));
        for (work, least, more) in crews.chain([technicians]) {
            for _ in 0..least + more {
                let employee = employee(scale.seed, employees.len(), work, unit);
                employees.push(employee);
            }
        }
    }
    employees
}

fn employee(seed: u64, index: usize, work: Work, unit: usize) -> Employee {
    let mut stream = Stream::of(seed, "employees", index as u64, 0);
    let is_chinese = UNITS[unit].entity <= SERVICE_ENTITY || stream.chance(300);
    let person = names::person(&mut stream, is_chinese);
    Employee {
        id: format!("E{:04}", 101 + index),
        name: person.english,
        name_zh: person.chinese,
        work,
        unit,
        entity: UNITS[unit].entity,
        hired: earlier(DATA_DATE, 1_300 + stream.below(4_000)),
        skill: stream.below(100),
        has_account: matches!(work, Work::Head | Work::Sales | Work::Marketing | Work::Service),
    }
}

/// A salesperson of a unit.
pub(super) fn salesperson(employees: &[Employee], unit: usize, stream: &mut Stream) -> usize {
    one_of(employees, |employee| employee.work == Work::Sales && employee.unit == unit, stream)
}

/// A place in the list whose employee meets a condition; the first where none does.
pub(super) fn one_of(
    employees: &[Employee],
    condition: impl Fn(&Employee) -> bool,
    stream: &mut Stream,
) -> usize {
    let places: Vec<usize> = (0..employees.len()).filter(|p| condition(&employees[*p])).collect();
    if places.is_empty() { 0 } else { *stream.pick(&places) }
}
