//! What is wrong with the rows of a computed table?
//!
//! Where only some months were built and nothing was wrong before, only those months are looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::arrow::datatypes::Int64Type;
use datafusion::catalog::TableProvider;
use datafusion::error::DataFusionError;
use datafusion::prelude::SessionContext;
use tokio::runtime::Handle;

use super::amounts::amounts;
use super::spelling::{list, prefixed, quoted, told};
use super::tables::{Tables, register};
use super::{BuildError, Context, Extent, NOTHING, Report, closing, only};
use crate::model::compile::Model;
use crate::model::files::Layer;
use crate::model::front_matter::{Gravity, Relationship};
use crate::warehouse::manifest::{DataFile, Manifest};
use crate::warehouse::name::TableName;
use crate::warehouse::release::{Built, CheckResult, Severity};

/// Rows that a finding shows.
const SHOWN: usize = 5;

/// What was found in one table, and what was looked at.
pub(super) struct Checked {
    pub(super) name: TableName,
    pub(super) rests_on: Built,
    pub(super) findings: Vec<CheckResult>,
}

/// Checks one table, or asks one question of sql/checks.
pub(super) fn check(
    context: &Context<'_>,
    tables: &Tables<'_>,
    model: &Model,
    reports: &BTreeMap<TableName, Report>,
) -> Result<Checked, BuildError> {
    let name = model.file.name.clone();
    let rests_on = rests_on(tables, model);
    let base = context.base.filter(|_| !context.is_anew);
    if let Some(base) = base.filter(|base| base.checked.get(&name) == Some(&rests_on)) {
        let own = |finding: &&CheckResult| is_of(finding, &name);
        let findings = base.checks.iter().filter(own).cloned().collect();
        return Ok(Checked { name, rests_on, findings });
    }
    let check = Check { context, tables, model, handle: Handle::current() };
    let findings = match model.file.layer {
        Layer::Checks => check.question()?,
        Layer::Cubes => check.cube()?,
        _ => check.table(reports.get(&name))?,
    };
    Ok(Checked { name, rests_on, findings })
}

/// Whether a finding is one of a table's.
fn is_of(finding: &CheckResult, name: &TableName) -> bool {
    let rest = finding.name.strip_prefix(&name.to_string());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}

/// Everything that the findings depend on.
fn rests_on(tables: &Tables<'_>, model: &Model) -> Built {
    if !model.file.layer.is_stored() {
        return Built { definition: model.definition.clone(), inputs: tables.inputs(model) };
    }
    let related = model.file.head.checks.relationships.iter().map(|related| &related.to);
    let names: BTreeSet<TableName> =
        related.chain([&model.file.name]).map(|name| tables.stored_as(name)).collect();
    let hash = |name: &TableName| {
        tables.entry(name).map_or_else(|| NOTHING.to_owned(), |entry| entry.manifest)
    };
    let inputs = names.into_iter().map(|name| (name.clone(), hash(&name))).collect();
    Built { definition: model.definition.clone(), inputs }
}

/// Rows, already those that are wrong, that have their key in common.
fn repeats(table: &TableName, columns: &[String], is_grain: bool) -> Rule {
    let what = if is_grain { "grain".to_owned() } else { columns.join("_") };
    Rule {
        name: format!("{table}:unique_{what}"),
        problem: format!("several rows have the same {}", columns.join(", ")),
        is_wrong: "true".to_owned(),
        gravity: Gravity::Error,
    }
}

struct Check<'a> {
    context: &'a Context<'a>,
    tables: &'a Tables<'a>,
    model: &'a Model,
    handle: Handle,
}

/// A condition that some rows do not meet.
struct Rule {
    /// what findings are called by
    name: String,
    /// what is wrong with such a row
    problem: String,
    /// what is true of such a row
    is_wrong: String,
    gravity: Gravity,
}

