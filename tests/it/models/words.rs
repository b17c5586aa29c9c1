//! Does everything that people see have a meaning, and does every code have a name?

use std::path::Path;

use patron::model::compile;
use patron::model::dictionary::Dictionary;
use patron::model::given::given;
use patron::model::values::{self, Values};
use patron::warehouse::project::Project;

use super::{change, compiled, shop};
use crate::cli::ok;
use crate::support::world::{World, runtime};

const SALES_CONTRACT: &str = "warehouse/contracts/shop/sales.toml";
const PRODUCTS_CONTRACT: &str = "warehouse/contracts/shop/products.toml";
const KINDS: &str = "sql/reports/kinds.sql";
const VALUES: &str = "warehouse/values.toml";

/// A report whose kinds of rows are codes, told by a list of its own.
const KINDS_SQL: &str = r#"/*---
description = "Which sales were dear?"
grain = ["sale_id"]
[columns]
row_kind = "dear or cheap."
[values]
row_kind = ["dear", "cheap"]
---*/
select sale_id, case when is_dear then 'dear' else 'cheap' end as row_kind, currency_code
from marts.fct_sales
order by sale_id
"#;

const VALUES_TOML: &str = r#"[row_kind]
dear = { en = "Dear sale", "zh-CN" = "高价" }
cheap = { en = "Cheap sale", "zh-CN" = "低价" }
"#;

/// The shop with a report of codes and their names, not loaded yet.
pub fn with_kinds() -> World {
    let world = shop();
    change(&world, "warehouse/project.toml", "[\"en\"]", "[\"en\", \"zh-CN\"]");
    world.write(KINDS, KINDS_SQL);
    world.write(VALUES, VALUES_TOML);
    world
}

/// What does not fit in what is said of values.
fn unfit(world: &World) -> Vec<String> {
    let (models, mistakes) = compiled(world);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let project = world.project();
    let values = match Values::read(&project.root) {
        Ok(values) => values,
        Err(mistake) => return vec![mistake.to_string()],
    };
    let found = values::against(&models, &project.contracts, &project.settings, &values);
    found.iter().map(ToString::to_string).collect()
}

/// The whole of the standard project: 1,248 columns of marts among it.
#[test]
fn every_column_that_people_see_is_explained() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let project = Project::open(root).unwrap();
    let world = shop();
    let limits = world.limits();
    let compiled = compile(&project.root, given(&project).unwrap(), &limits);
    let (models, mistakes) = runtime().block_on(compiled).unwrap();
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let dictionary = Dictionary::new(&models, &project.contracts).unwrap();
    let seen = dictionary.tables().into_iter().filter_map(|table| dictionary.table(&table.name));
    let marts = seen.filter(|table| table.summary.name.schema() == "marts");
    let described = marts.flat_map(|table| table.columns);
    let described = described.filter(|column| column.description.is_some()).count();
    assert!(described > 1_000, "{described} columns of marts are described");
    let silences = dictionary.silences(&project.root).unwrap();
    assert!(silences.is_empty(), "{silences:#?}");
    let values = Values::read(&project.root).unwrap();
    let unfit = values::against(&models, &project.contracts, &project.settings, &values);
    assert!(unfit.is_empty(), "{unfit:#?}");
}

