//! Which questions are asked at random? Of every operator of the engine, with expressions that fail
//! on values that are not seen.

use crate::support::dice::Dice;

/// What a query may be made of; each is counted.
pub const KINDS: [&str; 24] = [
    "simple filter",
    "failing filter",
    "filter by what is masked",
    "filter by what rows are chosen by",
    "cast",
    "division",
    "masked column",
    "order",
    "order and limit",
    "limit",
    "distinct",
    "group",
    "having",
    "all in one group",
    "grouping sets",
    "window",
    "join",
    "outer join",
    "join with itself",
    "exists",
    "in a query",
    "scalar query",
    "union",
    "recursion",
];

/// A query; its form goes by turns, so that each comes often.
pub fn query(dice: &mut Dice, turn: usize) -> String {
    let variant = turn / 9;
    match turn % 9 {
        0 => rows(dice),
        1 => groups(dice, variant),
        2 => join(dice, variant),
        3 => windows(dice),
        4 => union(dice),
        5 => recursion(dice),
        6 => nested(dice, variant),
        7 => distinct(dice),
        _ => within(dice),
    }
}

fn hit<T>(dice: &mut Dice, kind: &'static str, value: T) -> T {
    dice.hit(kind);
    value
}

/// A number of a line.
fn number(dice: &mut Dice) -> String {
    let divisor = *dice.pick(&[0, 3, 17, 41, 7001, 7002]);
    match dice.below(8) {
        0 => hit(dice, "cast", "cast(l.label as bigint)".to_owned()),
        1 => hit(dice, "division", format!("1000 / (l.quantity - {divisor})")),
        2 => hit(dice, "division", format!("l.line_id % (7001 - l.quantity - {divisor})")),
        3 => hit(dice, "cast", "cast(l.amount as bigint) + l.quantity".to_owned()),
        4 => hit(dice, "masked column", "length(l.secret)".to_owned()),
        5 => "l.weight * 3".to_owned(),
        6 => "l.quantity".to_owned(),
        _ => "l.amount".to_owned(),
    }
}

/// What is asked of lines.
fn condition(dice: &mut Dice) -> String {
    let value = dice.below(45);
    match dice.below(12) {
        0 => hit(dice, "simple filter", format!("l.quantity > {value}")),
        1 => hit(dice, "simple filter", format!("l.line_id between {value} and 700")),
        2 => hit(dice, "simple filter", format!("not (l.is_open or l.quantity = {value})")),
        3 => hit(dice, "simple filter", "l.sold_on >= date '2025-06-01'".to_owned()),
        4 => hit(dice, "simple filter", "l.label is not null".to_owned()),
        5 => hit(dice, "failing filter", format!("cast(l.label as bigint) > {value}")),
        6 => hit(dice, "failing filter", format!("100 / (l.quantity - 7001) < {value}")),
        7 => hit(
            dice,
            "failing filter",
            "case when l.label like 'LEAK%' then cast(l.label as int) > 0 else true end".to_owned(),
        ),
        8 => hit(dice, "filter by what is masked", "l.secret is null".to_owned()),
        9 => hit(dice, "filter by what is masked", "coalesce(l.secret, 'x') > 'SECRET'".to_owned()),
        10 => hit(dice, "filter by what rows are chosen by", "l.unit_id <> 'u2'".to_owned()),
        _ => hit(
            dice,
            "filter by what rows are chosen by",
            "(l.unit_id = 'u3' or l.unit_id is null or l.quantity > 20)".to_owned(),
        ),
    }
}

fn filter(dice: &mut Dice) -> String {
    match dice.below(3) {
        0 => String::new(),
        1 => format!("where {}", condition(dice)),
        _ => format!("where {} and {}", condition(dice), condition(dice)),
    }
}

/// How many rows, and in which order.
fn end(dice: &mut Dice, by: &str) -> String {
    let limit = dice.below(20);
    let way = *dice.pick(&["", " desc", " nulls first"]);
    match dice.below(4) {
        0 => String::new(),
        1 => hit(dice, "order", format!("order by {by}{way}, 1")),
        2 => hit(dice, "order and limit", format!("order by {by}{way} limit {limit}")),
        _ => hit(dice, "limit", format!("limit {limit} offset {}", limit / 3)),
    }
}

fn rows(dice: &mut Dice) -> String {
    let (one, other) = (number(dice), number(dice));
    let (filter, end) = (filter(dice), end(dice, "x"));
    match dice.below(3) {
        0 => format!("select {one} as x from marts.fct_lines as l {filter} {end}"),
        1 => format!(
            "select l.unit_id, {one} + {other} as x from marts.fct_lines as l {filter} {end}"
        ),
        _ => format!("select *, {one} as x from marts.fct_lines as l {filter} {end}"),
    }
}

fn groups(dice: &mut Dice, variant: usize) -> String {
    let (value, filter) = (number(dice), filter(dice));
    let many = *dice.pick(&["sum", "min", "max", "count", "avg", "count(distinct l.label), max"]);
    let both = "l.unit_id, l.is_open";
    let by = *dice.pick(&["l.unit_id", "l.is_open", "l.quantity % 3", "l.secret", both]);
    let end = end(dice, "2");
    match variant % 4 {
        0 => hit(
            dice,
            "all in one group",
            format!("select count(*), {many}({value}) from marts.fct_lines as l {filter}"),
        ),
        1 => hit(
            dice,
            "having",
            format!(
                "select {by}, {many}({value}) from marts.fct_lines as l {filter} group by {by}
                having count(*) > 2 {end}"
            ),
        ),
        2 => hit(
            dice,
            "grouping sets",
            format!(
                "select l.unit_id, l.is_open, {many}({value}) from marts.fct_lines as l {filter}
                group by rollup (l.unit_id, l.is_open) {end}"
            ),
        ),
        _ => hit(
            dice,
            "group",
            format!(
                "select {by}, {many}({value}) from marts.fct_lines as l {filter}
                group by {by} {end}"
            ),
        ),
    }
}

