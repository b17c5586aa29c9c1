//! Do the members of dimensions have names for people, and stay codes for programs?

use serde_json::{Value, json};

use super::till::till;
use crate::cli::ok;
use crate::support::world::day;

const QUESTION: &str = r#"{"measures": ["till.sale_count"], "dimensions": ["till.product"]}"#;

/// P1 is sold four times, P2 twice and P3 once; the column behind the dimension gives the names.
#[test]
fn people_read_the_names_of_members() {
    let world = till();
    let names = "[product_id]\nP1 = { en = \"Tea tin\", \"zh-CN\" = \"茶罐\" }\n";
    world.write("warehouse/values.toml", names);
    world.refreshed(day(0));
    let cube = |arguments: &[&str]| ok(world.root(), &[&["cube", QUESTION], arguments].concat());
    let table = cube(&[]);
    assert!(table.contains(" Tea tin | "), "{table}");
    assert!(table.contains(" P2      | "), "{table}");
    assert!(cube(&["--language", "zh-CN"]).contains(" 茶罐 "));
    let plain = cube(&["--format", "csv"]);
    assert!(plain.contains("\r\nP1,4\r\n"), "{plain}");
    let labelled = cube(&["--format", "csv", "--language", "zh-CN"]);
    assert!(labelled.contains("\r\n茶罐,4\r\n"), "{labelled}");
    let answer: Value = serde_json::from_str(&cube(&["--format", "json"])).unwrap();
    let result = &answer["results"][0];
    assert_eq!(result["data"][0]["till.product"], "P1");
    let told = &result["annotation"]["dimensions"]["till.product"]["values"];
    assert_eq!(*told, json!({ "P1": "Tea tin" }));
}
