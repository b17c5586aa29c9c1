//! Is told what a release loaded, found and refused, which names it has, and where its columns come
//! from?

use serde_json::{Value, json};

use super::shared;
use crate::cli::ok;
use crate::closing::{company, entries};
use crate::support::hand;
use crate::support::serving::Serving;
use crate::support::world::day;

#[test]
fn a_column_is_followed_to_its_system() {
    let server = Serving::of(hand::shared().root(), &[]);
    let told = server.json("/api/v1/lineage/marts.dim_customers.customer_name");
    assert_eq!(told["name"], "marts.dim_customers");
    let steps = told["lineage"].as_array().unwrap();
    assert_eq!(steps.len(), 1);
    let mut sources = Vec::new();
    collect(&steps[0], &mut sources);
    assert!(sources.contains(&"sales customer_name".to_owned()), "{sources:?}");
    let unknown = server.get("/api/v1/lineage/marts.dim_customers.nam");
    assert_eq!((unknown.status, &unknown.json()["code"]), (404, &json!("unknown_table")));
}

/// The columns of departmental systems below a step.
fn collect(step: &Value, sources: &mut Vec<String>) {
    if let (Some(system), Some(column)) =
        (step["source"]["system"].as_str(), step["source"]["column"].as_str())
    {
        sources.push(format!("{system} {column}"));
    }
    step["made_of"].as_array().unwrap().iter().for_each(|part| collect(part, sources));
}

#[test]
fn tables_are_told_with_rows_and_columns() {
    let server = Serving::of(shared().root(), &[]);
    let told = server.json("/api/v1/tables");
    assert_eq!(told["release"], 1);
    let tables = told["tables"].as_array().unwrap();
    let taken = tables.iter().find(|table| table["name"] == "marts.fct_taken").unwrap();
    // Seven sales, as the head of the kiosks says.
    assert_eq!((&taken["rows"], &taken["grain"]), (&json!(7), &json!(["sale_id"])));
    let table = server.json("/api/v1/tables/fct_taken");
    let columns = table["table"]["columns"].as_array().unwrap();
    let amount = columns.iter().find(|column| column["name"] == "amount").unwrap();
    assert_eq!(amount["type"], "decimal(18,2)");
    assert_eq!(amount["description"], "Price paid.");
    let unknown = server.get("/api/v1/tables/fct_takn").json();
    assert!(unknown["detail"].as_str().unwrap().contains("fct_taken"), "{unknown}");
}

#[test]
fn refused_rows_are_told_page_by_page() {
    let world = company();
    entries(&world, &["1,2026-11,A,12x,", "2,2026-11,B,,", "3,2026-12,A,5.50,"]);
    world.refreshed(day(0));
    let server = Serving::of(world.root(), &[]);
    let told = server.json("/api/v1/quarantine");
    assert_eq!(told["total"], 2, "{told}");
    let rows = told["rows"].as_array().unwrap();
    let of = |row: &Value| [row["row"].clone(), row["column"].clone(), row["value"].clone()];
    // Lines are counted with the header.
    assert_eq!(of(&rows[0]), [json!(2), json!("amount"), json!("12x")]);
    assert_eq!(of(&rows[1])[0], json!(3));
    let second = server.json("/api/v1/quarantine?limit=1&offset=1");
    assert_eq!((&second["total"], &second["rows"]), (&json!(2), &json!([rows[1]])));
    assert_eq!(server.get("/api/v1/quarantine?table=no.such").status, 404);
    assert_eq!(server.get("/api/v1/quarantine?limit=0").status, 400);
    let load = server.json("/api/v1/loads");
    let counts = &load["loads"][0]["tables"][rows[0]["table"].as_str().unwrap()];
    assert_eq!((&counts["read"], &counts["quarantined"]), (&json!(3), &json!(2)));
    ok(world.root(), &["pin", "first", "1"]);
    let pins = server.json("/api/v1/pins");
    assert_eq!(
        (&pins["pins"][0]["name"], &pins["pins"][0]["release"]),
        (&json!("first"), &json!(1))
    );
}

#[test]
fn doubtful_matches_are_told_page_by_page() {
    let server = Serving::of(hand::shared().root(), &[]);
    let sql = "select count(*) as pairs from marts.dim_match_reviews";
    let counted = server.post("/api/v1/sql", &json!({ "sql": sql })).json();
    let told = server.json("/api/v1/matches?limit=1");
    assert_eq!(told["total"], counted["rows"][0]["pairs"]);
    assert!(told["rows"].as_array().unwrap().len() <= 1);
    let pair = server.json("/api/v1/matches/sales:nobody/finance:nobody");
    assert_eq!((&pair["waiting"], &pair["decisions"]), (&json!([]), &json!([])));
    assert_eq!(server.get("/api/v1/matches/sales/finance:1").status, 400);
}

#[test]
fn findings_are_told_with_their_rows() {
    let server = Serving::of(hand::shared().root(), &[]);
    let told = server.json("/api/v1/checks");
    let findings = told["findings"].as_array().unwrap();
    let of = |check: &str| {
        let named = format!("checks.{check}");
        findings.iter().filter(|one| one["check"] == named.as_str()).collect::<Vec<_>>()
    };
    // The README of tests/worlds/hand names the documents that differ from the ledger.
    let differing = of("documents_agree_with_ledger");
    assert!(!differing.is_empty(), "{told}");
    assert!(differing.iter().all(|one| one["rows"].as_u64().unwrap() > 0));
    assert!(differing.iter().all(|one| one["closing"] == "error"), "{differing:?}");
}
