//! Which value does each parameter have, by what was given and what the release holds?

use std::collections::BTreeMap;

use datafusion::arrow::array::RecordBatch;
use datafusion::common::ScalarValue;
use datafusion::prelude::SessionContext;

use super::error::ReportError;
use super::parameter::{Fallback, Kind, Parameter, Source, Value};
use super::within;
use crate::engine::near::near;
use crate::engine::texts::first_texts;
use crate::model::periods::{self, Period, PeriodsError};
use crate::model::waived::{self, Waived};
use crate::query;
use crate::warehouse::project::Settings;

/// What values are found by.
pub(super) struct Resolver<'a> {
    /// a session of the release
    pub session: &'a SessionContext,
    /// the project's settings
    pub settings: &'a Settings,
    /// the release's number
    pub release: u64,
    /// the report's name
    pub report: &'a str,
}

impl Resolver<'_> {
    /// A value for each parameter.
    ///
    /// # Errors
    /// When one is given that the report does not have, is not given but needed, or is none of
    /// those that it may be.
    pub(super) async fn values(
        &self,
        parameters: &BTreeMap<String, Parameter>,
        given: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, Value>, ReportError> {
        if let Some(wanted) = given.keys().find(|name| !parameters.contains_key(*name)) {
            let names: Vec<String> = parameters.keys().map(|name| format!("`{name}`")).collect();
            let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            let (report, wanted) = (self.report.to_owned(), wanted.clone());
            return Err(ReportError::UnknownParameter { report, wanted, known });
        }
        let has_period = parameters.values().any(|parameter| parameter.kind == Kind::Period);
        let periods = if has_period { self.periods().await? } else { Vec::new() };
        let mut values = BTreeMap::new();
        // A default may rest on another parameter, so each round finds those whose ground is laid.
        while values.len() < parameters.len() {
            let before = values.len();
            for (name, parameter) in parameters {
                if values.contains_key(name) {
                    continue;
                }
                let found = match given.get(name) {
                    Some(text) => Some(self.given(name, parameter, text, &periods).await?),
                    None => self.fallback(name, parameter, &values, &periods)?,
                };
                values.extend(found.map(|value| (name.clone(), value)));
            }
            if values.len() == before {
                let problem = "defaults rest on each other".to_owned();
                return Err(ReportError::Value { name: self.report.to_owned(), problem });
            }
        }
        within::check(parameters, &values, &periods)
            .map_err(|(name, problem)| ReportError::Value { name, problem })?;
        Ok(values)
    }

    async fn given(
        &self,
        name: &str,
        parameter: &Parameter,
        text: &str,
        periods: &[Period],
    ) -> Result<Value, ReportError> {
        let wrong = |problem| ReportError::Value { name: name.to_owned(), problem };
        let value = parameter.value(text).map_err(wrong)?;
        if parameter.kind == Kind::Period && !periods.iter().any(|known| known.name == text) {
            let names: Vec<String> = periods.iter().map(|known| known.name.clone()).collect();
            let span = match (names.first(), names.last()) {
                (Some(first), Some(last)) => format!("; they run from `{first}` to `{last}`"),
                _ => String::new(),
            };
            return Err(wrong(format!("`{text}` is no period{}{span}", near(text, names))));
        }
        if let Some(source) = &parameter.from
            && !self.stands(source, text).await?
        {
            let known = self.column(source).await?;
            return Err(wrong(format!("`{text}` does not stand in {source}{}", near(text, known))));
        }
        Ok(value)
    }

    /// The value of a parameter that was not given; nothing where it rests on one still unknown.
    fn fallback(
        &self,
        name: &str,
        parameter: &Parameter,
        values: &BTreeMap<String, Value>,
        periods: &[Period],
    ) -> Result<Option<Value>, ReportError> {
        let wrong = |problem| ReportError::Value { name: name.to_owned(), problem };
        let fallback =
            parameter.fallback().map_err(wrong)?.ok_or_else(|| ReportError::Missing {
                report: self.report.to_owned(),
                name: name.to_owned(),
                description: parameter.description.trim_end_matches('.').to_owned(),
            })?;
        let period = |text: Option<String>| Some(Value { kind: Kind::Period, text });
        let other = match &fallback {
            Fallback::Value(value) => return Ok(Some(value.clone())),
            Fallback::NewestPeriod => {
                let has_data = |known: &&Period| known.has_data && !known.is_correcting;
                let newest = periods.iter().rfind(has_data).map(|known| known.name.clone());
                let none =
                    || ReportError::NoNewest { release: self.release, name: name.to_owned() };
                return newest.ok_or_else(none).map(Some).map(period);
            }
            Fallback::PreviousPeriod(other) | Fallback::YearBefore(other) => other,
        };
        let Some(other) = values.get(other) else { return Ok(None) };
        let at = periods.iter().position(|known| Some(&known.name) == other.text.as_ref());
        let found = at.and_then(|at| match fallback {
            Fallback::YearBefore(_) => periods::year_before(periods, at),
            _ => periods::before(periods, at),
        });
        Ok(period(found.map(|found| found.name.clone())))
    }

    /// What was waived for closings of the periods up to the last one that is asked for: what
    /// comes before it is what a period is compared with, or opens it. All of it where no period
    /// is asked for.
    pub(super) async fn waived(
        &self,
        values: &BTreeMap<String, Value>,
    ) -> Result<Vec<Waived>, ReportError> {
        let failed = |cause| ReportError::Query { report: self.report.to_owned(), cause };
        let mut found = waived::of_closings(self.session).await.map_err(failed)?;
        let asked = values.values().filter(|value| value.kind == Kind::Period);
        let asked: Vec<&String> = asked.filter_map(|value| value.text.as_ref()).collect();
        if found.is_empty() || asked.is_empty() {
            return Ok(found);
        }
        let periods = self.periods().await?;
        let last = periods.iter().rposition(|known| asked.contains(&&known.name));
        let (touched, later) = periods.split_at(last.map_or(0, |last| last + 1));
        // Periods that take corrections stand with the regular one before them.
        let corrections = later.iter().take_while(|known| known.is_correcting);
        let names: Vec<&String> =
            touched.iter().chain(corrections).map(|known| &known.name).collect();
        found.retain(|waived| waived.period.as_ref().is_some_and(|name| names.contains(&name)));
        Ok(found)
    }

    /// The periods of the release in their order.
    pub(super) async fn periods(&self) -> Result<Vec<Period>, ReportError> {
        let periods = periods::read(self.session, self.settings.periods.as_ref()).await;
        periods.map_err(|error| match error {
            PeriodsError::Missing { needed } => ReportError::NoPeriods { needed },
            PeriodsError::Query(cause) => {
                ReportError::Query { report: self.report.to_owned(), cause }
            }
        })
    }

    /// Whether a text stands in a column.
    async fn stands(&self, source: &Source, text: &str) -> Result<bool, ReportError> {
        let Source { table, column } = source;
        let sql = format!("select 1 from {table} where cast(\"{column}\" as varchar) = $1 limit 1");
        let batches = self.rows(&sql, Some(text)).await?;
        Ok(batches.iter().any(|batch| batch.num_rows() > 0))
    }

    /// The values of a column.
    async fn column(&self, source: &Source) -> Result<Vec<String>, ReportError> {
        let Source { table, column } = source;
        let sql = format!("select distinct cast(\"{column}\" as varchar) from {table} order by 1");
        let batches = self.rows(&sql, None).await?;
        first_texts(&batches).map_err(|error| ReportError::Query {
            report: self.report.to_owned(),
            cause: error.into(),
        })
    }

    async fn rows(&self, sql: &str, text: Option<&str>) -> Result<Vec<RecordBatch>, ReportError> {
        let rows = async {
            let frame = query::ask(self.session, sql).await?;
            let frame = match text {
                Some(text) => frame.with_param_values(vec![ScalarValue::from(text)])?,
                None => frame,
            };
            frame.collect().await
        };
        let failed = |cause| ReportError::Query { report: self.report.to_owned(), cause };
        rows.await.map_err(failed)
    }
}
