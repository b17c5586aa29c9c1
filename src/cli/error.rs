//! Why did a command fail, and with which exit status?

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::accounts::AccountsError;
use crate::config::ConfigError;
use crate::demo::DemoError;
use crate::engine::EngineError;
use crate::engine::encode::EncodeError;
use crate::model::ModelError;
use crate::model::access::RulesError;
use crate::model::cube::CubeError;
use crate::model::report::ReportError;
use crate::query::QueryError;
use crate::query::worker::IsolatedError;
use crate::query::worker::pool::PoolError;
use crate::query::worker::serve::ServeError;
use crate::refresh::RefreshError;
use crate::server::ServerError;
use crate::source::SourceError;
use crate::warehouse::WarehouseError;
use crate::warehouse::load::LoadError;
use crate::warehouse::name::TableName;
use crate::warehouse::project::ProjectError;

/// Why a command failed. What a room says passes through unchanged.
#[derive(Debug, Error)]
pub(super) enum CliError {
    #[error(transparent)]
    Accounts(#[from] AccountsError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Cube(#[from] CubeError),
    #[error(transparent)]
    Demo(#[from] DemoError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Encode(#[from] EncodeError),
    #[error(transparent)]
    Isolated(#[from] IsolatedError),
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Pool(#[from] PoolError),
    #[error(transparent)]
    Project(#[from] ProjectError),
    #[error(transparent)]
    Query(#[from] QueryError),
    #[error(transparent)]
    Refresh(#[from] RefreshError),
    #[error(transparent)]
    Report(#[from] ReportError),
    #[error(transparent)]
    Rules(#[from] RulesError),
    #[error(transparent)]
    Server(Box<ServerError>),
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    /// no folder from here upwards is a project
    #[error(
        "neither this folder nor any above it holds warehouse/project.toml; \
         run `patron init DIR`, or pass `--project DIR`"
    )]
    NoProject,
    /// init writes into empty folders only
    #[error("`{}` is not empty; name a new or an empty folder", .0.display())]
    NotEmpty(PathBuf),
    /// new writes over nothing
    #[error("`{}` exists; delete it or name another table with `--table`", .0.display())]
    Exists(PathBuf),
    /// nor does new over a file of SQL
    #[error("`{0}` exists; delete it or choose another name")]
    Taken(String),
    /// the standard input, the standard output or a file of the command line
    #[error("`{}` cannot be {action}", path.display())]
    File {
        action: &'static str,
        path: PathBuf,
        #[source]
        cause: io::Error,
    },
    /// the reader of our output is gone
    #[error("the output was closed")]
    Closed,
    /// standard output took no more bytes
    #[error("the output cannot be written")]
    Output(#[source] io::Error),
    /// what the parser of the command line cannot know
    #[error("{0}")]
    Usage(String),
    /// the filter of the log
    #[error("`{filter}` is no log filter; write error, warn, info, debug or `patron=debug`")]
    Log {
        filter: String,
        #[source]
        cause: tracing_subscriber::filter::ParseError,
    },
    /// the program cannot be started a second time
    #[error("the program does not know where it lies")]
    Program(#[source] io::Error),
    /// no threads
    #[error("no threads can be started")]
    Runtime(#[source] io::Error),
    /// a blocking task ended by itself
    #[error("the work ended unexpectedly")]
    Ended(#[from] tokio::task::JoinError),
    /// a file under sql/ whose rows lie in no release
    #[error("`{name}` is in no release: {place} {why}{instead}")]
    NotKept { name: TableName, place: String, why: &'static str, instead: String },
    /// a project that does not fit
    #[error("{0} of the findings above must be mended")]
    Unsound(usize),
    /// files that are not what was written
    #[error("{0} of the files above are damaged; restore them from a backup")]
    Damaged(usize),
    /// Ctrl-C
    #[error("{0}")]
    Interrupted(String),
}

impl CliError {
    /// The exit status, as shells count them.
    pub(super) fn status(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Log { .. } | Self::Config(_) => 2,
            Self::Accounts(error) if error.is_usage() => 2,
            Self::Report(error) if error.is_usage() => 2,
            Self::Cube(error) if error.is_usage() => 2,
            Self::Interrupted(_) => 130,
            Self::Closed => 141,
            _ => 1,
        }
    }
}

impl From<ServerError> for CliError {
    fn from(error: ServerError) -> Self {
        Self::Server(Box::new(error))
    }
}

impl From<io::Error> for CliError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Output(error),
        }
    }
}
