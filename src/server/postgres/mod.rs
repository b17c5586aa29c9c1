//! What do clients of PostgreSQL find? The wire protocol, over which questions go the same way as
//! over HTTP.
//!
//! | file | question |
//! | --- | --- |
//! | `message` | what does a client say? |
//! | `wire` | how do messages come and go, within which time and size? |
//! | `startup` | how does a connection begin? |
//! | `proof` | who is it, and does it still come in? |
//! | `session` | how does it go on? |
//! | `command` | which statements does the session itself answer? |
//! | `doing` | what does it do at them? |
//! | `settings` | which settings are there? |
//! | `transaction` | what is a transaction where nothing is written? |
//! | `portal` | what is prepared and bound, and how do rows go out? |
//! | `given` | which value did a client give a parameter? |
//! | `kinds` | as which of PostgreSQL's types does a column go out? |
//! | `cells` | how is a value written? |
//! | `numeric` | how does a decimal lie in binary form? |
//! | `moments` | which day, time, moment or span is a value? |
//! | `json` | how is a value with parts written? |
//! | `cancel` | how does another connection end a question? |
//! | `meaning` | what do tables and columns mean? |
//! | `fault` | what is a client told whose statement has no answer? |

mod cancel;
mod cells;
mod command;
mod doing;
mod fault;
mod given;
mod json;
mod kinds;
mod meaning;
mod message;
mod moments;
mod numeric;
mod portal;
mod proof;
mod session;
mod settings;
mod startup;
mod transaction;
mod wire;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use self::cancel::Connections;
use self::fault::Fault;
use self::meaning::Meanings;
use self::session::Session;
use self::startup::Refused;
use self::wire::{Bound, Broken, Wire};
use super::app::App;
use super::tls::Certificates;

/// Connections beyond the limit that are told so; those beyond them are closed at once.
const TOLD_MAX: usize = 16;
/// Bytes of a message: a question has far fewer, and values of parameters come with them.
const MESSAGE_BYTES_MAX: usize = 2 << 20;
/// How long to wait where no connection can be taken.
const PAUSE: Duration = Duration::from_millis(100);

/// What all connections share.
#[derive(Debug)]
pub(super) struct Shared {
    certificates: Option<Arc<Certificates>>,
    connections: Arc<Connections>,
    meanings: Arc<Meanings>,
}

/// Takes connections until `stop` says so, and ends those that are open then.
pub(super) async fn listen(
    listener: TcpListener,
    app: Arc<App>,
    certificates: Option<Arc<Certificates>>,
    mut stop: watch::Receiver<bool>,
) {
    let (connections, meanings) = Default::default();
    let shared = Arc::new(Shared { certificates, connections, meanings });
    let most = Arc::new(Semaphore::new(app.options.sessions_max));
    let told = Arc::new(Semaphore::new(TOLD_MAX));
    let mut open = JoinSet::new();
    loop {
        let stream = tokio::select! {
            () = stopped(&mut stop) => break,
            // Those that ended are let go of.
            Some(_) = open.join_next() => continue,
            taken = listener.accept() => match taken {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "a connection cannot be taken");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            },
        };
        let _ = stream.set_nodelay(true);
        let (app, shared) = (Arc::clone(&app), Arc::clone(&shared));
        if let Ok(permit) = Arc::clone(&most).try_acquire_owned() {
            open.spawn(serve(app, shared, stream, permit, stop.clone()));
        } else if let Ok(permit) = Arc::clone(&told).try_acquire_owned() {
            open.spawn(refuse(app, shared, stream, permit));
        }
    }
    drop(listener);
    let drained = async { while open.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(app.options.drain_wait, drained).await;
}

/// Waits until the server ends.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

fn wire(app: &App, stream: TcpStream) -> Wire {
    let options = &app.options;
    let bound = Bound {
        idle: options.idle_wait,
        message: options.header_wait,
        write: options.write_wait,
        bytes_max: MESSAGE_BYTES_MAX,
    };
    Wire::new(Box::new(stream), bound)
}

/// Answers a connection until its end.
async fn serve(
    app: Arc<App>,
    shared: Arc<Shared>,
    stream: TcpStream,
    _permit: OwnedSemaphorePermit,
    mut stop: watch::Receiver<bool>,
) {
    let Ok(peer) = stream.peer_addr().map(|peer| peer.ip()) else { return };
    let mut wire = wire(&app, stream);
    let Some(mut session) = begun(app, &shared, &mut wire, peer).await else { return };
    let ended = tokio::select! {
        ended = session.run(&mut wire) => ended,
        () = stopped(&mut stop) => {
            let fault = Fault::fatal("57P01", "the server ends; connect again later");
            tell(&mut wire, &fault).await;
            return;
        }
    };
    match ended {
        Ok(()) | Err(Broken::Gone) => {}
        Err(Broken::Late) => {
            let fault = Fault::fatal("57P05", "nothing was asked for too long; connect again");
            tell(&mut wire, &fault).await;
        }
        Err(Broken::Senseless(text)) => tell(&mut wire, &Fault::fatal("08P01", text)).await,
    }
}

/// Tells why a connection ends, if its client still listens.
async fn tell(wire: &mut Wire, fault: &Fault) {
    wire.put(&startup::told(fault));
    let _ = wire.send().await;
}

/// Begins a session; nothing where its client is not let in.
async fn begun(app: Arc<App>, shared: &Shared, wire: &mut Wire, peer: IpAddr) -> Option<Session> {
    let begin = async {
        let parameters = startup::parameters(wire, shared).await?;
        startup::begin(&app, wire, shared, &parameters, peer).await
    };
    let wait = app.options.header_wait;
    let refused = match tokio::time::timeout(wait, begin).await {
        Ok(Ok(start)) => {
            let session = Session::new(app, shared, start);
            session.tell(wire);
            return Some(session);
        }
        Ok(Err(refused)) => refused,
        Err(_) => Refused::Over(Broken::Late),
    };
    match refused {
        Refused::Fault(fault) => tell(wire, &fault).await,
        Refused::Over(Broken::Senseless(text)) => {
            tell(wire, &Fault::fatal("08P01", text)).await;
        }
        Refused::Over(broken) => tracing::debug!(?broken, "a connection did not begin"),
        Refused::Canceled => {}
    }
    None
}

/// Tells whoever comes beyond the limit to come again. A question can be canceled all the same.
async fn refuse(
    app: Arc<App>,
    shared: Arc<Shared>,
    stream: TcpStream,
    _permit: OwnedSemaphorePermit,
) {
    app.metrics.count_refused_connection();
    let mut wire = wire(&app, stream);
    let read = startup::parameters(&mut wire, &shared);
    if let Ok(Ok(_)) = tokio::time::timeout(app.options.header_wait, read).await {
        let text = "too many connections are open; try again in a moment";
        tell(&mut wire, &Fault::fatal("53300", text)).await;
    }
}
