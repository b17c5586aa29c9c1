//! How does a query see a table of a release?
//!
//! As the explicit files of its manifest, with the manifest's statistics: nothing is listed, no
//! footer is read to plan, and files that cannot hold a matching row are not opened.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::pruning::PrunableStatistics;
use datafusion::common::stats::Precision;
use datafusion::common::{ColumnStatistics, DFSchema, ScalarValue, Statistics};
use datafusion::datasource::TableType;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::parquet::CachedParquetFileReaderFactory;
use datafusion::datasource::physical_plan::{
    FileGroup, FileScanConfig, FileScanConfigBuilder, ParquetSource,
};
use datafusion::datasource::source::DataSourceExec;
use datafusion::error::Result;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::object_store::ObjectStore;
use datafusion::object_store::path::Path;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_optimizer::pruning::PruningPredicateBuilder;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::prelude::SessionContext;

use super::assemble::schema_of;
use super::blocks;
use super::error::WarehouseError;
use super::home::Home;
use super::manifest::{DataFile, Manifest};
use super::statistics::value_of;

/// Under this address sessions know the warehouse's files.
const STORE_URL: &str = "patron://warehouse";

/// Makes the warehouse's files readable in a session: the checked store is all that its queries
/// can reach.
///
/// # Errors
/// Never, as long as the store's address is well-formed.
pub fn register_store(context: &SessionContext, home: &Home) -> Result<()> {
    let url = ObjectStoreUrl::parse(STORE_URL)?;
    let store: Arc<dyn ObjectStore> = home.store().clone();
    context.register_object_store(url.as_ref(), store);
    Ok(())
}

/// A plan of [`ManifestTable::in_order`] with another condition, by which parts of its files are
/// left out that hold no row of which it is true; nothing where the plan reads no file.
pub fn skipping(
    plan: &Arc<dyn ExecutionPlan>,
    condition: Arc<dyn PhysicalExpr>,
) -> Option<Arc<dyn ExecutionPlan>> {
    let source = plan.downcast_ref::<DataSourceExec>()?.data_source();
    let mut config = source.downcast_ref::<FileScanConfig>()?.clone();
    let files = config.file_source.downcast_ref::<ParquetSource>()?;
    config.file_source = Arc::new(files.with_predicate(condition));
    Some(DataSourceExec::from_data_source(config))
}

/// The table that a manifest describes, for sessions that [`register_store`] prepared.
///
/// # Errors
/// When the manifest contradicts itself.
pub fn table(
    home: &Home,
    manifest: Arc<Manifest>,
) -> std::result::Result<Arc<dyn TableProvider>, WarehouseError> {
    Ok(Arc::new(ManifestTable::new(home, manifest)?))
}

/// Bytes of a file that one worker reads where rows are given in the order of files.
const PIECE_BYTES: u64 = 4 << 20;

/// A table as a manifest describes it.
#[derive(Debug)]
pub struct ManifestTable {
    manifest: Arc<Manifest>,
    schema: SchemaRef,
    /// of each file
    statistics: Vec<Arc<Statistics>>,
    /// what its files are read through; the session's store where absent
    store: Option<Arc<dyn ObjectStore>>,
}

impl ManifestTable {
    /// As [`table`].
    ///
    /// # Errors
    /// When the manifest contradicts itself.
    pub fn new(home: &Home, manifest: Arc<Manifest>) -> std::result::Result<Self, WarehouseError> {
        home.store().register(&manifest)?;
        let schema = schema_of(&manifest)?;
        let statistics = manifest
            .files
            .iter()
            .map(|file| Ok(Arc::new(statistics_of(home, file, &schema)?)))
            .collect::<std::result::Result<_, WarehouseError>>()?;
        Ok(Self { manifest, schema, statistics, store: None })
    }

    /// The same, its files read through another store.
    #[must_use]
    pub fn through(self, store: Arc<dyn ObjectStore>) -> Self {
        Self { store: Some(store), ..self }
    }

    /// A plan whose partitions, one behind the other, give some columns of the rows in the order of
    /// the files. Files and parts of them in which a condition can be true of no row are left out;
    /// the rows of others are given whether it is true of them or not.
    ///
    /// # Errors
    /// When a column is not there.
    pub fn in_order(
        &self,
        state: &dyn Session,
        columns: Vec<usize>,
        condition: Arc<dyn PhysicalExpr>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let mut pieces = Vec::new();
        for file in self.holding(Arc::clone(&condition)) {
            let bytes = self.manifest.files[file].size_bytes;
            let mut from = 0;
            while from < bytes {
                let until = bytes.min(from + PIECE_BYTES);
                let range = (to_i64(from), to_i64(until));
                let piece = self.partitioned_file(file).with_range(range.0, range.1);
                pieces.push(FileGroup::new(vec![piece]));
                from = until;
            }
        }
        if pieces.is_empty() {
            return Ok(Arc::new(EmptyExec::new(self.schema.project(&columns)?.into())));
        }
        let source = self.source(state)?.with_pushdown_filters(false).with_predicate(condition);
        let url = ObjectStoreUrl::parse(STORE_URL)?;
        let config = FileScanConfigBuilder::new(url, Arc::new(source))
            .with_file_groups(pieces)
            .with_projection_indices(Some(columns))?
            .with_preserve_order(true)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }

    /// How files are read.
    fn source(&self, state: &dyn Session) -> Result<ParquetSource> {
        let runtime = state.runtime_env();
        let store = match &self.store {
            Some(store) => Arc::clone(store),
            None => runtime.object_store(ObjectStoreUrl::parse(STORE_URL)?)?,
        };
        let cache = runtime.cache_manager.get_file_metadata_cache();
        let reader = CachedParquetFileReaderFactory::new(store, cache);
        Ok(ParquetSource::new(Arc::clone(&self.schema))
            .with_table_parquet_options(state.default_table_options().parquet)
            .with_parquet_file_reader_factory(Arc::new(reader)))
    }

