//! What does the owner see who asks as somebody of a role would?
//!
//! Expected values are by hand, from the README and the feeds of tests/worlds/hand: K102 was of
//! unit BU2 when IV3 (1000.00) was invoiced, and of BU1 when IV8 (1800.00) was.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use crate::cli::{fails, ok};
use crate::support::hand;

/// The hand-made company with the roles of the standard project.
fn company() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("company");
    let from = hand::shared().root();
    let copied = Command::new("cp").arg("-a").arg(from).arg(&root).status().unwrap();
    assert!(copied.success());
    let access = hand::repository("warehouse/access.toml");
    fs::copy(access, root.join("warehouse/access.toml")).unwrap();
    (folder, root)
}

#[test]
fn the_owner_asks_as_somebody_else() {
    let (_folder, root) = company();
    let sql = "select invoice_id, sum(net_amount) as amount from marts.fct_invoice_lines
        where invoice_id in ('IV3', 'IV8') group by invoice_id order by invoice_id";
    let question = r#"{"measures": ["sales.net_amount"], "dimensions": ["sales.customer_id"],
        "filters": [{"member": "sales.customer_id", "operator": "equals", "values": ["K102"]}]}"#;
    let head = ["--as-role", "unit_head", "--with", "business_unit_id=BU1"];
    let other = ["--as-role", "unit_head", "--with", "business_unit_id=BU2"];
    let both = [&other[..], &["--with", "business_unit_id=BU1"][..]].concat();
    let cases: [(&[&str], &str, &str); 5] = [
        (&[], "IV3,1000.0000\nIV8,1800.0000\n", "K102,2800.0000\n"),
        (&head, "IV8,1800.0000\n", "K102,1800.0000\n"),
        (&other, "IV3,1000.0000\n", "K102,1000.0000\n"),
        (&both, "IV3,1000.0000\nIV8,1800.0000\n", "K102,2800.0000\n"),
        (&["--as-role", "unit_head", "--with", "business_unit_id=BU7"], "", ""),
    ];
    for (asking, rows, told) in cases {
        let lines = |text: String| {
            let text = text.replace("\r\n", "\n");
            text.split_once('\n').map(|(_, rows)| rows.to_owned()).unwrap_or_default()
        };
        let query = [&["query", sql, "--format", "csv"][..], asking].concat();
        assert_eq!(lines(ok(&root, &query)), rows, "{asking:?}");
        // A process of its own knows as well who asks.
        let isolated = [&query[..], &["--isolated"]].concat();
        assert_eq!(lines(ok(&root, &isolated)), rows, "{asking:?}");
        let cube = [&["cube", question, "--format", "csv"][..], asking].concat();
        assert_eq!(lines(ok(&root, &cube)), told, "{asking:?}");
    }
    let explained = [&["cube", question, "--explain"][..], &head[..]].concat();
    let explained = ok(&root, &explained);
    assert!(explained.contains("SecureExec: table=cubes.sales__customers"), "{explained}");
}

#[test]
fn a_report_is_answered_by_what_is_seen() {
    let (_folder, root) = company();
    let asked = ["report", "profit_curve", "-p", "from_period=FY26-P01", "--format", "json"];
    let owner = ok(&root, &asked);
    assert!(owner.contains("K102"), "{owner}");
    let all = [&asked[..], &["--as-role", "group_management"][..]].concat();
    assert_eq!(ok(&root, &all), owner);
    let none = [&asked[..], &["--as-role", "system_administrator"][..]].concat();
    let told = fails(&root, &none, 2);
    assert!(told.contains("there is no report `profit_curve`"), "{told}");
    let none = ["report", "no_such_report", "--as-role", "system_administrator"];
    assert_eq!(fails(&root, &none, 2).replace("no_such_report", "profit_curve"), told);
}

#[test]
fn finance_sees_money_and_nobody_s_address() {
    let (_folder, root) = company();
    // Whether somebody has an address or a telephone comes from what is personal.
    let sql = "select count(*), count(matched_contact_id), count(has_email), count(has_phone),
        count(contact_id), count(customer_id), sum(contact_count) from marts.dim_contacts";
    let owner = ok(&root, &["query", sql, "--format", "csv"]);
    assert!(owner.ends_with("7,7,7,7,5,7,6\r\n"), "{owner}");
    let finance = ok(&root, &["query", sql, "--format", "csv", "--as-role", "finance"]);
    assert!(finance.ends_with("7,0,0,0,5,7,6\r\n"), "{finance}");
    let sql = "select count(customer_id), sum(net_reporting_amount) from marts.fct_invoice_lines";
    let owner = ok(&root, &["query", sql, "--format", "csv"]);
    let finance = ok(&root, &["query", sql, "--format", "csv", "--as-role", "finance"]);
    assert!(owner.lines().count() == 2 && owner == finance, "{owner}{finance}");
}

#[test]
fn what_is_not_seen_is_told_as_what_is_not_there() {
    let (_folder, root) = company();
    let nobody = ["--as-role", "system_administrator"];
    let seller = ["--as-role", "salesperson", "--with", "employee_id=E01"];
    for table in ["marts.dim_dates", "sales.orders", "staging.stg_sales__orders", "checks.x"] {
        let sql = format!("select * from {table}");
        let told = fails(&root, &[&["query", &sql][..], &nobody[..]].concat(), 1);
        let (schema, _) = table.split_once('.').unwrap();
        let sql = format!("select * from {schema}.nothing");
        let nothing = fails(&root, &[&["query", &sql][..], &nobody[..]].concat(), 1);
        let cut = |told: &str| told.split(';').next().unwrap_or_default().to_owned();
        let same = cut(&nothing).replace(&format!("{schema}.nothing"), table);
        assert_eq!(cut(&told), same);
    }
    let sql = "select count(*) from marts.fct_invoice_lines";
    let told = fails(&root, &[&["query", sql][..], &seller[..]].concat(), 1);
    assert!(told.contains("there is no table `marts.fct_invoice_lines`"), "{told}");
    assert!(ok(&root, &["query", sql]).contains("(1 row)"));
    // Mistakes of the command line.
    let cases: [(&[&str], &str); 4] = [
        (&["--as-role", "unit_heads"], "has no role `unit_heads`; is `unit_head` meant?"),
        (&["--as-role", "unit_head", "--with", "unit=BU1"], "has no attribute `unit`"),
        (&["--as-role", "unit_head", "--with", "employee_id"], "write `attribute=value`"),
        (&["--with", "employee_id=E01"], "--as-role <ROLE>"),
    ];
    for (asking, expected) in cases {
        let told = fails(&root, &[&["query", "select 1"][..], asking].concat(), 2);
        assert!(told.contains(expected), "{told}");
    }
}
