//! What can be measured by what, and how is it computed?
//!
//! | file | question |
//! | --- | --- |
//! | `head` | what does the head of a file under sql/cubes declare? |
//! | `variant` | what is offered of a measure over time? |
//! | `granularity` | into which stretches can time be divided? |
//! | `question` | what is asked? |
//! | `check` | does a cube fit its head, the tables and the project? |
//! | `rollup` | which tables are built to answer sooner? |
//! | `route` | from which table is a question answered? |
//! | `log` | what was asked before? |
//! | `advise` | which rollups would have been worth it? |
//! | `error` | why can a question not be answered? |

pub mod advise;
pub(super) mod check;
pub mod error;
pub mod granularity;
pub mod head;
pub mod log;
pub mod question;
pub mod rollup;
pub mod route;
pub mod variant;

pub use check::against;
pub use error::CubeError;
