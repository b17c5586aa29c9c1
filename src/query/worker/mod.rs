//! How is a question of anybody's answered without harm to who else asks?
//!
//! In a process of its own, which answers one question and ends. It is the same program, started
//! before it is needed; it takes away its own rights and sets its own limits before it reads a
//! byte. Whatever a question does to it, the asking process sees an answer, or an error that says
//! what would work.
//!
//! - [`task`]: what the two processes say to each other
//! - [`manner`]: how a question is asked, beyond its text
//! - `bind`: how it comes to the values of its parameters
//! - `frames`: how that lies in the pipes between them
//! - [`confine`]: what the answering process takes from itself
//! - [`serve`]: the answering process
//! - `line`: who is next, fairly
//! - [`pool`]: the asking process: processes in waiting, and questions to them
//! - `relay`: one question, from its first byte to the end of its process
//! - `error`: what is told

mod bind;
pub mod confine;
mod error;
mod frames;
mod line;
pub mod manner;
pub mod pool;
mod relay;
pub mod serve;
pub mod task;

pub use error::IsolatedError;
pub use pool::{Answer, Outcome, Pool, Question, Settings};
pub use task::Bounds;