#[test]
fn what_nobody_explains_is_told_where_one_would_say_it() {
    let world = shop();
    let said = |world: &World| {
        let (models, mistakes) = compiled(world);
        assert!(mistakes.is_empty(), "{mistakes:?}");
        let project = world.project();
        let dictionary = Dictionary::new(&models, &project.contracts).unwrap();
        let silences = dictionary.silences(&project.root).unwrap();
        silences.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let silence = |place: &str, column: &str, shown: &str| {
        format!(
            "{place}: nobody says what `{column}` means, which `{shown}` shows; say it in \
             `description`"
        )
    };
    let expected = [
        silence(&format!("{PRODUCTS_CONTRACT}:7"), "product_id", "marts.dim_products.product_id"),
        silence(&format!("{PRODUCTS_CONTRACT}:13"), "weight", "marts.dim_products.product_weight"),
        silence(&format!("{SALES_CONTRACT}:21"), "currency_code", "marts.fct_sales.currency_code"),
        silence(&format!("{SALES_CONTRACT}:8"), "sale_id", "marts.fct_sales.sale_id"),
        silence(&format!("{SALES_CONTRACT}:24"), "sold_on", "marts.fct_sales.sold_on"),
    ];
    assert_eq!(said(&world), expected);
    change(
        &world,
        SALES_CONTRACT,
        "[columns.sold_on]\n",
        "[columns.sold_on]\ndescription = \"Day of the sale.\"\n",
    );
    assert_eq!(said(&world), expected[..4]);
    // Staging that computes a column says itself what it means, or is told to.
    change(
        &world,
        super::SALES,
        "sale_id, product_id, currency_code,",
        "upper(sale_id) as sale_id, product_id, currency_code,",
    );
    let staged = format!(
        "{}:11: nobody says what `sale_id` means, which `marts.fct_sales.sale_id` shows; describe \
         it in [columns]",
        super::SALES
    );
    assert!(said(&world).contains(&staged), "{:#?}", said(&world));
    let checked = ok(world.root(), &["check", "--offline"]);
    assert!(
        checked.contains("of 4 columns that people see nobody says what they mean"),
        "{checked}"
    );
}

#[test]
fn names_of_values_fit_columns_and_languages() {
    assert_eq!(unfit(&with_kinds()), [""; 0]);
    let languages = "warehouse/values.toml:2: ";
    let cases = [
        (
            VALUES,
            "dear = {",
            "deer = {",
            vec![
                "warehouse/values.toml:1: `dear` of `reports.kinds.row_kind` has no label"
                    .to_owned(),
                "warehouse/values.toml:2: no `row_kind` may hold `deer`; take the line out, or \
                 write the value as it is"
                    .to_owned(),
            ],
        ),
        (
            VALUES,
            "\"zh-CN\" = \"高价\"",
            "de = \"teuer\"",
            vec![format!("{languages}`dear` has no label in `zh-CN`")],
        ),
        (
            VALUES,
            "\"zh-CN\" = \"高价\"",
            "\"zh-CN\" = \"高价\", de = \"teuer\"",
            vec![format!(
                "{languages}`de` is none of the languages of warehouse/project.toml, en, zh-CN"
            )],
        ),
        (
            KINDS,
            "row_kind = [\"dear\", \"cheap\"]",
            "row_kind = \"row_kinds\"",
            vec![format!(
                "{KINDS}:5: warehouse/values.toml has no section `row_kinds`; is `row_kind` meant?"
            )],
        ),
        (
            KINDS,
            "[values]\n",
            "[values]\nkind = \"row_kind\"\n",
            vec![format!("{KINDS}:7: [values] names `kind`, which the query does not give")],
        ),
        (
            KINDS,
            "[\"dear\", \"cheap\"]",
            "[\"dear\", \"cheap\", \"free\"]",
            vec![
                "warehouse/values.toml:1: `free` of `reports.kinds.row_kind` has no label"
                    .to_owned(),
            ],
        ),
    ];
    for (file, from, to, expected) in cases {
        let world = with_kinds();
        change(&world, file, from, to);
        assert_eq!(unfit(&world), expected, "{from} -> {to}");
    }
}

/// What a table accepts, or a contract allows, has a name if any value of the column has.
#[test]
fn values_that_a_contract_allows_have_names_and_are_told() {
    let world = with_kinds();
    change(
        &world,
        SALES_CONTRACT,
        "from = \"Currency\"\n",
        "from = \"Currency\"\nallowed = [\"EUR\", \"USD\"]\n",
    );
    world.write(VALUES, format!("{VALUES_TOML}[currency_code]\nEUR = \"€\"\n"));
    let lacking = "warehouse/values.toml:4: `USD` of `marts.fct_sales.currency_code` has no label";
    assert_eq!(unfit(&world)[0], lacking);
    world.write(VALUES, format!("{VALUES_TOML}[currency_code]\nEUR = \"€\"\nUSD = \"$\"\n"));
    assert_eq!(unfit(&world), [""; 0]);
    let told = ok(world.root(), &["describe", "marts.fct_sales"]);
    assert!(told.contains("          EUR: €\n          USD: $\n"), "{told}");
    let told = ok(world.root(), &["describe", "reports.kinds"]);
    assert!(told.contains("          cheap: Cheap sale / 低价\n"), "{told}");
    world.write(VALUES, "[row_kind]\ndear = 3\n");
    assert!(unfit(&world)[0].starts_with("warehouse/values.toml:"), "{:?}", unfit(&world));
}
