//! What became different in a closed period between two releases?
//!
//! Compared are the tables whose head says `[closing]`, row by row over their grain.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, RecordBatch, StringBuilder};
use datafusion::arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::common::{ScalarValue, TableReference};
use datafusion::error::Result as QueryResult;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::prelude::{DataFrame, SessionContext};
use futures::StreamExt;

use super::ModelError;
use super::build::closing;
use super::build::spelling::quoted;
use super::files::{self, ModelFile};
use crate::engine::texts::texts;
use crate::warehouse::name::TableName;

/// Catalog of the earlier release in the session that compares.
pub const EARLIER: &str = "earlier";
/// Catalog of the later one.
pub const LATER: &str = "later";

/// A table whose figures do not change once their period is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosingTable {
    /// the table
    pub name: TableName,
    /// the columns that tell one row from another
    pub grain: Vec<String>,
    /// its column of the accounting period
    pub period: String,
    /// its column of the legal entity
    pub entity: String,
    /// its figures: what a reversal turns round
    pub figures: Vec<String>,
    /// the unit of each figure: the column that names it row by row, or the unit itself
    pub units: BTreeMap<String, String>,
}

/// The tables of a project whose head says `[closing]`, by their names.
///
/// # Errors
/// When a file cannot be read, or its head is none.
pub fn closing_tables(root: &Path) -> Result<Vec<ClosingTable>, ModelError> {
    let (files, mistakes) = files::read_all(root)?;
    if let Some(mistake) = mistakes.into_iter().next() {
        return Err(mistake);
    }
    let table = |file: ModelFile| {
        let closing = file.head.closing?;
        Some(ClosingTable {
            name: file.name,
            grain: closing::source_grain(&file.head.grain, &closing),
            period: closing.period,
            entity: closing.entity,
            figures: closing.negate,
            units: file.head.units,
        })
    };
    Ok(files.into_iter().filter_map(table).collect())
}

/// Which rows are compared: those of a period, of one legal entity where one is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// the period
    pub period: String,
    /// the entity
    pub entity: Option<String>,
}

/// A table of which one row is one row of either release.
struct Comparison {
    table: ClosingTable,
    /// the grain, with the number of the booking
    key: Vec<String>,
    /// all other columns
    values: Vec<String>,
    /// `with earlier as (...), later as (...)`
    sides: String,
    /// `earlier full join later on ...`
    joined: String,
    parameters: Vec<ScalarValue>,
}

impl Comparison {
    /// None where neither release has the table.
    async fn new(
        session: &SessionContext,
        table: &ClosingTable,
        part: &Part,
    ) -> QueryResult<Option<Self>> {
        let earlier = columns(session, EARLIER, &table.name).await?;
        let later = columns(session, LATER, &table.name).await?;
        let all = [&later, &earlier].into_iter().flatten();
        let mut names: Vec<String> = Vec::new();
        for field in all.flat_map(|schema| schema.fields()) {
            if !names.contains(field.name()) {
                names.push(field.name().clone());
            }
        }
        if names.is_empty() {
            return Ok(None);
        }
        let is_key = |name: &String| table.grain.contains(name) || name == closing::NUMBER;
        let (key, values): (Vec<String>, Vec<String>) = names.iter().cloned().partition(is_key);
        let types = |name: &String| {
            let schemas = [&later, &earlier].into_iter().flatten();
            let mut fields = schemas.filter_map(|schema| schema.field_with_name(name).ok());
            fields.next().map(|field| field.data_type().clone())
        };
        let side = |alias: &str, known: &Option<SchemaRef>| {
            let Some(known) = known else {
                let list: Vec<String> = names.iter().map(|n| absent(n, types(n))).collect();
                return format!(
                    "{alias} as (select true as _is_there, {} where false)",
                    list.join(", ")
                );
            };
            let column = |name: &String| match known.field_with_name(name) {
                Ok(_) => quoted(name),
                Err(_) => absent(name, types(name)),
            };
            let list: Vec<String> = names.iter().map(column).collect();
            let (schema, name) = (table.name.schema(), table.name.table());
            let of_entity = match &part.entity {
                Some(_) => format!(" and cast({} as varchar) = $2", quoted(&table.entity)),
                None => String::new(),
            };
            format!(
                "{alias} as (select true as _is_there, {} from {alias}.\"{schema}\".\"{name}\" \
                 where cast({} as varchar) = $1{of_entity})",
                list.join(", "),
                quoted(&table.period)
            )
        };
        let sides = format!("with {}, {}", side(EARLIER, &earlier), side(LATER, &later));
        let same = |name: &String| {
            format!("({EARLIER}.{0} is not distinct from {LATER}.{0})", quoted(name))
        };
        let on: Vec<String> = key.iter().map(same).collect();
        let joined = format!("{EARLIER} full join {LATER} on {}", on.join(" and "));
        let mut parameters = vec![ScalarValue::from(part.period.as_str())];
        parameters.extend(part.entity.iter().map(|entity| entity.as_str().into()));
        Ok(Some(Self { table: table.clone(), key, values, sides, joined, parameters }))
    }

