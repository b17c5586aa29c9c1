//! Does what a person enters name what is there?
//!
//! An entry stays for ever, so one that names nothing is refused before a release is made of it.

use std::collections::BTreeSet;

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::common::ScalarValue;
use tokio::runtime::Handle;

use super::RefreshError;
use crate::engine::near::near;
use crate::engine::session::Limits;
use crate::engine::texts::first_texts;
use crate::model::Models;
use crate::model::numbers::listed;
use crate::query::{self, Principal, QueryError};
use crate::warehouse::WarehouseError;
use crate::warehouse::entered::{EnteredTable, LocalNumber, MatchDecision, Verdict};
use crate::warehouse::home::Home;
use crate::warehouse::release::Release;

/// The newest release and the project's files, by which an entry is judged. Blocks, within a
/// runtime but on none of its workers.
pub(super) struct Ground<'a> {
    pub(super) home: &'a Home,
    pub(super) release: &'a Release,
    pub(super) models: &'a Models,
    pub(super) limits: &'a Limits,
}

/// A pair of numbers about which something was decided.
struct Decided {
    verdict: String,
    numbers: [(String, String); 2],
}

impl Ground<'_> {
    /// The full name of what is signed off: a report, a check, a cube or a table, with or without
    /// its folder; what a check of a table found has its name as findings have it.
    ///
    /// # Errors
    /// When nothing is called so, or several things are.
    pub(super) fn subject(&self, wanted: &str) -> Result<String, RefreshError> {
        let files = self.models.by_name.keys();
        let tables = files.chain(self.release.tables.keys()).map(ToString::to_string);
        let findings = self.release.checks.iter().map(|check| check.name.clone());
        let known: BTreeSet<String> = tables.chain(findings).collect();
        if known.contains(wanted) {
            return Ok(wanted.to_owned());
        }
        let short = |name: &String| name.split_once('.').map(|(_, short)| short.to_owned());
        let named: Vec<&String> =
            known.iter().filter(|name| short(name).as_deref() == Some(wanted)).collect();
        match named.as_slice() {
            [one] => Ok((*one).clone()),
            [] => {
                let names = match wanted.contains('.') {
                    true => known.into_iter().collect(),
                    false => known.iter().filter_map(short).collect(),
                };
                let hint = near(wanted, names);
                Err(RefreshError::UnknownSubject { wanted: wanted.to_owned(), hint })
            }
            several => {
                let known: Vec<String> = several.iter().map(|name| format!("`{name}`")).collect();
                let (wanted, known) = (wanted.to_owned(), known.join(", "));
                Err(RefreshError::SeveralSubjects { wanted, known })
            }
        }
    }

    /// The full name of what is remarked on, where it is no period: what can be signed off, and
    /// behind `#` which part of it is meant, in any words.
    ///
    /// # Errors
    /// When nothing is called so, or several things are.
    pub(super) fn topic(&self, wanted: &str) -> Result<String, RefreshError> {
        let (name, part) = match wanted.split_once('#') {
            Some((name, part)) => (name.trim(), format!("#{part}")),
            None => (wanted, String::new()),
        };
        match self.subject(name) {
            Ok(name) => Ok(name + &part),
            Err(RefreshError::UnknownSubject { wanted, hint }) => {
                Err(RefreshError::UnknownTopic { wanted, hint })
            }
            Err(other) => Err(other),
        }
    }

    /// Refuses a decision about numbers that nobody gives, and one that takes back nothing.
    pub(super) fn check_match(&self, decision: &MatchDecision) -> Result<(), RefreshError> {
        if decision.verdict == Verdict::Undo {
            // A number may be gone by now, and what was decided about it can still be undone.
            return self.check_undo(decision);
        }
        [&decision.left, &decision.right]
            .into_iter()
            .try_for_each(|number| self.check_number(number))
    }

    /// Refuses a number that is not in the table whose head says `numbers`, if there is one.
    fn check_number(&self, number: &LocalNumber) -> Result<(), RefreshError> {
        let Some((model, columns)) = listed(self.models) else { return Ok(()) };
        let table = &model.file.name;
        if !self.release.tables.contains_key(table) {
            return Ok(());
        }
        let (system, id) = (&columns.system, &columns.id);
        let all = format!("cast(\"{id}\" as varchar)");
        let of = format!("cast(\"{system}\" as varchar)");
        let sql = format!("select {all} from {table} where {of} = $1 and {all} = $2 limit 1");
        if !self.texts(&sql, &[&number.system, &number.id])?.is_empty() {
            return Ok(());
        }
        let sql = format!("select distinct {all} from {table} where {of} = $1");
        let ids = self.texts(&sql, &[&number.system])?;
        let (table, system) = (table.clone(), number.system.clone());
        if ids.is_empty() {
            let sql = format!("select distinct {of} from {table} order by 1");
            let known: Vec<String> =
                self.texts(&sql, &[])?.iter().map(|name| format!("`{name}`")).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(RefreshError::UnknownNumberSystem { wanted: system, table, known });
        }
        let hint = near(&number.id, ids);
        Err(RefreshError::UnknownNumber { wanted: number.id.clone(), system, table, hint })
    }

    /// Refuses to undo what does not stand.
    fn check_undo(&self, decision: &MatchDecision) -> Result<(), RefreshError> {
        let key = |number: &LocalNumber| (number.system.clone(), number.id.clone());
        let wanted = pair([key(&decision.left), key(&decision.right)]);
        let mut stands: Vec<Decided> = Vec::new();
        let mut before = "";
        for decided in self.decisions()? {
            if decided.numbers == wanted && decided.verdict == Verdict::Undo.text() {
                before = " any longer";
            }
            stands.retain(|known| known.numbers != decided.numbers);
            if decided.verdict != Verdict::Undo.text() {
                stands.push(decided);
            }
        }
        if stands.iter().any(|known| known.numbers == wanted) {
            return Ok(());
        }
        let told = |[one, other]: &[(String, String); 2]| {
            format!("`{}:{}` and `{}:{}`", one.0, one.1, other.0, other.1)
        };
        let is_near = |known: &&Decided| known.numbers.iter().any(|known| wanted.contains(known));
        let others: Vec<String> = stands
            .iter()
            .filter(is_near)
            .map(|known| format!("{} as {}", told(&known.numbers), known.verdict))
            .collect();
        let others = match others.is_empty() {
            true => String::new(),
            false => format!("; what stands: {}", others.join(", ")),
        };
        let (pair, before) = (told(&wanted), before.to_owned());
        Err(RefreshError::NothingToUndo { pair, before, others })
    }

    /// Every decision about numbers, in the order in which they were taken.
    fn decisions(&self) -> Result<Vec<Decided>, RefreshError> {
        let table = EnteredTable::MatchDecisions;
        let mut decisions = Vec::new();
        for batch in table.rows(self.home, self.release, self.limits)? {
            for row in 0..batch.num_rows() {
                let read = decided(&batch, row).ok_or_else(|| {
                    let finding = format!("row {} is none that Patron writes", row + 1);
                    table.name().map_or_else(
                        |error| error,
                        |table| WarehouseError::Unfit { table, finding },
                    )
                })?;
                decisions.push(read);
            }
        }
        Ok(decisions)
    }

    /// The only column of an answer to a question about these texts.
    fn texts(&self, sql: &str, about: &[&str]) -> Result<Vec<String>, RefreshError> {
        let release = self.home.release(self.release.number)?;
        let session = query::open(self.home, &release, &Principal::Owner, self.limits)?;
        let about: Vec<ScalarValue> = about.iter().copied().map(ScalarValue::from).collect();
        let texts = async {
            let frame = query::ask(&session, sql).await?.with_param_values(about)?;
            Ok(first_texts(&frame.collect().await?)?)
        };
        Ok(Handle::current().block_on(texts).map_err(QueryError::Query)?)
    }
}

/// Two numbers, whichever was named first.
fn pair(mut numbers: [(String, String); 2]) -> [(String, String); 2] {
    numbers.sort();
    numbers
}

/// A row of the table of decisions; nothing where it holds what is never written.
fn decided(batch: &RecordBatch, row: usize) -> Option<Decided> {
    let text = |name: &str| -> Option<String> {
        let column = batch.column_by_name(name)?;
        (!column.is_null(row)).then(|| column.as_string::<i32>().value(row).to_owned())
    };
    let left = (text("left_system")?, text("left_local_id")?);
    let right = (text("right_system")?, text("right_local_id")?);
    Some(Decided { verdict: text("decision")?, numbers: pair([left, right]) })
}
