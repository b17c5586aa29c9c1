//! Which customers were introduced by others?

use std::collections::BTreeSet;

use serde_json::json;

use super::super::clock::earlier;
use super::super::feeds::Feeds;
use super::super::roles::Role;
use super::super::run::Run;
use super::super::tables;
use super::super::world::{Customer, World};

/// How many chains of introductions are planted.
const CHAINS: usize = 4;
/// Customers of a chain: the first introduced the second, and so on.
const LINKS: usize = 4;

/// Writes them; a customer in `labelled` is hard to match in finance, so no chain is planted with
/// it.
pub(super) fn write(run: &mut Run, labelled: &BTreeSet<usize>) {
    let Run { world, feeds, answers } = run;
    let chains = chains(world, labelled);
    for chain in &chains {
        for link in chain.windows(2) {
            write_one(world, feeds, &world.customers[link[0]], &world.customers[link[1]]);
        }
        let ids: Vec<String> =
            chain.iter().map(|place| world.customers[*place].sales_id()).collect();
        answers.reported(
            "referral_value",
            json!({"customer": ids[0], "introduced": ids[1], "introduced_in_all": &ids[1..],
                "depth": LINKS - 1}),
        );
    }
    let mut planted: Vec<usize> = chains.into_iter().flatten().collect();
    // A prospect that was introduced has bought nothing, so its introduction is worth nothing yet.
    let prospect = world.with_role(Role::Prospect).max_by_key(|one| one.since);
    let referrer = prospect.and_then(|prospect| older(world, prospect, &planted, 0));
    if let (Some(referrer), Some(prospect)) = (referrer, prospect) {
        write_one(world, feeds, referrer, prospect);
        answers.near_miss(
            "referral_value",
            "the introduced prospect never ordered",
            json!({"customer": referrer.sales_id(), "introduced": prospect.sales_id()}),
        );
        planted.push(referrer.index);
    }
    for customer in &world.customers {
        let mut stream = world.stream("referrals", customer.index, 0);
        let is_introduced = customer.role == Role::Ordinary && stream.chance(60);
        if !is_introduced || planted.contains(&customer.index) {
            continue;
        }
        let from = stream.place(world.scale.customers as usize);
        if let Some(referrer) = older(world, customer, &planted, from) {
            write_one(world, feeds, referrer, customer);
        }
    }
}

/// Chains of customers that are there from the start, each a little longer than the next.
fn chains(world: &World, labelled: &BTreeSet<usize>) -> Vec<Vec<usize>> {
    let start = world.start.first();
    let mut known: Vec<&Customer> = world
        .with_role(Role::Ordinary)
        .filter(|customer| customer.since < start && customer.left.is_none())
        .filter(|customer| !customer.is_lookalike && !labelled.contains(&customer.index))
        .collect();
    known.sort_by_key(|customer| (customer.since, customer.index));
    known.dedup_by_key(|customer| customer.since);
    let step = (known.len() / LINKS).max(1);
    let chain = |number: usize| -> Vec<usize> {
        let places = (0..LINKS).map(|link| link * step + number * 2 + 1);
        places.filter_map(|place| known.get(place)).map(|customer| customer.index).collect()
    };
    (0..CHAINS).map(chain).filter(|chain| chain.len() == LINKS).collect()
}

/// An ordinary customer that was there before, searched from a place on.
fn older<'a>(
    world: &'a World,
    customer: &Customer,
    planted: &[usize],
    from: usize,
) -> Option<&'a Customer> {
    let count = world.scale.customers as usize;
    // Some twenty tries find one for all but the oldest.
    let mut candidates = (from..from + 20).map(|place| &world.customers[place % count]);
    candidates.find(|other| {
        other.role == Role::Ordinary
            && other.since < customer.since
            && !planted.contains(&other.index)
    })
}

fn write_one(world: &World, feeds: &mut Feeds, referrer: &Customer, referred: &Customer) {
    let mut stream = world.stream("referral notes", referred.index, 0);
    let on = earlier(referred.since, stream.below(15)).max(referrer.since);
    let note = match (referred.is_chinese, stream.below(4)) {
        (true, 0) => "老客户推荐",
        (true, 1) => "展会上由其设备主管介绍",
        (true, 2) => "同一园区企业介绍",
        (false, 0) => "recommended by its plant manager",
        (false, 1) => "introduced at the fair",
        (false, 2) => "supplier meeting",
        _ => "",
    };
    feeds.row(&tables::REFERRALS, on, |row| {
        row.text(&format!("RF-{:05}", referred.index + 1))
            .text(&referrer.sales_id())
            .text(&referred.sales_id())
            .date(on)
            .text(note);
    });
}
