//! What is missing in the data that an answer rests on?

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::arrow::datatypes::Int64Type;
use datafusion::error::{DataFusionError, Result as QueryResult};
use datafusion::prelude::SessionContext;
use serde::Serialize;

use super::parameter::{Kind, Value};
use super::words::Words;
use super::{Asker, ReportError, Said};
use crate::engine::texts::texts;
use crate::model::files::ModelFile;
use crate::query::{self, Principal};
use crate::warehouse::release::SystemEntry;

/// The refused rows of each raw table.
const REFUSED: &str = "
select schema_name || '.' || table_name, count(*)
from patron.quarantine
group by schema_name, table_name
";

/// What is missing in the data.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Completeness {
    /// when each departmental system was read
    pub systems: Vec<SystemState>,
    /// what the project itself says, a list a row of its own query
    pub statements: Vec<Vec<Statement>>,
    /// the periods asked for that come after the newest with data
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beyond: Option<Beyond>,
    /// the words of its lines
    #[serde(skip)]
    words: Words,
}

/// Periods of which hardly anything can be known yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Beyond {
    /// the newest period with data
    pub newest_period: String,
    /// later ones that were asked for, by the names of parameters
    pub asked: BTreeMap<String, String>,
}

/// When a departmental system was read.
///
/// How far its rows reach is another matter: a system that was read today may hold nothing newer
/// than last week, which the project's own query says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SystemState {
    /// its name
    pub system: String,
    /// when its data were last extracted; null when they never were
    pub read_at: Option<DateTime<Utc>>,
    /// whether the data are older than promised, or those of an earlier refresh
    pub is_stale: bool,
    /// why they are
    pub because: Option<String>,
    /// rows that were refused and wait in quarantine
    pub quarantined_rows: u64,
}

/// One thing that the project says of its data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// the column
    pub name: String,
    /// what it is called in the language asked for
    pub label: String,
    /// its value as text; null where there is none
    pub value: Option<String>,
    /// the unit of the value, as the currency of an amount; null where it has none
    pub unit: Option<String>,
    /// what that value is called in that language; null where it has no name
    pub value_label: Option<String>,
}

impl Asker<'_> {
    /// What is missing, by the release and by the project's own query.
    pub(super) async fn completeness(
        &self,
        session: &SessionContext,
        beside: Option<&ModelFile>,
        asked: &BTreeMap<String, Value>,
        said: Said<'_>,
    ) -> Result<Completeness, ReportError> {
        let systems = self.systems(session).await?;
        let statements = match beside {
            Some(file) => match self.statements(session, file, asked, said).await {
                // Whoever does not see the tables behind it is told nothing of them.
                Err(ReportError::Query { cause, .. })
                    if !self.principal.is_owner() && query::missing_table(&cause).is_some() =>
                {
                    Vec::new()
                }
                statements => statements?,
            },
            None => Vec::new(),
        };
        let beyond = self.beyond(session, asked).await?;
        let words = Words::of(said.language);
        Ok(Completeness { systems, statements, beyond, words })
    }

    /// The periods asked for that come after the newest with data. They are no mistake: targets and
    /// budgets stand there, and what is counted before it is booked.
    async fn beyond(
        &self,
        session: &SessionContext,
        asked: &BTreeMap<String, Value>,
    ) -> Result<Option<Beyond>, ReportError> {
        if asked.values().all(|value| value.kind != Kind::Period) {
            return Ok(None);
        }
        let periods = self.resolver(session, "periods").periods().await?;
        let Some(newest) = periods.iter().rposition(|known| known.has_data) else {
            return Ok(None);
        };
        let later = periods.get(newest + 1..).unwrap_or_default();
        let is_later = |(name, value): (&String, &Value)| {
            let text = value.text.clone().filter(|_| value.kind == Kind::Period)?;
            later.iter().any(|known| known.name == text).then(|| (name.clone(), text))
        };
        let asked: BTreeMap<String, String> = asked.iter().filter_map(is_later).collect();
        let newest_period = periods[newest].name.clone();
        Ok(Some(Beyond { newest_period, asked }).filter(|beyond| !beyond.asked.is_empty()))
    }

    async fn systems(&self, session: &SessionContext) -> Result<Vec<SystemState>, ReportError> {
        let refused = self.refused(session).await?;
        let state = |(name, entry): (&String, &SystemEntry)| {
            let because = entry.kept_because.clone().or_else(|| self.overdue(name));
            SystemState {
                system: name.clone(),
                read_at: entry.extracted_at,
                is_stale: because.is_some(),
                because,
                quarantined_rows: refused.get(name).copied().unwrap_or(0),
            }
        };
        Ok(self.release.systems.iter().map(state).collect())
    }

    /// Why the data of a system are older than its contracts promise, if they are.
    fn overdue(&self, system: &str) -> Option<String> {
        let mut findings = self.release.checks.iter().filter_map(|check| {
            let table = check.name.strip_suffix(":freshness")?.parse().ok()?;
            let contract = self.project.contracts.get(&table)?;
            (contract.system == system).then(|| check.finding.clone())
        });
        findings.next()
    }

    /// How many rows of each system wait in quarantine.
    async fn refused(
        &self,
        session: &SessionContext,
    ) -> Result<BTreeMap<String, u64>, ReportError> {
        let mut refused = BTreeMap::new();
        let has_quarantine = self
            .release
            .tables
            .keys()
            .any(|name| name.schema() == "patron" && name.table() == "quarantine");
        if !has_quarantine {
            return Ok(refused);
        }
        // How many rows wait is told to everybody; what they hold is the owner's.
        let owner = match self.principal {
            Principal::Owner => None,
            Principal::Member(_) => {
                Some(query::open(self.home, self.release, &Principal::Owner, self.limits)?)
            }
        };
        let session = owner.as_ref().unwrap_or(session);
        let failed =
            |cause: DataFusionError| ReportError::Query { report: "quarantine".to_owned(), cause };
        let rows = async { query::ask(session, REFUSED).await?.collect().await };
        for batch in rows.await.map_err(failed)? {
            let counts = batch.column(1).as_primitive::<Int64Type>();
            let names = texts(batch.column(0)).map_err(|error| failed(error.into()))?;
            for (row, name) in names.into_iter().enumerate() {
                let Some(table) = name.and_then(|name| name.parse().ok()) else { continue };
                let Some(contract) = self.project.contracts.get(&table) else { continue };
                let count = counts.value(row).unsigned_abs();
                *refused.entry(contract.system.clone()).or_default() += count;
            }
        }
        Ok(refused)
    }

    /// What the project's own query says; parameters of the same name have the same value.
    async fn statements(
        &self,
        session: &SessionContext,
        file: &ModelFile,
        asked: &BTreeMap<String, Value>,
        said: Said<'_>,
    ) -> Result<Vec<Vec<Statement>>, ReportError> {
        let declared = &file.head.parameters;
        let given = asked.iter().filter_map(|(name, value)| {
            let is_same = declared.get(name).is_some_and(|known| known.kind == value.kind);
            Some((name.clone(), value.text.clone()?)).filter(|_| is_same)
        });
        let resolver = self.resolver(session, file.name.table());
        let values = resolver.values(declared, &given.collect()).await?;
        let frame = self.frame(session, file, &values).await?;
        let columns = self.columns(file, &frame, said);
        let failed = |cause| ReportError::Query { report: file.name.table().to_owned(), cause };
        let mut statements = Vec::new();
        for batch in frame.collect().await.map_err(failed)? {
            for row in cells(&batch).map_err(failed)? {
                let said = columns.iter().zip(row).map(|(column, value)| Statement {
                    name: column.name.clone(),
                    label: column.label.clone(),
                    value_label: value.as_ref().and_then(|value| column.values.get(value).cloned()),
                    value,
                    unit: column.unit.clone(),
                });
                statements.push(said.collect());
            }
        }
        Ok(statements)
    }
}