    /// The condition under which a row that both have is not the same; `false` where there is
    /// nothing to compare.
    fn is_changed(&self) -> String {
        let differs =
            |name: &String| format!("({EARLIER}.{0} is distinct from {LATER}.{0})", quoted(name));
        let parts: Vec<String> = self.values.iter().map(differs).collect();
        match parts.is_empty() {
            true => "false".to_owned(),
            false => format!("({})", parts.join(" or ")),
        }
    }

    async fn ask(&self, session: &SessionContext, sql: &str) -> QueryResult<DataFrame> {
        session.sql(sql).await?.with_param_values(self.parameters.clone())
    }
}

/// A column that a release does not have yet, or no longer.
fn absent(name: &str, kind: Option<DataType>) -> String {
    let kind = kind.unwrap_or(DataType::Utf8).to_string().replace('\'', "''");
    format!("arrow_cast(null, '{kind}') as {}", quoted(name))
}

/// The columns of a table in one of the two releases; none where it has no such table.
async fn columns(
    session: &SessionContext,
    catalog: &str,
    table: &TableName,
) -> QueryResult<Option<SchemaRef>> {
    let reference = TableReference::full(catalog, table.schema(), table.table());
    if !session.table_exist(reference.clone())? {
        return Ok(None);
    }
    Ok(Some(session.table_provider(reference).await?.schema()))
}

/// How a table differs altogether.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// the table
    pub table: TableName,
    /// rows of the period in the earlier release
    pub earlier: u64,
    /// rows of the period in the later one
    pub later: u64,
    /// rows that only the later one has
    pub added: u64,
    /// rows that only the earlier one has
    pub removed: u64,
    /// rows that both have, with another value
    pub changed: u64,
    /// the figures
    pub figures: Vec<FigureSum>,
}

/// The sum of one column in one unit, as exact text. What has no known unit is not summed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureSum {
    /// the column
    pub column: String,
    /// the unit, as the currency; nothing where rows or the head do not say it
    pub unit: Option<String>,
    /// the sums; nothing where the unit is not known
    pub sums: Option<Sums>,
}

/// A sum of both releases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sums {
    /// over the earlier release's rows
    pub earlier: String,
    /// over the later one's
    pub later: String,
    /// by how much it grew
    pub difference: String,
}

/// Compares a table in total; none where neither release has it. The session holds both releases
/// as catalogs [`EARLIER`] and [`LATER`].
///
/// # Errors
/// When the query fails, for instance because a sum overflows.
pub async fn summary(
    session: &SessionContext,
    table: &ClosingTable,
    part: &Part,
) -> QueryResult<Option<Summary>> {
    let Some(comparison) = Comparison::new(session, table, part).await? else { return Ok(None) };
    let Comparison { sides, joined, .. } = &comparison;
    let count = |condition: &str| format!("count(*) filter (where {condition})");
    let (here, there) = (format!("{EARLIER}._is_there"), format!("{LATER}._is_there"));
    let list = [
        count(&format!("{here} is not null")),
        count(&format!("{there} is not null")),
        count(&format!("{here} is null")),
        count(&format!("{there} is null")),
        count(&format!(
            "{here} is not null and {there} is not null and {}",
            comparison.is_changed()
        )),
    ];
    let named = list.iter().enumerate().map(|(place, term)| format!("{term} as c{place}"));
    let sql = format!("{sides} select {} from {joined}", named.collect::<Vec<_>>().join(", "));
    let batches = comparison.ask(session, &sql).await?.collect().await?;
    let row = batches.into_iter().find(|batch| batch.num_rows() > 0);
    let Some(row) = row else { return Ok(None) };
    let number = |place: usize| {
        let value = row.column(place).as_primitive::<Int64Type>().value(0);
        u64::try_from(value).unwrap_or_default()
    };
    Ok(Some(Summary {
        table: table.name.clone(),
        earlier: number(0),
        later: number(1),
        added: number(2),
        removed: number(3),
        changed: number(4),
        figures: figure_sums(session, &comparison).await?,
    }))
}

