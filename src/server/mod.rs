//! Which address answers what, over HTTP?
//!
//! Without accounts whoever reaches the server is the owner of this machine's files, so it listens
//! on the loopback interface only. With accounts each request says who it is.
//!
//! | file | question |
//! | --- | --- |
//! | `routes` | which address answers what? |
//! | `listen` | how are connections taken, limited and ended? |
//! | `stall` | what if a client reads nothing of its answer? |
//! | `gate` | what does every request pass through? |
//! | `hosts` | under which names is the server asked? |
//! | `ending` | how does the end of an address say the encoding? |
//! | `entrance` | who comes in? |
//! | `caller` | who asks, by which right, and what is noted of it? |
//! | `needs` | what must whoever asks bring along? |
//! | `recording` | what is written down of a request? |
//! | `tls` | with which certificate does the server show itself? |
//! | `app` | what do all requests share? |
//! | `keeper` | which release is the newest, and how is one kept while it is read? |
//! | `asked` | what does a request say, beside its address? |
//! | `body` | what does the body of a request say? |
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
//! | `postgres` | what do clients of PostgreSQL find? |
//! | `session_api` | how does somebody sign in and out? |
//! | `token_api` | which tokens has somebody? |
//! | `account_api` | who has an account? |
//! | `wish_api` | which accounts are asked for? |
//! | `sql` | what is the answer to SQL of anybody? |
//! | `docs` | what can be asked, as people read it? |
//! | `openapi` | what can be asked, as machines read it? |

mod account_api;
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
mod ending;
mod entrance;
mod gate;
mod health;
mod hosts;
mod keeper;
mod listen;
mod loads;
mod matches;
mod media;
mod metrics;
mod needs;
mod openapi;
mod paging;
mod periods;
mod postgres;
mod problem;
mod quarantine;
mod recording;
mod refresh_api;
mod refreshes;
mod refused;
mod releases;
mod reports;
mod routes;
mod saved;
mod saved_store;
mod session_api;
mod sql;
mod stall;
mod tag;
mod tls;
mod token_api;
mod wish_api;
mod writing;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use self::app::{App, Parts};
use self::entrance::Door;
use self::hosts::Hosts;
use self::tls::{Certificates, TlsError};
use crate::accounts::{AccountsError, dummy};
use crate::query::worker::pool::PoolError;
use crate::query::worker::{IsolatedError, Pool};
use crate::warehouse::WarehouseError;

pub use self::app::{Options, Setting};
pub use self::entrance::Entrance;
pub use self::refreshes::Program;
pub use self::tls::TlsError as CertificateError;

/// How often the server looks for a new release.
const LOOK: Duration = Duration::from_secs(1);

/// Why there is no server.
#[derive(Debug, Error)]
pub enum ServerError {
    /// an address that others reach
    #[error(
        "`{0}` can be reached from other machines, and there are no accounts that keep anybody \
         out; make one with `patron user add NAME --role ROLE`, or listen on 127.0.0.1:8080 \
         without `--behind-proxy`"
    )]
    NoAccounts(SocketAddr),
    /// an address that others reach over connections that anybody can read
    #[error(
        "`{0}` can be reached from other machines, and what is said there can be read on the way; \
         name `--tls-certificate FILE --tls-key FILE`, or say with `--behind-proxy` that a proxy \
         before it encrypts"
    )]
    NoTls(SocketAddr),
    /// an address that others reach by a name that nobody said
    #[error(
        "`{0}` can be reached from other machines; say with `--host NAME` by which name they ask \
         it, so that it answers no other"
    )]
    NoHost(SocketAddr),
    /// a name that is none of a host
    #[error("`{0}` is no name of a host; write patron.example.com or patron.example.com:8443")]
    Host(String),
    /// no certificate
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// who may come in cannot be read
    #[error(transparent)]
    Accounts(#[from] AccountsError),
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

impl ServerError {
    /// Whether it is a mistake of the command line.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::NoAccounts(_) | Self::NoTls(_) | Self::NoHost(_) | Self::Host(_))
    }
}

/// A server that has its address.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    postgres: Option<TcpListener>,
    app: Arc<App>,
    certificates: Option<Arc<Certificates>>,
}

