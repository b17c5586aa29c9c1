//! Are questions about seven trips answered as a person would, by hand?
//!
//! Every expected value here was computed by hand from the rows in `depot`.

use super::depot::{answer, depot, rows, told};

/// Questions and the rows that answer them.
const CASES: &[(&str, &[&str])] = &[
    (r#"{"measures": ["trips.fare"]}"#, &["139.50"]),
    (r#"{"measures": ["trips.trip_count", "trips.area_count"]}"#, &["7 6"]),
    (r#"{"measures": ["trips.lowest", "trips.latest"]}"#, &["-3.00 2026-03-31"]),
    // Nothing in one group is told as nothing, and counted as none.
    (
        r#"{"measures": ["trips.fare", "trips.trip_count", "trips.customers"],
            "filters": [{"member": "trips.trip", "operator": "equals", "values": ["T9"]}]}"#,
        &["null 0 0"],
    ),
    (r#"{"dimensions": ["trips.region"]}"#, &["North", "South", "null"]),
    // The greatest first, and what holds nothing is a group like any other.
    (
        r#"{"measures": ["trips.fare"], "dimensions": ["trips.customer"]}"#,
        &["null 100.00", "a 37.50", "b 2.00", "c 0.00"],
    ),
    (
        r#"{"measures": ["trips.fare"], "dimensions": ["trips.customer"],
            "order": {"trips.customer": "desc"}}"#,
        &["c 0.00", "b 2.00", "a 37.50", "null 100.00"],
    ),
    // A ratio of sums, not a sum of ratios: by region and altogether.
    (
        r#"{"measures": ["trips.cost_share"], "dimensions": ["trips.region"],
            "order": [["trips.region", "asc"]]}"#,
        &["North 0.400000", "South 0.600000", "null -0.333333"],
    ),
    (r#"{"measures": ["trips.cost_share"]}"#, &["0.433692"]),
    (
        r#"{"measures": ["trips.cost_share"], "dimensions": ["trips.customer"],
            "order": [["trips.customer", "asc"]]}"#,
        &["a 0.386667", "b 3.000000", "c null", "null 0.400000"],
    ),
    // Different customers do not add up, and beside sums they are no other number.
    (
        r#"{"measures": ["trips.fare", "trips.customers"], "dimensions": ["trips.region"]}"#,
        &["North 130.00 1", "South 12.50 3", "null -3.00 1"],
    ),
    (r#"{"measures": ["trips.customers"]}"#, &["3"]),
    (r#"{"measures": ["trips.middle_fare", "trips.middle_seats"]}"#, &["7.500 2.0"]),
    (
        r#"{"measures": ["trips.middle_fare", "trips.middle_seats"],
            "filters": [{"member": "trips.customer", "operator": "equals",
            "values": ["a", "c"]}]}"#,
        &["8.750 1.5"],
    ),
    // Each member once, however often it is asked.
    (
        r#"{"measures": ["trips.fare", "trips.fare"],
            "dimensions": ["trips.region", "trips.region"], "limit": 1}"#,
        &["North 130.00"],
    ),
    // Only rows of a segment; of what is not known to be one, nothing.
    (r#"{"measures": ["trips.fare"], "segments": ["trips.by_night"]}"#, &["20.00"]),
    (
        r#"{"measures": ["trips.fare"], "timeDimensions":
            [{"dimension": "trips.started", "granularity": "month"}]}"#,
        &[
            "2025-01-01 false 7.50",
            "2026-01-01 false 30.00",
            "2026-02-01 false 2.00",
            "2026-03-01 false 100.00",
        ],
    ),
    (
        r#"{"measures": ["trips.fare"], "timeDimensions": [{"dimension": "trips.started",
            "granularity": "quarter", "dateRange": ["2026-01-31", "2026-06-30"]}]}"#,
        &["2026-01-01 true 122.00"],
    ),
    (
        r#"{"measures": ["trips.fare"], "timeDimensions": [{"dimension": "trips.started",
            "granularity": "year"}]}"#,
        &["2025-01-01 false 7.50", "2026-01-01 true 132.00"],
    ),
    // The last day of January in Berlin is the first of February to the car that left at half past
    // midnight.
    (
        r#"{"measures": ["trips.fare"], "timeDimensions": [{"dimension": "trips.left",
            "granularity": "month", "dateRange": ["2026-01-01", "2026-02-28"]}]}"#,
        &["2026-01-01 false 10.00", "2026-02-01 false 22.00"],
    ),
    (
        r#"{"measures": ["trips.fare"], "timezone": "UTC", "timeDimensions": [{"dimension":
            "trips.left", "granularity": "month", "dateRange": ["2026-01-01", "2026-02-28"]}]}"#,
        &["2026-01-01 false 30.00", "2026-02-01 false 2.00"],
    ),
    // A measure is filtered after rows are summed up, and need not be shown.
    (
        r#"{"measures": ["trips.fare"], "dimensions": ["trips.customer"],
            "filters": [{"member": "trips.fare", "operator": "gt", "values": ["2"]}]}"#,
        &["null 100.00", "a 37.50"],
    ),
    (
        r#"{"dimensions": ["trips.customer"],
            "filters": [{"member": "trips.cost_share", "operator": "gte", "values": ["0.4"]},
                        {"member": "trips.customer", "operator": "set"}]}"#,
        &["b"],
    ),
];

