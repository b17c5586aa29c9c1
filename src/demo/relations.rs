//! Which customers belong together, and which only look as if they did?
//!
//! Some customers are registered twice, some belong to a parent company, and some were given a name
//! or address that resembles another customer's, so that whoever compares names must look closely.

use std::collections::BTreeSet;

use super::clock::{DATA_DATE, earlier, later};
use super::company::{ENTITIES, SERVICE_ENTITY};
use super::employees;
use super::names::{self, CityStands, Parts};
use super::noise::{self, Hand};
use super::random::Stream;
use super::roles::Role;
use super::world::{Customer, World};

/// Two customers that resemble each other and are not the same.
pub(super) struct Lookalike {
    /// one, a place in the world's customers
    pub(super) one: usize,
    /// the other
    pub(super) other: usize,
    /// in what they differ or agree, as the labelled pairs say it
    pub(super) because: &'static str,
}

/// How a name is made from another customer's.
#[derive(Debug, Clone, Copy)]
enum Change {
    /// the same in another city
    City,
    /// a branch in another city, whose name holds the whole name of the company
    Branch,
    /// another company of the same words: a trading house, an engineering office
    Company(usize),
    /// one sign of the brand is another
    Brand(usize),
}

impl Change {
    fn because(self) -> &'static str {
        match self {
            Self::City => "sister company in another city",
            Self::Branch => "branch against its company",
            Self::Company(_) => "same words, other legal entity",
            Self::Brand(_) => "one meaningful sign or syllable differs",
        }
    }
}

/// What distinguishes companies of the same words.
const COMPANIES: [(&str, &str); 5] = [
    ("贸易", "Trading"),
    ("工程", "Engineering"),
    ("销售", "Sales"),
    ("科技", "Innovations"),
    ("物流", "Logistics"),
];

/// The customers that are still free to be given relations.
struct Free {
    used: BTreeSet<usize>,
    names: BTreeSet<String>,
}

impl Free {
    /// The next ordinary customer, from a place on and around, that meets a condition.
    fn next(
        &mut self,
        world: &World,
        from: usize,
        condition: impl Fn(&Customer) -> bool,
    ) -> Option<usize> {
        let count = world.scale.customers as usize;
        let found = (from..from + count).map(|place| place % count).find(|place| {
            let customer = &world.customers[*place];
            let is_free = customer.role == Role::Ordinary && !self.used.contains(place);
            is_free && condition(customer)
        })?;
        self.used.insert(found);
        Some(found)
    }
}

/// Registers some customers twice, gives some a parent, and makes some resemble others; customers
/// that join after the data date have no relations.
pub(super) fn relate(world: &mut World) {
    group(world);
    let names = world.customers.iter().map(|customer| customer.name.clone()).collect();
    let mut free = Free { used: BTreeSet::new(), names };
    duplicate(world, &mut free);
    families(world, &mut free);
    lookalikes(world, &mut free);
}

fn place(world: &World, purpose: &str, number: usize) -> usize {
    world.stream(purpose, number, 0).place(world.scale.customers as usize)
}

/// The entities abroad buy from the first one: they are its customers too.
fn group(world: &mut World) {
    let members: Vec<usize> = world.with_role(Role::Group).map(|member| member.index).collect();
    for (entity, index) in ENTITIES.iter().skip(SERVICE_ENTITY + 1).zip(members) {
        let mut stream = world.stream("group", index, 0);
        let owner = employees::salesperson(&world.employees, 0, &mut stream);
        let there = names::place_of(entity.city);
        let member = &mut world.customers[index];
        entity.name.clone_into(&mut member.name);
        member.name_en.clear();
        member.is_chinese = false;
        member.kind = "distributor";
        (member.country, member.city, member.region) = (there.country, there.city, there.region);
        member.address = names::address(&mut stream, there);
        member.tax_number = names::tax_number(&mut stream, index, there);
        member.domain = format!("lanting-{}.example", entity.country.to_lowercase());
        (member.unit, member.entity, member.owner) = (0, 0, owner);
        // The group's invoices are in the currency of whoever writes them.
        member.currency = ENTITIES[0].currency;
    }
}

