//! Does a table that is delivered whole keep its rows when refused ones are tried again?

use crate::cli::ok;
use crate::support::world::{World, day};

fn contract(kind: &str) -> String {
    format!(
        "description = \"articles\"\nsystem = \"shop\"\nobject = \"articles.csv\"\nkind = \"csv\"\n\
         mode = \"full\"\nkey = [\"article\"]\n\
         tolerate = {{ refused_ratio = 1.0, deleted_ratio = 1.0 }}\n\
         [columns.article]\ntype = \"text\"\nrequired = true\n\
         [columns.price]\ntype = \"{kind}\"\n"
    )
}

/// Two rows that fit, one that is new and one whose older version is served.
fn shop() -> World {
    let world = World::empty();
    world.write("warehouse/systems.toml", "[shop]\nkind = \"files\"\npath = \"feeds\"\n");
    world.write("warehouse/contracts/shop/articles.toml", contract("decimal(18,2)"));
    world.write("feeds/articles.csv", "article,price\nA,1.00\nB,2.00\nC,3.00\n");
    world.refreshed(day(0));
    world.write("feeds/articles.csv", "article,price\nA,1.00\nB,2.00\nC,3.5x\nD,4.5x\n");
    world.refreshed(day(1));
    world
}

const ROWS: &str = "select article, price, _is_stale from shop.articles order by article";

#[test]
fn rows_that_are_refused_again_take_no_others_along() {
    let world = shop();
    let served = [["A", "1.00", "false"], ["B", "2.00", "false"], ["C", "3.00", "true"]];
    assert_eq!(world.rows(ROWS), served);
    ok(world.root(), &["quarantine", "retry", "shop.articles"]);
    assert_eq!(world.rows(ROWS), served);
    assert_eq!(world.value("select count(*) from patron.quarantine"), "2");
}

#[test]
fn the_next_delivery_counts_against_all_rows() {
    let world = shop();
    ok(world.root(), &["quarantine", "retry"]);
    world.write("feeds/articles.csv", "article,price\nA,1.25\nC,3.50\nD,4.50\n");
    world.refreshed(day(2));
    let expected = [["A", "1.25", "false"], ["C", "3.50", "false"], ["D", "4.50", "false"]];
    assert_eq!(world.rows(ROWS), expected);
    assert_eq!(world.value("select count(*) from patron.quarantine"), "0");
}

#[test]
fn rows_that_the_mended_contract_takes_come_in_beside_the_others() {
    let world = World::empty();
    world.write("warehouse/systems.toml", "[shop]\nkind = \"files\"\npath = \"feeds\"\n");
    let strict = contract("boolean");
    world.write("warehouse/contracts/shop/articles.toml", &strict);
    world.write("feeds/articles.csv", "article,price\nA,true\nB,false\nC,false\n");
    world.refreshed(day(0));
    world.write("feeds/articles.csv", "article,price\nA,true\nB,false\nC,yes\nD,yes\n");
    world.refreshed(day(1));
    world.write(
        "warehouse/contracts/shop/articles.toml",
        format!("{strict}[format]\ntrue_values = [\"true\", \"yes\"]\n"),
    );
    ok(world.root(), &["quarantine", "retry", "shop.articles"]);
    let expected = [
        ["A", "true", "false"],
        ["B", "false", "false"],
        ["C", "true", "false"],
        ["D", "true", "false"],
    ];
    assert_eq!(world.rows(ROWS), expected);
    assert_eq!(world.value("select count(*) from patron.quarantine"), "0");
}
