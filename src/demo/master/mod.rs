//! Which lists do the departments keep: customers, people, products, prices, accounts?

mod accounts;
mod customers;
mod lists;
mod others;
pub(super) mod people;
mod products;
mod referrals;

use super::matching;
use super::run::Run;

/// Writes the lists; whoever and whatever comes or changes later waits for its day.
pub(super) fn write(run: &mut Run) {
    let pairs = matching::pairs(&run.world);
    let told = matching::told(&run.world, &pairs);
    run.answers.facts.insert("matching_pairs".to_owned(), told);
    let labelled = matching::in_finance(&pairs);
    customers::write(run);
    referrals::write(run, &labelled);
    others::write(run, &labelled);
    products::write(run);
    lists::write(run);
    accounts::write(run);
}
