//! What is refused of a contract on a database, and does the message say what helps?

use super::shop::{ORDERS, Shop, Vendor, Way, both};

#[test]
fn a_table_that_is_not_there_names_those_that_are() {
    for vendor in both() {
        let shop = Shop::with_orders(vendor, 3);
        shop.sql("create table deliveries (v integer); create view ordered as select 1 as v;");
        for object in ["ordres", "nothing.orders"] {
            shop.contract("orders", object, "mode = \"full\"\n", ORDERS);
            let said = shop.refused();
            assert!(said.contains("`base`") && said.contains("shop.orders"), "{said}");
            assert!(said.contains(object), "{said}");
        }
        shop.contract("orders", "ordres", "mode = \"full\"\n", ORDERS);
        let said = shop.refused();
        assert!(said.contains("`orders`") && said.contains("`ordered`"), "{said}");
        assert!(shop.world.home().latest().unwrap().is_none(), "nothing was published");
    }
}

#[test]
fn a_table_of_another_schema_is_another_table() {
    for vendor in both() {
        let (shop, other) = (Shop::with_orders(vendor, 3), Shop::with_orders(vendor, 5));
        let foreign = if vendor.kind() == "postgres" {
            shop.sql(
                "create schema archive; create table archive.orders as select * from orders;
                 insert into archive.orders select order_id + 10, label, amount, changed_at
                 from orders limit 2;",
            );
            "archive.orders".to_owned()
        } else {
            format!("{}.orders", other.database)
        };
        shop.refreshed();
        assert_eq!(shop.world.value("select count(*) from shop.orders"), "3");
        shop.contract("foreign", &foreign, "mode = \"full\"\n", ORDERS);
        shop.refreshed();
        assert_eq!(shop.world.value("select count(*) from shop.foreign"), "5");
        shop.sql("drop table orders;");
        let said = shop.refused();
        assert!(said.contains("no table or view `orders`"), "{said}");
        assert_eq!(shop.world.value("select count(*) from shop.orders"), "3");
    }
}

#[test]
fn a_column_that_is_not_there_names_those_that_are() {
    for vendor in both() {
        let shop = Shop::with_orders(vendor, 3);
        let columns = "[columns.order_id]\ntype = \"integer\"\nrequired = true\n\
             from = \"ordre_id\"\n[columns.label]\ntype = \"text\"\n";
        shop.contract("orders", "orders", "mode = \"full\"\n", columns);
        let said = shop.refused();
        assert!(said.contains("`ordre_id`") && said.contains("`order_id`"), "{said}");
        assert!(said.contains("`base`") && said.contains("shop.orders"), "{said}");
        // One that may be missing loads as no value and is recorded.
        let columns = columns.replace("ordre_id", "order_id").replace("label", "labl");
        shop.contract("orders", "orders", "mode = \"full\"\n", &columns);
        shop.refreshed();
        assert_eq!(shop.world.value("select count(*) from shop.orders where labl is null"), "3");
    }
}

/// Queries that are not one that reads.
fn unwelcome(vendor: &dyn Vendor) -> Vec<&'static str> {
    let of_both = [
        "select order_id from orders; delete from orders",
        "select order_id from orders; select order_id from orders",
        "select order_id from orders where order_id = ?",
        "select nothing from orders",
        "select order_id from orders)",
        "select order_id, order_id from orders",
        "select write_it() as order_id",
    ];
    let own: &[&str] = if vendor.kind() == "postgres" {
        &[
            "with gone as (delete from orders returning *) select order_id from gone",
            "select order_id from orders where order_id = $1",
            "select order_id into copied from orders",
            "select order_id from orders for update",
            "with x as (select 1) delete from orders",
            "select order_id from orders) to '/dev/null' --",
        ]
    } else {
        &[
            "select order_id from orders into outfile 'orders.txt'",
            "select order_id from orders for update",
            "with x as (select 1) delete from orders",
            "select order_id from orders /*! ; delete from orders */",
        ]
    };
    of_both.iter().chain(own).copied().collect()
}

