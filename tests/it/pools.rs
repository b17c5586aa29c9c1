//! Do pools give to pools, draw on capacity and spread over customers as sums by hand say?
//!
//! The company is that of tests/worlds/hand with rules of its own. In November its Shanghai entity
//! pays 2000.00 of sales wages, 1500.00 of technicians, 800.00 of a house and 25.00 of freight.

use patron::refresh::Outcome;

use crate::cli::ok;
use crate::support::hand;
use crate::support::world::World;

/// The house goes to all pools by their cost; sales gives a quarter to service; two rules of
/// service are one equation of time; half of freight is for places and half for order lines.
const RULES: &str = "\
rule_id,step_number,pool_name,account_from_id,account_to_id,cost_function,driver_name,\
minutes_per_unit,pool_share_ratio,receiver_kind,receiver_pool_name,statement_line,valid_from_on
HS,1,house,6701,6701,,pool_cost,,,pool,,overhead,2025-10-01
SA,2,sales,6601,6601,sales,visit_call_minutes,,,customer,,selling,2025-10-01
SAG,2,sales,6601,6601,sales,pool_cost,,0.25,pool,service,service,2025-10-01
SE,3,service,6605,6605,service,service_minutes,1,,customer,,service,2025-10-01
SEB,3,service,6605,6605,service,invoices,30,,customer,,service,2025-10-01
SEU,3,service,6605,6605,service,service_minutes,1,,unused_capacity,,service,2025-10-01
FR,3,freight,6603,6603,,pallet_days,,0.5,customer,,delivery,2025-10-01
FRL,3,freight,6603,6603,,order_lines,,0.5,customer,,delivery,2025-10-01
FRU,3,freight,6603,6603,,pallet_days,,0.5,unused_capacity,,delivery,2025-10-01
CA,3,campaigns,6602,6602,,campaign_sends,,,customer,,marketing,2025-10-01
ST,3,stock_loss,6404,6404,,cost_of_goods,,,customer,,stock_holding,2025-10-01
";

/// A company with rules and with so many practical minutes of technicians in November.
fn company(rules: &str, minutes: &str) -> World {
    let world = hand::project();
    world.write("feeds/inputs/allocation_rules.csv", rules);
    let capacity = format!(
        "period_id,employee_id,cost_centre_id,contracted_minutes,practical_minutes\n{minutes}"
    );
    world.write("feeds/staff/capacity.csv", capacity);
    world
}

/// Each row of an answer in one line.
fn lines(world: &World, sql: &str) -> Vec<String> {
    world.rows(sql).iter().map(|row| row.join(" ")).collect()
}

/// What a check found, row by row.
fn findings(outcome: &Outcome, check: &str) -> Vec<String> {
    let said = outcome.findings.iter().filter(|result| result.name.starts_with(check));
    said.map(|result| result.finding.clone()).collect()
}

/// What is spread of a pool of Shanghai in November, by rule and customer.
fn spread(world: &World, pool: &str) -> Vec<String> {
    lines(
        world,
        &format!(
            "select rule_id, customer_id, sum(functional_amount) from marts.fct_allocations \
             where period_id = 'FY26-P02' and entity_id = 'HX01' and pool_name = '{pool}' \
             and movement_kind = 'spread' group by 1, 2 order by 1, 2"
        ),
    )
}

#[test]
fn pools_give_in_steps_and_leave_what_nobody_used() {
    let world = company(RULES, "FY26-P02,E04,C1-SERV,300,200\n");
    world.refreshed(hand::moment());

    // 800.00 by 2000.00, 1500.00 and 25.00 of 3525.00: 453.9007, 340.4255 and 5.6738, of which the
    // cent that is left goes to the greatest fraction. Of 453.90 sales gives 113.475, which ties
    // with the 340.425 that it keeps; what is kept comes first.
    let given = lines(
        &world,
        "select pool_name, account_id, counter_pool_name, functional_amount \
         from marts.fct_allocations where period_id = 'FY26-P02' and movement_kind = 'given' \
         and entity_id = 'HX01' order by 1, 2, 3",
    );
    let expected = [
        "house 6701 freight 5.6700",
        "house 6701 sales 453.9000",
        "house 6701 service 340.4300",
        "sales 6601 service 500.0000",
        "sales 6701 service 113.4700",
    ];
    assert_eq!(given, expected);
    assert_eq!(spread(&world, "sales"), ["SA K102 1840.4300"]);

    // 90 minutes for K101 and 30 for each of two invoices leave 50 of 200. 1500.00, 500.00 and
    // 340.43 + 113.47 = 453.90 are spread; of the last, all parts end in half a cent, and the two
    // cents that are left go to the first two keys.
    let expected = [
        "SE K101 1104.2600",
        "SEB K101 368.0900",
        "SEB K102 368.0800",
        "SEU unused_capacity 613.4700",
    ];
    assert_eq!(spread(&world, "service"), expected);

    // 25.00 and 5.67 in halves: 12.50 and 12.50, 2.84 and 2.83. No pallet is held in November.
    assert_eq!(spread(&world, "freight"), ["FRL K102 15.3300", "FRU unused_capacity 15.3400"]);
    // In February K101 holds 2 of 150 places: 4.00 x 56 / 4200 = 0.053.
    let february = lines(
        &world,
        "select rule_id, customer_id, functional_amount, practical_quantity, used_quantity, \
         capacity_unit from marts.fct_allocations where pool_name = 'freight' \
         and period_id = 'FY26-P05' and movement_kind = 'spread' order by 1",
    );
    let expected = [
        "FR K101 0.0500 4200.0000 56.0000 pallet_days",
        "FRL K102 4.0000 null null null",
        "FRU unused_capacity 3.9500 4200.0000 56.0000 pallet_days",
    ];
    assert_eq!(february, expected);

    // The audit of the adjusting period finds no pool with cost in March.
    let audit = lines(
        &world,
        "select customer_id, attribution_reason, functional_amount from marts.fct_allocations \
         where period_id = 'FY26-P06A' and movement_kind = 'spread'",
    );
    assert_eq!(audit, ["unassigned no_driver 500.0000"]);
    let open = world.value(
        "select count(*) from (select sum(functional_amount) as f, sum(reporting_amount) as r \
         from marts.fct_allocations group by period_id, entity_id, pool_name, account_id) \
         where f <> 0 or r <> 0",
    );
    assert_eq!(open, "0");
}