/// Refuses an address that others reach without what keeps them out.
fn guarded(address: SocketAddr, entrance: &Entrance) -> Result<(), ServerError> {
    if let Some(wrong) = entrance.hosts.iter().find(|name| !hosts::is_name(name)) {
        return Err(ServerError::Host(wrong.clone()));
    }
    if address.ip().is_loopback() && !entrance.is_behind_proxy {
        return Ok(());
    }
    if entrance.accounts.is_empty()? {
        return Err(ServerError::NoAccounts(address));
    }
    if entrance.tls.is_none() && !entrance.is_behind_proxy {
        return Err(ServerError::NoTls(address));
    }
    match entrance.hosts.is_empty() {
        true => Err(ServerError::NoHost(address)),
        false => Ok(()),
    }
}

impl Server {
    /// Takes an address; port 0 is any that is free. The newest release is read before the first
    /// request can come.
    ///
    /// # Errors
    /// When the address can be reached from elsewhere without accounts, encryption and a name, when
    /// it cannot be had, or the newest release is damaged.
    pub async fn bind(address: SocketAddr, setting: Setting) -> Result<Self, ServerError> {
        let entrance = setting.entrance.clone();
        guarded(address, &entrance)?;
        let certificates = match &entrance.tls {
            Some((certificate, key)) => Some(Arc::new(Certificates::read(certificate, key)?)),
            None => None,
        };
        let (listener, address) = listener(address).await?;
        let mut is_loopback = address.ip().is_loopback();
        let postgres = match setting.postgres {
            Some(address) => {
                guarded(address, &entrance)?;
                is_loopback &= address.ip().is_loopback();
                Some(self::listener(address).await?.0)
            }
            None => None,
        };
        let (document, needs) = routes::document();
        let api = openapi::document(&document).map_err(ServerError::Document)?;
        let pool = Pool::new(setting.workers.clone())?;
        pool.warm()?;
        let door = Door::new(&entrance, is_loopback);
        let hosts = Hosts::of(address, &entrance.hosts, door.is_secure);
        let app = Arc::new(App::new(setting, Parts { pool, hosts, door, needs, api }));
        let looking = Arc::clone(&app);
        let begin = move || {
            // Made now, so that the first unknown name takes no longer than others.
            dummy();
            looking.keeper.look(looking.now())
        };
        tokio::task::spawn_blocking(begin).await??;
        Ok(Self { listener, address, postgres, app, certificates })
    }

    /// How it is asked: `http` or `https`.
    pub fn scheme(&self) -> &'static str {
        if self.certificates.is_some() { "https" } else { "http" }
    }

    /// The address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address at which PostgreSQL's protocol is spoken, if it is.
    pub fn postgres_address(&self) -> Option<SocketAddr> {
        self.postgres.as_ref().and_then(|listener| listener.local_addr().ok())
    }

    /// Answers requests until `stop`, and then lets those end that run.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let watch = tokio::spawn(follow(Arc::clone(&self.app), self.certificates.clone()));
        let due = tokio::spawn(refreshes::follow(Arc::clone(&self.app)));
        let (end, ends) = watch::channel(false);
        let sessions = self.postgres.map(|listener| {
            let (app, certificates) = (Arc::clone(&self.app), self.certificates.clone());
            tokio::spawn(postgres::listen(listener, app, certificates, ends))
        });
        let router = routes::router(Arc::clone(&self.app));
        let accounts = Arc::clone(&self.app.door.accounts);
        let refreshes = Arc::clone(&self.app);
        let stop = async {
            stop.await;
            let _ = end.send(true);
            due.abort();
            // It ends while requests do.
            tokio::spawn(async move { refreshes.refreshes.end().await });
        };
        let app = Arc::clone(&self.app);
        listen::listen(self.listener, self.app, router, self.certificates, stop).await;
        if let Some(sessions) = sessions {
            let _ = sessions.await;
        }
        app.refreshes.end().await;
        watch.abort();
        // What was asked last is written before the process ends.
        match tokio::task::spawn_blocking(move || accounts.flush()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "what was asked last is not written"),
            Err(error) => tracing::error!(%error, "what was asked last may not be written"),
        }
    }
}

/// Takes an address.
async fn listener(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServerError> {
    let failed = |cause| ServerError::Address { address, cause };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// Looks for new releases and certificates, for ever.
async fn follow(app: Arc<App>, certificates: Option<Arc<Certificates>>) {
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let (looking, certificates) = (Arc::clone(&app), certificates.clone());
        let look = move || {
            if let Some(certificates) = certificates {
                certificates.look();
            }
            looking.keeper.look(looking.now())
        };
        // What went wrong is in the log and in /readyz.
        if let Err(error) = tokio::task::spawn_blocking(look).await {
            tracing::error!(%error, "no new release can be seen");
        }
    }
}
