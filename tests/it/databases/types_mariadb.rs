//! Does every value that MariaDB can hold load exactly, or is refused for a stated reason?

use super::shop::Shop;
use super::types::{Case, check, check_typed};
use crate::support::mariadb::MariaDb;

const NUMBERS: &[Case] = &[
    ("tinyint(1)", "boolean", &[("0", "=false"), ("1", "=true"), ("2", "~true and false")]),
    ("tinyint(1)", "integer", &[("-128", "=-128"), ("127", "=127")]),
    ("tinyint unsigned", "integer", &[("255", "=255")]),
    ("smallint", "integer", &[("-32768", "=-32768"), ("32767", "=32767")]),
    ("mediumint unsigned", "integer", &[("16777215", "=16777215")]),
    ("int", "integer", &[("-2147483648", "=-2147483648"), ("2147483647", "=2147483647")]),
    ("int unsigned", "integer", &[("4294967295", "=4294967295")]),
    ("int(8) zerofill", "integer", &[("42", "=42")]),
    (
        "bigint",
        "integer",
        &[
            ("-9223372036854775808", "=-9223372036854775808"),
            ("9223372036854775807", "=9223372036854775807"),
        ],
    ),
    (
        "bigint unsigned",
        "integer",
        &[
            ("9223372036854775807", "=9223372036854775807"),
            ("18446744073709551615", "~out of the range"),
        ],
    ),
    ("bigint unsigned", "decimal(20,0)", &[("18446744073709551615", "=18446744073709551615")]),
    (
        "decimal(65,30)",
        "decimal(38,10)",
        &[
            ("1.5", "=1.5000000000"),
            ("-0.0000000001", "=-0.0000000001"),
            ("9999999999999999999999999999.9999999999", "=9999999999999999999999999999.9999999999"),
            ("10000000000000000000000000000", "~out of the range"),
            ("0.000000000000000000000000000001", "~more than 10 decimals"),
            ("99999999999999999999999999999999999", "~out of the range"),
        ],
    ),
    (
        "decimal(38,0)",
        "decimal(38,0)",
        &[("-99999999999999999999999999999999999999", "=-99999999999999999999999999999999999999")],
    ),
    ("float", "float", &[("0.1", "=0.1"), ("-0.5", "=-0.5"), ("1e-7", "=1e-7")]),
    ("float", "decimal(12,4)", &[("0.05", "=0.0500"), ("18.6", "=18.6000")]),
    (
        "double",
        "float",
        &[
            ("0.1", "=0.1"),
            ("0.1e0 + 0.2e0", "=0.30000000000000004"),
            ("1.7976931348623157e308", "=1.7976931348623157e308"),
            ("2.2250738585072014e-308", "=2.2250738585072014e-308"),
            ("1e15", "=1e15"),
            ("-123456789.125", "=-123456789.125"),
        ],
    ),
    ("double", "decimal(18,2)", &[("19.99", "=19.99"), ("0.1e0 + 0.2e0", "~")]),
    ("year", "integer", &[("1901", "=1901"), ("2155", "=2155"), ("'0000'", "=0")]),
];

