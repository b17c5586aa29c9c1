//! Who works where: employees, entities, units, cost centres, warehouses?

use super::super::clock::earlier;
use super::super::company::{ENTITIES, UNITS, WAREHOUSES};
use super::super::employees::{Employee, Work};
use super::super::names;
use super::super::products::CATEGORIES;
use super::super::run::Run;
use super::super::tables;
use super::super::world::World;

/// All kinds of work, each a cost centre of each entity.
const WORKS: [(Work, &str); 8] = [
    (Work::Head, "Management"),
    (Work::Sales, "Sales"),
    (Work::Service, "Service"),
    (Work::Marketing, "Marketing"),
    (Work::OrderDesk, "Order desk"),
    (Work::Billing, "Billing and collection"),
    (Work::Warehouse, "Warehouse"),
    (Work::Administration, "Administration"),
];

/// How many are still listed who left before the history begins.
const FORMER: usize = 6;

pub(super) fn write(run: &mut Run) {
    write_employees(run);
    write_former(run);
    write_organisation(run);
    write_warehouses(run);
}

/// The cost centre of a kind of work in an entity: `C01-sales`.
fn cost_centre(entity: usize, work: Work) -> String {
    format!("C{:02}-{}", entity + 1, work.name())
}

/// The number of the first employee of a unit who does a work.
fn first(world: &World, unit: usize, work: Work) -> &str {
    let employees = &world.employees;
    let found = employees.iter().find(|one| one.unit == unit && one.work == work);
    found.map_or("", |employee| &employee.id)
}

/// The first unit that uses an entity's books.
fn unit_of(entity: usize) -> usize {
    UNITS.iter().position(|unit| unit.entity == entity).unwrap_or_default()
}

fn skills(world: &World, place: usize, employee: &Employee) -> String {
    let mut stream = world.stream("skills", place, 0);
    let count = match employee.work {
        Work::Sales | Work::Service => 2 + stream.below(2),
        Work::Head | Work::Marketing => 1,
        _ => return String::new(),
    };
    let mut skills: Vec<&str> = Vec::new();
    for _ in 0..count {
        let skill = stream.pick(&CATEGORIES).0;
        if !skills.contains(&skill) {
            skills.push(skill);
        }
    }
    skills.join(" ")
}

fn write_employees(run: &mut Run) {
    let Run { world, feeds, .. } = run;
    for (place, employee) in world.employees.iter().enumerate() {
        let is_head = employee.work == Work::Head;
        let manager = if is_head { "" } else { first(world, employee.unit, Work::Head) };
        let on = employee.hired.max(earlier(world.start.first(), 1));
        feeds.row(&tables::EMPLOYEES, on, |row| {
            row.text(&employee.id)
                .text(&employee.name)
                .text(&employee.name_zh)
                .text(employee.work.name())
                .text(UNITS[employee.unit].id)
                .text(ENTITIES[employee.entity].id)
                .text(&cost_centre(employee.entity, employee.work))
                .text(manager)
                .date(employee.hired)
                .none()
                .text(&employee.account())
                .text(&skills(world, place, employee));
        });
    }
}

fn write_former(run: &mut Run) {
    let Run { world, feeds, .. } = run;
    let start = world.start.first();
    for number in 0..FORMER {
        let mut stream = world.stream("former employees", number, 0);
        let unit = stream.place(UNITS.len());
        let entity = UNITS[unit].entity;
        let name = names::person(&mut stream, unit < 7);
        let left = earlier(start, 20 + stream.below(400));
        let hired = earlier(left, 500 + stream.below(3_000));
        feeds.row(&tables::EMPLOYEES, start, |row| {
            row.text(&format!("E{:04}", 21 + number))
                .text(&name.english)
                .text(&name.chinese)
                .text(Work::Sales.name())
                .text(UNITS[unit].id)
                .text(ENTITIES[entity].id)
                .text(&cost_centre(entity, Work::Sales))
                .text(first(world, unit, Work::Head))
                .date(hired)
                .date(left)
                .none()
                .text("pressure temperature");
        });
    }
}

fn write_organisation(run: &mut Run) {
    let Run { world, feeds, .. } = run;
    let on = world.start.first();
    for (place, entity) in ENTITIES.iter().enumerate() {
        feeds.row(&tables::ENTITIES, on, |row| {
            row.text(entity.id)
                .text(entity.name)
                .text(entity.name_zh)
                .text(entity.currency.code())
                .text(entity.country)
                .text(entity.city);
        });
        for (work, name) in WORKS {
            feeds.row(&tables::COST_CENTRES, on, |row| {
                row.text(&cost_centre(place, work))
                    .text(&format!("{name}, {}", entity.city))
                    .text(entity.id)
                    .text(UNITS[unit_of(place)].id)
                    .text(work.name());
            });
        }
    }
    for (place, unit) in UNITS.iter().enumerate() {
        feeds.row(&tables::UNITS, on, |row| {
            row.text(unit.id)
                .text(unit.name)
                .text(unit.name_zh)
                .text(ENTITIES[unit.entity].id)
                .text(first(world, place, Work::Head));
        });
    }
}

fn write_warehouses(run: &mut Run) {
    let Run { world, feeds, .. } = run;
    for house in WAREHOUSES {
        let keeper = first(world, unit_of(house.entity), Work::Warehouse);
        feeds.row(&tables::WAREHOUSES, world.start.first(), |row| {
            row.text(house.code)
                .text(house.name)
                .text(ENTITIES[house.entity].id)
                .text(house.city)
                .text(ENTITIES[house.entity].currency.code())
                .int(house.pallets)
                .text(keeper);
        });
    }
}
