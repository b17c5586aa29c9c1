//! Which forms do random questions have?
//!
//! As in `words`; behind `@` stands of which tables the columns are: `l` and `o` are lines, `n`
//! notes, `d` units, `s` what a query within gives. `{w}` is a filter, `{a}` one more, `{e}` an
//! order or a limit, `{A}` an aggregate, `{W}` a window.

use super::words::Form;

pub const SHAPES: &[Form] = &[
    ("rows", "select {v} as x, {v} as y from marts.fct_lines as l {w} {e}"),
    ("rows of numbers", "select l.unit_id, {i} as x from marts.fct_lines as l {w} {e}"),
    ("rows of money", "select {m} as x, {f} as y from marts.fct_lines as l {w} {e}"),
    ("rows of texts", "select {t} as x, {b} as y, {y} as z from marts.fct_lines as l {w} {e}"),
    ("all columns", "select *, {v} as x from marts.fct_lines as l {w} {e}"),
    ("a table as it is", "select * from marts.fct_notes as n {w@n} {e}"),
    ("distinct", "select distinct {v} as x, l.unit_id from marts.fct_lines as l {w} {e}"),
    (
        "distinct on",
        "select distinct on (l.unit_id) l.unit_id, {v} as x from marts.fct_lines as l {w}
        order by l.unit_id, l.line_id",
    ),
    ("all in one group", "select count(*), {A} as x, {A} as y from marts.fct_lines as l {w}"),
    ("group", "select {k} as x, {A} as y, {A} as z from marts.fct_lines as l {w} group by 1 {e}"),
    (
        "groups of two",
        "select l.unit_id, l.is_open, {A} as x from marts.fct_lines as l {w}
        group by l.unit_id, l.is_open {e}",
    ),
    (
        "groups of an expression",
        "select {v} as x, count(*) from marts.fct_lines as l {w} group by 1",
    ),
    (
        "having",
        "select l.unit_id, {A} as x from marts.fct_lines as l {w} group by l.unit_id
        having count(*) > 2 and count({v}) >= 0 {e}",
    ),
    (
        "rollup",
        "select l.unit_id, l.is_open, {A} as x from marts.fct_lines as l {w}
        group by rollup (l.unit_id, l.is_open) {e}",
    ),
    (
        "cube",
        "select l.unit_id, l.is_open, grouping(l.unit_id), {A} as x from marts.fct_lines as l {w}
        group by cube (l.unit_id, l.is_open) {e}",
    ),
    (
        "grouping sets",
        "select l.unit_id, l.quantity, {A} as x from marts.fct_lines as l {w}
        group by grouping sets ((l.unit_id), (l.quantity), ()) {e}",
    ),
    ("window", "select l.line_id, {W} as x, {W} as y from marts.fct_lines as l {w} {e}"),
    (
        "window of filtered rows",
        "select l.line_id, {W} as x, {W} as y from marts.fct_lines as l where {b} or {I} > {n} {e}",
    ),
    (
        "window over a join",
        "select n.note, {W@l} as x, {W@ln} as y from marts.fct_lines as l
        left join marts.fct_notes as n on n.line_id = l.line_id {w@l} {e}",
    ),
    (
        "order by a window",
        "select l.unit_id, {v} as x from marts.fct_lines as l {w} order by {W}, l.line_id limit 9",
    ),
    (
        "named window",
        "select l.line_id, sum({i}) over few as x, count({v}) over few as y
        from marts.fct_lines as l {w} window few as (partition by {k} order by l.line_id) {e}",
    ),
    (
        "qualify",
        "select l.line_id, {v} as x from marts.fct_lines as l {w}
        qualify row_number() over (partition by {k} order by l.line_id) <= 5 {e}",
    ),
    (
        "window over groups",
        "select l.unit_id, sum(count(*)) over (order by l.unit_id) as x, {A} as y
        from marts.fct_lines as l {w} group by l.unit_id {e}",
    ),
    (
        "inner join",
        "select d.unit_name, {v@ld} as x from marts.fct_lines as l
        inner join marts.dim_units as d on d.unit = l.unit_id {w@ld} {e}",
    ),
    (
        "join by a cast",
        "select d.unit_name, {v@ld} as x from marts.fct_lines as l
        inner join marts.dim_units as d on d.budget < cast(l.label as bigint) {w@ld} {e}",
    ),
    (
        "join by a comparison",
        "select d.unit, {v@ld} as x from marts.fct_lines as l
        inner join marts.dim_units as d on l.line_id > d.budget and {b@ld} {w@ld} {e}",
    ),
    (
        "join to few",
        "select {v@ld} as x, d.unit from marts.dim_units as d
        inner join marts.fct_lines as l on l.unit_id = d.unit and d.budget > 300 {w@ld} {e}",
    ),
    (
        "left join",
        "select n.note, {v@ln} as x from marts.fct_lines as l
        left join marts.fct_notes as n on n.line_id = l.line_id and {b@ln} {w@ln} {e}",
    ),
    (
        "right join",
        "select d.unit, {v@ld} as x from marts.fct_lines as l
        right join marts.dim_units as d on l.unit_id = d.unit and {b@l} {w@ld} {e}",
    ),
    (
        "full join",
        "select n.note, {v@ln} as x from marts.fct_lines as l
        full join marts.fct_notes as n on n.line_id = l.quantity and n.unit_id = l.unit_id
        {w@ln} {e}",
    ),
    (
        "cross join",
        "select {v@ld} as x, d.unit from marts.fct_lines as l
        cross join marts.dim_units as d {w@ld} {e}",
    ),
    (
        "natural join",
        "select n.note, {v@ln} as x from marts.fct_lines as l
        natural join marts.fct_notes as n where l.line_id > {n} {e}",
    ),
    (
        "join using",
        "select line_id, {v@ln} as x from marts.fct_lines as l
        inner join marts.fct_notes as n using (line_id) {e}",
    ),
    (
        "left semi join",
        "select {v} as x, l.line_id from marts.fct_lines as l
        left semi join marts.fct_notes as n on n.line_id = l.line_id {w} {e}",
    ),
    (
        "left anti join",
        "select {v} as x, l.line_id from marts.fct_lines as l
        left anti join marts.fct_notes as n on n.line_id = l.line_id and {b@n} {w} {e}",
    ),
    (
        "right semi join",
        "select l.line_id, {v} as x from marts.fct_notes as n
        right semi join marts.fct_lines as l on n.line_id = l.line_id {w} {e}",
    ),
    (
        "right anti join",
        "select l.line_id, {v} as x from marts.fct_notes as n
        right anti join marts.fct_lines as l on n.line_id = l.line_id {w} {e}",
    ),
    (
        "join with itself",
        "select o.line_id, {v@lo} as x from marts.fct_lines as l
        inner join marts.fct_lines as o on o.quantity = l.quantity {w@lo} {e}",
    ),
    (
        "three tables",
        "select d.unit_name, n.note, {v@ldn} as x from marts.fct_lines as l
        inner join marts.dim_units as d on d.unit = l.unit_id
        left join marts.fct_notes as n on n.line_id = l.line_id {w@ldn} {e}",
    ),
    (
        "join of groups",
        "select d.unit, count({v@ld}) as x, {A@ld} as y from marts.dim_units as d
        left join marts.fct_lines as l on l.unit_id = d.unit and {b@l} group by d.unit {e}",
    ),
    (
        "lateral",
        "select d.unit, s.x from marts.dim_units as d, lateral (
            select {A@l} as x from marts.fct_lines as l where l.unit_id = d.unit
        ) as s {e}",
    ),
    (
        "exists",
        "select l.line_id, {v} as x from marts.fct_lines as l where exists (
            select 1 from marts.fct_notes as n where n.line_id = l.line_id and {b@n}
        ) {a} {e}",
    ),
    (
        "not exists",
        "select l.line_id, {v} as x from marts.fct_lines as l where not exists (
            select 1 from marts.fct_notes as n where n.line_id = l.line_id and {b@n}
        ) {a} {e}",
    ),
    (
        "in a query",
        "select l.line_id, {v} as x from marts.fct_lines as l where l.line_id in (
            select {I@n} from marts.fct_notes as n {w@n}
        ) {a} {e}",
    ),
    (
        "not in a query",
        "select l.line_id, {v} as x from marts.fct_lines as l where l.line_id not in (
            select n.line_id from marts.fct_notes as n {w@n}
        ) {a} {e}",
    ),
    (
        "a value of a query",
        "select l.line_id, {i} - (select max({i@n}) from marts.fct_notes as n {w@n}) as x
        from marts.fct_lines as l {w} {e}",
    ),
    (
        "a value of a query in a filter",
        "select l.line_id, {v} as x from marts.fct_lines as l
        where l.line_id > (select min({I@o}) from marts.fct_lines as o {w@o}) {a} {e}",
    ),
    (
        "a value of a query of the row",
        "select d.unit, (
            select {A@l} from marts.fct_lines as l where l.unit_id = d.unit {a@l}
        ) as x from marts.dim_units as d {e}",
    ),
    (
        "a query of the row in a filter",
        "select l.line_id, {v} as x from marts.fct_lines as l where l.quantity >= (
            select avg(o.quantity) from marts.fct_lines as o where o.unit_id = l.unit_id
        ) {e}",
    ),
    (
        "a query within",
        "select s.k, count(*), {A@s} as y from (
            select l.unit_id as k, {i@l} as x, {t@l} as z from marts.fct_lines as l {w@l}
        ) as s {w@s} group by s.k {e}",
    ),
    (
        "a query with a name",
        "with s as (select l.unit_id as k, {i@l} as x, {t@l} as z from marts.fct_lines as l {w@l})
        select s.k, {v@s} as y from s {w@s} {e}",
    ),
    (
        "two queries with names",
        "with a as (select l.unit_id as k, {A@l} as x from marts.fct_lines as l {w@l}
            group by l.unit_id),
        b as (select d.unit as k, d.budget as x from marts.dim_units as d)
        select b.k, a.x, b.x from b left join a on a.k = b.k {e}",
    ),
    (
        "a query with a name read twice",
        "with s as (select l.unit_id as k, {I@l} as x, {t@l} as z from marts.fct_lines as l {w@l})
        select s.k, s.x from s inner join s as r on r.x = s.x and r.k = s.k {e}",
    ),
    (
        "recursion",
        "with recursive steps as (
            select min(l.quantity) as step from marts.fct_lines as l
            union all
            select r.step + 1 from steps as r
            inner join marts.fct_lines as l on l.quantity = r.step and l.line_id < 400
            where r.step < 30
        )
        select r.step, {A@l} as x from steps as r
        inner join marts.fct_lines as l on l.quantity = r.step group by r.step {e}",
    ),
    (
        "union all",
        "select {i} as x from marts.fct_lines as l {w} union all
        select {i} as x from marts.fct_lines as l {w} order by x",
    ),
    (
        "union",
        "select {t} as x from marts.fct_lines as l {w} union
        select {t@n} as x from marts.fct_notes as n {w@n} order by x",
    ),
    (
        "intersect",
        "select {I} as x from marts.fct_lines as l {w} intersect
        select {I} as x from marts.fct_lines as l {w} order by x",
    ),
    (
        "intersect all",
        "select {I} as x from marts.fct_lines as l {w} intersect all
        select {I} as x from marts.fct_lines as l {w} order by x",
    ),
    (
        "except",
        "select l.line_id as x, l.unit_id as y from marts.fct_lines as l {w} except
        select n.line_id, n.unit_id from marts.fct_notes as n {w@n} order by x, y",
    ),
    (
        "except all",
        "select {I} as x from marts.fct_lines as l {w} except all
        select {I} as x from marts.fct_lines as l {w} order by x desc limit 7",
    ),
    (
        "values",
        "select listed.price, {v} as x from marts.fct_lines as l
        inner join (values (1.5, 'u1'), (2.5, 'u2'), (3.5, 'u3')) as listed (price, unit)
        on listed.unit = l.unit_id {w} {e}",
    ),
    ("values alone", "select * from (values ({n}, 'a'), (2, 'b')) as listed (one, other) {e}"),
    (
        "unnest",
        "select unnest(array_agg({t} order by l.line_id)) as x from marts.fct_lines as l {w}
        group by l.unit_id",
    ),
    (
        "values to choose from",
        "select l.unit_id as x, count(*) from marts.fct_lines as l {w} group by 1 order by 2, 1
        limit 10",
    ),
    ("describe", "describe marts.fct_lines"),
    ("show tables", "show tables"),
    (
        "tables that there are",
        "select table_schema, table_name, table_type
        from information_schema.tables order by 1, 2",
    ),
    (
        "columns that there are",
        "select table_name, column_name, data_type, is_nullable
        from information_schema.columns where ordinal_position > {n} - 40 order by 1, 2",
    ),
];
