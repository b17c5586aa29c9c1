//! Which accounting periods are closed, by whom, and may this one be closed or reopened?
//!
//! A period is closed for all legal entities at once or for one of them. What was decided last for
//! a period and an entity holds, be it about that entity or about all.

use chrono::{DateTime, Utc};
use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use datafusion::common::TableReference;
use tokio::runtime::Handle;

use super::RefreshError;
use crate::engine::session::Limits;
use crate::engine::texts::first_texts;
use crate::query::{self, Principal, QueryError};
use crate::warehouse::WarehouseError;
use crate::warehouse::entered::{EnteredTable, PeriodStatus};
use crate::warehouse::home::Home;
use crate::warehouse::name::TableName;
use crate::warehouse::project::{Periods, Project};
use crate::warehouse::release::Release;

/// What was decided about a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// the period
    pub period: String,
    /// the legal entity; all of them where absent
    pub entity: Option<String>,
    /// what it became
    pub status: PeriodStatus,
    /// who decided
    pub by: String,
    /// why
    pub because: Option<String>,
    /// the checks that were waived for a closing
    pub waived: Option<String>,
    /// when
    pub at: DateTime<Utc>,
    /// the release that it came with
    pub release: u64,
    /// the how manieth closing of this period for just this entity, or for all, it is or undoes,
    /// from 1; from 2 on it is a restatement
    pub closing: u64,
}

/// The accounting periods of a project and everything decided about them.
#[derive(Debug, Clone)]
pub struct Books {
    /// the table of periods
    pub table: TableName,
    /// the periods in their order
    pub periods: Vec<String>,
    /// the legal entities of the project
    pub entities: Vec<String>,
    /// every decision, in the order in which they were taken
    pub decisions: Vec<Decision>,
}

/// How a period stands for some entities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// the period
    pub period: String,
    /// the legal entity; all of them where absent
    pub entity: Option<String>,
    /// what was decided last; nothing where it was never closed
    pub decision: Option<Decision>,
}

impl Books {
    /// Reads a release. Blocks, within a runtime but on none of its workers.
    ///
    /// # Errors
    /// When the project names no table of periods, or the release cannot be read.
    pub fn read(
        project: &Project,
        home: &Home,
        number: u64,
        limits: &Limits,
    ) -> Result<Self, RefreshError> {
        let settings = project.settings.periods.as_ref().ok_or(RefreshError::NoPeriods)?;
        let release = home.release(number)?;
        let context = query::open(home, &release, &Principal::Owner, limits)?;
        let reference = TableReference::partial(settings.table.schema(), settings.table.table());
        let periods = Handle::current().block_on(async {
            if !context.table_exist(reference).map_err(QueryError::from)? {
                let table = settings.table.clone();
                return Err(RefreshError::NoPeriodTable { table, number });
            }
            let frame = query::ask(&context, &periods_query(settings)).await;
            let batches = frame.map_err(QueryError::from)?.collect().await;
            let periods = first_texts(&batches.map_err(QueryError::from)?);
            Ok(periods.map_err(|error| QueryError::Query(error.into()))?)
        })?;
        Ok(Self {
            table: settings.table.clone(),
            periods,
            entities: project.settings.entities.iter().map(|entity| entity.id.clone()).collect(),
            decisions: decisions(home, &release, limits)?,
        })
    }

    /// How every period stands, in their order: one line where it stands alike for all entities,
    /// otherwise one for each. Periods that the table of periods no longer has come last.
    pub fn standings(&self) -> Vec<Standing> {
        let mut lines = Vec::new();
        let mut gone: Vec<&String> = Vec::new();
        for Decision { period, .. } in &self.decisions {
            if !self.periods.contains(period) && !gone.contains(&period) {
                gone.push(period);
            }
        }
        for period in self.periods.iter().chain(gone) {
            let scopes = self.scopes(None);
            let last: Vec<_> = scopes.iter().map(|entity| self.last(period, *entity)).collect();
            let line = |entity: Option<&str>, decision: Option<&Decision>| Standing {
                period: period.clone(),
                entity: entity.map(str::to_owned),
                decision: decision.cloned(),
            };
            match last.first() {
                Some(first) if last.iter().all(|other| other == first) => {
                    lines.push(line(None, *first));
                }
                _ => {
                    let each = scopes.iter().zip(&last);
                    lines.extend(each.map(|(entity, decision)| line(*entity, *decision)));
                }
            }
        }
        lines
    }

