//! Whom do rollups answer, and as the cube's own query would?

use std::collections::BTreeMap;
use std::sync::Arc;

use patron::engine::Limits;
use patron::model::access::rules;
use patron::model::cube::head::{Rollup, RollupGranularity};
use patron::model::cube::members::Cube;
use patron::model::cube::{Answer, Asker, Opened};
use patron::query::policy::Access;
use patron::query::{Principal, Rules};
use patron::warehouse::Home;
use patron::warehouse::project::Project;
use patron::warehouse::release::Release;
use serde_json::{Value, json};

use super::twins::{ACCESS, member};
use crate::cubes::asking::{ask, lines, told};
use crate::support::dice::Dice;
use crate::support::hand;
use crate::support::world::{World, day, runtime};

/// How many questions are asked as somebody of each role.
const QUESTIONS: usize = 60;

/// The roles of the standard project that see business data, each with what is known of somebody.
const ROLES: [(&str, &[(&str, &str)]); 5] = [
    ("group_management", &[]),
    ("unit_head", &[("business_unit_id", "BU1"), ("business_unit_id", "BU3")]),
    ("unit_administrator", &[("business_unit_id", "BU2")]),
    ("salesperson", &[("employee_id", "E01"), ("employee_id", "E02")]),
    ("finance", &[]),
];

/// A release and who asks it.
struct Scene {
    project: Project,
    home: Home,
    release: Arc<Release>,
    limits: Limits,
}

impl Scene {
    fn of(world: &World) -> Self {
        let (project, home, release) = (world.project(), world.home(), world.release());
        // One thread gives rows that nothing orders always in the same order.
        Self { project, home, release, limits: Limits { threads: 1, ..world.limits() } }
    }

    fn open<'a>(&'a self, principal: &'a Principal, has_rollups: bool) -> Opened<'a> {
        let Self { project, home, release, limits } = self;
        Asker { project, home, release, principal, limits, has_rollups }.open().unwrap()
    }
}

/// A question that a rollup of a cube may answer.
fn question(dice: &mut Dice, cube: &Cube, rollup: &Rollup) -> Value {
    let named = |name: &String| format!("{}.{name}", cube.name());
    let mut some = |from: &[String], least: usize, most: usize| {
        let mut from = from.to_vec();
        dice.shuffle(&mut from);
        from.truncate(least + dice.below(most));
        from
    };
    let measures = some(&rollup.measures, 1, 3);
    let dimensions = some(&rollup.dimensions, 0, 3);
    let filtered = some(&rollup.dimensions, 1, 1);
    let mut asked = json!({
        "measures": measures.iter().map(named).collect::<Vec<_>>(),
        "dimensions": dimensions.iter().map(named).collect::<Vec<_>>(),
    });
    if let (Some(time), Some(size)) = (&cube.file.head.time, rollup.granularity)
        && !dice.one_in(3)
    {
        let sizes = match size {
            RollupGranularity::Day => ["day", "week", "month", "year"],
            _ => ["month", "quarter", "year", "month"],
        };
        let mut cut = json!({"dimension": named(time), "granularity": *dice.pick(&sizes)});
        if dice.one_in(2) {
            cut["dateRange"] = json!(*dice.pick(&["last year", "this year", "last 6 months"]));
        }
        asked["timeDimensions"] = json!([cut]);
    }
    if dice.one_in(3) {
        let operator = *dice.pick(&["set", "notSet"]);
        asked["filters"] = json!([{"member": named(&filtered[0]), "operator": operator}]);
    }
    if dice.one_in(3) {
        asked["total"] = json!(true);
    }
    if dice.one_in(4) {
        asked["limit"] = json!(1 + dice.below(4));
    }
    asked
}

/// The rollups that answered, as `cube.rollup`.
fn routes(answer: &Answer) -> Vec<String> {
    let all = answer.parts.iter().flat_map(|part| &part.routes);
    let named = all.flat_map(|(cube, names)| names.iter().map(move |name| (cube, name)));
    let rollups = named.filter(|(_, name)| *name != "base");
    rollups.map(|(cube, name)| format!("{cube}.{name}")).collect()
}

fn rows(answer: &Answer) -> Vec<Value> {
    answer.parts.iter().map(told).collect()
}

