//! How does the next release come about?
//!
//! All systems are read, each of them as it was at one moment; what they brought becomes visible in
//! one step, or not at all.

pub mod attempts;
mod books;
mod enter;
mod error;
pub mod findings;
mod fits;
mod hashes;
mod models;
mod progress;
mod reach;
mod resume;
mod run;
mod systems;
mod waive;

pub use books::{Books, Decision, Standing};
pub use enter::enter;
pub use error::{RefreshError, Seen};
pub use progress::{Progress, Silent};
pub use run::{Options, Outcome, retry, run};
pub use waive::waivers_for;
