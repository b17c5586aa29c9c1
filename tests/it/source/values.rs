//! Which texts say which dates, timestamps, booleans and texts?

use chrono_tz::Tz;
use patron::source::rows::parse_raw;
use patron::source::shape::Format;
use patron::source::value::{Reason, parse};

use super::{column, raw, shape, texts};

/// The value as text, or the reason.
fn value(section: &str, format: &str, zone: Tz, text: &str) -> Result<String, Reason> {
    let format: Format = toml::from_str(format).unwrap();
    parse(&column("c", section), &format, zone, text).map(|value| value.to_string())
}

fn check(section: &str, format: &str, zone: Tz, cases: &[(&str, Result<&str, Reason>)]) {
    for (text, expected) in cases {
        let found = value(section, format, zone, text);
        let expected = expected.clone().map(str::to_owned);
        assert_eq!(found, expected, "{section}, {format}, {zone}: `{text}`");
    }
}

#[test]
fn dates_are_read_strictly() {
    let no = || Err(Reason::NotADate);
    check(
        "type = 'date'",
        "",
        Tz::UTC,
        &[
            ("2024-02-29", Ok("2024-02-29")),
            ("  2024-02-29 ", Ok("2024-02-29")),
            ("0001-01-01", Ok("0001-01-01")),
            ("9999-12-31", Ok("9999-12-31")),
            ("2023-02-29", no()),
            ("2024-13-01", no()),
            ("2024-00-10", no()),
            ("0000-01-01", Err(Reason::YearOutOfRange)),
            ("2024-1-1", no()),
            ("20240101", no()),
            ("2024-01-01 10:00:00", no()),
            ("2024-01-01T00:00:00Z", no()),
            ("2024/01/01", no()),
            ("24-01-01", no()),
            ("+2024-01-01", no()),
            ("12024-01-01", no()),
            ("0000-00-00", no()),
        ],
    );
}

#[test]
fn other_dates_follow_their_format() {
    let no = || Err(Reason::NotADate);
    for (format, text, expected) in [
        ("%d.%m.%Y", "01.02.2024", Ok("2024-02-01")),
        ("%d.%m.%Y", "1.2.2024", Ok("2024-02-01")),
        ("%d.%m.%Y", "01.02.20", no()),
        ("%d.%m.%Y", "32.01.2024", no()),
        ("%d.%m.%Y", "01.02.2024 ", Ok("2024-02-01")),
        ("%d.%m.%Y", "01. 2.2024", no()),
        ("%d.%m.%Y", "01.02.2024.", no()),
        ("%m/%d/%Y", "12/31/2024", Ok("2024-12-31")),
        ("%m/%d/%Y", "31/12/2024", no()),
        ("%m/%d/%y", "12/31/69", Ok("2069-12-31")),
        ("%m/%d/%y", "12/31/70", Ok("1970-12-31")),
        ("%Y%m%d", "20240201", Ok("2024-02-01")),
        ("%Y%m%d", "2024021", no()),
        ("%Y%m%d", "202402011", no()),
        ("%d %b %Y", "3 Mar 2024", Ok("2024-03-03")),
        ("%d %B %Y", "03 march 2024", Ok("2024-03-03")),
        ("%A, %d.%m.%Y", "Thursday, 29.02.2024", Ok("2024-02-29")),
        ("%A, %d.%m.%Y", "Friday, 29.02.2024", no()),
        ("%Y-%j", "2024-366", Ok("2024-12-31")),
        ("%Y-%j", "2023-366", no()),
        ("%e.%m.%Y", " 3.02.2024", Ok("2024-02-03")),
        ("unix", "86400", Ok("1970-01-02")),
        ("unix", "86401", Err(Reason::NotMidnight)),
        ("julian", "2440587.5", Ok("1970-01-01")),
        ("excel", "45351", Ok("2024-02-29")),
        ("excel", "60", Err(Reason::DayThatNeverWas)),
        ("excel", "0", Err(Reason::NoDay)),
        ("excel", "-1", Err(Reason::YearOutOfRange)),
        ("excel_1904", "43889", Ok("2024-02-29")),
    ] {
        let format = format!("date = '{format}'");
        check("type = 'date'", &format, Tz::UTC, &[(text, expected)]);
    }
    for format in ["%Y-%m", "%Y-%m-%d %H:%M", "%Y-%m-%d %Z", "%Q", "%G-%V-%u", "%y"] {
        let found = value(&format!("type = 'date'; format = '{format}'"), "", Tz::UTC, "x");
        assert!(matches!(found, Err(Reason::Contract(_))), "{format}: {found:?}");
    }
}

