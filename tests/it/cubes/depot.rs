//! How does a test get a company of seven trips, three refunds and five counts of a store, whose
//! sums a person can do by hand?

use std::sync::OnceLock;

use chrono::{DateTime, TimeZone, Utc};
use patron::model::cube::question::Question;
use patron::model::cube::{Answer, Asker, CubeError};
use patron::query::Principal;

use crate::support::world::{World, runtime, text_rows};

const TRIPS: &str = r#"/*---
description = "Trips."
grain = ["trip_id"]
[columns]
trip_id = "Number."
customer_id = "Who paid."
region = "Where."
started_on = "Day."
left_at = "When the car left."
fare_amount = "Paid."
cost_amount = "Spent."
seat_count = "Seats taken."
is_night = "Whether by night."
---*/
select
    trip_id,
    customer_id,
    region,
    started_on,
    left_at,
    cast(fare as decimal(18, 2)) as fare_amount,
    cast(cost as decimal(18, 2)) as cost_amount,
    cast(seats as bigint) as seat_count,
    is_night
from (
    values
    ('T1', 'a', 'North', date '2026-01-05', timestamp '2026-01-05 09:30:00', 10, 4, 1, false),
    ('T2', 'a', 'North', date '2026-01-31', timestamp '2026-01-31 23:30:00', 20, 8, 2, true),
    ('T3', 'b', 'South', date '2026-02-10', timestamp '2026-02-10 08:00:00', 5, 5, 1, false),
    ('T4', 'b', null, date '2026-02-11', timestamp '2026-02-11 08:15:00', -3, 1, 3, false),
    ('T5', 'c', 'South', date '2026-03-01', timestamp '2026-03-01 12:00:00', 0, 0, 2, true),
    ('T6', 'a', 'South', date '2025-01-15', timestamp '2025-01-15 07:00:00', 7.5, 2.5, 1, false),
    ('T7', null, 'North', date '2026-03-31', null, 100, 40, 4, null)
) as listed (
    trip_id, customer_id, region, started_on, left_at, fare, cost, seats, is_night
)
"#;

const REFUNDS: &str = r#"/*---
description = "Refunds."
grain = ["refund_id"]
[columns]
refund_id = "Number."
customer_id = "Who got it."
paid_on = "Day."
refund_amount = "Paid back."
---*/
select refund_id, customer_id, paid_on, cast(amount as decimal(18, 2)) as refund_amount
from (
    values
    ('R1', 'a', date '2026-01-06', 1),
    ('R2', 'd', date '2026-02-01', 2),
    ('R3', 'a', date '2026-02-03', 0.5)
) as listed (refund_id, customer_id, paid_on, amount)
"#;

const COUNTS: &str = r#"/*---
description = "Counts of what lies in stores."
grain = ["store_id", "part_id", "counted_on"]
[columns]
store_id = "The store."
part_id = "What was counted."
region = "Where the store is."
counted_on = "Day."
piece_count = "Pieces."
---*/
select store_id, part_id, region, counted_on, cast(pieces as bigint) as piece_count
from (
    values
    ('W1', 'P1', 'North', date '2026-01-10', 10),
    ('W1', 'P1', 'North', date '2026-02-20', 4),
    ('W1', 'P2', 'North', date '2026-01-20', 7),
    ('W2', 'P1', 'South', date '2026-01-31', 5),
    ('W2', 'P2', 'South', date '2026-03-15', 0)
) as listed (store_id, part_id, region, counted_on, pieces)
"#;

const TRIPS_CUBE: &str = r#"/*---
description = "Trips."
grain = ["trip_id"]
label = "Trips"
time = "started"
views = ["company"]
[dimensions]
trip = { description = "Number.", column = "trip_id" }
customer = { description = "Who paid.", column = "customer_id", shared = "customer" }
region = { description = "Where.", shared = "area" }
night = { description = "Whether by night.", column = "is_night" }
seats = { description = "Seats taken.", column = "seat_count" }
fare_paid = { description = "Paid.", column = "fare_amount" }
started = { description = "Day.", column = "started_on", shared = "day" }
left = { description = "When the car left.", column = "left_at" }
[segments]
by_night = { description = "Trips by night.", column = "is_night" }
[measures.trip_count]
description = "How many."
additivity = "additive"
aggregate = "count"
[measures.area_count]
description = "How many have a region."
additivity = "additive"
aggregate = "count"
column = "region"
[measures.fare]
description = "Paid."
additivity = "additive"
column = "fare_amount"
over_time = [
    "previous_period", "year_before", "year_to_date", "rolling_2_months", "month_to_date"
]
[measures.cost]
description = "Spent."
additivity = "additive"
column = "cost_amount"
[measures.lowest]
description = "Lowest fare."
additivity = "additive"
aggregate = "min"
column = "fare_amount"
[measures.latest]
description = "Last day."
additivity = "additive"
aggregate = "max"
column = "started_on"
[measures.cost_share]
description = "Cost of the fare."
additivity = "ratio"
numerator = "cost"
denominator = "fare"
over_time = ["previous_period"]
[measures.customers]
description = "Different customers."
additivity = "distinct"
column = "customer_id"
over_time = ["year_to_date", "previous_period"]
[measures.middle_fare]
description = "Middle fare."
additivity = "none"
aggregate = "median"
column = "fare_amount"
over_time = ["year_to_date"]
[measures.middle_seats]
description = "Middle seats."
additivity = "none"
aggregate = "median"
column = "seat_count"
---*/
select * from marts.fct_trips as trips
"#;

