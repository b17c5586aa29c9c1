//! How are the findings of a release said: a line a check, or each in full?

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray, UInt64Array};
use datafusion::arrow::error::ArrowError;
use datafusion::error::DataFusionError;

use super::Context;
use super::error::CliError;
use super::query::{Format, print, resolve};
use crate::engine::encode::EncodeError;
use crate::refresh::Outcome;
use crate::refresh::findings::{self, Waivers};
use crate::warehouse::Home;
use crate::warehouse::release::{CheckResult, Release, Severity};

/// Which findings are said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// all of them, what is new first
    All,
    /// what the release before had not found, and what is settled since
    Changes,
}

/// A line a check: what is new or has changed since the release before, what is settled, what is
/// as it was; and the command that says everything.
///
/// # Errors
/// When what was waived cannot be read.
pub(super) fn lines(
    context: &Context,
    home: &Home,
    outcome: &Outcome,
    told: Told,
) -> Result<Vec<String>, CliError> {
    let waivers = waivers(context, home, &outcome.release)?;
    let said = findings::lines(&outcome.findings, outcome.before.as_deref(), &waivers);
    let mut lines = [said.fresh, said.settled].concat();
    let number = outcome.release.number;
    let command = format!("`patron check --release {number}`");
    match told {
        Told::All => lines.extend(said.kept),
        Told::Changes if said.kept_count > 0 => {
            let kept = match said.kept_count {
                1 => "1 finding is".to_owned(),
                count => format!("{count} findings are"),
            };
            lines.push(format!("{kept} as before; {command} says which"));
        }
        Told::Changes => {}
    }
    if told == Told::All && !outcome.findings.is_empty() {
        let count = outcome.findings.len();
        let all = if count == 1 { "the finding" } else { &format!("all {count} findings") };
        lines.push(format!("{command} says {all} in full"));
    }
    Ok(lines)
}

/// What was waived for a release, and for the closings that stand in it.
fn waivers(context: &Context, home: &Home, release: &Arc<Release>) -> Result<Waivers, CliError> {
    let project = context.project().ok();
    let entities = project.iter().flat_map(|project| &project.settings.entities);
    let entities = entities.map(|entity| entity.id.clone()).collect();
    let limits = context.limits();
    let read = Waivers::read(home, release, entities, &limits);
    Ok(context.runtime.block_on(read)?)
}

/// Prints every finding of a release in full.
pub(super) fn tell(
    context: &Context,
    release: Option<&str>,
    format: Option<Format>,
) -> Result<(), CliError> {
    let home = context.home()?;
    let release = resolve(&home, release)?;
    let waivers = waivers(context, &home, &release)?;
    if let Some(format) = format {
        let list = list(&release, &waivers)
            .map_err(|error: ArrowError| EncodeError::Query(DataFusionError::from(error)))?;
        return print(context, list, format);
    }
    for finding in &release.checks {
        let period = finding.period.as_ref().map(|period| format!(" in {period}"));
        let (amounts, reasons) = (amounts(finding), waivers.reasons(finding));
        let amounts = if amounts.is_empty() { amounts } else { format!("; {amounts} in all") };
        let reasons = match reasons.as_slice() {
            [] => String::new(),
            reasons => format!(" (waived: {})", reasons.join("; ")),
        };
        let (word, period) = (waivers.word(finding), period.unwrap_or_default());
        let CheckResult { name, finding, .. } = finding;
        context.output.say(&format!("{word}: {name}{period}: {finding}{amounts}{reasons}"))?;
    }
    match release.checks.len() {
        0 => context.output.say(&format!("release {} has no findings", release.number)),
        1 => context.output.say(&format!("1 finding of release {}", release.number)),
        count => context.output.say(&format!("{count} findings of release {}", release.number)),
    }
}

/// What the rows of a finding come to, in words.
fn amounts(finding: &CheckResult) -> String {
    findings::amounts(finding.amounts.iter()).join(", ")
}

/// A row a finding.
fn list(release: &Release, waivers: &Waivers) -> Result<RecordBatch, ArrowError> {
    let texts = |value: &dyn Fn(&CheckResult) -> Option<String>| -> ArrayRef {
        Arc::new(release.checks.iter().map(value).collect::<StringArray>())
    };
    let rows = |one: &CheckResult| one.rows().map(|(rows, _)| rows);
    RecordBatch::try_from_iter([
        ("check", texts(&|one| Some(one.name.clone()))),
        (
            "severity",
            texts(&|one| {
                let severity = match one.severity {
                    Severity::Warning => "warning",
                    Severity::Error => "error",
                };
                Some(severity.to_owned())
            }),
        ),
        ("period", texts(&|one| one.period.clone())),
        ("rows", Arc::new(release.checks.iter().map(rows).collect::<UInt64Array>()) as ArrayRef),
        ("finding", texts(&|one| Some(one.finding.clone()))),
        ("waived_because", texts(&|one| Some(waivers.because(one)?.0.to_owned()))),
        ("waived_by", texts(&|one| Some(waivers.because(one)?.1?.to_owned()))),
        ("amounts", texts(&|one| Some(amounts(one)).filter(|amounts| !amounts.is_empty()))),
    ])
}
