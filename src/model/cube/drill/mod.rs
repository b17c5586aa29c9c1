//! What is asked next, from a row of an answer: finer, coarser, by something else, or the rows
//! behind it?
//!
//! A row is told by the dimensions and times that its level keeps; all of them when there are no
//! totals. Those become filters and spans, so that the rows of the next answer are the parts of the
//! row. A step up takes away what steps down have set, each alone in a group of `and`, and leaves
//! what the person herself had asked. Conditions on measures go, since what they keep at one level
//! they would drop at another; order and limits go too.

mod along;
mod cell;
mod detail;

use std::str::FromStr;

use self::along::Way;
use self::cell::Cell;
use super::question::Question;
use super::{Answer, CubeError, Opened};

/// Which way is gone from a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// to the next finer level of a hierarchy, or of time
    Down(String),
    /// to the next coarser one
    Up(String),
    /// to another dimension, or the coarsest level of another hierarchy
    Across(String),
    /// to the rows that a measure rests on; the question's only one where none is named
    Detail(Option<String>),
}

impl FromStr for Step {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (way, name) = match text.split_once(':') {
            Some((way, name)) if !name.is_empty() => (way, Some(name.to_owned())),
            _ => (text, None),
        };
        match (way, name) {
            ("down", Some(name)) => Ok(Self::Down(name)),
            ("up", Some(name)) => Ok(Self::Up(name)),
            ("across", Some(name)) => Ok(Self::Across(name)),
            ("detail", measure) => Ok(Self::Detail(measure)),
            _ => Err(format!(
                "`{text}` is no way from a row; write down:HIERARCHY, up:HIERARCHY, \
                 across:DIMENSION, detail or detail:MEASURE"
            )),
        }
    }
}

/// The question that a step from a row of an answer asks; rows are counted from 1 over all parts.
///
/// # Errors
/// When there is no such row, or no such way from it.
pub async fn drill(
    opened: &Opened<'_>,
    answer: &Answer,
    row: usize,
    step: &Step,
) -> Result<Question, CubeError> {
    let clock = opened.clock(&answer.question).await?;
    let cell = Cell::find(opened, &clock, answer, row)?;
    match step {
        Step::Down(name) => cell.along(name, Way::Down),
        Step::Up(name) => cell.along(name, Way::Up),
        Step::Across(name) => cell.across(name),
        Step::Detail(measure) => cell.detail(measure.as_deref()),
    }
}

/// Why there is no such way.
fn unfit(problem: String) -> CubeError {
    CubeError::Unfit { problem }
}
