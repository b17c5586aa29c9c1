//! Has every generated company all that a company of the proof must have?
//!
//! The warehouse is asked, not the generator: what was written and never arrived would prove
//! nothing.

use std::collections::BTreeMap;

use super::sums::{Place, Sums};
use super::trade::CLASSES;
use crate::support::world::World;

/// A company in SQL, by the numbers of its entities and of its customers.
const BY_ENTITY: &str = "(cast(substr(entity_id, 3) as bigint) - 1) / 3";
const BY_CUSTOMER: &str = "cast(substr(local_id, 2, 5) as bigint) / 3000";

/// What each must have: its name, how many at least, and how the warehouse counts them.
fn musts() -> [(&'static str, usize, String); 7] {
    let of_profit = |count: &str, wanted: &str| {
        format!("select {BY_ENTITY}, {count} from marts.fct_profit_lines where {wanted} group by 1")
    };
    let of_numbers = |wanted: &str| {
        format!(
            "select {BY_CUSTOMER}, count(distinct customer_id) from marts.dim_customer_identities
             where source_system = 'sales' and is_current and {wanted} group by 1"
        )
    };
    [
        ("customers", 50, of_numbers("true")),
        ("merged customers", 1, of_numbers("change_kind = 'merge'")),
        ("currencies", 3, of_profit("count(distinct functional_currency_code)", "true")),
        (
            "returns",
            1,
            of_profit(
                "count(*)",
                "bucket = 'customer' and account_id = '6010' and functional_amount < 0",
            ),
        ),
        (
            "unused capacity",
            1,
            of_profit("count(*)", "bucket = 'unused_capacity' and functional_amount < 0"),
        ),
        (
            "over-used capacity",
            1,
            format!(
                "select {BY_ENTITY}, count(*) from marts.fct_allocations
                 where is_overused and used_quantity > practical_quantity group by 1"
            ),
        ),
        (
            "classes of difference",
            CLASSES.len(),
            format!(
                "select {BY_ENTITY}, count(distinct difference_class)
                 from marts.fct_reconciliation_items where difference_class <> '' group by 1"
            ),
        ),
    ]
}

/// Panics where a company of the warehouse has too little of something.
pub fn has_what_it_must(world: &World, companies: usize) {
    for (what, least, sql) in musts() {
        let number = |text: &String| text.parse::<usize>().unwrap_or_else(|_| panic!("{text}"));
        let found: BTreeMap<usize, usize> =
            world.rows(&sql).iter().map(|row| (number(&row[0]), number(&row[1]))).collect();
        for company in 0..companies {
            let count = found.get(&company).copied().unwrap_or_default();
            assert!(count >= least, "company {company} has {count} {what}, not {least}: {found:?}");
        }
    }
}

/// Panics where nothing came late for a closed entity of a company: where the ledger of the closed
/// period is what it was.
pub fn has_late_rows(
    before: &Sums,
    now: &Sums,
    is_closed: &dyn Fn(&Place) -> bool,
    companies: usize,
) {
    for company in 0..companies {
        let is_own = |place: &Place| (place.1[2..].parse::<usize>().unwrap() - 1) / 3 == company;
        let is_late = |place: &&Place| is_own(place) && now.get(*place) != before.get(*place);
        let late = now.keys().filter(|place| is_closed(place)).filter(is_late).count();
        assert!(late > 0, "company {company} has no late row in a closed period");
    }
}
