//! Is what is said short and about what is new, and is what people enter refused where it names
//! nothing?

use crate::cli::{fails, ok};
use crate::closing::company;
use crate::models::{FACT, change, sell, shop};
use crate::reports::reporting;
use crate::support::binary::{run, said};
use crate::support::world::{World, day};

/// Every sale that brought something is a finding of its month.
const LISTED: &str = "/*---\ndescription = \"No sale is listed.\"\nseverity = { open = \
    \"warning\", closed = \"error\", period = \"period_id\" }\n---*/\n\
    select sale_id, to_char(sold_on, '%Y-%m') as period_id\nfrom marts.fct_sales\n\
    where price_amount > 0\n";

fn listing(world: &World) {
    world.write("sql/checks/sales_listed.sql", LISTED);
}

/// The lines that name the check.
fn about(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.contains("checks.sales_listed")).collect()
}

#[test]
fn a_check_is_a_line_and_what_is_new_comes_first() {
    let world = shop();
    listing(&world);
    let root = world.root();
    // S1 and S2 in January, S3 in February.
    let first = ok(root, &["refresh"]);
    let expected = "warning: checks.sales_listed: 2 periods (2026-01 to 2026-02), 3 rows, such as \
                    sale_id S1, period_id 2026-01";
    assert_eq!(about(&first), [expected], "{first}");
    assert!(first.contains("`patron check --release 1` says all 2 findings in full"), "{first}");

    sell(&world, "2026-03", &["S4,P1,1.00,EUR,2026-03-01"]);
    let second = ok(root, &["refresh"]);
    let expected = "new warning: checks.sales_listed: period 2026-03, 1 row, such as sale_id S4, \
                    period_id 2026-03 (as before: 2 periods (2026-01 to 2026-02), 3 rows)";
    assert_eq!(about(&second), [expected], "{second}");

    sell(&world, "2026-03", &["S4,P1,1.00,EUR,2026-03-01", "S5,P1,1.00,EUR,2026-03-01"]);
    sell(&world, "2026-02", &["S3,P1,0.00,EUR,2026-02-01"]);
    let third = ok(root, &["refresh"]);
    let expected = [
        "changed warning: checks.sales_listed: period 2026-03, 2 rows, such as sale_id S4, \
         period_id 2026-03 (as before: period 2026-01, 2 rows)",
        "settled: checks.sales_listed: period 2026-02, 1 row",
    ];
    assert_eq!(about(&third), expected, "{third}");

    // The release keeps all that was found, and tells it.
    let full = ok(root, &["check", "--release", "2"]);
    let expected = "warning: checks.sales_listed in 2026-01: No sale is listed.: 2 rows: sale_id \
                    S1, period_id 2026-01; sale_id S2, period_id 2026-01";
    assert_eq!(about(&full).len(), 3, "{full}");
    assert_eq!(about(&full)[0], expected);
    assert!(full.ends_with("3 findings of release 2\n"), "{full}");
    let listed = ok(root, &["check", "--release", "--format", "csv"]);
    assert!(listed.starts_with("check,severity,period,rows,finding,waived_because"), "{listed}");
    assert!(about(&listed)[1].starts_with("checks.sales_listed,warning,2026-03,2,"), "{listed}");
    fails(root, &["check", "--release", "--offline"], 2);
}

#[test]
fn an_entry_says_only_what_it_changes() {
    let world = reporting();
    listing(&world);
    world.refreshed(day(0));
    let told = ok(world.root(), &["sign-off", "2026-01", "product_sales", "--by", "Ada"]);
    assert_eq!(about(&told), Vec::<&str>::new());
    let kept = "2 findings are as before; `patron check --release 2` says which";
    assert!(told.contains(kept), "{told}");
}

#[test]
fn what_nothing_is_called_cannot_be_signed_off() {
    let world = reporting();
    listing(&world);
    world.refreshed(day(0));
    let sign = |subject| ["sign-off", "2026-01", subject, "--by", "Ada"];
    let refused = [
        ("product_sale", "is `product_sales` meant?"),
        ("marts.fct_sale", "is `marts.fct_sales` meant?"),
        ("everything we agreed on", "it is no report, check, cube or table; `patron describe`"),
    ];
    for (subject, expected) in refused {
        let message = fails(world.root(), &sign(subject), 1);
        assert!(message.contains(expected), "{subject}: {message}");
    }
    assert_eq!(world.release().number, 1, "nothing was published");
    for subject in ["product_sales", "checks.sales_listed", "sales_listed", "patron.comments"] {
        ok(world.root(), &sign(subject));
    }
    let signed = world.rows("select subject from patron.sign_offs order by sign_off_number");
    let expected =
        ["reports.product_sales", "checks.sales_listed", "checks.sales_listed", "patron.comments"];
    assert_eq!(signed.concat(), expected);
}

