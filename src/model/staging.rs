//! Does the SQL under sql/staging fit the raw tables that the contracts promise?

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{MemorySchemaProvider, SchemaProvider};
use datafusion::datasource::empty::EmptyTable;
use datafusion::error::DataFusionError;
use datafusion::prelude::SessionContext;

use super::{ModelError, front_matter};
use crate::engine::session::CATALOG;
use crate::warehouse::name::TableName;

/// A staging file of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StagingFile {
    /// relative to the project: `sql/staging/<department>/stg_<department>__<entity>.sql`
    pub place: String,
    /// where it lies
    pub path: PathBuf,
    /// the department, by its folder
    pub department: String,
}

/// All staging files of a project by their names.
///
/// # Errors
/// When a folder cannot be read.
pub fn files(root: &Path) -> Result<Vec<StagingFile>, ModelError> {
    let mut files = Vec::new();
    for folder in entries(root, &root.join("sql/staging"))? {
        if !folder.is_dir() {
            continue;
        }
        let department = name_of(&folder);
        for path in entries(root, &folder)? {
            if path.extension().is_some_and(|extension| extension == "sql") {
                let place = place_of(root, &path);
                files.push(StagingFile { place, path, department: department.clone() });
            }
        }
    }
    Ok(files)
}

fn entries(root: &Path, folder: &Path) -> Result<Vec<PathBuf>, ModelError> {
    let failed = |cause| ModelError::Unreadable { place: place_of(root, folder), cause };
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        paths.push(entry.map_err(failed)?.path());
    }
    paths.sort();
    Ok(paths)
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn place_of(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

/// Declares raw tables without rows to a session, so that SQL over them can be planned.
///
/// # Errors
/// When the session refuses one.
pub fn declare(
    session: &SessionContext,
    tables: &BTreeMap<TableName, SchemaRef>,
) -> Result<(), ModelError> {
    let missing = || DataFusionError::Internal(format!("the session has no catalog `{CATALOG}`"));
    let catalog = session.catalog(CATALOG).ok_or_else(missing).map_err(ModelError::Declare)?;
    for (name, columns) in tables {
        let schema = match catalog.schema(name.schema()) {
            Some(schema) => schema,
            None => {
                let schema: Arc<dyn SchemaProvider> = Arc::new(MemorySchemaProvider::new());
                catalog
                    .register_schema(name.schema(), Arc::clone(&schema))
                    .map_err(ModelError::Declare)?;
                schema
            }
        };
        let table = Arc::new(EmptyTable::new(Arc::clone(columns)));
        schema.register_table(name.table().to_owned(), table).map_err(ModelError::Declare)?;
    }
    Ok(())
}

/// Checks one file: its name, its head, and that its body can be planned over the declared tables
/// and gives the columns of the grain.
///
/// # Errors
/// The first mistake found.
pub async fn check(session: &SessionContext, file: &StagingFile) -> Result<(), ModelError> {
    let StagingFile { place, path, department } = file;
    let wanted = format!("stg_{department}__");
    if !name_of(path).starts_with(&wanted) {
        return Err(ModelError::Name { place: place.clone(), wanted });
    }
    let text = fs::read_to_string(path)
        .map_err(|cause| ModelError::Unreadable { place: place.clone(), cause })?;
    let head = front_matter::read(place, &text)?;
    let refused = |error: DataFusionError| ModelError::Body {
        place: place.clone(),
        message: error.strip_backtrace(),
    };
    let planned = session.sql(&text).await.map_err(refused)?;
    let given = planned.schema();
    match head.grain.iter().find(|column| !given.has_column_with_unqualified_name(column)) {
        Some(column) => Err(ModelError::Grain { place: place.clone(), column: column.clone() }),
        None => Ok(()),
    }
}
