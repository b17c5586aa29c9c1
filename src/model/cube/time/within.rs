//! Does a row's date or moment lie in a span?

use chrono::NaiveDateTime;
use chrono_tz::Tz;
use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::{Expr, cast, lit};

use super::Span;
use super::clock::{days_from, instant, moment, moment_type};

/// Whether a row's date or moment lies in a span.
///
/// # Errors
/// When the column holds no time.
pub fn within(column: Expr, kind: &DataType, span: &Span, zone: Tz) -> Result<Expr, String> {
    let begun = since(column.clone(), kind, span.from, zone)?;
    Ok(begun.and(before(column, kind, span.until, zone)?))
}

/// Whether a row's date or moment comes before a moment. A date counts as its first moment.
///
/// # Errors
/// When the column holds no time.
pub fn before(
    column: Expr,
    kind: &DataType,
    until: NaiveDateTime,
    zone: Tz,
) -> Result<Expr, String> {
    let (column, limit) = comparable(column, kind, until, zone)?;
    Ok(column.lt(limit))
}

/// Whether a row's date or moment is a moment or comes after it.
///
/// # Errors
/// When the column holds no time.
pub fn since(column: Expr, kind: &DataType, from: NaiveDateTime, zone: Tz) -> Result<Expr, String> {
    let (column, limit) = comparable(column, kind, from, zone)?;
    Ok(column.gt_eq(limit))
}

fn comparable(
    column: Expr,
    kind: &DataType,
    limit: NaiveDateTime,
    zone: Tz,
) -> Result<(Expr, Expr), String> {
    match kind {
        DataType::Date32 => Ok((column, lit(days_from(limit)))),
        DataType::Timestamp(..) => {
            let column = if *kind == moment_type() { column } else { cast(column, moment_type()) };
            Ok((column, lit(moment(instant(limit, zone)))))
        }
        other => Err(format!("a {other} is no time, so it lies in no span")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::prelude::col;

    fn text(kind: &DataType, from: &str, until: &str) -> String {
        let span = Span { from: from.parse().unwrap(), until: until.parse().unwrap() };
        within(col("x"), kind, &span, chrono_tz::Asia::Shanghai).unwrap().to_string()
    }

    #[test]
    fn days_are_compared_as_days_and_moments_in_the_zone() {
        let (from, until) = ("2026-07-01T00:00:00", "2026-08-01T00:00:00");
        let days = text(&DataType::Date32, from, until);
        assert_eq!(days, r#"x >= Date32("2026-07-01") AND x < Date32("2026-08-01")"#);
        // Midnight in Shanghai is 16:00 of the day before in UTC: 1782835200 is 2026-06-30T16:00Z.
        let moments = text(&moment_type(), from, until);
        assert_eq!(
            moments,
            "x >= TimestampMicrosecond(1782835200000000, Some(\"+00:00\")) \
             AND x < TimestampMicrosecond(1785513600000000, Some(\"+00:00\"))"
        );
        // A day begins before any later moment of it, so only the next one lies after noon.
        let noon = text(&DataType::Date32, "2026-07-01T12:00:00", "2026-07-02T12:00:00");
        assert_eq!(noon, r#"x >= Date32("2026-07-02") AND x < Date32("2026-07-03")"#);
        let span = Span { from: Default::default(), until: Default::default() };
        assert!(within(col("x"), &DataType::Utf8, &span, chrono_tz::UTC).is_err(), "no time");
    }
}