#[test]
fn questions_are_answered_as_by_hand() {
    for (question, expected) in CASES {
        assert_eq!(told(question), *expected, "{question}");
    }
}

#[test]
fn totals_stand_at_every_level() {
    let question = r#"{"measures": ["trips.fare", "trips.cost_share", "trips.customers"],
        "dimensions": ["trips.region"], "subtotals": true,
        "timeDimensions": [{"dimension": "trips.started", "granularity": "year"}]}"#;
    let expected = [
        "North 2026-01-01 true 130.00 0.400000 1 2",
        "North null null 130.00 0.400000 1 1",
        "South 2025-01-01 false 7.50 0.333333 1 2",
        "South 2026-01-01 true 5.00 1.000000 2 2",
        "South null null 12.50 0.600000 3 1",
        "null 2026-01-01 true -3.00 -0.333333 1 2",
        "null null null -3.00 -0.333333 1 1",
        "null null null 139.50 0.433692 3 0",
    ];
    assert_eq!(told(question), expected);
}

/// Measures of other spans of time.
const OVER_TIME: &[(&str, &[&str])] = &[
    (
        r#"["trips.fare", "trips.fare__previous_period", "trips.fare__year_before",
            "trips.fare__year_to_date", "trips.fare__rolling_2_months"]"#,
        &[
            "2026-01-01 false 30.00 null 7.50 30.00 30.00",
            "2026-02-01 false 2.00 30.00 null 32.00 32.00",
            "2026-03-01 false 100.00 2.00 null 132.00 102.00",
        ],
    ),
    (
        r#"["trips.customers", "trips.customers__year_to_date",
            "trips.customers__previous_period"]"#,
        &["2026-01-01 false 1 1 null", "2026-02-01 false 1 2 1", "2026-03-01 false 1 3 1"],
    ),
    (
        r#"["trips.cost_share", "trips.cost_share__previous_period"]"#,
        &[
            "2026-01-01 false 0.400000 null",
            "2026-02-01 false 3.000000 0.400000",
            "2026-03-01 false 0.400000 3.000000",
        ],
    ),
    (
        r#"["trips.middle_fare__year_to_date"]"#,
        &["2026-01-01 false 15.000", "2026-02-01 false 7.500", "2026-03-01 false 7.500"],
    ),
];

#[test]
fn other_spans_are_told_beside_a_row() {
    for (measures, expected) in OVER_TIME {
        let question = format!(
            r#"{{"measures": {measures}, "timeDimensions": [{{"dimension": "trips.started",
                "granularity": "month", "dateRange": ["2026-01-01", "2026-03-31"]}}]}}"#
        );
        assert_eq!(told(&question), *expected, "{question}");
    }
}

