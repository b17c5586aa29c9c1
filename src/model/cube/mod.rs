//! What can be measured by what, and how is it computed?
//!
//! | file | question |
//! | --- | --- |
//! | `head` | what does the head of a file under sql/cubes declare? |
//! | `shared` | what are dimensions called that cubes share? |
//! | `variant` | what is offered of a measure over time? |
//! | `granularity` | into which stretches can time be divided? |
//! | `question` | what is asked? |
//! | `parse` | how is a question written? |
//! | `fields` | how is each of its fields read? |
//! | `once` | does each of its keys stand once? |
//! | [`time`] | which stretches of time does it mean? |
//! | [`levels`] | which levels hold in a stretch of time? |
//! | `members` | what does each name mean? |
//! | `filter` | which rows fit a filter? |
//! | `check` | does a cube fit its head, the tables and the project? |
//! | `rollup` | which tables are built to answer sooner? |
//! | `route` | from which table is a question answered? |
//! | `compile` | how does a question become plans, and their rows an answer? |
//! | `drill` | what is asked next, from a row of an answer? |
//! | `answer` | how is an answer written, with its receipt? |
//! | `receipt` | what does an answer rest on? |
//! | `echo` | how is a question written back? |
//! | `told` | what is a member called, and what are totals of it? |
//! | `words` | what are stretches of time called in a language? |
//! | `meta` | what can be asked, as clients of Cube read it? |
//! | `log` | what was asked before? |
//! | `advise` | which rollups would have been worth it? |
//! | `section` | how does a cube's file read with other rollups? |
//! | `error` | why can a question not be answered? |

pub mod advise;
mod answer;
pub(super) mod check;
mod compile;
pub mod drill;
pub mod echo;
pub mod error;
mod fields;
mod filter;
pub mod granularity;
pub mod head;
pub mod levels;
pub mod log;
pub mod members;
pub mod meta;
mod once;
mod parse;
pub mod question;
mod receipt;
pub mod rollup;
pub mod route;
mod section;
pub mod shared;
pub mod time;
mod told;
pub mod variant;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDateTime;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;

use self::granularity::Granularity;
use self::question::Question;
use self::route::Need;
use crate::engine::session::Limits;
use crate::query::Principal;
use crate::warehouse::home::Home;
use crate::warehouse::project::Project;
use crate::warehouse::release::Release;

pub use answer::Told;
pub use check::against;
pub use compile::{Opened, Reach};
pub use error::CubeError;
pub use members::Cubes;
pub use receipt::Receipt;
pub use told::additivity;

/// Where and on whose behalf cubes are asked.
#[derive(Debug, Clone, Copy)]
pub struct Asker<'a> {
    /// the project, whose files hold the cubes
    pub project: &'a Project,
    /// the warehouse
    pub home: &'a Home,
    /// the release asked
    pub release: &'a Arc<Release>,
    /// on whose behalf
    pub principal: &'a Principal,
    /// what the session may use
    pub limits: &'a Limits,
    /// whether rollups may answer
    pub has_rollups: bool,
}

/// The rows that answer a question, all of them computed.
#[derive(Debug, Clone)]
pub struct Answer {
    /// what was asked, each member once, with the order, the limit and the zone that hold
    pub question: Question,
    /// one, or one for each of the spans that are answered beside each other
    pub parts: Vec<Part>,
}

/// The rows of one span.
#[derive(Debug, Clone)]
pub struct Part {
    /// the first moment of the span that it is about and the first one after it, in the question's
    /// zone; absent where spans are not compared
    pub range: Option<(NaiveDateTime, NaiveDateTime)>,
    /// its columns: dimensions, times each followed by whether its bucket is cut off, measures,
    /// the level
    pub columns: Vec<Column>,
    /// the columns' types; names are those of `columns`
    pub schema: SchemaRef,
    /// the rows
    pub batches: Vec<RecordBatch>,
    /// how many rows there are without limit and offset, where that was asked
    pub total: Option<u64>,
    /// whether there are more rows than the limit lets through
    pub is_truncated: bool,
    /// how many rows the files hold that were opened
    pub rows_scanned: u64,
    /// the tables that answered for each cube: `base`, or a rollup's name
    pub routes: BTreeMap<String, Vec<String>>,
    /// what was needed of each cube, once for each time that it was
    pub uses: Vec<Used>,
}

/// What was needed of a cube, and what answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// the cube's name
    pub cube: String,
    /// what was needed
    pub need: Need,
    /// `base`, or the name of the rollup that answered
    pub route: String,
}

/// A column of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// `cube.member`, `cube.time.month`, `cube.time.month.isPartial` or `__level`
    pub name: String,
    /// what it holds
    pub role: Role,
}

/// What a column of an answer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// a dimension's value
    Dimension,
    /// the first day or moment of a bucket, or the name of a fiscal one
    Time(Granularity),
    /// whether the bucket of the column before is cut off by the data's end or the span asked
    Partial,
    /// a measure's value
    Measure,
    /// how many of the dimensions and times the row is told by; the others hold nothing
    Level,
}

impl<'a> Asker<'a> {
    /// Reads the cubes and opens the release, for any number of questions.
    ///
    /// # Errors
    /// When the files cannot be read or the release cannot be opened.
    pub fn open(&self) -> Result<Opened<'a>, CubeError> {
        self.open_of(&Arc::new(Cubes::read(&self.project.root)?))
    }

    /// Opens the release with cubes that are read already, of which those are left out that the
    /// principal does not see.
    ///
    /// # Errors
    /// When the release cannot be opened.
    pub fn open_of(&self, cubes: &Arc<Cubes>) -> Result<Opened<'a>, CubeError> {
        Opened::new(*self, Arc::clone(cubes), false)
    }

    /// Opens the release with the cubes that the same principal was found to see of it.
    ///
    /// # Errors
    /// When the release cannot be opened.
    pub fn open_seen(&self, cubes: &Arc<Cubes>) -> Result<Opened<'a>, CubeError> {
        Opened::new(*self, Arc::clone(cubes), true)
    }

    /// Answers one question.
    ///
    /// # Errors
    /// When the question names what is not there or cannot be told together, or the release lacks
    /// what the cubes read.
    pub async fn ask(&self, question: &Question) -> Result<Answer, CubeError> {
        self.open()?.ask(question).await
    }
}
