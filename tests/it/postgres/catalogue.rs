//! Do clients that look for tables, columns and types find what there is?

use super::{shared, with};

#[test]
fn psql_lists_schemas_tables_and_columns() {
    let server = shared();
    let schemas = server.answered(&["\\dn"]);
    assert!(schemas.lines().any(|line| line.starts_with("sales|")), "{schemas}");
    let tables = server.answered(&["\\dt sales.*"]);
    assert!(tables.lines().any(|line| line.starts_with("sales|orders|table|")), "{tables}");
    assert!(!tables.contains("finance|"), "{tables}");
    let table = server.answered(&["\\d sales.orders"]);
    assert!(table.contains("order_id|text"), "{table}");
    let more = server.answered(&["\\d+ marts.dim_customers"]);
    assert!(more.contains("customer_id|text"), "{more}");
    for command in ["\\l", "\\du", "\\df", "\\dv", "\\z sales.orders", "\\dT", "\\di", "\\dx"] {
        server.answered(&[command]);
    }
}

#[test]
fn the_standard_lists_the_same_columns() {
    let found = shared().answered(&[
        "select column_name, data_type, numeric_precision, numeric_scale from \
         information_schema.columns where table_schema = 'sales' and table_name = \
         'delivery_lines' and column_name = 'quantity'",
    ]);
    assert!(
        found.starts_with("quantity|numeric|") || found.starts_with("quantity|bigint"),
        "{found}"
    );
    let count = shared()
        .answered(&["select count(*) from information_schema.tables where table_schema = 'sales'"]);
    assert!(count.parse::<usize>().unwrap() > 3, "{count}");
}

#[test]
fn drivers_find_types_and_tables() {
    with(async |client| {
        let sql = "select typname, oid, typarray, oid::regtype::text as shown from pg_type as t \
                   where t.oid = to_regtype($1)";
        let row = client.query_one(sql, &[&"numeric"]).await.unwrap();
        assert_eq!(row.get::<_, u32>(1), 1_700);
        assert_eq!(row.get::<_, u32>(2), 1_231);
        assert_eq!(row.get::<_, String>(3), "numeric");
        let sql = "select n.nspname, c.relname from pg_catalog.pg_class c join \
                   pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relkind = any \
                   (array['r', 'v']) and n.nspname !~ '^pg_' and n.nspname <> \
                   'information_schema' and c.relname = 'orders' order by 1, 2";
        let rows = client.query(sql, &[]).await.unwrap();
        let names: Vec<(String, String)> =
            rows.iter().map(|row| (row.get(0), row.get(1))).collect();
        assert!(names.contains(&("sales".to_owned(), "orders".to_owned())), "{names:?}");
    });
}

#[test]
fn questions_about_data_are_not_questions_about_the_catalogue() {
    let error = shared().refused("select * from pg_catalog.pg_class, sales.orders");
    assert!(error.contains("42P01"), "{error}");
    let said = shared().answered(&["select version()", "select current_database()"]);
    assert!(said.starts_with("PostgreSQL 15.0 (Patron") && said.ends_with("patron"), "{said}");
}
