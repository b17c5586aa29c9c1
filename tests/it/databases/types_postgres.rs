//! Does every value that PostgreSQL can hold load exactly, or is refused for a stated reason?

use super::shop::{Shop, Way};
use super::types::{Case, check};
use crate::support::postgres::Postgres;

const NUMBERS: &[Case] = &[
    ("boolean", "boolean", &[("true", "=true"), ("false", "=false")]),
    ("smallint", "integer", &[("-32768", "=-32768"), ("32767", "=32767"), ("0", "=0")]),
    ("integer", "integer", &[("-2147483648", "=-2147483648"), ("2147483647", "=2147483647")]),
    (
        "bigint",
        "integer",
        &[
            ("-9223372036854775808", "=-9223372036854775808"),
            ("9223372036854775807", "=9223372036854775807"),
        ],
    ),
    ("bigint", "decimal(18,2)", &[("7", "=7.00"), ("9223372036854775807", "~out of the range")]),
    ("integer", "boolean", &[("1", "=true"), ("0", "=false"), ("2", "~true and false")]),
    (
        "real",
        "float",
        &[
            ("0.1", "=0.1"),
            ("'-0'", "=-0.0"),
            ("3.4028235e38", "=3.4028235e38"),
            ("1e-45", "=1e-45"),
            ("16777216", "=16777216"),
            ("'NaN'", "~is not a number"),
            ("'Infinity'", "~is not a number"),
        ],
    ),
    (
        "real",
        "decimal(12,4)",
        &[
            ("0.05", "=0.0500"),
            ("18.6", "=18.6000"),
            ("1e-7", "~more than 4 decimals"),
            ("'-Infinity'", "~"),
            ("3.4e38", "~"),
        ],
    ),
    (
        "double precision",
        "float",
        &[
            ("0.1", "=0.1"),
            ("0.30000000000000004", "=0.30000000000000004"),
            ("'-0'", "=-0.0"),
            ("1.7976931348623157e308", "=1.7976931348623157e308"),
            ("5e-324", "=5e-324"),
            ("1e15", "=1e15"),
            ("123456789.125", "=123456789.125"),
            ("'NaN'", "~is stored as"),
            ("'Infinity'", "~is stored as"),
            ("'-Infinity'", "~is stored as"),
        ],
    ),
    (
        "double precision",
        "decimal(18,2)",
        &[
            ("19.99", "=19.99"),
            ("-7", "=-7.00"),
            ("0.1::float8 + 0.2::float8", "~"),
            ("1234567890123456.78", "~float with more digits"),
            ("'NaN'", "~"),
        ],
    ),
    ("money", "decimal(12,2)", &[("12.34", "=12.34"), ("'-1000.5'", "=-1000.50")]),
];

const NUMERICS: &[Case] = &[
    (
        "numeric",
        "decimal(38,10)",
        &[
            ("1.5", "=1.5000000000"),
            ("-0.0001", "=-0.0001000000"),
            ("0", "=0.0000000000"),
            ("0.000", "=0.0000000000"),
            ("10000", "=10000.0000000000"),
            ("9999.9999", "=9999.9999000000"),
            ("100000000000000000000", "=100000000000000000000.0000000000"),
            ("123456789012345678.1234567890", "=123456789012345678.1234567890"),
            (
                "-9999999999999999999999999999.9999999999",
                "=-9999999999999999999999999999.9999999999",
            ),
            ("0.0000000001", "=0.0000000001"),
            ("0.00000000001", "~more than 10 decimals"),
            ("10000000000000000000000000000", "~out of the range"),
            ("'NaN'", "~"),
            ("'Infinity'", "~"),
            ("'-Infinity'", "~"),
            ("power(10::numeric, 200)", "~out of the range"),
            ("'1e-200'", "~more than 10 decimals"),
        ],
    ),
    (
        "numeric",
        "integer",
        &[
            ("9223372036854775807", "=9223372036854775807"),
            ("-9223372036854775808", "=-9223372036854775808"),
            ("9223372036854775808", "~out of the range"),
            ("7.000", "=7"),
            ("7.5", "~"),
        ],
    ),
    (
        "numeric(38,0)",
        "decimal(38,0)",
        &[
            ("99999999999999999999999999999999999999", "=99999999999999999999999999999999999999"),
            ("-99999999999999999999999999999999999999", "=-99999999999999999999999999999999999999"),
            ("1", "=1"),
        ],
    ),
    (
        "numeric(60,0)",
        "decimal(38,0)",
        &[
            ("100000000000000000000000000000000000000", "~out of the range"),
            ("-100000000000000000000000000000000000000", "~out of the range"),
            ("42", "=42"),
        ],
    ),
    (
        "numeric(38,38)",
        "decimal(38,38)",
        &[
            (
                "0.99999999999999999999999999999999999999",
                "=0.99999999999999999999999999999999999999",
            ),
            (
                "-0.00000000000000000000000000000000000001",
                "=-0.00000000000000000000000000000000000001",
            ),
        ],
    ),
    (
        "numeric(1000,500)",
        "decimal(38,10)",
        &[
            ("1.5", "=1.5000000000"),
            ("1 + '1e-400'::numeric", "~more than 10 decimals"),
            ("power(10::numeric, 480)", "~out of the range"),
        ],
    ),
    ("numeric(5,-2)", "integer", &[("12345", "=12300"), ("-9999900", "=-9999900"), ("0", "=0")]),
    ("numeric(18,4)", "decimal(18,2)", &[("1.0500", "=1.05"), ("1.0550", "~more than 2 decimals")]),
    ("numeric(18,4)", "float", &[("1.0500", "=1.05"), ("-0.5", "=-0.5")]),
];