#[test]
fn timestamps_are_instants_in_utc() {
    let micros = |text: &str| value("type = 'timestamp'", "", Tz::UTC, text);
    for (text, expected) in [
        ("2024-02-29T12:00:00Z", 1_709_208_000_000_000_i64),
        ("2024-02-29t12:00:00z", 1_709_208_000_000_000),
        ("2024-02-29 12:00:00", 1_709_208_000_000_000),
        ("2024-02-29T12:00:00", 1_709_208_000_000_000),
        ("2024-02-29T20:00:00+08:00", 1_709_208_000_000_000),
        ("2024-02-29 07:30:00-04:30", 1_709_208_000_000_000),
        ("2024-02-29T12:00:00.25Z", 1_709_208_000_250_000),
        ("2024-02-29 12:00:00.123456", 1_709_208_000_123_456),
        ("2024-02-29 12:00:00.123456000000", 1_709_208_000_123_456),
        ("1969-12-31 23:59:59.999999", -1),
    ] {
        assert_eq!(micros(text), Ok(expected.to_string()), "{text}");
    }
    for (text, expected) in [
        ("2024-02-29 12:00:00.1234567", Reason::TooFine),
        ("2024-02-29 12:00:00.1234560000001", Reason::TooFine),
        ("0001-01-01T00:00:00+08:00", Reason::YearOutOfRange),
        ("2024-02-29", Reason::NotATimestamp),
        ("2024-02-29 12:00", Reason::NotATimestamp),
        ("2024-02-29 24:00:00", Reason::NotATimestamp),
        ("2024-02-29 12:00:60", Reason::NotATimestamp),
        ("2024-02-30 12:00:00", Reason::NotATimestamp),
        ("2024-02-29  12:00:00", Reason::NotATimestamp),
        ("2024-02-29 12:00:00.", Reason::NotATimestamp),
        ("2024-02-29 12:00:00 UTC", Reason::NotATimestamp),
        ("2024-02-29T12:00:00+8", Reason::NotATimestamp),
        ("1709208000", Reason::NotATimestamp),
    ] {
        assert_eq!(micros(text), Err(expected), "{text}");
    }
}

#[test]
fn other_timestamps_follow_their_format() {
    for (format, text, expected) in [
        ("%d-%m-%Y %H:%M", "29-02-2016 01:16", Ok(1_456_708_560_000_000_i64)),
        ("%d-%m-%Y %H:%M", "29-02-2016 1:16", Ok(1_456_708_560_000_000)),
        ("%d-%m-%Y %H:%M", "29-02-201601:16", Err(Reason::NotATimestamp)),
        ("%m/%d/%Y %I:%M %p", "2/29/2016 12:16 AM", Ok(1_456_704_960_000_000)),
        ("%m/%d/%Y %I:%M %p", "2/29/2016 12:16 pm", Ok(1_456_748_160_000_000)),
        ("%m/%d/%Y %I:%M %p", "2/29/2016 13:16 pm", Err(Reason::NotATimestamp)),
        ("%d.%m.%Y", "29.02.2016", Ok(1_456_704_000_000_000)),
        ("unix", "1456708560", Ok(1_456_708_560_000_000)),
        ("unix_ms", "1456708560001", Ok(1_456_708_560_001_000)),
        ("unix", "1456708560.5", Ok(1_456_708_560_500_000)),
        ("unix", "99999999999999", Err(Reason::YearOutOfRange)),
        ("unix", "now", Err(Reason::NotANumber)),
        ("julian", "2457447.5", Ok(1_456_704_000_000_000)),
        ("excel", "42429.05277777778", Ok(1_456_708_560_000_000)),
    ] {
        let section = format!("type = 'timestamp'; format = '{format}'");
        let found = value(&section, "", Tz::UTC, text);
        assert_eq!(found, expected.map(|micros| micros.to_string()), "{format}: {text}");
    }
}

#[test]
fn local_times_need_to_have_been_once() {
    let berlin = Tz::Europe__Berlin;
    check(
        "type = 'timestamp'",
        "",
        berlin,
        &[
            ("2024-06-01 12:00:00", Ok("1717236000000000")),
            ("2024-01-01 12:00:00", Ok("1704106800000000")),
            ("2024-03-31 01:59:59", Ok("1711846799000000")),
            ("2024-03-31 02:30:00", Err(Reason::LocalTimeSkipped(berlin))),
            ("2024-03-31 03:00:00", Ok("1711846800000000")),
            ("2024-10-27 02:30:00", Err(Reason::LocalTimeTwice(berlin))),
            ("2024-10-27T02:30:00+02:00", Ok("1729989000000000")),
            ("2024-10-27 03:00:00", Ok("1729994400000000")),
        ],
    );
    // The format's own zone wins over the project's; a zone that skipped a day skips it whole.
    let apia = "zone = 'Pacific/Apia'";
    let skipped = Err(Reason::LocalTimeSkipped(Tz::Pacific__Apia));
    check("type = 'timestamp'", apia, berlin, &[("2011-12-30 12:00:00", skipped)]);
    let found = value("type = 'timestamp'", "zone = 'Mars/Base'", berlin, "x");
    assert!(matches!(found, Err(Reason::Contract(_))), "{found:?}");
}

