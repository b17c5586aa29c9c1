//! Who may ask what?

mod ask;
pub mod gate;
mod open;
pub mod policy;
mod principal;
pub mod worker;

pub use ask::{ask, missing_table, plan};
pub use open::{Provided, QueryError, open, open_beside, open_with};
pub use principal::Principal;
