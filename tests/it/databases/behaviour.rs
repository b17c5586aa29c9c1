//! Is a database's table read whole, from where reading ended, and at one moment?

use std::sync::atomic::{AtomicBool, Ordering};

use super::shop::{ORDERS, Shop, Vendor, both};

const ALL: &str = "select order_id, label, amount from shop.orders order by 1";

/// The rows of `orders` as the server's own client gives them.
fn by_server(shop: &Shop<'_>) -> Vec<Vec<String>> {
    let sql = "select order_id, label, amount from orders order by 1";
    shop.vendor.rows(&shop.database, sql)
}

#[test]
fn tables_views_and_queries_are_read_alike() {
    for vendor in both() {
        let shop = Shop::with_orders(vendor, 500);
        shop.sql("create view few as select * from orders where order_id <= 100;");
        let schema = if vendor.kind() == "postgres" { "public" } else { &shop.database };
        let objects = [
            ("qualified", format!("{schema}.orders"), 500),
            ("viewed", "few".to_owned(), 100),
            ("asked", "select * from orders where label like '%9'".to_owned(), 50),
            (
                "with_names",
                "WITH late AS (select * from orders where order_id > 400)\n\
                 select order_id, label, amount, changed_at from late -- all of them\n"
                    .to_owned(),
                100,
            ),
            ("nothing", "select * from orders where order_id < 0".to_owned(), 0),
        ];
        for (table, object, _) in &objects {
            shop.contract(table, object, "mode = \"full\"\n", ORDERS);
        }
        shop.refreshed();
        assert_eq!(shop.world.rows(ALL), by_server(&shop), "{}", vendor.kind());
        assert_eq!(shop.world.value("select count(*) from shop.orders"), "500");
        for (table, object, rows) in objects {
            let count = shop.world.value(&format!("select count(*) from shop.{table}"));
            assert_eq!(count, rows.to_string(), "{} {object}", vendor.kind());
        }
        let asked = "select sum(amount) from shop.asked";
        let expected = "select sum(amount) from orders where label like '%9'";
        assert_eq!(shop.world.value(asked), vendor.rows(&shop.database, expected)[0][0]);
    }
}

#[test]
fn names_of_any_kind_are_names_and_never_sql() {
    for vendor in both() {
        let shop = Shop::with_orders(vendor, 3);
        let names = ["Großer Korb", "a\"b`c'd", "select", "x; drop table orders; --", "客户"];
        for (number, name) in names.iter().enumerate() {
            let (table, column) = (vendor.quoted(name), vendor.quoted(&format!("{name} ?$1")));
            shop.sql(&format!(
                "create table {table} ({column} integer); insert into {table} values ({number});"
            ));
            let from = toml::Value::String(format!("{name} ?$1"));
            let columns = format!("[columns.number]\ntype = \"integer\"\nfrom = {from}\n");
            shop.contract(&format!("named_{number}"), name, "mode = \"full\"\n", &columns);
        }
        shop.refreshed();
        for (number, name) in names.iter().enumerate() {
            let found = shop.world.value(&format!("select number from shop.named_{number}"));
            assert_eq!(found, number.to_string(), "{} {name}", vendor.kind());
        }
        assert_eq!(by_server(&shop).len(), 3, "nothing was dropped");
    }
}

#[test]
fn only_what_changed_is_read_again_and_what_went_goes() {
    for vendor in both() {
        let shop = Shop::with_orders(vendor, 2000);
        let columns = ORDERS.replace(
            "[columns.changed_at]\ntype = \"timestamp\"\n",
            "[columns.changed_at]\ntype = \"timestamp\"\nrequired = true\n",
        );
        let merged = "mode = \"merge\"\nkey = [\"order_id\"]\n\
             cursor = { column = \"changed_at\", overlap_seconds = 3600 }\n";
        shop.contract("orders", "orders", merged, &columns);
        let compared = format!("{merged}deletions = {{ keys_every = 1 }}\n");
        shop.contract("compared", "orders", &compared, &columns);
        shop.sql("update orders set changed_at = '2026-01-05 12:00:00' where order_id = 2000;");
        shop.refreshed();
        assert_eq!(shop.accounting("orders").read, 2000);
        shop.sql(
            "update orders set amount = -5, changed_at = '2026-01-06 00:00:00.000001'
             where order_id in (7, 8);
             delete from orders where order_id between 11 and 15;",
        );
        shop.refreshed();
        // The two changed, and the newest of before, which the overlap brings again.
        let found = shop.accounting("compared");
        assert_eq!((found.read, found.changed, found.unchanged), (3, 2, 1), "{}", vendor.kind());
        assert_eq!((found.deleted, found.after), (5, 1995), "{}", vendor.kind());
        shop.sql("insert into orders values (3001, 'new', 1.5, '2026-01-05 11:30:00');");
        shop.refreshed();
        let found = shop.accounting("orders");
        assert_eq!((found.read, found.inserted, found.unchanged), (4, 1, 3), "{}", vendor.kind());
        // A key that was committed later than the overlap allows is noticed by the comparison.
        shop.sql("insert into orders values (3002, 'late', 1.5, '2025-12-25 12:00:00');");
        shop.refreshed();
        let all = ALL.replace("shop.orders", "shop.compared");
        assert_eq!(shop.world.rows(&all), by_server(&shop), "{}", vendor.kind());
        let unseen = "select count(*) from shop.orders where order_id = 3002";
        assert_eq!(shop.world.value(unseen), "0", "nothing else tells of it");
    }
}

