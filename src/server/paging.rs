//! Which part of a long list is asked for, and how is it told?

use std::io::Write;

use datafusion::error::DataFusionError;
use datafusion::prelude::DataFrame;
use serde_json::Value as Json;
use utoipa::ToSchema;

use super::answering::Outlet;
use super::asked::Words;
use super::problem::Problem;
use crate::engine::encode::{Cut, EncodeError, Encoding, encode};

/// Rows where no number is given.
const SHOWN: usize = 100;
/// The most rows at once.
const SHOWN_MAX: usize = 1_000;

/// A part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Page {
    /// how many rows
    pub limit: usize,
    /// behind how many others
    pub offset: usize,
}

/// Rows of a list, a part of it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is written row by row")]
pub(super) struct Listed {
    /// the release
    release: u64,
    /// how many rows there are in all
    total: u64,
    /// how many at most are here
    limit: u64,
    /// behind how many others
    offset: u64,
    /// an object a row; decimals are strings
    rows: Vec<Json>,
}

impl Page {
    /// As `limit` and `offset` say.
    pub(super) fn take(words: &mut Words) -> Result<Self, Problem> {
        let limit = number(words, "limit", 1, SHOWN_MAX)?.unwrap_or(SHOWN);
        let offset = number(words, "offset", 0, usize::MAX >> 2)?.unwrap_or(0);
        Ok(Self { limit, offset })
    }

    /// Writes its rows of a frame whose order is total.
    pub(super) async fn write(
        self,
        release: u64,
        frame: DataFrame,
        out: &mut Outlet,
    ) -> Result<(), Problem> {
        let Self { limit, offset } = self;
        let total = frame.clone().count().await.map_err(EncodeError::Query)?;
        let rows = frame.limit(offset, Some(limit)).map_err(EncodeError::Query)?;
        let head = format!(
            "{{\"release\": {release}, \"total\": {total}, \"limit\": {limit}, \
             \"offset\": {offset},\n\"rows\": "
        );
        out.write_all(head.as_bytes()).map_err(EncodeError::Target)?;
        write_rows(rows, out).await?;
        out.write_all(b"}\n").map_err(EncodeError::Target)?;
        Ok(())
    }
}

/// Writes the rows of a frame as a list.
pub(super) async fn write_rows(frame: DataFrame, out: &mut Outlet) -> Result<(), Problem> {
    let failed = |cause: DataFusionError| Problem::from(EncodeError::Query(cause));
    let stream = frame.execute_stream().await.map_err(failed)?;
    encode(stream, Encoding::Json, Cut::default(), out).await?;
    Ok(())
}

/// A whole number of a name of ours, if it is given.
pub(super) fn number(
    words: &mut Words,
    name: &str,
    least: usize,
    most: usize,
) -> Result<Option<usize>, Problem> {
    let Some(text) = words.take(name)? else { return Ok(None) };
    match text.parse() {
        Ok(number) if (least..=most).contains(&number) => Ok(Some(number)),
        _ => {
            let detail = format!("`{name}` is `{text}`; write a whole number, {least} to {most}");
            Err(Problem::bad("bad_parameter", detail))
        }
    }
}
