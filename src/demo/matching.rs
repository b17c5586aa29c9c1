//! Which records of two systems are the same customer, and which only look so?
//!
//! The labelled pairs measure whoever matches names. Each names both records as their systems hold
//! them, so that a pair can be looked up.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::noise::{self, Hand};
use super::relations::Lookalike;
use super::roles::Role;
use super::world::{Customer, World};

/// The systems beside sales in which customers have other numbers.
const HANDS: [Hand; 3] = [Hand::Finance, Hand::Service, Hand::Marketing];

/// Two records, the first of them in sales.
pub(super) struct Pair {
    /// the customer of the first record, a place in the world's customers
    pub(super) left: usize,
    /// the customer of the second record
    pub(super) right: usize,
    /// whose the second record is
    pub(super) hand: Hand,
    /// in what the two differ though they look alike; nothing where they match
    because: Option<&'static str>,
    /// in what the second name differs from the registered one
    rules: Vec<&'static str>,
    /// the second name
    name: String,
}

impl Pair {
    /// Whether both records are the same customer.
    pub(super) fn is_match(&self) -> bool {
        self.because.is_none()
    }

    fn told(&self, world: &World) -> Value {
        let (left, right) = (&world.customers[self.left], &world.customers[self.right]);
        let system = system(self.hand);
        json!({
            "systems": format!("sales-{system}"),
            "left": {"system": "sales", "id": left.sales_id(), "name": left.name},
            "right": {"system": system, "id": local_id(right, self.hand), "name": self.name},
            "is_match": self.is_match(),
            "language": if left.is_chinese { "zh" } else { "en" },
            "difference": self.because,
            "rules": self.rules,
        })
    }
}

/// The name of a department's system.
fn system(hand: Hand) -> &'static str {
    match hand {
        Hand::Finance => "finance",
        Hand::Service => "service",
        Hand::Marketing => "marketing",
        Hand::Sales => "sales",
    }
}

/// The number of a customer's first record in a system.
fn local_id(customer: &Customer, hand: Hand) -> String {
    match hand {
        Hand::Finance => customer.debtor_id(),
        Hand::Service => customer.service_id(),
        Hand::Marketing => customer.person_id(0),
        Hand::Sales => customer.sales_id(),
    }
}

/// How many pairs match and how many do not.
fn counts(customers: u32) -> (usize, usize) {
    let all = (500 * customers as usize / 1_000).clamp(200, 500);
    (all * 3 / 5, all - all * 3 / 5)
}

/// The labelled pairs: half of them Chinese.
pub(super) fn pairs(world: &World) -> Vec<Pair> {
    let (matching, other) = counts(world.scale.customers);
    let mut pairs = Vec::new();
    for is_chinese in [true, false] {
        matches(world, is_chinese, matching / 2, &mut pairs);
        near_misses(world, is_chinese, other / 2, &mut pairs);
    }
    pairs
}

/// The pairs as the answers tell them.
pub(super) fn told(world: &World, pairs: &[Pair]) -> Value {
    pairs.iter().map(|pair| pair.told(world)).collect()
}

fn matches(world: &World, is_chinese: bool, count: usize, pairs: &mut Vec<Pair>) {
    let mut found: Vec<Pair> = Vec::new();
    let copies = world.with_role(Role::Duplicate).filter(|copy| copy.is_chinese == is_chinese);
    for copy in copies {
        let Some(original) = copy.same_as else { continue };
        found.push(Pair {
            left: original,
            right: copy.index,
            hand: Hand::Sales,
            because: None,
            rules: vec!["registered_twice"],
            name: copy.name.clone(),
        });
    }
    let customers = &world.customers[..world.scale.customers as usize];
    let mut candidates: Vec<(u64, usize, Hand)> = Vec::new();
    for customer in customers {
        if customer.role == Role::Ordinary && customer.is_chinese == is_chinese {
            for hand in HANDS {
                let order = world.stream("pairs", customer.index, hand as u64).next();
                candidates.push((order, customer.index, hand));
            }
        }
    }
    candidates.sort_unstable();
    for (_, index, hand) in candidates {
        if found.len() >= count {
            break;
        }
        let written = noise::written(world, &customers[index], hand, 0);
        if !written.rules.is_empty() {
            found.push(Pair {
                left: index,
                right: index,
                hand,
                because: None,
                rules: written.rules,
                name: written.name,
            });
        }
    }
    pairs.append(&mut found);
}

