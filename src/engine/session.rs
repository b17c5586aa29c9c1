//! Within which limits does a query run? The only place that makes a session.

use std::path::PathBuf;
use std::sync::Arc;

use datafusion::execution::SessionStateBuilder;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::prelude::{SessionConfig, SessionContext};

use super::EngineError;
use super::joins;
use super::memory::SharedMemory;
use super::windows::PartitionwiseWindows;
use crate::functions;

/// Name of the catalog that holds every schema.
pub const CATALOG: &str = "patron";
/// Name of the schema that a table without one is looked for in.
pub const SCHEMA: &str = "public";

/// Functions of the engine that tell where a row lies in which file, which is nobody's business:
/// they would name folders, and count rows that not everybody may see.
const OF_FILES: [&str; 2] = ["file_row_index", "input_file_name"];

/// How much a session may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// threads that work on one query
    pub threads: usize,
    /// bytes that sorts, groups and joins may hold in memory together; beyond, they spill
    pub memory_bytes: usize,
    /// folder for what they spill; created if missing
    pub spill_dir: PathBuf,
}

/// Memory and disk that several sessions use together.
#[derive(Debug, Clone)]
pub struct Shared {
    runtime: Arc<RuntimeEnv>,
    memory_bytes: usize,
}

/// Of a session's memory, the part that a sort keeps back for merging what it spilled; there may be
/// several sorts in a query, and several queries at once.
const MERGING_PART: usize = 32;
/// The most that it keeps back.
const MERGING_BYTES: usize = 10 << 20;

/// Memory and disk for several sessions.
///
/// # Errors
/// When the folder for spilling cannot be used.
pub fn shared(limits: &Limits) -> Result<Shared, EngineError> {
    std::fs::create_dir_all(&limits.spill_dir)
        .map_err(|source| EngineError::SpillFolder { path: limits.spill_dir.clone(), source })?;
    let spill = DiskManagerMode::Directories(vec![limits.spill_dir.clone()]);
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(SharedMemory::new(limits.memory_bytes)))
        .with_disk_manager_builder(DiskManagerBuilder::default().with_mode(spill))
        .build_arc()
        .map_err(EngineError::Session)?;
    Ok(Shared { runtime, memory_bytes: limits.memory_bytes })
}

/// A session without tables, with limits of its own.
///
/// # Errors
/// When the folder for spilling cannot be used.
pub fn session(limits: &Limits) -> Result<SessionContext, EngineError> {
    Ok(session_within(&shared(limits)?, limits.threads))
}

/// A session without tables that shares memory and disk with others.
#[expect(clippy::disallowed_methods, reason = "this is the place that makes sessions")]
pub fn session_within(shared: &Shared, threads: usize) -> SessionContext {
    let state = SessionStateBuilder::new()
        .with_config(config(threads.max(1), shared.memory_bytes))
        .with_runtime_env(Arc::clone(&shared.runtime))
        .with_default_features()
        .with_optimizer_rules(functions::optimizer_rules())
        .with_physical_optimizer_rules(joins::rules())
        .with_physical_optimizer_rule(Arc::new(PartitionwiseWindows))
        .build();
    let context = SessionContext::new_with_state(state);
    for function in OF_FILES {
        context.deregister_udf(function);
    }
    for aggregate in functions::aggregates() {
        context.register_udaf(aggregate);
    }
    for scalar in functions::scalars() {
        context.register_udf(scalar);
    }
    for window in functions::windows() {
        context.register_udwf(window);
    }
    context
}

fn config(threads: usize, memory_bytes: usize) -> SessionConfig {
    let mut config = SessionConfig::new()
        .with_target_partitions(threads)
        .with_default_catalog_and_schema(CATALOG, SCHEMA)
        .with_information_schema(true)
        // A file for each batch that waits on disk between partitions: of two files that are still
        // written, DataFusion 55.2 waits for the older one although its batch lies in the other,
        // and the query never ends.
        .set_usize("datafusion.execution.max_spill_file_size_bytes", 1);
    let options = config.options_mut();
    // Money is decimal: `0.1` in a query is exactly a tenth.
    options.sql_parser.parse_float_as_decimal = true;
    // A cast to text gives the type in which text is stored.
    options.sql_parser.map_string_types_to_utf8view = false;
    // `joins` says which side of a join is held in memory.
    options.optimizer.join_reordering = false;
    options.execution.sort_spill_reservation_bytes =
        (memory_bytes / MERGING_PART).min(MERGING_BYTES);
    options.execution.time_zone = Some("+00:00".to_owned());
    // With it, running a plan a second time finds the queue of files drained and returns too few
    // rows: a wrong answer for a little balance between threads.
    options.execution.enable_file_stream_work_stealing = false;
    config
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use datafusion::arrow::array::AsArray;
    use datafusion::arrow::datatypes::Int64Type;

    use super::*;

    /// Tries; a query that stops does so in one or two of three.
    const TRIES: usize = 6;
    /// No try takes as long.
    const WAIT: Duration = Duration::from_secs(60);

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_waits_on_disk_between_partitions_is_read_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let spill_dir = folder.path().to_path_buf();
        // A million texts of 4,000 places, in memory for a part of them.
        let sql = "select count(*), sum(texts) from (select number % 4000 as place, count(distinct \
                   concat('a text of some length, number ', number)) as texts from (select \
                   unnest(range(0, 1000000)) as number) group by number % 4000) as counted";
        for attempt in 0..TRIES {
            let limits = Limits { threads: 2, memory_bytes: 4 << 20, spill_dir: spill_dir.clone() };
            let frame = session(&limits).unwrap().sql(sql).await.unwrap();
            let rows = tokio::time::timeout(WAIT, frame.collect()).await;
            let rows = rows.unwrap_or_else(|_| panic!("attempt {attempt} does not end")).unwrap();
            let cell = |column: usize| rows[0].column(column).as_primitive::<Int64Type>().value(0);
            assert_eq!((cell(0), cell(1)), (4_000, 1_000_000));
        }
    }
}
