//! Which accounting periods are there, and which one comes before another?

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Date32Type, Int64Type};
use datafusion::error::{DataFusionError, Result as QueryResult};
use datafusion::prelude::SessionContext;

use chrono::NaiveDate;
use thiserror::Error;

use crate::query;
use crate::warehouse::project::Periods;

/// Why the periods of a release cannot be listed.
#[derive(Debug, Error)]
pub enum PeriodsError {
    /// the settings do not say what they are
    #[error("warehouse/project.toml does not say in [periods] what `{needed}` is")]
    Missing {
        /// the field
        needed: &'static str,
    },
    /// the table of the settings does not give them
    #[error("the table of [periods] in warehouse/project.toml: {}", .0.strip_backtrace())]
    Query(#[source] DataFusionError),
}

/// An accounting period.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Period {
    /// what it is called
    pub name: String,
    /// whether it takes corrections only
    pub is_correcting: bool,
    /// fiscal year and place in it
    pub place: Option<(i64, i64)>,
    /// whether rows stand in it, where the settings say where such rows are
    pub has_data: bool,
    /// the quarter of the fiscal year, as columns name it
    pub quarter: Option<String>,
    /// the fiscal year, as columns name it
    pub year: Option<String>,
    /// first and last day
    pub days: Option<(NaiveDate, NaiveDate)>,
}

/// The periods of a release in their order.
///
/// # Errors
/// When the settings do not say which table lists them, or that table does not fit them.
pub async fn read(
    session: &SessionContext,
    settings: Option<&Periods>,
) -> Result<Vec<Period>, PeriodsError> {
    let settings = settings.ok_or(PeriodsError::Missing { needed: "table" })?;
    let sql = query_for(settings)?;
    let rows = async {
        let batches = query::ask(session, &sql).await?.collect().await?;
        batches.iter().map(periods_of).collect::<QueryResult<Vec<_>>>()
    };
    let periods = rows.await.map_err(PeriodsError::Query)?;
    Ok(periods.into_iter().flatten().collect())
}

/// The query for the periods; the names in it were checked when the settings were read.
fn query_for(settings: &Periods) -> Result<String, PeriodsError> {
    let column = |name: &Option<String>, kind: &str| match name {
        Some(name) => format!("cast(periods.\"{name}\" as {kind})"),
        None => format!("cast(null as {kind})"),
    };
    let Periods { table, period, order, .. } = settings;
    let (data, join) = match &settings.data {
        None => ("false".to_owned(), String::new()),
        Some(data) => {
            let parts = data.rsplit_once('.');
            let (table, column) = parts.ok_or(PeriodsError::Missing { needed: "data" })?;
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
         {} as known_year, {} as known_number, {data} as known_data, {} as known_quarter, \
         {} as known_year_name, {} as known_first, {} as known_last \
         from {table} as periods {join} order by {}",
        column(&settings.adjusting, "boolean"),
        column(&settings.year, "bigint"),
        column(&settings.number, "bigint"),
        column(&settings.quarter, "varchar"),
        column(&settings.year, "varchar"),
        column(&settings.starts, "date"),
        column(&settings.ends, "date"),
        order.join(", ")
    ))
}

fn periods_of(batch: &RecordBatch) -> QueryResult<Vec<Period>> {
    let text = |column: usize| -> QueryResult<Vec<Option<String>>> {
        let texts = cast(batch.column(column), &DataType::Utf8).map_err(DataFusionError::from)?;
        Ok(texts.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect())
    };
    let (names, quarters, year_names) = (text(0)?, text(5)?, text(6)?);
    let (adjusting, has_data) = (batch.column(1).as_boolean(), batch.column(4).as_boolean());
    let years = batch.column(2).as_primitive::<Int64Type>();
    let numbers = batch.column(3).as_primitive::<Int64Type>();
    let firsts = batch.column(7).as_primitive::<Date32Type>();
    let lasts = batch.column(8).as_primitive::<Date32Type>();
    let columns = names.into_iter().zip(quarters).zip(year_names).enumerate();
    let period = |(row, ((name, quarter), year)): (usize, ((Option<String>, _), _))| {
        let is_placed = years.is_valid(row) && numbers.is_valid(row);
        let has_days = firsts.is_valid(row) && lasts.is_valid(row);
        let day = |days: &datafusion::arrow::array::Date32Array| days.value_as_date(row);
        Some(Period {
            name: name?,
            is_correcting: adjusting.is_valid(row) && adjusting.value(row),
            place: is_placed.then(|| (years.value(row), numbers.value(row))),
            has_data: has_data.value(row),
            quarter,
            year,
            days: if has_days { day(firsts).zip(day(lasts)) } else { None },
        })
    };
    Ok(columns.filter_map(period).collect())
}