const TEXTS: &[Case] = &[
    (
        "varchar(200) character set utf8mb4",
        "text",
        &[
            ("'plain'", "=plain"),
            ("''", "=<missing>"),
            ("' '", "= "),
            ("'null'", "=null"),
            ("'客户 👩‍💻 e\u{301}'", "=客户 👩‍💻 e\u{301}"),
            ("'a\\tb\\nc\\\\d'", "=a\tb\nc\\d"),
            ("'it''s \"quoted\", with, commas'", "=it's \"quoted\", with, commas"),
        ],
    ),
    ("text character set latin1", "text", &[("'café €'", "=café €"), ("x'e9'", "=é")]),
    ("varchar(20) character set gbk", "text", &[("'客户'", "=客户"), ("x'bfcdbba7'", "=客户")]),
    ("longtext character set utf8mb3", "text", &[("'é'", "=é")]),
    ("char(5)", "text", &[("'ab'", "=ab"), ("'abcde'", "=abcde")]),
    ("varchar(20)", "decimal(9,2)", &[("'12.50'", "=12.50"), ("'12,50'", "~not a number")]),
    (
        "enum('sad', 'très ''gai''') character set utf8mb4",
        "text",
        &[("'sad'", "=sad"), ("'très ''gai'''", "=très 'gai'")],
    ),
    ("set('a', 'b', 'c')", "text", &[("'c,a'", "=a,c"), ("''", "=<missing>")]),
    ("json", "text", &[("'{\"b\": 1,  \"a\":2}'", "={\"b\": 1,  \"a\":2}")]),
    (
        "uuid",
        "text",
        &[("'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "=a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")],
    ),
    (
        "inet6",
        "text",
        &[("'::1'", "=::1"), ("'2001:db8::ff00:42:8329'", "=2001:db8::ff00:42:8329")],
    ),
];

const MOMENTS: &[Case] = &[
    (
        "date",
        "date",
        &[
            ("'2024-02-29'", "=2024-02-29"),
            ("'1000-01-01'", "=1000-01-01"),
            ("'0001-01-01'", "=0001-01-01"),
            ("'9999-12-31'", "=9999-12-31"),
            ("'0000-00-00'", "~is in no calendar"),
            ("'2020-00-00'", "~is in no calendar"),
            ("'2020-02-00'", "~is in no calendar"),
        ],
    ),
    (
        "datetime(6)",
        "timestamp",
        &[
            // The contract's zone is that of Berlin.
            ("'2024-02-29 12:00:00.000001'", "=2024-02-29T11:00:00.000001Z"),
            ("'1969-12-31 23:59:59.999999'", "=1969-12-31T22:59:59.999999Z"),
            ("'9999-12-31 23:59:59.999999'", "=9999-12-31T22:59:59.999999Z"),
            ("'2026-03-29 02:30:00'", "~does not exist in Europe/Berlin"),
            ("'2026-10-25 02:30:00'", "~occurs twice in Europe/Berlin"),
            ("'0000-00-00 00:00:00'", "~is in no calendar"),
            ("'2020-00-00 00:00:00'", "~is in no calendar"),
        ],
    ),
    (
        "datetime",
        "date",
        &[("'2024-02-29 00:00:00'", "=2024-02-29"), ("'2024-02-29 00:00:01'", "~")],
    ),
    (
        "timestamp(6)",
        "timestamp",
        &[
            // These are instants, whatever zone the contract names, and given in UTC here.
            ("'2026-03-29 02:30:00'", "=2026-03-29T02:30:00Z"),
            ("'2026-10-25 02:30:00.500000'", "=2026-10-25T02:30:00.500Z"),
            ("'2026-10-25 00:30:00'", "=2026-10-25T00:30:00Z"),
            ("'1970-01-01 00:00:01'", "=1970-01-01T00:00:01Z"),
            ("'2038-01-19 03:14:07.999999'", "=2038-01-19T03:14:07.999999Z"),
            ("'0000-00-00 00:00:00'", "~is in no calendar"),
        ],
    ),
    (
        "time",
        "text",
        &[
            ("'-12:00:00'", "=-12:00:00"),
            ("'838:59:59'", "=838:59:59"),
            ("'-838:59:59'", "=-838:59:59"),
            ("'00:00:00'", "=00:00:00"),
        ],
    ),
    ("time(6)", "text", &[("'01:02:03.000004'", "=01:02:03.000004")]),
];

/// What the client shows as bytes: a number where it is one of bits, and never a text.
const BYTES: &[Case] = &[
    ("bit(1)", "boolean", &[("b'1'", "=true"), ("b'0'", "=false")]),
    ("bit(8)", "integer", &[("b'10100000'", "=160")]),
    ("bit(64)", "integer", &[("1", "=1"), ("b'1' << 63", "~out of the range")]),
    ("bit(64)", "decimal(20,0)", &[("18446744073709551615", "=18446744073709551615")]),
    ("binary(4)", "text", &[("x'00ff'", "~is stored as bytes"), ("'abcd'", "~is stored as bytes")]),
    ("varbinary(20)", "text", &[("x'6162'", "~is stored as bytes")]),
    ("blob", "text", &[("x'00ff80'", "~is stored as bytes"), ("'text'", "~is stored as bytes")]),
    ("longblob", "decimal(9,2)", &[("'12.5'", "~is stored as bytes")]),
];

#[test]
fn every_type_of_mariadb_loads_as_it_is() {
    let shop = Shop::new(MariaDb::shared());
    check(&shop, &[NUMBERS, TEXTS, MOMENTS].concat());
}

#[test]
fn bytes_of_mariadb_are_no_text() {
    check_typed(&Shop::new(MariaDb::shared()), BYTES);
}
