//! Does an answer say what was waived so that its periods could be closed?

use serde_json::{Value, json};

use crate::cli::ok;
use crate::support::hand::{self, moment};
use crate::support::world::World;

const CHECK: &str = "checks.pools_have_drivers";

/// The waivers in the receipt of an answer.
fn waivers(world: &World, arguments: &[&str]) -> Value {
    let answer = ok(world.root(), &[arguments, &["--format", "json"]].concat());
    let answer: Value = serde_json::from_str(&answer).unwrap();
    answer["receipt"]["waivers"].clone()
}

fn of_report(world: &World, period: &str) -> Value {
    waivers(world, &["report", "profit_curve", "-p", &format!("period={period}")])
}

/// How the last period of an answer stands, by the line of completeness.
fn status(world: &World, given: &[&str]) -> String {
    let fixed = ["report", "profit_curve", "--format", "json"];
    let answer = ok(world.root(), &[&fixed[..], given].concat());
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let said = answer["completeness"]["statements"][0].as_array().unwrap();
    let status = said.iter().find(|said| said["name"] == "period_status").unwrap();
    status["value"].as_str().unwrap().to_owned()
}

#[test]
fn what_was_waived_for_a_closing_is_told_as_long_as_it_stands() {
    let world = hand::project();
    world.refreshed(moment());
    let root = world.root();
    ok(root, &["close", "FY26-P01", "--by", "Ada"]);
    // In the second period some cost has no driver.
    let waived = ["--waive", CHECK, "--because", "nothing drove it"];
    ok(root, &[&["close", "FY26-P02", "--by", "Ada"][..], &waived].concat());
    ok(root, &["close", "FY26-P03", "--by", "Ada"]);

    let told = json!([{
        "check": CHECK, "because": "nothing drove it", "period": "FY26-P02"
    }]);
    assert_eq!(of_report(&world, "FY26-P01"), json!([]));
    assert_eq!(of_report(&world, "FY26-P02"), told);
    // What comes before a period is what it is compared with.
    assert_eq!(of_report(&world, "FY26-P03"), told);
    let table = ok(root, &["report", "profit_curve", "-p", "period=FY26-P02"]);
    let expected = format!("waived {CHECK} to close FY26-P02");
    assert!(table.contains(&expected), "{table}");
    let question = r#"{"measures": ["ledger.ledger_amount"]}"#;
    assert_eq!(waivers(&world, &["cube", question]), told);

    let list = ok(root, &["periods", "--format", "csv"]);
    let line = |period: &str| {
        list.lines().find(|line| line.starts_with(&format!("{period},"))).unwrap().to_owned()
    };
    assert!(list.lines().next().unwrap().ends_with(",because,waived"), "{list}");
    assert!(line("FY26-P02").ends_with(&format!(",nothing drove it,{CHECK}")), "{list}");
    assert!(line("FY26-P01").ends_with(",,"), "{list}");

    // A period that is closed for one entity is told so, with what was waived for that one.
    let of_one = ["close", "FY26-P04", "--by", "Ada", "--entity", "HX03"];
    ok(root, &[&of_one[..], &waived].concat());
    assert_eq!(
        of_report(&world, "FY26-P04")[1],
        json!({
            "check": CHECK, "because": "nothing drove it", "period": "FY26-P04", "entity": "HX03"
        })
    );
    assert_eq!(status(&world, &["-p", "period=FY26-P02"]), "closed");
    assert_eq!(status(&world, &["-p", "period=FY26-P04"]), "partly_closed");
    assert_eq!(status(&world, &["-p", "period=FY26-P04", "-p", "entity=HX03"]), "closed");
    assert_eq!(status(&world, &["-p", "period=FY26-P04", "-p", "entity=HX01"]), "open");

    ok(root, &["reopen", "FY26-P02", "--by", "Ada", "--because", "a driver was found"]);
    assert_eq!(of_report(&world, "FY26-P02"), json!([]));
    assert_eq!(status(&world, &["-p", "period=FY26-P02"]), "open");
}
