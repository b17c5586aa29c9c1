//! Do levels, measures over time and moments of the company made by hand rest on their rows, whose
//! accounting calendar has corrections?

use patron::model::cube::drill::{Step, drill};
use patron::model::cube::{Answer, CubeError, Opened};

use super::kiosk::{Desk, ask, rows, try_ask};
use crate::support::hand;
use crate::support::world::{chain, runtime};

const FISCAL: [&str; 3] = ["fiscal_period", "fiscal_quarter", "fiscal_year"];

fn stepped(
    opened: &Opened<'_>,
    from: &Answer,
    row: usize,
    step: &str,
) -> Result<Answer, CubeError> {
    let step: Step = step.parse().unwrap();
    runtime().block_on(async {
        let next = drill(opened, from, row, &step).await?;
        opened.ask(&next).await
    })
}

/// The sum of a column, in ten thousandths; nothing counts as nothing.
fn sum(answer: &Answer, column: &str) -> i64 {
    let known = rows(answer, &[column]).into_iter().filter(|value| value != "-");
    known.map(|value| ten_thousandths(&value)).sum()
}

fn ten_thousandths(value: &str) -> i64 {
    let (whole, part) = value.split_once('.').unwrap_or((value, ""));
    let digits: i64 = format!("{whole}{part:0<4}").parse().unwrap();
    assert!(part.len() <= 4, "{value}");
    digits
}

/// Panics unless the parts of every row of an answer come to the row; tells how many had any.
fn parts_make_up(
    opened: &Opened<'_>,
    from: &Answer,
    measure: &str,
    steps: &[(&str, &str)],
) -> usize {
    let cells = rows(from, &[measure]);
    for (row, cell) in (1..).zip(&cells) {
        let expected = if cell == "-" { 0 } else { ten_thousandths(cell) };
        for (step, column) in steps {
            let parts = stepped(opened, from, row, step);
            let parts = parts.unwrap_or_else(|error| panic!("{step} of {row}: {}", chain(&error)));
            assert_eq!(sum(&parts, column), expected, "{step} of row {row} of {measure}");
        }
    }
    cells.iter().filter(|cell| *cell != "-").count()
}

#[test]
fn levels_of_accounting_periods_rest_on_what_holds_at_their_end() {
    let desk = Desk::of(hand::shared());
    let opened = desk.open();
    for measure in ["open_case_count", "opening_open_case_count"] {
        let mut told = 0;
        for granularity in FISCAL {
            let measure = format!("open_cases.{measure}");
            let from = ask(
                &opened,
                &format!(
                    r#"{{"measures": ["{measure}"], "timeDimensions": [{{
                    "dimension": "open_cases.changed_on", "granularity": "{granularity}"}}]}}"#
                ),
            );
            let steps = [("detail", measure.as_str()), ("across:entity_id", &measure)];
            told += parts_make_up(&opened, &from, &measure, &steps);
        }
        assert!(told > 3, "{measure}: {told}");
    }
}

#[test]
fn levels_of_other_periods_rest_on_what_held_then() {
    let desk = Desk::of(hand::shared());
    let opened = desk.open();
    let before = "open_cases.open_case_count__previous_period";
    let from = ask(
        &opened,
        &format!(
            r#"{{"measures": ["{before}"], "timeDimensions": [{{
            "dimension": "open_cases.changed_on", "granularity": "fiscal_period"}}]}}"#
        ),
    );
    let names = ["open_cases.changed_on.fiscal_period", before];
    let mut told = 0;
    for (row, cells) in (1..).zip(rows(&from, &names)) {
        let (period, cell) = cells.split_once(' ').unwrap();
        // It shares its days with the period that it corrects.
        if period.ends_with('A') || cell == "-" {
            continue;
        }
        let step = "detail:open_case_count__previous_period";
        let behind = stepped(&opened, &from, row, step);
        let behind = behind.unwrap_or_else(|error| panic!("{period}: {}", chain(&error)));
        assert_eq!(sum(&behind, "open_cases.open_case_count"), ten_thousandths(cell), "{period}");
        told += 1;
    }
    assert!(told > 1, "{told}");
}

#[test]
fn a_ratio_of_levels_rests_on_each_of_its_parts() {
    let desk = Desk::of(hand::shared());
    let opened = desk.open();
    let from = ask(
        &opened,
        r#"{"measures": ["inventory.reserved_value_ratio", "inventory.on_hand_value_amount"],
        "timeDimensions": [{"dimension": "inventory.counted_on",
        "dateRange": ["2025-10-01", "2026-03-31"]}]}"#,
    );
    let said = stepped(&opened, &from, 1, "detail:reserved_value_ratio").unwrap_err().to_string();
    let expected = "say which by `detail:reserved_value_amount` or `detail:on_hand_value_amount`";
    assert!(said.contains(expected), "{said}");
    stepped(&opened, &from, 1, "detail:reserved_value_amount").unwrap();
    let measure = "inventory.on_hand_value_amount";
    let steps = [("detail:on_hand_value_amount", measure)];
    assert_eq!(parts_make_up(&opened, &from, measure, &steps), 1);
}

#[test]
fn a_moment_of_a_row_is_asked_in_the_zone_of_the_question() {
    let desk = Desk::of(hand::shared());
    let opened = desk.open();
    for zone in ["Asia/Shanghai", "UTC", "America/New_York"] {
        let from = ask(
            &opened,
            &format!(
                r#"{{"measures": ["marketing.touch_count"], "timezone": "{zone}",
                "dimensions": ["marketing.happened_at"]}}"#
            ),
        );
        let measure = "marketing.touch_count";
        let told = parts_make_up(&opened, &from, measure, &[("across:touch_source", measure)]);
        assert!(told > 5, "{told}");
    }
}

#[test]
fn what_is_told_along_time_is_not_told_by_periods_of_rows() {
    let desk = Desk::of(hand::shared());
    let opened = desk.open();
    let cases = [
        (
            r#"{"measures": ["inventory.on_hand_value_amount"],
            "dimensions": ["inventory.period_id"]}"#,
            "not by `period_id` of single rows; ask the dimension of `inventory` that is \
             `counted_on` in `inventory` under `timeDimensions` with a granularity",
        ),
        (
            r#"{"measures": ["sales.net_amount__previous_period"],
            "filters": [{"member": "sales.fiscal_quarter", "operator": "equals",
            "values": ["FY26-Q2"]}],
            "timeDimensions": [{"dimension": "sales.invoiced_on", "granularity": "month"}]}"#,
            "`filters[0]` filters by `sales.fiscal_quarter`, but `net_amount__previous_period` is \
             told along that time and rests on rows before it too; give the span as `dateRange`",
        ),
    ];
    for (question, expected) in cases {
        let said = try_ask(&opened, question).unwrap_err().to_string();
        assert!(said.contains(expected), "{said}");
    }
}
