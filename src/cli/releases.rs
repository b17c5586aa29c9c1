//! Which releases are there?

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray, UInt64Array};
use datafusion::arrow::error::ArrowError;
use datafusion::error::DataFusionError;

use super::Context;
use super::error::CliError;
use super::query::{Format, print};
use crate::demo::examples;
use crate::engine::encode::EncodeError;
use crate::warehouse::release::{Release, ReleaseKind};
use crate::warehouse::{Home, WarehouseError};

/// Lists releases, the newest first
#[derive(Debug, clap::Args)]
#[command(after_help = examples::RELEASES)]
pub(super) struct Args {
    /// How many
    #[arg(long, default_value_t = 20, value_name = "N")]
    limit: usize,

    /// How the list is written
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), CliError> {
    let home = context.home()?;
    let mut numbers = home.numbers()?;
    numbers.sort_unstable();
    let mut releases = Vec::new();
    for number in numbers.into_iter().rev().take(args.limit) {
        releases.push(home.release(number)?);
    }
    print(context, list(&home, &releases)?, args.format)
}

/// A row a release.
fn list(home: &Home, releases: &[Arc<Release>]) -> Result<RecordBatch, CliError> {
    let mut pins: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for pin in home.pins()? {
        pins.entry(pin.number).or_default().push(pin.name);
    }
    let mut rows = Vec::new();
    for release in releases {
        rows.push(count_rows(home, release)?);
    }
    let numbers = |values: Vec<u64>| -> ArrayRef { Arc::new(UInt64Array::from(values)) };
    let texts = |value: &dyn Fn(&Release) -> String| -> ArrayRef {
        Arc::new(releases.iter().map(|release| Some(value(release))).collect::<StringArray>())
    };
    let pinned = |release: &Release| pins.get(&release.number).map(|names| names.join(" "));
    let columns = [
        ("release", numbers(releases.iter().map(|release| release.number).collect())),
        (
            "created_at",
            texts(&|release| release.created_at.format("%Y-%m-%dT%H:%M:%SZ").to_string()),
        ),
        ("kind", texts(&|release| kind(release.kind).to_owned())),
        ("tables", numbers(releases.iter().map(|release| release.tables.len() as u64).collect())),
        ("rows", Arc::new(UInt64Array::from(rows))),
        ("hash", texts(&|release| release.hash.chars().take(12).collect())),
        ("pins", texts(&|release| pinned(release).unwrap_or_default())),
        ("entered", texts(&entered)),
    ];
    Ok(RecordBatch::try_from_iter(columns)
        .map_err(|error: ArrowError| EncodeError::Query(DataFusionError::from(error)))?)
}

/// What people entered with a release.
fn entered(release: &Release) -> String {
    let entries: Vec<String> = release.entered.iter().map(ToString::to_string).collect();
    entries.join("; ")
}

fn kind(kind: ReleaseKind) -> &'static str {
    match kind {
        ReleaseKind::Refresh => "refresh",
        ReleaseKind::Retry => "retry",
        ReleaseKind::Entered => "entered",
    }
}

/// Rows of all tables; nothing for a release whose manifests were collected.
fn count_rows(home: &Home, release: &Release) -> Result<Option<u64>, CliError> {
    let mut rows = 0;
    for (table, entry) in &release.tables {
        match home.manifest(table, &entry.manifest) {
            Ok(manifest) => rows += manifest.rows,
            Err(WarehouseError::Missing(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Some(rows))
}