#[test]
fn the_zone_memory_changes_nothing() {
    // One parser over hours around a change, forth and back, against a fresh one for each text.
    let shape =
        super::Shape { zone: Tz::Europe__Berlin, ..shape(&[("t", "type = 'timestamp'")], "") };
    let mut texts = Vec::new();
    for day in ["2024-03-30", "2024-03-31", "2024-10-27", "2024-10-28"] {
        for hour in 0..24 {
            for minute in ["00:00", "00:01", "30:00", "59:59"] {
                texts.push(format!("{day} {hour:02}:{minute}"));
            }
        }
    }
    let back: Vec<String> = texts.iter().rev().cloned().collect();
    texts.extend(back);
    let rows: Vec<_> = texts.iter().map(|text| raw(&[("t", Some(text))])).collect();
    let chunk = parse_raw(&shape, "s", rows.iter().map(|row| (0, row))).unwrap();
    let accepted = texts
        .iter()
        .filter(|text| value("type = 'timestamp'", "", Tz::Europe__Berlin, text).is_ok());
    assert_eq!(chunk.rows.num_rows(), accepted.count());
    assert_eq!(chunk.refused.len(), 16, "four skipped and four doubled texts, each twice");
}

#[test]
fn lists_say_what_is_no_value_true_and_false() {
    let format = "nulls = ['?', '-1']\ntrue_values = ['yes']\nfalse_values = ['no', 'never']";
    let boolean = Err(Reason::NotABoolean);
    check(
        "type = 'boolean'",
        format,
        Tz::UTC,
        &[
            ("yes", Ok("true")),
            (" never ", Ok("false")),
            ("?", Ok("NULL")),
            ("", Ok("NULL")),
            ("true", boolean.clone()),
            ("YES", boolean),
        ],
    );
    check(
        "type = 'integer'",
        format,
        Tz::UTC,
        &[("-1", Ok("NULL")), ("-1.", Err(Reason::DecimalMark))],
    );
    check("type = 'integer'; required = true", format, Tz::UTC, &[("?", Err(Reason::Required))]);
    let listed = "type = 'text'; allowed = ['a', 'b']";
    check(
        listed,
        "",
        Tz::UTC,
        &[("a", Ok("a")), (" a", Err(Reason::NotAllowed)), ("", Ok("NULL"))],
    );
    let listed = "type = 'integer'; allowed = ['1']";
    check(listed, "", Tz::UTC, &[(" 1 ", Ok("1")), ("01", Err(Reason::NotAllowed))]);
}

#[test]
fn text_stays_as_it_is() {
    check(
        "type = 'text'",
        "",
        Tz::UTC,
        &[
            (" a  b ", Ok(" a  b ")),
            (" ", Ok(" ")),
            ("客户\u{feff}", Ok("客户\u{feff}")),
            ("a\0b", Err(Reason::Nul)),
        ],
    );
}

#[test]
fn refused_rows_can_be_read_again() {
    let columns = [("id", "type = 'integer'; required = true"), ("net", "type = 'decimal(9,2)'")];
    let german = shape(&columns, "decimal_mark = ','");
    let rows = [
        raw(&[("id", Some("1")), ("net", Some("1,5"))]),
        raw(&[("id", Some("2")), ("net", None)]),
        raw(&[("id", None), ("net", Some("1,5"))]),
        raw(&[("id", Some("4")), ("net", Some("1.5"))]),
        raw(&[("_record", Some("5;\"x"))]),
    ];
    let chunk = parse_raw(&german, "a.csv", (7..).zip(&rows)).unwrap();
    assert_eq!(texts(&chunk.rows), [["1", "1.50", "7"], ["2", "-", "8"]]);
    let found: Vec<_> = chunk.refused.iter().map(|r| (r.row, r.column.as_deref())).collect();
    assert_eq!(found, [(9, Some("id")), (10, Some("net")), (11, None)]);
    assert_eq!(chunk.refused[1].raw, rows[3]);
    assert_eq!(chunk.refused[2].raw, rows[4]);
}
