//! Which keys does a source no longer have, and which of its keys does the table lack?

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch};
use datafusion::arrow::datatypes::{Field, Schema};
use datafusion::prelude::DataFrame;
use futures::StreamExt;

use super::LoadError;
use super::read::unstop;
use super::spool::{Spool, Spooled};
use super::table::TableLoad;
use super::target::list;
use crate::source::SourceError;
use crate::source::database::{Database, read_keys};
use crate::warehouse::contract::Contract;

/// The source's full list of keys.
pub(super) fn keys(
    load: &TableLoad<'_>,
    database: &mut dyn Database,
) -> Result<Spooled, LoadError> {
    let contract = load.contract;
    let mut spool: Option<Spool> = None;
    let mut refused = 0_usize;
    let schema = key_schema(contract);
    let path = load.folder.join("keys.arrow");
    let mut take = |chunk: crate::source::shape::Chunk| {
        refused += chunk.refused.len();
        let mut write = || -> Result<(), LoadError> {
            let spool = match &mut spool {
                Some(spool) => spool,
                empty => empty.insert(Spool::create(&path, Arc::clone(&schema))?),
            };
            let columns: Result<Vec<ArrayRef>, LoadError> = contract
                .key
                .iter()
                .map(|name| {
                    let column = chunk.rows.column_by_name(name).cloned();
                    column.ok_or_else(|| LoadError::Column(name.clone()))
                })
                .collect();
            spool.write(&RecordBatch::try_new(Arc::clone(&schema), columns?)?)
        };
        write().map_err(|error| SourceError::Stopped(Box::new(error)))
    };
    let (object, shape) = (&contract.object, &contract.shape);
    unstop(read_keys(database, object, shape, &contract.key, &mut take))?;
    match spool {
        Some(spool) => spool.finish(),
        None => Spool::create(&path, schema)?.finish(),
    }
}

fn key_schema(contract: &Contract) -> Arc<Schema> {
    let fields: Vec<Field> = contract
        .key
        .iter()
        .filter_map(|name| contract.column(name))
        .map(|column| Field::new(&column.name, column.kind.arrow(), false))
        .collect();
    Arc::new(Schema::new(fields))
}

/// Keys of the table that the list lacks (`are_gone`), or keys of the list that the table lacks.
pub(super) fn missing_keys(
    load: &TableLoad<'_>,
    keys: &Spooled,
    are_gone: bool,
) -> Result<Spooled, LoadError> {
    let name = if are_gone { "gone.arrow" } else { "unknown.arrow" };
    let (from, other) = if are_gone { ("_known", "_keys") } else { ("_keys", "_known") };
    let key = &load.contract.key;
    let on: Vec<String> = key.iter().map(|name| format!("a.\"{name}\" = b.\"{name}\"")).collect();
    let remembered =
        format!("select {0} from _main union select {0} from _remembered", list("", key));
    let query = format!(
        "select {} from {from} as a left anti join {other} as b on {}",
        list("a", key),
        on.join(" and ")
    );
    load.wait(async {
        load.register("_main", load.stored(&load.targets.main).await?)?;
        load.register("_remembered", load.stored(&load.targets.remembered).await?)?;
        load.register("_keys", keys.frame(&load.session).await?)?;
        load.register("_known", load.session.sql(&remembered).await?)?;
        let frame = load.session.sql(&query).await?;
        spool_frame(load, name, frame, key_schema(load.contract)).await
    })
}

async fn spool_frame(
    load: &TableLoad<'_>,
    name: &str,
    frame: DataFrame,
    schema: Arc<Schema>,
) -> Result<Spooled, LoadError> {
    let mut spool = Spool::create(&load.folder.join(name), Arc::clone(&schema))?;
    let mut stream = frame.execute_stream().await?;
    while let Some(batch) = stream.next().await {
        let columns = batch?.columns().to_vec();
        spool.write(&RecordBatch::try_new(Arc::clone(&schema), columns)?)?;
    }
    spool.finish()
}
