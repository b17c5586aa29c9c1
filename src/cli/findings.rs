//! How are the findings of a release said: a line a check, or each in full?

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray, UInt64Array};
use datafusion::arrow::error::ArrowError;
use datafusion::error::DataFusionError;

use super::Context;
use super::error::CliError;
use super::query::{Format, print, resolve};
use crate::engine::encode::EncodeError;
use crate::refresh::Outcome;
use crate::warehouse::release::{CheckResult, Release, Severity};

/// Characters of a line that a finding takes at most.
const LINE_WIDTH: usize = 200;

/// Which findings are said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// all of them, what is new first
    All,
    /// what the release before had not found, and what is settled since
    Changes,
}

/// Findings by the names of their checks, in the order in which the checks come first.
type Groups<'a> = Vec<(&'a str, Vec<&'a CheckResult>)>;

fn groups<'a>(findings: impl Iterator<Item = &'a CheckResult>) -> Groups<'a> {
    let mut groups: Groups<'a> = Vec::new();
    for finding in findings {
        match groups.iter_mut().find(|(name, _)| *name == finding.name) {
            Some((_, known)) => known.push(finding),
            None => groups.push((&finding.name, vec![finding])),
        }
    }
    groups
}

/// Whether the release before had found the same of as many rows. What is not about rows, such as
/// the age of data, says itself otherwise each time and is the same.
fn is_known(finding: &CheckResult, before: &[CheckResult]) -> bool {
    let rows = |finding: &CheckResult| finding.rows().map(|(rows, _)| rows);
    before.iter().any(|known| is_same(known, finding) && rows(known) == rows(finding))
}

fn is_same(one: &CheckResult, other: &CheckResult) -> bool {
    (&one.name, &one.period) == (&other.name, &other.period)
}

/// A line a check: what is new or has changed since the release before, what is settled, what is
/// as it was; and the command that says everything.
pub(super) fn lines(outcome: &Outcome, told: Told) -> Vec<String> {
    let before = outcome.before.as_deref();
    let is_fresh = |finding: &CheckResult| before.is_some_and(|known| !is_known(finding, known));
    let mut lines = Vec::new();
    let mut kept = Vec::new();
    let mut kept_count = 0;
    for (name, findings) in groups(outcome.findings.iter()) {
        let (fresh, old): (Vec<_>, Vec<_>) = findings.into_iter().partition(|one| is_fresh(one));
        kept_count += old.len();
        let Some(first) = fresh.first() else {
            kept.push(format!("{}: {name}: {}", word(&old), summed(&old)));
            continue;
        };
        let was_there = |one: &&CheckResult| {
            before.is_some_and(|known| known.iter().any(|known| is_same(known, one)))
        };
        let mark = if fresh.iter().all(was_there) { "changed" } else { "new" };
        let beside = match old.len() {
            0 => String::new(),
            _ => format!(" (as before: {})", counted(&old)),
        };
        let word = word(std::slice::from_ref(first));
        lines.push(format!("{mark} {word}: {name}: {}{beside}", summed(&fresh)));
    }
    let is_settled = |known: &&CheckResult| !outcome.findings.iter().any(|one| is_same(one, known));
    let settled = before.unwrap_or_default().iter().filter(is_settled);
    for (name, gone) in groups(settled) {
        lines.push(format!("settled: {name}: {}", counted(&gone)));
    }
    let number = outcome.release.number;
    let command = format!("`patron check --release {number}`");
    match told {
        Told::All => lines.extend(kept),
        Told::Changes if kept_count > 0 => {
            let kept = match kept_count {
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
    lines
}

fn word(findings: &[&CheckResult]) -> &'static str {
    let is_grave = |finding: &&CheckResult| finding.severity == Severity::Error;
    if findings.iter().any(is_grave) { "waived" } else { "warning" }
}

/// The periods and rows of some findings of one check.
fn counted(findings: &[&CheckResult]) -> String {
    let periods: Vec<&str> = findings.iter().filter_map(|one| one.period.as_deref()).collect();
    let span = match periods.as_slice() {
        [] => String::new(),
        [one] => format!("period {one}"),
        [first, .., last] => format!("{} periods ({first} to {last})", periods.len()),
    };
    let rows: u64 = findings.iter().filter_map(|one| one.rows()).map(|(rows, _)| rows).sum();
    let rows = match rows {
        0 => String::new(),
        1 => "1 row".to_owned(),
        rows => format!("{rows} rows"),
    };
    let parts: Vec<String> = [span, rows].into_iter().filter(|part| !part.is_empty()).collect();
    match (parts.is_empty(), findings.len()) {
        (true, 1) => "1 finding".to_owned(),
        (true, count) => format!("{count} findings"),
        (false, _) => parts.join(", "),
    }
}

/// The same with an example; what is not about rows in its own words.
fn summed(findings: &[&CheckResult]) -> String {
    let example = findings.iter().find_map(|one| one.rows());
    let text = match (example, findings) {
        (Some((_, example)), _) => format!("{}, such as {example}", counted(findings)),
        (None, [one]) => one.finding.clone(),
        (None, [first, others @ ..]) => {
            format!("{} (and {} more)", first.finding, others.len())
        }
        (None, []) => String::new(),
    };
    cut(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A text that fits a line.
fn cut(text: &str) -> String {
    match text.char_indices().nth(LINE_WIDTH) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// Prints every finding of a release in full.
pub(super) fn tell(
    context: &Context,
    release: Option<&str>,
    format: Option<Format>,
) -> Result<(), CliError> {
    let home = context.home()?;
    let release = resolve(&home, release)?;
    if let Some(format) = format {
        let list = list(&release)
            .map_err(|error: ArrowError| EncodeError::Query(DataFusionError::from(error)))?;
        return print(context, list, format);
    }
    let waivers = waivers(&release);
    for finding in &release.checks {
        let reason = waivers.get(finding.name.as_str());
        let period = finding.period.as_ref().map(|period| format!(" in {period}"));
        context.output.say(&format!(
            "{}: {}{}: {}{}",
            if finding.severity == Severity::Error { "waived" } else { "warning" },
            finding.name,
            period.unwrap_or_default(),
            finding.finding,
            reason.map(|reason| format!(" (waived: {reason})")).unwrap_or_default()
        ))?;
    }
    match release.checks.len() {
        0 => context.output.say(&format!("release {} has no findings", release.number)),
        1 => context.output.say(&format!("1 finding of release {}", release.number)),
        count => context.output.say(&format!("{count} findings of release {}", release.number)),
    }
}

/// Why checks were waived, by their names.
fn waivers(release: &Release) -> BTreeMap<&str, &str> {
    let waivers = release.waivers.iter();
    waivers.map(|waiver| (waiver.check.as_str(), waiver.because.as_str())).collect()
}

/// A row a finding.
fn list(release: &Release) -> Result<RecordBatch, ArrowError> {
    let waivers = waivers(release);
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
        ("waived_because", texts(&|one| waivers.get(one.name.as_str()).map(|why| (*why).into()))),
    ])
}
