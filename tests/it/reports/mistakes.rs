//! Is a report that does not fit told with file, line and fix?

use super::{REPORT, reporting};
use crate::cli::fails;
use crate::models::change;

/// What is changed in the report, the line on which that is found, and how the message begins.
const CASES: &[(&str, &str, usize, &str)] = &[
    ("limit $most", "limit $mosst", 88, "the head declares no parameter `mosst`; is `most` meant?"),
    ("limit $most", "limit 7", 37, "parameter `most`: it is not used; write `$most` in the query"),
    ("allowed = [\"plus\", \"minus\"]\n", "", 42, "parameter `sign`: a choice says in `allowed`"),
    (
        "default = \"plus\"",
        "default = \"both\"",
        42,
        "parameter `sign`: `both` is not allowed; write `plus`",
    ),
    (
        "default = \"2099-12-31\"",
        "default = \"today\"",
        32,
        "parameter `until`: `today` is no date",
    ),
    (
        "same_period_year_before($period)",
        "same_period_year_before($year_before)",
        16,
        "parameter `year_before`: its default rests on `year_before`, whose default rests on it",
    ),
    (
        "previous_period($period)",
        "previous_period($until)",
        11,
        "parameter `before`: its default rests on `until`, which",
    ),
    (
        "same_period_year_before($period)",
        "next_period($period)",
        16,
        "parameter `year_before`: `next_period($period)` is no default of a period; write newest_",
    ),
    (
        "from = \"marts.dim_products.product_id\"",
        "from = \"marts.dim_products.product_code\"",
        21,
        "parameter `product`: `marts.dim_products` has no column",
    ),
    (
        "from = \"marts.dim_products.product_id\"",
        "from = \"shop.products.product_id\"",
        21,
        "parameter `product`: `from` names `shop.products`",
    ),
    (
        "optional = true",
        "optional = true\ndefault = \"P1\"",
        21,
        "parameter `product`: what has a default is never",
    ),
    (
        "description = \"One product only.\"",
        "description = \" \"",
        21,
        "parameter `product`: its description is empty",
    ),
    (
        "price_amount = \"金额\"",
        "price = \"金额\"",
        55,
        "[labels] names `price`, which the query does not give",
    ),
    ("weight = \"g\"", "mass = \"g\"", 59, "[units] names `mass`, which the query does not give"),
    (
        "price_amount = \"reporting_currency\"",
        "price_amount = \"reporting_curency\"",
        58,
        "the unit of `price_amount` is `reporting_curency`, which is no unit that is known, and no \
         column of the query; is `reporting_currency` meant?; a unit of your own stands in `units`",
    ),
    (
        "weight = \"g\"",
        "weight = \"product_nam\"",
        59,
        "the unit of `weight` is `product_nam`, which is no unit that is known, and no column of \
         the query; is `product_name` meant?",
    ),
    ("[labels.\"zh-CN\"]", "[labels.\"zh-TW\"]", 53, "`zh-TW` is none of the languages of"),
    (
        "type = \"boolean\"",
        "type = \"bool\"",
        49,
        "unknown variant `bool`, expected one of `period`",
    ),
    (
        "from marts.fct_booked as booked",
        "from staging.stg_shop__sales as booked",
        65,
        "`staging.stg_shop__sales` lies in sql/staging; a report",
    ),
    (
        "default = 10\n",
        "default = 10\nleast = 11\n",
        37,
        "parameter `most`: `10` is too little; write `11` or more",
    ),
    (
        "type = \"text\"\noptional = true\n",
        "type = \"text\"\noptional = true\nleast = 1\n",
        21,
        "parameter `product`: `least` is for integers and decimals",
    ),
    (
        "type = \"date\"\n",
        "type = \"date\"\nnot_after = \"period\"\n",
        32,
        "parameter `until`: `not_after` names `period`, which is no other parameter that is a date",
    ),
    ("products.product_weight as weight", "products.product_wait as weight", 72, ""),
];

#[test]
fn mistakes_have_a_line_and_a_fix() {
    for (from, to, line, message) in CASES {
        let world = reporting();
        change(&world, REPORT, from, to);
        let said = fails(world.root(), &["check", "--offline"], 1);
        let found: Vec<&str> = said.lines().filter(|line| line.starts_with("sql/")).collect();
        assert_eq!(found.len(), 1, "{to}: {said}");
        let expected = format!("{REPORT}:{line}: {message}");
        assert!(found[0].starts_with(&expected), "{to}: {said}");
    }
}

#[test]
fn only_reports_have_parameters() {
    let world = reporting();
    let file = "sql/marts/fct_booked.sql";
    change(&world, file, "grain = ", "label = \"Booked\"\ngrain = ");
    let said = fails(world.root(), &["check", "--offline"], 1);
    let expected = "sql/marts/fct_booked.sql:1: parameters, label and labels are for files";
    assert!(said.contains(expected), "{said}");
    change(&world, file, "label = \"Booked\"\n", "units = { price_amount = \"EUR\" }\n");
    let said = fails(world.root(), &["check", "--offline"], 1);
    let expected = "units are for files under sql/reports and sql/checks, and beside [closing]";
    assert!(said.contains(expected), "{said}");
}

#[test]
fn defaults_need_settings() {
    for (field, parameter, line) in
        [("data", "period", 6), ("year", "year_before", 16), ("number", "year_before", 16)]
    {
        let world = reporting();
        let name = if field == "number" { "period_number" } else { "fiscal_year" };
        let name = if field == "data" { "marts.fct_booked.period_id" } else { name };
        change(&world, "warehouse/project.toml", &format!("{field} = \"{name}\"\n"), "");
        let said = fails(world.root(), &["check", "--offline"], 1);
        let expected = format!(
            "{REPORT}:{line}: parameter `{parameter}`: its default needs `{field}` in [periods] of"
        );
        assert!(said.contains(&expected), "{field}: {said}");
    }
}
