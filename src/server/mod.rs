//! Which address answers what, over HTTP?
//!
//! There are no accounts yet: whoever reaches the server is the owner of this machine's files, so
//! it listens on the loopback interface only.
//!
//! | file | question |
//! | --- | --- |
//! | `routes` | which address answers what? |
//! | `listen` | how are connections taken, limited and ended? |
//! | `stall` | what if a client reads nothing of its answer? |
//! | `gate` | what does every request pass through? |
//! | `hosts` | under which names is the server asked? |
//! | `caller` | who asks, by which right? |
//! | `app` | what do all requests share? |
//! | `keeper` | which release is the newest, and how is one kept while it is read? |
//! | `body` | what does the body of a request say? |
//! | `asked` | what does a request say, beside its address? |
//! | `media` | in which encoding does a client want its answer? |
//! | `tag` | has the client the answer already? |
//! | `answering` | how does an answer get to the client while it is written? |
//! | `problem` | what is a client told whose request has no answer? |
//! | `health` | does the server live, can it answer, and what does it count? |
//! | `metrics` | how is that told to Prometheus? |
//! | `releases` | which releases are there? |
//! | `refreshes` | how does a server refresh its warehouse? |
//! | `refresh_api` | how did refreshes end, and how is one wanted now? |
//! | `loads` | what did each release read? |
//! | `checks` | what did the checks of a release find? |
//! | `quarantine` | which rows were refused? |
//! | `periods` | which accounting periods are closed? |
//! | `matches` | which numbers may mean the same? |
//! | `dictionary` | which tables are there, and where do they come from? |
//! | `paging` | which part of a long list is asked for? |
//! | `writing` | how does what people enter become a release? |
//! | `closing` | how are periods closed, reopened and signed off? |
//! | `comments` | what did people remark? |
//! | `saved` | which questions and pages did people keep? |
//! | `saved_store` | where do they lie? |
//! | `refused` | what is told of what people may not enter? |
//! | `reports` | which reports are there, and what is the answer to one? |
//! | `cubes` | which cubes are there? |
//! | `cube_api` | what is answered to clients of Cube's REST API? |
//! | `sql` | what is the answer to SQL of anybody? |
//! | `docs` | what can be asked, as people read it? |
//! | `openapi` | what can be asked, as machines read it? |

mod answering;
mod app;
mod asked;
mod body;
mod caller;
mod checks;
mod closing;
mod comments;
mod cube_api;
mod cubes;
mod dictionary;
mod docs;
mod gate;
mod health;
mod hosts;
mod keeper;
mod listen;
mod loads;
mod matches;
mod media;
mod metrics;
mod openapi;
mod paging;
mod periods;
mod problem;
mod quarantine;
mod refresh_api;
mod refreshes;
mod refused;
mod releases;
mod reports;
mod routes;
mod saved;
mod saved_store;
mod sql;
mod stall;
mod tag;
mod writing;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::net::TcpListener;
use tokio::time::{MissedTickBehavior, interval};

use self::app::App;
use self::hosts::Hosts;
use crate::query::worker::{IsolatedError, Pool};
use crate::query::worker::pool::PoolError;
use crate::warehouse::WarehouseError;

pub use self::app::{Options, Setting};
pub use self::refreshes::Program;

/// How often the server looks for a new release.
const LOOK: Duration = Duration::from_secs(1);

/// Why there is no server.
#[derive(Debug, Error)]
pub enum ServerError {
    /// an address that others reach
    #[error(
        "`{0}` can be reached from other machines, and there are no accounts yet that could keep \
         them out; listen on 127.0.0.1:8080"
    )]
    NotLoopback(SocketAddr),
    /// an address that cannot be had
    #[error("cannot listen on {address}: {cause}; name another one with `--listen`")]
    Address {
        /// the address
        address: SocketAddr,
        /// why not
        cause: std::io::Error,
    },
    /// the newest release cannot be read
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    /// the description of the interface cannot be written
    #[error("the description of the interface cannot be written")]
    Document(#[source] serde_json::Error),
    /// SQL cannot be answered in processes of their own
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// no such process can be started
    #[error("no process can be started to answer SQL")]
    Worker(#[from] IsolatedError),
    /// a task ended by itself
    #[error("the work ended unexpectedly")]
    Ended(#[from] tokio::task::JoinError),
}

/// A server that has its address.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    app: Arc<App>,
}

impl Server {
    /// Takes an address; port 0 is any that is free. The newest release is read before the first
    /// request can come.
    ///
    /// # Errors
    /// When the address can be reached from elsewhere or cannot be had, or the newest release is
    /// damaged.
    pub async fn bind(address: SocketAddr, setting: Setting) -> Result<Self, ServerError> {
        if !address.ip().is_loopback() {
            return Err(ServerError::NotLoopback(address));
        }
        let failed = |cause| ServerError::Address { address, cause };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let api = openapi::document(&routes::document()).map_err(ServerError::Document)?;
        let pool = Pool::new(setting.workers.clone())?;
        pool.warm()?;
        let app = Arc::new(App::new(setting, pool, Hosts::of(address), api));
        let looking = Arc::clone(&app);
        tokio::task::spawn_blocking(move || looking.keeper.look(looking.now())).await??;
        Ok(Self { listener, address, app })
    }

    /// The address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests until `stop`, and then lets those end that run.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let watch = tokio::spawn(follow(Arc::clone(&self.app)));
        let due = tokio::spawn(refreshes::follow(Arc::clone(&self.app)));
        let router = routes::router(Arc::clone(&self.app));
        let refreshes = Arc::clone(&self.app);
        let stop = async {
            stop.await;
            due.abort();
            // It ends while requests do.
            tokio::spawn(async move { refreshes.refreshes.end().await });
        };
        let app = Arc::clone(&self.app);
        listen::listen(self.listener, self.app, router, stop).await;
        app.refreshes.end().await;
        watch.abort();
    }
}

/// Looks for new releases, for ever.
async fn follow(app: Arc<App>) {
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let looking = Arc::clone(&app);
        let look = move || looking.keeper.look(looking.now());
        // What went wrong is in the log and in /readyz.
        if let Err(error) = tokio::task::spawn_blocking(look).await {
            tracing::error!(%error, "no new release can be seen");
        }
    }
}
