//! Who asked what?

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray, UInt64Array};
use datafusion::error::DataFusionError;

use super::Context;
use super::error::CliError;
use super::query::{Format, print};
use super::user::accounts;
use crate::accounts::{Entry, Filter};
use crate::demo::examples;
use crate::engine::encode::EncodeError;

/// Lists who asked what of the server, and who changed accounts, the newest first
#[derive(Debug, clap::Args)]
#[command(after_help = examples::AUDIT)]
pub(super) struct Args {
    /// Of this account only; `nobody` are those who did not say who they are
    #[arg(long, value_name = "ACCOUNT")]
    user: Option<String>,

    /// From this day or moment on (UTC)
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<DateTime<Utc>>,

    /// Before this day or moment (UTC)
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<DateTime<Utc>>,

    /// How many
    #[arg(long, default_value_t = 50, value_name = "N")]
    limit: u32,

    /// How the list is written
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// A moment, or the beginning of a day.
fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    if let Ok(moment) = text.parse::<DateTime<Utc>>() {
        return Ok(moment);
    }
    let day = text.parse::<NaiveDate>();
    day.map(|day| day.and_time(NaiveTime::MIN).and_utc())
        .map_err(|_| format!("`{text}` is no time; write 2026-07-01 or 2026-07-01T08:00:00Z"))
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), CliError> {
    let accounts = accounts(context)?;
    let filter =
        Filter { who: args.user.clone(), since: args.since, until: args.until, limit: args.limit };
    let list = list(&accounts.asked(&filter)?)
        .map_err(|error| EncodeError::Query(DataFusionError::from(error)))?;
    print(context, list, args.format)
}

/// A row for each entry.
fn list(entries: &[Entry]) -> Result<RecordBatch, datafusion::arrow::error::ArrowError> {
    let texts = |value: &dyn Fn(&Entry) -> String| -> ArrayRef {
        Arc::new(entries.iter().map(|entry| Some(value(entry))).collect::<StringArray>())
    };
    let numbers = |value: &dyn Fn(&Entry) -> Option<u64>| -> ArrayRef {
        Arc::new(entries.iter().map(value).collect::<UInt64Array>())
    };
    RecordBatch::try_from_iter([
        ("at", texts(&|entry| entry.at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())),
        ("who", texts(&|entry| entry.who.clone())),
        ("way", texts(&|entry| entry.way.to_string())),
        ("what", texts(&|entry| entry.what.clone())),
        ("release", numbers(&|entry| entry.release)),
        ("outcome", texts(&|entry| entry.outcome.clone())),
        ("milliseconds", numbers(&|entry| Some(entry.milliseconds))),
        ("request", texts(&|entry| entry.request.clone())),
        ("peer", texts(&|entry| entry.peer.clone())),
    ])
}