    /// Indexes of the files that may hold a row for which all filters are true.
    fn candidates(&self, state: &dyn Session, filters: &[Expr]) -> Result<Vec<usize>> {
        let Some(filter) = conjunction(filters.iter().cloned()) else {
            return Ok((0..self.manifest.files.len()).collect());
        };
        let columns = DFSchema::try_from(Arc::clone(&self.schema))?;
        Ok(self.holding(state.create_physical_expr(filter, &columns)?))
    }

    /// Indexes of the files that may hold a row for which a filter is true.
    fn holding(&self, filter: Arc<dyn PhysicalExpr>) -> Vec<usize> {
        let all = 0..self.manifest.files.len();
        let known = PrunableStatistics::new(self.statistics.clone(), Arc::clone(&self.schema));
        let keep = PruningPredicateBuilder::new()
            .with_file_schema(Arc::clone(&self.schema))
            .try_build(filter)
            .and_then(|predicate| predicate.prune(&known));
        match keep {
            Ok(keep) => all.zip(keep).filter(|(_, keep)| *keep).map(|(file, _)| file).collect(),
            // Not every filter can be turned into one over statistics; then all files are read.
            Err(error) => {
                tracing::debug!(table = %self.manifest.table, %error, "no file is skipped");
                all.collect()
            }
        }
    }

    fn partitioned_file(&self, index: usize) -> PartitionedFile {
        let file = &self.manifest.files[index];
        let location = Path::from(file.path.as_str());
        PartitionedFile::new_from_meta(blocks::meta(location, file.size_bytes))
            .with_arrow_schema(Arc::clone(&self.schema))
            .with_statistics(Arc::clone(&self.statistics[index]))
    }
}

#[async_trait]
impl TableProvider for ManifestTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let candidates = self.candidates(state, filters)?;
        if candidates.is_empty() {
            let schema = datafusion::common::project_schema(&self.schema, projection)?;
            return Ok(Arc::new(EmptyExec::new(schema)));
        }
        let known: Vec<_> = candidates.iter().map(|file| &self.statistics[*file]).collect();
        let files = candidates.iter().map(|file| self.partitioned_file(*file)).collect();
        let url = ObjectStoreUrl::parse(STORE_URL)?;
        let groups = FileGroup::new(files).split_files(state.config().target_partitions());
        let config = FileScanConfigBuilder::new(url, Arc::new(self.source(state)?))
            .with_file_groups(groups)
            .with_statistics(total(&self.schema, &known))
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}

/// The statistics of a file as the engine wants them.
fn statistics_of(
    home: &Home,
    file: &DataFile,
    schema: &SchemaRef,
) -> std::result::Result<Statistics, WarehouseError> {
    if file.statistics.len() != schema.fields().len() {
        let finding = "its manifest lacks statistics of a column";
        return Err(WarehouseError::damaged(&home.root().join(&file.path), finding));
    }
    let column_statistics = file
        .statistics
        .iter()
        .zip(schema.fields())
        .map(|(known, field)| {
            let bound = |text: &Option<String>| match text {
                Some(text) => exact(value_of(text, field.data_type())),
                None => Precision::Absent,
            };
            ColumnStatistics {
                null_count: Precision::Exact(to_usize(known.nulls)),
                min_value: bound(&known.min),
                max_value: bound(&known.max),
                ..ColumnStatistics::new_unknown()
            }
        })
        .collect();
    Ok(Statistics {
        num_rows: Precision::Exact(to_usize(file.rows)),
        total_byte_size: Precision::Inexact(to_usize(file.size_bytes)),
        column_statistics,
    })
}

/// The statistics of several files together. A bound is known only if every file that has a value
/// at all knows its own.
fn total(schema: &SchemaRef, files: &[&Arc<Statistics>]) -> Statistics {
    let mut total = Statistics::new_unknown(schema);
    total.num_rows = sum(files.iter().map(|file| &file.num_rows));
    total.total_byte_size = sum(files.iter().map(|file| &file.total_byte_size));
    for (index, column) in total.column_statistics.iter_mut().enumerate() {
        let parts: Vec<_> = files.iter().map(|file| &file.column_statistics[index]).collect();
        column.null_count = sum(parts.iter().map(|part| &part.null_count));
        let valued = || {
            files
                .iter()
                .zip(&parts)
                .filter(|(file, part)| part.null_count != file.num_rows)
                .map(|(_, part)| part)
        };
        column.min_value = best(valued().map(|part| &part.min_value), Precision::min);
        column.max_value = best(valued().map(|part| &part.max_value), Precision::max);
    }
    total
}

fn sum<'a>(parts: impl Iterator<Item = &'a Precision<usize>>) -> Precision<usize> {
    parts.fold(Precision::Exact(0), |total, part| total.add(part))
}

type Bound = Precision<ScalarValue>;

fn best<'a>(parts: impl Iterator<Item = &'a Bound>, better: fn(&Bound, &Bound) -> Bound) -> Bound {
    parts.cloned().reduce(|one, other| better(&one, &other)).unwrap_or(Precision::Absent)
}

fn exact(value: Option<ScalarValue>) -> Bound {
    value.map_or(Precision::Absent, Precision::Exact)
}

/// Counts fit on a 64-bit machine.
fn to_usize(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// Sizes of files, too.
fn to_i64(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}
