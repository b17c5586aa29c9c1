//! Do tables come about that do not fit into the memory, and are they the same as with plenty?

use std::fmt::Write;

use patron::refresh::{self, Options, Silent};

use crate::support::world::{World, chain, day, runtime};

const CONTRACT: &str = r#"description = "Visits, one row a door and moment."
system = "shop"
object = "visits.csv"
kind = "csv"
mode = "append"
month = "visited_on"
[columns.visit_id]
type = "integer"
[columns.door_name]
type = "text"
[columns.visited_on]
type = "date"
"#;

const STAGING: &str = r#"/*---
description = "Visits as the doors count them."
grain = ["visit_id"]
[shape]
visit_id = "integer"
door_name = "text"
visited_on = "date"
---*/
select visit_id, door_name, visited_on
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

/// Goes by month, so that it is built some months at a time where not all fit.
const COUNTED: &str = r#"/*---
description = "Each visit with how many came through its door in the month."
grain = ["visit_id"]
month = "visited_on"
[inputs]
"staging.stg_shop__visits" = "same_month"
[columns]
visited_on = "Day of the visit."
visit_count = "Visits through the door in the month."
---*/
select
    visit_id,
    visited_on,
    count(*) over (partition by date_trunc('month', visited_on), door_name) as visit_count
from staging.stg_shop__visits
"#;

const VISITS: usize = 1_000_000;

/// The manifests of the computed tables, built within a memory of so many MiB, or why not.
fn built(mebibytes: usize, models: &[(&str, &str)]) -> Result<Vec<String>, String> {
    let world = World::empty();
    world.write("warehouse/systems.toml", "[shop]\nkind = \"files\"\npath = \"feeds\"\n");
    world.write("warehouse/contracts/shop/visits.toml", CONTRACT);
    world.write("sql/staging/shop/stg_shop__visits.sql", STAGING);
    for (name, sql) in models {
        world.write(&format!("sql/{name}.sql"), sql);
    }
    let mut feed = "visit_id,door_name,visited_on\n".to_owned();
    for visit in 0..VISITS {
        let (door, month) = (visit % 97, 1 + visit % 6);
        writeln!(feed, "{visit},the door that bears number {door},2026-{month:02}-28").unwrap();
    }
    world.write("feeds/visits.csv", feed);
    let mut limits = world.limits();
    limits.memory_bytes = mebibytes << 20;
    let options =
        Options { only: None, wait: true, waivers: Vec::new(), anew: false, now: day(0), limits };
    let _entered = runtime().enter();
    let outcome = refresh::run(&world.project(), &options, &Silent);
    outcome.map_err(|error| chain(&error))?;
    let release = world.release();
    let computed = release.tables.values().filter(|table| table.built.is_some());
    Ok(computed.map(|table| table.manifest.clone()).collect())
}

#[test]
fn joins_that_do_not_fit_are_done_on_disk() {
    let models = [("intermediate/int_visits_kept", KEPT), ("marts/fct_visits_next", NEXT)];
    let plenty = built(512, &models).unwrap();
    assert_eq!(plenty.len(), 2);
    assert_eq!(built(64, &models).unwrap(), plenty);
    assert_eq!(built(40, &models).unwrap(), plenty);
}

#[test]
fn months_that_do_not_fit_together_are_built_one_after_the_other() {
    let models = [("marts/fct_visits_counted", COUNTED)];
    let plenty = built(4096, &models).unwrap();
    assert_eq!(plenty.len(), 1);
    assert_eq!(built(64, &models).unwrap(), plenty);
    // Only where months are built on their own is a row noticed that belongs to another one.
    let late = COUNTED.replace("    visited_on,\n", "    visited_on + 40 as visited_on,\n");
    let models = [("marts/fct_visits_counted", late.as_str())];
    assert_eq!(built(4096, &models).map(|tables| tables.len()), Ok(1));
    let refusal = built(64, &models).unwrap_err();
    assert!(refusal.contains("came from other months of its inputs"), "{refusal}");
}
