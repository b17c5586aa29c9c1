//! Up to which day do the rows of a table reach?

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;

use super::manifest::Manifest;
use super::statistics::value_of;

/// The newest day of a column of dates or moments that is not after `until`, as far as the
/// statistics of files prove it; days of moments are those of a zone.
///
/// What comes later is a plan or a slip of the pen. A file that holds such rows beside others
/// proves no more than its first day.
pub fn newest_day(
    manifest: &Manifest,
    column: &str,
    until: NaiveDate,
    zone: Tz,
) -> Option<NaiveDate> {
    let at = manifest.columns.iter().position(|known| known.name == column)?;
    let kind: DataType = manifest.columns.get(at)?.arrow.parse().ok()?;
    let day = |text: &Option<String>| {
        let day = day_of(&value_of(text.as_deref()?, &kind)?, zone)?;
        (day <= until).then_some(day)
    };
    let known = manifest.files.iter().filter_map(|file| {
        let known = file.statistics.get(at)?;
        day(&known.max).or_else(|| day(&known.min))
    });
    known.max()
}

/// The day of a value in a zone; none of what is no time.
fn day_of(value: &ScalarValue, zone: Tz) -> Option<NaiveDate> {
    match value {
        ScalarValue::Date32(Some(days)) => NaiveDate::from_epoch_days(*days),
        ScalarValue::TimestampMicrosecond(Some(moment), _) => {
            Some(DateTime::from_timestamp_micros(*moment)?.with_timezone(&zone).date_naive())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Asia::Shanghai;
    use datafusion::arrow::datatypes::TimeUnit;

    use super::super::manifest::{ColumnStatistics, DataFile, ManifestColumn};
    use super::*;

    fn table(arrow: &str, files: &[(Option<&str>, Option<&str>)]) -> Manifest {
        let file = |(min, max): &(Option<&str>, Option<&str>)| DataFile {
            path: String::new(),
            partition: "2026-06".to_owned(),
            size_bytes: 0,
            rows: 2,
            blocks: Vec::new(),
            statistics: vec![ColumnStatistics {
                min: min.map(str::to_owned),
                max: max.map(str::to_owned),
                nulls: 0,
                sum: None,
            }],
        };
        let column =
            ManifestColumn { name: "at".to_owned(), arrow: arrow.to_owned(), nullable: true };
        Manifest {
            format: 1,
            table: "a.b".parse().unwrap(),
            columns: vec![column],
            sorted_by: Vec::new(),
            files: files.iter().map(file).collect(),
            rows: 2,
            totals: Vec::new(),
        }
    }

    fn newest(arrow: &str, files: &[(Option<&str>, Option<&str>)]) -> Option<String> {
        let until = NaiveDate::from_ymd_opt(2026, 7, 15).unwrap();
        newest_day(&table(arrow, files), "at", until, Shanghai).map(|day| day.to_string())
    }

    #[test]
    fn rows_of_the_future_move_nothing() {
        let may = (Some("2026-05-01"), Some("2026-05-28"));
        let june = (Some("2026-06-02"), Some("2026-06-29"));
        assert_eq!(newest("Date32", &[june, may]).as_deref(), Some("2026-06-29"));
        // A plan of next year in a file of its own, and one beside rows of July.
        let plan = (Some("2027-01-01"), Some("2027-12-31"));
        assert_eq!(newest("Date32", &[june, may, plan]).as_deref(), Some("2026-06-29"));
        let both = (Some("2026-07-03"), Some("2026-07-31"));
        assert_eq!(newest("Date32", &[june, both]).as_deref(), Some("2026-07-03"));
        assert_eq!(newest("Date32", &[plan]), None);
        // The very day counts.
        let today = (Some("2026-07-15"), Some("2026-07-15"));
        assert_eq!(newest("Date32", &[june, today]).as_deref(), Some("2026-07-15"));
    }

    #[test]
    fn moments_count_by_the_day_of_the_zone() {
        let moments = (Some("2026-06-01T01:00:00Z"), Some("2026-06-30T16:30:00Z"));
        let kind = DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into()));
        // 00:30 of the first of July in Shanghai.
        assert_eq!(newest(&kind.to_string(), &[moments]).as_deref(), Some("2026-07-01"));
    }

    #[test]
    fn what_says_no_day_gives_none() {
        assert_eq!(newest("Utf8", &[(Some("a"), Some("b"))]), None);
        assert_eq!(newest("Date32", &[(None, None)]), None);
        let until = NaiveDate::from_ymd_opt(2026, 7, 15).unwrap();
        assert_eq!(newest_day(&table("Date32", &[]), "other", until, Shanghai), None);
    }
}
