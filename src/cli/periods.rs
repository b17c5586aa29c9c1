//! Which accounting periods are closed?

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray, UInt64Array};
use datafusion::error::DataFusionError;

use super::Context;
use super::error::CliError;
use super::query::{Format, print, resolve};
use crate::demo::examples;
use crate::engine::encode::EncodeError;
use crate::refresh::{Books, Decision, Standing};

/// Lists the accounting periods and whether they are closed, by whom and with which release
#[derive(Debug, clap::Args)]
#[command(after_help = examples::PERIODS)]
pub(super) struct Args {
    /// How the list is written
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub(super) fn run(args: &Args, context: &Context) -> Result<(), CliError> {
    let (project, home) = (context.project()?, context.home()?);
    let release = resolve(&home, None)?;
    let books = {
        let _entered = context.runtime.enter();
        Books::read(&project, &home, release.number, &context.limits())?
    };
    let list = list(&books.standings(), &home.pins()?)
        .map_err(|error| EncodeError::Query(DataFusionError::from(error)))?;
    print(context, list, args.format)
}

/// A row for each period, or for each entity of one that does not stand alike for all.
fn list(
    standings: &[Standing],
    pins: &[crate::warehouse::Pin],
) -> Result<RecordBatch, datafusion::arrow::error::ArrowError> {
    let texts = |value: &dyn Fn(&Standing) -> Option<String>| -> ArrayRef {
        Arc::new(standings.iter().map(value).collect::<StringArray>())
    };
    let numbers = |value: &dyn Fn(&Decision) -> Option<u64>| -> ArrayRef {
        let number = |line: &Standing| line.decision.as_ref().and_then(value);
        Arc::new(standings.iter().map(number).collect::<UInt64Array>())
    };
    let decided = |line: &Standing, value: &dyn Fn(&Decision) -> Option<String>| {
        line.decision.as_ref().and_then(value)
    };
    let pin = |decision: &Decision| {
        let is_own = |pin: &&crate::warehouse::Pin| {
            pin.number == decision.release && pin.name.starts_with("close-")
        };
        pins.iter().find(is_own).map(|pin| pin.name.clone())
    };
    RecordBatch::try_from_iter([
        ("period", texts(&|line| Some(line.period.clone()))),
        ("entity", texts(&|line| line.entity.clone())),
        (
            "status",
            texts(&|line| {
                let status = line.decision.as_ref().map_or("open", |last| last.status.text());
                Some(status.to_owned())
            }),
        ),
        ("closing", numbers(&|last| Some(last.closing))),
        ("release", numbers(&|last| Some(last.release))),
        ("pin", texts(&|line| decided(line, &|last| pin(last)))),
        ("decided_by", texts(&|line| decided(line, &|last| Some(last.by.clone())))),
        (
            "decided_at",
            texts(&|line| {
                let at = |last: &Decision| last.at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
                line.decision.as_ref().map(at)
            }),
        ),
        ("because", texts(&|line| decided(line, &|last| last.because.clone()))),
        ("waived", texts(&|line| decided(line, &|last| last.waived.clone()))),
    ])
}