/// The values of a batch as texts, row by row.
fn cells(batch: &RecordBatch) -> QueryResult<Vec<Vec<Option<String>>>> {
    let columns = batch.columns().iter().map(texts).collect::<Result<Vec<_>, _>>()?;
    let row = |row: usize| columns.iter().map(|column| column[row].clone()).collect();
    Ok((0..batch.num_rows()).map(row).collect())
}

impl Completeness {
    /// The lines that say it below a table.
    pub fn lines(&self) -> Vec<String> {
        let words = self.words;
        let (mut read, mut refused) = (Vec::new(), Vec::new());
        for state in &self.systems {
            let at = state.read_at.map(|at| at.format("%Y-%m-%d %H:%MZ").to_string());
            let at = at.unwrap_or_else(|| words.never().to_owned());
            let why = state.because.as_ref();
            let why = why.map_or_else(String::new, |why| words.stale(why));
            read.push(format!("{} {at}{why}", state.system));
            if state.quarantined_rows > 0 {
                refused.push(format!("{} {}", state.system, state.quarantined_rows));
            }
        }
        let refused =
            if refused.is_empty() { words.none().to_owned() } else { refused.join(words.comma()) };
        let mut lines = Vec::new();
        if let Some(Beyond { newest_period, asked }) = &self.beyond {
            let asked: Vec<String> =
                asked.iter().map(|(name, period)| format!("{name} {period}")).collect();
            lines.push(words.not_there_yet(&asked.join(words.comma()), newest_period));
        }
        lines.extend([
            words.line(words.read_at(), &read.join(words.comma())),
            words.line(words.in_quarantine(), &refused),
        ]);
        for row in &self.statements {
            let said = row.iter().map(|said| {
                let value = said.value_label.as_deref().or(said.value.as_deref());
                let value = value.unwrap_or(words.unknown());
                let unit = said.unit.as_deref().filter(|_| said.value.is_some());
                let unit = unit.map_or_else(String::new, |unit| format!(" {unit}"));
                words.line(&said.label, &format!("{value}{unit}"))
            });
            lines.push(said.collect::<Vec<_>>().join(words.semicolon()));
        }
        lines
    }
}
