//! Where do refused rows stay until somebody mends them?
//!
//! `patron.quarantine` says which row was refused and why; `patron.quarantine_personal` holds what
//! it contained, since that may be personal. Each has one partition per raw table.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Int64Type, Schema};
use datafusion::prelude::DataFrame;
use futures::StreamExt;
use serde::{Deserialize, Serialize};

use super::LoadError;
use super::apply::manifest;
use super::read::Take;
use super::refusals;
use super::table::{Outcome, TableLoad};
use super::target::{Target, list};
use crate::source::rows::parse_raw;
use crate::source::shape::SOURCE_COLUMN;
use crate::warehouse::catalog;
use crate::warehouse::manifest::{DataFile, Manifest};
use crate::warehouse::name::TableName;

/// The columns of `patron.quarantine`.
const PLAIN: [&str; 11] = [
    "quarantine_id",
    "system",
    "schema_name",
    "table_name",
    "source",
    "row_number",
    "key",
    "cause",
    "column_name",
    "reason",
    "refused_at",
];
/// The columns of `patron.quarantine_personal`.
const PERSONAL: [&str; 3] = ["quarantine_id", "value", "raw"];

/// The files that hold the refused rows of one raw table.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct QuarantinePart {
    plain: Vec<DataFile>,
    personal: Vec<DataFile>,
}

impl QuarantinePart {
    /// All its files.
    pub fn files(&self) -> impl Iterator<Item = &DataFile> {
        self.plain.iter().chain(&self.personal)
    }
}

/// The names of the two tables of the quarantine.
pub fn names() -> Result<[TableName; 2], LoadError> {
    Ok(targets()?.map(|target| target.name))
}

/// The two tables of the quarantine.
fn targets() -> Result<[Target; 2], LoadError> {
    let target = |table: &str, columns: &[&str], order: &[&str]| {
        let all = refusals::schema();
        let fields: Result<Vec<Field>, _> =
            columns.iter().map(|name| all.field_with_name(name).cloned()).collect();
        Ok::<_, LoadError>(Target {
            name: TableName::new("patron", table).map_err(|problem| LoadError::Name { problem })?,
            schema: Arc::new(Schema::new(fields?)),
            order: order.iter().map(|term| (*term).to_owned()).collect(),
            key: vec!["quarantine_id".to_owned()],
        })
    };
    Ok([
        target("quarantine", &PLAIN, &["natural_key(source)", "row_number", "quarantine_id"])?,
        target("quarantine_personal", &PERSONAL, &["quarantine_id"])?,
    ])
}

/// The quarantine after some tables were loaded: their parts are replaced, tables without a
/// contract are dropped, all others stay.
pub fn assemble(
    base: [Option<&Manifest>; 2],
    parts: &BTreeMap<TableName, Option<QuarantinePart>>,
) -> Result<[Manifest; 2], LoadError> {
    let [plain, personal] = targets()?;
    let files = |base: Option<&Manifest>, choose: fn(&QuarantinePart) -> &Vec<DataFile>| {
        let mut files: BTreeMap<String, Vec<DataFile>> = BTreeMap::new();
        for file in base.into_iter().flat_map(|base| &base.files) {
            files.entry(file.partition.clone()).or_default().push(file.clone());
        }
        let mut kept = Vec::new();
        for (table, part) in parts {
            match part {
                Some(part) => kept.extend(choose(part).iter().cloned()),
                None => kept.extend(files.remove(&table.to_string()).unwrap_or_default()),
            }
        }
        kept
    };
    Ok([
        manifest(&plain, files(base[0], |part| &part.plain))?,
        manifest(&personal, files(base[1], |part| &part.personal))?,
    ])
}

/// The refused rows of a table in the base release.
async fn before(load: &TableLoad<'_>) -> Result<DataFrame, LoadError> {
    let [plain, personal] = targets()?;
    for (name, target) in [("_plain", &plain), ("_personal_part", &personal)] {
        let partition = load.contract.name.to_string();
        let manifest = match load.shared.base.and_then(|base| base.tables.get(&target.name)) {
            Some(entry) => {
                let whole = load.shared.writer.home().manifest(&target.name, &entry.manifest)?;
                let files = whole.files.iter().filter(|file| file.partition == partition);
                Manifest { files: files.cloned().collect(), ..(*whole).clone() }
            }
            None => manifest(target, Vec::new())?,
        };
        let table = catalog::table(load.shared.writer.home(), Arc::new(manifest))?;
        load.register(name, load.session.read_table(table)?)?;
    }
    let query = format!(
        "select {}, p.value, p.raw from _plain as q join _personal_part as p \
         on q.quarantine_id = p.quarantine_id",
        list("q", &PLAIN.map(str::to_owned))
    );
    Ok(load.session.sql(&query).await?)
}

