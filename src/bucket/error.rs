//! What can go wrong with a bucket, and what helps?

use std::io;
use std::path::PathBuf;

use crate::config::ConfigError;

/// What went wrong with a bucket. No message holds a key or a secret.
#[derive(Debug, thiserror::Error)]
pub enum BucketError {
    /// A key that the settings name is not in the environment.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The settings contradict themselves.
    #[error("{place}: {why}")]
    Settings {
        /// the file and entry
        place: String,
        /// what is wrong and what helps
        why: String,
    },
    /// The thread that sends requests could not be started.
    #[error("no thread can be started for requests to `{url}`: {cause}; free memory or threads")]
    Thread {
        /// where to
        url: String,
        /// why
        cause: String,
    },
    /// There is no such object.
    #[error("`{url}` is not there")]
    NotFound {
        /// the object
        url: String,
    },
    /// The key may not do that, or is none.
    #[error(
        "`{url}`: access is denied; check the variables that access_key_env and secret_key_env \
         name, and what that key may do: {cause}"
    )]
    Denied {
        /// the object
        url: String,
        /// the store's words
        cause: String,
    },
    /// The object is no longer the one that was listed.
    #[error("`{url}` changed while it was read; repeat when the delivery is complete")]
    Changed {
        /// the object
        url: String,
    },
    /// The object ends before what was asked for.
    #[error("`{url}` has only {size_bytes} bytes")]
    Short {
        /// the object
        url: String,
        /// its size
        size_bytes: u64,
    },
    /// The store could not be reached, or gave no usable answer, for as long as was waited.
    #[error("`{url}`: cannot {action}: {cause}; check the address, then repeat")]
    Failed {
        /// the object
        url: String,
        /// what was tried: "read", "write"
        action: &'static str,
        /// the last answer
        cause: String,
    },
    /// A local file on its way to or from the bucket could not be used.
    #[error("`{}`: cannot be used as scratch space: {source}", path.display())]
    Scratch {
        /// the file
        path: PathBuf,
        /// why
        source: io::Error,
    },
    /// The store does not keep the promises that releases rest on.
    #[error(
        "`{url}` cannot be a warehouse's home: {finding}; use a store that honours conditional \
         writes"
    )]
    Unfit {
        /// the bucket
        url: String,
        /// which promise
        finding: &'static str,
    },
}
