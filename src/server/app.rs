//! What do all requests share: the project as its files say, the releases, the limits?

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, UNIX_EPOCH};

use chrono::{DateTime, TimeDelta, Utc};
use datafusion::prelude::SessionContext;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};
use tracing::Span;

use super::caller::Caller;
use super::entrance::{Door, Entrance};
use super::hosts::Hosts;
use super::keeper::{Held, Keeper};
use super::metrics::Metrics;
use super::needs::Needs;
use super::problem::Problem;
use super::recording::Strangers;
use super::refreshes::{Program, Refreshes};
use super::tag::policy;
use crate::accounts::Identity;
use crate::engine::Limits;
use crate::model::cube::{self, Cubes, Opened};
use crate::model::given::given;
use crate::model::{Models, access, compile, report};
use crate::query;
use crate::query::Rules;
use crate::query::policy::Access;
use crate::query::worker::{self, Pool};
use crate::warehouse::Home;
use crate::warehouse::manifest::Hash;
use crate::warehouse::name::TableName;
use crate::warehouse::project::Project;

/// What a server may take, and how long anything may last.
#[derive(Debug, Clone)]
pub struct Options {
    /// connections at once
    pub connections_max: usize,
    /// sessions of PostgreSQL's protocol at once
    pub sessions_max: usize,
    /// from one statement of such a session to the next
    pub idle_wait: Duration,
    /// questions that are answered at once; they share the memory of queries
    pub questions_max: usize,
    /// from the first byte of a request's head to its last; also between requests
    pub header_wait: Duration,
    /// for the body of a request
    pub body_wait: Duration,
    /// until a question begins to be answered
    pub queue_wait: Duration,
    /// for an answer as a whole
    pub answer_wait: Duration,
    /// for each part of an answer that a client takes
    pub write_wait: Duration,
    /// for requests that run when the server is told to end
    pub drain_wait: Duration,
}

impl Default for Options {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            connections_max: 512,
            sessions_max: 100,
            idle_wait: seconds(3_600),
            questions_max: 4,
            header_wait: seconds(10),
            body_wait: seconds(10),
            queue_wait: seconds(5),
            answer_wait: seconds(60),
            write_wait: seconds(30),
            drain_wait: seconds(30),
        }
    }
}

/// What a server is made of.
#[derive(Debug, Clone)]
pub struct Setting {
    /// the project's folder
    pub root: PathBuf,
    /// its warehouse
    pub home: Home,
    /// what all questions together may use
    pub limits: Limits,
    /// the moment at which it begins
    pub now: DateTime<Utc>,
    /// what it may take
    pub options: Options,
    /// where PostgreSQL's protocol is spoken, if it is
    pub postgres: Option<SocketAddr>,
    /// how SQL of anybody is answered
    pub workers: worker::Settings,
    /// how others reach it
    pub entrance: Entrance,
    /// how the warehouse is refreshed
    pub refresh: Program,
    /// what an entry may use, which computes what rests on it as a refresh does
    pub entry_limits: Limits,
}

/// What requests share.
#[derive(Debug)]
pub(super) struct App {
    pub root: PathBuf,
    pub home: Home,
    pub keeper: Keeper,
    pub hosts: Hosts,
    /// who comes in
    pub door: Door,
    /// what each route needs
    pub needs: Needs,
    /// how often strangers were written down
    pub strangers: Strangers,
    pub options: Options,
    pub metrics: Metrics,
    /// processes that answer SQL of anybody
    pub pool: Pool,
    /// processes that refresh the warehouse
    pub refreshes: Refreshes,
    /// what can be asked, as machines read it
    pub api: Json,
    /// what an entry may use
    pub entry_limits: Limits,
    /// what one question may use
    limits: Limits,
    questions: Arc<Semaphore>,
    sources: Mutex<Option<Arc<Sources>>>,
    /// the files under sql/, with the print of the project as they were read
    models: Mutex<Option<(String, Arc<Models>)>>,
    begun: (DateTime<Utc>, Instant),
}

/// Of how many persons, and releases, it is kept which cubes they see.
const SEEN_MAX: usize = 200;

/// The cubes that are seen of a release, by its hash, by whom.
type Seen = BTreeMap<(Hash, String), Arc<Cubes>>;

/// The project as its files say, and what tells those files from others.
#[derive(Debug)]
pub(super) struct Sources {
    pub project: Project,
    pub print: String,
    rules: OnceCell<Arc<Rules>>,
    cubes: Mutex<Option<Arc<Cubes>>>,
    seen: Mutex<Seen>,
}

impl Sources {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The cubes that its files declare, which are read once. It blocks.
    fn cubes(&self) -> Result<Arc<Cubes>, Problem> {
        let mut known = self.cubes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cubes) = known.as_ref() {
            return Ok(Arc::clone(cubes));
        }
        let cubes = Arc::new(Cubes::read(&self.project.root)?);
        *known = Some(Arc::clone(&cubes));
        Ok(cubes)
    }
}

