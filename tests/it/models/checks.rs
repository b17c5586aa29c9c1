//! Does every kind of check find the rows that it should, and weigh them as its head says?

use patron::refresh::{self, Options, Outcome, RefreshError, Silent};
use patron::warehouse::release::{CheckResult, Severity, Waiver};

use super::{FACT, change, sell, shop};
use crate::support::world::{World, chain, day, runtime};

const PERIOD: &str = "{ open = \"warning\", closed = \"error\", period = \"sold_on\" }";

fn refresh(world: &World, waived: &[&str]) -> Result<Outcome, RefreshError> {
    let waiver = |check: &&str| Waiver { check: (*check).to_owned(), because: "known".to_owned() };
    let options = Options {
        only: None,
        wait: true,
        waivers: waived.iter().map(waiver).collect(),
        anew: false,
        now: day(1),
        limits: world.limits(),
    };
    let _entered = runtime().enter();
    refresh::run(&world.project(), &options, &Silent)
}

/// The shop with one more sale, of a product that nobody knows.
fn shop_with_a_stray() -> World {
    let world = shop();
    sell(&world, "2026-03", &["S4,P9,20.00,EUR,2026-03-31"]);
    world
}

/// What a check in the head of the fact finds.
fn found(check: &str) -> Vec<CheckResult> {
    let world = shop_with_a_stray();
    change(&world, FACT, "# more", check);
    match refresh(&world, &[]) {
        Ok(outcome) => outcome.findings,
        Err(RefreshError::Refused { findings, .. }) => findings,
        Err(error) => panic!("{check}: {}", chain(&error)),
    }
}

fn error(name: &str, finding: &str) -> CheckResult {
    CheckResult::new(name.to_owned(), Severity::Error, finding.to_owned())
}

#[test]
fn every_kind_finds_its_rows() {
    let related = "relationships = [{ columns = [\"product_id\"], to = \"TO\", key = \
                   [\"product_id\"] }]";
    let cases = [
        (
            "unique = [[\"product_id\"]]".to_owned(),
            "marts.fct_sales:unique_product_id",
            "several rows have the same product_id: 1 row: product_id P1",
        ),
        (
            "not_null = [\"product_name\"]".to_owned(),
            "marts.fct_sales:not_null_product_name",
            "`product_name` holds nothing: 1 row: sale_id S4",
        ),
        (
            "accepted = { product_id = [\"P1\", \"P9\"] }".to_owned(),
            "marts.fct_sales:accepted_product_id",
            "`product_id` is none of 'P1', 'P9': 1 row: sale_id S2",
        ),
        (
            related.replace("TO", "marts.dim_products"),
            "marts.fct_sales:product_id_in_dim_products",
            "no row of `marts.dim_products` has their product_id: 1 row: product_id P9, sale_id S4",
        ),
        (
            related.replace("TO", "staging.stg_shop__products"),
            "marts.fct_sales:product_id_in_stg_shop__products",
            "no row of `staging.stg_shop__products` has their product_id: 1 row: product_id P9, \
             sale_id S4",
        ),
        (
            "expressions = [{ name = \"is_cheap\", sql = \"price_amount < 20\" }]".to_owned(),
            "marts.fct_sales:is_cheap",
            "it is not true that price_amount < 20: 2 rows: sale_id S2; sale_id S4",
        ),
    ];
    for (check, name, finding) in cases {
        assert_eq!(found(&check), [error(name, finding)], "{check}");
    }
}

#[test]
fn the_grain_is_always_looked_at() {
    let world = shop();
    change(&world, FACT, "grain = [\"sale_id\"]", "grain = [\"product_id\"]");
    let Err(RefreshError::Refused { findings, .. }) = refresh(&world, &[]) else {
        panic!("two sales of one product are no grain")
    };
    let finding = "several rows have the same product_id: 1 row: product_id P1";
    assert_eq!(findings, [error("marts.fct_sales:unique_grain", finding)]);
}

#[test]
fn five_rows_are_shown() {
    let world = shop();
    let rows: Vec<String> =
        (1..=7).map(|number| format!("T{number},P1,30.00,EUR,2026-03-01")).collect();
    sell(&world, "2026-03", &rows.iter().map(String::as_str).collect::<Vec<_>>());
    change(
        &world,
        FACT,
        "# more",
        "expressions = [{ name = \"is_cheap\", sql = \"price_amount < 25\" }]",
    );
    let Err(RefreshError::Refused { findings, .. }) = refresh(&world, &[]) else {
        panic!("seven sales are dear")
    };
    let finding = "it is not true that price_amount < 25: 7 rows, the first being sale_id T1; \
                   sale_id T2; sale_id T3; sale_id T4; sale_id T5";
    assert_eq!(findings, [error("marts.fct_sales:is_cheap", finding)]);
}