const REFUNDS_CUBE: &str = r#"/*---
description = "Refunds."
grain = ["refund_id"]
label = "Refunds"
time = "day"
views = ["company"]
[dimensions]
customer = { description = "Who got it.", column = "customer_id", shared = "customer" }
day = { description = "Day.", column = "paid_on", shared = "day" }
[measures.refunded]
description = "Paid back."
additivity = "additive"
column = "refund_amount"
over_time = ["previous_period"]
[measures.refunded_share]
description = "Of what was paid back."
additivity = "ratio"
numerator = "refunded"
denominator = "refunded"
---*/
select refund_id, customer_id, paid_on, refund_amount from marts.fct_refunds
"#;

const STORE_CUBE: &str = r#"/*---
description = "What lies in stores."
grain = ["store_id", "part_id", "counted_on"]
label = "Stores"
time = "counted"
views = ["company"]
[dimensions]
store = { description = "The store.", column = "store_id" }
part = { description = "What was counted.", column = "part_id" }
region = { description = "Where the store is.", shared = "area" }
counted = { description = "Day.", column = "counted_on", shared = "day" }
[measures.pieces]
description = "Pieces at the end."
additivity = "semi_additive"
column = "piece_count"
keep = "last"
member = ["store_id", "part_id"]
max_age_days = 45
over_time = ["previous_period"]
[measures.pieces_before]
description = "Pieces at the beginning."
additivity = "semi_additive"
column = "piece_count"
keep = "first"
member = ["store_id", "part_id"]
max_age_days = 45
[measures.pieces_held]
description = "Pieces on average."
additivity = "semi_additive"
column = "piece_count"
keep = "average"
member = ["store_id", "part_id"]
max_age_days = 45
[measures.counts]
description = "How many counts."
additivity = "additive"
aggregate = "count"
---*/
select store_id, part_id, region, counted_on, piece_count from marts.fct_counts
"#;

/// The company, loaded once.
pub fn depot() -> &'static World {
    static DEPOT: OnceLock<World> = OnceLock::new();
    DEPOT.get_or_init(|| {
        let world = World::empty();
        world.write("warehouse/systems.toml", "");
        for (name, text) in [
            ("marts/fct_trips", TRIPS),
            ("marts/fct_refunds", REFUNDS),
            ("marts/fct_counts", COUNTS),
            ("cubes/trips", TRIPS_CUBE),
            ("cubes/refunds", REFUNDS_CUBE),
            ("cubes/stores", STORE_CUBE),
        ] {
            world.write(&format!("sql/{name}.sql"), text);
        }
        world.refreshed(moment());
        world
    })
}

/// When it was loaded, which is the data date too.
pub fn moment() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 4, 2, 6, 0, 0).unwrap()
}

/// The answer to a question in JSON.
pub fn answer(world: &World, question: &str) -> Result<Answer, CubeError> {
    let question = Question::parse(question)?;
    let (project, home, limits) = (world.project(), world.home(), world.limits());
    let release = home.latest().unwrap().expect("a release");
    let asker = Asker {
        project: &project,
        home: &home,
        release: &release,
        principal: &Principal::Owner,
        limits: &limits,
        has_rollups: true,
    };
    runtime().block_on(asker.ask(&question))
}

/// The rows of an answer, each as one text; those of several spans with a line between.
pub fn rows(answer: &Answer) -> Vec<String> {
    let of_part = |part: &patron::model::cube::Part| -> Vec<String> {
        text_rows(&part.batches).iter().map(|row| row.join(" ")).collect()
    };
    let parts: Vec<Vec<String>> = answer.parts.iter().map(of_part).collect();
    parts.join(&"--".to_owned())
}

/// The rows that answer a question.
pub fn told(question: &str) -> Vec<String> {
    let answer = answer(depot(), question);
    rows(&answer.unwrap_or_else(|error| panic!("{question}\n{error}")))
}

/// Why a question has no answer.
pub fn refused(question: &str) -> String {
    match answer(depot(), question) {
        Ok(answer) => panic!("{question}\nis answered: {:?}", rows(&answer)),
        Err(error) => error.to_string(),
    }
}