impl Check<'_> {
    fn failed(&self, cause: DataFusionError) -> BuildError {
        BuildError::query(&self.model.file.place, cause)
    }

    fn query(&self, session: &SessionContext, sql: &str) -> Result<Vec<RecordBatch>, BuildError> {
        let rows = async { session.sql(sql).await?.collect().await };
        self.handle.block_on(rows).map_err(|cause| self.failed(cause))
    }

    /// The one number that a query gives.
    fn count(&self, session: &SessionContext, sql: &str) -> Result<i64, BuildError> {
        let rows = self.query(session, sql)?;
        let first = rows.iter().find(|batch| batch.num_rows() > 0);
        Ok(first.map_or(0, |batch| batch.column(0).as_primitive::<Int64Type>().value(0)))
    }

    /// A question under sql/checks: every row of its answer is wrong.
    fn question(&self) -> Result<Vec<CheckResult>, BuildError> {
        let (name, head) = (self.model.file.name.to_string(), &self.model.file.head);
        let (problem, gravity) = (head.description.clone(), head.severity.clone());
        let rule = Rule { name, problem, is_wrong: "true".to_owned(), gravity };
        self.ask(self.model.file.body(), &rule)
    }

    /// A cube: no two rows of its query have the same grain, so that no join adds rows up twice.
    fn cube(&self) -> Result<Vec<CheckResult>, BuildError> {
        let (grain, body) = (&self.model.file.head.grain, self.model.file.body());
        let key = list(grain);
        let sql =
            format!("select {key} from (\n{body}\n) as given group by {key} having count(*) > 1");
        self.ask(&sql, &repeats(&self.model.file.name, grain, true))
    }

    /// The wrong rows of a query over the inputs of the model.
    fn ask(&self, sql: &str, rule: &Rule) -> Result<Vec<CheckResult>, BuildError> {
        let session = self.tables.check_session(self.model)?;
        let asked = self.handle.block_on(session.sql(sql)).map_err(|cause| self.failed(cause))?;
        let columns = asked.schema().fields().iter().map(|field| field.name().clone());
        let columns: Vec<String> = columns.collect();
        self.register(&session, "rows", asked.into_view())?;
        self.findings(&session, rule, &columns)
    }

    fn register(
        &self,
        session: &SessionContext,
        name: &str,
        table: Arc<dyn TableProvider>,
    ) -> Result<(), BuildError> {
        let name = TableName::new("checked", name)
            .map_err(|problem| self.failed(DataFusionError::Configuration(problem)))?;
        register(session, &name, table).map_err(|cause| self.failed(cause))
    }

    fn table(&self, report: Option<&Report>) -> Result<Vec<CheckResult>, BuildError> {
        let name = &self.model.file.name;
        let Some(entry) = self.tables.entry(name) else { return Ok(Vec::new()) };
        let manifest = self.tables.base_manifest(name, &entry)?;
        let built = match report.map(|report| &report.scope) {
            Some(Extent::Months(months)) => Some(months),
            _ => None,
        };
        let mut findings = self.nulls(&manifest)?;
        for columns in self.unique() {
            findings.extend(self.repeated(&manifest, built, &columns)?);
        }
        findings.extend(self.conditions(&manifest, built)?);
        for related in &self.model.file.head.checks.relationships {
            findings.extend(self.related(&manifest, built, related)?);
        }
        Ok(findings)
    }

    /// Whether the release before had nothing to say against a table under some name, so that
    /// months that were not built need no look.
    fn was_clean(&self, finding: &str) -> bool {
        let Some(base) = self.context.base.filter(|_| !self.context.is_anew) else { return false };
        let same = base.checked.get(&self.model.file.name);
        same.is_some_and(|checked| checked.definition == self.model.definition)
            && base.checks.iter().all(|known| known.name != finding)
    }

    /// The rows to look at: those of months that were built, or all.
    fn rows(
        &self,
        manifest: &Manifest,
        built: Option<&BTreeSet<String>>,
        finding: &str,
    ) -> (Manifest, Option<Manifest>) {
        match built.filter(|_| self.was_clean(finding)) {
            None => (manifest.clone(), None),
            Some(months) => {
                let is_built = |file: &DataFile| months.contains(&file.partition);
                (only(manifest, is_built), Some(only(manifest, |file| !is_built(file))))
            }
        }
    }

    fn session(
        &self,
        rows: &Manifest,
        others: Option<&Manifest>,
    ) -> Result<SessionContext, BuildError> {
        let session = self.tables.bare_session()?;
        self.register(&session, "rows", self.tables.rows_of(rows)?)?;
        if let Some(others) = others {
            self.register(&session, "others", self.tables.rows_of(others)?)?;
        }
        Ok(session)
    }

    /// The columns that always hold a value. Files know how often theirs do not.
    fn nulls(&self, manifest: &Manifest) -> Result<Vec<CheckResult>, BuildError> {
        let mut findings = Vec::new();
        for column in &self.model.file.head.checks.not_null {
            let at = manifest.columns.iter().position(|known| known.name == *column);
            let nulls = manifest.files.iter().map(|file| {
                at.and_then(|at| file.statistics.get(at)).map_or(0, |known| known.nulls)
            });
            if nulls.sum::<u64>() == 0 {
                continue;
            }
            let rule = Rule {
                name: format!("{}:not_null_{column}", self.model.file.name),
                problem: format!("`{column}` holds nothing"),
                is_wrong: format!("{} is null", quoted(column)),
                gravity: Gravity::Error,
            };
            let session = self.session(manifest, None)?;
            findings.extend(self.findings(&session, &rule, &closing::grain(self.model))?);
        }
        Ok(findings)
    }

    /// Every set of columns that tells one row from another.
    fn unique(&self) -> Vec<Vec<String>> {
        let others = self.model.file.head.checks.unique.iter().cloned();
        [closing::grain(self.model)].into_iter().chain(others).collect()
    }

    /// Rows that have their key in common with another row.
    fn repeated(
        &self,
        manifest: &Manifest,
        built: Option<&BTreeSet<String>>,
        columns: &[String],
    ) -> Result<Vec<CheckResult>, BuildError> {
        let is_grain = columns == closing::grain(self.model).as_slice();
        let rule = repeats(&self.model.file.name, columns, is_grain);
        let (rows, others) = self.rows(manifest, built, &rule.name);
        // Rows of different months differ where the month is part of the key.
        let month = self.model.file.head.month.as_ref();
        let others = others.filter(|_| !month.is_some_and(|month| columns.contains(month)));
        let session = self.session(&rows, others.as_ref())?;
        let key = list(columns);
        let inside = format!("select {key} from checked.rows group by {key} having count(*) > 1");
        let sql = match others {
            None => inside,
            Some(_) => {
                let same: Vec<String> = columns
                    .iter()
                    .map(|column| quoted(column))
                    .map(|column| format!("rows.{column} = others.{column}"))
                    .collect();
                format!(
                    "{inside} union select {} from checked.rows as rows left semi join \
                     checked.others as others on {}",
                    prefixed("rows", columns),
                    same.join(" and ")
                )
            }
        };
        let rows = self.handle.block_on(session.sql(&sql)).map_err(|cause| self.failed(cause))?;
        let shown = self.tables.bare_session()?;
        self.register(&shown, "rows", rows.into_view())?;
        self.findings(&shown, &rule, columns)
    }

    /// Accepted values and conditions, all in one look at the rows.
    fn conditions(
        &self,
        manifest: &Manifest,
        built: Option<&BTreeSet<String>>,
    ) -> Result<Vec<CheckResult>, BuildError> {
        let mut findings = Vec::new();
        let (mut new, mut all) = (Vec::new(), Vec::new());
        for rule in self.rules() {
            let is_new = built.is_some() && self.was_clean(&rule.name);
            if is_new { new.push(rule) } else { all.push(rule) }
        }
        for (rules, built) in [(new, built), (all, None)] {
            if rules.is_empty() {
                continue;
            }
            let rows = match built {
                Some(months) => only(manifest, |file| months.contains(&file.partition)),
                None => manifest.clone(),
            };
            let session = self.session(&rows, None)?;
            let counts: Vec<String> = rules
                .iter()
                .map(|rule| format!("count(*) filter (where {})", rule.is_wrong))
                .collect();
            let sql = format!("select {} from checked.rows", counts.join(", "));
            let counted = self.query(&session, &sql)?;
            for (at, rule) in rules.iter().enumerate() {
                let count = |batch: &RecordBatch| {
                    batch.column(at).as_primitive::<Int64Type>().iter().flatten().sum::<i64>()
                };
                if counted.iter().map(count).sum::<i64>() > 0 {
                    findings.extend(self.findings(&session, rule, &closing::grain(self.model))?);
                }
            }
        }
        Ok(findings)
    }

    fn rules(&self) -> Vec<Rule> {
        let table = &self.model.file.name;
        let checks = &self.model.file.head.checks;
        let accepted = checks.accepted.iter().map(|(column, values)| {
            let listed: Vec<String> =
                values.iter().map(|value| format!("'{}'", value.replace('\'', "''"))).collect();
            let column_text = format!("cast({} as varchar)", quoted(column));
            Rule {
                name: format!("{table}:accepted_{column}"),
                problem: format!("`{column}` is none of {}", listed.join(", ")),
                is_wrong: format!("({column_text} not in ({}))", listed.join(", ")),
                gravity: Gravity::Error,
            }
        });
        let expressions = checks.expressions.iter().map(|known| Rule {
            name: format!("{table}:{}", known.name),
            problem: format!("it is not true that {}", known.sql),
            is_wrong: format!("(({}) is false)", known.sql),
            gravity: known.severity.clone(),
        });
        accepted.chain(expressions).collect()
    }

    /// Rows whose other end is missing in another table.
    fn related(
        &self,
        manifest: &Manifest,
        built: Option<&BTreeSet<String>>,
        related: &Relationship,
    ) -> Result<Vec<CheckResult>, BuildError> {
        let name = format!(
            "{}:{}_in_{}",
            self.model.file.name,
            related.columns.join("_"),
            related.to.table()
        );
        let there = self.tables.whole(self.model, &related.to)?;
        let built = if self.vanished(related, &there)? { None } else { built };
        let (rows, _) = self.rows(manifest, built, &name);
        let session = self.session(&rows, None)?;
        self.register(&session, "there", there)?;
        let held: Vec<String> = related
            .columns
            .iter()
            .map(|column| format!("{} is not null", quoted(column)))
            .collect();
        let same: Vec<String> = related
            .columns
            .iter()
            .zip(&related.key)
            .map(|(column, key)| format!("held.{} = there.{}", quoted(column), quoted(key)))
            .collect();
        let sql = format!(
            "select held.* from (select * from checked.rows where {}) as held left anti join \
             checked.there as there on {}",
            held.join(" and "),
            same.join(" and ")
        );
        let missing =
            self.handle.block_on(session.sql(&sql)).map_err(|cause| self.failed(cause))?;
        let shown = self.tables.bare_session()?;
        self.register(&shown, "rows", missing.into_view())?;
        let problem =
            format!("no row of `{}` has their {}", related.to, related.columns.join(", "));
        let gravity = related.severity.clone();
        let rule = Rule { name, problem, is_wrong: "true".to_owned(), gravity };
        let mut columns = related.columns.clone();
        let grain = closing::grain(self.model);
        columns.extend(grain.into_iter().filter(|column| !related.columns.contains(column)));
        self.findings(&shown, &rule, &columns)
    }

    /// Whether a key that was there in the release before is gone.
    fn vanished(
        &self,
        related: &Relationship,
        there: &Arc<dyn TableProvider>,
    ) -> Result<bool, BuildError> {
        let stored = self.tables.stored_as(&related.to);
        let base = self.context.base.and_then(|base| base.tables.get(&stored));
        let (Some(before), Some(now)) = (base, self.tables.entry(&stored)) else { return Ok(true) };
        if before.manifest == now.manifest {
            return Ok(false);
        }
        if stored != related.to {
            return Ok(true);
        }
        let before = self.tables.base_manifest(&related.to, before)?;
        let session = self.tables.bare_session()?;
        self.register(&session, "before", self.tables.rows_of(&before)?)?;
        self.register(&session, "there", Arc::clone(there))?;
        let key = list(&related.key);
        let sql = format!(
            "select count(*) from (select {key} from checked.before except select {key} from \
             checked.there)"
        );
        Ok(self.count(&session, &sql)? > 0)
    }

    /// The wrong rows of `checked.rows`, counted and the first of them shown; one finding for each
    /// period where that matters.
    fn findings(
        &self,
        session: &SessionContext,
        rule: &Rule,
        columns: &[String],
    ) -> Result<Vec<CheckResult>, BuildError> {
        let Gravity::Closing { period } = &rule.gravity else {
            return Ok(self.shown(session, rule, &rule.is_wrong, columns)?.into_iter().collect());
        };
        let is_wrong = &rule.is_wrong;
        let column = quoted(period);
        let sql = format!(
            "select distinct cast({column} as varchar) from checked.rows where {is_wrong} \
             order by 1"
        );
        let mut findings = Vec::new();
        for batch in self.query(session, &sql)? {
            for value in batch.column(0).as_string::<i32>() {
                let here = match value {
                    Some(value) => format!("{column} = '{}'", value.replace('\'', "''")),
                    None => format!("{column} is null"),
                };
                let wrong = format!("{is_wrong} and {here}");
                let Some(found) = self.shown(session, rule, &wrong, columns)? else { continue };
                findings.push(CheckResult {
                    period: value.map(str::to_owned),
                    closing: Some(Severity::Error),
                    ..found
                });
            }
        }
        Ok(findings)
    }

    /// What is wrong with how many rows, the first of them, and what they come to; nothing where
    /// none is.
    fn shown(
        &self,
        session: &SessionContext,
        rule: &Rule,
        is_wrong: &str,
        columns: &[String],
    ) -> Result<Option<CheckResult>, BuildError> {
        let count =
            self.count(session, &format!("select count(*) from checked.rows where {is_wrong}"))?;
        if count == 0 {
            return Ok(None);
        }
        let key = list(columns);
        let sql =
            format!("select {key} from checked.rows where {is_wrong} order by {key} limit {SHOWN}");
        let mut rows = Vec::new();
        for batch in self.query(session, &sql)? {
            for row in 0..batch.num_rows() {
                rows.push(told(&batch, row).map_err(|cause| self.failed(cause.into()))?);
            }
        }
        let finding = CheckResult::of_rows(&rule.problem, count.unsigned_abs(), &rows);
        let severity = match rule.gravity {
            Gravity::Error => Severity::Error,
            Gravity::Warning | Gravity::Closing { .. } => Severity::Warning,
        };
        let summed = amounts(session, self.model, self.context.settings, is_wrong);
        let amounts = self.handle.block_on(summed).map_err(|cause| self.failed(cause))?;
        Ok(Some(CheckResult { amounts, ..CheckResult::new(rule.name.clone(), severity, finding) }))
    }
}
