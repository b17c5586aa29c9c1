//! What did each departmental system bring?
//!
//! Workers take tables from all systems. A folder of files gives several tables at once; a database
//! as many as there can be connections to its one moment.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;

use super::{Progress, RefreshError, resume};
use crate::source::SourceError;
use crate::source::database::{Database, Opener};
use crate::source::open::open_database;
use crate::warehouse::contract::{Contract, Mode};
use crate::warehouse::load::{Context, Input, LoadError, Loaded, load_table};
use crate::warehouse::name::TableName;
use crate::warehouse::project::{Project, System};

/// What a system brought, or why it is down.
pub(super) type Brought = Result<BTreeMap<TableName, Loaded>, RefreshError>;

/// Everything that the workers share.
struct Work<'a> {
    project: &'a Project,
    shared: &'a Context<'a>,
    progress: &'a dyn Progress,
    board: Mutex<Vec<Plan<'a>>>,
    /// rings whenever there may be something to take
    changed: Condvar,
}

/// How far a system is.
struct Plan<'a> {
    name: &'a str,
    system: &'a System,
    waiting: VecDeque<(&'a TableName, &'a Contract)>,
    lanes: Lanes,
    /// tables being loaded, or the opening of the system
    busy: usize,
    brought: Brought,
}

/// What a system's tables are read over.
enum Lanes {
    /// nobody has opened the system yet
    Closed,
    /// files need none
    Files,
    /// connections to one moment
    Database { idle: Vec<Box<dyn Database>>, opener: Option<Box<dyn Opener>>, left: usize },
}

/// Something for a worker to do; the number is the system's.
enum Job<'a> {
    Open(usize),
    Load(usize, (&'a TableName, &'a Contract), Option<Box<dyn Database>>),
    /// opens one more connection
    Connect(usize, Box<dyn Opener>),
}

/// Reads the named systems, each of them as it was at one moment.
pub(super) fn read_systems(
    project: &Project,
    shared: &Context<'_>,
    names: &[String],
    progress: &dyn Progress,
) -> BTreeMap<String, Brought> {
    let plan = |name| Plan::new(project, name);
    let board: Vec<Plan<'_>> = names.iter().filter_map(plan).collect();
    let tables: usize = board.iter().map(|plan| plan.waiting.len()).sum();
    let workers = shared.limits.threads.clamp(1, tables.max(board.len()).max(1));
    let work =
        Work { project, shared, progress, board: Mutex::new(board), changed: Condvar::new() };
    let runtime = Handle::current();
    std::thread::scope(|scope| {
        let work = |_| {
            scope.spawn(|| {
                let _entered = runtime.enter();
                while let Some(job) = work.take() {
                    work.perform(job);
                }
            })
        };
        // One that died has said so on the board.
        (0..workers).map(work).collect::<Vec<_>>().into_iter().for_each(|worker| {
            let _ = worker.join();
        });
    });
    let board = work.board.into_inner().unwrap_or_else(PoisonError::into_inner);
    board.into_iter().map(|plan| (plan.name.to_owned(), plan.brought)).collect()
}

impl<'a> Plan<'a> {
    fn new(project: &'a Project, name: &'a String) -> Option<Self> {
        let contracts = project.contracts.iter().filter(|(_, contract)| contract.system == *name);
        Some(Self {
            name,
            system: project.systems.get(name)?,
            waiting: contracts.collect(),
            lanes: Lanes::Closed,
            busy: 0,
            brought: Ok(BTreeMap::new()),
        })
    }

    /// What can be done for this system now.
    fn next(&mut self, number: usize) -> Option<Job<'a>> {
        let job = match &mut self.lanes {
            Lanes::Closed if self.busy == 0 => Job::Open(number),
            Lanes::Closed => return None,
            Lanes::Files => Job::Load(number, self.waiting.pop_front()?, None),
            Lanes::Database { idle, opener, left } => {
                if self.waiting.is_empty() {
                    return None;
                }
                match idle.pop() {
                    Some(lane) => Job::Load(number, self.waiting.pop_front()?, Some(lane)),
                    None if *left == 0 => return None,
                    None => Job::Connect(number, opener.take()?),
                }
            }
        };
        self.busy += 1;
        Some(job)
    }

    /// Whether nothing is left to take, now or later.
    fn is_done(&self) -> bool {
        self.busy == 0 && self.waiting.is_empty() && !matches!(self.lanes, Lanes::Closed)
    }

    /// Ends the system: what else it would bring could not be used.
    fn fail(&mut self, error: RefreshError) {
        self.waiting.clear();
        if matches!(self.lanes, Lanes::Closed) {
            self.lanes = Lanes::Files;
        }
        // The first error is the one that a person can do something about.
        if self.brought.is_ok() {
            self.brought = Err(error);
        }
    }
}

