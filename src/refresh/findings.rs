//! How are findings said in a line a check, what is new first, and which of them are waived?

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::session::Limits;
use crate::model::waived::{self, Waived};
use crate::query::{self, Principal, QueryError};
use crate::warehouse::home::Home;
use crate::warehouse::release::{Amount, CheckResult, Release, Severity, Waiver};

/// Characters of a line that a finding takes at most.
const LINE_WIDTH: usize = 200;

/// What was waived, for a release and for the closings that stand in it.
#[derive(Debug, Clone, Default)]
pub struct Waivers {
    /// for the release
    pub of_release: Vec<Waiver>,
    /// for closings
    pub of_closings: Vec<Waived>,
    /// the legal entities, each of which may be closed by itself
    pub entities: Vec<String>,
}

impl Waivers {
    /// What was waived for a release of a project that has these legal entities, and for the
    /// closings that stand in it.
    ///
    /// # Errors
    /// When the decisions about periods cannot be read.
    pub async fn read(
        home: &Home,
        release: &Arc<Release>,
        entities: Vec<String>,
        limits: &Limits,
    ) -> Result<Self, QueryError> {
        let of_release = release.waivers.clone();
        if release.checks.iter().all(|finding| finding.closing.is_none()) {
            return Ok(Self { of_release, ..Self::default() });
        }
        let session = query::open(home, release, &Principal::Owner, limits)?;
        let of_closings = waived::of_closings(&session).await?;
        Ok(Self { of_release, of_closings, entities })
    }

    /// The waiver of the release that a finding falls under.
    fn of_release(&self, finding: &CheckResult) -> Option<&Waiver> {
        let is_grave = finding.severity == Severity::Error;
        self.of_release.iter().find(|waiver| is_grave && waiver.check == finding.name)
    }

    /// Whether a finding is waived. One that hinders a closing is as long as its period is closed
    /// all the same, for every legal entity.
    pub fn covers(&self, finding: &CheckResult) -> bool {
        let is_closed = |entity: Option<&String>| {
            let mut closings = self.of_closings.iter();
            closings.any(|waived| is_of(waived, finding) && waived.entity.as_ref() == entity)
        };
        let each = || self.entities.iter().all(|entity| is_closed(Some(entity)));
        self.of_release(finding).is_some()
            || is_closed(None)
            || (!self.entities.is_empty() && each())
    }

    /// Why a finding that is waived is, and who says so where that is known.
    pub fn because(&self, finding: &CheckResult) -> Option<(&str, Option<&str>)> {
        if let Some(waiver) = self.of_release(finding) {
            return Some((waiver.because.as_str(), None));
        }
        let first = self.of_closings.iter().find(|waived| is_of(waived, finding));
        first.filter(|_| self.covers(finding)).map(|one| (one.because.as_str(), one.by.as_deref()))
    }

    /// Why a finding is waived, for the period of a closing also by whom and for which entity.
    pub fn reasons(&self, finding: &CheckResult) -> Vec<String> {
        let release = self.of_release(finding).map(|waiver| waiver.because.clone());
        let closings = self.of_closings.iter().filter(|waived| is_of(waived, finding));
        let closings = closings.map(Waived::reason);
        release.into_iter().chain(closings).collect()
    }

    /// How grave a finding is, in one word.
    pub fn word(&self, finding: &CheckResult) -> &'static str {
        match finding.severity {
            _ if self.covers(finding) => "waived",
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// Whether what was waived for a closing is a finding that hinders it.
fn is_of(waived: &Waived, finding: &CheckResult) -> bool {
    let period = waived.period.as_deref();
    waived.check == finding.name && period.is_some_and(|period| finding.hinders_closing(period))
}

/// Findings in lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines {
    /// what is new or has changed since the release before
    pub fresh: Vec<String>,
    /// what the release before had found and is gone
    pub settled: Vec<String>,
    /// what is as it was
    pub kept: Vec<String>,
    /// how many findings are as they were
    pub kept_count: usize,
}

/// Findings by the names of their checks and what they are called, in the order in which the checks
/// come first.
type Groups<'a> = Vec<((&'a str, &'static str), Vec<&'a CheckResult>)>;