/// The sums of all figures, one for each unit, in the order of the head and of units' names.
async fn figure_sums(
    session: &SessionContext,
    comparison: &Comparison,
) -> QueryResult<Vec<FigureSum>> {
    let table = &comparison.table;
    let mut by_unit: BTreeMap<&String, Vec<&String>> = BTreeMap::new();
    let mut found: BTreeMap<&String, Vec<FigureSum>> = BTreeMap::new();
    for name in table.figures.iter().filter(|name| comparison.values.contains(name)) {
        match table.units.get(name) {
            Some(unit) => by_unit.entry(unit).or_default().push(name),
            None => {
                let unknown = FigureSum { column: name.clone(), unit: None, sums: None };
                found.insert(name, vec![unknown]);
            }
        }
    }
    for (unit, names) in by_unit {
        let sql = sum_query(comparison, unit, &names);
        for batch in comparison.ask(session, &sql).await?.collect().await? {
            let columns: Vec<Vec<Option<String>>> =
                batch.columns().iter().map(texts).collect::<Result<_, _>>()?;
            for row in 0..batch.num_rows() {
                let unit = value(&columns[0], row);
                for (name, sums) in names.iter().zip(columns[1..].chunks(3)) {
                    let text = |place: usize| value(&sums[place], row).unwrap_or_default();
                    let sums = Sums { earlier: text(0), later: text(1), difference: text(2) };
                    let sums = unit.is_some().then_some(sums);
                    let (column, unit) = ((*name).clone(), unit.clone());
                    found.entry(name).or_default().push(FigureSum { column, unit, sums });
                }
            }
        }
    }
    Ok(table.figures.iter().filter_map(|name| found.remove(name)).flatten().collect())
}

/// The sums of figures that have one unit: a row for each value of the column that names it.
fn sum_query(comparison: &Comparison, unit: &String, names: &[&String]) -> String {
    let is_column = comparison.values.contains(unit) || comparison.key.contains(unit);
    let term = match is_column {
        true => format!("cast({} as varchar)", quoted(unit)),
        false => format!("'{}'", unit.replace('\'', "''")),
    };
    let side = |alias: &str| {
        let both = names.iter().enumerate().map(|(place, name)| {
            let (here, none) = (quoted(name), format!("nullif({0}, {0})", quoted(name)));
            let (one, other) = if alias == EARLIER { (here, none) } else { (none, here) };
            format!("{one} as e{place}, {other} as l{place}")
        });
        let both = both.collect::<Vec<_>>().join(", ");
        format!("select {term} as unit, {both} from {alias}")
    };
    let sums = (0..names.len()).map(|place| {
        let (one, other) =
            (format!("coalesce(sum(e{place}), 0)"), format!("coalesce(sum(l{place}), 0)"));
        format!("{one} as s{place}, {other} as t{place}, {other} - {one} as d{place}")
    });
    format!(
        "{}, measured as ({} union all {}) select unit, {} from measured group by unit \
         order by unit nulls last",
        comparison.sides,
        side(EARLIER),
        side(LATER),
        sums.collect::<Vec<_>>().join(", ")
    )
}