    /// The closings of a period for just this entity, or for all, in their order.
    pub fn closings(&self, period: &str, entity: Option<&str>) -> Vec<&Decision> {
        let is_wanted = |decision: &&Decision| {
            decision.period == period
                && decision.entity.as_deref() == entity
                && decision.status == PeriodStatus::Closed
        };
        self.decisions.iter().filter(is_wanted).collect()
    }

    /// Whether a period is closed for an entity, or for all of them.
    pub fn is_closed(&self, period: &str, entity: Option<&str>) -> bool {
        self.scopes(entity).into_iter().all(|scope| self.is_closed_for(period, scope))
    }

    /// The periods up to this one, in their order, that are open for an entity, or for one of all.
    ///
    /// # Errors
    /// When the period or the entity is not known.
    pub fn open_until(
        &self,
        period: &str,
        entity: Option<&str>,
    ) -> Result<Vec<String>, RefreshError> {
        self.check_known(period, entity)?;
        let earlier = self.periods.iter().take_while(|known| *known != period);
        let all = earlier.map(String::as_str).chain([period]);
        Ok(all.filter(|known| !self.is_closed(known, entity)).map(str::to_owned).collect())
    }

    /// Refuses a period or an entity that is not known.
    ///
    /// # Errors
    /// With what there is.
    pub fn check_known(&self, period: &str, entity: Option<&str>) -> Result<(), RefreshError> {
        if !self.periods.iter().any(|known| known == period) {
            let known = match (self.periods.first(), self.periods.last()) {
                (Some(first), Some(last)) => format!("they go from `{first}` to `{last}`"),
                _ => "the table has no row".to_owned(),
            };
            let (wanted, table) = (period.to_owned(), self.table.clone());
            return Err(RefreshError::UnknownPeriod { wanted, table, known });
        }
        if let Some(wanted) = entity.filter(|wanted| !self.entities.iter().any(|e| e == wanted)) {
            let known = match self.entities.is_empty() {
                true => "none; leave --entity out".to_owned(),
                false => self.entities.join(", "),
            };
            return Err(RefreshError::UnknownEntity { wanted: wanted.to_owned(), known });
        }
        Ok(())
    }

    /// Refuses to close what is closed, or what comes after an open period.
    pub(super) fn check_closing(
        &self,
        period: &str,
        entity: Option<&str>,
    ) -> Result<(), RefreshError> {
        self.check_known(period, entity)?;
        let scopes = self.scopes(entity);
        if self.is_closed(period, entity) {
            let number = scopes
                .iter()
                .filter_map(|scope| self.last(period, *scope))
                .map(|decision| decision.release)
                .max();
            let (period, number) = (period.to_owned(), number.unwrap_or_default());
            return Err(RefreshError::AlreadyClosed { period, number });
        }
        let before = self.periods.iter().take_while(|known| *known != period);
        for earlier in before {
            if scopes.iter().any(|scope| !self.is_closed_for(earlier, *scope)) {
                let (period, earlier) = (period.to_owned(), earlier.clone());
                return Err(RefreshError::EarlierOpen { period, earlier });
            }
        }
        Ok(())
    }

    /// Refuses to reopen what is open.
    pub(super) fn check_reopening(
        &self,
        period: &str,
        entity: Option<&str>,
    ) -> Result<(), RefreshError> {
        self.check_known(period, entity)?;
        let is_open = |scope: &Option<&str>| !self.is_closed_for(period, *scope);
        if self.scopes(entity).iter().all(is_open) {
            return Err(RefreshError::AlreadyOpen { period: period.to_owned() });
        }
        Ok(())
    }

    /// The entities that a decision is about; a project without a list has one that has no name.
    fn scopes<'a>(&'a self, entity: Option<&'a str>) -> Vec<Option<&'a str>> {
        match entity {
            Some(_) => vec![entity],
            None if self.entities.is_empty() => vec![None],
            None => self.entities.iter().map(|entity| Some(entity.as_str())).collect(),
        }
    }

    /// What was decided last about a period for an entity.
    fn last(&self, period: &str, scope: Option<&str>) -> Option<&Decision> {
        self.decisions.iter().rev().find(|decision| {
            let entity = decision.entity.as_deref();
            decision.period == period && (entity.is_none() || entity == scope)
        })
    }

