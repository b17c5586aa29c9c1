//! Do drivers that others wrote find the tables and get the values that there are?

use std::process::Command;

use serde_json::{Value, json};

use super::shared;
use crate::server::clients::installed;
use crate::support::hand::repository;

/// The versions that tests/run installs.
const DRIVERS: &str = "sqlalchemy-2.1.9";

#[test]
fn psycopg_and_sqlalchemy_find_what_there_is() {
    let folder = installed(DRIVERS, "bin/python");
    let output = Command::new(folder.join("bin/python"))
        .arg(repository("tests/it/postgres/drivers.py"))
        .arg(shared().address.port().to_string())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let has = |list: &str, wanted: &str| {
        found[list].as_array().unwrap().iter().any(|name| *name == wanted)
    };
    assert!(has("schemas", "marts") && has("schemas", "sales") && !has("schemas", "pg_catalog"));
    assert!(has("tables", "orders") && has("tables", "customers") && !has("tables", "invoices"));
    assert_eq!(found["views"], json!([]));
    assert_eq!(found["key"], json!(["delivery_id", "delivery_line_number"]));
    let columns = &found["columns"];
    // As the contract of the table says.
    assert_eq!(columns["delivery_id"], json!(["TEXT", false, "Shipment of the sales department."]));
    assert_eq!(columns["quantity"], json!(["BIGINT", true, "Pieces shipped."]));
    assert_eq!(columns["changed_at"][0], "TIMESTAMP");
    let comment = "Lines of shipments, each pointing to the order line it fulfils.";
    assert_eq!(found["comment"], comment);
    assert_eq!(found["has"], json!([true, false]));
    assert!(found["beside"].as_array().unwrap().iter().all(|list| *list == json!([])));
    // Of the customers of the company made by hand two are meant.
    assert_eq!(found["count"][1], 2);
    assert_eq!(found["member"], 2);
    assert_eq!(found["given"], json!(["12.50", "2026-03-01", "x'y", true]));
    let values = [
        "-7",
        "70000",
        "5000000000",
        "12.50",
        "0.1",
        "True",
        "größe",
        "None",
        "2026-03-01",
        "2026-03-01 12:34:56.500000",
        "[1, None, 3]",
    ];
    assert_eq!(found["values"], json!(values));
    assert_eq!(found["same"], true);
    assert_eq!(found["parts"], json!([0, 1, 2, 3, 4]));
    assert_eq!(found["prepared"], json!([1, 2, 3]));
    assert_eq!(found["pipeline"], json!([0, 1, 2]));
    assert_eq!(found["state"], "42703");
}