const MOMENTS: &[Case] = &[
    (
        "date",
        "date",
        &[
            ("'2024-02-29'", "=2024-02-29"),
            ("'0001-01-01'", "=0001-01-01"),
            ("'9999-12-31'", "=9999-12-31"),
            ("'1969-12-31'", "=1969-12-31"),
            ("'0044-03-15 BC'", "~outside the years"),
            ("'5874897-12-31'", "~outside the years"),
            ("'infinity'", "~"),
            ("'-infinity'", "~"),
        ],
    ),
    (
        "timestamp",
        "timestamp",
        &[
            // The contract's zone is that of Berlin.
            ("'2024-02-29 12:00:00.000001'", "=2024-02-29T11:00:00.000001Z"),
            ("'1969-12-31 23:59:59.999999'", "=1969-12-31T22:59:59.999999Z"),
            ("'2026-03-29 02:30:00'", "~does not exist in Europe/Berlin"),
            ("'2026-10-25 02:30:00'", "~occurs twice in Europe/Berlin"),
            ("'infinity'", "~"),
            ("'-infinity'", "~"),
            ("'294276-12-31 23:59:59.999999'", "~"),
            ("'4713-01-01 00:00:00 BC'", "~"),
        ],
    ),
    (
        "timestamptz",
        "timestamp",
        &[
            ("'2024-07-01 00:00:00+02'", "=2024-06-30T22:00:00Z"),
            ("'2026-03-29 02:30:00+00'", "=2026-03-29T02:30:00Z"),
            ("'2026-10-25 02:30:00.5+00'", "=2026-10-25T02:30:00.500Z"),
            ("'0001-01-01 00:00:00+00'", "=0001-01-01T00:00:00Z"),
            ("'9999-12-31 23:59:59.999999+00'", "=9999-12-31T23:59:59.999999Z"),
            ("'1960-02-03 04:05:06.789+00'", "=1960-02-03T04:05:06.789Z"),
            ("'10000-01-01 00:00:00+00'", "~outside the years"),
            ("'infinity'", "~"),
            ("'-infinity'", "~"),
        ],
    ),
    (
        "timestamp(0)",
        "date",
        &[("'2024-02-29 00:00:00'", "=2024-02-29"), ("'2024-02-29 00:00:01'", "~is not midnight")],
    ),
    ("date", "timestamp", &[("'2024-02-29'", "=2024-02-28T23:00:00Z")]),
    ("time", "", &[("'24:00:00'", ""), ("'00:00:00.000001'", ""), ("'12:30'", "")]),
    ("timetz", "", &[("'12:00:00+05:30'", ""), ("'24:00:00-15:59'", "")]),
    (
        "interval",
        "",
        &[("'1 year 2 mons -3 days 04:05:06.789'", ""), ("'-00:00:01'", ""), ("'0'", "")],
    ),
];

