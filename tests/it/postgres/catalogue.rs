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
fn tables_of_the_search_path_need_no_schema() {
    let server = shared();
    for command in ["\\d", "\\dt"] {
        let listed = server.answered(&[command]);
        assert!(listed.lines().any(|line| line.starts_with("marts|dim_customers|table|")));
        assert!(listed.lines().all(|line| line.starts_with("marts|")), "{command}: {listed}");
    }
    let table = server.answered(&["\\d dim_customers"]);
    assert!(table.contains("customer_id|text"), "{table}");
    let sales = server.answered(&["set search_path to sales, marts", "\\dt"]);
    assert!(sales.lines().any(|line| line.starts_with("sales|orders|")), "{sales}");
    assert!(sales.lines().any(|line| line.starts_with("marts|dim_customers|")), "{sales}");
    assert!(!sales.contains("finance|"), "{sales}");
    // What is listed without a schema is read without one.
    let counts = |before: &[&str], sql: &str| server.answered(&[before, &[sql]].concat());
    let all = counts(&[], "select count(*) from marts.dim_customers");
    assert_eq!(counts(&[], "select count(*) from dim_customers"), all);
    assert_eq!(counts(&[], "select count(*) from \"dim_customers\" as c"), all);
    let own = "with dim_customers as (select 1) select count(*) from dim_customers";
    assert_eq!(counts(&[], own), "1");
    let numbers = "select 'dim_customers'::regclass = 'marts.dim_customers'::regclass";
    assert_eq!(counts(&[], numbers), "t");
    assert!(server.refused("select count(*) from orders").contains("sales.orders"));
    let orders = counts(&["set search_path to sales"], "select count(*) from orders");
    assert_eq!(orders, format!("SET\n{}", counts(&[], "select count(*) from sales.orders")));
    assert_eq!(counts(&[], "select current_schema()"), "marts");
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

#[test]
fn names_of_a_question_are_its_own() {
    // Unqualified, a number in a key is the table's of the question.
    let shown = "select count(distinct oid::regtype::text) = count(*) as found from pg_type";
    assert_eq!(shared().answered(&[shown]), "t");
    let visible = "select count(*) > 0 from pg_class where pg_table_is_visible(oid)";
    assert_eq!(shared().answered(&[visible]), "t");
    let owner = "select count(distinct pg_get_userbyid(relowner)) from pg_class";
    assert_eq!(shared().answered(&[owner]), "1");
}

#[test]
fn tools_look_for_tables_in_many_words() {
    let server = shared();
    // A table and its column by its name in a text, as tools do that show comments.
    let comment = "select col_description(cast(cast(format('%I.%I', c.table_schema, c.table_name) \
                   as regclass) as oid), c.ordinal_position) from information_schema.columns as c \
                   where c.table_schema = 'sales' and c.column_name = 'quantity' and c.table_name \
                   = 'delivery_lines'";
    assert_eq!(server.answered(&[comment]), "Pieces shipped.");
    let kept = "select count(*) > 0 from information_schema.tables where table_schema !~ \
                '^information_schema|catalog_history|pg_' and table_name ~* '^DELIVERY_(lines)?$'";
    assert_eq!(server.answered(&[kept]), "t");
    let needed = "select string_agg(column_name, ',' order by ordinal_position) from \
                  information_schema.columns where is_nullable = 'NO' and table_schema = 'sales' \
                  and table_name = 'delivery_lines'";
    assert_eq!(server.answered(&[needed]), "delivery_id,delivery_line_number");
    // A key's columns, each with its place in the key.
    let key = "select places.attname, (places.keys).n from (select a.attname, a.attnum, \
               information_schema._pg_expandarray(i.indkey) as keys from pg_index as i join \
               pg_attribute as a on a.attrelid = i.indrelid where i.indisprimary and i.indrelid = \
               'sales.delivery_lines'::regclass) as places where places.attnum = (places.keys).x \
               order by 2";
    assert_eq!(server.answered(&[key]), "delivery_id|1\ndelivery_line_number|2");
    let partners = "select c.conname from pg_constraint as c, generate_series(1, 32) as pos(n) \
                    where c.contype = 'f' and c.confkey[pos.n] = 1";
    assert_eq!(server.answered(&[partners]), "");
    let words = "select 1 as \"table\", 2 as select, 3 as \"Order\" from pg_namespace limit 1";
    assert_eq!(server.answered(&[words]), "1|2|3");
    let error = server.refused("select relname from pg_class where relname ~ '('");
    assert!(error.contains("is not understood as a regular expression"), "{error}");
}