/// What an app is made of, beside its setting.
#[derive(Debug)]
pub(super) struct Parts {
    pub pool: Pool,
    pub hosts: Hosts,
    pub door: Door,
    pub needs: Needs,
    pub api: Json,
}

/// What one request sees, from its beginning to its end.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    pub app: Arc<App>,
    pub sources: Arc<Sources>,
    pub held: Arc<Held>,
    pub caller: Caller,
}

impl App {
    pub(super) fn new(setting: Setting, parts: Parts) -> Self {
        let Setting { root, home, limits, now, options, refresh, entry_limits, .. } = setting;
        let Parts { pool, hosts, door, needs, api } = parts;
        let at_once = options.questions_max.max(1);
        let memory_bytes = limits.memory_bytes / at_once;
        Self {
            root,
            keeper: Keeper::new(home.clone()),
            home,
            hosts,
            door,
            needs,
            strangers: Strangers::default(),
            pool,
            refreshes: Refreshes::new(refresh),
            api,
            metrics: Metrics::default(),
            entry_limits,
            limits: Limits { memory_bytes, ..limits },
            questions: Arc::new(Semaphore::new(at_once)),
            options,
            sources: Mutex::default(),
            models: Mutex::default(),
            begun: (now, Instant::now()),
        }
    }

    /// The moment.
    pub(super) fn now(&self) -> DateTime<Utc> {
        let (moment, instant) = self.begun;
        moment + TimeDelta::from_std(instant.elapsed()).unwrap_or_default()
    }

    /// The project as its files say now. It blocks.
    pub(super) fn sources(&self) -> Result<Arc<Sources>, Problem> {
        let print = print(&self.root).map_err(|error| Problem::hidden(&error))?;
        let mut known = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.as_ref().filter(|known| known.print == print) {
            return Ok(Arc::clone(known));
        }
        let project = Project::open(&self.root).map_err(|error| Problem::hidden(&error))?;
        let sources = Arc::new(Sources {
            project,
            print,
            rules: OnceCell::new(),
            cubes: Mutex::default(),
            seen: Mutex::default(),
        });
        *known = Some(Arc::clone(&sources));
        Ok(sources)
    }

    /// Who somebody with an account is here and now: a member with its roles, by the rules that
    /// warehouse/access.toml has at this moment. A role that it does not have any more sees
    /// nothing.
    pub(super) async fn caller_of(self: &Arc<Self>, identity: Identity) -> Result<Caller, Problem> {
        let app = Arc::clone(self);
        let sources = blocking(move || app.sources()).await?;
        let rules = sources.rules.get_or_try_init(|| self.rules(&sources)).await?;
        Ok(Caller::of(identity, Arc::clone(rules)))
    }

    async fn rules(&self, sources: &Sources) -> Result<Arc<Rules>, Problem> {
        let hidden = |error: &dyn std::error::Error| Problem::hidden(error);
        let access = Access::read(&self.root).map_err(|error| hidden(&error))?;
        let all = access.roles.values();
        let rules = access::rules(&sources.project, &access, all, &self.limits).await;
        Ok(Arc::new(rules.map_err(|error| hidden(&error))?))
    }

    /// Whether nobody has to say who it is: there are no accounts, and the server is reached from
    /// this machine only.
    pub(super) async fn is_open(self: &Arc<Self>) -> Result<bool, Problem> {
        let app = Arc::clone(self);
        blocking(move || Ok(app.door.is_open()?)).await
    }

    /// What a request sees: the release that it names, or the newest.
    pub(super) async fn scene(
        self: &Arc<Self>,
        caller: Caller,
        as_of: Option<String>,
    ) -> Result<Scene, Problem> {
        let app = Arc::clone(self);
        blocking(move || {
            let sources = app.sources()?;
            let held = match as_of {
                Some(text) => app.keeper.at(&text, app.now())?,
                None => app.keeper.newest().ok_or_else(no_release)?,
            };
            caller.note.release(held.release.number);
            Ok(Scene { app, sources, held, caller })
        })
        .await
    }

    /// What one question may use.
    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Leave to answer a question, as soon as few enough are being answered.
    pub(super) async fn turn(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let turn = Arc::clone(&self.questions).acquire_owned();
        match tokio::time::timeout(self.options.queue_wait, turn).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => {
                self.metrics.count_refused_question();
                let detail = "too many questions are being answered; ask again in a second";
                Err(Problem::busy("too_many_questions", detail))
            }
        }
    }

    /// How many questions are being answered.
    pub(super) fn questions_running(&self) -> usize {
        self.options.questions_max.max(1).saturating_sub(self.questions.available_permits())
    }
}

fn no_release() -> Problem {
    let detail = "the warehouse has no release yet; run `patron refresh`";
    Problem::busy("no_release", detail)
}