#[test]
fn a_warning_is_shown_and_published() {
    let check = "expressions = [{ name = \"is_cheap\", sql = \"price_amount < 20\", severity = \
                 \"warning\" }]";
    let world = shop();
    change(&world, FACT, "# more", check);
    let outcome = refresh(&world, &[]).unwrap_or_else(|error| panic!("{}", chain(&error)));
    let finding = "it is not true that price_amount < 20: 1 row: sale_id S2".to_owned();
    let name = "marts.fct_sales:is_cheap".to_owned();
    let expected = CheckResult::new(name, Severity::Warning, finding);
    assert_eq!(outcome.findings, std::slice::from_ref(&expected));
    assert_eq!(world.release().checks, std::slice::from_ref(&expected));
    // What was found stands as long as nothing changed, also where nothing was looked at anew.
    sell(&world, "2026-03", &["S4,P1,1.00,EUR,2026-03-31"]);
    let outcome = refresh(&world, &[]).unwrap_or_else(|error| panic!("{}", chain(&error)));
    assert!(outcome.published);
    assert_eq!(outcome.findings, [expected]);
    // A month that was clean is looked at when it is built.
    sell(&world, "2026-03", &["S4,P1,21.00,EUR,2026-03-31"]);
    let outcome = refresh(&world, &[]).unwrap_or_else(|error| panic!("{}", chain(&error)));
    let finding = "it is not true that price_amount < 20: 2 rows: sale_id S2; sale_id S4";
    assert_eq!(outcome.findings.len(), 1);
    assert_eq!(outcome.findings[0].finding, finding);
}

#[test]
fn what_closing_refuses_is_told_by_period() {
    let check = "expressions = [{ name = \"is_cheap\", sql = \"price_amount < 20\", severity = \
                 PERIOD }]";
    let findings = found(&check.replace("PERIOD", PERIOD));
    let expected = [("2026-01-31", "S2"), ("2026-03-31", "S4")].map(|(period, sale)| CheckResult {
        name: "marts.fct_sales:is_cheap".to_owned(),
        severity: Severity::Warning,
        finding: format!("it is not true that price_amount < 20: 1 row: sale_id {sale}"),
        period: Some(period.to_owned()),
        closing: Some(Severity::Error),
        amounts: Vec::new(),
    });
    assert_eq!(findings, expected);
    assert!(
        findings[0].hinders_closing("2026-01-31") && !findings[0].hinders_closing("2026-03-31")
    );
}

#[test]
fn questions_are_refused_and_waived_by_name() {
    let world = shop();
    let question = "/*---\ndescription = \"Sales that are too dear.\"\nSEVERITY---*/\n\
                    select sale_id, price_amount\nfrom marts.fct_sales\nwhere is_dear\n";
    let file = "sql/checks/sales_too_dear.sql";
    world.write(file, question.replace("SEVERITY", ""));
    let refused = refresh(&world, &[]).unwrap_err();
    let finding = "Sales that are too dear.: 2 rows: sale_id S2, price_amount 20.00; sale_id S3, \
                   price_amount 12.50";
    let name = "checks.sales_too_dear";
    let expected = format!(
        "a check failed, so nothing was published: `{name}`: {finding}; mend it, or waive by name: \
         patron refresh --waive {name} --because \"...\""
    );
    assert_eq!(refused.to_string(), expected);
    assert!(world.home().latest().unwrap().is_none(), "nothing was published");

    let idle = refresh(&world, &[name, "checks.other"]).unwrap_err().to_string();
    assert!(idle.contains("the check `checks.other` did not fail"), "{idle}");
    let outcome = refresh(&world, &[name]).unwrap_or_else(|error| panic!("{}", chain(&error)));
    assert_eq!(outcome.findings, [error(name, finding)]);
    assert_eq!(world.release().waivers.len(), 1);

    world.write(file, question.replace("SEVERITY", "severity = \"warning\"\n"));
    let outcome = refresh(&world, &[]).unwrap_or_else(|error| panic!("{}", chain(&error)));
    assert_eq!(outcome.findings[0].severity, Severity::Warning);
    world.write(file, question.replace("SEVERITY", "").replace("is_dear", "price_amount > 20"));
    let outcome = refresh(&world, &[]).unwrap_or_else(|error| panic!("{}", chain(&error)));
    assert_eq!(outcome.findings, []);
}