fn groups<'a>(
    findings: impl Iterator<Item = &'a CheckResult>,
    word: impl Fn(&CheckResult) -> &'static str,
) -> Groups<'a> {
    let mut groups: Groups<'a> = Vec::new();
    for finding in findings {
        let key = (finding.name.as_str(), word(finding));
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => known.push(finding),
            None => groups.push((key, vec![finding])),
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

/// A line a check, apart by what became of it. Without a release before nothing is new.
pub fn lines(findings: &[CheckResult], before: Option<&[CheckResult]>, waivers: &Waivers) -> Lines {
    let is_fresh = |finding: &CheckResult| before.is_some_and(|known| !is_known(finding, known));
    let mut lines = Lines::default();
    for ((name, word), findings) in groups(findings.iter(), |finding| waivers.word(finding)) {
        let (fresh, old): (Vec<_>, Vec<_>) = findings.into_iter().partition(|one| is_fresh(one));
        lines.kept_count += old.len();
        if fresh.is_empty() {
            let reasons = told(&old, waivers);
            lines.kept.push(format!("{word}: {name}: {}{reasons}", summed(&old)));
            continue;
        }
        let was_there = |one: &&CheckResult| {
            before.is_some_and(|known| known.iter().any(|known| is_same(known, one)))
        };
        let mark = if fresh.iter().all(was_there) { "changed" } else { "new" };
        let beside = match old.len() {
            0 => String::new(),
            _ => format!(" (as before: {})", counted(&old)),
        };
        let reasons = told(&fresh, waivers);
        lines.fresh.push(format!("{mark} {word}: {name}: {}{beside}{reasons}", summed(&fresh)));
    }
    let is_settled = |known: &&CheckResult| !findings.iter().any(|one| is_same(one, known));
    let settled = before.unwrap_or_default().iter().filter(is_settled);
    for ((name, _), gone) in groups(settled, |_| "settled") {
        lines.settled.push(format!("settled: {name}: {}", counted(&gone)));
    }
    lines
}

/// Why some findings of a check are waived, the first reason in full; nothing where none is.
fn told(findings: &[&CheckResult], waivers: &Waivers) -> String {
    let mut reasons: Vec<String> = Vec::new();
    for reason in findings.iter().flat_map(|finding| waivers.reasons(finding)) {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    match reasons.as_slice() {
        [] => String::new(),
        [one] => format!(" (waived: {})", cut(one)),
        [first, others @ ..] => {
            format!(" (waived: {}, and {} more)", cut(first), others.len())
        }
    }
}

/// The periods, rows and amounts of some findings of one check.
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
    let amounts = amounts(findings.iter().flat_map(|one| &one.amounts));
    let parts = [span, rows].into_iter().chain(amounts).filter(|part| !part.is_empty());
    let parts: Vec<String> = parts.collect();
    match (parts.is_empty(), findings.len()) {
        (true, 1) => "1 finding".to_owned(),
        (true, count) => format!("{count} findings"),
        (false, _) => parts.join(", "),
    }
}

/// Amounts in words, summed by column and unit; what cannot be summed is left out.
pub fn amounts<'a>(all: impl Iterator<Item = &'a Amount>) -> Vec<String> {
    let mut sums: BTreeMap<(&str, &str), Option<(i128, usize)>> = BTreeMap::new();
    for Amount { column, unit, sum } in all {
        let sum = decimal(sum);
        let known = sums.entry((column.as_str(), unit.as_str())).or_insert(Some((0, 0)));
        *known = known.zip(sum).and_then(|(known, sum)| added(known, sum));
    }
    let told = sums.into_iter().filter_map(|((column, unit), sum)| {
        let (units, scale) = sum?;
        Some(format!("{column} {} {unit}", spelt(units, scale)))
    });
    told.collect()
}

/// A decimal as units of its last place and the number of its places.
fn decimal(text: &str) -> Option<(i128, usize)> {
    let (whole, places) = text.split_once('.').unwrap_or((text, ""));
    Some((format!("{whole}{places}").parse().ok()?, places.len()))
}

fn added(one: (i128, usize), other: (i128, usize)) -> Option<(i128, usize)> {
    let scale = one.1.max(other.1);
    let scaled = |(units, places): (i128, usize)| {
        let more = u32::try_from(scale - places).ok()?;
        units.checked_mul(10_i128.checked_pow(more)?)
    };
    Some((scaled(one)?.checked_add(scaled(other)?)?, scale))
}

/// An amount with two decimals at least, and no more than it needs.
fn spelt(units: i128, scale: usize) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", units.unsigned_abs(), width = scale + 1);
    let (whole, places) = digits.split_at(digits.len() - scale);
    format!("{sign}{whole}.{:0<2}", places.trim_end_matches('0'))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn hindrance(period: &str) -> CheckResult {
        CheckResult {
            period: Some(period.to_owned()),
            closing: Some(Severity::Error),
            ..CheckResult::new("a.b".to_owned(), Severity::Warning, "x: 2 rows: id 1; id 2".into())
        }
    }

    fn waived(period: &str, entity: Option<&str>) -> Waived {
        Waived {
            check: "a.b".to_owned(),
            because: "known".to_owned(),
            by: Some("Ada".to_owned()),
            period: Some(period.to_owned()),
            entity: entity.map(str::to_owned),
        }
    }

    #[test]
    fn a_closing_waives_the_findings_of_its_period() {
        let entities = ["A", "B"].map(str::to_owned).to_vec();
        let waivers = |of_closings| Waivers {
            of_release: Vec::new(),
            of_closings,
            entities: entities.clone(),
        };
        let cases = [
            (vec![], "warning"),
            (vec![waived("P1", None)], "waived"),
            (vec![waived("P2", None)], "warning"),
            (vec![waived("P1", Some("A"))], "warning"),
            (vec![waived("P1", Some("B")), waived("P1", Some("A"))], "waived"),
        ];
        for (given, word) in cases {
            assert_eq!(waivers(given.clone()).word(&hindrance("P1")), word, "{given:?}");
        }
        // What hinders no closing is not waived by one.
        let plain = CheckResult { closing: None, ..hindrance("P1") };
        assert_eq!(waivers(vec![waived("P1", None)]).word(&plain), "warning");
        let both = [hindrance("P1"), hindrance("P2")];
        let told = lines(&both, Some(&both), &waivers(vec![waived("P1", None)]));
        let expected = [
            "waived: a.b: period P1, 2 rows, such as id 1 (waived: to close P1 by Ada: known)",
            "warning: a.b: period P2, 2 rows, such as id 1",
        ];
        assert_eq!((told.kept, told.fresh), (expected.map(str::to_owned).to_vec(), vec![]));
    }

    #[test]
    fn amounts_are_summed_by_column_and_unit() {
        let amount = |unit: &str, sum: &str| Amount {
            column: "net".to_owned(),
            unit: unit.to_owned(),
            sum: sum.to_owned(),
        };
        let all = [
            amount("EUR", "-0.0300"),
            amount("CNY", "1.5"),
            amount("EUR", "0.005"),
            amount("CNY", "20"),
            amount("USD", "many"),
        ];
        assert_eq!(amounts(all.iter()), ["net 21.50 CNY", "net -0.025 EUR"]);
    }
}