/// The regular period before another one.
pub fn before(periods: &[Period], at: usize) -> Option<&Period> {
    periods.get(..at)?.iter().rfind(|known| !known.is_correcting)
}

/// The period of the same place in the fiscal year before. Corrections have a year before them only
/// where that year has the same period of corrections.
pub fn year_before(periods: &[Period], at: usize) -> Option<&Period> {
    let here = periods.get(at)?;
    let (year, number) = here.place?;
    let is_it = |known: &&Period| {
        known.place == Some((year - 1, number)) && known.is_correcting == here.is_correcting
    };
    periods.iter().find(is_it)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::session::{Limits, session};

    fn periods() -> Vec<Period> {
        let period = |(name, year, number, is_correcting): (&str, i64, i64, bool)| Period {
            name: name.to_owned(),
            is_correcting,
            place: Some((year, number)),
            ..Period::default()
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
    fn periods_are_what_the_settings_say() {
        let folder = tempfile::tempdir().unwrap();
        let spill_dir = folder.path().to_owned();
        let limits = Limits { threads: 1, memory_bytes: 16 << 20, spill_dir };
        let session = session(&limits).unwrap();
        let threads = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let table = "create table months as select * from (values
             ('b', 2026, 2, 'Q1', date '2026-02-01', date '2026-02-28', false),
             ('x', 2026, 3, cast(null as varchar), date '2026-02-28', date '2026-02-28', true),
             ('a', 2026, 1, 'Q1', date '2026-01-01', date '2026-01-31', null)
             ) as months (label, of_year, place, quarter, begins, ends, corrects)";
        threads.block_on(async { session.sql(table).await.unwrap().collect().await.unwrap() });
        threads.block_on(async {
            let used = "create table used as select 'b' as label";
            session.sql(used).await.unwrap().collect().await.unwrap()
        });
        let read = |more: &str| {
            let text = format!(
                "table = \"public.months\"\nperiod = \"label\"\norder = [\"place\"]\n{more}"
            );
            let settings: Periods = toml::from_str(&text).unwrap();
            threads.block_on(read(&session, Some(&settings)))
        };
        let all = "year = \"of_year\"\nnumber = \"place\"\nadjusting = \"corrects\"\n\
                   quarter = \"quarter\"\nstarts = \"begins\"\nends = \"ends\"\n\
                   data = \"public.used.label\"";
        let day = |text: &str| text.parse().unwrap();
        let period = |name: &str, number, quarter: Option<&str>, days: (&str, &str)| Period {
            name: name.to_owned(),
            place: Some((2026, number)),
            year: Some("2026".to_owned()),
            quarter: quarter.map(str::to_owned),
            days: Some((day(days.0), day(days.1))),
            ..Period::default()
        };
        let b = period("b", 2, Some("Q1"), ("2026-02-01", "2026-02-28"));
        let x = period("x", 3, None, ("2026-02-28", "2026-02-28"));
        let expected = [
            period("a", 1, Some("Q1"), ("2026-01-01", "2026-01-31")),
            Period { has_data: true, ..b },
            Period { is_correcting: true, ..x },
        ];
        assert_eq!(read(all).unwrap(), expected);
        let bare = |name: &str| Period { name: name.to_owned(), ..Period::default() };
        assert_eq!(read("").unwrap(), [bare("a"), bare("b"), bare("x")]);
        let error = read("quarter = \"absent\"").unwrap_err().to_string();
        assert!(error.contains("[periods]") && error.contains("absent"), "{error}");
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
}