#[test]
fn rollups_answer_every_role_as_the_cubes_own_queries_do() {
    let mut dice = Dice::of("rollups_answer_every_role_as_the_cubes_own_queries_do");
    let scene = Scene::of(hand::shared());
    let access = Access::read(&hand::repository("")).unwrap();
    let owner = scene.open(&Principal::Owner, true);
    for (role, attributes) in ROLES {
        let known = access.roles.get(role);
        let known = rules(&scene.project, &access, known, &scene.limits);
        let principal = member(runtime().block_on(known).unwrap(), &[role], attributes);
        let (quick, slow) = (scene.open(&principal, true), scene.open(&principal, false));
        let is_meant = |cube: &&Cube| !cube.file.head.rollups.is_empty();
        let seen: Vec<&Cube> = quick.cubes.cubes().filter(is_meant).collect();
        let all = seen
            .iter()
            .flat_map(|cube| cube.file.head.rollups.values().map(move |one| (*cube, one)));
        let all: Vec<(&Cube, &Rollup)> = all.collect();
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let (mut by_rollups, mut full, mut narrowed) = (0, 0, 0);
        for number in 0..QUESTIONS {
            let (cube, rollup) = all[number % all.len()];
            let asked = question(&mut dice, cube, rollup);
            let told = ask(&quick, &asked).unwrap_or_else(|error| panic!("{asked}: {error}"));
            let base = ask(&slow, &asked).unwrap();
            assert_eq!(rows(&told), rows(&base), "{role} {asked}");
            assert_eq!(routes(&base), [""; 0], "{role} {asked}");
            by_rollups += usize::from(!routes(&told).is_empty());
            full += usize::from(told.parts.iter().any(|part| !part.batches.is_empty()));
            narrowed += usize::from(rows(&told) != rows(&ask(&owner, &asked).unwrap()));
            for route in routes(&told) {
                *counts.entry(route).or_default() += 1;
            }
        }
        println!(
            "{role}: {by_rollups} of {QUESTIONS} by rollups, {full} with rows, {narrowed} others \
             than the owner's: {counts:?}"
        );
        assert!(2 * by_rollups > QUESTIONS && 3 * full > QUESTIONS, "{role}");
        assert_eq!(narrowed > QUESTIONS / 10, !attributes.is_empty(), "{role}: {narrowed}");
        let is_idle =
            |cube: &&str| !counts.keys().any(|route| route.split('.').next() == Some(*cube));
        let idle: Vec<&str> = seen.iter().map(|cube| cube.name()).filter(is_idle).collect();
        assert!(idle.is_empty(), "{role}: rollups of {idle:?} never answered, only {counts:?}");
    }
    // Who sees no business data is asked nothing.
    let nobody = member(Rules { access, ..Rules::default() }, &["system_administrator"], &[]);
    assert_eq!(scene.open(&nobody, true).cubes.cubes().count(), 0);
}