#[test]
fn a_query_that_does_more_than_read_once_is_refused() {
    for vendor in both() {
        let shop = Shop::with_orders(vendor, 9);
        let body = if vendor.kind() == "postgres" {
            "create function write_it() returns bigint language sql as \
             'delete from orders returning order_id';"
        } else {
            "create function write_it() returns bigint modifies sql data \
             begin delete from orders; return 1; end"
        };
        let body = match vendor.kind() {
            "postgres" => body.to_owned(),
            _ => format!("delimiter //\n{body}//\ndelimiter ;"),
        };
        shop.sql(&body);
        if vendor.kind() == "postgres" {
            shop.sql("grant all on orders to writer;");
        }
        // Even a user who might write does not.
        shop.system(&Way { user: "writer", ..shop.way() });
        let columns = "[columns.order_id]\ntype = \"integer\"\nrequired = true\n";
        for query in unwelcome(vendor) {
            shop.contract("orders", query, "mode = \"full\"\n", columns);
            let said = shop.refused();
            assert!(said.contains("`base`"), "{}: {query}: {said}", vendor.kind());
            assert!(said.contains("shop.orders"), "{}: {query}: {said}", vendor.kind());
            let left = vendor.rows(&shop.database, "select count(*) from orders");
            assert_eq!(left, [["9"]], "{}: {query}", vendor.kind());
        }
        assert!(shop.world.home().latest().unwrap().is_none(), "nothing was published");
        let query = "select order_id from orders where label <> ';' -- ; delete from orders";
        shop.contract("orders", query, "mode = \"full\"\n", columns);
        shop.refreshed();
        assert_eq!(shop.world.value("select count(*) from shop.orders"), "9");
    }
}

#[test]
fn a_password_in_the_address_is_refused_and_not_repeated() {
    for vendor in both() {
        let shop = Shop::with_orders(vendor, 3);
        for address in ["reader:gooseberry@127.0.0.1", ":gooseberry@127.0.0.1"] {
            let url = vendor.url("reader", &shop.database);
            let url = url.replace("reader@127.0.0.1", address);
            let kind = vendor.kind();
            let text = format!("[base]\nkind = \"{kind}\"\nurl = \"{url}\"\n");
            shop.world.write("warehouse/systems.toml", text);
            let said = shop.refused();
            assert!(said.contains("password_env"), "{said}");
            assert!(said.contains("warehouse/systems.toml"), "{said}");
            assert!(!said.contains("gooseberry"), "{said}");
        }
    }
}

#[test]
fn what_a_system_may_not_say_is_refused_with_its_line() {
    for vendor in both() {
        let shop = Shop::with_orders(vendor, 3);
        let url = vendor.url("reader", &shop.database);
        let kind = vendor.kind();
        for (lines, word) in [
            ("path = \"feeds\"\n", "path"),
            ("tls = \"perhaps\"\n", "verify-full"),
            ("connections = 0\n", "connections"),
            ("timeout_seconds = 0\n", "timeout_seconds"),
            ("passwort_env = \"X\"\n", "passwort_env"),
        ] {
            let text = format!("[base]\nkind = \"{kind}\"\nurl = \"{url}\"\n{lines}");
            shop.world.write("warehouse/systems.toml", text);
            let said = shop.refused();
            assert!(said.contains("warehouse/systems.toml:"), "{lines}: {said}");
            assert!(said.contains(word), "{lines}: {said}");
        }
        for url in ["", "postgres:", "ftp://reader@127.0.0.1/x", "//127.0.0.1/x", "reader"] {
            let text = format!("[base]\nkind = \"{kind}\"\nurl = \"{url}\"\n");
            shop.world.write("warehouse/systems.toml", text);
            let said = shop.refused();
            assert!(said.contains("warehouse/systems.toml:"), "{url}: {said}");
        }
    }
}

#[test]
fn a_reader_that_may_not_see_a_table_says_so() {
    for vendor in both() {
        let shop = Shop::with_orders(vendor, 3);
        shop.system(&Way { user: "stranger", ..shop.way() });
        let said = shop.refused();
        assert!(said.contains("`base`"), "{said}");
        let is_told = ["permission denied", "denied", "no table"].iter().any(|w| said.contains(w));
        assert!(is_told, "{said}");
    }
}
