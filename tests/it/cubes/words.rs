//! Do the members of dimensions have names for people, and stay codes for programs?

use serde_json::{Value, json};

use super::till::{CUBE, till, told};
use crate::cli::ok;
use crate::models::change;
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

#[test]
fn what_cubes_share_is_said_once() {
    let world = till();
    let file = "sql/cubes/dimensions.toml";
    change(&world, CUBE, "description = \"What was sold.\"\n", "");
    let found = told(&world);
    let expected = "dimension `product`: its description is empty; say what it means, here or";
    assert!(found.iter().any(|line| line.contains(expected)), "{found:?}");

    // What a head says itself stands: the day has a label of its own.
    world.write(
        file,
        "[product]\nlabel = { en = \"Article\" }\ndescription = \"What one buys.\"\n\
         [day]\nlabel = { en = \"Moment\" }\n",
    );
    world.refreshed(day(0));
    let members = ok(world.root(), &["cube", "till"]);
    assert!(members.contains("Article") && members.contains("What one buys."), "{members}");
    assert!(members.contains(" Day ") && !members.contains("Moment"), "{members}");
    let answer = |arguments: &[&str]| ok(world.root(), &[&["cube", QUESTION], arguments].concat());
    assert!(answer(&[]).contains(" Article |"), "{}", answer(&[]));
    let receipt = |text: &str| {
        let answer: Value = serde_json::from_str(text).unwrap();
        answer["receipt"]["definition"].as_str().unwrap().to_owned()
    };
    let before = receipt(&answer(&["--format", "json"]));
    change(&world, file, "Article", "Ware");
    assert_ne!(receipt(&answer(&["--format", "json"])), before);

    world.write(file, "[nobody]\nlabel = { en = \"Nobody\" }\n");
    let found = told(&world);
    let expected = format!("{file}:1: no cube has a dimension with `shared = \"nobody\"`");
    assert!(found.iter().any(|line| line.starts_with(&expected)), "{found:?}");
    world.write(file, "\n[product]\nlable = 1\n");
    let found = told(&world);
    let is_it = |line: &String| line.starts_with(&format!("{file}:")) && line.contains("lable");
    assert!(found.iter().any(is_it), "{found:?}");
}