const TEXTS: &[Case] = &[
    (
        "text",
        "text",
        &[
            ("'plain'", "=plain"),
            ("''", "=<missing>"),
            ("' '", "= "),
            ("'null'", "=null"),
            ("'客户 👩‍💻 e\u{301} \u{202e}rtl'", "=客户 👩‍💻 e\u{301} \u{202e}rtl"),
            ("E'\\\\N'", "=\\N"),
            ("E'\\\\.'", "=\\."),
            ("E'a\\tb\\nc\\rd\\\\e'", "=a\tb\nc\rd\\e"),
            ("E'\\x01\\x7f'", "=\u{1}\u{7f}"),
            ("'it''s \"quoted\", with, commas'", "=it's \"quoted\", with, commas"),
        ],
    ),
    ("text", "decimal(9,2)", &[("'12.50'", "=12.50"), ("'12,50'", "~not a number")]),
    ("text", "date", &[("'2024-02-29'", "=2024-02-29"), ("'29.02.2024'", "~is not a date")]),
    ("varchar(5)", "text", &[("'abcde'", "=abcde"), ("'客户客户客'", "=客户客户客")]),
    ("char(5)", "", &[("'ab'", ""), ("'abcde'", "")]),
    ("name", "text", &[("'relation'", "=relation")]),
    ("code", "text", &[("'DE'", "=DE")]),
    ("mood", "text", &[("'sad'", "=sad"), ("'très ''gai'''", "=très 'gai'")]),
    (
        "uuid",
        "text",
        &[("'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "=a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")],
    ),
    (
        "json",
        "text",
        &[
            ("'{\"b\": 1,  \"a\":2, \"a\":3}'", "={\"b\": 1,  \"a\":2, \"a\":3}"),
            ("'null'", "=null"),
        ],
    ),
    ("jsonb", "text", &[("'{\"b\":1,\"a\":[1,2.50]}'", "={\"a\": [1, 2.50], \"b\": 1}")]),
    ("xml", "text", &[("'<a b=\"1\">é</a>'", "=<a b=\"1\">é</a>")]),
];

const OTHERS: &[Case] = &[
    ("integer[]", "", &[("'{1,null,3}'", ""), ("'{{1,2},{3,4}}'", ""), ("'{}'", "")]),
    ("text[]", "", &[("array['a,b', 'c\"d', null, 'null', '']", "")]),
    ("date[]", "", &[("'{2024-02-29,infinity}'", "")]),
    ("timestamptz[]", "", &[("'{2024-02-29 12:00:00+00}'", "")]),
    ("double precision[]", "", &[("'{0.1,0.30000000000000004}'", "")]),
    ("pair", "", &[("row(1, 'a,b')", ""), ("row(null, null)", "")]),
    ("bytea", "", &[("'\\x00ff'", ""), ("'\\x6162'", ""), ("''", "")]),
    ("inet", "", &[("'192.168.0.1/24'", ""), ("'::1'", "")]),
    ("cidr", "", &[("'10.0.0.0/8'", "")]),
    ("macaddr", "", &[("'08:00:2b:01:02:03'", "")]),
    ("int4range", "", &[("'[1,5]'", ""), ("'empty'", ""), ("'(,3)'", "")]),
    ("tstzrange", "", &[("'[2024-02-29 12:00:00+00,infinity)'", "")]),
    ("bit(8)", "", &[("B'10100000'", "")]),
    ("bit varying", "", &[("B'101'", ""), ("B''", "")]),
    ("point", "", &[("'(0.1,-0)'", "")]),
    ("tsvector", "", &[("'a fat cat'", "")]),
    ("oid", "", &[("4294967295", "")]),
];

#[test]
fn every_type_of_postgres_loads_as_it_is() {
    let shop = Shop::new(Postgres::shared());
    shop.sql(
        "create domain code as varchar(2) check (value = upper(value));
         create type mood as enum ('sad', 'très ''gai''');
         create type pair as (a integer, b text);",
    );
    check(&shop, &[NUMBERS, NUMERICS, MOMENTS, TEXTS, OTHERS].concat());
}

#[test]
fn long_texts_arrive_whole() {
    let shop = Shop::new(Postgres::shared());
    shop.sql(
        "create table long (id integer, v text);
         insert into long select g, repeat(chr(64 + g), 3000000) || '客' from
         generate_series(1, 4) as g;",
    );
    let columns = "[columns.id]\ntype = \"integer\"\n[columns.v]\ntype = \"text\"\n";
    shop.contract("long", "long", "mode = \"full\"\n", columns);
    shop.refreshed();
    let sql = |table: &str| format!("select id, length(v), md5(v) from {table} order by id");
    let expected = shop.vendor.rows(&shop.database, &sql("long"));
    assert_eq!(shop.world.rows(&sql("shop.long")), expected);
}

#[test]
fn a_database_without_an_encoding_is_read_by_the_contracts() {
    let postgres = Postgres::shared();
    let mut shop = Shop::new(postgres);
    shop.database = postgres.database_with("encoding 'SQL_ASCII' template template0");
    let way = Way { database: &shop.database, ..shop.way() };
    shop.system(&way);
    shop.sql(
        "create table old (id integer, v text);
         insert into old values (1, 'plain'), (2, E'caf\\xe9'), (3, E'caf\\xc3\\xa9'),
           (4, E'\\x80 1'), (5, E'\\xff\\xfe');",
    );
    let columns = "[columns.id]\ntype = \"integer\"\nrequired = true\n\
         [columns.v]\ntype = \"text\"\n";
    let lines = "mode = \"full\"\nkey = [\"id\"]\ntolerate = { refused_ratio = 1.0 }\n";
    shop.contract("modern", "old", lines, columns);
    let latin = format!("{columns}[format]\nencoding = \"latin1\"\n");
    shop.contract("latin", "old", lines, &latin);
    shop.refreshed();
    let rows = |table: &str| shop.world.rows(&format!("select id, v from shop.{table} order by 1"));
    assert_eq!(rows("modern"), [["1", "plain"], ["3", "café"]]);
    let refused =
        "select key, reason from patron.quarantine where table_name = 'modern' order by 1";
    let refused = shop.world.rows(refused);
    assert_eq!(refused.len(), 3, "{refused:?}");
    assert!(refused.iter().all(|row| row[1].contains("bytes that are not UTF-8")), "{refused:?}");
    // What the WHATWG calls latin1 is windows-1252, of which every byte here is a character.
    let expected = [["1", "plain"], ["2", "café"], ["3", "cafÃ©"], ["4", "€ 1"], ["5", "ÿþ"]];
    assert_eq!(rows("latin"), expected);
}
