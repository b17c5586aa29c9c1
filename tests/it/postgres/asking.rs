//! Does the real client get the numbers that were worked out by hand, and errors with a reason?

use super::shared;

#[test]
fn psql_gets_the_sums_of_the_company() {
    let server = shared();
    // From tests/worlds/hand/README.md.
    let cases = [
        ("select count(*), count(distinct customer_id) from sales.customers", "7|7"),
        ("select sum(quantity), count(*) from sales.delivery_lines", "51|10"),
        ("select count(*) from finance.ledger_entries where posting_status = 'draft'", "3"),
        (
            "select currency_code, cast(sum(freight_amount) as decimal(18, 2)) from \
             sales.deliveries group by 1 order by 1",
            "CNY|33.00\nEUR|52.00\nUSD|15.00",
        ),
        ("select count(*) from patron.quarantine", "0"),
    ];
    for (sql, expected) in cases {
        assert_eq!(server.answered(&[sql]), expected, "{sql}");
    }
}

#[test]
fn several_statements_are_answered_one_after_the_other() {
    let server = shared();
    assert_eq!(server.answered(&["select 1; select ';'; -- no more;\n"]), "1\n;");
    assert_eq!(server.answered(&[";"]), "");
}

#[test]
fn an_error_has_its_state_its_fix_and_its_place() {
    let server = shared();
    let cases = [
        ("select 1 from sales.orderz", &["42P01", "there is no table `sales.orderz`", "HINT:"][..]),
        ("select nope from sales.orders", &["42703"]),
        ("select no_such_function(1)", &["42883", "there is no function"]),
        ("selec 1", &["42601", "LINE 1"]),
        ("select 1/0", &["22012", "HINT:  write `nullif(x, 0)`"]),
        ("select cast('x' as int)", &["22P02", "HINT:  `try_cast("]),
        ("select $1", &["42P02", "HINT:  write the value itself"]),
        ("select order_i from sales.orders", &["42703", "HINT:  is `order_id` meant?"]),
        ("insert into sales.orders values (1)", &["25006", "data are read only"]),
        ("drop table sales.orders", &["25006"]),
        ("copy sales.orders to stdout", &["0A000"]),
        ("select now()", &["0A000", "write the"]),
        ("set client_encoding = 'LATIN1'", &["22023"]),
        ("show no_such_setting", &["42704"]),
    ];
    for (sql, parts) in cases {
        let error = server.refused(sql);
        for part in parts {
            assert!(error.contains(part), "{sql}: no `{part}` in {error}");
        }
    }
}

#[test]
fn what_the_server_is_does_not_show_in_errors() {
    let error = shared().refused("select * from sales.orders where order_id = 1 / 0");
    assert!(!error.contains("/src/") && !error.contains(".parquet"), "{error}");
}
