//! Within which limits does a query run? The only place that makes a session.

use std::path::PathBuf;
use std::sync::Arc;

use datafusion::execution::SessionStateBuilder;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};

use super::EngineError;
use crate::functions;

/// Name of the catalog that holds every schema.
pub const CATALOG: &str = "patron";
/// Name of the schema that a table without one is looked for in.
pub const SCHEMA: &str = "public";

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

/// A session without tables.
///
/// # Errors
/// When the folder for spilling cannot be used.
#[expect(clippy::disallowed_methods, reason = "this is the place that makes sessions")]
pub fn session(limits: &Limits) -> Result<SessionContext, EngineError> {
    std::fs::create_dir_all(&limits.spill_dir)
        .map_err(|source| EngineError::SpillFolder { path: limits.spill_dir.clone(), source })?;
    let spill = DiskManagerMode::Directories(vec![limits.spill_dir.clone()]);
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(FairSpillPool::new(limits.memory_bytes)))
        .with_disk_manager_builder(DiskManagerBuilder::default().with_mode(spill))
        .build_arc()
        .map_err(EngineError::Session)?;
    let state = SessionStateBuilder::new()
        .with_config(config(limits.threads.max(1)))
        .with_runtime_env(runtime)
        .with_default_features()
        .with_optimizer_rules(functions::optimizer_rules())
        .build();
    let context = SessionContext::new_with_state(state);
    for aggregate in functions::aggregates() {
        context.register_udaf(aggregate);
    }
    for function in functions::scalars() {
        context.register_udf(function);
    }
    Ok(context)
}

fn config(threads: usize) -> SessionConfig {
    let mut config = SessionConfig::new()
        .with_target_partitions(threads)
        .with_default_catalog_and_schema(CATALOG, SCHEMA)
        .with_information_schema(true);
    let options = config.options_mut();
    // Money is decimal: `0.1` in a query is exactly a tenth.
    options.sql_parser.parse_float_as_decimal = true;
    // A cast to text gives the type in which text is stored.
    options.sql_parser.map_string_types_to_utf8view = false;
    options.execution.time_zone = Some("+00:00".to_owned());
    // With it, running a plan a second time finds the queue of files drained and returns too few
    // rows: a wrong answer for a little balance between threads.
    options.execution.enable_file_stream_work_stealing = false;
    config
}
