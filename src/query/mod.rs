//! Who may ask what?

mod ask;
mod open;
mod principal;

pub use ask::ask;
pub use open::{QueryError, open};
pub use principal::Principal;