/// The columns of [`differences`]: the table, the row's key, what happened to the row (`added`,
/// `removed`, `changed`), the column, its earlier and its later value.
pub fn difference_schema() -> SchemaRef {
    let text = |name: &str, nullable| Field::new(name, DataType::Utf8, nullable);
    Schema::new(vec![
        text("table", false),
        text("key", false),
        text("change", false),
        text("column", true),
        text("earlier", true),
        text("later", true),
    ])
    .into()
}

/// Every difference, a row a value, in the order of tables, keys and columns. A row that was added
/// or removed shows its figures. The session holds both releases as catalogs [`EARLIER`] and
/// [`LATER`].
///
/// # Errors
/// When a query fails.
pub async fn differences(
    session: &SessionContext,
    tables: &[ClosingTable],
    part: &Part,
) -> QueryResult<SendableRecordBatchStream> {
    let mut streams = Vec::new();
    for table in tables {
        let Some(comparison) = Comparison::new(session, table, part).await? else { continue };
        let sql = difference_query(&comparison);
        let rows = comparison.ask(session, &sql).await?.execute_stream().await?;
        streams.push(rows.map(move |batch| Ok(spread(&comparison, &batch?)?)));
    }
    let all = futures::stream::iter(streams).flatten();
    Ok(Box::pin(RecordBatchStreamAdapter::new(difference_schema(), all)))
}

/// The rows that differ: whether each side has them, the key, and each value of both sides.
fn difference_query(comparison: &Comparison) -> String {
    let Comparison { key, values, sides, joined, .. } = comparison;
    let mut list = vec![format!("{EARLIER}._is_there as h0"), format!("{LATER}._is_there as h1")];
    for (place, name) in key.iter().enumerate() {
        list.push(format!("coalesce({LATER}.{0}, {EARLIER}.{0}) as k{place}", quoted(name)));
    }
    for (place, name) in values.iter().enumerate() {
        list.push(format!("{EARLIER}.{} as e{place}", quoted(name)));
        list.push(format!("{LATER}.{} as l{place}", quoted(name)));
    }
    let order: Vec<String> = (0..key.len()).map(|place| format!("k{place}")).collect();
    format!(
        "{sides} select {} from {joined} where {EARLIER}._is_there is null \
         or {LATER}._is_there is null or {} order by {}",
        list.join(", "),
        comparison.is_changed(),
        order.join(", ")
    )
}

/// A row for each value that differs.
fn spread(comparison: &Comparison, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let Comparison { table, key, values, .. } = comparison;
    let columns: Vec<Vec<Option<String>>> =
        batch.columns().iter().map(texts).collect::<Result<_, _>>()?;
    let mut cells: [StringBuilder; 6] = Default::default();
    for row in 0..batch.num_rows() {
        let change = match (value(&columns[0], row), value(&columns[1], row)) {
            (None, _) => "added",
            (_, None) => "removed",
            _ => "changed",
        };
        let parts = key.iter().zip(&columns[2..]);
        let parts = parts
            .map(|(name, column)| format!("{name}={}", value(column, row).unwrap_or_default()));
        let identity = parts.collect::<Vec<_>>().join(", ");
        let pairs = columns[2 + key.len()..].chunks(2);
        let mut shown: Vec<(Option<&str>, Option<String>, Option<String>)> = Vec::new();
        for (name, pair) in values.iter().zip(pairs) {
            let (one, other) = (value(&pair[0], row), value(&pair[1], row));
            let is_shown = match change {
                "changed" => one != other,
                _ => table.figures.contains(name),
            };
            if is_shown {
                shown.push((Some(name), one, other));
            }
        }
        // A row without figures is told too.
        if shown.is_empty() {
            shown.push((None, None, None));
        }
        for (column, one, other) in shown {
            cells[0].append_value(table.name.to_string());
            cells[1].append_value(&identity);
            cells[2].append_value(change);
            cells[3].append_option(column);
            cells[4].append_option(one);
            cells[5].append_option(other);
        }
    }
    let columns = cells.iter_mut().map(|cell| Arc::new(cell.finish()) as ArrayRef).collect();
    RecordBatch::try_new(difference_schema(), columns)
}

/// The values of a column as text.
fn value(column: &[Option<String>], row: usize) -> Option<String> {
    column.get(row).cloned().flatten()
}
