//! Is what cannot be answered refused with the reason and with what would work?

use super::depot::refused;

/// Questions and what is said of them.
const CASES: &[(&str, &str)] = &[
    (r#"{"measures": ["trip.fare"]}"#, "no cube or view `trip`; is `trips` meant?"),
    (r#"{"measures": ["trips.fair"]}"#, "no measure `trips.fair`; is `trips.fare` meant?"),
    (r#"{"measures": ["trips.region"]}"#, "it is a dimension: ask it under `dimensions`"),
    (r#"{"dimensions": ["trips.fare"]}"#, "it is a measure: ask it under `measures`"),
    (r#"{"dimensions": ["trips.by_night"]}"#, "it is a segment: ask it under `segments`"),
    (r#"{"measures": ["trips.cost__year_before"]}"#, "no measure `trips.cost__year_before`"),
    (r#"{"measures": ["fare"]}"#, "`fare` is no member; write `cube.member`"),
    (r#"{"filters": [{"member": "trips.region", "operator": "set"}]}"#, "asks for nothing"),
    (
        r#"{"measures": ["trips.fare", "refunds.refunded"]}"#,
        "would count twice; ask both of the view `company`, which knows them",
    ),
    (
        r#"{"measures": ["company.fare", "company.pieces"], "dimensions": ["company.customer"]}"#,
        "comes from the cube `stores`, which does not know `company.customer`; leave one of both \
         out, or ask `company.customer` with measures of refunds, trips",
    ),
    (
        r#"{"measures": ["company.refunded"], "segments": ["company.by_night"]}"#,
        "which does not know `company.by_night`",
    ),
    (
        r#"{"measures": ["trips.fare__previous_period"]}"#,
        "compares buckets of time; give the time dimension of `trips` that is `started`",
    ),
    (
        r#"{"measures": ["trips.fare__previous_period"], "timeDimensions":
            [{"dimension": "trips.left", "granularity": "month"}]}"#,
        "compares buckets of time",
    ),
    (
        r#"{"measures": ["trips.fare__month_to_date"], "timeDimensions":
            [{"dimension": "trips.started", "granularity": "quarter"}]}"#,
        "`month_to_date` has no meaning by `quarter`",
    ),
    (
        r#"{"measures": ["trips.fare__previous_period"], "subtotals": true, "timeDimensions":
            [{"dimension": "trips.started", "granularity": "month"}]}"#,
        "leave out `subtotals`",
    ),
    (
        r#"{"measures": ["stores.pieces"], "timeDimensions":
            [{"dimension": "stores.counted", "granularity": "month"},
             {"dimension": "stores.counted", "granularity": "week"}]}"#,
        "is told by one granularity at a time, not by `month` and `week`",
    ),
    (
        r#"{"measures": ["stores.pieces"], "dimensions": ["stores.counted"]}"#,
        "is told by buckets of time",
    ),
    (
        r#"{"measures": ["stores.pieces"], "filters":
            [{"member": "stores.counted", "operator": "afterDate", "values": ["2026-01-01"]}]}"#,
        "give the span as `dateRange`",
    ),
    (
        r#"{"measures": ["trips.fare"], "dimensions": ["trips.region"], "subtotals": true,
            "filters": [{"member": "trips.fare", "operator": "gt", "values": ["1"]}]}"#,
        "totals would not be those of the rows shown",
    ),
    (
        r#"{"measures": ["stores.pieces"], "timeDimensions":
            [{"dimension": "stores.counted", "dateRange": ["2026-01-01", "2026-01-31"]},
             {"dimension": "stores.counted", "dateRange": ["2026-03-01", "2026-03-31"]}]}"#,
        "two spans of `counted` have no moment in common; give one of them",
    ),
    (
        r#"{"measures": ["trips.fare"], "offset": 18446744073709551615}"#,
        "offset: 18446744073709551615 is too much; the most is 1000000000",
    ),
    (
        r#"{"measures": ["trips.fare"], "filters": [], "filters": []}"#,
        "`filters` stands twice at line 1 column",
    ),
    (r#"{"dimensions": ["trips.region"], "subtotals": true}"#, "`subtotals` are of measures"),
    (
        r#"{"measures": ["company.fare", "company.refunded"], "ungrouped": true}"#,
        "single rows are those of one cube",
    ),
    (
        r#"{"measures": ["trips.fare"], "filters": [{"or": [
            {"member": "trips.fare", "operator": "gt", "values": ["1"]},
            {"member": "trips.region", "operator": "set"}]}]}"#,
        "cannot be in one `and` or `or`",
    ),
    (
        r#"{"measures": ["trips.fare"], "timeDimensions":
            [{"dimension": "trips.started", "granularity": "fiscal_period"}]}"#,
        "the head of the cube `trips` does not say `fiscal` of it",
    ),
    (
        r#"{"measures": ["trips.fare"], "timeDimensions":
            [{"dimension": "trips.started", "granularity": "hour"}]}"#,
        "`trips.started`: `hour` divides moments",
    ),
    (
        r#"{"measures": ["trips.fare"], "timeDimensions":
            [{"dimension": "trips.region", "granularity": "month"}]}"#,
        "`trips.region`: a Utf8 is no time",
    ),
    (r#"{"measures": ["trips.fare"], "timezone": "Berlin"}"#, "timezone"),
    (
        r#"{"measures": ["trips.fare"], "order": {"trips.region": "asc"}}"#,
        "order[0]: `trips.region` is not asked",
    ),
    (
        r#"{"measures": ["trips.fare"], "filters":
            [{"member": "trips.seats", "operator": "equals", "values": ["two"]}]}"#,
        "filters[0]: `trips.seats` equals: `two` is no number",
    ),
    (
        r#"{"measures": ["trips.fare"], "filters": [{"and": [
            {"member": "trips.region", "operator": "set"},
            {"member": "trips.seats", "operator": "contains", "values": ["2"]}]}]}"#,
        "filters[0].and[1]: `trips.seats` contains: `contains` does not compare numbers",
    ),
    (
        r#"{"measures": ["trips.fare"], "filters":
            [{"member": "trips.region", "operator": "gt", "values": ["a"]}]}"#,
        "`gt` does not compare a text",
    ),
    (
        r#"{"measures": ["trips.fare"], "filters":
            [{"member": "trips.seats", "operator": "gt", "values": ["1", "2"]}]}"#,
        "takes one value, not 2",
    ),
    (
        r#"{"measures": ["trips.fare"], "filters":
            [{"member": "trips.night", "operator": "equals", "values": ["yes"]}]}"#,
        "`yes` is neither `true` nor `false`",
    ),
    (
        r#"{"measures": ["trips.fare"], "filters":
            [{"member": "trips.started", "operator": "beforeDate", "values": ["sometime"]}]}"#,
        "filters[0]: `trips.started` beforeDate: `sometime`",
    ),
];

#[test]
fn what_cannot_be_answered_is_refused_with_what_would_work() {
    for (question, expected) in CASES {
        let said = refused(question);
        assert!(said.contains(expected), "{question}\nexpected: {expected}\nsaid: {said}");
    }
}
