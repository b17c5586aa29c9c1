//! Does the server answer what is asked, to those who may ask, and stay up under all others?

mod accounts;
pub mod answers;
mod caching;
pub mod callers;
pub mod clients;
mod company;
mod cube;
mod formats;
mod hosts;
mod killers;
mod limits;
mod listings;
mod matrix;
mod policies;
mod refreshing;
mod roles;
mod sessions;
mod sql;
mod tls;
mod tokens;
mod writing;

use std::sync::OnceLock;

use url::form_urlencoded::byte_serialize;

use crate::cubes::kiosk::kiosk;
use crate::support::world::{World, day};

/// Sums by town, with a text that is given and a last day that is called like a word of ours.
const TOWNS: &str = r#"/*---
description = "What did each town take?"
grain = ["town"]
label = { en = "Takings by town", "zh-CN" = "各城市营业额" }

[parameters.said]
type = "text"
default = "nothing"
description = "Anything, shown as it is."

[parameters.as_of]
type = "date"
default = "2099-12-31"
description = "The last day that counts."

[labels."zh-CN"]
town = "城市"
amount = "金额"

[units]
amount = "reporting_currency"
---*/
select
    coalesce(taken.town, '-') as town,
    cast(sum(taken.amount) as decimal(18, 2)) as amount,
    max(taken.sold_on) as last_on,
    count(*) as sales,
    max($said) as said
from marts.fct_taken as taken
where taken.sold_on <= $as_of
group by coalesce(taken.town, '-')
order by coalesce(taken.town, '-')
"#;

/// Seven to the power of six rows: 117,649.
const MANY: &str = r#"/*---
description = "Which six sales go together?"
---*/
select
    one.sale_id as one,
    two.sale_id as two,
    three.sale_id as three,
    four.sale_id as four,
    five.sale_id as five,
    six.sale_id as six
from marts.fct_taken as one
cross join marts.fct_taken as two
cross join marts.fct_taken as three
cross join marts.fct_taken as four
cross join marts.fct_taken as five
cross join marts.fct_taken as six
"#;

/// A question that is not answered while a test runs.
const SLOW: &str = r#"/*---
description = "How far can be counted?"
---*/
with recursive counted as (
    select cast(min(sale_id) as bigint) as number from marts.fct_taken
    union all
    select number + 1 as number from counted where number < 1000000000
)

select max(number) as last from counted
"#;

/// The kiosks with reports, not loaded yet.
pub fn market() -> World {
    let world = kiosk();
    world.write("sql/reports/towns.sql", TOWNS);
    world.write("sql/reports/many.sql", MANY);
    world.write("sql/reports/slow.sql", SLOW);
    world
}

/// The same with a release, which all tests share and none changes.
pub fn shared() -> &'static World {
    static SHARED: OnceLock<World> = OnceLock::new();
    SHARED.get_or_init(|| {
        let world = market();
        world.refreshed(day(0));
        world
    })
}

/// A text as it stands behind `?`.
fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

/// The address of an answer to a question of cubes.
fn load(question: &str) -> String {
    format!("/cubejs-api/v1/load?query={}", encoded(question))
}
