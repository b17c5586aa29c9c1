//! Do tables come about that do not fit into the memory, and are they the same as with plenty?

use std::fmt::Write;

use patron::refresh::{self, Options, Silent};

use crate::support::world::{World, chain, day, runtime};

const CONTRACT: &str = r#"description = "Visits, one row a door and moment."
system = "shop"
object = "visits.csv"
kind = "csv"
mode = "append"
[columns.visit_id]
type = "integer"
[columns.door_name]
type = "text"
"#;

const STAGING: &str = r#"/*---
description = "Visits as the doors count them."
grain = ["visit_id"]
[shape]
visit_id = "integer"
door_name = "text"
---*/
select visit_id, door_name
from shop.visits
"#;

/// Looks every visit up among all visits: as many rows on either side.
const NEXT: &str = r#"/*---
description = "Each visit with the door of the next one."
grain = ["visit_id"]
[columns]
next_door_name = "Door of the next visit; null after the last."
---*/
select this.visit_id, this.door_name, next.door_name as next_door_name
from staging.stg_shop__visits as this
left join intermediate.int_visits_kept as next
    on next.visit_id = this.visit_id + 1
"#;

const KEPT: &str = r#"/*---
description = "Visits."
grain = ["visit_id"]
---*/
select visit_id, door_name
from staging.stg_shop__visits
"#;

const VISITS: usize = 1_000_000;

/// The manifests of the computed tables, built within a memory of so many MiB.
fn built(mebibytes: usize) -> Vec<String> {
    let world = World::empty();
    world.write("warehouse/systems.toml", "[shop]\nkind = \"files\"\npath = \"feeds\"\n");
    world.write("warehouse/contracts/shop/visits.toml", CONTRACT);
    world.write("sql/staging/shop/stg_shop__visits.sql", STAGING);
    world.write("sql/intermediate/int_visits_kept.sql", KEPT);
    world.write("sql/marts/fct_visits_next.sql", NEXT);
    let mut feed = "visit_id,door_name\n".to_owned();
    for visit in 0..VISITS {
        writeln!(feed, "{visit},the door that bears number {}", visit % 97).unwrap();
    }
    world.write("feeds/visits.csv", feed);
    let mut limits = world.limits();
    limits.memory_bytes = mebibytes << 20;
    let options =
        Options { only: None, wait: true, waivers: Vec::new(), anew: false, now: day(0), limits };
    let _entered = runtime().enter();
    let outcome = refresh::run(&world.project(), &options, &Silent);
    outcome.unwrap_or_else(|error| panic!("{mebibytes} MiB: {}", chain(&error)));
    let release = world.release();
    let computed = release.tables.values().filter(|table| table.built.is_some());
    computed.map(|table| table.manifest.clone()).collect()
}

#[test]
fn joins_that_do_not_fit_are_done_on_disk() {
    let plenty = built(512);
    assert_eq!(plenty.len(), 2);
    assert_eq!(built(64), plenty);
}
