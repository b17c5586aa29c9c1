//! Which table is built next, and by whom?
//!
//! A worker takes the first table, in the order of needs, all of whose inputs are there. Big tables
//! that nothing waits for so overlap with others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;

use super::tables::Tables;
use super::{BuildError, Context, Outcome, Report, build_table, checks, closing};
use crate::model::compile::Model;
use crate::model::files::Layer;
use crate::warehouse::name::TableName;
use crate::warehouse::release::{Built, CheckResult};

/// How many tables are built at once, at most: they share the memory.
const AT_ONCE: usize = 2;

/// What the workers share.
struct Work<'a> {
    context: &'a Context<'a>,
    tables: &'a Tables<'a>,
    board: Mutex<Board<'a>>,
    /// rings whenever there may be something to take
    changed: Condvar,
}

/// How far the build is.
struct Board<'a> {
    waiting: Vec<&'a Model>,
    busy: usize,
    /// the tables that had too little memory beside another one, and are built alone
    alone: BTreeSet<TableName>,
    /// whether one of them is being built
    is_alone: bool,
    done: BTreeSet<TableName>,
    reports: BTreeMap<TableName, Report>,
    failed: Option<BuildError>,
}

/// Builds all tables, then checks their rows.
pub(super) fn run(context: &Context<'_>) -> Result<Outcome, BuildError> {
    let workers = context.limits.threads.clamp(1, AT_ONCE);
    let tables = Tables::new(context)?;
    let board = Board {
        waiting: context.models.stored().collect(),
        busy: 0,
        alone: BTreeSet::new(),
        is_alone: false,
        done: BTreeSet::new(),
        reports: BTreeMap::new(),
        failed: None,
    };
    let work = Work { context, tables: &tables, board: Mutex::new(board), changed: Condvar::new() };
    at_once(workers, || work.run());
    let board = work.board.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = board.failed {
        return Err(error);
    }
    if let Some(model) = board.waiting.first().filter(|_| board.busy == 0) {
        return Err(BuildError::Waits { place: model.file.place.clone() });
    }
    if board.busy > 0 {
        return Err(BuildError::Died);
    }
    let reports = board.reports;
    let (findings, checked) = check(context, &tables, &reports, workers)?;
    Ok(Outcome { entries: tables.into_built(), findings, checked, reports })
}

/// Does the same on several threads inside the caller's runtime; the caller looks at what is left.
fn at_once(workers: usize, work: impl Fn() + Sync) {
    let runtime = Handle::current();
    std::thread::scope(|scope| {
        let spawn = |_| {
            scope.spawn(|| {
                let _entered = runtime.enter();
                work();
            })
        };
        (0..workers).map(spawn).collect::<Vec<_>>().into_iter().for_each(|worker| {
            // What a thread that died had taken stays marked as busy.
            let _ = worker.join();
        });
    });
}

impl<'a> Work<'a> {
    fn board(&self) -> MutexGuard<'_, Board<'a>> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        while let Some(model) = self.take() {
            let watch = Watch(self);
            let built = build_table(self.context, self.tables, model);
            std::mem::forget(watch);
            let name = &model.file.name;
            if let Ok((_, report)) = &built {
                (self.context.heard)(name, report);
            }
            let mut board = self.board();
            board.busy -= 1;
            let was_alone = std::mem::take(&mut board.is_alone);
            match built {
                Err(BuildError::Memory { message, .. }) if !was_alone && board.failed.is_none() => {
                    tracing::warn!(table = %name, %message, "it is built again, alone");
                    board.alone.insert(name.clone());
                    board.waiting.push(model);
                }
                Ok((entry, report)) => {
                    self.tables.add(name.clone(), entry);
                    board.done.insert(name.clone());
                    board.reports.insert(name.clone(), report);
                }
                Err(error) => {
                    board.waiting.clear();
                    board.failed.get_or_insert(error);
                }
            }
            drop(board);
            self.changed.notify_all();
        }
    }

    /// The next table whose inputs are there; waits while others may bring them, and while one is
    /// built alone.
    fn take(&self) -> Option<&'a Model> {
        let mut board = self.board();
        loop {
            let is_ready = |model: &&Model| {
                let has_room = board.busy == 0 || !board.alone.contains(&model.file.name);
                !board.is_alone && has_room && self.needs(model).is_subset(&board.done)
            };
            if let Some(at) = board.waiting.iter().position(is_ready) {
                let model = board.waiting.remove(at);
                board.busy += 1;
                board.is_alone = board.alone.contains(&model.file.name);
                return Some(model);
            }
            if board.busy == 0 {
                return None;
            }
            board = self.changed.wait(board).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The tables that must be built before this one.
    fn needs(&self, model: &Model) -> BTreeSet<TableName> {
        let models = self.context.models;
        let mut needs = models.inputs(model);
        needs.extend(closing::inputs(self.context, model));
        let is_computed = |name: &TableName| {
            models.by_name.get(name).is_some_and(|model| model.file.layer.is_stored())
        };
        needs.into_iter().filter(is_computed).collect()
    }
}

/// Ends the build when a worker dies, so that the others do not wait for it.
struct Watch<'w, 'a>(&'w Work<'a>);

impl Drop for Watch<'_, '_> {
    fn drop(&mut self) {
        let mut board = self.0.board();
        board.waiting.clear();
        board.busy -= 1;
        board.failed.get_or_insert(BuildError::Died);
        drop(board);
        self.0.changed.notify_all();
    }
}

/// Checks the rows of all tables, several at once.
fn check(
    context: &Context<'_>,
    tables: &Tables<'_>,
    reports: &BTreeMap<TableName, Report>,
    workers: usize,
) -> Result<(Vec<CheckResult>, BTreeMap<TableName, Built>), BuildError> {
    // What a rollup is told by tells its rows apart, and the cube's own grain is checked.
    let is_checked = |model: &&Model| match model.file.layer {
        Layer::Intermediate | Layer::Marts | Layer::Checks | Layer::Cubes => true,
        Layer::Staging | Layer::Reports | Layer::Rollups => false,
    };
    let waiting: Vec<&Model> = context.models.in_order().filter(is_checked).collect();
    let count = waiting.len();
    let waiting = Mutex::new(waiting);
    let found = Mutex::new(Vec::new());
    at_once(workers, || {
        let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
        while let Some(model) = next() {
            let result = checks::check(context, tables, model, reports);
            found.lock().unwrap_or_else(PoisonError::into_inner).push(result);
        }
    });
    let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    if found.len() < count {
        return Err(BuildError::Died);
    }
    let (mut findings, mut checked) = (Vec::new(), BTreeMap::new());
    for result in found {
        let result = result?;
        findings.extend(result.findings);
        checked.insert(result.name, result.rests_on);
    }
    let place = |finding: &CheckResult| (finding.name.clone(), finding.period.clone());
    findings.sort_by_key(place);
    Ok((findings, checked))
}
