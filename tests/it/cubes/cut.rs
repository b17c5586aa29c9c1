//! Does a question about one month read the rows of that month alone, also through a rollup of a
//! cube that is built whole?

use patron::model::cube::question::Question;
use patron::model::cube::{Answer, Opened};
use patron::query::{self, Principal};
use patron::warehouse::name::TableName;
use serde_json::{Value, json};

use super::asking::{Company, ask, lines};
use crate::support::hand;
use crate::support::world::{World, runtime};

/// Three years from January 2023, 600 buyers of whom each buys once a month for as much as the
/// buyer's number says: 180,300 a month.
const FACT: &str = r#"/*---
description = "Sales."
grain = ["sale"]
[columns]
sale = "Number."
buyer = "Who bought."
kind = "What."
sold_on = "Day."
paid = "Price."
---*/
select
    numbers.value as sale,
    cast((numbers.value - 1) % 600 + 1 as bigint) as buyer,
    case when numbers.value % 2 = 0 then 'even' else 'odd' end as kind,
    make_date(
        cast(2023 + (numbers.value - 1) / 7200 as integer),
        cast((numbers.value - 1) / 600 % 12 + 1 as integer),
        cast(numbers.value % 28 + 1 as integer)
    ) as sold_on,
    cast((numbers.value - 1) % 600 + 1 as decimal(18, 2)) as paid
from (select unnest(generate_series(1, 21600)) as value) as numbers
"#;

const CUBE: &str = r#"/*---
description = "Sales."
label = { en = "Sales" }
grain = ["sale"]
time = "sold_on"
[dimensions.buyer]
label = { en = "Buyer" }
description = "Who bought."
[dimensions.kind]
label = { en = "Kind" }
description = "What."
[dimensions.sold_on]
label = { en = "Day" }
description = "Day."
[measures.paid]
label = { en = "Paid" }
description = "Prices."
additivity = "additive"
column = "paid"
[measures.buyers]
label = { en = "Buyers" }
description = "How many."
additivity = "distinct"
column = "buyer"
[rollups.many]
dimensions = ["buyer"]
granularity = "month"
measures = ["paid", "buyers"]
[rollups.few]
dimensions = ["kind"]
granularity = "month"
measures = ["paid"]
---*/
select sale, buyer, kind, sold_on, paid
from marts.fct_sold
"#;

fn world() -> World {
    let world = World::empty();
    world.write("warehouse/systems.toml", "");
    world.write("sql/marts/fct_sold.sql", FACT);
    world.write("sql/cubes/sold.sql", CUBE);
    world.refreshed(hand::moment());
    world
}

/// The partitions of a rollup's files, with the rows of each.
fn files(world: &World, rollup: &str) -> Vec<(String, u64)> {
    let name: TableName = format!("cubes.sold__{rollup}").parse().unwrap();
    let manifest = world.home().manifest(&name, &world.release().tables[&name].manifest).unwrap();
    manifest.files.iter().map(|file| (file.partition.clone(), file.rows)).collect()
}

fn of_span(dimensions: &[&str], span: [&str; 2]) -> Value {
    json!({
        "measures": ["sold.paid"],
        "dimensions": dimensions,
        "order": [["sold.paid", "desc"]],
        "limit": 2,
        "timeDimensions": [{ "dimension": "sold.sold_on", "dateRange": span }]
    })
}

/// How often a file of a rollup is named in the plan of a question, and the rows of those files.
fn opened_files(opened: &Opened<'_>, question: &Value, month: &str) -> (usize, usize, u64) {
    let parsed = Question::parse(&question.to_string()).unwrap();
    let plan = runtime().block_on(opened.explain(&parsed)).unwrap();
    let answer: Answer = ask(opened, question).unwrap();
    let all = plan.matches(".parquet").count();
    (all, plan.matches(&format!("/{month}/")).count(), answer.parts[0].rows_scanned)
}

