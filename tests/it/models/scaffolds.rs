//! Do files begun by `patron new` plan and run as they are written?

use std::fs;

use super::{SALES, change, shop};
use crate::cli::{fails, ok};
use crate::support::world::day;

#[test]
fn models_checks_reports_and_cubes_run_as_they_are_written() {
    let world = shop();
    let root = world.root();
    let staging = "staging.stg_shop__sales";
    let said = ok(root, &["new", "model", "marts.fct_tills", "--from", staging]);
    assert!(said.starts_with("sql/marts/fct_tills.sql  every column of"), "{said}");
    ok(root, &["new", "model", "intermediate.int_shelves", "--from", "stg_shop__products"]);
    ok(root, &["new", "model", "marts.fct_days", "--from", "fct_tills", "--grain", "sale_id"]);
    ok(root, &["new", "check", "sales_repeat", "--from", staging]);
    ok(root, &["new", "check", "checks.products_repeat"]);
    ok(root, &["new", "report", "newest_sales", "--from", "marts.fct_tills"]);
    ok(root, &["new", "report", "shelves"]);
    let said = ok(root, &["new", "cube", "tills", "--from", "marts.fct_tills"]);
    assert!(said.starts_with("sql/cubes/tills.sql  the columns of marts.fct_tills"), "{said}");
    ok(root, &["new", "cube", "cubes.shelves"]);
    let checked = ok(root, &["check", "--offline"]);
    assert!(checked.contains("and 13 files under sql/\neverything fits"), "{checked}");

    let outcome = world.refreshed(day(0));
    assert_eq!(outcome.findings, []);
    assert_eq!(world.value("select count(*), sum(price_amount) from marts.fct_tills"), "3 37.50");
    assert_eq!(world.value("select count(*) from marts.fct_days"), "3");
    assert_eq!(world.value("select count(*) from intermediate.int_shelves"), "2");
    // A report is stored nowhere.
    assert!(world.try_rows("select * from reports.newest_sales").is_err());
    let first = ok(root, &["report", "newest_sales", "-p", "row_count=1", "--format", "csv"]);
    assert_eq!(first.lines().skip(1).collect::<Vec<_>>(), ["S1,P1,EUR,5.00,2026-01-10"]);
    assert!(ok(root, &["report", "shelves"]).contains("(2 rows)"));
    // Its measures by month: two sales of 25.00 in January, one of 12.50 in February.
    assert_eq!(
        world.rows("select sold_on, row_count from cubes.tills__monthly order by 1"),
        [["2026-01-01", "2"], ["2026-02-01", "1"]]
    );
    let told = ok(root, &["describe", "cubes.tills"]);
    assert!(told.contains("  price_amount  additive; a total of it is its sum"), "{told}");
    assert!(ok(root, &["describe", "cubes.shelves"]).contains("  row_count  additive"));

    // The check finds what it says: two products of one number.
    let check = fs::read_to_string(world.path("sql/checks/products_repeat.sql")).unwrap();
    assert!(check.contains("severity    = \"warning\""), "{check}");
    change(&world, "sql/checks/products_repeat.sql", "having count(*) > 1", "having count(*) > 0");
    let findings = world.refreshed(day(1)).findings;
    assert_eq!(findings.len(), 1);
    assert!(findings[0].finding.contains("2 rows: product_id P1, row_count 1"), "{findings:?}");
}

#[test]
fn nothing_is_overwritten_or_begun_wrongly() {
    let world = shop();
    let root = world.root();
    let staging = "stg_shop__sales";
    let before = fs::read_to_string(world.path("sql/marts/fct_sales.sql")).unwrap();
    let said = fails(root, &["new", "model", "marts.fct_sales", "--from", staging], 1);
    let taken = "`sql/marts/fct_sales.sql` exists; delete it or choose another name";
    assert!(said.contains(taken), "{said}");
    assert_eq!(fs::read_to_string(world.path("sql/marts/fct_sales.sql")).unwrap(), before);

    let cases: [(&[&str], i32, &str); 11] = [
        (&["cube", "tills", "--from", staging], 2, "a cube measures what people see, a table of"),
        (&["cube", "my__tills"], 2, "names of cubes have no `__`"),
        (&["report", "tills", "--from", staging], 2, "a report reads what people see, a table of"),
        (&["model", "fct_tills", "--from", staging], 2, "write `<schema>.<table>`"),
        (&["model", "sales.fct_tills", "--from", staging], 2, "lies in intermediate or marts"),
        (&["model", "intermediate.tills", "--from", staging], 2, "write `intermediate.int_tills`"),
        (&["model", "marts.fct_tills", "--from", "stg_shop__sale"], 1, "is `stg_shop__sales`"),
        (
            &["model", "marts.fct_tills", "--from", "shop.sales"],
            2,
            "name `staging.stg_shop__sales`, which reads it",
        ),
        (&["model", "marts.fct_tills", "--from", staging, "--grain", "x"], 2, "no column `x`"),
        (&["model", "marts.fct_tills", "--from", "patron.project"], 2, "is no table of sql/"),
        (&["check", "Sales!"], 2, "`Sales!` is no name in sql/checks"),
    ];
    for (arguments, status, part) in cases {
        let said = fails(root, &[&["new"], arguments].concat(), status);
        assert!(said.contains(part), "{arguments:?}: {said}");
    }
    change(&world, SALES, "grain = [\"sale_id\"]", "grain = []");
    let said = fails(root, &["new", "model", "marts.fct_tills", "--from", staging], 2);
    assert!(said.contains("say with `--grain` which columns"), "{said}");
    assert!(!world.path("sql/marts/fct_tills.sql").exists());
}
