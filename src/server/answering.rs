//! How does an answer get to the client while it is still being written?
//!
//! A question is answered on a thread of its own, which hands on parts of the answer as it writes
//! them. What fails before the first part is a problem; what fails later cuts the answer off, so
//! that nobody takes a part of it for the whole. When the client goes, the question ends.

use std::io::{self, Write};
use std::sync::Arc;

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, VARY};
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt, stream};
use serde::Serialize;
use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tracing::Span;

use super::app::App;
use super::asked::Asked;
use super::media::Media;
use super::problem::Problem;
use super::tag::Tag;

/// Bytes of a part.
const PART_BYTES: usize = 64 << 10;
/// Parts that wait for the client.
const PARTS: usize = 4;

/// A part of an answer.
enum Part {
    /// some of it
    Some(Bytes),
    /// the last of it
    Last(Bytes),
    /// that there is no more of it, and why
    Failed(Problem),
}

/// Where an answer is written to.
pub(super) struct Outlet {
    sender: Sender<Part>,
    runtime: Handle,
    app: Arc<App>,
    waiting: BytesMut,
}

impl Outlet {
    /// Hands a part on, waiting for the client as long as it may take.
    fn send(&self, part: Part) -> io::Result<()> {
        let sent = self.sender.send_timeout(part, self.app.options.write_wait);
        let sent = tokio::task::block_in_place(|| self.runtime.block_on(sent));
        sent.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= PART_BYTES {
            let part = self.waiting.split().freeze();
            self.send(Part::Some(part))?;
        }
        Ok(bytes.len())
    }

    /// What waits is handed on with what comes next, or at the end.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Answers a question with what `work` writes.
pub(super) async fn answer(
    app: &Arc<App>,
    work: impl AsyncFnOnce(&mut Outlet) -> Result<(), Problem> + Send + 'static,
) -> Result<Body, Problem> {
    let turn = app.turn().await?;
    begun(app, Some(turn), work).await
}

/// Answers a question of which the work is done elsewhere, so that it takes no turn.
pub(super) async fn beside(
    app: &Arc<App>,
    work: impl AsyncFnOnce(&mut Outlet) -> Result<(), Problem> + Send + 'static,
) -> Result<Body, Problem> {
    begun(app, None, work).await
}

async fn begun(
    app: &Arc<App>,
    turn: Option<OwnedSemaphorePermit>,
    work: impl AsyncFnOnce(&mut Outlet) -> Result<(), Problem> + Send + 'static,
) -> Result<Body, Problem> {
    let (sender, mut receiver) = channel(PARTS);
    let outlet = Outlet {
        sender,
        runtime: Handle::current(),
        app: Arc::clone(app),
        waiting: BytesMut::new(),
    };
    let span = Span::current();
    tokio::task::spawn_blocking(move || {
        let _turn = turn;
        span.in_scope(|| write(outlet, work));
    });
    match receiver.recv().await {
        Some(Part::Last(bytes)) => Ok(Body::from(bytes)),
        Some(Part::Some(bytes)) => {
            let first = stream::iter([Ok(bytes)]);
            // What compresses an answer asks once more behind its end.
            Ok(Body::from_stream(first.chain(rest(receiver)).fuse()))
        }
        Some(Part::Failed(problem)) => Err(problem),
        None => Err(Problem::inside()),
    }
}

fn write(mut outlet: Outlet, work: impl AsyncFnOnce(&mut Outlet) -> Result<(), Problem>) {
    let runtime = outlet.runtime.clone();
    let client = outlet.sender.clone();
    let wait = outlet.app.options.answer_wait;
    let done = runtime.block_on(async {
        tokio::select! {
            // Dropped with its question: whoever asked is gone.
            () = client.closed() => None,
            done = tokio::time::timeout(wait, work(&mut outlet)) => {
                Some(done.unwrap_or_else(|_| Err(Problem::late(wait.as_secs()))))
            }
        }
    });
    let last = match done {
        None => return,
        Some(Ok(())) => Part::Last(outlet.waiting.split().freeze()),
        Some(Err(problem)) => Part::Failed(problem),
    };
    if outlet.send(last).is_err() {
        tracing::debug!("the client was gone before the end of its answer");
    }
}

/// The parts behind the first.
fn rest(receiver: Receiver<Part>) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
    stream::unfold(Some(receiver), |receiver: Option<Receiver<Part>>| async move {
        let mut receiver = receiver?;
        match receiver.recv().await {
            Some(Part::Some(bytes)) => Some((Ok(bytes), Some(receiver))),
            Some(Part::Last(bytes)) => Some((Ok(bytes), None)),
            Some(Part::Failed(problem)) => {
                tracing::warn!(status = %problem.status(), "an answer was cut off");
                Some((Err(io::Error::other("the answer failed")), None))
            }
            None => Some((Err(io::Error::other("the answer ended")), None)),
        }
    })
}

/// An answer in an encoding; a file is named by what was asked.
pub(super) fn response(body: Body, media: Media, tag: &Tag, name: &str) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media.content_type()));
    headers.insert(VARY, HeaderValue::from_static("accept"));
    let file = format!("attachment; filename=\"{name}.{}\"", media.ending());
    let file = HeaderValue::from_str(&file).ok().filter(|_| media != Media::Json);
    if let Some(file) = file {
        headers.insert(CONTENT_DISPOSITION, file);
    }
    tag.mark(&mut response);
    response
}

/// A small answer in JSON.
pub(super) fn json(asked: &Asked, document: &impl Serialize) -> Result<Response, Problem> {
    let text = serde_json::to_string(document).map_err(|error| Problem::hidden(&error))? + "\n";
    let tag = Tag::of_text(&text);
    match asked.knows(&tag) {
        true => Ok(tag.known()),
        false => Ok(response(Body::from(text), Media::Json, &tag, "answer")),
    }
}