#[test]
fn decisions_are_about_numbers_that_there_are() {
    let world = shop();
    let numbers = "numbers = { system = \"currency_code\", id = \"product_id\" }\nmonth = ";
    change(&world, FACT, "month = ", numbers);
    world.refreshed(day(0));
    let decide = |verdict, left, right| ["match", verdict, left, right, "--by", "Ada"];
    let refused = [
        (decide("same", "EUR:P1", "EUR:P9"), "has no number `P9` of `EUR`; is `P1` or `P2` meant?"),
        (decide("same", "EUR:P1", "USD:P2"), "`USD`; those in `marts.fct_sales` are `EUR`"),
        (decide("different", "EUR:7", "EUR:P2"), "`marts.fct_sales` has no number `7` of `EUR`"),
        (
            decide("undo", "EUR:P2", "EUR:P1"),
            "nothing is decided about `EUR:P1` and `EUR:P2`, so there is nothing to undo",
        ),
    ];
    for (arguments, expected) in refused {
        let message = fails(world.root(), &arguments, 1);
        assert!(message.contains(expected), "{arguments:?}: {message}");
    }
    assert_eq!(world.release().number, 1, "nothing was published");

    ok(world.root(), &decide("same", "EUR:P1", "EUR:P2"));
    // Whichever is named first, and only once.
    ok(world.root(), &decide("undo", "EUR:P2", "EUR:P1"));
    let message = fails(world.root(), &decide("undo", "EUR:P1", "EUR:P2"), 1);
    assert!(message.contains("`EUR:P1` and `EUR:P2` any longer, so there"), "{message}");
    assert_eq!(world.release().number, 3);

    change(&world, FACT, "id = \"product_id\" }", "id = \"product\" }");
    let message = fails(world.root(), &["check", "--offline"], 1);
    assert!(message.contains("`numbers` names `product`, which the query"), "{message}");
}

#[test]
fn earlier_periods_are_closed_on_the_way() {
    let world = company();
    world.refreshed(day(0));
    let root = world.root();
    ok(root, &["close", "2026-11", "--by", "Bo", "--entity", "A"]);
    let early = fails(root, &["close", "2026-12", "--by", "Ada"], 1);
    assert!(early.contains("patron close 2026-12 --with-earlier --by ..."), "{early}");
    let waived = ["--waive", "a.b", "--because", "x"];
    let close = ["close", "2026-P13", "--with-earlier", "--by", "Ada"];
    let output = run(root, &[&close[..], &waived].concat());
    assert!(output.status.success(), "{}", said(&output));
    let told = said(&output);
    assert!(told.contains("`a.b` failed in none of these periods"), "{told}");
    for (period, number) in [("2026-11", 3), ("2026-12", 4), ("2026-P13", 5)] {
        let line = format!("period {period} is closed as of release {number} and kept as `close-");
        assert!(told.contains(&line), "{told}");
    }
    let mut pins: Vec<_> = world.home().pins().unwrap();
    pins.sort_by_key(|pin| pin.number);
    let pins: Vec<(u64, &str)> = pins.iter().map(|pin| (pin.number, pin.name.as_str())).collect();
    let expected =
        [(2, "close-2026-11-a"), (3, "close-2026-11"), (4, "close-2026-12"), (5, "close-2026-p13")];
    assert_eq!(pins, expected);
    let message = fails(root, &close, 1);
    assert!(message.contains("`2026-P13` is closed since release 5"), "{message}");
    let message = fails(root, &["close", "2026-99", "--with-earlier", "--by", "Ada"], 1);
    assert!(message.contains("no accounting period `2026-99`"), "{message}");
}

#[test]
fn what_is_not_there_is_told_with_what_is() {
    let world = reporting();
    world.refreshed(day(0));
    let root = world.root();
    let cases = [
        (
            "select * from staging.stg_shop__sales",
            "sql/staging/shop/stg_shop__sales.sql is computed anew by whatever reads it; ask \
             `shop.sales` instead",
        ),
        ("select * from reports.product_sales", "is answered by `patron report`"),
        ("select * from marts.fct_sale", "no table `marts.fct_sale`; is `marts.fct_sales` meant?"),
        ("select * from fct_sales", "there is no table `fct_sales`; write `marts.fct_sales`"),
        ("select * from sales.fct_sales", "`sales.fct_sales`; write `marts.fct_sales`"),
        (
            "select price_amont from marts.fct_sales",
            "no column `price_amont`; is `price_amount` meant?",
        ),
    ];
    for (sql, expected) in cases {
        let message = fails(root, &["query", sql], 1);
        assert!(message.contains(expected), "{sql}: {message}");
    }
    for (arguments, status, expected) in [
        (["quarantine", "list", "shop.sale"], 2, "no table `shop.sale`; is `shop.sales` meant?"),
        (["quarantine", "retry", "shop.sale"], 1, "; is `shop.sales` meant?"),
    ] {
        let message = fails(root, &arguments, status);
        assert!(message.contains(expected), "{message}");
    }
    for wrong in ["2026-02-30", "2026-13-01", "2026/02/28", "2026-02-28T25:00:00Z"] {
        let message = fails(root, &["query", "select 1", "--as-of", wrong], 1);
        assert!(message.contains(&format!("`{wrong}` is no date or time; write")), "{message}");
    }
    for (arguments, expected) in [
        (&["--period", "2026-03"][..], "write `-p period=2026-03`"),
        (&["--period=2026-03"], "write `-p period=2026-03`"),
        (&["--period"], "write `-p period=...`"),
    ] {
        let message = fails(root, &[&["report", "product_sales"], arguments].concat(), 2);
        assert!(message.contains(expected), "{message}");
        assert!(!message.contains("-- --period"), "{message}");
    }
}

#[test]
fn a_query_that_ends_too_soon_is_wrong_at_its_end() {
    let world = shop();
    change(&world, FACT, " = products.product_id\n", " =\n");
    let text = std::fs::read_to_string(world.path(FACT)).unwrap();
    let message = fails(world.root(), &["check", "--offline"], 1);
    let expected = format!("{FACT}:{}: ", text.lines().count());
    assert!(message.contains(&expected) && message.contains("found: EOF"), "{message}");
}
