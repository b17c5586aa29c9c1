//! Which checks were waived for the figures that an answer rests on?
//!
//! A check is waived for a release, or for the closing of a period: its figures stay as they are,
//! so the waiver stands as long as the closing does, whatever later releases find.

use datafusion::common::TableReference;
use datafusion::error::Result;
use datafusion::prelude::SessionContext;
use serde::Serialize;

use crate::engine::texts::texts;
use crate::query;
use crate::warehouse::entered::{BETWEEN_CHECKS, PeriodStatus};
use crate::warehouse::release::Release;

/// Where decisions about periods stand.
const SCHEMA: &str = "patron";
const TABLE: &str = "period_status";

/// Decisions in their order, as texts.
const DECISIONS: &str = "
select period_id, entity_id, status, because, waived_checks, decided_by
from patron.period_status
order by status_number
";

/// A check that was waived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Waived {
    /// the check
    pub check: String,
    /// why
    pub because: String,
    /// who closed the period all the same; absent where it was for the release
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// the closed period for which it was waived; absent where it was for the release
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// the legal entity whose period it is; absent where it is that of all
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
}

/// What was waived for the closings that stand, in the order in which they were decided.
///
/// # Errors
/// When the table of decisions cannot be read.
pub async fn of_closings(session: &SessionContext) -> Result<Vec<Waived>> {
    let reference = TableReference::partial(SCHEMA, TABLE);
    if !session.table_exist(reference.clone())? {
        return Ok(Vec::new());
    }
    // Releases of earlier versions know nothing of it.
    let schema = session.table_provider(reference).await?.schema();
    if schema.field_with_name("waived_checks").is_err() {
        return Ok(Vec::new());
    }
    let mut standing: Vec<Waived> = Vec::new();
    for batch in query::ask(session, DECISIONS).await?.collect().await? {
        let columns = batch.columns().iter().map(texts).collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            let text = |place: usize| columns.get(place).and_then(|texts| texts.get(row)?.clone());
            let (period, entity) = (text(0), text(1));
            // A decision about all takes the place of those about each.
            let is_undone = |known: &Waived| {
                known.period == period && (entity.is_none() || known.entity == entity)
            };
            standing.retain(|known| !is_undone(known));
            if text(2).as_deref() != Some(PeriodStatus::Closed.text()) {
                continue;
            }
            let checks = text(4).unwrap_or_default();
            let checks = checks.split(BETWEEN_CHECKS).filter(|check| !check.is_empty());
            standing.extend(checks.map(|check| Waived {
                check: check.to_owned(),
                because: text(3).unwrap_or_default(),
                by: text(5),
                period: period.clone(),
                entity: entity.clone(),
            }));
        }
    }
    Ok(standing)
}

/// What was waived for a release, and for closings; what a closing's own release repeats is told
/// once.
pub fn beside(release: &Release, closings: Vec<Waived>) -> Vec<Waived> {
    let is_told = |check: &str, because: &str| {
        closings.iter().any(|known| known.check == check && known.because == because)
    };
    let own = release.waivers.iter().filter(|own| !is_told(&own.check, &own.because));
    let own = own.map(|own| Waived {
        check: own.check.clone(),
        because: own.because.clone(),
        by: None,
        period: None,
        entity: None,
    });
    let mut all: Vec<Waived> = own.collect();
    all.extend(closings);
    all
}

impl Waived {
    /// In few words, for the line of a receipt.
    pub fn line(&self) -> String {
        let between = if self.period.is_some() { " " } else { ": " };
        format!("waived {}{between}{}", self.check, self.reason())
    }

    /// For which closing, by whom and why.
    pub fn reason(&self) -> String {
        let parts = [("to close", &self.period), ("of", &self.entity), ("by", &self.by)];
        let told =
            |(word, what): (&str, &Option<String>)| Some(format!("{word} {}", what.as_ref()?));
        let closing: Vec<String> = parts.into_iter().filter_map(told).collect();
        match closing.is_empty() {
            true => self.because.clone(),
            false => format!("{}: {}", closing.join(" "), self.because),
        }
    }
}
