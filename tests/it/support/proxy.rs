//! How does a network between Patron and a server behave badly at a chosen byte?

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// How long a connection that is left open is watched for its client's end.
const ABANDONED: Duration = Duration::from_secs(120);
/// Characters of a request that are kept.
const REQUEST_CHARACTERS: usize = 400;

/// What happens to the server's answers from a byte on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// nothing
    None,
    /// the connection is reset
    Reset,
    /// the connection ends as if the server had ended it
    Close,
    /// nothing comes any more and nobody says so
    HalfOpen,
    /// one byte a second comes
    Slow,
    /// nothing comes until [`Proxy::resume`]
    Hold,
}

/// What the connections share.
struct State {
    trouble: Trouble,
    /// bytes of answers after which the trouble begins
    after: u64,
    /// bytes of answers so far
    answered: u64,
    /// whether it has begun; from then on it is the same for every connection
    has_struck: bool,
    /// requests in the clear, each with the bytes that had been answered before
    requests: Vec<(u64, String)>,
}

impl State {
    /// How many of the next bytes come through before the trouble begins, if it does.
    fn admit(&mut self, bytes: usize) -> (usize, bool) {
        let left = if self.has_struck { 0 } else { self.after.saturating_sub(self.answered) };
        if self.trouble == Trouble::None || left >= bytes as u64 {
            self.answered += bytes as u64;
            return (bytes, false);
        }
        self.answered += left;
        self.has_struck = true;
        (left as usize, true)
    }
}

/// A way to a server, on a port of its own.
pub struct Proxy {
    port: u16,
    state: Arc<Mutex<State>>,
    resumed: watch::Sender<bool>,
    runtime: Option<Runtime>,
}

impl Proxy {
    /// A way from 127.0.0.1 to a port there.
    pub fn to(server: u16) -> Self {
        Self::at(Ipv4Addr::LOCALHOST, server)
    }

    /// A way from another address of the loopback.
    pub fn at(address: Ipv4Addr, server: u16) -> Self {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind((address, 0))).unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Vec::new();
        let (trouble, after) = (Trouble::None, 0);
        let state = State { trouble, after, answered: 0, has_struck: false, requests };
        let state = Arc::new(Mutex::new(state));
        let (resumed, waiting) = watch::channel(false);
        let shared = Arc::clone(&state);
        runtime.spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).await else {
                    continue;
                };
                let way = Way { state: Arc::clone(&shared), waiting: waiting.clone() };
                tokio::spawn(way.carry(client, server));
            }
        });
        Self { port, state, resumed, runtime: Some(runtime) }
    }

    /// The port to connect to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Counts answers from 0 again, and lets a trouble begin after so many bytes of them.
    pub fn set(&self, trouble: Trouble, after: u64) {
        self.resumed.send_replace(false);
        let requests = Vec::new();
        let state = State { trouble, after, answered: 0, has_struck: false, requests };
        *self.state.lock().unwrap() = state;
    }

    /// Lets held answers come.
    pub fn resume(&self) {
        self.state.lock().unwrap().trouble = Trouble::None;
        self.resumed.send_replace(true);
    }

    /// Whether the trouble has begun.
    pub fn has_struck(&self) -> bool {
        self.state.lock().unwrap().has_struck
    }

    /// Bytes of answers since [`Self::set`].
    pub fn answered(&self) -> u64 {
        self.state.lock().unwrap().answered
    }

    /// The bytes that had been answered before each request since [`Self::set`], and its begin.
    pub fn requests(&self) -> Vec<(u64, String)> {
        self.state.lock().unwrap().requests.clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// One connection's part in it.
struct Way {
    state: Arc<Mutex<State>>,
    waiting: watch::Receiver<bool>,
}

impl Way {
    async fn carry(mut self, mut client: TcpStream, mut server: TcpStream) {
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        loop {
            let Some((trouble, rest)) = self.pass(&mut client, &mut server).await else { return };
            match trouble {
                Trouble::None => {}
                Trouble::Reset => {
                    let _ = client.set_zero_linger();
                    return;
                }
                Trouble::Close => {
                    let _ = client.shutdown().await;
                    return until_end(&mut client).await;
                }
                Trouble::HalfOpen => return until_end(&mut client).await,
                Trouble::Slow => return trickle(&mut client, &mut server, &rest).await,
                Trouble::Hold => {
                    let _ = self.waiting.wait_for(|is_resumed| *is_resumed).await;
                    if client.write_all(&rest).await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    /// Carries bytes both ways until one side ends, or the trouble begins: it and the bytes that
    /// it caught.
    async fn pass(
        &self,
        client: &mut TcpStream,
        server: &mut TcpStream,
    ) -> Option<(Trouble, Vec<u8>)> {
        let (mut from_client, mut to_client) = client.split();
        let (mut from_server, mut to_server) = server.split();
        let asking = async {
            let mut buffer = vec![0; 16 * 1024];
            while let Ok(bytes @ 1..) = from_client.read(&mut buffer).await {
                self.note(&buffer[..bytes]);
                if to_server.write_all(&buffer[..bytes]).await.is_err() {
                    break;
                }
            }
            None
        };
        let answering = async {
            let mut buffer = vec![0; 16 * 1024];
            while let Ok(bytes @ 1..) = from_server.read(&mut buffer).await {
                let (admitted, is_struck) = self.state.lock().unwrap().admit(bytes);
                if to_client.write_all(&buffer[..admitted]).await.is_err() {
                    break;
                }
                if is_struck {
                    let trouble = self.state.lock().unwrap().trouble;
                    return Some((trouble, buffer[admitted..bytes].to_vec()));
                }
            }
            None
        };
        tokio::select! { ended = asking => ended, ended = answering => ended }
    }

    fn note(&self, request: &[u8]) {
        let text = String::from_utf8_lossy(request);
        let mut state = self.state.lock().unwrap();
        let answered = state.answered;
        state.requests.push((answered, text.chars().take(REQUEST_CHARACTERS).collect()));
    }
}

/// Holds a connection until its client ends it.
async fn until_end(client: &mut TcpStream) {
    let mut buffer = vec![0; 1024];
    let reading = async { while let Ok(1..) = client.read(&mut buffer).await {} };
    let _ = tokio::time::timeout(ABANDONED, reading).await;
}

/// Lets one byte come a second until the client ends the connection.
async fn trickle(client: &mut TcpStream, server: &mut TcpStream, caught: &[u8]) {
    let (mut from_client, mut to_client) = client.split();
    let (mut from_server, mut to_server) = server.split();
    let asking = async {
        let _ = tokio::io::copy(&mut from_client, &mut to_server).await;
    };
    let answering = async {
        let mut caught = caught.to_vec();
        loop {
            for byte in caught {
                tokio::time::sleep(Duration::from_secs(1)).await;
                if to_client.write_all(&[byte]).await.is_err() {
                    return;
                }
            }
            caught = vec![0; 1024];
            match from_server.read(&mut caught).await {
                Ok(bytes @ 1..) => caught.truncate(bytes),
                _ => return,
            }
        }
    };
    tokio::select! { () = asking => {}, () = answering => {} }
}