    fn is_closed_for(&self, period: &str, scope: Option<&str>) -> bool {
        self.last(period, scope).is_some_and(|last| last.status == PeriodStatus::Closed)
    }
}

/// The name of the pin for the closing that a release made: `close-<period>[-<entity>][-<n>]`.
pub(super) fn pin_of(decisions: &[Decision], release: u64) -> Option<String> {
    let decision = decisions
        .iter()
        .find(|known| known.release == release && known.status == PeriodStatus::Closed)?;
    let mut name = format!("close-{}", decision.period);
    if let Some(entity) = &decision.entity {
        name = format!("{name}-{entity}");
    }
    if decision.closing > 1 {
        name = format!("{name}-{}", decision.closing);
    }
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    let fit = |c: char| if fits(c) { c } else { '_' };
    Some(name.to_lowercase().chars().map(fit).collect())
}

/// The query for the periods in their order; the names in it are identifiers, checked when the
/// project was read.
fn periods_query(settings: &Periods) -> String {
    let (schema, table) = (settings.table.schema(), settings.table.table());
    let period = &settings.period;
    let order: Vec<String> = settings.order.iter().map(|name| format!("\"{name}\"")).collect();
    let order = order.join(", ");
    format!(
        "select \"{period}\" from \"{schema}\".\"{table}\" where \"{period}\" is not null \
         order by {order}, \"{period}\""
    )
}

/// Every decision about periods in a release, in the order in which they were taken. Blocks, within
/// a runtime but on none of its workers.
pub(super) fn decisions(
    home: &Home,
    release: &Release,
    limits: &Limits,
) -> Result<Vec<Decision>, WarehouseError> {
    let table = EnteredTable::PeriodStatus;
    let name = table.name()?;
    let mut decisions: Vec<Decision> = Vec::new();
    for batch in table.rows(home, release, limits)? {
        for row in 0..batch.num_rows() {
            let read = decision(&batch, row).ok_or_else(|| WarehouseError::Unfit {
                table: name.clone(),
                finding: format!("row {} is none that Patron writes", decisions.len() + 1),
            })?;
            let before = decisions.iter().filter(|known| {
                (&known.period, &known.entity) == (&read.period, &read.entity)
                    && known.status == PeriodStatus::Closed
            });
            let closing = before.count() as u64 + u64::from(read.status == PeriodStatus::Closed);
            decisions.push(Decision { closing, ..read });
        }
    }
    Ok(decisions)
}

