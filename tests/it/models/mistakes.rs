//! Is every mistake in a file under sql/ told with file, line and fix?

use super::{DIM, FACT, PRODUCTS, SALES, change, compiled, shop};
use crate::support::world::World;

/// A mistake: the file, what stands there, what is written instead, and what is said of the file,
/// from the line on. What ends in `...` is the beginning of a message whose rest is the engine's.
type Case<'a> = (&'a str, &'a str, &'a str, &'a [&'a str]);

/// Makes each mistake in a project of its own; nothing but what is expected may be said.
fn check(cases: &[Case]) {
    for (file, from, to, expected) in cases {
        let world = shop();
        change(&world, file, from, to);
        let expected: Vec<String> = expected.iter().map(|said| format!("{file}:{said}")).collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        expect(&world, &format!("{file}: {from} -> {to}"), &expected);
    }
}

fn expect(world: &World, what: &str, expected: &[&str]) {
    let (_, mistakes) = compiled(world);
    let said: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    let fits = |(said, expected): (&String, &&str)| match expected.strip_suffix("...") {
        Some(beginning) => said.starts_with(beginning),
        None => said == expected,
    };
    let is_same = said.len() == expected.len() && said.iter().zip(expected).all(fits);
    assert!(is_same, "{what}\nsaid:\n{}\nexpected:\n{}", said.join("\n"), expected.join("\n"));
}

#[test]
fn a_sound_project_has_none() {
    let world = shop();
    expect(&world, "as it is", &[]);
    let (models, _) = compiled(&world);
    let order: Vec<String> = models.order.iter().map(ToString::to_string).collect();
    let place = |name: &str| order.iter().position(|known| known == name).unwrap();
    assert!(place("staging.stg_shop__products") < place("marts.dim_products"), "{order:?}");
    assert!(place("marts.dim_products") < place("marts.fct_sales"), "{order:?}");
}

#[test]
fn names_that_nothing_has() {
    check(&[
        (
            FACT,
            "from staging.stg_shop__sales as",
            "from staging.stg_shop__sale as",
            &["21: there is no `staging.stg_shop__sale`; is \
               `staging.stg_shop__sales` meant?"],
        ),
        (FACT, "sales.price_amount >", "sales.price >", &["19: ..."]),
        (
            FACT,
            "from staging.stg_shop__sales as",
            "from shop.sales as",
            &["21: `shop.sales` is a raw table; only sql/staging reads \
               those"],
        ),
        (
            FACT,
            "from staging.stg_shop__sales as",
            "from stg_shop__sales as",
            &["21: `stg_shop__sales` is named without its schema; write \
               `<schema>.stg_shop__sales`, where the schema is a folder of sql/ or, in staging, a \
               department"],
        ),
        (
            SALES,
            "from shop.sales",
            "from shop.sale",
            &["12: there is no contract for `shop.sale`; is \
               `shop.sales` meant?; write one, or say `connected = false` in the head if the \
               company has nothing like it"],
        ),
        (
            SALES,
            "from shop.sales",
            "from shpo.sales",
            &["12: `shpo.sales` is no raw table of `shop`, \
               the folder's department; name `shop.<table>`, or move the file"],
        ),
        (
            SALES,
            "from shop.sales",
            "from shop.sales\ncross join shop.products",
            &["12: staging reads exactly one raw table, this \
               reads 2; join in sql/intermediate"],
        ),
        (
            FACT,
            "left join marts.dim_products",
            "left join previous.fct_sales",
            &["22: `previous.fct_sales` is only for a table that \
               remembers its own rows: say `remembers = true` in the head, and name \
               `previous.fct_sales`"],
        ),
    ]);
}

#[test]
fn circles() {
    check(&[(
        DIM,
        "select product_id, product_name, weight as product_weight\n\
         from staging.stg_shop__products",
        "select product_id, product_name\nfrom marts.fct_sales",
        &["6: `marts.dim_products` reads `marts.fct_sales` reads \
           `marts.dim_products` form a circle; take one of these references out"],
    )]);
}