/// Writes the refused rows of a table anew: those that still stand and those of this load.
pub(super) fn rebuild(
    load: &TableLoad<'_>,
    outcome: &Outcome,
) -> Result<QuarantinePart, LoadError> {
    let [plain, personal] = targets()?;
    let standing = standing_query(load, outcome);
    load.wait(async {
        load.register("_before", before(load).await?)?;
        let empty = load.refusals("no-refusals.arrow")?.finish()?;
        let mut fresh = empty.frame(&load.session).await?;
        for spool in outcome.refusals.iter().filter(|spool| spool.rows > 0) {
            fresh = fresh.union(spool.frame(&load.session).await?)?;
        }
        load.register("_fresh", fresh)?;
        let frames = [("_cleared", &outcome.cleared), ("_withdrawn", &outcome.withdrawn)];
        for (name, spool) in frames {
            if let Some(spool) = spool {
                load.register(name, spool.frame(&load.session).await?)?;
            }
        }
        load.register("_standing", load.session.sql(&standing).await?)
    })?;
    let write = |target: &Target| -> Result<Vec<DataFile>, LoadError> {
        let columns: Vec<String> =
            target.schema.fields().iter().map(|field| field.name().clone()).collect();
        let query = format!(
            "select {} from _standing order by {}",
            list("", &columns),
            target.order.join(", ")
        );
        let frame = load.wait(load.session.sql(&query))?;
        let partition = load.contract.name.to_string();
        Ok(load.applier().write(target, &partition, frame)?.into_iter().collect())
    };
    Ok(QuarantinePart { plain: write(&plain)?, personal: write(&personal)? })
}

/// The query that gives all refusals that stand after a load. A row refused again keeps the moment
/// of its first refusal.
fn standing_query(load: &TableLoad<'_>, outcome: &Outcome) -> String {
    let columns: Vec<String> =
        PLAIN.iter().chain(&PERSONAL[1..]).map(|name| (*name).to_owned()).collect();
    let mut kept = format!(
        "select {} from _before as b left anti join _fresh as f \
         on b.quarantine_id = f.quarantine_id",
        list("b", &columns)
    );
    if outcome.withdrawn.is_some() {
        kept.push_str(" left anti join _withdrawn as w on b.source = w._source");
    }
    if outcome.cleared.is_some() {
        kept.push_str(if load.contract.is_from_files() {
            " left anti join _cleared as c on b.source = c.source \
             and b.row_number = c.row_number and b.cause = 'duplicate'"
        } else {
            " left anti join _cleared as c on b.source = c.source and b.key = c.key"
        });
    }
    let is_dropped = outcome.is_whole || load.is_anew;
    let condition = match (is_dropped, outcome.is_replay) {
        (true, _) => " where false",
        (false, true) => " where b.cause <> 'value'",
        (false, false) => "",
    };
    kept.push_str(condition);
    let fresh: Vec<String> = columns
        .iter()
        .map(|name| match name.as_str() {
            "refused_at" => "coalesce(b.refused_at, f.refused_at) as refused_at".to_owned(),
            other => format!("f.{other}"),
        })
        .collect();
    format!(
        "{kept} union all select {} from _fresh as f left join _before as b \
         on b.quarantine_id = f.quarantine_id",
        fresh.join(", ")
    )
}

/// Runs the rows that were refused for a value through the contract again, in their order; tells
/// how many there were.
pub(super) fn replay(load: &TableLoad<'_>, take: &mut Take<'_>) -> Result<u64, LoadError> {
    let mut count = 0;
    let mut stream = load.wait(async {
        load.register("_before", before(load).await?)?;
        let query = "select source, row_number, raw from _before where cause = 'value' \
                     order by natural_key(source), row_number, quarantine_id";
        Ok::<_, LoadError>(load.session.sql(query).await?.execute_stream().await?)
    })?;
    while let Some(batch) = load.wait(stream.next()) {
        let batch = batch?;
        count += batch.num_rows() as u64;
        let sources = batch.column(0).as_string::<i32>();
        let mut first = 0;
        for row in 1..=batch.num_rows() {
            if row < batch.num_rows() && sources.value(row) == sources.value(first) {
                continue;
            }
            replay_source(load, &batch.slice(first, row - first), take)?;
            first = row;
        }
    }
    Ok(count)
}

fn replay_source(
    load: &TableLoad<'_>,
    batch: &RecordBatch,
    take: &mut Take<'_>,
) -> Result<(), LoadError> {
    let source = batch.column(0).as_string::<i32>().value(0);
    let numbers = batch.column(1).as_primitive::<Int64Type>();
    let mut rows: Vec<(i64, BTreeMap<String, Option<String>>)> = Vec::new();
    for (row, raw) in batch.column(2).as_string::<i32>().iter().enumerate() {
        rows.push((numbers.value(row), serde_json::from_str(raw.unwrap_or("{}"))?));
    }
    let rows = rows.iter().map(|(number, raw)| (*number, raw));
    let chunk = parse_raw(&load.contract.shape, source, rows)?;
    take(source, &chunk)
}

/// The source that the rows of a chunk name, or the object where the chunk has none.
pub(super) fn source_of(rows: &RecordBatch, object: &str) -> String {
    let column = rows
        .column_by_name(SOURCE_COLUMN)
        .filter(|column| column.data_type() == &DataType::Utf8 && !column.is_empty());
    column.map_or_else(|| object.to_owned(), |column| column.as_string::<i32>().value(0).to_owned())
}
