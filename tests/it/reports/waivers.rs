//! Do answers and findings say what was waived so that periods could be closed?

use serde_json::{Value, json};

use crate::cli::{fails, ok};
use crate::support::hand::{self, moment};
use crate::support::world::World;

const CHECK: &str = "checks.pools_have_drivers";

/// The row that is found of the second period.
const ROW: &str = "entity_id HX03, period_id FY26-P02, pool_name sales_wages, rule_id AR-01, \
                   functional_amount -1000.0000, reporting_amount -8280.0000";

/// What closing the second period says, a line a check.
const REFUSED: &str = "a check failed, so nothing was published:\n\
    warning: checks.pools_have_drivers: period FY26-P02, 1 row, reporting_amount -8280.00 CNY, \
    such as entity_id HX03, period_id FY26-P02, pool_name sales_wages, rule_id AR-01, \
    functional_amount -1000.0000, reporting_amount -8280.0000\n\
    `patron check --release 2` says it in full; mend it, or waive by name: patron close FY26-P02 \
    --by ... --waive checks.pools_have_drivers --because \"...\"";

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
    // In the second period some cost has no driver: Hamburg's wages of 1000.00 EUR at 8.28.
    let refused = fails(root, &["close", "FY26-P02", "--by", "Ada"], 1);
    assert!(refused.contains(REFUSED), "{refused}");
    let waived = ["--waive", CHECK, "--because", "nothing drove it"];
    ok(root, &[&["close", "FY26-P02", "--by", "Ada"][..], &waived].concat());
    ok(root, &["close", "FY26-P03", "--by", "Ada"]);

    let told = json!([{
        "check": CHECK, "because": "nothing drove it", "by": "Ada", "period": "FY26-P02"
    }]);
    assert_eq!(of_report(&world, "FY26-P01"), json!([]));
    assert_eq!(of_report(&world, "FY26-P02"), told);
    // What comes before a period is what it is compared with.
    assert_eq!(of_report(&world, "FY26-P03"), told);
    let table = ok(root, &["report", "profit_curve", "-p", "period=FY26-P02"]);
    let expected = format!("waived {CHECK} to close FY26-P02 by Ada: nothing drove it");
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
            "check": CHECK, "because": "nothing drove it", "by": "Ada", "period": "FY26-P04",
            "entity": "HX03"
        })
    );
    told_of_findings(&world);
    assert_eq!(status(&world, &["-p", "period=FY26-P02"]), "closed");
    assert_eq!(status(&world, &["-p", "period=FY26-P04"]), "partly_closed");
    assert_eq!(status(&world, &["-p", "period=FY26-P04", "-p", "entity=HX03"]), "closed");
    assert_eq!(status(&world, &["-p", "period=FY26-P04", "-p", "entity=HX01"]), "open");

    ok(root, &["reopen", "FY26-P02", "--by", "Ada", "--because", "a driver was found"]);
    assert_eq!(of_report(&world, "FY26-P02"), json!([]));
    assert_eq!(status(&world, &["-p", "period=FY26-P02"]), "open");
    let found = found(&world, "FY26-P02");
    assert!(found.starts_with("warning: ") && found.ends_with("in all"), "{found}");
}

/// The line of the newest release's findings that is about the check and a period.
fn found(world: &World, period: &str) -> String {
    let told = ok(world.root(), &["check", "--release"]);
    let about = format!(": {CHECK} in {period}: ");
    told.lines().find(|line| line.contains(&about)).unwrap().to_owned()
}

/// What is waived for all is no plain warning any more; what one entity waived still is, of others.
fn told_of_findings(world: &World) {
    let second = found(world, "FY26-P02");
    let reason = "; reporting_amount -8280.00 CNY in all (waived: to close FY26-P02 by Ada: \
                  nothing drove it)";
    assert!(second.starts_with("waived: ") && second.ends_with(reason), "{second}");
    let fourth = found(world, "FY26-P04");
    let reason = " (waived: to close FY26-P04 of HX03 by Ada: nothing drove it)";
    assert!(fourth.starts_with("warning: ") && fourth.ends_with(reason), "{fourth}");
    let fifth = found(world, "FY26-P05");
    assert!(fifth.starts_with("warning: ") && !fifth.contains("(waived"), "{fifth}");

    let listed = ok(world.root(), &["check", "--release", "--format", "json"]);
    let listed: Value = serde_json::from_str(&listed).unwrap();
    let of = |period: &str| {
        let rows = listed.as_array().unwrap().iter();
        let mut rows = rows.filter(|row| row["check"] == CHECK && row["period"] == period);
        let row = rows.next().unwrap();
        assert_eq!(rows.next(), None);
        ["waived_because", "waived_by", "amounts"].map(|column| row[column].clone())
    };
    let amount = json!("reporting_amount -8280.00 CNY");
    assert_eq!(of("FY26-P02"), [json!("nothing drove it"), json!("Ada"), amount]);
    let [because, by, _] = of("FY26-P04");
    assert_eq!([because, by], [Value::Null, Value::Null]);

    let refreshed = ok(world.root(), &["refresh"]);
    let line = format!(
        "waived: {CHECK}: period FY26-P02, 1 row, reporting_amount -8280.00 CNY, such as {ROW} \
         (waived: to close FY26-P02 by Ada: nothing drove it)"
    );
    assert!(refreshed.lines().any(|told| told == line), "{line}\n{refreshed}");
    // 16.00 of stock, 60.00 of a campaign and 500.00 of overhead; the draft IV11 with its tax.
    for line in [
        "warning: checks.pools_have_drivers: 3 periods (FY26-P04 to FY26-P06A), 3 rows, \
         reporting_amount -544.00 CNY, such as ",
        "warning: checks.drafts_are_posted: period FY26-P06, 1 row, debit_functional_amount \
         212.00 CNY, such as ",
    ] {
        assert!(refreshed.lines().any(|told| told.starts_with(line)), "{line}\n{refreshed}");
    }
}