#[test]
fn local_times_say_from_where_to_read_on_whatever_the_zone() {
    for vendor in both() {
        for zone in ["America/New_York", "Asia/Shanghai", "UTC"] {
            let shop = Shop::with_orders(vendor, 100);
            let lines = "mode = \"merge\"\nkey = [\"order_id\"]\n\
                 cursor = { column = \"changed_at\", overlap_seconds = 60 }\n";
            let columns = ORDERS.replace("\"timestamp\"", "\"timestamp\"\nrequired = true");
            let columns = columns.replace("\"UTC\"", &format!("\"{zone}\""));
            shop.contract("orders", "orders", lines, &columns);
            shop.refreshed();
            shop.sql(
                "insert into orders values (101, 'an hour later', 1.5, '2026-01-01 13:00:00');
                 insert into orders values (102, 'too old to be seen', 1, '2025-12-25 12:00:00');",
            );
            shop.refreshed();
            let found = shop.world.rows("select order_id from shop.orders where order_id > 100");
            assert_eq!(found, [["101"]], "{} {zone}", vendor.kind());
        }
    }
}

#[test]
fn an_integer_may_say_from_where_to_read_on() {
    for vendor in both() {
        let shop = Shop::with_orders(vendor, 300);
        let lines = "mode = \"append\"\nkey = [\"order_id\"]\n\
             cursor = { column = \"order_id\", overlap_seconds = 0 }\n";
        shop.contract("orders", "orders", lines, ORDERS);
        shop.refreshed();
        let later = vendor.numbers(10);
        shop.sql(&format!(
            "insert into orders select 300 + seq, 'later', seq, '2026-02-01' from {later};"
        ));
        shop.refreshed();
        let found = shop.accounting("orders");
        assert!((10..=11).contains(&found.read), "{}: {found:?}", vendor.kind());
        assert_eq!(shop.world.rows(ALL), by_server(&shop), "{}", vendor.kind());
    }
}

#[test]
fn an_optional_system_that_is_down_keeps_its_data() {
    for vendor in both() {
        let shop = Shop::with_orders(vendor, 20);
        shop.refreshed();
        let away = Shop::new(vendor);
        away.sql("create table other (v integer);");
        let way = away.way();
        shop.system(&super::shop::Way { lines: "optional = true\n", ..way });
        let said = shop.refresh().unwrap();
        assert!(said.contains("base"), "{said}");
        assert_eq!(shop.world.value("select count(*) from shop.orders"), "20");
    }
}

/// Statements that move an amount between two tables and add a pair, each time in one transaction.
fn busy_writer(vendor: &dyn Vendor) -> String {
    let step = "update left_side set amount = amount - n where id = 1 + n % 50;
         update right_side set amount = amount + n where id = 1 + n % 50;
         insert into left_side values (1000 + n, n);
         insert into right_side values (1000 + n, -n);
         commit;";
    if vendor.kind() == "postgres" {
        return format!(
            "do $$ declare n integer := 0; begin
             while not exists (select from ended) loop n := n + 1; {step}
             perform pg_sleep(case when n % 40 = 0 then 0.05 else 0.001 end); end loop; end $$;"
        );
    }
    format!(
        "delimiter //
         create procedure write_on() begin declare n integer default 0;
         while not exists (select * from ended) do set n = n + 1; start transaction; {step}
         do sleep(case when n % 40 = 0 then 0.05 else 0.001 end); end while; end//
         delimiter ;
         call write_on();"
    )
}

/// Ends the writer, also where the test fails.
struct Stop<'a>(&'a Shop<'a>);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.sql("insert into ended values (1);");
    }
}

#[test]
fn all_tables_of_a_system_are_of_one_moment() {
    for vendor in both() {
        let shop = Shop::new(vendor);
        let fifty = vendor.numbers(50);
        let columns = "[columns.id]\ntype = \"integer\"\nrequired = true\n\
             [columns.amount]\ntype = \"integer\"\nrequired = true\n";
        for side in ["left_side", "right_side"] {
            shop.sql(&format!(
                "create table {side} (id integer primary key, amount bigint);
                 insert into {side} select seq, 1000000 from {fifty};"
            ));
            shop.contract(side, side, "mode = \"full\"\nkey = [\"id\"]\n", columns);
        }
        shop.sql("create table ended (v integer);");
        let mut pairs = Vec::new();
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                shop.sql(&busy_writer(vendor));
                is_over.store(true, Ordering::SeqCst);
            });
            let stop = Stop(&shop);
            // Often enough that something is written between two openings of a connection.
            for _ in 0..40 {
                shop.refreshed();
                let sums = "select sum(amount) from (select amount from shop.left_side union all \
                     select amount from shop.right_side) as both_sides";
                assert_eq!(shop.world.value(sums), "100000000", "{}", vendor.kind());
                let alone = "select count(*) from shop.left_side as l full join \
                     shop.right_side as r on l.id = r.id where l.id is null or r.id is null";
                assert_eq!(shop.world.value(alone), "0", "{}", vendor.kind());
                pairs.push(shop.world.value("select count(*) from shop.left_side"));
            }
            assert!(!is_over.load(Ordering::SeqCst), "the writer wrote all the time");
            drop(stop);
        });
        pairs.sort();
        pairs.dedup();
        assert!(pairs.len() > 4, "{}: the tables changed between refreshes", vendor.kind());
        println!("{}: {} moments, each whole", vendor.kind(), pairs.len());
    }
}