/// Six lines of three units.
const LINES: &str = "/*---
description = \"Lines.\"
grain = [\"line_id\"]
[columns]
line_id = \"Number.\"
unit_id = \"Unit.\"
label = \"Label.\"
amount = \"Money.\"
secret = \"What is masked.\"
---*/
select line_id, unit_id, label, cast(amount as decimal(18, 2)) as amount, secret
from (
    values
        (1, 'u1', 'a', 1, 's1'), (2, 'u1', 'b', 2, 's2'), (3, 'u2', 'c', 4, 's3'),
        (4, 'u3', 'd', 8, 's4'), (5, null, 'e', 16, 's5'), (6, 'u1', 'f', 32, null)
) as listed (line_id, unit_id, label, amount, secret)
";

/// Bodies of cubes over those lines; whether the rollup answers who sees the units u1 and u2
/// without secrets; and what it answers, by hand.
const BODIES: [(&str, &str, bool, &[&str]); 15] = [
    ("plain", "select unit_id, label, amount from marts.fct_lines", true, &["u1|35.00", "u2|4.00"]),
    (
        "joined",
        "with named as (
            select lines.*, units.unit_name
            from marts.fct_lines as lines
            left join marts.dim_units as units on units.unit_id = lines.unit_id
        )
        select named.unit_id, coalesce(named.unit_name, named.label) || named.label as label, amount
        from named where amount > 1",
        true,
        &["u1|34.00", "u2|4.00"],
    ),
    (
        "inner_joined",
        "select lines.unit_id, lines.label, lines.amount from marts.fct_lines as lines
        inner join marts.dim_units as units on units.unit_id = lines.unit_id",
        true,
        &["u1|35.00"],
    ),
    (
        "in_whole",
        "select unit_id, label, amount from marts.fct_lines
        where unit_id in (select unit_id from marts.dim_units)",
        true,
        &["u1|35.00"],
    ),
    (
        "on_the_right",
        "select lines.unit_id, lines.label, lines.amount from marts.dim_units as units
        left join marts.fct_lines as lines on units.unit_id = lines.unit_id",
        false,
        &["u1|35.00", "-|-"],
    ),
    (
        "of_the_other",
        "select units.unit_id, lines.label, lines.amount from marts.fct_lines as lines
        left join marts.dim_units as units on units.unit_id = lines.unit_id",
        false,
        &["u1|35.00", "-|4.00"],
    ),
    (
        "computed",
        "select lower(unit_id) as unit_id, label, amount from marts.fct_lines",
        false,
        &["u1|35.00", "u2|4.00"],
    ),
    (
        "summed",
        "select unit_id, label, sum(amount) as amount from marts.fct_lines
        group by unit_id, label",
        false,
        &["u1|35.00", "u2|4.00"],
    ),
    (
        "told_of_others",
        "select unit_id, label, sum(amount) over (order by label) as amount
        from marts.fct_lines",
        false,
        &["u1|43.00", "u2|7.00"],
    ),
    (
        "in_halves",
        "select unit_id, label, amount from marts.fct_lines where line_id < 3
        union all select unit_id, label, amount from marts.fct_lines where line_id >= 3",
        false,
        &["u1|35.00", "u2|4.00"],
    ),
    (
        "with_itself",
        "select lines.unit_id, lines.label, others.amount from marts.fct_lines as lines
        left join marts.fct_lines as others on others.line_id = lines.line_id + 1",
        false,
        &["u1|6.00", "u2|-"],
    ),
    (
        "in_itself",
        "select unit_id, label, amount from marts.fct_lines
        where line_id in (select max(line_id) from marts.fct_lines)",
        false,
        &["u1|32.00"],
    ),
    (
        "first_ones",
        "select unit_id, label, amount from marts.fct_lines order by line_id desc limit 2",
        false,
        &["u1|32.00", "u2|4.00"],
    ),
    (
        "masked",
        "select unit_id, coalesce(secret, label) as label, amount from marts.fct_lines",
        false,
        &["u1|35.00", "u2|4.00"],
    ),
    (
        "chosen_by_masks",
        "select unit_id, label, amount from marts.fct_lines where secret is null",
        false,
        &["u1|35.00", "u2|4.00"],
    ),
];

/// What stands above each body.
const HEAD: &str = "/*---
description = \"Lines of units.\"
grain = [\"label\"]
dimensions.unit = { description = \"Unit.\", column = \"unit_id\" }
dimensions.label = { description = \"Label.\" }
measures.amount = { description = \"Money.\", additivity = \"additive\", column = \"amount\" }
rollups.by_label = { dimensions = [\"unit\", \"label\"], measures = [\"amount\"] }
---*/
";

#[test]
fn rollups_answer_whom_the_same_filter_over_them_gives_the_same() {
    let world = World::empty();
    world.write("warehouse/access.toml", ACCESS);
    world.write("warehouse/systems.toml", "");
    world.write("sql/marts/fct_lines.sql", LINES);
    let units = "/*---\ndescription = \"Units.\"\ngrain = [\"unit_id\"]\n[columns]\n\
                 unit_id = \"Unit.\"\nunit_name = \"Name.\"\n---*/\n\
                 select 'u1' as unit_id, 'One' as unit_name union all select 'u3', 'Three'\n";
    world.write("sql/marts/dim_units.sql", units);
    for (name, body, ..) in BODIES {
        world.write(&format!("sql/cubes/{name}.sql"), format!("{HEAD}{body}\n"));
    }
    world.refreshed(day(0));
    let scene = Scene::of(&world);
    let units = [("unit", "u1"), ("unit", "u2")];
    let access = Access::read(world.root()).unwrap();
    let filtered = member(Rules { access, ..Rules::default() }, &["unit"], &units);
    let (seen, owned) = (scene.open(&filtered, true), scene.open(&Principal::Owner, true));
    for (name, _, is_answered, expected) in BODIES {
        let asked = json!({"measures": [format!("{name}.amount")],
            "dimensions": [format!("{name}.unit")], "order": [[format!("{name}.unit"), "asc"]]});
        let rollup = [format!("{name}.by_label")];
        assert_eq!(routes(&ask(&owned, &asked).unwrap()), rollup, "{name}");
        let told = ask(&seen, &asked).unwrap();
        assert_eq!(lines(&told), expected, "{name}");
        assert_eq!(routes(&told) == rollup, is_answered, "{name}");
    }
}
