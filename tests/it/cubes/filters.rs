//! Does each operator of a filter let the right rows through?
//!
//! The trips that fit were told by hand, by the meaning that Cube gives its operators.

use super::depot::told;

/// A member, an operator, values, and the trips that fit.
const CASES: &[(&str, &str, &str, &str)] = &[
    ("region", "equals", r#"["North"]"#, "T1 T2 T7"),
    ("region", "equals", r#"["North", "South"]"#, "T1 T2 T3 T5 T6 T7"),
    ("region", "equals", r#"["north"]"#, ""),
    ("region", "equals", r#"["' or 1 = 1 --"]"#, ""),
    ("region", "notEquals", r#"["North"]"#, "T3 T4 T5 T6"),
    ("region", "notEquals", r#"["North", "South"]"#, "T4"),
    ("region", "contains", r#"["OUT"]"#, "T3 T5 T6"),
    ("region", "contains", r#"["out", "nor"]"#, "T1 T2 T3 T5 T6 T7"),
    ("region", "contains", r#"["%"]"#, ""),
    ("region", "contains", r#"["_"]"#, ""),
    ("region", "notContains", r#"["out"]"#, "T1 T2 T4 T7"),
    ("region", "startsWith", r#"["so"]"#, "T3 T5 T6"),
    ("region", "startsWith", r#"["th"]"#, ""),
    ("region", "notStartsWith", r#"["So"]"#, "T1 T2 T4 T7"),
    ("region", "endsWith", r#"["RTH"]"#, "T1 T2 T7"),
    ("region", "notEndsWith", r#"["rth"]"#, "T3 T4 T5 T6"),
    ("region", "set", "[]", "T1 T2 T3 T5 T6 T7"),
    ("region", "notSet", "[]", "T4"),
    ("seats", "equals", r#"["2"]"#, "T2 T5"),
    ("seats", "equals", r#"["2.0"]"#, "T2 T5"),
    ("seats", "equals", r#"["2.5"]"#, ""),
    ("seats", "equals", r#"["99999999999999999999", "4"]"#, "T7"),
    ("seats", "notEquals", r#"["1", "2"]"#, "T4 T7"),
    ("seats", "notEquals", r#"["2.5"]"#, "T1 T2 T3 T4 T5 T6 T7"),
    ("seats", "gt", r#"["2"]"#, "T4 T7"),
    ("seats", "gt", r#"["1.5"]"#, "T2 T4 T5 T7"),
    ("seats", "gte", r#"["2"]"#, "T2 T4 T5 T7"),
    ("seats", "gte", r#"["1.5"]"#, "T2 T4 T5 T7"),
    ("seats", "lt", r#"["2"]"#, "T1 T3 T6"),
    ("seats", "lt", r#"["1.5"]"#, "T1 T3 T6"),
    ("seats", "lte", r#"["2"]"#, "T1 T2 T3 T5 T6"),
    ("seats", "lt", r#"["99999999999999999999"]"#, "T1 T2 T3 T4 T5 T6 T7"),
    ("seats", "gt", r#"["99999999999999999999"]"#, ""),
    ("seats", "gt", r#"["-99999999999999999999"]"#, "T1 T2 T3 T4 T5 T6 T7"),
    ("fare_paid", "equals", r#"["7.5", "5"]"#, "T3 T6"),
    ("fare_paid", "equals", r#"["7.501"]"#, ""),
    ("fare_paid", "gt", r#"["7.499"]"#, "T1 T2 T6 T7"),
    ("fare_paid", "gt", r#"["7.50"]"#, "T1 T2 T7"),
    ("fare_paid", "gte", r#"["7.501"]"#, "T1 T2 T7"),
    ("fare_paid", "lt", r#"["-2.999"]"#, "T4"),
    ("fare_paid", "lt", r#"["-3.001"]"#, ""),
    ("fare_paid", "lte", r#"["-3"]"#, "T4"),
    ("night", "equals", r#"["true"]"#, "T2 T5"),
    ("night", "equals", r#"["false"]"#, "T1 T3 T4 T6"),
    ("night", "notEquals", r#"["true"]"#, "T1 T3 T4 T6 T7"),
    ("night", "notSet", "[]", "T7"),
    ("started", "inDateRange", r#"["2026-02-01", "2026-02-10"]"#, "T3"),
    ("started", "inDateRange", r#"["2026-02-10"]"#, "T3"),
    ("started", "inDateRange", r#"["last month"]"#, "T5 T7"),
    ("started", "notInDateRange", r#"["2026-01-01", "2026-03-30"]"#, "T6 T7"),
    ("started", "beforeDate", r#"["2026-01-05"]"#, "T6"),
    ("started", "beforeOrOnDate", r#"["2026-01-05"]"#, "T1 T6"),
    ("started", "afterDate", r#"["2026-03-01"]"#, "T7"),
    ("started", "afterOrOnDate", r#"["2026-03-01"]"#, "T5 T7"),
    ("started", "equals", r#"["2026-03-01", "2026-03-31"]"#, "T5 T7"),
    ("started", "notEquals", r#"["2026-03-01"]"#, "T1 T2 T3 T4 T6 T7"),
    // In Berlin this car left on the first of February.
    ("left", "beforeDate", r#"["2026-02-01"]"#, "T1 T6"),
    ("left", "inDateRange", r#"["2026-02-01"]"#, "T2"),
    ("left", "notInDateRange", r#"["2026-02-01", "2026-02-28"]"#, "T1 T5 T6"),
    ("left", "equals", r#"["2026-03-01T13:00:00.000"]"#, "T5"),
    ("left", "set", "[]", "T1 T2 T3 T4 T5 T6"),
];

fn trips(filters: &str) -> String {
    told(&format!(r#"{{"dimensions": ["trips.trip"], "filters": {filters}}}"#)).join(" ")
}

#[test]
fn operators_let_the_right_rows_through() {
    for (member, operator, values, expected) in CASES {
        let filter = format!(
            r#"[{{"member": "trips.{member}", "operator": "{operator}", "values": {values}}}]"#
        );
        assert_eq!(trips(&filter), *expected, "{filter}");
    }
}

#[test]
fn groups_of_filters_nest() {
    let north = r#"{"member": "trips.region", "operator": "equals", "values": ["North"]}"#;
    let two = r#"{"member": "trips.seats", "operator": "equals", "values": ["2"]}"#;
    let night = r#"{"member": "trips.night", "operator": "equals", "values": ["true"]}"#;
    let cases = [
        (format!("[{north}, {two}]"), "T2"),
        (format!(r#"[{{"or": [{north}, {two}]}}]"#), "T1 T2 T5 T7"),
        (format!(r#"[{{"and": [{north}, {{"or": [{two}, {night}]}}]}}]"#), "T2"),
        (format!(r#"[{{"or": [{{"and": [{north}, {two}]}}, {night}]}}]"#), "T2 T5"),
    ];
    for (filters, expected) in cases {
        assert_eq!(trips(&filters), expected, "{filters}");
    }
}
