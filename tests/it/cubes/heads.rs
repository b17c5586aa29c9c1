//! Is a cube that does not fit told with file, line and fix?

use super::till::{CUBE, till, told};
use crate::models::change;

/// What is changed in the cube, a text on the line where that is found, and how the message begins.
const CASES: &[(&str, &str, &str, &str)] = &[
    (
        "\ntime = \"sold_on\"",
        "\ntime = \"sold_at\"",
        "time = ",
        "`time` names `sold_at`, which is no dimension; is `sold_on` meant?",
    ),
    (
        "\ntime = \"sold_on\"",
        "\ntime = \"product\"",
        "time = ",
        "`time` names `product`, a text; it is a date or a timestamp",
    ),
    (
        "[dimensions.is_dear]",
        "[dimensions.is_der]",
        "[dimensions.is_der]",
        "dimension `is_der`: the query gives no column `is_der`; is `is_dear` meant?",
    ),
    (
        "\"As printed on the receipt.\"",
        "\" \"",
        "[dimensions.product_name]",
        "dimension `product_name`: its description is empty",
    ),
    (
        "year = \"year_number\"",
        "year = \"is_dear\"",
        "[dimensions.sold_on]",
        "dimension `sold_on`: `is_dear` names periods, so it is a text or an integer",
    ),
    (
        "quarter = \"quarter_name\"",
        "quarter = \"quarter\"",
        "[dimensions.sold_on]",
        "dimension `sold_on`: the query gives no column `quarter`",
    ),
    (
        "\"product_name\", \"product\"]\n\n[seg",
        "\"product_name\", \"good\"]\n\n[seg",
        "[hierarchies.shelf]",
        "hierarchy `shelf`: its level `good` is no dimension",
    ),
    (
        "\"product_name\", \"product\"]\n\n[seg",
        "\"product\"]\n\n[seg",
        "[hierarchies.shelf]",
        "hierarchy `shelf`: it has two levels at least",
    ),
    (
        "column = \"is_dear\"",
        "column = \"product_id\"",
        "[segments.dear]",
        "segment `dear`: `product_id` is no boolean",
    ),
    (
        "\"additive\"\ncolumn = \"price_amount\"\nover",
        "\"additive\"\ncolumn = \"product_name\"\nover",
        "[measures.paid_amount]",
        "measure `paid_amount`: `product_name` is a text; it must be a decimal or an integer",
    ),
    (
        "\"additive\"\ncolumn = \"price_amount\"\nover",
        "\"additive\"\ncolumn = \"price\"\nover",
        "[measures.paid_amount]",
        "measure `paid_amount`: the query gives no column `price`",
    ),
    (
        "numerator = \"paid_amount\"",
        "numerator = \"mean_amount\"",
        "[measures.mean_amount]",
        "measure `mean_amount`: `mean_amount` is a ratio itself",
    ),
    (
        "numerator = \"paid_amount\"",
        "numerator = \"paid\"",
        "[measures.mean_amount]",
        "measure `mean_amount`: there is no measure `paid`",
    ),
    (
        "numerator = \"paid_amount\"",
        "numerator = \"last_sold_on\"",
        "[measures.mean_amount]",
        "measure `mean_amount`: `last_sold_on` is a time, which divides nothing",
    ),
    (
        "member = [\"sale_id\"]",
        "member = [\"sale_ids\"]",
        "[measures.weight_on_hand]",
        "measure `weight_on_hand`: the query gives no column `sale_ids`; is `sale_id` meant?",
    ),
    (
        "member = [\"sale_id\"]",
        "member = [\"product_id\"]",
        "[measures.weight_on_hand]",
        "measure `weight_on_hand`: the grain has `sale_id`, which `member` has not",
    ),
    (
        "member = [\"sale_id\"]",
        "member = [\"sale_id\"]\nmax_age_days = 0",
        "[measures.weight_on_hand]",
        "measure `weight_on_hand`: `max_age_days` is 1 at least",
    ),
    (
        "fiscal = { period = \"month_name\", quarter = \"quarter_name\", year = \"year_number\" }",
        "",
        "[measures.paid_amount]",
        "measure `paid_amount`: `fiscal_year_to_date` needs `fiscal` in [dimensions.sold_on]",
    ),
    (
        "[\"year_before\", \"fiscal_year_to_date\"]",
        "[\"year_before\", \"year_before\"]",
        "[measures.paid_amount]",
        "measure `paid_amount`: `over_time` names `year_before` twice",
    ),
    (
        "[\"year_before\", \"fiscal_year_to_date\"]",
        "[\"yesteryear\"]",
        "over_time = ",
        "`yesteryear` is none of previous_period, year_before",
    ),
    (
        "[measures.sale_count]",
        "[measures.is_dear]",
        "[measures.is_dear]",
        "measure `is_dear`: a dimension has the same name",
    ),
    (
        "[segments.dear]",
        "[segments.not__dear]",
        "[segments.not__dear]",
        "segment `not__dear`: a name is made of a to z",
    ),
    (
        "dimensions = [\"product\", \"is_dear\"]",
        "dimensions = [\"product\", \"dear\"]",
        "[rollups.by_month]",
        "rollup `by_month`: there is no dimension `dear`",
    ),
    (
        "dimensions = [\"product\", \"is_dear\"]",
        "dimensions = [\"product\", \"product\"]",
        "[rollups.by_month]",
        "rollup `by_month`: it names `product` twice",
    ),
    (
        "dimensions = [\"product\", \"is_dear\"]",
        "dimensions = [\"product\", \"sold_on\"]",
        "[rollups.by_month]",
        "rollup `by_month`: it names `sold_on` twice, by its dimensions",
    ),
    (
        "dimensions = [\"product\", \"is_dear\"]",
        "dimensions = [\"is_dear\"]",
        "[rollups.by_month]",
        "rollup `by_month`: `product_count` counts the values of `product_id`",
    ),
    (
        "measures = [\"sale_count\", \"mean_amount\"]",
        "measures = [\"median_amount\"]",
        "[rollups.by_name]",
        "rollup `by_name`: `median_amount` needs the rows themselves",
    ),
    (
        "measures = [\"sale_count\", \"mean_amount\"]",
        "measures = [\"weight_on_hand\"]",
        "[rollups.by_name]",
        "rollup `by_name`: `weight_on_hand` needs the rows themselves",
    ),
    (
        "measures = [\"sale_count\", \"mean_amount\"]",
        "measures = [\"sales\"]",
        "[rollups.by_name]",
        "rollup `by_name`: there is no measure `sales`",
    ),
    (
        "measures = [\"sale_count\", \"mean_amount\"]",
        "measures = []",
        "[rollups.by_name]",
        "rollup `by_name`: it has no measures",
    ),
    (
        "dimensions = [\"product_name\"]\nmeasures",
        "dimensions = []\nmeasures",
        "[rollups.by_name]",
        "rollup `by_name`: it has neither dimensions nor a granularity",
    ),
    (
        "dimensions = []\ngranularity = \"year\"",
        "dimensions = []\ngranularity = \"hour\"",
        "granularity = \"hour\"",
        "unknown variant `hour`, expected one of `day`",
    ),
    (
        "label = { en = \"Dear ones\", \"zh-CN\" = \"高价\" }",
        "label = { de = \"Teure\" }",
        "[segments.dear]",
        "segment `dear`: `de` is none of the languages of warehouse/project.toml, en, zh-CN",
    ),
    (
        "label = { en = \"Till\", \"zh-CN\" = \"收银\" }",
        "label = { de = \"Kasse\" }",
        "label = { de",
        "`de` is none of the languages",
    ),
    (
        "views = [\"everything\"]",
        "views = [\"Every thing\"]",
        "views = ",
        "`views` names `Every thing`, which is no name of a view",
    ),
    (
        "views = [\"everything\"]",
        "views = [\"till\"]",
        "views = ",
        "the view `till` has the name of sql/cubes/till.sql",
    ),
    (
        "views = [\"everything\"]\n",
        "",
        "[dimensions.product]",
        "dimension `product`: `shared` is the name in views",
    ),
    ("grain = [\"sale_id\"]", "grain = []", "grain = ", "the grain is empty"),
    (
        "grain = [\"sale_id\"]",
        "grain = [\"sale\"]",
        "grain = ",
        "the grain names `sale`, which the query does not give",
    ),
    (
        "{ key = \"product_id\", in = \"marts.fct_sales\" }",
        "\"same_month\"",
        "\"marts.dim_products\" =",
        "`marts.dim_products` does not lie by months",
    ),
    (
        "from marts.fct_sales as sales",
        "from staging.stg_shop__sales as sales",
        "from staging",
        "`staging.stg_shop__sales` lies in sql/staging; a cube reads what people see",
    ),
    (
        "from marts.fct_sales as sales",
        "from patron.refresh, marts.fct_sales as sales",
        "from patron.refresh",
        "`patron.refresh` is another one at every refresh",
    ),
    ("products.product_name,\n", "products.product_named,\n", "products.product_named", ""),
    (
        "[measures.sale_count]\n",
        "[measures.sale_count]\ncolour = \"red\"\n",
        "colour",
        "unknown field `colour`",
    ),
    (
        "[measures.sale_count]\n",
        "[measures.sale_count]\nunit = \"sails\"\n",
        "unit = ",
        "measure `sale_count`: its unit is `sails`, which is no unit that is known; a unit of your",
    ),
    (
        "[inputs]\n",
        "[checks]\nnot_null = [\"sale_id\"]\n[inputs]\n",
        "[checks]",
        "[checks], [closing] and `remembers` are for tables that are stored",
    ),
];

#[test]
fn mistakes_have_a_line_and_a_fix() {
    for (from, to, at, message) in CASES {
        let world = till();
        change(&world, CUBE, from, to);
        let text = std::fs::read_to_string(world.path(CUBE)).unwrap();
        let line = text.lines().position(|line| line.contains(at)).unwrap() + 1;
        let found = told(&world);
        let expected = format!("{CUBE}:{line}: {message}");
        let is_told = found.iter().any(|told| told.starts_with(&expected));
        assert!(is_told, "{to}: {expected}\n{}", found.join("\n"));
    }
}
