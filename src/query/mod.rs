//! Who may ask what?

mod open;
mod principal;

pub use open::{QueryError, open};
pub use principal::Principal;