/// What lies in the stores at the end, at the beginning and on average.
const LEVELS: &[(&str, &[&str])] = &[
    // January ends with 10 + 7 + 5, February with 4 + 7 + 5, March with 4 + 0: two counts are too
    // old by then. Of March 31 days hold 4 of one, 6 hold 7 of another, 17 hold 5 of a third.
    (
        r#"{"measures": ["stores.pieces", "stores.pieces_before", "stores.pieces_held",
            "stores.counts"],
            "timeDimensions": [{"dimension": "stores.counted", "granularity": "month",
            "dateRange": ["2026-01-01", "2026-03-31"]}]}"#,
        &[
            "2026-01-01 false 22 null 9.967742 3",
            "2026-02-01 false 16 22 20.071429 1",
            "2026-03-01 false 4 16 8.096774 1",
        ],
    ),
    (
        r#"{"measures": ["stores.pieces"], "dimensions": ["stores.region"],
            "filters": [{"member": "stores.part", "operator": "equals", "values": ["P1"]}],
            "timeDimensions": [{"dimension": "stores.counted", "granularity": "month",
            "dateRange": ["2026-01-01", "2026-02-28"]}],
            "order": {"stores.counted": "asc", "stores.region": "asc"}}"#,
        &[
            "North 2026-01-01 false 10",
            "South 2026-01-01 false 5",
            "North 2026-02-01 false 4",
            "South 2026-02-01 false 5",
        ],
    ),
    // Without buckets a level is that at the end of the span, or of the data.
    (
        r#"{"measures": ["stores.pieces"], "timeDimensions":
            [{"dimension": "stores.counted", "dateRange": ["2026-01-01", "2026-02-28"]}]}"#,
        &["16"],
    ),
    (r#"{"measures": ["stores.pieces"]}"#, &["4"]),
    (
        r#"{"measures": ["stores.pieces", "stores.pieces__previous_period"], "timeDimensions":
            [{"dimension": "stores.counted", "granularity": "month",
            "dateRange": ["2026-02-01", "2026-03-31"]}]}"#,
        &["2026-02-01 false 16 22", "2026-03-01 false 4 16"],
    ),
    // The total of levels over time is the last one, whatever came before.
    (
        r#"{"measures": ["stores.pieces", "stores.counts"], "dimensions": ["stores.region"],
            "subtotals": true, "timeDimensions": [{"dimension": "stores.counted",
            "granularity": "quarter", "dateRange": ["2026-01-01", "2026-03-31"]}]}"#,
        &[
            "North 2026-01-01 false 4 3 2",
            "North null null 4 3 1",
            "South 2026-01-01 false 0 2 2",
            "South null null 0 2 1",
            "null null null 4 5 0",
        ],
    ),
    // The single levels that hold at the end of February.
    (
        r#"{"measures": ["stores.pieces"], "dimensions": ["stores.store", "stores.part"],
            "ungrouped": true, "timeDimensions": [{"dimension": "stores.counted",
            "granularity": "month", "dateRange": ["2026-02-01", "2026-02-28"]}]}"#,
        &["W1 P1 2026-02-01 false 4", "W1 P2 2026-02-01 false 7", "W2 P1 2026-02-01 false 5"],
    ),
];

#[test]
fn levels_are_those_that_hold() {
    for (question, expected) in LEVELS {
        assert_eq!(told(question), *expected, "{question}");
    }
}