impl<'a> Work<'a> {
    fn board(&self) -> MutexGuard<'_, Vec<Plan<'a>>> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next thing to do; waits while others may bring something up.
    fn take(&self) -> Option<Job<'a>> {
        let mut board = self.board();
        loop {
            // All systems are opened first, so that their moments lie close to each other.
            let is_closed = |plan: &Plan<'_>| matches!(plan.lanes, Lanes::Closed) && plan.busy == 0;
            let closed = board.iter().position(is_closed);
            let numbers = closed.into_iter().chain(0..board.len()).collect::<Vec<_>>();
            for number in numbers {
                if let Some(job) = board[number].next(number) {
                    return Some(job);
                }
            }
            if board.iter().all(Plan::is_done) {
                return None;
            }
            board = self.changed.wait(board).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn perform(&self, job: Job<'a>) {
        let (Job::Open(number) | Job::Connect(number, _) | Job::Load(number, ..)) = &job;
        let watch = Watch { work: self, number: *number };
        match job {
            Job::Open(number) => self.open(number),
            Job::Connect(number, opener) => self.connect(number, opener),
            Job::Load(number, (table, contract), mut lane) => {
                let (name, system) = self.named(number);
                self.progress.started(table);
                let loaded = match lane.as_deref_mut() {
                    Some(lane) => load_table(self.shared, contract, Input::Database(lane)),
                    None => from_files(self.project, self.shared, system, contract),
                };
                let loaded = loaded.map_err(|cause| failure(name, table, cause));
                if let Ok(loaded) = &loaded {
                    self.progress.finished(table, loaded.accounting.as_ref());
                }
                self.settle(number, |plan| match loaded {
                    Ok(loaded) => {
                        if let Ok(brought) = &mut plan.brought {
                            brought.insert(table.clone(), loaded);
                        }
                        if let (Lanes::Database { idle, .. }, Some(lane)) = (&mut plan.lanes, lane)
                        {
                            idle.push(lane);
                        }
                    }
                    Err(error) => plan.fail(error),
                });
            }
        }
        drop(watch);
    }

    fn named(&self, number: usize) -> (&'a str, &'a System) {
        let board = self.board();
        (board[number].name, board[number].system)
    }

    /// Opens a system; the first connection is its moment.
    fn open(&self, number: usize) {
        let (name, system) = self.named(number);
        let opened = self.open_lanes(name, system);
        self.settle(number, |plan| match opened {
            Ok(lanes) => plan.lanes = lanes,
            Err(error) => plan.fail(error),
        });
    }

    fn open_lanes(&self, name: &str, system: &System) -> Result<Lanes, RefreshError> {
        let root = &self.project.root;
        let down = |cause: String| {
            let place = system.place(root);
            // An error of the source names the place itself.
            let bare = cause.strip_prefix(&place).and_then(|rest| rest.strip_prefix(": "));
            let cause = bare.map(str::to_owned).unwrap_or(cause);
            RefreshError::Down { system: name.to_owned(), place, cause }
        };
        let location = system.location(name, root).map_err(|error| down(error.to_string()))?;
        let Some(location) = location else {
            let folder = system.folder(name, root, self.shared.writer.tmp());
            let checked = folder.map_err(SourceError::from).and_then(|folder| folder.check());
            return match checked {
                Ok(()) => Ok(Lanes::Files),
                Err(SourceError::NoFolder { .. }) => {
                    Err(down("there is no such folder".to_owned()))
                }
                Err(error) => Err(down(error.to_string())),
            };
        };
        let database = open_database(&location).map_err(|error| down(error.to_string()))?;
        let opener = database.opener();
        let left = system.connections().saturating_sub(1);
        Ok(Lanes::Database { idle: vec![database], opener, left })
    }

    /// Opens one more connection to a system's moment, if it can have one.
    fn connect(&self, number: usize, known: Box<dyn Opener>) {
        let opened = known.open();
        let (name, system) = self.named(number);
        let place = system.place(&self.project.root);
        self.settle(number, |plan| {
            let Lanes::Database { idle, opener, left } = &mut plan.lanes else { return };
            match opened {
                Ok(Some(lane)) => {
                    idle.push(lane);
                    *left -= 1;
                    *opener = Some(known);
                }
                Ok(None) => *left = 0,
                // One connection fewer makes the refresh slower, not wrong.
                Err(error) => {
                    tracing::warn!(%error, system = name, place, "no further connection");
                    *left = 0;
                }
            }
        });
    }

    /// Notes what came of a job.
    fn settle(&self, number: usize, note: impl FnOnce(&mut Plan<'a>)) {
        let mut board = self.board();
        let plan = &mut board[number];
        plan.busy -= 1;
        note(plan);
        if plan.is_done() {
            // The moment need not be held any longer.
            plan.lanes = Lanes::Files;
        }
        drop(board);
        self.changed.notify_all();
    }
}
fn from_files(
    project: &Project,
    shared: &Context<'_>,
    system: &System,
    contract: &Contract,
) -> Result<Loaded, LoadError> {
    let folder = system.folder(&contract.system, &project.root, shared.writer.tmp());
    let found = folder.map_err(SourceError::from)?.find(&contract.object)?;
    // An archive may be empty for now; a full delivery that is missing would delete the table.
    if found.is_empty() && contract.mode == Mode::Full {
        return Err(LoadError::NoFiles {
            place: contract.place.clone(),
            object: contract.object.clone(),
            folder: system.place(&project.root).into(),
        });
    }
    let mark = resume::mark(shared, contract, &found)?;
    if let Some(loaded) = resume::find(shared, contract, &mark) {
        return Ok(loaded);
    }
    let loaded = load_table(shared, contract, Input::Files(found))?;
    resume::keep(shared, contract, &mark, &loaded);
    Ok(loaded)
}

/// Fails a system whose worker dies, so that the others do not wait for it.
struct Watch<'w, 'a> {
    work: &'w Work<'a>,
    number: usize,
}

impl Drop for Watch<'_, '_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.work.settle(self.number, |plan| {
                let cause = "a table's load stopped in the middle".to_owned();
                plan.fail(RefreshError::Died { system: plan.name.to_owned(), cause });
            });
        }
    }
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
