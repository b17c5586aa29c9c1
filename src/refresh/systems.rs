//! What did each departmental system bring?

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::Mutex;

use tokio::runtime::Handle;

use super::{Progress, RefreshError, resume};
use crate::source::SourceError;
use crate::source::files::Folder;
use crate::source::sqlite::Snapshot;
use crate::warehouse::contract::{Contract, Mode};
use crate::warehouse::load::{Context, Input, LoadError, Loaded, load_table};
use crate::warehouse::name::TableName;
use crate::warehouse::project::{Project, System, SystemKind};

/// What a system brought, or why it is down.
pub(super) type Brought = Result<BTreeMap<TableName, Loaded>, RefreshError>;

/// Reads the named systems, several at once; the tables of one system come one after the other, so
/// that a database is asked in a single transaction.
pub(super) fn read_systems(
    project: &Project,
    shared: &Context<'_>,
    names: &[String],
    progress: &dyn Progress,
) -> BTreeMap<String, Brought> {
    let queue: Mutex<VecDeque<&String>> = Mutex::new(names.iter().collect());
    let results: Mutex<BTreeMap<String, Brought>> = Mutex::new(BTreeMap::new());
    let runtime = Handle::current();
    let workers = shared.limits.threads.clamp(1, names.len().max(1));
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let _entered = runtime.enter();
                while let Some(name) = queue.lock().ok().and_then(|mut queue| queue.pop_front()) {
                    let Some(system) = project.systems.get(name) else { continue };
                    let brought = read_system(project, shared, name, system, progress);
                    if let Ok(mut results) = results.lock() {
                        results.insert(name.clone(), brought);
                    }
                }
            });
        }
    });
    results.into_inner().unwrap_or_default()
}

fn read_system(
    project: &Project,
    shared: &Context<'_>,
    name: &str,
    system: &System,
    progress: &dyn Progress,
) -> Brought {
    let path = project.system_path(system);
    let down =
        |cause: String| RefreshError::Down { system: name.to_owned(), path: path.clone(), cause };
    let folder = project.folder_of(name, system, shared.writer.tmp());
    let folder = folder.map_err(|error| down(error.to_string()))?;
    let snapshot = match system.kind {
        SystemKind::Files => match folder.check() {
            Ok(()) => None,
            Err(SourceError::NoFolder { .. }) => {
                return Err(down("there is no such folder".to_owned()));
            }
            Err(error) => return Err(down(error.to_string())),
        },
        SystemKind::Sqlite => Some(Snapshot::open(&path).map_err(|error| down(error.to_string()))?),
    };
    let mut tables = BTreeMap::new();
    let contracts = project.contracts.iter().filter(|(_, contract)| contract.system == name);
    for (table, contract) in contracts {
        progress.started(table);
        let loaded = match &snapshot {
            Some(snapshot) => load_table(shared, contract, &Input::Sqlite(snapshot)),
            None => from_files(shared, &folder, &path, contract),
        };
        let loaded = loaded.map_err(|cause| failure(name, table, cause))?;
        progress.finished(table, loaded.accounting.as_ref());
        tables.insert(table.clone(), loaded);
    }
    Ok(tables)
}

fn from_files(
    shared: &Context<'_>,
    folder: &Folder,
    path: &Path,
    contract: &Contract,
) -> Result<Loaded, LoadError> {
    let found = folder.find(&contract.object)?;
    // An archive may be empty for now; a full delivery that is missing would delete the table.
    if found.is_empty() && contract.mode == Mode::Full {
        return Err(LoadError::NoFiles {
            place: contract.place.clone(),
            object: contract.object.clone(),
            folder: path.to_owned(),
        });
    }
    let mark = resume::mark(shared, contract, &found)?;
    if let Some(loaded) = resume::find(shared, contract, &mark) {
        return Ok(loaded);
    }
    let loaded = load_table(shared, contract, &Input::Files(found))?;
    resume::keep(shared, contract, &mark, &loaded);
    Ok(loaded)
}

/// Tells trouble of the source from trouble of our own.
fn failure(system: &str, table: &TableName, cause: LoadError) -> RefreshError {
    let is_source = matches!(
        cause,
        LoadError::Source(_)
            | LoadError::NoFiles { .. }
            | LoadError::NeededAgain { .. }
            | LoadError::Changed { .. }
            | LoadError::Gone { .. }
    );
    let table = table.clone();
    match cause {
        LoadError::Warehouse(own) => RefreshError::Warehouse(own),
        LoadError::Source(SourceError::Stopped(inner)) => {
            let cause = Box::new(LoadError::Source(SourceError::Stopped(inner)));
            RefreshError::Table { table, cause }
        }
        cause if is_source => {
            RefreshError::System { system: system.to_owned(), table, cause: Box::new(cause) }
        }
        cause => RefreshError::Table { table, cause: Box::new(cause) },
    }
}

/// The systems of a project, or the one that is wanted.
pub(super) fn chosen(
    project: &Project,
    only: Option<&String>,
) -> Result<Vec<String>, RefreshError> {
    let all = || project.systems.keys().cloned();
    match only {
        None => Ok(all().collect()),
        Some(wanted) if project.systems.contains_key(wanted) => Ok(vec![wanted.clone()]),
        Some(wanted) => Err(RefreshError::UnknownSystem {
            wanted: wanted.clone(),
            known: all().collect::<Vec<_>>().join(", "),
        }),
    }
}
