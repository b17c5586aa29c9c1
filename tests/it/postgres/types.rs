//! Does every type come through unchanged, in text and in binary form?

use tokio_postgres::types::Type;
use tokio_postgres::{Row, SimpleQueryMessage};

use super::with;

/// A value, its type and how PostgreSQL 15 writes it.
const VALUES: [(&str, Type, &str); 21] = [
    ("true", Type::BOOL, "t"),
    ("cast(-7 as smallint)", Type::INT2, "-7"),
    ("cast(2147483647 as int)", Type::INT4, "2147483647"),
    ("cast(-9223372036854775807 as bigint)", Type::INT8, "-9223372036854775807"),
    ("cast(1.5 as real)", Type::FLOAT4, "1.5"),
    ("cast(0.1 as double)", Type::FLOAT8, "0.1"),
    ("cast('1e300' as double)", Type::FLOAT8, "1e+300"),
    ("cast(12.50 as decimal(18, 2))", Type::NUMERIC, "12.50"),
    ("cast(-0.05 as decimal(18, 4))", Type::NUMERIC, "-0.0500"),
    ("cast(0 as decimal(10, 2))", Type::NUMERIC, "0.00"),
    (
        "cast('99999999999999999999999999999999.999999' as decimal(38, 6))",
        Type::NUMERIC,
        "99999999999999999999999999999999.999999",
    ),
    ("'größe 尺寸'", Type::TEXT, "größe 尺寸"),
    ("''", Type::TEXT, ""),
    ("date '2026-03-01'", Type::DATE, "2026-03-01"),
    ("date '1969-12-31'", Type::DATE, "1969-12-31"),
    ("timestamp '2026-03-01 12:34:56.5'", Type::TIMESTAMP, "2026-03-01 12:34:56.5"),
    ("make_time(23, 59, 1)", Type::TIME, "23:59:01"),
    ("interval '1 month 2 days 3 hours'", Type::INTERVAL, "1 mon 2 days 03:00:00"),
    ("make_array(1, null, 3)", Type::INT8_ARRAY, "{1,NULL,3}"),
    ("make_array('a b', 'c')", Type::TEXT_ARRAY, "{\"a b\",c}"),
    (
        "named_struct('a', 1, 'b', cast(2.50 as decimal(5, 2)))",
        Type::JSON,
        "{\"a\": 1, \"b\": 2.50}",
    ),
];

#[test]
fn values_are_written_as_postgresql_writes_them() {
    with(async |client| {
        for (sql, kind, text) in VALUES {
            let statement = client.prepare(&format!("select {sql} as found")).await.unwrap();
            assert_eq!(statement.columns()[0].type_(), &kind, "{sql}");
            let messages = client.simple_query(&format!("select {sql} as found")).await.unwrap();
            let found = messages.iter().find_map(|message| match message {
                SimpleQueryMessage::Row(row) => Some(row.get(0).map(str::to_owned)),
                _ => None,
            });
            assert_eq!(found, Some(Some(text.to_owned())), "{sql}");
        }
    });
}

async fn one(client: &tokio_postgres::Client, sql: &str) -> Row {
    client.query_one(&format!("select {sql} as found"), &[]).await.unwrap()
}

#[test]
fn binary_values_are_what_they_were() {
    with(async |client| {
        assert!(one(&client, "true").await.get::<_, bool>(0));
        assert_eq!(one(&client, "cast(-7 as smallint)").await.get::<_, i16>(0), -7);
        assert_eq!(one(&client, "cast(70000 as int)").await.get::<_, i32>(0), 70_000);
        assert_eq!(one(&client, "cast(-5 as bigint)").await.get::<_, i64>(0), -5);
        let float = one(&client, "cast(0.1 as double)").await.get::<_, f64>(0);
        assert_eq!(float.to_bits(), 0.1_f64.to_bits());
        assert_eq!(one(&client, "'größe'").await.get::<_, String>(0), "größe");
        assert_eq!(one(&client, "cast(null as int)").await.get::<_, Option<i32>>(0), None);
        let list = one(&client, "make_array(1, null, 3)").await;
        assert_eq!(list.get::<_, Vec<Option<i64>>>(0), [Some(1), None, Some(3)]);
        let texts = one(&client, "make_array('a', 'b c')").await;
        assert_eq!(texts.get::<_, Vec<String>>(0), ["a", "b c"]);
    });
}

#[test]
fn parameters_are_values_and_nothing_else() {
    with(async |client| {
        let hostile = "x' or 'a' = 'a";
        let sql = "select count(*) from sales.customers where customer_id = $1";
        let row = client.query_one(sql, &[&hostile]).await.unwrap();
        assert_eq!(row.get::<_, i64>(0), 0);
        let row = client.query_one(sql, &[&"K101"]).await.unwrap();
        assert_eq!(row.get::<_, i64>(0), 1);
        let sql = "select cast($1 as bigint) + $2 as found";
        let row = client.query_one(sql, &[&40_i64, &2_i64]).await.unwrap();
        assert_eq!(row.get::<_, i64>(0), 42);
        let row = client.query_one("select $1 as found", &[&hostile]).await.unwrap();
        assert_eq!(row.get::<_, String>(0), hostile);
        let row = client.query_one("select $1 as found", &[&None::<String>]).await.unwrap();
        assert_eq!(row.get::<_, Option<String>>(0), None);
    });
}
