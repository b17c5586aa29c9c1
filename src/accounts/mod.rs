//! Who may come in, by which secret, and who asked what?
//!
//! All of it lies in one SQLite file, `access.sqlite` in the folder of the project's state: who
//! comes in changes at once and is of no release. Nothing here knows of HTTP, and "now" is an
//! argument.
//!
//! | file | question |
//! | --- | --- |
//! | `store` | where does it lie, and in which shape? |
//! | `account` | who has an account? |
//! | `password` | which passwords are taken, and is one the right one? |
//! | `secret` | where do secrets come from, and what is kept of them? |
//! | `scope` | what may a secret be used for? |
//! | `token` | which secrets do programs come with? |
//! | `scram` | how does a client of PostgreSQL prove that it has one? |
//! | `session` | who is signed in with a browser? |
//! | `attempts` | who tries too often? |
//! | `audit` | who asked what? |
//! | `recorder` | how does that get to the file without anybody waiting for it? |
//! | `wish` | which accounts are asked for? |
//! | `error` | what can go wrong? |

mod account;
mod attempts;
mod audit;
mod error;
mod password;
mod recorder;
mod scope;
mod scram;
mod secret;
mod session;
mod store;
mod token;
mod wish;

pub use account::{Account, Identity, NewAccount, Via};
pub use attempts::Attempts;
pub use audit::{Entry, Filter, Way};
pub use error::AccountsError;
pub use password::dummy;
pub use scope::{Scope, UnknownScope};
pub use scram::{Challenge, Verifier};
pub use session::{Session, SignedIn};
pub use store::{Accounts, FILE};
pub use token::{NewToken, Token};
pub use wish::{Decision, Wish};