#[test]
fn a_question_about_a_month_reads_its_file_alone() {
    let world = world();
    let months = files(&world, "many");
    assert_eq!(months.len(), 36, "{months:?}");
    assert!(months.iter().all(|(_, rows)| *rows == 600), "{months:?}");
    assert_eq!(months[0].0, "2023-01");
    assert_eq!(months[35].0, "2025-12");
    // Of few rows the months lie behind each other in one file.
    assert_eq!(files(&world, "few"), [("all".to_owned(), 72)]);
    let company = Company::of(world.root());
    let (quick, slow) = (company.open(true), company.open(false));
    let march = of_span(&["sold.buyer"], ["2024-03-01", "2024-03-31"]);
    assert_eq!(lines(&ask(&quick, &march).unwrap()), ["600|600.00", "599|599.00"]);
    assert_eq!(opened_files(&quick, &march, "2024-03"), (1, 1, 600));
    let spring = of_span(&["sold.buyer"], ["2024-03-01", "2024-05-31"]);
    assert_eq!(opened_files(&quick, &spring, "2024-04"), (3, 1, 1800));
    let few = of_span(&["sold.kind"], ["2024-03-01", "2024-03-31"]);
    assert_eq!(opened_files(&quick, &few, "all"), (1, 1, 72));
    assert_eq!(lines(&ask(&quick, &few).unwrap()), ["even|90300.00", "odd|90000.00"]);
    for question in [march, spring, few] {
        let route = |opened: &Opened<'_>| ask(opened, &question).unwrap();
        let (with, without) = (route(&quick), route(&slow));
        assert_eq!(lines(&with), lines(&without), "{question}");
        assert_ne!(with.parts[0].routes, without.parts[0].routes, "{question}");
    }
}

/// What the engine counted while it ran: rows that left the files, and files that it opened.
#[test]
fn what_is_read_of_a_month_is_counted_by_the_engine() {
    let world = world();
    let (home, release) = (world.home(), world.release());
    let session = query::open(&home, &release, &Principal::Owner, &world.limits()).unwrap();
    let sql = "select sum(paid) from cubes.sold__many where sold_on = date '2024-03-01'";
    let frame = runtime().block_on(query::ask(&session, sql)).unwrap();
    let plan = runtime().block_on(frame.create_physical_plan()).unwrap();
    let task = session.task_ctx();
    let collecting = datafusion::physical_plan::collect(std::sync::Arc::clone(&plan), task);
    assert_eq!(runtime().block_on(collecting).unwrap().len(), 1);
    let mut leaves = Vec::new();
    let mut left = vec![plan];
    while let Some(node) = left.pop() {
        if node.children().is_empty() {
            leaves.push(std::sync::Arc::clone(&node));
        }
        left.extend(node.children().into_iter().cloned());
    }
    assert_eq!(leaves.len(), 1);
    let metrics = leaves[0].metrics().unwrap();
    assert_eq!(metrics.output_rows(), Some(600));
}

/// A rollup that is built whole keeps the files of months in which nothing changed.
#[test]
fn months_that_stay_the_same_keep_their_files() {
    let world = world();
    let paths = |world: &World| -> Vec<String> {
        let name: TableName = "cubes.sold__many".parse().unwrap();
        let hash = &world.release().tables[&name].manifest;
        let manifest = world.home().manifest(&name, hash).unwrap();
        manifest.files.iter().map(|file| file.path.clone()).collect()
    };
    let before = paths(&world);
    let dearer = FACT.replace(
        "cast((numbers.value - 1) % 600 + 1 as decimal(18, 2)) as paid",
        "cast(case when numbers.value = 21600 then 1 else (numbers.value - 1) % 600 + 1 end \
         as decimal(18, 2)) as paid",
    );
    assert_ne!(dearer, FACT);
    world.write("sql/marts/fct_sold.sql", dearer);
    world.refreshed(hand::moment() + chrono::TimeDelta::days(1));
    let after = paths(&world);
    assert_eq!(before[..35], after[..35]);
    assert_ne!(before[35], after[35]);
}
