//! Who may ask what?

mod ask;
mod open;
mod principal;

pub use ask::ask;
pub use open::{QueryError, open, open_beside};
pub use principal::Principal;
