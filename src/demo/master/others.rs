//! How do the departments beside sales list customers, each under its own numbers and names?

use std::collections::BTreeSet;

use serde_json::json;

use super::super::company::{Currency, ENTITIES};
use super::super::names;
use super::super::noise::{self, Hand};
use super::super::roles::Role;
use super::super::run::Run;
use super::super::tables;
use super::super::world::{Customer, World};
use super::{customers, people};

/// Writes the lists; a customer in `labelled` has a record in finance that a labelled pair names.
pub(super) fn write(run: &mut Run, labelled: &BTreeSet<usize>) {
    write_service(run);
    write_debtors(run, labelled);
    write_people(run);
}

fn write_service(run: &mut Run) {
    let Run { world, feeds, .. } = run;
    for customer in &world.customers {
        if matches!(customer.role, Role::Group | Role::Duplicate | Role::Prospect) {
            continue;
        }
        let mut stream = world.stream("service customers", customer.index, 0);
        // What is planted must be found, so those customers are known by their tax number.
        let has_tax_number = customer.role != Role::Ordinary || stream.chance(650);
        let has_city = stream.chance(900);
        let has_street = stream.chance(850);
        let name = noise::written(world, customer, Hand::Service, 0).name;
        let mut line = json!({
            "id": customer.service_id(),
            "company": name,
            "address": {},
            "tax_number": null,
            "phone": people::phone(&mut stream, customer.country),
            "since": customer.since.to_string(),
        });
        if has_city {
            line["address"]["city"] = customer.city.into();
        }
        if has_street {
            line["address"]["street"] = customer.address.as_str().into();
        }
        if has_tax_number {
            line["tax_number"] = customer.tax_number.as_str().into();
        }
        feeds.json(&tables::SERVICE_CUSTOMERS, customer.since, &line);
    }
}

/// By what bookkeeping can be matched with sales.
struct Known {
    /// whether the number in sales was copied
    by_number: bool,
    /// whether the tax number is there
    by_tax_number: bool,
}

fn known(world: &World, customer: &Customer, is_labelled: bool) -> Known {
    let mut stream = world.stream("debtors known", customer.index, 0);
    let is_copied = !stream.chance(120);
    let is_taxed = stream.chance(920);
    let is_second = stream.chance(500);
    match customer.role {
        Role::Ordinary if is_labelled => Known { by_number: false, by_tax_number: is_second },
        Role::Ordinary => Known { by_number: is_copied, by_tax_number: is_taxed },
        Role::Duplicate => Known { by_number: false, by_tax_number: true },
        _ => Known { by_number: true, by_tax_number: true },
    }
}

fn write_debtors(run: &mut Run, labelled: &BTreeSet<usize>) {
    let Run { world, feeds, .. } = run;
    for customer in &world.customers {
        if customer.role == Role::Prospect {
            continue;
        }
        let known = known(world, customer, labelled.contains(&customer.index));
        let mut stream = world.stream("debtors", customer.index, 0);
        let name = noise::written(world, customer, Hand::Finance, 0).name;
        let city = names::place_of(customer.city).city_zh;
        let city = if customer.is_chinese && !city.is_empty() { city } else { customer.city };
        let has_city = stream.chance(930);
        let is_blocked = customer.left.is_some() && stream.chance(120);
        // The bookkeeping's limits are in its own currency.
        let limit = customers::credit_limit(world, customer)
            * match customer.currency {
                Currency::Cny => 100,
                Currency::Eur => 780,
                Currency::Usd => 710,
            };
        // The package leaves no field empty where it asks for a number: 无 is none.
        let none = if stream.chance(500) { "无" } else { "" };
        let tax_number = if known.by_tax_number { customer.tax_number.as_str() } else { none };
        let number = if known.by_number { customer.sales_id() } else { String::new() };
        feeds.row(&tables::DEBTORS, customer.since, |row| {
            row.text(&customer.debtor_id())
                .text(&name)
                .text(tax_number)
                .text(&noise::without_accents(if has_city { city } else { "" }))
                .text(&noise::without_accents(&customer.address))
                .money(limit)
                .int(i64::try_from(customer.payment_terms()).unwrap_or(30))
                .flag(is_blocked)
                .flag(customer.role == Role::Group)
                .text(ENTITIES[customer.entity].id)
                .text(&number)
                .date(customer.since);
        });
    }
}

fn write_people(run: &mut Run) {
    let Run { world, feeds, .. } = run;
    for customer in &world.customers {
        if matches!(customer.role, Role::Group | Role::Duplicate) {
            continue;
        }
        for (place, person) in people::of(world, customer).into_iter().enumerate() {
            let mut stream = world.stream("marketing people", customer.index, place as u64);
            let has_city = stream.chance(880);
            let has_address = stream.chance(450);
            let source = *stream.pick(&["fair", "website", "sales", "webinar", "newsletter"]);
            let written = noise::written(world, customer, Hand::Marketing, place);
            feeds.row(&tables::PEOPLE, customer.since, |row| {
                row.text(&customer.person_id(place))
                    .text(&written.name)
                    .text(if has_city { customer.city } else { "" })
                    .text(if has_address { &customer.address } else { "" })
                    .text(&person.name)
                    .text(person.title)
                    .text(&person.email)
                    .text(&person.phone)
                    .text(source)
                    .date(customer.since);
            });
        }
    }
}