#[test]
fn heads() {
    let description = "description = \"What the shop sold, with the names of products.\"\n";
    check(&[
        (
            FACT,
            "/*---",
            "/*",
            &["1: has no head; begin with `/*---`, a line `description = \
               \"...\"`, a line `grain = [\"...\"]` and `---*/`"],
        ),
        (FACT, description, "", &["1: missing field `description`"]),
        (
            FACT,
            description,
            "description = \" \"\n",
            &["1: description is empty; say what a row is"],
        ),
        (
            FACT,
            "is_dear = \"Whether it cost more than 10.\"\n",
            "",
            &["18: [columns] lacks a description of `is_dear`, computed \
               here"],
        ),
        (
            FACT,
            "is_dear = ",
            "dear = ",
            &[
                "9: [columns] names `dear`, which the query does not give",
                "19: [columns] lacks a description of `is_dear`, computed \
                 here",
            ],
        ),
        (
            FACT,
            "grain = [\"sale_id\"]",
            "grain = [\"sale_number\"]",
            &["3: the grain names `sale_number`, which the query does not \
               give"],
        ),
        (
            FACT,
            "grain = [\"sale_id\"]",
            "grain = []",
            &["3: the grain is empty; name the columns that tell one row \
               from another"],
        ),
    ]);
}

#[test]
fn checks_of_what_is_not_there() {
    check(&[
        (
            FACT,
            "# more",
            "not_null = [\"product_number\"]",
            &["11: `not_null` names `product_number`, which the query \
               does not give"],
        ),
        (
            FACT,
            "# more",
            "relationships = [{ columns = [\"product_id\"], to = \"marts.dim_product\", key = \
             [\"product_id\"] }]",
            &["11: a relationship names `marts.dim_product`, which no \
               file under sql/ computes; is `marts.dim_products` meant?"],
        ),
        (
            FACT,
            "# more",
            "relationships = [{ columns = [\"product_id\"], to = \"staging.stg_shop__products\", \
             key = [\"product\"] }]",
            &["11: `staging.stg_shop__products` has no column `product`"],
        ),
    ]);
}

#[test]
fn months() {
    let lookup = "{ key = \"product_id\" }";
    check(&[
        (
            FACT,
            "month = \"sold_on\"",
            "month = \"product_name\"",
            &[
                "4: `month` names `product_name`, which is no date and no \
                 timestamp",
                "6: `staging.stg_shop__sales` lies by the month of \
                 `sold_on`, so no month of it can be told by `product_name`; declare a key or \
                 \"all\", or name `month` otherwise",
            ],
        ),
        (
            FACT,
            "month = \"sold_on\"\n",
            "",
            &["6: [inputs] is for tables that lie by months; name the \
               column in `month`"],
        ),
        (
            FACT,
            lookup,
            "\"same_month\"",
            &["7: `marts.dim_products` does not lie by months, so no month of it can be told by \
               `sold_on`; declare a key or \"all\", or name `month` otherwise"],
        ),
    ]);
}

#[test]
fn lookups() {
    let lookup = "{ key = \"product_id\" }";
    check(&[
        (
            FACT,
            lookup,
            "{ key = \"product\", as = [\"product_id\"] }",
            &["7: the key of `marts.dim_products` names `product`, which \
               `marts.dim_products` lacks"],
        ),
        (
            FACT,
            lookup,
            "{ key = \"product_id\", as = [\"product\"] }",
            &["7: the key of `marts.dim_products` names `product`, which \
               `marts.fct_sales` lacks"],
        ),
        (
            FACT,
            lookup,
            "{ key = \"product_id\", in = \"staging.stg_shop__products\" }",
            &["7: the key of `marts.dim_products` is looked for in \
               `staging.stg_shop__products`, whose months the head must declare with \
               \"same_month\" or { months = n }"],
        ),
        (
            FACT,
            lookup,
            "{ key = \"product_id\", from = \"since_on\", to = \"product_name\" }",
            &[
                "7: the key of `marts.dim_products` names `since_on`, which `marts.dim_products` \
                 lacks",
                "7: the key of `marts.dim_products` is dated by `product_name`, which is no date \
                 and no timestamp",
            ],
        ),
        (
            FACT,
            "\"marts.dim_products\" = ",
            "\"staging.stg_shop__products\" = ",
            &["7: [inputs] names `staging.stg_shop__products`, which the \
               query does not read"],
        ),
    ]);
}

