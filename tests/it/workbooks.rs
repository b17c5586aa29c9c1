//! Does a workbook that a department delivers load, with its bad rows kept until they are mended?
//! The expected rows are read off tests/worlds/xlsx/make.py by hand.

use std::path::Path;

use crate::support::binary;
use crate::support::world::{World, day};

const CONTRACT: &str = "warehouse/contracts/control/budgets.toml";

/// The contract of the budgets with these lines for amounts and for months.
fn contract(amount: &str, month: &str) -> String {
    format!(
        "description = \"Budgets\"\nsystem = \"files\"\nobject = \"budget-*.xlsx\"\n\
         kind = \"xlsx\"\nmode = \"append\"\ntolerate = {{ refused_ratio = 1.0 }}\n\
         [format]\nsheet = \"Budget\"\nrange = \"A3:C\"\n\
         [columns.centre_id]\ntype = \"text\"\nfrom = \"Centre\"\nrequired = true\n\
         [columns.month_on]\ntype = \"date\"\nfrom = \"Month\"\n{month}\
         [columns.budget_amount]\ntype = \"{amount}\"\nfrom = \"Amount\"\n"
    )
}

fn project() -> World {
    let world = World::empty();
    world.write("warehouse/systems.toml", "[files]\nkind = \"files\"\npath = \"feeds\"\n");
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/worlds/xlsx/budget-2026.xlsx");
    world.write("feeds/budget-2026.xlsx", std::fs::read(fixture).unwrap());
    world
}

#[test]
fn bad_rows_of_a_workbook_come_in_when_the_contract_is_mended() {
    let world = project();
    world.write(CONTRACT, contract("decimal(18,2)", ""));
    world.refreshed(day(0));
    let served =
        "select centre_id, month_on, budget_amount, _row from control.budgets order by _row";
    let good = [
        ["C1", "2026-01-01", "1000.00", "4"],
        ["C1", "2026-02-01", "1000.50", "5"],
        ["C3", "2026-01-01", "99.99", "8"],
    ];
    assert_eq!(world.rows(served), good);
    let quarantine = "select source, row_number, column_name, reason from patron.quarantine \
        order by row_number";
    let refused = [
        [
            "budget-2026.xlsx",
            "6",
            "budget_amount",
            "has more than 2 decimals; write `round = true` to have it rounded",
        ],
        ["budget-2026.xlsx", "7", "month_on", "is not a date in the contract's format"],
    ];
    assert_eq!(world.rows(quarantine), refused);

    // Texts are dates in German notation; date cells stay what they are.
    world.write(CONTRACT, contract("decimal(18,3)", "format = \"%d.%m.%Y\"\n"));
    world.refreshed(day(1));
    let whole = [
        ["C1", "2026-01-01", "1000.000", "4"],
        ["C1", "2026-02-01", "1000.500", "5"],
        ["C2", "2026-01-01", "12.345", "6"],
        ["C2", "2026-02-01", "7.000", "7"],
        ["C3", "2026-01-01", "99.990", "8"],
    ];
    assert_eq!(world.rows(served), whole);
    assert_eq!(world.value("select count(*) from patron.quarantine"), "0");
}

#[test]
fn rows_kept_of_a_workbook_are_retried() {
    let world = project();
    world.write(CONTRACT, contract("decimal(18,2)", ""));
    world.refreshed(day(0));
    world.write(CONTRACT, contract("decimal(18,2)", "format = \"%d.%m.%Y\"\n"));
    for _ in 0..2 {
        let retried = binary::run(world.root(), &["quarantine", "retry"]);
        assert!(retried.status.success(), "{}", binary::said(&retried));
        let rows = "select month_on, budget_amount from control.budgets where centre_id = 'C2'";
        assert_eq!(world.rows(rows), [["2026-02-01", "7.00"]]);
        let left = "select row_number from patron.quarantine";
        assert_eq!(world.value(left), "6", "what is still bad stays");
    }
}

#[test]
fn a_contract_for_a_workbook_is_written_from_it() {
    let world = project();
    let made = ["new", "table", "files.budget-2026.xlsx", "--department", "control"];
    let sheet = ["--table", "plans", "--sheet", "Budget", "--range", "A3:C"];
    let said = binary::run(world.root(), &[&made[..], &sheet[..]].concat());
    assert!(said.status.success(), "{}", binary::said(&said));
    let written = std::fs::read_to_string(world.path("warehouse/contracts/control/plans.toml"));
    let written = written.unwrap();
    for part in [
        "kind = \"xlsx\"",
        "[format]\nsheet = \"Budget\"\nrange = \"A3:C\"\n",
        "[columns.centre]\ntype = \"text\"\nfrom = \"Centre\"\nrequired = true",
        // One of the months is a text.
        "[columns.month]\ntype = \"text\"",
        "[columns.amount]\ntype = \"decimal(18,4)\"",
    ] {
        assert!(written.contains(part), "{part} in:\n{written}");
    }
    let csv = "feeds/a.csv";
    world.write(csv, "a,b\n1,2\n");
    let said = binary::run(world.root(), &["new", "table", "files.a.csv", "--sheet", "Budget"]);
    assert!(binary::said(&said).contains("is no workbook; leave out `--sheet` and `--range`"));
    let other = contract("decimal(18,2)", "").replace("kind = \"xlsx\"", "kind = \"csv\"");
    world.write(CONTRACT, other);
    let said = binary::said(&binary::run(world.root(), &["check"]));
    let expected = "sheet and range are for workbooks; say kind = \"xlsx\" or leave them out";
    assert!(said.contains(expected), "{said}");
    world.write(CONTRACT, contract("decimal(18,2)", "").replace("A3:C", "C3:A"));
    let said = binary::said(&binary::run(world.root(), &["check"]));
    assert!(said.contains("`C3:A` is no range of cells"), "{said}");
}
