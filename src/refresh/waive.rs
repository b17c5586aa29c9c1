//! Which findings keep a release unpublished, and which are waived?

use super::RefreshError;
use super::error::Seen;
use crate::engine::near::near;
use crate::warehouse::entered::{Entry, PeriodEntry, PeriodStatus};
use crate::warehouse::release::{CheckResult, Severity, Waiver};

/// The release on which another one is made, as far as it matters here.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Base<'a> {
    /// its number
    pub(super) number: u64,
    /// what its checks found
    pub(super) findings: &'a [CheckResult],
    /// what was waived for it
    pub(super) waivers: &'a [Waiver],
}

/// The waivers of a release.
///
/// What a person enters with the release reads no system, so what was waived when the systems were
/// read stays waived. What hinders the closing of a period must be waived at that closing.
///
/// # Errors
/// When a grave finding is not waived, or something is waived that was not found.
pub(super) fn waive(
    findings: &[CheckResult],
    given: &[Waiver],
    base: Base<'_>,
    entry: Option<&Entry>,
) -> Result<Vec<Waiver>, RefreshError> {
    let standing: &[Waiver] = if entry.is_some() { base.waivers } else { &[] };
    let hinders = |finding: &CheckResult| {
        closed(entry).is_some_and(|entry| finding.hinders_closing(&entry.period))
    };
    let failed: Vec<&CheckResult> = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error || hinders(finding))
        .collect();
    if let Some(idle) = given.iter().find(|w| failed.iter().all(|f| f.name != w.check)) {
        let hint = near(&idle.check, failed.iter().map(|found| found.name.clone()).collect());
        return Err(RefreshError::NothingToWaive { check: idle.check.clone(), hint });
    }
    let mut waivers = given.to_vec();
    let mut left = Vec::new();
    for finding in failed {
        let names = |waiver: &&Waiver| waiver.check == finding.name;
        if given.iter().any(|waiver| names(&waiver)) {
            continue;
        }
        match standing.iter().find(names).filter(|_| !hinders(finding)) {
            Some(known) if waivers.contains(known) => {}
            Some(known) => waivers.push(known.clone()),
            None => left.push(finding.clone()),
        }
    }
    if left.is_empty() {
        return Ok(waivers);
    }
    let command = match (entry, closed(entry)) {
        (None, _) => Some("patron refresh".to_owned()),
        (_, Some(closing)) => Some(format!("patron close {} --by ...", closing.period)),
        _ => None,
    };
    let seen = Seen { number: base.number, findings: base.findings.to_vec() };
    let seen = closed(entry).map(|_| Box::new(seen));
    Err(RefreshError::Refused { findings: left, command, seen })
}

/// Of what somebody wants to waive for several closings, what one of them needs: what failed in the
/// release that is closed, or hinders the closing of just this period.
pub fn waivers_for(period: &str, findings: &[CheckResult], wanted: &[Waiver]) -> Vec<Waiver> {
    let is_needed = |waiver: &&Waiver| {
        let mut named = findings.iter().filter(|one| one.name == waiver.check);
        named.any(|one| one.severity == Severity::Error || one.hinders_closing(period))
    };
    wanted.iter().filter(is_needed).cloned().collect()
}

