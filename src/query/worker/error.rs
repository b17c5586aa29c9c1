//! Why is a question not answered, and what would work?

use thiserror::Error;

/// Why a question is not answered, or not to its end.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IsolatedError {
    /// the gate let it not through
    #[error("{0}")]
    Refused(String),
    /// the question is wrong, or its values are
    #[error("{0}")]
    Mistake(String),
    /// it needs more memory than it may use, counted or not
    #[error(
        "the question is too large for the {mebibytes} MiB of memory that it may use; ask for \
         fewer columns or groups, filter before joining, join by equal columns, or shorten what is \
         put together in one value"
    )]
    TooLarge {
        /// what it may use
        mebibytes: u64,
    },
    /// it needs more disk than it may use
    #[error(
        "the question puts more than {mebibytes} MiB on disk; filter before sorting and joining, \
         or order fewer rows"
    )]
    TooMuchDisk {
        /// what it may use
        mebibytes: u64,
    },
    /// planning takes too long
    #[error(
        "the question was not planned within {milliseconds} ms; ask with fewer tables, columns and \
         conditions at once"
    )]
    PlannedTooLong {
        /// how long it may take
        milliseconds: u128,
    },
    /// answering takes too long
    #[error(
        "the question was not answered within {milliseconds} ms of work; filter by a date or a \
         key, join by equal columns, or ask for a summary"
    )]
    TooLong {
        /// how long it may take
        milliseconds: u128,
    },
    /// nobody takes the answer
    #[error("the answer was not taken for {seconds} s, and was given up")]
    NotTaken {
        /// how long it was held
        seconds: u64,
    },
    /// too many questions at once
    #[error("{running} questions are being answered and {waiting} wait; ask again in a moment")]
    Busy {
        /// how many are being answered
        running: usize,
        /// how many wait
        waiting: usize,
    },
    /// no fault of the question; the log says more
    #[error("the question could not be answered, which is no fault of its own; the log says why")]
    Unavailable,
}

impl IsolatedError {
    /// The kind of error, for programs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::Mistake(_) => "mistake",
            Self::TooLarge { .. } => "memory",
            Self::TooMuchDisk { .. } => "disk",
            Self::PlannedTooLong { .. } => "planning",
            Self::TooLong { .. } => "time",
            Self::NotTaken { .. } => "not_taken",
            Self::Busy { .. } => "busy",
            Self::Unavailable => "unavailable",
        }
    }
}
