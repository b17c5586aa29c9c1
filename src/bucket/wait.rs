//! Who sends the requests, and how long is an answer waited for?

use std::io;
use std::sync::LazyLock;
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use super::error::BucketError;

/// Tries of one request at most.
const TRIES_MAX: u32 = 8;
/// The pause after the first try; each further one is twice as long.
const PAUSE_FIRST: Duration = Duration::from_millis(40);
/// The longest pause between two tries.
const PAUSE_MAX: Duration = Duration::from_secs(2);
/// No try begins later than this after the first one.
const PATIENCE: Duration = Duration::from_secs(90);

/// Requests have threads of their own, so that whoever wants an answer may wait for it wherever it
/// is, also on a thread that runs queries, and connections outlive the caller's runtime.
static SENDER: LazyLock<io::Result<Runtime>> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("patron-bucket")
        .enable_all()
        .build()
});

fn sender(url: &str) -> Result<&'static Runtime, BucketError> {
    SENDER.as_ref().map_err(|error| thread_error(url, error.to_string()))
}

fn thread_error(url: &str, cause: String) -> BucketError {
    BucketError::Thread { url: url.to_owned(), cause }
}

/// Blocks until the requests of a future are answered.
pub(super) fn wait<T: Send + 'static>(
    url: &str,
    requests: impl Future<Output = Result<T, BucketError>> + Send + 'static,
) -> Result<T, BucketError> {
    let (give, take) = sync_channel(1);
    sender(url)?.spawn(async move {
        // Whoever waited may be gone.
        let _ = give.send(requests.await);
    });
    take.recv().map_err(|_| thread_error(url, "it ended early".to_owned()))?
}

/// Sends the requests of a future from where connections live.
pub(super) async fn hand_over<T: Send + 'static>(
    url: &str,
    requests: impl Future<Output = Result<T, BucketError>> + Send + 'static,
) -> Result<T, BucketError> {
    let task = sender(url)?.spawn(requests);
    task.await.map_err(|error| thread_error(url, error.to_string()))?
}

/// The pauses between tries of one request.
pub(super) struct Tries {
    begun: Instant,
    done: u32,
}

impl Tries {
    pub(super) fn new() -> Self {
        Self { begun: Instant::now(), done: 0 }
    }

    /// Pauses; false where it has been tried often and long enough.
    pub(super) async fn another(&mut self) -> bool {
        self.done += 1;
        if self.done >= TRIES_MAX || self.begun.elapsed() > PATIENCE {
            return false;
        }
        tokio::time::sleep(PAUSE_MAX.min(PAUSE_FIRST * (1 << (self.done - 1)))).await;
        true
    }
}