#[test]
fn over_capacity_nothing_is_unused() {
    // 150 minutes are used: 1500.00, 500.00 and 453.90 go 90, 30 and 30.
    let expected = ["SE K101 1472.3400", "SEB K101 490.7800", "SEB K102 490.7800"];
    let cases = [
        ("FY26-P02,E04,C1-SERV,300,120\n", "more is used than there is", "true"),
        ("", "the capacity is not known", "false"),
    ];
    for (capacity, words, is_overused) in cases {
        let world = company(RULES, capacity);
        let outcome = world.refreshed(hand::moment());
        assert_eq!(spread(&world, "service"), expected);
        let flags = lines(
            &world,
            "select distinct is_overused from marts.fct_allocations where pool_name = 'service' \
             and movement_kind = 'spread'",
        );
        assert_eq!(flags, [is_overused]);
        let findings = findings(&outcome, "checks.pools_fit_their_capacity");
        assert!(findings[0].contains(words), "{findings:?}");
    }
}

#[test]
fn mistakes_in_rules_are_named() {
    let mistakes = [
        ("6601,sales,visit_call_minutes,,,", "6601,sales,visits,,0.6,"),
        ("campaign_sends,,,customer,,marketing", "campaign_sends,,,customer,,sendings"),
        ("SAG,2,sales", "SAG,4,sales"),
        (",,0.5,unused_capacity", ",,0.4,unused_capacity"),
    ];
    let mut rules = RULES.to_owned();
    for (right, wrong) in mistakes {
        assert!(rules.contains(right), "{right}");
        rules = rules.replace(right, wrong);
    }
    rules.push_str(
        "ST,3,stock_loss,6404,6404,,cost_of_goods,,,customer,,stock_holding,2025-12-01\n\
         XX,3,vans,6603,6603,,order_lines,,,customer,,delivery,2025-10-01\n",
    );
    let world = company(&rules, "FY26-P02,E04,C1-SERV,300,200\n");
    let outcome = world.refreshed(hand::moment());
    let known = findings(&outcome, "checks.allocation_rules_are_known").join("\n");
    for words in ["SA,", "visits", "CA,", "sendings", "SAG,", "only rules of steps 1 and 2"] {
        assert!(known.contains(words), "{words}: {known}");
    }
    let shared = findings(&outcome, "checks.allocation_rules_share_once").join("\n");
    let expected = [
        "shares for customers do not sum to 1",
        "share_ratio 0.600000",
        "ST from 2025-10-01, ST from 2025-12-01",
        "rule_ids XX, mistake rules of other pools cover the same cost",
    ];
    for words in expected {
        assert!(shared.contains(words), "{words}: {shared}");
    }
    // Who sells is paid all the same: what nothing drives stays in sight.
    assert_eq!(spread(&world, "sales"), ["SA unassigned 2453.9000"]);
    let undriven = findings(&outcome, "checks.pools_have_drivers").join("\n");
    assert!(undriven.contains("pool_name sales, rule_id SA"), "{undriven}");
}

#[test]
fn a_reason_stands_beside_its_rule_and_moves_no_figure() {
    let world = hand::project();
    world.refreshed(hand::moment());
    let root = world.root();
    let trace = ["report", "allocation_trace", "-p", "period=FY26-P02", "-p", "entity=HX01"];
    let told =
        || ok(root, &[&trace[..], &["-p", "pool=administration", "--format", "csv"]].concat());
    let (reason, other) = ("No cause is known, so revenue carries it", "Who earns more bears more");
    assert!(told().contains(reason), "{}", told());
    let close = |period| ["close", period, "--by", "Ada"];
    ok(root, &close("FY26-P01"));
    let waived = ["--waive", "checks.pools_have_drivers", "--because", "nothing drove it"];
    ok(root, &[&close("FY26-P02")[..], &waived].concat());

    let rules = "feeds/inputs/allocation_rules.csv";
    let text = hand::read(&world.path(rules));
    assert_eq!(text.matches(reason).count(), 1);
    world.write(rules, text.replace(&format!("\"{reason}\""), other));
    assert!(ok(root, &["refresh"]).contains("is published"));
    assert!(told().contains(other) && !told().contains(reason), "{}", told());
    let booked = "select distinct booking_kind from marts.fct_allocations";
    assert_eq!(lines(&world, booked), ["original"]);
}
