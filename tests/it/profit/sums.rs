//! Does the warehouse hold every cent of a generated company's ledger, and each planted difference?

use std::collections::{BTreeMap, BTreeSet};

use super::books::{Books, name_of};
use super::money::{Cents, ten_thousandths};
use super::trade::Planted;
use crate::support::dice::Dice;
use crate::support::world::World;

/// Where every amount must lie.
const BUCKETS: [&str; 4] = ["customer", "unassigned", "unused_capacity", "out_of_scope"];

/// Period, entity and account.
pub type Place = (String, String, String);

/// Functional and reporting amounts in ten-thousandths.
pub type Sums = BTreeMap<Place, [i64; 2]>;

/// The ledger's sums as generated.
pub fn of_ledger(books: &Books) -> Sums {
    let name = |(period, entity, account): (String, usize, &str)| {
        (period, name_of(entity), account.to_owned())
    };
    let sums = books.profit().into_iter();
    sums.map(|(place, amounts)| (name(place), amounts.map(|cents| cents * 100))).collect()
}

/// The sums over all buckets of the table of profit.
pub fn of_profit(world: &World, dice: &mut Dice) -> Sums {
    let sql = "select period_id, entity_id, account_id, bucket,
            cast(sum(functional_amount) as decimal(18, 4)),
            cast(sum(reporting_amount) as decimal(18, 4))
        from marts.fct_profit_lines
        group by period_id, entity_id, account_id, bucket";
    let mut sums = Sums::new();
    for row in world.rows(sql) {
        let [period, entity, account, bucket, functional, reporting] = row.try_into().unwrap();
        let place = BUCKETS.iter().find(|known| **known == bucket);
        dice.hit(place.unwrap_or_else(|| panic!("`{bucket}` is no bucket")));
        let sum = sums.entry((period, entity, account)).or_default();
        sum[0] += ten_thousandths(&functional);
        sum[1] += ten_thousandths(&reporting);
    }
    sums
}

/// Panics with every place where two sums differ.
pub fn same(expected: &Sums, found: &Sums, when: &str) {
    let is_there = |sum: &&[i64; 2]| **sum != [0, 0];
    let places: BTreeSet<_> = expected.keys().chain(found.keys()).collect();
    let differ: Vec<String> = places
        .into_iter()
        .filter_map(|place| {
            let one = expected.get(place).filter(is_there);
            let other = found.get(place).filter(is_there);
            (one != other).then(|| format!("{place:?}: ledger {one:?}, profit {other:?}"))
        })
        .collect();
    assert!(differ.is_empty(), "{when}, in ten-thousandths:\n{}", differ.join("\n"));
    assert!(!expected.is_empty(), "there is a ledger");
}

/// Every planted difference is found with its class and amount, and no other. That books agree in
/// the entity's currency and not in the group's, because rates of three currencies never agree to
/// the cent, is found too and was not planted.
pub fn differences<'a>(world: &World, planted: impl Iterator<Item = &'a Planted>) {
    let sql = "select document_id, difference_class,
            cast(sum(difference_functional_amount) as decimal(18, 4)),
            cast(sum(difference_reporting_amount) as decimal(18, 4))
        from marts.fct_reconciliation_items
        where difference_class <> ''
        group by document_id, difference_class";
    let found: BTreeSet<(String, String, [i64; 2])> = world
        .rows(sql)
        .into_iter()
        .map(|row| {
            let [document, class, functional, reporting] = row.try_into().unwrap();
            (document, class, [ten_thousandths(&functional), ten_thousandths(&reporting)])
        })
        .collect();
    let wanted = |one: &Planted| {
        let amounts = one.difference.map(|cents: Cents| cents * 100);
        (one.document.clone(), one.class.to_owned(), amounts)
    };
    let expected: BTreeSet<_> = planted.map(wanted).collect();
    let missing: Vec<_> = expected.difference(&found).collect();
    let is_of_rates = |(_, class, [functional, _]): &(String, String, [i64; 2])| {
        class == "currency_or_rounding" && *functional == 0
    };
    let beyond: Vec<_> = found.difference(&expected).filter(|one| !is_of_rates(one)).collect();
    assert!(
        missing.is_empty() && beyond.is_empty(),
        "planted and not found:\n{missing:#?}\nfound and not planted:\n{beyond:#?}"
    );
}
