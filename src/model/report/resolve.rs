//! Which value does each parameter have, by what was given and what the release holds?

use std::collections::BTreeMap;

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::common::ScalarValue;
use datafusion::error::{DataFusionError, Result as QueryResult};
use datafusion::prelude::SessionContext;

use super::error::ReportError;
use super::parameter::{Fallback, Kind, Parameter, Source, Value};
use crate::query;
use crate::warehouse::project::{Periods, Settings};

/// How many names a message shows.
const SHOWN: usize = 3;

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

/// An accounting period.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Period {
    name: String,
    is_correcting: bool,
    /// fiscal year and place in it
    place: Option<(i64, i64)>,
    has_data: bool,
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
            Fallback::YearBefore(_) => year_before(periods, at),
            _ => before(periods, at),
        });
        Ok(period(found.map(|found| found.name.clone())))
    }

    /// The periods of the release in their order.
    async fn periods(&self) -> Result<Vec<Period>, ReportError> {
        let settings = self.settings.periods.as_ref();
        let settings = settings.ok_or(ReportError::NoPeriods { needed: "table" })?;
        let sql = periods_query(settings)?;
        let batches = self.rows(&sql, None).await?;
        let failed = |cause| ReportError::Query { report: self.report.to_owned(), cause };
        batches
            .iter()
            .map(periods_of)
            .collect::<QueryResult<Vec<_>>>()
            .map_err(failed)
            .map(|all| all.into_iter().flatten().collect())
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
        let failed = |cause| ReportError::Query { report: self.report.to_owned(), cause };
        let mut values = Vec::new();
        for batch in &batches {
            values.extend(texts(batch, 0).map_err(failed)?.into_iter().flatten());
        }
        Ok(values)
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

/// The query for the periods; the names in it were checked when the settings and heads were read.
fn periods_query(settings: &Periods) -> Result<String, ReportError> {
    let column = |name: &Option<String>, kind: &str| match name {
        Some(name) => format!("cast(periods.\"{name}\" as {kind})"),
        None => format!("cast(null as {kind})"),
    };
    let Periods { table, period, order, .. } = settings;
    let (data, join) = match &settings.data {
        None => ("false".to_owned(), String::new()),
        Some(data) => {
            let wrong = |_| ReportError::NoPeriods { needed: "data" };
            let Source { table, column } = Source::try_from(data.clone()).map_err(wrong)?;
            let used = format!(
                "left join (select distinct \"{column}\" as period_used from {table}) as used \
                 on used.period_used = periods.\"{period}\""
            );
            ("used.period_used is not null".to_owned(), used)
        }
    };
    let order: Vec<String> = order.iter().map(|name| format!("periods.\"{name}\"")).collect();
    Ok(format!(
        "select cast(periods.\"{period}\" as varchar) as known_name, {} as known_adjusting, \
         {} as known_year, {} as known_number, {data} as known_data \
         from {table} as periods {join} order by {}",
        column(&settings.adjusting, "boolean"),
        column(&settings.year, "bigint"),
        column(&settings.number, "bigint"),
        order.join(", ")
    ))
}

fn periods_of(batch: &RecordBatch) -> QueryResult<Vec<Period>> {
    let names = texts(batch, 0)?;
    let (adjusting, has_data) = (batch.column(1).as_boolean(), batch.column(4).as_boolean());
    let years = batch.column(2).as_primitive::<Int64Type>();
    let numbers = batch.column(3).as_primitive::<Int64Type>();
    let period = |(row, name): (usize, Option<String>)| {
        let is_known = years.is_valid(row) && numbers.is_valid(row);
        Some(Period {
            name: name?,
            is_correcting: adjusting.is_valid(row) && adjusting.value(row),
            place: is_known.then(|| (years.value(row), numbers.value(row))),
            has_data: has_data.value(row),
        })
    };
    Ok(names.into_iter().enumerate().filter_map(period).collect())
}

/// The texts of a column.
pub(super) fn texts(batch: &RecordBatch, column: usize) -> QueryResult<Vec<Option<String>>> {
    let column = cast(batch.column(column), &DataType::Utf8).map_err(DataFusionError::from)?;
    Ok(column.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect())
}

/// The regular period before another one.
fn before(periods: &[Period], at: usize) -> Option<&Period> {
    periods.get(..at)?.iter().rfind(|known| !known.is_correcting)
}

/// The period of the same place in the fiscal year before. Corrections have a year before them only
/// where that year has the same period of corrections.
fn year_before(periods: &[Period], at: usize) -> Option<&Period> {
    let here = periods.get(at)?;
    let (year, number) = here.place?;
    let is_it = |known: &&Period| {
        known.place == Some((year - 1, number)) && known.is_correcting == here.is_correcting
    };
    periods.iter().find(is_it)
}

/// The names that were perhaps meant: the nearest ones, if any is near.
fn near(wanted: &str, known: Vec<String>) -> String {
    let distance = |name: &String| strsim::damerau_levenshtein(wanted, name);
    let mut near: Vec<(usize, String)> =
        known.into_iter().map(|name| (distance(&name), name)).collect();
    near.sort();
    let nearest = near.first().map_or(0, |(distance, _)| *distance);
    let most = nearest.min(wanted.chars().count() / 2);
    let likely = near.into_iter().filter(|(distance, _)| *distance <= most);
    let names: Vec<String> = likely.take(SHOWN).map(|(_, name)| format!("`{name}`")).collect();
    if names.is_empty() { String::new() } else { format!("; is {} meant?", names.join(" or ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn periods() -> Vec<Period> {
        let period = |(name, year, number, is_correcting): (&str, i64, i64, bool)| Period {
            name: name.to_owned(),
            is_correcting,
            place: Some((year, number)),
            has_data: true,
        };
        // Two years of three periods each, the first one with corrections at its end.
        let all = [
            ("A1", 2025, 1, false),
            ("A2", 2025, 2, false),
            ("A3", 2025, 3, false),
            ("AX", 2025, 4, true),
            ("B1", 2026, 1, false),
            ("B2", 2026, 2, false),
        ];
        all.map(period).to_vec()
    }

    fn name(found: Option<&Period>) -> Option<&str> {
        found.map(|found| found.name.as_str())
    }

    #[test]
    fn corrections_are_no_period_before() {
        let all = periods();
        let expected = [None, Some("A1"), Some("A2"), Some("A3"), Some("A3"), Some("B1")];
        for (at, expected) in expected.into_iter().enumerate() {
            assert_eq!(name(before(&all, at)), expected, "{at}");
        }
    }

    #[test]
    fn a_year_before_is_the_same_place() {
        let all = periods();
        let expected = [None, None, None, None, Some("A1"), Some("A2")];
        for (at, expected) in expected.into_iter().enumerate() {
            assert_eq!(name(year_before(&all, at)), expected, "{at}");
        }
    }

    #[test]
    fn the_nearest_names_are_told() {
        let known = || ["HX01", "HX02", "QQQQ"].map(str::to_owned).to_vec();
        assert_eq!(near("HX1", known()), "; is `HX01` meant?");
        assert_eq!(near("HX03", known()), "; is `HX01` or `HX02` meant?");
        assert_eq!(near("zz", known()), "");
    }
}