/// A row of the table of decisions; nothing where it holds what is never written.
fn decision(batch: &RecordBatch, row: usize) -> Option<Decision> {
    let text = |name: &str| -> Option<String> {
        let column = batch.column_by_name(name)?;
        (!column.is_null(row)).then(|| column.as_string::<i32>().value(row).to_owned())
    };
    let at = batch.column_by_name("decided_at")?.as_primitive::<TimestampMicrosecondType>();
    let release = batch.column_by_name("release_number")?.as_primitive::<Int64Type>();
    Some(Decision {
        period: text("period_id")?,
        entity: text("entity_id"),
        status: match text("status")?.as_str() {
            "closed" => PeriodStatus::Closed,
            "reopened" => PeriodStatus::Reopened,
            _ => return None,
        },
        by: text("decided_by")?,
        because: text("because"),
        waived: text("waived_checks"),
        at: DateTime::from_timestamp_micros(at.value(row))?,
        release: u64::try_from(release.value(row)).ok()?,
        closing: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decisions in few words: `close 2026-01 A`, `reopen 2026-01`; each in a release of its own.
    fn books(entities: &[&str], story: &[&str]) -> Books {
        let mut decisions: Vec<Decision> = Vec::new();
        for (release, told) in (2..).zip(story) {
            let words: Vec<&str> = told.split(' ').collect();
            let entity = words.get(2).map(|entity| (*entity).to_owned());
            let status = match words[0] {
                "close" => PeriodStatus::Closed,
                _ => PeriodStatus::Reopened,
            };
            let before = decisions.iter().filter(|known| {
                known.period == words[1]
                    && known.entity == entity
                    && known.status == PeriodStatus::Closed
            });
            let closing = before.count() as u64 + u64::from(status == PeriodStatus::Closed);
            decisions.push(Decision {
                period: words[1].to_owned(),
                entity,
                status,
                by: "Ada".to_owned(),
                because: None,
                waived: None,
                at: DateTime::UNIX_EPOCH,
                release,
                closing,
            });
        }
        Books {
            table: TableName::new("marts", "periods").unwrap(),
            periods: ["2026-01", "2026-02", "2026-03"].map(str::to_owned).to_vec(),
            entities: entities.iter().map(|entity| (*entity).to_owned()).collect(),
            decisions,
        }
    }

    /// What comes of one more decision after a story; the words of a refusal, or nothing.
    fn said(entities: &[&str], story: &[&str], next: &str) -> String {
        let books = books(entities, story);
        let words: Vec<&str> = next.split(' ').collect();
        let entity = words.get(2).copied();
        let checked = match words[0] {
            "close" => books.check_closing(words[1], entity),
            _ => books.check_reopening(words[1], entity),
        };
        checked.err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn periods_are_closed_one_after_the_other() {
        let cases: [(&[&str], &[&str], &str, &str); 16] = [
            (&[], &[], "close 2026-01", ""),
            (&[], &[], "close 2026-02", "period `2026-01` comes before `2026-02` and is open"),
            (&[], &[], "close 2026-04", "they go from `2026-01` to `2026-03`"),
            (&[], &["close 2026-01"], "close 2026-01", "is closed since release 2"),
            (&[], &["close 2026-01"], "close 2026-02", ""),
            (&[], &[], "reopen 2026-01", "period `2026-01` is open"),
            (&[], &["close 2026-01"], "reopen 2026-01", ""),
            (&[], &["close 2026-01", "reopen 2026-01"], "close 2026-01", ""),
            (&[], &["close 2026-01", "reopen 2026-01"], "close 2026-02", "`2026-01` comes before"),
            (&[], &[], "close 2026-01 A", "no legal entity `A`; warehouse/project.toml has none"),
            (&["A", "B"], &["close 2026-01 A"], "close 2026-02 A", ""),
            (&["A", "B"], &["close 2026-01 A"], "close 2026-02", "`2026-01` comes before"),
            (&["A", "B"], &["close 2026-01 A"], "close 2026-01", ""),
            (&["A", "B"], &["close 2026-01"], "close 2026-01 B", "is closed since release 2"),
            (&["A", "B"], &["close 2026-01", "reopen 2026-01 B"], "close 2026-01 A", "is closed"),
            (&["A", "B"], &["close 2026-01", "reopen 2026-01 B"], "reopen 2026-01 B", "is open"),
        ];
        for (entities, story, next, expected) in cases {
            let said = said(entities, story, next);
            let fits = if expected.is_empty() { said.is_empty() } else { said.contains(expected) };
            assert!(fits, "{entities:?} {story:?} {next}: {said}");
        }
    }

    #[test]
    fn a_period_that_stands_alike_for_all_is_one_line() {
        let lines = |story: &[&str]| -> Vec<String> {
            let line = |line: Standing| {
                let entity = line.entity.map(|entity| format!(" {entity}")).unwrap_or_default();
                let status = line.decision.map_or("open", |last| last.status.text());
                format!("{}{entity} {status}", line.period)
            };
            books(&["A", "B"], story).standings().into_iter().map(line).collect()
        };
        assert_eq!(lines(&[]), ["2026-01 open", "2026-02 open", "2026-03 open"]);
        assert_eq!(
            lines(&["close 2026-01", "close 2026-02 B", "close 2025-12"]),
            [
                "2026-01 closed",
                "2026-02 A open",
                "2026-02 B closed",
                "2026-03 open",
                "2025-12 closed"
            ]
        );
    }

    #[test]
    fn pins_name_period_entity_and_closing() {
        let story = ["close 2026-01", "reopen 2026-01", "close 2026-01", "close 2026-P13 LT/01"];
        let decisions = books(&[], &story).decisions;
        let names: Vec<_> = (2..6).map(|release| pin_of(&decisions, release)).collect();
        let expected =
            [Some("close-2026-01"), None, Some("close-2026-01-2"), Some("close-2026-p13-lt_01")];
        assert_eq!(names, expected.map(|name| name.map(str::to_owned)));
    }
}
