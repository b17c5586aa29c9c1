//! How is an S3-compatible store reached?
//!
//! Calls block and may be made on any thread. An answer is never taken at its word where the word
//! may be wrong: a refused, lost or cut answer to a conditional write is told apart by looking at
//! what lies there afterwards.

mod error;
mod read;
mod settings;
mod wait;
mod write;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use object_store::aws::{AmazonS3, AmazonS3Builder, S3ConditionalPut};
use object_store::path::Path;
use object_store::{ClientOptions, RetryConfig};

use crate::config::{self, Secret};
pub use error::BucketError;
pub use settings::Settings;
use wait::Tries;

/// One request with its answer must be over within this.
const REQUEST_MAX: Duration = Duration::from_secs(60);
/// A connection must be there within this.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// Bytes of a part of a large object, up and down.
pub const PART_BYTES: u64 = 8 << 20;
/// Letters of a store's answer that a message shows.
const CAUSE_LETTERS: usize = 400;

/// A part of a bucket: everything below one prefix. Clones share their connections.
#[derive(Clone)]
pub struct Bucket {
    inner: Arc<Inner>,
}

struct Inner {
    store: AmazonS3,
    prefix: Path,
    url: String,
    /// what no message may hold
    secrets: Vec<Secret>,
}

/// What a listing says of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// its name below the bucket's prefix
    pub key: String,
    /// its size
    pub size_bytes: u64,
    /// changes with its content
    pub e_tag: Option<String>,
    /// when it was written, by the store's clock
    pub modified: DateTime<Utc>,
}

/// An object's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// its content
    pub bytes: Bytes,
    /// what a listing says of it
    pub entry: Entry,
}

/// How far a listing goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// what lies in the folder itself; folders below it come as names that end in a slash
    Folder,
    /// everything below the folder
    All,
}

impl fmt::Debug for Bucket {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Bucket").field(&self.inner.url).finish()
    }
}

impl Bucket {
    /// Makes ready to ask a bucket; no request is sent yet. `place` names the settings' file and
    /// entry.
    ///
    /// # Errors
    /// When the settings contradict themselves or a key is not in the environment.
    pub fn open(settings: &Settings, place: &str) -> Result<Self, BucketError> {
        let wrong = |why: String| BucketError::Settings { place: place.to_owned(), why };
        settings.check().map_err(wrong)?;
        let (name, prefix) = settings.parts().map_err(wrong)?;
        let prefix = Path::parse(prefix).map_err(|error| wrong(error.to_string()))?;
        let endpoint = settings.endpoint.as_deref();
        let is_plain = endpoint.is_some_and(|endpoint| endpoint.starts_with("http://"));
        let client = ClientOptions::new()
            .with_allow_http(is_plain)
            .with_timeout(REQUEST_MAX)
            .with_connect_timeout(CONNECT_MAX);
        // Requests are repeated here, where each kind knows whether it may be.
        let retry = RetryConfig { max_retries: 0, ..RetryConfig::default() };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(name)
            .with_region(settings.region.as_deref().unwrap_or("us-east-1"))
            .with_conditional_put(S3ConditionalPut::ETagMatch)
            .with_client_options(client)
            .with_retry(retry);
        if let Some(endpoint) = endpoint {
            builder = builder.with_endpoint(endpoint.trim_end_matches('/'));
        }
        let read = |variable: &Option<String>, what| {
            variable.as_ref().map(|variable| config::secret(variable, place, what)).transpose()
        };
        let access_key = read(&settings.access_key_env, "the access key")?;
        let secret_key = read(&settings.secret_key_env, "the secret key")?;
        let token = read(&settings.session_token_env, "the session token")?;
        builder = match (&access_key, &secret_key) {
            (Some(access_key), Some(secret_key)) => builder
                .with_access_key_id(access_key.reveal())
                .with_secret_access_key(secret_key.reveal()),
            _ => builder.with_skip_signature(true),
        };
        if let Some(token) = &token {
            builder = builder.with_token(token.reveal());
        }
        let store = builder.build().map_err(|error| wrong(error.to_string()))?;
        let secrets = [access_key, secret_key, token].into_iter().flatten().collect();
        let url = settings.url.trim_end_matches('/').to_owned();
        Ok(Self { inner: Arc::new(Inner { store, prefix, url, secrets }) })
    }

    /// The address of the bucket and prefix, without a slash at its end.
    pub fn address(&self) -> &str {
        &self.inner.url
    }

    /// The address of an object, for messages.
    pub fn url(&self, key: &str) -> String {
        format!("{}/{key}", self.inner.url)
    }

    /// The object's name in the whole bucket.
    fn location(&self, key: &str) -> Result<Path, BucketError> {
        let prefix = self.inner.prefix.as_ref();
        let whole = if prefix.is_empty() { key.to_owned() } else { format!("{prefix}/{key}") };
        Path::parse(whole).map_err(|error| BucketError::Failed {
            url: self.url(key),
            action: "name the object",
            cause: error.to_string(),
        })
    }

    /// An error that repeating does not mend, if this is one.
    fn final_error(&self, key: &str, error: &object_store::Error) -> Option<BucketError> {
        use object_store::Error;
        let url = self.url(key);
        match error {
            Error::NotFound { .. } => Some(BucketError::NotFound { url }),
            Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
                Some(BucketError::Denied { url, cause: self.cause(error) })
            }
            // The client tells these apart for single objects, but not for listings.
            _ => match status_of(error)? {
                401 | 403 => Some(BucketError::Denied { url, cause: self.cause(error) }),
                404 => Some(BucketError::NotFound { url }),
                _ => None,
            },
        }
    }

    fn failed(&self, key: &str, action: &'static str, error: &object_store::Error) -> BucketError {
        BucketError::Failed { url: self.url(key), action, cause: self.cause(error) }
    }

    /// The store's words, cut short and without any secret.
    fn cause(&self, error: &object_store::Error) -> String {
        let mut text = words_of(error);
        for secret in &self.inner.secrets {
            text = text.replace(secret.reveal(), "...");
        }
        match text.char_indices().nth(CAUSE_LETTERS) {
            Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
            None => text,
        }
    }

    /// Repeats a request that may be repeated, until it is answered.
    async fn repeat<T, F: Future<Output = object_store::Result<T>>>(
        &self,
        key: &str,
        action: &'static str,
        mut request: impl FnMut() -> F,
    ) -> Result<T, BucketError> {
        let mut tries = Tries::new();
        loop {
            let error = match request().await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            if let Some(last) = self.final_error(key, &error) {
                return Err(last);
            }
            if !tries.another().await {
                return Err(self.failed(key, action, &error));
            }
        }
    }
}

/// An error with its causes.
fn words_of(error: &object_store::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        let more = inner.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        source = inner.source();
    }
    text
}

/// The status of the answer that an error is about; the client gives it in words only.
fn status_of(error: &object_store::Error) -> Option<u16> {
    let text = words_of(error);
    let (_, rest) = text.split_once("non-2xx status code: ")?;
    rest.get(..3)?.parse().ok()
}