fn duplicate(world: &mut World, free: &mut Free) {
    let copies: Vec<usize> = world.with_role(Role::Duplicate).map(|copy| copy.index).collect();
    for (number, copy) in copies.into_iter().enumerate() {
        let from = place(world, "duplicates", number);
        let start = world.start.first();
        let mut stream = world.stream("duplicates", number, 1);
        // Half of them Chinese, as the labelled pairs are.
        let found = free.next(world, from, |customer| {
            customer.since < start
                && customer.left.is_none()
                && customer.is_chinese == number.is_multiple_of(2)
        });
        let Some(original) = found else { continue };
        let owner =
            employees::salesperson(&world.employees, world.customers[original].unit, &mut stream);
        let source = &world.customers[original];
        let name = copied_name(source, &free.names, &mut stream);
        free.names.insert(name.clone());
        let since = later(source.since, 40 + stream.below(400)).min(earlier(DATA_DATE, 200));
        let copied = Customer {
            index: copy,
            name,
            owner,
            since,
            same_as: Some(original),
            role: Role::Duplicate,
            orders_milli: 0,
            cases_milli: 0,
            ..source.clone()
        };
        world.customers[copy] = copied;
    }
}

/// A name that sales wrote differently the second time.
fn copied_name(source: &Customer, names: &BTreeSet<String>, stream: &mut Stream) -> String {
    for _ in 0..20 {
        let written = noise::misspelt(source, Hand::Sales, false, stream);
        if !names.contains(&written.name) {
            return written.name;
        }
    }
    format!("{} ", source.name)
}

fn families(world: &mut World, free: &mut Free) {
    let count = world.scale.customers as usize * 4 / 100;
    let mut parent = None;
    for number in 0..count {
        // Every third time another parent, so that parents have up to three children.
        if number.is_multiple_of(3) {
            let from = place(world, "parents", number);
            let start = world.start.first();
            let is_chinese = !number.is_multiple_of(9);
            parent = free.next(world, from, |customer| {
                customer.since < start
                    && customer.left.is_none()
                    && customer.size != "small"
                    && customer.is_chinese == is_chinese
            });
        }
        let Some(parent) = parent else { continue };
        let from = place(world, "children", number);
        let (since, city) = (world.customers[parent].since, world.customers[parent].city);
        let is_chinese = world.customers[parent].is_chinese;
        let child = free.next(world, from, |customer| {
            customer.since > since && customer.city != city && customer.is_chinese == is_chinese
        });
        let Some(child) = child else { continue };
        let change = if number % 3 == 1 { Change::Branch } else { Change::City };
        if rename(world, free, parent, child, change) {
            world.customers[child].parent = Some(parent);
        }
    }
}

fn lookalikes(world: &mut World, free: &mut Free) {
    let count = (world.scale.customers as usize / 20).clamp(20, 100);
    for number in 0..count {
        let is_chinese = number.is_multiple_of(2);
        let from = place(world, "lookalikes", number);
        let one = free.next(world, from, |customer| {
            customer.is_chinese == is_chinese && customer.left.is_none()
        });
        let Some(one) = one else { continue };
        let city = world.customers[one].city;
        let kind = number / 2 % 4;
        let other = free.next(world, from + 1, |customer| {
            let is_other_city = customer.city != city;
            customer.is_chinese == is_chinese
                && customer.left.is_none()
                && (kind == 1 || is_other_city == (kind == 0))
        });
        let Some(other) = other else { continue };
        let change = match kind {
            0 => Change::City,
            1 => Change::Company(number),
            2 => Change::Brand(number),
            _ => {
                same_address(world, one, other);
                continue;
            }
        };
        rename(world, free, one, other, change);
    }
}

/// Both sit in the same building.
fn same_address(world: &mut World, one: usize, other: usize) {
    world.customers[other].address = world.customers[one].address.clone();
    remember(world, one, other, "same address, other company");
}

fn remember(world: &mut World, one: usize, other: usize, because: &'static str) {
    world.customers[one].is_lookalike = true;
    world.customers[other].is_lookalike = true;
    world.lookalikes.push(Lookalike { one, other, because });
}

