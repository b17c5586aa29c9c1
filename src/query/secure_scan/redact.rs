//! What is said where reading fails? Only that it does; why, the log says.
//!
//! A cause names files, and perhaps values of rows that are hidden. Who runs the warehouse finds it
//! in the log by the incident that the message names.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use datafusion::error::DataFusionError;
use datafusion::object_store::path::Path;
use datafusion::object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use futures::stream::BoxStream;
use uuid::Uuid;

use crate::warehouse::name::TableName;

/// What people are told of an error.
pub(in crate::query) fn redacted(table: &TableName, cause: &DataFusionError) -> DataFusionError {
    match cause.find_root() {
        DataFusionError::ResourcesExhausted(_) => DataFusionError::ResourcesExhausted(format!(
            "reading `{table}` needs more memory than there is"
        )),
        _ => DataFusionError::Execution(incident(table, cause)),
    }
}

/// Logs a cause, and says how to find it.
fn incident(table: &TableName, cause: &dyn fmt::Display) -> String {
    let incident = Uuid::new_v4();
    tracing::error!(%incident, %table, %cause, "a table could not be read");
    format!("`{table}` could not be read; the log says why under incident {incident}")
}

/// The files of a table all of which is seen; errors tell no more of them than their names, which
/// plans tell too.
#[derive(Debug)]
pub(in crate::query) struct Redacted {
    store: Arc<dyn ObjectStore>,
    table: TableName,
}

impl Redacted {
    /// The files of a table.
    pub(in crate::query) fn new(store: Arc<dyn ObjectStore>, table: TableName) -> Self {
        Self { store, table }
    }

    fn told<T>(&self, read: Result<T>) -> Result<T> {
        read.map_err(|cause| Error::Generic {
            store: "patron",
            source: incident(&self.table, &cause).into(),
        })
    }
}

impl fmt::Display for Redacted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "files of {}", self.table)
    }
}

#[async_trait]
impl ObjectStore for Redacted {
    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.told(self.store.get_opts(location, options).await)
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.told(self.store.get_ranges(location, ranges).await)
    }

    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        self.store.put_opts(location, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.store.put_multipart_opts(location, options).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.store.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.store.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.store.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.store.copy_opts(from, to, options).await
    }
}
