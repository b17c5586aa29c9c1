//! What can go wrong with accounts, and what helps?

use std::path::PathBuf;

use thiserror::Error;

/// Why something was not done with accounts.
#[derive(Debug, Error)]
pub enum AccountsError {
    /// the file cannot be opened
    #[error("`{}` cannot be opened; it holds accounts and who asked what", path.display())]
    Open {
        /// the file
        path: PathBuf,
        /// why not
        #[source]
        cause: std::io::Error,
    },
    /// its folder cannot be made
    #[error(transparent)]
    Folder(#[from] crate::warehouse::WarehouseError),
    /// the file was written by a newer program
    #[error("`{}` was written by a newer program (form {found}); use that one", path.display())]
    Newer {
        /// the file
        path: PathBuf,
        /// the form of the file
        found: i64,
    },
    /// the file cannot be read or written
    #[error("access.sqlite cannot be read or written")]
    File(#[from] rusqlite::Error),
    /// the file holds what nobody wrote
    #[error("access.sqlite holds {0} that cannot be read; restore it from a backup")]
    Damaged(&'static str),
    /// a name that cannot be one
    #[error(
        "`{0}` is no name of {1}; write a letter a to z, then letters, digits, `_` and `-`, 63 at \
         most"
    )]
    Name(String, &'static str),
    /// a name that somebody has
    #[error("there is an account `{0}` already; choose another name")]
    Taken(String),
    /// a name that nobody has
    #[error("there is no account `{name}`{hint}")]
    Unknown {
        /// the name
        name: String,
        /// which one was perhaps meant
        hint: String,
    },
    /// a token's name that is in use
    #[error("`{account}` has a token `{name}` already; revoke it or choose another name")]
    TokenTaken {
        /// whose
        account: String,
        /// its name
        name: String,
    },
    /// a token that there is not
    #[error("`{account}` has no token `{name}` in use{hint}")]
    UnknownToken {
        /// whose
        account: String,
        /// its name
        name: String,
        /// which one was perhaps meant
        hint: String,
    },
    /// a token that is good for nothing
    #[error("a token has at least one scope; write read, sql, write or manage")]
    NoScope,
    /// a token that would be over before it is used
    #[error("a token ends after it is made; name a later time")]
    EndsBefore,
    /// a password that is not taken
    #[error("this password is not taken: {0}")]
    Password(&'static str),
    /// a request that is not open
    #[error("there is no open request {0}")]
    UnknownWish(i64),
    /// too much text
    #[error("`{0}` is longer than {1} characters")]
    TooLong(&'static str, usize),
    /// no password can be hashed
    #[error("the password cannot be hashed")]
    Hash,
    /// the machine gives no random bytes
    #[error("the machine gives no random bytes")]
    Random(#[from] getrandom::Error),
    /// the log of who asked what cannot be written
    #[error("the log of who asked what cannot be written: {0}")]
    Unrecorded(String),
}

impl AccountsError {
    /// Whether whoever asks can mend it.
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::Name(..)
                | Self::Taken(_)
                | Self::Unknown { .. }
                | Self::TokenTaken { .. }
                | Self::UnknownToken { .. }
                | Self::NoScope
                | Self::EndsBefore
                | Self::Password(_)
                | Self::UnknownWish(_)
                | Self::TooLong(..)
        )
    }
}