impl Scene {
    /// The language that is asked for, or the project's first.
    pub(super) fn language(&self, wanted: Option<&str>) -> Result<String, Problem> {
        let known = &self.sources.project.settings.languages;
        match wanted {
            None => Ok(known.first().map_or("en", String::as_str).to_owned()),
            Some(wanted) if known.iter().any(|known| known == wanted) => Ok(wanted.to_owned()),
            Some(wanted) => {
                let known = known.join(", ");
                let detail = format!("`{wanted}` is none of the project's languages, {known}");
                Err(Problem::bad("unknown_language", detail))
            }
        }
    }

    /// What one question may use.
    pub(super) fn limits(&self) -> &Limits {
        &self.app.limits
    }

    /// A session over what the caller sees of the release.
    pub(super) fn session(&self) -> Result<SessionContext, Problem> {
        let (home, release) = (&self.app.home, &self.held.release);
        Ok(query::open(home, release, &self.caller.principal, &self.app.limits)?)
    }

    /// The tables of the release that the caller sees, and of each whether all of it is. It blocks.
    pub(super) fn seen(&self) -> Result<BTreeMap<TableName, bool>, Problem> {
        Ok(query::seen_tables(&self.app.home, &self.held.release, &self.caller.principal)?)
    }

    /// The files under sql/ as they are now; those that do not fit are left out.
    pub(super) async fn models(&self) -> Result<Arc<Models>, Problem> {
        let known = || self.app.models.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |found: &&(String, Arc<Models>)| found.0 == self.sources.print;
        if let Some((_, models)) = known().as_ref().filter(is_it) {
            return Ok(Arc::clone(models));
        }
        let project = &self.sources.project;
        let given = given(project).map_err(|error| Problem::hidden(&error))?;
        let compiled = compile(&project.root, given, &self.app.limits).await;
        let (models, _) = compiled.map_err(|error| Problem::hidden(&error))?;
        let models = Arc::new(models);
        *known() = Some((self.sources.print.clone(), Arc::clone(&models)));
        Ok(models)
    }

    /// Who asks reports, and of what.
    pub(super) fn reports(&self) -> report::Asker<'_> {
        report::Asker {
            project: &self.sources.project,
            home: &self.app.home,
            release: &self.held.release,
            principal: &self.caller.principal,
            limits: &self.app.limits,
        }
    }

    /// The cubes that the caller sees, over the release. It blocks.
    pub(super) fn cubes(&self) -> Result<Opened<'_>, Problem> {
        let asker = cube::Asker {
            project: &self.sources.project,
            home: &self.app.home,
            release: &self.held.release,
            principal: &self.caller.principal,
            limits: &self.app.limits,
            has_rollups: true,
        };
        let key = (self.held.release.hash.clone(), policy(&self.caller.principal));
        let known = self.sources.seen().get(&key).cloned();
        if let Some(cubes) = known {
            return Ok(asker.open_seen(&cubes)?);
        }
        let opened = asker.open_of(&self.sources.cubes()?)?;
        let mut seen = self.sources.seen();
        if seen.len() >= SEEN_MAX {
            seen.clear();
        }
        seen.insert(key, Arc::clone(&opened.cubes));
        Ok(opened)
    }
}

/// Does something that blocks on a thread of its own.
pub(super) async fn blocking<T: Send + 'static>(
    task: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let span = Span::current();
    let done = tokio::task::spawn_blocking(move || span.in_scope(task)).await;
    done.unwrap_or_else(|error| Err(Problem::hidden(&error)))
}

/// What tells the project's files from other ones: their names, sizes and times.
fn print(root: &Path) -> std::io::Result<String> {
    let mut hasher = Sha256::new();
    let mut folders = vec![root.join("sql"), root.join("warehouse")];
    while let Some(folder) = folders.pop() {
        let mut entries = Vec::new();
        match fs::read_dir(&folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            listed => {
                for entry in listed? {
                    entries.push(entry?.path());
                }
            }
        }
        entries.sort();
        for path in entries {
            let is_data = folder == root.join("warehouse")
                && (path.ends_with("data") || path.ends_with("state"));
            if is_data {
                continue;
            }
            let known = match fs::metadata(&path) {
                // Editors write beside a file and move.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                known => known?,
            };
            if known.is_dir() {
                folders.push(path);
                continue;
            }
            let changed = known.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
            hasher.update(path.as_os_str().as_encoded_bytes());
            hasher.update([0]);
            hasher.update(known.len().to_le_bytes());
            hasher.update(changed.as_nanos().to_le_bytes());
        }
    }
    Ok(hex::encode(hasher.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_file_is_another_print_and_data_are_none() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for inner in ["sql/marts", "warehouse/data", "warehouse/state"] {
            fs::create_dir_all(root.join(inner)).unwrap();
        }
        let write = |name: &str, text: &str| {
            fs::write(root.join(name), text).unwrap();
            print(root).unwrap()
        };
        let first = write("sql/marts/a.sql", "select 1");
        assert_eq!(write("warehouse/data/x", "1"), first);
        assert_eq!(write("warehouse/state/x", "1"), first);
        let other = write("warehouse/project.toml", "x");
        assert_ne!(other, first);
        assert_ne!(write("sql/marts/a.sql", "select 12"), other);
    }
}
