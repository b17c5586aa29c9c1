//! Into which month does a row go?

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta};
use datafusion::arrow::array::{
    Array, AsArray, BooleanArray, RecordBatch, StringArray, StringBuilder,
};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::{DataType, Date32Type, TimestampMicrosecondType};

use super::LoadError;

/// The partition of a table without months.
pub(super) const ALL: &str = "all";
/// The partition of rows whose month column holds nothing.
pub(super) const NONE: &str = "none";

/// Says for each row of a batch in which month it falls: a date by itself, a timestamp by the
/// project's time zone, because an order at 07:00 in Beijing on the 1st is last month in UTC.
#[derive(Debug, Clone)]
pub struct Partitioner {
    column: Option<String>,
    zone: chrono_tz::Tz,
}

impl Partitioner {
    /// A partitioner by the month of `column`; without one, all rows lie together.
    pub fn new(column: Option<&str>, zone: chrono_tz::Tz) -> Self {
        Self { column: column.map(str::to_owned), zone }
    }

    /// The partition of each row.
    ///
    /// # Errors
    /// When a moment lies outside the calendar.
    pub fn partitions(&self, batch: &RecordBatch) -> Result<StringArray, LoadError> {
        let rows = batch.num_rows();
        let Some(column) = self.column.as_ref().and_then(|name| batch.column_by_name(name)) else {
            return Ok(std::iter::repeat_n(Some(ALL), rows).collect());
        };
        let mut partitions = StringBuilder::with_capacity(rows, rows * 7);
        let mut known = Known::default();
        for row in 0..rows {
            if column.is_null(row) {
                partitions.append_value(NONE);
                continue;
            }
            let date = match column.data_type() {
                DataType::Date32 => day(i64::from(column.as_primitive::<Date32Type>().value(row))),
                _ => self.local_date(column.as_primitive::<TimestampMicrosecondType>().value(row)),
            };
            let date = date.ok_or_else(|| LoadError::Month {
                column: self.column.clone().unwrap_or_default(),
                row: row as u64,
            })?;
            partitions.append_value(known.name(date));
        }
        Ok(partitions.finish())
    }

    fn local_date(&self, micros: i64) -> Option<NaiveDate> {
        let instant = DateTime::from_timestamp_micros(micros)?;
        Some(instant.with_timezone(&self.zone).date_naive())
    }
}

/// The name of the month that was asked for last: neighbouring rows mostly share it.
#[derive(Default)]
struct Known {
    month: Option<(i32, u32)>,
    name: String,
}

impl Known {
    fn name(&mut self, date: NaiveDate) -> &str {
        let month = (date.year(), date.month());
        if self.month != Some(month) {
            self.month = Some(month);
            self.name = format!("{:04}-{:02}", month.0, month.1);
        }
        &self.name
    }
}

fn day(days: i64) -> Option<NaiveDate> {
    NaiveDate::default().checked_add_signed(TimeDelta::try_days(days)?)
}

/// Splits a batch by partition, keeping the order of rows within each.
pub(super) fn split(
    batch: &RecordBatch,
    partitions: &StringArray,
) -> Result<Vec<(String, RecordBatch)>, LoadError> {
    let names: BTreeSet<&str> = partitions.iter().flatten().collect();
    if names.len() <= 1 {
        return Ok(names.iter().map(|name| ((*name).to_owned(), batch.clone())).collect());
    }
    let mut parts = Vec::with_capacity(names.len());
    for name in names {
        let chosen: BooleanArray =
            partitions.iter().map(|other| Some(other == Some(name))).collect();
        parts.push((name.to_owned(), filter_record_batch(batch, &chosen)?));
    }
    Ok(parts)
}