/// The closing that an entry is, if it is one.
fn closed(entry: Option<&Entry>) -> Option<&PeriodEntry> {
    match entry {
        Some(Entry::PeriodStatus(entry)) if entry.status == PeriodStatus::Closed => Some(entry),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(name: &str, severity: Severity) -> CheckResult {
        CheckResult::new(name.to_owned(), severity, "something".to_owned())
    }

    /// A warning that keeps a period from being closed.
    fn hindrance(name: &str, period: &str) -> CheckResult {
        CheckResult {
            period: Some(period.to_owned()),
            closing: Some(Severity::Error),
            ..finding(name, Severity::Warning)
        }
    }

    fn waiver(check: &str) -> Waiver {
        Waiver { check: check.to_owned(), because: "known".to_owned() }
    }

    fn entry(status: PeriodStatus) -> Entry {
        let (period, by) = ("2026-06".to_owned(), "Ada".to_owned());
        Entry::PeriodStatus(PeriodEntry {
            period,
            entity: None,
            status,
            by,
            because: None,
            waived: vec![],
        })
    }

    /// The waivers by their checks, or the message.
    fn outcome(
        findings: &[CheckResult],
        given: &[&str],
        standing: &[&str],
        entry: Option<&Entry>,
    ) -> Result<Vec<String>, String> {
        let waivers =
            |checks: &[&str]| checks.iter().map(|check| waiver(check)).collect::<Vec<_>>();
        let (given, standing) = (waivers(given), waivers(standing));
        let base = Base { number: 7, findings, waivers: &standing };
        waive(findings, &given, base, entry)
            .map(|waivers| waivers.into_iter().map(|waiver| waiver.check).collect())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_hindrance_refuses_the_closing_of_its_own_period_alone() {
        let closing = entry(PeriodStatus::Closed);
        let found = [hindrance("a:unassigned", "2026-06"), finding("b:x", Severity::Warning)];
        let message = outcome(&found, &[], &[], Some(&closing)).unwrap_err();
        let expected = "a check failed, so nothing was published:\n\
                        warning: a:unassigned: something\n\
                        `patron check --release 7` says it in full; mend it, or waive by name: \
                        patron close 2026-06 --by ... --waive a:unassigned --because \"...\"";
        assert_eq!(message, expected);
        let waived = outcome(&found, &["a:unassigned"], &[], Some(&closing));
        assert_eq!(waived.unwrap(), ["a:unassigned"]);
        // What was waived when the systems were read does not close a period.
        assert!(outcome(&found, &[], &["a:unassigned"], Some(&closing)).is_err());

        let other = [hindrance("a:unassigned", "2026-07")];
        assert!(outcome(&other, &[], &[], Some(&closing)).unwrap().is_empty());
        assert!(outcome(&found, &[], &[], Some(&entry(PeriodStatus::Reopened))).is_ok());
        assert!(outcome(&found, &[], &[], None).unwrap().is_empty());
    }

    #[test]
    fn a_refused_closing_is_a_line_a_check_and_what_is_new_comes_first() {
        let found = [hindrance("a:old", "2026-06"), hindrance("b:new", "2026-06")];
        let base = Base { number: 7, findings: &found[..1], waivers: &[] };
        let refused = waive(&found, &[], base, Some(&entry(PeriodStatus::Closed))).unwrap_err();
        let expected = "checks failed, so nothing was published:\n\
                        new warning: b:new: something\n\
                        warning: a:old: something\n\
                        `patron check --release 7` says in full what is not new; mend them, or \
                        waive by name: patron close 2026-06 --by ... --waive a:old --waive b:new \
                        --because \"...\"";
        assert_eq!(refused.to_string(), expected);
    }

    #[test]
    fn an_error_refuses_everything_until_it_is_waived() {
        let found = [finding("b:deleted", Severity::Error)];
        let message = outcome(&found, &[], &[], None).unwrap_err();
        assert!(message.contains("patron refresh --waive b:deleted --because"), "{message}");
        let reopening = entry(PeriodStatus::Reopened);
        let message = outcome(&found, &[], &[], Some(&reopening)).unwrap_err();
        assert!(message.ends_with("mend it"), "{message}");
        // An entry reads nothing, so an earlier waiver holds; one that is idle is dropped.
        let standing = ["b:deleted", "c:gone"];
        assert_eq!(outcome(&found, &[], &standing, Some(&reopening)).unwrap(), ["b:deleted"]);
        assert_eq!(outcome(&found, &["b:deleted"], &[], None).unwrap(), ["b:deleted"]);
        let idle = outcome(&found, &["c:gone"], &[], None).unwrap_err();
        assert!(idle.contains("`c:gone` did not fail"), "{idle}");
    }
}
