//! Who may ask what?

mod principal;

pub use principal::Principal;