#[test]
fn columns() {
    check(&[
        (
            SALES,
            "\"decimal(18,2)\"",
            "\"decimal(18,4)\"",
            &["8: [shape] says `price_amount` is \
               decimal(18,4), the query gives decimal(18,2)"],
        ),
        (PRODUCTS, "weight = \"integer\"\n", "", &["8: [shape] lacks `weight = \"integer\"`"]),
        (
            PRODUCTS,
            ", product_name, weight\n",
            ", product_name\n",
            &["7: [shape] names `weight`, which the query \
               does not give"],
        ),
        (
            FACT,
            "    sales.price_amount,",
            "    cast(sales.price_amount as decimal(20, 2)) as price_amount,",
            &[
                "18: `price_amount` is a Decimal128(20, 2); an amount is a \
                 decimal of at most 18 digits and 4 decimals: cast it",
                "18: [columns] lacks a description of `price_amount`, \
                 computed here",
            ],
        ),
        (
            FACT,
            "    products.product_name,",
            "    products.product_id,",
            &["15: two columns are called `product_id`; name one of them \
               otherwise"],
        ),
        (FACT, "select\n", "selec\n", &["13: SQL error: ..."]),
    ]);
}

#[test]
fn names_of_files() {
    let world = shop();
    world.write("sql/intermediate/sales_dated.sql", "select 1 as a");
    expect(
        &world,
        "a folder's prefix",
        &["sql/intermediate/sales_dated.sql: is not named as its folder asks: `int_<entity>.sql`"],
    );

    let world = shop();
    let file = "description = \"Tills, as seen from FOLDER.\"\n[shape]\nproduct_id = \"text\"\n";
    for folder in ["shop", "shop__old"] {
        let head = file.replace("FOLDER", folder);
        let text = format!("/*---\n{head}---*/\nselect product_id\nfrom {folder}.products\n");
        world.write(&format!("sql/staging/{folder}/stg_shop__old__tills.sql"), text);
    }
    expect(
        &world,
        "two files of one name",
        &["sql/staging/shop__old/stg_shop__old__tills.sql:1: `staging.stg_shop__old__tills` is \
           also the name of sql/staging/shop/stg_shop__old__tills.sql"],
    );

    for (folder, name) in [("checks", "sales_are_none"), ("reports", "newest_sales")] {
        let world = shop();
        let text = "/*---\ndescription = \"Entities that are none.\"\n---*/\n\
                    select entity_id\nfrom patron.entities\nwhere false\n";
        world.write(&format!("sql/{folder}/{name}.sql"), text);
        expect(&world, folder, &[]);
        let from = format!("from {folder}.{name}");
        change(&world, DIM, "from staging.stg_shop__products", &from);
        let said = format!(
            "sql/marts/dim_products.sql:6: `{folder}.{name}` lies in sql/{folder}, which nothing \
             may read"
        );
        expect(&world, &from, &[&said]);
    }
}

#[test]
fn departments_that_are_not_there() {
    let world = shop();
    let staging = "/*---\ndescription = \"Machines of the plant.\"\ngrain = [\"machine_id\"]\n\
                   [shape]\nmachine_id = \"text\"\nbuilt_on = \"date\"\n---*/\n\
                   select machine_id, built_on from plant.machines\n";
    let mart = "/*---\ndescription = \"Machines, old and new.\"\ngrain = [\"machine_id\"]\n---*/\n\
                select machine_id, built_on from staging.stg_plant__machines\n";
    world.write("sql/staging/plant/stg_plant__machines.sql", staging);
    world.write("sql/marts/dim_machines.sql", mart);
    // What the company does not have is said in the head, whatever the body says.
    change(&world, PRODUCTS, "[shape]", "connected = false\n[shape]");
    change(&world, PRODUCTS, "select product_id, product_name, weight", "selec nothing");
    expect(&world, "two tables that are not connected", &[]);
    let (models, _) = compiled(&world);
    let names: Vec<String> =
        models.not_connected().map(|model| model.file.name.to_string()).collect();
    assert_eq!(names, ["staging.stg_plant__machines", "staging.stg_shop__products"]);

    world.refreshed(crate::support::world::day(0));
    assert_eq!(world.value("select count(*) from marts.dim_machines"), "0");
    let types = "select arrow_typeof(max(built_on)) from marts.dim_machines";
    assert_eq!(world.value(types), "Date32");
    assert_eq!(
        world.rows("select sale_id, product_name from marts.fct_sales order by 1"),
        [["S1", "null"], ["S2", "null"], ["S3", "null"]]
    );
}
