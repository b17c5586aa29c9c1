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
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::error::Result;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::object_store::ObjectStore;
use datafusion::object_store::path::Path;
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

/// The table that a manifest describes, for sessions that [`register_store`] prepared.
///
/// # Errors
/// When the manifest contradicts itself.
pub fn table(
    home: &Home,
    manifest: Arc<Manifest>,
) -> std::result::Result<Arc<dyn TableProvider>, WarehouseError> {
    home.store().register(&manifest)?;
    let schema = schema_of(&manifest)?;
    let statistics = manifest
        .files
        .iter()
        .map(|file| Ok(Arc::new(statistics_of(home, file, &schema)?)))
        .collect::<std::result::Result<_, WarehouseError>>()?;
    Ok(Arc::new(ManifestTable { manifest, schema, statistics }))
}

#[derive(Debug)]
struct ManifestTable {
    manifest: Arc<Manifest>,
    schema: SchemaRef,
    /// of each file
    statistics: Vec<Arc<Statistics>>,
}

impl ManifestTable {
    /// Indexes of the files that may hold a row for which all filters are true.
    fn candidates(&self, state: &dyn Session, filters: &[Expr]) -> Result<Vec<usize>> {
        let all = 0..self.manifest.files.len();
        let Some(filter) = conjunction(filters.iter().cloned()) else { return Ok(all.collect()) };
        let columns = DFSchema::try_from(Arc::clone(&self.schema))?;
        let filter = state.create_physical_expr(filter, &columns)?;
        let known = PrunableStatistics::new(self.statistics.clone(), Arc::clone(&self.schema));
        let keep = PruningPredicateBuilder::new()
            .with_file_schema(Arc::clone(&self.schema))
            .try_build(filter)
            .and_then(|predicate| predicate.prune(&known));
        match keep {
            Ok(keep) => Ok(all.zip(keep).filter(|(_, keep)| *keep).map(|(file, _)| file).collect()),
            // Not every filter can be turned into one over statistics; then all files are read.
            Err(error) => {
                tracing::debug!(table = %self.manifest.table, %error, "no file is skipped");
                Ok(all.collect())
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
        let runtime = state.runtime_env();
        let reader = CachedParquetFileReaderFactory::new(
            runtime.object_store(&url)?,
            runtime.cache_manager.get_file_metadata_cache(),
        );
        let source = ParquetSource::new(Arc::clone(&self.schema))
            .with_table_parquet_options(state.default_table_options().parquet)
            .with_parquet_file_reader_factory(Arc::new(reader));
        let groups = FileGroup::new(files).split_files(state.config().target_partitions());
        let config = FileScanConfigBuilder::new(url, Arc::new(source))
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
