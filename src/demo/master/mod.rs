//! Which lists do the departments keep: customers, people, products, prices, accounts?

mod accounts;
mod customers;
mod lists;
mod others;
mod people;
mod products;
mod referrals;

use super::matching;
use super::run::Run;

/// Writes the lists; whoever and whatever comes or changes later waits for its day.
pub(super) fn write(run: &mut Run) {
    let pairs = matching::pairs(&run.world);
    let told = matching::told(&run.world, &pairs);
    run.answers.facts.insert("matching_pairs".to_owned(), told);
    customers::write(run);
    referrals::write(run);
    others::write(run, &matching::in_finance(&pairs));
    products::write(run);
    lists::write(run);
    accounts::write(run);
}
