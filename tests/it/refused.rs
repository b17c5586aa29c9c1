//! Is nothing lost when a refresh is refused after it has read everything?

use crate::support::world::{World, day, sqlite};

fn project() -> World {
    let world = World::empty();
    world.write("warehouse/systems.toml", "[base]\nkind = \"sqlite\"\npath = \"feeds/base.db\"\n");
    let contract = |table: &str, lines: &str| {
        let head = format!("description = \"{table}\"\nsystem = \"base\"\nobject = \"{table}\"\n");
        let columns = "[columns.row_id]\ntype = \"integer\"\nrequired = true\n\
            [columns.changed_at]\ntype = \"timestamp\"\nrequired = true\n";
        let name = format!("warehouse/contracts/refused/{table}.toml");
        world.write(&name, format!("{head}key = [\"row_id\"]\n{lines}{columns}"));
    };
    contract(
        "changes",
        "mode = \"merge\"\ncursor = { column = \"changed_at\", overlap_seconds = 60 }\n",
    );
    contract("whole", "mode = \"full\"\ntolerate = { deleted_ratio = 0.5 }\n");
    sqlite(
        &world.path("feeds/base.db"),
        "create table changes (row_id integer primary key, changed_at text);
         create table whole (row_id integer primary key, changed_at text);
         insert into changes values (1, '2026-01-01 00:00:00'), (2, '2026-01-02 00:00:00');
         insert into whole select row_id, changed_at from changes;
         insert into whole values (3, '2026-01-01 00:00:00'), (4, '2026-01-01 00:00:00');",
    );
    world
}

#[test]
fn rows_read_by_a_refused_refresh_are_read_again() {
    let world = project();
    world.refreshed(day(0));
    let changes = "select row_id from refused.changes order by 1";
    assert_eq!(world.rows(changes), [["1"], ["2"]]);

    // Row 3 is older than row 4 by more than the overlap: a cursor that ran ahead would skip it.
    let database = world.path("feeds/base.db");
    sqlite(
        &database,
        "insert into changes values (3, '2026-01-03 00:00:00'), (4, '2026-01-09 00:00:00');
         delete from whole where row_id > 1;",
    );
    let error = world.refresh(day(1)).expect_err("three of four rows would be deleted");
    assert!(error.to_string().contains("refused.whole"), "{error}");
    assert_eq!(world.rows(changes), [["1"], ["2"]], "nothing became visible");
    assert_eq!(world.release().number, 1);

    sqlite(&database, "insert into whole select row_id, changed_at from changes where row_id > 1;");
    world.refreshed(day(2));
    assert_eq!(world.rows(changes), [["1"], ["2"], ["3"], ["4"]]);
    assert_eq!(world.release().number, 2);
}
