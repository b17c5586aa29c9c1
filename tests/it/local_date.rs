//! Is the date of a moment that of the zone, whatever its clocks do?
//!
//! The expected dates are those of Python's `zoneinfo`.

use patron::engine::{Limits, session};

use crate::support::house::ask;

const MOMENTS: [(&str, &str, &str); 8] = [
    ("2023-06-30T15:59:59.999999Z", "Asia/Shanghai", "2023-06-30"),
    ("2023-06-30T16:00:00Z", "Asia/Shanghai", "2023-07-01"),
    ("2024-03-30T23:00:00Z", "Europe/Berlin", "2024-03-31"),
    ("2024-03-31T21:59:59Z", "Europe/Berlin", "2024-03-31"),
    ("2024-03-31T22:00:00Z", "Europe/Berlin", "2024-04-01"),
    ("2024-01-01T04:59:59Z", "America/New_York", "2023-12-31"),
    ("1969-12-31T23:59:59Z", "UTC", "1969-12-31"),
    ("1969-12-31T16:00:00Z", "Asia/Shanghai", "1970-01-01"),
];

#[test]
fn a_moment_has_the_date_of_its_zone() {
    let folder = tempfile::tempdir().unwrap();
    let spill_dir = folder.path().to_owned();
    let context = session(&Limits { threads: 1, memory_bytes: 1 << 24, spill_dir }).unwrap();
    // All moments stand in one column, so that the zone changes from row to row.
    let rows: Vec<String> = MOMENTS
        .iter()
        .map(|(moment, zone, date)| format!("(timestamp '{moment}', '{zone}', date '{date}')"))
        .collect();
    let sql = format!(
        "select local_date(moment, zone) = expected from (values {}) as t (moment, zone, expected)",
        rows.join(", ")
    );
    assert_eq!(ask(&context, &sql).unwrap(), vec!["true"; MOMENTS.len()]);
    let nulls = "select local_date(null, 'UTC') is null and local_date(now(), null) is null";
    assert_eq!(ask(&context, nulls).unwrap(), ["true"]);
    for (sql, part) in [
        ("select local_date(now(), 'Asia/Shangai')", "`Asia/Shangai` is no time zone"),
        ("select local_date(date '2024-01-01', 'UTC')", "takes a timestamp and a zone"),
        ("select local_date(now(), 8)", "takes the name of a zone"),
    ] {
        let message = ask(&context, sql).unwrap_err();
        assert!(message.contains(part), "{message}");
    }
}