fn join(dice: &mut Dice, variant: usize) -> String {
    let (value, filter, end) = (number(dice), filter(dice), end(dice, "x"));
    match variant % 5 {
        0 => hit(
            dice,
            "join",
            format!(
                "select d.unit_name, {value} as x from marts.fct_lines as l
                inner join marts.dim_units as d on d.unit = l.unit_id {filter} {end}"
            ),
        ),
        1 => hit(
            dice,
            "join",
            format!(
                "select d.unit_name, {value} as x from marts.fct_lines as l
                inner join marts.dim_units as d on d.budget = cast(l.label as bigint)
                {filter} {end}"
            ),
        ),
        2 => hit(
            dice,
            "outer join",
            format!(
                "select n.note, {value} as x from marts.fct_lines as l
                left join marts.fct_notes as n on n.line_id = l.line_id and n.line_id < 500
                {filter} {end}"
            ),
        ),
        3 => hit(
            dice,
            "outer join",
            format!(
                "select d.unit, count({value}) as x from marts.dim_units as d
                left join marts.fct_lines as l on l.unit_id = d.unit group by d.unit {end}"
            ),
        ),
        _ => hit(
            dice,
            "join with itself",
            format!(
                "select o.line_id, {value} as x from marts.fct_lines as l
                inner join marts.fct_lines as o on o.quantity = l.quantity {filter} {end}"
            ),
        ),
    }
}

fn windows(dice: &mut Dice) -> String {
    let (value, order) = (number(dice), number(dice));
    let (filter, end) = (filter(dice), end(dice, "x"));
    let window = match dice.below(4) {
        0 => format!("row_number() over (partition by l.unit_id order by {order}, l.line_id)"),
        1 => format!("sum({value}) over (partition by l.is_open)"),
        2 => format!("lag({value}) over (order by l.line_id)"),
        _ => {
            let rows = "rows between 2 preceding and current row";
            format!("max({value}) over (order by l.line_id {rows})")
        }
    };
    dice.hit("window");
    format!("select l.line_id, {window} as x from marts.fct_lines as l {filter} {end}")
}

fn union(dice: &mut Dice) -> String {
    let filters = [filter(dice), filter(dice)];
    // Both sides are read at once, so that only an order tells which rows come first.
    let end = *dice.pick(&["order by x", "order by x desc limit 7"]);
    let all = *dice.pick(&["union all", "union", "except", "intersect"]);
    dice.hit("union");
    format!(
        "select l.quantity as x from marts.fct_lines as l {} {all}
        select l.quantity as x from marts.fct_lines as l {} {end}",
        filters[0], filters[1]
    )
}

fn recursion(dice: &mut Dice) -> String {
    let (value, most) = (number(dice), 20 + dice.below(30));
    dice.hit("recursion");
    format!(
        "with recursive steps as (
            select min(l.quantity) as step from marts.fct_lines as l
            union all
            select s.step + 1 from steps as s
            inner join marts.fct_lines as l on l.quantity = s.step and l.line_id < 400
            where s.step < {most}
        )
        select s.step, count({value}) as x from steps as s
        inner join marts.fct_lines as l on l.quantity = s.step group by s.step order by s.step"
    )
}

fn nested(dice: &mut Dice, variant: usize) -> String {
    let (value, filter, end) = (number(dice), filter(dice), end(dice, "x"));
    let and = if filter.is_empty() { "where" } else { "and" };
    match variant % 3 {
        0 => hit(
            dice,
            "exists",
            format!(
                "select l.line_id, {value} as x from marts.fct_lines as l {filter} {and} exists (
                    select 1 from marts.fct_notes as n
                    where n.line_id = l.line_id and cast(n.note as bigint) > 1200
                ) {end}"
            ),
        ),
        1 => hit(
            dice,
            "in a query",
            format!(
                "select l.line_id, {value} as x from marts.fct_lines as l {filter}
                {and} l.line_id not in (
                    select n.line_id from marts.fct_notes as n where n.line_id > 300
                ) {end}"
            ),
        ),
        _ => hit(
            dice,
            "scalar query",
            format!(
                "select l.line_id, {value} - (select max(n.line_id) from marts.fct_notes as n) as x
                from marts.fct_lines as l {filter} {end}"
            ),
        ),
    }
}

fn distinct(dice: &mut Dice) -> String {
    let (value, filter, end) = (number(dice), filter(dice), end(dice, "x"));
    dice.hit("distinct");
    format!("select distinct {value} as x from marts.fct_lines as l {filter} {end}")
}

fn within(dice: &mut Dice) -> String {
    let (value, filter, end) = (number(dice), filter(dice), end(dice, "x"));
    format!(
        "with some as (select l.unit_id, {value} as x from marts.fct_lines as l {filter})
        select s.unit_id, s.x from some as s where s.x is not null {end}"
    )
}
