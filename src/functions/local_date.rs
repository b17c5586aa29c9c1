//! On which day was a moment, where the company is?
//!
//! The engine converts a moment only to a zone that is written in the query. The zone of a company
//! is a setting, so that here it is a value: `local_date(ordered_at, project.time_zone)`.

use std::sync::Arc;

use chrono::{DateTime, Datelike, Offset, TimeZone};
use chrono_tz::Tz;
use datafusion::arrow::array::{Date32Array, StringArray, TimestampMicrosecondArray};
use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::cast::{as_string_array, as_timestamp_microsecond_array};
use datafusion::common::utils::take_function_args;
use datafusion::common::{DataFusionError, Result, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};

use super::FunctionError;

/// The name of the function.
pub const NAME: &str = "local_date";

/// Days from the first of January of year 1 to that of 1970.
const EPOCH_DAY: i32 = 719_163;

/// `local_date(moment, zone)`: the date of a moment in an IANA time zone, such as `Asia/Shanghai`.
///
/// A moment without a zone of its own counts as UTC. Null where one of both is null.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct LocalDate {
    signature: Signature,
}

impl Default for LocalDate {
    fn default() -> Self {
        Self { signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for LocalDate {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _types: &[DataType]) -> Result<DataType> {
        Ok(DataType::Date32)
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let [moment, zone] = take_function_args(NAME, types)?;
        if !matches!(moment, DataType::Timestamp(..) | DataType::Null) {
            return plan_err!("`{NAME}` takes a timestamp and a zone, not a {moment}");
        }
        if !matches!(
            zone,
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null
        ) {
            return plan_err!("`{NAME}` takes the name of a zone, such as 'Asia/Shanghai'");
        }
        let moment = DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into()));
        Ok(vec![moment, DataType::Utf8])
    }

    fn invoke_with_args(&self, call: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [moments, zones] = take_function_args(NAME, &call.args)?;
        let moments = moments.to_array(call.number_rows)?;
        let zones = zones.to_array(call.number_rows)?;
        let dates = dates(as_timestamp_microsecond_array(&moments)?, as_string_array(&zones)?)?;
        Ok(ColumnarValue::Array(Arc::new(dates)))
    }
}

fn dates(moments: &TimestampMicrosecondArray, zones: &StringArray) -> Result<Date32Array> {
    // The rows of a query nearly always have one zone, which is then looked up once.
    let mut known: Option<(&str, Tz)> = None;
    let pairs = moments.iter().zip(zones.iter());
    pairs
        .map(|(moment, name)| {
            let (Some(moment), Some(name)) = (moment, name) else { return Ok(None) };
            let zone = match known {
                Some((last, zone)) if last == name => zone,
                _ => zone(name)?,
            };
            known = Some((name, zone));
            Ok(Some(date(moment, zone)?))
        })
        .collect()
}

fn zone(name: &str) -> Result<Tz> {
    let unknown = || FunctionError::UnknownZone { zone: name.to_owned() };
    name.parse().map_err(|_| DataFusionError::External(Box::new(unknown())))
}

fn date(microseconds: i64, zone: Tz) -> Result<i32> {
    let beyond = || DataFusionError::External(Box::new(FunctionError::DateOutOfRange));
    let moment = DateTime::from_timestamp_micros(microseconds).ok_or_else(beyond)?.naive_utc();
    let offset = zone.offset_from_utc_datetime(&moment).fix();
    let local = moment.checked_add_offset(offset).ok_or_else(beyond)?;
    Ok(local.date().num_days_from_ce() - EPOCH_DAY)
}
