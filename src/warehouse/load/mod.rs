//! How do a source's rows become a table of the next release?
//!
//! | file | question |
//! | --- | --- |
//! | `state` | what has been loaded, what must be read? |
//! | `read` | which reader brings the rows? |
//! | `stage`, `spool`, `refusals` | where do rows and refusals wait? |
//! | `keyless` | rows that nothing tells apart: they go straight to their files |
//! | `deleted` | which keys does the source no longer have? |
//! | `touched` | does a load bear on so few keys that the rest can be left alone? |
//! | `candidates`, `member`, `fold`, `period` | rows that compete: which one is served? |
//! | `target`, `apply`, `history` | how do the stored tables take the decision in? |
//! | `quarantine` | where do refused rows stay until somebody mends them? |

mod apply;
mod candidates;
mod deleted;
mod emit;
mod error;
mod fold;
mod history;
mod keyed;
mod keyless;
mod member;
mod order;
mod partition;
mod period;
pub mod quarantine;
mod read;
mod refusals;
mod sorted;
mod spool;
mod stage;
mod state;
mod table;
mod target;
mod touched;

pub use error::LoadError;
pub use partition::Partitioner;
pub use read::{Hasher, Input};
pub use state::{Delivery, LoadState};
pub use table::{Context, Loaded, TableLoad, load_table, readable_tables, retry_table, tables_of};