fn near_misses(world: &World, is_chinese: bool, count: usize, pairs: &mut Vec<Pair>) {
    let alike = interleaved(world, is_chinese);
    // Each of two that look alike stands on either side, and the systems change from one to the
    // next, so that each has its share.
    let hands = [Hand::Finance, Hand::Service, Hand::Marketing, Hand::Sales];
    let mut found = 0;
    for round in 0..8 {
        let is_turned = (round + round / 4) % 2 == 1;
        for (place, pair) in alike.iter().enumerate() {
            let hand = hands[(place + round) % 4];
            if found >= count {
                return;
            }
            // Within sales two records are one pair, whichever stands first.
            if hand == Hand::Sales && round >= 4 {
                continue;
            }
            let (left, right) =
                if is_turned { (pair.other, pair.one) } else { (pair.one, pair.other) };
            let written = match hand {
                Hand::Sales => noise::registered(&world.customers[right]),
                _ => noise::written(world, &world.customers[right], hand, 0),
            };
            pairs.push(Pair {
                left,
                right,
                hand,
                because: Some(pair.because),
                rules: written.rules,
                name: written.name,
            });
            found += 1;
        }
    }
}

/// Who looks alike in a language, one of each way of looking alike after the other.
fn interleaved(world: &World, is_chinese: bool) -> Vec<&Lookalike> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut alike = Vec::new();
    for pair in &world.lookalikes {
        if world.customers[pair.one].is_chinese == is_chinese {
            let rank = seen.entry(pair.because).or_default();
            alike.push((*rank, pair));
            *rank += 1;
        }
    }
    alike.sort_by_key(|(rank, pair)| (*rank, pair.because));
    alike.into_iter().map(|(_, pair)| pair).collect()
}

/// The customers whose record in finance must be matched by tax number or name, because the pair is
/// labelled.
pub(super) fn in_finance(pairs: &[Pair]) -> BTreeSet<usize> {
    let finance = pairs.iter().filter(|pair| pair.hand == Hand::Finance);
    finance.map(|pair| pair.right).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::clock::DATA_DATE;
    use super::super::world::{Scale, World};
    use super::{Hand, local_id, pairs};

    #[test]
    fn labels_agree_with_the_world() {
        for (customers, expected) in [(400, 200), (1_000, 500), (2_000, 500)] {
            let world = World::new(Scale::usual(customers, 18, 1), DATA_DATE);
            let pairs = pairs(&world);
            let matching = pairs.iter().filter(|pair| pair.is_match()).count();
            assert_eq!((pairs.len(), matching), (expected, expected * 3 / 5), "{customers}");
            let mut seen = BTreeSet::new();
            let identity = |place: usize| world.customers[place].same_as.unwrap_or(place);
            for pair in &pairs {
                assert_eq!(pair.is_match(), identity(pair.left) == identity(pair.right));
                let id = local_id(&world.customers[pair.right], pair.hand);
                assert!(seen.insert((pair.left, pair.hand, id)), "{}", pair.name);
                assert!(pair.hand != Hand::Sales || pair.left != pair.right);
            }
            let chinese = |is_match: bool| {
                let found = pairs.iter().filter(|pair| {
                    pair.is_match() == is_match && world.customers[pair.left].is_chinese
                });
                found.count() * 2
            };
            assert_eq!((chinese(true), chinese(false)), (expected * 3 / 5, expected * 2 / 5));
        }
    }
}