/// Gives a customer a name made from another's, unless somebody has it already.
fn rename(world: &mut World, free: &mut Free, from: usize, onto: usize, change: Change) -> bool {
    let (source, target) = (&world.customers[from], &world.customers[onto]);
    let own = names::place_of(source.city);
    let there = names::place_of(target.city);
    let parts = names::parts(world.scale.seed, source.index, own, source.industry);
    let changed = changed(parts, change, own, there);
    let mut name = changed.name(there);
    let mut english = changed.english(there);
    if let Change::Branch = change {
        // A branch has no legal form of its own, it carries the company's whole name.
        name = if source.is_chinese {
            format!("{}{}分公司", source.name, there.city_zh)
        } else {
            format!("{}, {} Branch", source.name, there.city)
        };
        english = format!("{}, {} Branch", source.name_en, there.city);
    }
    if free.names.contains(&name) {
        return false;
    }
    free.names.insert(name.clone());
    let domain = source.domain.replace(".example", &format!("-{onto}.example"));
    let (is_chinese, industry) = (source.is_chinese, source.industry);
    let target = &mut world.customers[onto];
    target.name = name;
    target.name_en = if is_chinese { english } else { String::new() };
    target.is_chinese = is_chinese;
    target.industry = industry;
    target.domain = domain;
    remember(world, from, onto, change.because());
    true
}

fn changed(parts: Parts, change: Change, own: &names::Place, there: &names::Place) -> Parts {
    let mut parts = parts;
    if !parts.is_chinese && own.country != there.country {
        parts.form = names::usual_form(there.country);
    }
    match change {
        // Who has a sister elsewhere says where it sits.
        Change::City if parts.city_stands == CityStands::Nowhere => {
            parts.city_stands = CityStands::InBrackets;
        }
        Change::City | Change::Branch => {}
        Change::Company(number) => {
            let (zh, en) = COMPANIES[number / 8 % COMPANIES.len()];
            parts.trade_zh.push_str(zh);
            parts.trade = format!("{} {en}", parts.trade);
        }
        Change::Brand(number) => {
            if parts.is_chinese {
                (parts.brand_zh, parts.brand) = names::other_brand_zh(&parts.brand_zh, number / 8);
            } else {
                parts.brand = names::other_brand(&parts.brand, number);
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::clock::DATA_DATE;
    use super::super::world::{Scale, World};

    #[test]
    fn nobody_is_renamed_when_time_goes_on() {
        let scale = Scale::usual(400, 18, 5);
        let (now, then) =
            (World::new(scale, DATA_DATE), World::new(scale, "2027-02-10".parse().unwrap()));
        assert!(then.customers.len() > now.customers.len());
        for (one, other) in now.customers.iter().zip(&then.customers) {
            assert_eq!(
                (&one.name, &one.domain, one.since),
                (&other.name, &other.domain, other.since)
            );
        }
    }

    #[test]
    fn relations_keep_names_apart_and_time_in_order() {
        for customers in [400, 2_000] {
            let world = World::new(Scale::usual(customers, 18, 5), DATA_DATE);
            let names: BTreeSet<&str> =
                world.customers.iter().map(|customer| customer.name.as_str()).collect();
            assert_eq!(names.len(), world.customers.len());
            let copies: Vec<_> = world.customers.iter().filter(|c| c.same_as.is_some()).collect();
            assert_eq!(copies.len(), 10);
            for copy in copies {
                let original = &world.customers[copy.same_as.unwrap()];
                assert!(original.since < copy.since && original.tax_number == copy.tax_number);
            }
            let children: Vec<_> = world.customers.iter().filter(|c| c.parent.is_some()).collect();
            assert!(children.len() as u32 * 100 >= customers * 3, "{}", children.len());
            for child in children {
                let parent = &world.customers[child.parent.unwrap()];
                assert!(parent.since < child.since && parent.city != child.city);
            }
            assert!(world.lookalikes.len() >= 20, "{}", world.lookalikes.len());
        }
    }
}
