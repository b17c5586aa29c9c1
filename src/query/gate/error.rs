//! Why is a question not let through, where does that stand, and what would work?

use std::fmt;

use datafusion::sql::sqlparser::tokenizer::Location;
use thiserror::Error;

/// A place in a question; lines and columns count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// the line
    pub line: u64,
    /// the column
    pub column: u64,
}

impl From<Location> for Place {
    fn from(location: Location) -> Self {
        Self { line: location.line, column: location.column }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}, column {}", self.line, self.column)
    }
}

/// Why a question is not let through.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GateError {
    /// more bytes than are read
    #[error(
        "the question has {bytes} bytes, but at most {most} are read; ask for less at once, or \
         load a long list as a table and join it"
    )]
    TextTooLong {
        /// its bytes
        bytes: usize,
        /// the limit
        most: usize,
    },
    /// more words and signs than are planned
    #[error(
        "{place}: the question goes on after {most} words and signs; ask for less at once, or load \
         a long list as a table and join it"
    )]
    TooManyTokens {
        /// where the limit is passed
        place: Place,
        /// the limit
        most: usize,
    },
    /// an expression that is too long a chain
    #[error(
        "{place}: an expression has more than {most} operators in a row; write `in (...)` or a \
         join instead of many `or`, and sum rows instead of terms"
    )]
    TooManyOperators {
        /// where the limit is passed
        place: Place,
        /// the limit
        most: usize,
    },
    /// brackets within brackets
    #[error(
        "{place}: more than {most} brackets are open; give inner queries a name with `with`, and \
         inner expressions a column of their own"
    )]
    TooNested {
        /// where the limit is passed
        place: Place,
        /// the limit
        most: usize,
    },
    /// nested more deeply than the parser goes, though with fewer brackets
    #[error("the question is nested too deeply; give inner queries a name with `with`")]
    TooDeep,
    /// too many joins and unions
    #[error(
        "{place}: the question has more than {most} joins, unions and other steps; ask several \
         questions, or read one table with a filter instead of many with a union"
    )]
    TooManySteps {
        /// where the limit is passed
        place: Place,
        /// the limit
        most: usize,
    },
    /// what is no SQL at all
    #[error("{place}: {problem}")]
    Unreadable {
        /// where
        place: Place,
        /// what is wrong
        problem: String,
    },
    /// a mistake that the parser found
    #[error("{0}")]
    Syntax(String),
    /// nothing, or several statements
    #[error("write one question; several are asked one after the other")]
    NotOne,
    /// a statement that is no question
    #[error(
        "`{found}` is no question; data are read only: begin with select, with, values, explain, \
         describe or show tables"
    )]
    NotAQuestion {
        /// how it begins
        found: String,
    },
    /// names of a `with` that stand for too much
    #[error(
        "with every name of its `with` replaced by what it stands for the question reads {found} \
         tables, at most {most} are planned; name each query once, or ask in several steps"
    )]
    TooManyReferences {
        /// how many there are
        found: u64,
        /// the limit
        most: u64,
    },
    /// cubes and rollups that multiply
    #[error(
        "the question has {found} groupings, at most {most} are computed; name the ones you need \
         with grouping sets"
    )]
    TooManyGroupings {
        /// how many there are
        found: u64,
        /// the limit
        most: u64,
    },
    /// a function that nobody knows
    #[error("there is no function `{name}`{hint}")]
    UnknownFunction {
        /// its name
        name: String,
        /// what was perhaps meant
        hint: String,
    },
    /// a function that questions may not call
    #[error("`{name}` may not be asked: {why}")]
    RefusedFunction {
        /// its name
        name: String,
        /// why not, and what to write instead
        why: &'static str,
    },
    /// a length that only the rows know
    #[error("the length of `{name}` is a number that is written out, at most {most}")]
    OpenLength {
        /// the function
        name: String,
        /// the limit
        most: u64,
    },
    /// a length beyond what may be made
    #[error("`{name}` would make {found} of one value, at most {most}; ask for fewer")]
    TooLong {
        /// the function
        name: String,
        /// how many
        found: u128,
        /// the limit
        most: u64,
    },
    /// a table that tells of the server
    #[error("`{name}` tells of the server, not of the data; ask information_schema.tables instead")]
    HiddenTable {
        /// its name
        name: String,
    },
}

impl GateError {
    /// The name of the limit that is passed; nothing where the question is merely wrong.
    pub fn limit(&self) -> Option<&'static str> {
        Some(match self {
            Self::TextTooLong { .. } => "text",
            Self::TooManyTokens { .. } => "tokens",
            Self::TooManyOperators { .. } => "operators",
            Self::TooNested { .. } | Self::TooDeep => "nesting",
            Self::TooManySteps { .. } => "steps",
            Self::NotOne | Self::NotAQuestion { .. } => "statement",
            Self::TooManyReferences { .. } => "references",
            Self::TooManyGroupings { .. } => "groupings",
            Self::RefusedFunction { .. } => "function",
            Self::OpenLength { .. } | Self::TooLong { .. } => "length",
            Self::HiddenTable { .. } => "table",
            Self::Unreadable { .. } | Self::Syntax(_) | Self::UnknownFunction { .. } => {
                return None;
            }
        })
    }
}
