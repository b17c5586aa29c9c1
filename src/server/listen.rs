//! How are connections taken, limited and ended?

use std::convert::Infallible;
use std::future::{Future, ready};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::Response;
use axum::response::IntoResponse;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use super::app::App;
use super::ending;
use super::entrance::Peer;
use super::problem::Problem;
use super::stall::Stalling;
use super::tls::{Alpn, Certificates};

/// Connections beyond the limit that are told so; those beyond them are closed at once.
const TOLD_MAX: usize = 64;
/// Headers of a request.
const HEADERS_MAX: usize = 100;
/// Bytes of a request's head.
const HEAD_BYTES_MAX: usize = 64 << 10;
/// How long to wait where no connection can be taken, as when there are too many open files.
const PAUSE: Duration = Duration::from_millis(100);

/// Takes connections until `stop`, and then lets requests that run end.
pub(super) async fn listen(
    listener: TcpListener,
    app: Arc<App>,
    router: Router,
    certificates: Option<Arc<Certificates>>,
    stop: impl Future<Output = ()>,
) {
    let most = Arc::new(Semaphore::new(app.options.connections_max));
    let told = Arc::new(Semaphore::new(TOLD_MAX));
    let open = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            () = &mut stop => break,
            taken = listener.accept() => match taken {
                Ok((stream, peer)) => (stream, peer),
                Err(error) => {
                    tracing::warn!(%error, "a connection cannot be taken");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            },
        };
        // Small parts of answers are not held back.
        let _ = stream.set_nodelay(true);
        if let Ok(permit) = Arc::clone(&most).try_acquire_owned() {
            let from = From { peer: Peer(peer.ip()), permit, watcher: open.watcher() };
            serve(&app, stream, from, certificates.as_deref(), router.clone());
        } else {
            app.metrics.count_refused_connection();
            if let Ok(permit) = Arc::clone(&told).try_acquire_owned() {
                refuse(&app, stream, permit, certificates.as_deref());
            }
        }
    }
    drop(listener);
    let drained = tokio::time::timeout(app.options.drain_wait, open.shutdown()).await;
    if drained.is_err() {
        tracing::warn!("some requests did not end in time");
    }
}

/// A connection's other end, and what it takes to be counted.
struct From {
    peer: Peer,
    permit: OwnedSemaphorePermit,
    watcher: Watcher,
}

/// Answers the requests of a connection, which is encrypted where there is a certificate.
fn serve(
    app: &Arc<App>,
    stream: TcpStream,
    from: From,
    certificates: Option<&Certificates>,
    router: Router,
) {
    let stream = Stalling::new(stream, app.options.write_wait);
    let encrypted = certificates.map(|own| TlsAcceptor::from(own.config(Alpn::Http)));
    let app = Arc::clone(app);
    app.metrics.connected();
    tokio::spawn(async move {
        match encrypted {
            None => answer(&app, stream, from, router).await,
            Some(acceptor) => {
                let greeted =
                    tokio::time::timeout(app.options.header_wait, acceptor.accept(stream));
                match greeted.await {
                    Ok(Ok(stream)) => answer(&app, stream, from, router).await,
                    Ok(Err(error)) => tracing::debug!(%error, "a connection is not encrypted"),
                    Err(_) => tracing::debug!("a connection was not encrypted in time"),
                }
            }
        }
        app.metrics.disconnected();
    });
}

async fn answer<I>(app: &App, stream: I, from: From, router: Router)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let From { peer, permit, watcher } = from;
    let router = router.map_request(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        ending::take(request)
    });
    let service = TowerToHyperService::new(router);
    let connection = http(app).serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection broke");
    }
    drop(permit);
}

/// Tells whoever comes beyond the limit to come again, encrypted where others are.
fn refuse(
    app: &Arc<App>,
    stream: TcpStream,
    permit: OwnedSemaphorePermit,
    certificates: Option<&Certificates>,
) {
    let stream = Stalling::new(stream, app.options.write_wait);
    let encrypted = certificates.map(|own| TlsAcceptor::from(own.config(Alpn::Http)));
    let app = Arc::clone(app);
    tokio::spawn(async move {
        let _permit = permit;
        let Some(acceptor) = encrypted else { return tell(&app, stream).await };
        match tokio::time::timeout(app.options.header_wait, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => tell(&app, stream).await,
            _ => tracing::debug!("a connection beyond the limit is not encrypted"),
        }
    });
}

async fn tell(app: &App, stream: impl AsyncRead + AsyncWrite + Unpin) {
    let told = |_: Request<Incoming>| {
        let detail = "too many connections are open; try again in a second";
        let response: Response<Body> =
            Problem::busy("too_many_connections", detail).into_response();
        ready(Ok::<_, Infallible>(response))
    };
    let service = service_fn(told);
    let connection = http(app).keep_alive(false).serve_connection(TokioIo::new(stream), service);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a connection broke");
    }
}

fn http(app: &App) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(app.options.header_wait)
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEAD_BYTES_MAX);
    http
}