#[test]
fn cubes_beside_each_other_lose_and_multiply_nothing() {
    let by_customer = r#"{"measures": ["company.fare", "company.refunded"],
        "dimensions": ["company.customer"]}"#;
    let expected =
        ["null 100.00 null", "a 37.50 1.50", "b 2.00 null", "c 0.00 null", "d null 2.00"];
    assert_eq!(told(by_customer), expected);
    let by_area = r#"{"measures": ["company.fare", "company.pieces", "company.customers"],
        "dimensions": ["company.area"], "timeDimensions": [{"dimension": "company.day",
        "granularity": "quarter", "dateRange": ["2026-01-01", "2026-03-31"]}]}"#;
    let expected = [
        "North 2026-01-01 false 130.00 4 1",
        "South 2026-01-01 false 5.00 0 2",
        "null 2026-01-01 false -3.00 null 1",
    ];
    assert_eq!(told(by_area), expected);
    // Without measures, what any of the cubes knows.
    assert_eq!(told(r#"{"dimensions": ["company.customer"]}"#), ["a", "b", "c", "d", "null"]);
    assert_eq!(told(r#"{"measures": ["company.fare", "company.refunded"]}"#), ["139.50 3.50"]);
}

#[test]
fn spans_are_answered_beside_each_other() {
    let question = r#"{"measures": ["trips.fare"], "dimensions": ["trips.region"],
        "timeDimensions": [{"dimension": "trips.started", "compareDateRange":
        [["2026-01-01", "2026-01-31"], ["2026-02-01", "2026-02-28"]]}]}"#;
    assert_eq!(told(question), ["North 30.00", "--", "South 5.00", "null -3.00"]);
    let found = answer(depot(), question).unwrap();
    let ends: Vec<String> = found
        .parts
        .iter()
        .filter_map(|part| part.range.map(|(from, until)| format!("{from} {until}")))
        .collect();
    assert_eq!(
        ends,
        ["2026-01-01 00:00:00 2026-02-01 00:00:00", "2026-02-01 00:00:00 2026-03-01 00:00:00"]
    );
}

#[test]
fn pages_follow_each_other() {
    let page = |limit: u64, offset: u64| {
        let question = format!(
            r#"{{"dimensions": ["trips.trip"], "limit": {limit}, "offset": {offset},
                "total": true}}"#
        );
        let answer = answer(depot(), &question).unwrap();
        let part = &answer.parts[0];
        (rows(&answer).join(","), part.total, part.is_truncated)
    };
    assert_eq!(page(3, 0), ("T1,T2,T3".to_owned(), Some(7), true));
    assert_eq!(page(3, 3), ("T4,T5,T6".to_owned(), Some(7), true));
    assert_eq!(page(3, 6), ("T7".to_owned(), Some(7), false));
    assert_eq!(page(3, 9), (String::new(), Some(7), false));
    assert!(!page(7, 0).2);
    let none = answer(depot(), r#"{"dimensions": ["trips.trip"]}"#).unwrap();
    assert_eq!(none.parts[0].total, None);
    assert_eq!(none.parts[0].rows_scanned, 7);
    assert_eq!(none.question.limit, Some(10_000));
}

#[test]
fn single_rows_come_by_the_grain() {
    let question = r#"{"measures": ["trips.fare", "trips.trip_count", "trips.area_count",
        "trips.cost_share"], "dimensions": ["trips.customer"], "ungrouped": true,
        "timeDimensions": [{"dimension": "trips.started", "dateRange": "2026-02"}]}"#;
    assert_eq!(told(question), ["b 5.00 1 1 1.000000", "b -3.00 1 0 -0.333333"]);
    let question = r#"{"measures": ["trips.fare"], "ungrouped": true,
        "filters": [{"member": "trips.fare", "operator": "lt", "values": ["6"]}]}"#;
    assert_eq!(told(question), ["5.00", "-3.00", "0.00"]);
}

#[test]
fn the_largest_questions_are_answered() {
    let value = |number: usize| format!("\"x{number}\"");
    let values: Vec<String> = (0..10_000).map(value).collect();
    let filter = |operator: &str, values: &[String]| {
        format!(
            r#"{{"member": "trips.region", "operator": "{operator}", "values": [{}]}}"#,
            values.join(",")
        )
    };
    for operator in ["contains", "equals"] {
        let question = format!(
            r#"{{"measures": ["trips.trip_count"], "filters": [{}]}}"#,
            filter(operator, &values)
        );
        assert_eq!(told(&question), ["0"], "{operator}");
    }
    let many: Vec<String> = (0..998).map(|_| filter("notEquals", &values[..10])).collect();
    let question = format!(
        r#"{{"measures": ["trips.trip_count"], "filters": [{{"or": [{}]}}]}}"#,
        many.join(",")
    );
    assert_eq!(told(&question), ["7"]);
}

#[test]
fn the_same_question_has_the_same_answer_to_the_last_byte() {
    let question = r#"{"measures": ["company.fare", "company.refunded", "company.customers"],
        "dimensions": ["company.customer"], "order": {"company.fare": "desc"}}"#;
    let first = answer(depot(), question).unwrap();
    for _ in 0..5 {
        let again = answer(depot(), question).unwrap();
        let parts = first.parts.iter().zip(&again.parts);
        for (one, other) in parts {
            assert_eq!(rows(&first), rows(&again));
            assert_eq!((one.rows_scanned, &one.schema), (other.rows_scanned, &other.schema));
        }
        assert_eq!(first.question, again.question);
    }
}
